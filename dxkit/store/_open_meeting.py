"""How are a store's tables and a meeting made once, however many programs open them at a time?

Who makes them holds a lock meanwhile, and makes all of them in one commit: nobody ever sees half.
"""

import secrets

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

SECRET_QUERY = sa.select(MEETINGS.c.secret)


def open_meeting(engine: sa.Engine, meeting: str) -> bytes:
    """Make the tables, the meeting and its secret where they are missing; return the secret.

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
        secret = connection.scalar(query)
    if secret is None:
        with engine.begin() as connection:
            lock_tables(connection)
            secret = connection.scalar(query)
            if secret is None:
                secret = _add_meeting(connection, meeting)
    return _read_secret(str(secret))


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


def _add_meeting(connection: sa.Connection, meeting: str) -> str:
    """Write a meeting with a secret of its own, and the digest of no entries."""
    secret = secrets.token_hex(SECRET_BYTES)
    connection.execute(sa.insert(MEETINGS), {"meeting": meeting, "secret": secret})
    # where a digest stands already the meeting was taken away: it stays and tells so
    is_known = connection.scalar(sa.select(DIGESTS.c.digest).where(DIGESTS.c.meeting == meeting))
    if is_known is None:
        origin = compute_origin(meeting, secret)
        row = {"meeting": meeting, "origin": origin, "digest": origin, "entries": 0}
        connection.execute(sa.insert(DIGESTS), row)
    return secret


def _read_secret(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        # a damaged one still hashes, and the digest tells that it is not the meeting's
        return text.encode()
