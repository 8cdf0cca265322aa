"""An answer that depends on how its table lies is found out, and one that does not is left in peace."""

import dataclasses
from functools import cached_property

import numpy as np
import pandas as pd
import pytest

from dxkit import assumptions
from dxkit.errors import ChoiceError, Fault, TableError


def _table():
    random = np.random.default_rng(0)
    return pd.DataFrame(
        random.random((6, 3)), columns=list("abc"), index=pd.Index(list("uvwxyz"), name="code")
    )


def _outcome(report, change):
    return report.loc[report["change"] == change, "outcome"].item()


def test_an_answer_by_label_passes_every_change():
    report = assumptions.doubt(lambda t: t.astype(float).mean(axis=1).rank(), _table())
    assert report.attrs["moved"] == 0
    assert set(report["outcome"]) <= {"same", "not applicable"}


def test_writing_through_a_reshaped_array_is_found_out_by_the_memory_layout():
    def fill(table):
        numbers = np.array(table.to_numpy(dtype=float), order="K")
        # the fault that `rank_intervals` once had: a copy where the table lies by columns
        numbers.reshape(-1)[0] = 99
        return pd.DataFrame(numbers, index=table.index)

    report = assumptions.doubt(fill, _table(), changes=("memory by row", "memory by column"))
    assert "moved" in set(report["outcome"])


@pytest.mark.parametrize(
    ("call", "change"),
    [
        (lambda t: t.index[0], "rows reversed"),
        (lambda t: t.iloc[:, 0].sum(), "columns shuffled"),
        (lambda t: str(t["a"].dtype), "nullable dtypes"),
        (lambda t: float(t["a"].to_numpy(dtype="float16").sum()), "object dtypes"),
    ],
)
def test_what_depends_on_the_form_is_found_out_by_the_change_of_that_form(call, change):
    report = assumptions.doubt(call, _table())
    expected = {"moved"} if change != "object dtypes" else {"same"}
    assert {_outcome(report, change)} == expected


@pytest.mark.parametrize("late", [property, cached_property])
def test_a_table_that_a_result_writes_when_asked_is_looked_at_too(late):
    @dataclasses.dataclass(frozen=True)
    class Base:
        _table: pd.DataFrame

        @late
        def numbered(self):
            return pd.DataFrame({"place": range(len(self._table))}, index=self._table.index)

    class Result(Base):
        """What it writes late is inherited."""

    report = assumptions.doubt(Result, _table())
    assert _outcome(report, "rows reversed") == "moved"


def test_a_refusal_is_told_from_a_crash():
    def refuse(table):
        if table["a"].dtype == object:
            raise TableError([Fault("列が数ではありません", "数にしてください", column="a")])
        if isinstance(table["a"].dtype, pd.Float64Dtype):
            raise KeyError("boom")
        return 1

    report = assumptions.doubt(refuse, _table())
    assert _outcome(report, "object dtypes") == "refused"
    assert _outcome(report, "nullable dtypes") == "error"
    assert report.attrs["moved"] == 2


def test_several_tables_are_changed_one_at_a_time_and_none_is_altered():
    first, second = _table(), _table().reset_index()
    before = (first.copy(), second.copy())
    report = assumptions.doubt(
        lambda *, one, two: one["a"].astype(float).sum() + two["b"].astype(float).sum(),
        {"one": first, "two": second},
    )
    assert set(report["table"]) == {"one", "two", ""}
    assert report.attrs["moved"] == 0
    pd.testing.assert_frame_equal(first, before[0])
    pd.testing.assert_frame_equal(second, before[1])


def test_rows_of_words_are_compared_by_their_words():
    table = pd.DataFrame({"system": list("pqr"), "share": [0.1, 0.2, 0.3]})
    report = assumptions.doubt(lambda t: t.assign(double=t["share"] * 2), table)
    assert report.attrs["moved"] == 0, report


def test_single_precision_is_compared_with_figures_of_single_precision():
    report = assumptions.doubt(
        lambda t: t.astype(float).sum(), _table() + 0.1, changes=("float32",)
    )
    assert _outcome(report, "float32") == "same"


def test_an_unknown_change_is_refused_by_name():
    with pytest.raises(ChoiceError, match="上下逆"):
        assumptions.doubt(len, _table(), changes=("上下逆",))


def test_ranks_that_change_places_are_found_out_although_the_same_numbers_stand_there():
    # a Series of whole numbers, all different: its values are the answer and no labels
    report = assumptions.doubt(
        lambda t: pd.Series(range(len(t)), index=t.index), _table(), changes=("rows reversed",)
    )
    assert _outcome(report, "rows reversed") == "moved"
    as_table = assumptions.doubt(
        lambda t: pd.DataFrame({"rank": range(len(t))}, index=t.index),
        _table(),
        changes=("rows reversed",),
    )
    assert _outcome(as_table, "rows reversed") == "moved"


def test_whole_numbers_of_another_dtype_are_the_same_figures():
    table = pd.DataFrame({"name": ["p", "q"], "count": [1, 2]})
    report = assumptions.doubt(
        lambda t: pd.DataFrame({"name": t["name"], "count": t["count"].to_numpy()[::1]}), table
    )
    assert report.attrs["moved"] == 0, report


def test_rows_that_nothing_tells_apart_are_compared_as_a_heap():
    table = pd.DataFrame({"name": ["p", "p", "q"], "share": [0.1, 0.3, 0.2]})
    assert assumptions.doubt(lambda t: t.assign(x=1.5), table).attrs["moved"] == 0
    first = assumptions.doubt(lambda t: t.assign(x=t["share"].iloc[0]), table)
    assert first.attrs["moved"] >= 2


def test_a_call_that_alters_its_table_is_found_out():
    def alter(table):
        table["a"] = 0.0
        return 1

    report = assumptions.doubt(alter, _table(), changes=("rows reversed",))
    assert _outcome(report, "input left alone") == "moved"


def test_results_with_names_of_their_own_may_stand_in_any_order():
    @dataclasses.dataclass
    class Rule:
        name: str
        value: float

    table = pd.DataFrame({"name": ["p", "q"], "value": [1.0, 2.0]})
    report = assumptions.doubt(
        lambda t: [
            Rule(str(row.name_), row.value)
            for row in t.set_axis(["name_", "value"], axis=1).itertuples()
        ],
        table,
        changes=("rows reversed", "object dtypes"),
    )
    assert report.attrs["moved"] == 0, report


@pytest.mark.parametrize("change", ["memory by row", "memory by column"])
def test_a_table_with_words_is_laid_out_in_memory_too(change):
    seen = []

    def look(table):
        seen.append(table[["a", "b", "c"]].to_numpy().flags["C_CONTIGUOUS"])
        return 1

    report = assumptions.doubt(look, _table().reset_index(), changes=(change,))
    assert _outcome(report, change) == "same"
    assert seen[1] is (change == "memory by row")


@pytest.mark.parametrize(
    "read",
    [
        lambda column: column.to_numpy(dtype=float),
        lambda column: column.astype(str).astype(float).to_numpy(),
    ],
)
def test_both_honest_readings_of_single_precision_pass_and_sums_in_it_do_not(read):
    table = pd.DataFrame({"a": [0.1, 0.725, 1e7 + 0.5]})
    report = assumptions.doubt(lambda t: float(read(t["a"]).sum()), table, changes=("float32",))
    assert _outcome(report, "float32") == "same"
    single = assumptions.doubt(lambda t: float(t["a"].sum()), table, changes=("float32",))
    assert _outcome(single, "float32") == "moved"


@pytest.mark.parametrize("tolerance", [np.nan, -1, np.inf, "0.1"])
def test_a_tolerance_under_which_nothing_could_move_is_refused(tolerance):
    with pytest.raises(ChoiceError, match="tolerance="):
        assumptions.doubt(lambda t: t["a"].iloc[0], _table(), tolerance=tolerance)


@pytest.mark.parametrize("tables", [_table()["a"], [_table()], "a"], ids=["column", "list", "word"])
def test_what_is_no_table_is_not_doubted(tables):
    with pytest.raises(TableError, match="tables が表"):
        assumptions.doubt(lambda t: 1, tables)


def test_one_change_alone_may_be_named_as_a_word():
    report = assumptions.doubt(lambda t: t["a"].iloc[0], _table(), changes="rows reversed")
    assert _outcome(report, "rows reversed") == "moved"
