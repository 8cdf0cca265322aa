"""How does a report become one file that opens offline, prints on A4, and runs nothing?

A page is fixed parts, texts written with `escape_text`, and pictures inside the page. It holds no
script at all, and its Content-Security-Policy lets none run and nothing be fetched, should anything
slip through.
"""

import base64
import hashlib
import html
from collections.abc import Iterable, Sequence
from functools import lru_cache
from importlib.resources import files
from io import BytesIO
from string import Template

import matplotlib as mpl
from matplotlib.figure import Figure

from dxkit.errors import AssetError

POLICY = (
    "default-src 'none'; style-src 'sha256-{}'; img-src data:; base-uri 'none'; form-action 'none'"
)
# air around a picture
PAD_INCHES = 0.03


def escape_text(value: object) -> str:
    """Write a value as text that is only read, never run; signs that steer or hide become boxes."""
    letters = (letter if letter.isprintable() or letter.isspace() else "□" for letter in str(value))
    return html.escape("".join(letters))


def write_page(
    title: str, body: str, *, kind: str = "card", styles: Sequence[str] = ("report.css",)
) -> str:
    """Write a whole page.

    Parameters
    ----------
    title
        Any text.
    body
        HTML in which every text has been through `escape_text`.
    kind
        The class of the body: ``"card"``, ``"deck"`` or ``"index"``.
    styles
        Style sheets that ship with dxkit.
    """
    style = "".join(_read_asset(name) for name in styles)
    # the policy allows exactly this style and no other
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    parts = {
        "policy": POLICY.format(digest),
        "title": escape_text(title),
        "style": style,
        "kind": kind,
        "body": body,
    }
    return Template(_read_asset("page.html")).substitute(parts)


@lru_cache
def _read_asset(name: str) -> str:
    """Read a template or style sheet, with line ends as a browser reads them.

    Raises
    ------
    AssetError
        If dxkit does not ship it.
    """
    path = files("dxkit").joinpath("assets", "report", name)
    if not path.is_file():
        raise AssetError(
            f"報告書の部品「{name}」は dxkit に入っていません。dxkit を入れ直してください。"
        )
    return path.read_bytes().decode("utf-8").replace("\r\n", "\n")


def embed_figure(figure: Figure, description: str) -> str:
    """Put a figure into the page as an image: letters as outlines, the same bytes every time.

    Parameters
    ----------
    figure
        Of `dxkit.charts`.
    description
        What it shows, for those who cannot see it.
    """
    buffer = BytesIO()
    # ids from a fixed salt and no date: the same figure gives the same bytes
    with mpl.rc_context({"svg.hashsalt": "dxkit", "svg.fonttype": "path"}):
        figure.savefig(
            buffer,
            format="svg",
            bbox_inches="tight",
            pad_inches=PAD_INCHES,
            metadata={"Date": None, "Creator": None},
        )
    source = base64.b64encode(buffer.getvalue()).decode()
    return f'<img alt="{escape_text(description)}" src="data:image/svg+xml;base64,{source}">'


def draw_bar(share: float) -> str:
    """Draw a share (0–1) as a bar."""
    # a share outside 0–1 must not draw outside its box
    width = round(100 * min(max(share, 0.0), 1.0), 1)
    return (
        '<svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="all" width="100" height="8"/>'
        f'<rect class="done" width="{width:g}" height="8"/></svg>'
    )


def write_list(rows: Iterable[tuple[object, object]]) -> str:
    """Write names and what they mean as a list, blank ones left out."""
    pairs = "".join(
        f"<dt>{escape_text(name)}</dt><dd>{escape_text(meaning)}</dd>"
        for name, meaning in rows
        if str(meaning).strip()
    )
    return f"<dl>{pairs}</dl>"


def write_table(
    headings: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    number_columns: Sequence[int] = (),
    stacked: bool = False,
) -> str:
    """Write a table of texts; the columns at ``number_columns`` are set to the right.

    On a phone each row of a ``stacked`` table is a list of headings and values.
    """
    looks = [
        'class="figure"' if column in number_columns else "" for column in range(len(headings))
    ]
    head = "".join(
        f"<th {look}>{escape_text(name)}</th>" for name, look in zip(headings, looks, strict=True)
    )
    look = ""
    if stacked:
        look = ' class="stacked"'
        looks = [
            f'{of_column} data-label="{escape_text(name)}"'
            for name, of_column in zip(headings, looks, strict=True)
        ]
    lines = "".join(f"<tr>{_write_cells(row, looks)}</tr>" for row in rows)
    return f"<table{look}><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table>"


def _write_cells(row: Sequence[object], looks: Sequence[str]) -> str:
    return "".join(
        f"<td {look}>{escape_text(cell)}</td>" for cell, look in zip(row, looks, strict=True)
    )


def write_part(heading: str, body: str) -> str:
    """Write one part of a sheet."""
    return f"<section><h2>{escape_text(heading)}</h2>{body}</section>"


def write_sheet(
    heading: str, parts: Iterable[str], *, aside: str = "", foot: Iterable[str] = ()
) -> str:
    """Write one sheet of paper: its heading, its parts, and at the foot what must be known."""
    notes = "".join(f'<p class="note">{escape_text(line)}</p>' for line in foot if line)
    below = f'<footer class="foot">{notes}</footer>' if notes else ""
    side = f'<p class="note">{escape_text(aside)}</p>'
    top = f'<header class="top"><h1>{heading}</h1>{side}</header>'
    return f'<section class="sheet">{top}{"".join(parts)}{below}</section>'
