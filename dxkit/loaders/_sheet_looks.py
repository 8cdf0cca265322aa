"""What does a workbook show of a sheet: what is hidden, merged, crossed out, or a percentage?

The values of such cells are read like all others. What a person sees on the screen differs, and
that is said.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Self

from dxkit.errors import list_first

# formats that Excel has built in: 0% and 0.00%
PERCENT_FORMAT_IDS = (9, 10)
# the first number of a workbook's own formats
FIRST_OWN_FORMAT = 164
# words, and signs that only leave room (_%) or fill it (*%), are no sign of a percentage: 0"%"
QUOTED = re.compile(r'"[^"]*"|[\\_*].')
# columns of a table on its side that are looked at; no country has more municipalities
LAST_TURNED = 4000
# places that a remark lists
LISTED_PLACES = 5


@dataclass(frozen=True, slots=True)
class SheetLooks:
    """What is special about cells of a sheet on the screen.

    Attributes
    ----------
    hidden_rows
        Their numbers.
    hidden_columns
        First and last number of each run of hidden columns.
    merged
        Left, top, right and bottom of each merged range.
    percents
        Row and column number of each number with a format of percentages.
    hidden_sheets
        Names of the hidden sheets beside this one that hold something.
    crossed
        Row and column number of each filled cell whose text is crossed out.
    """

    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: tuple[tuple[int, int], ...] = ()
    merged: tuple[tuple[int, int, int, int], ...] = ()
    percents: frozenset[tuple[int, int]] = frozenset()
    hidden_sheets: tuple[str, ...] = ()
    crossed: frozenset[tuple[int, int]] = frozenset()

    def is_column_hidden(self, position: int) -> bool:
        """Check for a hidden column, counted from 0."""
        return any(first <= position + 1 <= last for first, last in self.hidden_columns)

    def find_merged_rows(self, position: int, numbers: Sequence[int]) -> list[tuple[int, ...]]:
        """Find the row numbers that share one merged cell in a column counted from 0.

        The numbers ascend.
        """
        spans = (
            tuple(numbers[bisect_left(numbers, top) : bisect_right(numbers, bottom)])
            for left, top, right, bottom in self.merged
            if top < bottom and left <= position + 1 <= right
        )
        return [span for span in spans if len(span) > 1]

    def turn(self, numbers: Sequence[int]) -> Self:
        """Turn rows into columns; ``numbers``, which ascend, are those of the rows."""
        places = {number: place for place, number in enumerate(numbers, start=1)}
        hidden = (place for number, place in places.items() if number in self.hidden_rows)
        merged = []
        for left, top, right, bottom in self.merged:
            first = bisect_left(numbers, top) + 1
            last = bisect_right(numbers, bottom)
            if first <= last:
                merged.append((first, left, last, right))
        return type(self)(
            frozenset(
                column
                for first, last in self.hidden_columns
                for column in range(first, min(last, LAST_TURNED) + 1)
            ),
            tuple((place, place) for place in hidden),
            tuple(merged),
            frozenset((column, places[row]) for row, column in self.percents if row in places),
            self.hidden_sheets,
            frozenset((column, places[row]) for row, column in self.crossed if row in places),
        )


def find_percent_styles(formats: Iterable[int], own_formats: Sequence[str]) -> frozenset[int]:
    """Find which cell styles show percentages, by the number of each style's format."""
    styles = set()
    for style, format_id in enumerate(formats):
        place = format_id - FIRST_OWN_FORMAT
        own = own_formats[place] if 0 <= place < len(own_formats) else ""
        if format_id in PERCENT_FORMAT_IDS or "%" in QUOTED.sub("", own):
            styles.add(style)
    return frozenset(styles)


def describe_hidden(
    looks: SheetLooks,
    rows: Collection[int],
    columns: Collection[tuple[str, int]],
    name_row: Callable[[int], str],
) -> list[str]:
    """Describe in Japanese what is hidden: rows and columns that are read, sheets that are not.

    Parameters
    ----------
    looks
        Of the sheet.
    rows
        Numbers of the rows that are read.
    columns
        Heading and position of the columns that are read.
    name_row
        Names a row's place, as the file has it.
    """
    remarks = []
    hidden = [name_row(row) for row in sorted(looks.hidden_rows.intersection(rows))]
    hidden += [f"「{head}」" for head, place in columns if looks.is_column_hidden(place)]
    if hidden:
        remarks.append(
            f"画面に表示されない行や列も読みました: {list_places(hidden)}"
            "（除いてあったものなら、消してから読んでください）"
        )
    if looks.hidden_sheets:
        names = list_places([f"「{name}」" for name in looks.hidden_sheets])
        remarks.append(f"表示されていないシート{names}は読んでいません（sheet= で選べます）")
    return remarks


def describe_crossed(
    looks: SheetLooks,
    rows: Collection[int],
    columns: Iterable[tuple[str, int]],
    name_row: Callable[[int], str],
) -> list[str]:
    """Describe in Japanese which cells are read though their text is crossed out."""
    heads = {position + 1: head for head, position in columns}
    places = [
        f"{name_row(row)}の「{heads[column]}」"
        for row, column in sorted(looks.crossed)
        if row in rows and column in heads
    ]
    if not places:
        return []
    return [
        f"取り消し線の引かれたセルも読みました: {list_places(places)}"
        "（取り消したものなら、消してから読んでください）"
    ]


def describe_merged(
    looks: SheetLooks,
    rows: Sequence[int],
    columns: Iterable[tuple[str, int]],
    name_row: Callable[[int], str],
) -> list[str]:
    """Describe in Japanese which figures were repeated, as one merged cell holds several rows."""
    remarks = []
    for head, position in columns:
        spans = looks.find_merged_rows(position, rows)
        if spans:
            places = list_places([f"{name_row(span[0])}から{name_row(span[-1])}" for span in spans])
            remarks.append(
                f"列「{head}」: 結合されたセルの数を、それぞれの行の値として読みました（{places}）。"
                "全体で1つの数なら、足すと重なります"
            )
    return remarks


def list_places(places: Sequence[str]) -> str:
    """List the first places, and count the others."""
    return list_first(places, LISTED_PLACES, count=len(places))
