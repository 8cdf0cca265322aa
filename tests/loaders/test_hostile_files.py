"""Damaged, renamed and hostile files: one clear error, or all that stood in them, never a raw traceback."""

import io
import random
import re
import warnings
import zipfile

import numpy as np
import openpyxl
import pandas as pd
import pytest

from dxkit import charts, linkage, loaders, maturity, schema
from dxkit.errors import TableError, TableWarning

HALF_PAIR = "\ud83d"
SEED = 20261128
DAMAGED_FORMS = 245


@pytest.fixture(scope="module")
def form(tmp_path_factory):
    answers = loaders.load("hearing_example")
    rater = answers.loc[answers["code"] == "V1", "rater"].iloc[0]
    path = tmp_path_factory.mktemp("form") / "form.xlsx"
    return loaders.write_hearing_form(path, rater=rater, vignettes=True, answers=answers)


def _repack(content, change):
    stream = io.BytesIO()
    with warnings.catch_warnings():
        # a part that stands twice is what some of the forms are about
        warnings.simplefilter("ignore")
        with (
            zipfile.ZipFile(io.BytesIO(content)) as before,
            zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as after,
        ):
            for name, part in change([(name, before.read(name)) for name in before.namelist()]):
                after.writestr(name, part)
    return stream.getvalue()


def _flip_bytes(content, dice):
    changed = bytearray(content)
    for _ in range(dice.randint(1, 12)):
        changed[dice.randrange(len(changed))] = dice.randrange(256)
    return bytes(changed)


def _cut_off(content, dice):
    return content[: dice.randrange(len(content))]


def _remove_part(content, dice):
    def change(parts):
        gone = dice.randrange(len(parts))
        return [part for position, part in enumerate(parts) if position != gone]

    return _repack(content, change)


def _double_part(content, dice):
    return _repack(content, lambda parts: [*parts, dice.choice(parts)])


def _swap_parts(content, dice):
    def change(parts):
        first, second = dice.sample(range(len(parts)), 2)
        parts[first], parts[second] = (
            (parts[first][0], parts[second][1]),
            (parts[second][0], parts[first][1]),
        )
        return parts

    return _repack(content, change)


def _empty_part(content, dice):
    def change(parts):
        position = dice.randrange(len(parts))
        parts[position] = (
            parts[position][0],
            dice.choice([b"", b"<a/>", b"\xff\xfe", b"<?xml version='1.0'?>"]),
        )
        return parts

    return _repack(content, change)


def _change_xml(content, dice):
    def change(parts):
        position = dice.choice(
            [at for at, (name, _) in enumerate(parts) if name.endswith((".xml", ".rels"))]
        )
        name, part = parts[position]
        text = part.decode()
        place = dice.choice(list(re.finditer(r'(?<==")[^"]*(?=")|<[^>]*>', text)))
        put = dice.choice(
            [
                "",
                "-1",
                "99999999999999999999",
                "x",
                "NaN",
                "1e999",
                "&#55357;",
                "ZZZZZ9",
                "<a>",
                "</a>",
                place[0] * 2,
            ]
        )
        parts[position] = (name, (text[: place.start()] + put + text[place.end() :]).encode())
        return parts

    return _repack(content, change)


def _read_or_refuse(path):
    try:
        return loaders.read_hearing(path), ""
    except TableError as error:
        return None, str(error)


DAMAGES = [_flip_bytes, _cut_off, _remove_part, _double_part, _swap_parts, _empty_part, _change_xml]


@pytest.mark.filterwarnings("ignore::dxkit.errors.TableWarning")
@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_a_damaged_form_is_read_or_refused_by_one_error_that_names_it(form, tmp_path, damage):
    content = form.read_bytes()
    sound = loaders.read_hearing(form)
    dice = random.Random(f"{SEED} {damage.__name__}")
    refused = 0
    for number in range(DAMAGED_FORMS // len(DAMAGES)):
        path = tmp_path / f"damaged_{number}.xlsx"
        path.write_bytes(damage(content, dice))
        answers, message = _read_or_refuse(path)
        if answers is None:
            refused += 1
            assert path.name in message
            assert re.search("[ぁ-ん]", message)
        else:
            # a part that is missing or empty never takes answers with it
            assert len(answers) == len(sound)
            if damage is not _change_xml:
                assert answers.drop(columns="file").equals(sound.drop(columns="file"))
    assert refused or damage is _double_part


@pytest.mark.filterwarnings("ignore::dxkit.errors.TableWarning")
@pytest.mark.parametrize(
    "name", ["form.xls", "form.csv", "form.docx", "form", "form.pdf", "form.XLSX", "form.zip"]
)
def test_a_form_of_any_name_is_known_by_its_content(form, tmp_path, name):
    path = tmp_path / name
    path.write_bytes(form.read_bytes())
    assert len(loaders.read_hearing(path)) == len(loaders.read_hearing(form))


def test_a_damaged_sheet_is_named(form, tmp_path):
    def change(parts):
        return [
            (name, part[: len(part) // 2] if name.endswith("sheet1.xml") else part)
            for name, part in parts
        ]

    path = tmp_path / "half.xlsx"
    path.write_bytes(_repack(form.read_bytes(), change))
    with pytest.raises(TableError, match=r"half.xlsx」 シート「.+」: .*壊れて"):
        loaders.read_hearing(path)


def test_a_formula_in_a_form_is_told_with_its_cell(form, tmp_path):
    book = openpyxl.load_workbook(form)
    sheet = next(page for page in book.worksheets if page.title.startswith("回答"))
    sheet["D9"] = "=1+1"
    book.save(tmp_path / "formula.xlsx")
    with pytest.raises(TableError, match="9行目 列「D」 値「=1\\+1」: 数式のセル"):
        loaders.read_hearing(tmp_path / "formula.xlsx")


@pytest.mark.parametrize("reader", [loaders.read_dashboard, loaders.read_table])
def test_a_fault_beyond_the_last_lettered_column_is_told_by_its_number(tmp_path, reader):
    width = 18_300
    path = tmp_path / "wide.csv"
    if reader is loaders.read_dashboard:
        path.write_text(
            f"区分,指標{',神戸市' * width}\n体制,CIO{',実施' * width}\n", encoding="utf-8"
        )
    else:
        path.write_text(
            f"市町名,数{',' * width}x\n姫路市,1{',' * (width - 1)}5,6\n", encoding="utf-8"
        )
    with pytest.raises(TableError, match=r"wide\.csv") as caught:
        reader(path)
    assert re.search("1?8,?30[0-9]列目", "".join(map(str, caught.value.faults)))


def test_an_indicator_that_nobody_answered_is_read_as_missing_and_scored_without(tmp_path):
    path = tmp_path / "dashboard.csv"
    path.write_text(
        "区分,指標,神戸市,姫路市\n体制,CIOの任命,,\n体制,CIO補佐官の任命,実施,未実施\n",
        encoding="utf-8",
    )
    table = loaders.read_dashboard(path)
    assert table.isna().to_numpy().tolist() == [[True, False], [True, False]]
    values = loaders.load("dashboard").set_index("code").select_dtypes("number").copy()
    values.iloc[:, 3] = np.nan
    scores = maturity.score(values, loaders.load("indicators_dashboard"))
    assert scores.total.notna().sum() > 0


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
@pytest.mark.parametrize("typed", [HALF_PAIR, "a\x00b", "a\x07b", "a\x1bb", "\ufffe"])
def test_characters_that_no_file_holds_are_written_as_boxes_and_said(tmp_path, suffix, typed):
    table = pd.DataFrame([[typed, 1], ["b", 2]], columns=["意見", "数"], dtype=object)
    with pytest.warns(TableWarning, match="2行目 列「意見」.*書けない文字"):
        path = loaders.write_table(table, tmp_path / f"a{suffix}")
    box = "".join("□" if letter not in "ab" else letter for letter in typed)
    assert loaders.read_table(path)["意見"].tolist() == [box, "b"]
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
@pytest.mark.parametrize(
    "start",
    [
        "=",
        "+",
        "-",
        "@",
        "＝",
        "＋",
        "－",
        "＠",
        "\n=",
        "\t=",
        "\r=",
        " =",
        "　＝",
        "\u200b=",
        "\n",
        "\t",
    ],
)
def test_no_text_leaves_as_a_formula_and_each_comes_back(tmp_path, suffix, start):
    path = loaders.write_table(
        pd.DataFrame({"意見": [f"{start}1+1", "b"], "数": [1, 2]}), tmp_path / f"a{suffix}"
    )
    if suffix == ".csv":
        written = path.read_text(encoding="utf-8-sig").splitlines()[1]
        assert written.lstrip('"').startswith("'")
    else:
        assert openpyxl.load_workbook(path).worksheets[0]["A2"].value.startswith("'")
    # line breaks are those of the file, whichever was written
    assert loaders.read_table(path)["意見"].tolist()[0].replace(
        "\r", "\n"
    ) == f"{start}1+1".replace("\r", "\n")


def test_what_excel_has_no_type_for_is_written_as_text(tmp_path):
    moment = pd.Timestamp("2026-01-01 09:00", tz="Asia/Tokyo")
    cells = [
        moment,
        float("inf"),
        2**80,
        1j,
        [1],
        {"a": 1},
        pd.NaT,
        b"a\xff",
        pd.Timestamp("2026-01-01 09:00"),
    ]
    path = loaders.write_table(
        pd.DataFrame({"値": pd.Series(cells, dtype=object)}), tmp_path / "a.xlsx"
    )
    written = [
        row[0].value for row in openpyxl.load_workbook(path).worksheets[0].iter_rows(min_row=2)
    ]
    assert written[:6] == ["2026-01-01 09:00:00+09:00", "inf", str(2**80), "1j", "[1]", "{'a': 1}"]
    assert written[6] is None
    assert written[8] == moment.tz_localize(None)


def test_a_table_too_large_for_excel_and_a_text_too_long_are_said(tmp_path):
    wide = pd.DataFrame(np.zeros((1, 2**14 + 1)))
    with pytest.raises(TableError, match=r"a.xlsx.*16,385列"):
        loaders.write_table(wide, tmp_path / "a.xlsx")
    with pytest.warns(TableWarning, match="32,767文字"):
        loaders.write_table(pd.DataFrame({"文": ["x" * 40_000]}), tmp_path / "a.xlsx")


def test_sheet_names_that_excel_refuses_are_mended_each_to_one_of_its_own(tmp_path):
    table = pd.DataFrame({"a": [1]})
    names = ["a/b*", "a:b*", "x" * 40, "x" * 41, "", "A_b_"]
    path = schema.write_sheets(dict.fromkeys(names, table), tmp_path / "a.xlsx")
    titles = openpyxl.load_workbook(path).sheetnames
    assert len({title.casefold() for title in titles}) == len(names)
    assert max(map(len, titles)) <= 31


def test_half_a_surrogate_pair_in_json_is_read_as_unknown_and_said(tmp_path):
    path = tmp_path / "a.json"
    body = '{"municipalities": [{"prefecture": "兵庫県", "city": "姫路市", "business_rates": {"住民基本台帳": 0.5}, "memo": "\\ud83d"}]}'
    path.write_text(body, encoding="utf-8")
    with pytest.warns(TableWarning, match="サロゲート"):
        assert len(loaders.read_standardization(path)) == 1


def test_a_register_with_half_pairs_anywhere_is_folded_and_said():
    cells = [
        [f"1{HALF_PAIR}", f"{HALF_PAIR}山", "ヤマ", "1965-05-03", "男", "神戸市浜町2-3-4", ""],
        ["2", HALF_PAIR, "", "", "", "", HALF_PAIR],
    ]
    columns = ["record_id", "name", "kana", "birthday", "sex", "address", "code"]
    records = pd.DataFrame(cells, columns=columns, dtype=object)
    with pytest.warns(TableWarning, match="サロゲート"):
        folded = linkage.normalise(records)
    assert folded["name"].iloc[0] == "山"
    assert folded["name"].isna().iloc[1]


@pytest.mark.filterwarnings("ignore::dxkit.errors.TableWarning")
def test_a_label_of_200_000_letters_is_cut_where_it_is_drawn():
    table = pd.DataFrame({"a": [1.0, 2.0], "b": [2.0, 1.0]}, index=["あ" * 200_000, "姫路市"])
    figure = charts.heatmap(table)
    figure.canvas.draw()
    labels = [text.get_text() for text in figure.axes[0].get_yticklabels()]
    assert labels[1] == "姫路市"
    assert len(labels[0]) <= 1_200
    assert labels[0].endswith("…")
