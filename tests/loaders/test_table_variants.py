"""Lists of municipalities as offices write them: read right, or refused; never a wrong figure without a word.

The tables are made here from figures of the test's own; only the names, counties and areas are official.
"""

import csv
import io
import random
import warnings

import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dxkit import loaders
from dxkit.errors import TableError, TableWarning

# code, check digit, county, name
PLACES = [
    ("28100", "0", "", "神戸市"), ("28201", "4", "", "姫路市"), ("28202", "2", "", "尼崎市"), ("28203", "1", "", "明石市"),
    ("28205", "7", "", "洲本市"), ("28214", "6", "", "宝塚市"), ("28216", "2", "", "高砂市"), ("28221", "9", "", "丹波篠山市"),
    ("28223", "5", "", "丹波市"), ("28224", "3", "", "南あわじ市"), ("28226", "0", "", "淡路市"), ("28301", "1", "川辺郡", "猪名川町"),
    ("28381", "9", "加古郡", "稲美町"), ("28382", "7", "加古郡", "播磨町"), ("28443", "2", "神崎郡", "福崎町"), ("28464", "5", "揖保郡", "太子町"),
    ("28481", "5", "赤穂郡", "上郡町"), ("28501", "3", "佐用郡", "佐用町"),
]  # fmt: skip
COUNTIES = {
    "川辺郡": ["28301"],
    "加古郡": ["28381", "28382"],
    "揖保郡": ["28464"],
    "赤穂郡": ["28481"],
    "佐用郡": ["28501"],
}
AREAS = {"淡路": ["28205", "28224", "28226"], "丹波": ["28221", "28223"]}
VARIANTS = {
    "高砂市": "髙砂市",
    "尼崎市": "尼﨑市",
    "宝塚市": "寶塚市",
    "猪名川町": "猪名川町",
    "福崎町": "福﨑町",
}
WIDE = str.maketrans("0123456789,.-", "０１２３４５６７８９，．－")
relaxed = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def _write(path, rows, encoding, delimiter):
    if path.suffix == ".xlsx":
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append([None if cell == "" else cell for cell in row])
        book.save(path)
        return
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter).writerows(rows)
    path.write_bytes(
        stream.getvalue().encode(encoding, errors="replace" if encoding == "ascii" else "strict")
    )


def _type_number(number, mark):
    """Write a figure as an office may: the reader must give the number back, or refuse."""
    return {
        "plain": str(number), "comma": f"{number:,}", "wide": f"{number:,}".translate(WIDE), "unit": f"{number:,}人", "about": f"約{number}",
        "note": f"{number}（うち施設）", "quote": f"'{number}", "star": f"{number}※", "blank": f" {number} ",
    }[mark]  # fmt: skip


def _name(place, form):
    _, _, county, name = place
    return {
        "plain": name, "county": county + name, "prefecture": f"兵庫県{county}{name}", "variant": VARIANTS.get(name, name), "indent": f"　{name}",
        "spaced": name[0] + "　" + name[1:],
    }[form]  # fmt: skip


lists = st.fixed_dictionaries(
    {
        "seed": st.integers(0, 10**6),
        "places": st.lists(st.sampled_from(PLACES), min_size=3, max_size=18, unique=True),
        "title": st.sampled_from(["", "表1 人口", "令和7年1月1日現在"]),
        "gap": st.booleans(),
        "naming": st.sampled_from(["name", "code", "both", "code6", "quoted"]),
        "form": st.sampled_from(["plain", "county", "prefecture", "variant", "indent", "spaced"]),
        "mark": st.sampled_from(
            ["plain", "comma", "wide", "unit", "about", "note", "quote", "star", "blank"]
        ),
        "marked_share": st.sampled_from([0.1, 0.5, 1.0]),
        "sums": st.sets(st.sampled_from(["県", "郡", "圏域", "計", "注"])),
        "turned": st.booleans(),
        "file": st.sampled_from(["a.csv", "a.tsv", "a.xlsx"]),
        "encoding": st.sampled_from(["utf-8", "utf-8-sig", "cp932", "utf-16"]),
        "wrong_sum": st.booleans(),
    }
)


def _make_rows(case):
    """Make the cells of a list and what is true of it: figures by code, and whether a sum is wrong."""
    dice = random.Random(case["seed"])
    places = sorted(case["places"])
    truth = {place[0]: (dice.randint(100, 900_000), dice.randint(40, 400_000)) for place in places}
    has_name, has_code = (
        case["naming"] != "code" and case["naming"] != "code6",
        case["naming"] != "name",
    )
    head = [
        *(["団体コード"] if has_code else []),
        *(["市町名"] if has_name else []),
        "人口",
        "世帯数",
    ]

    def row(code, name, figures, *, typed=False):
        def write(number):
            mark = case["mark"] if typed and dice.random() < case["marked_share"] else "plain"
            return _type_number(number, mark)

        return [*([code] if has_code else []), *([name] if has_name else []), *map(write, figures)]

    def total(codes):
        return [sum(truth[code][at] for code in codes) for at in (0, 1)]

    body, sums = [], []
    for area, codes in AREAS.items() if "圏域" in case["sums"] and has_name else ():
        if set(codes) <= set(truth):
            sums.append((f"{area}地域", total(codes)))
    for county, codes in COUNTIES.items() if "郡" in case["sums"] and has_name else ():
        if set(codes) <= set(truth):
            sums.append((county, total(codes)))
    if "計" in case["sums"] and has_name:
        sums.append(("合計", total(truth)))
    is_wrong = case["wrong_sum"] and bool(sums)
    if is_wrong:
        name, figures = sums[-1]
        # larger than any mean of its rows could be
        sums[-1] = (name, [2 * figures[0] + 7, figures[1]])
    for place in places:
        code = {"code6": place[0] + place[1], "quoted": f"'{place[0]}"}.get(
            case["naming"], place[0]
        )
        body.append(row(code, _name(place, case["form"]), truth[place[0]], typed=True))
    for name, figures in sums:
        body.insert(
            dice.randint(0, len(body)) if name != "合計" else len(body), row("", name, figures)
        )
    rows = [head, *body]
    if case["turned"]:
        rows = [list(column) for column in zip(*rows, strict=True)]
    above = [[case["title"]]] if case["title"] else []
    above += [[]] if case["gap"] and above else []
    below = [["注 個人情報は含まない。"]] if "注" in case["sums"] and not case["turned"] else []
    width = len(rows[0])
    return [row + [""] * (width - len(row)) for row in [*above, *rows, *below]], truth, is_wrong


@relaxed
@given(case=lists)
def test_a_list_is_read_right_whatever_way_it_is_written(tmp_path, case):
    rows, truth, is_wrong = _make_rows(case)
    path = tmp_path / case["file"]
    try:
        _write(path, rows, case["encoding"], "\t" if path.suffix == ".tsv" else ",")
    except UnicodeEncodeError:
        return
    with warnings.catch_warnings(record=True) as remarks:
        warnings.simplefilter("always")
        if case["turned"] and case["naming"] in ("code", "code6"):
            # a row of bare codes is not taken for municipalities: refused, never guessed
            with pytest.raises(TableError, match=path.stem):
                loaders.read_table(path)
            return
        # all others are sound: none may be refused
        table = loaders.read_table(path)
    figures = {
        code: (people, households)
        for code, people, households in zip(
            table["code"], table["人口"], table["世帯数"], strict=True
        )
    }
    assert figures == truth
    said = " ".join(str(remark.message) for remark in remarks)
    assert ("合いません" in said) == is_wrong
    if case["turned"]:
        assert "入れ替えて" in said


@relaxed
@given(
    cells=st.lists(
        st.sampled_from(
            [
                "74%",
                "80",
                "0.5",
                "65%",
                "0",
                "***",
                "",
                "12件",
                "3",
                "5千円",
                "40円",
                "12 34",
                "12(34)",
                "7〜8",
                "約5",
                "9(休)",
            ]
        ),
        min_size=3,
        max_size=9,
    )
)
def test_a_column_is_of_one_scale_or_text_or_refused(tmp_path, cells):
    names = [place[3] for place in PLACES]
    path = tmp_path / "a.csv"
    path.write_text(
        "市町名,値\n"
        + "".join(f"{name},{cell}\n" for name, cell in zip(names, cells, strict=False)),
        encoding="utf-8",
    )
    with warnings.catch_warnings(record=True) as remarks:
        warnings.simplefilter("always")
        try:
            values = loaders.read_table(path)["値"].tolist()
        except TableError:
            return
    texts = [value for value in values if isinstance(value, str)]
    if texts:
        # a column of texts holds what was typed
        assert texts == [cell for cell in cells if cell]
        return
    truth = {
        "74%": 0.74,
        "80": 80,
        "0.5": 0.5,
        "65%": 0.65,
        "0": 0,
        "12件": 12,
        "3": 3,
        "5千円": 5,
        "40円": 40,
        "約5": 5,
        "9(休)": 9,
    }
    read = [(cell, value) for cell, value in zip(cells, values, strict=True) if not pd.isna(value)]
    assert all(cell in truth and truth[cell] == value for cell, value in read)
    missing = [cell for cell, value in zip(cells, values, strict=True) if pd.isna(value)]
    assert set(missing) <= {"***", ""}
    filled = [cell for cell in cells if cell not in ("***", "", "0")]
    assert len({cell.endswith("%") for cell in filled}) <= 1
    said = " ".join(str(remark.message) for remark in remarks)
    assert ("単位" in said) == any(cell.endswith(("件", "円")) for cell in filled)
    assert ("約" in said) == any(cell in ("約5", "9(休)") for cell in filled)


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("28102", "東灘区"),
        ("24201", "大津市"),
        ("09204", "泉佐野市"),
        ("27127", "堺市北区"),
        ("28201", "尼崎市"),
        ("28226", "淡路町"),
    ],
)
def test_a_code_and_a_name_of_another_municipality_are_a_fault_that_names_both(
    tmp_path, code, name
):
    path = tmp_path / "a.csv"
    path.write_text(
        f"団体コード,市区町村名,数\n{code},{name},1\n28202,尼崎市,2\n", encoding="utf-8"
    )
    with pytest.raises(TableError, match=f"{code}（.+）と市町名「{name}」が合いません"):
        loaders.read_table(path, prefecture=None)


def test_all_pairs_of_names_that_end_alike_disagree(tmp_path):
    places = [place for place in loaders.all_municipalities() if not place.parent]
    pairs = [
        (short, long)
        for short in places
        for long in places
        if long.name != short.name and long.name.endswith(short.name)
    ]
    assert len(pairs) > 90
    rows = "".join(f"{short.code},{long.name},1\n" for short, long in pairs)
    path = tmp_path / "a.csv"
    path.write_text(f"団体コード,市区町村名,数\n{rows}", encoding="utf-8")
    with pytest.raises(TableError, match="合いません") as caught:
        loaders.read_table(path, prefecture=None)
    assert len(caught.value.faults) == len(pairs)


def test_wards_beside_their_city_are_parts_of_it_and_their_sum_is_checked(tmp_path):
    wards = ["東灘区", "灘区", "兵庫区", "長田区", "須磨区", "垂水区", "北区", "中央区", "西区"]
    for people, is_right in ((45, True), (46, False)):
        rows = "".join(f"神戸市{ward},{number}\n" for number, ward in enumerate(wards, start=1))
        path = tmp_path / "a.csv"
        path.write_text(f"市町名,人口\n神戸市,{people}\n{rows}姫路市,7\n", encoding="utf-8")
        with warnings.catch_warnings(record=True) as remarks:
            warnings.simplefilter("always", TableWarning)
            table = loaders.read_table(path)
        assert table["code"].tolist() == ["28100", "28201"]
        assert any("合いません" in str(remark.message) for remark in remarks) != is_right
        kinds = {subtotal["kind"] for subtotal in table.attrs["reading"]["subtotals"]}
        assert kinds == {"区"}


def test_a_former_name_names_the_municipality_of_today(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("市町名,数\n龍野市,1\n加東郡社町,2\n姫路市,3\n", encoding="utf-8")
    with pytest.raises(TableError, match=r"(?s)たつの市（28229）.*加東市（28228）"):
        loaders.read_table(path)


def test_a_letter_that_is_another_is_read_and_said(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("市町名,数\n宍栗市,1\n姫路市,3\n", encoding="utf-8")
    with pytest.warns(TableWarning, match="2行目の「宍栗市」を、字の誤りとみて"):
        assert loaders.read_table(path)["code"].tolist() == ["28227", "28201"]


def test_a_second_table_below_the_first_is_a_fault(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("名称,数\na,1\nb,2\nc,3\nd,4\n\n種別,額\nx,5\ny,6\n", encoding="utf-8")
    with pytest.raises(TableError, match=r"7行目.*別の表"):
        loaders.read_table(path)


@pytest.mark.parametrize("heading", ["市町名", "市町\u200b名"])
def test_a_second_table_of_municipalities_below_the_first_is_a_fault(tmp_path, heading):
    path = tmp_path / "a.csv"
    path.write_text(f"市町名,数\n神戸市,1\n\n表2,\n{heading},率\n神戸市,2\n", encoding="utf-8")
    with pytest.raises(TableError, match=r"5行目 値「市町名 率」: この行から下に、別の表"):
        loaders.read_table(path)


@pytest.mark.parametrize(
    "name",
    [
        *[
            "1 神戸市",
            "１．神戸市",
            "\u200b神戸市",
            "28100 神戸市",
            "(1)神戸市",
            "（１）神戸市",
            "①神戸市",
        ],
        *[
            "1.神戸市",
            "１）神戸市",
            "⑴ 神戸市",
            "[1] 神戸市",
            "【1】神戸市",
            "No.1 神戸市",
            "№１ 神戸市",
        ],
        *["#1 神戸市", "❶神戸市", "1番 神戸市", "<1>神戸市", "(12) 兵庫県神戸市", "1、神戸"],
    ],
)
def test_a_running_number_before_a_name_says_nothing_of_it(tmp_path, name):
    path = tmp_path / "a.csv"
    path.write_text(f"市町名,数\n{name},\u200b1\n姫路市,2\n", encoding="utf-8")
    table = loaders.read_table(path)
    assert table["code"].tolist() == ["28100", "28201"]
    assert table["数"].tolist() == [1, 2]
    # beside its code, too
    path.write_text(f"団体コード,市町名,数\n28100,{name},1\n28201,姫路市,2\n", encoding="utf-8")
    assert loaders.read_table(path)["code"].tolist() == ["28100", "28201"]
    # a code that lost its beginning is none
    path.write_text("市町名,数\n8100 神戸市,1\n姫路市,2\n", encoding="utf-8")
    with pytest.raises(TableError, match=r"市町名.*8100"):
        loaders.read_table(path)


@pytest.mark.parametrize("total", ["計（2市町）", "合計(2)", "県計（2団体）"])
def test_a_total_that_says_how_many_it_sums_is_one(tmp_path, total):
    path = tmp_path / "a.csv"
    path.write_text(f"市町名,数\n神戸市,1\n姫路市,2\n{total},3\n", encoding="utf-8")
    table = loaders.read_table(path)
    assert table["数"].sum() == 3
    assert [note["row"] for note in table.attrs["skipped"]] == [4]


def test_a_row_of_no_municipality_is_refused_with_both_ways_out(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("市町名,数\n神戸市,1\nその他,2\n", encoding="utf-8")
    with pytest.raises(TableError, match=r"3行目.*「その他」.*市町名を直すか.*消してください"):
        loaders.read_table(path)


@pytest.mark.parametrize("mark", ["‥", "・", "非該当", "無回答", "未集計", "集計中"])
def test_more_marks_of_offices_are_missing_numbers(tmp_path, mark):
    path = tmp_path / "a.csv"
    path.write_text(f"市町名,数\n神戸市,1\n姫路市,{mark}\n", encoding="utf-8")
    figures = loaders.read_table(path)["数"]
    assert figures.isna().tolist() == [False, True]


def test_a_table_on_another_sheet_is_said(tmp_path):
    book = openpyxl.Workbook()
    for title, figure in (("A", 1), ("B", 2)):
        sheet = book.create_sheet(title)
        for row in (["市町名", "数"], ["姫路市", figure], ["尼崎市", 3]):
            sheet.append(row)
    book.remove(book.worksheets[0])
    book.save(tmp_path / "a.xlsx")
    with pytest.warns(TableWarning, match="シート「A」を読みました。シート「B」"):
        table = loaders.read_table(tmp_path / "a.xlsx")
    assert table["数"].tolist() == [1, 3]
    for sheet in ("B", 1):
        assert loaders.read_table(tmp_path / "a.xlsx", sheet=sheet)["数"].tolist() == [2, 3]
    with pytest.raises(TableError, match=r"2番目のシートがありません.*A、B"):
        loaders.read_table(tmp_path / "a.xlsx", sheet=2)


def test_the_caller_can_say_header_columns_and_name_where_the_guess_is_wrong(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("人口,市町名\n市,値,値,備考\n姫路市,1,a,x\n尼崎市,2,b,y\n", encoding="utf-8")
    with pytest.raises(TableError, match=r"列が多い|見出し"):
        loaders.read_table(path)
    table = loaders.read_table(path, header=1, name="市", columns=["備考"])
    assert table.columns.tolist() == ["code", "name", "備考"]
    assert table["code"].tolist() == ["28201", "28202"]
    with pytest.raises(TableError, match=r"列「無い」.*市、値、備考|列「無い」.*あるのは"):
        loaders.read_table(path, header=1, columns=["無い"])
    with pytest.raises(TableError, match="header=9"):
        loaders.read_table(path, header=9)


def test_on_fault_warn_reads_on_and_says_each_fault(tmp_path):
    path = tmp_path / "a.csv"
    rows = "".join(f"{place[3]},{number}\n" for number, place in enumerate(PLACES, start=1))
    path.write_text(f"市町名,数\n{rows}無い市,3\n西宮市,五\n", encoding="utf-8")
    with pytest.warns(TableWarning) as remarks:
        table = loaders.read_table(path, on_fault="warn")
    said = " ".join(str(remark.message) for remark in remarks)
    assert "無い市" in said
    assert "五" in said
    assert table["code"].isna().sum() == 1
    assert table["数"].isna().sum() == 1
    assert len(table) == len(PLACES) + 2


def test_an_answer_is_never_empty_because_the_file_is_another_prefectures(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("区分,指標,鳥取市,米子市\n体制,CIO,実施,未実施\n", encoding="utf-8")
    with pytest.raises(TableError, match="兵庫県の行が1つもありません"):
        loaders.read_dashboard(path, prefecture="28")
