"""How does a figure keep its Japanese, its title and its source, wherever it is shown?"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Any
from unicodedata import east_asian_width

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, get_font
from matplotlib.lines import Line2D
from matplotlib.text import Text
from numpy.typing import NDArray

from dxkit.errors import ChoiceError, Fault, MissingExtraError, TableError, shorten

# what Japanese typesetters put where a letter is missing from the case
GETA = "〓"
# no line begins with these: they hang at the end of the one before
HANGING = frozenset("。、，．）」』】")
GREY = "#8a8a8a"
DARK, PALE = "#555555", "#d9d9d9"
# blue and vermilion of Okabe and Ito: told apart with any colour vision
ONE, GROUP = "#0072b2", "#d55e00"
SMALL, LARGE = 9.0, 13.0


class Chart(Figure):
    """A figure that shows itself once in a notebook, whether or not pyplot is in use."""

    def _repr_png_(self) -> bytes:
        written = BytesIO()
        self.savefig(written, format="png", dpi=110, bbox_inches="tight")
        return written.getvalue()

    def __repr__(self) -> str:
        return f"<図「{self.get_suptitle()}」>"


def opened(width: float, height: float, projection: str | None = None) -> tuple[Chart, Any]:
    """Give an empty figure of so many inches with one pair of axes, whose parts make room for each other."""
    figure = Chart(figsize=(width, height), layout="constrained")
    return figure, figure.add_subplot(projection=projection)


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


def finish(figure: Chart, title: str, source: str, *, made: bool, note: str = "") -> Chart:
    """Put title, note and source on a figure, and every text into the Japanese font, read as text and never as a formula."""
    heading = f"{title}（架空データ）" if made else title
    if heading:
        figure.suptitle(heading, fontsize=LARGE)
    # lines as wide as the figure; wider ones would shrink everything else
    width = int(2 * 72 * figure.get_figwidth() / SMALL) - 4
    below = [note, f"出典: {source.removeprefix('出典: ')}" if source else ""]
    said = "\n".join(wrap(text, width) for text in below if text)
    if said:
        figure.supxlabel(said, x=0.01, ha="left", fontsize=SMALL)
    for text in figure.findobj(Text):
        if isinstance(text, Text):
            text.set_parse_math(False)
            text.set_text(printable(text.get_text()))
            text.set_fontproperties(font(float(text.get_fontsize())))
    return figure


def wrap(text: str, width: int) -> str:
    """Break a text into lines of at most ``width`` half-width letters (a full-width one counts as two), and what hangs there."""
    lines, used = [""], 0
    for letter in text:
        wide = 2 if east_asian_width(letter) in "FWA" else 1
        if used + wide > width and letter not in HANGING:
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
        Fault(
            "数ではない列です",
            "数の列だけを渡してください",
            column=str(name),
            value=table[name].dropna().iloc[0],
        )
        for name in table.columns
        if not pd.api.types.is_numeric_dtype(table[name]) and table[name].notna().any()
    ]
    if faults:
        raise TableError(faults)
    numbers = np.asarray(
        table.apply(pd.to_numeric).to_numpy(dtype=float, na_value=np.nan), dtype=np.float64
    )
    raise_where(
        np.isinf(numbers), table, "有限の数ではありません", "0で割っていないか確かめてください"
    )
    return numbers


def columns_of(table: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """Give these columns as numbers.

    Raises
    ------
    TableError
        If one is not there, or `numbers_of` refuses it.
    """
    offered = "、".join(map(str, table.columns))
    absent = [name for name in names if name not in table.columns]
    if absent:
        raise TableError(
            [
                Fault("列がありません", f"今ある列: {shorten(offered)}", column=name)
                for name in absent
            ]
        )
    chosen = table[list(names)]
    return pd.DataFrame(numbers_of(chosen), index=table.index, columns=list(names))


def by_code(table: pd.DataFrame) -> pd.DataFrame:
    """Give a table with its codes (column ``code``, or else the index) as index, each once.

    Raises
    ------
    TableError
    """
    keyed = table.set_index("code") if "code" in table.columns else table
    twice = keyed.index[keyed.index.duplicated()].unique()
    if len(twice):
        raise TableError(
            [
                Fault("同じ行が2つ以上あります", "1市町1行にしてください", column="code", value=key)
                for key in twice
            ]
        )
    return keyed


def called(keys: Iterable[object], names: Mapping[str, str] | pd.Series | None) -> list[str]:
    """Give the name of each code; a code that has none is shown itself."""
    known = {} if names is None else dict(names.items())
    return [str(known.get(str(key), key)) for key in keys]


def check_known(keys: Iterable[object], offered: pd.Index, option: str) -> None:
    """Refuse keys that a table does not have.

    Raises
    ------
    ChoiceError
    """
    unknown = [key for key in keys if key not in offered]
    if unknown:
        first = "、".join(map(str, offered[:5]))
        raise ChoiceError(
            f"{option} の「{shorten(unknown[0])}」は表にありません。次のように書いてください: {first}"
        )


def mark(label: str, **look: Any) -> Line2D:
    """Give a mark for a legend."""
    return Line2D([], [], label=printable(label), **{"linestyle": "", "color": ONE} | look)


def explain(axes: Any, handles: Sequence[Artist], *, columns: int, right: float = 1.0) -> None:
    """Put a legend above axes, ending at their right; a figure's own legend would lie over the title."""
    look = {"frameon": False, "columnspacing": 1.2, "handletextpad": 0.6, "borderaxespad": 0.2}
    axes.legend(
        handles=handles,
        loc="lower right",
        bbox_to_anchor=(right, 1.0),
        ncols=columns,
        prop=font(SMALL),
        **look,
    )


def bare(axes: Any, *, keep: Sequence[str] = ()) -> None:
    """Take the frame and the tick marks off axes, but for these sides."""
    for side, spine in axes.spines.items():
        spine.set_visible(side in keep)
        spine.set_color(GREY)
    axes.tick_params(length=0)


def raise_where(bad: NDArray[np.bool_], table: pd.DataFrame, problem: str, remedy: str) -> None:
    """Raise a TableError that names every bad cell of a table."""
    faults = [
        Fault(
            f"{table.index[row]} の値が{problem}",
            remedy,
            column=str(table.columns[column]),
            value=table.iat[row, column],
        )  # noqa: PD009
        for row, column in np.argwhere(bad).tolist()
    ]
    if faults:
        raise TableError(faults)
