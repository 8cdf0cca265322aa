"""Along which two directions do votes differ most, and where does each voter stand there?

Principal components as Polis uses them: C. Small et al., "Polis: scaling deliberation by mapping
high dimensional opinion spaces", Recerca 26(2), 2021.
"""

import numpy as np
import pandas as pd

from dxkit._arrays import FloatArray, IntArray
from dxkit._checks import read_numbers
from dxkit._plain_tables import order_of_labels
from dxkit.schema import carry_provenance

# votes are -2 to 2; scales of other people may go further
LARGEST_VOTE = 1000.0


def opinion_plane(votes: pd.DataFrame) -> pd.DataFrame:
    """Place each voter on the plane of the two directions in which votes differ most.

    Missing votes take the item's mean; a voter's place is stretched by the root of (items / votes
    given), so that who voted on few items is not drawn to the middle.

    Parameters
    ----------
    votes
        One row a voter, one column an item, missing where there is no vote.

    Returns
    -------
    pandas.DataFrame
        One row a voter: ``x, y`` (in units of a vote; either direction may point either way),
        missing for who voted on nothing.

    Examples
    --------
    Two voters agree and the third differs in one direction only:

    >>> import pandas as pd
    >>> votes = pd.DataFrame({"共同調達": [2, 2, -1], "研修": [1, 1, 1]}, index=["甲", "乙", "丙"])
    >>> opinion_plane(votes).abs().round(2)
         x    y
    甲  1.0  0.0
    乙  1.0  0.0
    丙  2.0  0.0
    """
    values, by_votes = sort_votes(votes)
    has_voted = np.isfinite(values).any(axis=1)
    figures = np.full((len(values), 2), np.nan)
    if has_voted.any():
        places = place_voters(values[has_voted])
        # with one voter or one item there is one direction only
        figures[has_voted, 0] = places[:, 0]
        figures[has_voted, 1] = places[:, 1] if places.shape[1] > 1 else 0.0
    plane = pd.DataFrame(figures[np.argsort(by_votes)], index=votes.index, columns=["x", "y"])
    return carry_provenance(plane, votes)


def sort_votes(votes: pd.DataFrame) -> tuple[FloatArray, IntArray]:
    """Read votes, items in the order of their names and voters in that of their votes.

    Neither which way a direction points nor where k-means starts may hang on the order of rows and
    columns; voters who voted alike are the same to both.

    Returns
    -------
    values : numpy.ndarray
        Voters × items, NaN where there is no vote.
    order : numpy.ndarray
        The row of the user's table that each of them is.

    Raises
    ------
    TableError
        If a vote is no number; an infinite one would never let the components be found.
    """
    by_name = order_of_labels(votes.columns)
    columns = [_read_item(votes.iloc[:, position]) for position in by_name if len(votes)]
    # an empty table has nothing to check
    values = np.column_stack(columns) if columns else np.empty((len(votes), 0))
    order = (
        np.lexsort(np.nan_to_num(values, nan=np.inf).T[::-1])
        if values.size
        else np.arange(len(values))
    )
    return values[order], np.asarray(order, dtype=np.intp)


def _read_item(votes: pd.Series) -> FloatArray:
    """Read the votes on one item, whatever its name is."""
    name = str(votes.name)
    table = pd.DataFrame({name: votes.to_numpy(dtype=object, na_value=np.nan)})
    return read_numbers(table, name, "votes", low=-LARGEST_VOTE, high=LARGEST_VOTE, blank=True)


def place_voters(values: FloatArray) -> FloatArray:
    """Compute the places of voters with at least one vote each, as an array (voters, 2 at most)."""
    is_vote = np.isfinite(values)
    # an item that nobody voted on has no mean
    has_votes = is_vote.any(axis=0)
    values = values[:, has_votes]
    is_vote = is_vote[:, has_votes]
    centred = np.where(is_vote, values - np.nanmean(values, axis=0), 0.0)
    # right singular vectors of the centred votes are their principal components
    directions = np.linalg.svd(centred, full_matrices=False)[2][:2]
    stretch = np.sqrt(values.shape[1] / is_vote.sum(axis=1))
    places: FloatArray = centred @ directions.T * stretch[:, None]
    return places
