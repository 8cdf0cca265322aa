"""Who may tell whom on which legal ground, and who does what with evacuees' records?

Both pictures teach and are no legal advice (教材であり法的助言ではない), and say so above everything else.
"""

from collections.abc import Sequence
from typing import Any

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from dxkit.charts._figure import SMALL, bare, finish, font, opened, printable
from dxkit.errors import Fault, TableError, shorten

NOTICE = "教材であり法的助言ではない"
# verdict → (mark, what the legend calls it, look); told apart by mark and hatching, too, not by colour alone
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
ROLES: dict[str, tuple[str, str, str]] = {
    "R": ("行う", "#8bb8e0", "black"),
    "A": ("責任を負う", "#0b3d7a", "white"),
    "C": ("相談を受ける", "#fde3c0", "black"),
    "I": ("知らされる", "#eeeeee", "black"),
}
TEXT_COLUMNS = ("notice", "task", "ground", "certainty", "note")
UNREAD = "要確認"


def grounds(table: pd.DataFrame, *, title: str = "", source: str = "") -> Figure:
    """Draw which body may tell which on which ground (教材であり法的助言ではない).

    Parameters
    ----------
    table
        One row a pair of bodies: ``from_, to, verdict`` (可, 要確認, 根拠なし), ``ground, certainty, row``; for example
        ``sharing.ground_matrix("所在", phase="72時間以内")``. Bodies keep the order in which they first appear.
    title, source
        Above and below. What was asked (``attrs["settings"]``: category, phase, consent) is added to the title.

    Returns
    -------
    matplotlib.figure.Figure
        Rows tell, columns are told. Each cell shows a mark and the row of the law table; below, the grounds of these rows.

    Raises
    ------
    TableError
        If columns are missing, the table is empty, a pair stands twice, or a verdict is none of the three.
    """
    _check(table, ("from_", "to", "verdict", "ground", "certainty", "row"))
    _check_verdicts(table)
    tellers, told = (list(dict.fromkeys(table[column].astype(str))) for column in ("from_", "to"))
    head = max(map(len, told)) * SMALL / 72
    figure, axes = opened(2.2 + 0.62 * len(told), 2.2 + head + 0.34 * len(tellers))
    for row in table.astype(str).to_dict("records"):
        mark, _, look = VERDICTS[row["verdict"]]
        _cell(axes, told.index(row["to"]), tellers.index(row["from_"]), f"{mark}{row['row']}", look)
    _frame(axes, tellers, told)
    axes.set_ylabel("知らせる側")
    handles = [
        Patch(label=printable(f"{mark} {words}"), **look) for mark, words, look in VERDICTS.values()
    ]
    _explain(axes, handles)
    asked = table.attrs.get("settings", {})
    return finish(figure, f"{NOTICE}\n{title}{_asked(asked)}", source, made=False, note=_key(table))


def raci(table: pd.DataFrame, *, title: str = "", source: str = "") -> Figure:
    """Draw which body does, answers for, is asked about and is told of each task (教材であり法的助言ではない).

    Parameters
    ----------
    table
        One row a task: ``task``, a column a body with the letters R, A, C, I or nothing, ``ground, certainty``; for example
        ``sharing.raci()``. ``attrs["labels"]`` may hold the bodies' Japanese names.
    title, source
        Above and below.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    TableError
        If columns are missing, the table is empty, or a cell holds another letter.
    """
    _check(table, ("task", "ground", "certainty"))
    bodies = [str(name) for name in table.columns if name not in TEXT_COLUMNS]
    roles = table[bodies].fillna("").astype(str)
    _check_roles(roles)
    names = [str(table.attrs.get("labels", {}).get(name, name)) for name in bodies]
    figure, axes = opened(7.6 + 0.5 * len(bodies), 2.0 + 0.42 * len(table))
    for at, (_, row) in enumerate(roles.iterrows()):
        for place, letters in enumerate(row):
            for part, letter in enumerate(letters):
                _, colour, ink = ROLES[letter]
                _cell(
                    axes,
                    place,
                    at,
                    letter,
                    {"facecolor": colour, "edgecolor": "white"},
                    ink=ink,
                    part=(part, len(letters)),
                )
    _frame(axes, [str(task) for task in table["task"]], names, upright=True)
    _name_grounds(axes, table)
    _explain(
        axes,
        [
            Patch(label=f"{letter} {words}", facecolor=colour)
            for letter, (words, colour, _) in ROLES.items()
        ],
    )
    return finish(
        figure,
        f"{NOTICE}\n{title}",
        source,
        made=False,
        note="右は根拠の例です。※は、条文を読んでいない根拠です（要確認）。",
    )


def _cell(
    axes: Any,
    column: int,
    row: int,
    text: str,
    look: dict[str, Any],
    *,
    ink: str = "black",
    part: tuple[int, int] = (0, 1),
) -> None:
    """Draw one cell, or the part of one that belongs to one of several letters."""
    width = 1 / part[1]
    left = column - 0.5 + part[0] * width
    axes.add_patch(Rectangle((left, row - 0.5), width, 1, linewidth=1.5, **look))
    box = {"facecolor": look["facecolor"], "edgecolor": "none", "pad": 1.0}
    axes.text(
        left + width / 2,
        row,
        printable(text),
        ha="center",
        va="center",
        fontsize=SMALL,
        color=ink,
        bbox=box,
    )


def _frame(
    axes: Any, rows: Sequence[str], columns: Sequence[str], *, upright: bool = False
) -> None:
    """Name rows and columns, columns above, the first row on top."""
    axes.set_xlim(-0.5, len(columns) - 0.5)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.xaxis.tick_top()
    turn = 0 if upright else 90
    axes.set_xticks(
        range(len(columns)),
        [printable(name) for name in columns],
        rotation=turn,
        fontproperties=font(SMALL),
    )
    axes.set_yticks(
        range(len(rows)), [printable(name) for name in rows], fontproperties=font(SMALL)
    )
    bare(axes)


def _name_grounds(axes: Any, table: pd.DataFrame) -> None:
    """Write each task's ground on the right; one whose text was not read carries a mark."""
    side = axes.twinx()
    side.set_ylim(axes.get_ylim())
    read = [str(word) != UNREAD for word in table["certainty"]]
    words = [
        f"{'' if known else '※'}{ground}"
        for known, ground in zip(read, table["ground"], strict=True)
    ]
    side.set_yticks(
        range(len(words)), [printable(word) for word in words], fontproperties=font(SMALL)
    )
    bare(side)


def _explain(axes: Any, handles: list[Patch]) -> None:
    look = {"frameon": False, "columnspacing": 1.2, "handletextpad": 0.6}
    axes.legend(
        handles=handles,
        loc="upper left",
        bbox_to_anchor=(0.0, -0.01),
        ncols=len(handles),
        prop=font(SMALL),
        **look,
    )


def _asked(settings: dict[str, Any]) -> str:
    """Say what was asked, where the table knows."""
    if not {"category", "phase", "consent"} <= set(settings):
        return ""
    return f"（{settings['category']}・{settings['phase']}・本人の同意{'あり' if settings['consent'] else 'なし'}）"


def _key(table: pd.DataFrame) -> str:
    """List the grounds of the rows that the cells name."""
    used = table[table["row"].astype(str) != ""].drop_duplicates("row").sort_values("row")
    lines = [
        f"{row} {ground}（{sure}）"
        for row, ground, sure in used[["row", "ground", "certainty"]].itertuples(index=False)
    ]
    return "、".join(lines) if lines else "根拠のある組はありません。"


def _check(table: pd.DataFrame, needed: Sequence[str]) -> None:
    faults = [
        Fault("列がありません", "表の形を確かめてください", column=shorten(name))
        for name in needed
        if name not in table.columns
    ]
    if not faults and table.empty:
        faults.append(Fault("表に行がありません", "絞り込みの条件を確かめてください"))
    if faults:
        raise TableError(faults)


def _check_verdicts(table: pd.DataFrame) -> None:
    remedy = f"{'・'.join(VERDICTS)} のどれかにしてください"
    faults = [
        Fault("知らない判定です", remedy, row=at, column="verdict", value=word)
        for at, word in enumerate(table["verdict"].astype(str), start=1)
        if word not in VERDICTS
    ]
    twice = table[table.duplicated(["from_", "to"])]
    faults += [
        Fault(
            "同じ組が2つあります",
            "種類・時期・同意を1つに絞ってください",
            column="from_",
            value=f"{from_} → {to}",
        )
        for from_, to in twice[["from_", "to"]].itertuples(index=False)
    ]
    if faults:
        raise TableError(faults)


def _check_roles(roles: pd.DataFrame) -> None:
    faults = [
        Fault(
            "知らない役割です",
            f"{'・'.join(ROLES)} を並べるか、空欄にしてください",
            row=at + 1,
            column=str(name),
            value=cell,
        )
        for name in roles.columns
        for at, cell in enumerate(roles[name])
        if set(cell) - set(ROLES)
    ]
    if faults:
        raise TableError(faults)
