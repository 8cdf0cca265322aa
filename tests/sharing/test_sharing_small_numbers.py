"""One town by hand: many people follow the means, few people and a fraction of a registration do not."""

import dataclasses

import numpy as np
import pytest
from scipy import stats

from dxkit import sharing

HOURS = 96


def build_town(people, contact, capacity, *, flight_shares=None):
    """A town alone, whose people flee at once (or as written) and stay in one shelter."""
    base = sharing.build_model(sharing.read_scenario("noto_2024").change(hours=HOURS))
    shelter = np.array([[1.0, 0.0, 0.0, 0.0]])
    return dataclasses.replace(
        base,
        homes=base.homes[:1],
        hosts=base.homes[:1],
        own_host=np.array([0]),
        people=np.array([float(people)]),
        first_shares=shelter,
        later_shares=shelter,
        flight_shares=np.eye(1, HOURS)[0] if flight_shares is None else flight_shares,
        move_rates=np.zeros((HOURS, 4)),
        contact_rates=np.full((HOURS, 4), contact),
        capacity=np.full((HOURS, 1), capacity),
        in_prefecture=np.array([True]),
        has_joined=np.array([True]),
        has_agreement=np.array([[False]]),
        outage_probability=np.zeros(1),
        mean_hours=np.zeros(1),
    )


def run_means(model):
    rules = sharing.build_rules(model, sharing.default_policies().iloc[0])
    return sharing.run_cohort_engine(model, rules, np.zeros((1, 1)), (HOURS,)).hourly["host"][:, 0]


def run_persons(model, draws):
    rules = sharing.build_rules(model, sharing.default_policies().iloc[0])
    return sharing.run_person_engine(model, rules, np.zeros((draws, 1)), (HOURS,), 0).hourly["host"]


def fill_by_hand(people, contact, capacity):
    """As many as the staff can, until they meet fewer than that: from then on a fixed share."""
    registered = np.zeros(HOURS)
    hours = np.arange(1, HOURS + 1)
    # hours in which those still waiting are more than the staff can serve when they meet them
    busy = int(np.ceil((people - capacity / contact) / capacity))
    registered[:busy] = capacity * hours[:busy]
    left = people - capacity * busy
    registered[busy:] = people - left * (1 - contact) ** np.arange(1, HOURS - busy + 1)
    return registered / people


def fill_by_chain(people, contact, capacity):
    """The exact mean for few people: a chain over how many still wait, hour by hour."""
    counts = np.arange(people + 1)
    whole, fraction = divmod(capacity, 1)
    step = np.zeros((people + 1, people + 1))
    for count in counts:
        met = stats.binom.pmf(counts[: count + 1], count, contact)
        for places, chance in ((int(whole), 1 - fraction), (int(whole) + 1, fraction)):
            served = np.minimum(counts[: count + 1], places)
            np.add.at(step[count], count - served, chance * met)
    waiting = np.eye(people + 1)[people]
    registered = []
    for _ in range(HOURS):
        waiting = waiting @ step
        registered.append(1 - waiting @ counts / people)
    return np.array(registered)


def test_a_large_town_fills_as_counted_by_hand():
    town = build_town(100_000, 0.05, 1_500.0)
    expected = fill_by_hand(100_000, 0.05, 1_500.0)
    assert run_means(town) == pytest.approx(expected)
    # by chance a share of 100,000 is off by 0.0016 at most, four times in five by far less
    assert run_persons(town, 1)[:, 0] == pytest.approx(expected, abs=0.0064)


def test_few_people_and_a_fraction_of_a_registration_follow_the_exact_chain_not_the_means():
    people, contact, capacity = 60, 0.02, 0.6
    town = build_town(people, contact, capacity)
    exact = fill_by_chain(people, contact, capacity)
    draws = run_persons(town, 300)
    error = draws.std(axis=1, ddof=1) / np.sqrt(draws.shape[1])
    assert (np.abs(draws.mean(axis=1) - exact) <= 4.5 * error + 1e-9).all()
    # the means register also in hours in which the staff meet nobody: 0.803 instead of 0.545
    ends = (run_means(town)[-1], exact[-1])
    assert ends == pytest.approx((0.803, 0.545), abs=0.001)


def test_means_and_the_exact_chain_meet_as_people_and_staff_grow_together():
    gaps = []
    for factor in (1, 4, 16):
        town = build_town(60 * factor, 0.02, 0.6 * factor)
        exact = fill_by_chain(60 * factor, 0.02, 0.6 * factor)
        gaps.append(np.abs(run_means(town) - exact).max())
    assert gaps == pytest.approx([0.258, 0.077, 0.021], abs=0.001)


def test_who_flees_after_the_last_hour_is_neither_counted_as_having_fled_nor_registered():
    # half of the people flee at once, the others only after the scenario has ended
    town = build_town(20_000, 0.05, 1e6, flight_shares=0.5 * np.eye(1, HOURS)[0])
    expected = 0.5 * (1 - 0.95 ** np.arange(1, HOURS + 1))
    assert run_means(town) == pytest.approx(expected)
    assert run_persons(town, 1)[:, 0] == pytest.approx(expected, abs=0.015)


@pytest.mark.parametrize("hours", [24, 48])
def test_a_scenario_that_ends_before_all_have_fled_gives_the_same_by_both_engines(hours):
    scenario = sharing.read_scenario("nankai_illustrative").change(hours=hours)
    full = sharing.build_model(scenario)
    model = dataclasses.replace(
        full,
        people=np.round(full.people * 0.1),
        capacity=full.capacity * np.round(full.people * 0.1).sum() / full.people.sum(),
    )
    rules = sharing.build_rules(model, sharing.default_policies().iloc[2])
    restored = sharing.draw_outages(model, 1, 3)
    means = sharing.run_cohort_engine(model, rules, restored, (hours,))
    drawn = sharing.run_person_engine(model, rules, restored, (hours,), 0)
    assert model.flight_shares.sum() < 1
    assert means.places.sum() == pytest.approx(drawn.places.sum(), rel=0.01)
    assert np.abs(means.hourly["host"] - drawn.hourly["host"]).max() < 0.005
