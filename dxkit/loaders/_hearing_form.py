"""What form does an interviewer take along, so that forty of them can be put together again?

An XLSX made from ``indicators_hearing``: drop-downs where there is a choice, what is not answered
told apart from what is at level 0, everything but the input cells protected (without a password: it
guards against slips, not against people).
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

import openpyxl
import pandas as pd
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

from dxkit._checks import require_flag
from dxkit.errors import ChoiceError, shorten
from dxkit.loaders._hearing_layout import (
    ANSWERS,
    CODES_COLUMN,
    FIELD_COLUMN,
    FIELDS,
    FIRST_FIELD_ROW,
    HEAD_ROW,
    HEADS,
    ITEMS_COLUMN,
    LEVELS,
    MADE_COLUMN,
    MARK,
    STAGES,
    STATUSES,
    STORY,
    TOWNS_COLUMN,
    VERSION,
    VERSION_COLUMN,
)
from dxkit.loaders._load import load
from dxkit.loaders._place_names import municipality_name
from dxkit.loaders._resolve_prefecture import list_unvisited, resolve_prefecture
from dxkit.loaders._sheet_style import (
    BOLD,
    THIN,
    WRAP,
    add_rule,
    make_input,
    set_page,
    write_heading,
)
from dxkit.schema import MADE_MARK, VALUE_LABELS, is_made, writable_text

TITLE = "市町DX推進状況 聞き取り票"
NOTE = (
    "黄色のセルだけに記入します。現状と目標は 0〜5 を選びます"
    "（段階の文は「段階の説明」シート）。"
    "空欄は 0 ではありません: 答えがないときは「状態」で 回答なし・不明・対象外 のどれかを選びます。"
)
LEVEL_COLUMN = HEADS.index("現状") + 1
# points and letters, as Excel measures rows and columns
ROW_HEIGHT = 32
STORY_HEIGHT = 180
ANSWER_WIDTHS = {"A": 6, "B": 12, "C": 20, "D": 44, "E": 7, "F": 7, "G": 10, "H": 38}
STAGE_WIDTHS = {"A": 12, "B": 18, "C": 22, "D": 22, "E": 22, "F": 22, "G": 22, "H": 22}
STORY_WIDTHS = {"A": 100}


def write_hearing_form(
    path: str | Path,
    *,
    municipality: str | None = None,
    rater: str | None = None,
    vignettes: bool = False,
    answers: pd.DataFrame | None = None,
    prefecture: str | None = "",
) -> Path:
    """Write the form of the prefecture's hearing.

    Parameters
    ----------
    path
        Where to write (``.xlsx``).
    municipality
        Official name, to be filled in beforehand; Kobe is not part of Hyogo's hearing.
    rater
        The interviewer, to be filled in beforehand.
    vignettes
        Write the form on which an interviewer rates the two fictional towns instead; needs
        ``rater``.
    answers
        Answers to be filled in beforehand, as `read_hearing` returns them (those of the year
        before, say): one row an answer; those of other municipalities, or of other interviewers if
        ``rater`` is given, are left out. Invented answers (`dxkit.schema.is_made`) mark the form:
        its title says 架空データ, and `read_hearing` marks the answers again.
    prefecture
        As for `dxkit.load`: whose municipalities are asked.

    Returns
    -------
    pathlib.Path

    Raises
    ------
    ChoiceError
        If the name does not end in ``.xlsx``, the municipality is unknown or Kobe, ``rater`` is
        missing for the fictional towns, or ``answers`` come without a municipality or hold an item
        twice.

    Examples
    --------
    >>> import openpyxl
    >>> from pathlib import Path
    >>> from tempfile import mkdtemp
    >>> path = write_hearing_form(Path(mkdtemp()) / "himeji.xlsx", municipality="姫路市")
    >>> book = openpyxl.load_workbook(path)
    >>> book.sheetnames, book["回答"]["C3"].value
    (['回答', '段階の説明', '様式'], '姫路市')
    """
    require_flag(vignettes, "vignettes")
    path = Path(path)
    number = resolve_prefecture(prefecture)
    municipalities = _list_municipalities(number)
    towns = municipalities["name"].astype(str).tolist()
    _check_path(path)
    _check_municipality(municipality, towns, number)
    _check_options(municipality, rater, vignettes=vignettes, has_answers=answers is not None)
    # headings of groups have no question
    items = load("indicators_hearing")
    items = items[items["question"].notna()].reset_index(drop=True)
    stories = load("vignettes")
    names = dict(zip(stories["code"], stories["name"], strict=True))
    # an ordinary form has one sheet of answers, without a code in its name
    codes = list(stories["code"]) if vignettes else [""]
    book = openpyxl.Workbook()
    # a new workbook comes with an empty sheet
    book.remove(book.worksheets[0])
    for code in codes:
        sheet = book.create_sheet(f"{ANSWERS}{code}")
        fields = {
            "municipality": names.get(code, municipality),
            "rater": writable_text(rater or "") or None,
        }
        _lay_out_answers(sheet, items, fields, [] if vignettes else towns)
        if answers is not None:
            of_town = _select_answers(
                answers, code or _find_code(municipalities, municipality), rater
            )
            _fill_answers(sheet, items, of_town)
            _mark_title(sheet, answers)
    if vignettes:
        _write_stories(book.create_sheet(STORY), stories)
    _write_stages(book.create_sheet(STAGES), items)
    _write_mark(book.create_sheet(MARK), items, codes, towns, is_invented=is_made(answers))
    # written aside first, so that a file under its own name is always whole
    part = path.with_name(f".{path.name}.part")
    book.save(part)
    part.replace(path)
    return path


def _list_municipalities(number: str | None) -> pd.DataFrame:
    """List the municipalities that are asked, with their names and codes."""
    table = load("municipalities", number)
    return pd.DataFrame(table.loc[~table["code"].isin(list_unvisited(number)), ["code", "name"]])


def _find_code(municipalities: pd.DataFrame, municipality: str | None) -> str:
    return str(municipalities.loc[municipalities["name"] == municipality, "code"].iloc[0])


def _check_path(path: Path) -> None:
    if path.suffix.lower() != ".xlsx":
        raise ChoiceError(f"「{path.name}」は書けません。名前の終わりを .xlsx にしてください。")


def _check_options(
    municipality: str | None, rater: str | None, *, vignettes: bool, has_answers: bool
) -> None:
    """Refuse options that do not fit together, before anything is written."""
    if vignettes and (not rater or municipality):
        raise ChoiceError(
            "架空の町の様式（vignettes=True）には rater=（聞き取り者）だけを指定してください。"
        )
    if has_answers and not (municipality or vignettes):
        raise ChoiceError(
            "answers を書き込むには municipality=（市町名）か vignettes=True を指定してください。"
        )


def _check_municipality(municipality: str | None, towns: list[str], number: str | None) -> None:
    """Refuse a name that is none of those who are asked."""
    if municipality is None or towns.count(municipality) == 1:
        return
    if municipality in towns:
        raise ChoiceError(
            f"{municipality}という市町は{towns.count(municipality)}つあります。"
            "prefecture= に都道府県を指定してください。"
        )
    if municipality in {municipality_name(code) for code in list_unvisited(number)}:
        raise ChoiceError(f"{municipality}はこのヒアリングの対象外です（S13）。")
    raise ChoiceError(
        f"「{shorten(municipality)}」という市町はありません。"
        f"「{towns[0]}」のように正式な名前で書いてください。"
    )


def _select_answers(answers: pd.DataFrame, code: str, rater: str | None) -> pd.DataFrame:
    """Select the answers of one municipality, one row an item (index)."""
    of_town = answers[answers["code"] == code]
    if rater:
        of_town = of_town[of_town["rater"] == rater]
    repeated = of_town.loc[of_town["item"].duplicated(), "item"]
    if len(repeated):
        raise ChoiceError(
            f"団体コード {code} の項目「{shorten(repeated.iloc[0])}」に答えが2つあります。"
            "rater= で聞き取り者を1人に絞ってください。"
        )
    return of_town.set_index("item")


def _fill_answers(sheet: Worksheet, items: pd.DataFrame, of_town: pd.DataFrame) -> None:
    """Write answers where an interviewer would type them."""
    for row, item in enumerate(items["indicator"], start=HEAD_ROW + 1):
        if item not in of_town.index:
            continue
        answer = of_town.loc[item]
        is_answered = answer["status"] == "answered"
        # a level beside "not answered" would contradict it
        # levels are whole numbers; a table with gaps holds them as decimals
        levels = [
            int(answer[name]) if is_answered and pd.notna(answer[name]) else None
            for name in ("level", "target")
        ]
        status = None if is_answered else VALUE_LABELS["status"][answer["status"]]
        evidence = None if pd.isna(answer["evidence"]) else str(answer["evidence"])
        for column, value in enumerate((*levels, status, evidence), start=LEVEL_COLUMN):
            cell = sheet.cell(row, column)
            cell.value = writable_text(value) if isinstance(value, str) else value
            # text stays text, whatever it begins with
            if isinstance(value, str):
                cell.data_type = "s"


def _mark_title(sheet: Worksheet, answers: pd.DataFrame) -> None:
    """Say in the title that the answers are invented."""
    if is_made(answers):
        sheet["A1"].value = f"{TITLE}（{MADE_MARK}）"


def _lay_out_answers(
    sheet: Worksheet, items: pd.DataFrame, fields: dict[str, str | None], towns: Sequence[str]
) -> None:
    """Lay out the sheet in which answers are typed."""
    sheet["A1"].value = TITLE
    sheet["A1"].font = Font(bold=True, size=14)
    sheet["A2"].value = NOTE
    sheet["A2"].alignment = WRAP
    sheet.merge_cells("A2:H2")
    sheet.row_dimensions[2].height = ROW_HEIGHT
    for row, (key, label) in enumerate(FIELDS.items(), start=FIRST_FIELD_ROW):
        sheet.cell(row, 1, label)
        sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=2)
        make_input(sheet.cell(row, FIELD_COLUMN, fields.get(key)))
    for column, head in enumerate(HEADS, start=1):
        cell = write_heading(sheet, HEAD_ROW, column, head)
        cell.border = THIN
    for number, item in enumerate(items.to_dict("records"), start=1):
        texts = (number, item["indicator"], item["label"], item["question"])
        _lay_out_question(sheet, HEAD_ROW + number, texts)
    _add_choices(sheet, HEAD_ROW + 1, HEAD_ROW + len(items), towns)
    set_page(sheet, ANSWER_WIDTHS)
    # the headings stay on the screen and stand on every printed page
    sheet.freeze_panes = f"A{HEAD_ROW + 1}"
    sheet.print_title_rows = f"{HEAD_ROW}:{HEAD_ROW}"


def _lay_out_question(sheet: Worksheet, row: int, texts: Sequence[object]) -> None:
    for column in range(1, len(HEADS) + 1):
        cell = sheet.cell(row, column)
        cell.border = THIN
        cell.alignment = WRAP
        if column <= len(texts):
            cell.value = texts[column - 1]  # type: ignore[assignment] # a number or text
        else:
            make_input(cell)
    sheet.row_dimensions[row].height = ROW_HEIGHT


def _add_choices(sheet: Worksheet, first: int, last: int, towns: Sequence[str]) -> None:
    """Hang drop-downs on the cells that have a choice."""
    lists = [
        (f"E{first}:F{last}", LEVELS, "0〜5 から選んでください"),
        (f"G{first}:G{last}", tuple(STATUSES), "状態を選んでください"),
    ]
    for cells, choices, message in lists:
        rule = add_rule(sheet, cells, f'"{",".join(choices)}"')
        rule.error = message
        rule.errorTitle = "選択肢にありません"
    if towns:
        # a list of 40 names is longer than a rule may hold: it stands in the hidden sheet
        add_rule(sheet, f"C{FIRST_FIELD_ROW}", f"{MARK}!$D$1:$D${len(towns)}")


def _write_stories(sheet: Worksheet, stories: pd.DataFrame) -> None:
    """Write the descriptions of the fictional towns."""
    for number, story in enumerate(stories.itertuples(), start=1):
        sheet.cell(2 * number - 1, 1, f"{story.name}（{story.code}）").font = BOLD
        sheet.cell(2 * number, 1, str(story.text)).alignment = WRAP
        sheet.row_dimensions[2 * number].height = STORY_HEIGHT
    set_page(sheet, STORY_WIDTHS)


def _write_stages(sheet: Worksheet, items: pd.DataFrame) -> None:
    """Write what each level of each item means."""
    heads = ("項目", "見出し", *(f"段階{level}" for level in LEVELS))
    for column, head in enumerate(heads, start=1):
        write_heading(sheet, 1, column, head)
    columns = ["indicator", "label", *(f"level_{level}" for level in LEVELS)]
    for row, texts in enumerate(items[columns].to_numpy().tolist(), start=2):
        for column, text in enumerate(texts, start=1):
            cell = sheet.cell(row, column, text)
            cell.alignment = WRAP
            cell.border = THIN
    set_page(sheet, STAGE_WIDTHS)


def _write_mark(
    sheet: Worksheet,
    items: pd.DataFrame,
    codes: Iterable[str],
    towns: Sequence[str],
    *,
    is_invented: bool,
) -> None:
    """Write, unseen, what tells the form's version, its towns and items, and invented answers."""
    # the reader refuses forms of another version
    sheet.cell(1, VERSION_COLUMN, VERSION)
    sheet.cell(1, CODES_COLUMN, ",".join(codes))
    for row, item in enumerate(items["indicator"], start=1):
        sheet.cell(row, ITEMS_COLUMN, str(item))
    for row, name in enumerate(towns, start=1):
        sheet.cell(row, TOWNS_COLUMN, name)
    if is_invented:
        sheet.cell(1, MADE_COLUMN, MADE_MARK)
    sheet.sheet_state = "hidden"
    sheet.protection.sheet = True
