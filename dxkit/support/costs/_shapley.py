"""What does each member add to a joint bill, on average over all orders of joining?

`shapley` computes this fair part exactly. With N(k, t) the number of coalitions of k members and
sum t (`count_coalitions`),

Shapley_i = Σ_k k! (n−k−1)! / n! · Σ_t N_i(k, t) · (c(t + d_i) − c(t)),

where N_i leaves i out again: N_i(k, t) = N(k, t) − N_i(k − 1, t − d_i). All of it is computed in
fractions.
"""

from collections.abc import Sequence
from fractions import Fraction
from math import comb, factorial

import numpy as np
from numpy.typing import ArrayLike

from dxkit._arrays import IntArray
from dxkit.errors import ChoiceError
from dxkit.support.costs._cost_game import count_coalitions, read_cost_game

# the most members whose coalitions of every size can be counted in 64 bits
SHAPLEY_MEMBERS = 66
# products and sums below this stay clear of 64 bits
SAFE_PRODUCT = 2**62


def shapley(needs: ArrayLike, costs: ArrayLike) -> tuple[Fraction, ...]:
    """Compute each member's Shapley value of a joint contract, exactly.

    Parameters
    ----------
    needs
        Whole numbers from 1, one a member (at most 66): how much each needs.
    costs
        Whole yen for each sum 0 … Σ needs (`contract_costs`), 0 for none.

    Returns
    -------
    tuple of Fraction
        Yen, in the order of the members; they sum to the last cost.

    Raises
    ------
    ChoiceError
        If there are more than 66 members, or the game is not one.

    Notes
    -----
    L. S. Shapley, A value for n-person games, 1953. Exact only for games whose cost depends on
    the sum of needs.

    Examples
    --------
    The runway that one needs short and the other long (Littlechild and Owen, 1973):

    >>> [str(part) for part in shapley([1, 2], [0, 6, 10, 10])]
    ['3', '7']
    """
    demand, cost = read_cost_game(needs, costs)
    n_members = len(demand)
    if n_members > SHAPLEY_MEMBERS:
        raise ChoiceError(
            f"{n_members}団体のシャープレイ値は計算できません。"
            f"{SHAPLEY_MEMBERS}団体までにしてください。"
        )
    # listing 2^66 coalitions is out of reach, counting them by size and sum is not
    counts = count_coalitions(demand)
    # the share of all orders of joining in which exactly so many came before
    weights = [
        Fraction(factorial(size) * factorial(n_members - size - 1), factorial(n_members))
        for size in range(n_members)
    ]
    # members of the same need have the same value
    values = {
        need: _compute_value(counts, need, cost, weights) for need in sorted(set(demand.tolist()))
    }
    return tuple(values[need] for need in demand.tolist())


def _compute_value(
    counts: IntArray, need: int, cost: IntArray, weights: Sequence[Fraction]
) -> Fraction:
    """Compute the Shapley value of a member of this need."""
    top = counts.shape[1] - 1
    # what the member adds to each sum of the others
    added_yen = cost[need:] - cost[: top + 1 - need]
    # coalitions of one size fewer that the member is not in
    without = np.zeros(top + 1 - need, dtype=np.intp)
    value = Fraction(0)
    for size, weight in enumerate(weights):
        # coalitions of this size with the member, which are those without it one size below
        shifted = np.zeros_like(without)
        shifted[need:] = without[: max(len(without) - need, 0)]
        without = counts[size, : top + 1 - need] - shifted
        value += weight * _multiply_exactly(without, added_yen, comb(len(weights) - 1, size))
    return value


def _multiply_exactly(counts: IntArray, yen: IntArray, total: int) -> int:
    """Sum products without overflow; ``total`` is the sum of the counts, none negative."""
    if total * max(int(np.abs(yen).max(initial=0)), 1) < SAFE_PRODUCT:
        return int(counts @ yen)
    # Python's whole numbers have no limit
    return sum(
        int(number) * int(price) for number, price in zip(counts, yen, strict=True) if number
    )
