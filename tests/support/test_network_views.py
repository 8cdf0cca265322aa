"""The views that officers ask for: what a group lacks, who sits in no theme, who left, who could keep whose copy."""

import pandas as pd
import pytest

import dxkit
from dxkit import regions
from dxkit.errors import ChoiceError, TableError
from dxkit.loaders import read_form, write_form
from dxkit.schema import is_made
from dxkit.support import costs, network, training

TOWNS = dxkit.load("municipalities")


def test_a_groups_gaps_are_counted_beside_those_of_the_others_and_blanks_count_neither_way():
    values = pd.DataFrame(
        {"code": list("abcde"), "plan": [0, None, 1, 0, 1], "cio": [0, 0, 1, 1, 1], "name": "町"}
    )
    gaps = network.common_gaps(values, ["a", "b"], labels={"plan": "計画"}).set_index("item")
    assert list(gaps.index) == ["cio", "plan"]
    assert gaps.loc["plan"].tolist() == ["計画", 1, 1, 1, 3, pytest.approx(2 / 3)]
    assert gaps.loc["cio"].tolist() == ["cio", 2, 2, 0, 3, 1.0]


def test_a_word_among_figures_and_a_stranger_in_the_group_are_refused():
    values = pd.DataFrame({"code": ["a", "b"], "plan": ["多い", 1]})
    with pytest.raises(TableError, match="plan"):
        network.common_gaps(values, ["a"])
    with pytest.raises(ChoiceError, match="28999"):
        network.common_gaps(values.assign(plan=[0, 1]), ["28999"])


def test_an_item_that_nobody_answered_is_listed_and_counts_nobody():
    values = pd.DataFrame({"code": list("abc"), "plan": [0, 1, 1], "cio": [None, None, None]})
    gaps = network.common_gaps(values, ["a"]).set_index("item")
    assert list(gaps.index) == ["plan", "cio"]
    counts = ["group_without", "group_counted", "others_without", "others_counted"]
    assert gaps.loc["cio", counts].tolist() == [0, 0, 0, 0]
    assert pd.isna(gaps.loc["cio", "difference"])


def test_four_areas_of_hyogo_sit_in_no_theme_and_every_municipality_is_counted_once():
    coverage = network.area_coverage(TOWNS, dxkit.load("themes"))
    assert set(coverage.loc[coverage["seated"] == 0, "area"]) == {"丹波", "東播磨", "淡路", "神戸"}
    assert coverage["members"].sum() == 41
    assert coverage["seats"].sum() == 24
    outside = coverage["outside"].str.split("、").map(lambda names: len([n for n in names if n]))
    assert (outside + coverage["seated"] == coverage["members"]).all()


def test_a_seat_of_nobody_is_named_with_its_row():
    seats = pd.DataFrame({"code": ["28201", "99999"], "theme": "教育DX"})
    with pytest.raises(TableError, match="99999") as caught:
        network.area_coverage(TOWNS, seats)
    assert [fault.row for fault in caught.value.faults] == [2]


@pytest.mark.parametrize("types", [(int, str), (str, int), (int, int)])
def test_codes_as_numbers_and_as_texts_are_the_same_municipalities(types):
    towns = pd.DataFrame({"code": [28201, 28202], "name": ["甲市", "乙市"], "area_name": "西"})
    seats = pd.DataFrame({"code": [28201], "group": "教育DX"})
    coverage = network.area_coverage(
        towns.astype({"code": types[0]}), seats.astype({"code": types[1]})
    )
    assert coverage.to_numpy().tolist() == [["西", 2, 1, 1, "教育DX", "乙市"]]


def test_a_municipality_without_an_area_has_its_row():
    towns = pd.DataFrame({"code": ["1", "2"], "name": ["甲市", "乙市"], "area_name": ["西", None]})
    coverage = network.area_coverage(towns, pd.DataFrame({"code": ["2"], "group": "教育DX"}))
    rows = coverage.set_index("area")[["members", "seated"]]
    assert rows.loc["（圏域なし）"].tolist() == [1, 1]
    assert rows["members"].sum() == 2


def test_the_coast_of_hyogo_is_two_seas_and_inland_offices_are_far_from_both():
    offices = TOWNS.rename(columns={"office_lat": "lat", "office_lon": "lon"})
    coast = regions.coast_distance(offices).set_index(TOWNS["name"])
    # the sea of Japan's towns and those of the inland sea are not on one coast
    assert set(coast.loc[["豊岡市", "香美町", "新温泉町"], "coast"]) == {"北の海岸"}
    assert set(coast.loc[["神戸市", "明石市", "洲本市", "赤穂市"], "coast"]) == {"南の海岸"}
    assert coast.loc["明石市", "coast_km"] < 1
    # Tamba lies farthest inland
    assert coast["coast_km"].idxmax() == "丹波市"
    assert coast.loc["丹波市", "coast_km"] > 40
    # Saitama has no sea, whatever its neighbours' shapes leave open
    assert regions.coast_distance([[35.86, 139.65]], prefecture="11")["coast_km"].isna().all()


def test_a_partner_is_far_enough_and_not_near_the_same_water():
    offices = TOWNS.rename(columns={"office_lat": "lat", "office_lon": "lon"})
    offices = offices.assign(**regions.coast_distance(offices))
    partners = network.backup_partners(offices, count=3)
    near = set(offices.loc[offices["coast_km"] <= 5, "code"])
    assert set(partners["code"]) == near
    assert partners["distance_km"].between(30, 100).all()
    coast = offices.set_index("code")["coast"]
    shared = partners["partner"].isin(near) & (
        partners["partner"].map(coast) == partners["code"].map(coast)
    )
    assert not shared.any()
    # a distance written here by hand, from the geodesic of the two offices
    himeji = partners.query("code == '28201' and partner == '28481'")["distance_km"].item()
    assert himeji == pytest.approx(30.8, abs=0.3)


def test_who_has_no_partner_is_said_and_distances_must_be_in_order():
    offices = pd.DataFrame(
        {"code": ["a", "b"], "name": ["海", "浜"], "lat": [34.6, 34.6], "lon": [135.0, 135.6]}
    ).assign(coast_km=1.0, coast="南")
    partners = network.backup_partners(offices)
    assert partners["partner"].isna().all()
    assert partners["reason"].str.contains("条件に合う市町がない").all()
    with pytest.raises(ChoiceError, match="most_km"):
        network.backup_partners(offices, least_km=50, most_km=10)


def test_who_left_is_found_from_two_forms_and_invented_lists_stay_invented(tmp_path):
    first = pd.DataFrame({"code": ["28201", "28204"], "group": "教育DX", "status": "参加中"})
    later = pd.DataFrame({"code": ["28201", "28206"], "group": "教育DX", "status": "参加中"})
    later.attrs = {"made": True}
    lists = [
        read_form(write_form(tmp_path / f"{name}.xlsx", "membership", rows=rows))
        for name, rows in {"R7": first, "R8": later}.items()
    ]
    changes = network.membership_changes(*lists).set_index("code")["change"]
    assert changes.to_dict() == {"28204": "離脱", "28206": "新規", "28201": "継続"}
    assert is_made(network.membership_changes(*lists))


def test_a_group_that_ended_has_not_been_left_and_an_empty_list_says_nothing_of_leaving():
    before = pd.DataFrame({"theme": ["配送DX", "教育DX"], "code": ["28209", "28201"]})
    after = pd.DataFrame({"theme": ["教育DX"], "code": ["28201"]})
    changes = network.membership_changes(before, after).set_index("code")["change"]
    assert changes["28209"] == "集まりがなくなった"
    with pytest.raises(TableError, match="行がありません"):
        network.membership_changes(before, after.iloc[:0])


def test_tools_that_several_bought_apart_are_ties(tmp_path):
    tools = pd.DataFrame(
        {"code": ["28201", "28202", "28203"], "tool": ["甲", "甲", "乙"], "purpose": "会議録"}
    )
    tools.attrs = {"made": True}
    table = read_form(write_form(tmp_path / "a.xlsx", "tool", rows=tools))
    ties = network.ties(table.rename(columns={"tool": "group"})[["code", "group"]]).table
    assert ties[["code", "other", "shared"]].to_numpy().tolist() == [["28201", "28202", "甲"]]


def test_half_a_year_of_a_leader_shows_as_fewer_short_of_a_skill():
    needed = dxkit.load("talent_skills").head(1)
    row = {"code": "28201", "person": "P1", "role": needed["role"][0], "skill": needed["skill"][0]}
    row |= {"teach": "いいえ", "learn": "はい", "consent": "はい"}
    before, after = (
        training.skill_map(pd.DataFrame([row | {"level": level}]), needed)
        for level in (0, int(needed["needed"][0]))
    )
    assert before["short"].sum() == 1
    assert after["short"].sum() == 0


def test_the_first_form_of_which_enough_is_lacking_is_proposed_and_priced():
    values = pd.DataFrame(
        {"code": ["a", "b", "c"], "cio": [0, 1, 1], "plan": [0, 0, 1], "team": [0, None, 1]}
    )
    forms = pd.DataFrame(
        {"form": ["work", "advise"], "label": ["派遣", "助言"], "lacks": "cio plan team"}
    ).assign(least=[3, 1], days=[96, 12], yen_day=[50_000, 80_000], low=1_000, high=100_000)
    plan = costs.support_forms(values, forms).set_index("code")
    assert plan["form"].tolist() == ["work", "advise", "none"]
    assert plan["yen"].tolist() == [96 * 50_000, 12 * 80_000, 0]
    assert plan["unknown"].tolist() == [0, 1, 0]
    assert plan.loc["b", "lacking"] == "plan"
    with pytest.raises(TableError, match="mayor"):
        costs.support_forms(values, forms.assign(lacks=["mayor", "cio"]))


def test_who_did_not_answer_has_no_price_of_0_and_who_lacks_too_little_is_said_to_lack():
    values = pd.DataFrame(
        {"code": list("abcd"), "cio": [None, 1, 0, None], "plan": [None, 1, 1, 1]}
    )
    forms = pd.DataFrame({"form": ["advise"], "label": "助言", "lacks": "cio plan", "least": 2})
    forms = forms.assign(days=12, yen_day=80_000, low=1_000, high=100_000)
    plan = costs.support_forms(values, forms, labels={"cio": "CIO"}).set_index("code")
    assert plan["form"].tolist() == ["none"] * 4
    assert plan.loc[["a", "d"], "label"].tolist() == ["答えがなく、分からない"] * 2
    assert plan.loc[["a", "d"], ["days", "yen", "low_yen", "high_yen"]].isna().all(axis=None)
    assert plan.loc["b", ["yen", "label"]].tolist() == [
        0, "希望を聞く（この表では足りないものがない）",
    ]  # fmt: skip
    assert "足りないものはある" in plan.loc["c", "label"]
    assert plan.loc["c", ["lacking", "yen"]].tolist() == ["CIO", 0]
    assert plan.attrs["settings"] == {"total_yen": 0, "unpriced": 2}


def test_prices_that_are_assumed_make_an_invented_plan():
    assert is_made(costs.support_forms(dxkit.load("dashboard"), dxkit.load("support_forms")))


def test_materials_are_found_in_any_width_and_order():
    materials = pd.DataFrame(
        {
            "title": ["ＡＩで議事録", "文書の書き方"],
            "topic": ["AI", "文書"],
            "stage": ["知る", "知る"],
        }
    )
    assert training.find_materials(materials, "議事録 ai")["title"].tolist() == ["ＡＩで議事録"]
    assert training.find_materials(materials, "料理教室").empty
    with pytest.raises(ChoiceError, match="短すぎます"):
        training.find_materials(materials, "a")
    with pytest.raises(ChoiceError, match="stage"):
        training.find_materials(materials, "議事録", stage="寝る")


PLACES = pd.DataFrame(
    {
        "code": ["a", "b", "c", "d"],
        "name": ["甲", "乙", "丙", "丁"],
        "area_name": ["東", "東", "西", "西"],
        "lat": [34.0, 35.0, 34.0, 34.0],
        "lon": [135.0, 135.0, 135.1, 136.0],
    }
)


def test_who_has_a_tool_in_the_same_area_comes_before_one_who_is_nearer():
    has = pd.DataFrame({"code": list("abcd"), "rpa": [0, 1, 1, 1]})
    near = network.owners(has, PLACES, count=3)
    assert near["owner_name"].tolist() == ["乙", "丙", "丁"]
    assert near["same_area"].tolist() == [True, False, False]
    # one degree of latitude on a sphere of 6,371.0088 km
    assert near["distance_km"].iloc[0] == 111.2
    alone = network.owners(has, PLACES.drop(columns="area_name"))
    assert (alone["owner_name"].item(), alone["same_area"].item()) == ("丙", False)


def test_blanks_neither_lack_nor_have_and_what_nobody_has_says_so():
    has = pd.DataFrame({"code": list("abcd"), "ai": [0, None, None, 0]})
    nobody = network.owners(has, PLACES, labels={"ai": "AI"})
    assert nobody["name"].tolist() == ["甲", "丁"]
    assert nobody["owner_count"].tolist() == [0, 0]
    assert nobody["owner"].isna().all()
    assert nobody["label"].tolist() == ["AI", "AI"]


def test_a_code_without_a_place_is_named():
    with pytest.raises(ChoiceError, match="values の z は places の表にありません"):
        network.owners(pd.DataFrame({"code": ["z"], "ai": [0]}), PLACES)


@pytest.mark.parametrize("codes", [[28201, 28202], [282014, 282022], ["28201", "28202"]])
@pytest.mark.parametrize("place_codes", [["28201", "28202"], ["282014", "282022"], [28201, 28202]])
def test_codes_of_owners_may_be_numbers_or_have_six_digits(codes, place_codes):
    has = pd.DataFrame({"code": codes, "rpa": [0, 1]})
    near = network.owners(has, PLACES.head(2).assign(code=place_codes))
    assert near[["code", "owner"]].to_numpy().tolist() == [["28201", "28202"]]


def test_labels_of_ones_own_may_be_numbers_in_one_table_and_text_in_the_other():
    near = network.owners(
        pd.DataFrame({"code": [1, 2], "rpa": [0, 1]}), PLACES.head(2).assign(code=["1", "2"])
    )
    assert near["owner_name"].tolist() == ["乙"]


def test_each_town_without_a_tool_is_sent_to_one_that_reported_it():
    towns = dxkit.load("municipalities")
    places = towns.rename(columns={"office_lat": "lat", "office_lon": "lon"})
    values = dxkit.load("dashboard").set_index("code")
    near = network.owners(values[["rpa"]].reset_index(), places)
    assert len(near) == (values["rpa"] == 0).sum() == 17
    assert (values.loc[near["owner"], "rpa"] == 1).all()


def test_the_projected_people_of_2050_give_the_index_that_was_published():
    people = dxkit.load("projections").query("year == 2050").set_index("code")["people"]
    census = dxkit.load("municipalities").set_index("code")["people_2020"]
    index = (100 * people / census).round(1)
    # index of 2050 (2020 = 100) as its publisher gives it
    published = {"28100": 80.9, "28201": 82.3, "28585": 43.9, "28501": 45.9}
    assert index[list(published)].to_dict() == published
