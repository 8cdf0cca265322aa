"""Where does each municipality lie, in Hyogo and in all Japan, and what lies around the prefecture?

The Japan Meteorological Agency's areas for landslide warnings follow municipal borders. A registry package carries
them inside its compiled module as plain ZIP archives; they are read from there, not asked of the package's own function,
which moves points by up to 0.005 degrees until something is hit.

Limits: already generalised (about 10 m steps; border and coast differ from the official N03 by 34 m in the median, 142 m
in the 95th percentile). Good for choropleths and point-in-municipality, not for official areas, parcels or the wards of
Kobe.
"""

import io
import json
import struct
import zipfile
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from making.packages import SHAPES, obtain, sha256
from making.workplace import DATUM, DECIMALS, MakeError, Workplace, write

HYOGO = "28"
NEIGHBOURS = {
    "26": "京都府",
    "27": "大阪府",
    "31": "鳥取県",
    "33": "岡山県",
    "36": "徳島県",
    "37": "香川県",
}
MUNICIPALITIES = 41
# about 55 m: gaps between neighbours narrower than this are drawing errors, not water
GAP_DEGREES = 0.0005
# neighbours are only a background, save where a point must be told from one in Hyogo
NEAR_DEGREES = 0.01
SIMPLIFY_DEGREES = 0.003
SMALLEST_ISLAND = 2e-4
# some 10 km: prefectures nearer than this to another, be it over the sea, lie around it
AROUND_DEGREES = 0.1

# of cleaning and rounding; Hyogo needs one, all Japan two
ROUNDS = 5
BOUNDARY_FILE = "derived/boundaries/{}.geojson"

END_RECORD = b"PK\x05\x06"
END_RECORD_LENGTH = 22


def boundaries(work: Workplace) -> gpd.GeoDataFrame:
    """Make the polygons of the 41 municipalities: ``code, name, geometry``, sorted by code."""
    rows = sorted(
        (code[:5], name, shape)
        for code, name, shape in _areas(obtain(SHAPES, work))
        if code.startswith(HYOGO)
    )
    if len({code for code, _, _ in rows}) != MUNICIPALITIES or len(rows) != MUNICIPALITIES:
        raise MakeError(f"兵庫県の図形が {len(rows)} 件あります（41件のはずです）。")
    codes, names, shapes = zip(*rows, strict=True)
    return gpd.GeoDataFrame(
        {"code": codes, "name": names}, geometry=_coverage(np.array(shapes)), crs=DATUM
    )


def boundary_files(work: Workplace) -> pd.DataFrame:
    """Write one file of shapes a prefecture; make their list, with the prefectures around each.

    All 1,741 are cleaned as one coverage, so that borders fit between prefectures, too. The agency divides some
    municipalities and draws the wards of Kyoto and Hiroshima: their parts are joined. Already generalised by the agency
    (150,000 points in all): simplifying further would save 1 % of the bytes. The Northern Territories are left out.
    """
    listed = work.read("municipality_codes").set_index("code")
    city_of_ward = listed["parent"].dropna().to_dict()
    parts: dict[str, list[shapely.Geometry]] = {}
    for area, _, shape in _areas(obtain(SHAPES, work)):
        code = area[:5]
        if code in listed.index:
            parts.setdefault(str(city_of_ward.get(code, code)), []).append(shape)
    whole = listed.index[listed["parent"].isna()]
    if sorted(parts) != list(whole):
        raise MakeError(f"市区町村の図形が {len(parts)} 件あります（{len(whole)} 件のはずです）。")
    shapes = [shapely.union_all(shapely.make_valid(np.array(parts[code]))) for code in whole]
    table = gpd.GeoDataFrame(
        {"code": whole, "name": listed.loc[whole, "name"].to_numpy()},
        geometry=_coverage(np.array(shapes)),
        crs=DATUM,
    )
    number_of = table["code"].str[:2]
    outlines = table.geometry.groupby(number_of).agg(shapely.coverage_union_all)
    rows = []
    for number, members in table.groupby(number_of):
        file = BOUNDARY_FILE.format(number)
        write(members, work.staging / file)
        name = listed.loc[members["code"].iloc[0], "prefecture"]
        around = " ".join(_find_around(outlines.drop(number), outlines[number]))
        rows.append((number, name, file, sha256(work.staging / file), len(members), around))
    columns = ["prefecture_code", "name", "file", "sha256", "municipalities", "around"]
    return pd.DataFrame(rows, columns=columns)


def _find_around(others: "pd.Series[Any]", outline: shapely.Geometry) -> list[str]:
    """Find the prefectures near one: those within 10 km, or the nearest where all are farther."""
    distance = pd.Series(shapely.distance(others.to_numpy(), outline), index=others.index)
    return list(distance.index[distance <= max(AROUND_DEGREES, distance.min())])


def neighbour_prefectures(work: Workplace) -> gpd.GeoDataFrame:
    """Make the prefectures around Hyogo, exact along its border and roughly drawn elsewhere: ``code, name, geometry``."""
    found: dict[str, list[shapely.Geometry]] = {prefecture: [] for prefecture in NEIGHBOURS}
    for code, _, shape in _areas(obtain(SHAPES, work)):
        if code[:2] in found:
            found[code[:2]].append(shape)
    whole = _coverage(
        np.array([shapely.union_all(shapely.make_valid(shapes)) for shapes in found.values()])
    )
    hyogo = shapely.union_all(gpd.GeoDataFrame(work.read("boundaries")).geometry.to_numpy())
    near = shapely.intersection(whole, shapely.buffer(hyogo, NEAR_DEGREES))
    drawn = shapely.difference(
        shapely.union(shapely.coverage_simplify(whole, SIMPLIFY_DEGREES), near), hyogo
    )
    kept = [
        _without_small(shape)
        for shape in shapely.make_valid(shapely.set_precision(drawn, 10.0**-DECIMALS))
    ]
    codes = [f"{prefecture}000" for prefecture in NEIGHBOURS]
    return gpd.GeoDataFrame(
        {"code": codes, "name": list(NEIGHBOURS.values())}, geometry=kept, crs=DATUM
    )


def _coverage(shapes: np.ndarray) -> np.ndarray:
    """Clean polygons into a coverage: no overlaps, no slivers, shared borders identical to the last digit."""
    rounded = shapes
    for _ in range(ROUNDS):
        clean = shapely.coverage_clean(
            _polygons(shapely.make_valid(rounded)), gap_width=GAP_DEGREES
        )
        # rounding to the shipped decimals may pinch a shape or open a border: then it is cleaned again
        rounded = _round(clean)
        if shapely.is_valid(rounded).all() and shapely.coverage_is_valid(rounded):
            return rounded
    raise MakeError("境界を丸めると、隣どうしの線が合わなくなりました。")


def _round(shapes: np.ndarray) -> np.ndarray:
    """Round to the shipped decimals."""
    rounded: np.ndarray = shapely.transform(shapes, lambda xy: np.round(xy, DECIMALS))
    return rounded


def _polygons(shapes: np.ndarray) -> np.ndarray:
    """Keep the polygons of shapes that `make_valid` may have split into polygons and lines."""
    return np.array(
        [
            shapely.union_all([part for part in shapely.get_parts(shape) if part.area > 0])
            for shape in shapes
        ]
    )


def _without_small(shape: shapely.Geometry) -> shapely.MultiPolygon:
    return shapely.multipolygons(
        [part for part in shapely.get_parts(shape) if part.area > SMALLEST_ISLAND]
    )


@lru_cache(maxsize=1)
def _areas(wheel: Path) -> tuple[tuple[str, str, shapely.Geometry], ...]:
    """Read code, name and shape of every area in the wheel, each code once."""
    found: dict[str, tuple[str, str, shapely.Geometry]] = {}
    for member in _embedded(_module(wheel)):
        for feature in json.loads(member)["features"]:
            code, name = feature["properties"]["code"], feature["properties"]["name"]
            found.setdefault(
                code, (code, name, shapely.from_geojson(json.dumps(feature["geometry"])))
            )
    return tuple(found.values())


def _module(wheel: Path) -> bytes:
    with zipfile.ZipFile(wheel) as archive:
        compiled = next(name for name in archive.namelist() if name.endswith(".so"))
        return archive.read(compiled)


def _embedded(module: bytes) -> Iterator[bytes]:
    """Yield the municipal members of the ZIP archives inside the module, found by their end-of-central-directory records."""
    at = module.find(END_RECORD)
    while at >= 0:
        size, offset = struct.unpack_from("<II", module, at + 12)
        start = at - size - offset
        # the four bytes occur elsewhere too: a real archive begins with a local file header where its record says
        if start >= 0 and module[start : start + 4] == b"PK\x03\x04":
            with zipfile.ZipFile(io.BytesIO(module[start : at + END_RECORD_LENGTH])) as archive:
                yield from (
                    archive.read(name)
                    for name in archive.namelist()
                    if name.startswith("landslides")
                )
        at = module.find(END_RECORD, at + 1)
