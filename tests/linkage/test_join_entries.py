"""Entries of one person are joined by the mean of all pairs between two groups, as scipy joins them."""

import numpy as np
import pandas as pd
import pytest
from scipy.cluster.hierarchy import cophenet, linkage
from scipy.spatial.distance import squareform

from dxkit.errors import TableWarning
from dxkit.linkage._join_entries import join_entries


def _table(rows):
    table = pd.DataFrame(rows, columns=["left", "right", "ratio"])
    table = table.astype({"left": "int32", "right": "int32"})
    return table.assign(weight=np.log2(table["ratio"]))[["left", "right", "weight"]]


def _joined(rows, least):
    joined = join_entries(_table(rows), least)
    pairs = zip(joined["left"].tolist(), joined["right"].tolist(), strict=True)
    return dict(zip(pairs, np.exp2(joined["weight"]).tolist(), strict=True))


def test_entries_that_hang_together_are_all_paired():
    # 1000 over the two pairs of {0, 1} and 2, of which one was never looked at
    joined = _joined([(0, 1, 4000.0), (1, 2, 1000.0)], 10.0)
    assert joined == pytest.approx({(0, 1): 4000.0, (0, 2): 500.0, (1, 2): 500.0})


def test_a_doubtful_pair_does_not_join_two_groups_that_share_nothing_else():
    rows = [(0, 1, 4000.0), (2, 3, 4000.0), (1, 2, 30.0)]
    assert set(_joined(rows, 10.0)) == {(0, 1), (2, 3)}
    assert set(_joined(rows, 7.0)) == {(0, 1), (2, 3), (0, 2), (0, 3), (1, 2), (1, 3)}


def test_a_pair_by_itself_stays_as_it_was():
    assert _joined([(0, 1, 50.0), (2, 3, 5.0)], 10.0) == pytest.approx({(0, 1): 50.0})
    assert _joined([], 10.0) == {}


@pytest.mark.parametrize("seed", range(5))
def test_groups_are_those_of_average_linkage(seed):
    size = 12
    rng = np.random.default_rng(seed)
    ratios = rng.lognormal(2, 3, (size, size)) * (rng.random((size, size)) < 0.4)
    ratios = np.triu(ratios, 1)
    ratios += ratios.T
    rows = [(a, b, ratios[a, b]) for a in range(size) for b in range(a) if ratios[a, b] > 0]
    rows = [(min(a, b), max(a, b), ratio) for a, b, ratio in rows]
    # a mean of distances is what the ratios lack to the highest of them
    highest = ratios.max()
    distances = squareform(highest - ratios - np.diag(np.full(size, highest)))
    expected = highest - squareform(cophenet(linkage(distances, "average")))
    for least in (1e-3 * highest, 0.01 * highest, 0.2 * highest):
        # scipy's differences from the highest hold 1e-16 of it
        pairs = [(a, b) for a in range(size) for b in range(a + 1, size)]
        reached = {pair: expected[pair] for pair in pairs if expected[pair] >= least}
        assert _joined(rows, least) == pytest.approx(reached, rel=1e-9)


def _pair_all(rows, ratio):
    return [(a, b, ratio) for place, a in enumerate(rows) for b in rows[place + 1 :]]


def test_a_crowd_of_entries_all_alike_hangs_together_by_single_pairs_and_is_said():
    crowd = list(range(5, 305))
    # entry 2 is like each of the crowd, entry 400 like only five of them, 3 and 4 like each other
    rows = _pair_all(crowd, 64.0) + [(2, row, 32.0) for row in crowd] + [(3, 4, 50.0)]
    rows += [(row, 400, 40.0) for row in crowd[:5]]
    with pytest.warns(TableWarning, match=r"200件を超える.*1個.*最大は301件.*3件目の記録"):
        joined = _joined(rows, 10.0)
    # a tree of 301 entries, and the pair that stands alone; 5 * 40 / 301 is less than 10
    assert len(joined) == 300 + 1
    entries = {row for pair in joined for row in pair}
    assert entries == {2, 3, 4, *crowd}
    assert sorted(joined.values()) == pytest.approx([32.0, 50.0] + [64.0] * 299)


def test_two_hundred_entries_all_alike_are_all_paired_without_a_warning(recwarn):
    joined = _joined(_pair_all(range(200), 64.0), 10.0)
    assert len(joined) == 200 * 199 // 2
    assert not [record for record in recwarn if issubclass(record.category, TableWarning)]


def test_two_groups_that_together_are_a_crowd_are_joined_by_a_single_pair():
    groups = _pair_all(range(150), 1000.0) + _pair_all(range(150, 300), 1000.0)
    # each entry has 30 partners of the 150 of the other group: the mean is 100 * 30 / 150 = 20
    bridge = [(a, 150 + (a + step) % 150, 100.0) for a in range(150) for step in range(30)]
    with pytest.warns(TableWarning, match="最大は300件"):
        joined = _joined(groups + bridge, 10.0)
    assert len(joined) == 2 * (150 * 149 // 2) + 1
    assert [ratio for ratio in joined.values() if ratio < 500] == pytest.approx([20.0])
