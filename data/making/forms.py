"""Which forms are there, and which lists and assumptions stand behind them?

All of these tables are written by hand and only checked here: the forms' columns, the items of the portal check, which
system feeds which, roles and skills. What is assumed says so in its ``source``.
"""

from collections.abc import Callable

import pandas as pd

from making.workplace import MakeError, Workplace

KINDS = (
    *("municipality", "system", "portal_item", "role", "skill", "topic"),
    *("choice", "date", "integer", "number", "text"),
)


def form_columns(work: Workplace) -> pd.DataFrame:
    """Check the columns of the forms and give them as they are."""
    table = work.read("form_columns")
    repeated = table.duplicated(["form", "column"]) | table.duplicated(["form", "heading"])
    if repeated.any() or not table["kind"].isin(KINDS).all():
        raise MakeError("form_columns に、同じ様式の同じ列か、知らない kind があります。")
    if (table["kind"].eq("choice") & table["choices"].isna()).any():
        raise MakeError("form_columns の choice の列に、選択肢（choices）がありません。")
    if not table.groupby("form")["is_key"].max().eq(1).all():
        raise MakeError("form_columns に、行を見分ける列（is_key）のない様式があります。")
    return table


def handwritten(name: str, keys: tuple[str, ...]) -> Callable[[Workplace], pd.DataFrame]:
    """Give the job of a hand-written table: its keys are unique, and every row says its source."""

    def job(work: Workplace) -> pd.DataFrame:
        table = work.read(name)
        if table.duplicated(list(keys)).any():
            raise MakeError(f"{name} に、同じ {'・'.join(keys)} の行が2つあります。")
        if "source" in table and table["source"].isna().any():
            raise MakeError(f"{name} の、どの行にも出典か仮定を書いてください。")
        return table

    return job
