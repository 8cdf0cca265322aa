"""A person votes on a phone, the facilitator's board changes; without Wi-Fi nothing is lost; script in a card stays text."""

import json
import time

import pytest

from dxkit.store import Session
from dxkit.widgets.room import Room

pytestmark = pytest.mark.browser
PHONE = {
    "viewport": {"width": 375, "height": 667},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
    "locale": "ja-JP",
}
ITEMS = [
    "次年度も共同調達の勉強会を続ける",
    "文字同定の作業を市町どうしで分担する",
    "移行が済んだ団体に相談できる窓口を置く",
]
HOSTILE = '<img src=x onerror="window.__pwned=1"><script>window.__pwned=1</script>'
WAIT_MS = 30_000


@pytest.fixture
def session(tmp_path):
    with Session(tmp_path / "m.sqlite") as opened:
        yield opened


@pytest.fixture
def room(session):
    with Room(session, ITEMS, title="グループ意見交換会") as opened:
        yield opened


@pytest.fixture
def phones(chromium):
    """Opens phones, each with a store of its own; remembers what went wrong in them."""
    contexts, errors = [], []

    def new():
        context = chromium.new_context(**PHONE)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("dialog", lambda dialog: (errors.append(dialog.message), dialog.dismiss()))
        page.on(
            "console",
            lambda said: (
                errors.append(said.text)
                if said.type == "error" and "Failed to load resource" not in said.text
                else None
            ),
        )
        return page

    new.errors = errors
    yield new
    for context in contexts:
        context.close()


def _button(page, item, value):
    return page.locator("#items > li").nth(item).locator(f'button[data-value="{value}"]')


def _until(true, seconds=30):
    for _ in range(seconds * 20):
        if true():
            return
        time.sleep(0.05)
    raise AssertionError("it never came about")


def _add_two_zeros(session):
    """Two others vote 0 on everything: below three voters the store tells no figure."""
    for other in ("a", "b"):
        for item in ITEMS:
            session.vote(item=item, value=0, client=other)


def _values(session):
    """What the one phone voted beside the two zeros."""
    results = session.results(items=ITEMS)
    assert results["votes"].tolist() == [3, 3, 3]
    return [round(3 * mean) for mean in results["mean"]]


def test_a_vote_is_cast_with_a_thumb_on_a_phone_sized_window(room, session, phones, tmp_path):
    _add_two_zeros(session)
    page = phones()
    page.goto(room.link)
    page.wait_for_selector("#items > li", timeout=WAIT_MS)
    assert "key" not in page.url
    for item, value in enumerate((2, -1, 0)):
        _button(page, item, value).tap()
    # on a busy machine the first vote is sent, and that is said, before the last tap has arrived
    _until(lambda: session.results(items=ITEMS)["votes"].tolist() == [3, 3, 3])
    page.wait_for_selector("text=すべて送信しました", timeout=WAIT_MS)
    assert _values(session) == [2, -1, 0]
    sizes = page.eval_on_selector_all(
        ".scale button", "all => all.map(b => [b.offsetWidth, b.offsetHeight])"
    )
    assert min(min(size) for size in sizes) >= 44
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.screenshot(path=tmp_path / "phone.png", full_page=True)
    before = page.locator("#items > li").first.locator(".receipt").inner_text()
    _button(page, 0, -2).tap()
    _until(lambda: _values(session) == [-2, -1, 0])
    assert len(session.history()) == 6 + 4
    page.reload()
    page.wait_for_selector("#items > li", timeout=WAIT_MS)
    assert _button(page, 0, -2).get_attribute("aria-checked") == "true"
    # the receipt on the phone stands in the list that everybody may look at, and changes with the vote
    receipt = page.locator("#items > li").first.locator(".receipt").inner_text()
    codes = session.receipts(items=ITEMS[:1])["receipt"].tolist()
    assert any(f"控え {code}" in receipt for code in codes)
    assert not any(f"控え {code}" in before for code in codes)
    assert phones.errors == []


def test_who_has_no_code_sees_nothing_and_a_wrong_one_is_told_so(room, phones, tmp_path):
    page = phones()
    page.goto(room.address)
    page.wait_for_selector("#door", timeout=WAIT_MS)
    assert page.locator("#room").is_hidden()
    assert not any(item in page.content() for item in ITEMS)
    page.fill("#code", "00000000")
    page.locator("#join button").tap()
    page.wait_for_selector("text=会議コードが違います", timeout=WAIT_MS)
    page.screenshot(path=tmp_path / "door.png")
    page.fill("#code", f"{room.code[:4]} {room.code[4:]}")
    page.locator("#join button").tap()
    page.wait_for_selector("#items > li", timeout=WAIT_MS)
    assert phones.errors == []


def test_what_is_entered_without_wifi_is_sent_once_when_it_is_back(room, session, phones, tmp_path):
    page = phones()
    page.goto(room.link)
    page.wait_for_selector("#items > li", timeout=WAIT_MS)
    page.context.set_offline(True)
    _button(page, 0, 1).tap()
    _button(page, 1, 2).tap()
    page.wait_for_selector("text=まだ送れていません（2件）", timeout=WAIT_MS)
    page.screenshot(path=tmp_path / "offline.png")
    assert session.results().empty
    page.context.set_offline(False)
    page.wait_for_selector("text=すべて送信しました", timeout=WAIT_MS)
    assert session.results()["votes"].tolist() == [1, 1]
    assert len(session.history()) == 2


def test_what_is_entered_while_the_laptop_is_down_survives_closing_the_page(room, session, phones):
    _add_two_zeros(session)
    page = phones()
    page.goto(room.link)
    page.wait_for_selector("#items > li", timeout=WAIT_MS)
    room.stop()
    _button(page, 2, -2).tap()
    page.wait_for_selector("text=まだ送れていません（1件）", timeout=WAIT_MS)
    room.start()
    page.goto(room.address)
    page.wait_for_selector("text=すべて送信しました", timeout=WAIT_MS)
    assert session.results()["votes"].tolist() == [2, 2, 3]
    assert session.results(items=ITEMS[2:])["mean"].tolist() == [-2 / 3]


def test_an_answer_that_was_lost_on_the_way_is_asked_for_again_and_counts_once(
    room, session, phones
):
    page, lost = phones(), []

    def lose(route):
        answer = route.fetch()
        if len(lost) < 2:
            lost.append(answer.status)
            route.abort()
        else:
            route.fulfill(response=answer)

    page.route("**/vote", lose)
    page.goto(room.link)
    page.wait_for_selector("#items > li", timeout=WAIT_MS)
    _button(page, 0, 2).tap()
    page.wait_for_selector("text=すべて送信しました", timeout=WAIT_MS)
    assert lost == [200, 200]
    assert len(session.history()) == 1


def test_script_in_a_card_or_item_is_text_on_every_phone(session, phones, tmp_path):
    with Room(session, [HOSTILE, "普通の項目"], title=HOSTILE) as room:
        writer, reader = phones(), phones()
        for page in (writer, reader):
            page.goto(room.link)
            page.wait_for_selector("#items > li", timeout=WAIT_MS)
        writer.fill("#text", HOSTILE)
        writer.fill("#group", HOSTILE)
        writer.locator("#card button").tap()
        for page in (writer, reader):
            page.wait_for_selector("#notes > li", timeout=WAIT_MS)
            assert HOSTILE in page.locator("#notes > li").first.inner_text()
            assert page.evaluate("typeof window.__pwned") == "undefined"
            assert page.locator("#notes img, #items img, header img").count() == 0
        reader.screenshot(path=tmp_path / "hostile.png", full_page=True)
    assert phones.errors == []


def test_the_page_of_another_origin_can_neither_post_nor_read_nor_frame_it(room, session, phones):
    page = phones()
    page.goto(room.link)
    page.wait_for_selector("#items > li", timeout=WAIT_MS)
    token = json.loads(page.evaluate("localStorage.getItem('room.token')"))
    with Room(session, ["よその頁"], port=0) as other:
        # another port is another origin; it even knows the token
        page.goto(other.address)
        tried = page.evaluate(
            """async ([to, token]) => {
                const told = [];
                const body = JSON.stringify({item: "x", value: 2, id: "aaaaaaaaaaaa"});
                for (const headers of [{"Content-Type": "application/json", "X-Room-Token": token}, {"Content-Type": "text/plain"}])
                    for (const mode of ["cors", "no-cors"])
                        try { const a = await fetch(to + "vote", {method: "POST", mode, headers, body}); told.push(a.status); } catch { told.push("refused"); }
                return told;
            }""",
            [room.address, token],
        )
        assert set(tried) <= {"refused", 0}
    assert session.results().empty


NOTEBOOK = """import dxkit
from dxkit import store, widgets
session = store.Session({path!r})
board = widgets.vote_board(session, {items!r}, title="グループ意見交換会")
board"""


@pytest.mark.slow
def test_the_result_on_the_facilitators_board_changes_while_phones_vote(
    lab, lab_page, session, phones, tmp_path
):
    page = lab_page
    page.set_viewport_size({"width": 1366, "height": 1000})
    lab.put("board.ipynb", NOTEBOOK.format(path=str(tmp_path / "m.sqlite"), items=ITEMS))
    lab.open(page, "board.ipynb")
    page.locator(".jp-CodeCell").first.click()
    page.keyboard.press("Shift+Enter")
    page.wait_for_selector("text=会議コード", timeout=90_000)
    board = page.locator(".jp-OutputArea-output").first
    assert board.locator("text=0票（3票そろうと表示）").count() == 3
    board.screenshot(path=tmp_path / "board_before.png")
    link = Room(session, ITEMS)
    address = board.locator("b").first.inner_text()
    for value in (2, 2, -1):
        phone = phones()
        phone.goto(f"{address}#code={link.code}")
        phone.wait_for_selector("#items > li", timeout=WAIT_MS)
        _button(phone, 0, value).tap()
        phone.fill("#text", f"票 {value} を入れた理由のカード")
        phone.locator("#card button").tap()
        phone.wait_for_selector("text=すべて送信しました", timeout=WAIT_MS)
    page.wait_for_selector("text=3票・平均 +1.00", timeout=WAIT_MS)
    page.wait_for_selector("text=つながった端末 3台・カード 3枚", timeout=WAIT_MS)
    board.screenshot(path=tmp_path / "board_after.png")
    page.locator("button:has-text('受付を止める')").click()
    page.wait_for_selector("text=受付は止まっています", timeout=WAIT_MS)
    page.locator("button:has-text('受付を始める')").click()
    page.wait_for_selector("text=会議コード", timeout=WAIT_MS)
    _button(phone, 1, 1).tap()
    page.wait_for_selector("text=1票（3票そろうと表示）", timeout=WAIT_MS)
    assert phones.errors == []
