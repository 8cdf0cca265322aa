"""What does the room's server say to a request, and to which does it say nothing?

Only the exact paths below exist: no file is looked up by what a request names. What cannot come
from the page itself is refused before anything is read: another host name (DNS rebinding), another
origin, another kind or size of content.
"""

import json
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler
from importlib.resources import files
from typing import Any, NamedTuple

from dxkit.errors import ChoiceError, StoreError
from dxkit.store import ITEM_LONGEST, TEXT_LONGEST, check_text, check_vote
from dxkit.widgets.room._room_state import RoomState

MAX_BODY_BYTES = 8192
# digits of a Content-Length that are converted at all
MAX_LENGTH_DIGITS = 6
MAX_TOKEN_LENGTH = 100
MIN_ID_LENGTH = 8
MAX_ID_LENGTH = 64
# a connection on which nothing comes is closed
IDLE_S = 10
JSON = "application/json"
FILES = {
    "/": ("page.html", "text/html"),
    "/page.css": ("page.css", "text/css"),
    "/page.js": ("page.js", "text/javascript"),
}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
    "Connection": "close",
}


class RefusedError(Exception):
    """A request that is not served, and what the phone is told."""

    def __init__(self, status: int, message: str = "", *, wait_s: float = 0.0) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.wait_s = wait_s


class Reply(NamedTuple):
    """What goes back to the phone."""

    status: int
    content: bytes
    kind: str
    wait_s: float = 0.0


def make_reply(status: int, content: Mapping[str, Any], wait_s: float = 0.0) -> Reply:
    """Make a reply in JSON."""
    return Reply(status, json.dumps(content, ensure_ascii=False).encode(), JSON, wait_s)


class RequestHandler(BaseHTTPRequestHandler):
    """Answers one request and closes; logs nothing of who asked what."""

    protocol_version = "HTTP/1.1"
    timeout = IDLE_S
    room: RoomState

    def do_GET(self) -> None:
        """Serve the page, its two files and the meeting's state."""
        self._answer_request(self._serve_get)

    def do_POST(self) -> None:
        """Take a code, a vote or a card."""
        self._answer_request(self._serve_post)

    def send_error(
        self,
        code: int,
        message: str | None = None,  # noqa: ARG002 # http.server's own
        explain: str | None = None,  # noqa: ARG002 # http.server's own
    ) -> None:
        """Say nothing beyond the number where http.server itself refuses."""
        self._send_reply(make_reply(code, {"error": ""}))

    def version_string(self) -> str:
        """Return a name that says nothing about the software."""
        return "room"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 # http.server's own
        """Log nothing: it would tell who sent something when."""

    def _answer_request(self, serve: Callable[[], Reply]) -> None:
        try:
            self._check_sender()
            reply = serve()
        except RefusedError as refusal:
            reply = make_reply(refusal.status, {"error": refusal.message}, refusal.wait_s)
        except ChoiceError as error:
            reply = make_reply(400, {"error": str(error)})
        except StoreError:
            # the path of the file is for the facilitator's screen only
            words = "保存できませんでした。係の人に知らせてください。"
            reply = make_reply(507, {"error": words})
        self._send_reply(reply)

    def _send_reply(self, reply: Reply) -> None:
        # a second request behind the first is never read
        self.close_connection = True
        self.send_response(reply.status)
        for name, value in HEADERS.items():
            self.send_header(name, value)
        if reply.wait_s:
            self.send_header("Retry-After", str(int(reply.wait_s) + 1))
        self.send_header("Content-Type", f"{reply.kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(reply.content)))
        self.end_headers()
        self.wfile.write(reply.content)

    def _check_sender(self) -> None:
        """Refuse what no page of ours sends, and who asks too often.

        Raises
        ------
        RefusedError
        """
        hosts = self.headers.get_all("Host") or []
        # the browser of a page whose name was rebound to this machine sends that name
        if len(hosts) != 1 or hosts[0].lower() not in self.room.hosts:
            raise RefusedError(421)
        if "Transfer-Encoding" in self.headers:
            raise RefusedError(400)
        if self.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
            raise RefusedError(403)
        # behind one access point all phones may have one address: those that are in are counted
        # one by one
        if self._read_client() is None and not self.room.by_address.allow_request(self._sender):
            raise RefusedError(429, "混み合っています。少し待ってください。", wait_s=1)

    @property
    def _sender(self) -> str:
        return str(self.client_address[0])

    def _read_client(self) -> str | None:
        """Read the client that the request's token proves, or None."""
        tokens = self.headers.get_all("X-Room-Token") or []
        if len(tokens) != 1 or len(tokens[0]) > MAX_TOKEN_LENGTH:
            return None
        return self.room.gate.read_client(tokens[0])

    def _require_client(self) -> str:
        """Return the client that the request's token proves; count the request for it.

        Raises
        ------
        RefusedError
            If it proves none, or that client asks too often.
        """
        client = self._read_client()
        if client is None:
            raise RefusedError(401, "会議コードを入れてください。")
        if not self.room.by_client.allow_request(client):
            raise RefusedError(429, "操作が速すぎます。少し待ってください。", wait_s=1)
        return client

    def _serve_get(self) -> Reply:
        if self.path in FILES:
            name, kind = FILES[self.path]
            content = (files("dxkit") / "assets" / "room" / name).read_bytes()
            return Reply(200, content, kind)
        if self.path != "/state":
            raise RefusedError(404)
        self.room.count_client(self._require_client())
        return make_reply(200, self.room.describe_meeting())

    def _serve_post(self) -> Reply:
        if self.headers.get_all("Origin") not in [[origin] for origin in self.room.origins]:
            raise RefusedError(403)
        if self.path == "/join":
            return self._join_client(self._read_body())
        serve = {"/vote": self._store_vote, "/note": self._store_note}.get(self.path)
        if serve is None:
            raise RefusedError(404)
        # who may not enter anything is refused before the body is read
        client = self._require_client()
        return serve(self._read_body(), client)

    def _read_body(self) -> dict[str, Any]:
        """Read the request's JSON object.

        Raises
        ------
        RefusedError
            If it is of another kind, too long, or cannot be read.
        """
        if self.headers.get_content_type() != JSON:
            raise RefusedError(415)
        length = self._read_length()
        try:
            body = json.loads(self.rfile.read(length))
        except (ValueError, RecursionError) as error:
            raise RefusedError(400, "読めない内容でした。") from error
        if not isinstance(body, dict):
            raise RefusedError(400, "読めない内容でした。")
        return body

    def _read_length(self) -> int:
        """Read how long the body is, from one header that holds nothing but digits."""
        lengths = self.headers.get_all("Content-Length") or []
        if len(lengths) != 1 or not lengths[0].isascii() or not lengths[0].isdecimal():
            raise RefusedError(411)
        # int() of endlessly many digits would take endlessly long
        if len(lengths[0]) > MAX_LENGTH_DIGITS or int(lengths[0]) > MAX_BODY_BYTES:
            raise RefusedError(413, "長すぎます。短くしてください。")
        return int(lengths[0])

    def _join_client(self, body: dict[str, Any]) -> Reply:
        # the gate counts and slows down; only its answer is worded here
        verdict = self.room.gate.try_code(self._sender, body.get("code"))
        if verdict is False:
            raise RefusedError(401, "会議コードが違います。前の画面の数字を確かめてください。")
        # anything but True and False is how long to wait
        if verdict is not True:
            raise RefusedError(
                429,
                f"続けて間違えたため、あと{int(verdict) + 1}秒待ってから入れてください。",
                wait_s=verdict,
            )
        client, token = self.room.gate.admit_client()
        self.room.count_client(client)
        return make_reply(200, {"token": token, "meeting": self.room.gate.meeting})

    def _store_vote(self, body: dict[str, Any], client: str) -> Reply:
        key = body.get("item")
        value = body.get("value")
        if not isinstance(key, str) or key not in self.room.items:
            raise ChoiceError("その項目は、この会議にありません。画面を開き直してください。")
        self.room.session.vote(
            item=key,
            value=check_vote(value),
            client=client,
            id=self._make_id(body, client, "vote", key, value),
        )
        return make_reply(200, {"kept": True})

    def _store_note(self, body: dict[str, Any], client: str) -> Reply:
        text = check_text(body.get("text"), "カード", longest=TEXT_LONGEST)
        group = check_text(body.get("group", ""), "グループ", longest=ITEM_LONGEST, empty=True)
        entry_id = self._make_id(body, client, "note", text, group)
        self.room.session.note(text=text, group=group, client=client, id=entry_id)
        return make_reply(200, {"kept": True})

    def _make_id(self, body: dict[str, Any], client: str, *content: object) -> str:
        """Make the id of an entry; sent again with the same id and content it counts once.

        Raises
        ------
        ChoiceError
            If the phone sent no usable id.
        """
        sent_id = body.get("id")
        is_usable = (
            isinstance(sent_id, str)
            and MIN_ID_LENGTH <= len(sent_id) <= MAX_ID_LENGTH
            and sent_id.isascii()
            and sent_id.isalnum()
        )
        if not is_usable:
            raise ChoiceError("送信の番号（id）がありません。画面を開き直してください。")
        return self.room.gate.make_entry_id(client, str(sent_id), json.dumps(content))
