"""What is a joint offer as whole numbers, and what do favourites first make of it?"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dxkit._arrays import BoolArray


@dataclass(frozen=True)
class JointOffer:
    """Municipalities × services in whole numbers.

    Attributes
    ----------
    codes, services
        Of the municipalities and of the services.
    worth
        Municipalities × services: yen a year; 0 where there is no wish.
    fees, joint_costs
        Of each service: yen a year of each participant, and of all together.
    thresholds
        Of each service: fewest participants.
    budgets
        Of each municipality: yen a year.
    """

    codes: list[str]
    services: list[str]
    worth: NDArray[np.int64]
    fees: NDArray[np.int64]
    joint_costs: NDArray[np.int64]
    thresholds: NDArray[np.int64]
    budgets: NDArray[np.int64]

    def compute_net_worth(self, takes: BoolArray) -> int:
        """Compute what a choice (municipalities × services) is worth to all."""
        gains = ((self.worth - self.fees) * takes).sum()
        return int(gains - (self.joint_costs * takes.any(axis=0)).sum())


def choose_favourites(offer: JointOffer) -> BoolArray:
    """Let everybody take its favourites within its budget.

    Services that fall short of their threshold fall away, and all choose again.
    """
    is_open = np.ones(len(offer.thresholds), dtype=bool)
    while True:
        takes = _take_favourites(offer, is_open)
        counts = takes.sum(axis=0)
        falls_short = is_open & (counts < offer.thresholds)
        if not falls_short.any():
            return takes
        # the one that is furthest from its threshold goes first
        reached = np.where(falls_short, counts / np.maximum(offer.thresholds, 1), np.inf)
        is_open[np.argmin(reached)] = False


def _take_favourites(offer: JointOffer, is_open: BoolArray) -> BoolArray:
    """Let everybody take what gains it most, as far as its budget goes."""
    gains = np.where(is_open[None, :], offer.worth - offer.fees, 0)
    takes = np.zeros(gains.shape, dtype=bool)
    # one municipality after the other, its largest gain first
    for row, order in enumerate(np.argsort(-gains, axis=1, kind="stable")):
        budget = offer.budgets[row]
        for column in order[gains[row, order] > 0]:
            if offer.fees[column] <= budget:
                takes[row, column] = True
                budget -= offer.fees[column]
    return takes
