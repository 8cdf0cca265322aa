"""Which division of a joint bill makes the least content coalition as content as can be?

`nucleolus` lists all coalitions and hands them to coopgame-py, a library of cooperative games.
"""

from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike

from dxkit import _checks
from dxkit.errors import ChoiceError
from dxkit.support.costs._cost_game import read_cost_game

# a list of all coalitions beyond this takes minutes
NUCLEOLUS_MEMBERS = 14


def nucleolus(needs: ArrayLike, costs: ArrayLike) -> tuple[Fraction, ...]:
    """Compute the nucleolus of a joint contract, to 0.01 yen.

    Parameters
    ----------
    needs
        Whole numbers from 1, one a member (at most 14): how much each needs.
    costs
        Whole yen for each sum 0 … Σ needs (`contract_costs`), 0 for none.

    Returns
    -------
    tuple of Fraction
        Yen, in the order of the members.

    Raises
    ------
    MissingExtraError
        If coopgame-py is not installed.
    ChoiceError
        If there are more than 14 members, or the game is not one.

    Notes
    -----
    D. Schmeidler, The nucleolus of a characteristic function game, 1969.

    Examples
    --------
    One contract of 300 yen serves both, who would each pay 300 alone:

    >>> [float(part) for part in nucleolus([1, 2], [0, 300, 300, 300])]
    [150.0, 150.0]
    """
    demand, cost = read_cost_game(needs, costs)
    n_members = len(demand)
    if n_members > NUCLEOLUS_MEMBERS:
        raise ChoiceError(
            f"{n_members}団体の仁（nucleolus）は計算できません。"
            f"{NUCLEOLUS_MEMBERS}団体までにしてください。"
        )
    coopgame = _checks.import_extra("coopgame", "coopgame-py")
    sums = np.zeros(1, dtype=np.intp)
    for need in demand.tolist():
        # bit by bit, as the library numbers them: coalitions with a member follow those without
        sums = np.concatenate([sums, sums + need])
    game = coopgame.Game([float(yen) for yen in cost[sums[1:]]])
    # the library computes in floating point: what lies beyond 0.01 yen is noise
    return tuple(Fraction(round(float(part) * 100), 100) for part in coopgame.cost_nucleolus(game))
