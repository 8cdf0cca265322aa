"""A mistake in a notebook is answered in two or three lines of Japanese, and Python's own record is folded."""

import re
import sys

import nbformat
import pytest
from IPython.core.interactiveshell import InteractiveShell
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

import dxkit

SETUP = """
import pandas as pd
import dxkit
from dxkit import charts, drones, maps, widgets
places = dxkit.load("municipalities")
town, count = "豊岡市", 3
"""
# a cell with a mistake, and words that its explanation must hold
TOWN_MISTAKES = {
    "town = 豊岡市": ("「豊岡市」に引用符がありません", '"豊岡市"'),
    "town = 豊岡": ("「豊岡」に引用符がありません", '"豊岡市"'),
    "town = “豊岡市”": ("引用符「“」", '半角の "'),
    "town = ”豊岡市”": ("引用符「”」", '半角の "'),
    "town = ‘豊岡市’": ("引用符「‘」", '半角の "'),
    "town = 「豊岡市」": ("引用符「「」", '半角の "'),
    'town = "豊岡市': ("引用符が閉じていません", '半角の "'),
    'town = 豊岡市"': ("引用符が閉じていません", '半角の "'),
    "town = '豊岡市\"": ("引用符が違います", '半角の "'),
    'town = "豊岡市""': ("引用符が閉じていません", '半角の "'),
    'town ＝ "豊岡市"': ("全角の記号「＝」", "半角の「=」"),
    'town = "豊岡市"、': ("全角の記号「、」", "半角の「,」"),
    '　town = "豊岡市"': ("全角の空白",),
    "town = ": ("「=」の右に何も", '"豊岡市"'),
    'town "豊岡市"': ("足りません",),
    'places.set_index("name").loc["豊岡"]': ("「豊岡」は", "「豊岡市」"),
    'places.set_index("name").loc["兵庫県豊岡市"]': ("「兵庫県豊岡市」は", "「豊岡市」"),
    'places.set_index("name").loc["とよおか"]': ("「とよおか」は", "「豊岡市」"),
    'places.set_index("name").loc["篠山市"]': ("「篠山市」は", "「丹波篠山市」"),
    'places.set_index("name").loc["ほげほげ"]': ("「ほげほげ」は", "ある名前", "神戸市"),
}
OTHER_MISTAKES = {
    "places[places['name'] == twon]": ("「twon」という名前", "「town」"),
    "not_there_at_all": ("「not_there_at_all」という名前", "上のセル"),
    "true": ("「true」", "True"),
    'places["人口"]': ("「人口」は", "「people_2020」"),
    'places["people2020"]': ("「people2020」は", "「people_2020」"),
    '{"a": 1}["b"]': ("「b」は",),
    'maps.choropleth（places, column="people_2020")': ("全角の記号「（」", "半角の「(」"),
    'maps.choropleth(places, column="people_2020"': ("かっこ「(」が閉じて", "「)」"),
    "count = 1)": ("かっこ「)」が1つ余って",),
    "count = (1]": ("「(」で開いたかっこを「]」",),
    'maps.choropleth(places, colum="people_2020")': ("「colum=」", "「column」"),
    "maps.choropleth()": ("なくてはならない指定", "「table」"),
    "len(1, 2)": ("この使い方に",),
    "maps.chorpleth(places)": ("「.chorpleth」", "「choropleth」"),
    "places.hed()": ("「.hed」", "「head」"),
    "None.name": ("値なし（None）",),
    "from dxkit import mapz": ("「mapz」はありません", "「maps」"),
    "import panda": ("「panda」という部品", "「pandas」"),
    'pd.read_csv("not_here.csv")': ("「not_here.csv」が見つかりません",),
    'dxkit.read("けいかく.xlsx")': ("けいかく.xlsx", "見つかりません"),
    'dxkit.load("municipality")': ("「municipality」という表はありません", "「municipalities」"),
    "10 / 0": ("0 で割ろう", "分母"),
    '"人口" + 5': ("文字と数", "つなげません"),
    'count + "5"': ("数と文字", "計算できません"),
    '3 < "5"': ("数と文字",),
    "count = 2kg": ("数のすぐうしろに文字", "2kg"),
    "code = 028209": ("0 で始まって", '"28209"'),
    "count = ３": ("全角", "半角の「3」"),
    "if count > 2:\nprint(count)": ("字下げされていません", "空白を4つ"),
    "for place in places\n    print(place)": ("「:」がありません",),
    "count()": ("数のうしろに「(」",),
    "[1, 2, 3][5]": ("番号が、並びの数より大きい",),
    'float("12人")': ("「12人」は数ではありません",),
    'places.query("nam == 1")': ("「nam」という名前", "「name」"),
    "%foo": ("「%foo」という特別な命令",),
    "assert count == 4": ("確かめの式",),
    'raise RuntimeError("boom")': ("RuntimeError", "くわしい記録"),
    'pd.DataFrame({"a": [1], "b": [1, 2]})': ("長さ",),
}
MISTAKES = TOWN_MISTAKES | OTHER_MISTAKES
JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龠]")


@pytest.fixture(scope="module")
def shell():
    """An IPython shell of its own, in which dxkit shows errors and nothing else is changed."""
    made = InteractiveShell()
    dxkit.load_ipython_extension(made)
    made.run_cell(SETUP)
    return made


def _assert_explained(lines, words):
    text = "\n".join(lines)
    assert 1 <= len(lines) <= 3 or "件の問題" in text
    assert all(JAPANESE.search(line) for line in lines)
    assert "Traceback" not in text
    assert "Error:" not in text
    assert [word for word in words if word not in text] == []


@pytest.mark.parametrize("cell", MISTAKES)
def test_a_mistake_is_answered_in_japanese(shell, capsys, cell):
    result = shell.run_cell(cell)
    assert not result.success
    shown = capsys.readouterr().out.strip()
    _assert_explained(shown.splitlines(), MISTAKES[cell])


def test_at_least_sixteen_mistakes_of_each_kind_are_tried():
    assert len(TOWN_MISTAKES) >= 16
    assert len(OTHER_MISTAKES) >= 16


def test_the_table_of_mistakes_holds_no_raw_record(shell, capsys):
    """What the trainee sees of each: ``pytest -q -s -k table tests/test_error_lines.py``."""
    rows = []
    for cell in MISTAKES:
        shell.run_cell(cell)
        rows.append((cell, capsys.readouterr().out.strip()))
    raw = [cell for cell, shown in rows if "Traceback" in shown or not JAPANESE.search(shown)]
    with capsys.disabled():
        for cell, shown in rows:
            first = cell.replace("\n", " ⏎ ")
            sys.stdout.write(f"\n{first}\n    {shown.replace(chr(10), chr(10) + '    ')}\n")
        kinds = f"{len(TOWN_MISTAKES)} + {len(OTHER_MISTAKES)} mistakes"
        sys.stdout.write(f"\n{kinds}, raw tracebacks {len(raw)}\n")
    assert raw == []


def test_the_line_of_the_cell_is_named(shell, capsys):
    shell.run_cell("a = 1\nb = 2\nc = a / 0")
    assert "この枠の3行目 c = a / 0" in capsys.readouterr().out


def test_a_shell_that_has_it_already_is_not_wrapped_twice(shell, capsys):
    before = shell._showtraceback
    dxkit.load_ipython_extension(shell)
    assert shell._showtraceback is before
    shell.run_cell("1 / 0")
    assert capsys.readouterr().out.count("0 で割ろう") == 1


def test_an_error_that_holds_hostile_text_is_still_explained(shell, capsys):
    shell.run_cell("raise KeyError('<script>\\ud800\\u202e' + 'x' * 10_000)")
    shown = capsys.readouterr().out
    assert "この表（辞書）にありません" in shown
    assert len(shown) < 1_000


@pytest.mark.slow
def test_a_real_kernel_shows_the_lines_folds_the_record_and_goes_on():
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source) for source in (SETUP, *MISTAKES)]
    )
    NotebookClient(notebook, timeout=300, kernel_name="python3", allow_errors=True).execute()
    for cell in notebook.cells[1:]:
        errors = [output for output in cell.outputs if output.output_type == "error"]
        assert len(errors) == 1, cell.source
        _assert_explained(errors[0].traceback, MISTAKES[cell.source])
        folded = [
            output.data["text/html"]
            for output in cell.outputs
            if "text/html" in output.get("data", {})
        ]
        assert len(folded) == 1
        assert folded[0].startswith("<details")
        assert "open" not in folded[0].split(">")[0]
        shown = [output for output in cell.outputs if output.output_type == "stream"]
        assert "Traceback" not in "".join(output.text for output in shown)


@pytest.mark.slow
def test_run_all_stops_at_the_mistake_and_says_which_cell_comes_first(tmp_path, monkeypatch):
    cells = ["import dxkit", 'places = dxkit.load("municipalities")', "placs", "after = 1"]
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source) for source in cells]
    )
    with pytest.raises(CellExecutionError, match="placs"):
        NotebookClient(notebook, timeout=60, kernel_name="python3").execute()
    assert notebook.cells[3].execution_count is None
    # a name that a cell further up makes: that cell is named
    path = tmp_path / "lesson.ipynb"
    lesson = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_markdown_cell("## 2. データを読む"),
            nbformat.v4.new_code_cell('figures = dxkit.load("progress")'),
        ]
    )
    nbformat.write(lesson, path)
    monkeypatch.setenv("JPY_SESSION_NAME", str(path))
    broken = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source) for source in ("import dxkit", "figures")]
    )
    NotebookClient(broken, timeout=60, kernel_name="python3", allow_errors=True).execute()
    text = "\n".join(broken.cells[1].outputs[0].traceback)
    assert "上のセルを先に実行" in text
    assert "「2. データを読む」の「figures = dxkit.load" in text
