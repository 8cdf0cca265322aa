"""How do the phones of a room reach the meeting's store?

A `Room` serves one small page from the facilitator's laptop and lets nobody in without the meeting's code.
"""

from dxkit.widgets.room._server import Room

__all__ = ["Room"]
