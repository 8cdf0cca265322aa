"""What does a user's newer file change in the table whose place it takes?"""

import warnings
from typing import Any

import pandas as pd

from dxkit import schema
from dxkit.errors import ChoiceError, TableWarning
from dxkit.loaders._data_folder import data_folder
from dxkit.loaders._load import find_newer_file, load, load_shipped
from dxkit.loaders._newer_columns import find_key
from dxkit.loaders._place_names import municipality_name

# rows that stand in one table only
ADDED = "行が加わりました"
REMOVED = "行がなくなりました"
# figures that are equal but for the last digits of a computation
TOLERANCE = 1e-9
COLUMNS = ("item", "shipped", "newer", "difference")


def compare_with_shipped(name: str, prefecture: str | None = "") -> pd.DataFrame:
    """Compare the newer file in `data_folder` with the shipped table, cell by cell.

    Parameters
    ----------
    name
        A name in `catalog` that has a newer file.
    prefecture
        As for `load`.

    Returns
    -------
    pandas.DataFrame
        One row a value that differs: the columns by which a row is known (``code`` with ``name``,
        ``system`` …), ``item`` (the column's Japanese heading, or that the row is new or gone),
        ``shipped``, ``newer`` and, between numbers, ``difference`` (newer − shipped). Shapes are
        not compared. ``.attrs["settings"]`` counts the values compared and those that differ.
        `write_table` makes a sheet of it.

    Raises
    ------
    CatalogError
        If there is no such table.
    ChoiceError
        If no file in the folder takes the place of this table.
    TableError
        If the file does not fit.

    Examples
    --------
    >>> compare_with_shipped("systems")
    Traceback (most recent call last):
    ...
    dxkit.errors.ChoiceError: 表「systems」に代わるファイルは、データのフォルダーにありません。...
    """
    before = load_shipped(name, prefecture)
    path = find_newer_file(name)
    if path is None:
        raise ChoiceError(
            f"表「{name}」に代わるファイルは、データのフォルダーにありません。"
            f"新しい表を「{name}.csv」のような名前で置いてください: {data_folder()}"
        )
    with warnings.catch_warnings():
        # the settings say which file is compared
        warnings.filterwarnings("ignore", ".*の代わりに使います", TableWarning)
        after = load(name, prefecture)
    key = find_key(before)
    columns = [
        column
        for column in schema.drop_old_names(before.columns)
        if column in after.columns and column not in (*key, "geometry")
    ]
    # without a key, rows are compared by their order
    places = key or ["row"]
    first = _index_by(before, key)
    second = _index_by(after, key)
    rows = list(_list_changes(first[columns], second[columns]))
    result = pd.DataFrame(rows, columns=[*places, *COLUMNS])
    if "code" in places:
        result.insert(places.index("code") + 1, "name", result["code"].map(municipality_name))
    schema.carry_provenance(result, after, before)
    common = first.index.intersection(second.index)
    result.attrs["settings"] = {
        "file": path.name,
        "values": len(common) * len(columns),
        "changed": len(result),
    }
    return result


def _index_by(table: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    """Index a table by its key, or by the number of the row."""
    plain = pd.DataFrame(table).reset_index(drop=True)
    if key:
        return plain.set_index(key)
    return plain.rename_axis("row")


def _list_changes(before: pd.DataFrame, after: pd.DataFrame) -> "list[tuple[Any, ...]]":
    """List removed and added rows, then the values that differ, in the shipped table's order."""
    removed = before.index.difference(after.index, sort=False)
    added = after.index.difference(before.index, sort=False)
    rows: list[tuple[Any, ...]] = [
        (*_as_tuple(places), change, None, None, None)
        for change, index in ((REMOVED, removed), (ADDED, added))
        for places in index
    ]
    common = before.index.intersection(after.index, sort=False)
    first = before.loc[common]
    second = after.loc[common]
    for column in before.columns:
        heading = schema.heading(str(column))
        pairs = zip(common, first[column], second[column], strict=True)
        for places, old, new in pairs:
            if not _are_equal(old, new):
                rows.append((*_as_tuple(places), heading, old, new, _subtract(old, new)))
    return rows


def _as_tuple(places: Any) -> tuple[Any, ...]:
    return places if isinstance(places, tuple) else (places,)


def _are_equal(old: Any, new: Any) -> bool:
    if pd.isna(old) or pd.isna(new):
        return bool(pd.isna(old) and pd.isna(new))
    difference = _subtract(old, new)
    return bool(old == new) if difference is None else abs(difference) <= TOLERANCE


def _subtract(old: Any, new: Any) -> float | None:
    """Subtract numbers; yes and no, texts and blanks have no difference."""
    numbers = [old, new]
    if any(isinstance(value, str | bool) or pd.isna(value) for value in numbers):
        return None
    return float(new) - float(old)
