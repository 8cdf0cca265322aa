"""Which row is meant by a name, and do two tables name the same things?

Labels count: a table of a user's is put in the order of the tables that it goes with, or refused
with every label that has no partner. Only arrays without labels go by position.
"""

from collections.abc import Collection, Hashable, Iterable, Mapping

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from dxkit._arrays import FloatArray, IntArray
from dxkit._checks._caller_warning import warn_caller
from dxkit._checks._choices import to_float_array
from dxkit._checks._tables import BLANK_TEXTS, EMPTY_REMEDY, require_table
from dxkit.errors import ChoiceError, Fault, TableError, list_first, shorten

# cells of a matrix that one error names; a matrix may have millions
NAMED_CELLS = 100
# a finite distance above this is a placeholder for "no way", which is written inf
LARGEST_KM = 1e6
# labels of each table that a warning lists
LISTED_LABELS = 5


def read_labels(table: pd.DataFrame, column: str, what: str) -> pd.Index:
    """Read what each row is called: the column, or else the index; each name once.

    Raises
    ------
    TableError
        If there is no row, or naming every name that is missing or stands twice.
    """
    require_table(table, what)
    if not len(table):
        raise TableError([Fault(f"{what} の表に行がありません", EMPTY_REMEDY)])
    labels: pd.Index = pd.Index(
        table[column] if column in table.columns else table.index, name=column
    )
    faults = _blank_labels(labels, what, column) + _repeated_labels(labels.dropna(), what, column)
    if faults:
        raise TableError(faults)
    return labels


def find_positions(
    chosen: Iterable[Hashable], offered: pd.Index, option: str = "fixed"
) -> IntArray:
    """Find where these names stand among those offered, each once.

    Raises
    ------
    ChoiceError
    """
    # one name alone is meant as a list of one; an array of no dimension is one, too
    is_single = isinstance(chosen, str) or not np.iterable(chosen)
    # a name that is given twice counts once
    listed = [chosen] if is_single else list(chosen)
    if unnamed := [name for name in listed if not isinstance(name, Hashable)]:
        raise ChoiceError(f"{option} の「{shorten(unnamed[0])}」は名前ではありません。")
    names = list(dict.fromkeys(listed))
    positions = offered.get_indexer(pd.Index(names)) if names else np.arange(0)
    if (positions < 0).any():
        # the first names show in which form they must be written
        examples = "、".join(map(str, offered[:5]))
        unknown = shorten(names[int(np.argmin(positions))])
        raise ChoiceError(
            f"{option} の「{unknown}」は候補地にありません。次のように書いてください: {examples}"
        )
    return np.asarray(positions, dtype=np.intp)


def match_labels(
    labels: pd.Index, expected: pd.Index, what: str, *, allow_extra: bool = False
) -> tuple[IntArray, list[Fault]]:
    """Find where each expected label stands among the labels of a user's table.

    Both must hold the same labels, in any order. Numbers on one side and the same numbers as text
    on the other are the same labels, as long as no side has a number and its text at once.

    Parameters
    ----------
    labels, expected
        The labels of the user's table, and those that it must have.
    what
        What to call the labels in a message.
    allow_extra
        Labels that are not expected are left out instead of refused.

    Returns
    -------
    tuple
        The positions, and a fault for each label without a partner; the positions can be used only
        where there is no fault.

    Examples
    --------
    >>> positions, faults = match_labels(pd.Index(["乙", "甲"]), pd.Index(["甲", "乙"]), "距離")
    >>> positions.tolist(), faults
    ([1, 0], [])
    """
    faults = _repeated_labels(labels, what, "")
    if faults:
        return np.arange(0), faults
    positions = labels.get_indexer(expected)
    if (positions < 0).any():
        # numbers against text: 28201 and "28201" are the same label
        texts = labels.map(str)
        expected_texts = expected.map(str)
        # where a side has 1 and "1", their texts cannot tell which is meant
        if texts.is_unique and expected_texts.is_unique:
            positions = texts.get_indexer(expected_texts)
    remedy = (
        "名前を表とそろえてください。並び順で対応させるときは、名前のない配列を渡してください"
        "（.to_numpy()）"
    )
    faults = [
        Fault(f"{what} に必要な名前がありません", remedy, value=label)
        for label in expected[positions < 0]
    ]
    # a label too many is mostly a misspelt one, whose partner is missing above
    if not allow_extra:
        is_extra = np.isin(np.arange(len(labels)), positions, invert=True)
        faults += [
            Fault(f"{what} に余分な名前があります", remedy, value=label)
            for label in labels[is_extra]
        ]
    return np.asarray(positions, dtype=np.intp), faults


def warn_of_lone_labels(labels: Mapping[str, Collection[Hashable]], unit: str, effect: str) -> None:
    """Warn of labels that only some of several tables hold, by table; silent where there are none.

    Parameters
    ----------
    labels
        What to call a table in a message, and those of its labels that another table lacks.
    unit
        What the labels are: 市町.
    effect
        What became of them, in Japanese: 比べていません.
    """
    listed = "／".join(
        f"{what}だけに{len(names)}: {_list_labels(names)}"
        for what, names in labels.items()
        if len(names)
    )
    if listed:
        text = (
            f"片方にしかない{unit}は{effect}（{listed}）→ 名前やコードの書き方を確かめてください。"
        )
        warn_caller(text)


def _list_labels(labels: Collection[Hashable]) -> str:
    """List the first labels in the order of their text; several keys are written as one."""
    texts = sorted(
        shorten("・".join(map(str, label)) if isinstance(label, tuple) else label, 30)
        for label in labels
    )
    return list_first(texts, LISTED_LABELS, count=len(texts))


def read_distance_matrix(
    distance_km: ArrayLike | pd.DataFrame,
    demand: pd.Index,
    bases: pd.Index,
    *,
    allow_extra_bases: bool = False,
) -> FloatArray:
    """Read a user's own distances as an array: rows as demand, columns as bases.

    A table is put in order by its labels, which must be those of demand and bases; an array without
    labels goes by position.

    Parameters
    ----------
    allow_extra_bases
        Columns of other bases are left out instead of refused.

    Raises
    ------
    TableError
        Naming every label without a partner, or every cell that is no distance.
    """
    values: ArrayLike = distance_km
    if isinstance(distance_km, pd.DataFrame):
        rows, faults = match_labels(distance_km.index, demand, "distance_km の行")
        columns, column_faults = match_labels(
            distance_km.columns, bases, "distance_km の列", allow_extra=allow_extra_bases
        )
        faults += column_faults
        if faults:
            # a table that fits once it is turned needs one remedy, not one for each label
            raise TableError(_swapped_axes(distance_km, demand, bases) or faults)
        values = distance_km.iloc[rows, columns].to_numpy()
    km = to_float_array(values)
    if km.shape != (len(demand), len(bases)):
        remedy = f"行が需要（{len(demand)}）、列が候補地（{len(bases)}）の表にしてください"
        raise TableError([Fault("distance_km の大きさが違います", remedy, value=km.shape)])
    is_bad = np.isnan(km) | (km < 0) | (np.isfinite(km) & (km > LARGEST_KM))
    if is_bad.any():
        remedy = f"0〜{LARGEST_KM:.0f}の数（km）にしてください。行けない組は inf にしてください"
        cells = np.asarray(values, dtype=object)
        raise TableError(
            Fault(
                "distance_km に使えない値があります",
                remedy,
                row=int(row) + 1,
                column=str(bases[column]),
                value="空" if cells[row, column] is None else cells[row, column],
            )
            for row, column in np.argwhere(is_bad)[:NAMED_CELLS]
        )
    return km


def _blank_labels(labels: pd.Index, what: str, column: str) -> list[Fault]:
    """Name each row without a name; in an answer, it would look like no row at all."""
    # numbers of Arrow refuse to be compared with texts
    is_blank = labels.isna() | np.asarray(labels.astype("object").isin(BLANK_TEXTS))
    problem = f"{what} に名前のない行があります"
    return [
        Fault(problem, "名前を入れてください", row=int(row) + 1, column=column)
        for row in np.flatnonzero(is_blank)
    ]


def _repeated_labels(labels: pd.Index, what: str, column: str) -> list[Fault]:
    """Name each label that stands twice."""
    # most tables have none, which pandas sees faster than which ones repeat
    if labels.is_unique:
        return []
    problem = f"{what} に同じ名前が2つ以上あります"
    return [
        Fault(problem, "1つにまとめてください", column=column, value=label)
        for label in labels[labels.duplicated()].unique()
    ]


def _swapped_axes(distance_km: pd.DataFrame, demand: pd.Index, bases: pd.Index) -> list[Fault]:
    """Name a table whose rows are the bases and whose columns are the demand."""
    _, row_faults = match_labels(distance_km.index, bases, "")
    _, column_faults = match_labels(distance_km.columns, demand, "")
    if row_faults or column_faults:
        return []
    remedy = "行が需要、列が候補地になるように、distance_km.T を渡してください"
    return [Fault("distance_km の行と列が入れ替わっています", remedy)]
