"""Is an option that is no such option one Japanese error, whatever kind of value stands there?

Each function is called as its users call it, with one option replaced by a value of another kind:
words, missing values, lists, tables, numbers beyond all bounds. Nothing may pass in silence, and
nothing may end in an error of another library.
"""

import datetime as dt
import re
from decimal import Decimal
from functools import cache

import numpy as np
import pandas as pd
import pytest

import dxkit
from dxkit import (
    assumptions,
    charts,
    codes,
    drones,
    groups,
    linkage,
    maturity,
    regions,
    schema,
    sharing,
)
from dxkit.errors import ChoiceError, DxkitError, TableError

JAPANESE = re.compile(r"[ぁ-ヿ一-鿿]")
# no option of any function below takes one of these
ODD_VALUES = {
    "a word": "いいえ",
    "a blank": "　",
    "NaN": float("nan"),
    "a complex number": 1j,
    "a decimal NaN": Decimal("NaN"),
    "NA": pd.NA,
    "NaT": pd.NaT,
    "a day": dt.date(2026, 1, 1),
    "bytes": b"x",
    "a list of nothing": [None],
    "a list of two kinds": [1, "a"],
    "lists of two lengths": [[1, 2], [3]],
    "a dictionary": {"x": None},
    "a number in an array": np.array(0.5),
    "two numbers": np.array([7.5, -8.5]),
    "four numbers": np.zeros((2, 2)),
    "a table": pd.DataFrame({"a": [1]}),
    "a function": len,
    "half a character": "a\ud800",
}


@cache
def dashboard():
    return dxkit.load("dashboard"), dxkit.load("indicators_dashboard")


@cache
def scores():
    return maturity.score(*dashboard())


@cache
def levels():
    framework = dxkit.load("indicators_hearing")
    return maturity.score(maturity.values_of(dxkit.load("hearing_example")), framework)


@cache
def scenario():
    return sharing.read_scenario("noto_2024").change(hours=24)


@cache
def grouping():
    # with room for latecomers
    return groups.form(list("abcdef"), size=(3, 4))


COUNTS = pd.DataFrame([[3, 40], [50, 60]], index=["a", "b"], columns=["x", "y"])
NEEDS = pd.DataFrame(
    [{"code": "28224", "skill": "名簿", "people": 1, "days": 5, "lat": 34.7, "lon": 135.2}]
)
STAFF = pd.DataFrame([{"staff": "A", "skills": "名簿", "days": 3, "lat": 34.7, "lon": 135.2}])
LINKS = pd.DataFrame({"left_id": ["1"], "right_id": ["2"], "probability": [0.7]})
PLACES = pd.DataFrame({"lat": [34.7, 34.8], "lon": [135.2, 135.3], "people": [30, 20]})
BASES = pd.DataFrame({"base": ["役場"], "lat": [34.7], "lon": [135.2]})
TOWNS = pd.DataFrame({"code": list("abcdef"), "people": [1, 9, 2, 8, 3, 7]})
LEDGER = [{"assumption": "a", "value": 2.0, "low": 0.0, "high": 3.0, "source": "例"}]
HEAT = pd.DataFrame([[1.0, 2.0], [3.0, 4.0]], index=["a", "b"], columns=["x", "y"])
ESTIMATES = pd.DataFrame(
    {"body": ["甲"], "people": [5000], "yen_per_person": [900], "verdict": ["fair"]}
)
FAIR = pd.DataFrame(
    {
        "people": [4000],
        "low_yen_per_person": [800],
        "middle_yen_per_person": [1000],
        "high_yen_per_person": [1300],
    }
)
DESIGN = pd.DataFrame({"policy": ["a", "b"], "switch_x": ["0", "1"]})
RESULTS = pd.DataFrame({"policy": ["a", "b"], "known": [0.1, 0.4]})

# name and option → a call with that option
CALLS = {
    ("maturity.agreement", "metric draws level"): lambda **option: maturity.agreement(
        maturity.hearing_trial(seed=1).answers, **option
    ),
    ("maturity.benefit_of_doubt", "low high of"): lambda **option: maturity.benefit_of_doubt(
        pd.DataFrame({"a": [4, 1], "b": [1, 3]}, index=["x", "y"]), **option
    ),
    ("maturity.change", "error level before after"): lambda **option: maturity.change(
        **{"before": scores(), "after": scores(), **option}
    ),
    ("maturity.consistency", "draws level seed"): lambda **option: maturity.consistency(
        scores(), **option
    ),
    ("maturity.correlations", "method scores"): lambda **option: maturity.correlations(
        **{"scores": scores(), **option}
    ),
    ("maturity.leave_one_out", "normalise aggregate"): lambda **option: maturity.leave_one_out(
        *dashboard(), **option
    ),
    ("maturity.next_steps", "scores count error certainty"): lambda **option: maturity.next_steps(
        **{"scores": levels(), "code": "28585", **option}
    ),
    ("maturity.outranking", "scores heading"): lambda **option: maturity.outranking(
        **{"scores": scores(), **option}
    ),
    ("maturity.plain_framework", "lower_is_better"): lambda **option: maturity.plain_framework(
        dashboard()[0], **option
    ),
    (
        "maturity.rank_intervals",
        "draws vary normalise aggregate levels n_donors level tier_level floor weight_noise",
    ): lambda **option: maturity.rank_intervals(*dashboard(), **{"draws": 20, **option}),
    ("maturity.reweight", "method components max_ratio"): lambda **option: maturity.reweight(
        dashboard()[1], **option
    ),
    ("maturity.robust_order", "low high normalise"): lambda **option: maturity.robust_order(
        dashboard()[0].dropna(axis=1), dashboard()[1], **option
    ),
    ("maturity.score", "normalise aggregate impute scale n_donors"): lambda **option: (
        maturity.score(*dashboard(), **option)
    ),
    ("maturity.sensitivity", "draws vary levels floor n_alternatives n_donors"): (
        lambda **option: maturity.sensitivity(*dashboard(), **{"draws": 8, **option})
    ),
    ("maturity.typology", "n_types draws max_types stable_from"): lambda **option: (
        maturity.typology(scores().dimensions.dropna(), **{"draws": 5, **option})
    ),
    ("sharing.audit", "rounding links hierarchy"): lambda **option: sharing.audit(
        sharing.suppress(COUNTS), **option
    ),
    ("sharing.suppress", "k rounding links hierarchy protection"): lambda **option: (
        sharing.suppress(COUNTS, **option)
    ),
    ("sharing.build_model", "scenario"): sharing.build_model,
    ("sharing.compare", "outcome"): sharing.compare,
    ("sharing.simulate", "scenario draws seed engine"): lambda **option: sharing.simulate(
        **{"scenario": scenario(), "policies": ["共有なし"], "draws": 1, **option}
    ),
    ("sharing.draw_outages", "model draws"): lambda **option: sharing.draw_outages(
        **{"model": sharing.build_model(scenario()), "draws": 1, "seed": 0, **option}
    ),
    ("sharing.dispatch", "max_km"): lambda **option: sharing.dispatch(NEEDS, STAFF, **option),
    ("sharing.may_disclose", "phase consent code"): lambda **option: sharing.may_disclose(
        "県", "避難元市町", "所在", **option
    ),
    ("sharing.ground_matrix", "category phase consent"): sharing.ground_matrix,
    ("sharing.replay", "name fit_until_hour"): lambda **option: sharing.replay(
        **{"name": "noto_2024", **option}
    ),
    ("sharing.switch_effects", "base"): lambda **option: sharing.switch_effects(
        DESIGN, RESULTS, measure="known", **option
    ),
    ("groups.form", "size alike different together apart spread count objective scale"): (
        lambda **option: groups.form(TOWNS, **{"size": 3, **option})
    ),
    ("groups.explain", "groups"): groups.explain,
    ("groups.replan", "groups absent"): lambda **option: groups.replan(
        **{"groups": grouping(), **option}
    ),
    ("groups.rotate", "rounds size alike different count"): lambda **option: groups.rotate(
        TOWNS, **{"rounds": 2, "size": 3, **option}
    ),
    ("groups.tradeoff", "penalties"): lambda **option: groups.tradeoff(
        TOWNS, rounds=2, size=3, alike="people", **option
    ),
    ("drones.best_bases", "count range_km fixed weight"): lambda **option: drones.best_bases(
        PLACES, BASES, **{"count": 1, "range_km": 5, **option}
    ),
    ("drones.budget_curve", "counts"): lambda **option: drones.budget_curve(
        PLACES, BASES, range_km=5, **option
    ),
    ("drones.robustness", "range_km payload_kg winds_ms reserve_share round_trip"): (
        lambda **option: drones.robustness(PLACES, BASES, **{"range_km": 5, **option})
    ),
    ("linkage.review_plan", "staff_hours minutes"): lambda **option: linkage.review_plan(
        LINKS, **{"staff_hours": 1, **option}
    ),
    ("schema.show", "columns formats bars gradient"): lambda **option: schema.show(TOWNS, **option),
    ("codes.check_digit", "code"): codes.check_digit,
    ("assumptions.flips", "decide draws"): lambda **option: assumptions.flips(
        **{"decide": lambda values: "a", "assumptions": LEDGER, "draws": 0, **option}
    ),
    ("assumptions.multiverse", "decide choices"): lambda **option: assumptions.multiverse(
        **{"decide": lambda choice: "a", "choices": {"x": [1, 2]}, **option}
    ),
    ("assumptions.doubt", "changes tolerance"): lambda **option: assumptions.doubt(
        lambda table: table, TOWNS, **option
    ),
    ("regions.mesh", "codes"): regions.mesh,
    ("regions.within", "codes level"): lambda **option: regions.within(
        **{"codes": "28206", "level": "3", **option}
    ),
    ("regions.locate", "lon"): lambda **option: regions.locate([34.84, 34.55, 34.6], **option),
    ("charts.heatmap", "low high"): lambda **option: charts.heatmap(HEAT, **option),
    ("charts.fair_range", "estimate"): lambda **option: charts.fair_range(
        ESTIMATES, FAIR, **option
    ),
}
# values that an option can be: a number in an array of no dimension is that number
FITTING = {
    ("drones.best_bases", "range_km", "a number in an array"),
    ("groups.tradeoff", "penalties", "a number in an array"),
    ("assumptions.flips", "decide", "a function"),
    ("assumptions.multiverse", "decide", "a function"),
    # a place may be missing, and one longitude serves all latitudes
    *(
        ("regions.locate", "lon", label)
        for label in (
            "NaN",
            "a decimal NaN",
            "NA",
            "a list of nothing",
            "a number in an array",
            "a table",
        )
    ),
}
PAIRS = [(name, option) for name, options in CALLS for option in options.split()]


def describe_refusal(call, option, value):
    """Describe how a call ends: empty where it passes, else the error's words."""
    try:
        call(**{option: value})
    except DxkitError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(("name", "option"), PAIRS)
def test_an_option_of_another_kind_is_one_japanese_error(name, option):
    call = next(
        call for (key, options), call in CALLS.items() if key == name and option in options.split()
    )
    refusals = {
        label: describe_refusal(call, option, value)
        for label, value in ODD_VALUES.items()
        if (name, option, label) not in FITTING
    }
    assert [label for label, words in refusals.items() if not JAPANESE.search(words)] == []


@pytest.mark.parametrize("value", [-0.1, 1.5, float("nan"), float("inf"), True, "0.9"], ids=repr)
@pytest.mark.parametrize(
    "call",
    [
        lambda level: maturity.change(scores(), scores(), level=level),
        lambda level: maturity.consistency(scores(), level=level, draws=2),
        lambda level: maturity.typology(scores().dimensions.dropna(), stable_from=level, draws=2),
        lambda level: maturity.agreement(maturity.hearing_trial(seed=1).answers, level=level),
    ],
    ids=["change", "consistency", "typology", "agreement"],
)
def test_a_share_beyond_its_bounds_is_refused_and_not_computed_with(call, value):
    with pytest.raises(ChoiceError, match="使えません"):
        call(value)


def test_a_consent_in_words_is_no_consent():
    asked = {"from_": "避難元市町", "to": "家族等", "category": "台帳情報"}
    for consent in ("いいえ", "同意なし", None, float("nan"), ["いいえ"], pd.Series(["はい"])):
        with pytest.raises(ChoiceError, match="consent"):
            sharing.may_disclose(**asked, consent=consent)
    verdicts = [sharing.may_disclose(**asked, consent=answer).verdict for answer in (True, False)]
    assert verdicts == ["可", "根拠なし"]
    columns = sharing.may_disclose(
        "避難元市町", ["家族等", "家族等"], "台帳情報", consent=np.array([True, False])
    )
    assert columns["verdict"].tolist() == verdicts


def test_columns_of_other_lengths_are_said_with_their_lengths():
    with pytest.raises(ChoiceError, match=r"長さがそろっていません（1・2・3・1・1・1）"):
        sharing.may_disclose("県", ["他の市町", "避難元市町"], ["所在"] * 3)
    with pytest.raises(ChoiceError, match=r"code は3件、category は2件"):
        sharing.may_disclose(
            "避難元市町", "避難支援等関係者", ["要支援者名簿"] * 2, code=["28201", "28202", "28203"]
        )


def test_links_from_a_generator_bind_as_those_of_a_list():
    links = [("a", "c")]
    from_list = groups.form(TOWNS, size=3, alike="people", apart=links)
    from_generator = groups.form(TOWNS, size=3, alike="people", apart=(pair for pair in links))
    group_of = from_generator.table.set_index("code")["group"]
    assert group_of["a"] != group_of["c"]
    assert from_generator.table.equals(from_list.table)


def test_half_a_character_in_a_list_of_members_is_named_with_its_row():
    with pytest.raises(TableError, match=r"2行目.*サロゲートの片割れ"):
        groups.form(["a", "b\ud800", "c", "d"], size=2)


def test_an_answer_without_error_is_behind_its_peers_or_level_with_them_and_never_between():
    steps = maturity.next_steps(levels(), "28585", count=50, error=0)
    assert set(steps["sure"]) <= {"高い", "低い"}
    # a hair of an error says nearly the same
    near = maturity.next_steps(levels(), "28585", count=50, error=1e-9)
    assert steps["sure"].tolist() == near["sure"].tolist()


def test_options_that_do_not_count_this_time_are_read_all_the_same():
    with pytest.raises(ChoiceError, match="n_donors"):
        maturity.score(*dashboard(), n_donors=0)
    with pytest.raises(ChoiceError, match="levels"):
        maturity.rank_intervals(*dashboard(), draws=5, levels=(5, 0))
    with pytest.raises(ChoiceError, match="max_ratio"):
        maturity.reweight(dashboard()[1], max_ratio="0.1")
    with pytest.raises(ChoiceError, match="winds_ms"):
        drones.robustness(PLACES, BASES, range_km=5, winds_ms=[-1])


def test_more_components_than_columns_are_refused():
    figures, framework = dashboard()
    whole = figures.dropna(axis=1)
    kept = framework[framework["indicator"].isin(whole.columns)]
    names = kept["indicator"].tolist()
    plain = maturity.plain_framework(whole[["code", *names]])
    with pytest.raises(ChoiceError, match="components=1000"):
        maturity.reweight(plain, method="pca", values=whole, components=1000)


def test_a_municipality_smaller_than_every_cell_has_none_and_no_error():
    assert regions.within("28206", level="1").tolist() == []
    assert codes.mesh_code([], []).shape == (0,)


def test_a_label_that_is_no_text_is_written_as_one():
    towns = pd.DataFrame({"count": [1, 2], "share": [0.2, 0.5]})
    chart = charts.curve(towns, label=["届く", "人"])
    assert "['届く', '人']" in chart.axes[0].get_legend_handles_labels()[1]


def test_a_sample_that_is_no_power_of_two_is_said_in_japanese_alone(recwarn):
    maturity.sensitivity(*dashboard(), draws=6)
    assert [str(entry.message)[:14] for entry in recwarn] == ["draws=6 は2の累乗で"]
    assert "4 か 8" in str(recwarn[0].message)
    recwarn.clear()
    maturity.sensitivity(*dashboard(), draws=8)
    assert not list(recwarn)


@pytest.mark.parametrize("label", [label for label in ODD_VALUES if label != "a word"])
def test_what_is_no_name_is_no_member_and_comes_not_late(label):
    value = ODD_VALUES[label]
    if label in ("a table", "a list of two kinds", "two numbers", "four numbers"):
        value = [value]
    with pytest.raises(DxkitError, match=JAPANESE):
        groups.replan(grouping(), late=value)
    with pytest.raises(DxkitError, match=JAPANESE):
        groups.form(["a", "b", "c", value], size=2)


def test_what_an_option_can_be_is_still_taken():
    persons = pd.DataFrame({"code": list("aabbccdd"), "person": list("stuvwxyz")})
    # pairs (code, person) of a file of JSON are lists
    formed = groups.form(persons, size=4, apart=[[["a", "s"], ["b", "u"]]])
    pairs = groups.form(persons, size=4, apart=[(("a", "s"), ("b", "u"))])
    assert formed.table.equals(pairs.table)
    open_groups = groups.form(persons, size=(2, 4))
    assert len(groups.replan(open_groups, absent=[["a", "s"]]).table) == 7
    # nobody has cancelled
    assert len(groups.replan(open_groups, absent=persons.head(0)).table) == 8
    # rows without a column are no answer: somebody has
    with pytest.raises(TableError, match="absent"):
        groups.replan(open_groups, absent=pd.DataFrame(index=["a"]))
    assert len(groups.replan(grouping(), late="乙").table) == 7
    assert charts.heatmap(HEAT, label=None).axes[-1].get_ylabel() in ("", None)
    asked = dict.fromkeys(["避難先市町", "県"])
    assert len(sharing.may_disclose(asked.keys(), "避難元市町", "所在")) == 2
    consents = [True, False]
    expected = sharing.may_disclose("避難元市町", ["家族等"] * 2, "台帳情報", consent=consents)
    for kind in (np.array, tuple, pd.Series, lambda flags: pd.array(flags, dtype="boolean")):
        answer = sharing.may_disclose(
            "避難元市町", ["家族等"] * 2, "台帳情報", consent=kind(consents)
        )
        assert answer["verdict"].tolist() == expected["verdict"].tolist() == ["可", "根拠なし"]
    assert sharing.suppress(COUNTS, k=10.0).equals(sharing.suppress(COUNTS, k=10))


def test_a_number_without_end_is_asked_for_in_whole_words():
    with pytest.raises(ChoiceError, match="max_ratio=-1 は使えません。0以上の数にしてください"):
        maturity.reweight(dashboard()[1], max_ratio=-1)
    with pytest.raises(ChoiceError, match=r"n_types=1 は使えません。2〜.*違う横顔の数"):
        maturity.typology(scores().dimensions.dropna(), n_types=1)


def test_a_workbook_of_no_table_is_refused(tmp_path):
    for tables in (None, {}):
        with pytest.raises(ChoiceError, match="tables に表がありません"):
            schema.write_sheets(tables, tmp_path / "a.csv")
    assert list(tmp_path.iterdir()) == []
