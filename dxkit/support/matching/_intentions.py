"""Who wants what, up to which price, who has it already, and what may each spend?

`split_intentions` turns the form of intentions into the three tables that `adopters` takes.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd

from dxkit import _checks
from dxkit._plain_tables import read_plain_table
from dxkit.errors import Fault, TableError
from dxkit.schema import accepts_any_table, carry_provenance

WANTED = ("導入したい", "条件が合えば")
PRESENT = "すでに使っている"
REFUSED = "導入しない"
INTENTIONS = (*WANTED, PRESENT, REFUSED)


class Intentions(NamedTuple):
    """The form of intentions, taken apart.

    Attributes
    ----------
    wishes
        One row a wish: ``code, service, worth_yen`` (the most that it would pay a year).
    present
        One row a service in use: ``code, service``.
    budgets
        One row a municipality that named one: ``code, budget_yen``.
    """

    wishes: pd.DataFrame
    present: pd.DataFrame
    budgets: pd.DataFrame


@accepts_any_table("intentions")
def split_intentions(intentions: pd.DataFrame) -> Intentions:
    """Split the form ``intention`` (`dxkit.loaders.read_form`) into what `adopters` takes.

    Parameters
    ----------
    intentions
        One row a municipality and service: ``code, service, intention`` (導入したい, 条件が合えば,
        すでに使っている, 導入しない), ``worth_yen`` (needed for the first two) and, where known,
        ``budget_yen`` (the same in each row of a municipality, or blank).

    Returns
    -------
    Intentions

    Raises
    ------
    TableError
        If an intention is unknown, a wish has no price, or a municipality names two budgets; with
        every fault.

    Examples
    --------
    >>> import pandas as pd
    >>> form = pd.DataFrame({"code": ["28201", "28202"], "service": "waste"})
    >>> form = form.assign(intention=["導入したい", "すでに使っている"], worth_yen=[500_000, None])
    >>> parts = split_intentions(form)
    >>> parts.wishes["code"].tolist(), parts.present["code"].tolist()
    (['28201'], ['28202'])
    """
    table = read_plain_table(intentions)
    _checks.require_columns(table, ["code", "service", "intention", "worth_yen"], "意向の様式")
    _checks.require_unique_rows(table, ["code", "service"], "意向の様式")
    worth = _checks.read_numbers(table, "worth_yen", "意向の様式", blank=True, whole=True)
    is_wish = table["intention"].isin(WANTED).to_numpy()
    stray = _checks.find_stray_words(table, "intention", INTENTIONS, "意向の様式")
    faults = [*stray, *_find_missing_prices(table, is_wish, worth)]
    budgets, budget_faults = _read_budgets(table)
    if faults or budget_faults:
        raise TableError([*faults, *budget_faults])
    wishes = table.loc[is_wish, ["code", "service"]].assign(worth_yen=worth[is_wish].astype(int))
    parts = (
        wishes.reset_index(drop=True),
        table.loc[table["intention"] == PRESENT, ["code", "service"]].reset_index(drop=True),
        budgets,
    )
    return Intentions(*(carry_provenance(part, intentions) for part in parts))


def _find_missing_prices(
    table: pd.DataFrame, is_wish: np.ndarray, worth: np.ndarray
) -> list[Fault]:
    """Find wishes without a price: nobody can tell for them whether a joint price is too much."""
    return [
        Fault(
            "「この額までなら参加する」が空欄です",
            "年の上限の額を書くか、意向を「導入しない」にしてください",
            row=int(row) + 1,
            column="worth_yen",
            value=f"{table['code'].iloc[row]}・{table['service'].iloc[row]}",
        )
        for row in np.flatnonzero(is_wish & np.isnan(worth))
    ]


def _read_budgets(table: pd.DataFrame) -> tuple[pd.DataFrame, list[Fault]]:
    """Read one budget a municipality; two different ones are a fault."""
    if "budget_yen" not in table.columns:
        return pd.DataFrame({"code": [], "budget_yen": []}), []
    amounts = _checks.read_numbers(table, "budget_yen", "意向の様式", blank=True, whole=True)
    named = table.assign(budget_yen=amounts).dropna(subset=["budget_yen"])
    faults = [
        Fault(
            "予算枠が行によって違います",
            "1つの市町には同じ額を書いてください",
            column="budget_yen",
            value=f"{code}: {'、'.join(f'{amount:,.0f}' for amount in sorted(set(own)))}",
        )
        for code, own in named.groupby("code", sort=True)["budget_yen"]
        if len(set(own)) > 1
    ]
    budgets = named.drop_duplicates("code")[["code", "budget_yen"]].sort_values("code")
    return budgets.astype({"budget_yen": int}).reset_index(drop=True), faults
