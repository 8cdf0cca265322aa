"""In which mesh cell of JIS X 0410 does a point lie?"""

from typing import overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dxkit._arrays import FloatArray
from dxkit.codes._mesh_levels import (
    LATITUDE_LIMITS,
    LONGITUDE_LIMITS,
    find_cells_per_degree,
)
from dxkit.errors import CodeError, shorten

# decimals of a cell number that are meant; what lies beyond is the error of floating point
CELL_DECIMALS = 9
# level-3 cells along a side of a level-1 cell, which is 2/3 degree high and 1 degree wide
CELLS_PER_SIDE = 80


@overload
def mesh_code(lat: float, lon: float, *, level: str | int = ...) -> str: ...
@overload
def mesh_code(lat: ArrayLike, lon: ArrayLike, *, level: str | int = ...) -> NDArray[np.str_]: ...


def mesh_code(lat: ArrayLike, lon: ArrayLike, *, level: str | int = "3") -> NDArray[np.str_] | str:
    """Find the JIS X 0410 code of the cell in which each point lies.

    Parameters
    ----------
    lat, lon
        Degrees (JGD2011); scalars or arrays of one shape. A point on an edge belongs to the cell
        north and east of it.
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
    per_lat, per_lon = find_cells_per_degree(str(level))
    lats, lons = _read_points(lat, lon)
    # rounding first keeps an edge such as 34 + 2/3 from falling into the cell south of it
    rows = np.floor(np.round(lats * per_lat, CELL_DECIMALS)).astype(np.int64)
    columns = np.floor(np.round((lons - LONGITUDE_LIMITS[0]) * per_lon, CELL_DECIMALS))
    columns = columns.astype(np.int64)
    # and must not push a point just below the last edge out of the last cell
    rows = np.minimum(rows, round(LATITUDE_LIMITS[1] * per_lat) - 1)
    last_column = int(LONGITUDE_LIMITS[1] - LONGITUDE_LIMITS[0]) * round(per_lon) - 1
    columns = np.minimum(columns, last_column)
    # the code of no point is no code, and numpy has no longest text among none
    text = _write_codes(rows, columns, str(level)) if rows.size else np.zeros(rows.shape, "<U1")
    return str(text) if text.ndim == 0 else text


def _read_points(lat: ArrayLike, lon: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Read coordinates as two arrays of one shape, each point within the standard's limits."""
    try:
        lats, lons = np.broadcast_arrays(np.asarray(lat, float), np.asarray(lon, float))
    except (TypeError, ValueError) as error:
        raise CodeError(
            f"緯度「{shorten(lat)}」と経度「{shorten(lon)}」は、同じ個数の数ではありません。"
        ) from error
    _require_limits(lats, lons)
    return lats, lons


def _require_limits(lats: FloatArray, lons: FloatArray) -> None:
    """Refuse points outside the area of the standard; the first of them is named."""
    good = (lats >= LATITUDE_LIMITS[0]) & (lats < LATITUDE_LIMITS[1])
    good &= (lons >= LONGITUDE_LIMITS[0]) & (lons < LONGITUDE_LIMITS[1])
    if not good.all():
        first = np.flatnonzero(~good.ravel())[0]
        where = f"緯度 {lats.ravel()[first]}, 経度 {lons.ravel()[first]}"
        raise CodeError(
            f"{where}（{first + 1}番目、全部で{int((~good).sum())}点）は地域メッシュの範囲外です。"
            "緯度と経度が逆でないか確かめてください。"
        )


def _write_codes(
    rows: NDArray[np.int64], columns: NDArray[np.int64], level: str
) -> NDArray[np.str_]:
    """Write cell numbers, counted from latitude 0 and longitude 100, as codes."""
    # levels 4 and 5 halve the cells of level 3 once and twice
    halvings = max(int(level) - 3, 0)
    side = {"1": 1, "2": 8}.get(level, CELLS_PER_SIDE) << halvings
    parts = [
        np.char.zfill((rows // side).astype("<U2"), 2),
        np.char.zfill((columns // side).astype("<U2"), 2),
    ]
    row = rows % side >> halvings
    column = columns % side >> halvings
    if level == "2":
        parts += [row.astype("<U1"), column.astype("<U1")]
    elif level != "1":
        # the first digit numbers the level-2 cell, the second the level-3 cell within it
        digits = (row // 10, column // 10, row % 10, column % 10)
        parts += [digit.astype("<U1") for digit in digits]
    text = parts[0]
    for part in [*parts[1:], _write_quarters(rows, columns, halvings)]:
        text = np.char.add(text, part)
    return np.asarray(text)


def _write_quarters(
    rows: NDArray[np.int64], columns: NDArray[np.int64], halvings: int
) -> NDArray[np.str_]:
    """Write which quarter each halving takes: 1 and 2 are south, 1 and 3 are west."""
    digits = np.zeros(rows.shape, dtype="<U1")
    for step in range(halvings):
        quarter = 1 + 2 * (rows >> step & 1) + (columns >> step & 1)
        digits = np.char.add(quarter.astype("<U1"), digits)
    return digits
