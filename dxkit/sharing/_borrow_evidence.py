"""What would a scenario show if people moved and registered as in a past disaster?

`borrow_evidence` puts the published movement of one event in place of a scenario's assumptions.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from dxkit._checks import require_number
from dxkit.errors import ChoiceError
from dxkit.sharing._field_values import NUMBER_KINDS
from dxkit.sharing._figures import build_figure_table, make_figure, mark_assumptions
from dxkit.sharing._movement_evidence import (
    LEAVING,
    PARTS,
    PLACE_SHARE,
    REGISTERING,
    SHARE_AFTER,
    STAFF,
    movement_evidence,
)
from dxkit.sharing._scenario import Scenario
from dxkit.sharing._scenario_fields import (
    ASSUMED,
    CONTACT_FIELDS,
    MAX_HOURS,
    MOVE_FIELDS,
    PLACE_FIELDS,
)

# a row of a table as pandas gives it
Row = dict[Any, Any]
# the archive's counts are of shelters, whoever opened them
SHELTERS = ("指定避難所", "自主避難所")
# who registers at a window is somewhere else
OUTSIDE_PLACES = ("親族・宿泊", "車中・在宅")
# support staff do many other things than registering, and how many register was never published
BORROWED_PARTS = tuple(part for part in PARTS if part != STAFF)
FIELDS_OF_TABLE = {"moves": MOVE_FIELDS, "contacts": CONTACT_FIELDS, "places": PLACE_FIELDS}


def borrow_evidence(
    scenario: Scenario,
    event: str,
    *,
    parts: Sequence[str] | None = None,
    window_hour: float | None = None,
) -> Scenario:
    """Let people in a scenario move and register as published of a past disaster.

    A borrowed figure stays an assumption (仮定) in any scenario but that of the event itself; its
    source, the note and ``settings["borrowed"]`` name the event.

    Parameters
    ----------
    scenario
        From `read_scenario`; it is not altered.
    event
        An event of `movement_evidence`.
    parts
        What to borrow: 場所の割合 and 移動後の割合 (shares of the four places, at first and after
        leaving), 離れる (daily hazard of leaving shelters, decreasing), 登録 (daily hazard of
        registering oneself from outside shelters, from the window's opening on). By default all
        that was published of the event.
    window_hour
        Hour at which the window for registering opens; by default as in the event.

    Returns
    -------
    Scenario

    Raises
    ------
    ChoiceError
        If the archive has no such event, or nothing on a part asked for.

    Examples
    --------
    >>> from dxkit import sharing
    >>> scenario = sharing.read_scenario("nankai_illustrative")
    >>> borrowed = borrow_evidence(scenario, "kumamoto_2016")
    >>> borrowed.settings["borrowed"]
    '場所の割合・離れる=kumamoto_2016'
    >>> borrowed.tables["places"]["share"].round(3).to_list()
    [0.168, 0.174, 0.186, 0.472]
    """
    evidence = movement_evidence(event)
    evidence = evidence[evidence["part"].isin(BORROWED_PARTS)]
    asked = _choose_parts(evidence, event, parts)
    evidence = evidence[evidence["part"].isin(asked)]
    if window_hour is not None:
        evidence = _shift_window(evidence, event, window_hour)
    rows = [
        {**row, "source": _describe_source(scenario, row)} for row in evidence.to_dict("records")
    ]
    tables = {
        "places": _borrow_places(scenario.tables["places"], rows),
        "moves": _borrow_moves(scenario, rows),
        "contacts": _borrow_contacts(scenario, rows),
    }
    for name, table in tables.items():
        mark_assumptions(table, scenario.title)
        scenario = _replace_figures(scenario.with_table(name, table), name)
    borrowed = f"{'・'.join(asked)}={event}"
    return replace(
        scenario,
        note=f"{scenario.note} {'・'.join(asked)}は {event} の公表値から借りた。{_note_start(rows)}",
        settings={**scenario.settings, "borrowed": borrowed},
    )


def _note_start(rows: list[Row]) -> str:
    """Say from when on the borrowed rate of leaving holds: the largest count."""
    hours = [row["from_hour"] for row in rows if row["part"] == LEAVING]
    if not hours:
        return ""
    return f"離れる速さは人数が最大の{min(hours):.0f}時間から。それまでは元の値。"


def _choose_parts(evidence: pd.DataFrame, event: str, parts: Sequence[str] | None) -> list[str]:
    """Choose the parts to borrow, in the order of `PARTS`; a part without figures is refused."""
    published = [part for part in BORROWED_PARTS if part in set(evidence["part"])]
    asked = published if parts is None else [parts] if isinstance(parts, str) else list(parts)
    if missing := [part for part in asked if part not in published]:
        raise ChoiceError(
            f"災害「{event}」には「{'、'.join(map(str, missing))}」の公表値がありません。"
            f"{'、'.join(published)} から選んでください。"
        )
    return [part for part in published if part in asked]


def _shift_window(evidence: pd.DataFrame, event: str, window_hour: float) -> pd.DataFrame:
    """Let the window open at another hour; the hazards keep their order and length."""
    opening = require_number(window_hour, "window_hour", low=0, high=MAX_HOURS)
    is_registering = evidence["part"] == REGISTERING
    if not is_registering.any():
        raise ChoiceError(
            f"災害「{event}」から登録の速さを借りないので、window_hour は使えません。"
            "parts に「登録」を入れ、登録の公表値のある災害（noto_2024）を選んでください。"
        )
    shift = opening - float(evidence.loc[is_registering, "from_hour"].min())
    shifted = evidence.copy()
    shifted.loc[is_registering, ["from_hour", "to_hour"]] += shift
    return shifted


def _describe_source(scenario: Scenario, row: Row) -> str:
    source = f"{row['event']} の{row['part']}（{row['source']}。{row['note']}）"
    return source if scenario.name == row["event"] else f"{ASSUMED}: {source}を借りる"


def _borrow_places(places: pd.DataFrame, rows: list[Row]) -> pd.DataFrame:
    """Put in the shares of places; those left without a figure after leaving hold nobody."""
    borrowed = places.copy()
    for part, column in ((PLACE_SHARE, "share"), (SHARE_AFTER, "share_after")):
        shares = {row["place"]: row for row in rows if row["part"] == part}
        if not shares:
            continue
        values = [shares[place]["value"] if place in shares else 0.0 for place in places["place"]]
        borrowed[column] = np.array(values) / sum(values)
        source = next(iter(shares.values()))["source"]
        # the row's other numbers keep their origin, and an assumption stays one
        borrowed["source"] = [f"{old}。{part}は{source}" for old in borrowed["source"]]
    return borrowed


def _borrow_moves(scenario: Scenario, rows: list[Row]) -> pd.DataFrame:
    moves = scenario.tables["moves"]
    leaving = [row for row in rows if row["part"] == LEAVING]
    if not leaving:
        return moves.copy()
    last_hour = float(scenario.settings["hours"])
    # before the largest count nothing can be computed: until then the scenario's own rates hold
    start = min(row["from_hour"] for row in leaving)
    own = moves[moves["place"].isin(SHELTERS) & (moves["from_hour"] < start)]
    own = own.assign(to_hour=own["to_hour"].clip(upper=start))
    added = [
        {
            "place": place,
            "from_hour": row["from_hour"],
            "to_hour": min(row["to_hour"], last_hour),
            "moves_per_day": row["value"],
            "source": row["source"],
        }
        for place in SHELTERS
        for row in leaving
        # what happened after the scenario's last hour is not simulated
        if row["from_hour"] < last_hour
    ]
    others = pd.concat([moves[~moves["place"].isin(SHELTERS)], own], ignore_index=True)
    return _append_rows(others, added, moves)


def _borrow_contacts(scenario: Scenario, rows: list[Row]) -> pd.DataFrame:
    contacts = scenario.tables["contacts"]
    registering = [row for row in rows if row["part"] == REGISTERING]
    if not registering:
        return contacts.copy()
    last_hour = float(scenario.settings["hours"])
    added = [
        {
            "place": place,
            "from_hour": row["from_hour"],
            "contact_per_day": row["value"],
            "source": row["source"],
        }
        for place in OUTSIDE_PLACES
        for row in registering
        if row["from_hour"] < last_hour
    ]
    others = contacts[~contacts["place"].isin(OUTSIDE_PLACES)]
    return _append_rows(others, added, contacts)


def _append_rows(others: pd.DataFrame, added: list[Row], like: pd.DataFrame) -> pd.DataFrame:
    columns = list(like.columns)
    tables = [table for table in (others, pd.DataFrame(added, columns=columns)) if len(table)]
    if not tables:
        return like.iloc[:0].copy()
    return pd.concat(tables, ignore_index=True)[columns]


def _replace_figures(scenario: Scenario, name: str) -> Scenario:
    """List the numbers of a replaced table anew; they have no line in a file any more."""
    fields = [field for field in FIELDS_OF_TABLE[name] if field.kind in NUMBER_KINDS]
    old = scenario.figures[scenario.figures["file"] != f"{name}.csv"]
    new = [
        make_figure((f"{name}.csv", 0, row["place"]), field, row[field.name], row["source"])
        for row in scenario.tables[name].to_dict("records")
        for field in fields
    ]
    figures = pd.concat([old, build_figure_table(new)], ignore_index=True)
    return replace(scenario, figures=mark_assumptions(figures, scenario.title))
