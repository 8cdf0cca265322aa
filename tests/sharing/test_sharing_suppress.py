"""Nothing that was blanked can be worked out: tested by an attack, and the attack by brute force."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dxkit import sharing
from dxkit.errors import ChoiceError, TableError

TABLES = 200


def random_table(seed):
    draw = np.random.default_rng(seed)
    shape = (int(draw.integers(2, 7)), int(draw.integers(2, 7)))
    counts = draw.negative_binomial(0.6, 0.02, shape) if seed % 2 else draw.integers(0, 25, shape)
    return pd.DataFrame(
        counts,
        index=[f"町{i}" for i in range(shape[0])],
        columns=[f"避難先{j}" for j in range(shape[1])],
    )


def test_on_200_random_tables_the_attack_finds_nothing_and_without_the_second_step_it_does():
    blanks = broken = 0
    for seed in range(TABLES):
        table = random_table(seed)
        found = sharing.audit(sharing.suppress(table))
        assert not found["derivable"].any(), seed
        blanks += len(found)
        broken += sharing.audit(sharing.suppress(table, complementary=False))["derivable"].any()
    assert blanks > 1000
    assert broken > 0.9 * TABLES


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 15), min_size=1, max_size=8), st.integers(2, 12))
def test_a_row_of_counts_is_as_safe(counts, k):
    published = sharing.suppress(
        pd.Series(counts, index=[f"町{i}" for i in range(len(counts))]), k=k
    )
    assert not sharing.audit(published)["derivable"].any()


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 4), st.integers(1, 4), st.integers(2, 12), st.data())
def test_tables_full_of_ones_and_zeros_are_as_safe(rows, columns, k, data):
    cells = data.draw(
        st.lists(
            st.sampled_from((0, 1, 1, 2, 30)), min_size=rows * columns, max_size=rows * columns
        )
    )
    published = sharing.suppress(pd.DataFrame(np.reshape(cells, (rows, columns))), k=k)
    assert not sharing.audit(published)["derivable"].any()


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.booleans())
def test_the_attack_finds_what_trying_every_table_finds(seed, complementary):
    draw = np.random.default_rng(seed)
    counts = draw.integers(0, 4, (2, 3))
    published = sharing.suppress(pd.DataFrame(counts), k=3, complementary=complementary)
    seen = published.to_numpy(dtype=float, na_value=np.nan)
    hidden = np.argwhere(np.isnan(seen[:-1, :-1]))
    assume(1 <= len(hidden) <= 5)
    tried = np.array(list(itertools.product(range(1, 9), repeat=len(hidden)))).reshape(
        -1, len(hidden)
    )
    full = np.repeat(seen[None, :-1, :-1], len(tried), axis=0)
    full[:, hidden[:, 0], hidden[:, 1]] = tried
    full = np.concatenate([full, full.sum(axis=2, keepdims=True)], axis=2)
    full = np.concatenate([full, full.sum(axis=1, keepdims=True)], axis=1)
    ends = full[((full == seen) | (np.isnan(seen) & (full >= 1))).all(axis=(1, 2))]
    for row in sharing.audit(published).itertuples():
        at = list(published.index).index(row.row), list(published.columns).index(row.column)
        assert row.low == ends[:, at[0], at[1]].min()
        # where totals are blank, too, a blank may be larger than what is tried here
        assert row.derivable == (ends[:, at[0], at[1]].min() == ends[:, at[0], at[1]].max())


def test_small_counts_are_blank_zeros_and_large_ones_need_not_be():
    table = pd.DataFrame(
        [[3, 40, 0], [50, 60, 12], [70, 80, 90]], index=list("abc"), columns=list("xyz")
    )
    published = sharing.suppress(table)
    assert published.isna().loc["a", "x"]
    assert published.loc["a", "z"] == 0
    assert published.loc["計", "計"] == 405
    # the cheapest cycle through (a, x): 40 and 50 and 60 against 0 (not usable), 12 and margins
    assert published.attrs["settings"]["primary"] == 1
    assert published.isna().sum().sum() == 4
    shown = published.to_numpy(dtype=float, na_value=np.nan)[:3, :3]
    kept = ~np.isnan(shown)
    assert (shown[kept] == table.to_numpy()[kept]).all()


def test_a_blank_without_limit_has_an_infinite_end_and_a_lone_blank_is_worked_out():
    free = sharing.audit(pd.DataFrame({"x": [4.0, np.nan]}))
    assert (free["high"].item(), free["derivable"].item()) == (np.inf, False)
    open_total = sharing.audit(pd.Series([np.nan, 3.0, np.nan], index=["a", "b", "計"]))
    assert open_total["low"].tolist() == [1, 4]
    assert (open_total["high"] == np.inf).all()
    lone = sharing.audit(pd.Series([np.nan, 30.0, 34.0], index=["a", "b", "計"]))
    assert (lone["low"].item(), lone["high"].item(), lone["derivable"].item()) == (4, 4, True)


def test_margins_that_are_given_are_checked_and_not_counted_twice():
    table = random_table(3)
    given = table.copy()
    given["計"] = given.sum(axis=1)
    given.loc["計"] = given.sum()
    pd.testing.assert_frame_equal(sharing.suppress(given), sharing.suppress(table))
    given.iloc[0, -1] += 1
    with pytest.raises(TableError, match="「計」が内訳の和と合いません"):
        sharing.suppress(given)


@pytest.mark.parametrize("rounding", [5, 10])
def test_rounded_tables_show_multiples_and_hide_at_least_as_well(rounding):
    for seed in range(10):
        table = random_table(seed)
        published = sharing.suppress(table, rounding=rounding)
        assert ((published % rounding == 0) | published.isna()).all(axis=None)
        assert not sharing.audit(published)["derivable"].any()
        plain = sharing.audit(sharing.suppress(table)).set_index(["row", "column"])
        wide = sharing.audit(published).set_index(["row", "column"])
        assert (wide["low"] <= plain["low"]).all()
        assert (wide["high"] >= plain["high"]).all()


def test_the_true_count_lies_within_what_the_attack_finds():
    table = random_table(11)
    full = table.copy()
    full["計"] = full.sum(axis=1)
    full.loc["計"] = full.sum()
    for row in sharing.audit(sharing.suppress(table)).itertuples():
        assert row.low <= full.loc[row.row, row.column] <= row.high


def test_an_origin_destination_table_of_41_municipalities_is_blanked_whole():
    counts = pd.DataFrame(np.random.default_rng(0).negative_binomial(0.3, 0.01, (41, 41)))
    published = sharing.suppress(counts)
    small = (counts > 0) & (counts < 10)
    assert published.iloc[:-1, :-1].isna().to_numpy()[small.to_numpy()].all()
    assert published.attrs["settings"]["primary"] >= small.to_numpy().sum()


def test_what_is_no_count_and_what_is_not_offered_is_refused():
    with pytest.raises(TableError, match=r"2行目 列「x」 値「-1\.5」: 人数ではありません"):
        sharing.suppress(pd.DataFrame({"x": [1, -1.5]}))
    with pytest.raises(TableError, match="値「nan」: 人数ではありません"):
        sharing.suppress(pd.DataFrame({"x": [1.0, np.nan]}))
    with pytest.raises(ChoiceError, match="k=1、rounding=None は使えません"):
        sharing.suppress(pd.DataFrame({"x": [1]}), k=1)
    with pytest.raises(ChoiceError, match="rounding=7 は使えません"):
        sharing.audit(pd.DataFrame({"x": [1]}), rounding=7)
    contradiction = pd.DataFrame({"x": [4.0, np.nan, 3.0]}, index=["a", "b", "計"])
    with pytest.raises(TableError, match="公表された数どうしが矛盾しています"):
        sharing.audit(contradiction)


@pytest.mark.parametrize(
    ("hierarchy", "words"),
    [
        ({"P": "ab"}, "内訳「ab」は使えません"), ({"P": 3}, "内訳「3」は使えません"), ([["a", "b"]], "のリストで書いてください"),
        (pd.Series({"P": ["a", "b"]}), "のリストで書いてください"), ({"P": ["P", "a"]}, "「P」が自分自身を含んでいます"),
        ({"P": ["Q", "a"], "Q": ["P", "b"]}, "自分自身を含んでいます"), ({"P": ["Q"], "Q": ["R"], "R": ["Q", "a"]}, "「Q」が自分自身を含んでいます"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("protect", [sharing.suppress, sharing.audit])
def test_a_hierarchy_that_is_none_or_holds_itself_is_refused(protect, hierarchy, words):
    table = pd.DataFrame([[3, 40], [50, 60], [70, 80]], index=list("abc"), columns=list("xy"))
    with pytest.raises(ChoiceError, match=words):
        protect(table, hierarchy=hierarchy)


@pytest.mark.parametrize("links", [{"m": ["m"]}, {"m": ["m", "f"]}, {"m": "mf"}, {"m": 3}])
def test_a_table_that_is_linked_to_itself_or_to_letters_is_refused(links):
    table = random_table(5)
    with pytest.raises(ChoiceError, match="links の「m」の内訳"):
        sharing.suppress({"m": table, "f": table}, links=links)


@pytest.mark.parametrize("count", [2**53 + 1, 2**62, 2**70, 1e308, -1e13])
def test_counts_whose_sums_would_lose_digits_are_refused(count):
    table = random_table(5).astype(object)
    table.iloc[1, 1] = count
    with pytest.raises(TableError, match=r"2行目 .*数が大きすぎます"):
        sharing.suppress(table)


@pytest.mark.parametrize("table", [random_table(5).iloc[:0], random_table(5).iloc[:, :0], pd.Series([], dtype=float)])  # fmt: skip
def test_a_table_without_a_cell_is_refused(table):
    with pytest.raises(TableError, match="表に行か列がありません"):
        sharing.suppress(table)


@pytest.mark.parametrize("protection", [1e308, -1, np.nan, "1", None])
def test_a_protection_that_is_no_number_within_reason_is_refused(protection):
    with pytest.raises(ChoiceError, match="protection="):
        sharing.suppress(random_table(5), protection=protection)
