"""Do the totals of a table agree with the sums of its rows?

A total that differs tells of a row that is missing, doubled or mistyped, in the file or in the
reading of it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dxkit._arrays import FloatArray, IntArray
from dxkit.errors import list_first, shorten
from dxkit.loaders import _cells
from dxkit.loaders._municipalities import map_municipalities
from dxkit.loaders._sheet import Sheet
from dxkit.loaders._subtotal_rows import AREA, TOTAL, WARD, Subtotal, map_wards

# headings of what does not add up
NO_COUNT = re.compile(
    r"率|割合|平均|％|%|密度|比$|比率|指数|順位|番号|コード|年度?$|年齢|緯度|経度|標高|あたり|当たり|1人|偏差|点数"
    r"|座標|(^|_)(lat|lon|lng|latitude|longitude)$"
)
# totals that are no sums, or sums of other rows
NO_SUM = re.compile(r"平均|中央値|最大|最小|全国")
CITIES = re.compile(r"^市(部|計|部計)$")
TOWNS = re.compile(r"^(郡部|町村部|町計|町村計|郡部計|郡計|町村部計)$")
# a sum of part of the rows, of which there may be others without a sum
PART_SUM = "小計"
LONGEST_PART = 60
# share by which rounding may let a sum of decimals differ
ROUNDING = 1e-9
# share of the figures by which a mean of other weights may lie beyond them
MEAN_MARGIN = 0.01
# sums that a remark lists
LISTED_CHECKS = 5


@dataclass(frozen=True, slots=True)
class SumCheck:
    """A subtotal's figure beside the sum of its rows."""

    subtotal: Subtotal
    row_number: int
    column: str
    total: float
    sum: float
    agrees: bool


class SumChecker:
    """Compares the subtotals of a sheet with the sums of its rows.

    Parameters
    ----------
    sheet
        The sheet.
    data, places
        Positions of the data rows, and the municipality of each.
    columns
        Position and values of each column of numbers, by heading.
    subtotals
        The rows that are sums.
    """

    def __init__(
        self,
        sheet: Sheet,
        data: Sequence[int],
        places: Sequence[str | None],
        columns: Mapping[str, tuple[int, FloatArray]],
        subtotals: Sequence[Subtotal],
    ) -> None:
        self._sheet = sheet
        self._data = np.array(data)
        self._places = list(places)
        self._columns = {
            head: column for head, column in columns.items() if not NO_COUNT.search(head)
        }
        self._subtotals = sorted(subtotals, key=lambda subtotal: subtotal.row)
        self._rows = {place: index for index, place in enumerate(places)}

    def check_all(self) -> list[SumCheck]:
        """Compare every subtotal that the rows allow to compare, column by column."""
        wards = [subtotal for subtotal in self._subtotals if subtotal.kind == WARD]
        others = [subtotal for subtotal in self._subtotals if subtotal.kind != WARD]
        checks = [check for subtotal in others for check in self._check_subtotal(subtotal)]
        return checks + self._check_wards(wards)

    def _check_subtotal(self, subtotal: Subtotal) -> list[SumCheck]:
        groups = self._list_groups(subtotal)
        checks = []
        for head, (position, values) in self._columns.items() if groups else ():
            total = self._read_number(subtotal.row, position)
            if total is None:
                continue
            # the rows of a total that stands between others may be those before or behind it
            sums = [
                check for group in groups if (check := _compare(total, values[group])) is not None
            ]
            if not sums:
                continue
            agrees = any(same for _, same in sums) or self._is_part_sum(subtotal, total, values)
            # a list of unknown members says nothing by differing
            if agrees or subtotal.codes or subtotal.kind == TOTAL:
                # of the rows that may be meant, those that come closest
                figure = min((figure for figure, _ in sums), key=lambda figure: abs(figure - total))
                checks.append(self._make_check(subtotal, head, total, figure, agrees=agrees))
        return checks

    def _is_part_sum(self, subtotal: Subtotal, total: float, values: FloatArray) -> bool:
        """Check for the sum of the last rows above, which a label or a gap sets apart."""
        if not subtotal.text.endswith(PART_SUM):
            return False
        sums = (other.row for other in self._subtotals if other.row < subtotal.row)
        is_above = (self._data > max(sums, default=-1)) & (self._data < subtotal.row)
        above = np.flatnonzero(is_above)[-LONGEST_PART:]
        starts = [start for start in range(1, len(above) - 1) if self._is_block(above, start)]
        checks = (_compare(total, values[above[start:]]) for start in starts)
        return any(check is not None and check[1] for check in checks)

    def _is_block(self, rows: IntArray, start: int) -> bool:
        """Check for rows set apart: by a gap, or by a label that only the first of them has."""
        positions = [int(self._data[row]) for row in rows]
        numbers = [self._sheet.row_numbers[position] for position in positions]
        if numbers[start] > numbers[start - 1] + 1:
            return True
        first, *others = (self._sheet.texts[position] for position in positions[start:])
        return any(
            text and not any(place < len(other) and other[place] for other in others)
            for place, text in enumerate(first)
        )

    def _list_groups(self, subtotal: Subtotal) -> list[list[int]]:
        """List the groups of data rows, any of which may be what a subtotal sums."""
        if subtotal.codes:
            indexes = [self._rows[code] for code in subtotal.codes if code in self._rows]
            return [indexes] if len(indexes) == len(subtotal.codes) else []
        if NO_SUM.search(subtotal.text):
            return []
        everything = list(range(len(self._data)))
        names = [map_municipalities()[code].name if code else "" for code in self._places]
        if CITIES.search(subtotal.text):
            return [[index for index in everything if names[index].endswith("市")]]
        if TOWNS.search(subtotal.text):
            return [[index for index in everything if names[index].endswith(("町", "村"))]]
        rows = [other.row for other in self._subtotals if other.kind != WARD]
        before = max((row for row in rows if row < subtotal.row), default=-1)
        behind = min((row for row in rows if row > subtotal.row), default=len(self._sheet.rows))
        blocks = [
            np.flatnonzero((self._data > before) & (self._data < subtotal.row)).tolist(),
            np.flatnonzero((self._data > subtotal.row) & (self._data < behind)).tolist(),
        ]
        if subtotal.kind == AREA:
            return [block for block in reversed(blocks) if block]
        return [everything, *(block for block in blocks if block)]

    def _check_wards(self, wards: Sequence[Subtotal]) -> list[SumCheck]:
        """Compare the row of a designated city with the sum of its wards, if all are there."""
        checks = []
        for city in dict.fromkeys(code for ward in wards for code in ward.codes):
            rows = [ward for ward in wards if city in ward.codes]
            if len(rows) != len(map_wards()[city]) or city not in self._rows:
                continue
            for head, (position, values) in self._columns.items():
                parts = [self._read_number(ward.row, position) for ward in rows]
                total = float(values[self._rows[city]])
                figures = np.array([np.nan if part is None else part for part in parts])
                if (check := _compare(total, figures)) is not None:
                    checks += [
                        self._make_check(ward, head, total, check[0], agrees=check[1])
                        for ward in rows
                    ]
        return checks

    def _make_check(
        self, subtotal: Subtotal, head: str, total: float, figure: float, *, agrees: bool
    ) -> SumCheck:
        number = self._sheet.row_numbers[subtotal.row]
        return SumCheck(subtotal, number, head, total, figure, agrees)

    def _read_number(self, row: int, position: int) -> float | None:
        try:
            typed = _cells.parse_typed(self._sheet.find_text(row, position))
        except ValueError:
            return None
        return None if typed.unit == _cells.PERCENT else typed.value


def _compare(total: float, parts: FloatArray) -> tuple[float, bool] | None:
    """Compare a total with its parts; ``None`` where they cannot be compared."""
    if np.isnan(total) or not len(parts):
        return None
    figures = parts[~np.isnan(parts)]
    figure = float(figures.sum())
    tolerance = ROUNDING * max(abs(total), float(np.abs(figures).sum()), 1)
    # figures with decimals were rounded before they were written
    if (figures % 1).any() or total % 1:
        tolerance = max(
            tolerance, 0.5 * (len(figures) + 1) * _find_step([total, *figures.tolist()])
        )
    agrees = abs(total - figure) <= tolerance
    if len(figures) < len(parts):
        # parts that are not told may be the difference, but never a negative one
        return (figure, False) if (figures >= 0).all() and figure > total + tolerance else None
    # a mean lies between its parts, and no sum of several positive figures does
    low = figures.min()
    high = figures.max()
    margin = MEAN_MARGIN * max(abs(low), abs(high))
    is_mean = len(parts) > 1 and low - margin <= total <= high + margin
    return None if is_mean and not agrees else (figure, agrees)


def _find_step(numbers: Sequence[float]) -> float:
    """Find the last decimal in which numbers are written."""
    decimals = (len(repr(number).partition(".")[2]) for number in numbers if number % 1)
    return float(10.0 ** -max(decimals, default=0))


def describe_differences(checks: Sequence[SumCheck]) -> list[str]:
    """Describe in Japanese which totals differ from the sums of their rows."""
    different = [check for check in checks if not check.agrees]
    if not different:
        return []
    texts = (
        f"{check.row_number}行目「{shorten(check.subtotal.text, 20)}」の列「{check.column}」は"
        f" {check.total:,.12g}、内訳の合計は {check.sum:,.12g}"
        for check in different
    )
    listed = list_first(texts, LISTED_CHECKS, count=len(different))
    return [f"合計の行が、内訳の合計と合いません: {listed}"]
