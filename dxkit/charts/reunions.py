"""What does it cost in likeness that nobody meets twice?"""

import pandas as pd
from matplotlib.figure import Figure

from dxkit.charts.figure import GROUP, ONE, PALE, SMALL, bare, columns_of, explain, finish, opened


def reunions(table: pd.DataFrame, *, made: bool = False, title: str = "", source: str = "") -> Figure:
    """Draw plans of several meetings: pairs that meet again against the distance inside groups.

    Parameters
    ----------
    table
        One row a plan: ``repeats, quality, penalty`` (blank for the plan that avoids meeting again) and ``bound``:
        `dxkit.groups.tradeoff`.
    made, title, source
        As for `rank_intervals`.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    TableError
        If a column is missing or holds what is no number.
    """
    found = columns_of(table, ["repeats", "quality"]).assign(penalty=table["penalty"].to_numpy(dtype=float))
    alone = found["penalty"].notna().to_numpy()
    figure, axes = opened(7.4, 4.6)
    steps, plan = found[alone].sort_values("repeats"), found[~alone]
    axes.plot(
        steps["repeats"], steps["quality"], color=GROUP, marker="o", linewidth=1.5, label="1回ずつ組む（再会の重さを変えて）"
    )
    axes.plot(plan["repeats"], plan["quality"], color=ONE, marker="D", markersize=9, linestyle="", label="全回をまとめて組む")
    axes.axhline(1.0, color=PALE, linewidth=1.5)
    axes.annotate("偶然に集まったとき", (found["repeats"].max(), 1.0), ha="right", va="bottom", fontsize=SMALL)
    axes.set_ylim(0, max(1.15, float(found["quality"].max()) * 1.1))
    axes.set_xlabel("もう一度会う組み合わせの数（少ないほど新しい相手に会える）", fontsize=SMALL)
    axes.set_ylabel("組の中の距離（小さいほど似た者どうし）", fontsize=SMALL)
    bare(axes, keep=("bottom", "left"))
    explain(axes, axes.get_legend_handles_labels()[0], columns=2)
    return finish(figure, title, source, made=made)
