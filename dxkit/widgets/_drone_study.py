"""What is asked in a workshop about drone bases, and how is each answer drawn?

Nothing here is a widget: a `Study` holds the tables and gives, for a `Flight`, the reach, the best choice, the score of a
choice made by hand, and the picture.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dxkit import drones
from dxkit.drones import Siting
from dxkit.errors import ChoiceError, shorten
from dxkit.maps import Mark, Sketch, ring, sketch
from dxkit.widgets import _html

OWN_LABEL = "自分たち"
BEST_LABEL = "最適"
Floats = NDArray[np.float64]
Range = float | pd.DataFrame
# colours of the marks on the map
CANDIDATE = "#7a8590"
OWN = "#111111"
BEST = "#7b2d5e"


@dataclass(frozen=True)
class Record:
    """One choice of bases that a group recorded; fields as the columns of `DroneExplorer.records`."""

    group: str
    bases: tuple[Hashable, ...]
    people: float
    share: float
    of_optimum: float
    optimum: float
    optimum_bases: tuple[Hashable, ...]
    range_km: float
    wind_ms: float
    payload_kg: float
    drone: str


def frame(kept: Sequence[Record]) -> pd.DataFrame:
    """Give the recorded choices, one row each."""
    names = [each.name for each in fields(Record)]
    return pd.DataFrame(
        [[getattr(record, name) for name in names] for record in kept], columns=names
    )


def listing(kept: Sequence[Record], called: Callable[[Hashable], str], unit: str) -> str:
    """Give the recorded choices as an HTML table."""
    heads = (
        "班",
        "置いた拠点",
        f"届く（{unit}）",
        "割合",
        f"{BEST_LABEL}に対して",
        f"{BEST_LABEL}（{unit}）",
        "届く距離",
    )
    rows = [
        (
            each.group,
            "、".join(map(called, each.bases)),
            f"{each.people:,.0f}",
            f"{each.share:.1%}",
            f"{each.of_optimum:.1%}",
            f"{each.optimum:,.0f}",
            f"{each.range_km:.1f} km",
        )
        for each in kept
    ]
    return _html.table(heads, rows)


@dataclass(frozen=True)
class Flight:
    """Which drone (a row of the table) flies with what load in what wind; ``from_deg`` none: the worst of all directions."""

    drone: int
    payload_kg: float
    wind_ms: float
    from_deg: float | None


@dataclass(frozen=True)
class Study:
    """The tables of a workshop about drone bases.

    Attributes
    ----------
    demand, candidates, types
        As `drone_explorer` takes them.
    weights
        Of each demand row.
    bases, names
        Of each candidate: its key, and what people call it.
    fixed
        Places of the existing bases among the candidates.
    sketch
        The map that is redrawn.
    look
        What `maps.coverage` and `maps.difference` are told of the picture, and ``no_fly``'s shapes.
    """

    demand: pd.DataFrame
    candidates: pd.DataFrame
    types: pd.DataFrame
    weight: str
    unit: str
    weights: Floats
    bases: list[Hashable]
    names: list[str]
    fixed: tuple[int, ...]
    no_fly: gpd.GeoDataFrame | None
    sketch: Sketch
    look: Mapping[str, Any]

    @classmethod
    def of(
        cls,
        demand: pd.DataFrame,
        candidates: pd.DataFrame,
        types: pd.DataFrame,
        *,
        weight: str,
        unit: str,
        fixed: Sequence[Hashable],
        no_fly: gpd.GeoDataFrame | None,
        towns: gpd.GeoDataFrame | None,
        background: gpd.GeoDataFrame | None,
        **look: Any,
    ) -> "Study":
        """Check the tables and prepare the map.

        Raises
        ------
        ChoiceError
            If there are no drones, no such weight, or an existing base is no candidate.
        """
        own, grey = split(towns, demand), background
        if towns is not None and own is not None and len(own) < len(towns):
            rest = towns.loc[towns.index.difference(own.index), ["geometry"]]
            grey = (
                rest
                if background is None
                else pd.concat([background[["geometry"]], rest], ignore_index=True)
            )
        if types.empty or weight not in demand.columns:
            lacking = "機種の表に行" if types.empty else f"demand の表に「{shorten(weight)}」の列"
            raise ChoiceError(f"{lacking}がありません。")
        bases = list(candidates["base"] if "base" in candidates.columns else candidates.index)
        absent = [each for each in fixed if each not in bases]
        if absent:
            raise ChoiceError(
                f"既設拠点「{shorten(absent[0])}」は候補地の表にありません。fixed には base の値を渡してください。"
            )
        names = [
            str(each) for each in (candidates["name"] if "name" in candidates.columns else bases)
        ]
        drawn = sketch(demand, level=look["level"], points=candidates, towns=own, background=grey)
        weights = demand[weight].to_numpy(dtype=float)
        places = tuple(bases.index(each) for each in fixed)
        told = look | {"towns": own, "background": grey}
        return cls(
            demand,
            candidates,
            types,
            weight,
            unit,
            weights,
            bases,
            names,
            places,
            no_fly,
            drawn,
            told,
        )

    @property
    def cited(self) -> dict[str, Any]:
        """Give what a picture says of its data."""
        return {"made": self.look["made"], "source": self.look["source"]}

    def reach(self, flight: Flight) -> Range:
        """Give the range of a flight: a number, or with a wind from somewhere a shape.

        Raises
        ------
        ChoiceError
            If the drone gets nowhere, or does not fly at all.
        """
        row = self.types.iloc[flight.drone]
        payload, wind = flight.payload_kg, flight.wind_ms
        if flight.from_deg is None:
            found: Range = drones.flight_range(row, payload_kg=payload, wind_ms=wind)
        else:
            found = drones.flight_shape(
                row, payload_kg=payload, wind_ms=wind, wind_from_deg=flight.from_deg
            )
        if _most(found) <= 0:
            raise ChoiceError(
                f"風 {flight.wind_ms:g} m/秒では、この機種はどこにも届きません。風か荷物を減らしてください。"
            )
        return found

    def longest(self, flight: Flight) -> float:
        """Give the range in the best direction, in km."""
        return _most(self.reach(flight))

    def told(self, flight: Flight) -> str:
        """Say how far a flight reaches."""
        found = self.reach(flight)
        if not isinstance(found, pd.DataFrame):
            return f"{found:.1f} km"
        return f"{found['range_km'].min():.1f}〜{found['range_km'].max():.1f} km（向きによる）"

    def best(self, count: int, flight: Flight) -> Siting:
        """Give the best choice."""
        fixed = [self.bases[place] for place in self.fixed]
        return self._ask(self.candidates, count, flight, fixed)

    def placed(self, places: Sequence[int], flight: Flight) -> Siting | None:
        """Give what these candidates reach; none without any."""
        if not places:
            return None
        own = [self.bases[place] for place in places]
        chosen = self.candidates.iloc[list(places)].copy()
        chosen["base"] = pd.Series(own, index=chosen.index, dtype=object)
        found = self._ask(chosen, len(places), flight, own)
        fixed = [self.bases[place] for place in self.fixed]
        return replace(found, bases=found.bases.assign(existing=found.bases["base"].isin(fixed)))

    def called(self, base: Hashable) -> str:
        """Give a base's name."""
        return self.names[self.bases.index(base)]

    def picture(
        self,
        kinds: NDArray[np.intp],
        colours: Sequence[str],
        bases: pd.DataFrame | None,
        flight: Flight,
        *,
        hollow: bool,
        spots: bool,
    ) -> str:
        """Draw the map, with bases and how far they reach; ``spots``: with all candidates."""
        marks = [_mark(self.candidates, self.names, CANDIDATE, 2.5)] if spots else []
        if bases is not None:
            rings = [
                ring(lat, lon, *_around(self.reach(flight)))
                for lat, lon in zip(bases["lat"], bases["lon"], strict=True)
            ]
            names = [
                str(each) for each in (bases["name"] if "name" in bases.columns else bases.index)
            ]
            look = (BEST, 13.0) if hollow else (OWN, 7.0)
            marks.append(replace(_mark(bases, names, *look), hollow=hollow, rings=rings))
        return self.sketch.svg(kinds, colours, marks=marks, label="拠点と、届く人の地図")

    def _ask(
        self, candidates: pd.DataFrame, count: int, flight: Flight, fixed: Sequence[Hashable]
    ) -> Siting:
        return drones.best_bases(
            self.demand,
            candidates,
            count=count,
            range_km=self.reach(flight),
            weight=self.weight,
            fixed=fixed,
            no_fly=self.no_fly,
        )


def split(towns: gpd.GeoDataFrame | None, demand: pd.DataFrame) -> gpd.GeoDataFrame | None:
    """Give the municipalities in which the demand lies; all where it is not known."""
    if towns is None or "code" not in demand.columns or "code" not in towns.columns:
        return towns
    return towns[towns["code"].isin(demand["code"])]


def _mark(table: pd.DataFrame, names: Sequence[str], shade: str, radius: float) -> Mark:
    return Mark(table["lat"].to_numpy(float), table["lon"].to_numpy(float), names, shade, radius)


def _most(found: Range) -> float:
    return float(found["range_km"].max()) if isinstance(found, pd.DataFrame) else float(found)


def _around(found: Range) -> tuple[Floats, Floats]:
    """Give the directions and distances of a reach."""
    if isinstance(found, pd.DataFrame):
        return found["bearing_deg"].to_numpy(float)[::5], found["range_km"].to_numpy(float)[::5]
    around = np.arange(0.0, 360.0, 5.0)
    return around, np.full(around.size, found)
