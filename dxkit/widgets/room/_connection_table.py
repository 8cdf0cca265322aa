"""Which connection goes when there are too many?"""

import socket
from collections import Counter
from itertools import islice

from tornado.iostream import IOStream

# select() on Windows watches 512 sockets at most
MAX_CONNECTIONS = 384
# of one address: phones behind one access point share theirs
MAX_HALF_OPEN = 256
MAX_SENDERS = 1024
# half-open connections that are looked at for one that has sent nothing new
MAX_LOOKS = 64


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
        # the address of each, and of each address those whose request is not complete
        self._senders: dict[IOStream, str] = {}
        self._half_open: dict[str, dict[IOStream, None]] = {}
        self.unfinished: Counter[str] = Counter()
        self.turned_away = 0

    def __len__(self) -> int:
        return len(self._senders)

    def add(self, stream: IOStream, sender: str) -> bool:
        """Take a connection on; whether there is room for it."""
        if len(self._half_open.get(sender, ())) >= MAX_HALF_OPEN:
            self._evict_oldest(sender)
        elif len(self._senders) >= MAX_CONNECTIONS:
            if not self._half_open:
                self.turned_away += 1
                return False
            self._evict_oldest(max(self._half_open, key=self._count_half_open))
        self._senders[stream] = sender
        self._half_open.setdefault(sender, {})[stream] = None
        return True

    def complete(self, stream: IOStream) -> None:
        """Note that a connection's request has arrived: it is not evicted any more."""
        self._settle(stream)

    def find_sender(self, stream: IOStream) -> str:
        """Find the address that a connection came from; empty once it is over."""
        return self._senders.get(stream, "")

    def remove(self, stream: IOStream) -> None:
        """Forget a connection that is over."""
        sender = self._senders.get(stream)
        if sender is not None and self._settle(stream):
            self.unfinished[sender] += 1
            # many addresses must not fill the memory
            if len(self.unfinished) > MAX_SENDERS:
                del self.unfinished[min(self.unfinished, key=self.unfinished.__getitem__)]
        self._senders.pop(stream, None)

    def _count_half_open(self, sender: str) -> int:
        return len(self._half_open[sender])

    def _settle(self, stream: IOStream) -> bool:
        """Take a connection off the half-open ones; whether it was one."""
        sender = self._senders.get(stream, "")
        streams = self._half_open.get(sender, {})
        is_half_open = stream in streams
        streams.pop(stream, None)
        if not streams:
            self._half_open.pop(sender, None)
        return is_half_open

    def _evict_oldest(self, sender: str) -> None:
        streams = list(islice(self._half_open[sender], MAX_LOOKS))
        # a request that lies unread has only come faster than this server could look at it
        oldest = next((stream for stream in streams if not _has_unread(stream)), streams[0])
        self.remove(oldest)
        oldest.close()


def _has_unread(stream: IOStream) -> bool:
    # a connection that has just ended has no socket any more
    if stream.closed():
        return False
    try:
        return stream.socket.recv(1, socket.MSG_PEEK) != b""
    except OSError:
        # nothing has come, or the other end is gone
        return False
