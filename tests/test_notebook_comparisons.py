"""Sentences that compare ("いちばん", "ほぼ同じ", "より大きい") are asserted like the numbers beside them."""

import re
from functools import cache
from pathlib import Path

import nbformat
import pytest

import dxkit
from dxkit import maturity
from dxkit.support import progress

FOLDER = Path(__file__).resolve().parents[1] / "notebooks"
# words that compare; whoever finds another one adds it
COMPARATIVE = re.compile(
    r"いちばん|最も|もっとも|もっと|最良|より(?:大き|小さ|多|少な|広|狭|高|低|軽|良|安|緩)|どの選択よりも|よりも"
    r"|ほうが|かなり|ほぼ|ほとんど|わずか|同じ順|同じ向き|同じよう|半分|高い傾向|大きく|大きくな|小さくな|少なくな|安くな"
    r"|逆に|目立ち|増え|減り|減って|下がり|縮め|広く|狭く|多くても|大きくて|集まります|しか(?:分かれ|幅に|届)"
)


def sentences_of(name):
    """Sentences of the findings and the summary that compare."""
    notebook = nbformat.read(FOLDER / name, as_version=4)
    cells = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    findings = [cell for cell in cells if "わかったこと" in cell]
    # of the last cell only the summary, not what is to be believed
    findings += [cell.split("## まとめ")[1] for cell in cells if "## まとめ" in cell]
    text = "\n".join(findings)
    text = re.sub(r"\[[^\]]*\]\([^)]*\)", "", text).replace("**", "")
    sentences = [part.strip() for part in re.split(r"[。\n]", text)]
    return [sentence for sentence in sentences if COMPARATIVE.search(sentence)]


@cache
def dashboard():
    return dxkit.load("dashboard"), dxkit.load("indicators_dashboard")


def total_effects(floor):
    effects = maturity.sensitivity(*dashboard(), draws=256, seed=1, floor=floor)
    return effects.set_index("factor")["ST"]


def order_like(**method):
    """Rank correlation with the plain index: goalposts, arithmetic mean."""
    plain = maturity.score(*dashboard()).total.rank()
    return maturity.score(*dashboard(), **method).total.rank().corr(plain)


def handbook_steps():
    low, high = total_effects(0.01), total_effects(0.2)
    means = [order_like(aggregate=mean) for mean in ("geometric", "harmonic")]
    others = [
        order_like(normalise="zscore"),
        order_like(aggregate="copeland"),
        order_like(normalise="rank"),
    ]
    scores = maturity.score(*dashboard())
    alphas = maturity.consistency(scores, draws=10)["alpha"]
    moves = maturity.leave_one_out(*dashboard())
    people = dxkit.load("municipalities").set_index("code")["people_2020"]
    return {
        "ほとんどまとまりがありません": alphas["services"] < 0.1 and alphas.idxmin() == "services",
        "ほぼ同じ順です": min(means) > 0.97,
        "もっと動かすのは、偏差（0.93）、コープランド（0.91）、順位（0.89）": max(others)
        < min(means) - 0.03,
        "集計のほうが大きくなります": low["aggregate"] > low["normalise"] + 0.1,
        "逆に正規化のほうが大きくなります": high["normalise"] > high["aggregate"] + 0.1,
        "いちばん効くかは、下端の置き方しだい": low.idxmax() == "aggregate"
        and high.idxmax() == "normalise",
        "いちばん動かすのはRPAの項目": moves.loc[0, "indicator"] == "rpa"
        and moves.loc[0, "mean_shift"] > moves.loc[1, "mean_shift"],
        "人口の多い市町ほど高い傾向": scores.total.rank().corr(people.rank()) > 0.5,
        "算術・幾何・調和の平均は、ほぼ同じ順": min(means) > 0.97,
        "わずかな動きのうち何がいちばん効くか": low.idxmax() != high.idxmax(),
    }


def published_index():
    index = dxkit.load("technology_index").set_index("country")
    framework = dxkit.load("indicators_technology")
    figures = index[list(framework.loc[framework["low"].notna(), "indicator"])]
    effects = maturity.sensitivity(figures, framework, seed=0).set_index("factor")["ST"]
    return {
        "ほかのどの選択よりも順位を動かします": effects.idxmax() == "aggregate"
        and effects["aggregate"] > effects.drop("aggregate").max() + 0.1,
    }


def how_firm():
    table = maturity.rank_intervals(*dashboard()).table
    width = table["p95"] - table["p05"]
    first = table[table["p05"] == 1]
    effects = maturity.sensitivity(*dashboard())
    return {
        "いちばん広い養父市": width.idxmax() == "28222" and (width == width.max()).sum() == 1,
        # many may be first or second
        "1位や2位の違いはほとんど意味がありません": len(first) >= 3,
        "13の組にしか分かれません": table["tier"].max() == 13,
        "いちばん効くのは": effects.loc[effects["ST"].idxmax(), "factor"] == "aggregate",
    }


def read_progress():
    steps = dxkit.load("progress")
    mean = steps.groupby("code")["share_done"].mean()
    spread = steps.groupby("code")["share_done"].agg(lambda share: share.max() - share.min())
    done = steps.assign(is_done=steps["share_done"] == 1).groupby("code")["is_done"].mean()
    return {
        "いちばん平均が小さいのは豊岡市": mean.idxmin() == "28209",
        "業務によって大きく違う": spread.max() > 0.5,
        "終えた業務がほとんどない市町": ((mean > 0.9) & (done <= 0.1)).any(),
    }


def prepare_groups():
    outlook = progress.forecast(dxkit.load("progress"), dxkit.load("extensions"))
    in_time = outlook.stated["in_time"]
    return {"期限内の完了見込みは16市町」より少なく": outlook.in_time["most"] < in_time == 16}


def bring_your_excel():
    towns = dxkit.load("municipalities")
    # the example's counts are one's own: that counts follow people is shown by people themselves
    elderly = towns["elderly_2020"].rank().corr(towns["people_2020"].rank())
    return {"件数は、人口の多い市町で大きくなります": elderly > 0.9}


COMPARISONS = {
    "facilitators/03_prepare_groups.ipynb": prepare_groups,
    "research/01_published_index.ipynb": published_index,
    "research/03_handbook_steps.ipynb": handbook_steps,
    "trainees/02_how_firm.ipynb": how_firm,
    "trainees/05_read_progress.ipynb": read_progress,
    "trainees/07_bring_your_excel.ipynb": bring_your_excel,
}
# part of a sentence → the line of tests/test_notebooks.py that asserts it, beside the numbers
BESIDE_NUMBERS = {
    "facilitators/02_who_may_tell.ipynb": {
        "組に増えます": 'assert with_["可"] > without["可"]',
        "登録は半分ほど": "登録は半分ほど（{largest",
    },
    "facilitators/03_prepare_groups.ipynb": {
        "市町ごとの差のほうが目立ちます": "assert shares.mean(axis=1).std() > shares.mean(axis=0).std()",
        "半分ほどの隔たり": "assert grouping.quality == pytest.approx(0.5, abs=0.03)",
    },
    "facilitators/06_costs.ipynb": {
        "円安くなります": "円安くなります",
        "境目の近くの市": 'assert len(set(limits["count"])) > 1',
        "全員で束ねるほうが安くなります": 'assert plans["all"] < plans["below_minimum"]',
        "全員の単価が下がる": 'assert PRICES["unit_yen"].is_monotonic_decreasing',
        "規模を考えればほぼ見つかります": 'assert recall["trimmed"] > 0.8',
        "半分も見つかりません": 'assert recall["per_resident"] < 0.5',
        "1.6倍より小さい違い": "assert (costs.evaluate_outlier_methods(towns, factor=1.6, repeats=100)",
    },
    "facilitators/08_matching.ipynb": {
        "始めるのが最良で": "assert adoption.gap == 0",
        "これより良い組み合わせがない": "assert adoption.gap == 0",
    },
    "facilitators/09_liaison_rounds.ipynb": {
        "これより少なくできない": "assert plan.gap == 0",
        "これより軽い分け方": "assert assignment.most == lightest",
    },
    "research/01_published_index.ipynb": {"大きくて0.015": "大きくて0.015です"},
    "research/02_honest_intervals.ipynb": {
        "3分の1ほどしか幅に入りません": "assert 0.28 <= weights_only[0] <= 0.42",
        "6.5位分より狭く": "assert with_severity[1] < 6.5",
    },
    "research/04_backtests.ipynb": {
        "ずれは、大きくて": "点のずれは、大きくて",
        "より小さく、技量は": "assert median.drop",
        "最大のずれは54.5ポイントで、人数がまだ増えていた": 'assert worst["event"] == "kobe_1995"',
        "最後の値のままのほうが近く": 'assert japan_misses["last_value"] == japan_misses.min()',
        "1日6％減のほうが近": 'assert soon["six_percent"].median() == soon.median().min()',
        "まで下がりました": "assert registering.is_monotonic_decreasing",
        "国クラウドは県ハブより多く": "assert (hub < cloud).all()",
        "国クラウドより多くなります": 'assert (cloud < known["県ハブ＋本人の登録"]).all()',
    },
    "research/05_same_person.ipynb": {
        "書いたままではほとんど見落とします": 'assert same_name["missed"] > 0.9',
        "書かれていない人に集まります": '"missed"].min() > 0.5 * names_missed',
        "確かめないときの半分より少なく": 'assert plan["wrong"] + plan["missed"] < 0.5 * (',
    },
    "research/06_grouping.ipynb": {
        "ほぼ偶然どおり": "assert _random_groupings_mean(members) == pytest.approx(1",
        "偶然の半分より小さく": "assert grouping.quality < 0.5",
        "「ほぼ最適」とは言えません": "assert grouping.bound < 0.9 * grouping.quality",
        "ごくわずか": "assert abs(grouping.quality - certified.bound) / certified.bound < 1e-3",
        "度合いは下がります": 'assert curve["quality"].iloc[-1] > curve["quality"].iloc[0]',
    },
    "research/07_progress_forecast.ipynb": {
        "いちばん効くのは、これからの速さ": "assert by_pace > max(by_others)",
        "多くても": "多くても{outlook",
        "16より少なく": "より少なく",
        "半分も入りません": 'assert max(coverage["rush"], coverage["stall"]) < 0.5',
    },
    "facilitators/10_place_bases.ipynb": {
        "の人にしか届きません": "の人にしか届きません",
        "いちばん安いままなのは": 'assert trials["stands"].max() < 0.9',
        "ドローンがいちばん安くなることはありません": 'assert (trials["drone_wins"] == 0).all()',
    },
    "facilitators/15_table_top.ipynb": {
        "職員の時間がいちばん少ないしかたは同じではありません": 'assert scores["known"].idxmax() not in',
    },
    "facilitators/13_joint_kits.ipynb": {
        "いちばん少ない加西市": 'assert pupils.idxmin() == "28220"',
        "いちばん少ない猪名川町": 'assert shops.idxmin() == "28301"',
        "2割ほどに減ります": "assert 0.2 < 1 - largest_two < 0.25",
    },
    "facilitators/16_officers_views.ipynb": {
        "差がいちばん大きいのは": 'assert gaps["difference"].idxmax() == "rpa"',
        "似た市町村の半分以上にある体制": "missing = (usual >= 0.5)",
        "いちばん多いのはCIOの任命": 'assert by_item.index[:2].tolist() == ["chief_officer", "policy"]',
        "半分以上にいるのは": "半分以上にいるのは{by_item",
    },
    "facilitators/07_training.ipynb": {
        "これより多くはできない": "（隙間{year.settings['gap']:.0%}）",
    },
    "research/09_drones.ipynb": {
        "に減ります": "に減ります",
        "距離の減りは": "距離の減りは",
    },
    "trainees/13_hackathon_kit.ipynb": {
        "いちばん厳しい人はB": 'assert severity.idxmin() == "B"',
    },
    "trainees/06_clinic.ipynb": {
        "割合を大きく伸ばしても動く人数は少しです": 'assert rare["moves"].max() < 100',
    },
    "trainees/08_own_process.ipynb": {
        "いちばん手が足りないのは「担当」": 'assert totals["bottleneck"] == "担当"',
        "いちばん待ちが長いのは、ほかの人の手順": 'assert longest["who"] != totals["bottleneck"]',
    },
    "trainees/09_try_a_change.ipynb": {
        "職員の時間は減りません": 'assert abs(hours["accounts"]) < 0.05',
        "ほとんどが「担当」の前です": 'assert queues["担当"] > 0.95 * queues.sum()',
        "1日4件から7件に増えると": "{quiet['queue_days']:.1f}日から",
        "職員の時間も1日2.4時間減ります": "時間減ります",
        "順番待ちが減って0.8日縮みます": "順番待ちが減って",
    },
    "trainees/10_three_layers.ipynb": {
        "長くするほうが効きます": "> 100 * fast.loc[",
    },
    "trainees/11_an_incident.ipynb": {
        "1人で抱えたことよりも": 'assert longest["delay_hours"] > 2 * first',
    },
    "trainees/03_who_knows.ipynb": {
        "県ハブのほうが上になります": 'assert known[f"自分でも登録・{hub}"] > known',
    },
    "trainees/04_drones.ipynb": {
        "同じようには増えません": 'assert (shares["share"].rank() != shares["worst_share"].rank())',
        "大きく減ります": "assert by_wind[7] < 0.8 * by_wind[3]",
        "距離を1割ほど縮めるだけ": "assert 0.05 < 1 - windy / loaded < 0.15",
        "32%にしか届きません": "にしか届きません",
        "いちばん困っている人ではありません": "assert near / reached[0] > 0.5",
        "25,855人に減り": "人に減り",
    },
}
# comparing sentences that no test asserts yet, a notebook: no number may rise, and none may be added
UNCHECKED = {
    # a sentence on what the table cannot say
    "facilitators/04_meeting_day.ipynb": 1,
    # how many were put aside: the number is asserted
    "facilitators/08_matching.ipynb": 1,
    # what a book and an article conclude
    "research/01_published_index.ipynb": 1,
    # wind at flying height, which nobody measured
    "trainees/04_drones.ipynb": 1,
}
MOST_UNCHECKED = 4
NAMES = sorted(
    path.relative_to(FOLDER).as_posix()
    for path in FOLDER.rglob("[0-9]*.ipynb")
    if "out" not in path.parts and ".ipynb_checkpoints" not in path.parts
)


def parts_of(name):
    """Parts of sentences that some test asserts."""
    sources = [COMPARISONS[name]() if name in COMPARISONS else {}, BESIDE_NUMBERS.get(name, {})]
    return [part for source in sources for part in source]


@pytest.mark.parametrize("name", COMPARISONS)
def test_what_a_notebook_compares_is_so(name):
    assert [part for part, is_true in COMPARISONS[name]().items() if not is_true] == []


@pytest.mark.parametrize("name", BESIDE_NUMBERS)
def test_the_lines_that_assert_beside_the_numbers_are_there(name):
    source = (Path(__file__).parent / "test_notebooks.py").read_text(encoding="utf-8")
    assert [line for line in BESIDE_NUMBERS[name].values() if line not in source] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_sentence_that_compares_has_an_assertion(name):
    sentences = sentences_of(name)
    parts = parts_of(name)
    # an assertion of what is no longer written asserts nothing
    assert [part for part in parts if not any(part in sentence for sentence in sentences)] == []
    bare = [sentence for sentence in sentences if not any(part in sentence for part in parts)]
    # exactly: a sentence that gains an assertion makes the list shorter
    assert len(bare) == UNCHECKED.get(name, 0), bare


def test_the_list_of_bare_sentences_only_shrinks():
    assert sum(UNCHECKED.values()) <= MOST_UNCHECKED
    assert set(UNCHECKED) <= set(NAMES)


def test_a_sentence_that_compares_is_noticed():
    for sentence in (
        "幾何平均は、かなり違う順を作ります", "いちばん効くのは重みです", "ほぼ同じ順です",
        "風のほうが効きます", "前の年より大きい値です",
    ):  # fmt: skip
        assert COMPARATIVE.search(sentence)
    assert not COMPARATIVE.search("41市町の平均は75%です")
