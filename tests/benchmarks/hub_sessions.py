"""Does one machine carry a class that runs JupyterLab through JupyterHub, and what breaks first?

    python tests/benchmarks/hub_sessions.py --hub PYTHON --proxy COMMAND --user PYTHON [--users 10]
        [--notebook trainees/01_where_are_we]

``--hub`` is a Python with jupyterhub, ``--proxy`` the command configurable-http-proxy (of npm),
``--user`` a Python with `make lab`'s packages and jupyterhub. Without them the script says how to
get them and stops. It starts the hub on a free port of this machine, all users' servers at once,
and runs every code cell of the notebook for each of them through the server's own address and
WebSocket, as a browser does. Printed are failed cells, seconds by the clock and of processor, and
the memory of kernels, servers and hub. There is no rival: each user has a server of their own, so
the plain alternative is a notebook server each, whose figures stand in the second line of memory.
"""

import argparse
import http.client
import json
import os
import secrets
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from pathlib import Path

import nbformat
import psutil
import websocket

ROOT = Path(__file__).resolve().parents[2]
INSTALL = """python3.11 -m venv hub && hub/bin/pip install "jupyterhub>=5,<6"
npm install configurable-http-proxy
make user && .venv/bin/pip install "jupyterhub>=5,<6" """
START_S, CELL_S, LIMIT_GB = 300, 600, 16.0
CONFIG = """
c.JupyterHub.bind_url = "http://127.0.0.1:{port}"
c.JupyterHub.hub_port = {hub_port}
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allow_all = True
c.JupyterHub.spawner_class = "simple"
c.Spawner.cmd = [{user!r}, "-m", "jupyterhub.singleuser", "--allow-root"]
c.Spawner.start_timeout = c.Spawner.http_timeout = {start_s}
c.JupyterHub.concurrent_spawn_limit = {users}
c.ConfigurableHTTPProxy.command = [{proxy!r}]
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{proxy_port}"
c.JupyterHub.services = [{{"name": "class", "api_token": {token!r}}}]
scopes = ["admin:users", "admin:servers", "access:servers"]
c.JupyterHub.load_roles = [{{"name": "class", "scopes": scopes, "services": ["class"]}}]
"""


def find_ports(count):
    """Find ports of this machine that are free now."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [server.getsockname()[1] for server in sockets]
    for server in sockets:
        server.close()
    return ports


class Hub:
    """A running hub, asked over HTTP with its service's token."""

    def __init__(self, options, folder):
        """Start the hub in a folder of its own."""
        self.port, hub_port, proxy_port = find_ports(3)
        self.token = secrets.token_hex(16)
        config = Path(folder) / "jupyterhub_config.py"
        config.write_text(
            CONFIG.format(
                port=self.port,
                hub_port=hub_port,
                proxy_port=proxy_port,
                user=options.user,
                proxy=options.proxy,
                users=options.users,
                start_s=START_S,
                token=self.token,
            ),
            encoding="utf-8",
        )
        self.record = Path(folder) / "hub.txt"
        with self.record.open("w") as output:
            self.process = subprocess.Popen(
                [options.hub, "-m", "jupyterhub", "-f", str(config)],
                cwd=folder,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=os.environ | {"PYTHONPATH": str(ROOT)},
            )

    def ask(self, method, path, words=None):
        """Send a request; return status and answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=START_S)
        body = None if words is None else json.dumps(words)
        connection.request(method, path, body, {"Authorization": f"token {self.token}"})
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer.status, json.loads(content) if content.startswith((b"{", b"[")) else None

    def wait(self, path, is_ready):
        """Ask until the answer is as wanted; stop with the hub's last lines after five minutes."""
        until = time.monotonic() + START_S
        while time.monotonic() < until and self.process.poll() is None:
            try:
                status, answer = self.ask("GET", path)
            except OSError:
                status, answer = 0, None
            if status == 200 and is_ready(answer):
                return answer
            time.sleep(0.5)
        raise SystemExit(f"{path}: no answer\n{self.record.read_text()[-3000:]}")


class Learner(threading.Thread):
    """A user who starts a server and runs a notebook, cell by cell."""

    def __init__(self, hub, name, cells):
        """Take the hub, the user's name and the sources of the cells."""
        super().__init__()
        self.hub, self.user, self.cells = hub, name, cells
        self.errors, self.server_s, self.picture_s, self.whole_s = [], None, None, None

    def run(self):
        """Run the notebook; what stops it is an error like that of a cell."""
        try:
            self.learn()
        # a thread that ends by an exception tells nobody
        except (SystemExit, OSError, websocket.WebSocketException) as error:
            self.errors.append(f"{type(error).__name__}: {error}"[:200])

    def learn(self):
        """Start the server and the kernel, then run all cells."""
        begun = time.monotonic()
        self.hub.ask("POST", f"/hub/api/users/{self.user}/server")
        self.hub.wait(
            f"/hub/api/users/{self.user}",
            lambda user: user["servers"].get("", {}).get("ready", False),
        )
        self.server_s = time.monotonic() - begun
        status, kernel = self.hub.ask("POST", f"/user/{self.user}/api/kernels", {"name": "python3"})
        if status != 201:
            self.errors.append(f"no kernel: {status}")
            return
        channel = websocket.create_connection(
            f"ws://127.0.0.1:{self.hub.port}/user/{self.user}/api/kernels/{kernel['id']}/channels",
            header=[f"Authorization: token {self.hub.token}"],
            timeout=CELL_S,
        )
        for source in self.cells:
            if self.run_cell(channel, source) and self.picture_s is None:
                self.picture_s = time.monotonic() - begun
        self.whole_s = time.monotonic() - begun
        channel.close()

    def run_cell(self, channel, source):
        """Run one cell, note its error; return whether it showed a picture."""
        number, picture = uuid.uuid4().hex, False
        header = {"msg_id": number, "msg_type": "execute_request", "version": "5.4"}
        header |= {"session": self.user, "username": self.user, "date": ""}
        content = {"code": source, "silent": False, "store_history": True, "allow_stdin": False}
        message = {"header": header, "parent_header": {}, "metadata": {}, "content": content}
        channel.send(json.dumps(message | {"channel": "shell", "buffers": []}))
        answers = set()
        while not {"execute_reply", "idle"} <= answers:
            message = json.loads(channel.recv())
            if message["parent_header"].get("msg_id") != number:
                continue
            kind, content = message["msg_type"], message["content"]
            data = str(content.get("data", ""))
            picture = picture or "<svg" in data or "<iframe" in data or "image/png" in data
            if kind == "error":
                self.errors.append(f"{content['ename']}: {content['evalue']}"[:200])
            answers.add(content.get("execution_state", kind))
        return picture


def measure_processes(hub):
    """Sort the hub's processes; return count, memory in MB and processor seconds of each kind."""
    kinds = {"kernel": [], "server": [], "hub and proxy": []}
    for process in [hub, *hub.children(recursive=True)]:
        command = " ".join(process.cmdline())
        kind = "hub and proxy"
        if "ipykernel" in command:
            kind = "kernel"
        elif "singleuser" in command:
            kind = "server"
        times = process.cpu_times()
        kinds[kind].append((process.memory_full_info().pss / 1e6, times.user + times.system))
    return kinds


def print_results(learners, kinds):
    """Print failed cells, waits, memory and processor time."""
    failures = [error for learner in learners for error in learner.errors]
    print(f"{len(learners)} users, failed cells {len(failures)} {sorted(set(failures))}")
    waits = {"server": "server_s", "first picture": "picture_s", "all cells": "whole_s"}
    for words, field in waits.items():
        values = [getattr(learner, field) or float("nan") for learner in learners]
        print(f"until {words:14}{min(values):8.1f} to {max(values):6.1f} s by the clock")
    whole = 0.0
    for kind, rows in kinds.items():
        memory = sum(row[0] for row in rows)
        whole += memory
        mean_s = statistics.mean(row[1] for row in rows)
        each = f"{memory / len(rows):6.0f} MB and {mean_s:5.1f} processor s each"
        print(f"{kind:14}{len(rows):3} processes, {each}, {memory / 1000:6.2f} GB together")
    print(f"together {whole / 1000:.2f} GB ({LIMIT_GB:.0f} asked)")
    has_all = all(learner.whole_s is not None for learner in learners)
    return has_all and not failures and whole / 1000 <= LIMIT_GB


def main():
    """Start a hub, run the class, print what it took."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--hub", help="a Python with jupyterhub")
    parser.add_argument("--proxy", help="the command configurable-http-proxy")
    parser.add_argument("--user", default=sys.executable, help="the Python of the users' servers")
    parser.add_argument("--users", type=int, default=10)
    parser.add_argument("--notebook", default="trainees/01_where_are_we")
    options = parser.parse_args()
    if not options.hub or not options.proxy:
        print(f"not measured: --hub and --proxy are needed.\n{INSTALL}")
        return
    notebook = nbformat.read(ROOT / "notebooks" / f"{options.notebook}.ipynb", as_version=4)
    cells = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    with tempfile.TemporaryDirectory() as folder:
        hub = Hub(options, folder)
        try:
            hub.wait("/hub/api/users", lambda users: users is not None)
            names = [f"user{number}" for number in range(options.users)]
            hub.ask("POST", "/hub/api/users", {"usernames": names})
            learners = [Learner(hub, name, cells) for name in names]
            for learner in learners:
                learner.start()
            for learner in learners:
                learner.join()
            right = print_results(learners, measure_processes(psutil.Process(hub.process.pid)))
            for name in names:
                hub.ask("DELETE", f"/hub/api/users/{name}/server")
        finally:
            hub.process.terminate()
            hub.process.wait(60)
    sys.exit(0 if right else 1)


if __name__ == "__main__":
    main()
