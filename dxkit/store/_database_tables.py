"""Which tables does a store have, and what keeps an entry from being changed?

One table of entries that only grows: triggers refuse every change, and each id is there once. The
running digest of the entries (see `dxkit.store._digest`) stands in a table of its own, and no vote
or card repeats a value of it.
"""

import sqlalchemy as sa

SECRET_BYTES = 32
# hexadecimal digits of a SHA-256
DIGEST_LENGTH = 64
# PostgreSQL: who makes the tables holds this lock ("dxkit" in ASCII)
TABLES_LOCK = 0x64786B6974
METADATA = sa.MetaData()
MEETINGS = sa.Table(
    "dxkit_meetings",
    METADATA,
    sa.Column("meeting", sa.String(200), primary_key=True),
    # a file's: a mark and the fingerprint of the secret, which lies beside it (see
    # `dxkit.store._key_file`); a server's: the secret, two hexadecimal digits a byte; empty once
    # the meeting is sealed
    sa.Column("secret", sa.String(1 + 2 * SECRET_BYTES), nullable=False),
)
DIGESTS = sa.Table(
    "dxkit_digests",
    METADATA,
    sa.Column("meeting", sa.String(200), primary_key=True),
    # the digest of no entries: it holds the meeting's name and a hash of its secret
    sa.Column("origin", sa.String(DIGEST_LENGTH), nullable=False),
    # the digest of all entries, and how many there are
    sa.Column("digest", sa.String(DIGEST_LENGTH), nullable=False),
    sa.Column("entries", sa.Integer, nullable=False),
)
ENTRIES = sa.Table(
    "dxkit_entries",
    METADATA,
    # SQLite numbers rows by itself only in an INTEGER column, not in a BIGINT
    sa.Column(
        "number",
        sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
        primary_key=True,
        autoincrement=True,
    ),
    sa.Column("meeting", sa.String(200), nullable=False),
    sa.Column("id", sa.String(100), nullable=False),
    sa.Column("kind", sa.String(10), nullable=False),
    # who may replace or undo this entry, and for a vote whose it is, under the meeting's secret:
    # see `dxkit.store._pseudonyms`
    sa.Column("author", sa.String(64), nullable=False),
    sa.Column("voter", sa.String(64), nullable=False),
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
# what a meeting is prepared with and ends with: see `dxkit.store._meeting_rows`; nothing of votes
MEETING_ROWS = sa.Table(
    "dxkit_meeting_rows",
    METADATA,
    sa.Column(
        "number",
        sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
        primary_key=True,
        autoincrement=True,
    ),
    sa.Column("meeting", sa.String(200), nullable=False),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("key", sa.Text, nullable=False),
    # JSON
    sa.Column("content", sa.Text, nullable=False),
    # 1 for what is invented
    sa.Column("made", sa.Integer, nullable=False),
    # in which order the rows of a kind are listed
    sa.Column("place", sa.Integer, nullable=False),
    sa.UniqueConstraint("meeting", "kind", "key"),
)
APPEND_ONLY = "entries are never changed"
_REFUSE = f"BEGIN SELECT RAISE(ABORT, '{APPEND_ONLY}'); END"
# kind of database → name of the trigger → statement that makes it
TRIGGERS = {
    "sqlite": {
        "dxkit_no_update": f"BEFORE UPDATE ON dxkit_entries {_REFUSE}",
        "dxkit_no_delete": f"BEFORE DELETE ON dxkit_entries {_REFUSE}",
        # INSERT OR REPLACE deletes without asking the trigger above
        "dxkit_no_replace": "BEFORE INSERT ON dxkit_entries WHEN EXISTS "  # noqa: S608 # constant
        "(SELECT 1 FROM dxkit_entries WHERE number = NEW.number "
        f"OR (meeting = NEW.meeting AND id = NEW.id)) {_REFUSE}",
    },
    "postgresql": {
        "dxkit_no_change": "BEFORE UPDATE OR DELETE ON dxkit_entries "
        "FOR EACH ROW EXECUTE FUNCTION dxkit_refuse()",
        "dxkit_no_truncate": "BEFORE TRUNCATE ON dxkit_entries "
        "FOR EACH STATEMENT EXECUTE FUNCTION dxkit_refuse()",
    },
}
REFUSING_FUNCTION = (
    "CREATE OR REPLACE FUNCTION dxkit_refuse() RETURNS trigger AS $$ "
    f"BEGIN RAISE EXCEPTION '{APPEND_ONLY}'; END $$ LANGUAGE plpgsql"
)
TRIGGER_QUERIES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    # an own database may hold one that was switched off
    "postgresql": "SELECT tgname FROM pg_trigger "
    "WHERE tgrelid = 'dxkit_entries'::regclass AND tgenabled <> 'D'",
}


def lock_tables(connection: sa.Connection) -> None:
    """Wait until no other program makes tables or meetings, and keep others waiting."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({TABLES_LOCK})")


def create_tables(connection: sa.Connection) -> None:
    """Create the tables and their triggers."""
    METADATA.create_all(connection)
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(REFUSING_FUNCTION)
    for name, body in TRIGGERS[connection.dialect.name].items():
        connection.exec_driver_sql(f"CREATE TRIGGER {name} {body}")


def lift_triggers(connection: sa.Connection) -> None:
    """Let entries be changed within a commit that ends with `restore_triggers`."""
    if connection.dialect.name == "sqlite":
        for name in TRIGGERS["sqlite"]:
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")
    else:
        connection.exec_driver_sql("ALTER TABLE dxkit_entries DISABLE TRIGGER USER")


def restore_triggers(connection: sa.Connection) -> None:
    """Keep entries from being changed again."""
    if connection.dialect.name == "sqlite":
        for name, body in TRIGGERS["sqlite"].items():
            connection.exec_driver_sql(f"CREATE TRIGGER {name} {body}")
    else:
        connection.exec_driver_sql("ALTER TABLE dxkit_entries ENABLE TRIGGER USER")


def has_all_triggers(connection: sa.Connection) -> bool:
    """Check that nobody has taken away what keeps entries from being changed."""
    kind = connection.dialect.name
    names = set(connection.scalars(sa.text(TRIGGER_QUERIES[kind])))
    return set(TRIGGERS[kind]) <= names
