"""Does any answer about the sharing of disaster data hang on how its tables lie?"""

import pandas as pd
import pytest
from doubt_cases import FEW, Case, list_moved
from doubt_tables import FEW_TOWNS

import dxkit
from dxkit import sharing

NOTO = sharing.read_scenario("noto_2024").change(hours=48)
SHELTER_COUNTS = pd.DataFrame({"hour": [30, 48, 72], "people": [1500, 1300, 1000]})
EARLY = sharing.read_scenario("noto_2024")
EARLY = EARLY.with_table("observed", EARLY.tables["observed"].head(3)).change(hours=384)
NEEDS = FEW_TOWNS.head(5)[["code"]].assign(
    skill=["名簿", "通信", "名簿", "通信", "名簿"],
    people=[2, 1, 1, 1, 1],
    days=[5.0, 5.0, 3.0, 3.0, 3.0],
    priority=[1.0, 1.0, 2.0, 1.0, 1.0],
    lat=FEW_TOWNS["office_lat"].head(5),
    lon=FEW_TOWNS["office_lon"].head(5),
)
STAFF = pd.DataFrame(
    {
        "staff": list("ABCDEF"),
        "skills": ["名簿 通信", "名簿", "通信", "名簿", "通信", "名簿"],
        "days": [5.0, 5.0, 4.0, 4.0, 4.0, 2.0],
        # three of one office: only their names tell them apart
        "lat": [34.69, 34.69, 34.69, 35.0, 35.0, 34.5],
        "lon": [135.18, 135.18, 135.18, 134.8, 134.8, 134.9],
    }
)
COUNTS = pd.DataFrame(
    [[3, 40, 12], [50, 60, 3], [70, 80, 3], [5, 90, 22], [31, 3, 40]],
    index=pd.Index(["神戸", "阪神", "播磨", "但馬", "丹波"], name="area"),
    columns=["乳幼児", "高齢者", "障害"],
)

OUTCOME_TABLES = ("timeline", "by_municipality", "flows", "staff_hours", "disclosures")


def simulate_of(policies):
    return sharing.simulate(NOTO, policies=policies, draws=3)


def outcome_of(policies):
    outcome = simulate_of(policies)
    # rules and traces stand in the order of the policies' rows: they go by name
    names = [rule.name for rule in outcome.rules]
    traces = dict(zip(names, outcome.traces, strict=True))
    return (
        outcome.model,
        outcome.marks,
        dict(zip(names, outcome.rules, strict=True)),
        traces,
        {name: getattr(outcome, name) for name in OUTCOME_TABLES},
    )


def design_of(switches):
    # which switch comes first is the order of the rows: the combinations are compared by levels
    design = sharing.design_policies(switches)
    levels = sorted(name for name in design if name.startswith("switch_"))
    return design.drop(columns="policy").set_index(levels).sort_index()


def scenario_of(evacuees):
    return sharing.simulate(
        NOTO.with_table("evacuees", evacuees), policies=["共有なし", "県ハブ"], draws=3
    )


HANDOVERS = pd.DataFrame(
    {
        "giver": ["県", "他の市町", "国", "host"],
        "receiver": ["避難元市町", "避難元市町", "県", "home"],
        "what": ["所在", "要配慮情報", "所在", "whereabouts"],
    }
)
POLICIES = sharing.default_policies()
SWITCHES = sharing.policy_switches()
DESIGN = pd.DataFrame(
    {
        "policy": ["ab", "aB", "Ab", "AB"],
        "switch_first": ["a", "a", "A", "A"],
        "switch_second": ["b", "B", "b", "B"],
        "known": [0.1, 0.2, 0.5, 0.7],
    }
)
FIRST_ROW = dict.fromkeys(
    ("table: rows reversed", "table: rows shuffled"),
    "of several rows of the law that fit, the first decides (docstring of grounds)",
)

CASES = {
    "sharing.suppress": Case({"tables": COUNTS}, sharing.suppress),
    "sharing.suppress by area": Case(
        {"tables": COUNTS},
        lambda tables: sharing.suppress(tables, hierarchy={"瀬戸内": ["神戸", "阪神", "播磨"]}),
    ),
    "sharing.suppress, linked tables": Case(
        {"men": COUNTS, "women": COUNTS + 2, "both": 2 * COUNTS + 2},
        lambda men, women, both: sharing.suppress(
            {"男": men, "女": women, "男女": both}, links={"男女": ["男", "女"]}
        ),
    ),
    "sharing.suppress, one way": Case(
        {"table": COUNTS[["乳幼児"]]}, lambda table: sharing.suppress(table["乳幼児"])
    ),
    "sharing.audit": Case({"tables": sharing.suppress(COUNTS)}, sharing.audit),
    "sharing.audit of small blanks alone": Case(
        {"tables": sharing.suppress(COUNTS, complementary=False)}, sharing.audit
    ),
    "sharing.dispatch": Case({"needs": NEEDS, "staff": STAFF}, sharing.dispatch),
    "sharing.check_policies": Case({"table": POLICIES}, sharing.check_policies),
    "sharing.simulate": Case({"policies": POLICIES.head(3)}, outcome_of),
    "sharing.simulate by persons": Case(
        {"policies": POLICIES.iloc[2:3]},
        lambda policies: sharing.simulate(
            NOTO.change(hours=12), policies=policies, draws=1, engine="person"
        ),
    ),
    "sharing.simulate of one's own scenario": Case(
        {"evacuees": NOTO.tables["evacuees"]}, scenario_of
    ),
    "sharing.compare": Case(
        {"policies": POLICIES.head(3)}, lambda policies: sharing.compare(simulate_of(policies))
    ),
    "sharing.drill_scores": Case(
        {"policies": POLICIES.head(3)},
        lambda policies: sharing.drill_scores(simulate_of(policies), hour=12),
    ),
    "sharing.build_model, draw_outages": Case(
        {"evacuees": NOTO.tables["evacuees"]},
        lambda evacuees: sharing.draw_outages(
            sharing.build_model(NOTO.with_table("evacuees", evacuees)), draws=3, seed=0
        ),
    ),
    "sharing.build_rules, run_cohort_engine": Case(
        {"policies": POLICIES},
        lambda policies: sharing.run_cohort_engine(
            sharing.build_model(NOTO),
            sharing.build_rules(
                sharing.build_model(NOTO), policies.set_index("policy", drop=False).loc["県ハブ"]
            ),
            sharing.draw_outages(sharing.build_model(NOTO), 1, seed=0),
            (48,),
        ),
    ),
    "sharing.forecast": Case(
        {"counts": SHELTER_COUNTS, "archive": dxkit.load("shelter_counts")},
        lambda counts, archive: sharing.forecast(counts, hours=[144, 240], archive=archive),
        quick=FEW,
    ),
    "sharing.backtest": Case(
        {"event": SHELTER_COUNTS, "archive": dxkit.load("shelter_counts")},
        lambda event, archive: sharing.backtest(event, origin_hour=50, archive=archive),
        quick=FEW,
    ),
    "sharing.score_forecasts": Case(
        {"archive": dxkit.load("shelter_counts")}, sharing.score_forecasts, quick=FEW
    ),
    "sharing.replay": Case(
        {"observed": EARLY.tables["observed"]},
        lambda observed: sharing.replay(EARLY.with_table("observed", observed)),
        quick=FEW,
    ),
    "sharing.grounds": Case({"table": dxkit.load("legal_grounds")}, sharing.grounds),
    "sharing.find_phase_inversions": Case(
        {"table": dxkit.load("legal_grounds").query("row == 'G20'").assign(phase="復旧期")},
        lambda table: sharing.find_phase_inversions(table).set_index(["from_", "to", "category"]),
    ),
    "sharing.policy_switches": Case({"table": SWITCHES}, sharing.policy_switches),
    "sharing.design_policies": Case({"switches": SWITCHES}, design_of),
    "sharing.describe_policies": Case(
        {"policies": POLICIES, "switches": SWITCHES}, sharing.describe_policies
    ),
    "sharing.switch_effects": Case(
        {"design": DESIGN, "results": DESIGN[["policy", "known"]]},
        lambda design, results: sharing.switch_effects(
            design, results, measure="known", base="ab"
        ).set_index("switch"),
    ),
    "sharing.ground_matrix": Case(
        {"table": dxkit.load("legal_grounds")},
        lambda table: sharing.ground_matrix(table=table),
        contract=FIRST_ROW,
    ),
    "sharing.may_disclose": Case(
        {"pairs": HANDOVERS, "table": dxkit.load("legal_grounds")},
        lambda pairs, table: sharing.may_disclose(
            pairs["giver"], pairs["receiver"], pairs["what"], table=table
        ).set_axis(pairs["giver"].astype(str) + pairs["receiver"].astype(str)),
        contract=FIRST_ROW,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_an_answer_does_not_hang_on_how_its_tables_lie(name):
    assert list_moved(CASES[name], quick=True) == ""


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.quick])
def test_a_slow_answer_does_not_hang_on_any_change_either(name):
    assert list_moved(CASES[name]) == ""
