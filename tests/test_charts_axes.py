"""Every chart can be drawn into axes of the caller's figure, with its title, its source and its Japanese font."""

import io
import warnings
from importlib.util import find_spec
from pathlib import Path

import pytest
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from matplotlib.text import Text
from test_charts_provenance import CASES, MADE, PUBLISHED, with_origin

from dxkit import charts
from dxkit.errors import ChoiceError

FONT_FILE = next(Path(find_spec("matplotlib_fontja").origin).parent.glob("fonts/*.ttf"))
POLAR = ("radar", "wind_rose")


def axes_for(name, part=None):
    """A figure of two axes, the left one fit for this chart."""
    figure = Figure(figsize=(15, 9), layout="constrained")
    whole = figure if part is None else figure.subfigures(1, 2)[0]
    left = whole.add_subplot(1, 2, 1, projection="polar" if name in POLAR else None)
    return figure, left, whole.add_subplot(1, 2, 2)


def written(figure):
    """Draw; any warning, such as a missing glyph or a layout that does not fit, is an error."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure.savefig(io.BytesIO(), format="png", dpi=60)


def texts(axes):
    return [text for text in axes.findobj(Text) if text.get_text()]


def visible(axes):
    """The texts inside the axes, in their legend and beside their ticks, but for their title."""
    shown = [text for text in axes.texts if text.get_text()]
    shown += axes.get_legend().get_texts() if axes.get_legend() is not None else []
    for axis in (axes.xaxis, axes.yaxis) if axes.axison else ():
        low, high = sorted(axis.get_view_interval())
        for tick in axis.get_major_ticks():
            if low <= tick.get_loc() <= high:
                shown += [label for label in (tick.label1, tick.label2) if label.get_visible()]
        shown.append(axis.label)
    return [text for text in shown if text.get_text()]


def note_of(axes):
    """The note below the axes."""
    return next(text for text in axes.texts if "出典: " in text.get_text())


@pytest.mark.parametrize("name", charts.__all__)
def test_a_chart_draws_into_given_axes_and_returns_their_figure(name):
    figure, left, right = axes_for(name)
    case, before = CASES[name], plt.get_fignums()
    right.plot([1, 2], [3, 4])
    tables = with_origin(case, 0, MADE)
    assert case(*tables, ax=left, title="題") is figure
    assert plt.get_fignums() == before
    assert len([line for line in right.lines if line.get_xdata().tolist() == [1, 2]]) == 1
    assert not right.texts
    assert figure.get_suptitle() == ""
    assert figure.get_supxlabel() == ""
    assert left.get_title().endswith("題（架空データ）")
    assert "出典: 作った表" in note_of(left).get_text().replace("\n", "")
    written(figure)
    # a chart's further axes are those that the caller did not make
    for axes in {left, *figure.axes} - {right}:
        assert {Path(text.get_fontproperties().get_file()) for text in texts(axes)} <= {FONT_FILE}
        assert not any(text.get_parse_math() for text in texts(axes))


@pytest.mark.parametrize("name", charts.__all__)
def test_the_note_lies_below_everything_and_the_title_above_the_legend(name):
    figure, left, _ = axes_for(name)
    case = CASES[name]
    case(*with_origin(case, 0, PUBLISHED), ax=left, title="題")
    figure.draw_without_rendering()
    note, title = note_of(left), left.title.get_window_extent()
    top = note.get_window_extent().y1
    boxes = [text.get_window_extent() for text in visible(left) if text is not note]
    assert boxes
    assert all(top <= box.y0 + 1 for box in boxes)
    assert not any(title.overlaps(box) for box in boxes)
    legend = left.get_legend()
    if legend is not None:
        assert not title.overlaps(legend.get_window_extent())
    # the layout keeps room for both: nothing is cut at the edge of the figure
    for text in (note, left.title):
        box = text.get_window_extent()
        assert box.y0 >= 0
        assert box.y1 <= figure.bbox.y1 + 1


@pytest.mark.parametrize("name", charts.__all__)
def test_axes_of_a_subfigure_do_as_well(name):
    figure, left, _ = axes_for(name, part="left")
    assert CASES[name](ax=left, title="題") is figure
    written(figure)
    assert left.get_title().endswith("題")


@pytest.mark.parametrize("name", charts.__all__)
def test_without_axes_each_chart_has_a_figure_of_its_own_that_pyplot_does_not_know(name):
    before = plt.get_fignums()
    first, second = CASES[name](title="題"), CASES[name](title="題")
    assert first is not second
    assert plt.get_fignums() == before
    assert first.get_suptitle().endswith("題")


@pytest.mark.parametrize("name", charts.__all__)
def test_axes_that_cannot_be_drawn_into_are_refused_in_words(name):
    case, figure = CASES[name], Figure()
    with pytest.raises(ChoiceError, match=r"ax=「Figure.*」には描けません。matplotlib の座標軸"):
        case(ax=figure)
    wrong = figure.add_subplot(projection=None if name in POLAR else "polar")
    need = 'projection="polar"' if name in POLAR else "polar の座標軸には描けません"
    with pytest.raises(ChoiceError, match=need):
        case(ax=wrong)
    assert not wrong.lines
    assert not wrong.texts


def test_a_note_is_wrapped_to_the_width_of_its_cell():
    narrow, wide = Figure(figsize=(12, 4)), Figure(figsize=(12, 4))
    source = "とても長い出典の名前" * 8
    lengths = []
    for figure, columns in ((narrow, 3), (wide, 1)):
        axes = figure.add_subplot(1, columns, 1)
        CASES["heatmap"](ax=axes, source=source)
        lines = note_of(axes).get_text().split("\n")
        assert "".join(lines) == f"出典: {source}"
        lengths.append(max(map(len, lines)))
    assert lengths[0] < lengths[1]


def test_a_chart_is_drawn_over_what_the_axes_already_hold():
    axes = Figure().add_subplot()
    axes.axvline(1, label="前から")
    CASES["timeline"](ax=axes)
    assert "前から" in [line.get_label() for line in axes.lines]
