"""Was a search stopped by the clock, so that its answer depends on the machine?

A limit in seconds that several searches share, and that remembers whether it was ever hit.
"""

from time import monotonic


class Deadline:
    """A limit by the clock that remembers whether it was ever hit.

    Several searches in a row share one: each asks for the seconds that remain. Without a limit the
    clock is never read, so nothing depends on it.
    """

    def __init__(self, time_limit_s: float | None = None) -> None:
        # the clock is read once here, and only where there is a limit
        self._end = None if time_limit_s is None else monotonic() + time_limit_s
        self.was_hit = False

    @property
    def remaining_s(self) -> float | None:
        """Seconds until the limit, at least 0; None without a limit."""
        return None if self._end is None else max(0.0, self._end - monotonic())

    def is_over(self) -> bool:
        """Check the clock, and remember if the limit has passed."""
        self.was_hit |= self.remaining_s == 0.0
        return self.was_hit
