"""Who of a meeting's list comes, and who has said no?"""

import unicodedata
from typing import Any

from dxkit.errors import list_first, shorten

YES_WORDS = frozenset(("○", "◯", "〇", "◎", "●", "はい", "有", "あり", "true", "yes"))
NO_WORDS = frozenset(("×", "✕", "いいえ", "無", "なし", "-", "－", "ー", "false", "no"))
# answers to 出欠; who is late, or sends somebody, comes
ABSENT_WORDS = NO_WORDS.union(
    ("欠", "欠席", "不参加", "不参加です", "欠席します", "参加しません", "不可", "x", "✖", "辞退")
)
COMING_WORDS = YES_WORDS.union(
    ("出", "出席", "参加", "可", "出席します", "参加します", "代理", "代理出席"),
    ("遅刻", "途中参加", "途中退席"),
)
# answers that a remark names
SHOWN = 5


def part_absent(
    members: list[tuple[int, dict[str, str]]],
) -> tuple[list[tuple[int, dict[str, str]]], list[dict[str, Any]], str]:
    """Part the members who come from those whose 出欠 says no; name what says neither."""
    coming, absent, unclear = [], [], []
    for number, cells in members:
        answer = cells.pop("attends", "")
        word = _fold_answer(answer)
        who = " ".join(filter(None, (cells["code"], cells.get("person"))))
        if word in ABSENT_WORDS:
            absent.append({"row": number, "text": f"{who}（出欠: {answer}）"})
            continue
        coming.append((number, cells))
        if word and word not in COMING_WORDS:
            unclear.append(f"{number}行目「{shorten(who, 20)}: {shorten(answer, 12)}」")
    if not unclear:
        return coming, absent, ""
    shown = list_first(unclear, SHOWN, count=len(unclear))
    remark = f"出欠が○とも×とも読めない{len(unclear)}人を、出席として読みました（{shown}）"
    return coming, absent, remark


def _fold_answer(answer: str) -> str:
    """Write an answer without its politeness and its reason: ご欠席（所用） is 欠席."""
    word = unicodedata.normalize("NFKC", answer).casefold().strip()
    bare = word.strip("()") if word.startswith("(") else word.split("(")[0]
    return bare.strip().removeprefix("ご").removeprefix("御")
