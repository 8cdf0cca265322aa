"""A newcomer opens JupyterLab, runs the first trainee notebook, and sees 41 municipalities, with the network unplugged."""

import io

import matplotlib.image
import numpy as np
import pytest

pytestmark = pytest.mark.browser
MUNICIPALITIES = 41
RUN_MS = 180_000
# one a second
PAINT_TRIES = 60


@pytest.fixture
def page(lab_page):
    return lab_page


def _open_and_run(page, lab, notebook):
    lab.open(page, f"notebooks/{notebook}")
    page.locator('.lm-MenuBar-item:has-text("実行")').first.click()
    page.locator('.lm-Menu-item[data-command="runmenu:run-all"]').click()
    # every code cell has a number once the kernel has come to it
    page.wait_for_function(
        "() => { const c = [...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')];"
        " return c.length && c.every(e => /\\[\\d+\\]/.test(e.textContent)); }",
        timeout=RUN_MS,
    )
    page.wait_for_selector('.jp-Notebook-ExecutionIndicator[data-status="idle"]', timeout=RUN_MS)


def _map_frames(page):
    return [frame for frame in page.frames if frame.url == "about:srcdoc"]


def _shapes(frame):
    frame.wait_for_selector(".leaflet-interactive", timeout=30_000)
    return frame.locator("path.leaflet-interactive").count()


def _fills(frame):
    """Return the fill colours of the shapes, as the page computed them."""
    return set(
        frame.eval_on_selector_all(
            "path.leaflet-interactive", "shapes => shapes.map(s => getComputedStyle(s).fill)"
        )
    )


def _is_visible(picture, colour):
    """Check whether a colour covers a visible part of a screenshot."""
    red, green, blue = (
        int(part) for part in colour.removeprefix("rgb(").removesuffix(")").split(",")
    )
    pixels = matplotlib.image.imread(io.BytesIO(picture), format="png")[..., :3] * 255
    # fills are drawn half transparent over white, so compare the hue's direction, not the exact value
    near = np.abs(pixels - np.array([red, green, blue])).max(axis=-1) < 90
    return bool((near & (pixels.min(axis=-1) < 245)).sum() > 200)


def test_the_trainee_notebook_shows_41_municipalities_and_asks_nobody_outside(page, lab, tmp_path):
    _open_and_run(page, lab, "trainees/01_where_are_we.ipynb")
    assert (
        page.locator(".jp-RenderedText[data-mime-type='application/vnd.jupyter.stderr']").count()
        == 0
    )
    frames = _map_frames(page)
    assert frames
    first = frames[0]
    first.wait_for_function(
        "n => document.querySelectorAll('path.leaflet-interactive').length >= n",
        arg=MUNICIPALITIES,
        timeout=RUN_MS,
        # without it the question waits for the frame's next picture, which a frame outside the view never has
        polling=200,
    )
    element = first.frame_element()
    element.scroll_into_view_if_needed()
    assert _shapes(first) >= MUNICIPALITIES
    fills = _fills(first)
    assert len(fills) >= 2
    colours = [colour for colour in fills if colour.startswith("rgb(")]
    # a busy machine paints a frame later than it has its shapes
    for _ in range(PAINT_TRIES):
        picture = element.screenshot(path=tmp_path / "map.png")
        if any(_is_visible(picture, colour) for colour in colours):
            break
        page.wait_for_timeout(1000)
    else:
        raise AssertionError("no colour of the map was ever seen")
    assert "allow-same-origin" not in (element.get_attribute("sandbox") or "")
    assert element.get_attribute("sandbox") == "allow-scripts"
    assert page.refused == []


def test_the_explorer_draws_another_map_and_the_exercise_answers(page, lab):
    _open_and_run(page, lab, "trainees/01_where_are_we.ipynb")
    before = page.eval_on_selector_all("iframe", "frames => frames.map(f => f.srcdoc)")
    chooser = page.locator(".widget-dropdown select").first
    chooser.scroll_into_view_if_needed()
    chooser.select_option(index=10)
    page.wait_for_function(
        "n => [...document.querySelectorAll('iframe')].some(f => !n.includes(f.srcdoc))",
        arg=before,
        timeout=30_000,
    )
    button = page.locator("button:has-text('答え合わせ')").first
    button.scroll_into_view_if_needed()
    button.click()
    page.wait_for_selector("text=答えを選ぶか入力してから", timeout=20_000)
    assert page.refused == []
    # JupyterLab would move on to the next cell
    chooser.focus()
    page.keyboard.press("ArrowDown")
    assert chooser.evaluate("box => [box.selectedIndex, document.activeElement === box]") == [
        11,
        True,
    ]
    choices = page.locator(".jp-OutputArea input[type=radio]")
    choices.first.focus()
    page.keyboard.press("ArrowDown")
    assert choices.nth(1).is_checked()


def test_the_lab_speaks_japanese_and_shows_no_news(page, lab):
    lab.open(page, "notebooks/00_start_here.ipynb")
    assert page.locator('.lm-MenuBar-item:has-text("ファイル")').count() == 1
    assert page.locator("text=Would you like to").count() == 0
    assert page.refused == []


def _widget(page, words):
    """Return the row of a widget that carries this label."""
    return page.locator(f".jupyter-widgets.widget-inline-hbox:has(label:text-is('{words}'))").first


def test_three_groups_choose_who_may_tell_whom_and_their_choice_is_recorded(page, lab, tmp_path):
    _open_and_run(page, lab, "facilitators/02_who_may_tell.ipynb")
    assert (
        page.locator(".jp-RenderedText[data-mime-type='application/vnd.jupyter.stderr']").count()
        == 0
    )
    flows = _map_frames(page)[0]
    flows.wait_for_selector("body[data-drawn]", timeout=30_000)
    assert int(flows.evaluate("document.body.dataset.drawn")) > MUNICIPALITIES
    sentence = page.locator(".widget-html:has-text('居場所を知る割合')").first
    sentence.scroll_into_view_if_needed()
    assert "避難元の市町が居場所を知る割合" in sentence.text_content()
    assert page.locator("text=教材であり法的助言ではありません。提供を法律の表").count() == 1
    picture = page.locator(".jp-OutputArea-output img.widget-image")
    picture.scroll_into_view_if_needed()
    before = picture.get_attribute("src")
    _widget(page, "立場").locator("select").select_option("避難先の市町")
    page.wait_for_selector(
        ".widget-html:has-text('避難先の市町が居場所を知る割合')", timeout=60_000
    )
    _widget(page, "通信の途絶").locator("select").select_option("4倍の長さ")
    page.wait_for_function(
        "before => document.querySelector('img.widget-image').src !== before",
        arg=before,
        timeout=60_000,
    )
    page.locator("button:has-text('この選択を記録')").click()
    page.wait_for_selector("text=グループの名前を書いてから", timeout=30_000)
    _widget(page, "グループの名前").locator("input").fill("県のグループ")
    _widget(page, "理由").locator("input").fill("<b>早く</b>知るため")
    page.keyboard.press("Tab")
    page.locator("button:has-text('この選択を記録')").click()
    page.wait_for_selector("td:text-is('県のグループ')", timeout=30_000)
    assert page.locator("td:text-is('<b>早く</b>知るため')").count() == 1
    picture.screenshot(path=tmp_path / "curves.png")
    assert page.refused == []


def test_groups_are_built_anew_by_hand_and_impossible_rules_are_named(page, lab, tmp_path):
    _open_and_run(page, lab, "facilitators/03_prepare_groups.ipynb")
    button = page.locator("button:has-text('グループを作る')")
    button.scroll_into_view_if_needed()
    button.click()
    page.wait_for_selector("text=41者を7グループに分けました", timeout=60_000)
    first = page.locator(".widget-html td:has-text('、')").first.inner_text()
    assert "市" in first
    _widget(page, "似たものどうし").locator("select").select_option(label="人口（2020年）")
    for rule, names in (
        ("同じグループ", ["姫路市", "尼崎市"]),
        ("別のグループ", ["明石市", "西宮市"]),
    ):
        _widget(page, rule).locator("select").select_option(label=names)
    button.click()
    page.wait_for_function(
        "before => { const c = [...document.querySelectorAll('.widget-html td')].find(e => e.textContent.includes('、'));"
        " return c && c.textContent !== before; }",
        arg=first,
        timeout=60_000,
    )
    rows = [row for row in page.locator(".widget-html td").all_inner_texts() if "、" in row]
    assert any("姫路市" in row and "尼崎市" in row for row in rows)
    assert not any("明石市" in row and "西宮市" in row for row in rows)
    page.locator(".jp-Cell:has(button:has-text('グループを作る'))").screenshot(
        path=tmp_path / "groups.png"
    )
    _widget(page, "別のグループ").locator("select").select_option(label=["姫路市", "尼崎市"])
    button.click()
    page.wait_for_selector(".widget-html td:has-text('、')", state="detached", timeout=60_000)
    # the table goes first, the words come when the rules have been tried
    page.locator(".widget-html:has-text('姫路市'):has-text('尼崎市')").wait_for(timeout=60_000)
    assert page.refused == []
