"""What is measured, under which heading, in which direction, and with which weight?

An index is a table: one row an indicator or a heading, `parent` naming the heading above it.
Changing a weight is changing a cell. Here the table becomes a tree on arrays: leaves that hold
figures, headings from the deepest up, the total on top.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from dxkit import schema
from dxkit._arrays import BoolArray, FloatArray, IntArray
from dxkit._checks import require_single_columns
from dxkit._plain_tables import order_of_labels
from dxkit.codes import short_code
from dxkit.errors import ChoiceError, CodeError, Fault, TableError, shorten
from dxkit.maturity._read_values import find_cell_faults

TOTAL = "total"


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of the framework: positions of its members, and their weights (sum 1).

    Attributes
    ----------
    name
        Its name; ``"total"`` for the whole.
    members
        Positions of its members among all columns: leaves first, then headings in the order of
        `Framework.headings`.
    weights
        The members' weights.
    """

    name: str
    members: IntArray
    weights: FloatArray


@dataclass(frozen=True, slots=True)
class Framework:
    """A checked framework on arrays.

    Attributes
    ----------
    table
        The indicators' rows as given, with their weights.
    leaves
        Names of the indicators that hold figures and count (weight above 0), in table order.
    headings
        All headings, each after its members; the last is the total.
    direction, low, high
        Of each leaf: 1 or -1; goalposts (NaN where none are given).
    """

    table: pd.DataFrame
    leaves: tuple[str, ...]
    headings: tuple[Heading, ...]
    direction: FloatArray
    low: FloatArray
    high: FloatArray

    @property
    def dimensions(self) -> list[str]:
        """Names of the headings right below the total.

        Leaves that stand right below the total themselves are no headings.
        """
        return [
            heading.name
            for heading in self.headings
            if self._parent(heading.name) == "" and heading.name != TOTAL
        ]

    @property
    def labels_by_name(self) -> dict[str, str]:
        """Japanese label of each name."""
        return dict(zip(self.table["indicator"], self.table["label"], strict=True))

    @property
    def leaf_weights(self) -> FloatArray:
        """Each leaf's share of the total: the product of the weights on its way up."""
        share = np.zeros(len(self.leaves) + len(self.headings))
        share[-1] = 1.0
        # from the total down: each heading hands its share on to its members
        for position in range(len(self.headings) - 1, -1, -1):
            heading = self.headings[position]
            share[heading.members] += share[len(self.leaves) + position] * heading.weights
        return share[: len(self.leaves)]

    def _parent(self, name: str) -> str:
        parents = self.table.loc[self.table["indicator"] == name, "parent"]
        return "" if parents.empty else str(parents.iloc[0])


def parse_framework(indicators: pd.DataFrame) -> Framework:
    """Check a framework table and lay it out.

    Parameters
    ----------
    indicators
        One row an indicator or heading: ``indicator, parent, label, direction, weight, unit, low,
        high``. Rows that are a parent of others are headings; an empty parent stands right below
        the total; weight 0 is shown but not counted.

    Raises
    ------
    TableError
        With every fault: unknown or circular parents, a heading without members, goalposts out of
        order, negative weights.
    """
    table = schema.validate(indicators, "indicators").reset_index(drop=True)
    table["parent"] = table["parent"].fillna("").astype("str")
    faults = [*_find_parent_faults(table), *_find_goalpost_faults(table)]
    if faults:
        raise TableError(faults)
    return _lay_out(table)


def sort_framework(framework: Framework) -> Framework:
    """Lay a framework out in the order of its names.

    What is drawn at random, and what breaks a tie, must not hang on the order of the table's rows.
    """
    order = order_of_labels(framework.table["indicator"])
    return _lay_out(framework.table.iloc[order].reset_index(drop=True))


def _find_parent_faults(table: pd.DataFrame) -> list[Fault]:
    """Find parents that do not exist, lead round in a circle, or end in the reserved name."""
    parent_of = dict(zip(table["indicator"], table["parent"], strict=True))
    faults = []
    for row, (name, parent) in enumerate(parent_of.items(), start=1):
        if name == TOTAL:
            problem = "この名前は総合点のために取ってあります"
            faults.append(Fault(problem, "別の名前にしてください", row=row, value=name))
        problem = ""
        if parent and parent not in parent_of:
            problem = "上位の項目が表にありません"
        elif _is_circular(name, parent_of):
            problem = "上位の項目が輪になっています"
        if problem:
            remedy = "parent を直してください"
            faults.append(Fault(problem, remedy, row=row, column="parent", value=parent))
    return faults


def _is_circular(name: str, parent_of: dict[str, str]) -> bool:
    """Say whether the way up from a name comes back to a name already passed."""
    passed = {name}
    while name := parent_of.get(name, ""):
        if name in passed:
            return True
        passed.add(name)
    return False


def _find_goalpost_faults(table: pd.DataFrame) -> list[Fault]:
    is_bad = table["low"].notna() & table["high"].notna() & ~(table["low"] < table["high"])
    return [
        Fault(
            "目標値の下と上が逆か同じです",
            "low は high より小さくしてください",
            row=row + 1,
            column="low",
            value=table["low"][row],
        )
        for row in table.index[is_bad]
    ]


def _lay_out(table: pd.DataFrame) -> Framework:
    """Lay a checked table out on arrays; rows of weight 0 are left out."""
    counted = table[table["weight"] > 0]
    parents = set(table["parent"])
    leaves = [name for name in counted["indicator"] if name not in parents]
    order = [*_sort_bottom_up(counted, parents), TOTAL]
    position = {name: index for index, name in enumerate([*leaves, *order])}
    headings = [_build_heading(name, counted, position) for name in order]
    if not leaves or any(heading.members.size == 0 for heading in headings):
        # a table without a leaf has no total either
        empty = next((heading.name for heading in headings if heading.members.size == 0), TOTAL)
        problem = "重みが0より大きい指標がない見出しです"
        raise TableError([Fault(problem, "指標か重みを足してください", value=empty)])
    rows = counted.set_index("indicator").loc[leaves]
    columns = [rows[name].to_numpy(dtype=float) for name in ("direction", "low", "high")]
    return Framework(table, tuple(leaves), tuple(headings), *columns)


def _sort_bottom_up(counted: pd.DataFrame, parents: set[str]) -> list[str]:
    """List the headings, deepest first, in table order within a depth."""
    parent_of = dict(zip(counted["indicator"], counted["parent"], strict=True))

    def count_depth(name: str) -> int:
        return 0 if not name else 1 + count_depth(parent_of.get(name, ""))

    headings = (name for name in counted["indicator"] if name in parents)
    return sorted(headings, key=count_depth, reverse=True)


def _build_heading(name: str, counted: pd.DataFrame, position: dict[str, int]) -> Heading:
    below = counted[counted["parent"] == ("" if name == TOTAL else name)]
    members = np.array([position[member] for member in below["indicator"]], dtype=np.intp)
    weights = below["weight"].to_numpy(dtype=float)
    return Heading(name, members, weights / weights.sum() if weights.size else weights)


def drop_leaves(framework: Framework, is_kept: BoolArray) -> Framework:
    """Give the weight of leaves that are not kept to the other members of their heading.

    The tree keeps its shape: what is dropped has weight 0, and so has a heading of which nothing is
    kept.
    """
    if is_kept.all():
        return framework
    n_leaves = len(framework.leaves)
    is_there = np.append(is_kept, np.zeros(len(framework.headings), dtype=bool))
    headings = []
    for position, heading in enumerate(framework.headings):
        weights = np.where(is_there[heading.members], heading.weights, 0.0)
        is_there[n_leaves + position] = weights.any()
        headings.append(replace(heading, weights=weights / (weights.sum() or 1.0)))
    return replace(framework, headings=tuple(headings))


def read_figures(values: pd.DataFrame, framework: Framework) -> tuple[FloatArray, pd.Index]:
    """Read the leaves' columns of a table as numbers, missing as NaN, with its codes.

    Raises
    ------
    TableError
        If columns are missing, hold text, or municipalities repeat.
    """
    require_single_columns(values, ["code", *framework.leaves], "values")
    table = values.set_index("code") if "code" in values.columns else _read_index(values)
    absent = [name for name in framework.leaves if name not in table.columns]
    faults = [
        Fault("指標の列がありません", "列の名前と indicators を合わせてください", column=name)
        for name in absent
    ]
    faults += [
        Fault("同じ市町の行が2つ以上あります", "1市町1行にしてください", value=code)
        for code in table.index[table.index.duplicated()].unique()
    ]
    if table.index.hasnans:
        row = int(table.index.isna().argmax()) + 1
        faults.append(Fault("団体コードのない行があります", "書き足してください", row=row))
    present = table[[name for name in framework.leaves if name not in absent]]
    faults += find_cell_faults(present)
    if not table.empty and pd.api.types.is_integer_dtype(table.index):
        # row numbers 0, 1, 2 are nobody's code
        remedy = (
            "団体コードの列 code を加えるか、団体コードを索引にしてください"
            '（例: values.set_index("団体コード")）'
        )
        faults.append(Fault("どの行がどの市町か分かりません", remedy, value=table.index[0]))
    if table.empty:
        faults.append(Fault("市町の行がありません", "表を確かめてください"))
    if faults:
        raise TableError(faults)
    numbers = table[list(framework.leaves)].to_numpy(dtype=float, na_value=np.nan)
    # one memory layout for all tables: readers hand over columns, users rows
    return np.ascontiguousarray(numbers), table.index


def _read_index(values: pd.DataFrame) -> pd.DataFrame:
    """Read an index of numbers as codes, unless it only counts rows."""
    if values.index.nlevels > 1:
        remedy = "団体コードの列 code を加えてください（例: values.reset_index()）"
        problem = f"行の索引が{values.index.nlevels}段です。どの行がどの市町か分かりません"
        raise TableError([Fault(problem, remedy, value=values.index[0] if len(values) else None)])
    if isinstance(values.index, pd.RangeIndex) or values.index.name is not None:
        return values
    table: pd.DataFrame = schema.to_table(values.rename_axis("code"), "values")
    return table


def read_sorted_figures(
    values: pd.DataFrame, framework: Framework
) -> tuple[FloatArray, pd.Index, IntArray]:
    """Read figures as `read_figures` does, rows in the order of their codes.

    Returns
    -------
    numbers : numpy.ndarray
    codes : pandas.Index
    rows_given : numpy.ndarray
        Where the first, second, … row of the user's table stands among them.
    """
    numbers, codes = read_figures(values, framework)
    order = order_of_labels(codes)
    return numbers[order], codes[order], np.argsort(order)


def find_code(code: object, codes: pd.Index) -> str:
    """Find a municipality's code as its table writes it; 28201 and "282014" are "28201".

    Raises
    ------
    ChoiceError
        If there is no such row.
    """
    if isinstance(code, str) and code in codes:
        return code
    try:
        short = short_code(code)
    except CodeError:
        short = None
    if short is None or short not in codes:
        examples = "、".join(map(str, codes[:5]))
        raise ChoiceError(
            f"「{shorten(code)}」の行はありません。{examples} のように書いてください。"
        )
    return short


def find_unit(code: object, codes: pd.Index) -> int:
    """Find a municipality's row.

    Raises
    ------
    ChoiceError
        If there is none.
    """
    return int(codes.get_indexer(pd.Index([find_code(code, codes)]))[0])


def find_blank_faults(
    numbers: FloatArray, codes: pd.Index, names: Iterable[str], remedy: str
) -> list[Fault]:
    """Find every cell that is blank, for methods that need complete tables."""
    columns = list(names)
    return [
        Fault(f"{codes[row]} の値が空欄です", remedy, column=str(columns[column]))
        for row, column in np.argwhere(np.isnan(numbers))
    ]
