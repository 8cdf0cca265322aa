"""In which of the ministry's bands of population is a municipality?"""

import numpy as np
import pandas as pd

from dxkit._checks import read_numbers
from dxkit.codes import short_code
from dxkit.errors import CodeError, Fault, TableError
from dxkit.maturity._read_values import LARGEST_NUMBER
from dxkit.schema import accepts_any_table, carry_provenance

# 総務省「類似団体」: upper ends of the bands of cities (一般市) and of towns and villages, in people
CITY_BANDS = (50_000, 100_000, 150_000)
TOWN_BANDS = (5_000, 10_000, 15_000, 20_000)
NUMERALS = ("Ⅰ", "Ⅱ", "Ⅲ", "Ⅳ", "Ⅴ")


@accepts_any_table("municipalities")
def population_band(municipalities: pd.DataFrame) -> pd.Series:
    """Find each municipality's population band of 総務省「類似団体」.

    Parameters
    ----------
    municipalities
        One row a municipality: ``kind`` (city/town/village/ward), ``people_2020``, and its code as
        the column ``code`` or, without one, as the index.

    Returns
    -------
    pandas.Series
        市Ⅰ–Ⅳ, 町村Ⅰ–Ⅴ, 政令指定都市 (Kobe), or 特別区 (Tokyo's 23), with the index of the table.

    Raises
    ------
    TableError
        If a population is no number, or a code is none, each row named.

    Notes
    -----
    The bands of people alone; the ministry's types also part municipalities by industry.

    Examples
    --------
    >>> import dxkit
    >>> towns = dxkit.load("municipalities").set_index("code")
    >>> population_band(towns)[["28100", "28201", "28442"]].tolist()
    ['政令指定都市', '市Ⅳ', '町村Ⅲ']
    """
    people = read_numbers(municipalities, "people_2020", "municipalities", high=LARGEST_NUMBER)
    is_town = municipalities["kind"].isin(["town", "village"]).to_numpy()
    # the ministry's bands say "未満": a municipality at the edge is in the upper one
    city_band = np.searchsorted(CITY_BANDS, people, side="right")
    town_band = np.searchsorted(TOWN_BANDS, people, side="right")
    bands = [
        f"町村{NUMERALS[town]}" if is_of_towns else f"市{NUMERALS[city]}"
        for is_of_towns, city, town in zip(is_town, city_band, town_band, strict=True)
    ]
    # JIS X 0402 numbers designated cities from 100 to 199; special wards share those numbers
    is_ward = municipalities["kind"].eq("ward").to_numpy()
    is_designated = _read_codes(municipalities).str[2:3].to_numpy() == "1"
    choices = np.select([is_ward, is_designated], ["特別区", "政令指定都市"], bands)
    series = pd.Series(choices, index=municipalities.index, name="band")
    return carry_provenance(series, municipalities)


def _read_codes(municipalities: pd.DataFrame) -> pd.Index:
    """Read the five-digit codes; a row's position must never pass for one."""
    has_column = "code" in municipalities.columns
    codes = []
    faults = []
    for row, typed in enumerate(municipalities["code"] if has_column else municipalities.index):
        try:
            codes.append(short_code(typed))
        except CodeError as error:
            where = "" if has_column else "行の見出し（index）が団体コードではありません。"
            remedy = "" if has_column else '列 code を入れるか、set_index("code") としてください'
            faults.append(Fault(f"{where}{error}", remedy, row=row + 1, column="code", value=typed))
    if faults:
        raise TableError(faults)
    return pd.Index(codes)
