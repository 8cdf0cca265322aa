"""Is this table fit to be drawn, and if not, what should be put right?

Tables of any origin come in; checked arrays and shapes in degrees come out. Every fault found is named in Japanese.
"""

import json
from collections.abc import Hashable, Mapping, Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from dxkit.codes import short_code
from dxkit.errors import ChoiceError, Fault, TableError, shorten
from dxkit.maps._classes import number
from dxkit.maps._html_safety import clean

# JGD2000, JGD2011 and WGS84 agree within a few decimetres: far below a pixel
SAME_DEGREES = (4326, 6668, 4612, 6697, 4979, 4947)
DECIMALS = 5
NAMELESS = "（名前なし）"
AREAS = ("Polygon", "MultiPolygon")

Columns = str | Sequence[str] | Mapping[str, str]


def check_shapes(
    shapes: object, what: str = "geometry", kinds: Sequence[str] = AREAS
) -> gpd.GeoDataFrame:
    """Give shapes in degrees, or say what is wrong with them.

    Parameters
    ----------
    shapes
        A GeoDataFrame with a coordinate system.
    what
        The argument's name, for messages.
    kinds
        Geometry types that may be drawn.
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
        raise TableError([Fault(f"{what} に行がありません", "絞り込みの条件を確かめてください")])
    if shapes.crs is None:
        raise TableError(
            [
                Fault(
                    f"{what} の座標系が分かりません",
                    '緯度経度なら .set_crs("EPSG:6668") をしてから渡してください',
                )
            ]
        )
    found = shapes if shapes.crs.to_epsg() in SAME_DEGREES else shapes.to_crs("EPSG:4326")
    _check_geometries(found, what, kinds)
    return found


def join(
    table: pd.DataFrame | pd.Series, geometry: object, column: str | None, name: str
) -> tuple[gpd.GeoDataFrame, str]:
    """Give one row a shape with the table's columns beside it, and the name of the column to draw."""
    frame, column = _with_column(table, column)
    if geometry is None:
        return check_shapes(frame, "table"), column
    shapes = check_shapes(geometry)
    keys, codes = _keys(shapes, "geometry"), _keys(frame, "table")
    strangers = sorted(set(codes) - set(keys))
    if strangers:
        raise TableError(
            Fault(
                "geometry に同じコードの図形がありません",
                "コードを確かめてください",
                column="code",
                value=code,
            )
            for code in strangers
        )
    values = (
        pd.DataFrame(frame)
        .drop(columns="geometry", errors="ignore")
        .set_axis(codes, axis=0)
        .reindex(keys)
    )
    values["code"] = keys
    if name in shapes:
        values[name] = shapes[name].to_numpy()
    return gpd.GeoDataFrame(values, geometry=shapes.geometry.to_numpy(), crs=shapes.crs), column


def check_rows(table: object) -> None:
    """Raise unless this is a table with rows."""
    if not isinstance(table, pd.DataFrame):
        raise ChoiceError(
            f"table は表（DataFrame・GeoDataFrame）で渡してください（{type(table).__name__} でした）。"
        )
    if table.empty:
        raise TableError([Fault("表に行がありません", "絞り込みの条件を確かめてください")])


def column_of(table: pd.DataFrame, column: Hashable, option: str) -> pd.Series:
    """Give one column of a table, or name those that it has."""
    if column not in table.columns:
        offered = "、".join(shorten(each, 20) for each in table.columns[:20] if each != "geometry")
        raise ChoiceError(
            f"{option}=「{shorten(column)}」という列はありません。使える列: {offered}"
        )
    found = table[column]
    if isinstance(found, pd.DataFrame):
        raise ChoiceError(
            f"列「{shorten(column)}」が{found.shape[1]}つあります。列の名前を変えて、1つにしてください。"
        )
    return found


def numbers(values: pd.Series, names: Sequence[str]) -> NDArray[np.float64]:
    """Give a column of numbers, NaN where one is missing; infinity is a fault."""
    found = values.to_numpy(dtype=float, na_value=np.nan)
    faults = [
        Fault(
            f"{names[row]}の値が有限の数ではありません",
            "0で割っていないか確かめてください",
            column=str(values.name),
            value="inf",
        )
        for row in np.flatnonzero(np.isinf(found)).tolist()
    ]
    if faults:
        raise TableError(faults)
    return found


def are_numbers(values: pd.Series) -> bool:
    """Tell numbers from texts; True and False count as texts (はい・いいえ)."""
    return pd.api.types.infer_dtype(values, skipna=True) in {
        "integer",
        "floating",
        "decimal",
        "mixed-integer-float",
    }


def texts(values: pd.Series) -> tuple[list[str | None], list[str]]:
    """Give a column of texts, ``None`` where one is missing or blank, and its categories in order."""
    missing = values.isna().to_numpy(dtype=bool)
    kinds = {type(value) for value, gone in zip(values, missing, strict=True) if not gone}
    if len(kinds) > 1:
        odd = next(
            value
            for value, gone in zip(values, missing, strict=True)
            if not gone and not isinstance(value, str)
        )
        raise TableError(
            [
                Fault(
                    "数と文字が混じっています",
                    "数に直すか、すべて文字にしてください",
                    column=str(values.name),
                    value=odd,
                )
            ]
        )
    found = [
        None if gone else written(value, "").strip() or None
        for value, gone in zip(values, missing, strict=True)
    ]
    present = {text for text in found if text is not None}
    if isinstance(values.dtype, pd.CategoricalDtype):
        return found, [
            text
            for text in (written(each, "").strip() for each in values.cat.categories)
            if text in present
        ]
    return found, sorted(present)


def names_of(table: pd.DataFrame, name: str) -> list[str]:
    """Give what each row is called: its name; where no column was asked for and there is none, its code or index label."""
    if name in table.columns or name != "name":
        return [written(value, NAMELESS) for value in column_of(table, name, "name")]
    return [clean(value) for value in (table["code"] if "code" in table.columns else table.index)]


def tooltip_rows(
    table: pd.DataFrame, columns: Columns, missing: str
) -> tuple[list[str], list[list[str]]]:
    """Give the headings and, row by row, the texts of the columns that a tooltip shows beside the drawn one."""
    chosen = [columns] if isinstance(columns, str) else list(columns)
    headings = [clean(columns[each] if isinstance(columns, Mapping) else each) for each in chosen]
    found = [
        [written(value, missing) for value in column_of(table, each, "tooltip")] for each in chosen
    ]
    return headings, [list(row) for row in zip(*found, strict=True)] if found else [
        [] for _ in range(len(table))
    ]


def written(value: object, missing: str, unit: str = "") -> str:
    """Write one value as a tooltip shows it."""
    if (
        value is None
        or value is pd.NA
        or value is pd.NaT
        or (isinstance(value, (float, np.floating)) and not np.isfinite(value))
    ):
        return missing
    if isinstance(value, (bool, np.bool_)):
        return "はい" if value else "いいえ"
    if isinstance(value, (int, float, np.integer, np.floating)):
        return clean(number(float(value)) + (unit if unit in ("", "%", "％") else f" {unit}"))
    return clean(value) if str(value).strip() else missing


def rounded(shapes: gpd.GeoDataFrame) -> list[dict[str, object]]:
    """Give the geometries as GeoJSON with five decimals (about a metre), without points that fall together."""
    plain = shapely.force_2d(shapes.geometry.to_numpy())
    thin = shapely.remove_repeated_points(
        shapely.transform(plain, lambda points: np.round(points, DECIMALS))
    )
    return [json.loads(text) for text in shapely.to_geojson(thin)]


def positions(
    table: pd.DataFrame, lat: str, lon: str, names: Sequence[str]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give latitude and longitude of each row, from two columns or from its point."""
    if (
        lat not in table.columns
        and lon not in table.columns
        and isinstance(table, gpd.GeoDataFrame)
    ):
        shapes = check_shapes(table, "table", ("Point",))
        return shapes.geometry.y.to_numpy(), shapes.geometry.x.to_numpy()
    found = []
    for column, option, limit in ((lat, "lat", 86), (lon, "lon", 180)):
        values = column_of(table, column, option)
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
        _check_degrees(degrees, column, limit, names)
        found.append(degrees)
    return found[0], found[1]


def _with_column(table: pd.DataFrame | pd.Series, column: str | None) -> tuple[pd.DataFrame, str]:
    """Give the table as a frame with the column to draw; a Series is its own only column."""
    if isinstance(table, pd.Series):
        column = column or str(table.name or "値")
        table = table.to_frame(column)
    check_rows(table)
    if column is None:
        raise ChoiceError("column= に、色を塗る列の名前を書いてください。")
    column_of(table, column, "column")
    return table, column


def _keys(table: pd.DataFrame, what: str) -> list[str]:
    """Give the five-digit codes of a table, from its column ``code`` or its index."""
    codes = [
        short_code(value) for value in (table["code"] if "code" in table.columns else table.index)
    ]
    counted = pd.Series(codes).value_counts()
    faults = [
        Fault(
            f"{what} に同じコードの行が{count}つあります",
            "1市町1行にしてください",
            column="code",
            value=code,
        )
        for code, count in counted.items()
        if count > 1
    ]
    if faults:
        raise TableError(faults)
    return codes


def _check_geometries(shapes: gpd.GeoDataFrame, what: str, kinds: Sequence[str]) -> None:
    """Raise when a shape is missing, of another kind, or not in degrees."""
    names, found = names_of(shapes, "name"), shapes.geometry
    faults = [
        Fault(
            f"{what} の「{shorten(names[row])}」に図形がありません",
            "図形のある行だけにしてください",
        )
        for row in np.flatnonzero((found.isna() | found.is_empty).to_numpy())
    ]
    faults = faults or [
        Fault(
            f"{what} の「{shorten(names[row])}」は{'・'.join(kinds)}ではありません",
            value=found.geom_type.iloc[row],
        )
        for row in np.flatnonzero(~found.geom_type.isin(kinds).to_numpy())
    ]
    edges = np.asarray(found.total_bounds, dtype=float)
    if not faults and not (np.abs(edges) <= (180, 86, 180, 86)).all():
        problem = f"{what} の座標が緯度経度の範囲にありません"
        faults = [
            Fault(problem, "座標系か、緯度と経度の順を確かめてください", value=edges.tolist())
        ]
    if faults:
        raise TableError(faults)


def _check_degrees(
    degrees: NDArray[np.float64], column: str, limit: float, names: Sequence[str]
) -> None:
    bad = np.flatnonzero(~(np.abs(degrees) <= limit)).tolist()
    if bad:
        raise TableError(
            Fault(
                f"「{shorten(names[row])}」の位置が緯度経度の範囲にありません",
                "空欄の行は dropna で除き、緯度と経度が逆でないか確かめてください",
                column=column,
                value=degrees[row],
            )
            for row in bad
        )
