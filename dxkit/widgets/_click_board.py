"""How are places chosen by clicking on a map, where no script of ours may run?

The map is a picture, and each place that may be chosen is an ordinary button of ipywidgets laid
over it: a click reaches the kernel as any button's does, in every program that shows widgets, the
Tab and Enter keys do the same, and there is no script.
"""

from collections.abc import Callable, Sequence

import ipywidgets

from dxkit._arrays import FloatArray
from dxkit.errors import ChoiceError

# more buttons than this nobody could tell apart
MAX_SPOTS = 400
# the rules name two classes of ours and one of ipywidgets, so that they win over the program's own
STYLE = """<style>
.dxkit-board {
  display: block; position: relative; width: min(760px, 98%); overflow: hidden;
  border: 1px solid #ccc;
}
.dxkit-board > .dxkit-picture { display: block; width: 100%; height: auto; margin: 0; }
.dxkit-board > .dxkit-picture > .widget-html-content { width: 100%; line-height: 0; }
.dxkit-board > .dxkit-spot.widget-button {
  position: absolute; width: 15px; height: 15px; min-width: 0; margin: -7.5px 0 0 -7.5px;
  padding: 0; overflow: visible; border: 2px solid #ffffff; border-radius: 50%;
  background: #55606b; color: #ffffff; box-shadow: none;
}
.dxkit-board > .dxkit-spot.widget-button:hover { background: #d55e00; }
.dxkit-board > .dxkit-spot.widget-button:focus {
  outline: 3px solid #d55e00; outline-offset: 1px;
}
.dxkit-board > .dxkit-spot.dxkit-chosen.widget-button {
  width: 27px; height: 27px; margin: -13.5px 0 0 -13.5px; background: #111111;
  font-size: 15px; line-height: 22px; font-weight: bold; z-index: 2;
}
</style>"""


class ClickBoard(ipywidgets.Box):  # type: ignore[misc] # ipywidgets has no types
    """A picture with a button on each place that may be chosen.

    Parameters
    ----------
    shares
        Where each place is, as shares (0–1) of the picture's width and height.
    names
        Shown, as text, while the pointer rests on a button.
    on_click
        Called with the position of the place at each click.

    Raises
    ------
    ChoiceError
        If there are so many places that nobody could tell them apart.
    """

    def __init__(
        self, shares: FloatArray, names: Sequence[str], on_click: Callable[[int], None]
    ) -> None:
        if len(shares) > MAX_SPOTS:
            raise ChoiceError(
                f"候補地が{len(shares)}か所あります。手で置く地図では{MAX_SPOTS}か所までです。"
                "candidates を絞り込んでください。"
            )
        self.picture = ipywidgets.HTML()
        self.picture.add_class("dxkit-picture")
        self.spots = [
            _make_spot(x, y, str(name)) for (x, y), name in zip(shares.tolist(), names, strict=True)
        ]
        for position, spot in enumerate(self.spots):
            # bound as a default: the loop's variable would be the last position at every click
            spot.on_click(lambda _, position=position: on_click(position))
        super().__init__([ipywidgets.HTML(STYLE), self.picture, *self.spots])
        self.add_class("dxkit-board")

    def mark_spots(self, positions: Sequence[int]) -> None:
        """Show which places are chosen, numbered in their order."""
        for position, spot in enumerate(self.spots):
            number = str(positions.index(position) + 1) if position in positions else ""
            # every change is a message to the browser: only what differs is sent
            if spot.description != number:
                spot.description = number
                (spot.add_class if number else spot.remove_class)("dxkit-chosen")


def _make_spot(x: float, y: float, name: str) -> ipywidgets.Button:
    spot = ipywidgets.Button(
        tooltip=name, layout=ipywidgets.Layout(left=f"{x:.2%}", top=f"{y:.2%}")
    )
    spot.add_class("dxkit-spot")
    return spot
