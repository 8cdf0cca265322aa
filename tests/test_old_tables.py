"""A cell that loads a table older than good says so, whatever becomes of the table afterwards."""

import pytest
from IPython.core.displaypub import CapturingDisplayPublisher
from IPython.core.interactiveshell import InteractiveShell

import dxkit
from dxkit.errors import ChoiceError

START = "期限を過ぎた表を使っています: "
TOWNS = "dxkit.load('municipalities')['people_2020'].sum()"


@pytest.fixture
def run(monkeypatch):
    """Run cells in a shell of its own on a later day; gives the lines about old tables."""
    monkeypatch.setenv("DXKIT_TODAY", "2027-04-15")
    shell = InteractiveShell()
    shell.display_pub = CapturingDisplayPublisher()
    dxkit.load_ipython_extension(shell)
    shell.run_cell("import dxkit")
    # an earlier test of this process may have loaded some, and said so
    monkeypatch.setattr("dxkit.loaders._old_tables._cells", {})

    def run_cell(source):
        shell.display_pub.outputs.clear()
        assert shell.run_cell(source).success
        texts = [output["data"]["text/plain"] for output in shell.display_pub.outputs]
        return [text.removeprefix(START) for text in texts if text.startswith(START)]

    yield run_cell
    dxkit.loaders._old_tables._pending.clear()


def test_a_sum_that_knows_no_date_is_preceded_by_the_tables_date(run):
    (line,) = run(f"total = {TOWNS}")
    assert "municipalities（2026-12-31 まで。新しい表: 令和7年国勢調査" in line
    # the shapes that come with it are a file of their own
    assert "boundaries（2027-03-31 まで" in line


def test_a_notebook_says_it_once_and_the_same_cell_again_when_it_is_run_again(run):
    first = run(f"a = {TOWNS}")
    assert first
    assert run(f"b = {TOWNS}") == []
    assert run(f"a = {TOWNS}") == first


def test_several_tables_of_one_edition_are_named_together(run):
    (line,) = run("dxkit.load('courses'); dxkit.load('themes'); dxkit.load('dashboard');")
    assert line.startswith("dashboard（2025-07-31 まで")
    assert "courses・themes（2026-03-31 まで。新しい表: 兵庫県" in line


def test_tables_that_are_good_or_do_not_age_say_nothing(run, monkeypatch):
    assert run("dxkit.load('systems'); dxkit.load('wind_normals');") == []
    monkeypatch.setenv("DXKIT_TODAY", "2025-07-31")
    assert run("dxkit.load('dashboard'); dxkit.load('progress');") == []


def test_a_table_that_is_only_looked_at_says_nothing(run):
    assert run("dxkit.loaders.load_shipped('progress');") == []


def test_a_clock_that_is_none_is_refused_where_a_table_is_loaded(monkeypatch):
    monkeypatch.setenv("DXKIT_TODAY", "きのう")
    with pytest.raises(ChoiceError, match="DXKIT_TODAY=「きのう」"):
        dxkit.load("systems")
