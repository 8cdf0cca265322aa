"""How far a group agrees: published tables, Polis's own groups, and no word on any one voter."""

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score, silhouette_score
from threadpoolctl import threadpool_limits

from dxkit.errors import ChoiceError, TableWarning
from dxkit.schema import is_made
from dxkit.store import Session, kendall_w, opinion_groups, opinion_plane

# S. Siegel, Nonparametric Statistics for the Behavioral Sciences (1956), table 9.1 (p. 230):
# three officers rank six applicants
OFFICERS = [[1, 6, 3, 2, 5, 4], [1, 5, 6, 4, 2, 3], [6, 3, 2, 5, 4, 1]]
# the same, pp. 234-235, after M. G. Kendall (1948), also in the NAG Library Manual, G08DAF,
# section 10: three rankings with ties
TIED = [
    [1, 4.5, 2, 4.5, 3, 7.5, 6, 9, 7.5, 10],
    [2.5, 1, 2.5, 4.5, 4.5, 8, 9, 6.5, 10, 6.5],
    [2, 1, 4.5, 4.5, 4.5, 4.5, 8, 8, 8, 10],
]


def test_kendalls_w_is_siegels_162_for_six_applicants():
    w, _ = kendall_w(OFFICERS)
    assert w == pytest.approx(0.162, abs=0.0005)


def test_kendalls_w_with_ties_is_828_as_in_siegel_and_nags_manual_with_p_008():
    w, p = kendall_w(TIED)
    assert w == pytest.approx(0.828, abs=0.0005)
    assert p == pytest.approx(0.008, abs=0.0005)


def test_a_session_gives_the_w_of_its_votes(tmp_path):
    # a vote has five values: the first five applicants, ranked among themselves
    with Session(tmp_path / "m.sqlite") as session:
        for officer, ranks in enumerate(OFFICERS):
            for applicant, rank in enumerate(ranks[:5]):
                session.vote(
                    item=f"志願者{applicant}",
                    value=int(np.argsort(np.argsort(ranks[:5]))[applicant]) - 2,
                    client=f"o{officer}",
                )
                assert rank > 0
        found = session.agreement()
    assert found.w == pytest.approx(kendall_w(np.array(OFFICERS)[:, :5])[0])
    assert (found.voters, found.complete, found.items, found.missing) == (3, 3, 5, 0)


@settings(max_examples=60, deadline=None)
@given(
    hnp.arrays(
        np.int64, st.tuples(st.integers(2, 8), st.integers(2, 8)), elements=st.integers(-2, 2)
    )
)
def test_w_lies_between_0_and_1_and_is_blind_to_names_and_scale(votes):
    w, p = kendall_w(votes)
    if np.isnan(w):
        assert (votes == votes[:, :1]).all()
        return
    assert -1e-12 <= w <= 1 + 1e-12
    assert 0 <= p <= 1
    assert kendall_w(votes[::-1])[0] == pytest.approx(w)
    assert kendall_w(votes[:, ::-1])[0] == pytest.approx(w)
    assert kendall_w(votes * 3 + 10)[0] == pytest.approx(w)
    if np.ptp(votes[0]):
        assert kendall_w(np.vstack([votes[0]] * 4))[0] == pytest.approx(1)


def test_w_of_too_few_is_missing_and_of_a_gap_refused():
    assert np.isnan(kendall_w([[1, 2, 3]])[0])
    assert np.isnan(kendall_w(np.empty((0, 3)))[0])
    with pytest.raises(ChoiceError, match="空欄"):
        kendall_w([[1, np.nan], [1, 2]])


def _camps(seed, sizes=(16, 14, 11), items=25, missing=0.0, noise=0.25):
    """Votes of camps that each lean one way on every item (made)."""
    random = np.random.default_rng(seed)
    lean = random.choice([-1, 1], (len(sizes), items))
    camp = np.repeat(np.arange(len(sizes)), sizes)
    values = (
        lean[camp]
        * random.choice([1, 2], (len(camp), items))
        * np.where(random.random((len(camp), items)) < noise, -1, 1)
    )
    return pd.DataFrame(np.where(random.random(values.shape) < missing, np.nan, values)), camp


@pytest.mark.parametrize("missing", [0.0, 0.3])
@pytest.mark.parametrize("seed", range(5))
def test_planted_camps_are_found(seed, missing):
    votes, camp = _camps(seed, missing=missing, noise=0.1)
    groups, _ = opinion_groups(votes)
    assert adjusted_rand_score(camp, groups) > 0.85


def _polis(signs):
    """The plane and the groups of red-dwarf, which reproduces Polis, from its one start."""
    from reddwarf.implementations.polis import run_pipeline

    values = signs.to_numpy()
    records = [
        {"participant_id": int(voter), "statement_id": int(item), "vote": int(values[voter, item])}
        for voter, item in np.argwhere(np.isfinite(values))
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return run_pipeline(votes=records, random_state=0).participants_df


def _polis_with_many_starts(plane):
    """red-dwarf's own k-means on its own plane, the best of thirty starts, by silhouette."""
    from reddwarf.utils.clusterer.kmeans import run_kmeans

    points = plane.to_numpy()
    best = []
    for k in range(2, 6):
        with threadpool_limits(1):
            models = [
                run_kmeans(points, n_clusters=k, init="k-means++", random_state=start)
                for start in range(30)
            ]
        labels = min(models, key=lambda model: model.inertia_).labels_
        best.append((silhouette_score(points, labels), labels))
    return max(best, key=lambda each: each[0])


@pytest.mark.slow
@pytest.mark.parametrize("noise", [0.1, 0.25])
@pytest.mark.parametrize("missing", [0.0, 0.2, 0.4])
@pytest.mark.parametrize("seed", range(3))
def test_plane_and_groups_are_those_of_red_dwarf_which_reproduces_polis(seed, missing, noise):
    signs = np.sign(_camps(seed, missing=missing, noise=noise)[0])
    theirs = _polis(signs)
    # a direction may point either way
    plane = opinion_plane(signs)
    assert np.allclose(np.abs(plane.to_numpy()), np.abs(theirs[["x", "y"]].to_numpy()))
    ours, silhouette = opinion_groups(signs)
    inside = theirs["cluster_id"].notna()
    assert ours.notna().tolist() == inside.tolist()
    score, labels = _polis_with_many_starts(theirs.loc[inside, ["x", "y"]])
    assert adjusted_rand_score(labels, ours.dropna()) == pytest.approx(1)
    assert silhouette == pytest.approx(score)


@pytest.mark.slow
def test_polis_own_single_start_gives_the_same_groups_or_less_clear_ones():
    same = []
    for seed in range(4):
        for missing in (0.0, 0.2, 0.4):
            signs = np.sign(_camps(seed, missing=missing, noise=0.1)[0])
            theirs, (ours, silhouette) = _polis(signs), opinion_groups(signs)
            labels = theirs["cluster_id"].astype(int)
            same.append(adjusted_rand_score(labels, ours) == 1)
            assert same[-1] or silhouette_score(theirs[["x", "y"]], labels) < silhouette
    assert sum(same) >= 8


@pytest.mark.parametrize("k", [2, 3, 4, 5])
def test_k_means_and_silhouette_are_scikit_learns(k):
    votes = _camps(k)[0]
    points = opinion_plane(votes).to_numpy()
    groups, silhouette = opinion_groups(votes, group_count=k)
    labels = groups.to_numpy(dtype=int)
    assert sorted(set(labels)) == list(range(1, k + 1))
    peer = KMeans(k, n_init=50, random_state=0).fit(points)
    ours = sum(
        ((points[labels == group] - points[labels == group].mean(axis=0)) ** 2).sum()
        for group in set(labels)
    )
    assert ours <= peer.inertia_ * 1.0001
    assert silhouette == pytest.approx(silhouette_score(points, labels))


def test_more_groups_than_places_are_not_sought():
    votes = pd.DataFrame([[2.0, -2.0]] * 3 + [[-2.0, 2.0]] * 2)
    groups, silhouette = opinion_groups(votes, group_count=4)
    assert groups.tolist() == [1, 1, 1, 2, 2]
    assert silhouette == pytest.approx(1)


def test_the_plane_places_a_single_voter_and_leaves_out_who_voted_on_nothing():
    plane = opinion_plane(pd.DataFrame([[1.0, -1.0], [np.nan, np.nan]], index=["甲", "乙"]))
    assert plane.loc["甲"].tolist() == [0.0, 0.0]
    assert plane.loc["乙"].isna().all()


def test_groups_and_places_of_made_votes_are_made():
    votes, _ = _camps(1)
    votes.attrs = {"source": "演習の例", "kind": "made", "made": True}
    groups, _ = opinion_groups(votes)
    for table in (groups, opinion_plane(votes)):
        assert is_made(table)
        assert table.attrs["source"] == "演習の例"
    none_left, _ = opinion_groups(votes.head(0))
    assert is_made(none_left)


def test_an_agreement_is_shown_as_text_and_becomes_a_table(tmp_path):
    with Session(tmp_path / "m.sqlite") as session:
        for voter, value in enumerate((2, 2, -2)):
            session.vote(item="<script>alert(1)</script>", value=value, client=f"v{voter}")
            session.vote(item="研修", value=-value, client=f"v{voter}")
        found = session.agreement()
    html = found._repr_html_()
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    pd.testing.assert_frame_equal(found.to_frame(), found.opinions)
    assert found.to_frame() is not found.opinions


def test_groups_do_not_depend_on_the_order_of_voters_or_items():
    votes, _ = _camps(3)
    first, _ = opinion_groups(votes)
    turned, _ = opinion_groups(votes.iloc[::-1, ::-1])
    assert adjusted_rand_score(first, turned[first.index]) == 1
    assert first.value_counts().sort_index().is_monotonic_decreasing


def test_who_voted_on_fewer_than_seven_items_belongs_to_no_group():
    votes, _ = _camps(1)
    votes.iloc[0, 6:] = np.nan
    groups, _ = opinion_groups(votes)
    assert pd.isna(groups[0])
    assert groups[1:].notna().all()


@pytest.mark.parametrize(
    "votes", [[[1, 1]], [[1, 1], [1, 1], [1, 1]], [[1, -1], [-1, 1]], [[np.nan, np.nan]]]
)
def test_too_few_or_all_alike_are_one_group_at_most(votes):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        groups, silhouette = opinion_groups(pd.DataFrame(votes, dtype=float))
    assert groups.dropna().isin([1]).all()
    assert np.isnan(silhouette)


def _voted(session, votes):
    for voter, row in votes.iterrows():
        for item, value in row.dropna().items():
            session.vote(item=f"項目{item}", value=int(value), client=f"v{voter}")


def test_more_than_half_missing_is_warned_of_and_less_is_not(tmp_path):
    with Session(tmp_path / "m.sqlite") as session:
        _voted(session, _camps(1, sizes=(4, 4), missing=0.6)[0])
        with pytest.warns(TableWarning, match="空欄です"):
            session.agreement()
    with Session(tmp_path / "n.sqlite") as session, warnings.catch_warnings():
        warnings.simplefilter("error")
        _voted(session, _camps(1, sizes=(4, 4), missing=0.3)[0])
        assert session.agreement().missing < 0.5


def test_a_group_of_two_keeps_its_opinions_to_itself_also_by_subtraction(tmp_path):
    votes, _ = _camps(2, sizes=(8, 5, 2), items=8, noise=0.0)
    with Session(tmp_path / "m.sqlite") as session:
        _voted(session, votes)
        found = session.agreement()
        totals = session.results().set_index("item")
    assert found.groups["voters"].tolist() == [8, 5, 2]
    opinions = found.opinions.set_index("group")
    assert len(opinions) == 24
    assert opinions.loc[2:, "mean"].isna().all()
    assert opinions.loc[1, "mean"].notna().all()
    assert (totals["votes"] == 15).all()


@pytest.mark.parametrize("sizes", [(6, 2), (5, 1), (2, 2, 2), (4, 4, 1), (9, 3, 2), (3, 3, 3)])
@pytest.mark.parametrize("seed", range(4))
def test_no_mean_of_one_or_two_is_left_when_the_shown_groups_are_taken_off_the_total(
    tmp_path, sizes, seed
):
    votes, _ = _camps(seed, sizes=sizes, items=8, missing=0.15, noise=0.0)
    with Session(tmp_path / "m.sqlite") as session:
        _voted(session, votes)
        found = session.agreement()
        totals = session.results().set_index("item")["votes"]
    shown = found.opinions[found.opinions["mean"].notna()]
    assert (shown["votes"] >= 3).all()
    rest = totals - shown.groupby("item")["votes"].sum().reindex(totals.index, fill_value=0)
    assert not rest.isin([1, 2]).any()
    # nothing is hidden without need
    if sizes == (3, 3, 3) and len(found.groups) == 3 and not votes.isna().any(axis=None):
        assert found.opinions["mean"].notna().all()


def test_two_voters_have_no_w_and_no_groups_and_three_have(tmp_path):
    votes, _ = _camps(1, sizes=(3,), items=8, noise=0.0)
    with Session(tmp_path / "m.sqlite") as session:
        _voted(session, votes.head(2))
        two = session.agreement()
        _voted(session, votes.tail(1))
        three = session.agreement()
    assert (two.voters, two.complete) == (2, 2)
    assert np.isnan([two.w, two.p_value, two.silhouette]).all()
    assert two.groups.empty
    assert two.opinions.empty
    assert three.w == pytest.approx(kendall_w(votes)[0])
    assert three.groups["voters"].sum() == 3


def test_w_of_two_who_voted_on_everything_is_missing_among_many_who_did_not(tmp_path):
    votes, _ = _camps(1, sizes=(8,), items=8, noise=0.0)
    votes.iloc[2:, 0] = np.nan
    with Session(tmp_path / "m.sqlite") as session:
        _voted(session, votes)
        found = session.agreement()
    assert (found.voters, found.complete) == (8, 2)
    assert np.isnan([found.w, found.p_value]).all()


def test_a_sealed_meeting_still_says_how_far_it_agreed_and_no_row_says_who(tmp_path):
    votes, _ = _camps(3, sizes=(5, 4), items=8, missing=0.1, noise=0.0)
    with Session(tmp_path / "m.sqlite") as session:
        _voted(session, votes)
        before = session.agreement()
        session.seal()
        session.seal()
        after = session.agreement()
        assert session.history()["kind"].tolist()[-2:] == ["vote", "seal"]
        # the seal holds figures and receipts: it shows none of them
        assert session.history()["text"].tolist()[-1] == ""
        with pytest.raises(ChoiceError, match="封は取り消せません"):
            session.undo(session.history()["id"].tolist()[-1])
        # for other items the votes of one voter would have to be kept together
        with pytest.raises(ChoiceError, match="封をした会議の一致の度合い"):
            session.agreement(items=["項目1", "項目4"])
        again = session.agreement(items=[f"項目{item}" for item in votes.columns[::-1]])
    for first, second in ((before, after), (before, again)):
        pd.testing.assert_frame_equal(first.opinions, second.opinions)
        assert second.w == pytest.approx(first.w, nan_ok=True)
        assert (second.voters, second.complete) == (first.voters, first.complete)
        by_size = [found.groups["voters"].tolist() for found in (first, second)]
        assert by_size[0] == by_size[1]
