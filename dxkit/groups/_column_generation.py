"""How far can this grouping be from the best one there is?

The linear relaxation of the set partitioning model is solved over few groups, to which those are
added that are worth having at its prices (column generation: Gilmore and Gomory 1961; for
grouping, Johnson, Mehrotra and Nemhauser 1993). Prices u of members bound the best from below
whatever they are: Σ u + the least, over the numbers of groups of each size, of their cheapest
group less prices. Groups that no better answer can hold are then left out, and HiGHS chooses
among the rest.
"""

from dataclasses import dataclass
from math import comb
from typing import Any

import numpy as np
from tqdm.auto import tqdm

from dxkit._arrays import FloatArray, IntArray
from dxkit.groups._highs import solve_lp_from_inside, solve_mip
from dxkit.groups._pricing import TAIL_SIZE, PricedGroups, Pricer
from dxkit.groups._problem import Problem
from dxkit.groups._quality import compute_cost, compute_quick_bound
from dxkit.groups._search import search_grouping
from dxkit.groups._set_partition import (
    GroupPool,
    count_possible_groups,
    list_profiles,
    list_sizes,
    sum_cheapest,
)
from dxkit.groups._work_limit import WorkLimit

# beyond so many groups, or heads of groups, there are too many to look at
MAX_GROUPS = 5e8
MAX_HEADS = 300_000
# work of a proof, in groups looked at: about a minute of one core
WORK_UNITS = 1.5e9
# work of one entry of the linear programme in one iteration, in the same unit
UNITS_OF_LP_ENTRY = 5.0
# work of one group among which HiGHS chooses, in the same unit
UNITS_OF_CHOICE = 25_000
# nodes of the search tree when HiGHS chooses among groups: a handful is what it mostly takes
NODE_LIMIT = 200
# a pricing stops once it has so many groups, and so many of them are added
ENOUGH_GROUPS = 20_000
ADDED_GROUPS = 400
# groups that are kept for the linear programme
MAX_POOL = 6_000
# groups of each size among which HiGHS chooses
MAX_CHOICES = 8_000
# gap relative to the cost at which HiGHS first tries to choose
TRY_GAP = 3e-4
# differences that are none
ROUNDING = 1e-9
# what prices of an interior point are exact to, absolute and as a gap relative to the cost
PRICE_ACCURACY = 2e-8
GAP_ACCURACY = 1e-7
# good groupings with which the pool begins, and the steps of the search for each
START_SEEDS = range(1, 13)
START_STEPS = 12_000


@dataclass(frozen=True)
class Proof:
    """What is proven.

    Attributes
    ----------
    labels
        The group of each member, perhaps of a better grouping than that given.
    bound
        A cost that no grouping is below.
    settings
        For the settings of the result.
    """

    labels: IntArray
    bound: float
    settings: dict[str, Any]


def prove_bound(
    problem: Problem, labels: IntArray, *, time_limit_s: float | None, show_progress: bool
) -> Proof:
    """Prove a bound, and within the limits the optimum.

    Parameters
    ----------
    problem
        What was asked.
    labels
        The group of each member in the best grouping at hand.
    time_limit_s
        Where given, the proof is stopped by the clock instead of by `WORK_UNITS`.
    show_progress
        Show a progress bar.
    """
    rules = problem.rules
    possible = count_possible_groups(rules)
    quick_bound = compute_quick_bound(problem)
    heads = comb(rules.member_count, max(rules.max_size - TAIL_SIZE, 0))
    # with more groups than that one pricing alone takes minutes and gigabytes
    if possible > MAX_GROUPS or heads > MAX_HEADS:
        reason = f"組み合わせが多すぎるため（{possible:.1e}通り）、簡単な下限だけを示します"
        return Proof(labels, quick_bound, {"proof": reason, "reproducible": True})
    search = _BoundSearch(problem, labels, quick_bound, WorkLimit(WORK_UNITS, time_limit_s))
    # a first choice as soon as the gap is small often ends the proof early
    for relative_gap in (TRY_GAP, ROUNDING):
        search.tighten_bound(relative_gap, show_progress)
        search.choose_groups()
    settings = {
        "proof": search.describe_proof(),
        "groups_possible": possible,
        "rounds": search.rounds,
        "relaxed": problem.sign_of_quality * search.relaxed_bound,
        "reproducible": search.work.is_reproducible,
    }
    return Proof(search.labels, search.bound, settings)


class _BoundSearch:
    """The state of a proof: the best grouping, the best bound, the groups in hand."""

    def __init__(
        self, problem: Problem, labels: IntArray, quick_bound: float, work: WorkLimit
    ) -> None:
        self.problem = problem
        self.work = work
        self.labels = labels.copy()
        self.value = compute_cost(problem, labels)
        self.bound = quick_bound
        self.relaxed_bound = quick_bound
        self.pricers = {
            size: Pricer(problem.rules, problem.cost, size, float(problem.size_factor[size]))
            for size in list_sizes(problem.rules)
        }
        # the prices that gave the best bound, and the least reduced cost of each size at them
        self.prices = np.zeros(problem.rules.member_count)
        self.least_reduced = dict.fromkeys(self.pricers, -np.inf)
        # a fixed seed: with which heads a pricing begins must not change from run to run
        self.rng = np.random.default_rng(0)
        self.rounds = 0
        self.has_converged = False
        self.pool = GroupPool([], [])
        self._fill_pool()

    def _fill_pool(self) -> None:
        """Begin with the groups of a few good groupings."""
        # groups that fit together give the first prices a sense; single groups would not even cover
        # everybody
        groupings = [self.labels]
        groupings += [
            search_grouping(self.problem, seed=seed, chains=1, steps=START_STEPS)
            for seed in START_SEEDS
        ]
        for labels in groupings:
            for group in range(self.problem.rules.group_count):
                members = np.flatnonzero(labels == group)[None, :]
                self.pool.add_groups(members, self._compute_costs(members))

    def _compute_costs(self, members: IntArray) -> FloatArray:
        """Compute the true cost of each group (groups × size)."""
        cost = self.problem.cost
        size = members.shape[1]
        total = np.zeros(len(members))
        for i in range(size):
            for j in range(i):
                total = total + cost[members[:, i], members[:, j]]
        return np.asarray(float(self.problem.size_factor[size]) * total)

    def tighten_bound(self, relative_gap: float, show_progress: bool) -> None:
        """Solve the relaxation, adding groups until none is worth having or the gap is small."""
        with tqdm(disable=not show_progress, desc="証明（列生成）") as bar:
            while (
                not self.has_converged
                and self.value - self.bound > relative_gap * abs(self.value)
                and not self.work.is_used_up()
            ):
                prices, group_price = self._solve_relaxation()
                self._price_groups(prices, group_price)
                self.rounds += 1
                bar.update()

    def _solve_relaxation(self) -> tuple[FloatArray, float]:
        """Solve over the groups in hand; return the prices of members and of a group."""
        model = self.pool.build_model(self.problem.rules)
        remaining_s = max(1.0, self.work.compute_remaining_s())
        # at least a second, or the solver would return no prices at all
        duals, iterations = solve_lp_from_inside(model, time_limit_s=remaining_s)
        self.work.spend(UNITS_OF_LP_ENTRY * model.matrix.nnz * max(iterations, 1))
        # the programme is solved at every round, so groups that are far from worth having leave it
        if len(self.pool.groups) > MAX_POOL:
            reduced_costs = model.cost - model.matrix.T @ duals
            cheapest = np.argsort(reduced_costs, kind="stable")[: MAX_POOL // 2]
            self.pool.keep_groups(np.sort(cheapest))
        member_count = self.problem.rules.member_count
        return duals[:member_count], float(duals[member_count])

    def _price_groups(self, prices: FloatArray, group_price: float) -> None:
        """Add groups worth having; where all were looked at, the prices give a bound."""
        limit = group_price - ROUNDING
        least_reduced = {}
        is_complete = True
        size_before = len(self.pool.groups)
        for size, pricer in self.pricers.items():
            priced = pricer.find_cheap_groups(prices, limit, ENOUGH_GROUPS, self.rng, self.work)
            self._add_best(self.pool, priced, ADDED_GROUPS)
            reduced = priced.reduced_costs
            # where no group is below the limit, the limit itself is a bound on all of this size
            least_reduced[size] = float(reduced.min()) if len(reduced) else limit
            is_complete &= priced.is_complete
        # a group that was not looked at might be cheaper than all that were
        if not is_complete:
            return
        # the Lagrangian bound: it holds for any prices, also for those not at the optimum
        bound = float(prices.sum()) + sum_cheapest(self.problem.rules, least_reduced)
        if bound > self.bound:
            self.bound = bound
            self.relaxed_bound = bound
            self.prices = prices
            self.least_reduced = least_reduced
        # prices of an interior point are not exact: what is in hand may seem worth having
        self.has_converged = len(self.pool.groups) == size_before or all(
            reduced >= limit - PRICE_ACCURACY for reduced in least_reduced.values()
        )

    def _add_best(self, pool: GroupPool, priced: PricedGroups, count: int) -> None:
        """Add the groups with the least reduced costs to a pool."""
        members = priced.keep_best(count)
        pool.add_groups(members, self._compute_costs(members))

    def choose_groups(self) -> None:
        """Let HiGHS choose among the groups that a better answer can hold.

        Among the likeliest where they are too many: then only a better answer is gained, no bound.
        """
        gap = self.value - self.bound
        is_near = self.has_converged or gap <= TRY_GAP * abs(self.value)
        if gap > ROUNDING * abs(self.value) and is_near:
            pool = GroupPool([], [])
            is_complete = True
            for size, pricer in self.pricers.items():
                # a group whose reduced cost takes more than the gap is in no better answer
                room = self.value - self._bound_others(size) + ROUNDING
                priced = pricer.find_cheap_groups(
                    self.prices, room, MAX_CHOICES, self.rng, self.work
                )
                self._add_best(pool, priced, MAX_CHOICES)
                is_complete &= priced.is_complete
            self._solve_choice(pool, is_complete)
        if self.value - self.bound <= GAP_ACCURACY * max(abs(self.value), ROUNDING):
            self.bound = self.value

    def _bound_others(self, size: int) -> float:
        """Bound the cost of all other groups when one group of this size is chosen."""
        profiles = list_profiles(self.problem.rules, tuple(self.least_reduced))
        others = [
            sum(self.least_reduced[in_profile] for in_profile in profile) - self.least_reduced[size]
            for profile in profiles
            if size in profile
        ]
        return float(self.prices.sum()) + (min(others) if others else np.inf)

    def _solve_choice(self, pool: GroupPool, is_complete: bool) -> None:
        """Choose groups that cover everybody once at the least cost."""
        # nothing is left to choose from: no better answer exists, if all groups were looked at
        if not pool.groups:
            self.bound = self.value if is_complete else self.bound
            return
        remaining_s = max(1.0, self.work.compute_remaining_s())
        self.work.spend(UNITS_OF_CHOICE * len(pool.groups))
        answer = solve_mip(
            pool.build_model(self.problem.rules),
            node_limit=NODE_LIMIT,
            time_limit_s=remaining_s,
            objective_limit=self.value,
        )
        if not answer.is_ended:
            # lets the limit note that it was the clock that stopped the choice
            self.work.is_used_up()
        # the objective limit lets answers through that are equal to the one at hand
        if answer.values is not None and answer.value < self.value - ROUNDING:
            self.value = answer.value
            for number, position in enumerate(np.flatnonzero(answer.values > 0.5)):
                self.labels[list(pool.groups[position])] = number
        if not is_complete:
            return
        # stopped early: the solver's own bound holds, as the pool held every group of use
        limited = max(self.bound, min(self.value, answer.bound))
        self.bound = self.value if answer.is_ended else limited

    def describe_proof(self) -> str:
        """Describe in a sentence what was proven."""
        if self.bound == self.value:
            return "これより良いグループ分けがないことを証明しました"
        return "これより良い値になり得ない限界を計算しました（最適とは証明していません）"
