"""Which municipalities should take up which services together, so that the whole is worth most?

A joint price has a fixed part, a threshold of participants, and each has a budget: what is best for all is not what everybody's
favourites add up to. With x_ij = municipality i takes service j, y_j = service j is offered:

    max  Σ_ij (worth_ij - each_j) x_ij - Σ_j joint_j y_j
    s.t. least_j y_j <= Σ_i x_ij,  x_ij <= y_j,  Σ_j each_j x_ij <= budget_i

solved exactly by OR-tools CP-SAT, which also gives the bound that no choice can pass. The model takes worth as given: it is
the least certain figure of all, so that differences of a few percent between choices mean nothing.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dxkit import _checks

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Adoption:
    """Who takes up what together, and how sure it is that nothing is better.

    Attributes
    ----------
    table
        One row a service: ``service, name, opened, adopters, least, wishes, worth_yen, cost_yen, net_yen``.
    joined
        One row a participation: ``code, service, worth_yen, each_yen, joint_share_yen`` (an equal part of the fixed cost) and
        ``left_yen`` (worth less both; negative: would rather stay out, see `dxkit.support.costs.share` for other rules).
    value, bound, gap
        Net yen a year of all; what no choice can pass; their distance relative to the bound, 0 when proven best.
    favourites
        Net yen when everybody takes its own favourites first and services that fall short of the threshold fall away.
    settings
        What was asked.
    """

    table: pd.DataFrame
    joined: pd.DataFrame
    value: int
    bound: int
    gap: float
    favourites: int
    settings: dict[str, Any]


@dataclass(frozen=True)
class Offer:
    """The same question as whole numbers: municipalities × services."""

    codes: list[str]
    worth: Ints
    each: Ints
    joint: Ints
    least: Ints
    budgets: Ints

    def net(self, taken: Bools) -> int:
        """Give what a choice is worth to all."""
        return int(
            ((self.worth - self.each) * taken).sum() - (self.joint * taken.any(axis=0)).sum()
        )


def adopters(
    wishes: pd.DataFrame,
    services: pd.DataFrame,
    *,
    budgets: pd.DataFrame | None = None,
    seconds: float = 60.0,
    seed: int = 0,
) -> Adoption:
    """Find who should take up which services together.

    Parameters
    ----------
    wishes
        One row a wish: ``code, service, worth_yen`` (a year). A pair without a row is never chosen.
    services
        One row a service: ``service, joint_yen`` (fixed cost of all together, a year), ``each_yen`` (each participant's own
        fee), ``least`` (fewest participants); ``name`` where known.
    budgets
        One row a municipality: ``code, budget_yen`` for the fees; who has no row has no limit.
    seconds
        After which the search stops with what it has; the gap says how sure that is.
    seed
        Of the solver.

    Returns
    -------
    Adoption

    Raises
    ------
    TableError
        If a column is missing, a number cannot be used, a pair stands twice, or a wish names an unknown service.
    ChoiceError
        If ``seconds`` cannot be.
    MissingExtraError
        If OR-tools is not installed.

    Examples
    --------
    >>> import pandas as pd
    >>> wishes = pd.DataFrame({"code": ["28201", "28202"], "service": ["a", "a"], "worth_yen": [5, 4]})
    >>> services = pd.DataFrame({"service": ["a"], "joint_yen": [3], "each_yen": [2], "least": [2]})
    >>> found = adopters(wishes, services)
    >>> found.value, found.gap, found.joined["left_yen"].tolist()
    (2, 0.0, [1.5, 0.5])
    """
    offer = _offer(wishes, services, budgets)
    limit = _checks.require_number(seconds, "seconds", above=True)
    start = favourites_first(offer)
    taken, bound = _solve(offer, start, limit, seed)
    value = offer.net(taken)
    gap = abs(bound - value) / max(abs(bound), 1)
    settings = {"seconds": limit, "seed": seed, "budgets": budgets is not None, "proven": gap == 0}
    table = _by_service(offer, services, taken)
    return Adoption(
        table, _joined(offer, services, taken), value, bound, gap, offer.net(start), settings
    )


def favourites_first(offer: Offer) -> Bools:
    """Let everybody take its favourites within its budget; drop the services that fall short, and let them choose again."""
    open_now = np.ones(len(offer.least), dtype=bool)
    while True:
        taken = _favourites(offer, open_now)
        short = open_now & (taken.sum(axis=0) < offer.least)
        if not short.any():
            return taken
        # the one that is furthest from its threshold goes first
        lacking = np.where(short, taken.sum(axis=0) / np.maximum(offer.least, 1), np.inf)
        open_now[np.argmin(lacking)] = False


def _favourites(offer: Offer, open_now: Bools) -> Bools:
    own = np.where(open_now[None, :], offer.worth - offer.each, 0)
    taken = np.zeros(own.shape, dtype=bool)
    for row, order in enumerate(np.argsort(-own, axis=1, kind="stable")):
        left = offer.budgets[row]
        for column in order[own[row, order] > 0]:
            if offer.each[column] <= left:
                taken[row, column], left = True, left - offer.each[column]
    return taken


def _solve(offer: Offer, start: Bools, seconds: float, seed: int) -> tuple[Bools, int]:
    """Give the best choice found, and the bound, in yen."""
    cp_model = _checks.import_extra("ortools.sat.python.cp_model", "ortools")
    model = cp_model.CpModel()
    pairs = [(int(i), int(j)) for i, j in zip(*np.nonzero(offer.worth), strict=True)]
    take = {pair: model.new_bool_var("") for pair in pairs}
    opened = [model.new_bool_var("") for _ in offer.least]
    for j, is_open in enumerate(opened):
        inside = [take[pair] for pair in pairs if pair[1] == j]
        model.add(sum(inside) >= int(offer.least[j]) * is_open)
        for each in inside:
            model.add_implication(each, is_open)
    for i in range(len(offer.codes)):
        spent = [(take[pair], int(offer.each[pair[1]])) for pair in pairs if pair[0] == i]
        model.add(
            sum(cost * each for each, cost in spent)
            <= int(min(offer.budgets[i], sum(cost for _, cost in spent)))
        )
    for pair in pairs:
        model.add_hint(take[pair], bool(start[pair]))
    gains = sum(int(offer.worth[pair] - offer.each[pair[1]]) * take[pair] for pair in pairs)
    model.maximize(
        gains
        - sum(int(joint) * is_open for joint, is_open in zip(offer.joint, opened, strict=True))
    )
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.random_seed = seed
    solver.solve(model)
    taken = np.zeros(offer.worth.shape, dtype=bool)
    for pair in pairs:
        taken[pair] = solver.boolean_value(take[pair])
    return taken, round(solver.best_objective_bound)


def _offer(wishes: pd.DataFrame, services: pd.DataFrame, budgets: pd.DataFrame | None) -> Offer:
    """Check the tables and lay them out as arrays."""
    _checks.require_columns(wishes, ["code", "service", "worth_yen"], "wishes")
    _checks.require_unique_rows(wishes, ["code", "service"], "wishes")
    _checks.require_unique_rows(services, ["service"], "services")
    joint, each, least = (
        _whole(services, column, "services") for column in ("joint_yen", "each_yen", "least")
    )
    worth = _whole(wishes, "worth_yen", "wishes")
    names = services["service"].tolist()
    for unknown in dict.fromkeys(wishes["service"]):
        _checks.require_choice(unknown, names, "service")
    codes = sorted(wishes["code"].unique())
    laid = np.zeros((len(codes), len(names)), dtype=np.int64)
    laid[
        pd.Index(codes).get_indexer(wishes["code"]), pd.Index(names).get_indexer(wishes["service"])
    ] = worth
    return Offer(codes, laid, each, joint, least, _limits(budgets, codes, int(each.sum())))


def _limits(budgets: pd.DataFrame | None, codes: list[str], most: int) -> Ints:
    if budgets is None:
        return np.full(len(codes), most, dtype=np.int64)
    _checks.require_unique_rows(budgets, ["code"], "budgets")
    given = pd.Series(_whole(budgets, "budget_yen", "budgets"), index=budgets["code"])
    return np.asarray(given.reindex(codes).fillna(most), dtype=np.int64)


def _whole(table: pd.DataFrame, column: str, what: str) -> Ints:
    return _checks.read_numbers(table, column, what, whole=True).astype(np.int64)


def _by_service(offer: Offer, services: pd.DataFrame, taken: Bools) -> pd.DataFrame:
    many = taken.sum(axis=0)
    worth, cost = (offer.worth * taken).sum(axis=0), offer.each * many + offer.joint * (many > 0)
    named = services[
        [column for column in ("service", "name") if column in services.columns]
    ].reset_index(drop=True)
    table = named.assign(
        opened=many > 0, adopters=many, least=offer.least, wishes=(offer.worth > 0).sum(axis=0)
    )
    return table.assign(worth_yen=worth, cost_yen=cost, net_yen=worth - cost)


def _joined(offer: Offer, services: pd.DataFrame, taken: Bools) -> pd.DataFrame:
    rows, columns = np.nonzero(taken)
    share = offer.joint / np.maximum(taken.sum(axis=0), 1)
    table = pd.DataFrame(
        {
            "code": [offer.codes[row] for row in rows],
            "service": services["service"].to_numpy()[columns],
        }
    )
    table = table.assign(
        worth_yen=offer.worth[rows, columns],
        each_yen=offer.each[columns],
        joint_share_yen=share[columns],
    )
    return table.assign(left_yen=table["worth_yen"] - table["each_yen"] - table["joint_share_yen"])
