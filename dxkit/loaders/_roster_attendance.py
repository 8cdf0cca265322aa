"""Who of a meeting's list comes, and who has said no?"""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from dxkit.errors import list_first, shorten

YES_WORDS = frozenset(("○", "◯", "〇", "◎", "●", "はい", "有", "あり", "true", "yes"))
NO_WORDS = frozenset(("×", "✕", "いいえ", "無", "なし", "-", "－", "ー", "false", "no"))
# answers to 出欠; who is late, or sends somebody, comes
ABSENT_WORDS = NO_WORDS.union(
    ("欠", "欠席", "不参加", "不参加です", "欠席します", "参加しません", "不可", "x", "✖", "辞退"),
    ("✗", "✘", "☓", "❌", "キャンセル", "取消", "取り消し", "取消し"),
)
COMING_WORDS = YES_WORDS.union(
    ("出", "出席", "参加", "可", "出席します", "参加します", "代理", "代理出席"),
    (
        "遅刻",
        "途中参加",
        "途中退席",
        "✓",
        "✔",
        "☑",
        "レ",
        "会場",
        "現地",
        "オンライン",
        "web",
        "web参加",
    ),
)
# words that say no wherever they stand: 備考 欠席, 岡（欠席）
PLAIN_NO = frozenset(("欠席", "不参加", "欠席します", "参加しません", "不参加です"))
OTHER_EVENT = re.compile("懇親|懇談|交流|二次会|昼食|弁当")
IN_BRACKETS = re.compile(r"[(（]([^()（）]*)[)）]")
# answers that a remark names
SHOWN = 5


def part_absent(
    members: list[tuple[int, dict[str, str]]],
) -> tuple[list[tuple[int, dict[str, str]]], list[dict[str, Any]], str, list[str]]:
    """Part the members who come from those whose 出欠 says no; name what says neither.

    Last come those who have not said yes, and of whom another cell says that they do not come.
    """
    coming, absent, unclear, likely_absent = [], [], [], []
    for number, cells in members:
        answer = cells.pop("attends", "")
        word = _fold_answer(answer)
        who = " ".join(filter(None, (cells["code"], cells.get("person"))))
        if word in ABSENT_WORDS:
            absent.append({"row": number, "text": f"{who}（出欠: {answer}）"})
            continue
        coming.append((number, cells))
        if word not in COMING_WORDS and not PLAIN_NO.isdisjoint(_list_answers(cells)):
            likely_absent.append(f"{number}行目「{shorten(who, 20)}」")
        if word and word not in COMING_WORDS:
            unclear.append(f"{number}行目「{shorten(who, 20)}: {shorten(answer, 12)}」")
    if not unclear:
        return coming, absent, "", likely_absent
    shown = list_first(unclear, SHOWN, count=len(unclear))
    remark = f"出欠が○とも×とも読めない{len(unclear)}人を、出席として読みました（{shown}）"
    return coming, absent, remark, likely_absent


def _list_answers(cells: Mapping[str, str]) -> set[str]:
    """List what cells say, as answers are compared, with what stands in brackets behind a name."""
    # who stays away from the party comes to the meeting
    answers = {
        _fold_answer(text)
        for name, text in cells.items()
        if name != "code" and not OTHER_EVENT.search(name)
    }
    notes = IN_BRACKETS.findall(cells.get("person", ""))
    return answers | {_fold_answer(note) for note in notes}


def _fold_answer(answer: str) -> str:
    """Write an answer without its politeness, reason and doubt: ご欠席（所用）, 欠席予定 are 欠席."""
    word = unicodedata.normalize("NFKC", answer).casefold().strip()
    bare = word.strip("()") if word.startswith("(") else word.split("(")[0]
    return bare.strip().removeprefix("ご").removeprefix("御").removesuffix("予定")
