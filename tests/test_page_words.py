"""The words of a page on which nothing can be run fit it.

What a person judged of the notebooks' sentences stands in ``course_page_words.csv``: a 頼み asks for
something that needs Python, a 説明 holds on every page.
"""

import csv
import json
import re
from pathlib import Path

import nbformat
import pytest

from dxkit import widgets
from dxkit.reports._edition_page import EXERCISE, fit_exercise
from dxkit.reports._page_words import ELSEWHERE, fit_hint, fit_text, fit_words

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
PATHS = sorted(
    path for path in NOTEBOOKS.rglob("[0-9]*.ipynb") if ".ipynb_checkpoints" not in path.parts
)
with Path(__file__).with_name("course_page_words.csv").open(encoding="utf-8") as table:
    JUDGED = list(csv.DictReader(table))
# a line with one of these is judged by a person
DOUBTFUL = re.compile(
    r"実行|変えてください|書いてください|メニュー|Shift|Ctrl|押[しす]|カーネル|クリック|ドラッグ|`make "
)
# what no page without Python has: keys, menus and files of JupyterLab
FOREIGN = ("Shift", "Ctrl", "カーネル", "右クリック", "ドラッグ", "左の一覧", "新しい枠", "実行してみ", "実行してく", "実行します")  # fmt: skip


@pytest.mark.parametrize("path", PATHS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_request_to_run_something_says_where_it_holds(path):
    notebook = nbformat.read(path, as_version=4)
    before = [cell.source for cell in notebook.cells]
    fit_words(notebook)
    for cell, source in zip(notebook.cells, before, strict=True):
        if cell.cell_type == "code":
            assert cell.source == source
            continue
        # nothing is lost, and nothing else is added
        assert cell.source.replace(ELSEWHERE, "") == source.replace(ELSEWHERE, "")
        assert f"{ELSEWHERE}{ELSEWHERE}" not in cell.source
        for line in cell.source.split("\n"):
            # a trouble is named before its remedy
            words = line.rpartition("**: ")[2] if line.startswith("- **") else line
            places = [words.find(word) for word in FOREIGN if word in words]
            if places and not line.startswith(("#", "|")):
                assert -1 < words.find(ELSEWHERE) < min(places), line


@pytest.mark.parametrize("path", PATHS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_requests_say_where_they_hold_and_statements_do_not(path):
    name = path.relative_to(NOTEBOOKS).with_suffix("").as_posix()
    rows = [row for row in JUDGED if row["notebook"] == name]
    cells = nbformat.read(path, as_version=4).cells
    text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    pairs = list(zip(text.split("\n"), fit_text(text).split("\n"), strict=True))
    for row in rows:
        words = row["words"]
        places = [pair for pair in pairs if words in pair[0]]
        assert len(places) == 1, f"{len(places)} lines of {name} hold: {words}"
        assert words in places[0][1], f"torn apart: {words}"
        before = places[0][1].partition(words)[0]
        if row["kind"] == "頼み":
            assert before.endswith(ELSEWHERE), places[0][1]
        else:
            assert ELSEWHERE not in before, places[0][1]
    requests = [row["words"] for row in rows if row["kind"] == "頼み"]
    for line, fitted in pairs:
        if line != fitted:
            assert sum(words in line for words in requests) == 1, f"judge in the table: {line}"
        if DOUBTFUL.search(line) and not line.startswith(("#", "|")):
            assert any(row["words"] in line for row in rows), f"judge in the table: {line}"


def test_the_table_judges_sentences_of_notebooks_that_are_there():
    names = {path.relative_to(NOTEBOOKS).with_suffix("").as_posix() for path in PATHS}
    assert {row["notebook"] for row in JUDGED} <= names
    assert {row["kind"] for row in JUDGED} == {"頼み", "説明"}


@pytest.mark.parametrize(
    ("words", "fitted"),
    [
        ("見ます。`x` を 3 に変えて実行します。違いますか。", "見ます。*`x` を 3 に変えて実行します。違いますか。"),
        ("- **出ない**: もう一度実行してください。", "- **出ない**: *もう一度実行してください。"),
        ("1. 左の一覧から開きます。", "1. *左の一覧から開きます。"),
        ("見るところ: 右クリックします。", "見るところ: *右クリックします。"),
        ("**閉じます。**次に実行します。", "**閉じます。***次に実行します。"),
        ("見ます（`a` です。実行します）。次です。", "見ます（*`a` です。実行します）。次です。"),
        ("足す（Shift + A）、戻す（Ctrl + Z）。", "*足す（Shift + A）、戻す（Ctrl + Z）。"),
        ("> 見ます。実行します。", "> 見ます。*実行します。"),
        ("> - 実行します。", "> - *実行します。"),
        ("> ## 実行します", "> ## 実行します"),
        ("<details>実行します。", "<details>*実行します。"),
        ("- **実行した**: 消えません。", "- **実行した**: 消えません。"),
        ("実行しても消えません。", "実行しても消えません。"),
        ("実行してもかまいません。", "*実行してもかまいません。"),
        ("実行し直しても消えません。", "実行し直しても消えません。"),
        ("前に実行しました。", "前に実行しました。"),
        ("先に実行されています。", "先に実行されています。"),
        ("例のまま実行し、書きます。", "*例のまま実行し、書きます。"),
        ("「すべてのセルを実行」し、見ます。", "*「すべてのセルを実行」し、見ます。"),
        ("場所を変えてください。", "*場所を変えてください。"),
        ("数を変えると、答えが変わります。", "数を変えると、答えが変わります。"),
        ("`n` を 2 にすると、どう変わりますか。", "*`n` を 2 にすると、どう変わりますか。"),
        ("## 6. 新しい枠", "## 6. 新しい枠"),
        ("| Shift | Ctrl |", "| Shift | Ctrl |"),
        ("順位を動かします。仮定を変えて測ります。", "順位を動かします。仮定を変えて測ります。"),
        ("", ""),
    ],
)  # fmt: skip
def test_the_place_is_said_before_the_request_and_once_a_line(words, fitted):
    assert fit_text(words) == fitted.replace("**", "\0").replace("*", ELSEWHERE).replace("\0", "**")


@pytest.mark.parametrize(
    ("opening", "closing"), [("```python", "```"), ("~~~~", "~~~~"), ("> ```", "> ```"), ("- ```", "  ````  ")]
)  # fmt: skip
def test_lines_of_code_stay_as_they_are(opening, closing):
    block = f"{opening}\n# 実行します\n実行します。\n~~~\n{closing}"
    assert fit_text(f"{block}\n実行します。") == f"{block}\n{ELSEWHERE}実行します。"
    # three signs within one line open nothing
    assert fit_text("```x```\n実行します。") == f"```x```\n{ELSEWHERE}実行します。"


def test_a_hint_that_asks_for_a_cell_says_where_there_are_cells():
    assert fit_hint("新しい枠に <code>x</code> と書いて実行します。").startswith(ELSEWHERE)
    assert (
        fit_hint("上の地図で、いちばん濃い円を見ます。") == "上の地図で、いちばん濃い円を見ます。"
    )


def test_hints_of_an_exercise_on_a_page_say_it_too(tmp_path, monkeypatch):
    monkeypatch.setenv("DXKIT_HOME", str(tmp_path))
    hints = ("表の <b>行</b> を数えます。", "新しい枠に `len(x) < 3` と書いて実行します。")
    still = widgets.write_still(widgets.exercise("いくつ？", 3, hint=hints))
    block = EXERCISE.sub(fit_exercise, still)
    first, second = json.loads(EXERCISE.fullmatch(block)[2])["words"]["wrong"][:2]
    assert "ヒント: 表の &lt;b&gt;行&lt;/b&gt; を数えます。" in first
    assert ELSEWHERE not in first
    assert f"ヒント: {ELSEWHERE}新しい枠に <code" in second
    assert second.count(ELSEWHERE) == 1
    # no text in it can end the block
    assert block.count("<") == 2


def test_the_list_of_pages_explains_the_words():
    page = (NOTEBOOKS.parent / "dxkit/assets/room/course.html").read_text(encoding="utf-8")
    assert f"「{ELSEWHERE.rstrip('、')}」で始まる文は" in page
    assert not re.search(r"Shift|実行してください", page)
