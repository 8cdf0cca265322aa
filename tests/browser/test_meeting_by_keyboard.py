"""A whole meeting without a mouse: list, wishes, groups, papers, stage, votes, cards, seal, record.

Every key is followed by a look at the focus: it is never lost, has a name and a ring that is seen
(WCAG 2.4.3, 2.4.7, 2.4.11, 1.4.11), and nothing lies over it. Keys and wrong turns are printed.
"""

import sys
from pathlib import Path

import pytest
import test_prepare_pages as prepare
from keyboard import Counts, Keys
from rooms import Phone

from dxkit.widgets.room._questions import Question

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SIZE = {"width": 1366, "height": 768}
# a card has a few buttons: its next one is near
MOST_TABS = 10
TITLE, ITEM = "市町DX意見交換会", "標準化の共同調達を続ける"


@pytest.fixture
def room(tmp_path):
    opened = prepare._open(tmp_path, prepare.NAME)
    yield opened
    opened.stop()
    opened.session.close()


@pytest.fixture
def windows(chromium):
    """Opens windows of devices that know nothing of each other; remembers errors in them."""
    contexts, errors = [], []

    def new(link):
        context = chromium.new_context(viewport=SIZE, locale="ja-JP")
        context.set_default_timeout(prepare.WAIT_MS)
        context.on("weberror", lambda error: errors.append(str(error.error)))
        contexts.append(context)
        page = context.new_page()
        page.goto(link)
        return page

    new.errors = errors
    yield new
    for context in contexts:
        context.close()


def _take_list(keys, book):
    page = keys.page
    page.wait_for_selector("#roster:not([hidden])")
    # listened to from the start: the browser is told of it before the key comes
    page.once("filechooser", lambda chooser: chooser.set_files(book))
    keys.reach("#file")
    keys.press("Enter")
    keys.wait("「この名簿を取り込む」を押してください")
    keys.use("#accept", "取り込みました")
    keys.reach("#taken .next")
    keys.press("Enter")
    page.wait_for_selector("#wishes:not([hidden])")


def _wish(keys):
    keys.reach('[data-column="人口（人）"]')
    keys.press("ArrowDown")
    keys.reach('[data-column="司会"]')
    for _ in range(3):
        keys.press("ArrowDown")
    keys.use("#rules button", "保存しました")
    keys.reach("#first")
    keys.type("県DX課")
    keys.reach("#second")
    keys.type("県税務課")
    keys.use('#wish button[value="apart"]', "希望を足しました")
    uses = keys.page.evaluate("state.wishes.columns.map((column) => column.use).filter(Boolean)")
    assert sorted(uses) == ["alike", "spread"]
    keys.reach("#wishes .next")
    keys.press("Enter")


def _read_focus(keys):
    """Read who has the focus, and in which group."""
    return keys.page.evaluate(
        "() => [document.activeElement.dataset.key,"
        " Number(document.activeElement.closest('[data-row]')?.dataset.row)]"
    )


def _form_groups(keys):
    """Groups; one person is moved by number, one by a choice; all is undone, one cancels."""
    keys.use("#form", "グループを組みました")
    start = keys.page.evaluate("JSON.stringify(state.groups.rows)")
    # a group is one stop of Tab; arrows walk over its names and to the groups beside it
    keys.reach("#boards [data-key]")
    for key, group in (("ArrowRight", 2), ("ArrowRight", 3), ("ArrowLeft", 2), ("ArrowDown", 2)):
        keys.press(key)
        assert _read_focus(keys)[1] == group
    name, _ = _read_focus(keys)
    keys.press("4", looks=False)
    keys.wait("第4グループへ動かしました")
    assert _read_focus(keys) == [name, 4]
    keys.press("Enter")
    assert keys.is_at("#target")
    keys.press("Escape")
    assert _read_focus(keys) == [name, 4]
    keys.press("Enter")
    # by the choice every group is reached, also beyond the ninth
    keys.press("End")
    keys.use("#move", "へ動かしました")
    assert _read_focus(keys) == [name, 1 + len(keys.page.evaluate(f"{start}"))]
    keys.back_to("#undo")
    for _ in range(2):
        keys.enter("元に戻しました")
        keys.page.wait_for_function("() => !busy")
    assert keys.page.evaluate("JSON.stringify(state.groups.rows)") == start
    # once too often does nothing, least of all what the button beside does
    keys.enter("これより前には戻せません")
    assert keys.is_at("#undo")
    keys.reach("#boards [data-key]")
    name, _ = _read_focus(keys)
    keys.press("Delete", looks=False)
    keys.wait("欠席にしました")
    keys.wait_for("() => document.activeElement.dataset.key")
    assert _read_focus(keys)[0] != name
    _seat_latecomer(keys)


def _seat_latecomer(keys):
    keys.back_to("#go-late")
    keys.press("Enter")
    assert keys.is_at("#late-0")
    keys.type("三木市")
    keys.press("Tab")
    keys.type("遅刻　太郎")
    keys.enter("席を決めました")
    assert keys.page.evaluate("document.getElementById('late-0').value") == ""
    keys.reach("#onward a")
    keys.press("Enter")


def _print(keys, folder):
    """What the papers carry is asked before they are printed."""
    page = keys.page
    page.wait_for_selector("#papers:not([hidden])")
    keys.reach("#title")
    keys.type(TITLE)
    keys.reach("#items")
    keys.type(ITEM)
    page.evaluate("() => { window.print = () => { window.printed = true; }; }")
    keys.reach('[data-print="names"]')
    keys.press("Enter")
    assert page.evaluate("window.printed")
    assert page.locator("#print .card").count() == 46
    text = keys.save("handout.html", folder).read_text("utf-8")
    assert TITLE in text
    # a meeting on the 20 systems shows them, unless the officer does not want it
    assert "20業務の進み具合" in text
    keys.back_to("#systems")
    keys.press("End")
    # the line above says already that something was saved
    keys.wait_for("() => !busy && state.day.systems === 'no'")
    assert "20業務" not in keys.save("handout.html", folder).read_text("utf-8")
    keys.reach("#papers .next")
    keys.press("Enter")
    page.wait_for_selector("#day:not([hidden])")
    assert page.text_content("#day-items") == ITEM


def _vote(windows, room, counts, value, *, types_code):
    """A phone comes in, votes with arrows and Space, and hands in a card."""
    keys = Keys(windows(room.address if types_code else room.link), counts)
    if types_code:
        keys.page.wait_for_selector("#door:not([hidden])")
        keys.reach("#code")
        keys.type(room.code)
        keys.press("Enter", looks=False)
    keys.page.wait_for_selector("#items > li")
    keys.reach("#items button")
    for _ in range(value + 2):
        keys.press("ArrowRight")
    keys.press("Space")
    keys.wait("すべて送信しました")
    assert keys.is_at(f'[data-value="{value}"][aria-checked="true"]')
    # one stop of Tab a question: the next is the card
    keys.press("Tab")
    assert keys.is_at("#text")
    keys.type(f"カード{value}")
    keys.use("#card button", "すべて送信しました")
    return keys


def _drive(keys, stage, room):
    """Next, result shown, hidden and shown again, by keys of the officer's window."""
    keys.reach('[data-action="next"]')
    for label in ("次第", ITEM):
        keys.press("Enter", looks=False)
        keys.page.wait_for_selector(f"#now >> text={label}")
    stage.wait_for_selector("#view >> text=電話で答えてください")
    keys.reach("#reveal")
    for text, is_open in (("+2 賛成", True), ("電話で答えてください", False), ("+2 賛成", True)):
        keys.press("Enter", looks=False)
        stage.wait_for_selector(f"#view >> text={text}")
        assert room.stage.is_open(ITEM) is is_open
        assert keys.is_at("#reveal")


def _reach_word(keys, word):
    """Press Tab, where it is needed, until the control with this word has the focus."""
    for _ in range(MOST_TABS):
        if keys.page.evaluate("document.activeElement.textContent") == word:
            return
        keys.press("Tab")
    raise AssertionError(f"{word} is not reached within {MOST_TABS} presses of Tab")


def _judge_cards(keys, stage, room):
    """A card is shown and hidden again; the focus never comes to stand on another card's button."""
    page = keys.page
    keys.reach("#cards li.waiting button")
    card = page.evaluate("document.activeElement.closest('li').dataset.row")
    # a card that comes in meanwhile draws the list anew
    body = {"text": "あとから来たカード", "id": f"{1:012d}"}
    assert Phone(room.port, room.code).ask("POST", "/note", body)[0] == 200
    page.wait_for_selector("#cards >> text=あとから来たカード")
    row = f'#cards li[data-row="{card}"]'
    assert keys.is_at(f"{row} button")
    for word, verdict in (("映す", "shown"), ("隠す", "hidden"), ("映す", "shown")):
        _reach_word(keys, word)
        keys.press("Enter", looks=False)
        page.wait_for_selector(f"{row}.{verdict}")
        keys.wait_for("() => document.activeElement.matches('#cards li')")
        assert keys.is_at(row)
    verdicts = [entry["verdict"] for entry in room.list_cards()]
    assert sorted(verdicts) == ["shown"] + ["waiting"] * 3
    keys.back_to('[data-action="next"]')
    keys.press("Enter", looks=False)
    stage.wait_for_selector(f"#view >> text={room.list_shown_cards()[0]['text']}")


def _stop_and_seal(keys, room):
    keys.reach("#accept")
    for is_accepting in (False, True, False):
        keys.press("Enter", looks=False)
        word = "受付中" if is_accepting else "受付は止まっています"
        keys.page.wait_for_selector(f"#counts >> text={word}")
        assert room.stage.is_accepting is is_accepting
    keys.reach("#confirm")
    keys.type("封")
    keys.press("Enter", looks=False)
    keys.page.wait_for_selector("#counts >> text=封をしました")
    keys.wait_for("() => !document.getElementById('status').textContent")


def _record(keys, folder):
    keys.reach("#what")
    keys.type("照会文を回す")
    keys.reach("#until")
    keys.type("12月末")
    keys.enter("保存しました")
    assert keys.save("record.docx", folder).read_bytes()[:2] == b"PK"


def _report(counts, parts):
    sys.stdout.write(
        f"\n{counts.presses} keys pressed, {counts.letters} letters typed, wrong turns "
        f"{len(counts.wrong_turns)}, faults of the focus {len(counts.faults)}\n"
        f"keys + letters after each part: {', '.join(parts)}\n"
        + "\n".join([*counts.faults, *counts.wrong_turns])
    )


def test_a_meeting_is_prepared_run_and_recorded_by_keys_alone(room, windows, tmp_path):
    counts, parts = Counts(), []
    book = tmp_path / "名簿.xlsx"
    prepare._write_odd_book(book)

    def note(name):
        parts.append(f"{name} {counts.presses} + {counts.letters}")

    officer = Keys(windows(room.local_prepare_link), counts)
    _take_list(officer, book)
    note("list")
    _wish(officer)
    note("wishes")
    _form_groups(officer)
    note("groups")
    _print(officer, tmp_path)
    note("papers")
    desk = Keys(officer.open_window("#officer"), counts)
    desk.page.wait_for_selector("#desk:not([hidden])")
    stage = desk.open_window("#stage")
    # a key that is pressed before the page listens does nothing
    stage.wait_for_function("() => typeof fillScreen === 'function'", polling=200)
    stage.keyboard.press("Enter")
    stage.wait_for_function("() => document.fullscreenElement", polling=200)
    for value in (2, 1, 0):
        _vote(windows, room, counts, value, types_code=value == 0)
    note("three phones")
    desk.back_to('[data-action="back"]')
    _drive(desk, stage, room)
    _judge_cards(desk, stage, room)
    note("stage")
    _stop_and_seal(desk, room)
    note("seal")
    _record(officer, tmp_path)
    note("record")
    _report(counts, parts)
    assert Path(tmp_path / "record.docx").is_file()
    assert counts.faults == []
    assert counts.wrong_turns == []
    assert windows.errors == []


def test_what_is_typed_on_a_phone_outlives_what_the_officer_does(room, windows):
    room.stage.add_question(Question("ひとこと", "open"))
    counts = Counts()
    keys = Keys(windows(room.link), counts)
    keys.page.wait_for_selector("#items > li")
    keys.reach("#items textarea")
    keys.type("書きかけ")
    # the arrows belong to the text here
    keys.press("ArrowLeft")
    room.stage.add_question(Question("共同調達を続ける"))
    keys.page.wait_for_selector("#items > li >> text=共同調達")
    keys.wait_for("() => document.activeElement.tagName === 'TEXTAREA'")
    keys.type("の")
    assert keys.page.input_value("#items textarea") == "書きかのけ"
    keys.reach('#items [data-value="-2"]')
    # the officer goes on to the other question: the focus rests, and presses nothing
    room.stage.go_to("question:" + next(iter(room.stage.questions)))
    keys.wait_for("() => document.activeElement.id === 'room'")
    room.stage.go_to("cards")
    keys.wait_for("() => [...document.querySelectorAll('#items > li')].every((row) => !row.hidden)")
    assert keys.page.input_value("#items textarea") == "書きかのけ"
    assert counts.faults == []
    assert windows.errors == []
