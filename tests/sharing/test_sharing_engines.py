"""Both engines play the same rules: nobody is made or lost, and more sharing never lowers what home knows."""

import dataclasses
from concurrent.futures import ProcessPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dxkit import sharing
from dxkit.errors import ChoiceError
from dxkit.sharing import _cohort_engine, _person_engine
from dxkit.sharing._model import build, draw_outages, rules_of
from dxkit.sharing._simulate import simulate

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
    full = build(nankai)
    factor = PEOPLE / full.people.sum()
    return dataclasses.replace(
        full, people=np.round(full.people * factor), capacity=full.capacity * factor
    )


def rules(nankai, model, policy):
    return rules_of(model, nankai.policies.set_index("policy", drop=False).loc[policy])


@pytest.mark.parametrize("policy", SIX)
def test_means_and_persons_agree_within_a_point_in_every_hour_for_every_measure(
    nankai, model, policy
):
    chosen, restored, marks = (
        rules(nankai, model, policy),
        draw_outages(model, 1, 5),
        (24, 72, 168, 336),
    )
    means = _cohort_engine.run(model, chosen, restored, marks)
    drawn = _person_engine.run(model, chosen, restored, marks, 7)
    for name in SHARES:
        assert np.abs(means.hourly[name] - drawn.hourly[name]).max() < POINT, name
    for name in ("registering_hours", "sending_hours"):
        assert means.hourly[name][-1] == pytest.approx(drawn.hourly[name][-1], rel=0.02), name
    assert np.abs(means.waiting - drawn.waiting).max() < POINT * PEOPLE
    assert np.abs(means.places - drawn.places).sum(axis=(1, 2)).max() < 6 * np.sqrt(
        means.places.size * PEOPLE
    )
    assert means.sends.sum() == pytest.approx(drawn.sends.sum(), rel=0.02)


# --- a small disaster of any shape -----------------------------------------------------------------------------------


@st.composite
def disasters(draw):
    """Give a small model with anything from no staff to plenty, no moves to many, no outages to long ones."""
    base = build(
        sharing.read_scenario("noto_2024").change(hours=96, outage_spread=draw(st.floats(0, 2)))
    )
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    flags = random.random(base.agreed.shape) < draw(st.floats(0, 1))
    arrive = random.random(96) * (random.random(96) < 0.3) + (np.arange(96) == 0)
    return dataclasses.replace(
        base,
        people=random.integers(1, 20_000, len(base.people)).astype(float),
        first=random.dirichlet(np.ones(base.first.shape[1]), len(base.people)),
        later=random.dirichlet(np.ones(base.first.shape[1]), len(base.people)),
        arrive=arrive / arrive.sum(),
        move=random.random(base.move.shape) * draw(st.sampled_from((0.0, 0.02, 1.0))),
        contact=random.random(base.contact.shape) * draw(st.sampled_from((0.0, 0.1, 1.0))),
        capacity=random.random(base.capacity.shape) * draw(st.sampled_from((0.0, 30.0, 1e6))),
        agreed=flags,
        joined=random.random(len(base.hosts)) < 0.6,
    )


def policy(**changed):
    row = sharing.default_policies().set_index("policy", drop=False).loc["県ハブ"].copy()
    for name, value in changed.items():
        row[name] = value
    return row


@settings(max_examples=40, deadline=None)
@given(disasters(), st.sampled_from(SIX), st.integers(0, 1000))
def test_nobody_is_made_or_lost_and_every_share_stays_between_0_and_1(model, name, seed):
    row = sharing.default_policies().set_index("policy", drop=False).loc[name]
    marks = (1, 24, 96)
    trace = _cohort_engine.run(model, rules_of(model, row), draw_outages(model, 3, seed), marks)
    fled = np.cumsum(model.arrive)[[mark - 1 for mark in marks]]
    for at, share in enumerate(fled):
        assert trace.places[at].sum(axis=1) == pytest.approx(model.people * share)
        known = trace.hourly["host"][marks[at] - 1].mean() * model.people.sum()
        assert trace.waiting[at].sum() + known == pytest.approx(trace.places[at].sum(), abs=1e-6)
    for measure in ("host", "home", "prefecture", "duplicate"):
        assert trace.hourly[measure].min() >= -1e-12
        assert trace.hourly[measure].max() <= 1 + 1e-9
    assert (trace.hourly["home"] <= trace.hourly["host"] + 1e-9).all()
    assert (trace.by_home <= model.people + 1e-6).all()
    for summed in ("disclosed", "unneeded", "registering_hours", "sending_hours"):
        assert np.diff(trace.hourly[summed], axis=0).min() >= -1e-9
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
    less, more = (policy(**changed) for changed in MORE[change])
    restored = draw_outages(model, 2, seed)
    before, after = (
        _cohort_engine.run(model, rules_of(model, row), restored, (96,)).hourly["home"]
        for row in (less, more)
    )
    assert (after >= before - 1e-9).all()


@settings(max_examples=15, deadline=None)
@given(model=disasters(), seed=st.integers(0, 1000), low=st.floats(0, 1), high=st.floats(0, 1))
def test_more_people_who_agree_never_lower_what_home_knows(model, seed, low, high):
    restored, low, high = draw_outages(model, 2, seed), min(low, high), max(low, high)
    models = [
        dataclasses.replace(model, settings={**model.settings, "consent_share": share})
        for share in (low, high)
    ]
    before, after = (
        _cohort_engine.run(m, rules_of(m, policy(consent=True)), restored, (96,)).hourly["home"]
        for m in models
    )
    assert (after >= before - 1e-9).all()


# --- what is known without a simulation ------------------------------------------------------------------------------


def test_staff_register_no_more_than_they_can(nankai):
    model = build(nankai.change(hours=48))
    trace = _cohort_engine.run(
        model, rules(nankai, model, "共有なし"), np.zeros((1, len(model.hosts))), (48,)
    )
    hours = model.capacity.sum() / model.settings["records_per_staff_hour"]
    assert 0 < trace.hourly["registering_hours"][-1, 0] <= hours


def test_one_place_with_nobody_moving_fills_by_the_daily_share(nankai):
    full = build(nankai.change(hours=48))
    model = dataclasses.replace(
        full,
        arrive=(np.arange(48) == 0).astype(float),
        move=np.zeros_like(full.move),
        contact=np.full_like(full.contact, 1 - 0.4 ** (1 / 24)),
        capacity=np.full_like(full.capacity, 1e9),
    )
    trace = _cohort_engine.run(
        model, rules(nankai, model, "共有なし"), np.zeros((1, len(model.hosts))), (48,)
    )
    assert trace.hourly["host"][[23, 47], 0] == pytest.approx([0.6, 1 - 0.4**2])


def test_outages_come_as_often_and_last_as_long_as_written(nankai):
    model = build(nankai.change(outage_spread=0.5))
    restored = draw_outages(model, 20_000, 1)
    assert (restored > 0).mean(axis=0) == pytest.approx(model.probability, abs=0.02)
    at = model.hosts.index("28100")
    # rounding up to whole hours adds half an hour in the mean
    assert restored[:, at][restored[:, at] > 0].mean() == pytest.approx(
        model.mean_hours[at] + 0.5, rel=0.05
    )


def test_the_same_seed_gives_the_same_answer_however_the_work_is_shared(nankai):
    small = sharing.read_scenario("noto_2024").change(hours=48)
    options = {"policies": ["県ハブ", "同意制"], "draws": 5}
    first = simulate(small, **options).timeline
    with ProcessPoolExecutor(1) as pool:
        second = simulate(small, executor=pool, **options).timeline
    assert first.equals(second)
    assert not first.equals(simulate(small, seed=9, **options).timeline)
    person = [simulate(small, engine="person", **options).timeline for _ in range(2)]
    assert person[0].equals(person[1])


def test_what_cannot_be_run_is_refused_by_name(nankai):
    with pytest.raises(ChoiceError, match="engine の「fluid」はありません"):
        simulate(nankai, engine="fluid")
    with pytest.raises(ChoiceError, match="施策「県」はこのシナリオにありません"):
        simulate(nankai, policies=["県"])
    with pytest.raises(ChoiceError, match="draws=0 は使えません"):
        simulate(nankai, draws=0)
    towns = nankai.tables["evacuees"].assign(evacuees=100_000.0)
    with pytest.raises(ChoiceError, match="3,000,000 人までです（4,200,000 人）"):
        simulate(nankai.with_table("evacuees", towns), engine="person")
