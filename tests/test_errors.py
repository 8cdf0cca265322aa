"""A message says what, where and what to do, and a hostile cell cannot restyle it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dxkit import errors
from dxkit.errors import Fault, TableError, list_first, shorten


def test_a_fault_names_every_place_it_knows():
    said = str(
        Fault(
            "数値ではありません",
            "直してください",
            file="a.xlsx",
            sheet="表",
            row=3,
            column="人口",
            value="約5",
        )
    )
    assert (
        said
        == "ファイル「a.xlsx」 シート「表」 3行目 列「人口」 値「約5」: 数値ではありません → 直してください"
    )


def test_a_fault_leaves_out_places_that_it_does_not_know():
    assert str(Fault("空です")) == "空です"
    assert str(Fault("空です", file="a.csv")) == "ファイル「a.csv」: 空です"


def test_several_faults_are_numbered_and_counted_and_none_is_lost():
    error = TableError(Fault(f"問題{at}") for at in range(35))
    said = str(error).splitlines()
    assert said[0] == "35件の問題があります。"
    assert said[1].startswith("1. 問題0")
    assert "ほか5件" in said[-1]
    assert len(error.faults) == 35


def test_one_fault_needs_no_number():
    assert (
        str(TableError.one("空です", "入れてください", file="a.csv"))
        == "ファイル「a.csv」: 空です → 入れてください"
    )


@given(st.text())
def test_no_cell_breaks_the_line_or_hides_text(value):
    said = str(Fault("問題", value=value))
    assert said.isprintable()
    assert len(said) < 200


def test_a_long_value_is_cut_with_an_ellipsis():
    assert shorten("あ" * 10**7) == "あ" * (errors.VALUE_WIDTH - 1) + "…"
    assert shorten("  a \n b ") == "a b"
    # a right-to-left mark would turn the rest of the message round
    assert shorten("a\u202eb") == "a□b"


@pytest.mark.parametrize(
    ("error", "builtin"),
    [
        (errors.CodeError, ValueError),
        (errors.ChoiceError, ValueError),
        (errors.CatalogError, KeyError),
        (errors.FetchError, OSError),
        (errors.AssetError, RuntimeError),
        (errors.MissingExtraError, ImportError),
    ],
)
def test_each_error_is_caught_by_the_builtin_that_people_expect(error, builtin):
    with pytest.raises(builtin, match="太子町"):
        raise error("太子町")
    assert issubclass(error, errors.DxkitError)


def test_a_missing_table_is_said_without_the_quotes_of_a_key_error():
    assert str(errors.CatalogError("「x」という表はありません")) == "「x」という表はありません"


def test_a_long_list_names_the_first_and_counts_the_rest_without_writing_them():
    texts = (f"{10 // row}件" for row in (2, 1, 0))
    assert list_first(texts, 2, count=7) == "5件、10件ほか5件"
    assert list_first(["1行目", "2行目"], 2, count=2, unit="行") == "1行目、2行目"
    assert list_first([], 2, count=0) == ""
