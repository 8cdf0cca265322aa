"""Formats of which no real file is at hand are read by the layout that their publishers describe."""

import zipfile

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
from shapely.geometry import box

import dxkit
from dxkit import loaders
from dxkit.codes import full_code
from dxkit.errors import TableError

SYSTEMS = dxkit.load("systems")
PREFECTURE, HIMEJI, TAISHI = "兵庫県", "姫路市", "太子町"


def _book(path, title, rows, merged=()):
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    for area in merged:
        book.active.merge_cells(area)
    book.save(path)
    return path


def _n03_2024():
    """Two wards of Kobe, a city and a town in the form of 2024: the municipality in N03_004, the ward in N03_005."""
    rows = [
        (None, "神戸市", "東灘区", "28101"),
        (None, "神戸市", "灘区", "28102"),
        (None, HIMEJI, None, "28201"),
        ("揖保郡", TAISHI, None, "28464"),
        (None, "所属未定地", None, None),
    ]
    shapes = [box(134 + at / 10, 34.5, 134.1 + at / 10, 34.6) for at in range(len(rows))]
    heads = ["N03_003", "N03_004", "N03_005", "N03_007"]
    frame = gpd.GeoDataFrame(pd.DataFrame(rows, columns=heads), geometry=shapes, crs="EPSG:6668")
    frame.insert(0, "N03_001", PREFECTURE)
    frame.insert(1, "N03_002", None)
    return frame


def _assert_is_the_edition_of_2024(path):
    merged, wards = loaders.read_boundaries(path), loaders.read_boundaries(path, merge_wards=False)
    assert merged["code"].tolist() == ["28100", "28201", "28464"]
    assert merged["name"].tolist() == ["神戸市", HIMEJI, TAISHI]
    assert merged["county"].isna().tolist() == [True, True, False]
    assert wards["name"].tolist() == ["東灘区", "灘区", HIMEJI, TAISHI]
    assert merged.attrs["skipped"] == 1
    assert merged.geometry.iloc[0].area == pytest.approx(2 * 0.01)


def test_boundaries_of_the_edition_of_2024(tmp_path):
    _n03_2024().to_file(tmp_path / "a.geojson")
    _assert_is_the_edition_of_2024(tmp_path / "a.geojson")


@pytest.mark.parametrize("encoding", ["cp932", "utf-8"])
def test_a_shapefile_says_its_encoding_to_nobody_and_is_read_all_the_same(tmp_path, encoding):
    _n03_2024().to_file(tmp_path / "a.shp", encoding=encoding)
    (tmp_path / "a.cpg").unlink()
    _assert_is_the_edition_of_2024(tmp_path / "a.shp")


def test_the_publishers_zip_has_cp932_names_and_prefectures_beside_the_municipalities(tmp_path):
    _n03_2024().to_file(tmp_path / "a.shp", encoding="cp932")
    with zipfile.ZipFile(tmp_path / "N03-20240101_28_GML.zip", "w") as archive:
        for part in sorted(tmp_path.glob("a.*")):
            # the name is written as bytes of cp932 without the Unicode mark, as Windows does
            member = zipfile.ZipInfo("行政区域/N03-20240101_28" + part.suffix)
            member.filename = member.filename.encode("cp932").decode("cp437")
            archive.writestr(member, part.read_bytes())
        archive.writestr("行政区域/N03-20240101_28_prefecture.geojson", "{}")
    _assert_is_the_edition_of_2024(tmp_path / "N03-20240101_28_GML.zip")


def test_a_topojson_is_read_like_the_geojson_it_stands_for(tmp_path):
    (tmp_path / "a.topojson").write_text(
        '{"type": "Topology", "arcs": [[[134.6, 34.8], [134.7, 34.8], [134.7, 34.9], [134.6, 34.8]]], "objects": {"a": '
        '{"type": "GeometryCollection", "geometries": [{"type": "Polygon", "arcs": [[0]], "properties": {"N03_001": "兵庫県", '
        '"N03_003": null, "N03_004": "姫路市", "N03_007": "28201"}}]}}}',
        encoding="utf-8",
    )
    table = loaders.read_boundaries(tmp_path / "a.topojson")
    assert table[["code", "name"]].to_numpy().tolist() == [["28201", HIMEJI]]
    assert table.geometry.iloc[0].area == pytest.approx(0.005)


MESH = (
    "KEY_CODE,HTKSYORI,HTKSAKI,GASSAN,T001101001,T001101002,T001101019\r\n"
    ",,,,　人口（総数）,　人口（総数）　男,　６５歳以上人口　総数\r\n"
    "523460121,0,,,100,48,30\r\n"
    "523460122,2,,523460123;523460124,40,20,22\r\n"
    "523460123,1,523460122,,6,*,*\r\n"
    "523460124,1,523460122,,4,*,*\r\n"
)


def test_mesh_population_keeps_totals_and_leaves_suppressed_details_missing(tmp_path):
    (tmp_path / "tblT001101H5234.txt").write_bytes(MESH.encode("cp932"))
    table = loaders.read_mesh_population(tmp_path / "tblT001101H5234.txt", inside_only=False)
    assert table["place"].tolist() == ["523460121", "523460122", "523460123", "523460124"]
    assert table["people"].tolist() == [100, 40, 6, 4]
    assert table["elderly"].fillna(-1).tolist() == [30, 22, -1, -1]
    assert table["merged_into"].tolist()[2:] == ["523460122", "523460122"]


def test_suppressed_elderly_are_spread_only_on_request_and_keep_their_sum(tmp_path):
    with zipfile.ZipFile(tmp_path / "tblT001101H5234.zip", "w") as archive:
        archive.writestr("tblT001101H5234.txt", MESH.encode("cp932"))
    table = loaders.read_mesh_population(
        tmp_path / "tblT001101H5234.zip", inside_only=False, spread_suppressed=True
    )
    assert table["elderly"].tolist() == pytest.approx([30, 22 * 40 / 50, 22 * 6 / 50, 22 * 4 / 50])
    assert table["elderly"].sum() == pytest.approx(52)


def test_a_mesh_file_takes_the_place_of_the_allocated_table_in_one_line(tmp_path):
    made = dxkit.load("mesh_people")
    rows = "".join(
        f"{row.place},0,,,{row.people:.0f},{row.elderly:.0f}\n" for row in made.itertuples()
    )
    (tmp_path / "a.txt").write_text(
        "KEY_CODE,HTKSYORI,HTKSAKI,GASSAN,a,b\n,,,,人口（総数）,６５歳以上人口\n" + rows,
        encoding="cp932",
    )
    demand = loaders.read_mesh_population(tmp_path / "a.txt")
    assert set(made.columns) <= {*demand.columns, "source"}
    assert demand["place"].tolist() == made.sort_values("place")["place"].tolist()
    assert demand["people"].sum() == pytest.approx(5_465_002, abs=len(made) / 2)


def test_the_csv_of_the_e_stat_api(tmp_path):
    (tmp_path / "a.csv").write_bytes(
        "\ufeffPARAMETER,STATS_DATA_ID,0000020201\n\n"
        "@cat01,@area,@time,@unit,$\nA1101,28201,2020100000,人,530495\nA1101,28000,2020100000,人,***\n".encode()
    )
    table = loaders.read_estat(tmp_path / "a.csv")
    assert table["code"].tolist() == ["28201", "28000"]
    assert table["value"].fillna(-1).tolist() == [530495, -1]
    assert {"cat01", "time", "unit"} <= set(table.columns)


def test_residents_in_total_stand_below_two_header_rows(tmp_path):
    head = [
        "団体コード",
        "都道府県名",
        "市区町村名",
        "令和7年1月1日人口",
        None,
        None,
        "世帯数",
        "人口増減",
    ]
    below = [None, None, None, "男", "女", "計", None, "計"]
    rows = [
        ["令和7年1月1日 住民基本台帳人口・世帯数"],
        head,
        below,
        ["280003", PREFECTURE, "-", 3, 4, 7, 5, 0],
        ["282014", PREFECTURE, HIMEJI, 250_000, 260_000, 510_000, 240_000, -9],
        ["284645", PREFECTURE, TAISHI, 16_000, 17_000, 33_000, 13_000, 1],
    ]
    assert full_code("28464") == "284645"
    merged = ("A2:A3", "B2:B3", "C2:C3", "D2:F2", "G2:G3")
    table = loaders.read_residents(_book(tmp_path / "a.xlsx", "総計", rows, merged))
    assert table["code"].tolist() == ["28201", "28464"]
    assert table[["men", "women", "people", "households"]].to_numpy().tolist()[0] == [
        250_000,
        260_000,
        510_000,
        240_000,
    ]


def test_residents_by_age_have_three_rows_a_body_and_x_is_missing(tmp_path):
    rows = [
        ["年齢階級別人口"],
        [
            "団体コード",
            "都道府県名",
            "市区町村名",
            "性別",
            "総数",
            "0歳～4歳",
            "5歳～9歳",
            "100歳以上",
        ],
        ["282014", PREFECTURE, HIMEJI, "計", 510_000, 18_000, 20_000, 300],
        ["282014", PREFECTURE, HIMEJI, "男", 250_000, 9_000, 10_000, "X"],
        ["282014", PREFECTURE, HIMEJI, "女", 260_000, 9_000, 10_000, 250],
    ]
    table = loaders.read_residents(_book(tmp_path / "a.xlsx", "総計", rows))
    assert len(table) == 3 * 4
    assert set(table["sex"]) == {"total", "men", "women"}
    oldest = table[table["age"] == "100歳以上"].set_index("sex")["people"]
    assert oldest.fillna(-1).to_dict() == {"total": 300, "men": -1, "women": 250}


def test_my_number_cards_have_no_codes_and_names_with_their_county(tmp_path):
    rows = [
        ["マイナンバーカード交付状況"],
        ["都道府県名", "市区町村名", "人口", "保有枚数", "人口に対する保有枚数率"],
        ["大阪府", "南河内郡太子町", 13_000, 9_000, 0.69],
        [PREFECTURE, "美方郡香美町", 15_000, 11_000, 0.73],
        [PREFECTURE, "揖保郡太子町", 33_000, 25_000, 0.76],
        [PREFECTURE, "神戸市", 1_500_000, 1_100_000, 0.73],
    ]
    table = loaders.read_table(
        _book(tmp_path / "a.xlsx", "公表用", rows), prefecture=None, sheet="公表用"
    )
    assert table["code"].tolist() == ["27381", "28585", "28464", "28100"]
    assert table["保有枚数"].tolist() == [9_000, 11_000, 25_000, 1_100_000]


def _progress_rows(share):
    heads = ["団体コード", "都道府県名", "市区町村名", *SYSTEMS["progress_name"]]
    return [
        ["標準化の進捗状況"],
        heads,
        ["282014", PREFECTURE, HIMEJI, *[share] * 20],
        ["284645", PREFECTURE, TAISHI, *[None] * 20],
    ]


@pytest.mark.parametrize("share", [0.75, "75%", "７５％"])
def test_progress_in_the_ministrys_workbook_begins_in_row_3(tmp_path, share):
    path = _book(tmp_path / "a.xlsx", "令和8年1月_進捗状況", _progress_rows(share))
    table = loaders.read_standardization(path)
    assert len(table) == 40
    assert set(table["system"]) == set(SYSTEMS["system"])
    assert table.loc[table["code"] == "28201", "share_done"].eq(0.75).all()
    assert table.loc[table["code"] == "28464", "share_done"].isna().all()


def test_progress_without_one_of_the_twenty_columns_is_a_fault_that_names_it(tmp_path):
    rows = [row[:-1] if len(row) > 1 else row for row in _progress_rows(0.5)]
    missing = SYSTEMS["progress_name"].iloc[-1]
    with pytest.raises(TableError, match=missing):
        loaders.read_standardization(_book(tmp_path / "a.xlsx", "令和8年1月_進捗状況", rows))


def test_extensions_in_the_agencys_workbook_are_circles_below_header_row_3(tmp_path):
    heads = ["都道府県名", "市区町村名", *SYSTEMS["extension_name"], "共通機能"]
    first, last = [None] * 21, [None] * 21
    first[0] = first[19] = last[20] = "●"
    rows = [
        ["特定移行支援システムの該当見込み"],
        ["令和7年12月末時点"],
        heads,
        [PREFECTURE, HIMEJI, *first],
        [PREFECTURE, TAISHI, *last],
    ]
    table = loaders.read_extensions(_book(tmp_path / "a.xlsx", "結果一覧", rows))
    marked = table.groupby("code")["system"].agg(list)
    assert marked["28201"] == [SYSTEMS["system"].iloc[0], SYSTEMS["system"].iloc[19]]
    assert marked["28464"] == ["共通機能"]


def test_shelters_in_gsis_own_headings_with_hazards_apart(tmp_path):
    hazards = "洪水,崖崩れ、土石流及び地滑り,高潮,地震,津波,大規模な火事,内水氾濫,火山現象"
    (tmp_path / "28.csv").write_bytes(
        f"\ufeffNO,共通ID,都道府県名及び市町村名,施設・場所名,住所,{hazards},指定避難所との住所同一,緯度,経度,備考\n"
        "1,E2820100001,兵庫県姫路市,城東小学校,姫路市城東町1,1,,,1,1,,,,1,34.83,134.70,\n".encode()
    )
    row = loaders.read_shelters(tmp_path / "28.csv").iloc[0]
    assert row[["code", "kind", "name"]].tolist() == ["28201", "emergency", "城東小学校"]
    assert row[["flood", "landslide", "earthquake", "tsunami", "volcano"]].tolist() == [
        True,
        False,
        True,
        True,
        False,
    ]


def test_a_list_of_areas_of_the_survey_institute_has_four_lines_above_its_header(tmp_path):
    (tmp_path / "a.csv").write_bytes(
        "令和7年全国都道府県市区町村別面積調\n\n単位 km2\n\n標準地域コード,都道府県,市区町村,面積(km2)\n28201,兵庫県,姫路市,534.56\n28464,兵庫県,太子町,22.61\n".encode(
            "cp932"
        )
    )
    table = loaders.read_table(tmp_path / "a.csv")
    assert table["code"].tolist() == ["28201", "28464"]
    assert table["面積(km2)"].tolist() == [534.56, 22.61]
