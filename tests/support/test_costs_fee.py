"""The fee of e-ひょうご, who takes part as far as counts tell, and who would gain by joining."""

import pandas as pd
import pytest

import dxkit
from dxkit.errors import ChoiceError, TableError
from dxkit.support import costs, liaison, network, training

TOWNS = dxkit.load("municipalities")
SYSTEMS = dxkit.load("shared_systems")


def test_25_municipalities_of_743353_people_lie_below_50000_and_save_at_least_10890000_yen_a_year():
    table = costs.fee(TOWNS)
    settings = table.attrs["settings"]
    assert (settings["count"], settings["people"]) == (25, 743_353)
    assert settings["saved_least_yen_year"] == 10_890_000
    below = table[table["below"]]
    assert below["kind"].value_counts().to_dict() == {"city": 13, "town": 12}
    assert set(below["fee_yen_year"]) == {145_200.0}
    assert set(below["present_least_yen_year"]) == {4 * 145_200.0}
    # the nearest to the limit from below and from above, as the census has them
    assert below.sort_values("to_limit")["name"].iloc[0] == "小野市"
    assert table[~table["below"]].sort_values("people")["name"].iloc[0] == "丹波市"


def test_the_fee_of_larger_municipalities_stays_unknown_and_is_no_zero():
    table = costs.fee(TOWNS)
    assert (
        table.loc[~table["below"], ["fee_yen_month", "fee_yen_year", "saved_least_yen_year"]]
        .isna()
        .all(axis=None)
    )


def test_the_limit_itself_is_not_below():
    table = costs.fee(pd.DataFrame({"code": ["a", "b"], "people_2020": [49_999, 50_000]}))
    assert table["below"].tolist() == [True, False]
    assert table["to_limit"].tolist() == [1, 0]


def test_the_effect_of_register_and_limit_is_shown_by_name():
    table = costs.fee_limits(TOWNS).set_index(["basis", "limit"])
    assert table.loc[("people_2020", 50_000), ["count", "gained", "lost"]].tolist() == [25, "", ""]
    assert table.loc[("people_2020", 45_000), "lost"] == "赤穂市、小野市"
    assert table.loc[("people_2025", 45_000), "lost"] == "小野市"
    assert (table["saved_least_yen_year"] == table["count"] * 435_600).all()
    wide = costs.fee_limits(TOWNS, people=("people_2025",), limits=(65_000,))
    assert "丹波市" in wide["gained"].item()


@pytest.mark.parametrize(
    "options",
    [{"limit": 0}, {"monthly_yen": -1}, {"share_of_present": 0}, {"share_of_present": 1.5}],
)
def test_a_fee_that_cannot_be_is_refused_by_name(options):
    with pytest.raises(ChoiceError, match=next(iter(options))):
        costs.fee(TOWNS, **options)


def test_people_that_are_no_whole_numbers_are_named_by_row():
    with pytest.raises(TableError, match="2行目 列「people_2020」 値「-3」"):
        costs.fee(pd.DataFrame({"code": ["a", "b"], "people_2020": [10, -3]}))


def test_236_of_369_cells_are_taken_and_only_full_counts_give_names():
    found = costs.participation(SYSTEMS, TOWNS)
    assert (found.settings["joined"], found.settings["cells"]) == (236, 369)
    assert f"{found.settings['share']:.3f}" == "0.640"
    systems = found.systems.set_index("system")
    assert systems.loc["情報セキュリティクラウド", ["joined", "named"]].tolist() == [41, 41]
    # 29 of 29 cities bid electronically: their names follow; those of the four towns do not
    assert systems.loc["電子入札", "named"] == 29
    assert systems.loc["e-ひょうご（電子申請）", "named"] == 0
    assert found.cells["chance"].sum() == pytest.approx(236)
    # no town shares the booking of facilities: that is certain too
    booking = found.cells[found.cells["system"] == "公共施設予約"].merge(
        TOWNS[["code", "kind"]], on="code"
    )
    assert set(booking.loc[booking["kind"] == "town", "joined"]) == {"no"}
    assert set(booking.loc[booking["kind"] == "city", "joined"]) == {"unknown"}


def test_what_a_user_knows_by_name_narrows_the_chances_of_the_others():
    system = "e-ひょうご（電子申請）"
    named = pd.DataFrame(
        {"code": ["28301", "28209", "28210"], "system": system, "joined": [True, True, False]}
    )
    cells = (
        costs.participation(SYSTEMS, TOWNS, known_participation=named)
        .cells.query("system == @system")
        .set_index("code")
    )
    # the one town is named: the other eleven are out
    assert cells.loc["28301", "joined"] == "yes"
    assert cells.loc["28365", "joined"] == "no"
    assert cells.loc["28201", "chance"] == pytest.approx((10 - 1) / (29 - 2))
    assert cells["chance"].sum() == pytest.approx(11)


def test_names_that_contradict_a_count_are_refused():
    named = pd.DataFrame({"code": ["28301", "28365"], "system": "e-ひょうご（電子申請）"})
    with pytest.raises(TableError, match="参加1団体に対し、名前の分かる参加2"):
        costs.participation(SYSTEMS, TOWNS, known_participation=named)
    with pytest.raises(TableError, match="値「99999」: known_participation に知らない名前"):
        costs.participation(
            SYSTEMS,
            TOWNS,
            known_participation=pd.DataFrame({"code": ["99999"], "system": ["電子入札"]}),
        )


def test_joining_pays_from_the_break_even_on():
    fees = costs.fee(TOWNS)
    present = {"28365": 400_000, "28464": 100_000, "28481": 145_200 + 100_000}
    joined = {"28501": 1.0, "28365": 0.25}
    table = costs.gain(fees, present, joined=joined, switch_yen=500_000, years=5).set_index("code")
    assert table.index[0] == "28365"
    assert table.loc["28365", "saved_yen_year"] == 400_000 - 145_200 - 100_000
    assert table.loc["28365", "payback_years"] == pytest.approx(500_000 / (400_000 - 145_200))
    assert table.loc["28464", "verdict"] == "loss"
    assert table.loc["28481", "verdict"] == "even"
    assert table.loc["28501", "verdict"] == "joined"
    assert table.loc["28100", "verdict"] == "no_fee"
    assert table.loc["28205", "verdict"] == "unknown"
    assert "年245,200円を超えて" in table.loc["28205", "reason"]
    assert "見込み 25%" in table.loc["28365", "reason"]


def test_inputs_are_left_as_they_were():
    before = TOWNS.copy()
    costs.gain(costs.fee(TOWNS), {"28365": 1})
    costs.participation(SYSTEMS, TOWNS)
    pd.testing.assert_frame_equal(pd.DataFrame(TOWNS), pd.DataFrame(before))


SMALL_TOWNS = pd.DataFrame({"code": ["28201", "28202"], "people_2020": [30_000, 40_000]})


@pytest.mark.parametrize("wrong", [None, "表", 3, SMALL_TOWNS["code"], SMALL_TOWNS.to_numpy()])
def test_what_is_no_table_is_one_error_in_every_support_function(wrong):
    for call in (
        lambda: costs.fee(wrong),
        lambda: costs.contract_costs(wrong, 3),
        lambda: costs.gain(wrong),
        lambda: network.ties(wrong),
        lambda: liaison.distances(wrong),
        lambda: training.funnel(wrong),
    ):
        with pytest.raises(TableError, match=r"ではありません|列名のない配列"):
            call()


def test_records_and_codes_as_numbers_are_a_table_of_municipalities():
    records = [{"団体コード": 282014, "people_2020": 30_000}]
    assert costs.fee(records)["code"].tolist() == ["28201"]


@pytest.mark.parametrize("code", [None, "", "　"])
def test_a_municipality_without_a_code_is_refused(code):
    with pytest.raises(TableError, match=r"2行目 列「code」.*空欄"):
        costs.fee(SMALL_TOWNS.assign(code=["28201", code]))


def test_several_bases_and_present_figures_are_read_or_refused():
    for wrong in (None, 2.5, []):
        with pytest.raises((ChoiceError, TableError), match="people"):
            costs.fee_limits(SMALL_TOWNS, people=wrong)
        with pytest.raises(ChoiceError, match="limits="):
            costs.fee_limits(SMALL_TOWNS, people="people_2020", limits=None)
    fees = costs.fee(SMALL_TOWNS)
    for wrong in (5, "x", [1], {"28999": 3}):
        with pytest.raises(ChoiceError, match="present"):
            costs.gain(fees, wrong)
    as_numbers = costs.gain(fees, {28201: 9e6})
    assert as_numbers.equals(costs.gain(fees, {"28201": 9e6}))


@pytest.mark.parametrize("yen", [1e300, "x", None, True])
def test_prices_that_no_contract_has_are_refused(yen):
    licences = pd.DataFrame({"code": ["28201"], "licences": [3]})
    prices = pd.DataFrame({"from_count": [1], "unit_yen": [1000]})
    with pytest.raises(ChoiceError, match="handling_yen="):
        costs.bundle(licences, prices, handling_yen=yen)
    # before, 10.7 yen were 10
    with pytest.raises(ChoiceError, match="整数の円"):
        costs.shapley([1, 1], [0, 10.7, 15])
    for wrong in (None, "x", [1], [1, "a"]):
        with pytest.raises(ChoiceError, match="parts="):
            costs.core_objection(wrong, [1, 1], [0, 10, 15])
