"""Official layouts as they are published, built small: residents, e-Stat, meshes, boundaries, the national standard, old Excel."""

import json
import struct
import warnings
import zipfile

import geopandas as gpd
import openpyxl
import pytest
from shapely.geometry import box

import dxkit
from dxkit import loaders
from dxkit.errors import ChoiceError, TableError, TableWarning

SIZE = 512
STREAM_SECTORS = 9


def _old_workbook(rows, title="Sheet1"):
    """Write a minimal .xls (BIFF8 in one stream of the old container): the test's own writer."""

    def record(kind, body):
        return struct.pack("<HH", kind, len(body)) + body

    name = title.encode("utf-16-le")
    bof = struct.pack("<HHHHII", 0x0600, 0x0005, 0, 1997, 0, 0)
    head = record(0x0809, bof)
    sheet_offset = len(head) + 4 + 8 + len(name) + 4
    book = (
        head
        + record(0x0085, struct.pack("<IBBBB", sheet_offset, 0, 0, len(title), 1) + name)
        + record(0x000A, b"")
    )
    sheet = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 1997, 0, 0))
    for at, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            if isinstance(cell, str):
                text = cell.encode("utf-16-le")
                sheet += record(0x0204, struct.pack("<HHHHB", at, column, 0, len(cell), 1) + text)
            else:
                sheet += record(0x0203, struct.pack("<HHHd", at, column, 0, cell))
    stream = (book + sheet + record(0x000A, b"")).ljust(STREAM_SECTORS * SIZE, b"\0")

    def entry(name, kind, start, size, child=0xFFFFFFFF):
        words = (name + "\0").encode("utf-16-le")
        return (
            words.ljust(64, b"\0") + struct.pack("<HBBIII", len(words), kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, child) + b"\0" * 36
            + struct.pack("<IQ", start, size)
        )  # fmt: skip

    header = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 6
        + struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0) + struct.pack("<I", 0) + b"\xff" * 432
    )  # fmt: skip
    chain = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, 2 + STREAM_SECTORS), 0xFFFFFFFE]
    table = struct.pack(f"<{len(chain)}I", *chain).ljust(SIZE, b"\xff")
    folder = entry("Root Entry", 5, 0xFFFFFFFE, 0, 1) + entry(
        "Workbook", 2, 2, STREAM_SECTORS * SIZE
    )
    return header + table + folder.ljust(SIZE, b"\0") + stream


def test_an_old_workbook_is_read_by_its_content_whatever_its_name(tmp_path):
    for name in ("a.xls", "a.xlsx"):
        path = tmp_path / name
        path.write_bytes(
            _old_workbook([["市町名", "人口"], ["姫路市", 523181.0], ["尼崎市", 457508.0]])
        )
        table = dxkit.read(path)
        assert dict(zip(table["code"], table["人口"], strict=True)) == {
            "28201": 523181,
            "28202": 457508,
        }
        assert table.attrs["sheet"] == "Sheet1"
    with pytest.raises(TableError, match=r"a.xls」: シート「無い」がありません.*Sheet1"):
        loaders.read_table(tmp_path / "a.xls", sheet="無い")


@pytest.mark.parametrize(
    ("part", "change"),
    [
        ("xl/styles.xml", ('<font>', '<font><color rgb="#FF0000"/>')),
        ("xl/styles.xml", ('<family val="2"/>', '<family val="34"/>')),
        ("xl/styles.xml", ('<patternFill/>', '<patternFill><extLst/></patternFill>')),
    ],
)  # fmt: skip
def test_looks_that_openpyxl_rejects_are_left_out_and_dates_stay_dates(tmp_path, part, change):
    book = openpyxl.Workbook()
    for row in [["市町名", "日", "数"], ["姫路市", None, 1], ["尼崎市", None, 2]]:
        book.active.append(row)
    book.active["B2"] = book.active["B3"] = __import__("datetime").datetime(2026, 4, 1)
    book.save(tmp_path / "a.xlsx")
    with (
        zipfile.ZipFile(tmp_path / "a.xlsx") as before,
        zipfile.ZipFile(tmp_path / "b.xlsx", "w") as after,
    ):
        for name in before.namelist():
            content = before.read(name).decode()
            if name == part:
                content = content.replace(
                    "<fill><patternFill /></fill>", "<fill><patternFill/></fill>"
                ).replace('<family val="2" />', '<family val="2"/>')
                changed = content.replace(*change)
                assert changed != content
                content = changed
            after.writestr(name.replace("/", "\\"), content)
    table = loaders.read_table(tmp_path / "b.xlsx")
    assert table["日"].tolist() == ["2026-04-01", "2026-04-01"]
    assert table["数"].tolist() == [1, 2]


HEADS = [
    ["令和7年1月1日住民基本台帳人口・世帯数", *[None] * 9],
    [None, None, None, "令和7年", "令和7年", "令和7年", "令和7年", "令和6年", "令和6年", "令和6年"],
    [
        None,
        None,
        None,
        "人口",
        "人口",
        "人口",
        "世帯数",
        "住民票記載数",
        "住民票記載数",
        "人口増減数",
    ],
    [None, None, None, "男", "女", "計", "世帯数", "出生者数", "計（Ａ）", "男"],
    ["団体コード", "都道府県名", "市区町村名", "人", "人", "人", "世帯", "人", "人", "人"],
]


def _residents(tmp_path, rows):
    book = openpyxl.Workbook()
    for row in [*HEADS, *rows]:
        book.active.append(row)
    book.save(tmp_path / "juki.xlsx")
    return tmp_path / "juki.xlsx"


def _body(code, name, men, women, households, *, prefecture="兵庫県"):
    return [code, prefecture, name, men, women, men + women, households, 1, 2, -3]


@pytest.mark.parametrize("total", [51, 52])
def test_residents_below_headings_above_the_code_row_with_county_rows(tmp_path, total):
    rows = [
        ["-", "合計", "-", 9, 9, 18, 9, 1, 2, -3],
        _body("282014", "姫路市", 10, 11, 12),
        _body("283801", "加古郡", 20, 31, total),
        _body("283819", "加古郡稲美町", 8, 10, 20),
        _body("283827", "加古郡播磨町", 12, 21, 31),
    ]
    with warnings.catch_warnings(record=True) as remarks:
        warnings.simplefilter("always", TableWarning)
        table = loaders.read_residents(_residents(tmp_path, rows))
    assert table.to_numpy().tolist() == [
        ["28201", 10, 11, 21, 12],
        ["28381", 8, 10, 18, 20],
        ["28382", 12, 21, 33, 31],
    ]
    assert table.attrs["as_of"] == "2025-01-01"
    said = " ".join(str(remark.message) for remark in remarks)
    assert ("加古郡」の列「令和7年_世帯数_世帯」は 52、内訳の合計は 51" in said) == (total == 52)
    assert bool(said) == (total == 52)


def test_residents_of_another_prefecture_are_no_empty_answer(tmp_path):
    path = _residents(tmp_path, [_body("312011", "鳥取市", 10, 11, 12, prefecture="鳥取県")])
    assert len(loaders.read_residents(path)) == 1
    with pytest.raises(TableError, match="兵庫県の行が1つもありません"):
        loaders.read_residents(path, prefecture="28")


ESTAT = [
    '"統計名：","国勢調査 令和2年国勢調査"', '"表番号：","1-1"', "", '"***","当該箇所のデータは公表しない"', "",
    '"性別 コード","性別 補助コード","性別","地域_2020 コード","地域_2020 補助コード","地域_2020","時間軸（調査年） コード","時間軸（調査年）","人口【人】"',
    '"0","","総数","28201","","姫路市","2020000000","2020年","530,495"', '"1","","男","28202","","尼崎市","2020000000","2020年","***"',
]  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
@pytest.mark.parametrize("preface", [0, 5])
@pytest.mark.parametrize("has_stray_quote", [True, False])
def test_the_csv_of_the_e_stat_site(tmp_path, encoding, preface, has_stray_quote):
    path = tmp_path / "estat.csv"
    text = "\r\n".join(ESTAT[5 - preface :])
    path.write_bytes((('"' if has_stray_quote else "") + text).encode(encoding))
    table = dxkit.read(path)
    assert table[["code", "name", "time", "性別", "item", "unit"]].to_numpy().tolist() == [
        ["28201", "姫路市", "2020年", "総数", "人口", "人"],
        ["28202", "尼崎市", "2020年", "男", "人口", "人"],
    ]
    assert table["value"].tolist()[0] == 530495
    assert table["value"].isna().tolist() == [False, True]


def test_an_e_stat_name_of_another_code_and_a_short_row_are_faults(tmp_path):
    path = tmp_path / "estat.csv"
    path.write_text(
        "\n".join([*ESTAT[5:7], ESTAT[7].replace("28202", "28203"), '"1","","男"']),
        encoding="utf-8",
    )
    with pytest.raises(TableError, match=r"(?s)明石市.*尼崎市") as caught:
        loaders.read_estat(path)
    assert any("列の数が違う行" in fault.problem for fault in caught.value.faults)


MESH = "KEY_CODE,HTKSYORI,HTKSAKI,GASSAN,T1,T2\n,,,,　人口（総数）,　６５歳以上人口　総数\n"


def test_border_cells_of_two_prefectures_are_joined_only_where_they_agree(tmp_path):
    for name, rows in (
        ("a.txt", "52350124,0,,,120,40\n52350125,0,,,80,20\n"),
        ("b.txt", "52350125,0,,,80,20\n"),
        ("c.txt", "52350125,0,,,81,20\n"),
    ):
        (tmp_path / name).write_bytes((MESH + rows).encode("cp932"))
    with pytest.warns(TableWarning, match="1個のメッシュ"):
        joined = loaders.read_mesh_population(
            [tmp_path / "a.txt", tmp_path / "b.txt"], inside_only=False
        )
    assert joined["people"].sum() == 200
    with pytest.raises(TableError, match=r"値が違います|52350125"):
        loaders.read_mesh_population([tmp_path / "a.txt", tmp_path / "c.txt"], inside_only=False)
    with pytest.raises(TableError, match="同じメッシュが2回"):
        loaders.read_mesh_population([tmp_path / "a.txt", tmp_path / "a.txt"], inside_only=False)


def test_a_mesh_of_another_prefecture_is_no_empty_answer(tmp_path):
    (tmp_path / "a.txt").write_bytes((MESH + "53393599,0,,,120,40\n").encode("cp932"))
    with pytest.raises(TableError, match="兵庫県の行が1つもありません"):
        loaders.read_mesh_population(tmp_path / "a.txt")
    assert len(loaders.read_mesh_population(tmp_path / "a.txt", inside_only=False)) == 1


def test_cells_elsewhere_and_on_an_islet_are_said_with_their_people(tmp_path):
    # a cell in Himeji, one in Tokyo, and one in the sea off Kinosaki, 5 km from any shape
    rows = "523425054,0,,,120,30\n533935991,0,,,70,7\n533476011,0,,,5,1\n"
    (tmp_path / "a.txt").write_bytes((MESH + rows).encode("cp932"))
    with pytest.warns(TableWarning) as caught:
        table = loaders.read_mesh_population(tmp_path / "a.txt")
    said = " ".join(str(remark.message) for remark in caught)
    assert "兵庫県の外にある1個のメッシュ（70人）" in said
    assert "どの市区町村の境界にも入らない1個のメッシュ（5人）" in said
    assert table["people"].sum() == 125
    assert table["code"].isna().tolist() == [False, True]
    assert table.attrs["reading"]["outside"] == 1
    with warnings.catch_warnings():
        warnings.simplefilter("error", TableWarning)
        assert len(loaders.read_mesh_population(tmp_path / "a.txt", inside_only=False)) == 3


@pytest.mark.parametrize("code", ["52350124415", "5235012441", "52350124911"])
def test_a_code_of_125_m_that_is_none_is_named(tmp_path, code):
    (tmp_path / "a.txt").write_bytes(
        (MESH + f"52350124411,0,,,9,3\n{code},0,,,7,2\n").encode("cp932")
    )
    with pytest.raises(TableError, match=f"4行目.*{code}"):
        loaders.read_mesh_population(tmp_path / "a.txt")


def test_the_four_cells_of_125_m_lie_in_their_cell_of_250_m(tmp_path):
    rows = "".join(f"5235012441{quarter},0,,,1,1\n" for quarter in range(1, 5))
    (tmp_path / "a.txt").write_bytes((MESH + rows).encode("cp932"))
    table = loaders.read_mesh_population(tmp_path / "a.txt", inside_only=False)
    parent = dxkit.codes.mesh_box("5235012441")
    for side, low, high in (("lat", parent.south, parent.north), ("lon", parent.west, parent.east)):
        quarters = sorted(set(table[side].round(9)))
        assert quarters == pytest.approx([low + (high - low) / 4, low + (high - low) * 3 / 4])
    # south-west, south-east, north-west, north-east
    assert table["lat"].is_monotonic_increasing
    assert table["lon"].iloc[1] > table["lon"].iloc[0]
    assert table["lon"].iloc[2] == table["lon"].iloc[0]


def _towns(layout):
    rows = {
        "N03_001": ["兵庫県"] * 3, "N03_003": ["飾磨郡", "飾磨郡", None], "N03_004": ["安室村", "城北村", "姫路市"],
        "N03_007": ["28000", "28000", "28201"],
    }  # fmt: skip
    rows |= (
        {"N03_005": ["18890401"] * 3, "N03_006": ["19350801", "19350801", "99991231"]}
        if layout == "old"
        else {}
    )
    shapes = [box(134 + at, 34.8, 134.5 + at, 34.9) for at in range(3)]
    return gpd.GeoDataFrame(rows, geometry=shapes, crs="EPSG:6668")


@pytest.mark.parametrize("suffix", ["gpkg", "fgb", "parquet", "shp"])
def test_old_boundaries_keep_each_village_in_every_format(tmp_path, suffix):
    path = tmp_path / f"N03-350401_28.{suffix}"
    towns = _towns("old")
    if suffix == "parquet":
        towns.to_parquet(path)
    else:
        towns.to_file(path, encoding="utf-8")
    if suffix == "shp":
        # as Windows programs name the parts
        for part in list(tmp_path.iterdir()):
            part.rename(part.with_name(part.name.upper()))
        path = tmp_path / path.name.upper()
    table = loaders.read_boundaries(path)
    assert table[["code", "name"]].to_numpy().tolist() == [
        ["28000", "城北村"],
        ["28000", "安室村"],
        ["28201", "姫路市"],
    ]
    assert table["valid_to"].fillna("").tolist() == ["1935-08-01", "1935-08-01", ""]
    assert str(loaders.identify(path)).startswith("国土数値情報 N03")


def test_a_zip_of_two_prefectures_says_which_it_passed_over(tmp_path):
    feature = {
        "type": "Feature",
        "geometry": {
            "type": "Polygon",
            "coordinates": [[[134.6, 34.8], [134.7, 34.8], [134.7, 34.9], [134.6, 34.8]]],
        },
    }
    text = json.dumps(
        {
            "type": "FeatureCollection",
            "features": [
                feature
                | {
                    "properties": {
                        "N03_001": "兵庫県",
                        "N03_003": None,
                        "N03_004": "姫路市",
                        "N03_007": "28201",
                    }
                }
            ],
        }
    )
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("N03_27.geojson", text)
        archive.writestr("N03_28.geojson", text)
    with pytest.warns(TableWarning, match=r"N03_27.geojson だけを読みました.*N03_28.geojson"):
        loaders.read_boundaries(tmp_path / "a.zip")


def test_standard_aed_and_facility_sets_are_told_by_their_headings(tmp_path):
    heads = "全国地方公共団体コード,ID,地方公共団体名,名称,所在地_連結表記,緯度,経度"
    for extra, kind in (("AEDの設置位置", "aed"), ("利用可能曜日", "facility")):
        path = tmp_path / f"{kind}.csv"
        path.write_text(
            f"{heads},{extra}\n282014,1,兵庫県姫路市,市役所,安田,34.8,134.7,x\n", encoding="utf-8"
        )
        table = dxkit.read(path)
        assert table[["code", "kind"]].to_numpy().tolist() == [["28201", kind]]
        assert table.attrs["unread"] == ([] if kind == "aed" else [extra]) or kind == "aed"
    path.write_text(f"{heads}\n282014,1,兵庫県尼崎市,市役所,安田,34.8,134.7\n", encoding="utf-8")
    with pytest.raises(TableError, match=r"姫路市.*尼崎市"):
        loaders.read_facilities(path)


def test_did_districts_are_read_with_their_people(tmp_path):
    towns = gpd.GeoDataFrame(
        {"KEN": ["28", "28"], "CITY": ["201", "110"], "CLASS": ["1", "1"], "JINKO": ["10", "20"], "MENSEKI": ["1.5", "2"]},
        geometry=[box(134, 34.8, 134.5, 34.9)] * 2, crs="EPSG:6668",
    )  # fmt: skip
    towns.to_file(tmp_path / "did.geojson")
    table = dxkit.read(tmp_path / "did.geojson")
    assert table[["code", "people", "area_km2"]].to_numpy().tolist() == [
        ["28110", 20, 2],
        ["28201", 10, 1.5],
    ]
    with pytest.raises(TableError, match="鳥取県の行が1つもありません"):
        loaders.read_did(tmp_path / "did.geojson", prefecture="31")
    towns.assign(JINKO=["x", "-1"]).to_file(tmp_path / "bad.geojson")
    with pytest.raises(TableError, match="2件の問題"):
        loaders.read_did(tmp_path / "bad.geojson")


@pytest.mark.parametrize(
    ("content", "kind", "reader"),
    [
        ("市町名,数\n姫路市,1\n", "表", "read_table"),
        ("@cat01,@area,@time,$\nA,28201,2020,1\n", "e-Stat APIのCSV", "read_estat"),
        (MESH + "523501244,0,,,1,1\n", "国勢調査 地域メッシュ統計", "read_mesh_population"),
        (
            "NO,共通ID,都道府県名及び市町村名,施設・場所名,住所,緯度,経度\n1,E,兵庫県姫路市,a,b,34.8,134.7\n",
            "国土地理院",
            "read_shelters",
        ),
        (
            "pref,city,town,koaza,lat,lng\n兵庫県,姫路市,本町,,34.8,134.7\n",
            "Geolonia",
            "read_towns",
        ),
        (
            "令和7年1月1日住民基本台帳人口\n団体コード,都道府県名,市区町村名,男,女,計,世帯数\n282014,兵庫県,姫路市,1,2,3,4\n",
            "総務省 住民基本台帳人口",
            "read_residents",
        ),
    ],
)
def test_a_file_is_identified_by_what_it_holds(tmp_path, content, kind, reader):
    path = tmp_path / "a.txt"
    path.write_text(content, encoding="utf-8")
    identity = loaders.identify(path)
    assert identity.reader is getattr(loaders, reader)
    assert str(identity).startswith(kind)
    assert reader in str(identity)
    table = dxkit.read(path, **({"inside_only": False} if "mesh" in reader else {}))
    assert len(table) == 1
    assert table.attrs["identity"] == str(identity)


@pytest.mark.parametrize("prefecture", ["31", "鳥取県", "鳥取", "31000"])
def test_a_prefecture_is_named_to_every_reader_as_to_load(tmp_path, prefecture):
    path = tmp_path / "a.csv"
    path.write_text("市町村名,数\n鳥取市,1\n米子市,2\n", encoding="utf-8")
    table = loaders.read_table(path, prefecture=prefecture)
    assert table["code"].tolist() == ["31201", "31202"]
    with pytest.raises(ChoiceError, match="都道府県「但馬」はありません"):
        loaders.read_table(path, prefecture="但馬")


def test_a_room_of_another_prefecture_reads_its_own_tables(tmp_path, monkeypatch):
    path = tmp_path / "a.csv"
    path.write_text("市町村名,数\n鳥取市,1\n米子市,2\n", encoding="utf-8")
    with pytest.raises(TableError, match="兵庫県の市町ではありません"):
        loaders.read_table(path)
    monkeypatch.setenv("DXKIT_PREFECTURE", "鳥取県")
    table = loaders.read_table(path)
    assert table["code"].tolist() == ["31201", "31202"]
    # 17 of Tottori's 19 have no row
    assert len(table.attrs["missing_codes"]) == 17
