"""How does a notebook with its results become a page that opens by double-click?

nbconvert writes the notebook as HTML; here its maps, pictures and results for other municipalities
are packed into the page, and links lead to pages instead of notebooks.
"""

import base64
import html
import json
import re
from collections.abc import Callable, Sequence
from copy import deepcopy
from functools import lru_cache
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from string import Template
from typing import Any

from PIL import Image

from dxkit._checks import import_extra
from dxkit.errors import ChoiceError, shorten
from dxkit.reports._html_page import escape_text
from dxkit.reports._notebook_runs import NotebookRun
from dxkit.reports._page_pieces import Pieces
from dxkit.reports._page_words import fit_hint, fit_words

ASSETS = Path(__file__).parents[1] / "assets"
RESULTS = re.compile(
    r'<div class="results" data-cell="(\d+)"><!--results-->(.*?)<!--/results--></div>', re.S
)
# the still picture below a map's frame: here the frame itself is always there
STILL_PICTURE = re.compile(
    r'<img src="data:image/svg\+xml;base64,[^"]*" alt="" style="[^"]*">(?=<iframe )'
)
FRAME = re.compile(r'<iframe srcdoc="([^"]*)"')
# a frame that shows a file which the notebook has written, by its place beside it or from the root
FILE_FRAME = re.compile(r'src="((?:out/|[^"?#]*[/\\]out[/\\])[^"?#]+\.html)"')
CHOICE = re.compile(
    r'(<script type="application/json" class="dxkit-choice">)(.*?)(</script>)', re.S
)
EXERCISE = re.compile(
    r'(<script type="application/json" class="dxkit-exercise">)(.*?)(</script>)', re.S
)
# what an exercise says after a wrong answer, up to the next line or tag that is no code
HINT = re.compile(r"(?<=<br>ヒント: )(?:[^<]|</?code[^>]*>)+")
LINK = re.compile(r'<a href="([^"]*)"[^>]*>(.*?)</a>', re.S)
PNG = "image/png"
SLOT = re.compile(r'<div class="slot" data-slot="(\d+)"></div>')
# how charts.Figure calls itself in plain text
FIGURE_TITLE = re.compile("「(.*)」", re.S)
# colours of a chart; antialiased letters need most of them
PALETTE = 128
OUTER = re.compile(r"^(?:https?:|mailto:|#)")
NOTEBOOK_END = ".ipynb"
PAGE_END = ".html"


def write_notebook_page(
    run: NotebookRun, title: str, head: str, has_page: Callable[[str], bool]
) -> str:
    """Write a notebook's page.

    Parameters
    ----------
    run
        The notebook with its results.
    title
        Any text.
    head
        HTML of the line above the page.
    has_page
        Whether a relative address is a file of the edition; other links become text.

    Raises
    ------
    ChoiceError
        If what is shown for the notebook's own municipality changes when it is run again.
    """
    pieces = Pieces()
    body = _convert(run.notebook)
    first = {int(cell): content for cell, content in RESULTS.findall(body)}
    towns = {
        name: {
            cell: content
            for cell, content in _convert_cells(run.notebook, outputs).items()
            if content != first[cell]
        }
        for name, outputs in run.variants.items()
    }
    _require_same(run, towns)
    changing = sorted({cell for cells in towns.values() for cell in cells})
    data = {
        "town": run.town,
        "changing": changing,
        "fixed": [cell for cell in run.fixed_cells if cell in first],
        "towns": {
            name: {cell: pieces.add(_pack(content, run, pieces)) for cell, content in cells.items()}
            for name, cells in towns.items()
        },
    }
    body = _link_pages(_pack(body, run, pieces), has_page)
    return write_edition_page(title, head, body, {**data, "pieces": pieces.texts})


def write_edition_page(title: str, head: str, body: str, data: dict[str, Any]) -> str:
    """Write a page of the edition around HTML that is inert already."""
    folder = files("dxkit").joinpath("assets", "edition")
    style, script, page = (
        folder.joinpath(name).read_bytes().decode("utf-8").replace("\r\n", "\n")
        for name in ("edition.css", "edition.js", "page.html")
    )
    # no text in the data can end its block
    block = json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    return Template(page).substitute(
        title=escape_text(title), style=style, script=script, head=head, body=body, data=block
    )


def _convert(notebook: Any) -> str:
    """Write a notebook as HTML by nbconvert."""
    exporters = import_extra("nbconvert.exporters", "nbconvert", "lab")
    slots = Slots()
    copy = deepcopy(notebook)
    fit_words(copy)
    for position, cell in enumerate(copy.cells):
        cell.metadata["dxkit_cell"] = position
        for output in cell.get("outputs", ()):
            slots.take(output)
    exporter = exporters.HTMLExporter(
        template_name="edition",
        extra_template_basedirs=[str(ASSETS)],
        exclude_input_prompt=True,
        exclude_output_prompt=True,
        exclude_anchor_links=True,
    )
    page, _ = exporter.from_notebook_node(copy)
    return slots.fill(str(page))


class Slots:
    """Keeps HTML and pictures out of nbconvert's hands, which would write them anew."""

    def __init__(self) -> None:
        self._contents: list[str] = []

    def take(self, output: Any) -> None:
        """Take what an output shows out of it; an empty place stays."""
        data = output.get("data", {})
        content = ""
        if "text/html" in data:
            content = data["text/html"]
        elif PNG in data:
            content = _write_picture(data[PNG], data.get("text/plain", ""))
        if content:
            self._contents.append(content)
            number = len(self._contents) - 1
            output["data"] = {"text/html": f'<div class="slot" data-slot="{number}"></div>'}

    def fill(self, page: str) -> str:
        """Put everything back into its place."""
        return SLOT.sub(lambda slot: self._contents[int(slot[1])], page)


@lru_cache(maxsize=512)
def _write_picture(content: str, name: str) -> str:
    """Write a chart with as few colours as it needs: a quarter of the size, and no less sharp."""
    with Image.open(BytesIO(base64.b64decode(content))) as picture:
        small = BytesIO()
        picture.convert("RGB").quantize(PALETTE).save(small, "PNG", optimize=True)
    title = FIGURE_TITLE.search(name)
    words = title[1] if title else "図"
    address = base64.b64encode(small.getvalue()).decode()
    return f'<img src="data:image/png;base64,{address}" alt="{escape_text(words)}">'


def _convert_cells(notebook: Any, outputs: dict[int, list[Any]]) -> dict[int, str]:
    """Write other results of some cells as HTML, exactly as `_convert` writes the first."""
    nbformat = import_extra("nbformat", "nbformat", "lab")
    part = nbformat.v4.new_notebook(metadata=notebook.metadata)
    for position, cell_outputs in outputs.items():
        cell = nbformat.v4.new_code_cell(notebook.cells[position].source, outputs=cell_outputs)
        part.cells.append(cell)
    page = _convert(part)
    contents = [content for _, content in RESULTS.findall(page)]
    return dict(zip(outputs, contents, strict=True))


def _require_same(run: NotebookRun, towns: dict[str, dict[int, str]]) -> None:
    """Check that the lines that were run again show the same for the same municipality."""
    differing = towns.get(run.town, {})
    if differing:
        cells = "・".join(f"{cell + 1}番目のセル" for cell in differing)
        raise ChoiceError(
            f"ノートブック「{run.name}」を{run.town}で実行し直すと、{cells}の結果が初めと違います。"
            "同じ名前に違うものを入れていないか、乱数の seed があるかを確かめてください。"
        )


def _pack(page: str, run: NotebookRun, pieces: Pieces) -> str:
    """Move maps and the positions of widgets into the pieces; a short mark stays."""

    def pack_frame(frame: re.Match[str]) -> str:
        return f'<iframe data-pieces="{pieces.add(html.unescape(frame[1]))}"'

    def pack_file(address: re.Match[str]) -> str:
        written = (run.folder / html.unescape(address[1])).resolve()
        if not written.is_relative_to(run.folder.resolve()) or not written.is_file():
            raise ChoiceError(
                f"ノートブック「{run.name}」が枠に出すファイル「{shorten(written.name)}」がありません。"
                "ノートブックが自分で書いたファイル（out/ の中）だけを、ページに入れられます。"
            )
        return f'sandbox="" data-pieces="{pieces.add(written.read_text(encoding="utf-8"))}"'

    def pack_choice(block: re.Match[str]) -> str:
        still = json.loads(block[2])
        still["at"] = {
            place: pieces.add(_pack(drawing, run, pieces)) for place, drawing in still["at"].items()
        }
        text = json.dumps(still, ensure_ascii=False).replace("<", "\\u003c")
        return f"{block[1]}{text}{block[3]}"

    packed = CHOICE.sub(pack_choice, EXERCISE.sub(fit_exercise, page))
    packed = FRAME.sub(pack_frame, STILL_PICTURE.sub("", packed))
    return FILE_FRAME.sub(pack_file, packed)


def fit_exercise(block: re.Match[str]) -> str:
    """Let the hints of an exercise say where a new cell can be made."""
    exercise = json.loads(block[2])
    verdicts = exercise["words"]
    verdicts["wrong"] = [
        HINT.sub(lambda hint: fit_hint(hint[0]), words) for words in verdicts["wrong"]
    ]
    text = json.dumps(exercise, ensure_ascii=False).replace("<", "\\u003c")
    return f"{block[1]}{text}{block[3]}"


def _link_pages(body: str, has_page: Callable[[str], bool]) -> str:
    """Let links to notebooks lead to their pages; what is not in the edition is text."""

    def link(anchor: re.Match[str]) -> str:
        address = html.unescape(anchor[1])
        if OUTER.match(address):
            return anchor[0]
        if address.endswith(NOTEBOOK_END):
            address = address.removesuffix(NOTEBOOK_END) + PAGE_END
        if not has_page(address):
            return anchor[2]
        return f'<a href="{html.escape(address)}">{anchor[2]}</a>'

    return LINK.sub(link, body)


def write_town_choice(names: Sequence[str], town: str) -> str:
    """Write the list in which a reader chooses the municipality of a page."""
    options = "".join(
        f"<option{' selected' if name == town else ''}>{escape_text(name)}</option>"
        for name in names
    )
    return f'<label>自分の市町 <select id="dxkit-town">{options}</select></label>'
