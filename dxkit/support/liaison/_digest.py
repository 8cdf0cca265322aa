"""What has changed in each municipality since the liaison was last there?"""

from datetime import datetime

import numpy as np
import pandas as pd

from dxkit import _checks
from dxkit.errors import Fault, TableError

VISIT = "訪問"
COLUMNS = ["code", "item", "before", "after", "changes", "last_at", "visited_at"]


def digest(
    history: pd.DataFrame,
    *,
    visits: pd.DataFrame | None = None,
    code: str | None = None,
    until: str | datetime | None = None,
) -> pd.DataFrame:
    """Give what changed in each municipality after its last visit, item by item.

    Parameters
    ----------
    history
        One row an entry: ``code, at`` (a time), ``item, value``, as a store's export or an own list gives it. Rows of the item
        訪問 are visits.
    visits
        Visits in a table of their own: ``code, at``.
    code
        Only this municipality.
    until
        Look no further than this time.

    Returns
    -------
    pandas.DataFrame
        One row an item that changed: ``code, item, before`` (the value at the last visit; empty: not known then), ``after``,
        ``changes`` (entries since), ``last_at, visited_at`` (empty: never visited, everything is new). An item that ended
        where it began is left out. ``.attrs["messages"]``: one text a municipality, ready to be pushed to it.

    Raises
    ------
    TableError
        If a column is missing or a time cannot be read.
    """
    entries = _timed(history, ["code", "at", "item", "value"], "history")
    seen = (
        entries[entries["item"] == VISIT]
        if visits is None
        else _timed(visits, ["code", "at"], "visits")
    )
    entries = entries[entries["item"] != VISIT]
    if code is not None:
        entries = entries[
            entries["code"]
            == _checks.require_choice(code, sorted(history["code"].unique()), "code")
        ]
    if until is not None:
        entries, seen = (
            entries[entries["at"] <= pd.Timestamp(until)],
            seen[seen["at"] <= pd.Timestamp(until)],
        )
    last = seen.groupby("code")["at"].max()
    rows = [
        _change(place, item, rows, last.get(place))
        for (place, item), rows in entries.groupby(["code", "item"], sort=True)
    ]
    table = pd.DataFrame([row for row in rows if row is not None], columns=COLUMNS)
    table.attrs["settings"] = {"code": code, "until": None if until is None else str(until)}
    table.attrs["messages"] = {
        place: _message(rows) for place, rows in table.groupby("code", sort=True)
    }
    return table


def _timed(table: pd.DataFrame, needed: list[str], what: str) -> pd.DataFrame:
    _checks.require_columns(table, needed, what)
    # times with and without a zone are read alike: as the clock showed them
    at = pd.to_datetime(
        table["at"].astype(str).str.replace(r"(Z|[+-]\d\d:?\d\d)$", "", regex=True),
        errors="coerce",
        format="ISO8601",
    )
    bad = np.flatnonzero(at.isna())
    if bad.size:
        remedy = "2026-01-31 や 2026-01-31 10:00 のように書いてください"
        raise TableError(
            Fault(
                f"{what} の時刻が読めません",
                remedy,
                row=int(row) + 1,
                column="at",
                value=table["at"].iloc[row],
            )
            for row in bad
        )
    return table.assign(at=at).sort_values("at", kind="stable")


def _change(
    code: object, item: object, rows: pd.DataFrame, visited: "pd.Timestamp | None"
) -> tuple[object, ...] | None:
    """Give what happened to one item after the visit; None if nothing."""
    fresh = rows if visited is None else rows[rows["at"] > visited]
    known = rows.iloc[:0] if visited is None else rows[rows["at"] <= visited]
    before = known["value"].iloc[-1] if len(known) else None
    if fresh.empty or fresh["value"].iloc[-1] == before:
        return None
    return (code, item, before, fresh["value"].iloc[-1], len(fresh), fresh["at"].iloc[-1], visited)


def _message(rows: pd.DataFrame) -> str:
    """Say the changes of one municipality in a few lines."""
    since = rows["visited_at"].iloc[0]
    head = (
        "これまでの動き（訪問の記録なし）"
        if pd.isna(since)
        else f"前回訪問（{since:%Y年%m月%d日}）からの動き"
    )
    known = rows["before"].notna()
    was = (rows["before"].astype(str) + " → ").where(known, "")
    lines = "・" + rows["item"].astype(str) + "：" + was + rows["after"].astype(str)
    return "\n".join([head, *lines])
