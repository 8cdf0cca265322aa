"""How many people may live in each cell, if the estimate errs as it is known to?

Of an interval of 80 % a cell's people are drawn as people · exp(z · s): z is normal, s the log of
high (z > 0) or low (z < 0) over people. Neighbours err together, and each municipality keeps its
sum.
"""

import numpy as np
import pandas as pd

from dxkit import _checks
from dxkit._arrays import FloatArray
from dxkit._plain_tables import order_of_labels
from dxkit.drones._siting_problem import LARGEST_WEIGHT
from dxkit.errors import Fault, TableError

# of a normal variable 80 % lie within this many standard deviations
Z_80 = 1.2815515655446004
# blocks of 5 by 5 cells of 1 km err together by this share of the variance; the errors of
# Hiroshima's cells (the table mesh_check) give 0.11
SHARED_VARIANCE = 0.11
BLOCKS_PER_LAT = 24
BLOCKS_PER_LON = 16
# a cell where nobody may live at all: its low end is taken as this share of its people
SMALLEST_SHARE = 0.05


class DemandDraws:
    """Draws of the people of each row, from ``people, low, high``."""

    def __init__(self, demand: pd.DataFrame, seed: int | None) -> None:
        people = _checks.read_numbers(demand, "people", "demand", low=0, high=LARGEST_WEIGHT)
        limits = {
            end: _checks.read_numbers(demand, end, "demand", low=0, high=LARGEST_WEIGHT)
            for end in ("low", "high")
        }
        _refuse_crossed_limits(people, limits["low"], limits["high"])
        lat, lon = _checks.read_coordinates(demand, "demand")
        # draws go through the rows from south to north, whatever the order of the table
        self.order = (
            order_of_labels(demand["place"])
            if "place" in demand.columns
            else np.lexsort((people, lon, lat))
        )
        block = np.floor(lat * BLOCKS_PER_LAT) * 1e6 + np.floor(lon * BLOCKS_PER_LON)
        self.block = np.unique(block[self.order], return_inverse=True)[1]
        self.people = people[self.order]
        safe = np.maximum(self.people, 1e-9)
        self.below = np.log(safe / np.maximum(limits["low"][self.order], SMALLEST_SHARE * safe))
        self.above = np.log(np.maximum(limits["high"][self.order], safe) / safe)
        self.group = np.zeros(len(people), dtype=np.intp)
        if "code" in demand.columns:
            self.group = pd.factorize(demand["code"].to_numpy()[self.order])[0] + 1
        self.rng = np.random.default_rng(seed)

    def draw_factors(self) -> FloatArray:
        """Draw drawn over estimated people of each row, in the order of the demand's rows."""
        shared = self.rng.standard_normal(self.block.max() + 1)[self.block]
        cell = self.rng.standard_normal(len(self.people))
        z = np.sqrt(SHARED_VARIANCE) * shared + np.sqrt(1 - SHARED_VARIANCE) * cell
        factors = np.exp(z / Z_80 * np.where(z > 0, self.above, self.below))
        # the census of a municipality is known: what one cell gains, others lose
        before = np.bincount(self.group, self.people)[self.group]
        after = np.bincount(self.group, self.people * factors)[self.group]
        factors = factors * np.where(after > 0, before / np.maximum(after, 1e-300), 1.0)
        restored = np.empty_like(factors)
        restored[self.order] = factors
        return np.asarray(restored)


def _refuse_crossed_limits(people: FloatArray, low: FloatArray, high: FloatArray) -> None:
    """Refuse rows whose limits do not enclose the estimate by more than rounding."""
    crossed = np.flatnonzero((low > people + 1) | (high < people - 1))
    if crossed.size:
        raise TableError(
            Fault(
                "low ≦ people ≦ high になっていません",
                "推計の表（mesh_estimated）の3つの列をそのまま使ってください",
                row=int(row) + 1,
                column="people",
                value=float(people[row]),
            )
            for row in crossed
        )
