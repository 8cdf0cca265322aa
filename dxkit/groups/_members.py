"""Who takes part, and is everybody on the list somebody, once?

A list of members comes from a spreadsheet: codes in any spelling, names, names that changed
(篠山市), the same town twice. `read_members` checks it and reports all faults together.
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from dxkit._arrays import IntArray
from dxkit._plain_tables import order_of_labels
from dxkit.errors import Fault, PlaceNameError, TableError, TableWarning, shorten
from dxkit.loaders import is_former_name, municipality_name, resolve_municipality
from dxkit.schema import HEADINGS, carry_provenance

MIN_MEMBERS = 2


@dataclass(frozen=True)
class Roster:
    """Checked members.

    Attributes
    ----------
    table
        The members' table, ``code`` as it counts from here on.
    codes
        One code a member: five digits for a municipality, else the label as given.
    are_places
        True if the members are municipalities.
    renamed
        Former names that stood in the list, and their codes.
    rows_given
        Where in ``table`` the first, second, … row of the user's list stands.
    """

    table: pd.DataFrame
    codes: pd.Index
    are_places: bool
    renamed: dict[str, str]
    rows_given: IntArray = field(default_factory=lambda: np.arange(0))

    def sort_by_code(self) -> "Roster":
        """Put members in the order of their codes.

        What is searched for at random, and how groups are numbered, must not hang on the order of
        the user's list.
        """
        order = order_of_labels(self.codes)
        table = carry_provenance(self.table.iloc[order].reset_index(drop=True), self.table)
        return replace(self, table=table, codes=self.codes[order], rows_given=np.argsort(order))

    def restore_order(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Put rows, one a member, back into the order of the user's list."""
        return rows.iloc[self.rows_given].reset_index(drop=True)

    def find_positions(self, labels: Iterable[Hashable]) -> list[int]:
        """Find where members stand; -1 for one who is not on the list."""
        codes = pd.Index([self.read_code(label) for label in labels])
        return [int(position) for position in self.codes.get_indexer(codes)]

    def read_code(self, label: Hashable) -> str:
        """Return the code that a label means, or the label itself where it means none."""
        return _find_code(label) if self.are_places else str(label)

    def list_names(self) -> list[str]:
        """List each member's name.

        The column ``name`` comes first, then the official name, then the code.
        """
        blank = pd.Series([None] * len(self.table))
        names = self.table["name"] if "name" in self.table.columns else blank
        official = [
            municipality_name(code) if self.are_places else str(code) for code in self.codes
        ]
        return [
            str(name) if pd.notna(name) else substitute
            for name, substitute in zip(names, official, strict=True)
        ]

    def list_warnings(self) -> list[TableWarning]:
        """List a warning for each former name that was read as the present one."""
        return [
            TableWarning(
                f"「{shorten(old)}」は今の名前ではありません。"
                f"{municipality_name(code)}（{code}）として扱いました。"
            )
            for old, code in self.renamed.items()
        ]


def read_members(
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
    table = _read_table(members)
    labels = list(table["code"])
    meanings = [_find_municipality(label) for label in labels]
    # one municipality on the list makes all others that mean none a fault
    are_places = any(code for code, _ in meanings) if places is None else places
    codes = [
        code if are_places else str(label)
        for (code, _), label in zip(meanings, labels, strict=True)
    ]
    faults = _list_blanks(labels) + (_list_unknown(labels, meanings) if are_places else [])
    # blank and unknown cells in the order of their rows, then what concerns several rows
    faults = sorted(faults, key=lambda fault: fault.row or 0)
    faults += _list_duplicates(labels, codes) + _list_shortage(codes)
    if faults:
        return None, faults
    # 篠山市 was read as 丹波篠山市: `list_warnings` tells the user
    renamed = {
        str(label): _find_code(label) for label in labels if are_places and is_former_name(label)
    }
    read = carry_provenance(table.assign(code=codes), members)
    return Roster(read, pd.Index(codes, name="code", dtype=object), are_places, renamed), []


def find_heading(column: str) -> str:
    """Find what a column is called in Japanese, or return its own name."""
    return HEADINGS.get(column, (str(column), ""))[0]


def _read_table(members: pd.DataFrame | Iterable[Hashable]) -> pd.DataFrame:
    """Return a table with ``code`` as a column and rows numbered from 0."""
    if not isinstance(members, pd.DataFrame):
        return pd.DataFrame({"code": pd.Series(list(members), dtype=object)})
    if "code" in members.columns:
        return members.reset_index(drop=True)
    if members.index.name == "code":
        return members.reset_index()
    present = shorten("、".join(map(str, members.columns)))
    remedy = f"列 code を加えてください。今ある列: {present}"
    raise TableError([Fault("参加者の表に団体コードの列がありません", remedy, column="code")])


def _find_municipality(label: object) -> tuple[str, PlaceNameError | None]:
    """Find the municipality that a cell means (empty where none), and why none."""
    try:
        return resolve_municipality(label), None
    except PlaceNameError as error:
        reason = error
    # a neighbouring prefecture's municipality may be a guest
    try:
        return resolve_municipality(label, prefecture=None), None
    except PlaceNameError:
        return "", reason


def _find_code(label: object) -> str:
    return _find_municipality(label)[0] or str(label)


def _is_blank(label: object) -> bool:
    return (
        label is None
        or label is pd.NA
        or (isinstance(label, float) and np.isnan(label))
        or not str(label).strip()
    )


def _list_blanks(labels: list[Hashable]) -> list[Fault]:
    """List the blank cells."""
    remedy = "市町名か団体コードを入れるか、行を除いてください"
    return [
        Fault("参加者が空欄です", remedy, row=row, column="code")
        for row, label in enumerate(labels, start=1)
        if _is_blank(label)
    ]


def _list_unknown(
    labels: list[Hashable], meanings: list[tuple[str, PlaceNameError | None]]
) -> list[Fault]:
    """List the cells that mean no municipality."""
    return [
        Fault(
            error.problem,
            f"{error.remedy}（市町でない参加者がいるなら places=False）",
            row=row,
            column="code",
            value=label,
        )
        for row, (label, (_, error)) in enumerate(zip(labels, meanings, strict=True), start=1)
        if error and not _is_blank(label)
    ]


def _list_duplicates(labels: list[Hashable], codes: list[str]) -> list[Fault]:
    """List the members who stand in several rows, perhaps in different spellings."""
    positions: dict[str, list[int]] = {}
    for position, (label, code) in enumerate(zip(labels, codes, strict=True)):
        if code and not _is_blank(label):
            positions.setdefault(code, []).append(position)
    faults = []
    for code, rows in positions.items():
        if len(rows) > 1:
            cells = "、".join(f"{row + 1}行目「{shorten(labels[row])}」" for row in rows)
            problem = f"同じ参加者が{len(rows)}回あります（{cells}）"
            faults.append(Fault(problem, "1行だけ残してください", column="code", value=code))
    return faults


def _list_shortage(codes: list[str]) -> list[Fault]:
    """Report a list that is too short to be divided."""
    if len(codes) >= MIN_MEMBERS:
        return []
    problem = f"参加者が{len(codes)}人しかいません"
    return [Fault(problem, f"{MIN_MEMBERS}人以上の表を渡してください", column="code")]
