"""Do the shipped tables hold the figures that the package, the ministries and the census published?"""

import csv
import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from dxkit.codes import check_digit, full_code, mesh_box, mesh_code
from dxkit.loaders import catalog, load, read_dashboard, read_extensions, read_standardization

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "data"
SHARED = ROOT / ".." / "shared"
MAKE = DATA / "make.py"
sys.path.insert(0, str(DATA))
from making.mesh_people import share_out  # noqa: E402 - lies beside the data, not in the package

METRES = "EPSG:6690"
COLUMNS = [
    "name",
    "file",
    "sha256",
    "rows",
    "columns",
    "grain",
    "source",
    "publisher",
    "url",
    "licence",
    "as_of",
    "fresh_until",
    "next_file",
    "kind",
    "covers",
]
TAJIMA = ["28209", "28222", "28225", "28585", "28586"]

needs_shared = pytest.mark.skipif(
    not (SHARED / "data").is_dir(), reason="公表ファイルの置き場所 ../shared/data がない"
)


@pytest.fixture(scope="module")
def towns() -> pd.DataFrame:
    return load("municipalities").set_index("code")


# --- the catalogue ---------------------------------------------------------------------------------------------------


def test_the_catalogue_has_its_fifteen_columns_and_every_cell_is_filled():
    table = catalog()
    assert list(table.columns) == COLUMNS
    assert not (table.astype(str).map(str.strip) == "").any(axis=None)
    assert table["name"].is_unique
    assert table["file"].is_unique
    assert set(table["kind"]) == {"published", "derived", "estimated", "made"}


def test_every_file_has_a_row_and_every_row_a_file():
    listed = set(catalog()["file"]) | set(load("boundary_files")["file"])
    present = {
        path.relative_to(DATA).as_posix()
        for kind in ("published", "derived", "estimated", "made")
        for path in (DATA / kind).rglob("*")
        if path.is_file()
    }
    assert listed == present


@pytest.mark.parametrize("row", catalog().to_dict("records"), ids=lambda row: row["name"])
def test_hash_rows_and_columns_of_a_file_are_as_recorded(row):
    content = (DATA / row["file"]).read_bytes()
    assert hashlib.sha256(content).hexdigest() == row["sha256"]
    table = load(row["name"])
    kept = table.drop(columns="geometry") if row["name"] == "municipalities" else table
    assert (len(kept), list(kept.columns)) == (row["rows"], row["columns"].split())


@pytest.mark.parametrize(
    "file", [*catalog()["file"], *load("boundary_files")["file"], "catalog.csv"]
)
def test_a_file_is_plain_utf8_with_unix_line_ends(file):
    content = (DATA / file).read_bytes()
    assert not content.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in content
    assert content.endswith(b"\n")
    assert not content.endswith(b"\n\n")
    content.decode("utf-8")


def test_the_folder_of_a_file_says_its_kind():
    table = catalog()
    assert (table["file"].str.split("/").str[0] == table["kind"]).all()


def test_an_address_is_a_publishers_own_page_and_never_a_registry():
    hosts = catalog()["url"].str.extract(r"^https://([^/]+)/", expand=False)
    assert hosts.notna().all()
    allowed = (".go.jp", ".lg.jp", ".ac.jp", "www.oecd.org", "ourairports.com")
    assert all(host.endswith(allowed) for host in hosts), sorted(set(hosts))


def test_what_is_invented_is_marked_in_every_place():
    made = catalog().query("kind == 'made'")
    assert "mesh_people" in made["name"].tolist()
    assert made["source"].str.startswith("架空：").all()
    assert made["file"].str.startswith("made/").all()
    assert load("mesh_people").attrs["made"] is True
    assert "made" not in load("municipalities").attrs


# --- municipalities, areas, codes ------------------------------------------------------------------------------------


def test_census_figures_sum_to_the_prefectures(towns):
    sums = towns[
        ["people_2020", "people_2025", "households_2020", "households_2025", "elderly_2020"]
    ].sum()
    assert sums["people_2020"] == 5_465_002
    assert sums["households_2020"] == 2_402_484
    assert sums["people_2025"] == 5_323_825
    assert sums["households_2025"] == 2_462_107
    assert sums["elderly_2020"] == 1_546_543
    assert round(towns["area_km2"].sum(), 2) == 8400.82


def test_there_are_29_cities_and_12_towns_in_code_order(towns):
    assert towns["kind"].value_counts().to_dict() == {"city": 29, "town": 12}
    assert len(towns) == 41
    assert towns.index.is_monotonic_increasing
    assert towns.index.is_unique
    assert towns.loc["28100", "name"] == "神戸市"
    assert ((towns["kind"] == "city") == towns["name"].str.endswith("市")).all()


def test_an_office_stands_in_its_own_municipality(towns):
    offices = gpd.GeoSeries(
        gpd.points_from_xy(towns["office_lon"], towns["office_lat"]), index=towns.index
    )
    assert (
        gpd.GeoSeries(towns["geometry"]).set_crs(None, allow_override=True).contains(offices).all()
    )


def test_a_habitable_share_is_a_share_and_the_plain_is_habitable(towns):
    assert towns["habitable_share"].between(0.1, 1).all()
    assert towns.loc[["28202", "28207", "28382"], "habitable_share"].tolist() == [1, 1, 1]


def test_the_ten_areas_hold_1_3_5_5_6_4_7_5_2_3_municipalities(towns):
    areas = load("areas")
    assert areas["members"].tolist() == [1, 3, 5, 5, 6, 4, 7, 5, 2, 3]
    assert towns["area"].value_counts().reindex(areas["area"]).tolist() == areas["members"].tolist()
    assert sorted(" ".join(areas["codes"]).split()) == towns.index.tolist()
    members = areas.set_index("area")["codes"].str.split().explode()
    assert (towns["area"].loc[members.to_numpy()].to_numpy() == members.index.to_numpy()).all()
    assert areas.loc[areas["area"] == "但馬", "codes"].item().split() == TAJIMA


def test_every_check_digit_in_japan_is_right():
    table = load("municipality_codes")
    assert (table["code"].map(full_code) == table["code6"]).all()
    assert all(
        code6[5] == check_digit(code)
        for code, code6 in zip(table["code"], table["code6"], strict=True)
    )


def test_the_nationwide_list_holds_1741_municipalities_and_175_wards():
    table = load("municipality_codes")
    whole, wards = table[table["parent"].isna()], table[table["parent"].notna()]
    assert (len(whole), len(wards)) == (1741, 175)
    assert table["kind"].value_counts().to_dict() == {
        "city": 792,
        "town": 743,
        "village": 183,
        "special_ward": 23,
        "ward": 175,
    }
    assert table["code"].is_unique
    assert table["code"].is_monotonic_increasing
    assert set(wards["parent"]) <= set(whole["code"])
    assert (wards["kind"] == "ward").all()
    assert wards["parent"].nunique() == 20
    assert (wards["parent"] == "28100").sum() == 9
    # the six villages of the Northern Territories are no part of the 1,741
    assert not table["code"].between("01695", "01700").any()


def test_repeated_names_and_counties_are_kept_apart():
    table = load("municipality_codes").set_index("code")
    assert table[table["name"] == "太子町"].index.tolist() == ["27381", "28464"]
    assert table.loc["28481", ["county", "name"]].tolist() == ["赤穂郡", "上郡町"]
    # 面積調 lists subprefectures for Hokkaido; the county comes from N03
    assert table.loc["01303", ["county", "name"]].tolist() == ["石狩郡", "当別町"]
    whole = table[table["parent"].isna()]
    assert (whole["name"].value_counts() > 1).sum() == 25
    outside = whole[whole["kind"].isin(["town", "village"]) & whole["county"].isna()]
    assert set(outside["prefecture"]) == {"東京都"}


# --- the dashboard ---------------------------------------------------------------------------------------------------


def test_schools_and_shops_are_those_of_the_list_and_of_no_stated_year(towns):
    table = load("town_statistics")
    assert table.attrs["as_of"] == "2026-11取得、元の年は不明"
    assert table["code"].tolist() == towns.index.tolist()
    statistics = table.set_index("code")
    # Himeji, read off the list
    assert statistics.loc["28201", ["elementary", "elementary_pupils"]].tolist() == [66, 26_461]
    assert statistics.loc["28201", "retailers_per_1000"] == pytest.approx(7.40)
    themes = load("themes")
    education = statistics.loc[themes.loc[themes["theme"] == "教育DX", "code"]]
    assert education[["elementary", "junior"]].sum().tolist() == [199, 106]


def test_the_dashboard_has_41_rows_and_15_indicators_that_the_framework_names():
    table, framework = (
        load("dashboard").set_index("code"),
        load("indicators_dashboard").set_index("indicator"),
    )
    assert table.shape == (41, 15)
    assert list(table.columns) == framework.index[framework["parent"].notna()].tolist()
    shares = table.drop(columns=["frequent_offered", "frequent_online"])
    assert shares.isin([0, 1]).iloc[:, :10].all(axis=None)
    assert ((shares >= 0) & (shares <= 1)).all(axis=None)


def test_the_framework_has_three_dimensions_of_equal_weight_and_two_rows_that_only_count():
    table = load("indicators_dashboard").set_index("indicator")
    top = table[table["parent"].isna()]
    assert top.index.tolist() == ["organisation", "operations", "services"]
    assert table["parent"].value_counts().to_dict() == {
        "organisation": 7,
        "services": 5,
        "operations": 3,
    }
    assert table.index[table["weight"] == 0].tolist() == ["frequent_offered", "frequent_online"]
    assert (table["direction"] == 1).all()
    assert table.loc[table["parent"].notna(), ["low", "high", "unit"]].notna().all(axis=None)


def test_the_share_of_frequent_procedures_is_what_its_counts_say():
    table = load("dashboard")
    exact = table["frequent_online"] / table["frequent_offered"]
    # the publisher rounds to whole percent
    assert (exact - table["online_frequent"]).abs().max() <= 0.005 + 1e-9


@needs_shared
def test_the_dashboard_equals_another_reading_of_the_same_file():
    wide = pd.read_csv(
        SHARED / "data/dx/hyogo_dx_dashboard_wide.csv", dtype=str, keep_default_na=False
    ).set_index("code5")
    labels = load("indicators_dashboard").set_index("label")["indicator"]
    table = load("dashboard").set_index("code")
    said = {"実施": "1.0", "未実施": "0.0", "調査無し": "nan", "": "nan"}
    for label in wide.columns[2:]:
        expected = [said.get(cell, cell) for cell in wide[label]]
        numbers = [
            float(cell.rstrip("%")) / (100 if cell.endswith("%") else 1) for cell in expected
        ]
        np.testing.assert_allclose(table.loc[wide.index, labels[label]], numbers, err_msg=label)


@needs_shared
def test_the_projects_own_readers_read_the_official_files_as_the_shipped_tables():
    dashboard = read_dashboard(
        SHARED / "data/dx/市区町村毎のDX進捗状況_市区町村比較.csv", prefecture="28"
    )
    shipped = load("dashboard").set_index("code")
    pd.testing.assert_frame_equal(
        dashboard[shipped.columns], shipped.astype(float), check_names=False
    )
    progress = read_standardization(SHARED / "data/dx/gc_standardization.json", prefecture="28")
    both = progress.merge(load("progress"), on=["code", "system"], suffixes=("", "_shipped"))
    assert len(both) == 820
    np.testing.assert_array_equal(both["share_done"], both["share_done_shipped"])
    extensions = read_extensions(SHARED / "data/dx/gc_tokutei_detail.json", prefecture="28")
    # the prefecture itself is listed too; the table holds municipalities
    listed = extensions.loc[extensions["code"] != "28000", "code"].value_counts()
    counts = load("extensions").set_index("code")["count"]
    assert listed.to_dict() == counts[counts > 0].to_dict()


def test_online_applications_hold_52_procedures_and_leave_blanks_blank():
    table = load("online_applications")
    assert len(table) == 41 * 52
    assert table.groupby("code")["procedure"].nunique().eq(52).all()
    assert table["group"].value_counts().to_dict() == {
        "よく使う32手続のオンライン申請利用状況": 41 * 26,
        "子育て・介護の26手続のオンライン申請利用状況": 41 * 26,
    }
    assert table["share"].isna().any()
    assert table["share"].dropna().between(0, 1).all()
    assert (
        table.loc[
            (table["code"] == "28100") & (table["procedure"] == "図書館の図書貸出予約等"), "share"
        ].item()
        == 0.903
    )


# --- standardisation -------------------------------------------------------------------------------------------------


def test_progress_is_41_times_20_with_the_published_mean_and_the_lowest():
    table = load("progress")
    assert len(table) == 820
    assert not table.duplicated(["code", "system"]).any()
    assert round(table["share_done"].mean(), 4) == 0.7506
    means = table.groupby("code")["share_done"].mean()
    assert means.idxmin() == "28209"
    assert round(means.min(), 4) == 0.32
    # the unit is one of 40 steps
    np.testing.assert_allclose(
        table["share_done"] * 40, (table["share_done"] * 40).round(), atol=1e-9
    )
    assert set(table["as_of"]) == {"2026-01"}


def test_33_bodies_expect_an_extension_and_the_flags_agree_with_the_counts():
    table, progress = load("extensions").set_index("code"), load("progress")
    assert len(table) == 41
    assert (table["count"] > 0).sum() == 33
    listed = table["systems"].dropna().str.split("、")
    assert (listed.str.len() == table.loc[listed.index, "count"]).all()
    assert table.loc[table["count"] == 0, "systems"].isna().all()
    flagged = progress[progress["extended"]].groupby("code")["system"].agg(set)
    without_common = listed.map(lambda systems: set(systems) - {"共通機能"})
    assert flagged.to_dict() == without_common[without_common.map(bool)].to_dict()
    assert progress["extended"].sum() == 323
    assert table["count"].sum() == 341


@needs_shared
def test_progress_and_extensions_equal_another_reading_of_the_same_files():
    wide = pd.read_csv(
        SHARED / "data/dx/hyogo_standardization_202601.csv", dtype={"code5": str}
    ).set_index("code5")
    names = load("systems").set_index("progress_name")["system"]
    progress = load("progress").pivot_table(index="code", columns="system", values="share_done")
    expected = wide[list(names.index)].rename(columns=names.to_dict())
    pd.testing.assert_frame_equal(progress[expected.columns], expected, check_names=False)
    assert (
        load("extensions").set_index("code")["count"].to_dict()
        == wide["tokutei_count_202512"].to_dict()
    )


def test_the_20_systems_stand_in_the_documents_order_under_three_names():
    table = load("systems")
    assert table["order"].tolist() == list(range(1, 21))
    assert table["system"].tolist()[:3] == ["住民基本台帳", "戸籍", "戸籍の附票"]
    assert table["system"].iloc[-1] == "健康管理"
    differing = table[table["system"] != table["progress_name"]]
    assert dict(zip(differing["system"], differing["progress_name"], strict=True)) == {
        "住民基本台帳": "住民記録",
        "戸籍の附票": "戸籍附票",
    }
    assert set(load("progress")["system"]) == set(table["system"])


# --- facts of the package --------------------------------------------------------------------------------------------


def test_24_seats_are_taken_by_19_municipalities_of_six_areas(towns):
    table = load("themes")
    assert table["theme"].value_counts(sort=False).to_dict() == {
        "教育DX": 9,
        "配送DX": 5,
        "地域通貨・ポイントDX": 10,
    }
    assert len(table) == 24
    assert table["code"].nunique() == 19
    assert (table["code"].value_counts() == 2).sum() == 5
    assert table["code"].value_counts().max() == 2
    taking_part = set(towns["area"].loc[table["code"].to_numpy()])
    assert len(set(towns["area"]) - taking_part) == 4
    assert table.loc[table["theme"] == "配送DX", "code"].tolist() == TAJIMA
    assert set(table["status"]) == {"参画予定"}
    assert set(table["page"]) == {"11"}
    assert (
        table["name"].to_numpy() == towns["name"].loc[table["code"].to_numpy()].to_numpy()
    ).all()


def test_nine_shared_systems_fill_236_of_369_cells_by_count():
    table = load("shared_systems").set_index("system")
    assert len(table) == 9
    assert int(table[["cities", "towns"]].sum().sum()) == 236
    assert 9 * 41 == 369
    counts = table[["cities", "towns", "associations"]].apply(tuple, axis=1).tolist()
    assert counts == [
        (10, 1, 0),
        (29, 4, 2),
        (27, 11, 0),
        (29, 12, 0),
        (25, 7, 0),
        (2, 0, 0),
        (19, 6, 1),
        (29, 12, 0),
        (11, 2, 0),
    ]
    assert table.index[~table["prefecture"]].tolist() == ["電子申告"]
    assert set(table["as_of"]) == {"2025-03"}
    assert table["note"].str.contains("名称は資料にない").all()


def test_the_ten_measures_stand_in_three_pillars_with_their_flags():
    table = load("measures").set_index("id")
    ten = table[table["kind"] == "measure"]
    assert len(ten) == 10
    assert ten["pillar"].value_counts(sort=False).tolist() == [3, 4, 3]
    assert ten.index[ten["flag"] == "拡充"].tolist() == ["1-1", "1-3", "3-3"]
    assert ten.index[ten["flag"] == "新規"].tolist() == ["2-3", "3-2"]
    assert ten["page"].tolist() == ["6", "8", "9", "11", "12", "13", "14", "15", "17", "18"]


def test_the_rows_s00_to_s14_hang_below_the_measures_and_drafts_are_marked():
    table = load("measures").set_index("id")
    items = table[table["kind"] == "item"]
    assert items.index.tolist() == [f"S{number:02d}" for number in range(15)]
    assert items["page"].tolist() == [
        "2",
        "6",
        "7",
        "7",
        "8",
        "9",
        "10",
        "11",
        "12",
        "12",
        "13",
        "14",
        "15",
        "17",
        "18",
    ]
    assert set(items["parent"].dropna()) == set(table.index[table["kind"] == "measure"])
    assert (table["status"].notna() == (table["page"].astype(int) >= 6)).all()


def test_the_last_two_meetings_are_printed_a_year_early():
    table = load("study_meetings")
    assert table["printed"].tolist() == ["R6.7.9", "R6.8.29", "R6.10.23", "R6.1.23", "R6.3.25"]
    assert table["date"].tolist() == [
        "2024-07-09",
        "2024-08-29",
        "2024-10-23",
        "2025-01-23",
        "2025-03-25",
    ]
    assert table["slip"].tolist() == [False, False, False, True, True]


@needs_shared
def test_the_fact_sheet_names_the_same_themes_and_counts():
    sheet = (SHARED / "SEED_FACTS.md").read_text(encoding="utf-8")
    stems = {
        theme: re.search(rf"{theme} \d+市町 \(([^)]+)\)", sheet)[1].split()
        for theme in load("themes")["theme"].unique()
    }
    for theme, rows in load("themes").groupby("theme"):
        assert [name[:-1] for name in rows["name"]] == stems[theme]
    row = next(line for line in sheet.splitlines() if line.startswith("| S04"))
    said = {
        "e-ひょうご": "県+10市1町",
        "電子入札": "29市4町2組合",
        "テレワーク兵庫": "県+25市7町",
        "公共施設予約": "県+2市",
    }
    assert all(text in row for text in said.values())
    systems = next(line for line in sheet.splitlines() if line.startswith("| S01"))
    assert (
        re.search(r"基幹20業務 \(([^)]+)\)", systems)[1].split(", ")
        == load("systems")["system"].tolist()
    )


# --- shapes and places -----------------------------------------------------------------------------------------------


def test_boundaries_are_41_valid_shapes_without_gap_or_overlap(towns):
    table = load("boundaries")
    assert table["code"].tolist() == towns.index.tolist()
    assert table["name"].tolist() == towns["name"].tolist()
    assert table.geometry.is_valid.all()
    assert shapely.coverage_is_valid(table.geometry.to_numpy())
    assert len(shapely.get_coordinates(table.geometry.to_numpy())) < 5000


def test_geojson_follows_rfc_7946_with_five_decimals_and_one_feature_a_line():
    for name in ("boundaries", "neighbour_prefectures"):
        text = (DATA / "derived" / f"{name}.geojson").read_text(encoding="utf-8")
        assert '"crs"' not in text
        assert not re.search(r"\d\.\d{6}", text)
        assert sum(line.startswith('{"type":"Feature"') for line in text.splitlines()) == len(
            load(name)
        )
        rings = [
            shapely.get_exterior_ring(part)
            for part in shapely.get_parts(load(name).geometry.to_numpy())
        ]
        assert shapely.is_ccw(rings).all()


@needs_shared
def test_boundaries_agree_with_the_official_ones_of_2021():
    official = gpd.read_file(SHARED / "data/boundaries/N03-21_28_210101_s0010.geojson").set_crs(
        "EPSG:6668", allow_override=True
    )
    wards = official["N03_007"].between("28101", "28111")
    whole = (
        official.assign(code=official["N03_007"].mask(wards, "28100"))
        .dissolve("code")
        .to_crs(METRES)
        .geometry
    )
    ours = gpd.GeoDataFrame(load("boundaries")).set_index("code").to_crs(METRES).geometry
    assert ours.index.equals(whole.index)
    assert abs(ours.area.sum() / whole.area.sum() - 1) < 0.002
    iou = ours.intersection(whole).area / ours.union(whole).area
    assert iou.mean() >= 0.96
    assert iou.min() >= 0.87
    assert iou.loc[TAJIMA].min() >= 0.97


def test_neighbour_prefectures_touch_hyogo_and_do_not_cover_it():
    around = gpd.GeoDataFrame(load("neighbour_prefectures")).to_crs(METRES)
    hyogo = gpd.GeoDataFrame(load("boundaries")).to_crs(METRES).union_all()
    assert around["name"].tolist() == ["京都府", "大阪府", "鳥取県", "岡山県", "徳島県", "香川県"]
    assert around.geometry.intersection(hyogo).area.sum() < 1e4
    assert (around.geometry.distance(hyogo) < 100).tolist() == [
        True,
        True,
        True,
        True,
        False,
        False,
    ]


def test_424_stations_and_567_villages_stand_in_the_municipality_they_name(towns):
    shapes = gpd.GeoSeries(towns["geometry"])
    for name, rows in (("stations", 424), ("villages", 567)):
        table = load(name)
        assert len(table) == rows
        points = gpd.GeoSeries(gpd.points_from_xy(table["lon"], table["lat"]), crs=shapes.crs)
        assert shapes.loc[table["code"].to_numpy()].reset_index(drop=True).intersects(points).all()
        assert (
            table["name"].to_numpy() == towns["name"].loc[table["code"].to_numpy()].to_numpy()
        ).all()


def test_villages_know_when_they_existed():
    table = load("villages")
    known = table[table["valid_from"].notna() & table["valid_to"].notna()]
    assert (known["valid_from"] <= known["valid_to"]).all()
    assert len(known) > 400
    tajima = table[table["code"].isin(TAJIMA)]
    assert len(tajima) == 88
    assert {"城崎町", "出石町", "村岡町", "香住町", "浜坂町", "八鹿町", "生野町"} <= set(
        tajima["place"]
    )


# --- the invented mesh -----------------------------------------------------------------------------------------------


def test_mesh_people_sum_to_the_census_of_each_municipality(towns):
    sums = load("mesh_people").groupby("code")[["people", "elderly"]].sum()
    assert sums["people"].to_dict() == towns["people_2020"].to_dict()
    assert sums["elderly"].to_dict() == towns["elderly_2020"].to_dict()


def test_mesh_people_are_cells_of_level_4_with_their_centres_in_their_municipality(towns):
    table = load("mesh_people")
    assert table["place"].is_unique
    assert (table["place"].str.len() == 9).all()
    assert (
        mesh_code(table["lat"], table["lon"], level="4") == table["place"].to_numpy(dtype=str)
    ).all()
    box = mesh_box(table["place"].to_numpy(dtype=str))
    np.testing.assert_allclose(table["lat"], (box.south + box.north) / 2, atol=1e-6)
    shapes = gpd.GeoSeries(towns["geometry"])
    points = gpd.GeoSeries(gpd.points_from_xy(table["lon"], table["lat"]), crs=shapes.crs)
    assert shapes.loc[table["code"].to_numpy()].reset_index(drop=True).intersects(points).all()


def test_mesh_people_are_of_a_plausible_number_and_density():
    table = load("mesh_people")
    assert (table["people"] >= 1).all()
    assert (table["elderly"] <= table["people"]).all()
    assert (table["elderly"] >= 0).all()
    assert 12_000 <= len(table) <= 18_000
    assert 2_000 <= table["code"].isin(TAJIMA).sum() <= 3_500
    assert table["people"].max() <= 7_000
    assert (DATA / "made" / "mesh_people.csv").stat().st_size < 1_000_000


def test_mesh_people_leave_no_former_town_of_tajima_empty():
    table, villages = load("mesh_people"), load("villages")
    former = villages[villages["code"].isin(TAJIMA) & villages["place"].str.endswith("町")]
    homes = set(table["place"])
    around = [(dlat / 240, dlon / 160) for dlat in (-1, 0, 1) for dlon in (-1, 0, 1)]
    cells = np.array(
        [mesh_code(former["lat"] + dlat, former["lon"] + dlon, level="4") for dlat, dlon in around]
    )
    assert np.isin(cells, list(homes)).any(axis=0).all()


# --- the estimated mesh -----------------------------------------------------------------------------------------------


def test_estimated_people_sum_to_the_census_and_stay_within_their_limits(towns):
    table = load("mesh_estimated")
    sums = table.groupby("code")[["people", "elderly"]].sum()
    assert sums["people"].astype(int).to_dict() == towns["people_2020"].to_dict()
    assert sums["elderly"].astype(int).to_dict() == towns["elderly_2020"].to_dict()
    assert (table["people"] >= 1).all()
    assert (table["elderly"] <= table["people"]).all()
    assert (table["low"] <= table["people"] + 1).all()
    assert (table["people"] <= table["high"] + 1).all()
    assert (table["place"].str.len() == 8).all()
    assert table["place"].is_unique


def test_the_error_that_is_shipped_is_the_error_that_is_found():
    check, errors = load("mesh_check"), load("mesh_errors")
    known = errors.set_index(["rule", "area", "level"])
    # the census of 2020 of Hiroshima
    assert check["people"].sum() == 2_799_702
    for area, cells in (("広島県", check), ("広島県の中山間", check[check["rural"]])):
        truth = cells["people"]
        for rule in ("estimated", "plain", "made"):
            guess = cells[rule] * truth.sum() / cells[rule].sum()
            share = (guess - truth).abs().sum() / 2 / truth.sum()
            assert share == pytest.approx(
                known.loc[(rule, area, "1km"), "misplaced_share"], abs=1e-3
            )
        settled = cells[cells["estimated"] > 0]
        within = settled["people"].between(settled["low"], settled["high"]).mean()
        assert within == pytest.approx(
            known.loc[("estimated", area, "1km"), "within_share"], abs=1e-3
        )
        # an interval of 80 % holds at least that share of cells that its limits have not seen
        assert 0.8 <= within <= 0.9
        best = known.xs((area, "1km"), level=("area", "level"))["misplaced_share"]
        assert best.idxmin() == "estimated"


def test_quarters_of_500_m_sum_to_their_cells_of_1_km():
    quarters, cells = load("mesh_estimated_500m"), load("mesh_estimated").set_index("place")
    columns = ["people", "elderly"]
    sums = quarters.groupby(quarters["place"].str[:8])[columns].sum()
    pd.testing.assert_frame_equal(sums, cells[columns].sort_index(), check_names=False)
    assert quarters["place"].is_unique
    assert (quarters["place"].str.len() == 9).all()
    assert (quarters["code"] == cells.loc[quarters["place"].str[:8], "code"].to_numpy()).all()
    assert (quarters["people"] >= 1).all()
    assert (quarters["elderly"] <= quarters["people"]).all()
    assert (quarters["low"] <= quarters["people"]).all()
    assert (quarters["people"] <= quarters["high"]).all()


def measure_misplaced(guess, truth):
    scaled = guess * truth.sum() / guess.sum()
    return (scaled - truth).abs().sum() / 2 / truth.sum()


def test_the_error_of_500_m_that_is_shipped_is_the_error_that_is_found():
    check, errors = load("mesh_check_500m"), load("mesh_errors")
    known = errors.query("level == '500m'").set_index(["rule", "area"])
    kilometres = load("mesh_check").set_index("place")
    assert check["people"].sum() == 2_799_702
    # four rows a cell, also where nobody lives; rounded to a tenth of a person
    sums = check.groupby(check["place"].str[:8])[["estimated", "quartered"]].sum()
    for rule in sums:
        assert (sums[rule] - kilometres["estimated"]).abs().max() <= 0.3
    for area, cells in (("広島県", check), ("広島県の中山間", check[check["rural"]])):
        truth = cells["people"]
        for rule in ("estimated", "quartered", "plain", "made"):
            share = measure_misplaced(cells[rule], truth)
            assert share == pytest.approx(known.loc[(rule, area), "misplaced_share"], abs=1e-3)
        # what it adds to the 1 km estimate split evenly: 4 of 100 people more stand in their quarter
        shares = known.xs(area, level="area")["misplaced_share"]
        assert shares.idxmin() == "estimated"
        assert 0.03 <= shares["quartered"] - shares["estimated"] <= 0.05
        listed = cells[cells["estimated"] >= 0.5]
        within = listed["people"].between(listed["low"], listed["high"]).mean()
        assert within == pytest.approx(known.loc[("estimated", area), "within_share"], abs=1e-3)
        # an interval of 80 %; where a quarter may be empty its low end is 0, and it has one tail only
        assert 0.8 <= within <= 0.92


def test_500_m_says_no_more_than_1_km_about_places_farther_apart():
    check = load("mesh_check_500m")
    # summed to 1 km both are the same estimate: the quarters add nothing there
    sums = check.groupby(check["place"].str[:8])[["people", "estimated", "quartered"]].sum()
    errors = load("mesh_errors").set_index(["rule", "area", "level"])["misplaced_share"]
    for rule in ("estimated", "quartered"):
        share = measure_misplaced(sums[rule], sums["people"])
        assert share == pytest.approx(errors["estimated", "広島県", "1km"], abs=1e-3)
    # where the 1 km counts are known, the quarters still err
    truth = check["people"]
    of_cell = truth.groupby(check["place"].str[:8]).transform("sum")
    for rule, share, rural in (("estimated", 0.192, 0.273), ("quartered", 0.245, 0.327)):
        whole = check[rule].groupby(check["place"].str[:8]).transform("sum")
        known = (check[rule] / whole.where(whole > 0)).fillna(0.25) * of_cell
        assert measure_misplaced(known, truth) == pytest.approx(share, abs=5e-4)
        far = check["rural"]
        assert measure_misplaced(known[far], truth[far]) == pytest.approx(rural, abs=5e-4)
    # which quarter is empty stays unknown, and hardly anybody lives in one without a row
    assert (truth[of_cell > 0] == 0).mean() == pytest.approx(0.366, abs=5e-4)
    assert truth[check["estimated"] < 0.5].sum() / truth.sum() == pytest.approx(2e-4, abs=5e-5)


def test_what_is_estimated_says_so_and_by_how_much_it_errs():
    table = load("mesh_estimated")
    assert table.attrs["kind"] == "estimated"
    assert "made" not in table.attrs
    errors = load("mesh_errors").set_index(["rule", "area", "level"])["misplaced_share"]
    error = errors["estimated", "広島県の中山間", "1km"]
    assert f"人の位置の{error:.0%}は1 kmずれている見込み" in table.attrs["source"]
    error = errors["estimated", "広島県の中山間", "500m"]
    source = load("mesh_estimated_500m").attrs["source"]
    assert f"人の位置の{error:.0%}は500 mずれている見込み" in source


def test_districts_sum_to_the_census_and_flying_around_them_needs_few_corners():
    table = load("did")
    assert table["people_2020"].sum() == 4_306_048
    assert table["area_km2"].sum() == pytest.approx(601.0, abs=0.1)
    tajima = table[table["code"].isin(TAJIMA)]
    assert tajima["people_2020"].tolist() == [16_948]


@given(
    weights=st.lists(st.floats(1e-6, 1e6), min_size=1, max_size=40),
    limit=st.integers(1, 6500),
    filled=st.floats(0, 1),
)
def test_sharing_out_keeps_the_sum_and_the_limits(weights, limit, filled):
    most = np.full(len(weights), limit)
    total = int(filled * most.sum())
    given_out = share_out(total, np.array(weights), most)
    assert given_out.sum() == total
    assert ((given_out >= 0) & (given_out <= most)).all()
    # who weighs more never gets less, save for the last rounded unit
    order = np.argsort(weights)
    assert (np.diff(given_out[order]) >= -1).all()


def test_sharing_out_follows_largest_remainders():
    no_limit = np.full(3, 100)
    assert share_out(10, np.array([1.0, 1.0, 1.0]), no_limit).tolist() == [4, 3, 3]
    # Hamilton's method, as in the textbook example of 21, 35, 44 votes for 10 seats: 2.1, 3.5, 4.4
    assert share_out(10, np.array([21.0, 35.0, 44.0]), no_limit).tolist() == [2, 4, 4]
    assert share_out(10, np.array([8.0, 1.0, 1.0]), np.array([4, 100, 100])).tolist() == [4, 3, 3]
    with pytest.raises(ValueError, match="31人は上限の合計30人"):
        share_out(31, np.ones(3), np.full(3, 10))


# --- making ----------------------------------------------------------------------------------------------------------


def run_make(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(MAKE), *map(str, arguments)]
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8", "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        command, capture_output=True, text=True, encoding="utf-8", env=environment, check=False
    )


def assert_same_files(made: Path, kinds: tuple[str, ...]) -> None:
    rows = [row for row in catalog().to_dict("records") if row["kind"] in kinds]
    assert rows
    different = [
        row["file"]
        for row in rows
        if (made / row["file"]).read_bytes() != (DATA / row["file"]).read_bytes()
    ]
    assert not different
    assert (made / "catalog.csv").read_bytes() == (DATA / "catalog.csv").read_bytes()


@needs_shared
def test_make_rebuilds_published_and_made_tables_byte_for_byte(tmp_path):
    names = catalog().query("kind in ('published', 'made')")["name"].tolist()
    done = run_make("--sources", SHARED, "--out", tmp_path, "--offline", "--only", *names)
    assert done.returncode == 0, done.stderr
    assert all(f"{name}: " in done.stdout for name in names)
    assert_same_files(tmp_path, ("published", "made", "derived"))


@pytest.mark.slow
def test_make_rebuilds_derived_tables_byte_for_byte_and_then_without_network(tmp_path):
    cache = Path(os.environ["DXKIT_CACHE"]) if "DXKIT_CACHE" in os.environ else tmp_path / "cache"
    names = catalog().query("kind == 'derived'")["name"].tolist()
    done = run_make("--out", tmp_path / "first", "--cache", cache, "--only", *names)
    if "pip でパッケージを取得できませんでした" in done.stderr and os.environ.get("CI") != "true":
        pytest.skip("パッケージの登録所に届かない")
    assert done.returncode == 0, done.stderr
    assert_same_files(tmp_path / "first", ("derived",))
    again = run_make("--out", tmp_path / "second", "--cache", cache, "--offline", "--only", *names)
    assert again.returncode == 0, again.stderr
    assert_same_files(tmp_path / "second", ("derived",))


def test_make_without_the_official_files_keeps_what_is_published_and_says_so(tmp_path):
    done = run_make(
        "--sources",
        tmp_path / "nowhere",
        "--out",
        tmp_path / "out",
        "--offline",
        "--only",
        "progress",
        "mesh_people",
    )
    assert done.returncode == 0, done.stderr
    assert "published/ は今のままにします" in done.stdout
    assert "progress: " not in done.stdout
    assert "mesh_people: " in done.stdout
    assert_same_files(tmp_path / "out", ("published", "made", "derived"))


def test_make_that_fails_leaves_nothing_half_written(tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    done = run_make(
        "--out",
        out,
        "--cache",
        tmp_path / "empty",
        "--offline",
        "--only",
        "mesh_people",
        "boundaries",
    )
    assert done.returncode == 1
    assert "何も書き換えていません" in done.stderr
    assert "キャッシュ" in done.stderr
    assert list(out.iterdir()) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out"]


def test_make_refuses_an_archive_that_is_not_the_recorded_one(tmp_path):
    cache = tmp_path / "cache"
    cache.mkdir()
    (cache / "pygeonlp-1.2.5.tar.gz").write_bytes(b"something else")
    done = run_make("--out", tmp_path / "out", "--cache", cache, "--offline", "--only", "stations")
    assert done.returncode == 1
    assert "pygeonlp-1.2.5.tar.gz がキャッシュ" in done.stderr


def test_the_project_names_no_registry_host_and_no_path_of_a_machine():
    sources = [*DATA.glob("*.py"), *DATA.glob("making/*.py"), DATA / "catalog.csv"]
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    assert not re.search(r"pypi\.org|pythonhosted|npmjs|/work/|/root/|/tmp/", text)


def test_the_catalogue_is_read_the_same_by_csv_and_by_the_project():
    with (DATA / "catalog.csv").open(encoding="utf-8", newline="") as lines:
        names = [row["name"] for row in csv.DictReader(lines)]
    assert names == sorted(names) == catalog()["name"].tolist()
