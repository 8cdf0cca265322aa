"""Which rows of a list of municipalities are sums of others?

Official lists hold rows of the prefecture, of counties (郡), areas (圏域), wards and totals (計) among
the municipalities. They are set apart from the data.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from dxkit.loaders._load import load
from dxkit.loaders._municipalities import all_municipalities, map_municipalities, map_prefectures
from dxkit.loaders._place_names import is_total, names_municipality, to_plain_name

TOTAL = "合計"
PREFECTURE = "都道府県"
COUNTY = "郡"
AREA = "圏域"
WARD = "区"
WHOLE_NAME_ENDS = ("市", "町", "村", "区")
# what may stand behind the name of an area
AREA_END = re.compile(r"(地域|広域圏|圏域|圏|県民局|県民センター)?(計|小計|合計)?$")
# what tells an area whatever its name is
AREA_SIGN = re.compile(r"(広域圏|圏域|圏|県民局|県民センター|支庁|振興局|管内)(計|小計|合計)?$")
# sums by size of municipality, not a county of that name
GROUP_NAMES = frozenset(["郡", "郡部"])


@dataclass(frozen=True, slots=True)
class Subtotal:
    """A row that is a sum of others.

    Attributes
    ----------
    row
        Its position in the sheet.
    kind
        合計, 都道府県, 郡, 圏域 or 区.
    text
        What names it.
    codes
        Of the municipalities that it sums, or of the city of a ward; empty where the list does not
        tell.
    """

    row: int
    kind: str
    text: str
    codes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class AreaNames:
    """How a table's bare names (神戸, 淡路) are read that are both an area's and a city's.

    Attributes
    ----------
    areas
        Names that mean the area, because cities are written whole.
    unclear
        Names that may mean either.
    """

    areas: frozenset[str] = frozenset()
    unclear: frozenset[str] = frozenset()


def find_area_names(names: Iterable[str], prefecture: str | None) -> AreaNames:
    """Find which bare names of a column of municipalities mean areas."""
    plain = {to_plain_name(name) for name in names if name}
    bare = {name for name in plain if not name.endswith(WHOLE_NAME_ENDS)}
    areas = {name for name in bare if find_area(name, prefecture)}
    cities = {name for name in bare if names_municipality(name)}
    both = areas & cities
    has_whole_names = any(name.endswith(WHOLE_NAME_ENDS) for name in plain)
    # beside 淡路市, 淡路 is the area; so it is where every city is written whole
    whole_areas = {name for name in both if f"{name}市" in plain}
    if has_whole_names and cities <= areas:
        whole_areas = both
    unclear = both - whole_areas if areas - cities else set()
    return AreaNames(frozenset(whole_areas), frozenset(unclear))


def find_subtotal(
    row: int, code: str, name: str, prefecture: str | None, area_names: AreaNames
) -> Subtotal | None:
    """Find what a row sums, by its code and name; ``None`` for a row of data."""
    text = name or code
    plain = to_plain_name(text)
    if home := map_prefectures().get(plain) or map_prefectures().get(to_plain_name(code)):
        return Subtotal(row, PREFECTURE, text, list_members(home[:2]))
    if plain in area_names.areas:
        return Subtotal(row, AREA, text, find_area(plain, prefecture))
    if names_municipality(name):
        return None
    county = plain.removesuffix("計")
    area = find_area(plain, prefecture)
    kind = ""
    codes = area
    if county.endswith("郡") and county not in GROUP_NAMES and county != "市郡":
        kind = COUNTY
        codes = _find_county(county, prefecture)
    elif area or AREA_SIGN.search(plain):
        kind = AREA
    elif is_total(name, prefecture=prefecture) or is_total(code, prefecture=prefecture):
        kind = TOTAL
    return Subtotal(row, kind, text, codes) if kind else None


@lru_cache(maxsize=64)
def list_members(prefecture: str) -> frozenset[str]:
    """List the codes of the municipalities of a prefecture, without wards."""
    return frozenset(
        place.code
        for place in all_municipalities()
        if not place.parent and place.code.startswith(prefecture)
    )


@lru_cache(maxsize=2**10)
def _find_county(county: str, prefecture: str | None) -> frozenset[str]:
    """Find the municipalities of a county; none if two counties of that name may be meant."""
    members = [
        place
        for place in all_municipalities()
        if place.county
        and place.code.startswith(prefecture or "")
        and county in (place.county, place.prefecture + place.county)
    ]
    prefectures = {place.prefecture for place in members}
    return frozenset(place.code for place in members) if len(prefectures) == 1 else frozenset()


@lru_cache(maxsize=1)
def _map_areas() -> dict[str, frozenset[str]]:
    table = load("areas")
    # the column's name of this release and of the next
    label = "area_name" if "area_name" in table else "area"
    return {
        to_plain_name(name): frozenset(str(codes).split())
        for name, codes in zip(table[label], table["codes"], strict=True)
    }


def find_area(plain: str, prefecture: str | None) -> frozenset[str]:
    """Find the municipalities of an area by its name, with or without 地域 or 圏域 behind it."""
    codes = _map_areas().get(plain) or _map_areas().get(AREA_END.sub("", plain), frozenset())
    is_at_home = all(code.startswith(prefecture or "") for code in codes)
    return codes if is_at_home else frozenset()


@lru_cache(maxsize=1)
def map_wards() -> dict[str, frozenset[str]]:
    """Map the code of each designated city to those of its wards."""
    wards: dict[str, set[str]] = {}
    for place in map_municipalities().values():
        if place.parent:
            wards.setdefault(place.parent, set()).add(place.code)
    return {city: frozenset(codes) for city, codes in wards.items()}
