"""What was published of where evacuees stayed, how fast they left, registered and were helped?

`movement_evidence` computes it from the archive of counts, event by event: shares of places, daily
hazards of leaving shelters and of registering oneself, the window's opening, staff by day.
"""

import re
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import isotonic_regression

from dxkit._arrays import FloatArray
from dxkit.errors import ChoiceError, shorten
from dxkit.loaders import load
from dxkit.schema import carry_provenance
from dxkit.sharing._model import HOURS_A_DAY
from dxkit.sharing._scenario_fields import PLACES

# what a row can say, in this order
PLACE_SHARE = "場所の割合"
SHARE_AFTER = "移動後の割合"
LEAVING = "離れる"
REGISTERING = "登録"
STAFF = "応援職員"
PARTS = (PLACE_SHARE, SHARE_AFTER, LEAVING, REGISTERING, STAFF)

COLUMNS = ["event", "part", "place", "from_hour", "to_hour", "value", "unit", "source", "note"]
# two counts nearer than this say more of their errors (5 to 10 %) than of anybody's leaving
SMALLEST_GAP_H = 24.0
# the places of the self-registered who are no longer in a shelter, by measure of the archive
REGISTERED_PLACES = {
    "self_registered_relatives": "親族・宿泊",
    "self_registered_home": "車中・在宅",
    "self_registered_car": "車中・在宅",
}
# the fact on Kumamoto's longest places, and the two shares in its note
LONGEST_PLACE_FACT = "最も長くいた場所が車"
LONGEST_PLACE_NOTE = re.compile(r"親戚・知人宅([\d.]+)%、指定避難所([\d.]+)%")


def movement_evidence(event: str | None = None) -> pd.DataFrame:
    """Compute from the archive how evacuees of past disasters moved and registered.

    Hazards are estimated between published counts and made non-increasing by isotonic regression
    weighted by days (Grenander's estimate of a decreasing hazard), from the largest count on.

    Parameters
    ----------
    event
        One event of the table ``shelter_counts``; by default all.

    Returns
    -------
    pandas.DataFrame
        One row a figure: ``event``; ``part`` (場所の割合, 移動後の割合, 離れる, 登録, 応援職員);
        ``place`` (empty where it holds for all); ``from_hour, to_hour`` since the event (hours; the
        last rate holds on without end: infinite); ``value`` (a share, a probability a day, or
        people); ``unit, source, note``. An event of which nothing was published on a part has no
        row of it.

    Raises
    ------
    ChoiceError
        If the archive has no such event.

    Examples
    --------
    >>> table = movement_evidence("noto_2024")
    >>> table.loc[table["part"] == "登録", ["from_hour", "to_hour", "value"]].round(3)
       from_hour  to_hour  value
    6      424.8    523.8  0.055
    7      523.8    600.8  0.046
    8      600.8      inf  0.031
    """
    counts = load("shelter_counts")
    facts = load("evacuation_facts")
    events = sorted(set(counts["event"]))
    if event is not None and event not in events:
        raise ChoiceError(
            f"災害「{shorten(event)}」の記録はありません。{'、'.join(events)} から選んでください。"
        )
    rows: list[dict[str, Any]] = []
    for name in events if event is None else [event]:
        own_counts = counts[counts["event"] == name].sort_values("hour", kind="stable")
        rows += _list_place_shares(name, facts)
        rows += _list_shares_after(name, own_counts)
        rows += _list_leaving_hazards(name, own_counts)
        rows += _list_registering_hazards(name, own_counts)
        rows += _list_staff(name, own_counts)
    return carry_provenance(pd.DataFrame(rows, columns=COLUMNS), counts, facts)


def _list_place_shares(event: str, facts: pd.DataFrame) -> list[dict[str, Any]]:
    """List where those outside their homes stayed longest, where a survey asked for it."""
    asked = facts[(facts["event"] == event) & facts["fact"].str.contains(LONGEST_PLACE_FACT)]
    rows = []
    for fact in asked.to_dict("records"):
        shares = LONGEST_PLACE_NOTE.search(str(fact["note"]))
        if shares is None:
            continue
        published = {
            "指定避難所": float(shares[2]) / 100,
            "親族・宿泊": float(shares[1]) / 100,
            "車中・在宅": float(fact["value"]) / 100,
        }
        # the survey's other places (tents, open air, firms) are shelters that nobody designated
        published["自主避難所"] = 1 - sum(published.values())
        for place in PLACES:
            note = "調査のその他（計算）" if place == "自主避難所" else "最も長くいた場所"
            rows.append(
                _make_row(
                    event,
                    PLACE_SHARE,
                    published[place],
                    "割合",
                    source=fact["publisher"],
                    note=note,
                )
                | {"place": place}
            )
    return rows


def _list_shares_after(event: str, counts: pd.DataFrame) -> list[dict[str, Any]]:
    """List where those outside shelters registered from."""
    registered = counts[counts["measure"].isin(REGISTERED_PLACES)]
    total = registered["value"].sum()
    by_place = registered.groupby(registered["measure"].map(REGISTERED_PLACES))["value"].sum()
    return [
        _make_row(
            event,
            SHARE_AFTER,
            people / total,
            "割合",
            source=_join_publishers(registered),
            note=f"登録窓口の{total:,.0f}件のうち（計算）",
        )
        | {"place": place}
        for place, people in by_place.items()
    ]


def _list_leaving_hazards(event: str, counts: pd.DataFrame) -> list[dict[str, Any]]:
    """List the decreasing hazard of leaving shelters, from the largest main count on."""
    main = counts[(counts["is_main"] == 1) & (counts["value"] > 0)]
    if main.empty:
        return []
    main = main.iloc[int(main["value"].to_numpy().argmax()) :]
    hours, people = _thin_counts(main)
    hazards = -np.diff(np.log(people)) / (np.diff(hours) / HOURS_A_DAY)
    source = _join_publishers(main)
    return _list_decreasing_hazards(event, LEAVING, hours, hazards, source)


def _list_registering_hazards(event: str, counts: pd.DataFrame) -> list[dict[str, Any]]:
    """List the decreasing hazard of registering oneself, from the window's opening on."""
    registered = counts[counts["measure"] == "self_registered"]
    missing = counts[counts["measure"] == "not_registered_estimate"]
    if registered.empty or missing.empty:
        return []
    hours = registered["hour"].to_numpy(dtype=float)
    # those who could still register: the last estimate of the missing, and all who had registered
    last = float(missing["value"].iloc[-1])
    waiting = last + float(registered["value"].max()) - registered["value"].to_numpy(dtype=float)
    hazards = -np.diff(np.log(waiting)) / (np.diff(hours) / HOURS_A_DAY)
    source = _join_publishers(pd.concat([registered, missing]))
    return _list_decreasing_hazards(event, REGISTERING, hours, hazards, source)


def _list_decreasing_hazards(
    event: str, part: str, hours: FloatArray, hazards: FloatArray, source: str
) -> list[dict[str, Any]]:
    if len(hours) < 2:
        return []
    fit = isotonic_regression(hazards, weights=np.diff(hours), increasing=False).x
    # a count that rose to its end would make a negative hazard
    fit = np.maximum(fit, 0.0)
    # intervals that the regression joined are one row
    starts = np.flatnonzero(np.diff(fit, prepend=np.inf) < 0)
    ends = np.append(hours[starts[1:]], np.inf)
    return [
        _make_row(
            event,
            part,
            -np.expm1(-fit[start]),
            "割合/日",
            source=source,
            note="公表値の間で計算",
        )
        | {"from_hour": hours[start], "to_hour": end}
        for start, end in zip(starts, ends, strict=True)
    ]


def _list_staff(event: str, counts: pd.DataFrame) -> list[dict[str, Any]]:
    """List support staff by the hour of their count; each holds until the next one."""
    staff = counts[counts["measure"] == "support_staff"].drop_duplicates("hour", keep="last")
    ends = np.append(staff["hour"].to_numpy(dtype=float), np.inf)[1:]
    return [
        _make_row(
            event, STAFF, count["value"], "人", source=count["publisher"], note=count["place"]
        )
        | {"from_hour": count["hour"], "to_hour": end}
        for count, end in zip(staff.to_dict("records"), ends, strict=True)
    ]


def _thin_counts(main: pd.DataFrame) -> tuple[FloatArray, FloatArray]:
    """Keep counts a day or more apart; two of one hour become their geometric mean."""
    logs = np.log(main["value"]).groupby(main["hour"]).mean()
    kept: list[float] = []
    for hour in logs.index:
        if not kept or hour - kept[-1] >= SMALLEST_GAP_H:
            kept.append(float(hour))
    return np.array(kept), np.exp(logs.loc[kept].to_numpy(dtype=float))


def _make_row(
    event: str, part: str, value: float, unit: str, *, source: object, note: str
) -> dict[str, Any]:
    return {
        "event": event,
        "part": part,
        "place": "",
        "from_hour": 0.0,
        "to_hour": np.inf,
        "value": float(value),
        "unit": unit,
        "source": str(source),
        "note": note,
    }


def _join_publishers(table: pd.DataFrame) -> str:
    return "、".join(dict.fromkeys(table["publisher"]))
