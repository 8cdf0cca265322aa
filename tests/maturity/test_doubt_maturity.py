"""Does any answer about the scores and ranks hang on how its tables lie?"""

import pandas as pd
import pytest
from doubt_cases import FEW, SOME, Case, by_code, list_moved
from doubt_tables import DASHBOARD, HIMEJI, TOWNS

import dxkit
from dxkit import maturity

ITEMS = dxkit.load("indicators_dashboard")
BY_CODE = HIMEJI.set_index("code")
HEARING = dxkit.load("hearing_example")
FRAMEWORK = dxkit.load("indicators_hearing")
COUNTRIES = dxkit.load("technology_index").set_index("country")
TECHNOLOGY = dxkit.load("indicators_technology")
VALUES = {"values": HIMEJI, "indicators": ITEMS}
COMPLETE = DASHBOARD.dropna(axis=1)
ANSWERS = HEARING[HEARING["item"].isin(HEARING["item"].unique()[:6])].reset_index(drop=True)
MINI_FRAMEWORK = FRAMEWORK[
    FRAMEWORK["indicator"].isin([*HEARING["item"].unique()[:6]])
    | FRAMEWORK["indicator"].isin(
        FRAMEWORK.set_index("indicator").loc[HEARING["item"].unique()[:6], "parent"].unique()
    )
].reset_index(drop=True)


def intervals_of(values, indicators, answers=None):
    result = maturity.rank_intervals(values, indicators, answers=answers, draws=60)
    # an array has no labels: each draw's ranks under the codes of their columns
    ranks = pd.DataFrame(result.ranks.T, index=result.table.index)
    return result.table, ranks, result.above, result.first(5)


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


CASES = {
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
}


@pytest.mark.parametrize("name", CASES)
def test_an_answer_does_not_hang_on_how_its_tables_lie(name):
    assert list_moved(CASES[name], quick=True) == ""


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.quick])
def test_a_slow_answer_does_not_hang_on_any_change_either(name):
    assert list_moved(CASES[name]) == ""
