"""Large registers are weighed by numbers first: the links must be those that Splink gives."""

from importlib.util import find_spec

import pandas as pd
import pytest

from dxkit import linkage

pytestmark = [
    pytest.mark.skipif(
        find_spec("splink") is None, reason="名寄せの追加部品（dxkit[linkage]）がありません"
    ),
    pytest.mark.filterwarnings("ignore::dxkit.errors.TableWarning"),
]
RULES = "dxkit.linkage._blocking_rules"
PAIR = ["left_id", "right_id"]


def link_both_ways(monkeypatch, left, right):
    """Link with the rules of large registers, as such registers are and then by Splink."""
    fast = linkage.link(left, right, threshold=0.001)
    monkeypatch.setattr("dxkit.linkage._backends.is_large", lambda *records: False)
    slow = linkage.link(left, right, threshold=0.001)
    return [links.sort_values(PAIR).reset_index(drop=True) for links in (fast, slow)]


def assert_same_links(fast, slow):
    assert len(slow)
    pd.testing.assert_frame_equal(
        fast[[*PAIR, "reason"]], slow[[*PAIR, "reason"]], check_like=False
    )
    for column in ("weight", "probability"):
        pd.testing.assert_series_equal(fast[column], slow[column], rtol=0, atol=1e-9)


@pytest.mark.parametrize("missing", [[], ["kana", "code"], ["birthday", "sex"], ["address"]])
def test_the_links_are_those_of_splink_whatever_columns_are_missing(monkeypatch, missing):
    for limit in ("MAX_PAIRS_FOR_WIDE_RULES", "MAX_PAIRS_FOR_WIDEST_RULES"):
        monkeypatch.setattr(f"{RULES}.{limit}", 1e4)
    left, right, _ = linkage.synth_registers(900, seed=len(missing))
    tables = [table.drop(columns=missing) for table in (left, right)]
    assert_same_links(*link_both_ways(monkeypatch, *tables))


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_hundred_thousand_residents_have_the_links_of_splink(monkeypatch, seed):
    left, right, _ = linkage.synth_registers(100_000, seed=seed)
    assert float(len(left)) * len(right) > 1e9
    assert_same_links(*link_both_ways(monkeypatch, left, right))
