"""Which tables does the project hold, where does each come from, and how is one loaded?

Every file under ``data/`` has a row in ``data/catalog.csv`` with its hash, size, grain, source, licence and date.
`load` refuses a file that differs from its recorded hash, so that a figure is always the one that was checked.
"""

import hashlib
import os
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

import geopandas as gpd
import pandas as pd

from dxkit import schema
from dxkit.errors import CatalogError

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
KIND_LABELS = {"published": "公表値", "derived": "加工値", "made": "架空データ"}


def data_folder() -> Path:
    """Give the folder of the shipped tables: ``DXKIT_DATA``, the installed package's, or the checkout's."""
    if chosen := os.environ.get("DXKIT_DATA"):
        return Path(chosen)
    package = Path(__file__).resolve().parents[1]
    return (
        package / "data" if (package / "data" / "catalog.csv").exists() else package.parent / "data"
    )


def catalog() -> pd.DataFrame:
    """List the tables of the project.

    Returns
    -------
    pandas.DataFrame
        One row a table: ``name, file, sha256, rows, columns, grain, source, publisher, url, licence, as_of, kind``;
        ``kind`` is ``published`` (official figures), ``derived`` (computed from official material) or ``made`` (invented).

    Raises
    ------
    CatalogError
        If the catalogue cannot be found.
    """
    path = data_folder() / "catalog.csv"
    if not path.exists():
        raise CatalogError(
            f"目録 {path} が見つかりません。dxkit を入れ直すか、環境変数 DXKIT_DATA に data フォルダーを指定してください。"
        )
    return _listed(path, _fingerprint(path)).copy()


@lru_cache(maxsize=4)
def _listed(path: Path, fingerprint: tuple[int, int]) -> pd.DataFrame:  # noqa: ARG001 - part of the cache's key
    return pd.read_csv(path, dtype={"rows": int}, keep_default_na=False).astype({"as_of": str})


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
        ``.attrs`` holds ``name, source, publisher, licence, as_of, kind`` and, for invented tables, ``made=True``.

    Raises
    ------
    CatalogError
        If there is no such table, its file is missing, or it differs from the recorded hash.

    Examples
    --------
    >>> load("municipalities").loc[lambda t: t["name"] == "神戸市", "code"].item()
    '28100'
    """
    row = _row(name)
    path = data_folder() / row["file"]
    table = _read(path, _fingerprint(path), row["sha256"]).copy()
    if name == "municipalities":
        table = (
            load("boundaries")[["code", "geometry"]]
            .merge(table, on="code")
            .loc[:, [*table.columns, "geometry"]]
        )
    table.attrs = {
        key: row[key] for key in ("name", "source", "publisher", "licence", "as_of", "kind")
    }
    if row["kind"] == "made":
        table.attrs["made"] = True
    return table


def describe(name: str) -> pd.Series:
    """Say where a table comes from and what its rows and columns mean.

    Parameters
    ----------
    name
        A name in `catalog`.

    Returns
    -------
    pandas.Series
        Japanese keys: 表, 1行が表すもの, 行数, 列, 出典, 公表者, 時点, 利用条件, 種類, URL, ファイル.

    Raises
    ------
    CatalogError
        If there is no such table.
    """
    row = _row(name)
    columns = "、".join(schema.heading(column) for column in str(row["columns"]).split())
    facts = {
        "表": name,
        "1行が表すもの": row["grain"],
        "行数": row["rows"],
        "列": columns,
        "出典": row["source"],
        "公表者": row["publisher"],
        "時点": row["as_of"],
        "利用条件": row["licence"],
        "種類": KIND_LABELS[row["kind"]],
        "URL": row["url"],
        "ファイル": row["file"],
    }
    return pd.Series(facts, name=name)


def label(table: pd.DataFrame) -> pd.DataFrame:
    """Give a copy of a table with Japanese headings and units, for showing.

    Parameters
    ----------
    table
        Any table with the project's column names; unknown columns keep theirs.

    Returns
    -------
    pandas.DataFrame
        The geometry column is left out, because it cannot be read.
    """
    shown = pd.DataFrame(table.drop(columns="geometry", errors="ignore"))
    labels = {column: schema.heading(str(column)) for column in shown.columns} | dict(
        table.attrs.get("labels", {})
    )
    renamed = shown.rename(columns=labels)
    renamed.index.names = [labels.get(str(name), name) for name in shown.index.names]
    renamed.attrs = dict(table.attrs)
    return renamed


def _row(name: str) -> "pd.Series[Any]":
    table = catalog().set_index("name", drop=False)
    if name not in table.index:
        raise CatalogError(f"「{name}」という表はありません。ある表: {'、'.join(table.index)}")
    return cast("pd.Series[Any]", table.loc[name])


def _fingerprint(path: Path) -> tuple[int, int]:
    """Give what changes when a file does, so that a changed file is read and checked again."""
    if not path.exists():
        raise CatalogError(f"表のファイル {path} がありません。dxkit を入れ直してください。")
    stat = path.stat()
    return stat.st_size, stat.st_mtime_ns


@lru_cache(maxsize=64)
def _read(path: Path, fingerprint: tuple[int, int], sha256: str) -> pd.DataFrame:  # noqa: ARG001 - part of the cache's key
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != sha256:
        raise CatalogError(
            f"表のファイル {path.name} が目録の記録と違います（途中で書き換わったか壊れています）。"
            "dxkit を入れ直すか、data/make.py で作り直してください。"
        )
    if path.suffix == ".geojson":
        return cast("pd.DataFrame", gpd.read_file(path).set_crs(DATUM, allow_override=True))
    heads = pd.read_csv(path, nrows=0).columns
    types = {column: "str" for column in heads if column in TEXT_COLUMNS}
    return pd.read_csv(path, dtype=types, keep_default_na=False, na_values=[""])
