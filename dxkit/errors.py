"""What can go wrong, and what should the person in front of the screen do about it?

Every error that dxkit raises on purpose is one of these. Messages are Japanese, because staff read them; they name the
place, the offending value and the next step. Faults of a table are collected and reported together.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

FAULTS_SHOWN = 30
VALUE_WIDTH = 60


class DxkitError(Exception):
    """Base of all errors raised on purpose by dxkit."""


class CodeError(DxkitError, ValueError):
    """A municipality or mesh code that does not exist or whose check digit is wrong."""


class ChoiceError(DxkitError, ValueError):
    """An option that is not among those offered."""


class CatalogError(DxkitError, KeyError):
    """A table name that the catalogue does not hold, or a shipped file that differs from its recorded hash."""

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""


class FetchError(DxkitError, OSError):
    """An official file that could not be downloaded; says which file to carry in and where to put it."""


class AssetError(DxkitError, RuntimeError):
    """A map asked for a web address that dxkit does not ship; maps never contact the network silently."""


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
        self.problem, self.remedy = problem, remedy


class StoreError(DxkitError, RuntimeError):
    """A store that cannot be written or read (disk full, read-only, damaged, out of reach); what it held is kept."""


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
        Where it is; ``row`` is the row number that a spreadsheet shows (1 is the first line of the file).
        Empty or ``None`` where it does not apply.
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
        said = f"{where}: {self.problem}" if where else self.problem
        return _inert(f"{said} → {self.remedy}" if self.remedy else said)


class TableError(DxkitError, ValueError):
    """A file or table that cannot be used as it is; carries every fault found, not only the first.

    Parameters
    ----------
    faults : iterable of Fault
        All faults of the table.

    Attributes
    ----------
    faults : tuple of Fault
    """

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults: tuple[Fault, ...] = tuple(faults)
        super().__init__(_report(self.faults))

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
    """Give a value as one short line of text, fit to stand inside a message."""
    # a hostile cell may be megabytes long: only its head is looked at
    text = _inert(" ".join(str(value)[: 20 * width].split()))
    return text if len(text) <= width else text[: width - 1] + "…"


def _inert(text: str) -> str:
    """Show control, bidirectional and private characters as boxes, so that a cell cannot restyle or hide a message."""
    return "".join(character if character.isprintable() else "□" for character in text)


def _report(faults: Sequence[Fault]) -> str:
    """Give all faults as one numbered Japanese message."""
    if len(faults) == 1:
        return str(faults[0])
    lines = [f"{len(faults)}件の問題があります。"]
    lines += [f"{number}. {fault}" for number, fault in enumerate(faults[:FAULTS_SHOWN], start=1)]
    if len(faults) > FAULTS_SHOWN:
        lines.append(f"…ほか{len(faults) - FAULTS_SHOWN}件（すべては .faults で見られます）")
    return "\n".join(lines)
