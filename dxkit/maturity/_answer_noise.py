"""What is uncertain in the answers to a hearing?

Missing answers, interviewers' severity and the error of an answer, each where it is to vary and the
tables tell it.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from dxkit._arrays import BoolArray, FloatArray
from dxkit._checks import is_number, warn_of_lone_labels
from dxkit.errors import ChoiceError, shorten
from dxkit.maturity._framework import Framework
from dxkit.maturity._missing_answers import MissingAnswers
from dxkit.maturity._monte_carlo import Noise
from dxkit.maturity._rater_severity import rater_severity


def gather_noise(
    numbers: FloatArray,
    framework: Framework,
    codes: pd.Index,
    *,
    answers: pd.DataFrame | None,
    vary: Sequence[str],
    levels: tuple[float, float],
    n_donors: int,
) -> Noise | None:
    """Gather what is uncertain in the answers; ``None`` if nothing is.

    Parameters
    ----------
    numbers, framework, codes
        The table, its tree and its codes.
    answers
        One row an answer, the fictional towns among them.
    vary
        What varies; only ``"missing"`` and ``"severity"`` are looked at.
    levels
        Lowest and highest level.
    n_donors
        Most answers among which a missing one is drawn.
    """
    _require_levels(levels)
    has_severity = "severity" in vary and answers is not None
    # what nobody has answered cannot be drawn
    is_missing = np.isnan(numbers)
    is_unanswered = is_missing.all(axis=0)
    has_blanks = "missing" in vary and bool((is_missing & ~is_unanswered).any())
    if not has_severity and not has_blanks:
        return None
    n_units, n_leaves = numbers.shape
    rater_shares = np.zeros((n_units, 0))
    severity = np.zeros(0)
    severity_se = np.zeros(0)
    error = 0.0
    # a column that nobody answered has no ends
    plain = np.where(is_unanswered, 0.0, numbers)
    ends = (np.nanmin(plain, axis=0), np.nanmax(plain, axis=0))
    adjusted = numbers
    if has_severity and answers is not None:
        estimate = rater_severity(answers)
        severity = estimate.table["severity"].to_numpy()
        severity_se = estimate.table["se"].to_numpy()
        error = estimate.error
        rater_shares = _count_rater_shares(answers, codes, estimate.table.index)
        adjusted = numbers - (rater_shares @ severity)[:, None]
        ends = (np.full(n_leaves, levels[0]), np.full(n_leaves, levels[1]))
    # standings are compared without what interviewers put on top
    missing = MissingAnswers(adjusted, framework, n_donors) if has_blanks else None
    return Noise(missing, rater_shares, severity, severity_se, error, ends)


def _require_levels(levels: tuple[float, float]) -> None:
    """Refuse ends of the levels that are not two numbers, the lower first."""
    is_row = isinstance(levels, Sequence) or (isinstance(levels, np.ndarray) and levels.ndim == 1)
    if not (is_row and len(levels) == 2 and all(map(is_number, levels)) and levels[0] < levels[1]):
        raise ChoiceError(
            f"levels={shorten(levels)} は使えません。"
            "段階の下端と上端を、小さい方から書いてください（例: (0, 5)）。"
        )


def warn_of_unvisited(
    answers: pd.DataFrame | None,
    codes: pd.Index,
    is_answered: BoolArray,
    vary: Sequence[str],
) -> None:
    """Say whose interviewer nobody knows, where interviewers' severity is taken back.

    Parameters
    ----------
    answers, vary
        As for `gather_noise`.
    codes, is_answered
        The units, and (units × leaves) what each has answered.
    """
    if answers is not None and "severity" in vary:
        visited = set(answers.dropna(subset=["level", "rater"])["code"].astype(str))
        lone = {"values": set(codes[np.asarray(is_answered.any(axis=1))].astype(str)) - visited}
        effect = "聞き取り者が分からないので、平均の厳しさとみなしました"
        warn_of_lone_labels(lone, "市町", effect)


def _count_rater_shares(answers: pd.DataFrame, codes: pd.Index, raters: pd.Index) -> FloatArray:
    """Count the share of each unit's answers that each interviewer has taken."""
    answered = answers.dropna(subset=["level", "rater"])
    unit = codes.get_indexer(pd.Index(answered["code"].astype(str)))
    rater = raters.get_indexer(pd.Index(answered["rater"].astype(str)))
    is_known = (unit >= 0) & (rater >= 0)
    counts = np.zeros((codes.size, raters.size))
    np.add.at(counts, (unit[is_known], rater[is_known]), 1.0)
    # a unit that nobody is known to have visited was rated as by the mean of all
    return np.asarray(counts / np.maximum(counts.sum(axis=1, keepdims=True), 1))
