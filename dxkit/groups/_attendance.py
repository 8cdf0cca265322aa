"""Who of those on the list does not come, and who comes in addition to them?"""

import warnings
from collections.abc import Hashable, Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from dxkit._arrays import IntArray
from dxkit._checks import require_columns, require_result
from dxkit.errors import Fault, TableError, TableWarning
from dxkit.groups._groups import Groups
from dxkit.groups._members import Roster, find_heading, list_keys, read_members
from dxkit.groups._read_rules import read_labels
from dxkit.schema import carry_provenance


def read_roster(groups: Groups) -> Roster:
    """Read the members of groups as `form` had read them."""
    codes = pd.Index(groups.table["code"], dtype=object)
    has_persons = "person" in groups.table.columns
    persons = pd.Index(groups.table["person"], dtype=object) if has_persons else None
    return Roster(groups.members, codes, bool(groups.settings["places"]), {}, persons=persons)


def find_absent(groups: Groups, absent: Hashable | Iterable[Hashable]) -> IntArray:
    """Find where the absent stand; all who are no members are named."""
    require_result(groups, Groups, "groups", "groups.form")
    labels = _list_labels(absent)
    roster = read_roster(groups)
    members = [roster.find_members(label) for label in labels]
    faults = [
        Fault(
            "absent に参加者でない人がいます",
            f"{roster.suggest_label(label)}グループの表にある団体コードか名前にしてください",
            value=label,
        )
        for label, positions in zip(labels, members, strict=True)
        if not positions
    ]
    if faults:
        raise TableError(faults)
    return np.unique(np.asarray([i for positions in members for i in positions], dtype=np.intp))


def read_late(
    groups: Groups, rest: pd.DataFrame, late: pd.DataFrame | Iterable[Hashable] | None
) -> pd.DataFrame:
    """Check the rows of latecomers, and give them the columns that the members have.

    Raises
    ------
    TableError
        With every fault of the rows.
    """
    if late is None:
        return rest.head(0)
    rows: Any = late
    if not isinstance(late, pd.DataFrame):
        # one name alone; blanks in a list are faults of their rows
        is_one = isinstance(late, str | bytes | Mapping) or not np.iterable(late)
        rows = [late] if is_one else list(late)
    if len(rows) == 0:
        return rest.head(0)
    roster, faults = read_members(rows, places=bool(groups.settings["places"]), min_members=1)
    if roster is None:
        raise TableError(_name_option(faults))
    table = roster.table
    if "person" in rest.columns and "person" not in table.columns:
        table = table.assign(person="")
    if "person" not in rest.columns:
        # the others are bodies: who comes from one is no other member
        table = table.drop(columns="person", errors="ignore")
    present = set(list_keys(rest))
    faults = [
        Fault(
            "late の人は、もう参加者の表にいます",
            "late から除くか、いまの人を absent に入れてください",
            row=row,
            column="code",
            value=key,
        )
        for row, key in enumerate(list_keys(table), start=1)
        if key in present
    ]
    if faults:
        raise TableError(faults)
    _warn_of_columns(groups, table)
    return table.reindex(columns=rest.columns)


def add_late(rest: pd.DataFrame, newcomers: pd.DataFrame) -> pd.DataFrame:
    """Put latecomers behind those who are there; where either is invented, the whole is."""
    if newcomers.empty:
        return rest
    return carry_provenance(pd.concat([rest, newcomers], ignore_index=True), rest, newcomers)


def _name_option(faults: list[Fault]) -> list[Fault]:
    """Say of each fault that it lies in the rows of the latecomers."""
    return [
        Fault(f"late: {fault.problem}", fault.remedy, row=fault.row, column=fault.column,
              value=fault.value)
        for fault in faults
    ]  # fmt: skip


def _warn_of_columns(groups: Groups, table: pd.DataFrame) -> None:
    """Point out columns that the groups go by and the latecomers lack."""
    columns = [column["column"] for column in groups.settings["columns"]]
    absent = [
        name for name in (*columns, *groups.settings["spread_by"]) if name not in table.columns
    ]
    if absent:
        names = "、".join(f"{find_heading(name)}（{name}）" for name in dict.fromkeys(absent))
        message = f"late に{names}の列がありません。空欄として席を決めました。"
        warnings.warn(TableWarning(message), stacklevel=4)


def _list_labels(absent: Hashable | Iterable[Hashable]) -> list[Hashable]:
    """List who is meant: one label, or several."""
    if isinstance(absent, pd.DataFrame):
        if not len(absent):
            # nobody has cancelled
            return []
        require_columns(absent, ["code"], "absent")
        return list[Hashable](list_keys(absent))
    return read_labels(absent, "absent")
