"""How does a whole room vote in secret from its phones, and see the result grow?"""

import html
import threading
import time
from collections.abc import Mapping, Sequence
from typing import ClassVar

import ipywidgets

from dxkit._checks import require_flag
from dxkit._keywords import accepts_old_keywords
from dxkit.errors import ChoiceError, DxkitError, shorten
from dxkit.schema import LEAST_PEERS
from dxkit.store import Session
from dxkit.widgets._html import BAD, NEUTRAL, write_message
from dxkit.widgets._vote_texts import (
    write_cards,
    write_chart,
    write_door,
    write_warnings,
)
from dxkit.widgets.room import Question, Room

REFRESH_S = 1.0
HIDDEN = "<p>結果は「結果を映す」を選ぶと見られます。</p>"


class VoteBoard(ipywidgets.VBox):  # type: ignore[misc] # ipywidgets has no types
    """A meeting's board: address, code and QR for the phones; number of phones, results and cards.

    Attributes
    ----------
    room : Room
        The server, with `address`, `code`, `link`, `stage_link`, `officer_link`, `running`,
        `joined` and `list_warnings`.
    start_button, stop_button, show_results
        Two buttons, and the box 結果を映す.
    """

    # the board that serves each meeting in this kernel
    _serving: ClassVar[dict[str, "VoteBoard"]] = {}

    def __init__(self, room: Room, *, min_votes: int) -> None:
        self.room = room
        self.min_votes = min_votes
        self._watcher: threading.Thread | None = None
        self._door = ipywidgets.HTML()
        self.message = ipywidgets.HTML()
        self._result = ipywidgets.HTML()
        self._cards = ipywidgets.HTML()
        self.start_button = ipywidgets.Button(description="受付を始める", button_style="primary")
        self.stop_button = ipywidgets.Button(description="受付を止める")
        self.show_results = ipywidgets.Checkbox(value=True, description="結果を映す", indent=False)
        self.start_button.on_click(lambda _: self.start())
        self.stop_button.on_click(lambda _: self.stop())
        self.show_results.observe(lambda _: self.refresh(), names="value")
        buttons = ipywidgets.HBox([self.start_button, self.stop_button, self.show_results])
        super().__init__([self._door, buttons, self.message, self._result, self._cards])

    @property
    def address(self) -> str:
        """What is typed into a phone's browser."""
        return self.room.address

    @property
    def code(self) -> str:
        """The meeting's code."""
        return self.room.code

    def start(self) -> None:
        """Serve the phones; a board that served the same meeting before gives way."""
        meeting = repr(self.room.session)
        # a cell that is run again makes a new board for the same meeting
        earlier = self._serving.get(meeting)
        if earlier is not None and earlier is not self:
            earlier.stop()
        try:
            self.room.start()
        except DxkitError as error:
            self._show_error(error)
            return
        self._serving[meeting] = self
        self.refresh()
        if self._watcher is None or not self._watcher.is_alive():
            # a daemon: it never keeps the kernel from ending
            self._watcher = threading.Thread(target=self._watch_room, daemon=True)
            self._watcher.start()

    def stop(self) -> None:
        """Stop serving; what was entered stays in the store, and phones keep what they hold."""
        self.room.stop()
        self.refresh()

    def refresh(self) -> None:
        """Draw what the store holds now."""
        # buttons offer only what can be done
        running = self.room.running
        self.start_button.disabled = running
        self.stop_button.disabled = not running
        stopped = write_message(NEUTRAL, "受付は止まっています。")
        self._door.value = write_door(self.room) if running else stopped
        try:
            results = self.room.session.results(items=list(self.room.items))
            notes = self.room.session.notes()
        except DxkitError as error:
            self._show_error(error)
            return
        expected = self.room.door.expected
        persons = "" if expected is None else f"（人数 {expected}人）"
        counts = (
            f"つながった端末 {self.room.joined}台{persons}・カード {len(notes)}枚・"
            f"接続テスト {self.room.tested}台"
        )
        warnings = write_warnings(self.room.list_warnings())
        self.message.value = write_message(NEUTRAL, counts) + warnings
        # hidden results must not reach the browser at all
        self._result.value = (
            write_chart(results, self.room.items, min_votes=self.min_votes)
            if self.show_results.value
            else HIDDEN
        )
        self._cards.value = write_cards(notes)

    def _show_error(self, error: DxkitError) -> None:
        self.message.value = write_message(BAD, html.escape(str(error)))

    def _watch_room(self) -> None:
        """Draw again whenever something was entered or a phone joined."""
        drawn_state: tuple[object, ...] | None = None
        while self.room.running:
            room = self.room
            state = self._count_entries(), room.joined, room.tested, room.list_warnings()
            if state != drawn_state:
                self.refresh()
                drawn_state = state
            time.sleep(REFRESH_S)

    def _count_entries(self) -> int:
        try:
            return self.room.session.count()
        except DxkitError:
            # differs from every count: the refresh then shows the error
            return -1


@accepts_old_keywords(least="min_votes")
def vote_board(
    session: Session,
    items: Sequence[str | Question] | Mapping[str, str],
    network: bool = False,
    port: int = 0,
    *,
    title: str = "会議の投票",
    address: str | None = None,
    min_votes: int = LEAST_PEERS,
    expected: int | None = None,
    tickets: bool = False,
    moderate: bool = False,
    start: bool = True,
) -> VoteBoard:
    """Let a room vote -2 to +2 on every item and write cards from its phones, without names.

    Parameters
    ----------
    session
        Where everything is stored, durable before a phone is told so.
    items
        What is voted on: labels, a mapping from the item's id in the store to its label, or
        questions of other kinds (`dxkit.widgets.room.Question`).
    network
        ``False``: only this laptop's own browser reaches the page. ``True``: phones on the same
        Wi-Fi do, with the code.
    port
        0 for one that stays the same when the notebook is started again.
    title
        Shown on top of the phones' page.
    address
        This laptop's address on the room's network, if it has several; the board lists them
        (`dxkit.widgets.room.list_addresses`).
    min_votes
        An item's votes are drawn once this many have voted; at least three: fewer would tell one
        person's vote.
    expected
        How many persons are in the room: more phones than that are not let in, and the board says
        so. Without it the board tells when many come at once.
    tickets
        ``True``: only paper tickets let in, one phone each (``board.room.ticket_links``).
    moderate
        ``True``: cards wait until they are let through on the officer's page.
    start
        ``False`` waits for the button 受付を始める.

    Returns
    -------
    VoteBoard
        Address, code and QR code; buttons; results and cards that renew themselves.

    Raises
    ------
    ChoiceError
        If there is no item, two of the same name, no network, or ``min_votes`` is below three.

    Notes
    -----
    The code keeps strangers out but cannot tell one person with two phones from two: give
    ``expected``, or ``tickets``. ``board.room.stage_link`` is a page for the projector, and
    ``board.room.officer_link`` drives it: keep that link to yourself. Who watches the chart while a
    single person votes can tell that vote: untick 結果を映す until all have.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from dxkit.store import Session
    >>> with TemporaryDirectory() as folder, Session(f"{folder}/meeting.sqlite") as session:
    ...     board = vote_board(session, ["共同調達", "研修"], start=False)
    ...     len(board.code), board.room.running
    (8, False)
    """
    for option, value in {
        "network": network,
        "tickets": tickets,
        "moderate": moderate,
        "start": start,
    }.items():
        require_flag(value, option)
    if min_votes < LEAST_PEERS:
        raise ChoiceError(
            f"min_votes={shorten(min_votes)} は使えません。"
            f"だれの票か分からないように、{LEAST_PEERS}以上にしてください。"
        )
    room = Room(
        session,
        items,
        title=title,
        network=network,
        port=port,
        address=address,
        min_votes=min_votes,
        expected=expected,
        tickets=tickets,
        moderate=moderate,
    )
    board = VoteBoard(room, min_votes=min_votes)
    if start:
        board.start()
    else:
        board.refresh()
    return board
