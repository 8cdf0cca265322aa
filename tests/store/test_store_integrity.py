"""What was written is not changed: the database refuses it, and a digest notices it all the same."""

import contextlib
import hashlib
import json
import multiprocessing
import random
import shutil
import sqlite3
import warnings
from collections import Counter

import pytest
import sqlalchemy as sa

from dxkit.errors import StoreError, TableWarning
from dxkit.store import Session

CHANGED = "書いたときのものと違います"
COLUMNS = (
    '"number", meeting, id, kind, author, voter, item, value, text, "group", title, target, at'
)


def _engine(url):
    """The database behind a store, as another program opens it."""
    return sa.create_engine(str(url).replace("postgresql://", "postgresql+psycopg://"))


def _execute(url, *statements):
    with _engine(url).begin() as connection:
        for statement in statements:
            connection.execute(sa.text(statement))


def _hold_meeting(session):
    """A small meeting in which everything happens once."""
    for client, value in zip("abcd", (2, 1, -1, -2), strict=True):
        session.vote(item="共同調達", value=value, client=client, id=f"v{client}")
    card = session.note(text="人が足りない", group="A", client="a", id="card")
    session.arrange(card.id, group="B", title="人材", id="moved")
    session.choose(item="次", option="物流", client="a", id="choice")
    session.undo("vd", client="d", id="undone")


def _read_all(session):
    tables = (session.results(), session.notes(), session.choices(), session.history())
    return [table.to_csv() for table in tables]


CHANGES = (
    "UPDATE dxkit_entries SET value = 2 WHERE id = 'vc'",
    "UPDATE dxkit_entries SET text = '人は足りる' WHERE id = 'card'",
    "DELETE FROM dxkit_entries WHERE id = 'vc'",
    "DELETE FROM dxkit_entries",
)
REPLACEMENTS = (
    # by its number, and by its id: both would delete what was there
    f"""INSERT OR REPLACE INTO dxkit_entries ({COLUMNS}) VALUES
        (1, 'meeting', 'other', 'vote', 'x', 'x', '共同調達', -2, '', '', '', '', '')""",
    f"""REPLACE INTO dxkit_entries ({COLUMNS}) VALUES
        (NULL, 'meeting', 'va', 'vote', 'x', 'x', '共同調達', -2, '', '', '', '', '')""",
    f"""INSERT OR IGNORE INTO dxkit_entries ({COLUMNS}) VALUES
        (NULL, 'meeting', 'va', 'vote', 'x', 'x', '共同調達', -2, '', '', '', '', '')""",
    f"""INSERT INTO dxkit_entries ({COLUMNS}) VALUES
        (NULL, 'meeting', 'va', 'vote', 'x', 'x', '共同調達', -2, '', '', '', '', '')
        ON CONFLICT (meeting, id) DO UPDATE SET value = -2""",
)


def test_the_database_itself_refuses_to_change_or_drop_an_entry(session, url):
    _hold_meeting(session)
    before = _read_all(session)
    kind = url.partition(":")[0]
    more = REPLACEMENTS if kind == "sqlite" else ("TRUNCATE dxkit_entries",)
    for statement in (*CHANGES, *more):
        with pytest.raises(sa.exc.DBAPIError, match="entries are never changed"):
            _execute(url, statement)
    assert _read_all(session) == before
    assert session.digest().intact


def _take_triggers_away(url):
    if url.startswith("sqlite"):
        return [f"DROP TRIGGER dxkit_no_{act}" for act in ("update", "delete", "replace")]
    return [f"DROP TRIGGER dxkit_no_{act} ON dxkit_entries" for act in ("change", "truncate")]


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_without_the_triggers_is_noticed_at_once_and_when_opened_again(
    session, url, change
):
    _hold_meeting(session)
    _execute(url, *_take_triggers_away(url), change)
    assert not session.digest().intact
    with pytest.warns(TableWarning, match=CHANGED):
        session.results()
    with pytest.warns(TableWarning, match=CHANGED) as caught, Session(url):
        pass
    # garbage of the driver's own may warn as well
    ours = [warning for warning in caught if warning.category is TableWarning]
    assert [warning.filename for warning in ours] == [__file__]


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM dxkit_digests",
        "UPDATE dxkit_digests SET entries = entries - 1",
        "UPDATE dxkit_digests SET origin = digest",
        "UPDATE dxkit_meetings SET secret = '00' || substr(secret, 3)",
        "DELETE FROM dxkit_meetings",
        f"""INSERT INTO dxkit_entries ({COLUMNS}) VALUES
            (99, 'meeting', 'stuffed', 'vote', 'x', 'x', '共同調達', 2, '', '', '', '', '')""",
    ],
)
def test_a_stuffed_ballot_and_a_changed_digest_or_secret_are_noticed(session, url, change):
    _hold_meeting(session)
    session.close()
    _execute(url, change)
    with pytest.warns(TableWarning, match=CHANGED), Session(url) as again:
        assert not again.digest().intact


def test_triggers_that_were_only_taken_away_are_missed(session, url):
    _hold_meeting(session)
    _execute(url, *_take_triggers_away(url))
    with pytest.warns(TableWarning, match="仕掛けが外されています。照合値は合っています"):
        Session(url).close()


def test_nothing_is_written_into_a_store_whose_digest_is_gone(session, url):
    _hold_meeting(session)
    _execute(url, "DELETE FROM dxkit_digests")
    with pytest.raises(StoreError, match="照合値が消されていて"):
        session.note(text="x")


def _digest_by_hand(url):
    """The digest as `dxkit.store` describes it, computed without dxkit."""

    def link(*parts):
        text = json.dumps(parts, ensure_ascii=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    with _engine(url).connect() as connection:
        secret = connection.scalar(sa.text("SELECT secret FROM dxkit_meetings"))
        rows = connection.execute(sa.text(f"SELECT {COLUMNS} FROM dxkit_entries ORDER BY 1")).all()
    digest = link("dxkit", "meeting", hashlib.sha256(secret.encode()).hexdigest())
    for row in rows:
        digest = link(digest, list(row))
    return digest


def test_the_digest_is_the_one_that_anybody_can_compute_and_moves_with_every_entry(session, url):
    digests = [session.digest()]
    for text in "abc":
        session.note(text=text)
        digests.append(session.digest())
        assert digests[-1].digest == _digest_by_hand(url)
    assert [digest.entries for digest in digests] == [0, 1, 2, 3]
    assert len({digest.digest for digest in digests}) == 4
    assert str(digests[-1]).split() == [digests[-1].digest[i : i + 4] for i in range(0, 64, 4)]


def test_who_also_writes_a_new_digest_is_found_out_by_the_one_that_was_printed(session, url):
    _hold_meeting(session)
    printed = session.digest()
    _execute(url, *_take_triggers_away(url), CHANGES[0])
    _execute(url, f"UPDATE dxkit_digests SET digest = '{_digest_by_hand(url)}'")
    forged = session.digest()
    assert forged.intact
    assert forged.digest != printed.digest


def test_an_entry_sent_twice_moves_the_digest_once(session):
    session.note(text="x", id="t")
    before = session.digest()
    session.note(text="x", id="t")
    assert session.digest() == before


def _long_values(row):
    """What a row holds that could tell it from others: no item, scale, text, kind or minute."""
    named = dict(zip(COLUMNS.replace('"', "").split(", "), row, strict=True))
    return {named[name] for name in ("number", "id", "author", "voter", "target")} - {"", None}


def test_no_vote_or_card_repeats_a_value_of_another_row_or_table(session, url):
    for client in "ab":
        for item in ("共同調達", "研修"):
            session.vote(item=item, value=2, client=client)
        for text in ("一枚目", "二枚目"):
            session.note(text=text, client=client)
        session.choose(item="共同調達", option="物流", client=client)
    with _engine(url).connect() as connection:
        rows = connection.execute(sa.text(f"SELECT {COLUMNS} FROM dxkit_entries")).all()
        others = {
            value
            for table in ("dxkit_meetings", "dxkit_digests")
            for row in connection.execute(sa.text(f"SELECT * FROM {table}")).all()
            for value in row
        }
    values = [_long_values(row) for row in rows]
    assert all(len(row) >= 3 for row in values)
    for position, row in enumerate(values):
        assert not row & (others - {"meeting", len(rows)})
        assert not any(row & other for other in values[:position])


def test_a_clients_undos_lead_from_none_of_its_entries_to_another(session, url):
    vote = session.vote(item="共同調達", value=2, client="a")
    card = session.note(text="人が足りない", client="a")
    for entry in (vote, card):
        session.undo(entry.id, client="a")
    with _engine(url).connect() as connection:
        rows = connection.execute(sa.text(f"SELECT {COLUMNS} FROM dxkit_entries")).all()
    # an undo names what it undoes; nothing else do two rows share
    shared = [
        left & right
        for at, left in enumerate(map(_long_values, rows))
        for right in list(map(_long_values, rows))[:at]
    ]
    assert sorted(filter(None, shared), key=str) == sorted(({vote.id}, {card.id}), key=str)


def _flip(content, position):
    damaged = bytearray(content)
    damaged[position // 8] ^= 1 << position % 8
    return bytes(damaged)


def test_a_flipped_bit_changes_nothing_that_is_read_or_is_said(tmp_path):
    original = tmp_path / "m.sqlite"
    with Session(original) as session:
        _hold_meeting(session)
        whole, key = _read_all(session), session.key("room")
    content = original.read_bytes()
    assert not original.with_name("m.sqlite-wal").exists()
    # every kind of place: what holds entries, the heads of pages, the schema
    chance = random.Random(1)
    written = [at for at, byte in enumerate(content) if byte]
    positions = [8 * at + chance.randrange(8) for at in chance.sample(written, 250)]
    outcomes = Counter()
    for position in positions:
        path = tmp_path / "flipped.sqlite"
        for file in tmp_path.glob("flipped*"):
            file.unlink()
        path.write_bytes(_flip(content, position))
        outcomes[_read_flipped(path, whole, key)] += 1
    assert (outcomes["a lie"], outcomes["a riddle"]) == (0, 0)
    assert outcomes["noticed"] > 50
    assert outcomes["refused"] > 5


def _read_flipped(path, whole, key):
    """Read a damaged store: what is read without a word must be what was written."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            with Session(path) as session:
                read = _read_all(session), session.key("room")
                is_intact = session.digest().intact
        except StoreError as error:
            return "refused" if "flipped.sqlite" in str(error) else "a riddle"
    if [warning for warning in caught if CHANGED in str(warning.message)]:
        return "noticed"
    return "same" if is_intact and read == (whole, key) else "a lie"


def _open_and_write(urls, barrier, client):
    for url in urls:
        barrier.wait(60)
        with Session(url) as session:
            for at in range(5):
                session.vote(item="x", value=1, client=f"{client}/{at}", id=f"{client}/{at}")


def test_a_fresh_store_is_opened_by_three_processes_at_once(url):
    urls = [f"{url}{number or ''}" for number in range(8 if url.startswith("sqlite") else 1)]
    spawn = multiprocessing.get_context("spawn")
    barrier = spawn.Barrier(3)
    others = [
        spawn.Process(target=_open_and_write, args=(urls, barrier, f"p{at}")) for at in range(3)
    ]
    for other in others:
        other.start()
    for other in others:
        other.join(120)
    assert [other.exitcode for other in others] == [0, 0, 0]
    for address in urls:
        with Session(address) as session:
            assert session.results()["votes"].tolist() == [15]
            assert session.digest()[1:] == (15, True)
            # one secret: every process hashes a client alike
            session.vote(item="x", value=2, client="p0/0")
            assert session.results()["votes"].tolist() == [15]


def test_a_copy_with_its_log_made_during_the_meeting_is_the_whole_store(tmp_path):
    with Session(tmp_path / "m.sqlite") as session:
        _hold_meeting(session)
        for name in ("m.sqlite", "m.sqlite-wal"):
            shutil.copy(tmp_path / name, tmp_path / name.replace("m.", "copy."))
        with Session(tmp_path / "copy.sqlite") as copy:
            assert _read_all(copy) == _read_all(session)
            assert copy.digest() == session.digest()


def test_a_store_of_an_earlier_version_is_refused_by_name_and_left_alone(tmp_path):
    path = tmp_path / "old.sqlite"
    with contextlib.closing(sqlite3.connect(path)) as base:
        base.execute("CREATE TABLE dxkit_entries (number INTEGER PRIMARY KEY, meeting, id, kind)")
        base.commit()
    content = path.read_bytes()
    with pytest.raises(StoreError, match=r"old\.sqlite.*前の版の dxkit の記録"):
        Session(path)
    with contextlib.closing(sqlite3.connect(path)) as base:
        names = [name for (name,) in base.execute("SELECT name FROM sqlite_master")]
    assert names == ["dxkit_entries"]
    assert len(path.read_bytes()) == len(content)
