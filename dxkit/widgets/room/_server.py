"""How does a small server take on no more connections than it can bear?

Python's own threading HTTP server: one small page, a few kilobytes a request, one connection a
request.
"""

import socket
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

MAX_CONNECTIONS = 256
LONGEST_CONNECTION_S = 20.0


class RoomServer(ThreadingHTTPServer):
    """A server that hangs up on whom it takes too long, and on those beyond its limit."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    # after a crash the port is free again at once; on Windows the same flag would let another
    # program take it over
    allow_reuse_address = sys.platform != "win32"

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        # open connections, and since when each is
        self._open: dict[socket.socket, float] = {}
        self._lock = threading.Lock()
        super().__init__(address, handler)

    @property
    def connection_count(self) -> int:
        """How many connections are open."""
        return len(self._open)

    def server_bind(self) -> None:
        """Listen; unlike http.server, look no name up, for which a closed network may wait long."""
        self.socket.setsockopt(
            socket.SOL_SOCKET, socket.SO_REUSEADDR, int(self.allow_reuse_address)
        )
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name = str(self.server_address[0])
        self.server_port = int(self.server_address[1])

    def process_request(self, request: Any, client_address: Any) -> None:
        """Take a connection on, unless there are too many."""
        with self._lock:
            is_full = len(self._open) >= MAX_CONNECTIONS
            if not is_full:
                self._open[request] = time.monotonic()
        if is_full:
            self.shutdown_request(request)
        else:
            super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Forget a connection that is over."""
        with self._lock:
            self._open.pop(request, None)
        super().shutdown_request(request)

    def service_actions(self) -> None:
        """Hang up on connections that drip for too long; called several times a second."""
        limit = time.monotonic() - LONGEST_CONNECTION_S
        with self._lock:
            late = [request for request, since in self._open.items() if since < limit]
        for request in late:
            try:
                request.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # it has hung up itself

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Pass over phones that hung up; anything else is shown as it is."""
        if not isinstance(sys.exception(), (ConnectionError, TimeoutError)):
            super().handle_error(request, client_address)
