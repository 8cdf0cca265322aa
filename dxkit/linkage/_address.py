"""Which town and which number does this address mean?

「兵庫県神戸市中央区浜町二丁目3番4号 サンハイツ101」, 「中央区浜町２―３―４」 and 「浜町2の3の4」 are the same door.
Municipality names are taken from the national list, so nothing is cut off by a pattern; what follows the numbers (building,
room) is left out.
"""

import re
import unicodedata
from functools import lru_cache

from dxkit.loaders import HYOGO, all_municipalities

DIGITS = {character: value for value, character in enumerate("〇一二三四五六七八九")} | {"零": 0}
UNITS = {"十": 10, "百": 100}
NUMERALS = "〇零一二三四五六七八九十百"
KANJI_NUMBER = re.compile(f"[{NUMERALS}]+")
# a numeral of a number, not of a name: 三宮町 and 八幡 stay
COUNTED = re.compile(rf"[{NUMERALS}]+(?=丁目?|番(?!町)|号|(?:[のノ\-])[\d{NUMERALS}]|$)")
AFTER = re.compile(rf"(?<=[\d][のノ\-])[{NUMERALS}]+")
HYPHENS = re.compile(r"[‐‑‒–—―−ｰー─━~〜](?=\d)|(?<=\d)[‐‑‒–—―−ｰー─━~〜]")
JOINTS = re.compile(r"(?<=\d)(?:丁目?|番地の?|番|号|[のノ/.])-?(?=(\d)|)")
DOOR = re.compile(r"([^\d|]*)(\d+(?:-\d+){0,2})?")
AZA = re.compile(r"大字|小字|^字|(?<=町)字")
# a blank between two numbers parts the door from the room
ROOM = re.compile(r"(?<=\d)\s+(?=\d)")
LONGEST = 200
# a town in plain letters, then numbers, then nothing or a blank and a building: what most addresses are
_PLAIN = "".join(
    chr(code) for code in (*range(0x4E00, 0x9FA6), *range(0x3041, 0x3097), *range(0x30A1, 0x30FB))
)
_LETTERS = f"[{''.join(letter for letter in _PLAIN if letter not in NUMERALS)}]"
EASY = re.compile(
    rf"((?:{_LETTERS}|[々 　])*)((?:[0-9０-９]|[{NUMERALS}]{{1,3}}丁目)[0-9０-９{NUMERALS}丁目番地号のノ－ー-]*)"
    rf"(?:$|(?<![{NUMERALS}])[ 　]+(?![丁目番地号のノ]){_LETTERS})"
)


def number(text: str) -> int:
    """Give the value of kanji numerals, 二十三 as well as 二三."""
    if not any(unit in text for unit in UNITS):
        return int("".join(str(DIGITS[character]) for character in text))
    total, waiting = 0, 0
    for character in text:
        if character in UNITS:
            total, waiting = total + max(waiting, 1) * UNITS[character], 0
        else:
            waiting = DIGITS[character]
    return total + waiting


def address(text: str, code: str = "") -> tuple[str, str, str]:
    """Give municipality code, town and numbers; empty where the address does not say.

    Parameters
    ----------
    text
        An address in any spelling.
    code
        The municipality written beside it, if any; it wins over the one in the text.
    """
    plain = "".join(ROOM.sub("|", unicodedata.normalize("NFKC", text[:LONGEST]).strip()).split())
    found, rest = _municipality(plain, code)
    rest = HYPHENS.sub("-", rest)
    rest = AFTER.sub(_arabic, COUNTED.sub(_arabic, rest))
    rest = JOINTS.sub(lambda joint: "-" if joint[1] else "", AZA.sub("", rest))
    door = DOOR.match(rest)
    town, block = (door[1], door[2] or "") if door else ("", "")
    return (
        code or found,
        town.strip("-、,. "),
        "-".join(part.lstrip("0") or "0" for part in block.split("-")) if block else "",
    )


class Addresses:
    """Read many addresses: every town and every run of numbers once."""

    def __init__(self) -> None:
        self._towns: dict[tuple[str, str], tuple[str, str]] = {}
        self._doors: dict[str, str] = {}
        self._whole: dict[tuple[str, str], tuple[str, str, str]] = {}

    def __call__(self, text: str, code: str) -> tuple[str, str, str]:
        """Give what `address` gives."""
        easy = EASY.match(text) if len(text) <= LONGEST else None
        if not easy:
            if (text, code) not in self._whole:
                self._whole[text, code] = address(text, code)
            return self._whole[text, code]
        head, door = easy[1], easy[2]
        if (head, code) not in self._towns:
            self._towns[head, code] = address(head + "1", code)[:2]
        if door not in self._doors:
            self._doors[door] = address("町" + door)[2]
        return *self._towns[head, code], self._doors[door]


def _arabic(found: re.Match[str]) -> str:
    return str(number(found[0]))


def _municipality(plain: str, code: str) -> tuple[str, str]:
    """Take prefecture and municipality off the head; a bare name only of the prefecture that the record belongs to."""
    prefecture = next((plain[:length] for length in (3, 4) if plain[:length] in _prefectures()), "")
    wanted = _prefectures()[prefecture] if prefecture else code[:2] or HYOGO
    rest = plain.removeprefix(prefecture)
    known = _heads(wanted)
    for length in range(min(12, len(rest)), 1, -1):
        if (found := known.get(rest[:length])) and not _is_town(rest, length):
            return found, rest[length:]
    return "", rest


def _is_town(rest: str, length: int) -> bool:
    """Say whether what reads like a municipality is followed by a number at once, and so is a town: 太子町3丁目."""
    return (
        length == 3 and rest[2] == "町" and (rest[3:4].isdigit() or rest[3:4] in (*DIGITS, *UNITS))
    )


@lru_cache(maxsize=1)
def _prefectures() -> dict[str, str]:
    return {place.prefecture: place.code[:2] for place in all_municipalities()}


@lru_cache(maxsize=48)
def _heads(prefecture: str) -> dict[str, str]:
    """Give the code that each head of an address means; wards of a city that is one municipality mean the city."""
    heads: dict[str, str] = {}
    for place in all_municipalities():
        if place.code[:2] == prefecture:
            names = {place.name, place.county + place.name}
            if place.parent:
                city = next(
                    other.name for other in all_municipalities() if other.code == place.parent
                )
                names = {
                    city + place.name.removeprefix(city).strip(),
                    place.name.removeprefix(city).strip(),
                }
            heads |= {"".join(name.split()): place.parent or place.code for name in names}
    return heads
