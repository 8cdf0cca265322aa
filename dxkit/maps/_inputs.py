"""Which columns of a table can be drawn, and if one cannot, what should be put right?

Tables of any origin come in; checked arrays and texts come out. Every fault is named in Japanese.
"""

import re
from collections.abc import Hashable, Mapping, Sequence

import numpy as np
import pandas as pd

from dxkit._arrays import BoolArray, FloatArray
from dxkit._checks import EMPTY_REMEDY, read_list, to_numbers, warn_caller
from dxkit.errors import ChoiceError, Fault, TableError, shorten
from dxkit.maps._legend import format_number
from dxkit.schema import replace_surrogates

NAMELESS = "（名前なし）"
# column names that a message lists, and letters of each
LISTED_COLUMNS = 20
COLUMN_LETTERS = 20
# units that follow their number without a space
CLOSE_UNITS = ("", "%", "％")
NUMBER_TYPES = {"integer", "floating", "decimal", "mixed-integer-float"}
# a number of several digits that opens with 0 is a code
WRITTEN_NUMBER = re.compile(r"[-+−]?(?:0|[1-9][\d,]*)(?:\.\d+)?")

Columns = str | Sequence[str] | Mapping[str, str]


def check_rows(table: object) -> None:
    """Check that this is a table with rows.

    Raises
    ------
    ChoiceError
        If it is no table.
    TableError
        If it has no row.
    """
    if not isinstance(table, pd.DataFrame):
        raise ChoiceError(
            "table は表（DataFrame・GeoDataFrame）で渡してください"
            f"（{type(table).__name__} でした）。"
        )
    if table.empty:
        raise TableError([Fault("表に行がありません", EMPTY_REMEDY)])


def require_column(table: pd.DataFrame, column: Hashable, option: str) -> pd.Series:
    """Return one column of a table, or name those that it has.

    Raises
    ------
    ChoiceError
    """
    # a list or pd.NA is no name of a column
    is_name = isinstance(column, Hashable) and not (column is None or column is pd.NA)
    if not is_name or column not in table.columns:
        listed = "、".join(
            shorten(name, COLUMN_LETTERS)
            for name in table.columns[:LISTED_COLUMNS]
            if name != "geometry"
        )
        raise ChoiceError(f"{option}=「{shorten(column)}」という列はありません。使える列: {listed}")
    values = table[column]
    # pandas returns a table where several columns share the name
    if isinstance(values, pd.DataFrame):
        raise ChoiceError(
            f"列「{shorten(column)}」が{values.shape[1]}つあります。"
            "列の名前を変えて、1つにしてください。"
        )
    return values


def to_finite_numbers(values: pd.Series, names: Sequence[str]) -> FloatArray:
    """Convert a column to numbers, NaN where one is missing; infinity and words are faults.

    Raises
    ------
    TableError
        Naming every such value.
    """
    # pandas has several kinds of missing values; all become NaN
    numbers = to_numbers(values)
    is_word = np.isnan(numbers) & values.notna().to_numpy(dtype=bool)
    faults = [
        Fault(
            f"{names[row]}の値が有限の数ではありません",
            "数に直してください" if is_word[row] else "0で割っていないか確かめてください",
            column=str(values.name),
            value=values.iloc[row] if is_word[row] else "inf",
        )
        for row in np.flatnonzero(np.isinf(numbers) | is_word).tolist()
    ]
    if faults:
        raise TableError(faults)
    return numbers


def has_numbers(values: pd.Series) -> bool:
    """Whether a column holds numbers; True and False count as texts (はい・いいえ)."""
    return pd.api.types.infer_dtype(values, skipna=True) in NUMBER_TYPES


def to_categories(values: pd.Series) -> tuple[list[str | None], list[str]]:
    """Convert a column to texts and list its categories.

    Returns
    -------
    texts, order
        One text a row, ``None`` where one is missing or blank; the categories that occur, in
        their own order where the column has one, and else sorted.

    Raises
    ------
    TableError
        If numbers and texts are mixed.
    """
    missing = values.isna().to_numpy(dtype=bool)
    _check_one_type(values, missing)
    texts = [
        None if blank else format_value(value, "").strip() or None
        for value, blank in zip(values, missing, strict=True)
    ]
    present = {text for text in texts if text is not None}
    _warn_of_written_numbers(values, present)
    if isinstance(values.dtype, pd.CategoricalDtype):
        labels = [format_value(category, "").strip() for category in values.cat.categories]
        return texts, [label for label in labels if label in present]
    return texts, sorted(present)


def _check_one_type(values: pd.Series, missing: BoolArray) -> None:
    present = values[~missing]
    if len({type(value) for value in present}) > 1:
        odd = next(value for value in present if not isinstance(value, str))
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


def _warn_of_written_numbers(values: pd.Series, texts: set[str]) -> None:
    """Say that numbers which came as texts are drawn as kinds; categories are meant so."""
    is_text = pd.api.types.infer_dtype(values, skipna=True) == "string"
    if not is_text or not texts or not all(map(WRITTEN_NUMBER.fullmatch, texts)):
        return
    warn_caller(
        f"列「{shorten(str(values.name))}」は文字で書かれた数なので、区分として塗り分けます"
        f"（例: {shorten(min(texts))}）→ 大小で塗るには、数の列に直してください（pd.to_numeric）。"
    )


def read_names(table: pd.DataFrame, name: str) -> list[str]:
    """Read what each row is called.

    Where no column was asked for (``name`` is its default) and there is none, the code stands for
    the name, and where there is no code the index label.
    """
    is_default = isinstance(name, str) and name == "name"
    if not is_default or name in table.columns:
        return [format_value(value, NAMELESS) for value in require_column(table, name, "name")]
    # a code can be looked up, an index label only counts
    labels = table["code"] if "code" in table.columns else table.index
    return [replace_surrogates(value) for value in labels]


def write_codes(codes: pd.Series) -> pd.Series:
    """Write codes as text that any page can hold; a blank one stays blank."""
    return codes.astype(object).map(replace_surrogates, na_action="ignore")


def read_row_labels(table: pd.DataFrame) -> list[str]:
    """Write each row's index label, for messages about rows without a name."""
    return [str(row) for row in table.index]


def read_tooltip_columns(
    table: pd.DataFrame, columns: Columns, missing: str
) -> tuple[list[str], list[list[str]]]:
    """Read the further columns of a tooltip.

    Returns
    -------
    headings, rows
        One heading a column; for each row of the table, one text a column.
    """
    names = list(columns) if isinstance(columns, Mapping) else []
    if columns is not None and not names:
        names = read_list(columns, "tooltip")
    headings = [
        replace_surrogates(columns[name] if isinstance(columns, Mapping) else name)
        for name in names
    ]
    texts = [
        [format_value(value, missing) for value in require_column(table, name, "tooltip")]
        for name in names
    ]
    # zip of no columns would yield no rows
    if not texts:
        return headings, [[] for _ in range(len(table))]
    return headings, [list(row) for row in zip(*texts, strict=True)]


def format_value(value: object, missing: str, unit: str = "") -> str:
    """Write one value as a tooltip shows it."""
    if _is_missing(value):
        return missing
    # before the numbers, of which True and False are some
    if isinstance(value, (bool, np.bool_)):
        return "はい" if value else "いいえ"
    if isinstance(value, (int, float, np.integer, np.floating)):
        suffix = unit if unit in CLOSE_UNITS else f" {unit}"
        return replace_surrogates(format_number(float(value)) + suffix)
    return replace_surrogates(value) if str(value).strip() else missing


def _is_missing(value: object) -> bool:
    if value is None or value is pd.NA or value is pd.NaT:
        return True
    return isinstance(value, (float, np.floating)) and not np.isfinite(value)
