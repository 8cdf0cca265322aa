"""Who may come in, and how often may they knock?

Everybody with the code may vote, without a name: the code keeps strangers out, it does not stop one person from joining
twice (the number of joined phones is shown for that). A wrong code costs nothing five times, then ever longer waits, for the
sender's address and, more mildly, for all. Phones that are in already never wait for others' wrong codes.
"""

import hmac
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

CODE_DIGITS = 8
FREE_TRIES, LONGEST_WAIT_S = 5, 60.0
# an attacker with many addresses: all together get this many, then one try in five seconds
FREE_TRIES_ALL, LONGEST_WAIT_ALL_S = 50, 5.0
FORGET_S = 600.0
MOST_REMEMBERED = 4096
EVERYBODY = "*"
FULL_WIDTH = str.maketrans("０１２３４５６７８９", "0123456789")


@dataclass(slots=True)
class _Tries:
    wrong: int = 0
    until: float = 0.0
    last: float = 0.0


class Gate:
    """Checks the meeting's code, and gives every phone that has it a token of its own.

    Parameters
    ----------
    key
        The meeting's own key: code and tokens stay the same when the server is started again.
    clock
        Seconds that never go back.
    """

    def __init__(self, key: bytes, *, clock: Callable[[], float] = time.monotonic) -> None:
        number = int.from_bytes(hmac.digest(key, b"code", "sha256"), "big") % 10**CODE_DIGITS
        self.code = f"{number:0{CODE_DIGITS}d}"
        self.meeting = hmac.digest(key, b"meeting", "sha256").hex()[:16]
        self._key, self._clock = key, clock
        self._tries: OrderedDict[str, _Tries] = OrderedDict()
        self._lock = threading.Lock()

    def try_code(self, who: str, given: object) -> float | bool:
        """Decide on a code: whether it is right, or how many seconds this sender has to wait before it is looked at."""
        typed = "".join(
            sign
            for sign in str(given)[:40].translate(FULL_WIDTH)
            if sign.isascii() and sign.isalnum()
        )
        right = hmac.compare_digest(typed, self.code)
        # looked at and counted in one step: a hundred tries at the same moment count as a hundred
        with self._lock:
            now = self._clock()
            limits = (
                (who, FREE_TRIES, LONGEST_WAIT_S),
                (EVERYBODY, FREE_TRIES_ALL, LONGEST_WAIT_ALL_S),
            )
            wait = max(self._remembered(name, now).until - now for name, _, _ in limits)
            if wait > 0:
                return wait
            if right:
                self._tries.pop(who, None)
                return True
            for name, free, longest in limits:
                self._count(self._remembered(name, now), free, longest, now)
            return False

    def _remembered(self, who: str, now: float) -> _Tries:
        tries = self._tries.setdefault(who, _Tries())
        if now - tries.last > FORGET_S:
            tries.wrong = 0
        self._tries.move_to_end(who)
        while len(self._tries) > MOST_REMEMBERED:
            oldest = next(name for name in self._tries if name != EVERYBODY)
            del self._tries[oldest]
        return tries

    @staticmethod
    def _count(tries: _Tries, free: int, longest: float, now: float) -> None:
        tries.wrong += 1
        tries.last = now
        if tries.wrong >= free:
            tries.until = now + min(longest, 2.0 ** min(tries.wrong - free + 1, 10))

    def admit(self) -> tuple[str, str]:
        """Give a new client's secret name and the token that proves it."""
        client = secrets.token_hex(16)
        return client, f"{client}.{self._seal(client)}"

    def client(self, token: str) -> str | None:
        """Give the client that a token proves, or nothing."""
        client, _, seal = token.partition(".")
        known = token.isascii() and hmac.compare_digest(seal, self._seal(client))
        return client if known and client else None

    def entry_id(self, client: str, given: str, content: str) -> str:
        """Give the id under which a client's entry is kept: no two clients' ids meet, and it tells neither."""
        return hmac.digest(self._key, f"entry {client} {given} {content}".encode(), "sha256").hex()[
            :40
        ]

    def _seal(self, client: str) -> str:
        return hmac.digest(self._key, f"token {client}".encode(), "sha256").hex()[:40]


class Limiter:
    """Lets a sender ask some times at once and then only so many times a second.

    Parameters
    ----------
    burst
        How many at once.
    each_s
        How many a second after that.
    clock
        Seconds that never go back.
    """

    def __init__(
        self, burst: float, each_s: float, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._burst, self._each_s, self._clock = burst, each_s, clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def allows(self, who: str) -> bool:
        """Count one request; tell whether it may go on."""
        with self._lock:
            now = self._clock()
            left, since = self._left.pop(who, (self._burst, now))
            left = min(self._burst, left + (now - since) * self._each_s)
            self._left[who] = (left - 1 if left >= 1 else left, now)
            while len(self._left) > MOST_REMEMBERED:
                self._left.popitem(last=False)
            return left >= 1
