"""Is the search tree's answer the best one, also where it splits by how many stand in a region?"""

from itertools import combinations

import numpy as np
import scipy.sparse as sp
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dxkit._optimise.cover import merge_rows, sum_covered_weight
from dxkit._optimise.deadline import Deadline
from dxkit._optimise.mclp_cuts import group_rows
from dxkit._optimise.mclp_regions import find_open_region
from dxkit._optimise.mclp_root import CutRelaxation, search_among
from dxkit._optimise.mclp_state import SearchState
from dxkit._optimise.mclp_tree import TreeSearch


def make_cover(seed, places, columns, share):
    """Places and bases on a square, a base reaching what is near: 0/1 matrix with whole weights."""
    rng = np.random.default_rng(seed)
    where, bases = rng.random((places, 2)), rng.random((columns, 2))
    distance = np.linalg.norm(where[:, None] - bases[None], axis=2)
    matrix = sp.csr_array((distance <= share).astype(np.int8))
    return merge_rows(matrix, rng.integers(1, 40, places).astype(float))


def begin_search(cover, count, active):
    """A search that knows nothing yet: the first columns as answer, all weight as bound."""
    columns = cover.rows.shape[1]
    first = np.arange(count)
    state = SearchState(
        cover=cover,
        free=np.arange(columns),
        sure=np.arange(0),
        sure_weight=0.0,
        best=first,
        value=sum_covered_weight(cover, first),
        bound=float(cover.weights.sum()),
        prices=np.zeros(len(cover.weights)),
    )
    return TreeSearch(CutRelaxation(state, active, [], group_rows(cover, count)))


def best_by_trying(cover, count):
    """The weight that the best of all choices covers."""
    choices = combinations(range(cover.rows.shape[1]), count)
    return max(sum_covered_weight(cover, np.array(choice)) for choice in choices)


@settings(max_examples=25, deadline=None)
# reaches a programme without an answer, with more columns to take in and without
@example(seed=7913, columns=11, count=3, share=0.35, few=True)
@given(
    seed=st.integers(0, 10_000),
    columns=st.integers(6, 11),
    count=st.integers(2, 4),
    share=st.sampled_from([0.15, 0.25, 0.35]),
    few=st.booleans(),
)
def test_tree_finds_what_trying_finds(seed, columns, count, share, few):
    """Whatever is active at first, the answer of the tree is the best of all choices."""
    cover = make_cover(seed, 60, columns, share)
    active = np.arange(count + 1 if few else columns)
    state = begin_search(cover, count, active).run(Deadline())
    best = best_by_trying(cover, count)
    assert state.value == best
    assert state.bound == best
    assert sum_covered_weight(cover, state.best) == best


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    columns=st.integers(6, 11),
    # of a single one swaps try all; where nearly all are chosen, few others can come in
    count=st.integers(1, 5),
    share=st.sampled_from([0.15, 0.25, 0.35]),
)
def test_a_search_around_the_best_answer_finds_what_trying_finds(seed, columns, count, share):
    cover = make_cover(seed, 40, columns, share)
    state = begin_search(cover, count, np.arange(columns)).state
    result = search_among(state, np.arange(columns))
    assert len(set(result.best.tolist())) == count
    assert result.value == sum_covered_weight(cover, result.best)
    if count > 1:
        assert result.value == best_by_trying(cover, count)
    # without other columns the answer is that of swaps, and never a worse one
    alone = search_among(state, np.arange(0))
    assert state.value <= alone.value <= result.value
    # no answer hangs on anything but the problem
    again = search_among(state, np.arange(columns))
    assert again.best.tolist() == result.best.tolist()


def test_odd_ring_is_an_open_region():
    """Five bases in a ring, neighbours sharing a place: shares of one half add to 2.5."""
    ring = np.zeros((5, 6), dtype=np.int8)
    for place in range(5):
        ring[place, [place, (place + 1) % 5]] = 1
    # a base apart, chosen whole
    apart = np.zeros((1, 6), dtype=np.int8)
    apart[0, 5] = 1
    cover = merge_rows(sp.csr_array(np.vstack([ring, apart])), np.full(6, 10.0))
    region, total = find_open_region(cover, np.array([0.5] * 5 + [1.0]))
    assert region.tolist() == [0, 1, 2, 3, 4]
    assert total == 2.5
    assert find_open_region(cover, np.array([1.0, 0.0, 1.0, 0.0, 0.0, 1.0])) is None


def test_regions_split_and_prove():
    """Two odd rings side by side: the tree splits by regions and proves the best of all choices."""
    ring = np.zeros((5, 5), dtype=np.int8)
    for place in range(5):
        ring[place, [place, (place + 1) % 5]] = 1
    cover = merge_rows(sp.csr_array(np.kron(np.eye(2, dtype=np.int8), ring)), np.full(10, 10.0))
    search = begin_search(cover, 5, np.arange(10))
    state = search.run(Deadline())
    assert state.value == best_by_trying(cover, 5) == 90.0
    assert state.bound == 90.0
    assert len(search._regions) > 0
