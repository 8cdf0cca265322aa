"""How do answers to a hearing become one row a municipality?"""

from collections.abc import Iterable

import pandas as pd

from dxkit._checks import require_columns
from dxkit.schema import carry_provenance

# the status of an answer that was given
ANSWERED = "answered"
# codes of fictional towns are V1, V2 …
VIGNETTE = "V"


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
        If columns are missing.

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
    require_answer_columns(answers, ("code", "item", column))
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


def require_answer_columns(answers: pd.DataFrame, needed: Iterable[str]) -> None:
    """Refuse a table of answers that lacks columns; it may have no row yet.

    Raises
    ------
    TableError
        Naming every missing column.
    """
    require_columns(pd.DataFrame(index=[0], columns=answers.columns), list(needed), "answers")
