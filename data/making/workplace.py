"""Where does a run read from and write to, and how does a table become the same bytes every time?

A run writes into a staging folder and reads what it has just written; what it did not rebuild is read from the data
folder as it stands. Files are UTF-8 without BOM, LF, CSV; geometry is GeoJSON (RFC 7946), one feature a line.
"""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

DECIMALS = 5
DATUM = "EPSG:6668"
# JGD2011 / UTM zone 53N: metres, for distances and areas within Hyogo
METRES = "EPSG:6690"
# columns that look like numbers and are text
TEXT = (
    "code",
    "code6",
    "parent",
    "prefecture_code",
    "seat",
    "unvisited",
    "around",
    "neighbour",
    "place",
    "place_code",
    "valid_from",
    "valid_to",
    "as_of",
    "page",
    "id",
)


class MakeError(RuntimeError):
    """A table that cannot be made; says why and what to do."""


@dataclass(frozen=True, slots=True)
class Workplace:
    """The folders of one run.

    Attributes
    ----------
    data
        The data folder as it stands, with ``catalog.csv``.
    staging
        Where this run writes.
    cache
        Where downloaded archives are kept.
    sources
        Folder of the official files (its ``data/`` and ``seeds/``), or ``None`` if it is absent.
    offline
        Never download.
    """

    data: Path
    staging: Path
    cache: Path
    sources: Path | None
    offline: bool = False

    def files(self) -> dict[str, str]:
        """Give catalogue name → file, relative to the data folder."""
        with (self.data / "catalog.csv").open(encoding="utf-8", newline="") as lines:
            return {row["name"]: row["file"] for row in csv.DictReader(lines)}

    def read(self, name: str) -> pd.DataFrame:
        """Read a table of this run, or the one that the data folder holds."""
        file = self.files()[name]
        path = self.staging / file
        return read(path if path.exists() else self.data / file)

    def source(self, *parts: str) -> Path:
        """Give the path of an official file.

        Raises
        ------
        MakeError
            If it is not there.
        """
        path = (self.sources or Path("sources")).joinpath(*parts)
        if not path.exists():
            raise MakeError(
                f"元の公表ファイル {path} がありません。--sources に置き場所を指定してください。"
            )
        return path


def read(path: Path) -> pd.DataFrame:
    """Read a shipped file with codes as text."""
    if path.suffix == ".geojson":
        shapes: pd.DataFrame = gpd.read_file(path).set_crs(DATUM, allow_override=True)
        return shapes
    heads = pd.read_csv(path, nrows=0).columns
    types = {column: "str" for column in heads if column in TEXT}
    return pd.read_csv(path, dtype=types, keep_default_na=False, na_values=[""])


def write(table: pd.DataFrame, path: Path) -> None:
    """Write a table as CSV, or as GeoJSON if the file's name says so."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".geojson":
        text = "\n".join(_geojson(gpd.GeoDataFrame(table)))
        path.write_text(text + "\n", encoding="utf-8", newline="\n")
    else:
        table.to_csv(path, index=False, encoding="utf-8", lineterminator="\n")


def _geojson(table: gpd.GeoDataFrame) -> Iterator[str]:
    yield '{"type":"FeatureCollection","features":['
    shapes = shapely.orient_polygons(table.geometry.to_numpy())
    records = table.drop(columns="geometry").to_dict("records")
    for at, (record, shape) in enumerate(zip(records, shapes, strict=True), start=1):
        feature = {"type": "Feature", "properties": record, "geometry": rounded_mapping(shape)}
        end = "," if at < len(records) else ""
        yield json.dumps(feature, ensure_ascii=False, separators=(",", ":")) + end
    yield "]}"


def rounded_mapping(shape: shapely.Geometry) -> dict[str, object]:
    """Give a geometry as GeoJSON with `DECIMALS` decimals."""
    mapping = json.loads(shapely.to_geojson(shape))
    return {"type": mapping["type"], "coordinates": _rounded(mapping["coordinates"])}


def _rounded(value: Any) -> Any:
    if isinstance(value, int | float):
        return round(value, DECIMALS)
    return [_rounded(part) for part in value]


def nearest_code(
    boundaries: gpd.GeoDataFrame, lat: pd.Series, lon: pd.Series
) -> tuple[pd.Series, np.ndarray]:
    """Give for each point the code of the municipality in which it lies or which is nearest, and the distance in metres."""
    points = gpd.GeoSeries(gpd.points_from_xy(lon, lat), crs=DATUM).to_crs(METRES)
    shapes = boundaries.geometry.to_crs(METRES)
    (_, found), distance = shapes.sindex.nearest(points, return_all=False, return_distance=True)
    return pd.Series(boundaries["code"].to_numpy()[found], index=lat.index), distance
