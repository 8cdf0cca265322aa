"""Which seats over several meetings bring the same two people together least often?

A schedule is an array rounds × seats with the group of each seat; who takes which seat is decided
afterwards (`assign_seats`). Where an affine plane fits, nobody meets twice; the rest is found by
annealing on swaps within a meeting, beside a lower bound.
"""

import math
import random
from collections.abc import Iterator

import numpy as np

from dxkit._arrays import FloatArray, IntArray
from dxkit._optimise.affine_plane import ORDERS, list_lines

# of the search for few repeats: proposals, and first and last temperature (in repeats)
STEPS = 60_000
FIRST_TEMPERATURE = 1.2
LAST_TEMPERATURE = 0.12


def count_repeats(schedule: IntArray) -> int:
    """Count the meetings of each pair after its first."""
    meetings = count_meetings(schedule)
    repeats = np.maximum(meetings - 1, 0)
    return int(repeats[np.triu_indices(len(meetings), 1)].sum())


def count_meetings(schedule: IntArray) -> IntArray:
    """Count how often each two seats are in one group (seats × seats)."""
    seats = schedule.shape[1]
    meetings = np.zeros((seats, seats), dtype=np.intp)
    for row in schedule:
        meetings += row[:, None] == row[None, :]
    return meetings


def bound_repeats(people: int, rounds: int, group_counts: range) -> int:
    """Compute a number of repeats that no schedule is below.

    Two counts: there are only so many pairs, and a group is split over the groups of the next
    meeting. Of a pair that meets m times, m(m − 1)/2 pairs of meetings share it, and
    m − 1 ≥ m(m − 1)/rounds repeats follow.
    """
    pairs = min(_count_pairs(people, count) for count in group_counts)
    # pairs of a group that meet at the next meeting too, however evenly the group is split
    split = min(
        sum(_count_pairs(size, max(group_counts)) for size in _split_evenly(people, count))
        for count in group_counts
    )
    return max(0, rounds * pairs - people * (people - 1) // 2, (rounds - 1) * split)


def plan_schedule(
    people: int, rounds: int, *, min_size: int, max_size: int, group_counts: range, seed: int
) -> IntArray:
    """Find a schedule with few repeats.

    Parameters
    ----------
    people, rounds
        Number of seats and of meetings.
    min_size, max_size
        Smallest and largest size of a group.
    group_counts
        Allowed numbers of groups at a meeting.
    seed
        Of the search, where no plane has enough meetings.

    Returns
    -------
    numpy.ndarray
        Rounds × seats: the group of each seat.
    """
    goal = bound_repeats(people, rounds, group_counts)
    planes = sorted(
        _list_plane_schedules(people, min_size, max_size, group_counts),
        key=lambda plane: (-min(len(plane[1]), rounds), plane[0]),
    )
    if planes and len(planes[0][1]) >= rounds:
        return planes[0][1][:rounds]
    # the plane with most meetings is filled up, and beside it a start without a plane is tried
    starts = [plane[:rounds] for _, plane in planes[:1]]
    starts.append(np.zeros((0, people), dtype=np.intp))
    schedules = []
    for number, start in enumerate(starts):
        rest = _deal_meetings(people, rounds - len(start), max(group_counts), seed + number)
        full = np.vstack([start, rest])
        schedules.append(_reduce_repeats(full, len(start), goal, seed + number))
    return min(schedules, key=count_repeats)


def _list_plane_schedules(
    people: int, min_size: int, max_size: int, group_counts: range
) -> Iterator[tuple[float, IntArray]]:
    """List what planes offer.

    For each plane and each way to leave seats empty: how far the sizes are from the middle, and
    the meetings whose sizes fit.
    """
    for order in ORDERS:
        for columns in range(1, order + 1):
            rows_used = math.ceil(people / columns)
            if rows_used > order:
                continue
            # a rectangle of the plane's points, the last of them left out
            points = [x * order + y for x in range(columns) for y in range(rows_used)][:people]
            meetings = [
                np.unique(row, return_inverse=True)[1] for row in list_lines(order)[:, points]
            ]
            fitting = [
                row
                for row in meetings
                if _has_allowed_sizes(np.bincount(row), min_size, max_size, group_counts)
            ]
            if fitting:
                distance = abs(people / order - (min_size + max_size) / 2)
                yield distance, np.asarray(fitting, dtype=np.intp)


def _has_allowed_sizes(sizes: IntArray, min_size: int, max_size: int, group_counts: range) -> bool:
    """Check the sizes of one meeting's groups and their number."""
    return bool(sizes.min() >= min_size and sizes.max() <= max_size and len(sizes) in group_counts)


def _split_evenly(people: int, group_count: int) -> list[int]:
    """Return the sizes of as even groups as can be."""
    quotient, remainder = divmod(people, group_count)
    return [quotient + (group < remainder) for group in range(group_count)]


def _count_pairs(people: int, group_count: int) -> int:
    """Count the pairs inside as even groups as can be: the fewest possible."""
    return sum(size * (size - 1) // 2 for size in _split_evenly(people, group_count))


def _deal_meetings(people: int, rounds: int, group_count: int, seed: int) -> IntArray:
    """Deal people to even groups at random, meeting by meeting."""
    rng = np.random.default_rng(seed)
    groups = np.repeat(np.arange(group_count), _split_evenly(people, group_count))
    meetings = [rng.permutation(groups) for _ in range(rounds)]
    return np.asarray(meetings, dtype=np.intp).reshape(rounds, people)


def _reduce_repeats(schedule: IntArray, fixed: int, goal: int, seed: int) -> IntArray:
    """Anneal on swaps within the meetings from ``fixed`` on; stop at the goal."""
    rng = random.Random(seed)  # noqa: S311 - not for secrets
    rounds, people = schedule.shape
    if fixed == rounds:
        return schedule
    state = _MeetingCounts(schedule)
    best = schedule
    fewest = state.repeats
    temperatures = np.geomspace(FIRST_TEMPERATURE, LAST_TEMPERATURE, STEPS)
    for temperature in temperatures.tolist():
        row = fixed + int(rng.random() * (rounds - fixed))
        i = int(rng.random() * people)
        j = int(rng.random() * people)
        change = state.swap_seats(row, i, j)
        if change > 0 and rng.random() >= math.exp(-change / temperature):
            # rejected: the same swap again takes it back
            state.swap_seats(row, i, j)
        elif state.repeats < fewest:
            best = np.asarray(state.labels, dtype=np.intp)
            fewest = state.repeats
            if fewest <= goal:
                break
    return best


class _MeetingCounts:
    """The group of each seat at every meeting, and how often each two seats meet."""

    def __init__(self, schedule: IntArray) -> None:
        self.labels: list[list[int]] = schedule.tolist()
        self.groups = [
            [set(np.flatnonzero(row == group).tolist()) for group in range(row.max() + 1)]
            for row in schedule
        ]
        self.meetings: list[list[int]] = count_meetings(schedule).tolist()
        self.repeats = count_repeats(schedule)

    def swap_seats(self, row: int, i: int, j: int) -> int:
        """Swap the groups of seats i and j at a meeting; return the change in repeats."""
        group_i = self.labels[row][i]
        group_j = self.labels[row][j]
        if group_i == group_j:
            return 0
        before = self.repeats
        for seat, old, new, partner in ((i, group_i, group_j, j), (j, group_j, group_i, i)):
            self._leave_group(seat, self.groups[row][old], partner)
            self._join_group(seat, self.groups[row][new], partner)
        for seat, old, new in ((i, group_i, group_j), (j, group_j, group_i)):
            self.groups[row][old].discard(seat)
            self.groups[row][new].add(seat)
            self.labels[row][seat] = new
        return self.repeats - before

    def _leave_group(self, seat: int, group: set[int], partner: int) -> None:
        """Take off a seat's meetings with a group."""
        counts = self.meetings[seat]
        for mate in group:
            if mate not in (seat, partner):
                self.repeats -= counts[mate] > 1
                counts[mate] -= 1
                self.meetings[mate][seat] -= 1

    def _join_group(self, seat: int, group: set[int], partner: int) -> None:
        """Add a seat's meetings with a group."""
        counts = self.meetings[seat]
        for mate in group:
            if mate not in (seat, partner):
                self.repeats += counts[mate] > 0
                counts[mate] += 1
                self.meetings[mate][seat] += 1


def assign_seats(schedule: IntArray, costs: FloatArray, steps: int, seed: int) -> IntArray:
    """Decide who takes which seat so that meetings cost least.

    Seats keep their pairs, so repeats stay what they are: a quadratic assignment, annealed by
    swapping two members' seats.

    Parameters
    ----------
    schedule
        Rounds × seats: the group of each seat.
    costs
        Rounds × members × members: what it costs that two meet.
    steps, seed
        Proposals and seed of the annealing.

    Returns
    -------
    numpy.ndarray
        Rounds × members: the group of each member.
    """
    rng = np.random.default_rng(seed)
    flows = (schedule[:, :, None] == schedule[:, None, :]).astype(np.float64)
    # of each seat, the mean over the others of its group
    flows /= np.maximum(flows.sum(axis=2) - 1, 1)[:, :, None]
    people = schedule.shape[1]
    member_of_seat = rng.permutation(people)
    table = costs[:, member_of_seat][:, :, member_of_seat]
    both_ways = flows + flows.transpose(0, 2, 1)
    typical = float(np.std((flows * table).sum(axis=2))) or 1e-9
    swaps = rng.integers(0, people, (steps, 2)).tolist()
    draws = rng.random(steps).tolist()
    temperatures = np.geomspace(2.0, 0.02, steps).tolist()
    for (i, j), draw, temperature in zip(swaps, draws, temperatures, strict=True):
        if i == j:
            continue
        change = _change_of_swap(both_ways, table, i, j)
        if change <= 0 or draw < math.exp(-change / (temperature * typical)):
            member_of_seat[[i, j]] = member_of_seat[[j, i]]
            table[:, [i, j]] = table[:, [j, i]]
            table[:, :, [i, j]] = table[:, :, [j, i]]
    labels = np.empty_like(schedule)
    labels[:, member_of_seat] = schedule
    return labels


def _change_of_swap(flows: FloatArray, table: FloatArray, i: int, j: int) -> float:
    """Compute the change when seats i and j swap their members."""
    gains = (flows[:, i] - flows[:, j]) * (table[:, j] - table[:, i])
    return float(gains.sum() - gains[:, i].sum() - gains[:, j].sum())
