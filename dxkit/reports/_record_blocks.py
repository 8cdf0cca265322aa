"""What stands in each place of the Word document of a record?"""

from pathlib import Path

import pandas as pd

from dxkit.reports._docx_parts import write_paragraph, write_table
from dxkit.reports._groups import name_group
from dxkit.reports._record_content import (
    CARRIED_HEADINGS,
    DAMAGED,
    DECISION_HEADINGS,
    NOTE,
    RECEIPT_GAP,
    RECEIPT_NOTE,
    RecordContent,
    list_agenda,
    write_mean,
)
from dxkit.reports._record_docx import fill_template
from dxkit.schema import LEAST_PEERS
from dxkit.store import VOTE_COLUMNS, VOTE_LABELS

# empty rows to write on where nothing was noted
EMPTY_ROWS = 3
SMALL_SIZE = 18
AGENDA_SHARES = {"内容": 4, "分": 1, "進め方": 5}
# so many fit whatever the font
RECEIPTS_A_LINE = 5


def write_record_document(content: RecordContent, template: str | Path | None) -> bytes:
    """Write the record as a Word document, from a template."""
    texts = {
        "会議名": content.title,
        "日時": content.date,
        "場所": content.place,
        "次回": content.next_date or "（未定）",
        "照合値": "" if content.is_intact else DAMAGED,
        "架空": f"{content.mark}を含みます" if content.mark else "",
    }
    texts["照合値"] += content.describe_digest()
    blocks = {
        "出席者": _write_attendees(content),
        "次第": _write_agenda(content.agenda),
        "結果": _write_results(content),
        "選択": _write_choices(content),
        "カード": _write_cards(content),
        "決定": _write_decisions(content),
        "前回までの決定": _write_carried(content),
        "次回の次第": _write_agenda(content.next_agenda),
        "控え": _write_receipts(content),
        "守られること": write_paragraph(NOTE + content.protection, size=SMALL_SIZE),
    }
    return fill_template(template, texts, blocks)


def _write_attendees(content: RecordContent) -> str:
    attendees = content.list_attendees()
    if attendees.empty:
        return write_paragraph("（記入）")
    persons = f"・{content.count_persons()}人" if content.count_persons() else ""
    count = write_paragraph(f"{content.count_bodies()}団体{persons}")
    rows = [(name_group(row.group), row.body, row.person) for row in attendees.itertuples()]
    return count + write_table(["グループ", "団体", "氏名"], rows, (2, 4, 4))


def _write_agenda(agenda: pd.DataFrame | None) -> str:
    if agenda is None:
        return write_paragraph("（記載なし）")
    headings, rows = list_agenda(agenda)
    return write_table(headings, rows, [AGENDA_SHARES[heading] for heading in headings])


def _write_results(content: RecordContent) -> str:
    """Write one row an item in the order of the store: an order by means is a ranking."""
    if content.results.empty:
        return write_paragraph("投票はありませんでした。")
    rows = []
    for row in content.results.to_dict("records"):
        if row["votes"] < LEAST_PEERS:
            figures = ["—"] * (1 + len(VOTE_LABELS))
        else:
            mean = write_mean(float(row["mean"]))
            figures = [mean, *(str(int(row[column])) for column in VOTE_COLUMNS.values())]
        rows.append([row["item"], int(row["votes"]), *figures])
    headings = ["項目", "票", "平均", *VOTE_LABELS.values()]
    table = write_table(headings, rows, (5.3, 1.3, 1.7, 1.8, 2.2, 3.1, 2.2, 1.8))
    few = "" if (content.results["votes"] >= LEAST_PEERS).all() else (
        f"— は、{LEAST_PEERS}票に満たないため載せません。"
    )  # fmt: skip
    sentence = few + content.describe_agreement()
    return table + (write_paragraph(sentence, size=SMALL_SIZE) if sentence else "")


def _write_choices(content: RecordContent) -> str:
    rows = content.list_choices()
    if not rows:
        return write_paragraph("なし")
    return write_table(["選んだこと", "選択肢", "人数"], rows, (4, 5, 1))


def _write_cards(content: RecordContent) -> str:
    piles = content.list_piles()
    if not piles:
        return write_paragraph("カードはありませんでした。")
    rows = [(f"{title}（{len(cards)}枚）", "\n".join(f"・{card}" for card in cards))
            for title, cards in piles]  # fmt: skip
    return write_table(["見出し", "カード"], rows, (3, 7))


def _write_decisions(content: RecordContent) -> str:
    rows = content.list_decisions() or [[""] * len(DECISION_HEADINGS)] * EMPTY_ROWS
    return write_table(DECISION_HEADINGS, rows, (6, 2, 2))


def _write_carried(content: RecordContent) -> str:
    rows = content.list_carried()
    if not rows:
        return write_paragraph("なし")
    return write_table(CARRIED_HEADINGS, rows, (5, 2, 2, 2))


def _write_receipts(content: RecordContent) -> str:
    rows = content.list_receipts()
    if not rows:
        return write_paragraph("封をした後の記録に載ります。" if not content.is_sealed else "なし")
    lines = [(item, _break_lines(codes)) for item, codes in rows]
    return write_paragraph(RECEIPT_NOTE, size=SMALL_SIZE) + write_table(
        ["項目", "控えの番号"], lines, (3, 7)
    )


def _break_lines(codes: str) -> str:
    """Break a list of codes into lines: a program that fills lines would break codes in two."""
    parts = codes.split(RECEIPT_GAP)
    starts = range(0, len(parts), RECEIPTS_A_LINE)
    return "\n".join(RECEIPT_GAP.join(parts[i : i + RECEIPTS_A_LINE]) for i in starts)
