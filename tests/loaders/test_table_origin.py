"""Where a table comes from is known after every way in and out, and what is invented stays marked."""

import openpyxl
import pandas as pd
import pytest

import dxkit
from dxkit import loaders, regions
from dxkit.schema import is_made, validate

pytestmark = pytest.mark.filterwarnings("ignore::dxkit.errors.TableWarning")
SHELTERS = (
    "NO,共通ID,都道府県名及び市町村名,施設・場所名,住所,洪水,地震,緯度,経度,備考\n"
    "1,E1,兵庫県姫路市,a,b,1,,34.8,134.7,\n"
)
MESH = "KEY_CODE,HTKSYORI,HTKSAKI,GASSAN,T1,T2\n,,,,人口（総数）,65歳以上人口\n523425054,0,,,10,2\n"
PROGRESS = '{"municipalities": [{"code": "28201", "business_rates": {"戸籍": 0.5}}]}'
EXTENSIONS = '{"municipalities": [{"code": "28201", "applicable_businesses": ["戸籍"]}]}'
STATIONS = "name,lat,lon,code\nあわじ,34.6,135.0,28226\n"
RESIDENTS = (
    "令和7年1月1日現在,,,,,,\n団体コード,都道府県名,市区町村名,男,女,計,世帯数\n"
    "282014,兵庫県,姫路市,250,260,510,240\n"
)
# reader → (file, content, publisher, kind)
OFFICIAL = {
    "read_dashboard": (
        "a.csv",
        "区分,指標,神戸市,姫路市\n体制,CIO,実施,未実施\n",
        "デジタル庁",
        "published",
    ),
    "read_estat": ("a.csv", "@cat01,@area,@time,$\nA,28201,2020,1\n", "e-Stat", "published"),
    "read_residents": ("a.csv", RESIDENTS, "総務省", "published"),
    "read_shelters": ("28.csv", SHELTERS, "国土地理院", "published"),
    "read_towns": (
        "a.csv",
        "pref,city,town,koaza,lat,lng\n兵庫県,姫路市,本町,,34.8,134.7\n",
        "Geolonia",
        "published",
    ),
    "read_elevation": (
        "a.csv",
        "mesh_code,elevation_m\n52340467,73.7\n",
        "国土交通省",
        "published",
    ),
    "read_weather_areas": (
        "a.csv",
        "citycode,cityname,cityname_kn,matomeareaname,firstareaname,prefname\n"
        "2820900,豊岡市,とよおかし,但馬北部,北部,兵庫県\n",
        "気象庁",
        "published",
    ),
    "read_mesh_population": ("a.txt", MESH, "総務省統計局", "published"),
    "read_standardization": ("a.json", PROGRESS, "総務省", "derived"),
    "read_extensions": ("a.json", EXTENSIONS, "デジタル庁", "derived"),
}


def _write(tmp_path, file, content):
    path = tmp_path / file
    path.write_text(content, encoding="utf-8")
    return path


@pytest.mark.parametrize("reader", OFFICIAL)
def test_an_official_format_names_its_publisher_and_the_file(tmp_path, reader):
    file, content, publisher, kind = OFFICIAL[reader]
    attrs = getattr(loaders, reader)(_write(tmp_path, file, content)).attrs
    assert attrs["source"].startswith(publisher)
    assert attrs["source"].endswith(f"（{file}）")
    assert attrs["kind"] == kind
    assert attrs["file"] == file
    assert not is_made(attrs)


def test_what_a_file_says_of_its_date_is_kept(tmp_path):
    table = loaders.read_residents(_write(tmp_path, "a.csv", RESIDENTS))
    assert table.attrs["as_of"] == "2025-01-01"
    undated = loaders.read_residents(
        _write(tmp_path, "b.csv", RESIDENTS.replace("令和7年1月1日現在", ""))
    )
    assert "as_of" not in undated.attrs


@pytest.mark.parametrize(
    ("title", "as_of"),
    [
        ("令和8年1月_進捗状況", "2026-01"),
        ("令和元年度の状況", "2019"),
        ("平成３１年４月１日", "2019-04-01"),
        ("2025年12月末時点", "2025-12"),
        ("進捗状況", None),
    ],
)
def test_japanese_dates_of_a_sheets_name_become_iso_dates(tmp_path, title, as_of):
    book = openpyxl.Workbook()
    book.active.title = title
    for row in RESIDENTS.splitlines()[1:]:
        book.active.append(row.split(","))
    book.save(tmp_path / "a.xlsx")
    assert loaders.read_residents(tmp_path / "a.xlsx").attrs.get("as_of") == as_of


def test_spread_figures_are_an_estimate(tmp_path):
    path = _write(tmp_path, "a.txt", MESH)
    assert loaders.read_mesh_population(path, spread_suppressed=True).attrs["kind"] == "estimated"


def test_a_table_of_ones_own_has_its_file_for_a_source_and_no_kind(tmp_path):
    own = loaders.read_table(_write(tmp_path, "調査.csv", "市町名,数\n神戸市,1\n姫路市,2\n"))
    assert own.attrs["source"] == "調査.csv"
    assert "kind" not in own.attrs
    stations = loaders.read_roadside_stations(_write(tmp_path, "駅.csv", STATIONS))
    assert stations.attrs["source"] == "駅.csv"
    assert "kind" not in stations.attrs


@pytest.mark.parametrize("file", ["a.csv", "a.xlsx"])
def test_an_invented_table_stays_marked_on_the_way_out_and_back(tmp_path, file):
    made = dxkit.load("service_budgets")
    path = loaders.write_table(made, tmp_path / file)
    back = loaders.read_table(path)
    assert back["budget_yen"].tolist() == made["budget_yen"].tolist()
    assert back["code"].tolist() == made["code"].tolist()
    assert back.attrs["made"] is True
    assert back.attrs["kind"] == "made"
    assert "架空データ" in back.attrs["skipped"][0]["text"]
    again = loaders.read_table(loaders.write_table(back, tmp_path / f"again_{file}"))
    assert is_made(again)
    assert len(again) == len(made)


@pytest.mark.parametrize("file", ["a.csv", "a.xlsx"])
def test_a_table_that_is_not_invented_has_no_mark(tmp_path, file):
    published = dxkit.load("areas")[["area", "members"]]
    back = loaders.read_table(loaders.write_table(published, tmp_path / file))
    assert not is_made(back)
    assert len(back) == len(published)
    assert back.attrs["skipped"] == []


@pytest.mark.parametrize("file", ["a.csv", "a.xlsx"])
def test_texts_that_look_like_formulas_come_back_as_they_were(tmp_path, file):
    table = pd.DataFrame({"name": ["神戸市", "姫路市"], "=意見": ["=1+1", "'と書く"]})
    back = loaders.read_table(loaders.write_table(table, tmp_path / file))
    assert back["=意見"].tolist() == ["=1+1", "'と書く"]


def test_the_answers_of_the_invented_hearing_come_back_marked(tmp_path):
    example = dxkit.load("hearing_example")
    form = loaders.write_hearing_form(tmp_path / "a.xlsx", municipality="姫路市", answers=example)
    book = openpyxl.load_workbook(form)
    assert "架空データ" in book["回答"]["A1"].value
    book["回答"]["C4"] = "連絡員A"
    book.save(form)
    answers = loaders.read_hearing(form)
    assert answers.attrs["made"] is True
    assert answers.attrs["kind"] == "made"
    assert answers.attrs["source"] == "県の聞き取り票（a.xlsx）"


def _answer_all(path, municipality, rater):
    form = loaders.write_hearing_form(path, municipality=municipality, rater=rater)
    book = openpyxl.load_workbook(form)
    for row in range(8, book["回答"].max_row + 1):
        book["回答"][f"E{row}"] = 2
    book.save(form)
    return form


def test_real_answers_are_not_marked_and_one_invented_form_marks_them_all(tmp_path):
    first = _answer_all(tmp_path / "a.xlsx", "姫路市", "甲")
    assert not is_made(loaders.read_hearing(first))
    answers = loaders.read_hearing(first)
    made = loaders.write_hearing_form(
        tmp_path / "b.xlsx",
        municipality="尼崎市",
        rater="乙",
        answers=answers.assign(code="28202", rater="乙").pipe(_mark),
    )
    both = loaders.read_hearing([first, made])
    assert set(both["code"]) == {"28201", "28202"}
    assert is_made(both)


def _mark(table):
    table.attrs = {"made": True}
    return table


def test_an_invented_table_in_is_an_invented_table_out():
    points = _mark(pd.DataFrame({"lat": [34.84], "lon": [134.69]}))
    cells = _mark(pd.Series(["523501244"], name="place"))
    made = dxkit.load("mesh_people").head(3)
    assert is_made(regions.locate(points))
    assert is_made(regions.mesh(cells))
    assert is_made(dxkit.label(made))
    assert is_made(dxkit.show(made).to_frame())
    assert is_made(validate(made, "demand"))
    assert not is_made(regions.locate([[34.84, 134.69]]))


def test_what_regions_compute_says_whose_shapes_it_rests_on():
    source = dxkit.load("boundaries").attrs["source"]
    assert regions.neighbours().attrs["source"] == source
    assert source.split("、")[0] in regions.locate([[34.84, 134.69]]).attrs["source"]
    assert regions.municipalities().attrs["kind"] == "published"


def test_the_folder_of_the_tables_is_public(tmp_path, monkeypatch):
    assert (dxkit.data_folder() / "catalog.csv").exists()
    monkeypatch.setenv("DXKIT_DATA", str(tmp_path))
    assert dxkit.data_folder() == tmp_path
