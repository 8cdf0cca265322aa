"""How may a joint bill be split, rule beside rule, and under which rule would somebody rather leave?

No rule is right for everybody: per licence is simple, per head asks the large to help the small, equal parts need no counting,
by own price keeps the order of the prices alone, the Shapley value pays each by what it adds, and the nucleolus makes the least
content coalition as content as can be. `share` shows what each municipality pays under each and tests each for the core.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dxkit import _checks
from dxkit.support.costs import _cooperative_games, _price_ladder

Parts = tuple[Fraction, ...]
LABELS = {
    "per_licence": "ライセンス数割",
    "per_head": "人口割",
    "equal": "均等割",
    "by_price": "各自で買う費用の割合",
    "shapley": "シャープレイ値",
    "nucleolus": "仁",
}
RULES = tuple(LABELS)
JUDGED = (
    "rule",
    "label",
    "leavers",
    "leave_saves_yen",
    "leaving",
    "dearer",
    "lowest",
    "highest",
    "reason",
)
NAMES_SHOWN = 5


@dataclass(frozen=True)
class Share:
    """A joint bill split by several rules.

    Attributes
    ----------
    table
        One row a municipality: ``code, name, people`` (where given), ``licences, alone_yen`` (what it would pay alone) and a
        column a rule, in whole yen that sum to the bill.
    rules
        One row a rule: ``rule, label``, ``leavers`` (how many would rather leave together; 0 if the split is in the core),
        ``leave_saves_yen`` (what they would save), ``leaving`` (codes), ``dearer`` (how many pay more than alone), ``lowest`` and
        ``highest`` (part of the price alone, 0–1), ``reason`` in Japanese. A rule that could not be computed says why.
    exact
        Rule → what each pays as exact fractions (the nucleolus: to 0.01 yen).
    settings
        ``total_yen`` (the joint bill), ``alone_yen`` (the sum of prices alone), ``licences, minimum, how``.
    """

    table: pd.DataFrame
    rules: pd.DataFrame
    exact: dict[str, Parts]
    settings: dict[str, Any]

    def __repr__(self) -> str:
        total, alone, ways = self.settings["total_yen"], self.settings["alone_yen"], len(self.exact)
        return f"<費用分担: {len(self.table)}団体、共同 {total:,}円（各自なら {alone:,}円）、{ways}つの分け方>"


def share(
    licences: pd.DataFrame,
    prices: pd.DataFrame,
    *,
    minimum: int = 1,
    how: str = "all",
    people: str = "people",
    rules: Sequence[str] = RULES,
) -> Share:
    """Split the bill of one joint contract by several rules side by side, and tell who would rather leave.

    Parameters
    ----------
    licences
        One row a municipality: ``code, licences`` (whole numbers from 1), and people for the rule ``per_head``.
    prices, minimum, how
        As for `bundle`: what n licences cost anybody who buys them, alone or together.
    people
        The column of people.
    rules
        Among per_licence, per_head, equal, by_price, shapley (exact, at most 66 members), nucleolus (at most 14, by coopgame-py
        of the extra ``planning``). A rule that cannot be had for these members is reported in ``.rules``, not raised.

    Returns
    -------
    Share

    Raises
    ------
    TableError
        If a column is missing, a number is not whole, or prices rise.
    ChoiceError
        If a rule or option is unknown.
    MissingExtraError
        If the nucleolus is asked for and coopgame-py is not installed.
    """
    asked = [_checks.require_choice(rule, RULES, "rules") for rule in rules]
    need = _price_ladder.demand(licences)
    cost = _price_ladder.tariff(prices, int(need.sum()), minimum=minimum, how=how).yen
    heads = (
        _checks.read_numbers(licences, people, "licences", low=1, whole=True)
        if "per_head" in asked
        else None
    )
    ways = _ways(need, cost, heads)
    many = {
        "shapley": _cooperative_games.MOST_MEMBERS,
        "nucleolus": _cooperative_games.NUCLEOLUS_MEMBERS,
    }
    possible = [rule for rule in asked if len(need) <= many.get(rule, len(need))]
    exact = {rule: ways[rule]() for rule in possible}
    table = pd.DataFrame(_price_ladder.kept(licences))
    if heads is not None:
        table["people"] = heads.astype(int)
    table = table.assign(
        licences=need,
        alone_yen=cost[need],
        **{rule: whole_yen(parts) for rule, parts in exact.items()},
    )
    said = [_judged(rule, exact.get(rule), table, need, cost) for rule in asked]
    settings = {
        "total_yen": int(cost[-1]),
        "alone_yen": int(cost[need].sum()),
        "licences": int(need.sum()),
        "minimum": minimum,
    }
    judged = (
        pd.DataFrame(said).reindex(columns=JUDGED).astype({"leavers": "Int64", "dearer": "Int64"})
    )
    return Share(table, judged, exact, settings | {"how": how})


def whole_yen(parts: Parts) -> NDArray[np.int64]:
    """Round parts to whole yen that keep the sum: largest remainders first."""
    down = [part.numerator // part.denominator for part in parts]
    over = round(sum(parts) - sum(down))
    order = sorted(range(len(parts)), key=lambda at: (down[at] - parts[at], at))
    for at in order[:over]:
        down[at] += 1
    return np.array(down, dtype=np.int64)


def _ways(
    need: NDArray[np.int64], cost: NDArray[np.int64], heads: NDArray[np.float64] | None
) -> dict[str, Callable[[], Parts]]:
    """Give how each rule is computed."""
    total = int(cost[-1])
    by_head = [] if heads is None else heads.astype(int).tolist()
    return {
        "per_licence": lambda: _in_proportion(total, need.tolist()),
        "per_head": lambda: _in_proportion(total, by_head),
        "equal": lambda: _in_proportion(total, [1] * len(need)),
        "by_price": lambda: _in_proportion(total, cost[need].tolist()),
        "shapley": lambda: _cooperative_games.shapley(need, cost),
        "nucleolus": lambda: _cooperative_games.nucleolus(need, cost),
    }


def _in_proportion(total: int, weights: Sequence[int]) -> Parts:
    whole = sum(weights)
    return tuple(Fraction(total * int(weight), whole) for weight in weights)


def _judged(
    rule: str,
    parts: Parts | None,
    table: pd.DataFrame,
    need: NDArray[np.int64],
    cost: NDArray[np.int64],
) -> dict[str, Any]:
    """Say of one rule who would rather leave, and how it lies beside the prices alone."""
    row: dict[str, Any] = {"rule": rule, "label": LABELS[rule]}
    if parts is None:
        limit = (
            _cooperative_games.NUCLEOLUS_MEMBERS
            if rule == "nucleolus"
            else _cooperative_games.MOST_MEMBERS
        )
        return row | {"reason": f"{len(need)}団体では計算しない（{limit}団体まで）"}
    chosen, saved = _cooperative_games.objection(parts, need, cost)
    # a nucleolus is rounded to 0.01 yen: less than a yen is nobody's reason
    chosen = chosen if saved >= 1 else ()
    ratios = [
        float(part) / float(alone) for part, alone in zip(parts, table["alone_yen"], strict=True)
    ]
    row |= {"leavers": len(chosen), "leave_saves_yen": float(saved) if chosen else 0.0}
    row |= {
        "leaving": " ".join(str(table["code"].iloc[at]) for at in chosen),
        "dearer": sum(ratio > 1 + 1e-12 for ratio in ratios),
    }
    row |= {"lowest": min(ratios), "highest": max(ratios)}
    return row | {"reason": _reason(_price_ladder.called(table), chosen, float(saved))}


def _reason(names: Sequence[str], chosen: Sequence[int], saved: float) -> str:
    if not chosen:
        return "どの組も、抜けて得になることはない"
    first = "・".join(names[at] for at in chosen[:NAMES_SHOWN])
    more = f"ほか{len(chosen) - NAMES_SHOWN}団体" if len(chosen) > NAMES_SHOWN else ""
    alone = "だけで買うほうが" if len(chosen) == 1 else "の組だけで買うほうが"
    return f"{first}{more}{alone}{saved:,.0f}円安い"
