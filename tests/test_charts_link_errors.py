"""What was missed stands in a row for each kind of error, in Japanese, and nothing in a table's text is taken for a formula."""

import matplotlib.text
import pandas as pd
import pytest

from dxkit import charts
from dxkit.errors import ChoiceError, TableError


def _table(missed=1):
    rows = [
        ("氏名", "氏名が同じ", 100, 0),
        ("氏名", "読みが同じ", 20, missed),
        ("住所", "住所は不明", 30, 3),
    ]
    return pd.DataFrame(rows, columns=["field", "kind", "pairs", "missed"])


def _texts(figure):
    return [text.get_text() for text in figure.findobj(matplotlib.text.Text) if text.get_text()]


def test_each_kind_has_a_row_with_its_share_and_its_number_of_pairs():
    figure = charts.link_errors(_table(), title="見落とし", source="試験", made=True)
    (points,) = [
        line
        for line in figure.axes[0].lines
        if line.get_marker() == "s" or line.get_marker() == "o"
    ]
    assert points.get_xdata() == pytest.approx([0, 5, 10])
    said = _texts(figure)
    assert {
        "氏名が同じ（100）",
        "読みが同じ（20）",
        "住所は不明（30）",
        "【氏名】",
        "【住所】",
        "見落とし（架空データ）",
    } <= set(said)
    assert not any(text.get_parse_math() for text in figure.findobj(matplotlib.text.Text))


def test_methods_stand_in_the_same_rows_in_their_own_marks():
    both = pd.concat([_table().assign(method="甲"), _table(20).assign(method="乙").iloc[1:]])
    figure = charts.link_errors(both, by="method")
    lines = figure.axes[0].lines
    assert [line.get_marker() for line in lines] == ["o", "s"]
    assert list(lines[0].get_ydata()) == list(lines[1].get_ydata())
    assert lines[1].get_xdata()[1] == pytest.approx(100)
    assert figure.axes[0].get_legend() is not None


@pytest.mark.parametrize(
    ("table", "error", "said"),
    [
        (_table().drop(columns="kind"), TableError, "kind"),
        (_table().head(0), TableError, "行がありません"),
        (_table(21), TableError, "21"),
        (pd.concat([_table().assign(method=name) for name in "甲乙丙丁"]), ChoiceError, "3つまで"),
    ],
)
def test_a_table_that_cannot_be_drawn_says_why(table, error, said):
    with pytest.raises(error, match=said):
        charts.link_errors(table, by="method" if "method" in table else "")
