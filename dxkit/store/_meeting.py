"""What does a meeting consist of, from the list of who is invited to what was decided?

A `Meeting` keeps bodies, persons, wishes, rounds of groups, items, decisions and settings in the
same database as the votes and cards. Every change is on the disk before the call returns, and the
same call made twice changes nothing: a notebook may be run again from the top.
"""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from dxkit._checks import require_flag
from dxkit.errors import ChoiceError, shorten
from dxkit.schema import is_made
from dxkit.store._longest_texts import ITEM_LONGEST, TEXT_LONGEST
from dxkit.store._meeting_members import MeetingMembers
from dxkit.store._meeting_rounds import MeetingRounds
from dxkit.store._meeting_rows import StoredRow, make_key, make_table, simplify_value
from dxkit.store._text_checks import check_text

DECISION_COLUMNS = ("what", "who", "until", "done", "meeting")


class Meeting(MeetingMembers, MeetingRounds):
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
        require_flag(replace, "replace")
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
        require_flag(done, "done")
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


def _write_setting(name: str, value: object) -> dict[str, Any]:
    if isinstance(value, pd.DataFrame):
        rows = [
            {str(column): simplify_value(cell) for column, cell in row.items()}
            for row in value.to_dict("records")
        ]
        return {"name": name, "table": rows, "columns": [str(column) for column in value.columns]}
    return {"name": name, "value": simplify_value(value)}
