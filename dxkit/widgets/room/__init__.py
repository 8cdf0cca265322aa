"""How do the phones of a room reach the meeting's store?

A `Room` serves small pages from the facilitator's laptop: one for the phones, which lets nobody in
without the meeting's code, one for the projector (stage) and one for the officer. `CodeGate` checks
codes, `RateLimiter` slows down who asks too often, `list_addresses` lists where phones reach it;
`open_room` opens a meeting without any code; a `PlacingGame` lets groups place bases.
"""

from dxkit.widgets.room._addresses import NetworkAddress, list_addresses
from dxkit.widgets.room._code_gate import CodeGate
from dxkit.widgets.room._open_room import open_room
from dxkit.widgets.room._placing_game import PlacingGame
from dxkit.widgets.room._questions import Question
from dxkit.widgets.room._rate_limiter import RateLimiter
from dxkit.widgets.room._room import Room

__all__ = [
    "CodeGate",
    "NetworkAddress",
    "PlacingGame",
    "Question",
    "RateLimiter",
    "Room",
    "list_addresses",
    "open_room",
]
