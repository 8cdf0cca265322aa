"""Which group of members would rather leave a joint bill and buy for itself?

`core_objection` tests whether a division is in the core of the cost game. For each sum t of needs
the coalition that pays most is found by a dynamic programme (knapsack), less what t costs alone.
"""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import lcm
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dxkit._checks import is_number
from dxkit.errors import ChoiceError, shorten
from dxkit.support.costs._cost_game import read_cost_game


def core_objection(
    parts: Sequence[Fraction | int], needs: ArrayLike, costs: ArrayLike
) -> tuple[tuple[int, ...], Fraction]:
    """Find the coalition that would save most by leaving, and how much it would save.

    Parameters
    ----------
    parts
        What each member pays, in yen.
    needs, costs
        As for `shapley`.

    Returns
    -------
    tuple of int, Fraction
        Positions of the members who leave, and the yen they save together; nobody and 0 if the
        division is in the core.

    Raises
    ------
    ChoiceError
        If the game is not one.

    Examples
    --------
    Two share a bill of 300 yen by 200 and 100, and each would pay 150 alone:

    >>> members, saved_yen = core_objection([200, 100], [1, 1], [0, 150, 300])
    >>> print(members, saved_yen)
    (0,) 50
    """
    demand, cost = read_cost_game(needs, costs)
    # whole multiples of one common fraction, so that sums stay exact
    shares = _read_parts(parts, len(demand))
    scale = lcm(*(share.denominator for share in shares))
    scaled = [int(share * scale) for share in shares]
    top = int(demand.sum())
    # the fractions' common denominator goes beyond 64 bits: Python's whole numbers have no limit
    paid: NDArray[Any] = np.full(top + 1, None, dtype=object)
    paid[:] = -(sum(map(abs, scaled)) + int(cost.max()) * scale + 1)
    paid[0] = 0
    # joins[m, t]: whether member m stands in the best-paying set of sum t among members 0 … m
    joins = np.zeros((len(demand), top + 1), dtype=bool)
    for member, (need, yen) in enumerate(zip(demand.tolist(), scaled, strict=True)):
        joined = paid[: top + 1 - need] + yen
        better = joined > paid[need:]
        joins[member, need:] = better
        paid[need:] = np.where(better, joined, paid[need:])
    # what a coalition pays now, less what it would pay for itself
    excess = paid - np.array([int(yen) * scale for yen in cost], dtype=object)
    remaining = int(np.argmax(excess))
    saved = Fraction(int(excess[remaining]), scale)
    if saved <= 0:
        return (), Fraction(0)
    leavers = []
    # back from the last member, who stands in the set of the greatest excess
    for member in range(len(demand) - 1, -1, -1):
        if joins[member, remaining]:
            leavers.append(member)
            remaining -= int(demand[member])
    return tuple(reversed(leavers)), saved


def _read_parts(parts: Sequence[Fraction | int], count: int) -> list[Fraction]:
    """Read what each member pays as fractions."""
    numbers = list(parts) if isinstance(parts, Iterable) else []
    # every float is a fraction, too
    if len(numbers) != count or not all(
        is_number(part) or isinstance(part, Fraction) for part in numbers
    ):
        raise ChoiceError(
            f"parts={shorten(parts)} は使えません。needs と同じ数（{count}）だけ、"
            "負担額を数か分数で並べてください。"
        )
    return [Fraction(part) for part in numbers]
