"""What happens when somebody who uses no mouse presses Enter in a box?

A browser says first that Enter was pressed and only then what stands in the box; while the kernel
is busy what was typed letter by letter arrives later still. So the box tells its value once, on
Enter or when it is left, and a value that follows Enter is what was meant.
"""

from collections.abc import Callable, Mapping

import ipywidgets


def call_on_enter(
    box: ipywidgets.Text, button: ipywidgets.Button, action: Callable[[object], None]
) -> Callable[[], None]:
    """Do the same where a button is pressed and where Enter is pressed in the box beside it.

    A text that was left in the box by Tab and not judged is judged, too, if another one follows.
    What is returned empties the box without an action.
    """
    box.continuous_update = False
    watch = _EnterWatch(box, action)
    box.on_msg(watch.take_message)
    box.observe(watch.take_value, "value")
    button.on_click(watch.take_click)
    return watch.empty_box


class _EnterWatch:
    """Waits for the value that belongs to a press of Enter."""

    def __init__(self, box: ipywidgets.Text, action: Callable[[object], None]) -> None:
        self._box = box
        self._action = action
        self._last_value = box.value
        self._is_awaited = False
        self._is_fresh = False

    def take_message(self, _: object, content: Mapping[str, object], __: object) -> None:
        """Take a press of Enter: what stands here may still be what stood there before."""
        # Text.on_submit is deprecated, and what replaces it acts on leaving the box, too
        if content.get("event") != "submit":
            return
        if self._box.value != self._last_value:
            self._act()
        self._is_awaited = True

    def take_value(self, _: object) -> None:
        """Take what was typed, if Enter was pressed before."""
        if self._is_awaited:
            self._act()
            self._is_fresh = True

    def take_click(self, _: object) -> None:
        """Take a press of the button; leaving the box for it may have been taken for Enter."""
        if self._is_fresh and self._box.value == self._last_value:
            self._is_fresh = False
            return
        self._act()

    def empty_box(self) -> None:
        """Empty the box: nobody typed that, so that nothing follows."""
        self._is_awaited = False
        self._is_fresh = False
        self._box.value = ""
        self._last_value = ""

    def _act(self) -> None:
        # what the action itself writes into the box was typed by nobody
        self._is_awaited = False
        self._is_fresh = False
        self._action(self._box)
        self._last_value = self._box.value
