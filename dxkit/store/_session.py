"""How does a facilitator keep what a group enters, lose nothing, and not know who voted what?

A client's name is never stored: only an HMAC of it under a secret of the meeting, another one for
every item and card, enough to let a later vote take the place of an earlier one. No table that
leaves (`results`, `notes`, `choices`, `history`, `export`, `agreement`) holds even that, times are
kept to the minute, votes leave as counts only, and figures of fewer than three voters are missing.

What is protected, and what is not. Until the meeting is sealed, who holds the database file and the
key file beside it (on PostgreSQL the database alone) can put the votes of one client together, and
with the client's own name learn whose they are; a copy of the database file alone tells the order
in which votes came. `Session.seal` closes the voting, shuffles the ballots and
destroys the secret: from then on nothing in the file, its log, the tables and the exports links a
ballot to a person, a card or another ballot. Not protected: copies made before, above all of the
whole folder (one that is synchronised or backed up holds store and key file); who watches a phone;
an item on which all voted alike; who was in the room.
"""

import hmac
import warnings
from pathlib import Path
from types import TracebackType
from typing import Self

from dxkit._keywords import accepts_old_keywords
from dxkit.errors import ChoiceError, TableWarning, shorten
from dxkit.store._entry_commits import Database
from dxkit.store._entry_row import check_group
from dxkit.store._longest_texts import ITEM_LONGEST, TEXT_LONGEST
from dxkit.store._network_share import warn_of_network_share
from dxkit.store._receipt import Receipt
from dxkit.store._record_tables import SECRET_KINDS
from dxkit.store._sealing import rewrite_entries
from dxkit.store._signed_entries import TRANSLATED_CALL, SignedEntries
from dxkit.store._text_checks import check_text, check_vote

DEFAULT_URL = "sqlite:///out/meeting.sqlite"


class Session(SignedEntries):
    """A meeting's votes, notes and choices, every one durable before the call returns.

    Safe to use from several threads, and from several processes on the same machine. History only
    grows: what is undone or replaced stays in `history`.

    Parameters
    ----------
    url
        ``sqlite:///PATH`` (or just a path) for a file on a local disk, or ``postgresql://…`` (needs
        ``dxkit[postgres]``). An existing store is opened as it was left, also after a crash.
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

    Warns
    -----
    TableWarning
        If the file lies on a network share, or is damaged or changed by hand (see `digest`).

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder, Session(f"{folder}/a.sqlite") as session:
    ...     receipt = session.vote(item="共同調達", value=2, client="phone-1", id="first-try")
    ...     again = session.vote(item="共同調達", value=2, client="phone-1", id="first-try")
    ...     receipt.new, again.new, int(session.results()["votes"].sum())
    (True, False, 1)
    """

    def __init__(self, url: str | Path = DEFAULT_URL, *, meeting: str = "meeting") -> None:
        super().__init__(Database(url, check_text(meeting, "会議の名前", longest=ITEM_LONGEST)))
        if self._database.path is not None:
            warn_of_network_share(self._database.path, stacklevel=2)
        self._warn_of_changes()

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
        return f"Session({self._database.safe_url!r}, meeting={self._database.meeting!r})"

    @property
    def meeting(self) -> str:
        """The meeting's name."""
        return self._database.meeting

    @property
    def database(self) -> Database:
        """The database that holds the meeting."""
        return self._database

    def close(self) -> None:
        """Close the database; everything is stored already."""
        self._database.close_connections()

    def vote(
        self,
        *,
        item: str,
        value: int,
        client: str,
        id: str | None = None,  # noqa: A002 # the design's name
    ) -> Receipt:
        """Keep a client's secret vote on an item.

        It takes the place of the client's earlier vote on the item.

        Parameters
        ----------
        item
            What is voted on, up to 200 characters.
        value
            -2 (反対) to 2 (賛成): see `VOTE_LABELS`.
        client
            Any name that only this client uses; never stored.
        id
            The client's own id of this try: sent again after a broken connection, it counts once.
            Made up when absent.

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
        item_name = check_text(item, "項目", longest=ITEM_LONGEST)
        fields = {"item": item_name, "value": check_vote(value)}
        return self._add_entry("vote", id, client, fields)

    def note(
        self,
        *,
        text: str,
        group: str = "",
        title: str = "",
        client: str = "",
        id: str | None = None,  # noqa: A002
    ) -> Receipt:
        """Keep a card (KJ method) and, where known, its group and that group's title.

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
        card = check_text(text, "カード", longest=TEXT_LONGEST)
        # the facilitator is nobody whom a hash would have to hide
        sender = None if client == "" else client
        return self._add_entry("note", id, sender, {"text": card, **check_group(group, title)})

    @accepts_old_keywords(of="entry_id")
    def arrange(
        self,
        entry_id: str,
        *,
        group: str,
        title: str = "",
        id: str | None = None,  # noqa: A002
    ) -> Receipt:
        """Lay a card with another group; the earlier place stays in the history.

        Parameters
        ----------
        entry_id
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
        # only cards have a group
        if self._find_entry(entry_id)["kind"] != "note":
            raise ChoiceError(
                f"「{shorten(entry_id)}」はカードではありません。notes() の id を指定してください。"
            )
        fields = {"target": entry_id, **check_group(group, title)}
        return self._add_entry("arrange", id, None, fields, stacklevel=TRANSLATED_CALL)

    def choose(
        self,
        *,
        item: str,
        option: str,
        client: str,
        id: str | None = None,  # noqa: A002
    ) -> Receipt:
        """Keep which one option a client chooses.

        It takes the place of the client's earlier choice.

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
        item_name = check_text(item, "項目", longest=ITEM_LONGEST)
        choice = check_text(option, "選択肢", longest=ITEM_LONGEST)
        return self._add_entry("choice", id, client, {"item": item_name, "text": choice})

    @accepts_old_keywords(of="entry_id")
    def undo(
        self,
        entry_id: str,
        *,
        client: str | None = None,
        id: str | None = None,  # noqa: A002
    ) -> Receipt:
        """Take an entry back by adding an entry that says so; undoing the undo brings it back.

        Parameters
        ----------
        entry_id
            The id of a vote, note, choice, arrangement or undo.
        client
            Who takes it back: only its author may. ``None`` for the facilitator, who may take back
            anything.
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
        entry = self._find_entry(entry_id)
        if entry["kind"] == "seal":
            raise ChoiceError(f"「{shorten(entry_id)}」は会議の封です。封は取り消せません。")
        if entry["kind"] in SECRET_KINDS:
            # a sealed ballot is nobody's
            self._require_secret()
        # in constant time, so that nobody can find an author by trying
        if client is not None and not hmac.compare_digest(
            entry["author"], self._hash_client(client, entry)
        ):
            raise ChoiceError(
                f"「{shorten(entry_id)}」は、この端末から送ったものではありません。"
                "送った端末で取り消してください。"
            )
        fields = {"target": entry_id}
        return self._add_entry("undo", id, client, fields, stacklevel=TRANSLATED_CALL)

    def seal(self) -> None:
        """Close the meeting for good: nobody can then link a ballot to anything.

        The secret is destroyed, and the entries are written anew: each vote and choice that counts
        by itself, in random order, without id or time. Later votes, choices and cards are refused,
        also from other programs; results, cards, receipts and `agreement` stay, and the facilitator
        may still arrange and undo cards. The digest begins anew (`digest`), as one printed before
        belongs to entries that no longer are. Sealing again clears the file once more.

        Copies of the file made before, a server's log of PostgreSQL, and what a phone itself
        remembers are not reached: delete the copies.

        Raises
        ------
        StoreError
            If the database refuses to write the entries anew: the meeting is then as open as it
            was. Or if the key's file or a trace in the database cannot be removed afterwards: the
            meeting is then closed, and sealing again goes on from there.

        Warns
        -----
        TableWarning
            If another program is reading the file, so that what was deleted stays in the log beside
            it: close that program and seal again.
        """
        if not self._database.key.is_sealed:
            self._require_secret()
            self._database.seal(rewrite_entries)
        try:
            # also where an earlier seal could not
            self._database.finish_seal()
        finally:
            is_clean = self._database.erase_traces()
        if not is_clean:
            message = (
                f"会議「{self._database.meeting}」に封をしましたが、ほかのプログラムが保存ファイルを"
                "開いているため、消した内容が控えのファイル（-wal）に残っています → "
                "ほかのノートブックを閉じて、もう一度 seal() を実行してください。"
            )
            warnings.warn(message, TableWarning, stacklevel=2)
