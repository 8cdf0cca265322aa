"""How do answers of a hearing become the figures that are scored?"""

import pandas as pd

from dxkit.errors import Fault, TableError

ANSWERED = "answered"
VIGNETTE = "V"


def values_of(answers: pd.DataFrame, *, column: str = "level") -> pd.DataFrame:
    """Turn answers into one row a municipality, one column an item.

    Parameters
    ----------
    answers
        One row an answer: ``code, item, level`` and, if there, ``status``; answers to fictional towns (V1, V2 …) are left out.
    column
        ``"level"``, or ``"target"`` for what is aimed at.

    Returns
    -------
    pandas.DataFrame
        Index ``code``; missing where the item was not answered, whatever the reason. Several interviewers' answers to one
        municipality are averaged.

    Raises
    ------
    TableError
        If columns are missing.
    """
    absent = [name for name in ("code", "item", column) if name not in answers.columns]
    if absent:
        raise TableError([Fault("列がありません", "answers の形を確かめてください", column=name) for name in absent])
    real = answers[~answers["code"].astype(str).str.startswith(VIGNETTE)]
    if "status" in real:
        real = real.assign(**{column: real[column].where(real["status"].eq(ANSWERED))})
    order = list(dict.fromkeys(real["item"]))
    wide = real.pivot_table(index="code", columns="item", values=column, aggfunc="mean", dropna=False).reindex(columns=order)
    wide.columns.name = None
    wide.attrs = dict(answers.attrs)
    return wide
