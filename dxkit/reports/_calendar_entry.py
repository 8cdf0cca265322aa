"""How does the date of the next meeting get into everybody's calendar (RFC 5545)?"""

import contextlib
import datetime as dt
import hashlib
from pathlib import Path

import pandas as pd

from dxkit._checks import require_number
from dxkit.errors import ChoiceError, shorten

JAPAN_TIME = dt.timezone(dt.timedelta(hours=9))
# octets of a line (RFC 5545, 3.1)
LINE_OCTETS = 75


def calendar_entry(
    start: object,
    *,
    minutes: float = 90,
    title: str = "会議",
    place: str = "",
    note: str = "",
    path: str | Path = "out/next_meeting.ics",
) -> Path:
    """Write the date of a meeting as a file that calendars open.

    Parameters
    ----------
    start
        When it begins, Japan's time: ``"2026-05-14 14:00"`` or a `datetime`.
    minutes
        How long it takes.
    title, place, note
        What the calendar shows.
    path
        The file (``.ics``).

    Returns
    -------
    pathlib.Path
        The same meeting gives the same bytes: opened twice, it stands in the calendar once.

    Raises
    ------
    ChoiceError
        If the beginning is no date and time.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = calendar_entry("2026-05-14 14:00", title="第2回", path=f"{folder}/a.ics")
    ...     path.read_text("utf-8").split()[5:8]
    ['DTSTAMP:20260514T050000Z', 'DTSTART:20260514T050000Z', 'DTEND:20260514T063000Z']
    """
    require_number(minutes, "minutes", above=True)
    begin = _read_time(start)
    end = begin + dt.timedelta(minutes=float(minutes))
    identity = hashlib.sha256(f"{title}\n{begin.isoformat()}".encode()).hexdigest()[:32]
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//dxkit//JA",
        "BEGIN:VEVENT",
        f"UID:{identity}@dxkit",
        # the moment of writing would give other bytes every time
        f"DTSTAMP:{_write_time(begin)}",
        f"DTSTART:{_write_time(begin)}",
        f"DTEND:{_write_time(end)}",
        f"SUMMARY:{_escape_text(title)}",
        *([f"LOCATION:{_escape_text(place)}"] if place else []),
        *([f"DESCRIPTION:{_escape_text(note)}"] if note else []),
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    content = "".join(f"{_fold_line(line)}\r\n" for line in lines)
    target.write_text(content, encoding="utf-8", newline="")
    return target


def _read_time(start: object) -> dt.datetime:
    moment = None
    # a date alone would begin at midnight
    if isinstance(start, dt.datetime) or ":" in str(start):
        with contextlib.suppress(ValueError, TypeError):
            moment = pd.Timestamp(start)  # type: ignore[arg-type] # whatever it is, it is tried
    if moment is None or pd.isna(moment):
        raise ChoiceError(
            f"会議の始まり「{shorten(start)}」を日時として読めません。"
            '"2026-05-14 14:00" のように書いてください。'
        )
    time = moment.to_pydatetime()
    return time if time.tzinfo is not None else time.replace(tzinfo=JAPAN_TIME)


def _write_time(time: dt.datetime) -> str:
    return time.astimezone(dt.UTC).strftime("%Y%m%dT%H%M%SZ")


def _escape_text(text: str) -> str:
    """Escape a text (RFC 5545, 3.3.11)."""
    plain = str(text).replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    lines = plain.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    # no other control character may stand in a line
    return "\\n".join(
        "".join(letter for letter in line if letter.isprintable() or letter == "\t")
        for line in lines
    )


def _fold_line(line: str) -> str:
    """Fold a line so that no part is longer than 75 octets, and no letter is cut."""
    parts = [""]
    octets = 0
    for letter in line:
        size = len(letter.encode("utf-8"))
        if octets + size > LINE_OCTETS:
            parts.append("")
            # the blank that marks a folded line counts
            octets = 1
        parts[-1] += letter
        octets += size
    return "\r\n ".join(parts)
