"""A full disk, a read-only file and a damaged one are explained, and what was stored is kept."""

import contextlib
import os
import shutil
import sqlite3
import sys
import tempfile
import threading
from pathlib import Path

import pytest

from dxkit.errors import StoreError
from dxkit.store import Session

NOBODY = 65534


@contextlib.contextmanager
def _no_file_larger_than(size):
    """As if the disk were full at this size: the system itself refuses to write on."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def _fill(session, most=5000):
    """Write long cards until nothing fits any more; give those that were acknowledged."""
    kept = []
    with pytest.raises(StoreError, match=r"ディスクがいっぱい.*残っています"):
        kept.extend(session.note(text=f"{at:04d}" + "あ" * 900).id for at in range(most))
    return kept


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit of a file's size")
def test_a_write_that_no_longer_fits_is_refused_and_all_before_it_kept(tmp_path):
    with Session(tmp_path / "m.sqlite") as session:
        session.vote(item="x", value=2, client="a")
        with _no_file_larger_than(400_000):
            kept = _fill(session)
            assert session.notes()["id"].tolist() == kept
        assert len(kept) > 10
        # when there is room again the same session goes on
        kept.append(session.note(text="空いた").id)
    with Session(tmp_path / "m.sqlite") as again:
        assert again.notes()["id"].tolist() == kept
        assert again.results()["votes"].tolist() == [1]


def _stuffed(folder):
    """Fill a disk to the last byte; give the file to delete when there shall be room again."""
    ballast = folder / "ballast"
    for size in (2**16, 512):
        with contextlib.suppress(OSError), ballast.open("ab", buffering=0) as file:
            while True:
                file.write(b"x" * size)
    return ballast


def test_a_disk_that_is_full_keeps_everything_and_the_phones_are_told(small_disk):
    from rooms import Phone

    from dxkit.widgets.room import Room

    with Session(small_disk / "m.sqlite") as session, Room(session, ["x"]) as room:
        phone = Phone(room.port, room.code)
        assert phone.vote("x", 1, "a" * 12)[0] == 200
        ballast = _stuffed(small_disk)
        refused = [
            phone.ask("POST", "/note", {"text": "い" * 1000, "id": f"b{at:012d}"})
            for at in range(30)
        ]
        assert (507, {"error": "保存できませんでした。係の人に知らせてください。"}) in refused
        kept = _fill(session)
        ballast.unlink()
        acknowledged = sum(status == 200 for status, _ in refused)
        assert len(session.notes()) == len(kept) + acknowledged
        assert session.results()["votes"].tolist() == [1]
        assert phone.vote("x", 2, "c" * 12)[0] == 200


def test_a_postgresql_whose_disk_is_full_keeps_everything(postgres, small_disk):
    import psycopg

    if os.geteuid() == 0:
        shutil.chown(small_disk, "postgres", "postgres")
    with psycopg.connect(f"{postgres}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE TABLESPACE small LOCATION '{small_disk}'")
        connection.execute("CREATE DATABASE tight TABLESPACE small")
        with Session(f"{postgres}/tight") as session:
            session.vote(item="x", value=2, client="a")
            ballast = _stuffed(small_disk)
            kept = _fill(session)
            assert session.notes()["id"].tolist() == kept
            ballast.unlink()
            session.vote(item="x", value=1, client="b")
            assert session.results()["votes"].tolist() == [2]
        connection.execute("DROP DATABASE tight WITH (FORCE)")
        connection.execute("DROP TABLESPACE small")


@pytest.mark.skipif(sys.platform == "win32", reason="permissions are another matter on Windows")
@pytest.mark.parametrize("folder_too", [False, True])
def test_a_read_only_file_is_shown_and_refuses_what_is_new(folder_too):
    folder = Path(tempfile.mkdtemp())
    path = folder / "m.sqlite"
    try:
        with Session(path) as session:
            _vote_alike(session, 2)
        path.chmod(0o444)
        folder.chmod(0o555 if folder_too else 0o777)
        with _as_nobody(), Session(path) as session:
            assert session.results()["mean"].tolist() == [2]
            with pytest.raises(
                StoreError, match=r"読み取り専用.*書き込めるフォルダー.*残っています"
            ):
                session.vote(item="x", value=-2, client="a")
            assert session.results()["mean"].tolist() == [2]
        folder.chmod(0o755)
        path.chmod(0o644)
        with Session(path) as session:
            _vote_alike(session, -2)
            assert session.results()["mean"].tolist() == [-2]
    finally:
        folder.chmod(0o755)
        shutil.rmtree(folder)


def _vote_alike(session, value):
    """Three voters, of whom the mean may be shown."""
    for client in "abc":
        session.vote(item="x", value=value, client=client)


@contextlib.contextmanager
def _as_nobody():
    """Root may write anything: for a while be somebody who may not."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_read_only_postgresql_is_told_alike(postgres):
    import psycopg

    with psycopg.connect(f"{postgres}/postgres", autocommit=True) as connection:
        connection.execute("CREATE DATABASE shelf")
    with Session(f"{postgres}/shelf") as session:
        _vote_alike(session, 2)
    with psycopg.connect(f"{postgres}/postgres", autocommit=True) as connection:
        connection.execute("ALTER DATABASE shelf SET default_transaction_read_only = on")
    with Session(f"{postgres}/shelf") as session:
        with pytest.raises(StoreError, match="読み取り専用"):
            session.vote(item="x", value=-2, client="a")
        assert session.results()["mean"].tolist() == [2]


def test_a_store_goes_on_when_postgresql_was_cut_off(postgres):
    import psycopg

    with psycopg.connect(f"{postgres}/postgres", autocommit=True) as connection:
        connection.execute("CREATE DATABASE cut")
        with Session(f"{postgres}/cut") as session:
            session.vote(item="x", value=2, client="a")
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'cut'"
            )
            session.vote(item="x", value=1, client="b")
            assert session.results()["votes"].tolist() == [2]


@pytest.mark.parametrize(
    "content", [b"not a database at all" * 100, "会議の記録.xlsx".encode() * 200]
)
def test_a_file_that_is_no_store_is_named_and_left_alone(tmp_path, content):
    path = tmp_path / "m.sqlite"
    path.write_bytes(content)
    with pytest.raises(StoreError, match=r"m\.sqlite.*壊れているか"):
        Session(path)
    assert path.read_bytes() == content


def test_a_folder_in_place_of_the_file_is_named(tmp_path):
    with pytest.raises(StoreError, match="開けません"):
        Session(tmp_path)


def test_a_store_that_another_program_holds_is_said_to_be_held(tmp_path, monkeypatch):
    monkeypatch.setattr("dxkit.store._database_engine.BUSY_TIMEOUT_MS", 100)
    with Session(tmp_path / "m.sqlite") as session:
        other = sqlite3.connect(tmp_path / "m.sqlite", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="ほかのプログラム"):
            session.vote(item="x", value=2, client="a")
        other.execute("ROLLBACK")
        other.close()
        session.vote(item="x", value=2, client="a")
        assert session.count() == 1


def test_an_entry_that_cannot_be_kept_does_not_take_down_those_that_went_along_with_it(
    tmp_path, monkeypatch
):
    batches = []

    def write_when_all_wait(database, entry):
        """Let the first writer wait until the others wait for it, so that one commit takes all."""
        while not batches and len(database._queue) < 5:
            threading.Event().wait(0.001)
        batches.append(len(database._queue))
        write_queue(database, entry)

    path = tmp_path / "m.sqlite"
    with Session(path) as session:
        database_class = type(session._database)
        write_queue = database_class._write_queue
        monkeypatch.setattr(database_class, "_write_queue", write_when_all_wait)
        # the database itself refuses one of them
        with contextlib.closing(sqlite3.connect(path)) as base:
            base.execute(
                "CREATE TRIGGER no_card_2 BEFORE INSERT ON dxkit_entries WHEN NEW.text = '2' "
                "BEGIN SELECT RAISE(ABORT, 'no such card'); END"
            )
        refused, receipts = [], []

        def send(text):
            try:
                receipts.append(session.note(text=text, id=text))
            except StoreError as error:
                refused.append((text, str(error)))

        threads = [threading.Thread(target=send, args=(str(i),), daemon=True) for i in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        # one turn was for all five: the others found their entries written or refused
        assert batches == [5]
        assert [text for text, _ in refused] == ["2"]
        assert "no such card" in refused[0][1]
        assert sorted(receipt.id for receipt in receipts) == ["0", "1", "3", "4"]
        history = session.history()
        assert sorted(history["id"]) == ["0", "1", "3", "4"]
        numbers = {receipt.id: receipt.number for receipt in receipts}
        assert history["order"].tolist() == [numbers[entry_id] for entry_id in history["id"]]
