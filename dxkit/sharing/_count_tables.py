"""Which tables are published together, and where do their totals stand?

Reads one table or several for `suppress` and `audit`: labels, values, the rows and columns of
totals under any of their usual names, and the margins that a reader can add up himself.
"""

import unicodedata
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from dxkit._arrays import BoolArray, FloatArray
from dxkit._checks import EMPTY_REMEDY, to_numbers
from dxkit._plain_tables import order_of_labels
from dxkit.errors import ChoiceError, Fault, TableError

TOTAL = "計"
# people; sums of larger numbers lose their last digits
LARGEST_COUNT = 1e12
# as labels are compared: NFKC, without spaces, lower case
TOTAL_NAMES = frozenset(
    [
        *("計", "合計", "総計", "総数", "総合計", "全体", "全数", "男女計", "男女合計"),
        *("total", "all", "grandtotal", "sum"),
    ]
)
# a label that names no places of its own: which rows it sums has to be said by `hierarchy`
SUBTOTAL_NAMES = frozenset(["小計", "中計", "再掲", "subtotal"])
Tables = (
    pd.DataFrame | pd.Series | Mapping[str, "pd.DataFrame | pd.Series"] | Sequence["pd.DataFrame"]
)
Hierarchy = Mapping[Hashable, Sequence[Hashable]]
Labels = tuple[Hashable, ...]


@dataclass(frozen=True)
class CountTable:
    """One table as it is published.

    Attributes
    ----------
    name
        Its name among the tables; empty where there is only one.
    counts
        One row a row label, one column a column label (a series has one column); NaN where blank.
    axes
        The labels of the rows and, of a two-way table, those of the columns.
    source
        The table as it was handed in.
    """

    name: str
    counts: FloatArray
    axes: tuple[Labels, ...]
    source: pd.DataFrame | pd.Series

    def find_total(self, axis: int) -> int | None:
        """Find the position of the total among the labels of an axis."""
        for position, label in enumerate(self.axes[axis]):
            if is_total_name(label):
                return position
        return None

    def list_parts(self, axis: int) -> list[Hashable]:
        """List the labels of an axis without the total."""
        return [label for label in self.axes[axis] if not is_total_name(label)]

    def sort_labels(self) -> "CountTable":
        """Return the table with rows and columns in the order of their labels."""
        orders = [order_of_labels(labels) for labels in self.axes]
        counts = self.counts[orders[0]]
        if len(orders) > 1:
            counts = counts[:, orders[1]]
        axes = tuple(
            tuple(labels[position] for position in order)
            for labels, order in zip(self.axes, orders, strict=True)
        )
        return replace(self, counts=counts, axes=axes)

    def label_cell(self, i: int, j: int) -> str:
        """Name a cell for a message."""
        labels = [self.axes[0][i]] + ([self.axes[1][j]] if len(self.axes) > 1 else [])
        text = "×".join(str(label) for label in labels)
        return f"表「{self.name}」の{text}" if self.name else text


def normalise_label(label: Hashable) -> str:
    """Spell a label as total names are compared."""
    return "".join(unicodedata.normalize("NFKC", str(label)).split()).casefold()


def is_total_name(label: Hashable) -> bool:
    """Whether a label is one of the usual names of a total."""
    return isinstance(label, str) and normalise_label(label) in TOTAL_NAMES


def list_tables(tables: object) -> dict[str, pd.DataFrame | pd.Series]:
    """List what was handed in by name; one table has the empty name."""
    if isinstance(tables, pd.DataFrame | pd.Series):
        return {"": tables}
    if isinstance(tables, Mapping):
        named = {str(name): table for name, table in tables.items()}
    elif isinstance(tables, Sequence) and not isinstance(tables, str):
        named = {str(position + 1): table for position, table in enumerate(tables)}
    else:
        named = {}
    if not named or not all(
        isinstance(table, pd.DataFrame | pd.Series) for table in named.values()
    ):
        raise ChoiceError(
            "tables には DataFrame・Series か、その辞書（名前: 表）かリストを渡してください。"
        )
    return named


def read_tables(tables: object) -> list[CountTable]:
    """Read the tables; every fault of every table is reported.

    Raises
    ------
    ChoiceError
        If there is no table.
    TableError
        If a label stands twice, an axis has two totals, or a cell is no whole number.
    """
    faults: list[Fault] = []
    counts: list[CountTable] = []
    for name, table in list_tables(tables).items():
        axes = [tuple(table.index)]
        if isinstance(table, pd.DataFrame):
            axes.append(tuple(table.columns))
        faults += [fault for axis in axes for fault in _find_label_faults(name, axis)]
        frame = table.to_frame() if isinstance(table, pd.Series) else table
        columns = [to_numbers(frame.iloc[:, j]) for j in range(frame.shape[1])]
        values = np.column_stack(columns) if columns else np.zeros((len(frame), 0))
        faults += _find_cell_faults(name, frame, values)
        counts.append(CountTable(name, values, tuple(axes), table))
    if faults:
        raise TableError(faults)
    return counts


def _find_label_faults(name: str, labels: Labels) -> list[Fault]:
    faults = [
        Fault("同じラベルが2つあります", "ラベルを分けてください", sheet=name, value=label)
        for position, label in enumerate(labels)
        if label in labels[:position]
    ]
    totals = [str(label) for label in labels if is_total_name(label)]
    if len(totals) > 1:
        remedy = "合計は1つにしてください"
        faults.append(Fault("合計が2つあります", remedy, sheet=name, value="・".join(totals)))
    return faults


def _find_cell_faults(name: str, frame: pd.DataFrame, values: FloatArray) -> list[Fault]:
    """Find cells that are neither blank nor whole numbers, and numbers too large to be added."""
    # a table without columns has no type of its own
    is_blank = np.asarray(frame.isna(), dtype=np.bool_)
    is_whole = np.isfinite(values) & (values == np.floor(values))
    is_large = is_whole & (np.abs(values) > LARGEST_COUNT)
    is_faulty = ~is_blank & (~is_whole | is_large)
    return [
        Fault(
            "数が大きすぎます" if is_large[i, j] else "人数ではありません",
            "1兆までの整数（人数）にしてください"
            if is_large[i, j]
            else "0以上の整数（人数）にしてください",
            sheet=name,
            row=int(i) + 1,
            column=str(frame.columns[j]),
            value=frame.iloc[i, j],
        )
        for i, j in np.argwhere(is_faulty)
    ]


def require_full_tables(tables: Sequence[CountTable]) -> None:
    """Refuse blanks where every count must be known, and tables without a cell.

    Raises
    ------
    TableError
    """
    faults = [
        Fault(
            "人数ではありません",
            "0以上の整数（人数）にしてください",
            sheet=table.name,
            row=int(i) + 1,
            column=str(table.axes[1][j]) if len(table.axes) > 1 else "",
            value=float("nan"),
        )
        for table in tables
        for i, j in np.argwhere(np.isnan(table.counts))
    ]
    faults += [
        Fault("表に行か列がありません", EMPTY_REMEDY, sheet=table.name)
        for table in tables
        if not table.counts.size
    ]
    if faults:
        raise TableError(faults)


def append_sum(table: CountTable, axis: int, label: Hashable, parts: Sequence[int]) -> CountTable:
    """Append the sum of some rows or columns as a further one."""
    row = table.counts.take(list(parts), axis=axis).sum(axis=axis, keepdims=True)
    counts = np.concatenate([table.counts, row], axis=axis)
    axes = tuple(
        (*labels, label) if position == axis else labels
        for position, labels in enumerate(table.axes)
    )
    return replace(table, counts=counts, axes=axes)


def build_table(
    table: CountTable, counts: FloatArray, is_blank: BoolArray
) -> pd.DataFrame | pd.Series:
    """Build what is published: labelled as the table, whole numbers, blanks missing."""
    index = pd.Index(table.axes[0], name=table.source.index.name)
    columns = pd.Index(table.axes[1]) if len(table.axes) > 1 else pd.RangeIndex(1)
    frame = pd.DataFrame(counts, index=index, columns=columns).astype("Int64").mask(is_blank)
    if isinstance(table.source, pd.Series):
        series: pd.Series = frame.iloc[:, 0]
        series.name = table.source.name
        return series
    frame.columns.name = table.source.columns.name
    return frame
