"""Next month's meeting: who sits together, when those who have met should meet somebody new?

Pairs that meet again are as few as the search finds; of the groupings with so few, one is taken
that is as alike (or as different) as the search finds.
"""

from collections.abc import Hashable, Iterable, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from dxkit._arrays import IntArray
from dxkit.groups._distance import Columns
from dxkit.groups._groups import Groups, make_groups
from dxkit.groups._meeting_history import count_earlier_meetings
from dxkit.groups._problem import Problem, read_problem
from dxkit.groups._quality import compute_quick_bound
from dxkit.groups._read_rules import Links
from dxkit.groups._search import search_fewest_reunions


def next_round(
    members: pd.DataFrame | Iterable[Hashable],
    history: pd.DataFrame,
    *,
    size: int | Sequence[int] = (5, 7),
    alike: Columns = (),
    different: Columns = (),
    together: Links = (),
    apart: Links = (),
    spread: str | Iterable[str] = (),
    count: int | None = None,
    objective: str = "mean",
    scale: str = "spread",
    missing: str = "average",
    places: bool | None = None,
    seed: int = 0,
) -> Groups:
    """Put members into groups in which as few as can be meet whom they have met.

    Parameters
    ----------
    members
        As for `form`.
    history
        Who sat where so far: one row a member and meeting, ``round, group, code`` and ``person``
        where bodies send persons (as `rotate` returns it). Without ``person`` all whom a body sends
        have met whom the body met. Who is in the history and no longer a member does not count.
    size, alike, different, together, apart, spread, count, objective, scale, missing, places, seed
        As for `form`; they hold before pairs are kept from meeting again.

    Returns
    -------
    Groups
        ``settings["repeats"]`` counts the meetings of pairs that meet again (a pair that met twice
        counts twice), ``settings["repeated"]`` lists them (``pair, times``),
        ``settings["repeats_wished"]`` how many of them ``together`` asks for. Members of one body
        do not count. No repeats beyond those is the best there can be; more are the fewest that
        the search found.

    Raises
    ------
    TableError
        With every fault of the members or the history.
    ChoiceError, DxkitError
        As for `form`.

    Warns
    -----
    TableWarning
        If a label of the history is nearly that of a member, or nobody of it is one.

    Examples
    --------
    >>> import pandas as pd
    >>> before = pd.DataFrame({"round": 1, "group": [1, 1, 2, 2], "code": list("abcd")})
    >>> after = next_round(list("abcd"), before, size=2)
    >>> after.table["group"].tolist(), after.settings["repeats"]
    ([1, 2, 1, 2], 0)
    """
    problem = read_problem(
        members,
        size=size,
        alike=alike,
        different=different,
        together=together,
        apart=apart,
        spread=spread,
        count=count,
        objective=objective,
        scale=scale,
        missing=missing,
        places=places,
    )
    meetings = count_earlier_meetings(history, problem.roster)
    labels = search_fewest_reunions(problem, meetings, seed=seed)
    return make_groups(
        problem,
        labels,
        compute_quick_bound(problem),
        seed=seed,
        certified=False,
        reproducible=True,
        rounds_before=int(history["round"].nunique()),
        **_describe_reunions(problem, meetings, labels),
    )


def _describe_reunions(problem: Problem, meetings: IntArray, labels: IntArray) -> dict[str, Any]:
    """Describe which pairs meet again."""
    keys = problem.roster.keys
    repeated = [
        {"pair": (keys[i], keys[j]), "times": int(meetings[i, j])}
        for i, j in combinations(range(len(labels)), 2)
        if labels[i] == labels[j] and meetings[i, j]
    ]
    # who moves as one meets again whatever the groups are
    wished = sum(
        int(meetings[np.ix_(block, block)].sum()) // 2 for block in problem.rules.list_blocks()
    )
    return {
        "repeats": sum(int(pair["times"]) for pair in repeated),
        "repeats_wished": wished,
        "repeated": repeated,
    }
