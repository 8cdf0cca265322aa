"""What is a fair part of a joint bill that depends on the sum of needs, and which coalition would rather leave?

A cost game with v(S) = c(Σ_{i in S} d_i), d whole numbers. Coalitions with the same size and sum cost the same, so that counting
them replaces listing them: with N(k, t) the number of coalitions of k members and sum t (dynamic programme, whole numbers),

Shapley_i = Σ_k k! (n−k−1)! / n! · Σ_t N_i(k, t) · (c(t + d_i) − c(t)),

where N_i leaves i out again: N_i(k, t) = N(k, t) − N_i(k − 1, t − d_i). All of it is exact, as fractions. Whether an allocation x
is in the core is a knapsack: for each sum t the coalition with the greatest Σ x, less c(t).
"""

from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations
from math import comb, factorial, lcm
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dxkit import _checks
from dxkit.errors import ChoiceError

Whole = NDArray[np.int64]
# the most members whose coalitions of every size can be counted in 64 bits
MOST_MEMBERS = 66
# a list of all coalitions beyond this takes minutes
NUCLEOLUS_MEMBERS = 14


def shapley(need: Whole, cost: Whole) -> tuple[Fraction, ...]:
    """Compute each member's Shapley value, exactly.

    Parameters
    ----------
    need
        Whole numbers from 1, one a member (at most 66).
    cost
        Whole yen for each sum 0 … Σ need, 0 for none.

    Returns
    -------
    tuple of Fraction

    Raises
    ------
    ChoiceError
        If there are more than 66 members.
    """
    many = len(need)
    if many > MOST_MEMBERS:
        raise ChoiceError(
            f"{many}団体のシャープレイ値は計算できません。{MOST_MEMBERS}団体までにしてください。"
        )
    counted = counts(need)
    weights = [
        Fraction(factorial(size) * factorial(many - size - 1), factorial(many))
        for size in range(many)
    ]
    by_need = {
        size: _value(counted, size, cost, weights) for size in sorted({int(each) for each in need})
    }
    return tuple(by_need[int(each)] for each in need)


def counts(need: Whole) -> Whole:
    """Count coalitions: one row a size, one column a sum."""
    many, top = len(need), int(need.sum())
    found = np.zeros((many + 1, top + 1), dtype=np.int64)
    found[0, 0] = 1
    for joined, size in enumerate(need.tolist(), start=1):
        # sizes from the greatest down, so that a member counts once
        for members in range(joined, 0, -1):
            found[members, size:] += found[members - 1, : top + 1 - size]
    return found


def _value(counted: Whole, size: int, cost: Whole, weights: Sequence[Fraction]) -> Fraction:
    """Give the Shapley value of a member that needs ``size``."""
    top = counted.shape[1] - 1
    step = cost[size:] - cost[: top + 1 - size]
    without = np.zeros(top + 1 - size, dtype=np.int64)
    value = Fraction(0)
    for members, weight in enumerate(weights):
        shifted = np.zeros_like(without)
        shifted[size:] = without[: max(len(without) - size, 0)]
        without = counted[members, : top + 1 - size] - shifted
        value += weight * _exact_dot(without, step, comb(len(weights) - 1, members))
    return value


def _exact_dot(numbers: Whole, yen: Whole, total: int) -> int:
    """Sum products of whole numbers without overflow; ``total`` is the sum of the (non-negative) numbers."""
    if total * max(int(np.abs(yen).max(initial=0)), 1) < 2**62:
        return int(numbers @ yen)
    return sum(int(number) * int(each) for number, each in zip(numbers, yen, strict=True) if number)


def shapley_by_listing(need: Whole, cost: Whole) -> tuple[Fraction, ...]:
    """Compute the Shapley values by listing every coalition: what `shapley` is tested against (about 20 members at most)."""
    many = len(need)
    values = []
    for one in range(many):
        others = [int(each) for at, each in enumerate(need) if at != one]
        value = Fraction(0)
        for size in range(many):
            steps = sum(
                int(cost[sum(chosen) + need[one]] - cost[sum(chosen)])
                for chosen in combinations(others, size)
            )
            value += Fraction(factorial(size) * factorial(many - size - 1), factorial(many)) * steps
        values.append(value)
    return tuple(values)


def objection(
    parts: Sequence[Fraction], need: Whole, cost: Whole
) -> tuple[tuple[int, ...], Fraction]:
    """Find the coalition that would save most by leaving, and how much; nobody and 0 if the allocation is in the core.

    Parameters
    ----------
    parts
        What each member pays.
    need, cost
        As for `shapley`.

    Returns
    -------
    tuple of int, Fraction
    """
    scale = lcm(*(part.denominator for part in parts))
    paid = [int(part * scale) for part in parts]
    top, many = int(need.sum()), len(need)
    # the fractions' common denominator goes beyond 64 bits: whole numbers without limit
    most: NDArray[Any] = np.full(top + 1, None, dtype=object)
    most[:] = -(sum(map(abs, paid)) + int(cost.max()) * scale + 1)
    most[0] = 0
    taken = np.zeros((many, top + 1), dtype=bool)
    for at, (size, yen) in enumerate(zip(need.tolist(), paid, strict=True)):
        joined = most[: top + 1 - size] + yen
        better = joined > most[size:]
        taken[at, size:] = better
        most[size:] = np.where(better, joined, most[size:])
    excess = most - np.array([int(each) * scale for each in cost], dtype=object)
    left = int(np.argmax(excess))
    saved, chosen = Fraction(int(excess[left]), scale), []
    for at in range(many - 1, -1, -1):
        if taken[at, left]:
            chosen.append(at)
            left -= int(need[at])
    return (tuple(reversed(chosen)), saved) if saved > 0 else ((), Fraction(0))


def nucleolus(need: Whole, cost: Whole) -> tuple[Fraction, ...]:
    """Compute the nucleolus of the cost game by the library coopgame, from a list of all coalitions.

    Raises
    ------
    MissingExtraError
        If coopgame-py is not installed.
    ChoiceError
        If there are more than 14 members.
    """
    many = len(need)
    if many > NUCLEOLUS_MEMBERS:
        raise ChoiceError(
            f"{many}団体の仁（nucleolus）は計算できません。{NUCLEOLUS_MEMBERS}団体までにしてください。"
        )
    coopgame = _checks.import_extra("coopgame", "coopgame-py")
    sums = np.zeros(1, dtype=np.int64)
    for size in need.tolist():
        # bit by bit: coalitions with the next member follow those without
        sums = np.concatenate([sums, sums + size])
    found = coopgame.cost_nucleolus(coopgame.Game([float(yen) for yen in cost[sums[1:]]]))
    return tuple(Fraction(round(float(part) * 100), 100) for part in found)
