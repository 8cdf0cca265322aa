"""How does a text keep its Japanese on a machine that has no Japanese font?

Texts are set in the IPAexGothic file that matplotlib-fontja ships, addressed by its path; letters
that the file lacks are replaced by 〓.
"""

from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from unicodedata import east_asian_width

from matplotlib.font_manager import FontProperties, get_font

from dxkit.errors import MissingExtraError

# what Japanese typesetters put where a letter is missing from the case
GETA = "〓"
# no line begins with these: they hang at the end of the line before
HANGING = frozenset("。、，．）」』】")
# no label of a chart is longer; matplotlib would lay out every letter of a cell that is megabytes
LONGEST_LABEL = 1_200
LONGEST_LABEL_LINE = 300
# a title is one text, not one a row
LONGEST_TITLE = 20_000


@lru_cache
def find_font_file() -> Path:
    """Find the Japanese font that comes with matplotlib-fontja.

    The package is only looked up: importing it would change matplotlib's settings for everybody.

    Raises
    ------
    MissingExtraError
    """
    spec = find_spec("matplotlib_fontja")
    folders = [] if spec is None else list(spec.submodule_search_locations or [])
    files = [path for folder in folders for path in sorted(Path(folder, "fonts").glob("*.ttf"))]
    if not files:
        raise MissingExtraError(
            "図の日本語フォント（matplotlib-fontja）がありません。"
            "pip install matplotlib-fontja を実行してください。"
        )
    return files[0]


def font_of_size(size_pt: float) -> FontProperties:
    """Return the Japanese font in a size in points."""
    return FontProperties(fname=find_font_file(), size=size_pt)


def to_printable(text: str, *, is_title: bool = False) -> str:
    """Replace every letter that the font lacks by 〓, so that none turns into a box.

    What is longer than a label (or a title) can be ends in an ellipsis.
    """
    known_points = _code_points()
    longest = LONGEST_TITLE if is_title else LONGEST_LABEL
    longest_line = LONGEST_TITLE if is_title else LONGEST_LABEL_LINE
    lines = [_cut(line, longest_line) for line in _cut(text, longest).split("\n")]
    return "\n".join(
        "".join(letter if ord(letter) in known_points else GETA for letter in line)
        for line in lines
    )


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


@lru_cache
def _code_points() -> frozenset[int]:
    return frozenset(get_font(str(find_font_file())).get_charmap())


def wrap_text(text: str, width: int) -> str:
    """Break a text into lines of at most ``width`` half-width letters, not counting what hangs.

    A full-width letter counts as two.
    """
    lines = [""]
    used = 0
    # a longer text is cut when it is printed
    for letter in text[: LONGEST_LABEL + 1]:
        letter_width = 2 if east_asian_width(letter) in "FWA" else 1
        if used + letter_width > width and letter not in HANGING:
            lines.append("")
            used = 0
        lines[-1] += letter
        used += letter_width
    return "\n".join(lines)
