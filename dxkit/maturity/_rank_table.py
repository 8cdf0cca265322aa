"""How do draws of ranks become one row a municipality?"""

import numpy as np
import pandas as pd

from dxkit._arrays import BoolArray, FloatArray
from dxkit.maturity._aggregate import aggregate_headings
from dxkit.maturity._competition_ranks import RankArray, rank_rows
from dxkit.maturity._framework import Framework, drop_leaves
from dxkit.maturity._heading_rule import MIN_ANSWERED, SHARE_TOLERANCE, find_present
from dxkit.maturity._monte_carlo import Noise, Plan
from dxkit.maturity._normalise import normalise_kept
from dxkit.maturity._rank_draws import find_quantiles, group_by_unit, group_tiers
from dxkit.maturity._usable_methods import find_kept

# share of the weight below which drawn answers say more of others than of the unit itself
MIN_FOR_INTERVAL = 0.2


def find_ranked(
    numbers: FloatArray, framework: Framework, min_answered: float | None, noise: Noise | None
) -> BoolArray:
    """Find the units that have answered enough to be ranked in draws.

    Parameters
    ----------
    numbers, framework
        The table and its tree.
    min_answered
        As for `rank_intervals`.
    noise
        Whether missing answers are drawn.
    """
    is_answered = ~np.isnan(numbers)
    if noise is None or noise.missing is None:
        # without answers drawn, those are ranked who have a total
        rule = MIN_ANSWERED if min_answered is None else min_answered
        return np.asarray(find_present(is_answered, framework, rule)[:, -1])
    least = MIN_FOR_INTERVAL if min_answered is None else min_answered
    return np.asarray(is_answered @ framework.leaf_weights >= least - SHARE_TOLERANCE)


def name_ends(level: float) -> tuple[str, str]:
    """Name the columns of an interval's ends: p05 and p95 for a level of 0.9."""
    # in tenths of a per cent, as charts name them
    tail = round((1 - level) * 50, 1)
    return f"p{'0' if tail < 10 else ''}{tail:g}", f"p{100 - tail:g}"


def build_rank_table(
    ranks: RankArray, plan: Plan, codes: pd.Index, *, level: float, tier_level: float
) -> pd.DataFrame:
    """Build one row a unit; units without an interval have a nominal rank at most."""
    # what nobody has answered counts as missing here, as in `score`
    normalise = plan.methods[0].normalise
    is_kept = find_kept(plan.numbers, normalise, fills_blanks=False)
    framework = drop_leaves(plan.framework, is_kept)
    scale = (plan.floor, 1.0)
    scaled = normalise_kept(plan.numbers, plan.framework, normalise, scale, is_kept)
    total = aggregate_headings(scaled, framework, plan.methods[0].aggregate, plan.min_answered)
    total = total[:, -1]
    unit_ranks = group_by_unit(ranks[:, plan.is_ranked])
    low, median, high = find_quantiles(unit_ranks, ((1 - level) / 2, 0.5, (1 + level) / 2)).T
    low_name, high_name = name_ends(level)
    columns = {
        low_name: low,
        "median": median,
        high_name: high,
        "tier": group_tiers(unit_ranks, median.astype(float), tier_level),
    }
    nominal = pd.Series(rank_rows(total[None, :])[0], index=codes).mask(np.isnan(total))
    table = pd.DataFrame({"nominal": nominal})
    for name, column in columns.items():
        table[name] = pd.Series(column, index=codes[plan.is_ranked])
    # whole numbers, with room for missing ones only where there are any
    return table.astype("Int64" if table.isna().any(axis=None) else int)
