"""A real Chromium, and what happens in its pages besides what they show."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

import pytest

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
    return os.environ.get("DXKIT_CHROMIUM") or next((place for place in places if place and Path(place).exists()), None)


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
    ours = next((Path(place, "fonts") for place in find_spec("matplotlib_fontja").submodule_search_locations), None)
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
    page.on("request", lambda request: None if request.url.startswith(LOCAL) else found.requests.append(request.url))
    page.on("dialog", lambda dialog: (found.dialogs.append(dialog.message), dialog.dismiss()))
    page.on("pageerror", lambda error: found.errors.append(str(error)))
    page.on("console", lambda said: found.errors.append(said.text) if said.type == "error" else None)
    yield found
    context.close()
