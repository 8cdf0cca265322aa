"""How do the phones of a room reach the meeting's store?

A `Room` serves one small page from the facilitator's laptop and lets nobody in without the
meeting's code: `CodeGate` checks the code, `RateLimiter` slows down who asks too often.
"""

from dxkit.widgets.room._code_gate import CodeGate
from dxkit.widgets.room._rate_limiter import RateLimiter
from dxkit.widgets.room._room import Room

__all__ = ["CodeGate", "RateLimiter", "Room"]
