"""How much of the order hangs on a single indicator?"""

import numpy as np
import pandas as pd

from dxkit._arrays import FloatArray
from dxkit._checks import require_number
from dxkit._plain_tables import order_of_labels
from dxkit.maturity._aggregate import aggregate_headings, check_pair
from dxkit.maturity._competition_ranks import rank_rows
from dxkit.maturity._framework import Framework, drop_leaves, parse_framework, read_figures
from dxkit.maturity._heading_rule import MIN_ANSWERED
from dxkit.maturity._monte_carlo import FLOOR, MAX_FLOOR
from dxkit.maturity._normalise import normalise_figures
from dxkit.maturity._plain_framework import complete_framework
from dxkit.schema import accepts_any_table, carry_provenance


@accepts_any_table("values", "indicators")
def leave_one_out(
    values: pd.DataFrame,
    indicators: pd.DataFrame | None = None,
    *,
    normalise: str = "goalposts",
    aggregate: str = "arithmetic",
    floor: float = FLOOR,
    min_answered: float = MIN_ANSWERED,
) -> pd.DataFrame:
    """Compute how far municipalities move if one indicator is left out.

    Parameters
    ----------
    values, indicators
        As for `score`.
    normalise, aggregate
        The methods.
    floor
        Lower end of the normalised scale (above 0, below 1).
    min_answered
        Share of a heading's weight that must be answered (0–1), as in `score`.

    Returns
    -------
    pandas.DataFrame
        One row an indicator, the one that moves most first: ``indicator, label, mean_shift`` (mean
        absolute change of rank of those who have a total with it and without), ``largest``
        (greatest change), ``code`` (of the municipality that it moves most).
        ``.attrs["settings"]`` holds the methods and the floor.

    Raises
    ------
    ChoiceError
        If a method does not exist, or two do not go together.
    TableError
        If tables do not fit.

    Notes
    -----
    The weight of what is left out goes to the other members of its heading. A heading whose only
    indicator is left out drops out itself.

    Examples
    --------
    >>> import dxkit
    >>> moves = leave_one_out(dxkit.load("dashboard"), dxkit.load("indicators_dashboard"))
    >>> moves.loc[0, ["label", "code"]].tolist()
    ['RPAの導入状況', '28217']
    """
    indicators = complete_framework(values, indicators)
    check_pair(normalise, aggregate)
    require_number(floor, "floor", high=MAX_FLOOR, above=True)
    require_number(min_answered, "min_answered", high=1)
    framework = parse_framework(indicators)
    numbers, codes = read_figures(values, framework)
    scaled = normalise_figures(numbers, framework, normalise, (floor, 1.0))
    by_code = order_of_labels(codes)
    nominal = _rank_known_totals(scaled, framework, aggregate, min_answered)
    labels = framework.labels_by_name
    rows: list[tuple[object, ...]] = []
    for column, name in enumerate(framework.leaves):
        is_kept = np.arange(len(framework.leaves)) != column
        without = np.where(is_kept, scaled, np.nan)
        # left out, not missing: what is left of a heading is the whole of it
        rest = drop_leaves(framework, is_kept)
        shift = np.abs(_rank_known_totals(without, rest, aggregate, min_answered) - nominal)
        is_known = ~np.isnan(shift)
        if not is_known.any():
            # nobody has a total without the only indicator
            rows.append((name, labels[name], np.nan, pd.NA, None))
            continue
        # of several that move as far, the one whose code comes first
        unit = int(by_code[np.where(is_known, shift, -1.0)[by_code].argmax()])
        mean_shift = float(shift[is_known].mean())
        rows.append((name, labels[name], mean_shift, int(shift[unit]), codes[unit]))
    table = pd.DataFrame(rows, columns=["indicator", "label", "mean_shift", "largest", "code"])
    # whole numbers, with room for a missing one only where there is one
    table["largest"] = table["largest"].astype("Int64" if table["largest"].isna().any() else int)
    table = table.sort_values("mean_shift", ascending=False, ignore_index=True, kind="stable")
    settings = {"normalise": normalise, "aggregate": aggregate, "floor": floor}
    settings["min_answered"] = min_answered
    table.attrs["settings"] = settings
    return carry_provenance(table, values, indicators)


def _rank_known_totals(
    scaled: FloatArray, framework: Framework, aggregate: str, min_answered: float
) -> FloatArray:
    """Rank units by their total; missing where there is none."""
    total = aggregate_headings(scaled, framework, aggregate, min_answered)[:, -1]
    ranks = rank_rows(total[None, :])[0].astype(np.float64)
    return np.where(np.isnan(total), np.nan, ranks)
