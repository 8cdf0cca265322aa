"""Who is reached once, who twice, who not at all, and from where?

Cells of one municipality and one kind are drawn as one area, so that a map of thousands of cells stays small and quick.
"""

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from dxkit.codes import MESH_LEVELS
from dxkit.errors import ChoiceError, Fault, TableError, shorten
from dxkit.maps import _inputs
from dxkit.maps._choropleth import BACKGROUND, marked
from dxkit.maps._classes import Entry, Legend
from dxkit.maps._html_safety import clean
from dxkit.maps._layers import Notes, PointLayer, ShapeLayer, Spec
from dxkit.maps._map import Map

# Okabe and Ito: orange for those left out, light and dark blue for once and twice; told apart with any colour vision
KINDS = ("届かない", "1つの拠点から届く", "2つ以上の拠点から届く")
COLOURS = ("#e69f00", "#8cc6ea", "#00588f")
# neither, the first only, the second only, both
NEITHER, CHANGES = "どちらも届かない", ("#d0d0d0", "#009e73", "#cc79a7", "#8cc6ea")
OWN = "#111111"
BORDER: Spec = {"color": "#444444", "weight": 1.5, "fill": False}
REACH: Spec = {"color": OWN, "weight": 1.5, "dashArray": "5 5", "fill": False, "opacity": 0.8}
BASE: Spec = {"color": "#ffffff", "weight": 1.5, "fillColor": OWN, "fillOpacity": 1}
EXISTING: Spec = BASE | {"fillColor": "#d55e00"}
RADIUS_KM = 6371.0088

Range = float | Sequence[float] | pd.DataFrame
Looks = tuple[Sequence[str], Sequence[str]]


def coverage(
    cells: pd.DataFrame,
    bases: pd.DataFrame | None = None,
    *,
    times: str = "times",
    weight: str = "people",
    level: str | int = "4",
    range_km: Range | None = None,
    towns: gpd.GeoDataFrame | None = None,
    background: gpd.GeoDataFrame | None = None,
    unit: str = "人",
    made: bool = False,
    title: str = "",
    source: str = "",
    offline: bool = True,
    height: int = 560,
) -> Map:
    """Draw whom bases reach: not at all, once, twice or more.

    Parameters
    ----------
    cells
        One row a mesh cell: ``lat, lon`` of its centre, the weight, and ``times`` (by how many bases it is reached; of a
        `Siting`, ``demand.assign(times=siting.assigned["times"])``), where known ``code``.
    bases
        One row a base: ``lat, lon``, where known ``name`` (or ``base``), ``existing`` and ``reached``.
    times, weight
        Names of those columns.
    level
        Of the mesh: "3" 1 km, "4" 500 m, "5" 250 m.
    range_km
        Drawn around each base: a number, one a base, or a table ``bearing_deg, range_km``.
    towns
        Municipalities whose borders are drawn and whose names are told: ``code, name, geometry``.
    background
        Areas in grey below.
    unit
        Of the weight.
    made, title, source, offline, height
        As for `choropleth`.

    Returns
    -------
    Map

    Raises
    ------
    TableError
        If a table is empty, lacks a column, or holds no positions.
    ChoiceError
        If there is no such level, or ranges do not fit the bases.
    """
    drawn = _ground(
        cells,
        level,
        towns,
        background,
        Map(title=marked(title, made=made), source=source, offline=offline, height=height),
    )
    _put_cells(
        drawn,
        cells,
        kinds_of(cells, times),
        weight,
        level=str(level),
        towns=towns,
        unit=unit,
        looks=(KINDS, COLOURS),
    )
    if bases is not None and len(bases):
        _put_bases(drawn, bases, range_km, unit)
    return drawn


def difference(
    cells: pd.DataFrame,
    before_bases: pd.DataFrame | None = None,
    after_bases: pd.DataFrame | None = None,
    *,
    before: str = "before",
    after: str = "after",
    labels: tuple[str, str] = ("前", "後"),
    weight: str = "people",
    level: str | int = "4",
    towns: gpd.GeoDataFrame | None = None,
    background: gpd.GeoDataFrame | None = None,
    unit: str = "人",
    made: bool = False,
    title: str = "",
    source: str = "",
    offline: bool = True,
    height: int = 560,
) -> Map:
    """Draw who is reached by only one of two choices of bases, by both, or by neither.

    Parameters
    ----------
    cells
        One row a mesh cell, as for `coverage`, with two columns in place of ``times``.
    before_bases, after_bases
        As ``bases`` of `coverage`; drawn in the colours of the two.
    before, after
        Names of the two columns: by how many bases of each choice the cell is reached.
    labels
        What the two are called, for example 「A班」 and 「最適」.
    weight, level, towns, background, unit, made, title, source, offline, height
        As for `coverage`.

    Returns
    -------
    Map

    Raises
    ------
    TableError, ChoiceError
        As `coverage`.
    """
    drawn = _ground(
        cells,
        level,
        towns,
        background,
        Map(title=marked(title, made=made), source=source, offline=offline, height=height),
    )
    one, other = clean(labels[0]), clean(labels[1])
    kinds = (kinds_of(cells, before) > 0) + 2 * (kinds_of(cells, after) > 0)
    told = (NEITHER, f"{one}だけ届く", f"{other}だけ届く", "どちらも届く")
    _put_cells(
        drawn, cells, kinds, weight, level=str(level), towns=towns, unit=unit, looks=(told, CHANGES)
    )
    for bases, shade, label in ((after_bases, CHANGES[2], other), (before_bases, CHANGES[1], one)):
        if bases is not None and len(bases):
            # which of the two a base belongs to is what counts here, not whether it is there already
            plain = bases.drop(columns="existing", errors="ignore")
            _put_bases(
                drawn,
                plain,
                None,
                unit,
                style=BASE | {"fillColor": shade, "color": OWN},
                label=f"{label}の拠点",
            )
    return drawn


def _ground(
    cells: pd.DataFrame,
    level: str | int,
    towns: gpd.GeoDataFrame | None,
    background: gpd.GeoDataFrame | None,
    drawn: Map,
) -> Map:
    """Check the cells and put what lies below them on a map.

    Raises
    ------
    ChoiceError
    """
    _inputs.check_rows(cells)
    if str(level) not in MESH_LEVELS:
        raise ChoiceError(
            f"メッシュの段階「{shorten(level)}」はありません。{'・'.join(MESH_LEVELS)} から選んでください（4 = 500 m）。"
        )
    for shapes, style in ((background, BACKGROUND), (towns, BACKGROUND | {"fillColor": "#fafaf7"})):
        if shapes is not None:
            checked = _inputs.check_shapes(shapes, "background")
            drawn.add_child(ShapeLayer(checked, styles=[style], places=[0] * len(checked)))
    return drawn


def _put_cells(
    drawn: Map,
    cells: pd.DataFrame,
    kinds: NDArray[np.intp],
    weight: str,
    *,
    level: str,
    towns: gpd.GeoDataFrame | None,
    unit: str,
    looks: Looks,
) -> None:
    """Put the cells of each kind, the borders over them, and their legend on a map."""
    total = _inputs.numbers(
        _inputs.column_of(cells, weight, "weight"), [str(row) for row in cells.index]
    )
    drawn.add_child(_areas(cells, kinds, total, level=level, towns=towns, unit=unit, looks=looks))
    if towns is not None:
        drawn.add_child(
            ShapeLayer(
                _inputs.check_shapes(towns, "towns"), styles=[BORDER], places=[0] * len(towns)
            )
        )
    entries = [
        Entry(f"{kind} {_people(total, kinds == place, unit)}", colour)
        for place, (kind, colour) in enumerate(zip(*looks, strict=True))
    ]
    drawn.legends.append(Legend("届くか", tuple(reversed(entries))))


def kinds_of(cells: pd.DataFrame, times: str) -> NDArray[np.intp]:
    """Give 0, 1 or 2 for each cell."""
    column = _inputs.column_of(cells, times, "times")
    known = _inputs.numbers(
        pd.to_numeric(column, errors="coerce"), [str(row) for row in cells.index]
    )
    bad = np.flatnonzero(~(known >= 0))
    if bad.size:
        remedy = (
            '届く拠点の数（0以上）にしてください。例: demand.assign(times=siting.assigned["times"])'
        )
        raise TableError(
            Fault(
                "届く拠点の数ではありません",
                remedy,
                row=int(row) + 1,
                column=times,
                value=column.iloc[row],
            )
            for row in bad
        )
    return np.minimum(known, 2).astype(np.intp)


def _areas(
    cells: pd.DataFrame,
    kinds: NDArray[np.intp],
    weights: NDArray[np.float64],
    *,
    level: str,
    towns: gpd.GeoDataFrame | None,
    unit: str,
    looks: Looks,
) -> ShapeLayer:
    """Make one area of the cells of each municipality and kind."""
    lat, lon = _inputs.positions(cells, "lat", "lon", [str(row) for row in cells.index])
    codes = (
        cells["code"].astype(str) if "code" in cells.columns else pd.Series("", index=cells.index)
    )
    boxes = squares(lat, lon, level)
    grouped = pd.DataFrame({"code": codes.to_numpy(), "kind": kinds}).groupby(
        ["kind", "code"], sort=True
    )
    groups = [
        (int(key[0]), str(key[1]), rows)
        for key, rows in grouped.indices.items()
        if isinstance(key, tuple)
    ]
    per_lat, per_lon = MESH_LEVELS[level]
    joined = np.array([shapely.coverage_union_all(boxes[rows]) for _, _, rows in groups])
    shapes = shapely.transform(
        joined, lambda xy: np.column_stack([xy[:, 0] / per_lon + 100, xy[:, 1] / per_lat])
    )
    names = {} if towns is None else dict(zip(towns["code"], towns["name"], strict=True))
    whole = pd.Series(weights).groupby(codes.to_numpy()).sum()
    told = []
    for kind, code, rows in groups:
        own = float(weights[rows].sum())
        share = own / float(whole[code]) if whole[code] else 0.0
        told.append([looks[0][kind], f"{own:,.0f} {unit}", f"{share:.0%}"])
    heads = [clean(names.get(code, code)) for _, code, _ in groups]
    notes = Notes(heads, ["届くか", "いる人" if unit == "人" else "量", "この市町のうち"], told)
    styles = [{"stroke": False, "fillColor": colour, "fillOpacity": 0.9} for colour in looks[1]]
    table = gpd.GeoDataFrame(geometry=shapes, crs="EPSG:6668")
    return ShapeLayer(
        table, styles=styles, places=[kind for kind, _, _ in groups], notes=notes, name="届くか"
    )


def squares(lat: NDArray[np.float64], lon: NDArray[np.float64], level: str) -> NDArray[np.object_]:
    """Give the cells around these centres on a grid of whole numbers, where neighbours share their corners exactly."""
    per_lat, per_lon = MESH_LEVELS[level]
    # a hair inwards, so that a rounded centre on no border falls into its own cell
    row, column = np.floor(lat * per_lat + 1e-6), np.floor((lon - 100) * per_lon + 1e-6)
    return np.asarray(shapely.box(column, row, column + 1, row + 1))


def ring(
    lat: float, lon: float, bearing_deg: NDArray[np.float64], range_km: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Give the points (lon, lat) at these distances and directions on the sphere."""
    up, way, far = np.radians(lat), np.radians(bearing_deg), range_km / RADIUS_KM
    there = np.arcsin(np.sin(up) * np.cos(far) + np.cos(up) * np.sin(far) * np.cos(way))
    turn = np.arctan2(
        np.sin(way) * np.sin(far) * np.cos(up), np.cos(far) - np.sin(up) * np.sin(there)
    )
    return np.column_stack([lon + np.degrees(turn), np.degrees(there)])


def _put_bases(
    drawn: Map,
    bases: pd.DataFrame,
    range_km: Range | None,
    unit: str,
    *,
    style: Spec = BASE,
    label: str = "選んだ拠点",
) -> None:
    """Put the bases on a map, with their ranges."""
    column = next((each for each in ("name", "base") if each in bases.columns), "name")
    names = _inputs.names_of(bases, column if column in bases.columns else "name")
    lat, lon = _inputs.positions(bases, "lat", "lon", names)
    if range_km is not None:
        rings = shapely.polygons(
            [ring(*each) for each in zip(lat, lon, *_ranges(range_km, len(bases)), strict=True)]
        )
        reach = gpd.GeoDataFrame(geometry=rings, crs="EPSG:6668")
        drawn.add_child(ShapeLayer(reach, styles=[REACH], places=[0] * len(reach)))
    own = [
        [f"{value:,.0f} {unit}"] if pd.notna(value) else ["―"]
        for value in bases.get("reached", pd.Series(np.nan, index=bases.index))
    ]
    existing = bases.get("existing", pd.Series(False, index=bases.index)).to_numpy(dtype=bool)
    notes = Notes(names, ["ここから届く人" if unit == "人" else "ここから届く量"], own)
    styles, radius = [style, EXISTING], np.full(len(bases), 7.0)
    drawn.add_child(
        PointLayer(
            lat,
            lon,
            radius=radius,
            styles=styles,
            places=existing.astype(int),
            notes=notes,
            name=label,
        )
    )
    entries = [Entry(label, str(style["fillColor"]), "circle", 6.0)] + (
        [Entry("今ある拠点", "#d55e00", "circle", 6.0)] if existing.any() else []
    )
    drawn.legends.insert(
        0, Legend("拠点（点線は届く範囲）" if range_km is not None else "拠点", tuple(entries))
    )


def _ranges(
    range_km: Range, count: int
) -> tuple[list[NDArray[np.float64]], list[NDArray[np.float64]]]:
    """Give directions and distances of each base's ring."""
    if isinstance(range_km, pd.DataFrame):
        shape = range_km.sort_values("bearing_deg")
        return [shape["bearing_deg"].to_numpy(float)] * count, [
            shape["range_km"].to_numpy(float)
        ] * count
    found = np.atleast_1d(np.asarray(range_km, dtype=float))
    if found.size not in (1, count) or not (np.isfinite(found) & (found >= 0)).all():
        raise ChoiceError(
            f"range_km={shorten(range_km)} は使えません。0以上の数か、拠点と同じ数（{count}）の並びにしてください。"
        )
    around = np.arange(0.0, 360.0, 5.0)
    return [around] * count, [np.full(around.size, each) for each in np.broadcast_to(found, count)]


def _people(weights: NDArray[np.float64], those: NDArray[np.bool_], unit: str) -> str:
    total = weights.sum()
    return (
        f"{weights[those].sum():,.0f}{unit}（{weights[those].sum() / total:.1%}）"
        if total
        else f"0{unit}"
    )
