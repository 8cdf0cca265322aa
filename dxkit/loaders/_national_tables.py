"""How does one prefecture's table, or all Japan's, come out of the compact national files?

Beside the tables of Hyogo alone stand national ones (``dashboard_japan``): a row a municipality.
What is long in Hyogo's table is stored wide there and unfolded here, and the shapes of boundaries
lie in one file a prefecture.
"""

from collections.abc import Callable
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from dxkit.loaders._catalog import catalog
from dxkit.loaders._resolve_prefecture import name_prefecture
from dxkit.loaders._shipped_table import read_shipped_file, read_shipped_table

SUFFIX = "_japan"
# digits of a code that say its prefecture
PREFECTURE_DIGITS = 2
# where the shapes of each prefecture lie
LIST_OF_SHAPES = "boundary_files"
BOUNDARIES = "boundaries"
NEIGHBOURS = "neighbour_prefectures"


def read_national_table(
    name: str, number: str | None
) -> tuple[pd.DataFrame, "pd.Series[Any]"] | None:
    """Read a prefecture's part of a national table with its catalogue row; None if there is none.

    Parameters
    ----------
    name
        Of the table of Hyogo.
    number
        Two digits, or None for all Japan.
    """
    if name == BOUNDARIES:
        return _read_boundaries(number)
    if name == NEIGHBOURS:
        return _read_neighbours(number)
    if f"{name}{SUFFIX}" not in set(catalog()["name"]):
        return None
    wide, row = read_shipped_table(f"{name}{SUFFIX}")
    part = select_prefecture(wide, number)
    table = UNFOLDERS.get(name, pd.DataFrame.copy)(part)
    # where all rows are of one prefecture, the table has the columns of Hyogo's
    if number is not None:
        table = table.drop(columns=["prefecture", "prefecture_code"], errors="ignore")
    return table.reset_index(drop=True), row


def select_prefecture(table: pd.DataFrame, number: str | None) -> pd.DataFrame:
    """Select a prefecture's rows, by its number or by the codes of municipalities."""
    if number is None:
        return table
    if "code" in table:
        return table[table["code"].str[:PREFECTURE_DIGITS] == number]
    return table[table["prefecture_code"] == number]


def _unfold_progress(wide: pd.DataFrame) -> pd.DataFrame:
    """Unfold a column a system into a row a municipality and system, with ``extended``."""
    systems = [column for column in wide.columns if column not in ("code", "as_of")]
    table = _melt(wide, systems, "system", "share_done")
    extensions, _ = read_shipped_table(f"extensions{SUFFIX}")
    listed = extensions[["code", "systems"]].dropna().set_index("code")["systems"]
    pairs = listed.str.split("、").explode()
    extended = set(zip(pairs.index, pairs, strict=True))
    flags = [pair in extended for pair in zip(table["code"], table["system"], strict=True)]
    as_of = wide["as_of"].iloc[0] if len(wide) else ""
    return table.assign(extended=flags, as_of=as_of)


def _unfold_applications(wide: pd.DataFrame) -> pd.DataFrame:
    """Unfold a column a procedure into a row a municipality and procedure."""
    procedures, _ = read_shipped_table("procedures")
    table = _melt(wide, list(procedures["column"]), "column", "share")
    named = procedures.set_index("column").loc[table["column"]]
    return pd.DataFrame(
        {
            "code": table["code"],
            "group": named["group"].to_numpy(),
            "procedure": named["procedure"].to_numpy(),
            "share": table["share"],
        }
    )


def _melt(wide: pd.DataFrame, columns: list[str], label: str, value: str) -> pd.DataFrame:
    """Turn columns into rows, municipality by municipality, in the order of the columns."""
    cells = wide[columns].to_numpy()
    return pd.DataFrame(
        {
            "code": wide["code"].repeat(len(columns)).to_numpy(),
            label: columns * len(wide),
            value: cells.ravel(),
        }
    ).astype({"code": "str", label: "str"})


UNFOLDERS: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    "progress": _unfold_progress,
    "online_applications": _unfold_applications,
}


def _read_boundaries(number: str | None) -> tuple[pd.DataFrame, "pd.Series[Any]"]:
    """Read the shapes of a prefecture, or of all, which fit together without gaps."""
    files, row = read_shipped_table(LIST_OF_SHAPES)
    selected = select_prefecture(files, number)
    tables = [
        read_shipped_file(file, sha256)
        for file, sha256 in zip(selected["file"], selected["sha256"], strict=True)
    ]
    return pd.concat(tables, ignore_index=True), row


def _read_neighbours(number: str | None) -> tuple[pd.DataFrame, "pd.Series[Any]"]:
    """Join the shapes of the prefectures around one to one shape each; around Japan is nobody."""
    files, row = read_shipped_table(LIST_OF_SHAPES)
    if number is None:
        empty = gpd.GeoDataFrame({"code": [], "name": []}, geometry=[], crs=6668)
        return empty, row
    around = files.set_index("prefecture_code")["around"].fillna("")[number].split()
    rows = []
    for neighbour in around:
        shapes, _ = _read_boundaries(neighbour)
        outline = shapely.coverage_union_all(shapes["geometry"].to_numpy())
        rows.append((f"{neighbour}000", name_prefecture(neighbour), outline))
    table = gpd.GeoDataFrame(rows, columns=["code", "name", "geometry"], crs=6668)
    return table, row
