"""How far are forecasts off, disaster by disaster, if each one is unknown to its own forecast?

`score_forecasts` leaves one event out at a time; `choose_variant` chooses the model within it.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from functools import partial
from itertools import product

import numpy as np
import pandas as pd

from dxkit._checks import require_executor, require_flag, require_number
from dxkit.schema import accepts_any_table, merge_provenance
from dxkit.sharing._forecast import SHIPPED_VARIANT, build_forecast
from dxkit.sharing._forecast_counts import read_archive
from dxkit.sharing._forecast_curves import FAMILIES
from dxkit.sharing._forecast_hierarchy import Counts, Variant, learn_population, sample_people
from dxkit.sharing._forecast_rivals import RIVALS

# days ahead, and within how many days of it a count is taken for it
HORIZONS = ((3, 2), (7, 2), (14, 3), (30, 6))
DAY_H = 24.0
ORIGIN_H = 74.0
LEVEL = 0.8
OURS = "dxkit"
# every setting that was tried; families beside, in `FAMILIES`
FIRST_HOURS = (None, 24.0)
DRIFTS = (0.03, 0.06, 0.1)
LEAST_SPREADS = (0.25, 0.7)
# tried and logged, never chosen
CONSTANT_HAZARD = "指数"


@accepts_any_table("archive")
def score_forecasts(
    archive: pd.DataFrame | None = None,
    *,
    origin_hour: float = ORIGIN_H,
    choose: bool = False,
    executor: Executor | None = None,
) -> pd.DataFrame:
    """Forecast every event of the archive from an hour on, from the other events only.

    Parameters
    ----------
    archive
        As for `forecast`.
    origin_hour
        Counts up to it are known; the base is the largest of them.
    choose
        Choose the variant of the model again for every event, from the other events alone; slow.
        By default the shipped variant is taken.
    executor
        Workers (any `concurrent.futures.Executor`, a Dask client's too) to share the events; the
        answer is the same.

    Returns
    -------
    pandas.DataFrame
        One row an event, horizon and method: ``event, days, hour, method`` (dxkit or a rival),
        ``people, predicted, low, high, base, miss_points`` (in points of the base), and for dxkit
        ``is_covered, width_points, interval_score`` and ``variant``. The count of a horizon (3, 7,
        14, 30 days) is the nearest within 2, 2, 3, 6 days; without one there is no row.

    Raises
    ------
    TableError
        If columns or rows of the archive are missing or a cell is no number.

    Examples
    --------
    >>> scores = score_forecasts()
    >>> scores.query("method == 'dxkit'").groupby("event").size().to_dict()["kobe_1995"]
    2
    """
    require_flag(choose, "choose")
    require_executor(executor, "map")
    require_number(origin_hour, "origin_hour", low=1)
    table, events = read_archive(archive)
    # one job an event: none knows of the others' forecasts
    run = partial(_hide_event, events, origin_hour, choose=choose)
    parts = executor.map(run, events) if executor is not None else map(run, events)
    scores = pd.DataFrame([row for rows in parts for row in rows])
    scores.attrs.update(merge_provenance(table, {"kind": "estimated"}))
    scores.attrs["settings"] = {"origin_hour": origin_hour, "level": LEVEL, "choose": choose}
    return scores


def _hide_event(
    events: Mapping[str, Counts], origin_hour: float, name: str, *, choose: bool
) -> list[dict[str, object]]:
    """Forecast one event from the others; no row where there is no count to compare with."""
    targets = find_targets(events[name], origin_hour)
    if not targets:
        return []
    others = {event: counts for event, counts in events.items() if event != name}
    variant = choose_variant(others, origin_hour) if choose else SHIPPED_VARIANT
    rows = _score_event(events[name], list(others.values()), targets, origin_hour, variant)
    return [{"event": name, **row} for row in rows]


def list_variants() -> list[Variant]:
    """List every variant of the model that was tried."""
    return [
        Variant(family, first_hour, drift, least_spread)
        for family, first_hour, drift, least_spread in product(
            FAMILIES, FIRST_HOURS, DRIFTS, LEAST_SPREADS
        )
    ]


def choose_variant(events: Mapping[str, Counts], origin_hour: float = ORIGIN_H) -> Variant:
    """Choose the variant with the least mean interval score in leave-one-event-out."""
    # a constant hazard is a comparison: published rates of leaving fall
    variants = [variant for variant in list_variants() if variant.family != CONSTANT_HAZARD]
    scores = [
        np.mean([row["interval_score"] for row in score_variant(variant, events, origin_hour)])
        for variant in variants
    ]
    return variants[int(np.argmin(scores))]


def score_variant(
    variant: Variant, events: Mapping[str, Counts], origin_hour: float
) -> list[dict[str, object]]:
    """Score one variant by leave-one-event-out, without rivals."""
    rows: list[dict[str, object]] = []
    for name, counts in events.items():
        targets = find_targets(counts, origin_hour)
        if not targets:
            continue
        others = [events[event] for event in events if event != name]
        hours = np.array([counts.hours[position] for _, position in targets])
        population = learn_population(variant, others)
        series = counts.select_until(origin_hour)
        samples = sample_people(variant, population, series, hours, seed=0)
        tail = (1 - LEVEL) / 2
        low, people, high = np.quantile(samples, [tail, 0.5, 1 - tail], axis=0)
        for index, (days, position) in enumerate(targets):
            observed = counts.people[position]
            base = series.people.max()
            miss = (people[index] - observed) / base * 100
            scores = score_interval(low[index], high[index], observed, base)
            rows.append({"event": name, "days": days, "miss_points": miss, **scores})
    return rows


def find_targets(counts: Counts, origin_hour: float) -> list[tuple[int, int]]:
    """Find the count nearest to each horizon: days ahead and position among the counts."""
    later = np.flatnonzero(counts.hours > origin_hour)
    # without a count before, there is nothing to forecast from
    if not len(later) or counts.hours[0] > origin_hour:
        return []
    targets = []
    for days, tolerance in HORIZONS:
        distance = np.abs(counts.hours[later] - origin_hour - days * DAY_H)
        if distance.min() <= tolerance * DAY_H:
            targets.append((days, int(later[distance.argmin()])))
    return targets


def score_interval(low: float, high: float, observed: float, base: float) -> dict[str, object]:
    """Score an interval (Gneiting and Raftery 2007): width, and what lies outside it, in points."""
    penalty = 2 / (1 - LEVEL)
    outside = max(low - observed, 0.0) + max(observed - high, 0.0)
    return {
        "is_covered": bool(low <= observed <= high),
        "width_points": float((high - low) / base * 100),
        "interval_score": float((high - low + penalty * outside) / base * 100),
    }


def _score_event(
    counts: Counts,
    others: Sequence[Counts],
    targets: Sequence[tuple[int, int]],
    origin_hour: float,
    variant: Variant,
) -> list[dict[str, object]]:
    """Score dxkit and the rivals at the targets of one event."""
    series = counts.select_until(origin_hour)
    hours = np.array([counts.hours[position] for _, position in targets])
    predicted = build_forecast(others, series, hours, LEVEL, variant=variant)
    base = series.people.max()
    rows: list[dict[str, object]] = []
    for index, (days, position) in enumerate(targets):
        observed = counts.people[position]
        low, high = predicted[["low", "high"]].to_numpy(dtype=float)[index]
        point = {"days": days, "hour": counts.hours[position]}
        for method in (OURS, *RIVALS):
            people = predicted.loc[index, "people" if method == OURS else method]
            miss = (people - observed) / base * 100
            row = {**point, "method": method, "people": observed, "predicted": people, "base": base}
            row["miss_points"] = miss
            if method == OURS:
                row |= {"low": low, "high": high, "variant": str(variant)}
                row |= score_interval(low, high, observed, base)
            rows.append(row)
    return rows
