"""Below the headings of a list only members are members; what is none is named, and what may be one."""

import warnings

import openpyxl
import pytest

from dxkit.errors import TableError, TableWarning
from dxkit.loaders import list_headings, read_roster

HEADS = ("団体名", "氏名", "備考")
MEMBERS = [("姫路市", "青木"), ("豊岡市", "岡"), ("県", "森")]


def write_list(folder, rows, **sheets):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for name, further_rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in further_rows:
            sheet.append(row)
    path = folder / "名簿.xlsx"
    book.save(path)
    return path


def read_list(folder, rows, **options):
    with warnings.catch_warnings(record=True) as remarks:
        warnings.simplefilter("always", TableWarning)
        table = read_roster(write_list(folder, rows), **options)
    return table, [str(remark.message) for remark in remarks]


def list_members(table):
    return list(table[["code", "person"]].itertuples(index=False, name=None))


@pytest.mark.parametrize(
    "last",
    [
        ("参加者合計", 3),
        ("出席者数", "３名"),
        ("総数", 3),
        ("総合計", "3人"),
        ("参加団体数", 3),
        ("計3名", None),
        ("以上３名", None),
        ("参加者数：3名", None),
        (None, "合計3名"),
        ("（敬称略）", None),
        ("令和8年12月1日現在", None),
    ],
)
def test_a_total_or_a_note_below_a_list_is_no_member(tmp_path, last):
    table, remarks = read_list(tmp_path, [HEADS[:2], *MEMBERS, last])
    assert list_members(table) == MEMBERS
    assert [note["row"] for note in table.attrs["skipped"]] == [5]
    assert remarks == []


def test_a_body_in_brackets_and_one_with_a_word_for_sums_stay_members(tmp_path):
    members = [("（公財）青葉協会", "青木"), ("設計協会", "計 良介"), ("計数センター", "岡")]
    table, _ = read_list(tmp_path, [HEADS[:2], *members])
    assert list_members(table) == members


def test_a_sum_of_a_small_table_beside_the_list_takes_no_member_away(tmp_path):
    rows = [(*HEADS[:2], None, "区分", "人数")]
    sums = [("市", 1), ("町", 1), ("計", 3)]
    rows += [(*member, None, *beside) for member, beside in zip(MEMBERS, sums, strict=True)]
    table, _ = read_list(tmp_path, rows)
    assert list_members(table) == MEMBERS
    assert table.attrs["skipped"] == []


def test_headings_that_stand_there_once_more_are_no_member(tmp_path):
    rows = [HEADS, MEMBERS[0], (), ("団体名", "氏　名", "備考"), *MEMBERS[1:]]
    table, _ = read_list(tmp_path, rows)
    assert list_members(table) == MEMBERS
    assert [note["row"] for note in table.attrs["skipped"]] == [4]


@pytest.mark.parametrize(
    "rows",
    [
        # another list below
        [HEADS, MEMBERS[0], (), ("所属", "担当者", "電話"), ("県", "森", "078")],
        # a word of the headings in an explanation above them
        [("団体名", "を正式名称で書く"), (), (), ("№", "団体名", "氏名"), (1, *MEMBERS[0])],
    ],
)
def test_other_headings_below_a_list_are_a_fault_and_nobody_is_called_so(tmp_path, rows):
    with pytest.raises(TableError, match=r"4行目 .*この行も見出しのよう.*1つの名簿だけを"):
        read_roster(write_list(tmp_path, rows))


@pytest.mark.parametrize(
    "rows",
    [
        MEMBERS,
        [("出席者",), *((body, "総務課", name) for body, name in MEMBERS)],
        # a list on its side
        [("団体名", "姫路市", "豊岡市"), ("氏名", "青木", "岡"), ("役職", "課長", "主査")],
    ],
)
def test_a_member_is_never_taken_for_the_headings(tmp_path, rows):
    with pytest.raises(TableError, match=r"見出しの行が見つかりません.*「団体名」「氏名」"):
        list_headings(write_list(tmp_path, rows))


def test_digits_that_name_something_stay_and_a_mark_is_a_missing_number(tmp_path):
    rows = [
        (*HEADS[:2], "電話", "人口", "司会"),
        ("姫路市", "青木", "0790000000", "５３０，４９５", "○"),
        ("豊岡市", "岡", "0796000000", "－", "-"),
    ]
    table, _ = read_list(tmp_path, rows)
    assert table["電話"].tolist() == ["0790000000", "0796000000"]
    assert table["人口"].tolist()[0] == 530_495
    assert table["人口"].isna().tolist() == [False, True]
    assert table["司会"].tolist() == [True, False]


def test_letters_without_a_width_part_nobody_from_a_heading_or_a_body(tmp_path):
    rows = [("団体名", "氏\u200b名"), ("\u200b姫路市", "青木\ufeff"), ("姫路市", "岡")]
    table, _ = read_list(tmp_path, rows)
    assert list_members(table) == [("姫路市", "青木"), ("姫路市", "岡")]


def test_an_error_counts_only_in_a_cell_that_is_read(tmp_path):
    rows = [
        ("=TODAY()",),
        ("No", *HEADS),
        ("=ROW()", *MEMBERS[0], "#N/A", None, "#REF!"),
        (2, *MEMBERS[1]),
        (None, "合計", "=COUNTA(C3:C4)"),
    ]
    with pytest.raises(TableError, match="エラー") as caught:
        read_roster(write_list(tmp_path, rows))
    assert [(fault.row, fault.column) for fault in caught.value.faults] == [(3, "D")]
    # who leaves a column out leaves its faults out
    table, _ = read_list(tmp_path, rows, columns={"備考": None})
    assert list_members(table) == MEMBERS[:2]
    assert list(table.columns) == ["code", "person"]


@pytest.mark.parametrize("member", [("豊岡市", "岡（欠席）", None), ("豊岡市", "岡", "ご欠席")])
def test_who_is_marked_as_absent_outside_of_the_answers_is_named(tmp_path, member):
    _, remarks = read_list(tmp_path, [HEADS, MEMBERS[0], member, (*MEMBERS[2], "欠席者へ連絡")])
    assert len(remarks) == 1
    assert "「欠席」などと書かれた1人（3行目「豊岡市 岡" in remarks[0]
    assert "→ 欠席なら、行を消すか" in remarks[0]


def test_an_absence_that_is_expected_is_one(tmp_path):
    rows = [(*HEADS[:2], "出欠"), (*MEMBERS[0], "欠席予定"), (*MEMBERS[1], "出席予定")]
    table, remarks = read_list(tmp_path, rows)
    assert list_members(table) == MEMBERS[1:2]
    assert remarks == []


def test_departments_of_one_body_are_named(tmp_path):
    bodies = ["姫路市 総務課", "姫路市　情報課", "姫路市情報政策課", "豊岡市", "㈱ 山川", "㈱ 海川"]
    rows = [HEADS[:2], *((body, f"人{place}") for place, body in enumerate(bodies))]
    table, remarks = read_list(tmp_path, rows)
    assert table["code"].tolist() == bodies
    assert len(remarks) == 1
    assert "（「姫路市」: 姫路市 情報課・姫路市 総務課・姫路市情報政策課）" in remarks[0]


def test_a_reading_in_brackets_below_a_name_is_nobody_else(tmp_path):
    rows = [HEADS[:2], ("姫路市", "青木 花子\n（あおき はなこ）"), ("県", "森、岡（代理）")]
    table, _ = read_list(tmp_path, rows)
    names = ["青木 花子（あおき はなこ）", "森", "岡（代理）"]
    assert table["person"].tolist() == names


def test_a_column_that_is_called_after_a_town_makes_no_list_lie_on_its_side(tmp_path):
    rows = [(*HEADS[:2], "神戸", "姫路"), *((*member, "○", None) for member in MEMBERS)]
    table, _ = read_list(tmp_path, rows)
    assert list_members(table) == MEMBERS
    assert list_headings(write_list(tmp_path, rows))["heading"].tolist() == [
        *HEADS[:2],
        "神戸",
        "姫路",
    ]
    # members beside each other are a list on its side
    with pytest.raises(TableError, match="見出し"):
        read_list(tmp_path, [("団体名", "神戸市", "姫路市"), ("氏名", "青木", "岡")])


@pytest.mark.parametrize("heading", ["氏名（ふりがな）", "団体名（略称）"])
def test_who_leaves_out_a_column_keeps_the_one_that_is_alike(tmp_path, heading):
    rows = [(*HEADS[:2], heading), *((*member, "あ") for member in MEMBERS)]
    table, _ = read_list(tmp_path, rows, columns={heading: None})
    assert list_members(table) == MEMBERS


@pytest.mark.parametrize("party", ["懇親会", "出欠（懇親会）"])
def test_who_stays_away_from_the_party_is_not_called_absent(tmp_path, party):
    rows = [(*HEADS[:2], "出欠", party), (*MEMBERS[0], "○", "欠席"), (*MEMBERS[1], None, "欠席")]
    table, remarks = read_list(tmp_path, rows)
    assert list_members(table) == MEMBERS[:2]
    assert remarks == []


def test_who_has_said_yes_is_not_called_absent_by_a_remark(tmp_path):
    rows = [(*HEADS[:2], "出欠", "備考"), (*MEMBERS[0], "○", "欠席"), (*MEMBERS[1], None, "欠席")]
    _, remarks = read_list(tmp_path, rows)
    assert len(remarks) == 1
    assert "1人（3行目" in remarks[0]


def test_headings_that_begin_with_a_bracket_are_repeated_by_no_member(tmp_path):
    rows = [("【必須】団体名", "【必須】氏名"), ("（公財）海川", "（代理）森")]
    columns = {"【必須】団体名": "code", "【必須】氏名": "person"}
    table, _ = read_list(tmp_path, rows, columns=columns)
    assert list_members(table) == rows[1:]


@pytest.mark.parametrize("member", [("豊岡市", "計"), ("注連縄保存会", "岡")])
def test_a_member_with_the_name_of_a_sum_or_a_note_stays(tmp_path, member):
    table, _ = read_list(tmp_path, [HEADS[:2], *MEMBERS, member])
    assert list_members(table) == [*MEMBERS, member]


def test_a_small_table_of_sums_beside_bodies_alone_takes_none_of_them(tmp_path):
    rows = [("団体名", None, None, None), ("県", None, "計", 2), ("姫路市", None, None, None)]
    table, _ = read_list(tmp_path, rows)
    assert table["code"].tolist() == ["県", "姫路市"]


def test_towns_whose_names_hold_the_letter_of_a_city_are_told_apart(tmp_path):
    bodies = ["市川町", "市川町 総務課", "市原市 企画課"]
    rows = [HEADS[:2], *((body, f"人{place}") for place, body in enumerate(bodies))]
    _, remarks = read_list(tmp_path, rows)
    assert len(remarks) == 1
    assert "（「市川町」: 市川町・市川町 総務課）" in remarks[0]


def test_a_letter_or_a_star_beside_numbers_is_kept(tmp_path):
    rows = [
        (*HEADS[:2], "座席"),
        *((*member, seat) for member, seat in zip(MEMBERS, "1*x", strict=True)),
    ]
    table, _ = read_list(tmp_path, rows)
    assert table["座席"].tolist() == ["1", "*", "x"]


NUMBERED = [("No", *HEADS[:2]), *((number, *member) for number, member in enumerate(MEMBERS, 1))]


@pytest.mark.parametrize(
    "last",
    [
        (4, "参加者合計", 2),
        (4, "出席者", "2名"),
        (4, "（合計）", 3),
        (4, "（合計）", None),
        (4, "他", "2名"),
        (4, "参加団体数 3", None),
        (4, "約3名", None),
        (4, "計３人", None),
        (None, "総勢", "3名"),
        ("計", 3, None),
    ],
)
def test_a_total_behind_a_running_number_is_no_member(tmp_path, last):
    table, remarks = read_list(tmp_path, [*NUMBERED, last])
    assert list_members(table) == MEMBERS
    assert remarks == []
    assert [note["row"] for note in table.attrs["skipped"]] == [5]
    assert "読まなかった行: 5行目" in table.attrs["receipt"]


@pytest.mark.parametrize(
    "last",
    [
        *[("（合計）", None), ("（合計）", 3), ("（計）", "3名"), ("【合計】", 3), ("《計》", "3")],
        *[("出席者", "2名"), ("出席", "3"), ("参加者", "3人"), ("合計人数", "3名"), ("総計", None)],
        *[("約3名", None), (None, "約3名"), ("計\u30003名", None), ("以上5名", None)],
        *[("以上、5名", None), ("以上", "5名"), ("総計", "3名"), ("ほか2名", None)],
        *[("ほか", "2名"), (None, "ほか2名"), ("他2名", None), ("総勢3名", None), ("3名", None)],
        *[("延べ 3名", None), ("全3名", None), ("計3名（うち県1名）", None), ("計三名", None)],
        *[
            ("トータル", "3"),
            ("Total", 3),
            ("うち欠席", "1名"),
            ("欠席者", "2名"),
            ("定員", "50名"),
        ],
        *[("参加者：3名、欠席者：1名", None), ("内訳", "市2 県1"), ("以上 3団体 3名", None)],
    ],
)
def test_a_count_of_the_list_is_no_member_however_it_is_written(tmp_path, last):
    table, remarks = read_list(tmp_path, [HEADS[:2], *MEMBERS, last])
    assert list_members(table) == MEMBERS
    assert remarks == []
    assert "読まなかった行: 5行目" in table.attrs["receipt"]


@pytest.mark.parametrize(
    "member",
    [
        *[
            ("合田組", "合田"),
            ("合計算センター", "合計 太郎"),
            ("佐渡市", "計良 健"),
            ("計量協会", "計"),
        ],
        *[("総計株式会社", "総 計子"), ("設計協会", "小計 一"), ("以上商店", "以上 花")],
        *[("数名会", "数名 良"), ("会計課", "森"), ("出席者協議会", "計良"), ("参加者の会", "岡")],
        *[("三名", "岡"), ("三名小学校", "岡"), ("八人会", "一人"), ("全国3団体連合", "岡")],
        *[("5社会", "森"), ("（一財）合計", "岡"), ("外3名山", "岡"), ("他", "岡"), ("県", "外間")],
        *[("人数研究所", "森"), ("定員外協会", "残間"), ("総数会", "員弁"), ("県", "申 込")],
    ],
)
def test_a_body_or_a_person_that_only_sounds_like_a_count_stays(tmp_path, member):
    table, _ = read_list(tmp_path, [HEADS[:2], *MEMBERS, member])
    assert list_members(table) == [*MEMBERS, member]


def test_a_number_beside_a_blank_body_is_still_a_fault(tmp_path):
    rows = [("No", *HEADS[:2], "人数"), (1, *MEMBERS[0], "1名"), (2, None, None, "2名")]
    with pytest.raises(TableError, match=r"3行目 .*団体が空欄です"):
        read_roster(write_list(tmp_path, rows))


@pytest.mark.parametrize(
    "rows",
    [
        [("参加機関", "お名前"), ("協会", "丘")],
        [("ご所属先", "御芳名"), ("協会", "丘")],
        [("名簿",), (), ("会社", "役職", "委員"), ("協会", "長", "丘")],
        [("氏名", "役職"), ("丘", "係長")],
        [("神戸市", "丘"), ("明石市", "原")],
    ],
)
def test_a_list_under_other_headings_on_a_further_sheet_is_named(tmp_path, rows):
    path = write_list(tmp_path, [HEADS[:2], *MEMBERS], 来賓=rows, メモ=[("会場は3階",)])
    with pytest.warns(
        TableWarning, match="ほかのシートにある名簿らしい表は読んでいません（「来賓」"
    ) as caught:
        table = read_roster(path)
    assert len(caught) == 1
    assert 'sheet="来賓"' in str(caught[0].message)
    assert table.attrs["receipt"].endswith("読まなかったシート: 「来賓」、「メモ」。")
    # who says which sheet is meant hears of no other
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert "読まなかった" not in read_roster(path, sheet="Sheet").attrs["receipt"]


@pytest.mark.parametrize(
    "rows",
    [
        [("区分", "人数"), ("市", 2), ("県", 1)],
        [("区分", "団体数"), ("市", 2)],
        [("時刻", "内容"), ("10:00", "開会"), ("10:30", "意見交換")],
        [("A卓", "B卓"), ("姫路市", "豊岡市")],
        [("会場は神戸市", "3階")],
    ],
)
def test_a_sheet_that_is_no_list_stands_in_the_receipt_alone(tmp_path, rows):
    path = write_list(tmp_path, [HEADS[:2], *MEMBERS], 別=rows, 空=[])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        receipt = read_roster(path).attrs["receipt"]
    assert receipt.endswith("読まなかったシート: 「別」。")


@pytest.mark.parametrize(
    ("heads", "letters"),
    [
        (("団体名", "氏名", None, "団体名", "氏名"), "A列とD列"),
        (("団体名", "氏名", None, "所属", "お名前"), "A列とD列"),
        (("市町名", "氏名", "団体名", "氏名"), "A列とC列"),
        (("No", "団体名", "氏名", "No", "団体名", "氏名"), "B列とE列"),
        (("団体名", None, "団体名"), "A列とC列"),
    ],
)
def test_two_lists_side_by_side_are_told_what_to_do(tmp_path, heads, letters):
    rows = [heads, [head and f"{head}{place}" for place, head in enumerate(heads)]]
    message = (
        f"名簿が横に2つ並んでいるようです（{letters}が団体の列です） → 右の名簿を、左の名簿の下に"
    )
    with pytest.raises(TableError, match=message):
        read_roster(write_list(tmp_path, rows))


def test_two_words_for_the_body_of_one_list_are_told_apart_by_name(tmp_path):
    rows = [("団体名", "所属", "氏名"), ("県", "総務課", "森")]
    with pytest.raises(TableError, match=r"「団体」にあたる見出しが2つあります → columns="):
        read_roster(write_list(tmp_path, rows))


def test_columns_beyond_a_blank_one_are_named(tmp_path):
    rows = [(*HEADS[:2], None, "参加機関", "御芳名"), (*MEMBERS[0], None, "協会", "丘")]
    _, remarks = read_list(tmp_path, rows)
    assert len(remarks) == 1
    assert (
        "何もない列の右にある「参加機関」、「御芳名」も、この名簿の列として読みました" in remarks[0]
    )
    _, remarks = read_list(tmp_path, rows, columns={"参加機関": None, "御芳名": None})
    assert remarks == []
