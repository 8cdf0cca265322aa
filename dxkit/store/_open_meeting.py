"""How are a store's tables and a meeting made once, however many programs open them at a time?

Who makes them holds a lock meanwhile, and makes all of them in one commit: nobody ever sees half.
"""

import secrets
from pathlib import Path

import sqlalchemy as sa

from dxkit.errors import StoreError
from dxkit.store._database_tables import (
    DIGESTS,
    ENTRIES,
    MEETINGS,
    SECRET_BYTES,
    create_tables,
    has_all_triggers,
    lock_tables,
)
from dxkit.store._digest import compute_origin
from dxkit.store._key_file import MARK, SEALED_MARK, destroy_key, read_key, write_key
from dxkit.store._meeting_key import MeetingKey

SECRET_QUERY = sa.select(MEETINGS.c.secret)


def open_meeting(engine: sa.Engine, meeting: str, folder: Path | None) -> MeetingKey:
    """Make the tables, the meeting and its secret where they are missing.

    Parameters
    ----------
    engine, meeting
        The store's, and the meeting's name.
    folder
        Where the secret's file lies; ``None`` for a server, which keeps the secret itself.

    Raises
    ------
    StoreError
        If an earlier version of dxkit made the store.
    """
    if _has_tables(engine):
        _require_current_tables(engine)
    else:
        with engine.begin() as connection:
            lock_tables(connection)
            # another program may have made them while this one waited
            if not sa.inspect(connection).has_table(ENTRIES.name):
                create_tables(connection)
    query = SECRET_QUERY.where(MEETINGS.c.meeting == meeting)
    # who opens a meeting again must get the secret that its votes were hashed with
    with engine.connect() as connection:
        stored = connection.scalar(query)
    if stored is None:
        with engine.begin() as connection:
            lock_tables(connection)
            stored = connection.scalar(query)
            if stored is None:
                stored = _add_meeting(connection, meeting, folder)
    if stored.startswith(SEALED_MARK) and folder is not None:
        # a power cut came between the seal and the end of the secret's file
        destroy_key(folder, stored)
        set_secret(engine, meeting, "")
        stored = ""
    return MeetingKey(_read_secret(stored, folder), stored, folder)


def set_secret(engine: sa.Engine, meeting: str, stored: str) -> None:
    """Write what stands for a meeting's secret."""
    change = sa.update(MEETINGS).where(MEETINGS.c.meeting == meeting).values(secret=stored)
    with engine.begin() as connection:
        connection.execute(change)


def has_protection(engine: sa.Engine) -> bool:
    """Check that the triggers are there which keep entries from being changed."""
    with engine.connect() as connection:
        return has_all_triggers(connection)


def _has_tables(engine: sa.Engine) -> bool:
    return sa.inspect(engine).has_table(ENTRIES.name)


def _require_current_tables(engine: sa.Engine) -> None:
    columns = {column["name"] for column in sa.inspect(engine).get_columns(ENTRIES.name)}
    if "voter" not in columns:
        raise StoreError(
            f"保存先「{engine.url.render_as_string(hide_password=True)}」は、"
            "前の版の dxkit の記録です → 前の版で開いて export で書き出し、"
            "新しい会議は別の名前で始めてください。"
        )


def _add_meeting(connection: sa.Connection, meeting: str, folder: Path | None) -> str:
    """Write a meeting with what stands for its secret, and the digest of no entries."""
    # the file is on the disk before the store names it; a crash between leaves one that is unused
    stored = secrets.token_hex(SECRET_BYTES) if folder is None else write_key(folder)[1]
    connection.execute(sa.insert(MEETINGS), {"meeting": meeting, "secret": stored})
    # where a digest stands already the meeting was taken away: it stays and tells so
    is_known = connection.scalar(sa.select(DIGESTS.c.digest).where(DIGESTS.c.meeting == meeting))
    if is_known is None:
        origin = compute_origin(meeting, stored)
        row = {"meeting": meeting, "origin": origin, "digest": origin, "entries": 0}
        connection.execute(sa.insert(DIGESTS), row)
    return stored


def _read_secret(stored: str, folder: Path | None) -> bytearray:
    """Read the secret that stands in the store (a server's, an earlier version's) or beside it."""
    if stored.startswith(MARK) and folder is not None:
        return read_key(folder, stored)
    try:
        return bytearray.fromhex(stored)
    except ValueError:
        # a damaged one still hashes, and the digest tells that it is not the meeting's
        return bytearray(stored.encode())
