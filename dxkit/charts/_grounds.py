"""Who may tell whom about an evacuee, on which legal ground?

The picture teaches and is no legal advice (教材であり法的助言ではない), and says so.
"""

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from dxkit._checks import require_columns
from dxkit.charts._canvas import finish_chart, open_canvas
from dxkit.charts._font import LABEL_LONGEST, to_printable
from dxkit.charts._grid import NOTICE, add_legend_below, draw_cell, name_grid
from dxkit.charts._style import LABEL_PT, POINTS_PER_INCH
from dxkit.charts._tables import TableOrResult, take_table
from dxkit.errors import Fault, TableError

# verdict → mark, its words in the legend, and its look; mark and hatching differ besides colour
VERDICTS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "可": (
        "○",
        "根拠がある（条文の全部か一部を読んだ）",
        {"facecolor": "#8bb8e0", "edgecolor": "white"},
    ),
    "要確認": (
        "△",
        "要確認（条文を読んでいない）",
        {"facecolor": "#fde3c0", "edgecolor": "#e69f00", "hatch": "////"},
    ),
    "根拠なし": ("×", "根拠なし", {"facecolor": "#f2f2f2", "edgecolor": "white"}),
}


def grounds(
    table: TableOrResult,
    *,
    ax: Axes | None = None,
    made: bool = False,
    title: str = "",
    source: str | None = None,
) -> Figure:
    """Draw which body may tell which on which ground (教材であり法的助言ではない).

    Parameters
    ----------
    table
        One row a pair of bodies: ``from_, to, verdict`` (可, 要確認, 根拠なし), ``ground,
        certainty, row``: `dxkit.sharing.ground_matrix`. Bodies keep the order in which they first
        appear. What was asked (``attrs["settings"]``: category, phase, consent) is added to the
        title.
    ax, made, title, source
        As for `heatmap`.

    Returns
    -------
    matplotlib.figure.Figure
        A row a body that tells, a column a body that is told. Each cell shows a mark and the row
        of the law table; below, the grounds of these rows.

    Raises
    ------
    TableError
        If columns are missing, the table is empty, a pair stands twice, or a verdict is none of
        the three.

    Examples
    --------
    >>> from dxkit import charts, sharing
    >>> matrix = sharing.ground_matrix("所在", phase="72時間以内")
    >>> print(charts.grounds(matrix, title="だれがだれに").get_suptitle())
    教材であり法的助言ではない
    だれがだれに（所在・72時間以内・本人の同意なし）
    """
    pairs = take_table(table)
    needed = ("from_", "to", "verdict", "ground", "certainty", "row")
    require_columns(pairs, needed, "根拠")
    _require_clear_verdicts(pairs)
    senders = list(dict.fromkeys(pairs["from_"].astype(str)))
    receivers = list(dict.fromkeys(pairs["to"].astype(str)))
    # room for the longest heading, which stands upright
    head = min(max(map(len, receivers)), LABEL_LONGEST) * LABEL_PT / POINTS_PER_INCH
    canvas = open_canvas(ax, 2.2 + 0.62 * len(receivers), 2.2 + head + 0.34 * len(senders))
    axes = canvas.axes
    for row in pairs.astype(str).to_dict("records"):
        mark, _, look = VERDICTS[row["verdict"]]
        column = receivers.index(row["to"])
        draw_cell(axes, column, senders.index(row["from_"]), f"{mark}{row['row']}", look)
    name_grid(axes, senders, receivers, rotation=90)
    # the headings above need no label: the title asks who tells whom
    axes.set_ylabel("知らせる側")
    handles = [
        Patch(label=to_printable(f"{mark} {words}"), **look)
        for mark, words, look in VERDICTS.values()
    ]
    add_legend_below(axes, handles)
    question = _write_question(pairs.attrs.get("settings", {}))
    return finish_chart(
        canvas,
        [table],
        title=f"{NOTICE}\n{title}{question}",
        source=source,
        made=made,
        note=_list_grounds(pairs),
    )


def _require_clear_verdicts(pairs: pd.DataFrame) -> None:
    """Refuse words that are no verdict, and pairs with more than one verdict."""
    remedy = f"{'・'.join(VERDICTS)} のどれかにしてください"
    faults = [
        Fault("知らない判定です", remedy, row=row, column="verdict", value=word)
        for row, word in enumerate(pairs["verdict"].astype(str), start=1)
        if word not in VERDICTS
    ]
    # a pair repeats where the law was asked about several categories, phases or consents
    repeated = pairs.loc[pairs.duplicated(["from_", "to"]), ["from_", "to"]]
    faults += [
        Fault(
            "同じ組が2つあります",
            "種類・時期・同意を1つに絞ってください",
            column="from_",
            value=f"{sender} → {receiver}",
        )
        for sender, receiver in repeated.itertuples(index=False)
    ]
    if faults:
        raise TableError(faults)


def _write_question(settings: dict[str, Any]) -> str:
    """Write what was asked, where the table's settings hold it."""
    if not {"category", "phase", "consent"} <= set(settings):
        return ""
    consent = "あり" if settings["consent"] else "なし"
    return f"（{settings['category']}・{settings['phase']}・本人の同意{consent}）"


def _list_grounds(pairs: pd.DataFrame) -> str:
    """List the grounds of the rows that the cells name."""
    # a pair without a ground names no row of the law
    has_row = pairs["row"].astype(str) != ""
    rows = pairs[has_row].drop_duplicates("row").sort_values("row")
    lines = [
        f"{row} {ground}（{certainty}）"
        for row, ground, certainty in rows[["row", "ground", "certainty"]].itertuples(index=False)
    ]
    return "、".join(lines) if lines else "根拠のある組はありません。"
