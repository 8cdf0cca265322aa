"""Which municipalities have no row in somebody's own table, or more rows than can be told apart?"""

import re
import warnings
from collections import Counter

import pandas as pd
import pandera.pandas as pa

from dxkit.errors import TableWarning
from dxkit.loaders._municipalities import list_municipalities
from dxkit.loaders._place_names import municipality_name

# a table with more repeats or gaps than this share is no table of one row a municipality
ODD_SHARE = 1 / 4
# headings of numbers that tell the rows of a municipality apart
# (with a number before it, it names the day of the figures themselves: 2020年, 65歳)
KEY_HEAD = re.compile(
    r"(?<![0-9元前昨今同当本来翌均])(年|月|日|期|回|時|号|歳|年度|年次|月次|時間帯|年齢|年代)$"
    r"|(年月|月日|日付|日時|時刻|曜日|四半期|番号|順|順番|区分|階級|コード)$"
    r"|(緯度|経度|北緯|東経)$"
    r"|(?<![a-z])(no\.?|year|month|day|date|hour|id|code|lat|lon|lng|latitude|longitude)$",
    re.IGNORECASE,
)
# headings of two words that English writes together: meshCode, siteId
JOINED_HEAD = re.compile(r"[a-z](Year|Month|Day|Date|Hour|Id|ID|Code|No)$")
# of what or when the figures are is no key of the rows: 人口（2020年）
BRACKETED = re.compile(r"[(（\[［【][^()（）\[\]［］【】]*[)）\]］】]")


def check_coverage(
    table: pd.DataFrame, schema: str | pa.DataFrameSchema | None, prefecture: str
) -> None:
    """Note which municipalities of the prefecture have no row, and warn of repeats and gaps.

    They are pointed out only in what looks like one row a municipality.
    """
    everybody = list_municipalities(prefecture)
    # rows may repeat a municipality, for example one a year
    # what could not be read is a fault of its own, and no municipality
    counts = Counter(table["code"].dropna())
    missing = [place for place in everybody if place.code not in counts]
    table.attrs["missing_codes"] = [place.code for place in missing]
    repeated = [code for code, count in counts.items() if count > 1]
    is_odd = 0 < len(repeated) <= len(counts) * ODD_SHARE
    if schema is None and (is_odd or (repeated and not _has_row_key(table))):
        names = "、".join(map(municipality_name, repeated))
        message = f"同じ市町が2行以上あります: {names}（1市町1行の表なら、重複を直してください）"
        warnings.warn(message, TableWarning, stacklevel=3)
    # a table of several rows a municipality (stations) may well have none of some
    is_one_row_each = len(repeated) <= len(counts) * ODD_SHARE
    if is_one_row_each and 0 < len(missing) <= len(everybody) * ODD_SHARE:
        names = "、".join(place.name for place in missing)
        warnings.warn(f"行のない市町があります: {names}", TableWarning, stacklevel=3)


def _has_row_key(table: pd.DataFrame) -> bool:
    """Check for a column that can tell the rows of one municipality apart: words, or a year."""
    others = table.columns.difference(["code", "name", "municipality"])
    return any(
        _is_key(str(head)) or not pd.api.types.is_numeric_dtype(table[head]) for head in others
    )


def _is_key(head: str) -> bool:
    plain = BRACKETED.sub("", head).strip()
    return bool(KEY_HEAD.search(plain) or JOINED_HEAD.search(plain))
