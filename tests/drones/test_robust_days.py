"""Draws of people and wind: days without a flight, the wind's spread, and which bases stand."""

import numpy as np
import pandas as pd
import pytest
from tajima import CRAFT, scatter_people

import dxkit
from dxkit import drones
from dxkit.errors import ChoiceError, TableError, TableWarning


@pytest.fixture
def people():
    table = scatter_people(300)
    return table.assign(low=table["people"] * 0.5, high=table["people"] * 1.7)


@pytest.fixture
def sites():
    rng = np.random.default_rng(2)
    return pd.DataFrame(
        {
            "base": [f"b{number}" for number in range(12)],
            "lat": 35.3 + 0.2 * rng.random(12),
            "lon": 134.7 + 0.2 * rng.random(12),
        }
    )


def wind(mean_ms=4.0, days_ms=3.0, months=(4,)):
    return pd.DataFrame(
        {
            "station": "豊岡",
            "month": months,
            "mean_wind_ms": mean_ms,
            "days_10ms": days_ms,
            "days_15ms": 0.0,
            "days_20ms": 0.0,
        }
    )


def draw_days(people, bases, stations, draws=200, month=4, **options):
    options |= {"drone": CRAFT, "winds_ms": (), "stations": stations, "month": month}
    table = drones.robustness(people, bases, draws=draws, **options)
    return table[table["kind"] == "day"].reset_index(drop=True), table.attrs


def test_as_many_days_are_lost_as_the_normals_say(people, sites):
    # 3 of April's 30 days: 90 % with a flight; 1,000 draws err by 1 point. A wind of 2 m/s in the
    # mean never comes near the drone's 10 m/s, where the reach ends
    days, attrs = draw_days(people, sites.head(2), wind(mean_ms=2.0), draws=1000)
    assert attrs["flight_share"] == pytest.approx(0.9, abs=0.025)
    lost = days["wind_ms"].isna()
    assert 1 - lost.mean() == pytest.approx(attrs["flight_share"])
    assert (days.loc[lost, "covered"] == 0).all()
    assert (days.loc[~lost, "covered"] > 0).all()


def test_the_wind_has_the_months_mean_and_every_direction(people, sites):
    # Rayleigh's standard deviation is 0.52 of its mean; above 10 m/s there is next to nothing
    days, _ = draw_days(people, sites.head(2), wind(mean_ms=3.0, days_ms=0.0), draws=1000)
    assert days["wind_ms"].mean() == pytest.approx(3.0, abs=0.15)
    assert days["wind_ms"].std() == pytest.approx(3.0 * np.sqrt(4 / np.pi - 1), abs=0.1)
    quarters = np.bincount((days["wind_from_deg"] // 90).astype(int), minlength=4) / len(days)
    assert quarters == pytest.approx(np.full(4, 0.25), abs=0.04)
    strong, _ = draw_days(people, sites.head(2), wind(mean_ms=12.0, days_ms=0.0))
    assert strong["wind_ms"].max() <= CRAFT["wind_max_ms"]


def test_without_wind_a_day_is_the_draw_of_the_people(people, sites):
    siting = drones.best_bases(people, sites, count=3, range_km=drones.flight_range(CRAFT))
    options = {"drone": CRAFT, "winds_ms": (), "draws": 12, "candidates": sites, "seed": 3}
    plain = drones.robustness(people, siting, **options)
    calm = drones.robustness(people, siting, stations=wind(0.0, 0.0), month=4, **options)
    columns = ["covered", "share", "lost"]
    drawn = plain.loc[plain["kind"] == "demand", columns].reset_index(drop=True)
    days = calm.loc[calm["kind"] == "day", columns].reset_index(drop=True)
    pd.testing.assert_frame_equal(drawn, days)
    assert plain.attrs["stands"] == calm.attrs["stands"]


def test_each_day_is_compared_with_the_best_bases_of_its_own_wind(people, sites):
    bases = sites.head(3)
    sure = people.assign(low=people["people"], high=people["people"])
    days, attrs = draw_days(sure, bases, wind(), draws=15, candidates=sites, seed=5)
    times_best = dict.fromkeys(bases["base"], 0)
    for row in days[days["wind_ms"].notna()].itertuples():
        shape = drones.flight_shape(CRAFT, wind_ms=row.wind_ms, wind_from_deg=row.wind_from_deg)
        # a search from the beginning, in place of one from the answer before
        best = drones.best_bases(sure, sites, count=3, range_km=shape)
        reached = drones.reach(sure, bases, range_km=shape)["place"].unique()
        assert row.covered == pytest.approx(sure.loc[reached, "people"].sum())
        assert row.lost == pytest.approx(best.share - row.share)
        for base in set(best.bases["base"]) & set(times_best):
            times_best[base] += 1
    flights = int(days["wind_ms"].notna().sum())
    assert days.loc[days["wind_ms"].isna(), "lost"].isna().all()
    assert attrs["stands"] == {base: times / flights for base, times in times_best.items()}


def test_the_order_of_the_months_does_not_matter(people, sites):
    year = wind(months=range(1, 13)).assign(mean_wind_ms=np.linspace(1, 4, 12))
    first, _ = draw_days(people, sites.head(2), year, draws=30, month=None)
    again, _ = draw_days(people, sites.head(2), year.iloc[::-1], draws=30, month=None)
    pd.testing.assert_frame_equal(first, again)
    reseeded, _ = draw_days(people, sites.head(2), year, draws=30, month=None, seed=1)
    assert not first["wind_ms"].equals(reseeded["wind_ms"])


def test_a_month_of_the_shipped_normals_is_taken(people, sites):
    normals = dxkit.load("wind_normals").query("station == '香住'")
    mean_ms = {}
    for month in (1, 6):
        days, _ = draw_days(people, sites.head(2), normals, month=month)
        mean_ms[month] = days["wind_ms"].mean()
    assert mean_ms[1] > mean_ms[6]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"stations": wind(), "drone": None, "range_km": 5.0}, "drone"),
        ({"stations": wind(), "draws": 0}, "draws"),
        ({"month": 4}, "stations"),
        ({"stations": wind(), "month": 13}, "month"),
        ({"stations": wind(), "month": 5}, "month=5"),
        ({"stations": pd.concat([wind(), wind()])}, "1つに決められません"),
        ({"stations": pd.concat([wind(), wind()]), "month": 4}, "1つに決められません"),
        ({"stations": pd.concat([wind(), wind().assign(station="香住")])}, "豊岡、香住|香住、豊岡"),
    ],
)
def test_a_wind_that_cannot_be_drawn_is_refused(people, sites, options, words):
    with pytest.raises(ChoiceError, match=words):
        drones.robustness(people, sites.head(2), **{"drone": CRAFT, "draws": 5} | options)


def test_a_mean_wind_that_is_no_number_is_refused(people, sites):
    with pytest.raises(TableError, match="mean_wind_ms"):
        draw_days(people, sites.head(2), wind().assign(mean_wind_ms="弱い"), draws=3)


@pytest.mark.parametrize("months", [(4,), range(1, 12)])
def test_a_day_of_the_year_is_not_drawn_from_some_of_its_months(people, sites, months):
    missing = "・".join(str(month) for month in range(1, 13) if month not in months)
    with pytest.raises(ChoiceError, match=f"表に{missing}月の行がない.*12か月分"):
        draw_days(people, sites.head(2), wind(months=months), draws=3, month=None)


def test_blanks_of_months_that_were_not_asked_for_do_no_harm(people, sites):
    year = wind(months=range(1, 13))
    gaps = year.copy()
    gaps.loc[gaps["month"] == 7, ["mean_wind_ms", "days_10ms"]] = np.nan
    whole, _ = draw_days(people, sites.head(2), year, draws=10)
    april, _ = draw_days(people, sites.head(2), gaps, draws=10)
    pd.testing.assert_frame_equal(whole, april)
    assert drones.flyable(gaps, CRAFT, month=4)["flyable_days"].tolist() == [27.0]
    # the row is that of the table as it was handed over
    with pytest.raises(TableError, match="7行目 列「days_10ms」"):
        draw_days(people, sites.head(2), gaps, draws=3, month=7)
    with pytest.raises(TableError, match="7行目 列「mean_wind_ms」"):
        draw_days(people, sites.head(2), gaps.assign(days_10ms=3.0), draws=3, month=7)


def test_without_a_seed_each_call_draws_another_wind(people, sites):
    first, attrs = draw_days(people, sites.head(2), wind(), draws=10, seed=None)
    again, _ = draw_days(people, sites.head(2), wind(), draws=10, seed=None)
    assert attrs["settings"]["seed"] is None
    assert not first["wind_ms"].equals(again["wind_ms"])


def test_where_no_day_had_a_flight_nobody_knows_which_bases_stand(people, sites):
    # 30 of April's 30 days are lost
    days, attrs = draw_days(people, sites.head(2), wind(days_ms=30.0), draws=5, candidates=sites)
    assert attrs["flight_share"] == 0
    assert days["lost"].isna().all()
    assert list(attrs["stands"]) == ["b0", "b1"]
    assert np.isnan(list(attrs["stands"].values())).all()
    assert (attrs["unproven"], attrs["largest_gap"]) == (0, 0.0)


def invent_hard_question():
    """Invent a question that needs branching: many sites reach much the same people."""
    rng = np.random.default_rng(7)
    spots = 35 + 0.05 * rng.random((2, 420))
    people = pd.DataFrame({"lat": spots[0, :300], "lon": 100 + spots[1, :300]})
    people["people"] = rng.integers(1, 90, 300).astype(float)
    sites = pd.DataFrame({"lat": spots[0, 300:], "lon": 100 + spots[1, 300:]})
    sites["base"] = [f"b{number:03}" for number in range(120)]
    return people.assign(low=people["people"] * 0.5, high=people["people"] * 1.7), sites


def test_draws_whose_best_bases_are_not_proven_are_counted_and_warned_of(monkeypatch):
    people, sites = invent_hard_question()
    options = {"range_km": 1.0, "draws": 6, "candidates": sites}
    proven = drones.robustness(people, sites.head(6), **options)
    assert (proven.attrs["unproven"], proven.attrs["largest_gap"]) == (0, 0.0)
    monkeypatch.setattr("dxkit._optimise.mclp_tree.NODE_LIMIT", 0)
    # with its swaps the search finds the best bases of these draws even where it proves none
    for module in ("mclp", "mclp_state"):
        monkeypatch.setattr(f"dxkit._optimise.{module}.improve_by_swaps", lambda _, bases: bases)
    with pytest.warns(TableWarning, match=r"引いた6回のうち\d回は.*証明する前に") as record:
        cut = drones.robustness(people, sites.head(6), **options)
    # the warning names the line of the call
    assert record[0].filename == __file__
    assert 1 <= cut.attrs["unproven"] <= 6
    gap = cut.attrs["largest_gap"]
    assert f"最大{gap:.3g}大きい" in str(record[0].message)
    # what the proof finds lies between what was found and that with the gap
    draws = cut["kind"] == "demand"
    more = (proven["lost"] - cut["lost"])[draws]
    assert (more > 1e-9).any()
    assert more.between(-1e-12, gap + 1e-12).all()


def test_without_candidates_nothing_is_said_of_a_proof(people, sites):
    _, attrs = draw_days(people, sites.head(2), wind(), draws=3)
    assert (attrs["unproven"], attrs["largest_gap"]) == (None, None)
