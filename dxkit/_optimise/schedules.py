"""Which seats over several meetings bring the same two people together least often?

Seats are numbers; who takes which is decided afterwards (`seated`). Where a plane fits (`planes`) nobody meets twice; the rest
is found by annealing on swaps within a meeting, beside a lower bound.
"""

import math
import random
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from dxkit._optimise.affine_plane import ORDERS, lines

Floats = NDArray[np.float64]
Whole = NDArray[np.intp]
# proposals of the search for few repeats, and from where to where it cools
STEPS, HOT, COLD = 60_000, 1.2, 0.12


def repeats_of(schedule: Whole) -> int:
    """Count meetings too many: of each pair, those after the first (rounds × people: the group of each)."""
    met = meets(schedule)
    return int(np.maximum(met - 1, 0)[np.triu_indices(len(met), 1)].sum())


def meets(schedule: Whole) -> Whole:
    """Give how often each two meet."""
    people = schedule.shape[1]
    total = np.zeros((people, people), dtype=np.intp)
    for row in schedule:
        total += row[:, None] == row[None, :]
    return total


def least_repeats(people: int, rounds: int, counts: range) -> int:
    """Give a number of repeats that no schedule is below.

    Two counts: there are only so many pairs, and a group is split over the groups of the next meeting. Of a pair that meets m
    times, m(m − 1)/2 pairs of meetings share it, and m − 1 ≥ m(m − 1)/rounds repeats follow.
    """
    pairs = min(_pairs(people, count) for count in counts)
    split = min(sum(_pairs(size, max(counts)) for size in _even(people, count)) for count in counts)
    return max(0, rounds * pairs - people * (people - 1) // 2, (rounds - 1) * split)


def schedule_of(
    people: int, rounds: int, *, low: int, high: int, counts: range, seed: int
) -> Whole:
    """Give rounds × seats: the group of each seat, with few repeats."""
    goal = least_repeats(people, rounds, counts)
    planned = sorted(
        _planned(people, low, high, counts), key=lambda each: (-min(len(each[1]), rounds), each[0])
    )
    if planned and len(planned[0][1]) >= rounds:
        return planned[0][1][:rounds]
    best = None
    starts = [plan[:rounds] for _, plan in planned[:1]] + [np.zeros((0, people), dtype=np.intp)]
    for number, start in enumerate(starts):
        full = np.vstack([start, _dealt(people, rounds - len(start), max(counts), seed + number)])
        found = _fewer(full, len(start), goal, seed + number)
        if best is None or repeats_of(found) < repeats_of(best):
            best = found
    assert best is not None  # noqa: S101 - there is always the empty start
    return best


def _planned(people: int, low: int, high: int, counts: range) -> Iterator[tuple[float, Whole]]:
    """Give what planes offer: how far the sizes are from the middle, and the meetings whose sizes fit."""
    for order in ORDERS:
        for across in range(1, order + 1):
            down = math.ceil(people / across)
            if down > order:
                continue
            seats = [x * order + y for x in range(across) for y in range(down)][:people]
            rows = [np.unique(row, return_inverse=True)[1] for row in lines(order)[:, seats]]
            fit = [row for row in rows if _fits(np.bincount(row), low, high, counts)]
            if fit:
                yield abs(people / order - (low + high) / 2), np.asarray(fit, dtype=np.intp)


def _fits(sizes: Whole, low: int, high: int, counts: range) -> bool:
    return bool(sizes.min() >= low and sizes.max() <= high and len(sizes) in counts)


def _even(people: int, count: int) -> list[int]:
    return [people // count + (at < people % count) for at in range(count)]


def _pairs(people: int, count: int) -> int:
    return sum(size * (size - 1) // 2 for size in _even(people, count))


def _dealt(people: int, rounds: int, count: int, seed: int) -> Whole:
    rng = np.random.default_rng(seed)
    groups = np.repeat(np.arange(count), _even(people, count))
    return np.asarray([rng.permutation(groups) for _ in range(rounds)], dtype=np.intp).reshape(
        rounds, people
    )


def _fewer(schedule: Whole, fixed: int, goal: int, seed: int) -> Whole:
    """Anneal on swaps within the meetings from ``fixed`` on; stop at the goal."""
    rng = random.Random(seed)  # noqa: S311 - not for secrets
    rounds, people = schedule.shape
    if fixed == rounds:
        return schedule
    state = _State(schedule)
    heats = np.geomspace(HOT, COLD, STEPS)
    best, least = schedule, state.repeats
    for heat in heats.tolist():
        row, one, two = (
            fixed + int(rng.random() * (rounds - fixed)),
            int(rng.random() * people),
            int(rng.random() * people),
        )
        change = state.swap(row, one, two)
        if change > 0 and rng.random() >= math.exp(-change / heat):
            state.swap(row, one, two)
        elif state.repeats < least:
            best, least = np.asarray(state.rows, dtype=np.intp), state.repeats
            if least <= goal:
                break
    return best


class _State:
    """Who is where in every meeting, and how often each two meet."""

    def __init__(self, schedule: Whole) -> None:
        self.rows: list[list[int]] = schedule.tolist()
        self.groups = [
            [set(np.flatnonzero(row == group).tolist()) for group in range(row.max() + 1)]
            for row in schedule
        ]
        self.met: list[list[int]] = meets(schedule).tolist()
        self.repeats = repeats_of(schedule)

    def swap(self, row: int, one: int, two: int) -> int:
        """Swap two people's groups in a meeting; give the change in repeats."""
        first, second = self.rows[row][one], self.rows[row][two]
        if first == second:
            return 0
        before = self.repeats
        for who, old, new, other in ((one, first, second, two), (two, second, first, one)):
            self._leave(who, self.groups[row][old], other)
            self._join(who, self.groups[row][new], other)
        for who, old, new in ((one, first, second), (two, second, first)):
            self.groups[row][old].discard(who)
            self.groups[row][new].add(who)
            self.rows[row][who] = new
        return self.repeats - before

    def _leave(self, who: int, group: set[int], other: int) -> None:
        own = self.met[who]
        for mate in group:
            if mate not in (who, other):
                self.repeats -= own[mate] > 1
                own[mate] -= 1
                self.met[mate][who] -= 1

    def _join(self, who: int, group: set[int], other: int) -> None:
        own = self.met[who]
        for mate in group:
            if mate not in (who, other):
                self.repeats += own[mate] > 0
                own[mate] += 1
                self.met[mate][who] += 1


def seated(schedule: Whole, costs: Floats, steps: int, seed: int) -> Whole:
    """Give the schedule of members: who takes which seat so that meetings cost least (rounds × members × members).

    Seats keep their pairs, so repeats stay what they are: a quadratic assignment, annealed by swapping two members' seats.
    """
    rng = np.random.default_rng(seed)
    flows = (schedule[:, :, None] == schedule[:, None, :]).astype(np.float64)
    flows /= np.maximum(flows.sum(axis=2) - 1, 1)[:, :, None]
    people = schedule.shape[1]
    held = rng.permutation(people)
    table = costs[:, held][:, :, held]
    both = flows + flows.transpose(0, 2, 1)
    usual = float(np.std((flows * table).sum(axis=2))) or 1e-9
    picks, luck = rng.integers(0, people, (steps, 2)), rng.random(steps)
    for (one, two), chance, heat in zip(
        picks.tolist(), luck.tolist(), np.geomspace(2.0, 0.02, steps).tolist(), strict=True
    ):
        if one != two:
            change = _swapped(both, table, one, two)
            if change <= 0 or chance < math.exp(-change / (heat * usual)):
                held[[one, two]] = held[[two, one]]
                table[:, [one, two]] = table[:, [two, one]]
                table[:, :, [one, two]] = table[:, :, [two, one]]
    found = np.empty_like(schedule)
    found[:, held] = schedule
    return found


def _swapped(both: Floats, table: Floats, one: int, two: int) -> float:
    """Give the change when two seats swap their members."""
    gained = (both[:, one] - both[:, two]) * (table[:, two] - table[:, one])
    return float(gained.sum() - gained[:, one].sum() - gained[:, two].sum())
