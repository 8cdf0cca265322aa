"""Who keeps a second program from opening the room of the same folder?

A file beside the store that one program locks while its room is open. The system frees the lock
when that program ends, however it ends: a power cut leaves nothing that has to be cleared.
"""

import sqlite3
from pathlib import Path

from dxkit.errors import ChoiceError, StoreError

GUARD_SUFFIX = ".open.sqlite"


class StoreGuard:
    """Holds a store's folder for one room.

    Parameters
    ----------
    store
        The store's file.
    """

    def __init__(self, store: Path) -> None:
        self._path = store.with_suffix(GUARD_SUFFIX)
        self._connection: sqlite3.Connection | None = None

    def take(self) -> None:
        """Hold it; once is enough.

        Raises
        ------
        ChoiceError
            If another room holds it.
        StoreError
            If the folder cannot be written.
        """
        if self._connection is not None:
            return
        connection = None
        try:
            # transactions are begun by hand, and the thread that stops the room may be another
            connection = sqlite3.connect(
                self._path, timeout=0, isolation_level=None, check_same_thread=False
            )
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error as error:
            if connection is not None:
                connection.close()
            raise self._explain(error) from error
        self._connection = connection

    def release(self) -> None:
        """Let the next one have it."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _explain(self, error: sqlite3.Error) -> ChoiceError | StoreError:
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY:
            return ChoiceError(
                "この会議の部屋は、もう開いています。前の make room の窓を閉じてから開いてください。"
            )
        return StoreError(
            f"会議のフォルダーの「{self._path.name}」を書けません（{error}）。"
            "空きと書き込みの許可を確かめてください。"
        )
