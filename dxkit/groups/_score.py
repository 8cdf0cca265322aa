"""How good are groups that somebody made by hand, and which rules do they break?

A facilitator moves a member because of something that no column says. The groups stay as they were
put; they are measured as `form` measures its own, and every rule that they break is named.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from dxkit import _checks
from dxkit._arrays import IntArray
from dxkit.errors import Fault, TableError
from dxkit.groups._distance import Columns
from dxkit.groups._groups import Groups, make_groups
from dxkit.groups._problem import Problem, read_problem
from dxkit.groups._quality import compute_quick_bound
from dxkit.groups._read_rules import Links, read_sizes


def score(
    members: pd.DataFrame,
    *,
    size: int | Sequence[int] = (5, 7),
    alike: Columns = (),
    different: Columns = (),
    together: Links = (),
    apart: Links = (),
    spread: str | Iterable[str] = (),
    objective: str = "mean",
    scale: str = "spread",
    missing: str = "average",
    places: bool | None = None,
) -> Groups:
    """Measure groups that were made by hand, and name the rules that they break.

    Parameters
    ----------
    members
        As for `form`, with a column ``group``: the number of each member's group, from 1.
    size, alike, different, together, apart, spread, objective, scale, missing, places
        As for `form`. No rule moves anybody.

    Returns
    -------
    Groups
        The groups under the numbers that they have. ``settings["broken"]`` lists the rules that
        they break, one Japanese sentence each. `replan` and `explain` take the result.

    Raises
    ------
    TableError
        With every fault of the list; a group that is no whole number from 1 is one.
    ChoiceError
        As for `form`.

    Examples
    --------
    >>> import pandas as pd
    >>> towns = pd.DataFrame({"code": list("abcd"), "people": [1, 9, 2, 8], "group": [1, 2, 2, 2]})
    >>> score(towns, size=2, alike="people").settings["broken"]
    ['第1グループは1者です（2者にする決まりです）。', '第2グループは3者です（2者にする決まりです）。']
    """
    limits = read_sizes(size)
    _checks.require_columns(members, ["group"], "グループ分け")
    seats = _read_seats(members["group"])
    # no size is refused here: a group of another size is named below
    problem = read_problem(
        members.drop(columns="group"),
        size=(1, max(len(members), 2)),
        count=len(set(seats)),
        alike=alike,
        different=different,
        together=together,
        apart=apart,
        spread=spread,
        objective=objective,
        scale=scale,
        missing=missing,
        places=places,
    )
    # the problem has its members in the order of their codes
    seats_by_code = np.empty(len(seats), dtype=np.intp)
    seats_by_code[problem.roster.rows_given] = seats
    broken = _list_broken(problem, seats_by_code, limits)
    measured = make_groups(
        problem,
        seats_by_code,
        compute_quick_bound(problem),
        seed=None,
        certified=False,
        reproducible=True,
        size=limits,
        broken=broken,
        spread_kept=not any(sentence.endswith("かたよっています。") for sentence in broken),
    )
    return _restore_given_numbers(measured, seats)


def _read_seats(column: pd.Series) -> IntArray:
    """Read the number of each member's group."""
    # as floats: not every dtype of a table knows the remainder
    numbers = pd.to_numeric(column, errors="coerce").astype("float64")
    is_usable = numbers.notna() & (numbers >= 1) & (numbers % 1 == 0)
    remedy = "1からの番号を入れてください"
    faults = [
        Fault("グループの番号ではありません", remedy, row=row, column="group", value=value)
        for row, (value, is_number) in enumerate(zip(column, is_usable, strict=True), start=1)
        if not is_number
    ]
    if faults:
        raise TableError(faults)
    return np.asarray(numbers, dtype=np.intp)


def _restore_given_numbers(measured: Groups, seats: IntArray) -> Groups:
    """Give groups back the numbers under which people know them."""
    numbers: dict[Any, int] = dict(zip(measured.table["group"], seats.tolist(), strict=True))
    by_group = measured.by_group.assign(group=measured.by_group["group"].map(numbers))
    settings = measured.settings | {"count": len(by_group)}
    table = measured.table.assign(group=seats)
    table.attrs["settings"] = settings
    return replace(
        measured,
        table=table,
        by_group=by_group.sort_values("group", ignore_index=True),
        members=measured.members.assign(group=seats),
        settings=settings,
    )


def _list_broken(problem: Problem, seats: IntArray, limits: tuple[int, int]) -> list[str]:
    """Name the rules that a grouping breaks."""
    names = problem.roster.list_full_names()
    unit = "者" if problem.roster.persons is None else "人"
    low, high = limits
    wanted_size = f"{low}〜{high}{unit}" if low < high else f"{low}{unit}"
    broken = [
        f"第{group}グループは{count}{unit}です（{wanted_size}にする決まりです）。"
        for group, count in sorted(Counter(seats.tolist()).items())
        if not low <= count <= high
    ]
    for link in problem.rules.together:
        if len(set(seats[list(link)])) > 1:
            listed = "と".join(names[member] for member in link)
            broken.append(f"{listed}は、同じグループにする希望ですが、分かれています。")
    for link in problem.rules.apart:
        for group, count in Counter(seats[list(link)].tolist()).items():
            if count > 1:
                pair = "と".join(names[member] for member in link if seats[member] == group)
                broken.append(f"{pair}は、別のグループにする希望ですが、第{group}で一緒です。")
    return broken + _list_crowded(problem, seats)


def _list_crowded(problem: Problem, seats: IntArray) -> list[str]:
    """Name the kinds of members that are not spread evenly."""
    groups = sorted(set(seats.tolist()))
    sentences = []
    for kind in problem.rules.spread:
        low, high = kind.compute_limits(len(groups))
        present: Mapping[int, int] = Counter(seats[list(kind.members)].tolist())
        counts = [present.get(group, 0) for group in groups]
        if min(counts) < low or max(counts) > high:
            sentences.append(f"{kind.label}が、各グループに{min(counts)}〜{max(counts)}と"
                             "かたよっています。")  # fmt: skip
    return sentences
