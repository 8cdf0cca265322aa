"""Consultations have an owner, a due day and an age; questions find their field; news is others', never one's own."""

from pathlib import Path

import pandas as pd
import pytest

import dxkit
from dxkit import loaders
from dxkit.errors import ChoiceError, TableError
from dxkit.support import liaison

LOG = pd.DataFrame(
    [
        ("1", "2026-10-01", "受付", "28201", "甲", "2026-10-10", "外字の進め方"),
        ("1", "2026-10-05", "引継ぎ", None, "乙", None, "分野リエゾンへ"),
        ("2", "2026-10-02", "受付", "28202", "甲", "2026-10-30", "見積り"),
        ("2", "2026-10-09", "完了", None, None, None, "回答した"),
        ("2", "2026-10-12", "再開", None, None, None, "追加の質問"),
        ("3", "2026-10-03", "受付", "28203", "丙", None, None),
        ("3", "2026-10-03", "完了", None, None, None, None),
    ],
    columns=["case", "at", "event", "code", "owner", "due", "text"],
)


def test_a_case_is_summed_up_with_owner_age_delay_and_history():
    table = liaison.cases(LOG, today="2026-10-20").set_index("case")
    assert table.index.tolist() == ["1", "2", "3"]
    assert table["state"].tolist() == ["open", "open", "done"]
    assert table["owners"].to_dict() == {"1": "甲→乙", "2": "甲", "3": "丙"}
    assert table["age_days"].to_dict() == {"1": 19, "2": 18, "3": 0}
    assert table["overdue_days"].to_dict() == {"1": 10, "2": 0, "3": 0}
    assert table["quiet_days"].to_dict() == {"1": 15, "2": 8, "3": 0}
    assert (table.loc["1", "handed_on"], table.loc["2", "reopened"]) == (1, 1)
    assert table.loc["1", "owner"] == "乙"
    shuffled = liaison.cases(LOG.iloc[::-1], today="2026-10-20").set_index("case")
    pd.testing.assert_frame_equal(table, shuffled)


def test_the_form_of_cases_comes_back_as_a_log(tmp_path):
    rows = LOG.assign(kind=None, field=None)[
        ["case", "at", "event", "code", "owner", "due", "text"]
    ]
    read = loaders.read_form(loaders.write_form(tmp_path / "a.xlsx", "case", rows=rows))
    assert len(read) == len(LOG)
    table = liaison.cases(read, today="2026-10-20").set_index("case")
    assert table["overdue_days"].to_dict() == {"1": 10, "2": 0, "3": 0}


def test_faults_of_a_log_come_all_at_once():
    bad = LOG.assign(event=["受付", "電話", *LOG["event"][2:]], at=["きのう", *LOG["at"][1:]])
    with pytest.raises(TableError, match="2件の問題") as caught:
        liaison.cases(bad)
    assert [(fault.row, fault.column) for fault in caught.value.faults] == [(2, "event"), (1, "at")]
    with pytest.raises(TableError, match="値「2」: 受付の行がない"):
        liaison.cases(LOG.drop(index=2))


def test_a_question_goes_to_the_one_field_of_which_most_words_stand_in_it():
    fields = dxkit.load("liaison_fields")
    people = pd.DataFrame({"field": ["標準化", "防災DX"], "liaison": ["丁", "戊"]})
    routes = liaison.route(
        ["文字同定と外字の切替", "避難と研修", "祭り", "生成AIの要綱"], fields, liaisons=people
    )
    undecided = "決まらない（地域リエゾンが聞き取る）"
    assert routes["field"].tolist() == ["標準化", undecided, undecided, "データ・AI"]
    assert routes["liaison"].fillna("").tolist() == ["丁", "", "", ""]
    assert routes.loc[1, "others"] == "人材・研修、防災DX"
    # AI within 生成AI is not counted twice
    assert routes.loc[3, "words"] == "生成AI"
    with pytest.raises(TableError, match="2行目"):
        liaison.route(["外字", " "], fields)


# by the number of the need, judged by hand; the field's words come from published descriptions of
# the fields, and none was chosen by these needs
PUBLISHED_NEEDS = {
    **dict.fromkeys((1, 28), "手続のオンライン化"),
    **dict.fromkeys((3, 7, 9, 30, 34), "地域社会DX"),
    4: "共同調達",
    6: "防災DX",
    # 緊急通報 is the telephone of one who lives alone: watching over, and wrong
    33: "防災DX",
}


def test_of_35_published_needs_ten_find_a_field_and_one_of_them_a_wrong_one():
    """Everyday words (お年寄りの足, 雑草) are no field's words: a short list of words goes no further."""
    needs = pd.read_csv(Path(__file__).with_name("needs_published.csv"))["need"]
    fields = liaison.route(needs, dxkit.load("liaison_fields"))["field"]
    decided = fields[~fields.str.startswith("決まらない")]
    assert {row + 1: field for row, field in decided.items()} == PUBLISHED_NEEDS
    assert len(fields) - len(decided) == 25


def test_a_municipality_hears_of_others_and_never_of_itself():
    news = pd.DataFrame(
        [
            ("28201", "2026-10-01", "外字", "手順を決めた"),
            ("28202", "2026-10-03", "外字", "県の表を使った"),
            (None, "2026-10-05", "外字", "国の手引きが出た"),
            ("28203", "2026-09-01", "ドローン", "実証した"),
        ],
        columns=["code", "at", "topic", "text"],
    )
    interests = pd.DataFrame(
        [("28201", "外字", "未同定が残る"), ("28203", "ドローン", None), ("28204", "外字", None)],
        columns=["code", "topic", "why"],
    )
    sent = liaison.briefings(news, interests, names={"28202": "尼崎市"}, since="2026-09-15")
    assert not (sent["code"] == sent["from_code"]).any()
    assert sent[sent["code"] == "28201"]["text"].tolist() == ["国の手引きが出た", "県の表を使った"]
    assert len(sent[sent["code"] == "28204"]) == 3
    assert sent.attrs["silent"] == ["28203"]
    message = sent.attrs["messages"]["28201"]
    assert "尼崎市が「県の表を使った」（10月3日。未同定が残る）" in message
    assert "県・国が「国の手引きが出た」" in message
    assert len(liaison.briefings(news, interests, limit=1)) == 2
    with pytest.raises(TableError, match="値「先週」"):
        liaison.briefings(news.assign(at="先週"), interests)


def test_made_logs_and_news_stay_made():
    made = LOG.copy()
    made.attrs = {"made": True, "kind": "made"}
    assert dxkit.schema.is_made(liaison.cases(made))
    news = pd.DataFrame({"code": ["28201"], "at": ["2026-10-01"], "topic": ["a"], "text": ["b"]})
    news.attrs = dict(made.attrs)
    interests = pd.DataFrame({"code": ["28202"], "topic": ["a"]})
    assert dxkit.schema.is_made(liaison.briefings(news, interests))


def test_news_of_a_month_names_no_day():
    news = pd.DataFrame(
        {"code": ["28201", "28202"], "at": ["2026-01", "2026-01-31"], "topic": "税"}
    )
    interests = pd.DataFrame({"code": ["28203"], "topic": ["税"]})
    message = liaison.briefings(news.assign(text="済み"), interests).attrs["messages"]["28203"]
    assert "28201が「済み」（2026年1月の時点）" in message
    assert "28202が「済み」（1月31日）" in message


@pytest.mark.parametrize("day", [0, 2.5, "来週", "2", True, [], float("nan"), pd.NaT, 20261015])
def test_a_day_that_is_none_is_refused_and_never_counted_from_1970(day):
    with pytest.raises(ChoiceError, match="today="):
        liaison.cases(LOG, today=day)
    history = pd.DataFrame(
        {"code": ["28201"], "at": ["2026-04-01"], "item": ["標準化"], "value": ["遅れ"]}
    )
    with pytest.raises(ChoiceError, match="until="):
        liaison.digest(history, until=day)
    with pytest.raises(ChoiceError, match="since="):
        liaison.briefings(
            history.rename(columns={"item": "topic", "value": "text"}),
            pd.DataFrame({"code": ["28202"], "topic": ["標準化"]}),
            since=day,
        )


def test_a_consultation_without_a_number_and_an_entry_without_a_code_are_refused():
    with pytest.raises(TableError, match=r"3行目 列「case」.*空欄"):
        liaison.cases(LOG.assign(case=["1", "1", None, "2", "2", "3", "3"]))
    history = pd.DataFrame(
        {"code": ["28201", None], "at": "2026-04-01", "item": "標準化", "value": "遅れ"}
    )
    with pytest.raises(TableError, match=r"2行目 列「code」.*空欄"):
        liaison.digest(history)


def test_a_field_without_words_has_no_word_nan():
    fields = pd.DataFrame({"field": ["甲", "乙"], "words": [None, "外字"]})
    assert liaison.route("nan", fields)["field"].iloc[0] != "甲"
    with pytest.raises(ChoiceError, match="questions="):
        liaison.route(None, fields)


@pytest.mark.parametrize("start", ["x", [1], (1, "a"), (135.0, 34.0), float("nan")])
def test_a_start_that_is_no_position_is_refused(start):
    offices = pd.DataFrame({"code": ["28201"], "lat": [34.8], "lon": [134.7]})
    with pytest.raises(ChoiceError, match="start="):
        liaison.distances(offices, start=start)


def test_a_task_without_a_name_is_refused_as_nobody_would_have_it():
    tasks = pd.DataFrame({"field": ["標準化", None]})
    with pytest.raises(TableError, match=r"2行目 列「field」.*空欄"):
        liaison.assign(tasks, pd.DataFrame({"liaison": ["甲"]}), by="field")
