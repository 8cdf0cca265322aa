"""What is computed from invented data says so, in every table of every answer."""

from dataclasses import fields, is_dataclass

import pandas as pd
import pytest

import dxkit
from dxkit import maturity

TRIAL = maturity.hearing_trial(seed=2, n_municipalities=12, n_items=12, n_dimensions=3)
LEVELS, FRAME, ANSWERS = TRIAL.levels, TRIAL.indicators, TRIAL.answers


def _towns():
    towns = dxkit.load("municipalities")
    towns.attrs = {**towns.attrs, "made": True}
    return towns


def _scores(**options):
    return maturity.score(LEVELS, FRAME, **options)


def _comparisons():
    names = FRAME["indicator"].tolist()[:2]
    return pd.DataFrame(1.0, index=names, columns=names)


def _firm():
    return maturity.rank_intervals(LEVELS, FRAME, draws=20)


CALLS = {
    "agreement": lambda: maturity.agreement(ANSWERS, draws=5),
    "benefit_of_doubt": lambda: maturity.benefit_of_doubt(LEVELS, FRAME),
    "change": lambda: maturity.change(_scores(), _scores()),
    "competition_ranks": lambda: maturity.competition_ranks(_scores().total),
    "consistency": lambda: maturity.consistency(_scores(), draws=5),
    "correlations": lambda: maturity.correlations(_scores()),
    "draw_weights": lambda: maturity.draw_weights(FRAME, draws=3),
    "hearing_trial": lambda: TRIAL,
    "leave_one_out": lambda: maturity.leave_one_out(LEVELS, FRAME),
    "next_steps": lambda: maturity.next_steps(_scores(), LEVELS.index[0]),
    "outranking": lambda: maturity.outranking(_scores()),
    "plain_framework": lambda: maturity.plain_framework(LEVELS),
    "peers": lambda: maturity.peers(_towns(), "28201"),
    "population_band": lambda: maturity.population_band(_towns().set_index("code")),
    "rank_intervals": _firm,
    "rank_intervals.above": lambda: _firm().above,
    "rank_intervals.first": lambda: _firm().first(3),
    "rank_intervals.tiers": lambda: _firm().tiers,
    "rater_severity": lambda: maturity.rater_severity(ANSWERS),
    "rater_severity.adjust": lambda: maturity.rater_severity(ANSWERS).adjust(ANSWERS),
    "reweight": lambda: maturity.reweight(FRAME),
    "reweight ahp": lambda: maturity.reweight(FRAME, method="ahp", comparisons=_comparisons()),
    "reweight pca": lambda: maturity.reweight(FRAME, method="pca", values=LEVELS),
    "robust_order": lambda: maturity.robust_order(LEVELS, FRAME),
    "score": _scores,
    "score copeland": lambda: _scores(aggregate="copeland"),
    "sensitivity": lambda: maturity.sensitivity(LEVELS, FRAME, draws=4),
    "typology": lambda: maturity.typology(_scores().dimensions, n_types=2, draws=5),
    "values_of": lambda: maturity.values_of(ANSWERS),
}


def _tables(answer):
    if is_dataclass(answer):
        values = [getattr(answer, field.name) for field in fields(answer)]
        return [value for value in values if isinstance(value, pd.DataFrame | pd.Series)]
    return [answer]


def test_every_public_function_is_looked_at():
    # a sentence carries its mark in words: see below
    functions = {name for name in maturity.__all__ if name[0].islower()} - {"describe_value"}
    assert functions <= set(CALLS)


def test_a_sentence_on_an_invented_figure_says_so():
    name = LEVELS.columns[0]
    towns = dxkit.load("municipalities")
    code = towns["code"].iloc[3]
    levels = LEVELS[name].set_axis(towns["code"].head(len(LEVELS)))
    sentence = maturity.describe_value(levels, towns, code)
    assert sentence.startswith("（架空データ）")
    published = maturity.describe_value(
        dxkit.load("dashboard").set_index("code")["rpa"], towns, code
    )
    assert "架空" not in published


@pytest.mark.parametrize("name", CALLS)
def test_answers_from_invented_data_say_so(name):
    tables = _tables(CALLS[name]())
    assert tables
    assert all(table.attrs["made"] is True for table in tables)


def test_the_source_of_a_table_travels_with_its_scores():
    values, indicators = dxkit.load("dashboard"), dxkit.load("indicators_dashboard")
    total = maturity.score(values, indicators).total
    assert values.attrs["source"] in total.attrs["source"]
    assert "made" not in total.attrs
