"""The curve between meeting new people and sitting with one's like shows both and hides no plan."""

import numpy as np
import pandas as pd
import pytest

from dxkit import charts
from dxkit.errors import TableError


@pytest.fixture
def plans():
    return pd.DataFrame(
        {
            "repeats": [40, 10, 0],
            "quality": [0.2, 0.6, 0.7],
            "penalty": [0.0, 5.0, np.nan],
            "bound": 0,
        }
    )


def test_every_plan_is_drawn_where_it_belongs(plans):
    axes = charts.reunions(plans, title="題").axes[0]
    steps, plan, _ = axes.get_lines()
    assert steps.get_xydata().tolist() == [[10, 0.6], [40, 0.2]]
    assert plan.get_xydata().tolist() == [[0, 0.7]]


def test_a_table_without_repeats_is_refused(plans):
    with pytest.raises(TableError, match="repeats"):
        charts.reunions(plans.drop(columns="repeats"))
