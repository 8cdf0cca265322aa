"""A figure that cannot be read as a number is never lost without a word.

The cells are written here as offices write them; what they mean stands beside them.
"""

import pytest
from office_tables import read_remarks, write_workbook

from dxkit import loaders
from dxkit.errors import TableError

TOWNS = ("姫路市", "尼崎市", "明石市", "西宮市")


def write_csv(folder, cells, head="値", encoding="utf-8"):
    rows = "".join(f'{town},"{cell}"\n' for town, cell in zip(TOWNS, cells, strict=False))
    path = folder / "表.csv"
    path.write_bytes(f"市町名,{head}\n{rows}".encode(encoding))
    return path


@pytest.mark.parametrize(
    ("cells", "figures"),
    [
        (["3²", "4", "5¹"], [3, 4, 5]),
        (["3①", "4", "12⑩"], [3, 4, 12]),
        (["1,234⁽", "4"], None),
        (["7₂", "８３²", "5"], [7, 83, 5]),
    ],
)
def test_the_number_of_a_note_is_no_digit_of_the_figure(tmp_path, cells, figures):
    table, remarks = read_remarks(write_csv(tmp_path, cells))
    if figures is None:
        assert table["値"].tolist() == cells
    else:
        assert table["値"].tolist() == figures
        assert "注や「約」の付いた値" in remarks[0]


def test_a_circled_figure_alone_and_a_unit_with_a_raised_digit_stay_what_they_are(tmp_path):
    table, remarks = read_remarks(write_csv(tmp_path, ["①", "②", "③"], head="順位"))
    assert (table["順位"].tolist(), remarks) == ([1, 2, 3], [])
    table, _ = read_remarks(write_csv(tmp_path, ["3㎡", "4㎡"], head="面積"))
    assert table["面積"].tolist() == [3, 4]


def test_a_circled_digit_of_a_heading_belongs_to_it(tmp_path):
    path = tmp_path / "表.csv"
    path.write_text("市町名,選挙区①,選挙区②\n姫路市¹,3²,4\n尼崎市,5,6\n", encoding="utf-8")
    table, _ = read_remarks(path)
    assert table.columns.tolist() == ["code", "name", "選挙区1", "選挙区2"]
    assert table["code"].tolist() == ["28201", "28202"]
    assert table["選挙区1"].tolist() == [3, 5]
    # one that a row names is read by it
    assert loaders.read_table(path, columns=["選挙区②"])["選挙区2"].tolist() == [4, 6]


@pytest.mark.parametrize("mark", ["¹", "②", "*1", "※2", "注1", "（注2）", "※"])
def test_a_municipality_with_the_mark_of_a_note_is_that_municipality(tmp_path, mark):
    path = tmp_path / "表.csv"
    path.write_text(f"市町名,値\n姫路市{mark},3\n尼崎市,4\n", encoding="utf-8")
    assert loaders.read_table(path)["code"].tolist() == ["28201", "28202"]


@pytest.mark.parametrize(
    ("cells", "word"),
    [
        (["53万", "45万9千", "300000"], "53万"),
        (["7割4分", "5割"], "7割4分"),
        (["530 495", "459 593"], "530 495"),
        (["△5", "▲1.5", "(7)"], "(7)"),
        (["3,5", "4,25"], "3,5"),
        (["inf", "4", "3"], "inf"),
        (["3〜5", "6", "7"], "3〜5"),
    ],
)
def test_a_column_of_figures_that_is_read_as_texts_is_named(tmp_path, cells, word):
    table, remarks = read_remarks(write_csv(tmp_path, cells))
    assert table["値"].tolist() == cells
    assert len(remarks) == 1
    assert f"2行目「{word}」" in remarks[0] or f"4行目「{word}」" in remarks[0]
    assert "文字として読みました" in remarks[0]


@pytest.mark.parametrize(
    "cells",
    [
        ["○", "×", "△"],
        ["済み", "未", "3回"],
        ["2024-04-01", "2024-05-01"],
        ["1-2-3", "4-5"],
        ["あり", "", "-"],
        ["007", "012"],
    ],
)
def test_a_column_of_words_is_read_without_a_remark(tmp_path, cells):
    _, remarks = read_remarks(write_csv(tmp_path, cells))
    assert remarks == []


def test_digits_that_no_number_can_hold_stay_digits(tmp_path):
    # 2**53 + 1 is the first whole number that a double does not have
    cells = ["9007199254740993", "12345678901234567890"]
    table, remarks = read_remarks(write_csv(tmp_path, cells))
    assert table["値"].tolist() == cells
    assert "数では表せない桁数" in remarks[0]
    table, remarks = read_remarks(write_csv(tmp_path, ["9007199254740993", "0.5"]))
    assert table["値"].tolist() == [9007199254740992.0, 0.5]
    assert "丸めて読みました" in remarks[0]


def test_dates_among_the_figures_of_a_workbook_are_named(tmp_path):
    def show_as_date(book):
        # Excel shows 3 as 1900-01-03 once the cell has a format of dates
        book.active["B2"].number_format = "yyyy/m/d"

    rows = [("市町名", "件数"), ("姫路市", 3), ("尼崎市", 4), ("明石市", 5)]
    path = write_workbook(tmp_path / "日付.xlsx", rows, show_as_date)
    table, remarks = read_remarks(path)
    assert table["件数"].tolist() == ["1900-01-03", "4", "5"]
    assert "2行目「1900-01-03」" in remarks[0]


def test_the_encoding_of_mails_is_read(tmp_path):
    table, _ = read_remarks(write_csv(tmp_path, ["3", "4"], head="件数", encoding="iso2022_jp"))
    assert table["code"].tolist() == ["28201", "28202"]
    assert table["件数"].tolist() == [3, 4]


def test_a_total_in_a_table_without_municipalities_is_named_as_data(tmp_path):
    path = tmp_path / "分野.csv"
    path.write_text("分野,件数\n教育,3\n福祉,4\n合計,7\n", encoding="utf-8")
    table, remarks = read_remarks(path)
    assert table["件数"].tolist() == [3, 4, 7]
    assert "4行目「合計」" in remarks[0]


def test_a_town_that_stands_twice_beside_nothing_but_figures_is_named(tmp_path):
    path = tmp_path / "表.csv"
    path.write_text("市町名,件数\n姫路市,3\n姫路市,5\n尼崎市,4\n", encoding="utf-8")
    _, remarks = read_remarks(path)
    assert "同じ市町が2行以上あります: 姫路市" in remarks[0]
    # the year tells its rows apart
    path.write_text("市町名,年度,件数\n姫路市,2023,3\n姫路市,2024,5\n", encoding="utf-8")
    assert read_remarks(path)[1] == []


@pytest.mark.parametrize(
    "head",
    ["人口（2020年）", "2020年", "令和2年度", "回数", "65歳", "年間件数", "対前年", "平均年齢", "人口(4月1日)",
     "id別件数", "Node"],
)  # fmt: skip
def test_a_figure_whose_heading_has_a_year_is_no_key_of_the_rows(tmp_path, head):
    path = tmp_path / "表.csv"
    rows = "姫路市,3\n姫路市,5\n尼崎市,4\n尼崎市,6\n"
    path.write_text(f"市町名,{head}\n{rows}", encoding="utf-8")
    _, remarks = read_remarks(path)
    assert any("同じ市町が2行以上あります: 姫路市、尼崎市" in remark for remark in remarks)


@pytest.mark.parametrize(
    "heads",
    ["年度,件数", "調査年,件数", "年度（西暦）,件数", "月,件数", "年齢,件数", "緯度,経度", "fiscal_year,件数", "siteId,件数",
     "施設No.,件数"],
)  # fmt: skip
def test_a_key_or_coordinates_tell_the_rows_of_a_town_apart(tmp_path, heads):
    path = tmp_path / "表.csv"
    rows = "姫路市,34,134\n姫路市,35,135\n尼崎市,34,135\n尼崎市,35,136\n"
    path.write_text(f"市町名,{heads}\n{rows}", encoding="utf-8")
    _, remarks = read_remarks(path)
    assert not any("同じ市町が2行以上あります" in remark for remark in remarks)


def test_a_wrong_subtotal_stands_beside_the_sum_of_its_own_rows(tmp_path):
    path = tmp_path / "表.csv"
    rows = "姫路市,3\n太子町,4\n小計,7\n尼崎市,5\n西宮市,6\n小計,12\n合計,18\n"
    path.write_text(f"市町名,件数\n{rows}", encoding="utf-8")
    _, remarks = read_remarks(path)
    # 5 + 6 = 11; all rows together are 18
    assert "7行目「小計」の列「件数」は 12、内訳の合計は 11" in remarks[0]


@pytest.mark.parametrize(
    ("subtotal", "is_right"), [(11, True), (18, True), (12, False), (30, False)]
)
def test_a_subtotal_may_be_of_the_last_rows_alone(tmp_path, subtotal, is_right):
    path = tmp_path / "表.csv"
    rows = f"阪神,姫路市,3\n,太子町,4\n播磨,尼崎市,5\n,西宮市,6\n,小計,{subtotal}\n"
    path.write_text(f"ブロック,市町名,件数\n{rows}", encoding="utf-8")
    _, remarks = read_remarks(path)
    assert any("内訳の合計と合いません" in remark for remark in remarks) is not is_right


@pytest.mark.parametrize(("gap", "is_right"), [("", False), ("\n", True)])
def test_a_subtotal_that_leaves_out_a_row_is_wrong_unless_a_gap_sets_it_apart(
    tmp_path, gap, is_right
):
    path = tmp_path / "表.csv"
    rows = f"姫路市,10\n{gap}尼崎市,20\n明石市,30\n小計,50\n"
    path.write_text(f"市町名,件数\n{rows}", encoding="utf-8")
    _, remarks = read_remarks(path)
    assert any("内訳の合計と合いません" in remark for remark in remarks) is not is_right


@pytest.mark.parametrize("encoding", ["utf-8", "cp932", "euc_jp"])
def test_the_sign_that_ended_files_in_dos_is_no_row(tmp_path, encoding):
    path = tmp_path / "表.csv"
    path.write_bytes("市町名,件数\r\n姫路市,3\r\n尼崎市,4\r\n\x1a".encode(encoding))
    table, remarks = read_remarks(path)
    assert table["件数"].tolist() == [3, 4]
    assert not any("\x1a" in remark or "□" in remark for remark in remarks)


def test_a_reader_of_forms_and_lists_refuses_what_is_no_file():
    readers = [
        loaders.read_hearing, loaders.read_form, loaders.read_catalogue, loaders.read_roster,
    ]  # fmt: skip
    for reader in readers:
        for value in (None, 5):
            with pytest.raises(ValueError, match="渡せません"):
                reader(value)


def write_rates(folder, figures, shown, number_format="0.0%"):
    def show_rates(book):
        for cell in shown:
            book.active[cell].number_format = number_format

    rows = [("市町名", "率"), *zip(TOWNS, figures, strict=False)]
    return write_workbook(folder / "率.xlsx", rows, show_rates)


@pytest.mark.parametrize("figures", [[0.74, 80, 65], [0.74, 5], [1.1, 0.9, 80], [0.74, "80人"]])
def test_percentages_of_a_workbook_beside_other_figures_are_refused(tmp_path, figures):
    with pytest.raises(TableError, match="単位の違う値が混ざっています"):
        loaders.read_table(write_rates(tmp_path, figures, ["B2"]))


def test_percentages_of_a_workbook_beside_shares_are_shares(tmp_path):
    # shares beside shares, and a percentage that is typed beside one that is shown
    for figures, shown in [([0.74, 0.8], ["B2"]), (["74%", 0.8], ["B3"]), (["0%", 0.8], ["B3"])]:
        table, remarks = read_remarks(write_rates(tmp_path, figures, shown))
        assert table["率"].tolist() == [0 if figures[0] == "0%" else 0.74, 0.8]
        assert not any("％表示" in remark for remark in remarks)


def test_rates_of_growth_partly_shown_as_percentages_are_read_and_said(tmp_path):
    table, remarks = read_remarks(write_rates(tmp_path, [1.05, 1.10, 0.98], ["B3", "B4"]))
    assert table["率"].tolist() == [1.05, 1.10, 0.98]
    assert "列「率」: ％表示のセルと、そうでないセル（2行目「1.05」）が混ざっています" in remarks[0]
    kinds = [row.cells[1][1] for row in table.attrs["reading"].picture.rows]
    assert kinds == ["見出し", "推測・注意", "データ", "データ"]


@pytest.mark.parametrize("number_format", ["0.0_%", "0.0*%", '0.0"%"', "0.0\\%"])
def test_a_sign_that_only_leaves_room_makes_no_percentage(tmp_path, number_format):
    table, remarks = read_remarks(write_rates(tmp_path, [50, 20, 3], ["B2", "B3"], number_format))
    assert table["率"].tolist() == [50, 20, 3]
    # the same figures beside a share: the format above is none of percentages
    table, remarks = read_remarks(write_rates(tmp_path, [0.5, 20, 3], ["B2"], number_format))
    assert table["率"].tolist() == [0.5, 20, 3]
    assert not any("％" in remark for remark in remarks)
