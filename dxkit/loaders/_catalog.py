"""Which tables does the project hold, and where does each come from?

Every file under ``data/`` has a row in ``data/catalog.csv`` with its hash, size, grain, source,
licence and date.
"""

from functools import lru_cache
from pathlib import Path
from typing import Any, cast

import pandas as pd

from dxkit.errors import CatalogError
from dxkit.loaders._data_folder import data_folder


def catalog() -> pd.DataFrame:
    """List the tables of the project.

    Returns
    -------
    pandas.DataFrame
        One row a table: ``name, file, sha256, rows, columns, grain, source, publisher, url,
        licence, as_of, fresh_until, next_file, kind, covers``; ``kind`` is ``published`` (official
        figures), ``derived`` (computed from official material), ``estimated`` (by a model whose
        error was tested) or ``made`` (invented); ``covers`` is the number of the prefecture it is
        about, ``japan``, or ``any`` for what belongs to no place; a newer ``next_file`` is due by
        ``fresh_until`` (期限なし: it does not age).

    Raises
    ------
    CatalogError
        If the catalogue cannot be found.

    Examples
    --------
    >>> tables = catalog().set_index("name")
    >>> tables.loc[["progress", "hearing_example"], "kind"].tolist()
    ['published', 'made']
    """
    path = _find_catalog()
    return _read_catalog(path, find_fingerprint(path)).copy()


def _find_catalog() -> Path:
    """Find the catalogue's file."""
    path = data_folder() / "catalog.csv"
    if not path.exists():
        raise CatalogError(
            f"目録 {path} が見つかりません。dxkit を入れ直すか、"
            "環境変数 DXKIT_DATA に data フォルダーを指定してください。"
        )
    return path


def find_catalog_row(name: str) -> "pd.Series[Any]":
    """Find the row of a table in the catalogue.

    Raises
    ------
    CatalogError
        If there is no such table; lists those that there are.
    """
    path = _find_catalog()
    table = _index_catalog(path, find_fingerprint(path))
    if name not in table.index:
        raise CatalogError(f"「{name}」という表はありません。ある表: {'、'.join(table.index)}")
    # a row of its own, which nobody shares
    return cast("pd.Series[Any]", table.loc[name].copy())


def find_fingerprint(path: Path) -> tuple[int, int]:
    """Find what changes when a file does, so that a changed file is read and checked again."""
    if not path.exists():
        raise CatalogError(f"表のファイル {path} がありません。dxkit を入れ直してください。")
    stat = path.stat()
    return stat.st_size, stat.st_mtime_ns


@lru_cache(maxsize=4)
def _read_catalog(
    path: Path,
    fingerprint: tuple[int, int],  # noqa: ARG001 - part of the cache's key
) -> pd.DataFrame:
    # dates such as 2008 and 2026-01 would otherwise become numbers or stay a mix of both
    table = pd.read_csv(path, dtype={"rows": int}, keep_default_na=False)
    return table.astype({"as_of": str})


@lru_cache(maxsize=4)
def _index_catalog(path: Path, fingerprint: tuple[int, int]) -> pd.DataFrame:
    """Index the catalogue by name; a form of the hearing asks for some ten tables."""
    # the name stays a column, too: it is part of what a table says of itself
    return _read_catalog(path, fingerprint).set_index("name", drop=False)
