"""Whatever is entered, sent again, undone and brought back: the store says what paper would say."""

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from dxkit.store import Session

ITEMS, CLIENTS = ["a", "b"], ["p", "q", "r"]
# who votes 0 on every item first: figures of fewer than three voters are not shown
NEUTRAL = ["n", "o", "m"]
ACTS = st.lists(
    st.one_of(
        st.tuples(
            st.just("vote"), st.sampled_from(ITEMS), st.integers(-2, 2), st.sampled_from(CLIENTS)
        ),
        st.tuples(st.just("undo"), st.integers(0, 30)),
        st.tuples(st.just("again"), st.integers(0, 30)),
        st.tuples(st.just("reopen")),
    ),
    max_size=25,
)


def _stands(paper, at):
    """An entry stands unless some undo of it stands: by the words, one after the other."""
    return not any(
        kind == "undo" and rest[0] == at and _stands(paper, later)
        for later, (kind, *rest) in enumerate(paper)
        if later > at
    )


def _on_paper(paper):
    last = {}
    for at, (kind, *rest) in enumerate(paper):
        if kind == "vote" and _stands(paper, at):
            item, value, client = rest
            last[client, item] = value
    return {item: sorted(value for (_, of), value in last.items() if of == item) for item in ITEMS}


def _send(session, paper, at):
    kind, *rest = paper[at]
    if kind == "vote":
        item, value, client = rest
        return session.vote(item=item, value=value, client=client, id=f"id-{at}")
    return session.undo(f"id-{rest[0]}", id=f"id-{at}")


@settings(max_examples=40, deadline=None)
@given(ACTS)
def test_a_session_agrees_with_a_sheet_of_paper(acts):
    paper = [("vote", item, 0, client) for item in ITEMS for client in NEUTRAL]
    with tempfile.TemporaryDirectory() as folder:
        session = Session(Path(folder) / "m.sqlite")
        for at in range(len(paper)):
            assert _send(session, paper, at).new
        for kind, *rest in acts:
            if kind == "reopen":
                session.close()
                session = Session(Path(folder) / "m.sqlite")
            elif kind == "again":
                receipt = _send(session, paper, rest[0] % len(paper))
                assert (receipt.new, receipt.same) == (False, True)
            elif kind in ("vote", "undo"):
                paper.append((kind, rest[0] % len(paper)) if kind == "undo" else (kind, *rest))
                assert _send(session, paper, len(paper) - 1).new
        found = session.results(items=ITEMS).set_index("item")
        wanted = _on_paper(paper)
        assert found["votes"].to_dict() == {item: len(values) for item, values in wanted.items()}
        for item, values in wanted.items():
            # an undo may have taken a neutral vote back
            if len(values) < 3:
                assert found.loc[item, "mean":].isna().all()
                continue
            counts = [values.count(value) for value in range(-2, 3)]
            assert (
                found.loc[
                    item, ["against_strongly", "against", "neutral", "for", "for_strongly"]
                ].tolist()
                == counts
            )
        assert session.history()["stands"].tolist() == [
            _stands(paper, at) for at in range(len(paper))
        ]
        assert len(session.history()) == len(paper)
        session.close()
