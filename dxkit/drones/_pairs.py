"""Which place lies within reach of which base? The pairs, as positions in their tables."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy.sparse as sp

from dxkit._arrays import BoolArray, FloatArray, IntArray
from dxkit.drones._geodesic import compute_bearing


@dataclass(frozen=True)
class Pairs:
    """Positions of place and base of each pair, sorted by place, and kilometres.

    Attributes
    ----------
    shape
        The numbers of places and of bases.
    """

    place: IntArray
    base: IntArray
    km: FloatArray
    shape: tuple[int, int]

    def to_matrix(self) -> sp.csr_array:
        """Write the pairs as a 0/1 matrix, a row a place."""
        # pairs are sorted by place, so that the rows of the matrix lie one after the other
        starts = np.searchsorted(self.place, np.arange(self.shape[0] + 1))
        ones = np.ones(len(self.base), dtype=np.int8)
        return sp.csr_array(
            (ones, self.base.astype(np.int32), starts.astype(np.int32)), shape=self.shape
        )

    def select(self, mask: BoolArray) -> "Pairs":
        """Keep the pairs for which the mask is true."""
        # most calls keep everything: no copy then
        if mask.all():
            return self
        return Pairs(self.place[mask], self.base[mask], self.km[mask], self.shape)

    def compute_bearings(
        self,
        places: tuple[FloatArray, FloatArray],
        bases: tuple[FloatArray, FloatArray],
    ) -> FloatArray:
        """Compute the direction of each pair's place seen from its base."""
        lat, lon = places
        base_lat, base_lon = bases
        return compute_bearing(
            base_lat[self.base], base_lon[self.base], lat[self.place], lon[self.place]
        )

    def select_within_shape(self, flight_shape: pd.DataFrame, bearings: FloatArray) -> "Pairs":
        """Keep the pairs within a reach that differs by direction.

        The range of a direction is read off between those of ``flight_shape``.
        """
        # between two directions of the shape the range is a straight line, around 360° too
        range_km = np.interp(
            bearings, flight_shape["bearing_deg"], flight_shape["range_km"], period=360
        )
        return self.select(self.km <= range_km)


def sum_covered(pairs: Pairs, weights: FloatArray) -> float:
    """Sum the weight of the places that stand in a pair."""
    is_covered = np.zeros(pairs.shape[0], dtype=np.bool_)
    is_covered[pairs.place] = True
    return float(weights[is_covered].sum())
