"""Who should buy licences alone and who together, when a contract has a minimum and prices fall with the number?

Each municipality contracts alone, or stands in the council's bundle, where it costs ``handling_yen`` of the council's work. With
c(n) the cost of a contract for n licences (`pricing`), minimise

Σ_{i alone} c(d_i) + Σ_{i in bundle} handling + standing + c(Σ_{i in bundle} d_i)

exactly: for each total t of the bundle, the cheapest set with that total is found by a dynamic programme over the municipalities
(knapsack: 0–1, whole numbers), then the best t. As c is subadditive, a second bundle never costs less than one.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dxkit import _checks
from dxkit.support.costs import _price_ladder

Whole = NDArray[np.int64]
Places = NDArray[np.bool_]
NEVER = np.iinfo(np.int64).max // 4


@dataclass(frozen=True)
class Bundle:
    """Who buys how, and what it costs.

    Attributes
    ----------
    table
        One row a municipality: ``code, name`` (where given), ``licences, alone_yen`` (a contract of its own), ``way`` (alone,
        bundle), ``yen`` (what it pays: in the bundle per licence, handling included), ``saved_yen, reason`` in Japanese.
    plans
        One row a plan: ``plan`` (alone, below_minimum, all, best), ``label``, ``bundled`` and ``licences`` in the bundle,
        ``yen, saved_yen``.
    total_yen
        The least cost, proven.
    settings
        ``minimum, how, handling_yen, standing_yen, bought`` (licences in the bundle's contract), ``spare`` (bought, not needed).
    """

    table: pd.DataFrame
    plans: pd.DataFrame
    total_yen: int
    settings: dict[str, Any]

    def __repr__(self) -> str:
        inside = int((self.table["way"] == "bundle").sum())
        saved = int(self.table["alone_yen"].sum()) - self.total_yen
        return f"<束ね: {len(self.table)}団体のうち{inside}団体を一括、合計 {self.total_yen:,}円（各自契約より {saved:,}円安い）>"


@dataclass(frozen=True)
class _Costs:
    """What a contract costs alone and for every total, and what the council's work costs."""

    need: Whole
    alone: Whole
    joint: _price_ladder.Tariff
    handling: int
    standing: int

    def of(self, inside: Places) -> int:
        """Give what a set of bundled ones and the others cost in all."""
        if not inside.any():
            return int(self.alone.sum())
        many = int(inside.sum())
        return int(
            self.alone[~inside].sum()
            + self.joint.yen[self.need[inside].sum()]
            + self.handling * many
            + self.standing
        )


def bundle(
    licences: pd.DataFrame,
    prices: pd.DataFrame,
    *,
    minimum: int = 1,
    how: str = "all",
    handling_yen: int = 0,
    standing_yen: int = 0,
) -> Bundle:
    """Find whom to bundle into one contract, and prove that no other way costs less.

    Parameters
    ----------
    licences
        One row a municipality: ``code, licences`` (whole numbers from 1); ``name`` is used in the sentences.
    prices
        One row a tier: ``from_count, unit_yen`` (whole yen, not rising).
    minimum
        The smallest contract; a smaller need pays for the minimum.
    how
        ``"all"``: every licence at the price of the tier reached; ``"each"``: each tier's licences at its own price.
    handling_yen
        What each bundled municipality costs the council's office (whole yen).
    standing_yen
        What the bundle as such costs (whole yen).

    Returns
    -------
    Bundle

    Raises
    ------
    TableError
        If a column is missing, a number is not whole, or prices rise.
    ChoiceError
        If an option cannot be.
    """
    need = _price_ladder.demand(licences)
    joint = _price_ladder.tariff(prices, int(need.sum()), minimum=minimum, how=how)
    handling, standing = (
        int(_checks.require_number(yen, name))
        for yen, name in ((handling_yen, "handling_yen"), (standing_yen, "standing_yen"))
    )
    costs = _Costs(need, joint.yen[need], joint, handling, standing)
    inside = _best(costs)
    settings = {"minimum": minimum, "how": how, "handling_yen": handling, "standing_yen": standing}
    together = int(need[inside].sum())
    settings |= {
        "bought": int(joint.bought[together]),
        "spare": int(joint.bought[together]) - together,
    }
    return Bundle(
        _table(licences, costs, inside), _plans(costs, inside), costs.of(inside), settings
    )


def _best(costs: _Costs) -> Places:
    """Give the cheapest set to bundle; the smaller set where two cost the same."""
    change = costs.handling - costs.alone
    many, top = len(costs.need), int(costs.need.sum())
    least = np.full(top + 1, NEVER, dtype=np.int64)
    least[0] = 0
    taken = np.zeros((many, top + 1), dtype=bool)
    for at in range(many):
        size = int(costs.need[at])
        joined = least[: top + 1 - size] + change[at]
        taken[at, size:] = joined < least[size:]
        least[size:] = np.minimum(least[size:], joined)
    totals = np.where(least < NEVER // 2, least + costs.joint.yen + costs.standing, NEVER)
    totals[0] = 0
    left, inside = int(np.argmin(totals)), np.zeros(many, dtype=bool)
    for at in range(many - 1, -1, -1):
        if taken[at, left]:
            inside[at] = True
            left -= int(costs.need[at])
    return inside


def _plans(costs: _Costs, best: Places) -> pd.DataFrame:
    below = costs.need < costs.joint.minimum
    ways = {
        "alone": ("全団体が各自で契約", np.zeros(len(best), dtype=bool)),
        "below_minimum": ("最小数に満たない団体だけ束ねる", below),
        "all": ("全団体を束ねる", np.ones(len(best), dtype=bool)),
        "best": ("いちばん安い束ね方", best),
    }
    apart = costs.of(np.zeros(len(best), dtype=bool))
    rows = [
        {
            "plan": plan,
            "label": label,
            "bundled": int(inside.sum()),
            "licences": int(costs.need[inside].sum()),
            "yen": costs.of(inside),
        }
        for plan, (label, inside) in ways.items()
    ]
    table = pd.DataFrame(rows)
    return table.assign(saved_yen=apart - table["yen"])


def _table(licences: pd.DataFrame, costs: _Costs, inside: Places) -> pd.DataFrame:
    need, together = costs.need, int(costs.need[inside].sum())
    contract = int(costs.joint.yen[together]) + costs.standing if together else 0
    unit = contract / together if together else 0.0
    yen = np.where(inside, need * unit + costs.handling, costs.alone.astype(float))
    table = pd.DataFrame(_price_ladder.kept(licences)).assign(
        licences=need, alone_yen=costs.alone, way=np.where(inside, "bundle", "alone")
    )
    table = table.assign(yen=yen, saved_yen=costs.alone - yen)
    table["reason"] = [_reason(costs, at, inside, unit) for at in range(len(need))]
    table.attrs = {"settings": {"unit_yen": unit}}
    return table


def _reason(costs: _Costs, at: int, inside: Places, unit: float) -> str:
    """Say why a municipality buys as it does: what the other way would cost in all."""
    other = inside.copy()
    other[at] = not other[at]
    more = costs.of(other) - costs.of(inside)
    need, least = int(costs.need[at]), costs.joint.minimum
    if inside[at]:
        small = (
            f"必要数{need}は最小数{least}に満たない。"
            if need < least
            else f"必要数{need}は最小数{least}を満たす。"
        )
        return f"{small}束ねると1ライセンス{unit:,.0f}円。外れると全体で{more:,}円高くなる"
    return (
        f"各自の契約でよい。束ねると全体で{more:,}円高くなる"
        if more
        else "束ねても全体の費用は変わらない"
    )
