"""Which files can the officer take from the pages, and who writes them?

Sheets of a workbook are written here. Handouts, the record and the calendar's entry are written by
`dxkit.reports`, which stands beside this package: whoever opens the room hands its functions in.
"""

import tempfile
import warnings
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from dxkit import groups
from dxkit.errors import ChoiceError, TableWarning
from dxkit.schema import carry_provenance, write_sheets
from dxkit.store import Meeting
from dxkit.widgets.room._late_steps import NO_GROUPS
from dxkit.widgets.room._plan import Plan, score_step
from dxkit.widgets.room._replies import Reply

# writes one paper of a meeting: `dxkit.reports.handout`, `record`, `calendar_entry`
Papers = Mapping[str, Callable[..., Path]]
WEEKDAYS = "月火水木金土日"
KINDS = {
    "groups.xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "handout.html": "text/html",
    "record.docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "record.xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "next.ics": "text/calendar",
}


class PaperDesk:
    """Writes the files of a meeting.

    Parameters
    ----------
    papers
        ``handout``, ``record`` and ``calendar_entry`` of `dxkit.reports`; what is missing cannot be
        written, and the page says so.
    """

    def __init__(self, papers: Papers) -> None:
        self._papers = papers
        self._writers: dict[str, Callable[[Meeting, Plan, Path, Mapping[str, Any]], object]] = {
            "groups.xlsx": _write_groups,
            "handout.html": self._write_handout,
            "record.docx": self._write_record,
            "record.xlsx": lambda meeting, _, path, __: meeting.session.export(path),
            "next.ics": self._write_calendar,
        }

    def write(self, meeting: Meeting, plan: Plan, body: Mapping[str, Any]) -> Reply:
        """Write one file.

        Raises
        ------
        ChoiceError
            If there is no such file, or nothing to write into it yet.
        """
        kind = body.get("kind")
        if not isinstance(kind, str) or kind not in self._writers:
            raise ChoiceError("その書類はありません。画面を開き直してください。")
        # beside nothing of the officer's own: the browser saves it where it saves files
        with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
            warnings.simplefilter("ignore", TableWarning)
            path = Path(folder) / kind
            self._writers[kind](meeting, plan, path, body)
            return Reply(200, path.read_bytes(), KINDS[kind])

    def _find_writer(self, name: str) -> Callable[..., Path]:
        writer = self._papers.get(name)
        if writer is None:
            raise ChoiceError("この書類は、make room で開いた部屋で作れます。")
        return writer

    def _write_handout(self, meeting: Meeting, plan: Plan, path: Path, _: object) -> None:
        room = meeting.room()
        options = {
            name: text for name in ("title", "date", "place") if (text := str(room.get(name) or ""))
        }
        options.setdefault("title", meeting.name)
        items = meeting.items()
        questions = {"questions": items} if items else {}
        choice = {"yes": True, "no": False}.get(str(room.get("systems") or ""))
        measured = _require_groups(meeting, plan)
        self._find_writer("handout")(measured, path=path, systems=choice, **options, **questions)

    def _write_record(self, meeting: Meeting, _: Plan, path: Path, body: Mapping[str, Any]) -> None:
        """Write the record, with the agenda of the stage and the date of the next meeting."""
        options: dict[str, Any] = {}
        if lines := body.get("agenda"):
            options["agenda"] = pd.DataFrame({"part": lines, "minutes": ""})
        if text := _write_day(str(body.get("start") or "")):
            options["next_date"] = text
        self._find_writer("record")(meeting, path=path, **options)

    def _write_calendar(
        self, meeting: Meeting, _: Plan, path: Path, body: Mapping[str, Any]
    ) -> None:
        room = meeting.room()
        title = f"「{room.get('title') or meeting.name}」の次の会"
        start = str(body.get("start") or "").replace("T", " ")
        if not start:
            raise ChoiceError("次の会の日時を入れてください。")
        self._find_writer("calendar_entry")(start, title=title, path=path)


def _write_day(text: str) -> str:
    """Write what the page's field holds as offices do: 2027年1月14日（木）14:00."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return ""
    day = f"{moment.year}年{moment.month}月{moment.day}日（{WEEKDAYS[moment.weekday()]}）"
    return f"{day}{moment:%H:%M}"


def _require_groups(meeting: Meeting, plan: Plan) -> groups.Groups:
    measured = score_step(meeting, plan)
    if measured is None:
        raise ChoiceError(NO_GROUPS)
    return measured


def _write_groups(meeting: Meeting, plan: Plan, path: Path, _: object) -> None:
    """Write who sits where, and why, as sheets of one workbook."""
    measured = _require_groups(meeting, plan)
    members = measured.members.sort_values("group", kind="stable", ignore_index=True)
    first = [name for name in ("group", "code", "person") if name in members.columns]
    others = [name for name in members.columns if name not in first]
    names = {"group": "グループ", "code": "団体", "person": "氏名"}
    seats = members[[*first, *others]].rename(columns=names)
    reasons = groups.explain(measured)
    table = pd.DataFrame({"グループ": reasons.index, "理由": reasons.to_numpy()})
    sheets = {
        "グループ": carry_provenance(seats, measured.members),
        "理由": carry_provenance(table, measured.members),
    }
    write_sheets(sheets, path)
