"""Are these shapes and positions fit to be drawn, and if not, what should be put right?

Shapes come out in degrees, joined to their table by municipality code; positions come out as
latitude and longitude.
"""

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd

from dxkit._arrays import FloatArray
from dxkit._checks import EMPTY_REMEDY
from dxkit.codes import short_code
from dxkit.errors import ChoiceError, Fault, TableError, shorten
from dxkit.maps._inputs import check_rows, read_names, require_column

# JGD2000, JGD2011 and WGS84 agree within a few decimetres: far below a pixel
SAME_DEGREES_EPSG = (4326, 6668, 4612, 6697, 4979, 4947)
AREA_TYPES = ("Polygon", "MultiPolygon")
# the web's Mercator projection ends near 85.06 degrees
MAX_LATITUDE = 86
MAX_LONGITUDE = 180


def check_shapes(
    shapes: object, what: str = "geometry", kinds: Sequence[str] = AREA_TYPES
) -> gpd.GeoDataFrame:
    """Convert shapes to degrees, or say what is wrong with them.

    Parameters
    ----------
    shapes
        A GeoDataFrame with a coordinate system.
    what
        The argument's name, for messages.
    kinds
        Geometry types that may be drawn.

    Raises
    ------
    TableError
        If there is no shape or no coordinate system, or shapes are missing or of another kind.
    """
    if not isinstance(shapes, gpd.GeoDataFrame) or shapes._geometry_column_name not in shapes:
        raise TableError(
            [
                Fault(
                    f"{what} に図形がありません（{type(shapes).__name__}）",
                    "GeoDataFrame（境界データ）を geometry= に渡してください",
                )
            ]
        )
    if shapes.empty:
        raise TableError([Fault(f"{what} に行がありません", EMPTY_REMEDY)])
    if shapes.crs is None:
        raise TableError(
            [
                Fault(
                    f"{what} の座標系が分かりません",
                    '緯度経度なら .set_crs("EPSG:6668") をしてから渡してください',
                )
            ]
        )
    # a transformation between systems that agree would only add rounding errors
    agrees = shapes.crs.to_epsg() in SAME_DEGREES_EPSG
    in_degrees = shapes if agrees else shapes.to_crs("EPSG:4326")
    _check_geometries(in_degrees, what, kinds)
    return in_degrees


def join_shapes(
    table: pd.DataFrame | pd.Series, geometry: object, column: str | None, name: str
) -> tuple[gpd.GeoDataFrame, str]:
    """Join a table to its shapes by code.

    Returns
    -------
    shapes, column
        One row a shape, with the table's columns beside it; the name of the column to draw.

    Raises
    ------
    TableError
        If codes repeat, or the table has a code that no shape has.
    """
    frame, column = _select_column(table, column)
    if geometry is None:
        return check_shapes(frame, "table"), column
    shapes = check_shapes(geometry)
    shape_codes = _read_codes(shapes, "geometry")
    codes = _read_codes(frame, "table")
    # a code without a shape would vanish from the map unseen
    unknown = sorted(set(codes) - set(shape_codes))
    if unknown:
        raise TableError(
            Fault(
                "geometry に同じコードの図形がありません",
                "コードを確かめてください",
                column="code",
                value=code,
            )
            for code in unknown
        )
    # shapes that the table lacks stay in, as rows of missing values
    plain = pd.DataFrame(frame).drop(columns="geometry", errors="ignore")
    values = plain.set_axis(codes, axis=0).reindex(shape_codes)
    values["code"] = shape_codes
    if name in shapes:
        values[name] = shapes[name].to_numpy()
    return gpd.GeoDataFrame(values, geometry=shapes.geometry.to_numpy(), crs=shapes.crs), column


def read_positions(
    table: pd.DataFrame, lat: str, lon: str, names: Sequence[str]
) -> tuple[FloatArray, FloatArray]:
    """Read latitude and longitude of each row, from two columns or from its point.

    Raises
    ------
    ChoiceError
        If there is no such column.
    TableError
        If a position is missing, no number or out of range.
    """
    has_columns = lat in table.columns or lon in table.columns
    if not has_columns and isinstance(table, gpd.GeoDataFrame):
        shapes = check_shapes(table, "table", ("Point",))
        return shapes.geometry.y.to_numpy(), shapes.geometry.x.to_numpy()
    latitudes = _read_degrees(table, lat, "lat", MAX_LATITUDE, names)
    longitudes = _read_degrees(table, lon, "lon", MAX_LONGITUDE, names)
    return latitudes, longitudes


def _read_degrees(
    table: pd.DataFrame, column: str, option: str, limit: float, names: Sequence[str]
) -> FloatArray:
    values = require_column(table, column, option)
    if not pd.api.types.is_numeric_dtype(values):
        raise TableError(
            [
                Fault(
                    "緯度・経度が数ではありません",
                    "数に直してください",
                    column=column,
                    value=values.iloc[0],
                )
            ]
        )
    degrees = values.to_numpy(dtype=float, na_value=np.nan)
    # written so that NaN, which compares False, is a fault as well
    bad_rows = np.flatnonzero(~(np.abs(degrees) <= limit)).tolist()
    if bad_rows:
        raise TableError(
            Fault(
                f"「{shorten(names[row])}」の位置が緯度経度の範囲にありません",
                "空欄の行は dropna で除き、緯度と経度が逆でないか確かめてください",
                column=column,
                value=degrees[row],
            )
            for row in bad_rows
        )
    return degrees


def _select_column(table: pd.DataFrame | pd.Series, column: str | None) -> tuple[pd.DataFrame, str]:
    """Select the column to draw; a Series is its own only column."""
    if isinstance(table, pd.Series):
        column = column or str(table.name or "値")
        table = table.to_frame(column)
    check_rows(table)
    if column is None:
        raise ChoiceError("column= に、色を塗る列の名前を書いてください。")
    require_column(table, column, "column")
    return table, column


def _read_codes(table: pd.DataFrame, what: str) -> list[str]:
    """Read the five-digit codes of a table, from its column ``code`` or its index.

    Raises
    ------
    TableError
        If a code stands in two rows.
    """
    labels = table["code"] if "code" in table.columns else table.index
    codes = [short_code(label) for label in labels]
    row_counts = pd.Series(codes).value_counts()
    faults = [
        Fault(
            f"{what} に同じコードの行が{count}つあります",
            "1市町1行にしてください",
            column="code",
            value=code,
        )
        for code, count in row_counts.items()
        if count > 1
    ]
    if faults:
        raise TableError(faults)
    return codes


def _check_geometries(shapes: gpd.GeoDataFrame, what: str, kinds: Sequence[str]) -> None:
    """Raise when a shape is missing, of another kind, or not in degrees."""
    names = read_names(shapes, "name")
    geometry = shapes.geometry
    faults = [
        Fault(
            f"{what} の「{shorten(names[row])}」に図形がありません",
            "図形のある行だけにしてください",
        )
        for row in np.flatnonzero((geometry.isna() | geometry.is_empty).to_numpy())
    ]
    # a missing shape has no kind and no coordinates: those are looked at afterwards
    faults = faults or [
        Fault(
            f"{what} の「{shorten(names[row])}」は{'・'.join(kinds)}ではありません",
            value=geometry.geom_type.iloc[row],
        )
        for row in np.flatnonzero(~geometry.geom_type.isin(kinds).to_numpy())
    ]
    # metres taken for degrees, or latitude for longitude, lie far outside
    edges = np.asarray(geometry.total_bounds, dtype=float)
    limits = (MAX_LONGITUDE, MAX_LATITUDE, MAX_LONGITUDE, MAX_LATITUDE)
    if not faults and not (np.abs(edges) <= limits).all():
        problem = f"{what} の座標が緯度経度の範囲にありません"
        remedy = "座標系か、緯度と経度の順を確かめてください"
        faults = [Fault(problem, remedy, value=edges.tolist())]
    if faults:
        raise TableError(faults)
