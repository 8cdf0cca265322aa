"""A trainee shares in a real JupyterLab, and the facilitator's board names the exercise; the new notebooks fit their windows."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "store"))
from rooms import Phone

from dxkit.widgets.room import open_room

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SIZES = ((1366, 768), (1024, 768))
RUN_MS = 300_000
LEAST_PX = 16
# parts of an output that are wider than its cell
MEASURE = """() => [...document.querySelectorAll('.jp-OutputArea-output, .jp-MarkdownOutput')]
    .filter((part) => part.scrollWidth > part.clientWidth + 2)
    .map((part) => part.textContent.trim().slice(0, 60))"""


@pytest.fixture
def room(tmp_path):
    opened = open_room(tmp_path, meeting="研修", address="127.0.0.1", browser=False)
    yield opened
    opened.stop()
    opened.session.close()


def _run_all(page, lab, notebook):
    lab.open(page, f"notebooks/trainees/{notebook}")
    page.locator('.lm-MenuBar-item:has-text("実行")').first.click()
    page.locator('.lm-Menu-item[data-command="runmenu:run-all"]').click()
    page.wait_for_function(
        "() => { const c = [...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')];"
        " return c.length && c.every(e => /\\[\\d+\\]/.test(e.textContent)); }",
        timeout=RUN_MS,
    )
    page.wait_for_selector('.jp-Notebook-ExecutionIndicator[data-status="idle"]', timeout=RUN_MS)


def _photograph(page, folder, name):
    """Take a picture of every output; they are looked at by people."""
    for position, part in enumerate(page.query_selector_all(".jp-Cell-outputWrapper")):
        if part.is_visible() and part.bounding_box():
            part.scroll_into_view_if_needed()
            page.screenshot(path=folder / f"{name}_{position:02}.png")


@pytest.mark.parametrize("size", SIZES, ids=["1366", "1024"])
@pytest.mark.parametrize("notebook", ["12_judge_answers", "13_hackathon_kit"])
def test_the_outputs_of_the_new_notebooks_fit_their_window(lab_page, lab, size, notebook, tmp_path):
    lab_page.set_viewport_size({"width": size[0], "height": size[1]})
    _run_all(lab_page, lab, f"{notebook}.ipynb")
    errors = ".jp-RenderedText[data-mime-type='application/vnd.jupyter.stderr']"
    assert lab_page.locator(errors).count() == 0
    _photograph(lab_page, tmp_path, notebook)
    assert lab_page.evaluate(MEASURE) == []


def test_a_shared_exercise_is_named_on_the_board(lab_page, lab, room, chromium, tmp_path):
    _run_all(lab_page, lab, "00_jupyter_in_ten.ipynb")
    form = lab_page.locator(".jp-OutputArea-output:has-text('会場の住所')").last
    form.get_by_placeholder("例: 192.168").fill(f"127.0.0.1:{room.port}")
    form.get_by_placeholder("8けたの数字").fill(room.code)
    form.get_by_role("button", name="共有する").click()
    form.get_by_text("共有しています").wait_for(timeout=RUN_MS)
    lab_page.screenshot(path=tmp_path / "share.png")
    quiz = lab_page.locator(".jp-OutputArea-output:has-text('いくつありますか')").last
    quiz.get_by_placeholder("数を入力").fill("32")
    quiz.get_by_role("button", name="答え合わせ").click()
    quiz.get_by_text("正解です").wait_for(timeout=RUN_MS)
    context = chromium.new_context(viewport={"width": 1366, "height": 768}, locale="ja-JP")
    board = context.new_page()
    board.goto(room.local_officer_link.replace("/officer#", "/board#"))
    # the lab tells the kernel the cell's id, and the notebook's file knows it
    board.get_by_text("00 問1").wait_for(timeout=RUN_MS)
    assert "少数" in board.locator("#tiles").inner_text()
    context.close()
    # no consent is left behind for the tests that follow
    form.get_by_role("button", name="やめる").click()
    form.get_by_text("いまは、何も送っていません").wait_for(timeout=RUN_MS)


@pytest.mark.parametrize("size", SIZES, ids=["1366", "1024"])
def test_the_board_shows_thirty_sessions_in_one_look(room, chromium, size, tmp_path):
    course = ["clinic02", "04c61dfb", "judge-11", "judge-14"]
    for number in range(30):
        phone = Phone(room.port, room.code)
        phone.ask("POST", "/progress", {"share": True})
        for exercise in course[: number % 5]:
            state = "solved" if number % 3 else "tried"
            phone.ask("POST", "/progress", {"exercise": {"id": exercise, "state": state}})
        kind = "引用符" if number < 7 else "かっこ" if number < 9 else ""
        phone.ask("POST", "/progress", {"error": kind})
        card = "red" if number < 4 else "green" if number < 24 else ""
        phone.ask("POST", "/progress", {"card": card})
    context = chromium.new_context(viewport={"width": size[0], "height": size[1]}, locale="ja-JP")
    page = context.new_page()
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    page.goto(room.local_officer_link)
    with context.expect_page() as opened:
        page.get_by_role("link", name="研修の教室のようすを開く").click()
    board = opened.value
    board.get_by_text("30人中7人が「引用符」で止まっています").wait_for(timeout=RUN_MS)
    text = board.locator("#board").inner_text()
    for part in (
        "「かっこ」で止まっている人が、少数います",
        "止まっています 4人",
        "進めます 20人",
        "12 問1",
    ):
        assert part in text
    assert "#" not in board.url
    board.screenshot(path=tmp_path / f"board_{size[0]}.png")
    sizes = board.eval_on_selector_all("li, p, h1, h2, span, b", "all => all.map((part) => parseFloat(getComputedStyle(part).fontSize))")  # fmt: skip
    assert min(sizes) >= LEAST_PX
    assert board.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert errors == []
    context.close()
