"""By which day is a leak of personal data to be reported, to whom, by which article?"""

import numpy as np
import pandas as pd

from dxkit import _checks
from dxkit._plain_tables import read_plain_table
from dxkit.errors import ChoiceError, shorten
from dxkit.schema import accepts_any_table, carry_provenance

WHAT = "報告の期限の表"
WEEKDAYS = "月火水木金土日"
SATURDAY = 5
# month and day on which offices are closed
NEW_YEAR = {(12, 29), (12, 30), (12, 31), (1, 1), (1, 2), (1, 3)}
NO_DAY = "日数の決まりはない（速やかに）"
CLOSED_NOTE = "休みの日に当たる。前の開庁日までに出すと安全"
# the day after a closed one may be a holiday, which is not known here
NEXT_NOTE = (
    "休みの日に当たり、期限は次の開庁日（祝日でなければ{}）になる。前の開庁日までに出すと安全"
)
# what the table says of a duty whose last day moves on when the office is closed
MOVES_ON = "次の開庁日"


@accepts_any_table("deadlines")
def report_dates(known_on: object, deadlines: pd.DataFrame) -> pd.DataFrame:
    """Compute the days by which a leak is to be reported.

    The day on which the office came to know of it (even of its possibility) counts as the first.

    Parameters
    ----------
    known_on
        The day on which any section of the office came to know: ``"2026-12-01"`` or a date.
    deadlines
        One row a duty: ``label, whom, days_low, days`` (blank: as soon as possible), ``article``
        and, where given, ``closed_day`` (次の開庁日 where a last day on which the office is closed
        moves on) (table ``report_deadlines``).

    Returns
    -------
    pandas.DataFrame
        One row a duty: ``label, whom, due_from`` (the first day of the usual span), ``due`` (the
        last day as counted; missing where no number of days is set), ``due_text`` (with its
        weekday), ``due_note`` (where it falls on a weekend or around the New Year: the next open
        day, unless that is a holiday, if the duty moves on), ``article``.

    Raises
    ------
    ChoiceError
        If ``known_on`` is no day.
    TableError
        If the table cannot be used.

    Notes
    -----
    Calendar days, weekends included, the first day counted (Personal Information Protection
    Commission, general guidelines 3-5-3-4). Holidays other than the New Year's are not known here.
    A final report that falls due on a closed day may wait for the next open one (the same, and
    Article 2 of the Act on Holidays of Administrative Organs); ``due`` stays the earlier day. The
    guidelines are those for businesses: the articles of the rules for offices were not read. A
    teaching aid, no legal advice.

    Examples
    --------
    >>> import dxkit
    >>> dates = report_dates("2026-12-01", dxkit.load("report_deadlines"))
    >>> dates[["label", "due_text"]].head(2).values.tolist()
    [['速報', '12月5日（土）'], ['確報', '12月30日（水）']]
    """
    first_day = _read_day(known_on)
    rows = read_plain_table(deadlines)
    _checks.require_columns(rows, ["label", "whom", "days_low", "days", "article"], WHAT)
    table = rows[["label", "whom", "article"]].copy()
    for column, name in (("days_low", "due_from"), ("days", "due")):
        days = _checks.read_numbers(rows, column, WHAT, low=1, high=3_650, blank=True, whole=True)
        table[name] = [_add_days(first_day, number) for number in days]
        table[name] = pd.to_datetime(table[name])
    table["due_text"] = [_write_day(day) for day in table["due"]]
    # a table without the column moves no day
    closed_day = rows.get("closed_day", pd.Series("", index=rows.index))
    table["due_note"] = [
        _write_note(day, moves_on)
        for day, moves_on in zip(table["due"], closed_day.eq(MOVES_ON), strict=True)
    ]
    # the articles stand last, as they are the longest
    columns = ["label", "whom", "due_from", "due", "due_text", "due_note", "article"]
    result = carry_provenance(table[columns], deadlines)
    result.attrs["settings"] = {"known_on": f"{first_day:%Y-%m-%d}"}
    return result


def _read_day(known_on: object) -> pd.Timestamp:
    # a bare number would be read as nanoseconds since 1970
    is_day = isinstance(known_on, str) or hasattr(known_on, "year")
    # each text by its own format: a guess from the first would come with a warning
    days = pd.to_datetime(
        pd.Series([known_on if is_day else None]), errors="coerce", format="mixed"
    )
    day = days.iloc[0]
    if not isinstance(day, pd.Timestamp) or pd.isna(day):
        raise ChoiceError(
            f'known_on=「{shorten(known_on)}」は日付ではありません。"2026-12-01" のように書いてください。'
        )
    return day.tz_localize(None).normalize()


def _add_days(first_day: pd.Timestamp, days: float) -> pd.Timestamp | None:
    """Return the day with this number, if the first day is day 1."""
    # day 1 is the first day itself
    return None if np.isnan(days) else first_day + pd.Timedelta(days=int(days) - 1)


def _is_closed(day: pd.Timestamp) -> bool:
    """Check for weekends and the days around the New Year; other holidays are not known."""
    if pd.isna(day):
        return False
    return day.weekday() >= SATURDAY or (day.month, day.day) in NEW_YEAR


def _write_note(day: pd.Timestamp, moves_on: bool) -> str:
    """Say what a closed day does to a last day."""
    if not _is_closed(day):
        return ""
    if not moves_on:
        return CLOSED_NOTE
    open_day = day
    while _is_closed(open_day):
        open_day += pd.Timedelta(days=1)
    return NEXT_NOTE.format(_write_day(open_day))


def _write_day(day: pd.Timestamp) -> str:
    if pd.isna(day):
        return NO_DAY
    return f"{day.month}月{day.day}日（{WEEKDAYS[day.weekday()]}）"
