"""Which participation is worth most, and of those worth the same, which one is taken everywhere?

OR-tools CP-SAT with one worker and a limit in its deterministic time.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from dxkit import _checks
from dxkit._arrays import BoolArray
from dxkit._optimise.cp_sat import make_solver
from dxkit.support.matching._offer import JointOffer

# work of each of the two searches, in OR-tools' units: about a minute of one core, of which the
# shipped example takes less than a second
DETERMINISTIC_LIMIT = 20.0


@dataclass(frozen=True)
class JointParticipation:
    """Who takes what (municipalities × services), in yen what no choice can pass, and how sure."""

    takes: BoolArray
    bound: int
    is_reproducible: bool


def search_participation(
    offer: JointOffer, start: BoolArray, *, time_limit_s: float | None, seed: int
) -> JointParticipation:
    """Search for the participation that is worth most.

    Parameters
    ----------
    offer
        What is offered to whom.
    start
        A choice to begin with.
    time_limit_s
        Where given, the search is limited by the clock instead of by `DETERMINISTIC_LIMIT`.
    seed
        Of the solver.
    """
    cp_model = _checks.import_extra("ortools.sat.python.cp_model", "ortools")
    pairs = [(int(i), int(j)) for i, j in zip(*np.nonzero(offer.worth), strict=True)]
    model = cp_model.CpModel()
    take = {pair: model.new_bool_var("") for pair in pairs}
    net_worth = _add_offer(model, offer, take)
    _hint(model, take, start)
    model.maximize(net_worth)
    limits: dict[str, Any] = {
        "seed": seed,
        "deterministic_limit": DETERMINISTIC_LIMIT,
        "time_limit_s": time_limit_s,
    }
    solver = make_solver(cp_model, **limits)
    status = solver.solve(model)
    was_limited = status != cp_model.OPTIMAL
    if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        takes = _read_takes(solver, take, offer)
        bound = round(solver.best_objective_bound)
    else:
        # a limit so short that nothing is known leaves the choice to begin with
        takes = start
        bound = int(np.maximum(offer.worth - offer.fees, 0).sum())
    # the second search keeps the worth and takes the fewest participations, then the first codes
    model.add(net_worth >= offer.compute_net_worth(takes))
    model.minimize(_rank_participations(offer, take))
    model.clear_hints()
    _hint(model, take, takes)
    solver = make_solver(cp_model, **limits)
    status = solver.solve(model)
    was_limited = was_limited or status != cp_model.OPTIMAL
    if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        takes = _read_takes(solver, take, offer)
    return JointParticipation(takes, bound, time_limit_s is None or not was_limited)


def _add_offer(model: Any, offer: JointOffer, take: dict[tuple[int, int], Any]) -> Any:
    """Add thresholds and budgets; return the net worth as an expression."""
    is_open = [model.new_bool_var("") for _ in offer.thresholds]
    for j, opened in enumerate(is_open):
        takers = [variable for (_, service), variable in take.items() if service == j]
        model.add(sum(takers) >= int(offer.thresholds[j]) * opened)
        # who takes a service opens it
        for variable in takers:
            model.add_implication(variable, opened)
    for i, budget in enumerate(offer.budgets):
        fees = {j: int(offer.fees[j]) for municipality, j in take if municipality == i}
        spent = sum(fee * take[i, j] for j, fee in fees.items())
        # no more than all fees together: a budget of any size stays a small number
        model.add(spent <= int(min(budget, sum(fees.values()))))
    gains = sum(
        int(offer.worth[i, j] - offer.fees[j]) * variable for (i, j), variable in take.items()
    )
    return gains - sum(
        int(cost) * opened for cost, opened in zip(offer.joint_costs, is_open, strict=True)
    )


def _hint(model: Any, take: dict[tuple[int, int], Any], takes: BoolArray) -> None:
    for pair, variable in take.items():
        model.add_hint(variable, bool(takes[pair]))


def _rank_participations(offer: JointOffer, take: dict[tuple[int, int], Any]) -> Any:
    """Rank choices: the fewest participations first, then those that come first by code."""
    # the order of the rows in the tables must not decide
    labels = [(offer.codes[i], str(offer.services[j]), (i, j)) for i, j in take]
    ranks = {pair: rank for rank, (_, _, pair) in enumerate(sorted(labels))}
    # one participation more outweighs all ranks
    weight = len(take) ** 2
    return sum((weight + ranks[pair]) * variable for pair, variable in take.items())


def _read_takes(solver: Any, take: dict[tuple[int, int], Any], offer: JointOffer) -> BoolArray:
    takes = np.zeros(offer.worth.shape, dtype=bool)
    for pair, variable in take.items():
        takes[pair] = solver.boolean_value(variable)
    return takes
