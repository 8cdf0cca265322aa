"""Peers are alike, next steps come from the framework, change is told from noise, types are stable or said not to be."""

import warnings

import numpy as np
import pandas as pd
import pytest

import dxkit
from dxkit import maturity
from dxkit.errors import ChoiceError, TableError, TableWarning

ITEMS = ["plan", "team", "people", "systems"]
FRAME = pd.DataFrame(
    [
        ("way", "", "目指す姿", 1, 1.0, "", None, None),
        ("work", "", "推進状況", 1, 1.0, "", None, None),
    ]
    + [
        (name, "way" if at < 2 else "work", name, 1, 1.0, "段階", 0.0, 5.0)
        for at, name in enumerate(ITEMS)
    ],
    columns=["indicator", "parent", "label", "direction", "weight", "unit", "low", "high"],
).assign(**{f"level_{at}": f"段階{at}の様子" for at in range(6)})


def _scores(rows):
    return maturity.score(
        pd.DataFrame(
            rows, index=[f"{28201 + at}" for at in range(len(rows))], columns=ITEMS, dtype=float
        ),
        FRAME,
    )


@pytest.fixture(scope="module")
def towns():
    return dxkit.load("municipalities")


def test_the_peers_of_a_mountain_town_are_mountain_towns(towns):
    found = maturity.peers(towns, "28585", count=3)
    assert found["distance"].is_monotonic_increasing
    assert set(found["name"]) & {"新温泉町", "佐用町", "神河町", "市川町"}
    assert "28585" not in set(found["code"])


def test_bands_are_those_of_the_ministry(towns):
    bands = maturity.population_band(towns.set_index("code", drop=False))
    assert bands["28100"] == "政令指定都市"
    # 姫路市 530,495; 相生市 28,355; 播磨町 33,604; 市川町 11,231 (census 2020)
    assert bands[["28201", "28208", "28382", "28442"]].tolist() == ["市Ⅳ", "市Ⅰ", "町村Ⅴ", "町村Ⅲ"]


@pytest.mark.parametrize(("code", "n"), [("28999", 3), ("28201", 0), ("28201", 41)])
def test_peers_that_cannot_be_given_are_refused(towns, code, n):
    with pytest.raises(ChoiceError, match=r"使えません|ありません"):
        maturity.peers(towns, code, count=n)


def test_the_next_step_is_the_one_that_most_like_towns_have_taken():
    scores = _scores([[1, 1, 0, 5], [2, 1, 0, 5], [3, 1, 1, 5], [2, 2, 0, 5]])
    steps = maturity.next_steps(
        scores, "28201", framework=FRAME, names=pd.Series({"28202": "尼崎市"})
    )
    assert steps["item"].tolist()[0] == "plan"
    first = steps.iloc[0]
    assert first[["level", "next_level", "now_text", "next_text"]].tolist() == [
        1,
        2,
        "段階1の様子",
        "段階2の様子",
    ]
    assert first["reached_by"].split("、") == ["尼崎市", "28203", "28204"]
    assert first["reached"] == 1
    assert "systems" not in set(steps["item"])


def test_an_unanswered_item_is_never_proposed():
    scores = _scores([[np.nan, 1, 1, 1], [3, 3, 3, 3], [3, 3, 3, 3]])
    assert "plan" not in set(maturity.next_steps(scores, "28201", count=4)["item"])


def test_how_sure_depends_on_how_far_the_like_are_ahead():
    scores = _scores([[0, 2, 3, 3], *[[4, 3, 3, 2]] * 9])
    sure = maturity.next_steps(scores, "28201", count=4).set_index("item")["sure"]
    assert sure["plan"] == "高い"
    assert sure["systems"] == "低い"


def test_a_step_of_nobody_is_refused():
    with pytest.raises(ChoiceError, match="28999"):
        maturity.next_steps(_scores([[1, 1, 1, 1], [2, 2, 2, 2]]), "28999")


def test_change_is_told_from_noise():
    before = _scores([[1, 1, 1, 1], [1, 1, 1, 1], [1, 1, np.nan, 1]])
    after = _scores([[4, 4, 4, 4], [1, 1, 1, 2], [2, 1, 3, 1]])
    found = maturity.change(before, after)
    assert found["beyond_noise"].tolist() == [True, False, False]
    assert found["change"].tolist()[:2] == pytest.approx([0.6, 0.05])
    # only items that both rounds hold count
    assert found["items"].tolist() == [4, 4, 3]
    assert found.loc["28203", "change"] == pytest.approx(0.2 / 3)


def test_who_stands_in_one_round_only_is_named_and_the_others_are_compared():
    rows = [[1, 1, 1, 1], [2, 2, 2, 2], [3, 3, 3, 3]]
    before = _scores(rows)
    later = before.raw.loc[["28202", "28203"]].rename({"28203": "28209"})
    with pytest.warns(TableWarning, match="片方にしかない市町は比べていません") as caught:
        table = maturity.change(before, maturity.score(later, FRAME))
    assert table.index.tolist() == ["28202"]
    assert len(caught) == 1
    assert "前の回だけに2: 28201、28203／後の回だけに1: 28209" in str(caught[0].message)
    assert caught[0].filename == __file__


def test_items_of_one_round_only_are_named():
    before = _scores([[1, 1, 1, 1], [2, 2, 2, 2]])
    frame = FRAME[FRAME["indicator"] != ITEMS[0]]
    with pytest.warns(TableWarning, match=f"片方にしかない項目.*前の回だけに1: {ITEMS[0]}"):
        table = maturity.change(before, maturity.score(before.raw, frame))
    assert table["items"].tolist() == [3, 3]


def test_rounds_of_the_same_municipalities_in_another_order_are_compared_without_a_word():
    before = _scores([[1, 1, 1, 1], [2, 2, 2, 2]])
    after = maturity.score(before.raw.iloc[::-1, ::-1], FRAME)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert maturity.change(before, after)["change"].tolist() == [0.0, 0.0]


def test_the_interval_of_a_change_is_right_nine_times_in_ten():
    """Two rounds of the same truth: 90 % of the intervals hold 0."""
    random = np.random.default_rng(0)
    names = [f"i{at}" for at in range(20)]
    frame = pd.DataFrame(
        {
            "indicator": names,
            "parent": "",
            "label": names,
            "direction": 1,
            "weight": 1.0,
            "unit": "",
            "low": 0.0,
            "high": 5.0,
        }
    )
    codes = [f"28{number}" for number in range(201, 241)]
    held = []
    for _ in range(20):
        true = random.uniform(1.5, 3.5, (40, 20))
        rounds = [
            maturity.score(
                pd.DataFrame(true + random.normal(0, 0.6, true.shape), codes, names), frame
            )
            for _ in range(2)
        ]
        held.append(~maturity.change(*rounds, error=0.6)["beyond_noise"])
    assert 0.86 <= np.mean(held) <= 0.94


@pytest.mark.parametrize("options", [{"normalise": "minmax"}, {"aggregate": "geometric"}])
def test_rounds_on_moving_scales_are_not_compared(options):
    table = pd.DataFrame(
        [[1, 2, 3, 4], [2, 3, 4, 5]], index=["28201", "28202"], columns=ITEMS, dtype=float
    )
    moving = maturity.score(table, FRAME, **options)
    with pytest.raises(ChoiceError, match="goalposts"):
        maturity.change(moving, moving)


def test_rounds_with_other_goalposts_are_not_compared():
    table = pd.DataFrame([[1, 2, 3, 4]], index=["28201"], columns=ITEMS, dtype=float)
    with pytest.raises(TableError, match="目標値"):
        maturity.change(maturity.score(table, FRAME), maturity.score(table, FRAME.assign(high=6.0)))


def test_clear_types_are_found_and_stable():
    random = np.random.default_rng(0)
    centres = np.repeat([[1, 1], [1, 4], [4, 1]], [16, 13, 12], axis=0)
    table = pd.DataFrame(centres + random.normal(0, 0.2, (41, 2)), columns=["a", "b"])
    found = maturity.typology(table, draws=60)
    assert found.settings["n_types"] == 3
    assert found.stability["size"].tolist() == [16, 13, 12]
    assert (found.stability["jaccard"] > 0.95).all()
    assert found.profiles.loc[1].tolist() == pytest.approx([1, 1], abs=0.2)


def test_types_of_noise_are_said_not_to_be_stable():
    noise = pd.DataFrame(np.random.default_rng(1).normal(size=(41, 4)))
    assert not maturity.typology(noise, n_types=6, draws=60).settings["stable"]


@pytest.mark.parametrize("n", [1, 42])
def test_more_types_than_profiles_are_refused(n):
    with pytest.raises(ChoiceError, match="違う横顔"):
        maturity.typology(pd.DataFrame(np.arange(82.0).reshape(41, 2)), n_types=n)


def test_profiles_with_gaps_are_refused_at_their_place():
    with pytest.raises(TableError, match="28202"):
        maturity.typology(pd.DataFrame({"a": [1, None, 3]}, index=["28201", "28202", "28203"]))


def test_alpha_of_a_published_table():
    # Cronbach's alpha of three items that are one thing and error: k/(k-1)(1 - Σσ²/σ²sum) by hand
    table = pd.DataFrame(
        [[1, 2, 1, 0], [2, 2, 3, 0], [3, 4, 3, 0], [4, 4, 5, 0]],
        index=list("abcd"),
        columns=ITEMS,
        dtype=float,
    )
    found = maturity.consistency(maturity.score(table, FRAME), draws=50)
    assert found.loc["way", "alpha"] == pytest.approx(2 * (1 - (5 / 3 + 4 / 3) / (17 / 3)))
    # an item that does not vary adds nothing
    assert found.loc["work", "alpha"] == pytest.approx(0)


def test_correlations_are_between_indicators():
    rows = [[1, 2, 5, 0], [2, 3, 4, 0], [3, 4, 1, 0]]
    table = pd.DataFrame(rows, ["28201", "28202", "28203"], ITEMS, dtype=float)
    found = maturity.correlations(maturity.score(table, FRAME))
    assert found.loc["plan", "team"] == pytest.approx(1)
    assert found.loc["plan", "people"] == pytest.approx(-1)
    with pytest.raises(ChoiceError, match="spearman"):
        maturity.correlations(maturity.score(table, FRAME), method="phi")


def test_answers_become_one_row_a_municipality_and_a_refusal_stays_missing():
    answers = pd.DataFrame(
        [
            ("28201", "plan", "A", 3, "answered"),
            ("28201", "team", "A", None, "declined"),
            ("V1", "plan", "A", 5, "answered"),
        ],
        columns=["code", "item", "rater", "level", "status"],
    )
    table = maturity.values_of(answers)
    assert table.index.tolist() == ["28201"]
    assert table.loc["28201", "plan"] == 3
    assert np.isnan(table.loc["28201", "team"])


def test_old_words_for_numbers_still_work(towns):
    scores = _scores([[1, 1, 0, 5], [2, 1, 0, 5], [3, 1, 1, 5]])
    profiles = pd.DataFrame(np.random.default_rng(0).normal(size=(20, 2)))
    with pytest.warns(FutureWarning, match="count="):
        assert len(maturity.peers(towns, "28585", n=3)) == 3
    with pytest.warns(FutureWarning, match="count="):
        assert len(maturity.next_steps(scores, "28201", n=1)) == 1
    with pytest.warns(FutureWarning, match="n_types="):
        assert maturity.typology(profiles, n=2, draws=5).settings["n_types"] == 2
    with pytest.warns(FutureWarning, match="n_items="):
        old = maturity.hearing_trial(seed=1, municipalities=6, items=8, dimensions=2, raters=3, vignettes=1)  # fmt: skip
    new = maturity.hearing_trial(
        seed=1, n_municipalities=6, n_items=8, n_dimensions=2, n_raters=3, n_vignettes=1
    )
    pd.testing.assert_frame_equal(old.answers, new.answers)


@pytest.mark.parametrize("code", [28201, "282014", "２８２０１", " 28201", 28201.0])
def test_a_code_is_read_as_it_is_typed_wherever_one_town_is_asked_for(towns, code):
    near = maturity.peers(towns, code, count=3)
    assert near["code"].tolist() == maturity.peers(towns, "28201", count=3)["code"].tolist()
    assert near.attrs["settings"]["code"] == "28201"
    scores = _scores([[1, 1, 0, 5], [2, 1, 0, 5], [3, 1, 1, 5]])
    steps = maturity.next_steps(scores, code)
    pd.testing.assert_frame_equal(steps, maturity.next_steps(scores, "28201"))
    figures = pd.Series([1, 2], index=["28201", "28202"])
    sentence = maturity.describe_value(figures, towns, code)
    assert sentence == maturity.describe_value(figures, towns, "28201")


@pytest.mark.parametrize("code", [28999, "姫路市", None, ["28201"], True])
def test_a_code_of_nobody_is_refused_and_the_codes_there_are_shown(towns, code):
    with pytest.raises(ChoiceError, match="28100、28201"):
        maturity.peers(towns, code)


@pytest.mark.parametrize(
    ("option", "value"),
    [("spread", -1), ("error", np.nan), ("mean", np.inf), ("n_municipalities", 0), ("n_items", 2.0), ("n_raters", True), ("n_vignettes", -1), ("seed", -1)],
)  # fmt: skip
def test_an_invented_hearing_of_impossible_figures_is_refused(option, value):
    with pytest.raises(ChoiceError, match=option):
        maturity.hearing_trial(**{"seed": 1, option: value})
