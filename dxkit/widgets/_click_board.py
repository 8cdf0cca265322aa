"""How are places chosen by clicking on a map, where no script of ours may run?

The map is a picture, and each place that may be chosen is an ordinary button of ipywidgets laid over it: a click reaches the
kernel as any button's does, in every program that shows widgets, the Tab and Enter keys do the same, and there is no script.
"""

from collections.abc import Callable, Sequence

import ipywidgets
import numpy as np
from numpy.typing import NDArray

from dxkit.errors import ChoiceError

Floats = NDArray[np.float64]
MOST_SPOTS = 400
# the rules name two classes of ours and one of ipywidgets, so that they win over the program's own
STYLE = """<style>
.dxkit-board { display: block; position: relative; width: min(760px, 98%); overflow: hidden; border: 1px solid #ccc; }
.dxkit-board > .dxkit-picture { display: block; width: 100%; height: auto; margin: 0; }
.dxkit-board > .dxkit-picture > .widget-html-content { width: 100%; line-height: 0; }
.dxkit-board > .dxkit-spot.widget-button {
  position: absolute; width: 15px; height: 15px; min-width: 0; margin: -7.5px 0 0 -7.5px; padding: 0; overflow: visible;
  border: 2px solid #ffffff; border-radius: 50%; background: #55606b; color: #ffffff; box-shadow: none;
}
.dxkit-board > .dxkit-spot.widget-button:hover { background: #d55e00; }
.dxkit-board > .dxkit-spot.widget-button:focus { outline: 3px solid #d55e00; outline-offset: 1px; }
.dxkit-board > .dxkit-spot.dxkit-chosen.widget-button {
  width: 27px; height: 27px; margin: -13.5px 0 0 -13.5px; background: #111111;
  font-size: 15px; line-height: 22px; font-weight: bold; z-index: 2;
}
</style>"""


class Board(ipywidgets.Box):  # type: ignore[misc]
    """A picture with a button on each place that may be chosen.

    Parameters
    ----------
    shares
        Where each place is, as shares (0–1) of the picture's width and height.
    names
        Shown, as text, while the pointer rests on a button.
    clicked
        Told the number of the place at each click.

    Raises
    ------
    ChoiceError
        If there are so many places that nobody could tell them apart.
    """

    def __init__(
        self, shares: Floats, names: Sequence[str], clicked: Callable[[int], None]
    ) -> None:
        if len(shares) > MOST_SPOTS:
            raise ChoiceError(
                f"候補地が{len(shares)}か所あります。手で置く地図では{MOST_SPOTS}か所までです。candidates を絞り込んでください。"
            )
        self.picture = ipywidgets.HTML()
        self.picture.add_class("dxkit-picture")
        self.spots = [
            _spot(x, y, str(name)) for (x, y), name in zip(shares.tolist(), names, strict=True)
        ]
        for place, spot in enumerate(self.spots):
            spot.on_click(lambda _, place=place: clicked(place))
        super().__init__([ipywidgets.HTML(STYLE), self.picture, *self.spots])
        self.add_class("dxkit-board")

    def mark(self, chosen: Sequence[int]) -> None:
        """Show which places are chosen, numbered in their order."""
        for place, spot in enumerate(self.spots):
            number = str(chosen.index(place) + 1) if place in chosen else ""
            if spot.description != number:
                spot.description = number
                (spot.add_class if number else spot.remove_class)("dxkit-chosen")


def _spot(x: float, y: float, name: str) -> ipywidgets.Button:
    spot = ipywidgets.Button(
        tooltip=name, layout=ipywidgets.Layout(left=f"{x:.2%}", top=f"{y:.2%}")
    )
    spot.add_class("dxkit-spot")
    return spot
