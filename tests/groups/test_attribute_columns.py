"""What a spreadsheet stores as text or as objects counts as what it is, or it is said what it was taken for."""

import datetime as dt
import warnings
from decimal import Decimal

import pandas as pd
import pytest

from dxkit import groups
from dxkit.errors import TableWarning

CODES = ["28201", "28202", "28203", "28204"]
MONTHS = (1, 9, 2, 8)


def form_by(values, **options):
    """Groups of two by a column, what the column was taken for, and what was said."""
    table = pd.DataFrame({"code": CODES, "x": pd.Series(values)})
    with warnings.catch_warnings(record=True) as remarks:
        warnings.simplefilter("always")
        formed = groups.form(table, size=2, alike="x", **options)
    assert all(remark.category is TableWarning for remark in remarks)
    assert all(remark.filename == __file__ for remark in remarks)
    kind = formed.settings["columns"][0]["kind"]
    return formed, kind, [str(remark.message) for remark in remarks]


@pytest.mark.parametrize(
    "texts",
    [
        ["1,234", "9,999", "1,300", "9,000"],
        ["１，２３４", "９，９９９", "１，３００", "９，０００"],
        ["1234", "9,999", "1300", "9000"],
        ["0.5", "9.5", "0.6", "9.0"],
        ["△9", "5", "△8", "6"],
        [" 1,234 ", 9999, 1300, "9000"],
        [1, "9", 2, "8"],
        pd.array(["1,234", "9,999", "1,300", "9,000"], dtype="string"),
    ],
)
def test_numbers_that_are_written_out_are_numbers_and_are_said(texts):
    formed, kind, remarks = form_by(texts)
    assert kind == "数値"
    assert formed.table["group"].tolist() == [1, 2, 1, 2]
    assert len(remarks) == 1
    assert remarks[0].startswith("列 x の文字で書かれた数（「")
    assert "数として扱いました" in remarks[0]


def test_written_numbers_give_the_groups_of_the_numbers():
    numbers = [1234, 9999, 1300, 9000]
    texts = [f"{number:,}" for number in numbers]
    for options in ({}, {"scale": "rank"}, {"objective": "sum"}):
        formed, _, remarks = form_by(texts, **options)
        plain, _, silence = form_by(numbers, **options)
        assert formed.quality == pytest.approx(plain.quality)
        assert formed.table["group"].tolist() == plain.table["group"].tolist()
        assert (len(remarks), silence) == (1, [])
    blank, kind, _ = form_by(["1,234", None, "1,300", "9,000"])
    assert (kind, blank.settings["columns"][0]["blanks"]) == ("数値", 1)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (["1", "9", "2", "8"], "文字で入った数字（「1」、「9」、「2」ほか1件）"),
        (["1,234人", "9,999人", "1,300人", "9,000人"], "数として読めない値（「1,234人」"),
        (["1,234", "-", "1,300", "9,000"], "数として読めない値（「-」）"),
        (["10%", "90%", "20%", "80%"], "数として読めない値（「10%」"),
        (["2026-01-01", "2026-09-01", "2026-02-01", "2026-08-01"], "（「2026-01-01」"),
        (["2026年1月", "2026年9月", "2026年2月", "2026年8月"], "（「2026年1月」"),
        (["9:30", "17:00", "10:00", "16:00"], "（「9:30」"),
        (["inf", "1.5", "2.5", "3"], "（「inf」）"),
        ([1, 2, "多い", "少ない"], "（「多い」、「少ない」）"),
        ([1j, 9j, 2j, 8j], "列 x の"),
        (pd.Series([(1,), (9,), (2,), (8,)], dtype=object), "数でも文字でもない値（「(1,)」"),
    ],
)
def test_what_may_be_numbers_is_said_to_be_taken_for_words(values, words):
    values = pd.Series(values, dtype=object)
    formed, kind, remarks = form_by(values)
    assert kind == "区分"
    assert len(formed.table) == 4
    assert len(remarks) == 1
    assert words in remarks[0]
    assert "区分として扱いました" in remarks[0]


@pytest.mark.parametrize(
    "values",
    [
        ["甲", "乙", "甲", "乙"],
        ["はい", "いいえ", "はい", "いいえ"],
        ["1班", "2班", "1班", "2班"],
        ["01", "02", "01", "02"],
        ["A-1", "B-2", "A-1", "B-2"],
        ["078-000-0000", "-", "078-000-0001", "078-000-0002"],
        ["1.総務", "2.情報", "1.総務", "2.情報"],
        pd.Categorical(["1,000以上", "未満", "1,000以上", "未満"]),
        pd.cut(pd.Series([1, 9, 2, 8]), 2),
        [True, False, True, None],
    ],
)
def test_words_are_words_without_a_remark(values):
    _, kind, remarks = form_by(values)
    assert kind in ("区分", "有無")
    assert remarks == []


TIMES = {
    "spans": pd.to_timedelta(MONTHS, unit="h"),
    "spans as objects": pd.Series([dt.timedelta(hours=hour) for hour in MONTHS], dtype=object),
    "dates": pd.to_datetime([f"2026-{month:02}-01" for month in MONTHS]),
    "dates as objects": pd.Series([dt.date(2026, month, 1) for month in MONTHS], dtype=object),
    "moments as objects": pd.Series(
        [pd.Timestamp(2026, month, 1) for month in MONTHS], dtype=object
    ),
    "months": pd.PeriodIndex([f"2026-{month:02}" for month in MONTHS], freq="M"),
    "months as objects": pd.Series(
        [pd.Period(f"2026-{month:02}", "M") for month in MONTHS], dtype=object
    ),
    "hours of the day": pd.Series([dt.time(9 + month) for month in MONTHS], dtype=object),
    "decimals": [Decimal(month) for month in MONTHS],
    "spans with a blank": pd.Series(pd.to_timedelta([1, None, 2, 8], unit="h")),
}


@pytest.mark.parametrize("values", TIMES.values(), ids=TIMES.keys())
def test_times_are_as_far_apart_as_they_are(values):
    formed, kind, remarks = form_by(values)
    assert kind == "数値"
    assert remarks == []
    assert formed.table["group"].tolist() == [1, 2, 1, 2]


def test_spans_of_time_are_explained_in_hours():
    formed, _, _ = form_by(TIMES["spans"])
    assert "x（1〜2時間）がとても近い" in groups.explain(formed).iloc[0]


def test_columns_that_come_from_a_generator_are_looked_at():
    table = pd.DataFrame({"code": CODES, "x": MONTHS})
    formed = groups.form(table, size=2, alike=(name for name in ["x"]))
    assert formed.settings["columns"][0]["column"] == "x"
