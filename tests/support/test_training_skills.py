"""Skills by role, pairs of teachers and learners with consent, and a calendar that Outlook takes in."""

import openpyxl
import pandas as pd
import pytest

import dxkit
from dxkit import loaders
from dxkit.errors import ChoiceError, TableError
from dxkit.support import training

FORM = pd.DataFrame(
    [
        ("28201", "P1", "user", "ai", 3, "はい", "いいえ", "はい"),
        ("28201", "P2", "user", "ai", 1, "いいえ", "はい", "はい"),
        ("28202", "P1", "user", "ai", 2, "はい", "いいえ", "はい"),
        ("28203", "P1", "user", "ai", 0, "いいえ", "はい", "はい"),
        ("28203", "P2", "user", "ai", 1, "いいえ", "はい", "いいえ"),
        ("28203", "P3", "user", "ai", 2, "いいえ", "はい", "はい"),
    ],
    columns=["code", "person", "role", "skill", "level", "teach", "learn", "consent"],
)


def test_a_role_knows_how_many_of_its_people_are_short_of_a_skill():
    table = training.skill_map(FORM, dxkit.load("talent_skills"))
    row = table[(table["role"] == "user") & (table["skill"] == "ai")].iloc[0]
    assert (row["needed"], row["people"], row["able"], row["short"]) == (1, 6, 5, 1)
    assert row["mean_level"] == pytest.approx(9 / 6)
    # nobody is an architect, and the map says so
    assert table.loc[table["role"] == "architect", "people"].tolist() == [0, 0, 0]
    by_code = training.skill_map(FORM, dxkit.load("talent_skills"), by="code")
    own = by_code[(by_code["code"] == "28201") & (by_code["skill"] == "ai")]
    # a mean of fewer than three would be somebody's own mark
    assert own["mean_level"].isna().all()
    with pytest.raises(TableError, match="28201・P1・ai"):
        training.skill_map(pd.concat([FORM, FORM.head(1)]), dxkit.load("talent_skills"))


def test_pairs_are_of_those_who_consent_and_of_a_teacher_who_is_ahead():
    areas = pd.DataFrame({"code": ["28201", "28202", "28203"], "area": ["甲", "乙", "乙"]})
    pairs = training.pair(FORM, areas=areas, learners_each=1)
    # two teachers, three willing learners; the nearest steps of another office win
    assert pairs[["teacher_code", "teacher", "learner_code", "learner"]].to_numpy().tolist() == [
        ["28201", "P1", "28203", "P3"],
        ["28202", "P1", "28201", "P2"],
    ]
    assert (pairs["steps"] >= 1).all()
    assert pairs.attrs["settings"] == {"no_consent": 1, "unpaired": 1}
    both = training.pair(FORM, areas=areas, learners_each=2)
    assert len(both) == 3
    assert not (both["learner"] + both["learner_code"]).eq("P228203").any()
    shuffled = training.pair(FORM.iloc[::-1], areas=areas, learners_each=1)
    pd.testing.assert_frame_equal(pairs, shuffled)
    with pytest.raises(TableError, match="値「たぶん」"):
        training.pair(FORM.assign(consent="たぶん"))


def test_the_form_of_skills_goes_all_the_way(tmp_path):
    rows = FORM.copy()
    rows.attrs = {"made": True, "kind": "made"}
    read = loaders.read_form(loaders.write_form(tmp_path / "a.xlsx", "skill", rows=rows))
    assert len(training.pair(read)) == 3
    assert dxkit.schema.is_made(training.pair(read))
    assert dxkit.schema.is_made(training.skill_map(read, dxkit.load("talent_skills")))


EVENTS = pd.DataFrame(
    {
        "title": ["出前講座, 但馬", "巡回;香美町", "研修"],
        "start": ["2026-10-02 13:30", "2026-10-01", "2026-11-01"],
        "end": ["2026-10-02 15:00", None, "2026-11-02"],
        "place": ["豊岡市役所", None, None],
        "text": ["持ち物:\r\nBEGIN:VEVENT", None, None],
    }
)


def test_a_calendar_holds_each_event_once_and_no_text_becomes_a_line_of_its_own(tmp_path):
    path = training.write_calendar(tmp_path / "year.ics", EVENTS)
    content = path.read_bytes()
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    assert b"\n" not in content.replace(b"\r\n", b"")
    lines = content.decode().replace("\r\n ", "").split("\r\n")
    assert lines.count("BEGIN:VEVENT") == lines.count("END:VEVENT") == 3
    assert "SUMMARY:出前講座\\, 但馬" in lines
    assert "SUMMARY:巡回\\;香美町" in lines
    assert "DESCRIPTION:持ち物:\\nBEGIN:VEVENT" in lines
    assert "DTSTART;TZID=Asia/Tokyo:20261002T133000" in lines
    assert "DTSTART;VALUE=DATE:20261001" in lines
    # whole days end on the day after
    assert lines[lines.index("DTSTART;VALUE=DATE:20261101") + 1] == "DTEND;VALUE=DATE:20261103"
    again = training.write_calendar(tmp_path / "again.ics", EVENTS.iloc[::-1])
    assert again.read_bytes() == content


def test_an_invented_calendar_says_so_and_a_workbook_can_be_written(tmp_path):
    events = EVENTS.copy()
    events.attrs = {"made": True, "kind": "made"}
    text = training.write_calendar(tmp_path / "a.ics", events).read_text(encoding="utf-8")
    assert text.replace("\n ", "").count("（架空データ）") == 4
    book = openpyxl.load_workbook(training.write_calendar(tmp_path / "a.xlsx", events))
    assert book.sheetnames[0] == "予定"
    with pytest.raises(ChoiceError, match=r"\.ics か \.xlsx"):
        training.write_calendar(tmp_path / "a.pdf", events)
    bad = EVENTS.assign(title=["", "b", "c"], start=["あした", *EVENTS["start"][1:]])
    with pytest.raises(TableError, match="2件の問題"):
        training.write_calendar(tmp_path / "b.ics", bad)
    with pytest.raises(TableError, match="終わりが始まりより前"):
        training.write_calendar(tmp_path / "b.ics", EVENTS.assign(end="2026-09-01"))
