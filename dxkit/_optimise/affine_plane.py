"""In how many meetings can everybody sit with new people only?

The points of the affine plane over a field of q elements are q·q; each of its q + 1 directions cuts them into q lines of q
points, and two points lie on exactly one line. A direction is a meeting, a line a group, a point a seat: nobody meets twice
(Bose 1938). Fewer members than seats leave seats empty.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[np.intp]
# orders of the fields used, and of those that are no prime: prime and the polynomial that x^k equals, low powers first
ORDERS = (2, 3, 4, 5, 7, 8, 9, 11, 13)
POWERS = {4: (2, (1, 1)), 8: (2, (1, 1, 0)), 9: (3, (2, 0))}


@cache
def field(order: int) -> tuple[tuple[tuple[int, ...], ...], tuple[tuple[int, ...], ...]]:
    """Give the tables of addition and multiplication of the field with so many elements."""
    prime, lower = POWERS.get(order, (order, ()))
    degree = max(len(lower), 1)
    digits = [
        [number // prime**place % prime for place in range(degree)] for number in range(order)
    ]

    def number(terms: list[int]) -> int:
        return sum(term % prime * prime**place for place, term in enumerate(terms[:degree]))

    def product(one: list[int], two: list[int]) -> int:
        terms = [0] * (2 * degree)
        for at, first in enumerate(one):
            for place, second in enumerate(two):
                terms[at + place] += first * second
        for top in range(2 * degree - 1, degree - 1, -1):
            for place, factor in enumerate(lower):
                terms[top - degree + place] += terms[top] * factor
            terms[top] = 0
        return number(terms)

    added = tuple(
        tuple(number([a + b for a, b in zip(one, two, strict=True)]) for two in digits)
        for one in digits
    )
    return added, tuple(tuple(product(one, two) for two in digits) for one in digits)


def lines(order: int) -> Whole:
    """Give, for each direction (rows) and each point, the number of the line on which it lies.

    Point (x, y) has the number x·q + y. The first q directions are the lines y = slope·x + height, named by their height; the
    last direction are the columns, named by x.
    """
    added, times = field(order)
    minus = [row.index(0) for row in added]
    points = [(x, y) for x in range(order) for y in range(order)]
    rows = [[added[y][minus[times[slope][x]]] for x, y in points] for slope in range(order)]
    return np.asarray([*rows, [x for x, _ in points]], dtype=np.intp)
