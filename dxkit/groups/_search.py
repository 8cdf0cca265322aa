"""Which grouping is the best that a second or two can find?

Several chains of annealing, each followed by exchanges between pairs of groups. All limits count
steps, none the clock, so that a seed gives the same groups on every machine.
"""

from concurrent.futures import Executor
from dataclasses import replace
from itertools import cycle
from typing import Any

import numpy as np
import pandas as pd
from tqdm.auto import tqdm

from dxkit._arrays import FloatArray, IntArray
from dxkit._checks import require_seed
from dxkit._optimise import annealing, pair_exchange
from dxkit._optimise.grouping_task import GroupingTask, build_task, deal_blocks, has_allowed_sizes
from dxkit.errors import DxkitError
from dxkit.groups import _feasibility
from dxkit.groups._conflicts import make_conflict_error
from dxkit.groups._problem import Problem
from dxkit.groups._rules import Rules

CHAINS = 5
# proposals of each chain: so many a block, about 1.5 s in all at 41 members
MIN_STEPS = 10_000
STEPS_PER_BLOCK = 1_300
# an accepted proposal rewrites a row of all blocks: beyond some 400 blocks a chain has fewer
# proposals, so that its time grows no further
MAX_STEPS_BY_BLOCKS = 2.2e8
# how often a chain's end is shaken (by so many swaps) and polished
TRIES = 16
SWAPS = 8
# how many ways to share out two groups a chain may compare: reached with some 300 members and more,
# after some 5 s of one core
MAX_WAYS = 8e7
# price of a unit of penalty while polishing, in units of the dearest pair
PENALTY_PRICE = 1e3
ROUNDING = 1e-9
# costs are of the order of 1 (mean) to 100 (sum)
COST_DIGITS = 9


def search_grouping(
    problem: Problem,
    *,
    seed: int = 0,
    chains: int = CHAINS,
    steps: int | None = None,
    extra_cost: FloatArray | None = None,
    show_progress: bool = False,
    executor: Executor | None = None,
) -> IntArray:
    """Find the best grouping that several chains find (the group of each member, from 0).

    Parameters
    ----------
    problem
        What was asked.
    seed
        Of all chains.
    chains
        How many chains.
    steps
        Proposals of each chain, which is then not polished; by default enough for a good answer,
        and polishing.
    extra_cost
        Members × members: added to what meetings cost.
    show_progress
        Show a progress bar.
    executor
        Runs the chains elsewhere.

    Raises
    ------
    ChoiceError
        If no grouping keeps the rules.
    """
    require_seed(seed)
    task = problem.build_task(extra_cost)
    blocks = problem.rules.list_blocks()
    proposals = _limit_steps(len(blocks)) if steps is None else steps
    tries = TRIES if steps is None else 0
    # where dealing cannot keep the sizes, a grouping from HiGHS is the start of all chains
    start = _find_start(problem, task, blocks)
    # one seed a chain, all from the user's seed
    seeds = np.random.SeedSequence(seed).generate_state(chains).tolist()
    jobs = [
        (task, proposals, chain_seed, start, temperatures, tries)
        for chain_seed, temperatures in zip(seeds, cycle(annealing.TEMPERATURES), strict=False)
    ]
    options: dict[str, Any] = {
        "disable": not show_progress,
        "total": chains,
        "desc": "グループ分け",
    }
    # a chain depends on its own seed only, so that an executor changes nothing
    if executor is None:
        ends = [run_chain(*job) for job in tqdm(jobs, **options)]
    else:
        futures = [executor.submit(run_chain, *job) for job in jobs]
        ends = [future.result() for future in tqdm(futures, **options)]
    block_labels, _, excess = min(ends, key=_rank_end)
    labels = _spread_blocks(block_labels, blocks, problem.rules.member_count)
    return labels if excess <= ROUNDING else _mend_rules(problem, labels)


def search_fewest_reunions(problem: Problem, meetings: IntArray, *, seed: int = 0) -> IntArray:
    """Find the grouping with the fewest meetings of pairs that have met, and of those the best.

    Parameters
    ----------
    problem
        What was asked.
    meetings
        Members × members: how often two have met.
    seed
        Of all chains.

    Raises
    ------
    ChoiceError
        If no grouping keeps the rules.
    """
    rules = problem.rules
    blocks = rules.list_blocks()
    # every rule weighs more than all reunions together, so that none is broken to avoid one
    rule_weight = float(meetings.sum()) / 2 + 1.0
    penalties = rule_weight * rules.compute_penalties() + meetings
    reunion_task = replace(
        _build_task(problem, meetings.astype(np.float64), rules.compute_penalties()),
        size_factor=np.ones(rules.max_size + 1),
    )
    likeness_task = replace(
        _build_task(problem, problem.cost, penalties),
        # what is left above it is the number of reunions
        min_penalty=0.0,
    )
    start = _find_start(problem, reunion_task, blocks)
    ends = []
    for number, chain_seed in enumerate(np.random.SeedSequence(seed).generate_state(CHAINS)):
        temperatures = annealing.TEMPERATURES[number % len(annealing.TEMPERATURES)]
        proposals = _limit_steps(len(blocks))
        # the fewest reunions first, then the likeness that goes with them
        labels, _, _ = run_chain(
            reunion_task, proposals, int(chain_seed), start, temperatures, TRIES
        )
        ends.append(labels)
        if problem.cost.any():
            ends.append(_improve_likeness(likeness_task, labels, int(chain_seed)))
            annealed, _, _ = run_chain(
                likeness_task, proposals, int(chain_seed), start, temperatures, 0
            )
            ends.append(_improve_likeness(likeness_task, annealed, int(chain_seed)))
    best = min(ends, key=lambda labels: _rank_reunions(likeness_task, labels))
    return _mend_rules(problem, _spread_blocks(best, blocks, rules.member_count))


def _build_task(problem: Problem, cost: FloatArray, penalties: FloatArray) -> GroupingTask:
    rules = problem.rules
    return build_task(
        cost,
        penalties,
        rules.list_blocks(),
        problem.size_factor,
        min_size=rules.min_size,
        max_size=rules.max_size,
        group_count=rules.group_count,
        min_penalty=rules.compute_min_penalty(),
    )


def _improve_likeness(task: GroupingTask, labels: IntArray, seed: int) -> IntArray:
    """Share out pairs of groups anew without more reunions than there are."""
    dearest = float(np.abs(task.between).max() * task.size_factor.max())
    # so dear that no gain in likeness pays for one reunion
    price = PENALTY_PRICE * max(dearest, 1.0) * len(task.block_sizes)
    return pair_exchange.search_pair_exchanges(
        task, labels, price, tries=TRIES, swaps=SWAPS, seed=seed, max_ways=MAX_WAYS
    )


def _rank_reunions(task: GroupingTask, labels: IntArray) -> tuple[float, float, list[int]]:
    """Rank by broken rules and reunions, then by cost, then by who sits with the first members."""
    penalty = round(task.compute_penalty(labels), COST_DIGITS)
    cost = round(task.compute_cost(labels), COST_DIGITS)
    return penalty, cost, pd.factorize(labels)[0].tolist()


def run_chain(  # noqa: PLR0917 - an executor takes positions
    task: GroupingTask,
    steps: int,
    seed: int,
    start: IntArray | None,
    temperatures: tuple[float, float],
    tries: int,
) -> tuple[IntArray, float, float]:
    """Anneal, then go on from there by sharing out pairs of groups anew.

    Returns what `annealing.anneal_grouping` returns.
    """
    labels, cost, excess = annealing.anneal_grouping(task, steps, seed, start, temperatures)
    if not tries or task.group_count < 2:
        return labels, cost, excess
    # no exchange gains more than this by breaking a rule
    dearest = float(np.abs(task.between).max() * task.size_factor.max())
    better = pair_exchange.search_pair_exchanges(
        task,
        labels,
        PENALTY_PRICE * max(dearest, 1.0),
        tries=tries,
        swaps=SWAPS,
        seed=seed,
        max_ways=MAX_WAYS,
    )
    excess = task.compute_penalty(better) - task.min_penalty
    return better, task.compute_cost(better), excess


def _rank_end(end: tuple[IntArray, float, float]) -> tuple[bool, float, list[int]]:
    """Rank the end of a chain: rules first, then cost, then by who sits with the first members.

    Costs are rounded, so that equal ones are equal on every processor.
    """
    labels, cost, excess = end
    return excess > ROUNDING, round(cost, COST_DIGITS), pd.factorize(labels)[0].tolist()


def _limit_steps(block_count: int) -> int:
    """Compute the number of proposals of a chain."""
    steps = max(MIN_STEPS, STEPS_PER_BLOCK * block_count)
    return min(steps, max(MIN_STEPS, int(MAX_STEPS_BY_BLOCKS / block_count)))


def _spread_blocks(block_labels: IntArray, blocks: list[list[int]], member_count: int) -> IntArray:
    """Write the group of each block to its members."""
    labels = np.empty(member_count, dtype=np.intp)
    for label, block in zip(block_labels, blocks, strict=True):
        labels[block] = label
    return labels


def _find_start(problem: Problem, task: GroupingTask, blocks: list[list[int]]) -> IntArray | None:
    """Find a grouping to begin with where dealing alone would not keep the sizes."""
    rules = problem.rules
    block_sets = [set(block) for block in blocks]
    has_clash = any(
        len(block) > rules.max_size or any(len(block & set(link)) > 1 for link in rules.apart)
        for block in block_sets
    )
    if not has_clash and has_allowed_sizes(task, deal_blocks(task, 0)):
        return None
    labels = None if has_clash else _find_any_grouping(rules)
    if labels is None:
        raise make_conflict_error(rules, problem.roster.list_full_names())
    return labels[[block[0] for block in blocks]]


def _mend_rules(problem: Problem, labels: IntArray) -> IntArray:
    """Find a grouping that keeps the rules where the chains found none.

    Raises
    ------
    ChoiceError
        If there is proven to be none.
    """
    if not problem.rules.list_broken(labels):
        return labels
    possible = _find_any_grouping(problem.rules)
    if possible is None:
        raise make_conflict_error(problem.rules, problem.roster.list_full_names())
    blocks = problem.rules.list_blocks()
    # all members of a block are in one group, so the first stands for the block
    start = possible[[block[0] for block in blocks]]
    better = annealing.descend_grouping(problem.build_task(), start)
    return _spread_blocks(better, blocks, problem.rules.member_count)


def _find_any_grouping(rules: Rules) -> IntArray | None:
    """Find any grouping that keeps the rules; None if there is proven to be none."""
    try:
        return _feasibility.find_grouping(rules)
    except _feasibility.SearchLimitError:
        raise DxkitError(
            "条件を守るグループ分けが探索の上限までに見つかりませんでした。"
            "together・apart・spread を減らすか、size を広げてください。"
        ) from None
