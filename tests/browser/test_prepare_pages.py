"""A person who never saw code prepares a meeting with a list of their own: clicks and code counted."""

import sys
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "store"))
from rooms import Phone

from dxkit import reports
from dxkit.store import Meeting
from dxkit.widgets.room import open_room

pytestmark = [pytest.mark.browser, pytest.mark.slow]
WAIT_MS = 240_000
LEAST_PX = 16
NAME, NEXT = "第1回", "第2回"
HOSTILE = "<img src=x onerror=window.__pwned=1>"
BODIES = ["姫路市", "神戸市", "豊岡市", "香美町", "養父市", "朝来市", "明石市", "加古川市", "三田市",
          "西脇市", "小野市", "加西市", "赤穂市", "相生市", "洲本市", "淡路市", "県ＤＸ課", "県税務課",
          "㈱山川", "協会", "鳥取市", "大学", HOSTILE]  # fmt: skip
FULL_WIDTH = str.maketrans("0123456789,", "０１２３４５６７８９，")
# every text of all five pages with its size in pixels
MEASURE = """() => {
    const small = [], steps = ["roster", "wishes", "groups", "papers", "day"];
    for (const step of steps) {
        location.hash = step;
        for (const name of steps) document.getElementById(name).hidden = name !== step;
        const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        while (walker.nextNode()) {
            const text = walker.currentNode.textContent.trim(), part = walker.currentNode.parentElement;
            if (text && part.getBoundingClientRect().width && parseFloat(getComputedStyle(part).fontSize) < 16) small.push(text);
        }
        if (document.documentElement.scrollWidth > innerWidth) small.push("too wide: " + step);
    }
    return small;
}"""


def _write_odd_book(path):
    """Titles, headings in two rows merged across and down, 〃, full-width digits, a footnote."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "名簿（最終）"
    sheet["A1"] = "令和８年度　意見交換会　出席者名簿"
    sheet.merge_cells("A1:F1")
    sheet["A2"] = "（１１月２８日現在）"
    for cell, text in {"A4": "№", "B4": "団体名", "C4": "氏　名", "D4": "属性", "D5": "人口（人）",
                       "E5": "事業者", "F5": "司会"}.items():  # fmt: skip
        sheet[cell] = text
    for area in ("A4:A5", "B4:B5", "C4:C5", "D4:F4"):
        sheet.merge_cells(area)
    for number, body in enumerate(BODIES):
        people = f"{(number + 1) * 12_345:,}".translate(FULL_WIDTH)
        vendor = ("Ａ社", "A社", "B社", "C社")[number % 4]
        leads = "○" if number % 3 == 0 else None
        sheet.append([2 * number + 1, body, f"参加　{2 * number:02}郎", people, vendor, leads])
        sheet.append([2 * number + 2, "〃", f"参加　{2 * number + 1:02}郎", people, vendor, None])
    sheet.append(["※ 敬称略。変更は前日までに。"])
    book.save(path)


def _open(folder, name=None):
    papers = {"handout": reports.handout, "record": reports.record,
              "calendar_entry": reports.calendar_entry}  # fmt: skip
    return open_room(folder, meeting=name, address="127.0.0.1", browser=False, papers=papers)


class Officer:
    """The officer's window; counts what a hand does."""

    def __init__(self, page):
        self.page, self.clicks, self.fields = page, 0, 0

    def click(self, target, said=None):
        part = self.page.locator(target).first if isinstance(target, str) else target
        part.click()
        self.clicks += 1
        if said:
            self.wait(said)

    def fill(self, target, text):
        self.page.fill(target, text)
        self.fields += 1

    def choose(self, label, option):
        self.page.get_by_label(label, exact=True).select_option(label=option)
        self.fields += 1

    def wait(self, said):
        self.page.wait_for_function(
            "text => document.getElementById('status').textContent.includes(text)",
            arg=said, timeout=WAIT_MS,
        )  # fmt: skip

    def board(self, number):
        return self.page.locator("#boards section").nth(number - 1)

    def member(self, number, place=0):
        return self.board(number).locator("ul button").nth(place)

    def seats(self):
        return self.page.evaluate(
            "() => Object.fromEntries(state.groups.rows.flatMap((row) =>"
            " row.members.map((member) => [member.key.join('・'), row.group])))"
        )


@pytest.fixture
def page(chromium):
    context = chromium.new_context(viewport={"width": 1366, "height": 768}, locale="ja-JP")
    opened = context.new_page()
    opened.errors, opened.asked = [], []
    opened.on("pageerror", lambda error: opened.errors.append(str(error)))
    opened.on("request", lambda request: opened.asked.append(request.url))
    yield opened
    context.close()


def test_a_meeting_is_prepared_and_run_without_code(page, tmp_path):
    book = tmp_path / "名簿.xlsx"
    _write_odd_book(book)
    room = _open(tmp_path, NAME)
    try:
        page.goto(room.local_prepare_link)
        officer = Officer(page)
        _prepare(officer, book)
        before = officer.seats()
        moved = _change_at_the_last_minute(officer)
        assert moved <= 2
        seats = officer.seats()
        assert len(seats) == 47
        _take_papers(officer, tmp_path)
        assert page.evaluate(MEASURE) == []
        page.set_viewport_size({"width": 1024, "height": 768})
        assert page.evaluate(MEASURE) == []
        assert before.keys() - seats.keys() == {"神戸市・参加　02郎"}
    finally:
        room.stop()
        room.session.close()
    again = _open(tmp_path)
    try:
        # as after a power cut: the same meeting, every step as it was
        page.goto("about:blank")
        page.goto(again.local_prepare_link)
        page.wait_for_selector("#roster:not([hidden])", timeout=WAIT_MS)
        assert officer.seats() == seats
        _prepare_next_month(officer, seats, tmp_path)
        assert page.errors == []
        assert page.evaluate("() => window.__pwned") is None
        hosts = {address.split("/")[2] for address in page.asked if address.startswith("http")}
        assert hosts == {f"127.0.0.1:{room.port}", f"127.0.0.1:{again.port}"}
        # code 0; a click or a field each, none of them more than a person can count
        sys.stdout.write(f"clicks {officer.clicks}, fields {officer.fields}, edits of code 0\n")
        assert officer.clicks + officer.fields <= 60
    finally:
        again.stop()
        again.session.close()


def _prepare(officer, book):
    """Steps 1 to 3: list, wishes, groups; one member moved by mouse, one by keyboard."""
    page = officer.page
    page.wait_for_selector("#roster:not([hidden])", timeout=WAIT_MS)
    page.set_input_files("#file", book)
    officer.clicks += 1
    officer.wait("読みました")
    assert "23団体・46人" in page.text_content("#receipt")
    assert page.locator("#skipped li").count() == 1
    officer.click("#accept", "取り込みました")
    officer.click('nav a[href="#wishes"]')
    assert "「A社」と「Ａ社」" in page.text_content("#wish-remarks")
    officer.choose("列「人口（人）」の使い方", "似た人どうし")
    officer.choose("列「司会」の使い方", "各グループに分ける")
    officer.click("#rules button", "保存しました")
    officer.fill("#first", "県DX課")
    officer.fill("#second", "県税務課")
    officer.click('#wish button[value="apart"]', "希望を足しました")
    officer.click('nav a[href="#groups"]')
    officer.click("#form", "グループを組みました")
    assert page.locator("#broken li").count() == 0
    start = officer.seats()
    officer.member(1).drag_to(officer.board(2))
    officer.clicks += 1
    officer.wait("第2グループへ動かしました")
    assert "から" in page.text_content("#quality")
    # by keyboard alone: focus, Enter, and the number of the group
    officer.member(3).focus()
    page.keyboard.press("4")
    officer.clicks += 1
    officer.wait("第4グループへ動かしました")
    assert sum(start[key] != group for key, group in officer.seats().items()) == 2
    officer.click("#undo", "元に戻しました")
    page.locator("#undo").focus()
    page.keyboard.press("Enter")
    officer.clicks += 1
    page.wait_for_function("() => !state.groups.can_undo", timeout=WAIT_MS)
    assert officer.seats() == start


def _change_at_the_last_minute(officer):
    """Ten minutes before: one cancels, two come in addition; give how many others move."""
    page = officer.page
    start = officer.seats()
    gone = page.locator("#boards button", has_text="神戸市・参加　02郎")
    officer.click(gone)
    officer.click("#cancel", "欠席にしました")
    for number, (body, person, people) in enumerate(
        (("三木市", "遅刻　太郎", "７４，０００"), ("協会", "遅刻　花子", ""))
    ):
        officer.fill("#late-0", body)
        officer.fill("#late-1", person)
        if people:
            officer.fill("#late-2", people)
        page.locator("#late-form button").click()
        officer.clicks += 1
        page.wait_for_function(
            "count => Object.values(state.groups.rows).reduce((sum, row) => sum + row.members.length, 0) === count",
            arg=46 + number, timeout=WAIT_MS,
        )  # fmt: skip
    seats = officer.seats()
    return sum(seats[key] != group for key, group in start.items() if key in seats)


def _take_papers(officer, folder):
    page = officer.page
    officer.click('nav a[href="#papers"]')
    for kind in ("handout.html", "groups.xlsx"):
        with page.expect_download(timeout=WAIT_MS) as download:
            officer.click(f'[data-file="{kind}"]')
        download.value.save_as(folder / kind)
    text = (folder / "handout.html").read_text("utf-8")
    assert "遅刻　花子" in text
    assert "<img src=x" not in text
    rows = list(openpyxl.load_workbook(folder / "groups.xlsx")["グループ"].iter_rows(min_row=2))
    assert sum(isinstance(row[0].value, int) for row in rows) == 47
    # the window of the printer is the browser's own: here it is enough that it is asked for
    page.evaluate("() => { window.printed = 0; window.print = () => { window.printed += 1; }; }")
    for kind, count in (("names", 47), ("list", 8)):
        officer.click(f'[data-print="{kind}"]')
        assert page.locator("#print > div").count() == count
    assert page.evaluate("() => window.printed") == 2
    assert page.pdf()[:4] == b"%PDF"


def _prepare_next_month(officer, seats, folder):
    """Step 5 of this month, and the groups of the next."""
    page = officer.page
    officer.click('nav a[href="#papers"]')
    officer.fill("#items", "共同調達を続ける\n専門家の派遣")
    officer.click("#day-form button", "保存しました")
    officer.click('nav a[href="#day"]')
    assert page.locator("#day-items li").all_inner_texts() == ["共同調達を続ける", "専門家の派遣"]
    officer.fill("#what", "照会文を回す")
    officer.click("#decide button", "保存しました")
    with page.expect_download(timeout=WAIT_MS) as download:
        officer.click('[data-file="record.docx"]')
    assert Path(download.value.path()).read_bytes()[:2] == b"PK"
    officer.click('nav a[href="#groups"]')
    officer.fill("#next-name", NEXT)
    officer.click("#next button", "次の回を作りました")
    following = officer.seats()
    assert len(following) == 48
    with Meeting(folder / "meeting.sqlite", meeting=NEXT) as meeting:
        assert len(meeting.rounds()) == 48
        assert meeting.carried_decisions()["what"].tolist() == ["照会文を回す"]
    pairs = [
        (one, two)
        for one in seats
        for two in seats
        if one < two and one.split("・")[0] != two.split("・")[0] and seats[one] == seats[two]
    ]
    again = sum(following[one] == following[two] for one, two in pairs)
    assert f"また会うのは{again}組" in page.text_content("#note")
    assert again <= 4


def test_phones_vote_on_what_the_pages_ask(page, tmp_path):
    room = _open(tmp_path, NAME)
    try:
        page.goto(room.local_prepare_link)
        officer = Officer(page)
        page.wait_for_selector("#roster:not([hidden])", timeout=WAIT_MS)
        officer.click('nav a[href="#papers"]')
        officer.fill("#items", "共同調達を続ける")
        officer.click("#day-form button", "保存しました")
        for number in range(3):
            phone = Phone(room.port, room.code)
            assert phone.vote("共同調達を続ける", 2, f"{number:012d}")[0] == 200
        assert room.session.results()["votes"].tolist() == [3]
    finally:
        room.stop()
        room.session.close()


def test_nothing_that_is_typed_is_lost_silently(page, tmp_path):
    room = _open(tmp_path, NAME)
    table = pd.DataFrame({"code": list("甲乙丙丁"), "person": list("一二三四"), "人口": range(4)})
    with Meeting(tmp_path / "meeting.sqlite", meeting=NEXT) as meeting:
        meeting.add_persons(table)
    with Meeting(tmp_path / "meeting.sqlite", meeting=NAME) as meeting:
        meeting.add_persons(table)
    try:
        page.goto(room.local_prepare_link)
        officer = Officer(page)
        page.wait_for_selector("#roster:not([hidden])", timeout=WAIT_MS)
        _choose_by_arrow_keys(officer)
        officer.click('nav a[href="#papers"]')
        officer.fill("#title", "意見交換会")
        page.evaluate("() => { state.revision = 99; }")
        officer.click("#day-form button", "別の窓")
        assert page.input_value("#title") == "意見交換会"
        officer.click("#day-form button", "保存しました")
        officer.click('nav a[href="#wishes"]')
        officer.choose("列「人口」の使い方", "似た人どうし")
        officer.fill("#first", "甲")
        officer.fill("#second", "乙")
        officer.click('#wish button[value="apart"]', "希望を足しました")
        assert page.get_by_label("列「人口」の使い方", exact=True).input_value() == "alike"
        # a dialog that nobody answers is a no
        page.select_option("#meeting", NEXT)
        assert page.input_value("#meeting") == NAME
        page.once("dialog", lambda dialog: dialog.accept())
        page.select_option("#meeting", NEXT)
        officer.wait(f"「{NEXT}」を準備")
        assert page.get_by_label("列「人口」の使い方", exact=True).input_value() == ""
        assert page.errors == []
    finally:
        room.stop()
        room.session.close()


def _choose_by_arrow_keys(officer):
    """Change a column's role with keys pressed one after another: the last one holds."""
    page = officer.page
    text = "団体名,氏名,備考\n姫路市,青木,あ\n".encode()
    page.set_input_files("#file", {"name": "a.csv", "mimeType": "text/csv", "buffer": text})
    officer.wait("読みました")
    page.get_by_label("列「備考」の意味", exact=True).focus()
    for key in ("ArrowDown", "ArrowUp", "ArrowUp"):
        page.keyboard.press(key)
    officer.wait("読み直しました")
    roles = page.evaluate("() => state.draft.headings.map((entry) => entry.role)")
    assert roles == ["code", "person", "attends"]
    assert page.evaluate("() => document.activeElement.dataset.heading") == "備考"
    officer.click("#discard", "やめました")
