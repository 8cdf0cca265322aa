"""Is this cell the name of a municipality, of a sum, or of something else?

Names repeat (太子町 in 兵庫県 and 大阪府; 25 names nationwide), carry their county (赤穂郡上郡町) or
prefecture, or have changed. Counties are matched whole, never cut off by a pattern: cutting
everything up to 郡 turns 赤穂郡上郡町 into 町.
"""

import re
import unicodedata
from functools import lru_cache

from dxkit.loaders._character_variants import SLIPS, VARIANTS
from dxkit.loaders._load import load
from dxkit.loaders._municipalities import (
    NORTHERN_VILLAGES,
    PREFECTURE_ENDING,
    Municipality,
    all_municipalities,
    find_prefecture_name,
    map_municipalities,
    map_prefectures,
)
from dxkit.loaders._resolve_prefecture import HYOGO

# names that changed without a merger, as printed in tables of the years before
FORMER_NAMES = {"篠山市": "28221"}
TOTALS = frozenset([
    "計", "合計", "総計", "総数", "全体", "平均", "県計", "市計", "町計", "市町計", "郡計", "小計", "市部", "郡部",
    "市部計", "郡部計", "町村計", "市町村計", "市区町村計", "区部", "特別区部", "区部計", "町村部", "市区町",
    "総合計", "Total", "total", "TOTAL", "All", "ALL", "Sum", "県合計", "県平均", "県全体", "市町平均",
    "全市町", "全国", "全国計", "全国平均", "合計欄", "中央値",
    "最大", "最小", "最大値", "最小値",
])  # fmt: skip
# how many a total sums, behind its name
COUNTED = re.compile(r"(?<=.)\(\d+[^\d()]*\)$")
TOTAL_ENDS = ("計", "平均", "全体", "全域")
LONGEST_TOTAL = 10
# characters that offices write in more than one way, beside those of `VARIANTS`
SPELLINGS = str.maketrans(
    {"ケ": "ヶ", "が": "ヶ", "ガ": "ヶ", "ノ": "の", "之": "の"} | VARIANTS | SLIPS
)
# a code written before the name in one cell: 28201 姫路市, 282014:姫路市
CODE_AND_NAME = re.compile(r"(\d{5,6})[:・_/-]?(\D{2,})")
# blanks, zero-width letters, marks of notes, and a note's number at the end
NOISE = re.compile(r"^'|[*※]\d*$|(?<=[市町村区])\(?注\d*\)?$|[\s\u200b\ufeff*※]|\(注?\d*\)$")
# a hostile cell may be megabytes long; no name is
LONGEST_COMPARED = 200


def to_plain_name(text: object) -> str:
    """Turn a name into the form that is compared: half-width, without blanks and notes."""
    return _fold_name(str(text)[:LONGEST_COMPARED])


@lru_cache(maxsize=2**14)
def _fold_name(text: str) -> str:
    return NOISE.sub("", unicodedata.normalize("NFKC", text))


def to_spelling_key(text: object) -> str:
    """Turn a name into a key that is the same for all its usual spellings."""
    return to_plain_name(text).translate(SPELLINGS)


def is_total(text: object, *, prefecture: str | None = None) -> bool:
    """Check whether a cell names a sum or mean, not a municipality.

    In a prefecture's table that also holds for the prefecture itself.
    """
    # 計（41市町） is 計; （計） is, too
    name = COUNTED.sub("", to_plain_name(text)).strip("()<>[]【】「」・-―")
    if name in TOTALS:
        return True
    if prefecture and map_prefectures().get(name) == f"{prefecture}{PREFECTURE_ENDING}":
        return True
    # 兵庫県計, 但馬地域平均 — but not a town whose own name would end so
    return name.endswith(TOTAL_ENDS) and len(name) <= LONGEST_TOTAL and not names_municipality(name)


def names_municipality(text: object) -> bool:
    """Check whether a cell names some municipality of Japan, perhaps several."""
    name = to_plain_name(text)
    key = to_spelling_key(name)
    return (
        key in map_spellings()
        or (HYOGO, key) in map_stems()
        or name in FORMER_NAMES
        # 28201 姫路市, but not a figure with a word about it: 202019（うち施設）
        or bool((both := CODE_AND_NAME.fullmatch(name)) and names_municipality(both[2]))
    )


def is_slip(text: object) -> bool:
    """Check whether a name is read with a letter that is often typed for another (宍栗市)."""
    name = to_plain_name(text)
    return bool(set(name) & set(SLIPS)) and not any(
        to_plain_name(place.name) in name
        for place in map_spellings().get(to_spelling_key(name), ())
    )


def find_successors(text: object, prefecture: str | None) -> tuple[Municipality, ...]:
    """Find the municipalities of today into which one of this former name went."""
    codes = sorted(_map_former_names().get(to_spelling_key(text), ()))
    return tuple(map_municipalities()[code] for code in codes if code.startswith(prefecture or ""))


@lru_cache(maxsize=1)
def _map_former_names() -> dict[str, set[str]]:
    """Map names of cities, towns and villages that are gone (龍野市) to codes of today."""
    table = load("villages")
    codes: dict[str, set[str]] = {}
    gone = table[table["valid_to"].notna()]
    rows = gone[["place", "county", "code"]].fillna("").itertuples(index=False, name=None)
    for place, county, code in rows:
        for spelling in (place, f"{county}{place}"):
            codes.setdefault(to_spelling_key(spelling), set()).add(code)
    return codes


def municipality_name(code: str) -> str:
    """Look up the official name of a municipality or prefecture.

    Parameters
    ----------
    code
        Five digits; those of a prefecture end in 000.

    Returns
    -------
    str

    Examples
    --------
    >>> municipality_name("28221"), municipality_name("28000")
    ('丹波篠山市', '兵庫県')
    """
    if code.endswith(PREFECTURE_ENDING):
        return find_prefecture_name(code[:2])
    return map_municipalities()[code].name


def is_former_name(text: object) -> bool:
    """Check whether a label is the name of a municipality that has another name today.

    Parameters
    ----------
    text
        A cell.

    Returns
    -------
    bool

    Examples
    --------
    >>> is_former_name("篠山市"), is_former_name("丹波篠山市")
    (True, False)
    """
    return to_plain_name(text) in FORMER_NAMES


@lru_cache(maxsize=1)
def map_spellings() -> dict[str, tuple[Municipality, ...]]:
    """Map each spelling to who can be meant: bare name, with county, prefecture, or city."""
    places: dict[str, dict[str, Municipality]] = {}
    for place in all_municipalities():
        for spelling in _list_spellings(place):
            places.setdefault(to_spelling_key(spelling), {})[place.code] = place
    for place in NORTHERN_VILLAGES:
        # 泊村 alone means the one that has an administration
        is_repeated = to_spelling_key(place.name) in places
        for spelling in _list_spellings(place):
            if not is_repeated or place.county in spelling:
                places.setdefault(to_spelling_key(spelling), {})[place.code] = place
    return {name: tuple(by_code.values()) for name, by_code in places.items()}


def _list_spellings(place: Municipality) -> set[str]:
    city = map_municipalities().get(place.parent)
    if city:
        # a ward: with and without its city
        ward = place.name.removeprefix(city.name).strip()
        short = {place.name, ward, city.name + ward}
    else:
        short = {place.name, place.county + place.name}
    return short | {place.prefecture + spelling for spelling in short}


@lru_cache(maxsize=1)
def map_stems() -> dict[tuple[str, str], tuple[Municipality, ...]]:
    """Map prefecture and name without its 市・町・村 (姫路) to who can be meant."""
    places: dict[tuple[str, str], tuple[Municipality, ...]] = {}
    for place in all_municipalities():
        if not place.parent:
            key = (place.code[:2], to_spelling_key(place.name[:-1]))
            places[key] = (*places.get(key, ()), place)
    return places
