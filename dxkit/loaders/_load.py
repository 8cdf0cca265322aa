"""How is a table of the project loaded, for Hyogo, another prefecture or all Japan?

A newer file in the data folder takes the place of the shipped table, and is named by a warning.
"""

import warnings
from importlib import import_module
from pathlib import Path
from typing import Any, cast

import pandas as pd

from dxkit.errors import CatalogError, TableWarning
from dxkit.loaders._catalog import find_catalog_row
from dxkit.loaders._national_tables import read_national_table, select_prefecture
from dxkit.loaders._newer_files import (
    find_newer_files,
    is_using_shipped_tables,
    use_shipped_tables,
)
from dxkit.loaders._old_tables import note_old_table
from dxkit.loaders._resolve_prefecture import name_prefecture, resolve_prefecture
from dxkit.loaders._shape_table import ShapeTable
from dxkit.loaders._shipped_table import read_shipped_table

PROVENANCE_COLUMNS = ("name", "source", "publisher", "licence", "as_of", "kind")

# what stands before the files behind a table in the catalogue's source
FILE_NOTE = "元ファイル"
# what a methods paragraph says of a file, and what the age of a table is judged by
FILE_COLUMNS = (*PROVENANCE_COLUMNS, "url", "sha256", "fresh_until", "next_file")
# reads newer files; its readers themselves load shipped tables, so it is looked up when needed
NEWER_TABLE = "dxkit.loaders._newer_table"


def load(name: str, prefecture: str | None = "") -> pd.DataFrame:
    """Load a table of the project.

    Parameters
    ----------
    name
        A name in `catalog`.
    prefecture
        Name or JIS number as text (鳥取県, "31"); ``None``: all Japan. By default the prefecture
        that the environment variable ``DXKIT_PREFECTURE`` names, or else Hyogo ("28"). Tables that
        belong to no prefecture are the same for all.

    Returns
    -------
    pandas.DataFrame or geopandas.GeoDataFrame
        A fresh copy. Codes are text; ``municipalities`` carries its boundaries as ``geometry`` and,
        for all Japan, the name of each ``prefecture``. ``.attrs`` holds ``name, source, publisher,
        licence, as_of, kind``, ``file`` (which one was used), ``inputs`` (the file behind, with its
        ``sha256``, ``fresh_until`` and ``next_file``) and, for invented tables, ``made=True``.

    Raises
    ------
    CatalogError
        If there is no such table, or not for this prefecture; if its file is missing, or differs
        from the recorded hash; if a file in `data_folder` fits no table.
    ChoiceError
        If there is no such prefecture.
    TableError
        If a newer file in `data_folder` does not fit the table whose place it takes.

    Warns
    -----
    TableWarning
        If a newer file in `data_folder` is used; `compare_with_shipped` shows what it changes.

    Examples
    --------
    >>> load("municipalities").loc[lambda t: t["name"] == "神戸市", "code"].item()
    '28100'
    >>> len(load("municipalities", "鳥取県")), len(load("municipalities", None))
    (19, 1741)
    """
    number = resolve_prefecture(prefecture)
    # where nobody asked for a prefecture, a national table stays whole
    selection = number if prefecture else None
    table, row = _read_table(name, number, selection)
    attrs = _describe_origin(name, row)
    path = find_newer_file(name)
    if path is not None:
        newer = read_newer(name, path, table, row, number)
        if newer is not None:
            table = newer
            attrs = newer.attrs
    if name == "municipalities":
        table = _add_shapes(table, number)
    table.attrs = attrs
    if not is_using_shipped_tables():
        note_old_table(attrs)
    return table


def read_newer(
    name: str, path: Path, table: pd.DataFrame, row: "pd.Series[Any]", number: str | None
) -> pd.DataFrame | None:
    """Read a newer file in place of a shipped table, and say so; None where it says nothing of it.

    Raises
    ------
    TableError
        If it does not fit.
    """
    module = import_module(NEWER_TABLE)
    with use_shipped_tables():
        newer = cast("pd.DataFrame | None", module.read_newer_table(name, path, table, row, number))
    if newer is None:
        used = (
            f"データのフォルダーのファイル「{path.name}」に{name_prefecture(number)}の行がないため、"
            f"付属の表（{row['as_of']}時点）を使います"
        )
    else:
        date = newer.attrs["as_of"]
        used = (
            f"データのフォルダーのファイル「{path.name}」{f'（{date}時点）' if date else ''}を、"
            f"付属の表（{row['as_of']}時点）の代わりに使います"
            f'（違いは dxkit.compare_with_shipped("{name}")）'
        )
    warnings.warn(f"表「{name}」: {used}", TableWarning, stacklevel=3)
    return newer


def load_shipped(name: str, prefecture: str | None = "") -> pd.DataFrame:
    """Load the shipped table, whatever newer file there is.

    Parameters
    ----------
    name, prefecture
        As for `load`.

    Returns
    -------
    pandas.DataFrame or geopandas.GeoDataFrame
        As `load` returns it without a newer file.

    Examples
    --------
    >>> load_shipped("progress").attrs["as_of"]
    '2026-01'
    """
    with use_shipped_tables():
        return load(name, prefecture)


def list_newer_files() -> dict[str, Path]:
    """List the files in `data_folder` that take the place of shipped tables.

    Returns
    -------
    dict
        Name of a table → file.

    Raises
    ------
    CatalogError
        If a file fits no table, or two fit one; names all such files.

    Examples
    --------
    >>> list_newer_files()
    {}
    """
    return dict(find_newer_files(_find_table_by_content))


def find_newer_file(name: str) -> Path | None:
    """Find the file in the data folder that takes the place of a table; None if there is none."""
    return list_newer_files().get(name)


def _find_table_by_content(path: Path) -> str:
    return str(import_module(NEWER_TABLE).find_table_by_content(path))


def _describe_origin(name: str, row: "pd.Series[Any]") -> dict[Any, Any]:
    attrs: dict[Any, Any] = {key: row[key] for key in PROVENANCE_COLUMNS}
    # names of files and tables are for the catalogue; a picture names who published what
    attrs["source"] = str(row["source"]).partition(FILE_NOTE)[0].rstrip("。 ")
    attrs["file"] = row["file"]
    attrs["inputs"] = [{key: str(row[key]) for key in FILE_COLUMNS}]
    # a prefecture's part of a national table goes by the name that was asked for
    attrs["name"] = name
    if row["kind"] == "made":
        attrs["made"] = True
    return attrs


def _add_shapes(table: pd.DataFrame, number: str | None) -> pd.DataFrame:
    shapes = load("boundaries", number)[["code", "geometry"]]
    joined = shapes.merge(table, on="code").loc[:, [*table.columns, "geometry"]]
    # a merge that starts from the shapes gives a table that still knows them as shapes
    return ShapeTable(joined, geometry="geometry", crs=shapes.crs)


def _read_table(
    name: str, number: str | None, selection: str | None
) -> tuple[pd.DataFrame, "pd.Series[Any]"]:
    """Read a copy of the table of that prefecture, with the row of the catalogue behind it."""
    row = find_catalog_row(name)
    covers = str(row.get("covers", "any"))
    is_of_prefecture = covers.isdigit()
    if is_of_prefecture and covers != number:
        national = read_national_table(name, number)
        if national is None:
            raise CatalogError(_explain_absence(name, covers, number))
        return national
    table, row = read_shipped_table(name)
    if covers == "japan" and selection:
        return select_prefecture(table, selection).reset_index(drop=True), row
    return table.copy(), row


def _explain_absence(name: str, covers: str, number: str | None) -> str:
    home = name_prefecture(covers)
    return (
        f"「{name}」は{home}だけの表で、{name_prefecture(number)}の分はありません。"
        f'{home}の分を見るには load("{name}", prefecture="{covers}") としてください。'
    )
