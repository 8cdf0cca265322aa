"""Which municipality does this name mean?

Names repeat (太子町 in 兵庫県 and 大阪府; 25 names nationwide), carry their county (赤穂郡上郡町) or prefecture, or have
changed. Counties are matched whole, never cut off by a pattern: cutting everything up to 郡 turns 赤穂郡上郡町 into 町.
"""

import difflib
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

from dxkit.codes import full_code, short_code
from dxkit.errors import CodeError, PlaceNameError, shorten
from dxkit.loaders._catalog import load

HYOGO = "28"
# names that changed without a merger, as printed in tables of the years before
FORMER_NAMES = {"篠山市": "28221"}
TOTALS = frozenset(
    [
        "計",
        "合計",
        "総計",
        "総数",
        "全体",
        "平均",
        "県計",
        "市計",
        "町計",
        "市町計",
        "郡計",
        "小計",
        "市部",
        "郡部",
        "市部計",
        "郡部計",
        "県合計",
        "県平均",
        "県全体",
        "市町平均",
        "全市町",
        "全国",
        "全国計",
        "全国平均",
        "合計欄",
        "中央値",
        "最大",
        "最小",
        "最大値",
        "最小値",
    ]
)
TOTAL_ENDS = ("計", "平均", "全体", "全域")
# characters that offices write in more than one way
SPELLINGS = str.maketrans(
    {
        "ケ": "ヶ",
        "が": "ヶ",
        "ガ": "ヶ",
        "ノ": "の",
        "之": "の",
        "𠮷": "吉",
        "曾": "曽",
        "龍": "竜",
        "檮": "梼",
        "蘂": "蕊",
    }
)
# a code written before the name in one cell: 28201 姫路市, 282014:姫路市
CODE_AND_NAME = re.compile(r"(\d{5,6})[:・_/-]?(\D{2,})")
LONGEST_NAME = 40


@dataclass(frozen=True, slots=True)
class Municipality:
    """A row of the nationwide list, as far as names need it."""

    code: str
    prefecture: str
    county: str
    name: str
    parent: str


# the six villages of the northern territories have codes in JIS X 0402 and shapes in N03 but no administration, so lists of
# the 1,741 municipalities leave them out: known by code and by county, never meant by a bare 泊村 (01403 is)
NORTHERN_VILLAGES = (
    Municipality("01695", "北海道", "色丹郡", "色丹村", ""),
    Municipality("01696", "北海道", "国後郡", "泊村", ""),
    Municipality("01697", "北海道", "国後郡", "留夜別村", ""),
    Municipality("01698", "北海道", "択捉郡", "留別村", ""),
    Municipality("01699", "北海道", "紗那郡", "紗那村", ""),
    Municipality("01700", "北海道", "蘂取郡", "蘂取村", ""),
)


def plain(text: object) -> str:
    """Give a name as it is compared: half-width where there is a choice, without blanks and notes."""
    return _plain(str(text)[:200])


@lru_cache(maxsize=2**14)
def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text)
    return re.sub(r"[\s\u200b\ufeff*※]|\(注?\d*\)$", "", folded)


def is_total(text: object, *, prefecture: str | None = None) -> bool:
    """Tell whether a cell names a sum or mean, not a municipality; in a prefecture's table also the prefecture itself."""
    name = plain(text).strip("()<>[]【】「」・")
    if name in TOTALS:
        return True
    known = _prefectures()
    if prefecture and known.get(name) == f"{prefecture}000":
        return True
    # 兵庫県計, 但馬地域平均 — but not a town whose own name would end so
    return name.endswith(TOTAL_ENDS) and len(name) <= 10 and not is_known(name)


@lru_cache(maxsize=1)
def all_municipalities() -> tuple[Municipality, ...]:
    """Give every municipality and ward of Japan in code order (without the northern villages)."""
    table = load("municipality_codes").fillna("")
    rows = table[["code", "prefecture", "county", "name", "parent"]].itertuples(
        index=False, name=None
    )
    northern = {place.code for place in NORTHERN_VILLAGES}
    return tuple(place for row in rows if (place := Municipality(*row)).code not in northern)


@lru_cache(maxsize=1)
def by_code() -> dict[str, Municipality]:
    """Give all municipalities, wards and the northern villages keyed by five-digit code."""
    return {place.code: place for place in (*all_municipalities(), *NORTHERN_VILLAGES)}


@lru_cache(maxsize=1)
def _by_name() -> dict[str, tuple[Municipality, ...]]:
    """Give who can be meant by each spelling: bare name, with county, with prefecture, with city."""
    found: dict[str, dict[str, Municipality]] = {}
    for place in all_municipalities():
        for spelling in _spellings(place):
            found.setdefault(_key(spelling), {})[place.code] = place
    for place in NORTHERN_VILLAGES:
        taken = _key(place.name) in found
        for spelling in _spellings(place):
            if not taken or place.county in spelling:
                found.setdefault(_key(spelling), {})[place.code] = place
    return {name: tuple(places.values()) for name, places in found.items()}


def _spellings(place: Municipality) -> set[str]:
    parent = by_code().get(place.parent)
    if parent:
        bare = place.name.removeprefix(parent.name).strip()
        short = {place.name, bare, parent.name + bare}
    else:
        short = {place.name, place.county + place.name}
    return short | {place.prefecture + spelling for spelling in short}


@lru_cache(maxsize=1)
def _by_stem() -> dict[tuple[str, str], tuple[Municipality, ...]]:
    """Give who can be meant, within a prefecture, by a name without its 市・町・村: 姫路."""
    found: dict[tuple[str, str], tuple[Municipality, ...]] = {}
    for place in all_municipalities():
        if not place.parent:
            key = (place.code[:2], _key(place.name[:-1]))
            found[key] = (*found.get(key, ()), place)
    return found


def _key(name: str) -> str:
    return plain(name).translate(SPELLINGS)


def is_known(text: object) -> bool:
    """Tell whether a cell names some municipality of Japan, perhaps several."""
    name = plain(text)
    key = name.translate(SPELLINGS)
    return (
        key in _by_name()
        or (HYOGO, key) in _by_stem()
        or name in FORMER_NAMES
        or bool(CODE_AND_NAME.fullmatch(name))
    )


def municipality_name(code: str) -> str:
    """Give the official name of a municipality or prefecture code."""
    if code.endswith("000"):
        return prefecture_name(code[:2])
    return by_code()[code].name


def prefecture_name(prefecture: str) -> str:
    """Give the name of a prefecture by its two digits."""
    return next(
        (place.prefecture for place in all_municipalities() if place.code[:2] == prefecture),
        prefecture,
    )


def resolve_municipality(text: object, *, prefecture: str | None = HYOGO) -> str:
    """Give the five-digit code of the municipality that a cell names, by code or by name.

    Parameters
    ----------
    text
        A code in any spelling that `dxkit.codes.short_code` accepts, or a name with or without county and prefecture.
    prefecture
        Two-digit prefecture to which the table belongs; ``None`` for a nationwide table.

    Raises
    ------
    PlaceNameError
        If nothing or several municipalities are meant, or one of another prefecture.
    """
    name = plain(text)
    if both := CODE_AND_NAME.fullmatch(name):
        code = _resolve_both(both[1], both[2], prefecture)
    else:
        code = _resolve_code(name) if name[:1].isdigit() else _resolve_name(name, prefecture)
    if prefecture and not code.startswith(prefecture):
        other = by_code()[code]
        home = prefecture_name(prefecture)
        remedy = f"{home}の表なら、この行を除くか市町名を直してください。他県も含む表なら prefecture=None を付けて読んでください"
        raise PlaceNameError(
            f"{home}の市町ではありません（{other.prefecture}{other.name}）", remedy
        )
    return code


def is_former_name(text: object) -> bool:
    """Tell whether a label is the name of a municipality that has another name today (篠山市 is 丹波篠山市)."""
    return plain(text) in FORMER_NAMES


def resolve_body(text: object) -> str:
    """Give the five-digit code of a municipality or of a prefecture (28000), as nationwide lists mix them."""
    return _prefectures().get(plain(text)) or resolve_municipality(text, prefecture=None)


def joined(prefecture: str, name: str) -> str:
    """Put the prefecture of a column of its own before a name that does not carry it yet."""
    known = plain(prefecture) in _prefectures() and not prefecture[:1].isdigit()
    return prefecture + name if known and not plain(name).startswith(plain(prefecture)) else name


def agrees(code: str, name: object, prefecture: str | None) -> bool:
    """Tell whether a name can mean this code; a repeated name agrees with each of those it means."""
    if plain(name).endswith(municipality_name(code)):
        return True
    try:
        return resolve_municipality(name, prefecture=prefecture) == code
    except PlaceNameError:
        return False


def place_of(code: str, name: str, within: str = "", *, prefecture: str | None) -> str:
    """Give the code of a row from its code, its name (with the prefecture of a column of its own), or both.

    Parameters
    ----------
    code, name, within
        What the row holds: code, name and prefecture name, each perhaps empty.
    prefecture
        As in `resolve`; a nationwide table may also name prefectures (28000).

    Raises
    ------
    PlaceNameError
        As `resolve` does, and if code and name do not agree.
    """
    if not code and not name:
        raise PlaceNameError(
            "市町名も団体コードも空欄です",
            "市町名か団体コードを入れてください（合計や注の行なら消してください）",
        )
    meant = code or joined(within, name)
    found = (
        resolve_body(meant)
        if prefecture is None
        else resolve_municipality(meant, prefecture=prefecture)
    )
    if code and name and not agrees(found, name, prefecture):
        raise PlaceNameError(
            f"団体コード {found}（{municipality_name(found)}）と市町名「{shorten(name, 30)}」が合いません",
            "どちらかを直してください",
        )
    return found


@lru_cache(maxsize=1)
def _prefectures() -> dict[str, str]:
    """Give the code of each prefecture under its name and its codes with and without check digit."""
    found = {place.prefecture: place.code[:2] + "000" for place in all_municipalities()}
    return (
        found
        | {code: code for code in found.values()}
        | {full_code(code): code for code in found.values()}
    )


def _resolve_code(name: str) -> str:
    try:
        code = short_code(name)
    except CodeError as error:
        raise PlaceNameError(str(error).removesuffix("。"), "団体コードを直してください") from None
    if code not in by_code():
        raise PlaceNameError(
            f"団体コード {code} の市区町村はありません（廃止されたか、入力の誤りです）",
            "団体コードを直してください",
        )
    return code


def _resolve_both(typed: str, name: str, prefecture: str | None) -> str:
    code = _resolve_code(typed)
    if not agrees(code, name, prefecture):
        raise PlaceNameError(
            f"団体コード {code}（{municipality_name(code)}）と「{name}」が合いません",
            "どちらかを直してください",
        )
    return code


def _resolve_name(name: str, prefecture: str | None) -> str:
    if name in FORMER_NAMES:
        return FORMER_NAMES[name]
    key = name.translate(SPELLINGS)
    found = _by_name().get(key, ())
    if prefecture:
        found = (
            tuple(place for place in found if place.code.startswith(prefecture))
            or _by_stem().get((prefecture, key))
            or found
        )
    if len(found) == 1:
        return found[0].code
    if found:
        meant = "、".join(f"{place.prefecture}{place.name}（{place.code}）" for place in found[:4])
        more = "など" if len(found) > 4 else ""
        raise PlaceNameError(
            f"同じ名前の市区町村が{len(found)}つあります: {meant}{more}",
            "都道府県名か団体コードの列を加えてください",
        )
    if not name:
        raise PlaceNameError("市区町村名が空欄です", "市町名か団体コードを入れてください")
    raise PlaceNameError(
        f"「{shorten(name, LONGEST_NAME)}」という市区町村はありません", _suggest(name, prefecture)
    )


@lru_cache(maxsize=2**10)
def _suggest(name: str, prefecture: str | None) -> str:
    """Name what may have been meant; only names that share characters are compared, because comparing is slow."""
    places = [
        place
        for place in all_municipalities()
        if not prefecture or place.code.startswith(prefecture)
    ]
    letters = Counter({place.name: len(set(place.name) & set(name)) for place in places})
    likely = (
        [candidate for candidate, shared in letters.most_common(20) if shared]
        if len(name) <= LONGEST_NAME
        else []
    )
    near = difflib.get_close_matches(name, likely, n=3, cutoff=0.5)
    return f"もしかして: {'、'.join(near)}" if near else "市町名を直してください"
