"""A damaged or hostile file gives one clear Japanese error with its place, or a right result; never a traceback from inside."""

import io
import json
import struct
import zipfile

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
from shapely.geometry import Point, box

import dxkit
from dxkit import loaders
from dxkit.errors import TableError

pytestmark = pytest.mark.filterwarnings("ignore::dxkit.errors.TableWarning")
GOOD = "団体コード,市町名,数\n28201,姫路市,1\n28202,尼崎市,2\n28203,明石市,3\n"
MESH = "KEY_CODE,HTKSYORI,HTKSAKI,GASSAN,T1,T2\n,,,,　人口（総数）,　６５歳以上人口\n533411001,0,,,10,2\n"
SHELTERS = "NO,共通ID,都道府県名及び市町村名,施設・場所名,住所,洪水,地震,緯度,経度,備考\n1,E1,兵庫県姫路市,a,b,1,,34.8,134.7,\n"
NAMES_41 = [str(name) for name in dxkit.load("municipalities")["name"]]


def _csv(text, encoding="utf-8"):
    return lambda path: path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))


def _book(*rows, title="表", change=None):
    def make(path):
        book = openpyxl.Workbook()
        book.active.title = title
        for row in rows:
            book.active.append(row)
        if change:
            change(book)
        book.save(path)

    return make


def _parts(path_of_book, **changed):
    """Save a sound workbook with some of its parts replaced, added or (None) left out."""

    def make(path):
        whole = io.BytesIO()
        _book(["市町名", "数"], ["神戸市", 1], ["姫路市", 2])(whole)
        with (
            zipfile.ZipFile(whole) as before,
            zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as after,
        ):
            for member in before.namelist():
                content = before.read(member)
                if member == path_of_book:
                    content = changed["to"](content)
                if content is not None:
                    after.writestr(member, content)

    return make


def _zip(members, lie=None):
    def make(path):
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in members.items():
                archive.writestr(name, content)
        if lie is not None:
            path.write_bytes(lie(path.read_bytes()))

    return make


def _with_flag(content, offset, value, marks=(b"PK\x03\x04", b"PK\x01\x02")):
    """Write a field of every local header and of the directory (where it stands two bytes later)."""
    changed = bytearray(content)
    for mark, shift in zip(marks, (0, 2), strict=True):
        at = changed.find(mark)
        while at >= 0:
            struct.pack_into("<I" if offset == 22 else "<H", changed, at + offset + shift, value)
            at = changed.find(mark, at + 4)
    return bytes(changed)


def _lies_about_its_size(content):
    return _with_flag(content, 22, 10)


def _locked(content):
    return _with_flag(content, 6, 1)


def _geojson(features, **more):
    content = {"type": "FeatureCollection", "features": features, **more}
    return _csv(json.dumps(content, ensure_ascii=False))


def _area(code="28201", name="姫路市", shape=None, **more):
    shape = shape or {
        "type": "Polygon",
        "coordinates": [[[134.6, 34.8], [134.7, 34.8], [134.7, 34.9], [134.6, 34.8]]],
    }
    about = {
        "N03_001": "兵庫県",
        "N03_002": None,
        "N03_003": None,
        "N03_004": name,
        "N03_007": code,
    }
    return {"type": "Feature", "properties": about | more, "geometry": shape}


def _shapefile(path, left_out):
    """Write a shapefile and take one of its parts away."""
    frame = gpd.GeoDataFrame(
        {"N03_007": ["28201"]}, geometry=[box(134.6, 34.8, 134.7, 34.9)], crs="EPSG:6668"
    )
    frame.to_file(path)
    path.with_suffix(left_out).unlink()


def _dashboard(*rows, heads="神戸市,姫路市,尼崎市"):
    return _csv(f"区分,指標,{heads}\n" + "".join(f"{row}\n" for row in rows))


def _progress(**changed):
    def body(code="28201", **more):
        return {
            "code": code,
            "prefecture": "兵庫県",
            "city": "姫路市",
            "business_rates": {"住民基本台帳": 0.5},
        } | more

    return _csv(json.dumps({"municipalities": [body(**changed)]}, ensure_ascii=False))


def _stray_reference(book):
    book.active["B2"] = "#REF!"
    book.active["B2"].data_type = "e"


def _hide(book):
    book.active.sheet_state = "hidden"
    book.create_sheet("空")


# name → (file name, how it is made, reader, words of the error)
FAULTY = {
    "an empty file": ("a.csv", _csv(b""), "read_table", "空です"),
    "nothing but blanks": ("a.csv", _csv(" \n\n \n"), "read_table", "何も書かれていません"),
    "a heading without rows": ("a.csv", _csv("団体コード,市町名,数\n"), "read_table", "見出しだけ"),
    "nothing but totals": ("a.csv", _csv("団体コード,市町名,数\n,合計,3\n,県計,3\n"), "read_table", "合計や注の行だけ"),
    "a picture": ("a.csv", _csv(b"\x89PNG\r\n\x1a\n\0\0"), "read_table", "画像（PNG）"),
    "a PDF": ("a.csv", _csv(b"%PDF-1.7 \xe2\xe3"), "read_table", "PDF"),
    "a saved web page": ("a.csv", _csv("<!DOCTYPE html><html><body>エラー</body></html>"), "read_table", "ウェブページ"),
    "a line of 200 MB": ("a.csv", lambda path: path.write_bytes(b"x" * 200_000_000), "read_table", "1行が長すぎ"),
    "zeros": ("a.csv", _csv(b"\0" * 4000), "read_table", "文字のファイルではありません"),
    "garbled text saved again": (
        "a.csv", _csv(GOOD.encode().decode("cp932", errors="ignore")), "read_table", "文字化けしたまま"),
    "text with lost characters": ("a.csv", _csv(GOOD.replace("市", "\ufffd")), "read_table", "失われた文字"),
    "cp932 with a broken byte": (
        "a.csv", _csv(GOOD.encode("cp932") + b"28204,\x81\xff\xff,2\n"), "read_table", "5行目.*文字コード"),
    "UTF-8 cut inside a character": ("a.csv", _csv((GOOD * 3 + "28204,西宮市").encode()[:-1]), "read_table", "途中で切れて"),
    "an open quote": ("a.csv", _csv('市町名,数\n神戸市,"1\n姫路市,2\n'), "read_table", "引用符"),
    "a row with a stray comma": ("a.csv", _csv(GOOD + "28204,西宮市,1,234\n"), "read_table", "見出しより列が多い"),
    "a row that breaks off": ("a.csv", _csv(GOOD + "28204,西宮市\n"), "read_table", "列が足りない"),
    "a wrong check digit": ("a.csv", _csv(GOOD + "282041,西宮市,1\n"), "read_table", "5行目.*正しくは「9」"),
    "a code and a name that disagree": ("a.csv", _csv(GOOD + "28204,芦屋市,1\n"), "read_table", "芦屋市"),
    "a 42nd municipality": ("a.csv", _csv(GOOD + "28999,瀬戸内市,1\n"), "read_table", "28999"),
    "a town of another prefecture": ("a.csv", _csv("市町名,数\n神戸市,1\n池田市,2\n"), "read_table", "池田市"),
    "a code as a date": (
        "a.xlsx", _book(["団体コード", "数"], [pd.Timestamp("2026-04-01").to_pydatetime(), 1], [28201, 2]), "read_table", "2026-04-01"),
    "text among the numbers": (
        "a.csv", _csv("市町名,数\n" + "".join(f"{name},1\n" for name in NAMES_41[:9]) + "丹波市,五、六\n"), "read_table", "五、六"),
    "two headings alike": ("a.csv", _csv("市町名,数,数\n神戸市,1,2\n姫路市,1,2\n"), "read_table", "同じ見出し"),
    "a municipality twice where there can be one": (
        "a.csv", _csv("団体コード,数\n28201,1\n28201,2\n28202,3\n"), ("read_table", {"schema": "values"}), "重複"),
    "a workbook cut short": (
        "a.xlsx", lambda path: (_book(["市町名"], ["神戸市"])(path), path.write_bytes(path.read_bytes()[:-900])),
        "read_table", "壊れて"),
    "an old workbook": ("a.xls", _csv(b"\xd0\xcf\x11\xe0" + b"0" * 600), "read_table", "古いExcel形式"),
    "a workbook with a password": (
        "a.xlsx", _csv(b"\xd0\xcf\x11\xe0" + b"0" * 600 + "EncryptedPackage".encode("utf-16-le")), "read_table", "パスワード付き"),
    "a Word document named xlsx": ("a.xlsx", _zip({"word/document.xml": "<a/>"}), "read_table", "Word"),
    "a zip of tables": ("a.zip", _zip({"中/表.csv": GOOD}), "read_table", "展開して.*表.csv"),
    "a hidden sheet beside an empty one": (
        "a.xlsx", _book(["市町名", "数"], ["神戸市", 1], change=_hide), "read_table", "表が見つかりません"),
    "a sheet that is not there": (
        "a.xlsx", _book(["市町名", "数"], ["神戸市", 1]), ("read_table", {"sheet": "無い"}), "シート「無い」がありません"),
    "a cell that is #REF!": (
        "a.xlsx", _book(["市町名", "数"], ["神戸市", 1], ["姫路市", 2], change=_stray_reference), "read_table", "エラーになって"),
    "a formula without result": ("a.xlsx", _book(["市町名", "数"], ["神戸市", "=1+1"], ["姫路市", 2]), "read_table", "数式"),
    "a workbook that unfolds entities": (
        "a.xlsx", _parts("xl/workbook.xml", to=lambda content: b'<!DOCTYPE a [<!ENTITY b "ha">]>' + content),
        "read_table", "危険なファイル"),
    "a workbook whose sheet is gone": (
        "a.xlsx", _parts("xl/worksheets/sheet1.xml", to=lambda content: None), "read_table", "壊れて"),
    "a workbook whose sheet is no XML": (
        "a.xlsx", _parts("xl/worksheets/sheet1.xml", to=lambda content: content[: len(content) // 2]), "read_table", "壊れて"),
    "a zip bomb": ("a.zip", _zip({"a.geojson": b"0" * 80_000_000}), "read_boundaries", "不自然"),
    "a zip that lies about its size": (
        "a.zip", _zip({"a.geojson": b"0" * 80_000_000}, lie=_lies_about_its_size), "read_boundaries", "壊れて"),
    "a zip with a password": ("a.zip", _zip({"a.geojson": "{}"}, lie=_locked), "read_boundaries", "パスワード付き"),
    "a zip that points outside": ("a.zip", _zip({"../../a.geojson": "{}"}), "read_boundaries", "外のフォルダー"),
    "a zip without a map": ("a.zip", _zip({"readme.txt": "x"}), "read_boundaries", "境界や地点のファイル"),
    "a GeoJSON cut short": ("a.geojson", _csv('{"type": "FeatureCollection", "features": [{"ty'), "read_boundaries", "途中で切れて"),
    "a GeoJSON nested too deeply": ("a.geojson", _csv("[" * 200_000), "read_boundaries", "JSON"),
    "a GeoJSON of something else": ("a.geojson", _csv('{"type": "Dog"}'), "read_boundaries", "GeoJSONでもTopoJSONでもありません"),
    "a GeoJSON without features": ("a.geojson", _geojson([]), "read_boundaries", "図形が1つもありません"),
    "a GeoJSON with latitude first": (
        "a.geojson", _geojson([_area(shape={"type": "Polygon", "coordinates": [[[34.8, 134.6], [34.9, 134.6], [34.9, 134.7], [34.8, 134.6]]]})]),
        "read_boundaries", "緯度と経度の順"),
    "boundaries with a wrong code": ("a.geojson", _geojson([_area(code="282"), _area(code="99999")]), "read_boundaries", "2件の問題"),
    "boundaries that are points": (
        "a.geojson", _geojson([_area(shape={"type": "Point", "coordinates": [134.6, 34.8]})]), "read_boundaries", "面の図形では"),
    "a GeoJSON of another theme": (
        "a.geojson", _geojson([{"type": "Feature", "properties": {"x": 1}, "geometry": Point(134.6, 34.8).__geo_interface__}]),
        "read_boundaries", "N03_001"),
    "a shapefile without attributes": ("a.shp", lambda path: _shapefile(path, ".dbf"), "read_boundaries", "dbf"),
    "a shapefile without index": ("a.shp", lambda path: _shapefile(path, ".shx"), "read_boundaries", "shx"),
    "a dashboard shifted by a column": (
        "a.csv", _dashboard("体制,CIOの任命,実施,実施,実施,実施"), "read_dashboard", "列がずれて"),
    "a dashboard with an unknown answer": ("a.csv", _dashboard("体制,CIOの任命,実施,たぶん,未実施"), "read_dashboard", "姫路市.*たぶん"),
    "a dashboard with 140 percent": ("a.csv", _dashboard("体制,申請率,10%,140%,20%"), "read_dashboard", "140%"),
    "a dashboard with a town twice": (
        "a.csv", _dashboard("体制,CIOの任命,実施,実施,実施", heads="神戸市,姫路市,姫路市"), "read_dashboard", "2つあります"),
    "a dashboard with a town that is not there": (
        "a.csv", _dashboard("体制,CIOの任命,実施,実施,実施", heads="神戸市,東播磨市,姫路市"), "read_dashboard", "東播磨市"),
    "a dashboard with a repeated name out of order": (
        "a.csv", _dashboard("体制,CIOの任命,実施,実施,実施", heads="姫路市,神戸市,太子町"), "read_dashboard", "同じ名前の市区町村"),
    "a dashboard with an indicator twice": (
        "a.csv", _dashboard("体制,CIOの任命,実施,実施,実施", "体制,CIOの任命,実施,実施,実施"), "read_dashboard", "同じ指標"),
    "a progress file with 50 for a share": ("a.json", _progress(business_rates={"住民基本台帳": 50}), "read_standardization", "進捗率"),
    "a progress file with an unknown system": (
        "a.json", _progress(business_rates={"水道": 0.5}), "read_standardization", "水道"),
    "a progress file with another town's code": ("a.json", _progress(code="28202"), "read_standardization", "28202"),
    "a progress file without rates": ("a.json", _progress(business_rates=None), "read_standardization", "business_rates"),
    "a list of extensions that is no list": ("a.json", _csv('{"municipalities": {}}'), "read_extensions", "一覧がありません"),
    "shelters with a third kind of mark": ("a.csv", _csv(SHELTERS.replace(",b,1,", ",b,有,")), "read_shelters", "有"),
    "shelters in the sea of zeros": ("a.csv", _csv(SHELTERS.replace("34.8,134.7", "0,0")), "read_shelters", "2件の問題"),
    "shelters without coordinates' heading": ("a.csv", _csv(SHELTERS.replace("緯度", "X")), "read_shelters", "緯度"),
    "towns with a shifted row": (
        "a.csv", _csv("pref,city,town,koaza,lat,lng\n兵庫県,姫路市,本町,,134.7,34.8\n"), "read_towns", "20〜46"),
    "a mesh code of nine nines": ("a.txt", _csv(MESH.replace("533411001", "999999999"), "cp932"), "read_mesh_population", "999999999"),
    "a mesh of two levels": (
        "a.txt", _csv(MESH + "53341100,0,,,10,2\n", "cp932"), "read_mesh_population", "53341100"),
    "a mesh with people below zero": ("a.txt", _csv(MESH.replace(",10,2", ",-5,2"), "cp932"), "read_mesh_population", "-5"),
    "a mesh file twice over": ("a.txt", _csv(MESH + "533411001,0,,,10,2\n", "cp932"), "read_mesh_population", "2回"),
    "a mesh file without its heading": ("a.txt", _csv("533411001,0,,,10,2\n", "cp932"), "read_mesh_population", "1行目にありません"),
    "e-Stat without values": ("a.csv", _csv("@cat01,@area,@time\nA,28201,2020\n"), "read_estat", r"列.*\$"),
    "e-Stat with words for values": ("a.csv", _csv("@cat01,@area,@time,$\nA,28201,2020,多数\n"), "read_estat", "多数"),
}  # fmt: skip

# name → (file name, how it is made, codes that a right reading gives)
RIGHT = {
    "cp932": ("a.csv", _csv(GOOD, "cp932"), ["28201", "28202", "28203"]),
    "UTF-16": ("a.csv", _csv(GOOD, "utf-16"), ["28201", "28202", "28203"]),
    "a shifted header under a title": ("a.csv", _csv(f"令和8年度 調査票\n\n作成 DX推進課\n{GOOD}"), ["28201", "28202", "28203"]),
    "merged titles and cells": (
        "a.xlsx",
        _book(["調査", None, None], ["団体コード", "市町名", "数"], [28201, "姫路市", 1], [28202, "尼崎市", 2],
              change=lambda book: book.active.merge_cells("A1:C1")),
        ["28201", "28202"],
    ),
    "float codes": ("a.csv", _csv("団体コード,数\n282014.0,1\n282022.0,2\n"), ["28201", "28202"]),
    "full-width digits": ("a.csv", _csv("団体コード,数\n２８２０１,１\n２８２０２,２\n"), ["28201", "28202"]),
    "HTML in cells": ("a.csv", _csv("市町名,意見\n姫路市,<script>alert(1)</script>\n尼崎市,{{7*7}}\n"), ["28201", "28202"]),
    "missing municipalities": ("a.csv", _csv("市町名,数\n" + "".join(f"{name},1\n" for name in NAMES_41[3:])),
                               [str(code) for code in dxkit.load("municipalities")["code"][3:]]),
    "a tab for a comma": ("a.csv", _csv(GOOD.replace(",", "\t")), ["28201", "28202", "28203"]),
    "a zero-width mark in a name": ("a.csv", _csv("市町名,数\n\ufeff姫路市,1\n 尼崎市　,2\n"), ["28201", "28202"]),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTY)
def test_a_faulty_file_gives_one_clear_error_that_names_it(tmp_path, name):
    file, make, reader, said = FAULTY[name]
    make(tmp_path / file)
    before = sorted(path.name for path in tmp_path.rglob("*"))
    reader, options = (reader, {}) if isinstance(reader, str) else reader
    with pytest.raises(TableError, match=f"(?s){said}") as caught:
        getattr(loaders, reader)(tmp_path / file, **options)
    assert file in str(caught.value)
    assert all(fault.remedy for fault in caught.value.faults)
    assert sorted(path.name for path in tmp_path.rglob("*")) == before


@pytest.mark.parametrize("name", RIGHT)
def test_an_odd_but_sound_file_is_read_right(tmp_path, name):
    file, make, codes = RIGHT[name]
    make(tmp_path / file)
    assert loaders.read_table(tmp_path / file)["code"].tolist() == codes


def test_the_corpus_is_as_large_as_promised():
    assert len(FAULTY) + len(RIGHT) >= 40
