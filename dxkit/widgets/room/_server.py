"""How does one laptop serve a room of phones, and only this room?

Python's own threading HTTP server: one small page, a few kilobytes a request, one connection a request. It listens on the
laptop's own loopback address unless the room's network is asked for. On the network the page goes over plain http: who listens
in on an open Wi-Fi can read along, so use a Wi-Fi with a password.
"""

import socket
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from http.server import ThreadingHTTPServer
from typing import Any, Self

from dxkit.errors import ChoiceError
from dxkit.store import Session
from dxkit.widgets.room._rate_limit import Gate, Limiter
from dxkit.widgets.room._requests import Answers

LOOPBACK = "127.0.0.1"
# ports that no other service is registered for
FIRST_PORT, PORTS = 49152, 16000
MOST_AT_ONCE, LONGEST_S = 256, 20.0
# a phone opens a page with a burst of requests; behind one access point all phones may share an address
BURST_ADDRESS, EACH_S_ADDRESS = 600.0, 100.0
BURST_CLIENT, EACH_S_CLIENT = 60.0, 10.0
MOST_NOTES_SHOWN = 200
MOST_CLIENTS = 4096
CARD_KINDS = ("note", "arrange", "undo")


class Room:
    """A page on the facilitator's laptop through which phones vote and write cards into a store.

    Parameters
    ----------
    session
        Where everything is kept.
    items
        What is voted on: labels, or a mapping from the item's id in the store to its label.
    title
        Shown on top of the page.
    network
        ``False``: only this laptop's own browser reaches it. ``True``: the room's network does.
    port
        0 for one that belongs to the meeting and stays the same after a restart (or any other, if that is taken).
    address
        This laptop's address on the room's network, if it has several.

    Raises
    ------
    ChoiceError
        If there is no item, or two of the same name.
    """

    def __init__(
        self,
        session: Session,
        items: Sequence[str] | Mapping[str, str],
        *,
        title: str = "会議の投票",
        network: bool = False,
        port: int = 0,
        address: str | None = None,
    ) -> None:
        self.session, self.title = session, title
        self.items = named_items(items)
        self.gate = Gate(session.key("room"))
        self.host = (address or network_address()) if network else LOOPBACK
        self.port = port
        self.by_address, self.by_client = (
            Limiter(BURST_ADDRESS, EACH_S_ADDRESS),
            Limiter(BURST_CLIENT, EACH_S_CLIENT),
        )
        self._server: _Server | None = None
        self._clients: set[str] = set()
        self._cards: tuple[int, list[dict[Any, Any]]] = -1, []

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def code(self) -> str:
        """The meeting's code, eight digits."""
        return self.gate.code

    @property
    def address(self) -> str:
        """What is typed into a phone's browser."""
        return f"http://{self.host}:{self.port}/"

    @property
    def link(self) -> str:
        """What the QR code holds: the code stands behind #, which browsers send to nobody."""
        return f"{self.address}#code={self.code}"

    @property
    def running(self) -> bool:
        """Whether phones are served."""
        return self._server is not None

    @property
    def joined(self) -> int:
        """How many phones have been seen since the start."""
        return len(self._clients)

    @property
    def hosts(self) -> tuple[str, ...]:
        """The names under which the page may be asked for."""
        names = (self.host, "localhost") if self.host == LOOPBACK else (self.host,)
        return tuple(f"{name}:{self.port}" for name in names)

    @property
    def origins(self) -> tuple[str, ...]:
        """The origins whose pages may post: our own."""
        return tuple(f"http://{host}" for host in self.hosts)

    def start(self) -> None:
        """Begin to serve, in threads of this process.

        Raises
        ------
        ChoiceError
            If the address or port cannot be used.
        """
        if self._server is not None:
            return
        handler = type("RoomAnswers", (Answers,), {"room": self})
        self._server = self._listen(handler)
        self.port = self._server.server_address[1]
        threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.2}, daemon=True
        ).start()

    def _listen(self, handler: type[Answers]) -> "_Server":
        own = FIRST_PORT + int.from_bytes(self.session.key("port")[:4], "big") % PORTS
        wanted = (self.port,) if self.port else (own, 0)
        for port in wanted:
            try:
                return _Server((self.host, port), handler)
            except OSError as error:
                said = error
        raise ChoiceError(
            f"{self.host} のポート {wanted[0]} で待ち受けられません（{said}）。port=0 にするか、address= を確かめてください。"
        )

    def stop(self) -> None:
        """Stop serving; what was entered stays in the store."""
        server, self._server = self._server, None
        if server is not None:
            server.shutdown()
            server.server_close()

    def seen(self, client: str) -> None:
        """Count a phone."""
        if len(self._clients) < MOST_CLIENTS:
            self._clients.add(client)

    def state(self) -> dict[str, Any]:
        """Give what phones show: items and cards, never a vote."""
        # phones ask again and again: the cards are read anew only when there is something new about them
        many = self.session.count(CARD_KINDS)
        if many != self._cards[0]:
            notes = (
                self.session.notes()
                .tail(MOST_NOTES_SHOWN)[["text", "group", "title"]]
                .to_dict(orient="records")
            )
            self._cards = many, notes[::-1]
        items = [{"key": key, "label": label} for key, label in self.items.items()]
        return {"title": self.title, "items": items, "notes": self._cards[1]}


class _Server(ThreadingHTTPServer):
    """A server that takes on no more than it can, and hangs up on whom it takes too long."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    # after a crash the port is free again at once; on Windows the same flag would let another program take it over
    allow_reuse_address = sys.platform != "win32"

    def __init__(self, place: tuple[str, int], handler: type[Answers]) -> None:
        self._open: dict[socket.socket, float] = {}
        self._lock = threading.Lock()
        super().__init__(place, handler)

    def server_bind(self) -> None:
        """Listen; unlike http.server, look no name up: a closed network may let that wait for long."""
        self.socket.setsockopt(
            socket.SOL_SOCKET, socket.SO_REUSEADDR, int(self.allow_reuse_address)
        )
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = (
            str(self.server_address[0]),
            int(self.server_address[1]),
        )

    def process_request(self, request: Any, client_address: Any) -> None:
        """Take a connection on, unless there are too many."""
        with self._lock:
            full = len(self._open) >= MOST_AT_ONCE
            if not full:
                self._open[request] = time.monotonic()
        if full:
            self.shutdown_request(request)
        else:
            super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Forget a connection that is over."""
        with self._lock:
            self._open.pop(request, None)
        super().shutdown_request(request)

    def service_actions(self) -> None:
        """Hang up on connections that drip for too long."""
        limit = time.monotonic() - LONGEST_S
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


def named_items(items: Sequence[str] | Mapping[str, str]) -> dict[str, str]:
    """Give the items' ids and labels.

    Raises
    ------
    ChoiceError
        If there is none, two are the same, or one is no text.
    """
    if isinstance(items, str):
        raise ChoiceError(
            f"items=「{items}」は1つの文字列です。['{items}'] のように並びで渡してください。"
        )
    found = dict(items) if isinstance(items, Mapping) else {item: item for item in items}
    if not found or len(found) < len(items):
        raise ChoiceError(
            f"投票の項目が{'重なっています' if found else 'ありません'}: {list(items)}。1つずつ違う名前にしてください。"
        )
    wrong = [
        item
        for pair in found.items()
        for item in pair
        if not isinstance(item, str) or not item.strip()
    ]
    if wrong:
        raise ChoiceError(f"投票の項目「{wrong[0]}」は使えません。空でない文字にしてください。")
    return found


def network_address() -> str:
    """Give this machine's address on the network that it would use; nothing is sent.

    Raises
    ------
    ChoiceError
        If it has none.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            # an address kept for documentation (RFC 5737): choosing a route to it sends no packet
            probe.connect(("192.0.2.1", 9))
            return str(probe.getsockname()[0])
        except OSError as error:
            raise ChoiceError(
                "このパソコンのネットワークのアドレスが見つかりません。Wi-Fi につなぐか、address= に指定してください。"
            ) from error
