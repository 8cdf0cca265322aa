"""Are the tables of all 47 prefectures whole, and does Hyogo stand in them as it stands alone?"""

import hashlib
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from dxkit.errors import CatalogError, ChoiceError
from dxkit.loaders import catalog, data_folder, load, resolve_prefecture

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT / ".." / "shared"
NUMBERS = [f"{number:02d}" for number in range(1, 48)]
# 国土地理院・総務省: municipalities of each prefecture, Tokyo with its 23 wards
COUNTS = [
    179, 40, 33, 35, 25, 35, 59, 44, 25, 35, 63, 54, 62, 33, 30, 15, 19, 17, 27, 77, 42, 35, 54, 29,
    19, 26, 43, 41, 39, 30, 19, 19, 27, 23, 19, 24, 17, 20, 34, 60, 20, 21, 45, 18, 26, 43, 41,
]  # fmt: skip
TWINS = ["municipalities", "dashboard", "online_applications", "progress", "extensions"]

needs_shared = pytest.mark.skipif(
    not (SHARED / "data").is_dir(), reason="公表ファイルの置き場所 ../shared/data がない"
)


def test_the_47_prefectures_hold_1741_municipalities():
    table = load("prefectures")
    assert table["prefecture_code"].tolist() == NUMBERS
    assert table["municipalities"].tolist() == COUNTS
    assert sum(COUNTS) == 1741
    files = load("boundary_files").set_index("prefecture_code")
    assert files["municipalities"].tolist() == COUNTS
    assert files["name"].tolist() == table["name"].tolist()


@pytest.mark.parametrize("name", TWINS)
def test_a_national_table_holds_every_municipality_and_hyogo_as_it_stands_alone(name):
    japan = load(name, None)
    assert japan["code"].nunique() == 1741
    assert japan["code"].is_monotonic_increasing
    alone = pd.DataFrame(load(name)).drop(columns="geometry", errors="ignore")
    there = pd.DataFrame(japan[japan["code"].str.startswith("28")])
    there = there.drop(columns=["geometry", "prefecture"], errors="ignore").reset_index(drop=True)
    # a count that is missing elsewhere in Japan is a float there
    pd.testing.assert_frame_equal(there, alone, check_dtype=False)


def test_the_census_of_2020_sums_to_the_nation_and_its_65_plus_follow_the_published_share():
    japan = load("municipalities", None).set_index("code")
    assert japan["people_2020"].sum() == 126_146_099
    assert japan.loc["07546", ["people_2020", "elderly_2020"]].tolist() == [0, 0]
    assert japan["households_2020"].notna().sum() == 41
    assert set(japan["kind"]) == {"city", "town", "village", "ward"}
    assert (japan["kind"] == "village").sum() == 183
    # census 2020: 35,335,805 people of 65 and over; shares carry three decimals of a percent and
    # count only persons whose age is known
    assert japan["elderly_2020"].sum() == pytest.approx(35_335_805, rel=0.025)


@needs_shared
def test_65_plus_by_its_share_is_within_3_of_the_count_where_both_are_known():
    shares = pd.read_csv(
        SHARED / "data/statistics/portal_rows_nationwide.csv", dtype={"code": str}
    ).set_index("code")
    hyogo = load("municipalities").set_index("code")
    by_share = hyogo["people_2020"] * shares.loc[hyogo.index, "A:65歳以上人口割合"] / 100
    assert (by_share.round() - hyogo["elderly_2020"]).abs().max() <= 3


def test_the_shapes_of_japan_fit_together_and_each_file_is_the_recorded_one():
    japan = load("boundaries", None)
    assert len(japan) == 1741
    assert japan.geometry.is_valid.all()
    assert shapely.coverage_is_valid(japan.geometry.to_numpy())
    for file, sha256 in load("boundary_files")[["file", "sha256"]].to_numpy():
        assert hashlib.sha256((data_folder() / file).read_bytes()).hexdigest() == sha256
    size = sum((data_folder() / file).stat().st_size for file in load("boundary_files")["file"])
    assert size < 4e6


def test_hyogo_is_drawn_as_its_own_table_draws_it():
    alone = gpd.GeoDataFrame(load("boundaries")).set_index("code").to_crs(6690)
    japan = load("boundaries", None).set_index("code").to_crs(6690).loc[alone.index]
    # square metres: borders to other prefectures have a point more here and there
    assert alone.symmetric_difference(japan).area.sum() < 1


def test_the_areas_shapes_give_the_official_area_within_a_few_percent():
    japan = load("municipalities", None)
    # an equal-area projection of Japan
    drawn = gpd.GeoDataFrame(japan).to_crs("+proj=aea +lat_1=30 +lat_2=42 +lon_0=137").area / 1e6
    assert drawn.sum() == pytest.approx(japan["area_km2"].sum(), rel=0.01)
    error = (drawn / japan["area_km2"] - 1).abs()
    assert error.median() < 0.01


def test_an_office_stands_in_its_own_municipality_or_just_off_its_drawn_coast():
    japan = load("municipalities", None)
    points = gpd.points_from_xy(japan["office_lon"], japan["office_lat"])
    is_inside = shapely.intersects(japan.geometry.to_numpy(), points)
    # villages of small islands have their offices elsewhere (三島村・十島村 in 鹿児島市, 竹富町 in 石垣市)
    outside = japan.loc[~is_inside, "name"].tolist()
    assert {"三島村", "十島村", "竹富町"} <= set(outside)
    assert len(outside) <= 12, outside


def test_areas_are_the_prefectures_own_in_hyogo_and_the_weather_services_elsewhere():
    japan = load("areas", None)
    codes = japan["codes"].str.split().explode()
    assert codes.is_unique
    assert len(codes) == 1741
    own = japan[japan["prefecture_code"] == "28"]
    assert own["area"].tolist() == load("areas")["area"].tolist()
    assert (~japan["note"].str.contains("気象庁")).sum() == 10
    tottori = load("areas", "鳥取県").set_index("area")["codes"]
    # 鳥取市 is divided: its office stands in the northern part
    assert "31201" in tottori["鳥取地区"].split()
    assert load("municipalities", "31")["area"].isin(tottori.index).all()


def test_a_prefecture_is_found_by_name_or_number_and_by_the_rooms_variable(monkeypatch):
    spellings = ["鳥取県", "鳥取", "31", "３１", "31000"]
    assert {resolve_prefecture(spelling) for spelling in spellings} == {"31"}
    assert resolve_prefecture("1") == resolve_prefecture("北海道") == "01"
    assert resolve_prefecture() == "28"
    assert resolve_prefecture(None) is None
    monkeypatch.setenv("DXKIT_PREFECTURE", "沖縄県")
    assert load("municipalities")["name"].iloc[0] == "那覇市"
    assert load("municipalities", "28")["name"].iloc[0] == "神戸市"
    # what belongs to no prefecture stays as it is, and so does a list of all Japan
    assert len(load("systems")) == 20
    assert len(load("municipality_codes")) == 1916
    monkeypatch.setenv("DXKIT_PREFECTURE", "全国")
    assert len(load("progress")) == 1741 * 20
    monkeypatch.setenv("DXKIT_PREFECTURE", "琉球")
    with pytest.raises(ChoiceError, match="DXKIT_PREFECTURE の都道府県「琉球」はありません"):
        load("municipalities")


def test_what_is_not_a_prefecture_is_refused_with_what_to_write():
    with pytest.raises(ChoiceError, match="「48」はありません。名前（鳥取県）かJISの番号（31）"):
        load("municipalities", "48")


def test_what_exists_for_hyogo_alone_says_so_elsewhere():
    with pytest.raises(
        CatalogError, match=r'themes」は兵庫県だけの表で、鳥取県の分はありません.*"28"'
    ):
        load("themes", prefecture="31")
    assert len(load("themes", prefecture="兵庫県")) == 24
    # a table has the same columns wherever it is loaded
    for name in [*TWINS, "areas", "boundaries", "neighbour_prefectures"]:
        assert list(load(name, "31").columns) == list(load(name).columns), name
        attrs = load(name, "31").attrs
        assert attrs["name"] == name
        assert attrs["as_of"]
        assert attrs["kind"] in {"published", "derived"}


def test_every_table_says_how_long_it_stays_good_and_what_follows_it():
    table = catalog().set_index("name")
    dated = table[table["fresh_until"] != "期限なし"]
    assert pd.to_datetime(dated["fresh_until"], format="%Y-%m-%d").notna().all()
    assert (dated["next_file"] != "なし").all()
    # nothing is older when it is shipped than the date on which it ceases to be good
    assert (dated["as_of"].str[:4] <= dated["fresh_until"].str[:4]).all()
    assert (table.loc[table["kind"] == "made", "fresh_until"] == "期限なし").all()
    assert set(table["covers"]) == {"28", "any", "japan"}


def test_all_that_is_shipped_for_japan_takes_less_than_eight_megabytes():
    table = catalog()
    files = [*table.loc[table["covers"] == "japan", "file"], *load("boundary_files")["file"]]
    assert sum((data_folder() / file).stat().st_size for file in files) < 8e6


@needs_shared
def test_progress_of_japan_equals_the_parsed_file_and_its_published_mean():
    import json

    content = json.loads((SHARED / "data/dx/gc_standardization.json").read_text(encoding="utf-8"))
    systems = load("systems")
    japan = load("progress", None).pivot_table(index="code", columns="system", values="share_done")
    shares = [
        [body["business_rates"][name] for name in systems["progress_name"]]
        for body in content["municipalities"]
    ]
    np.testing.assert_array_equal(
        np.sort(japan[systems["system"]].to_numpy().ravel()), np.sort(np.ravel(shares))
    )
    assert round(japan.mean(axis=1).mean(), 4) == content["summary"]["avg_rate"]
