"""What does the room's server say to a request, and to which does it say nothing?

Only the exact paths below exist: no file is looked up by what a request names. What cannot come from the page itself is refused
before anything is read: another host name (DNS rebinding), another origin, another kind or size of content.
"""

import json
from collections.abc import Callable, Collection, Mapping
from http.server import BaseHTTPRequestHandler
from importlib.resources import files
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from dxkit.errors import ChoiceError, StoreError
from dxkit.store import ITEM_LONGEST, TEXT_LONGEST, check_text, check_vote

if TYPE_CHECKING:
    from dxkit.store import Session
    from dxkit.widgets.room._rate_limit import Gate, Limiter

LARGEST_BODY = 8192
LONGEST_TOKEN = 100
IDLE_S = 10
JSON = "application/json"
FILES = {
    "/": ("page.html", "text/html"),
    "/page.css": ("page.css", "text/css"),
    "/page.js": ("page.js", "text/javascript"),
}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
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


class RoomState(Protocol):
    """What answers to requests need of the room that they are part of; `_server.Room` has it."""

    session: "Session"
    gate: "Gate"
    by_address: "Limiter"
    by_client: "Limiter"
    items: Mapping[str, str]
    hosts: Collection[str]
    origins: Collection[str]

    def seen(self, client: str | None) -> None:
        """Note that a client was there."""

    def state(self) -> dict[str, Any]:
        """Describe what every phone shows."""


class RefusedError(Exception):
    """A request that is not served, and what the phone is told."""

    def __init__(self, status: int, said: str = "", *, wait_s: float = 0.0) -> None:
        super().__init__(said)
        self.status, self.said, self.wait_s = status, said, wait_s


class Reply(NamedTuple):
    """What goes back to the phone."""

    status: int
    content: bytes
    kind: str
    wait_s: float = 0.0


def reply(status: int, said: Mapping[str, Any], wait_s: float = 0.0) -> Reply:
    """Give a reply in JSON."""
    return Reply(status, json.dumps(said, ensure_ascii=False).encode(), JSON, wait_s)


class Answers(BaseHTTPRequestHandler):
    """Answers one request and closes; keeps no log of who asked what."""

    protocol_version = "HTTP/1.1"
    timeout = IDLE_S
    room: RoomState

    def do_GET(self) -> None:
        """Serve the page, its two files and the meeting's state."""
        self._answer(self._get)

    def do_POST(self) -> None:
        """Take a code, a vote or a card."""
        self._answer(self._post)

    def _answer(self, what: Callable[[], Reply]) -> None:
        try:
            self._check_sender()
            found = what()
        except RefusedError as no:
            found = reply(no.status, {"error": no.said}, no.wait_s)
        except ChoiceError as error:
            found = reply(400, {"error": str(error)})
        except StoreError:
            # the path of the file is for the facilitator's screen only
            found = reply(507, {"error": "保存できませんでした。係の人に知らせてください。"})
        self._send(found)

    def _send(self, found: Reply) -> None:
        self.close_connection = True
        self.send_response(found.status)
        for name, value in HEADERS.items():
            self.send_header(name, value)
        if found.wait_s:
            self.send_header("Retry-After", str(int(found.wait_s) + 1))
        self.send_header("Content-Type", f"{found.kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(found.content)))
        self.end_headers()
        self.wfile.write(found.content)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:  # noqa: ARG002 # http.server's own
        """Say nothing beyond the number where http.server itself refuses."""
        self._send(reply(code, {"error": ""}))

    def _check_sender(self) -> None:
        hosts = self.headers.get_all("Host") or []
        if len(hosts) != 1 or hosts[0].lower() not in self.room.hosts:
            raise RefusedError(421)
        if "Transfer-Encoding" in self.headers:
            raise RefusedError(400)
        if self.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
            raise RefusedError(403)
        # behind one access point all phones may have one address: those that are in are counted one by one
        if self._proven() is None and not self.room.by_address.allows(self._who()):
            raise RefusedError(429, "混み合っています。少し待ってください。", wait_s=1)

    def _who(self) -> str:
        return str(self.client_address[0])

    def _proven(self) -> str | None:
        """Give the client that the request's token proves, or nothing."""
        tokens = self.headers.get_all("X-Room-Token") or []
        return (
            self.room.gate.client(tokens[0])
            if len(tokens) == 1 and len(tokens[0]) <= LONGEST_TOKEN
            else None
        )

    def _client(self) -> str:
        """Give the client that the request's token proves; count the request for it."""
        found = self._proven()
        if found is None:
            raise RefusedError(401, "会議コードを入れてください。")
        if not self.room.by_client.allows(found):
            raise RefusedError(429, "操作が速すぎます。少し待ってください。", wait_s=1)
        return found

    def _get(self) -> Reply:
        if self.path in FILES:
            name, kind = FILES[self.path]
            return Reply(200, (files("dxkit") / "assets" / "room" / name).read_bytes(), kind)
        if self.path != "/state":
            raise RefusedError(404)
        self.room.seen(self._client())
        return reply(200, self.room.state())

    def _post(self) -> Reply:
        if self.headers.get_all("Origin") not in [[origin] for origin in self.room.origins]:
            raise RefusedError(403)
        act = {"/join": self._join, "/vote": self._vote, "/note": self._note}.get(self.path)
        if act is None:
            raise RefusedError(404)
        if act == self._join:
            return self._join(self._body())
        client = self._client()
        return act(self._body() | {"client": client})

    def _body(self) -> dict[str, Any]:
        lengths = self.headers.get_all("Content-Length") or []
        if self.headers.get_content_type() != JSON:
            raise RefusedError(415)
        if len(lengths) != 1 or not lengths[0].isascii() or not lengths[0].isdecimal():
            raise RefusedError(411)
        if len(lengths[0]) > 6 or int(lengths[0]) > LARGEST_BODY:
            raise RefusedError(413, "長すぎます。短くしてください。")
        try:
            found = json.loads(self.rfile.read(int(lengths[0])))
        except (ValueError, RecursionError) as error:
            raise RefusedError(400, "読めない内容でした。") from error
        if not isinstance(found, dict):
            raise RefusedError(400, "読めない内容でした。")
        return found

    def _join(self, body: dict[str, Any]) -> Reply:
        told = self.room.gate.try_code(self._who(), body.get("code"))
        if told is False:
            raise RefusedError(401, "会議コードが違います。前の画面の数字を確かめてください。")
        if told is not True:
            raise RefusedError(
                429,
                f"続けて間違えたため、あと{int(told) + 1}秒待ってから入れてください。",
                wait_s=told,
            )
        client, token = self.room.gate.admit()
        self.room.seen(client)
        return reply(200, {"token": token, "meeting": self.room.gate.meeting})

    def _vote(self, body: dict[str, Any]) -> Reply:
        key, value = body.get("item"), body.get("value")
        if not isinstance(key, str) or key not in self.room.items:
            raise ChoiceError("その項目は、この会議にありません。画面を開き直してください。")
        self.room.session.vote(
            item=key,
            value=check_vote(value),
            client=body["client"],
            id=self._id(body, "vote", key, value),
        )
        return reply(200, {"kept": True})

    def _note(self, body: dict[str, Any]) -> Reply:
        text = check_text(body.get("text"), "カード", longest=TEXT_LONGEST)
        group = check_text(body.get("group", ""), "グループ", longest=ITEM_LONGEST, empty=True)
        self.room.session.note(
            text=text, group=group, client=body["client"], id=self._id(body, "note", text, group)
        )
        return reply(200, {"kept": True})

    def _id(self, body: dict[str, Any], *content: object) -> str:
        """Give the id under which an entry is kept; sent again with the same id and content it counts once."""
        given = body.get("id")
        if (
            not isinstance(given, str)
            or not 8 <= len(given) <= 64
            or not given.isascii()
            or not given.isalnum()
        ):
            raise ChoiceError("送信の番号（id）がありません。画面を開き直してください。")
        return self.room.gate.entry_id(body["client"], given, json.dumps(content))

    def version_string(self) -> str:
        """Tell nothing about the software."""
        return "room"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 # http.server's own
        """Keep no log: it would tell who sent something when."""
