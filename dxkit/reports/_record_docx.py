"""How is a record written into a Word document that an office has made its own?

The template's XML stays as it is but for the paragraphs in which a place stands (``{{結果}}``), also
where Word has cut one into several runs.
"""

import re
import zipfile
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree as ET

from dxkit.errors import Fault, TableError
from dxkit.reports._docx_parts import escape_text
from dxkit.reports._record_template import DOCUMENT, make_template, write_package

# a paragraph that holds no other one
PARAGRAPH = re.compile(r"<w:p(?:\s[^>]*)?>(?:(?!<w:p[ >]).)*?</w:p>", re.DOTALL)
TEXT = re.compile(r"(<w:t(?:\s[^>]*)?>)(.*?)(</w:t>)", re.DOTALL)
PLACE = re.compile(r"\{\{\s*([^{}]+?)\s*\}\}")
# text stands in these parts of a package
FILLED = re.compile(r"word/(document|header\d*|footer\d*)\.xml")
# a template beyond it is none: nothing is unpacked without end
MAX_BYTES = 50_000_000


def fill_template(
    template: str | Path | None, texts: Mapping[str, str], blocks: Mapping[str, str]
) -> bytes:
    """Fill the places of a template.

    Parameters
    ----------
    template
        The file; the one of `record_template` when absent.
    texts
        Place within a line to its text.
    blocks
        Place that is a paragraph of its own to the XML that takes its place.

    Raises
    ------
    TableError
        If the file is no Word document, or has a place that nothing is known of.
    """
    files = make_template() if template is None else _read_package(Path(template))
    unknown: list[str] = []
    filled = {}
    for name, content in files.items():
        if FILLED.fullmatch(name):
            text = content.decode("utf-8")
            text = PARAGRAPH.sub(lambda match: _fill(match[0], texts, blocks, unknown), text)
            content = text.encode("utf-8")  # noqa: PLW2901 # the part as it is written
            # whatever the template was: what is written must open
            ET.fromstring(content)  # noqa: S314 # expat expands no outer entity
        filled[name] = content
    if unknown:
        known = "、".join([*texts, *blocks])
        raise TableError(
            Fault(
                f"様式に「{{{{{place}}}}}」とありますが、入れるものがありません",
                f"使えるのは {known} です",
                file=Path(template or "").name,
            )
            for place in dict.fromkeys(unknown)
        )
    return write_package(filled)


def _read_package(template: Path) -> dict[str, bytes]:
    """Read the files of a template."""
    problem = "Word の様式（.docx）として読めません"
    remedy = "reports.record_template() で作った様式を Word で直し、.docx で保存してください"
    try:
        with zipfile.ZipFile(BytesIO(template.read_bytes())) as package:
            if sum(entry.file_size for entry in package.infolist()) > MAX_BYTES:
                raise TableError([Fault(f"{problem}（大きすぎます）", remedy, file=template.name)])
            files = {name: package.read(name) for name in package.namelist()}
            # Word writes none; one could blow up what is read
            if any(b"<!DOCTYPE" in content[:1000] for content in files.values()):
                raise TableError([Fault(problem, remedy, file=template.name)])
            ET.fromstring(files[DOCUMENT])  # noqa: S314 # expat expands no outer entity
    except (OSError, zipfile.BadZipFile, KeyError, ET.ParseError, RuntimeError) as error:
        raise TableError([Fault(problem, remedy, file=template.name)]) from error
    return files


def _fill(
    paragraph: str, texts: Mapping[str, str], blocks: Mapping[str, str], unknown: list[str]
) -> str:
    """Fill one paragraph; whole where its place is one of a block."""
    text = "".join(match[2] for match in TEXT.finditer(paragraph))
    places = [match[1] for match in PLACE.finditer(text)]
    if not places:
        return paragraph
    if len(places) == 1 and places[0] in blocks and PLACE.fullmatch(text.strip()):
        return blocks[places[0]]
    unknown += [place for place in places if place not in texts]
    # the braces may lie in other runs than the word: the first run takes the whole line
    line = PLACE.sub(lambda match: escape_text(texts.get(match[1], match[0])), text)
    if not line.strip() and len(places) == 1:
        return ""
    runs = iter([line])
    return TEXT.sub(
        lambda match: f'<w:t xml:space="preserve">{next(runs, "")}{match[3]}', paragraph
    )
