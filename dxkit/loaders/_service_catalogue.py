"""Which services does a catalogue offer that somebody downloaded?

The publishers of catalogues change their layouts; what stays is that a row is a service with a name
and a description. `read_catalogue` finds those columns by their headings.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from dxkit.errors import Fault, TableError, shorten
from dxkit.loaders._open_file import accepts_open_file
from dxkit.loaders._origin import find_date, find_date_in_name, set_origin
from dxkit.loaders._raw import read_sheets
from dxkit.loaders._sheet import Sheet

# what the columns are called in catalogues: the first heading of a list that is there counts
HEADINGS = {
    "name": (
        "サービス名",
        "サービス名称",
        "サービス/システム名",
        "システム名",
        "製品名",
        "ソフトウェア名",
        "名称",
    ),
    "text": (
        "サービス概要",
        "サービスの概要",
        "サービス説明",
        "サービス内容",
        "概要",
        "説明",
        "特徴",
        "内容",
    ),
    "field": ("分野", "サービス分野", "カテゴリ", "カテゴリー", "領域", "区分"),
    "maker": ("事業者名", "提供事業者", "提供事業者名", "企業名", "会社名", "事業者"),
    "keywords": ("キーワード", "タグ", "解決する課題", "課題"),
    "url": ("URL", "サービスURL", "ホームページ", "リンク"),
}
NEEDED = ("name", "text")
# digits of the code made of a service's name and maker: enough for a hundred thousand services
CODE_DIGITS = 8


@accepts_open_file
def read_catalogue(
    path: str | Path, *, columns: Mapping[str, str] | None = None, sheet: str | None = None
) -> pd.DataFrame:
    r"""Read a catalogue of services, as downloaded from a publisher or kept by oneself.

    Parameters
    ----------
    path
        XLSX or CSV, one row a service, title rows above the headings or none.
    columns
        Which heading is ``name`` and ``text`` (and ``field, maker, keywords, url``), where the
        usual ones are not found: ``{"name": "ツール", "text": "できること"}``.
    sheet
        Its sheet, if it has several.

    Returns
    -------
    pandas.DataFrame
        One row a service, as `dxkit.support.matching.match` takes it: ``service`` (a code made of
        name and maker, the same in every edition), ``name, text``, and ``field, maker, keywords,
        url`` where there are such columns. ``.attrs``: ``source, file, as_of`` (if the sheet or
        the file name says it) and ``headings`` (which heading was read as what).

    Raises
    ------
    TableError
        If name or description is not found, a service has no name or no description, or two are
        of one name and maker; with every fault.

    Notes
    -----
    The layout of デジタル庁's catalogue could not be looked at; the headings above are the usual ones
    of such lists. Where it names them otherwise, the error lists the headings that are there, and
    ``columns`` says which is which.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import mkdtemp
    >>> path = Path(mkdtemp()) / "catalogue.csv"
    >>> _ = path.write_text("サービス名,概要,分野\nごみ便,収集日を知らせる,生活\n", encoding="utf-8")
    >>> read_catalogue(path)[["name", "text", "field"]].to_numpy().tolist()
    [['ごみ便', '収集日を知らせる', '生活']]
    """
    sheets = read_sheets(path, sheet=sheet)
    found = [(own, header) for own in sheets if (header := _find_header(own, columns)) is not None]
    if not found:
        raise TableError([_make_heading_fault(sheets[0], columns)])
    own, header = found[0]
    headings = _map_headings(own.texts[header], columns)
    positions = {text: place for place, text in enumerate(own.texts[header]) if text}
    rows = [row for row in range(header + 1, len(own.rows)) if not own.is_blank(row)]
    records = [
        {
            column: own.find_verbatim(row, positions[heading]) or None
            for column, heading in headings.items()
        }
        for row in rows
    ]
    faults = list(own.faults) + [
        own.make_fault("空欄です", "名前と説明を書いてください", row=row, column=headings[column])
        for row, record in zip(rows, records, strict=True)
        for column in NEEDED
        if record[column] is None
    ]
    if not rows:
        faults.append(own.make_no_rows_fault("サービスの行があるファイルを渡してください"))
    table = pd.DataFrame(records, columns=list(headings))
    table.insert(0, "service", [_make_code(record) for record in records])
    faults += _find_repeats(own, rows, table, headings["name"])
    if faults:
        raise TableError(faults)
    file = Path(path).name
    as_of = find_date(own.texts[row][0] for row in range(header)) or find_date_in_name(file)
    set_origin(table, "サービスの一覧", file, kind="", as_of=as_of, headings=headings)
    return table


def _map_headings(texts: tuple[str, ...], columns: Mapping[str, str] | None) -> dict[str, str]:
    """Map columns to the headings of a row that mean them."""
    named = dict(columns or {})
    headings = {}
    for column, usual in HEADINGS.items():
        offered = (named[column],) if column in named else usual
        heading = next((text for text in offered if text in texts), None)
        if heading is not None:
            headings[column] = heading
    return headings


def _find_header(sheet: Sheet, columns: Mapping[str, str] | None) -> int | None:
    """Find the first row that has both a name and a description."""
    rows = range(len(sheet.rows))
    return next(
        (row for row in rows if set(NEEDED) <= set(_map_headings(sheet.texts[row], columns))), None
    )


def _make_heading_fault(sheet: Sheet, columns: Mapping[str, str] | None) -> Fault:
    """Make the fault of a sheet without the headings; it lists those of its fullest row."""
    fullest = max(range(len(sheet.rows)), key=lambda row: len(sheet.list_texts(row)), default=0)
    present = sheet.list_texts(fullest) if sheet.rows else []
    wanted = {column: (columns or {}).get(column) for column in NEEDED}
    usual = " と ".join(wanted[column] or "・".join(HEADINGS[column][:3]) for column in NEEDED)
    listed = shorten("、".join(present)) or "なし"
    remedy = f'columns={{"name": "…", "text": "…"}} で指定してください（ある見出し: {listed}）'
    return sheet.make_fault(f"名前と説明の見出し（{usual} など）がありません", remedy)


def _make_code(record: Mapping[str, str | None]) -> str:
    """Make a code that the next edition gives the same service again."""
    text = f"{record['name']}/{record.get('maker') or ''}"
    return f"s{hashlib.sha256(text.encode()).hexdigest()[:CODE_DIGITS]}"


def _find_repeats(sheet: Sheet, rows: list[int], table: pd.DataFrame, heading: str) -> list[Fault]:
    """Find services of one name and maker: they could not be told apart."""
    repeated = table["service"].duplicated() & table["name"].notna()
    return [
        sheet.make_fault(
            "同じ名前（と事業者）のサービスが2つあります",
            "1つだけ残すか、名前を変えてください",
            row=rows[position],
            column=heading,
            value=table["name"].iloc[position],
        )
        for position in table.index[repeated]
    ]
