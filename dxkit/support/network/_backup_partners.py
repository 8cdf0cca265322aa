"""Whose records lie near the sea, and who could keep a copy out of the same water's reach?"""

import numpy as np
import pandas as pd

from dxkit import _checks
from dxkit._arrays import BoolArray, FloatArray
from dxkit._plain_tables import read_plain_table
from dxkit.schema import accepts_any_table, carry_provenance
from dxkit.support.network._office_distances import compute_distances_km


@accepts_any_table("offices")
def backup_partners(
    offices: pd.DataFrame,
    *,
    near_coast_km: float = 5.0,
    least_km: float = 30.0,
    most_km: float = 100.0,
    count: int = 3,
) -> pd.DataFrame:
    """List for each office near the sea who could keep a copy of its records.

    Parameters
    ----------
    offices
        One row a municipality: ``code, name, lat, lon`` (of its office), and ``coast_km, coast``
        (from `dxkit.regions.coast_distance`).
    near_coast_km
        Up to this far from the shore an office counts as near it.
    least_km, most_km
        A partner is at least so far (one earthquake should not hit both) and at most so far (a
        medium is carried by car, straight line).
    count
        How many partners are named.

    Returns
    -------
    pandas.DataFrame
        One row an office near the sea and partner, nearest partner first: ``code, name, coast_km,
        coast, rank, partner, partner_name, distance_km, partner_coast_km, reason``. A partner is
        not itself near the same coast; whoever has none has one row with missing partner.

    Raises
    ------
    TableError
        If a column is missing, a code repeats, or a cell is no coordinate or distance.
    ChoiceError
        If the distances are not in order.

    Notes
    -----
    Distance from the shore stands for exposure to a tsunami: height, dykes and inundation maps are
    not in it, nor where the servers really are.

    Examples
    --------
    >>> import pandas as pd
    >>> offices = pd.DataFrame({
    ...     "code": ["a", "b", "c"], "name": ["海", "浜", "山"], "lat": [34.6, 34.6, 35.0],
    ...     "lon": [135.0, 135.4, 135.0], "coast_km": [1.0, 2.0, 40.0], "coast": ["南", "南", "南"],
    ... })
    >>> backup_partners(offices)[["name", "partner_name", "distance_km"]]
      name partner_name  distance_km
    0    海            山         44.5
    1    浜            山         57.6
    """
    plain = read_plain_table(offices)
    needed = ["code", "name", "lat", "lon", "coast_km", "coast"]
    _checks.require_columns(plain, needed, "offices")
    _checks.require_unique_rows(plain, ["code"], "offices")
    plain = plain.sort_values("code", key=lambda codes: codes.astype(str), ignore_index=True)
    near_km = _checks.require_number(near_coast_km, "near_coast_km", low=0)
    low = _checks.require_number(least_km, "least_km", low=0)
    high = _checks.require_number(most_km, "most_km", low=low)
    _checks.require_whole_number(count, "count")
    distance_km = compute_distances_km(*_checks.read_coordinates(plain, "offices"))
    # a place without a coast is far from it
    coast_km = _checks.read_numbers(plain, "coast_km", "offices", blank=True)
    plain["coast_km"] = coast_km
    is_near = np.nan_to_num(coast_km, nan=np.inf) <= near_km
    can_keep = (distance_km >= low) & (distance_km <= high)
    can_keep &= ~_share_water(plain["coast"].astype(str).to_numpy(), is_near)
    rows = [
        row
        for office in np.flatnonzero(is_near)
        for row in _list_partners(plain, int(office), distance_km[office], can_keep[office], count)
    ]
    columns = ["code", "name", "coast_km", "coast", "rank", "partner", "partner_name"]
    columns += ["distance_km", "partner_coast_km", "reason"]
    table = pd.DataFrame(rows, columns=columns)
    table["rank"] = table["rank"].astype("Int64")
    table.attrs = {"settings": {"near_coast_km": near_km, "least_km": low, "most_km": high}}
    return carry_provenance(table, offices)


def _share_water(coasts: np.ndarray, is_near: BoolArray) -> BoolArray:
    """Say which pairs both lie near the same coast."""
    both_near = is_near[:, None] & is_near[None, :]
    same: BoolArray = both_near & (coasts[:, None] == coasts[None, :])
    return same


def _list_partners(
    plain: pd.DataFrame, office: int, distance_km: FloatArray, can_keep: BoolArray, count: int
) -> list[tuple[object, ...]]:
    """List the nearest partners of one office, or say that it has none."""
    own = plain.loc[office]
    head = (own["code"], own["name"], own["coast_km"], own["coast"])
    partners = np.flatnonzero(can_keep)
    partners = partners[np.argsort(distance_km[partners], kind="stable")][:count]
    if not len(partners):
        reason = "条件に合う市町がない（距離の幅を広げるか、県外に頼む）"
        return [(*head, None, None, None, np.nan, np.nan, reason)]
    rows: list[tuple[object, ...]] = []
    for rank, position in enumerate(partners, start=1):
        other = plain.loc[position]
        shore: str = (
            "海岸の記録なし"
            if pd.isna(other["coast_km"])
            else f"海岸まで{other['coast_km']:.1f} km"
        )
        rows.append(
            (
                *head,
                rank,
                other["code"],
                other["name"],
                round(float(distance_km[position]), 1),
                other["coast_km"],
                f"{distance_km[position]:.1f} km離れ、同じ海岸の近くにない（{shore}）",
            )
        )
    return rows
