"""What may a unit's missing answers have been, all of them together?

Each draw takes one standing a unit (and one under each heading), and then for every missing cell an
answer that somebody gave: one of those whose own mean under the heading is nearest to the standing
drawn. So yes/no stays yes/no, and a unit with many blanks moves as a whole.
"""

import numpy as np

from dxkit._arrays import BoolArray, FloatArray, IntArray
from dxkit.maturity._framework import Framework
from dxkit.maturity._standing import Standings, fit_standings

# most answers among which a missing one is drawn, once the standing is drawn
N_DONORS = 8
# of those who answered an item, one in so many is near enough to a standing, but two at least
DONOR_SHARE = 4
MIN_DONORS = 2
# keys that differ by rounding alone are equal
MIN_SPREAD = 1e-12
# standings for which donors are looked up beforehand, in standard deviations of the posterior
NODE_STEP = 0.3
NODES = np.arange(-8, 9) * NODE_STEP


class MissingAnswers:
    """Missing cells, and the cells of others from which they are drawn.

    Parameters
    ----------
    numbers
        Units × leaves, interviewers' severity taken back as far as it is known; NaN is missing.
    framework
        Directions and headings.
    n_donors
        Most answers among which a missing one is drawn.

    Attributes
    ----------
    cells
        Flat positions of the missing cells in the table, row by row. What nobody has answered
        cannot be drawn and is not among them.
    """

    def __init__(self, numbers: FloatArray, framework: Framework, n_donors: int) -> None:
        n_leaves = numbers.shape[1]
        is_answered = ~np.isnan(numbers)
        n_answers = is_answered.sum(axis=0)
        rows, columns = np.nonzero(~is_answered & (n_answers > 0))
        n_near = np.minimum(
            np.maximum(n_answers // DONOR_SHARE, np.minimum(MIN_DONORS, n_answers)), n_donors
        )
        standings = fit_standings(numbers, framework, n_near)
        self.cells = rows * n_leaves + columns
        self.n_donors = n_donors
        n_headings = standings.mean.shape[1]
        self._standing_of_cell = rows * n_headings + standings.heading_of_leaf[columns]
        self._common = standings.common.astype(np.float32)
        self._own = np.sqrt(np.clip(1 - standings.common**2, 0, 1)).astype(np.float32)
        donor_cells = np.empty((rows.size, NODES.size, n_donors), dtype=np.int32)
        for column in np.unique(columns):
            is_here = columns == column
            donors = _find_donors(
                standings,
                rows[is_here],
                column,
                is_answered,
                n_near=int(n_near[column]),
                n_donors=n_donors,
            )
            donor_cells[is_here] = donors * n_leaves + column
        self._donor_cells = donor_cells.ravel()
        # where each missing cell's donors begin
        self._starts = np.arange(rows.size) * (NODES.size * n_donors)

    def draw_cells(self, random: np.random.Generator) -> IntArray:
        """Draw for every missing cell the flat position of the cell whose answer it takes."""
        n_units = self._common.shape[0]
        # one deviation a unit and one a heading of it, with standard deviation 1 together
        deviation = self._own * random.standard_normal(self._own.shape, dtype=np.float32)
        deviation += self._common * random.standard_normal((n_units, 1), dtype=np.float32)
        deviation *= 1 / np.float32(NODE_STEP)
        last_node = NODES.size - 1
        node = np.clip(np.rint(deviation) + last_node // 2, 0, last_node).astype(np.int32).ravel()
        position = node[self._standing_of_cell] * self.n_donors
        position += random.integers(0, self.n_donors, position.size, dtype=np.int32)
        return np.asarray(self._donor_cells[self._starts + position], dtype=np.intp)


def _find_donors(
    standings: Standings,
    units: IntArray,
    column: int,
    is_answered: BoolArray,
    *,
    n_near: int,
    n_donors: int,
) -> IntArray:
    """Find, for each unit and node, the rows of those whose answer to an item may be taken.

    Returns
    -------
    numpy.ndarray
        Units × nodes × ``n_donors``.
    """
    heading = standings.heading_of_leaf[column]
    mean = standings.mean[units, heading]
    targets = mean[:, None] + standings.sd[units, heading][:, None] * NODES
    donors = np.flatnonzero(is_answered[:, column])
    # an answer is, on average, as high as the mean of the answers that it is one of: so donors are
    # matched by their own mean, not by a posterior that is drawn towards the middle
    keys = standings.observed[donors, heading]
    order = np.argsort(keys, kind="stable")
    picked = _pick_near(keys[order], targets.ravel(), n_near, n_donors)
    return donors[order][picked].reshape(*targets.shape, n_donors)


def _pick_near(keys: FloatArray, targets: FloatArray, n_near: int, n_donors: int) -> IntArray:
    """Pick ``n_donors`` positions among the nearest keys, so that their mean is the target.

    Parameters
    ----------
    keys
        Ascending.
    targets
        Numbers to be near to.
    n_near
        How many keys are near.
    n_donors
        How many positions are picked; the same one may be picked several times.
    """
    window = _find_windows(keys, targets, n_near)[:, None] + np.arange(n_near)
    near = keys[window]
    middle = near.mean(axis=1, keepdims=True)
    spread = ((near - middle) ** 2).sum(axis=1, keepdims=True)
    # weights of a regression on the keys, as far as they are not below 0
    slope = (targets[:, None] - middle) / np.where(spread > MIN_SPREAD, spread, np.inf)
    weights = np.clip(1 / n_near + slope * (near - middle), 0, None)
    shares = np.cumsum(weights / weights.sum(axis=1, keepdims=True), axis=1)
    # each share of the weights gets its share of the places, with room for rounding
    places = (np.arange(n_donors) + 0.5) / n_donors - 1e-9
    picked = (shares[:, None, :] < places[:, None]).sum(axis=2)
    return np.take_along_axis(window, np.minimum(picked, n_near - 1), axis=1)


def _find_windows(keys: FloatArray, targets: FloatArray, n_near: int) -> IntArray:
    """Find where the ``n_near`` nearest keys begin, all targets at once by halving."""
    low = np.zeros(targets.size, dtype=np.intp)
    high = np.full(targets.size, keys.size - n_near, dtype=np.intp)
    while (low < high).any():
        is_open = low < high
        middle = (low + high) // 2
        after = keys[np.minimum(middle + n_near, keys.size - 1)]
        # the key that would leave the window is farther than the one that would enter
        moves_up = is_open & (targets - keys[middle] > after - targets)
        low = np.where(moves_up, middle + 1, low)
        high = np.where(is_open & ~moves_up, middle, high)
    return low
