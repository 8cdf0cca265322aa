"""The map that is redrawn at every click: true to its cells, small, and without anything that runs."""

import re

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import box

import dxkit
from dxkit.errors import ChoiceError, TableError
from dxkit.maps import SketchMarks, prepare_sketch

TAJIMA = ("28209", "28222", "28225", "28585", "28586")
HOSTILE = '"><script>alert(1)</script>'


@pytest.fixture(scope="module")
def cells():
    table = dxkit.load("mesh_people")
    return table[table["code"].isin(TAJIMA)].reset_index(drop=True)


def boxes(path):
    """Read a path of cells back: row and column of each."""
    runs = [tuple(map(int, each)) for each in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", path)]
    return {(row, column + step) for column, row, many in runs for step in range(many)}


def test_each_cell_is_drawn_once_in_the_colour_of_its_kind(cells):
    drawn = prepare_sketch(cells)
    kinds = np.random.default_rng(0).integers(-1, 3, len(cells))
    paths = re.findall(
        r'<path fill="(#\w+)" d="([^"]*)"/>',
        drawn.write_svg(kinds, ["#e69f00", "#8cc6ea", "#00588f"]),
    )
    assert [colour for colour, _ in paths] == ["#e69f00", "#8cc6ea", "#00588f"]
    for kind, (_, path) in enumerate(paths):
        those = kinds == kind
        assert boxes(path) == set(
            zip(drawn.row[those].tolist(), drawn.column[those].tolist(), strict=True)
        )


def test_a_cell_lies_where_its_centre_is_put(cells):
    drawn = prepare_sketch(cells)
    points = drawn.locate_points(cells["lat"].to_numpy(), cells["lon"].to_numpy())
    assert points[:, 0] == pytest.approx(drawn.column + 0.5, abs=1e-3)
    assert points[:, 1] / drawn.view.squash == pytest.approx(drawn.row + 0.5, abs=1e-3)


def test_the_map_holds_all_points_and_is_as_wide_as_the_land(cells):
    from pyproj import Geod

    away = pd.DataFrame({"lat": [35.9], "lon": [134.2]})
    drawn = prepare_sketch(cells, points=away)
    shares = drawn.locate_shares(away["lat"].to_numpy(), away["lon"].to_numpy())
    assert ((shares > 0) & (shares < 1)).all()
    (x, y), (x2, y2) = drawn.locate_points(np.array([35.4, 35.5]), np.array([134.5, 134.6]))
    across = Geod(ellps="GRS80").inv(134.5, 35.45, 134.6, 35.45)[2]
    down = Geod(ellps="GRS80").inv(134.55, 35.4, 134.55, 35.5)[2]
    assert (y - y2) / (x2 - x) == pytest.approx(down / across, rel=0.01)


def test_eight_thousand_cells_take_less_than_a_hundred_kilobytes(cells):
    quarter = pd.concat(
        [
            cells.assign(lat=cells["lat"] + n / 960, lon=cells["lon"] + e / 640)
            for n in (-1, 1)
            for e in (-1, 1)
        ]
    )
    drawn = prepare_sketch(
        quarter.reset_index(drop=True),
        level="5",
        municipalities=dxkit.load("municipalities").query("code in @TAJIMA"),
    )
    assert len(drawn.write_svg(np.ones(len(quarter), dtype=int), ["#e69f00", "#8cc6ea"])) < 100_000


def test_texts_are_escaped_and_colours_checked(cells):
    towns = gpd.GeoDataFrame(
        {"name": [HOSTILE]}, geometry=[box(134.5, 35.2, 135.0, 35.6)], crs="EPSG:6668"
    )
    marks = [SketchMarks(np.array([35.4]), np.array([134.8]), [HOSTILE])]
    page = prepare_sketch(cells, municipalities=towns, background=towns).write_svg(
        np.zeros(len(cells), dtype=int), ["#e69f00"], marks=marks, label=HOSTILE
    )
    assert "<script" not in page
    assert page.count("&lt;script") == 3
    with pytest.raises(dxkit.errors.AssetError, match="url"):
        prepare_sketch(cells).write_svg(
            np.zeros(len(cells), dtype=int), ["url(https://example.com)"]
        )


def test_what_cannot_be_drawn_is_refused(cells):
    with pytest.raises(ChoiceError, match="段階「9」"):
        prepare_sketch(cells, level="9")
    with pytest.raises(TableError, match="行がありません"):
        prepare_sketch(cells.iloc[:0])
