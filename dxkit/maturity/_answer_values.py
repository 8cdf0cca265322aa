"""How do answers to a hearing become one row a municipality?"""

from collections.abc import Iterable

import pandas as pd

from dxkit._checks import read_numbers, require_columns, require_table
from dxkit.maturity._read_values import LARGEST_NUMBER
from dxkit.schema import accepts_any_table, carry_provenance

# the status of an answer that was given
ANSWERED = "answered"
# codes of fictional towns are V1, V2 …
VIGNETTE = "V"


@accepts_any_table("answers")
def values_of(answers: pd.DataFrame, *, column: str = "level") -> pd.DataFrame:
    """Turn answers into one row a municipality, one column an item.

    Parameters
    ----------
    answers
        One row an answer: ``code, item, level`` and, if there, ``status``; answers to fictional
        towns (V1, V2 …) are left out.
    column
        ``"level"``, or ``"target"`` for what is aimed at.

    Returns
    -------
    pandas.DataFrame
        Index ``code``; missing where the item was not answered, whatever the reason. Several
        interviewers' answers to one municipality are averaged.

    Raises
    ------
    TableError
        If columns are missing or a level is no number.

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame(
    ...     [("28201", "plan", 3, "answered"), ("28201", "team", None, "declined"),
    ...      ("V1", "plan", 5, "answered")],
    ...     columns=["code", "item", "level", "status"],
    ... )
    >>> values_of(answers).loc["28201"].to_dict()
    {'plan': 3.0, 'team': nan}
    """
    answers = read_answers(answers, ("code", "item", column), column)
    real = answers[~answers["code"].astype(str).str.startswith(VIGNETTE)]
    if "status" in real:
        # a level beside a refusal is no answer
        real = real.assign(**{column: real[column].where(real["status"].eq(ANSWERED))})
    items = list(dict.fromkeys(real["item"]))
    wide = real.pivot_table(
        index="code", columns="item", values=column, aggfunc="mean", dropna=False
    ).reindex(columns=items)
    wide.columns.name = None
    return carry_provenance(wide, answers)


def read_answers(
    answers: pd.DataFrame, needed: Iterable[str], column: str = "level"
) -> pd.DataFrame:
    """Read levels as numbers; a copy of the table.

    Raises
    ------
    TableError
        Naming every missing column, or every row whose level is no number.
    """
    require_answer_columns(answers, needed)
    if answers.empty:
        return answers
    high = LARGEST_NUMBER
    levels = read_numbers(answers, column, "answers", low=-high, high=high, blank=True)
    return answers.assign(**{column: levels})


def require_answer_columns(answers: pd.DataFrame, needed: Iterable[str]) -> None:
    """Refuse a table of answers that lacks columns; it may have no row yet.

    Raises
    ------
    TableError
        Naming every missing column.
    """
    require_table(answers, "answers")
    require_columns(pd.DataFrame(index=[0], columns=answers.columns), list(needed), "answers")
