"""What do the answers of a hearing say, scored once for all the sheets that show them?"""

from dataclasses import dataclass

import pandas as pd

from dxkit import maturity
from dxkit._checks import require_columns
from dxkit.errors import Fault, TableError
from dxkit.loaders import load
from dxkit.reports._origin_marks import read_mark, write_source
from dxkit.schema import carry_provenance

ANSWERED = "answered"
NOT_APPLICABLE = "not_applicable"
PEER_COUNT = 8
# standard deviation of an answer, in levels, where no case was rated twice; what
# `dxkit.maturity.next_steps` assumes
USUAL_ERROR = 0.6
# scores are 0–1, the sheets' points 0–100
POINTS = 100
COLUMNS = ("code", "item", "rater", "level", "target", "status", "evidence")


@dataclass(frozen=True)
class Hearing:
    """A hearing's answers and what follows from them.

    Attributes
    ----------
    answers
        As handed in, fictional towns included.
    real
        Answers of municipalities, one an item, with ``dimension`` (in the framework's order).
    framework
        The items, their headings and level texts.
    scores
        Of `dxkit.maturity.score`.
    severity
        Interviewers' severity, or why it cannot be estimated.
    """

    answers: pd.DataFrame
    real: pd.DataFrame
    framework: pd.DataFrame
    scores: maturity.Scores
    severity: maturity.Severity | str

    @property
    def data_mark(self) -> str:
        """What invented or estimated answers are marked with; empty for real ones.

        The framework does not count: its questions are ours, whoever answers them.
        """
        return read_mark(self.answers)

    @property
    def source_line(self) -> str:
        """Where the answers come from, for the foot of a sheet."""
        return write_source(self.answers)

    @property
    def answer_error(self) -> float:
        """Standard deviation of an answer, in levels."""
        # without common cases there is no estimate
        if isinstance(self.severity, str) or not self.severity.error:
            return USUAL_ERROR
        return self.severity.error

    @property
    def asked_codes(self) -> list[str]:
        """Municipalities of which at least one item was asked, in the order of their codes."""
        asked_rows = self.real[self.real["status"] != NOT_APPLICABLE]
        return sorted(asked_rows["code"].unique())

    @property
    def item_labels(self) -> dict[str, str]:
        """Item or heading → Japanese name."""
        return dict(zip(self.framework["indicator"], self.framework["label"], strict=True))

    @property
    def heading_points(self) -> pd.DataFrame:
        """Scores of the headings as 0–100."""
        return self.with_origin(self.scores.dimensions * POINTS)

    def with_origin(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return a table computed from the answers with their origin alone.

        What was computed also carries the framework's origin; its questions being made up makes
        no answer an invented one.
        """
        copy = table.copy()
        copy.attrs = {}
        return carry_provenance(copy, self.answers)


def gather_hearing(
    answers: pd.DataFrame, indicators: pd.DataFrame | None, municipalities: pd.DataFrame
) -> Hearing:
    """Score the answers.

    Parameters
    ----------
    answers
        One row an answer: ``code, item, rater, level, target, status, evidence``.
    indicators
        The framework; by default ``indicators_hearing``.
    municipalities
        Index ``code``.

    Raises
    ------
    TableError
        If columns are missing, or no answer is of a municipality.
    """
    require_columns(answers, COLUMNS, "回答")
    # the prefecture's own questions, unless others were asked
    framework = load("indicators_hearing") if indicators is None else indicators
    is_real = answers["code"].isin(municipalities.index)
    # a second answer to an item is another interviewer's, for the severity only
    real = answers[is_real].drop_duplicates(["code", "item"])
    if real.empty:
        remedy = "read_hearing の結果を渡してください"
        raise TableError(
            [Fault(f"{len(municipalities)}市町の回答がありません", remedy, column="code")]
        )
    heading_of = _find_headings(framework)
    order = list(dict.fromkeys(heading_of.values()))
    dimension = pd.Categorical(real["item"].map(heading_of), categories=order)
    scores = maturity.score(maturity.values_of(answers[is_real]), framework)
    return Hearing(
        answers,
        real.assign(dimension=dimension),
        framework,
        scores,
        _estimate_severity(answers),
    )


def _find_headings(framework: pd.DataFrame) -> dict[str, str]:
    """Find each item's topmost heading."""
    parents = framework["parent"].fillna("").astype(str)
    parent_of = dict(zip(framework["indicator"], parents, strict=True))
    above_others = set(parent_of.values())
    headings = {}
    for item in parent_of:
        # what stands above something is no item
        if item in above_others:
            continue
        heading = item
        while parent_of.get(heading):
            heading = parent_of[heading]
        headings[item] = heading
    return headings


def _estimate_severity(answers: pd.DataFrame) -> maturity.Severity | str:
    """Estimate the interviewers' severity, or say why that cannot be done."""
    try:
        return maturity.rater_severity(answers)
    except TableError as error:
        return str(error)
