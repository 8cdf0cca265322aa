"""Names, dates and addresses become one key in all their spellings, and no text whatever stops the normaliser."""

import subprocess
import sys
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dxkit import linkage
from dxkit.errors import TableError, TableWarning
from dxkit.loaders import all_municipalities

COLUMNS = ("record_id", "name", "kana", "birthday", "sex", "address", "code")

NAMES = st.text(
    st.one_of(
        st.characters(codec="utf-8"),
        st.sampled_from(
            "髙﨑邊齋濵𠮷澤々〻ヶー゛ﾞﾟｶﾞオエ　 ・がぱッヴ丁目番号一二十百〇0123４５-−昭和年月日S.R元"
        ),
    ),
    max_size=30,
)


def _records(**cells):
    rows = max(len(values) for values in cells.values())
    filled = {column: cells.get(column, [""] * rows) for column in COLUMNS}
    return pd.DataFrame(
        filled | {"record_id": cells.get("record_id", [str(row) for row in range(rows)])}
    )


def _keys(column, *texts):
    """Fold texts of one column; each stands in a register of its own."""
    return [linkage.normalise(_records(**{column: [text]})).iloc[0] for text in texts]


def _text(value):
    return "" if pd.isna(value) else value


def _place(text, code=""):
    # a neighbour in Hyogo: 中央区 alone may be in ten cities
    row = linkage.normalise(_records(address=[text, ""], code=[code, "28100"])).iloc[0]
    return tuple(_text(row[key]) for key in ("code", "town", "block"))


def _day(text):
    row = linkage.normalise(_records(birthday=[text])).iloc[0]
    return tuple(0 if pd.isna(row[key]) else row[key] for key in ("year", "month", "day"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("髙橋", "高橋"), ("山﨑", "山崎"), ("渡邊", "渡辺"), ("渡邉", "渡辺"), ("齋藤", "斎藤"), ("齊藤", "斎藤"), ("斉藤", "斎藤"),
        ("濵田", "浜田"), ("濱田", "浜田"), ("𠮷田", "吉田"), ("澤田", "沢田"), ("櫻井", "桜井"), ("廣瀨", "広瀬"), ("嶋田", "島田"),
        ("嶌田", "島田"), ("冨田", "富田"), ("桒原", "桑原"), ("栁田", "柳田"), ("瀧川", "滝川"), ("黑田", "黒田"), ("德永", "徳永"),
        ("眞鍋", "真鍋"), ("舘野", "館野"), ("峯岸", "峰岸"), ("檜垣", "桧垣"), ("佐々木", "佐佐木"), ("辻\U000e0100", "辻"),
    ],
)  # fmt: skip
def test_old_forms_of_names_are_compared_as_their_everyday_forms(old, new):
    one, other = _keys("name", old, new)
    assert one["name"] == other["name"]


@pytest.mark.parametrize(
    ("one", "other"),
    [("玉田", "王田"), ("切田", "功田"), ("川田", "河田"), ("太田", "大田"), ("辺見", "邦見")],
)
def test_everyday_kanji_that_only_look_alike_stay_apart(one, other):
    first, second = _keys("name", one, other)
    assert first["name"] != second["name"]


OLD_FORMS = "髙﨑邊邉齋齊斉濵濱𠮷澤嶋冨德眞"
WITHOUT_THE_MAP = f"""
import sys
sys.modules["jntajis"] = None
import pandas as pd
from dxkit import linkage
columns = {COLUMNS}
rows = [[str(at), name, "", "", "", "", ""] for at, name in enumerate("{OLD_FORMS}")]
print("".join(linkage.normalise(pd.DataFrame(rows, columns=columns))["name"]))
"""


def test_the_own_table_stands_in_where_the_official_map_is_not_installed():
    with_map = "".join(row["name"] for row in _keys("name", *OLD_FORMS))
    # the table also refuses to hold a character twice, as soon as it is read
    run = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", WITHOUT_THE_MAP],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    assert run.stdout.strip() == with_map == "高崎辺辺斎斎斎浜浜吉沢島富徳真"
    # and it says so, once, with the command that installs the map
    assert run.stderr.count("jntajis-python") == 1
    assert "make full" in run.stderr


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ナカジマ　ケン", "なかじま けん"), ("ﾅｶｼﾞﾏ ｹﾝ", "ナカジマケン"), ("オオノ", "オーノ"), ("おうの", "オオノ"), ("ケイコ", "ケーコ"),
        ("シズカ", "シヅカ"), ("ショウ", "シヨウ"), ("イケダ・ユウ", "イケダユウ"),
    ],
)  # fmt: skip
def test_readings_are_compared_in_one_kana(one, other):
    first, second = _keys("kana", one, other)
    assert first["kana"] == second["kana"]
    assert _text(first["kana"]) != ""


def test_kanji_are_no_reading():
    assert pd.isna(_keys("kana", "山田 タロウ")[0]["kana"])


@settings(max_examples=100, deadline=None)
@given(NAMES)
@example("オ\u3099")
@example("ŉΐ")
@example("か\u200b\u3099")
def test_folding_twice_changes_nothing_and_never_raises(text):
    keys = ["name", "kana"]
    # a kanji before it keeps a name in kana from being read as a reading
    cells = {"name": ["山" + text, ""], "kana": ["", text]}
    once = linkage.normalise(_records(**cells))[keys].fillna("")
    cells = {"name": once["name"].tolist(), "kana": once["kana"].tolist()}
    again = linkage.normalise(_records(**cells))[keys].fillna("")
    assert again["name"][0] == once["name"][0]
    assert again["kana"][1] == once["kana"][1]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(*[NAMES] * 6), min_size=1, max_size=4))
@example([("オオ オオ", "か ー", "", "", "三田市三輪1-2", "")])
def test_a_register_folds_as_its_cells_do_and_any_text_passes(rows):
    fields = ("name", "kana", "birthday", "sex", "address", "code")
    cells = dict(zip(fields, map(list, zip(*rows, strict=True)), strict=True))
    table = linkage.normalise(_records(**cells))
    keys = ["name", "kana", "year", "month", "day", "code", "town", "block"]
    for row, values in enumerate(rows):
        alone = {field: [value] for field, value in zip(fields, values, strict=True)}
        # two dots fold to nothing, and a tab before an address means nothing, but both keep the
        # texts from being read in parts: the parts fold as the whole does
        whole = alone | {
            "name": [values[0] + " . ."],
            "kana": [values[1] + " . ." if values[1].strip() else ""],
            "address": ["\t" + values[4]],
        }
        for cell in (alone, whole):
            single = linkage.normalise(_records(**cell))
            pd.testing.assert_series_equal(
                table.loc[row, keys], single.loc[0, keys], check_names=False
            )


def test_names_are_parted_at_their_blank_or_after_a_surname_that_others_bear():
    table = linkage.normalise(
        _records(name=["山田　太郎", "山田花子", "佐々木 翔", "佐々木一郎", "鬼頭"])
    )
    assert table["surname"].fillna("").tolist() == ["山田", "山田", "佐佐木", "佐佐木", ""]
    assert table["given"].fillna("").tolist() == ["太郎", "花子", "翔", "一郎", ""]


def test_a_name_written_in_kana_is_a_reading():
    row = linkage.normalise(_records(name=["やまだ　たろう"])).iloc[0]
    assert pd.isna(row["name"])
    assert (row["kana"], row["kana_plain"], row["kana_given"]) == (
        "ヤマダタロウ",
        "ヤマタタロウ",
        "タロウ",
    )


@pytest.mark.parametrize(
    "text",
    [
        "兵庫県神戸市中央区浜町2丁目3番4号", "神戸市中央区浜町２―３―４", "神戸市浜町2の3の4", "中央区浜町二丁目三番四号", "神戸市 浜町 2-3-4",
        "兵庫県神戸市浜町２－３－４　サンハイツ101", "神戸市浜町2ー3ー4", "神戸市浜町2丁目3番地の4 101号室", "神戸市浜町2-3-4 101",
        "神戸市大字浜町2ノ3ノ4", "神戸市浜町02-03-04", "神戸市浜町2丁目3-4-101",
    ],
)  # fmt: skip
def test_one_door_is_one_door_in_every_spelling(text):
    assert _place(text) == ("28100", "浜町", "2-3-4")


@pytest.mark.parametrize(
    ("text", "code", "town", "block"),
    [
        ("三田市三輪2丁目1番1号", "28219", "三輪", "2-1-1"),
        ("西宮市六湛寺町10番3号", "28204", "六湛寺町", "10-3"),
        ("姫路市二十三番町", "28201", "二十三番町", ""),
        ("揖保郡太子町鵤280-1", "28464", "鵤", "280-1"),
        ("たつの市龍野町富永1005番地の1", "28229", "龍野町富永", "1005-1"),
        ("浜町2の3の4", "", "浜町", "2-3-4"),
        ("大阪府大阪市北区中之島1丁目3番20号", "27100", "中之島", "1-3-20"),
        ("神戸市浜町二十三番地", "28100", "浜町", "23"),
        ("", "", "", ""),
        ("不明", "", "不明", ""),
    ],
)
def test_numerals_of_names_stay_names(text, code, town, block):
    assert _place(text) == (code, town, block)


def test_the_code_written_beside_an_address_wins_and_is_read_in_any_form():
    table = linkage.normalise(
        _records(address=["浜町2-3-4"] * 4, code=["28100", "281000", 28100.0, "1100"])
    )
    assert table["code"].tolist() == ["28100", "28100", "28100", "01100"]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(NAMES, st.sampled_from(["", "28100", "13101", "x"])), max_size=3))
def test_reading_many_addresses_gives_what_reading_each_gives(rows):
    # a tab before an address keeps it from being read in halves
    texts = [text for text, _ in rows]
    codes = [code for _, code in rows]
    many, whole = (
        linkage.normalise(_records(address=addresses, code=codes))
        for addresses in (texts, ["\t" + text for text in texts])
    )
    keys = ["code", "town", "block"]
    pd.testing.assert_frame_equal(many[keys], whole[keys])


@pytest.mark.parametrize(
    ("text", "code", "town", "block"),
    [
        ("兵庫県三木市福井3丁目5番8号", "28215", "福井", "3-5-8"),
        ("三田市三輪2丁目1番1号　三輪ハイツ305", "28219", "三輪", "2-1-1"),
        ("三木市三番町1番2号", "28215", "三番町", "1-2"),
        ("三木市二番1-2", "28215", "", "2-1-2"),
        ("三田市 八景町 7-1", "28219", "八景町", "7-1"),
    ],
)
def test_a_numeral_in_the_name_of_a_place_moves_no_number(text, code, town, block):
    assert _place(text) == (code, town, block)
    # read as a whole, too
    assert _place("\t" + text) == (code, town, block)


@pytest.mark.parametrize("kind", ["str", "object", "string[python]"])
def test_a_register_folds_the_same_however_its_texts_are_held(kind):
    rows = _records(
        name=["山田　太郎", "ﾔﾏﾀﾞ ﾀﾛｳ", "", None], birthday=["S40.5.3", "1965-05-03", "", None]
    )
    expected = linkage.normalise(rows.astype("object"))
    pd.testing.assert_frame_equal(linkage.normalise(rows.astype(kind)), expected)


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("1965-05-03", (1965, 5, 3)), ("1965/5/3", (1965, 5, 3)), ("昭和40年5月3日", (1965, 5, 3)), ("昭和四十年五月三日", (1965, 5, 3)),
        ("S40.5.3", (1965, 5, 3)), ("s400503", (1965, 5, 3)), ("19650503", (1965, 5, 3)), ("昭和40年5月", (1965, 5, 0)), ("1965", (1965, 0, 0)),
        ("Ｓ４０．５．３", (1965, 5, 3)), ("令和元年5月1日", (2019, 5, 1)), ("R1.5.1", (2019, 5, 1)), ("平31.4.30", (2019, 4, 30)),
        ("大正15年", (1926, 0, 0)), ("1965-05-03 00:00:00", (1965, 5, 3)), ("昭和40年5月3日生", (1965, 5, 3)), ("S40.5.-", (1965, 5, 0)),
        ("1965-13-03", (1965, 0, 0)), ("1965-02-31", (1965, 2, 0)), ("昭和99年1月1日", (0, 0, 0)), ("40歳くらい", (0, 0, 0)), ("", (0, 0, 0)),
    ],
)  # fmt: skip
def test_birthdays_are_read_as_far_as_they_hold(text, date):
    assert _day(text) == date


@settings(max_examples=100, deadline=None)
@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2030, 12, 31)))
def test_every_day_is_read_back_from_western_and_era_writing(born):
    start, letter = next(
        (start, letter)
        for first, start, letter in (
            ("2019-05-01", 2018, "R"),
            ("1989-01-08", 1988, "H"),
            ("1926-12-25", 1925, "S"),
            ("1912-07-30", 1911, "T"),
            ("1868-01-25", 1867, "M"),
        )
        if born.isoformat() >= first
    )
    day = (born.year, born.month, born.day)
    era_date = f"{letter}{born.year - start}.{born.month}.{born.day}"
    assert _day(born.isoformat()) == _day(era_date) == day


def test_all_faults_of_a_register_come_together():
    broken = pd.DataFrame({"record_id": ["1", "1", None], "birthday": ["a", "b", "c"]})
    with pytest.raises(TableError, match="3件の問題") as caught:
        linkage.normalise(broken)
    assert {fault.column for fault in caught.value.faults} == {"name", "record_id"}
    assert [fault.row for fault in caught.value.faults if fault.row] == [3, 4]


def test_the_input_stays_as_it_was_and_cells_may_be_missing_or_numbers():
    records = _records(
        name=["山田 太郎", None, 7],
        birthday=[pd.Timestamp("1965-05-03"), np.nan, 19650503],
        code=[28100, None, "x"],
    )
    before = records.copy(deep=True)
    table = linkage.normalise(records)
    pd.testing.assert_frame_equal(records, before)
    assert table["birthday"].fillna("").tolist() == ["1965-05-03", "", "1965-05-03"]
    assert len(linkage.normalise(records.head(0))) == 0


def test_an_index_of_any_kind_is_kept():
    table = linkage.normalise(_records(name=["山田 太郎", "山田花子"]).set_axis(["x", "x"]))
    assert table.index.tolist() == ["x", "x"]
    assert table["surname"].tolist() == ["山田", "山田"]


def test_people_of_one_house_share_a_household():
    table = linkage.normalise(
        _records(
            name=["山田 太郎", "山田花子", "鈴木 一"],
            address=["神戸市浜町2-3-4", "神戸市浜町2丁目3番4号", "神戸市浜町2-3-4"],
        )
    )
    assert table["household"][0] == table["household"][1] != table["household"][2]


@pytest.mark.parametrize("piece", ["三", "1-", "丁目", "山 ", "ー", "S"])
def test_a_cell_of_half_a_million_characters_is_only_a_cell(piece):
    table = linkage.normalise(pd.DataFrame({column: [piece * 250_000] for column in COLUMNS}))
    assert len(table) == 1


def test_columns_that_are_missing_are_unknown_and_named_with_those_that_were_not_read():
    table = pd.DataFrame({"record_id": ["1"], "name": ["山田 太郎"], "birthdate": ["1965-05-03"]})
    with pytest.warns(TableWarning, match="birthday.*読まなかった列: birthdate"):
        row = linkage.normalise(table).iloc[0]
    assert (row["surname"], row["given"]) == ("山田", "太郎")
    assert row[["kana", "year", "sex", "code", "block"]].isna().all()


def test_a_name_may_stand_in_two_columns():
    table = _records(name=["山田 太郎", ""]).drop(columns="name")
    parts = table.assign(surname=["山田", "佐藤"], given=["太郎", None])
    assert linkage.normalise(parts)["name"].tolist() == ["山田太郎", "佐藤"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("José Álvarez", "JOSE ALVAREZ"), ("Łukasz Žižka", "Lukasz Zizka"), ("Nguyễn Văn An", "Nguyen Van An"),
        ("O'Brien, Mary Ann", "obrien maryann"),
    ],
)  # fmt: skip
def test_names_in_latin_letters_are_compared_without_accents_and_marks(one, other):
    first, second = _keys("name", one, other)
    assert first["name"] == second["name"]
    assert first["surname"] == second["surname"] != ""


def test_an_address_in_other_letters_is_words_and_numbers():
    assert _place("12 High Street, Flat 3, Leeds", "4223") == (
        "04223",
        "HIGHSTREETFLATLEEDS",
        "12-3",
    )
    assert _place("ул. Ленина 5", "")[2] == "5"


def test_every_municipality_is_found_without_its_prefecture_among_its_neighbours():
    places = _load_places()
    for prefecture, group in places.groupby(places["code"].str[:2]):
        keys = linkage.normalise(
            _records(address=(group["name"] + "栄町3丁目1番2号").tolist()).assign(code="")
        )
        wrong = keys["code"].fillna("").to_numpy() != group["expected"].to_numpy()
        # of one prefecture, two places of one name: 府中 in two counties, and the like
        assert wrong.mean() <= 0.03, (prefecture, group["name"].to_numpy()[wrong])


def _load_places():
    places = [place for place in all_municipalities() if not place.parent]
    rows = [(place.code, place.name, place.code) for place in places]
    return pd.DataFrame(rows, columns=["code", "name", "expected"])


def test_a_name_that_several_municipalities_bear_follows_the_neighbours_or_stays_unknown():
    with pytest.warns(TableWarning, match="同じ名前の市区町村が複数.*1件"):
        alone = linkage.normalise(_records(address=["府中市本町1-2"]))
    assert pd.isna(alone["code"][0])
    for code, neighbour in (("13206", "東京都八王子市元本郷町3-24-1"), ("34208", "広島市中区1-1")):
        both = linkage.normalise(_records(address=["府中市本町1-2", neighbour]))
        assert both["code"][0] == code
    far = linkage.normalise(_records(address=["鳥取市尚徳町116", "神戸市浜町1-1", "三木市1-1"]))
    assert far["code"].tolist() == ["31201", "28100", "28215"]


def test_half_a_surrogate_pair_is_an_unknown_character_and_said():
    table = _records(name=["", "", ""]).astype(object)
    table["name"] = pd.Series(["山田 太郎", "\ud83d", "\ud83d山"], dtype=object)
    with pytest.warns(TableWarning, match="3行目 列「name」.*サロゲート.*2件"):
        keys = linkage.normalise(table)
    assert keys["name"].fillna("").tolist() == ["山田太郎", "", "山"]


def test_birthdays_that_cannot_be_read_are_counted_but_not_those_that_say_unknown():
    with pytest.warns(TableWarning, match="3行目 列「birthday」 値「40歳くらい」.*1件"):
        linkage.normalise(_records(birthday=["1965-05-03", "40歳くらい", "不明", "", "-"]))
