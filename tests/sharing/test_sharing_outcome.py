"""Tables of a simulation add up; every disclosure carries its ground or says that it has none."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dxkit import sharing


@pytest.fixture(scope="module")
def outcome():
    return sharing.simulate(sharing.read_scenario("nankai_illustrative"), draws=6)


def test_the_timeline_has_a_row_for_every_policy_hour_and_measure(outcome):
    table = outcome.timeline
    assert list(table.columns) == ["policy", "hour", "measure", "mean", "p05", "p95"]
    assert len(table) == 6 * 336 * len(sharing.MEASURES)
    assert not table.duplicated(["policy", "hour", "measure"]).any()
    assert (table["p05"] <= table["mean"] + 1e-9).all() or (table["p95"] >= table["p05"]).all()
    assert (table["p95"] >= table["p05"]).all()


def test_municipalities_add_up_to_the_prefecture(outcome):
    table = outcome.by_municipality.query("hour == 72")
    sums = (table["mean"] * table["evacuees"]).groupby(table["policy"]).sum() / 500_000
    whole = outcome.timeline.query("hour == 72 and measure == 'known_home'").set_index("policy")[
        "mean"
    ]
    assert sums.sort_index().to_numpy() == pytest.approx(whole.sort_index().to_numpy())
    assert table["code"].nunique() == 41


def test_flows_hold_everybody_who_has_fled(outcome):
    table = outcome.flows.query("hour == 336")
    assert table["people"].sum() == pytest.approx(500_000, rel=0.01)
    homes = table.query("place == '車中・在宅'")
    assert (homes["home"] == homes["host"]).all()


def test_every_disclosure_has_a_row_of_the_law_table_or_says_that_it_has_none(outcome):
    table = outcome.disclosures
    rows = set(sharing.grounds()["row"])
    grounded = table["verdict"] != "根拠なし"
    assert set(table.loc[grounded, "row"]) <= rows
    assert (table.loc[~grounded, "ground"] == "根拠なし").all()
    assert (table.loc[~grounded, "row"] == "").all()
    assert set(table["verdict"]) == {"可", "要確認", "根拠なし"}
    assert (table["notice"] == "教材であり法的助言ではない").all()
    # what goes to a body without a task has no ground, and nothing else lacks one
    assert (table["to"] == "他の市町").equals(~table["needed"])
    assert (table["needed"] == grounded).all()
    assert (table["mean"] > 0).all()


@settings(max_examples=20, deadline=None)
@given(
    name=st.sampled_from(("nankai_illustrative", "noto_2024")),
    seed=st.integers(0, 2**32 - 1),
    wrong=st.floats(0, 1),
    agree=st.floats(0, 1),
    route=st.sampled_from(("直接", "集約")),
    hub=st.sampled_from(("県", "国")),
    consent=st.booleans(),
    copies=st.integers(0, 20),
)
def test_no_policy_that_can_be_written_discloses_without_a_row_of_the_law_table_or_a_flag(
    *, name, seed, wrong, agree, route, hub, consent, copies
):
    scenario = sharing.read_scenario(name).change(hours=80, wrong_share=wrong, consent_share=agree)
    changes = {"route": route, "hub": hub, "consent": consent, "copies": copies}
    changes |= {"policy": "自作", "start_hour": float(seed % 70)}
    policy = sharing.default_policies().head(1).assign(**changes)
    found = sharing.simulate(scenario, policies=policy, draws=1, seed=seed)
    table, law = found.disclosures, sharing.grounds().set_index("row")
    grounded = table[table["verdict"] != "根拠なし"]
    assert (law.loc[grounded["row"], "ground"].to_numpy() == grounded["ground"].to_numpy()).all()
    for row in grounded.itertuples():
        fits = law.loc[row.row]
        assert row.from_ in fits["from_"].split()
        assert row.to in fits["to"].split()
        assert row.phase in fits["phase"].split()
        assert row.category in fits["category"].split()
        assert fits["consent"] == "問わない" or row.consent
    rest = table[table["verdict"] == "根拠なし"]
    assert (rest["ground"] == "根拠なし").all()
    # nothing is sent that is not in this table
    people = found.model.people.sum()
    assert table["mean"].sum() / people == pytest.approx(
        found.traces[0].hourly["disclosed"][-1].mean()
    )


def test_disclosures_add_up_to_those_of_the_timeline(outcome):
    total = outcome.disclosures.groupby("policy")["mean"].sum() / 500_000
    last = outcome.timeline.query("hour == 336 and measure == 'disclosed'").set_index("policy")[
        "mean"
    ]
    assert last["共有なし"] == 0
    assert total.to_numpy() == pytest.approx(
        last.drop("共有なし").sort_index().reindex(total.index).to_numpy()
    )
    extra = outcome.disclosures.query("not needed").groupby("policy")["mean"].sum() / 500_000
    unneeded = outcome.timeline.query("hour == 336 and measure == 'unneeded'").set_index("policy")[
        "mean"
    ]
    assert extra.to_numpy() == pytest.approx(unneeded.reindex(extra.index).to_numpy())


def test_only_the_policy_that_asks_for_consent_sends_with_it(outcome):
    table = outcome.disclosures.query("needed")
    assert set(table.loc[table["consent"], "policy"]) == {"同意制"}
    assert (table.loc[table["policy"] == "同意制", "ground"] == "個人情報保護法69条2項1号").all()


def test_unread_parts_of_the_law_stay_to_be_checked(outcome):
    cloud = outcome.disclosures.query("policy == '国クラウド' and needed")
    assert (cloud["verdict"] == "要確認").all()


def test_compare_gives_the_figures_of_the_timeline_and_the_hours_to_a_share(outcome):
    table = sharing.compare(outcome).set_index("policy")
    curve = outcome.timeline.query("measure == 'known_home'")
    at72 = curve[curve["hour"] == 72].set_index("policy")["mean"]
    assert table["known_home_72"].to_numpy() == pytest.approx(at72.reindex(table.index).to_numpy())
    for trace, (_, row) in zip(outcome.traces, table.iterrows(), strict=True):
        hours = [
            next((at + 1 for at, known in enumerate(draw) if known >= 0.5), np.inf)
            for draw in trace.hourly["home"].T
        ]
        middle = np.quantile(hours, 0.5, method="nearest")
        assert row["t50"] == middle or (np.isnan(row["t50"]) and np.isinf(middle))
        assert row["t50_reached"] == np.isfinite(hours).mean()
    staff = outcome.staff_hours.groupby("policy")["mean"].sum()
    assert table["staff_hours"].to_numpy() == pytest.approx(staff.reindex(table.index).to_numpy())


@pytest.fixture(scope="module")
def short_outcome():
    scenario = sharing.read_scenario("noto_2024").change(hours=24)
    return sharing.simulate(scenario, policies=["県ハブ"], draws=2)


def with_figures(outcome, rows):
    """An outcome of as many policies as rows: known at home, unneeded, staff hours."""
    traces, rules = [], []
    for number, (known, unneeded, hours) in enumerate(rows):
        hourly = dict(outcome.traces[0].hourly)
        zeros = np.zeros_like(hourly["home"])
        hourly |= {"home": zeros + known, "unneeded": zeros + unneeded}
        hourly |= {"registering_hours": zeros + hours, "sending_hours": zeros}
        traces.append(dataclasses.replace(outcome.traces[0], hourly=hourly))
        rules.append(dataclasses.replace(outcome.rules[0], name=f"施策{number}"))
    return dataclasses.replace(outcome, rules=rules, traces=traces)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(*[st.integers(0, 4)] * 3), min_size=1, max_size=8))
def test_the_pareto_mark_is_that_of_its_definition(short_outcome, rows):
    # the more is known the better, the fewer disclosures and hours the better
    goods = [(known, -unneeded, -hours) for known, unneeded, hours in rows]
    beaten = [
        any(
            all(b >= a for a, b in zip(row, other, strict=True)) and other != row for other in goods
        )
        for row in goods
    ]
    table = sharing.compare(with_figures(short_outcome, rows))
    assert table["pareto"].tolist() == [not is_beaten for is_beaten in beaten]


def test_results_say_that_they_illustrate(outcome):
    assert "予測ではありません" in repr(outcome)
    for table in (
        outcome.timeline,
        outcome.by_municipality,
        outcome.flows,
        outcome.staff_hours,
        outcome.disclosures,
        outcome.to_frame(),
        sharing.compare(outcome),
    ):
        assert table.attrs["made"] is True
        assert "予測ではありません" in table.attrs["note"]


def test_a_short_scenario_keeps_the_marks_that_it_reaches():
    outcome = sharing.simulate(
        sharing.read_scenario("noto_2024").change(hours=30), draws=2, policies=["県ハブ"]
    )
    assert outcome.marks == (24, 30)
    table = sharing.compare(outcome)
    assert "known_home_24" in table
    assert "known_home_72" not in table
    assert isinstance(outcome.flows, pd.DataFrame)
