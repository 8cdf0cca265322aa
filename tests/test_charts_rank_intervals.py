"""Pictures of maturity: no bare rank, no missing answer drawn as 0, no area that means something, nothing over a name."""

import io
import warnings
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

import matplotlib.image
import networkx as nx
import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.colors import to_hex
from matplotlib.text import Annotation, Text

import dxkit
from dxkit import charts
from dxkit.errors import ChoiceError, TableError

# the file that matplotlib-fontja ships, looked up without importing it
FONT_FILE = next(Path(find_spec("matplotlib_fontja").origin).parent.glob("fonts/*.ttf"))
GREY = "#8a8a8a"
# blue and vermilion of Okabe and Ito
OWN_COLOUR = "#0072b2"
GROUP_COLOUR = "#d55e00"

TOWNS = dxkit.load("municipalities").set_index("code")["name"]
LONG = "首長が目指す姿を自分の言葉で職員と住民に語り、計画と予算と毎年の見直しに反映している"


def drawn(figure):
    """The figure as pixels; any warning, such as a missing glyph or a layout that does not fit, is an error."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        written = io.BytesIO()
        figure.savefig(written, format="png", dpi=60, bbox_inches="tight")
    written.seek(0)
    return matplotlib.image.imread(written)


def texts(figure):
    return [text.get_text() for text in figure.findobj(Text) if text.get_text()]


def rows_of(figure):
    return [label.get_text() for label in figure.axes[0].get_yticklabels()]


def overlapping(figure):
    """Pairs of texts that lie over each other."""
    figure.draw_without_rendering()
    shown = [
        text for text in figure.findobj(Text) if text.get_text().strip() and text.get_visible()
    ]
    boxes = [(text.get_text(), text.get_window_extent().shrunk(0.9, 0.8)) for text in shown]
    return [
        (one, two)
        for at, (one, a) in enumerate(boxes)
        for two, b in boxes[:at]
        if one != two and a.overlaps(b)
    ]


def ranks():
    median = np.arange(1, 42)
    table = {
        "p05": np.maximum(1, median - 4),
        "median": median,
        "p95": np.minimum(41, median + 5),
        "tier": 1 + np.arange(41) // 11,
    }
    return pd.DataFrame(table, index=TOWNS.index[::-1])


def example(kind):
    """A picture of one kind, of the whole prefecture."""
    answers = pd.DataFrame(
        {
            "item": [LONG, "甲", "甲"],
            "level": [1, np.nan, 3],
            "status": ["answered", "declined", "answered"],
        }
    )
    profile = pd.DataFrame(
        {LONG: np.linspace(0, 100, 41), "甲": [np.nan, *[50.0] * 40], "name": TOWNS},
        index=TOWNS.index,
    )
    pairs = pd.DataFrame({"upper": TOWNS.index[:20], "lower": TOWNS.index[21:41]})
    factors = pd.DataFrame(
        {
            "factor": ["weights", "severity"],
            "S1": [0.1, 0.4],
            "S1_conf": 0.05,
            "ST": [0.2, 0.7],
            "ST_conf": 0.1,
        }
    )
    words = {"title": "題の名前", "source": "出典の名前", "made": True}
    return {
        "rank_intervals": lambda: charts.rank_intervals(ranks(), names=TOWNS, **words),
        "tiers": lambda: charts.tiers(ranks()["tier"], names=TOWNS, **words),
        "hasse": lambda: charts.hasse(pairs, names=TOWNS, **words),
        "sensitivity": lambda: charts.sensitivity(factors, **words),
        "change": lambda: charts.change(changes(), names=TOWNS, **words),
        "dots": lambda: charts.dots(profile, code="28209", **words),
        "levels": lambda: charts.levels(answers, **words),
        "radar": lambda: charts.radar(profile.assign(乙=1.0, 丙=2.0), code="28209", **words),
    }[kind]()


KINDS = ("rank_intervals", "tiers", "hasse", "sensitivity", "change", "dots", "levels", "radar")


def changes():
    after = np.linspace(10, 90, 41)
    table = pd.DataFrame({"before": 50.0, "after": after, "change": after - 50}, index=TOWNS.index)
    table = table.assign(low=table["change"] - 10, high=table["change"] + 10)
    return table.assign(beyond_noise=(table["low"] > 0) | (table["high"] < 0))


@pytest.mark.parametrize("kind", KINDS)
def test_every_picture_says_its_title_source_and_that_data_are_invented_in_the_shipped_font(kind):
    figure = example(kind)
    assert drawn(figure).std() > 0.02
    said = "\n".join(texts(figure))
    assert "題の名前（架空データ）" in said
    assert "出典: 出典の名前" in said
    assert {Path(text.get_fontproperties().get_file()) for text in figure.findobj(Text)} == {
        FONT_FILE
    }


@pytest.mark.parametrize("kind", KINDS)
def test_no_text_lies_over_another_with_41_real_names_and_a_long_label(kind):
    assert overlapping(example(kind)) == []


# rank intervals and tiers -------------------------------------------------------------------------------------------------


def test_places_are_drawn_in_order_of_the_median_and_only_with_their_interval():
    figure = charts.rank_intervals(ranks(), names=TOWNS, highlight=["28209"])
    assert rows_of(figure) == [TOWNS[code] for code in TOWNS.index[::-1]]
    lines = next(each for each in figure.axes[0].collections if isinstance(each, LineCollection))
    ends = np.array([path.vertices[:, 0] for path in lines.get_paths()])
    np.testing.assert_array_equal(ends, ranks()[["p05", "p95"]].to_numpy())
    assert [to_hex(colour) for colour in lines.get_colors()].count(GROUP_COLOUR) == 1
    assert "90%の場合がこの順位の間に入る" in texts(figure)
    assert [text for text in texts(figure) if text.startswith("グループ")] == [
        "グループ1",
        "グループ2",
        "グループ3",
        "グループ4",
    ]


def test_another_level_takes_and_names_other_columns():
    table = ranks().rename(columns={"p05": "p10", "p95": "p90"})
    assert "80%の場合がこの順位の間に入る" in texts(charts.rank_intervals(table, level=0.8))
    with pytest.raises(TableError, match="列「p05」: 順位の幅 の表に列がありません"):
        charts.rank_intervals(table)


@pytest.mark.parametrize(
    ("table", "options", "error", "said"),
    [
        (ranks(), {"level": 90}, ChoiceError, "level=90 は 0 と 1 の間"),
        (ranks(), {"highlight": ["99999"]}, ChoiceError, "highlight= の「99999」は表にありません"),
        (ranks().assign(median=0), {}, TableError, "中央値が幅の外"),
        (ranks().assign(p95=np.nan), {}, TableError, "列「p95」: 28586 の値がありません"),
        (pd.concat([ranks(), ranks()]), {}, TableError, "値「28586」: 順位の幅 に同じ行が2つ以上"),
    ],
)
def test_intervals_that_cannot_be_drawn_are_refused_with_what_and_where(
    table, options, error, said
):
    with pytest.raises(error, match=said):
        charts.rank_intervals(table, **options)


def test_within_a_tier_names_stand_in_the_order_of_codes():
    figure = charts.tiers(pd.Series({"28209": 1, "28201": 1, "28100": 2}), names=TOWNS)
    shown = [text for text in texts(figure) if text in set(TOWNS)]
    assert shown == ["姫路市", "豊岡市", "神戸市"]
    assert {"グループ1（2市町）", "グループ2（1市町）"} <= set(texts(figure))


# the order that all weights share -----------------------------------------------------------------------------------------


def random_order(seed, width):
    values = np.random.default_rng(seed).integers(0, 4, (41, width))
    ahead = (values[:, None] >= values[None]).all(axis=2) & (values[:, None] > values[None]).any(
        axis=2
    )
    codes = TOWNS.index.to_numpy()
    return ahead, pd.DataFrame(
        {"upper": codes[np.nonzero(ahead)[0]], "lower": codes[np.nonzero(ahead)[1]]}
    )


def direct_pairs(ahead):
    """Pairs with nobody between them, as a graph of positions in the order of codes."""
    return nx.transitive_reduction(nx.from_numpy_array(ahead, create_using=nx.DiGraph))


@pytest.mark.parametrize(("seed", "width"), [(1, 2), (2, 4), (3, 7)])
def test_lines_lead_down_to_the_next_only_and_no_line_runs_behind_a_name(seed, width):
    ahead, edges = random_order(seed, width)
    figure = charts.hasse(edges, names=TOWNS)
    lines = [np.column_stack(line.get_data()) for line in figure.axes[0].lines]
    boxes = {text.get_text(): np.array(text.get_position()) for text in figure.axes[0].texts}
    assert len(lines) == direct_pairs(ahead).number_of_edges() < ahead.sum()
    assert set(boxes) == set(TOWNS)
    for line in lines:
        assert (np.diff(line[:, 1]) > 0).all()
        for spot in line[1:-1]:
            near = min(np.abs(box - spot)[0] for box in boxes.values() if box[1] == spot[1])
            assert near > 0.6
    assert overlapping(figure) == []


def test_what_is_ahead_stands_higher_and_those_alone_are_drawn_too():
    _, edges = random_order(4, 3)
    figure = charts.hasse(edges.iloc[:30], names=TOWNS)
    down = {text.get_text(): text.get_position()[1] for text in figure.axes[0].texts}
    assert len(down) == 41
    assert all(
        down[TOWNS[upper]] < down[TOWNS[lower]] for upper, lower in edges.iloc[:30].to_numpy()
    )


def crossings(lines):
    """Count the pairs of lines that cross between two rows: their ends are in opposite order."""
    between = {}
    for line in lines:
        for (x, y), (below, _) in pairwise(line):
            between.setdefault(y, []).append((x, below))
    total = 0
    for pairs in between.values():
        upper, lower = np.array(pairs).T
        total += int(
            (np.subtract.outer(upper, upper) * np.subtract.outer(lower, lower) < 0).sum() / 2
        )
    return total


def by_number(figure):
    """The lines with each row in the order of codes, then of the lines that pass through it."""
    lines = [np.column_stack(line.get_data()) for line in figure.axes[0].lines]
    rank = {name: at for at, name in enumerate(TOWNS)}
    places = {text.get_position(): rank[text.get_text()] for text in figure.axes[0].texts}
    for line in lines:
        for spot in map(tuple, line[1:-1]):
            places.setdefault(spot, len(places))
    rows = {}
    for spot in sorted(places, key=places.get):
        rows.setdefault(spot[1], []).append(spot)
    across = {spot: at for row in rows.values() for at, spot in enumerate(row)}
    return [
        np.array([(across[spot], spot[1]) for spot in map(tuple, line.tolist())]) for line in lines
    ]


def test_sorting_the_rows_leaves_fewer_crossings_than_the_order_of_codes():
    _, edges = random_order(2, 4)
    figure = charts.hasse(edges, names=TOWNS)
    lines = [np.column_stack(line.get_data()) for line in figure.axes[0].lines]
    assert crossings(lines) < 0.7 * crossings(by_number(figure))


@pytest.mark.parametrize(
    ("edges", "options", "said"),
    [
        ({"upper": ["a", "b"], "lower": ["b", "a"]}, {}, "値「a、b」: 前後の関係が輪"),
        (
            {"upper": ["a"], "over": ["b"]},
            {},
            "列「lower」: 前後の組 の表に列がありません → 今ある列: upper、over",
        ),
        ({"upper": [], "lower": []}, {}, "比べる市町がありません"),
        ({"upper": ["a"], "lower": ["b"]}, {"levels": pd.Series({"a": 1})}, "b の層がありません"),
        (
            {"upper": ["a"], "lower": ["b"]},
            {"levels": pd.Series({"a": 1, "b": 1})},
            "a は b より先なのに",
        ),
    ],
)
def test_an_order_that_cannot_be_drawn_is_refused(edges, options, said):
    with pytest.raises(TableError, match=said):
        charts.hasse(pd.DataFrame(edges), **options)


def test_layers_can_be_given():
    figure = charts.hasse(
        pd.DataFrame({"upper": ["a"], "lower": ["b"]}),
        names={"c": "丙"},
        levels=pd.Series({"a": 1, "b": 3, "c": 3}),
    )
    down = {text.get_text(): text.get_position()[1] for text in figure.axes[0].texts}
    assert down["a"] < down["b"] == down["丙"]


# what moves the ranks, what has changed -----------------------------------------------------------------------------------


def test_factors_stand_by_their_whole_effect_with_whiskers_and_japanese_names():
    table = pd.DataFrame(
        {
            "factor": ["weights", "x"],
            "S1": [0.1, 0.3],
            "S1_conf": [0.02, 0.1],
            "ST": [0.2, 0.6],
            "ST_conf": 0.1,
        }
    )
    figure = charts.sensitivity(table, names={"x": "丁"})
    assert rows_of(figure) == ["丁", "重み"]
    assert [round(bar.get_width(), 3) for bar in figure.axes[0].patches] == [0.3, 0.1, 0.6, 0.2]
    whiskers = [line.vertices for each in figure.axes[0].collections for line in each.get_paths()]
    np.testing.assert_allclose(
        [line[:, 0] for line in whiskers], [[0.2, 0.4], [0.08, 0.12], [0.5, 0.7], [0.1, 0.3]]
    )
    assert "ほかの要因との組み合わせも含む効果（ST）" in texts(figure)


def test_labels_that_a_table_of_factors_brings_are_used():
    table = pd.DataFrame(
        {
            "factor": ["weight_a"],
            "label": ["重み: 体制"],
            "S1": 0.1,
            "S1_conf": 0.0,
            "ST": 0.2,
            "ST_conf": 0.0,
        }
    )
    assert rows_of(charts.sensitivity(table)) == ["重み: 体制"]
    with pytest.raises(TableError, match="列「factor」"):
        charts.sensitivity(table.drop(columns="factor"))


def test_a_change_within_noise_is_grey_and_has_no_arrow():
    table = pd.DataFrame(
        {"before": [10.0, 10.0], "after": [30.0, 11.0], "low": [5.0, -5.0], "high": [35.0, 7.0]},
        index=["a", "b"],
    )
    figure = charts.change(table.assign(beyond_noise=[True, False]))
    arrows = [each for each in figure.findobj(Annotation) if each.arrowprops]
    assert [(arrow.xyann, arrow.xy) for arrow in arrows] == [((10.0, 0), (30.0, 0))]
    colours = {
        tuple(line.get_ydata()): to_hex(line.get_color())
        for line in figure.axes[0].lines
        if len(line.get_xdata()) == 2
    }
    assert colours == {(0, 0): OWN_COLOUR, (1, 1): GREY}
    spans = [
        path.vertices[:, 0].tolist()
        for each in figure.axes[0].collections
        for path in each.get_paths()
    ]
    assert spans == [[15, 45], [5, 17]]


def test_a_municipality_without_answer_then_or_now_is_named_and_has_no_mark():
    figure = charts.change(
        changes().assign(after=lambda t: t["after"].where(t.index != "28209")), names=TOWNS
    )
    assert rows_of(figure)[list(TOWNS.index).index("28209")] == "豊岡市"
    assert texts(figure).count("比べられる回答なし") == 1
    assert not [
        line
        for line in figure.axes[0].lines
        if list(TOWNS.index).index("28209") in line.get_ydata()
    ]


def test_noise_must_be_said_as_true_or_false():
    with pytest.raises(TableError, match="列「beyond_noise」 値「1」: True か False"):
        charts.change(changes().assign(beyond_noise=1))


# one municipality against others ------------------------------------------------------------------------------------------


def indicators():
    values = {
        "研修": [10.0, 20, 40, 90, 50],
        "AI": [np.nan, 0, 100, 100, np.nan],
        "計画": [100.0, np.nan, 0, 0, 100],
    }
    return pd.DataFrame(
        {"code": list("abcde"), "name": ["甲市", "乙市", "丙市", "丁市", "戊市"]} | values
    )


def marks(figure, marker):
    return [
        (line.get_xdata()[0], line.get_ydata()[0])
        for line in figure.axes[0].lines
        if line.get_marker() == marker
    ]


def test_own_dot_median_tick_and_quartile_band_stand_where_the_figures_are():
    figure = charts.dots(indicators(), code="a", indicators=["研修"], group_label="近い4市町")
    assert marks(figure, "o") == [(10, 0.5)]
    assert marks(figure, "|") == [(45, 0.5)]
    bands = [
        path.vertices[:, 0].tolist()
        for each in figure.axes[0].collections
        for path in each.get_paths()
    ]
    assert [35, 60] in bands
    assert {"甲市", "近い4市町の中央値", "10", "45"} <= set(texts(figure))


def test_a_missing_answer_is_written_and_never_a_dot():
    figure = charts.dots(
        indicators(), code="a", indicators=["AI"], missing="回答なし", yes_no=["AI"]
    )
    assert np.isnan([x for x, _ in marks(figure, "o")]).all()
    assert "回答なし" in texts(figure)
    # two of the three who answered
    assert "3市町中 2" in texts(figure)
    np.testing.assert_allclose(marks(figure, "D"), [(200 / 3, 0.5)])


def test_yes_and_no_are_said_in_words_and_have_no_quartiles():
    figure = charts.dots(
        indicators(), code="a", indicators=["計画"], yes_no=["計画"], labels={"計画": "全体方針"}
    )
    assert {"実施", "3市町中 1", "全体方針"} <= set(texts(figure))
    assert not any("四分位" in text or "中央値" in text for text in texts(figure))


def test_of_three_answers_no_quartile_is_drawn():
    figure = charts.dots(indicators(), code="a", group=["b", "c", "d"], indicators=["研修"])
    assert not any("四分位" in text for text in texts(figure))


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"code": "z"}, ChoiceError, "「z」は表にありません"),
        ({"code": "a", "group": []}, ChoiceError, "比べる市町か指標がありません"),
        ({"code": "a", "indicators": ["5G"]}, ChoiceError, "「5G」は表にありません"),
        ({"code": "a", "high": 50}, TableError, "列「研修」 値「90.0」: d の値が0〜50の外です"),
        ({"code": "a", "yes_no": ["研修"]}, TableError, "有無ではありません → yes_no= から外して"),
    ],
)
def test_a_profile_that_cannot_be_drawn_is_refused(options, error, said):
    with pytest.raises(error, match=said):
        charts.dots(indicators(), **options)


def test_a_web_says_that_its_area_means_nothing_and_names_the_dots_beyond_eight_spokes():
    table = pd.DataFrame(
        np.random.default_rng(0).uniform(0, 100, (6, 9)),
        columns=list("ABCDEFGHI"),
        index=list("abcdef"),
    )
    few, many = (charts.radar(table, code="a", indicators=list(table)[:count]) for count in (8, 9))
    assert [
        any("面積に意味はありません" in text for text in texts(figure)) for figure in (few, many)
    ] == [True, True]
    assert [
        any("charts.dots" in text.replace("\n", "") for text in texts(figure))
        for figure in (few, many)
    ] == [False, True]


def test_a_web_shades_the_quartiles_of_the_others_unless_they_only_say_yes_or_no():
    table = pd.DataFrame(
        np.random.default_rng(0).uniform(0, 100, (6, 3)), columns=list("ABC"), index=list("abcdef")
    )
    for shown, bands in ((table, 1), (table.round(-2), 0), (table.iloc[:4], 0)):
        figure = charts.radar(shown, code="a")
        assert (
            len([each for each in figure.axes[0].collections if isinstance(each, PolyCollection)])
            == bands
        )


# levels -------------------------------------------------------------------------------------------------------------------


def answers():
    kinds = ["answered"] * 4 + ["declined", "unknown", "not_applicable", "answered"]
    return pd.DataFrame(
        {
            "item": ["甲"] * 7 + ["乙"],
            "level": [0, 0, 3, None, None, None, None, 5],
            "status": kinds,
        }
    )


def test_levels_are_counted_and_what_is_no_answer_stands_apart():
    left, right = charts.levels(answers(), names={"甲": LONG}).axes
    widths = {bar.get_y(): [] for bar in left.patches}
    for bar in left.patches:
        widths[bar.get_y()].append(bar.get_width())
    first, second = (np.nan_to_num(widths[at]).tolist() for at in sorted(widths))
    assert first == [2, 0, 0, 1, 0, 0]
    assert second == [0, 0, 0, 0, 0, 1]
    # answered without a level is no answer either
    assert [np.nan_to_num(bar.get_width()) for bar in right.patches] == [2, 0, 1, 0, 1, 0]
    assert {"回答なし", "不明", "対象外"} <= set(texts(left.figure))
    assert "".join(rows_of(left.figure)[0].split("\n")) == LONG


@pytest.mark.parametrize(
    ("change", "error", "said"),
    [
        ({"level": 2.5}, TableError, "列「level」 値「2.5」: 段階は0〜5の整数"),
        ({"status": "多分"}, TableError, "列「status」 値「多分」: 状態が分かりません"),
        ({"item": None}, ChoiceError, "by=「item」という列はありません"),
    ],
)
def test_answers_that_cannot_be_counted_are_refused(change, error, said):
    table = answers().drop(columns="item") if "item" in change else answers().assign(**change)
    with pytest.raises(error, match=said):
        charts.levels(table)


def test_no_picture_alters_its_table():
    before = {
        "ranks": ranks(),
        "changes": changes(),
        "answers": answers(),
        "indicators": indicators(),
    }
    charts.rank_intervals(before["ranks"])
    charts.change(before["changes"])
    charts.levels(before["answers"])
    charts.dots(before["indicators"], code="a")
    for name, make in {
        "ranks": ranks,
        "changes": changes,
        "answers": answers,
        "indicators": indicators,
    }.items():
        pd.testing.assert_frame_equal(before[name], make())
