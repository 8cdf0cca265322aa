"""What does a widget show where no Python runs, at the main positions of its choices?

`write_still` writes a widget as HTML that needs no kernel: results at every combination of the main
positions, or an exercise with all that is needed to check it. Scripts of the Python-free edition
(`dxkit.reports.edition`) turn that into buttons and answer boxes.
"""

import base64
import html
import itertools
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import ipywidgets

from dxkit.widgets._html import BAD, NEUTRAL, write_message

# attribute of a widget that says how it is shown without Python
PLAN = "still_plan"
NEEDS_PYTHON = (
    "この欄の操作には Python のある版（研修パックの start.cmd）が要ります。"
    "ここに出ているのは、始めの状態です。"
)
# what people press, choose from or type into
CONTROLS = (
    ipywidgets.Button,
    ipywidgets.Checkbox,
    ipywidgets.Combobox,
    ipywidgets.Dropdown,
    ipywidgets.FileUpload,
    ipywidgets.FloatSlider,
    ipywidgets.IntSlider,
    ipywidgets.Text,
)
PROGRESS_BARS = (ipywidgets.IntProgress, ipywidgets.FloatProgress)


@dataclass(frozen=True)
class StillAxis:
    """One choice of a widget, and the positions at which its results are computed beforehand.

    Attributes
    ----------
    label
        What is chosen.
    control
        The widget whose ``value`` is set.
    positions
        Words and value of each position.
    """

    label: str
    control: Any
    positions: tuple[tuple[str, Any], ...]

    def find_start(self) -> int:
        """Find the position at which the control stands, or else the first."""
        values = [value for _, value in self.positions]
        return values.index(self.control.value) if self.control.value in values else 0

    def is_at(self, place: int) -> bool:
        """Check that the control stands where it was put; a slider stops at its end."""
        return bool(self.control.value == self.positions[place][1])


@dataclass(frozen=True)
class StillPlan:
    """How a widget is shown without Python.

    Attributes
    ----------
    axes
        Its choices.
    draw
        Writes its results as HTML.
    fixed
        Controls that stay as they are.
    """

    axes: tuple[StillAxis, ...]
    draw: Callable[[], str]
    fixed: tuple[Any, ...] = ()


def write_still(widget: Any) -> str:
    """Write a widget as HTML that needs no Python.

    Parameters
    ----------
    widget
        One of this package's widgets, or any of ipywidgets.

    Returns
    -------
    str
        For an explorer a block of JSON with its results at the main positions (class
        ``dxkit-choice``), for an exercise one with all that its check needs (class
        ``dxkit-exercise``): `dxkit.reports.edition` turns both into a page. Of any other widget
        what it shows now, as HTML; nothing for a progress bar.

    Notes
    -----
    Every combination of the main positions is drawn once; the widget stands as before afterwards.
    The right answer of an exercise can be read in the page's source.

    Examples
    --------
    >>> import ipywidgets
    >>> write_still(ipywidgets.HTML("<b>41市町</b>"))
    '<div><b>41市町</b></div>'
    >>> from dxkit.widgets import exercise
    >>> '"unit": "市町"' in write_still(exercise("市町の数は？", 41, unit="市町"))
    True
    """
    if any(isinstance(part, PROGRESS_BARS) for part in _walk(widget)):
        return ""
    describe = getattr(widget, "describe_exercise", None)
    if callable(describe):
        return _write_block("dxkit-exercise", describe())
    plan = getattr(widget, PLAN, None)
    if isinstance(plan, StillPlan):
        return _write_block("dxkit-choice", _compute_positions(plan))
    shown = _render(widget)
    has_controls = any(isinstance(part, CONTROLS) for part in _walk(widget))
    return f"{write_message(NEUTRAL, NEEDS_PYTHON)}{shown}" if has_controls else shown


def _write_block(kind: str, content: dict[str, Any]) -> str:
    """Write data as a block of a page that no text in it can end."""
    text = json.dumps(content, ensure_ascii=False).replace("<", "\\u003c")
    return f'<script type="application/json" class="{kind}">{text}</script>'


def _compute_positions(plan: StillPlan) -> dict[str, Any]:
    """Draw a widget at every combination of its main positions."""
    starts = [axis.find_start() for axis in plan.axes]
    before = [axis.control.value for axis in plan.axes]
    drawings: dict[str, str] = {}
    for places in itertools.product(*(range(len(axis.positions)) for axis in plan.axes)):
        for axis, place in zip(plan.axes, places, strict=True):
            axis.control.value = axis.positions[place][1]
        refused = [
            axis for axis, place in zip(plan.axes, places, strict=True) if not axis.is_at(place)
        ]
        drawings[",".join(map(str, places))] = _refuse(refused) if refused else plan.draw()
    for axis, value in zip(plan.axes, before, strict=True):
        axis.control.value = value
    axes = [
        {"label": axis.label, "options": [words for words, _ in axis.positions], "start": start}
        for axis, start in zip(plan.axes, starts, strict=True)
    ]
    # the choices that stay as they are, so that nobody takes them for free
    fixed = [f"{control.description}: {_write_value(control)}" for control in plan.fixed]
    return {"axes": axes, "fixed": fixed, "at": drawings}


def _refuse(axes: Sequence[StillAxis]) -> str:
    words = "、".join(f"{axis.label}は{axis.control.value:g}まで" for axis in axes)
    return write_message(BAD, f"この組み合わせは選べません（{html.escape(words)}）。")


def _write_value(control: Any) -> str:
    if isinstance(control, ipywidgets.Checkbox):
        return "はい" if control.value else "いいえ"
    if isinstance(control, ipywidgets.Dropdown):
        return str(control.label)
    return f"{control.value:g}"


def _walk(widget: Any) -> Iterator[Any]:
    """Yield a widget and all that stands inside it, from top to bottom."""
    yield widget
    for child in getattr(widget, "children", ()):
        yield from _walk(child)


def render_parts(parts: Sequence[Any]) -> str:
    """Write what several widgets show now, one below another."""
    return "".join(map(_render, parts))


def _render(widget: Any) -> str:
    """Write what a widget shows now; what only asks for a choice shows nothing."""
    if isinstance(widget, ipywidgets.HTML):
        return f"<div>{widget.value}</div>" if widget.value else ""
    if isinstance(widget, ipywidgets.Image):
        return embed_picture(widget.value, html.escape(widget.format))
    if isinstance(widget, ipywidgets.Output):
        return "".join(map(_render_output, widget.outputs))
    return render_parts(getattr(widget, "children", ()))


def _render_output(output: dict[str, Any]) -> str:
    data = output.get("data", {})
    if "text/html" in data:
        return f"<div>{data['text/html']}</div>"
    if "image/png" in data:
        return f'<img src="data:image/png;base64,{data["image/png"].strip()}" alt="">'
    text = data.get("text/plain", output.get("text", ""))
    return f"<pre>{html.escape(text)}</pre>" if text else ""


def embed_picture(content: bytes, kind: str) -> str:
    """Write a picture into the page itself."""
    if not content:
        return ""
    return f'<img src="data:image/{kind};base64,{base64.b64encode(content).decode()}" alt="">'
