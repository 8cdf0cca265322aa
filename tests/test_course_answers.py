"""Every exercise of the trainees' course judges what people write as a person at the desk would.

What each exercise asks stands in ``course_exercises.csv`` (held against the notebooks in
test_notebooks.py), what is written and what a person would say to it in ``course_answers.py``. The
table of all: ``pytest -q -s -k table tests/test_course_answers.py``.
"""

import sys

import pytest
from course_answers import (
    LEAST_ANSWERS,
    LEAST_CHOICE_ANSWERS,
    RECORD,
    RIGHT,
    ROOT,
    WORDS,
    WRONG,
    list_cases,
    make_quiz,
    read_answers,
)
from traitlets import TraitError

from dxkit import widgets

ROWS = list(RECORD.itertuples(index=False))
NAMES = [f"{row.notebook}-{row.number}" for row in ROWS]
CHOOSING = [row for row in ROWS if row.choices]


@pytest.fixture(autouse=True)
def _home(tmp_path, monkeypatch):
    monkeypatch.setenv("DXKIT_HOME", str(tmp_path))


def _type(quiz, typed):
    """Write an answer into the box, with nothing ticked; what the exercise says."""
    ticks, _, button = quiz.children[1].children
    # a choice has its box below the ticks
    box = ticks if len(quiz.children) == 3 else quiz.children[2]
    if box is not ticks:
        ticks.value = None
    box.value = typed
    button.click()
    return _shorten(quiz.children[-1].value)


def _shorten(shown):
    if "○ 正解" in shown:
        return RIGHT
    return WRONG if "× もう一度" in shown else WORDS


@pytest.mark.parametrize("row", ROWS, ids=NAMES)
def test_an_exercise_of_the_course_judges_written_answers_as_a_person_would(row):
    cases = list_cases(row)
    quiz = make_quiz(row)
    judged = {typed: _type(quiz, typed) for typed in cases}
    assert {typed: verdict for typed, verdict in judged.items() if verdict != cases[typed]} == {}
    assert len(cases) >= (LEAST_CHOICE_ANSWERS if row.choices else LEAST_ANSWERS)
    assert set(cases.values()) == {RIGHT, WRONG, WORDS}


@pytest.mark.parametrize("row", CHOOSING, ids=[f"{row.notebook}-{row.number}" for row in CHOOSING])
def test_each_choice_may_be_ticked_written_or_counted_and_is_ticked_then(row):
    options = row.choices.split("|")
    quiz = make_quiz(row)
    ticks, _, button = quiz.children[1].children
    for place, option in enumerate(options, start=1):
        verdict = RIGHT if option in read_answers(row) else WRONG
        ticks.value = option
        button.click()
        assert _shorten(quiz.children[-1].value) == verdict
        for typed in (option, str(place)):
            assert _type(quiz, typed) == verdict
            assert ticks.value == option
            assert quiz.children[2].value == ""
    with pytest.raises(TraitError, match="Invalid selection"):
        ticks.value = "ほかの答え"


def test_a_tick_overrules_what_was_written_and_a_word_what_was_ticked():
    quiz = widgets.exercise("どれ？", "乙", choices=["甲", "乙"])
    ticks, _, button = quiz.children[1].children
    assert _type(quiz, "甲と乙") == WORDS
    assert ticks.value is None
    ticks.value = "乙"
    button.click()
    assert _shorten(quiz.children[-1].value) == RIGHT
    quiz.children[2].value = "甲"
    button.click()
    assert (_shorten(quiz.children[-1].value), ticks.value) == (WRONG, "甲")
    # what is no answer is no try: the hints do not move on
    hinted = widgets.exercise("何？", "甲", choices=["甲", "乙"], hint=("一つ目", "二つ目"))
    assert [_type(hinted, typed) for typed in ("x", "y", "z")] == [WORDS] * 3
    _type(hinted, "乙")
    assert "二つ目" not in hinted.children[-1].value


def test_a_number_is_no_place_where_the_choices_are_numbers():
    quiz = widgets.exercise("いくつ？", "2つ", choices=["3つ", "2つ", "10"])
    assert _type(quiz, "2つ") == RIGHT
    assert _type(quiz, "１０") == WRONG
    assert _type(quiz, "1") == WORDS
    # an area and a city go by one name
    area = widgets.exercise("どの圏域？", "淡路", choices=["淡路", "但馬"])
    assert _type(area, "淡路") == RIGHT
    assert _type(area, "淡路市") == WORDS


def test_the_table_of_answers_holds_twenty_and_more_for_each_exercise():
    counts = []
    for row, name in zip(ROWS, NAMES, strict=True):
        cases = list_cases(row)
        counts.append(len(cases))
        sys.stdout.write(f"\n{name} {row.question} [{row.answers}]\n")
        for verdict in (RIGHT, WRONG, WORDS):
            typed = "｜".join(text for text in cases if cases[text] == verdict)
            sys.stdout.write(f"  {verdict} {list(cases.values()).count(verdict)}: {typed}\n")
    sys.stdout.write(f"\n{len(counts)} exercises, {sum(counts)} answers, fewest {min(counts)}\n")
    assert min(counts) >= LEAST_ANSWERS


def test_every_exercise_of_the_trainees_notebooks_is_in_the_record():
    counts = {}
    for path in sorted((ROOT / "notebooks" / "trainees").glob("[0-9]*.ipynb")):
        counts[path.stem] = path.read_text(encoding="utf-8").count("widgets.exercise(")
    assert {name: count for name, count in counts.items() if count} == RECORD[
        "notebook"
    ].value_counts().to_dict(), "run scripts/record_exercises.py with the notebooks' numbers"
