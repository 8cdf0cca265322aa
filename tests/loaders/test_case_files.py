"""Each small file of the kinds that people really meet is read right, or refused by a clear fault.

The files lie beside the checkout; what is right for each stands here, from their publishers' figures.
"""

import warnings
from pathlib import Path

import pandas as pd
import pytest

import dxkit
from dxkit import loaders
from dxkit.errors import TableError

CASES = Path(__file__).resolve().parents[3] / "shared" / "cases" / "readers"
pytestmark = pytest.mark.skipif(
    not CASES.is_dir(),
    reason="the small files of real kinds are not beside the checkout (../shared/cases/readers)",
)
THREE = {"28201": 523181, "28202": 457508, "28203": 307235}
# file → column and what it holds by code
FIGURES = {
    "A11_units.csv": ("件数", {"28201": 12, "28202": 3, "28203": 5}),
    "A24_transposed.csv": ("人口", {"28100": 1493543, "28201": 523181, "28202": 457508}),
    "A24d_transposed.csv": ("オンライン化", {"28100": "実施", "28201": "実施", "28202": "未実施"}),
    "A35_gun.csv": (
        "人口",
        {"28100": 1493543, "28201": 523181, "28301": 28644, "28381": 30491, "28382": 34687},
    ),
    "A47_quote.csv": ("数", {"28201": 12, "28202": 13}),
    "D20b_area_rows.xlsx": ("人口", {"28202": 457508, "28205": 40767, "28221": 39095}),
} | dict.fromkeys(
    ("D01_rgb.xlsx", "D02_family.xlsx", "D03_extlst.xlsx", "D12_wb2.xlsx", "D13_back.xlsx"),
    ("人口", THREE),
)
# file → what is guessed or set apart and must be said
REMARKS = {
    "A11_units.csv": "単位「件」.*約5件",
    "A24_transposed.csv": "入れ替えて",
    "A24d_transposed.csv": "入れ替えて",
    "A35_gun.csv": "兵庫県.*東灘区",
    "A58_annot.csv": r"19\(休床中\)",
    "D20b_area_rows.xlsx": "神戸.*淡路.*丹波",
}
REFUSED = {
    "A05_itaiji.csv": "(?s)2件の問題.*たつの市.*加東市",
    "A15_percent.csv": "74%.*80",
    "A45_html.xls": "HTML",
    "A46_xml.xls": "XML スプレッドシート 2003",
    "A65_suffix.csv": "灘区.*東灘区",
}


def _read(name, reader=dxkit.read, **options):
    with warnings.catch_warnings(record=True) as remarks:
        warnings.simplefilter("always")
        table = reader(CASES / name, **options)
    return table, " ".join(str(remark.message) for remark in remarks)


@pytest.mark.parametrize("name", FIGURES)
@pytest.mark.parametrize("reader", [dxkit.read, loaders.read_table])
def test_figures_stand_at_their_municipality(name, reader):
    table, said = _read(name, reader)
    column, figures = FIGURES[name]
    assert dict(zip(table["code"], table[column], strict=True)) == figures
    assert bool(said) == (name in REMARKS)


@pytest.mark.parametrize("name", REMARKS)
def test_what_was_guessed_or_set_apart_is_said(name):
    table, said = _read(name)
    assert pd.Series([said]).str.contains(REMARKS[name], regex=True).all()
    assert table.attrs["reading"]["remarks"]


@pytest.mark.parametrize("name", REFUSED)
def test_what_would_be_wrong_is_refused(name):
    with pytest.raises(TableError, match=REFUSED[name]) as caught:
        loaders.read_table(CASES / name)
    assert name in str(caught.value)


def test_codes_and_names_that_disagree_are_three_faults():
    with pytest.raises(TableError, match="3件の問題"):
        loaders.read_table(CASES / "A65b_suffix.csv", prefecture=None)


def test_an_annotated_number_is_the_number():
    table, _ = _read("A58_annot.csv")
    assert table["病床数"].tolist() == [*range(0, 100, 10), 19]


@pytest.mark.parametrize("reader", [dxkit.read, loaders.read_shelters, loaders.read_facilities])
def test_shelters_of_the_national_standard(reader):
    table, _ = _read("A07_ods_hinanjo.csv", reader)
    assert table["code"].tolist() == ["28201", "28201"]
    assert table[["flood", "landslide", "earthquake"]].to_numpy().tolist() == [
        [True, False, True],
        [False, True, True],
    ]
    # a hazard that the file does not list is not known
    assert table["tsunami"].isna().all()
    assert table["capacity"].tolist() == [1200, 850]


@pytest.mark.parametrize(
    "name", ["B13_juki_hyogo.xlsx", "B13c_juki_nogun.xlsx", "B13d_juki_gun.xlsx"]
)
def test_residents_as_published_are_the_prefectures_figures(name):
    table, said = _read(name)
    assert table["code"].tolist() == dxkit.load("municipalities")["code"].tolist()
    sums = table[["men", "women", "people", "households"]].sum().tolist()
    assert sums == [2579265, 2814342, 5393607, 2630792]
    assert table.set_index("code").loc["28481"].tolist() == [6625, 6918, 13543, 6354]
    assert table.attrs["as_of"] == "2025-01-01"
    assert not said


@pytest.mark.parametrize("name", ["B08b_db.csv", "B08d_db.csv", "B08e_db.csv"])
def test_the_e_stat_sites_own_csv(name):
    table, _ = _read(name)
    people = table[(table["item"] == "人口") & (table["男女_時系列"] == "総数")]
    assert dict(zip(people["code"], people["value"], strict=True)) == {
        "28201": 530495,
        "28202": 459593,
    }
    households = table[(table["item"] == "世帯") & (table["code"] == "28202")]
    assert households["value"].isna().all()


def test_meshes_of_125_m_of_two_prefectures_and_without_ages():
    table, _ = _read("B03_mesh125.txt")
    assert table[["place", "people", "elderly"]].to_numpy().tolist() == [
        ["52350124411", 9, 3],
        ["52350124412", 7, 2],
    ]
    assert table["lon"].diff().iloc[1] == pytest.approx(1 / 640)
    paths = [CASES / f"B05_tblT001100S{number}.txt" for number in (27, 28)]
    with pytest.warns(UserWarning, match="1個のメッシュが複数のファイルに同じ値"):
        both = loaders.read_mesh_population(paths, inside_only=False)
    assert dict(zip(both["place"], both["people"], strict=True)) == {
        "52350124": 120,
        "52350125": 80,
        "52350126": 60,
    }
    table, said = _read("B06_no65.txt")
    assert table["people"].tolist() == [9]
    assert table["elderly"].isna().all()
    assert "65歳以上" in said


@pytest.mark.parametrize(
    ("name", "names"),
    [
        ("C03_old.geojson", ["姫路市", "尼崎市", "香寺町"]),
        ("C03b_1920.geojson", ["城北村", "安室村", "姫路市", "山崎町"]),
        ("C11_upper/N03.SHP", ["姫路市", "尼崎市", "宍粟市"]),
        *((f"C14.{suffix}", ["姫路市"]) for suffix in ("gpkg", "fgb", "parquet")),
    ],
)
def test_boundaries_of_every_kind_and_age(name, names):
    table, _ = _read(name)
    assert sorted(table["name"]) == sorted(names)
    if "valid_to" in table:
        assert table.set_index("name").loc["姫路市", "code"] == "28201"
        assert set(table["valid_to"].dropna()) <= {"2006-03-26", "1935-08-01", "2005-04-01"}


def test_every_file_is_identified_in_japanese():
    files = [
        path for path in CASES.iterdir() if path.is_file() and path.suffix not in (".md", ".xls")
    ]
    kinds = {path.name: str(loaders.identify(path)) for path in files}
    assert len(kinds) > 30
    assert kinds["B13_juki_hyogo.xlsx"].startswith("総務省 住民基本台帳人口 令和7年1月1日")
    assert kinds["B08b_db.csv"].startswith("e-Stat 統計表のCSV")
    assert kinds["C03b_1920.geojson"].startswith("国土数値情報 N03")
