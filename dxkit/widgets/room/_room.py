"""How does one laptop serve a room of phones, and only this room?

The page is served on the laptop's own loopback address unless the room's network is asked for. On
the network it goes over plain http: who listens in on an open Wi-Fi can read along, so use a Wi-Fi
with a password.
"""

import socket
import threading
from collections.abc import Mapping, Sequence
from typing import Self

from dxkit.errors import ChoiceError
from dxkit.store import Session
from dxkit.widgets.room._requests import RequestHandler
from dxkit.widgets.room._room_state import LOOPBACK, RoomState
from dxkit.widgets.room._server import RoomServer

# ports that no other service is registered for
FIRST_PORT = 49152
PORT_COUNT = 16000
POLL_S = 0.2
# an address for documentation (RFC 5737): choosing a route to it sends no packet
DOCUMENTATION_ADDRESS = "192.0.2.1"


class Room(RoomState):
    """A page on the facilitator's laptop through which phones vote and write cards into a store.

    Parameters
    ----------
    session
        Where everything is stored.
    items
        What is voted on: labels, or a mapping from the item's id in the store to its label.
    title
        Shown on top of the page.
    network
        ``False``: only this laptop's own browser reaches it. ``True``: the room's network does.
    port
        0 for one that belongs to the meeting and stays the same after a restart (or any other, if
        that is taken).
    address
        This laptop's address on the room's network, if it has several.

    Raises
    ------
    ChoiceError
        If there is no item, or two of the same name.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from dxkit.store import Session
    >>> with TemporaryDirectory() as folder, Session(f"{folder}/meeting.sqlite") as session:
    ...     with Room(session, {"buy": "共同調達"}) as room:
    ...         room.running, room.host, room.describe_meeting()["items"]
    (True, '127.0.0.1', [{'key': 'buy', 'label': '共同調達'}])
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
        host = (address or _find_network_address()) if network else LOOPBACK
        super().__init__(session, items, title=title, host=host, port=port)
        self._server: RoomServer | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def running(self) -> bool:
        """Whether phones are served."""
        return self._server is not None

    @property
    def connection_count(self) -> int:
        """How many connections are open."""
        return 0 if self._server is None else self._server.connection_count

    def start(self) -> None:
        """Begin to serve, in threads of this process.

        Raises
        ------
        ChoiceError
            If the address or port cannot be used.
        """
        if self._server is not None:
            return
        # http.server makes a handler for each request; the class is how they reach the room
        handler = type("RoomRequestHandler", (RequestHandler,), {"room": self})
        self._server = self._open_server(handler)
        self.port = self._server.server_address[1]
        threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": POLL_S}, daemon=True
        ).start()

    def stop(self) -> None:
        """Stop serving; what was entered stays in the store."""
        server = self._server
        self._server = None
        if server is not None:
            server.shutdown()
            server.server_close()

    def _open_server(self, handler: type[RequestHandler]) -> RoomServer:
        # of the meeting's key, so that the phones' link holds after a restart
        own_port = FIRST_PORT + int.from_bytes(self.session.key("port")[:4], "big") % PORT_COUNT
        # 0 lets the system choose where the meeting's own port is taken
        ports = (self.port,) if self.port else (own_port, 0)
        for port in ports:
            try:
                return RoomServer((self.host, port), handler)
            except OSError as error:
                reason = error
        raise ChoiceError(
            f"{self.host} のポート {ports[0]} で待ち受けられません（{reason}）。"
            "port=0 にするか、address= を確かめてください。"
        )


def _find_network_address() -> str:
    """Find this machine's address on the network that it would use; nothing is sent.

    Raises
    ------
    ChoiceError
        If it has none.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((DOCUMENTATION_ADDRESS, 9))
            return str(probe.getsockname()[0])
        except OSError as error:
            raise ChoiceError(
                "このパソコンのネットワークのアドレスが見つかりません。"
                "Wi-Fi につなぐか、address= に指定してください。"
            ) from error
