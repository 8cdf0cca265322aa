"""Who takes part in a shared system, as far as the counts tell?

The package gives how many cities and towns take part, not which. `participation` reads what a
count says of each: all of them or none is certainty, and otherwise a chance of
(count − known members) / (all − known members) among those of the same kind of whom nothing
is known.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from dxkit import _checks
from dxkit._arrays import FloatArray
from dxkit._keywords import accepts_old_keywords
from dxkit._plain_tables import read_plain_table, sort_by_keys
from dxkit.errors import Fault, TableError
from dxkit.schema import MethodText, TableResult, accepts_any_table, carry_provenance

# kind of municipality → column of counts
COUNT_COLUMNS = {"city": "cities", "town": "towns"}


@dataclass(frozen=True)
class Participation(TableResult):
    """What is known of who takes part in which shared system.

    Attributes
    ----------
    systems
        One row a system, in the order given: ``system, cities, towns, joined`` (municipalities),
        ``left`` (not taking part), ``share``, ``named`` (how many of those joined are known by
        name).
    cells
        One row a municipality and system: ``code, system, joined`` (yes, no, unknown) and
        ``chance`` (0–1) that it takes part.
    settings
        ``joined, cells, share`` over all systems, ``known`` (cells that are certain).
    """

    systems: pd.DataFrame
    cells: pd.DataFrame
    settings: dict[str, Any]

    def _describe_method(self) -> MethodText:
        return MethodText(
            ja=(
                f"公表された業務ごとの参加数から、{self.settings['cells']}のうち{self.settings['known']}は参加の有無が"
                "確かで、残りは同じ種別の市町が等しく参加すると見た確率。",
            ),
            en=(
                f"From the published counts of participants, {self.settings['known']} of "
                f"{self.settings['cells']} cells are "
                "certain; the rest are chances, municipalities of one kind being equally likely.",
            ),
        )

    @property
    def _main_table(self) -> pd.DataFrame:
        return self.systems

    def __repr__(self) -> str:
        figures = self.settings
        return (
            f"<共同運営: {figures['cells']}のうち{figures['joined']}が参加"
            f"（{figures['share']:.1%}）、参加の有無が確かなのは{figures['known']}>"
        )


@accepts_old_keywords(named="known_participation")
@accepts_any_table("shared_systems", "municipalities", "known_participation")
def participation(
    shared_systems: pd.DataFrame,
    municipalities: pd.DataFrame,
    *,
    known_participation: pd.DataFrame | None = None,
) -> Participation:
    """Lay out who takes part in which shared system: counts known, names mostly not.

    Parameters
    ----------
    shared_systems
        One row a system: ``system, cities, towns`` (how many take part).
    municipalities
        One row a municipality: ``code, kind`` (city or town).
    known_participation
        What a user knows besides: one row a municipality and system, ``code, system`` and, where
        given, ``joined`` (default true); it narrows the chances of the others.

    Returns
    -------
    Participation

    Raises
    ------
    TableError
        If a column is missing, more take part than there are, or what is known contradicts a
        count.

    Examples
    --------
    >>> import dxkit
    >>> participation(dxkit.load("shared_systems"), dxkit.load("municipalities"))
    <共同運営: 369のうち236が参加（64.0%）、参加の有無が確かなのは123>
    """
    systems = read_plain_table(shared_systems)
    members = read_plain_table(municipalities)
    _checks.require_unique_rows(systems, ["system"], "shared_systems")
    _checks.require_unique_rows(members, ["code"], "municipalities")
    _checks.require_columns(members, ["kind"], "municipalities")
    # what users know by name is checked against the tables before it is used
    known_members = _read_known(known_participation, members, systems)
    counts = {
        column: _checks.read_numbers(systems, column, "shared_systems", whole=True)
        for column in COUNT_COLUMNS.values()
    }
    cells = _infer_cells(systems, counts, members, known_members)
    table = _summarise_systems(systems, counts, cells)
    joined = int(table["joined"].sum())
    settings = {
        "joined": joined,
        "cells": len(cells),
        "share": joined / len(cells),
        "known": int((cells["joined"] != "unknown").sum()),
    }
    for result in (table, cells):
        carry_provenance(result, shared_systems, municipalities, known_participation)
    return Participation(table, cells, settings)


def _read_known(
    known_participation: pd.DataFrame | None, municipalities: pd.DataFrame, systems: pd.DataFrame
) -> dict[str, dict[str, bool]]:
    """Read system → code → whether it takes part, as a user knows it."""
    if known_participation is None or known_participation.empty:
        return {}
    rows = read_plain_table(known_participation)
    _checks.require_unique_rows(rows, ["code", "system"], "known_participation")
    # a misspelt name would silently leave a chance unchanged
    names_by_column = {"code": set(municipalities["code"]), "system": set(systems["system"])}
    faults = [
        Fault(
            "known_participation に知らない名前があります",
            "表の名前に合わせてください",
            row=row + 1,
            column=column,
            value=value,
        )
        for column, names in names_by_column.items()
        for row, value in enumerate(rows[column])
        if value not in names
    ]
    if faults:
        raise TableError(faults)
    joined = rows["joined"].astype(bool) if "joined" in rows else [True] * len(rows)
    known_members: dict[str, dict[str, bool]] = {}
    for code, system, takes_part in zip(rows["code"], rows["system"], joined, strict=True):
        known_members.setdefault(str(system), {})[str(code)] = bool(takes_part)
    return known_members


def _infer_cells(
    systems: pd.DataFrame,
    counts: Mapping[str, FloatArray],
    municipalities: pd.DataFrame,
    known_members: Mapping[str, Mapping[str, bool]],
) -> pd.DataFrame:
    """Infer the cells of all systems, system by system, each in the order of the codes."""
    # cells of a system stand in the order of the codes, however the municipalities are given
    kinds = sort_by_keys(municipalities, "code").set_index("code")["kind"].astype(str)
    parts: list[pd.DataFrame] = []
    faults: list[Fault] = []
    for row, system in enumerate(systems["system"].astype(str)):
        for kind, column in COUNT_COLUMNS.items():
            part, fault = _infer_kind(
                system,
                kinds.index[kinds == kind],
                int(counts[column][row]),
                known_members.get(system, {}),
                row=row,
                column=column,
            )
            parts.append(part.assign(row=row))
            faults += fault
    if faults:
        raise TableError(faults)
    cells = sort_by_keys(pd.concat(parts, ignore_index=True), "code")
    return cells.sort_values("row", kind="stable", ignore_index=True).drop(columns="row")


def _infer_kind(
    system: str,
    codes: pd.Index,
    count: int,
    known_members: Mapping[str, bool],
    *,
    row: int,
    column: str,
) -> tuple[pd.DataFrame, list[Fault]]:
    """Infer the cells of one system among cities or among towns, or what contradicts the count."""
    takes_part = pd.Series([known_members.get(code) for code in codes], index=codes, dtype=object)
    # a count must leave room for those known to take part, and for those known not to
    n_yes = sum(known_members.get(code) is True for code in codes)
    n_no = sum(known_members.get(code) is False for code in codes)
    n_open = len(codes) - n_yes - n_no
    if not n_yes <= count <= n_yes + n_open:
        problem = (
            f"{system}: 参加{count}団体に対し、名前の分かる参加{n_yes}・不参加{n_no}、"
            f"全部で{len(codes)}団体では合いません"
        )
        remedy = "件数か known_participation を直してください"
        return pd.DataFrame(), [Fault(problem, remedy, row=row + 1, column=column, value=count)]
    # the rest of the count is spread evenly over those of whom nothing is known
    share = (count - n_yes) / n_open if n_open else 0.0
    chance = takes_part.map({True: 1.0, False: 0.0}).fillna(share).to_numpy(dtype=np.float64)
    certainty = np.where(chance == 1, "yes", np.where(chance == 0, "no", "unknown"))
    cells = pd.DataFrame({"code": codes, "system": system, "joined": certainty, "chance": chance})
    return cells, []


def _summarise_systems(
    systems: pd.DataFrame, counts: Mapping[str, FloatArray], cells: pd.DataFrame
) -> pd.DataFrame:
    """Count for each system who takes part, who does not, and who is known by name."""
    n_municipalities = len(cells) // len(systems)
    table = pd.DataFrame({"system": systems["system"].to_numpy()}).assign(
        **{column: numbers.astype(int) for column, numbers in counts.items()}
    )
    table["joined"] = table["cities"] + table["towns"]
    table["left"] = n_municipalities - table["joined"]
    table["share"] = table["joined"] / n_municipalities
    # only certainty makes a name: all of a kind, or named by a user
    by_name = cells[cells["joined"] == "yes"].groupby("system").size()
    table["named"] = table["system"].map(by_name).fillna(0).astype(int)
    return table
