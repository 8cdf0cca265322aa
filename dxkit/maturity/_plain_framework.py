"""What is the smallest framework for a few columns that nobody has written a framework for?

All indicators of equal weight right below the total, more is better unless said otherwise, and the
smallest and largest value as goalposts. These are choices: `score` says them in a warning when it
has to make them itself.
"""

import re
import unicodedata
import warnings
from collections.abc import Collection

import numpy as np
import pandas as pd

from dxkit._checks import read_list, require_single_columns, require_table
from dxkit.errors import ChoiceError, Fault, TableError, TableWarning, shorten
from dxkit.schema import accepts_any_table, carry_provenance

# digits that name something
LEADING_ZERO = r"-?0\d"
# headings below which digits name something: 地域コード, area_code, townID, No.
NAMING_HEAD = re.compile(
    r"コード$|番号$|電話$|(?i:(?:^|[\W_]|(?<=[^\x00-\x7f]))(?:code|id|no|tel|zip)\.?\d*$)"
    r"|[a-z](?:Code|ID|Id|No)$"
)


@accepts_any_table("values")
def plain_framework(
    values: pd.DataFrame, *, lower_is_better: Collection[str] | str = ()
) -> pd.DataFrame:
    """Make the framework of the columns of a table: equal weights, smallest to largest value.

    Parameters
    ----------
    values
        One row a municipality (index or column ``code``); every column of numbers is an indicator
        (hand in no totals or published ranks), also of texts that are all numbers. Columns in which
        all are equal tell nobody apart and are left out; so are columns whose heading says that
        their digits are names (コード, 番号, code, id, no).
    lower_is_better
        Names of the columns in which less is better.

    Returns
    -------
    pandas.DataFrame
        ``indicator, parent, label, direction, weight, unit, low, high``, to be changed at will.

    Raises
    ------
    TableError
        If no column holds different numbers.
    ChoiceError
        If a name of ``lower_is_better`` is no such column.

    Warns
    -----
    TableWarning
        Naming the columns of texts that were read as numbers, and the columns of numbers that were
        left out for their heading.

    Examples
    --------
    >>> towns = [{"code": "28201", "users": 5, "days": 2}, {"code": "28202", "users": 3, "days": 9}]
    >>> framework = plain_framework(towns, lower_is_better=["days"])
    >>> framework[["indicator", "direction", "low", "high"]].to_numpy().tolist()
    [['users', 1, 3.0, 5.0], ['days', -1, 2.0, 9.0]]
    """
    reverse = set(read_list(lower_is_better, "lower_is_better"))
    framework = _make_framework(values, reverse)
    if remarks := _list_remarks(values, framework["indicator"].tolist()):
        warnings.warn("".join(remarks), TableWarning, stacklevel=3)
    return framework


def complete_framework(values: pd.DataFrame, indicators: pd.DataFrame | None) -> pd.DataFrame:
    """Return the framework, or make the plain one and say what was chosen."""
    if indicators is not None:
        return indicators
    framework = _make_framework(values, set())
    names = "・".join(framework["indicator"])
    left_out = "・".join(
        str(name) for name in values.columns if name not in (*framework["indicator"], "code")
    )
    message = (
        f"枠組み indicators がないので、{names} を同じ重みで、どれも大きいほど良く、"
        "最小値から最大値までを目標値とみなしました"
        f"{f'（{left_out} は使っていません）' if left_out else ''}。"
        f"{''.join(_list_remarks(values, framework['indicator'].tolist()))}"
        "変えるには plain_framework の表を直して渡してください。"
    )
    warnings.warn(message, TableWarning, stacklevel=4)
    return framework


def _make_framework(values: pd.DataFrame, reverse: Collection[str]) -> pd.DataFrame:
    """Make the plain framework; less is better in the columns of ``reverse``."""
    require_table(values, "values")
    values = _drop_repeated_words(values)
    names = _list_indicators(values)
    if not names:
        remedy = "数の列を入れるか、indicators に枠組みの表を渡してください"
        problem = "市町によって値の違う数の列がありません"
        raise TableError([Fault(problem, remedy, value="、".join(map(str, values.columns)))])
    if unknown := sorted(set(reverse) - set(names), key=str):
        raise ChoiceError(
            f"lower_is_better の「{shorten(unknown[0])}」は数の列にありません。"
            f"数の列: {'・'.join(names)}"
        )
    numbers = _read_number_texts(values)[names].astype(float)
    framework = pd.DataFrame(
        {
            "indicator": names,
            "parent": "",
            "label": names,
            "direction": [-1 if name in reverse else 1 for name in names],
            "weight": 1.0,
            "unit": "",
            "low": numbers.min().to_numpy(),
            "high": numbers.max().to_numpy(),
        }
    )
    return carry_provenance(framework, values)


def _list_remarks(values: pd.DataFrame, names: Collection[str]) -> list[str]:
    """List what was taken for numbers, and what was not, without the table saying so."""
    texts = [
        str(name)
        for name, column in values.items()
        if str(name) in names and pd.api.types.is_string_dtype(column)
    ]
    remarks = [f"文字で入っている列（{'・'.join(texts)}）は、数として使いました。"] if texts else []
    labels = [
        str(name)
        for name, column in values.items()
        if _names_something(name) and pd.to_numeric(column, errors="coerce").notna().any()
    ]
    if labels:
        remarks.append(
            f"見出しから名前とみなした列（{'・'.join(labels)}）は、使っていません。"
            "数であれば、見出しを変えてください。"
        )
    return remarks


def _names_something(name: object) -> bool:
    """Check for a heading below which digits are names; ``code`` is the municipality's own."""
    return name != "code" and bool(NAMING_HEAD.search(unicodedata.normalize("NFKC", str(name))))


def _drop_repeated_words(values: pd.DataFrame) -> pd.DataFrame:
    """Leave out headings of words that repeat, which no indicator needs; of numbers none may."""
    is_repeated = values.columns.duplicated(keep=False)
    if not is_repeated.any():
        return values
    numbers = [
        name
        for name, column in values.loc[:, is_repeated].items()
        if name == "code" or pd.to_numeric(column, errors="coerce").notna().any()
    ]
    require_single_columns(values, numbers, "values")
    return values.loc[:, ~is_repeated]


def _list_indicators(values: pd.DataFrame) -> list[str]:
    """List the columns of numbers in which not all are equal."""
    if faults := _list_bad_cells(values):
        raise TableError(faults)
    return [
        str(name)
        # numbers in a column of objects or texts are numbers
        for name, column in _read_number_texts(values).infer_objects().items()
        if pd.api.types.is_numeric_dtype(column)
        and not pd.api.types.is_bool_dtype(column)
        and name != "code"
        and not _names_something(name)
        and column.max() > column.min()
    ]


def _read_number_texts(values: pd.DataFrame) -> pd.DataFrame:
    """Read columns of texts that are all numbers as numbers; a leading zero names something."""
    numbers = {
        name: pd.to_numeric(column, errors="coerce")
        for name, column in values.items()
        if name != "code" and pd.api.types.is_string_dtype(column)
    }
    return values.assign(
        **{
            str(name): column
            for name, column in numbers.items()
            if column.notna().equals(values[name].notna())
            and not values[name].astype(str).str.match(LEADING_ZERO).any()
        }
    )


def _list_bad_cells(values: pd.DataFrame) -> list[Fault]:
    """List words among the numbers of a column, and numbers without end."""
    faults = []
    for name, column in values.items():
        if name == "code" or _names_something(name) or pd.api.types.is_bool_dtype(column):
            continue
        numbers = pd.to_numeric(column, errors="coerce").astype(float)
        if numbers.notna().sum() * 2 <= column.notna().sum():
            # most are no numbers: a column of words, which is no indicator
            continue
        bad = (numbers.isna() & column.notna()) | np.isinf(numbers)
        problem = "数の列に、数として使えない値があります"
        faults += [
            Fault(
                problem,
                "数に直すか、空欄にしてください",
                row=row + 1,
                column=str(name),
                value=value,
            )
            for row, (value, is_bad) in enumerate(zip(column, bad, strict=True))
            if is_bad
        ]
    return faults
