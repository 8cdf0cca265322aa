"""How does each municipality look in its own best light?"""

import numpy as np
import pandas as pd

from dxkit._arrays import FloatArray
from dxkit._checks import require_choice, require_share
from dxkit._plain_tables import order_of_labels
from dxkit.errors import ChoiceError, TableError
from dxkit.maturity._framework import find_blank_faults, parse_framework, read_figures
from dxkit.maturity._normalise import Normalise, normalise_figures
from dxkit.maturity._read_values import require_numbers
from dxkit.maturity._robust_order import BLANK_REMEDY
from dxkit.schema import accepts_any_table, carry_provenance

BOUNDS = ("contribution", "weight")


@accepts_any_table("values", "indicators")
def benefit_of_doubt(
    values: pd.DataFrame,
    indicators: pd.DataFrame | None = None,
    *,
    low: float = 0.0,
    high: float = 1.0,
    of: str = "contribution",
    normalise: Normalise | None = "goalposts",
) -> pd.DataFrame:
    """Score each municipality with the weights that suit it best.

    Parameters
    ----------
    values
        One row a municipality, one column an indicator, no answer missing.
    indicators
        The framework (for normalisation); without it all columns of numbers of ``values`` are used
        as they are, published ranks and totals as well.
    low, high
        Bounds of each indicator's share (0–1): ``low`` keeps anything from being ignored.
    of
        What the bounds are shares of: ``"contribution"`` (of the municipality's own score) or
        ``"weight"`` (of all weights).
    normalise
        The normalisation, ``None`` for none.

    Returns
    -------
    pandas.DataFrame
        Index ``code``: ``score`` (1: nobody does better under this municipality's own weights),
        then the share that each indicator contributes.

    Raises
    ------
    ChoiceError
        If the bounds leave no weights.
    TableError
        If answers are missing.

    Notes
    -----
    OECD/JRC handbook section 6.4 (Cherchye et al. 2004): for unit c, max Σ w·x_c such that
    Σ w·x_k ≤ 1 for all k, with low·Σ w·x_c ≤ w_q·x_cq ≤ high·Σ w·x_c (contribution) or
    low·Σ w ≤ w_q ≤ high·Σ w (weight). The handbook's own example is ``low=0.10,
    high=0.15, of="weight", normalise="minmax"``. One linear programme a municipality (HiGHS).
    Friendly by construction: many reach 1. A municipality that has 0 in an indicator cannot draw a
    contribution from it; with ``low`` above 0 it scores 0. Scores of 1 may differ in the fifteenth
    digit: `competition_ranks` takes them for equal.

    Examples
    --------
    >>> import pandas as pd
    >>> figures = pd.DataFrame({"plan": [4, 2, 1], "team": [1, 2, 3]}, index=["A", "B", "C"])
    >>> benefit_of_doubt(figures)["score"].round(2).to_dict()
    {'A': 1.0, 'B': 0.91, 'C': 1.0}
    """
    require_choice(of, BOUNDS, "of")
    require_share(low, "low")
    require_share(high, "high")
    numbers, codes, names = _read_plain_figures(values, indicators, normalise)
    equal_share = 1 / len(names)
    if not (0 <= low <= equal_share <= high <= 1):
        raise ChoiceError(
            f"low={low}, high={high} は使えません。"
            f"{len(names)}指標なら low ≦ {equal_share:.3f} ≦ high にしてください。"
        )
    # of several equally good weights the solver takes those of the first columns: by name, then
    by_code = order_of_labels(codes)
    by_name = order_of_labels(names)
    figures = numbers[np.ix_(by_code, by_name)]
    rows = [_solve_best_weights(figures, unit, low, high, of) for unit in np.argsort(by_code)]
    table = pd.DataFrame(
        [shares for _, shares in rows], index=codes, columns=[names[at] for at in by_name]
    )[names]
    table.insert(0, "score", [score for score, _ in rows])
    table.attrs["settings"] = {"low": low, "high": high, "of": of, "normalise": normalise}
    return carry_provenance(table, values, indicators)


def _read_plain_figures(
    values: pd.DataFrame, indicators: pd.DataFrame | None, normalise: Normalise | None
) -> tuple[FloatArray, pd.Index, list[str]]:
    """Read figures, normalised by the framework if there is one, and refuse blanks."""
    if indicators is None:
        table = values.set_index("code") if "code" in values.columns else values
        require_numbers(table)
        numbers = table.to_numpy(dtype=float, na_value=np.nan)
        codes = table.index
        names = [str(name) for name in table.columns]
    else:
        framework = parse_framework(indicators)
        numbers, codes = read_figures(values, framework)
        names = list(framework.leaves)
        if normalise is not None:
            numbers = normalise_figures(numbers, framework, normalise, (0.0, 1.0))
    if faults := find_blank_faults(numbers, codes, names, BLANK_REMEDY):
        raise TableError(faults)
    return numbers, codes, names


def _solve_best_weights(
    numbers: FloatArray, unit: int, low: float, high: float, of: str
) -> tuple[float, FloatArray]:
    """Solve one unit's linear programme: its score and the share of each indicator."""
    from scipy.optimize import linprog  # noqa: PLC0415 - takes a second to load

    figures = numbers[unit]
    # bounds as rows that must not be above 0: share · Σ w x - w_q x_q (or without x)
    counted = figures if of == "contribution" else np.ones(figures.size)
    lower_rows = low * counted[None, :] - np.diag(counted)
    upper_rows = np.diag(counted) - high * counted[None, :]
    rows = np.vstack([numbers, lower_rows, upper_rows])
    limits = np.concatenate([np.ones(numbers.shape[0]), np.zeros(2 * figures.size)])
    solution = linprog(-figures, A_ub=rows, b_ub=limits, bounds=(0, None), method="highs")
    parts = solution.x * figures
    score = float(parts.sum())
    # who has 0 everywhere scores 0, of which there are no shares
    return score, parts / score if score > 0 else np.full(figures.size, np.nan)
