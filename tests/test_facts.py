"""Does every figure of the package (S00–S14) stand in a shipped table, with its page, and do the figures agree?

Each test reads ``data/`` through `dxkit.load`; what the fact sheet says stands beside what the table holds, and wherever two
tables tell the same thing they are held against each other.
"""

import unicodedata

import pandas as pd
import pytest

import dxkit

AREAS_WITHOUT_THEME = {"神戸", "東播磨", "丹波", "淡路"}


@pytest.fixture(scope="module")
def figures() -> pd.DataFrame:
    return dxkit.load("package_figures").set_index("figure")


@pytest.fixture(scope="module")
def lists() -> dict[str, list[str]]:
    table = dxkit.load("package_lists").sort_values(["list", "order"])
    return table.groupby("list")["name"].agg(list).to_dict()


@pytest.fixture(scope="module")
def towns() -> pd.DataFrame:
    return dxkit.load("municipalities").set_index("code")


@pytest.fixture(scope="module")
def shared() -> pd.DataFrame:
    table = dxkit.load("shared_systems")
    return table.set_index(table["system"].map(lambda name: unicodedata.normalize("NFKC", name)))


# --- S00 the situation -----------------------------------------------------------------------------------------------


def test_s00_ten_of_41_have_two_staff_or_fewer(figures, towns):
    assert figures.loc["few_staff", "value"] == 10
    assert figures.loc["few_staff_of", "value"] == len(towns) == 41
    assert figures.loc["few_staff", "value"] / len(towns) == pytest.approx(0.244, abs=5e-4)


def test_s00_28_of_41_do_not_work_with_the_prefecture_and_the_printed_share_agrees(figures):
    told = figures["value"]
    assert told["not_linked"] == 28
    assert told["not_linked_share"] == pytest.approx(
        told["not_linked"] / told["not_linked_of"], abs=5e-4
    )
    assert round(100 * told["not_linked_share"], 1) == 68.3
    assert figures.loc["not_linked", "as_of"] == "2023-08"


def test_s00_five_kinds_of_support_are_hoped_for(lists):
    hoped = lists["県に期待する支援"]
    assert len(hoped) == 5
    for word, said in zip(
        ["業務に従事", "助言", "問合せ窓口", "その他", "希望しない"], hoped, strict=True
    ):
        assert word in said


# --- S01 standardisation ---------------------------------------------------------------------------------------------


def test_s01_twenty_systems_are_named_and_followed_for_41_municipalities(figures):
    systems, progress = dxkit.load("systems"), dxkit.load("progress")
    assert figures.loc["systems", "value"] == len(systems) == 20
    assert systems["system"].iloc[[0, 7, 12, 19]].tolist() == [
        "住民基本台帳",
        "印鑑登録",
        "児童扶養手当",
        "健康管理",
    ]
    assert set(progress["system"]) == set(systems["system"])
    assert len(progress) == 20 * 41
    assert progress["code"].nunique() == 41


def test_s01_sixteen_expect_to_be_in_time_which_leaves_25(figures, towns):
    assert figures.loc["on_time", "value"] == 16
    assert len(towns) - figures.loc["on_time", "value"] == 25
    assert figures.loc["on_time", "value"] / len(towns) == pytest.approx(0.390, abs=5e-4)


def test_s01_the_deadline_is_the_end_of_fiscal_2025_and_hard_cases_get_five_years(figures):
    deadline = pd.Timestamp(figures.loc["deadline", "date"])
    assert (deadline.year - 1 - 2018, deadline.month, deadline.day) == (7, 3, 31)
    assert figures.loc["extension_years", "value"] == 5
    assert dxkit.load("extensions")["count"].gt(0).any()


# --- S02 consultation and exchange -----------------------------------------------------------------------------------


def test_s02_groups_consultations_and_themes_are_listed(lists):
    assert lists["グループ分けの例"] == ["システム規模", "移行スケジュール", "ベンダー別"]
    assert lists["個別相談"] == ["スポット相談", "伴走支援"]
    assert [theme[:4] for theme in lists["意見交換会のテーマ"]] == [
        "移行作業",
        "データ連",
        "文字同定",
    ]


# --- S03 negotiating with vendors ------------------------------------------------------------------------------------


def test_s03_twelve_bodies_had_their_cloud_fees_looked_at(figures):
    told = figures["value"]
    assert told["fee_bodies"] == told["fee_cities"] + told["fee_towns"] == 12
    assert (told["fee_cities"], told["fee_towns"]) == (8, 4)


def test_s03_33_bodies_sent_57_people_to_the_cloud_training(figures):
    told = figures["value"]
    assert (
        told["cloud_bodies"]
        == told["cloud_cities"] + told["cloud_towns"] + told["cloud_associations"]
        == 33
    )
    assert (told["cloud_cities"], told["cloud_towns"], told["cloud_associations"]) == (24, 8, 1)
    assert told["cloud_people"] == 57
    assert (told["cloud_cities"] + told["cloud_towns"]) / 41 == pytest.approx(0.780, abs=5e-4)


# --- S04 shared systems ----------------------------------------------------------------------------------------------

PARTICIPANTS = {  # cities, towns, associations, prefecture: as the fact sheet has them
    "e-ひょうご(電子申請)": (10, 1, 0, True),
    "電子入札": (29, 4, 2, True),
    "電子申告": (27, 11, 0, False),
    "情報セキュリティクラウド": (29, 12, 0, True),
    "テレワーク兵庫": (25, 7, 0, True),
    "公共施設予約": (2, 0, 0, True),
    "バックアップデータ遠隔地保管": (19, 6, 1, True),
    "スマートひょうごPF(LoGoチャット)": (29, 12, 0, True),
    "オンライン研修サービス(Udemy)": (11, 2, 0, True),
}


@pytest.mark.parametrize("system", PARTICIPANTS)
def test_s04_the_participants_of_a_shared_system_are_counted(shared, system):
    row = shared.loc[system]
    assert tuple(row[["cities", "towns", "associations", "prefecture"]]) == PARTICIPANTS[system]
    assert row["as_of"] == "2025-03"


def test_s04_nine_systems_fill_236_of_369_cells(shared):
    seats = shared[["cities", "towns"]].to_numpy().sum()
    assert len(shared) == 9
    assert (seats, 9 * 41) == (236, 369)
    assert seats / 369 == pytest.approx(0.640, abs=5e-4)


def test_s04_nobody_counts_more_cities_or_towns_than_there_are(shared, towns):
    there = towns["kind"].value_counts()
    assert (shared["cities"] <= there["city"]).all()
    assert (shared["towns"] <= there["town"]).all()
    assert shared["note"].str.contains("名称は資料にない").all()


def test_s04_the_fee_is_flat_below_50_000_and_a_quarter_at_most(figures, towns):
    told = figures["value"]
    assert told["monthly_fee"] == 12_100
    assert told["monthly_fee"] / 1.1 == pytest.approx(11_000)
    assert told["fee_people"] == 50_000
    assert told["fee_share"] == 0.25
    assert figures.loc["renewal", "date"] == "2025-10"
    small = towns[towns["people_2020"] < told["fee_people"]]
    assert (len(small), small["people_2020"].sum()) == (25, 743_353)
    assert small["kind"].value_counts().to_dict() == {"city": 13, "town": 12}


# --- S05, S06 training -----------------------------------------------------------------------------------------------


def test_s05_seven_items_a_cycle_of_three_and_four_lectures(figures, lists):
    menu = lists["アラカルト"]
    assert len(menu) == 7
    for word, item in zip(
        ["協議会研修", "共同調達", "計画", "出前講座", "意見交換会", "教え合い", "過去研修"],
        menu,
        strict=True,
    ):
        assert word in item
    assert lists["学びのサイクル"] == ["知る", "やってみる", "教え合う"]
    assert len(lists["出前講座"]) == figures.loc["lectures", "value"] == 4
    assert lists["出前講座"] == ["地域DX基礎", "カイゼンDX", "データ利活用", "地域社会DX"]


def test_s06_four_subjects_and_half_a_year(figures, lists):
    subjects = lists["リエゾン研修"]
    assert len(subjects) == 4
    assert [
        any(word in subject for subject in subjects)
        for word in ("業務改善", "セキュリティ", "BI", "生成AI")
    ] == [True] * 4
    assert figures.loc["leader_years", "value"] == 0.5


# --- S07 themes ------------------------------------------------------------------------------------------------------


def test_s07_the_names_of_each_theme_are_as_many_as_the_document_counts(figures):
    seats = dxkit.load("themes")["theme"].value_counts()
    printed = figures["value"]
    assert len(seats) == printed["themes"] == 3
    assert seats["教育DX"] == printed["education"] == 9
    assert seats["配送DX"] == printed["delivery"] == 5
    assert seats["地域通貨・ポイントDX"] == printed["points"] == 10


def test_s07_24_seats_belong_to_19_municipalities_of_which_five_sit_twice(towns):
    themes = dxkit.load("themes")
    times = themes["name"].value_counts()
    assert len(themes) == 24
    assert len(times) == 19
    assert set(times[times == 2].index) == {"姫路市", "加西市", "加東市", "養父市", "朝来市"}
    assert times.max() == 2
    assert len(set(towns.index) - set(themes["code"])) == 22


def test_s07_four_areas_take_part_in_nothing_and_delivery_is_all_of_tajima(towns):
    themes = dxkit.load("themes")
    assert set(towns["area"]) - set(towns.loc[themes["code"], "area"]) == AREAS_WITHOUT_THEME
    delivery = set(themes.loc[themes["theme"] == "配送DX", "code"])
    assert delivery == set(towns.index[towns["area"] == "但馬"])


# --- S08 to S11 ------------------------------------------------------------------------------------------------------


def test_s08_three_fields_are_rolled_out_and_each_stands_in_the_catalogue_of_services(lists):
    fields = lists["取組分野"]
    assert len(fields) == 3
    offered = dxkit.load("services").query("origin == '資料の3分野'")["name"].tolist()
    for word in ("電子請求", "緊急通報映像共有", "地域ICTプラットフォーム"):
        assert sum(word in field for field in fields) == sum(word in name for name in offered) == 1


def test_s09_the_community_of_key_persons_is_an_item_of_the_roll_out():
    items = dxkit.load("measures").set_index("id")
    assert items.loc["S09", ["parent", "page"]].tolist() == ["2-2", "12"]
    assert items.loc["S09", "measure"] == "人材ネットワーク"


def test_s10_three_bodies_look_into_three_questions_of_disaster_dx(lists):
    assert lists["共同研究の主体"] == ["兵庫県", "ひょうご震災記念21世紀研究機構", "兵庫県立大学"]
    questions = lists["研究テーマ"]
    assert len(questions) == 3
    for word, question in zip(
        ["被災者データベース", "デジタル人材派遣", "個人情報保護法制"], questions, strict=True
    ):
        assert word in question


def test_s11_five_meetings_were_held_and_two_dates_run_backwards_as_printed(figures):
    held = dxkit.load("study_meetings")
    assert len(held) == figures.loc["meetings", "value"] == 5
    assert held["printed"].tolist() == ["R6.7.9", "R6.8.29", "R6.10.23", "R6.1.23", "R6.3.25"]
    assert held["number"][held["slip"]].tolist() == [4, 5]
    assert held["date"].tolist() == [
        "2024-07-09",
        "2024-08-29",
        "2024-10-23",
        "2025-01-23",
        "2025-03-25",
    ]
    assert pd.to_datetime(held["date"]).is_monotonic_increasing
    as_printed = held["printed"].str.extract(r"R6\.(\d+)\.(\d+)").astype(int)
    assert not (as_printed[0] * 100 + as_printed[1]).is_monotonic_increasing


def test_s11_themes_of_the_meetings_and_the_cities_with_a_platform(figures, lists):
    themes = lists["開催テーマの例"]
    assert len(themes) == 5
    assert set(dxkit.load("themes")["theme"]) <= set(themes)
    assert [theme[:3] for theme in themes[3:]] == ["点群デ", "生成A"]
    assert figures.loc["platform_cities", "value"] == 4


# --- S12 to S14 ------------------------------------------------------------------------------------------------------


def test_s12_two_kinds_of_liaison_have_three_duties_in_nine_areas(lists, towns):
    assert lists["リエゾンの種類"] == ["地域リエゾン", "分野リエゾン"]
    assert [duty[-4:] for duty in lists["主な任務"]] == ["定期巡回", "個別支援", "情報提供"]
    areas = dxkit.load("areas").set_index("area")["members"]
    assert len(areas.drop("神戸")) == 9
    assert areas.drop("神戸").sum() == (towns["area"] != "神戸").sum() == 40


def test_s13_forty_are_heard_on_four_groups_of_questions(lists):
    assert len(lists["ヒアリング項目"]) == 4
    framework = dxkit.load("indicators_hearing")
    assert framework["parent"].isna().sum() == 4
    heard = dxkit.load("hearing_example")["code"]
    assert heard[heard.str.startswith("28")].nunique() == 40
    assert "28100" not in set(heard)


def test_s14_three_ways_bring_the_top_together_and_twelve_towns_have_an_association(lists, towns):
    ways = lists["トップ層の連携"]
    assert len(ways) == 3
    assert "対話の場" in ways[0]
    assert (towns["kind"] == "town").sum() == 12


# --- the whole -------------------------------------------------------------------------------------------------------


def test_ten_measures_stand_under_three_pillars_with_their_flags():
    measures = dxkit.load("measures")
    top = measures[measures["kind"] == "measure"]
    assert top.groupby("pillar", sort=False).size().tolist() == [3, 4, 3]
    assert top["flag"].value_counts().to_dict() == {"拡充": 3, "新規": 2}
    assert measures.loc[measures["kind"] == "item", "id"].tolist() == [
        f"S{row:02d}" for row in range(15)
    ]


def test_what_stands_after_page_five_is_under_discussion_in_every_table():
    for name in ("package_figures", "package_lists", "logic_model"):
        table = dxkit.load(name)
        later = table["page"].astype(int) > 5
        assert (table["status"].str.contains("検討・調整中") == later).all(), name
    measures = dxkit.load("measures")
    assert (
        measures["status"].fillna("").str.contains("検討・調整中")
        == (measures["page"].astype(int) > 5)
    ).all()


def test_every_figure_has_its_words_and_a_value_or_a_date(figures):
    assert figures.index.is_unique
    assert (figures["value"].notna() != figures["date"].notna()).all()
    assert figures["quote"].str.len().gt(4).all()
    pages = dxkit.load("measures").set_index("id")["page"].astype(int)
    # the sheet's row and its figures stand on the same page or on one beside it
    assert (figures["page"].astype(int) - figures["id"].map(pages)).abs().max() <= 1


def test_every_issue_of_last_year_has_an_action_of_this_year_and_two_measures_answer_none():
    model, measures = dxkit.load("logic_model"), dxkit.load("measures")
    top = measures[measures["kind"] == "measure"].set_index("id")
    assert len(model) == 8
    assert model[["issue", "action"]].map(len).ge(15).all(axis=None)
    assert model["measures"].is_unique
    assert (model["pillar"].to_numpy() == top.loc[model["measures"], "pillar"].to_numpy()).all()
    assert set(top.index) - set(model["measures"]) == {"2-3", "2-4"}
    assert (model["page"] == "4").all()
