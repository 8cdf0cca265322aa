"""How do the answers of this package say their method in a paper?

Each sentence takes its numbers from the result's settings, or from the constant itself where no
option changes it.
"""

from typing import Any

from dxkit.maturity import (
    _draw_weights,
    _heading_rule,
    _missing_answers,
    _monte_carlo,
    _rank_table,
    _varied_choices,
)
from dxkit.schema import MethodText

NORMALISE_WORDS = {
    "goalposts": ("目標値（固定した下端と上端）", "fixed goalposts (distance between the ends)"),
    "minmax": ("最小・最大", "min-max"),
    "zscore": ("標準得点（標本標準偏差）", "z-scores (sample standard deviation)"),
    "rank": ("順位", "ranks"),
    "percentile": ("百分位", "percentile ranks"),
}
AGGREGATE_WORDS = {
    "arithmetic": ("重みつき算術平均", "weighted arithmetic means"),
    "geometric": ("重みつき幾何平均", "weighted geometric means"),
    "harmonic": ("重みつき調和平均", "weighted harmonic means"),
    "copeland": ("コープランドの規則（対ごとの多数決）", "Copeland's rule (pairwise majorities)"),
}
IMPUTE_WORDS = {
    "mean": ("その指標の平均で補った", "filled with the indicator's mean"),
    "median": ("その指標の中央値で補った", "filled with the indicator's median"),
    "neighbours": (
        "答えの似た市町の答え{n_donors}件の平均で補った（予測平均マッチング）",
        "filled with the mean of {n_donors} answers of the most alike (predictive mean matching)",
    ),
}
VARY_WORDS = {
    "weights": ("重み", "weights"),
    "normalise": ("正規化", "normalisation"),
    "aggregate": ("集計", "aggregation"),
    "missing": ("欠けた答え", "missing answers"),
    "severity": ("聞き取り者の厳しさと答えの誤差", "interviewers' severity and answers' error"),
}


def describe_scores(settings: dict[str, Any], item_count: int, place_count: int) -> MethodText:
    """Say how scores were computed."""
    normalise = NORMALISE_WORDS[settings["normalise"]]
    aggregate = AGGREGATE_WORDS[settings["aggregate"]]
    low, high = settings["scale"]
    rule = settings["min_answered"]
    fill_ja, fill_en = _describe_filling(settings)
    return MethodText(
        ja=(
            f"{place_count}市町の{item_count}指標を、{normalise[0]}により{low:g}〜{high:g}の尺度に"
            f"正規化し、見出しごとに{aggregate[0]}で集計した。",
            f"欠けた答えは{fill_ja}。見出しの重みの{rule:g}以上が答えられているときだけ点を付けた。",
            "手順は OECD/JRC のハンドブック（2008）の段階3・5・6による。",
        ),
        en=(
            f"{item_count} indicators of {place_count} units were normalised by "
            f"{normalise[1]} to the scale {low:g} to {high:g} and aggregated heading by heading "
            f"with {aggregate[1]}.",
            f"Missing answers were {fill_en}. A heading has a score where at least {rule:g} of its "
            "weight was answered.",
            "This follows steps 3, 5 and 6 of the OECD/JRC handbook (2008).",
        ),
        references=("oecd2008",),
    )


def _describe_filling(settings: dict[str, Any]) -> tuple[str, str]:
    if settings["impute"] is None:
        return (
            "除き、同じ見出しの残りの指標の重みを合計1に直した",
            "left out, the weights of the rest of the heading being scaled to sum 1",
        )
    japanese, english = IMPUTE_WORDS[settings["impute"]]
    count = settings.get("n_donors")
    return japanese.format(n_donors=count), english.format(n_donors=count)


def describe_rank_intervals(settings: dict[str, Any], place_count: int) -> MethodText:
    """Say how ranges of ranks were drawn."""
    varied = [VARY_WORDS[choice] for choice in settings["vary"]]
    pairs = [f"{normalise}×{aggregate}" for normalise, aggregate in settings["methods"]]
    draws = settings["draws"]
    level = settings["level"]
    tier = settings["tier_level"]
    noise = settings["weight_noise"]
    return MethodText(
        ja=(
            f"{place_count}市町の順位を{draws:,}回引き、"
            f"{'・'.join(words[0] for words in varied) or '何も'}を変えた。",
            f"重みはそれぞれ1±{noise:g}倍の一様乱数を掛けて見出しごとに合計1に直し、"
            f"正規化と集計の組は {'、'.join(pairs)} から等しく引いた（尺度の下端は"
            f"{settings['floor']:g}）。",
            f"区間は引いた順位の{level:g}を含む。組（tier）は、その先頭が次の組より"
            f"{tier:g}以上の割合で前に立つところで分けた。",
            "OECD/JRC のハンドブックの段階7（不確かさの分析）による。",
        ),
        en=(
            f"The ranks of {place_count} units were drawn {draws:,} times, varying "
            f"{', '.join(words[1] for words in varied) or 'nothing'}.",
            f"Each weight was multiplied by a number drawn uniformly from 1 ± {noise:g} and scaled "
            f"to sum 1 within its heading; pairs of normalisation and aggregation were drawn "
            f"equally from {', '.join(pairs)} (lower end of the scale {settings['floor']:g}).",
            f"An interval holds {level:g} of the drawn ranks. A tier begins where its foremost "
            f"municipality is before the next tier in at least {tier:g} of the draws.",
            "This is the uncertainty analysis of step 7 of the OECD/JRC handbook.",
        ),
        constants={
            "draws_of_one_seed": _draw_weights.PORTION,
            "donor_share": _missing_answers.DONOR_SHARE,
            "min_donors": _missing_answers.MIN_DONORS,
            "min_weight_for_an_interval": _rank_table.MIN_FOR_INTERVAL,
            "min_answered_by_default": _heading_rule.MIN_ANSWERED,
            "min_width_of_a_column": _monte_carlo.MIN_WIDTH,
        },
        references=("oecd2008", "saisana2005"),
        translations=_varied_choices.TRANSLATIONS,
    )


def describe_robust_order(settings: dict[str, Any], tolerance: float) -> MethodText:
    """Say how the order that every weight leaves was found."""
    low = settings["low"]
    high = settings["high"]
    normalise = NORMALISE_WORDS[settings["normalise"]]
    return MethodText(
        ja=(
            f"各指標の重みを与えた値の{low:g}〜{high:g}倍の間で動かし、"
            f"どの重みでも成り立つ前後の関係だけを残した（正規化は{normalise[0]}）。",
            f"順の決まった組は全体の{settings['settled']:.3g}。",
        ),
        en=(
            f"Each indicator's weight may be between {low:g} and {high:g} times the given one; "
            f"only what holds under every such weight was kept (normalised by {normalise[1]}).",
            f"The order of {settings['settled']:.3g} of the pairs is settled.",
        ),
        constants={"level_tolerance": tolerance},
        references=("oecd2008",),
    )


def describe_severity(settings: dict[str, Any], error: float, rater_count: int) -> MethodText:
    """Say how interviewers' severity was estimated."""
    cases = settings["cases"]
    return MethodText(
        ja=(
            f"聞き取り者{rater_count}人の厳しさを、2人以上が評価した{cases}件の"
            "「段階 = 事例 + 厳しさ + 誤差」の最小二乗法で推定した（厳しさの合計は0）。",
            f"1つの答えの誤差の標準偏差は{error:.3g}段階。",
        ),
        en=(
            f"The severity of {rater_count} interviewers was estimated by least squares of level = "
            f"case + severity + error on {cases} cases that several rated (severities sum to 0).",
            f"The standard deviation of an answer is {error:.3g} levels.",
        ),
        references=("oecd2008",),
    )


def describe_typology(settings: dict[str, Any]) -> MethodText:
    """Say how municipalities were sorted into types."""
    count = settings["n_types"]
    draws = settings["draws"]
    least = settings["stable_from"]
    return MethodText(
        ja=(
            f"ウォード法で{count}つの型に分け（型の数は2〜{settings['max_types']}から、"
            "最も不安定な型が最も安定する数を選ぶか、指定した数）、"
            f"{draws}回の復元抽出とのジャカール係数の平均で安定性を測った"
            f"（{least:g}未満の型には名前を付けない）。",
        ),
        en=(
            f"Ward's method gave {count} types (the number, unless given, is the one from 2 to "
            f"{settings['max_types']} whose least stable type is most stable); stability is the "
            f"mean Jaccard overlap with {draws} bootstrap samples (a type below {least:g} should "
            "not be named).",
        ),
        references=("ward1963", "hennig2007"),
        software=("scipy",),
    )


def describe_hearing_trial(constants: dict[str, object]) -> MethodText:
    """Say how a hearing was invented."""
    return MethodText(
        ja=("真の段階を決めてから、聞き取り者の厳しさと誤差を加えて答えを作った（架空データ）。",),
        en=("True levels were drawn, and interviewers' severity and error added (invented data).",),
        constants=constants,
    )
