"""Cells and headings that Python has and a table of figures has no use for: plain, or one clear error."""

import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

import dxkit
from dxkit import assumptions, drones, loaders, maturity, regions, schema, sharing
from dxkit.errors import DxkitError, TableError, TableWarning

PLAIN = pd.DataFrame(
    {"code": ["28201", "28202", "28203"], "plan": [1.0, 2.0, 4.0], "team": [3.0, math.nan, 5.0]}
)
FRAMEWORK = pd.DataFrame(
    {
        "indicator": ["plan", "team"], "parent": "", "label": ["計画", "体制"], "direction": 1,
        "weight": 1.0, "unit": "", "low": 0.0, "high": 5.0,
    }
)  # fmt: skip


def with_team(cell):
    """Return the plain table with a cell in its second row."""
    return PLAIN.assign(team=pd.Series([3, cell, 5], dtype=object))


# plan / 5 and team / 5 weigh the same; 尼崎市 has no team
TOTALS = {"28201": (0.2 + 0.6) / 2, "28202": 0.4, "28203": (0.8 + 1.0) / 2}


@pytest.mark.parametrize(
    "team",
    [
        [Decimal(3), None, Decimal("5.0")],
        [Fraction(3), pd.NA, Fraction(10, 2)],
        [3, pd.NaT, 5],
        [3, Decimal("nan"), 5.0],
        pd.Categorical([3.0, None, 5.0]),
        pd.Categorical([3, None, 5]),
        pd.Categorical(pd.array([3, None, 5], dtype="Int64")),
        pd.Categorical([Decimal(3), None, Fraction(5)]),
    ],
    ids=[
        "Decimal",
        "Fraction and NA",
        "NaT",
        "Decimal that is none",
        "categories",
        "whole categories with a gap",
        "nullable categories with a gap",
        "categories of Decimal",
    ],
)
def test_numbers_of_any_kind_give_the_totals_of_plain_ones(team):
    totals = maturity.score(PLAIN.assign(team=team), FRAMEWORK, scale=(0, 1), min_answered=0).total
    assert totals.to_dict() == pytest.approx(TOTALS)


@pytest.mark.parametrize(
    "codes",
    [
        [28201.0, 28202.0, 28203.0],
        ["２８２０１", "２８２０２", "２８２０３"],
        [" 28201", "28202 ", "　28203"],
        ["28201.0", "28202.0", "28203.0"],
        ["282014", "28202", "28203"],
        pd.Categorical([28201, 28202, 28203]),
    ],
    ids=["floats", "full-width", "blanks", "floats as text", "five or six digits", "categories"],
)
def test_codes_as_keyboards_and_spreadsheets_leave_them_are_the_codes(codes):
    table = schema.to_table(PLAIN.assign(code=codes))
    assert table["code"].tolist() == ["28201", "28202", "28203"]


@pytest.mark.parametrize("place", ["column", "index"])
def test_categories_of_codes_with_a_gap_are_codes_and_a_gap(place):
    codes = pd.Categorical([28201, 28202, None])
    table = pd.DataFrame({"code": codes, "plan": [1, 2, 3]})
    table = schema.to_table(table if place == "column" else table.set_index("code"))
    read = table["code"] if place == "column" else table.index.to_series()
    assert read.iloc[:2].tolist() == ["28201", "28202"]
    assert pd.isna(read.iloc[2])


def test_labels_of_ones_own_stay_what_they_are():
    for labels in (["V1", "V2", "V3"], ["00001", "00002", "00003"], ["28201", "甲", "乙"]):
        assert schema.to_table(PLAIN.assign(code=labels))["code"].tolist() == labels


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (PLAIN.assign(team=1 + 1j), "複素数"),
        (PLAIN.assign(team=pd.Series([3, 1j, 5], dtype=object)), "2行目 列「team」.*複素数"),
        (PLAIN.assign(team=pd.Series([3, 10**400, 5], dtype=object)), "2行目.*大きすぎます"),
        (with_team(Fraction(10**400)), "2行目 列「team」.*大きすぎます（401桁）"),
        (with_team(-Fraction(10**400)), "2行目.*401桁"),
        (with_team(10**5000), "2行目.*5001桁"),
        (with_team(10**5000 - 1), "2行目.*5000桁"),
        (with_team(Decimal("1e400")), "2行目.*401桁"),
        (with_team(Decimal("-9.9e999999999")), "2行目.*1000000000桁"),
        (with_team([4, 5]), "2行目 列「team」.*いくつもの値（list）"),
        (with_team({"a": 4}), "2行目.*いくつもの値（dict）"),
        (with_team({4}), "2行目.*いくつもの値（set）"),
        (with_team(np.array([4, 5])), "2行目.*いくつもの値（ndarray）"),
        (pd.concat([PLAIN, PLAIN[["team"]]], axis=1), "列「team」.*同じ名前の列"),
        (PLAIN.set_axis(pd.MultiIndex.from_product([["a"], PLAIN.columns]), axis=1), "2段"),
        (PLAIN.drop(columns="code").set_axis([["a"] * 3, [1, 2, 3]]), "行の索引が2段"),
        (PLAIN.assign(code=["28201", None, "28203"]), "2行目: 団体コードのない行"),
    ],
    ids=[
        "complex column",
        "complex cell",
        "endless",
        "endless Fraction",
        "negative Fraction",
        "more digits than Python writes",
        "one digit less",
        "endless Decimal",
        "Decimal beyond arithmetic",
        "list",
        "dictionary",
        "set",
        "array",
        "twice",
        "two steps",
        "two labels",
        "nobody",
    ],
)
def test_what_no_figure_can_be_computed_from_is_one_error(table, words):
    with pytest.raises(TableError, match=words):
        maturity.score(table, FRAMEWORK)


ANSWERS = pd.DataFrame(
    {
        "code": ["28201", "28201", "28202", "28202"], "rater": ["甲", "乙"] * 2,
        "item": "plan", "level": [1.0, 2.0, 3.0, 3.0],
    }
)  # fmt: skip


@pytest.mark.parametrize("column", ["item", "code"])
@pytest.mark.parametrize(
    "read",
    [maturity.values_of, maturity.rater_severity, maturity.agreement],
    ids=lambda f: f.__name__,
)
def test_a_list_among_words_is_one_error(read, column):
    words = ANSWERS[column].tolist()
    words[2] = ["plan", "team"]
    with pytest.raises(TableError, match=rf"3行目 列「{column}」.*いくつもの値（list）"):
        read(ANSWERS.assign(**{column: words}))


def test_a_list_among_the_labels_of_a_framework_is_one_error():
    labels = pd.Series(["計画", ["体制"]], dtype=object)
    with pytest.raises(TableError, match=r"2行目 列「label」.*いくつもの値（list）"):
        maturity.reweight(FRAMEWORK.assign(label=labels), weights={"plan": 2})


def twice(table, *headings):
    """Return a table with other cells in further columns of these names."""
    extra = table[list(headings)].iloc[::-1].set_axis(table.index)
    return pd.concat([table, extra], axis=1)


TOWNS = pd.DataFrame(
    {
        "place": ["甲", "乙", "丙"], "lat": [35.0, 35.0, 35.1], "lon": [134.0, 134.01, 134.0],
        "people": [10, 20, 25], "備考": ["あ", "い", "う"], "note": ["あ", "い", "う"], "計": [1, 2, 3],
    }
)  # fmt: skip
SITES = pd.DataFrame({"base": ["駅", "役場"], "lat": [35.0, 35.1], "lon": [134.005, 134.0]})


def test_a_heading_that_nobody_reads_may_repeat():
    demand = twice(TOWNS, "備考", "note", "計")
    for function, options in (
        (drones.best_bases, {"count": 1, "range_km": 2}),
        (drones.median_bases, {"count": 1}),
        (drones.fewest_bases, {"range_km": 2}),
    ):
        plain, repeated = (function(table, SITES, **options) for table in (TOWNS, demand))
        pd.testing.assert_frame_equal(plain.bases, repeated.bases)
    # by hand: both villages at 35.0 lie within 2 km of the station and hold 30 of the 55
    assert drones.best_bases(demand, SITES, count=1, range_km=2).bases["base"].tolist() == ["駅"]
    values = twice(PLAIN.assign(備考=["あ", "い", "う"], 計=[1, 2, 3]), "備考", "計")
    totals = maturity.score(values, FRAMEWORK, scale=(0, 1), min_answered=0).total
    assert totals.to_dict() == pytest.approx(TOTALS)
    framework = maturity.plain_framework(twice(PLAIN.assign(備考=["あ", "い", "う"]), "備考"))
    assert framework["indicator"].tolist() == ["plan", "team"]


def test_a_table_keeps_headings_that_repeat_and_reads_the_odd_cells_below_each():
    table = twice(PLAIN.assign(plan=[Decimal(1), None, Fraction(4)]), "plan")
    read = schema.to_table(table)
    assert read.columns.tolist() == ["code", "plan", "team", "plan"]
    np.testing.assert_array_equal(read.iloc[:, 1].to_numpy(float), [1, math.nan, 4])
    np.testing.assert_array_equal(read.iloc[:, 3].to_numpy(float), [4, math.nan, 1])
    with pytest.raises(TableError, match=r"3行目 列「plan」.*複素数"):
        schema.to_table(
            pd.concat([table, pd.Series([1, 2, 1j], dtype=object, name="plan")], axis=1)
        )


REPEATED = {
    "a need's people": lambda: drones.best_bases(
        twice(TOWNS, "people"), SITES, count=1, range_km=2
    ),
    "a need's place": lambda: drones.best_bases(twice(TOWNS, "place"), SITES, count=1, range_km=2),
    "a base's name": lambda: drones.best_bases(TOWNS, twice(SITES, "base"), count=1, range_km=2),
    "a latitude": lambda: drones.reach(TOWNS, twice(SITES, "lat"), range_km=2),
    "a point's latitude": lambda: regions.locate(twice(TOWNS, "lat")),
    "an indicator": lambda: maturity.score(twice(PLAIN, "plan"), FRAMEWORK),
    "a code": lambda: maturity.score(twice(PLAIN, "code"), FRAMEWORK),
    "a figure without a framework": lambda: maturity.plain_framework(twice(PLAIN, "plan")),
    "an indicator of types": lambda: maturity.typology(twice(PLAIN, "plan"), draws=5),
    "a weight": lambda: maturity.score(PLAIN, twice(FRAMEWORK, "weight")),
    "an answer's status": lambda: maturity.values_of(
        twice(ANSWERS.assign(status="回答"), "status")
    ),
    "a town's kind": lambda: maturity.population_band(
        twice(pd.DataFrame(dxkit.load("municipalities")), "kind")
    ),
    "a schema's column": lambda: schema.validate(
        twice(dxkit.load("progress"), "share_done"), "progress"
    ),
    "a policy's route": lambda: sharing.check_policies(twice(sharing.default_policies(), "route")),
}


@pytest.mark.parametrize("call", REPEATED.values(), ids=REPEATED.keys())
def test_a_heading_that_is_read_may_not_repeat(call):
    with pytest.raises(TableError, match="同じ名前の列が2つ以上あります"):
        call()


def test_weights_from_components_refuse_what_is_equal_everywhere():
    values = PLAIN.assign(team=3.0)
    with pytest.raises(TableError, match="列「team」: すべての市町で同じ値"):
        maturity.reweight(FRAMEWORK, method="pca", values=values)


def test_two_towns_are_two_types_and_text_that_is_a_number_counts():
    values = pd.DataFrame({"plan": ["1", "4"], "team": ["2", "5"]}, index=["28201", "28202"])
    types = maturity.typology(values, n_types=2, draws=5).labels
    assert sorted(types.tolist()) == [1, 2]


def test_a_column_of_number_texts_is_an_indicator_and_one_of_labels_is_none():
    values = PLAIN.assign(plan=["1", "2", "4"], office=["01", "02", "03"])
    with pytest.warns(TableWarning, match="文字で入っている列（plan）は、数として使いました"):
        framework = maturity.plain_framework(values)
    assert framework["indicator"].tolist() == ["plan", "team"]
    assert framework["high"].tolist() == [4.0, 5.0]


@pytest.mark.parametrize("digits", [["1", "2", "1"], [1, 2, 1]], ids=["texts", "numbers"])
@pytest.mark.parametrize(
    "heading",
    [
        "area_code",
        "地域コード",
        "地域ｺｰﾄﾞ",
        "整理番号",
        "ID",
        "id",
        "townID",
        "No.",
        "No",
        "町code",
        "code2",
    ],
)
def test_digits_below_a_heading_of_names_are_no_indicator_and_that_is_said(heading, digits):
    values = PLAIN.assign(**{heading: digits})
    words = f"見出しから名前とみなした列（{heading}）は、使っていません"
    with pytest.warns(TableWarning, match=words):
        framework = maturity.plain_framework(values)
    assert framework["indicator"].tolist() == ["plan", "team"]
    with pytest.warns(TableWarning, match=words):
        totals = maturity.score(values, scale=(0, 1), min_answered=0).total
    # by hand: from smallest to largest, plan (1, 2, 4) and team (3, none, 5)
    assert totals.to_dict() == pytest.approx({"28201": 0.0, "28202": 1 / 3, "28203": 1.0})


@pytest.mark.parametrize(
    "heading", ["paid", "grid", "piano", "件数", "コード化率", "no_paper", "covid"]
)
def test_headings_that_only_resemble_such_names_are_indicators(heading):
    framework = maturity.plain_framework(PLAIN.assign(**{heading: [1, 2, 1]}))
    assert framework["indicator"].tolist() == ["plan", "team", heading]


def test_telephone_numbers_with_a_word_among_them_are_no_fault_of_the_figures():
    with pytest.warns(TableWarning, match="名前とみなした列（電話番号）"):
        framework = maturity.plain_framework(
            PLAIN.assign(電話番号=["781234567", "なし", "798765432"])
        )
    assert framework["indicator"].tolist() == ["plan", "team"]


@pytest.mark.parametrize("count", [2.5, math.nan, "3", True, 0])
def test_a_number_of_peers_that_is_none_is_refused(count):
    towns = pd.DataFrame(
        {
            "code": ["28201", "28202", "28203"], "name": ["姫路市", "尼崎市", "明石市"],
            "kind": "city", "people_2020": [530_495.0, 459_593.0, 303_601.0],
            "elderly_2020": [140_000.0, 125_000.0, 80_000.0], "area_km2": [534.0, 51.0, 49.0],
        }
    )  # fmt: skip
    with pytest.raises(DxkitError, match="count="):
        maturity.peers(towns, "28201", count=count)
    with pytest.raises(TableError, match="同じ行が2つ以上"):
        maturity.peers(pd.concat([towns, towns.head(1)]), "28201", count=1)


@pytest.mark.parametrize("value", [None, 5, math.nan, "表"], ids=str)
def test_what_is_no_table_leaves_by_no_door(tmp_path, value):
    for door in (
        dxkit.show,
        dxkit.label,
        lambda table: loaders.write_table(table, tmp_path / "a.csv"),
    ):
        with pytest.raises(TableError, match=r"表（DataFrame）ではありません"):
            door(value)
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_name_of_a_file_list_or_scenario_is_one_error():
    for call, words in (
        (lambda: loaders.write_table(PLAIN, None), "ファイルの名前を書いてください"),
        (lambda: sharing.read_scenario(5), "想定「5」は読めません"),
        (lambda: assumptions.table(2.5), "仮定の表ではありません"),
        (lambda: dxkit.show(PLAIN, columns=3), "columns=3 は使えません"),
        (lambda: sharing.suppress(PLAIN[["plan"]], k="3"), "k=3"),
        (lambda: maturity.score(PLAIN, FRAMEWORK, min_answered="3"), "min_answered=3"),
    ):
        with pytest.raises(DxkitError, match=words):
            call()


@pytest.mark.parametrize("seed", [-1, 2.5, math.nan, "1", True])
def test_a_seed_that_is_none_is_refused(seed):
    with pytest.raises(DxkitError, match=r"seed=.*0以上の整数"):
        maturity.draw_weights(FRAMEWORK, draws=5, seed=seed)

    @schema.accepts_any_table("table")
    def draw(table, seed=1):
        return seed

    with pytest.raises(DxkitError, match=r"seed=.*0以上の整数"):
        draw(PLAIN, seed)


def test_a_seed_by_position_by_name_or_left_out_reaches_the_function():
    @schema.accepts_any_table("table")
    def draw(table, seed=1, *, draws=2.5):
        return seed, draws

    assert [draw(PLAIN, 7), draw(PLAIN, seed=8), draw(PLAIN), draw(PLAIN, None, draws=-1)] == [
        (7, 2.5),
        (8, 2.5),
        (1, 2.5),
        (None, -1),
    ]


@pytest.mark.parametrize("start", ["\u202e", "\u2066", "\u00ad", "\u180e", "\u3164", "\u061c "])
def test_an_invisible_letter_before_a_formula_does_not_hide_it(start):
    # a spreadsheet program that passes over the letter would run what follows
    assert schema.safe_cell(f"{start}=1+1") == f"'{start}=1+1"
    assert schema.plain_cell(f"'{start}=1+1") == f"{start}=1+1"
