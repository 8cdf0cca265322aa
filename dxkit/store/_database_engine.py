"""How is a store's database opened, so that a commit has reached the disk when it returns?

SQLite keeps a write-ahead log and waits for the disk at every commit (``synchronous=FULL``:
https://www.sqlite.org/pragma.html#pragma_synchronous); PostgreSQL runs with
``synchronous_commit=on``. A write-ahead log needs a local disk: not a shared folder of a file
server.
"""

import os
import re
import sqlite3
import time
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, OperationalError

from dxkit.errors import ChoiceError, MissingExtraError, StoreError, shorten
from dxkit.store._database_messages import shorten_driver_message
from dxkit.store._database_tables import TRIGGERS

# how long a write waits for another program's lock before it is refused
BUSY_TIMEOUT_MS = 30_000
CONNECT_TIMEOUT_S = 10
# how long the end of a meeting waits for other programs that read the file
ERASE_TIMEOUT_MS = 2_000
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "trusted_schema=OFF", "secure_delete=ON")
# between two tries to start the write-ahead log of a new file
RETRY_S = 0.02
SQLITE_URL = re.compile(r"(sqlite(?:\+\w+)?):///(.*)", re.DOTALL)


def read_url(url: str | Path) -> sa.URL:
    """Read where the store lies; a path means an SQLite file.

    Raises
    ------
    ChoiceError
        If it is neither SQLite nor PostgreSQL.
    MissingExtraError
        If PostgreSQL's driver is not installed.
    """
    if not isinstance(url, str | Path):
        raise ChoiceError(f"保存先「{shorten(url)}」を読めません。例: sqlite:///out/meeting.sqlite")
    text = str(url)
    # whoever writes a path means a file
    path = SQLITE_URL.fullmatch(text if "://" in text else f"sqlite:///{text}")
    if path is not None:
        # a file's name may hold what has a meaning in other addresses: % ? #
        driver, file = path.groups()
        return sa.URL.create(driver, database=_check_path(file))
    try:
        parsed = sa.make_url(text)
    except ArgumentError as error:
        raise ChoiceError(
            f"保存先「{shorten(text)}」を読めません。例: sqlite:///out/meeting.sqlite"
        ) from error
    kind = parsed.get_backend_name()
    if kind not in TRIGGERS:
        raise ChoiceError(
            f"保存先の種類「{kind}」は使えません。"
            "sqlite:///… か postgresql://… を指定してください。"
        )
    return parsed if kind == "sqlite" else _set_postgres_driver(parsed)


def create_engine(url: sa.URL) -> sa.Engine:
    """Create the engine of a store; a file that may not be written is opened for reading.

    Raises
    ------
    ChoiceError
        If what is entered would be lost with the program.
    StoreError
        If the folder cannot be made.
    """
    if url.get_backend_name() == "postgresql":
        options = {
            "options": "-c synchronous_commit=on",
            "connect_timeout": CONNECT_TIMEOUT_S,
        }
        # a connection that a restarted server has cut is noticed before it is used
        return sa.create_engine(url, pool_pre_ping=True, connect_args=options)
    # what is entered must outlive the program
    if url.database in (None, "", ":memory:") or str(url.database).startswith("file:"):
        raise ChoiceError(
            f"保存先「{url}」には長く保存できません。"
            "sqlite:///out/meeting.sqlite のようにファイルを指定してください。"
        )
    path = Path(str(url.database))
    _make_folder(path.parent)
    if _is_there(path) and not (_is_writable(path) and _is_writable(path.parent)):
        return sa.create_engine(url, creator=lambda: _connect_to_read(path))
    options = {"timeout": BUSY_TIMEOUT_MS / 1000, "check_same_thread": False}
    engine = sa.create_engine(url, connect_args=options)
    sa.event.listen(engine, "connect", _set_pragmas)
    return engine


def empty_log(connection: sa.Connection) -> bool:
    """Write an SQLite file anew and empty its log; ``False`` if somebody else is reading."""
    connection.exec_driver_sql(f"PRAGMA busy_timeout={ERASE_TIMEOUT_MS}")
    try:
        connection.exec_driver_sql("VACUUM")
        busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").first()
    except OperationalError as error:
        if "locked" in str(error):
            return False
        raise
    return busy is not None and int(busy[0]) == 0


def _check_path(path: str) -> str:
    """Refuse a path that no file can have.

    Raises
    ------
    ChoiceError
    """
    try:
        has_nul = b"\0" in os.fsencode(path)
    except UnicodeEncodeError:
        # half of a letter, as broken tables hold them
        has_nul = True
    if has_nul:
        raise ChoiceError(
            f"保存先「{shorten(path)}」に、ファイル名に使えない文字（NUL か壊れた文字）があります。"
            "取り除いてください。"
        )
    return path


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError as error:
        detail = error.strerror or shorten_driver_message(error)
        raise StoreError(
            f"保存先「{shorten(path.name)}」を開けません（{detail}）。短い名前にしてください。"
        ) from error


def _set_postgres_driver(url: sa.URL) -> sa.URL:
    try:
        import psycopg  # noqa: F401, PLC0415 # only who keeps on PostgreSQL needs it
    except ImportError as error:
        raise MissingExtraError(
            "PostgreSQL に保存するには psycopg が要ります: pip install 'dxkit[postgres]'"
        ) from error
    return url.set(drivername="postgresql+psycopg")


def _is_writable(path: Path) -> bool:
    # the effective user counts where the system can tell it apart
    return os.access(path, os.W_OK, effective_ids=os.access in os.supports_effective_ids)


def _connect_to_read(path: Path) -> sqlite3.Connection:
    """Connect to a file that may not be written, such as a copy on a DVD."""
    log = path.with_name(f"{path.name}-wal")
    # without a log that holds anything, the file alone is the store; the log that SQLite would
    # make beside it may not be written
    is_complete = not log.exists() or log.stat().st_size == 0
    query = "mode=ro&immutable=1" if is_complete else "mode=ro"
    uri = f"{path.absolute().as_uri()}?{query}"
    timeout_s = BUSY_TIMEOUT_MS / 1000
    return sqlite3.connect(uri, uri=True, check_same_thread=False, timeout=timeout_s)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        detail = error.strerror or shorten_driver_message(error)
        raise StoreError(
            f"保存先のフォルダー「{shorten(folder)}」を作れません: {detail}"
        ) from error


def _set_pragmas(connection: Any, _: object) -> None:
    """Set a new connection of SQLite to keep a write-ahead log and to wait for the disk."""
    cursor = connection.cursor()
    end = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    for pragma in PRAGMAS:
        while True:
            try:
                cursor.execute(f"PRAGMA {pragma}")
                break
            except sqlite3.OperationalError as error:
                # SQLite does not wait for its lock while another program starts the log of a new
                # file: https://www.sqlite.org/wal.html, "Sometimes Queries Return SQLITE_BUSY"
                if "locked" not in str(error) or time.monotonic() > end:
                    raise
                time.sleep(RETRY_S)
    cursor.close()
