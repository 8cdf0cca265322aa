"""Each reader on each real official file gives the rows that the publisher's file holds."""

import csv
import re
import warnings
from pathlib import Path

import pytest

import dxkit
from dxkit import loaders
from dxkit.codes import full_code
from dxkit.errors import TableWarning

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
pytestmark = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the official files are not beside the checkout (../shared/data)"
)
DX = SHARED / "dx"


def test_the_dashboard_has_15_indicators_of_1741_municipalities_and_equals_the_shipped_table():
    table = loaders.read_dashboard(DX / "市区町村毎のDX進捗状況_市区町村比較.csv")
    assert table.shape == (1741, 15)
    shipped = dxkit.load("dashboard").set_index("code")
    hyogo = table[table.index.str.startswith("28")]
    assert (hyogo[shipped.columns].fillna(-1) == shipped.fillna(-1)).all(axis=None)


def test_online_applications_are_52_procedures_and_a_blank_is_not_zero():
    table = loaders.read_dashboard(DX / "市区町村毎のDX進捗状況_行政手続のオンライン申請率.csv")
    assert table.shape == (1741, 52)
    assert table.isna().any(axis=None)


def test_repeated_names_are_mapped_to_their_own_prefecture():
    with (DX / "市区町村毎のDX進捗状況_市区町村比較.csv").open(
        encoding="utf-8-sig", newline=""
    ) as lines:
        head = next(csv.reader(lines))[2:1743]
    table = loaders.read_dashboard(DX / "市区町村毎のDX進捗状況_市区町村比較.csv")
    known = dxkit.load("municipality_codes").set_index("code")["name"]
    assert known.loc[table.index].tolist() == head
    assert len({name for name in head if head.count(name) > 1}) == 25
    assert known["28464"] == known["27381"] == "太子町"


def test_progress_is_34820_cells_and_hyogo_stands_where_the_ministry_says():
    table = loaders.read_standardization(DX / "gc_standardization.json")
    assert len(table) == 1741 * 20
    mean = table[table["code"].str.startswith("28")].groupby("code")["share_done"].mean()
    assert round(mean.mean(), 4) == 0.7506
    assert mean.idxmin() == "28209"
    assert round(mean.min(), 2) == 0.32


def test_extensions_are_8956_systems_of_935_bodies():
    table = loaders.read_extensions(DX / "gc_tokutei_detail.json")
    assert (len(table), table["code"].nunique()) == (8956, 935)
    assert (
        table.loc[table["code"].str.startswith("28") & (table["code"] != "28000"), "code"].nunique()
        == 33
    )


@pytest.mark.parametrize(
    ("name", "rows", "kind"),
    [("hyogo_emergency", 3596, "emergency"), ("hyogo_evacuation", 3007, "designated")],
)
def test_shelters_are_complete(name, rows, kind):
    table = loaders.read_shelters(SHARED / "shelters" / f"{name}.csv")
    assert len(table) == rows
    assert set(table["kind"]) == {kind}


def test_towns_without_coordinates_are_kept():
    table = loaders.read_towns(SHARED / "places" / "geolonia_hyogo_towns.csv")
    assert len(table) == 10_777
    assert table["lat"].isna().sum() == 11
    assert (table["code"] == "28225").sum() == 734
    assert (table["code"] == "28585").sum() == 100


def test_roadside_stations_of_both_forms_agree():
    ours = loaders.read_roadside_stations(SHARED / "places" / "hyogo_roadside_stations.csv")
    nationwide = loaders.read_roadside_stations(
        SHARED / "places" / "roadside_station_nationwide.geojson"
    )
    assert (len(ours), len(nationwide)) == (35, 1145)
    assert nationwide["code"].str.startswith("28").sum() == 35
    assert ours["code"].isin(["28209", "28222", "28225", "28585", "28586"]).sum() == 12


def test_boundaries_merge_kobes_nine_wards_when_asked():
    path = SHARED / "boundaries" / "N03-21_28_210101_s0010.geojson"
    merged, wards = loaders.read_boundaries(path), loaders.read_boundaries(path, merge_wards=False)
    assert (len(merged), len(wards)) == (41, 49)
    assert merged.loc[0, ["code", "name"]].tolist() == ["28100", "神戸市"]
    assert merged.crs.to_epsg() == 6668


def test_all_1916_nationwide_codes_are_verified():
    with (SHARED / "municipality" / "localgovjp-utf8.csv").open(
        encoding="utf-8-sig", newline=""
    ) as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) == 1916
    assert all(full_code(row["cid"]) == row["lgcode"] for row in rows)


@pytest.mark.parametrize(
    "name", ["municipality/hyogo41_municipality_table.csv", "dx/hyogo_dx_dashboard_wide.csv"]
)
def test_joined_tables_are_read_like_anybodys_own(name):
    table = loaders.read_table(SHARED / name)
    assert table["code"].tolist() == dxkit.load("municipalities")["code"].tolist()


REAL = SHARED / "real"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "people", "elderly"),
    [
        ("estat_mesh500_2015_hiroshima_tblT000847H34.csv", 2_843_990, 774_440),
        ("estat_mesh500_2020_hiroshima_tblT001101H34.txt", 2_799_702, 811_931),
    ],
)
def test_meshes_of_hiroshima_sum_to_the_census_however_they_are_read(name, people, elderly):
    with pytest.warns(TableWarning, match="1個のメッシュ.*code を欠測にして残しました"):
        read = dxkit.read(REAL / name)
    with pytest.warns(TableWarning, match="code を欠測にして残しました"):
        own = loaders.read_mesh_population(REAL / name, prefecture="広島県")
    every = loaders.read_mesh_population(REAL / name, inside_only=False)
    for table in (read, own, every):
        assert (table["people"].sum(), table["elderly"].sum()) == (people, elderly)
    assert own["code"].nunique() == 23


def test_districts_of_hyogo_sum_to_the_census():
    table = dxkit.read(REAL / "did_2020_hyogo.geojson")
    assert len(table) == 64
    assert table["people"].sum() == 4_306_048
    assert round(table["area_km2"].sum(), 1) == 601.0


# what is said of a sound file, and why
CAUSES = {
    "localgovjp-utf8.csv": "区）とみて別に|県外の市区町村の表",
    "municipality_master_gsi_mencho.tsv": "都道府県・郡・圏域・区）とみて別に|県外の市区町村の表",
    "portal_rows_nationwide.csv": "県外の市区町村の表",
    "roadside_station_nationwide.geojson": "文字化けで失われた文字",
    "geolonia_hyogo_towns.csv": "緯度・経度のない行が11行",
    "estat_mesh500_2015_hiroshima_tblT000847H34.csv": "どの市区町村の境界にも|県外の市区町村の表",
    "estat_mesh500_2020_hiroshima_tblT001101H34.txt": "どの市区町村の境界にも|県外の市区町村の表",
}


@pytest.mark.slow
def test_every_sound_file_is_read_and_nothing_is_said_without_a_cause():
    paths = [path for path in SHARED.rglob("*.*") if path.is_file() and path.suffix != ".md"]
    assert len(paths) > 40
    remarks: dict[str, list[str]] = {}
    for path in paths:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            assert len(dxkit.read(path))
        if caught:
            remarks[path.name] = [str(remark.message) for remark in caught]
    assert set(remarks) == set(CAUSES)
    for name, messages in remarks.items():
        assert all(re.search(CAUSES[name], message) for message in messages)
