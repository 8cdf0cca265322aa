"""What does each level of agreement weigh, and what can a pair weigh at most?

A weight is log2 of the likelihood ratio. A level with a frequency column weighs the more the rarer
the value is, as in Splink: by the commoner of the two values where they differ.
"""

from dataclasses import dataclass

import numpy as np

from dxkit._arrays import FloatArray, IntArray
from dxkit.linkage._comparisons import COMPARISONS, Comparison
from dxkit.linkage._spellings import RowArray
from dxkit.linkage._splink_model import Shares, scale_shares

FREQUENCY_COLUMNS = tuple(
    {
        level.frequency_column: None
        for comparison in COMPARISONS
        for level in comparison.levels
        if level.frequency_column
    }
)
_PART_UNKNOWN = " OR ".join(
    f"{side}.{key} IS NULL" for key in ("surname", "kana_surname") for side in "lr"
)
_SAME_SURNAME = "(l.surname = r.surname OR l.kana_surname = r.kana_surname)"
_SAME_GIVEN = "(l.given = r.given OR l.kana_given = r.kana_given)"
_SAME_MONTH = "l.year = r.year AND l.month = r.month"
# one digit differs, or two have changed places: the year or the day is the same then, unless the
# digits are no day
_NEAR_DIGITS = (
    "l.digits IS NOT NULL AND r.digits IS NOT NULL"
    " AND (l.year = r.year OR l.day = r.day OR l.day IS NULL OR r.day IS NULL)"
)
# by field and position of the level: what holds of the numbers wherever the level does. A level
# that is not listed may hold of any pair.
NECESSARY = {
    "name": {
        0: "l.name = r.name",
        1: "l.kana_plain = r.kana_plain",
        2: "l.kana_plain = r.kana_plain",
        3: "l.surname_initial = r.given_initial AND l.given_initial = r.surname_initial",
        4: _SAME_SURNAME,
        5: _SAME_GIVEN,
        6: f"({_PART_UNKNOWN})",
        7: _SAME_SURNAME,
        8: _SAME_GIVEN,
    },
    "birthday": {
        0: f"{_SAME_MONTH} AND l.day = r.day",
        1: _NEAR_DIGITS,
        2: _SAME_MONTH,
        3: "l.year = r.year",
        4: "(l.year = r.year OR l.month = r.month AND l.day = r.day)",
    },
    "address": {
        0: "l.code = r.code AND l.town = r.town AND l.block = r.block",
        1: "l.town = r.town AND l.block = r.block",
        2: "l.place = r.place AND (l.block IS NULL OR r.block IS NULL)",
        3: "l.block = r.block",
        4: "l.block = r.block",
        5: "l.place = r.place",
        8: "l.code = r.code AND l.block = r.block",
        9: "l.code = r.code",
    },
    "sex": {0: "l.sex = r.sex"},
}
# by field: what, if it holds of the numbers, rules out every level but the first
DECISIVE = {"birthday": NECESSARY["birthday"][0], "sex": NECESSARY["sex"][0]}
# by field: under what nothing can be said; it weighs nothing
UNKNOWN = {
    "name": "TRUE",
    "birthday": "l.year IS NULL OR r.year IS NULL",
    "address": "l.code IS NULL OR r.code IS NULL",
    "sex": "l.sex IS NULL OR r.sex IS NULL",
}
# what rounding may add to a sum of logarithms
SLACK = 1e-6


@dataclass(frozen=True, slots=True)
class LevelWeights:
    """Weights of the levels of one comparison.

    Attributes
    ----------
    comparison
        The comparison.
    m, u
        Log2 of the shares of each level among true pairs, as Splink is told them, and among
        chance pairs.
    """

    comparison: Comparison
    m: FloatArray
    u: FloatArray

    @classmethod
    def compute(cls, comparison: Comparison, shares: Shares) -> "LevelWeights":
        """Compute the weights from learnt shares."""
        m = np.log2(scale_shares(comparison, shares))
        return cls(comparison, m, np.log2(shares.u[comparison.field]))

    def weigh(
        self,
        levels: IntArray,
        rows: tuple[RowArray, RowArray],
        rarities: dict[str, tuple[FloatArray, FloatArray]],
    ) -> FloatArray:
        """Weigh pairs by their levels and by the rarity of what they share."""
        # position -1 is the last entry: what is unknown weighs nothing
        weights: FloatArray = np.append(self.m - self.u, 0.0)[levels]
        for position, level in enumerate(self.comparison.levels):
            if level.frequency_column:
                of_level = np.flatnonzero(levels == position)
                left, right = rarities[level.frequency_column]
                # the commoner of two values; fmin takes the other where one is missing
                rarity = np.fmin(left[rows[0][of_level]], right[rows[1][of_level]])
                rarity = np.where(np.isnan(rarity), -self.u[position], rarity)
                weights[of_level] = self.m[position] + rarity
        return weights


def measure_rarity(left: RowArray, right: RowArray) -> tuple[FloatArray, FloatArray]:
    """Measure how rare each row's value is among all of both sides: -log2 of its share."""
    counts = np.bincount(left[left >= 0], minlength=1 + max(left.max(), right.max(), 0))
    counts = counts + np.bincount(right[right >= 0], minlength=len(counts))
    with np.errstate(divide="ignore", invalid="ignore"):
        rarity = np.append(-np.log2(counts / counts.sum()), np.nan)
    return rarity[left], rarity[right]


def write_bound(weights: LevelWeights) -> str:
    """Write the most that a pair can weigh by one comparison, as far as numbers tell."""
    field = weights.comparison.field
    possible: dict[str, list[str]] = {UNKNOWN[field]: [_write_number(0.0)]}
    for position, level in enumerate(weights.comparison.levels):
        condition = NECESSARY[field].get(position, "TRUE")
        weight = _write_number(weights.m[position] - weights.u[position])
        if column := level.frequency_column:
            left = f"l.{column}_rarity"
            right = f"r.{column}_rarity"
            rarity = f"least(coalesce({left}, {right}), coalesce({right}, {left}))"
            unknown = _write_number(-weights.u[position])
            weight = f"{_write_number(weights.m[position])} + coalesce({rarity}, {unknown})"
        possible.setdefault(condition, []).append(weight)
    terms = [
        f"CASE WHEN {condition} THEN greatest({', '.join(level_weights)}) END"
        for condition, level_weights in possible.items()
    ]
    # greatest leaves out what is missing
    most = f"greatest({', '.join(terms)}) + {_write_number(SLACK)}"
    if field in DECISIVE:
        first = _write_number(weights.m[0] - weights.u[0] + SLACK)
        return f"(CASE WHEN {DECISIVE[field]} THEN {first} ELSE {most} END)"
    return f"({most})"


def _write_number(value: float) -> str:
    # a plain number with a point would be read as one of fixed digits
    return f"CAST({float(value)!r} AS DOUBLE)"
