"""What is the smallest framework for a few columns that nobody has written a framework for?

All indicators of equal weight right below the total, more is better unless said otherwise, and the
smallest and largest value as goalposts. These are choices: `score` says them in a warning when it
has to make them itself.
"""

import warnings
from collections.abc import Collection

import numpy as np
import pandas as pd

from dxkit.errors import ChoiceError, Fault, TableError, TableWarning, shorten
from dxkit.schema import accepts_any_table, carry_provenance

# digits that name something
LEADING_ZERO = r"-?0\d"


@accepts_any_table("values")
def plain_framework(
    values: pd.DataFrame, *, lower_is_better: Collection[str] | str = ()
) -> pd.DataFrame:
    """Make the framework of the columns of a table: equal weights, smallest to largest value.

    Parameters
    ----------
    values
        One row a municipality (index or column ``code``); every column of numbers is an indicator.
        Columns in which all are equal tell nobody apart and are left out.
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

    Examples
    --------
    >>> towns = [{"code": "28201", "users": 5, "days": 2}, {"code": "28202", "users": 3, "days": 9}]
    >>> framework = plain_framework(towns, lower_is_better=["days"])
    >>> framework[["indicator", "direction", "low", "high"]].to_numpy().tolist()
    [['users', 1, 3.0, 5.0], ['days', -1, 2.0, 9.0]]
    """
    names = _list_indicators(values)
    if not names:
        remedy = "数の列を入れるか、indicators に枠組みの表を渡してください"
        problem = "市町によって値の違う数の列がありません"
        raise TableError([Fault(problem, remedy, value="、".join(map(str, values.columns)))])
    reverse = {lower_is_better} if isinstance(lower_is_better, str) else set(lower_is_better)
    if unknown := sorted(reverse - set(names)):
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


def complete_framework(values: pd.DataFrame, indicators: pd.DataFrame | None) -> pd.DataFrame:
    """Return the framework, or make the plain one and say what was chosen."""
    if indicators is not None:
        return indicators
    framework = plain_framework(values)
    names = "・".join(framework["indicator"])
    left_out = "・".join(
        str(name) for name in values.columns if name not in (*framework["indicator"], "code")
    )
    message = (
        f"枠組み indicators がないので、{names} を同じ重みで、どれも大きいほど良く、"
        "最小値から最大値までを目標値とみなしました"
        f"{f'（{left_out} は使っていません）' if left_out else ''}。"
        "変えるには plain_framework の表を直して渡してください。"
    )
    warnings.warn(message, TableWarning, stacklevel=4)
    return framework


def _list_indicators(values: pd.DataFrame) -> list[str]:
    """List the columns of numbers in which not all are equal."""
    if values.columns.has_duplicates:
        twice = values.columns[values.columns.duplicated()][0]
        problem = "同じ名前の列が2つ以上あります"
        raise TableError([Fault(problem, "列の名前を変えてください", column=str(twice))])
    if faults := _list_bad_cells(values):
        raise TableError(faults)
    return [
        str(name)
        # numbers in a column of objects or texts are numbers
        for name, column in _read_number_texts(values).infer_objects().items()
        if pd.api.types.is_numeric_dtype(column)
        and not pd.api.types.is_bool_dtype(column)
        and name != "code"
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
        if name == "code" or pd.api.types.is_bool_dtype(column):
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
