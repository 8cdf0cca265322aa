"""Which places may lie within reach of which base, so that few pairs have to be measured?

Places lie on the plane that touches the globe amid the bases, in strips, and in each strip sorted
by their way along it. What lies within a chord in space lies within it on any plane, so that no
pair is lost, wherever on the globe; on a small part of it few pairs are tried in vain.
"""

from collections.abc import Iterator

import numpy as np

from dxkit._arrays import FloatArray, IntArray

# a strip is this share of the range wide: finer ones try fewer pairs that are too far, but each
# has to be looked up
STRIP_SHARE = 0.25
MOST_STRIPS = 2000
# added to what is looked up, far more than rounding takes away
MARGIN_KM = 1e-3
# pairs that are tried together, so that what the search itself needs stays small
BLOCK_PAIRS = 100_000


class PlaceStrips:
    """Places (x, y, z in km) in strips, for bases that lie among them and one length of chord.

    Attributes
    ----------
    order
        The places in the order of the strips.
    """

    def __init__(self, places: FloatArray, bases: FloatArray, chord_km: float) -> None:
        across, along = _choose_axes(bases)
        self._chord_km = chord_km
        height, length = places @ across, places @ along
        self._lowest, self._first = float(height.min()), float(length.min())
        extent = float(height.max()) - self._lowest
        self._width = max(STRIP_SHARE * chord_km, extent / MOST_STRIPS, MARGIN_KM)
        self._length = float(length.max()) - self._first
        strip = np.floor((height - self._lowest) / self._width)
        self._last_strip = float(strip.max())
        # the strips one behind the other on one line, with a gap of more than two margins
        line = strip * (self._length + 3.0) + (length - self._first)
        self.order = np.argsort(line, kind="stable")
        self._line = line[self.order]
        self._base_heights = bases @ across - self._lowest
        self._base_lengths = bases @ along - self._first

    def try_pairs(self) -> Iterator[tuple[IntArray, IntArray]]:
        """List all pairs that may be near, block by block, base by base.

        Yields
        ------
        tuple
            Of each pair the position in ``order``, and the base.
        """
        starts, counts = self._look_up()
        tried = np.cumsum(counts.sum(axis=1))
        first = 0
        while first < len(tried):
            before = tried[first - 1] if first else 0
            last = max(int(np.searchsorted(tried, before + BLOCK_PAIRS, "right")), first + 1)
            lengths = counts[first:last].ravel()
            ends = np.cumsum(lengths)
            # the pieces of the order of places, one after the other
            shifts = np.repeat(starts[first:last].ravel() - ends + lengths, lengths)
            bases = np.repeat(np.arange(first, last), counts[first:last].sum(axis=1))
            yield np.arange(int(ends[-1])) + shifts, bases
            first = last

    def _look_up(self) -> tuple[IntArray, IntArray]:
        """Find where in each strip the places near to each base begin, and how many there are."""
        reach = min(np.ceil(self._chord_km / self._width), self._last_strip + 1)
        middle = np.clip(np.floor(self._base_heights / self._width), -1, self._last_strip + 1)
        strip = middle[:, None] + np.arange(-reach, reach + 1)
        heights = self._base_heights[:, None]
        gap = np.maximum(strip * self._width - heights, heights - (strip + 1) * self._width)
        gap = np.maximum(gap - MARGIN_KM, 0.0)
        half = np.sqrt(np.maximum(self._chord_km**2 - gap**2, 0.0)) + MARGIN_KM
        is_near = (gap <= self._chord_km) & (strip >= 0) & (strip <= self._last_strip)
        begin = strip * (self._length + 3.0)
        ends = (
            begin + np.clip(self._base_lengths[:, None] + side * half, -1.0, self._length + 1.0)
            for side in (-1, 1)
        )
        first, last = (np.searchsorted(self._line, end) for end in ends)
        return first, np.where(is_near, last - first, 0)


def _choose_axes(bases: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Choose two axes at right angles to the direction of the bases' middle: north and east."""
    up = bases.mean(axis=0)
    # at a pole, or where the middle is that of the globe, any direction is as good
    east = np.array([-up[1], up[0], 0.0])
    east = east / np.hypot(*east[:2]) if east.any() else np.array([0.0, 1.0, 0.0])
    north = np.array([-up[2] * east[1], up[2] * east[0], up[0] * east[1] - up[1] * east[0]])
    length = np.sqrt((north**2).sum())
    return (north / length if length else np.array([0.0, 0.0, 1.0])), east
