"""Who takes part in a shared system as far as the counts tell, and who would gain by joining?

The package gives how many cities and towns take part, not which. A count still says something of each: all of them or none is
certainty, and otherwise a chance of (count − named) / (all − named) among those of the same kind that nobody has named.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from dxkit import _checks
from dxkit.errors import Fault, TableError

KINDS = {"city": "cities", "town": "towns"}
HORIZON_YEARS = 5


@dataclass(frozen=True)
class Participation:
    """What is known of who takes part in which shared system.

    Attributes
    ----------
    systems
        One row a system: ``system, cities, towns, joined`` (municipalities), ``left`` (not taking part), ``share``, ``named``
        (how many of those joined are known by name).
    cells
        One row a municipality and system: ``code, system, joined`` (yes, no, unknown) and ``chance`` (0–1) that it takes part.
    settings
        ``joined, cells, share`` over all systems, ``known`` (cells that are certain).
    """

    systems: pd.DataFrame
    cells: pd.DataFrame
    settings: dict[str, Any]

    def __repr__(self) -> str:
        joined, cells, share, known = (
            self.settings[name] for name in ("joined", "cells", "share", "known")
        )
        return (
            f"<共同運営: {cells}のうち{joined}が参加（{share:.1%}）、参加の有無が確かなのは{known}>"
        )


def participation(
    shared_systems: pd.DataFrame, municipalities: pd.DataFrame, *, named: pd.DataFrame | None = None
) -> Participation:
    """Lay out who takes part in which shared system: counts known, names mostly not.

    Parameters
    ----------
    shared_systems
        One row a system: ``system, cities, towns`` (how many take part).
    municipalities
        One row a municipality: ``code, kind`` (city or town).
    named
        What a user knows besides: one row a municipality and system, ``code, system`` and, where present, ``joined`` (default
        true); it narrows the chances of the others.

    Returns
    -------
    Participation

    Raises
    ------
    TableError
        If a column is missing, more take part than there are, or the named ones contradict a count.
    """
    _checks.require_unique_rows(shared_systems, ["system"], "shared_systems")
    _checks.require_unique_rows(municipalities, ["code"], "municipalities")
    _checks.require_columns(municipalities, ["kind"], "municipalities")
    known = _known(named, municipalities, shared_systems)
    kinds = municipalities.set_index("code")["kind"].astype(str)
    counts = {
        column: _checks.read_numbers(shared_systems, column, "shared_systems", whole=True)
        for column in KINDS.values()
    }
    parts, faults = [], []
    for row, system in enumerate(shared_systems["system"].astype(str)):
        for kind, column in KINDS.items():
            codes = kinds.index[kinds == kind]
            part, fault = _of_kind(
                system,
                codes,
                int(counts[column][row]),
                known.get(system, {}),
                row=row,
                column=column,
            )
            parts.append(part)
            faults += fault
    if faults:
        raise TableError(faults)
    cells = pd.concat(parts, ignore_index=True).sort_values(
        ["system", "code"], kind="stable", ignore_index=True
    )
    return _laid_out(shared_systems, counts, cells)


def gain(
    fees: pd.DataFrame,
    present: pd.Series | Mapping[str, float] | None = None,
    *,
    joined: pd.Series | Mapping[str, float] | None = None,
    switch_yen: float = 0.0,
    years: int = HORIZON_YEARS,
) -> pd.DataFrame:
    """Tell who would gain by joining at a known fee, and from which present cost on where that is not known.

    Parameters
    ----------
    fees
        One row a municipality: ``code, fee_yen_year`` (empty where unknown): the result of `fee`.
    present
        Code → what it pays now a year for the same work; leave out those not known.
    joined
        Code → chance (0–1) that it takes part already (of `participation`); 1 is left out of the gain.
    switch_yen
        What changing over costs once.
    years
        Over how many years it is shared out.

    Returns
    -------
    pandas.DataFrame
        One row a municipality: ``code, name`` (where given), ``fee_yen_year, now_yen_year``, ``break_even_yen_year`` (joining
        pays from this present cost on), ``saved_yen_year`` (after sharing out the change), ``payback_years``,
        ``verdict`` (gain, loss, even,
        unknown, joined, no_fee) and ``reason`` in Japanese; the greatest saving first.

    Raises
    ------
    TableError
        If a column is missing or a figure is negative.
    ChoiceError
        If ``switch_yen`` or ``years`` are out of their limits.
    """
    once_yen, over = (
        _checks.require_number(switch_yen, "switch_yen"),
        _checks.require_number(years, "years", above=True),
    )
    _checks.require_unique_rows(fees, ["code"], "fees")
    table = fees[[name for name in ("code", "name") if name in fees]].reset_index(drop=True)
    table["fee_yen_year"] = _checks.read_numbers(fees, "fee_yen_year", "fees", blank=True)
    now = pd.DataFrame(
        {"now_yen_year": table["code"].map(dict(present if present is not None else {}))}
    )
    table["now_yen_year"] = _checks.read_numbers(now, "now_yen_year", "present", blank=True)
    table["break_even_yen_year"] = table["fee_yen_year"] + once_yen / over
    table["saved_yen_year"] = table["now_yen_year"] - table["break_even_yen_year"]
    yearly = (table["now_yen_year"] - table["fee_yen_year"]).to_numpy()
    with np.errstate(divide="ignore", invalid="ignore"):
        table["payback_years"] = np.where(yearly > 0, once_yen / yearly, np.nan)
    chance = table["code"].map(dict(joined if joined is not None else {})).fillna(0.0)
    verdicts = [
        _verdict(row, float(part), over)
        for row, part in zip(table.to_dict("records"), chance, strict=True)
    ]
    table[["verdict", "reason"]] = verdicts
    table = table.sort_values(
        "saved_yen_year", ascending=False, kind="stable", na_position="last", ignore_index=True
    )
    table.attrs = {
        "settings": {
            "switch_yen": switch_yen,
            "years": years,
            "present_known": int(table["now_yen_year"].notna().sum()),
        }
    }
    return table


def _known(
    named: pd.DataFrame | None, municipalities: pd.DataFrame, systems: pd.DataFrame
) -> dict[str, dict[str, bool]]:
    """Give system → code → whether it takes part, as named by a user."""
    if named is None or named.empty:
        return {}
    _checks.require_unique_rows(named, ["code", "system"], "named")
    offered = {"code": set(municipalities["code"]), "system": set(systems["system"])}
    faults = [
        Fault(
            "named に知らない名前があります",
            "表の名前に合わせてください",
            row=at + 1,
            column=column,
            value=value,
        )
        for column, known in offered.items()
        for at, value in enumerate(named[column])
        if value not in known
    ]
    if faults:
        raise TableError(faults)
    joined = (
        named["joined"].astype(bool)
        if "joined" in named
        else pd.Series(data=True, index=named.index)
    )
    found: dict[str, dict[str, bool]] = {}
    for code, system, yes in zip(named["code"], named["system"], joined, strict=True):
        found.setdefault(str(system), {})[str(code)] = bool(yes)
    return found


def _of_kind(
    system: str, codes: pd.Index, count: int, known: Mapping[str, bool], *, row: int, column: str
) -> tuple[pd.DataFrame, list[Fault]]:
    """Give the cells of one system among cities or among towns, or what contradicts the count."""
    said = pd.Series([known.get(code) for code in codes], index=codes, dtype=object)
    yes, no = int((said == True).sum()), int((said == False).sum())  # noqa: E712 - None is neither
    open_cells = len(codes) - yes - no
    if not yes <= count <= yes + open_cells:
        problem = f"{system}: 参加{count}団体に対し、名前の分かる参加{yes}・不参加{no}、全部で{len(codes)}団体では合いません"
        return pd.DataFrame(), [
            Fault(problem, "件数か named を直してください", row=row + 1, column=column, value=count)
        ]
    share = (count - yes) / open_cells if open_cells else 0.0
    chance = np.where(said.isna(), share, (said == True).astype(float)).astype(float)  # noqa: E712
    sure = np.where(chance == 1, "yes", np.where(chance == 0, "no", "unknown"))
    return pd.DataFrame({"code": codes, "system": system, "joined": sure, "chance": chance}), []


def _laid_out(
    systems: pd.DataFrame, counts: Mapping[str, Any], cells: pd.DataFrame
) -> Participation:
    table = pd.DataFrame({"system": systems["system"].to_numpy()}).assign(
        **{name: each.astype(int) for name, each in counts.items()}
    )
    each = len(cells) // len(table)
    table["joined"] = table["cities"] + table["towns"]
    table["left"] = each - table["joined"]
    table["share"] = table["joined"] / each
    named = cells[cells["joined"] == "yes"].groupby("system").size()
    table["named"] = table["system"].map(named).fillna(0).astype(int)
    order = {system: at for at, system in enumerate(table["system"])}
    cells = cells.sort_values(
        "system", key=lambda column: column.map(order), kind="stable", ignore_index=True
    )
    joined = int(table["joined"].sum())
    settings = {
        "joined": joined,
        "cells": len(cells),
        "share": joined / len(cells),
        "known": int((cells["joined"] != "unknown").sum()),
    }
    return Participation(table, cells, settings)


def _verdict(row: Mapping[Any, Any], chance: float, years: float) -> tuple[str, str]:
    """Say whether joining pays, and why."""
    fee, now, even = row["fee_yen_year"], row["now_yen_year"], row["break_even_yen_year"]
    if chance >= 1:
        return "joined", "すでに参加している"
    maybe = f"（すでに参加している見込み {chance:.0%}）" if chance > 0 else ""
    if pd.isna(fee):
        return "no_fee", f"利用料が示されていない{maybe}"
    if pd.isna(now):
        return "unknown", f"いまの費用が年{even:,.0f}円を超えていれば得になる{maybe}"
    saved = now - even
    if saved == 0:
        return "even", f"いまの費用とちょうど同じ（{years:g}年でならして）{maybe}"
    side = "gain" if saved > 0 else "loss"
    said = "安くなる" if saved > 0 else "高くなる"
    return side, f"年{abs(saved):,.0f}円{said}（切替費を{years:g}年でならして）{maybe}"
