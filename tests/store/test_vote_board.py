"""The board: where to join, how many are in, what they think, and nothing of one person's vote."""

import pytest
import segno
from rooms import Phone

from dxkit import widgets
from dxkit.errors import ChoiceError
from dxkit.store import Session
from dxkit.widgets.room import Room

ITEMS = {"buy": "共同調達", "train": "研修"}


@pytest.fixture
def session(tmp_path):
    with Session(tmp_path / "m.sqlite") as opened:
        yield opened


@pytest.fixture
def board(session):
    opened = widgets.vote_board(session, ITEMS, title="会議")
    yield opened
    opened.stop()


def _shown(board):
    board.refresh()
    return "".join(
        child.value for child in board.children if isinstance(getattr(child, "value", None), str)
    )


def test_the_board_shows_address_code_and_a_qr_code_that_holds_the_way_in(session):
    opened = widgets.vote_board(session, ITEMS, network=True, address="127.0.0.2")
    try:
        shown = _shown(opened)
    finally:
        opened.stop()
    assert opened.address in shown
    assert f"{opened.code[:4]} {opened.code[4:]}" in shown
    assert opened.room.link.startswith(f"{opened.address}#key=")
    wanted = segno.make(opened.room.link, error="m", micro=False)
    assert (
        wanted.svg_data_uri(scale=5, border=3).replace("&", "&amp;").replace("'", "&#x27;") in shown
    )


def test_no_qr_code_leads_a_phone_to_itself(board):
    shown = _shown(board)
    assert board.address in shown
    assert f"{board.code[:4]} {board.code[4:]}" in shown
    assert "<img" not in shown
    assert "このパソコンのブラウザーだけから" in shown


def test_votes_are_drawn_once_three_have_voted_and_not_before(board):
    phones = [Phone(board.room.port, board.code) for _ in range(3)]
    for at, phone in enumerate(phones[:2]):
        phone.vote("buy", 2, f"{at:012d}")
    assert "2票（3票そろうと表示）" in _shown(board)
    assert "平均" not in _shown(board)
    phones[2].vote("buy", -1, "c" * 12)
    assert "3票・平均 +1.00" in _shown(board)
    assert "width:66.67%" in _shown(board)
    assert "つながった端末 3台" in _shown(board)


def test_results_can_be_hidden_until_all_have_voted(board):
    for at in range(3):
        Phone(board.room.port, board.code).vote("buy", 2, f"{at:012d}")
    board.show_results.value = False
    assert "平均" not in _shown(board)
    board.show_results.value = True
    assert "平均" in _shown(board)


def test_a_board_drawn_again_takes_over_with_the_same_address_and_code(board, session):
    phone = Phone(board.room.port, board.code)
    again = widgets.vote_board(session, ITEMS)
    try:
        assert not board.room.running
        assert (again.address, again.code) == (board.address, board.code)
        assert phone.vote("buy", 1, "a" * 12)[0] == 200
    finally:
        again.stop()


def test_the_buttons_start_and_stop(board):
    board.stop_button.click()
    assert not board.room.running
    assert "受付は止まっています" in _shown(board)
    board.start_button.click()
    assert board.room.running
    assert Phone(board.room.port, board.code).vote("buy", 1, "a" * 12)[0] == 200


def test_a_board_may_wait_for_its_button(session):
    waiting = widgets.vote_board(session, ITEMS, start=False)
    assert not waiting.room.running
    assert "受付は止まっています" in _shown(waiting)


def test_a_taken_port_is_said_on_the_board_and_not_thrown_at_the_facilitator(session):
    with Room(session, ITEMS) as taken:
        other = widgets.vote_board(session, ITEMS, port=taken.port)
        assert "待ち受けられません" in other.message.value
        assert not other.room.running


def test_the_network_is_used_only_when_asked_for(session):
    opened = widgets.vote_board(session, ITEMS, network=True, address="127.0.0.2")
    try:
        assert opened.address.startswith("http://127.0.0.2:")
        assert "同じ Wi-Fi の端末から" in _shown(opened)
    finally:
        opened.stop()


def test_a_sealed_meeting_opens_no_board(session):
    session.seal()
    with pytest.raises(ChoiceError, match="封をした"):
        widgets.vote_board(session, ITEMS)


def test_cards_stand_under_the_titles_of_their_groups(board, session):
    first = session.note(text="人が足りない")
    session.note(text="予算がない", group="B", title="お金")
    session.arrange(first.id, group="A", title="体制")
    shown = _shown(board)
    assert (
        shown.index("体制")
        < shown.index("人が足りない")
        < shown.index("お金")
        < shown.index("予算がない")
    )


def test_the_old_keyword_for_the_number_of_votes_goes_on_working_with_a_warning(session):
    with pytest.warns(FutureWarning, match=r"vote_board の least= は min_votes= に変わりました"):
        old = widgets.vote_board(session, ITEMS, least=5, start=False)
    assert old.min_votes == 5
    assert "（5票そろうと表示）" in _shown(old)
