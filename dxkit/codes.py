"""Which municipality or mesh cell does this code name, and is it typed correctly?

Municipality codes follow JIS X 0401/0402: two digits for the prefecture, three for the municipality and, in the
six-digit form of 総務省「全国地方公共団体コード」, one check digit (modulus 11). Mesh codes follow JIS X 0410.
Text in, text out: a code is never a number here, because numbers lose their leading zero.
"""

import math
import re
import unicodedata
from typing import NamedTuple, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dxkit.errors import ChoiceError, CodeError, shorten

CHECK_WEIGHTS = (6, 5, 4, 3, 2)
PREFECTURES = 47

# cells per degree of latitude and longitude at each level of JIS X 0410
MESH_LEVELS = {"1": (1.5, 1), "2": (12, 8), "3": (120, 80), "4": (240, 160), "5": (480, 320)}
MESH_LENGTHS = {4: "1", 6: "2", 8: "3", 9: "4", 10: "5"}
# the standard counts from latitude 0 and longitude 100; two digits each for the first-level cell
MESH_LATITUDES = (0.0, 100 / 1.5)
MESH_LONGITUDES = (100.0, 180.0)


class MeshBox(NamedTuple):
    """Edges of mesh cells in degrees; floats for one code, arrays for many."""

    south: NDArray[np.float64] | float
    west: NDArray[np.float64] | float
    north: NDArray[np.float64] | float
    east: NDArray[np.float64] | float


def check_digit(code: str) -> str:
    """Give the check digit of a five-digit code.

    Parameters
    ----------
    code
        Five half-width digits.

    Notes
    -----
    総務省「全国地方公共団体コード仕様」: multiply by 6, 5, 4, 3, 2, add, divide by 11 and subtract the rest from 11;
    the last digit of that.
    """
    total = sum(int(digit) * weight for digit, weight in zip(code, CHECK_WEIGHTS, strict=True))
    return str((11 - total % 11) % 10)


def short_code(x: object) -> str:
    """Give the five-digit code of a municipality or prefecture.

    Parameters
    ----------
    x
        A code as people type it and spreadsheets store it: ``"28201"``, ``"２８２０１"``, ``28201``, ``282014``,
        ``282014.0``, ``"28,201"``, ``1100`` (the leading zero lost).

    Returns
    -------
    str
        Five half-width digits.

    Raises
    ------
    CodeError
        If it is no code, or the check digit of a six-digit code is wrong; the right one is named.

    Notes
    -----
    Shape and check digit are verified, not whether such a municipality exists. Five digits are always read as a code
    without check digit: ``11002`` is not taken for 札幌市's ``011002`` with its zero lost.

    Examples
    --------
    >>> short_code("２８２０１４")
    '28201'
    """
    digits = _digits(x)
    body, given = digits[:5], digits[5:]
    if not 1 <= int(body[:2]) <= PREFECTURES:
        raise CodeError(
            f"「{shorten(x)}」の先頭2桁「{body[:2]}」は都道府県コード（01〜47）ではありません。"
        )
    if body[2:] != "000" and int(body[2:]) < 100:
        raise CodeError(
            f"「{shorten(x)}」の市区町村番号「{body[2:]}」は100以上のはずです。"
            f"先頭の0が落ちた6桁コードなら「{digits.zfill(6)}」と書いてください。"
        )
    if given and given != check_digit(body):
        raise CodeError(
            f"「{shorten(x)}」の検査数字「{given}」が合いません。正しくは「{check_digit(body)}」（{body}{check_digit(body)}）です。"
        )
    return body


def full_code(x: object) -> str:
    """Give the six-digit code with check digit; accepts and rejects what `short_code` does.

    Parameters
    ----------
    x
        As for `short_code`.

    Returns
    -------
    str
        Six half-width digits.

    Examples
    --------
    >>> full_code(28201)
    '282014'
    """
    body = short_code(x)
    return body + check_digit(body)


def _digits(x: object) -> str:
    """Give five or six half-width digits, or raise."""
    if isinstance(x, float | np.floating):
        text = str(int(x)) if math.isfinite(x) and x == int(x) else str(x)
    else:
        text = unicodedata.normalize("NFKC", str(x)[:100]).strip().strip("'\"")
        # 28201.0 as pandas writes it, 28,201 as Excel's thousands format does
        text = text.removesuffix(".0")
        text = text.replace(",", "") if re.fullmatch(r"[0-9]{1,3},[0-9]{3}", text) else text
    if text.isascii() and text.isdigit():
        # only the zero of 01–09 (北海道〜栃木県) can be lost: 1100 → 01100
        text = text.zfill(5) if len(text) == 4 else text
        if len(text) in (5, 6):
            return text
    raise CodeError(
        f"「{shorten(x)}」は市区町村コードではありません。5桁（28201）か6桁（282014）の数字で書いてください。"
    )


@overload
def mesh_code(lat: float, lon: float, *, level: str | int = ...) -> str: ...
@overload
def mesh_code(lat: ArrayLike, lon: ArrayLike, *, level: str | int = ...) -> NDArray[np.str_]: ...


def mesh_code(lat: ArrayLike, lon: ArrayLike, *, level: str | int = "3") -> NDArray[np.str_] | str:
    """Give the JIS X 0410 code of the cell in which each point lies.

    Parameters
    ----------
    lat, lon
        Degrees (JGD2011); scalars or arrays of one shape. A point on an edge belongs to the cell north and east of it.
    level
        ``"1"`` 80 km, ``"2"`` 10 km, ``"3"`` 1 km, ``"4"`` 500 m, ``"5"`` 250 m.

    Returns
    -------
    str or array of str

    Raises
    ------
    CodeError
        If a point lies outside latitude 0–66.67 or longitude 100–180, or is not a number.
    ChoiceError
        If there is no such level.

    Examples
    --------
    >>> mesh_code(34.6913, 135.1830, level="4")
    '523501244'
    """
    per_lat, per_lon = _per_degree(str(level))
    lats, lons = _points(lat, lon)
    # rounding first keeps an edge such as 34 + 2/3 from falling into the cell south of it
    rows = np.floor(np.round(lats * per_lat, 9)).astype(np.int64)
    columns = np.floor(np.round((lons - 100) * per_lon, 9)).astype(np.int64)
    # and must not push a point just below the last edge out of the last cell
    rows = np.minimum(rows, round(MESH_LATITUDES[1] * per_lat) - 1)
    columns = np.minimum(columns, (int(MESH_LONGITUDES[1]) - 100) * round(per_lon) - 1)
    text = _mesh_text(rows, columns, str(level))
    return str(text) if text.ndim == 0 else text


def mesh_box(code: ArrayLike) -> MeshBox:
    """Give the edges of mesh cells.

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
    codes = np.asarray(code, dtype=str)
    level = _mesh_level(codes)
    per_lat, per_lon = MESH_LEVELS[level]
    rows, columns = _mesh_numbers(codes.ravel(), level)
    edges = (
        rows / per_lat,
        columns / per_lon + 100,
        (rows + 1) / per_lat,
        (columns + 1) / per_lon + 100,
    )
    if codes.ndim == 0:
        return MeshBox(*(float(edge[0]) for edge in edges))
    return MeshBox(*(edge.reshape(codes.shape) for edge in edges))


def _per_degree(level: str) -> tuple[float, float]:
    if level not in MESH_LEVELS:
        raise ChoiceError(
            f"メッシュの段階「{shorten(level)}」はありません。{'・'.join(MESH_LEVELS)} から選んでください（4 = 500 m）。"
        )
    return MESH_LEVELS[level]


def _points(lat: ArrayLike, lon: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    try:
        lats, lons = np.broadcast_arrays(np.asarray(lat, float), np.asarray(lon, float))
    except (TypeError, ValueError) as error:
        raise CodeError(
            f"緯度「{shorten(lat)}」と経度「{shorten(lon)}」は、同じ個数の数ではありません。"
        ) from error
    _check_points(lats, lons)
    return lats, lons


def _check_points(lats: NDArray[np.float64], lons: NDArray[np.float64]) -> None:
    good = (lats >= MESH_LATITUDES[0]) & (lats < MESH_LATITUDES[1])
    good &= (lons >= MESH_LONGITUDES[0]) & (lons < MESH_LONGITUDES[1])
    if not good.all():
        first = np.flatnonzero(~good.ravel())[0]
        where = f"緯度 {lats.ravel()[first]}, 経度 {lons.ravel()[first]}"
        raise CodeError(
            f"{where}（{first + 1}番目、全部で{int((~good).sum())}点）は地域メッシュの範囲外です。"
            "緯度と経度が逆でないか確かめてください。"
        )


def _mesh_text(rows: NDArray[np.int64], columns: NDArray[np.int64], level: str) -> NDArray[np.str_]:
    """Write cell numbers, counted from latitude 0 and longitude 100, as codes."""
    halvings = max(int(level) - 3, 0)
    # first-level cells are 2/3 degree high and 1 degree wide: 80 third-level rows and columns each
    side = {"1": 1, "2": 8}.get(level, 80) << halvings
    quarter = np.zeros(rows.shape, dtype="<U1")
    tail = quarter
    for step in range(halvings):
        tail = np.char.add((1 + 2 * (rows >> step & 1) + (columns >> step & 1)).astype("<U1"), tail)
    parts = [
        np.char.zfill((rows // side).astype("<U2"), 2),
        np.char.zfill((columns // side).astype("<U2"), 2),
    ]
    row, column = rows % side >> halvings, columns % side >> halvings
    if level == "2":
        parts += [row.astype("<U1"), column.astype("<U1")]
    elif level != "1":
        parts += [
            (row // 10).astype("<U1"),
            (column // 10).astype("<U1"),
            (row % 10).astype("<U1"),
            (column % 10).astype("<U1"),
        ]
    text = parts[0]
    for part in [*parts[1:], tail]:
        text = np.char.add(text, part)
    return np.asarray(text)


def _mesh_level(codes: NDArray[np.str_]) -> str:
    """Give the level that all codes share."""
    flat = codes.ravel()
    lengths = np.char.str_len(flat)
    if not flat.size:
        return "3"
    bad = ~np.isin(lengths, list(MESH_LENGTHS)) | ~_half_width_digits(flat)
    if bad.any():
        raise CodeError(
            f"「{shorten(flat[bad][0])}」はメッシュコードではありません。4・6・8・9・10桁の数字で書いてください。"
        )
    if (lengths != lengths[0]).any():
        other = flat[lengths != lengths[0]][0]
        raise CodeError(
            f"「{flat[0]}」と「{other}」は段階（桁数）が違います。同じ段階のコードだけを渡してください。"
        )
    return MESH_LENGTHS[int(lengths[0])]


def _half_width_digits(texts: NDArray[np.str_]) -> NDArray[np.bool_]:
    """Tell texts of 0–9 alone; `numpy.char.isdigit` also accepts ٣ and ²."""
    longest = max(texts.itemsize // 4, 1)
    points = texts.astype(f"<U{longest}").view(np.uint32).reshape(texts.size, longest)
    # shorter texts are filled up with zeros
    return np.asarray(
        ((points >= ord("0")) & (points <= ord("9")) | (points == 0)).all(axis=1)
        & (points[:, 0] != 0)
    )


def _mesh_numbers(
    codes: NDArray[np.str_], level: str
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Read codes as row and column numbers, counted from latitude 0 and longitude 100."""
    length = next(length for length, meant in MESH_LENGTHS.items() if meant == level)
    digits = codes.astype(f"<U{length}").view("<U1").reshape(codes.size, length).astype(np.int64)
    limits = [10, 10, 10, 10, 8, 8, 10, 10][: digits.shape[1]]
    bad = (digits[:, : len(limits)] >= limits).any(axis=1) | (
        (digits[:, 8:] < 1) | (digits[:, 8:] > 4)
    ).any(axis=1)
    if bad.any():
        raise CodeError(
            f"「{codes[bad][0]}」はメッシュコードではありません。5・6桁目は0〜7、9桁目からは1〜4です。"
        )
    rows, columns = digits[:, 0] * 10 + digits[:, 1], digits[:, 2] * 10 + digits[:, 3]
    if digits.shape[1] >= 6:
        rows, columns = rows * 8 + digits[:, 4], columns * 8 + digits[:, 5]
    if digits.shape[1] >= 8:
        rows, columns = rows * 10 + digits[:, 6], columns * 10 + digits[:, 7]
    for quarter in digits[:, 8:].T:
        rows, columns = rows * 2 + (quarter - 1) // 2, columns * 2 + (quarter - 1) % 2
    return rows, columns
