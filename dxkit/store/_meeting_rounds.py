"""Who sat with whom, in this meeting and before it?"""

from typing import Any

import pandas as pd

from dxkit._checks import require_columns
from dxkit.errors import ChoiceError, Fault, TableError, shorten
from dxkit.schema import is_made
from dxkit.store._meeting_base import MeetingBase
from dxkit.store._meeting_rows import make_key, make_table, simplify_value

SEAT_COLUMNS = ("group", "code", "person")
HISTORY_COLUMNS = ("round", "group", "code", "person", "meeting")


class MeetingRounds(MeetingBase):
    """The rounds of a meeting, and those before it."""

    def add_round(self, groups: Any, number: int = 1) -> int:
        """Keep who sits where in a round; what was kept of this round before gives way.

        Parameters
        ----------
        groups
            A `dxkit.groups.Groups` (after cancellations, the one that `dxkit.groups.replan`
            returned), or a table with ``code, group`` and ``person`` where bodies send persons;
            ``None`` where nobody sits any more.
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
        if groups is None:
            nobody: dict[str, Any] = {"number": number, "seats": []}
            return self._write("round", {make_key(number): nobody}, made=False)
        table = getattr(groups, "table", groups)
        if not isinstance(table, pd.DataFrame):
            remedy = "groups.form の結果か、code と group の表を渡してください"
            raise TableError(
                [Fault("グループ分けの表ではありません", remedy, value=shorten(table))]
            )
        require_columns(table, ["code", "group"], "グループ分け")
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
        require_columns(history, ["round", "group", "code"], "これまでのグループ（history）")
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
            own = [row for row in stored if row.meeting == meeting and row.content["seats"]]
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
