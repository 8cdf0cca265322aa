"""Which grouping is the best that a second or two can find?"""

from concurrent.futures import Executor
from itertools import cycle
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm.auto import tqdm

from dxkit._optimise import annealing, pair_exchange
from dxkit.errors import DxkitError
from dxkit.groups import _feasibility
from dxkit.groups._problem import Question
from dxkit.groups._rules import Rules

Floats = NDArray[np.float64]
Whole = NDArray[np.intp]
# chains and proposals of each: so many for each block, about 1.5 s in all at 41 members
CHAINS, STEPS, STEPS_EACH = 5, 10_000, 1_300
# how often a chain's end is shaken (so many swaps) and polished; what a broken rule costs then
TRIES, SWAPS, DEAR = 16, 8, 1e3


def search(
    asked: Question,
    *,
    seed: int = 0,
    chains: int = CHAINS,
    steps: int | None = None,
    extra: Floats | None = None,
    progress: bool = False,
    executor: Executor | None = None,
) -> Whole:
    """Give the best grouping that several chains find (a number from 0 for each member).

    Raises
    ------
    ChoiceError
        If no grouping keeps the rules.
    """
    task, blocks = asked.task(extra), asked.rules.blocks()
    proposals = max(STEPS, STEPS_EACH * len(blocks)) if steps is None else steps
    start = _start(asked, task, blocks)
    seeds = [int(each) for each in np.random.SeedSequence(seed).generate_state(chains)]
    tries = TRIES if steps is None else 0
    jobs = [
        (task, proposals, own, start, heats, tries)
        for own, heats in zip(seeds, cycle(annealing.HEATS), strict=False)
    ]
    if executor is None:
        found = [chain(*job) for job in tqdm(jobs, **_bar(progress, chains))]
    else:
        waiting = [executor.submit(chain, *job) for job in jobs]
        found = [job.result() for job in tqdm(waiting, **_bar(progress, chains))]
    best, _, above = min(found, key=lambda each: (each[2] > 1e-9, each[1]))
    groups = spread_out(best, blocks, asked.rules.people)
    return groups if above <= 1e-9 else _kept(asked, groups)


def chain(  # noqa: PLR0917 - an executor takes positions
    task: annealing.Task,
    proposals: int,
    seed: int,
    start: Whole | None,
    heats: tuple[float, float],
    tries: int,
) -> tuple[Whole, float, float]:
    """Anneal, then go on from there by sharing out pairs of groups anew; as `annealing.anneal`."""
    groups, value, above = annealing.anneal(task, proposals, seed, start, heats)
    if not tries or task.count < 2:
        return groups, value, above
    price = DEAR * max(float(np.abs(task.between).max() * task.factor.max()), 1.0)
    better = pair_exchange.deepened(task, groups, price, tries=tries, swaps=SWAPS, seed=seed)
    return better, task.value(better), task.penalty(better) - task.least


def _bar(progress: bool, total: int) -> dict[str, Any]:
    return {"disable": not progress, "total": total, "desc": "グループ分け"}


def spread_out(groups: Whole, blocks: list[list[int]], count: int) -> Whole:
    """Give each member the group of its block."""
    found = np.empty(count, dtype=np.intp)
    for group, block in zip(groups, blocks, strict=True):
        found[block] = group
    return found


def _start(asked: Question, task: annealing.Task, blocks: list[list[int]]) -> Whole | None:
    """Give a grouping to begin with where dealing alone would not keep the sizes."""
    rules = asked.rules
    sets = [set(block) for block in blocks]
    clash = any(
        len(block) > rules.high or any(len(block & set(link)) > 1 for link in rules.apart)
        for block in sets
    )
    if not clash and annealing.fits(task, annealing.dealt(task, 0)):
        return None
    found = None if clash else _any(rules)
    if found is None:
        raise _feasibility.refuse(rules, asked.names())
    return found[[block[0] for block in blocks]]


def _kept(asked: Question, groups: Whole) -> Whole:
    """Give a grouping that keeps the rules where the chains found none, and prove that there is none otherwise."""
    if not asked.rules.broken(groups):
        return groups
    found = _any(asked.rules)
    if found is None:
        raise _feasibility.refuse(asked.rules, asked.names())
    task, blocks = asked.task(), asked.rules.blocks()
    better = annealing.descend(task, found[[block[0] for block in blocks]])
    return spread_out(better, blocks, asked.rules.people)


def _any(rules: Rules) -> Whole | None:
    try:
        return _feasibility.grouping(rules)
    except TimeoutError:
        raise DxkitError(
            "条件を守るグループ分けが時間内に見つかりませんでした。together・apart・spread を減らすか、size を広げてください。"
        ) from None
