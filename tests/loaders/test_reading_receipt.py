"""The receipt of a reading is a coloured, inert picture, and a recipe for next month's file."""

import copy
import html
import json
import pickle
import re
from html.parser import HTMLParser

import openpyxl
import pandas as pd
import pytest

import dxkit
from dxkit.errors import TableError, TableWarning
from dxkit.loaders import read_table

ROWS = [
    ["令和8年6月 申請件数の調べ"],
    ["団体コード", "市町名", "申請", "", "備考"],
    ["", "", "件数", "率", ""],
    ["28201", "姫路市", "12件", "74%", "窓口"],
    ["28202", "尼崎市", "約5件", "80%", ""],
    ["28203", "明石市", 3, "1%", ""],
    ["28204", "西宮市", 30, "", ""],
    ["", "合計", 50, "", ""],
    ["※ 注: 速報値です。"],
]
HOSTILE = (
    "<script>pwned()</script>",
    "<img src=x onerror=pwned()>",
    '"><b onclick="pwned()">',
    "</td></table><iframe src=//x>",
    "{{ pwned() }}${pwned()}`",
)


class Cells(HTMLParser):
    """The cells of a picture: text and what the colour means."""

    def __init__(self, page):
        super().__init__()
        self.kinds = {}
        self.tags = set()
        self._kind = None
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        assert not any(name.startswith("on") for name, _ in attrs)
        self._kind = dict(attrs).get("title")

    def handle_data(self, text):
        if self._kind:
            self.kinds[text] = self._kind


def _write(path, rows, sheet="令和8年6月"):
    book = openpyxl.Workbook()
    page = book.active
    page.title = sheet
    for row in rows:
        page.append(row)
    book.save(path)
    return path


def _edit(row, position, value):
    rows = [list(cells) for cells in ROWS]
    rows[row][position] = value
    return rows


@pytest.fixture
def june(tmp_path):
    return _write(tmp_path / "6月.xlsx", ROWS)


@pytest.fixture
def recipe(june, tmp_path):
    return read_table(june).attrs["reading"].save(tmp_path / "made" / "recipe.json")


@pytest.mark.filterwarnings("ignore::dxkit.errors.TableWarning")
def test_each_cell_is_coloured_by_what_was_read_from_it(june):
    kinds = Cells(read_table(june).attrs["reading"]._repr_html_()).kinds
    assert kinds["令和8年6月 申請件数の調べ"] == "読まなかったところ"
    assert kinds["件数"] == kinds["団体コード"] == "見出し"
    assert kinds["28201"] == kinds["窓口"] == kinds["30"] == "データ"
    assert kinds["約5件"] == kinds["12件"] == "推測・注意"
    assert kinds["合計"] == kinds["50"] == "小計・合計"
    assert kinds["※ 注: 速報値です。"] == "読まなかったところ"


@pytest.mark.filterwarnings("ignore::dxkit.errors.TableWarning")
def test_a_terminal_and_a_log_read_the_receipt_in_japanese(june):
    text = repr(read_table(june).attrs["reading"])
    assert text.startswith(
        "読み取りの控え: 6月.xlsx\nシート「令和8年6月」、見出し2行目、データ4行目から"
    )
    assert "8行目 ［小計・合計］" in text
    assert "*約5件*" in text


@pytest.mark.filterwarnings("ignore::dxkit.errors.TableWarning")
@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_stays_a_text(tmp_path, text):
    rows = [["市町名", text, "件数"], ["姫路市", text, 1], ["尼崎市", text, 2], ["合計", text, 9]]
    path = _write(tmp_path / "a.xlsx", rows, sheet="S")
    page = read_table(path).attrs["reading"]._repr_html_()
    cells = Cells(page)
    assert cells.tags <= {"div", "b", "span", "table", "tr", "th", "td", "ul", "li"}
    # the picture cuts long texts
    assert text[:15] in html.unescape(page)


def test_a_hostile_file_name_stays_a_text(tmp_path):
    path = tmp_path / "<img src=x onerror=a()>.csv"
    path.write_text("市町名,件数\n姫路市,1\n尼崎市,2\n", encoding="utf-8")
    page = read_table(path).attrs["reading"]._repr_html_()
    assert "<img" not in page


def test_a_long_table_shows_its_first_rows_and_those_that_are_no_plain_data(tmp_path):
    lines = ["市町名,件数"] + ["姫路市,1"] * 200 + ["合計,200"] + ["尼崎市,2"] * 200
    path = tmp_path / "a.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    page = read_table(path).attrs["reading"]._repr_html_()
    assert "<th" in page
    assert re.search(r">202</th>.*合計", page)
    assert page.count("<tr>") < 40
    assert "全402行のうち16行" in page


def test_ignored_columns_are_grey_and_stay_ignored_next_month(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("市町名,件数,余り\n姫路市,1,5\n尼崎市,2,6\n", encoding="utf-8")
    receipt = read_table(path, columns=["件数"]).attrs["reading"]
    assert Cells(receipt._repr_html_()).kinds["余り"] == "読まなかったところ"
    again = read_table(path, recipe=receipt.save(tmp_path / "r.json"))
    assert list(again.columns) == ["code", "name", "件数"]


def test_the_receipt_is_a_mapping_that_travels_with_its_table(june, tmp_path):
    with pytest.warns(TableWarning):
        table = read_table(june)
    receipt = table.attrs["reading"]
    assert receipt["header"] == 2
    assert receipt["subtotals"][0]["agrees"] is True
    for twin in (copy.deepcopy(receipt), pickle.loads(pickle.dumps(receipt))):
        assert twin == receipt
        assert twin._repr_html_() == receipt._repr_html_()
    assert table.head(2).attrs["reading"]._repr_html_() == receipt._repr_html_()
    assert json.loads(json.dumps(table.attrs["reading"]))["header"] == 2
    table.to_parquet(tmp_path / "a.parquet")
    assert pd.read_parquet(tmp_path / "a.parquet").attrs["reading"]["header"] == 2


@pytest.mark.filterwarnings("ignore::dxkit.errors.TableWarning")
def test_next_months_file_is_read_by_the_recipe(recipe, tmp_path):
    july = _write(tmp_path / "7月.xlsx", _edit(3, 2, "99件"), sheet="令和8年7月")
    for read in (read_table, dxkit.read):
        table = read(july, recipe=recipe)
        assert table["申請_件数"].tolist() == [99, 5, 3, 30]
        assert table["申請_率"].tolist()[:3] == [0.74, 0.80, 0.01]
    receipt = table.attrs["reading"]
    assert read_table(july, recipe=receipt)["申請_件数"].tolist() == [99, 5, 3, 30]


@pytest.mark.filterwarnings("ignore::dxkit.errors.TableWarning")
def test_a_recipe_reads_what_the_guess_would_not(tmp_path):
    lines = ["人口,世帯", "市町名,大人,子ども,件数", "姫路市,4,5,6", "尼崎市,7,8,9"]
    path = tmp_path / "a.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    recipe = read_table(path, header=1).attrs["reading"].save(tmp_path / "r.json")
    assert list(read_table(path, recipe=recipe).columns) == [
        "code",
        "name",
        "大人",
        "子ども",
        "件数",
    ]


@pytest.mark.filterwarnings("ignore::dxkit.errors.TableWarning")
@pytest.mark.parametrize(
    ("rows", "match"),
    [
        pytest.param(
            _edit(1, 2, "受理"),
            "見出し「申請_件数」「申請_率」が、見出しの行にありません",
            id="renamed",
        ),
        pytest.param([["表題"], *ROWS], "列「団体コード」: この見出しの列がありません", id="moved"),
        pytest.param(
            [[*row[:3], "多い", *row[4:]] if 3 <= i <= 6 else row for i, row in enumerate(ROWS)],
            "列「申請_率」: レシピでは数の列ですが",
            id="words",
        ),
        pytest.param(
            [["市町名", "姫路市", "尼崎市", "明石市"], ["件数", 1, 2, 3], ["率", 4, 5, 6]],
            "見出し|レシピ",
            id="turned",
        ),
    ],
)
@pytest.mark.parametrize("on_fault", ["raise", "warn"])
def test_a_recipe_that_does_not_fit_is_refused_in_words(recipe, tmp_path, rows, match, on_fault):
    path = _write(tmp_path / "8月.xlsx", rows, sheet="令和8年8月")
    with pytest.raises(TableError, match=match) as caught:
        read_table(path, recipe=recipe, on_fault=on_fault)
    assert "8月.xlsx" in str(caught.value)


def test_a_new_column_is_read_and_said(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("市町名,件数\n姫路市,1\n尼崎市,2\n", encoding="utf-8")
    recipe = read_table(path).attrs["reading"].save(tmp_path / "r.json")
    path.write_text("市町名,件数,新しい列\n姫路市,1,3\n尼崎市,2,4\n", encoding="utf-8")
    with pytest.warns(TableWarning, match="レシピにない見出し「新しい列」"):
        assert read_table(path, recipe=recipe)["新しい列"].tolist() == [3, 4]


@pytest.mark.filterwarnings("ignore::dxkit.errors.TableWarning")
def test_a_sheet_that_cannot_be_told_is_refused_with_the_names_of_all(recipe, tmp_path):
    path = _write(tmp_path / "b.xlsx", ROWS, sheet="一覧")
    book = openpyxl.load_workbook(path)
    book.create_sheet("別表").append(["x"])
    book.save(path)
    with pytest.raises(
        TableError, match="シート「令和8年6月」がありません。あるシート: 一覧、別表"
    ):
        read_table(path, recipe=recipe)
    assert len(read_table(path, recipe=recipe, sheet="一覧")) == 4


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("[]", "レシピではありません"),
        ("{", "JSON"),
        ('{"sheet": "a"}', "「header」がない"),
        ('{"dxkit_recipe": 99}', "新しい版"),
        ('{"header": ["1"]}', "行の番号"),
    ],
)
def test_what_is_no_recipe_is_refused(june, tmp_path, text, match):
    path = tmp_path / "bad.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(TableError, match=match):
        read_table(june, recipe=path)


def test_a_turned_table_is_read_by_its_recipe(tmp_path):
    path = tmp_path / "a.csv"
    text = "項目,姫路市,尼崎市,明石市\n件数,1,2,3\n世帯,4,5,6\n"
    path.write_text(text, encoding="utf-8")
    with pytest.warns(TableWarning, match="縦横を入れ替え"):
        receipt = read_table(path).attrs["reading"]
    assert "縦横を入れ替えて読みました" in receipt._repr_html_()
    recipe = receipt.save(tmp_path / "r.json")
    path.write_text(text.replace("6", "60"), encoding="utf-8")
    with pytest.warns(TableWarning, match="縦横を入れ替え"):
        assert read_table(path, recipe=recipe)["世帯"].tolist() == [4, 5, 60]
