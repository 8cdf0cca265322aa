"""Who takes part, and is everybody on the list somebody, once?

A list of members comes from a spreadsheet: codes in any spelling, names, names that changed
(篠山市), the same town twice. A member is a body or, with a column ``person``, one of the persons
whom a body sends. `read_members` checks the list and reports all faults together.
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field, replace
from typing import TypeAlias

import numpy as np
import pandas as pd

from dxkit._arrays import IntArray
from dxkit._plain_tables import order_of_labels
from dxkit.errors import Fault, PlaceNameError, TableError, TableWarning, shorten
from dxkit.groups._near_labels import find_near_label, list_near_warnings
from dxkit.groups._unreadable_members import is_blank, list_blanks, list_halves, list_nameless
from dxkit.loaders import is_former_name, municipality_name, resolve_municipality
from dxkit.schema import HEADINGS, carry_provenance

MIN_MEMBERS = 2
# between code and person where both are ordered as one text
KEY_SEPARATOR = "\0"
# what tells one member from all others
Key: TypeAlias = str | tuple[str, str]


@dataclass(frozen=True)
class Roster:
    """Checked members.

    Attributes
    ----------
    table
        The members' table, ``code`` as it counts from here on.
    codes
        One code a member: five digits for a municipality, else the label as given.
    persons
        One name a member where bodies send persons (empty for a body that names nobody), or None.
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
    persons: pd.Index | None = None

    @property
    def keys(self) -> list[Key]:
        """What tells one member from all others: the code, or code and person."""
        codes = [str(code) for code in self.codes]
        if self.persons is None:
            return list(codes)
        return list(zip(codes, map(str, self.persons), strict=True))

    @property
    def key_columns(self) -> pd.DataFrame:
        """The columns ``code`` and, where bodies send persons, ``person``."""
        columns = pd.DataFrame({"code": self.codes.astype(str)})
        return columns if self.persons is None else columns.assign(person=self.persons.astype(str))

    def sort_by_code(self) -> "Roster":
        """Put members in the order of their codes.

        What is searched for at random, and how groups are numbered, must not hang on the order of
        the user's list.
        """
        order = self.order_of_keys()
        table = carry_provenance(self.table.iloc[order].reset_index(drop=True), self.table)
        persons = None if self.persons is None else self.persons[order]
        return replace(
            self,
            table=table,
            codes=self.codes[order],
            persons=persons,
            rows_given=np.argsort(order),
        )

    def order_of_keys(self) -> IntArray:
        """Find the order of members by code, and of one body's members by person."""
        # no code holds the first of all characters, so no person's name can mix the order of codes
        return order_of_labels(
            key if isinstance(key, str) else KEY_SEPARATOR.join(key) for key in self.keys
        )

    def restore_order(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Put rows, one a member, back into the order of the user's list."""
        return rows.iloc[self.rows_given].reset_index(drop=True)

    def find_members(self, label: Hashable) -> list[int]:
        """Find where the members stand whom a label means; none for one who is not on the list.

        A code or a body's name means all whom the body sends, a pair of body and person one of
        them, a person's name that only one member has that member.
        """
        if self.persons is None:
            code = self.read_code(label)
            return [i for i, own_code in enumerate(self.codes) if str(own_code) == code]
        if isinstance(label, (tuple, list)) and len(label) == 2:
            key = (self.read_code(label[0]), _read_person(label[1]))
            return [i for i, own_key in enumerate(self.keys) if own_key == key]
        code = self.read_code(label)
        of_body = [i for i, own_code in enumerate(self.codes) if str(own_code) == code]
        of_name = [i for i, person in enumerate(self.persons) if person == _read_person(label)]
        return of_body or (of_name if len(of_name) == 1 else [])

    def suggest_label(self, label: Hashable) -> str:
        """Say whom a label that nobody has perhaps means, or nothing."""
        if isinstance(label, (tuple, list)):
            return ""
        persons = [] if self.persons is None else [name for name in self.persons if name]
        if persons.count(_read_person(label)) > 1:
            return "同じ氏名の人が何人もいるので、(団体, 氏名) の形で書くか、"
        near = find_near_label(label, [*self.codes, *persons])
        return f"「{shorten(near, 30)}」のことなら、そう書き直すか、" if near else ""

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

    def list_full_names(self) -> list[str]:
        """List what each member is called in a sentence: the body, and the person if one is."""
        names = self.list_names()
        if self.persons is None:
            return names
        return [join_name(name, person) for name, person in zip(names, self.persons, strict=True)]

    def list_warnings(self, columns: Iterable[str] = ()) -> list[TableWarning]:
        """List a warning for each former name, and for labels that are perhaps one.

        Parameters
        ----------
        columns
            Columns of the table whose words count, besides those that say who a member is.
        """
        own = ["code"] if self.persons is None else ["code", "person"]
        former_names = [
            TableWarning(
                f"「{shorten(old)}」は今の名前ではありません。"
                f"{municipality_name(code)}（{code}）として扱いました。"
            )
            for old, code in self.renamed.items()
        ]
        return former_names + list_near_warnings(self.table, [*own, *columns])


def read_members(
    members: pd.DataFrame | Iterable[Hashable],
    *,
    places: bool | None = None,
    min_members: int = MIN_MEMBERS,
) -> tuple[Roster | None, list[Fault]]:
    """Check who takes part.

    Parameters
    ----------
    members
        One row a member, ``code`` as a column or the index; or just the codes.
    places
        Whether every member must be a municipality; by default so if any of them is one.
    min_members
        How many there must be.

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
    faults = list_blanks(labels) + (_list_unknown(labels, meanings) if are_places else [])
    # blank and unknown cells in the order of their rows, then what concerns several rows
    faults = sorted(faults, key=lambda fault: fault.row or 0)
    persons = [_read_person(name) for name in table["person"]] if "person" in table else None
    faults += list_halves(labels, "code") + list_halves(persons or [], "person")
    faults += list_nameless(labels)
    faults += _list_duplicates(labels, codes, persons) + _list_shortage(codes, min_members)
    if faults:
        return None, faults
    # 篠山市 was read as 丹波篠山市: `list_warnings` tells the user
    renamed = {
        str(label): _find_code(label) for label in labels if are_places and is_former_name(label)
    }
    table = table.assign(code=codes)
    table = table if persons is None else table.assign(person=persons)
    read = carry_provenance(table, members)
    index = None if persons is None else pd.Index(persons, name="person", dtype=object)
    roster = Roster(
        read, pd.Index(codes, name="code", dtype=object), are_places, renamed, persons=index
    )
    return roster, []


def list_keys(table: pd.DataFrame) -> list[Key]:
    """List what tells each row's member from all others: the code, or code and person."""
    codes = table["code"].astype(str)
    if "person" not in table.columns:
        return list(codes)
    return list(zip(codes, table["person"].astype(str), strict=True))


def join_name(name: str, person: str) -> str:
    """Call a member by its body and, if one is named, its person."""
    return f"{name} {person}" if person else name


def find_heading(column: str) -> str:
    """Find what a column is called in Japanese, or return its own name."""
    return HEADINGS.get(column, (str(column), ""))[0]


def _read_table(members: pd.DataFrame | Iterable[Hashable]) -> pd.DataFrame:
    """Return a table with ``code`` as a column and rows numbered from 0."""
    if not isinstance(members, pd.DataFrame):
        if not isinstance(members, Iterable) or isinstance(members, str | bytes):
            remedy = "参加者の表か、団体コードや名前の並び（リスト）を渡してください"
            raise TableError([Fault("参加者の表ではありません", remedy, value=members)])
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
        if error and not is_blank(label)
    ]


def _list_duplicates(
    labels: list[Hashable], codes: list[str], persons: list[str] | None
) -> list[Fault]:
    """List the members who stand in several rows, perhaps in different spellings."""
    positions: dict[tuple[str, str], list[int]] = {}
    for position, (label, code) in enumerate(zip(labels, codes, strict=True)):
        if code and not is_blank(label):
            person = "" if persons is None else persons[position]
            positions.setdefault((code, person), []).append(position)
    faults = []
    for (code, person), rows in positions.items():
        if len(rows) > 1:
            cells = "、".join(f"{row + 1}行目「{shorten(labels[row])}」" for row in rows)
            name = f"・氏名「{shorten(person)}」" if person else ""
            problem = f"同じ参加者が{len(rows)}回あります（{cells}{name}）"
            faults.append(Fault(problem, _write_remedy(persons, person), column="code", value=code))
    return faults


def _write_remedy(persons: list[str] | None, person: str) -> str:
    """Say what to do about rows of one member."""
    if persons is None:
        return "1行だけ残してください（1団体から何人も来るなら、氏名の列 person を加えてください）"
    if not person:
        return "列 person にそれぞれの氏名を入れてください"
    return "1行だけ残してください"


def _list_shortage(codes: list[str], min_members: int) -> list[Fault]:
    """Report a list that is too short to be divided."""
    if len(codes) >= min_members:
        return []
    problem = f"参加者が{len(codes)}人しかいません"
    return [Fault(problem, f"{min_members}人以上の表を渡してください", column="code")]


def _read_person(name: object) -> str:
    """Read a person's name; blank where none is given."""
    return "" if is_blank(name) else str(name).strip()
