"""Phones and rooms for the tests: what a phone's browser sends, and a server that can be killed."""

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

from room_program import start_room

ROOT = Path(__file__).resolve().parents[2]
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

    def ask(self, method, path, body=None, *, headers=None, timeout=60):
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


class Window(Phone):
    """The officer's or the stage's page."""

    def __init__(self, link):
        super().__init__(int(link.split(":")[2].partition("/")[0]))
        self.key = link.partition("#key=")[2]

    def look(self):
        return self.ask("GET", "/stage/state", headers={"X-Room-Key": self.key})[1]["question"]

    def act(self, action, **body):
        headers = {"X-Room-Key": self.key}
        status, answer = self.ask(
            "POST", "/officer/do", {"action": action, **body}, headers=headers, timeout=60
        )
        assert status == 200, answer
        return answer


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


class Laptop:
    """`make room` in a process of its own, which can be frozen and killed."""

    def __init__(self, folder, name):
        self.folder, self.name = folder, name
        self.process, self.prepare_link, self.officer_link, self.port = None, "", "", 0
        self.start()

    def start(self):
        self.process, text = start_room(self.folder, self.name)
        self.prepare_link = re.search(r"http\S+/prepare#\S+", text)[0]
        self.officer_link = re.search(r"http\S+/officer#\S+", text)[0]
        port = int(re.search(r":(\d+)/officer", text)[1])
        # the phones' link has to hold after a restart
        assert self.port in (0, port)
        self.port = port

    def freeze(self):
        self.process.send_signal(signal.SIGSTOP)
        # a signal takes a moment to arrive: returns when the process stands still
        _, status = os.waitpid(self.process.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(status)

    def thaw(self):
        self.process.send_signal(signal.SIGCONT)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
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
