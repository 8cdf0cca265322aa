"""How does a trainee let the facilitator know where the room is stuck, without a name?"""

import html
import http.client
import secrets

import ipywidgets

from dxkit.errors import ChoiceError
from dxkit.widgets._html import BAD, GOOD, LABELLED, NEUTRAL, WIDE, write_message
from dxkit.widgets._progress_reports import SENDER, report_card
from dxkit.widgets._progress_sender import OK, post, send_report
from dxkit.widgets._room_share import (
    EXAMPLE,
    RoomShare,
    find_today,
    read_address,
    read_share,
    write_share,
)

DEVICE_BYTES = 16
TERMS = (
    "<b>送るもの</b>: どの練習に答えたか、解けたか、エラーの種類（「引用符」など）、赤・緑のカード。"
    "<b>送らないもの</b>: 名前、市町、答え、書いたコード、エラーの文。"
    "進行役の画面には人数だけが出て、1人か2人のときは「少数」と出ます。"
    "きょうだけ有効で、いつでも「やめる」を押せます。押さなければ、何も送りません。"
)
NOT_SHARING = "いまは、何も送っていません。"
SHARING = "共有しています。ほかのノートブックでも、きょうのあいだ続きます。"
NOT_TAKEN_BACK = "会場に届かなかったので、これまでの分は会場の画面に残ります。"
CARDS = {"red": "赤: 止まっています", "green": "緑: 進めます", "": "カードを下げる"}
CARD_STYLES = {"red": "danger", "green": "success", "": ""}


def share_progress() -> ipywidgets.VBox:
    """Offer a trainee to share progress with the facilitator's board.

    Returns
    -------
    ipywidgets.VBox
        ``children[1].children``: boxes for the room's address and the meeting's code, and the
        buttons 共有する and やめる; ``children[2].children``: the cards; ``children[-1].value``
        what came of it, as HTML.

    Notes
    -----
    Nothing is sent before 共有する is pressed, and nothing on another day. What is sent then: ids
    of exercises and whether they are solved, kinds of errors from a closed list, cards. No name, no
    text, no address; the room sees from where a connection comes while it lasts and keeps it
    nowhere. A room that cannot be reached costs no time but that of this button (two seconds at
    most).

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> from unittest.mock import patch
    >>> with patch.dict("os.environ", DXKIT_HOME=mkdtemp()):
    ...     offer = share_progress()
    ...     offer.children[1].children[2].click()
    >>> "会場の住所" in offer.children[-1].value
    True
    """
    return _ShareOffer().box


class _ShareOffer:
    """The boxes and buttons, and what they do."""

    def __init__(self) -> None:
        self.address = _make_text("会場の住所", f"例: {EXAMPLE}")
        self.code = _make_text("会議コード", "8けたの数字")
        self.outcome = ipywidgets.HTML()
        start = ipywidgets.Button(description="共有する", button_style="primary")
        stop = ipywidgets.Button(description="やめる")
        start.on_click(self._begin)
        stop.on_click(self._end)
        self.cards = [self._make_card(card) for card in CARDS]
        self.box = ipywidgets.VBox(
            [
                ipywidgets.HTML(value=TERMS),
                ipywidgets.VBox([self.address, self.code, start, stop]),
                ipywidgets.HBox(self.cards, layout={"flex_flow": "row wrap"}),
                self.outcome,
            ]
        )
        if read_share():
            self._show(GOOD, SHARING)
        else:
            self._show(NEUTRAL, NOT_SHARING)

    def _make_card(self, card: str) -> ipywidgets.Button:
        button = ipywidgets.Button(
            description=CARDS[card], button_style=CARD_STYLES[card], layout={"width": "12em"}
        )
        button.on_click(lambda _: self._raise_card(card))
        return button

    def _show(self, look: str, words: str) -> None:
        self.outcome.value = write_message(look, html.escape(words))
        # a card that goes nowhere is not offered
        for button in self.cards:
            button.disabled = read_share() is None

    def _begin(self, _: object) -> None:
        try:
            write_share(_join_room(self.address.value, self.code.value))
        except ChoiceError as error:
            self._show(BAD, str(error))
        except OSError:
            self._show(BAD, "自分のフォルダーに書けないので、共有を始められません。")
        else:
            self._show(GOOD, SHARING)

    def _end(self, _: object) -> None:
        share = read_share()
        SENDER.clear()
        write_share(None)
        is_sent = share is None or send_report(share, {"share": False})
        self._show(NEUTRAL, NOT_SHARING if is_sent else NOT_SHARING + NOT_TAKEN_BACK)

    def _raise_card(self, card: str) -> None:
        report_card(card)
        self._show(GOOD, f"「{CARDS[card]}」を送りました。{SENDER.take_notice()}")


def _make_text(label: str, example: str) -> ipywidgets.Text:
    return ipywidgets.Text(placeholder=example, description=label, layout=WIDE, style=LABELLED)


def _join_room(typed_address: str, code: str) -> RoomShare:
    """Come into a room as one who shares.

    Raises
    ------
    ChoiceError
        If the address or code is wrong, or the room is out of reach.
    """
    host, port = read_address(typed_address)
    # a new one each time: nothing leads from one meeting to the next; it may not vote, and takes
    # nobody's place among those who do
    body = {"code": code, "device": secrets.token_hex(DEVICE_BYTES), "reader": True}
    try:
        status, answer = post(host, port, "/join", body)
        if status == OK and isinstance(answer.get("token"), str):
            share = RoomShare(host, port, answer["token"], find_today())
            status, answer = post(host, port, "/progress", {"share": True}, token=share.token)
            if status == OK:
                return share
    except (OSError, http.client.HTTPException) as error:
        raise ChoiceError(
            f"会場（{host}:{port}）に届きません。住所と、つないでいるネットワークを確かめてください。"
            "練習は、このまま続けられます。"
        ) from error
    raise ChoiceError(str(answer.get("error") or "会場に断られました。進行役に知らせてください。"))
