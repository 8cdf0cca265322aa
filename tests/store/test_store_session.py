"""What was entered is kept once, in order, without who entered it; on SQLite and PostgreSQL alike."""

import multiprocessing
import threading
import warnings

import numpy as np
import openpyxl
import pandas as pd
import pytest
import sqlalchemy as sa

from dxkit.errors import ChoiceError, StoreError, TableWarning
from dxkit.schema import safe_cell
from dxkit.store import Session

VALUES = {-2: "against_strongly", -1: "against", 0: "neutral", 1: "for", 2: "for_strongly"}


# two more voters, who have no opinion: figures of fewer than three are not shown
NEUTRAL = ("neutral-1", "neutral-2")


def _one(session, item):
    return session.results().set_index("item").loc[item]


def _fill_up(session, item):
    """Let two neutral voters vote, so that the results of whoever else votes are shown."""
    for client in NEUTRAL:
        session.vote(item=item, value=0, client=client, id=f"{client}/{item}")


def _values(session, item):
    """The votes on an item that stand, sorted, without those of the two neutral voters."""
    row = _one(session, item)
    values = [value for value, column in VALUES.items() for _ in range(int(row[column]))]
    for _ in NEUTRAL:
        values.remove(0)
    assert row["votes"] == len(values) + len(NEUTRAL)
    return values


def test_the_same_vote_sent_twice_counts_once(session):
    first = session.vote(item="共同調達", value=2, client="a", id="t1")
    again = session.vote(item="共同調達", value=2, client="a", id="t1")
    assert (first.new, again.new, again.same) == (True, False, True)
    assert first.number == again.number
    assert _one(session, "共同調達")["votes"] == 1
    assert len(session.history()) == 1


def test_a_later_vote_takes_the_place_of_the_earlier_and_history_keeps_both(session):
    session.vote(item="x", value=-2, client="a")
    session.vote(item="x", value=1, client="b")
    session.vote(item="x", value=2, client="a")
    _fill_up(session, "x")
    assert _one(session, "x")[
        ["votes", "mean", "against_strongly", "neutral", "for", "for_strongly"]
    ].tolist() == [4, 0.75, 0, 2, 1, 1]
    # in the order of their arrival, values would lead from one vote of a phone to the next
    assert session.history()["kind"].tolist() == ["vote"] * 5
    assert session.history()["value"].isna().all()


def test_an_id_used_again_for_something_else_keeps_the_first_and_says_so(session):
    session.vote(item="x", value=2, client="a", id="t")
    with pytest.warns(TableWarning, match="別の内容"):
        receipt = session.vote(item="x", value=-2, client="a", id="t")
    assert (receipt.new, receipt.same) == (False, False)
    _fill_up(session, "x")
    assert _values(session, "x") == [2]


def test_every_value_is_counted_in_its_own_column(session):
    for at, value in enumerate(VALUES):
        for client in range(at + 1):
            session.vote(item="x", value=value, client=f"{value}/{client}")
    row = _one(session, "x")
    assert [row[column] for column in VALUES.values()] == [1, 2, 3, 4, 5]
    given = np.repeat(list(VALUES), [1, 2, 3, 4, 5])
    assert row["mean"] == pytest.approx(given.mean())
    assert row["median"] == np.median(given)
    assert row["spread"] == pytest.approx(given.std())


def test_items_without_a_vote_have_a_row_when_asked_for(session):
    session.vote(item="b", value=1, client="a")
    found = session.results(items=["a", "b"])
    assert found["item"].tolist() == ["a", "b"]
    assert found["votes"].tolist() == [0, 1]
    assert pd.isna(found["mean"][0])


def test_an_undo_is_a_new_row_and_can_be_undone(session):
    _fill_up(session, "x")
    kept = session.vote(item="x", value=1, client="a")
    later = session.vote(item="x", value=-1, client="a")
    undo = session.undo(later.id, client="a")
    assert _values(session, "x") == [1]
    session.undo(undo.id, client="a")
    assert _values(session, "x") == [-1]
    assert session.history()["stands"].tolist() == [True, True, True, True, False, True]
    session.undo(kept.id)
    session.undo(later.id)
    assert _one(session, "x")["votes"] == 2


def test_an_undo_sent_twice_counts_once(session):
    kept = session.vote(item="x", value=1, client="a")
    for _ in range(2):
        session.undo(kept.id, id="u")
    assert len(session.history()) == 2
    assert session.results().empty


def test_only_the_author_or_the_facilitator_takes_back(session):
    kept = session.vote(item="x", value=1, client="a")
    with pytest.raises(ChoiceError, match="この端末から"):
        session.undo(kept.id, client="b")
    assert _one(session, "x")["votes"] == 1


def test_what_is_not_there_cannot_be_undone(session):
    with pytest.raises(ChoiceError, match="no-such-id"):
        session.undo("no-such-id")


def test_cards_carry_group_and_title_and_move(session):
    card = session.note(text="人が足りない", group="A", title="体制", client="a")
    session.note(text="予算がない")
    moved = session.arrange(card.id, group="B", title="人材")
    assert session.notes()[["text", "group", "title"]].to_numpy().tolist() == [
        ["人が足りない", "B", "人材"],
        ["予算がない", "", ""],
    ]
    session.undo(moved.id)
    assert session.notes()["group"].tolist() == ["A", ""]
    session.undo(card.id)
    assert session.notes()["text"].tolist() == ["予算がない"]


def test_only_cards_are_arranged(session):
    kept = session.vote(item="x", value=1, client="a")
    with pytest.raises(ChoiceError, match="カードではありません"):
        session.arrange(kept.id, group="A")


def test_one_choice_a_client_stands(session):
    session.choose(item="次のテーマ", option="教育", client="a")
    session.choose(item="次のテーマ", option="物流", client="a")
    session.choose(item="次のテーマ", option="物流", client="b")
    session.choose(item="次のテーマ", option="防災", client="c")
    assert session.choices().to_numpy().tolist() == [
        ["次のテーマ", "物流", 2],
        ["次のテーマ", "防災", 1],
    ]


@pytest.mark.parametrize("value", [3, -3, 1.5, "2", None, True, float("nan")])
def test_a_vote_outside_the_scale_is_refused(session, value):
    with pytest.raises(ChoiceError, match="-2・-1・0・1・2"):
        session.vote(item="x", value=value, client="a")
    assert session.history().empty


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "空です"),
        ("　 \n", "空です"),
        ("あ" * 1001, "長すぎます"),
        ("a\0b", "制御文字"),
        ("\ud800", "制御文字"),
        (5, "文字では"),
    ],
)
def test_a_card_that_cannot_be_shown_is_refused(session, text, said):
    with pytest.raises(ChoiceError, match=said):
        session.note(text=text)
    assert session.notes().empty


@pytest.mark.parametrize(
    "text",
    [
        "𠮷野家で髙﨑さん",
        "'; DROP TABLE dxkit_entries; --",
        "%s %(x)s :x",
        "一行目\n二行目",
        "👪‍",
        "a" * 1000,
    ],
)
def test_any_text_comes_back_as_it_was(session, text):
    session.note(text=text, group=text[:200].replace("\n", " "))
    assert session.notes()["text"].tolist() == [text]


def test_a_store_opened_again_goes_on_where_it_was(session, url):
    session.vote(item="x", value=2, client="a", id="1")
    with Session(url) as again:
        assert again.vote(item="x", value=2, client="a", id="1").new is False
        again.vote(item="x", value=-1, client="a")
        assert _one(again, "x")["votes"] == 1
        assert again.key("room") == session.key("room")
        _fill_up(again, "x")
    assert _values(session, "x") == [-1]


def test_the_old_keyword_for_an_entrys_id_still_works(session):
    card = session.note(text="人が足りない", client="a")
    with pytest.warns(FutureWarning, match="arrange の of= は entry_id= に変わりました"):
        session.arrange(of=card.id, group="B")
    assert session.notes()["group"].tolist() == ["B"]
    with pytest.warns(FutureWarning, match="undo の of= は entry_id= に変わりました"):
        session.undo(of=card.id, client="a")
    assert session.notes().empty


def test_an_id_used_twice_is_warned_of_in_the_line_that_used_it(session):
    card = session.note(text="x", id="t")
    for call in (
        lambda: session.note(text="y", id="t"),
        lambda: session.arrange(card.id, group="A", id="t"),
        lambda: session.undo(card.id, id="t"),
    ):
        with pytest.warns(TableWarning, match="別の内容") as caught:
            call()
        assert [warning.filename for warning in caught] == [__file__]


def test_meetings_in_one_database_do_not_mix(session, url):
    session.vote(item="x", value=2, client="a", id="1")
    with Session(url, meeting="第2回") as other:
        assert other.results().empty
        assert other.vote(item="x", value=-2, client="a", id="1").new
        assert other.key("room") != session.key("room")
    _fill_up(session, "x")
    assert _values(session, "x") == [2]


def test_thirty_threads_lose_and_double_nothing(session):
    def work(client):
        for at in range(10):
            for _ in range(2):
                session.vote(
                    item=f"項目{at}", value=client % 5 - 2, client=f"c{client}", id=f"{client}/{at}"
                )

    threads = [threading.Thread(target=work, args=(client,)) for client in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert session.results()["votes"].tolist() == [30] * 10
    assert len(session.history()) == 300
    assert session.count() == 300


def _from_another_process(url, client):
    with Session(url) as session:
        for at in range(20):
            session.vote(item=f"項目{at}", value=1, client=client, id=f"{client}/{at}")


def test_several_processes_write_at_once(session, url):
    spawn = multiprocessing.get_context("spawn")
    others = [spawn.Process(target=_from_another_process, args=(url, f"p{at}")) for at in range(3)]
    for other in others:
        other.start()
    for other in others:
        other.join()
    assert [other.exitcode for other in others] == [0, 0, 0]
    assert session.results()["votes"].tolist() == [3] * 20


def _open_database(url):
    """The database behind a store, as another program opens it."""
    return sa.create_engine(str(url).replace("postgresql://", "postgresql+psycopg://"))


def _read_column(url, column, table):
    with _open_database(url).connect() as connection:
        return list(connection.scalars(sa.text(f"SELECT {column} FROM {table}")))


def test_sqlite_keeps_a_write_ahead_log_and_waits_for_the_disk(tmp_path):
    with (
        Session(tmp_path / "a" / "meeting.sqlite") as session,
        session._database.engine.connect() as connection,
    ):
        asked = [
            connection.execute(sa.text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous")
        ]
    assert asked == ["wal", 2]


def test_postgresql_waits_for_the_disk_whatever_the_server_is_set_to(postgres):
    import psycopg

    with psycopg.connect(f"{postgres}/postgres", autocommit=True) as connection:
        connection.execute("CREATE DATABASE lazy")
        connection.execute("ALTER DATABASE lazy SET synchronous_commit = off")
    with Session(f"{postgres}/lazy") as session, session._database.engine.connect() as connection:
        assert connection.execute(sa.text("SHOW synchronous_commit")).scalar() == "on"


@pytest.mark.parametrize(
    "url", ["mysql://x/y", "oracle://x", "sqlite://", "sqlite:///:memory:", "nonsense://"]
)
def test_a_store_that_would_not_last_or_is_of_another_kind_is_refused(url):
    with pytest.raises(ChoiceError, match="sqlite:///"):
        Session(url)


def test_a_password_is_in_no_message():
    with pytest.raises(StoreError, match="つながりません") as told:
        Session("postgresql://somebody:geheim@127.0.0.1:1/nothing")
    assert "geheim" not in str(told.value)


def test_results_remember_where_they_are_from(session):
    session.vote(item="x", value=1, client="a")
    for table in (session.results(), session.history(), session.notes(), session.choices()):
        assert table.attrs["settings"]["meeting"] == "meeting"


SECRETS = ("phone-of-mr-a", "phone-of-ms-b")


def _full(session):
    session.vote(item="x", value=-2, client=SECRETS[0])
    session.vote(item="x", value=2, client=SECRETS[1])
    session.vote(item="=cmd|' /C calc'!A0", value=1, client=SECRETS[1])
    session.note(text='=HYPERLINK("http://example.com")', group="+A", title="@B", client=SECRETS[0])
    session.choose(item="次", option="-物流", client=SECRETS[1])


def test_nobody_reads_from_any_table_or_sheet_who_entered_what(session, url, tmp_path):
    _full(session)
    # one author an entry, and one voter a vote: nothing that two rows have in common
    authors = set(_read_column(url, "author", "dxkit_entries"))
    assert len(authors - {""}) == 5
    voters = set(_read_column(url, "voter", "dxkit_entries"))
    assert len(voters - {""}) == 3
    agreed = session.agreement()
    shown = [
        table.to_csv()
        for table in (session.results(), session.history(), session.notes(), session.choices())
    ]
    shown += [agreed.groups.to_csv(), agreed.opinions.to_csv(), repr(session), repr(agreed)]
    shown += [agreed._repr_html_(), agreed.to_frame().to_csv()]
    book = openpyxl.load_workbook(session.export(tmp_path / "record.xlsx"))
    shown += [str(cell.value) for sheet in book for row in sheet for cell in row]
    session.export(tmp_path / "record.csv")
    shown += [path.read_text(encoding="utf-8-sig") for path in tmp_path.glob("record*.csv")]
    for hidden in {*SECRETS, *authors, *voters} - {""}:
        assert not any(hidden in text for text in shown)


def test_the_database_holds_no_client_name(tmp_path):
    path = tmp_path / "meeting.sqlite"
    with Session(path) as session:
        _full(session)
    held = b"".join(each.read_bytes() for each in tmp_path.iterdir())
    assert "物流".encode() in held
    assert not any(name.encode() in held for name in SECRETS)


def test_the_record_gives_votes_and_choices_only_as_counts(session, tmp_path):
    _full(session)
    session.export(tmp_path / "record.csv")
    past = pd.read_csv(tmp_path / "record_履歴.csv")
    assert past.loc[past["種別"] == "票", "値"].isna().all()
    assert past.loc[past["種別"] == "選択", "内容"].isna().all()
    assert len(past) == 5


def test_the_record_has_japanese_headings(session, tmp_path):
    _full(session)
    book = openpyxl.load_workbook(session.export(tmp_path / "record.xlsx"))
    headings = [cell.value for sheet in book for cell in next(sheet.iter_rows())]
    assert "賛成（+2）［票］" in headings
    assert not any(heading.isascii() for heading in headings)


def test_the_record_runs_no_formula(session, tmp_path):
    _full(session)
    book = openpyxl.load_workbook(session.export(tmp_path / "record.xlsx"))
    assert book.sheetnames == ["結果", "カード", "選択", "履歴"]
    cells = [cell for sheet in book for row in sheet for cell in row if isinstance(cell.value, str)]
    assert all(
        cell.data_type == "s" and not cell.value.startswith(("=", "+", "-", "@")) for cell in cells
    )
    assert any(cell.value == '\'=HYPERLINK("http://example.com")' for cell in cells)


OPENERS = (
    "=",
    "+",
    "-",
    "@",
    "＝",
    "＋",
    "－",
    "＠",
    "\t=",
    "\n=",
    " =",
    "　＝",
    "\r\n+",
    "\u200b=",
)


@pytest.mark.parametrize("name", ["record.xlsx", "record.csv"])
def test_no_cell_of_a_record_starts_as_a_formula_does_however_it_was_typed(session, tmp_path, name):
    for at, opener in enumerate(OPENERS):
        typed = f"{opener}cmd{at}"
        session.note(text=typed, group=typed.strip(), title=typed)
        for client in "abc":
            session.vote(item=typed, value=1, client=client)
            session.choose(item=typed, option=typed, client=client)
    session.export(tmp_path / name)
    if name.endswith("xlsx"):
        book = openpyxl.load_workbook(tmp_path / name)
        cells = [cell.value for sheet in book for row in sheet for cell in row]
    else:
        tables = [
            pd.read_csv(path, header=None, dtype=str, encoding="utf-8-sig").to_numpy().ravel()
            for path in tmp_path.glob("*.csv")
        ]
        cells = [cell for table in tables for cell in table]
    typed = {cell for cell in cells if isinstance(cell, str) and "cmd" in cell}
    # every text went through the one door that there is for tables
    texts = {f"{opener}cmd{at}".replace("\r\n", "\n") for at, opener in enumerate(OPENERS)}
    assert typed == {safe_cell(text) for text in texts | {text.strip() for text in texts}}
    assert [cell for cell in typed if cell.startswith(("=", "+", "-", "@", "\t"))] == []


def test_a_record_of_another_kind_is_refused(session, tmp_path):
    with pytest.raises(ChoiceError, match=r"record\.pdf"):
        session.export(tmp_path / "record.pdf")


def test_a_record_that_cannot_be_written_says_so(session, tmp_path):
    with pytest.raises(StoreError, match=r"record\.csv"):
        session.export(tmp_path / "no" / "such" / "folder" / "record.csv")


def test_keys_differ_by_purpose(session):
    assert session.key("a") != session.key("b")
    assert len(session.key("a")) == 32


def test_an_empty_meeting_has_empty_tables_and_a_record(session, tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        tables = [
            session.results(),
            session.history(),
            session.notes(),
            session.choices(),
            session.agreement().groups,
        ]
    assert all(table.empty for table in tables)
    assert session.export(tmp_path / "record.xlsx").exists()


def test_a_sealed_meeting_keeps_its_counts_and_takes_no_vote(session, url):
    _full(session)
    before = session.results()
    session.seal()
    for opened in (session, Session(url)):
        pd.testing.assert_frame_equal(opened.results(), before)
        with pytest.raises(ChoiceError, match="封をした"):
            opened.vote(item="x", value=1, client=SECRETS[0])
        with pytest.raises(ChoiceError, match="封をした"):
            opened.key("room")
        with pytest.raises(ChoiceError, match="票もカードも受け付けません"):
            opened.note(text="係の記録")
    # the record may still be put in order
    card = session.notes()["id"].iloc[0]
    session.arrange(card, group="B")
    assert session.notes()["group"].tolist() == ["B"]


def test_after_sealing_the_secret_is_in_no_file(tmp_path):
    with Session(tmp_path / "m.sqlite") as session:
        _full(session)
        (key,) = tmp_path.glob("dxkit-*.key")
        secret = key.read_bytes()
        session.seal()
        assert not any(secret in each.read_bytes() for each in tmp_path.iterdir())
