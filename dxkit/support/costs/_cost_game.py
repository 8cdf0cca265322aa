"""What does a joint bill cost every group of members, and how many groups are there?

A cost game with v(S) = c(Σ_{i in S} d_i), d whole numbers: coalitions of the same size and sum
cost the same, so that counting them replaces listing them. `read_cost_game` checks such a game,
`count_coalitions` counts.
"""

import numpy as np
from numpy.typing import ArrayLike

from dxkit._arrays import IntArray
from dxkit._checks import to_float_array
from dxkit.errors import ChoiceError, shorten

# beyond this, sums of whole numbers lose digits
LARGEST_COST = 1e15


def read_cost_game(needs: ArrayLike, costs: ArrayLike) -> tuple[IntArray, IntArray]:
    """Read the needs of the members and the cost of each sum of needs.

    Raises
    ------
    ChoiceError
        If a need is not a whole number from 1, or there is not one cost for each sum.
    """
    # a need of 1.5 licences is a mistake, not one licence
    members = _read_whole_numbers(needs)
    if members.ndim != 1 or not members.size or members.min() < 1:
        raise ChoiceError(
            f"needs={shorten(needs)} は使えません。1以上の整数を団体ごとに並べてください。"
        )
    # one price for each sum of needs, from nobody to everybody
    table = _read_whole_numbers(costs)
    if table.shape != (members.sum() + 1,) or table[0] != 0 or table.min() < 0:
        raise ChoiceError(
            f"costs は、0から必要数の合計{members.sum()}までの費用（整数の円、0の費用は0円）を"
            f"{members.sum() + 1}個並べてください。今は{table.size}個です。"
        )
    return members, table


def _read_whole_numbers(values: ArrayLike) -> IntArray:
    """Read whole numbers, −1 where one is none or too large to be added up."""
    numbers = to_float_array(values)
    is_whole = (np.abs(numbers) <= LARGEST_COST) & (numbers == np.round(numbers))
    return np.where(is_whole, numbers, -1).astype(np.intp)


def count_coalitions(needs: IntArray) -> IntArray:
    """Count coalitions: one row a size, one column a sum of needs."""
    n_members = len(needs)
    counts = np.zeros((n_members + 1, int(needs.sum()) + 1), dtype=np.intp)
    # the empty coalition
    counts[0, 0] = 1
    for joined, need in enumerate(needs.tolist(), start=1):
        # sizes from the greatest down, so that a member counts once
        for size in range(joined, 0, -1):
            counts[size, need:] += counts[size - 1, : counts.shape[1] - need]
    return counts
