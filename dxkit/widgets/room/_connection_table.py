"""Which connection goes when there are too many?"""

import socket
from collections import Counter
from dataclasses import dataclass

from tornado.iostream import IOStream

# select() on Windows watches 512 sockets at most
MAX_CONNECTIONS = 384
# of one address: phones behind one access point share theirs
MAX_HALF_OPEN = 256
MAX_SENDERS = 1024
# half-open connections that are looked at for one that has sent nothing new
MAX_LOOKS = 64


@dataclass(slots=True, eq=False)
class _Connection:
    """An open connection: whose, and whether its request has arrived in full."""

    stream: IOStream
    sender: str
    is_complete: bool = False


class ConnectionTable:
    """All open connections, in the order in which they came.

    A connection on which a whole request has arrived is never closed for another. Of the others the
    oldest of the busiest address goes first: an honest phone sends its request at once, also one
    behind the attacker's own address.

    Attributes
    ----------
    unfinished : collections.Counter
        How many connections of each address ended before their request was complete.
    turned_away : int
        How many found all places taken by requests that were being answered.
    """

    def __init__(self) -> None:
        self._open: dict[IOStream, _Connection] = {}
        self.unfinished: Counter[str] = Counter()
        self.turned_away = 0

    def __len__(self) -> int:
        return len(self._open)

    def add(self, stream: IOStream, sender: str) -> bool:
        """Take a connection on; whether there is room for it."""
        half_open = Counter(each.sender for each in self._open.values() if not each.is_complete)
        if half_open[sender] >= MAX_HALF_OPEN:
            self._evict_oldest(sender)
        elif len(self._open) >= MAX_CONNECTIONS:
            if not half_open:
                self.turned_away += 1
                return False
            self._evict_oldest(half_open.most_common(1)[0][0])
        self._open[stream] = _Connection(stream, sender)
        return True

    def complete(self, stream: IOStream) -> None:
        """Note that a connection's request has arrived: it is not evicted any more."""
        if stream in self._open:
            self._open[stream].is_complete = True

    def find_sender(self, stream: IOStream) -> str:
        """Find the address that a connection came from; empty once it is over."""
        return self._open[stream].sender if stream in self._open else ""

    def remove(self, stream: IOStream) -> None:
        """Forget a connection that is over."""
        connection = self._open.pop(stream, None)
        if connection is not None and not connection.is_complete:
            self.unfinished[connection.sender] += 1
            # many addresses must not fill the memory
            if len(self.unfinished) > MAX_SENDERS:
                del self.unfinished[min(self.unfinished, key=self.unfinished.__getitem__)]

    def _evict_oldest(self, sender: str) -> None:
        half_open = [
            connection
            for connection in self._open.values()
            if connection.sender == sender and not connection.is_complete
        ]
        # a request that lies unread has only come faster than this server could look at it
        silent = (each for each in half_open[:MAX_LOOKS] if not _has_unread(each.stream))
        oldest = next(silent, half_open[0])
        self.remove(oldest.stream)
        oldest.stream.close()


def _has_unread(stream: IOStream) -> bool:
    try:
        return stream.socket.recv(1, socket.MSG_PEEK) != b""
    except OSError:
        # nothing has come, or the other end is gone
        return False
