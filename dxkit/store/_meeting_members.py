"""Who is invited to a meeting, and who wishes to meet whom?"""

from collections.abc import Hashable, Iterable, Sequence
from typing import Any

import pandas as pd

from dxkit._checks import require_columns
from dxkit.errors import ChoiceError, Fault, TableError, shorten
from dxkit.schema import carry_provenance, is_made
from dxkit.store._meeting_base import MeetingBase
from dxkit.store._meeting_rows import list_contents, make_key

WISHES = ("together", "apart")


class MeetingMembers(MeetingBase):
    """Bodies, persons and wishes."""

    def add_bodies(
        self, bodies: pd.DataFrame | Iterable[Hashable], *, replace: bool = False
    ) -> int:
        """Add bodies (municipalities, companies, associations …), or what is new about them.

        Parameters
        ----------
        bodies
            One row a body: ``code`` (column or index; a code, a name, any label) and any columns;
            or just the codes.
        replace
            Whether bodies that are not in this list go.

        Returns
        -------
        int
            How many were added, changed or removed: 0 where all is there as it is.

        Raises
        ------
        TableError
            If a code is blank or stands twice.
        StoreError
            If the database refuses.
        """
        table = _read_list(bodies, "団体")
        faults = [*_list_blanks(table, "code"), *_list_repeats(table, ["code"])]
        if faults:
            raise TableError(faults)
        contents = list_contents(table, ["code"])
        return self._write("body", contents, made=is_made(table), replace=replace)

    def bodies(self) -> pd.DataFrame:
        """List the bodies.

        Returns
        -------
        pandas.DataFrame
            One row a body, in the order in which they were added: ``code`` and the columns given.
        """
        return self._read_table("body", ["code"])

    def add_persons(
        self, persons: pd.DataFrame | Iterable[Hashable], *, replace: bool = False
    ) -> int:
        """Add who comes, or what is new about them; their bodies are added with them.

        Parameters
        ----------
        persons
            One row a person: ``code`` of the body, ``person`` (blank where the body names nobody)
            and any columns.
        replace
            Whether persons who are not in this list go.

        Returns
        -------
        int
            As for `add_bodies`, counted in persons.

        Raises
        ------
        TableError
            If a code is blank, or the same person of a body stands twice.
        StoreError
            If the database refuses.
        """
        table = _read_list(persons, "参加者")
        if "person" not in table.columns:
            table = table.assign(person="")
        names = table["person"].map(lambda name: "" if pd.isna(name) else str(name).strip())
        table = table.assign(person=names)
        faults = [*_list_blanks(table, "code"), *_list_repeats(table, ["code", "person"])]
        if faults:
            raise TableError(faults)
        codes = pd.DataFrame({"code": table["code"].drop_duplicates()})
        known = set(self.bodies()["code"])
        # what is known of a body already stays
        unknown = codes[~codes["code"].isin(known)]
        self._write("body", list_contents(unknown, ["code"]), made=is_made(persons))
        contents = list_contents(table, ["code", "person"])
        return self._write("person", contents, made=is_made(persons), replace=replace)

    def persons(self) -> pd.DataFrame:
        """List who comes, as `dxkit.groups.form` takes them.

        Returns
        -------
        pandas.DataFrame
            One row a person, in the order in which they were added: ``code, person`` and the
            columns given.
        """
        return self._read_table("person", ["code", "person"])

    def wish(
        self,
        *,
        together: Iterable[Iterable[Hashable]] = (),
        apart: Iterable[Iterable[Hashable]] = (),
        replace: bool = False,
    ) -> int:
        """Add who wishes to meet, and who had better not; any number of sets.

        Parameters
        ----------
        together, apart
            Sets as for `dxkit.groups.form`: ``[("28201", "28202"), …]``; a person is
            ``(code, person)``.
        replace
            Whether wishes that are not among these go.

        Returns
        -------
        int
            How many sets were added or removed.

        Raises
        ------
        ChoiceError
            If a set names fewer than two.
        StoreError
            If the database refuses.
        """
        contents: dict[str, dict[str, Any]] = {}
        for kind, links in zip(WISHES, (together, apart), strict=True):
            for link in links:
                labels = sorted({_write_label(label) for label in link})
                if isinstance(link, str) or len(labels) < 2:
                    raise ChoiceError(
                        f"{kind} の「{shorten(link)}」が2者以上ではありません。"
                        '[("28201", "28202")] のように、2者以上の組にしてください。'
                    )
                contents[make_key(kind, *map(list, labels))] = {
                    "wish": kind,
                    "members": [list(label) for label in labels],
                }
        return self._write("wish", contents, made=False, replace=replace)

    def wishes(self) -> dict[str, list[tuple[Hashable, ...]]]:
        """Return the wishes as keywords of `dxkit.groups.form` and `next_round`.

        Returns
        -------
        dict
            ``together`` and ``apart``: each a list of sets, so that
            ``groups.form(meeting.persons(), **meeting.wishes())`` keeps them.
        """
        wishes: dict[str, list[tuple[Hashable, ...]]] = {kind: [] for kind in WISHES}
        for row in self._rows.read_rows("wish"):
            labels = [_read_label(members) for members in row.content["members"]]
            wishes[row.content["wish"]].append(tuple(labels))
        return wishes


def _read_list(members: pd.DataFrame | Iterable[Hashable], what: str) -> pd.DataFrame:
    """Return a table with ``code`` as a column of texts."""
    if not isinstance(members, pd.DataFrame):
        members = pd.DataFrame({"code": pd.Series(list(members), dtype=object)})
    table = members.reset_index() if members.index.name == "code" else members
    require_columns(table, ["code"], what)
    codes = table["code"].map(lambda code: "" if pd.isna(code) else str(code).strip())
    return carry_provenance(table.assign(code=codes).reset_index(drop=True), members)


def _list_blanks(table: pd.DataFrame, column: str) -> list[Fault]:
    remedy = "市町名・団体名かコードを入れるか、行を除いてください"
    return [
        Fault("団体が空欄です", remedy, row=row, column=column)
        for row, value in enumerate(table[column], start=1)
        if not value
    ]


def _list_repeats(table: pd.DataFrame, keys: list[str]) -> list[Fault]:
    """List rows that say again who was in the list before."""
    filled = table[table["code"] != ""]
    repeats = filled[filled.duplicated(keys)]
    remedy = "1行だけ残してください"
    if keys == ["code", "person"]:
        remedy += "（1団体から何人も来るなら、列 person に氏名を入れてください）"
    return [
        Fault(
            "同じ参加者か団体が前の行にもあります",
            remedy,
            row=position,
            column="code",
            value="・".join(str(row[key]) for key in keys if row[key]),
        )
        for position, row in zip(
            (repeats.index.to_numpy() + 1).tolist(), repeats.to_dict("records"), strict=True
        )
    ]


def _write_label(label: Hashable) -> tuple[str, ...]:
    """Write who is meant: a code or name, or a body and one of its persons."""
    return tuple(map(str, label)) if isinstance(label, (tuple, list)) else (str(label),)


def _read_label(parts: Sequence[str]) -> Hashable:
    return parts[0] if len(parts) == 1 else tuple(parts)
