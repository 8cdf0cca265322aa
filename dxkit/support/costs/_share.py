"""How may a joint bill be split, rule beside rule, and under which rule would somebody leave?

No rule is right for everybody: per licence is simple, per head asks the large to help the small,
equal parts need no counting, by own price keeps the order of the prices alone, the Shapley value
pays each by what it adds, and the nucleolus makes the least content coalition as content as can
be. `share` shows what each municipality pays under each and tests each for the core.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

from dxkit import _checks
from dxkit._arrays import FloatArray, IntArray
from dxkit._plain_tables import read_plain_table, restore_order, sort_by_keys
from dxkit.schema import MethodText, TableResult, accepts_any_table, carry_provenance
from dxkit.support.costs import _contract_costs
from dxkit.support.costs._core_objection import core_objection
from dxkit.support.costs._nucleolus import NUCLEOLUS_MEMBERS, nucleolus
from dxkit.support.costs._shapley import SHAPLEY_MEMBERS, shapley

# what each member pays, in the order of the members
Parts = tuple[Fraction, ...]
RULE_LABELS = {
    "per_licence": "ライセンス数割",
    "per_head": "人口割",
    "equal": "均等割",
    "by_price": "各自で買う費用の割合",
    "shapley": "シャープレイ値",
    "nucleolus": "仁",
}
RULES = tuple(RULE_LABELS)
MEMBER_LIMITS = {"shapley": SHAPLEY_MEMBERS, "nucleolus": NUCLEOLUS_MEMBERS}
VERDICT_COLUMNS = (
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
# names in a sentence before the rest is only counted
NAMES_SHOWN = 5


@dataclass(frozen=True)
class Share(TableResult):
    """A joint bill split by several rules.

    Attributes
    ----------
    table
        One row a municipality, in the order of the rows of ``licences``: ``code, name, people``
        (where given), ``licences, alone_yen`` (what it would pay alone) and a column a rule, in
        whole yen that sum to the bill.
    rules
        One row a rule: ``rule, label``, ``leavers`` (how many would rather leave together; 0 if
        the split is in the core), ``leave_saves_yen`` (what they would save), ``leaving``
        (codes), ``dearer`` (how many pay more than alone), ``lowest`` and ``highest`` (part of
        the price alone, 0–1), ``reason`` in Japanese. A rule that could not be computed says why.
    exact
        Rule → what each pays as exact fractions (the nucleolus: to 0.01 yen), as the rows of
        ``table``.
    settings
        ``total_yen`` (the joint bill), ``alone_yen`` (the sum of prices alone), ``licences,
        minimum, how``.
    """

    table: pd.DataFrame
    rules: pd.DataFrame
    exact: dict[str, Parts]
    settings: dict[str, Any]

    def _describe_method(self) -> MethodText:
        return MethodText(
            ja=(
                f"共同の費用{self.settings['total_yen']:,}円（各自なら{self.settings['alone_yen']:,}円）を"
                f"{'・'.join(RULE_LABELS[rule] for rule in self.exact)}で分け、"
                "まとまって抜ける方が安い組（コアの外）があるかを調べた。",
            ),
            en=(
                f"The joint bill of {self.settings['total_yen']:,} yen "
                f"({self.settings['alone_yen']:,} yen alone) was "
                f"split by {', '.join(self.exact)}, and each split tested for coalitions that "
                "would rather "
                "leave (the core).",
            ),
            constants={"member_limits": MEMBER_LIMITS},
            references=("shapley1953", "schmeidler1969"),
        )

    def __repr__(self) -> str:
        total_yen = self.settings["total_yen"]
        alone_yen = self.settings["alone_yen"]
        return (
            f"<費用分担: {len(self.table)}団体、共同 {total_yen:,}円"
            f"（各自なら {alone_yen:,}円）、{len(self.exact)}つの分け方>"
        )


@accepts_any_table("licences", "prices")
def share(
    licences: pd.DataFrame,
    prices: pd.DataFrame,
    *,
    minimum: int = 1,
    how: str = "all",
    people: str = "people",
    rules: Sequence[str] = RULES,
) -> Share:
    """Split the bill of one joint contract by several rules, and find who would rather leave.

    Parameters
    ----------
    licences
        One row a municipality: ``code, licences`` (whole numbers from 1), and people for the rule
        ``per_head``.
    prices, minimum, how
        As for `bundle`: what n licences cost anybody who buys them, alone or together.
    people
        The column of people.
    rules
        Among per_licence, per_head, equal, by_price, shapley (exact, at most 66 members),
        nucleolus (at most 14, by coopgame-py of the extra ``planning``). A rule that cannot be
        computed for these members is reported in ``.rules``, not raised.

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
        If the nucleolus is to be computed and coopgame-py is not installed.

    Examples
    --------
    >>> import pandas as pd
    >>> licences = pd.DataFrame({"code": ["28201", "28365"], "licences": [30, 4]})
    >>> prices = pd.DataFrame({"from_count": [1], "unit_yen": [1000]})
    >>> result = share(licences, prices, minimum=10, rules=("per_licence", "shapley"))
    >>> result.table[["code", "alone_yen", "per_licence", "shapley"]]
        code  alone_yen  per_licence  shapley
    0  28201      30000        30000    27000
    1  28365      10000         4000     7000
    """
    names = _checks.read_list(rules, "rules")
    computed_rules = [_checks.require_choice(rule, RULES, "rules") for rule in names]
    # people are needed, and so checked, for that rule alone
    heads = [people] if "per_head" in computed_rules else []
    table = _read_members(licences, heads)
    # the joint contract's price is the last of the tariff, own prices stand at own needs
    demand = table["licences"].to_numpy()
    cost = _contract_costs.compute_tariff(prices, int(demand.sum()), minimum=minimum, how=how).yen
    table = table.assign(alone_yen=cost[demand])
    exact = _split_by_rules(table, cost, computed_rules)
    table = table.assign(**{rule: _round_to_yen(parts) for rule, parts in exact.items()})
    verdicts = [_judge_rule(rule, exact.get(rule), table, cost) for rule in computed_rules]
    verdict_table = pd.DataFrame(verdicts).reindex(columns=VERDICT_COLUMNS)
    settings = {
        "total_yen": int(cost[-1]),
        "alone_yen": int(cost[demand].sum()),
        "licences": int(demand.sum()),
        "minimum": minimum,
        "how": how,
    }
    # back from the order of the codes to that of the user's rows
    positions = np.argsort(table.index.to_numpy())
    in_order = {
        rule: tuple(parts[position] for position in positions) for rule, parts in exact.items()
    }
    return Share(
        carry_provenance(restore_order(table, table.index), licences, prices),
        carry_provenance(
            verdict_table.astype({"leavers": "Int64", "dearer": "Int64"}), licences, prices
        ),
        in_order,
        settings,
    )


def _read_members(licences: pd.DataFrame, people: Sequence[str]) -> pd.DataFrame:
    """Read code, name, people and need of each member, in the order of the codes."""
    plain = read_plain_table(licences)
    table = _contract_costs.copy_keys(plain)
    # checked in the order given, so that a message names the right row
    demand = _contract_costs.read_demand(plain)
    for column in people:
        heads = _checks.read_numbers(plain, column, "licences", low=1, whole=True)
        table["people"] = heads.astype(int)
    return sort_by_keys(table.assign(licences=demand), "code")


def _split_by_rules(table: pd.DataFrame, cost: IntArray, rules: Sequence[str]) -> dict[str, Parts]:
    """Split the bill by every rule that can be computed for so many members."""
    total_yen = int(cost[-1])
    demand = table["licences"].to_numpy()
    # computed only if chosen, as some of them take long
    ways: dict[str, Callable[[], Parts]] = {
        "per_licence": lambda: _split_by_weights(total_yen, demand.tolist()),
        "per_head": lambda: _split_by_weights(total_yen, table["people"].tolist()),
        "equal": lambda: _split_by_weights(total_yen, [1] * len(table)),
        "by_price": lambda: _split_by_weights(total_yen, table["alone_yen"].tolist()),
        "shapley": lambda: shapley(demand, cost),
        "nucleolus": lambda: nucleolus(demand, cost),
    }
    return {
        rule: ways[rule]() for rule in rules if len(table) <= MEMBER_LIMITS.get(rule, len(table))
    }


def _split_by_weights(total_yen: int, weights: Sequence[int]) -> Parts:
    return tuple(Fraction(total_yen * int(weight), sum(weights)) for weight in weights)


def _round_to_yen(parts: Parts) -> IntArray:
    """Round parts to whole yen that keep the sum: largest remainders first, then lower codes."""
    # down to whole yen first; what is missing is then given out one by one
    yen = [part.numerator // part.denominator for part in parts]
    n_missing = round(sum(parts) - sum(yen))
    order = sorted(range(len(parts)), key=lambda member: (yen[member] - parts[member], member))
    for member in order[:n_missing]:
        yen[member] += 1
    return np.array(yen, dtype=np.intp)


def _judge_rule(
    rule: str, parts: Parts | None, table: pd.DataFrame, cost: IntArray
) -> dict[str, Any]:
    """Say of one rule who would rather leave, and how it lies beside the prices alone."""
    row: dict[str, Any] = {"rule": rule, "label": RULE_LABELS[rule]}
    if parts is None:
        return row | {"reason": f"{len(table)}団体では計算しない（{MEMBER_LIMITS[rule]}団体まで）"}
    leavers, saved_yen = core_objection(parts, table["licences"].to_numpy(), cost)
    if saved_yen < 1:
        # a nucleolus is rounded to 0.01 yen: less than a yen is nobody's reason
        leavers = ()
    # a ratio above 1 is a member who would be better off alone
    ratios = _compare_with_alone(parts, table["alone_yen"].to_numpy(dtype=float))
    return row | {
        "leavers": len(leavers),
        "leave_saves_yen": float(saved_yen) if leavers else 0.0,
        "leaving": " ".join(str(table["code"].iloc[member]) for member in leavers),
        # more than rounding errors of a ratio of two numbers
        "dearer": int((ratios > 1 + 1e-12).sum()),
        "lowest": float(ratios.min()),
        "highest": float(ratios.max()),
        "reason": _explain_leaving(_contract_costs.list_names(table), leavers, float(saved_yen)),
    }


def _compare_with_alone(parts: Parts, alone_yen: FloatArray) -> FloatArray:
    return np.array([float(part) for part in parts]) / alone_yen


def _explain_leaving(names: Sequence[str], leavers: Sequence[int], saved_yen: float) -> str:
    if not leavers:
        return "どの組も、抜けて得になることはない"
    first = "・".join(names[member] for member in leavers[:NAMES_SHOWN])
    n_more = len(leavers) - NAMES_SHOWN
    more = f"ほか{n_more}団体" if n_more > 0 else ""
    alone = "だけで買うほうが" if len(leavers) == 1 else "の組だけで買うほうが"
    return f"{first}{more}{alone}{saved_yen:,.0f}円安い"
