"""Which day, month or year of birth does this cell mean?

Shelter sheets hold 1965-05-03, 昭和40年5月3日, S40.5.3, 19650503, 昭和四十年 or nothing. What is not there stays missing (0); a
date that cannot be is read as far as it holds.
"""

import re
import unicodedata

from dxkit.linkage.addresses import KANJI_NUMBER, number

# the year before the first of each era, and the era's last year
ERAS = {"明治": 1867, "大正": 1911, "昭和": 1925, "平成": 1988, "令和": 2018}
STARTS = ERAS | {name[0]: start for name, start in ERAS.items()} | dict(zip("MTSHR", ERAS.values(), strict=True))
LAST_YEARS = {1867: 45, 1911: 15, 1925: 64, 1988: 31, 2018: 60}
WESTERN = re.compile(r"(\d{4})(?:[年/.\-](?:(\d{1,2})(?:[月/.\-](?:(\d{1,2})日?)?)?)?)?")
SOLID = re.compile(r"(\d{4})(\d\d)(\d\d)?")
ERA = re.compile(
    r"(明治|大正|昭和|平成|令和|[MTSHR明大昭平令])(\d{1,2}|元)[年/.\-]?"
    r"(?:(?<=[年/.\-])(\d{1,2})(?:[月/.\-](?:(\d{1,2})日?)?)?)?"
)
ERA_SOLID = re.compile(r"([MTSHR])(\d\d)(\d\d)(\d\d)")
NOISE = re.compile(r"[\s()]|生まれ|うまれ|生$|\d\d:\d\d(?::\d\d)?(?:\.0+)?$|[-–?？*不明]+$")
HYPHENS = re.compile(r"[‐‑–—−ー]")
DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def birthday(text: str) -> tuple[int, int, int]:
    """Give year, month and day; 0 for what is not known."""
    plain = text
    if not (text.isascii() and WESTERN.fullmatch(text)):
        plain = unicodedata.normalize("NFKC", text[:40]).upper()
        plain = KANJI_NUMBER.sub(lambda found: str(number(found[0])), plain)
        plain = NOISE.sub("", HYPHENS.sub("-", plain)).rstrip("-/.")
    if found := SOLID.fullmatch(plain) or WESTERN.fullmatch(plain):
        return _held(int(found[1]), found[2], found[3])
    found = ERA_SOLID.fullmatch(plain) or ERA.fullmatch(plain)
    if not found:
        return (0, 0, 0)
    start, year = STARTS[found[1]], 1 if found[2] == "元" else int(found[2])
    return _held(start + year, found[3], found[4]) if 1 <= year <= LAST_YEARS[start] else (0, 0, 0)


def _held(year: int, month: str | None, day: str | None) -> tuple[int, int, int]:
    """Keep what a date can be: a 13th month takes the day with it."""
    if not 1868 <= year <= 2100:
        return (0, 0, 0)
    months, days = int(month or 0), int(day or 0)
    if not 1 <= months <= 12:
        return (year, 0, 0)
    return (year, months, days if 1 <= days <= DAYS[months - 1] else 0)
