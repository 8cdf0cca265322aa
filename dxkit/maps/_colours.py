"""Which colour does each class or category get?

Ramps run from light to dark in one hue, or between two hues of one lightness; categories take the
colours of Okabe and Ito. Both can be told apart with any colour vision.
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from dxkit.errors import ChoiceError, shorten
from dxkit.maps._html_safety import check_colour

# anchors of each ramp; light to dark also differs in grey print
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
# where on a ramp the colour of a single class lies: dark enough to be seen on white
SINGLE_POSITION = 0.65

Colours = str | Sequence[str] | Mapping[str, str]


def pick_ramp_colours(colours: Colours | None, count: int) -> tuple[str, ...]:
    """Pick as many colours as there are classes, of a named ramp or from a list.

    Raises
    ------
    ChoiceError
        If the name is unknown or the number of listed colours differs.
    """
    ramp = "blues" if colours is None else colours
    if isinstance(ramp, str):
        if ramp not in RAMPS:
            raise ChoiceError(
                f"色の並び「{shorten(ramp)}」はありません。"
                f"{'・'.join(RAMPS)} から選ぶか、色を並べて渡してください。"
            )
        return _interpolate_ramp(RAMPS[ramp], count)
    shades = list(ramp) if isinstance(ramp, Iterable) else []
    if isinstance(ramp, Mapping) or len(shades) != count:
        raise ChoiceError(
            f"色が{len(shades)}個ありますが、階級は{count}個です。"
            "階級と同じ数の色を並べて渡してください。"
        )
    return tuple(check_colour(shade) for shade in shades)


def pick_category_colours(colours: Colours | None, categories: Sequence[str]) -> tuple[str, ...]:
    """Pick a colour for each category, from a mapping, a list, a ramp or the default colours.

    Raises
    ------
    ChoiceError
        If the mapping lacks a category, or as for `pick_ramp_colours`.
    """
    if colours is None:
        return CATEGORY_COLOURS[: len(categories)]
    if not isinstance(colours, Mapping):
        return pick_ramp_colours(colours, len(categories))
    uncoloured = [text for text in categories if text not in colours]
    if uncoloured:
        raise ChoiceError(
            f"「{shorten(uncoloured[0])}」の色が colours にありません。"
            "{種類: 色} をすべての種類について書いてください。"
        )
    return tuple(check_colour(colours[text]) for text in categories)


def _interpolate_ramp(anchors: Sequence[str], count: int) -> tuple[str, ...]:
    """Mix evenly spaced colours along the anchors."""
    rgb = np.array(
        [[int(shade[start : start + 2], 16) for start in (1, 3, 5)] for shade in anchors],
        dtype=float,
    )
    positions = np.linspace(0, 1, count) if count > 1 else np.array([SINGLE_POSITION])[:count]
    anchor_positions = np.linspace(0, 1, len(rgb))
    # red, green and blue are each interpolated by themselves
    mixed = [
        np.interp(positions, anchor_positions, rgb[:, part]).round().astype(int)
        for part in range(3)
    ]
    return tuple(
        f"#{red:02x}{green:02x}{blue:02x}" for red, green, blue in zip(*mixed, strict=True)
    )
