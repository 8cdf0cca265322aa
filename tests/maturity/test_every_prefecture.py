"""Each of the 47 prefectures, with its own constant columns, gets intervals from the national file."""

import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import dxkit
from dxkit import loaders, maturity
from dxkit.errors import TableWarning

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "data" / "dx"
NATIONAL = FOLDER / "市区町村毎のDX進捗状況_市区町村比較.csv"
needs_file = pytest.mark.skipif(
    not NATIONAL.is_file(),
    reason="the national dashboard is not beside the checkout (../shared/data/dx)",
)
PREFECTURES = [f"{number:02d}" for number in range(1, 48)]


@pytest.fixture(scope="module")
def national():
    return loaders.read_dashboard(NATIONAL)


@needs_file
@pytest.mark.parametrize("prefecture", PREFECTURES)
def test_every_prefecture_gets_intervals(national, prefecture):
    values = national[national.index.str.startswith(prefecture)]
    indicators = dxkit.load("indicators_dashboard")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        firm = maturity.rank_intervals(values, indicators, draws=60)
    raw = maturity.score(values, indicators).raw
    flat = {name for name in raw if not raw[name].min() < raw[name].max()}
    dropped = firm.settings["dropped"]
    assert {name: set(names) for name, names in dropped.items()} == (
        {"minmax": flat, "zscore": flat} if flat else {}
    )
    texts = "".join(str(message.message) for message in caught if message.category is TableWarning)
    assert all(name in texts for name in flat)
    has_interval = firm.table["p05"].notna()
    assert (
        firm.table.loc[has_interval, ["p05", "p95"]].isin(range(1, len(values) + 1)).all(axis=None)
    )
    assert set(firm.table.index[~has_interval]) == set(firm.settings["without_interval"])


@needs_file
def test_some_prefectures_have_a_constant_column(national):
    leaves = maturity.score(national, dxkit.load("indicators_dashboard")).raw
    flat = leaves.groupby(leaves.index.str[:2]).nunique().le(1).any(axis=1)
    assert flat.size == 47
    assert flat.sum() >= 4


def test_forty_thousand_units_are_ranked_and_their_ends_are_right():
    count = 40_000
    order = np.random.default_rng(1).permutation(count)
    values = pd.DataFrame(
        {"a": order.astype(float)}, index=[f"{unit:05d}" for unit in range(count)]
    )
    frame = pd.DataFrame(
        [("a", "", "", 1, 1.0, "", 0.0, float(count))],
        columns=["indicator", "parent", "label", "direction", "weight", "unit", "low", "high"],
    )
    firm = maturity.rank_intervals(values, frame, vary=(), draws=2)
    for name in ("nominal", "p05", "median", "p95"):
        assert (firm.table[name].to_numpy() == count - order).all()
    assert firm.ranks.min() == 1
    assert firm.ranks.max() == count
