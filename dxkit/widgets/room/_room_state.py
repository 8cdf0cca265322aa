"""What does a meeting's room hold that its requests read and change?"""

from collections.abc import Mapping, Sequence
from typing import Any

from dxkit.errors import ChoiceError
from dxkit.store import Session
from dxkit.widgets.room._code_gate import CodeGate
from dxkit.widgets.room._rate_limiter import RateLimiter

LOOPBACK = "127.0.0.1"
# a phone opens a page with a burst of requests; behind one access point all phones may share an
# address
ADDRESS_BURST = 600.0
ADDRESS_PER_SECOND = 100.0
CLIENT_BURST = 60.0
CLIENT_PER_SECOND = 10.0
MAX_SHOWN_NOTES = 200
MAX_CLIENTS = 4096
# kinds of entries in the store that change what the cards show
CARD_KINDS = ("note", "arrange", "undo")


class RoomState:
    """A meeting, who has joined it, and under which names its page may be asked for.

    Parameters
    ----------
    session, items, title
        As for `Room`.
    host, port
        Where the page is served.

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
        title: str,
        host: str,
        port: int,
    ) -> None:
        self.session = session
        self.title = title
        self.items = read_items(items)
        self.gate = CodeGate(session.key("room"))
        self.host = host
        self.port = port
        self.by_address = RateLimiter(ADDRESS_BURST, ADDRESS_PER_SECOND)
        self.by_client = RateLimiter(CLIENT_BURST, CLIENT_PER_SECOND)
        self._clients: set[str] = set()
        # how many entries there were when the cards were read, and the cards
        self._cards: tuple[int, list[dict[Any, Any]]] = -1, []

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

    def count_client(self, client: str) -> None:
        """Count a phone among the joined ones, unless it is there."""
        if len(self._clients) < MAX_CLIENTS:
            self._clients.add(client)

    def describe_meeting(self) -> dict[str, Any]:
        """Describe what phones show: items and cards, never a vote."""
        # phones ask again and again: the cards are read anew only when something about them is new
        entry_count = self.session.count(CARD_KINDS)
        if entry_count != self._cards[0]:
            columns = ["text", "group", "title"]
            notes = self.session.notes().tail(MAX_SHOWN_NOTES)[columns].to_dict(orient="records")
            # the newest card on top
            self._cards = entry_count, notes[::-1]
        items = [{"key": key, "label": label} for key, label in self.items.items()]
        return {"title": self.title, "items": items, "notes": self._cards[1]}


def read_items(items: Sequence[str] | Mapping[str, str]) -> dict[str, str]:
    """Read the items' ids and labels.

    Raises
    ------
    ChoiceError
        If there is none, two are the same, or one is no text.
    """
    # a text is a sequence of its letters: surely not what was meant
    if isinstance(items, str):
        raise ChoiceError(
            f"items=「{items}」は1つの文字列です。['{items}'] のように並びで渡してください。"
        )
    labels = dict(items) if isinstance(items, Mapping) else {item: item for item in items}
    if not labels or len(labels) < len(items):
        problem = "重なっています" if labels else "ありません"
        raise ChoiceError(f"投票の項目が{problem}: {list(items)}。1つずつ違う名前にしてください。")
    texts = [text for pair in labels.items() for text in pair]
    unusable = [text for text in texts if not isinstance(text, str) or not text.strip()]
    if unusable:
        raise ChoiceError(f"投票の項目「{unusable[0]}」は使えません。空でない文字にしてください。")
    return labels
