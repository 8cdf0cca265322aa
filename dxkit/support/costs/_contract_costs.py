"""What do n licences cost when the unit price falls with the number and a contract has a minimum?

`contract_costs` computes it for every number, and the other modules of the package use the same
prices. The package of the prefecture gives neither the prices nor the minimum: both are the
user's. A table of tiers holds ``from_count`` (the tier begins at this number) and ``unit_yen``
(whole yen, not rising). Two ways of reading it are in use: ``"all"``, every licence at the price
of the tier that the number reaches, and ``"each"``, the licences within a tier at that tier's
price. Under ``"all"`` it can be cheaper to buy more than are needed; the cost of n licences is
therefore that of the cheapest number that is large enough.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from dxkit import _checks
from dxkit._arrays import IntArray
from dxkit._plain_tables import read_plain_table
from dxkit.errors import Fault, TableError
from dxkit.schema import accepts_any_table, carry_provenance

TIER_READINGS = ("all", "each")
# costs are tabulated for every number up to the total; no municipality needs more licences
MAX_LICENCES = 1_000_000
# products of both limits stay within 64 bits
MAX_UNIT_YEN = 1e9


@accepts_any_table("prices")
def contract_costs(
    prices: pd.DataFrame, count: int, *, minimum: int = 1, how: str = "all"
) -> pd.DataFrame:
    """Compute what a contract for each number of licences costs.

    Parameters
    ----------
    prices
        One row a tier: ``from_count, unit_yen`` (whole yen, not rising).
    count
        The most licences needed (0 to 1,000,000).
    minimum
        The smallest contract; a smaller need pays for the minimum.
    how
        ``"all"``: every licence at the price of the tier reached; ``"each"``: each tier's
        licences at its own price.

    Returns
    -------
    pandas.DataFrame
        One row a number from 0 to ``count``: ``licences`` (needed), ``bought`` (as many as are
        bought for that, which can be more), ``yen`` (whole yen; never falling, and one contract
        for two needs never costs more than two contracts).

    Raises
    ------
    TableError
        If a column is missing, a number is not whole, or prices rise with the number.
    ChoiceError
        If an option cannot be.

    Examples
    --------
    Nine licences cost 8,000 yen, as ten at 800 yen are cheaper than nine at 1,000:

    >>> import pandas as pd
    >>> prices = pd.DataFrame({"from_count": [1, 10], "unit_yen": [1000, 800]})
    >>> contract_costs(prices, 10).tail(3)
        licences  bought   yen
    8          8       8  8000
    9          9      10  8000
    10        10      10  8000
    """
    # the table has a row for each number, so that the number has a limit
    largest = int(_checks.require_number(count, "count", high=MAX_LICENCES))
    tariff = compute_tariff(prices, largest, minimum=minimum, how=how)
    table = pd.DataFrame(
        {"licences": np.arange(largest + 1), "bought": tariff.bought, "yen": tariff.yen}
    )
    table.attrs["settings"] = {"minimum": tariff.minimum, "how": how}
    return carry_provenance(table, prices)


@dataclass(frozen=True)
class Tariff:
    """What each number of licences costs.

    Attributes
    ----------
    yen
        Whole yen for 0, 1, … licences needed; never falling, and a joint contract never dearer
        than separate ones (subadditive).
    bought
        How many are bought for that.
    minimum
        The smallest contract.
    """

    yen: IntArray
    bought: IntArray
    minimum: int


def compute_tariff(
    prices: pd.DataFrame, largest: int, *, minimum: int = 1, how: str = "all"
) -> Tariff:
    """Compute the cost of every number of licences up to ``largest``.

    Raises
    ------
    TableError
        If tiers are missing, not in whole yen, or rise with the number.
    ChoiceError
        If ``how`` or ``minimum`` are not among what can be.
    """
    _checks.require_choice(how, TIER_READINGS, "how")
    smallest = int(_checks.require_number(minimum, "minimum", low=1, high=MAX_LICENCES))
    starts, units = _read_tiers(read_plain_table(prices))
    # the cheapest number to buy is the need itself or the beginning of a tier above it
    top = int(max(largest, smallest, starts.max()))
    counts = np.arange(top + 1)
    tier = np.searchsorted(starts, counts, side="right") - 1
    if how == "all":
        listed = counts * units[np.maximum(tier, 0)]
    else:
        listed = _sum_within_tiers(starts, units, top)
    # numbers below the minimum or below the first tier cannot be bought
    for_sale = np.flatnonzero(counts >= max(smallest, int(starts[0])))
    cost = np.full(top + 1, np.iinfo(np.int64).max)
    cost[for_sale] = listed[for_sale]
    # from the top down: the least cost so far, and at which number it was last reached
    backward = np.minimum.accumulate(cost[::-1])
    reached = np.maximum.accumulate(np.where(cost[::-1] == backward, counts, 0))
    yen = backward[::-1].copy()
    bought = (top - reached)[::-1].copy()
    # who needs nothing signs no contract
    yen[0] = 0
    bought[0] = 0
    return Tariff(yen[: largest + 1], bought[: largest + 1], smallest)


def read_demand(licences: pd.DataFrame, column: str = "licences") -> IntArray:
    """Read how many licences each municipality needs: whole numbers from 1.

    Raises
    ------
    TableError
    """
    # a code that stood twice would be billed twice
    _checks.require_unique_rows(licences, ["code"], "licences")
    demand = _checks.read_numbers(
        licences, column, "licences", low=1, high=MAX_LICENCES, whole=True
    ).astype(np.intp)
    # each row within the limit can still sum to a table too long for memory
    if demand.sum() > MAX_LICENCES:
        raise TableError(
            [
                Fault(
                    "ライセンスの合計が多すぎます",
                    f"{MAX_LICENCES:,}以下にしてください",
                    column=column,
                    value=int(demand.sum()),
                )
            ]
        )
    return demand


def list_names(table: pd.DataFrame) -> list[str]:
    """List the name of each row, or its code where there are no names."""
    return [str(name) for name in table["name" if "name" in table else "code"]]


def copy_keys(table: pd.DataFrame) -> pd.DataFrame:
    """Copy the code and, where there is one, the name of each row, to begin a result with."""
    keys = [column for column in ("code", "name") if column in table]
    return pd.DataFrame({column: table[column].to_numpy() for column in keys})


def _read_tiers(prices: pd.DataFrame) -> tuple[IntArray, IntArray]:
    """Read beginnings and unit prices of the tiers, in ascending order."""
    # two prices from the same number on contradict each other
    _checks.require_unique_rows(prices, ["from_count"], "prices")
    starts = _checks.read_numbers(
        prices, "from_count", "prices", low=1, high=MAX_LICENCES, whole=True
    ).astype(np.intp)
    units = _checks.read_numbers(
        prices, "unit_yen", "prices", low=1, high=MAX_UNIT_YEN, whole=True
    ).astype(np.intp)
    # tiers may be given in any order
    order = np.argsort(starts)
    starts = starts[order]
    units = units[order]
    rising = np.flatnonzero(np.diff(units) > 0)
    if rising.size:
        raise TableError(
            Fault(
                "数が増えると単価が上がっています",
                "単価の順を確かめてください",
                row=int(order[tier + 1]) + 1,
                column="unit_yen",
                value=int(units[tier + 1]),
            )
            for tier in rising.tolist()
        )
    return starts, units


def _sum_within_tiers(starts: IntArray, units: IntArray, top: int) -> IntArray:
    """Sum up what each number costs when every licence costs what its own tier says."""
    # the price of the last of 1, 2, … licences; the sum is what that many cost
    tier = np.searchsorted(starts, np.arange(1, top + 1), side="right") - 1
    return np.concatenate([[0], np.cumsum(units[np.maximum(tier, 0)])]).astype(np.intp)
