"""What do the answers of a hearing say, scored once for all the sheets that show them?"""

from dataclasses import dataclass

import pandas as pd

from dxkit import maturity
from dxkit.errors import Fault, TableError
from dxkit.loaders import load

ANSWERED, NOT_APPLICABLE = "answered", "not_applicable"
PEERS = 8
# standard deviation of an answer, in levels, where no case was rated twice; what `dxkit.maturity.next_steps` assumes
ERROR = 0.6


@dataclass(frozen=True)
class Hearing:
    """A hearing's answers and what follows from them.

    Attributes
    ----------
    answers
        As given, fictional towns included.
    real
        Answers of municipalities, one an item, with ``dimension`` (in the framework's order).
    framework
        The items, their headings and level texts.
    scores
        Of `dxkit.maturity.score`.
    severity
        Interviewers' severity, or why it cannot be told.
    """

    answers: pd.DataFrame
    real: pd.DataFrame
    framework: pd.DataFrame
    scores: maturity.Scores
    severity: maturity.Severity | str

    @property
    def made(self) -> bool:
        """Whether the answers are invented."""
        return self.answers.attrs.get("made") is True

    @property
    def error(self) -> float:
        """Standard deviation of an answer, in levels."""
        return (
            ERROR
            if isinstance(self.severity, str) or not self.severity.error
            else self.severity.error
        )

    @property
    def codes(self) -> list[str]:
        """Municipalities of which at least one item was asked, in the order of their codes."""
        asked = self.real[self.real["status"] != NOT_APPLICABLE]
        return sorted(asked["code"].unique())

    @property
    def labels(self) -> dict[str, str]:
        """Item or heading → Japanese name."""
        return dict(zip(self.framework["indicator"], self.framework["label"], strict=True))

    def dimensions(self) -> pd.DataFrame:
        """Give the scores of the headings as 0–100."""
        return self.scores.dimensions * 100


def hearing(answers: pd.DataFrame, indicators: pd.DataFrame | None, towns: pd.DataFrame) -> Hearing:
    """Score the answers.

    Parameters
    ----------
    answers
        One row an answer: ``code, item, rater, level, target, status, evidence``.
    indicators
        The framework; by default ``indicators_hearing``.
    towns
        Index ``code``.

    Raises
    ------
    TableError
        If columns are missing, or no answer is of a municipality.
    """
    needed = ("code", "item", "rater", "level", "target", "status", "evidence")
    remedy = "read_hearing の結果を渡してください"
    absent = [
        Fault("列がありません", remedy, column=name)
        for name in needed
        if name not in answers.columns
    ]
    if absent:
        raise TableError(absent)
    framework = load("indicators_hearing") if indicators is None else indicators
    own = answers[answers["code"].isin(towns.index)].drop_duplicates(["code", "item"])
    if own.empty:
        raise TableError([Fault("41市町の回答がありません", remedy, column="code")])
    headings = _heading_of(framework)
    order = list(dict.fromkeys(headings.values()))
    dimension = pd.Categorical(own["item"].map(headings), categories=order)
    values = maturity.values_of(answers[answers["code"].isin(towns.index)])
    scores = maturity.score(values, framework)
    return Hearing(answers, own.assign(dimension=dimension), framework, scores, _severity(answers))


def _heading_of(framework: pd.DataFrame) -> dict[str, str]:
    """Give each item's topmost heading."""
    above = dict(
        zip(framework["indicator"], framework["parent"].fillna("").astype(str), strict=True)
    )
    found = {}
    for item in set(above) - set(above.values()):
        heading = item
        while above.get(heading):
            heading = above[heading]
        found[item] = heading
    return {item: found[item] for item in above if item in found}


def _severity(answers: pd.DataFrame) -> maturity.Severity | str:
    try:
        return maturity.rater_severity(answers)
    except TableError as error:
        return str(error)
