"""What happens when somebody who uses no mouse presses Enter in a box?"""

from collections.abc import Callable, Mapping

import ipywidgets


def call_on_enter(box: ipywidgets.ValueWidget, action: Callable[[object], None]) -> None:
    """Do what the button beside a box does when Enter is pressed in the box."""

    def take_message(_: object, content: Mapping[str, object], __: object) -> None:
        # Text.on_submit is deprecated, and what replaces it acts on leaving the box, too
        if content.get("event") == "submit":
            action(box)

    box.on_msg(take_message)
