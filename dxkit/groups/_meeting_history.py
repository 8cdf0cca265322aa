"""Who has met whom so far, as far as those matter who come to the next meeting?"""

import warnings
from collections.abc import Hashable

import numpy as np
import pandas as pd

from dxkit._arrays import IntArray
from dxkit._checks import require_columns
from dxkit.errors import Fault, TableError, TableWarning, shorten
from dxkit.groups._members import Roster
from dxkit.groups._near_labels import find_near_label

HISTORY_COLUMNS = ("round", "group", "code")
LISTED_LABELS = 5


def count_earlier_meetings(history: pd.DataFrame, roster: Roster) -> IntArray:
    """Count how often each two members sat in one group (members × members).

    Raises
    ------
    TableError
        If the history lacks a column, has blanks, or puts somebody into two groups of one round.
    """
    require_columns(history, HISTORY_COLUMNS, "これまでのグループ（history）")
    has_persons = roster.persons is not None and "person" in history.columns
    columns = [*HISTORY_COLUMNS, "person"] if has_persons else list(HISTORY_COLUMNS)
    rows = history[columns].reset_index(drop=True)
    if faults := _list_blanks(rows):
        raise TableError(faults)
    labels = [_read_label(row, has_persons=has_persons) for row in rows.itertuples(index=False)]
    members = {label: _find_members(roster, label) for label in dict.fromkeys(labels)}
    # bodies may sit in several groups of one round where the history does not name persons
    names_all = "person" not in history.columns or has_persons
    if names_all and (faults := _list_double_seats(rows, labels, members)):
        raise TableError(faults)
    _warn_of_strangers(roster, members)
    return _count_meetings(rows, labels, members, roster)


def _count_meetings(
    rows: pd.DataFrame,
    labels: list[Hashable],
    members: dict[Hashable, list[int]],
    roster: Roster,
) -> IntArray:
    """Count the meetings of each two members of different bodies."""
    member_count = len(roster.codes)
    meetings = np.zeros((member_count, member_count), dtype=np.intp)
    for positions in rows.groupby(["round", "group"], sort=True).indices.values():
        sat_here = np.zeros(member_count, dtype=bool)
        for position in positions:
            sat_here[members[labels[position]]] = True
        meetings += np.outer(sat_here, sat_here)
    # colleagues know each other anyway, and nobody meets itself
    codes = roster.codes.to_numpy()
    meetings[codes[:, None] == codes[None, :]] = 0
    return meetings


def _read_label(row: object, *, has_persons: bool) -> Hashable:
    code = row.code  # type: ignore[attr-defined] # a named row
    person = row.person if has_persons else None  # type: ignore[attr-defined]
    return (code, str(person)) if has_persons and pd.notna(person) and str(person) else code


def _find_members(roster: Roster, label: Hashable) -> list[int]:
    """Find whom a label of the history means; a person only under the own body."""
    if isinstance(label, tuple):
        return roster.find_members(label)
    # a code: all whom the body sends
    code = roster.read_code(label)
    return [i for i, own_code in enumerate(roster.codes) if str(own_code) == code]


def _list_blanks(rows: pd.DataFrame) -> list[Fault]:
    return [
        Fault(
            "これまでのグループ（history）に空欄があります",
            "回・グループ・団体を入れるか、行を除いてください",
            row=int(row) + 1,
            column=name,
        )
        for name in HISTORY_COLUMNS
        for row in np.flatnonzero(rows[name].isna().to_numpy())
    ]


def _list_double_seats(
    rows: pd.DataFrame, labels: list[Hashable], members: dict[Hashable, list[int]]
) -> list[Fault]:
    """List who sits in two groups of one round."""
    seats: dict[tuple[object, tuple[int, ...] | Hashable], object] = {}
    faults = []
    for row, (label, number, group) in enumerate(
        zip(labels, rows["round"], rows["group"], strict=True), start=1
    ):
        # two spellings of one member are one member
        who = tuple(members[label]) or label
        if seats.setdefault((number, who), group) != group:
            problem = f"{number}回目に2つのグループにいます"
            remedy = (
                "1つだけ残してください（1団体から何人も来たなら、氏名の列 person を加えてください）"
            )
            faults.append(Fault(problem, remedy, row=row, column="code", value=label))
    return faults


def _warn_of_strangers(roster: Roster, members: dict[Hashable, list[int]]) -> None:
    """Point out labels that are nearly a member's, and a history of nobody who is there."""
    strangers = [label for label, positions in members.items() if not positions]
    if members and len(strangers) == len(members):
        listed = "、".join(f"「{shorten(label, 30)}」" for label in strangers[:LISTED_LABELS])
        text = f"これまでのグループ（history）に、今回の参加者が1人もいません（{listed}）。"
        warnings.warn(TableWarning(text), stacklevel=4)
    near = {}
    for label in strangers:
        code, person = label if isinstance(label, tuple) else (label, "")
        own_codes = list(map(str, roster.codes))
        of_body = [
            name for name, own in zip(roster.persons if roster.persons is not None else own_codes,
                                      own_codes, strict=True)
            if own == roster.read_code(code)
        ]  # fmt: skip
        candidate = find_near_label(person, of_body) if person else find_near_label(code, own_codes)
        if candidate:
            near[label] = candidate
    if near:
        listed = "、".join(
            f"「{shorten(label, 40)}」と「{shorten(other, 40)}」"
            for label, other in list(near.items())[:LISTED_LABELS]
        )
        text = (
            f"これまでのグループ（history）の{listed}は、書き方だけが違う同じ参加者かもしれません"
            "（別の参加者として扱いました）→ 同じなら、書き方をそろえてください。"
        )
        warnings.warn(TableWarning(text), stacklevel=4)
