"""How does a year of courses and rounds get into everybody's calendar?"""

import hashlib
from pathlib import Path

import pandas as pd

from dxkit import _checks
from dxkit._plain_tables import read_plain_table
from dxkit.errors import ChoiceError, Fault, TableError
from dxkit.schema import MADE_MARK, accepts_any_table, is_made, writable_text, write_sheets

# RFC 5545: lines of at most 75 octets, folded with a blank
FOLD_OCTETS = 75
STAMP = "20260401T000000Z"
TIME_ZONE = (
    "BEGIN:VTIMEZONE",
    "TZID:Asia/Tokyo",
    "BEGIN:STANDARD",
    "DTSTART:19700101T000000",
    "TZOFFSETFROM:+0900",
    "TZOFFSETTO:+0900",
    "TZNAME:JST",
    "END:STANDARD",
    "END:VTIMEZONE",
)


@accepts_any_table("events")
def write_calendar(path: str | Path, events: pd.DataFrame, *, title: str = "DX研修・巡回") -> Path:
    """Write events as a calendar that Outlook and the like take in, or as a workbook.

    Parameters
    ----------
    path
        ``.ics`` (iCalendar, RFC 5545) or ``.xlsx``.
    events
        One row an event: ``title, start`` (a day, or a time) and, where known, ``end, place,
        text``. A day without a time is an event of the whole day.
    title
        Name of the calendar.

    Returns
    -------
    pathlib.Path

    Raises
    ------
    ChoiceError
        If the name ends otherwise.
    TableError
        If a title is empty, a time cannot be read, or an event ends before it starts.

    Notes
    -----
    The same event has the same UID whenever it is written, so that a calendar written anew takes
    the place of the old one and doubles nothing.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import mkdtemp
    >>> import pandas as pd
    >>> events = pd.DataFrame({"title": ["出前講座"], "start": ["2026-10-01 13:30"]})
    >>> path = write_calendar(Path(mkdtemp()) / "year.ics", events)
    >>> [line for line in path.read_text(encoding="utf-8").split() if "SUMMARY" in line]
    ['SUMMARY:出前講座']
    """
    path = Path(path)
    rows = _read_calendar_events(events)
    if path.suffix.lower() == ".ics":
        lines = _write_lines(rows, title, is_invented=is_made(events))
        text = "".join(f"{_fold(line)}\r\n" for line in lines)
        path.write_bytes(text.encode("utf-8"))
    elif path.suffix.lower() == ".xlsx":
        columns = ["title", "start", "end", "place", "text"]
        shown = rows[columns].assign(
            start=rows["start_text"], end=rows["end_text"].where(rows["end"].notna(), "")
        )
        shown.attrs = dict(events.attrs)
        write_sheets({"予定": shown}, path)
    else:
        raise ChoiceError(
            f"「{path.name}」は書けません。名前の終わりを .ics か .xlsx にしてください。"
        )
    return path


def _read_calendar_events(events: pd.DataFrame) -> pd.DataFrame:
    """Read the events in the order of their times, with every fault."""
    rows = read_plain_table(events)
    _checks.require_columns(rows, ["title", "start"], "予定")
    faults = [
        Fault("予定の題名が空です", "題名を書いてください", row=int(row) + 1, column="title")
        for row in rows.index[rows["title"].fillna("").astype(str).str.strip() == ""]
    ]
    for column in ("place", "text", "end"):
        if column not in rows.columns:
            rows[column] = None
    for column in ("start", "end"):
        texts = rows[column].astype("string")
        times = pd.to_datetime(texts, errors="coerce", format="ISO8601")
        bad = times.isna() & (texts.notna() | (column == "start"))
        faults += [
            Fault(
                "予定の時刻が読めません",
                "2026-10-01 か 2026-10-01 13:30 のように書いてください",
                row=int(row) + 1,
                column=column,
                value=rows[column].iloc[row],
            )
            for row in rows.index[bad]
        ]
        rows[f"{column}_text"] = texts.fillna("")
        rows[column] = times
    faults += [
        Fault("終わりが始まりより前です", "時刻を確かめてください", row=int(row) + 1, column="end")
        for row in rows.index[rows["end"] < rows["start"]]
    ]
    if faults:
        raise TableError(faults)
    return rows.sort_values(["start", "title"], kind="stable", ignore_index=True)


def _write_lines(rows: pd.DataFrame, title: str, *, is_invented: bool) -> list[str]:
    """Write the lines of a calendar."""
    mark = f"（{MADE_MARK}）" if is_invented else ""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//dxkit//JA",
        f"X-WR-CALNAME:{_escape(title + mark)}",
    ]
    lines += TIME_ZONE
    for row in rows.to_dict("records"):
        key = f"{row['title']}/{row['start_text']}/{'' if pd.isna(row['place']) else row['place']}"
        lines += [
            "BEGIN:VEVENT",
            f"UID:{hashlib.sha256(key.encode()).hexdigest()[:32]}@dxkit",
            f"DTSTAMP:{STAMP}",
            *_write_times(row["start"], row["end"], has_time=":" in str(row["start_text"])),
            f"SUMMARY:{_escape(str(row['title']) + mark)}",
        ]
        for name, text in (("LOCATION", row["place"]), ("DESCRIPTION", row["text"])):
            if pd.notna(text):
                lines.append(f"{name}:{_escape(str(text))}")
        lines.append("END:VEVENT")
    return [*lines, "END:VCALENDAR"]


def _write_times(start: pd.Timestamp, end: pd.Timestamp, *, has_time: bool) -> list[str]:
    """Write start and end; an event of whole days ends on the day after its last."""
    if has_time:
        lines = [f"DTSTART;TZID=Asia/Tokyo:{start:%Y%m%dT%H%M%S}"]
        if pd.notna(end):
            lines.append(f"DTEND;TZID=Asia/Tokyo:{end:%Y%m%dT%H%M%S}")
        return lines
    last = (start if pd.isna(end) else end) + pd.Timedelta(days=1)
    return [f"DTSTART;VALUE=DATE:{start:%Y%m%d}", f"DTEND;VALUE=DATE:{last:%Y%m%d}"]


def _escape(text: str) -> str:
    """Escape what would end a value, or begin another line of the calendar."""
    escaped = writable_text(text).replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return escaped.replace("\r\n", "\\n").replace("\n", "\\n").replace("\r", "\\n")


def _fold(line: str) -> str:
    """Fold a line at 75 octets without cutting a letter."""
    parts = [""]
    for letter in line:
        limit = FOLD_OCTETS if len(parts) == 1 else FOLD_OCTETS - 1
        if len((parts[-1] + letter).encode()) > limit:
            parts.append("")
        parts[-1] += letter
    return "\r\n ".join(parts)
