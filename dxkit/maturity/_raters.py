"""Do interviewers judge alike, and how strict is each of them?

Levels come from conversations. Two interviewers can agree (Krippendorff's alpha) and still be strict or lenient; where all
have rated the same fictional towns, or some of the same municipalities, severity can be told from maturity.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dxkit.errors import ChoiceError, Fault, TableError
from dxkit.maturity._framework import Floats

NEEDED = ("code", "item", "rater", "level")
METRICS = ("ordinal", "interval", "nominal")


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
        Bootstrap draws over municipalities (not over answers: those of one municipality hang together).
    level
        Of the interval (0–1).
    seed
        Of the bootstrap.

    Returns
    -------
    pandas.Series
        ``alpha, low, high``, ``pairs`` (pairs of answers compared), ``cases`` (code × item rated more than once).

    Raises
    ------
    TableError
        If no case was rated twice, or all ratings are equal (alpha is not defined).
    ChoiceError
        If there is no such metric.

    Notes
    -----
    Krippendorff (2011), Computing Krippendorff's Alpha-Reliability. 1 is perfect, 0 what chance gives. With few shared cases
    the interval is wide; below 0.667 levels should not be compared between interviewers.
    """
    if metric not in METRICS:
        raise ChoiceError(
            f"尺度「{metric}」はありません。{'・'.join(METRICS)} から選んでください。"
        )
    shared = _shared(answers)
    categories = np.sort(shared["level"].unique())
    tables = _coincidences(shared, categories)
    alpha = _alpha(tables.sum(axis=0), categories, metric)
    if np.isnan(alpha):
        raise TableError(
            [
                Fault(
                    "どの回答も同じ段階なので、一致の度合いを計算できません",
                    "評価の分かれる事例を加えてください",
                )
            ]
        )
    random = np.random.default_rng(seed)
    picks = random.integers(0, len(tables), (draws, len(tables)))
    drawn = [_alpha(tables[pick].sum(axis=0), categories, metric) for pick in picks]
    low, high = np.nanquantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    cases = shared.groupby(["code", "item"])["level"].size()
    found = {
        "alpha": alpha,
        "low": low,
        "high": high,
        "pairs": int((cases * (cases - 1) / 2).sum()),
        "cases": len(cases),
    }
    result = pd.Series(found, name="agreement")
    result.attrs["settings"] = {"metric": metric, "draws": draws, "level": level, "seed": seed}
    return result


def _shared(answers: pd.DataFrame) -> pd.DataFrame:
    """Give the answers to cases that more than one interviewer rated."""
    absent = [name for name in NEEDED if name not in answers.columns]
    if absent:
        raise TableError(
            [
                Fault("列がありません", "answers の形を確かめてください", column=name)
                for name in absent
            ]
        )
    known = answers.dropna(subset=["level"]).drop_duplicates(["code", "item", "rater"])
    raters = known.groupby(["code", "item"])["rater"].transform("nunique")
    shared = known[raters > 1]
    if shared.empty:
        problem = "2人以上の聞き取り者が評価した事例がありません"
        raise TableError(
            [Fault(problem, "全員が架空の町（V1・V2）を評価するか、同じ市町を2人で訪ねてください")]
        )
    return shared


def _coincidences(shared: pd.DataFrame, categories: Floats) -> Floats:
    """Give one coincidence matrix a municipality: pairs of levels given to the same case, each case weighing 1/(raters - 1)."""
    codes, code_at = np.unique(shared["code"].to_numpy(), return_inverse=True)
    level_at = np.searchsorted(categories, shared["level"].to_numpy())
    tables = np.zeros((codes.size, categories.size, categories.size))
    for _, rows in shared.assign(at=np.arange(len(shared))).groupby(["code", "item"])["at"]:
        given = np.bincount(level_at[rows.to_numpy()], minlength=categories.size)
        pairs = np.outer(given, given) - np.diag(given)
        tables[code_at[rows.iloc[0]]] += pairs / (given.sum() - 1)
    return tables


def _alpha(coincidence: Floats, categories: Floats, metric: str) -> float:
    r"""Give :math:`1 - D_o / D_e`."""
    marginal = coincidence.sum(axis=0)
    total = marginal.sum()
    distance = _distance(categories, marginal, metric)
    expected = (np.outer(marginal, marginal) * distance).sum() / (total - 1) if total > 1 else 0.0
    return float(1 - (coincidence * distance).sum() / expected) if expected > 0 else float("nan")


def _distance(categories: Floats, marginal: Floats, metric: str) -> Floats:
    """Give the squared distance of each pair of levels."""
    if metric == "nominal":
        return 1.0 - np.eye(categories.size)
    if metric == "interval":
        return np.subtract.outer(categories, categories) ** 2
    # ordinal: how many ratings lie between the two, with half of each end
    reached = np.cumsum(marginal) - marginal / 2
    return np.asarray(np.subtract.outer(reached, reached) ** 2)


@dataclass(frozen=True)
class Severity:
    """How strict each interviewer is.

    Attributes
    ----------
    table
        Index ``rater``: ``severity`` (levels by which the ratings lie above the mean of all interviewers; below 0 is
        strict), ``se`` (standard error), ``cases`` (shared cases rated).
    error
        Standard deviation of one answer around its case, in levels.
    settings
        How it was estimated.
    """

    table: pd.DataFrame
    error: float
    settings: dict[str, Any]

    def adjust(self, answers: pd.DataFrame, *, low: float = 0.0, high: float = 5.0) -> pd.DataFrame:
        """Give answers with each interviewer's severity taken back, kept between the lowest and highest level.

        Parameters
        ----------
        answers
            One row an answer; not altered.
        low, high
            Lowest and highest level.

        Returns
        -------
        pandas.DataFrame
        """
        off = answers["rater"].map(self.table["severity"]).fillna(0.0)
        return answers.assign(level=(answers["level"] - off).clip(low, high))


def rater_severity(answers: pd.DataFrame) -> Severity:
    """Estimate how strict each interviewer is from cases that several rated.

    Parameters
    ----------
    answers
        One row an answer: ``code, item, rater, level``, the fictional towns (V1, V2 …) among them.

    Returns
    -------
    Severity

    Raises
    ------
    TableError
        If interviewers share no case, directly or through others: then a strict interviewer and a weak municipality cannot
        be told apart, and nothing is adjusted.

    Notes
    -----
    Least squares for level = case + severity + error, severities summing to 0, on the shared cases only. The levels' floor
    and ceiling are not modelled: near 0 and 5 severity is underestimated.
    """
    shared = _shared(answers)
    raters = np.unique(answers["rater"].dropna().to_numpy(dtype=str))
    position = {name: at for at, name in enumerate(raters)}
    case = np.asarray(shared.groupby(["code", "item"]).ngroup(), dtype=np.intp)
    who = shared["rater"].astype(str).map(position).to_numpy(dtype=np.intp)
    _check_linked(who, case, raters)
    level = shared["level"].to_numpy(dtype=float)
    laplacian, right = _normal_equations(who, case, level, raters.size)
    inverse = np.linalg.pinv(laplacian, rcond=1e-9, hermitian=True)
    severity = inverse @ right
    error = _residual(level - severity[who], case, raters.size)
    table = pd.DataFrame(
        {
            "severity": severity,
            "se": error * np.sqrt(np.diag(inverse).clip(0)),
            "cases": np.bincount(who, minlength=raters.size),
        },
        index=pd.Index(raters, name="rater"),
    )
    return Severity(
        table, error, {"method": "additive least squares", "cases": int(case.max()) + 1}
    )


def _normal_equations(
    who: NDArray[np.intp], case: NDArray[np.intp], level: Floats, count: int
) -> tuple[Floats, Floats]:
    """Give the normal equations for severities once every case's own level is taken out."""
    raters_of_case = np.bincount(case)
    middle = np.bincount(case, level) / raters_of_case
    member = np.zeros((raters_of_case.size, count))
    np.add.at(member, (case, who), 1.0)
    laplacian = np.diag(member.sum(axis=0)) - member.T @ (member / raters_of_case[:, None])
    return laplacian, np.asarray(
        np.bincount(who, level - middle[case], minlength=count), dtype=float
    )


def _residual(left: Floats, case: NDArray[np.intp], raters: int) -> float:
    """Give the standard deviation of what is left within cases, with its degrees of freedom."""
    cases = np.bincount(case)
    free = left.size - cases.size - (raters - 1)
    within = left - (np.bincount(case, left) / cases)[case]
    return float(np.sqrt((within**2).sum() / free)) if free > 0 else 0.0


def _check_linked(who: NDArray[np.intp], case: NDArray[np.intp], raters: NDArray[np.str_]) -> None:
    """Refuse interviewers between whom no chain of shared cases leads."""
    group = np.arange(raters.size)
    for each in np.unique(case):
        linked = np.unique(group[who[case == each]])
        group[np.isin(group, linked)] = linked[0]
    sets = ["・".join(raters[group == one]) for one in np.unique(group)]
    if len(sets) > 1:
        problem = f"共通の事例を評価していない聞き取り者がいます（{' / '.join(sets)}）"
        remedy = "この組をつなぐ事例（架空の町、または2人で訪ねる市町）を加えてください。厳しさの調整はできません"
        raise TableError([Fault(problem, remedy)])
