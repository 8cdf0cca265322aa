"""Can these counts be used for a forecast, and was the way of counting changed among them?

Own counts have `hour` and `people`; an archive has `event`, `hour`, `value` and `is_main`.
"""

import warnings

import numpy as np
import pandas as pd

from dxkit._arrays import FloatArray
from dxkit._checks import read_numbers, require_columns, require_filled
from dxkit.errors import Fault, TableError
from dxkit.loaders import load
from dxkit.sharing._forecast_hierarchy import COUNT_NOISE, NOBODY, Counts

ARCHIVE_TABLE = "shelter_counts"
ARCHIVE_COLUMNS = ("event", "hour", "value", "is_main")
# rises before it are people still coming
FIRST_DAYS_H = 72.0
# three standard deviations of the difference of two counts
DOUBTED_RISE = float(np.exp(3 * np.sqrt(2) * COUNT_NOISE))
DAY_H = 24.0
CHANGED_DEFINITION = "数え方が変わった疑い"


def read_counts_of_place(counts: pd.DataFrame, what: str = "counts") -> Counts:
    """Read one place's counts, sorted by hour; every fault is named at once.

    Raises
    ------
    TableError
        If columns or rows are missing, a cell is no number, or nobody was ever counted.
    """
    require_columns(counts, ("hour", "people"), what)
    faults: list[Fault] = []
    columns = {}
    for column in ("hour", "people"):
        try:
            columns[column] = read_numbers(counts, column, what)
        except TableError as error:
            # the other column may have faults, too
            faults += error.faults
    if faults:
        raise TableError(faults)
    return build_counts(columns["hour"], columns["people"], what)


def build_counts(hours: FloatArray, people: FloatArray, what: str) -> Counts:
    """Sort counts by hour and give zeros a logarithm."""
    if not (people > 0).any():
        remedy = "1人以上を数えた行を入れてください"
        raise TableError([Fault(f"{what} に人が1人もいません", remedy, column="people", value=0)])
    # two counts of one hour: the order of the rows must not matter
    order = np.lexsort((people, hours))
    return Counts(hours[order], np.maximum(people[order], NOBODY))


def find_changed_definitions(counts: Counts) -> list[str]:
    """List where the way of counting seems to have changed: no crowd moves like that.

    After the third day, a rise beyond three standard deviations of counting noise, or a fall as
    large within a day.
    """
    notes = []
    for start in range(len(counts.hours) - 1):
        before, after = counts.people[start : start + 2]
        since, until = counts.hours[start : start + 2]
        ratio = after / before
        is_fall = ratio < 1 / DOUBTED_RISE and until - since <= DAY_H
        if since >= FIRST_DAYS_H and (ratio > DOUBTED_RISE or is_fall):
            notes.append(
                f"{CHANGED_DEFINITION}: {since:g}時間の{before:,.0f}人から{until:g}時間の{after:,.0f}人"
            )
    return notes


def warn_of_changed_definitions(counts: Counts, stack_level: int) -> list[str]:
    """Warn of each place at which the way of counting seems to have changed, and list them."""
    notes = find_changed_definitions(counts)
    if notes:
        text = "。".join(notes)
        warnings.warn(
            f"{text}。数え方（1次だけか、全体か）を確かめてください。", stacklevel=stack_level
        )
    return notes


def read_archive(archive: pd.DataFrame | None) -> tuple[pd.DataFrame, dict[str, Counts]]:
    """Read the archive: the table, and each event's main counts without the final zeros.

    Raises
    ------
    TableError
        If columns or rows are missing or a cell is no number.
    """
    table = load(ARCHIVE_TABLE) if archive is None else archive
    require_columns(table, ARCHIVE_COLUMNS, ARCHIVE_TABLE)
    require_filled(table, ["event"], ARCHIVE_TABLE)
    # hours before the main shock are negative
    hours = read_numbers(table, "hour", ARCHIVE_TABLE, low=-np.inf)
    people = read_numbers(table, "value", ARCHIVE_TABLE)
    is_main = read_numbers(table, "is_main", ARCHIVE_TABLE, high=1) > 0
    # a shelter that is closed by order tells nothing of how people leave
    is_used = is_main & (people > 0) & (hours > 0)
    event = table["event"].astype(str).to_numpy()
    names = sorted(set(event[is_used]))
    events = {}
    for name in names:
        rows = is_used & (event == name)
        events[name] = build_counts(hours[rows], people[rows], ARCHIVE_TABLE)
    return table, events
