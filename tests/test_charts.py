"""Charts: Japanese that never turns into boxes, missing cells that look missing, and nothing left behind in matplotlib."""

import io
import subprocess
import sys
import warnings
from importlib.util import find_spec
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from fontTools.ttLib import TTFont
from matplotlib import pyplot as plt
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from dxkit import charts
from dxkit.errors import ChoiceError, TableError

# the file that matplotlib-fontja ships, looked up without importing it
FONT_FILE = next(Path(find_spec("matplotlib_fontja").origin).parent.glob("fonts/*.ttf"))

NAMES = (
    "神戸市",
    "姫路市",
    "尼崎市",
    "明石市",
    "西宮市",
    "洲本市",
    "芦屋市",
    "伊丹市",
    "相生市",
    "豊岡市",
    "加古川市",
    "赤穂市",
    "西脇市",
    "宝塚市",
    "三木市",
    "高砂市",
    "川西市",
    "小野市",
    "三田市",
    "加西市",
    "丹波篠山市",
    "養父市",
    "丹波市",
    "南あわじ市",
    "朝来市",
    "淡路市",
    "宍粟市",
    "加東市",
    "たつの市",
    "猪名川町",
    "多可町",
    "稲美町",
    "播磨町",
    "市川町",
    "福崎町",
    "神河町",
    "太子町",
    "上郡町",
    "佐用町",
    "香美町",
    "新温泉町",
)
SYSTEMS = (
    "住民基本台帳",
    "戸籍",
    "戸籍の附票",
    "固定資産税",
    "個人住民税",
    "法人住民税",
    "軽自動車税",
    "印鑑登録",
    "選挙人名簿管理",
    "子ども・子育て支援",
    "就学",
    "児童手当",
    "児童扶養手当",
    "国民健康保険",
    "国民年金",
    "障害者福祉",
    "後期高齢者医療",
    "介護保険",
    "生活保護",
    "健康管理",
)
UNITS = "円千万億人世帯％%㎢km²時間分件回点年月日①②③㈱№〜～―・ー「」（）、。／→←↑↓≧≦±×÷"
KANA = "".join(chr(code) for code in (*range(0x3041, 0x3097), *range(0x30A1, 0x30FB)))


def progress():
    """A share for every municipality and system, two of them missing."""
    shares = np.linspace(0, 1, 41 * 20).reshape(41, 20)
    shares[3, 4] = shares[10, 0] = np.nan
    return pd.DataFrame(shares, index=NAMES, columns=SYSTEMS)


def drawn(figure):
    """The figure as pixels; any warning, such as a missing glyph, is an error."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        written = io.BytesIO()
        figure.savefig(written, format="png", dpi=60, bbox_inches="tight")
    written.seek(0)
    return plt.imread(written)


def texts(figure):
    return [text.get_text() for text in figure.findobj(Text) if text.get_text()]


def test_the_font_holds_every_name_of_the_prefecture_and_every_kana_and_unit():
    held = set(TTFont(FONT_FILE).getBestCmap())
    assert len(NAMES) == 41
    assert len(SYSTEMS) == 20
    assert not {
        letter
        for letter in "".join([*NAMES, *SYSTEMS, UNITS, KANA, "データなし架空出典〓"])
        if ord(letter) not in held
    }
    # every letter of the font is drawn as it is
    every = "".join(map(chr, sorted(held)))
    # a title of more than 200 letters is cut
    for title in (every[start : start + 200] for start in range(0, len(every), 200)):
        assert charts.heatmap(pd.DataFrame({"甲": [1.0]}), title=title).get_suptitle() == title


def test_the_whole_prefecture_is_drawn_without_a_missing_glyph():
    figure = charts.heatmap(
        progress(), label="進み", unit="割合", title="標準化", source="総務省", made=True
    )
    picture = drawn(figure)
    assert {
        *NAMES,
        *SYSTEMS,
        "標準化（架空データ）",
        "出典: 総務省",
        "進み（割合）",
        "データなし",
    } <= set(texts(figure))
    assert picture.std() > 0.1


def test_every_text_of_a_chart_is_in_the_shipped_font():
    table = progress().iloc[:, :5].fillna(0.5)
    for figure in (
        charts.heatmap(progress(), label="進み"),
        charts.radar(table, code="神戸市", high=1),
    ):
        drawn(figure)
        assert {Path(text.get_fontproperties().get_file()) for text in figure.findobj(Text)} == {
            FONT_FILE
        }


def test_a_letter_that_the_font_lacks_becomes_a_geta_and_not_a_box():
    rare = charts.heatmap(progress(), title="𠮷田\n髙﨑")
    assert rare.get_suptitle() == "〓田\n髙﨑"
    figure = charts.heatmap(
        progress().rename(index={"神戸市": "𠮷野\U0001f600"}), title="\U0001f5fe"
    )
    drawn(figure)
    assert {"〓野〓", "〓"} <= set(texts(figure))


def test_a_text_is_never_read_as_a_formula():
    figure = charts.heatmap(progress().rename(index={"神戸市": r"$\frac{x$"}), title=r"$\bad{$")
    drawn(figure)
    assert {r"$\frac{x$", r"$\bad{$"} <= set(texts(figure))


def test_missing_cells_are_hatched_where_they_are():
    figure = charts.heatmap(progress(), missing="回答なし")
    cells = [patch for patch in figure.axes[0].patches if isinstance(patch, Rectangle)]
    assert sorted((round(cell.get_y() + 0.5), round(cell.get_x() + 0.5)) for cell in cells) == [
        (3, 4),
        (10, 0),
    ]
    assert {cell.get_hatch() for cell in cells} == {"/////"}
    assert "回答なし" in texts(figure)
    assert "データなし" not in texts(charts.heatmap(progress().fillna(0)))


def test_colours_run_from_low_to_high_as_told():
    figure = charts.heatmap(progress().fillna(0) / 2, low=0, high=1)
    image = figure.axes[0].images[0]
    assert (image.norm.vmin, image.norm.vmax) == (0, 1)
    assert to_hex(image.cmap(image.norm(0.0))) == "#e3eef9"
    assert [label.get_text() for label in figure.axes[1].get_yticklabels()] == [
        "0",
        "0.25",
        "0.5",
        "0.75",
        "1",
    ]


def test_a_long_table_keeps_the_order_of_first_appearance():
    table = progress().iloc[::-1, ::-1]
    long = table.rename_axis("市町").reset_index().melt("市町", var_name="業務", value_name="割合")
    figure = charts.heatmap(long, row="市町", column="業務", value="割合")
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == list(table.index)
    assert [label.get_text() for label in figure.axes[0].get_xticklabels()] == list(table.columns)
    np.testing.assert_array_equal(
        figure.axes[0].images[0].get_array().filled(np.nan), table.to_numpy()
    )


def test_a_table_of_one_value_or_of_none_is_drawn():
    drawn(charts.heatmap(pd.DataFrame({"甲": [5.0]}, index=["町"])))
    drawn(charts.heatmap(pd.DataFrame({"甲": [np.nan]}, index=["町"])))


LONG = pd.DataFrame({"市町": ["甲", "甲"], "業務": ["税", "税"], "割合": [1, 2]})


@pytest.mark.parametrize(
    ("table", "options", "error", "said"),
    [
        (pd.DataFrame(), {}, TableError, "表に行か列がありません"),
        (pd.DataFrame({"甲": ["多い"]}), {}, TableError, "列「甲」 値「多い」: 数ではない列です"),
        (
            pd.DataFrame({"甲": [np.inf]}, index=["町"]),
            {},
            TableError,
            "列「甲」 値「inf」: 町 の値が有限の数ではありません",
        ),
        (
            LONG,
            {"row": "市町", "column": "業務", "value": "割合"},
            TableError,
            "同じます目（甲・税）に値が2つ以上",
        ),
        (LONG, {"row": "市町", "value": "割合"}, ChoiceError, r"row= と column= にも"),
        (
            LONG,
            {"row": "町", "column": "業務", "value": "割合"},
            ChoiceError,
            "「町」という列はありません。使える列: 市町、業務、割合",
        ),
        (progress(), {"low": 1, "high": 0}, ChoiceError, "low=1, high=0 は、low のほうを小さく"),
    ],
)
def test_a_table_that_cannot_be_drawn_is_refused_with_what_and_where(table, options, error, said):
    with pytest.raises(error, match=said):
        charts.heatmap(table, **options)


# radar ------------------------------------------------------------------------------------------------------------------


def indicators():
    values = {"研修": [10, 20, 40, 90], "AI": [0, 50, 60, np.nan], "RPA": [100, 30, 10, 20]}
    return pd.DataFrame(
        {"code": ["28201", "28202", "28203", "28204"], "name": ["甲市", "乙市", "丙市", "丁市"]}
        | values
    )


def lines(figure):
    return {
        line.get_label(): np.asarray(line.get_ydata(), dtype=float) for line in figure.axes[0].lines
    }


def test_one_municipality_is_drawn_over_the_median_of_the_others():
    figure = charts.radar(indicators(), code="28201", title="甲市の姿")
    drawn(figure)
    assert lines(figure)["甲市"].tolist() == [10, 0, 100, 10]
    # of those that answered: the median of 50 and 60
    assert lines(figure)["比べる市町の中央値"].tolist() == [40, 55, 20, 40]
    assert repr(figure) == "<図「甲市の姿」>"


def test_a_group_can_be_named():
    figure = charts.radar(
        indicators(),
        code="28201",
        group=["28202"],
        group_label="隣",
        indicators=["RPA", "AI", "研修"],
    )
    assert lines(figure)["隣"].tolist() == [30, 50, 20, 30]


def test_a_missing_indicator_leaves_the_line_open_and_says_so():
    figure = charts.radar(indicators(), code="28204", missing="回答なし")
    drawn(figure)
    assert np.isnan(lines(figure)["丁市"]).tolist() == [False, True, False, False]
    assert "AI\n（回答なし）" in texts(figure)
    assert not figure.axes[0].patches
    assert len(charts.radar(indicators(), code="28201").axes[0].patches) == 1


@pytest.mark.parametrize(
    ("change", "options", "error", "said"),
    [
        (
            lambda t: t,
            {"code": "28999"},
            ChoiceError,
            "「28999」の行はありません。次のように書いてください: 28201、",
        ),
        (lambda t: t, {"code": "28201", "group": ["x"]}, ChoiceError, "「x」の行はありません"),
        (lambda t: t[:1], {"code": "28201"}, ChoiceError, "比べる市町がありません"),
        (
            lambda t: t,
            {"code": "28201", "indicators": ["研修", "AI"]},
            ChoiceError,
            "指標が2つしか",
        ),
        (
            lambda t: t,
            {"code": "28201", "indicators": ["研修", "AI", "5G"]},
            ChoiceError,
            "「5G」という列はありません",
        ),
        (
            lambda t: t,
            {"code": "28201", "high": 50},
            TableError,
            "列「研修」 値「90」: 28204 の値が0〜50の外です",
        ),
        (
            lambda t: pd.concat([t, t]),
            {"code": "28201"},
            TableError,
            "値「28201」: 指標 に同じ行が2つ以上",
        ),
    ],
)
def test_indicators_that_cannot_be_drawn_are_refused_with_what_and_where(
    change, options, error, said
):
    with pytest.raises(error, match=said):
        charts.radar(change(indicators()), **options)


# nothing left behind ----------------------------------------------------------------------------------------------------


def test_a_chart_is_a_figure_that_pyplot_does_not_know_and_that_shows_itself():
    before = plt.get_fignums()
    figure = charts.heatmap(progress())
    assert isinstance(figure, Figure)
    assert plt.get_fignums() == before
    assert figure._repr_png_().startswith(b"\x89PNG")


def test_the_input_is_not_altered():
    table, long = progress(), indicators()
    charts.heatmap(table)
    charts.radar(long, code="28201")
    pd.testing.assert_frame_equal(table, progress())
    pd.testing.assert_frame_equal(long, indicators())


def test_no_setting_of_matplotlib_is_changed_and_the_font_package_is_not_imported():
    program = (
        "import sys, matplotlib as mpl, pandas as pd; before = dict(mpl.rcParams); from dxkit import charts; "
        "charts.heatmap(pd.DataFrame({'甲': [1.0]}), title='題')._repr_png_(); "
        "sys.exit(dict(mpl.rcParams) != before or 'matplotlib_fontja' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
    assert mpl.rcParams["font.family"] != ["IPAexGothic"]


def test_a_missing_font_package_is_named():
    program = (
        "import importlib.util as u; find = u.find_spec; "
        "u.find_spec = lambda name, *rest: None if name == 'matplotlib_fontja' else find(name, *rest); "
        "import pandas as pd; from dxkit import charts; charts.heatmap(pd.DataFrame({'甲': [1.0]}))"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, encoding="utf-8"
    )
    assert run.returncode == 1
    assert "MissingExtraError" in run.stderr
    assert "pip install matplotlib-fontja" in run.stderr


def test_no_line_begins_with_a_full_stop_or_a_closing_bracket():
    full = "あ" * 22
    answers = pd.DataFrame({"item": ["甲", "乙"], "level": [1, 2], "status": "answered"})
    names = {"甲": f"{full}。{full}）。さ", "乙": f"{full}か"}
    figure = charts.levels(answers, names=names)
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == [
        f"{full}。\n{full}）。\nさ",
        f"{full}\nか",
    ]
