"""How many may come in, and what does the officer see of those who push?

The code cannot tell one person with ten identities from ten persons. Three things can: the number
of persons in the room, which no more identities than that pass; how fast new ones come; and paper
tickets, each of which makes one identity.
"""

import hmac
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence

from dxkit.widgets.room._code_gate import CodeGate, clean_code
from dxkit.widgets.room._keyed_hash import hash_text
from dxkit.widgets.room._rate_limiter import RateLimiter
from dxkit.widgets.room._replies import RefusedError
from dxkit.widgets.room._room_log import RoomLog

# new identities of one address at once, and a second after that: a room behind one access point
# comes in with one address
NEW_BURST = 120
NEW_PER_SECOND = 0.5
# this many new ones within the time are told to the officer
RUSH_COUNT = 60
RUSH_S = 10.0
NAME_LENGTH = 40
# computers that read a meeting's course
MAX_READERS = 4096
TICKETS_KEY = "tickets"


class Doorkeeper:
    """Lets identities in, each once, and counts those it turns away.

    Parameters
    ----------
    key
        The meeting's own key.
    log
        Remembers who was let in.
    gate
        Makes the clients.
    expected
        How many persons are in the room; ``None`` if nobody said.
    tickets
        Only a paper ticket lets in.
    clock
        Seconds that never go back.
    """

    def __init__(
        self,
        key: bytes,
        log: RoomLog,
        gate: CodeGate,
        *,
        expected: int | None,
        tickets: bool,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._key = key
        self._log = log
        self._gate = gate
        self._expected = expected
        self.needs_ticket = tickets
        self._clock = clock
        self._new_by_address = RateLimiter(NEW_BURST, NEW_PER_SECOND, clock=clock)
        self._readers_by_address = RateLimiter(NEW_BURST, NEW_PER_SECOND, clock=clock)
        self._lock = threading.Lock()
        self._recent: deque[float] = deque()
        self.largest_rush = 0
        # how often each reason turned somebody away
        self.refused: Counter[str] = Counter()

    @property
    def expected(self) -> int | None:
        """How many persons may come in; the officer's last word, also after a restart."""
        return self._log.read_setting("expected", self._expected)  # type: ignore[no-any-return]

    def change_expected(self, expected: int | None) -> None:
        """Let another number of persons in."""
        self._log.write_setting("expected", expected)

    @property
    def joined(self) -> int:
        """How many identities were let in, also before a restart."""
        return self._log.count_names()

    @property
    def tickets(self) -> list[str]:
        """The codes of the paper tickets, in an order that tells nothing."""
        count = (self.expected or 0) if self.needs_ticket else 0
        return sorted(self._gate.make_ticket(number) for number in range(count))

    def admit(self, device: str | None, sender: str) -> tuple[str, str]:
        """Let an identity in that has shown the code; give its client and token.

        Raises
        ------
        RefusedError
            If all are in already, or too many new ones come from this address.
        """
        if self.needs_ticket:
            self.refused["ticket"] += 1
            raise RefusedError(403, "この会議は、配られた参加券のQRコードか番号で入ります。")
        client, token = self._gate.admit_client(device)
        self._let_in(client, sender)
        return client, token

    @property
    def readers(self) -> int:
        """How many computers came in to read the course, each once, also before a restart."""
        return self._log.count_readers()

    def admit_reader(self, device: str | None, sender: str) -> tuple[str, str]:
        """Let a computer read the course that has shown the code, or a ticket.

        It may not vote: it takes nobody's place, and no ticket is used up.

        Raises
        ------
        RefusedError
            If too many new ones come from this address, or at all.
        """
        client, token = self._gate.admit_reader(device)
        name = self._hash_name("reader", client)
        with self._lock:
            if not self._log.has_reader(name):
                if self.readers >= MAX_READERS:
                    raise RefusedError(403, "これ以上のPCは入れません。係の人に知らせてください。")
                if not self._readers_by_address.allow_request(sender):
                    self.refused["rush"] += 1
                    words = "続けて入ろうとしています。少し待ってください。"
                    raise RefusedError(429, words, wait_s=2)
                self._log.add_reader(name)
        return client, token

    def check_ticket(self, entered: object) -> None:
        """Check a ticket without using it up.

        Raises
        ------
        RefusedError
            If it is none.
        """
        if not self.is_ticket(clean_code(entered).upper()):
            self.refused["ticket"] += 1
            raise RefusedError(401, "参加券の番号が違います。券を確かめてください。")

    def admit_ticket(self, entered: object, device: str, sender: str) -> tuple[str, str]:
        """Let the holder of a paper ticket in; give its client and token.

        Raises
        ------
        RefusedError
            If it is no ticket, or another device has used it.
        """
        code = clean_code(entered).upper()
        self.check_ticket(code)
        name = self._hash_name("ticket", code)
        owner = self._hash_name("device", device)
        with self._lock:
            holders = dict(self._log.read_setting(TICKETS_KEY, {}))
            # one ticket, one device: a photograph of somebody's ticket opens nothing
            if holders.setdefault(name, owner) != owner:
                self.refused["used_ticket"] += 1
                raise RefusedError(
                    403, "この参加券は、別の端末で使われています。係の人に知らせてください。"
                )
            self._log.write_setting(TICKETS_KEY, holders)
        client, token = self._gate.admit_client(f"ticket {code}")
        self._let_in(client, sender)
        return client, token

    def is_ticket(self, code: str) -> bool:
        """Check whether a code is that of a ticket."""
        # all are compared, whichever fits: the time tells nothing
        return sum(hmac.compare_digest(code, ticket) for ticket in self.tickets) > 0

    def release_ticket(self, entered: object) -> None:
        """Let another device use a ticket: its owner's phone is broken, say."""
        name = self._hash_name("ticket", clean_code(entered).upper())
        with self._lock:
            holders = dict(self._log.read_setting(TICKETS_KEY, {}))
            holders.pop(name, None)
            self._log.write_setting(TICKETS_KEY, holders)

    def list_warnings(self) -> Sequence[str]:
        """Say what the officer should know, one sentence each."""
        expected = self.expected
        warnings = []
        if expected is not None and self.refused["expected"]:
            warnings.append(
                f"人数（{expected}人）を超える新しい端末を{self.refused['expected']}回断りました。"
                "人数と比べ、足りなければ人数を増やしてください。"
            )
        if self.refused["rush"]:
            warnings.append(
                f"1つの住所から新しい端末が続いたので、{self.refused['rush']}回待たせました。"
            )
        if expected is None and self.largest_rush >= RUSH_COUNT:
            warnings.append(
                f"{RUSH_S:.0f}秒の間に新しい端末が{self.largest_rush}台入りました。"
                "会場の人数と比べてください。1人が何台分も入れたかもしれません。"
            )
        if self.refused["used_ticket"]:
            warnings.append(
                f"使われた参加券がもう一度、{self.refused['used_ticket']}回出されました。"
            )
        if self.refused["ticket"]:
            warnings.append(f"参加券のない端末や違う番号を{self.refused['ticket']}回断りました。")
        return warnings

    def _let_in(self, client: str, sender: str) -> None:
        # another hash than any in the store: the log leads to no vote
        name = self._hash_name("client", client)
        with self._lock:
            # who was let in before is let in again, whatever the number
            if self._log.has_name(name):
                return
            expected = self.expected
            if expected is not None and self.joined >= expected:
                self.refused["expected"] += 1
                raise RefusedError(
                    403,
                    f"人数（{expected}人）がそろっています。入れないときは、係の人に知らせてください。",
                )
            # where the number is known it is the limit: all may have one address
            if expected is None and not self._new_by_address.allow_request(sender):
                self.refused["rush"] += 1
                raise RefusedError(429, "続けて入ろうとしています。少し待ってください。", wait_s=2)
            self._log.add_name(name)
            self._count_rush()

    def _count_rush(self) -> None:
        now = self._clock()
        self._recent.append(now)
        while now - self._recent[0] > RUSH_S:
            self._recent.popleft()
        self.largest_rush = max(self.largest_rush, len(self._recent))

    def _hash_name(self, purpose: str, text: str) -> str:
        return hash_text(self._key, purpose, text)[:NAME_LENGTH]
