"""What else could the scores have been, had everything chosen or guessed been otherwise?

A draw changes the weights (each by up to a share of itself, heading by heading), takes a
normalisation and an aggregation, fills missing answers from like municipalities, takes back an
interviewer's severity and an answer's error. Means of means under drawn weights are one product of
matrices (geometric ones on logarithms), so ten thousand draws take a moment.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dxkit._arrays import BoolArray, FloatArray
from dxkit.maturity._competition_ranks import RankArray, choose_rank_type, rank_rows
from dxkit.maturity._draw_weights import draw_heading_weights, drop_weights
from dxkit.maturity._framework import Framework
from dxkit.maturity._heading_rule import HeadingAverager, multiply_weights
from dxkit.maturity._missing_answers import MissingAnswers
from dxkit.maturity._normalise import normalise_kept, read_goalposts

# draws scored together: small enough for the processor's cache at 1,741 municipalities
BLOCK = 64
# lower end of the scale, above 0 so that everything has a logarithm: a hundredth, as tools for
# composite indices use
FLOOR = 0.01
# a scale has some width left above its floor
MAX_FLOOR = 0.99
# columns narrower than this are stretched no further
MIN_WIDTH = 1e-6


@dataclass(frozen=True, slots=True)
class Noise:
    """What is uncertain in the answers themselves.

    Attributes
    ----------
    missing
        Missing cells and what they are drawn from; ``None`` where blanks are left out.
    rater_shares
        Units × interviewers: share of the unit's answers that each has taken.
    severity, severity_se
        Of each interviewer, in levels.
    error
        Standard deviation of an answer, in levels.
    ends
        Lowest and highest level.
    """

    missing: MissingAnswers | None
    rater_shares: FloatArray
    severity: FloatArray
    severity_se: FloatArray
    error: float
    ends: tuple[FloatArray, FloatArray]

    def draw_severity(self, random: np.random.Generator) -> FloatArray:
        """Draw how many levels too high each unit was rated."""
        spread = self.severity_se * random.standard_normal(self.severity.size)
        return np.asarray(self.rater_shares @ (self.severity + spread))


@dataclass(frozen=True, slots=True)
class Method:
    """A pair of methods, with what they can use of the table.

    Attributes
    ----------
    normalise, aggregate
        Their names.
    is_kept
        Leaves that can be used.
    framework
        The tree without the others.
    """

    normalise: str
    aggregate: str
    is_kept: BoolArray
    framework: Framework


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that a worker needs, as arrays and plain values: it may be sent to a process.

    Attributes
    ----------
    numbers, framework
        The table and its tree.
    methods
        Pairs of methods, which share the draws.
    noise
        What is uncertain in the answers, if anything is.
    is_ranked
        Units that have answered enough; the others rank behind everybody.
    weight_noise
        Share by which a weight may vary.
    min_answered
        Share of a heading's weight that must be there.
    floor
        Lower end of the scale.
    """

    numbers: FloatArray
    framework: Framework
    methods: Sequence[Method]
    noise: Noise | None
    is_ranked: BoolArray
    weight_noise: float
    min_answered: float
    floor: float


def rank_draws(plan: Plan, count: int, seed: np.random.SeedSequence) -> RankArray:
    """Rank the units in ``count`` draws, draws × units; the methods share them equally."""
    random = np.random.default_rng(seed)
    weights = draw_heading_weights(plan.framework, count, plan.weight_noise, random)
    edges = np.linspace(0, count, len(plan.methods) + 1).astype(int)
    n_units = plan.numbers.shape[0]
    ranks = np.empty((count, n_units), dtype=choose_rank_type(n_units))
    for method, start, end in zip(plan.methods, edges[:-1], edges[1:], strict=True):
        method_weights: Sequence[FloatArray] = [part[:, start:end] for part in weights]
        if not method.is_kept.all():
            method_weights = drop_weights(method_weights, method.framework)
        if plan.noise is None:
            _rank_same_answers(plan, method, method_weights, ranks[start:end])
        else:
            _rank_other_answers(plan, method, method_weights, ranks[start:end], random)
    return ranks


def _rank_same_answers(
    plan: Plan, method: Method, weights: Sequence[FloatArray], ranks: RankArray
) -> None:
    """Rank draws that differ in weights only; ``ranks`` is filled."""
    scaled = normalise_kept(
        plan.numbers, plan.framework, method.normalise, (plan.floor, 1.0), method.is_kept
    )
    is_answered = ~np.isnan(scaled)
    lifted = np.log(scaled) if method.aggregate == "geometric" else scaled
    lifted = np.where(is_answered, lifted, 0.0)
    averager = HeadingAverager(is_answered, method.framework, plan.min_answered)
    # few units leave room for more draws at once
    block = max(BLOCK, 2**18 // plan.numbers.shape[0])
    for start in range(0, len(ranks), block):
        block_weights = [part[:, start : start + block] for part in weights]
        totals = averager.average(lifted, block_weights)
        totals[:, ~plan.is_ranked] = np.nan
        ranks[start : start + block] = rank_rows(totals)


def _rank_other_answers(
    plan: Plan,
    method: Method,
    weights: Sequence[FloatArray],
    ranks: RankArray,
    random: np.random.Generator,
) -> None:
    """Rank draws whose answers differ, too, block by block."""
    scorer = _Scorer(plan, method)
    scores = np.empty((BLOCK, plan.numbers.shape[0]))
    leaf_weights = multiply_weights(method.framework, weights).T.astype(scorer.kind, order="C")
    for start in range(0, len(ranks), BLOCK):
        stop = min(start + BLOCK, len(ranks))
        for draw in range(start, stop):
            scorer.draw_answers(random)
            heading_weights = [part[:, draw : draw + 1] for part in weights]
            scores[draw - start] = scorer.score_answers(leaf_weights[draw], heading_weights)
        scores[:, ~plan.is_ranked] = np.nan
        ranks[start:stop] = rank_rows(scores[: stop - start])


class _Scorer:
    """The parts of a draw that do not change, and room for those that do.

    Attributes
    ----------
    kind
        Single precision where answers err, which is far finer than their error; double where only
        missing answers are drawn, so that level units stay level.
    """

    def __init__(self, plan: Plan, method: Method) -> None:
        noise = plan.noise
        if noise is None:
            raise ValueError("nothing to draw")
        self.noise = noise
        self.aggregate = method.aggregate
        self.normalise = method.normalise
        self.floor = plan.floor
        self.kind = np.float32 if noise.error > 0 else np.float64
        framework = plan.framework
        # cells that stay blank are left out by the rule for missing answers
        is_blank = np.isnan(plan.numbers)
        if noise.missing is not None:
            is_blank.ravel()[noise.missing.cells] = False
        # a column that is not kept has no weight, whatever stands in it
        is_complete = not is_blank[:, method.is_kept].any()
        is_used = ~is_blank & method.is_kept
        self.averager = HeadingAverager(
            np.ones_like(is_used) if is_complete else is_used, method.framework, plan.min_answered
        )
        # where no cell is blank, numpy need not look
        self.is_answered: BoolArray | bool = True if is_complete else ~is_blank
        # row by row in memory, whatever the table's layout: cells are found by flat position
        self.base = np.nan_to_num(plan.numbers).astype(self.kind, order="C")
        self.adjusted = self.base.copy()
        self.direction = framework.direction.astype(self.kind)
        lowest, highest = noise.ends
        if method.normalise == "goalposts":
            # as `score` does, figures beyond the posts are cut
            posts = read_goalposts(framework)
            self.posts = [end.astype(self.kind) for end in posts]
            raw_posts = np.sort(np.array(posts) * framework.direction, axis=0)
            lowest, highest = (np.clip(end, *raw_posts) for end in (lowest, highest))
        self.lowest = lowest.astype(self.kind)
        self.highest = highest.astype(self.kind)
        self.answers = np.empty(self.base.shape, self.kind)
        self.errors = np.empty(self.base.shape, np.float32)
        self.needs_errors = True

    def draw_answers(self, random: np.random.Generator) -> None:
        """Draw the true answers of all units, better ones higher."""
        noise = self.noise
        answers = self.answers
        if noise.severity.size:
            severity = noise.draw_severity(random).astype(self.kind)
            np.subtract(self.base, severity[:, None], out=self.adjusted)
        if noise.error > 0:
            np.add(self.adjusted, self._draw_errors(random), out=answers)
        else:
            answers[:] = self.adjusted
        if noise.missing is not None:
            # somebody's answer, from which its own interviewer's severity is taken back
            drawn_cells = noise.missing.draw_cells(random)
            answers.ravel()[noise.missing.cells] = self.adjusted.ravel()[drawn_cells]
        np.clip(answers, self.lowest, self.highest, out=answers)
        answers *= self.direction

    def _draw_errors(self, random: np.random.Generator) -> NDArray[np.float32]:
        """Draw every answer's error; each second draw takes the opposite (antithetic pairs)."""
        if self.needs_errors:
            random.standard_normal(out=self.errors, dtype=np.float32)
            self.errors *= np.float32(self.noise.error)
        else:
            np.negative(self.errors, out=self.errors)
        self.needs_errors = not self.needs_errors
        return self.errors

    def score_answers(
        self, leaf_weights: NDArray[Any], heading_weights: Sequence[FloatArray]
    ) -> NDArray[Any]:
        """Normalise the answers drawn and take the weighted mean."""
        answers = self.answers
        low, width = self._find_scale()
        if self.averager.is_complete and self.aggregate == "arithmetic":
            # the lower ends move everybody alike, which changes no rank: the scale goes into
            # the weights
            return np.asarray(answers @ (leaf_weights / width))
        answers -= low
        if self.normalise == "zscore":
            answers /= width
        else:
            answers *= self.kind(1 - self.floor) / width
            answers += self.kind(self.floor)
        if self.aggregate == "geometric":
            np.log(answers, out=answers)
        if self.averager.is_complete:
            return np.asarray(answers @ leaf_weights)
        # blanks stay out of the sums
        np.multiply(answers, self.is_answered, out=answers)
        total = self.averager.average(answers, heading_weights)
        return np.asarray(total[0])

    def _find_scale(self) -> tuple[NDArray[Any], NDArray[Any]]:
        """Find where each column's scale begins, and how wide it is."""
        if self.normalise == "goalposts":
            low, high = self.posts
            return low, np.subtract(high, low)
        answers = self.answers
        is_answered = self.is_answered
        if self.normalise == "zscore":
            with np.errstate(invalid="ignore", divide="ignore"):
                low = answers.mean(axis=0, where=is_answered)
                width = answers.std(axis=0, ddof=1, where=is_answered)
        else:
            low = answers.min(axis=0, where=is_answered, initial=np.inf)
            width = answers.max(axis=0, where=is_answered, initial=-np.inf) - low
        return low, np.maximum(width, self.kind(MIN_WIDTH))
