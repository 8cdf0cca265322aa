"""How does a trainee read the course in a browser whose computer has nothing installed?

The pages that need no Python (`dxkit.reports.edition`) are served inside a frame of the room's own
page. They run their own scripts there, but cut off from everything else: no network, no memory of
the browser, no other page of the room. What they may tell the page around them is a closed list
(see ``course.js``).
"""

import gzip
import json
import threading
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote

from dxkit.errors import ChoiceError
from dxkit.widgets.room._page_files import CSS, HTML, SCRIPT
from dxkit.widgets.room._rate_limiter import RateLimiter
from dxkit.widgets.room._replies import RefusedError, Reply

COURSE_LIST = "/course/list"
COURSE_PAGES = "/course/pages/"
COURSE_FILES = {
    "/course": ("course.html", HTML),
    "/course.css": ("course.css", CSS),
    "/course.js": ("course.js", SCRIPT),
}
FILE_LIST = "edition.json"
# where `make pack` leaves pages: the trainees' alone, or all in a pack
FOLDERS = ("out/course", "out/pack/pages")
AUDIENCES = ("", "trainees")
MAKE_PAGES = "make pack TO=out/course ARGS=--course-only"
NO_PAGES = (
    f"教材のページはまだありません。黒い画面（コマンド）で「{MAKE_PAGES}」と打って作り、"
    "会議を開き直すと、何も入れられないPCでも研修ができます。"
)
# pages of one address at once, and a second after that: a room behind one access point opens the
# next page together
PAGE_BURST = 240
PAGES_PER_SECOND = 20.0
# scripts and styles of the page itself, and nothing that is fetched; a frame of nobody else's
PAGE_HEADERS = (
    (
        "Content-Security-Policy",
        "sandbox allow-scripts allow-forms; default-src 'none'; script-src 'unsafe-inline'; "
        "style-src 'unsafe-inline'; img-src data:; font-src data:; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'self'",
    ),
    ("X-Frame-Options", "SAMEORIGIN"),
)
PACKED = (("Content-Encoding", "gzip"), ("Vary", "Accept-Encoding"))
LEVEL = 6


class CoursePage(NamedTuple):
    """A page and what the list of pages says of it."""

    address: str
    question: str
    minutes: str

    @property
    def is_for_trainees(self) -> bool:
        """Whether it stands in the trainees' list, where there is any; others are linked to."""
        folder = self.address.rpartition("/")[0]
        return folder in AUDIENCES


class CoursePages:
    """Serves the pages of a folder, and nothing else of it.

    Parameters
    ----------
    folder
        A folder that `dxkit.reports.edition` has made; ``None`` where there is none.

    Raises
    ------
    ChoiceError
        If the folder is no such one.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        listing = {} if folder is None else _read_list(folder)
        self.pages: dict[str, CoursePage] = listing.get("pages", {})
        self._towns: list[str] = listing.get("towns", [])
        self.by_address = RateLimiter(PAGE_BURST, PAGES_PER_SECOND)
        self._packed: dict[str, bytes] = {}
        # a page that all open at once is compressed once
        self._lock = threading.Lock()

    def describe(self, secret: str) -> dict[str, Any]:
        """Describe the list of pages, where they are, and for which municipalities."""
        pages = list(self.pages.values())
        # an edition of other notebooks has none that are named for trainees
        shown = [page for page in pages if page.is_for_trainees] or pages
        folder = f"{COURSE_PAGES[1:]}{secret}/"
        listed = [page._asdict() for page in shown]
        return {"folder": folder, "pages": listed, "towns": self._towns}

    def read_page(self, name: str, *, is_packed: bool) -> Reply:
        """Read a page of the list.

        Raises
        ------
        RefusedError
            If there is none of this name.
        """
        if self._folder is None or name not in self.pages:
            raise RefusedError(404)
        with self._lock:
            if name not in self._packed:
                self._packed[name] = gzip.compress(_read_file(self._folder / name), LEVEL)
            content = self._packed[name]
        if is_packed:
            return Reply(200, content, HTML, special=PAGE_HEADERS + PACKED)
        return Reply(200, gzip.decompress(content), HTML, special=PAGE_HEADERS)


def find_course(folder: str | Path | None) -> CoursePages:
    """Find the course's pages: in the named folder, else where `make pack` leaves them.

    Raises
    ------
    ChoiceError
        If a folder is named and holds none.
    """
    if folder is not None:
        return CoursePages(Path(folder).absolute())
    for name in FOLDERS:
        if (Path(name) / FILE_LIST).is_file():
            try:
                return CoursePages(Path(name).absolute())
            except ChoiceError:
                # an edition of an earlier version: the meeting opens all the same
                continue
    return CoursePages()


def split_address(path: str) -> tuple[str, str]:
    """Split a page's address into the secret and the page's name.

    A name in Japanese comes in percent signs. It is read once and only looked up in the list.
    """
    secret, _, name = path.removeprefix(COURSE_PAGES).partition("/")
    return secret, unquote(name)


def _read_list(folder: Path) -> dict[str, Any]:
    """Read a folder's list: pages by address, names of municipalities.

    Raises
    ------
    ChoiceError
        If the folder has no list, or one that names what is not in it.
    """
    refusal = ChoiceError(
        f"「{folder}」に教材のページがありません。「{MAKE_PAGES}」で作り、"
        'その場所を指定してください（例: make room ARGS="--course out/course"）。'
    )
    try:
        listing = json.loads((folder / FILE_LIST).read_text(encoding="utf-8"))
        towns = list(map(str, listing["towns"]))
        pages = [
            CoursePage(str(entry["address"]), str(entry["question"]), str(entry["minutes"]))
            for entry in listing["contents"]
        ]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise refusal from error
    root = folder.resolve()
    for page in pages:
        path = (folder / page.address).resolve()
        # also where a link leads out of the folder
        if not path.is_relative_to(root) or path.suffix != ".html" or not path.is_file():
            raise refusal
    return {"pages": {page.address: page for page in pages}, "towns": towns}


def _read_file(path: Path) -> bytes:
    """Read a page.

    Raises
    ------
    RefusedError
        If somebody has taken it away since the room was opened.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise RefusedError(404) from error
