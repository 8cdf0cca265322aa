"""What can go wrong, and what should the person in front of the screen do about it?

Every error that dxkit raises on purpose is one of these. Messages are Japanese, because staff read
them; they name the place, the offending value and the next step. Faults of a table are collected
and reported together.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Self

# more faults than these fill the screen; `TableError.faults` holds all
FAULTS_SHOWN = 30
# characters of a cell that stand in a message
VALUE_WIDTH = 60
# characters looked at for each one that stands in a message: blanks in between are dropped
SCANNED_PER_SHOWN = 20


class DxkitError(Exception):
    """Base of all errors raised on purpose by dxkit."""


class CodeError(DxkitError, ValueError):
    """A municipality or mesh code that does not exist or whose check digit is wrong."""


class ChoiceError(DxkitError, ValueError):
    """An option that is not among those offered."""


class CatalogError(DxkitError, KeyError):
    """A table that the catalogue does not hold, or a shipped file that differs from its hash."""

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""


class FetchError(DxkitError, OSError):
    """An official file that could not be downloaded; says what to carry in and where to put it."""


class AssetError(DxkitError, RuntimeError):
    """A map asked for a web address that dxkit does not ship.

    Maps never contact the network silently.
    """


class MissingExtraError(DxkitError, ImportError):
    """An optional library that is not installed; says how to install it."""


class PlaceNameError(DxkitError, ValueError):
    """A name that means no municipality, or several.

    Attributes
    ----------
    problem, remedy : str
        As in `Fault`.
    """

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(f"{problem} → {remedy}")
        self.problem = problem
        self.remedy = remedy


class StoreError(DxkitError, RuntimeError):
    """A store that cannot be written or read; what it held is kept.

    The disk is full, the file read-only or damaged, or the server out of reach.
    """


class TableWarning(UserWarning):
    """Something in a table that was read as it stands but deserves a look."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a table, and what to do about it.

    Attributes
    ----------
    problem : str
        What is wrong, in Japanese.
    remedy : str
        What the reader can do, in Japanese.
    file, sheet, row, column, value
        Where it is; ``row`` is the row number that a spreadsheet shows (1 is the first line of the
        file). Empty or ``None`` where it does not apply.

    Examples
    --------
    >>> print(Fault("数値ではありません", "数字にしてください", row=3, column="人口", value="約5"))
    3行目 列「人口」 値「約5」: 数値ではありません → 数字にしてください
    """

    problem: str
    remedy: str = ""
    file: str = ""
    sheet: str = ""
    row: int | None = None
    column: str = ""
    value: object = None

    def __str__(self) -> str:
        places = [
            f"ファイル「{self.file}」" if self.file else "",
            f"シート「{shorten(self.sheet)}」" if self.sheet else "",
            f"{self.row}行目" if self.row is not None else "",
            f"列「{shorten(self.column)}」" if self.column else "",
            f"値「{shorten(self.value)}」" if self.value is not None else "",
        ]
        where = " ".join(place for place in places if place)
        message = f"{where}: {self.problem}" if where else self.problem
        return _box_unprintable(f"{message} → {self.remedy}" if self.remedy else message)


class TableError(DxkitError, ValueError):
    """A file or table that cannot be used as it is; carries every fault, not only the first.

    Parameters
    ----------
    faults : iterable of Fault
        All faults of the table.

    Attributes
    ----------
    faults : tuple of Fault

    Examples
    --------
    >>> error = TableError([Fault("空欄です", row=2), Fault("空欄です", row=5)])
    >>> print(error)
    2件の問題があります。
    1. 2行目: 空欄です
    2. 5行目: 空欄です
    """

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults: tuple[Fault, ...] = tuple(faults)
        super().__init__(_number_faults(self.faults))

    @classmethod
    def one(
        cls,
        problem: str,
        remedy: str = "",
        *,
        file: str = "",
        row: int | None = None,
        value: object = None,
    ) -> Self:
        """Make the error of a file in which nothing further can be looked at."""
        return cls([Fault(problem, remedy, file=file, row=row, value=value)])


def shorten(value: object, width: int = VALUE_WIDTH) -> str:
    """Shorten a value to one line of text that is fit to stand inside a message.

    Parameters
    ----------
    value
        Anything; its text is used.
    width
        Most characters.

    Returns
    -------
    str
        Blanks and line breaks are joined to single blanks; what is cut off is marked by an
        ellipsis; characters that could restyle the message stand as boxes.

    Examples
    --------
    >>> shorten("  a   b "), shorten("とても長い値", 4)
    ('a b', 'とても…')
    """
    # a hostile cell may be megabytes long: only its head is looked at
    text = _box_unprintable(" ".join(str(value)[: SCANNED_PER_SHOWN * width].split()))
    return text if len(text) <= width else text[: width - 1] + "…"


def list_first(texts: Iterable[str], limit: int, *, count: int, unit: str = "件") -> str:
    """List the first texts in a line of Japanese, and count the rest.

    Parameters
    ----------
    texts
        Only the first are asked for, so that the rest of a long list need not be written.
    limit
        Most texts that are listed.
    count
        How many there are in all.
    unit
        In which the rest is counted.

    Returns
    -------
    str
        The texts, and how many are left out; nothing of the sort where all are listed.

    Examples
    --------
    >>> list_first(["3行目", "8行目", "9行目"], 2, count=3)
    '3行目、8行目ほか1件'
    """
    rest = f"ほか{count - limit}{unit}" if count > limit else ""
    return "、".join(islice(texts, limit)) + rest


def _box_unprintable(text: str) -> str:
    """Replace control, bidirectional and private characters by boxes.

    Otherwise a cell could restyle or hide the message in which it stands.
    """
    return "".join(character if character.isprintable() else "□" for character in text)


def _number_faults(faults: Sequence[Fault]) -> str:
    """Join faults to one numbered Japanese message; a single fault needs no number."""
    if len(faults) == 1:
        return str(faults[0])
    lines = [f"{len(faults)}件の問題があります。"]
    lines += [f"{number}. {fault}" for number, fault in enumerate(faults[:FAULTS_SHOWN], start=1)]
    if len(faults) > FAULTS_SHOWN:
        lines.append(f"…ほか{len(faults) - FAULTS_SHOWN}件（すべては .faults で見られます）")
    return "\n".join(lines)
