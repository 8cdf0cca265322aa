"""Which town and which number does this address mean?

「兵庫県神戸市中央区浜町二丁目3番4号 サンハイツ101」, 「中央区浜町２―３―４」 and 「浜町2の3の4」 are
the same door. Municipality names are taken from the national list, so nothing is cut off by a
pattern; what follows the numbers (building, room) is left out.
"""

import re
import unicodedata
from functools import lru_cache

from dxkit.linkage._name_variants import fold_accents
from dxkit.loaders import all_municipalities

DIGITS = {character: value for value, character in enumerate("〇一二三四五六七八九")} | {"零": 0}
UNITS = {"十": 10, "百": 100}
NUMERALS = "〇零一二三四五六七八九十百"
KANJI_NUMBER = re.compile(f"[{NUMERALS}]+")
# only a numeral that counts something is a number: 三宮町 and 八幡 are names and stay
COUNTED_NUMERAL = re.compile(rf"[{NUMERALS}]+(?=丁目?|番(?!町)|号|(?:[のノ\-])[\d{NUMERALS}]|$)")
NUMERAL_AFTER_JOINT = re.compile(rf"(?<=[\d][のノ\-])[{NUMERALS}]+")
HYPHENS = re.compile(r"[‐‑‒–—―−ｰー─━~〜](?=\d)|(?<=\d)[‐‑‒–—―−ｰー─━~〜]")
JOINTS = re.compile(r"(?<=\d)(?:丁目?|番地の?|番|号|[のノ/.])-?(?=(\d)|)")
DOOR = re.compile(r"([^\d|]*)(\d+(?:-\d+){0,2})?")
AZA = re.compile(r"大字|小字|^字|(?<=町)字")
# a blank between two numbers parts the door from the room
ROOM = re.compile(r"(?<=\d)\s+(?=\d)")
# an address without any of these is one in other letters
JAPANESE = re.compile(
    r"[\u3041-\u3096\u30a1-\u30fa\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
NUMBER = re.compile(r"\d+(?:-\d+)*")
LETTERS = re.compile(r"[^\W\d_]+")
# characters of an address that are read; a hostile cell may be megabytes long
MAX_ADDRESS_LENGTH = 200
# longest name of a municipality with its county, in characters
MAX_HEAD_LENGTH = 12
# kanji, hiragana and katakana, none of which is a numeral
_PLAIN = "".join(
    chr(code) for code in (*range(0x4E00, 0x9FA6), *range(0x3041, 0x3097), *range(0x30A1, 0x30FB))
)
_LETTERS = f"[{''.join(letter for letter in _PLAIN if letter not in NUMERALS)}]"
# a town in plain letters, then numbers, then nothing or a blank and a building: what most
# addresses are, and what can be read in two halves that repeat from record to record
TWO_HALVES = re.compile(
    rf"((?:{_LETTERS}|[々 　])*)"
    rf"((?:[0-9０-９]|[{NUMERALS}]{{1,3}}丁目)[0-9０-９{NUMERALS}丁目番地号のノ－ー-]*)"
    rf"(?:$|(?<![{NUMERALS}])[ 　]+(?![丁目番地号のノ]){_LETTERS})"
)
# the same for a town whose name holds numerals, as all of 三田市 do, where digits follow
NUMERAL_HALVES = re.compile(
    rf"((?:{_LETTERS}|[{NUMERALS}々 　])*)"
    rf"([0-9０-９][0-9０-９丁目番地号のノ－ー-]*)(?:$|[ 　]+(?![丁目番地号のノ]){_LETTERS})"
)


def read_kanji_number(text: str) -> int:
    """Compute the value of kanji numerals, 二十三 as well as 二三."""
    if not any(unit in text for unit in UNITS):
        return int("".join(str(DIGITS[character]) for character in text))
    total = 0
    # the digit before a unit, until the unit is read: 二 of 二十
    digit = 0
    for character in text:
        if character in UNITS:
            total += max(digit, 1) * UNITS[character]
            digit = 0
        else:
            digit = DIGITS[character]
    return total + digit


def read_address(text: str, code: str = "", prefecture_code: str = "") -> tuple[str, str, str]:
    """Read municipality code, town and numbers; empty where the address does not say.

    Parameters
    ----------
    text
        An address in any spelling.
    code
        The municipality written beside it, if any; it wins over the one in the text.
    prefecture_code
        Where most records of the register belong: it decides between municipalities of one name.
    """
    one_width = unicodedata.normalize("NFKC", text[:MAX_ADDRESS_LENGTH]).strip()
    # a bar marks where the room begins before all blanks are taken out
    plain = "".join(ROOM.sub("|", one_width).split())
    if plain and not JAPANESE.search(plain):
        return _read_foreign_address(one_width, code)
    code_in_text, rest = _split_municipality(plain, code[:2], prefecture_code)
    rest = HYPHENS.sub("-", rest)
    # numerals become digits, then 丁目・番・号 between digits become hyphens: 二丁目3番4号 is 2-3-4
    rest = NUMERAL_AFTER_JOINT.sub(_write_arabic, COUNTED_NUMERAL.sub(_write_arabic, rest))
    rest = JOINTS.sub(lambda joint: "-" if joint[1] else "", AZA.sub("", rest))
    door = DOOR.match(rest)
    town = door[1] if door else ""
    block = (door[2] or "") if door else ""
    return (
        code or code_in_text,
        town.strip("-、,. "),
        # 02-03 is 2-3, but a lone 0 stays a number
        "-".join(part.lstrip("0") or "0" for part in block.split("-")) if block else "",
    )


def _read_foreign_address(text: str, code: str) -> tuple[str, str, str]:
    """Read an address in other letters: its words are the town, its numbers the block."""
    block = "-".join(number.lstrip("0") or "0" for number in NUMBER.findall(text)[:3])
    return code, "".join(split_words(text)), block


def split_words(text: str) -> list[str]:
    """Split the words of an address in other letters, without its numbers."""
    one_width = unicodedata.normalize("NFKC", text[:MAX_ADDRESS_LENGTH])
    return LETTERS.findall(NUMBER.sub(" ", fold_accents(one_width)).upper())


def is_ambiguous(text: str) -> bool:
    """Say whether the address begins with a name that several municipalities bear."""
    plain = "".join(unicodedata.normalize("NFKC", text[:MAX_ADDRESS_LENGTH]).split())
    if any(plain.startswith(prefecture) for prefecture in _load_prefecture_codes()):
        return False
    heads = _load_national_heads()
    lengths = range(min(MAX_HEAD_LENGTH, len(plain)), 1, -1)
    fitting = (plain[:length] for length in lengths if not _is_town_name(plain, length))
    return len(next((heads[head] for head in fitting if head in heads), ())) > 1


class AddressReader:
    """Read many addresses: every town and every run of numbers once."""

    def __init__(self, prefecture_code: str = "") -> None:
        self._prefecture_code = prefecture_code
        self._towns: dict[tuple[str, str], tuple[str, str]] = {}
        self._blocks: dict[str, str] = {}
        self._addresses: dict[tuple[str, str], tuple[str, str, str]] = {}
        self._has_counted: dict[str, bool] = {}

    def __call__(self, text: str, code: str) -> tuple[str, str, str]:
        """Read an address as `read_address` does."""
        halves = self._split(text) if len(text) <= MAX_ADDRESS_LENGTH else None
        if not halves:
            if (text, code) not in self._addresses:
                self._addresses[text, code] = read_address(text, code, self._prefecture_code)
            return self._addresses[text, code]
        head = halves[1]
        door = halves[2]
        # the town does not depend on its numbers, nor the numbers on their town: any will do
        if (head, code) not in self._towns:
            self._towns[head, code] = read_address(head + "1", code, self._prefecture_code)[:2]
        if door not in self._blocks:
            self._blocks[door] = read_address("町" + door)[2]
        return *self._towns[head, code], self._blocks[door]

    def _split(self, text: str) -> re.Match[str] | None:
        """Split an address into town and numbers, if neither depends on the other."""
        if halves := TWO_HALVES.match(text):
            return halves
        halves = NUMERAL_HALVES.match(text)
        if halves and halves[1] not in self._has_counted:
            head = "".join(halves[1].split())
            self._has_counted[halves[1]] = bool(COUNTED_NUMERAL.search(head + "1"))
        return None if halves and self._has_counted[halves[1]] else halves


def _write_arabic(numeral: re.Match[str]) -> str:
    return str(read_kanji_number(numeral[0]))


def _split_municipality(plain: str, code_prefix: str, prefecture_code: str = "") -> tuple[str, str]:
    """Take prefecture and municipality off the head of an address.

    Without a prefecture in the text or in the code beside it, the one where most records belong
    is tried first; elsewhere only a name that one municipality alone bears is taken.
    """
    # 神奈川県・和歌山県・鹿児島県 have four characters, all others three
    prefecture = next(
        (plain[:length] for length in (3, 4) if plain[:length] in _load_prefecture_codes()), ""
    )
    rest = plain.removeprefix(prefecture)
    certain_code = _load_prefecture_codes()[prefecture] if prefecture else code_prefix
    if certain_code:
        return _take_head(rest, _load_heads(certain_code)) or ("", rest)
    if prefecture_code and (pair := _take_head(rest, _load_heads(prefecture_code))):
        return pair
    return _take_head(rest, _load_unique_heads()) or ("", rest)


def _take_head(rest: str, heads: dict[str, str]) -> tuple[str, str] | None:
    """Take the longest head that fits: a ward is written behind its city."""
    for length in range(min(MAX_HEAD_LENGTH, len(rest)), 1, -1):
        code_of_head = heads.get(rest[:length])
        if code_of_head and not _is_town_name(rest, length):
            return code_of_head, rest[length:]
    return None


def _is_town_name(rest: str, length: int) -> bool:
    """Say whether what reads like a municipality is a town, as a number follows: 太子町3丁目."""
    return (
        length == 3 and rest[2] == "町" and (rest[3:4].isdigit() or rest[3:4] in (*DIGITS, *UNITS))
    )


@lru_cache(maxsize=1)
def _load_prefecture_codes() -> dict[str, str]:
    return {place.prefecture: place.code[:2] for place in all_municipalities()}


@lru_cache(maxsize=48)
def _load_heads(prefecture_code: str) -> dict[str, str]:
    """Map each head of an address to its code; the wards of a city mean the city."""
    heads: dict[str, str] = {}
    for place in all_municipalities():
        if place.code[:2] == prefecture_code:
            names = {place.name, place.county + place.name}
            if place.parent:
                city = next(city.name for city in all_municipalities() if city.code == place.parent)
                # people write 中央区 as well as 神戸市中央区
                ward = place.name.removeprefix(city).strip()
                names = {city + ward, ward}
            heads |= {"".join(name.split()): place.parent or place.code for name in names}
    return heads


@lru_cache(maxsize=1)
def _load_national_heads() -> dict[str, frozenset[str]]:
    """Map each head that needs no prefecture to all municipalities that it may mean.

    A 町 or 村 without its county is left out: 栄町 and 本町 are far oftener towns of some city.
    """
    heads: dict[str, set[str]] = {}
    for prefecture_code in sorted(set(_load_prefecture_codes().values())):
        for head, code in _load_heads(prefecture_code).items():
            if head[-1] in "市区" or "郡" in head[1:]:
                heads.setdefault(head, set()).add(code)
    return {head: frozenset(codes) for head, codes in heads.items()}


@lru_cache(maxsize=1)
def _load_unique_heads() -> dict[str, str]:
    """Map heads that one municipality of Japan alone bears."""
    national = _load_national_heads()
    return {head: next(iter(codes)) for head, codes in national.items() if len(codes) == 1}
