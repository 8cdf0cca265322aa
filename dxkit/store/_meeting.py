"""What does a meeting consist of, from the list of who is invited to what was decided?

A `Meeting` keeps bodies, persons, wishes, rounds of groups, items, decisions and settings in the
same database as the votes and cards. Every change is on the disk before the call returns, and the
same call made twice changes nothing: a notebook may be run again from the top.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pandas as pd

from dxkit._checks import require_columns
from dxkit.errors import ChoiceError, Fault, TableError, shorten
from dxkit.schema import carry_provenance, is_made
from dxkit.store._longest_texts import ITEM_LONGEST, TEXT_LONGEST
from dxkit.store._meeting_rows import (
    MeetingRows,
    StoredRow,
    list_contents,
    make_key,
    make_table,
    simplify_value,
)
from dxkit.store._practice import is_practice
from dxkit.store._session import DEFAULT_URL, Session
from dxkit.store._text_checks import check_text

WISHES = ("together", "apart")
SEAT_COLUMNS = ("group", "code", "person")
HISTORY_COLUMNS = ("round", "group", "code", "person", "meeting")
DECISION_COLUMNS = ("what", "who", "until", "done", "meeting")


class Meeting:
    """A meeting on disk: who is invited, who sits where, what is asked, what was decided.

    Parameters
    ----------
    url
        As for `Session`: a path, or an address of SQLite or PostgreSQL.
    meeting
        The meeting's name; several meetings in one database know of each other (`history`,
        `carried_decisions`). A name that begins with 練習 is for practice: its tables are marked as
        invented, and no other meeting counts it as an earlier one.

    Attributes
    ----------
    session : Session
        The meeting's votes and cards.

    Raises
    ------
    ChoiceError, MissingExtraError, StoreError
        As for `Session`.

    Examples
    --------
    >>> import tempfile
    >>> import pandas as pd
    >>> persons = pd.DataFrame({"code": ["28201", "28201", "28202"], "person": ["青木", "岡", "森"]})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with Meeting(f"{folder}/a.sqlite", meeting="第1回") as meeting:
    ...         first, again = meeting.add_persons(persons), meeting.add_persons(persons)
    ...     with Meeting(f"{folder}/a.sqlite", meeting="第1回") as reopened:
    ...         first, again, reopened.persons()["person"].tolist()
    (3, 0, ['青木', '岡', '森'])
    """

    def __init__(self, url: str | Path = DEFAULT_URL, *, meeting: str = "meeting") -> None:
        self.session = Session(url, meeting=meeting)
        self._rows = MeetingRows(self.session.database)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Meeting({self.session.database.safe_url!r}, meeting={self.name!r})"

    @property
    def name(self) -> str:
        """The meeting's name."""
        return self.session.meeting

    def close(self) -> None:
        """Close the database; everything is stored already."""
        self.session.close()

    # bodies and persons

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

    # wishes and groups

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

    def add_round(self, groups: Any, number: int = 1) -> int:
        """Keep who sits where in a round; what was kept of this round before gives way.

        Parameters
        ----------
        groups
            A `dxkit.groups.Groups` (after cancellations, the one that `dxkit.groups.replan`
            returned), or a table with ``code, group`` and ``person`` where bodies send persons.
        number
            Which round of this meeting.

        Returns
        -------
        int
            1 if that changed anything, else 0.

        Raises
        ------
        TableError
            If the table lacks a column.
        ChoiceError
            If the number is none.
        StoreError
            If the database refuses.
        """
        if not isinstance(number, int) or isinstance(number, bool) or number < 1:
            raise ChoiceError(f"number={shorten(number)} は使えません。1以上の整数にしてください。")
        table = getattr(groups, "table", groups)
        if not isinstance(table, pd.DataFrame):
            remedy = "groups.form の結果か、code と group の表を渡してください"
            raise TableError([Fault("組分けの表ではありません", remedy, value=shorten(table))])
        require_columns(table, ["code", "group"], "組分け")
        seats = table if "person" in table.columns else table.assign(person="")
        rows = [
            {name: simplify_value(value) for name, value in row.items()}
            for row in seats[list(SEAT_COLUMNS)].to_dict("records")
        ]
        content = {"number": number, "seats": rows}
        return self._write("round", {make_key(number): content}, made=is_made(table))

    def rounds(self) -> pd.DataFrame:
        """List who sat where in the rounds of this meeting.

        Returns
        -------
        pandas.DataFrame
            One row a round and member: ``round, group, code, person``.
        """
        rows = sorted(self._rows.read_rows("round"), key=lambda row: int(row.content["number"]))
        seats = [
            {"round": row.content["number"], **seat}
            for row in rows
            for seat in row.content["seats"]
        ]
        return self._mark(make_table(seats, ["round", *SEAT_COLUMNS]), rows)

    def add_history(self, history: pd.DataFrame) -> int:
        """Add who sat where in meetings that this store does not hold.

        Parameters
        ----------
        history
            One row a meeting and member: ``round, group, code`` and ``person`` where known.

        Returns
        -------
        int
            How many rounds were added or changed.

        Raises
        ------
        TableError
            If the table lacks a column.
        StoreError
            If the database refuses.
        """
        require_columns(history, ["round", "group", "code"], "これまでの組（history）")
        table = history if "person" in history.columns else history.assign(person="")
        contents = {}
        for number, part in table.groupby("round", sort=False):
            seats = [
                {name: simplify_value(value) for name, value in row.items()}
                for row in part[list(SEAT_COLUMNS)].to_dict("records")
            ]
            label = str(simplify_value(number))
            contents[make_key(label)] = {"label": label, "seats": seats}
        return self._write("earlier", contents, made=is_made(history))

    def history(self, *, before: int = 1) -> pd.DataFrame:
        """List who has met whom so far, as `dxkit.groups.next_round` takes it.

        Parameters
        ----------
        before
            Of this meeting, the rounds before this number count; none by default, so that a plan
            for its first round is the same when it is made again.

        Returns
        -------
        pandas.DataFrame
            One row a round and member: ``round`` (a running number), ``group, code, person,
            meeting``. The rounds that `add_history` added come first, then those of the meetings
            that were begun before this one.
        """
        earlier = self._rows.read_rows("earlier")
        rounds = [(str(row.content["label"]), row) for row in earlier]
        stored = self._rows.read_all_meetings("round")
        for meeting in [*self.list_earlier(), self.name]:
            own = [row for row in stored if row.meeting == meeting]
            own.sort(key=lambda row: int(row.content["number"]))
            if meeting == self.name:
                own = [row for row in own if int(row.content["number"]) < before]
            rounds += [(meeting, row) for row in own]
        seats = [
            {"round": number, **seat, "meeting": meeting}
            for number, (meeting, row) in enumerate(rounds, start=1)
            for seat in row.content["seats"]
        ]
        return self._mark(make_table(seats, HISTORY_COLUMNS), [row for _, row in rounds])

    def list_earlier(self) -> list[str]:
        """List the meetings of this store that were begun before this one.

        Returns
        -------
        list of str
            Their names, the earliest first; practice meetings only for a practice meeting.
        """
        names = self._rows.list_meetings()
        names = names[: names.index(self.name)] if self.name in names else names
        return [name for name in names if is_practice(name) == is_practice(self.name)]

    # items, decisions and settings

    def add_items(self, items: Sequence[str], *, replace: bool = False) -> int:
        """Add what is voted on.

        Parameters
        ----------
        items
            Texts of up to 200 characters.
        replace
            Whether items that are not among these go; the order is then that of this list.

        Returns
        -------
        int
            How many were added, moved or removed.

        Raises
        ------
        ChoiceError
            If one cannot be kept.
        StoreError
            If the database refuses.
        """
        names = [check_text(item, "項目", longest=ITEM_LONGEST) for item in items]
        contents = {make_key(name): {"item": name} for name in names}
        return self._write("item", contents, made=False, replace=replace)

    def items(self) -> list[str]:
        """List what is voted on, in its order."""
        return [str(row.content["item"]) for row in self._rows.read_rows("item")]

    def decide(self, what: str, *, who: str = "", until: object = "", done: bool = False) -> int:
        """Keep a decision; the same decision again changes owner and date.

        Parameters
        ----------
        what
            What was decided.
        who
            Who does it.
        until
            Until when: a text or a date.
        done
            Whether it is done.

        Returns
        -------
        int
            1 if that changed anything, else 0.

        Raises
        ------
        ChoiceError
            If it cannot be kept.
        StoreError
            If the database refuses.
        """
        text = check_text(what, "決まったこと", longest=TEXT_LONGEST)
        owner = check_text(who, "担当", longest=ITEM_LONGEST, empty=True)
        date = until.strftime("%Y-%m-%d") if hasattr(until, "strftime") else until
        limit = check_text(date, "期限", longest=ITEM_LONGEST, empty=True)
        content = {"what": text, "who": owner, "until": limit, "done": bool(done)}
        return self._write("decision", {make_key(text): content}, made=False)

    def decisions(self) -> pd.DataFrame:
        """List what this meeting decided.

        Returns
        -------
        pandas.DataFrame
            One row a decision: ``what, who, until, done, meeting``.
        """
        return self._tabulate_decisions(self._rows.read_rows("decision"))

    def carried_decisions(self) -> pd.DataFrame:
        """List what earlier meetings decided and nobody has done yet.

        Returns
        -------
        pandas.DataFrame
            One row a decision, the earliest meeting first: ``what, who, until, done, meeting``.
        """
        earlier = self.list_earlier()
        stored = self._rows.read_all_meetings("decision")
        rows = [
            row
            for meeting in earlier
            for row in stored
            if row.meeting == meeting and not row.content["done"]
        ]
        return self._tabulate_decisions(rows)

    def finish(self, what: str) -> int:
        """Mark a decision as done, in the meeting that decided it.

        Parameters
        ----------
        what
            The decision's text.

        Returns
        -------
        int
            How many were marked.

        Raises
        ------
        ChoiceError
            If neither this meeting nor an earlier one decided that.
        StoreError
            If the database refuses.
        """
        meetings = [*self.list_earlier(), self.name]
        rows = [
            row
            for row in self._rows.read_all_meetings("decision")
            if row.meeting in meetings and row.content["what"] == what
        ]
        if not rows:
            raise ChoiceError(
                f"「{shorten(what)}」という決定はありません。"
                "decisions() か carried_decisions() の what をそのまま書いてください。"
            )
        return sum(
            self._rows.write_rows(
                "decision", {row.key: row.content | {"done": True}}, made=row.made,
                meeting=row.meeting,
            )
            for row in rows
        )  # fmt: skip

    def set_room(self, **settings: object) -> int:
        """Keep settings of the room and the day, such as ``date``, ``place`` or ``address``.

        Parameters
        ----------
        settings
            Texts, numbers, yes or no, dates, or tables (``agenda``); ``None`` takes one away.

        Returns
        -------
        int
            How many changed.

        Raises
        ------
        StoreError
            If the database refuses.
        """
        contents = {make_key(name): _write_setting(name, value) for name, value in settings.items()}
        made = any(is_made(value) for value in settings.values())
        return self._write("setting", contents, made=made)

    def room(self) -> dict[str, Any]:
        """Return the settings that `set_room` kept."""
        rows = self._rows.read_rows("setting")
        settings = {str(row.content["name"]): self._read_setting(row) for row in rows}
        return {name: value for name, value in settings.items() if value is not None}

    # reading and writing

    def _write(
        self,
        kind: str,
        contents: Mapping[str, Mapping[str, Any]],
        *,
        made: bool,
        replace: bool = False,
    ) -> int:
        """Write rows; in a practice meeting all are invented."""
        is_invented = made or is_practice(self.name)
        return self._rows.write_rows(kind, contents, made=is_invented, replace=replace)

    def _read_table(self, kind: str, columns: Sequence[str]) -> pd.DataFrame:
        rows = self._rows.read_rows(kind)
        return self._mark(make_table([row.content for row in rows], columns), rows)

    def _tabulate_decisions(self, rows: Sequence[StoredRow]) -> pd.DataFrame:
        contents = [row.content | {"meeting": row.meeting} for row in rows]
        table = make_table(contents, DECISION_COLUMNS).astype({"done": bool})
        return self._mark(table, rows)

    def _read_setting(self, row: StoredRow) -> Any:
        if "table" in row.content:
            return self._mark(make_table(row.content["table"], row.content["columns"]), [row])
        value = row.content["value"]
        is_date = isinstance(value, dict) and set(value) == {"date"}
        return pd.Timestamp(value["date"]) if is_date else value

    def _mark(self, table: pd.DataFrame, rows: Sequence[StoredRow]) -> pd.DataFrame:
        """Mark a table as invented where one of its rows is."""
        marks = {"made": True, "kind": "made"} if any(row.made for row in rows) else {}
        return carry_provenance(table, marks)


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
            row=int(position) + 1,
            column="code",
            value="・".join(str(row[key]) for key in keys if row[key]),
        )
        for position, row in repeats.iterrows()
    ]


def _write_label(label: Hashable) -> tuple[str, ...]:
    """Write who is meant: a code or name, or a body and one of its persons."""
    return tuple(map(str, label)) if isinstance(label, (tuple, list)) else (str(label),)


def _read_label(parts: Sequence[str]) -> Hashable:
    return parts[0] if len(parts) == 1 else tuple(parts)


def _write_setting(name: str, value: object) -> dict[str, Any]:
    if isinstance(value, pd.DataFrame):
        rows = [
            {str(column): simplify_value(cell) for column, cell in row.items()}
            for row in value.to_dict("records")
        ]
        return {"name": name, "table": rows, "columns": [str(column) for column in value.columns]}
    return {"name": name, "value": simplify_value(value)}
