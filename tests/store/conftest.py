"""The same tests on SQLite and on a real PostgreSQL, which is started here."""

import getpass
import os
import shutil
import socket
import subprocess
import tempfile
import uuid
from pathlib import Path

import pytest

from dxkit.store import Session

BACKENDS = ("sqlite", "postgresql")
PROGRAMS = (
    sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if Path("/usr/lib/postgresql").exists()
    else []
)


def _without(reason):
    if os.environ.get("CI") == "true":
        pytest.fail(f"CI needs PostgreSQL: {reason}")
    pytest.skip(f"no PostgreSQL: {reason} (Debian's package postgresql)")


def _as_other(command):
    """PostgreSQL refuses to run as root: its package makes a user for it."""
    if os.geteuid() != 0:
        return command
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", *command]


@pytest.fixture(scope="session")
def postgres():
    """The address of a PostgreSQL server of our own, on loopback, removed afterwards."""
    found = shutil.which("initdb")
    programs = Path(found).parent if found else PROGRAMS[-1] if PROGRAMS else None
    if programs is None or not hasattr(os, "geteuid"):
        _without("initdb is not there")
    # no pytest folder: the server's user must reach it, and a socket's path has 107 bytes at most
    folder = Path(tempfile.mkdtemp(prefix="dxkit-pg-"))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    user = "postgres" if os.geteuid() == 0 else getpass.getuser()
    data, log = folder / "data", folder / "server.log"

    def run(*command):
        done = subprocess.run(
            _as_other(list(map(str, command))),
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        if done.returncode:
            said = f"{done.stdout[-1000:]}{done.stderr[-1000:]}"
            said += log.read_text() if log.exists() else ""
            pytest.fail(f"PostgreSQL did not start:\n{said}")

    try:
        run(
            programs / "initdb",
            "-D",
            data,
            "-U",
            user,
            "--auth=trust",
            "--encoding=UTF8",
            "--no-locale",
        )
        options = (
            f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={folder}"
        )
        run(programs / "pg_ctl", "-D", data, "-l", log, "-o", options, "-w", "start")
        yield f"postgresql://{user}@127.0.0.1:{port}"
        run(programs / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=BACKENDS)
def url(request, tmp_path):
    """An empty store's address, on each kind of database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'meeting.sqlite'}"
    import psycopg

    server, name = request.getfixturevalue("postgres"), f"made_{uuid.uuid4().hex}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return f"{server}/{name}"


@pytest.fixture
def session(url):
    """A new meeting's store."""
    with Session(url) as opened:
        yield opened


@pytest.fixture
def small_disk():
    """A disk of 16 MB of its own, as full as a test makes it."""
    folder = Path(tempfile.mkdtemp())
    command = ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(folder)]
    if (
        shutil.which("mount") is None
        or subprocess.run(command, capture_output=True, check=False).returncode
    ):
        folder.rmdir()
        pytest.skip("no small disk: this user may not mount one")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)
    folder.rmdir()
