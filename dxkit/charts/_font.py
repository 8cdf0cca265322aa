"""How does a text keep its Japanese on a machine that has no Japanese font?

Texts are set in the IPAexGothic file that matplotlib-fontja ships, addressed by its path; letters
that the file lacks are replaced by 〓. A text is what was typed: never a formula, never endless.
"""

from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from unicodedata import east_asian_width

from matplotlib.artist import Artist
from matplotlib.font_manager import FontProperties, get_font
from matplotlib.text import Text

from dxkit.errors import MissingExtraError

# what Japanese typesetters put where a letter is missing from the case
GETA = "〓"
# letters of a label, and of a title, note or any other text, behind which it is cut: a longer one
# leaves no room for the chart, and takes minutes to lay out
LABEL_LONGEST = 200
TEXT_LONGEST = 2000
CUT_MARK = "…"
# no line begins with these: they hang at the end of the line before
HANGING = frozenset("。、，．）」』】")


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


def to_printable(text: str, longest: int = LABEL_LONGEST) -> str:
    """Replace every letter that the font lacks by 〓, so that none turns into a box; cut long texts.

    Letters that steer the writing (control characters, overrides of its direction) or are half of
    one have no glyph either: none of them reaches the paper.
    """
    known_points = _code_points()
    return "".join(
        letter if letter == "\n" or ord(letter) in known_points else GETA
        for letter in cut_text(text, longest)
    )


def read_caption(caption: object) -> str:
    """Read a label or a note as text; None says nothing."""
    return "" if caption is None else str(caption)


def cut_text(caption: object, longest: int) -> str:
    """Cut a text behind so many letters and mark that it goes on; None says nothing."""
    text = read_caption(caption)
    return text if len(text) <= longest else f"{text[: longest - 1]}{CUT_MARK}"


def use_plain_text(part: Artist) -> None:
    """Set every text of a part in the Japanese font, read as it was typed and never as a formula.

    Every text of a chart goes through here before anything measures or draws it.
    """
    for text in part.findobj(Text):
        # findobj is typed for any artist
        if isinstance(text, Text):
            text.set_parse_math(False)
            text.set_usetex(False)
            text.set_text(to_printable(text.get_text(), TEXT_LONGEST))
            text.set_fontproperties(font_of_size(float(text.get_fontsize())))


@lru_cache
def _code_points() -> frozenset[int]:
    return frozenset(get_font(str(find_font_file())).get_charmap())


def wrap_text(text: str, width: int, longest: int = LABEL_LONGEST) -> str:
    """Break a text into lines of at most ``width`` half-width letters, not counting what hangs.

    A full-width letter counts as two. A text of more than ``longest`` letters is cut.
    """
    lines = [""]
    used = 0
    for letter in cut_text(text, longest):
        letter_width = 2 if east_asian_width(letter) in "FWA" else 1
        if used + letter_width > width and letter not in HANGING:
            lines.append("")
            used = 0
        lines[-1] += letter
        used += letter_width
    return "\n".join(lines)
