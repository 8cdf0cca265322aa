"""What remains of a meeting: who came, what was said, voted and decided, without who voted what?"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from dxkit._keywords import accepts_old_keywords
from dxkit.errors import ChoiceError, shorten
from dxkit.reports._atomic_write import write_report
from dxkit.reports._handout import TITLE
from dxkit.reports._origin_marks import read_mark
from dxkit.reports._record_blocks import write_record_document
from dxkit.reports._record_content import RecordContent, StoredSession, list_agenda, read_decisions
from dxkit.reports._record_page import write_record_page
from dxkit.store import Meeting

TITLE_LENGTH = 40
SUFFIXES = (".html", ".htm", ".docx")
# settings of a meeting's room that a record prints where they are not given
ROOM_SETTINGS = ("title", "date", "place", "next_date", "agenda", "next_agenda")


@accepts_old_keywords(to="path")
def record(
    session: StoredSession | Meeting,
    *,
    groups: Any = None,
    agenda: pd.DataFrame | None = None,
    decisions: Sequence[Mapping[str, str]] | pd.DataFrame = (),
    carried: Sequence[Mapping[str, str]] | pd.DataFrame = (),
    next_agenda: pd.DataFrame | None = None,
    title: str = TITLE,
    date: str = "",
    place: str = "",
    next_date: str = "",
    template: str | Path | None = None,
    path: str | Path | None = None,
) -> Path:
    """Write the record of a meeting from what its session holds.

    Of a sealed meeting (`dxkit.store.Session.seal`) it also prints the receipts of the votes, for
    everybody to find the own one; of any, what is protected and what is not.

    Parameters
    ----------
    session
        A `dxkit.store.Session` with its votes, cards and choices; or a `dxkit.store.Meeting`, which
        also tells who came (the last of its rounds), what was decided, what earlier meetings left
        open, and its settings ``title, date, place, next_date, agenda, next_agenda``, where they
        are not given here.
    groups
        Who sat together: `dxkit.groups.Groups`, or a table with ``code`` and ``group``, and
        ``person`` where bodies send persons. Invented or estimated groups, votes, cards or
        decisions (see `dxkit.load`) are marked at the top.
    agenda, next_agenda
        One row a part: ``part, minutes`` (``guide`` if there is one), such as ``meeting_agenda``;
        of this meeting and of the next one.
    decisions
        One row a decision: ``what, who, until``; left out, empty lines are printed to write on.
    carried
        What earlier meetings decided and nobody has done yet: ``what, who, until, meeting``. It
        stands on the first page.
    title, date, place, next_date
        Printed at the top and at the end.
    template
        For a ``.docx``: the office's own template, made from `record_template`.
    path
        The file (``.html``, or ``.docx`` for Word); by default ``out/record.html``.

    Returns
    -------
    pathlib.Path
        One HTML file that opens offline and prints on A4, on as many pages as it needs, or a Word
        document; the same content gives the same bytes.

    Raises
    ------
    ChoiceError
        If the file is to be of another kind, or a template is given for a page.
    TableError
        If a table lacks a column, or the template cannot be filled.

    Examples
    --------
    >>> import re, tempfile
    >>> from dxkit import reports, store
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with store.Session(f"{folder}/a.sqlite") as session:
    ...         for client, value in zip("abc", [2, 2, -1]):
    ...             _ = session.vote(item="文字の同定", value=value, client=client)
    ...         page = reports.record(session, path=f"{folder}/a.html").read_text("utf-8")
    >>> re.findall("<td>文字の同定|[+−][0-9.]+</td>", page)
    ['<td>文字の同定', '+1.0</td>']
    """
    target = Path("out/record.html" if path is None else path)
    suffix = target.suffix.lower()
    if suffix not in SUFFIXES:
        raise ChoiceError(
            f"「{shorten(target.name)}」は書けません。名前の終わりを .html か .docx にしてください。"
        )
    if template is not None and suffix != ".docx":
        raise ChoiceError(
            f"template は Word の記録にだけ使えます。「{shorten(target.name)}」の終わりを"
            " .docx にしてください。"
        )
    options = {
        "groups": groups,
        "agenda": agenda,
        "decisions": decisions,
        "carried": carried,
        "next_agenda": next_agenda,
        "title": title,
        "date": date,
        "place": place,
        "next_date": next_date,
    }
    if isinstance(session, Meeting):
        options = _fill_from_meeting(session, options)
        session = session.session
    content = _collect(session, options)
    if suffix == ".docx":
        document = write_record_document(content, template)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(document)
        return target
    return write_report(target, write_record_page(content))


def _fill_from_meeting(meeting: Meeting, options: dict[str, Any]) -> dict[str, Any]:
    """Take from a meeting what was not given."""
    room = meeting.room()
    given = {name: value for name, value in options.items() if not _is_default(name, value)}
    rounds = meeting.rounds()
    last = rounds[rounds["round"] == rounds["round"].max()] if len(rounds) else None
    stored = {
        "title": meeting.name,
        "groups": last,
        "decisions": meeting.decisions(),
        "carried": meeting.carried_decisions(),
        **{name: room[name] for name in ROOM_SETTINGS if name in room},
    }
    return options | stored | given


def _is_default(name: str, value: object) -> bool:
    """Check whether an option was left out."""
    if isinstance(value, pd.DataFrame):
        return value.empty
    if isinstance(value, str):
        return value == (TITLE if name == "title" else "")
    return value is None or (isinstance(value, Sequence) and not value)


def _collect(session: StoredSession, options: Mapping[str, Any]) -> RecordContent:
    """Collect what the record says; all faults of the tables are raised before a file is begun."""
    decisions = read_decisions(options["decisions"], "決まったこと")
    carried = read_decisions(options["carried"], "前回までの決定")
    for agenda in (options["agenda"], options["next_agenda"]):
        if agenda is not None:
            list_agenda(agenda)
    results = session.results()
    choices = session.choices()
    notes = session.notes()
    # the agenda is a plan, not data: an invented example of one may be used as it is
    mark = read_mark(options["groups"], results, choices, notes, decisions, carried)
    return RecordContent(
        session=session,
        results=results,
        choices=choices,
        notes=notes,
        groups=options["groups"],
        agenda=options["agenda"],
        decisions=decisions,
        carried=carried,
        next_agenda=options["next_agenda"],
        title=shorten(options["title"], TITLE_LENGTH),
        date=str(options["date"]),
        place=str(options["place"]),
        next_date=str(options["next_date"]),
        mark=mark,
    )
