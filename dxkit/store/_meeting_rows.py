"""How do the lists of a meeting stay on disk, so that writing them twice changes nothing?

One row holds one thing (a body, a person, a wish, a round, a decision …) as JSON, under a key that
says which thing it is: written again it is found by its key, and changed only where it differs.
"""

import datetime as dt
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import sqlalchemy as sa

from dxkit.store._database_tables import MEETING_ROWS, lock_tables
from dxkit.store._entry_commits import Database

_OF_MEETING = MEETING_ROWS.c.meeting == sa.bindparam("name")
_OF_KIND = MEETING_ROWS.c.kind == sa.bindparam("sort")
_ORDER = (MEETING_ROWS.c.place, MEETING_ROWS.c.number)


class StoredRow(NamedTuple):
    """One thing that a meeting holds.

    Attributes
    ----------
    meeting
        The meeting's name.
    kind
        Of what kind it is, such as ``person``.
    key
        Which one it is, unique in its kind and meeting.
    content
        What is known of it.
    made
        Whether it is invented.
    """

    meeting: str
    kind: str
    key: str
    content: dict[str, Any]
    made: bool


class MeetingRows:
    """The rows of one meeting in a store, and what other meetings beside it hold."""

    def __init__(self, database: Database) -> None:
        self.database = database
        # a store of an earlier version has no such table; one for reading only is left as it is
        with database.begin_reading() as connection:
            has_table = sa.inspect(connection).has_table(MEETING_ROWS.name)
        if not has_table:
            with database.begin_change() as connection:
                lock_tables(connection)
                MEETING_ROWS.create(connection, checkfirst=True)

    def read_rows(self, kind: str) -> list[StoredRow]:
        """Read the rows of one kind in the order in which they were first written."""
        query = sa.select(MEETING_ROWS).where(_OF_MEETING, _OF_KIND).order_by(*_ORDER)
        return self._read(query, name=self.database.meeting, sort=kind)

    def read_all_meetings(self, kind: str) -> list[StoredRow]:
        """Read the rows of one kind of all meetings of the store, in the same order."""
        query = sa.select(MEETING_ROWS).where(_OF_KIND).order_by(*_ORDER)
        return self._read(query, sort=kind)

    def list_meetings(self) -> list[str]:
        """List the meetings of the store in the order in which each was begun."""
        first = sa.func.min(MEETING_ROWS.c.number)
        query = sa.select(MEETING_ROWS.c.meeting).group_by(MEETING_ROWS.c.meeting).order_by(first)
        with self.database.begin_reading() as connection:
            return [str(name) for name in connection.scalars(query)]

    def write_rows(
        self,
        kind: str,
        contents: Mapping[str, Mapping[str, Any]],
        *,
        made: bool,
        replace: bool = False,
        meeting: str | None = None,
    ) -> int:
        """Write things by their keys, in one commit; return how many rows that changed.

        Parameters
        ----------
        kind
            Of what kind they are.
        contents
            Key to what is known of it.
        made
            Whether they are invented.
        replace
            Whether things of this kind that are not among them go.
        meeting
            Whose they are; this meeting's when absent.
        """
        name = self.database.meeting if meeting is None else meeting
        changes = 0
        with self.database.begin_change() as connection:
            lock_tables(connection)
            query = sa.select(MEETING_ROWS).where(_OF_MEETING, _OF_KIND).order_by(*_ORDER)
            rows = connection.execute(query, {"name": name, "sort": kind}).mappings()
            stored = {row["key"]: dict(row) for row in rows}
            for position, (key, content) in enumerate(contents.items()):
                values = {"content": _write_json(content), "made": int(made)}
                # a list that replaces another one also sets its order
                place = position
                if not replace:
                    place = stored[key]["place"] if key in stored else len(stored) + position
                values["place"] = place
                identity = {"meeting": name, "kind": kind, "key": key}
                changes += _write_row(connection, identity, stored.get(key), values)
            if replace:
                gone = [row["number"] for key, row in stored.items() if key not in contents]
                if gone:
                    removal = sa.delete(MEETING_ROWS).where(MEETING_ROWS.c.number.in_(gone))
                    connection.execute(removal)
                changes += len(gone)
        return changes

    def _read(self, query: sa.Select[Any], **parameters: str) -> list[StoredRow]:
        with self.database.begin_reading() as connection:
            rows = connection.execute(query, parameters).mappings()
            return [
                StoredRow(
                    str(row["meeting"]),
                    str(row["kind"]),
                    str(row["key"]),
                    _read_json(row["content"]),
                    bool(row["made"]),
                )
                for row in rows
            ]


def make_key(*parts: object) -> str:
    """Make a key of parts; no two lists of parts have the same."""
    return json.dumps([str(part) for part in parts], ensure_ascii=False)


def list_contents(table: pd.DataFrame, keys: Sequence[str]) -> dict[str, dict[str, Any]]:
    """List the rows of a table by their keys; of rows with one key the last one counts."""
    contents = {}
    for row in table.to_dict("records"):
        content = {str(name): simplify_value(value) for name, value in row.items()}
        contents[make_key(*(content.get(name) or "" for name in keys))] = content
    return contents


def simplify_value(value: Any) -> Any:
    """Return a cell as what JSON can hold: text, number, yes or no, nothing; a date by its name."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or value is pd.NaT or value is pd.NA:
        return None
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, (dt.datetime, dt.date)):
        return {"date": value.isoformat()}
    return value if isinstance(value, (bool, int, float, str)) else str(value)


def make_table(contents: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> pd.DataFrame:
    """Make a table of rows; these columns come first, also where there is no row."""
    rows = [
        {name: _restore_value(value) for name, value in content.items()} for content in contents
    ]
    others = [name for name in dict.fromkeys(name for row in rows for name in row)
              if name not in columns]  # fmt: skip
    return pd.DataFrame(rows, columns=[*columns, *others])


def _restore_value(value: Any) -> Any:
    if isinstance(value, dict) and set(value) == {"date"}:
        return pd.Timestamp(value["date"])
    return value


def _write_row(
    connection: sa.Connection,
    identity: Mapping[str, str],
    stored: Mapping[str, Any] | None,
    values: Mapping[str, Any],
) -> int:
    """Write one row where it is not there as it is; return 1 if that changed anything."""
    if stored is None:
        connection.execute(sa.insert(MEETING_ROWS), {**identity, **values})
        return 1
    if all(stored[name] == value for name, value in values.items()):
        return 0
    change = sa.update(MEETING_ROWS).where(MEETING_ROWS.c.number == stored["number"]).values(values)
    connection.execute(change)
    return 1


def _write_json(content: Mapping[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def _read_json(text: str) -> dict[str, Any]:
    return dict(json.loads(text))
