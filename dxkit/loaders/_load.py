"""How is a table of the project loaded, so that a figure is always the one that was checked?

`load` refuses a file that differs from the hash that the catalogue records.
"""

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import cast

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
    "as_of",
    "page",
    "id",
    "base",
)
PROVENANCE_COLUMNS = ("name", "source", "publisher", "licence", "as_of", "kind")


def load(name: str) -> pd.DataFrame:
    """Load a table of the project.

    Parameters
    ----------
    name
        A name in `catalog`.

    Returns
    -------
    pandas.DataFrame or geopandas.GeoDataFrame
        A fresh copy. Codes are text; ``municipalities`` carries its boundaries as ``geometry``.
        ``.attrs`` holds ``name, source, publisher, licence, as_of, kind`` and, for invented tables,
        ``made=True``.

    Raises
    ------
    CatalogError
        If there is no such table, its file is missing, or it differs from the recorded hash.

    Examples
    --------
    >>> load("municipalities").loc[lambda t: t["name"] == "神戸市", "code"].item()
    '28100'
    """
    row = find_catalog_row(name)
    path = data_folder() / row["file"]
    table = _read_checked(path, find_fingerprint(path), row["sha256"]).copy()
    if name == "municipalities":
        # a merge that starts from the shapes gives a table that still knows them as shapes
        shapes = load("boundaries")[["code", "geometry"]]
        table = shapes.merge(table, on="code").loc[:, [*table.columns, "geometry"]]
    table.attrs = {key: row[key] for key in PROVENANCE_COLUMNS}
    if row["kind"] == "made":
        table.attrs["made"] = True
    return table


@lru_cache(maxsize=64)
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
