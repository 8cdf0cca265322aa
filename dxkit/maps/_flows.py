"""From where to where do people go, how many, and who takes in more than leave?

Every flow is an arrow that bends to its left, so that the way there and the way back lie side by side. Arrows are areas and
circles are shapes of the page: both tell their numbers when pointed at. Only the largest flows are drawn; what is not drawn is
counted in the legend.
"""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.ops import substring

from dxkit.errors import ChoiceError, Fault, TableError, shorten
from dxkit.maps import _inputs
from dxkit.maps._choropleth import BACKGROUND, marked
from dxkit.maps._classes import Entry, Legend, number, radii, sort_numbers
from dxkit.maps._html_safety import clean
from dxkit.maps._layers import Notes, ShapeLayer, Spec
from dxkit.maps._map import Map

Floats = NDArray[np.float64]

# Okabe and Ito: blue takes in, orange sends; told apart with any colour vision
KINDS = ("来た人のほうが多い（同数を含む）", "出た人のほうが多い")
COLOURS = ("#0072b2", "#e69f00")
ARROW: Spec = {"color": "#6a51a3", "weight": 0.7, "fillOpacity": 0.8}
CIRCLE: Spec = {"color": "#333333", "weight": 1, "fillOpacity": 0.75}
BLANK = "#ffffff"
# of the picture's diagonal: the widest arrow, and how far an arrow bends away from the straight line (of its length)
WIDEST, THINNEST, BEND = 0.022, 0.08, 0.14
LARGEST_PX = 18.0


def flows(
    table: pd.DataFrame,
    places: pd.DataFrame,
    *,
    origin: str = "home",
    destination: str = "host",
    people: str = "people",
    code: str = "code",
    name: str = "name",
    lat: str = "lat",
    lon: str = "lon",
    most: int = 60,
    bins: int = 4,
    towns: gpd.GeoDataFrame | None = None,
    background: gpd.GeoDataFrame | None = None,
    unit: str = "人",
    made: bool = False,
    title: str = "",
    source: str = "",
    offline: bool = True,
    height: int = 560,
) -> Map:
    """Draw who went from where to where.

    Parameters
    ----------
    table
        One row an origin and destination (several rows of one pair are added up): ``home, host, people``; for example
        ``outcome.flows.query("hour == 72")``. Rows whose origin is their destination are people who stayed.
    places
        One row a place: ``code, name, lat, lon``; for example ``scenario.tables["evacuees"]``. A place without a position
        is not drawn; who went there is counted in the legend.
    origin, destination, people, code, name, lat, lon
        Names of those columns.
    most
        How many arrows are drawn, the largest first.
    bins
        Classes of the arrows' colours (2–9); their width grows with the number.
    towns, background
        Areas to draw below, with borders and in grey.
    unit
        Of the numbers.
    made, title, source, offline, height
        As for `choropleth`.

    Returns
    -------
    Map

    Raises
    ------
    TableError
        If a table is empty, a code is listed twice or not at all, a number is missing or negative, or no place has a position.
    ChoiceError
        If there is no such column, or ``most`` is below 1.
    """
    _inputs.check_rows(table)
    _inputs.check_rows(places)
    if most < 1:
        raise ChoiceError(f"most={most} は使えません。1以上にしてください。")
    listed = _places(places, code=code, name=name, lat=lat, lon=lon)
    pairs = _pairs(table, listed, origin=origin, destination=destination, people=people)
    drawn = Map(title=marked(title, made=made), source=source, offline=offline, height=height)
    for shapes, style in ((background, BACKGROUND), (towns, BACKGROUND | {"fillColor": "#fafaf7"})):
        if shapes is not None:
            checked = _inputs.check_shapes(shapes, "background")
            drawn.add_child(ShapeLayer(checked, styles=[style], places=[0] * len(checked)))
    arrows = pairs.arrows(most)
    if len(arrows):
        _put_arrows(drawn, pairs, arrows, bins, unit)
    _put_hidden(drawn, pairs, arrows, unit)
    _put_circles(drawn, pairs, unit)
    return drawn


@dataclass(frozen=True)
class _Pairs:
    """People by origin and destination; ``start`` and ``end`` count into the places."""

    names: list[str]
    lat: Floats
    lon: Floats
    start: NDArray[np.intp]
    end: NDArray[np.intp]
    people: Floats

    def moved(self) -> NDArray[np.bool_]:
        """Tell who went elsewhere from who stayed."""
        return np.asarray((self.start != self.end) & (self.people > 0))

    def placed(self) -> NDArray[np.bool_]:
        """Tell which pairs lie apart and have two positions."""
        apart = np.hypot(
            self.lat[self.start] - self.lat[self.end], self.lon[self.start] - self.lon[self.end]
        )
        return np.asarray(apart > 1e-9)

    def arrows(self, most: int) -> NDArray[np.intp]:
        """Give the rows to draw, the largest first, so that small arrows lie above large ones."""
        rows = np.flatnonzero(self.moved() & self.placed())
        return rows[np.argsort(-self.people[rows], kind="stable")][:most]

    def at(self, places: NDArray[np.intp], rows: NDArray[np.bool_]) -> Floats:
        """Add up the people of these rows by one of their ends."""
        return np.asarray(
            np.bincount(places[rows], self.people[rows], minlength=len(self.names)), dtype=float
        )


def arrow(start: Floats, end: Floats, width: float) -> shapely.Geometry:
    """Give a bent arrow between two points of a plane, as an area; it stays a little away from both.

    The line is a quadratic Bézier curve whose control point lies to the left of the way.
    """
    way = end - start
    control = (start + end) / 2 + BEND * 2 * np.array([-way[1], way[0]])
    t = np.linspace(0.04, 0.95, 24)[:, None]
    line = shapely.LineString((1 - t) ** 2 * start + 2 * t * (1 - t) * control + t**2 * end)
    head = min(2.2 * width, 0.45 * line.length)
    neck = np.array(line.interpolate(line.length - head).coords[0])
    tip = np.array(line.coords[-1])
    side = np.array([-(tip - neck)[1], (tip - neck)[0]]) / head * max(1.1 * width, 0.35 * head)
    body = substring(line, 0, line.length - 0.9 * head).buffer(width / 2, cap_style="flat")
    return shapely.union(body, shapely.Polygon([neck + side, tip, neck - side]))


def _places(places: pd.DataFrame, *, code: str, name: str, lat: str, lon: str) -> pd.DataFrame:
    """Give code, name and position of each place; a position that is not known stays blank."""
    codes = _inputs.column_of(places, code, "code").astype(str)
    twice = codes[codes.duplicated()].unique()
    if len(twice):
        raise TableError(
            Fault(
                "places に同じコードが2つあります",
                "1か所1行にしてください",
                column=code,
                value=each,
            )
            for each in twice
        )
    known = (
        places[[lat, lon]].notna().all(axis=1)
        if {lat, lon} <= set(places.columns)
        else pd.Series(True, index=places.index)
    )
    names = _inputs.names_of(places, name)
    if not known.any():
        raise TableError(
            [Fault("places に位置のある行がありません", "緯度と経度を入れてください", column=lat)]
        )
    rows = np.flatnonzero(known.to_numpy())
    found = _inputs.positions(places.iloc[rows], lat, lon, [names[row] for row in rows])
    positions = np.full((2, len(places)), np.nan)
    positions[:, rows] = found
    return pd.DataFrame(
        {"name": names, "lat": positions[0], "lon": positions[1]},
        index=pd.Index(codes, name="code"),
    )


def _pairs(
    table: pd.DataFrame, places: pd.DataFrame, *, origin: str, destination: str, people: str
) -> _Pairs:
    """Add up the people of each pair, or say which rows cannot be used."""
    ends = [
        _inputs.column_of(table, column, option).astype(str)
        for column, option in ((origin, "origin"), (destination, "destination"))
    ]
    count = _inputs.column_of(table, people, "people")
    numbers = pd.to_numeric(count, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    faults = [
        Fault(
            "places にないコードです",
            "places に1行足してください",
            row=int(row) + 1,
            column=str(end.name),
            value=end.iloc[row],
        )
        for end in ends
        for row in np.flatnonzero(~end.isin(places.index).to_numpy())
    ]
    faults += [
        Fault(
            "人数ではありません",
            "0以上の数にしてください",
            row=int(row) + 1,
            column=people,
            value=count.iloc[row],
        )
        for row in np.flatnonzero(~(np.isfinite(numbers) & (numbers >= 0)))
    ]
    if faults:
        raise TableError(faults)
    start, end = (places.index.get_indexer(pd.Index(each)) for each in ends)
    added = pd.Series(numbers).groupby([start, end]).sum()
    keys = np.array(added.index.tolist(), dtype=np.intp)
    lat, lon = (places[column].to_numpy(dtype=float) for column in ("lat", "lon"))
    return _Pairs(
        places["name"].tolist(), lat, lon, keys[:, 0], keys[:, 1], added.to_numpy(dtype=float)
    )


def _put_arrows(drawn: Map, pairs: _Pairs, rows: NDArray[np.intp], bins: int, unit: str) -> None:
    people = pairs.people[rows]
    classes = sort_numbers(np.round(people), bins=bins, scheme="quantile", colours="purples")
    north = np.cos(np.radians(np.nanmean(pairs.lat)))
    points = np.column_stack([pairs.lon * north, pairs.lat])
    diagonal = float(np.hypot(*np.ptp(points[~np.isnan(points).any(axis=1)], axis=0)))
    widths = WIDEST * diagonal * np.maximum(people / people.max(), THINNEST)
    ends = zip(points[pairs.start[rows]], points[pairs.end[rows]], widths, strict=True)
    shapes = shapely.transform(
        [arrow(start, end, width) for start, end, width in ends], lambda xy: xy / (north, 1)
    )
    heads = [f"{pairs.names[pairs.start[row]]} → {pairs.names[pairs.end[row]]}" for row in rows]
    left = pairs.at(pairs.start, np.ones(len(pairs.people), dtype=bool))
    told = [
        [_told(pairs.people[row], unit), f"{pairs.people[row] / left[pairs.start[row]]:.1%}"]
        for row in rows
    ]
    notes = Notes(heads, ["移動した人" if unit == "人" else "移動した量", "避難元全体のうち"], told)
    styles = [ARROW | {"fillColor": shade} for shade in classes.colours]
    table = gpd.GeoDataFrame(geometry=shapes, crs="EPSG:6668")
    drawn.add_child(
        ShapeLayer(table, styles=styles, places=classes.places, notes=notes, name="移動")
    )
    drawn.legends.append(Legend("矢印の移動", tuple(reversed(classes.entries())), clean(unit)))


def _put_hidden(drawn: Map, pairs: _Pairs, rows: NDArray[np.intp], unit: str) -> None:
    """Say in the legend what no arrow shows: smaller flows, and flows to or from places without a position."""
    placed = pairs.placed()
    rest = pairs.moved() & placed
    rest[rows] = False
    nowhere = pairs.moved() & ~placed
    unplaced = np.isnan(pairs.lat) | np.isnan(pairs.lon)
    names = (
        "・".join(shorten(name) for name, blank in zip(pairs.names, unplaced, strict=True) if blank)
        or "同じ位置"
    )
    entries = []
    if rest.any():
        entries.append(
            Entry(f"小さい移動 {int(rest.sum())}本 {_told(pairs.people[rest].sum(), unit)}", BLANK)
        )
    if nowhere.any():
        entries.append(
            Entry(
                f"位置のない相手（{clean(names)}） {_told(pairs.people[nowhere].sum(), unit)}",
                BLANK,
            )
        )
    if entries:
        drawn.legends.append(Legend("描いていない移動", tuple(entries)))


def _put_circles(drawn: Map, pairs: _Pairs, unit: str) -> None:
    """Put a circle on each place: its area grows with the people who are there."""
    everybody, moved = np.ones(len(pairs.people), dtype=bool), pairs.moved()
    now, stayed = pairs.at(pairs.end, everybody), pairs.at(pairs.end, ~moved)
    came, left = pairs.at(pairs.end, moved), pairs.at(pairs.start, moved)
    order = np.argsort(-now, kind="stable")
    shown = order[~np.isnan(pairs.lat[order]) & ((now + left)[order] > 0)]
    if not shown.size:
        return
    size, kinds = radii(now, largest=LARGEST_PX), (left > came).astype(int)
    styles = [
        CIRCLE | {"fillColor": COLOURS[kinds[row]], "radius": float(size[row])} for row in shown
    ]
    told = [[_told(values[row], unit) for values in (now, stayed, came, left)] for row in shown]
    notes = Notes(
        [pairs.names[row] for row in shown],
        ["いま、ここにいる", "ここにとどまった", "ほかから来た", "ほかへ出た"],
        told,
    )
    table = gpd.GeoDataFrame(
        geometry=gpd.points_from_xy(pairs.lon[shown], pairs.lat[shown]), crs="EPSG:6668"
    )
    drawn.add_child(
        ShapeLayer(table, styles=styles, places=range(len(shown)), notes=notes, name="いまいる人")
    )
    steps = [float(f"{share * now.max():.2g}") for share in (1, 0.25)]
    circles = [
        Entry(
            number(step),
            "#bbbbbb",
            "circle",
            radii(np.array([step, now.max()]), largest=LARGEST_PX)[0],
        )
        for step in steps
    ]
    kinds_told = [
        Entry(kind, colour, "circle", 6.0) for kind, colour in zip(KINDS, COLOURS, strict=True)
    ]
    drawn.legends.append(Legend("いま、そこにいる人（円）", (*circles, *kinds_told), clean(unit)))


def _told(people: float, unit: str) -> str:
    return clean(f"{people:,.0f} {unit}")
