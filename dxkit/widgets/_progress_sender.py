"""How does a report reach the room without a notebook ever waiting for it?

A thread of its own sends one report after the other, each within two seconds. What cannot be sent
waits for the next report; that the room is out of reach is said once.
"""

import http.client
import json
import threading
from collections import deque
from collections.abc import Mapping
from typing import Any

from dxkit.widgets._room_share import RoomShare

TIME_LIMIT_S = 2.0
# reports that wait while the room is out of reach; the oldest go first
MAX_WAITING = 50
OK = 200
# the room does not know this token: another meeting, or it was sealed
NOT_LET_IN = 401
UNREACHABLE = "（会場に届きません。練習はこのまま続けられます）"

Report = Mapping[str, Any]


class ProgressSender:
    """Sends reports in a thread that lives only while there is something to send."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[RoomShare, Report]] = deque(maxlen=MAX_WAITING)
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._is_unreachable = False
        self._is_said = False

    def put(self, share: RoomShare, report: Report) -> None:
        """Let a report be sent; returns at once."""
        with self._lock:
            self._waiting.append((share, report))
            if self._thread is None:
                # a daemon: it never keeps the kernel from ending
                self._thread = threading.Thread(target=self._run, daemon=True)
                self._thread.start()

    def clear(self) -> None:
        """Forget what waits: nobody shares any more."""
        with self._lock:
            self._waiting.clear()

    def take_notice(self) -> str:
        """Take what has to be said; the same is said once only."""
        if not self._is_unreachable or self._is_said:
            return ""
        self._is_said = True
        return UNREACHABLE

    def _run(self) -> None:
        while True:
            with self._lock:
                if not self._waiting:
                    self._thread = None
                    return
                share, report = self._waiting[0]
            is_sent = send_report(share, report)
            with self._lock:
                self._is_unreachable = not is_sent
                if not is_sent:
                    # tried again with the next report, not before
                    self._thread = None
                    return
                if self._waiting and self._waiting[0] == (share, report):
                    self._waiting.popleft()


def send_report(share: RoomShare, report: Report) -> bool:
    """Send a report; whether the room took it or refused it for good."""
    try:
        status, _ = post(share.host, share.port, "/progress", report, token=share.token)
    except (OSError, http.client.HTTPException):
        return False
    return status < 500 and status not in (NOT_LET_IN, 429)


def post(
    host: str, port: int, path: str, body: Report, *, token: str = ""
) -> tuple[int, dict[str, Any]]:
    """Send an object to a room; give the status and the answer.

    Raises
    ------
    OSError, http.client.HTTPException
        If the room is out of reach or does not answer in time.
    """
    name = f"[{host}]" if ":" in host else host
    headers = {
        "Host": f"{name}:{port}",
        "Origin": f"http://{name}:{port}",
        "Content-Type": "application/json",
        # says nothing of the program or the machine
        "User-Agent": "notebook",
    }
    if token:
        headers["X-Room-Token"] = token
    # straight to the address: no proxy of the system is asked
    connection = http.client.HTTPConnection(host, port, timeout=TIME_LIMIT_S)
    try:
        connection.request("POST", path, json.dumps(body).encode(), headers)
        reply = connection.getresponse()
        content = reply.read()
    finally:
        connection.close()
    try:
        answer = json.loads(content)
    except ValueError:
        answer = {}
    return reply.status, answer if isinstance(answer, dict) else {}
