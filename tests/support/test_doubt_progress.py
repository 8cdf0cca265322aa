"""Does any answer about standardisation hang on how its tables lie?"""

import numpy as np
import pandas as pd
import pytest
from doubt_cases import FEW, Case, list_moved
from doubt_tables import PLAIN_TOWNS, PROGRESS

import dxkit
from dxkit.support import progress

EXTENSIONS = dxkit.load("extensions").query("code < '28204'")
STEPS = {"progress": PROGRESS, "extensions": EXTENSIONS}
VENDORS = dxkit.load("vendors_example").query("code < '28204'")
CUTOVERS = (
    PROGRESS[["code", "system"]]
    .head(30)
    .assign(
        cutover_date=pd.date_range("2026-08-01", periods=30, freq="20D"),
        vendor=["甲社", "乙社", "丙社"] * 10,
        extension=["認められた", "なし", None] * 10,
    )
)
TWO_DATES = pd.concat(
    [
        PROGRESS.assign(as_of="2026-01"),
        PROGRESS.assign(as_of="2026-07", share_done=(PROGRESS["share_done"] + 0.1).clip(upper=1)),
    ],
    ignore_index=True,
)
FORECAST = progress.forecast
LAGGING = progress.lagging


def lagging_of(progress, extensions, municipalities, rules):
    outlook = FORECAST(progress, extensions, draws=40)
    return LAGGING(
        progress, extensions, forecast=outlook, municipalities=municipalities, rules=rules
    )


COMPARE_FORECASTS = progress.compare
FOLLOW_UP = progress.follow_up
SCORE_FORECAST = progress.score_forecast


def score_of(progress, extensions):
    return SCORE_FORECAST(
        FORECAST(progress, extensions, draws=40, as_of="2026-01"), progress, as_of="2026-07"
    )


def compare_forecasts(progress, extensions, vendors):
    late = FORECAST(progress, extensions, vendors=vendors, delay={"甲社": 3.0}, draws=40)
    return COMPARE_FORECASTS(FORECAST(progress, extensions, draws=40), late)


STAFF_OF_TOWNS = (
    PLAIN_TOWNS[["code", "name"]].head(8).assign(staff=[1.0, 2.5, np.nan, 4, 2, 1, 3, 9])
)

CASES = {
    "support.progress.table": Case({"progress": PROGRESS}, progress.table),
    "support.progress.forecast": Case(
        STEPS, lambda progress, extensions: FORECAST(progress, extensions, draws=40), quick=FEW
    ),
    "support.progress.compare": Case(STEPS | {"vendors": VENDORS}, compare_forecasts, quick=FEW),
    "support.progress.follow_up": Case(
        STEPS | {"cutovers": CUTOVERS},
        lambda progress, extensions, cutovers: FOLLOW_UP(
            progress, extensions, cutovers=cutovers, as_of="2026-07"
        ),
        quick=FEW,
    ),
    "support.progress.slips": Case({"progress": TWO_DATES}, progress.slips, quick=FEW),
    "support.progress.score_forecast": Case(STEPS, score_of, quick=FEW),
    "support.progress.schedule_members": Case({"cutovers": CUTOVERS}, progress.schedule_members),
    "support.progress.broken_links": Case(
        {"links": dxkit.load("system_links"), "cutovers": CUTOVERS},
        lambda links, cutovers: progress.broken_links(links, cutovers=cutovers),
        quick=FEW,
    ),
    "support.progress.lagging": Case(
        STEPS | {"municipalities": STAFF_OF_TOWNS, "rules": progress.rules()},
        lagging_of,
        quick=FEW,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_an_answer_does_not_hang_on_how_its_tables_lie(name):
    assert list_moved(CASES[name], quick=True) == ""


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.quick])
def test_a_slow_answer_does_not_hang_on_any_change_either(name):
    assert list_moved(CASES[name]) == ""
