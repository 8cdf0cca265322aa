"""Figures of a linkage are counted right, and invented registers hold what they promise.

Clerks get the most doubtful pairs first.
"""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dxkit import linkage
from dxkit.errors import ChoiceError, TableError, TableWarning


def _pairs(*pairs):
    return pd.DataFrame(pairs, columns=["left_id", "right_id"])


def _doubtful(*probabilities):
    ids = [f"{row:02d}" for row in range(len(probabilities))]
    return pd.DataFrame(
        {"left_id": ids, "right_id": ids, "weight": 0.0, "probability": list(probabilities)}
    )


def test_precision_recall_and_f1_are_counted_by_hand():
    said = linkage.evaluate(
        _pairs((1, 1), (2, 2), (3, 4), (3, 4)), _pairs((1, 1), (2, 2), (3, 3), (5, 5))
    )
    assert said["precision"] == pytest.approx(2 / 3)
    assert said["recall"] == pytest.approx(1 / 2)
    assert said["f1"] == pytest.approx(4 / 7)
    assert (said["true_positive"], said["false_positive"], said["false_negative"]) == (2, 1, 2)


def test_nothing_found_and_nothing_to_find():
    nothing, one = _pairs(), _pairs((1, 1))
    assert linkage.evaluate(nothing, nothing)["f1"] == 1
    assert linkage.evaluate(nothing, one) | {
        "precision": 1,
        "recall": 0,
        "f1": 0,
    } == linkage.evaluate(nothing, one)
    assert linkage.evaluate(one, nothing)["precision"] == 0
    with pytest.raises(TableError, match="left_id"):
        linkage.evaluate(one.drop(columns="left_id"), one)


def test_the_most_doubtful_pairs_are_checked_first():
    plan = linkage.review_plan(_doubtful(0.99, 0.5, 0.1, 0.7), staff_hours=0.1)
    assert plan["probability"].tolist() == [0.5, 0.7, 0.1, 0.99]
    assert plan["decision"].tolist() == ["確認", "確認", "不採用", "採用"]
    expected = plan.attrs["expected"]
    assert expected["pairs_checked"] == 2
    assert expected["hours_used"] == pytest.approx(0.1)
    assert expected["wrong_without_review"] == pytest.approx(0.01 + 0.5 + 0.3)
    assert expected["missed_without_review"] == pytest.approx(0.1)
    assert (expected["wrong"], expected["missed"]) == (pytest.approx(0.01), pytest.approx(0.1))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(0, 1), max_size=30), st.floats(0, 3), st.floats(0, 3))
def test_more_hours_never_leave_more_mistakes(probabilities, some, more):
    links = _doubtful(*probabilities)
    little, much = (
        linkage.review_plan(links, staff_hours=hours).attrs["expected"]
        for hours in sorted((some, more))
    )
    assert much["wrong"] + much["missed"] <= little["wrong"] + little["missed"] + 1e-12
    assert little["hours_used"] <= min(some, more) + 1e-9


@pytest.mark.parametrize("hours", [-1, float("nan"), float("inf")])
def test_hours_that_cannot_be_are_refused(hours):
    with pytest.raises(ChoiceError, match="staff_hours"):
        linkage.review_plan(_doubtful(0.5), staff_hours=hours)
    with pytest.raises(TableError, match="probability"):
        linkage.review_plan(_pairs((1, 1)), staff_hours=1)


def test_the_same_seed_invents_the_same_people_and_says_that_they_are_made():
    first, again, other = (linkage.synth_registers(300, seed=seed) for seed in (1, 1, 2))
    for one, same in zip(first, again, strict=True):
        pd.testing.assert_frame_equal(one, same)
        assert one.attrs["made"]
    assert not first[0].equals(other[0])


def test_registers_hold_what_their_settings_promise():
    residents, shelter, truth = linkage.synth_registers(20_000, seed=5)
    assert residents["record_id"].is_unique
    assert shelter["record_id"].is_unique
    assert set(truth["left_id"]) <= set(residents["record_id"])
    assert truth["right_id"].is_unique
    assert len(shelter) / len(residents) == pytest.approx(0.34, abs=0.02)
    assert (len(shelter) - len(truth)) / len(shelter) == pytest.approx(0.05, abs=0.01)
    assert truth["left_id"].duplicated().mean() == pytest.approx(0.08 / 1.08, abs=0.02)
    assert (shelter["birthday"] == "").mean() == pytest.approx(0.20, abs=0.02)
    assert (shelter["address"] == "").mean() == pytest.approx(0.15, abs=0.02)
    assert set(residents["sex"]) == {"男", "女"}
    old = residents["name"].str.contains("[髙﨑邊邉齋齊濵濱𠮷澤櫻廣國嶋嶌冨桒栁瀧黑德]").mean()
    assert 0.005 < old < 0.12


def test_households_share_address_and_surname_and_twins_a_birthday():
    residents, _, _ = linkage.synth_registers(20_000, seed=6)
    keys = linkage.normalise(residents)
    sizes = keys.groupby("household").size()
    assert 1.8 < sizes.mean() < 2.8
    pairs = keys.groupby("household")["birthday"].agg(lambda born: born.duplicated().any())
    assert 10 < pairs.sum() < 200


def test_without_errors_even_an_exact_match_finds_everybody_with_their_own_name():
    none = dict.fromkeys(linkage.ERRORS, 0.0) | {"common_form": 0.0}
    residents, shelter, truth = linkage.synth_registers(2000, errors=none, seed=7)
    merged = linkage.normalise(residents).merge(
        linkage.normalise(shelter), on=["name", "kana", "birthday", "code", "block"]
    )
    assert len(merged) >= len(truth) == len(shelter)


@pytest.mark.parametrize(
    ("n", "errors", "said"),
    [
        (0, {}, "n_residents=0"),
        (1.5, {}, r"1\.5"),
        (True, {}, "True"),
        (5, {"spelling": 0.1}, "spelling"),
        (5, {"typo": 2}, "typo=2"),
    ],
)
def test_registers_that_cannot_be_invented_say_why(n, errors, said):
    with pytest.raises(ChoiceError, match=said):
        linkage.synth_registers(n, errors=errors)


def test_the_old_word_for_the_number_of_residents_still_works():
    with pytest.warns(FutureWarning, match="n_residents="):
        old = linkage.synth_registers(n=20, seed=1)
    for one, same in zip(old, linkage.synth_registers(20, seed=1), strict=True):
        pd.testing.assert_frame_equal(one, same)


@pytest.mark.parametrize("n", [1, 2, 3])
def test_the_smallest_registers_exist(n):
    residents, shelter, truth = linkage.synth_registers(n, seed=1)
    assert len(residents) == n
    assert len(truth) <= len(shelter)


def test_missed_pairs_are_counted_once_in_every_field():
    pytest.importorskip("duckdb", reason="名寄せの追加部品（dxkit[linkage]）がありません")
    residents, shelter, truth = linkage.synth_registers(2000, seed=8)
    half = truth.iloc[::2]
    table = linkage.missed_by_kind(half, truth, residents, shelter)
    assert list(table.columns) == ["field", "kind", "pairs", "missed", "share"]
    sums = table.groupby("field")[["pairs", "missed"]].sum()
    assert (sums["pairs"] == len(truth)).all()
    assert (sums["missed"] == len(truth) - len(half)).all()
    assert np.allclose(table["share"], table["missed"] / table["pairs"])
    kinds = set(table["kind"])
    assert {
        "氏名が同じ（表記も同じ）",
        "氏名が同じ（字体などの表記は違う）",
        "読みが同じ（漢字なし）",
        "生年月日は不明",
        "住所は不明",
    } <= kinds
    stranger = pd.concat([truth, _pairs(("X", "Y"))])
    with pytest.raises(TableError, match="2件の問題"):
        linkage.missed_by_kind(half, stranger, residents, shelter)


def test_intervals_are_wilsons():
    links = _pairs(*[(row, row) for row in range(10)])
    truth = _pairs(*[(row, row) for row in range(8)], *[(row, 99) for row in range(20, 24)])
    table = linkage.evaluate(links, truth).intervals
    # by hand from the published formula: 8 of 10, 8 of 12, and 8 of 14 of the union
    assert table.loc["precision", ["low", "high"]].tolist() == pytest.approx(
        [0.4902, 0.9433], abs=1e-4
    )
    assert table.loc["recall", ["low", "high"]].tolist() == pytest.approx(
        [0.3906, 0.8619], abs=1e-4
    )
    f1 = table.loc["f1"]
    assert f1["estimate"] == pytest.approx(2 * 0.8 * (8 / 12) / (0.8 + 8 / 12))
    assert f1["low"] < f1["estimate"] < f1["high"]
    wide = linkage.evaluate(links, truth, level=0.99).intervals
    assert (wide["low"] < table["low"]).all()
    with pytest.raises(ChoiceError, match="level=1"):
        linkage.evaluate(links, truth, level=1)


def test_intervals_hold_the_truth_as_often_as_they_say():
    rng = np.random.default_rng(5)
    held = []
    for _ in range(200):
        is_right = rng.random(60) < 0.9
        links = _pairs(*[(row, row) for row in range(60)])
        truth = _pairs(*[(row, row if right else 99) for row, right in enumerate(is_right)])
        row = linkage.evaluate(links, truth, level=0.9).intervals.loc["precision"]
        held.append(row["low"] <= 0.9 <= row["high"])
    assert 0.84 <= np.mean(held) <= 0.97


def test_calibration_counts_what_is_true_in_each_class_of_probability():
    links = _doubtful(0.05, 0.4, 0.95, 0.95, 0.95, 1.0)
    truth = links.loc[[1, 2, 3, 5], ["left_id", "right_id"]]
    table = linkage.evaluate(links, truth).calibration
    assert table["pairs"].tolist() == [1, 1, 3, 1]
    assert table["right"].tolist() == pytest.approx([0, 1, 2 / 3, 1])
    assert table["expected"].tolist() == pytest.approx([0.05, 0.4, 0.95, 1])
    assert linkage.evaluate(_pairs((1, 1)), _pairs((1, 1))).calibration.empty


def test_every_kind_of_error_says_what_it_is_and_where_its_share_comes_from():
    kinds = linkage.error_kinds()
    assert dict(zip(kinds["kind"], kinds["share"], strict=True)) == dict(linkage.ERRORS)
    assert kinds["source"].str.startswith("仮定").all()
    assert (kinds["meaning"].str.len() > 3).all()
    assert kinds.attrs["made"]


@pytest.mark.parametrize(
    ("kind", "count"),
    [
        ("swapped_name", lambda true: (true["name_l"] != true["name_r"]).mean()),
        ("one_part", lambda true: (~true["name_r"].str.contains("　")).mean()),
        ("placeholder_date", lambda true: (true["birthday_r"] == "1900-01-01").mean()),
        ("moved", lambda true: (true["address_l"] != true["address_r"]).mean()),
        ("no_code", lambda true: (true["code_r"] == "").mean()),
    ],
)
def test_every_new_kind_of_error_happens_as_often_as_asked(kind, count):
    none = dict.fromkeys(linkage.ERRORS, 0.0) | {"common_form": 0.0}
    residents, shelter, truth = linkage.synth_registers(4000, errors=none | {kind: 0.3}, seed=2)
    left = residents.rename(columns=lambda name: name + "_l")
    right = shelter.rename(columns=lambda name: name + "_r")
    true = truth.merge(left, left_on="left_id", right_on="record_id_l")
    true = true.merge(right, left_on="right_id", right_on="record_id_r")
    true["name_r"] = true["name_r"].str.replace(" ", "　")
    assert count(true) == pytest.approx(0.3, abs=0.05)


def test_days_and_months_change_places_only_where_both_can():
    none = dict.fromkeys(linkage.ERRORS, 0.0) | {"common_form": 0.0}
    residents, shelter, truth = linkage.synth_registers(
        2000, errors=none | {"swapped_day": 1.0}, seed=2
    )
    born = residents.set_index("record_id")["birthday"][truth["left_id"]].str.split("-")
    written = linkage.normalise(shelter).set_index("record_id")["birthday"][truth["right_id"]]
    for parts, text in zip(born, written, strict=True):
        year, month, day = parts
        assert text == (f"{year}-{day}-{month}" if int(day) <= 12 else f"{year}-{month}-{day}")


@pytest.mark.parametrize("cell", ["多い", np.nan, np.inf, 1.7, -1, pd.Timestamp("2026-04-01")])
def test_a_probability_that_is_none_is_named_and_never_taken_for_not_linked(cell):
    links = _doubtful(0.9, 0.5).astype({"probability": object})
    links.loc[1, "probability"] = cell
    for call in (
        lambda: linkage.review_plan(links, staff_hours=1),
        lambda: linkage.evaluate(links, _pairs(("00", "00"))),
    ):
        with pytest.raises(TableError, match="2行目 列「probability」"):
            call()


@pytest.mark.parametrize("wrong", ["x", None, [1], True, np.nan, 10**400])
def test_options_of_a_linkage_that_are_no_numbers_are_refused(wrong):
    links = _doubtful(0.9)
    residents, shelter, _ = linkage.synth_registers(5, seed=1)
    characters = pd.DataFrame({"code": ["28201"], "character": ["髙"]})
    for call in (
        lambda: linkage.evaluate(links, links, level=wrong),
        lambda: linkage.review_plan(links, staff_hours=wrong),
        lambda: linkage.review_plan(links, staff_hours=1, minutes=wrong),
        lambda: linkage.link(residents, shelter, threshold=wrong),
        lambda: linkage.synth_registers(wrong),
        lambda: linkage.synth_registers(5, errors={"twice": wrong}),
        lambda: linkage.share_characters(characters, min_municipalities=wrong),
    ):
        with pytest.raises(ChoiceError, match=r"=|使えません|数"):
            call()


def test_numbers_of_records_are_the_same_as_text_or_after_a_merge_with_gaps():
    truth = pd.DataFrame({"left_id": [1.0, 2.0], "right_id": ["3", "4"]})
    assert linkage.evaluate(_pairs((1, 3), (2, 4)), truth)["f1"] == 1.0


def test_a_blank_number_of_a_record_is_refused():
    with pytest.raises(TableError, match="2行目 列「right_id」"):
        linkage.evaluate(_pairs((1, 3), (2, None)), _pairs((1, 3)))


def test_links_and_truth_without_a_number_in_common_are_said_to_be_strangers():
    with pytest.warns(TableWarning, match="列「left_id」.*同じ番号が1つもありません"):
        scores = linkage.evaluate(_pairs(("J1", "H1")), _pairs(("H1", "J1")))
    assert scores["true_positive"] == 0


def test_people_of_a_character_are_added_up_also_where_they_are_text():
    lists = pd.DataFrame({"code": ["28201", "28202"], "character": "髙", "people": ["3", "2"]})
    assert linkage.share_characters(lists)["people"].tolist() == [5]
    with pytest.raises(TableError, match="列「code」"):
        linkage.share_characters(lists.assign(code=["28201", None]))


def test_missed_links_are_counted_where_a_name_stands_in_two_columns():
    residents, shelter, truth = linkage.synth_registers(60, seed=1)
    parts = residents["name"].str.split(expand=True)
    apart = residents.drop(columns="name").assign(surname=parts[0], given=parts[1])
    whole = linkage.missed_by_kind(truth.iloc[3:], truth, residents, shelter)
    kinds = linkage.missed_by_kind(truth.iloc[3:], truth, apart, shelter)
    assert kinds.groupby("field")["missed"].sum().equals(whole.groupby("field")["missed"].sum())


def test_a_column_of_dates_that_a_gap_made_into_numbers_with_a_point_is_read():
    sheet = pd.DataFrame({"record_id": [1.0, 2.0], "name": ["甲 乙", "丙 丁"]})
    keys = linkage.normalise(sheet.assign(birthday=[19650503.0, np.nan]))
    assert keys["birthday"].iloc[0] == "1965-05-03"
    assert keys["record_id"].tolist() == ["1", "2"]
