"""Which meeting of a store is it, and how does it read and write what it holds?"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pandas as pd

from dxkit.schema import carry_provenance
from dxkit.store._meeting_rows import MeetingRows, StoredRow, make_table
from dxkit.store._practice_meetings import is_practice
from dxkit.store._session import DEFAULT_URL, Session


class MeetingBase:
    """A meeting's name, its session, and its rows in the store."""

    def __init__(self, url: str | Path = DEFAULT_URL, *, meeting: str = "meeting") -> None:
        self.session = Session(url, meeting=meeting)
        self._rows = MeetingRows(self.session.database)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Meeting({self.session.database.safe_url!r}, meeting={self.name!r})"

    @property
    def name(self) -> str:
        """The meeting's name."""
        return self.session.meeting

    def close(self) -> None:
        """Close the database; everything is stored already."""
        self.session.close()

    def list_earlier(self) -> list[str]:
        """List the meetings of this store that were begun before this one.

        Returns
        -------
        list of str
            Their names, the earliest first; practice meetings only for a practice meeting.
        """
        names = self._rows.list_meetings()
        names = names[: names.index(self.name)] if self.name in names else names
        return [name for name in names if is_practice(name) == is_practice(self.name)]

    def list_meetings(self) -> list[str]:
        """List all meetings of this store that hold anything, in the order in which they began."""
        return self._rows.list_meetings()

    def _write(
        self,
        kind: str,
        contents: Mapping[str, Mapping[str, Any]],
        *,
        made: bool,
        replace: bool = False,
    ) -> int:
        """Write rows; in a practice meeting all are invented."""
        is_invented = made or is_practice(self.name)
        return self._rows.write_rows(kind, contents, made=is_invented, replace=replace)

    def _read_table(self, kind: str, columns: Sequence[str]) -> pd.DataFrame:
        rows = self._rows.read_rows(kind)
        return self._mark(make_table([row.content for row in rows], columns), rows)

    def _mark(self, table: pd.DataFrame, rows: Sequence[StoredRow]) -> pd.DataFrame:
        """Mark a table as invented where one of its rows is."""
        marks = {"made": True, "kind": "made"} if any(row.made for row in rows) else {}
        return carry_provenance(table, marks)
