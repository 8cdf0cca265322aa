"""How often may a phone ask?"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

# senders that are remembered; the one longest silent is forgotten first
MAX_SENDERS = 4096


class RateLimiter:
    """Lets a sender ask some times at once and then only so many times a second.

    Parameters
    ----------
    burst
        How many requests at once.
    per_second
        How many a second after that.
    clock
        Seconds that never go back.

    Notes
    -----
    A token bucket for each sender.

    Examples
    --------
    >>> limiter = RateLimiter(2, 1, clock=lambda: 0.0)
    >>> [limiter.allow_request("a") for _ in range(3)]
    [True, True, False]
    """

    def __init__(
        self, burst: float, per_second: float, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.burst = burst
        self.per_second = per_second
        self._clock = clock
        # of each sender: requests that are left, and since when
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def sender_count(self) -> int:
        """How many senders are remembered."""
        return len(self._buckets)

    def clear(self) -> None:
        """Forget all senders."""
        with self._lock:
            self._buckets.clear()

    def allow_request(self, sender: str) -> bool:
        """Count one request; whether it may go on."""
        with self._lock:
            now = self._clock()
            remaining, since = self._buckets.pop(sender, (self.burst, now))
            remaining = min(self.burst, remaining + (now - since) * self.per_second)
            allowed = remaining >= 1
            # put back at the end: the front holds whoever has been silent longest
            self._buckets[sender] = (remaining - 1 if allowed else remaining, now)
            while len(self._buckets) > MAX_SENDERS:
                self._buckets.popitem(last=False)
            return allowed
