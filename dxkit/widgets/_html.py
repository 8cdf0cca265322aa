"""How is a table shown beside a widget, with every text in it as text?"""

import html
from collections.abc import Sequence
from typing import Any

import ipywidgets
import numpy as np
from numpy.typing import NDArray

from dxkit.drones import Siting

GOOD = "background:#e3f2e1;border-left:4px solid #2e7d32;padding:6px 10px"
BAD = "background:#fdecea;border-left:4px solid #b3261e;padding:6px 10px"
NEUTRAL = "background:#eef3f8;border-left:4px solid #35618e;padding:6px 10px"
WIDE = ipywidgets.Layout(width="min(640px, 98%)")
LABELLED = {"description_width": "7em"}
CELL = "padding:1px 10px;border-bottom:1px solid #ddd;text-align:left"
SWATCH = "display:inline-block;width:16px;height:12px;border:1px solid #555;background:"


def show(output: ipywidgets.Output, picture: Any) -> None:
    """Put a picture into an output area in place of the one before."""
    bundle = {"text/html": picture._repr_html_(), "text/plain": repr(picture)}
    output.outputs = ({"output_type": "display_data", "data": bundle, "metadata": {}},)


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Give texts as an HTML table."""
    lines = "".join(
        "<tr>" + "".join(f'<td style="{CELL}">{html.escape(each)}</td>' for each in row) + "</tr>"
        for row in rows
    )
    top = "".join(f'<th style="{CELL}">{html.escape(head)}</th>' for head in heads)
    return f'<table style="border-collapse:collapse"><tr>{top}</tr>{lines}</table>'


def legend(
    kinds: NDArray[np.intp],
    weights: NDArray[np.float64],
    labels: Sequence[str],
    colours: Sequence[str],
    unit: str,
) -> str:
    """Give colours, what they mean, and how much there is of each; the last kind first."""
    total = max(float(weights.sum()), 1e-300)
    sums = np.bincount(kinds, weights, len(labels))
    entries = [
        f'<span style="{SWATCH}{shade}"></span> {html.escape(words)} {own:,.0f}{html.escape(unit)}（{own / total:.1%}）'
        for own, words, shade in zip(sums, labels, colours, strict=True)
    ]
    return f'<div style="line-height:1.7">{"　".join(reversed(entries))}</div>'


def footer(*, made: bool, source: str) -> str:
    """Say below a picture whether its people are invented, and where the data come from."""
    words = ["人の置き場所は<b>架空データ</b>です。"] if made else []
    words += [f"出典: {html.escape(source.removeprefix('出典: '))}"] if source else []
    return f'<div style="color:#444;font-size:12px">{"　".join(words)}</div>' if words else ""


def bases(found: Siting, unit: str) -> str:
    """Give the chosen bases, whom each reaches, and whom it alone reaches."""
    name = next((each for each in ("name", "base") if each in found.bases.columns), None)
    names = found.bases.index if name is None else found.bases[name]
    told = zip(names, found.bases["reached"], found.bases["only"], strict=True)
    rows = [(str(each), f"{reached:,.0f}", f"{only:,.0f}") for each, reached, only in told]
    return table(("拠点", f"ここから届く（{unit}）", f"ここだけから届く（{unit}）"), rows)
