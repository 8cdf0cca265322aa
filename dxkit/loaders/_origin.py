"""What does a file that was read say of its origin?

Official formats say who publishes them; sheets and file names often say as of when.
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

import pandas as pd

# the year before the first of each era
ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925}
FIRST_YEAR = "元"
DATE = re.compile(
    r"(?:(令和|平成|昭和)\s*(元|\d{1,2})|((?:19|20)\d{2}))\s*年"
    r"(?:\s*(\d{1,2})\s*月(?:\s*(\d{1,2})\s*日)?)?"
)
# 20240101 or, in older names, 210101
NAME_DATE = re.compile(r"(?<!\d)((?:19|20)\d{2}|\d{2})(\d{2})(\d{2})(?!\d)")
# two digits from here on are years of the last century
LAST_CENTURY = 50


def set_origin(
    table: pd.DataFrame,
    title: str,
    file: str,
    *,
    kind: str = "published",
    as_of: str = "",
    **more: object,
) -> None:
    """Write where a table comes from into its ``.attrs``.

    Parameters
    ----------
    table
        The table; its ``.attrs`` are replaced.
    title
        Publisher and title of what the file holds; empty where its format does not tell.
    file
        The file's name.
    kind
        As in `dxkit.schema.PROVENANCE_KINDS`; empty where the format does not tell.
    as_of
        Date that the file says; empty where it says none.
    more
        What else the reader has to say.
    """
    # the file stands behind the title: two files of one title differ in it
    attrs: dict[Any, Any] = {"source": f"{title}（{file}）" if title else file, "file": file}
    if kind:
        attrs["kind"] = kind
    if as_of:
        attrs["as_of"] = as_of
    table.attrs = attrs | more


def find_date(texts: Iterable[str]) -> str:
    """Find the first date in Japanese form: 令和8年1月 → 2026-01; empty if there is none."""
    # the first date is that of the title; later ones are of footnotes
    for text in texts:
        if match := DATE.search(unicodedata.normalize("NFKC", text)):
            era, era_year, year, month, day = match.groups()
            if era:
                year = str(ERAS[era] + (1 if era_year == FIRST_YEAR else int(era_year)))
            return _join_date(year, month, day)
    return ""


def find_date_in_name(file: str) -> str:
    """Find a date in digits in a file's name: N03-20240101 → 2024-01-01; empty if none."""
    for year, month, day in NAME_DATE.findall(file):
        if 1 <= int(month) <= 12 and 1 <= int(day) <= 31:
            century = "" if len(year) == 4 else "19" if int(year) >= LAST_CENTURY else "20"
            return _join_date(f"{century}{year}", month, day)
    return ""


def _join_date(year: str, month: str | None, day: str | None) -> str:
    """Join what is known of a date in ISO form."""
    parts = [year, *(f"{int(part):02d}" for part in (month, day) if part)]
    return "-".join(parts)
