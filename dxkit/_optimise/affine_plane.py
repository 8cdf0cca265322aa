"""In how many meetings can everybody sit with new people only?

The points of the affine plane over a field of q elements are q·q; each of its q + 1 directions
cuts them into q lines of q points, and two points lie on exactly one line. A direction is a
meeting, a line a group, a point a seat: nobody meets twice (Bose 1938). Fewer members than seats
leave seats empty.
"""

from functools import cache

import numpy as np

from dxkit._arrays import IntArray

# orders of the fields used
ORDERS = (2, 3, 4, 5, 7, 8, 9, 11, 13)
# of the orders that are no prime: the prime, and the polynomial that x^k equals (low powers first)
PRIME_POWERS = {4: (2, (1, 1)), 8: (2, (1, 1, 0)), 9: (3, (2, 0))}

Table = tuple[tuple[int, ...], ...]


@cache
def tabulate_field(order: int) -> tuple[Table, Table]:
    """Tabulate addition and multiplication in the field with so many elements."""
    prime, reduction = PRIME_POWERS.get(order, (order, ()))
    degree = max(len(reduction), 1)
    # an element is a polynomial; its number's digits to the base of the prime are the coefficients
    polynomials = [
        [number // prime**power % prime for power in range(degree)] for number in range(order)
    ]

    def to_number(coefficients: list[int]) -> int:
        digits = enumerate(coefficients[:degree])
        return sum(digit % prime * prime**power for power, digit in digits)

    def add_polynomials(p: list[int], q: list[int]) -> int:
        return to_number([a + b for a, b in zip(p, q, strict=True)])

    def multiply_polynomials(p: list[int], q: list[int]) -> int:
        product = [0] * (2 * degree)
        for i, a in enumerate(p):
            for j, b in enumerate(q):
                product[i + j] += a * b
        # replace the high powers, from the highest down, by what x^k equals
        for power in range(2 * degree - 1, degree - 1, -1):
            for j, factor in enumerate(reduction):
                product[power - degree + j] += product[power] * factor
            product[power] = 0
        return to_number(product)

    sums = tuple(tuple(add_polynomials(p, q) for q in polynomials) for p in polynomials)
    products = tuple(tuple(multiply_polynomials(p, q) for q in polynomials) for p in polynomials)
    return sums, products


def list_lines(order: int) -> IntArray:
    """List for each direction (rows) and each point (columns) the line on which the point lies.

    Point (x, y) has the number x·q + y. The first q directions are the lines y = slope·x + height,
    named by their height; the last direction is that of the columns, named by x.
    """
    sums, products = tabulate_field(order)
    negative = [row.index(0) for row in sums]
    points = [(x, y) for x in range(order) for y in range(order)]
    # height = y − slope·x
    rows = [[sums[y][negative[products[slope][x]]] for x, y in points] for slope in range(order)]
    return np.asarray([*rows, [x for x, _ in points]], dtype=np.intp)
