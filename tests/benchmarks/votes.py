"""How long does a vote take, from a phone's tap until it is on the disk, with 41 phones at once?

    python tests/benchmarks/votes.py [--rounds 3] [--phones 41] [--url postgresql://…]

With ``--url`` the room writes into that empty PostgreSQL database, and the peer stays on SQLite.

Beside the room stands the least that keeps the same promise, in the same run, on the same disk and
with the same phones: Python's ``http.server`` with one ``sqlite3`` connection, a write-ahead log and
``synchronous=FULL``, and no guard at all. Both run in a process of their own; both must end with the
same counts. The floor is that connection alone, committing vote after vote.
"""

import argparse
import http.client
import json
import random
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

import numpy as np

from dxkit.store import Session
from dxkit.widgets.room import Room

ITEMS, SEED = [f"項目{at}" for at in range(25)], 5
# a phone that is told to wait
WAIT_S, MOST_TRIES = 1.0, 60
# how often phones tried again, by reason
TRIED_AGAIN = Counter()
MAKE = (
    "CREATE TABLE IF NOT EXISTS votes (id TEXT PRIMARY KEY, client TEXT, item TEXT, value INTEGER)"
)
OURS = """
import sys, threading
from dxkit.store import Session
from dxkit.widgets.room import Room
with Room(
    Session(sys.argv[1]), sys.argv[4:], port=int(sys.argv[2]), expected=int(sys.argv[3])
):
    print("ready", flush=True)
    threading.Event().wait()
"""
LEAST = f"""
import json, sqlite3, sys, threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
base, turn = sqlite3.connect(sys.argv[1], check_same_thread=False), threading.Lock()
for pragma in ("journal_mode=WAL", "synchronous=FULL"):
    base.execute("PRAGMA " + pragma)
base.execute({MAKE!r})
class Answers(BaseHTTPRequestHandler):
    def do_POST(self):
        vote = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with turn, base:
            base.execute("INSERT OR IGNORE INTO votes VALUES (?, ?, ?, ?)", [vote[k] for k in ("id", "client", "item", "value")])
        self.send_response(200); self.send_header("Content-Length", "2"); self.end_headers(); self.wfile.write(b"{{}}")
    def log_message(self, *_): pass
class Server(ThreadingHTTPServer):
    request_queue_size = 128
server = Server(("127.0.0.1", int(sys.argv[2])), Answers)
print("ready", flush=True)
server.serve_forever()
"""


def votes(phone):
    """Give a phone's votes: seeded."""
    chance = random.Random(SEED * 1000 + phone)
    return [(item, chance.randint(-2, 2)) for item in ITEMS]


def address_of(phone):
    """Give a phone an address of its own in this machine's loopback net."""
    return f"127.0.{1 + phone // 250}.{1 + phone % 250}"


def post(port, path, body, phone, token=""):
    """Send one request on a connection of its own, as the page does; each phone has an address."""
    host = f"127.0.0.1:{port}"
    headers = {
        "Host": host,
        "Origin": f"http://{host}",
        "Content-Type": "application/json",
        "X-Room-Token": token,
    }
    # a phone that is told to wait, or finds all places taken, tries again; its waiting counts
    for _ in range(MOST_TRIES):
        connection = http.client.HTTPConnection(
            "127.0.0.1", port, timeout=60, source_address=(address_of(phone), 0)
        )
        try:
            connection.request("POST", path, json.dumps(body), headers)
            answer = connection.getresponse()
            content = answer.read()
        except (http.client.RemoteDisconnected, ConnectionError):
            TRIED_AGAIN["no place"] += 1
            time.sleep(WAIT_S)
            continue
        finally:
            connection.close()
        if answer.status != 429:
            break
        TRIED_AGAIN["told to wait"] += 1
        time.sleep(WAIT_S)
    else:
        raise SystemExit(f"{path}: no answer after {MOST_TRIES} tries")
    if answer.status != 200:
        raise SystemExit(f"{path}: {answer.status}")
    return json.loads(content)


def serve(source, place, port, phones):
    """Start a server in a process of its own."""
    process = subprocess.Popen(
        [sys.executable, "-c", source, place, str(port), str(phones), *ITEMS],
        stdout=subprocess.PIPE,
        text=True,
    )
    if process.stdout.readline().strip() != "ready":
        raise SystemExit("the server did not start")
    return process


def room(port, tokens, phones):
    """Let every phone vote on everything at once; give the seconds of each vote and of all."""
    times = []

    def work(phone):
        for at, (item, value) in enumerate(votes(phone)):
            begun = time.perf_counter()
            body = {
                "item": item,
                "value": value,
                "id": f"{phone:06d}x{at:06d}",
                "client": str(phone),
            }
            post(port, "/vote", body, phone, tokens[phone])
            times.append(time.perf_counter() - begun)

    threads = [threading.Thread(target=work, args=(phone,)) for phone in range(phones)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times, time.perf_counter() - begun


def free_port():
    """Give a port of this machine that is free now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def ours(place, phones):
    """Measure the room on the database at ``place``."""
    port = free_port()
    process = serve(OURS, place, port, phones)
    with Session(place) as session:
        code = Room(session, ITEMS).code
        tokens = [post(port, "/join", {"code": code}, phone)["token"] for phone in range(phones)]
        measured = room(port, tokens, phones)
        process.kill()
        process.wait()
        return measured, session.results(items=ITEMS)["mean"].round(9).tolist()


def least(folder, phones):
    """Measure the unguarded server."""
    port = free_port()
    process = serve(LEAST, str(folder / "least.sqlite"), port, phones)
    measured = room(port, [""] * phones, phones)
    process.kill()
    process.wait()
    with sqlite3.connect(folder / "least.sqlite") as base:
        found = dict(base.execute("SELECT item, AVG(value) FROM votes GROUP BY item"))
    return measured, [round(found[item], 9) for item in ITEMS]


def floor(folder, phones):
    """Measure one connection that commits vote after vote."""
    base = sqlite3.connect(folder / "floor.sqlite")
    for pragma in ("journal_mode=WAL", "synchronous=FULL"):
        base.execute(f"PRAGMA {pragma}")
    base.execute(MAKE)
    times = []
    for phone in range(phones):
        for item, value in votes(phone):
            begun = time.perf_counter()
            with base:
                base.execute(
                    "INSERT INTO votes VALUES (?, ?, ?, ?)",
                    [f"{phone}/{item}", str(phone), item, value],
                )
            times.append(time.perf_counter() - begun)
    base.close()
    return times


def told(name, times, total):
    """Print the quantiles in milliseconds."""
    p50, p95, top = np.quantile(times, [0.5, 0.95, 1]) * 1000
    print(
        f"  {name:<28} p50 {p50:7.1f} ms   p95 {p95:7.1f} ms   longest {top:7.1f} ms   all {len(times)} in {total:5.2f} s"
    )
    return p95


def main():
    """Measure round after round."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--phones", type=int, default=41)
    parser.add_argument("--url", default="")
    asked = parser.parse_args()
    # a database that already holds votes would be counted, too
    rounds = 1 if asked.url else asked.rounds
    ratios = []
    for number in range(rounds):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            print(f"round {number + 1}: {asked.phones} phones x {len(ITEMS)} votes")
            place = asked.url or f"sqlite:///{folder / 'ours.sqlite'}"
            (peer, peer_total), peer_counts = least(folder, asked.phones)
            TRIED_AGAIN.clear()
            (mine, total), counts = ours(place, asked.phones)
            print(f"  phones of the room that tried again: {dict(TRIED_AGAIN)}")
            if counts != peer_counts:
                raise SystemExit("the counts differ")
            alone = floor(folder, asked.phones)
            ratios.append(
                told("the room", mine, total) / told("http.server + sqlite3", peer, peer_total)
            )
            told("one connection, no network", alone, sum(alone))
    print(
        f"p95 of the room / p95 of the unguarded server: {', '.join(f'{ratio:.2f}' for ratio in ratios)} (same counts each time)"
    )


if __name__ == "__main__":
    main()
