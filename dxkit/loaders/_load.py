"""How is a table of the project loaded, for Hyogo, another prefecture or all Japan?"""

from typing import Any

import pandas as pd

from dxkit.errors import CatalogError
from dxkit.loaders._catalog import find_catalog_row
from dxkit.loaders._national_tables import read_national_table, select_prefecture
from dxkit.loaders._resolve_prefecture import name_prefecture, resolve_prefecture
from dxkit.loaders._shape_table import ShapeTable
from dxkit.loaders._shipped_table import read_shipped_table

PROVENANCE_COLUMNS = ("name", "source", "publisher", "licence", "as_of", "kind")

# what a methods paragraph says of a file
FILE_COLUMNS = (*PROVENANCE_COLUMNS, "url", "sha256")


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
        licence, as_of, kind``, ``inputs`` (the file behind, with its
        ``sha256``) and, for invented tables, ``made=True``.

    Raises
    ------
    CatalogError
        If there is no such table, or not for this prefecture; if its file is missing, or differs
        from the recorded hash.
    ChoiceError
        If there is no such prefecture.

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
    if name == "municipalities":
        # a merge that starts from the shapes gives a table that still knows them as shapes
        shapes = load("boundaries", number)[["code", "geometry"]]
        joined = shapes.merge(table, on="code").loc[:, [*table.columns, "geometry"]]
        table = ShapeTable(joined, geometry="geometry", crs=shapes.crs)
    table.attrs = {key: row[key] for key in PROVENANCE_COLUMNS}
    table.attrs["inputs"] = [{key: str(row[key]) for key in FILE_COLUMNS}]
    # a prefecture's part of a national table goes by the name that was asked for
    table.attrs["name"] = name
    if row["kind"] == "made":
        table.attrs["made"] = True
    return table


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
