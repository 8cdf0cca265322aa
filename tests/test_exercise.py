"""An exercise understands answers as people write them, helps step by step, and keeps what was answered."""

import numpy as np
import pytest

from dxkit import widgets
from dxkit.errors import ChoiceError
from dxkit.loaders import user_folder

RIGHT, WRONG = "○ 正解", "×"


@pytest.fixture(autouse=True)
def _home(tmp_path, monkeypatch):
    monkeypatch.setenv("DXKIT_HOME", str(tmp_path))


def _answer(exercise, typed):
    box, _, button = exercise.children[1].children
    box.value = typed
    button.click()
    return exercise.children[-1].value


# answer, unit, tolerance → twenty written answers and what each gets: right, wrong or words
WRITTEN = {
    (33, "市町", 0): {
        RIGHT: ["33", "３３", "33市町", "約33", "三十三", "三三", "33団体", "およそ33市町です", "33.0", " 33 つ", "33くらい", "３３市町。"],
        WRONG: ["34", "3", "-33", "三十四", "３３０"],
        "数": ["たくさん", "33と34", "わかりません", "33〜34", "3,3"],
        "単位が違います": ["33人", "33％"],
    },
    (5465002, "人", 0): {
        RIGHT: ["5465002", "5,465,002", "５４６５００２人", "546万5002", "546万5,002人", "五百四十六万五千二人", "5465002名"],
        WRONG: ["546万人", "5465003", "五百万", "546"],
        "数": ["5,46,5002", "五百人くらいの町", "多い", "人", "?", "abc"],
        "単位が違います": ["5465002円", "5465002市町", "5465002km"],
    },
    (75, "％", 0.5): {
        RIGHT: ["75", "75%", "７５％", "75.4", "七十五", "七五", "7割5分", "七割五分", "75パーセント", "約75％", "75ポイント"],
        WRONG: ["76", "57", "7割", "-75", "100"],
        "百分率": ["0.75", "０．７５"],
        "数": ["半分以上", "70〜80", "四分の三"],
    },
}  # fmt: skip
CASES = [
    (answer, words, typed)
    for answer, kinds in WRITTEN.items()
    for words, texts in kinds.items()
    for typed in texts
]


@pytest.mark.parametrize(("answer", "words", "typed"), CASES)
def test_a_written_answer_gets_the_verdict_that_a_person_would_give(answer, words, typed):
    number, unit, tolerance = answer
    said = _answer(widgets.exercise("いくつ？", number, unit=unit, tolerance=tolerance), typed)
    assert words in said
    others = {RIGHT, "× もう一度"} - {words, "× もう一度" if words == WRONG else words}
    assert [other for other in others if other in said] == []


def test_each_kind_of_question_is_tried_with_twenty_answers():
    assert all(sum(map(len, kinds.values())) >= 20 for kinds in WRITTEN.values())


@pytest.mark.parametrize(
    "typed", ["豊岡市", "豊岡", "とよおか", "兵庫県豊岡市", " 豊岡市。", "「豊岡市」"]
)
def test_a_municipality_may_be_typed_as_people_type_it(typed):
    assert RIGHT in _answer(widgets.exercise("どこ？", "豊岡市"), typed)
    assert RIGHT not in _answer(widgets.exercise("どこ？", "養父市"), typed)


def test_a_choice_is_judged_as_it_stands():
    quiz = widgets.exercise("どれ？", "部", choices=["部", "全部", "部です"])
    assert RIGHT in _answer(quiz, "部")
    for other in ("全部", "部です"):
        assert WRONG in _answer(quiz, other)


@pytest.mark.parametrize("answer", ["全部", "よか", "はい", "計画だ"])
def test_an_answer_that_looks_like_manners_is_still_an_answer(answer):
    assert RIGHT in _answer(widgets.exercise("どれ？", answer), answer)
    assert RIGHT in _answer(widgets.exercise("どれ？", answer), f"「{answer}」")
    assert RIGHT not in _answer(widgets.exercise("どれ？", "ほか"), answer)


def test_ties_are_all_right():
    for typed in ("姫路市", "神戸市"):
        quiz = widgets.exercise(
            "どれ？", ["神戸市", "姫路市"], choices=["神戸市", "姫路市", "三田市"]
        )
        assert RIGHT in _answer(quiz, typed)
    quiz = widgets.exercise("どれ？", ["神戸市", "姫路市"], choices=["神戸市", "姫路市", "三田市"])
    assert WRONG in _answer(quiz, "三田市")
    assert RIGHT in _answer(widgets.exercise("いくつ？", [3, 4]), "四")


def test_help_comes_step_by_step_and_the_solution_is_folded():
    quiz = widgets.exercise("いくつ？", 12, hint=("まず数える", "次に足す"))
    first, second, third = (_answer(quiz, typed) for typed in ("1", "2", "3"))
    assert "まず数える" in first
    assert "次に足す" not in first
    assert "次に足す" in second
    assert "答えを見る" not in second
    assert "<details><summary>答えを見る</summary>" in third
    assert "12" in third.split("</summary>")[1]
    # words are no try
    again = widgets.exercise("ほか？", 12, hint=("まず数える", "次に足す"))
    assert "数で答えて" in _answer(again, "たくさん")
    assert "次に足す" not in _answer(again, "1")


def test_what_was_answered_stands_there_again():
    _answer(widgets.exercise("いくつ？", 12, hint="数える"), "13")
    quiz = widgets.exercise("いくつ？", 12, hint="数える")
    assert quiz.children[1].children[0].value == "13"
    assert WRONG in quiz.children[-1].value
    _answer(quiz, "12")
    assert RIGHT in widgets.exercise("いくつ？", 12, hint="数える").children[-1].value
    # another table, another answer: another exercise
    assert widgets.exercise("いくつ？", 14, hint="数える").children[-1].value == ""
    chosen = widgets.exercise("どれ？", "甲", choices=["甲", "乙"])
    assert chosen.children[1].children[0].value is None
    _answer(chosen, "乙")
    again = widgets.exercise("どれ？", "甲", choices=["甲", "乙"])
    assert again.children[1].children[0].value == "乙"


def test_a_damaged_record_is_none_and_a_record_that_cannot_be_kept_is_said(tmp_path, monkeypatch):
    _answer(widgets.exercise("いくつ？", 12), "12")
    for path in user_folder().iterdir():
        path.write_text("[1, 2", encoding="utf-8")
    assert widgets.exercise("いくつ？", 12).children[-1].value == ""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("DXKIT_HOME", str(tmp_path / "file"))
    said = _answer(widgets.exercise("いくつ？", 12), "12")
    assert RIGHT in said
    assert "保存できませんでした" in said


@pytest.mark.parametrize("answer", [np.nan, [], float("nan")])
def test_an_exercise_without_an_answer_is_refused(answer):
    with pytest.raises(ChoiceError, match="計算できていません"):
        widgets.exercise("いくつ？", answer)


def _press_enter(box):
    """Send what a text box sends when Enter is pressed in it."""
    message = {"content": {"data": {"method": "custom", "content": {"event": "submit"}}}}
    box._handle_msg({**message, "buffers": []})


def test_enter_in_the_box_judges_as_the_button_does():
    exercise = widgets.exercise("いくつ？", 41, unit="市町")
    box = exercise.children[1].children[0]
    box.value = "41"
    assert exercise.children[-1].value == ""
    _press_enter(box)
    assert RIGHT in exercise.children[-1].value


def _type_and_enter(box, value):
    """Do what a browser does: it says that Enter was pressed, and then what stands in the box."""
    _press_enter(box)
    if value != box.value:
        box.value = value


def test_enter_judges_what_was_typed_and_nothing_older():
    quiz = widgets.exercise("市町はいくつ？", 41, hint="数えます")
    box = quiz.children[1].children[0]
    # letter by letter, older values could still be on their way
    assert box.continuous_update is False
    _type_and_enter(box, "31")
    assert "もう一度" in quiz.children[-1].value
    _type_and_enter(box, "41")
    assert "正解" in quiz.children[-1].value


def test_an_old_answer_is_not_counted_again_when_another_is_sent_by_enter():
    quiz = widgets.exercise("市町はいくつ？", 41, hint=("一つ目", "二つ目"))
    box = quiz.children[1].children[0]
    _type_and_enter(box, "1")
    _type_and_enter(box, "1")
    assert "二つ目" not in quiz.children[-1].value
    _type_and_enter(box, "2")
    assert "二つ目" in quiz.children[-1].value
    assert "答えを見る" not in quiz.children[-1].value
    # begun again on another day, the first Enter judges what is typed then
    again = widgets.exercise("市町はいくつ？", 41, hint=("一つ目", "二つ目"))
    _type_and_enter(again.children[1].children[0], "41")
    assert "正解" in again.children[-1].value


def test_button_and_enter_by_turns_count_each_answer_once():
    quiz = widgets.exercise("市町はいくつ？", 41, hint=("一つ目", "二つ目", "三つ目", "四つ目"))
    box = quiz.children[1].children[0]
    button = quiz.children[1].children[-1]
    box.value = "5"
    button.click()
    assert "一つ目" in quiz.children[-1].value
    # what the button judged is not judged again by Enter
    _type_and_enter(box, "6")
    assert "二つ目" in quiz.children[-1].value
    assert "三つ目" not in quiz.children[-1].value
    # Enter on what was judged, then another answer by the button: its value comes with leaving the box
    _type_and_enter(box, "6")
    box.value = "7"
    button.click()
    assert "三つ目" in quiz.children[-1].value
    assert "四つ目" not in quiz.children[-1].value


def test_a_value_that_comes_by_leaving_the_box_is_judged_by_nobody():
    quiz = widgets.exercise("市町はいくつ？", 41)
    quiz.children[1].children[0].value = "31"
    assert not quiz.children[-1].value
    quiz.children[1].children[-1].click()
    assert "もう一度" in quiz.children[-1].value
