"""Which rectangle on the earth does a mesh code of JIS X 0410 name?"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dxkit._arrays import BoolArray
from dxkit.codes._mesh_levels import LONGITUDE_LIMITS, MESH_LENGTHS, MESH_LEVELS
from dxkit.errors import CodeError, shorten

# one more than the largest digit that each of the first eight places of a code allows
DIGIT_LIMITS = (10, 10, 10, 10, 8, 8, 10, 10)
BYTES_PER_CHARACTER = 4


class MeshBox(NamedTuple):
    """Edges of mesh cells in degrees; floats for one code, arrays for many.

    Attributes
    ----------
    south, west, north, east

    Examples
    --------
    >>> mesh_box("523501").north
    34.75
    """

    south: NDArray[np.float64] | float
    west: NDArray[np.float64] | float
    north: NDArray[np.float64] | float
    east: NDArray[np.float64] | float


def mesh_box(code: ArrayLike) -> MeshBox:
    """Compute the edges of mesh cells.

    Parameters
    ----------
    code
        One code or an array of codes of one level (4, 6, 8, 9 or 10 digits).

    Returns
    -------
    MeshBox
        ``south, west, north, east`` in degrees: floats for one code, arrays for many.

    Raises
    ------
    CodeError
        If a code has another length, a digit that its place does not allow, or levels are mixed.

    Examples
    --------
    >>> box = mesh_box("523501244")
    >>> box.south, box.west
    (34.6875, 135.18125)
    """
    try:
        codes = np.asarray(code, dtype=str)
    except ValueError as error:
        # lists of different lengths
        raise CodeError(f"「{shorten(code)}」はメッシュコードの並びではありません。") from error
    level = _find_level(codes)
    per_lat, per_lon = MESH_LEVELS[level]
    rows, columns = _read_cell_numbers(codes.ravel(), level)
    # cells are counted from the south and west edge of the standard
    edges = (
        rows / per_lat,
        columns / per_lon + LONGITUDE_LIMITS[0],
        (rows + 1) / per_lat,
        (columns + 1) / per_lon + LONGITUDE_LIMITS[0],
    )
    if codes.ndim == 0:
        return MeshBox(*(float(edge[0]) for edge in edges))
    return MeshBox(*(edge.reshape(codes.shape) for edge in edges))


def _find_level(codes: NDArray[np.str_]) -> str:
    """Find the level that all codes share."""
    flat = codes.ravel()
    lengths = np.char.str_len(flat)
    if not flat.size:
        return "3"
    bad = ~np.isin(lengths, list(MESH_LENGTHS)) | ~_are_digits(flat)
    if bad.any():
        raise CodeError(
            f"「{shorten(flat[bad][0])}」はメッシュコードではありません。"
            "4・6・8・9・10桁の数字で書いてください。"
        )
    if (lengths != lengths[0]).any():
        odd_code = flat[lengths != lengths[0]][0]
        raise CodeError(
            f"「{flat[0]}」と「{odd_code}」は段階（桁数）が違います。"
            "同じ段階のコードだけを渡してください。"
        )
    return MESH_LENGTHS[int(lengths[0])]


def _are_digits(texts: NDArray[np.str_]) -> BoolArray:
    """Find texts of 0–9 alone; `numpy.char.isdigit` also accepts ٣ and ²."""
    longest = max(texts.itemsize // BYTES_PER_CHARACTER, 1)
    points = texts.astype(f"<U{longest}").view(np.uint32).reshape(texts.size, longest)
    # shorter texts are filled up with zeros
    return np.asarray(
        ((points >= ord("0")) & (points <= ord("9")) | (points == 0)).all(axis=1)
        & (points[:, 0] != 0)
    )


def _read_cell_numbers(
    codes: NDArray[np.str_], level: str
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Read codes as row and column numbers, counted from latitude 0 and longitude 100."""
    length = next(length for length, of_level in MESH_LENGTHS.items() if of_level == level)
    digits = codes.astype(f"<U{length}").view("<U1").reshape(codes.size, length).astype(np.int64)
    limits = DIGIT_LIMITS[: digits.shape[1]]
    quarters = digits[:, len(DIGIT_LIMITS) :]
    bad = (digits[:, : len(limits)] >= limits).any(axis=1)
    bad |= ((quarters < 1) | (quarters > 4)).any(axis=1)
    if bad.any():
        raise CodeError(
            f"「{codes[bad][0]}」はメッシュコードではありません。"
            "5・6桁目は0〜7、9桁目からは1〜4です。"
        )
    rows = digits[:, 0] * 10 + digits[:, 1]
    columns = digits[:, 2] * 10 + digits[:, 3]
    # levels 2 and 3: pairs of digits divide a cell into 8 × 8, then 10 × 10
    for position, divisions in ((4, 8), (6, 10)):
        if digits.shape[1] > position:
            rows = rows * divisions + digits[:, position]
            columns = columns * divisions + digits[:, position + 1]
    # levels 4 and 5: 1 and 2 are the southern quarters, 1 and 3 the western ones
    for quarter in quarters.T:
        rows = rows * 2 + (quarter - 1) // 2
        columns = columns * 2 + (quarter - 1) % 2
    return rows, columns
