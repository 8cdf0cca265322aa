"""Do interviewers judge alike?

Levels come from conversations. Where several interviewers have rated the same case, Krippendorff's
alpha says how far they agree; it does not say who is strict (`rater_severity` does).
"""

import numpy as np
import pandas as pd

from dxkit._arrays import FloatArray
from dxkit._checks import require_choice, require_share, require_whole_number
from dxkit.errors import Fault, TableError
from dxkit.maturity._answer_values import read_answers
from dxkit.schema import accepts_any_table, carry_provenance

NEEDED = ("code", "item", "rater", "level")
METRICS = ("ordinal", "interval", "nominal")


@accepts_any_table("answers")
def agreement(
    answers: pd.DataFrame,
    *,
    metric: str = "ordinal",
    draws: int = 1000,
    level: float = 0.9,
    seed: int = 0,
) -> pd.Series:
    """Measure how far interviewers who rated the same case agree.

    Parameters
    ----------
    answers
        One row an answer: ``code, item, rater, level``; missing levels are left out.
    metric
        ``"ordinal"`` (levels), ``"interval"`` or ``"nominal"``.
    draws
        Bootstrap draws over municipalities (not over answers: those of one municipality hang
        together).
    level
        Of the interval (0–1).
    seed
        Of the bootstrap.

    Returns
    -------
    pandas.Series
        ``alpha, low, high``, ``pairs`` (pairs of answers compared), ``cases`` (code × item rated
        more than once).

    Raises
    ------
    TableError
        If no case was rated twice, or all ratings are equal (alpha is not defined).
    ChoiceError
        If there is no such metric, or an option is out of its limits.

    Notes
    -----
    Krippendorff (2011), Computing Krippendorff's Alpha-Reliability. 1 is perfect, 0 what chance
    gives. With few shared cases the interval is wide; below 0.667 levels should not be compared
    between interviewers.

    Examples
    --------
    >>> from dxkit.maturity import hearing_trial
    >>> result = agreement(hearing_trial(seed=1).answers, draws=50)
    >>> round(float(result["alpha"]), 2), int(result["cases"])
    (0.55, 120)
    """
    require_choice(metric, METRICS, "metric")
    require_whole_number(draws, "draws", high=10**9)
    require_share(level, "level")
    shared = select_shared_cases(answers)
    categories = np.sort(shared["level"].unique())
    tables = _count_coincidences(shared, categories)
    alpha = _compute_alpha(tables.sum(axis=0), categories, metric)
    if np.isnan(alpha):
        problem = "どの回答も同じ段階なので、一致の度合いを計算できません"
        raise TableError([Fault(problem, "評価の分かれる事例を加えてください")])
    random = np.random.default_rng(seed)
    samples = random.integers(0, len(tables), (draws, len(tables)))
    alphas = [_compute_alpha(tables[sample].sum(axis=0), categories, metric) for sample in samples]
    low, high = np.nanquantile(alphas, [(1 - level) / 2, (1 + level) / 2])
    cases = shared.groupby(["code", "item"])["level"].size()
    figures = {
        "alpha": alpha,
        "low": low,
        "high": high,
        "pairs": int((cases * (cases - 1) / 2).sum()),
        "cases": len(cases),
    }
    result = pd.Series(figures, name="agreement")
    result.attrs["settings"] = {"metric": metric, "draws": draws, "level": level, "seed": seed}
    return carry_provenance(result, answers)


def select_shared_cases(answers: pd.DataFrame) -> pd.DataFrame:
    """Select the answers to cases that more than one interviewer rated.

    Raises
    ------
    TableError
        If columns are missing or no case was rated twice.
    """
    answered = read_answers(answers, NEEDED)
    answered = answered.dropna(subset=["level"]).drop_duplicates(["code", "item", "rater"])
    n_raters = answered.groupby(["code", "item"])["rater"].transform("nunique")
    shared = answered[n_raters > 1]
    if shared.empty:
        problem = "2人以上の聞き取り者が評価した事例がありません"
        remedy = "全員が架空の町（V1・V2）を評価するか、同じ市町を2人で訪ねてください"
        raise TableError([Fault(problem, remedy)])
    return shared


def _count_coincidences(shared: pd.DataFrame, categories: FloatArray) -> FloatArray:
    """Count pairs of levels given to the same case: one matrix a municipality.

    Each case weighs 1 / (raters - 1), so that every rating counts once.
    """
    codes, code_index = np.unique(shared["code"].to_numpy(), return_inverse=True)
    level_index = np.searchsorted(categories, shared["level"].to_numpy())
    tables = np.zeros((codes.size, categories.size, categories.size))
    numbered = shared.assign(row=np.arange(len(shared)))
    for _, rows in numbered.groupby(["code", "item"])["row"]:
        counts = np.bincount(level_index[rows.to_numpy()], minlength=categories.size)
        # a rating makes no pair with itself
        pairs = np.outer(counts, counts) - np.diag(counts)
        tables[code_index[rows.iloc[0]]] += pairs / (counts.sum() - 1)
    return tables


def _compute_alpha(coincidence: FloatArray, categories: FloatArray, metric: str) -> float:
    r"""Compute :math:`1 - D_o / D_e`; NaN where no disagreement is to be expected."""
    marginal = coincidence.sum(axis=0)
    total = marginal.sum()
    distance = _measure_distance(categories, marginal, metric)
    expected = (np.outer(marginal, marginal) * distance).sum() / (total - 1) if total > 1 else 0.0
    return float(1 - (coincidence * distance).sum() / expected) if expected > 0 else float("nan")


def _measure_distance(categories: FloatArray, marginal: FloatArray, metric: str) -> FloatArray:
    """Compute the squared distance of each pair of levels."""
    if metric == "nominal":
        return 1.0 - np.eye(categories.size)
    if metric == "interval":
        return np.subtract.outer(categories, categories) ** 2
    # ordinal: how many ratings lie between the two, with half of each end
    middles = np.cumsum(marginal) - marginal / 2
    return np.asarray(np.subtract.outer(middles, middles) ** 2)
