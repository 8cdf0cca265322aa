"""What a widget shows without Python is what it shows with it, and a notebook becomes a page."""

import json
import re

import ipywidgets
import nbformat
import pandas as pd
import pytest

import dxkit
from dxkit import reports, widgets
from dxkit.errors import ChoiceError
from dxkit.reports._edition_page import RESULTS
from dxkit.reports._page_pieces import Pieces

BLOCK = re.compile(r'<script type="application/json" class="([a-z-]+)">(.*?)</script>', re.S)


def _read_block(page):
    kind, text = BLOCK.fullmatch(page).groups()
    # nothing in it can end the block or open a tag
    assert "<" not in text
    return kind, json.loads(text)


def _read_town_cell(page, town, cell):
    """Read the results below a cell that a reader sees who chooses a municipality."""
    data = json.loads(re.search(r'<script [^>]*id="dxkit-data">(.*?)</script>', page, re.S)[1])
    pieces = Pieces()
    pieces.texts = data["pieces"]
    assert town in data["towns"]
    if str(cell) in data["towns"][town]:
        return pieces.join(data["towns"][town][str(cell)])
    # what is as for the notebook's own municipality stands in the page alone
    return dict(RESULTS.findall(page))[str(cell)]


@pytest.fixture(scope="module")
def towns():
    return dxkit.load("municipalities")


def _explore(towns, **options):
    values = towns.set_index("code")[["people_2020", "people_2025"]]
    indicators = pd.DataFrame(
        {
            "indicator": ["people_2020", "people_2025"],
            "label": ["<b>2020年", "2025年"],
            "unit": ["人", "人"],
        }
    )
    small = towns[towns["area"] == "丹波"]
    return widgets.maturity_explorer(values, indicators, small, **options)


@pytest.mark.slow
def test_a_still_holds_every_combination_and_leaves_the_widget_as_it_was(towns):
    explorer = _explore(towns)
    chooser, area, sentence = explorer.children[:3]
    chooser.value = "people_2025"
    before = (chooser.value, area.value, sentence.value)
    kind, still = _read_block(widgets.write_still(explorer))
    assert (chooser.value, area.value, sentence.value) == before
    assert kind == "dxkit-choice"
    assert [axis["label"] for axis in still["axes"]] == ["指標", "圏域"]
    assert [axis["start"] for axis in still["axes"]] == [1, 0]
    assert still["axes"][0]["options"] == ["<b>2020年", "2025年"]
    counts = [len(axis["options"]) for axis in still["axes"]]
    assert len(still["at"]) == counts[0] * counts[1]
    # each is what the widget shows at that place
    for place, drawing in still["at"].items():
        row, column = map(int, place.split(","))
        chooser.value = ["people_2020", "people_2025"][row]
        area.value = area.options[column]
        assert sentence.value in drawing
        assert "<iframe srcdoc=" in drawing
        assert "<b>2020年" not in drawing


@pytest.mark.slow
def test_a_position_beyond_a_drones_limit_says_so_instead_of_showing_another():
    cells = dxkit.load("mesh_people").query("code == '28209'").head(8).reset_index(drop=True)
    bases = dxkit.load("villages").query("code == '28209'").head(4).reset_index(drop=True)
    types = dxkit.load("drone_types").head(2).assign(wind_max_ms=[4.0, 8.0])
    explorer = widgets.drone_explorer(cells, bases, types, count=1, max_count=2)
    _, still = _read_block(widgets.write_still(explorer))
    assert [axis["options"] for axis in still["axes"][1:]] == [
        ["0 m/秒", "6 m/秒"],
        ["1か所", "2か所"],
    ]
    refused = {place for place, drawing in still["at"].items() if "選べません" in drawing}
    assert refused == {"0,1,0", "0,1,1"}
    assert all("<iframe" not in still["at"][place] for place in refused)
    assert still["fixed"] == ["荷物（kg）: 0", "風の向き: どの向きでも（いちばん短い距離）"]


def test_a_widget_without_positions_shows_its_state_and_says_what_needs_python():
    box = ipywidgets.VBox([ipywidgets.HTML("<p>いま</p>"), ipywidgets.Button(description="押す")])
    page = widgets.write_still(box)
    assert "<p>いま</p>" in page
    assert "Python のある版" in page
    assert "Python のある版" not in widgets.write_still(ipywidgets.HTML("<p>いま</p>"))
    # a bar that has run to its end is no result
    assert widgets.write_still(ipywidgets.HBox([ipywidgets.IntProgress()])) == ""


def test_an_exercise_is_written_with_all_that_its_check_needs(tmp_path, monkeypatch):
    monkeypatch.setenv("DXKIT_HOME", str(tmp_path))
    exercise = widgets.exercise("</script>？", [3, 5], unit="か所", hint=("一", "二"), tolerance=1)
    kind, task = _read_block(widgets.write_still(exercise))
    assert kind == "dxkit-exercise"
    assert task["question"] == "</script>？"
    assert (task["numbers"], task["tolerance"], task["unit"]) == ([3, 5], 1, "か所")
    assert task["choices"] is None
    assert [words.count("ヒント:") for words in task["words"]["wrong"]] == [1, 2, 2]
    assert "答えを見る" in task["words"]["wrong"][-1]


@pytest.mark.parametrize(
    ("prefecture", "names", "words"),
    [
        ("", ["姫路市", "加西市"], ("兵庫県の市町DX", "自分の市町（2市町）")),
        ("31", None, ("鳥取県の市町DX", "自分の市町（19市町）")),
    ],
)
def test_the_index_names_the_prefecture_and_counts_its_municipalities(
    tmp_path, monkeypatch, prefecture, names, words
):
    monkeypatch.setenv("DXKIT_PREFECTURE", prefecture)
    # only the index is looked at
    monkeypatch.setattr("dxkit.reports._edition._write_page", lambda *_: None)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# 何人？")])
    nbformat.write(notebook, tmp_path / "a.ipynb")
    folder = reports.edition(
        tmp_path / "pages",
        notebooks=tmp_path,
        municipalities=names,
        sheets=False,
        show_progress=False,
    )
    index = (folder / "index.html").read_text(encoding="utf-8")
    assert [part for part in words if part not in index] == []


@pytest.mark.slow
def test_a_tiny_notebook_becomes_a_page_without_any_address(tmp_path):
    cells = [
        nbformat.v4.new_markdown_cell(
            "# 何人？\n\n**所要** 5分 [次](b.ipynb) [県](https://example.jp)"
        ),
        nbformat.v4.new_code_cell("print('<i>', 1 + 1)"),
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "a.ipynb")
    folder = reports.edition(
        tmp_path / "pages", notebooks=tmp_path, sheets=False, show_progress=False
    )
    assert sorted(path.name for path in folder.iterdir()) == [
        "a.html",
        "edition.json",
        "index.html",
    ]
    page = (folder / "a.html").read_text(encoding="utf-8")
    assert "&lt;i&gt; 2" in page
    # a notebook that is not there is text, another site stays a link
    assert "b.ipynb" not in page
    assert re.findall(r'<a href="([^"]*)"', page) == ["index.html", "https://example.jp"]
    assert re.findall(r'(?:src|href)="(?!data:)([^"#]*)"', page) == [
        "index.html",
        "https://example.jp",
    ]
    assert "default-src 'none'" in page
    assert '何人？</a> <span class="minutes">5分' in (folder / "index.html").read_text(
        encoding="utf-8"
    )
    # never over somebody's work
    (folder / "a.html").write_text("メモ", encoding="utf-8")
    with pytest.raises(ChoiceError, match="誰かが作業しています"):
        reports.edition(folder, notebooks=tmp_path, sheets=False, show_progress=False)


@pytest.mark.slow
def test_an_edition_is_made_also_after_its_tables_have_passed_their_date(tmp_path, monkeypatch):
    monkeypatch.setenv("DXKIT_TODAY", "2027-04-15")
    sources = (
        "import dxkit\nfrom IPython.display import IFrame\nfrom pathlib import Path",
        "town = '豊岡市'",
        "table = dxkit.load('municipalities')\nprint(town, len(table))",
        # a file of the notebook's own, by its place from the root: it goes into the page
        "Path('out').mkdir()\nPath('out/own.html').write_text('自分の紙', 'utf-8')\n"
        "IFrame(str(Path('out/own.html').absolute()), width='100%', height=100)",
    )
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "a.ipynb")
    folder = reports.edition(
        tmp_path / "pages",
        notebooks=tmp_path,
        municipalities=["神戸市", "豊岡市"],
        sheets=False,
        show_progress=False,
    )
    page = (folder / "a.html").read_text(encoding="utf-8")
    # the line stands below the cell for each municipality, and nothing names a place of this machine
    for town in ("神戸市", "豊岡市"):
        shown = _read_town_cell(page, town, 2)
        assert shown.count("期限を過ぎた表を使っています: municipalities") == 1
        assert f"{town} 41" in shown
    assert str(tmp_path) not in page
    assert "src=" not in re.sub(r'src="data:[^"]*"', "", page).partition("<main")[2]


@pytest.mark.slow
def test_a_page_for_another_town_keeps_the_line_on_old_tables_and_its_list_of_pages(
    tmp_path, monkeypatch
):
    # the line comes once in a notebook, and what runs again for a town does not say it again
    monkeypatch.setenv("DXKIT_TODAY", "2027-04-15")
    cells = [
        nbformat.v4.new_markdown_cell("# 何人？\n\n**所要** 5分"),
        nbformat.v4.new_code_cell('import dxkit\ntown = "豊岡市"'),
        nbformat.v4.new_code_cell(
            'table = dxkit.load("progress")\nprint(f"{town}の表")', id="asked"
        ),
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "a.ipynb")
    towns = ["豊岡市", "朝来市"]
    folder = reports.edition(
        tmp_path / "pages",
        notebooks=tmp_path,
        municipalities=towns,
        sheets=False,
        show_progress=False,
    )
    page = (folder / "a.html").read_text(encoding="utf-8")
    for town in towns:
        shown = _read_town_cell(page, town, 2)
        assert shown.count("期限を過ぎた表を使っています: progress") == 1
        assert f"{town}の表" in shown
    assert 'data-id="asked"' in page
    listing = json.loads((folder / "edition.json").read_text(encoding="utf-8"))
    assert listing["contents"] == [{"address": "a.html", "question": "何人？", "minutes": "5分"}]
    assert sorted(listing["towns"]) == sorted(towns)


@pytest.mark.slow
def test_a_print_that_arrives_in_pieces_is_the_same_result_as_one_that_does_not(tmp_path):
    # a busy computer sends what one cell prints in pieces, and others when the cell runs again
    source = (
        "print('東', town)\n"
        "if 'again' not in globals():\n    sys.stdout.flush()\n"
        "again = True\nprint('西')\ndisplay('図')\nprint('南')"
    )
    sources = ("import sys", "town = '豊岡市'", source)
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "a.ipynb")
    folder = reports.edition(
        tmp_path / "pages",
        notebooks=tmp_path,
        municipalities=["豊岡市", "朝来市"],
        sheets=False,
        show_progress=False,
    )
    page = (folder / "a.html").read_text(encoding="utf-8")
    shown = _read_town_cell(page, "豊岡市", 2)
    assert "東 豊岡市\n西\n" in shown
    # what is printed below a figure stays below it
    assert shown.index("西") < shown.index("図") < shown.index("南")


@pytest.mark.slow
def test_a_frame_whose_file_is_missing_stops_the_edition_and_names_both(tmp_path):
    source = "from IPython.display import IFrame\nIFrame('out/typo.html', width='100%', height=99)"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    nbformat.write(notebook, tmp_path / "a.ipynb")
    with pytest.raises(
        ChoiceError, match=r"「a\.ipynb」が枠に出すファイル「typo\.html」がありません"
    ):
        reports.edition(tmp_path / "pages", notebooks=tmp_path, sheets=False, show_progress=False)
