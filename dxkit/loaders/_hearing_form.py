"""What form does an interviewer take along, so that forty of them can be put together again?

An XLSX made from ``indicators_hearing``: drop-downs where there is a choice, what is not answered told apart from what is
at level 0, everything but the input cells protected (without a password: it guards against slips, not against people).
"""

from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pandas as pd
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from dxkit.errors import ChoiceError, shorten
from dxkit.loaders._catalog import load

VERSION = "兵庫県DXヒアリング 2026-1"
ANSWERS, STAGES, STORY, MARK = "回答", "段階の説明", "架空の町", "様式"
HEADS = ("番号", "項目", "見出し", "設問", "現状", "目標", "状態", "根拠")
STATUSES = {
    "回答": "answered",
    "回答なし": "declined",
    "不明": "unknown",
    "対象外": "not_applicable",
}
FIELDS = {"municipality": "市町名", "rater": "聞き取り者", "date": "聞き取り日"}
FIRST_FIELD, HEAD_ROW = 3, 7
LEVELS = tuple(str(level) for level in range(6))
KOBE = "28100"
NOTE = (
    "黄色のセルだけに記入します。現状と目標は 0〜5 を選びます（段階の文は「段階の説明」シート）。"
    "空欄は 0 ではありません: 答えがないときは「状態」で 回答なし・不明・対象外 のどれかを選びます。"
)
WIDTHS = {"A": 6, "B": 12, "C": 20, "D": 44, "E": 7, "F": 7, "G": 10, "H": 38}
INPUT = PatternFill("solid", fgColor="FFF9DB")
TITLE = PatternFill("solid", fgColor="E3ECF5")
LINE = Side(style="thin", color="9AA5B1")
THIN = Border(left=LINE, right=LINE, top=LINE, bottom=LINE)
WRAP = Alignment(wrap_text=True, vertical="top")
UNLOCKED = Protection(locked=False)


def write_hearing_form(
    path: str | Path,
    *,
    municipality: str | None = None,
    rater: str | None = None,
    vignettes: bool = False,
    answers: pd.DataFrame | None = None,
) -> Path:
    """Write the form of the prefecture's hearing.

    Parameters
    ----------
    path
        Where to write (``.xlsx``).
    municipality
        Official name, to be filled in beforehand; Kobe is not part of this hearing.
    rater
        The interviewer, to be filled in beforehand.
    vignettes
        Write the form on which an interviewer rates the two fictional towns instead; needs ``rater``.
    answers
        Answers to be filled in beforehand, as `read_hearing` gives them (those of the year before, say): one row an answer;
        those of other municipalities, or of other interviewers if ``rater`` is given, are left out.

    Returns
    -------
    pathlib.Path

    Raises
    ------
    ChoiceError
        If the name does not end in ``.xlsx``, the municipality is unknown or Kobe, ``rater`` is missing for the fictional
        towns, or ``answers`` come without a municipality or hold an item twice.
    """
    path = Path(path)
    towns = _towns()
    _check(path, towns, municipality, rater, vignettes)
    if answers is not None and not (municipality or vignettes):
        raise ChoiceError(
            "answers を書き込むには municipality=（市町名）か vignettes=True を指定してください。"
        )
    items = load("indicators_hearing")
    items = items[items["question"].notna()].reset_index(drop=True)
    book = openpyxl.Workbook()
    first = book.worksheets[0]
    stories = load("vignettes")
    codes = list(stories["code"]) if vignettes else [""]
    for at, code in enumerate(codes):
        sheet = first if at == 0 else book.create_sheet()
        sheet.title = f"{ANSWERS}{code}"
        named = dict(zip(stories["code"], stories["name"], strict=True)).get(code, municipality)
        _answers(sheet, items, {"municipality": named, "rater": rater}, [] if vignettes else towns)
        if answers is not None:
            _fill(sheet, items, _own(answers, code or _code(municipality), rater))
    if vignettes:
        _story(book.create_sheet(STORY), stories)
    _stages(book.create_sheet(STAGES), items)
    _mark(book.create_sheet(MARK), items, codes)
    unfinished = path.with_name(f".{path.name}.part")
    book.save(unfinished)
    unfinished.replace(path)
    return path


def _code(municipality: str | None) -> str:
    table = load("municipalities")
    return str(table.loc[table["name"] == municipality, "code"].iloc[0])


def _own(answers: pd.DataFrame, code: str, rater: str | None) -> pd.DataFrame:
    """Give the answers of one municipality, one row an item (index)."""
    own = answers[(answers["code"] == code) & ((answers["rater"] == rater) if rater else True)]
    twice = own.loc[own["item"].duplicated(), "item"]
    if len(twice):
        raise ChoiceError(
            f"団体コード {code} の項目「{shorten(twice.iloc[0])}」に答えが2つあります。rater= で聞き取り者を1人に絞ってください。"
        )
    return own.set_index("item")


def _fill(sheet: Worksheet, items: pd.DataFrame, own: pd.DataFrame) -> None:
    """Write answers where an interviewer would type them; text stays text, whatever it begins with."""
    words = {status: word for word, status in STATUSES.items()}
    for row, item in enumerate(items["indicator"], start=HEAD_ROW + 1):
        if item not in own.index:
            continue
        answer = own.loc[item]
        answered = answer["status"] == "answered"
        figures = [
            int(answer[name]) if pd.notna(answer[name]) else None for name in ("level", "target")
        ]
        evidence = None if pd.isna(answer["evidence"]) else str(answer["evidence"])
        texts = [
            *(figures if answered else (None, None)),
            None if answered else words[answer["status"]],
            evidence,
        ]
        for column, text in enumerate(texts, start=5):
            cell = sheet.cell(row, column)
            cell.value = text
            if isinstance(text, str):
                cell.data_type = "s"


def _towns() -> list[str]:
    table = load("municipalities")
    return [str(name) for name in table.loc[table["code"] != KOBE, "name"]]


def _check(
    path: Path, towns: Sequence[str], municipality: str | None, rater: str | None, vignettes: bool
) -> None:
    if path.suffix.lower() != ".xlsx":
        raise ChoiceError(f"「{path.name}」は書けません。名前の終わりを .xlsx にしてください。")
    if vignettes and (not rater or municipality):
        raise ChoiceError(
            "架空の町の様式（vignettes=True）には rater=（聞き取り者）だけを指定してください。"
        )
    if municipality == "神戸市":
        raise ChoiceError("神戸市はこのヒアリングの対象外です（S13）。")
    if municipality is not None and municipality not in towns:
        raise ChoiceError(
            f"「{shorten(municipality)}」という市町はありません。「姫路市」のように正式な名前で書いてください。"
        )


def _answers(
    sheet: Worksheet, items: pd.DataFrame, filled: dict[str, str | None], towns: Sequence[str]
) -> None:
    """Lay out the sheet in which answers are typed."""
    sheet["A1"].value = "市町DX推進状況 聞き取り票"
    sheet["A1"].font = Font(bold=True, size=14)
    sheet["A2"].value = NOTE
    sheet["A2"].alignment = WRAP
    sheet.merge_cells("A2:H2")
    sheet.row_dimensions[2].height = 32
    for at, (key, label) in enumerate(FIELDS.items()):
        row = FIRST_FIELD + at
        sheet.cell(row, 1, label)
        sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=2)
        cell = sheet.cell(row, 3, filled.get(key))
        cell.fill, cell.border, cell.protection = INPUT, THIN, UNLOCKED
    for column, head in enumerate(HEADS, start=1):
        cell = sheet.cell(HEAD_ROW, column, head)
        cell.fill, cell.font, cell.border = TITLE, Font(bold=True), THIN
    for at, item in enumerate(items.to_dict("records"), start=1):
        _question(sheet, HEAD_ROW + at, (at, item["indicator"], item["label"], item["question"]))
    _choices(sheet, HEAD_ROW + 1, HEAD_ROW + len(items), towns)
    _page(sheet, WIDTHS)
    sheet.freeze_panes = f"A{HEAD_ROW + 1}"
    sheet.print_title_rows = f"{HEAD_ROW}:{HEAD_ROW}"


def _question(sheet: Worksheet, row: int, texts: Sequence[object]) -> None:
    for column, text in enumerate((*texts, None, None, None, None), start=1):
        cell = sheet.cell(row, column)
        cell.value = text  # type: ignore[assignment] # a number or text
        cell.border, cell.alignment = THIN, WRAP
        if column > len(texts):
            cell.fill, cell.protection = INPUT, UNLOCKED
    sheet.row_dimensions[row].height = 32


def _choices(sheet: Worksheet, first: int, last: int, towns: Sequence[str]) -> None:
    """Hang drop-downs on the cells that have a choice."""
    lists = [
        (f"E{first}:F{last}", LEVELS, "0〜5 から選んでください"),
        (f"G{first}:G{last}", tuple(STATUSES), "状態を選んでください"),
    ]
    for cells, offered, said in lists:
        rule = DataValidation(
            type="list", formula1=f'"{",".join(offered)}"', allow_blank=True, showErrorMessage=True
        )
        rule.error, rule.errorTitle = said, "選択肢にありません"
        rule.add(cells)
        sheet.add_data_validation(rule)
    if towns:
        # a list of 40 names is longer than a rule may hold: it stands in the hidden sheet
        rule = DataValidation(
            type="list",
            formula1=f"{MARK}!$D$1:$D${len(towns)}",
            allow_blank=True,
            showErrorMessage=True,
        )
        rule.add(f"C{FIRST_FIELD}")
        sheet.add_data_validation(rule)


def _story(sheet: Worksheet, stories: pd.DataFrame) -> None:
    for at, story in enumerate(stories.itertuples(), start=1):
        sheet.cell(2 * at - 1, 1, f"{story.name}（{story.code}）").font = Font(bold=True)
        cell = sheet.cell(2 * at, 1, str(story.text))
        cell.alignment = WRAP
        sheet.row_dimensions[2 * at].height = 180
    _page(sheet, {"A": 100})


def _stages(sheet: Worksheet, items: pd.DataFrame) -> None:
    for column, head in enumerate(
        ("項目", "見出し", *(f"段階{level}" for level in LEVELS)), start=1
    ):
        cell = sheet.cell(1, column, head)
        cell.fill, cell.font = TITLE, Font(bold=True)
    columns = ["indicator", "label", *(f"level_{level}" for level in LEVELS)]
    for row, texts in enumerate(items[columns].to_numpy().tolist(), start=2):
        for column, text in enumerate(texts, start=1):
            cell = sheet.cell(row, column, text)
            cell.alignment, cell.border = WRAP, THIN
    _page(sheet, {"A": 12, "B": 18, "C": 22, "D": 22, "E": 22, "F": 22, "G": 22, "H": 22})


def _mark(sheet: Worksheet, items: pd.DataFrame, codes: Sequence[str]) -> None:
    """Write what tells the form's version, unseen: version, towns rated, items, names of municipalities."""
    sheet.cell(1, 1, VERSION)
    sheet.cell(1, 2, ",".join(codes))
    for row, item in enumerate(items["indicator"], start=1):
        sheet.cell(row, 3, str(item))
    for row, name in enumerate(_towns(), start=1):
        sheet.cell(row, 4, name)
    sheet.sheet_state = "hidden"
    sheet.protection.sheet = True


def _page(sheet: Worksheet, widths: dict[str, int]) -> None:
    """Set widths, protection and A4 paper."""
    for column, width in widths.items():
        sheet.column_dimensions[column].width = width
    sheet.protection.sheet = True
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True  # type: ignore[union-attr] # openpyxl always makes one
