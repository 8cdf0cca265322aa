"""Into which class does each value fall, and what is the class called?

Classes hold their lower edge and not their upper one (20〜30未満); the last holds both. Edges are
rounded to the fewest digits that keep them apart, before values are sorted into them, so that the
legend says exactly what was done.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from dxkit._arrays import FloatArray
from dxkit.errors import ChoiceError, shorten
from dxkit.maps._colours import (
    CATEGORY_COLOURS,
    Colours,
    pick_category_colours,
    pick_ramp_colours,
)
from dxkit.maps._legend import LegendEntry, Swatch, format_number

SCHEMES = ("quantile", "equal")
MAX_CLASSES = 9
# decimals beyond which edges are written as they are
MAX_DECIMALS = 6
# how many more decimals than the span needs are tried until rounded edges keep the classes
EXTRA_DECIMALS = 12
# of a class's mean width: how far rounding may move an edge
MAX_EDGE_SHIFT = 0.1


@dataclass(frozen=True)
class Classes:
    """Where each value went.

    Attributes
    ----------
    positions
        Of each value, the position in ``labels`` and ``colours``; -1 is a missing value.
    labels, colours
        Of each class.
    """

    positions: NDArray[np.int64]
    labels: tuple[str, ...]
    colours: tuple[str, ...]

    def make_entries(self, kind: Swatch = "fill", radius: float = 6.0) -> tuple[LegendEntry, ...]:
        """Make a legend line for each class."""
        return tuple(
            LegendEntry(label, shade, kind, radius)
            for label, shade in zip(self.labels, self.colours, strict=True)
        )

    @property
    def has_missing(self) -> bool:
        """Whether any value is missing."""
        return bool((self.positions < 0).any())


def classify_numbers(
    values: FloatArray, *, bins: int | Sequence[float], scheme: str, colours: Colours | None
) -> Classes:
    """Sort numbers into classes; NaN is a missing value.

    Raises
    ------
    ChoiceError
        If ``bins``, ``scheme`` or ``colours`` cannot be used, or a value lies outside the edges.
    """
    distinct = np.unique(values[np.isfinite(values)])
    if isinstance(bins, (int, np.integer)):
        _check_bin_count(int(bins))
        # with no more values than classes, every value is a class of its own
        if distinct.size <= bins:
            return _classify_distinct(values, distinct, colours)
        edges, digits = _round_edges(_compute_edges(values, int(bins), scheme), distinct)
    else:
        edges = _read_edges(bins, distinct)
        digits = _count_decimals(edges)
    labels = tuple(_label_class(low, high, edges[-1], digits) for low, high in pairwise(edges))
    return Classes(_place_values(values, edges), labels, pick_ramp_colours(colours, len(labels)))


def classify_texts(
    values: Sequence[str | None], *, order: Sequence[str], colours: Colours | None
) -> Classes:
    """Sort texts into the categories of ``order``; ``None`` is a missing value.

    Raises
    ------
    ChoiceError
        If there are more categories than default colours, or ``colours`` lacks one.
    """
    if len(order) > len(CATEGORY_COLOURS) and colours is None:
        raise ChoiceError(
            f"色分けできる種類は{len(CATEGORY_COLOURS)}までです"
            f"（{len(order)}種類: {'、'.join(map(shorten, order[:4]))}…）。"
            "数の列なら数に直してから、文字の列なら種類をまとめてから渡してください。"
        )
    index_of = {text: index for index, text in enumerate(order)}
    positions = np.array(
        [-1 if text is None else index_of[text] for text in values], dtype=np.int64
    )
    return Classes(positions, tuple(order), pick_category_colours(colours, order))


def _label_class(low: float, high: float, highest: float, digits: int) -> str:
    label = f"{format_number(low, digits)}〜{format_number(high, digits)}"
    # only the last class holds its upper edge
    return label if high == highest else f"{label}未満"


def _place_values(values: FloatArray, edges: FloatArray) -> NDArray[np.int64]:
    """Find the class in which each value lies, -1 where it is NaN."""
    positions = np.searchsorted(edges[1:-1], values, side="right")
    return np.where(np.isfinite(values), positions, -1).astype(np.int64)


def _round_edges(edges: FloatArray, distinct: FloatArray) -> tuple[FloatArray, int]:
    """Round edges to the fewest digits that keep every class apart and filled as it was.

    Returns
    -------
    edges, digits
        The rounded edges and how many decimals they have; the edges as they are where no
        rounding would do.
    """
    span = edges[-1] - edges[0]
    # an edge that moves past a value would change which classes are empty
    filled = np.histogram(distinct, edges)[0] > 0
    fewest = -math.floor(math.log10(span))
    for digits in range(fewest, fewest + EXTRA_DECIMALS):
        rounded = np.round(edges, digits)
        rounded[[0, -1]] = _round_outward(edges, digits)
        shift = np.abs(rounded - edges).max()
        if (
            shift <= MAX_EDGE_SHIFT * span / (len(edges) - 1)
            and (np.diff(rounded) > 0).all()
            and ((np.histogram(distinct, rounded)[0] > 0) == filled).all()
        ):
            return rounded, digits
    return edges, _count_decimals(edges)


def _count_decimals(edges: FloatArray) -> int:
    """Count the decimals that it takes to write these numbers, at most six."""
    for digits in range(MAX_DECIMALS):
        if np.allclose(np.round(edges, digits), edges, rtol=0, atol=1e-9):
            return digits
    return MAX_DECIMALS


def _compute_edges(values: FloatArray, bins: int, scheme: str) -> FloatArray:
    """Compute where classes begin and end.

    Raises
    ------
    ChoiceError
        If there is no such scheme.
    """
    if scheme not in SCHEMES:
        raise ChoiceError(
            f"階級の分け方「{shorten(scheme)}」はありません。"
            f"{'・'.join(SCHEMES)} から選んでください。"
        )
    finite = values[np.isfinite(values)]
    shares = np.linspace(0, 1, bins + 1)
    if scheme == "equal":
        return np.asarray(finite.min() + np.ptp(finite) * shares, dtype=np.float64)
    # many equal values make quantiles fall together: such classes are merged
    return np.asarray(np.unique(np.quantile(finite, shares)), dtype=np.float64)


def _round_outward(edges: FloatArray, digits: int) -> tuple[float, float]:
    """Round the outermost edges away from the values, so that none is lost."""
    unit = 10.0**digits
    # rounded first because 0.29 × 100 is 28.999999999999996, which floor would take for 28
    low = math.floor(round(edges[0] * unit, 6)) / unit
    high = math.ceil(round(edges[-1] * unit, 6)) / unit
    return float(np.round(low, max(digits, 0))), float(np.round(high, max(digits, 0)))


def _classify_distinct(
    values: FloatArray, distinct: FloatArray, colours: Colours | None
) -> Classes:
    """Make every distinct value a class of its own."""
    positions = np.where(np.isfinite(values), np.searchsorted(distinct, values), -1)
    digits = _count_decimals(distinct)
    return Classes(
        positions.astype(np.int64),
        tuple(format_number(value, digits) for value in distinct),
        pick_ramp_colours(colours, distinct.size),
    )


def _check_bin_count(bins: int) -> None:
    if not 2 <= bins <= MAX_CLASSES:
        raise ChoiceError(
            f"階級の数 bins={bins} は使えません。"
            f"2〜{MAX_CLASSES} の数か、境目の並びを渡してください。"
        )


def _read_edges(bins: Sequence[float], distinct: FloatArray) -> FloatArray:
    """Read a user's own edges and check that they hold every value.

    Raises
    ------
    ChoiceError
    """
    try:
        edges = np.asarray(bins, dtype=float)
    except (TypeError, ValueError):
        # what cannot be read fails the checks below with the same message
        edges = np.array([])
    ascending = edges.ndim == 1 and edges.size >= 2 and bool((np.diff(edges) > 0).all())
    if not ascending or not np.isfinite(edges).all():
        raise ChoiceError(
            f"階級の境目 {shorten(bins)} は、小さい順に並んだ2つ以上の数で書いてください。"
        )
    # a value without a class would be drawn as a missing one
    outside = distinct[(distinct < edges[0]) | (distinct > edges[-1])]
    if outside.size:
        raise ChoiceError(
            f"値 {format_number(outside[0])}（ほか{outside.size - 1}種類）は階級の境目 "
            f"{format_number(edges[0])}〜{format_number(edges[-1])} の外にあります。"
            "境目を広げてください。"
        )
    return edges
