"""What else could the weights have been?"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from dxkit._arrays import FloatArray
from dxkit._checks import require_number, require_whole_number
from dxkit.maturity._framework import Framework, parse_framework, sort_framework
from dxkit.maturity._heading_rule import multiply_weights
from dxkit.schema import accepts_any_table, carry_provenance

# share by which each weight may vary
WEIGHT_NOISE = 0.25
# draws that one worker takes at a time; each portion has a seed of its own, so this number is part
# of what a seed means
PORTION = 2048


@accepts_any_table("indicators")
def draw_weights(
    indicators: pd.DataFrame,
    *,
    draws: int = 1000,
    seed: int = 0,
    weight_noise: float = WEIGHT_NOISE,
) -> pd.DataFrame:
    """Draw the weights that `rank_intervals` uses with the same seed.

    Parameters
    ----------
    indicators
        The framework, with the weights around which is drawn.
    draws
        How many draws.
    seed
        Of the draws.
    weight_noise
        Share (0–1) by which a weight may vary: each weight of every heading is multiplied by a
        number drawn uniformly from 1 ± ``weight_noise``, and scaled to sum 1 again.

    Returns
    -------
    pandas.DataFrame
        Draws × indicators that count: share of each in the total (sum 1).

    Raises
    ------
    TableError
        If the framework does not hold together.

    Notes
    -----
    Uncertainty analysis of the OECD/JRC handbook (step 7). Uniform noise is a convention, not a
    measurement of how far people's weights differ.

    Examples
    --------
    >>> import dxkit
    >>> weights = draw_weights(dxkit.load("indicators_technology"), draws=3)
    >>> weights.shape, weights.sum(axis=1).round(6).tolist()
    ((3, 8), [1.0, 1.0, 1.0])
    """
    require_whole_number(draws, "draws", high=10**9)
    require_number(weight_noise, "weight_noise", high=1)
    given = parse_framework(indicators)
    # a seed means the same draws for the same weights, whatever the order of the table's rows
    framework = sort_framework(given)
    portions = []
    for count, portion_seed in split_draws(draws, seed):
        random = np.random.default_rng(portion_seed)
        heading_weights = draw_heading_weights(framework, count, weight_noise, random)
        portions.append(multiply_weights(framework, heading_weights).T)
    table = pd.DataFrame(np.vstack(portions), columns=list(framework.leaves))
    table = table[list(given.leaves)]
    return carry_provenance(table.rename_axis("draw"), indicators)


def split_draws(draws: int, seed: int) -> list[tuple[int, np.random.SeedSequence]]:
    """Split draws into portions, each with a seed of its own."""
    counts = [min(PORTION, draws - start) for start in range(0, draws, PORTION)]
    return list(zip(counts, np.random.SeedSequence(seed).spawn(len(counts)), strict=True))


def draw_heading_weights(
    framework: Framework, count: int, noise: float, random: np.random.Generator
) -> list[FloatArray]:
    """Draw every weight of every heading times 1 ± ``noise``, scaled to sum 1 within the heading.

    Returns
    -------
    list of numpy.ndarray
        Members × draws of each heading, in the framework's order.
    """
    heading_weights: list[FloatArray] = []
    # the total first, then downwards: the order of draws is part of what a seed means
    for heading in reversed(framework.headings):
        weights = random.random((heading.weights.size, count))
        weights *= 2 * noise * heading.weights[:, None]
        weights += (1 - noise) * heading.weights[:, None]
        weights /= weights.sum(axis=0)
        heading_weights.append(weights)
    return heading_weights[::-1]


def drop_weights(
    heading_weights: Sequence[FloatArray], framework: Framework
) -> Sequence[FloatArray]:
    """Give drawn weights of what a framework dropped (`drop_leaves`) to the other members."""
    parts = zip(heading_weights, framework.headings, strict=True)
    kept = [weights * (heading.weights > 0)[:, None] for weights, heading in parts]
    sums = (weights.sum(axis=0) for weights in kept)
    return [
        weights / np.where(total > 0, total, 1.0) for weights, total in zip(kept, sums, strict=True)
    ]
