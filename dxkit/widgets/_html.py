"""How is a table shown beside a widget, with every text in it as text?"""

import html
from collections.abc import Sequence
from typing import Any

import ipywidgets
import numpy as np

from dxkit._arrays import FloatArray, IntArray

# looks of a sentence: success, refusal, information
GOOD = "background:#e3f2e1;border-left:4px solid #2e7d32;padding:6px 10px"
BAD = "background:#fdecea;border-left:4px solid #b3261e;padding:6px 10px"
NEUTRAL = "background:#eef3f8;border-left:4px solid #35618e;padding:6px 10px"
# layouts of sliders and drop-downs: one width, labels of one width
WIDE = ipywidgets.Layout(width="min(640px, 98%)")
LABELLED = {"description_width": "7em"}
# JupyterLab shows the focus of a button as a line of one pixel in nearly the button's own colour
FOCUS_RING = (
    "<style>.jupyter-widgets:focus-visible,.jupyter-widgets :focus-visible"
    "{outline:3px solid #1c1c1c !important;outline-offset:2px}</style>"
)
CELL = "padding:1px 10px;border-bottom:1px solid #ddd;text-align:left"
SWATCH = "display:inline-block;width:16px;height:12px;border:1px solid #555;background:"
TABLE = "border-collapse:collapse"


def show_picture(output: ipywidgets.Output, picture: Any) -> None:
    """Put a picture into an output area in place of the one before."""
    # set as data: an Output that is printed into would keep the picture before
    bundle = {"text/html": picture._repr_html_(), "text/plain": repr(picture)}
    output.outputs = ({"output_type": "display_data", "data": bundle, "metadata": {}},)


def write_message(look: str, words: str) -> str:
    """Write a sentence in a coloured box; ``words`` are HTML already."""
    return f'<div style="{look}">{words}</div>'


def write_table(
    heads: Sequence[str], rows: Sequence[Sequence[str]], *, keep_first: bool = False
) -> str:
    """Write texts as an HTML table.

    Parameters
    ----------
    heads, rows
        Any texts; they are escaped.
    keep_first
        Lets no line break into the first column.
    """
    first = f"{CELL};white-space:nowrap" if keep_first else CELL
    looks = [first, *[CELL] * (len(heads) - 1)]
    top = "".join(f'<th style="{CELL}">{html.escape(head)}</th>' for head in heads)
    lines = [
        "".join(
            f'<td style="{look}">{html.escape(text)}</td>'
            for look, text in zip(looks, row, strict=True)
        )
        for row in rows
    ]
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    return f'<table style="{TABLE}"><tr>{top}</tr>{body}</table>'


def write_legend(
    kinds: IntArray,
    weights: FloatArray,
    labels: Sequence[str],
    colours: Sequence[str],
    unit: str,
) -> str:
    """Write colours, what they mean, and how much there is of each; the last kind first."""
    # a share of nothing is 0
    total = float(weights.sum()) or 1.0
    sums = np.bincount(kinds, weights, len(labels))
    entries = [
        f'<span style="{SWATCH}{colour}"></span> {html.escape(label)} '
        f"{weight:,.0f}{html.escape(unit)}（{weight / total:.1%}）"
        for weight, label, colour in zip(sums, labels, colours, strict=True)
    ]
    return f'<div style="line-height:1.7">{"　".join(reversed(entries))}</div>'
