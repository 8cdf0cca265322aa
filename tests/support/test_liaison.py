"""Is everybody visited in the fewest days and minutes, is the load shared out, and is every change since a visit told?"""

import itertools
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dxkit
from dxkit.errors import ChoiceError, TableError
from dxkit.support import liaison


@pytest.fixture(scope="module")
def towns():
    return dxkit.load("municipalities")


@pytest.fixture(scope="module")
def plan(towns):
    return liaison.rounds(towns, hearing_min=120, day_hours=9, iterations=400, certify=True)


# --- distances -------------------------------------------------------------------------------------------------------


def test_himeji_to_sumoto_leads_over_the_bridge(towns):
    km = liaison.distances(towns)
    assert km.loc["28201", "28205"] == pytest.approx(97, abs=1.5)
    flat = liaison.distances(towns.assign(code=towns["code"].replace({"28205": "28299"})))
    assert flat.loc["28201", "28299"] == pytest.approx(75, abs=1.0)


def test_distances_are_a_metric_with_zeros_on_the_diagonal(towns):
    km = liaison.distances(towns, start=(34.6913, 135.183)).to_numpy()
    assert km.shape == (42, 42)
    np.testing.assert_allclose(km, km.T)
    assert (np.diag(km) == 0).all()
    for middle in range(42):
        assert (km <= km[:, [middle]] + km[[middle], :] + 1e-9).all()


def test_a_detour_below_one_and_a_missing_office_are_refused(towns):
    with pytest.raises(ChoiceError, match=r"detour=0\.9"):
        liaison.distances(towns, detour=0.9)
    with pytest.raises(TableError, match="2行目 列「office_lat」"):
        liaison.distances(towns.assign(office_lat=[34.0, None, *[35.0] * 39]))


# --- rounds ----------------------------------------------------------------------------------------------------------


def test_all_40_but_kobe_are_visited_once_within_every_day(plan, towns):
    assert sorted(plan.table["code"]) == [code for code in towns["code"] if code != "28100"]
    assert plan.unreachable.empty
    assert plan.table["day"].nunique() == plan.days == len(plan.by_day)
    np.testing.assert_allclose(plan.table["leave"] - plan.table["arrive"], 2.0)
    assert (plan.by_day["hours"] <= 9 + 1e-9).all()
    assert plan.minutes == pytest.approx(plan.by_day["travel_min"].sum())
    assert plan.table.columns[:3].tolist() == ["day", "order", "code"]


def test_arrivals_follow_from_travel_and_stays(plan, towns):
    minutes = liaison.distances(towns, start=(34.6913, 135.183)) / 50 * 60
    for _, day in plan.table.groupby("day"):
        here, now = "start", 0.0
        for row in day.itertuples():
            assert row.arrive == pytest.approx(now + minutes.loc[here, row.code] / 60, abs=1 / 1800)
            here, now = row.code, row.leave
    assert plan.table["arrive_at"].iloc[0].startswith(("08:", "09:", "10:"))


def test_a_certified_plan_is_proven(plan):
    assert (plan.days, plan.bound_days, plan.gap) == (18, 18, 0.0)
    assert plan.minutes == pytest.approx(plan.bound_minutes)


def test_the_same_seed_gives_the_same_plan(towns):
    few = towns[towns["area"].isin(["但馬", "丹波"])]
    one, two = (liaison.rounds(few, iterations=100, seed=3).table for _ in range(2))
    pd.testing.assert_frame_equal(one, two)


def _length(travel, tour):
    return int(sum(travel[a, b] for a, b in itertools.pairwise([0, *tour, 0])))


def _plans(travel, visit, day):
    """Every plan that keeps to the day: every order cut at every place."""
    n = len(travel) - 1
    for order in itertools.permutations(range(1, n + 1)):
        for cuts in itertools.product([False, True], repeat=n - 1):
            tours, tour = [], [order[0]]
            for place, cut in zip(order[1:], cuts, strict=True):
                if cut:
                    tours.append(tour)
                    tour = []
                tour.append(place)
            tours.append(tour)
            if all(_length(travel, each) + visit * len(each) <= day for each in tours):
                yield tours


def _scattered(seed, places):
    """Seconds between places in a plane, the start first, as a table of minutes with names."""
    where = np.random.default_rng(seed).uniform(0, 60, (places + 1, 2))
    travel = np.ceil(np.linalg.norm(where[:, None] - where[None, :], axis=2) * 72).astype(np.int64)
    codes = [f"p{at}" for at in range(1, places + 1)]
    minutes = pd.DataFrame(travel / 60, index=["start", *codes], columns=["start", *codes])
    return travel, minutes, pd.DataFrame({"code": codes})


def _searched(tours):
    """What a search gives that came upon this plan."""
    stops = [
        SimpleNamespace(day=day, place=place, earliest_s=0)
        for day, tour in enumerate(tours)
        for place in tour
    ]
    return lambda *_, **__: (stops, True)


SEARCH = "dxkit.support.liaison._routing.search_routes"


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_the_proof_equals_brute_force_whatever_plan_it_begins_with(seed):
    travel, minutes, codes = _scattered(seed, 5)
    stretch = np.random.default_rng(seed + 1).uniform(1, 3)
    day = int(2 * travel[0].max() + 3600 * stretch)
    plans = [
        (len(tours), sum(_length(travel, tour) for tour in tours), tours)
        for tours in _plans(travel, 1800, day)
    ]
    days, seconds = min(plan[:2] for plan in plans)
    options = {"minutes": minutes, "hearing_min": 30, "day_hours": day / 3600, "certify": True}
    # from the worst plan of all the fewest days are found, and minutes that no plan is below
    worst = max(plans, key=lambda plan: plan[:2])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SEARCH, _searched(worst[2]))
        found = liaison.rounds(codes, **options)
    assert found.bound_days == days
    assert found.bound_minutes * 60 <= seconds + 1e-6
    # from the worst plan of so few days the best one is
    of_fewest_days = max(plan for plan in plans if plan[0] == days)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SEARCH, _searched(of_fewest_days[2]))
        found = liaison.rounds(codes, **options)
    assert (found.bound_days, round(found.bound_minutes * 60)) == (days, seconds)
    assert (found.days, round(found.minutes * 60), found.gap) == (days, seconds, 0)
    found = liaison.rounds(codes, iterations=50, **options)
    assert (found.days, round(found.minutes * 60), found.gap) == (days, seconds, 0)


def test_every_set_of_visits_that_fits_is_listed_with_its_shortest_tour():
    travel, minutes, codes = _scattered(5, 6)
    shortest = {
        inside: min(_length(travel, order) for order in itertools.permutations(inside))
        for many in range(1, 7)
        for inside in itertools.combinations(range(1, 7), many)
    }
    fitting = {
        inside for inside, length in shortest.items() if length + 1800 * len(inside) <= 14400
    }
    assert 6 < len(fitting) < 63
    for inside, length in shortest.items():
        found = liaison.rounds(
            codes.iloc[[place - 1 for place in inside]],
            minutes=minutes,
            hearing_min=30,
            day_hours=4,
            iterations=10,
            certify=True,
        )
        # as many sets are listed as fit: of every set of places, so that they are these sets
        assert found.settings["tours"] == sum(each <= set(inside) for each in map(set, fitting))
        if inside in fitting:
            assert (found.days, round(found.minutes * 60)) == (1, length)
            order = [int(code[1:]) for code in found.table["code"]]
            assert _length(travel, order) == length
        else:
            assert found.days > 1


def test_who_cannot_be_reached_in_a_day_is_named_with_what_can_be_done(towns):
    found = liaison.rounds(
        towns[towns["area"] == "但馬"], hearing_min=90, speed_kmh=45, iterations=50
    )
    assert found.unreachable["name"].tolist() == ["新温泉町"]
    told = found.unreachable.iloc[0]
    assert told["needed_hours"] > 8.5
    assert all(
        word in told["options"] for word in ("オンライン", "8.9時間", "前泊", "県民局", "66分以内")
    )
    assert "28586" not in set(found.table["code"])


def test_the_hours_named_for_an_unreached_municipality_are_enough(towns):
    few = towns[towns["area"] == "但馬"]
    assert liaison.rounds(
        few, hearing_min=90, speed_kmh=45, day_hours=8.9, iterations=50
    ).unreachable.empty
    assert liaison.rounds(few, hearing_min=66, speed_kmh=45, iterations=50).unreachable.empty


def test_own_minutes_take_the_place_of_the_estimate(towns):
    few = towns[towns["area"] == "但馬"]
    names = ["start", *few["code"]]
    own = pd.DataFrame(10.0, index=names, columns=names)
    found = liaison.rounds(few, minutes=own, iterations=50)
    assert found.days == 1
    assert found.minutes == 60
    with pytest.raises(TableError, match="値「28585」: minutes に行か列がありません"):
        liaison.rounds(few, minutes=own.drop(index="28585"), iterations=50)
    with pytest.raises(TableError, match="28209 から 28222 が使えません"):
        liaison.rounds(
            few,
            minutes=own.mask(
                (own.index == "28209")[:, None] & (own.columns == "28222")[None, :], -1.0
            ),
        )


def test_too_few_days_a_table_without_codes_and_nobody_in_reach_are_told(towns):
    few = towns[towns["area"].isin(["但馬", "淡路"])]
    with pytest.raises(ChoiceError, match="2日で全部を回る巡回が見つかりません"):
        liaison.rounds(few, days=2, iterations=50)
    with pytest.raises(TableError, match="列「code」"):
        liaison.rounds(few.drop(columns=["code", "code6"]))
    far = liaison.rounds(few, day_hours=1, iterations=10)
    assert (far.days, far.minutes, len(far.table), len(far.by_day)) == (0, 0, 0, 0)
    assert set(far.unreachable["code"]) == set(few["code"])


APPOINTMENTS = pd.DataFrame({"code": ["28586", "28586", "28209", "28205"], "day": [2, 3, None, 1],
                             "from_hour": [12.5, 13.5, 11.5, 11.0], "to_hour": [14.0, 15.0, 13.0, 12.0]})  # fmt: skip


def test_appointments_are_kept_and_one_of_several_times_is_used(towns):
    few = towns[towns["area"].isin(["但馬", "淡路"])]
    found = liaison.rounds(few, appointments=APPOINTMENTS, iterations=300)
    assert sorted(found.table["code"]) == sorted(few["code"])
    rows = found.table.set_index("code")
    begin, end = 8.5 + rows["leave"] - 1.0, 8.5 + rows["leave"]
    for code, options in APPOINTMENTS.groupby("code"):
        assert any(
            (pd.isna(each.day) or rows.loc[code, "day"] == each.day)
            and begin[code] >= each.from_hour - 1e-6
            and end[code] <= each.to_hour + 1e-6
            for each in options.itertuples()
        )
    assert (found.by_day["hours"] <= 8.5 + 1e-9).all()


def test_two_times_of_one_visit_on_any_day_are_alternatives(towns):
    few = towns[towns["area"] == "淡路"]
    either = pd.DataFrame(
        {"code": ["28205"] * 2, "from_hour": [10.0, 15.0], "to_hour": [11.0, 16.0]}
    )
    found = liaison.rounds(few, appointments=either, iterations=200).table.set_index("code")
    begin = 8.5 + found.loc["28205", "leave"] - 1
    assert min(abs(begin - 10), abs(begin - 15)) < 1e-6


def test_impossible_appointments_are_named_together(towns):
    few = towns[towns["area"] == "淡路"]
    bad = pd.DataFrame(
        {"code": ["28100", "28205"], "from_hour": [10.0, 10.0], "to_hour": [12.0, 10.5]}
    )
    with pytest.raises(TableError, match="2件の問題") as told:
        liaison.rounds(few, appointments=bad)
    assert "28100" in str(told.value)
    assert "28205" in str(told.value)
    clash = pd.DataFrame(
        {
            "code": ["28205", "28224"],
            "day": [1, 1],
            "from_hour": [11.0, 11.0],
            "to_hour": [12.0, 12.0],
        }
    )
    with pytest.raises(ChoiceError, match="約束の時間をすべて守る巡回が見つかりません"):
        liaison.rounds(few, appointments=clash, iterations=50)
    with pytest.raises(ChoiceError, match="certify=True は appointments と"):
        liaison.rounds(few, appointments=clash, certify=True)


def test_inputs_are_left_alone_and_settings_kept(towns, plan):
    before = towns.copy()
    liaison.rounds(towns[towns["area"] == "淡路"], iterations=10)
    pd.testing.assert_frame_equal(towns, before)
    assert plan.table.attrs["settings"]["hearing_min"] == 120


# --- who cares for whom ----------------------------------------------------------------------------------------------


def test_nine_areas_go_to_three_liaisons_as_evenly_as_can_be(towns):
    people = pd.DataFrame({"liaison": ["甲", "乙", "丙"]})
    found = liaison.assign(towns, people)
    assert len(found.table) == 9
    assert "神戸" not in set(found.table["area"])
    assert found.loads["load"].sum() == 40
    sizes = towns[towns["area"] != "神戸"].groupby("area").size().to_numpy()
    best = min(
        max(
            sum(size for size, owner in zip(sizes, owners, strict=True) if owner == each)
            for each in range(3)
        )
        for owners in itertools.product(range(3), repeat=9)
    )
    assert found.most == best == 14


def test_part_of_a_post_carries_part_of_the_load_and_only_what_it_can(towns):
    people = pd.DataFrame(
        {
            "liaison": ["甲", "乙", "丙"],
            "post": [1, 1, 0.5],
            "only": [None, "但馬 丹波 北播磨 淡路", None],
        }
    )
    found = liaison.assign(towns, people, load="people_2020")
    assert set(found.table.loc[found.table["liaison"] == "乙", "area"]) <= {
        "但馬",
        "丹波",
        "北播磨",
        "淡路",
    }
    half = found.loads.set_index("liaison")
    assert half.loc["丙", "load_per_post"] == pytest.approx(2 * half.loc["丙", "load"])
    assert found.most == pytest.approx(half["load_per_post"].max())


def test_a_field_that_nobody_can_take_is_named():
    fields = pd.DataFrame({"field": ["標準化", "生成AI"]})
    people = pd.DataFrame({"liaison": ["甲"], "only": ["標準化"]})
    with pytest.raises(ChoiceError, match="field「生成AI」を受け持てる人がいません"):
        liaison.assign(fields, people, by="field")


def test_what_is_equally_good_goes_to_the_first_liaisons_first():
    fields = pd.DataFrame({"field": [f"分野{at}" for at in range(6)]})
    people = pd.DataFrame({"liaison": ["A", "B", "C"]})
    found = liaison.assign(fields, people, by="field")
    assert found.table["liaison"].tolist() == ["A", "A", "B", "B", "C", "C"]
    assert found.settings["proven"]


def test_the_clock_stops_a_plan_only_where_asked_and_is_told_of(towns):
    few = towns[towns["area"].isin(["但馬", "丹波"])]
    plain = liaison.rounds(few, iterations=100, certify=True)
    assert plain.settings["reproducible"]
    # a search of many more steps than fit into this time
    hurried = liaison.rounds(few, iterations=10**9, time_limit_s=0.05)
    assert not hurried.settings["reproducible"]
    assert sorted(hurried.table["code"]) == sorted(few["code"])
    unhurried = liaison.rounds(few, iterations=100, certify=True, time_limit_s=3600)
    assert unhurried.settings["reproducible"]
    pd.testing.assert_frame_equal(unhurried.table, plain.table)
    with pytest.raises(ChoiceError, match="time_limit_s=-1"):
        liaison.rounds(few, time_limit_s=-1)


def test_a_proof_of_no_steps_leaves_a_bound_and_stays_reproducible(monkeypatch):
    _, minutes, codes = _scattered(3, 6)
    options = {"minutes": minutes, "hearing_min": 30, "day_hours": 4, "certify": True}
    best = liaison.rounds(codes, **options)
    monkeypatch.setattr("dxkit.support.liaison._lower_bound.NODE_LIMIT", 0)
    limited = liaison.rounds(codes, **options)
    assert limited.settings["reproducible"]
    assert limited.bound_days <= best.days
    assert limited.bound_minutes <= best.minutes + 1e-9 or limited.bound_days < best.days


def test_plans_of_made_tables_are_made(towns):
    made = {"source": "例", "made": True, "kind": "made"}
    few = towns[towns["area"] == "淡路"].copy()
    people = pd.DataFrame({"liaison": ["甲", "乙"]})
    history = HISTORY.copy()
    for table in (few, people, history):
        table.attrs = dict(made)
    plan = liaison.rounds(few, iterations=10)
    shares = liaison.assign(towns, people)
    tables = [
        plan.table,
        plan.by_day,
        plan.unreachable,
        shares.table,
        shares.loads,
        liaison.distances(few),
        liaison.digest(history),
    ]
    assert all(dxkit.schema.is_made(table) for table in tables)
    assert shares.table.attrs["source"].endswith("例")
    assert plan.table.attrs["settings"]["seed"] == 0
    assert not dxkit.schema.is_made(liaison.distances(towns))


# --- what changed ----------------------------------------------------------------------------------------------------

HISTORY = pd.DataFrame(
    [
        ("28585", "2026-04-01", "標準化", "遅れ"),
        ("28585", "2026-05-10", "訪問", "済"),
        ("28585", "2026-06-01", "標準化", "順調"),
        ("28585", "2026-06-02T09:00:00+09:00", "担当者", "2人"),
        ("28209", "2026-04-01", "標準化", "順調"),
        ("28209", "2026-05-11", "訪問", "済"),
        ("28209", "2026-05-12", "標準化", "遅れ"),
        ("28209", "2026-06-12", "標準化", "順調"),
        ("28586", "2026-06-12", "標準化", "順調"),
    ],
    columns=["code", "at", "item", "value"],
)


def test_a_digest_tells_what_changed_after_the_last_visit_and_nothing_else():
    found = liaison.digest(HISTORY)
    assert found[["code", "item", "before", "after"]].fillna("").to_numpy().tolist() == [
        ["28585", "担当者", "", "2人"],
        ["28585", "標準化", "遅れ", "順調"],
        ["28586", "標準化", "", "順調"],
    ]
    assert (
        found.attrs["messages"]["28585"].splitlines()[0] == "前回訪問（2026年05月10日）からの動き"
    )
    assert found.attrs["messages"]["28585"].splitlines()[2] == "・標準化：遅れ → 順調"
    assert "訪問の記録なし" in found.attrs["messages"]["28586"]


def test_a_digest_of_one_municipality_until_a_day_and_with_visits_apart():
    assert liaison.digest(HISTORY, code="28209", until="2026-05-31")["after"].tolist() == ["遅れ"]
    visits = pd.DataFrame({"code": ["28585"], "at": ["2026-06-01 12:00"]})
    assert liaison.digest(HISTORY, visits=visits, code="28585")["item"].tolist() == ["担当者"]


def test_a_time_that_cannot_be_read_is_named():
    with pytest.raises(TableError, match="9行目 列「at」 値「きのう」"):
        liaison.digest(HISTORY.assign(at=[*HISTORY["at"][:8], "きのう"]))


def test_the_history_of_a_store_is_a_log_after_renaming(tmp_path):
    with dxkit.store.Session(tmp_path / "visits.db", meeting="巡回") as log:
        log.note(group="28586", title="訪問", text="定期巡回", client="甲")
        entries = log.history()
    visits = entries[["group", "at", "title", "text"]].set_axis(
        ["code", "at", "item", "value"], axis=1
    )
    before = liaison.digest(HISTORY, code="28586")
    after = liaison.digest(pd.concat([HISTORY, visits], ignore_index=True), code="28586")
    assert len(before) == 1
    # a visit logged today, after everything that happened until then, leaves nothing new
    assert after.empty or pd.Timestamp.now() < pd.Timestamp("2026-06-12")
