"""Sheets of a meeting: every group once, figures as published, a code that leads to the vote, and no word of a table is ever run."""

import re
import types
import xml.etree.ElementTree as ET

import pandas as pd
import pytest
from test_profile import HOSTILE, sheets, words, written

import dxkit
from dxkit import reports, store
from dxkit.errors import ChoiceError, TableError

TOWNS = dxkit.load("municipalities")
PWN = '"><script>window.__pwned=1</script><img src=x onerror="window.__pwned=1">'


@pytest.fixture(scope="module")
def groups():
    return pd.DataFrame({"code": TOWNS["code"], "group": [1 + at % 7 for at in range(len(TOWNS))]})


@pytest.fixture(scope="module")
def plain(groups, tmp_path_factory):
    return written(reports.handout(groups, path=tmp_path_factory.mktemp("plain") / "a.html"))


@pytest.fixture(scope="module")
def two():
    return pd.DataFrame({"code": ["28209", "28585", "28100"], "group": ["甲", "甲", "乙"]})


@pytest.fixture
def session(tmp_path):
    with store.Session(tmp_path / "a.sqlite") as opened:
        yield opened


def test_every_group_has_one_sheet_and_every_municipality_stands_on_its_own(groups, plain):
    pages = sheets(plain)
    assert len(pages) == 7
    for number, sheet in enumerate(pages, start=1):
        said = words(sheet)
        assert f"第{number}グループ" in said
        mine = set(groups.loc[groups["group"] == number, "code"])
        named = {
            code
            for code, name in TOWNS[["code", "name"]].to_numpy()
            if re.search(rf">{name}</td>", sheet)
        }
        assert named == mine


def test_the_figures_are_the_published_ones_and_the_caution_stands_on_every_sheet(groups, plain):
    pages = sheets(plain)
    progress = dxkit.load("progress")
    for sheet in pages:
        assert "移行を終えたシステムの割合ではありません" in words(sheet)
        assert "2026年1月" in words(sheet)
    toyooka = next(sheet for sheet in pages if ">豊岡市</td>" in sheet)
    row = re.search(r"<tr><td[^>]*>豊岡市</td>.*?</tr>", toyooka).group()
    share = progress.loc[progress["code"] == "28209", "share_done"].mean()
    assert f"{share:.0%}" in row
    assert "77,489人" in row
    assert "20/20" in row
    assert "18件" in row


def test_the_code_leads_to_the_vote_and_is_drawn_inside_the_page(groups, plain, tmp_path):
    address = {number: f"http://127.0.0.1:8000/?t={number}" for number in range(1, 8)}
    pages = sheets(written(reports.handout(groups, url=address, path=tmp_path / "a.html")))
    for number, sheet in enumerate(pages, start=1):
        drawn = re.findall(r"<svg[^>]*>.*?</svg>", sheet, flags=re.S)
        assert any("QRコード" in each for each in drawn)
        assert address[number] in words(sheet)
    assert "QRコード" not in plain


def test_the_code_is_one_that_a_reader_would_read(two, tmp_path):
    import segno

    source = written(
        reports.handout(two, url="http://127.0.0.1:8000/?code=ABCD-1234", path=tmp_path / "a.html")
    )
    code = re.search(r'<div class="code">(<svg.*?</svg>)', source, flags=re.S).group(1)
    drawing = ET.fromstring(code)
    side = float(drawing.get("viewBox").split()[2])
    assert (
        side
        == segno.make("http://127.0.0.1:8000/?code=ABCD-1234", error="m", micro=False).symbol_size(
            border=4
        )[0]
    )
    assert not [
        each for each in drawing.iter() if each.tag.endswith(("script", "image", "foreignObject"))
    ]


@pytest.mark.parametrize("address", ["javascript:alert(1)", "ftp://a", "data:text/html,a"])
def test_an_address_that_is_no_web_page_is_refused(two, address, tmp_path):
    with pytest.raises(ChoiceError, match="http"):
        reports.handout(two, url=address, path=tmp_path / "a.html")


@pytest.mark.parametrize(("typed", "read"), HOSTILE.items())
def test_what_a_table_says_is_only_ever_read(two, typed, read, tmp_path):
    members = pd.DataFrame({"code": TOWNS["code"], "name": typed[:20], "vendor": typed[:20]})
    reasons = dict.fromkeys(["甲", "乙"], typed)
    source = written(
        reports.handout(
            two, members=members, show=["vendor"], reasons=reasons, questions=[typed], title=typed[:30], date=typed[:20],
            url=f"http://127.0.0.1/{PWN}", path=tmp_path / "a.html",
        )
    )  # fmt: skip
    assert "<script" not in source
    assert "<img src=x" not in source
    assert read in words(source)


def test_columns_of_the_members_are_shown_and_invented_ones_are_marked(groups, tmp_path):
    vendors = dxkit.load("vendors_example").drop_duplicates("code")
    source = written(
        reports.handout(groups, members=vendors, show=["vendor"], path=tmp_path / "a.html")
    )
    assert source.count("架空データを含みます") == 7
    assert "事業者" in words(source)
    assert "<td>甲社</td>" in source


@pytest.mark.parametrize(
    ("attrs", "mark"),
    [
        ({"made": True}, "架空データ"),
        ({"kind": "made"}, "架空データ"),
        ({"kind": "estimated"}, "推計"),
    ],
)
def test_invented_or_estimated_groups_mark_every_sheet_whatever_object_holds_them(
    two, tmp_path, attrs, mark
):
    marked = two.copy()
    marked.attrs = dict(attrs)
    for groups in (marked, types.SimpleNamespace(table=marked)):
        reasons = dict.fromkeys(["甲", "乙"], "近い")
        source = written(reports.handout(groups, reasons=reasons, path=tmp_path / "a.html"))
        assert source.count(f"{mark}を含みます") == 2
        assert f"配布資料（{mark}を含む）</title>" in source


def test_invented_groups_or_decisions_mark_the_record_and_an_example_of_an_agenda_does_not(
    session, two, tmp_path
):
    agenda, decided = dxkit.load("meeting_agenda"), pd.DataFrame({"what": ["会う"]})
    assert agenda.attrs["made"] is True
    options = {"groups": two, "agenda": agenda, "decisions": decided, "path": tmp_path / "a.html"}
    assert "架空" not in written(reports.record(session, **options))
    for name in ("groups", "decisions"):
        table = options[name].copy()
        table.attrs = {"kind": "made"}
        source = written(reports.record(session, **(options | {name: table})))
        assert '<p class="made">架空データを含みます</p>' in source


def test_old_keywords_still_work_for_one_release(session, two, tmp_path):
    with pytest.warns(FutureWarning, match="handout の to= は path= "):
        assert reports.handout(two, to=tmp_path / "a.html").is_file()
    with pytest.warns(FutureWarning, match="record の to= は path= "):
        assert reports.record(session, to=tmp_path / "b.html").is_file()


def test_questions_are_those_given_or_one_of_each_theme(groups, plain, tmp_path):
    assert "架空" not in plain
    said = words(plain)
    firsts = dxkit.load("meeting_questions").drop_duplicates("theme")
    assert len(firsts) == 5
    assert all(question in said for question in firsts["question"])
    own = {1: ["だれに聞きますか。"], 2: ["いつ決めますか。"]}
    first, second, third = sheets(
        written(reports.handout(groups, questions=own, path=tmp_path / "a.html"))
    )[:3]
    assert "だれに聞きますか。" in words(first)
    assert "いつ決めますか。" in words(second)
    assert "か。" not in words(third)


@pytest.mark.parametrize(
    ("options", "is_shown"),
    [
        ({}, True),
        ({"questions": ["研修を共同で開く"]}, False),
        ({"questions": ["研修を共同で開く"], "title": "ｼｽﾃﾑ標準化の会"}, True),
        ({"questions": {"甲": ["ガバメント\nクラウドの費用"], "乙": []}}, True),
        ({"questions": pd.DataFrame({"theme": ["システム移行"], "question": ["いつか"]})}, True),
        ({"questions": ["標準化"], "systems": False}, False),
        ({"questions": ["研修を共同で開く"], "systems": True}, True),
    ],
)
def test_the_twenty_systems_are_shown_where_the_meeting_is_about_them(
    two, tmp_path, options, is_shown
):
    source = written(reports.handout(two, path=tmp_path / "a.html", **options))
    for sheet in sheets(source):
        text = words(sheet)
        for part in (
            "20業務の進み具合",
            "終えた手順",
            "特定移行",
            "移行を終えたシステムの割合では",
        ):
            assert (part in text) is is_shown
        # people and area stand on every sheet, with their source
        assert "人口" in text
        assert "出典: ［人口・世帯・面積］" in text
    row = re.search(r"<tr><td[^>]*>豊岡市</td>.*?</tr>", source).group()
    assert row.count("<td") == (6 if is_shown else 3)


def test_groups_that_cannot_be_printed_say_what_is_wrong(two, tmp_path):
    with pytest.raises(TableError, match="99999"):
        reports.handout(two.assign(code="99999").head(1), path=tmp_path / "a.html")
    with pytest.raises(TableError, match="2つのグループに同じ市町"):
        reports.handout(pd.concat([two, two.head(1)]), path=tmp_path / "a.html")
    with pytest.raises(TableError, match="group"):
        reports.handout(two[["code"]], path=tmp_path / "a.html")
    with pytest.raises(TableError, match="グループ分け の表に行がありません"):
        reports.handout(two.head(0), path=tmp_path / "a.html")
    with pytest.raises(ChoiceError, match="vendor"):
        reports.handout(two, members=TOWNS, show=["vendor"], path=tmp_path / "a.html")
    with pytest.raises(ChoiceError, match="members"):
        reports.handout(two, show=["vendor"], path=tmp_path / "a.html")
    with pytest.raises(TableError, match="question"):
        reports.handout(two, questions=pd.DataFrame({"q": ["a"]}), path=tmp_path / "a.html")
    assert not (tmp_path / "a.html").exists()


def test_the_same_groups_give_the_same_bytes_and_are_not_altered(two, tmp_path):
    before = two.copy()
    first, second = (
        reports.handout(two, path=tmp_path / name).read_bytes() for name in ("a.html", "b.html")
    )
    assert first == second
    pd.testing.assert_frame_equal(two, before)


def test_the_record_holds_votes_cards_choices_and_decisions(session, groups, tmp_path):
    for client in range(5):
        session.vote(item="共同の文字同定", value=2 if client else -1, client=str(client))
        session.vote(item="費用の比較表", value=0, client=str(client))
        session.choose(item="次の会", option="対面", client=str(client))
    session.note(text="外字が残っている", group="字", title="文字")
    session.note(text="まだ分からない")
    decided = [{"what": "作業の日を決める", "who": "県", "until": "3月"}]
    made = reports.record(
        session,
        groups=groups,
        agenda=dxkit.load("meeting_agenda"),
        decisions=decided,
        date="2月12日",
        path=tmp_path / "a.html",
    )
    source = written(made)
    said = words(source)
    for part in (
        "+1.4",
        "0 / 1 / 0 / 0 / 4",
        "文字（1枚）",
        "まとめていないカード（1枚）",
        "作業の日を決める",
        "参加した41団体（7グループ）",
        "対面",
        "ケンドールのW",
    ):
        assert part in said
    assert said.index("共同の文字同定") < said.index("費用の比較表")


def test_votes_of_one_or_two_are_not_broken_down(session, tmp_path):
    for client in ("1", "2"):
        session.vote(item="秘密", value=-2, client=client)
        session.choose(item="選択", option="あれ", client=client)
    said = words(written(reports.record(session, path=tmp_path / "a.html")))
    assert "票が少ないため載せません" in said
    assert "−2.0" not in said
    assert "2 / 0 / 0 / 0 / 0" not in said


def test_an_empty_meeting_has_a_record_with_lines_to_write_on(session, tmp_path):
    source = written(reports.record(session, path=tmp_path / "a.html"))
    assert "投票はありませんでした" in words(source)
    assert 'class="lines"' in source


@pytest.mark.parametrize(
    ("typed", "read"), [pair for pair in HOSTILE.items() if "\ud800" not in pair[0]]
)
def test_a_script_in_a_note_or_an_item_shows_as_text_in_the_record(session, typed, read, tmp_path):
    session.note(text=typed, group=typed[:20], title=typed[:20])
    for client in "123":
        session.vote(item=typed, value=1, client=client)
        session.choose(item=typed, option=typed, client=client)
    source = written(
        reports.record(
            session, title=typed[:30], decisions=[{"what": typed}], path=tmp_path / "a.html"
        )
    )
    assert "<script" not in source
    assert "<img src=x" not in source
    assert words(source).count(read) >= 3


def test_no_client_is_named_in_the_record(session, tmp_path):
    for client in ("phone-of-mayor", "b", "c"):
        session.vote(item="項目", value=2, client=client)
        session.note(text="札", client=client)
    assert "phone-of-mayor" not in written(reports.record(session, path=tmp_path / "a.html"))


def test_tables_without_their_columns_are_named(session, tmp_path):
    with pytest.raises(TableError, match="minutes"):
        reports.record(session, agenda=pd.DataFrame({"part": ["a"]}), path=tmp_path / "a.html")
    with pytest.raises(TableError, match="what"):
        reports.record(session, decisions=[{"who": "県"}], path=tmp_path / "a.html")


def test_the_profile_gives_points_to_talk_about_that_its_own_figures_bear_out(tmp_path):
    said = words(written(reports.profile("28209", path=tmp_path / "a.html")))
    assert "対話のための論点" in said
    assert "20業務の平均が32%で、全体の平均75%より43ポイント低い" in said
    ahead = words(written(reports.profile("28446", path=tmp_path / "b.html")))
    assert "先に進んだ経験を、ほかの市町に話してもらえるか" in ahead
