"""How does a small server stay open for a room while somebody tries to fill it up?

Tornado reads the requests: Jupyter brings it along, and a waiting connection costs an entry in a
table of its event loop and not a thread, as with Python's own ``http.server``, where 256
connections that said nothing kept every phone out. Headers have to be complete within three
seconds and a body within three more; `ConnectionTable` says who goes when there are too many.
"""

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from http.client import responses
from typing import Any, NamedTuple

from tornado.http1connection import HTTP1Connection
from tornado.httpserver import HTTPServer
from tornado.httputil import (
    HTTPConnection,
    HTTPHeaders,
    HTTPMessageDelegate,
    RequestStartLine,
    ResponseStartLine,
)
from tornado.iostream import IOStream, StreamClosedError
from tornado.netutil import bind_sockets

from dxkit.widgets.room._connection_table import ConnectionTable
from dxkit.widgets.room._replies import Reply

HEADERS_S = 3.0
BODY_S = 3.0
# who has not read an answer after so long is hung up on; a long one may take longer
ANSWER_S = 10.0
SLOWEST_BYTES_PER_S = 50_000
MAX_HEADER_BYTES = 16_384
# longer than any body that is served, so that its sender can still be told so
MAX_BODY_BYTES = 65_536
BACKLOG = 512
STOP_S = 10.0


class Request(NamedTuple):
    """A request that has arrived in full."""

    method: str
    path: str
    headers: HTTPHeaders
    body: bytes
    # the address that it came from
    sender: str


Answer = Callable[[Request], Awaitable[Reply]]
# longest body of a request and how many seconds it may take; ``None`` for what all may send
FindLimits = Callable[[str, HTTPHeaders], tuple[int, float] | None]


class RoomServer:
    """Serves in a thread of its own until it is stopped.

    Parameters
    ----------
    hosts, port
        Where it listens: the same port of each address.
    answer
        Answers one request.
    table
        Its connections.
    find_limits
        Of a path and headers: how long the body may be where it may be longer than others.

    Raises
    ------
    OSError
        If the address or port cannot be used.
    """

    def __init__(
        self,
        hosts: Sequence[str],
        port: int,
        answer: Answer,
        table: ConnectionTable,
        find_limits: FindLimits,
    ) -> None:
        self.table = table
        self.find_limits = find_limits
        # bound here, so that who starts the server is told what is wrong
        self._sockets = bind_sockets(port, hosts[0], backlog=BACKLOG)
        self.port = int(self._sockets[0].getsockname()[1])
        for host in hosts[1:]:
            self._sockets += bind_sockets(self.port, host, backlog=BACKLOG)
        self._answer = answer
        # one kind of loop on every system: Windows' own cannot watch tornado's sockets
        self._loop = asyncio.SelectorEventLoop()
        self._stopping = asyncio.Event()
        self._server = _GuardedServer(self)
        self._tasks: set[asyncio.Task[None]] = set()
        # a daemon: it never keeps the kernel from ending
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def listen(self, host: str) -> None:
        """Listen on one more address.

        Raises
        ------
        OSError
            If it cannot be used.
        """
        sockets = bind_sockets(self.port, host, backlog=BACKLOG)
        self._loop.call_soon_threadsafe(self._server.add_sockets, sockets)

    def stop(self) -> None:
        """Stop serving, after what is being stored is stored."""
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(STOP_S)

    def take_request(self, request: Request, connection: HTTPConnection, stream: IOStream) -> None:
        """Answer a request that has arrived."""
        self.table.complete(stream)
        task = self._loop.create_task(self._send_answer(request, connection, stream))
        # a task that nobody holds may be collected before it is done
        self._tasks.add(task)
        task.add_done_callback(self._forget_task)

    def _forget_task(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        # a fault of this program: shown where it runs, and the phone's connection is not answered
        if error is not None:
            logging.getLogger("dxkit.room").error("a request was not answered", exc_info=error)

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._loop.close()

    async def _serve(self) -> None:
        self._server.add_sockets(self._sockets)
        await self._stopping.wait()
        self._server.stop()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=STOP_S / 2)
        await self._server.close_all_connections()

    async def _send_answer(
        self, request: Request, connection: HTTPConnection, stream: IOStream
    ) -> None:
        reply = await self._answer(request)
        start = ResponseStartLine("HTTP/1.1", reply.status, responses.get(reply.status, ""))
        # the answer to HEAD has no body
        content = b"" if request.method == "HEAD" else reply.content
        patience_s = ANSWER_S + len(content) / SLOWEST_BYTES_PER_S
        hang_up = self._loop.call_later(patience_s, stream.close)
        # a phone that has hung up meanwhile asks again
        with suppress(StreamClosedError):
            await connection.write_headers(start, HTTPHeaders(reply.headers), content)
            connection.finish()
        hang_up.cancel()


class _GuardedServer(HTTPServer):
    """Tornado's server, which asks the table about every connection."""

    # arguments of the constructor pass through this method
    def initialize(self, room_server: RoomServer) -> None:  # type: ignore[override]
        super().initialize(
            _unused_callback,
            no_keep_alive=True,
            idle_connection_timeout=HEADERS_S,
            body_timeout=BODY_S,
            max_header_size=MAX_HEADER_BYTES,
            max_body_size=MAX_BODY_BYTES,
            max_buffer_size=MAX_HEADER_BYTES + MAX_BODY_BYTES,
        )
        self._room_server = room_server

    def handle_stream(self, stream: IOStream, address: Any) -> None:
        """Serve a connection if there is room for it."""
        if self._room_server.table.add(stream, str(address[0])):
            super().handle_stream(stream, address)
        else:
            stream.close()

    def start_request(self, server_conn: Any, request_conn: HTTPConnection) -> HTTPMessageDelegate:
        """Collect a request until it is complete."""
        return _Collector(self._room_server, request_conn, server_conn.stream)

    def on_close(self, server_conn: Any) -> None:
        """Forget a connection that is over."""
        self._room_server.table.remove(server_conn.stream)
        super().on_close(server_conn)


class _Collector(HTTPMessageDelegate):
    """Collects the parts of one request."""

    def __init__(
        self, room_server: RoomServer, connection: HTTPConnection, stream: IOStream
    ) -> None:
        self._room_server = room_server
        self._connection = connection
        self._stream = stream
        self._start = RequestStartLine("", "", "")
        self._headers = HTTPHeaders()
        self._chunks: list[bytes] = []

    def headers_received(self, start_line: Any, headers: HTTPHeaders) -> None:
        """Keep the first line and the headers."""
        self._start = start_line
        self._headers = headers
        limits = self._room_server.find_limits(start_line.path, headers)
        # asked here, before the body is read, so that nobody else can send so much
        if limits is not None and isinstance(self._connection, HTTP1Connection):
            self._connection.set_max_body_size(limits[0])
            self._connection.set_body_timeout(limits[1])

    def data_received(self, chunk: bytes) -> None:
        """Keep a part of the body."""
        self._chunks.append(chunk)

    def finish(self) -> None:
        """Hand the request over."""
        body = b"".join(self._chunks)
        sender = self._room_server.table.find_sender(self._stream)
        request = Request(self._start.method, self._start.path, self._headers, body, sender)
        self._room_server.take_request(request, self._connection, self._stream)


def _unused_callback(_: object) -> None:
    """Stand where tornado expects a function; `start_request` takes its place."""
