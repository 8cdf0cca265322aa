"""Which municipalities and wards are there in Japan, and what is each called?"""

from dataclasses import dataclass
from functools import lru_cache

from dxkit.codes import full_code
from dxkit.loaders._load import load


@dataclass(frozen=True, slots=True)
class Municipality:
    """A row of the nationwide list, as far as names need it.

    Attributes
    ----------
    code
        Five digits.
    prefecture, county, name
        Official names; ``county`` is empty for cities and wards.
    parent
        The city of a ward; empty for municipalities.
    """

    code: str
    prefecture: str
    county: str
    name: str
    parent: str


# the six villages of the northern territories have codes in JIS X 0402 and shapes in N03 but no
# administration, so lists of the 1,741 municipalities leave them out: known by code and by county,
# never meant by a bare 泊村 (01403 is)
NORTHERN_VILLAGES = (
    Municipality("01695", "北海道", "色丹郡", "色丹村", ""),
    Municipality("01696", "北海道", "国後郡", "泊村", ""),
    Municipality("01697", "北海道", "国後郡", "留夜別村", ""),
    Municipality("01698", "北海道", "択捉郡", "留別村", ""),
    Municipality("01699", "北海道", "紗那郡", "紗那村", ""),
    Municipality("01700", "北海道", "蘂取郡", "蘂取村", ""),
)
# the last three digits of a prefecture's own code
PREFECTURE_ENDING = "000"


@lru_cache(maxsize=1)
def all_municipalities() -> tuple[Municipality, ...]:
    """List every municipality and ward of Japan in code order (without the northern villages).

    Returns
    -------
    tuple of Municipality
        ``code, prefecture, county, name, parent`` each.

    Examples
    --------
    >>> places = all_municipalities()
    >>> len(places), places[0].name, sum(not place.parent for place in places)
    (1916, '札幌市', 1741)
    """
    table = load("municipality_codes").fillna("")
    rows = table[["code", "prefecture", "county", "name", "parent"]].itertuples(
        index=False, name=None
    )
    northern = {place.code for place in NORTHERN_VILLAGES}
    return tuple(place for row in rows if (place := Municipality(*row)).code not in northern)


def list_municipalities(prefecture: str) -> list[Municipality]:
    """List the municipalities of a prefecture (two digits) in code order, without wards of cities.

    Examples
    --------
    >>> len(list_municipalities("28")), len(list_municipalities("13"))
    (41, 62)
    """
    return [
        place
        for place in all_municipalities()
        if place.code.startswith(prefecture) and not place.parent
    ]


@lru_cache(maxsize=1)
def map_municipalities() -> dict[str, Municipality]:
    """Map the five-digit code to each municipality, ward and northern village."""
    return {place.code: place for place in (*all_municipalities(), *NORTHERN_VILLAGES)}


def find_prefecture_name(prefecture: str) -> str:
    """Find the name of a prefecture by its two digits; unknown digits stay as they are."""
    names = (place.prefecture for place in all_municipalities() if place.code[:2] == prefecture)
    return next(names, prefecture)


@lru_cache(maxsize=1)
def map_prefectures() -> dict[str, str]:
    """Map names of prefectures, and their codes with and without check digit, to five digits."""
    codes = {place.prefecture: place.code[:2] + PREFECTURE_ENDING for place in all_municipalities()}
    short = {code: code for code in codes.values()}
    full = {full_code(code): code for code in codes.values()}
    return codes | short | full
