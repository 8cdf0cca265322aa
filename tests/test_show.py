"""A table for people: Japanese headings, readable figures, its mark and source, and nothing that runs."""

import datetime as dt
import html
import re
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dxkit
from dxkit.errors import ChoiceError, TableError

TOWNS = pd.DataFrame(
    {
        "code": ["28201", "28464"],
        "name": ["姫路市", "太子町"],
        "kind": ["city", "town"],
        "people": [530495, 33477],
        "share_done": [0.725, None],
        "lat": [34.81527, 34.83333],
        "extended": [True, False],
    }
)
TAGS = {"div", "table", "thead", "tbody", "tr", "th", "td", "br"}
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'; background:url(javascript:alert(1)); '",
    "$\\href{javascript:alert(1)}{x}$",
    "</td></table><iframe src=//example.invalid>",
    "\u202ereversed\u202c",
    "\x00\x1b[31m\ud800",
    "&lt;b&gt;",
]


class _Cells(HTMLParser):
    """What a browser would see: tags, attributes, and the text of each cell."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.attributes, self.rows = set(), set(), []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
        if tag == "br":
            self.rows[-1][-1] += "\n"

    def handle_data(self, data):
        if self.rows and self.rows[-1]:
            self.rows[-1][-1] += data


def _rows(shown):
    return _Cells(re.sub(r"</table>.*", "", shown._repr_html_(), flags=re.S)).rows


def test_headings_units_and_forms_follow_the_schema():
    heads, first, second = _rows(dxkit.show(TOWNS))
    assert heads == [
        "団体コード",
        "名称",
        "種別",
        "人口［人］",
        "進捗率",
        "緯度［度］",
        "特定移行支援システム",
    ]
    assert first == ["28201", "姫路市", "市", "530,495", "72.5%", "34.8153", "○"]
    assert second == ["28464", "太子町", "町", "33,477", "―", "34.8333", "×"]


def test_columns_are_chosen_ordered_and_renamed():
    assert _rows(dxkit.show(TOWNS, columns=["people", "name"]))[1] == ["530,495", "姫路市"]
    shown = dxkit.show(TOWNS, columns={"name": "市町", "people": "人口"})
    assert _rows(shown)[0] == ["市町", "人口"]
    assert shown.to_frame().to_dict("list") == {
        "市町": ["姫路市", "太子町"],
        "人口": [530495, 33477],
    }
    assert _rows(dxkit.show(TOWNS, columns="name"))[0] == ["名称"]


def test_a_table_is_not_altered_and_shapes_are_left_out():
    towns = dxkit.load("municipalities")
    before = towns.copy()
    heads = _rows(dxkit.show(towns))[0]
    assert "図形" not in heads
    pd.testing.assert_frame_equal(pd.DataFrame(towns), pd.DataFrame(before))


def test_formats_of_ones_own_leave_words_as_they_are():
    table = pd.DataFrame({"yen": [1234.5, "不明", None], "share": [0.5, 0.25, 0.125]})
    rows = _rows(dxkit.show(table, formats={"yen": "{:,.0f} 円", "share": "{:.0%}"}))
    assert rows[1:] == [["1,234 円", "50%"], ["不明", "25%"], ["―", "12%"]]


@pytest.mark.parametrize("template", ["", "円", "{:q}", "{0.nothing}", "{", "{1}"])
def test_a_format_text_that_cannot_write_is_refused(template):
    with pytest.raises(ChoiceError, match="formats"):
        dxkit.show(TOWNS, formats={"people": template})


@pytest.mark.parametrize("option", ["columns", "formats", "bars", "gradient"])
def test_columns_that_are_not_there_are_named_all_at_once(option):
    wrong = {"columns": ["a1", "name", "b2"], "formats": {"a1": "{}", "b2": "{}"}}
    with pytest.raises(TableError, match=f"{option}=.*列がありません") as caught:
        dxkit.show(TOWNS, **{option: wrong.get(option, ["a1", "b2"])})
    assert {fault.column for fault in caught.value.faults} == {"a1", "b2"}


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ([1.0, 2.0, 1234567.0], ["1", "2", "1,234,567"]),
        ([0.1234, 0.5], ["0.123", "0.500"]),
        ([1.5, 2.25], ["1.50", "2.25"]),
        ([15.25, 2.0], ["15.2", "2.0"]),
        ([1995, 2024], ["1995", "2024"]),
        ([-0.0004, 0.2], ["0.000", "0.200"]),
        ([np.inf, -np.inf, np.nan], ["∞", "−∞", "―"]),
        ([np.int64(7), np.float32(8)], ["7", "8"]),
        ([True, None, np.bool_(False)], ["○", "―", "×"]),
        ([["a", "b"], ("c", 1.0), {"e", "d"}], ["a、b", "c、1", "d、e"]),
        ([pd.Timestamp("2026-04-01"), pd.NaT], ["2026-04-01", "―"]),
        ([dt.datetime(2026, 4, 1, 9, 30), None], ["2026-04-01 09:30", "―"]),
        ([pd.NA, None, "x"], ["―", "―", "x"]),
    ],
)
def test_each_kind_of_value_is_written_for_people(values, texts):
    rows = _rows(dxkit.show(pd.DataFrame({"own": pd.Series(values, dtype=object)})))
    assert [row[0] for row in rows[1:]] == texts


def test_figures_of_what_is_counted_have_no_needless_decimals():
    table = pd.DataFrame({"people": [1234.56, 99.9], "votes": [3.25, 1.0], "area_km2": [1.5, 2]})
    assert _rows(dxkit.show(table))[1] == ["1,235", "3.2", "1.50"]


def test_an_index_that_only_counts_rows_is_hidden_and_one_with_names_is_shown():
    assert _rows(dxkit.show(TOWNS.tail(1)))[1][0] == "28464"
    named = TOWNS.set_index("name")[["people"]]
    assert _rows(dxkit.show(named)) == [
        ["名称", "人口［人］"],
        ["姫路市", "530,495"],
        ["太子町", "33,477"],
    ]
    assert _rows(dxkit.show(named, index=False))[1] == ["530,495"]
    assert _rows(dxkit.show(TOWNS[["name"]], index=True))[1] == ["0", "姫路市"]
    assert _rows(dxkit.show(named, columns=["people", "name"]))[1] == ["530,495", "姫路市"]
    assert dxkit.show(named).to_frame().index.tolist() == ["姫路市", "太子町"]


def test_levels_of_an_index_have_forms_of_their_own():
    table = pd.DataFrame({"x": [1]}, index=pd.MultiIndex.from_tuples([(0.5, "a")], names=["w", ""]))
    rows = _rows(dxkit.show(table, formats={"w": "{:.2f}"}))
    assert rows[1] == ["0.50", "a", "1"]
    assert dxkit.show(table).to_frame().index.nlevels == 2


def test_a_series_is_one_column_beside_its_index():
    shown = dxkit.show(dxkit.describe("progress"), columns={"progress": "説明"})
    rows = _rows(shown)
    assert rows[0] == ["", "説明"]
    assert ["種類", "公表値"] in rows


def test_columns_of_one_name_and_names_of_several_levels_are_all_shown():
    twins = pd.DataFrame([[1, 2]], columns=["a", "a"])
    assert _rows(dxkit.show(twins))[0] == ["a", "a"]
    crossed = pd.DataFrame([[1]], columns=pd.MultiIndex.from_tuples([("share", "mean")]))
    assert _rows(dxkit.show(crossed))[0] == ["share・mean"]


def test_official_headings_of_a_reader_come_first():
    table = pd.DataFrame({"ai": [1.0]})
    table.attrs["labels"] = {"ai": "AIの導入状況"}
    assert _rows(dxkit.show(table))[0] == ["AIの導入状況"]
    assert _rows(dxkit.show(table, columns={"ai": "AI"}))[0] == ["AI"]


def test_the_mark_and_the_source_stand_below_in_both_forms():
    table = dxkit.load("hearing_example").head(2)
    for text in (dxkit.show(table)._repr_html_(), str(dxkit.show(table))):
        assert "架空データ" in text
        assert f"出典: {html.escape(table.attrs['source'])}"[:20] in text
    estimate = TOWNS.copy()
    estimate.attrs = {"kind": "estimated", "source": "出典: 例", "as_of": "2025-10-01"}
    assert str(dxkit.show(estimate)).splitlines()[-2:] == ["推計", "出典: 例（2025-10-01）"]
    assert "架空" not in str(dxkit.show(TOWNS))


def test_a_made_table_stays_made_when_it_is_taken_back():
    table = dxkit.load("hearing_example").head(2)
    assert dxkit.show(table, columns=["code"]).to_frame().attrs == table.attrs


def test_an_empty_table_says_so_and_a_long_one_says_how_much_is_left_out():
    empty = dxkit.show(TOWNS.head(0), columns=["name"])
    assert "行がありません" in str(empty)
    assert "行がありません" in empty._repr_html_()
    long = dxkit.show(pd.DataFrame({"n": range(250)}))
    assert len(_rows(long)) == 201
    assert "ほか50行" in str(long)
    assert "ほか50行" in long._repr_html_()
    assert len(long.to_frame()) == 250
    assert dxkit.show(pd.DataFrame())._repr_html_()


def _backgrounds(shown):
    return re.findall(r"background:([^\"]+)\"", shown._repr_html_())


def test_a_gradient_runs_from_the_smallest_to_the_largest_or_between_limits():
    table = pd.DataFrame({"a": [0.0, 0.5, 1.0, np.nan]})
    ends = ["rgb(255,255,255)", "rgb(181,214,234)", "rgb(107,174,214)"]
    assert _backgrounds(dxkit.show(table, gradient=["a"])) == ends
    assert _backgrounds(dxkit.show(table, gradient={"a": (-1, 1)}))[0] == ends[1]
    assert _backgrounds(dxkit.show(table, gradient={"a": (1, 3)})) == [ends[0]] * 3
    assert _backgrounds(dxkit.show(pd.DataFrame({"a": [2, 2]}), gradient=["a"])) == [ends[0]] * 2


def test_bars_start_at_zero():
    shown = dxkit.show(pd.DataFrame({"a": [5.0, 10.0], "b": ["x", "y"]}), bars=["a", "b"])
    assert [re.search(r"([\d.]+)%", bar)[1] for bar in _backgrounds(shown)] == ["50.0", "100.0"]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_inert_wherever_it_stands(text):
    index = pd.Index([text], name=text, dtype=object)
    heads = pd.Index([text, "list"], dtype=object)
    table = pd.DataFrame([[text, [text]]], index=index, columns=heads, dtype=object)
    table.attrs = {"source": text, "as_of": text, "labels": {"list": text}}
    shown = dxkit.show(table, formats={"list": "{}"})
    page = _Cells(shown._repr_html_())
    assert page.tags <= TAGS
    assert page.attributes <= {"style", "class", "scope"}
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00\x1b]", shown._repr_html_() + str(shown))
    # what is shown can be stored and sent
    shown._repr_html_().encode()


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.one_of(st.text(max_size=30), st.floats(), st.integers(), st.none(), st.booleans()),
        min_size=1,
        max_size=5,
    )
)
def test_any_cells_make_a_page_of_known_tags_with_as_many_cells(cells):
    shown = dxkit.show(pd.DataFrame({"own": pd.Series(cells, dtype=object)}))
    page = _Cells(shown._repr_html_())
    assert page.tags <= TAGS
    assert [len(row) for row in page.rows] == [1] * (len(cells) + 1)
    assert len(shown.to_frame()) == len(cells)


def test_a_cell_of_megabytes_is_cut():
    assert len(dxkit.show(pd.DataFrame({"a": ["あ" * 10**6]}))._repr_html_()) < 10_000


def test_dollar_signs_are_never_typeset():
    assert 'class="dxkit-table tex2jax_ignore mathjax_ignore"' in dxkit.show(TOWNS)._repr_html_()


def test_a_share_above_one_is_in_per_cent_too():
    shares = pd.DataFrame({"utilisation": [0.5, 1.25, 2.0]})
    cells = [row[0] for row in _Cells(dxkit.show(shares)._repr_html_()).rows[1:]]
    assert cells == ["50.0%", "125.0%", "200.0%"]


def test_the_loads_of_liaisons_are_municipalities_and_no_shares():
    from dxkit.support import liaison

    people = pd.DataFrame({"liaison": ["甲", "乙"], "post": [1.0, 0.5]})
    loads = liaison.assign(dxkit.load("municipalities"), people).loads
    cells = [cell for row in _Cells(dxkit.show(loads)._repr_html_()).rows for cell in row]
    assert not [cell for cell in cells if "%" in cell]
