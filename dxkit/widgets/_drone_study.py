"""Which tables does a workshop about drone bases use, and what is computed from them?

Nothing here is a widget: a `DroneStudy` holds the tables and computes, for a `Flight`, the reach,
the best choice and the score of a choice made by hand, and draws the picture.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd

from dxkit import drones, maps
from dxkit._arrays import FloatArray, IntArray
from dxkit.drones import Siting
from dxkit.errors import ChoiceError, shorten
from dxkit.widgets._drone_look import MapLook

# colours and radii in pixels of the marks on the map
CANDIDATE_COLOUR = "#7a8590"
CANDIDATE_RADIUS = 2.5
BASE_COLOUR = "#111111"
BASE_RADIUS = 7.0
BEST_COLOUR = "#7b2d5e"
BEST_RADIUS = 13.0
# of a ring: a circle's points, and how many points of a shape are skipped
RING_STEP_DEG = 5.0
RING_STRIDE = 5

Range = float | pd.DataFrame


@dataclass(frozen=True)
class Flight:
    """Which drone flies with what load in what wind.

    Attributes
    ----------
    drone
        Position of a row in the table of drones.
    payload_kg, wind_ms
        Load and wind.
    from_deg
        Where the wind comes from; None takes the worst of all directions.
    """

    drone: int
    payload_kg: float
    wind_ms: float
    from_deg: float | None


@dataclass(frozen=True)
class DroneStudy:
    """The tables of a workshop about drone bases.

    Attributes
    ----------
    demand, candidates, types
        As `drone_explorer` takes them.
    weight, unit
        The column that counts, and what one of it is called.
    bases, names
        Of each candidate: its key, and what people call it.
    fixed
        Positions of the existing bases among the candidates.
    no_fly
        Areas to fly around.
    sketch
        The map that is redrawn.
    look
        How maps are drawn.
    """

    demand: pd.DataFrame
    candidates: pd.DataFrame
    types: pd.DataFrame
    weight: str
    unit: str
    bases: list[Hashable]
    names: list[str]
    fixed: tuple[int, ...]
    no_fly: gpd.GeoDataFrame | None
    sketch: maps.Sketch
    look: MapLook

    @classmethod
    def prepare(
        cls,
        demand: pd.DataFrame,
        candidates: pd.DataFrame,
        types: pd.DataFrame,
        *,
        weight: str,
        unit: str,
        fixed: Sequence[Hashable],
        no_fly: gpd.GeoDataFrame | None,
        look: MapLook,
    ) -> "DroneStudy":
        """Check the tables and prepare the map.

        Raises
        ------
        ChoiceError
            If there are no drones, no such weight, or an existing base is no candidate.
        """
        if types.empty or weight not in demand.columns:
            lacking = "機種の表に行" if types.empty else f"demand の表に「{shorten(weight)}」の列"
            raise ChoiceError(f"{lacking}がありません。")
        # what a base is called in results; people read its name
        bases = list(candidates["base"] if "base" in candidates.columns else candidates.index)
        # copies whose provenance also says what the other tables and the caller say
        cells = demand.copy()
        cells.attrs = dict(look.provenance)
        # candidates may lie outside the cells and must still be on the map
        sketch = maps.prepare_sketch(
            cells,
            level=look.level,
            points=candidates,
            municipalities=look.municipalities,
            background=look.background,
        )
        labels = candidates["name"] if "name" in candidates.columns else bases
        return cls(
            cells,
            candidates,
            types,
            weight,
            unit,
            bases,
            [str(label) for label in labels],
            _find_fixed(fixed, bases),
            no_fly,
            sketch,
            look,
        )

    @property
    def demand_weights(self) -> FloatArray:
        """The weight of each demand row."""
        return self.demand[self.weight].to_numpy(dtype=float)

    def compute_reach(self, flight: Flight) -> Range:
        """Compute the range of a flight: a number, or with a wind from somewhere a shape.

        Raises
        ------
        ChoiceError
            If the drone gets nowhere, or does not fly at all.
        """
        # the worst direction is one number, a known one a range for each bearing
        row = self.types.iloc[flight.drone]
        if flight.from_deg is None:
            reach: Range = drones.flight_range(
                row, payload_kg=flight.payload_kg, wind_ms=flight.wind_ms
            )
        else:
            reach = drones.flight_shape(
                row,
                payload_kg=flight.payload_kg,
                wind_ms=flight.wind_ms,
                wind_from_deg=flight.from_deg,
            )
        if _find_longest(reach) <= 0:
            raise ChoiceError(
                f"風 {flight.wind_ms:g} m/秒では、この機種はどこにも届きません。"
                "風か荷物を減らしてください。"
            )
        return reach

    def compute_longest(self, flight: Flight) -> float:
        """Compute the range in the best direction, in km."""
        return _find_longest(self.compute_reach(flight))

    def describe_reach(self, flight: Flight) -> str:
        """Write how far a flight reaches."""
        reach = self.compute_reach(flight)
        if not isinstance(reach, pd.DataFrame):
            return f"{reach:.1f} km"
        ranges = reach["range_km"]
        return f"{ranges.min():.1f}〜{ranges.max():.1f} km（向きによる）"

    def find_best(self, count: int, flight: Flight) -> Siting:
        """Find the best choice of this many bases."""
        fixed = [self.bases[position] for position in self.fixed]
        return self._solve(self.candidates, count, flight, fixed)

    def score_positions(self, positions: Sequence[int], flight: Flight) -> Siting | None:
        """Score the choice of these candidates; None without any."""
        if not positions:
            return None
        # the keys are written into a column: an index label is lost when rows are selected
        keys = [self.bases[position] for position in positions]
        placed = self.candidates.iloc[list(positions)].copy()
        placed["base"] = pd.Series(keys, index=placed.index, dtype=object)
        # with every candidate fixed there is nothing left to choose: the score is what remains
        siting = self._solve(placed, len(positions), flight, keys)
        fixed = [self.bases[position] for position in self.fixed]
        existing = siting.bases["base"].isin(fixed)
        return replace(siting, bases=siting.bases.assign(existing=existing))

    def name_base(self, base: Hashable) -> str:
        """Return what people call a base, by its key."""
        return self.names[self.bases.index(base)]

    def draw_picture(
        self,
        kinds: IntArray,
        colours: Sequence[str],
        bases: pd.DataFrame | None,
        flight: Flight,
        *,
        hollow: bool,
        show_candidates: bool,
    ) -> str:
        """Draw the map as SVG.

        Parameters
        ----------
        kinds, colours
            Of each demand row, a position in ``colours``.
        bases, flight
            Bases to draw, with how far the flight reaches from each; None draws none.
        hollow
            Draw the bases as rings, so that buttons below stay visible.
        show_candidates
            Draw all candidates as small dots.
        """
        marks = []
        # drawn first, so that chosen bases lie above them
        if show_candidates:
            dots = _make_marks(self.candidates, self.names, CANDIDATE_COLOUR, CANDIDATE_RADIUS)
            marks.append(dots)
        if bases is not None:
            bearing, distance = _list_ring(self.compute_reach(flight))
            rings = [
                maps.reach_ring(lat, lon, bearing, distance)
                for lat, lon in zip(bases["lat"], bases["lon"], strict=True)
            ]
            labels = bases["name"] if "name" in bases.columns else bases.index
            colour = BEST_COLOUR if hollow else BASE_COLOUR
            radius = BEST_RADIUS if hollow else BASE_RADIUS
            base_marks = _make_marks(bases, [str(label) for label in labels], colour, radius)
            marks.append(replace(base_marks, hollow=hollow, rings=rings))
        return self.sketch.write_svg(kinds, colours, marks=marks, label="拠点と、届く人の地図")

    def _solve(
        self, candidates: pd.DataFrame, count: int, flight: Flight, fixed: Sequence[Hashable]
    ) -> Siting:
        return drones.best_bases(
            self.demand,
            candidates,
            count=count,
            range_km=self.compute_reach(flight),
            weight=self.weight,
            fixed=fixed,
            no_fly=self.no_fly,
        )


def _find_fixed(fixed: Sequence[Hashable], bases: list[Hashable]) -> tuple[int, ...]:
    """Find the existing bases among the candidates.

    Raises
    ------
    ChoiceError
        Naming the first that is none.
    """
    absent = [base for base in fixed if base not in bases]
    if absent:
        raise ChoiceError(
            f"既設拠点「{shorten(absent[0])}」は候補地の表にありません。"
            "fixed には base の値を渡してください。"
        )
    return tuple(bases.index(base) for base in fixed)


def _make_marks(
    table: pd.DataFrame, names: Sequence[str], colour: str, radius: float
) -> maps.SketchMarks:
    lat = table["lat"].to_numpy(float)
    return maps.SketchMarks(lat, table["lon"].to_numpy(float), names, colour, radius)


def _find_longest(reach: Range) -> float:
    return float(reach["range_km"].max()) if isinstance(reach, pd.DataFrame) else float(reach)


def _list_ring(reach: Range) -> tuple[FloatArray, FloatArray]:
    """List the directions and distances of a reach."""
    if isinstance(reach, pd.DataFrame):
        sparse = reach.iloc[::RING_STRIDE]
        return sparse["bearing_deg"].to_numpy(float), sparse["range_km"].to_numpy(float)
    around = np.arange(0.0, 360.0, RING_STEP_DEG)
    return around, np.full(around.size, reach)
