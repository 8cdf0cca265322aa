"""An official file is downloaded once, found again without a network, or asked for by name on a closed one."""

import hashlib
import http.server
import threading

import pandas as pd
import pytest

import dxkit
from dxkit import loaders
from dxkit.errors import ChoiceError, FetchError


class _Publisher(http.server.BaseHTTPRequestHandler):
    content, asked = b"code,value\n28201,1\n", 0

    def do_GET(self):
        type(self).asked += 1
        self.send_response(404 if "absent" in self.path else 200)
        self.send_header("Content-Length", str(len(self.content)))
        self.end_headers()
        self.wfile.write(self.content)

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def publisher(tmp_path, monkeypatch):
    """Serve one file on loopback and let `fetch` know it as two official files."""
    _Publisher.asked = 0
    server = http.server.HTTPServer(("127.0.0.1", 0), _Publisher)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    rows = [
        ("there", "ある表", f"{address}/there.csv", "page", "there.csv", "そのまま", "read_table"),
        (
            "absent",
            "消えた表",
            f"{address}/absent.csv",
            "page",
            "absent.csv",
            "そのまま",
            "read_table",
        ),
        (
            "closed",
            "届かない表",
            "http://127.0.0.1:9/closed.csv",
            "page",
            "closed.csv",
            "そのまま",
            "read_table",
        ),
    ]
    table = pd.DataFrame(rows, columns=["name", "label", "url", "page", "file", "how", "reader"])
    monkeypatch.setattr("dxkit.loaders._fetch.load", lambda name: table)
    monkeypatch.setenv("DXKIT_CACHE", str(tmp_path / "cache"))
    yield server
    server.shutdown()
    server.server_close()


def test_a_file_is_downloaded_once_and_its_hash_is_written_beside_it(publisher):
    first, again = (
        loaders.fetch("there", show_progress=False),
        loaders.fetch("there", show_progress=False),
    )
    assert first == again
    assert first.read_bytes() == _Publisher.content
    assert _Publisher.asked == 1
    assert hashlib.sha256(_Publisher.content).hexdigest() in first.with_name(
        "there.csv.sha256"
    ).read_text(encoding="ascii")


@pytest.mark.parametrize("name", ["absent", "closed"])
def test_a_closed_network_is_told_what_to_carry_in_and_where_and_nothing_is_left(
    publisher, tmp_path, name
):
    with pytest.raises(FetchError, match=rf"{name}\.csv") as caught:
        loaders.fetch(name, show_progress=False)
    assert str(tmp_path / "cache" / f"{name}.csv") in str(caught.value)
    assert "read_table" in str(caught.value)
    assert not list((tmp_path / "cache").glob("*"))


def test_a_file_that_was_carried_in_needs_no_network(publisher, tmp_path):
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "closed.csv").write_bytes(b"code\n28201\n")
    assert loaders.fetch("closed", show_progress=False).read_bytes() == b"code\n28201\n"


def test_a_name_that_is_not_offered_lists_those_that_are():
    with pytest.raises(ChoiceError, match="n03_2024"):
        loaders.fetch("n03_1950")


def test_a_file_offered_only_behind_a_page_says_which_page(tmp_path, monkeypatch):
    monkeypatch.setenv("DXKIT_CACHE", str(tmp_path))
    with pytest.raises(FetchError, match="手で保存") as caught:
        loaders.fetch("dashboard")
    assert "digital.go.jp" in str(caught.value)


def test_every_official_file_names_a_reader_that_exists_and_a_page():
    table = dxkit.load("downloads")
    assert table["name"].is_unique
    assert all(hasattr(loaders, reader) for reader in table["reader"])
    assert table["page"].str.startswith("https://").all()
    assert table["url"].dropna().str.startswith("https://").all()


def test_the_old_word_for_the_progress_bar_still_works(publisher):
    with pytest.warns(FutureWarning, match="show_progress="):
        assert loaders.fetch("there", progress=False).read_bytes() == _Publisher.content
