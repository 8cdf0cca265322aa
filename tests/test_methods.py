"""The methods paragraph says what was computed: each number in it is the one that the code used.

Sentences are compared with the settings of the result and with the constants themselves: a constant
that changes in the code changes the paragraph.
"""

import hashlib
import importlib
import re

import pandas as pd
import pytest
import yaml

import dxkit
from dxkit import drones, groups, linkage, maturity, schema, sharing
from dxkit.errors import ChoiceError
from dxkit.support import costs, liaison, network, process, progress, security

PACKAGES = (
    *("drones", "groups", "linkage", "maturity", "sharing", "store"),
    *("support.answers", "support.costs", "support.liaison", "support.matching"),
    *("support.network", "support.procedures", "support.process", "support.progress"),
    *("support.security", "support.training"),
)
FIGURES = dxkit.load("dashboard")
FRAMEWORK = dxkit.load("indicators_dashboard")
PLACES = pd.DataFrame(
    {"lat": [35.0, 35.0, 35.1], "lon": [134.0, 134.01, 134.0], "people": [10, 20, 25]}
)
SITES = pd.DataFrame({"base": ["駅", "役場"], "lat": [35.0, 35.1], "lon": [134.005, 134.0]})
MEMBERS = pd.DataFrame({"code": ["28201", "28202", "28203", "28204"], "people": [1, 9, 2, 8]})
PAIRS = pd.DataFrame({"left_id": ["1", "2"], "right_id": ["2", "3"]})
THEMES = dxkit.load("themes").rename(columns={"theme": "group"})[["code", "group"]]

RESULTS = {
    "Scores": lambda: maturity.score(FIGURES, FRAMEWORK, impute="neighbours"),
    "RankIntervals": lambda: maturity.rank_intervals(FIGURES, FRAMEWORK, draws=40, seed=7),
    "RobustOrder": lambda: maturity.robust_order(
        dxkit.load("technology_index").set_index("country"), dxkit.load("indicators_technology")
    ),
    "Severity": lambda: maturity.rater_severity(
        pd.DataFrame(
            {"code": "V1", "item": list("aabb"), "rater": list("ABAB"), "level": [2, 3, 1, 2]}
        )
    ),
    "Typology": lambda: maturity.typology(
        pd.DataFrame({"a": [1, 1, 4, 4]}, index=["28201", "28202", "28203", "28204"]),
        n_types=2,
        draws=9,
    ),
    "maturity.Trial": lambda: maturity.hearing_trial(seed=4, n_municipalities=5, n_items=4),
    "Siting": lambda: drones.best_bases(PLACES, SITES, count=1, range_km=2),
    "Siting, p-median": lambda: drones.median_bases(PLACES, SITES, count=1),
    "Siting, p-centre": lambda: drones.centre_bases(PLACES, SITES, count=1, fixed=["駅"]),
    "Siting, set cover": lambda: drones.fewest_bases(PLACES, SITES, range_km=2, share=0.5),
    "Siting, backup": lambda: drones.backup(PLACES, SITES, count=2, range_km=2),
    "Groups": lambda: groups.form(MEMBERS, size=2, alike="people", seed=5),
    "Rotation": lambda: groups.rotate([f"m{number}" for number in range(9)], rounds=4, size=3),
    "LinkageScores": lambda: linkage.evaluate(PAIRS, PAIRS),
    "Decision": lambda: sharing.may_disclose("避難元市町", "県", "所在", phase="応急期"),
    "Scenario": lambda: sharing.read_scenario("noto_2024"),
    "Outcome": lambda: sharing.simulate(
        sharing.read_scenario("noto_2024").change(hours=24), policies=["県ハブ"], draws=2, seed=9
    ),
    "Backtest": lambda: sharing.backtest("chuetsu_2004"),
    "Share": lambda: costs.share(
        pd.DataFrame({"code": ["28201", "28202"], "licences": [10, 3], "people": [9, 3]}),
        pd.DataFrame({"from_count": [1, 10], "unit_yen": [100, 80]}),
    ),
    "Bundle": lambda: costs.bundle(
        pd.DataFrame({"code": ["28201", "28202"], "licences": [10, 3]}),
        pd.DataFrame({"from_count": [1, 10], "unit_yen": [100, 80]}),
    ),
    "Estimates": lambda: costs.outliers(dxkit.load("estimates_example")),
    "Participation": lambda: costs.participation(
        dxkit.load("shared_systems"), dxkit.load("municipalities")
    ),
    "Forecast": lambda: progress.forecast(dxkit.load("progress"), draws=20, seed=3),
    "progress.Trial": lambda: progress.trial(n_municipalities=3, seed=6),
    "Simulation": lambda: process.simulate(
        dxkit.load("process_example"), per_day=5, days=20, draws=2, seed=8
    ),
    "MailScore": lambda: security.score_mails(dxkit.load("mails_example"), [2, 5]),
    "Ties": lambda: network.ties(THEMES),
    "Dialogues": lambda: network.dialogues(network.ties(THEMES)),
    "Assignment": lambda: liaison.assign(
        pd.DataFrame({"field": ["標準化", "窓口"]}), pd.DataFrame({"liaison": ["甲"]}), by="field"
    ),
}


def _list_result_classes():
    for package in PACKAGES:
        importlib.import_module(f"dxkit.{package}")
    found = [schema.TableResult]
    while found:
        cls = found.pop()
        for below in cls.__subclasses__():
            found.append(below)
            yield below


def test_every_result_class_says_its_own_method():
    own = list(_list_result_classes())
    assert len(own) >= 31
    assert [cls.__name__ for cls in own if "_describe_method" not in vars(cls)] == []


@pytest.mark.parametrize("make", RESULTS.values(), ids=RESULTS.keys())
def test_a_paragraph_names_every_setting_seed_source_version_and_paper(make):
    result = make()
    japanese, english = result.methods(), result.methods(lang="en")
    settings = dict(
        getattr(result, "settings", None) or result.to_frame().attrs.get("settings", {})
    )
    for text in (japanese, english):
        # what was used stands there under its name
        for name in settings:
            assert name == "note" or f"{name} = " in text
        for record in result.to_frame().attrs.get("inputs", ()):
            assert record["sha256"] in text
            assert f"@misc{{data_{record['name']}," in text
        assert f"dxkit {dxkit.__version__}" in text
        assert f"pandas {pd.__version__}" in text
        assert "@software{dxkit," in text
        # one closing brace an entry, and each entry once
        entries = re.findall(r"^@\w+\{(\w+),", text, re.M)
        assert len(entries) == len(set(entries))
        assert text.count("{") == text.count("}")
    if "seed" in settings:
        assert f"乱数の種は {settings['seed']}。" in japanese
        assert f"The random seed is {settings['seed']}." in english
    # the sentences of the English text hold words of their own
    assert japanese.splitlines()[0] == "方法"
    assert english.splitlines()[0] == "Methods"


@pytest.mark.parametrize("make", RESULTS.values(), ids=RESULTS.keys())
def test_a_paragraph_hashes_the_table_that_the_reader_has(make):
    result = make()
    table = pd.DataFrame(result.to_frame())
    digest = hashlib.sha256(table.to_csv().encode()).hexdigest()
    assert digest in result.methods()
    assert f"{table.shape[0]}行×{table.shape[1]}列" in result.methods()


@pytest.mark.parametrize("make", RESULTS.values(), ids=RESULTS.keys())
def test_an_english_paragraph_is_english_up_to_the_names_of_its_data(make):
    text = make().methods("en").partition("\nData:")[0].partition("BibTeX")[0]
    # names of places, columns and policies stay as the tables have them
    assert not re.findall(r"[\u3040-\u30ff\u4e00-\u9fff]{7,}", text)


def test_invented_data_are_called_so_in_both_languages():
    invented = costs.outliers(dxkit.load("estimates_example"))
    assert "架空データから計算した結果" in invented.methods()
    assert "computed from invented data" in invented.methods("en")
    assert "架空データ" not in maturity.score(FIGURES, FRAMEWORK).methods()


@pytest.mark.parametrize("lang", ["fr", "", None])
def test_another_language_is_refused(lang):
    with pytest.raises(ChoiceError, match="ja か en"):
        maturity.score(FIGURES, FRAMEWORK).methods(lang)


def test_the_software_is_cited_as_its_citation_file_says():
    cff = yaml.safe_load((dxkit.data_folder().parent / "CITATION.cff").read_text(encoding="utf-8"))
    text = maturity.score(FIGURES, FRAMEWORK).methods("en")
    assert f"title = {{{cff['title']}}}" in text
    assert f"version = {{{cff['version']}}}" in text
    assert f"author = {{{{{cff['authors'][0]['name']}}}}}" in text
    assert f"{cff['license']} licence, released {cff['date-released']}" in text


# constant of the code → a result whose paragraph must change with it
CONSTANTS = {
    "dxkit.maturity._rank_table.MIN_FOR_INTERVAL": ("RankIntervals", 0.37),
    "dxkit.maturity._missing_answers.MIN_DONORS": ("RankIntervals", 5),
    "dxkit.maturity._draw_weights.PORTION": ("RankIntervals", 777),
    "dxkit.maturity._robust_order.LEVEL_TOLERANCE": ("RobustOrder", 3e-9),
    "dxkit.maturity._hearing_trial.ITEM_SD": ("maturity.Trial", 0.123),
    "dxkit._optimise.highs.NODE_LIMIT": ("Siting", 4321),
    "dxkit._optimise.lagrangian.MAX_STEPS": ("Siting", 234),
    "dxkit.drones._geodesic.MEAN_RADIUS_KM": ("Siting", 6371.5),
    "dxkit._optimise.p_median.FIRST_RINGS": ("Siting, p-median", 6),
    "dxkit._optimise.set_cover.FORGIVEN_WEIGHT": ("Siting, set cover", 2e-6),
    "dxkit.groups._search.CHAINS": ("Groups", 4),
    "dxkit._optimise.annealing.COOLING_STEPS": ("Groups", 111),
    "dxkit.groups._rotate.STEPS": ("Rotation", 31_000),
    "dxkit._optimise.schedules.FIRST_TEMPERATURE": ("Rotation", 1.1),
    "dxkit.sharing._outcome.SMALLEST_FLOW": ("Outcome", 0.25),
    "dxkit.sharing._forecast_hierarchy.COUNT_NOISE": ("Backtest", 0.11),
    "dxkit.sharing._forecast_rivals.FIXED_RATE": ("Backtest", 0.05),
    "dxkit.support.costs._trimmed_squares.MAX_STARTS": ("Estimates", 1999),
    "dxkit.support.progress._forecast_result.CURVE_DRAWS": ("Forecast", 499),
    "dxkit.support.progress._trial.MEDIAN_PACE": ("progress.Trial", 0.7),
    "dxkit.support.network._dialogues.STARTS": ("Dialogues", 3),
    "dxkit.support.liaison._assign.PARTS": ("Assignment", 50),
}


@pytest.mark.parametrize(
    ("path", "name", "value"), [(path, *case) for path, case in CONSTANTS.items()]
)
def test_a_constant_that_changes_in_the_code_changes_the_paragraph(monkeypatch, path, name, value):
    result = RESULTS[name]()
    before = result.methods()
    monkeypatch.setattr(path, value)
    after = RESULTS[name]().methods()
    assert before != after
    assert f"= {value!r}" in after
    assert f"= {value!r}" in RESULTS[name]().methods("en")


# what four results say, sentence by sentence: the words are fixed, the numbers come from the call
def test_the_sentences_of_scores_say_what_was_chosen():
    scores = maturity.score(
        FIGURES, FRAMEWORK, normalise="zscore", impute="neighbours", n_donors=5, min_answered=0.4
    )
    japanese, english = scores.methods(), scores.methods("en")
    assert "41市町の13指標を、標準得点（標本標準偏差）により0〜1の尺度に正規化し" in japanese
    assert "答えの似た市町の答え5件の平均で補った" in japanese
    assert "見出しの重みの0.4以上が答えられているときだけ点を付けた" in japanese
    assert "13 indicators of 41 units were normalised by z-scores" in english
    assert "filled with the mean of 5 answers of the most alike" in english
    assert "at least 0.4 of its weight was answered" in english
    assert "@book{oecd2008," in english


def test_the_sentences_of_rank_intervals_say_what_was_drawn():
    intervals = maturity.rank_intervals(
        FIGURES,
        FRAMEWORK,
        draws=30,
        seed=12,
        weight_noise=0.4,
        level=0.8,
        tier_level=0.7,
        floor=0.02,
    )
    japanese, english = intervals.methods(), intervals.methods("en")
    for words in (
        "順位を30回引き",
        "1±0.4倍",
        "下端は0.02",
        "引いた順位の0.8を含む",
        "0.7以上の割合",
    ):
        assert words in japanese
    for words in (
        "drawn 30 times",
        "1 ± 0.4",
        "scale 0.02",
        "holds 0.8 of",
        "at least 0.7 of the draws",
    ):
        assert words in english
    for normalise, aggregate in intervals.settings["methods"]:
        assert f"{normalise}×{aggregate}" in japanese
    assert "missing answers" not in english


def test_the_sentences_of_a_siting_say_range_weight_and_proof():
    siting = drones.best_bases(PLACES, SITES, count=1, range_km=2, fixed=["駅"])
    assert "拠点1か所を、届く人口の合計が最大になるように（最大被覆問題）選んだ" in siting.methods()
    assert "届く距離は2.0 km" in siting.methods()
    assert "既設の駅は残した" in siting.methods()
    assert "最適と証明した（差 0）" in siting.methods()
    assert (
        "1 base was chosen so that the sum of people within reach is the greatest"
        in siting.methods("en")
    )
    assert "proven to be the best (gap 0)" in siting.methods("en")
    assert "@article{church1974," in siting.methods()
    # a p-median knows no range
    assert "届く距離" not in RESULTS["Siting, p-median"]().methods()


def test_the_sentences_of_an_outcome_say_scenario_engine_and_draws():
    outcome = RESULTS["Outcome"]()
    digest = schema.hash_table(sharing.read_scenario("noto_2024").change(hours=24).figures)
    assert (
        "シナリオ「noto_2024」をcohortエンジンで、通信断の抽選2回、施策1通り、24時間まわした"
        in outcome.methods()
    )
    assert (
        "noto_2024 was run by the cohort engine under 1 policies for 24 hours"
        in outcome.methods("en")
    )
    assert f"SHA-256 {digest}" in outcome.methods()
    assert "It illustrates and does not forecast." in outcome.methods("en")


def test_a_plain_table_of_an_answer_has_its_paragraph_too():
    curve = drones.budget_curve(PLACES, SITES, counts=2, range_km=2)
    text = schema.write_methods(curve, "en")
    assert "range_km = 2.0" in text
    assert "do not say where they come from" in text


def test_braces_in_a_source_do_not_break_an_entry():
    figures = FIGURES.copy()
    figures.attrs["inputs"] = [{"name": "x", "source": "a} b{ c", "sha256": "0"}]
    text = maturity.score(figures, FRAMEWORK).methods()
    assert "title = {a) b( c}" in text
