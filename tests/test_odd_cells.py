"""Cells and headings that Python has and a table of figures has no use for: plain, or one clear error."""

import math
from decimal import Decimal
from fractions import Fraction

import pandas as pd
import pytest

import dxkit
from dxkit import assumptions, loaders, maturity, schema, sharing
from dxkit.errors import DxkitError, TableError

PLAIN = pd.DataFrame(
    {"code": ["28201", "28202", "28203"], "plan": [1.0, 2.0, 4.0], "team": [3.0, math.nan, 5.0]}
)
FRAMEWORK = pd.DataFrame(
    {
        "indicator": ["plan", "team"], "parent": "", "label": ["計画", "体制"], "direction": 1,
        "weight": 1.0, "unit": "", "low": 0.0, "high": 5.0,
    }
)  # fmt: skip
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
    ],
    ids=["Decimal", "Fraction and NA", "NaT", "Decimal that is none", "categories"],
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


def test_labels_of_ones_own_stay_what_they_are():
    for labels in (["V1", "V2", "V3"], ["00001", "00002", "00003"], ["28201", "甲", "乙"]):
        assert schema.to_table(PLAIN.assign(code=labels))["code"].tolist() == labels


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (PLAIN.assign(team=1 + 1j), "複素数"),
        (PLAIN.assign(team=pd.Series([3, 1j, 5], dtype=object)), "2行目 列「team」.*複素数"),
        (PLAIN.assign(team=pd.Series([3, 10**400, 5], dtype=object)), "2行目.*大きすぎます"),
        (pd.concat([PLAIN, PLAIN[["team"]]], axis=1), "列「team」.*同じ名前の列"),
        (PLAIN.set_axis(pd.MultiIndex.from_product([["a"], PLAIN.columns]), axis=1), "2段"),
        (PLAIN.drop(columns="code").set_axis([["a"] * 3, [1, 2, 3]]), "行の索引が2段"),
        (PLAIN.assign(code=["28201", None, "28203"]), "2行目: 団体コードのない行"),
    ],
    ids=["complex column", "complex cell", "endless", "twice", "two steps", "two labels", "nobody"],
)
def test_what_no_figure_can_be_computed_from_is_one_error(table, words):
    with pytest.raises(TableError, match=words):
        maturity.score(table, FRAMEWORK)


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
    framework = maturity.plain_framework(values)
    assert framework["indicator"].tolist() == ["plan", "team"]
    assert framework["high"].tolist() == [4.0, 5.0]


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


@pytest.mark.parametrize("start", ["\u202e", "\u2066", "\u00ad", "\u180e", "\u3164", "\u061c "])
def test_an_invisible_letter_before_a_formula_does_not_hide_it(start):
    # a spreadsheet program that passes over the letter would run what follows
    assert schema.safe_cell(f"{start}=1+1") == f"'{start}=1+1"
    assert schema.plain_cell(f"'{start}=1+1") == f"{start}=1+1"
