"""What else could the scores have been, had everything chosen or guessed been otherwise?

A draw changes the weights (each by up to a share of itself, heading by heading), takes a
normalisation and an aggregation, fills missing answers from like municipalities, takes back an
interviewer's severity and an answer's error. Means of means under drawn weights are one product of
matrices (geometric ones on logarithms), so ten thousand draws take a moment.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dxkit._arrays import FloatArray, IntArray
from dxkit.maturity._competition_ranks import RankArray, rank_rows
from dxkit.maturity._draw_weights import draw_leaf_weights
from dxkit.maturity._framework import Framework
from dxkit.maturity._normalise import normalise_figures

# draws scored together: small enough for the processor's cache at 1,741 municipalities
BLOCK = 64
# lower end of the scale, above 0 so that everything has a logarithm
FLOOR = 0.01
# columns narrower than this are stretched no further
MIN_WIDTH = 1e-6


@dataclass(frozen=True, slots=True)
class Noise:
    """What is uncertain in the answers themselves.

    Attributes
    ----------
    rows, columns, donor_answers
        Missing cells and the answers to draw from (`find_donors`).
    rater
        Units → position of their interviewer, -1 where unknown.
    severity, severity_se
        Of each interviewer, in levels.
    error
        Standard deviation of an answer, in levels.
    ends
        Lowest and highest level.
    """

    rows: IntArray
    columns: IntArray
    donor_answers: FloatArray
    rater: IntArray
    severity: FloatArray
    severity_se: FloatArray
    error: float
    ends: tuple[FloatArray, FloatArray]


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that a worker needs, as arrays and plain values: it may be sent to a process."""

    numbers: FloatArray
    framework: Framework
    methods: Sequence[tuple[str, str]]
    weight_noise: float
    noise: Noise | None


def rank_draws(plan: Plan, count: int, seed: np.random.SeedSequence) -> RankArray:
    """Rank the units in ``count`` draws, draws × units; the methods share them equally."""
    random = np.random.default_rng(seed)
    weights = draw_leaf_weights(plan.framework, count, plan.weight_noise, random)
    edges = np.linspace(0, count, len(plan.methods) + 1).astype(int)
    ranks = np.empty((count, plan.numbers.shape[0]), dtype=np.int16)
    for method, start, end in zip(plan.methods, edges[:-1], edges[1:], strict=True):
        if plan.noise is None:
            _rank_same_answers(plan, method, weights[start:end], ranks[start:end])
        else:
            _rank_other_answers(plan, method, weights[start:end], ranks[start:end], random)
    return ranks


def _rank_same_answers(
    plan: Plan, method: tuple[str, str], weights: FloatArray, ranks: RankArray
) -> None:
    """Rank draws that differ in weights only; ``ranks`` is filled."""
    normalise, aggregate = method
    scaled = normalise_figures(plan.numbers, plan.framework, normalise, (FLOOR, 1.0))
    lifted = np.log(scaled) if aggregate == "geometric" else scaled
    # few units leave room for more draws at once
    block = max(BLOCK, 2**18 // plan.numbers.shape[0])
    for start in range(0, len(weights), block):
        rows = slice(start, start + block)
        ranks[rows] = rank_rows(_average(lifted, weights[rows]))


def _average(lifted: FloatArray, weights: FloatArray) -> FloatArray:
    """Average leaves, draws × units; without an answer the weights of the others count more."""
    is_answered = ~np.isnan(lifted)
    if is_answered.all():
        return np.asarray(weights @ lifted.T)
    sums = weights @ np.where(is_answered, lifted, 0.0).T
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(sums / (weights @ is_answered.T.astype(float)))


def _rank_other_answers(
    plan: Plan,
    method: tuple[str, str],
    weights: FloatArray,
    ranks: RankArray,
    random: np.random.Generator,
) -> None:
    """Rank draws whose answers differ, too, block by block.

    In single precision, which is far finer than an answer's error.
    """
    scorer = _Scorer(plan, *method)
    scores = np.empty((BLOCK, plan.numbers.shape[0]))
    single = weights.astype(np.float32, order="C")
    for start in range(0, len(weights), BLOCK):
        block = single[start : start + BLOCK]
        for row, draw in enumerate(block):
            scores[row] = scorer.score_draw(draw, random)
        ranks[start : start + BLOCK] = rank_rows(scores[: len(block)])


class _Scorer:
    """The parts of a draw that do not change, and room for those that do."""

    def __init__(self, plan: Plan, normalise: str, aggregate: str) -> None:
        noise = plan.noise
        if noise is None:
            raise ValueError("nothing to draw")
        self.noise = noise
        self.aggregate = aggregate
        self.normalise = normalise
        # row by row in memory, whatever the table's layout: missing answers are written by
        # flat position below
        self.base = np.nan_to_num(plan.numbers).astype(np.float32, order="C")
        self.direction = plan.framework.direction.astype(np.float32)
        self.lowest, self.highest = (end.astype(np.float32) for end in noise.ends)
        posts = np.sort(
            [
                plan.framework.low * plan.framework.direction,
                plan.framework.high * plan.framework.direction,
            ],
            axis=0,
        )
        self.posts = posts.astype(np.float32)
        self.answers = np.empty(self.base.shape, np.float32)
        self.errors = np.empty(self.base.shape, np.float32)
        self.needs_errors = True

    def score_draw(
        self, weights: NDArray[np.float32], random: np.random.Generator
    ) -> NDArray[np.float32]:
        """Compute every unit's score in one draw."""
        noise = self.noise
        answers = self.answers
        if noise.error > 0:
            np.add(self.base, self._draw_errors(random), out=answers)
        else:
            answers[:] = self.base
        if noise.severity.size:
            spread = noise.severity_se * random.standard_normal(noise.severity.size)
            # the last entry is for units whose interviewer is not known
            severity = np.append(noise.severity + spread, 0.0).astype(np.float32)
            answers -= severity[noise.rater][:, None]
        if noise.rows.size:
            n_missing, n_donors = noise.donor_answers.shape
            donor = random.integers(0, n_donors, n_missing)
            # by row and column, never through a reshaped array, which is a copy where the layout
            # does not fit
            answers[noise.rows, noise.columns] = noise.donor_answers[np.arange(n_missing), donor]
        np.clip(answers, self.lowest, self.highest, out=answers)
        return self._aggregate(weights)

    def _draw_errors(self, random: np.random.Generator) -> NDArray[np.float32]:
        """Draw every answer's error; each second draw takes the opposite (antithetic pairs)."""
        if self.needs_errors:
            random.standard_normal(out=self.errors, dtype=np.float32)
            self.errors *= np.float32(self.noise.error)
        else:
            np.negative(self.errors, out=self.errors)
        self.needs_errors = not self.needs_errors
        return self.errors

    def _aggregate(self, weights: NDArray[np.float32]) -> NDArray[np.float32]:
        """Normalise and take the weighted mean; arithmetic means fold the scale into weights."""
        answers = self.answers
        answers *= self.direction
        if self.normalise == "zscore":
            spread = np.maximum(answers.std(axis=0, ddof=1), MIN_WIDTH)
            return np.asarray(answers @ (weights / spread))
        if self.normalise == "minmax":
            low = answers.min(axis=0)
            high = answers.max(axis=0)
        else:
            low, high = self.posts
        width = np.maximum(high - low, np.float32(MIN_WIDTH))
        if self.aggregate == "arithmetic":
            # the lower ends move everybody alike, which changes no rank
            return np.asarray(answers @ (weights / width))
        answers -= low
        answers *= np.float32(1 - FLOOR) / width
        answers += np.float32(FLOOR)
        np.log(answers, out=answers)
        return np.asarray(answers @ weights)
