"""The attack: a sealed meeting's file, log and exports link no ballot to a person, card or ballot.

The attacker has every byte that is left, every table and export, the names of all clients, the ids
that the phones sent and what each phone was answered, except its own receipts.
"""

import contextlib
import itertools
import json
import os
import random
import re
import shutil
import sqlite3
import stat
import threading
from collections import Counter
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
import sqlalchemy as sa

from dxkit.errors import ChoiceError, StoreError, TableWarning
from dxkit.store import Session
from dxkit.store._database_tables import MEETINGS
from dxkit.store._key_file import write_key
from dxkit.store._record_tables import tabulate_votes

ITEMS = [f"項目{number}" for number in range(4)]
CLIENTS = [f"phone-{number:02}" for number in range(12)]
PAGE = Path(__file__).resolve().parents[2] / "dxkit" / "assets" / "room" / "officer.html"
COLUMNS = [
    "number", "meeting", "id", "kind", "author", "voter", "item", "value", "text", "group",
    "title", "target", "at",
]  # fmt: skip


def _hold(session, seed=1):
    """Every phone votes on all items in a row and writes a card, as people do; some change."""
    chance = random.Random(seed)
    ballots, cards, ids, codes = {}, {}, [], {}
    for client in CLIENTS:
        for item in ITEMS:
            value = chance.randint(-2, 2)
            ids.append(f"{client}/{item}")
            receipt = session.vote(item=item, value=value, client=client, id=ids[-1])
            ballots[client, item], codes[client, item] = value, receipt.code
        cards[client] = session.note(text=f"カード {client[::-1]}", client=client).id
        session.choose(item="次", option=f"案{chance.randint(1, 2)}", client=client)
    changed = session.vote(item=ITEMS[0], value=2, client=CLIENTS[0], id="again")
    ballots[CLIENTS[0], ITEMS[0]], codes[CLIENTS[0], ITEMS[0]] = 2, changed.code
    return ballots, cards, [*ids, "again"], codes


def _read_rows(url):
    engine = sa.create_engine(str(url).replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        return {
            table: [
                dict(row)
                for row in connection.execute(sa.text(f"SELECT * FROM {table}")).mappings()
            ]
            for table in ("dxkit_entries", "dxkit_meetings", "dxkit_digests")
        }


def _tokens(row):
    """What a row holds that may stand in another, too: no item, scale, text, kind or meeting."""
    return {row[name] for name in ("id", "author", "voter", "target", "at")} - {"", None}


def test_after_sealing_no_pair_of_ballots_or_of_ballot_and_card_can_be_linked(session, url):
    ballots, cards, ids, _ = _hold(session)
    session.seal()
    rows = _read_rows(url)
    entries = rows["dxkit_entries"]
    votes = [row for row in entries if row["kind"] == "vote"]
    others = [row for row in entries if row["kind"] != "vote"]
    assert Counter((row["item"], row["value"]) for row in votes) == Counter(
        (item, value) for (_, item), value in ballots.items()
    )
    # 1. no value is shared by a ballot and any other row
    linked = sum(bool(_tokens(a) & _tokens(b)) for a, b in itertools.combinations(votes, 2))
    linked += sum(bool(_tokens(vote) & _tokens(row)) for vote in votes for row in others)
    assert linked == 0
    assert all(row["at"] == "" and row["voter"] == "" and row["text"] == "" for row in votes)
    assert {row["secret"] for row in rows["dxkit_meetings"]} == {""}
    # 2. nothing that a phone sent or was told leads to a row that holds a ballot
    assert not {row["id"] for row in votes} & {*ids, *cards.values()}
    # 3. of the seal: figures and receipts, and never two votes of one voter
    seal = json.loads(next(row["text"] for row in others if row["kind"] == "seal"))
    assert sorted(seal) == ["agreements", "digest_before", "receipts"]
    for agreement in seal["agreements"]:
        assert sorted(agreement) == ["figures", "groups", "names", "opinions"]
        assert all(votes is None or votes >= 1 for votes in agreement["opinions"]["votes"])


def test_the_order_of_the_rows_tells_nothing_of_the_order_of_arrival(tmp_path):
    """Each phone votes its own number on all items: rows in step would put ballots together."""
    in_step = cases = 0
    for trial in range(4):
        path = tmp_path / f"{trial}.sqlite"
        with Session(path) as session:
            for client, value in zip(CLIENTS, itertools.cycle(range(-2, 3)), strict=False):
                for item in ITEMS:
                    session.vote(item=item, value=value, client=client)
            session.seal()
        votes = pd.DataFrame(_read_rows(f"sqlite:///{path}")["dxkit_entries"]).query(
            "kind == 'vote'"
        )
        columns = [votes.loc[votes["item"] == item, "value"].tolist() for item in ITEMS]
        for one, other in itertools.combinations(columns, 2):
            in_step += sum(a == b for a, b in zip(one, other, strict=True))
            cases += len(one)
    # by chance, 30 of 144 pairs of five values in these shares agree: 21 %, here of 288
    assert in_step / cases < 0.35


def test_no_byte_of_the_file_or_its_log_holds_what_was_destroyed(tmp_path):
    path = tmp_path / "m.sqlite"
    with Session(path) as session:
        _, _, ids, codes = _hold(session)
        (key,) = tmp_path.glob("dxkit-*.key")
        secret = key.read_bytes()
        with contextlib.closing(sqlite3.connect(path)) as base:
            hashes = {
                value
                for row in base.execute(
                    "SELECT author, voter FROM dxkit_entries WHERE kind = 'vote'"
                )
                for value in row
            }
        session.seal()
        content = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    lost = [secret.hex(), *hashes, *ids]
    assert not [text for text in lost if text.encode() in content]
    assert secret not in content
    assert not key.exists()
    # the receipts stay, away from the ballots: they are what everybody may look up
    assert all(code.encode() in content for code in codes.values())


def test_a_log_that_somebody_reads_is_said_and_emptied_by_sealing_again(tmp_path):
    path = tmp_path / "m.sqlite"
    with Session(path) as session:
        _hold(session)
        with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as reader:
            reader.execute("BEGIN")
            author = reader.execute("SELECT author FROM dxkit_entries").fetchone()[0]
            with pytest.warns(TableWarning, match=r"もう一度 seal\(\)"):
                session.seal()
            reader.execute("ROLLBACK")
        session.seal()
        content = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert author.encode() not in content


def test_a_copy_of_the_store_without_the_key_file_holds_no_secret_at_any_time(tmp_path):
    path = tmp_path / "m.sqlite"
    backup = tmp_path / "backup"
    backup.mkdir()
    with Session(path) as session:
        _hold(session)
        (key,) = tmp_path.glob("dxkit-*.key")
        secret = key.read_bytes()
        with contextlib.closing(sqlite3.connect(path)) as base:
            base.execute("VACUUM INTO ?", (str(backup / "m.sqlite"),))
        stores = [*tmp_path.glob("m.sqlite*"), backup / "m.sqlite"]
        content = b"".join(file.read_bytes() for file in stores)
    assert len(secret) == 32
    assert secret not in content
    assert secret.hex().encode() not in content
    if os.name == "posix":
        assert stat.S_IMODE(key.stat().st_mode) == 0o600
    with Session(backup / "m.sqlite") as copy:
        # what counts no single person stays readable
        assert copy.results()["votes"].tolist() == [12] * 4
        for refused in (
            copy.agreement,
            copy.seal,
            lambda: copy.vote(item="x", value=1, client="a"),
            lambda: copy.key("room"),
        ):
            with pytest.raises(StoreError, match="鍵のファイル"):
                refused()


def test_a_key_file_that_outlived_a_power_cut_at_the_seal_is_destroyed_on_reopening(
    tmp_path, monkeypatch
):
    path = tmp_path / "m.sqlite"
    with Session(path) as session:
        _hold(session)
        monkeypatch.setattr(
            "dxkit.store._meeting_key.destroy_key",
            lambda *_: (_ for _ in ()).throw(KeyboardInterrupt("power cut")),
        )
        with pytest.raises(KeyboardInterrupt, match="power cut"):
            session.seal()
        monkeypatch.undo()
    assert len(list(tmp_path.glob("dxkit-*.key"))) == 1
    with Session(path) as again:
        assert not list(tmp_path.glob("dxkit-*.key"))
        assert again.history()["kind"].tolist()[-1] == "seal"
        assert again.digest().intact
        with pytest.raises(ChoiceError, match="封をした"):
            again.vote(item="x", value=1, client="a")


def test_no_export_or_table_before_or_after_leads_from_a_vote_to_the_next(session, tmp_path):
    _, _, ids, codes = _hold(session)
    for moment in ("before", "after"):
        history = session.history()
        secret = history[history["kind"].isin(["vote", "choice"])]
        if moment == "before":
            assert secret["value"].isna().all()
            assert (secret["text"] == "").all()
        else:
            assert (secret["at"] == "").all()
            assert not set(secret["id"]) & set(ids)
        book = openpyxl.load_workbook(session.export(tmp_path / f"{moment}.xlsx"))
        cells = [str(cell.value) for sheet in book for row in sheet for cell in row]
        uuid = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-")
        assert not [text for text in cells if uuid.search(text) or text in {*ids, *codes.values()}]
        past = pd.read_excel(tmp_path / f"{moment}.xlsx", sheet_name="履歴")
        votes = past[past["種別"].isin(["票", "選択"])]
        assert len(votes) == (61 if moment == "before" else 60)
        # one block by item, without time or place in the order of arrival
        assert votes.index.tolist() == sorted(votes.index)
        assert votes["項目"].tolist() == sorted(votes["項目"], key=[*ITEMS, "次"].index)
        assert not [name for name in past if "時刻" in name and votes[name].notna().any()]
        session.seal()


def test_a_receipt_is_found_in_the_list_while_the_vote_counts_and_only_then(session):
    first = session.vote(item="x", value=1, client="a", id="1")
    assert re.fullmatch(r"[A-Z2-7]{4}\.[A-Z2-7]{4}", first.code)
    assert session.vote(item="x", value=1, client="a", id="1").code == first.code
    later = session.vote(item="x", value=-1, client="a")
    others = [session.vote(item="x", value=1, client=client).code for client in "bc"]
    card = session.note(text="人が足りない", client="a")
    assert card.code == ""
    assert len({first.code, later.code, *others}) == 4
    wanted = sorted([later.code, *others])
    assert session.receipts()["receipt"].tolist() == wanted
    session.seal()
    assert session.receipts().to_numpy().tolist() == [["x", code] for code in wanted]
    assert session.receipts(items=["y"]).empty
    assert len(session.receipts()) == session.results()["votes"].sum()


def test_a_sealed_meeting_says_what_it_said(session):
    _hold(session)
    before = (session.results(), session.choices(), session.notes(), session.receipts())
    agreement = session.agreement()
    session.seal()
    after = (session.results(), session.choices(), session.notes(), session.receipts())
    for first, second in zip(before, after, strict=True):
        pd.testing.assert_frame_equal(first, second)
    assert session.agreement().w == pytest.approx(agreement.w)
    assert session.digest().intact
    assert session.history()["kind"].tolist()[-1] == "seal"


def test_a_sealed_meeting_refuses_votes_cards_and_choices_with_one_sentence(session, url):
    _hold(session)
    with Session(url) as other:
        session.seal()
        for opened in (session, other):
            for late in (
                lambda opened=opened: opened.vote(item="x", value=1, client="z"),
                lambda opened=opened: opened.note(text="遅れて", client="z"),
                lambda opened=opened: opened.note(text="係"),
                lambda opened=opened: opened.choose(item="次", option="案1", client="z"),
                lambda opened=opened: opened.vote(
                    item=ITEMS[0], value=2, client=CLIENTS[0], id="again"
                ),
            ):
                with pytest.raises(
                    ChoiceError, match="封をしたので、もう票もカードも受け付けません"
                ):
                    late()
    assert session.results()["votes"].tolist() == [12] * 4


def test_other_meetings_in_the_file_stay_open_and_whole(session, url):
    with Session(url, meeting="第2回") as other:
        other.vote(item="x", value=1, client="a")
        _hold(session)
        card = other.note(text="残る")
        session.seal()
        assert other.digest().intact
        assert other.vote(item="x", value=2, client="b").new
        assert other.notes()["id"].tolist() == [card.id]


def test_two_programs_seal_at_once(tmp_path):
    url = f"sqlite:///{tmp_path / 'm.sqlite'}"
    with Session(url) as session, Session(url) as other:
        for client in "abc":
            session.vote(item="x", value=1, client=client)
        threads = [threading.Thread(target=opened.seal) for opened in (session, other)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert session.history()["kind"].tolist() == ["vote"] * 3 + ["seal"]
        assert session.digest().intact


def test_a_ballot_of_a_sealed_meeting_cannot_be_taken_out(session):
    _hold(session)
    session.seal()
    ballot = session.history().query("kind == 'vote'")["id"].iloc[0]
    with pytest.raises(ChoiceError, match="封をした"):
        session.undo(ballot)


def _refuse_key(*_):
    # as Windows does while another program has the file open
    raise PermissionError(13, "The process cannot access the file")


def test_a_seal_whose_key_file_stays_says_so_each_time_until_the_file_is_gone(
    tmp_path, monkeypatch
):
    with Session(tmp_path / "m.sqlite") as session:
        ballots, *_ = _hold(session)
        (key,) = tmp_path.glob("dxkit-*.key")
        author = session._database.read_entries()[0][0]["author"]
        monkeypatch.setattr("pathlib.Path.unlink", _refuse_key)
        for _ in range(2):
            with pytest.raises(StoreError, match=r"鍵のファイル.*消せません.*やり直して"):
                session.seal()
            assert key.exists()
            # closed all the same, and cleaned: only the key's file is left to do
            with pytest.raises(ChoiceError, match="封をした"):
                session.vote(item="x", value=1, client="z")
            content = b"".join(file.read_bytes() for file in tmp_path.iterdir())
            assert author.encode() not in content
        monkeypatch.undo()
        session.seal()
        assert not key.exists()
        assert {row["secret"] for row in _read_rows(session.database.url)["dxkit_meetings"]} == {""}
        assert session.results()["votes"].sum() == len(ballots)


def test_a_program_that_learns_of_the_seal_from_the_store_destroys_no_file_and_refuses_the_vote(
    tmp_path, monkeypatch
):
    path = tmp_path / "m.sqlite"
    with Session(path) as session, Session(path) as other:
        _hold(session)
        monkeypatch.setattr("pathlib.Path.unlink", _refuse_key)
        with pytest.raises(StoreError, match="鍵のファイル"):
            session.seal()
        # a voter can do nothing about a file: the answer is that the meeting is closed
        with pytest.raises(ChoiceError, match="封をした"):
            other.vote(item="x", value=1, client="z")
        with pytest.raises(StoreError, match="鍵のファイル"):
            other.seal()
        monkeypatch.undo()
        other.seal()
        assert not list(tmp_path.glob("dxkit-*.key"))


def test_the_key_files_trouble_is_told_in_japanese_only(tmp_path, monkeypatch):
    with Session(tmp_path / "m.sqlite") as session:
        _hold(session)
        monkeypatch.setattr("pathlib.Path.unlink", _refuse_key)
        with pytest.raises(StoreError, match="消せません") as error_of_seal:
            session.seal()
        monkeypatch.undo()
    monkeypatch.setattr("dxkit.store._key_file.os.open", _refuse_key)
    with pytest.raises(StoreError, match="書けません") as error_of_start:
        Session(tmp_path / "n.sqlite")
    for error in (error_of_seal, error_of_start):
        assert "cannot access" not in str(error.value)


def test_a_store_that_refuses_the_end_of_a_seal_says_so_in_japanese(tmp_path, monkeypatch):
    def refuse(*_):
        raise sa.exc.OperationalError("UPDATE", {}, Exception("database is locked"))

    with Session(tmp_path / "m.sqlite") as session:
        _hold(session)
        monkeypatch.setattr("dxkit.store._entry_commits.set_secret", refuse)
        with pytest.raises(StoreError, match="ほかのプログラムが保存ファイルを使い続けています"):
            session.seal()
        monkeypatch.undo()
        # the end is done when it is sealed again
        session.seal()
        assert {row["secret"] for row in _read_rows(session.database.url)["dxkit_meetings"]} == {""}


def test_an_agreement_that_is_computed_while_the_meeting_is_sealed_counts_the_same_voters(
    tmp_path, monkeypatch
):
    with Session(tmp_path / "m.sqlite") as session:
        _hold(session)
        calm = session.agreement()
        begun, sealed = threading.Event(), threading.Event()

        def tabulate(entries, items, secret):
            begun.set()
            sealed.wait(60)
            return tabulate_votes(entries, items, secret)

        monkeypatch.setattr("dxkit.store._record.tabulate_votes", tabulate)
        answers = []
        thread = threading.Thread(target=lambda: answers.append(session.agreement()))
        thread.start()
        begun.wait(60)
        session.seal()
        sealed.set()
        thread.join(60)
        assert [answer.voters for answer in answers] == [calm.voters] == [len(CLIENTS)]
        assert answers[0].w == pytest.approx(calm.w)


def test_a_meeting_that_is_sealed_between_the_secret_and_the_entries_still_answers(
    tmp_path, monkeypatch
):
    with Session(tmp_path / "m.sqlite") as session:
        _hold(session)
        read = session._database.read_entries

        def seal_first():
            monkeypatch.undo()
            session.seal()
            return read()

        monkeypatch.setattr(session._database, "read_entries", seal_first)
        assert session.agreement().voters == len(CLIENTS)


def test_the_column_of_the_secret_holds_the_longest_that_stands_in_it(tmp_path):
    _, fingerprint = write_key(tmp_path)
    assert MEETINGS.c.secret.type.length >= len(fingerprint) == 65


def test_a_copy_of_the_whole_folder_links_ballots_also_after_the_seal_and_the_page_says_so(
    tmp_path,
):
    folder = tmp_path / "room"
    folder.mkdir()
    with Session(folder / "m.sqlite") as session:
        _hold(session)
        # as a folder does that is synchronised
        shutil.copytree(folder, tmp_path / "cloud")
        session.seal()
    with Session(tmp_path / "cloud" / "m.sqlite") as copy:
        assert copy.key("room")
        assert copy.agreement().voters == len(CLIENTS)
    page = PAGE.read_text(encoding="utf-8")
    assert "フォルダーごと同期（OneDrive など）や控えをとると、鍵も一緒に写り" in page
    # nothing is promised of memory on a system where nobody has searched it
    assert "Windows と Mac では試していません" in page
