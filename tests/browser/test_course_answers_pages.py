"""The edition without Python judges each written answer of the course as Python does."""

import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from course_answers import RECORD, RIGHT, ROOT, WORDS, WRONG, list_cases, make_quiz

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ROWS = list(RECORD.itertuples(index=False))
VERDICTS = {"right": RIGHT, "wrong": WRONG}
SCRIPT = ROOT / "dxkit" / "assets" / "edition" / "edition.js"
# what a page does with a text: of a choice it looks first for the one that is meant
JUDGE = """([task, texts]) => texts.map((text) => {
    if (!task.choices || !text.trim()) return window.dxkit.judge(task, text).kind;
    const at = window.dxkit.readChoice(task, text);
    return at < 0 ? "words" : window.dxkit.judge(task, task.choices[at]).kind;
})"""


@pytest.fixture
def tasks(tmp_path, monkeypatch):
    """What the edition writes of each exercise."""
    monkeypatch.setenv("DXKIT_HOME", str(tmp_path))
    return [make_quiz(row).describe_exercise() for row in ROWS]


def _open_page(seen, tasks, folder):
    blocks = "".join(
        f'<script type="application/json" class="dxkit-exercise">{json.dumps(task)}</script>'
        for task in tasks
    )
    page = folder / "page.html"
    page.write_text(
        '<!doctype html><meta charset="utf-8"><main>'
        f'{blocks}</main><script type="application/json" id="dxkit-data">'
        f'{{"pieces": [], "towns": {{}}}}</script><script>{SCRIPT.read_text("utf-8")}</script>',
        encoding="utf-8",
    )
    seen.page.goto(page.as_uri())
    seen.page.wait_for_selector("body[data-ready]", state="attached")
    return seen.page


def test_the_page_judges_every_written_answer_of_the_course(seen, tasks, tmp_path):
    page = _open_page(seen, tasks, tmp_path)
    faults = {}
    for row, task in zip(ROWS, tasks, strict=True):
        cases = list_cases(row)
        kinds = page.evaluate(JUDGE, [task, list(cases)])
        for (typed, verdict), kind in zip(cases.items(), kinds, strict=True):
            if VERDICTS.get(kind, WORDS) != verdict:
                faults[row.notebook, row.number, typed] = (verdict, kind)
    assert faults == {}
    seen.nothing_but_the_map()


def test_a_choice_written_on_the_page_is_ticked_and_judged(seen, tasks, tmp_path):
    page = _open_page(seen, tasks, tmp_path)
    place = next(at for at, row in enumerate(ROWS) if row.choices)
    options = ROWS[place].choices.split("|")
    form = page.locator("form.exercise").nth(place)
    box, verdict = form.locator("input[type=text]"), form.locator(".verdict")
    box.fill("、".join(options[:2]))
    box.press("Enter")
    assert "選択肢から1つだけ" in verdict.inner_text()
    assert form.locator("input:checked").count() == 0
    # a tick overrules it
    form.get_by_label(options[0], exact=True).check()
    assert box.input_value() == ""
    for number, option in enumerate(options, start=1):
        box.fill(f"上から{number}番目です")
        box.press("Enter")
        assert form.locator("input:checked").input_value() == option
        assert box.input_value() == ""
        said = "○ 正解" if option == ROWS[place].answers else "× もう一度"
        assert said in verdict.inner_text()
    seen.nothing_but_the_map()
