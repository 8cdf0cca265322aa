"""Own files in JupyterLab without a mouse: the button is reached, shows it, opens the list of files, and the map comes."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]
RUN_MS = 180_000
CELL = """
import dxkit
from dxkit import widgets
widgets.receive_table(dxkit.load("municipalities"))
"""
TABLE = "市町名,窓口の件数,相談\n豊岡,1234,5\n養父市,820,6\n朝来,610,7\n"
FOCUS = """() => {
    const part = document.activeElement;
    const style = getComputedStyle(part);
    return [part.tagName, style.outlineStyle === 'none' ? 0 : parseFloat(style.outlineWidth)];
}"""
NOWHERE_TRIES = 50
# buttons of the bar that JupyterLab shows in the active cell
MOST_BAR_BUTTONS = 12
MAPS = "() => [...document.querySelectorAll('.jp-OutputArea iframe')].map((frame) => frame.title)"


def _press_tab(page, count, key="Tab"):
    """Press Tab; return what has the focus each time."""
    stops = []
    for _ in range(count):
        page.keyboard.press(key)
        # on its way into a frame the focus is nowhere for a moment
        for _ in range(NOWHERE_TRIES):
            if page.evaluate(FOCUS)[0] != "BODY":
                break
            page.wait_for_timeout(100)
        stops.append(page.evaluate(FOCUS)[0])
    return stops


def _choose(page, key, file):
    """Press a key on the button that has the focus, and choose a file."""
    with page.expect_file_chooser(timeout=RUN_MS) as chooser:
        page.keyboard.press(key)
    chooser.value.set_files(file)


def test_an_own_file_becomes_a_map_by_keys_alone(lab_page, lab, tmp_path):
    page = lab_page
    # from the start: a press right after the first listener may find the system's own list of files
    page.on("filechooser", lambda chooser: None)
    lab.put("own.ipynb", CELL, "1 + 1")
    lab.open(page, "own.ipynb")
    # the first cell has the focus when a notebook opens; the second is written into, so out of it again
    page.keyboard.press("Shift+Enter")
    page.wait_for_selector(".widget-upload", timeout=RUN_MS)
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowUp")
    stops = _press_tab(page, 1)
    # a busy machine may have put the active cell's own bar before the button by then
    while stops[-1] == "JP-BUTTON" and len(stops) < MOST_BAR_BUTTONS:
        stops += _press_tab(page, 1)
    assert stops[-1] == "BUTTON"
    assert page.evaluate("() => document.activeElement.matches('.widget-upload')")
    # seen on the button's own colour
    assert page.evaluate(FOCUS)[1] >= 3
    good, faulty = tmp_path / "窓口.csv", tmp_path / "faulty.csv"
    good.write_text(TABLE, encoding="cp932")
    faulty.write_text(TABLE.replace("養父市", "養夫市"), encoding="cp932")
    _choose(page, "Enter", faulty)
    page.wait_for_selector("td:text-is('もしかして: 養父市')", timeout=RUN_MS)
    # the focus is still there: the mended file is one press away
    _choose(page, "Space", good)
    page.wait_for_selector(".widget-html:has-text('窓口.csv を読みました')", timeout=RUN_MS)
    page.wait_for_selector(".jp-OutputArea iframe", timeout=RUN_MS)
    assert page.evaluate(MAPS) == ["窓口の件数"]
    # on to the list of columns: an arrow draws the next one
    assert _press_tab(page, 1) == ["SELECT"]
    assert page.evaluate(FOCUS)[1] >= 3
    page.keyboard.press("ArrowDown")
    page.wait_for_function(f"() => ({MAPS})()[0] === '相談'", timeout=RUN_MS)
    # a frame takes the focus once there is something in it
    inner = page.query_selector(".jp-OutputArea iframe").content_frame()
    inner.wait_for_selector("body[data-drawn]", state="attached", timeout=RUN_MS)
    # the map is one stop, its two legends can be folded
    assert _press_tab(page, 3) == ["IFRAME"] * 3
    assert _press_tab(page, 1) != ["IFRAME"]
    assert _press_tab(page, 4, "Shift+Tab") == ["IFRAME"] * 3 + ["SELECT"]
    assert _press_tab(page, 1, "Shift+Tab") == ["BUTTON"]
    assert page.refused == []
