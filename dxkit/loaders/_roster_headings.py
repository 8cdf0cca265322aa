"""Which row of a sheet heads the list of a meeting, and which column holds what?

Headings may stand in several rows, merged across and down. What a column is taken for can be looked
at before the list is read, and corrected.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from dxkit.errors import Fault, TableError, shorten
from dxkit.loaders._cells import INVISIBLE, is_number
from dxkit.loaders._municipality_rows import holds_full_name, is_on_its_side
from dxkit.loaders._raw import read_sheets
from dxkit.loaders._roster_persons import find_person_headings
from dxkit.loaders._sheet import Sheet

# of a list with several of them the first kind is the body, the others stay columns
BODY_KINDS = (
    ("code", "団体", "団体名", "団体コード", "参加団体"),
    ("所属", "所属名", "所属団体", "機関", "機関名", "会社名", "組織", "組織名"),
    ("市町", "市町名", "市区町村", "市区町村名", "自治体", "自治体名"),
)
BODY_HEADINGS = frozenset(word for words in BODY_KINDS for word in words)
# 「市町・団体名」 is the body, too; 「団体・氏名」 is none
HEADING_PARTS = re.compile(r"[・･/、,&]|または|又は|および|及び|と")
PERSON_HEADINGS = frozenset(
    ("person", "氏名", "名前", "お名前", "参加者", "参加者名", "参加者氏名", "出席者", "出席者名",
     "出席者氏名", "担当者", "担当者名", "担当者氏名")
)  # fmt: skip
# whether somebody comes; 「懇親会の出欠」 is another matter
ATTENDANCE_HEADINGS = frozenset(
    ("attends", "出欠", "ご出欠", "御出欠", "出欠席", "出席可否", "参加可否", "出席の有無",
     "参加の有無", "出欠確認", "出欠回答")
)  # fmt: skip
NUMBERING = frozenset(("no", "№", "番号", "連番", "項番", "#"))
WELL_KNOWN = BODY_HEADINGS | PERSON_HEADINGS | NUMBERING
# 「出欠（○×）」 says how to fill it in; 「出欠（懇親会）」 is another matter
MARKS_IN_BRACKETS = re.compile(r"[(\[【〔][○◯〇×✕✖x/・、,]*[)\]】〕]$")
# a heading is broken into lines only because its column is narrow
LINE_BREAK = re.compile(r"\s*[\r\n]\s*")
# what a column is named that is not read
LEFT_OUT = "\x1e"
# values that show what stands below a heading
EXAMPLES = 2
# rows in which headings are looked for, and rows that one heading may fill
HEADING_ROWS = 30
MAX_DEPTH = 4


@dataclass(frozen=True)
class RosterHead:
    """The headings of a list.

    Attributes
    ----------
    page
        Its sheet.
    top, first
        The position of the first heading row, and of the first row below the headings.
    headings
        Position of a column to its heading; columns without a heading and running numbers are none.
    """

    page: Sheet
    top: int
    first: int
    headings: dict[int, str]


def fold_heading(heading: object) -> str:
    """Write a heading without what people write now so, now so."""
    text = unicodedata.normalize("NFKC", str(heading)).casefold()
    # 「氏　名」, 「団体名（略称）」, 「人口［人］」
    return re.sub(r"[\s]|[(\[［【〔].*", "", INVISIBLE.sub("", text))


def index_headings(columns: Mapping[str, str | None]) -> dict[str, str]:
    """Index the columns' names by their headings: as written, in plain characters and folded.

    ``None`` becomes `LEFT_OUT`. The exact heading goes before one that is only alike: 氏名（ふりがな）
    is not 氏名.
    """
    pairs = [(heading, LEFT_OUT if name is None else name) for heading, name in columns.items()]
    # who leaves out 氏名（ふりがな） keeps 氏名
    names = {
        fold_heading(heading): name
        for heading, name in pairs
        if name != LEFT_OUT or fold_heading(heading) == _simplify_heading(heading).casefold()
    }
    names |= {_simplify_heading(heading): name for heading, name in pairs}
    return names | {heading.strip(): name for heading, name in pairs}


def _simplify_heading(heading: str) -> str:
    return unicodedata.normalize("NFKC", heading).strip()


def is_named(heading: str, names: Mapping[str, str]) -> bool:
    """Check for a heading that the caller names, in whatever spelling."""
    return not names.keys().isdisjoint(
        (heading.strip(), _simplify_heading(heading), fold_heading(heading))
    )


def name_heading(heading: str, names: Mapping[str, str]) -> str:
    """Return the column's name that a heading stands for."""
    folded = fold_heading(heading)
    for spelling in (heading.strip(), _simplify_heading(heading), folded):
        if spelling in names:
            return names[spelling]
    if BODY_HEADINGS.issuperset(_part_heading(heading)):
        return "code"
    if _is_attendance(heading):
        return "attends"
    return "person" if folded in PERSON_HEADINGS else heading.strip()


def _part_heading(heading: object) -> set[str]:
    """Part a heading into the words that it joins; a well-known one stays whole."""
    folded = fold_heading(heading)
    return {folded} if folded in BODY_HEADINGS else set(HEADING_PARTS.split(folded))


def _is_attendance(heading: object) -> bool:
    """Check for a heading under which stands who comes to the meeting itself."""
    text = re.sub(r"\s", "", unicodedata.normalize("NFKC", str(heading)).casefold())
    return MARKS_IN_BRACKETS.sub("", text) in ATTENDANCE_HEADINGS


def find_heads(sheets: Sequence[Sheet], names: Mapping[str, str]) -> list[RosterHead]:
    """Find the headings of each sheet that holds a list."""
    heads = []
    for page in sheets:
        for row, texts in enumerate(page.texts[:HEADING_ROWS]):
            columns = [name_heading(text, names) if text.strip() else "" for text in texts]
            if "code" in columns and not is_on_its_side(texts, columns):
                heads.append(_read_head(page, row, columns.index("code")))
                break
    return heads


def list_headings(path: str | Path, *, sheet: str | None = None) -> pd.DataFrame:
    r"""List the headings of a meeting's list, and what `read_roster` would take each for.

    Parameters
    ----------
    path
        As for `read_roster`.
    sheet
        Which sheet; by default all.

    Returns
    -------
    pandas.DataFrame
        One row a heading of every sheet: ``sheet, row`` (of the heading), ``heading``, ``column``
        (``code``, ``person``, ``attends``, or the heading itself), ``sure``: ``False`` where
        several columns could be the body, or where no heading tells which is and the row of
        headings is a guess, and ``examples``: the first different values below.
        ``dict(zip(table["heading"], table["column"]))`` is what `read_roster` takes as ``columns``.

    Raises
    ------
    TableError
        If the file cannot be read, or no sheet has a row that could be headings.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> path = Path(tempfile.mkdtemp()) / "list.csv"
    >>> _ = path.write_text("名簿\n参加機関,市町名,氏名\n県DX課,神戸市,岡\n", "utf-8")
    >>> list_headings(path)[["heading", "column"]].to_numpy().tolist()
    [['参加機関', '参加機関'], ['市町名', 'code'], ['氏名', 'person']]
    """
    sheets = read_sheets(path, sheet=sheet)
    known = find_heads(sheets, {})
    heads = known or guess_heads(sheets)
    if not heads:
        problem = "見出しの行が見つかりません"
        remedy = "「団体名」「氏名」などの見出しの行と、その下の行を入れてください"
        raise TableError([Fault(problem, remedy, file=Path(path).name)])
    rows = [
        {"sheet": head.page.name, "row": head.page.row_numbers[head.top], **entry,
         "examples": _write_examples(head, position)}
        for head in heads
        for position, entry in zip(
            head.headings, _guess_columns(list(head.headings.values()), is_known=bool(known)),
            strict=True,
        )
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["sheet", "row", "heading", "column", "sure", "examples"])


def _write_examples(head: RosterHead, position: int) -> str:
    """Write the first different values below a heading, without what spans the table."""
    page = head.page
    rows = range(head.first, min(len(page.rows), head.first + HEADING_ROWS))
    texts = [
        page.find_verbatim(row, position).strip()
        for row in rows
        if len(page.list_texts(row)) > 1 or len(head.headings) == 1
    ]
    return "、".join(
        shorten(text, 12) for text in list(dict.fromkeys(filter(None, texts)))[:EXAMPLES]
    )


def _guess_columns(headings: Sequence[str], *, is_known: bool) -> list[dict[str, object]]:
    """Guess what each column holds; at most one is the body."""
    alike = [heading for heading in headings if BODY_HEADINGS.issuperset(_part_heading(heading))]
    bodies = list(
        dict.fromkeys(
            heading
            for words in BODY_KINDS
            for heading in alike
            if not _part_heading(heading).isdisjoint(words)
        )
    )
    together = find_person_headings(headings, PERSON_HEADINGS)
    persons = together or [
        heading for heading in headings if fold_heading(heading) in PERSON_HEADINGS
    ]
    answers = [heading for heading in headings if _is_attendance(heading)]
    roles = dict.fromkeys(together or persons[:1], "person") | dict.fromkeys(bodies[:1], "code")
    roles |= dict.fromkeys(answers[:1], "attends")
    unsure = {*bodies, *persons} if is_known else set(headings)
    is_sure = is_known and len(bodies) < 2 and (len(persons) < 2 or bool(together))
    return [
        {
            "heading": heading,
            "column": roles.get(heading, heading),
            "sure": is_sure or heading not in unsure,
        }
        for heading in headings
    ]


def guess_heads(sheets: Sequence[Sheet]) -> list[RosterHead]:
    """Guess the headings of each sheet; sheets with a heading of persons, then wide ones, first."""
    heads = [head for page in sheets if (head := _guess_head(page)) is not None]
    return sorted(heads, key=lambda head: (not _has_person(head), -len(head.headings)))


def _has_person(head: RosterHead) -> bool:
    return any(fold_heading(heading) in PERSON_HEADINGS for heading in head.headings.values())


def _guess_head(page: Sheet) -> RosterHead | None:
    """Take the first row of about as many different words as any for the headings.

    「作成日 | 11月20日」 above a list of ten columns is none.
    """
    counts: dict[int, int] = {}
    for row in range(min(len(page.rows), HEADING_ROWS)):
        pairs = zip(page.rows[row], page.texts[row], strict=True)
        filled = [(cell, text) for cell, text in pairs if text.strip()]
        words = {text for _, text in filled}
        if len(words) > 1 and not any(_is_figure(*entry) for entry in filled):
            counts[row] = len(words)
    widest = max(counts.values(), default=0)
    for row, count in counts.items():
        if 2 * count > widest:
            # a list without headings: its first member would be lost; a venue has no 市
            if holds_full_name(page.texts[row]):
                return None
            position = next(place for place, text in enumerate(page.texts[row]) if text.strip())
            return _read_head(page, row, position)
    return None


def _is_figure(cell: object, text: str) -> bool:
    """Check for a number or a date, which no heading is."""
    return isinstance(cell, date) or is_number(cell, text)


def _read_head(page: Sheet, top: int, naming: int) -> RosterHead:
    """Read the headings that begin in a row, down to the first row of the list."""
    first = top + 1
    word = page.find_text(top, naming)
    # a heading merged down stands in each of its rows; one merged across has words of its own below
    while (
        first < min(len(page.rows), top + MAX_DEPTH)
        and page.row_numbers[first] == page.row_numbers[first - 1] + 1
        and (
            page.find_text(first, naming) == word
            or (not page.find_text(first, naming) and _is_lower_heading_row(page, first))
            or _has_known_headings(page, first, naming)
        )
    ):
        first += 1
    width = max(len(page.rows[row]) for row in range(top, first))
    headings = {position: _join_words(page, top, first, position) for position in range(width)}
    repeated = Counter(headings.values())
    named = {
        position: words[-1] if repeated[words] == 1 or len(words) == 1 else "_".join(words)
        for position, words in headings.items()
        if words and fold_heading(words[-1]).rstrip(".") not in NUMBERING
    }
    # the same word below two headings needs both
    doubled = Counter(named.values())
    named = {
        position: "_".join(headings[position]) if doubled[word] > 1 else word
        for position, word in named.items()
    }
    return RosterHead(page, top, first, named)


def _is_lower_heading_row(page: Sheet, row: int) -> bool:
    """Check for a row of nothing but words below a heading that spans several columns."""
    above = [text for text in page.texts[row - 1] if text]
    is_spanned = len(set(above)) < len(above)
    filled = [
        (cell, text) for cell, text in zip(page.rows[row], page.texts[row], strict=True) if text
    ]
    return is_spanned and bool(filled) and not any(is_number(*entry) for entry in filled)


def _has_known_headings(page: Sheet, row: int, naming: int) -> bool:
    """Check for a second row of headings where nothing is merged: words, one of them well known."""
    below = fold_heading(page.find_text(row, naming)).rstrip(".")
    # a body below the heading of bodies is a member, whatever stands beside it
    if below and below not in WELL_KNOWN:
        return False
    filled = [
        (cell, text.strip())
        for cell, text in zip(page.rows[row], page.texts[row], strict=True)
        if text.strip()
    ]
    words = {fold_heading(text).rstrip(".") for _, text in filled}
    has_numbers = any(is_number(*entry) for entry in filled)
    return bool(words & WELL_KNOWN) and not has_numbers


def _join_words(page: Sheet, top: int, first: int, position: int) -> tuple[str, ...]:
    """Join the words above a column, each once, from the top."""
    words = [
        LINE_BREAK.sub("", page.find_verbatim(row, position).strip())
        for row in range(top, first)
        if position < len(page.rows[row])
    ]
    words = list(dict.fromkeys(filter(None, words)))
    # 「（○×）」 below 「出欠」 says how to fill it in, not what stands there
    return tuple([word for word in words if fold_heading(word)] or words)
