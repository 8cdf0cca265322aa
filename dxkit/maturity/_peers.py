"""With whom should a municipality be compared?"""

import numpy as np
import pandas as pd

from dxkit._checks import read_numbers
from dxkit._keywords import accepts_old_keywords
from dxkit.errors import ChoiceError
from dxkit.maturity._framework import find_unit
from dxkit.maturity._population_band import population_band
from dxkit.maturity._read_values import LARGEST_NUMBER
from dxkit.schema import carry_provenance

# what makes municipalities alike: people and area on a log scale, and the share of 65+
# people and areas have a logarithm
LEAST = 1e-9
TRAITS = ("people", "area_km2", "elderly_share")


@accepts_old_keywords(n="count")
def peers(municipalities: pd.DataFrame, code: str, *, count: int = 8) -> pd.DataFrame:
    """Find the municipalities most like one in size, area and age, for comparing profiles.

    Parameters
    ----------
    municipalities
        One row a municipality: ``code, name, kind, people_2020, elderly_2020, area_km2``
        (``area`` is handed on if there).
    code
        The municipality.
    count
        How many.

    Returns
    -------
    pandas.DataFrame
        Nearest first: ``code, name, distance`` (in standard deviations), ``band`` (population band
        of 類似団体), ``same_band``, ``same_area``.

    Raises
    ------
    ChoiceError
        If there is no such municipality, or ``count`` is not 1 to all others.

    Notes
    -----
    Euclidean distance on standardised logarithms of people and area and on the share of 65+. The
    ministry's 類似団体 also sorts by industry, which the shipped tables do not hold; within 41
    municipalities its cells would be nearly empty, so the band stands beside the nearest.

    Examples
    --------
    >>> import dxkit
    >>> peers(dxkit.load("municipalities"), "28585", count=3)["name"].tolist()
    ['養父市', '新温泉町', '佐用町']
    """
    table = municipalities.drop(columns="geometry", errors="ignore").set_index("code", drop=False)
    find_unit(code, table.index)
    if not 1 <= count < len(table):
        raise ChoiceError(f"count={count} は使えません。1〜{len(table) - 1} にしてください。")
    distance = _measure_distance(table, code)
    bands = population_band(table)
    nearest = distance.sort_values(kind="stable").index[:count]
    peer_table = pd.DataFrame(
        {
            "code": nearest,
            "name": table.loc[nearest, "name"].to_numpy(),
            "distance": distance[nearest].to_numpy(),
        }
    )
    peer_table["band"] = bands[nearest].to_numpy()
    peer_table["same_band"] = (bands[nearest] == bands[code]).to_numpy()
    if "area" in table:
        is_same_area = table.loc[nearest, "area"] == table.loc[code, "area"]
        peer_table["same_area"] = is_same_area.to_numpy()
    peer_table.attrs["settings"] = {"code": code, "count": count, "traits": TRAITS}
    return carry_provenance(peer_table, municipalities)


def _measure_distance(table: pd.DataFrame, code: str) -> pd.Series:
    """Measure how far each other municipality is from one, in standard deviations."""
    people = read_numbers(table, "people_2020", "municipalities", low=LEAST, high=LARGEST_NUMBER)
    elderly = read_numbers(table, "elderly_2020", "municipalities", high=LARGEST_NUMBER)
    traits = pd.DataFrame(
        {
            "people": np.log(people),
            "area_km2": np.log(
                read_numbers(table, "area_km2", "municipalities", low=LEAST, high=LARGEST_NUMBER)
            ),
            "elderly_share": elderly / people,
        },
        index=table.index,
    )
    standard = (traits - traits.mean()) / traits.std()
    squared: pd.Series = ((standard - standard.loc[code]) ** 2).sum(axis=1).drop(code)
    return squared**0.5
