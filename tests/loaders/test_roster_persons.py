"""However an office writes several persons of one body, each is a member; what is guessed is said."""

import warnings

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.styles import Font

from dxkit.errors import TableError, TableWarning
from dxkit.loaders import list_headings, read_roster

NAMES = ("青木 花子", "伊藤 健", "上田 真", "江口 涼", "岡 悠")
MEMBERS = [("神戸市", NAMES[0]), ("神戸市", NAMES[1]), ("姫路市", NAMES[2])]


def write_list(folder, rows, change=None):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    if change:
        change(book.active)
    path = folder / "名簿.xlsx"
    book.save(path)
    return path


def read_list(folder, rows, change=None, **options):
    path = write_list(folder, rows, change)
    with warnings.catch_warnings(record=True) as remarks:
        warnings.simplefilter("always", TableWarning)
        table = read_roster(path, **options)
    members = list(table[["code", "person"]].itertuples(index=False, name=None))
    return table, members, [str(remark.message) for remark in remarks]


@pytest.mark.parametrize(
    "heads",
    [
        ("出席者1", "出席者2"),
        ("出席者①", "出席者②"),
        ("氏名（1）", "氏名（2）"),
        ("出席者", "出席者2"),
        ("1人目", "2人目"),
        ("１人目の氏名", "２人目の氏名"),
    ],
)
def test_persons_side_by_side_are_a_member_each(tmp_path, heads):
    rows = [
        ("団体名", *heads, "備考"),
        ("神戸市", *NAMES[:2], "車"),
        ("姫路市", NAMES[2], None, None),
    ]
    table, members, remarks = read_list(tmp_path, rows)
    assert members == MEMBERS
    assert table["備考"].tolist()[:2] == ["車", "車"]
    assert len(remarks) == 1
    assert (
        "1行に何人か書かれた1行を、1人1行に分けました（2行目「青木 花子、伊藤 健」）" in remarks[0]
    )
    listed = list_headings(tmp_path / "名簿.xlsx").set_index("heading")
    assert (listed.loc[list(heads), "column"] == "person").all()
    assert listed.loc[list(heads), "sure"].all()


@pytest.mark.parametrize("between", ["、", "，", "\n", "／", " , "])
def test_persons_in_one_cell_are_a_member_each(tmp_path, between):
    rows = [("団体名", "氏名"), ("神戸市", between.join(NAMES[:2])), ("姫路市", NAMES[2])]
    _, members, remarks = read_list(tmp_path, rows)
    assert members == MEMBERS
    assert "1人1行に分けました（2行目" in remarks[0]


def test_a_bracket_behind_a_name_is_no_second_person(tmp_path):
    rows = [("団体名", "氏名"), ("神戸市", "青木 花子（課長、代理）"), ("姫路市", "伊藤・健")]
    _, members, remarks = read_list(tmp_path, rows)
    assert members == [("神戸市", "青木 花子（課長、代理）"), ("姫路市", "伊藤・健")]
    assert remarks == []


@pytest.mark.parametrize("heads", [("姓", "名"), ("氏", "名"), ("苗字", "名前")])
def test_surname_and_first_name_are_one_name(tmp_path, heads):
    rows = [("団体名", *heads), ("神戸市", "青木", "花子"), ("姫路市", "伊藤", None)]
    _, members, remarks = read_list(tmp_path, rows)
    assert members == [("神戸市", "青木 花子"), ("姫路市", "伊藤")]
    assert remarks == []


def test_columns_of_persons_that_only_the_user_knows_are_read_as_such(tmp_path):
    rows = [("団体名", "担当者", "出席者"), ("神戸市", *NAMES[:2]), ("姫路市", NAMES[2], None)]
    with pytest.raises(TableError, match=r"「氏名」にあたる見出しが2つあります"):
        read_roster(write_list(tmp_path, rows))
    columns = {"担当者": "person", "出席者": "person"}
    assert read_list(tmp_path, rows, columns=columns)[1] == MEMBERS
    # numbered columns may be something else, too, where the user says so
    rows = [("団体名", "出席者1", "出席者2"), ("神戸市", "青木", "伊藤"), ("姫路市", "上田", None)]
    columns = {"出席者1": "person", "出席者2": "随行"}
    table, members, _ = read_list(tmp_path, rows, columns=columns)
    assert members == [("神戸市", "青木"), ("姫路市", "上田")]
    assert table["随行"].tolist()[0] == "伊藤"


@pytest.mark.parametrize(
    "others", ["他2名", "ほか2名", "外３人", "他", "他二名", "ほか数名", "他 10名程度"]
)
@pytest.mark.parametrize("between", ["、", " ", "　", "\n"])
def test_people_without_a_name_are_said_and_not_seated(tmp_path, others, between):
    rows = [("団体名", "氏名"), ("神戸市", f"青木 花子{between}{others}"), ("姫路市", "伊藤 健")]
    _, members, remarks = read_list(tmp_path, rows)
    assert members == [("神戸市", "青木 花子"), ("姫路市", "伊藤 健")]
    assert "名前のない人は読みませんでした（2行目「" in remarks[0]


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("外山 他美", "外山 他美"),
        ("外一郎", "外一郎"),
        ("他田 ほか", "他田"),
        ("青木 外", "青木"),
        ("外", ""),
    ],
)
def test_a_name_that_begins_like_others_stays_and_others_alone_are_no_name(tmp_path, written, name):
    rows = [("団体名", "氏名"), ("神戸市", written), ("姫路市", "伊藤")]
    _, members, remarks = read_list(tmp_path, rows)
    assert members == [("神戸市", name), ("姫路市", "伊藤")]
    assert any("名前のない人" in remark for remark in remarks) is (name != written)


def test_what_is_said_of_one_person_of_a_row_is_not_said_of_the_others(tmp_path):
    rows = [
        ("団体名", "氏名1", "役職1", "出欠1", "氏名2", "役職2", "出欠2", "人口2020"),
        ("神戸市", "青木", "課長", "○", "伊藤", "係員", "×", 1500),
        ("姫路市", "上田", "主査", "○", None, None, None, 520),
    ]
    table, members, _ = read_list(tmp_path, rows)
    assert members == [("神戸市", "青木"), ("姫路市", "上田")]
    assert table["役職"].tolist() == ["課長", "主査"]
    assert table["人口2020"].tolist() == [1500, 520]
    assert [note["row"] for note in table.attrs["skipped"]] == [2]
    # as the page asks for it: every heading by its name
    listed = list_headings(tmp_path / "名簿.xlsx")
    columns = dict(zip(listed["heading"], listed["column"], strict=True))
    again = read_roster(tmp_path / "名簿.xlsx", columns=columns)
    assert again.equals(table)


@pytest.mark.parametrize("heads", [("氏名", "担当者1", "担当者2"), ("担当者1", "担当者2", "氏名")])
def test_whom_to_ask_is_no_member_beside_a_column_of_names(tmp_path, heads):
    names = dict(zip(heads, heads, strict=True)) | {"氏名": "青木"}
    rows = [("団体名", *heads), ("神戸市", *(names[head] for head in heads))]
    _, members, _ = read_list(tmp_path, rows)
    assert members == [("神戸市", "青木")]


def test_an_arrow_in_a_name_is_part_of_it(tmp_path):
    rows = [("団体名", "氏名"), ("神戸市", "青木 → 伊藤、岡")]
    _, members, remarks = read_list(tmp_path, rows)
    assert members == [("神戸市", "青木 → 伊藤"), ("神戸市", "岡")]
    assert "（2行目「青木 → 伊藤、岡」） → 1人の名前なら" in remarks[0]


def test_a_member_beside_blank_merged_cells_is_no_section(tmp_path):
    rows = [("団体名", "氏名", "a", "b", "c"), ("神戸市", "青木", 1, 2, 3), ("姫路市",)]
    _, members, _ = read_list(tmp_path, rows, lambda sheet: sheet.merge_cells("C3:E3"))
    assert members == [("神戸市", "青木"), ("姫路市", "")]


def test_a_second_person_alone_is_filled_down_too(tmp_path):
    rows = [("団体名", "出席者1", "出席者2"), ("神戸市", "青木", "伊藤"), (None, None, "上田")]
    _, members, _ = read_list(tmp_path, rows, fill_down=True)
    assert members == [("神戸市", "青木"), ("神戸市", "伊藤"), ("神戸市", "上田")]


def test_a_list_of_one_column_shows_examples_too(tmp_path):
    path = write_list(tmp_path, [("団体名",), ("神戸市",), ("姫路市",)])
    assert list_headings(path)["examples"].tolist() == ["神戸市、姫路市"]


def test_one_person_with_another_space_stands_twice(tmp_path):
    rows = [
        ("団体名", "氏名"),
        ("神戸市", "青木 花子"),
        ("神戸市", "青木　花子"),
        ("神戸市", "青木花子"),
    ]
    with pytest.raises(TableError, match=r"同じ参加者が2行目にもあります") as caught:
        read_roster(write_list(tmp_path, rows))
    assert [fault.row for fault in caught.value.faults] == [3, 4]


def test_who_is_hidden_or_crossed_out_is_read_and_said(tmp_path):
    def change(sheet):
        sheet.row_dimensions[2].hidden = True
        sheet["B3"].font = Font(strike=True)

    rows = [("団体名", "氏名"), ("神戸市", "青木"), ("姫路市", "伊藤")]
    _, members, remarks = read_list(tmp_path, rows, change)
    assert members == [("神戸市", "青木"), ("姫路市", "伊藤")]
    assert any("画面に表示されない行や列も読みました: 2行目" in text for text in remarks)
    assert any("取り消し線の引かれたセルも読みました: 3行目の「氏名」" in text for text in remarks)


@pytest.mark.parametrize(
    "contact", ["担当：情報政策課 内線1234", "事務局: 岡", "問い合わせ先：078-000-0000", "TEL: 000"]
)
def test_a_contact_below_the_list_is_no_member(tmp_path, contact):
    rows = [("団体名", "氏名"), ("神戸市", "青木"), ("姫路市", "伊藤"), (contact, None)]
    table, members, _ = read_list(tmp_path, rows)
    assert members == [("神戸市", "青木"), ("姫路市", "伊藤")]
    assert [note["row"] for note in table.attrs["skipped"]] == [4]


@settings(deadline=None, max_examples=40)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(("神戸市", "姫路市", "県情報課", "青葉協会")),
            st.lists(st.sampled_from(NAMES), min_size=1, max_size=3, unique=True),
        ),
        min_size=1,
        max_size=4,
        unique_by=lambda row: row[0],
    )
)
def test_all_three_ways_of_writing_give_the_same_members(tmp_path_factory, bodies):
    folder = tmp_path_factory.mktemp("ways")
    plain = [("団体名", "氏名"), *((body, name) for body, names in bodies for name in names)]
    cells = [("団体名", "氏名"), *((body, "、".join(names)) for body, names in bodies)]
    heads = ("団体名", "出席者1", "出席者2", "出席者3")
    columns = [heads, *((body, *names, *[None] * (3 - len(names))) for body, names in bodies)]
    members = [read_list(folder, rows)[1] for rows in (plain, cells, columns)]
    assert members[0] == members[1] == members[2]


@pytest.mark.parametrize(
    "count", ["3名", "３人", "約3名", "計3名", "以上3名", "数名", "三名", "3名程度", "各2名", "計3"]
)
def test_a_number_of_people_in_place_of_a_name_is_said_and_is_no_name(tmp_path, count):
    rows = [("団体名", "氏名"), ("神戸市", count), ("姫路市", f"伊藤、{count}")]
    _, members, remarks = read_list(tmp_path, rows)
    assert members == [("神戸市", ""), ("姫路市", "伊藤")]
    assert f"名前のない人は読みませんでした（2行目「{count}」、3行目「{count}」）" in remarks[0]


def test_a_bare_number_may_be_a_name_and_is_said(tmp_path):
    rows = [("団体名", "氏名"), ("神戸市", 1), ("神戸市", 2)]
    _, members, remarks = read_list(tmp_path, rows)
    assert members == [("神戸市", "1"), ("神戸市", "2")]
    assert "氏名が数だけのものも、1人の名前として読みました（2行目「1」、3行目「2」）" in remarks[0]
