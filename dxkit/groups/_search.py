"""Which grouping is the best that a second or two can find?

Several chains of annealing, each followed by exchanges between pairs of groups. All limits count
steps, none the clock, so that a seed gives the same groups on every machine.
"""

from concurrent.futures import Executor
from itertools import cycle
from typing import Any

import numpy as np
import pandas as pd
from tqdm.auto import tqdm

from dxkit._arrays import FloatArray, IntArray
from dxkit._optimise import annealing, pair_exchange
from dxkit._optimise.grouping_task import GroupingTask, deal_blocks, has_allowed_sizes
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
        raise make_conflict_error(rules, problem.roster.list_names())
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
        raise make_conflict_error(problem.rules, problem.roster.list_names())
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
