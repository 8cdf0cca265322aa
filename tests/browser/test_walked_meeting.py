"""One more list of an office's own, walked from the file to the next month's groups, and counted.

Walked by hand first with screenshots (23 bodies, 46 persons; a cover sheet, a date above the
headings, parts of the list between lines, bodies merged downwards, a total): the list was not read,
and choices whose button nobody presses were lost. Now 26 clicks, 16 fields, 0 edits of code and 0
wrong turns; walked without a phone, so nobody votes.
"""

import random
import sys
import zipfile
from datetime import date, timedelta
from pathlib import Path

import openpyxl
import pytest
import test_prepare_pages as prepare

from dxkit import loaders
from dxkit.store import Meeting

pytestmark = [pytest.mark.browser, pytest.mark.slow]
TITLE = "市町DX意見交換会"
PARTS = {
    "【阪神・神戸】": ["神戸市", "尼崎市", "西宮市", "宝塚市", "伊丹市", "川西市"],
    "【播磨】": ["姫路市", "加古川市", "たつの市", "多可町", "福崎町", "上郡町"],
    "【但馬・丹波・淡路】": ["豊岡市", "香美町", "新温泉町", "丹波市", "南あわじ市"],
    "【県・その他】": ["県 デジタル改革課", "県 市町振興課", "（一社）まちの電算協議会",
                  "(株)潮風ｼｽﾃﾑｽﾞ", "鳥取県岩美町", "みなと大学"],
}  # fmt: skip
SURNAMES = (("青木", "ｱｵｷ"), ("石田", "ｲｼﾀﾞ"), ("上野", "ｳｴﾉ"), ("遠藤", "ｴﾝﾄﾞｳ"), ("岡本", "ｵｶﾓﾄ"),
            ("菊池", "ｷｸﾁ"), ("小林", "ｺﾊﾞﾔｼ"), ("佐々木", "ｻｻｷ"), ("髙橋", "ﾀｶﾊｼ"), ("西村", "ﾆｼﾑﾗ"))  # fmt: skip
GIVEN = (("一郎", "ｲﾁﾛｳ"), ("かおり", "ｶｵﾘ"), ("健", "ｹﾝ"), ("里美", "ｻﾄﾐ"), ("大輔", "ﾀﾞｲｽｹ"))
THEMES = ("システム標準化", "AI活用", "窓口改革", "人材育成")
HEADINGS = ("番号", "市町・団体名", "役職", "お名前", "ﾌﾘｶﾞﾅ", "申込日", "担当歴\n（年）",
            "話したいテーマ", "進行役", "備考")  # fmt: skip
# latecomers: body, person, theme
LATE = (("三木市", "中村　さくら", "AI活用"), ("神戸市", "森　亮", "窓口改革"))


def _write_book(path, headings=HEADINGS):
    """Write the list on the second sheet; everybody on it is invented by a seed."""
    draw = random.Random(17)
    people = [(f"{name}　{first}", f"{kana} {first_kana}")
              for name, kana in SURNAMES for first, first_kana in GIVEN]  # fmt: skip
    draw.shuffle(people)
    book = openpyxl.Workbook()
    for line in (
        "令和８年１１月２０日",
        "各市町DX担当課長　様",
        "意見交換会の出席者について（送付）",
    ):
        book.active.append([line])
    sheet = book.create_sheet("とりまとめ(11.20)")
    sheet["B1"] = "市町DX意見交換会　出席予定者一覧"
    sheet.merge_cells("B1:J1")
    sheet.append([None] * 8 + ["作成日", date(2026, 11, 20)])
    for column, text in enumerate(headings, start=2):
        sheet.cell(5, column, text)
    for part, bodies in PARTS.items():
        row = sheet.max_row + 1
        sheet.cell(row, 2, part)
        sheet.merge_cells(start_row=row, start_column=2, end_row=row, end_column=11)
        for body in bodies:
            _write_body(sheet, body, [people.pop(), people.pop()], draw)
    sheet.append([None, None, "合計", None, "４６名"])
    sheet.append([None, "（注）変更があれば担当まで"])
    book.save(path)


def _write_body(sheet, body, pair, draw):
    """Write two persons of a body, whose name is merged over both rows."""
    first = sheet.max_row + 1
    for place, (name, kana) in enumerate(pair):
        day = date(2026, 11, 1) + timedelta(days=draw.randrange(19))
        leads = "◎" if place == 0 and first % 3 == 0 else None
        remark = draw.choice([None, "車いす席", "午後から\n参加"])
        sheet.append([None, first + place, body, draw.choice(["主査", "係長"]), name, kana, day,
                      draw.choice([0, 1, 3, 8]), draw.choice(THEMES), leads, remark])  # fmt: skip
        # the name stands in the first of the merged cells alone
        if place:
            sheet.cell(first + 1, 3).value = None
    sheet.merge_cells(start_row=first, start_column=3, end_row=first + 1, end_column=3)


@pytest.fixture
def page(chromium):
    context = chromium.new_context(viewport={"width": 1366, "height": 768}, locale="ja-JP")
    opened = context.new_page()
    opened.set_default_timeout(prepare.WAIT_MS)
    opened.errors = []
    opened.on("pageerror", lambda error: opened.errors.append(str(error)))
    yield opened
    context.close()


@pytest.fixture
def room(tmp_path):
    opened = prepare._open(tmp_path, prepare.NAME)
    yield opened
    opened.stop()
    opened.session.close()


def _count_colleagues(page):
    """Count those who sit with somebody of their own body."""
    groups = page.evaluate("state.groups.rows.map((row) => row.members.map((one) => one.key[0]))")
    return sum(len(bodies) - len(set(bodies)) for bodies in groups)


def _take_list(officer, book):
    page = officer.page
    page.wait_for_selector("#roster:not([hidden])")
    page.set_input_files("#file", book)
    officer.clicks += 1
    officer.wait("「この名簿を取り込む」を押してください")
    assert "23団体・46人" in page.text_content("#receipt")
    officer.click("#accept", "取り込みました")
    officer.click("#taken .next")


def _form_groups(officer):
    """Wishes whose own button nobody presses hold all the same; colleagues sit apart."""
    page = officer.page
    officer.choose("列「話したいテーマ」の使い方", "似た人どうし")
    officer.choose("列「担当歴（年）」の使い方", "違う人どうし")
    officer.choose("列「進行役」の使い方", "各グループに分ける")
    officer.click("#separate")
    officer.fill("#first", "県 デジタル改革課")
    officer.click("#wishes .next", "保存しました")
    officer.click("#form", "まだ足していない「県 デジタル改革課」")
    officer.click('nav a[href="#wishes"]')
    officer.fill("#second", "県 市町振興課")
    officer.click('#wish button[value="apart"]', "希望を足しました")
    officer.click("#wishes .next")
    officer.click("#form", "グループを組みました")
    assert page.locator("#broken li").count() == 0
    assert _count_colleagues(page) == 0
    # both numbers stand beside what chance gives: their difference has no such value
    quality = page.text_content("#quality")
    assert quality.count("でたらめに組むと 1") == 2
    assert [entry["role"] for entry in page.evaluate("state.groups.measures")] == [
        "alike", "different",
    ]  # fmt: skip


def _change_at_the_door(officer):
    """Somebody far down cancels, by mouse; another by keys and back; two come in addition."""
    page = officer.page
    officer.member(8).click()
    officer.clicks += 1
    # the buttons for who is pressed are in sight, however far down
    box = page.locator("#cancel").bounding_box()
    assert 0 <= box["y"] <= 768 - box["height"]
    officer.click("#cancel", "欠席にしました")
    officer.member(2).focus()
    page.keyboard.press("Delete")
    officer.wait("欠席にしました")
    assert page.locator("#absent li").count() == 2
    officer.click("#undo", "元に戻しました")
    for body, person, theme in LATE:
        officer.click("#go-late")
        assert page.evaluate("document.activeElement.id") == "late-0"
        officer.fill("#late-0", body)
        officer.fill("#late-1", person)
        page.get_by_label("話したいテーマ", exact=True).fill(theme)
        officer.fields += 1
        officer.click("#late-form button")
        page.wait_for_selector(f"#boards button >> text={person}")
    assert len(officer.seats()) == 47
    assert _count_colleagues(page) == 0


def _print_and_run(officer, folder):
    """Papers, the day, and a record with the agenda of the stage and the next date."""
    page = officer.page
    officer.click("#onward a")
    # what the papers carry is asked above the buttons that print them
    assert "印刷の前に、上で入れてください" in page.text_content("#paper-title")
    officer.fill("#title", TITLE)
    officer.fill("#items", "共同調達を続ける")
    page.evaluate("() => { window.print = () => {}; }")
    officer.click('[data-print="names"]')
    assert page.locator("#print .card .whole").count() == 47
    assert page.text_content("#print .card span").startswith(TITLE)
    with page.expect_download() as download:
        officer.click('[data-file="handout.html"]')
    sheets = Path(download.value.path()).read_text("utf-8")
    # nobody pressed the form's button: what is typed is kept all the same
    assert TITLE in sheets
    # a meeting on something else has no figures of the 20 systems
    assert "20業務" not in sheets
    officer.click("#papers .next")
    assert TITLE in page.text_content("#day-name")
    officer.fill("#what", "照会文を回す")
    officer.click('[data-file="record.docx"]', "まだ足していない「照会文を回す」")
    officer.click("#decide button", "保存しました")
    page.fill("#start", "2027-01-14T14:00")
    officer.fields += 1
    with page.expect_download() as download:
        officer.click('[data-file="record.docx"]')
    download.value.save_as(folder / "record.docx")
    with zipfile.ZipFile(folder / "record.docx") as document:
        text = document.read("word/document.xml").decode()
    for words in (TITLE, "照会文を回す", "2027年1月14日（木）14:00", "グループでの話し合い"):
        assert words in text


def test_a_list_with_parts_and_merged_bodies_is_walked_to_the_next_month(page, room, tmp_path):
    book = tmp_path / "取りまとめ.xlsx"
    _write_book(book)
    room.stage.write_agenda(["開会", "グループでの話し合い"])
    page.goto(room.local_prepare_link)
    officer = prepare.Officer(page)
    _take_list(officer, book)
    _form_groups(officer)
    _change_at_the_door(officer)
    seats = officer.seats()
    _print_and_run(officer, tmp_path)
    # projector and phones call it as the papers do
    assert room.title == TITLE
    officer.click('nav a[href="#groups"]')
    officer.fill("#next-name", prepare.NEXT)
    officer.click("#next button", "いま見ているのは、その会です")
    assert page.evaluate("scrollY") == 0
    assert _count_colleagues(page) == 0
    # what was typed for one meeting does not go into the next
    assert page.input_value("#start") == ""
    following = officer.seats()
    assert following.keys() >= seats.keys()
    with Meeting(tmp_path / "meeting.sqlite", meeting=prepare.NEXT) as meeting:
        assert meeting.carried_decisions()["what"].tolist() == ["照会文を回す"]
    assert page.errors == []
    sys.stdout.write(f"clicks {officer.clicks}, fields {officer.fields}, edits of code 0\n")
    assert (officer.clicks, officer.fields) == (26, 16)


def test_headings_that_nobody_knows_are_chosen_by_what_stands_below(page, room, tmp_path):
    book = tmp_path / "取りまとめ.xlsx"
    _write_book(book, [{"市町・団体名": "どちらから"}.get(text, text) for text in HEADINGS])
    # the sheet with a heading of persons goes before the cover, and no date is a heading
    headings = loaders.list_headings(book)
    assert headings["heading"].tolist()[:2] == ["どちらから", "役職"]
    page.goto(room.local_prepare_link)
    officer = prepare.Officer(page)
    page.wait_for_selector("#roster:not([hidden])")
    page.set_input_files("#file", book)
    officer.wait("直すところが1つあります")
    assert "団体の列がまだ決まっていません" in page.text_content("#faults")
    assert "例: 神戸市、尼崎市" in page.text_content("#roles")
    officer.choose("列「どちらから」の意味", "団体")
    officer.wait("「この名簿を取り込む」を押してください")
    assert "23団体・46人" in page.text_content("#receipt")
    # the field of the browser itself would speak the browser's language
    box = page.locator("#file").bounding_box()
    assert max(box["width"], box["height"]) <= 1
    assert page.errors == []
