"""Which estimate is dear for a municipality of its size, and what would be fair?

A cost per resident falls with size, so that small municipalities look dear beside large ones.
`outliers` therefore sets each estimate beside the line of logarithms that most agree on
(`dxkit.support.costs._trimmed_squares`).

Limit: with the usual spread of estimates (about a fifth) a factor below about 1.6 is not told
from chance by this or any method (`evaluate_outlier_methods` shows it), and what makes it dear
(scope, term, line, support) is for people to ask.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from dxkit import _checks
from dxkit._arrays import FloatArray
from dxkit._plain_tables import read_plain_table, sort_by_keys
from dxkit.errors import ChoiceError, Fault, TableError, shorten
from dxkit.schema import MethodText, TableResult, accepts_any_table, carry_provenance
from dxkit.support.costs import _trimmed_squares
from dxkit.support.costs._trimmed_squares import COVERAGE, CUT, FittedLine, fit_line

# with fewer, half of them are no line, and the range may give one of them away
MIN_ESTIMATES = 6
# standard deviations that nine in ten of a normal distribution do not exceed
NINE_IN_TEN = 1.2816
# digits of the sizes at which the anonymised range stands: nobody's own size
ROUND_DIGITS = (1.0, 1.5, 2.0, 3.0, 5.0, 7.0)


@dataclass(frozen=True)
class Estimates(TableResult):
    """What estimates say about each other.

    Attributes
    ----------
    table
        One row an estimate: its key, ``people, yen_year, yen_per_person``, ``fair_yen_year`` (the
        middle for its size), ``low_yen_year`` and ``high_yen_year`` (the fair range), ``ratio``
        (of the estimate to the middle), ``verdict`` (high, low, fair) and ``reason`` in Japanese;
        the dearest first, then by key.
    fair
        The anonymised range: one row a size, ``people, low_yen_per_person,
        middle_yen_per_person, high_yen_per_person``.
    settings
        ``estimates, slope`` (1 % more people cost so many % more), ``spread, flagged_from`` (a
        ratio above this is called high), ``found_from`` (of estimates dearer than this, nine in
        ten are found), ``cut, coverage``.
    """

    table: pd.DataFrame
    fair: pd.DataFrame
    settings: dict[str, Any]

    def _describe_method(self) -> MethodText:
        return MethodText(
            ja=(
                f"見積もり{self.settings['estimates']}件の費用と人口の対数に、最小刈込み二乗法"
                f"（{self.settings['coverage']:g}を使用）で直線を当て、線から{self.settings['cut']:g}標準偏差"
                "を超えるものを高い・低いとした。",
                f"傾きは{self.settings['slope']:.3f}、ばらつきは{self.settings['spread']:.3f}、"
                f"高いとするのは{self.settings['flagged_from']:.2f}倍から。",
            ),
            en=(
                "A line was fitted to the logarithms of cost and people of "
                f"{self.settings['estimates']} estimates by "
                f"least trimmed squares (coverage {self.settings['coverage']:g}); what lies "
                "more than "
                f"{self.settings['cut']:g} spreads from it is called high or low.",
                f"The slope is {self.settings['slope']:.3f}, the spread "
                f"{self.settings['spread']:.3f}; high begins at "
                f"{self.settings['flagged_from']:.2f} times the middle.",
            ),
            constants={
                "min_estimates": MIN_ESTIMATES,
                "nine_in_ten": NINE_IN_TEN,
                "max_starts": _trimmed_squares.MAX_STARTS,
                "max_steps": _trimmed_squares.MAX_STEPS,
                "least_spread": _trimmed_squares.LEAST_SPREAD,
            },
            references=("rousseeuw1984",),
            software=("scipy",),
        )

    def __repr__(self) -> str:
        n_high = int((self.table["verdict"] == "high").sum())
        return (
            f"<見積もり {len(self.table)}件: 高いもの {n_high}件"
            f"（{self.settings['flagged_from']:.2f}倍を超えるもの）>"
        )

    def for_one(self, key: str) -> pd.DataFrame:
        """Return one body's own row with its fair range: nothing of any other.

        Parameters
        ----------
        key
            The estimate's key.

        Returns
        -------
        pandas.DataFrame
            One row, with ``estimates``: how many stand behind the range.

        Raises
        ------
        ChoiceError
            If there is none of that key.
        """
        key_column = self.table.columns[0]
        rows = self.table[self.table[key_column] == key]
        if rows.empty:
            raise ChoiceError(
                f"「{shorten(key)}」の見積もりはありません。{key_column} の値を確かめてください。"
            )
        return rows.assign(estimates=len(self.table)).reset_index(drop=True)


@accepts_any_table("estimates")
def outliers(
    estimates: pd.DataFrame,
    *,
    people: str = "people",
    yen: str = "yen_year",
    cut: float = CUT,
    coverage: float = COVERAGE,
) -> Estimates:
    """Find estimates out of line with their municipality's size, and an anonymised fair range.

    Parameters
    ----------
    estimates
        One row an estimate: ``estimate`` (or else ``code``: its key), people and yen a year; at
        least six.
    people, yen
        The columns.
    cut
        How many spreads from the line an estimate is called high or low.
    coverage
        The share of estimates that are sure to be fair (0.5–1): one minus the share that may be
        dear.

    Returns
    -------
    Estimates

    Raises
    ------
    TableError
        If a column is missing, a figure is not above 0, or there are fewer than six estimates.
    ChoiceError
        If ``cut`` or ``coverage`` cannot be.

    Examples
    --------
    >>> import dxkit
    >>> result = outliers(dxkit.load("estimates_example"))
    >>> result.table.loc[result.table["verdict"] == "high", ["estimate", "ratio"]].round(1)
      estimate  ratio
    0      団体C    2.7
    1      団体J    2.6
    """
    # options are checked before tables: their fault is the quicker one to mend
    n_spreads = _checks.require_number(cut, "cut", above=True)
    core_share = _checks.require_number(coverage, "coverage", low=0.5, high=1.0)
    table = _read_estimates(read_plain_table(estimates), people, yen)
    logs = np.log(table["people"].to_numpy())
    line = fit_line(logs, np.log(table["yen_year"].to_numpy()), n_spreads, core_share)
    # the range is as wide above the line as below it, as a factor
    width = float(np.exp(n_spreads * line.spread))
    middle = np.exp(line.log_cost(logs))
    table = table.assign(
        yen_per_person=table["yen_year"] / table["people"],
        fair_yen_year=middle,
        low_yen_year=middle / width,
        high_yen_year=middle * width,
        ratio=table["yen_year"] / middle,
    )
    # the same factor above and below the line
    table["verdict"] = np.where(
        table["ratio"] > width, "high", np.where(table["ratio"] < 1 / width, "low", "fair")
    )
    table["reason"] = [_explain_ratio(ratio, width) for ratio in table["ratio"].tolist()]
    settings = {
        "estimates": len(table),
        "slope": line.slope,
        "spread": line.spread,
        "flagged_from": width,
        "found_from": float(np.exp((n_spreads + NINE_IN_TEN) * line.spread)),
        "cut": cut,
        "coverage": coverage,
    }
    fair = _tabulate_range(table["people"].to_numpy(), line, width)
    table = table.sort_values("ratio", ascending=False, kind="stable", ignore_index=True)
    for result in (table, fair):
        carry_provenance(result, estimates)
    return Estimates(table, fair, settings)


def _read_estimates(estimates: pd.DataFrame, people: str, yen: str) -> pd.DataFrame:
    """Read key, people and yen of each estimate, in the order of the keys."""
    key = "estimate" if "estimate" in estimates else "code"
    _checks.require_unique_rows(estimates, [key], "estimates")
    # 0 is no size and no price
    heads, costs = (
        _checks.read_numbers(estimates, column, "estimates", low=1e-9) for column in (people, yen)
    )
    if len(heads) < MIN_ESTIMATES:
        remedy = f"{MIN_ESTIMATES}件以上にしてください"
        raise TableError([Fault("見積もりが少なすぎます", remedy, value=len(heads))])
    table = pd.DataFrame({key: estimates[key].to_numpy(), "people": heads, "yen_year": costs})
    # in one order, as a fit adds up rounding errors in the order of its figures
    return sort_by_keys(table, key)


def _tabulate_range(heads: FloatArray, line: FittedLine, width: float) -> pd.DataFrame:
    """Tabulate the range at the round sizes around all estimates, the same for everybody."""
    # round sizes only, so that no estimate can be read off the range
    decades = range(int(np.floor(np.log10(heads.min()))), int(np.ceil(np.log10(heads.max()))) + 1)
    grid = np.array([digit * 10.0**decade for decade in decades for digit in ROUND_DIGITS])
    first = np.searchsorted(grid, heads.min(), side="right") - 1
    last = np.searchsorted(grid, heads.max())
    sizes = grid[first : last + 1]
    middle = np.exp(line.log_cost(np.log(sizes))) / sizes
    return pd.DataFrame(
        {
            "people": sizes,
            "low_yen_per_person": middle / width,
            "middle_yen_per_person": middle,
            "high_yen_per_person": middle * width,
        }
    )


def _explain_ratio(ratio: float, width: float) -> str:
    if ratio > width:
        return f"同じ規模の{ratio:.1f}倍。内訳（範囲・期間・回線・保守）を聞く"
    if ratio < 1 / width:
        return f"同じ規模の{ratio:.1f}倍。抜けている費用がないか確かめる"
    return f"同じ規模の{ratio:.1f}倍。ばらつきの範囲（{1 / width:.1f}〜{width:.1f}倍）にある"
