"""On phones groups place bases in secret, by thumb; all is shown when the last has recorded."""

import pytest

import dxkit
from dxkit import drones
from dxkit.store import Session
from dxkit.widgets.room import PlacingGame, Room

pytestmark = pytest.mark.browser
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
    "locale": "ja-JP",
}
GROUPS = ["グループ1", "グループ2"]
WAIT_MS = 60_000
# of everything that is shown: too small for a thumb, too small to read
SMALL_TARGETS = """() => [...document.querySelectorAll("button, select, summary, a")]
  .filter((part) => part.getClientRects().length)
  .map((part) => [part, part.getBoundingClientRect()])
  .filter(([, box]) => Math.min(box.width, box.height) < 43.9)
  .map(([part, box]) => `${part.outerHTML.slice(0, 60)} ${box.width} × ${box.height}`)"""
SMALL_TEXT = """() => [...document.querySelectorAll("body *")]
  .filter((part) => part.getClientRects().length && [...part.childNodes]
    .some((node) => node.nodeType === 3 && node.textContent.trim()))
  .filter((part) => parseFloat(getComputedStyle(part).fontSize) < 14)
  .map((part) => part.outerHTML.slice(0, 60))"""
# pairs of places whose targets lie on each other
OVERLAPS = """() => {
  const boxes = [...document.querySelectorAll("#board button")].map((b) => b.getBoundingClientRect());
  return boxes.flatMap((a, i) => boxes.slice(0, i).filter((b) =>
    Math.hypot(a.x - b.x, a.y - b.y) < 43)).length;
}"""


@pytest.fixture(scope="module")
def tajima():
    """The tables of the facilitators' notebook."""
    towns = dxkit.load("municipalities").query("area_name == '但馬'")
    people = dxkit.load("mesh_estimated").query("code in @towns.code").reset_index(drop=True)
    people = drones.need(people, dxkit.load("stations"), near_km=5)
    sites = dxkit.load("sites").query("code in @towns.code and kind != '避難所'")
    return people, sites.reset_index(drop=True), towns


@pytest.fixture
def room(tmp_path):
    with (
        Session(tmp_path / "m.sqlite") as session,
        Room(session, ["どこから試すか"], title="配送の拠点を置く") as opened,
    ):
        yield opened


@pytest.fixture
def game(room, tajima):
    people, sites, towns = tajima
    return PlacingGame(
        room, people, sites, groups=GROUPS, count=3, range_km=5, municipalities=towns
    )


@pytest.fixture
def phones(chromium):
    contexts = []

    def open_phone(link, script=""):
        context = chromium.new_context(**PHONE)
        context.add_init_script(script)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(WAIT_MS)
        page.goto(link)
        page.wait_for_selector("#items > li")
        page.locator("a", has_text="拠点を置くゲームへ").tap()
        page.wait_for_selector("#board button")
        return page

    yield open_phone
    for context in contexts:
        context.close()


def look_at(page, path):
    """Save the page, and check it for a thumb and for eyes."""
    page.screenshot(path=path, full_page=True)
    assert page.evaluate(SMALL_TARGETS) == []
    assert page.evaluate(SMALL_TEXT) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def place(page, group, names):
    page.select_option("#group", group)
    for name in names:
        page.locator(f'#board button[aria-label="{name}"]').tap()
    page.wait_for_function("!document.getElementById('send').disabled")
    page.locator("#send").tap()


def test_two_groups_place_by_thumb_in_secret_and_see_all_plans_at_the_end(
    room, game, phones, tajima, tmp_path
):
    names = tajima[1]["name"].tolist()
    first, second = phones(room.link), phones(room.link)
    look_at(first, tmp_path / "1_empty.png")
    assert first.evaluate(OVERLAPS) == 0
    place(first, GROUPS[0], names[:3])
    first.wait_for_selector("text=記録したグループ 1 / 2")
    look_at(first, tmp_path / "2_placed.png")
    # a placed base passes below the page's head, not over it
    assert (
        first.evaluate("getComputedStyle(document.getElementById('board')).isolation") == "isolate"
    )
    # the list under the map is by name, each a thumb high
    first.locator("summary").tap()
    look_at(first, tmp_path / "3_list.png")
    second.wait_for_selector("text=記録したグループ 1 / 2")
    assert second.locator("#board button[aria-pressed='true']").count() == 0
    assert second.locator("#result").is_hidden()
    second.locator('[data-zoom="2"]').tap()
    look_at(second, tmp_path / "4_zoomed.png")
    place(second, GROUPS[1], names[-3:])
    for number, page in enumerate((first, second), 5):
        page.wait_for_selector("text=全部のグループが記録しました")
        plans = page.locator("#scores h3").all_inner_texts()
        assert plans == [*GROUPS, "最適（人数）", "最適（遠い人）"]
        look_at(page, tmp_path / f"{number}_shown.png")
    assert game.scores["bases"].tolist()[0] == tuple(tajima[1]["base"][:3])


# what some browsers say of a picture that has a viewBox alone
NO_NATURAL_SIDES = """for (const side of ["naturalWidth", "naturalHeight"])
    Object.defineProperty(HTMLImageElement.prototype, side, { get: () => 0 });"""


def test_the_first_zoom_goes_by_the_laid_out_picture(room, game, phones):
    zooms = []
    for script in ("", NO_NATURAL_SIDES):
        page = phones(room.link, script)
        assert page.evaluate(OVERLAPS) == 0
        zooms.append(page.locator("[data-zoom][aria-pressed=true]").get_attribute("data-zoom"))
    # the largest is what a page would take that knows no sides
    assert zooms[0] == zooms[1] != "4"
