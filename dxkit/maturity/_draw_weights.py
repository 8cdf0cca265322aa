"""What else could the weights have been?"""

import numpy as np
import pandas as pd

from dxkit._arrays import FloatArray
from dxkit.maturity._framework import Framework, build_framework
from dxkit.schema import carry_provenance

# share by which each weight may vary
WEIGHT_NOISE = 0.25
# draws that one worker takes at a time; each portion has a seed of its own, so this number is part
# of what a seed means
PORTION = 2048


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
    framework = build_framework(indicators)
    portions = [
        draw_leaf_weights(framework, count, weight_noise, np.random.default_rng(portion_seed))
        for count, portion_seed in split_draws(draws, seed)
    ]
    table = pd.DataFrame(np.vstack(portions), columns=list(framework.leaves))
    return carry_provenance(table.rename_axis("draw"), indicators)


def split_draws(draws: int, seed: int) -> list[tuple[int, np.random.SeedSequence]]:
    """Split draws into portions, each with a seed of its own."""
    counts = [min(PORTION, draws - start) for start in range(0, draws, PORTION)]
    return list(zip(counts, np.random.SeedSequence(seed).spawn(len(counts)), strict=True))


def draw_leaf_weights(
    framework: Framework, count: int, noise: float, random: np.random.Generator
) -> FloatArray:
    """Draw leaf weights: every weight of every heading times 1 ± ``noise``, scaled to sum 1.

    Returns
    -------
    numpy.ndarray
        Draws × leaves.
    """
    n_leaves = len(framework.leaves)
    # each weight's draws side by side in memory: headings are dealt with one after another
    share = np.ones((n_leaves + len(framework.headings), count))
    # from the total down: each heading hands its share on to its members
    for position in range(len(framework.headings) - 1, -1, -1):
        heading = framework.headings[position]
        weights = random.random((heading.weights.size, count))
        weights *= 2 * noise * heading.weights[:, None]
        weights += (1 - noise) * heading.weights[:, None]
        share[heading.members] = weights * (share[n_leaves + position] / weights.sum(axis=0))
    return share[:n_leaves].T
