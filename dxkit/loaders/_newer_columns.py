"""Has a newer table the columns, kinds of values and grain of the table that it replaces?"""

import math
import warnings
from collections.abc import Iterator
from itertools import combinations
from typing import Any, cast

import geopandas as gpd
import pandas as pd

from dxkit import schema
from dxkit.errors import Fault, TableError, TableWarning, shorten
from dxkit.loaders._municipalities import all_municipalities
from dxkit.loaders._place_names import municipality_name

REMEDY = "付属の表と同じ形にするか、ファイルをデータのフォルダーから出してください"
# columns by which the rows of a table may be told apart
LONGEST_KEY = 3
LISTED = 10
SHARE_UNIT = "割合"
SHORT_CODE = r"[1-9]\d{3}"
TRUTHS = {"true": True, "false": False, "1": True, "0": False, "はい": True, "いいえ": False}


def fit_columns(table: pd.DataFrame, shipped: pd.DataFrame, file: str) -> pd.DataFrame:
    """Bring a newer table into the columns and kinds of values of the shipped one.

    Parameters
    ----------
    table
        As it was read; headings in Japanese or English.
    shipped
        The table whose place it takes.
    file
        For messages.

    Raises
    ------
    TableError
        If a column is missing, or holds something else than the shipped one's.
    """
    named = _rename_headings(table, shipped)
    # a column under its old name repeats another
    needed = list(map(str, schema.drop_old_names(shipped.columns)))
    missing = [column for column in needed if column not in named.columns]
    if missing:
        listed = "、".join(f"{schema.heading(column)}（{column}）" for column in missing)
        problem = f"付属の表にある列がありません: {listed}"
        raise TableError.one(problem, REMEDY, file=file)
    if "geometry" in needed and not isinstance(named, gpd.GeoDataFrame):
        problem = "境界の図形がありません（この表に代われるのは GeoJSON などの図形のファイルです）"
        raise TableError.one(problem, REMEDY, file=file)
    faults: list[Fault] = []
    columns = {
        column: _fit_values(named[column], shipped[column], file, faults)
        for column in shipped.columns
        if column in named.columns and column != "geometry"
    }
    if faults:
        raise TableError(faults)
    # an old name repeats the column that took its place
    for old, new in schema.OLD_NAMES.items():
        if old in shipped.columns and new in columns:
            columns.setdefault(str(old), columns[new])
    fitted = pd.DataFrame(columns, index=named.index)
    fitted = fitted[[column for column in shipped.columns if column in columns]]
    if "geometry" in needed:
        shapes = named["geometry"].to_numpy()
        return cast("pd.DataFrame", gpd.GeoDataFrame(fitted, geometry=shapes, crs=shipped.crs))
    return fitted


def check_grain(
    table: pd.DataFrame,
    shipped: pd.DataFrame,
    file: str,
    prefecture: str | None,
    *,
    is_official: bool = False,
) -> None:
    """Check that a newer table has one row a unit, and every unit that the shipped one has.

    A table with a row for every municipality and every other unit may lack none of them. Other
    tables may shrink, and so may a publisher's own file; what is lost is told.

    Raises
    ------
    TableError
        With every repeated unit and all that is missing.

    Warns
    -----
    TableWarning
        If a table that may shrink lacks rows of the shipped one.
    """
    key = find_key(shipped)
    faults = list(_find_repeats(table, key, file))
    covers_everybody = "code" in shipped.columns and _covers_everybody(shipped, prefecture)
    if covers_everybody:
        missing = sorted(set(shipped["code"].dropna()) - set(table["code"].dropna()))
        if missing:
            names = _list_some(list(map(municipality_name, missing)))
            problem = f"付属の表にある{len(missing)}市区町村の行がありません: {names}"
            faults.append(Fault(problem, REMEDY, file=file))
        shipped = shipped[~shipped["code"].isin(missing)]
    if problem := _describe_lost_units(table, shipped, key):
        fault = Fault(problem, REMEDY, file=file)
        if covers_everybody and not is_official and _is_grid(shipped, key):
            faults.append(fault)
        else:
            warnings.warn(str(Fault(problem, file=file)), TableWarning, stacklevel=2)
    if faults:
        raise TableError(faults)


def find_key(table: pd.DataFrame) -> list[str]:
    """Find the fewest columns of names by which the rows of a table are told apart; or none."""
    names = [
        str(column)
        for column in schema.drop_old_names(table.columns)
        if pd.api.types.is_string_dtype(table[column]) and not table[column].isna().any()
    ]
    for size in range(1, LONGEST_KEY + 1):
        for columns in combinations(names, size):
            if not table.duplicated(list(columns)).any():
                return list(columns)
    return []


def _rename_headings(table: pd.DataFrame, shipped: pd.DataFrame) -> pd.DataFrame:
    """Rename Japanese headings to the shipped table's columns; what has its name keeps it."""
    own = set(table.columns)
    columns_by_heading = schema.map_headings(map(str, shipped.columns))
    names = {
        heading: column
        for heading in table.columns
        if heading not in shipped.columns
        and (column := columns_by_heading.get(str(heading), "")) not in own | {""}
    }
    renamed = table.rename(columns=names)
    return renamed.loc[:, ~renamed.columns.duplicated()]


def _fit_values(
    column: "pd.Series[Any]", shipped: "pd.Series[Any]", file: str, faults: list[Fault]
) -> "pd.Series[Any]":
    """Bring a column into the shipped one's kind of values, or tell what does not fit."""
    heading = f"{schema.heading(str(shipped.name))}（{shipped.name}）"
    if pd.api.types.is_bool_dtype(shipped):
        truths = column.map(lambda value: TRUTHS.get(str(value).strip().lower()))
        faults += _list_faults(column[truths.isna()], "はい・いいえ（True・False）", heading, file)
        return truths if truths.isna().any() else truths.astype(bool)
    if pd.api.types.is_numeric_dtype(shipped):
        numbers = pd.to_numeric(column, errors="coerce")
        faults += _list_faults(column[numbers.isna() & column.notna()], "数", heading, file)
        if _is_share(shipped):
            is_beyond = numbers.notna() & ~numbers.between(0, 1)
            faults += _list_faults(column[is_beyond], "0〜1の割合", heading, file)
        is_whole = pd.api.types.is_integer_dtype(shipped) and numbers.notna().all()
        return numbers.astype("int64") if is_whole and (numbers % 1 == 0).all() else numbers
    # numbers that name something are texts: 5134.0 is the mesh 5134
    texts = column.map(_write_text, na_action="ignore").astype("str")
    # a spreadsheet takes the zero off 01100
    is_short = texts.str.fullmatch(SHORT_CODE).fillna(False)
    return texts.mask(is_short, "0" + texts) if shipped.name == "code" else texts


def _list_faults(values: "pd.Series[Any]", kind: str, heading: str, file: str) -> Iterator[Fault]:
    if len(values):
        listed = _list_some([f"「{shorten(value)}」" for value in values])
        problem = f"付属の表では{kind}の列ですが、そう読めない値があります: {listed}"
        yield Fault(problem, REMEDY, file=file, column=heading)


def _write_text(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _find_repeats(table: pd.DataFrame, key: list[str], file: str) -> Iterator[Fault]:
    if not key:
        return
    repeated = table.loc[table.duplicated(key), key]
    if repeated.empty:
        return
    rows = repeated.itertuples(index=False)
    listed = _list_some(["・".join(map(shorten, values)) for values in rows])
    columns = "と".join(map(schema.heading, key))
    yield Fault(f"{columns}の同じ行が2つあります: {listed}", REMEDY, file=file)


def _describe_lost_units(table: pd.DataFrame, shipped: pd.DataFrame, key: list[str]) -> str:
    """Describe which units of the shipped table a newer one lacks; empty if none."""
    if not key:
        return ""
    units = set(table[key].itertuples(index=False, name=None))
    lost = [unit for unit in shipped[key].itertuples(index=False, name=None) if unit not in units]
    if not lost:
        return ""
    count = len(lost)
    texts = []
    for position, column in enumerate(key):
        # a unit that is gone altogether is named once, not with each of its rows
        values = set(table[column].dropna())
        gone = list(dict.fromkeys(unit[position] for unit in lost if unit[position] not in values))
        if gone:
            texts.append(f"{schema.heading(column)}の {_list_some(list(map(shorten, gone)))}")
        lost = [unit for unit in lost if unit[position] in values]
    if lost:
        texts.append(_list_some(["・".join(map(shorten, unit)) for unit in lost]))
    columns = "と".join(map(schema.heading, key))
    return f"付属の表にある{columns}の{count}行がありません: {'、'.join(texts)}"


def _list_some(texts: list[str]) -> str:
    """List the first few, and say how many more there are."""
    more = f"ほか{len(texts) - LISTED}" if len(texts) > LISTED else ""
    return "、".join(texts[:LISTED]) + more


def _is_share(shipped: "pd.Series[Any]") -> bool:
    """Say whether a shipped column holds shares: within 0–1, and not in kg or days."""
    is_of_unit = schema.HEADINGS.get(str(shipped.name), ("", SHARE_UNIT))[1] == SHARE_UNIT
    numbers = shipped.dropna()
    is_float = pd.api.types.is_float_dtype(shipped)
    return is_of_unit and is_float and len(numbers) > 0 and bool(numbers.between(0, 1).all())


def _is_grid(shipped: pd.DataFrame, key: list[str]) -> bool:
    """Say whether a shipped table has a row for every combination of its units."""
    return math.prod(shipped[column].nunique() for column in key) == len(shipped)


def _covers_everybody(shipped: pd.DataFrame, prefecture: str | None) -> bool:
    """Say whether a shipped table has a row for each municipality, so that none may be missing."""
    everybody = {
        place.code
        for place in all_municipalities()
        if not place.parent and (prefecture is None or place.code.startswith(prefecture))
    }
    return everybody <= set(shipped["code"])
