"""A workbook of 40 steps becomes shares of steps, and shelters as GeoJSON the table that their CSV gives."""

import json
import warnings

import openpyxl
import pytest

import dxkit
from dxkit import loaders
from dxkit.errors import TableError, TableWarning

DONE, DOING, OPEN, NONE = "完了済み", "作業中", "未着手", "対象外"
HEADS = ["都道府県名", "市区町村名", "業務名", *(f"{step}.手順" for step in range(1, 41))]
HIMEJI = ["兵庫県", "姫路市", "住民記録", *[DONE] * 20, *[DOING] * 10, *[OPEN] * 6, *[NONE] * 4]
WHOLE = ["兵庫県", "太子町", "戸籍附票", *[DONE] * 40]


def _book(path, rows, merged=()):
    """Write the ministry's workbook: prefectures on the first sheet, steps on the second."""
    book = openpyxl.Workbook()
    book.active.title = "令和8年1月_進捗状況"
    for row in (["都道府県", "完了率", "業務"], [None, None, "住民記録"], ["兵庫県", 0.75, 0.7]):
        book.active.append(row)
    sheet = book.create_sheet("業務別ステップ別進捗一覧")
    for row in rows:
        sheet.append(row)
    for area in merged:
        sheet.merge_cells(area)
    book.save(path / "steps.xlsx")
    return path / "steps.xlsx"


@pytest.mark.parametrize("reader", [dxkit.read, loaders.read_standardization])
def test_the_share_of_steps_is_what_is_done_or_does_not_apply_of_forty(tmp_path, reader):
    path = _book(tmp_path, [HEADS, HIMEJI, WHOLE])
    table = reader(path)
    assert table[["code", "system", "share_done"]].to_numpy().tolist() == [
        ["28201", "住民基本台帳", 24 / 40],
        ["28464", "戸籍の附票", 1.0],
    ]
    assert table.attrs["as_of"] == "2026-01"
    assert "作業ステップ" in str(loaders.identify(path))


def test_steps_listed_one_a_row_give_the_same_share(tmp_path):
    rows = [[*HIMEJI[:3], f"手順{step}", word] for step, word in enumerate(HIMEJI[3:])]
    heads = ["都道府県名", "市区町村名", "業務名", "作業ステップ", "状況"]
    assert dxkit.read(_book(tmp_path, [heads, *rows]))["share_done"].tolist() == [24 / 40]
    with pytest.raises(TableError, match="作業ステップが39あります"):
        dxkit.read(_book(tmp_path, [heads, *rows[1:]]))


def test_merged_names_belong_to_each_of_their_rows_and_totals_to_none(tmp_path):
    second = [None, None, "戸籍", *[DONE] * 40]
    path = _book(
        tmp_path, [HEADS, HIMEJI, second, ["全国", "合計", *second[2:]]], ["A2:A3", "B2:B3"]
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error", TableWarning)
        table = dxkit.read(path)
    assert table["share_done"].tolist() == [0.6, 1.0]


def test_a_row_without_a_municipality_and_a_blank_step_are_said(tmp_path):
    rows = [HEADS, HIMEJI, ["兵庫県", None, *WHOLE[2:]]]
    with pytest.warns(TableWarning, match=r"市区町村名のない行が1行.*3行目"):
        assert len(dxkit.read(_book(tmp_path, rows))) == 1
    with pytest.warns(TableWarning, match="空欄の作業ステップがあり、1組"):
        table = dxkit.read(_book(tmp_path, [HEADS, WHOLE, [*HIMEJI[:-1], None]]))
    assert table["share_done"].isna().tolist() == [True, False]


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        ([HEADS[:-1], HIMEJI[:-1]], "作業ステップの列が39あります"),
        ([HEADS, [*HIMEJI[:-1], "完成"]], "2行目 列「40.手順」 値「完成」"),
        ([HEADS, HIMEJI, HIMEJI], "28201.*2回あります"),
        ([HEADS, ["兵庫県", "姫路", "住民票", *HIMEJI[3:]]], "住民票"),
    ],
)
def test_what_would_give_a_wrong_share_is_refused(tmp_path, rows, fault):
    with pytest.raises(TableError, match=fault):
        dxkit.read(_book(tmp_path, rows))


SITE = {
    "NO": 1, "共通ID": "E1", "都道府県名及び市町村名": "兵庫県姫路市", "施設・場所名": "城東小", "住所": "兵庫県姫路市城東町",
    "洪水": "1", "崖崩れ、土石流及び地滑り": "", "高潮": None, "地震": 1.0, "津波": "", "大規模な火事": 0,
    "内水氾濫": "", "火山現象": "", "指定避難所との住所同一": "1", "備考": "",
}  # fmt: skip
SHELTER = {
    "NO": 2,
    "共通ID": "S1",
    "施設・場所名": "太子小",
    "住所": "兵庫県揖保郡太子町鵤",
    "備考": None,
}


def _points(path, *sites, shape="Point", start=""):
    place = [134.7, 34.83] if shape == "Point" else [[134.7, 34.83], [134.8, 34.9]]
    features = [
        {"type": "Feature", "properties": site, "geometry": {"type": shape, "coordinates": place}}
        for site in sites
    ]
    text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
    (path / "points.geojson").write_text(start + text, encoding="utf-8")
    return path / "points.geojson"


@pytest.mark.parametrize("start", ["", "\ufeff", "\n "])
@pytest.mark.parametrize("reader", [dxkit.read, loaders.read_shelters])
def test_emergency_sites_as_points_have_their_hazards(tmp_path, reader, start):
    table = reader(_points(tmp_path, SITE, start=start))
    site = table.iloc[0]
    assert site[["place", "code", "name", "kind"]].tolist() == [
        "E1",
        "28201",
        "城東小",
        "emergency",
    ]
    assert (site["lat"], site["lon"]) == (34.83, 134.7)
    hazards = ["flood", "landslide", "storm_surge", "earthquake", "tsunami", "fire"]
    assert site[hazards].tolist() == [True, False, False, True, False, False]


def test_marks_of_a_column_with_blanks_are_no_decimals(tmp_path):
    marks = [1, 0, None]
    sites = [SITE | {"共通ID": f"E{number}", "洪水": mark} for number, mark in enumerate(marks)]
    table = loaders.read_shelters(_points(tmp_path, *sites))
    assert table["flood"].tolist() == [True, False, False]


def test_designated_shelters_as_points_are_placed_by_their_address(tmp_path):
    table = dxkit.read(_points(tmp_path, SHELTER))
    assert table[["place", "code", "kind"]].to_numpy().tolist() == [["S1", "28464", "designated"]]


def test_the_same_sites_as_csv_and_as_points_are_one_table(tmp_path):
    csv = tmp_path / "sites.csv"
    heads = [head for head in SITE if head != "大規模な火事"]
    cells = ["" if SITE[head] is None else str(SITE[head]).removesuffix(".0") for head in heads]
    body = ",".join(f'"{cell}"' for cell in cells)
    names = ",".join(f'"{head}"' for head in heads)
    csv.write_text(f"{names},緯度,経度\n{body},34.83,134.7\n", encoding="utf-8")
    points = {head: SITE[head] for head in heads}
    table = loaders.read_shelters(_points(tmp_path, points))
    assert table.equals(loaders.read_shelters(csv)[table.columns])


def test_points_that_are_lines_or_of_nowhere_are_faults(tmp_path):
    with pytest.raises(TableError, match=r"1番目の図形.*地点（Point）ではありません"):
        loaders.read_shelters(_points(tmp_path, SITE, shape="LineString"))
    nowhere = SHELTER | {"住所": "鵤1369"}
    with pytest.raises(TableError, match=r"1行目"):
        loaders.read_shelters(_points(tmp_path, nowhere))
    with pytest.raises(TableError, match=r"洪水.*大") as caught:
        loaders.read_shelters(_points(tmp_path, SITE | {"洪水": "大"}))
    assert caught.value.faults[0].row == 1
