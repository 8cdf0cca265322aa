"""The record as offices use it: Word from their own template, a calendar entry, one set of words."""

import datetime as dt
import re
import zipfile
from xml.etree import ElementTree as ET

import pandas as pd
import pytest

import dxkit
from dxkit import reports, schema, store
from dxkit.errors import ChoiceError, TableError

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
PERSONS = pd.DataFrame(
    {
        "code": ["28201", "28201", "県DX課"],
        "person": ["あおき", "いのうえ", "うえだ"],
        "group": [1, 2, 1],
    }
)
HOSTILE = '<w:p>&"]]>{{結果}}{{'


def _body(path):
    with zipfile.ZipFile(path) as package:
        return ET.fromstring(package.read("word/document.xml"))


def _words(path):
    """The text of a document, one line a paragraph."""
    return [
        "".join(text.text or "" for text in paragraph.iter(f"{W}t"))
        for paragraph in _body(path).iter(f"{W}p")
    ]


def _tables(path):
    return [
        [
            ["".join(text.text or "" for text in cell.iter(f"{W}t")) for cell in row.iter(f"{W}tc")]
            for row in table.iter(f"{W}tr")
        ]
        for table in _body(path).iter(f"{W}tbl")
    ]


@pytest.fixture
def meeting(tmp_path):
    with store.Meeting(tmp_path / "m.sqlite", meeting="第1回") as first:
        first.decide("前の宿題", who="県", until="1月末")
    with store.Meeting(tmp_path / "m.sqlite", meeting="第2回") as opened:
        opened.add_round(PERSONS)
        opened.decide("文案を回す", who="県", until=dt.date(2026, 2, 28))
        opened.set_room(
            title="意見交換会", date="2月12日", place="県庁", next_date="5月14日",
            agenda=pd.DataFrame({"part": ["受付"], "minutes": [10]}),
            next_agenda=pd.DataFrame({"part": ["宿題の確認"], "minutes": [20]}),
        )  # fmt: skip
        for client, value in zip("abc", (2, 2, -1), strict=True):
            opened.session.vote(item="共同調達", value=value, client=client)
        opened.session.vote(item="少数", value=-2, client="a")
        opened.session.note(text="人が足りない", title="体制")
        yield opened


def test_a_word_record_holds_every_part(meeting, tmp_path):
    open_words = _words(reports.record(meeting, path=tmp_path / "open.docx"))
    assert "封をした後の記録に載ります。" in open_words
    meeting.session.seal()
    path = reports.record(meeting, path=tmp_path / "a.docx")
    words = _words(path)
    assert "意見交換会　記録" in words
    assert "日時：2月12日" in words
    tables = _tables(path)
    assert tables[0][1:] == [["前の宿題", "県", "1月末", "第1回"]]
    assert tables[1][1:] == [
        ["第1グループ", "姫路市", "あおき"],
        ["第1グループ", "県DX課", "うえだ"],
        ["第2グループ", "姫路市", "いのうえ"],
    ]
    assert tables[2] == [["内容", "分"], ["受付", "10"]]
    assert tables[3] == [
        ["項目", "票", "平均", "反対", "やや反対", "どちらでもない", "やや賛成", "賛成"],
        ["共同調達", "3", "+1.0", "0", "1", "0", "0", "2"],
        ["少数", "1", *["—"] * 6],
    ]
    assert tables[4][1:] == [["体制（1枚）", "・人が足りない"]]
    assert tables[5][1:] == [["文案を回す", "県", "2026-02-28"]]
    assert tables[6][1:] == [["宿題の確認", "20"]]
    codes = meeting.session.receipts()
    assert tables[7][1:] == [
        [item, "　".join(part["receipt"])] for item, part in codes.groupby("item", sort=False)
    ]
    # what was open stands before everything else
    assert words.index("前回までの決定（未完了）") < words.index("１　出席者")


def test_the_same_record_has_the_same_bytes(meeting, tmp_path):
    first, second = (reports.record(meeting, path=tmp_path / name) for name in ("a.docx", "b.docx"))
    assert first.read_bytes() == second.read_bytes()


def test_the_page_holds_the_same_parts(meeting, tmp_path):
    page = reports.record(meeting, path=tmp_path / "a.html").read_text("utf-8")
    for part in (
        "前の宿題",
        "参加した2団体・3人（2グループ）",
        "姫路市 あおき、県DX課 うえだ",
        "宿題の確認",
    ):
        assert part in page
    assert page.index("前回までの決定") < page.index("参加した")
    codes = meeting.session.receipts()["receipt"]
    assert len(codes) == 4
    # the list is printed once no vote can change any more
    assert not [code for code in codes if code in page]
    meeting.session.seal()
    sealed = reports.record(meeting, path=tmp_path / "b.html").read_text("utf-8")
    assert [code for code in codes if code in sealed] == list(codes)


def test_a_record_says_what_is_protected_before_and_after_the_seal(meeting, tmp_path):
    for name, sentence in (("open", "まだ封をしていません"), ("sealed", "封をしました")):
        for kind in ("html", "docx"):
            path = reports.record(meeting, path=tmp_path / f"{name}.{kind}")
            text = path.read_text("utf-8") if kind == "html" else "".join(_words(path))
            assert sentence in text
        meeting.session.seal()


def test_phone_board_workbook_and_record_use_one_set_of_words(meeting, tmp_path):
    words = list(store.VOTE_LABELS.values())
    assert words == ["反対", "やや反対", "どちらでもない", "やや賛成", "賛成"]
    headings = [schema.heading(column) for column in store.VOTE_COLUMNS.values()]
    assert [heading.split("（")[0] for heading in headings] == words
    page = reports.record(meeting, path=tmp_path / "a.html").read_text("utf-8")
    assert "　".join(words) in page
    assert "強く" not in page


def _edit(template, path, change):
    with zipfile.ZipFile(template) as package, zipfile.ZipFile(path, "w") as edited:
        for name in package.namelist():
            content = package.read(name)
            edited.writestr(name, change(content) if name == "word/document.xml" else content)


def test_an_office_may_change_the_template_and_word_may_cut_its_places(meeting, tmp_path):
    template = reports.record_template(tmp_path / "t.docx")
    # as Word writes a place after its spelling was checked, and with a seal's frame of the office's
    cut = (
        '<w:p w:rsidR="00A1"><w:r><w:t>{{</w:t></w:r><w:proofErr w:type="spellStart"/>'
        "<w:r><w:rPr><w:b/></w:rPr><w:t>日時</w:t></w:r><w:r><w:t>}}、{{場所}}にて</w:t></w:r></w:p>"
    )

    def change(content):
        text = content.decode()
        text = text.replace("記録</w:t>", "議事録（決裁）</w:t>")
        return text.replace("<w:sectPr>", f"{cut}<w:p/><w:sectPr>").encode()

    _edit(template, tmp_path / "own.docx", change)
    path = reports.record(meeting, template=tmp_path / "own.docx", path=tmp_path / "a.docx")
    words = _words(path)
    assert "2月12日、県庁にて" in words
    assert "意見交換会　議事録（決裁）" in words
    assert not [line for line in words if "{{" in line]


def test_a_place_that_nothing_is_known_of_and_a_file_that_is_no_template_are_refused(
    meeting, tmp_path
):
    template = reports.record_template(tmp_path / "t.docx")
    _edit(
        template,
        tmp_path / "own.docx",
        lambda content: content.replace("{{次回}}".encode(), "{{知事}}".encode()),
    )
    with pytest.raises(TableError, match=r"own\.docx.*「{{知事}}」"):
        reports.record(meeting, template=tmp_path / "own.docx", path=tmp_path / "a.docx")
    (tmp_path / "bad.docx").write_text("no zip")
    for name in ("bad.docx", "absent.docx"):
        with pytest.raises(TableError, match=r"様式（\.docx）として読めません"):
            reports.record(meeting, template=tmp_path / name, path=tmp_path / "a.docx")
    assert not (tmp_path / "a.docx").exists()
    with pytest.raises(ChoiceError, match=r"\.html か \.docx"):
        reports.record(meeting, path=tmp_path / "a.pdf")
    with pytest.raises(ChoiceError, match="template は Word"):
        reports.record(meeting, template=template, path=tmp_path / "a.html")


def test_text_of_the_meeting_stays_text_in_a_document(tmp_path):
    with store.Meeting(tmp_path / "m.sqlite", meeting=f"会{HOSTILE}") as meeting:
        for client in "abc":
            meeting.session.vote(item=HOSTILE, value=1, client=client)
        meeting.session.note(text=f"{HOSTILE}\n二行目", title=HOSTILE)
        meeting.decide(HOSTILE)
        path = reports.record(meeting, path=tmp_path / "a.docx")
    tables = _tables(path)
    assert tables[0][1][0] == HOSTILE
    assert [cell for table in tables for row in table for cell in row].count(HOSTILE) == 2
    assert f"会{HOSTILE}　記録" in _words(path)


def test_an_invented_meeting_is_marked_in_a_document(tmp_path):
    with store.Meeting(tmp_path / "m.sqlite", meeting="練習") as meeting:
        store.practise(meeting.session, ["x"], voters=5)
        words = _words(reports.record(meeting, path=tmp_path / "a.docx"))
    assert words[0] == f"{schema.MADE_MARK}を含みます"


def test_an_empty_meeting_has_a_document_with_rows_to_write_on(tmp_path):
    with store.Session(tmp_path / "m.sqlite") as session:
        path = reports.record(session, path=tmp_path / "a.docx")
    assert _tables(path)[0][1:] == [["", "", ""]] * 3
    assert "投票はありませんでした。" in _words(path)


# the calendar


def test_a_calendar_entry_is_what_the_standard_asks_for(tmp_path):
    path = reports.calendar_entry(
        "2026-05-14 14:00", minutes=90, title="第2回; 意見交換会, DX", place="県庁2号館\n会議室",
        note="宿題" * 60, path=tmp_path / "a.ics",
    )  # fmt: skip
    content = path.read_bytes()
    lines = content.split(b"\r\n")
    assert lines[-1] == b""
    assert max(map(len, lines)) <= 75
    assert b"\n" not in content.replace(b"\r\n", b"")
    whole = content.replace(b"\r\n ", b"").decode().split("\r\n")
    # 14:00 in Japan is 5:00 UTC
    assert "DTSTART:20260514T050000Z" in whole
    assert "DTEND:20260514T063000Z" in whole
    assert "SUMMARY:第2回\\; 意見交換会\\, DX" in whole
    assert "LOCATION:県庁2号館\\n会議室" in whole
    assert f"DESCRIPTION:{'宿題' * 60}" in whole
    again = reports.calendar_entry(
        dt.datetime(2026, 5, 14, 14), title="第2回; 意見交換会, DX", path=tmp_path / "b.ics"
    )
    uid = re.search(r"UID:\S+", content.decode())[0]
    assert uid in again.read_text("utf-8")


@pytest.mark.parametrize("start", ["5月ごろ", "2026-05-14", None, "", "2026-13-01 10:00", pd.NaT])
def test_a_beginning_that_is_no_date_and_time_is_refused(start, tmp_path):
    with pytest.raises(ChoiceError, match="日時として読めません"):
        reports.calendar_entry(start, path=tmp_path / "a.ics")


def test_the_workbook_prints_as_it_is(meeting, tmp_path):
    import openpyxl

    book = openpyxl.load_workbook(meeting.session.export(tmp_path / "a.xlsx"))
    for sheet in book:
        assert sheet.page_setup.paperSize == 9
        assert sheet.page_setup.fitToHeight in (0, None)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.print_title_rows == "$1:$1"
        assert all(cell.alignment.wrap_text for row in sheet for cell in row)
        widths = [column.width for column in sheet.column_dimensions.values()]
        assert all(8 <= width <= 48 for width in widths)
    assert dxkit.schema.is_made(meeting.session.results()) is False
