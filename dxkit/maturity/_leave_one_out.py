"""How much of the order hangs on a single indicator?"""

import numpy as np
import pandas as pd

from dxkit._checks import require_number
from dxkit._plain_tables import order_of_labels
from dxkit.maturity._choice_model import rank_totals
from dxkit.maturity._framework import drop_leaves, parse_framework, read_figures
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
        absolute change of rank), ``largest`` (greatest change), ``code`` (of the municipality that
        it moves most). ``.attrs["settings"]`` holds the methods and the floor.

    Raises
    ------
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
    require_number(floor, "floor", high=MAX_FLOOR, above=True)
    require_number(min_answered, "min_answered", high=1)
    framework = parse_framework(indicators)
    numbers, codes = read_figures(values, framework)
    scaled = normalise_figures(numbers, framework, normalise, (floor, 1.0))
    by_code = order_of_labels(codes)
    nominal = rank_totals(scaled, framework, aggregate, min_answered)
    labels = framework.labels_by_name
    rows = []
    for column, name in enumerate(framework.leaves):
        is_kept = np.arange(len(framework.leaves)) != column
        without = np.where(is_kept, scaled, np.nan)
        # left out, not missing: what is left of a heading is the whole of it
        rest = drop_leaves(framework, is_kept)
        shift = np.abs(rank_totals(without, rest, aggregate, min_answered) - nominal)
        # of several that move as far, the one whose code comes first
        unit = int(by_code[shift[by_code].argmax()])
        rows.append((name, labels[name], float(shift.mean()), int(shift[unit]), codes[unit]))
    table = pd.DataFrame(rows, columns=["indicator", "label", "mean_shift", "largest", "code"])
    table = table.sort_values("mean_shift", ascending=False, ignore_index=True, kind="stable")
    settings = {"normalise": normalise, "aggregate": aggregate, "floor": floor}
    settings["min_answered"] = min_answered
    table.attrs["settings"] = settings
    return carry_provenance(table, values, indicators)
