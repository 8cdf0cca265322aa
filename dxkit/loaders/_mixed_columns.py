"""Which columns of texts look as if numbers were meant?

A column with too few numbers is read as it is written. Where figures stand in it that a person
would count with, that is said: nobody should find out from a sum that is missing.
"""

import re
from collections.abc import Sequence
from datetime import date

import numpy as np

from dxkit._arrays import FloatArray
from dxkit.errors import list_first, shorten
from dxkit.loaders import _cells

# the share of such cells from which a column is meant to be numbers
NUMBER_SHARE = 0.5
# figures in ways of writing that are not read: 53万, 7割4分, (7), 530 495, 3,5, inf
ODD_NUMBER = re.compile(
    r"[-+△▲−]?[\d.,]+(?:万|億|兆|割)[\d.,万億千百分厘]*\w{0,2}"
    r"|[-+△▲−]?\d{1,3}(?:\s\d{3})+(?:\.\d+)?"
    r"|[-+△▲−]?\d+,\d+(?:,\d+)*"
    r"|\([-+△▲−]?[\d.,]+\)"
    r"|[-+]?(?:inf|Inf|INF|infinity|∞)"
)
# whole numbers from here on are not all numbers of a double
LARGEST_WHOLE = 2.0**53
# cells that a remark lists
LISTED_CELLS = 3


def describe_mixture(
    head: str, cells: Sequence[object], texts: Sequence[str], row_numbers: Sequence[int]
) -> list[str]:
    """Describe in Japanese a column of texts in which numbers are mixed with something else."""
    filled = [
        (cell, text, number)
        for cell, text, number in zip(cells, texts, row_numbers, strict=True)
        if text.translate(_cells.MINUS_SIGNS) not in _cells.MISSING_MARKS
    ]
    others = [(text, number) for cell, text, number in filled if not _is_number(cell, text)]
    odd_count = sum(1 for text, _ in others if ODD_NUMBER.fullmatch(text))
    plain_count = len(filled) - len(others)
    # a workbook that holds dates and numbers in one column has turned one into the other
    has_dates = any(isinstance(cell, date) for cell, _, _ in filled)
    has_numbers = any(isinstance(cell, int | float) for cell, _, _ in filled)
    is_mixed = plain_count + odd_count >= NUMBER_SHARE * len(filled) or (has_dates and has_numbers)
    if not others or not plain_count + odd_count or not is_mixed:
        return []
    examples = (f"{number}行目「{shorten(text, 20)}」" for text, number in others)
    listed = list_first(examples, LISTED_CELLS, count=len(others))
    return [
        f"列「{head}」: 数として読めない値（{listed}）があるので、列のすべてを文字として"
        "読みました。数の列なら、数字だけにそろえてください"
    ]


def loses_digits(texts: Sequence[str], numbers: FloatArray) -> bool:
    """Check for whole numbers with more digits than a number keeps; they name something."""
    # most columns are told by their largest number alone
    if not np.nanmax(np.abs(numbers)) >= LARGEST_WHOLE:
        return False
    return any(
        text.removeprefix("-").isdigit() and int(text) != int(number)
        for text, number in zip(texts, numbers.tolist(), strict=True)
        if text
    )


def _is_number(cell: object, text: str) -> bool:
    try:
        return isinstance(cell, bool) or _cells.parse_typed(text).value is not None
    except ValueError:
        return False
