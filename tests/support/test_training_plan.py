"""The menu is the package's, a plan keeps the cycle's order, and a funnel says nothing about anybody."""

from pathlib import Path

import pandas as pd
import pytest

import dxkit
from dxkit.errors import ChoiceError, TableError
from dxkit.support import training

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / ".." / "shared" / "seeds" / "000_0b6430c55e6918c0.txt"
COURSES, TOPICS = dxkit.load("courses"), dxkit.load("topics")


def test_the_menu_holds_seven_items_four_lectures_and_the_video_courses_in_terms():
    assert sorted(COURSES["item"].unique()) == [1, 2, 3, 4, 5, 6, 7]
    assert COURSES.query("item == 4")["said"].tolist() == [
        "地域DX基礎",
        "カイゼンDX",
        "データ利活用",
        "地域社会DX",
    ]
    assert (
        COURSES.loc[COURSES["label"].str.startswith("e-JINZAI"), "said"]
        .str.contains("クール")
        .all()
    )
    assert set(COURSES["page"].astype(str)) == {"9"}
    assert COURSES["status"].str.contains("検討・調整中").all()


def test_each_stage_needs_the_one_before():
    needs = COURSES.drop_duplicates("stage").set_index("stage")["needs"]
    assert needs.fillna("").to_dict() == {"know": "", "try": "know", "teach": "try"}


def test_topics_of_courses_sessions_and_items_of_the_hearing_are_known():
    known = set(TOPICS["topic"])
    assert {topic for cell in COURSES["topics"] for topic in cell.split()} <= known
    assert set(dxkit.load("course_sessions")["topic"]) == known
    items = {item for cell in TOPICS["items"] for item in cell.split()}
    assert items <= set(dxkit.load("indicators_hearing")["indicator"])


@pytest.mark.skipif(not DOCUMENT.exists(), reason="資料の置き場所 ../shared/seeds がない")
def test_what_a_course_is_said_to_be_stands_in_the_document():
    text = "".join(DOCUMENT.read_text(encoding="utf-8").split())
    missing = [said for said in COURSES["said"] if "".join(said.split()) not in text]
    assert missing == []
    subjects = dxkit.load("liaison_curriculum")["lesson"].unique()
    assert [subject for subject in subjects if subject not in text] == []


def test_the_liaisons_four_subjects_are_mapped_to_notebooks_that_exist():
    table = dxkit.load("liaison_curriculum")
    assert table["order"].unique().tolist() == [1, 2, 3, 4]
    assert table["lesson"].nunique() == 4
    mapped = table["notebook"].dropna()
    assert [name for name in mapped if not (ROOT / "notebooks" / name).exists()] == []
    # two and more for each subject; what has no notebook says so
    assert (table.dropna(subset=["notebook"]).groupby("order").size() >= 2).all()
    assert table[table["notebook"].notna()]["order"].nunique() == 4
    assert table.loc[table["notebook"].isna(), "exercise"].str.contains("まだない").all()
    assert table[table["notebook"].notna()]["order"].nunique() == 4


def gaps():
    return pd.DataFrame(
        {
            "code": ["28209"] * 4 + ["28222"],
            "topic": ["data", "dx", "community", "ai", "dx"],
            "gap": [2.0, 1.0, 3.0, 0.0, 0.5],
        }
    )


def test_a_plan_takes_the_greatest_gaps_through_the_stages_in_order():
    table = training.plan(gaps(), COURSES, topics=TOPICS, max_topics=2)
    toyooka = table[table["code"] == "28209"]
    assert toyooka["topic"].tolist() == ["community"] * 3 + ["data"] * 3
    assert toyooka["stage"].tolist() == ["know", "try", "teach"] * 2
    assert toyooka["order"].tolist() == [1, 2, 3, 4, 5, 6]
    assert table[table["code"] == "28222"]["course"].tolist() == [
        "e_jinzai_practice",
        "blended",
        "lecture_dx",
    ]
    # the menu has no session in which community DX is tried out: the plan says so
    assert toyooka["course"].iloc[1] == ""
    assert "この段階の講座が一覧にない" in toyooka["reason"].iloc[1]
    assert table.attrs["settings"]["missing"] == 1


def test_what_is_done_is_not_planned_again_and_a_later_stage_counts_the_earlier():
    done = pd.DataFrame({"code": ["28222"], "topic": ["dx"], "stage": ["try"]})
    table = training.plan(gaps(), COURSES, done=done).query("code == '28222'")
    assert table["stage"].tolist() == ["teach"]


def test_no_gap_no_plan():
    assert training.plan(gaps().assign(gap=0.0), COURSES).empty


def records():
    rows = [(f"p{at}", "dx", "know") for at in range(20)]
    rows += [(f"p{at}", "dx", "try") for at in range(12)]
    rows += [(f"p{at}", "dx", "teach") for at in range(6)]
    rows += [("q1", "ai", "know"), ("q2", "ai", "know")]
    return pd.DataFrame(rows, columns=["learner", "topic", "stage"])


def test_a_funnel_counts_stages_and_names_nobody():
    table = training.funnel(records(), by=["topic"])
    dx = table[table["topic"] == "dx"]
    assert dx["count"].tolist() == [20, 12, 6]
    assert dx["share"].tolist() == [1.0, 0.6, 0.3]
    assert "learner" not in table
    assert not any("p1" in str(cell) for cell in table.to_numpy().ravel())


def test_small_counts_and_small_differences_are_left_empty():
    table = training.funnel(records(), by=["topic"], min_count=3)
    ai = table[table["topic"] == "ai"]
    assert ai["hidden"].all()
    assert ai["count"].isna().all()
    near = records().query("topic == 'dx'")
    more = pd.DataFrame(
        [(f"p{at}", "dx", "try") for at in range(12, 19)], columns=["learner", "topic", "stage"]
    )
    found = training.funnel(pd.concat([near, more]), min_count=3)
    # 20 and 19: who is missing would be known
    assert found["hidden"].tolist() == [False, True, False]


def test_a_stage_without_the_one_before_is_refused_by_row_and_never_by_person():
    odd = pd.DataFrame({"learner": ["secret"], "topic": ["dx"], "stage": ["teach"]})
    with pytest.raises(
        TableError, match="1行目 列「stage」 値「teach」: 前の段階の記録がありません"
    ) as raised:
        training.funnel(odd)
    assert "secret" not in str(raised.value)
    with pytest.raises(ChoiceError, match="個人ごとの集計は出しません"):
        training.funnel(records(), by=["learner"])


def test_the_funnel_of_the_seats_is_that_of_their_table():
    found = training.seats(
        dxkit.load("applicants_example"), dxkit.load("course_sessions"), deterministic_limit=2
    )
    table = training.funnel(found.table)
    assert table["count"].iloc[-1] == found.compare["cycles"].iloc[-1]
