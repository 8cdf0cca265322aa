"""Is what looks like a row of headings a row of municipalities?"""

from collections.abc import Sequence

from dxkit.loaders._cells import PLACE_ENDS
from dxkit.loaders._place_names import names_municipality


def is_on_its_side(texts: Sequence[str], columns: Sequence[str]) -> bool:
    """Check for members beside the heading of bodies: 団体名 | 神戸市 | 姫路市.

    One of a venue (団体名 | 氏名 | 神戸) is a heading.

    Parameters
    ----------
    texts, columns
        The cells of the row, and what each would stand for; ``code`` is a body, blanks are "".
    """
    others = [
        text for text, column in zip(texts, columns, strict=True) if column not in ("", "code")
    ]
    # a heading of persons stands in a row of headings
    return "person" not in columns and 2 * sum(map(names_municipality, others)) > len(others)


def holds_full_name(texts: Sequence[str]) -> bool:
    """Check for a municipality in full: 神戸市 is a member, 神戸 may be the heading of a venue."""
    return any(text.strip().endswith(PLACE_ENDS) and names_municipality(text) for text in texts)
