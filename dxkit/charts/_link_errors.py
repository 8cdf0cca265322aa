"""By which kinds of error are links missed, and how much less with another method?"""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dxkit._checks import require_columns, require_unique_rows
from dxkit.charts._canvas import finish_chart, open_canvas
from dxkit.charts._font import font_of_size, to_printable
from dxkit.charts._legend import hide_frame, legend_mark
from dxkit.charts._style import GROUP_COLOUR, LABEL_PT, OWN_COLOUR, PALE_GREY
from dxkit.charts._tables import TableOrResult, convert_number_columns, take_table
from dxkit.errors import ChoiceError, Fault, TableError

# a method → its colour and mark
LOOKS = ((GROUP_COLOUR, "o"), (OWN_COLOUR, "s"), ("#009e73", "^"))
ROW_INCHES = 0.34
PERCENT = 100
# columns that tell kinds of error apart
KIND = ["field", "kind"]
NOTE = "1組は項目ごとに1回ずつ数えます。括弧内はその種類の（正しい）組の数です。"


def link_errors(
    table: TableOrResult,
    *,
    by: str = "",
    ax: Axes | None = None,
    made: bool = False,
    title: str = "",
    source: str | None = None,
) -> Figure:
    """Draw the share of links missed for every kind of error.

    Parameters
    ----------
    table
        One row a kind of error (and method): ``field, kind, pairs, missed``:
        `dxkit.linkage.missed_by_kind`, or several of them below each other with a column that
        tells them apart.
    by
        The column that tells methods apart; three at most.
    ax, made, title, source
        As for `heatmap`.

    Returns
    -------
    matplotlib.figure.Figure
        A row a kind, in groups by field; how many pairs are of the kind stands behind its name.

    Raises
    ------
    TableError
        If columns are missing, the table is empty, or more are missed than there are.
    ChoiceError
        If there are more than three methods.

    Examples
    --------
    >>> import pandas as pd
    >>> from dxkit import charts
    >>> kinds = pd.DataFrame({"field": "氏名", "kind": ["同じ", "旧字"], "pairs": [90, 10]})
    >>> figure = charts.link_errors(kinds.assign(missed=[0, 4]))
    >>> [float(share) for share in figure.axes[0].lines[0].get_xdata()]
    [0.0, 40.0]
    """
    errors = take_table(table)
    columns = (*KIND, "pairs", "missed", *([by] if by else []))
    require_columns(errors, columns, "見落とし")
    errors = convert_number_columns(errors, ["pairs", "missed"], "見落とし")
    require_unique_rows(errors, [*KIND, *([by] if by else [])], "見落とし")
    _require_counts(errors)
    methods = list(dict.fromkeys(errors[by])) if by else [""]
    if len(methods) > len(LOOKS):
        raise ChoiceError(
            f"方法は{len(LOOKS)}つまでです（いまは{len(methods)}）。表を絞り込んでください。"
        )
    # one row a kind, whichever methods were tried
    rows = errors.drop_duplicates(KIND).reset_index(drop=True)
    heights = _place_rows(rows)
    canvas = open_canvas(ax, 8.0, 1.4 + ROW_INCHES * (max(heights) + 1))
    axes = canvas.axes
    for method, (colour, marker) in zip(methods, LOOKS, strict=False):
        part = errors[errors[by] == method] if by else errors
        point = {"marker": marker, "color": colour, "markersize": 7, "linestyle": ""}
        axes.plot(_missed_percent(part, rows), heights, zorder=3, **point)
    _name_kinds(axes, rows, heights)
    if by:
        _explain_methods(axes, methods)
    return finish_chart(canvas, [table], title=title, source=source, made=made, note=NOTE)


def _require_counts(errors: pd.DataFrame) -> None:
    missed = errors["missed"]
    is_possible = (errors["pairs"] > 0) & (missed >= 0) & (missed <= errors["pairs"])
    if not is_possible.all():
        remedy = "見落とし（missed）は0以上、組の数（pairs）以下にしてください"
        raise TableError(
            Fault("数が合いません", remedy, column="missed", value=value)
            for value in missed[~is_possible]
        )


def _missed_percent(part: pd.DataFrame, rows: pd.DataFrame) -> np.ndarray:
    """Compute one method's share of missed links for every row, NaN where it has no such kind."""
    by_kind = part.set_index(KIND)
    # rates are of the pairs of this kind, not of all pairs
    shares = PERCENT * by_kind["missed"] / by_kind["pairs"]
    return shares.reindex(pd.MultiIndex.from_frame(rows[KIND])).to_numpy()


def _place_rows(rows: pd.DataFrame) -> list[float]:
    """Compute each kind's height, with a line for a heading before every field."""
    fields = rows["field"].map(str).to_numpy(dtype=object)
    is_new_field = np.append(True, fields[1:] != fields[:-1])
    heights: list[float] = (np.arange(len(rows)) + 1.0 * np.cumsum(is_new_field)).tolist()
    return heights


def _name_kinds(axes: Any, rows: pd.DataFrame, heights: list[float]) -> None:
    labels = [
        f"{kind}（{pairs:,.0f}）" for kind, pairs in zip(rows["kind"], rows["pairs"], strict=True)
    ]
    # a heading above the first kind of each field
    is_first = ~rows["field"].duplicated().to_numpy()
    headings = [
        (height - 1, f"【{field}】")
        for height, field, first in zip(heights, rows["field"], is_first, strict=True)
        if first
    ]
    ticks = [*heights, *(height for height, _ in headings)]
    texts = [*labels, *(heading for _, heading in headings)]
    axes.set_yticks(ticks, list(map(to_printable, texts)))
    axes.hlines(heights, 0, PERCENT, color=PALE_GREY, linewidth=0.8, zorder=1)
    axes.set_ylim(max(heights) + 0.7, -0.7)
    # marks at 0 and 100 % are drawn whole
    axes.set_xlim(-2, 102)
    axes.set_xlabel("見落とした割合［％］")
    axes.tick_params(axis="y", length=0)
    hide_frame(axes, keep=("bottom",))


def _explain_methods(axes: Any, methods: list[Any]) -> None:
    handles = [
        legend_mark(str(method), color=colour, marker=marker)
        for method, (colour, marker) in zip(methods, LOOKS, strict=False)
    ]
    axes.legend(
        handles=handles,
        loc="lower center",
        bbox_to_anchor=(0.4, 1.0),
        ncols=3,
        prop=font_of_size(LABEL_PT),
        frameon=False,
    )
