"""Which colour does each value get, and what does the legend say about it?

Classes hold their lower edge and not their upper one (20〜30未満); the last holds both. Edges are rounded to the fewest
digits that keep them apart, before values are sorted into them, so that the legend says exactly what was done.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from dxkit.errors import ChoiceError, shorten
from dxkit.maps._html_safety import colour

# light to dark in one hue, or two hues of one lightness: told apart with any colour vision, and in grey print
RAMPS = {
    "blues": ("#e3eef9", "#8bb8e0", "#3a7fc1", "#0b3d7a"),
    "oranges": ("#fdeee0", "#f9b779", "#de6f1d", "#7f2704"),
    "purples": ("#efedf5", "#b9b4d8", "#7f6db3", "#3f1d7d"),
    "diverging": ("#8a4204", "#e8a254", "#f5f5f5", "#9a8cc4", "#43207a"),
}
# the colours of Okabe and Ito, Color Universal Design, 2008
CATEGORY_COLOURS = (
    "#0072b2",
    "#e69f00",
    "#009e73",
    "#cc79a7",
    "#56b4e9",
    "#d55e00",
    "#f0e442",
    "#999999",
)
SCHEMES = ("quantile", "equal")
MOST_CLASSES = 9

Colours = str | Sequence[str] | Mapping[str, str]
Swatch = Literal["fill", "hatch", "circle"]


@dataclass(frozen=True)
class Entry:
    """One line of a legend; ``radius`` in pixels for circles."""

    label: str
    colour: str
    kind: Swatch = "fill"
    radius: float = 0.0


@dataclass(frozen=True)
class Legend:
    """A legend: any text, shown as text."""

    title: str
    entries: tuple[Entry, ...]
    unit: str = ""

    def spec(self) -> dict[str, object]:
        """Give the legend as ``map.js`` reads it."""
        return {
            "title": self.title,
            "unit": self.unit,
            "entries": [vars(entry) for entry in self.entries],
        }


@dataclass(frozen=True)
class Classes:
    """Where each value went: ``places`` counts into ``labels`` and ``colours``; -1 is a missing value."""

    places: NDArray[np.int64]
    labels: tuple[str, ...]
    colours: tuple[str, ...]

    def entries(self, kind: Swatch = "fill", radius: float = 6.0) -> tuple[Entry, ...]:
        """Give a legend line for each class."""
        return tuple(
            Entry(label, shade, kind, radius)
            for label, shade in zip(self.labels, self.colours, strict=True)
        )


def sort_numbers(
    values: NDArray[np.float64],
    *,
    bins: int | Sequence[float],
    scheme: str,
    colours: Colours | None,
) -> Classes:
    """Sort numbers into classes; NaN is a missing value.

    Raises
    ------
    ChoiceError
        If ``bins``, ``scheme`` or ``colours`` cannot be used, or a value lies outside the given edges.
    """
    seen = np.unique(values[np.isfinite(values)])
    if isinstance(bins, (int, np.integer)):
        _check_count(int(bins))
        if seen.size <= bins:
            return _each_its_own(values, seen, colours)
        edges, digits = readable(_edges(values, int(bins), scheme), seen)
    else:
        edges = _given_edges(bins, seen)
        digits = digits_needed(edges)
    labels = tuple(
        f"{number(low, digits)}〜{number(high, digits)}" + ("" if high == edges[-1] else "未満")
        for low, high in pairwise(edges)
    )
    return Classes(place(values, edges), labels, ramp(colours, len(labels)))


def sort_texts(
    values: Sequence[str | None], *, order: Sequence[str], colours: Colours | None
) -> Classes:
    """Sort texts into the categories of ``order``; ``None`` is a missing value."""
    if len(order) > len(CATEGORY_COLOURS) and colours is None:
        raise ChoiceError(
            f"色分けできる種類は{len(CATEGORY_COLOURS)}までです（{len(order)}種類: {'、'.join(map(shorten, order[:4]))}…）。"
            "数の列なら数に直してから、文字の列なら種類をまとめてから渡してください。"
        )
    known = {text: index for index, text in enumerate(order)}
    places = np.array([-1 if text is None else known[text] for text in values], dtype=np.int64)
    return Classes(places, tuple(order), _category_colours(colours, order))


def place(values: NDArray[np.float64], edges: NDArray[np.float64]) -> NDArray[np.int64]:
    """Give the number of the class in which each value lies, -1 where it is NaN."""
    found = np.searchsorted(edges[1:-1], values, side="right")
    return np.where(np.isfinite(values), found, -1).astype(np.int64)


def readable(
    edges: NDArray[np.float64], seen: NDArray[np.float64]
) -> tuple[NDArray[np.float64], int]:
    """Round edges to the fewest digits that keep every class apart and filled as it was; give them and the digits."""
    span = edges[-1] - edges[0]
    filled = np.histogram(seen, edges)[0] > 0
    first = -math.floor(math.log10(span))
    for digits in range(first, first + 12):
        rounded = np.round(edges, digits)
        rounded[[0, -1]] = _outward(edges, digits)
        close = np.abs(rounded - edges).max() <= 0.1 * span / (len(edges) - 1)
        if (
            close
            and (np.diff(rounded) > 0).all()
            and ((np.histogram(seen, rounded)[0] > 0) == filled).all()
        ):
            return rounded, digits
    return edges, digits_needed(edges)


def digits_needed(edges: NDArray[np.float64]) -> int:
    """Give how many decimals it takes to write these numbers, at most six."""
    return next(
        (
            digits
            for digits in range(6)
            if np.allclose(np.round(edges, digits), edges, rtol=0, atol=1e-9)
        ),
        6,
    )


def number(value: float, digits: int | None = None) -> str:
    """Write a number as people read it: grouped, and with four significant digits unless told otherwise."""
    if digits is None:
        magnitude = math.floor(math.log10(abs(value))) if value else 0
        written = f"{value:,.{max(3 - magnitude, 1 if value % 1 else 0, 0)}f}"
        return written.rstrip("0").rstrip(".") if "." in written else written
    return f"{value:,.{max(digits, 0)}f}"


def ramp(colours: Colours | None, count: int) -> tuple[str, ...]:
    """Give as many colours as there are classes: of a named ramp, or those given.

    Raises
    ------
    ChoiceError
        If the name is unknown or the number of given colours differs.
    """
    named = "blues" if colours is None else colours
    if isinstance(named, str):
        if named not in RAMPS:
            raise ChoiceError(
                f"色の並び「{shorten(named)}」はありません。{'・'.join(RAMPS)} から選ぶか、色を並べて渡してください。"
            )
        return _between(RAMPS[named], count)
    if isinstance(named, Mapping) or len(named) != count:
        raise ChoiceError(
            f"色が{len(named)}個ありますが、階級は{count}個です。階級と同じ数の色を並べて渡してください。"
        )
    return tuple(colour(shade) for shade in named)


def radii(
    values: NDArray[np.float64], largest: float = 16.0, smallest: float = 2.0
) -> NDArray[np.float64]:
    """Give the radius in pixels of circles whose area grows with the value; missing values get the smallest."""
    most = np.nanmax(values, initial=0.0)
    share = np.sqrt(np.nan_to_num(values) / most) if most else np.zeros(values.shape)
    return np.asarray(np.round(np.maximum(share * largest, smallest), 1), dtype=np.float64)


def _edges(values: NDArray[np.float64], bins: int, scheme: str) -> NDArray[np.float64]:
    if scheme not in SCHEMES:
        raise ChoiceError(
            f"階級の分け方「{shorten(scheme)}」はありません。{'・'.join(SCHEMES)} から選んでください。"
        )
    finite = values[np.isfinite(values)]
    shares = np.linspace(0, 1, bins + 1)
    if scheme == "equal":
        return np.asarray(finite.min() + np.ptp(finite) * shares, dtype=np.float64)
    return np.asarray(np.unique(np.quantile(finite, shares)), dtype=np.float64)


def _outward(edges: NDArray[np.float64], digits: int) -> tuple[float, float]:
    """Round the outermost edges away from the values, so that none is lost; 0.29 × 100 is 28.999999999999996."""
    unit = 10.0**digits
    low, high = (
        math.floor(round(edges[0] * unit, 6)) / unit,
        math.ceil(round(edges[-1] * unit, 6)) / unit,
    )
    return float(np.round(low, max(digits, 0))), float(np.round(high, max(digits, 0)))


def _each_its_own(
    values: NDArray[np.float64], seen: NDArray[np.float64], colours: Colours | None
) -> Classes:
    places = np.where(np.isfinite(values), np.searchsorted(seen, values), -1).astype(np.int64)
    digits = digits_needed(seen)
    return Classes(places, tuple(number(value, digits) for value in seen), ramp(colours, seen.size))


def _check_count(bins: int) -> None:
    if not 2 <= bins <= MOST_CLASSES:
        raise ChoiceError(
            f"階級の数 bins={bins} は使えません。2〜{MOST_CLASSES} の数か、境目の並びを渡してください。"
        )


def _given_edges(bins: Sequence[float], seen: NDArray[np.float64]) -> NDArray[np.float64]:
    try:
        edges = np.asarray(bins, dtype=float)
    except (TypeError, ValueError):
        edges = np.array([])
    if (
        edges.ndim != 1
        or edges.size < 2
        or not np.isfinite(edges).all()
        or (np.diff(edges) <= 0).any()
    ):
        raise ChoiceError(
            f"階級の境目 {shorten(bins)} は、小さい順に並んだ2つ以上の数で書いてください。"
        )
    outside = seen[(seen < edges[0]) | (seen > edges[-1])]
    if outside.size:
        raise ChoiceError(
            f"値 {number(outside[0])}（ほか{outside.size - 1}種類）は"
            f"階級の境目 {number(edges[0])}〜{number(edges[-1])} の外にあります。境目を広げてください。"
        )
    return edges


def _category_colours(colours: Colours | None, order: Sequence[str]) -> tuple[str, ...]:
    if colours is None:
        return CATEGORY_COLOURS[: len(order)]
    if not isinstance(colours, Mapping):
        return ramp(colours, len(order))
    without = [text for text in order if text not in colours]
    if without:
        raise ChoiceError(
            f"「{shorten(without[0])}」の色が colours にありません。{{種類: 色}} をすべての種類について書いてください。"
        )
    return tuple(colour(colours[text]) for text in order)


def _between(anchors: Sequence[str], count: int) -> tuple[str, ...]:
    """Give evenly spaced colours along the anchors; a single one is taken from the dark middle."""
    points = np.array(
        [[int(shade[at : at + 2], 16) for at in (1, 3, 5)] for shade in anchors], dtype=float
    )
    where = np.linspace(0, 1, count) if count > 1 else np.array([0.65])[:count]
    mixed = [
        np.interp(where, np.linspace(0, 1, len(points)), points[:, part]).round().astype(int)
        for part in range(3)
    ]
    return tuple(
        f"#{red:02x}{green:02x}{blue:02x}" for red, green, blue in zip(*mixed, strict=True)
    )
