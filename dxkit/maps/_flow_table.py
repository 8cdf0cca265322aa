"""How many people went from each place to each other, and where do the places lie?"""

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dxkit._arrays import BoolArray, FloatArray, IntArray
from dxkit._checks import find_blank_cells, to_numbers
from dxkit.errors import Fault, TableError
from dxkit.maps._inputs import read_names, require_column, write_codes
from dxkit.maps._shape_inputs import read_positions

# degrees: places that are closer than this stand for one position
SAME_POSITION_DEG = 1e-9


@dataclass(frozen=True)
class FlowTable:
    """People by origin and destination.

    Attributes
    ----------
    names, lat, lon
        Of each place; NaN where its position is not known.
    origin, destination
        Of each pair, positions among the places.
    people
        Of each pair.
    """

    names: list[str]
    lat: FloatArray
    lon: FloatArray
    origin: IntArray
    destination: IntArray
    people: FloatArray

    @property
    def is_move(self) -> BoolArray:
        """Which pairs are people who went elsewhere; the others stayed."""
        return np.asarray((self.origin != self.destination) & (self.people > 0))

    @property
    def has_arrow(self) -> BoolArray:
        """Which pairs lie apart and have two positions."""
        north = self.lat[self.origin] - self.lat[self.destination]
        east = self.lon[self.origin] - self.lon[self.destination]
        # a place without a position makes the distance NaN, which compares False
        return np.asarray(np.hypot(north, east) > SAME_POSITION_DEG)

    def select_largest(self, count: int) -> IntArray:
        """Select the pairs to draw, the largest first, so that small arrows lie above large."""
        rows = np.flatnonzero(self.is_move & self.has_arrow)
        return rows[np.argsort(-self.people[rows], kind="stable")][:count]

    def sum_by_place(self, places: IntArray, rows: BoolArray | None = None) -> FloatArray:
        """Add up the people of these pairs (default: all) by one of their two ends."""
        which = np.ones(len(self.people), dtype=bool) if rows is None else rows
        sums = np.bincount(places[which], self.people[which], minlength=len(self.names))
        return np.asarray(sums, dtype=float)


def read_places(places: pd.DataFrame, *, code: str, name: str, lat: str, lon: str) -> pd.DataFrame:
    """Read the places; a position that is not known stays blank.

    Returns
    -------
    pandas.DataFrame
        One row a place (index ``code``): ``name, lat, lon``.

    Raises
    ------
    TableError
        If a code is listed twice, or no place has a position.
    """
    codes = write_codes(require_column(places, code, "code"))
    if faults := find_blank_cells(places, code, "places"):
        raise TableError(faults)
    repeated = codes[codes.duplicated()].unique()
    if len(repeated):
        problem = "places に同じコードが2つあります"
        remedy = "1か所1行にしてください"
        raise TableError(
            Fault(problem, remedy, column=code, value=repeated_code) for repeated_code in repeated
        )
    has_position = pd.Series(True, index=places.index)
    # where the columns are missing, reading the positions below names them
    if all(isinstance(column, Hashable) and column in places.columns for column in (lat, lon)):
        has_position = places[[lat, lon]].notna().all(axis=1)
    names = read_names(places, name)
    if not has_position.any():
        raise TableError(
            [Fault("places に位置のある行がありません", "緯度と経度を入れてください", column=lat)]
        )
    # only known positions are checked: a blank one is allowed here
    rows = np.flatnonzero(has_position.to_numpy())
    positions = np.full((2, len(places)), np.nan)
    positions[:, rows] = read_positions(places.iloc[rows], lat, lon, [names[row] for row in rows])
    return pd.DataFrame(
        {"name": names, "lat": positions[0], "lon": positions[1]},
        index=pd.Index(codes, name="code"),
    )


def sum_flows(
    table: pd.DataFrame, places: pd.DataFrame, *, origin: str, destination: str, people: str
) -> FlowTable:
    """Add up the people of each pair.

    Raises
    ------
    TableError
        Naming every code that is no place and every number that cannot be used.
    """
    origins = write_codes(require_column(table, origin, "origin"))
    destinations = write_codes(require_column(table, destination, "destination"))
    counts = require_column(table, people, "people")
    numbers = to_numbers(counts)
    faults = [
        *_find_unknown_codes(origins, places.index),
        *_find_unknown_codes(destinations, places.index),
        *_find_bad_counts(counts, numbers, people),
    ]
    if faults:
        raise TableError(faults)
    # positions of both ends among the places, so that sums are arrays
    start = places.index.get_indexer(pd.Index(origins))
    end = places.index.get_indexer(pd.Index(destinations))
    # several rows of one pair, for example by kind of shelter, are one flow
    sums = pd.Series(numbers).groupby([start, end]).sum()
    pairs = np.array(sums.index.tolist(), dtype=np.intp)
    return FlowTable(
        names=places["name"].tolist(),
        lat=places["lat"].to_numpy(dtype=float),
        lon=places["lon"].to_numpy(dtype=float),
        origin=pairs[:, 0],
        destination=pairs[:, 1],
        people=np.asarray(sums, dtype=np.float64),
    )


def _find_unknown_codes(codes: pd.Series, places: pd.Index) -> list[Fault]:
    return [
        Fault(
            "places にないコードです",
            "places に1行足してください",
            row=int(row) + 1,
            column=str(codes.name),
            value=codes.iloc[row],
        )
        for row in np.flatnonzero(~codes.isin(places).to_numpy())
    ]


def _find_bad_counts(counts: pd.Series, numbers: FloatArray, column: str) -> list[Fault]:
    return [
        Fault(
            "人数ではありません",
            "0以上の数にしてください",
            row=int(row) + 1,
            column=column,
            value=counts.iloc[row],
        )
        for row in np.flatnonzero(~(np.isfinite(numbers) & (numbers >= 0)))
    ]
