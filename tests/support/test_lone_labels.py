"""What only one of two tables holds is named, and the rest is compared as before."""

import warnings

import numpy as np
import pandas as pd
import pytest

from dxkit import maturity
from dxkit.errors import TableWarning
from dxkit.support import costs, matching, procedures, progress, training

CODES = ["28201", "28202", "28203"]


def call_quietly(call):
    """The answer of a call that has nothing to say."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return call()


def call_aloud(call, message):
    """The answer of a call that says one thing, at the caller's line."""
    with pytest.warns(TableWarning, match=message) as caught:
        answer = call()
    assert len(caught) == 1
    assert caught[0].filename == __file__
    return answer


def make_forms(dates):
    """Forms of two months: code → cut-over date of each."""
    return pd.DataFrame(
        [
            {"code": code, "system": "戸籍", "as_of": as_of, "cutover_date": date}
            for as_of, by_code in zip(("2026-03", "2026-07"), dates, strict=True)
            for code, date in by_code.items()
        ]
    )


def make_progress(*shares):
    return pd.concat(
        [
            pd.DataFrame({"code": CODES, "system": "戸籍", "share_done": share, "as_of": as_of})
            for share, as_of in zip(shares, ("2026-03", "2026-07"), strict=False)
        ],
        ignore_index=True,
    )


def test_a_cutover_date_that_the_later_form_lacks_is_named():
    figures = make_progress(0.5, [0.7, 0.8, 0.9])
    both = make_forms([{"28201": "2026-10-01"}, {"28201": "2026-12-01", "28202": "2026-11-01"}])
    table = call_quietly(lambda: progress.slips(figures, cutovers=both))
    assert table["slip"].tolist() == ["cutover_moved"]
    first = {"28201": "2026-10-01", "28202": "2026-10-01"}
    for later in ({"28201": "2026-10-01"}, {"28201": "2026-10-01", "28202": None}):
        forms = make_forms([first, later])
        call_aloud(
            lambda forms=forms: progress.slips(figures, cutovers=forms),
            "切替の日付は比べていません（前の回の様式だけに1: 28202・戸籍・切替日）",
        )


def test_systems_that_only_the_forecast_or_the_later_file_has_are_named():
    outlook = progress.forecast(make_progress([0.5, 0.6, 0.7]), draws=50)
    later = make_progress(0.8).assign(as_of="2026-09")
    call_quietly(lambda: progress.score_forecast(outlook, later))
    renamed = later.replace({"system": {"戸籍": "戸籍の附票"}}).iloc[2:]
    scores = call_aloud(
        lambda: progress.score_forecast(outlook, pd.concat([later[:2], renamed])),
        "見通しだけに1: 28203・戸籍／後の表だけに1: 28203・戸籍の附票",
    )
    assert scores["code"].tolist() == CODES[:2]
    # a nationwide file holds many others, which is no fault
    others = later.assign(code=["01100", "01202", "01203"])
    call_quietly(lambda: progress.score_forecast(outlook, pd.concat([later, others])))


def test_a_forecast_of_other_municipalities_is_no_trial_of_these():
    trial = progress.trial(seed=1, n_municipalities=6, n_systems=3)
    call_quietly(lambda: trial.covered(progress.forecast(trial.progress, draws=50)))
    part = trial.progress[trial.progress["code"] != trial.progress["code"].max()]
    call_aloud(
        lambda: trial.covered(progress.forecast(part, draws=50)), "この架空の進捗だけに1: 28"
    )


def test_what_nobody_could_judge_on_a_website_stays_without_a_share():
    items = pd.DataFrame({"item": ["a", "b"], "group": ["g", "h"], "group_label": ["G", "H"]})
    checks = pd.DataFrame({"code": CODES[:2], "item": ["a", "b"], "rater": "A"})
    scores = procedures.portal_scores(checks.assign(found=["あった", "判断できない"]), items)
    silent = scores[scores["code"] == "28202"]
    assert silent["group"].tolist() == ["h", "all"]
    assert silent["judged"].tolist() == [0, 0]
    assert silent["share"].isna().all()
    assert scores.query("code == '28201' and group == 'all'")["share"].tolist() == [1.0]


def test_peers_without_a_row_of_applications_are_named():
    shares = pd.DataFrame({"code": CODES, "procedure": "転出届", "share": [0.0, 0.4, 0.5]})
    people = pd.DataFrame({"code": CODES, "people_2020": 30_000})
    options = {"municipalities": people, "draws": 10}
    call_quietly(lambda: procedures.gaps(shares, "28201", CODES[1:], **options))
    call_aloud(
        lambda: procedures.gaps(shares, "28201", [*CODES[1:], "282090"], **options),
        "市町は比べていません（peersだけに1: 282090）",
    )


def test_costs_of_municipalities_without_a_fee_are_named():
    fees = pd.DataFrame({"code": CODES, "fee_yen_year": 100})
    present = {"28201": 200.0, "28202": 50.0}
    call_quietly(lambda: costs.gain(fees, present, switch_yen=0, years=5))
    call_aloud(
        lambda: costs.gain(fees, {**present, "282031": 70.0}, switch_yen=0, years=5),
        "市町は使っていません（presentだけに1: 282031）",
    )
    call_aloud(
        lambda: costs.gain(
            fees, pd.Series(present), joined={"28209": 1.0, "28201": 0.5}, switch_yen=0, years=5
        ),
        "市町は使っていません（joinedだけに1: 28209）",
    )
    # a number is the same code as a text
    call_quietly(lambda: costs.gain(fees, {28201: 200.0}, switch_yen=0, years=5))


def test_budgets_under_other_codes_than_the_wishes_are_named():
    wishes = pd.DataFrame({"code": CODES[:2], "service": "A", "worth_yen": [900, 800]})
    services = pd.DataFrame({"service": ["A"], "each_yen": 100, "joint_yen": 200, "least": 1})
    budgets = pd.DataFrame({"code": CODES, "budget_yen": 500})
    # who has no row has no limit, and a table of budgets may be longer
    call_quietly(lambda: matching.adopters(wishes, services, budgets=budgets))
    call_quietly(lambda: matching.adopters(wishes, services, budgets=budgets[:1]))
    call_aloud(
        lambda: matching.adopters(wishes, services, budgets=budgets.iloc[1:]),
        "予算の上限がないものとして扱いました（wishesだけに1: 28201／budgetsだけに1: 28203）",
    )


SKILLS = pd.DataFrame(
    {
        "code": CODES[:2],
        "person": ["P1", "P9"],
        "role": "user",
        "skill": "ai",
        "level": [3, 1],
        "teach": ["はい", "いいえ"],
        "learn": ["いいえ", "はい"],
        "consent": "はい",
    }
)


def test_people_of_municipalities_without_an_area_are_named():
    areas = pd.DataFrame({"code": CODES, "area": "播磨"})
    assert call_quietly(lambda: training.pair(SKILLS, areas=areas))["same_area"].tolist() == [True]
    pairs = call_aloud(lambda: training.pair(SKILLS, areas=areas[:1]), "スキルマップだけに1: 28202")
    assert pairs["same_area"].tolist() == [False]


def test_skills_that_nobody_asks_for_are_named():
    needs = pd.DataFrame({"role": ["user", "user"], "skill": ["ai", "basic"], "needed": 2})
    call_quietly(lambda: training.skill_map(SKILLS, needs))
    call_aloud(
        lambda: training.skill_map(SKILLS.assign(skill=["ai", "AI"]), needs),
        "役割とスキルの組は数えていません（スキルマップだけに1: user・AI）",
    )


def test_a_municipality_without_any_progress_is_not_called_in_time():
    figures = make_progress([0.9, 0.4, None])
    table = call_aloud(lambda: progress.lagging(figures), "進捗が1つも書かれていない1市町（28203）")
    assert "28203" not in set(table["code"])
    call_quietly(lambda: progress.lagging(make_progress([0.9, 0.4, 0.5])))


def make_answers(codes):
    return pd.DataFrame(
        [
            {"code": code, "item": item, "rater": rater, "level": level, "status": "answered"}
            for rater, (place, shift) in {"A": (codes[0], 0), "B": (codes[1], 1)}.items()
            for item, level in zip(
                ("plan", "team") * 2, (1 + shift, 3 + shift, 2 + shift, 2 + shift), strict=True
            )
            for code in (place, "V1")
        ]
    ).drop_duplicates(["code", "item", "rater"])


@pytest.mark.parametrize("name", ["rank_intervals", "sensitivity"])
def test_municipalities_whose_interviewer_nobody_knows_are_named(name):
    frame = pd.DataFrame(
        {"indicator": ["plan", "team"], "parent": "", "label": "", "direction": 1,
         "weight": 1.0, "unit": "段階", "low": 0.0, "high": 5.0}
    )  # fmt: skip
    values = pd.DataFrame(
        np.array([[1, 3], [2, 4], [4, 0]], dtype=float), index=CODES, columns=["plan", "team"]
    )
    call = getattr(maturity, name)
    options = {"draws": 16, "seed": 1, "vary": ("severity",), "answers": make_answers(CODES)}
    call_aloud(
        lambda: call(values, frame, **options), "平均の厳しさとみなしました（valuesだけに1: 28203）"
    )
    call_quietly(lambda: call(values[:2], frame, **options))
