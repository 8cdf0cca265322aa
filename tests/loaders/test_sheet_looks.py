"""What a person does not see on the screen is read, and said; a merged figure is said to be one."""

from collections.abc import Sequence

import pytest
from office_tables import read_remarks, write_workbook
from openpyxl.styles import Font

from dxkit.loaders._sheet_looks import SheetLooks

ROWS = [("市町名", "件数", "内部"), ("姫路市", 3, 7), ("尼崎市", 4, 8), ("明石市", 5, 9)]


def hide_row(book):
    book.active.row_dimensions[3].hidden = True


def hide_column(book):
    book.active.column_dimensions["C"].hidden = True


def add_hidden_sheet(book):
    sheet = book.create_sheet("昨年")
    for row in ROWS:
        sheet.append(row)
    sheet.sheet_state = "veryHidden"


def add_hidden_list(book):
    sheet = book.create_sheet("選択肢")
    sheet.append(["済み"])
    sheet.append(["未"])
    sheet.sheet_state = "hidden"


def merge_figures(book):
    book.active.merge_cells("B2:B3")


def hide_columns_behind(book):
    book.active.column_dimensions.group("F", "XFD", hidden=True)


def read(folder, change, rows=ROWS):
    return read_remarks(write_workbook(folder / "表.xlsx", rows, change))


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (hide_row, "画面に表示されない行や列も読みました: 3行目"),
        (hide_column, "画面に表示されない行や列も読みました: 「内部」"),
        (add_hidden_sheet, "表示されていないシート「昨年」は読んでいません"),
    ],
)
def test_what_is_hidden_is_said(tmp_path, change, word):
    table, remarks = read(tmp_path, change)
    assert table["件数"].tolist() == [3, 4, 5]
    assert table["内部"].tolist() == [7, 8, 9]
    assert word in remarks[0]
    assert any(word in remark for remark in table.attrs["reading"]["remarks"])


@pytest.mark.parametrize("change", [add_hidden_list, hide_columns_behind])
def test_what_is_hidden_and_holds_no_table_is_not_said(tmp_path, change):
    assert read(tmp_path, change)[1] == []


def test_a_figure_merged_over_towns_is_said_to_be_repeated(tmp_path):
    table, remarks = read(tmp_path, merge_figures)
    assert table["件数"].tolist() == [3, 3, 5]
    assert "列「件数」: 結合されたセルの数" in remarks[0]
    assert "2行目から3行目" in remarks[0]


class CountedRows(Sequence):
    """Row numbers that count how often one of them is looked at."""

    def __init__(self, numbers):
        self.numbers = numbers
        self.count = 0

    def __len__(self):
        return len(self.numbers)

    def __getitem__(self, place):
        self.count += 1
        return self.numbers[place]


def test_rows_of_a_merged_cell_are_found_without_a_look_at_all_rows():
    rows = CountedRows([number for number in range(2, 4002) if number % 4])
    merged = tuple((2, top, 2, top + 3) for top in range(2, 4002, 4))
    spans = SheetLooks(merged=merged).find_merged_rows(1, rows)
    # of the rows 2 to 5, 4 is none of the data
    assert spans[:2] == [(2, 3, 5), (6, 7, 9)]
    assert len(spans) == 1000
    # two searches among 3,000 rows take 12 looks each, and the rows are taken out by one
    assert rows.count <= 1000 * (2 * 12 + 1)
    assert SheetLooks(merged=((1, 4, 1, 4), (5, 2, 6, 9))).find_merged_rows(1, rows) == []


def test_merged_cells_of_a_turned_sheet_are_found_by_the_numbers_of_its_rows():
    turned = SheetLooks(merged=((1, 2, 3, 5), (2, 7, 2, 8), (4, 4, 4, 4))).turn([3, 5, 8])
    assert turned.merged == ((1, 1, 2, 3), (3, 2, 3, 2))


def test_a_table_on_its_side_names_what_is_hidden_as_the_file_has_it(tmp_path):
    rows = [("項目", "姫路市", "尼崎市", "明石市"), ("件数", 3, 4, 5), ("内部", 7, 8, 9)]
    table, remarks = read(tmp_path, hide_column, rows)
    assert table["件数"].tolist() == [3, 4, 5]
    assert any("画面に表示されない行や列も読みました: C列" in remark for remark in remarks)
    _, remarks = read(tmp_path, hide_row, rows)
    assert any("画面に表示されない行や列も読みました: 「内部」" in remark for remark in remarks)
    _, remarks = read(tmp_path, lambda book: book.active.merge_cells("B2:C2"), rows)
    assert any("B列からC列" in remark for remark in remarks)


def test_a_crossed_out_cell_is_read_and_said(tmp_path):
    def cross_out(book):
        for place in ("A3", "B3", "E9"):
            book.active[place].font = Font(strike=True)

    table, remarks = read(tmp_path, cross_out)
    assert table["件数"].tolist() == [3, 4, 5]
    assert len(remarks) == 1
    assert (
        "取り消し線の引かれたセルも読みました: 3行目の「市町名」、3行目の「件数」（" in remarks[0]
    )


def test_a_crossed_out_cell_of_a_table_on_its_side_is_named_by_its_column(tmp_path):
    def cross_out(book):
        book.active["C2"].font = Font(strike=True)

    rows = [("項目", "姫路市", "尼崎市", "明石市"), ("件数", 3, 4, 5), ("内部", 7, 8, 9)]
    table, remarks = read(tmp_path, cross_out, rows)
    assert table["件数"].tolist() == [3, 4, 5]
    assert any("取り消し線の引かれたセルも読みました: C列の「件数」" in text for text in remarks)
