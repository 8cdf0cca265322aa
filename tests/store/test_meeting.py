"""A meeting stays on disk: reopened it is all there, and what is run again changes nothing."""

import datetime as dt
import os
import sqlite3
import subprocess
import sys
import textwrap

import pandas as pd
import pytest

import dxkit
from dxkit import groups
from dxkit.errors import ChoiceError, TableError
from dxkit.store import Meeting, Session, is_practice, practise

PERSONS = pd.DataFrame(
    {
        "code": ["姫路市", "姫路市", "県DX課", "A社", "尼崎市", "明石市"],
        "person": ["あおき", "いのうえ", "うえだ", "えぐち", "おか", "かとう"],
        "people": [9, 9, None, None, 8, 7],
        "leads": [True, False, False, False, True, False],
        "joined": [dt.date(2026, 4, 1), None, None, None, None, pd.Timestamp("2025-01-06")],
    }
)


@pytest.fixture
def meeting(url):
    with Meeting(url, meeting="第1回") as opened:
        yield opened


def _fill(meeting):
    """Everything that a meeting is prepared with and ends with; returns how much it changed."""
    changes = [
        meeting.add_bodies(pd.DataFrame({"code": ["姫路市", "A社"], "kind": ["市", "事業者"]})),
        meeting.add_persons(PERSONS),
        meeting.wish(
            together=[("姫路市", "尼崎市"), [("A社", "えぐち"), "県DX課", "明石市"]],
            apart=[("A社", "姫路市")],
        ),
        meeting.add_round(
            pd.DataFrame({"code": ["姫路市", "A社"], "person": ["あおき", "えぐち"], "group": [1, 2]})
        ),
        meeting.add_history(pd.DataFrame({"round": 1, "group": [1, 1], "code": ["姫路市", "尼崎市"]})),
        meeting.add_items(["共同調達", "研修"]),
        meeting.decide("文案を回す", who="県", until=dt.date(2026, 2, 28)),
        meeting.set_room(
            date="2月12日", seats=46, network=True, start=pd.Timestamp("2026-02-12 14:00"),
            agenda=pd.DataFrame({"part": ["受付", "話す"], "minutes": [10, 50]}),
        ),
    ]  # fmt: skip
    return changes


def _read(meeting):
    return [
        *(table.to_csv() for table in (
            meeting.bodies(), meeting.persons(), meeting.rounds(), meeting.history(before=9),
            meeting.decisions(), meeting.room()["agenda"],
        )),
        meeting.wishes(), meeting.items(),
        {name: value for name, value in meeting.room().items() if name != "agenda"},
    ]  # fmt: skip


def test_reopening_brings_everything_back_and_running_again_writes_nothing_twice(meeting, url):
    assert _fill(meeting) == [2, 6, 3, 1, 1, 2, 1, 5]
    before = _read(meeting)
    assert _fill(meeting) == [0] * 8
    assert _read(meeting) == before
    with Meeting(url, meeting="第1回") as again:
        assert _read(again) == before
        assert _fill(again) == [0] * 8


def test_what_comes_back_is_what_was_given(meeting):
    _fill(meeting)
    persons = meeting.persons()
    assert persons.columns.tolist() == PERSONS.columns.tolist()
    pd.testing.assert_frame_equal(
        persons.drop(columns="joined"), PERSONS.drop(columns="joined"), check_dtype=False
    )
    assert persons["joined"].tolist()[::5] == [
        pd.Timestamp("2026-04-01"),
        pd.Timestamp("2025-01-06"),
    ]
    # persons' bodies are bodies, too, and what was known of them stays
    assert meeting.bodies()["code"].tolist() == ["姫路市", "A社", "県DX課", "尼崎市", "明石市"]
    assert meeting.bodies()["kind"].tolist()[:2] == ["市", "事業者"]
    assert meeting.room()["start"] == pd.Timestamp("2026-02-12 14:00")
    assert meeting.room()["network"] is True
    assert meeting.decisions().to_dict("records") == [
        {
            "what": "文案を回す",
            "who": "県",
            "until": "2026-02-28",
            "done": False,
            "meeting": "第1回",
        }
    ]


def test_groups_take_what_a_meeting_gives(meeting):
    _fill(meeting)
    formed = groups.form(meeting.persons(), size=(2, 4), places=False, **meeting.wishes())
    seats = formed.table.set_index(["code", "person"])["group"]
    assert seats["姫路市"].tolist() + seats["尼崎市"].tolist() == [seats["尼崎市"].iloc[0]] * 3
    assert seats["A社"].iloc[0] == seats["県DX課"].iloc[0] == seats["明石市"].iloc[0]
    meeting.add_round(formed)
    pd.testing.assert_frame_equal(
        meeting.rounds()[["code", "person", "group"]], formed.table[["code", "person", "group"]]
    )


def test_a_list_that_changed_changes_only_what_differs(meeting):
    _fill(meeting)
    newer = PERSONS.assign(people=[10, 9, None, None, 8, 7])
    assert meeting.add_persons(newer) == 1
    assert meeting.add_persons(newer.head(4), replace=True) == 2
    assert meeting.persons()["person"].tolist() == PERSONS["person"].tolist()[:4]
    assert meeting.add_items(["研修", "共同調達"], replace=True) == 2
    assert meeting.items() == ["研修", "共同調達"]
    assert meeting.decide("文案を回す", who="市町") == 1
    assert len(meeting.decisions()) == 1


def test_a_round_planned_again_gives_way_and_the_last_one_counts(meeting):
    first = groups.form(list("abcdef"), size=3)
    assert meeting.add_round(first) == 1
    mended = groups.replan(groups.form(list("abcdef"), size=(2, 3)), absent="f")
    for _ in range(2):
        # run again from the top: the plan before the cancellation, then the one after it
        meeting.add_round(first)
        meeting.add_round(mended)
        assert len(meeting.rounds()) == 5
    assert meeting.rounds()["round"].unique().tolist() == [1]


def test_next_month_knows_who_has_met_and_what_is_open(meeting, url):
    members = list("abcdefgh")
    meeting.add_round(groups.form(members, size=4))
    meeting.decide("一つ目", who="県", until="3月")
    meeting.decide("二つ目", done=True)
    with Meeting(url, meeting="第2回") as later:
        assert later.list_earlier() == ["第1回"]
        assert later.carried_decisions()["what"].tolist() == ["一つ目"]
        planned = [
            groups.next_round(members, later.history(), size=2, seed=1) for _ in range(2)
            if later.add_round(groups.next_round(members, later.history(), size=2, seed=1)) < 2
        ]  # fmt: skip
        # the plan that is kept does not change the plan that is made again
        pd.testing.assert_frame_equal(planned[0].table, planned[1].table)
        assert planned[0].settings["repeats"] == 0
        assert len(later.history()) == 8
        assert later.history(before=2)["round"].unique().tolist() == [1, 2]
        assert later.finish("一つ目") == 1
        assert later.carried_decisions().empty
    assert meeting.decisions()["done"].all()
    # the first meeting is not behind the second
    assert meeting.list_earlier() == []


def test_practice_stands_apart_by_its_name(url):
    assert [is_practice(name) for name in ("練習", "練習 2月", "意見交換会")] == [True, True, False]
    with Meeting(url, meeting="練習") as trial, Meeting(url, meeting="本番") as real:
        trial.add_round(groups.form(list("abcd"), size=2))
        real.add_items(["x"])
        assert real.history().empty
        assert real.list_earlier() == []
        assert trial.rounds().attrs["made"]
        assert "made" not in real.rounds().attrs
        with pytest.raises(ChoiceError, match="「本番」には架空の票を入れられません"):
            practise(real.session, ["x"])
        for _ in range(2):
            practise(trial.session, ["x", "y"], voters=5, cards=["人が足りない"])
        assert trial.session.count() == 11
        assert real.session.count() == 0
        for table in (trial.session.results(), trial.session.notes(), trial.session.history()):
            assert table.attrs["made"]
        agreement = trial.session.agreement()
        assert agreement.to_frame().attrs["made"]
        trial.session.seal()
        assert trial.session.agreement().to_frame().attrs["made"]


def test_invented_members_come_back_invented(meeting, url):
    made = PERSONS.copy()
    made.attrs = {"made": True, "kind": "made"}
    meeting.add_persons(made)
    with Meeting(url, meeting="第1回") as again:
        assert again.persons().attrs["made"]
        assert again.bodies().attrs["made"]
        assert groups.form(again.persons(), size=3, places=False).table.attrs["made"]


def test_all_faults_of_a_list_come_at_once_and_nothing_is_written(meeting):
    wrong = pd.DataFrame({"code": ["a", "a", "", "b"], "person": ["x", "x", "y", "z"]})
    with pytest.raises(TableError) as error:
        meeting.add_persons(wrong)
    assert [fault.row for fault in error.value.faults] == [3, 2]
    assert meeting.persons().empty
    with pytest.raises(TableError, match="列 person に氏名"):
        meeting.add_persons(["a", "a"])
    with pytest.raises(TableError, match="code"):
        meeting.add_persons(pd.DataFrame({"団体": ["a"]}))
    with pytest.raises(ChoiceError, match="2者以上"):
        meeting.wish(together=[("a",)])
    with pytest.raises(ChoiceError, match="2者以上"):
        meeting.wish(apart=["ab"])
    with pytest.raises(ChoiceError, match="number=0"):
        meeting.add_round(groups.form(list("abcd"), size=2), number=0)
    with pytest.raises(ChoiceError, match="決まったこと"):
        meeting.decide("")
    with pytest.raises(ChoiceError, match="という決定はありません"):
        meeting.finish("ない")


def test_a_meeting_killed_while_it_writes_holds_what_was_answered(tmp_path):
    script = textwrap.dedent(
        """
        import os, sys
        from dxkit.store import Meeting
        meeting = Meeting(sys.argv[1], meeting="第1回")
        for number in range(5):
            meeting.decide(f"決定{number}")
        os._exit(9)
        """
    )
    path = tmp_path / "m.sqlite"
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)], env=os.environ, timeout=120, check=False
    )
    assert done.returncode == 9
    with Meeting(path, meeting="第1回") as meeting:
        assert meeting.decisions()["what"].tolist() == [f"決定{number}" for number in range(5)]


def test_a_store_without_the_meetings_table_gains_it_and_keeps_its_votes(tmp_path):
    path = tmp_path / "m.sqlite"
    with Session(path) as session:
        session.vote(item="x", value=1, client="a")
    base = sqlite3.connect(path)
    base.execute("DROP TABLE dxkit_meeting_rows")
    base.commit()
    base.close()
    with Meeting(path) as meeting:
        assert meeting.decide("a") == 1
        assert meeting.session.results()["votes"].tolist() == [1]


def test_the_list_of_persons_stands_in_no_row_with_a_ballot(meeting):
    _fill(meeting)
    for client in PERSONS["person"]:
        meeting.session.vote(item="共同調達", value=1, client=client)
    meeting.session.seal()
    assert _fill(meeting) == [0] * 8
    assert meeting.session.digest().intact
    entries = meeting.session.history().to_csv()
    assert not [name for name in PERSONS["person"] if name in entries]


def test_text_of_a_meeting_is_inert_in_a_shown_table(meeting):
    meeting.add_persons(pd.DataFrame({"code": ["<script>alert(1)</script>"], "person": ["$x$"]}))
    assert "<script>" not in dxkit.show(meeting.persons())._repr_html_()
