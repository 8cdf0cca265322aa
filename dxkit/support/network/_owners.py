"""Who already has what a neighbour lacks, and could show it?"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from dxkit import _checks
from dxkit._arrays import FloatArray, IntArray
from dxkit._plain_tables import read_plain_table
from dxkit.errors import ChoiceError, shorten
from dxkit.schema import accepts_any_table, carry_provenance
from dxkit.support.network._item_values import read_items, read_values
from dxkit.support.network._office_distances import compute_distances_km

COLUMNS = [
    "code",
    "name",
    "item",
    "label",
    "owner_count",
    "rank",
    "owner",
    "owner_name",
    "same_area",
    "distance_km",
]


@accepts_any_table("values", "places")
def owners(
    values: pd.DataFrame,
    places: pd.DataFrame,
    *,
    threshold: float = 1.0,
    count: int = 1,
    labels: "Mapping[str, str] | pd.Series | None" = None,
) -> pd.DataFrame:
    """List for each municipality and item that it lacks who has it and is near.

    Parameters
    ----------
    values
        One row a municipality: ``code`` and one column an item (1 has it, 0 lacks it; or a share).
    places
        One row a municipality: ``code, name, lat, lon`` (of its office), and ``area_name`` where
        an owner of the same area comes first.
    threshold
        From it on an item counts as there, below it as lacking; blanks count neither way.
    count
        How many owners are listed for each.
    labels
        Item → Japanese name.

    Returns
    -------
    pandas.DataFrame
        One row a municipality, lacking item and owner: ``code, name, item, label, owner_count``
        (how many have it), ``rank, owner, owner_name, same_area, distance_km`` (straight line
        between offices). Owners of the same area come first, then the nearest. An item that nobody
        has gives one row with missing owner.

    Raises
    ------
    TableError
        If a column is missing, a code repeats, or a cell is no number.
    ChoiceError
        If ``count`` is not 1 or more, or a code of ``values`` has no place.

    Notes
    -----
    Having an item is what the municipality itself reported, at the date of the table. Whether the
    owner has time, and whether its tool suits the other, is asked on the telephone.

    Examples
    --------
    >>> import pandas as pd
    >>> values = pd.DataFrame({"code": ["a", "b", "c"], "rpa": [0, 1, 1]})
    >>> places = pd.DataFrame({
    ...     "code": ["a", "b", "c"], "name": ["海", "浜", "山"],
    ...     "lat": [34.6, 34.6, 35.0], "lon": [135.0, 135.4, 135.0],
    ... })
    >>> near = owners(values, places)
    >>> near[["name", "owner_count", "owner_name", "distance_km"]].values.tolist()
    [['海', 2, '浜', 36.6]]
    """
    plain = read_values(values).sort_values("code", ignore_index=True)
    limit = _checks.require_number(threshold, "threshold")
    _checks.require_whole_number(count, "count")
    towns = _read_places(places, plain["code"])
    distance_km = compute_distances_km(*_checks.read_coordinates(towns, "places"))
    rows: list[tuple[object, ...]] = []
    items = [column for column in plain.columns if column != "code"]
    for item, label, numbers in read_items(plain, items, labels):
        has_it = np.flatnonzero(numbers >= limit)
        for position in np.flatnonzero(numbers < limit).tolist():
            nearest = _order_owners(towns, position, has_it, distance_km[position])[:count]
            head = (*towns.loc[position, ["code", "name"]], item, label, len(has_it))
            rows += [(*head, *row) for row in _list_owners(towns, position, nearest, distance_km)]
    table = pd.DataFrame(rows, columns=COLUMNS)
    table["rank"] = table["rank"].astype("Int64")
    table["same_area"] = table["same_area"].astype("boolean")
    order = table.sort_values(["code", "item", "rank"], kind="stable", ignore_index=True)
    order.attrs = {"settings": {"threshold": limit, "count": count}}
    return carry_provenance(order, values, places)


def _read_places(places: pd.DataFrame, codes: pd.Series) -> pd.DataFrame:
    """Read the places in the order of the codes; each code needs its own."""
    towns = read_plain_table(places)
    _checks.require_columns(towns, ["code", "name", "lat", "lon"], "places")
    _checks.require_unique_rows(towns, ["code"], "places")
    # own labels may be numbers in a table and text in the other
    row_by_code = {str(code): row for row, code in enumerate(towns["code"])}
    missing = sorted(set(codes.astype(str)) - set(row_by_code))
    if missing:
        listed = "、".join(shorten(code) for code in missing)
        raise ChoiceError(
            f"values の {listed} は places の表にありません。その行を足してください。"
        )
    rows = [row_by_code[code] for code in codes.astype(str)]
    towns = towns.iloc[rows].reset_index(drop=True)
    # without areas, only the distance decides
    return towns if "area_name" in towns.columns else towns.assign(area_name=None)


def _order_owners(
    towns: pd.DataFrame, position: int, has_it: IntArray, distance_km: FloatArray
) -> IntArray:
    """Order those who have an item: the same area first, then the nearest, then the lower code."""
    areas = towns["area_name"]
    is_elsewhere = ~areas.iloc[has_it].eq(areas.iloc[position]).to_numpy()
    order: IntArray = has_it[np.lexsort((has_it, distance_km[has_it], is_elsewhere))]
    return order


def _list_owners(
    towns: pd.DataFrame, position: int, nearest: IntArray, distance_km: FloatArray
) -> list[tuple[object, ...]]:
    """List rank, code, name, whether the area is the same, and distance; one empty row if none."""
    if not len(nearest):
        return [(None, None, None, None, np.nan)]
    area = towns["area_name"].iloc[position]
    return [
        (rank, *row, pd.notna(area) and bool(other_area == area), round(float(distance), 1))
        for rank, (row, other_area, distance) in enumerate(
            zip(
                towns.loc[nearest, ["code", "name"]].itertuples(index=False),
                towns.loc[nearest, "area_name"],
                distance_km[position, nearest],
                strict=True,
            ),
            start=1,
        )
    ]
