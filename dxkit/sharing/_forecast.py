"""How many people will be in the shelters of this place in a week, and how sure is that?

`forecast` learns how fast places empty from past disasters and goes on learning from the place's
own counts, from one count on.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from dxkit._arrays import FloatArray
from dxkit._checks import require_number
from dxkit.errors import ChoiceError, shorten
from dxkit.schema import accepts_any_table, merge_provenance
from dxkit.sharing import _forecast_hierarchy, _forecast_rivals
from dxkit.sharing._forecast_counts import (
    read_archive,
    read_counts_of_place,
    warn_of_changed_definitions,
)
from dxkit.sharing._forecast_hierarchy import (
    Counts,
    Variant,
    learn_population,
    sample_people,
)
from dxkit.sharing._forecast_rivals import predict_rivals

# hours since the event for which a forecast can be asked: some hundred years
LATEST_HOUR = 1e6
# chosen by leave-one-event-out over the shipped archive: docs/forecast_variants.csv
SHIPPED_VARIANT = Variant("ロマックス30日", 24.0, 0.06, 0.7)


@accepts_any_table("counts", "archive")
def forecast(
    counts: pd.DataFrame,
    *,
    hours: float | Sequence[float],
    base: float | None = None,
    level: float = 0.8,
    archive: pd.DataFrame | None = None,
    seed: int = 0,
) -> pd.DataFrame:
    """Forecast the people in the shelters of one place from its counts so far.

    Parameters
    ----------
    counts
        One row a count of one place: ``hour`` (since the event), ``people``; one row or more, in
        any order.
    hours
        The hours since the event for which people are forecast, after the last count.
    base
        People of whom ``share`` is a part; by default the largest count so far.
    level
        Share of the interval ``low`` to ``high``, between 0 and 1.
    archive
        Counts of past disasters like the table ``shelter_counts`` (``event, hour, value,
        is_main``), by default the shipped one.
    seed
        Of the draws from which the interval is read.

    Returns
    -------
    pandas.DataFrame
        One row an asked hour: ``hour, people`` (median), ``low, high`` of what would be counted,
        counting noise included; ``share`` of the base; and what the simple rivals say:
        ``last_value, own_exponential, six_percent, lomax_alone``. ``.attrs["notes"]`` lists where
        the way of counting seems to have changed (数え方が変わった疑い).

    Raises
    ------
    TableError
        If columns or rows are missing, a cell is no number, or nobody was ever counted.
    ChoiceError
        If an hour is no number or not after the last count, or level or base are out of range.

    Warns
    -----
    UserWarning
        Where the way of counting seems to have changed.

    Notes
    -----
    The daily hazard of leaving falls with time (Lomax); its height is normal over the events in
    logarithms, learnt from the archive by expectation-maximisation. Learnt from earthquakes,
    mainly, of which few have counts: a place whose numbers still rise is not foreseen, and neither
    are closing days of shelters. Three days ahead the column ``six_percent`` was nearer in four of
    the six events of the archive (`score_forecasts`): look at it, too.

    Examples
    --------
    >>> import pandas as pd
    >>> counts = pd.DataFrame({"hour": [48, 72], "people": [1200, 1000]})
    >>> table = forecast(counts, hours=[144, 240])
    >>> bool((table["low"] < table["people"]).all())
    True
    """
    series = read_counts_of_place(counts)
    asked = _read_hours(hours, series)
    require_number(level, "level", low=0.01, high=0.99)
    base_people = float(series.people.max()) if base is None else base
    require_number(base_people, "base", low=1)
    archive_table, events = read_archive(archive)
    notes = warn_of_changed_definitions(series, stack_level=3)
    table = build_forecast(list(events.values()), series, asked, level, seed=seed)
    table.insert(4, "share", table["people"] / base_people)
    # a forecast is an estimate, from invented counts an invented one
    table.attrs.update(merge_provenance(counts, archive_table, {"kind": "estimated"}))
    table.attrs["notes"] = notes
    table.attrs["settings"] = {
        "base": base_people,
        "level": level,
        "seed": seed,
        "curve": str(SHIPPED_VARIANT),
        "events": list(events),
    }
    return table


def build_forecast(
    archive: Sequence[Counts],
    series: Counts,
    hours: FloatArray,
    level: float,
    *,
    seed: int = 0,
    variant: Variant = SHIPPED_VARIANT,
) -> pd.DataFrame:
    """Put the forecast and its rivals side by side; one row an hour."""
    samples = sample_people(variant, learn_population(variant, archive), series, hours, seed)
    tail = (1 - level) / 2
    low, people, high = np.quantile(samples, [tail, 0.5, 1 - tail], axis=0)
    rivals = predict_rivals(archive, series, hours)
    return pd.DataFrame({"hour": hours, "people": people, "low": low, "high": high, **rivals})


def _read_hours(hours: float | Sequence[float], series: Counts) -> FloatArray:
    """Read the asked hours, all after the last count."""
    asked = np.atleast_1d(np.asarray(hours, dtype=object)).ravel()
    last = series.hours[-1]
    faulty = [hour for hour in asked if not _is_hour_after(hour, last)]
    if faulty or not len(asked):
        text = shorten("、".join(map(str, faulty)))
        raise ChoiceError(
            f"hours の「{text}」は使えません。"
            f"最後に数えた時間（{last:g}）より後の、発災からの時間を数で指定してください。"
        )
    return asked.astype(float)


def _is_hour_after(hour: object, last: float) -> bool:
    if isinstance(hour, bool) or not isinstance(hour, int | float | np.integer | np.floating):
        return False
    return bool(last < hour <= LATEST_HOUR)


def list_forecast_constants() -> dict[str, object]:
    """List what no option of a forecast changes, for its methods paragraph."""
    return {
        "curve": SHIPPED_VARIANT.family,
        "first_hour": SHIPPED_VARIANT.first_hour,
        "drift": SHIPPED_VARIANT.drift,
        "least_spread": SHIPPED_VARIANT.least_spread,
        "count_noise": _forecast_hierarchy.COUNT_NOISE,
        "level_variance": _forecast_hierarchy.LEVEL_VARIANCE,
        "last_learned_hour": _forecast_hierarchy.LAST_LEARNED_HOUR,
        "em_steps": _forecast_hierarchy.EM_STEPS,
        "samples": _forecast_hierarchy.SAMPLES,
        "fixed_rate_of_a_rival": _forecast_rivals.FIXED_RATE,
    }
