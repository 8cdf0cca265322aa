"""What goes back to a browser, and with which headers?"""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

JSON = "application/json"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'"
)
HEADERS = {
    # says nothing about the software
    "Server": "room",
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
    """A request that is not served, and what its sender is told."""

    def __init__(self, status: int, message: str = "", *, wait_s: float = 0.0) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.wait_s = wait_s


class Reply(NamedTuple):
    """What goes back to the browser."""

    status: int
    content: bytes
    kind: str
    wait_s: float = 0.0
    # headers that this reply has beside, or in place of, those that all have
    special: tuple[tuple[str, str], ...] = ()

    @property
    def headers(self) -> dict[str, str]:
        """All headers of the reply."""
        length = {"Content-Length": str(len(self.content))}
        kind = {"Content-Type": f"{self.kind}; charset=utf-8"}
        wait = {"Retry-After": str(int(self.wait_s) + 1)} if self.wait_s else {}
        return HEADERS | kind | length | wait | dict(self.special)


def make_reply(status: int, content: Mapping[str, Any], wait_s: float = 0.0) -> Reply:
    """Make a reply in JSON."""
    return Reply(status, json.dumps(content, ensure_ascii=False).encode(), JSON, wait_s)


def make_refusal(refusal: RefusedError) -> Reply:
    """Make the reply to a request that is not served."""
    return make_reply(refusal.status, {"error": refusal.message}, refusal.wait_s)
