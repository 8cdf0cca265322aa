"""Forty forms go out and come back whole, or with every fault of every file in one report."""

import shutil
import warnings
import zipfile

import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import dxkit
from dxkit import loaders
from dxkit.errors import ChoiceError, TableError, TableWarning
from dxkit.schema import VALUE_LABELS, plain_cell, safe_cell

ITEMS = [
    str(item) for item in dxkit.load("indicators_hearing").dropna(subset=["question"])["indicator"]
]
BACK = VALUE_LABELS["status"]
# the row of the headings on a sheet of answers: printed forms are laid out by it
HEAD_ROW = 7
LEVEL, TARGET, STATUS, EVIDENCE = "E", "F", "G", "H"
FIRST = HEAD_ROW + 1
quiet = pytest.mark.filterwarnings("ignore::dxkit.errors.TableWarning")


def _fill(path, answers, code=""):
    """Type answers into a form as an interviewer would."""
    book = openpyxl.load_workbook(path)
    sheet = book[f"回答{code}"]
    given = answers.set_index("item")
    for at, item in enumerate(ITEMS):
        row, answer = FIRST + at, given.loc[item]
        if answer["status"] == "answered":
            sheet[f"{LEVEL}{row}"] = int(answer["level"])
            sheet[f"{TARGET}{row}"] = None if pd.isna(answer["target"]) else int(answer["target"])
            sheet[f"{EVIDENCE}{row}"] = None if pd.isna(answer["evidence"]) else answer["evidence"]
        else:
            sheet[f"{STATUS}{row}"] = BACK[answer["status"]]
    book.save(path)


@pytest.fixture(scope="module")
def example():
    return dxkit.load("hearing_example")


@pytest.fixture(scope="module")
def forms(example, tmp_path_factory):
    """All forms of the invented hearing: 40 municipalities and five interviewers' fictional towns."""
    folder = tmp_path_factory.mktemp("forms")
    names = dxkit.load("municipalities").set_index("code")["name"]
    for code, answers in example[example["code"].str.startswith("28")].groupby("code"):
        path = loaders.write_hearing_form(
            folder / f"{code}.xlsx", municipality=names[code], rater=answers["rater"].iloc[0]
        )
        _fill(path, answers)
    for rater, answers in example[example["code"].str.startswith("V")].groupby("rater"):
        path = loaders.write_hearing_form(folder / f"{rater}.xlsx", rater=rater, vignettes=True)
        for code in ("V1", "V2"):
            _fill(path, answers[answers["code"] == code], code)
    return folder


@pytest.fixture
def form(tmp_path):
    """One form in which every item is answered with 2."""
    path = loaders.write_hearing_form(
        tmp_path / "姫路市.xlsx", municipality="姫路市", rater="連絡員A"
    )
    book = openpyxl.load_workbook(path)
    for row in range(FIRST, FIRST + len(ITEMS)):
        book["回答"][f"{LEVEL}{row}"] = 2
    book.save(path)
    return path


def _change(path, change):
    book = openpyxl.load_workbook(path)
    change(book)
    book.save(path)


def test_all_forms_come_back_as_they_were_filled_in(forms, example):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        table = loaders.read_hearing(forms)
    order = ["code", "rater", "item"]
    columns = ["code", "item", "rater", "level", "target", "status", "evidence"]
    ours = table[columns].sort_values(order, ignore_index=True)
    theirs = example[columns].sort_values(order, ignore_index=True)
    pd.testing.assert_frame_equal(ours, theirs, check_dtype=False)
    assert len(table) == 40 * len(ITEMS) + 5 * 2 * len(ITEMS)
    assert table.attrs["missing_codes"] == []


def test_answers_of_the_year_before_are_filled_in_and_come_back(example, tmp_path):
    loaders.write_hearing_form(
        tmp_path / "a.xlsx", municipality="姫路市", answers=example.assign(evidence="=1+1")
    )
    loaders.write_hearing_form(
        tmp_path / "b.xlsx", rater="連絡員A", vignettes=True, answers=example
    )
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert {
        book["回答"][f"{EVIDENCE}{row}"].data_type for row in range(FIRST, FIRST + len(ITEMS))
    } == {"s"}
    book["回答"]["C4"] = "連絡員A"
    book.save(tmp_path / "a.xlsx")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        table = loaders.read_hearing(tmp_path)
    given = example[
        (example["code"] == "28201")
        | ((example["rater"] == "連絡員A") & example["code"].str.startswith("V"))
    ]
    columns = ["code", "item", "level", "target", "status"]
    order = ["code", "item"]
    pd.testing.assert_frame_equal(
        table[columns].sort_values(order, ignore_index=True),
        given[columns].sort_values(order, ignore_index=True),
        check_dtype=False,
    )


def test_the_form_has_drop_downs_protection_and_the_stages_beside_it(tmp_path):
    book = openpyxl.load_workbook(loaders.write_hearing_form(tmp_path / "a.xlsx"))
    assert book.sheetnames == ["回答", "段階の説明", "様式"]
    assert book["様式"].sheet_state == "hidden"
    sheet = book["回答"]
    rules = {str(rule.sqref): rule.formula1 for rule in sheet.data_validations.dataValidation}
    last = HEAD_ROW + len(ITEMS)
    assert rules[f"E{FIRST}:F{last}"] == '"0,1,2,3,4,5"'
    assert rules[f"G{FIRST}:G{last}"] == '"回答,回答なし,不明,対象外"'
    assert rules["C3"] == "様式!$D$1:$D$40"
    assert sheet.protection.sheet
    assert sheet[f"D{FIRST}"].protection.locked
    assert not any(
        sheet[f"{column}{row}"].protection.locked
        for column in "EFGH"
        for row in range(FIRST, last + 1)
    )
    assert "空欄は 0 ではありません" in sheet["A2"].value
    assert sheet.page_setup.paperSize == 9


def test_every_item_has_six_different_stages_that_fit_a_cell():
    stages = dxkit.load("indicators_hearing").dropna(subset=["question"]).filter(like="level_")
    assert stages.notna().all(axis=None)
    assert all(row.nunique() == 6 for _, row in stages.iterrows())
    assert stages.map(len).max(axis=None) <= 45


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"municipality": "神戸市"}, "対象外"),
        ({"municipality": "東播磨市"}, "東播磨市"),
        ({"vignettes": True}, "rater="),
        ({"vignettes": True, "rater": "A", "municipality": "姫路市"}, "rater="),
        ({"answers": dxkit.load("hearing_example")}, "municipality="),
        ({"vignettes": True, "rater": "連絡員A", "answers": dxkit.load("hearing_example").iloc[[-1, -1]].assign(rater="連絡員A", code="V1")},
         "答えが2つ"),
    ],
)  # fmt: skip
def test_a_form_that_makes_no_sense_is_not_written(tmp_path, options, said):
    with pytest.raises(ChoiceError, match=said):
        loaders.write_hearing_form(tmp_path / "a.xlsx", **options)
    with pytest.raises(ChoiceError, match="xlsx"):
        loaders.write_hearing_form(tmp_path / "a.xls")
    assert list(tmp_path.iterdir()) == []


def test_a_name_that_two_municipalities_of_japan_bear_is_not_guessed(tmp_path):
    # 府中市 lies in 東京都 and in 広島県
    with pytest.raises(ChoiceError, match="府中市という市町は2つあります。prefecture= に都道府県"):
        loaders.write_hearing_form(tmp_path / "a.xlsx", municipality="府中市", prefecture=None)
    assert list(tmp_path.iterdir()) == []
    path = loaders.write_hearing_form(
        tmp_path / "a.xlsx", municipality="府中市", prefecture="広島県"
    )
    assert openpyxl.load_workbook(path)["回答"]["C3"].value == "府中市"


def test_a_form_is_known_by_its_hidden_sheet_also_where_somebody_has_shown_it(tmp_path):
    path = loaders.write_hearing_form(tmp_path / "a.xlsx", municipality="姫路市")
    with pytest.raises(TableError, match="空欄です") as hidden:
        loaders.read_hearing(path)
    book = openpyxl.load_workbook(path)
    book["様式"].sheet_state = "visible"
    book.save(path)
    with pytest.raises(TableError, match="空欄です") as shown:
        loaders.read_hearing(path)
    # the form is empty; that is all there is to say in either case
    assert str(hidden.value) == str(shown.value)
    assert "聞き取り者が空欄です" in str(shown.value)


def _set(cell, value):
    return lambda book: book["回答"].__setitem__(cell, value)


def _two(first, second):
    return lambda book: (first(book), second(book))


def _rename(book):
    book["回答"].title = "回答（記入済み）"


def _old_version(book):
    book["様式"]["A1"] = "兵庫県DXヒアリング 2025-1"


def _copied_row(book):
    for column in "ABCD":
        book["回答"][f"{column}{FIRST + len(ITEMS)}"] = book["回答"][f"{column}{FIRST}"].value
    book["回答"][f"{LEVEL}{FIRST + len(ITEMS)}"] = 1


E1, F1, G1 = f"E{FIRST}", f"F{FIRST}", f"G{FIRST}"
# name → (change, words of the fault)
DAMAGE = {
    "a deleted row": (lambda book: book["回答"].delete_rows(FIRST + 2), "消えています"),
    "an added row": (lambda book: book["回答"].insert_rows(FIRST + 2) or book["回答"].__setitem__(f"D{FIRST + 2}", "ほかに困ること"), "様式にない行"),
    "a row twice": (_copied_row, "2つあります"),
    "an item's code typed over": (_set(f"B{FIRST}", "v_goals"), "v_goals"),
    "an answer as a sentence": (_set(E1, "3くらい"), "3くらい"),
    "two answers": (_set(E1, "2,3"), "2つ以上"),
    "a range of answers": (_set(E1, "2〜3"), "2つ以上"),
    "half a level": (_set(E1, 2.5), "整数では"),
    "a level above the highest": (_set(E1, 7), "値「7」"),
    "a level below zero": (_set(E1, -1), "値「-1」"),
    "a date for a level": (_set(E1, pd.Timestamp("2026-02-03").to_pydatetime()), "2026-02-03"),
    "a target that is none": (_set(F1, "できるだけ"), "できるだけ"),
    "a status that is not offered": (_set(G1, "たぶん"), "選択肢にありません"),
    "refused and answered": (_set(G1, "回答なし"), "なのに現状"),
    "answered without an answer": (_two(_set(E1, None), _set(G1, "回答")), "現状が空欄"),
    "neither answer nor status": (_set(E1, None), "空欄は 0 ではありません"),
    "a formula for evidence": (_set(f"H{FIRST}", '=HYPERLINK("http://example.invalid","見る")'), "数式"),
    "a formula for a level": (_set(E1, "=1+1"), "数式"),
    "no interviewer": (_set("C4", None), "聞き取り者が空欄"),
    "no municipality": (_set("C3", None), "市町名が空欄"),
    "a municipality that is not there": (_set("C3", "東播磨市"), "東播磨市"),
    "Kobe": (_set("C3", "神戸市"), "対象外"),
    "a renamed sheet": (_rename, "シート「回答」がありません"),
    "an older version": (_old_version, "版が違います"),
    "a form without its mark": (lambda book: book.remove(book["様式"]), "聞き取り票ではありません"),
    "a lost heading": (_set(f"E{HEAD_ROW}", "今"), "見出しの行"),
    "merged answers": (lambda book: book["回答"].merge_cells(f"E{FIRST}:G{FIRST}"), "選択肢にありません"),
}  # fmt: skip


@quiet
@pytest.mark.parametrize("name", DAMAGE)
def test_a_damaged_form_is_refused_with_the_place_and_what_to_do(form, name):
    change, said = DAMAGE[name]
    _change(form, change)
    with pytest.raises(TableError, match=said) as caught:
        loaders.read_hearing(form)
    assert all(fault.file == "姫路市.xlsx" and fault.remedy for fault in caught.value.faults)


@quiet
def test_forty_odd_answers_of_one_form_are_all_named_at_once_each_with_its_cell(form):
    odd = ["3くらい", "2,3", "2〜3", 2.5, 7, -1, "未定", "たぶん", "三", "2か3"]
    places = [(LEVEL, FIRST + at) for at in range(len(ITEMS))]
    places += [("F", FIRST + at) for at in range(40 - len(ITEMS))]
    cells = {place: odd[at % len(odd)] for at, place in enumerate(places)}
    assert len(cells) == 40

    def type_odd(book):
        for (column, row), value in cells.items():
            book["回答"][f"{column}{row}"] = value

    _change(form, type_odd)
    with pytest.raises(TableError, match="40件の問題") as caught:
        loaders.read_hearing(form)
    faults = caught.value.faults
    assert sorted(fault.row for fault in faults) == sorted(row for _, row in cells)
    assert all(fault.remedy and fault.sheet == "回答" for fault in faults)


@quiet
def test_files_that_are_no_forms_are_refused(form, tmp_path):
    content = form.read_bytes()
    cases = {
        "cut.xlsx": (content[: len(content) // 2], "壊れて"),
        "locked.xlsx": (
            b"\xd0\xcf\x11\xe0" + b"0" * 600 + "EncryptedPackage".encode("utf-16-le"),
            "パスワード付き",
        ),
        "empty.xlsx": (b"", "空です"),
        "text.xlsx": ("市町名,数\n".encode(), "開けません"),
    }
    for name, (bytes_, said) in cases.items():
        (tmp_path / name).write_bytes(bytes_)
        with pytest.raises(TableError, match=said):
            loaders.read_hearing(tmp_path / name)
    shutil.copy(form, tmp_path / "macro.xlsm")
    with zipfile.ZipFile(tmp_path / "macro.xlsm", "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"macro")
    with pytest.raises(TableError, match="マクロ付き"):
        loaders.read_hearing(tmp_path / "macro.xlsm")


@quiet
def test_all_faults_of_all_files_come_in_one_report(forms, tmp_path):
    folder = shutil.copytree(forms, tmp_path / "forms")
    broken = {
        "28201": "two answers",
        "28204": "Kobe",
        "28464": "a deleted row",
        "28586": "an older version",
    }
    for code, name in broken.items():
        _change(folder / f"{code}.xlsx", DAMAGE[name][0])
    shutil.copy(folder / "28202.xlsx", folder / "28202 (コピー).xlsx")
    (folder / "28205.xlsx").write_bytes(b"PK\x03\x04 broken")
    with pytest.raises(TableError, match="件の問題") as caught:
        loaders.read_hearing(folder)
    files = {fault.file for fault in caught.value.faults}
    assert files == {*(f"{code}.xlsx" for code in broken), "28202.xlsx", "28205.xlsx"}
    assert "尼崎市」の様式が2つ" in str(caught.value)


def test_what_is_passed_over_is_named(form, tmp_path):
    (tmp_path / "~$姫路市.xlsx").write_bytes(b"lock")
    (tmp_path / "メモ.txt").write_text("x", encoding="utf-8")
    (tmp_path / "去年").mkdir()
    _change(form, lambda book: book.create_sheet("担当者メモ"))
    with pytest.warns(TableWarning) as told:
        table = loaders.read_hearing(tmp_path)
    said = " ".join(str(each.message) for each in told)
    for name in ("~$姫路市.xlsx", "メモ.txt", "去年", "担当者メモ", "様式のない市町が39"):
        assert name in said
    assert set(table["code"]) == {"28201"}
    assert len(table.attrs["missing_codes"]) == 39


def test_a_target_below_the_level_is_pointed_out_but_read(form):
    _change(form, _set(F1, 1))
    with pytest.warns(TableWarning, match="目標が現状より低い"):
        table = loaders.read_hearing([form])
    assert table.set_index("item").loc[ITEMS[0], "target"] == 1


@quiet
def test_sheets_in_another_order_and_hidden_rows_change_nothing(form):
    def change(book):
        book.move_sheet("回答", offset=2)
        book["回答"].row_dimensions[FIRST + 1].hidden = True

    _change(form, change)
    assert len(loaders.read_hearing(form)) == len(ITEMS)


def test_an_empty_folder_says_what_is_missing(tmp_path):
    with pytest.raises(TableError, match="1つもありません"):
        loaders.read_hearing(tmp_path)


@quiet
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(level=st.integers(0, 5), form_of=st.sampled_from(["{}", " {} ", "{}.0", "wide"]))
def test_a_level_is_understood_however_it_is_typed(form, level, form_of):
    typed = "０１２３４５"[level] if form_of == "wide" else form_of.format(level)
    _change(form, _set(E1, float(typed) if typed.endswith(".0") else typed))
    assert loaders.read_hearing(form)["level"].iloc[0] == level


@quiet
def test_text_that_looks_like_a_formula_is_kept_as_text(form):
    def change(book):
        cell = book["回答"][f"H{FIRST}"]
        cell.value, cell.data_type = "=1+1 と書いてあった", "s"

    _change(form, change)
    assert loaders.read_hearing(form)["evidence"].iloc[0] == "=1+1 と書いてあった"


@given(
    st.one_of(
        st.text(max_size=8),
        st.sampled_from(["=1", "+1", "-1", "@a", "'=1", "''", "\t=1"]),
        st.integers(),
        st.none(),
    )
)
def test_a_cell_survives_the_way_out_and_back_and_never_runs(value):
    out = safe_cell(value)
    assert not (isinstance(out, str) and out.startswith(("=", "+", "-", "@", "\t", "\r")))
    assert plain_cell(out) == value


@pytest.mark.parametrize("name", ["a.csv", "a.xlsx"])
def test_no_cell_of_an_export_is_a_formula(tmp_path, name):
    table = pd.DataFrame(
        {
            "code": ["28201"] * 4,
            "=head": ['=HYPERLINK("x")', "+1", "-1+2", "@SUM(A1)"],
            "n": [1.5, None, -2, 3],
        }
    )
    path = loaders.write_table(table, tmp_path / name)
    if name.endswith("csv"):
        rows = pd.read_csv(path, dtype=str, encoding="utf-8-sig").to_numpy().tolist()
    else:
        sheet = openpyxl.load_workbook(path).active
        assert not any(cell.data_type == "f" for row in sheet.iter_rows() for cell in row)
        rows = [list(row) for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert [plain_cell(row[1]) for row in rows] == table["=head"].tolist()
    assert all(row[1].startswith("'") for row in rows)
    assert sorted(path.name for path in tmp_path.iterdir()) == [name]


def test_an_export_to_another_kind_of_file_is_refused(tmp_path):
    with pytest.raises(ChoiceError, match=r"\.csv"):
        loaders.write_table(pd.DataFrame({"a": [1]}), tmp_path / "a.doc")
