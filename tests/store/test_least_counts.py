"""What leaves a meeting does not depend on what one or two voters voted: nobody can work it out."""

import re

import pytest

from dxkit import reports, schema, widgets
from dxkit.errors import ChoiceError
from dxkit.store import Session


def _hold(path, values):
    """Two items that nobody else votes on, beside one on which five have voted."""
    session = Session(path)
    for voter in range(5):
        session.vote(item="みんな", value=voter - 2, client=f"v{voter}", id=f"all-{voter}")
    for voter, value in enumerate(values):
        for item in ("少数", "もう一つ"):
            # the second item the other way round: an order by their means would turn round, too
            vote = value if item == "少数" else -value
            session.vote(item=item, value=vote, client=f"v{voter}", id=f"{item}-{voter}")
        session.choose(item="次", option=f"案{value}", client=f"v{voter}", id=f"choice-{voter}")
    return session


def _leave(path, folder, values):
    """Everything that leaves the meeting, as text, without the digest and the times."""
    folder.mkdir()
    with _hold(path, values) as session:
        board = widgets.vote_board(session, ["みんな", "少数", "もう一つ"], start=False)
        tables = [session.results(), session.history().drop(columns="at")]
        tables += [session.results(items=["少数"]), session.choices()]
        agreement = session.agreement(items=["少数", "もう一つ"])
        figures = [agreement.w, agreement.p_value, agreement.silhouette]
        tables += [agreement.groups, agreement.opinions]
        record = reports.record(session, path=folder / "record.html").read_text("utf-8")
        session.export(folder / "m.csv")
        sheets = [
            re.sub(r"\d{4}-\d\d-\d\dT[^,\n]*", "", file.read_text("utf-8-sig"))
            for file in sorted(folder.glob("m*.csv"))
        ]
    words = re.sub(r"SHA-256: [0-9a-f ]+", "", record)
    texts = [*(table.to_csv() for table in tables), str(figures), board.children[3].value]
    return [*texts, words, *sheets]


@pytest.mark.parametrize("voters", [1, 2])
def test_nothing_that_leaves_tells_what_one_or_two_voted_or_chose(tmp_path, voters):
    ballots = [(2, 1), (-2, 1), (-1, -2), (1, 2)]
    seen = [
        _leave(tmp_path / f"{at}.sqlite", tmp_path / f"{at}", values[:voters])
        for at, values in enumerate(ballots)
    ]
    assert all(len(texts) == len(seen[0]) for texts in seen)
    for first, *others in zip(*seen, strict=True):
        assert set(others) == {first}


def test_a_third_voter_opens_what_two_kept_closed(tmp_path):
    least = schema.LEAST_PEERS
    for voters in (least - 1, least):
        with Session(tmp_path / f"{voters}.sqlite") as session:
            for voter in range(voters):
                session.vote(item="x", value=2, client=f"v{voter}")
                session.choose(item="次", option="物流", client=f"v{voter}")
            is_open = voters >= least
            results = session.results().set_index("item").loc["x"]
            assert results["votes"] == voters
            assert results["mean":].notna().tolist() == [is_open] * 8
            assert session.choices()["votes"].notna().tolist() == [is_open]
            assert session.history()["value"].isna().all()
            session.seal()
            # only now have the votes no order that leads from one to the next
            votes = session.history().query("kind == 'vote'")
            assert votes["value"].notna().tolist() == [is_open] * voters


def test_a_vote_that_was_taken_back_closes_its_item_again(tmp_path):
    with Session(tmp_path / "m.sqlite") as session:
        receipts = [session.vote(item="x", value=2, client=client) for client in "abc"]
        session.undo(receipts[0].id)
        assert session.results()["mean"].isna().all()
        assert session.history()["value"].isna().all()


@pytest.mark.parametrize("min_votes", [2, 1, 0, -1])
def test_a_board_for_fewer_than_three_is_refused(tmp_path, min_votes):
    with (
        Session(tmp_path / "m.sqlite") as session,
        pytest.raises(ChoiceError, match=f"min_votes={min_votes} は使えません。.*3以上"),
    ):
        widgets.vote_board(session, ["x"], min_votes=min_votes, start=False)


def test_the_record_prints_the_digest_and_says_when_it_is_no_longer_right(tmp_path):
    import sqlite3

    with Session(tmp_path / "m.sqlite") as session:
        session.note(text="人が足りない")
        page = reports.record(session, path=tmp_path / "a.html").read_text("utf-8")
        assert f"SHA-256: {session.digest()}（1件）" in page
        assert "書いたときのものと違います" not in page
        base = sqlite3.connect(tmp_path / "m.sqlite")
        base.execute("DROP TRIGGER dxkit_no_update")
        base.execute("UPDATE dxkit_entries SET text = '人は足りる'")
        base.commit()
        base.close()
        with pytest.warns(match="書いたときのものと違います"):
            page = reports.record(session, path=tmp_path / "b.html").read_text("utf-8")
        assert "保存ファイルが、書いたときのものと違います" in page
