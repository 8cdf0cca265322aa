"""Which municipalities should take up which services together, so that the whole is worth most?

A joint price has a fixed part, a threshold of participants, and each has a budget: what is best
for all is not what everybody's favourites add up to. With x_ij = municipality i takes service j,
y_j = service j is offered:

    max  Σ_ij (worth_ij - each_j) x_ij - Σ_j joint_j y_j
    s.t. least_j y_j <= Σ_i x_ij,  x_ij <= y_j,  Σ_j each_j x_ij <= budget_i

solved exactly by OR-tools CP-SAT, which also gives the bound that no choice can pass. The model
takes worth as given: it is the least certain figure of all, so that differences of a few percent
between choices mean nothing.
"""

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dxkit import _checks
from dxkit._arrays import BoolArray
from dxkit._keywords import accepts_old_keywords
from dxkit._plain_tables import order_of_labels
from dxkit.schema import MethodText, TableResult, accepts_any_table, carry_provenance
from dxkit.support.matching import _joint_search
from dxkit.support.matching._area_offers import fit_offer, unfold_services
from dxkit.support.matching._joint_search import search_participation
from dxkit.support.matching._offer import JointOffer, choose_favourites

Yen: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True)
class Adoption(TableResult):
    """Who takes up what together, and how sure it is that nothing is better.

    Attributes
    ----------
    table
        One row a service, or a service and area where it is taken up area by area: ``service,
        name, opened, adopters, least, wishes, worth_yen, cost_yen, net_yen``; with ``areas``
        ``area``, with ``present`` ``present`` (how many have it already; ``least`` is then what
        is still wanting).
    joined
        One row a participation: ``code, service, worth_yen, each_yen, joint_share_yen`` (an equal
        part of the fixed cost) and ``left_yen`` (worth less both; negative: would rather stay out,
        see `dxkit.support.costs.share` for other rules).
    value, bound, gap
        Net yen a year of all; what no choice can pass; their distance relative to the bound, 0
        when proven best.
    favourites
        Net yen when everybody takes its own favourites first and services that fall short of the
        threshold fall away.
    settings
        What was asked; ``proven``; ``reproducible``: whether every machine gives this answer (not
        where ``time_limit_s`` stopped the search).
    """

    table: pd.DataFrame
    joined: pd.DataFrame
    value: int
    bound: int
    gap: float
    favourites: int
    settings: dict[str, Any]

    def __repr__(self) -> str:
        opened = int(self.table["opened"].sum())
        return f"<共同の利用: {opened}サービス、参加 {len(self.joined)}件、正味 年{self.value:,}円>"

    def _describe_method(self) -> MethodText:
        return MethodText(
            ja=(
                f"参加の最少数と予算を守り、正味の効果（年{self.value:,}円）が最大になる参加の組を求めた。",
                f"CP-SAT で解き、上限は{self.bound:,}円（差 {self.gap:.3g}）。",
            ),
            en=(
                f"The participations with the greatest net worth ({self.value:,} yen a year) "
                "within least numbers "
                "and budgets were found.",
                f"It was solved by CP-SAT; the bound is {self.bound:,} yen (gap {self.gap:.3g}).",
            ),
            constants={"deterministic_limit": _joint_search.DETERMINISTIC_LIMIT},
            software=("ortools",),
        )


@accepts_old_keywords(seconds="time_limit_s")
@accepts_any_table("wishes", "services", "budgets", "areas", "present")
def adopters(
    wishes: pd.DataFrame,
    services: pd.DataFrame,
    *,
    budgets: pd.DataFrame | None = None,
    areas: pd.DataFrame | None = None,
    present: pd.DataFrame | None = None,
    time_limit_s: float | None = None,
    seed: int = 0,
) -> Adoption:
    """Find who should take up which services together.

    Of choices worth the same the one with the fewest participations is taken, and of those one of
    municipalities that come first by code.

    Parameters
    ----------
    wishes
        One row a wish: ``code, service, worth_yen`` (a year). A pair without a row is never
        chosen.
    services
        One row a service: ``service, joint_yen`` (fixed cost of all together, a year),
        ``each_yen`` (each participant's own fee), ``least`` (fewest participants); ``name`` where
        known.
    budgets
        One row a municipality: ``code, budget_yen`` for the fees; who has no row has no limit.
    areas
        One row a municipality: ``code, area``. A service whose ``per_area`` is true (a column of
        ``services``) is taken up area by area: ``joint_yen`` and ``least`` then hold for each.
    present
        Who has which service already: ``code, service``. They are not chosen again, and count
        towards ``least``; whoever has a service and wishes for it is a fault.
    time_limit_s
        Stop the search after so many seconds by the clock. By default it stops after an amount of
        work that is the same on every machine, about a minute; the gap says how sure the answer
        is. An answer that the clock stopped is marked ``settings["reproducible"] = False``.
    seed
        Of the solver.

    Returns
    -------
    Adoption

    Raises
    ------
    TableError
        If a column is missing, a number cannot be used, a pair stands twice, or a wish names an
        unknown service.
    ChoiceError
        If ``time_limit_s`` cannot be.
    MissingExtraError
        If OR-tools is not installed.

    Examples
    --------
    >>> import pandas as pd
    >>> wishes = pd.DataFrame(
    ...     {"code": ["28201", "28202"], "service": ["a", "a"], "worth_yen": [5, 4]}
    ... )
    >>> services = pd.DataFrame(
    ...     {"service": ["a"], "joint_yen": [3], "each_yen": [2], "least": [2]}
    ... )
    >>> adoption = adopters(wishes, services)
    >>> adoption.value, adoption.gap, adoption.joined["left_yen"].tolist()
    (2, 0.0, [1.5, 0.5])
    """
    if time_limit_s is not None:
        _checks.require_number(time_limit_s, "time_limit_s", above=True)
    # None would search in another way each time
    _checks.require_whole_number(seed, "seed", low=0, high=2**31 - 1)
    origins = (wishes, services, budgets, areas, present)
    wishes, services = fit_offer(wishes, services, areas, present)
    offer = _read_offer(wishes, services, budgets)
    favourites = choose_favourites(offer)
    search = search_participation(offer, favourites, time_limit_s=time_limit_s, seed=seed)
    value = offer.compute_net_worth(search.takes)
    gap = abs(search.bound - value) / max(abs(search.bound), 1)
    settings = {
        "time_limit_s": time_limit_s,
        "seed": seed,
        "budgets": budgets is not None,
        "proven": gap == 0,
        "reproducible": search.is_reproducible,
    }
    table = unfold_services(_tabulate_services(offer, services, search.takes), services)
    joined = unfold_services(_tabulate_joined(offer, search.takes), services)
    return Adoption(
        table=carry_provenance(table, *origins),
        joined=carry_provenance(joined, *origins),
        value=value,
        bound=search.bound,
        gap=gap,
        favourites=offer.compute_net_worth(favourites),
        settings=settings,
    )


def _read_offer(
    wishes: pd.DataFrame, services: pd.DataFrame, budgets: pd.DataFrame | None
) -> JointOffer:
    """Check the tables and lay them out as arrays."""
    _checks.require_columns(wishes, ["code", "service", "worth_yen"], "wishes")
    _checks.require_unique_rows(wishes, ["code", "service"], "wishes")
    _checks.require_unique_rows(services, ["service"], "services")
    # in the order of their names: who takes a favourite first must not hang on the rows' order
    by_name = order_of_labels(services["service"])
    fees = _read_integers(services, "each_yen", "services")[by_name]
    names = services["service"].iloc[by_name].tolist()
    for service in dict.fromkeys(wishes["service"]):
        _checks.require_choice(service, names, "service")
    # sorted, so that the order of the wishes' rows plays no part
    codes = sorted(wishes["code"].unique(), key=str)
    worth = np.zeros((len(codes), len(names)), dtype=np.int64)
    rows = pd.Index(codes).get_indexer(wishes["code"])
    columns = pd.Index(names).get_indexer(wishes["service"])
    worth[rows, columns] = _read_integers(wishes, "worth_yen", "wishes")
    return JointOffer(
        codes=codes,
        services=names,
        worth=worth,
        fees=fees,
        joint_costs=_read_integers(services, "joint_yen", "services")[by_name],
        thresholds=_read_integers(services, "least", "services")[by_name],
        budgets=_read_budgets(budgets, codes, int(fees.sum())),
    )


def _read_budgets(budgets: pd.DataFrame | None, codes: list[str], no_limit: int) -> Yen:
    """Read the budget of each municipality; who has none can pay for everything."""
    # all fees together: more than that nobody can spend
    if budgets is None:
        return np.full(len(codes), no_limit, dtype=np.int64)
    _checks.require_unique_rows(budgets, ["code"], "budgets")
    without = set(codes) - set(budgets["code"])
    others = set(budgets["code"]) - set(codes)
    # a table of budgets may be shorter or longer; where it is both, codes are written in two ways
    if without and others:
        lone = {"wishes": without, "budgets": others}
        effect = "予算の上限がないものとして扱いました"
        _checks.warn_of_lone_labels(lone, "市町", effect)
    amounts = pd.Series(_read_integers(budgets, "budget_yen", "budgets"), index=budgets["code"])
    return np.asarray(amounts.reindex(codes).fillna(no_limit), dtype=np.int64)


def _read_integers(table: pd.DataFrame, column: str, what: str) -> Yen:
    return _checks.read_numbers(table, column, what, whole=True).astype(np.int64)


def _tabulate_services(offer: JointOffer, services: pd.DataFrame, takes: BoolArray) -> pd.DataFrame:
    """Tabulate one row a service."""
    adopter_counts = takes.sum(axis=0)
    is_opened = adopter_counts > 0
    worth = (offer.worth * takes).sum(axis=0)
    cost = offer.fees * adopter_counts + offer.joint_costs * is_opened
    labels = [column for column in ("service", "name") if column in services.columns]
    by_name = order_of_labels(services["service"])
    return (
        services[labels]
        .iloc[by_name]
        .reset_index(drop=True)
        .assign(
            opened=is_opened,
            adopters=adopter_counts,
            least=offer.thresholds,
            wishes=(offer.worth > 0).sum(axis=0),
            worth_yen=worth,
            cost_yen=cost,
            net_yen=worth - cost,
        )
        # back in the order of the user's rows
        .iloc[np.argsort(by_name)]
        .reset_index(drop=True)
    )


def _tabulate_joined(offer: JointOffer, takes: BoolArray) -> pd.DataFrame:
    """Tabulate one row a participation."""
    rows, columns = np.nonzero(takes)
    # equal parts: the rule of thumb, beside which costs.share offers others
    shares = offer.joint_costs / np.maximum(takes.sum(axis=0), 1)
    table = pd.DataFrame(
        {
            "code": [offer.codes[row] for row in rows],
            "service": np.asarray(offer.services, dtype=object)[columns],
            "worth_yen": offer.worth[rows, columns],
            "each_yen": offer.fees[columns],
            "joint_share_yen": shares[columns],
        }
    )
    return table.assign(left_yen=table["worth_yen"] - table["each_yen"] - table["joint_share_yen"])
