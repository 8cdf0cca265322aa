"""Who takes part, and is everybody on the list somebody, once?

A list of members comes from a spreadsheet: codes in any spelling, names, names that changed (篠山市), the same town twice. All
faults are told together.
"""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dxkit.errors import Fault, PlaceNameError, TableError, TableWarning, shorten
from dxkit.loaders import is_former_name, municipality_name, resolve_municipality
from dxkit.schema import HEADINGS

FEWEST = 2


@dataclass(frozen=True)
class Roster:
    """Checked members.

    Attributes
    ----------
    table
        The members' table, rows in the order given, ``code`` as it counts from here on.
    codes
        One code a member: five digits for a municipality, else the label as given.
    places
        True if the members are municipalities.
    renamed
        Former names that stood in the list, and their codes.
    """

    table: pd.DataFrame
    codes: pd.Index
    places: bool
    renamed: dict[str, str]

    def positions(self, labels: Iterable[Hashable]) -> list[int]:
        """Give where members stand; -1 for one who is not on the list."""
        return [
            int(at)
            for at in self.codes.get_indexer(pd.Index([self.code(label) for label in labels]))
        ]

    def code(self, label: Hashable) -> str:
        """Give the code that a label means, or the label itself where it means none."""
        return _code(label) if self.places else str(label)

    def name(self, at: int) -> str:
        """Give how a member is called in a sentence."""
        return called(self.table, self.codes, self.places)[at]


def read(
    members: pd.DataFrame | Iterable[Hashable], *, places: bool | None = None
) -> tuple[Roster | None, list[Fault]]:
    """Check who takes part.

    Parameters
    ----------
    members
        One row a member, ``code`` as a column or the index; or just the codes.
    places
        Whether every member must be a municipality; by default so if any of them is one.

    Returns
    -------
    tuple
        The members, or None where they cannot be used, and all faults.
    """
    table = _table(members)
    given = list(table["code"])
    told = [_meaning(label) for label in given]
    towns = any(code for code, _ in told) if places is None else places
    codes = [code if towns else str(label) for (code, _), label in zip(told, given, strict=True)]
    faults = sorted(
        _blank(given) + (_unknown(given, told) if towns else []), key=lambda fault: fault.row or 0
    )
    faults += _doubled(given, codes) + _too_few(codes)
    renamed = {str(label): _code(label) for label in given if towns and is_former_name(label)}
    if faults:
        return None, faults
    kept = table.assign(code=codes)
    return Roster(kept, pd.Index(codes, name="code", dtype=object), towns, renamed), []


def called(table: pd.DataFrame, codes: pd.Index, places: bool) -> list[str]:
    """Give each member's name: the column ``name``, else the official one, else the code."""
    own = table["name"] if "name" in table.columns else pd.Series([None] * len(table))
    official = [municipality_name(code) if places else str(code) for code in codes]
    return [
        str(name) if pd.notna(name) else other for name, other in zip(own, official, strict=True)
    ]


def heading(column: str) -> str:
    """Give what a column is called in Japanese, or its own name."""
    return HEADINGS.get(column, (str(column), ""))[0]


def warn_of(roster: Roster) -> list[TableWarning]:
    """Give a warning for each former name that was read as the present one."""
    return [
        TableWarning(
            f"「{shorten(old)}」は今の名前ではありません。{municipality_name(code)}（{code}）として扱いました。"
        )
        for old, code in roster.renamed.items()
    ]


def _table(members: pd.DataFrame | Iterable[Hashable]) -> pd.DataFrame:
    """Give a table with ``code`` as a column and rows numbered from 0."""
    if not isinstance(members, pd.DataFrame):
        return pd.DataFrame({"code": pd.Series(list(members), dtype=object)})
    if "code" in members.columns:
        return members.reset_index(drop=True)
    if members.index.name == "code":
        return members.reset_index()
    offered = shorten("、".join(map(str, members.columns)))
    raise TableError(
        [
            Fault(
                "参加者の表に団体コードの列がありません",
                f"列 code を加えてください。今ある列: {offered}",
                column="code",
            )
        ]
    )


def _meaning(label: object) -> tuple[str, PlaceNameError | None]:
    """Give the municipality that a cell means (empty where none), and why none."""
    try:
        return resolve_municipality(label), None
    except PlaceNameError as error:
        reason = error
    try:
        return resolve_municipality(label, prefecture=None), None
    except PlaceNameError:
        return "", reason


def _code(label: object) -> str:
    return _meaning(label)[0] or str(label)


def _empty(label: object) -> bool:
    return (
        label is None
        or label is pd.NA
        or (isinstance(label, float) and np.isnan(label))
        or not str(label).strip()
    )


def _blank(given: list[Hashable]) -> list[Fault]:
    return [
        Fault(
            "参加者が空欄です",
            "市町名か団体コードを入れるか、行を除いてください",
            row=row,
            column="code",
        )
        for row, label in enumerate(given, start=1)
        if _empty(label)
    ]


def _unknown(given: list[Hashable], told: list[tuple[str, PlaceNameError | None]]) -> list[Fault]:
    return [
        Fault(
            error.problem,
            f"{error.remedy}（市町でない参加者がいるなら places=False）",
            row=row,
            column="code",
            value=label,
        )
        for row, (label, (_, error)) in enumerate(zip(given, told, strict=True), start=1)
        if error and not _empty(label)
    ]


def _doubled(given: list[Hashable], codes: list[str]) -> list[Fault]:
    rows: dict[str, list[int]] = {}
    for at, (label, code) in enumerate(zip(given, codes, strict=True)):
        if code and not _empty(label):
            rows.setdefault(code, []).append(at)
    return [
        Fault(
            f"同じ参加者が{len(found)}回あります（{'、'.join(f'{at + 1}行目「{shorten(given[at])}」' for at in found)}）",
            "1行だけ残してください",
            column="code",
            value=code,
        )
        for code, found in rows.items()
        if len(found) > 1
    ]


def _too_few(codes: list[str]) -> list[Fault]:
    if len(codes) >= FEWEST:
        return []
    return [
        Fault(
            f"参加者が{len(codes)}人しかいません",
            f"{FEWEST}人以上の表を渡してください",
            column="code",
        )
    ]


def columns_of(chosen: str | Iterable[str] | Mapping[str, float]) -> dict[str, float]:
    """Give columns and their weights: one name, several, or a mapping from name to weight."""
    if isinstance(chosen, str):
        return {chosen: 1.0}
    if isinstance(chosen, Mapping):
        return {str(name): float(weight) for name, weight in chosen.items()}
    return {str(name): 1.0 for name in chosen}
