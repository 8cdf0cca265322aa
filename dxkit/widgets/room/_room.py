"""How does one laptop serve a room of phones, and only this room?

The page is served on the laptop's own loopback address unless the room's network is asked for. On
the network it goes over plain http: who listens in on an open Wi-Fi can read along, so use a Wi-Fi
with a password.
"""

from collections.abc import Mapping, Sequence
from typing import Self

from dxkit.errors import ChoiceError
from dxkit.schema import LEAST_PEERS
from dxkit.store import Session
from dxkit.widgets.room._addresses import check_address, choose_address
from dxkit.widgets.room._freed_memory import overwrite_freed_memory
from dxkit.widgets.room._papers import Papers
from dxkit.widgets.room._questions import Question
from dxkit.widgets.room._requests import RequestDesk
from dxkit.widgets.room._room_log import RoomLog
from dxkit.widgets.room._room_state import LOOPBACK, RoomState
from dxkit.widgets.room._server import RoomServer

# ports that no other service is registered for
FIRST_PORT = 49152
PORT_COUNT = 16000


class Room(RoomState):
    """A page on the facilitator's laptop through which phones vote and write cards into a store.

    Parameters
    ----------
    session
        Where everything is stored.
    items
        What is asked: labels (voted on from -2 to 2), a mapping from the item's id in the store to
        its label, or `Question` of other kinds.
    title
        Shown on top of the page.
    network
        ``False``: only this laptop's own browser reaches it. ``True``: the room's network does.
    port
        0 for one that belongs to the meeting and stays the same after a restart (or any other, if
        that is taken).
    address
        This laptop's address on the room's network, if it has several (see `list_addresses`).
    min_votes
        A result is shown on the stage once this many have answered.
    expected
        How many persons are in the room: more identities than that are not let in, and the officer
        is told. Without it a rush of new ones from one address is slowed and told.
    tickets
        ``True``: only ``expected`` paper tickets let in, each one device (`ticket_links`).
    moderate
        ``True``: cards wait until the officer lets them through.
    local_too
        ``True``: the pages open on this laptop's own address as well, so that the officer keeps
        them when the network goes.
    log
        Where admissions and settings are kept; beside the store when absent.
    papers
        ``handout``, ``record`` and ``calendar_entry`` of `dxkit.reports` by these names, for the
        pages before and after the day; a paper that is missing cannot be written there.

    Raises
    ------
    ChoiceError
        If there is no item, two of the same name, or an address or number that cannot be used.

    Notes
    -----
    Three links hold three secrets: `link` lets phones in, `stage_link` shows the projector's page,
    `officer_link` drives the meeting. Who was let in and what the officer sets lies in a file
    beside the store (``NAME.room.sqlite``) and is there again after a restart.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from dxkit.store import Session
    >>> with TemporaryDirectory() as folder, Session(f"{folder}/meeting.sqlite") as session:
    ...     with Room(session, {"buy": "共同調達"}) as room:
    ...         room.running, room.host, room.items
    (True, '127.0.0.1', {'buy': '共同調達'})
    """

    def __init__(
        self,
        session: Session,
        items: Sequence[str | Question] | Mapping[str, str],
        *,
        title: str = "会議の投票",
        network: bool = False,
        port: int = 0,
        address: str | None = None,
        min_votes: int = LEAST_PEERS,
        expected: int | None = None,
        tickets: bool = False,
        moderate: bool = False,
        local_too: bool = False,
        log: RoomLog | None = None,
        papers: Papers | None = None,
    ) -> None:
        super().__init__(
            session,
            items,
            title=title,
            host=_choose_host(address, network=network),
            port=port,
            min_votes=min_votes,
            expected=expected,
            tickets=tickets,
            moderate=moderate,
            log=log,
        )
        # an address that was named is meant, also one of loopback
        self.has_qr = self.has_qr or (network and address is not None)
        if local_too and self.host != LOOPBACK:
            self.other_hosts.append(LOOPBACK)
        self._papers = {} if papers is None else papers
        self._server: RoomServer | None = None
        self._desk: RequestDesk | None = None

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
        return len(self.table)

    def start(self) -> None:
        """Begin to serve, in threads of this process.

        Raises
        ------
        ChoiceError
            If the address or port cannot be used, or another room of this folder is open.
        """
        if self._server is not None:
            return
        if self.guard is not None:
            self.guard.take()
        overwrite_freed_memory()
        desk = RequestDesk(self, self._papers)
        try:
            self._server = self._open_server(desk)
        except ChoiceError:
            desk.close()
            raise
        self._desk = desk
        self.port = self._server.port

    def stop(self) -> None:
        """Stop serving; what was entered stays in the store."""
        server = self._server
        desk = self._desk
        self._server = None
        self._desk = None
        if server is not None:
            server.stop()
        if desk is not None:
            desk.close()
        if self.guard is not None:
            self.guard.release()

    def listen(self, host: str) -> None:
        """Listen on one more address, if phones are served at all.

        Raises
        ------
        ChoiceError
            If it cannot be used.
        """
        if self._server is not None and host not in self.other_hosts:
            try:
                self._server.listen(host)
            except OSError as error:
                raise ChoiceError(
                    f"{host} で待ち受けられません（{error}）。いまのアドレスから選んでください。"
                ) from error

    def _open_server(self, desk: RequestDesk) -> RoomServer:
        # of the meeting's key, so that the phones' link holds after a restart
        own_port = FIRST_PORT + int.from_bytes(self.session.key("port")[:4], "big") % PORT_COUNT
        # 0 lets the system choose where the meeting's own port is taken
        ports = (self.port,) if self.port else (own_port, 0)
        for port in ports:
            try:
                hosts = [self.host, *self.other_hosts]
                return RoomServer(hosts, port, desk.answer, self.table, desk.find_limits)
            except OSError as error:
                reason = error
        raise ChoiceError(
            f"{self.host} のポート {ports[0]} で待ち受けられません（{reason}）。"
            "port=0 にするか、address= を確かめてください。"
        )


def _choose_host(address: str | None, *, network: bool) -> str:
    """Choose where to listen: nowhere but here unless the network is asked for."""
    if not network:
        return LOOPBACK
    return choose_address() if address is None else check_address(address)
