"""Does any answer about procedures, processes, security and answers hang on how its tables lie?"""

import pandas as pd
import pytest
from doubt_cases import FEW, Case, list_moved
from doubt_tables import FEW_TOWNS, PLAIN_TOWNS, TOWNS

import dxkit
from dxkit.support import answers, procedures, process, security

RECORDED = dxkit.load("recorded_answers")
CHECK_ANSWERS = answers.check_answers
CHECKED = CHECK_ANSWERS(
    RECORDED[RECORDED["table"] == "municipalities"], {"municipalities": PLAIN_TOWNS}
)
SHARES = (
    pd.DataFrame(dxkit.load("online_applications")).query("code < '28210'").reset_index(drop=True)
)
VOLUMES = dxkit.load("procedure_volumes")
PROCESS_STEPS = dxkit.load("process_example")
SHORTER = {"書類を点検する": {"work_min": 30, "sent_back": 0.1}}
OFFICE = {"per_day": 4, "days": 10, "warm_up_days": 5, "draws": 2}
CHECKS = pd.DataFrame(
    [
        (code, item, rater, word)
        for code in ("28201", "28202")
        for place, item in enumerate(["search", "mobile", "tax", "council"])
        for rater, word in (("A", "あった"), ("B", "あった" if place % 3 else "なかった"))
    ],
    columns=["code", "item", "rater", "found"],
)

CASES = {
    "support.procedures.gaps": Case(
        {"applications": SHARES, "municipalities": PLAIN_TOWNS, "volumes": VOLUMES},
        lambda applications, municipalities, volumes: procedures.gaps(
            applications,
            "28201",
            TOWNS["code"].head(9),
            municipalities=municipalities,
            volumes=volumes,
            draws=20,
        ),
        quick=FEW,
    ),
    "support.answers.check_answers": Case(
        # ids are labels
        {
            "answers": RECORDED.assign(answer_id=RECORDED["answer_id"].astype(str)),
            "towns": PLAIN_TOWNS,
        },
        lambda answers, towns: CHECK_ANSWERS(
            answers[answers["table"] == "municipalities"], {"municipalities": towns}
        ),
    ),
    "support.answers.score_judgements": Case(
        {"checked": CHECKED}, lambda checked: answers.score_judgements(checked, [1, 2])
    ),
    "support.answers.write_prompt": Case(
        {"table": FEW_TOWNS},
        lambda table: answers.write_prompt(table, "people_2020", "どこか。"),
        contract=dict.fromkeys(
            ("table: rows reversed", "table: rows shuffled"), "the rows are written in their order"
        ),
    ),
    "support.procedures.portal_scores": Case(
        {"checks": CHECKS, "items": dxkit.load("portal_items")},
        lambda checks, items: procedures.portal_scores(checks, items).drop(columns="group_label"),
    ),
    "support.procedures.portal_agreement": Case({"checks": CHECKS}, procedures.portal_agreement),
    "support.process.flow_times": Case(
        {"steps": PROCESS_STEPS}, lambda steps: process.flow_times(steps, per_day=6)
    ),
    "support.process.simulate": Case(
        {"steps": PROCESS_STEPS}, lambda steps: process.simulate(steps, **OFFICE), quick=FEW
    ),
    "support.process.change_steps": Case(
        {"steps": PROCESS_STEPS}, lambda steps: process.change_steps(steps, SHORTER)
    ),
    "support.process.compare_changes": Case(
        {"steps": PROCESS_STEPS},
        lambda steps: process.compare_changes(steps, SHORTER, **OFFICE),
        quick=FEW,
    ),
    "support.process.compare_plans": Case(
        {"steps": PROCESS_STEPS},
        lambda steps: process.compare_plans(steps, {"短くする": SHORTER}, **OFFICE),
        quick=FEW,
    ),
    "support.process.compare_volumes": Case(
        {"steps": PROCESS_STEPS},
        lambda steps: process.compare_volumes(steps, [4], days=10, warm_up_days=5, draws=2),
        quick=FEW,
    ),
    "support.security.score_mails": Case(
        {"mails": dxkit.load("mails_example")}, lambda mails: security.score_mails(mails, [2, 5])
    ),
    "support.security.guess_times": Case(
        {"passwords": dxkit.load("password_kinds"), "attacks": dxkit.load("password_attacks")},
        lambda passwords, attacks: (
            security.guess_times(passwords, attacks)
            .set_index(["password", "attack_label"])
            .sort_index()
        ),
    ),
    "support.security.report_dates": Case(
        {"deadlines": dxkit.load("report_deadlines")},
        lambda deadlines: (
            security.report_dates("2026-12-01", deadlines).set_index("label").sort_index()
        ),
    ),
    "support.security.follow_incident": Case(
        {"incident": dxkit.load("incident_example")},
        lambda incident: security.follow_incident(incident, "BAC"),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_an_answer_does_not_hang_on_how_its_tables_lie(name):
    assert list_moved(CASES[name], quick=True) == ""


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.quick])
def test_a_slow_answer_does_not_hang_on_any_change_either(name):
    assert list_moved(CASES[name]) == ""
