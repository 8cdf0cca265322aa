"""Scores of a drill are the figures of the simulation, looked up by hand."""

import numpy as np
import pytest

from dxkit import sharing
from dxkit.errors import ChoiceError

HOURS = 72


@pytest.fixture(scope="module")
def outcome():
    scenario = sharing.read_scenario("nankai_illustrative").change(hours=HOURS, draws=2)
    return sharing.simulate(scenario)


@pytest.mark.parametrize("hour", [5, 24, 48, 72])
def test_known_and_hours_are_those_of_the_timeline(outcome, hour):
    scores = sharing.drill_scores(outcome, hour=hour).set_index("policy")
    line = outcome.timeline
    for policy in scores.index:
        own = line[(line["policy"] == policy) & (line["hour"] == hour)].set_index("measure")["mean"]
        assert scores.loc[policy, "known"] == own["known_home"]
        hours = own["registering_hours"] + own["sending_hours"]
        assert scores.loc[policy, "staff_hours"] == pytest.approx(hours)


def test_staff_hours_at_the_end_are_those_of_the_comparison(outcome):
    scores = sharing.drill_scores(outcome, hour=HOURS).set_index("policy")["staff_hours"]
    compared = sharing.compare(outcome).set_index("policy")["staff_hours"]
    assert scores.to_dict() == pytest.approx(compared.to_dict())


def test_lawful_is_what_the_law_table_allows_and_nothing_else(outcome):
    scores = sharing.drill_scores(outcome, hour=24).set_index("policy")["lawful_share"]
    for policy, own in outcome.disclosures.groupby("policy"):
        allowed = sum(row["mean"] for _, row in own.iterrows() if row["verdict"] == "可")
        assert scores[policy] == pytest.approx(allowed / own["mean"].sum())
    # who tells nothing has no share, neither 0 nor 1
    assert np.isnan(scores["共有なし"])


def test_the_municipality_known_least_is_found_at_the_last_mark(outcome):
    scores = sharing.drill_scores(outcome, hour=48).set_index("policy")
    table = outcome.by_municipality
    at_mark = table[(table["hour"] == 24) & (table["evacuees"] > 0)]
    for policy, own in at_mark.groupby("policy"):
        assert scores.loc[policy, "least_known"] == own["mean"].min()
        assert scores.loc[policy, "least_name"] in set(own["name"])
    early = sharing.drill_scores(outcome, hour=5)
    assert early["least_known"].isna().all()


def test_the_scores_are_marked_as_made_and_an_hour_outside_is_refused(outcome):
    scores = sharing.drill_scores(outcome, hour=24)
    assert scores.attrs["made"] is True
    assert scores.attrs["settings"] == {"hour": 24, "draws": 2}
    with pytest.raises(ChoiceError, match="hour=100 の結果がありません"):
        sharing.drill_scores(outcome, hour=100)
