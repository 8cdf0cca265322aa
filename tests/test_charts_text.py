"""What people typed is drawn as they typed it: no formula, no letter that steers, no endless label."""

import io
import warnings

import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text
from test_charts_provenance import CASES

from dxkit import charts
from dxkit.errors import DxkitError

# what is typed, and what must be read of it
HOSTILE = {
    # formulas: whole, broken, empty; a lone dollar; sub- and superscript; Python's own templates
    r"$\frac{1}{2}$ $\undefined{ $$ a_b^c \$ %s {x}": r"$\frac{1}{2}$ $\undefined{ $$ a_b^c \$ %s {x}",
    "5$": "5$",
    # control characters, right-to-left override, a byte order mark: no glyphs
    "a\x00\x07b\u202e反対\ufeffx": "a〓〓b〓反対〓x",
    # half a letter
    "\ud800z": "〓z",
}
# charts whose tables hold no text but keywords and codes
WITHOUT_FREE_TEXT = {"burn_down", "curve", "reunions", "routes", "wind_rose"}
LONG = "長いラベル$" * 1000


def _spoil(values, typed):
    return [f"{value}{typed}" if isinstance(value, str) else value for value in values]


def _spoilt_tables(case, typed):
    """Tables of a chart: as they are, then the texts of one column, index or heading spoilt."""
    yield list(case.tables)
    # pandas itself lets no half of a letter into a table
    if any(0xD800 <= ord(letter) <= 0xDFFF for letter in typed):
        return
    for place, table in enumerate(case.tables):
        # a map's land has no texts of its own
        if not hasattr(table, "geometry"):
            for spoilt in _spoil_one_table(table, typed):
                yield [spoilt if at == place else other for at, other in enumerate(case.tables)]


def _spoil_one_table(table, typed):
    if isinstance(table, pd.DataFrame):
        for column in table.columns:
            if any(isinstance(value, str) for value in table[column]):
                yield table.assign(**{str(column): _spoil(table[column], typed)})
        yield table.set_axis(_spoil(table.columns, typed), axis=1)
    if any(isinstance(label, str) for label in table.index):
        yield table.set_axis(_spoil(table.index, typed), axis=0)


def _draw(figure):
    """Draw as a notebook does; at the end every text is on the paper."""
    with warnings.catch_warnings():
        # a layout that cannot fit everything says so, and is no wrong text
        warnings.filterwarnings("ignore", message=".*(layout|Tight).*")
        figure.savefig(io.BytesIO(), format="png", dpi=30)
    return figure


def _read(figure):
    return "\n".join(text.get_text() for text in figure.findobj(Text)).replace("\n", "")


def _draw_spoilt(name, typed, *, in_axes):
    """Draw a chart with every text in turn spoilt; texts of keywords and codes may be refused."""
    case = CASES[name]
    for tables in _spoilt_tables(case, typed):
        options = {"title": f"題{typed}", "source": f"県{typed}"}
        if in_axes:
            figure = Figure(figsize=(9, 6))
            polar = name in ("radar", "wind_rose")
            options["ax"] = figure.add_subplot(projection="polar" if polar else None)
        try:
            yield _draw(case(*tables, **options))
        except DxkitError:
            continue


@pytest.mark.parametrize("name", charts.__all__)
def test_what_was_typed_is_drawn_as_it_was_typed(name):
    for at, (typed, read) in enumerate(HOSTILE.items()):
        figures = list(_draw_spoilt(name, typed, in_axes=at % 2 == 1))
        for figure in figures:
            texts = figure.findobj(Text)
            assert not any(text.get_parse_math() or text.get_usetex() for text in texts)
            written = _read(figure)
            assert f"題{read}" in written
            assert f"県{read}" in written
            # nothing that steers is left in any text of the table either
            assert not set(written) & set("\x00\x07\ud800\u202e\ufeff")
        # beside the picture of the tables as they are: the texts of the tables were typed, too
        if typed != "\ud800z":
            assert (len(figures) > 1) == (name not in WITHOUT_FREE_TEXT)


@pytest.mark.parametrize("name", charts.__all__)
def test_a_label_of_five_thousand_letters_is_cut_and_the_chart_stays_one(name):
    for figure in _draw_spoilt(name, LONG, in_axes=False):
        assert max(len(text.get_text()) for text in figure.findobj(Text)) < 2200
        assert "…" in _read(figure)
        assert max(figure.get_size_inches()) < 60


def test_a_label_of_two_hundred_thousand_letters_is_cut_before_anything_measures_it():
    figure = Figure(figsize=(9, 6))
    table = CASES["radar"].tables[0]
    axes = figure.add_subplot(projection="polar")
    charts.radar(table.rename(columns=lambda name: name + LONG * 40), code="28201", ax=axes)
    assert max(len(text.get_text()) for text in _draw(figure).findobj(Text)) < 2200
