"""How far is it by road between two town halls, where no road map is at hand?

The great circle times a detour. Who can be reached over one bridge only (table ``bridges``: Awaji
over the Akashi Kaikyō bridge, so that Himeji–Sumoto leads over it) is reached over that. An
estimate of planning grade: give measured minutes where they are known.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from dxkit import _checks
from dxkit._arrays import BoolArray, FloatArray
from dxkit.errors import ChoiceError, Fault, TableError, shorten
from dxkit.schema import accepts_any_table, carry_provenance
from dxkit.support.liaison._prefecture_facts import Point, list_bridges

EARTH_RADIUS_KM = 6371.0088
# road kilometres for each kilometre of the great circle
DETOUR = 1.35


@accepts_any_table("municipalities")
def distances(
    municipalities: pd.DataFrame, *, start: Point | None = None, detour: float = DETOUR
) -> pd.DataFrame:
    """Estimate road distances between municipal offices.

    Parameters
    ----------
    municipalities
        One row a municipality: ``code`` and ``office_lat, office_lon`` (or ``lat, lon``).
    start
        A further point (latitude, longitude) on the mainland, called ``start``, as first row and
        column.
    detour
        Road kilometres for each kilometre of the great circle, at least 1.

    Returns
    -------
    pandas.DataFrame
        Kilometres; rows and columns are the codes. Between Awaji and the mainland the way leads
        over the Akashi Kaikyō bridge.

    Raises
    ------
    TableError
        If a coordinate is missing.
    ChoiceError
        If ``detour`` is below 1.

    Examples
    --------
    >>> import dxkit
    >>> km = distances(dxkit.load("municipalities"))
    >>> round(km.loc["28201", "28205"])
    98
    """
    factor = _checks.require_number(detour, "detour", low=1.0)
    lat, lon = read_office_coordinates(municipalities)
    names = municipalities["code"].tolist()
    if start is not None:
        start_lat, start_lon = _read_start(start)
        names = ["start", *names]
        lat = np.append(start_lat, lat)
        lon = np.append(start_lon, lon)
    direct = measure_great_circle(lat[:, None], lon[:, None], lat[None, :], lon[None, :])
    for bridge in list_bridges().itertuples():
        is_beyond = np.isin(names, str(bridge.beyond).split())
        over_bridge = _measure_over_bridge(lat, lon, is_beyond, bridge)
        direct = np.where(is_beyond[:, None] != is_beyond[None, :], over_bridge, direct)
    km = direct * factor
    codes = pd.Index(names, name="code")
    return carry_provenance(pd.DataFrame(km, index=codes, columns=codes), municipalities)


def _read_start(start: Point) -> list[float]:
    """Read where the day begins: latitude and longitude."""
    ends = _checks.to_float_array(start)
    is_point = ends.shape == (2,) and bool((np.abs(ends) <= (90, 180)).all())
    if not is_point:
        raise ChoiceError(
            f"start={shorten(start)} は使えません。(34.69, 135.18) のように、"
            "緯度と経度を書いてください。"
        )
    return [float(end) for end in ends]


def _measure_over_bridge(
    lat: FloatArray, lon: FloatArray, is_beyond: BoolArray, bridge: Any
) -> FloatArray:
    """Measure the ways that lead over a bridge, in km of the great circle."""
    near_end = (float(bridge.lat), float(bridge.lon))
    far_end = (float(bridge.neighbour_lat), float(bridge.neighbour_lon))
    # everybody's way to the end of the bridge on the own side
    to_bridge = np.where(
        is_beyond,
        measure_great_circle(lat, lon, *far_end),
        measure_great_circle(lat, lon, *near_end),
    )
    near_lat, near_lon = (np.array([degree]) for degree in near_end)
    length = measure_great_circle(near_lat, near_lon, *far_end)[0]
    return np.asarray(to_bridge[:, None] + length + to_bridge[None, :])


def read_office_coordinates(table: pd.DataFrame) -> tuple[FloatArray, FloatArray]:
    """Read latitude and longitude of each office."""
    _checks.require_columns(table, ["code"], "municipalities")
    _checks.require_unique_rows(table, ["code"], "municipalities")
    has_office = "office_lat" in table.columns
    lat = "office_lat" if has_office else "lat"
    lon = "office_lon" if has_office else "lon"
    return (
        _checks.read_numbers(table, lat, "municipalities", low=-90, high=90),
        _checks.read_numbers(table, lon, "municipalities", low=-180, high=180),
    )


def measure_great_circle(
    lat: FloatArray,
    lon: FloatArray,
    to_lat: FloatArray | float,
    to_lon: FloatArray | float,
) -> FloatArray:
    """Measure the great circle in km (haversine formula)."""
    phi = np.radians(lat)
    to_phi = np.radians(to_lat)
    half_chord = (
        np.sin((to_phi - phi) / 2) ** 2
        + np.cos(phi) * np.cos(to_phi) * np.sin(np.radians(np.subtract(to_lon, lon)) / 2) ** 2
    )
    return np.asarray(2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(half_chord)))


def read_own_minutes(minutes: pd.DataFrame, codes: Sequence[str]) -> FloatArray:
    """Read a user's own minutes in the order ``start``, then the codes.

    Raises
    ------
    TableError
        Naming the codes that are missing, or the first pair that has no usable time.
    """
    names = ["start", *codes]
    table = minutes.set_axis(minutes.index.astype(str), axis=0)
    table = table.set_axis(minutes.columns.astype(str), axis=1)
    missing = [name for name in names if name not in table.index or name not in table.columns]
    if missing:
        remedy = "行と列の見出しを start（出発地）と団体コードにしてください"
        raise TableError(
            Fault("minutes に行か列がありません", remedy, value=name) for name in missing
        )
    values = table.loc[names, names].to_numpy(dtype=np.float64, na_value=np.nan).copy()
    np.fill_diagonal(values, 0.0)
    bad = np.argwhere(~np.isfinite(values) | (values < 0))
    if bad.size:
        row, column = bad[0]
        problem = f"minutes の {names[row]} から {names[column]} が使えません"
        remedy = "0以上の分を入れてください"
        raise TableError([Fault(problem, remedy, value=values[row, column])])
    return values
