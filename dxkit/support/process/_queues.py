"""When is each case done, if cases queue for the people who do the steps?

A discrete-event simulation: first come, first served; each step is done by one of those who share
it. All random numbers of a case are drawn beforehand, so that a change of one step meets the same
cases on the same days (common random numbers).
"""

import heapq
from collections import deque
from dataclasses import dataclass

import numpy as np

from dxkit._arrays import FloatArray, IntArray
from dxkit.support.process._steps import Process

# repeats of a step whose random numbers are drawn beforehand; further ones are drawn when needed
DRAWN_VISITS = 4
# what happens in an event: a case is ready for a step, or a step is done
READY = 0
DONE = 1


@dataclass(frozen=True)
class Cases:
    """The cases of one run: when they come, how long their steps take, and what comes back.

    Attributes
    ----------
    arrival_min
        One row a case, in order.
    work_factor, return_draw
        Case × step of the whole process × visit: factor on the mean work, and a number from 0 to 1
        that is sent back where it is below the step's share.
    seed
        Of what is drawn later.
    """

    arrival_min: FloatArray
    work_factor: FloatArray
    return_draw: FloatArray
    seed: tuple[int, int]


@dataclass(frozen=True)
class Passage:
    """What happened in one run: one row a case, or one cell a case and pool."""

    done_min: FloatArray
    work_min: FloatArray
    wait_min: FloatArray
    queue_min: FloatArray


def draw_cases(
    *, count: int, gap_min: float, orders: IntArray, variation: float, seed: tuple[int, int]
) -> Cases:
    """Draw cases that come at random, ``gap_min`` minutes apart on average.

    ``orders`` are the numbers of the steps: a step keeps its random numbers when another is
    dropped.
    """
    arrivals = np.random.default_rng([*seed, 0]).exponential(gap_min, count).cumsum()
    shape = (count, len(orders), DRAWN_VISITS)
    factors = np.ones(shape)
    returns = np.empty(shape)
    for place, order in enumerate(orders):
        # a stream of its own for each step, whatever stands before it
        step_random = np.random.default_rng([*seed, 1, int(order)])
        returns[:, place] = step_random.random(shape[::2])
        if variation > 0:
            factors[:, place] = _draw_factors(step_random, variation, shape[::2])
    return Cases(arrivals, factors, returns, seed)


def _draw_factors(
    random: np.random.Generator, variation: float, shape: tuple[int, ...]
) -> FloatArray:
    """Draw factors of mean 1 whose standard deviation is ``variation`` (a gamma distribution)."""
    return random.gamma(variation**-2, variation**2, shape)


def run_queues(process: Process, cases: Cases, *, variation: float, last: int) -> Passage:
    """Let cases pass through the steps until the first ``last`` of them are done."""
    return _Office(process, cases, variation, last).run()


class _Office:
    """The state of one run."""

    def __init__(self, process: Process, cases: Cases, variation: float, last: int) -> None:
        count = len(cases.arrival_min)
        self.process = process
        self.cases = cases
        self.variation = variation
        self.open_cases = last
        self.last = last
        self.late_random = np.random.default_rng([*cases.seed, 2])
        # people of each pool who have nothing to do
        self.free = [int(number) for number in process.staff]
        self.queues: list[deque[tuple[float, int, int]]] = [deque() for _ in process.pools]
        self.visits = np.zeros((count, len(process.steps)), dtype=np.intp)
        self.done = np.full(count, np.nan)
        self.work = np.zeros((count, len(process.pools)))
        self.wait = np.zeros(count)
        self.queue = np.zeros((count, len(process.pools)))
        # time, tie-breaker, what happens, case, step
        self.events: list[tuple[float, int, int, int, int]] = []
        self.tie = 0

    def run(self) -> Passage:
        """Work through the events in the order of time."""
        for case, minute in enumerate(self.cases.arrival_min):
            self._send(float(minute), case, 0)
        # cases that came later keep the queues full until the counted ones are through
        while self.open_cases and self.events:
            minute, _, kind, case, step = heapq.heappop(self.events)
            pool = int(self.process.pool_of[step])
            if kind == READY:
                self.queues[pool].append((minute, case, step))
            else:
                self.free[pool] += 1
                self._move_on(minute, case, step)
            self._start_work(minute, pool)
        return Passage(self.done, self.work, self.wait, self.queue)

    def _send(self, minute: float, case: int, step: int) -> None:
        """Let a case wait before a step; then it is ready to be worked on."""
        wait = float(self.process.wait_min[step])
        self.wait[case] += wait
        self._add_event(minute + wait, READY, case, step)

    def _add_event(self, minute: float, kind: int, case: int, step: int) -> None:
        self.tie += 1
        heapq.heappush(self.events, (minute, self.tie, kind, case, step))

    def _start_work(self, minute: float, pool: int) -> None:
        """Start work on the cases that have waited longest, as far as somebody is free."""
        while self.free[pool] and self.queues[pool]:
            ready, case, step = self.queues[pool].popleft()
            self.free[pool] -= 1
            work = float(self.process.work_min[step]) * self._find_factor(case, step)
            self.queue[case, pool] += minute - ready
            self.work[case, pool] += work
            self._add_event(minute + work, DONE, case, step)

    def _find_factor(self, case: int, step: int) -> float:
        visit = self.visits[case, step]
        if visit < DRAWN_VISITS:
            return float(self.cases.work_factor[case, step, visit])
        # without variation nothing is drawn at all
        if not self.variation:
            return 1.0
        return float(_draw_factors(self.late_random, self.variation, (1,))[0])

    def _move_on(self, minute: float, case: int, step: int) -> None:
        """Send a case back, on to the next step, or out of the door."""
        visit = self.visits[case, step]
        self.visits[case, step] += 1
        is_drawn = visit < DRAWN_VISITS
        draw = self.cases.return_draw[case, step, visit] if is_drawn else self.late_random.random()
        if draw < self.process.sent_back[step]:
            self._send(minute, case, int(self.process.back_to[step]))
        elif step + 1 < len(self.process.steps):
            self._send(minute, case, step + 1)
        else:
            self.done[case] = minute
            self.open_cases -= case < self.last
