"""Who pays how much of a joint bill under which rule?"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dxkit._checks import require_columns, require_filled, require_unique_rows
from dxkit._keywords import accepts_old_keywords
from dxkit.charts._canvas import finish_chart, open_canvas
from dxkit.charts._font import font_of_size, to_printable
from dxkit.charts._legend import add_legend_above, hide_frame, labelled_handles
from dxkit.charts._style import DARK_GREY, LABEL_PT, PALE_GREY
from dxkit.charts._tables import (
    Names,
    TableOrResult,
    read_number_columns,
    refuse_cells,
    take_second_table,
    take_table,
)
from dxkit.errors import ChoiceError, shorten

# colours of Okabe and Ito with a shape each: distinguishable in print, too
LOOKS = (
    ("#0072b2", "o"),
    ("#d55e00", "s"),
    ("#009e73", "^"),
    ("#cc79a7", "D"),
    ("#e69f00", "v"),
    ("#000000", "x"),
)
# how far the marks of one row stand apart, so that equal parts do not hide each other
MARK_STEP = 0.11


@accepts_old_keywords(shown="rule_keys")
def split(
    table: TableOrResult,
    rules: pd.DataFrame | None = None,
    *,
    rule_keys: Sequence[str] | None = None,
    names: Names = None,
    ax: Axes | None = None,
    made: bool = False,
    title: str = "",
    source: str | None = None,
) -> Figure:
    """Draw what each municipality pays under each rule, as a share of what it would pay alone.

    Parameters
    ----------
    table
        One row a municipality: ``code, alone_yen`` and a column a rule; or the result of
        `dxkit.support.costs.share`.
    rules
        One row a rule: ``rule, label, leavers`` (0: nobody would rather leave); by default the
        result's. Rules without a column are left out.
    rule_keys
        The rules to draw, at most six; by default all.
    names
        Code → name; else the column ``name``.
    ax, made, title, source
        As for `heatmap`.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    TableError
        If a column is missing or holds what is no number.
    ChoiceError
        If ``rule_keys`` holds more than six rules, or one that is not there.

    Examples
    --------
    >>> import pandas as pd
    >>> from dxkit import charts
    >>> bill = pd.DataFrame({"code": ["a", "b"], "alone_yen": [100, 200], "equal": [90, 90]})
    >>> rules = pd.DataFrame({"rule": ["equal"], "label": ["均等割"], "leavers": [0]})
    >>> figure = charts.split(bill, rules, names={"a": "甲町", "b": "乙町"})
    >>> [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    ['均等割（抜ける組なし）']
    """
    parts = take_table(table)
    rule_table = take_second_table(rules, table, "rules")
    require_filled(rule_table, ["rule", "label", "leavers"], "分け方")
    require_unique_rows(rule_table, ["rule"], "分け方")
    keys = _choose_rules(parts, rule_table, rule_keys)
    # only the rules that are drawn have to be numbers
    yen = read_number_columns(parts, ["alone_yen", *keys], "費用の分担")
    require_columns(parts, ["code"], "費用の分担")
    refuse_cells(
        yen[["alone_yen"]].to_numpy() <= 0,
        yen[["alone_yen"]],
        "0以下です（何%になるかを計算できません）",
        "その市町を除くか、費用を確かめてください",
    )
    canvas = open_canvas(ax, 7.8, 1.6 + 0.24 * len(parts))
    axes = canvas.axes
    axes.hlines(np.arange(len(parts)), 0, 1, color=PALE_GREY, linewidth=0.8)
    _draw_parts(axes, yen, rule_table.set_index("rule").loc[keys])
    # left of this line joint purchase is cheaper
    axes.axvline(1, color=DARK_GREY, linewidth=1)
    axes.set_yticks(
        range(len(parts)), _name_payers(parts, names), fontproperties=font_of_size(LABEL_PT)
    )
    axes.set_ylim(len(parts) - 0.4, -0.6)
    largest_share = float((yen[keys].to_numpy() / yen[["alone_yen"]].to_numpy()).max())
    axes.set_xlim(0, max(1.05, 1.05 * largest_share))
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    axes.set_xlabel(
        "各自で買うときの費用に対する割合（100%の線より左なら、共同のほうが安い）",
        fontsize=LABEL_PT,
    )
    hide_frame(axes, keep=("bottom",))
    add_legend_above(axes, labelled_handles(axes), columns=2)
    return finish_chart(canvas, [table, rules], title=title, source=source, made=made)


def _choose_rules(
    parts: pd.DataFrame, rules: pd.DataFrame, rule_keys: Sequence[str] | None
) -> list[str]:
    # a rule that could not be computed has no column
    available = [rule for rule in rules["rule"] if rule in parts.columns]
    keys = available if rule_keys is None else list(rule_keys)
    if not available:
        raise ChoiceError(
            f"分け方の表の rule（{shorten('・'.join(map(str, rules['rule'])))}）の名前の列が、"
            "費用の分担の表にありません。costs.share の2つの表をそのまま渡してください。"
        )
    if len(keys) > len(LOOKS) or not set(keys) <= set(available):
        raise ChoiceError(
            f"rule_keys={shorten(keys)} は描けません。"
            f"{'・'.join(available)} から{len(LOOKS)}つまで選んでください。"
        )
    return keys


def _draw_parts(axes: Any, yen: pd.DataFrame, rules: pd.DataFrame) -> None:
    """Draw a mark a rule in every row, and say in the legend who would rather leave."""
    rows = np.arange(len(yen))
    # the marks of a row stand around its middle
    middle = (len(rules) - 1) / 2
    for index, (rule, (colour, marker)) in enumerate(zip(rules.index, LOOKS, strict=False)):
        leavers = rules.loc[rule, "leavers"]
        stability = "抜ける組なし" if leavers == 0 else f"抜けたい組{leavers}団体"
        axes.plot(
            yen[rule] / yen["alone_yen"],
            rows + MARK_STEP * (index - middle),
            linestyle="",
            markersize=5,
            color=colour,
            marker=marker,
            label=to_printable(f"{rules.loc[rule, 'label']}（{stability}）"),
        )


def _name_payers(parts: pd.DataFrame, names: Names) -> list[str]:
    """Name the rows: by ``names``, else by the table's own names, else by codes."""
    own_names = parts["name"] if "name" in parts else parts["code"]
    known_names = {} if names is None else dict(names.items())
    return [
        to_printable(str(known_names.get(code, name)))
        for code, name in zip(parts["code"], own_names, strict=True)
    ]
