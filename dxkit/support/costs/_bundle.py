"""Who should buy licences alone and who together, when a contract has a minimum and prices fall?

`bundle` finds the cheapest division. Each municipality contracts alone, or stands in the
council's bundle, where it costs ``handling_yen`` of the council's work. With c(n) the cost of a
contract for n licences (`contract_costs`), minimise

Σ_{i alone} c(d_i) + Σ_{i in bundle} handling + standing + c(Σ_{i in bundle} d_i)

exactly: for each total t of the bundle, the cheapest set with that total is found by a dynamic
programme over the municipalities (knapsack: 0–1, whole numbers), then the best t. As c is
subadditive, a second bundle never costs less than one.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from dxkit import _checks
from dxkit._arrays import BoolArray, IntArray
from dxkit._plain_tables import read_plain_table, restore_order, sort_by_keys
from dxkit.schema import MethodText, TableResult, accepts_any_table, carry_provenance
from dxkit.support.costs import _contract_costs

# more than any contract costs by far; sums of such prices stay exact
MOST_YEN = 1e12
# more than any sum of costs, and far enough from the largest number that adding is safe
UNREACHABLE_YEN = np.iinfo(np.int64).max // 4


@dataclass(frozen=True)
class Bundle(TableResult):
    """Who buys how, and what it costs.

    Attributes
    ----------
    table
        One row a municipality, in the order of the rows of ``licences``: ``code, name`` (where
        there are names), ``licences, alone_yen`` (a contract of its own), ``way`` (alone,
        bundle), ``yen`` (what it pays: in the bundle per licence, handling included),
        ``saved_yen, reason`` in Japanese.
    plans
        One row a plan: ``plan`` (alone, below_minimum, all, best), ``label``, ``bundled`` and
        ``licences`` in the bundle, ``yen, saved_yen``.
    total_yen
        The least cost, proven.
    settings
        ``minimum, how, handling_yen, standing_yen, bought`` (licences in the bundle's contract),
        ``spare`` (bought, not needed).
    """

    table: pd.DataFrame
    plans: pd.DataFrame
    total_yen: int
    settings: dict[str, Any]

    def _describe_method(self) -> MethodText:
        return MethodText(
            ja=(
                "各自の契約と一括契約の費用の合計が最少になる分け方を、動的計画法（0–1ナップサック）で厳密に求めた。",
                f"一括の手間は1団体{self.settings['handling_yen']:,}円、"
                f"固定費{self.settings['standing_yen']:,}円、"
                f"最小契約{self.settings['minimum']}。最少の費用は{self.total_yen:,}円。",
            ),
            en=(
                "The division into contracts of one's own and a bundle that costs least was "
                "found exactly by a "
                "dynamic programme (0-1 knapsack).",
                f"Handling costs {self.settings['handling_yen']:,} yen a body, standing costs are "
                f"{self.settings['standing_yen']:,} yen, the smallest contract is "
                f"{self.settings['minimum']}; "
                f"the least cost is {self.total_yen:,} yen.",
            ),
        )

    def __repr__(self) -> str:
        bundled = int((self.table["way"] == "bundle").sum())
        saved_yen = int(self.table["alone_yen"].sum()) - self.total_yen
        return (
            f"<束ね: {len(self.table)}団体のうち{bundled}団体を一括、"
            f"合計 {self.total_yen:,}円（各自契約より {saved_yen:,}円安い）>"
        )


@dataclass(frozen=True)
class _BundleCosts:
    """What a contract costs alone and for every total, and what the council's work costs."""

    demand: IntArray
    alone_yen: IntArray
    joint: _contract_costs.Tariff
    handling_yen: int
    standing_yen: int

    def total_yen(self, bundled: BoolArray) -> int:
        """Compute what everybody pays in all when these are bundled and the others are not."""
        # without a bundle the council has neither handling nor standing cost
        if not bundled.any():
            return int(self.alone_yen.sum())
        return int(
            self.alone_yen[~bundled].sum()
            + self.joint.yen[self.demand[bundled].sum()]
            + self.handling_yen * int(bundled.sum())
            + self.standing_yen
        )


@accepts_any_table("licences", "prices")
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

    Of two sets that cost the same the smaller is taken, then the one of lower codes.

    Parameters
    ----------
    licences
        One row a municipality: ``code, licences`` (whole numbers from 1); ``name`` is used in
        the sentences.
    prices
        One row a tier: ``from_count, unit_yen`` (whole yen, not rising).
    minimum
        The smallest contract; a smaller need pays for the minimum.
    how
        ``"all"``: every licence at the price of the tier reached; ``"each"``: each tier's
        licences at its own price.
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

    Examples
    --------
    >>> import pandas as pd
    >>> licences = pd.DataFrame({"code": ["28201", "28365"], "licences": [30, 4]})
    >>> prices = pd.DataFrame({"from_count": [1, 30], "unit_yen": [1000, 800]})
    >>> bundle(licences, prices, minimum=10)
    <束ね: 2団体のうち2団体を一括、合計 27,200円（各自契約より 6,800円安い）>
    """
    plain = read_plain_table(licences)
    # checked in the order given, so that a message names the right row
    demand = _contract_costs.read_demand(plain)
    members = sort_by_keys(plain, "code")
    demand = demand[members.index]
    joint = _contract_costs.compute_tariff(prices, int(demand.sum()), minimum=minimum, how=how)
    handling = int(_checks.require_number(handling_yen, "handling_yen", high=MOST_YEN))
    standing = int(_checks.require_number(standing_yen, "standing_yen", high=MOST_YEN))
    # what each would pay for a contract of its own is the same tariff at its own need
    costs = _BundleCosts(demand, joint.yen[demand], joint, handling, standing)
    bundled = _find_cheapest_set(costs)
    # more may be bought than needed, to reach a cheaper tier
    together = int(demand[bundled].sum())
    settings = {
        "minimum": minimum,
        "how": how,
        "handling_yen": handling,
        "standing_yen": standing,
        "bought": int(joint.bought[together]),
        "spare": int(joint.bought[together]) - together,
    }
    table = _tabulate_members(members, costs, bundled)
    plans = _compare_plans(costs, bundled)
    for result in (table, plans):
        carry_provenance(result, licences, prices)
    return Bundle(table, plans, costs.total_yen(bundled), settings)


def _find_cheapest_set(costs: _BundleCosts) -> BoolArray:
    """Find the cheapest set to bundle; of sets of the same cost the smaller total."""
    # what joining the bundle adds, besides the joint contract
    change_yen = costs.handling_yen - costs.alone_yen
    n_members = len(costs.demand)
    top = int(costs.demand.sum())
    cheapest = np.full(top + 1, UNREACHABLE_YEN, dtype=np.int64)
    cheapest[0] = 0
    # joins[m, t]: whether member m stands in the cheapest set of total t among members 0 … m
    joins = np.zeros((n_members, top + 1), dtype=bool)
    for member in range(n_members):
        size = int(costs.demand[member])
        joined = cheapest[: top + 1 - size] + change_yen[member]
        joins[member, size:] = joined < cheapest[size:]
        cheapest[size:] = np.minimum(cheapest[size:], joined)
    reachable = cheapest < UNREACHABLE_YEN // 2
    totals = np.where(reachable, cheapest + costs.joint.yen + costs.standing_yen, UNREACHABLE_YEN)
    # an empty bundle has no contract and no standing cost
    totals[0] = 0
    remaining = int(np.argmin(totals))
    bundled = np.zeros(n_members, dtype=bool)
    # back from the last member, who stands in the set of the best total
    for member in range(n_members - 1, -1, -1):
        if joins[member, remaining]:
            bundled[member] = True
            remaining -= int(costs.demand[member])
    return bundled


def _compare_plans(costs: _BundleCosts, best: BoolArray) -> pd.DataFrame:
    """Tabulate the cheapest set beside three simple plans."""
    nobody = np.zeros(len(best), dtype=bool)
    plans = {
        "alone": ("全団体が各自で契約", nobody),
        "below_minimum": (
            "最小数に満たない団体だけ束ねる",
            costs.demand < costs.joint.minimum,
        ),
        "all": ("全団体を束ねる", np.ones(len(best), dtype=bool)),
        "best": ("いちばん安い束ね方", best),
    }
    # every plan is priced by the same function, so that savings can be compared
    rows = [
        {
            "plan": plan,
            "label": label,
            "bundled": int(bundled.sum()),
            "licences": int(costs.demand[bundled].sum()),
            "yen": costs.total_yen(bundled),
        }
        for plan, (label, bundled) in plans.items()
    ]
    table = pd.DataFrame(rows)
    return table.assign(saved_yen=costs.total_yen(nobody) - table["yen"])


def _tabulate_members(
    members: pd.DataFrame, costs: _BundleCosts, bundled: BoolArray
) -> pd.DataFrame:
    """Tabulate what each member pays and why, in the order of the user's rows."""
    together = int(costs.demand[bundled].sum())
    contract_yen = int(costs.joint.yen[together]) + costs.standing_yen if together else 0
    unit_yen = contract_yen / together if together else 0.0
    # members of the bundle pay the joint contract by licence, and their handling
    yen = np.where(
        bundled, costs.demand * unit_yen + costs.handling_yen, costs.alone_yen.astype(float)
    )
    table = _contract_costs.copy_keys(members).assign(
        licences=costs.demand,
        alone_yen=costs.alone_yen,
        way=np.where(bundled, "bundle", "alone"),
        yen=yen,
        saved_yen=costs.alone_yen - yen,
        reason=[_explain_way(costs, member, bundled, unit_yen) for member in range(len(members))],
    )
    table = restore_order(table, members.index)
    table.attrs = {"settings": {"unit_yen": unit_yen}}
    return table


def _explain_way(costs: _BundleCosts, member: int, bundled: BoolArray, unit_yen: float) -> str:
    """Explain why a municipality buys as it does: what the other way would cost in all."""
    switched = bundled.copy()
    # the price of the other choice, with everybody else as they are
    switched[member] = not switched[member]
    extra_yen = costs.total_yen(switched) - costs.total_yen(bundled)
    demand = int(costs.demand[member])
    minimum = costs.joint.minimum
    if bundled[member]:
        size = (
            f"必要数{demand}は最小数{minimum}に満たない。"
            if demand < minimum
            else f"必要数{demand}は最小数{minimum}を満たす。"
        )
        return f"{size}束ねると1ライセンス{unit_yen:,.0f}円。外れると全体で{extra_yen:,}円高くなる"
    return (
        f"各自の契約でよい。束ねると全体で{extra_yen:,}円高くなる"
        if extra_yen
        else "束ねても全体の費用は変わらない"
    )
