"""The whole meeting in windows: a list of one's own, 41 phones, no Wi-Fi, a frozen and a killed laptop, the next month."""

import http.client
import json
import os
import re
import signal
import sys
import threading
import time
from pathlib import Path

import openpyxl
import pytest
import test_prepare_pages as prepare
from rooms import Laptop, Phone
from test_stage import MEASURE

from dxkit.store import Session

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="only POSIX freezes a process"),
]
WAIT_MS = 240_000
PATIENCE_S = 400
FROZEN_S = 20
PHONES, WINDOWS = 41, 2
ITEMS = ["共同調達の勉強会を続ける", "仕様書のひな形を県と市町で作る", "相談の窓口を置く"]
STAGE_SIZES = ((1024, 768), (1920, 1080))
STAGE_PX, PAGE_PX = 28, 16
PHONE = {"viewport": {"width": 375, "height": 667}, "is_mobile": True, "has_touch": True}
STEPS = ("roster", "wishes", "groups", "papers", "day")


class Scripted(threading.Thread):
    """A phone that does what the page does: the same id again until it is acknowledged.

    It votes on a question when the question's gate is open.
    """

    def __init__(self, number, port, key, questions, gates):
        super().__init__(daemon=True)
        self.number, self.port, self.key = number, port, key
        self.questions, self.gates, self.question = questions, gates, ""
        self.has_wifi = threading.Event()
        self.has_wifi.set()
        self.acknowledged, self.cards, self.times = {}, [], []
        self.phone = Phone(port)

    def run(self):
        device = f"{self.number:032d}"
        answer = self._insist("/join", {"key": self.key, "device": device})
        self.phone.token = answer["token"]
        for place, question in enumerate(self.questions):
            assert self.gates[place].wait(timeout=PATIENCE_S)
            self.question = question
            value = (self.number + place) % 5 - 2
            body = {"item": question, "value": value, "id": f"{self.number:08d}{place:08d}"}
            self.acknowledged[question] = (value, self._insist("/vote", body)["receipt"])
        text = f"カード{self.number:02d}"
        self._insist("/note", {"text": text, "id": f"{self.number:08d}{99:08d}"})
        self.cards.append(text)

    def _insist(self, path, body):
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            begun = time.monotonic()
            try:
                # without Wi-Fi a request ends before it has left
                if self.has_wifi.is_set():
                    status, answer = self.phone.ask("POST", path, body, timeout=8)
                    if status == 200:
                        self.times.append((path, begun, time.monotonic() - begun))
                        return answer
            except (OSError, ValueError, http.client.HTTPException):
                # no answer, or one cut short: the same again
                pass
            time.sleep(0.2)
        raise AssertionError(f"never acknowledged: {path} of phone {self.number}")


@pytest.fixture
def shots(tmp_path):
    folder = Path(os.environ.get("DXKIT_SHOTS", tmp_path / "shots"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def windows(chromium):
    """Opens windows; remembers what went wrong in them."""
    contexts, errors = [], []

    def new(link, size=None, **options):
        if size:
            options["viewport"] = {"width": size[0], "height": size[1]}
        context = chromium.new_context(locale="ja-JP", **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(WAIT_MS)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(link)
        return page

    new.errors = errors
    yield new
    for context in contexts:
        context.close()


@pytest.fixture
def laptop(tmp_path):
    opened = Laptop(tmp_path / "room", prepare.NAME)
    yield opened
    if opened.process.poll() is None:
        opened.kill()


def _find_small(page, least):
    """What is written smaller than the least size, with its size."""
    return [(text, size) for text, size, _ in page.evaluate(MEASURE) if size < least]


def _show_each_page(page, folder, label):
    for step in STEPS:
        page.click(f'nav a[href="#{step}"]')
        page.wait_for_selector(f"#{step}:not([hidden])")
        for size in ((1366, 768), (1024, 768)):
            page.set_viewport_size({"width": size[0], "height": size[1]})
            page.screenshot(path=folder / f"{label}_{step}_{size[0]}.png", full_page=True)
            assert _find_small(page, PAGE_PX) == []
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def _prepare(page, folder, tmp_path):
    """The steps before the day, as somebody who never saw code does them."""
    book = tmp_path / "名簿.xlsx"
    prepare._write_odd_book(book)
    officer = prepare.Officer(page)
    prepare._prepare(officer, book)
    moved = prepare._change_at_the_last_minute(officer)
    assert moved <= 2
    _show_each_page(page, folder, "prepare")
    officer.click('nav a[href="#papers"]')
    officer.fill("#items", "\n".join(ITEMS))
    officer.click("#day-form button", "保存しました")
    return officer


def _vote_in_windows(pages, values):
    for page, value in zip(pages, values, strict=True):
        for place in range(len(ITEMS)):
            page.locator("#items > li").nth(place).locator(f'button[data-value="{value}"]').tap()


def _wait_for_counts(folder, count):
    """Wait until the store itself holds so many votes of every item."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        with Session(folder / "meeting.sqlite", meeting=prepare.NAME) as session:
            results = session.results()
            if results["votes"].tolist() == [count] * len(ITEMS):
                return session.results(), session.notes(), session.receipts(), session.history()
        time.sleep(1)
    raise AssertionError(results.to_string())


def _show_stage(officer, stages, labels, path):
    """Go to a step, wait until both projectors show it, look at them and measure."""
    label, text = labels
    officer.locator("#steps button", has_text=label).first.click()
    officer.wait_for_selector(f"#now >> text={label}")
    for stage, size in zip(stages, STAGE_SIZES, strict=True):
        stage.wait_for_selector(f"#view >> text={text}")
        stage.screenshot(path=path.with_name(f"stage_{path.name}_{size[0]}.png"))
        assert _find_small(stage, STAGE_PX) == []
        assert [text for text, _, is_whole in stage.evaluate(MEASURE) if not is_whole] == []


def _wait_until(condition, pause_s=0.2):
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end
        time.sleep(pause_s)


def _has_all(scripted, question):
    return all(question in phone.acknowledged for phone in scripted)


def _has_any(scripted, question):
    return any(question in phone.acknowledged for phone in scripted)


def _list_unanswered(scripted, question):
    """Phones whose vote is under way: sent again and again, and not acknowledged."""
    return {
        phone.number
        for phone in scripted
        if phone.question == question and question not in phone.acknowledged
    }


def _freeze_among_votes(laptop, scripted, gates, restore_wifi):
    """Stop the laptop after the first votes on a question; the second half sends to a frozen one."""
    question = scripted[0].questions[1]
    gates[0][1].set()
    # phone 0 has lost its Wi-Fi: whatever the machine, its vote is under way
    _wait_until(
        lambda: _has_any(scripted, question) and 0 in _list_unanswered(scripted, question), 0.001
    )
    frozen = time.monotonic()
    laptop.freeze()
    under_way = _list_unanswered(scripted, question)
    assert under_way
    restore_wifi()
    gates[1][1].set()
    time.sleep(FROZEN_S)
    unanswered = _list_unanswered(scripted, question)
    assert unanswered >= {phone.number for phone in scripted if phone.number % 2}
    sys.stdout.write(
        f"frozen: votes under way {len(under_way)}, unanswered at the thaw {len(unanswered)}\n"
    )
    laptop.thaw()
    return frozen, time.monotonic()


def _kill_among_votes(laptop, scripted, gates):
    """Kill the laptop after the first votes on a question; the second half sends to nobody."""
    question = scripted[0].questions[2]
    gates[0][2].set()
    _wait_until(lambda: _has_any(scripted, question), 0.001)
    laptop.kill()
    killed = time.monotonic()
    under_way = _list_unanswered(scripted, question)
    gates[1][2].set()
    odd = {phone.number for phone in scripted if phone.number % 2}
    _wait_until(lambda: _list_unanswered(scripted, question) >= odd)
    unanswered = _list_unanswered(scripted, question)
    sys.stdout.write(
        f"killed: votes under way {len(under_way)}, unanswered at the restart {len(unanswered)}\n"
    )
    laptop.start()
    return killed, time.monotonic()


def _run_phones(laptop, pages, scripted, gates):
    """Votes through lost Wi-Fi, a frozen laptop, a killed one."""
    first, second, third = scripted[0].questions
    for phone in scripted:
        phone.start()
    # all vote on the first question at once, undisturbed
    for half in gates:
        half[0].set()
    _wait_until(lambda: _has_all(scripted, first))
    # two real windows and two scripted phones lose the Wi-Fi; the windows vote meanwhile
    for phone in scripted[:2]:
        phone.has_wifi.clear()
    for page in pages:
        page.context.set_offline(True)
    _vote_in_windows(pages, (2, -1))
    for page in pages:
        page.wait_for_selector("text=まだ送れていません")

    def restore_wifi():
        for page in pages:
            page.context.set_offline(False)
        for phone in scripted[:2]:
            phone.has_wifi.set()

    frozen = _freeze_among_votes(laptop, scripted, gates, restore_wifi)
    _wait_until(lambda: _has_all(scripted, second))
    killed = _kill_among_votes(laptop, scripted, gates)
    for phone in scripted:
        phone.join(PATIENCE_S)
        assert not phone.is_alive()
    assert _has_all(scripted, third)
    for page in pages:
        page.wait_for_selector("text=すべて送信しました")
    return frozen, killed


def _write_times(scripted, troubles):
    votes = sorted(
        seconds
        for phone in scripted
        for path, begun, seconds in phone.times
        if path == "/vote" and not any(first - 9 <= begun <= last for first, last in troubles)
    )
    if votes:
        p95 = votes[int(0.95 * (len(votes) - 1))]
        sys.stdout.write(f"votes outside troubles {len(votes)}, p95 {p95 * 1000:.0f} ms\n")
    every = sorted(s for phone in scripted for path, _, s in phone.times if path == "/vote")
    p95 = every[int(0.95 * (len(every) - 1))]
    sys.stdout.write(
        f"all acknowledged votes {len(every)}, p95 of the last try {p95 * 1000:.0f} ms\n"
    )


def _check_counts(laptop, scripted, values):
    results, notes, receipts, history = _wait_for_counts(laptop.folder, PHONES)
    sums = {item: sum(values) for item in ITEMS}
    for phone in scripted:
        for item, (value, _) in phone.acknowledged.items():
            sums[item] += value
    means = dict(zip(results["item"], results["mean"], strict=True))
    assert {item: round(means[item] * PHONES) for item in ITEMS} == sums
    # acknowledged: each once, none twice
    assert (history["kind"] == "vote").sum() == PHONES * len(ITEMS)
    codes = receipts["receipt"].tolist()
    acknowledged = [code for phone in scripted for _, code in phone.acknowledged.values()]
    assert sorted(codes.count(code) for code in acknowledged) == [1] * len(acknowledged)
    assert sorted(notes["text"]) == sorted(text for phone in scripted for text in phone.cards)
    sys.stdout.write(f"votes {PHONES * len(ITEMS)}, cards {len(notes)}: lost 0, doubled 0\n")


def test_a_whole_meeting_runs_through_every_trouble_without_code(windows, laptop, shots, tmp_path):
    begun = time.monotonic()
    page = windows(laptop.prepare_link, (1366, 768))
    counted = _prepare(page, shots, tmp_path)
    prepared = time.monotonic()
    officer = windows(laptop.officer_link, (1280, 900))
    officer.wait_for_selector("#desk:not([hidden])")
    stage_link = officer.get_attribute("#stage", "href")
    key = json.loads(officer.evaluate("JSON.stringify(state.join_link)")).partition("key=")[2]
    questions = officer.evaluate("state.questions.map((question) => question.key)")
    stages = [windows(stage_link, size) for size in STAGE_SIZES]
    phones = [windows(f"http://127.0.0.1:{laptop.port}/#key={key}", **PHONE) for _ in range(2)]
    for phone in phones:
        phone.wait_for_selector("#items > li")
    # phones of even numbers, then those of odd ones: a gate for each question
    gates = [[threading.Event() for _ in questions] for _ in range(2)]
    scripted = [
        Scripted(number, laptop.port, key, questions, gates[number % 2])
        for number in range(PHONES - WINDOWS)
    ]
    troubles = _run_phones(laptop, phones, scripted, gates)
    _write_times(scripted, troubles)
    _check_counts(laptop, scripted, (2 * 1, -1))
    # the windows come back by themselves: nobody reloads anything
    officer.wait_for_selector("text=39枚が待っています")
    officer.click("#pass")
    officer.wait_for_selector("text=待っているカードはありません")
    _show_stage(officer, stages, ("参加のQRコード", "会議コード"), shots / "door")
    for place, item in enumerate(ITEMS):
        officer.locator("#steps button", has_text=item).first.click()
        officer.wait_for_selector(f"#now >> text={item}")
        officer.click("#reveal")
        _show_stage(officer, stages, (item, "+2 賛成"), shots / f"result{place}")
    _show_stage(officer, stages, ("カード", "カード0"), shots / "cards")
    officer.screenshot(path=shots / "officer.png", full_page=True)
    assert _find_small(officer, PAGE_PX) == []
    for number, phone in enumerate(phones):
        phone.screenshot(path=shots / f"phone_{number}.png", full_page=True)
        assert _find_small(phone, PAGE_PX) == []
    _finish(officer, page, counted, shots, tmp_path)
    minutes = (time.monotonic() - begun) / 60
    sys.stdout.write(
        f"clicks {counted.clicks}, fields {counted.fields}, edits of code 0, prepared in "
        f"{(prepared - begun) / 60:.1f} min, all in {minutes:.1f} min of this machine\n"
    )
    assert windows.errors == []


def _finish(officer, page, counted, shots, tmp_path):
    """Seal, record, decisions, the next month's groups."""
    officer.fill("#confirm", "封")
    officer.click("#seal button")
    officer.wait_for_selector("text=封をしました")
    officer.screenshot(path=shots / "officer_sealed.png", full_page=True)
    page.reload()
    page.wait_for_selector("#steps")
    counted.click('nav a[href="#day"]')
    counted.fill("#what", "照会文を回す")
    counted.click("#decide button", "保存しました")
    for kind in ("record.docx", "record.xlsx"):
        with page.expect_download() as download:
            counted.click(f'[data-file="{kind}"]')
        download.value.save_as(shots / kind)
    cells = [
        str(cell.value)
        for sheet in openpyxl.load_workbook(shots / "record.xlsx")
        for row in sheet
        for cell in row
    ]
    assert not [text for text in cells if re.search(r"[0-9a-f]{8}-[0-9a-f]{4}-", text)]
    page.screenshot(path=shots / "prepare_day_after.png", full_page=True)
    counted.click('nav a[href="#groups"]')
    counted.fill("#next-name", prepare.NEXT)
    counted.click("#next button", "次の回を作りました")
    page.screenshot(path=shots / "prepare_next_month.png", full_page=True)
