"""Which consultations are open, whose are they, how old, overdue, handed on or reopened?

`cases` reads a log of events and gives one row a consultation.
"""

import pandas as pd

from dxkit import _checks
from dxkit._plain_tables import read_plain_table
from dxkit.errors import Fault, TableError
from dxkit.schema import accepts_any_table, carry_provenance

RECEIVED = "受付"
HANDED_ON = "引継ぎ"
DONE = "完了"
REOPENED = "再開"
EVENTS = (RECEIVED, "対応", HANDED_ON, "回答", DONE, REOPENED)
# columns of which the last entry that is not blank counts
KEPT = ("code", "kind", "field", "owner", "due")


@accepts_any_table("log")
def cases(log: pd.DataFrame, *, today: str | None = None) -> pd.DataFrame:
    """Sum up a log of consultations, one row a case.

    Parameters
    ----------
    log
        One row an event, from the form ``case`` (`dxkit.loaders.read_form`): ``case, at, event``
        (受付, 対応, 引継ぎ, 回答, 完了, 再開) and, where known, ``code, kind, field, owner, due, text``. A
        case begins with its 受付.
    today
        The day on which ages are counted; by default that of the last event.

    Returns
    -------
    pandas.DataFrame
        One row a case, the most overdue first: ``case, code, kind, field, owner, state`` (open,
        done), ``received_on, due, last_on, age_days`` (to today, or until it was done),
        ``overdue_days`` (0 where it is not), ``quiet_days`` (since the last event; 0 where done),
        ``reopened`` (times), ``handed_on`` (times), ``owners`` (in order, separated by →) and
        ``last_text``.

    Raises
    ------
    TableError
        If an event is unknown, a date cannot be read, or a case has no 受付 or something before
        it; with every fault.

    Examples
    --------
    >>> import pandas as pd
    >>> log = pd.DataFrame({"case": "1", "at": ["2026-10-01", "2026-10-08"]})
    >>> log = log.assign(event=["受付", "引継ぎ"])
    >>> log = log.assign(owner=["甲", "乙"], due=["2026-10-05", None], code="28201")
    >>> open_cases = cases(log, today="2026-10-15")
    >>> open_cases[["owners", "age_days", "overdue_days", "quiet_days"]].to_numpy().tolist()
    [['甲→乙', 14, 10, 7]]
    """
    rows = _read_log(log)
    day = rows["at"].max() if today is None else _checks.read_day(today, "today")
    lines = [_sum_up(str(case), events, day) for case, events in rows.groupby("case", sort=True)]
    table = pd.DataFrame(lines).sort_values(
        ["overdue_days", "age_days", "case"], ascending=[False, False, True], ignore_index=True
    )
    table.attrs["settings"] = {"today": f"{day:%Y-%m-%d}"}
    return carry_provenance(table, log)


def _read_log(log: pd.DataFrame) -> pd.DataFrame:
    """Read the events in their order, with every fault."""
    rows = read_plain_table(log)
    _checks.require_columns(rows, ["case", "at", "event"], "相談票")
    _checks.require_filled(rows, ["case"], "相談票")
    faults = _checks.find_stray_words(rows, "event", EVENTS, "相談票")
    for column in ("at", "due"):
        if column not in rows.columns:
            continue
        dates = pd.to_datetime(rows[column], errors="coerce", format="ISO8601")
        bad = dates.isna() & (rows[column].notna() | (column == "at"))
        faults += [
            Fault(
                "日付が読めません",
                "2026-10-01 のように書いてください",
                row=int(row) + 1,
                column=column,
                value=rows[column].iloc[row],
            )
            for row in rows.index[bad]
        ]
        rows[column] = dates
    if faults:
        raise TableError(faults)
    # a case is received before anything else of the same day happens
    order = rows["event"].map({event: place for place, event in enumerate(EVENTS)})
    rows = rows.assign(order=order).sort_values(["case", "at", "order"], kind="stable")
    first = rows.groupby("case", sort=True)["event"].first()
    late = first[first != RECEIVED]
    if len(late):
        raise TableError(
            Fault(
                "受付の行がないか、受付より前の行があります",
                "相談ごとに、はじめの行を受付にしてください",
                column="event",
                value=case,
            )
            for case in late.index
        )
    return rows


def _sum_up(case: str, events: pd.DataFrame, day: pd.Timestamp) -> dict[str, object]:
    """Sum up the events of one case."""
    facts = {
        column: _find_last(events[column]) if column in events.columns else None for column in KEPT
    }
    closing = events[events["event"].isin([DONE, REOPENED])]
    is_done = bool(len(closing)) and closing["event"].iloc[-1] == DONE
    received = events["at"].iloc[0]
    last = events["at"].iloc[-1]
    until = closing["at"].iloc[-1] if is_done else day
    due = facts["due"]
    owners = events["owner"].dropna().astype(str) if "owner" in events.columns else pd.Series([])
    return {
        "case": case,
        **{column: facts[column] for column in ("code", "kind", "field", "owner")},
        "state": "done" if is_done else "open",
        "received_on": received,
        "due": pd.NaT if due is None else due,
        "last_on": last,
        "age_days": (until - received).days,
        "overdue_days": 0
        if due is None or is_done
        else max((day - pd.Timestamp(str(due))).days, 0),
        "quiet_days": 0 if is_done else (day - last).days,
        "reopened": int((events["event"] == REOPENED).sum()),
        "handed_on": int((events["event"] == HANDED_ON).sum()),
        "owners": "→".join(owners[owners != owners.shift()]),
        "last_text": _find_last(events["text"]) if "text" in events.columns else None,
    }


def _find_last(cells: pd.Series) -> "object | None":
    """Find the last cell that is not blank."""
    filled = cells.dropna()
    return filled.iloc[-1] if len(filled) else None
