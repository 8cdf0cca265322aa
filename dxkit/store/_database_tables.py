"""Which tables does a store have, and what keeps an entry from being changed?

One table of entries that only grows: triggers refuse changes, and each id is there once.
"""

import sqlalchemy as sa

SECRET_BYTES = 32
METADATA = sa.MetaData()
MEETINGS = sa.Table(
    "dxkit_meetings",
    METADATA,
    sa.Column("meeting", sa.String(200), primary_key=True),
    # hexadecimal, two digits a byte; empty once the meeting is sealed
    sa.Column("secret", sa.String(2 * SECRET_BYTES), nullable=False),
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
# kind of database → statements that make the triggers
TRIGGERS = {
    "sqlite": tuple(
        f"CREATE TRIGGER IF NOT EXISTS dxkit_no_{action} BEFORE {action.upper()} ON dxkit_entries "
        f"BEGIN SELECT RAISE(ABORT, '{APPEND_ONLY}'); END"
        for action in ("update", "delete")
    ),
    "postgresql": (
        "CREATE OR REPLACE FUNCTION dxkit_refuse() RETURNS trigger AS $$ "
        f"BEGIN RAISE EXCEPTION '{APPEND_ONLY}'; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER dxkit_no_change BEFORE UPDATE OR DELETE ON dxkit_entries "
        "FOR EACH ROW EXECUTE FUNCTION dxkit_refuse()",
    ),
}


def create_tables(connection: sa.Connection) -> None:
    """Create the tables and their triggers."""
    METADATA.create_all(connection)
    for trigger in TRIGGERS[connection.dialect.name]:
        connection.exec_driver_sql(trigger)
