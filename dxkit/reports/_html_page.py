"""How does a report become one file that opens offline, prints on A4, and never runs what a table says?

A page is fixed parts, texts written with `text` (escaped), and pictures inside the page. It holds no script at all, and its
Content-Security-Policy lets none run and nothing be fetched, should anything slip through.
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


def text(value: object) -> str:
    """Give a value as text that can only be read, never run; signs that steer or hide other letters become boxes."""
    return html.escape(
        "".join(sign if sign.isprintable() or sign.isspace() else "□" for sign in str(value))
    )


def page(
    title: str, body: str, *, kind: str = "card", styles: Sequence[str] = ("report.css",)
) -> str:
    """Write a whole page.

    Parameters
    ----------
    title
        Any text.
    body
        HTML in which every text has been through `text`.
    kind
        The class of the body: ``"card"``, ``"deck"`` or ``"index"``.
    styles
        Style sheets that ship with dxkit.
    """
    style = "".join(asset(name) for name in styles)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    parts = {
        "policy": POLICY.format(digest),
        "title": text(title),
        "style": style,
        "kind": kind,
        "body": body,
    }
    return Template(asset("page.html")).substitute(parts)


@lru_cache
def asset(name: str) -> str:
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


def picture(figure: Figure, told: str) -> str:
    """Put a figure into the page as an image of its own: letters as outlines, nothing to fetch, the same bytes every time.

    Parameters
    ----------
    figure
        Of `dxkit.charts`.
    told
        What it shows, for those who cannot see it.
    """
    written = BytesIO()
    with mpl.rc_context({"svg.hashsalt": "dxkit", "svg.fonttype": "path"}):
        figure.savefig(
            written,
            format="svg",
            bbox_inches="tight",
            pad_inches=0.03,
            metadata={"Date": None, "Creator": None},
        )
    source = base64.b64encode(written.getvalue()).decode()
    return f'<img alt="{text(told)}" src="data:image/svg+xml;base64,{source}">'


def bar(share: float) -> str:
    """Draw a share (0–1) as a bar."""
    width = round(100 * min(max(share, 0.0), 1.0), 1)
    return (
        '<svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect class="all" width="100" height="8"/><rect class="done" width="{width:g}" height="8"/></svg>'
    )


def listing(rows: Iterable[tuple[object, object]]) -> str:
    """Write names and what they mean as a list, blank ones left out."""
    pairs = "".join(
        f"<dt>{text(name)}</dt><dd>{text(said)}</dd>" for name, said in rows if str(said).strip()
    )
    return f"<dl>{pairs}</dl>"


def table(
    headings: Sequence[str], rows: Iterable[Sequence[object]], *, figures: Sequence[int] = ()
) -> str:
    """Write a table of texts; the columns numbered in ``figures`` stand to the right."""
    look = ['class="figure"' if at in figures else "" for at in range(len(headings))]
    head = "".join(
        f"<th {each}>{text(name)}</th>" for name, each in zip(headings, look, strict=True)
    )
    lines = "".join(
        "<tr>"
        + "".join(f"<td {each}>{text(cell)}</td>" for cell, each in zip(row, look, strict=True))
        + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table>"


def sheet(heading: str, parts: Iterable[str], *, aside: str = "", foot: Iterable[str] = ()) -> str:
    """Write one sheet of paper: its heading, its parts, and at the foot where the figures come from."""
    notes = "".join(f'<p class="note">{text(each)}</p>' for each in foot)
    below = f'<footer class="foot">{notes}</footer>' if notes else ""
    top = f'<header class="top"><h1>{heading}</h1><p class="note">{text(aside)}</p></header>'
    return f'<section class="sheet">{top}{"".join(parts)}{below}</section>'
