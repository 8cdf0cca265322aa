"""What do n licences cost when the unit price falls with the number and no contract is smaller than a minimum?

The package gives neither the prices nor the minimum: both are the user's. A table of tiers holds ``from_count`` (the tier begins
at this number) and ``unit_yen`` (whole yen, not rising). Two ways of reading it are in use: ``"all"``, every licence at the price
of the tier that the number reaches, and ``"each"``, the licences within a tier at that tier's price. Under ``"all"`` it can be
cheaper to buy more than are needed; the cost of n licences is therefore that of the cheapest number that is large enough.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dxkit import _checks
from dxkit.errors import Fault, TableError

Whole = NDArray[np.int64]
HOWS = ("all", "each")
# a table of costs is kept for every number up to the total; more licences than this are no municipality's
MOST = 1_000_000


@dataclass(frozen=True)
class Tariff:
    """What each number of licences costs.

    Attributes
    ----------
    yen
        Whole yen for 0, 1, … licences needed; never falling, and joint never dearer than apart (subadditive).
    bought
        How many are bought for that.
    minimum
        The smallest contract.
    """

    yen: Whole
    bought: Whole
    minimum: int


def tariff(prices: pd.DataFrame, most: int, *, minimum: int = 1, how: str = "all") -> Tariff:
    """Compute the cost of every number of licences up to ``most``.

    Raises
    ------
    TableError
        If tiers are missing, not in whole yen, or rise with the number.
    ChoiceError
        If ``how`` or ``minimum`` are not among what can be.
    """
    _checks.require_choice(how, HOWS, "how")
    least = int(_checks.require_number(minimum, "minimum", low=1, high=MOST))
    starts, units = _tiers(prices)
    # the cheapest number to buy is the need itself or the beginning of a tier above it
    top = int(max(most, least, starts.max()))
    counts = np.arange(top + 1)
    reached = np.searchsorted(starts, counts, side="right") - 1
    listed = counts * units[np.maximum(reached, 0)] if how == "all" else _within(starts, units, top)
    open_at = np.flatnonzero(counts >= max(least, int(starts[0])))
    cost = np.full(top + 1, np.iinfo(np.int64).max)
    cost[open_at] = listed[open_at]
    # from the top down: the least cost so far, and where it was last met
    backward = np.minimum.accumulate(cost[::-1])
    met = np.maximum.accumulate(np.where(cost[::-1] == backward, counts, 0))
    cost, bought = backward[::-1].copy(), (top - met)[::-1].copy()
    cost[0], bought[0] = 0, 0
    return Tariff(cost[: most + 1], bought[: most + 1], least)


def demand(licences: pd.DataFrame, column: str = "licences") -> Whole:
    """Give how many licences each municipality needs: whole numbers from 1.

    Raises
    ------
    TableError
    """
    _checks.require_unique_rows(licences, ["code"], "licences")
    needed = _checks.read_numbers(
        licences, column, "licences", low=1, high=MOST, whole=True
    ).astype(np.int64)
    if needed.sum() > MOST:
        raise TableError(
            [
                Fault(
                    "ライセンスの合計が多すぎます",
                    f"{MOST:,}以下にしてください",
                    column=column,
                    value=int(needed.sum()),
                )
            ]
        )
    return np.asarray(needed, dtype=np.int64)


def called(table: pd.DataFrame) -> list[str]:
    """Give the name of each row, or its code."""
    return [str(name) for name in table["name" if "name" in table else "code"]]


def kept(table: pd.DataFrame) -> dict[str, Any]:
    """Give the code and, where given, the name of each row, to begin a result with."""
    return {name: table[name].to_numpy() for name in ("code", "name") if name in table}


def _tiers(prices: pd.DataFrame) -> tuple[Whole, Whole]:
    """Give beginnings and unit prices of the tiers, in order."""
    _checks.require_unique_rows(prices, ["from_count"], "prices")
    starts = _checks.read_numbers(
        prices, "from_count", "prices", low=1, high=MOST, whole=True
    ).astype(np.int64)
    units = _checks.read_numbers(prices, "unit_yen", "prices", low=1, high=1e9, whole=True).astype(
        np.int64
    )
    order = np.argsort(starts)
    starts, units = starts[order], units[order]
    rising = np.flatnonzero(np.diff(units) > 0)
    if rising.size:
        raise TableError(
            Fault(
                "数が増えると単価が上がっています",
                "単価の順を確かめてください",
                row=int(order[at + 1]) + 1,
                column="unit_yen",
                value=int(units[at + 1]),
            )
            for at in rising.tolist()
        )
    return starts, units


def _within(starts: Whole, units: Whole, top: int) -> Whole:
    """Give the cost of each number when every licence costs what its own tier says."""
    steps = units[np.maximum(np.searchsorted(starts, np.arange(1, top + 1), side="right") - 1, 0)]
    return np.concatenate([[0], np.cumsum(steps)]).astype(np.int64)
