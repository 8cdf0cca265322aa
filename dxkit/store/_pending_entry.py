"""What becomes of an entry that waits for the commit that takes it to the disk?"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy.exc import DBAPIError


class SealedError(Exception):
    """The meeting is closed: no more votes, choices or cards."""


@dataclass(slots=True, eq=False)
class PendingEntry:
    """An entry on its way to the disk; in the end either ``stored`` or ``error`` is set."""

    row: dict[str, Any]
    is_new: bool = False
    stored: dict[str, Any] | None = None
    error: DBAPIError | SealedError | None = None

    @property
    def is_pending(self) -> bool:
        """Whether nothing has become of it yet."""
        return self.stored is None and self.error is None
