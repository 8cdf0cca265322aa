"""Open the meeting's room: list, wishes, groups, papers and the day, as pages in the browser.

    make room                        in out/room, the meeting that is prepared, or today's
    make room ARGS="--meeting 第2回"  another meeting of the same folder
    make room ARGS="--course out/pack/pages"  the course's pages of this folder, for PCs without Python

Ctrl+C ends it; run again it opens the meeting as it was left.
"""

import argparse
import sys
import threading

from dxkit import reports
from dxkit.errors import DxkitError
from dxkit.widgets.room import Room, open_room


def main() -> int:
    """Serve until Ctrl+C."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--folder", default="out/room", help="where the meeting is kept")
    parser.add_argument("--meeting", help="its name; by default the one that is prepared")
    parser.add_argument("--course", help="folder of the course's pages (default: as make pack)")
    parser.add_argument("--address", help="this laptop's address on the room's network")
    parser.add_argument("--expected", type=int, help="how many persons are in the room")
    parser.add_argument("--tickets", action="store_true", help="only paper tickets let in")
    parser.add_argument("--no-browser", action="store_true", help="open no browser")
    options = parser.parse_args()
    try:
        room = open_room(
            options.folder,
            meeting=options.meeting,
            course=options.course,
            address=options.address,
            expected=options.expected,
            tickets=options.tickets,
            browser=not options.no_browser,
            papers={
                "handout": reports.handout,
                "record": reports.record,
                "calendar_entry": reports.calendar_entry,
            },
        )
    except DxkitError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(
        f"会議「{room.title}」を開きました。この窓は、会議が終わるまで閉じないでください。\n"
        f"  準備の画面（ほかの人に見せない）: {room.local_prepare_link}\n"
        f"  進行役の画面（ほかの人に見せない）: {room.local_officer_link}\n"
        f"  電話が開く住所: {room.address}  会議コード: {room.code}\n"
        f"{_write_course(room)}"
        "  終えるときは Ctrl+C を押します。\n"
    )
    sys.stdout.flush()
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        sys.stdout.write("止めました。もう一度 make room とすると、続きから開きます。\n")
    finally:
        room.stop()
        room.session.close()
    return 0


def _write_course(room: Room) -> str:
    """Write where PCs on which nothing can be installed find the course."""
    if not room.course.pages:
        return ""
    return f"  研修の教材（何も入れられないPC用。投票の人数には入らない）: {room.address}course\n"


if __name__ == "__main__":
    sys.exit(main())
