"""Which day does this date mean, in Western years or in those of an era?

Dates of sheets are read as far as they hold: a year alone, a year and a month, or a whole day.
"""

import re
import unicodedata

from dxkit.linkage._address import KANJI_NUMBER, read_kanji_number

# the year before the first of each era
ERAS = {"明治": 1867, "大正": 1911, "昭和": 1925, "平成": 1988, "令和": 2018}
# 昭和, 昭 and S all mean the same era
ERA_STARTS = (
    ERAS
    | {name[0]: start for name, start in ERAS.items()}
    | dict(zip("MTSHR", ERAS.values(), strict=True))
)
# the last year of each era, by its start; 令和 goes on
LAST_YEARS = {1867: 45, 1911: 15, 1925: 64, 1988: 31, 2018: 60}
WESTERN = re.compile(r"(\d{4})(?:[年/.\-](?:(\d{1,2})(?:[月/.\-](?:(\d{1,2})日?)?)?)?)?")
WESTERN_DIGITS = re.compile(r"(\d{4})(\d\d)(\d\d)?")
ERA = re.compile(
    r"(明治|大正|昭和|平成|令和|[MTSHR明大昭平令])(\d{1,2}|元)[年/.\-]?"
    r"(?:(?<=[年/.\-])(\d{1,2})(?:[月/.\-](?:(\d{1,2})日?)?)?)?"
)
ERA_DIGITS = re.compile(r"([MTSHR])(\d\d)(\d\d)(\d\d)")
NOISE = re.compile(r"[\s()]|生まれ|うまれ|生$|\d\d:\d\d(?::\d\d)?(?:\.0+)?$|[-–?？*不明]+$")
HYPHENS = re.compile(r"[‐‑–—−ー]")
# of each month, in a leap year
MONTH_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
# nobody alive was born before; later years are slips of the pen
FIRST_YEAR = 1868
LAST_YEAR = 2100
MAX_DATE_LENGTH = 40
UNKNOWN_DATE = (0, 0, 0)


def read_birthday(text: str) -> tuple[int, int, int]:
    """Read year, month and day; 0 for what is not known."""
    plain = text
    # most dates are plain already, and folding costs more than all the rest
    if not (text.isascii() and WESTERN.fullmatch(text)):
        plain = unicodedata.normalize("NFKC", text[:MAX_DATE_LENGTH]).upper()
        plain = KANJI_NUMBER.sub(lambda numeral: str(read_kanji_number(numeral[0])), plain)
        plain = NOISE.sub("", HYPHENS.sub("-", plain)).rstrip("-/.")
    if date := WESTERN_DIGITS.fullmatch(plain) or WESTERN.fullmatch(plain):
        return _keep_possible(int(date[1]), date[2], date[3])
    date = ERA_DIGITS.fullmatch(plain) or ERA.fullmatch(plain)
    if not date:
        return UNKNOWN_DATE
    start = ERA_STARTS[date[1]]
    # the first year of an era is written 元年
    year = 1 if date[2] == "元" else int(date[2])
    if not 1 <= year <= LAST_YEARS[start]:
        return UNKNOWN_DATE
    return _keep_possible(start + year, date[3], date[4])


def is_blank_date(text: str) -> bool:
    """Say whether a cell says nothing, as 不明 and a dash do."""
    plain = unicodedata.normalize("NFKC", text[:MAX_DATE_LENGTH])
    return not NOISE.sub("", HYPHENS.sub("-", plain))


def _keep_possible(year: int, month: str | None, day: str | None) -> tuple[int, int, int]:
    """Keep what a date can be: a 13th month takes the day with it."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return UNKNOWN_DATE
    month_number = int(month or 0)
    day_number = int(day or 0)
    if not 1 <= month_number <= 12:
        return (year, 0, 0)
    is_day = 1 <= day_number <= MONTH_DAYS[month_number - 1]
    return (year, month_number, day_number if is_day else 0)
