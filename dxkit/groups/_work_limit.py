"""When does a search stop: after an amount of work, or by the clock if the user says so?

Work is counted in units that do not depend on the machine, so that its limit stops the search at
the same point everywhere.
"""

from dataclasses import dataclass
from time import monotonic


@dataclass
class WorkLimit:
    """A limit on the work of a search.

    Attributes
    ----------
    units
        How much work may be done, in groups looked at.
    time_limit_s
        Where given, this many seconds by the clock limit the search instead.
    """

    units: float
    time_limit_s: float | None = None

    def __post_init__(self) -> None:
        self._spent = 0.0
        self._start = monotonic()
        self._was_stopped_by_clock = False

    @property
    def is_reproducible(self) -> bool:
        """Whether the search went on just as it would on any machine."""
        return not self._was_stopped_by_clock

    def spend(self, units: float) -> None:
        """Count work that was done."""
        self._spent += units

    def is_used_up(self) -> bool:
        """Check whether the search must stop."""
        if self.time_limit_s is None:
            return self._spent >= self.units
        if self.compute_remaining_s() <= 0:
            self._was_stopped_by_clock = True
        return self._was_stopped_by_clock

    def compute_remaining_s(self) -> float:
        """Compute the seconds left by the clock; inf where the clock is no limit."""
        if self.time_limit_s is None:
            return float("inf")
        return self.time_limit_s - (monotonic() - self._start)
