"""How far is it by road between two town halls, where no road map is at hand?

The great circle times a detour; Awaji hangs on the mainland at the Akashi Kaikyō bridge only, so that Himeji–Sumoto leads over
it. An estimate of planning grade: give measured minutes where they are known.
"""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dxkit import _checks
from dxkit.errors import Fault, TableError

Floats = NDArray[np.float64]
Point: TypeAlias = tuple[float, float]
EARTH_KM = 6371.0088
DETOUR = 1.35
AWAJI = ("28205", "28224", "28226")
# the bridge's two ends (degrees): Maiko in Kobe, Matsuho on Awaji
BRIDGE_MAINLAND: Point = (34.6310, 135.0330)
BRIDGE_AWAJI: Point = (34.6030, 135.0080)
# the prefectural office in Kobe, where the regional liaisons' division sits
OFFICE: Point = (34.6913, 135.1830)


def distances(
    municipalities: pd.DataFrame, *, start: Point | None = None, detour: float = DETOUR
) -> pd.DataFrame:
    """Estimate road distances between municipal offices.

    Parameters
    ----------
    municipalities
        One row a municipality: ``code`` and ``office_lat, office_lon`` (or ``lat, lon``).
    start
        A further point (latitude, longitude) on the mainland, called ``start``, as first row and column.
    detour
        Road kilometres for each kilometre of the great circle, at least 1.

    Returns
    -------
    pandas.DataFrame
        Kilometres; rows and columns are the codes. Between Awaji and the mainland the way leads over the Akashi Kaikyō bridge.

    Raises
    ------
    TableError
        If a coordinate is missing.
    ChoiceError
        If ``detour`` is below 1.
    """
    factor = _checks.require_number(detour, "detour", low=1.0)
    lat, lon = coordinates(municipalities)
    names = municipalities["code"].tolist()
    if start is not None:
        names, lat, lon = ["start", *names], np.append(start[0], lat), np.append(start[1], lon)
    island = np.isin(names, AWAJI)
    direct = haversine(lat[:, None], lon[:, None], lat[None, :], lon[None, :])
    to_bridge = np.where(
        island, haversine(lat, lon, *BRIDGE_AWAJI), haversine(lat, lon, *BRIDGE_MAINLAND)
    )
    span = haversine(np.array([BRIDGE_MAINLAND[0]]), np.array([BRIDGE_MAINLAND[1]]), *BRIDGE_AWAJI)[
        0
    ]
    over = to_bridge[:, None] + span + to_bridge[None, :]
    km = np.where(island[:, None] != island[None, :], over, direct) * factor
    return pd.DataFrame(
        km, index=pd.Index(names, name="code"), columns=pd.Index(names, name="code")
    )


def coordinates(table: pd.DataFrame) -> tuple[Floats, Floats]:
    """Give latitude and longitude of each office."""
    _checks.require_columns(table, ["code"], "municipalities")
    _checks.require_unique_rows(table, ["code"], "municipalities")
    lat, lon = ("office_lat", "office_lon") if "office_lat" in table.columns else ("lat", "lon")
    return (
        _checks.read_numbers(table, lat, "municipalities", low=-90, high=90),
        _checks.read_numbers(table, lon, "municipalities", low=-180, high=180),
    )


def haversine(
    lat: Floats, lon: Floats, other_lat: Floats | float, other_lon: Floats | float
) -> Floats:
    """Give the great circle in km."""
    one, two = np.radians(lat), np.radians(other_lat)
    half = (
        np.sin((two - one) / 2) ** 2
        + np.cos(one) * np.cos(two) * np.sin(np.radians(np.subtract(other_lon, lon)) / 2) ** 2
    )
    return np.asarray(2 * EARTH_KM * np.arcsin(np.sqrt(half)))


def own_minutes(minutes: pd.DataFrame, codes: Sequence[str]) -> Floats:
    """Give a user's own minutes in the order ``start``, then the codes.

    Raises
    ------
    TableError
        Naming the codes that are missing, or the first pair that has no usable time.
    """
    wanted = ["start", *codes]
    table = minutes.set_axis(minutes.index.astype(str), axis=0).set_axis(
        minutes.columns.astype(str), axis=1
    )
    missing = [name for name in wanted if name not in table.index or name not in table.columns]
    if missing:
        remedy = "行と列の見出しを start（出発地）と団体コードにしてください"
        raise TableError(
            Fault("minutes に行か列がありません", remedy, value=name) for name in missing
        )
    found = table.loc[wanted, wanted].to_numpy(dtype=np.float64, na_value=np.nan).copy()
    np.fill_diagonal(found, 0.0)
    bad = np.argwhere(~np.isfinite(found) | (found < 0))
    if bad.size:
        row, column = bad[0]
        remedy = "0以上の分を入れてください"
        raise TableError(
            [
                Fault(
                    f"minutes の {wanted[row]} から {wanted[column]} が使えません",
                    remedy,
                    value=found[row, column],
                )
            ]
        )
    return found
