"""What lies below a picture of drone bases, and where do its data come from?"""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd

from dxkit.schema import is_made
from dxkit.widgets._provenance import read_provenance


@dataclass(frozen=True)
class MapLook:
    """What lies below the picture, and where its data come from.

    Attributes
    ----------
    level
        Of the mesh.
    municipalities, background
        Areas with borders and names, and areas in grey.
    source
        What the caller wants to be named as the source; None leaves it to the tables.
    provenance
        Of all tables together, as their ``.attrs``.
    subject
        What is invented or estimated, where anything is.
    """

    level: str | int | None
    municipalities: gpd.GeoDataFrame | None
    background: gpd.GeoDataFrame | None
    source: str | None
    provenance: dict[Hashable | None, Any]
    subject: str


def choose_look(
    demand: pd.DataFrame,
    candidates: pd.DataFrame,
    types: pd.DataFrame,
    *,
    level: str | int | None,
    municipalities: gpd.GeoDataFrame | None,
    background: gpd.GeoDataFrame | None,
    made: bool,
    source: str | None,
) -> MapLook:
    """Choose what lies below the picture, and read where its data come from.

    Municipalities in which demand lies are drawn with borders and names, the others in grey.
    """
    # names of municipalities far from the demand would only hide the map
    bordered = _select_municipalities(municipalities, demand)
    grey = background
    if municipalities is not None and bordered is not None and len(bordered) < len(municipalities):
        others = municipalities.loc[municipalities.index.difference(bordered.index), ["geometry"]]
        grey = others
        if background is not None:
            grey = pd.concat([background[["geometry"]], others], ignore_index=True)
    # boundaries are background: where they come from is not what the map shows
    provenance = read_provenance(demand, candidates, types, source=source, made=made)
    # people are what such examples invent; candidates and drones are public figures
    is_demand_made = made or is_made(demand)
    subject = "人の置き場所" if is_demand_made or not is_made(provenance) else "拠点か機種の表"
    return MapLook(level, bordered, grey, source, provenance, subject)


def _select_municipalities(
    municipalities: gpd.GeoDataFrame | None, demand: pd.DataFrame
) -> gpd.GeoDataFrame | None:
    """Select the municipalities in which the demand lies; all where it is not known."""
    if municipalities is None or "code" not in demand.columns:
        return municipalities
    if "code" not in municipalities.columns:
        return municipalities
    return municipalities[municipalities["code"].isin(demand["code"])]
