"""How do thousands of mesh cells become a few areas?

Cells of one municipality and one kind are drawn as one area, so that a map of thousands of cells
stays small and quick.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from dxkit._arrays import BoolArray, FloatArray, IntArray
from dxkit._checks import read_numbers, to_numbers
from dxkit.codes import MESH_LEVELS
from dxkit.errors import ChoiceError, Fault, TableError, shorten
from dxkit.maps._column_styles import BACKGROUND, MUNICIPALITIES
from dxkit.maps._inputs import (
    check_rows,
    read_row_labels,
    require_column,
    to_finite_numbers,
    write_codes,
)
from dxkit.maps._layers import Notes, ShapeLayer, Spec, make_background
from dxkit.maps._legend import Legend, LegendEntry
from dxkit.maps._map import Map
from dxkit.maps._shape_inputs import check_shapes, read_positions
from dxkit.schema import replace_surrogates

BORDER: Spec = {"color": "#444444", "weight": 1.5, "fill": False}
# codes of mesh cells count longitudes from 100 degrees east
FIRST_LONGITUDE = 100
# of a cell: a hair inwards, so that a rounded centre on no border falls into its own cell
HAIR = 1e-6
MAX_TIMES = 2
# more than all people there are; sums stay exact
LARGEST_WEIGHT = 1e12
# where a centre lies in its cell, and how far four decimals of a degree may move it there
MIDDLE = 0.5
CENTRE_SLACK = 0.05
DATUM = "EPSG:6668"


@dataclass(frozen=True)
class CellKinds:
    """Into which kind each cell falls, and how the kinds are called and coloured."""

    kind_of: IntArray
    labels: Sequence[str]
    colours: Sequence[str]


def check_cells(cells: pd.DataFrame, level: str | int | None) -> str:
    """Check that there are cells, and return the level of their mesh as text.

    Raises
    ------
    TableError
        If there is no cell, or a position is none.
    ChoiceError
        If there is no such level, if it is not that of the centres, or if the centres tell none.
    """
    check_rows(cells)
    if level is not None and str(level) not in MESH_LEVELS:
        raise ChoiceError(
            f"メッシュの段階「{shorten(level)}」はありません。"
            f"{'・'.join(MESH_LEVELS)} から選んでください（4 = 500 m）。"
        )
    centre_level = _find_level(*read_positions(cells, "lat", "lon", read_row_labels(cells)))
    if level is None and centre_level is None:
        raise ChoiceError(
            "どの大きさのマスか、lat と lon から分かりません（マスの中心ではないようです）。"
            'level="3"（1 km）か "4"（500 m）、"5"（250 m）を指定してください。'
        )
    if level is not None and centre_level not in (None, str(level)):
        raise ChoiceError(
            f"マスの中心は段階「{centre_level}」のものですが、level=「{level}」とあります。"
            "level= を外すか、表に合わせてください。"
        )
    return str(centre_level if level is None else level)


def _find_level(lat: FloatArray, lon: FloatArray) -> str | None:
    """Find the level of whose cells these are the centres, if there is one."""
    # the finest first: a small cell may lie near the middle of a large one, never the other way
    for level, (per_lat, per_lon) in reversed(MESH_LEVELS.items()):
        steps = np.concatenate([lat * per_lat, (lon - FIRST_LONGITUDE) * per_lon])
        if (np.abs(steps % 1 - MIDDLE) < CENTRE_SLACK).all():
            return level
    return None


def find_cells(lat: FloatArray, lon: FloatArray, level: str) -> tuple[IntArray, IntArray]:
    """Find row and column of the cells that hold these centres, counted from south and west."""
    per_lat, per_lon = MESH_LEVELS[level]
    rows = np.floor(lat * per_lat + HAIR)
    columns = np.floor((lon - FIRST_LONGITUDE) * per_lon + HAIR)
    return rows.astype(np.intp), columns.astype(np.intp)


def read_times(cells: pd.DataFrame, times: str) -> IntArray:
    """Read by how many bases each cell is reached: 0, 1, or 2 for two and more.

    Raises
    ------
    ChoiceError
        If there is no such column.
    TableError
        Naming every value that is no number of at least 0.
    """
    column = require_column(cells, times, "times")
    numbers = pd.Series(to_numbers(column), name=column.name)
    counts = to_finite_numbers(numbers, read_row_labels(cells))
    # written so that NaN, which compares False, is a fault as well
    bad_rows = np.flatnonzero(~(counts >= 0))
    if bad_rows.size:
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
            for row in bad_rows
        )
    return np.minimum(counts, MAX_TIMES).astype(np.intp)


def put_ground(
    drawing: Map,
    municipalities: gpd.GeoDataFrame | None,
    background: gpd.GeoDataFrame | None,
) -> None:
    """Put what lies below the data on a map: the background, then the municipalities."""
    for shapes, style in ((background, BACKGROUND), (municipalities, MUNICIPALITIES)):
        if shapes is not None:
            drawing.add_child(make_background(check_shapes(shapes, "background"), style))


def put_cells(
    drawing: Map,
    cells: pd.DataFrame,
    kinds: CellKinds,
    *,
    weight: str,
    level: str,
    municipalities: gpd.GeoDataFrame | None,
    unit: str,
) -> None:
    """Put the cells of each kind, the borders over them, and their legend on a map."""
    require_column(cells, weight, "weight")
    # a blank would make the sums in the legend blank, too
    weights = read_numbers(cells, weight, "cells", high=LARGEST_WEIGHT)
    layer = _make_cell_layer(
        cells, kinds, weights, level=level, municipalities=municipalities, unit=unit
    )
    drawing.add_child(layer)
    # borders once more, over the cells that hide those of the ground
    if municipalities is not None:
        borders = check_shapes(municipalities, "municipalities")
        drawing.add_child(make_background(borders, BORDER))
    entries = [
        LegendEntry(f"{label} {_format_share(weights, kinds.kind_of == kind, unit)}", colour)
        for kind, (label, colour) in enumerate(zip(kinds.labels, kinds.colours, strict=True))
    ]
    # those who are reached best stand on top
    drawing.legends.append(Legend("届くか", tuple(reversed(entries))))


def _make_cell_layer(
    cells: pd.DataFrame,
    kinds: CellKinds,
    weights: FloatArray,
    *,
    level: str,
    municipalities: gpd.GeoDataFrame | None,
    unit: str,
) -> ShapeLayer:
    """Make one area of the cells of each municipality and kind."""
    lat, lon = read_positions(cells, "lat", "lon", read_row_labels(cells))
    codes = np.full(len(cells), "", dtype=object)
    # without codes all cells count as one municipality, and those without one as another
    if "code" in cells.columns:
        codes = write_codes(require_column(cells, "code", "code")).fillna("").to_numpy()
    _refuse_repeated_cells(cells, np.column_stack([*find_cells(lat, lon, level)]), codes)
    grouped = pd.DataFrame({"code": codes, "kind": kinds.kind_of}).groupby(
        ["kind", "code"], sort=True
    )
    groups = [
        (int(key[0]), str(key[1]), np.asarray(rows, dtype=np.intp))
        for key, rows in grouped.indices.items()
        if isinstance(key, tuple)
    ]
    shapes = _join_cells(lat, lon, level, [rows for _, _, rows in groups])
    notes = _make_cell_notes(
        groups, kinds.labels, weights, codes, unit=unit, municipalities=municipalities
    )
    styles = [
        {"stroke": False, "fillColor": colour, "fillOpacity": 0.9} for colour in kinds.colours
    ]
    table = gpd.GeoDataFrame(geometry=shapes, crs=DATUM)
    kind_of = [kind for kind, _, _ in groups]
    return ShapeLayer(table, styles=styles, style_of=kind_of, notes=notes, name="届くか")


def _refuse_repeated_cells(
    cells: pd.DataFrame, positions: IntArray, codes: NDArray[np.object_]
) -> None:
    """Refuse a cell that a municipality has twice: its people would count twice."""
    keys = pd.DataFrame(positions).assign(code=codes)
    repeated = np.flatnonzero(keys.duplicated().to_numpy())
    if repeated.size:
        lat = cells["lat"] if "lat" in cells.columns else cells.geometry.y
        lon = cells["lon"] if "lon" in cells.columns else cells.geometry.x
        raise TableError(
            Fault(
                "cells に同じマスの行が2つ以上あります",
                "人数を1行に足し合わせてください",
                row=int(row) + 1,
                column="lat・lon",
                value=f"{lat.iloc[row]}, {lon.iloc[row]}",
            )
            for row in repeated
        )


def _join_cells(
    lat: FloatArray, lon: FloatArray, level: str, groups: Iterable[IntArray]
) -> NDArray[np.object_]:
    """Join the cells of each group to one shape in degrees."""
    rows, columns = find_cells(lat, lon, level)
    # on a grid of whole numbers neighbours share their corners exactly, which the union needs
    squares = shapely.box(columns, rows, columns + 1, rows + 1)
    joined = np.array([shapely.coverage_union_all(squares[group]) for group in groups])
    # back from the grid to degrees
    per_lat, per_lon = MESH_LEVELS[level]
    return np.asarray(
        shapely.transform(
            joined,
            lambda xy: np.column_stack([xy[:, 0] / per_lon + FIRST_LONGITUDE, xy[:, 1] / per_lat]),
        )
    )


def _make_cell_notes(
    groups: Sequence[tuple[int, str, IntArray]],
    labels: Sequence[str],
    weights: FloatArray,
    codes: NDArray[np.object_],
    *,
    unit: str,
    municipalities: gpd.GeoDataFrame | None,
) -> Notes:
    """Make tooltips: how many people of which municipality are of which kind."""
    names = {}
    if municipalities is not None:
        names = dict(zip(municipalities["code"], municipalities["name"], strict=True))
    # of a municipality over all its kinds
    total_of = pd.Series(weights).groupby(codes).sum()
    rows = []
    for kind, code, members in groups:
        weight = float(weights[members].sum())
        share = weight / float(total_of[code]) if total_of[code] else 0.0
        rows.append([labels[kind], f"{weight:,.0f} {unit}", f"{share:.0%}"])
    heads = [replace_surrogates(names.get(code, code)) for _, code, _ in groups]
    fields = ["届くか", "いる人" if unit == "人" else "量", "この市町のうち"]
    return Notes(heads, fields, rows)


def _format_share(weights: FloatArray, is_kind: BoolArray, unit: str) -> str:
    total = weights.sum()
    if not total:
        return f"0{unit}"
    part = weights[is_kind].sum()
    return f"{part:,.0f}{unit}（{part / total:.1%}）"
