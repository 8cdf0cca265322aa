"""How does a whole room vote in secret from its phones, and see the result grow?"""

import html
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import ipywidgets
import pandas as pd
import segno

from dxkit.errors import DxkitError
from dxkit.store import Session
from dxkit.widgets._html import BAD, NEUTRAL
from dxkit.widgets.room import Room

REFRESH_S = 1.0
# with fewer votes than this a bar would tell what one person voted
LEAST_SHOWN = 3
# from brown to blue-green (ColorBrewer BrBG), told apart by the colour-blind, each with its ink
SEGMENTS = (
    ("against_strongly", "反対（−2）", "#a6611a", "#fff"),
    ("against", "やや反対（−1）", "#dfc27d", "#222"),
    ("neutral", "どちらでもない（0）", "#e9e9e9", "#222"),
    ("for", "やや賛成（+1）", "#80cdc1", "#222"),
    ("for_strongly", "賛成（+2）", "#018571", "#fff"),
)


class VoteBoard(ipywidgets.VBox):  # type: ignore[misc] # ipywidgets has no types
    """A meeting's board: address, code and QR for the phones; number of phones, results and cards.

    Attributes
    ----------
    room : Room
        The server, with `address`, `code`, `link`, `running` and `joined`.
    """

    _running: ClassVar[dict[str, "VoteBoard"]] = {}

    def __init__(self, room: Room, *, least: int) -> None:
        self.room, self._least = room, least
        self._watcher: threading.Thread | None = None
        self._door, self._told = ipywidgets.HTML(), ipywidgets.HTML()
        self._result, self._cards = ipywidgets.HTML(), ipywidgets.HTML()
        self._start = ipywidgets.Button(description="受付を始める", button_style="primary")
        self._stop = ipywidgets.Button(description="受付を止める")
        self._shown = ipywidgets.Checkbox(value=True, description="結果を映す", indent=False)
        self._start.on_click(lambda _: self.start())
        self._stop.on_click(lambda _: self.stop())
        self._shown.observe(lambda _: self.refresh(), names="value")
        buttons = ipywidgets.HBox([self._start, self._stop, self._shown])
        super().__init__([self._door, buttons, self._told, self._result, self._cards])

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
        name = repr(self.room.session)
        before = self._running.get(name)
        if before is not None and before is not self:
            before.stop()
        try:
            self.room.start()
        except DxkitError as error:
            self._told.value = f'<div style="{BAD}">{html.escape(str(error))}</div>'
            return
        self._running[name] = self
        self.refresh()
        if self._watcher is None or not self._watcher.is_alive():
            self._watcher = threading.Thread(target=self._watch, daemon=True)
            self._watcher.start()

    def stop(self) -> None:
        """Stop serving; what was entered stays in the store, and phones keep what they have not sent."""
        self.room.stop()
        self.refresh()

    def refresh(self) -> None:
        """Draw what the store holds now."""
        running = self.room.running
        self._start.disabled, self._stop.disabled = running, not running
        self._door.value = (
            door(self.room) if running else f'<div style="{NEUTRAL}">受付は止まっています。</div>'
        )
        try:
            results, notes = (
                self.room.session.results(items=list(self.room.items)),
                self.room.session.notes(),
            )
        except DxkitError as error:
            self._told.value = f'<div style="{BAD}">{html.escape(str(error))}</div>'
            return
        self._told.value = f'<div style="{NEUTRAL}">つながった端末 {self.room.joined}台・カード {len(notes)}枚</div>'
        hidden = "<p>結果は「結果を映す」を選ぶと見られます。</p>"
        self._result.value = (
            chart(results, self.room.items, least=self._least) if self._shown.value else hidden
        )
        self._cards.value = cards(notes)

    def _watch(self) -> None:
        """Draw again whenever something was entered or a phone joined."""
        drawn: tuple[int, int] | None = None
        while self.room.running:
            try:
                now = self.room.session.count(), self.room.joined
            except DxkitError:
                now = -1, self.room.joined
            if now != drawn:
                self.refresh()
                drawn = now
            time.sleep(REFRESH_S)


def vote_board(
    session: Session,
    items: Sequence[str] | Mapping[str, str],
    network: bool = False,
    port: int = 0,
    *,
    title: str = "会議の投票",
    address: str | None = None,
    least: int = LEAST_SHOWN,
    start: bool = True,
) -> VoteBoard:
    """Let a room vote -2 to +2 on every item and write cards from its phones, in secret and without names.

    Parameters
    ----------
    session
        Where everything is kept, durable before a phone is told so.
    items
        What is voted on: labels, or a mapping from the item's id in the store to its label.
    network
        ``False``: only this laptop's own browser reaches the page. ``True``: phones on the same Wi-Fi do, with the code.
    port
        0 for one that stays the same when the notebook is started again.
    title
        Shown on top of the phones' page.
    address
        This laptop's address on the room's network, if it has several.
    least
        An item's votes are drawn once this many have voted: fewer would tell one person's vote.
    start
        ``False`` waits for the button 受付を始める.

    Returns
    -------
    VoteBoard
        Address, code and QR code; buttons; results and cards that renew themselves.

    Raises
    ------
    ChoiceError
        If there is no item, two of the same name, or no network.

    Notes
    -----
    The code keeps strangers out but cannot tell one person with two phones from two: compare the number of phones with the
    number of people. Who watches the chart while a single person votes can tell that vote: untick 結果を映す until all have.
    """
    board = VoteBoard(
        Room(session, items, title=title, network=network, port=port, address=address), least=least
    )
    if start:
        board.start()
    else:
        board.refresh()
    return board


def door(room: Room) -> str:
    """Give address, code and QR code as HTML."""
    picture = segno.make(room.link, error="m", micro=False).svg_data_uri(scale=5, border=3)
    shown = f"{room.code[:4]} {room.code[4:]}"
    where = (
        "同じ Wi-Fi の端末から"
        if room.hosts[0].split(":")[0] != "127.0.0.1"
        else "このパソコンのブラウザーだけから"
    )
    return (
        '<div style="display:flex;flex-wrap:wrap;gap:16px;align-items:center;line-height:1.5">'
        f'<img alt="参加用のQRコード" width="210" height="210" src="{html.escape(picture)}">'
        f'<div><div>{where}参加できます</div><div style="font-size:1.4em"><b>{html.escape(room.address)}</b></div>'
        f'<div>会議コード <b style="font-size:2em;letter-spacing:.08em">{shown}</b></div></div></div>'
    )


def chart(results: pd.DataFrame, items: Mapping[str, str], *, least: int = LEAST_SHOWN) -> str:
    """Give one bar an item, its parts as wide as each value's share of the votes.

    Parameters
    ----------
    results
        As `Session.results` gives them.
    items
        The items' labels by their ids.
    least
        Below this many votes only their number is told.

    Returns
    -------
    str
        HTML.
    """
    swatch = "display:inline-block;padding:0 8px;margin:0 6px 2px 0"
    key = "".join(
        f'<span style="{swatch};background:{paint};color:{ink}">{name}</span>'
        for _, name, paint, ink in SEGMENTS
    )
    rows = "".join(
        _row(row, items.get(str(row["item"]), str(row["item"])), least)
        for row in results.to_dict(orient="records")
    )
    return f'<div style="max-width:760px;line-height:1.5"><div>{key}</div>{rows}</div>'


def _row(row: Mapping[Any, Any], label: str, least: int) -> str:
    votes = int(row["votes"])
    enough = votes >= max(least, 1)
    tail = (
        f"{votes}票・平均 {row['mean']:+.2f}" if enough else f"{votes}票（{least}票そろうと表示）"
    )
    parts = (
        "".join(_part(int(row[column]), votes, paint, ink) for column, _, paint, ink in SEGMENTS)
        if enough
        else ""
    )
    bar = f'<div style="display:flex;height:26px;background:#f4f4f4;border:1px solid #bbb">{parts}</div>'
    return f'<div style="margin-top:8px"><div><b>{html.escape(label)}</b>　{tail}</div>{bar}</div>'


def _part(count: int, votes: int, paint: str, ink: str) -> str:
    if not count:
        return ""
    style = f"width:{count / votes:.2%};background:{paint};color:{ink};text-align:center;overflow:hidden"
    return f'<div style="{style}">{count}</div>'


def cards(notes: pd.DataFrame) -> str:
    """Give the cards under the titles of their groups, as HTML.

    Parameters
    ----------
    notes
        As `Session.notes` gives them.

    Returns
    -------
    str
    """
    heads = (
        notes["title"]
        .where(notes["title"] != "", notes["group"])
        .replace("", "まだグループのないカード")
    )
    card = "border:1px solid #c9b458;background:#fffbe6;padding:4px 10px;margin:4px;white-space:pre-wrap;max-width:20em"
    blocks = [
        f'<h4 style="margin:10px 0 2px">{html.escape(str(head))}</h4><div style="display:flex;flex-wrap:wrap">'
        + "".join(f'<div style="{card}">{html.escape(text)}</div>' for text in texts)
        + "</div>"
        for head, texts in notes.groupby(heads, sort=False)["text"]
    ]
    return "".join(blocks)
