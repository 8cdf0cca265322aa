"""A server that is killed in the middle of a vote loses nothing it acknowledged, doubles nothing."""

import contextlib
import http.client
import random
import socket
import threading
from collections import Counter

import pytest
from rooms import Phone, Server, until_kept

from dxkit.store import Session
from dxkit.widgets.room import Room

PHONES, ITEMS, KILLS = 41, [f"項目{i}" for i in range(25)], 3


def _free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def _vote_on_everything(phone, number, acknowledged):
    chance = random.Random(number)
    for i, item in enumerate(ITEMS):
        value = chance.randint(-2, 2)
        until_kept(phone, item, value, f"vote{number:04d}x{i:04d}")
        acknowledged.append((phone.client, item, value))


def _read_votes(session):
    """Every vote in the store, each as (author, item, value); no public table holds authors."""
    entries, digest = session._database.read_entries()
    # a killed server leaves no entry without its digest
    assert digest.intact
    return [(entry["author"], entry["item"], entry["value"]) for entry in entries]


def _with_authors(session, acknowledged):
    """The acknowledged votes as they must stand in the store."""
    return [
        (session._hash_client(client, {"kind": "vote", "item": item, "id": ""}), item, value)
        for client, item, value in acknowledged
    ]


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_41_phones_vote_on_25_items_while_the_server_is_killed_three_times(url, seed):
    port, chance = _free_port(), random.Random(seed)
    code = _read_code(url)
    server = Server(url, port, ITEMS)
    session = Session(url)
    try:
        phones = [Phone(port, code) for _ in range(PHONES)]
        acknowledged = []
        threads = [
            threading.Thread(
                target=_vote_on_everything, args=(phone, number, acknowledged), daemon=True
            )
            for number, phone in enumerate(phones)
        ]
        for thread in threads:
            thread.start()
        moments = sorted(chance.sample(range(60, 900), KILLS))
        for moment in moments:
            while len(acknowledged) < moment:
                threading.Event().wait(0.002)
            server.kill()
            before = list(acknowledged)
            assert set(_with_authors(session, before)) <= set(_read_votes(session))
            server.start()
        for thread in threads:
            thread.join(120)
        assert len(acknowledged) == PHONES * len(ITEMS)
    finally:
        server.kill()
    stored, sent = Counter(_read_votes(session)), Counter(_with_authors(session, acknowledged))
    assert (sent - stored, stored - sent) == (Counter(), Counter())  # lost, doubled
    assert session.results()["votes"].tolist() == [PHONES] * len(ITEMS)
    session.close()


def _read_code(url):
    """The meeting's code, as the facilitator's board shows it: the same in every process."""
    with Session(url) as session:
        return Room(session, ITEMS).code


def test_a_vote_whose_answer_was_lost_counts_once_when_sent_again(tmp_path):
    with Session(tmp_path / "m.sqlite") as session, Room(session, ["a"]) as room:
        phone = Phone(room.port, room.code)
        with contextlib.suppress(OSError, http.client.HTTPException):
            phone.ask("POST", "/vote", {"item": "a", "value": 2, "id": "x" * 12}, timeout=1e-6)
        answers = [phone.vote("a", 2, "x" * 12) for _ in range(2)]
        (receipt,) = session.receipts()["receipt"]
        # both say that it is kept, with the same receipt
        assert answers == [(200, {"kept": True, "receipt": receipt})] * 2
        assert session.results()["votes"].tolist() == [1]


def test_address_code_and_tokens_stay_when_the_server_is_started_again(tmp_path):
    with Session(tmp_path / "m.sqlite") as session:
        # between two starts anybody on this machine may take the port: not five times
        for attempt in range(5):
            with Room(session, ["a"]) as room:
                phone, first = Phone(room.port, room.code), room.link
            with Room(session, ["a"]) as room:
                if room.link != first and attempt < 4:
                    continue
                assert room.link == first
                assert phone.vote("a", 1, "y" * 12)[0] == 200
                break
