"""What does the legend beside a map say, and how are its numbers written?"""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from dxkit._arrays import FloatArray

Swatch = Literal["fill", "hatch", "circle"]

SIGNIFICANT_DIGITS = 4
# circles on the map and in the legend; a smaller one could not be pointed at
LARGEST_RADIUS_PX = 16.0
SMALLEST_RADIUS_PX = 2.0


@dataclass(frozen=True)
class LegendEntry:
    """One line of a legend; ``radius`` in pixels for circles."""

    label: str
    colour: str
    kind: Swatch = "fill"
    radius: float = 0.0


@dataclass(frozen=True)
class Legend:
    """A legend: any text, shown as text."""

    title: str
    entries: tuple[LegendEntry, ...]
    unit: str = ""

    def to_spec(self) -> dict[str, object]:
        """Convert to what ``map.js`` reads."""
        return {
            "title": self.title,
            "unit": self.unit,
            "entries": [vars(entry) for entry in self.entries],
        }


def format_number(value: float, digits: int | None = None) -> str:
    """Write a number as people read it: grouped in threes.

    Parameters
    ----------
    value
        Any finite number.
    digits
        Decimals to write; None writes four significant digits without trailing zeros.
    """
    if digits is not None:
        return f"{value:,.{max(digits, 0)}f}"
    magnitude = math.floor(math.log10(abs(value))) if value else 0
    # a number that is not whole keeps at least one decimal, also above 1,000
    least_decimals = 1 if value % 1 else 0
    decimals = max(SIGNIFICANT_DIGITS - 1 - magnitude, least_decimals, 0)
    text = f"{value:,.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def scale_radii(
    values: FloatArray,
    largest: float = LARGEST_RADIUS_PX,
    smallest: float = SMALLEST_RADIUS_PX,
) -> FloatArray:
    """Compute radii in pixels of circles whose area grows with the value.

    Missing values get the smallest radius.
    """
    maximum = np.nanmax(values, initial=0.0)
    # the square root makes the area, not the radius, proportional to the value
    share = np.sqrt(np.nan_to_num(values) / maximum) if maximum else np.zeros(values.shape)
    return np.asarray(np.round(np.maximum(share * largest, smallest), 1), dtype=np.float64)
