"""Every form goes out empty, comes back filled, and says of each odd answer where it is, all at once."""

import openpyxl
import pandas as pd
import pytest

import dxkit
from dxkit.errors import ChoiceError, TableError, TableWarning
from dxkit.loaders import read_form, write_form
from dxkit.schema import is_made

COLUMNS = dxkit.load("form_columns")
FORMS = list(dict.fromkeys(COLUMNS["form"]))
HEAD_ROW = 4
# an entry that can be read, by kind of column; choices and lists take their first
GOOD = {"municipality": "姫路市", "date": "2026-10-01", "integer": 1, "number": 0.5, "text": "甲"}
FIRST_OF_LIST = {
    "system": ("systems", "system"),
    "portal_item": ("portal_items", "label"),
    "role": ("talent_roles", "label"),
    "skill": ("talent_skills", "label"),
    "topic": ("topics", "label"),
}
# what people type where something else is meant, and what they are told
ODD = {
    "municipality": [
        ("ひめじ市役所", "市"),
        ("大阪市", "兵庫県の市町ではありません"),
        ("28202 姫路市", "28202"),
    ],
    "date": [
        ("来年の秋", "日付ではありません"),
        ("2026年10月", "日付ではありません"),
        ("2026-02-30", "日付ではありません"),
        ("10/1", "日付ではありません"),
        ("2026-10-01〜2027-01-04", "日付ではありません"),
    ],
    "integer": [
        ("約5", "数"),
        ("3〜4", "数ではありません"),
        (2.5, "整数ではありません"),
        (-1, "範囲にありません"),
        ("未定", "数ではありません"),
    ],
    "number": [("たくさん", "数ではありません"), (-0.1, "範囲にありません"), ("2,3", "")],
    "choice": [("どちらでも", "選択肢にありません"), ("はい いいえ", "選択肢にありません")],
    "system": [("介護", "選択肢にありません"), ("全部", "選択肢にありません")],
    "portal_item": [("トップページ", "選択肢にありません")],
    "role": [("課長", "選択肢にありません")],
    "skill": [("英語", "選択肢にありません")],
    "topic": [("料理", "選択肢にありません")],
}


def columns_of(form):
    return COLUMNS[COLUMNS["form"] == form].reset_index(drop=True)


def good_entry(row):
    if row["kind"] == "choice":
        return row["choices"].split("、")[0]
    if row["kind"] in FIRST_OF_LIST:
        table, label = FIRST_OF_LIST[row["kind"]]
        return dxkit.load(table)[label].iloc[0]
    return GOOD[row["kind"]]


def fill(path, entries):
    """Type entries into a form: one dict a row, column number → what is typed."""
    book = openpyxl.load_workbook(path)
    for place, entry in enumerate(entries, start=HEAD_ROW + 1):
        for number, value in entry.items():
            book["記入"].cell(place, number).value = value
    book.save(path)
    return path


def good_row(form, number):
    """A row that can be read, told from the others by its keys."""
    entry = {}
    towns = dxkit.load("municipalities")["name"]
    for position, row in columns_of(form).iterrows():
        entry[position + 1] = good_entry(row)
        if row["is_key"] and row["kind"] == "municipality":
            entry[position + 1] = towns.iloc[number % 41]
        elif row["is_key"] and row["kind"] == "text":
            entry[position + 1] = f"甲{number}"
    return entry


@pytest.mark.parametrize("form", FORMS)
def test_a_form_that_is_filled_in_comes_back_row_by_row(tmp_path, form):
    path = fill(write_form(tmp_path / "a.xlsx", form), [good_row(form, at) for at in range(3)])
    table = read_form(path, form)
    assert len(table) == 3
    assert list(table.columns) == [*columns_of(form)["column"], "file"]
    assert table.attrs["form"] == form
    assert not is_made(table)
    for row in columns_of(form).to_dict("records"):
        cell = table[row["column"]].iloc[0]
        if row["kind"] == "municipality":
            assert cell in set(dxkit.load("municipalities")["code"])
        elif row["kind"] == "date":
            assert cell == pd.Timestamp("2026-10-01")


@pytest.mark.parametrize("form", FORMS)
def test_forty_odd_answers_are_told_of_all_at_once_each_with_its_place(tmp_path, form):
    # a good row for each odd answer, in which one cell is odd
    columns = columns_of(form)
    odd = [
        (position, row["heading"], value, words)
        for position, row in columns.iterrows()
        for value, words in ODD.get(row["kind"], [])
    ]
    odd += [
        (position, row["heading"], None, "空欄です")
        for position, row in columns.iterrows()
        if row["required"]
    ]
    odd = (odd * 40)[:40]
    entries = []
    for number, (position, _, value, _) in enumerate(odd):
        entry = good_row(form, number)
        entry[position + 1] = value
        entries.append(entry)
    path = fill(write_form(tmp_path / "a.xlsx", form, blank_rows=40), entries)
    with pytest.raises(TableError, match="40件の問題") as caught:
        read_form(path)
    told = {(fault.row, fault.column): fault for fault in caught.value.faults}
    for number, (_, heading, value, words) in enumerate(odd):
        fault = told[HEAD_ROW + 1 + number, heading]
        assert words in str(fault)
        assert (fault.file, fault.sheet) == ("a.xlsx", "記入")
        assert fault.remedy
        assert value is None or str(fault.value) == str(value)


def test_rows_filled_in_beforehand_come_back_and_stay_invented(tmp_path):
    rows = pd.DataFrame(
        {
            "code": ["28201", "28202"],
            "system": "戸籍",
            "cutover_date": [pd.Timestamp("2027-01-04"), None],
        }
    )
    plain = read_form(write_form(tmp_path / "plain.xlsx", "cutover", rows=rows))
    assert plain["code"].tolist() == ["28201", "28202"]
    assert plain["cutover_date"].isna().tolist() == [False, True]
    assert not is_made(plain)
    rows.attrs = {"made": True, "kind": "made"}
    path = write_form(tmp_path / "made.xlsx", "cutover", rows=rows)
    assert is_made(read_form(path))
    assert "架空データ" in openpyxl.load_workbook(path)["記入"]["A1"].value
    with pytest.raises(TableError, match="列「color」: 様式「標準化 切替の様式」にない列"):
        write_form(tmp_path / "b.xlsx", "cutover", rows=rows.assign(color="red"))


def test_dates_may_be_typed_in_any_of_the_usual_ways(tmp_path):
    ways = [
        "2026-10-01",
        "2026/10/1",
        "２０２６．１０．１",
        "令和8年10月1日",
        "2026年10月1日",
        pd.Timestamp("2026-10-01"),
    ]
    towns = dxkit.load("municipalities")["name"]
    entries = [{1: towns.iloc[at], 2: "戸籍", 3: way} for at, way in enumerate(ways)]
    table = read_form(fill(write_form(tmp_path / "a.xlsx", "cutover"), entries))
    assert set(table["cutover_date"]) == {pd.Timestamp("2026-10-01")}


def test_two_rows_of_one_key_are_told_of_across_files(tmp_path):
    entry = {1: "姫路市", 2: "戸籍"}
    fill(write_form(tmp_path / "a.xlsx", "cutover"), [entry])
    fill(write_form(tmp_path / "b.xlsx", "cutover"), [{1: "尼崎市", 2: "戸籍"}, entry])
    with pytest.raises(TableError, match=r"もう1つは「a\.xlsx」の5行目") as caught:
        read_form(tmp_path)
    (fault,) = caught.value.faults
    assert (fault.file, fault.row, fault.value) == ("b.xlsx", 6, "28201・戸籍")


def test_what_is_no_form_another_form_or_an_old_version_is_refused(tmp_path):
    book = openpyxl.Workbook()
    book.active["A1"] = "姫路市"
    book.save(tmp_path / "own.xlsx")
    other = write_form(tmp_path / "other.xlsx", "school")
    old = write_form(tmp_path / "old.xlsx", "cutover")
    book = openpyxl.load_workbook(old)
    book["様式"]["A1"] = "dxkit 様式 2025-1"
    book.save(old)
    with pytest.raises(TableError, match="3件の問題") as caught:
        read_form([tmp_path / "own.xlsx", other, old], "cutover")
    problems = [fault.problem for fault in caught.value.faults]
    assert problems[0] == "配布した様式ではありません"
    assert problems[1].startswith("ほかの様式です（校務支援")
    assert problems[2].startswith("様式の版が違います")
    with pytest.raises(ChoiceError, match="使える様式: cutover（標準化 切替の様式）、characters"):
        write_form(tmp_path / "a.xlsx", "cut")
    with pytest.raises(ChoiceError, match="xlsx にして"):
        write_form(tmp_path / "a.xls", "cutover")
    with pytest.raises(TableError, match="1つも"):
        read_form(write_form(tmp_path / "empty.xlsx", "cutover"))


def test_a_formula_is_no_answer_and_text_stays_text(tmp_path):
    path = fill(write_form(tmp_path / "a.xlsx", "cutover"), [{1: "姫路市", 2: "戸籍", 5: "=1+1"}])
    with pytest.raises(TableError, match="数式"):
        read_form(path)
    rows = pd.DataFrame({"code": ["28201"], "system": ["戸籍"], "vendor": ["=1+1"]})
    path = write_form(tmp_path / "b.xlsx", "cutover", rows=rows)
    assert openpyxl.load_workbook(path)["記入"]["E5"].data_type == "s"
    assert read_form(path)["vendor"].tolist() == ["=1+1"]


def test_other_files_of_a_folder_are_named(tmp_path):
    fill(write_form(tmp_path / "a.xlsx", "cutover"), [{1: "姫路市", 2: "戸籍"}])
    (tmp_path / "memo.txt").write_text("めも", encoding="utf-8")
    with pytest.warns(TableWarning, match="memo.txt"):
        assert len(read_form(tmp_path)) == 1


def test_drop_downs_offer_what_may_be_chosen(tmp_path):
    book = openpyxl.load_workbook(write_form(tmp_path / "a.xlsx", "cutover"))
    rules = {
        str(rule.sqref): rule.formula1 for rule in book["記入"].data_validations.dataValidation
    }
    marks = book["様式"]
    assert rules["A5:A34"] == "様式!$D$1:$D$41"
    assert [marks.cell(row, 5).value for row in range(1, 21)] == dxkit.load("systems")[
        "system"
    ].tolist()
    assert [marks.cell(row, 6).value for row in range(1, 4)] == ["なし", "申請中", "認められた"]
