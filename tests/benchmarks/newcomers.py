"""Somebody in front of JupyterLab, by mouse or by keyboard alone, whose presses are counted."""

import time
from contextlib import contextmanager
from pathlib import Path

WAIT_MS = 240_000
# the notebook on top; others stay in the page, hidden
NOTEBOOK = ".jp-NotebookPanel:not(.lm-mod-hidden)"
MOST_TABS = 60
# what a person sees: the middle of a part lies in the view, and nothing else lies above it
IS_SEEN = """(part) => {
    const box = part.getBoundingClientRect();
    const [x, y] = [box.left + box.width / 2, box.top + Math.min(box.height / 2, 150)];
    const top = document.elementFromPoint(x, y);
    return top !== null && (part.contains(top) || top.contains(part));
}"""
# the place of the selected cell
CELL = """() => {
    const cells = document.querySelectorAll('.jp-NotebookPanel:not(.lm-mod-hidden) .jp-WindowedPanel-viewport > .jp-Cell');
    return [...cells].findIndex((cell) => cell.classList.contains('jp-mod-active'));
}"""
# a key that is pressed there belongs to the box or the map, not to the notebook
KEEPS_KEYS = "() => document.activeElement.matches('input, select, textarea, iframe')"
HAS_NUMBER = """([panel, cell]) => {
    const cells = document.querySelectorAll(`${panel} .jp-WindowedPanel-viewport > .jp-Cell`);
    return /\\[\\d+\\]/.test(cells[cell]?.querySelector('.jp-InputPrompt')?.textContent);
}"""


def name_cell(cell):
    return f'{NOTEBOOK} .jp-WindowedPanel-viewport > .jp-Cell[data-windowed-list-index="{cell}"]'


class Newcomer:
    """Somebody in front of a screen, whose presses are counted."""

    way = ""

    def __init__(self, page, lab):
        self.page = page
        self.lab = lab
        self.rows = []
        self.presses = 0
        self.wrong = 0

    @contextmanager
    def step(self, name):
        """Count what is pressed until a state is reached."""
        self.presses = self.wrong = 0
        start = time.monotonic()
        yield
        row = (name, time.monotonic() - start, self.presses, self.wrong)
        self.rows.append(row)
        self.show(row)

    def show(self, row):
        """Print a step as soon as its end is seen."""
        size = self.page.viewport_size
        screen = f"{size['width']}x{size['height']}"
        name, seconds, presses, wrong = row
        turns = wrong if self.way == "keyboard" else "-"
        line = f"{screen:12}{self.way:10}{name:26}{seconds:8.1f}{presses:9}{turns:>13}"
        print(line, flush=True)

    def click(self, selector):
        """Click what is seen; scroll to it first, as a wheel would."""
        part = self.page.locator(selector).first
        part.scroll_into_view_if_needed(timeout=WAIT_MS)
        part.click(timeout=WAIT_MS)
        self.presses += 1

    def press(self, key):
        """Press a key once."""
        self.page.keyboard.press(key)
        self.presses += 1

    def type(self, text):
        """Type letter by letter."""
        self.page.keyboard.type(text)
        self.presses += len(text)

    def go_to(self, selector):
        """Press Tab until a part has the focus."""
        for _ in range(MOST_TABS):
            self.press("Tab")
            if self.page.evaluate("s => document.activeElement.matches(s)", selector):
                return
        place = self.page.evaluate("() => document.activeElement.outerHTML.slice(0, 100)")
        raise AssertionError(f"{MOST_TABS} presses of Tab led to {place}, not to {selector}")

    def see(self, selector):
        """Wait for a part, scroll to it as a wheel would, and check that nothing lies above it."""
        part = self.page.wait_for_selector(selector, timeout=WAIT_MS)
        if not part.evaluate(IS_SEEN):
            part.scroll_into_view_if_needed()
        assert part.evaluate(IS_SEEN), f"{selector} is not seen"
        return part

    def see_map(self, cell, title=""):
        """Wait until the map below a cell is drawn with all municipalities."""
        words = f'[title*="{title}"]' if title else ""
        frame = self.see(f"{name_cell(cell)} iframe{words}").content_frame()
        frame.wait_for_selector("body[data-drawn]", timeout=WAIT_MS)
        assert int(frame.evaluate("document.body.dataset.drawn")) >= 41
        return frame

    def wait_for_kernel(self, notebook):
        """Wait for the kernel's name, as the first notebook's words advise."""
        name = Path(notebook).name
        self.page.wait_for_selector(
            f".lm-DockPanel .lm-TabBar-tab.lm-mod-current:has-text('{name}')", timeout=WAIT_MS
        )
        self.page.wait_for_selector(f"{NOTEBOOK} .jp-Cell", timeout=WAIT_MS)
        kernel = f'{NOTEBOOK} .jp-Toolbar-kernelName:has-text("ipykernel")'
        self.page.wait_for_selector(kernel, timeout=WAIT_MS)
        idle = f'{NOTEBOOK} .jp-Notebook-ExecutionIndicator[data-status="idle"]'
        self.page.wait_for_selector(idle, timeout=WAIT_MS)


class MouseNewcomer(Newcomer):
    """Uses the mouse, and the keyboard for letters only."""

    way = "mouse"

    def run_to(self, cell):
        """Run all by the menu."""
        self.click('.lm-MenuBar-item:has-text("実行")')
        self.click('.lm-Menu-item[data-command="runmenu:run-all"]')
        wait_for_number(self.page, cell)

    def run_cell(self, cell):
        """Click a cell and the arrow above."""
        self.click(f"{name_cell(cell)} .cm-line")
        self.click(f'{NOTEBOOK} [data-command="notebook:run-cell-and-select-next"]')
        wait_for_number(self.page, cell)

    def fill(self, cell, selector, text, button):
        """Click a box, type, and click the button beside it."""
        output = f"{name_cell(cell)} .jp-OutputArea"
        self.click(f"{output} {selector}")
        self.type(text)
        self.click(f'{output} button:has-text("{button}")')

    def choose_file(self, cell, file):
        """Click the button and choose the file."""
        with self.page.expect_file_chooser(timeout=WAIT_MS) as chooser:
            self.click(f"{name_cell(cell)} .widget-upload")
        chooser.value.set_files(file)

    def follow(self, notebook, _):
        """Click a link of the first notebook."""
        self.click(f'{NOTEBOOK} a[href*="{Path(notebook).name}"]')

    def go_back(self):
        """Click the tab of the first notebook."""
        self.click('.lm-TabBar-tab:has-text("00_start_here.ipynb")')


class KeyboardNewcomer(Newcomer):
    """Never touches the mouse."""

    way = "keyboard"

    def go_to_cell(self, cell):
        """Press arrows until a cell is the active one."""
        if not self.page.evaluate("() => document.activeElement.closest('.jp-Notebook') !== null"):
            self.wrong += 1
            self.go_to(".jp-Notebook *")
        self.leave_box()
        if self.page.evaluate("() => document.activeElement.closest('.cm-editor') !== null"):
            self.press("Escape")
        while (place := self.page.evaluate(CELL)) != cell:
            self.press("ArrowDown" if place < cell else "ArrowUp")
            if self.page.evaluate(CELL) == place:
                self.wrong += 1
                assert self.wrong < MOST_TABS, f"cell {cell} was not reached from cell {place}"

    def run_to(self, cell):
        """Run from the first cell to this one by Shift and Enter."""
        if self.page.evaluate(CELL) > cell:
            self.go_to_cell(0)
        while self.page.evaluate(CELL) <= cell:
            place = self.page.evaluate(CELL)
            self.press("Shift+Enter")
            self.page.wait_for_function(f"place => ({CELL})() !== place", arg=place)
        wait_for_number(self.page, cell)

    def run_cell(self, cell):
        """Go to a cell and press Shift and Enter."""
        self.go_to_cell(cell)
        self.press("Shift+Enter")
        wait_for_number(self.page, cell)

    def fill(self, cell, selector, text, _):
        """Go to a box below a cell, type, and press Enter."""
        self.go_to_cell(cell)
        self.go_to(f".jp-OutputArea {selector}")
        self.type(text)
        self.press("Enter")

    def choose_file(self, cell, file):
        """Go to the button, press Enter, and choose the file."""
        self.go_to_cell(cell)
        self.go_to(".jp-OutputArea .widget-upload")
        ring = self.page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle")
        assert ring != "none", "the button does not show that it has the focus"
        with self.page.expect_file_chooser(timeout=WAIT_MS) as chooser:
            self.press("Enter")
        chooser.value.set_files(file)

    def follow(self, notebook, cell):
        """Go to a link of the first notebook and press Enter."""
        self.go_to_cell(cell)
        self.go_to(f'a[href*="{Path(notebook).name}"]')
        self.press("Enter")

    def go_back(self):
        """Change to the tab on the left until the first notebook is on top."""
        self.leave_box()
        for _ in range(3):
            self.press("Control+Shift+[")
            if self.page.locator(".lm-DockPanel .lm-mod-current:has-text('00_start_here')").count():
                return
            self.wrong += 1
        raise AssertionError("the first notebook's tab was not reached")

    def leave_box(self):
        """Press Tab until keys belong to the notebook again."""
        while self.page.evaluate(KEEPS_KEYS):
            self.press("Tab")


def wait_for_number(page, cell):
    """Wait until a cell has run."""
    page.wait_for_function(HAS_NUMBER, arg=[NOTEBOOK, cell], timeout=WAIT_MS)
