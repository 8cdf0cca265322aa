"""Who may come in, and how often may they knock?

Everybody with the code may vote, without a name: the code keeps strangers out; how many may come is
the business of `Doorkeeper`. A wrong code costs nothing five times, then ever longer waits, for the
sender's address and, more mildly, for all. Only codes that are typed wait: the QR code holds a long
secret that nobody finds by trying, so that a guesser behind the same access point keeps nobody out
who reads the QR code. Phones that are in already never wait.
"""

import hmac
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from dxkit.widgets.room._keyed_hash import hash_text

CODE_DIGITS = 8
# letters of an entered code that are looked at
MAX_CODE_LENGTH = 40
# wrong codes of one address without a wait, and its longest wait
FREE_TRIES = 5
LONGEST_WAIT_S = 60.0
# an attacker with many addresses: all together get this many, then one try in five seconds
FREE_TRIES_ALL = 50
LONGEST_WAIT_ALL_S = 5.0
# waits double at every wrong code: more doublings than this no limit allows
MAX_DOUBLINGS = 10
# after so long without a wrong code an address begins anew
FORGET_S = 600.0
MAX_SENDERS = 4096
EVERYBODY = "*"
FULL_WIDTH = str.maketrans("０１２３４５６７８９", "0123456789")
# hexadecimal digits of seals and ids: 160 bits
SEAL_LENGTH = 40
# hexadecimal digits of the secrets in links: 128 bits
SECRET_LENGTH = 32
CLIENT_LENGTH = 32
# letters of a paper ticket (60 bits), without those that are mistaken for others
TICKET_LENGTH = 12
TICKET_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
MEETING_LENGTH = 16
# begins the name of a client that reads the course and may not vote
READER = "reader-"


@dataclass(slots=True)
class _Tries:
    """Wrong codes of one sender: how many, until when it waits, when the last came."""

    count: int = 0
    wait_until: float = 0.0
    last: float = 0.0


class CodeGate:
    """Checks the meeting's code, and gives every phone that has it a token of its own.

    Parameters
    ----------
    key
        The meeting's own key: code and tokens stay the same when the server is started again.
    clock
        Seconds that never go back.

    Examples
    --------
    >>> gate = CodeGate(b"k" * 32, clock=lambda: 0.0)
    >>> gate.try_code("phone", gate.code), gate.try_code("stranger", "no code")
    (True, False)
    >>> gate.has_secret("join", gate.derive_secret("join")), gate.has_secret("join", gate.code)
    (True, False)
    >>> client, token = gate.admit_client()
    >>> gate.read_client(token) == client, gate.read_client("forged")
    (True, None)
    """

    def __init__(self, key: bytes, *, clock: Callable[[], float] = time.monotonic) -> None:
        number = int.from_bytes(hmac.digest(key, b"code", "sha256"), "big") % 10**CODE_DIGITS
        self.code = f"{number:0{CODE_DIGITS}d}"
        self.meeting = hmac.digest(key, b"meeting", "sha256").hex()[:MEETING_LENGTH]
        self._key = key
        self._clock = clock
        self._tries: OrderedDict[str, _Tries] = OrderedDict()
        self._lock = threading.Lock()
        # wrong codes that were looked at, since the start
        self.wrong_count = 0

    @property
    def sender_count(self) -> int:
        """How many senders of wrong codes are remembered."""
        return len(self._tries)

    def try_code(self, sender: str, entered: object) -> float | bool:
        """Decide on a code.

        Returns
        -------
        bool or float
            Whether it is right, or how many seconds this sender has to wait before a code of it is
            looked at.
        """
        # compared in constant time: how long it takes must not tell how many digits are right
        is_right = hmac.compare_digest(clean_code(entered), self.code)
        # looked at and counted in one step: a hundred tries at the same moment count as a hundred
        with self._lock:
            now = self._clock()
            limits = (
                (sender, FREE_TRIES, LONGEST_WAIT_S),
                (EVERYBODY, FREE_TRIES_ALL, LONGEST_WAIT_ALL_S),
            )
            wait_s = max(self._recall(name, now).wait_until - now for name, _, _ in limits)
            # the right code waits too: else guessing would go on at full speed
            if wait_s > 0:
                return wait_s
            if is_right:
                self._tries.pop(sender, None)
                return True
            self.wrong_count += 1
            for name, free_tries, longest_wait_s in limits:
                _count_wrong(self._recall(name, now), free_tries, longest_wait_s, now)
            return False

    def derive_secret(self, purpose: str) -> str:
        """Make the long secret of a link: too long for anybody to find it by trying."""
        return hash_text(self._key, "link", purpose)[:SECRET_LENGTH]

    def has_secret(self, purpose: str, entered: object) -> bool:
        """Check whether a link's secret is right, in constant time."""
        is_text = isinstance(entered, str) and entered.isascii()
        return is_text and hmac.compare_digest(str(entered), self.derive_secret(purpose))

    def make_ticket(self, number: int) -> str:
        """Make the code of a paper ticket."""
        digits = int(hash_text(self._key, "ticket", str(number)), 16)
        letters = []
        for _ in range(TICKET_LENGTH):
            digits, position = divmod(digits, len(TICKET_LETTERS))
            letters.append(TICKET_LETTERS[position])
        return "".join(letters)

    def admit_client(self, device: str | None = None) -> tuple[str, str]:
        """Make a client's secret name and the token that proves it.

        Parameters
        ----------
        device
            What only this client knows: the same again gives the same client again, also where the
            first answer was lost on its way. A new client when absent.
        """
        secret = secrets.token_hex(16) if device is None else device
        client = hash_text(self._key, "client", secret)[:CLIENT_LENGTH]
        return client, f"{client}.{self._seal_client(client)}"

    def admit_reader(self, device: str | None = None) -> tuple[str, str]:
        """Make the name and token of a computer that reads the course and may not vote."""
        secret = secrets.token_hex(16) if device is None else device
        client = READER + hash_text(self._key, "reader", secret)[:CLIENT_LENGTH]
        return client, f"{client}.{self._seal_client(client)}"

    def read_client(self, token: str) -> str | None:
        """Return the client that a token proves, or None."""
        client, _, seal = token.partition(".")
        is_genuine = token.isascii() and hmac.compare_digest(seal, self._seal_client(client))
        return client if is_genuine and client else None

    def make_entry_id(self, client: str, sent_id: str, content: str) -> str:
        """Make the id under which a client's entry is stored.

        No two clients' ids meet, and an id tells neither the client nor the content.
        """
        return hash_text(self._key, "entry", f"{client} {sent_id} {content}")[:SEAL_LENGTH]

    def _recall(self, sender: str, now: float) -> _Tries:
        """Recall a sender's wrong codes; those of long ago are forgotten."""
        tries = self._tries.setdefault(sender, _Tries())
        if now - tries.last > FORGET_S:
            tries.count = 0
        # the front holds whoever has been silent longest
        self._tries.move_to_end(sender)
        while len(self._tries) > MAX_SENDERS:
            oldest = next(name for name in self._tries if name != EVERYBODY)
            del self._tries[oldest]
        return tries

    def _seal_client(self, client: str) -> str:
        return hash_text(self._key, "token", client)[:SEAL_LENGTH]


def is_reader(client: str) -> bool:
    """Say whether a client reads the course and may not vote."""
    return client.startswith(READER)


def clean_code(entered: object) -> str:
    """Keep the letters and digits of an entered code, full-width ones made half-width."""
    plain = str(entered)[:MAX_CODE_LENGTH].translate(FULL_WIDTH)
    return "".join(letter for letter in plain if letter.isascii() and letter.isalnum())


def _count_wrong(tries: _Tries, free_tries: int, longest_wait_s: float, now: float) -> None:
    tries.count += 1
    tries.last = now
    if tries.count >= free_tries:
        doublings = min(tries.count - free_tries + 1, MAX_DOUBLINGS)
        tries.wait_until = now + min(longest_wait_s, 2.0**doublings)
