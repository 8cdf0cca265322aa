"""Which persons stand in a row of a meeting's list: one, one in two cells, or several?

An office that keeps a row a body writes its people side by side (出席者1, 出席者2), into one cell
(青木、伊藤), or surname and first name apart. Each person is a member of their own.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence

from dxkit.errors import list_first, shorten
from dxkit.loaders._roster_totals import is_people_count

FAMILY_HEADINGS = frozenset(("姓", "氏", "苗字", "名字"))
GIVEN_HEADINGS = frozenset(("名", "名前"))
# 出席者1, 氏名（2）, 1人目
NUMBER = re.compile(r"\d+")
COUNTING = re.compile(r"[\d()\[\]_.]|人目|の")
# between several names of a cell, but not inside of brackets: 青木（課長、代理）
BETWEEN = re.compile(r"[、,，/／\r\n]+(?![^(（]*[)）])")
# （あおき はなこ） below a name says something of it, and is nobody else
BRACKETED = re.compile(r"[(（][^()（）]*[)）]")
# 他2名, ほか数人, behind a blank or alone; 外山 is a name
NAMELESS = re.compile(
    r"(?:^|(?<=[\s　、,，/／]))(?:他|ほか|外)\s*(?:[\d０-９一二三四五六七八九十数]+\s*[名人](?:様|程度)?)?$"
)
# keys of the second and further columns of persons; no heading holds this sign
SEPARATOR = "\x1f"
# rows that a remark names
SHOWN = 5

Member = tuple[int, dict[str, str]]


def find_person_headings(headings: Sequence[str], persons: frozenset[str]) -> list[str]:
    """Find the headings that name persons only together: 姓 and 名, or 出席者1 and 出席者2.

    Parameters
    ----------
    headings
        All headings of a list.
    persons
        The words that head a column of persons.
    """
    plain = {heading: _simplify(heading) for heading in headings}
    families = [heading for heading, word in plain.items() if word in FAMILY_HEADINGS]
    givens = [heading for heading, word in plain.items() if word in GIVEN_HEADINGS]
    if len(families) == len(givens) == 1:
        return [*families, *givens]
    stems = {
        heading: COUNTING.sub("", word)
        for heading, word in plain.items()
        if word in persons or NUMBER.search(word)
    }
    counted = {heading for heading in stems if NUMBER.search(plain[heading])}
    for stem in dict.fromkeys(stems.values()):
        alike = [heading for heading in stems if stems[heading] == stem]
        # beside 氏名, 担当者1 and 担当者2 are whom to ask
        others = [one for one, word in plain.items() if word in persons and one not in alike]
        if others:
            continue
        is_person = stem in persons or (not stem and all("人目" in plain[one] for one in alike))
        if is_person and len(alike) > 1 and counted.intersection(alike):
            return alike
    return []


def index_by_person(headings: Sequence[str], together: Sequence[str]) -> dict[str, tuple[str, int]]:
    """Find which columns tell something of one of several persons: 役職1 and 役職2.

    Parameters
    ----------
    headings
        All headings of a list.
    together
        Those that name persons.

    Returns
    -------
    dict
        Heading to what it says without the number (役職), and the person's place from 0.
    """
    places = {
        match[0]: place
        for place, heading in enumerate(together)
        if (match := NUMBER.search(_simplify(heading)))
    }
    others = [heading for heading in headings if heading not in together]
    stems = {heading: COUNTING.sub("", _simplify(heading)) for heading in others}
    numbers = {heading: NUMBER.search(_simplify(heading)) for heading in others}
    found: dict[str, tuple[str, int]] = {}
    for heading in others:
        number = numbers[heading]
        alike = [other for other in others if stems[other] == stems[heading] and numbers[other]]
        if number and number[0] in places and stems[heading] and len(alike) > 1:
            found[heading] = (stems[heading], places[number[0]])
    return found


def _simplify(heading: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", heading).casefold())


def is_one_name(headings: Sequence[str]) -> bool:
    """Check for columns that hold the parts of one name."""
    words = [_simplify(heading) for heading in headings]
    return (
        len(words) == 2  # surname and first name
        and bool(FAMILY_HEADINGS.intersection(words))
        and bool(GIVEN_HEADINGS.intersection(words))
    )


def name_person_column(place: int, what: str = "person") -> str:
    """Name the cells of a column about a row's person at a place, counted from 0."""
    return f"{what}{SEPARATOR}{place}" if place or what != "person" else what


def split_persons(
    members: Sequence[Member], *, is_joined: bool
) -> tuple[list[Member], list[tuple[str, str]]]:
    """Give each person a row; say which rows held several, or people without a name.

    Parameters
    ----------
    members
        Row number and cells; ``person`` and its further columns hold names.
    is_joined
        Whether the columns of persons are the parts of one name.

    Returns
    -------
    tuple of list, list of tuple
        The members, and what to say of them in Japanese: what was done, and what to do.
    """
    persons: list[Member] = []
    several: list[str] = []
    nameless: list[str] = []
    numbers: list[str] = []
    for number, cells in members:
        texts = [cells[key] for key in cells if is_person(key)]
        shared = {key: text for key, text in cells.items() if SEPARATOR not in key}
        if not texts:
            persons.append((number, shared))
            continue
        joined = [" ".join(filter(None, texts))] if is_joined else texts
        parts = [(place, part) for place, text in enumerate(joined) for part in _split_cell(text)]
        nameless += [f"{number}行目「{part}」" for _, part in parts if _has_nameless(part)]
        names = [
            (place, "" if is_people_count(part) else NAMELESS.sub("", part).strip())
            for place, part in parts
        ]
        named = [(place, name) for place, name in names if name] or [(0, "")]
        persons += [
            (number, shared | _select_person(cells, place) | {"person": name})
            for place, name in named
        ]
        numbers += [f"{number}行目「{name}」" for _, name in named if name.isdecimal()]
        if len(named) > 1:
            several.append(f"{number}行目「{shorten('、'.join(name for _, name in named), 30)}」")
    return persons, _describe(several, nameless, numbers)


def _has_nameless(part: str) -> bool:
    """Check for people without a name: 他2名 behind a name, or 3名 in place of one."""
    return NAMELESS.search(part) is not None or is_people_count(part)


def is_person(key: str) -> bool:
    """Check for the name of a column of persons."""
    return key.partition(SEPARATOR)[0] == "person"


def _select_person(cells: Mapping[str, str], place: int) -> dict[str, str]:
    """Select what a row says of its person at a place alone."""
    parts = {key: key.partition(SEPARATOR) for key in cells if SEPARATOR in key}
    stems = dict.fromkeys(stem for stem, _, _ in parts.values() if stem != "person")
    own = {stem: cells[key] for key, (stem, _, at) in parts.items() if at == str(place)}
    return {stem: own.get(stem, "") for stem in stems}


def _split_cell(text: str) -> list[str]:
    names: list[str] = []
    for part in filter(None, map(str.strip, BETWEEN.split(text))):
        if names and BRACKETED.fullmatch(part):
            names[-1] += part
        else:
            names.append(part)
    return names


def _describe(
    several: Sequence[str], nameless: Sequence[str], numbers: Sequence[str]
) -> list[tuple[str, str]]:
    remarks = []
    if several:
        listed = list_first(several, SHOWN, count=len(several), unit="行")
        remarks.append(
            (
                f"1行に何人か書かれた{len(several)}行を、1人1行に分けました（{listed}）",
                "1人の名前なら、区切りの「、」や改行を消してください",
            )
        )
    if nameless:
        listed = list_first(nameless, SHOWN, count=len(nameless))
        remarks.append(
            (f"名前のない人は読みませんでした（{listed}）", "1人1行で書き足してください")
        )
    if numbers:
        listed = list_first(numbers, SHOWN, count=len(numbers))
        remarks.append(
            (
                f"氏名が数だけのものも、1人の名前として読みました（{listed}）",
                "人数なら、1人1行で氏名を書いてください",
            )
        )
    return remarks


def make_person_key(cells: Mapping[str, str]) -> tuple[str, str]:
    """Write body and person as they are compared: 青木 花子 is 青木花子."""
    return (_simplify(cells["code"]), _simplify(cells.get("person", "")))
