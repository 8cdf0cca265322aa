"""How is an entry written so that neither a crash nor a second try can lose or double it?

A `Database` writes each entry in a commit that has reached the disk before the call returns; an id
that is there already adds nothing.
"""

import secrets
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from threading import RLock
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from dxkit.errors import StoreError
from dxkit.store._database_engine import create_engine, read_url
from dxkit.store._database_messages import explain_database_error
from dxkit.store._database_tables import ENTRIES, MEETINGS, SECRET_BYTES, create_tables

# entries that one commit takes along at most
MAX_BATCH = 200


@dataclass(slots=True, eq=False)
class _PendingEntry:
    """An entry on its way to the disk; either ``stored`` or ``error`` is set in the end."""

    row: dict[str, Any]
    is_new: bool = False
    stored: dict[str, Any] | None = None
    error: DBAPIError | None = None

    @property
    def is_pending(self) -> bool:
        """Whether nothing has become of it yet."""
        return self.stored is None and self.error is None


class Database:
    """A database with the table of entries, opened for one meeting.

    Parameters
    ----------
    url
        As SQLAlchemy writes it, or the path of an SQLite file.
    meeting
        Which meeting's entries, where one database holds several.

    Raises
    ------
    ChoiceError
        If the URL is of another kind.
    MissingExtraError
        If PostgreSQL's driver is not installed.
    StoreError
        If the database cannot be opened.
    """

    def __init__(self, url: str | Path, meeting: str) -> None:
        self.url = read_url(url)
        self.meeting = meeting
        # for messages and tables: no password
        self.safe_url = self.url.render_as_string(hide_password=True)
        # SQLite has one writer: waiting in turn is fairer than polling for its lock
        self._has_one_writer = self.url.get_backend_name() == "sqlite"
        self._write_turn = RLock() if self._has_one_writer else nullcontext()
        self._queue: deque[_PendingEntry] = deque(maxlen=None if self._has_one_writer else 0)
        with self._explain_errors():
            self.engine = create_engine(self.url)
            self.secret = self._open_meeting()
        statement = _build_insert(self.engine, ENTRIES)
        statement = statement.on_conflict_do_nothing(index_elements=["meeting", "id"])
        # a number comes back for a new entry only
        self._insertion = statement.returning(ENTRIES.c.number)

    def add_entry(self, row: dict[str, Any]) -> tuple[bool, dict[str, Any]]:
        """Write one entry, durable when this returns; an id that is there already adds nothing.

        SQLite waits for the disk once a commit: who comes while another waits goes along in the
        next commit.

        Returns
        -------
        tuple
            Whether it is new, and the entry as it is stored.
        """
        entry = _PendingEntry({"meeting": self.meeting, **row})
        self._queue.append(entry)
        with self._explain_errors():
            with self._write_turn:
                # another thread's commit may have taken it along
                if entry.is_pending:
                    self._write_queue(entry)
            if entry.error is not None:
                raise entry.error
        return entry.is_new, dict(entry.stored or {})

    def list_entries(self) -> list[dict[str, Any]]:
        """List all entries of the meeting in their order."""
        query = (
            sa.select(ENTRIES).where(ENTRIES.c.meeting == self.meeting).order_by(ENTRIES.c.number)
        )
        with self._explain_errors(), self._write_turn, self.engine.connect() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def count_entries(self, kinds: Sequence[str] = ()) -> int:
        """Count the entries of the meeting, all or of some kinds; cheap enough for every second."""
        query = (
            sa.select(sa.func.count()).select_from(ENTRIES).where(ENTRIES.c.meeting == self.meeting)
        )
        if kinds:
            query = query.where(ENTRIES.c.kind.in_(kinds))
        with self._explain_errors(), self._write_turn, self.engine.connect() as connection:
            return int(connection.scalar(query) or 0)

    def destroy_secret(self) -> None:
        """Destroy the meeting's secret."""
        change = sa.update(MEETINGS).where(MEETINGS.c.meeting == self.meeting).values(secret="")
        with self._explain_errors(), self._write_turn, self.engine.begin() as connection:
            connection.execute(change)
        if self._has_one_writer:
            # the log beside the file must not keep it either
            with self._explain_errors(), self._write_turn, self.engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        self.secret = b""

    def close_connections(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    def _open_meeting(self) -> bytes:
        """Make the tables and the meeting's secret where they are missing; return the secret."""
        # who opens a meeting again must get the secret that its votes were hashed with
        query = sa.select(MEETINGS.c.secret).where(MEETINGS.c.meeting == self.meeting)
        with self._write_turn:
            if not sa.inspect(self.engine).has_table(ENTRIES.name):
                with self.engine.begin() as connection:
                    create_tables(connection)
            with self.engine.connect() as connection:
                secret = connection.scalar(query)
            if secret is None:
                row = {"meeting": self.meeting, "secret": secrets.token_hex(SECRET_BYTES)}
                insertion = _build_insert(self.engine, MEETINGS).values(**row)
                with self.engine.begin() as connection:
                    # of two programs that open the meeting at once, the first one's secret stays
                    connection.execute(insertion.on_conflict_do_nothing())
                    secret = connection.scalar(query)
        return bytes.fromhex(str(secret))

    def _write_queue(self, entry: _PendingEntry) -> None:
        """Write an entry, and what waits with it, in one commit.

        If that fails, each is written by itself, so that it is refused for its own trouble only.
        """
        batch = [entry]
        while self._has_one_writer and self._queue and len(batch) < MAX_BATCH:
            waiting = self._queue.popleft()
            # one that was answered already is not written behind its sender's back
            if waiting is not entry and waiting.is_pending:
                batch.append(waiting)
        try:
            self._write_batch(batch)
        except DBAPIError:
            for pending in batch:
                try:
                    self._write_batch([pending])
                except DBAPIError as error:
                    pending.error = error

    def _write_batch(self, batch: Sequence[_PendingEntry]) -> None:
        """Write entries in one commit."""
        # nobody is answered before the commit has reached the disk
        answers: list[tuple[bool, dict[str, Any]]] = []
        with self.engine.begin() as connection:
            for entry in batch:
                number = connection.scalar(self._insertion, entry.row)
                if number is None:
                    answers.append((False, self._find_entry(connection, entry.row["id"])))
                else:
                    answers.append((True, entry.row | {"number": number}))
        # only now is it on the disk
        for entry, (is_new, stored) in zip(batch, answers, strict=True):
            entry.is_new = is_new
            entry.stored = stored

    def _find_entry(self, connection: sa.Connection, entry_id: str) -> dict[str, Any]:
        query = sa.select(ENTRIES).where(
            ENTRIES.c.meeting == self.meeting, ENTRIES.c.id == entry_id
        )
        # it must be there: its id has just stopped an insertion
        return dict(connection.execute(query).mappings().one())

    @contextmanager
    def _explain_errors(self) -> Iterator[None]:
        """Raise the driver's errors as errors that say in Japanese what to do."""
        try:
            yield
        except (DBAPIError, PoolTimeoutError) as error:
            raise StoreError(explain_database_error(error, self.safe_url)) from error


def _build_insert(engine: sa.Engine, table: sa.Table) -> Any:
    """Build an INSERT that can do nothing where the row is there already."""
    return sqlite.insert(table) if engine.dialect.name == "sqlite" else postgresql.insert(table)
