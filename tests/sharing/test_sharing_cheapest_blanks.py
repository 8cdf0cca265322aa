"""Of all choices that keep a small table safe, `suppress` takes one that loses fewest people."""

import itertools

import numpy as np
import pandas as pd
import pytest
import suppression_attack as rival

from dxkit import sharing
from dxkit.sharing import _complementary_cells


def small_release(seed):
    """Three places by two ages, some of them small."""
    draw = np.random.default_rng(seed)
    records, _ = rival.draw_records(draw, place=3, age=2)
    counts = draw.integers(1, 40, 6)
    counts[draw.integers(0, 6)] = draw.integers(1, 10)
    layout = rival.Layout(
        rival.group("町", records["place"]), rival.group("齢", records["age"]), np.ones(6)
    )
    return rival.Release(counts, {"表": layout}, {})


def is_safe(release, published):
    verdict = rival.judge(rival.attack(release, {"表": published}))
    return verdict["recovered"] == verdict["narrow"] == 0


def measure(full, mask):
    """What a choice loses: people, and one for each cell."""
    return float((full + 1).to_numpy()[mask].sum())


def list_cheaper_choices(full, limit):
    """Every set of blanks that hides all small counts, leaves none alone in a sum, and is cheaper."""
    values = full.to_numpy()
    must = (values > 0) & (values < rival.K)
    optional = np.argwhere(~must)
    for bits in itertools.product([False, True], repeat=len(optional)):
        mask = must.copy()
        mask[tuple(optional[list(bits)].T)] = True
        is_alone = (mask.sum(axis=0) == 1).any() or (mask.sum(axis=1) == 1).any()
        if not is_alone and measure(full, mask) < limit:
            yield mask


@pytest.mark.parametrize("seed", range(6))
def test_no_choice_that_is_safe_loses_less(seed):
    release = small_release(seed)
    published = sharing.suppress(release.tables["表"])
    full = release.tables["表"].assign(計=lambda table: table.sum(axis=1))
    full.loc["計"] = full.sum()
    assert is_safe(release, published)
    ours = measure(full, published.isna().to_numpy())
    cheaper = [
        mask
        for mask in list_cheaper_choices(full, ours - 1e-9)
        if is_safe(release, full.astype("Int64").mask(pd.DataFrame(mask, full.index, full.columns)))
    ]
    assert cheaper == []


def test_choosing_at_once_loses_no_more_than_one_after_the_other(monkeypatch):
    releases = [rival.hierarchical(seed) for seed in (3, 5, 6, 8)]

    def lose_people():
        published = [sharing.suppress(r.tables, hierarchy=r.hierarchy) for r in releases]
        return [rival.measure_loss(*pair)[1] for pair in zip(releases, published, strict=True)]

    at_once = lose_people()
    monkeypatch.setattr(_complementary_cells, "find_cheapest_blanks", lambda *parts: None)
    one_by_one = lose_people()
    assert all(new <= old for new, old in zip(at_once, one_by_one, strict=True))
    assert sum(at_once) < 0.97 * sum(one_by_one)


# in 81 and 195, rows of areas stand in the table twice: what they lose counts twice
@pytest.mark.parametrize("seed", [3, 8, 81, 195])
def test_no_safe_choice_of_blanks_under_areas_loses_fewer_people(seed):
    release = rival.hierarchical(seed)
    published = sharing.suppress(release.tables, hierarchy=release.hierarchy)
    least, is_attained = rival.find_least_loss(release)
    assert is_attained
    assert rival.measure_loss(release, published)[1] == pytest.approx(least, abs=1e-6)
