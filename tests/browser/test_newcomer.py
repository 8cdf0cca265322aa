"""Somebody opens Jupyter for the first time: how many clicks, keys and wrong turns to one's own file on a map?

Three tries: by mouse in a window of 1366 × 768 and of 1024 × 768, and by keyboard alone. The way is
that of the pages themselves: what a beginner is told there is done, at once, and nothing else. A
wrong turn is a step that led to nothing the beginner wanted. Seconds are printed (``-s``) and never
asserted: they are the machine's, a person reads for longer.

Unfinished: written on a machine too busy to let it come past the first map, so nothing after that
has been seen to pass.
"""

import os
import shutil
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import openpyxl
import pytest

playwright = pytest.importorskip("playwright.sync_api")
PlaywrightTimeoutError = playwright.TimeoutError

pytestmark = [pytest.mark.browser, pytest.mark.slow]
NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
RUN_MS = 300_000
PANEL = ".jp-NotebookPanel:not(.lm-mod-hidden)"
DIALOG = ".jp-Dialog button.jp-mod-accept"
IDLE = f'{PANEL} .jp-Notebook-ExecutionIndicator[data-status="idle"]'
HEADING = "窓口の件数"
ROWS = [("豊岡市", 420), ("養夫市", 130), ("あさご市", 150), ("香美町", 90), ("新温泉町", 80)]
MENDED_ROW = ("養父市", 130)
MUNICIPALITIES = 41
HEIGHT = 768
MOST_STEPS_BETWEEN = 40
KERNEL_QUESTION, NOTHING = "カーネルを選択", "何も起きない"
PATIENCE_MS = 60_000


@dataclass
class Trainee:
    """Who sits in front of the window, and what it costs them."""

    page: object
    by_keyboard: bool
    photographs: object
    clicks: int = 0
    keys: int = 0
    turns: list = field(default_factory=list)
    rows: list = field(default_factory=list)
    begun: float = field(default_factory=time.monotonic)

    def click(self, place):
        place.scroll_into_view_if_needed()
        place.click()
        self.clicks += 1

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)
            self.keys += 1

    def type(self, text):
        """Type a text; a letter is a key."""
        self.page.keyboard.type(text)
        self.keys += len(text)

    def finish(self, stage):
        """Note what a stage has cost, and take a picture of it."""
        self.page.screenshot(path=self.photographs / f"{len(self.rows) + 1}.png")
        seconds = time.monotonic() - self.begun
        self.rows.append((stage, self.clicks, self.keys, len(self.turns), seconds))
        self.clicks = self.keys = 0
        self.begun = time.monotonic()

    def focus_on(self, label, key="Tab"):
        """Press a key until the focus is where a person sees this label."""
        for _ in range(MOST_STEPS_BETWEEN):
            if label in self.page.evaluate(FOCUS):
                return
            self.press(key)
            self.page.wait_for_timeout(100)
        raise AssertionError(f"{label} is not reached by {key}: {self.page.evaluate(FOCUS)}")


FOCUS = """() => { const place = document.activeElement;
    return [place.textContent.slice(0, 60), place.placeholder, place.title,
            place.getAttribute('aria-label'), place.value].join(' '); }"""
CELL = """([panel, words]) => { const cells = [...document.querySelectorAll(panel + ' .jp-Cell')];
    const active = cells.findIndex((cell) => cell.classList.contains('jp-mod-active'));
    return cells.findIndex((cell) => cell.textContent.includes(words)) - active; }"""
# a cell runs or has run, or the question for a kernel is there
STARTED = """([panel, dialog]) => document.querySelector(dialog) ||
    [...document.querySelectorAll(panel + ' .jp-CodeCell .jp-InputPrompt')]
    .some((prompt) => /\\[(\\*|\\d+)\\]/.test(prompt.textContent))"""
NUMBERED = """([panel, words]) => [...document.querySelectorAll(panel + ' .jp-CodeCell')]
    .filter((cell) => !words || cell.textContent.includes(words))
    .every((cell) => /\\[\\d+\\]/.test(cell.querySelector('.jp-InputPrompt').textContent))"""


def _cell(page, words):
    return page.locator(f"{PANEL} .jp-CodeCell", has_text=words).first


def _go_to_cell(trainee, words):
    """Come to a cell by arrow keys; a cell far away costs as many as there are between."""
    distance = trainee.page.evaluate(CELL, [PANEL, words])
    trainee.press(*(["ArrowDown" if distance > 0 else "ArrowUp"] * abs(distance)))


def _leave_dialog(trainee):
    """Answer the question for a kernel, which comes to who runs before it is there."""
    page = trainee.page
    try:
        page.wait_for_function(STARTED, arg=[PANEL, DIALOG], timeout=PATIENCE_MS)
    except PlaywrightTimeoutError:
        # JupyterLab drops what is run while the kernel starts, and says nothing
        trainee.turns.append(NOTHING)
        page.wait_for_selector(IDLE, timeout=RUN_MS)
        return True
    if not page.locator(DIALOG).count():
        return False
    trainee.turns.append(KERNEL_QUESTION)
    if trainee.by_keyboard:
        trainee.press("Enter")
    else:
        trainee.click(page.locator(DIALOG))
    page.wait_for_selector(DIALOG, state="detached")
    page.wait_for_selector(f'{PANEL} .jp-Toolbar-kernelName:has-text("ipykernel")', timeout=RUN_MS)
    page.wait_for_selector(IDLE, timeout=RUN_MS)
    return True


def _run_all(trainee):
    """Run all cells as the first page says: by the menu, which has a key for each entry, too."""
    page = trainee.page
    for _ in range(3):
        if trainee.by_keyboard:
            trainee.press("Control+Shift+c")
            page.wait_for_selector(".lm-CommandPalette-input:focus")
            trainee.type("すべてのセルを実行")
            page.locator(".lm-CommandPalette-item", has_text="すべてのセルを実行").first.wait_for()
            trainee.press("Enter")
        else:
            trainee.click(page.locator('.lm-MenuBar-item:has-text("実行")').first)
            trainee.click(page.locator('.lm-Menu-item[data-command="runmenu:run-all"]'))
        if not _leave_dialog(trainee):
            return
    raise AssertionError("the question for a kernel comes again and again")


def _wait_until_run(page, words=""):
    page.wait_for_function(NUMBERED, arg=[PANEL, words], timeout=RUN_MS)
    page.wait_for_selector(IDLE, timeout=RUN_MS)


def _count_shapes(page, words):
    """Return how many shapes the map in the output of a cell has drawn."""
    frame = _cell(page, words).locator("iframe[srcdoc]").first
    frame.wait_for(timeout=RUN_MS)
    frame.scroll_into_view_if_needed()
    inner = frame.element_handle().content_frame()
    inner.wait_for_selector("body[data-drawn]", timeout=RUN_MS)
    return int(inner.evaluate("document.body.dataset.drawn"))


def _see_first_map(trainee):
    page = trainee.page
    if trainee.by_keyboard:
        # from the top, cell by cell, as the page says
        trainee.press("Shift+Enter", "Shift+Enter")
        if _leave_dialog(trainee):
            _go_to_cell(trainee, "import dxkit")
            trainee.press("Shift+Enter")
        while page.evaluate(CELL, [PANEL, "maps.choropleth("]) >= 0:
            trainee.press("Shift+Enter")
            page.wait_for_timeout(200)
    else:
        _run_all(trainee)
    count = _count_shapes(page, "maps.choropleth(")
    trainee.finish("はじめての地図")
    return count


def _choose_town(trainee):
    page = trainee.page
    if trainee.by_keyboard:
        _go_to_cell(trainee, "choose_town")
        trainee.press("Shift+Enter")
        _cell(page, "choose_town").locator("input").wait_for(timeout=RUN_MS)
        _go_to_cell(trainee, "choose_town")
        trainee.focus_on("とよおか")
    else:
        _wait_until_run(page, "choose_town")
        trainee.click(_cell(page, "choose_town").locator("input"))
    trainee.type("あさご")
    if trainee.by_keyboard:
        trainee.press("Enter")
    else:
        trainee.click(page.get_by_role("button", name="この市町にする"))
    page.get_by_text("あしたも使います").wait_for(timeout=RUN_MS)
    shapes = _count_shapes(page, "choose_town")
    text = _cell(page, "choose_town").locator("iframe").first.get_attribute("srcdoc")
    trainee.finish("自分の市町を太線で")
    return shapes, "朝来市" in text


def _open_link(trainee, words, expected):
    """Follow a link of the page in front."""
    page = trainee.page
    if trainee.by_keyboard:
        trainee.focus_on(words)
        trainee.press("Enter")
    else:
        trainee.click(page.locator(f"{PANEL} a", has_text=words).first)
    text = page.locator(f"{PANEL} .jp-RenderedMarkdown", has_text=expected).first
    text.wait_for(timeout=RUN_MS)


def _solve_first_exercise(trainee):
    """Follow the exercise's own words: look in the explorer, read the figure, write it down."""
    page = trainee.page
    _open_link(trainee, "trainees/01_where", "いまどこにいるか")
    _run_all(trainee)
    _wait_until_run(page)
    explorer, exercise = _cell(page, "maturity_explorer"), _cell(page, "RPAを導入している")
    chooser = explorer.locator("select").first
    options = chooser.locator("option").all_inner_texts()
    if trainee.by_keyboard:
        _go_to_cell(trainee, "maturity_explorer")
        trainee.focus_on(options[0])
        trainee.press(*["ArrowDown"] * options.index("RPAの導入状況"))
    else:
        chooser.select_option("RPAの導入状況")
        trainee.clicks += 2
    explorer.get_by_text("24市町").first.wait_for(timeout=RUN_MS)
    if trainee.by_keyboard:
        _go_to_cell(trainee, "RPAを導入している")
        trainee.focus_on("数を入力")
    else:
        trainee.click(exercise.locator("input"))
    trainee.type("24")
    if trainee.by_keyboard:
        trainee.press("Enter")
    else:
        trainee.click(exercise.get_by_role("button", name="答え合わせ"))
    exercise.get_by_text("正解です").wait_for(timeout=RUN_MS)
    trainee.finish("はじめての問い")


def _rewrite_line(trainee, cell_words, line, text):
    """Write a line of a cell anew, counted from 0, and run the cell."""
    page = trainee.page
    if trainee.by_keyboard:
        _go_to_cell(trainee, cell_words)
        trainee.press("Enter")
    else:
        trainee.click(_cell(page, cell_words).locator(".cm-line").nth(line))
    trainee.press("Control+Home", *["ArrowDown"] * line, "Home", "Shift+End")
    trainee.type(text)
    trainee.press("Shift+Enter")


def _mend_first_error(trainee):
    """Forget a quote, read what is said, and mend it."""
    page = trainee.page
    _rewrite_line(trainee, "ここを変える: ai", 0, 'town = "朝来市')
    shown = _cell(page, "ここを変える: ai").locator(".jp-OutputArea-output").first
    shown.wait_for(timeout=RUN_MS)
    words = shown.inner_text()
    page.screenshot(path=trainee.photographs / "error.png")
    _rewrite_line(trainee, "ここを変える: ai", 0, 'town = "朝来市"')
    shown.wait_for(state="detached", timeout=RUN_MS)
    _wait_until_run(page, "ここを変える: ai")
    trainee.finish("はじめての誤りを直す")
    return words


def _write_workbook(path, rows):
    book = openpyxl.Workbook()
    for row in [("市町名", HEADING), *rows]:
        book.active.append(row)
    book.save(path)


def _upload(trainee, path):
    """Bring a file in by the arrow above the list of files; a file of that name is replaced."""
    page = trainee.page
    with page.expect_file_chooser() as chooser:
        if trainee.by_keyboard:
            trainee.press("Control+Shift+f")
            trainee.focus_on("アップロード", "Shift+Tab")
            trainee.press("Enter")
        else:
            trainee.click(page.locator('.jp-FileBrowser-toolbar [data-jp-item-name="uploader"]'))
    chooser.value.set_files(path)
    page.wait_for_timeout(1500)
    if page.locator(DIALOG).count():
        if trainee.by_keyboard:
            trainee.press("Enter")
        else:
            trainee.click(page.locator(DIALOG))
    page.locator(".jp-DirListing-item", has_text=path.name).wait_for(timeout=RUN_MS)


def _return_to_notebook(trainee):
    if trainee.by_keyboard:
        trainee.press("Control+Shift+c")
        trainee.page.wait_for_selector(".lm-CommandPalette-input:focus")
        trainee.press("Escape")
    else:
        trainee.click(trainee.page.locator(f"{PANEL} .jp-MarkdownCell").first)


def _draw_own_file(trainee, folder):
    """Bring a workbook in, let the notebook say what is wrong, mend it, and draw it."""
    page, path = trainee.page, folder / "窓口.xlsx"
    _write_workbook(path, ROWS)
    _open_link(trainee, "はじめに", "すぐに始められますか")
    _open_link(trainee, "07_bring_your_excel", "1枚の地図になるか")
    _upload(trainee, path)
    _return_to_notebook(trainee)
    setting = "窓口.xlsx"
    _rewrite_line(trainee, setting, 0, 'path = "窓口.xlsx"')
    if _leave_dialog(trainee):
        _rewrite_line(trainee, setting, 0, 'path = "窓口.xlsx"')
    _rewrite_line(trainee, setting, 1, f'column = "{HEADING}"')
    _run_all(trainee)
    receipt = page.get_by_text("もしかして: 養父市").first
    receipt.wait_for(timeout=RUN_MS)
    page.screenshot(path=trainee.photographs / "receipt.png")
    page.wait_for_selector(IDLE, timeout=RUN_MS)
    _write_workbook(
        path, [MENDED_ROW if name == "養夫市" else (name, count) for name, count in ROWS]
    )
    _upload(trainee, path)
    _return_to_notebook(trainee)
    _run_all(trainee)
    _wait_until_run(page)
    count = _count_shapes(page, "figures = table.set_index")
    trainee.finish("自分のファイルの地図")
    return count


def _print_costs(name, trainee):
    lines = [
        f"  {stage:<12} {clicks:3} クリック {keys:4} キー 回り道 {turns} {seconds:6.1f} 秒"
        for stage, clicks, keys, turns, seconds in trainee.rows
    ]
    sys.stdout.write("\n".join(["", name, *lines, f"  回り道: {trainee.turns}", ""]))


@pytest.fixture
def first_day(lab):
    """Nothing answered, chosen or saved: each try is somebody else's first."""
    shutil.rmtree(os.environ["DXKIT_HOME"], ignore_errors=True)
    shutil.copytree(NOTEBOOKS, lab.folder / "notebooks", dirs_exist_ok=True)


@pytest.mark.xfail(reason="unfinished: never seen past the first map", strict=False)
@pytest.mark.usefixtures("first_day")
@pytest.mark.parametrize(
    ("width", "by_keyboard"),
    [(1366, False), (1024, False), (1366, True)],
    ids=["mouse1366", "mouse1024", "keyboard1366"],
)
def test_a_newcomer_comes_from_the_first_page_to_their_own_file(
    lab_page, lab, tmp_path, width, by_keyboard
):
    page = lab_page
    page.set_default_timeout(60_000)
    page.set_viewport_size({"width": width, "height": HEIGHT})
    lab.go(page, "notebooks/00_start_here.ipynb")
    # nobody does what the page says before it says so
    page.locator(f"{PANEL} .jp-RenderedMarkdown", has_text="すべてのセルを実行").first.wait_for()
    trainee = Trainee(page, by_keyboard, tmp_path)
    try:
        assert _see_first_map(trainee) >= MUNICIPALITIES
        shapes, is_outlined = _choose_town(trainee)
        assert shapes >= MUNICIPALITIES
        assert is_outlined
        _solve_first_exercise(trainee)
        words = _mend_first_error(trainee)
        assert "引用符" in words
        assert "Traceback" not in words
        assert _draw_own_file(trainee, tmp_path) >= MUNICIPALITIES
    finally:
        _print_costs(f"{'キーボード' if by_keyboard else 'マウス'} {width} × {HEIGHT}", trainee)
        page.screenshot(path=tmp_path / "last.png")
    assert set(trainee.turns) <= {KERNEL_QUESTION, NOTHING}
    assert page.refused == []
