"""Phones and rooms for the tests: what a phone's browser sends, and a server that can be killed."""

import http.client
import json
import os
import signal
import subprocess
import sys
import time

SERVE = """
import sys, threading
from dxkit.store import Session
from dxkit.widgets.room import Room
url, port, items = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
with Room(Session(url), items, port=port):
    print("ready", flush=True)
    threading.Event().wait()
"""


class Phone:
    """A phone in the room."""

    def __init__(self, room_port, code=None):
        self.port, self.token = room_port, ""
        if code is not None:
            self.token = self.ask("POST", "/join", {"code": code})[1]["token"]

    def ask(self, method, path, body=None, *, headers=None, timeout=10):
        """Send what the page sends; ``headers`` change or (``None``) drop some."""
        host = f"127.0.0.1:{self.port}"
        sent = {"Host": host, "X-Room-Token": self.token}
        if method == "POST":
            sent |= {"Origin": f"http://{host}", "Content-Type": "application/json"}
        data = (
            None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        )
        sent = {
            name: value for name, value in (sent | (headers or {})).items() if value is not None
        }
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request(method, path, data, sent)
            answer = connection.getresponse()
            content = answer.read()
            self.headers = answer.headers
        finally:
            connection.close()
        try:
            return answer.status, json.loads(content)
        except ValueError:
            return answer.status, content.decode()

    def vote(self, item, value, id_):
        return self.ask("POST", "/vote", {"item": item, "value": value, "id": id_})

    @property
    def client(self):
        return self.token.partition(".")[0]


class Server:
    """A room in a process of its own."""

    def __init__(self, url, port, items):
        self.command = [sys.executable, "-c", SERVE, url, str(port), *items]
        self.process = None
        self.start()

    def start(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout.readline().strip() == "ready"

    def kill(self):
        """As a power cut or the task manager would: no goodbye."""
        os.kill(self.process.pid, signal.SIGKILL) if hasattr(
            signal, "SIGKILL"
        ) else self.process.kill()
        self.process.wait()


def until_kept(phone, item, value, id_, seconds=120):
    """Send a vote with the same id until it is acknowledged; return the time of the last try."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        begun = time.monotonic()
        try:
            if phone.vote(item, value, id_)[0] == 200:
                return time.monotonic() - begun
        except (OSError, http.client.HTTPException):
            pass
        time.sleep(0.05)
    raise AssertionError(f"never acknowledged: {item} {id_}")
