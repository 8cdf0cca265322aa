"""Every exercise of the trainees' course judges some twenty written answers as a person at the desk would.

What each exercise asks stands in ``course_exercises.csv`` (held against the notebooks in test_notebooks.py). How people write an
answer is a table of forms here, made without the code that judges.
"""

import re
import sys
from pathlib import Path

import pandas as pd
import pytest
from traitlets import TraitError

from dxkit import widgets

ROOT = Path(__file__).resolve().parents[1]
RECORD = pd.read_csv(
    Path(__file__).with_name("course_exercises.csv"), dtype=str, keep_default_na=False
)
RIGHT, WRONG = "○ 正解", "× もう一度"
WIDE = str.maketrans("0123456789.,-%", "０１２３４５６７８９．，－％")
KANJI = "〇一二三四五六七八九"
TOWNS = pd.read_csv(ROOT / "data" / "published" / "municipalities.csv", dtype=str)
LEAST_ANSWERS = 20


@pytest.fixture(autouse=True)
def _home(tmp_path, monkeypatch):
    monkeypatch.setenv("DXKIT_HOME", str(tmp_path))


def _answers(row):
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


def _list_refused(options):
    """List texts near those offered that are none of them."""
    near = ["ほかの答え", "", "　", "わかりません", "1", "？", "|".join(options)]
    for option in options:
        near += [
            f"{option}です",
            f" {option}",
            f"{option} ",
            f"「{option}」",
            f"{option}。",
            option[:-1],
        ]
    return [text for text in dict.fromkeys(near) if text not in options]


def _make(row):
    answers = _answers(row)
    return widgets.exercise(
        row.question,
        answers if len(answers) > 1 else answers[0],
        unit=row.unit,
        tolerance=float(row.tolerance),
        choices=row.choices.split("|") if row.choices else None,
        hint="数えます。",
    )


def _type(quiz, typed):
    """Type an answer or tick a choice; what the exercise says."""
    box, _, button = quiz.children[1].children
    box.value = typed
    button.click()
    return quiz.children[-1].value


def _verdict(said):
    return RIGHT if RIGHT in said else WRONG if WRONG in said else "ことば"


def _cases(row):
    """List the answers that are typed and what each should get."""
    answers = _answers(row)
    if row.choices:
        options = row.choices.split("|")
        return {option: RIGHT if option in answers else WRONG for option in options}
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
        dict.fromkeys([*words, *units], "ことば")
        | dict.fromkeys(wrong, WRONG)
        | dict.fromkeys(right, RIGHT)
    )


@pytest.mark.parametrize(
    "row",
    list(RECORD.itertuples(index=False)),
    ids=[f"{row.notebook}-{row.number}" for row in RECORD.itertuples()],
)
def test_an_exercise_of_the_course_judges_written_answers_as_a_person_would(row):
    cases = _cases(row)
    quiz = _make(row)
    judged = {typed: _verdict(_type(quiz, typed)) for typed in cases}
    assert {typed: verdict for typed, verdict in judged.items() if verdict != cases[typed]} == {}
    assert RIGHT in judged.values()
    refused = _list_refused(row.choices.split("|")) if row.choices else []
    for text in refused:
        # what is not offered cannot be ticked, however near it comes, and changes no verdict
        verdict = quiz.children[-1].value
        with pytest.raises(TraitError, match="Invalid selection"):
            _type(quiz, text)
        assert quiz.children[-1].value == verdict
    assert len(cases) + len(refused) >= LEAST_ANSWERS


def test_the_answers_tried_are_counted_by_exercise():
    kinds = {}
    for row in RECORD.itertuples(index=False):
        refused = _list_refused(row.choices.split("|")) if row.choices else []
        kind = "選ぶ" if row.choices else "書く" if isinstance(_answers(row)[0], str) else "数"
        kinds.setdefault(kind, []).append(len(_cases(row)) + len(refused))
        sys.stdout.write(f"{row.notebook} 問{row.number} {kind} {kinds[kind][-1]}\n")
    sys.stdout.write(f"{ {kind: (len(counts), min(counts)) for kind, counts in kinds.items()} }\n")
    assert min(min(counts) for counts in kinds.values()) >= LEAST_ANSWERS


def test_every_exercise_of_the_trainees_notebooks_is_in_the_record():
    counts = {}
    for path in sorted((ROOT / "notebooks" / "trainees").glob("[0-9]*.ipynb")):
        counts[path.stem] = path.read_text(encoding="utf-8").count("widgets.exercise(")
    assert {name: count for name, count in counts.items() if count} == RECORD[
        "notebook"
    ].value_counts().to_dict(), "run scripts/record_exercises.py with the notebooks' numbers"
