"""What all pages of the room share stands in one script, which each page loads before its own."""

import re
from importlib.resources import files

import pytest

from dxkit.widgets.room._page_files import HEADS, SHARED_SCRIPT, read_page_file
from dxkit.widgets.room._request_parts import FILES, read_file

FOLDER = files("dxkit") / "assets" / "room"
SHARED = ("fetch(", "new AbortController(", "function make(", "const byId =", "function ask(")


@pytest.mark.parametrize("page", sorted(HEADS))
def test_every_page_loads_the_shared_script_first(page):
    text = read_page_file(page, "text/html").content.decode()
    scripts = re.findall(r'<script src="([^"]+)" defer>', text)
    assert scripts[0] == SHARED_SCRIPT
    assert len(scripts) > 1


@pytest.mark.parametrize("part", SHARED)
def test_no_page_has_a_request_or_part_of_its_own(part):
    holders = [
        path.name for path in FOLDER.iterdir() if path.name.endswith(".js") and part in path.read_text("utf-8")
    ]  # fmt: skip
    assert holders == [SHARED_SCRIPT]


def test_every_script_that_a_page_names_is_served():
    names = {name for _, parts in HEADS.values() for name in (SHARED_SCRIPT, *parts)}
    # the game's files are served only where a game is open
    served = {path.removeprefix("/") for path in FILES}
    assert {name for name in names if not name.startswith("game.")} <= served
    assert read_file(f"/{SHARED_SCRIPT}").kind == "text/javascript"
