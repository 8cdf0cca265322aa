"""An answer that depends on how its table lies is found out, and one that does not is left in peace."""

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
