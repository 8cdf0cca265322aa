"""Both engines play the same rules: nobody is lost, more sharing never lowers what is known."""

import dataclasses
from concurrent.futures import ProcessPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dxkit import sharing
from dxkit.errors import ChoiceError

SIX = ["共有なし", "協定", "県ハブ", "同意制", "緊急時", "国クラウド"]
SHARES = ("host", "home", "prefecture", "duplicate", "disclosed", "unneeded")
PEOPLE = 200_000
POINT = 0.01


@pytest.fixture(scope="module")
def nankai():
    return sharing.read_scenario("nankai_illustrative")


@pytest.fixture(scope="module")
def model(nankai):
    """The shipped scenario with 200,000 whole people; staff in proportion."""
    full = sharing.build_model(nankai)
    factor = PEOPLE / full.people.sum()
    return dataclasses.replace(
        full, people=np.round(full.people * factor), capacity=full.capacity * factor
    )


def build_rules(scenario, model, policy):
    row = scenario.policies.set_index("policy", drop=False).loc[policy]
    return sharing.build_rules(model, row)


@pytest.mark.parametrize("policy", SIX)
def test_means_and_persons_agree_within_a_point_in_every_hour_for_every_measure(
    nankai, model, policy
):
    rules = build_rules(nankai, model, policy)
    restored = sharing.draw_outages(model, 1, 5)
    marks = (24, 72, 168, 336)
    means = sharing.run_cohort_engine(model, rules, restored, marks)
    drawn = sharing.run_person_engine(model, rules, restored, marks, 7)
    for name in SHARES:
        assert np.abs(means.hourly[name] - drawn.hourly[name]).max() < POINT, name
    for name in ("registering_hours", "sending_hours"):
        assert means.hourly[name][-1] == pytest.approx(drawn.hourly[name][-1], rel=0.02), name
    assert np.abs(means.waiting - drawn.waiting).max() < POINT * PEOPLE
    assert np.abs(means.places - drawn.places).sum(axis=(1, 2)).max() < 6 * np.sqrt(
        means.places.size * PEOPLE
    )
    assert means.sends.sum() == pytest.approx(drawn.sends.sum(), rel=0.02)


@st.composite
def disasters(draw):
    """A small model: from no staff to plenty, no moves to many, no outages to long ones."""
    base = sharing.build_model(
        sharing.read_scenario("noto_2024").change(hours=96, outage_spread=draw(st.floats(0, 2)))
    )
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    flags = random.random(base.has_agreement.shape) < draw(st.floats(0, 1))
    flight = random.random(96) * (random.random(96) < 0.3) + (np.arange(96) == 0)
    cells = np.ones(base.first_shares.shape[1])
    capacity = random.random(base.capacity.shape) * draw(st.sampled_from((0.0, 30.0, 1e6)))
    return dataclasses.replace(
        base,
        people=random.integers(1, 20_000, len(base.people)).astype(float),
        first_shares=random.dirichlet(cells, len(base.people)),
        later_shares=random.dirichlet(cells, len(base.people)),
        flight_shares=flight / flight.sum(),
        move_rates=random.random(base.move_rates.shape) * draw(st.sampled_from((0.0, 0.02, 1.0))),
        contact_rates=random.random(base.contact_rates.shape)
        * draw(st.sampled_from((0.0, 0.1, 1.0))),
        capacity=capacity,
        has_agreement=flags,
        has_joined=random.random(len(base.hosts)) < 0.6,
    )


def change_hub_policy(**changes):
    row = sharing.default_policies().set_index("policy", drop=False).loc["県ハブ"].copy()
    for name, value in changes.items():
        row[name] = value
    return row


def simulate_known_home(model, policy, restored):
    rules = sharing.build_rules(model, policy)
    return sharing.run_cohort_engine(model, rules, restored, (96,)).hourly["home"]


@settings(max_examples=40, deadline=None)
@given(disasters(), st.sampled_from(SIX), st.integers(0, 1000))
def test_nobody_is_made_or_lost_and_every_share_stays_between_0_and_1(model, name, seed):
    row = sharing.default_policies().set_index("policy", drop=False).loc[name]
    marks = (1, 24, 96)
    rules = sharing.build_rules(model, row)
    trace = sharing.run_cohort_engine(model, rules, sharing.draw_outages(model, 3, seed), marks)
    fled = np.cumsum(model.flight_shares)[[mark - 1 for mark in marks]]
    for i, share in enumerate(fled):
        assert trace.places[i].sum(axis=1) == pytest.approx(model.people * share)
        known = trace.hourly["host"][marks[i] - 1].mean() * model.people.sum()
        assert trace.waiting[i].sum() + known == pytest.approx(trace.places[i].sum(), abs=1e-6)
    for measure in ("host", "home", "prefecture", "duplicate"):
        assert trace.hourly[measure].min() >= -1e-12
        assert trace.hourly[measure].max() <= 1 + 1e-9
    assert (trace.hourly["home"] <= trace.hourly["host"] + 1e-9).all()
    assert (trace.by_home <= model.people + 1e-6).all()
    for cumulative in ("disclosed", "unneeded", "registering_hours", "sending_hours"):
        assert np.diff(trace.hourly[cumulative], axis=0).min() >= -1e-9
    assert trace.sends.min() >= 0


MORE = {
    "an earlier start": ({"start_hour": 30.0}, {"start_hour": 6.0}),
    "faster sending": ({"host_hours": 24.0}, {"host_hours": 2.0}),
    "faster receiving": ({"home_hours": 24.0}, {"home_hours": 1.0}),
    "no consent": ({"consent": True}, {"consent": False}),
    "all municipalities instead of those that joined": (
        {"joined_only": True},
        {"joined_only": False},
    ),
    "sending to all instead of to partners": (
        {"route": "直接", "pairs": "協定"},
        {"route": "直接", "pairs": "すべて"},
    ),
    "a hub instead of none": ({"route": "なし"}, {"route": "集約"}),
    "partners instead of none": ({"route": "なし"}, {"route": "直接", "pairs": "協定"}),
    "registering oneself": ({"self_per_day": 0.0}, {"self_per_day": 0.2}),
}


@pytest.mark.parametrize("change", MORE)
@settings(max_examples=15, deadline=None)
@given(model=disasters(), seed=st.integers(0, 1000))
def test_more_sharing_never_lowers_what_home_knows(change, model, seed):
    less, more = (change_hub_policy(**changes) for changes in MORE[change])
    restored = sharing.draw_outages(model, 2, seed)
    before = simulate_known_home(model, less, restored)
    after = simulate_known_home(model, more, restored)
    assert (after >= before - 1e-9).all()


@settings(max_examples=15, deadline=None)
@given(model=disasters(), seed=st.integers(0, 1000), low=st.floats(0, 1), high=st.floats(0, 1))
def test_more_people_who_agree_never_lower_what_home_knows(model, seed, low, high):
    restored = sharing.draw_outages(model, 2, seed)
    policy = change_hub_policy(consent=True)
    before, after = (
        simulate_known_home(
            dataclasses.replace(model, settings={**model.settings, "consent_share": share}),
            policy,
            restored,
        )
        for share in sorted((low, high))
    )
    assert (after >= before - 1e-9).all()


def test_staff_register_no_more_than_they_can(nankai):
    model = sharing.build_model(nankai.change(hours=48))
    rules = build_rules(nankai, model, "共有なし")
    trace = sharing.run_cohort_engine(model, rules, np.zeros((1, len(model.hosts))), (48,))
    hours = model.capacity.sum() / model.settings["records_per_staff_hour"]
    assert 0 < trace.hourly["registering_hours"][-1, 0] <= hours


def test_one_place_with_nobody_moving_fills_by_the_daily_share(nankai):
    full = sharing.build_model(nankai.change(hours=48))
    model = dataclasses.replace(
        full,
        flight_shares=(np.arange(48) == 0).astype(float),
        move_rates=np.zeros_like(full.move_rates),
        contact_rates=np.full_like(full.contact_rates, 1 - 0.4 ** (1 / 24)),
        capacity=np.full_like(full.capacity, 1e9),
    )
    rules = build_rules(nankai, model, "共有なし")
    trace = sharing.run_cohort_engine(model, rules, np.zeros((1, len(model.hosts))), (48,))
    assert trace.hourly["host"][[23, 47], 0] == pytest.approx([0.6, 1 - 0.4**2])


def test_outages_come_as_often_and_last_as_long_as_written(nankai):
    model = sharing.build_model(nankai.change(outage_spread=0.5))
    restored = sharing.draw_outages(model, 20_000, 1)
    assert (restored > 0).mean(axis=0) == pytest.approx(model.outage_probability, abs=0.02)
    kobe = model.hosts.index("28100")
    # rounding up to whole hours adds half an hour in the mean
    assert restored[:, kobe][restored[:, kobe] > 0].mean() == pytest.approx(
        model.mean_hours[kobe] + 0.5, rel=0.05
    )


def test_the_same_seed_gives_the_same_answer_however_the_work_is_shared():
    small = sharing.read_scenario("noto_2024").change(hours=48)
    options = {"policies": ["県ハブ", "同意制"], "draws": 5}
    first = sharing.simulate(small, **options).timeline
    with ProcessPoolExecutor(1) as pool:
        second = sharing.simulate(small, executor=pool, **options).timeline
    assert first.equals(second)
    assert not first.equals(sharing.simulate(small, seed=9, **options).timeline)
    person = [sharing.simulate(small, engine="person", **options).timeline for _ in range(2)]
    assert person[0].equals(person[1])


def test_what_cannot_be_run_is_refused_by_name(nankai):
    with pytest.raises(ChoiceError, match="engine=「fluid」は選べません。cohort・person から"):
        sharing.simulate(nankai, engine="fluid")
    with pytest.raises(ChoiceError, match="施策「県」はこのシナリオにありません"):
        sharing.simulate(nankai, policies=["県"])
    with pytest.raises(ChoiceError, match="draws=0 は使えません"):
        sharing.simulate(nankai, draws=0)
    people = nankai.tables["evacuees"].assign(evacuees=100_000.0)
    with pytest.raises(ChoiceError, match="3,000,000 人までです（4,200,000 人）"):
        sharing.simulate(nankai.with_table("evacuees", people), engine="person")


def test_the_old_keyword_for_the_progress_bar_still_works(capsys):
    small = sharing.read_scenario("noto_2024").change(hours=24)
    with pytest.warns(FutureWarning, match="progress= は show_progress= に変わりました"):
        sharing.simulate(small, policies=["県ハブ"], draws=1, progress=True)
    assert "シミュレーション" in capsys.readouterr().err
