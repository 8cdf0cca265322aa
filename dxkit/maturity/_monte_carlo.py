"""What else could the scores have been? One draw after another, of everything that was chosen, guessed or misjudged.

A draw changes the weights (each by up to a share of itself, heading by heading), takes a normalisation and an aggregation,
fills missing answers from like municipalities, takes back an interviewer's severity and an answer's error. Means of means
under drawn weights are one product of matrices (geometric ones on logarithms), so ten thousand draws take a moment.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dxkit.maturity._framework import Floats, Framework
from dxkit.maturity._normalise import normalised
from dxkit.maturity._ranks import Ranks, ranks_of

# draws scored together: small enough for the processor's cache at 1,741 municipalities
BLOCK = 64
FLOOR = 0.01


@dataclass(frozen=True, slots=True)
class Noise:
    """What is uncertain in the answers themselves.

    Attributes
    ----------
    rows, columns, given
        Missing cells and the answers to draw from (`imputing.donors`).
    rater
        Units → position of their interviewer, -1 where unknown.
    severity, severity_se
        Of each interviewer, in levels.
    error
        Standard deviation of an answer, in levels.
    ends
        Lowest and highest level.
    """

    rows: NDArray[np.intp]
    columns: NDArray[np.intp]
    given: Floats
    rater: NDArray[np.intp]
    severity: Floats
    severity_se: Floats
    error: float
    ends: tuple[Floats, Floats]


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that a worker needs; arrays and plain values only, so that it can be sent to another process."""

    numbers: Floats
    framework: Framework
    methods: Sequence[tuple[str, str]]
    weight_noise: float
    noise: Noise | None


def draw_weights(
    framework: Framework, count: int, noise: float, random: np.random.Generator
) -> Floats:
    """Give leaf weights of each draw: every weight of every heading times 1 ± ``noise`` (uniform), scaled to sum 1 again.

    Returns
    -------
    numpy.ndarray
        Draws × leaves.
    """
    leaves = len(framework.leaves)
    # each weight's draws side by side in memory: headings are dealt with one after another
    share = np.ones((leaves + len(framework.headings), count))
    for at in range(len(framework.headings) - 1, -1, -1):
        heading = framework.headings[at]
        drawn = random.random((heading.weights.size, count))
        drawn *= 2 * noise * heading.weights[:, None]
        drawn += (1 - noise) * heading.weights[:, None]
        share[heading.members] = drawn * (share[leaves + at] / drawn.sum(axis=0))
    return share[:leaves].T


def ranks_of_draws(plan: Plan, count: int, seed: np.random.SeedSequence) -> Ranks:
    """Give the ranks of ``count`` draws, draws × units; the methods share them equally."""
    random = np.random.default_rng(seed)
    weights = draw_weights(plan.framework, count, plan.weight_noise, random)
    edges = np.linspace(0, count, len(plan.methods) + 1).astype(int)
    ranks = np.empty((count, plan.numbers.shape[0]), dtype=np.int16)
    for method, start, end in zip(plan.methods, edges[:-1], edges[1:], strict=True):
        if plan.noise is None:
            _same_answers(plan, method, weights[start:end], ranks[start:end])
        else:
            _other_answers(plan, method, weights[start:end], ranks[start:end], random)
    return ranks


def _same_answers(plan: Plan, method: tuple[str, str], weights: Floats, ranks: Ranks) -> None:
    """Rank draws that differ in weights only; ``ranks`` is filled."""
    normalise, aggregate = method
    scaled = normalised(plan.numbers, plan.framework, normalise, (FLOOR, 1.0))
    lifted = np.log(scaled) if aggregate == "geometric" else scaled
    block = max(BLOCK, 2**18 // plan.numbers.shape[0])
    for start in range(0, len(weights), block):
        these = slice(start, start + block)
        ranks[these] = ranks_of(_means(lifted, weights[these]))


def _means(lifted: Floats, weights: Floats) -> Floats:
    """Give draws × units; where answers are missing, the weights of the others are weighed up."""
    known = ~np.isnan(lifted)
    if known.all():
        return np.asarray(weights @ lifted.T)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(
            (weights @ np.where(known, lifted, 0.0).T) / (weights @ known.T.astype(float))
        )


def _other_answers(
    plan: Plan, method: tuple[str, str], weights: Floats, ranks: Ranks, random: np.random.Generator
) -> None:
    """Rank draws whose answers differ, too, block by block in single precision (far finer than an answer's error)."""
    prepared = _Prepared(plan, *method)
    scores = np.empty((BLOCK, plan.numbers.shape[0]))
    single = weights.astype(np.float32, order="C")
    for start in range(0, len(weights), BLOCK):
        these = single[start : start + BLOCK]
        for at, drawn in enumerate(these):
            scores[at] = prepared.scores(drawn, random)
        ranks[start : start + BLOCK] = ranks_of(scores[: len(these)])


class _Prepared:
    """The parts of a draw that do not change, and room for those that do."""

    def __init__(self, plan: Plan, normalise: str, aggregate: str) -> None:
        noise = plan.noise
        if noise is None:
            raise ValueError("nothing to draw")
        self.noise, self.aggregate = noise, aggregate
        self.moves = normalise != "goalposts"
        # row by row in memory, whatever the table's layout: missing answers are written by flat position below
        self.base = np.nan_to_num(plan.numbers).astype(np.float32, order="C")
        self.direction = plan.framework.direction.astype(np.float32)
        self.lowest, self.highest = (end.astype(np.float32) for end in noise.ends)
        self.zscore = normalise == "zscore"
        posts = np.sort(
            [
                plan.framework.low * plan.framework.direction,
                plan.framework.high * plan.framework.direction,
            ],
            axis=0,
        )
        self.posts = posts.astype(np.float32)
        self.answers, self.errors, self.fresh = (
            np.empty(self.base.shape, np.float32),
            np.empty(self.base.shape, np.float32),
            True,
        )
        self.missing = noise.rows * self.base.shape[1] + noise.columns

    def scores(
        self, weights: NDArray[np.float32], random: np.random.Generator
    ) -> NDArray[np.float32]:
        """Give every unit's score in one draw."""
        noise, answers = self.noise, self.answers
        if noise.error > 0:
            np.add(self.base, self._error(random), out=answers)
        else:
            answers[:] = self.base
        if noise.severity.size:
            drawn = noise.severity + noise.severity_se * random.standard_normal(noise.severity.size)
            answers -= np.append(drawn, 0.0).astype(np.float32)[noise.rater][:, None]
        if self.missing.size:
            pick = random.integers(0, noise.given.shape[1], self.missing.size)
            # by row and column, never through a reshaped array, which is a copy where the layout does not fit
            answers[noise.rows, noise.columns] = noise.given[np.arange(self.missing.size), pick]
        np.clip(answers, self.lowest, self.highest, out=answers)
        return self._aggregated(weights)

    def _error(self, random: np.random.Generator) -> NDArray[np.float32]:
        """Give every answer's error; every second draw takes the opposite of the one before (antithetic pairs)."""
        if self.fresh:
            random.standard_normal(out=self.errors, dtype=np.float32)
            self.errors *= np.float32(self.noise.error)
        else:
            np.negative(self.errors, out=self.errors)
        self.fresh = not self.fresh
        return self.errors

    def _aggregated(self, weights: NDArray[np.float32]) -> NDArray[np.float32]:
        """Normalise and take the weighted mean; arithmetic means fold the scale into the weights."""
        answers = self.answers
        answers *= self.direction
        if self.zscore:
            return np.asarray(answers @ (weights / np.maximum(answers.std(axis=0, ddof=1), 1e-6)))
        low, high = (answers.min(axis=0), answers.max(axis=0)) if self.moves else self.posts
        width = np.maximum(high - low, np.float32(1e-6))
        if self.aggregate == "arithmetic":
            return np.asarray(answers @ (weights / width))
        answers -= low
        answers *= np.float32(1 - FLOOR) / width
        answers += np.float32(FLOOR)
        np.log(answers, out=answers)
        return np.asarray(answers @ weights)
