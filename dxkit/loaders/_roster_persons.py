"""Which persons stand in a row of a meeting's list: one, one in two cells, or several?

An office that keeps a row a body writes its people side by side (出席者1, 出席者2), into one cell
(青木、伊藤), or surname and first name apart. Each person is a member of their own.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence

from dxkit.errors import list_first, shorten

FAMILY_HEADINGS = frozenset(("姓", "氏", "苗字", "名字"))
GIVEN_HEADINGS = frozenset(("名", "名前"))
# 出席者1, 氏名（2）, 1人目
NUMBER = re.compile(r"\d+")
COUNTING = re.compile(r"[\d()\[\]_.]|人目|の")
# between several names of a cell, but not inside of brackets: 青木（課長、代理）
BETWEEN = re.compile(r"[、,，/／\r\n]+(?![^(（]*[)）])")
# 他2名, ほか数人, behind a blank or alone; 外山 is a name
NAMELESS = re.compile(
    r"(?:^|(?<=[\s　、,，/／]))(?:他|ほか|外)\s*(?:[\d０-９一二三四五六七八九十数]+\s*[名人](?:程度)?)?$"
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
        is_person = stem in persons or (not stem and all("人目" in plain[one] for one in alike))
        if is_person and len(alike) > 1 and counted.intersection(alike):
            return alike
    return []


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


def name_person_column(count: int) -> str:
    """Name the cells of a column of persons, of which ``count`` came before."""
    return f"person{SEPARATOR}{count + 1}" if count else "person"


def split_persons(members: Sequence[Member], *, is_joined: bool) -> tuple[list[Member], list[str]]:
    """Give each person a row; say which rows held several, or people without a name.

    Parameters
    ----------
    members
        Row number and cells; ``person`` and its further columns hold names.
    is_joined
        Whether the columns of persons are the parts of one name.

    Returns
    -------
    tuple of list, list of str
        The members, and what to say of them in Japanese.
    """
    persons: list[Member] = []
    several: list[str] = []
    nameless: list[str] = []
    for number, cells in members:
        texts = [cells[key] for key in cells if key.partition(SEPARATOR)[0] == "person"]
        others = {key: text for key, text in cells.items() if SEPARATOR not in key}
        if not texts:
            persons.append((number, others))
            continue
        joined = [" ".join(filter(None, texts))] if is_joined else texts
        parts = [part for text in joined for part in _split_cell(text)]
        nameless += [f"{number}行目「{part}」" for part in parts if NAMELESS.search(part)]
        names = [name for part in parts if (name := NAMELESS.sub("", part).strip())]
        persons += [(number, others | {"person": name}) for name in names or [""]]
        if len(names) > 1:
            several.append(f"{number}行目「{shorten('、'.join(names), 30)}」")
    return persons, _describe(several, nameless)


def _split_cell(text: str) -> list[str]:
    return [part.strip() for part in BETWEEN.split(text) if part.strip()]


def _describe(several: Sequence[str], nameless: Sequence[str]) -> list[str]:
    remarks = []
    if several:
        listed = list_first(several, SHOWN, count=len(several), unit="行")
        remarks.append(
            f"1行に何人か書かれた{len(several)}行を、1人1行に分けました（{listed}）"
            " → 1人の名前なら、区切りの「、」や改行を消してください"
        )
    if nameless:
        listed = list_first(nameless, SHOWN, count=len(nameless))
        remarks.append(f"名前のない人は読みませんでした（{listed}） → 1人1行で書き足してください")
    return remarks


def make_person_key(cells: Mapping[str, str]) -> tuple[str, str]:
    """Write body and person as they are compared: 青木 花子 is 青木花子."""
    return (_simplify(cells["code"]), _simplify(cells.get("person", "")))
