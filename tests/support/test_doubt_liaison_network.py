"""Does any answer about liaisons and networks hang on how its tables lie?"""

import numpy as np
import pandas as pd
import pytest
from doubt_cases import FEW, Case, list_moved
from doubt_tables import FEW_TOWNS, HIMEJI, PLAIN_TOWNS, TOWNS

import dxkit
from dxkit.support import liaison, network

MEMBERSHIPS = (
    dxkit.load("themes").rename(columns={"theme": "group"})[["code", "group"]].assign(kind="theme")
)
ATTENDANCE = pd.DataFrame(
    {"meeting": [1, 1, 1, 2, 2], "group": [1, 1, 2, 1, 1], "code": TOWNS["code"].head(5)}
)
CASES_LOG = pd.DataFrame(
    [
        ("1", "2026-10-01", "受付", "28201", "甲", "2026-10-10"),
        ("1", "2026-10-05", "引継ぎ", None, "乙", None),
        ("2", "2026-10-02", "受付", "28202", "甲", "2026-10-30"),
        ("2", "2026-10-09", "完了", None, None, None),
    ],
    columns=["case", "at", "event", "code", "owner", "due"],
)
FIELD_LIAISONS = pd.DataFrame({"field": ["標準化", "防災DX"], "liaison": ["丁", "戊"]})
NEWS = pd.DataFrame(
    {
        "code": ["28201", "28202", "28203"],
        "at": ["2026-10-01", "2026-10-03", "2026-10-05"],
        "topic": ["外字", "外字", "研修"],
        "text": ["決めた", "使った", "開いた"],
    }
)
INTERESTS = pd.DataFrame({"code": ["28201", "28204"], "topic": ["外字", "研修"]})
HISTORY = pd.DataFrame(
    [
        ("28201", "2026-04-01", "policy", "なし"),
        ("28201", "2026-04-02", "訪問", ""),
        ("28201", "2026-05-01", "policy", "案"),
        ("28201", "2026-06-01", "policy", "あり"),
        ("28202", "2026-05-01", "rpa", "1"),
        ("28202", "2026-05-01", "ai", "0"),
    ],
    columns=["code", "at", "item", "value"],
)
LIAISONS = pd.DataFrame({"liaison": ["甲", "乙", "丙"], "post": [1.0, 1.0, 0.5]})
OFFICES = FEW_TOWNS[["code", "name", "area", "office_lat", "office_lon"]]

CASES = {
    "support.liaison.distances": Case({"municipalities": FEW_TOWNS}, liaison.distances),
    "support.liaison.rounds": Case(
        {"municipalities": OFFICES.head(7)},
        lambda municipalities: liaison.rounds(municipalities, iterations=40),
    ),
    "support.liaison.assign": Case(
        {"tasks": PLAIN_TOWNS, "liaisons": LIAISONS},
        liaison.assign,
        quick=FEW,
    ),
    "support.liaison.cases": Case(
        {"log": CASES_LOG}, lambda log: liaison.cases(log, today="2026-10-20")
    ),
    "support.liaison.route": Case(
        {"fields": dxkit.load("liaison_fields"), "liaisons": FIELD_LIAISONS},
        lambda fields, liaisons: liaison.route(["外字の切替", "避難"], fields, liaisons=liaisons),
    ),
    "support.liaison.briefings": Case(
        {"news": NEWS, "interests": INTERESTS},
        liaison.briefings,
    ),
    "support.liaison.digest": Case({"history": HISTORY}, liaison.digest),
    "support.network.ties, dialogues": Case(
        {"memberships": MEMBERSHIPS},
        lambda memberships: (
            network.ties(memberships),
            network.dialogues(network.ties(memberships)),
        ),
    ),
    "support.network.area_coverage": Case(
        {"municipalities": PLAIN_TOWNS, "memberships": dxkit.load("themes")},
        network.area_coverage,
        quick=FEW,
    ),
    "support.network.backup_partners": Case(
        {
            "offices": PLAIN_TOWNS[["code", "name"]].assign(
                lat=PLAIN_TOWNS["office_lat"],
                lon=PLAIN_TOWNS["office_lon"],
                coast_km=np.arange(len(PLAIN_TOWNS)) % 9 * 2.5,
                coast="南の海岸",
            )
        },
        network.backup_partners,
        quick=FEW,
    ),
    "support.network.owners": Case(
        {
            "values": HIMEJI,
            "places": PLAIN_TOWNS[["code", "name", "area_name"]].assign(
                lat=PLAIN_TOWNS["office_lat"], lon=PLAIN_TOWNS["office_lon"]
            ),
        },
        network.owners,
        quick=FEW,
    ),
    "support.network.common_gaps": Case(
        {"values": HIMEJI},
        lambda values: network.common_gaps(values, ["28201", "28381", "28382"]),
        quick=FEW,
    ),
    "support.network.membership_changes": Case(
        {"before": dxkit.load("themes"), "after": dxkit.load("themes").iloc[3:]},
        network.membership_changes,
        quick=FEW,
    ),
    "support.network.strangers": Case(
        {"attendance": ATTENDANCE, "memberships": MEMBERSHIPS},
        lambda attendance, memberships: network.strangers(
            TOWNS["code"], attendance, ties=network.ties(memberships)
        ),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_an_answer_does_not_hang_on_how_its_tables_lie(name):
    assert list_moved(CASES[name], quick=True) == ""


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.quick])
def test_a_slow_answer_does_not_hang_on_any_change_either(name):
    assert list_moved(CASES[name]) == ""
