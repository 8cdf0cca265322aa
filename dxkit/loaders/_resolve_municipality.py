"""Which municipality does this name or code mean?"""

import difflib
import re
from collections import Counter
from functools import lru_cache

from dxkit.codes import short_code
from dxkit.errors import CodeError, PlaceNameError, shorten
from dxkit.loaders._municipalities import (
    Municipality,
    all_municipalities,
    find_prefecture_name,
    map_municipalities,
    map_prefectures,
)
from dxkit.loaders._place_names import (
    CODE_AND_NAME,
    FORMER_NAMES,
    find_successors,
    map_spellings,
    map_stems,
    municipality_name,
    names_municipality,
    to_plain_name,
    to_spelling_key,
)
from dxkit.loaders._resolve_prefecture import HYOGO

# the running number of a row in one cell with its name: 1.姫路市, (1)姫路市, No.1 姫路市, ❶姫路市
ROW_NUMBER = r"[^\w]*(?i:no\.?)?[\d❶-❿⓫-⓴]{1,3}番?[^\w]*"
# what stands before a name as a number or a sign: ○姫路市, 1.姫路市
LEADING_SIGNS = re.compile(rf"^(?:{ROW_NUMBER}|\d+[^\w]*|[^\w]+)")
# codes are longer than the number of a row
NUMBERED_NAME = re.compile(rf"{ROW_NUMBER}(?P<name>[^\W\d].*)")
LONGEST_NAME = 40
# what to do about a row that names nobody
NAME_REMEDY = "市町名を直すか、市町の行でなければ（その他、県外など）消してください"
# municipalities of one name that a message lists
LISTED_PLACES = 4
# how like a name must be to be suggested, and how many are compared and suggested
SUGGESTED_LIKENESS = 0.5
COMPARED_NAMES = 20
SUGGESTED_NAMES = 3


def resolve_municipality(text: object, *, prefecture: str | None = HYOGO) -> str:
    """Find the five-digit code of the municipality that a cell names, by code or by name.

    Parameters
    ----------
    text
        A code in any spelling that `dxkit.codes.short_code` accepts, or a name with or without
        county and prefecture.
    prefecture
        Two-digit prefecture to which the table belongs; ``None`` for a nationwide table.

    Returns
    -------
    str

    Raises
    ------
    PlaceNameError
        If nothing or several municipalities are meant, or one of another prefecture.

    Examples
    --------
    >>> resolve_municipality("揖保郡太子町"), resolve_municipality("大阪府太子町", prefecture=None)
    ('28464', '27381')
    """
    name = to_plain_name(text)
    # 28201 姫路市 in one cell
    if both := CODE_AND_NAME.fullmatch(name):
        code = _resolve_code_and_name(both[1], both[2])
    elif (numbered := NUMBERED_NAME.fullmatch(name)) and names_municipality(numbered["name"]):
        code = _resolve_name(numbered["name"], prefecture)
    elif name[:1].isdigit():
        code = _resolve_code(name)
    else:
        code = _resolve_name(name, prefecture)
    if prefecture and not code.startswith(prefecture):
        place = map_municipalities()[code]
        home = find_prefecture_name(prefecture)
        problem = f"{home}の市町ではありません（{place.prefecture}{place.name}）"
        remedy = (
            f"{home}の表なら、この行を除くか市町名を直してください。"
            "他県も含む表なら prefecture=None を付けて読んでください"
        )
        raise PlaceNameError(problem, remedy)
    return code


def resolve_row(code: str, name: str, within: str = "", *, prefecture: str | None) -> str:
    """Find the code of a row from its code, its name (with a prefecture beside it), or both.

    Parameters
    ----------
    code, name, within
        What the row holds: code, name and prefecture name, each perhaps empty.
    prefecture
        As in `resolve_municipality`; a nationwide table may also name prefectures (28000).

    Raises
    ------
    PlaceNameError
        As `resolve_municipality` does, and if code and name do not agree.
    """
    if not code and not name:
        raise PlaceNameError(
            "市町名も団体コードも空欄です",
            "市町名か団体コードを入れてください（合計や注の行なら消してください）",
        )
    # a code says more than a name; the name is compared with it below
    written = code or _join_prefecture(within, name)
    if prefecture is None:
        resolved = _resolve_body(written)
    else:
        resolved = resolve_municipality(written, prefecture=prefecture)
    if code and name and not agrees(resolved, name):
        official = municipality_name(resolved)
        raise PlaceNameError(
            f"団体コード {resolved}（{official}）と市町名「{shorten(name, 30)}」が合いません",
            "どちらかを直してください",
        )
    # most tables have no column of prefectures
    home = map_prefectures().get(to_plain_name(within)) if code and within else None
    if home and home[:2] != resolved[:2]:
        official = municipality_name(resolved)
        raise PlaceNameError(
            f"団体コード {resolved}（{find_prefecture_name(resolved[:2])}{official}）と"
            f"都道府県名「{shorten(within, 30)}」が合いません",
            "どちらかを直してください",
        )
    return resolved


def _resolve_body(text: object) -> str:
    """Find the code of a municipality or of a prefecture (28000), as nationwide lists mix them."""
    prefecture = map_prefectures().get(to_plain_name(text))
    return prefecture or resolve_municipality(text, prefecture=None)


def _join_prefecture(prefecture: str, name: str) -> str:
    """Put the prefecture of a column of its own before a name that does not carry it yet."""
    is_prefecture = to_plain_name(prefecture) in map_prefectures() and not prefecture[:1].isdigit()
    if not is_prefecture or to_plain_name(name).startswith(to_plain_name(prefecture)):
        return name
    return prefecture + name


def agrees(code: str, name: object) -> bool:
    """Check whether a name can mean this code; a repeated name agrees with each that it means.

    Both are compared by what they resolve to: 津市 is not 大津市, whose name ends with it.
    """
    plain = to_plain_name(name)
    if plain in FORMER_NAMES:
        return FORMER_NAMES[plain] == code
    if both := CODE_AND_NAME.fullmatch(plain):
        return both[1][: len(code)] == code and agrees(code, both[2])
    # nearly all names are the official one, letter by letter
    official = map_municipalities().get(code)
    if official is not None and plain == official.name:
        return True
    # numbers and signs before a name say nothing of it
    for spelling in (plain, LEADING_SIGNS.sub("", plain)):
        key = to_spelling_key(spelling)
        # a village of the northern territories that shares its name with one that it is not
        is_official = official is not None and spelling == to_plain_name(official.name)
        if is_official or map_prefectures().get(spelling) == code:
            return True
        places = (*map_spellings().get(key, ()), *map_stems().get((code[:2], key), ()))
        if any(place.code == code for place in places):
            return True
    return False


def _resolve_code(name: str) -> str:
    try:
        code = short_code(name)
    except CodeError as error:
        raise PlaceNameError(str(error).removesuffix("。"), "団体コードを直してください") from None
    # the check digit is right, but no municipality has this code
    if code not in map_municipalities():
        problem = f"団体コード {code} の市区町村はありません（廃止されたか、入力の誤りです）"
        raise PlaceNameError(problem, "団体コードを直してください")
    return code


def _resolve_code_and_name(typed: str, name: str) -> str:
    code = _resolve_code(typed)
    if not agrees(code, name):
        raise PlaceNameError(
            f"団体コード {code}（{municipality_name(code)}）と「{name}」が合いません",
            "どちらかを直してください",
        )
    return code


def _resolve_name(name: str, prefecture: str | None) -> str:
    # a former name is that of nobody else
    if name in FORMER_NAMES:
        return FORMER_NAMES[name]
    # all that the name can mean, in code order
    places = _find_places(name, prefecture)
    is_at_home = any(place.code.startswith(prefecture or "") for place in places)
    if not is_at_home and (successors := find_successors(name, prefecture)):
        listed = "、".join(
            f"{place.prefecture}{place.name}（{place.code}）" for place in successors
        )
        raise PlaceNameError(
            f"「{shorten(name, LONGEST_NAME)}」は合併などでなくなった市町村名です",
            f"今の市町村は {listed} です。合併後の市町村ごとにまとめた表にしてください",
        )
    if len(places) == 1:
        return places[0].code
    if places:
        listed = "、".join(
            f"{place.prefecture}{place.name}（{place.code}）" for place in places[:LISTED_PLACES]
        )
        more = "など" if len(places) > LISTED_PLACES else ""
        raise PlaceNameError(
            f"同じ名前の市区町村が{len(places)}つあります: {listed}{more}",
            "都道府県名か団体コードの列を加えてください",
        )
    if not name:
        raise PlaceNameError("市区町村名が空欄です", "市町名か団体コードを入れてください")
    problem = f"「{shorten(name, LONGEST_NAME)}」という市区町村はありません"
    raise PlaceNameError(problem, _suggest_names(name, prefecture))


def _find_places(name: str, prefecture: str | None) -> tuple[Municipality, ...]:
    """Find who can be meant by a name; in a prefecture's table first one of that prefecture."""
    key = to_spelling_key(name)
    places = map_spellings().get(key, ())
    if not prefecture:
        return places
    at_home = tuple(place for place in places if place.code.startswith(prefecture))
    return at_home or map_stems().get((prefecture, key)) or places


@lru_cache(maxsize=2**10)
def _suggest_names(name: str, prefecture: str | None) -> str:
    """Suggest what may have been meant."""
    if len(name) > LONGEST_NAME:
        return NAME_REMEDY
    # comparing is slow: only names that share letters are compared
    shared_letters = Counter(
        {
            place.name: len(set(place.name) & set(name))
            for place in all_municipalities()
            if not prefecture or place.code.startswith(prefecture)
        }
    )
    candidates = [
        candidate for candidate, shared in shared_letters.most_common(COMPARED_NAMES) if shared
    ]
    near = difflib.get_close_matches(name, candidates, n=SUGGESTED_NAMES, cutoff=SUGGESTED_LIKENESS)
    return f"もしかして: {'、'.join(near)}" if near else NAME_REMEDY
