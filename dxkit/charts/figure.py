"""How does a figure keep its Japanese, its title and its source, wherever it is shown?"""

from functools import lru_cache
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from unicodedata import east_asian_width

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, get_font
from matplotlib.text import Text
from numpy.typing import NDArray

from dxkit.errors import Fault, MissingExtraError, TableError

# what Japanese typesetters put where a letter is missing from the case
GETA = "〓"
GREY = "#8a8a8a"
SMALL, LARGE = 9.0, 13.0


class Chart(Figure):
    """A figure that shows itself once in a notebook, whether or not pyplot is in use."""

    def _repr_png_(self) -> bytes:
        written = BytesIO()
        self.savefig(written, format="png", dpi=110, bbox_inches="tight")
        return written.getvalue()

    def __repr__(self) -> str:
        return f"<図「{self.get_suptitle()}」>"


@lru_cache
def font_file() -> Path:
    """Give the path of the Japanese font that comes with matplotlib-fontja.

    The package is only looked up: importing it would change matplotlib's settings for everybody.

    Raises
    ------
    MissingExtraError
    """
    found = find_spec("matplotlib_fontja")
    folders = [] if found is None else list(found.submodule_search_locations or [])
    files = [path for folder in folders for path in sorted(Path(folder, "fonts").glob("*.ttf"))]
    if not files:
        raise MissingExtraError(
            "図の日本語フォント（matplotlib-fontja）がありません。pip install matplotlib-fontja を実行してください。"
        )
    return files[0]


def font(size: float) -> FontProperties:
    """Give the Japanese font in a size in points."""
    return FontProperties(fname=font_file(), size=size)


def printable(text: str) -> str:
    """Give a text with 〓 in place of every letter that the font does not have, so that none turns into a box."""
    known = letters()
    return "".join(letter if letter == "\n" or ord(letter) in known else GETA for letter in text)


@lru_cache
def letters() -> frozenset[int]:
    """Give the code points that the font can draw."""
    return frozenset(get_font(str(font_file())).get_charmap())


def finish(figure: Chart, title: str, source: str, *, made: bool) -> Chart:
    """Put title and source on a figure, and every text into the Japanese font, read as text and never as a formula."""
    heading = f"{title}（架空データ）" if made else title
    if heading:
        figure.suptitle(heading, fontsize=LARGE)
    if source:
        # a line as wide as the figure; a wider one would shrink everything else
        width = int(2 * 72 * figure.get_figwidth() / SMALL) - 4
        said = wrap(f"出典: {source.removeprefix('出典: ')}", width)
        figure.supxlabel(said, x=0.01, ha="left", fontsize=SMALL)
    for text in figure.findobj(Text):
        if isinstance(text, Text):
            text.set_parse_math(False)
            text.set_text(printable(text.get_text()))
            text.set_fontproperties(font(float(text.get_fontsize())))
    return figure


def wrap(text: str, width: int) -> str:
    """Break a text into lines of at most ``width`` half-width letters; a full-width letter counts as two."""
    lines, used = [""], 0
    for letter in text:
        wide = 2 if east_asian_width(letter) in "FWA" else 1
        if used + wide > width:
            lines.append("")
            used = 0
        lines[-1] += letter
        used += wide
    return "\n".join(lines)


def numbers_of(table: pd.DataFrame) -> NDArray[np.float64]:
    """Give a table as numbers, NaN where one is missing.

    Raises
    ------
    TableError
        If it is empty, or holds texts or infinite numbers.
    """
    if table.empty:
        raise TableError([Fault("表に行か列がありません", "絞り込みの条件を確かめてください")])
    faults = [
        Fault("数ではない列です", "数の列だけを渡してください", column=str(name), value=table[name].dropna().iloc[0])
        for name in table.columns
        if not pd.api.types.is_numeric_dtype(table[name]) and table[name].notna().any()
    ]
    if faults:
        raise TableError(faults)
    numbers = np.asarray(table.apply(pd.to_numeric).to_numpy(dtype=float, na_value=np.nan), dtype=np.float64)
    raise_where(np.isinf(numbers), table, "有限の数ではありません", "0で割っていないか確かめてください")
    return numbers


def raise_where(bad: NDArray[np.bool_], table: pd.DataFrame, problem: str, remedy: str) -> None:
    """Raise a TableError that names every bad cell of a table."""
    faults = [
        Fault(f"{table.index[row]} の値が{problem}", remedy, column=str(table.columns[column]), value=table.iat[row, column])  # noqa: PD009
        for row, column in np.argwhere(bad).tolist()
    ]
    if faults:
        raise TableError(faults)
