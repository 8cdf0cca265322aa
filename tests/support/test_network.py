"""Who is tied to whom, who has not met, and do dialogue groups seat everybody once?"""

import itertools

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dxkit
from dxkit import charts
from dxkit.errors import ChoiceError, TableError
from dxkit.support import network


@pytest.fixture(scope="module")
def towns():
    return dxkit.load("municipalities").set_index("code", drop=False).rename_axis(None)


@pytest.fixture(scope="module")
def seats(towns):
    themes = (
        dxkit.load("themes")
        .rename(columns={"theme": "group"})[["code", "group"]]
        .assign(kind="theme")
    )
    areas = towns[["code", "area"]].rename(columns={"area": "group"}).assign(kind="area")
    return pd.concat([themes, areas], ignore_index=True)


@pytest.fixture(scope="module")
def themes(seats):
    return network.ties(seats[seats["kind"] == "theme"])


# --- ties ------------------------------------------------------------------------------------------------------------


def test_three_themes_tie_19_municipalities_in_87_pairs(themes):
    # 9, 5 and 10 members make 36 + 10 + 45 pairs, four of which are met in two themes
    twice = [("28201", "28220"), ("28201", "28228"), ("28220", "28228"), ("28222", "28225")]
    pairs = themes.table
    assert len(themes.members) == 19
    assert len(pairs) == 9 * 8 // 2 + 5 * 4 // 2 + 10 * 9 // 2 - len(twice)
    assert [
        tuple(pair) for pair in pairs.loc[pairs["groups"] == 2, ["code", "other"]].to_numpy()
    ] == twice
    assert themes.members["part"].eq(0).all()


def test_himeji_stands_most_between_the_themes(themes, towns):
    first = themes.members.sort_values("between", ascending=False)["code"]
    assert set(first.head(5)) == {"28201", "28220", "28228", "28222", "28225"}


def test_weights_count_by_kind_and_large_groups_can_be_left_out(seats):
    found = network.ties(seats, weights={"theme": 2.0})
    table = found.table.set_index(["code", "other"])
    assert table.loc[("28222", "28225"), "weight"] == 2 + 2 + 1
    assert set(table.loc[("28222", "28225"), "shared"].split("、")) == {
        "但馬",
        "配送DX",
        "地域通貨・ポイントDX",
    }
    small = network.ties(seats, largest=5)
    assert "教育DX" not in set("、".join(small.table["shared"]).split("、"))
    assert isinstance(found.graph, nx.Graph)
    assert found.graph.number_of_nodes() == 41


def test_a_seat_that_stands_twice_is_refused(seats):
    with pytest.raises(TableError, match="28201・theme・教育DX"):
        network.ties(pd.concat([seats, seats.head(1)]))
    with pytest.raises(TableError, match="列「group」"):
        network.ties(seats.drop(columns="group"))


# --- strangers -------------------------------------------------------------------------------------------------------


def test_pairs_that_have_not_met_are_all_pairs_less_those_who_did(towns, seats):
    met = pd.DataFrame(
        {
            "meeting": 1,
            "group": [1, 1, 1, 2, 2],
            "code": ["28201", "28202", "28203", "28204", "28201"],
        }
    )
    found = network.strangers(towns["code"], met, ties=network.ties(seats))
    assert len(found) == 41 * 40 // 2 - 4
    assert found.attrs["settings"] == {"pairs": 820, "met": 4}
    assert found["weight"].is_monotonic_decreasing
    assert ("28201", "28204") not in set(
        found[["code", "other"]].itertuples(index=False, name=None)
    )
    assert ("28202", "28204") in set(found[["code", "other"]].itertuples(index=False, name=None))


def test_without_groups_everybody_in_a_meeting_has_met(towns):
    met = pd.DataFrame({"meeting": ["甲"] * 41, "code": towns["code"]})
    assert network.strangers(towns["code"], met).empty


# --- dialogues -------------------------------------------------------------------------------------------------------


def test_everybody_has_one_seat_in_sittings_of_one_to_five(seats):
    found = network.dialogues(network.ties(seats))
    assert sorted(found.table["code"]) == sorted(seats["code"].unique())
    assert found.sittings["size"].between(1, 5).all()
    assert len(found.sittings) == 9
    assert found.weight == pytest.approx(found.sittings["weight"].sum())
    assert found.weight <= found.bound
    assert found.table.equals(network.dialogues(network.ties(seats)).table)


def _best(matrix, low, high, many):
    best = -1.0
    for seats in itertools.product(range(many), repeat=len(matrix)):
        sizes = np.bincount(seats, minlength=many)
        if sizes.min() >= low and sizes.max() <= high:
            inside = np.equal.outer(seats, seats)
            best = max(best, matrix[inside].sum() / 2)
    return best


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 1000))
def test_small_dialogues_are_as_good_as_brute_force(seed):
    rng = np.random.default_rng(seed)
    rows = [
        (f"2820{code}", f"g{group}")
        for group in range(6)
        for code in range(1, 8)
        if rng.random() < 0.4
    ]
    table = pd.DataFrame(rows, columns=["code", "group"])
    found = network.ties(table)
    many = -(-len(found.members) // 3)
    answer = network.dialogues(found, size=(1, 3), n_sittings=many)
    matrix = nx.to_numpy_array(found.graph, weight="weight")
    assert answer.weight == pytest.approx(_best(matrix, 1, 3, many))


def test_too_few_sittings_are_refused(themes):
    with pytest.raises(ChoiceError, match="19団体は、1〜5団体の3回には分けられません"):
        network.dialogues(themes, n_sittings=3)
    with pytest.raises(ChoiceError, match=r"size=\(0, 5\)"):
        network.dialogues(themes, size=(0, 5))


# --- pictures --------------------------------------------------------------------------------------------------------


def test_the_network_shows_every_name_and_area_and_greys_those_without_a_tie(themes, towns):
    figure = charts.network(
        themes.table, groups=towns["area"], names=towns["name"], title="テーマ", source="資料"
    )
    texts = {text.get_text(): text.get_color() for text in figure.axes[0].texts}
    assert set(towns["name"]) | set(towns["area"]) <= set(texts)
    assert texts["姫路市"] == "black"
    assert texts["神戸市"] != "black"
    assert len(figure.axes[0].patches) == len(themes.table)


def test_routes_show_every_day_and_refuse_an_unknown_place(towns):
    visits = pd.DataFrame(
        {"day": [1, 1, 2], "order": [1, 2, 1], "code": ["28205", "28224", "28201"]}
    )
    figure = charts.routes(
        visits, towns.reset_index(drop=True), start=(34.69, 135.18), title="巡回"
    )
    assert {"1", "2"} <= {text.get_text() for text in figure.axes[0].texts}
    assert len(figure.axes[0].lines) == 3
    with pytest.raises(TableError, match="27100"):
        charts.routes(
            visits.assign(code=["28205", "28224", "27100"]),
            towns.reset_index(drop=True),
            start=(34.69, 135.18),
        )
    with pytest.raises(TableError, match="列「shared」"):
        charts.network(pd.DataFrame({"code": [], "other": []}), groups=towns["area"])


def test_lists_ties_and_labels_that_cannot_be_meant_are_refused():
    values = pd.DataFrame({"code": ["28201", "28202"], "plan": [1, 0]})
    attendance = pd.DataFrame({"meeting": [1, 1], "code": ["28201", "28202"]})
    for wrong in (None, float("nan"), pd.NA):
        with pytest.raises(ChoiceError, match="group="):
            network.common_gaps(values, wrong)
        with pytest.raises(ChoiceError, match="codes="):
            network.strangers(wrong, attendance)
    for wrong in (1, "x", []):
        with pytest.raises(ChoiceError, match="labels="):
            network.common_gaps(values, ["28201"], labels=wrong)
        with pytest.raises(ChoiceError, match="ties="):
            network.strangers(["28201"], attendance, ties=wrong)
        with pytest.raises(ChoiceError, match="ties="):
            network.dialogues(wrong)


def test_who_sat_in_a_meeting_without_a_number_is_said_and_no_stranger():
    attendance = pd.DataFrame({"meeting": [1, None], "code": ["28201", "28202"]})
    with pytest.raises(TableError, match=r"2行目 列「meeting」.*空欄"):
        network.strangers(["28201", "28202"], attendance)
