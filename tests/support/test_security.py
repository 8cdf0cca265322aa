"""Traps and false alarms are counted apart, guessing is arithmetic, and a leak has its days and articles."""

import math

import pandas as pd
import pytest

import dxkit
from dxkit.errors import ChoiceError, TableError
from dxkit.support import security

MAILS = pd.DataFrame({"mail": [1, 2, 3, 4], "is_phishing": [1, 0, 1, 0], "subject": list("abcd")})
KINDS = pd.DataFrame({"password": ["a", "b"], "letters": [10, 95], "length": [4, 20]})
WAYS = pd.DataFrame({"label": ["甲"], "per_second": [10.0], "low": [1.0], "high": [100.0]})
DUTIES = pd.DataFrame(
    {
        "label": ["速報", "確報", "通知"],
        "whom": ["委員会", "委員会", "本人"],
        "days_low": [3, 30, None],
        "days": [5, 30, None],
        "article": ["甲条", "乙条", "丙条"],
    }
)
STORY = pd.DataFrame(
    {
        "scene": [1, 1, 2, 2],
        "hour": [0, 0, 5, 5],
        "text": ["朝", "", "昼", ""],
        "choice": list("ABAB"),
        "label": list("甲乙丙丁"),
        "follows": "そのあと",
        "delay_hours": [8, 0, 24, 0],
        "judgement": ["おくれる", "よい", "まずい", "よい"],
    }
)


@pytest.mark.parametrize(
    ("flags", "found", "false_alarms", "precision"),
    [([1, 3], 2, 0, 1.0), ([1, 2, 3, 4], 2, 2, 0.5), ([2], 0, 1, 0.0), ([], 0, 0, math.nan)],
)
def test_what_was_found_and_what_was_a_false_alarm_stand_apart(
    flags, found, false_alarms, precision
):
    used = security.score_mails(MAILS, flags).settings
    assert (used["found"], used["false_alarms"]) == (found, false_alarms)
    assert used["missed"] == 2 - found
    assert used["precision"] == pytest.approx(precision, nan_ok=True)
    assert used["recall"] == found / 2


def test_each_mail_has_its_outcome_in_the_order_of_its_number():
    table = security.score_mails(MAILS.iloc[::-1], ["１", 2.0]).table
    assert table["outcome"].tolist() == [
        "見つけた",
        "まちがえて疑った",
        "見のがした",
        "正しく通した",
    ]


def test_numbers_that_are_no_mails_and_tables_that_are_no_key_are_refused():
    with pytest.raises(ChoiceError, match="7・ない 番のメールはありません"):
        security.score_mails(MAILS, [1, 7, "ない"])
    with pytest.raises(ChoiceError, match="並べて"):
        security.score_mails(MAILS, "13")
    with pytest.raises(TableError, match="is_phishing"):
        security.score_mails(MAILS.assign(is_phishing=2), [1])
    with pytest.raises(TableError, match="mail"):
        security.score_mails(MAILS.assign(mail=1), [1])


def test_half_of_the_combinations_at_so_many_a_second_is_the_time():
    times = security.guess_times(KINDS, WAYS).set_index("password")
    assert times.loc["a", "seconds"] == 10_000 / 2 / 10
    assert times.loc["a", ["seconds_low", "seconds_high"]].tolist() == [50.0, 5000.0]
    assert times.loc["a", "bits"] == pytest.approx(4 * math.log2(10))
    assert times.loc["b", "seconds"] == pytest.approx(95**20 / 20)
    assert times.loc["a", ["time", "time_low", "time_high"]].tolist() == [
        "8.3分",
        "50秒",
        "1.4時間",
    ]
    assert times.loc["b", "time"] == "100億年より長い"


@pytest.mark.parametrize(
    ("length", "words"),
    [(1, "1秒未満"), (6, "14時間"), (8, "58日"), (9, "1.6年"), (13, "1.6万年"), (17, "1.6億年")],
)
def test_times_are_written_in_the_largest_unit_of_which_there_is_one(length, words):
    kinds = pd.DataFrame({"password": ["a"], "letters": [10], "length": [length]})
    assert security.guess_times(kinds, WAYS)["time"].item() == words


def test_every_letter_more_multiplies_the_time_and_a_table_of_nonsense_is_refused():
    longer = KINDS.assign(length=KINDS["length"] + 1)
    ratio = (
        security.guess_times(longer, WAYS)["seconds"] / security.guess_times(KINDS, WAYS)["seconds"]
    )
    assert ratio.tolist() == pytest.approx([10, 95])
    with pytest.raises(TableError, match="length"):
        security.guess_times(KINDS.assign(length=0), WAYS)
    with pytest.raises(TableError, match="per_second"):
        security.guess_times(KINDS, WAYS.assign(per_second="速い"))


def test_the_day_on_which_it_became_known_is_the_first_day():
    dates = security.report_dates("2026-12-01", DUTIES).set_index("label")
    assert dates.loc["速報", "due_from"] == pd.Timestamp("2026-12-03")
    assert dates.loc["速報", "due"] == pd.Timestamp("2026-12-05")
    assert dates.loc["確報", "due"] == pd.Timestamp("2026-12-30")
    assert pd.isna(dates.loc["通知", "due"])
    assert "速やかに" in dates.loc["通知", "due_text"]
    assert dates.loc["速報", "due_text"] == "12月5日（土）"


@pytest.mark.parametrize(
    ("known_on", "is_closed"),
    [("2026-12-01", True), ("2026-12-02", True), ("2026-12-03", False), ("2026-12-26", True)],
)
def test_a_weekend_and_the_new_year_are_said_beside_the_day(known_on, is_closed):
    note = security.report_dates(known_on, DUTIES)["due_note"].iloc[0]
    assert ("休みの日" in note) == is_closed


@pytest.mark.parametrize(
    ("known_on", "open_day"),
    [
        # Wednesday 30 December: closed until Sunday 3 January, open on Monday
        ("2026-12-01", "1月4日（月）"),
        # Saturday 2 January
        ("2026-12-04", "1月4日（月）"),
        # Sunday 4 October
        ("2026-09-05", "10月5日（月）"),
        # Saturday 21 November; the Monday is a holiday, of which nothing is known here
        ("2026-10-23", "11月23日（月）"),
    ],
)
def test_a_final_report_due_on_a_closed_day_may_wait_for_the_next_open_day(known_on, open_day):
    duties = DUTIES.assign(closed_day=["目安のまま", "次の開庁日", None])
    notes = security.report_dates(known_on, duties).set_index("label")["due_note"]
    assert f"期限は次の開庁日（祝日でなければ{open_day}）" in notes["確報"]
    # the span of days of the first report is a guide and moves nowhere
    assert "次の開庁日" not in notes["速報"]


def test_a_table_that_says_nothing_of_closed_days_moves_nothing():
    plain = security.report_dates("2026-12-01", DUTIES).set_index("label")["due_note"]
    assert plain["確報"] == "休みの日に当たる。前の開庁日までに出すと安全"


def test_each_shipped_duty_says_what_was_read_and_what_was_not():
    duties = dxkit.load("report_deadlines").set_index("duty")
    assert duties["read"].str.contains("要確認").all()
    assert duties["read"].str.contains("法第68条は全文").all()
    # Commission's guidelines 3-5-3-4: statutory days move on, the guide of 3 to 5 days does not
    assert duties["closed_day"].eq("次の開庁日").to_dict() == {
        "first": False,
        "final": True,
        "final_attack": True,
        "person": False,
    }


@pytest.mark.parametrize("known_on", ["きのう", 5, None, "2026-02-30", ""])
def test_what_is_no_day_is_refused(known_on):
    with pytest.raises(ChoiceError, match="日付ではありません"):
        security.report_dates(known_on, DUTIES)


def test_the_shipped_duties_are_those_of_the_law_with_article_and_source():
    duties = dxkit.load("report_deadlines").set_index("duty")
    days = duties["days"]
    assert (duties.loc["first", "days_low"], days["first"]) == (3, 5)
    assert (days["final"], days["final_attack"]) == (30, 60)
    assert pd.isna(days["person"])
    assert duties["article"].str.contains("法第68条").all()
    assert duties[["source", "read", "whom"]].notna().all(axis=None)
    cases = dxkit.load("report_cases").set_index("case")["least_people"]
    # more than 100 people, for offices; 1,000 is for companies
    assert cases["many"] == 101
    assert (cases.drop("many") == 1).all()


def test_an_incident_follows_its_choices_and_sums_the_hours_lost():
    path = security.follow_incident(STORY, "ａ B")
    assert path[["label", "delay_sum"]].to_numpy().tolist() == [["甲", 8], ["丁", 8]]
    assert path["text"].tolist() == ["朝", "昼"]
    assert path.attrs["settings"] == {"scenes": 2, "chosen": 2, "delay_hours": 8.0, "good": 1}
    assert len(security.follow_incident(STORY, "")) == 0
    assert security.follow_incident(STORY, ["A", "A"])["delay_sum"].tolist() == [8, 32]


def test_letters_that_a_scene_does_not_offer_are_all_refused():
    with pytest.raises(ChoiceError, match=r"場面1に「C」.*場面2に「D」"):
        security.follow_incident(STORY, "CD")
    with pytest.raises(ChoiceError, match="場面は2つ"):
        security.follow_incident(STORY, "ABA")
    with pytest.raises(ChoiceError, match="BAB"):
        security.follow_incident(STORY, 1)
    with pytest.raises(TableError, match="delay_hours"):
        security.follow_incident(STORY.assign(delay_hours="長い"), "A")


def test_choices_of_a_story_are_single_letters():
    small = STORY.assign(choice=list("aｂab"))
    assert security.follow_incident(small, "BA")["label"].tolist() == ["乙", "丙"]
    with pytest.raises(TableError, match="2行目 列「choice」 値「10」"):
        security.follow_incident(STORY.assign(choice=["A", "10", "A", "B"]), "A")


def test_the_shipped_incident_has_one_good_choice_a_scene_and_never_loses_time_by_it():
    incident = dxkit.load("incident_example")
    good = incident[incident["judgement"] == "よい"]
    assert good["scene"].tolist() == sorted(set(incident["scene"]))
    assert (good["delay_hours"] == 0).all()
    assert (incident.loc[incident["judgement"] != "よい", "delay_hours"] > 0).all()
    # each scene is told once, and each choice says why
    assert (incident["text"].notna().groupby(incident["scene"]).sum() == 1).all()
    assert incident[["label", "follows", "reason"]].notna().all(axis=None)


def test_the_shipped_mails_are_twelve_and_lead_nowhere():
    mails = dxkit.load("mails_example")
    assert len(mails) == 12
    assert 3 <= mails["is_phishing"].sum() <= 9
    assert mails["clue"].notna().all()
    # domains that nobody can own (RFC 2606)
    hosts = [*mails["address"].str.split("@").str[1]]
    hosts += [link.split("/")[2] for link in mails["link"].dropna() if "//" in link]
    assert all(host.endswith((".example", ".test")) for host in hosts)


def test_every_system_has_a_layer_in_every_model_and_every_pair_of_layers_a_rule():
    layers = {"マイナンバー利用事務系", "LGWAN接続系", "インターネット接続系"}
    systems = dxkit.load("layer_systems")
    models = dxkit.load("network_models")
    assert set(models["model"]) <= set(systems.columns)
    for model in models["model"]:
        assert set(systems[model]) == layers
    # a model is known by where the desks are
    desks = systems.set_index("system").loc["職員の業務端末", models["model"]]
    assert desks.tolist() == models["desks"].tolist()
    passages = dxkit.load("layer_passages")
    pairs = set(zip(passages["from_layer"], passages["to_layer"], strict=True))
    assert pairs == {(one, two) for one in layers for two in layers if one != two}
    assert models[["publisher", "as_of", "source", "read"]].notna().all(axis=None)


def test_answers_from_invented_tables_say_so():
    mails, incident = dxkit.load("mails_example"), dxkit.load("incident_example")
    kinds = KINDS.copy()
    kinds.attrs = {"made": True, "kind": "made"}
    duties = DUTIES.copy()
    duties.attrs = {"made": True, "kind": "made"}
    tables = [
        security.score_mails(mails, [1]).table,
        security.follow_incident(incident, "A"),
        security.guess_times(kinds, WAYS),
        security.report_dates("2026-12-01", duties),
    ]
    assert all(table.attrs["made"] is True for table in tables)
    assert "架空" in security.score_mails(mails, [1])._repr_html_()
