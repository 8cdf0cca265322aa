"""Does any answer about matching and training hang on how its tables lie?"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from doubt_cases import FEW, Case, list_moved
from doubt_tables import PLAIN_TOWNS, TOWNS

import dxkit
from dxkit.support import matching, training

GAPS = pd.DataFrame(
    [
        (code, topic, round((3 * first + 5 * second) % 7 / 4, 2))
        for first, code in enumerate(TOWNS["code"].head(5))
        for second, topic in enumerate(["dx", "data", "ai", "community", "security"])
    ],
    columns=["code", "topic", "gap"],
)
WISHES = dxkit.load("applicants_example").head(24)
WISHES["applied"] = np.arange(len(WISHES)) // 4
SESSIONS = dxkit.load("course_sessions").assign(seats=lambda table: table["seats"] // 4)
RECORDS = pd.DataFrame(
    [
        (f"p{person}", topic, stage, f"c{person % 2}")
        for person in range(12)
        for topic in ("dx", "ai")
        for rank, stage in enumerate(training.LEARNING_STAGES)
        if person % 4 >= rank
    ],
    columns=["learner", "topic", "stage", "code"],
)
SERVICES = dxkit.load("services")
SERVICE_WISHES = dxkit.load("service_wishes").query("code < '28207'")
NEED_TEXTS = pd.read_csv(Path(__file__).parent / "needs.csv").head(4)
PROPOSALS = matching.match(NEED_TEXTS["need"], SERVICES, method="words")
INTENTIONS = pd.DataFrame(
    {
        "code": TOWNS["code"].head(4),
        "service": "waste",
        "intention": ["導入したい", "条件が合えば", "すでに使っている", "導入しない"],
        "worth_yen": [500_000.0, 400_000.0, None, None],
        "budget_yen": [900_000.0, None, None, None],
    }
)
SKILLS = pd.DataFrame(
    [
        (code, person, "user", "ai", level, teach, learn, "はい")
        for code in ("28201", "28202", "28203")
        for person, level, teach, learn in (
            ("P1", 3, "はい", "いいえ"),
            ("P2", 1, "いいえ", "はい"),
            ("P3", 0, "いいえ", "はい"),
        )
    ],
    columns=["code", "person", "role", "skill", "level", "teach", "learn", "consent"],
)

CASES = {
    "support.matching.adopters": Case(
        {"wishes": SERVICE_WISHES, "services": SERVICES, "budgets": dxkit.load("service_budgets")},
        lambda wishes, services, budgets: matching.adopters(wishes, services, budgets=budgets),
        quick=FEW,
    ),
    "support.matching.adoption_flips": Case(
        {"wishes": SERVICE_WISHES, "services": SERVICES.head(3)},
        lambda wishes, services: matching.adoption_flips(
            wishes[wishes["service"].isin(services["service"])], services, draws=0
        ).sort_values(["service", "assumption"], ignore_index=True),
        quick=("rows shuffled",),
    ),
    "support.matching.match_flips": Case(
        {"services": SERVICES},
        lambda services: matching.match_flips("電話の問い合わせが多い", services, draws=0),
        quick=("rows shuffled",),
    ),
    "support.matching.split_intentions": Case(
        {"intentions": INTENTIONS},
        lambda intentions: matching.split_intentions(intentions)._asdict(),
    ),
    "support.matching.match": Case(
        {"needs": NEED_TEXTS, "services": SERVICES},
        lambda needs, services: matching.match(needs, services, method="words").drop(
            columns="need_id"
        ),
    ),
    "support.matching.found_share": Case(
        {"proposals": PROPOSALS},
        lambda proposals: matching.found_share(proposals, NEED_TEXTS["service"]),
    ),
    "support.matching.similar": Case(
        {"municipalities": PLAIN_TOWNS},
        lambda municipalities: matching.similar(municipalities, ["28585", "28201"], count=8),
    ),
    "support.training.plan": Case(
        {"gaps": GAPS, "courses": dxkit.load("courses"), "topics": dxkit.load("topics")},
        lambda gaps, courses, topics: training.plan(gaps, courses, topics=topics),
        quick=FEW,
    ),
    "support.training.skill_map": Case(
        {"skills": SKILLS, "required": dxkit.load("talent_skills")}, training.skill_map
    ),
    "support.training.pair": Case(
        {"skills": SKILLS, "areas": PLAIN_TOWNS},
        lambda skills, areas: training.pair(skills, areas=areas),
    ),
    "support.training.find_materials": Case(
        {
            "materials": pd.DataFrame(
                {"title": ["AIの使い方", "表計算", "AIの議事録"], "stage": "知る"}
            )
        },
        lambda materials: training.find_materials(materials, "AIの"),
    ),
    "support.training.seats": Case(
        {"wishes": WISHES, "sessions": SESSIONS}, training.seats, quick=FEW
    ),
    "support.training.funnel": Case(
        {"records": RECORDS}, lambda records: training.funnel(records, by=["code"])
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_an_answer_does_not_hang_on_how_its_tables_lie(name):
    assert list_moved(CASES[name], quick=True) == ""


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.quick])
def test_a_slow_answer_does_not_hang_on_any_change_either(name):
    assert list_moved(CASES[name]) == ""
