"""Who is before whom, where level scores share a rank?"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dxkit._arrays import FloatArray
from dxkit.errors import Fault, TableError
from dxkit.maturity._read_values import require_numbers
from dxkit.schema import carry_provenance, to_table

RankArray = NDArray[np.int16 | np.int32]
# of 52 bits of a score; two that agree in the others are level (about nine digits)
MIN_BITS = 20


def competition_ranks(scores: pd.Series) -> pd.Series:
    """Rank scores: 1 is the highest, level ones share the better rank.

    Parameters
    ----------
    scores
        One figure a municipality, more is better: `Scores.total`, say.

    Returns
    -------
    pandas.Series
        Whole numbers from 1 under the index of the scores; missing scores rank behind everybody.

    Raises
    ------
    TableError
        If it is no column of numbers, or every score is missing.

    Notes
    -----
    Scores that agree to about nine digits are level: the rest is rounding, and the sum of the same
    answers in another order must not part two municipalities. These are the ranks of
    `rank_intervals`.

    Examples
    --------
    >>> import pandas as pd
    >>> competition_ranks(pd.Series({"A": 0.1 + 0.2, "B": 0.3, "C": 0.1, "D": None})).to_dict()
    {'A': 1, 'B': 1, 'C': 3, 'D': 4}
    """
    if not isinstance(scores, pd.Series):
        problem = "scores が1列の数（Series）ではありません"
        raise TableError([Fault(problem, "表の1列を渡してください", value=type(scores).__name__)])
    # only the cells are read: the ranks must fit beside the scores, whatever labels those have
    cells = to_table(scores.to_frame("scores").reset_index(drop=True), "scores")
    # an order has no use for squares: scores of any size are compared
    require_numbers(cells.set_axis(scores.index), largest=np.finfo(float).max)
    figures = cells["scores"].to_numpy(dtype=float, na_value=np.nan)
    if len(figures) and np.isnan(figures).all():
        # nobody is first without a score
        raise TableError([Fault("scores の値がすべて空欄です", "順位を付ける数を入れてください")])
    ranks = pd.Series(rank_rows(figures[None, :])[0].astype(int), index=scores.index, name="rank")
    return carry_provenance(ranks, scores)


def choose_rank_type(n_units: int) -> type[np.int16] | type[np.int32]:
    """Choose the smallest whole numbers that hold every rank: draws of ranks fill the memory."""
    return np.int16 if n_units <= np.iinfo(np.int16).max else np.int32


def rank_rows(scores: FloatArray) -> RankArray:
    """Rank the columns of each row: 1 is the highest score, ties share the better rank.

    Scores that agree to about nine digits are level: the rest is rounding. Missing scores rank
    behind everybody.

    Notes
    -----
    A number below 0 or above it keeps its order as a 64-bit integer once negative ones are turned
    over, so a score and its column fit into one integer, and sorting those takes half the time of
    sorting positions.
    """
    n_units = scores.shape[1]
    # the last bits of the score are given up for the column, and so many at least that the
    # rounding of a sum hardly ever parts two equal scores
    bits = max(MIN_BITS, (n_units - 1).bit_length())
    keys = np.where(np.isnan(scores), np.inf, 0.0 - scores).view(np.int64)
    keys ^= (keys >> 63) & np.int64(2**63 - 1)
    keys = ((keys + (1 << (bits - 1))) >> bits << bits) | np.arange(n_units)
    keys.sort(axis=1)
    return _share_ranks(keys, bits)


def _share_ranks(keys: NDArray[np.int64], bits: int) -> RankArray:
    """Turn sorted keys into ranks; level ones get the first place of theirs."""
    n_rows, n_units = keys.shape
    kind = choose_rank_type(n_units)
    places = np.broadcast_to(np.arange(1, n_units + 1, dtype=kind), keys.shape)
    # rounding may put level scores on two sides of a step: neighbouring steps are level, too
    is_level = (keys[:, 1:] >> bits) - (keys[:, :-1] >> bits) <= 1
    if is_level.any():
        places = places.copy()
        places[:, 1:][is_level] = 0
        np.maximum.accumulate(places, axis=1, out=places)
    ranks = np.empty(keys.size, dtype=kind)
    columns = keys & ((1 << bits) - 1)
    ranks[(columns + np.arange(n_rows)[:, None] * n_units).ravel()] = places.ravel()
    return ranks.reshape(keys.shape)
