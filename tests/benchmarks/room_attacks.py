"""How long does an honest vote take while somebody attacks the room, and what does the officer see?

    python tests/benchmarks/room_attacks.py [--phones 41] [--rounds 5]

Only loopback: the room and the attacker are processes of their own on this machine, every loop is
bounded. Attacker and phones have the same address, as behind one access point. Each attack runs as
long as the honest phones need for their votes, 20 seconds at most.
"""

import argparse
import http.client
import json
import random
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np

ITEMS = [f"項目{at}" for at in range(25)]
LONGEST_S, HALF_OPEN, IDENTITIES = 20.0, 400, 5000
ROOM = """
import json, sys
from dxkit.store import Session
from dxkit.widgets.room import Room
expected = int(sys.argv[2]) or None
with Session(sys.argv[1]) as session, Room(session, sys.argv[3:], expected=expected) as room:
    print(json.dumps([room.port, room.code, room.link.partition("#key=")[2]]), flush=True)
    sys.stdin.readline()
    votes = {row["item"]: row["votes"] for row in session.results().to_dict(orient="records")}
    print(json.dumps([room.list_warnings(), room.joined, votes]), flush=True)
"""
ATTACK = """
import sys
sys.path.insert(0, sys.argv[1])
import room_attacks
room_attacks.attack(sys.argv[2], int(sys.argv[3]), sys.argv[4])
"""


def send(port, method, path, body=None, token=""):
    """Send one request as a page does."""
    host = f"127.0.0.1:{port}"
    headers = {"Host": host, "X-Room-Token": token}
    if body is not None:
        headers |= {"Origin": f"http://{host}", "Content-Type": "application/json"}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(method, path, body and json.dumps(body), headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def attack(kind, port, secret):
    """Attack until the time is up."""
    end = time.monotonic() + LONGEST_S
    threads = [
        threading.Thread(target=ATTACKS[kind], args=(port, secret, end, at), daemon=True)
        for at in range(1 if kind == "half-open" else 8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def hold_half_open(port, _secret, end, _at):
    """Keep 400 connections open that never finish their headers, and open new ones for closed ones."""
    held = []
    while time.monotonic() < end:
        while len(held) < HALF_OPEN and time.monotonic() < end:
            connection = socket.create_connection(("127.0.0.1", port), timeout=5)
            connection.sendall(b"POST /vote HTTP/1.1\r\nHost: ")
            connection.setblocking(False)
            held.append(connection)
        alive = []
        for connection in held:
            try:
                is_open = connection.recv(1) != b""
            except BlockingIOError:
                is_open = True
            except OSError:
                is_open = False
            if is_open:
                alive.append(connection)
            else:
                connection.close()
        held = alive
        time.sleep(0.05)


def flood(port, _secret, end, _at):
    """Ask for the state without a token, as fast as it goes."""
    while time.monotonic() < end:
        quietly(send, port, "GET", "/state")


def guess(port, _secret, end, at):
    """Guess the code."""
    numbers = random.Random(at)
    while time.monotonic() < end:
        quietly(send, port, "POST", "/join", {"code": f"{numbers.randrange(10**8):08d}"})


def multiply(port, secret, end, at):
    """Come in under new identities, 5,000 in all, and vote with each."""
    for number in range(IDENTITIES // 8):
        if time.monotonic() > end:
            return
        try:
            status, said = send(port, "POST", "/join", {"key": secret})
            if status == 200:
                token = json.loads(said)["token"]
                vote = {"item": ITEMS[0], "value": -2, "id": f"x{at:03d}{number:08d}"}
                send(port, "POST", "/vote", vote, token)
        except (OSError, http.client.HTTPException):
            continue


ATTACKS = {"half-open": hold_half_open, "flood": flood, "guessing": guess, "identities": multiply}


def quietly(act, *arguments):
    """Do it, whatever comes of it."""
    try:
        act(*arguments)
    except (OSError, http.client.HTTPException):
        return


def vote_honestly(port, secret, phones, rounds):
    """Let the phones come in with the QR code's secret and vote; seconds of each kept vote."""
    taken, refused, turn = [], [], threading.Lock()
    end = time.monotonic() + LONGEST_S

    def use_phone(at):
        token, device = "", f"{at:032d}"
        for number in range(-1, rounds):
            begun = time.monotonic()
            while time.monotonic() < end:
                try:
                    if number < 0:
                        status, said = send(
                            port, "POST", "/join", {"key": secret, "device": device}
                        )
                        token = json.loads(said).get("token", "")
                    else:
                        body = {"item": ITEMS[number], "value": 1, "id": f"{at:06d}{number:06d}"}
                        status, _ = send(port, "POST", "/vote", body, token)
                except (OSError, http.client.HTTPException, ValueError):
                    status = 0
                if status == 200:
                    if number >= 0:
                        with turn:
                            taken.append(time.monotonic() - begun)
                    break
                if status == 403:
                    with turn:
                        refused.append(at)
                    return
                time.sleep(0.1)
            time.sleep(0.2 * random.random())

    threads = [threading.Thread(target=use_phone, args=(at,)) for at in range(phones)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return taken, refused


def measure(kind, phones, rounds, expected, in_before):
    """Attack a fresh room and vote in it; print what came of it."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-c", ROOM, f"{folder}/m.sqlite", str(expected), *ITEMS]
        room = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        port, _, secret = json.loads(room.stdout.readline())
        # honest phones that came in before the attack, as in a meeting that has begun
        for at in range(phones if in_before else 0):
            send(port, "POST", "/join", {"key": secret, "device": f"{at:032d}"})
        here = str(Path(__file__).resolve().parent)
        attacker = None
        if kind != "nobody":
            command = [sys.executable, "-c", ATTACK, here, kind, str(port), secret]
            attacker = subprocess.Popen(command)
            time.sleep(2)
        taken, refused = vote_honestly(port, secret, phones, rounds)
        if kind == "identities":
            attacker.wait(60)
        elif attacker is not None:
            attacker.kill()
            attacker.wait()
        warnings, joined, votes = json.loads(room.communicate("\n", timeout=60)[0])
    p95 = f"{1000 * np.quantile(taken, 0.95):.0f} ms" if taken else "-"
    said = f"{kind} (expected={expected or None}): {len(taken)} of {phones * rounds} votes kept, "
    said += f"p95 {p95}, phones in {joined}, honest phones refused {len(refused)}, "
    said += f"votes on the first item {votes.get(ITEMS[0], 0)}"
    sys.stdout.write(said + "\n")
    for warning in warnings or ["(nothing)"]:
        sys.stdout.write(f"    officer: {warning}\n")
    sys.stdout.flush()


def main():
    """Run every attack."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--phones", type=int, default=41)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", choices=["nobody", *ATTACKS], help="this attack alone")
    options = parser.parse_args()
    for kind, expected, in_before in (
        ("nobody", 0, False),
        ("half-open", 0, False),
        ("flood", 0, False),
        ("guessing", 0, False),
        ("identities", 0, True),
        ("identities", options.phones, True),
    ):
        if options.only in (None, kind):
            measure(kind, options.phones, options.rounds, expected, in_before)


if __name__ == "__main__":
    main()
