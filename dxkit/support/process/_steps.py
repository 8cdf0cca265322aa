"""Can these steps be read as one process, and if not, which cells should be put right?

One row is a step. Whatever is wrong in any column is told at once.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from dxkit import _checks
from dxkit._arrays import FloatArray, IntArray
from dxkit._plain_tables import read_plain_table
from dxkit.errors import Fault, TableError, shorten

WHAT = "手順の表"
NEEDED = ("order", "step", "who", "work_min", "wait_min")
# 勤務時間 of municipal staff: 7 hours 45 minutes
DAY_MIN = 465.0
# minutes; a longer step or wait is a slip of the unit
LONGEST_MIN = 500_000.0
# above it a case would go round and round
LARGEST_SENT_BACK = 0.95
MOST_STAFF = 1_000
LAST_ORDER = 10_000
# smallest and largest number of a column, and whether it must be whole
Limit = tuple[float, float, bool]
LIMITS: dict[str, Limit] = {
    "order": (1, LAST_ORDER, True),
    "work_min": (0, LONGEST_MIN, False),
    "wait_min": (0, LONGEST_MIN, False),
    "sent_back": (0, LARGEST_SENT_BACK, False),
    "staff": (1, MOST_STAFF, True),
    "back_to": (1, LAST_ORDER, True),
}


@dataclass(frozen=True)
class Process:
    """The steps of one process in their order.

    Attributes
    ----------
    table
        The rows as read, in the order of the steps.
    steps, pools
        Names of the steps, and of those who do them (each once).
    work_min, wait_min, sent_back
        Minutes of work, minutes of waiting before it, share that is sent back after it.
    back_to, pool_of
        Position of the step to which it is sent back, and of who does it.
    staff
        People, one number for each of ``pools``.
    """

    table: pd.DataFrame
    steps: list[str]
    pools: list[str]
    work_min: FloatArray
    wait_min: FloatArray
    sent_back: FloatArray
    back_to: IntArray
    pool_of: IntArray
    staff: IntArray


def read_process(steps: pd.DataFrame) -> Process:
    """Read the steps of one process.

    Raises
    ------
    TableError
        With every fault of every column.
    """
    plain = read_plain_table(steps)
    _checks.require_columns(plain, NEEDED, WHAT)
    if "process" in plain:
        _checks.require_filled(plain, ["process"], WHAT)
    rows = _fill_defaults(plain)
    faults: list[Fault] = []
    for column, limit in LIMITS.items():
        faults += _read_column(rows, column, limit)
    faults += _find_blank_names(rows)
    for key in ("order", "step"):
        faults += _find_repeats(rows, key)
    if "process" in rows and len(set(rows["process"].astype(str))) > 1:
        names = shorten("、".join(dict.fromkeys(rows["process"].astype(str))))
        remedy = '表["process"] で1つの業務の行だけを選んでください'
        faults.append(Fault("2つ以上の業務の手順です", remedy, column="process", value=names))
    if not faults:
        # these two compare rows, whose numbers must have been read
        faults = [*_find_staff_conflicts(rows), *_find_bad_returns(rows)]
    if faults:
        raise TableError(faults)
    return _build_process(rows.sort_values("order", kind="stable", ignore_index=True))


def _fill_defaults(rows: pd.DataFrame) -> pd.DataFrame:
    """Add the columns that may be absent: one person, nothing sent back."""
    defaults = {"staff": 1, "sent_back": 0.0, "back_to": np.nan}
    absent = {name: value for name, value in defaults.items() if name not in rows}
    return rows.assign(**absent)


def _read_column(rows: pd.DataFrame, column: str, limit: Limit) -> list[Fault]:
    """Read a column into its place, or return its faults, to be told with those of the others."""
    low, high, is_whole = limit
    # without a word a step is sent back to the one before
    is_blank = column == "back_to"
    try:
        rows[column] = _checks.read_numbers(
            rows, column, WHAT, low=low, high=high, whole=is_whole, blank=is_blank
        )
    except TableError as error:
        return list(error.faults)
    return []


def _find_repeats(rows: pd.DataFrame, key: str) -> list[Fault]:
    try:
        _checks.require_unique_rows(rows, [key], WHAT)
    except TableError as error:
        return list(error.faults)
    return []


def _find_blank_names(rows: pd.DataFrame) -> list[Fault]:
    return [
        Fault("空欄です", "名前を書いてください", row=position + 1, column=column)
        for column in ("step", "who")
        for position, cell in enumerate(rows[column])
        if pd.isna(cell) or not str(cell).strip()
    ]


def _find_staff_conflicts(rows: pd.DataFrame) -> list[Fault]:
    """Find those who have one number of people in one step and another in the next."""
    # one team has one number of people
    counts = rows.groupby(rows["who"].astype(str), sort=False)["staff"].unique()
    return [
        Fault(
            f"「{shorten(who)}」の人数が手順によって違います",
            "同じ担当の行には、同じ人数を書いてください",
            column="staff",
            value="、".join(f"{number:g}" for number in numbers),
        )
        for who, numbers in counts.items()
        if len(numbers) > 1
    ]


def _find_bad_returns(rows: pd.DataFrame) -> list[Fault]:
    """Find steps that are sent back to one that is not there, or that comes later."""
    # a case that jumps ahead would skip what lies between
    orders = set(rows["order"])
    return [
        Fault(
            "差し戻し先の手順がないか、後の手順です",
            "この手順か、前の手順の番号を書いてください",
            row=position + 1,
            column="back_to",
            value=f"{back_to:g}",
        )
        for position, (order, back_to) in enumerate(
            zip(rows["order"], rows["back_to"], strict=True)
        )
        if not np.isnan(back_to) and (back_to not in orders or back_to > order)
    ]


def _build_process(rows: pd.DataFrame) -> Process:
    place_of = {order: place for place, order in enumerate(rows["order"])}
    # without a word it goes back to the step before
    returns = [
        max(place - 1, 0) if np.isnan(order) else place_of[order]
        for place, order in enumerate(rows["back_to"])
    ]
    people = rows["who"].astype(str)
    # everybody once, in the order of the steps
    pools = list(dict.fromkeys(people))
    return Process(
        table=rows.astype({"order": int, "staff": int}),
        steps=[str(step) for step in rows["step"]],
        pools=pools,
        work_min=rows["work_min"].to_numpy(dtype=float),
        wait_min=rows["wait_min"].to_numpy(dtype=float),
        sent_back=rows["sent_back"].to_numpy(dtype=float),
        back_to=np.array(returns, dtype=np.intp),
        pool_of=np.array([pools.index(name) for name in people], dtype=np.intp),
        staff=rows.groupby(people)["staff"].first().loc[pools].to_numpy(dtype=np.intp),
    )


def count_visits(process: Process) -> FloatArray:
    """Compute how often a case passes each step on average (an absorbing Markov chain)."""
    size = len(process.steps)
    moves = np.zeros((size, size))
    for place, share in enumerate(process.sent_back):
        moves[place, process.back_to[place]] += share
        if place + 1 < size:
            moves[place, place + 1] += 1 - share
    # visits = first step + visits that come from any step
    start = np.eye(size)[0]
    visits: FloatArray = np.linalg.solve(np.eye(size) - moves.T, start)
    return visits


def sum_work(process: Process) -> FloatArray:
    """Sum the minutes of work that a case brings to each of those who do the steps."""
    minutes = count_visits(process) * process.work_min
    sums = np.bincount(process.pool_of, weights=minutes, minlength=len(process.pools))
    return np.asarray(sums, dtype=np.float64)
