"""Can these tables be drawn, and if not, which cell should be put right?

Reads what charts are handed: tables or result objects, columns of numbers, codes and their names.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias, TypeVar

import numpy as np
import pandas as pd

from dxkit._arrays import BoolArray, FloatArray
from dxkit._checks import (
    EMPTY_REMEDY,
    read_mapping,
    require_columns,
    require_one_heading,
    require_single_columns,
    require_unique_rows,
    to_numbers,
)
from dxkit.errors import ChoiceError, Fault, TableError, shorten
from dxkit.schema import replace_surrogates

# code → Japanese name
Names: TypeAlias = Mapping[str, str] | pd.Series | None
# a table, or a result object of dxkit that holds it
TableOrResult: TypeAlias = pd.DataFrame | Any
Data = TypeVar("Data", pd.DataFrame, pd.Series)


def take_table(data: TableOrResult, attribute: str = "table") -> pd.DataFrame:
    """Take a table as it is, or out of a result object.

    Raises
    ------
    TableError
        If it is neither.
    """
    return _take_from_result(data, attribute, pd.DataFrame)


def take_series(data: pd.Series | Any, attribute: str) -> pd.Series:
    """Take a series as it is, or out of a result object.

    Raises
    ------
    TableError
        If it is neither.
    """
    return _take_from_result(data, attribute, pd.Series)


def _take_from_result(data: object, attribute: str, kind: type[Data]) -> Data:
    content = data if isinstance(data, kind) else getattr(data, attribute, None)
    if not isinstance(content, kind):
        remedy = f"{kind.__name__} か、.{attribute} にそれのある結果を渡してください"
        raise TableError([Fault("表ではありません", remedy, value=data)])
    if not isinstance(content, pd.DataFrame):
        return content
    _refuse_steps_and_collections(content)
    return replace_broken_texts(content)


def _refuse_steps_and_collections(table: pd.DataFrame) -> None:
    """Refuse labels in several steps, and lists in a cell, by which nothing can be looked up."""
    require_one_heading(table, "表")
    if table.index.nlevels > 1:
        problem = f"表の行の名前が{table.index.nlevels}段です"
        raise TableError([Fault(problem, "1段にしてください（例: table.reset_index()）")])
    faults = [
        Fault(
            "セルにリストや辞書が入っています",
            "1つのセルに1つの値にしてください",
            row=row,
            column=str(head),
            value=cell,
        )
        for position, head in enumerate(table.columns)
        if pd.api.types.is_object_dtype(table.dtypes.iloc[position])
        for row, cell in enumerate(table.iloc[:, position], start=1)
        if isinstance(cell, list | dict | set | np.ndarray)
    ]
    if faults:
        raise TableError(faults)


def replace_broken_texts(table: pd.DataFrame) -> pd.DataFrame:
    """Replace halves of characters, of which pandas can make no text; the font has none either."""
    objects = [position for position, kind in enumerate(table.dtypes) if kind.kind == "O"]
    changed = {}
    for position in objects:
        cells = table.iloc[:, position].tolist()
        mended = [replace_surrogates(cell) if isinstance(cell, str) else cell for cell in cells]
        if mended != cells:
            changed[position] = pd.Series(mended, index=table.index, dtype=object)
    if not changed:
        return table
    plain = table.copy()
    for position, column in changed.items():
        plain.isetitem(position, column.array)
    return plain


def take_second_table(
    table: pd.DataFrame | None, result: TableOrResult, attribute: str
) -> pd.DataFrame:
    """Take the second table of a chart as given, or out of the result object beside it.

    Raises
    ------
    TableError
    """
    return take_table(result, attribute) if table is None else take_table(table)


def require_columns_if_any(table: pd.DataFrame, needed: Sequence[str], what: str) -> None:
    """Refuse a table that lacks columns; unlike `require_columns`, allow one without rows.

    Raises
    ------
    TableError
    """
    if not table.empty or not set(needed) <= set(table.columns):
        require_columns(table, needed, what)
    require_single_columns(table, needed, what)


def read_finite_numbers(table: pd.DataFrame) -> FloatArray:
    """Read a table as numbers, NaN where one is missing.

    Raises
    ------
    TableError
        If it is empty, or holds texts or infinite numbers.
    """
    if table.empty:
        raise TableError([Fault("表に行か列がありません", EMPTY_REMEDY)])
    # by position: a heading may repeat; a column of blanks is a column of missing numbers
    columns = [table.iloc[:, position] for position in range(table.shape[1])]
    numbers = np.column_stack([to_numbers(column) for column in columns])
    is_word = np.isnan(numbers) & table.notna().to_numpy(dtype=bool)
    faults = [
        Fault(
            "数ではない列です",
            "数の列だけを渡してください",
            column=str(column.name),
            value=column[words].iloc[0],
        )
        for column, words in zip(columns, is_word.T, strict=True)
        if words.any()
    ]
    if faults:
        raise TableError(faults)
    refuse_cells(
        np.isinf(numbers), table, "有限の数ではありません", "0で割っていないか確かめてください"
    )
    return numbers


def read_number_columns(table: pd.DataFrame, names: Sequence[str], what: str) -> pd.DataFrame:
    """Read columns as numbers, NaN where one is missing.

    Raises
    ------
    TableError
        If one is not there, or `read_finite_numbers` refuses it.
    """
    require_columns(table, names, what)
    numbers = read_finite_numbers(table[list(names)])
    return pd.DataFrame(numbers, index=table.index, columns=list(names))


def convert_number_columns(table: pd.DataFrame, names: Sequence[str], what: str) -> pd.DataFrame:
    """Copy a table with these columns read as numbers; `read_number_columns` says what is none.

    Raises
    ------
    TableError
    """
    return table.assign(**read_number_columns(table, names, what))


def refuse_cells(bad: BoolArray, table: pd.DataFrame, problem: str, remedy: str) -> None:
    """Raise a TableError that names every bad cell of a table; do nothing if there is none."""
    faults = [
        Fault(
            f"{table.index[row]} の値が{problem}",
            remedy,
            column=str(table.columns[column]),
            value=table.iat[row, column],  # noqa: PD009 - a position, not a label
        )
        for row, column in np.argwhere(bad).tolist()
    ]
    if faults:
        raise TableError(faults)


def refuse_missing(table: pd.DataFrame) -> None:
    """Raise a TableError that names every missing cell of a table; do nothing if there is none."""
    cells = np.argwhere(table.isna().to_numpy()).tolist()
    if cells:
        raise TableError(
            Fault(
                f"{table.index[row]} の値がありません",
                "計算し直してください",
                column=str(table.columns[column]),
            )
            for row, column in cells
        )


def index_by_code(table: pd.DataFrame, what: str) -> pd.DataFrame:
    """Return a table with its codes (column ``code``, or else the index) as index, each once.

    Raises
    ------
    TableError
    """
    # tables of the project have a column, results an index
    keyed = table.set_index("code") if "code" in table.columns else table
    # the shared check reads columns
    if not keyed.index.is_unique:
        require_unique_rows(pd.DataFrame({"code": keyed.index}), ["code"], what)
    return keyed


def name_keys(keys: Iterable[object], names: Names) -> list[str]:
    """Return the name of each code; a code without a name is shown itself."""
    # a Series and a mapping alike
    known_names = read_mapping(names, "names")
    return [str(known_names.get(str(key), key)) for key in keys]


def read_own_name(keyed: pd.DataFrame, column: Hashable, code: str) -> str:
    """Read what the municipality drawn is called: by a column, or by its code where there is none.

    Raises
    ------
    ChoiceError
        If the column's name can be none.
    """
    if not isinstance(column, Hashable):
        raise ChoiceError(f"name={shorten(column)} は使えません。列の名前を1つ書いてください。")
    return str(keyed[column].loc[code]) if column in keyed.columns else str(code)


def require_keys(keys: Iterable[object], available: pd.Index, option: str) -> None:
    """Refuse keys that a table does not have.

    Raises
    ------
    ChoiceError
    """
    # a list or pd.NA is no key
    unknown = [
        key for key in keys if not isinstance(key, Hashable) or key is pd.NA or key not in available
    ]
    if unknown:
        examples = "、".join(map(str, available[:5]))
        raise ChoiceError(
            f"{option} の「{shorten(unknown[0])}」は表にありません。"
            f"次のように書いてください: {examples}"
        )


def require_places(codes: Iterable[Any], places: Mapping[Any, object]) -> None:
    """Refuse municipalities without a place in the picture.

    Raises
    ------
    TableError
        Naming each.
    """
    # each once, in the order of the table
    unknown = [code for code in dict.fromkeys(codes) if code not in places]
    if unknown:
        raise TableError(
            Fault("場所のない市町です", "団体コードを確かめてください", column="code", value=code)
            for code in unknown
        )


def require_column_names(names: Iterable[str], available: Iterable[object]) -> None:
    """Refuse an option that names no column.

    Raises
    ------
    ChoiceError
    """
    columns = list(map(str, available))
    for name in names:
        if name not in columns:
            raise ChoiceError(
                f"「{shorten(name)}」という列はありません。使える列: {'、'.join(columns)}"
            )
