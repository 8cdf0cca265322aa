"""How far can this grouping be from the best one there is?

Every grouping is a choice of groups that cover each member once: the set partitioning model. Its linear relaxation is solved over
few groups, to which those are added that are worth having at its prices (column generation: Gilmore and Gomory 1961; for
grouping, Johnson, Mehrotra and Nemhauser 1993). Prices u of members bound the best from below whatever they are: Σ u + the
least, over the numbers of groups of each size, of their cheapest group less prices. Groups that no better answer can hold are
then left out, and HiGHS chooses among the rest.
"""

from dataclasses import dataclass
from itertools import combinations_with_replacement
from math import comb
from time import monotonic
from typing import Any

import highspy
import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from tqdm.auto import tqdm

from dxkit.groups._feasibility import engine
from dxkit.groups._pricing import Pricer
from dxkit.groups._problem import Question
from dxkit.groups._result import quick_bound, score
from dxkit.groups._rules import Rules
from dxkit.groups._search import search as found_by_annealing

Floats = NDArray[np.float64]
Whole = NDArray[np.intp]
# beyond it there are too many groups to look at
MOST_GROUPS = 5e8
MOST_HEADS = 300_000
# groups that a question stops at; those of them that are added; those that are kept; those among which HiGHS chooses
ENOUGH, ADDED, KEPT, CHOICES = 20_000, 400, 6_000, 8_000
# relative: nearer than this HiGHS may try to choose; differences that are none
NEAR, CLOSE = 3e-4, 1e-9
# what prices of an interior point are exact to
SMALL, SAME = 2e-8, 1e-7


@dataclass(frozen=True)
class Proof:
    """What is proven.

    Attributes
    ----------
    groups
        The grouping, perhaps a better one than that given.
    bound
        A cost that no grouping is below.
    told
        For the settings of the result.
    """

    groups: Whole
    bound: float
    told: dict[str, Any]


@dataclass
class Pool:
    """The groups over which the linear programme is solved."""

    sets: list[tuple[int, ...]]
    costs: list[float]

    def add(self, members: Whole, costs: Floats) -> None:
        """Add groups; none twice."""
        known = set(self.sets)
        for group, cost in zip(map(tuple, members.tolist()), costs.tolist(), strict=True):
            if group not in known:
                known.add(group)
                self.sets.append(group)
                self.costs.append(cost)

    def matrix(self, people: int) -> sp.csc_array:
        """Give members × groups, and a last row that counts groups."""
        lengths = [len(group) + 1 for group in self.sets]
        rows = np.fromiter((at for group in self.sets for at in (*group, people)), dtype=np.intp)
        starts = np.cumsum([0, *lengths])
        return sp.csc_array((np.ones(len(rows)), rows, starts), shape=(people + 1, len(self.sets)))

    def keep(self, at: Whole) -> None:
        """Leave out all others."""
        self.sets, self.costs = [self.sets[each] for each in at], [self.costs[each] for each in at]


def prove(asked: Question, groups: Whole, *, seconds: float, progress: bool) -> Proof:
    """Give a bound, and where there is time the optimum."""
    rules, value = asked.rules, score(asked, groups)
    reach = _reach(rules)
    weak = quick_bound(asked)
    if reach > MOST_GROUPS or comb(rules.people, max(rules.high - 4, 0)) > MOST_HEADS:
        return Proof(
            groups,
            weak,
            {"proof": f"組み合わせが多すぎるため（{reach:.1e}通り）、簡単な下限だけを示します"},
        )
    until = monotonic() + seconds
    factor = asked.factor
    sizes = _sizes(rules)
    pricers = {size: Pricer(rules, asked.cost, size, float(factor[size])) for size in sizes}
    search = _Search(asked, pricers, groups.copy(), value=value, bound=weak, until=until)
    for leeway in (NEAR, CLOSE):
        search.relax(leeway, progress)
        search.choose()
    told = {
        "proof": search.said(),
        "groups_possible": reach,
        "rounds": search.rounds,
        "relaxed": asked.sign * search.relaxed,
    }
    return Proof(search.groups, search.bound, told)


class _Search:
    """The state of a proof: the best grouping, the best bound, the groups in hand."""

    def __init__(
        self,
        asked: Question,
        pricers: dict[int, Pricer],
        groups: Whole,
        *,
        value: float,
        bound: float,
        until: float,
    ) -> None:
        self.asked, self.pricers, self.until = asked, pricers, until
        self.groups, self.value, self.bound, self.relaxed = groups, value, bound, bound
        self.prices, self.least = np.zeros(asked.rules.people), dict.fromkeys(pricers, -np.inf)
        self.rng, self.rounds, self.converged = np.random.default_rng(0), 0, False
        self.pool = Pool([], [])
        self._begin()

    def _begin(self) -> None:
        """Begin with the groups of a few good groupings."""
        found = [
            self.groups,
            *(
                found_by_annealing(self.asked, seed=seed, chains=1, steps=12_000)
                for seed in range(1, 13)
            ),
        ]
        for groups in found:
            for group in range(self.asked.rules.count):
                own = np.flatnonzero(groups == group)[None, :]
                self.pool.add(own, self._costs(own))

    def _costs(self, members: Whole) -> Floats:
        """Give the true cost of each group."""
        cost, factor = self.asked.cost, self.asked.factor
        total = sum(
            cost[members[:, one], members[:, two]]
            for one in range(members.shape[1])
            for two in range(one)
        )
        return np.asarray(float(factor[members.shape[1]]) * total + np.zeros(len(members)))

    def relax(self, leeway: float, progress: bool) -> None:
        """Solve the linear relaxation, adding groups until none is worth having or the bound is near enough."""
        with tqdm(disable=not progress, desc="証明（列生成）") as bar:
            while (
                not self.converged
                and monotonic() < self.until
                and self.value - self.bound > leeway * abs(self.value)
            ):
                prices, fixed = self._solved()
                self._ask(prices, fixed)
                self.rounds += 1
                bar.update()

    def _solved(self) -> tuple[Floats, float]:
        """Solve over the groups in hand; give the prices of members and of a group."""
        people = self.asked.rules.people
        costs, matrix = np.asarray(self.pool.costs), self.pool.matrix(people)
        solver = engine(max(1.0, self.until - monotonic()))
        solver.setOptionValue("solver", "ipm")
        solver.setOptionValue("run_crossover", "off")
        solver.passModel(_model(costs, matrix, self.asked.rules))
        solver.run()
        duals = np.asarray(solver.getSolution().row_dual)
        if len(self.pool.sets) > KEPT:
            reduced = costs - matrix.T @ duals
            self.pool.keep(np.sort(np.argsort(reduced, kind="stable")[: KEPT // 2]))
        return duals[:people], float(duals[people])

    def _ask(self, prices: Floats, fixed: float) -> None:
        """Ask for groups worth having; where all were looked at, the prices give a bound."""
        limit, least, whole, before = fixed - CLOSE, {}, True, len(self.pool.sets)
        for size, pricer in self.pricers.items():
            found = pricer.below(prices, limit, ENOUGH, self.rng)
            best = np.argsort(found.reduced, kind="stable")[:ADDED]
            self.pool.add(found.members[best], self._costs(found.members[best]))
            least[size] = float(found.reduced.min()) if len(found.reduced) else fixed - CLOSE
            whole &= found.whole
        if not whole:
            return
        bound = float(prices.sum()) + _cheapest(self.asked.rules, least)
        if bound > self.bound:
            self.bound, self.relaxed, self.prices, self.least = bound, bound, prices, least
        # prices of an interior point are not exact: what is in hand already may seem worth having
        self.converged = len(self.pool.sets) == before or all(
            each >= limit - SMALL for each in least.values()
        )

    def choose(self) -> None:
        """Let HiGHS choose among the groups that a better answer can hold, or among the likeliest where they are too many."""
        gap = self.value - self.bound
        if gap > CLOSE * abs(self.value) and (self.converged or gap <= NEAR * abs(self.value)):
            pool, complete = Pool([], []), True
            for size, pricer in self.pricers.items():
                room = self.value - self._without(size) + CLOSE
                found = pricer.below(self.prices, room, CHOICES, self.rng)
                best = np.argsort(found.reduced, kind="stable")[:CHOICES]
                pool.add(found.members[best], self._costs(found.members[best]))
                complete &= found.whole
            self._decide(pool, complete)
        if self.value - self.bound <= SAME * max(abs(self.value), CLOSE):
            self.bound = self.value

    def _without(self, size: int) -> float:
        """Give the bound that is left to all others when one group of this size is chosen."""
        profiles = _profiles(self.asked.rules, tuple(self.least))
        rest = [
            sum(self.least[each] for each in profile) - self.least[size]
            for profile in profiles
            if size in profile
        ]
        return float(self.prices.sum()) + (min(rest) if rest else np.inf)

    def _decide(self, pool: Pool, complete: bool) -> None:
        """Choose groups that cover everybody once at the least cost."""
        if not pool.sets:
            self.bound = self.value if complete else self.bound
            return
        people = self.asked.rules.people
        solver = engine(max(1.0, self.until - monotonic()))
        model = _model(np.asarray(pool.costs), pool.matrix(people), self.asked.rules)
        model.integrality_ = [highspy.HighsVarType.kInteger] * len(pool.sets)
        solver.passModel(model)
        solver.setOptionValue("objective_bound", self.value)
        solver.run()
        status, info = solver.getModelStatus(), solver.getInfo()
        if (
            info.primal_solution_status == highspy.kSolutionStatusFeasible
            and info.objective_function_value < self.value - CLOSE
        ):
            self.value = float(info.objective_function_value)
            chosen = np.flatnonzero(np.asarray(solver.getSolution().col_value) > 0.5)
            for number, at in enumerate(chosen):
                self.groups[list(pool.sets[at])] = number
        if not complete:
            return
        ended = status in {highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kInfeasible}
        self.bound = (
            self.value if ended else max(self.bound, min(self.value, float(info.mip_dual_bound)))
        )

    def said(self) -> str:
        """Say in a sentence what was proven."""
        if self.bound == self.value:
            return "これより良いグループ分けがないことを証明しました"
        return "これより良い値になり得ない限界を計算しました（最適とは証明していません）"


def _model(costs: Floats, matrix: sp.csc_array, rules: Rules) -> highspy.HighsLp:
    """Write the set partitioning model: each member once, so many groups."""
    model = highspy.HighsLp()
    model.num_row_, model.num_col_ = matrix.shape
    model.col_cost_, model.col_lower_, model.col_upper_ = (
        costs,
        np.zeros(len(costs)),
        np.ones(len(costs)),
    )
    sides = np.append(np.ones(rules.people), float(rules.count))
    model.row_lower_, model.row_upper_ = sides, sides
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_, model.a_matrix_.index_, model.a_matrix_.value_ = (
        matrix.indptr,
        matrix.indices,
        matrix.data,
    )
    return model


def _profiles(rules: Rules, sizes: tuple[int, ...]) -> list[tuple[int, ...]]:
    """Give every choice of sizes for the groups that adds up to all members."""
    return [
        each
        for each in combinations_with_replacement(sizes, rules.count)
        if sum(each) == rules.people
    ]


def _sizes(rules: Rules) -> tuple[int, ...]:
    """Give the sizes that a group can have when all others keep the limits."""
    low = max(rules.low, rules.people - (rules.count - 1) * rules.high)
    high = min(rules.high, rules.people - (rules.count - 1) * rules.low)
    return tuple(range(low, high + 1))


def _cheapest(rules: Rules, least: dict[int, float]) -> float:
    """Give the least total over the possible numbers of groups of each size."""
    return min(sum(least[size] for size in profile) for profile in _profiles(rules, tuple(least)))


def _reach(rules: Rules) -> float:
    return float(sum(comb(rules.people, size) for size in range(rules.low, rules.high + 1)))
