"""What stands in a request: its body, the headers that count, a page's file?"""

import json
from typing import Any

from dxkit.errors import ChoiceError
from dxkit.widgets.room._course_pages import COURSE_FILES
from dxkit.widgets.room._page_files import (
    CSS,
    HTML,
    SCRIPT,
    SHARED_SCRIPT,
    read_page_file,
)
from dxkit.widgets.room._replies import JSON, RefusedError, Reply
from dxkit.widgets.room._server import Request
from dxkit.widgets.room._trainee_board import BOARD_FILES

MAX_BODY_BYTES = 8192
# digits of a Content-Length that are converted at all
MAX_LENGTH_DIGITS = 6
MAX_TOKEN_LENGTH = 100
MIN_ID_LENGTH = 8
MAX_ID_LENGTH = 64
FILES = {
    "/": ("page.html", HTML),
    "/page.css": ("page.css", CSS),
    "/page.js": ("page.js", SCRIPT),
    "/request.js": (SHARED_SCRIPT, SCRIPT),
    "/stage": ("stage.html", HTML),
    "/stage.css": ("stage.css", CSS),
    "/stage.js": ("stage.js", SCRIPT),
    "/officer": ("officer.html", HTML),
    "/officer.css": ("officer.css", CSS),
    "/officer.js": ("officer.js", SCRIPT),
    "/prepare": ("prepare.html", HTML),
    "/prepare.css": ("prepare.css", CSS),
    "/prepare.js": ("prepare.js", SCRIPT),
    "/prepare_members.js": ("prepare_members.js", SCRIPT),
    "/prepare_unsaved.js": ("prepare_unsaved.js", SCRIPT),
    "/prepare_papers.js": ("prepare_papers.js", SCRIPT),
    **BOARD_FILES,
    **COURSE_FILES,
}


def read_file(path: str) -> Reply:
    """Read what is served under a path."""
    return read_page_file(*FILES[path])


def read_body(request: Request, max_bytes: int = MAX_BODY_BYTES) -> dict[str, Any]:
    """Read a request's JSON object.

    Raises
    ------
    RefusedError
        If it is of another kind, too long, or cannot be read.
    """
    kind = read_header(request, "Content-Type").partition(";")[0].strip().lower()
    if kind != JSON:
        raise RefusedError(415)
    length = read_header(request, "Content-Length")
    # one header that holds nothing but digits
    if not length.isascii() or not length.isdecimal():
        raise RefusedError(411)
    if len(length) > MAX_LENGTH_DIGITS or len(request.body) > max_bytes:
        raise RefusedError(413, "長すぎます。短くしてください。")
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise RefusedError(400, "読めない内容でした。") from error
    if not isinstance(body, dict):
        raise RefusedError(400, "読めない内容でした。")
    return body


def read_header(request: Request, name: str) -> str:
    """Read a header that may come only once; empty when it is absent or comes twice."""
    values = request.headers.get_list(name)
    is_usable = len(values) == 1 and (name != "X-Room-Token" or len(values[0]) <= MAX_TOKEN_LENGTH)
    return values[0] if is_usable else ""


def read_device(body: dict[str, Any]) -> str | None:
    """Read a phone's own id: with it the same phone comes in again as the same one.

    Raises
    ------
    ChoiceError
        If it is too short to be secret.
    """
    device = body.get("device")
    if device is None:
        return None
    is_usable = isinstance(device, str) and MIN_ID_LENGTH * 2 <= len(device) <= MAX_ID_LENGTH
    if not is_usable or not device.isascii() or not device.isalnum():
        raise ChoiceError("端末の番号（device）が使えません。画面を開き直してください。")
    return str(device)


def read_entry_id(body: dict[str, Any]) -> str:
    """Read the id that a phone gives what it enters: sent again, it counts once.

    Raises
    ------
    ChoiceError
        If the phone sent no usable id.
    """
    sent_id = body.get("id")
    text = sent_id if isinstance(sent_id, str) else ""
    if not MIN_ID_LENGTH <= len(text) <= MAX_ID_LENGTH or not (text.isascii() and text.isalnum()):
        raise ChoiceError("送信の番号（id）がありません。画面を開き直してください。")
    return text
