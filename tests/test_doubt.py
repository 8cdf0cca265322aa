"""Does any answer of dxkit hang on how its tables lie? A metamorphic test over every public function.

Each public function that takes tables stands here once, with real tables where there are any, and `assumptions.doubt`
reruns it over memory layouts, row and column orders, dtypes and indexes. `python tests/test_doubt.py` prints the table
of functions and changes.
"""

import dataclasses
import importlib
import inspect
import json
import math
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import dxkit
from dxkit import assumptions, drones, groups, linkage, maturity, regions, schema, sharing, store
from dxkit.support import (
    answers,
    costs,
    liaison,
    matching,
    network,
    procedures,
    process,
    progress,
    security,
    training,
)

ROOT = Path(__file__).resolve().parent.parent


@dataclasses.dataclass(frozen=True)
class Case:
    """A public function, tables for it, and how it is called with them."""

    tables: Mapping[str, pd.DataFrame]
    call: Callable
    # "table: change" → why the answer may depend on it, as the function's docstring says too
    contract: Mapping[str, str] = dataclasses.field(default_factory=dict)
    # too slow for the quick suite with all changes: there, only these
    quick: tuple[str, ...] | None = None


# --- tables ----------------------------------------------------------------------------------------------------------

TOWNS = dxkit.load("municipalities")
PLAIN_TOWNS = pd.DataFrame(TOWNS).drop(columns="geometry")
FEW_TOWNS = PLAIN_TOWNS.iloc[20:32].reset_index(drop=True)
DASHBOARD = dxkit.load("dashboard")
ITEMS = dxkit.load("indicators_dashboard")
# Himeji with 6 of its 13 answers blank, as the dashboard of another year might have it
HIMEJI = DASHBOARD.copy()
HIMEJI.loc[
    HIMEJI["code"] == "28201",
    ["policy", "structure", "training_for_all", "rpa", "telework", "mynumber_cards"],
] = np.nan
BY_CODE = HIMEJI.set_index("code")
HEARING = dxkit.load("hearing_example")
FRAMEWORK = dxkit.load("indicators_hearing")
COUNTRIES = dxkit.load("technology_index").set_index("country")
TECHNOLOGY = dxkit.load("indicators_technology")
VALUES = {"values": HIMEJI, "indicators": ITEMS}
COMPLETE = DASHBOARD.dropna(axis=1)

RECORDED = dxkit.load("recorded_answers")
CHECK_ANSWERS = answers.check_answers
CHECKED = CHECK_ANSWERS(
    RECORDED[RECORDED["table"] == "municipalities"], {"municipalities": PLAIN_TOWNS}
)
VILLAGES = (
    dxkit.load("villages")
    .drop_duplicates("place")
    .iloc[100:148]
    .reset_index(drop=True)[["place", "code", "lat", "lon"]]
)
# people invented, with ties: several places have the same number
VILLAGES["people"] = np.arange(len(VILLAGES)) % 7 * 10.0 + 10
BASES = (
    dxkit.load("stations")
    .drop_duplicates("station")
    .iloc[::30]
    .reset_index(drop=True)
    .rename(columns={"station": "base"})[["base", "name", "lat", "lon"]]
)
# two candidates at one place are equally good and equally near: only their names tell them apart
BASES = pd.concat(
    [BASES, BASES.iloc[[2, 5]].assign(base=lambda table: table["base"] + "（裏）")],
    ignore_index=True,
)
SITES = {"demand": VILLAGES, "candidates": BASES}
PLACES = {"demand": VILLAGES, "bases": BASES}
DRONE = dxkit.load("drone_types").head(1)
WIND = dxkit.load("wind_normals").query("station in ['香住', '豊岡']").reset_index(drop=True)
GROUND = dxkit.load("elevation").iloc[::7].reset_index(drop=True)

RESIDENTS, SHELTER, TRUTH = linkage.synth_registers(120, seed=1)
LINKS = linkage.link(RESIDENTS, SHELTER)

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

LICENCES = PLAIN_TOWNS.tail(9)[["code", "name"]].assign(
    licences=[3, 3, 8, 3, 12, 8, 3, 40, 8], people=PLAIN_TOWNS["people_2020"].tail(9)
)
PRICES = pd.DataFrame({"from_count": [1, 50, 200], "unit_yen": [26_400, 22_000, 18_700]})
FEES = costs.fee(PLAIN_TOWNS)[["code", "name", "fee_yen_year"]]
PROGRESS = dxkit.load("progress").query("code < '28204'").reset_index(drop=True)
EXTENSIONS = dxkit.load("extensions").query("code < '28204'")
STEPS = {"progress": PROGRESS, "extensions": EXTENSIONS}
VENDORS = dxkit.load("vendors_example").query("code < '28204'")
MEMBERSHIPS = (
    dxkit.load("themes").rename(columns={"theme": "group"})[["code", "group"]].assign(kind="theme")
)
ATTENDANCE = pd.DataFrame(
    {"meeting": [1, 1, 1, 2, 2], "group": [1, 1, 2, 1, 1], "code": TOWNS["code"].head(5)}
)
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
NEED_TEXTS = pd.read_csv(ROOT / "tests" / "support" / "needs.csv").head(4)
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
KIT_PRICES = dxkit.load("kit_prices").query("kit == 'school'").reset_index(drop=True)
TALENT = dxkit.load("talent_example").head(12)
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
CHARACTERS = pd.DataFrame(
    {
        "code": ["28201", "28202", "28202", "28203"],
        "character": ["髙", "髙", "囯", chr(0xE001)],
        "people": [3.0, 2.0, 1.0, 1.0],
    }
)
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
VOTES = pd.DataFrame(
    np.where(np.add.outer(np.arange(14) % 2, np.arange(9)) % 3 == 0, 1.0, -1.0),
    index=pd.Index([f"v{number:02}" for number in range(14)], name="voter"),
    columns=[f"i{number}" for number in range(9)],
)
VOTES.iloc[3, 2] = VOTES.iloc[9, 7] = np.nan
VOTES.iloc[5:8, 0] = 0.0
RATINGS = pd.DataFrame(
    [[3, 2, 2, 1], [3, 3, 1, 1], [2, 3, 1, 2]], index=list("甲乙丙"), columns=list("wxyz")
)
ANSWERS = HEARING[HEARING["item"].isin(HEARING["item"].unique()[:6])].reset_index(drop=True)
MINI_FRAMEWORK = FRAMEWORK[
    FRAMEWORK["indicator"].isin([*HEARING["item"].unique()[:6]])
    | FRAMEWORK["indicator"].isin(
        FRAMEWORK.set_index("indicator").loc[HEARING["item"].unique()[:6], "parent"].unique()
    )
].reset_index(drop=True)
ASSUMED = pd.DataFrame(
    {
        "assumption": ["speed", "wind"],
        "value": [50.0, 5.0],
        "low": [40.0, 2.0],
        "high": [60.0, 8.0],
        "source": ["", "気象庁"],
    }
)


# --- calls that take more than a line --------------------------------------------------------------------------------


def intervals_of(values, indicators, answers=None):
    result = maturity.rank_intervals(values, indicators, answers=answers, draws=60)
    # an array has no labels: each draw's ranks under the codes of their columns
    ranks = pd.DataFrame(result.ranks.T, index=result.table.index)
    return result.table, ranks, result.above, result.first(5)


def siting_of(find, demand, candidates, **options):
    siting = find(demand, candidates, **options)
    # what has the user's rows is read under the places' names
    return dataclasses.replace(
        siting,
        covered=by_code(siting.covered, demand["place"]),
        assigned=by_code(siting.assigned, demand["place"]),
    )


def budget_curve_of(demand, candidates):
    curve = drones.budget_curve(demand, candidates, counts=3, range_km=8)
    # a cell lists bases in the order of the user's rows
    return curve.assign(bases=curve["bases"].map(sorted))


def dedupe_of(records):
    found = linkage.dedupe(records)
    # which of two entries is the earlier one is what the order of a list says (see its docstring)
    pairs = [
        "・".join(sorted(pair)) for pair in zip(found["left_id"], found["right_id"], strict=True)
    ]
    persons = pd.concat(
        [
            found[["left_id", "person"]].set_axis(["id", "person"], axis=1),
            found[["right_id", "person"]].set_axis(["id", "person"], axis=1),
        ]
    )
    return (
        found[["probability", "weight"]].set_axis(pd.Index(pairs, name="pair")),
        sorted("・".join(sorted(set(part))) for _, part in persons.groupby("person")["id"]),
    )


def share_of(licences, prices):
    found = costs.share(licences, prices, minimum=10)
    # tuples go by the user's rows
    return dataclasses.replace(
        found, exact={rule: sorted(parts) for rule, parts in found.exact.items()}
    )


def severity_of(answers):
    severity = maturity.rater_severity(answers)
    return severity, severity.adjust(answers)


def scores_of(values, indicators):
    return maturity.score(values, indicators)


def change_of(before, after, indicators):
    return maturity.change(maturity.score(before, indicators), maturity.score(after, indicators))


def next_steps_of(answers, framework, municipalities):
    scores = maturity.score(maturity.values_of(answers), framework)
    names = municipalities.set_index("code")["name"]
    alike = maturity.peers(municipalities, "28585", count=12)
    return maturity.next_steps(scores, "28585", framework=framework, peers=alike, names=names)


def simulate_of(policies):
    return sharing.simulate(NOTO, policies=policies, draws=3)


def outcome_of(policies):
    outcome = simulate_of(policies)
    # tuples go by the policies' rows
    names = [rule.name for rule in outcome.rules]
    traces = dict(zip(names, outcome.traces, strict=True))
    return (
        dataclasses.replace(outcome, rules=(), traces=()),
        dict(zip(names, outcome.rules, strict=True)),
        traces,
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


# who sat where last month
EARLIER_SEATS = pd.DataFrame(
    {"round": 1, "group": [1, 1, 1, 1, 2, 2, 2, 2], "code": list(FEW_TOWNS["code"].head(8))}
)


def form_of(members, **options):
    return groups.form(
        members, size=(3, 4), alike={"people_2020": 1.0}, different="kind", **options
    )


def groups_of(members):
    made = form_of(members)
    return made, groups.explain(made), groups.replan(made, absent=["28222"])


FORECAST = progress.forecast
LAGGING = progress.lagging


def lagging_of(progress, extensions, municipalities, rules):
    told = FORECAST(progress, extensions, draws=40)
    return LAGGING(progress, extensions, forecast=told, municipalities=municipalities, rules=rules)


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


def show_of(table):
    shown = schema.show(
        table.set_index("code"), columns=["name", "kind", "people_2020", "habitable_share"]
    )
    return sorted(str(shown).splitlines()), "".join(sorted(shown._repr_html_())), shown.to_frame()


def flips_of(assumptions):
    found = FLIPS(lambda values: values["speed"] > 9 * values["wind"], assumptions, draws=20)
    return found, {name: value for name, value in found.attrs.items() if name != "settings"}


FLIPS = assumptions.flips
ASSUMPTION_TABLE = assumptions.table


def by_code(answer, codes):
    """An answer in the order of the rows of a table, under the codes of that table."""
    return answer.set_axis(codes.astype(str).to_numpy())


STAFF_OF_TOWNS = (
    PLAIN_TOWNS[["code", "name"]].head(8).assign(staff=[1.0, 2.5, np.nan, 4, 2, 1, 3, 9])
)
KNOWN = pd.DataFrame({"code": ["28209", "28210"], "system": "電子申告", "joined": [True, False]})
HANDOVERS = pd.DataFrame(
    {
        "giver": ["県", "他の市町", "国", "host"],
        "receiver": ["避難元市町", "避難元市町", "県", "home"],
        "what": ["所在", "要配慮情報", "所在", "whereabouts"],
    }
)
RUNWAYS = dxkit.load("runways")
COSTS = dxkit.load("delivery_costs")
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
OFFICES = FEW_TOWNS[["code", "name", "area", "office_lat", "office_lon"]]

# what the quick suite tries on answers of 0.1 s and more, and on those of 0.5 s and more; all changes run in CI
SOME = ("memory by column", "rows shuffled", "columns shuffled", "float32", "object dtypes")
FEW = ("rows shuffled", "object dtypes")

FIRST_ROW = dict.fromkeys(
    ("table: rows reversed", "table: rows shuffled"),
    "of several rows of the law that fit, the first decides (docstring of grounds)",
)
CASES = {
    # maturity
    "maturity.score": Case(VALUES, scores_of),
    "maturity.score, codes in the index": Case({"values": BY_CODE, "indicators": ITEMS}, scores_of),
    "maturity.score by ranks, geometric, imputed": Case(
        VALUES,
        lambda values, indicators: maturity.score(
            values, indicators, normalise="rank", aggregate="geometric", impute="neighbours"
        ),
    ),
    "maturity.plain_framework": Case({"values": VALUES["values"]}, maturity.plain_framework),
    "maturity.rank_intervals": Case(VALUES, intervals_of),
    "maturity.rank_intervals with severity": Case(
        {"answers": ANSWERS, "indicators": MINI_FRAMEWORK},
        lambda answers, indicators: intervals_of(maturity.values_of(answers), indicators, answers),
        quick=SOME,
    ),
    "maturity.sensitivity": Case(
        VALUES,
        lambda values, indicators: maturity.sensitivity(values, indicators, draws=4),
        quick=FEW,
    ),
    "maturity.robust_order": Case(
        {"values": COUNTRIES.head(9), "indicators": TECHNOLOGY},
        maturity.robust_order,
    ),
    "maturity.benefit_of_doubt": Case(
        {"values": COUNTRIES, "indicators": TECHNOLOGY},
        maturity.benefit_of_doubt,
        quick=SOME,
    ),
    "maturity.leave_one_out": Case(VALUES, maturity.leave_one_out),
    "maturity.draw_weights": Case(
        {"indicators": ITEMS}, lambda indicators: maturity.draw_weights(indicators, draws=5)
    ),
    "maturity.reweight": Case(
        {"indicators": TECHNOLOGY, "values": COUNTRIES},
        lambda indicators, values: maturity.reweight(indicators, method="pca", values=values),
    ),
    "maturity.reweight by comparisons": Case(
        {
            "indicators": TECHNOLOGY,
            "comparisons": pd.DataFrame(
                [[1.0, 3.0, 2.0], [1 / 3, 1.0, 0.5], [0.5, 2.0, 1.0]],
                index=pd.Index(["patents", "internet", "exports"], name="indicator"),
                columns=["patents", "internet", "exports"],
            ),
        },
        lambda indicators, comparisons: maturity.reweight(
            indicators, method="ahp", comparisons=comparisons
        ),
    ),
    "maturity.typology": Case(
        {"values": COMPLETE}, lambda values: maturity.typology(values, draws=12), quick=SOME
    ),
    "maturity.values_of": Case({"answers": ANSWERS}, maturity.values_of),
    "maturity.rater_severity": Case({"answers": ANSWERS}, severity_of),
    "maturity.agreement": Case(
        {"answers": ANSWERS}, lambda answers: maturity.agreement(answers, draws=30)
    ),
    "maturity.peers": Case(
        {"municipalities": TOWNS},
        lambda municipalities: maturity.peers(municipalities, "28585", count=12),
    ),
    "maturity.population_band": Case(
        {"municipalities": TOWNS},
        lambda municipalities: by_code(
            maturity.population_band(municipalities), municipalities["code"]
        ),
    ),
    "maturity.competition_ranks": Case(
        {"scores": BY_CODE[["frequent_online"]]},
        lambda scores: maturity.competition_ranks(scores["frequent_online"]),
    ),
    "maturity.correlations": Case(
        VALUES, lambda values, indicators: maturity.correlations(scores_of(values, indicators))
    ),
    "maturity.consistency": Case(
        VALUES,
        lambda values, indicators: maturity.consistency(scores_of(values, indicators), draws=40),
    ),
    "maturity.outranking": Case(
        VALUES, lambda values, indicators: maturity.outranking(scores_of(values, indicators))
    ),
    "maturity.change": Case(
        {"before": HIMEJI, "after": DASHBOARD, "indicators": ITEMS}, change_of, quick=SOME
    ),
    "maturity.next_steps": Case(
        {"answers": ANSWERS, "framework": MINI_FRAMEWORK, "municipalities": TOWNS},
        next_steps_of,
        quick=SOME,
    ),
    # sharing
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
    # drones
    "drones.reach": Case(PLACES, lambda demand, bases: drones.reach(demand, bases, range_km=8)),
    "drones.best_bases": Case(
        SITES, lambda **tables: siting_of(drones.best_bases, **tables, count=3, range_km=8)
    ),
    "drones.fewest_bases": Case(
        SITES, lambda **tables: siting_of(drones.fewest_bases, **tables, range_km=12, share=0.6)
    ),
    "drones.backup": Case(
        SITES, lambda **tables: siting_of(drones.backup, **tables, count=3, range_km=12)
    ),
    "drones.budget_curve": Case(SITES, budget_curve_of),
    "drones.median_bases": Case(
        SITES, lambda **tables: siting_of(drones.median_bases, **tables, count=3)
    ),
    "drones.centre_bases": Case(
        SITES, lambda **tables: siting_of(drones.centre_bases, **tables, count=3)
    ),
    "drones.robustness": Case(
        {"demand": VILLAGES, "bases": BASES.head(4)},
        lambda demand, bases: drones.robustness(demand, bases, range_km=8),
    ),
    "drones.need": Case(
        {"demand": VILLAGES, "services": BASES},
        lambda demand, services: drones.need(demand, services, near_km=5),
    ),
    "drones.flyable": Case(
        {"stations": WIND, "drone": DRONE},
        drones.flyable,
    ),
    "drones.terrain_distances": Case(
        {"demand": VILLAGES, "bases": BASES, "elevation": GROUND, "drone": DRONE},
        drones.terrain_distances,
    ),
    "drones.compare_modes": Case(
        {"costs": dxkit.load("delivery_modes")},
        lambda costs: drones.compare_modes(costs, households=40, distance_km=8),
    ),
    "drones.first_trials": Case(
        {
            "demand": VILLAGES.assign(in_need=VILLAGES["people"]),
            "bases": BASES,
            "costs": dxkit.load("delivery_modes"),
        },
        lambda demand, bases, costs: drones.first_trials(
            demand, bases, costs, range_km=6, draws=20
        ),
    ),
    "drones.circles": Case({"points": BASES}, lambda points: drones.circles(points, radius_km=2.0)),
    "drones.runway_strips": Case(
        {"runways": RUNWAYS},
        lambda runways: drones.runway_strips(runways, beyond_km=3.0, half_width_km=0.3),
    ),
    "drones.cost_per_delivery": Case(
        {"costs": COSTS},
        lambda costs: drones.cost_per_delivery(costs, distance_km=5, deliveries_per_day=[5, 20]),
    ),
    "drones.endurance_min, flight_range, flight_shape, power_exponent": Case(
        {"drone": DRONE},
        lambda drone: (
            drones.endurance_min(drone, 0.5),
            drones.flight_range(drone, payload_kg=0.5, wind_ms=3.0),
            drones.flight_shape(drone, payload_kg=0.5, wind_ms=3.0, step_deg=45),
            drones.power_exponent(drone),
        ),
    ),
    # groups
    "groups.form, explain, replan": Case({"members": FEW_TOWNS}, groups_of, quick=SOME),
    "groups.form, one attribute blank": Case(
        {
            "members": FEW_TOWNS.assign(
                people_2020=FEW_TOWNS["people_2020"].where(FEW_TOWNS.index != 3)
            )
        },
        form_of,
        quick=("rows shuffled", "pyarrow dtypes"),
    ),
    "groups.score": Case(
        {"members": FEW_TOWNS.assign(group=[row % 2 + 1 for row in range(len(FEW_TOWNS))])},
        lambda members: groups.score(members, size=(3, 4), alike="people_2020", different="kind"),
        quick=("rows shuffled",),
    ),
    "groups.next_round": Case(
        {"members": FEW_TOWNS.head(8), "history": EARLIER_SEATS},
        lambda members, history: groups.next_round(members, history, size=4, alike="people_2020"),
        quick=("rows shuffled",),
    ),
    "groups.rotate": Case(
        {"members": FEW_TOWNS.head(9)},
        lambda members: groups.rotate(members, rounds=2, size=3, alike="people_2020"),
        quick=("rows shuffled",),
    ),
    "groups.tradeoff": Case(
        {"members": FEW_TOWNS.head(8)},
        lambda members: groups.tradeoff(
            members, rounds=2, size=4, alike="people_2020", penalties=[1.0]
        ),
        quick=("rows shuffled",),
    ),
    # support
    "support.costs.bundle": Case(
        {"licences": LICENCES, "prices": PRICES},
        lambda licences, prices: costs.bundle(licences, prices, minimum=10, handling_yen=20_000),
    ),
    "support.costs.contract_costs": Case(
        {"prices": PRICES}, lambda prices: costs.contract_costs(prices, 60)
    ),
    "support.costs.share": Case(
        {"licences": LICENCES, "prices": PRICES},
        share_of,
    ),
    "support.costs.kit": Case(
        {"members": dxkit.load("school_example"), "prices": KIT_PRICES},
        lambda members, prices: dataclasses.replace(
            costs.kit(members, prices, units="teachers", minimum=100), split=None
        ),
        quick=FEW,
    ),
    "support.costs.support_forms": Case(
        {"values": HIMEJI},
        # the forms are read in their order: the strongest comes first
        lambda values: costs.support_forms(values, dxkit.load("support_forms")),
        quick=FEW,
    ),
    "support.costs.talent_pool": Case(
        {"needs": TALENT, "assumptions": dxkit.load("talent_assumptions")},
        lambda needs, assumptions: costs.talent_pool(needs, assumptions, years=2).table,
        quick=("rows shuffled",),
    ),
    "support.costs.fee": Case({"municipalities": PLAIN_TOWNS}, costs.fee),
    "support.costs.fee_limits": Case({"municipalities": PLAIN_TOWNS}, costs.fee_limits, quick=FEW),
    "support.costs.participation": Case(
        {"systems": dxkit.load("shared_systems"), "municipalities": PLAIN_TOWNS, "known": KNOWN},
        lambda systems, municipalities, known: costs.participation(
            systems, municipalities, known_participation=known
        ),
        quick=FEW,
    ),
    "support.costs.gain": Case(
        {"fees": FEES, "present": pd.DataFrame({"code": TOWNS["code"], "yen": 200_000.5})},
        lambda fees, present: costs.gain(
            fees, present.set_index("code")["yen"], joined={"28365": 0.25}, switch_yen=500_000
        ),
    ),
    "support.costs.outliers": Case({"estimates": dxkit.load("estimates_example")}, costs.outliers),
    "support.costs.evaluate_outlier_methods": Case(
        {"municipalities": PLAIN_TOWNS},
        lambda municipalities: costs.evaluate_outlier_methods(municipalities, repeats=6),
    ),
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
    # linkage
    "linkage.identify_characters": Case({"characters": CHARACTERS}, linkage.identify_characters),
    "linkage.share_characters": Case({"characters": CHARACTERS}, linkage.share_characters),
    "linkage.link": Case(
        {"left": RESIDENTS, "right": SHELTER},
        linkage.link,
        quick=("rows shuffled",),
    ),
    "linkage.dedupe": Case(
        {"records": SHELTER},
        dedupe_of,
        quick=("rows shuffled",),
    ),
    "linkage.normalise": Case({"records": SHELTER}, linkage.normalise),
    "linkage.evaluate": Case({"links": LINKS, "truth": TRUTH}, linkage.evaluate),
    "linkage.missed_by_kind": Case(
        {"links": LINKS, "truth": TRUTH, "left": RESIDENTS, "right": SHELTER},
        linkage.missed_by_kind,
        quick=FEW,
    ),
    "linkage.review_plan": Case(
        {"links": LINKS}, lambda links: linkage.review_plan(links, staff_hours=0.1)
    ),
    # regions
    "regions.coast_distance": Case(
        {"points": VILLAGES.head(12)},
        lambda points: by_code(regions.coast_distance(points), points["place"]),
    ),
    "regions.locate": Case(
        {"points": VILLAGES},
        lambda points: by_code(regions.locate(points), points["place"]),
    ),
    # schema, loaders
    "schema.validate": Case(
        {"table": TOWNS}, lambda table: schema.validate(table, "municipalities")
    ),
    "schema.validate the progress": Case(
        {"table": PROGRESS}, lambda table: schema.validate(table, "progress")
    ),
    "schema.carry_provenance, merge_provenance, is_made": Case(
        {"table": PROGRESS},
        lambda table: (
            schema.carry_provenance(pd.DataFrame({"x": [1]}), table).attrs,
            schema.merge_provenance(table),
            schema.is_made(table),
        ),
    ),
    "loaders.label": Case({"table": TOWNS}, dxkit.label),
    "schema.show": Case({"table": TOWNS}, show_of),
    # assumptions
    "assumptions.table": Case({"rows": ASSUMED}, ASSUMPTION_TABLE),
    "assumptions.flips": Case({"assumptions": ASSUMED}, flips_of),
    # store
    "store.kendall_w": Case({"ratings": RATINGS}, store.kendall_w),
    "store.opinion_groups": Case({"votes": VOTES}, store.opinion_groups),
    "store.opinion_plane": Case({"votes": VOTES}, store.opinion_plane),
}

# packages whose functions only draw what others have computed, or read files
EXEMPT_PACKAGES = {
    "charts": "draws pictures of answers that stand above",
    "maps": "draws maps of answers that stand above",
    "widgets": "shows answers that stand above in a notebook",
    "reports": "writes answers that stand above into files",
}
EXEMPT = {
    "assumptions.doubt": "is the tool itself (tests/assumptions/test_assumptions_doubt.py)",
    "assumptions.multiverse": "takes choices and no table",
    "loaders.all_municipalities": "takes no table",
    "loaders.catalog": "takes no table",
    "loaders.compare_with_shipped": "takes a name",
    "loaders.data_folder": "takes no table",
    "loaders.list_newer_files": "takes no table",
    "loaders.load_shipped": "takes a name",
    "loaders.decode_text": "reads a file's bytes",
    "loaders.describe": "takes a name",
    "loaders.describe_reading": "reads a file",
    "loaders.find_municipality": "takes a word",
    "loaders.my_town": "takes a word",
    "loaders.user_folder": "takes no table",
    "loaders.fetch": "downloads a file",
    "loaders.identify": "reads a file",
    "loaders.list_headings": "reads a file",
    "loaders.is_former_name": "takes a word",
    "loaders.load": "takes a name",
    "loaders.municipality_name": "takes a word",
    "loaders.find_prefecture": "takes a word",
    "loaders.list_unvisited": "takes a word",
    "loaders.name_municipalities": "takes a word",
    "loaders.resolve_prefecture": "takes a word",
    "loaders.read": "reads a file",
    "loaders.resolve_municipality": "takes a word",
    "loaders.write_hearing_form": "writes a file",
    "maturity.describe_value": "writes a sentence on one row (tests/test_my_town.py)",
    "maturity.hearing_trial": "invents its tables",
    "schema.accepts_any_table": "decorates a function; tests/test_pandas_manners.py tries it",
    "schema.drop_old_names": "takes names",
    "schema.is_old": "takes two texts",
    "schema.today": "takes no table",
    "schema.write_age_note": "reads what attrs say",
    "schema.find_schema": "takes a name",
    "schema.hash_table": "tells layouts apart: another order of the rows is another table",
    "schema.read_source_note": "takes one text",
    "schema.to_table": "reads layouts as they lie; tests/test_pandas_manners.py tries it",
    "schema.write_methods": "writes what the answer's attrs say; tests/test_methods.py tries it",
    "schema.heading": "takes a word",
    "schema.map_headings": "takes words",
    "schema.plain_cell": "takes one cell",
    "schema.safe_cell": "takes one cell",
    "schema.writable_text": "takes one text",
    "schema.write_sheets": "writes a file",
    "loaders.write_table": "writes a file",
    "sharing.default_policies": "takes no table",
    "sharing.borrow_evidence": "takes a scenario; simulate has a case",
    "sharing.movement_evidence": "takes no table",
    "sharing.ordinances": "takes no table",
    "sharing.policy_assumptions": "takes no table",
    "sharing.build_policy_conclusions": "returns functions of numbers; simulate has a case",
    "sharing.raci": "takes no table",
    "sharing.read_scenario": "reads files",
    "sharing.run_person_engine": "is what simulate runs with engine='person', which has a case",
    "sharing.scenario_names": "takes no table",
    "store.check_text": "takes one cell",
    "store.check_vote": "takes one cell",
    "store.is_practice": "takes one name",
    "store.practise": "invents its votes",
    "linkage.agreement_levels": "takes no table",
    "linkage.error_kinds": "takes no table",
    "linkage.synth_registers": "invents its tables",
    "regions.areas": "takes no table",
    "regions.mesh": "takes mesh codes",
    "regions.municipalities": "takes no table",
    "regions.neighbours": "takes no table",
    "regions.within": "takes codes",
    "support.costs.core_objection": "takes numbers by position",
    "support.costs.nucleolus": "takes numbers by position",
    "support.costs.shapley": "takes numbers by position",
    "support.progress.rules": "takes no table",
    "support.training.write_calendar": "writes a file",
    "loaders.write_form": "writes files",
    "support.progress.trial": "invents its tables",
}
PACKAGES = (
    "assumptions",
    "drones",
    "groups",
    "linkage",
    "loaders",
    "maturity",
    "regions",
    "schema",
    "sharing",
    "store",
    *(
        f"support.{name}"
        for name in (
            "costs",
            "liaison",
            "matching",
            "network",
            "procedures",
            "process",
            "progress",
            "security",
            "training",
        )
    ),
)


def public_functions():
    """Every public function of the packages that compute: package.name."""
    for package in PACKAGES:
        module = importlib.import_module(f"dxkit.{package}")
        names = getattr(module, "__all__", None) or [
            name
            for name, thing in vars(module).items()
            if not name.startswith("_") and getattr(thing, "__module__", "") == module.__name__
        ]
        for name in names:
            thing = getattr(module, name)
            if callable(thing) and not inspect.isclass(thing):
                yield f"{package}.{name}"


def functions_of(case):
    """The functions that a case names: "package.first, second", with words after them."""
    package, _, rest = (
        case.rpartition(".") if "," not in case else case.split(",")[0].rpartition(".")
    )
    first, *more = [
        part.strip() for part in f"{rest}{case[len(package) + 1 + len(rest) :]}".split(",")
    ]
    return {f"{package}.{name.split(' ')[0]}" for name in [first, *more] if name}


def test_every_public_function_has_a_case_or_a_reason():
    covered = set().union(*(functions_of(name) for name in CASES))
    functions = set(public_functions())
    readers = {name for name in functions if name.startswith("loaders.read_")}
    assert sorted(functions - covered - set(EXEMPT) - readers) == []
    # no reason outlives its function, and none stands beside a case
    assert sorted(set(EXEMPT) - functions) == []
    assert sorted(set(EXEMPT) & covered) == []
    # whatever is public is in one of the lists
    below = {name for name in dxkit._MODULES if name not in ("codes", "errors", "support")}
    assert below <= {package.split(".")[0] for package in PACKAGES} | set(EXEMPT_PACKAGES)


def report_of(name, *, quick=False):
    case = CASES[name]
    options = {"changes": case.quick} if quick and case.quick else {}
    report = assumptions.doubt(case.call, case.tables, **options)
    key = report["table"] + ": " + report["change"]
    report["allowed"] = key.isin(case.contract)
    return report


@pytest.mark.parametrize("name", CASES)
def test_an_answer_does_not_hang_on_how_its_tables_lie(name):
    report = report_of(name, quick=True)
    wrong = report[~report["outcome"].isin(["same", "not applicable"]) & ~report["allowed"]]
    assert wrong.empty, wrong.drop(columns="allowed").to_string()


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.quick])
def test_a_slow_answer_does_not_hang_on_any_change_either(name):
    report = report_of(name)
    wrong = report[~report["outcome"].isin(["same", "not applicable"]) & ~report["allowed"]]
    assert wrong.empty, wrong.drop(columns="allowed").to_string()


# --- hash seeds and threads: what only a process of its own can have ------------------------------------------------


def plain(answer):  # noqa: PLR0911 - one line a kind of answer
    """An answer as what JSON can hold, rows in the order they have."""
    if isinstance(answer, pd.DataFrame):
        frame = pd.DataFrame(answer)
        return {
            str(column): plain(frame.iloc[:, at].tolist())
            for at, column in enumerate(frame.columns)
        } | {"index": plain(frame.index.tolist())}
    if isinstance(answer, pd.Series):
        return plain(answer.to_frame("value"))
    if isinstance(answer, Mapping):
        return {str(key): plain(value) for key, value in answer.items()}
    if isinstance(answer, list | tuple):
        return [plain(value) for value in answer]
    if isinstance(answer, np.ndarray):
        return plain(answer.tolist())
    if dataclasses.is_dataclass(answer):
        return {
            field.name: plain(getattr(answer, field.name)) for field in dataclasses.fields(answer)
        }
    if isinstance(answer, bool | np.bool_):
        return bool(answer)
    if isinstance(answer, int | float | Fraction | np.number):
        return float(answer)
    if hasattr(answer, "edges"):
        return sorted([*edge[:2], plain(edge[2])] for edge in answer.edges(data=True))
    return None if answer is None or answer is pd.NA else str(answer)


def differences(before, after, place=""):
    """Where two plain answers differ by more than 1e-9."""
    if isinstance(before, dict) and isinstance(after, dict):
        return [
            where
            for key in {**before, **after}
            for where in differences(before.get(key), after.get(key), f"{place}.{key}")
        ]
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        return [
            where
            for at, pair in enumerate(zip(before, after, strict=True))
            for where in differences(*pair, f"{place}[{at}]")
        ]
    if isinstance(before, float) and isinstance(after, float):
        same = math.isclose(before, after, rel_tol=1e-9, abs_tol=1e-9) or (
            math.isnan(before) and math.isnan(after)
        )
    else:
        same = before == after
    return [] if same else [place]


def answers_under(hash_seed, threads, path):
    """All answers of a process with this hash seed and number of threads."""
    environment = dict(os.environ) | {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT)}
    environment |= dict.fromkeys(
        ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), threads
    )
    command = [sys.executable, str(Path(__file__).resolve()), "--answers", str(path)]
    return subprocess.Popen(command, env=environment, cwd=ROOT)


def test_no_answer_hangs_on_the_hash_seed_or_the_number_of_threads(tmp_path):
    paths = [tmp_path / "first.json", tmp_path / "second.json"]
    runs = [answers_under(str(at), str(at + 1), path) for at, path in enumerate(paths)]
    assert [run.wait() for run in runs] == [0, 0]
    first, second = (json.loads(path.read_text(encoding="utf-8")) for path in paths)
    assert set(first) == set(CASES)
    assert differences(first, second) == []


def test_the_comparison_of_processes_can_fail():
    frame = pd.DataFrame({"a": [1.0, np.nan], "b": ["x", None]})
    moved = frame.assign(a=[1.0 + 1e-6, np.nan])
    assert differences(plain(frame), plain(frame.copy())) == []
    assert differences(plain(frame), plain(moved)) == [".a[0]"]
    assert differences(plain({"t": frame}), plain({"t": frame.iloc[::-1]})) != []


# --- the table for people --------------------------------------------------------------------------------------------


@cache
def change_names():
    report = assumptions.doubt(lambda t: t, pd.DataFrame({"a": [1.0]}))
    return list(dict.fromkeys(report["change"]))


def summarise(names):
    """Functions × changes: how many tables' answers moved (M), were refused (R) or crashed (E)."""
    letters = {"moved": "M", "refused": "R", "error": "E", "same": ".", "not applicable": " "}
    rows = {}
    for name in names:
        try:
            report = report_of(name)
        except Exception as error:  # noqa: BLE001 - a case that cannot even run is what the table is for
            rows[name] = {"one thread": f"!{type(error).__name__}"}
            print(f"## {name}: {type(error).__name__}: {error}"[:600], flush=True)
            continue
        report["letter"] = report["outcome"].map(letters).where(~report["allowed"], "(c)")
        rows[name] = (
            report.groupby("change")["letter"]
            .agg(lambda part: "".join(part).strip() or " ")
            .to_dict()
        )
        for row in report[
            ~report["outcome"].isin(["same", "not applicable"]) & ~report["allowed"]
        ].itertuples():
            print(
                f"## {name}: {row.table}: {row.change}: {row.outcome} {row.largest_difference:.2g} {row.place}"[
                    :400
                ],
                flush=True,
            )
    return pd.DataFrame.from_dict(rows, orient="index").reindex(columns=change_names()).fillna(" ")


def main(arguments):
    if arguments[:1] == ["--answers"]:
        answers = {name: plain(case.call(**case.tables)) for name, case in CASES.items()}
        Path(arguments[1]).write_text(json.dumps(answers, ensure_ascii=False), encoding="utf-8")
        return
    names = [name for name in CASES if not arguments or any(word in name for word in arguments)]
    print(summarise(names).to_string())


if __name__ == "__main__":
    main(sys.argv[1:])
