"""How much farther is a flight over a mountain? As far as the battery spent on the climb."""

import numpy as np
import pandas as pd

from dxkit import _checks
from dxkit._arrays import FloatArray
from dxkit.codes import mesh_box
from dxkit.drones._base_ranges import read_range
from dxkit.drones._drone_figures import Drone
from dxkit.drones._flight_range import flight_range
from dxkit.drones._geodesic import find_near_pairs
from dxkit.drones._origin import mark_origin
from dxkit.schema import accepts_any_table

# cells of 1 km (level 3) per degree
CELLS_PER_LAT = 120
CELLS_PER_LON = 80
# points that are looked at between base and place
STEPS = 24
CLEARANCE_M = 60.0


@accepts_any_table("demand", "bases", "elevation")
def terrain_distances(
    demand: pd.DataFrame,
    bases: pd.DataFrame,
    elevation: pd.DataFrame,
    drone: Drone,
    *,
    payload_kg: float = 0.0,
    wind_ms: float = 0.0,
    clearance_m: float = CLEARANCE_M,
) -> pd.DataFrame:
    """Lengthen straight flights by what the climb over the ground between costs.

    Parameters
    ----------
    demand, bases
        As for `reach`.
    elevation
        One row a 1 km cell: ``place`` (its mesh code), ``elevation_m`` (the table ``elevation``).
    drone, payload_kg, wind_ms
        As for `flight_range`.
    clearance_m
        Height above the highest cell on the way.

    Returns
    -------
    pandas.DataFrame
        One row a place, one column a base: kilometres that count, for ``distance_km=`` of `reach`
        and of all siting functions with ``range_km=flight_range(...)`` of the same drone, load and
        wind; ``inf`` where the straight distance already exceeds that range.

    Raises
    ------
    TableError, ChoiceError
        As `reach` and `flight_range`.

    Notes
    -----
    Both legs climb from one end to the highest cell plus clearance and descend to the other; in
    the model of `flight_range` the range falls in proportion to the climb, and what it falls by is
    added to the distance. A cell's height is a mean of 1 km²: ridges are cut off, true climbs are
    higher. Cells without a height (the sea) count as 0 m.

    Examples
    --------
    >>> import dxkit, pandas as pd
    >>> home = pd.DataFrame({"place": ["甲"], "lat": [35.46], "lon": [134.76]})
    >>> site = pd.DataFrame({"base": ["出石"], "lat": [35.46], "lon": [134.80]})
    >>> ground = pd.DataFrame({"place": ["53346532"], "elevation_m": [200.0]})
    >>> pf4 = dxkit.load("drone_types").set_index("drone").loc["pf4"]
    >>> float(terrain_distances(home, site, ground, pf4).iloc[0, 0]) > 3.63
    True
    """
    clearance = _checks.require_number(clearance_m, "clearance_m", high=1000.0)
    range_km = flight_range(drone, payload_kg=payload_kg, wind_ms=wind_ms)
    # the range falls in proportion to the climb: one metre tells all
    climbed_km = flight_range(drone, payload_kg=payload_kg, wind_ms=wind_ms, climb_m=1.0)
    km_per_m = range_km - climbed_km
    names = _checks.read_labels(bases, "base", "bases")
    places = _checks.read_labels(demand, "place", "demand")
    place_points = _checks.read_coordinates(demand, "demand")
    base_points = _checks.read_coordinates(bases, "bases")
    longest_km = float(read_range(max(range_km, 1e-9), names).max())
    place, base, km = find_near_pairs(place_points, base_points, longest_km)
    heights = _Heights(elevation)
    start = np.column_stack(base_points)[base]
    end = np.column_stack(place_points)[place]
    shares = np.linspace(0.0, 1.0, STEPS + 1)
    # one row a pair, one column a point on the way
    on_way = [start[:, [axis]] + (end[:, [axis]] - start[:, [axis]]) * shares for axis in (0, 1)]
    profile = heights.read(*on_way)
    # up from one end and down to the other, there and back: twice the mean of both climbs
    climb_m = profile.max(axis=1) + clearance - (profile[:, 0] + profile[:, -1]) / 2
    matrix = np.full((len(places), len(names)), np.inf)
    matrix[place, base] = km + km_per_m * climb_m
    table = pd.DataFrame(matrix, index=places, columns=names)
    return mark_origin(table, demand, bases, elevation, drone)


class _Heights:
    """Heights of 1 km cells as a grid."""

    def __init__(self, elevation: pd.DataFrame) -> None:
        _checks.require_columns(elevation, ["place", "elevation_m"], "elevation")
        # of two heights of one cell, nobody can say which is meant
        _checks.require_unique_rows(elevation, ["place"], "elevation")
        metres = _checks.read_numbers(
            elevation, "elevation_m", "elevation", low=-500.0, high=9000.0
        )
        box = mesh_box(elevation["place"].to_numpy(dtype=str))
        row, column = _find_cell(
            np.asarray((box.south + box.north) / 2), np.asarray((box.west + box.east) / 2)
        )
        self.first_row = int(row.min())
        self.first_column = int(column.min())
        shape = (int(np.ptp(row)) + 1, int(np.ptp(column)) + 1)
        self.grid = np.zeros(shape)
        self.grid[row - self.first_row, column - self.first_column] = metres

    def read(self, lat: FloatArray, lon: FloatArray) -> FloatArray:
        """Read the heights at points; 0 outside the table."""
        row, column = _find_cell(lat, lon)
        row = row - self.first_row
        column = column - self.first_column
        rows, columns = self.grid.shape
        is_inside = (row >= 0) & (row < rows) & (column >= 0) & (column < columns)
        # points outside read any cell and are set to 0 afterwards
        metres = self.grid[np.clip(row, 0, rows - 1), np.clip(column, 0, columns - 1)]
        return np.where(is_inside, metres, 0.0)


def _find_cell(lat: FloatArray, lon: FloatArray) -> tuple[np.ndarray, np.ndarray]:
    """Find row and column of the 1 km cell in which each point lies."""
    row = np.floor(np.asarray(lat) * CELLS_PER_LAT + 1e-9).astype(int)
    column = np.floor((np.asarray(lon) - 100) * CELLS_PER_LON + 1e-9).astype(int)
    return row, column
