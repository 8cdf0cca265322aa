"""What does a program hold of a meeting's secret, and how does it forget it?"""

from pathlib import Path
from threading import Lock

from dxkit.store._key_file import MARK, SEALED_MARK, destroy_key


class MeetingKey:
    """A meeting's secret in memory, where it can be overwritten.

    Parameters
    ----------
    secret
        The secret; empty if the meeting is sealed, or its file is missing.
    stored
        What stands for it in the store; empty once the meeting is sealed.
    folder
        Where the secret's file lies; ``None`` where the store itself holds it.
    """

    def __init__(self, secret: bytearray, stored: str, folder: Path | None) -> None:
        self.secret = secret
        self._stored = stored
        self._folder = folder
        # nobody copies a secret that is half overwritten
        self._lock = Lock()

    @property
    def is_sealed(self) -> bool:
        """Whether this program knows that the meeting is sealed."""
        return is_sealed(self._stored)

    @property
    def is_missing(self) -> bool:
        """Whether the meeting is open, but the file of its secret is not there."""
        return not self.is_sealed and not self.secret

    @property
    def sealed_mark(self) -> str:
        """What stands in the store from the seal until the secret's file is destroyed."""
        has_file = self._folder is not None and self._stored.startswith((MARK, SEALED_MARK))
        return SEALED_MARK + self._stored[len(MARK) :] if has_file else ""

    def copy_secret(self) -> bytearray:
        """Copy the secret for a computation that takes a while; overwrite the copy afterwards."""
        with self._lock:
            return bytearray(self.secret)

    def forget(self) -> None:
        """Overwrite the secret in memory: the meeting is sealed. Its file may still be there."""
        with self._lock:
            self.secret[:] = bytes(len(self.secret))
            self.secret = bytearray()
            self._stored = self.sealed_mark

    def destroy_file(self) -> None:
        """Destroy the file of a secret that was forgotten, if it is there.

        Raises
        ------
        StoreError
            If the file stays; the next call tries again.
        """
        if self.sealed_mark and self._folder is not None:
            destroy_key(self._folder, self.sealed_mark)
        # only now is nothing left to do
        self._stored = ""


def is_sealed(stored: str | None) -> bool:
    """Check what stands for a secret in the store: a sealed meeting has none."""
    return stored is not None and (stored == "" or stored.startswith(SEALED_MARK))
