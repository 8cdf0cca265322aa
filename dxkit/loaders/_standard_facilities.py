"""Which shelters, facilities and AEDs does a file of 自治体標準オープンデータセット list?

The Digital Agency's recommended data sets share their headings: ID, the body's code and name, 名称,
所在地, 緯度, 経度; each set adds its own. Columns are found by heading, in the editions of 2017 to 2025.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

from dxkit.errors import TableError
from dxkit.loaders._coordinates import LATITUDE, LONGITUDE, make_table, read_points
from dxkit.loaders._official_layout import OfficialSheet, find_official_sheet
from dxkit.loaders._open_file import accepts_open_file
from dxkit.loaders._place_names import to_plain_name
from dxkit.loaders._remedies import GET_AGAIN
from dxkit.loaders._sheet import Sheet

TITLE = "自治体標準オープンデータセット"
# headings of the editions, newest first
CODE = ("全国地方公共団体コード", "都道府県コード又は市区町村コード", "市区町村コード")
ID = ("ID", "NO")
NAME = ("名称", "施設名", "設置場所名称")
BODY = ("地方公共団体名", "市区町村名")
BODY_PREFECTURE = ("都道府県名",)
PLACE_CODE = ("所在地_全国地方公共団体コード",)
ADDRESS = ("所在地_連結表記", "住所", "所在地")
TELEPHONE = ("電話番号",)
CAPACITY = ("想定収容人数",)
NOTE = ("備考",)
# hazard → its name behind 災害種別_
HAZARDS = {
    "flood": "洪水",
    "landslide": "崖崩れ、土石流及び地滑り",
    "storm_surge": "高潮",
    "earthquake": "地震",
    "tsunami": "津波",
    "fire": "大規模な火事",
    "inland_flood": "内水氾濫",
    "volcano": "火山現象",
}
# what tells a set, by a heading that it alone has
AED_HEADS = ("AEDの設置位置", "設置位置", "小児対応設備の有無", "AED_設置位置")
# rows from the top in which headings are looked for
HEADER_SEARCH = 10
HAZARD_START = "災害種別"
KINDS = {"shelter": "避難所・避難場所", "aed": "AED設置箇所", "facility": "公共施設"}


@accepts_open_file
def read_facilities(path: str | Path, *, prefecture: str | None = None) -> pd.DataFrame:
    r"""Read shelters, AEDs or facilities of 自治体標準オープンデータセット.

    Parameters
    ----------
    path
        CSV or XLSX of a municipality: 指定緊急避難場所一覧, AED設置箇所一覧, 公共施設一覧 or another set
        with 名称, 緯度 and 経度. Headings as the standard has them since 2017.
    prefecture
        Prefecture that all rows must belong to (name or JIS number); ``None`` for any.

    Returns
    -------
    pandas.DataFrame
        One row a place: ``place`` (the ID), ``code, name, address, kind`` (``shelter``, ``aed`` or
        ``facility``), ``lat, lon, telephone, note``; for shelters a boolean a hazard (as
        `read_shelters`) and ``capacity``. ``.attrs``: ``source, kind, file, sheet``, and
        ``unread``: headings of the file that are not returned.

    Raises
    ------
    TableError
        With every fault of the file.

    Notes
    -----
    The layout of AED and facility files was read from the standard's description, not seen in
    files of many municipalities.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import mkdtemp
    >>> path = Path(mkdtemp()) / "aed.csv"
    >>> heads = "全国地方公共団体コード,ID,名称,所在地_連結表記,緯度,経度,AEDの設置位置"
    >>> _ = path.write_text(f"{heads}\n282014,1,市役所,安田四丁目,34.8,134.7,1階\n", "utf-8")
    >>> read_facilities(path)[["code", "name", "kind", "lat"]]
        code name kind   lat
    0  28201  市役所  aed  34.8
    """
    needed = [CODE, NAME, LATITUDE, LONGITUDE]
    official = find_official_sheet(path, needed, kind=f"{TITLE}（避難所・公共施設・AED）")
    kind = _find_kind(official)
    columns: dict[str, Sequence[object]] = {
        "place": official.read_texts(*ID),
        "code": _read_codes(official, prefecture),
        "name": official.read_texts(*NAME),
        "address": official.read_texts(*ADDRESS),
        "kind": [kind] * len(official.data),
        **read_points(official),
        "telephone": official.read_texts(*TELEPHONE),
    }
    read = [CODE, ID, NAME, BODY, BODY_PREFECTURE, PLACE_CODE, ADDRESS, TELEPHONE, NOTE]
    if kind == "shelter":
        heads = {hazard: f"{HAZARD_START}_{word}" for hazard, word in HAZARDS.items()}
        columns |= {hazard: official.read_flags(head) for hazard, head in heads.items()}
        columns["capacity"] = official.read_numbers(*CAPACITY, low=0)
        read += [tuple(heads.values()), CAPACITY]
    columns["note"] = official.read_texts(*NOTE)
    table = make_table(official, columns, f"{TITLE}（{KINDS[kind]}）", "published")
    _require_names(official, table)
    returned = {to_plain_name(word) for words in (*read, LATITUDE, LONGITUDE) for word in words}
    table.attrs["unread"] = [
        head for head in official.heads if head and to_plain_name(head) not in returned
    ]
    return table


def is_standard_set(sheets: Iterable[Sheet]) -> bool:
    """Check for the headings that the data sets of the standard share."""
    needed = [set(map(to_plain_name, words)) for words in (CODE, NAME, LATITUDE, LONGITUDE)]
    for sheet in sheets:
        for texts in sheet.texts[:HEADER_SEARCH]:
            heads = set(map(to_plain_name, texts))
            if all(words & heads for words in needed):
                return True
    return False


def _find_kind(official: OfficialSheet) -> str:
    if any(head.startswith(HAZARD_START) for head in official.heads):
        return "shelter"
    return "aed" if official.find_position(*AED_HEADS) is not None else "facility"


def _read_codes(official: OfficialSheet, prefecture: str | None) -> list[str | None]:
    """Read where a place is: the code of its address, or else of the body that publishes it."""
    has_own = official.find_position(*PLACE_CODE) is not None
    codes = official.read_texts(*PLACE_CODE) if has_own else []
    if has_own and all(codes):
        return official.read_municipalities(PLACE_CODE, (), prefecture=prefecture)
    return official.read_municipalities(CODE, BODY, prefecture=prefecture, pref=BODY_PREFECTURE)


def _require_names(official: OfficialSheet, table: pd.DataFrame) -> None:
    """Refuse rows without a name: a place that nobody can find."""
    missing = [row for row, name in zip(official.data, table["name"], strict=True) if not name]
    if missing:
        raise TableError(
            official.sheet.make_fault("名称が空欄です", GET_AGAIN, row=row, column=NAME[0])
            for row in missing
        )
