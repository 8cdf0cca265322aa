"""What is measured, under which heading, in which direction, and with which weight?

An index is a table: one row an indicator or a heading, `parent` naming the heading above it. Changing a weight is changing a
cell. Here the table becomes a tree on arrays: leaves that hold figures, headings from the deepest up, the total on top.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dxkit import schema
from dxkit.errors import Fault, TableError

ANSWERED = "answered"
VIGNETTE = "V"
TOTAL = "total"
Floats = NDArray[np.float64]


def values_of(answers: pd.DataFrame, *, column: str = "level") -> pd.DataFrame:
    """Turn answers into one row a municipality, one column an item.

    Parameters
    ----------
    answers
        One row an answer: ``code, item, level`` and, if there, ``status``; answers to fictional towns (V1, V2 …) are left out.
    column
        ``"level"``, or ``"target"`` for what is aimed at.

    Returns
    -------
    pandas.DataFrame
        Index ``code``; missing where the item was not answered, whatever the reason. Several interviewers' answers to one
        municipality are averaged.

    Raises
    ------
    TableError
        If columns are missing.
    """
    absent = [name for name in ("code", "item", column) if name not in answers.columns]
    if absent:
        raise TableError(
            [
                Fault("列がありません", "answers の形を確かめてください", column=name)
                for name in absent
            ]
        )
    real = answers[~answers["code"].astype(str).str.startswith(VIGNETTE)]
    if "status" in real:
        real = real.assign(**{column: real[column].where(real["status"].eq(ANSWERED))})
    order = list(dict.fromkeys(real["item"]))
    wide = real.pivot_table(
        index="code", columns="item", values=column, aggfunc="mean", dropna=False
    ).reindex(columns=order)
    wide.columns.name = None
    wide.attrs = dict(answers.attrs)
    return wide


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of the framework: where its members stand, and their weights (sum 1).

    Attributes
    ----------
    name
        Its name; ``"total"`` for the whole.
    members
        Positions of its members among all columns: leaves first, then headings in the order of `Framework.headings`.
    weights
        The members' weights.
    """

    name: str
    members: NDArray[np.intp]
    weights: Floats


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
    direction: Floats
    low: Floats
    high: Floats

    @property
    def dimensions(self) -> list[str]:
        """Names of the headings right below the total (leaves that stand there themselves are not headings)."""
        return [
            heading.name
            for heading in self.headings
            if self._parent(heading.name) == "" and heading.name != TOTAL
        ]

    def labels(self) -> dict[str, str]:
        """Give name → Japanese label."""
        return dict(zip(self.table["indicator"], self.table["label"], strict=True))

    def leaf_weights(self) -> Floats:
        """Give each leaf's share of the total: the product of the weights on its way up."""
        share = np.zeros(len(self.leaves) + len(self.headings))
        share[-1] = 1.0
        for position in range(len(self.headings) - 1, -1, -1):
            heading = self.headings[position]
            share[heading.members] += share[len(self.leaves) + position] * heading.weights
        return share[: len(self.leaves)]

    def _parent(self, name: str) -> str:
        found = self.table.loc[self.table["indicator"] == name, "parent"]
        return "" if found.empty else str(found.iloc[0])


def build(indicators: pd.DataFrame) -> Framework:
    """Check a framework table and lay it out.

    Parameters
    ----------
    indicators
        One row an indicator or heading: ``indicator, parent, label, direction, weight, unit, low, high``. Rows that are a
        parent of others are headings; an empty parent stands right below the total; weight 0 is shown but not counted.

    Raises
    ------
    TableError
        With every fault: unknown or circular parents, a heading without members, goalposts out of order, negative weights.
    """
    table = schema.validate(indicators, "indicators").reset_index(drop=True)
    table["parent"] = table["parent"].fillna("").astype("str")
    faults = [*_parent_faults(table), *_goalpost_faults(table)]
    if faults:
        raise TableError(faults)
    return _laid_out(table)


def _parent_faults(table: pd.DataFrame) -> list[Fault]:
    """Find parents that do not exist, lead round in a circle, or end in the reserved name."""
    above = dict(zip(table["indicator"], table["parent"], strict=True))
    faults = []
    for at, (name, parent) in enumerate(above.items(), start=1):
        if name == TOTAL:
            faults.append(
                Fault(
                    "この名前は総合点のために取ってあります",
                    "別の名前にしてください",
                    row=at,
                    value=name,
                )
            )
        if parent and parent not in above:
            faults.append(
                Fault(
                    "上位の項目が表にありません",
                    "parent を直してください",
                    row=at,
                    column="parent",
                    value=parent,
                )
            )
        elif _goes_round(name, above):
            faults.append(
                Fault(
                    "上位の項目が輪になっています",
                    "parent を直してください",
                    row=at,
                    column="parent",
                    value=parent,
                )
            )
    return faults


def _goes_round(name: str, above: dict[str, str]) -> bool:
    seen = {name}
    while name := above.get(name, ""):
        if name in seen:
            return True
        seen.add(name)
    return False


def _goalpost_faults(table: pd.DataFrame) -> list[Fault]:
    bad = table["low"].notna() & table["high"].notna() & ~(table["low"] < table["high"])
    remedy = "low は high より小さくしてください"
    return [
        Fault(
            "目標値の下と上が逆か同じです", remedy, row=at + 1, column="low", value=table["low"][at]
        )
        for at in table.index[bad]
    ]


def _laid_out(table: pd.DataFrame) -> Framework:
    counted = table[table["weight"] > 0]
    parents = set(table["parent"])
    leaves = [name for name in counted["indicator"] if name not in parents]
    order = [*_bottom_up(counted, parents), TOTAL]
    position = {name: at for at, name in enumerate([*leaves, *order])}
    headings = [_heading(name, counted, position) for name in order]
    if not leaves or any(heading.members.size == 0 for heading in headings):
        empty = next((heading.name for heading in headings if heading.members.size == 0), TOTAL)
        raise TableError(
            [
                Fault(
                    "重みが0より大きい指標がない見出しです",
                    "指標か重みを足してください",
                    value=empty,
                )
            ]
        )
    rows = counted.set_index("indicator").loc[leaves]
    columns = [rows[name].to_numpy(dtype=float) for name in ("direction", "low", "high")]
    return Framework(table, tuple(leaves), tuple(headings), *columns)


def _bottom_up(counted: pd.DataFrame, parents: set[str]) -> list[str]:
    """Give the headings, deepest first, in table order within a depth."""
    above = dict(zip(counted["indicator"], counted["parent"], strict=True))

    def depth(name: str) -> int:
        return 0 if not name else 1 + depth(above.get(name, ""))

    return sorted(
        (name for name in counted["indicator"] if name in parents), key=depth, reverse=True
    )


def _heading(name: str, counted: pd.DataFrame, position: dict[str, int]) -> Heading:
    below = counted[counted["parent"] == ("" if name == TOTAL else name)]
    members = np.array([position[member] for member in below["indicator"]], dtype=np.intp)
    weights = below["weight"].to_numpy(dtype=float)
    return Heading(name, members, weights / weights.sum() if weights.size else weights)


def figures(values: pd.DataFrame, framework: Framework) -> tuple[Floats, pd.Index]:
    """Give the leaves' columns of a table as numbers, missing as NaN, with its codes.

    Raises
    ------
    TableError
        If columns are missing, hold text, or municipalities repeat.
    """
    table = values.set_index("code") if "code" in values.columns else values
    absent = [name for name in framework.leaves if name not in table.columns]
    faults = [
        Fault("指標の列がありません", "列の名前と indicators を合わせてください", column=name)
        for name in absent
    ]
    faults += [
        Fault("同じ市町の行が2つ以上あります", "1市町1行にしてください", value=code)
        for code in table.index[table.index.duplicated()].unique()
    ]
    present = table[[name for name in framework.leaves if name not in absent]]
    if not _plain(present):
        faults += _text_faults(present)
    if table.empty:
        faults.append(Fault("市町の行がありません", "表を確かめてください"))
    if faults:
        raise TableError(faults)
    numbers = table[list(framework.leaves)].to_numpy(dtype=float, na_value=np.nan)
    # one memory layout for all tables: readers hand over columns, users rows
    return np.ascontiguousarray(numbers), table.index


def _plain(table: pd.DataFrame) -> bool:
    """Tell whether all columns hold finite numbers or nothing, which is the rule and quickly seen."""
    if not all(isinstance(kind, np.dtype) and kind.kind in "biuf" for kind in table.dtypes):
        return False
    return not bool(np.isinf(table.to_numpy(dtype=float)).any())


def _text_faults(table: pd.DataFrame) -> list[Fault]:
    faults = []
    for name in table.columns:
        numbers = pd.to_numeric(table[name], errors="coerce")
        bad = (numbers.isna() & table[name].notna()) | numbers.isin([np.inf, -np.inf])
        faults += [
            Fault(
                f"{code} の値が数ではありません",
                "数か空欄にしてください",
                column=name,
                value=table[name].loc[code],
            )
            for code in table.index[bad]
        ]
    return faults
