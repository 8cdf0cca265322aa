"""How does every widget look, and how does a picture take the place of the one before?"""

from typing import Any

import ipywidgets

GOOD = "background:#e3f2e1;border-left:4px solid #2e7d32;padding:6px 10px"
BAD = "background:#fdecea;border-left:4px solid #b3261e;padding:6px 10px"
NEUTRAL = "background:#eef3f8;border-left:4px solid #35618e;padding:6px 10px"
WIDE = ipywidgets.Layout(width="min(640px, 98%)")
LABELLED = {"description_width": "7em"}


def show(output: ipywidgets.Output, picture: Any) -> None:
    """Put a picture into an output area in place of the one before."""
    bundle = {"text/html": picture._repr_html_(), "text/plain": repr(picture)}
    output.outputs = ({"output_type": "display_data", "data": bundle, "metadata": {}},)
