"""What has to outlive a restart of the room, besides the votes?

Which phones were let in and which computers read the course (as hashes that lead to no vote and to
no device), and what the officer has set. An SQLite file beside the store's own; a store elsewhere
keeps it in memory.
"""

import json
import sqlite3
import threading
from pathlib import Path
from typing import Any

from dxkit.errors import StoreError
from dxkit.store import Session

SUFFIX = ".room.sqlite"
SQLITE_PREFIX = "sqlite:///"
MEMORY = ":memory:"
# WITHOUT ROWID: the rows lie in the order of the hashes, which is no order of arrival
TABLES = """
BEGIN;
CREATE TABLE IF NOT EXISTS admitted
    (meeting TEXT, name TEXT, PRIMARY KEY (meeting, name)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS readers
    (meeting TEXT, name TEXT, PRIMARY KEY (meeting, name)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS settings
    (meeting TEXT, name TEXT, value TEXT, PRIMARY KEY (meeting, name)) WITHOUT ROWID;
COMMIT;
"""


class RoomLog:
    """Names that were let in, and settings, of one meeting; durable when a method returns.

    Parameters
    ----------
    path
        The file, or ``:memory:``.
    meeting
        Which meeting's.

    Raises
    ------
    StoreError
        From every method, if the file cannot be read or written.
    """

    def __init__(self, path: str | Path, meeting: str) -> None:
        self.path = str(path)
        self._meeting = meeting
        self._lock = threading.Lock()
        try:
            self._connection = sqlite3.connect(self.path, check_same_thread=False, timeout=30)
            self._connection.execute("PRAGMA synchronous=FULL")
            self._connection.executescript(TABLES)
        except sqlite3.Error as error:
            raise self._explain(error) from error
        self._names = {row[0] for row in self._read("SELECT name FROM admitted WHERE meeting = ?")}
        self._readers = {row[0] for row in self._read("SELECT name FROM readers WHERE meeting = ?")}
        rows = self._read("SELECT name, value FROM settings WHERE meeting = ?")
        self._settings = {name: json.loads(value) for name, value in rows}

    @property
    def is_durable(self) -> bool:
        """Whether it outlives this program."""
        return self.path != MEMORY

    def count_names(self) -> int:
        """Count the names that were let in."""
        return len(self._names)

    def has_name(self, name: str) -> bool:
        """Check whether a name was let in."""
        return name in self._names

    def add_name(self, name: str) -> None:
        """Write a name down, unless it is there."""
        if name not in self._names:
            self._write("INSERT OR IGNORE INTO admitted VALUES (?, ?)", name)
            self._names.add(name)

    def count_readers(self) -> int:
        """Count the computers that came in to read the course."""
        return len(self._readers)

    def has_reader(self, name: str) -> bool:
        """Check whether a computer came in to read."""
        return name in self._readers

    def add_reader(self, name: str) -> None:
        """Write a computer down that reads the course, unless it is there."""
        if name not in self._readers:
            self._write("INSERT OR IGNORE INTO readers VALUES (?, ?)", name)
            self._readers.add(name)

    def read_setting(self, name: str, otherwise: Any) -> Any:
        """Read a setting."""
        return self._settings.get(name, otherwise)

    def write_setting(self, name: str, value: Any) -> None:
        """Write a setting: anything that JSON can hold."""
        text = json.dumps(value, ensure_ascii=False)
        self._write("INSERT OR REPLACE INTO settings VALUES (?, ?, ?)", name, text)
        self._settings[name] = json.loads(text)

    def close(self) -> None:
        """Close the file; everything is stored already."""
        self._connection.close()

    def _read(self, query: str) -> list[tuple[Any, ...]]:
        try:
            return self._connection.execute(query, (self._meeting,)).fetchall()
        except sqlite3.Error as error:
            raise self._explain(error) from error

    def _write(self, statement: str, *values: str) -> None:
        try:
            with self._lock, self._connection:
                self._connection.execute(statement, (self._meeting, *values))
        except sqlite3.Error as error:
            raise self._explain(error) from error

    def _explain(self, error: sqlite3.Error) -> StoreError:
        return StoreError(
            f"受付の記録「{Path(self.path).name}」を読み書きできません（{error}）。"
            "空きと書き込みの許可を確かめてください。"
        )


def open_log(session: Session, meeting: str) -> RoomLog:
    """Open the log beside a meeting's store.

    Raises
    ------
    StoreError
        If it cannot be opened.
    """
    store = str(session.results(items=[]).attrs["settings"]["store"])
    is_file = store.startswith(SQLITE_PREFIX)
    path = Path(store.removeprefix(SQLITE_PREFIX)).with_suffix(SUFFIX) if is_file else MEMORY
    return RoomLog(path, meeting)
