"""How far does a unit stand above or below the others, as far as its answers tell?

Standardised answers are taken to be a unit's standing, plus its standing under the heading, plus a
rest: z = s + d + e, with variances estimated from the table. What a unit has answered gives a
posterior of its standing, the wider the less it has answered and drawn towards the middle. A unit's
missing answers hang together through it: who stands lower than thought does so in all of them.
"""

from dataclasses import dataclass

import numpy as np

from dxkit._arrays import BoolArray, FloatArray, IntArray
from dxkit.maturity._framework import Framework

# rounds of expectation–maximisation; what variances still move then is far below their error
ROUNDS = 60
# least variances, on the scale on which an item has variance 1
MIN_VARIANCE = 1e-4
# variances to begin with: of standings, of standings under a heading, of the rest
START_VARIANCES = (0.4, 0.1, 0.5)
# a column that varies by less than this share of its size varies by rounding alone
FLAT_TOLERANCE = 1e-12


@dataclass(frozen=True, slots=True)
class Standings:
    """Posterior of each unit's standing under each heading, in standard deviations of an item.

    Attributes
    ----------
    mean, sd
        Units × headings that hold leaves.
    common
        Units × headings: correlation (0–1) of a standing with the unit's standing as a whole.
    observed
        Units × headings: mean of the unit's standardised answers; 0 where it has none.
    heading_of_leaf
        Leaves → column of the arrays above.
    """

    mean: FloatArray
    sd: FloatArray
    common: FloatArray
    observed: FloatArray
    heading_of_leaf: IntArray


@dataclass(frozen=True, slots=True)
class _Answers:
    """Standardised answers, better ones higher, and how many there are.

    Attributes
    ----------
    scaled, is_answered
        Units × leaves; 0 where missing. Leaves that do not vary count as missing.
    in_heading
        Leaves × headings: 1 where the leaf stands right below the heading.
    counts
        Units × headings.
    """

    scaled: FloatArray
    is_answered: BoolArray
    in_heading: FloatArray
    counts: FloatArray


@dataclass(frozen=True, slots=True)
class _Posterior:
    """Posterior under given variances.

    Attributes
    ----------
    variances
        Of standings, of standings under a heading, of the rest.
    observed
        Units × headings: mean of the answers, items' own means taken out.
    unit_mean, unit_variance
        Of each unit's standing.
    unit_weight
        Units × headings: weight of the heading's answers in the unit's standing.
    own_weight
        Units × headings: weight of the heading's answers in the standing under it.
    mean
        Units × headings: of standings under headings.
    """

    variances: tuple[float, float, float]
    observed: FloatArray
    unit_mean: FloatArray
    unit_variance: FloatArray
    unit_weight: FloatArray
    own_weight: FloatArray
    mean: FloatArray


def fit_standings(numbers: FloatArray, framework: Framework, n_near: IntArray) -> Standings:
    """Fit standings and their variances to a table with blanks.

    Parameters
    ----------
    numbers
        Units × leaves; NaN is missing.
    framework
        Directions, and which leaves stand right below the same heading.
    n_near
        For each leaf, how many answers a missing one is drawn from.

    Notes
    -----
    Expectation–maximisation for a mixed model with crossed items. The variance under headings is
    taken for 0 where the table cannot tell it: if no unit has two answers under one heading, or
    answers under two headings.
    """
    heading_of_leaf = _find_headings(framework)
    answers = _standardise(numbers, framework.direction, heading_of_leaf)
    n_headings = (answers.counts > 0).sum(axis=1)
    can_tell_headings = bool((answers.counts > 1).any() and (n_headings > 1).any())
    between, within, rest = START_VARIANCES
    variances = (between, within if can_tell_headings else 0.0, rest)
    effects = np.zeros(numbers.shape[1])
    posterior = _compute_posterior(answers, effects, variances)
    for _ in range(ROUNDS):
        fitted = posterior.mean[:, heading_of_leaf]
        effects = _fit_item_effects(answers, fitted)
        residual = np.where(answers.is_answered, answers.scaled - effects - fitted, 0.0)
        variances = _update_variances(posterior, answers.counts, residual)
        posterior = _compute_posterior(answers, effects, variances)
    shared, own = _widen_variances(posterior, answers, np.isnan(numbers), n_near)
    sd = np.sqrt(shared + own)
    return Standings(posterior.mean, sd, np.sqrt(shared) / sd, posterior.observed, heading_of_leaf)


def _fit_item_effects(answers: _Answers, fitted: FloatArray) -> FloatArray:
    """Fit items' own means, once it is known who answered them."""
    residual = np.where(answers.is_answered, answers.scaled - fitted, 0.0)
    return np.asarray(residual.sum(axis=0) / np.maximum(answers.is_answered.sum(axis=0), 1))


def _compute_posterior(
    answers: _Answers, effects: FloatArray, variances: tuple[float, float, float]
) -> _Posterior:
    between, within, rest = variances
    counts = answers.counts
    sums = np.where(answers.is_answered, answers.scaled - effects, 0.0) @ answers.in_heading
    observed = sums / np.maximum(counts, 1)
    # the mean under a heading differs from the unit's standing by this variance
    noise = within + rest / np.maximum(counts, 1)
    precision = np.where(counts > 0, 1 / noise, 0.0)
    unit_variance = 1 / (1 / between + precision.sum(axis=1))
    unit_weight = unit_variance[:, None] * precision
    unit_mean = (unit_weight * observed).sum(axis=1)
    own_weight = within * counts / (within * counts + rest)
    mean = own_weight * observed + (1 - own_weight) * unit_mean[:, None]
    return _Posterior(variances, observed, unit_mean, unit_variance, unit_weight, own_weight, mean)


def _split_variance(posterior: _Posterior) -> tuple[FloatArray, FloatArray]:
    """Split the variance of standings under headings: shared by the unit's, and of their own."""
    open_share = 1 - posterior.own_weight
    shared = open_share**2 * posterior.unit_variance[:, None]
    return shared, posterior.variances[1] * open_share


def _update_variances(
    posterior: _Posterior, counts: FloatArray, residual: FloatArray
) -> tuple[float, float, float]:
    """Compute the variances that fit a posterior best: means of expected squares."""
    between = float((posterior.unit_mean**2 + posterior.unit_variance).mean())
    shared, own = _split_variance(posterior)
    # each answer's rest is uncertain by its standing's variance
    squares = (residual**2).sum() + (counts * (shared + own)).sum()
    rest = float(squares / max(counts.sum(), 1))
    within = posterior.variances[1]
    if within > 0:
        shift = posterior.mean - posterior.unit_mean[:, None]
        spread = posterior.own_weight**2 * posterior.unit_variance[:, None] + own
        within = max(float((shift**2 + spread)[counts > 0].mean()), MIN_VARIANCE)
    return max(between, MIN_VARIANCE), within, max(rest, MIN_VARIANCE)


def _widen_variances(
    posterior: _Posterior, answers: _Answers, is_missing: BoolArray, n_near: IntArray
) -> tuple[FloatArray, FloatArray]:
    """Add what is uncertain about the items: their means, and the answers drawn from.

    An item's mean errs by the rest over the number who answered it, and the answers near a standing
    by the rest over their number; both are averaged over a unit's items.
    """
    rest = posterior.variances[2]
    n_answers = np.maximum(answers.is_answered.sum(axis=0), 1)
    sums = (answers.is_answered / n_answers) @ answers.in_heading
    answered_error = rest * sums / np.maximum(answers.counts, 1) ** 2
    n_missing = is_missing @ answers.in_heading
    sums = (is_missing / np.maximum(n_near, 1)) @ answers.in_heading
    missing_error = rest * sums / np.maximum(n_missing, 1) ** 2
    unit_error = (posterior.unit_weight**2 * answered_error).sum(axis=1)[:, None]
    shared, own = _split_variance(posterior)
    shared += (1 - posterior.own_weight) ** 2 * unit_error
    own += posterior.own_weight**2 * answered_error + missing_error
    return shared, own


def _standardise(numbers: FloatArray, direction: FloatArray, heading_of_leaf: IntArray) -> _Answers:
    """Standardise columns; constant ones tell nothing of anybody and count as missing."""
    is_answered = ~np.isnan(numbers)
    n_answers = np.maximum(is_answered.sum(axis=0), 1)
    middle = np.where(is_answered, numbers, 0.0).sum(axis=0) / n_answers
    deviation = np.where(is_answered, numbers - middle, 0.0)
    spread = np.sqrt((deviation**2).sum(axis=0) / n_answers)
    varies = spread > FLAT_TOLERANCE * (np.abs(middle) + 1)
    is_answered &= varies
    scaled = np.where(is_answered, deviation / np.where(varies, spread, 1.0) * direction, 0.0)
    in_heading = np.eye(int(heading_of_leaf.max()) + 1)[heading_of_leaf]
    return _Answers(scaled, is_answered, in_heading, is_answered.astype(float) @ in_heading)


def _find_headings(framework: Framework) -> IntArray:
    """Find the heading right above each leaf, numbered from 0."""
    n_leaves = len(framework.leaves)
    parent = np.zeros(n_leaves, dtype=np.intp)
    for position, heading in enumerate(framework.headings):
        parent[heading.members[heading.members < n_leaves]] = position
    return np.asarray(np.unique(parent, return_inverse=True)[1], dtype=np.intp)
