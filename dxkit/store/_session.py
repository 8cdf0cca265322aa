"""How does a facilitator keep what a group enters, lose nothing, and still not know who voted what?

A client's name is never stored: only its HMAC with a secret of the meeting, enough to let a later vote take the place of an
earlier one. No table that leaves (`results`, `notes`, `choices`, `history`, `export`, `agreement`) holds even that, times are
kept to the minute, and `export` gives votes as counts only. Whoever holds the database file and also a client's own name
can still put the two together: `seal` destroys the secret when the meeting is over.
"""

import datetime as dt
import hmac
import warnings
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

from dxkit.errors import ChoiceError, TableWarning, shorten
from dxkit.store import _validate
from dxkit.store._database import Keeper
from dxkit.store._record import Record

JAPAN = dt.timezone(dt.timedelta(hours=9))
DEFAULT_URL = "sqlite:///out/meeting.sqlite"
COMPARED = ("kind", "author", "item", "value", "text", "group", "title", "target")


class Receipt(NamedTuple):
    """What was kept.

    Attributes
    ----------
    id : str
        The entry's id; `Session.undo` and `Session.arrange` take it.
    number : int
        Its place in the history.
    new : bool
        ``False`` if an entry with this id was there already.
    same : bool
        ``False`` if that one says something else: it stays, and this one was not kept.
    """

    id: str
    number: int
    new: bool
    same: bool


class Session(Record):
    """A meeting's votes, notes and choices, every one durable before the call returns.

    Safe to use from several threads, and from several processes on the same machine. History only grows: what is undone or
    replaced stays in `history`.

    Parameters
    ----------
    url
        ``sqlite:///PATH`` (or just a path) for a file on a local disk, or ``postgresql://…`` (needs ``dxkit[postgres]``).
        An existing store is opened as it was left, also after a crash.
    meeting
        A name for this meeting, where one database keeps several.

    Raises
    ------
    ChoiceError
        If the URL is of another kind.
    MissingExtraError
        If PostgreSQL's driver is not installed.
    StoreError
        If the database cannot be opened.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder, Session(f"sqlite:///{folder}/a.sqlite") as session:
    ...     receipt = session.vote(item="共同調達", value=2, client="phone-1", id="first-try")
    ...     again = session.vote(item="共同調達", value=2, client="phone-1", id="first-try")
    ...     receipt.new, again.new, int(session.results()["votes"].sum())
    (True, False, 1)
    """

    def __init__(self, url: str | Path = DEFAULT_URL, *, meeting: str = "meeting") -> None:
        super().__init__(
            Keeper(url, _validate.check_text(meeting, "会議の名前", longest=_validate.ITEM_LONGEST))
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Session({self._keeper.shown!r}, meeting={self._keeper.meeting!r})"

    def close(self) -> None:
        """Let go of the database; everything is stored already."""
        self._keeper.close()

    def vote(self, *, item: str, value: int, client: str, id: str | None = None) -> Receipt:  # noqa: A002 # the design's name
        """Keep a client's secret vote on an item; it takes the place of the client's earlier one.

        Parameters
        ----------
        item
            What is voted on, up to 200 characters.
        value
            -2 (strongly against) to 2 (strongly for).
        client
            Any name that only this client uses; never stored.
        id
            The client's own id of this try: sent again after a broken connection, it counts once. Made up when absent.

        Returns
        -------
        Receipt

        Raises
        ------
        ChoiceError
            If something cannot be kept.
        StoreError
            If the database refuses (disk full, read-only).
        """
        named = _validate.check_text(item, "項目", longest=_validate.ITEM_LONGEST)
        return self._add(
            "vote", id, self._author(client), item=named, value=_validate.check_vote(value)
        )

    def note(
        self,
        *,
        text: str,
        group: str = "",
        title: str = "",
        client: str = "",
        id: str | None = None,
    ) -> Receipt:  # noqa: A002
        """Keep a card (KJ method): a text, and where known the group that it belongs to and that group's title.

        Parameters
        ----------
        text
            What stands on the card, up to 1,000 characters.
        group, title
            The group of cards it was laid with, and the group's title card.
        client
            As in `vote`; empty for the facilitator.
        id
            As in `vote`.

        Returns
        -------
        Receipt

        Raises
        ------
        ChoiceError, StoreError
            As in `vote`.
        """
        said = _validate.check_text(text, "カード", longest=_validate.TEXT_LONGEST)
        return self._add(
            "note", id, self._author(client, empty=True), text=said, **_headed(group, title)
        )

    def arrange(self, of: str, *, group: str, title: str = "", id: str | None = None) -> Receipt:  # noqa: A002
        """Lay a card with another group; the earlier place stays in the history.

        Parameters
        ----------
        of
            The card's id.
        group, title
            As in `note`.
        id
            As in `vote`.

        Returns
        -------
        Receipt

        Raises
        ------
        ChoiceError
            If there is no such card.
        StoreError
            As in `vote`.
        """
        if self._find(of)["kind"] != "note":
            raise ChoiceError(
                f"「{shorten(of)}」はカードではありません。notes() の id を指定してください。"
            )
        return self._add("arrange", id, "", target=of, **_headed(group, title))

    def choose(self, *, item: str, option: str, client: str, id: str | None = None) -> Receipt:  # noqa: A002
        """Keep which one option a client chooses; it takes the place of the client's earlier choice.

        Parameters
        ----------
        item
            What is chosen for, such as the next theme.
        option
            What is chosen.
        client, id
            As in `vote`.

        Returns
        -------
        Receipt

        Raises
        ------
        ChoiceError, StoreError
            As in `vote`.
        """
        named = _validate.check_text(item, "項目", longest=_validate.ITEM_LONGEST)
        chosen = _validate.check_text(option, "選択肢", longest=_validate.ITEM_LONGEST)
        return self._add("choice", id, self._author(client), item=named, text=chosen)

    def undo(self, of: str, *, client: str | None = None, id: str | None = None) -> Receipt:  # noqa: A002
        """Take an entry back by adding an entry that says so; undoing the undo brings it back.

        Parameters
        ----------
        of
            The id of a vote, note, choice, arrangement or undo.
        client
            Who takes it back: only its author may. ``None`` for the facilitator, who may take back anything.
        id
            As in `vote`.

        Returns
        -------
        Receipt

        Raises
        ------
        ChoiceError
            If there is no such entry, or it is another client's.
        StoreError
            As in `vote`.
        """
        author = self._author(client) if client is not None else ""
        found = self._find(of)
        if client is not None and not hmac.compare_digest(found["author"], author):
            raise ChoiceError(
                f"「{shorten(of)}」は、この端末から送ったものではありません。送った端末で取り消してください。"
            )
        return self._add("undo", id, author, target=of)

    def seal(self) -> None:
        """End the voting for good: destroy the secret, so that nobody can ever put a client's name to a vote.

        Counts, groups and cards stay as they are, and the facilitator may still arrange and undo. Stop the board before.
        PostgreSQL keeps the old row in its files until its next ``VACUUM``.

        Raises
        ------
        StoreError
            If the database refuses.
        """
        self._keeper.seal()

    def _author(self, client: str, *, empty: bool = False) -> str:
        """Give what stands for a client: nobody can go back to the name without the meeting's secret."""
        if empty and client == "":
            return ""
        return hmac.digest(
            self._secret(), f"author {_validate.check_name(client, '端末')}".encode(), "sha256"
        ).hex()

    def _add(self, kind: str, given: str | None, author: str, **fields: Any) -> Receipt:
        row = {
            "kind": kind,
            "author": author,
            "item": "",
            "value": None,
            "text": "",
            "group": "",
            "title": "",
            "target": "",
        } | fields
        row |= {
            "id": _validate.fresh_id(given),
            "at": dt.datetime.now(JAPAN).isoformat(timespec="minutes"),
        }
        new, kept = self._keeper.add(row)
        same = all(kept[field] == row[field] for field in COMPARED)
        if not same:
            said = f"id「{shorten(row['id'])}」は別の内容で使われています。前の内容を残し、今回のものは保存していません。"
            warnings.warn(said, TableWarning, stacklevel=3)
        return Receipt(row["id"], int(kept["number"]), new, same)

    def _find(self, wanted: str) -> dict[str, Any]:
        named = _validate.check_name(wanted, "id")
        found = next((entry for entry in self._keeper.entries() if entry["id"] == named), None)
        if found is None:
            raise ChoiceError(
                f"id「{shorten(wanted)}」の記録はありません。history() の id を確かめてください。"
            )
        return found


def _headed(group: str, title: str) -> dict[str, str]:
    longest = _validate.ITEM_LONGEST
    return {
        "group": _validate.check_text(group, "グループ", longest=longest, empty=True),
        "title": _validate.check_text(title, "見出し", longest=longest, empty=True),
    }
