"""What does a CSV of the e-Stat site's own button (統計表表示 → ダウンロード) hold?

Above the table stand its title and the meaning of its marks; each dimension is a pair of columns,
its codes and its words; a column of values stands for each item of the last dimension.
"""

import csv
import re
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from dxkit.errors import Fault, TableError
from dxkit.loaders import _cells, _zip
from dxkit.loaders._decode_text import decode_text
from dxkit.loaders._municipalities import map_municipalities
from dxkit.loaders._origin import find_date, set_origin
from dxkit.loaders._place_names import names_municipality
from dxkit.loaders._raw import read_bytes
from dxkit.loaders._remedies import GET_AGAIN
from dxkit.loaders._resolve_municipality import agrees
from dxkit.loaders._sheet import Sheet

TITLE = "e-Stat（政府統計の総合窓口）の統計表"
CODE_HEAD = re.compile(r"(.+?) ?コード")
AUXILIARY_HEAD = re.compile(r"(.+?) ?(補助コード|階層レベル|level)")
AREA = re.compile(r"市区町村|市町村|都道府県|地域|area", re.IGNORECASE)
TIME = re.compile(r"時間軸|調査年|時点|年次|time", re.IGNORECASE)
UNIT = re.compile(r"(.*?)(?:【(.*?)】|\[(.*?)\]|\((.*?)\))?")
# marks of e-Stat beside those of all tables
MARKS = frozenset(["***", "-", "X", "x", "…", "－", "*", "…", "..."])
# lines from the top in which the header is looked for
HEADER_SEARCH = 60
# the first letters of a file by which it is known
HEAD_BYTES = 20_000
CODE_WORDS = [" コード".encode(encoding) for encoding in ("utf-8", "cp932", "utf-16-le")]


@dataclass(frozen=True, slots=True)
class SiteTable:
    """The CSV's cells, where its header stands, and the lines above it."""

    sheet: Sheet
    header: int
    heads: tuple[str, ...]
    preface: tuple[str, ...]


def find_site_table(path: str | Path) -> SiteTable | None:
    """Find the header of such a CSV: a heading and the same one with コード before it.

    Returns
    -------
    SiteTable or None
        ``None`` for any other file.

    Raises
    ------
    TableError
        If the file cannot be read as text.
    """
    path = Path(path)
    content = read_bytes(path)
    # most files need not be decoded twice to know that they are none of these
    if content.startswith(_zip.START) or not any(
        word in content[:HEAD_BYTES] for word in CODE_WORDS
    ):
        return None
    lines = _mend_quotes(decode_text(content, path.name)).splitlines()
    try:
        rows = [tuple(cell.strip() for cell in row) for row in csv.reader(lines)]
    except csv.Error:
        # the reader of all other tables says where the quotes are wrong
        return None
    for header, row in enumerate(rows[:HEADER_SEARCH]):
        pairs = [match[1] for cell in row if (match := CODE_HEAD.fullmatch(cell))]
        if sum(name in row for name in pairs) > 1 and not any(cell == "$" for cell in row):
            sheet = Sheet(path.name, "", tuple(rows), tuple(range(1, len(rows) + 1)))
            preface = [" ".join(filter(None, texts)) for texts in rows[:header]]
            return SiteTable(sheet, header, row, tuple(filter(None, preface)))
    return None


def _mend_quotes(text: str) -> str:
    """Take off the quote that the site writes once too often before the first cell."""
    return re.sub(r'^\ufeff?""(?=[^",\r\n])', '"', text)


def read_site_table(site: SiteTable) -> pd.DataFrame:
    """Read the table: one row a value.

    Raises
    ------
    TableError
        With every fault of the file.
    """
    sheet = site.sheet
    heads = site.heads
    dimensions = [
        (heads.index(match[0]), heads.index(match[1]), match[1])
        for head in heads
        if (match := CODE_HEAD.fullmatch(head)) and match[1] in heads
    ]
    beside = {position for codes, words, _ in dimensions for position in (codes, words)}
    beside |= {
        position
        for position, head in enumerate(heads)
        if not head or AUXILIARY_HEAD.fullmatch(head)
    }
    values = [position for position in range(len(heads)) if position not in beside]
    rows = [row for row in range(site.header + 1, len(sheet.rows)) if not sheet.is_blank(row)]
    faults = _find_width_faults(site, rows)
    if not rows or not values:
        faults.append(sheet.make_no_rows_fault(GET_AGAIN, row=site.header))
    records: list[dict[str, object]] = []
    for row in rows:
        common = _read_dimensions(sheet, row, dimensions)
        faults += _find_name_faults(sheet, row, common)
        for position in values:
            item, unit = _split_unit(heads[position])
            value = _read_value(sheet, row, position, heads[position], faults)
            records.append(common | {"item": item, "unit": unit, "value": value})
    if faults:
        raise TableError(faults)
    table = pd.DataFrame(records)
    # codes and names of areas first, as in every other table
    first = [column for column in ("code", "name", "time") if column in table]
    table = table[[*first, *(column for column in table if column not in first)]]
    title = next((line for line in site.preface if "表題" in line or "統計名" in line), "")
    set_origin(table, TITLE, sheet.file, as_of=find_date(site.preface), preface=list(site.preface))
    table.attrs["title"] = title
    return table


def _find_width_faults(site: SiteTable, rows: list[int]) -> list[Fault]:
    width = len(site.heads)
    return [
        site.sheet.make_fault(
            f"列の数が違う行です（{len(site.sheet.rows[row])}列、見出しは{width}列）",
            GET_AGAIN,
            row=row,
        )
        for row in rows
        if len(site.sheet.rows[row]) != width
    ]


def _read_dimensions(
    sheet: Sheet, row: int, dimensions: list[tuple[int, int, str]]
) -> dict[str, object]:
    """Read the words of each dimension; of areas and times also under the names of all tables."""
    texts: dict[str, object] = {}
    for codes, words, head in dimensions:
        text = sheet.find_text(row, words) or None
        if AREA.search(head) and "code" not in texts:
            # e-Stat writes five digits; a lost zero is put back
            texts |= {"code": sheet.find_text(row, codes).zfill(5), "name": text}
        elif TIME.search(head) and "time" not in texts:
            texts["time"] = text
        else:
            texts[head] = text
    return texts


def _find_name_faults(sheet: Sheet, row: int, common: dict[str, object]) -> list[Fault]:
    """Find a name that is another municipality's than the code's; old codes say nothing."""
    code = str(common.get("code", ""))
    name = common.get("name")
    if code not in map_municipalities() or not names_municipality(name) or agrees(code, name):
        return []
    official = map_municipalities()[code].name
    problem = f"地域コード {code}（{official}）と地域名「{name}」が合いません"
    return [sheet.make_fault(problem, GET_AGAIN, row=row, value=code)]


def _split_unit(head: str) -> tuple[str, str | None]:
    """Split 人口【人】 into item and unit."""
    match = UNIT.fullmatch(head)
    if match is None:
        return head, None
    return match[1].strip() or head, match[2] or match[3] or match[4]


def _read_value(
    sheet: Sheet, row: int, position: int, head: str, faults: list[Fault]
) -> float | None:
    text = sheet.find_text(row, position)
    if text in MARKS:
        return None
    try:
        return _cells.parse_number(text)
    except ValueError:
        problem = "数値ではありません"
        faults.append(
            sheet.make_fault(problem, "値を直してください", row=row, column=head, value=text)
        )
        return None
