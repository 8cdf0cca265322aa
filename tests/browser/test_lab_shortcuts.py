"""The lab's settings hold in a running JupyterLab: its shortcuts have commands, long lines wrap."""

import json
from pathlib import Path

import pytest

pytestmark = pytest.mark.browser
ROOT = Path(__file__).resolve().parents[2]
SETTINGS = ROOT / "dxkit" / "assets" / "lab" / "overrides.json"
SHORTCUTS = json.loads(SETTINGS.read_text(encoding="utf-8"))[
    "@jupyterlab/shortcuts-extension:shortcuts"
]["shortcuts"]
FORM = """
import ipywidgets
ipywidgets.VBox([
    ipywidgets.Dropdown(options=["一", "二", "三"], value="二"),
    ipywidgets.RadioButtons(options=["四", "五", "六"], value="五"),
    ipywidgets.IntSlider(value=5, min=0, max=9),
])
"""
ACTIVE = (
    "() => [...document.querySelectorAll('.jp-Cell')]"
    ".findIndex((cell) => cell.matches('.jp-mod-active'))"
)
WAIT_MS = 60_000


@pytest.fixture
def form(lab_page, lab):
    """A notebook of three cells, the first with a form under it; what its console warns of is kept."""
    lab.put("form.ipynb", FORM, "1", "2")
    page = lab_page
    page.warnings = []
    page.on("console", lambda line: page.warnings.append(line.text))
    lab.open(page, "form.ipynb")
    page.locator(".jp-Cell .cm-content").first.click()
    page.keyboard.press("Control+Enter")
    page.locator(".jp-OutputArea select").wait_for(timeout=WAIT_MS)
    return page


def test_each_command_of_our_shortcuts_exists_in_the_lab_and_runs_where_jupyterlab_put_it(form):
    commands = sorted({shortcut["command"] for shortcut in SHORTCUTS})
    assert len(commands) == 4
    registered = form.evaluate(
        "(names) => names.filter((name) => window.jupyterapp.commands.hasCommand(name))", commands
    )
    assert registered == commands
    bindings = form.evaluate(
        "() => window.jupyterapp.commands.keyBindings"
        ".map((each) => [each.command, each.keys[0], each.selector])"
    )
    for shortcut in SHORTCUTS:
        binding = [shortcut["command"], shortcut["keys"][0], shortcut["selector"]]
        # the lab's own is off, ours is there once
        assert bindings.count(binding) == (0 if shortcut.get("disabled") else 1), binding


def test_arrows_change_a_form_and_leave_the_cell_alone(form):
    page = form
    select, handle = (
        page.locator(".jp-OutputArea select"),
        page.locator(".jp-OutputArea .noUi-handle"),
    )
    select.focus()
    page.keyboard.press("ArrowDown")
    assert select.evaluate("box => box.selectedIndex") == 2
    page.keyboard.press("ArrowUp")
    assert select.evaluate("box => box.selectedIndex") == 1
    radios = page.locator(".jp-OutputArea input[type=radio]")
    radios.nth(1).focus()
    page.keyboard.press("ArrowDown")
    assert radios.nth(2).is_checked()
    handle.focus()
    page.keyboard.press("ArrowRight")
    assert float(handle.get_attribute("aria-valuenow")) == 6
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    assert float(handle.get_attribute("aria-valuenow")) == 4
    assert page.evaluate(ACTIVE) == 0
    assert [line for line in page.warnings if "key binding" in line] == []


def test_arrows_still_move_between_cells(form):
    page = form
    page.locator(".jp-Cell .cm-content").first.click()
    page.keyboard.press("Escape")
    for key, place in (("ArrowDown", 1), ("ArrowDown", 2), ("ArrowUp", 1)):
        page.keyboard.press(key)
        page.wait_for_function(f"() => ({ACTIVE})() === {place}", timeout=WAIT_MS)
    assert [line for line in page.warnings if "key binding" in line] == []


def test_no_line_of_code_scrolls_sideways_at_1024(lab_page, lab):
    page = lab_page
    page.set_viewport_size({"width": 1024, "height": 768})
    lab.open(page, "notebooks/trainees/05_read_progress.ipynb")
    beyond = page.eval_on_selector_all(
        ".jp-CodeCell .cm-scroller", "all => all.map((part) => part.scrollWidth - part.clientWidth)"
    )
    assert len(beyond) > 10
    assert max(beyond) <= 0
