"""How is a shipped file read, so that a figure is always the one that was checked?

A file that differs from the hash that the catalogue records is refused.
"""

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

import geopandas as gpd
import pandas as pd

from dxkit.errors import CatalogError
from dxkit.loaders._catalog import find_catalog_row, find_fingerprint
from dxkit.loaders._data_folder import data_folder

# JGD2011 in degrees
DATUM = "EPSG:6668"
# text that looks like a number and must stay text
TEXT_COLUMNS = (
    "code",
    "code6",
    "place",
    "place_code",
    "parent",
    "municipality_code",
    "neighbour",
    "prefecture_code",
    "seat",
    "unvisited",
    "around",
    "as_of",
    "page",
    "id",
    "base",
)


def read_shipped_table(name: str) -> tuple[pd.DataFrame, "pd.Series[Any]"]:
    """Read the file of a row of the catalogue; both are shared and must not be altered.

    Raises
    ------
    CatalogError
        If there is no such row, its file is missing, or it differs from the recorded hash.
    """
    row = find_catalog_row(name)
    return read_shipped_file(str(row["file"]), str(row["sha256"])), row


def read_shipped_file(file: str, sha256: str) -> pd.DataFrame:
    """Read a file of the data folder that must have a hash; shared, not to be altered."""
    path = data_folder() / file
    return _read_checked(path, find_fingerprint(path), sha256)


@lru_cache(maxsize=160)
def _read_checked(
    path: Path,
    fingerprint: tuple[int, int],  # noqa: ARG001 - part of the cache's key
    sha256: str,
) -> pd.DataFrame:
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != sha256:
        raise CatalogError(
            f"表のファイル {path.name} が目録の記録と違います（途中で書き換わったか壊れています）。"
            "dxkit を入れ直すか、data/make.py で作り直してください。"
        )
    if path.suffix == ".geojson":
        # GeoJSON is read as WGS 84; the publisher's degrees are those of JGD2011
        return cast("pd.DataFrame", gpd.read_file(path).set_crs(DATUM, allow_override=True))
    heads = pd.read_csv(path, nrows=0).columns
    types = {column: "str" for column in heads if column in TEXT_COLUMNS}
    # "NA" and the like are words in these tables; only an empty cell is missing
    return pd.read_csv(path, dtype=types, keep_default_na=False, na_values=[""])
