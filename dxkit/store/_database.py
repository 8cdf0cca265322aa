"""Where does an entry lie so that neither a crash nor a second try can lose or double it?

One table of entries that only grows (triggers refuse changes), a unique id each. SQLite keeps a write-ahead log and waits for
the disk at every commit (``synchronous=FULL``: https://www.sqlite.org/pragma.html#pragma_synchronous); PostgreSQL is told
``synchronous_commit=on``. A write-ahead log needs a local disk: not a shared folder of a file server.
"""

import os
import secrets
import sqlite3
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from threading import RLock
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from dxkit.errors import ChoiceError, MissingExtraError, StoreError

SECRET_BYTES = 32
BUSY_MS = 30_000
MOST_TOGETHER = 200
METADATA = sa.MetaData()
MEETINGS = sa.Table(
    "dxkit_meetings",
    METADATA,
    sa.Column("meeting", sa.String(200), primary_key=True),
    sa.Column("secret", sa.String(2 * SECRET_BYTES), nullable=False),
)
ENTRIES = sa.Table(
    "dxkit_entries",
    METADATA,
    # BIGINT is no row number in SQLite
    sa.Column(
        "number",
        sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
        primary_key=True,
        autoincrement=True,
    ),
    sa.Column("meeting", sa.String(200), nullable=False),
    sa.Column("id", sa.String(100), nullable=False),
    sa.Column("kind", sa.String(10), nullable=False),
    sa.Column("author", sa.String(64), nullable=False),
    sa.Column("item", sa.Text, nullable=False),
    sa.Column("value", sa.Integer),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("group", sa.Text, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("target", sa.String(100), nullable=False),
    # to the minute: a finer time beside a value would help to guess whose it is
    sa.Column("at", sa.String(40), nullable=False),
    sa.UniqueConstraint("meeting", "id"),
)
APPEND_ONLY = "entries are never changed"
GUARDS = {
    "sqlite": tuple(
        f"CREATE TRIGGER IF NOT EXISTS dxkit_no_{act} BEFORE {act.upper()} ON dxkit_entries "
        f"BEGIN SELECT RAISE(ABORT, '{APPEND_ONLY}'); END"
        for act in ("update", "delete")
    ),
    "postgresql": (
        f"CREATE OR REPLACE FUNCTION dxkit_refuse() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION '{APPEND_ONLY}'; END $$ "
        "LANGUAGE plpgsql",
        "CREATE TRIGGER dxkit_no_change BEFORE UPDATE OR DELETE ON dxkit_entries FOR EACH ROW EXECUTE FUNCTION dxkit_refuse()",
    ),
}
# what a driver says: (what that means, what to do)
MEANINGS = (
    (("disk is full", "no space left", "file too large", "disk i/o error", "could not extend file"),
     "保存先のディスクがいっぱいか、書き込めません", "空きを作ってから、もう一度送ってください"),
    (("readonly", "read-only", "permission denied"),
     "保存先が読み取り専用です", "書き込めるフォルダーに写してから開き直すか、読み取り専用を外してください"),
    (("not a database", "malformed", "encrypted"),
     "保存ファイルが壊れているか、dxkit の記録ではありません", "別の名前で新しく始め、このファイルは残しておいてください"),
    (("is locked",), "ほかのプログラムが保存ファイルを使い続けています", "ほかのノートブックを閉じて、もう一度試してください"),
    (("unable to open",), "保存ファイルを開けません", "フォルダーがあるか、開く権限があるかを確かめてください"),
    (("connection", "connect", "server closed", "terminating"), "データベースのサーバーとつながりません",
     "サーバーが動いているか、URL（ホスト・名前・パスワード）を確かめて、もう一度送ってください"),
)  # fmt: skip


@dataclass(slots=True, eq=False)
class _Job:
    """An entry on its way to the disk."""

    row: dict[str, Any]
    new: bool = False
    kept: dict[str, Any] | None = None
    error: DBAPIError | None = None


class Keeper:
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
        self.shown = self.url.render_as_string(hide_password=True)
        # SQLite has one writer: waiting in turn is fairer than polling for its lock
        self.turn = RLock() if self.url.get_backend_name() == "sqlite" else nullcontext()
        self._together = self.url.get_backend_name() == "sqlite"
        self._waiting: deque[_Job] = deque(maxlen=None if self._together else 0)
        with self._told():
            self.engine = _engine(self.url)
            self.secret = self._open()
        one = _insert(self.engine, ENTRIES).on_conflict_do_nothing(index_elements=["meeting", "id"])
        self._insertion = one.returning(ENTRIES.c.number)

    def _open(self) -> bytes:
        """Make what is missing; give the meeting's secret."""
        with self.turn:
            if not sa.inspect(self.engine).has_table(ENTRIES.name):
                with self.engine.begin() as connection:
                    _create(connection)
            asked = sa.select(MEETINGS.c.secret).where(MEETINGS.c.meeting == self.meeting)
            with self.engine.connect() as connection:
                found = connection.scalar(asked)
            if found is None:
                row = {"meeting": self.meeting, "secret": secrets.token_hex(SECRET_BYTES)}
                with self.engine.begin() as connection:
                    connection.execute(
                        _insert(self.engine, MEETINGS).values(**row).on_conflict_do_nothing()
                    )
                    found = connection.scalar(asked)
        return bytes.fromhex(str(found))

    def add(self, row: dict[str, Any]) -> tuple[bool, dict[str, Any]]:
        """Write one entry, durable when this returns; an id that is there already adds nothing.

        SQLite waits for the disk once a commit: who comes while another waits goes along in the next commit.

        Returns
        -------
        tuple
            Whether it is new, and the entry as it is kept.
        """
        job = _Job({"meeting": self.meeting, **row})
        self._waiting.append(job)
        with self._told():
            with self.turn:
                if job.kept is None and job.error is None:
                    self._write_waiting(job)
            if job.error is not None:
                raise job.error
        return job.new, dict(job.kept or {})

    def _write_waiting(self, own: "_Job") -> None:
        """Write what waits in one commit; if that fails, one by one, so that each is told of its own trouble only."""
        jobs = [own]
        while self._together and self._waiting and len(jobs) < MOST_TOGETHER:
            job = self._waiting.popleft()
            # one that was answered already is not written behind its sender's back
            jobs += [job] if job is not own and job.kept is None and job.error is None else []
        try:
            self._write(jobs)
        except DBAPIError:
            for job in jobs:
                try:
                    self._write([job])
                except DBAPIError as error:
                    job.error = error

    def _write(self, jobs: "Sequence[_Job]") -> None:
        found: list[tuple[bool, dict[str, Any]]] = []
        with self.engine.begin() as connection:
            for job in jobs:
                number = connection.scalar(self._insertion, job.row)
                found.append(
                    (number is not None, job.row | {"number": number} if number is not None else {})
                )
                if number is None:
                    asked = sa.select(ENTRIES).where(
                        ENTRIES.c.meeting == self.meeting, ENTRIES.c.id == job.row["id"]
                    )
                    found[-1] = False, dict(connection.execute(asked).mappings().one())
        # only now is it on the disk
        for job, (new, kept) in zip(jobs, found, strict=True):
            job.new, job.kept = new, kept

    def entries(self) -> list[dict[str, Any]]:
        """Give all entries of the meeting in their order."""
        asked = (
            sa.select(ENTRIES).where(ENTRIES.c.meeting == self.meeting).order_by(ENTRIES.c.number)
        )
        with self._told(), self.turn, self.engine.connect() as connection:
            return [dict(row) for row in connection.execute(asked).mappings()]

    def count(self, kinds: Sequence[str] = ()) -> int:
        """Count the entries of the meeting, all or those of some kinds; cheap enough to ask every second."""
        asked = (
            sa.select(sa.func.count()).select_from(ENTRIES).where(ENTRIES.c.meeting == self.meeting)
        )
        asked = asked.where(ENTRIES.c.kind.in_(kinds)) if kinds else asked
        with self._told(), self.turn, self.engine.connect() as connection:
            return int(connection.scalar(asked) or 0)

    def seal(self) -> None:
        """Destroy the meeting's secret."""
        gone = sa.update(MEETINGS).where(MEETINGS.c.meeting == self.meeting).values(secret="")
        with self._told(), self.turn, self.engine.begin() as connection:
            connection.execute(gone)
        if self.engine.dialect.name == "sqlite":
            # the log beside the file must not keep it either
            with self._told(), self.turn, self.engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        self.secret = b""

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Say in Japanese what the database's driver said."""
        try:
            yield
        except (DBAPIError, PoolTimeoutError) as error:
            raise StoreError(_meaning(error, self.shown)) from error


def read_url(url: str | Path) -> sa.URL:
    """Read where the store lies; a path means an SQLite file.

    Raises
    ------
    ChoiceError
        If it is neither SQLite nor PostgreSQL.
    MissingExtraError
        If PostgreSQL's driver is not installed.
    """
    text = str(url)
    try:
        found = sa.make_url(text if "://" in text else f"sqlite:///{text}")
    except ArgumentError as error:
        raise ChoiceError(
            f"保存先「{text}」を読めません。例: sqlite:///out/meeting.sqlite"
        ) from error
    kind = found.get_backend_name()
    if kind not in GUARDS:
        raise ChoiceError(
            f"保存先の種類「{kind}」は使えません。sqlite:///… か postgresql://… を指定してください。"
        )
    return found if kind == "sqlite" else _with_driver(found)


def _with_driver(url: sa.URL) -> sa.URL:
    try:
        import psycopg  # noqa: F401, PLC0415 # only who keeps on PostgreSQL needs it
    except ImportError as error:
        raise MissingExtraError(
            "PostgreSQL に保存するには psycopg が要ります: pip install 'dxkit[postgres]'"
        ) from error
    return url.set(drivername="postgresql+psycopg")


def _engine(url: sa.URL) -> sa.Engine:
    if url.get_backend_name() == "postgresql":
        # a server that was restarted is asked again, not given up
        options = {"options": "-c synchronous_commit=on", "connect_timeout": 10}
        return sa.create_engine(url, pool_pre_ping=True, connect_args=options)
    if url.database in (None, "", ":memory:") or str(url.database).startswith("file:"):
        raise ChoiceError(
            f"保存先「{url}」には長く保存できません。sqlite:///out/meeting.sqlite のようにファイルを指定してください。"
        )
    path = Path(str(url.database))
    _make_folder(path.parent)
    if path.exists() and not (_writable(path) and _writable(path.parent)):
        return sa.create_engine(url, creator=lambda: _only_to_read(path))
    engine = sa.create_engine(
        url, connect_args={"timeout": BUSY_MS / 1000, "check_same_thread": False}
    )
    sa.event.listen(engine, "connect", _prepare)
    return engine


def _writable(path: Path) -> bool:
    return os.access(path, os.W_OK, effective_ids=os.access in os.supports_effective_ids)


def _only_to_read(path: Path) -> sqlite3.Connection:
    """Open what may not be written, such as a copy on a DVD: a log beside it that nobody may make is done without."""
    log = path.with_name(f"{path.name}-wal")
    alone = not log.exists() or log.stat().st_size == 0
    where = f"{path.absolute().as_uri()}?mode=ro{'&immutable=1' if alone else ''}"
    return sqlite3.connect(where, uri=True, check_same_thread=False, timeout=BUSY_MS / 1000)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"保存先のフォルダー「{folder}」を作れません: {_said(error)}") from error


def _prepare(connection: Any, _: object) -> None:
    """Set every connection of SQLite to keep a write-ahead log and to wait for the disk."""
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "trusted_schema=OFF",
        "secure_delete=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _create(connection: sa.Connection) -> None:
    METADATA.create_all(connection)
    for guard in GUARDS[connection.dialect.name]:
        connection.exec_driver_sql(guard)


def _insert(engine: sa.Engine, table: sa.Table) -> Any:
    """Give an INSERT that may meet what is there already."""
    return sqlite.insert(table) if engine.dialect.name == "sqlite" else postgresql.insert(table)


def _said(error: BaseException) -> str:
    return str(getattr(error, "orig", None) or error).splitlines()[0]


def _meaning(error: BaseException, place: str) -> str:
    said = str(getattr(error, "orig", None) or error).lower()
    for words, problem, remedy in MEANINGS:
        if any(word in said for word in words):
            return f"保存先「{place}」: {problem} → {remedy}。これまでに保存したものは残っています（{_said(error)}）"
    return f"保存先「{place}」に書き込みか読み取りができません。これまでに保存したものは残っています（{_said(error)}）"
