"""How do bases and their reach look on a map?"""

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from dxkit._arrays import FloatArray
from dxkit._checks import LARGEST_KM, read_numbers, require_table, to_float_array
from dxkit.errors import ChoiceError, shorten
from dxkit.maps._inputs import read_names
from dxkit.maps._layers import Notes, PointLayer, Spec, make_background
from dxkit.maps._legend import Legend, LegendEntry
from dxkit.maps._map import Map
from dxkit.maps._reach_rings import reach_ring
from dxkit.maps._shape_inputs import read_positions

BASE_COLOUR = "#111111"
EXISTING_COLOUR = "#d55e00"
BASE: Spec = {"color": "#ffffff", "weight": 1.5, "fillColor": BASE_COLOUR, "fillOpacity": 1}
EXISTING: Spec = BASE | {"fillColor": EXISTING_COLOUR}
REACH: Spec = {
    "color": BASE_COLOUR,
    "weight": 1.5,
    "dashArray": "5 5",
    "fill": False,
    "opacity": 0.8,
}
BASE_RADIUS_PX = 7.0
LEGEND_RADIUS_PX = 6.0
# between two points of a circle that is drawn as a ring
RING_STEP_DEG = 5.0
# a ring of this radius lies below its base's dot; one of 0 km would be no shape
DOT_KM = 0.05
DATUM = "EPSG:6668"

Range = float | Sequence[float] | pd.DataFrame


def put_bases(
    drawing: Map,
    bases: pd.DataFrame | None,
    range_km: Range | None,
    unit: str,
    *,
    style: Spec = BASE,
    label: str = "選んだ拠点",
) -> None:
    """Put the bases on a map, with their ranges and a legend; none where there are none.

    Raises
    ------
    ChoiceError
        If ranges do not fit the bases.
    """
    if bases is None:
        return
    require_table(bases, "bases")
    if not len(bases):
        return
    # candidates of `dxkit.drones` are called by their key where they have no name
    column = next((key for key in ("name", "base") if key in bases.columns), "name")
    names = read_names(bases, column)
    lat, lon = read_positions(bases, "lat", "lon", names)
    if range_km is not None:
        # rings lie below the dots, which must take the pointer
        drawing.add_child(make_background(_make_rings(lat, lon, range_km), REACH))
    existing = np.zeros(len(bases), dtype=bool)
    # tables without the column know of no base that is there already, nor does a blank
    if "existing" in bases.columns:
        existing = read_numbers(bases, "existing", "bases", high=1, blank=True, whole=True) == 1
    layer = PointLayer(
        lat,
        lon,
        radius=np.full(len(bases), BASE_RADIUS_PX),
        styles=[style, EXISTING],
        style_of=existing.astype(int),
        notes=_make_base_notes(bases, names, unit),
        name=label,
    )
    drawing.add_child(layer)
    entries = [LegendEntry(label, str(style["fillColor"]), "circle", LEGEND_RADIUS_PX)]
    if existing.any():
        entries.append(LegendEntry("今ある拠点", EXISTING_COLOUR, "circle", LEGEND_RADIUS_PX))
    title = "拠点（点線は届く範囲）" if range_km is not None else "拠点"
    # bases are what a map of bases is read for: their legend comes first
    drawing.legends.insert(0, Legend(title, tuple(entries)))


def _make_base_notes(bases: pd.DataFrame, names: list[str], unit: str) -> Notes:
    reached = np.full(len(bases), np.nan)
    if "reached" in bases.columns:
        reached = read_numbers(bases, "reached", "bases", blank=True)
    rows = [[f"{value:,.0f} {unit}" if pd.notna(value) else "―"] for value in reached]
    return Notes(names, ["ここから届く人" if unit == "人" else "ここから届く量"], rows)


def _make_rings(lat: FloatArray, lon: FloatArray, range_km: Range) -> gpd.GeoDataFrame:
    bearings, distances = _read_ranges(range_km, len(lat))
    rings = [
        reach_ring(base_lat, base_lon, bearing, distance)
        for base_lat, base_lon, bearing, distance in zip(lat, lon, bearings, distances, strict=True)
    ]
    return gpd.GeoDataFrame(geometry=shapely.polygons(rings), crs=DATUM)


def _read_ranges(range_km: Range, count: int) -> tuple[list[FloatArray], list[FloatArray]]:
    """Read directions and distances of each base's ring.

    Raises
    ------
    ChoiceError
        If a range is no number of at least 0, or there are more or fewer than bases.
    """
    if isinstance(range_km, pd.DataFrame):
        bearing = read_numbers(range_km, "bearing_deg", "range_km", low=-360, high=360)
        distance = read_numbers(range_km, "range_km", "range_km", high=LARGEST_KM)
        order = np.argsort(bearing, kind="stable")
        return [bearing[order]] * count, [np.maximum(distance[order], DOT_KM)] * count
    ranges = np.atleast_1d(to_float_array(range_km))
    if ranges.size not in (1, count) or not ((ranges >= 0) & (ranges <= LARGEST_KM)).all():
        raise ChoiceError(
            f"range_km={shorten(range_km)} は使えません。"
            f"0以上の数か、拠点と同じ数（{count}）の並びにしてください。"
        )
    # a plain number reaches equally far in every direction
    around = np.arange(0.0, 360.0, RING_STEP_DEG)
    rings = np.broadcast_to(np.maximum(ranges, DOT_KM), count)
    distances = [np.full(around.size, value) for value in rings]
    return [around] * count, distances
