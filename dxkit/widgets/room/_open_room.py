"""How is a meeting opened by somebody who never types code?

`make room` calls this: a meeting's store in a folder, the room on the network, and the pages that
prepare it in the browser. Run again, it opens what was there.
"""

import datetime as dt
import webbrowser
from pathlib import Path

from dxkit.errors import ChoiceError
from dxkit.store import Meeting, Session
from dxkit.widgets.room._addresses import list_addresses
from dxkit.widgets.room._code_gate import CodeGate
from dxkit.widgets.room._course_pages import find_course
from dxkit.widgets.room._papers import Papers
from dxkit.widgets.room._preparation import NEXT_MEETING, STORE_WIDE, ask_items, name_room
from dxkit.widgets.room._room import Room
from dxkit.widgets.room._room_log import SUFFIX, RoomLog, open_log
from dxkit.widgets.room._store_guard import StoreGuard

STORE = "meeting.sqlite"
JAPAN_TIME = dt.timezone(dt.timedelta(hours=9))
MAX_MEETINGS_A_DAY = 100


def open_room(
    folder: str | Path = "out/room",
    *,
    meeting: str | None = None,
    course: str | Path | None = None,
    address: str | None = None,
    expected: int | None = None,
    tickets: bool = False,
    browser: bool = True,
    papers: Papers | None = None,
) -> Room:
    """Open a meeting's room, and the pages that prepare it in the browser; no code is needed.

    Parameters
    ----------
    folder
        Where the meeting is kept; made if it is missing.
    meeting
        Its name; by default that of the meeting that was prepared last on the pages, while it is
        not sealed, else today's date. A name that is there already is opened as it was left.
    course
        The folder of the trainees' pages (`dxkit.reports.edition`) that PCs read on which nothing
        can be installed; by default where ``make pack`` leaves them, if they are there.
    address
        This laptop's address on the room's network, if it has several; the officer's page lists
        them. Without any network only this laptop's own browser comes in, and the page says so.
    expected, tickets
        As for `Room`.
    browser
        ``False``: open no browser; `Room.local_prepare_link` is what to open before the day,
        `Room.officer_link` on the day. The browser opens the latter once a phone has come in.
    papers
        As for `Room`; ``make room`` hands in all three.

    Returns
    -------
    Room
        Running, without questions: the officer adds them on the page. Cards wait for the officer.

    Raises
    ------
    ChoiceError
        If the named meeting was sealed, ``course`` holds no pages, the address cannot be used, or
        a room of this folder is open already.
    StoreError
        If the folder cannot be written.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     with open_room(folder, meeting="第1回", browser=False) as room:
    ...         room.running, room.title, room.items, room.stage.is_moderated
    ...     room.session.close()
    (True, '第1回', {}, True)
    """
    pages = find_course(course)
    path = Path(folder) / STORE
    path.parent.mkdir(parents=True, exist_ok=True)
    guard = StoreGuard(path)
    # a second room would not know what the first one writes
    guard.take()
    try:
        session, name = _open_session(path, meeting)
        room = _make_room(session, name, address, expected, papers, tickets=tickets)
        room.guard = guard
        room.course = pages
        with Meeting(path, meeting=name) as prepared:
            ask_items(room, prepared)
            name_room(room, prepared)
        room.start()
    except BaseException:
        guard.release()
        raise
    if browser:
        # on this laptop's own address: it stays when the network goes
        webbrowser.open(room.local_officer_link if room.joined else room.local_prepare_link)
    return room


def _make_room(
    session: Session,
    name: str,
    address: str | None,
    expected: int | None,
    papers: Papers | None,
    *,
    tickets: bool,
) -> Room:
    network = address is not None or bool(list_addresses())
    return Room(
        session,
        [],
        title=name,
        network=network,
        address=address,
        expected=expected,
        tickets=tickets,
        moderate=True,
        local_too=True,
        log=open_log(session, CodeGate(session.key("room")).meeting),
        papers=papers,
    )


def _open_session(path: Path, meeting: str | None) -> tuple[Session, str]:
    """Open a meeting: the named one, else the one that was prepared, else today's.

    Of today's the next one is opened once the first is sealed.
    """
    today = dt.datetime.now(JAPAN_TIME).strftime("%Y-%m-%d の会議")
    names = [meeting] if meeting is not None else [today]
    if meeting is None:
        prepared = _find_prepared(path)
        names = [*prepared, *names]
        names += [f"{today}（{number}）" for number in range(2, MAX_MEETINGS_A_DAY)]
    for name in names:
        session = Session(path, meeting=name)
        try:
            session.key("room")
        except ChoiceError:
            session.close()
        else:
            return session, name
    raise ChoiceError(f"会議「{names[0]}」は封をしてあります。別の名前で始めてください。")


def _find_prepared(path: Path) -> list[str]:
    """Find the meeting that was prepared last on the pages, if there is one."""
    if not path.exists():
        return []
    log = RoomLog(path.with_suffix(SUFFIX), STORE_WIDE)
    name = log.read_setting(NEXT_MEETING, None)
    log.close()
    return [] if name is None else [str(name)]
