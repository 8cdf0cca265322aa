"""PCs with nothing but a browser: the course's pages through `make room`, a town, an exercise, cards and the board."""

import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "store"))
from rooms import Phone

from dxkit import reports
from dxkit.widgets.room import open_room

pytestmark = [pytest.mark.browser, pytest.mark.slow]
NOTEBOOKS = ["trainees/00_jupyter_in_ten.ipynb", "trainees/01_where_are_we.ipynb"]
FIRST, SECOND = (name.replace(".ipynb", ".html") for name in NOTEBOOKS)
SIZES = ((1366, 768), (1024, 768))
WAIT_MS = 60_000
LEAST_PX = 16
# what Tab stops at in a map, besides legends that can be folded
STOPS = """() => [...document.querySelectorAll('*')]
    .filter((part) => part.tabIndex >= 0 && part.tagName !== 'SUMMARY').length"""
# what a page in the frame could try, and what came of it
TRY = """async (path) => {
    const tried = {};
    try { await fetch(path); tried.fetch = 'read'; } catch { tried.fetch = 'refused'; }
    try { localStorage.setItem('x', '1'); tried.storage = 'written'; } catch { tried.storage = 'refused'; }
    try { tried.parent = parent.document.title; } catch { tried.parent = 'refused'; }
    return tried;
}"""


@pytest.fixture(scope="module")
def edition(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made") / "course"
    return reports.edition(
        folder,
        notebooks=NOTEBOOKS,
        municipalities=["豊岡市", "朝来市"],
        sheets=False,
        show_progress=False,
    )


@pytest.fixture
def room(tmp_path, edition):
    opened = open_room(tmp_path, meeting="研修", course=edition, address="127.0.0.1", browser=False)
    yield opened
    opened.stop()
    opened.session.close()


@pytest.fixture
def computer(chromium, room):
    """A PC without Python; every request that it makes, and every fault, is noted."""
    context = chromium.new_context(viewport={"width": 1366, "height": 768}, locale="ja-JP")
    page = context.new_page()
    page.set_default_timeout(WAIT_MS)
    page.strangers, page.faults = [], []
    ours = (room.address, "data:", "about:", "blob:")
    context.on(
        "request",
        lambda request: (
            None if request.url.startswith(ours) else page.strangers.append(request.url)
        ),
    )
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.on("console", lambda said: page.faults.append(said.text) if said.type == "error" else None)
    yield page
    context.close()


def _enter(page, room):
    page.goto(f"{room.address}course")
    page.locator("#code:focus").wait_for()
    page.keyboard.type(room.code)
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Jupyter").first.wait_for()


def _find_frame(page):
    page.locator("#place iframe").wait_for()
    frame = page.locator("#place iframe").element_handle().content_frame()
    frame.wait_for_selector("body[data-ready]", timeout=WAIT_MS, state="attached")
    return frame


def _open_page(page, address):
    page.locator(f'#pages a[href="#/{address}"]').click()
    return _find_frame(page)


def _open_board(page, room):
    board = page.context.browser.new_context(locale="ja-JP").new_page()
    board.goto(room.local_officer_link.replace("/officer#", "/board#"))
    board.get_by_text("共有している人").wait_for(timeout=WAIT_MS)
    return board


@pytest.mark.parametrize("size", SIZES, ids=["1366", "1024"])
def test_a_pc_without_python_reads_answers_and_shows_a_card(computer, room, size, tmp_path):
    page = computer
    page.set_viewport_size({"width": size[0], "height": size[1]})
    _enter(page, room)
    page.screenshot(path=tmp_path / "list.png")
    page.get_by_label("自分の市町").select_option("朝来市")
    frame = _open_page(page, SECOND)
    assert frame.locator("#dxkit-town").input_value() == "朝来市"
    page.screenshot(path=tmp_path / "page.png")
    # the page's own way back, and on to the next
    frame.get_by_role("link", name="目次").click()
    frame = _open_page(page, FIRST)
    assert page.locator("[data-card=red]").is_disabled()
    page.get_by_role("button", name="進行役と共有する").click()
    page.screenshot(path=tmp_path / "terms.png")
    page.locator("#begin:focus").press("Enter")
    page.locator("[data-card=red]").click()
    quiz = frame.locator("form.exercise").first
    quiz.locator("input").fill("32")
    quiz.locator("input").press("Enter")
    quiz.get_by_text("正解です").wait_for()
    page.screenshot(path=tmp_path / "answer.png")
    for _ in range(2):
        other = Phone(room.port, room.code)
        cell = quiz.evaluate("(form) => form.closest('[data-id]').dataset.id")
        other.ask("POST", "/progress", {"exercise": {"id": cell, "state": "solved"}})
        other.ask("POST", "/progress", {"card": "red"})
    board = _open_board(page, room)
    board.get_by_text("止まっています 3人").wait_for(timeout=WAIT_MS)
    board.get_by_text("解けた 3人").wait_for(timeout=WAIT_MS)
    assert "00 問1" in board.locator("#tiles").inner_text()
    board.context.close()
    sizes = page.eval_on_selector_all(
        "button, a, p, h1, h2",
        "all => all.map((part) => parseFloat(getComputedStyle(part).fontSize))",
    )
    assert min(sizes) >= LEAST_PX
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.strangers == []
    assert page.faults == []


def test_answers_and_the_town_are_there_again_after_f5(computer, room):
    page = computer
    _enter(page, room)
    frame = _open_page(page, SECOND)
    frame.locator("#dxkit-town").select_option("朝来市")
    # the page around it has heard of it
    page.wait_for_function("() => document.getElementById('town').value === '朝来市'")
    page.get_by_role("link", name="目次").first.click()
    assert page.get_by_label("自分の市町").input_value() == "朝来市"
    frame = _open_page(page, FIRST)
    frame.locator("form.exercise input").first.fill("31")
    frame.locator("form.exercise button").first.click()
    frame.get_by_text("もう一度考えて").wait_for()
    page.reload()
    # the same page, without the code
    frame = _find_frame(page)
    assert frame.locator("form.exercise input").first.input_value() == "31"
    assert frame.get_by_text("もう一度考えて").count() == 1
    page.go_back()
    page.locator(f'#pages a[href="#/{SECOND}"]').click()
    assert _find_frame(page).locator("#dxkit-town").input_value() == "朝来市"


def test_words_and_maps_of_a_page_fit_a_pc_without_python_and_a_person_without_a_mouse(
    computer, room
):
    page = computer
    _enter(page, room)
    requests, maps = 0, 0
    for address in (FIRST, SECOND):
        frame = _open_page(page, address)
        for line in frame.locator("main").inner_text().splitlines():
            if "Shift" in line or "実行してください" in line:
                requests += 1
                assert line.find("Python のあるPCでは、") != -1, line
        for inner in frame.child_frames:
            # drawn, wherever it lies in the page
            inner.wait_for_selector("body[data-drawn]", state="attached", timeout=WAIT_MS)
            assert inner.evaluate(STOPS) == inner.locator(".map").count()
            maps += inner.locator(".map").count()
        page.get_by_role("link", name="目次").first.click()
    assert requests >= 3
    assert maps >= 2
    # a hint asks for a new cell only where there are cells
    frame = _open_page(page, FIRST)
    quiz = frame.locator("form.exercise").first
    for _ in range(2):
        quiz.locator("input").fill("31")
        quiz.locator("input").press("Enter")
        frame.get_by_text("もう一度考えて").wait_for()
    frame.get_by_text("ヒント: Python のあるPCでは、新しい枠に").wait_for()


def test_a_page_reaches_nothing_but_the_page_around_it(computer, room):
    page = computer
    _enter(page, room)
    frame = _open_page(page, FIRST)
    tried = frame.evaluate(TRY, f"{room.address}course/list")
    assert tried == {"fetch": "refused", "storage": "refused", "parent": "refused"}
    # what it says beyond the closed list changes nothing
    for words in (None, 1, "x", {"keep": 1}, {"keep": ["k" * 99, 1]}, {"exercise": 3}, {"open": 1}):
        frame.evaluate("(words) => parent.postMessage(words, '*')", words)
    frame.evaluate("() => parent.postMessage({ open: 'https://example.com/' }, '*')")
    page.get_by_text("ここからは開きません").wait_for()
    assert page.strangers == []
    assert page.evaluate("localStorage.getItem('course.memory')") in (None, "{}")


def test_nothing_is_sent_before_consent_and_nothing_after(computer, room):
    page = computer
    _enter(page, room)
    frame = _open_page(page, FIRST)
    sent = []
    page.context.on(
        "request",
        lambda request: sent.append(request.post_data) if "/progress" in request.url else None,
    )

    def answer(text):
        frame.evaluate("() => { document.querySelector('.verdict').textContent = ''; }")
        frame.locator("form.exercise input").first.fill(text)
        frame.locator("form.exercise button").first.click()
        frame.wait_for_function("() => document.querySelector('.verdict').textContent")

    answer("31")
    assert sent == []
    page.locator("#share").click()
    with page.expect_response("**/progress"):
        page.locator("#begin").click()
    with page.expect_response("**/progress"):
        answer("32")
    assert ["share" in sent[0], "solved" in sent[1]] == [True, True]
    # which exercise and how it stands, and nothing of the answer
    assert set(json.loads(sent[1])["exercise"]) == {"id", "state"}
    page.locator("#share").click()
    with page.expect_response("**/progress"):
        page.locator("#end").click()
    count = len(sent)
    answer("33")
    # whatever the answer had sent would have left before this
    page.evaluate("() => fetch('course/list').then((answer) => answer.status)")
    page.reload()
    _find_frame(page)
    assert len(sent) == count
    assert page.locator("[data-card=red]").is_disabled()


def _count_reports(page):
    sent = []
    page.context.on(
        "request",
        lambda request: sent.append(request.post_data) if "/progress" in request.url else None,
    )
    return sent


def test_reports_of_yesterday_are_dropped(computer, room):
    page = computer
    _enter(page, room)
    page.evaluate(
        """() => {
            localStorage.setItem('course.share', JSON.stringify('2026-01-01'));
            localStorage.setItem('course.queue', JSON.stringify([{ card: 'red' }, { share: false }]));
        }"""
    )
    sent = _count_reports(page)
    with page.expect_response("**/progress"):
        page.reload()
    page.wait_for_function("() => localStorage.getItem('course.queue') === '[]'")
    # that sharing has ended is all that still goes
    assert [json.loads(text) for text in sent] == [{"share": False}]


def test_what_cannot_be_stored_counts_until_the_window_is_closed(computer, room):
    page = computer
    _enter(page, room)
    page.get_by_label("自分の市町").select_option("豊岡市")
    page.evaluate("() => { Storage.prototype.setItem = () => { throw new Error('full'); }; }")
    page.get_by_label("自分の市町").select_option("朝来市")
    frame = _open_page(page, SECOND)
    assert frame.locator("#dxkit-town").input_value() == "朝来市"


def test_the_next_person_at_a_shared_pc_inherits_nothing(computer, room):
    page = computer
    _enter(page, room)
    page.get_by_label("自分の市町").select_option("朝来市")
    page.locator("#share").click()
    with page.expect_response("**/progress"):
        page.locator("#begin").click()
    device = page.evaluate("() => localStorage.getItem('room.device')")
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="このPCの記録を消す").click()
    page.locator("#code:focus").wait_for()
    # the page has begun anew, with a name of its own
    left = page.evaluate("() => Object.keys(localStorage)")
    assert left == ["room.device"]
    assert page.evaluate("() => localStorage.getItem('room.device')") != device


def test_a_refusal_goes_when_the_code_is_right(computer, room):
    page = computer
    page.goto(f"{room.address}course")
    page.locator("#code").fill("00000000" if room.code != "00000000" else "11111111")
    page.locator("#code").press("Enter")
    page.get_by_text("会議コードが違います").wait_for()
    page.locator("#code").fill(room.code)
    page.locator("#code").press("Enter")
    page.get_by_role("link", name="Jupyter").first.wait_for()
    assert page.locator("#status").inner_text() == ""


def test_a_fresh_link_replaces_a_token_of_an_earlier_meeting(computer, room):
    page = computer
    page.goto(f"{room.address}course")
    page.evaluate("() => localStorage.setItem('course.token', JSON.stringify('old.token'))")
    key = room.link.partition("#")[2]
    page.goto("about:blank")
    page.goto(f"{room.address}course#{key}")
    page.get_by_role("link", name="Jupyter").first.wait_for()
    assert page.locator("#door").is_hidden()
