"""How do flows look: arrows, circles, and what no arrow shows?

Arrows are areas and circles are shapes of the page: both tell their numbers when pointed at.
"""

import geopandas as gpd
import numpy as np
import shapely

from dxkit._arrays import IntArray
from dxkit.errors import shorten
from dxkit.maps._bent_arrow import bend_arrow
from dxkit.maps._classes import classify_numbers
from dxkit.maps._flow_table import FlowTable
from dxkit.maps._layers import Notes, ShapeLayer, Spec
from dxkit.maps._legend import Legend, LegendEntry, format_number, scale_radii
from dxkit.maps._map import Map
from dxkit.schema import replace_surrogates

# Okabe and Ito: blue takes in, orange sends; told apart with any colour vision
BALANCE_KINDS = ("来た人のほうが多い（同数を含む）", "出た人のほうが多い")
BALANCE_COLOURS = ("#0072b2", "#e69f00")
ARROW: Spec = {"color": "#6a51a3", "weight": 0.7, "fillOpacity": 0.8}
CIRCLE: Spec = {"color": "#333333", "weight": 1, "fillOpacity": 0.75}
BLANK_COLOUR = "#ffffff"
LEGEND_CIRCLE = "#bbbbbb"
# of the picture's diagonal: width of the largest flow's arrow; of that width: the thinnest
MAX_WIDTH_SHARE = 0.022
MIN_WIDTH_SHARE = 0.08
LARGEST_CIRCLE_PX = 18.0
LEGEND_RADIUS_PX = 6.0
# of the largest circle: which sizes the legend shows
LEGEND_SIZES = (1, 0.25)
DATUM = "EPSG:6668"


def put_arrows(drawing: Map, flows: FlowTable, rows: IntArray, bins: int, unit: str) -> None:
    """Put an arrow for each of these pairs on a map; none where there are none."""
    if not len(rows):
        return
    people = flows.people[rows]
    # rounded, so that the legend's edges are whole people
    classes = classify_numbers(np.round(people), bins=bins, scheme="quantile", colours="purples")
    layer = ShapeLayer(
        _make_arrow_shapes(flows, rows),
        styles=[ARROW | {"fillColor": shade} for shade in classes.colours],
        style_of=classes.positions,
        notes=_make_arrow_notes(flows, rows, unit),
        name="移動",
    )
    drawing.add_child(layer)
    entries = tuple(reversed(classes.make_entries()))
    drawing.legends.append(Legend("矢印の移動", entries, replace_surrogates(unit)))


def put_hidden_flows(drawing: Map, flows: FlowTable, rows: IntArray, unit: str) -> None:
    """Write into the legend what no arrow shows.

    That is smaller flows, and flows to or from places without a position.
    """
    has_arrow = flows.has_arrow
    small = flows.is_move & has_arrow
    small[rows] = False
    unplaced = flows.is_move & ~has_arrow
    entries = []
    if small.any():
        people = _format_people(flows.people[small].sum(), unit)
        entries.append(LegendEntry(f"小さい移動 {int(small.sum())}本 {people}", BLANK_COLOUR))
    if unplaced.any():
        people = _format_people(flows.people[unplaced].sum(), unit)
        label = f"位置のない相手（{replace_surrogates(_list_unplaced(flows))}） {people}"
        entries.append(LegendEntry(label, BLANK_COLOUR))
    if entries:
        drawing.legends.append(Legend("描いていない移動", tuple(entries)))


def put_circles(drawing: Map, flows: FlowTable, unit: str) -> None:
    """Put a circle on each place: its area grows with the people who are there."""
    is_move = flows.is_move
    present = flows.sum_by_place(flows.destination)
    arrived = flows.sum_by_place(flows.destination, is_move)
    departed = flows.sum_by_place(flows.origin, is_move)
    stayed = flows.sum_by_place(flows.destination, ~is_move)
    # the largest first, so that small circles lie above large ones
    order = np.argsort(-present, kind="stable")
    has_circle = ~np.isnan(flows.lat) & (present + departed > 0)
    rows = order[has_circle[order]]
    if not rows.size:
        return
    radii = scale_radii(present, largest=LARGEST_CIRCLE_PX)
    balance = (departed > arrived).astype(int)
    styles = [
        CIRCLE | {"fillColor": BALANCE_COLOURS[balance[row]], "radius": float(radii[row])}
        for row in rows
    ]
    texts = [
        [_format_people(sums[row], unit) for sums in (present, stayed, arrived, departed)]
        for row in rows
    ]
    fields = ["いま、ここにいる", "ここにとどまった", "ほかから来た", "ほかへ出た"]
    notes = Notes([flows.names[row] for row in rows], fields, texts)
    centres = gpd.points_from_xy(flows.lon[rows], flows.lat[rows])
    table = gpd.GeoDataFrame(geometry=centres, crs=DATUM)
    layer = ShapeLayer(
        table, styles=styles, style_of=range(len(rows)), notes=notes, name="いまいる人"
    )
    drawing.add_child(layer)
    drawing.legends.append(_make_circle_legend(float(present.max()), unit))


def _make_arrow_shapes(flows: FlowTable, rows: IntArray) -> gpd.GeoDataFrame:
    """Build the arrows' areas, as wide as their flows are large."""
    people = flows.people[rows]
    # on a plane whose unit is a degree of latitude, so that arrows are not skewed
    shrinkage = np.cos(np.radians(np.nanmean(flows.lat)))
    places = np.column_stack([flows.lon * shrinkage, flows.lat])
    known_places = places[~np.isnan(places).any(axis=1)]
    diagonal = float(np.hypot(*np.ptp(known_places, axis=0)))
    widths = MAX_WIDTH_SHARE * diagonal * np.maximum(people / people.max(), MIN_WIDTH_SHARE)
    starts = places[flows.origin[rows]]
    ends = places[flows.destination[rows]]
    arrows = [
        bend_arrow(*ends_and_width) for ends_and_width in zip(starts, ends, widths, strict=True)
    ]
    shapes = shapely.transform(arrows, lambda xy: xy / (shrinkage, 1))
    return gpd.GeoDataFrame(geometry=shapes, crs=DATUM)


def _make_arrow_notes(flows: FlowTable, rows: IntArray, unit: str) -> Notes:
    fled = flows.sum_by_place(flows.origin)
    heads = []
    texts = []
    for row in rows:
        origin = flows.origin[row]
        heads.append(f"{flows.names[origin]} → {flows.names[flows.destination[row]]}")
        share = flows.people[row] / fled[origin]
        texts.append([_format_people(flows.people[row], unit), f"{share:.1%}"])
    fields = ["移動した人" if unit == "人" else "移動した量", "避難元全体のうち"]
    return Notes(heads, fields, texts)


def _list_unplaced(flows: FlowTable) -> str:
    unplaced = np.isnan(flows.lat) | np.isnan(flows.lon)
    names = [shorten(name) for name, blank in zip(flows.names, unplaced, strict=True) if blank]
    # two places at one position have no arrow either
    return "・".join(names) or "同じ位置"


def _make_circle_legend(largest: float, unit: str) -> Legend:
    steps = [float(f"{share * largest:.2g}") for share in LEGEND_SIZES]
    # each step is scaled together with the largest circle, as those on the map are
    sizes = [
        LegendEntry(
            format_number(step),
            LEGEND_CIRCLE,
            "circle",
            scale_radii(np.array([step, largest]), largest=LARGEST_CIRCLE_PX)[0],
        )
        for step in steps
    ]
    kinds = [
        LegendEntry(kind, colour, "circle", LEGEND_RADIUS_PX)
        for kind, colour in zip(BALANCE_KINDS, BALANCE_COLOURS, strict=True)
    ]
    return Legend("いま、そこにいる人（円）", (*sizes, *kinds), replace_surrogates(unit))


def _format_people(people: float, unit: str) -> str:
    return replace_surrogates(f"{people:,.0f} {unit}")
