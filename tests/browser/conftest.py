"""A real Chromium, JupyterLab as `make lab` starts it, and what happens in their pages besides what they show."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "made"
START_S, KERNEL_MS = 300, 60_000

CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
LOCAL = ("file:", "data:", "blob:", "about:")


def chromium_path():
    """The browser to use: the one asked for, Debian's, one on PATH, or playwright's own (None)."""
    places = ("/usr/bin/chromium", shutil.which("chromium"))
    return os.environ.get("DXKIT_CHROMIUM") or next(
        (place for place in places if place and Path(place).exists()), None
    )


def without_browser(reason):
    """Skip, but never on a machine that was set up to test."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"CI needs Chromium: {reason}")
    pytest.skip(f"no Chromium: {reason} (set DXKIT_CHROMIUM to one)")


@pytest.fixture(scope="session")
def chromium(tmp_path_factory) -> Iterator:
    """Chromium, started once, with the Japanese font that the charts use, so that screenshots can be read."""
    if find_spec("playwright") is None:
        without_browser("playwright is not installed")
    from playwright.sync_api import Error, sync_playwright

    folder = tmp_path_factory.mktemp("fonts")
    ours = next(
        (
            Path(place, "fonts")
            for place in find_spec("matplotlib_fontja").submodule_search_locations
        ),
        None,
    )
    config = f"<fontconfig><dir>/usr/share/fonts</dir><dir>{ours}</dir><cachedir>{folder}</cachedir></fontconfig>"
    (folder / "fonts.conf").write_text(config, encoding="utf-8")
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(
                executable_path=chromium_path(),
                args=list(CHROMIUM_FLAGS),
                env={**os.environ, "FONTCONFIG_FILE": str(folder / "fonts.conf")},
            )
        except Error as error:
            without_browser(str(error).splitlines()[0])
        yield browser
        browser.close()


@dataclass
class Seen:
    """What happened in a page besides what it shows."""

    page: object
    requests: list = field(default_factory=list)
    dialogs: list = field(default_factory=list)
    errors: list = field(default_factory=list)

    def open(self, path):
        """Open a saved map and wait until it is drawn."""
        self.page.goto(Path(path).as_uri())
        self.page.wait_for_selector("body[data-drawn]", timeout=10_000)
        return self.page

    def nothing_but_the_map(self):
        """No request, no dialog, no error, no script of anybody else's."""
        assert self.requests == []
        assert self.dialogs == []
        assert self.errors == []
        assert self.page.evaluate("typeof window.__pwned") == "undefined"


@pytest.fixture
def seen(chromium) -> Iterator[Seen]:
    """A page with the network unplugged that remembers every attempt to use it, every dialog and every error."""
    context = chromium.new_context(viewport={"width": 1000, "height": 700})
    context.set_offline(True)
    page = context.new_page()
    found = Seen(page)
    page.on(
        "request",
        lambda request: (
            None if request.url.startswith(LOCAL) else found.requests.append(request.url)
        ),
    )
    page.on("dialog", lambda dialog: (found.dialogs.append(dialog.message), dialog.dismiss()))
    page.on("pageerror", lambda error: found.errors.append(str(error)))
    page.on(
        "console", lambda said: found.errors.append(said.text) if said.type == "error" else None
    )
    yield found
    context.close()


@dataclass(frozen=True)
class Lab:
    """JupyterLab that runs on loopback over a copy of the notebooks."""

    address: str
    folder: Path

    def put(self, name, *cells):
        """Write a notebook of these code cells."""
        kernel = {
            "kernelspec": {
                "name": "python3",
                "display_name": "Python 3 (ipykernel)",
                "language": "python",
            }
        }
        made = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(cell.strip()) for cell in cells], metadata=kernel
        )
        nbformat.write(made, self.folder / name)

    def open(self, page, notebook):
        """Open a notebook in an empty workspace (the lab brings back the tabs of the test before) and wait for its kernel."""
        page.goto(f"{self.address}/lab/tree/{notebook}?token={TOKEN}&reset")
        page.wait_for_selector(".jp-NotebookPanel .jp-Cell", timeout=KERNEL_MS)
        # asking to run before the kernel is named brings up a dialog that asks for one
        page.wait_for_selector('.jp-Toolbar-kernelName:has-text("ipykernel")', timeout=KERNEL_MS)
        page.wait_for_selector(
            '.jp-Notebook-ExecutionIndicator[data-status="idle"]', timeout=KERNEL_MS
        )

    def stop_kernels(self):
        """End what the test before left running."""
        for kernel in json.load(self._ask("api/kernels")):
            self._ask(f"api/kernels/{kernel['id']}", "DELETE").close()

    def _ask(self, path, method="GET"):
        asked = urllib.request.Request(
            f"{self.address}/{path}", method=method, headers={"Authorization": f"token {TOKEN}"}
        )
        return urllib.request.urlopen(asked, timeout=60)


@pytest.fixture(scope="session")
def lab(tmp_path_factory) -> Iterator[Lab]:
    """JupyterLab as `make lab` starts it."""
    folder = tmp_path_factory.mktemp("lab")
    copy_notebooks(folder)
    with open_lab(folder) as opened:
        yield opened


def copy_notebooks(folder):
    """Copy the notebooks as they are handed out, in place of what was there."""
    shutil.rmtree(folder / "notebooks", ignore_errors=True)
    left_out = shutil.ignore_patterns("out", ".ipynb_checkpoints")
    shutil.copytree(ROOT / "notebooks", folder / "notebooks", ignore=left_out)


@contextmanager
def open_lab(folder):
    """Start JupyterLab over a folder; it ends with the block."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    with _server(folder, port) as server:
        _wait_for(f"http://127.0.0.1:{port}/api/status?token={TOKEN}", server, folder / "lab.log")
        yield Lab(f"http://127.0.0.1:{port}", folder)


@contextmanager
def _server(folder, port):
    settings = ROOT / "dxkit" / "assets" / "lab"
    options = [
        f"--LabApp.app_settings_dir={settings}",
        "--no-browser",
        f"--port={port}",
        f"--IdentityProvider.token={TOKEN}",
        # so that a test can ask which commands there are
        "--LabApp.expose_app_in_browser=True",
    ]
    options += ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    quiet = os.environ | {
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"),
    }
    with (folder / "lab.log").open("w") as log:
        command = [sys.executable, "-m", "jupyterlab", *options]
        server = subprocess.Popen(
            command, cwd=folder, env=quiet, stdout=log, stderr=subprocess.STDOUT
        )
    try:
        yield server
    finally:
        server.terminate()
        try:
            server.wait(timeout=60)
        except subprocess.TimeoutExpired:
            # it shuts its kernels down one after another, which a busy machine may take its time for
            server.kill()
            server.wait()


def _wait_for(address, server, log):
    for _ in range(START_S * 2):
        if server.poll() is not None:
            break
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
    pytest.fail(f"JupyterLab did not start:\n{log.read_text()[-2000:]}")


@pytest.fixture
def lab_page(chromium, lab) -> Iterator:
    """A page that may speak to the lab only; what it tried beyond is kept in `refused`, its dialogs in `dialogs`."""
    context = chromium.new_context(viewport={"width": 1366, "height": 900}, locale="ja-JP")
    page = context.new_page()
    page.refused, page.dialogs = [], []

    def guard(route):
        if route.request.url.startswith((lab.address, "data:", "blob:")):
            route.continue_()
        else:
            page.refused.append(route.request.url)
            route.abort()

    context.route("**/*", guard)
    page.on("dialog", lambda dialog: (page.dialogs.append(dialog.message), dialog.dismiss()))
    yield page
    context.close()
    lab.stop_kernels()
