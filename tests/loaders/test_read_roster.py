"""A list as an office keeps it is read as it is, and what was not read is said."""

from datetime import date

import openpyxl
import pytest

from dxkit import groups, loaders
from dxkit.errors import TableError, TableWarning
from dxkit.loaders import read_roster


def _write_book(path, *, heading="団体名"):
    """23 bodies with two persons each: titles above, merged cells, numbering, a note below."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "名簿（最終２）"
    sheet["A1"] = "令和８年　意見交換会　出席者名簿"
    sheet.merge_cells("A1:F1")
    for column, text in enumerate(["№", heading, "氏　名", "人口［人］", "進行役", "備考"], 1):
        sheet.cell(4, column, text)
    bodies = [f"団体{number:02}" for number in range(20)] + ["㈱やまかわ", "県DX課", "鳥取市"]
    for place, body in enumerate(bodies):
        row = 5 + 2 * place
        sheet.cell(row, 2, body)
        sheet.merge_cells(start_row=row, start_column=2, end_row=row + 1, end_column=2)
        for person in range(2):
            sheet.cell(row + person, 1, 2 * place + person + 1)
            sheet.cell(row + person, 3, f"参加　{2 * place + person:02}郎")
            sheet.cell(row + person, 4, f"{1000 * (place + 1):,}" if place < 20 else None)
        sheet.cell(row, 5, "○" if place % 3 == 0 else None)
    sheet.cell(51, 1, "※ 変更は前日まで")
    book.save(path)
    return bodies


def test_an_odd_workbook_is_read_with_all_its_members(tmp_path):
    bodies = _write_book(tmp_path / "a.xlsx")
    table = read_roster(tmp_path / "a.xlsx")
    assert list(table.columns) == ["code", "person", "人口［人］", "進行役", "備考"]
    assert len(table) == 46
    # as it is written: ㈱ stays ㈱
    assert list(dict.fromkeys(table["code"])) == bodies
    assert table["人口［人］"].dropna().iloc[-1] == 20_000
    assert table["進行役"].sum() == 8
    assert table.attrs["receipt"] == (
        "シート「名簿（最終２）」の4行目を見出しとして、23団体・46人を読みました。"
        " 読まなかった行: 51行目「※ 変更は前日まで」。"
    )
    formed = groups.form(table, size=(5, 7), places=False, spread="進行役")
    assert len(formed.table) == 46


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_ditto_marks_and_encodings_of_a_csv_are_read(tmp_path, encoding):
    path = tmp_path / "a.csv"
    path.write_text("所属,出席者氏名\n姫路市,青木\n〃,岡\n県DX課,森\n合計,3\n", encoding=encoding)
    table = read_roster(path)
    assert table.to_numpy().tolist() == [["姫路市", "青木"], ["姫路市", "岡"], ["県DX課", "森"]]
    assert [note["row"] for note in table.attrs["skipped"]] == [5]


def test_other_headings_are_named_by_the_user(tmp_path):
    _write_book(tmp_path / "a.xlsx", heading="参加されるところ")
    with pytest.raises(TableError, match=r'columns=\{"見出し": "code"\}.*「参加されるところ」'):
        read_roster(tmp_path / "a.xlsx")
    table = read_roster(tmp_path / "a.xlsx", columns={"参加されるところ": "code"})
    assert len(table) == 46


def test_all_faults_of_a_list_come_at_once_with_their_rows(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("団体名,氏名\n姫路市,青木\n,岡\n姫路市,青木\n,森\n", encoding="utf-8")
    with pytest.raises(TableError, match="団体が空欄") as error:
        read_roster(path)
    assert sorted(fault.row for fault in error.value.faults) == [3, 4, 5]
    path.write_text("団体名,所属,氏名\n姫路市,課,青木\n", encoding="utf-8")
    with pytest.raises(TableError, match="「団体」にあたる見出しが2つ"):
        read_roster(path)
    path.write_text("団体名,氏名\n", encoding="utf-8")
    with pytest.raises(TableError, match="1人もいません"):
        read_roster(path)


def test_two_sheets_with_a_list_ask_which(tmp_path):
    _write_book(tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    book.copy_worksheet(book.active).title = "旧"
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(TableError, match=r'2つあります.*sheet="名簿（最終２）"'):
        read_roster(tmp_path / "a.xlsx")
    assert len(read_roster(tmp_path / "a.xlsx", sheet="名簿（最終２）")) == 46


def test_an_invented_list_stays_invented(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(
        "団体名\n姫路市\n※架空データです。実在の団体や人の値ではありません。\n", "utf-8"
    )
    assert read_roster(path).attrs["made"]


def _write_two_rows_of_headings(path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet["A1"] = "意見交換会　出席者名簿"
    sheet.merge_cells("A1:F1")
    for cell, text in {"A3": "No.", "B3": "団体名", "C3": "氏　名", "D3": "属性"}.items():
        sheet[cell] = text
    for area in ("A3:A4", "B3:B4", "C3:C4", "D3:F3"):
        sheet.merge_cells(area)
    for cell, text in {"D4": "人口（人）", "E4": "事業者", "F4": "司会"}.items():
        sheet[cell] = text
    sheet.append([1, "姫路市", "青木", "５３０，４９５", "Ａ社", "○"])
    sheet.append([2, "〃", "岡", 530495, "A社", None])
    sheet.append(["※ 敬称略"])
    book.save(path)


def test_headings_may_stand_in_two_rows_merged_across_and_down(tmp_path):
    path = tmp_path / "list.xlsx"
    _write_two_rows_of_headings(path)
    table = loaders.read_roster(path)
    assert list(table.columns) == ["code", "person", "人口（人）", "事業者", "司会"]
    assert table["code"].tolist() == ["姫路市", "姫路市"]
    assert table["人口（人）"].tolist() == [530495, 530495]
    assert table["司会"].tolist() == [True, False]
    assert [note["row"] for note in table.attrs["skipped"]] == [7]


def test_headings_are_listed_with_what_they_would_be_taken_for(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("名簿\n市町名,団体名,氏名,人数\n神戸市,甲社,岡,3\n", "utf-8")
    headings = loaders.list_headings(path)
    assert headings["row"].tolist() == [2] * 4
    assert headings["column"].tolist() == ["市町名", "code", "person", "人数"]
    # two columns could be the body: that is asked
    assert headings["sure"].tolist() == [False, False, False, True]
    columns = dict(zip(headings["heading"], headings["column"], strict=True))
    table = loaders.read_roster(path, columns=columns)
    assert table.loc[0].tolist() == ["神戸市", "甲社", "岡", 3]


def test_headings_that_nobody_knows_are_listed_as_a_guess(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("どこから,だれが\n神戸市,岡\n", "utf-8")
    headings = loaders.list_headings(path)
    assert headings["heading"].tolist() == ["どこから", "だれが"]
    assert not headings["sure"].any()
    table = loaders.read_roster(path, columns={"どこから": "code", "だれが": "person"})
    assert table.to_numpy().tolist() == [["神戸市", "岡"]]
    path.write_text("1,2\n3,4\n", "utf-8")
    with pytest.raises(TableError, match="見出しの行が見つかりません"):
        loaders.list_headings(path)


def test_the_exact_heading_goes_before_one_that_is_only_alike(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text(
        "団体名（略称）,団体名,氏名,氏名（ふりがな）,出席（午前）,出席（午後）\n"
        "姫路,姫路市,青木,あおき,○,\n県,県DX課,岡,おか,,○\n",
        "utf-8",
    )
    headings = loaders.list_headings(path)["heading"]
    columns = dict(zip(headings, headings, strict=True))
    columns |= {"団体名": "code", "氏名": "person"}
    table = read_roster(path, columns=columns)
    assert list(table.columns) == [
        "団体名（略称）", "code", "person", "氏名（ふりがな）", "出席（午前）", "出席（午後）",
    ]  # fmt: skip
    assert table["code"].tolist() == ["姫路市", "県DX課"]
    assert table["出席（午後）"].tolist() == [False, True]
    # other characters of the same heading are the same heading
    plain = {
        heading.replace("（", "(").replace("）", ")"): name for heading, name in columns.items()
    }
    assert read_roster(path, columns=plain)["code"].tolist() == ["姫路市", "県DX課"]


def _write_rows(path, rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)


ANSWERED = (
    ["", "所属", "", "", "出欠", ""],
    ["番号", "団体", "役職", "氏名", "（○×）", "備考"],
    [1, "神戸市", "課長", "見本一子", "○", ""],
    [2, "", "主査", "見本二子", "×", ""],
    [3, "", "主事", "見本三子", "代理", ""],
    [4, "県DX課", "係長", "見本四子", "△", ""],
)


def test_headings_in_two_rows_of_which_none_is_merged_are_one_heading(tmp_path):
    _write_rows(tmp_path / "a.xlsx", ANSWERED)
    headings = loaders.list_headings(tmp_path / "a.xlsx")
    assert dict(zip(headings["heading"], headings["column"], strict=True)) == {
        "団体": "code",
        "役職": "役職",
        "氏名": "person",
        "出欠": "attends",
        "備考": "備考",
    }


def test_a_body_that_is_written_once_is_filled_down_only_where_that_is_asked_for(tmp_path):
    _write_rows(tmp_path / "a.xlsx", ANSWERED)
    with pytest.raises(TableError, match=r"団体が空欄です.*fill_down=True") as error:
        read_roster(tmp_path / "a.xlsx")
    assert [fault.row for fault in error.value.faults] == [4, 5]
    with pytest.warns(TableWarning, match=r"団体が空欄の2行（4行目、5行目）を、上の行と同じ団体"):
        table = read_roster(tmp_path / "a.xlsx", fill_down=True)
    assert table["code"].tolist() == ["神戸市", "神戸市", "県DX課"]


def test_who_does_not_come_is_no_member_and_is_named(tmp_path):
    _write_rows(tmp_path / "a.xlsx", ANSWERED)
    with pytest.warns(TableWarning, match="読めない1人を、出席として読みました.*見本四子: △"):
        table = read_roster(tmp_path / "a.xlsx", fill_down=True)
    assert table["person"].tolist() == ["見本一子", "見本三子", "見本四子"]
    assert "attends" not in table.columns
    assert table.attrs["skipped"] == [{"row": 4, "text": "神戸市 見本二子（出欠: ×）"}]
    assert "見本二子" in table.attrs["receipt"]


def test_a_column_without_a_heading_is_not_dropped_in_silence(tmp_path):
    rows = [["団体名", "氏名", None], ["姫路市", "見本一子", "進行役"]]
    _write_rows(tmp_path / "a.xlsx", rows)
    with pytest.warns(TableWarning, match="見出しのないC列は読みませんでした"):
        table = read_roster(tmp_path / "a.xlsx")
    assert list(table.columns) == ["code", "person"]


def test_a_first_row_of_words_is_no_second_row_of_headings(tmp_path):
    _write_rows(tmp_path / "a.xlsx", [["団体名", "氏名", "役"], ["姫路市", "見本", "主査"]])
    assert read_roster(tmp_path / "a.xlsx").to_numpy().tolist() == [["姫路市", "見本", "主査"]]


@pytest.mark.parametrize(
    "rows",
    [
        [["団体名", "役割", "氏名"], ["県", "担当者", "見本一子"], ["姫路市", "記録", "見本二子"]],
        [["団体名", "氏名", "連絡先"], ["神戸市", "見本一子", "担当者"]],
        [["団体名", "氏名", "役"], ["明石市", "見本", "会社名"]],
    ],
)
def test_a_member_beside_whom_a_word_of_headings_stands_is_a_member(tmp_path, rows):
    _write_rows(tmp_path / "a.xlsx", rows)
    assert read_roster(tmp_path / "a.xlsx").to_numpy().tolist() == rows[1:]


def test_who_stays_away_from_the_party_is_a_member_of_the_meeting(tmp_path):
    rows = [["団体名", "氏名", "出欠（懇親会）", "出欠"], ["姫路市", "見本一子", "×", "○"]]
    _write_rows(tmp_path / "a.xlsx", rows)
    table = read_roster(tmp_path / "a.xlsx")
    assert table["person"].tolist() == ["見本一子"]
    assert "出欠（懇親会）" in table.columns
    both = [["団体名", "氏名", "出欠", "出欠確認"], ["姫路市", "見本一子", "○", "×"]]
    _write_rows(tmp_path / "b.xlsx", both)
    assert "出欠確認" in read_roster(tmp_path / "b.xlsx").columns


@pytest.mark.parametrize(
    "answer", ["不可", "X", "✖", "ご欠席", "(欠)", "（欠席）", "欠席（所用）", "不参加です"]
)
def test_a_no_is_a_no_however_it_is_written(tmp_path, answer):
    rows = [["団体名", "氏名", "出欠"], ["姫路市", "見本一子", answer], ["県", "見本二子", "可"]]
    _write_rows(tmp_path / "a.xlsx", rows)
    assert read_roster(tmp_path / "a.xlsx")["person"].tolist() == ["見本二子"]
    _write_rows(tmp_path / "b.xlsx", rows[:2])
    with pytest.raises(TableError, match="出欠が × の人だけで"):
        read_roster(tmp_path / "b.xlsx")


def test_only_a_row_with_a_person_is_filled_down(tmp_path):
    rows = [["団体名", "氏名", "備考"], ["姫路市", "見本一子", None], [None, None, "遅れて来る"],
            [None, "以上", None]]  # fmt: skip
    _write_rows(tmp_path / "a.xlsx", rows)
    with pytest.raises(TableError, match="団体が空欄です") as error:
        read_roster(tmp_path / "a.xlsx", fill_down=True)
    assert [fault.row for fault in error.value.faults] == [3]


def _write_parted_list(path, heading="市町・団体名"):
    """Write a cover sheet, and a list with a date above it and lines between its parts."""
    book = openpyxl.Workbook()
    book.active.append(["各市町DX担当課長　様"])
    sheet = book.create_sheet("名簿")
    sheet.append([None, None, "作成日", date(2026, 11, 20)])
    sheet.append(["番号", heading, "お名前", "担当歴\n（年）"])
    for row in (["【播磨】"], [1, "姫路市", "見本一子", 3], [2, "協会", "協会", 1],
                ["【但馬】"], [3, "豊岡市", None, 2], [4, "香美町", "見本二子", 5],
                [None, "■県", None, None], [5, "県 DX課", "見本三子", 0]):  # fmt: skip
        sheet.append(row)
    for row in (3, 6):
        sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=4)
    book.save(path)


def test_a_line_between_parts_of_a_list_is_no_member(tmp_path):
    _write_parted_list(tmp_path / "a.xlsx")
    with pytest.warns(TableWarning, match=r"氏名が空欄の1行（7行目「豊岡市」）も、1人と数えました"):
        table = read_roster(tmp_path / "a.xlsx")
    assert table["code"].tolist() == ["姫路市", "協会", "豊岡市", "香美町", "県 DX課"]
    # a text merged over four cells is said once
    assert [note["text"] for note in table.attrs["skipped"]] == ["【播磨】", "【但馬】", "■県"]
    # a heading is broken into lines only because its column is narrow
    assert table["担当歴（年）"].tolist() == [3, 1, 2, 5, 0]


@pytest.mark.parametrize(
    ("heading", "column"),
    [
        ("市町・団体名", "code"),
        ("団体名／所属", "code"),
        ("機関名又は会社名", "code"),
        ("団体・氏名", "団体・氏名"),
        ("市町の長", "市町の長"),
    ],
)
def test_headings_that_join_two_words_for_bodies_are_bodies(tmp_path, heading, column):
    path = tmp_path / "a.csv"
    path.write_text(f"{heading},お名前\n姫路市,見本一子\n", "utf-8")
    assert loaders.list_headings(path)["column"].tolist() == [column, "person"]


def test_a_date_above_a_list_is_no_row_of_headings(tmp_path):
    _write_parted_list(tmp_path / "a.xlsx", heading="どちらから")
    headings = loaders.list_headings(tmp_path / "a.xlsx")
    assert headings["row"].tolist() == [2] * 3
    assert headings["heading"].tolist() == ["どちらから", "お名前", "担当歴（年）"]
    # what stands below tells which is the body
    assert headings["examples"].tolist() == ["姫路市、協会", "見本一子、協会", "3、1"]
