"""How are draws shared among workers without changing what is drawn?"""

import os
from collections.abc import Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import lru_cache

import numpy as np
from threadpoolctl import ThreadpoolController

from dxkit.maturity._competition_ranks import RankArray
from dxkit.maturity._draw_weights import split_draws
from dxkit.maturity._monte_carlo import Plan, rank_draws

# ranks to be computed (draws × municipalities) below which handing work to threads costs more than
# it saves
MIN_RANKS_FOR_THREADS = 2_000_000


def rank_all_draws(plan: Plan, draws: int, seed: int, executor: Executor | None) -> RankArray:
    """Share the draws among workers.

    Each portion has a seed of its own, so the number of workers changes nothing.
    """
    portions = split_draws(draws, seed)
    if executor is not None:
        return _collect_ranks(executor, plan, portions)
    # one thread a worker: those of the matrix library would wait for each other
    with _find_libraries().limit(limits=1):
        n_ranks = draws * plan.numbers.shape[0]
        if n_ranks < MIN_RANKS_FOR_THREADS and plan.noise is None:
            return np.concatenate([rank_draws(plan, *portion) for portion in portions])
        with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
            return _collect_ranks(pool, plan, portions)


@lru_cache
def _find_libraries() -> ThreadpoolController:
    """Find the libraries that have threads of their own; once, because it takes a while."""
    return ThreadpoolController()


def _collect_ranks(
    pool: Executor, plan: Plan, portions: Sequence[tuple[int, np.random.SeedSequence]]
) -> RankArray:
    jobs = [pool.submit(rank_draws, plan, count, seed) for count, seed in portions]
    # in the order of the portions, whichever is ready first
    return np.concatenate([job.result() for job in jobs])
