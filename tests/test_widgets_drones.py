"""The drone explorer shows the best choice at every change, scores what is placed by hand, and keeps what groups record."""

import re

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import box

from dxkit import drones, widgets
from dxkit.errors import ChoiceError

HOSTILE = '"><img src=x onerror=alert(1)>'
TYPES = pd.DataFrame(
    {
        "label": ["小型", "大型"],
        "mass_kg": [8.8, 20.0],
        "payload_max_kg": [1.0, 5.0],
        "airspeed_ms": [10.0, 15.0],
        "endurance_min": [20.0, 50.0],
        "wind_max_ms": [10.0, 12.0],
    }
)


@pytest.fixture
def tables():
    rng = np.random.default_rng(3)
    row, column = np.divmod(rng.choice(60 * 60, 500, replace=False), 60)
    demand = pd.DataFrame(
        {
            "code": rng.choice(["28209", "28222"], 500),
            "lat": 35.3 + (row + 0.5) / 240,
            "lon": 134.6 + (column + 0.5) / 160,
        }
    ).assign(people=rng.integers(0, 90, 500))
    sites = demand.sample(12, random_state=1)[["lat", "lon"]].reset_index(drop=True)
    return demand, sites.assign(
        base=[f"b{n}" for n in range(12)], name=[f"旧{n}村" for n in range(12)]
    )


@pytest.fixture
def towns():
    shapes = [
        box(134.6, 35.3, 134.8, 35.6),
        box(134.8, 35.3, 135.0, 35.6),
        box(134.0, 34.8, 134.6, 35.3),
    ]
    return gpd.GeoDataFrame(
        {"code": ["28209", "28222", "28201"], "name": ["甲市", HOSTILE, "丙市"]},
        geometry=shapes,
        crs="EPSG:6668",
    )


def _people(explorer):
    return int(re.search(r"<b>([0-9,]+)人", explorer.sentence.value)[1].replace(",", ""))


def test_the_explorer_shows_the_best_bases_of_its_sliders(tables):
    shown = widgets.drone_explorer(*tables, TYPES)
    for wind, load, count in ((0, 0, 3), (5, 0, 3), (5, 1, 2), (9, 1, 4)):
        shown.wind.value, shown.payload.value, shown.count.value = wind, load, count
        km = drones.flight_range(TYPES.iloc[0], payload_kg=load, wind_ms=wind)
        best = drones.best_bases(*tables, count=count, range_km=km)
        assert _people(shown) == best.value
        assert f"{km:.1f} km" in shown.sentence.value
        assert "これより多く届く置き方はありません" in shown.sentence.value


def test_a_change_draws_another_map_and_another_list_of_bases(tables):
    shown = widgets.drone_explorer(*tables, TYPES)
    before = shown.board.picture.value, shown.table.value
    shown.wind.value = 8
    assert shown.board.picture.value != before[0]
    assert shown.table.value != before[1]


def test_a_wind_from_somewhere_makes_the_reach_a_shape(tables):
    shown = widgets.drone_explorer(*tables, TYPES, wind_ms=6)
    worst = shown.siting.value
    shown.direction.value = 90.0
    assert "向きによる" in shown.sentence.value
    assert shown.siting.value >= worst
    assert shown.siting.settings["range_km"]["wind_from_deg"] == 90.0


def test_the_sliders_end_where_the_drone_does(tables):
    shown = widgets.drone_explorer(*tables, TYPES, by_hand=True)
    shown.place(0)
    shown.wind.value = 10
    assert (shown.wind.max, shown.payload.max) == (10.0, 1.0)
    assert "どこにも届きません" in shown.sentence.value
    shown.place(1)
    assert "どこにも届きません" in shown.sentence.value
    shown.drone.value = 1
    assert (shown.wind.max, shown.payload.max) == (12.0, 5.0)
    assert "どこにも届きません" not in shown.sentence.value
    shown.wind.value = 12
    shown.drone.value = 0
    assert shown.wind.value == 10.0


def test_bases_placed_by_hand_are_scored_against_the_best(tables):
    demand, sites = tables
    board = widgets.drone_explorer(demand, sites, TYPES, by_hand=True, wind_ms=4)
    assert _people(board) == 0
    for number, place in enumerate((2, 7, 4), 1):
        board.board.spots[place].click()
        reached = drones.reach(
            demand,
            sites.iloc[[2, 7, 4][:number]],
            range_km=drones.flight_range(TYPES.iloc[0], wind_ms=4),
        )
        own = demand.loc[reached["place"].unique(), "people"].sum()
        assert _people(board) == own == board.own.value
    assert board.chosen == ("b2", "b7", "b4")
    assert [board.board.spots[place].description for place in (2, 7, 4)] == ["1", "2", "3"]
    assert f"最適の <b>{board.own.value / board.siting.value:.1%}" in board.sentence.value


def test_a_placed_base_can_be_taken_away_and_a_fourth_is_refused(tables):
    board = widgets.drone_explorer(*tables, TYPES, by_hand=True)
    for place in (0, 1, 2, 3):
        board.board.spots[place].click()
    assert board.chosen == ("b0", "b1", "b2")
    assert "もう3か所置いています" in board.sentence.value
    board.board.spots[1].click()
    assert board.chosen == ("b0", "b2")
    board.clear()
    assert board.chosen == ()
    assert board.own is None


def test_comparing_waits_until_all_bases_are_placed(tables):
    board = widgets.drone_explorer(*tables, TYPES, by_hand=True)
    board.compare()
    assert "先に3か所" in board.sentence.value
    board.record()
    assert board.records.empty


def test_the_comparison_counts_who_only_one_of_the_two_reaches(tables):
    demand, sites = tables
    board = widgets.drone_explorer(demand, sites, TYPES, by_hand=True, wind_ms=5)
    for place in (0, 1, 2):
        board.place(place)
    board.compare()
    own, best = board.own.covered, board.siting.covered
    for words, those in (
        ("自分たちの案だけ届く", own & ~best),
        ("最適だけ届く", best & ~own),
        ("どちらも届く", own & best),
        ("どちらも届かない", ~own & ~best),
    ):
        assert f"{words} {demand.loc[those, 'people'].sum():,.0f}人" in board.legend.value
    assert board.board.picture.value.count("<circle") == 3
    board.wind.value = 3
    assert "最適だけ届く" not in board.legend.value


def test_the_best_choice_placed_by_hand_scores_all_of_it(tables):
    board = widgets.drone_explorer(*tables, TYPES, by_hand=True)
    for base in board.siting.bases["base"]:
        board.place(board.study.bases.index(base))
    board.compare()
    assert "最適の <b>100.0%" in board.sentence.value


def test_what_groups_record_is_kept_in_a_table(tables):
    board = widgets.drone_explorer(*tables, TYPES, by_hand=True, wind_ms=5)
    for name, places in ((HOSTILE, (0, 1, 2)), ("", (3, 4, 5))):
        board.clear()
        for place in places:
            board.place(place)
        board.group.value = name
        board.record()
    assert board.records["group"].tolist() == [HOSTILE, "2番目の案"]
    assert board.records["bases"].tolist() == [("b0", "b1", "b2"), ("b3", "b4", "b5")]
    assert board.records["of_optimum"].between(0, 1).all()
    assert board.records["optimum"].tolist() == [board.siting.value] * 2
    assert (board.records["people"] / board.records["of_optimum"]).to_numpy() == pytest.approx(
        board.records["optimum"]
    )
    assert "<img" not in board.table.value
    assert "旧3村、旧4村、旧5村" in board.table.value


def test_existing_bases_are_part_of_every_choice(tables):
    board = widgets.drone_explorer(*tables, TYPES, by_hand=True, fixed=["b6"])
    assert board.chosen == ("b6",)
    board.place(6)
    assert "今ある拠点" in board.sentence.value
    board.clear()
    assert board.chosen == ("b6",)
    board.place(3)
    assert board.own.bases.set_index("base")["existing"].to_dict() == {"b6": True, "b3": False}
    assert "b6" in set(board.siting.bases["base"])


def test_names_from_tables_never_become_html(tables, towns):
    demand, sites = tables
    sites = sites.assign(name=HOSTILE)
    types = TYPES.assign(label=HOSTILE)
    for by_hand in (False, True):
        shown = widgets.drone_explorer(
            demand,
            sites,
            types,
            by_hand=by_hand,
            municipalities=towns,
            source=HOSTILE,
            unit=HOSTILE,
            weight="people",
            made=True,
        )
        if by_hand:
            for place in (0, 1, 2):
                shown.place(place)
            shown.compare()
            shown.record()
        for part in (shown.board.picture, shown.sentence, shown.legend, shown.table):
            assert "<img" not in part.value
        assert "&lt;img" in shown.board.picture.value


def test_the_picture_says_that_its_people_are_invented(tables):
    assert "架空データ" in widgets.drone_explorer(*tables, TYPES, made=True).legend.value
    assert "架空データ" not in widgets.drone_explorer(*tables, TYPES).legend.value


def test_the_map_with_zoom_is_shown_on_demand(tables, towns, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    board = widgets.drone_explorer(*tables, TYPES, by_hand=True, municipalities=towns)
    board.zoom()
    first = board.zoomed.outputs
    for place in (0, 1, 2):
        board.place(place)
    board.compare()
    board.zoom()
    assert board.zoomed.outputs != first
    assert 'sandbox="allow-scripts"' in board.zoomed.outputs[0]["data"]["text/html"]
    plain = widgets.drone_explorer(*tables, TYPES, municipalities=towns)
    plain.zoom()
    assert "iframe" in plain.zoomed.outputs[0]["data"]["text/html"]


def test_tables_need_no_names(tables):
    demand, sites = tables
    bare = sites[["lat", "lon"]]
    board = widgets.drone_explorer(demand.drop(columns="code"), bare, TYPES, by_hand=True)
    for place in (0, 1, 2):
        board.place(place)
    board.compare()
    board.record()
    assert board.chosen == (0, 1, 2)
    assert len(board.records) == 1
    shown = widgets.drone_explorer(demand, bare, TYPES)
    assert shown.table.value.count("<tr>") == 4


def test_what_cannot_be_begun_with_is_refused(tables):
    demand, sites = tables
    with pytest.raises(ChoiceError, match="elderly"):
        widgets.drone_explorer(demand, sites, TYPES, weight="elderly")
    with pytest.raises(ChoiceError, match="機種の表に行"):
        widgets.drone_explorer(demand, sites, TYPES.iloc[:0])
    with pytest.raises(ChoiceError, match="竹田城"):
        widgets.drone_explorer(demand, sites, TYPES, fixed=["竹田城"])
    with pytest.raises(ChoiceError, match="どこにも届きません"):
        widgets.drone_explorer(demand, sites, TYPES, wind_ms=10)
    with pytest.raises(ChoiceError, match="count=13"):
        widgets.drone_explorer(demand, sites, TYPES, count=13)
    many = demand.head(401)[["lat", "lon"]].reset_index(drop=True)
    with pytest.raises(ChoiceError, match="401か所"):
        widgets.drone_explorer(demand, many, TYPES, by_hand=True)


def test_old_keywords_go_on_working_with_a_warning(tables, towns):
    new = widgets.drone_explorer(*tables, TYPES, municipalities=towns, max_count=5)
    with pytest.warns(FutureWarning, match=r"drone_explorer の towns= は municipalities="):
        old = widgets.drone_explorer(*tables, TYPES, towns=towns, max_count=5)
    assert old.board.picture.value == new.board.picture.value
    with pytest.warns(FutureWarning, match=r"drone_explorer の most= は max_count="):
        assert widgets.drone_explorer(*tables, TYPES, most=5).count.max == new.count.max == 5
