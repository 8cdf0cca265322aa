"""How strict is each interviewer?

Two interviewers can agree on who is ahead and still be strict or lenient; where all have rated the
same fictional towns, or some of the same municipalities, severity can be told from maturity.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dxkit._arrays import FloatArray, IntArray
from dxkit.errors import Fault, TableError
from dxkit.maturity._agreement import select_shared_cases
from dxkit.maturity._answer_values import read_answers
from dxkit.maturity._method_texts import describe_severity
from dxkit.schema import MethodText, TableResult, accepts_any_table, carry_provenance


@dataclass(frozen=True)
class Severity(TableResult):
    """How strict each interviewer is.

    Attributes
    ----------
    table
        Index ``rater``: ``severity`` (levels by which the ratings lie above the mean of all
        interviewers; below 0 is strict), ``se`` (standard error), ``cases`` (shared cases rated).
    error
        Standard deviation of one answer around its case, in levels.
    settings
        How it was estimated.
    """

    table: pd.DataFrame
    error: float
    settings: dict[str, Any]

    def __repr__(self) -> str:
        return f"<厳しさ: 聞き取り者{len(self.table)}人、答えの誤差 {self.error:.2f}段階>"

    def _describe_method(self) -> MethodText:
        return describe_severity(self.settings, self.error, len(self.table))

    def adjust(self, answers: pd.DataFrame, *, low: float = 0.0, high: float = 5.0) -> pd.DataFrame:
        """Take each interviewer's severity back, between the lowest and the highest level.

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
        answers = read_answers(answers, ("rater", "level"))
        severity = answers["rater"].map(self.table["severity"]).fillna(0.0)
        adjusted = answers.assign(level=(answers["level"] - severity).clip(low, high))
        return carry_provenance(adjusted, answers)


@accepts_any_table("answers")
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
        If interviewers share no case, directly or through others: then a strict interviewer and a
        weak municipality cannot be told apart, and nothing is adjusted.

    Notes
    -----
    Least squares for level = case + severity + error, severities summing to 0, on the shared cases
    only. The levels' floor and ceiling are not modelled: near 0 and 5 severity is underestimated.

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame(
    ...     [("V1", "plan", "A", 2), ("V1", "plan", "B", 3),
    ...      ("V1", "team", "A", 1), ("V1", "team", "B", 2)],
    ...     columns=["code", "item", "rater", "level"],
    ... )
    >>> rater_severity(answers).table["severity"].round(2).to_dict()
    {'A': -0.5, 'B': 0.5}
    """
    shared = select_shared_cases(answers)
    raters = np.unique(answers["rater"].dropna().to_numpy(dtype=str))
    position = {name: index for index, name in enumerate(raters)}
    case = np.asarray(shared.groupby(["code", "item"]).ngroup(), dtype=np.intp)
    rater = shared["rater"].astype(str).map(position).to_numpy(dtype=np.intp)
    _check_linked(rater, case, raters)
    level = shared["level"].to_numpy(dtype=float)
    laplacian, right_side = _build_normal_equations(rater, case, level, raters.size)
    # the pseudo-inverse picks the solution in which severities sum to 0
    inverse = np.linalg.pinv(laplacian, rcond=1e-9, hermitian=True)
    severity = inverse @ right_side
    error = _estimate_error(level - severity[rater], case, raters.size)
    table = pd.DataFrame(
        {
            "severity": severity,
            "se": error * np.sqrt(np.diag(inverse).clip(0)),
            "cases": np.bincount(rater, minlength=raters.size),
        },
        index=pd.Index(raters, name="rater"),
    )
    settings = {"method": "additive least squares", "cases": int(case.max()) + 1}
    return Severity(carry_provenance(table, answers), error, settings)


def _build_normal_equations(
    rater: IntArray, case: IntArray, level: FloatArray, n_raters: int
) -> tuple[FloatArray, FloatArray]:
    """Build the normal equations for severities once every case's own level is taken out."""
    raters_of_case = np.bincount(case)
    case_mean = np.bincount(case, level) / raters_of_case
    has_rated = np.zeros((raters_of_case.size, n_raters))
    np.add.at(has_rated, (case, rater), 1.0)
    laplacian = np.diag(has_rated.sum(axis=0)) - has_rated.T @ (has_rated / raters_of_case[:, None])
    right_side = np.bincount(rater, level - case_mean[case], minlength=n_raters)
    return laplacian, np.asarray(right_side, dtype=float)


def _estimate_error(adjusted: FloatArray, case: IntArray, n_raters: int) -> float:
    """Estimate the standard deviation of levels within cases, with its degrees of freedom."""
    n_answers = np.bincount(case)
    freedom = adjusted.size - n_answers.size - (n_raters - 1)
    within = adjusted - (np.bincount(case, adjusted) / n_answers)[case]
    return float(np.sqrt((within**2).sum() / freedom)) if freedom > 0 else 0.0


def _check_linked(rater: IntArray, case: IntArray, raters: NDArray[np.str_]) -> None:
    """Refuse interviewers between whom no chain of shared cases leads."""
    # interviewers of one case join one group, until nothing moves
    group = np.arange(raters.size)
    for number in np.unique(case):
        linked = np.unique(group[rater[case == number]])
        group[np.isin(group, linked)] = linked[0]
    groups = ["・".join(raters[group == number]) for number in np.unique(group)]
    if len(groups) > 1:
        problem = f"共通の事例を評価していない聞き取り者がいます（{' / '.join(groups)}）"
        remedy = (
            "この組をつなぐ事例（架空の町、または2人で訪ねる市町）を加えてください。"
            "厳しさの調整はできません"
        )
        raise TableError([Fault(problem, remedy)])
