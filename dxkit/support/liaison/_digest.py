"""What has changed in each municipality since the liaison was last there?"""

from collections.abc import Sequence
from datetime import datetime

import numpy as np
import pandas as pd

from dxkit import _checks
from dxkit.errors import Fault, TableError
from dxkit.schema import accepts_any_table, carry_provenance

# rows are counted by these: a blank one would drop out
KEYS = ("code", "item")
VISIT_ITEM = "訪問"
COLUMNS = ["code", "item", "before", "after", "changes", "last_at", "visited_at"]


@accepts_any_table("history", "visits")
def digest(
    history: pd.DataFrame,
    *,
    visits: pd.DataFrame | None = None,
    code: str | None = None,
    until: str | datetime | None = None,
) -> pd.DataFrame:
    """List what changed in each municipality after its last visit, item by item.

    Parameters
    ----------
    history
        One row an entry: ``code, at`` (a time), ``item, value``, as a store's export or an own
        list gives it. Rows of the item 訪問 are visits.
    visits
        Visits in a table of their own: ``code, at``.
    code
        Only this municipality.
    until
        Look no further than this time.

    Returns
    -------
    pandas.DataFrame
        One row an item that changed: ``code, item, before`` (the value at the last visit; empty:
        not known then), ``after``, ``changes`` (entries since), ``last_at, visited_at`` (empty:
        never visited, everything is new). An item that ended where it began is left out.
        ``.attrs["messages"]``: one text a municipality, ready to be pushed to it.

    Raises
    ------
    TableError
        If a column is missing or a time cannot be read.

    Examples
    --------
    >>> import pandas as pd
    >>> history = pd.DataFrame(
    ...     [
    ...         ("28585", "2026-04-01", "標準化", "遅れ"),
    ...         ("28585", "2026-05-10", "訪問", "済"),
    ...         ("28585", "2026-06-01", "標準化", "順調"),
    ...     ],
    ...     columns=["code", "at", "item", "value"],
    ... )
    >>> print(digest(history).attrs["messages"]["28585"])
    前回訪問（2026年05月10日）からの動き
    ・標準化：遅れ → 順調
    """
    entries = _read_times(history, ["code", "at", "item", "value"], "history")
    is_visit = entries["item"] == VISIT_ITEM
    visited = entries[is_visit] if visits is None else _read_times(visits, ["code", "at"], "visits")
    entries = entries[~is_visit]
    if code is not None:
        present = sorted(history["code"].unique())
        entries = entries[entries["code"] == _checks.require_choice(code, present, "code")]
    if until is not None:
        last_day = _checks.read_day(until, "until")
        entries = entries[entries["at"] <= last_day]
        visited = visited[visited["at"] <= last_day]
    last_visit = visited.groupby("code")["at"].max()
    # groups come sorted, so that rows stand by code and item
    changes = [
        _find_change(place, item, rows, last_visit.get(place))
        for (place, item), rows in entries.groupby(["code", "item"], sort=True)
    ]
    table = pd.DataFrame([row for row in changes if row is not None], columns=COLUMNS)
    table.attrs["settings"] = {"code": code, "until": None if until is None else str(until)}
    table.attrs["messages"] = {
        place: _write_message(rows) for place, rows in table.groupby("code", sort=True)
    }
    return carry_provenance(table, history, visits)


def _read_times(table: pd.DataFrame, needed: Sequence[str], what: str) -> pd.DataFrame:
    """Read the column ``at`` as times and sort by it.

    Raises
    ------
    TableError
        Naming every time that cannot be read.
    """
    _checks.require_columns(table, needed, what)
    _checks.require_filled(table, [key for key in needed if key in KEYS], what)
    # times with and without a zone are read alike: as the clock showed them
    texts = table["at"].astype(str).str.replace(r"(Z|[+-]\d\d:?\d\d)$", "", regex=True)
    times = pd.to_datetime(texts, errors="coerce", format="ISO8601")
    bad = np.flatnonzero(times.isna())
    if bad.size:
        problem = f"{what} の時刻が読めません"
        remedy = "2026-01-31 や 2026-01-31 10:00 のように書いてください"
        cells = table["at"]
        raise TableError(
            Fault(problem, remedy, row=int(row) + 1, column="at", value=cells.iloc[row])
            for row in bad
        )
    return table.assign(at=times).sort_values("at", kind="stable")


def _find_change(
    code: object, item: object, entries: pd.DataFrame, visited_at: "pd.Timestamp | None"
) -> tuple[object, ...] | None:
    """Find what happened to one item after the visit; None if nothing."""
    # without a visit nothing is known yet, and everything is new
    is_new = np.ones(len(entries), dtype=bool) if visited_at is None else entries["at"] > visited_at
    fresh = entries[is_new]
    former = entries[~is_new]
    before = former["value"].iloc[-1] if len(former) else None
    # an item that went and came back has not changed
    if fresh.empty or fresh["value"].iloc[-1] == before:
        return None
    last = fresh.iloc[-1]
    return (code, item, before, last["value"], len(fresh), last["at"], visited_at)


def _write_message(changes: pd.DataFrame) -> str:
    """Write the changes of one municipality in a few lines."""
    visited_at = changes["visited_at"].iloc[0]
    head = (
        "これまでの動き（訪問の記録なし）"
        if pd.isna(visited_at)
        else f"前回訪問（{visited_at:%Y年%m月%d日}）からの動き"
    )
    # an item that was not known at the visit has no "before →"
    had_value = changes["before"].notna()
    before = (changes["before"].astype(str) + " → ").where(had_value, "")
    lines = "・" + changes["item"].astype(str) + "：" + before + changes["after"].astype(str)
    return "\n".join([head, *lines])
