"""Anybody's own spreadsheet is read right, or refused with every fault at once."""

import openpyxl
import pytest

from dxkit import loaders
from dxkit.errors import TableError, TableWarning

pytestmark = pytest.mark.filterwarnings("ignore::dxkit.errors.TableWarning")
GOOD = "団体コード,市町名,人口\n282014,姫路市,530495\n28202,尼崎市,459593\n28203,明石市,303601\n"


def _file(tmp_path, content, name="a.csv", encoding="utf-8"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16", "euc_jp"])
def test_the_encoding_is_found(tmp_path, encoding):
    table = loaders.read_table(_file(tmp_path, GOOD, encoding=encoding))
    assert table["code"].tolist() == ["28201", "28202", "28203"]
    assert table["人口"].tolist() == [530495, 459593, 303601]


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("赤穂郡上郡町", "28481"),
        ("上郡町", "28481"),
        ("太子町", "28464"),
        ("兵庫県揖保郡太子町", "28464"),
        ("姫路", "28201"),
        ("篠山市", "28221"),
    ],
)
def test_a_name_means_the_municipality_of_this_prefecture(tmp_path, typed, code):
    table = loaders.read_table(_file(tmp_path, f"市町名,数\n{typed},1\n神戸市,2\n"))
    assert table["code"].tolist() == [code, "28100"]


def test_numbers_are_read_as_offices_type_them(tmp_path):
    table = loaders.read_table(
        _file(
            tmp_path,
            '市町名,数,率\n神戸市,"１，２３４",74%\n姫路市,△5,１２．５％\n尼崎市,-6,0\n明石市,***,－\n西宮市,,\n',
        )
    )
    assert table["数"].tolist()[:3] == [1234, -5, -6]
    assert table["率"].tolist()[:3] == [0.74, 0.125, 0]
    assert table[["数", "率"]].isna().sum().tolist() == [2, 2]


def test_totals_and_notes_are_set_aside_and_listed(tmp_path):
    table = loaders.read_table(
        _file(tmp_path, "表1 人口\n\n市町名,数\n神戸市,1\n姫路市,2\n合計,3\n注 これは注です\n")
    )
    assert len(table) == 2
    assert [row["row"] for row in table.attrs["skipped"]] == [1, 6, 7]


def test_all_faults_of_a_file_come_together_with_their_place(tmp_path):
    path = _file(
        tmp_path, "団体コード,市町名,数\n282015,姫路市,1\n28202,明石市,2\n,池田市,3\n,姫路巿,4\n"
    )
    with pytest.raises(TableError, match="正しくは「4」") as caught:
        loaders.read_table(path)
    said = str(caught.value)
    assert len(caught.value.faults) == 4
    for part in ("a.csv", "2行目", "5行目", "尼崎市", "池田市", "もしかして: 姫路市"):
        assert part in said


def test_a_schema_names_every_bad_cell(tmp_path):
    path = _file(
        tmp_path,
        "地点,団体コード,緯度,経度,人口,65歳以上\na,28201,135,34.8,10,1\na,28201,34.8,134.7,-1,1\n",
    )
    with pytest.raises(TableError, match="件の問題") as caught:
        loaders.read_table(path, schema="demand")
    assert {fault.column for fault in caught.value.faults} >= {"緯度", "経度", "人口"}
    assert {fault.row for fault in caught.value.faults} <= {2, 3}


def test_merged_headings_and_float_codes_of_a_workbook_are_read(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    for row in [
        ["団体コード", "市町名", "人口", None],
        [None, None, "男", "女"],
        [282014.0, "姫路市", 1, 2],
        [282022.0, "尼崎市", 3, 4],
    ]:
        sheet.append(row)
    for area in ("A1:A2", "B1:B2", "C1:D1"):
        sheet.merge_cells(area)
    book.save(tmp_path / "a.xlsx")
    table = loaders.read_table(tmp_path / "a.xlsx")
    assert table["code"].tolist() == ["28201", "28202"]
    assert table["人口_女"].tolist() == [2, 4]


def test_html_in_a_cell_stays_text(tmp_path):
    table = loaders.read_table(
        _file(tmp_path, "市町名,意見\n神戸市,<script>alert(1)</script>\n姫路市,{{ 7*7 }}\n")
    )
    assert table["意見"].tolist() == ["<script>alert(1)</script>", "{{ 7*7 }}"]


def test_a_repeated_municipality_is_pointed_out(tmp_path):
    names = ["神戸市", "姫路市", "尼崎市", "明石市", "西宮市", "神戸市"]
    with pytest.warns(TableWarning, match="神戸市"):
        loaders.read_table(
            _file(tmp_path, "市町名,数\n" + "".join(f"{name},1\n" for name in names))
        )


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", "a.csv", "空です"),
        (b"  \n\n", "a.csv", "何も|表が"),
        ("市町名,数\n", "a.csv", "表が見つかりません|データ"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "a.csv", "文字のファイルではありません|画像"),
        (b"\xd0\xcf\x11\xe0" + b"0" * 64, "a.xls", "xls|パスワード"),
        (b"PK\x03\x04 broken", "a.xlsx", "壊れて"),
        ("市町名,数\n神戸市,1\n".encode("cp932") + b"\x81\x00\xff,2\n", "a.csv", "文字"),
        ('市町名,数\n神戸市,"1\n姫路市,2\n' + "x" * 200_000, "a.csv", "引用符|長すぎ"),
        ("市町名,数,数\n神戸市,1,2\n姫路市,1,2\n", "a.csv", "同じ見出し"),
    ],
)
def test_a_damaged_file_gives_one_clear_error(tmp_path, content, name, said):
    with pytest.raises(TableError, match=said) as caught:
        loaders.read_table(_file(tmp_path, content, name))
    assert name in str(caught.value)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        (["0", "-0.5", "12345678901234567890"], [0, -0.5, 12345678901234567890.0]),
        (["0.1", "", "0.30000000000000004"], [0.1, None, 0.30000000000000004]),
        (["1e5", "+4", ".5"], [1e5, 4, 0.5]),
        (["1", "２", " 3 "], [1, 2, 3]),
        (["1", "１，２３４", "△2"], [1, 1234, -2]),
        (["007", "1", "2"], ["007", "1", "2"]),
        (["5.", "x", "2"], ["5.", "x", "2"]),
        (["1_000", "nan", "y"], ["1_000", "nan", "y"]),
        (["1.2.3", "5-3", "4"], ["1.2.3", "5-3", "4"]),
        (["1e400", "inf", "٣"], ["1e400", "inf", "٣"]),
    ],
)
def test_a_column_is_numbers_or_texts_whatever_way_the_numbers_are_written(tmp_path, typed, read):
    rows = "".join(
        f'{name},"{cell}"\n'
        for name, cell in zip(["神戸市", "姫路市", "尼崎市"], typed, strict=True)
    )
    values = loaders.read_table(_file(tmp_path, f"市町名,値\n{rows}"))["値"]
    assert values.astype(object).where(values.notna(), None).tolist() == read


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("quote", ["", '"'])
def test_lines_end_as_any_system_ends_them(tmp_path, line_break, quote):
    lines = ["市町名,意見", f"神戸市,{quote}a\x0bb\u2028c{quote}", "", "姫路市,d"]
    table = loaders.read_table(_file(tmp_path, line_break.join(lines)))
    assert table["意見"].tolist() == ["a\x0bb\u2028c", "d"]
    assert table.attrs["rows"] == [2, 4]


def test_a_line_break_inside_a_quoted_cell_is_part_of_it(tmp_path):
    table = loaders.read_table(_file(tmp_path, '市町名,意見\n神戸市,"a\nb"\n姫路市,c\n'))
    assert table["意見"].tolist() == ["a\nb", "c"]
    assert table.attrs["rows"] == [2, 4]


def test_a_cell_longer_than_any_table_holds_is_refused_with_and_without_quotes(tmp_path):
    for quote in ("", '"'):
        path = _file(tmp_path, f"市町名,数\n神戸市,{quote}{'x' * 200_000}{quote}\n")
        with pytest.raises(TableError, match="長すぎ") as caught:
            loaders.read_table(path)
        assert caught.value.faults[0].row == 2


REPEATED = [
    ("件数", "率", "件数", "率"),
    ("男", "女", "男", "女"),
    ("人口", "世帯", "人口", "世帯"),
]


@pytest.mark.parametrize("words", REPEATED)
@pytest.mark.parametrize("title", [(), ("市町別の表（令和7年）",), ("（単位：人）",)])
@pytest.mark.parametrize("naming", [("市町名", ""), ("", "市町名"), ("市町名", "市町名")])
def test_headings_that_repeat_are_told_apart_by_the_row_above(tmp_path, words, title, naming):
    upper = (naming[0], "令和6年度", "", "令和7年度", "")
    lines = [title] if title else []
    lines += [upper, (naming[1], *words), ("姫路市", 1, 2, 3, 4), ("尼崎市", 5, 6, 7, 8)]
    path = tmp_path / "表.csv"
    text = "\n".join(",".join(map(str, line)) for line in lines)
    path.write_text(text, encoding="utf-8")
    table = loaders.read_table(path, prefecture="兵庫県")
    years = ("令和6年度", "令和6年度", "令和7年度", "令和7年度")
    heads = [f"{year}_{word}" for year, word in zip(years, words, strict=True)]
    assert list(table.columns) == ["code", "name", *heads]
    assert table[heads].to_numpy().tolist() == [[1, 2, 3, 4], [5, 6, 7, 8]]


def test_years_as_numbers_above_the_headings_tell_them_apart_too(tmp_path):
    path = tmp_path / "表.csv"
    text = ",2022,,2023,\n市町名,件数,率,件数,率\n姫路市,1,2,3,4\n尼崎市,5,6,7,8\n"
    path.write_text(text, encoding="utf-8")
    table = loaders.read_table(path, prefecture="兵庫県")
    assert list(table.columns)[2:] == ["2022_件数", "2022_率", "2023_件数", "2023_率"]


def test_headings_that_nothing_tells_apart_are_refused(tmp_path):
    path = tmp_path / "表.csv"
    path.write_text("表,,\n市町名,件数,件数\n姫路市,1,2\n尼崎市,3,4\n", encoding="utf-8")
    with pytest.raises(TableError, match=r"同じ見出しの列が2つあります"):
        loaders.read_table(path)


@pytest.mark.parametrize(
    ("note", "unit"),
    [
        ("（単位：千人）", "千人"),
        ("(単位:百万円)", "百万円"),
        ("資料　単位　億円", "億円"),
        ("注：単位は万人。", "万人。"),
        ("（単位：人、千円）", "人、千円"),
    ],
)
@pytest.mark.parametrize("is_above", [True, False])
def test_a_note_of_thousands_around_a_table_is_said(tmp_path, note, unit, is_above):
    rows = ["市町名,数", "姫路市,530", "尼崎市,455"]
    rows.insert(0 if is_above else len(rows), note)
    path = tmp_path / "表.csv"
    path.write_text("\n".join(rows), encoding="utf-8")
    with pytest.warns(TableWarning, match=rf"単位の書き込みがあります: .*単位：{unit}」"):
        table = loaders.read_table(path, prefecture="兵庫県")
    assert table["数"].tolist() == [530, 455]


@pytest.mark.parametrize("note", ["（単位：人）", "（単位：％、百分率）", "学校の単位　千代田"])
def test_a_note_of_single_persons_around_a_table_needs_no_word(tmp_path, note):
    path = tmp_path / "表.csv"
    path.write_text(f"{note}\n市町名,数\n姫路市,530\n尼崎市,455\n", encoding="utf-8")
    table = loaders.read_table(path, prefecture="兵庫県")
    assert not [text for text in table.attrs["reading"]["remarks"] if "単位" in text]


def test_two_names_that_cannot_be_read_are_two_faults_and_no_repeat(tmp_path):
    path = tmp_path / "窓口.csv"
    path.write_text("市町名,件数\n豊岡市,420\n養夫市,130\nあさこ市,150\n", encoding="utf-8")
    receipt = loaders.describe_reading(path)
    assert list(receipt["項目"]).count("直すところ") == 2
    assert not receipt["内容"].str.contains("2行以上").any()
