"""How is an entry written so that neither a crash nor a second try can lose or double it?

A `Database` writes each entry in a commit that has reached the disk before the call returns; an id
that is there already adds nothing. The same commit moves the running digest on (see
`dxkit.store._digest`), by which later readers notice a change.
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from threading import RLock
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from dxkit.errors import StoreError
from dxkit.store._database_engine import create_engine, empty_log, read_url
from dxkit.store._database_messages import explain_database_error
from dxkit.store._database_tables import (
    DIGESTS,
    ENTRIES,
    MEETINGS,
    lift_triggers,
    restore_triggers,
)
from dxkit.store._digest import (
    Digest,
    compare_digests,
    compute_origin,
    extend_digest,
    is_well_formed,
)
from dxkit.store._meeting_key import is_sealed
from dxkit.store._open_meeting import has_protection, open_meeting, set_secret
from dxkit.store._pending_entry import PendingEntry, SealedError

_MEETING: sa.BindParameter[str] = sa.bindparam("meeting")
_SECRET_QUERY = sa.select(MEETINGS.c.secret).where(MEETINGS.c.meeting == _MEETING)
_DIGEST_QUERY = sa.select(DIGESTS).where(DIGESTS.c.meeting == _MEETING)
_ENTRIES_QUERY = sa.select(ENTRIES).where(ENTRIES.c.meeting == _MEETING).order_by(ENTRIES.c.number)
_ENTRY_QUERY = sa.select(ENTRIES).where(
    ENTRIES.c.meeting == _MEETING, ENTRIES.c.id == sa.bindparam("id")
)
_INSERTION = sa.insert(ENTRIES).returning(ENTRIES.c.number)
_IS_NAME = DIGESTS.c.meeting == sa.bindparam("name")
# changes nothing, and takes the lock that a change takes, on SQLite and PostgreSQL alike
_DIGEST_LOCK = (
    sa.update(DIGESTS).where(_IS_NAME).values(entries=DIGESTS.c.entries).returning(DIGESTS.c.digest)
)
_DIGEST_CHANGE = (
    sa.update(DIGESTS)
    .where(_IS_NAME)
    .values(digest=sa.bindparam("moved"), entries=DIGESTS.c.entries + sa.bindparam("more"))
)
Entry = Mapping[str, Any]
# what a closed meeting takes no more of
REFUSED_WHEN_SEALED = ("vote", "choice", "note")
# entries that one commit takes along at most
MAX_BATCH = 200


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
        self._is_file = self.url.get_backend_name() == "sqlite"
        # the file that holds the store, if one does
        self.path = Path(str(self.url.database)) if self._is_file else None
        # the digest has one writer at a time: waiting in turn is fairer than polling for its lock
        self._write_turn = RLock()
        self._read_turn = self._write_turn if self._is_file else nullcontext()
        self._queue: deque[PendingEntry] = deque()
        with self._explain_errors():
            self.engine = create_engine(self.url)
            with self._write_turn:
                # a file's secret lies beside it, so that a copy of the file has none
                folder = None if self.path is None else self.path.parent
                self.key = open_meeting(self.engine, self.meeting, folder)

    def add_entry(self, row: dict[str, Any]) -> tuple[bool, dict[str, Any]]:
        """Write one entry, durable when this returns; an id that is there already adds nothing.

        A commit waits for the disk once: who comes while another waits goes along in the next
        commit.

        Returns
        -------
        tuple
            Whether it is new, and the entry as it is stored.
        """
        entry = PendingEntry({"meeting": self.meeting, **row})
        self._queue.append(entry)
        with self._explain_errors():
            with self._write_turn:
                # another thread's commit may have taken it along
                if entry.is_pending:
                    self._write_queue(entry)
            if entry.error is not None:
                raise entry.error
        return entry.is_new, dict(entry.stored or {})

    def read_entries(self) -> tuple[list[dict[str, Any]], Digest]:
        """Read all entries of the meeting in their order, and their digest.

        Raises
        ------
        StoreError
            If the store is damaged so that they cannot be read.
        """
        with self._explain_errors(), self._read_turn, self._begin_reading() as connection:
            stored = connection.execute(_DIGEST_QUERY, {"meeting": self.meeting}).first()
            rows = connection.execute(_ENTRIES_QUERY, {"meeting": self.meeting}).mappings()
            entries = [dict(row) for row in rows]
            secret = connection.scalar(_SECRET_QUERY, {"meeting": self.meeting})
        digest = compare_digests(entries, stored, self.meeting, secret)
        if not digest.intact and not all(map(is_well_formed, entries)):
            raise StoreError(
                f"保存先「{self.safe_url}」: 記録が壊れていて読めません → "
                "このファイルを残したまま、写しか控えを開いてください。"
            )
        return entries, digest

    def count_entries(self, kinds: Sequence[str] = ()) -> int:
        """Count the entries of the meeting, all or of some kinds; cheap enough for every second."""
        query = (
            sa.select(sa.func.count()).select_from(ENTRIES).where(ENTRIES.c.meeting == self.meeting)
        )
        if kinds:
            query = query.where(ENTRIES.c.kind.in_(kinds))
        with self._explain_errors(), self._read_turn, self.engine.connect() as connection:
            return int(connection.scalar(query) or 0)

    def has_protection(self) -> bool:
        """Check that the triggers are there which keep entries from being changed."""
        with self._explain_errors(), self._read_turn:
            return has_protection(self.engine)

    def seal(
        self, rewrite: Callable[[Sequence[Entry], bytearray, str], Sequence[dict[str, Any]]]
    ) -> None:
        """Write the entries anew in one commit and forget the secret; `finish_seal` does the rest.

        Parameters
        ----------
        rewrite
            Returns the rows that stay, from all entries, the secret and their digest.
        """
        # until the secret's file is destroyed the store remembers which one it is
        change = sa.update(MEETINGS).where(MEETINGS.c.meeting == self.meeting)
        change = change.values(secret=self.key.sealed_mark)
        removal = sa.delete(ENTRIES).where(ENTRIES.c.meeting == self.meeting)
        with self._explain_errors(), self._write_turn, self.engine.begin() as connection:
            digest = self._lock_digest(connection)
            # another program may have been first
            if not self._is_sealed(connection):
                found = connection.execute(_ENTRIES_QUERY, {"meeting": self.meeting}).mappings()
                rows = rewrite(list(map(dict, found)), self.key.secret, digest)
                lift_triggers(connection)
                connection.execute(removal)
                stored = [row | {"meeting": self.meeting} for row in rows]
                stored = [row | {"number": connection.scalar(_INSERTION, row)} for row in stored]
                restore_triggers(connection)
                connection.execute(change)
                self._restart_digest(connection, stored)
        self.key.forget()

    def finish_seal(self) -> None:
        """Destroy the secret's file, and what names it in the store.

        Raises
        ------
        StoreError
            If the file or the store refuses; the next call tries again.
        """
        with self._explain_errors(), self._write_turn:
            self.key.destroy_file()
            set_secret(self.engine, self.meeting, "")

    def erase_traces(self) -> bool:
        """Write the file anew, so that no freed page or log holds what was deleted.

        Returns
        -------
        bool
            ``False`` if somebody else is reading: the log beside the file could not be emptied.
        """
        options = {"isolation_level": "AUTOCOMMIT"}
        with self._explain_errors(), self._write_turn:
            # an idle connection of this program must not keep the log from being emptied
            self.engine.dispose()
            with self.engine.connect().execution_options(**options) as connection:
                if self._is_file:
                    is_clean = empty_log(connection)
                else:
                    connection.exec_driver_sql(f"VACUUM {ENTRIES.name}, {MEETINGS.name}")
                    is_clean = True
            # the next connection waits for locks as long as all others
            self.engine.dispose()
        return is_clean

    def _is_sealed(self, connection: sa.Connection) -> bool:
        """Check that the meeting is there and has no secret any more."""
        return is_sealed(connection.scalar(_SECRET_QUERY, {"meeting": self.meeting}))

    def _restart_digest(self, connection: sa.Connection, rows: Sequence[Entry]) -> None:
        """Let the digest begin anew with the rows that stay."""
        origin = compute_origin(self.meeting, "")
        values = {
            "origin": origin,
            "digest": extend_digest(origin, rows),
            "entries": len(rows),
        }
        connection.execute(
            sa.update(DIGESTS).where(DIGESTS.c.meeting == self.meeting).values(values)
        )

    @contextmanager
    def begin_change(self) -> Iterator[sa.Connection]:
        """Open a connection whose changes are durable when this ends, or none of them."""
        with self._explain_errors(), self._write_turn, self.engine.begin() as connection:
            yield connection

    @contextmanager
    def begin_reading(self) -> Iterator[sa.Connection]:
        """Open a connection that only reads."""
        with self._explain_errors(), self._read_turn, self.engine.connect() as connection:
            yield connection

    def close_connections(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    def _write_queue(self, entry: PendingEntry) -> None:
        """Write an entry, and what waits with it, in one commit.

        If that fails, each is written by itself, so that it is refused for its own trouble only.
        """
        batch = [entry]
        while self._queue and len(batch) < MAX_BATCH:
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

    def _write_batch(self, batch: Sequence[PendingEntry]) -> None:
        """Write entries in one commit."""
        # nobody is answered before the commit has reached the disk
        answers: list[tuple[bool, dict[str, Any]]] = []
        with self.engine.begin() as connection:
            digest = self._lock_digest(connection)
            # another program may have sealed the meeting since this one opened it
            is_sealed = self._is_sealed(connection)
            for entry in batch:
                if is_sealed and entry.row["kind"] in REFUSED_WHEN_SEALED:
                    entry.error = SealedError()
                    continue
                stored = self._find_entry(connection, entry.row["id"])
                # nobody else can add it meanwhile: the lock is ours
                is_new = stored is None
                if stored is None:
                    stored = entry.row | {"number": connection.scalar(_INSERTION, entry.row)}
                answers.append((is_new, stored))
            self._move_digest(connection, digest, [row for is_new, row in answers if is_new])
        # only now is it on the disk
        accepted = [entry for entry in batch if entry.error is None]
        for entry, (is_new, stored) in zip(accepted, answers, strict=True):
            entry.is_new = is_new
            entry.stored = stored

    def _find_entry(self, connection: sa.Connection, entry_id: str) -> dict[str, Any] | None:
        row = connection.execute(_ENTRY_QUERY, {"meeting": self.meeting, "id": entry_id})
        entry = row.mappings().first()
        return None if entry is None else dict(entry)

    def _lock_digest(self, connection: sa.Connection) -> str:
        """Read the digest and keep every other writer of the meeting waiting for this commit."""
        digest = connection.scalar(_DIGEST_LOCK, {"name": self.meeting})
        if digest is None:
            raise StoreError(
                f"保存先「{self.safe_url}」: 記録の照合値が消されていて、書き足せません → "
                "このファイルを残したまま、別の名前で新しく始めてください。"
            )
        return str(digest)

    def _move_digest(self, connection: sa.Connection, digest: str, rows: Sequence[Entry]) -> None:
        """Let the digest take in entries that were added in the same commit."""
        if rows:
            change = {"name": self.meeting, "moved": extend_digest(digest, rows), "more": len(rows)}
            connection.execute(_DIGEST_CHANGE, change)

    @contextmanager
    def _begin_reading(self) -> Iterator[sa.Connection]:
        """Open a connection that sees one state of the store however many questions it asks."""
        if self._is_file:
            with self.engine.connect() as connection:
                connection.exec_driver_sql("BEGIN")
                yield connection
        else:
            options = {"isolation_level": "REPEATABLE READ"}
            with self.engine.connect().execution_options(**options) as connection:
                yield connection

    @contextmanager
    def _explain_errors(self) -> Iterator[None]:
        """Raise the driver's errors as errors that say in Japanese what to do."""
        try:
            yield
        except (DBAPIError, PoolTimeoutError, UnicodeDecodeError) as error:
            raise StoreError(explain_database_error(error, self.safe_url)) from error
