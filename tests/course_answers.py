"""What people write under each exercise of the course, and what a person at the desk would say.

How a number or a town's name is written is a table of forms, made without the code that judges;
what is written where one of several choices is asked stands in ``course_written_choices.csv``, each
judged by hand.
"""

import re
from pathlib import Path

import pandas as pd

from dxkit import widgets

ROOT = Path(__file__).resolve().parents[1]
RECORD = pd.read_csv(
    Path(__file__).with_name("course_exercises.csv"), dtype=str, keep_default_na=False
)
RIGHT, WRONG, WORDS = "○", "×", "ことば"
WIDE = str.maketrans("0123456789.,-%", "０１２３４５６７８９．，－％")
KANJI = "〇一二三四五六七八九"
WRITTEN_CHOICES = pd.read_csv(
    Path(__file__).with_name("course_written_choices.csv"), dtype=str, keep_default_na=False
)
TOWNS = pd.read_csv(ROOT / "data" / "published" / "municipalities.csv", dtype=str)
LEAST_ANSWERS, LEAST_CHOICE_ANSWERS = 20, 41


def read_answers(row):
    """Read the right answers: numbers, or texts."""
    texts = row.answers.split("|")
    try:
        return [float(text) for text in texts]
    except ValueError:
        return texts


def _tidy(value):
    """Write a number as a person does: 12, not 12.0."""
    return f"{value:.0f}" if float(value).is_integer() else f"{value:.10g}"


def _kanji(count):
    """Write a whole number in kanji with 十, 百, 千, 万."""
    if count == 0:
        return "〇"
    words, rest = "", count
    for size, letter in ((10**4, "万"), (1000, "千"), (100, "百"), (10, "十")):
        digit, rest = divmod(rest, size)
        if digit:
            # 一万, but 千, 百, 十
            words += (_kanji(digit) if digit > 1 or letter == "万" else "") + letter
    return words + (KANJI[rest] if rest else "")


def _number_forms(value, unit, tolerance):
    """List how people write a number rightly, wrongly, in words, and in another unit."""
    plain = _tidy(value)
    right = [
        plain, plain.translate(WIDE), f"{plain}{unit}", f"約{plain}{unit}", f" {plain} ",
        f"およそ{plain}", f"{plain}です", f"{plain}{unit}です。", f"{plain.translate(WIDE)}{unit}",
        f"答えは{plain}", f"　{plain}　", f"「{plain}」", f"（{plain}）", f"{plain}（{unit}）", f"{plain}、",
        f"答え：{plain}", f"+{plain}", f"計{plain}{unit}", f"全{plain}{unit}", f"{plain}{unit}あります",
        f"{plain}だと思う", f"{plain}でしょう", f"{plain}{unit}だ", f"はい、{plain}", f'"{plain}"',
    ]  # fmt: skip
    if float(value).is_integer():
        digits = plain.removeprefix("-")
        right += [f"{plain}.0", f"{value:,.0f}", f"{value:,.0f}".translate(WIDE)]
        if value >= 0:
            right += ["".join(KANJI[int(digit)] for digit in digits), f"{_kanji(int(value))}{unit}"]
    if unit in ("％", "%"):
        right += [f"{plain}パーセント", f"{plain}%"]
    if tolerance:
        right += [_tidy(value + 0.9 * tolerance), _tidy(value - 0.9 * tolerance)]
    step = max(1.0, 2 * tolerance)
    near = [value + step, value - step, value + 10 * step, value * 10 + step, -value - step]
    wrong = [_tidy(number) for number in near] + [f"{_tidy(value + step)}{unit}"]
    words = ["わかりません", "たくさん", f"{plain}と{_tidy(value + 1)}", f"{plain}〜{_tidy(value + 1)}", "?", ""]  # fmt: skip
    other_unit = "円" if unit and unit != "円" else ""
    return right, wrong, words, [f"{plain}{other_unit}", f"{plain}kg"] if other_unit else []


def _town_forms(name):
    row = TOWNS[TOWNS["name"] == name].iloc[0]
    stem = re.sub("[市町]$", "", name)
    return [
        name, stem, row["kana"], f"兵庫県{name}", f"「{name}」", f"{name}です", f"{name}。",
        f" {name} ", f"　{name}", f"『{name}』".replace("『", '"').replace("』", '"'),
        f"{name}だと思います", f"{name}かな", f"答えは{name}", f"答え：{name}です", f"{name}！", f"（{stem}）",
    ]  # fmt: skip


def _text_forms(answers):
    """List how people write a text rightly and wrongly."""
    right = []
    for text in answers:
        is_town = text in set(TOWNS["name"])
        right += _town_forms(text) if is_town else [text, f" {text} ", f"「{text}」", f"{text}。"]
    others = [name for name in TOWNS["name"] if name not in answers]
    wrong = [*others[:12], f"{others[0]}だと思います", "わかりません", "41", "?", "東京都", "x"]
    return right, wrong, ["", "　"]


def make_quiz(row):
    """Make the exercise as its notebook does."""
    answers = read_answers(row)
    return widgets.exercise(
        row.question,
        answers if len(answers) > 1 else answers[0],
        unit=row.unit,
        tolerance=float(row.tolerance),
        choices=row.choices.split("|") if row.choices else None,
        hint="数えます。",
    )


def list_cases(row):
    """List the answers that are typed and what each should get."""
    answers = read_answers(row)
    if row.choices:
        rows = WRITTEN_CHOICES[
            (WRITTEN_CHOICES["notebook"] == row.notebook)
            & (WRITTEN_CHOICES["number"] == row.number)
        ]
        return dict(zip(rows["typed"], rows["verdict"], strict=True))
    if isinstance(answers[0], str):
        right, wrong, words = _text_forms(answers)
        units = []
    else:
        right, wrong, words, units = _number_forms(answers[0], row.unit, float(row.tolerance))
        for other in answers[1:]:
            right += _number_forms(other, row.unit, float(row.tolerance))[0]
        wrong = [
            text
            for text in wrong
            if all(
                abs(float(text.removesuffix(row.unit) if row.unit else text) - value)
                > float(row.tolerance)
                for value in answers
            )
        ]
    return (
        dict.fromkeys([*words, *units], WORDS)
        | dict.fromkeys(wrong, WRONG)
        | dict.fromkeys(right, RIGHT)
    )
