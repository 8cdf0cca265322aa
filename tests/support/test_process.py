"""Queues are those of the textbooks, sums those of a Markov chain, and odd steps are told of all at once."""

import math

import numpy as np
import pandas as pd
import pytest

from dxkit import loaders
from dxkit.errors import ChoiceError, TableError
from dxkit.schema import is_made
from dxkit.support import process

DAY_MIN = 465.0


def make_steps(*rows, **columns):
    names = ["order", "step", "who", "work_min", "wait_min"]
    return pd.DataFrame(list(rows), columns=names).assign(**columns)


ONE = make_steps((1, "審査", "担当", 60, 0))
THREE = make_steps(
    (1, "受付", "窓口", 10, 0),
    (2, "審査", "担当", 30, 465),
    (3, "決裁", "課長", 5, 930),
    staff=[2, 1, 1],
    sent_back=[0, 0.25, 0.1],
    back_to=[None, 1, 2],
)


def erlang_wait(arrivals, servers, mean_min):
    """Mean wait of M/M/c (Erlang C; Gross and Harris, Fundamentals of Queueing Theory)."""
    offered = arrivals * mean_min
    last = offered**servers / math.factorial(servers) * servers / (servers - offered)
    total = sum(offered**count / math.factorial(count) for count in range(servers)) + last
    return last / total * mean_min / (servers - offered)


def mean_of(outcome, measure="queue_days"):
    return outcome.table.set_index("measure").loc[measure, "mean"]


@pytest.mark.parametrize("servers", [1, 3])
def test_a_step_with_exponential_work_queues_as_erlang_says(servers):
    per_day = 5.0 * servers
    outcome = process.simulate(
        ONE.assign(staff=servers), per_day=per_day, days=700, draws=8, work_variation=1.0
    )
    expected = erlang_wait(per_day / DAY_MIN, servers, 60.0) / DAY_MIN
    # eight runs of thousands of cases: a tenth is three standard errors
    assert mean_of(outcome) == pytest.approx(expected, rel=0.1)


@pytest.mark.parametrize("variation", [0.0, 0.5])
def test_other_work_queues_as_pollaczek_and_khinchine_say(variation):
    outcome = process.simulate(ONE, per_day=5.0, days=700, draws=8, work_variation=variation)
    load = 5 * 60 / DAY_MIN
    expected = load * (1 + variation**2) / (2 * (1 - load)) * 60 / DAY_MIN
    assert mean_of(outcome) == pytest.approx(expected, rel=0.1)


def test_two_steps_in_a_row_with_returns_queue_as_jackson_says():
    # each is an M/M/1 of its own at its whole arrival rate (Jackson 1957)
    steps = make_steps((1, "a", "甲", 20, 0), (2, "b", "乙", 30, 0), sent_back=[0, 0.25])
    outcome = process.simulate(steps, per_day=8.0, days=700, draws=8, work_variation=1.0)
    rates = np.array([20, 30]) * 8 / 0.75 / DAY_MIN
    expected = (rates / (1 - rates)).sum() / 8.0
    assert mean_of(outcome, "days_mean") == pytest.approx(expected, rel=0.1)


def test_visits_and_sums_are_those_worked_out_by_hand():
    times = process.flow_times(THREE, per_day=6)
    # of 1 case: step 3 is passed 1/0.9 times; step 2 is left to 3 as often, so passed (1/0.9)/0.75
    second = 1 / 0.9 / 0.75
    visits = [1 + 0.25 * second, second, 1 / 0.9]
    assert times["passes"].tolist() == pytest.approx(visits)
    assert times["work_case_min"].tolist() == pytest.approx(np.multiply(visits, [10, 30, 5]))
    assert times["utilisation"].tolist() == pytest.approx(
        np.array([visits[0] * 10 / 2, second * 30, visits[2] * 5]) * 6 / DAY_MIN
    )
    totals = times.attrs["settings"]
    assert totals["longest_wait"] == "決裁"
    assert totals["bottleneck"] == "担当"
    assert totals["most_per_day"] == pytest.approx(DAY_MIN / (second * 30))
    assert totals["work_min"] == pytest.approx(np.dot(visits, [10, 30, 5]))
    assert totals["wait_min"] == pytest.approx(np.dot(visits, [0, 465, 930]))
    assert times["remark"].tolist() == ["", "いちばん手が足りない担当", "いちばん長い待ち"]


def test_without_a_queue_the_simulation_is_the_sum_of_the_means():
    outcome = process.simulate(
        THREE.assign(sent_back=0.0), per_day=0.02, days=5000, draws=2, work_variation=0
    )
    table = outcome.table.set_index("measure")
    assert table.loc["days_mean", "mean"] == pytest.approx(table.loc["days_mean", "sum"], rel=1e-3)
    assert table.loc["work_hours", "mean"] == pytest.approx(0.75)
    assert table.loc["wait_days", "mean"] == pytest.approx(3.0)


def test_steps_of_one_person_share_that_persons_day():
    two = make_steps((1, "a", "甲", 20, 0), (2, "b", "甲", 30, 0))
    outcome = process.simulate(two, per_day=8, days=60, draws=2)
    assert outcome.staff["utilisation"].tolist() == pytest.approx([8 * 50 / DAY_MIN])
    # 50 minutes in one go are the same work, and the next in turn waits for it
    assert mean_of(outcome) > 0.1


def test_a_day_that_is_too_full_is_said_beside_the_days():
    outcome = process.simulate(ONE, per_day=9, days=30, draws=2)
    assert outcome.settings["overloaded"] == ["担当"]
    assert "勤務時間を超えています" in outcome._repr_html_()
    assert "勤務時間を超えています" not in process.simulate(ONE, per_day=5, draws=2)._repr_html_()


def test_the_same_seed_gives_the_same_days_and_another_one_others():
    first, again, other = (
        process.simulate(THREE, per_day=6, draws=2, seed=seed).runs["value"] for seed in (3, 3, 4)
    )
    assert first.equals(again)
    assert not first.equals(other)


def test_a_change_that_changes_nothing_shows_no_difference_at_all():
    table = process.compare_changes(THREE, {"審査": {"work_min": 30}}, per_day=6, draws=3)
    assert (table[["difference", "low", "high"]] == 0).all(axis=None)


def test_a_shorter_step_saves_more_days_than_the_sum_says_where_it_is_the_bottleneck():
    options = {"per_day": 9, "days": 150, "draws": 4}
    table = process.compare_changes(THREE, {"審査": {"work_min": 20}}, **options)
    days = table.set_index("measure").loc["days_mean"]
    visits = 1 / 0.9 / 0.75
    assert days["sum_difference"] == pytest.approx(-visits * 10 / DAY_MIN)
    assert days["high"] < 2 * days["sum_difference"]
    # the chief's own work is no bottleneck: halved, it saves hardly more than its minutes
    idle = process.compare_changes(THREE, {"決裁": {"work_min": 2.5}}, **options)
    idle_days = idle.set_index("measure").loc["days_mean"]
    assert idle_days["difference"] > days["difference"] / 5


def test_a_change_may_drop_a_step_move_it_or_add_people():
    dropped = process.change_steps(THREE, {"受付": None, "審査": {"back_to": 2}})
    assert dropped["step"].tolist() == ["審査", "決裁"]
    moved = process.change_steps(THREE, {"審査": {"who": "窓口"}})
    assert moved[["who", "staff"]].to_numpy().tolist() == [["窓口", 2], ["窓口", 2], ["課長", 1]]
    more = process.change_steps(moved, {"受付": {"staff": 3}})
    assert more["staff"].tolist() == [3, 3, 1]


def test_changes_of_what_is_not_there_are_all_refused():
    changes = {"検査": {"work_min": 1}, "審査": {"work": 1}, "決裁": {"order": 9}}
    with pytest.raises(ChoiceError, match=r"検査.*ありません.*「work」.*「order」は変えられません"):
        process.change_steps(THREE, changes)
    with pytest.raises(ChoiceError, match="None"):
        process.change_steps(THREE, {"審査": 5})
    with pytest.raises(ChoiceError, match="1つも残りません"):
        process.change_steps(ONE, {"審査": None})
    # step 2 is sent back to the one that is dropped
    with pytest.raises(TableError, match="差し戻し先"):
        process.change_steps(THREE, {"受付": None})
    with pytest.raises(TableError, match="work_min"):
        process.change_steps(THREE, {"審査": {"work_min": "少し"}})


def test_every_fault_of_the_steps_is_told_at_once():
    odd = make_steps(
        (1, "受付", "窓口", "十分", 0),
        (1, "審査", "", 30, -5),
        (3, "審査", "課長", 5, 0),
        sent_back=[0, 1.2, 0],
        staff=[1, 0.5, 1],
    )
    with pytest.raises(TableError, match="7件の問題") as caught:
        process.flow_times(odd)
    columns = sorted({fault.column for fault in caught.value.faults})
    assert {"sent_back", "staff", "wait_min", "who", "work_min"} <= set(columns)
    assert len(caught.value.faults) == 7


def test_two_counts_of_one_persons_team_and_returns_to_nowhere_are_refused():
    with pytest.raises(TableError, match="人数が手順によって違います"):
        process.flow_times(THREE.assign(who="甲"))
    with pytest.raises(TableError, match=r"2行目 列「back_to」 値「3」"):
        process.flow_times(THREE.assign(back_to=[None, 3, 9]))
    with pytest.raises(TableError, match="2つ以上の業務"):
        process.flow_times(THREE.assign(process=["a", "a", "b"]))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"per_day": 0}, "per_day"),
        ({"per_day": float("nan")}, "per_day"),
        ({"per_day": 6, "draws": 0}, "draws"),
        ({"per_day": 6, "work_variation": 9}, "work_variation"),
        ({"per_day": 6, "day_min": 0}, "day_min"),
        ({"per_day": 5000, "days": 100}, "多すぎます"),
    ],
)
def test_options_that_cannot_be_used_are_refused(options, words):
    with pytest.raises(ChoiceError, match=words):
        process.simulate(THREE, **options)


def test_the_form_goes_out_with_steps_and_comes_back_as_steps(tmp_path):
    rows = THREE.assign(process="交付申請", medium="紙")
    rows.attrs = {"made": True, "kind": "made"}
    path = loaders.write_form(tmp_path / "手順.xlsx", "process", rows=rows, blank_rows=2)
    steps = loaders.read_form(path, "process")
    assert is_made(steps)
    times = process.flow_times(steps)
    assert times["step"].tolist() == ["受付", "審査", "決裁"]
    assert times["passes"].tolist() == pytest.approx(process.flow_times(THREE)["passes"].tolist())


def test_answers_from_invented_steps_say_so():
    steps = THREE.copy()
    steps.attrs = {"made": True, "kind": "made", "source": "作った例"}
    outcome = process.simulate(steps, per_day=5, draws=2)
    tables = [
        outcome.table,
        outcome.staff,
        outcome.runs,
        process.flow_times(steps),
        process.change_steps(steps, {"審査": {"work_min": 1}}),
        process.compare_changes(steps, {"審査": None, "決裁": {"back_to": 1}}, per_day=5, draws=2),
    ]
    assert all(table.attrs["made"] is True for table in tables)
    assert all("作った例" in table.attrs["source"] for table in tables)
