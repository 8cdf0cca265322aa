"""With whom should a municipality be compared?"""

import numpy as np
import pandas as pd

from dxkit import _checks
from dxkit._checks import read_numbers
from dxkit._keywords import accepts_old_keywords
from dxkit.errors import ChoiceError
from dxkit.loaders import load
from dxkit.maturity._framework import find_code
from dxkit.maturity._population_band import population_band
from dxkit.maturity._read_values import LARGEST_NUMBER
from dxkit.schema import accepts_any_table, carry_provenance

# people and areas have a logarithm
LEAST = 1e-9
# what makes municipalities alike: people and area on a log scale, and the share of 65+
TRAITS = ("people", "area_km2", "elderly_share")
AMONG = ("table", "japan")
NEEDED = ["code", "name", "kind", "people_2020"]


@accepts_old_keywords(n="count")
@accepts_any_table("municipalities")
def peers(
    municipalities: pd.DataFrame, code: str, *, count: int = 8, among: str = "table"
) -> pd.DataFrame:
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
    among
        ``"table"``: those of ``municipalities``; ``"japan"``: all 1,741, from the project's own
        table (65+ by its published share).

    Returns
    -------
    pandas.DataFrame
        Nearest first: ``code, name, distance`` (in standard deviations), ``band`` (population band
        of 類似団体), ``same_band``, ``same_area``; among all Japan also ``prefecture``. Nobody is
        like a municipality in which nobody lived (双葉町 in 2020), which is left out.

    Raises
    ------
    ChoiceError
        If there is no such municipality or nobody lived there, ``count`` is not 1 to all others,
        or there is no such ``among``.

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
    >>> peers(dxkit.load("municipalities"), "28585", count=3, among="japan")["prefecture"].tolist()
    ['青森県', '高知県', '山形県']
    """
    _checks.require_choice(among, AMONG, "among")
    if among == "japan":
        municipalities = load("municipalities", None)
    _checks.require_columns(municipalities, NEEDED, "municipalities")
    _checks.require_unique_rows(municipalities, ["code"], "municipalities")
    table = municipalities.drop(columns="geometry", errors="ignore").set_index("code", drop=False)
    code = find_code(code, table.index)
    # shares and logarithms need people
    table = table[table["people_2020"] != 0]
    if code not in table.index:
        raise ChoiceError(f"「{code}」は2020年の人口が0人なので、似た市町村を探せません。")
    _checks.require_whole_number(count, "count", high=len(table) - 1)
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
    # the name of a release ago, in a table of one's own
    column = "area_name" if "area_name" in table else "area"
    if column in table:
        is_same_area = table.loc[nearest, column] == table.loc[code, column]
        # two prefectures may have areas of one name
        is_same_prefecture = nearest.astype(str).str[:2] == str(code)[:2]
        peer_table["same_area"] = is_same_area.to_numpy() & is_same_prefecture
    if among == "japan":
        peer_table["prefecture"] = table.loc[nearest, "prefecture"].to_numpy()
    peer_table.attrs["settings"] = {"code": code, "count": count, "among": among, "traits": TRAITS}
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
