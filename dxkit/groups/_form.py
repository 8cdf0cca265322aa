"""Who sits with whom at one meeting, so that groups are alike inside (or deliberately different)?

The score is the mean distance between members of a group, in units of chance: 1 is the distance of
two members picked at random. Written for the group exchange meetings of the yearly package, where
bodies meet by system scale, schedule or vendor.
"""

from collections.abc import Hashable, Iterable, Sequence
from concurrent.futures import Executor

import pandas as pd

from dxkit import _checks
from dxkit._keywords import accepts_old_keywords
from dxkit.groups._distance import Columns
from dxkit.groups._groups import Groups, make_groups
from dxkit.groups._problem import read_problem
from dxkit.groups._quality import compute_quick_bound
from dxkit.groups._read_rules import Links
from dxkit.groups._search import search_grouping


@accepts_old_keywords(seconds="time_limit_s", progress="show_progress")
def form(
    members: pd.DataFrame | Iterable[Hashable],
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
    certify: bool = False,
    time_limit_s: float | None = None,
    show_progress: bool = False,
    executor: Executor | None = None,
) -> Groups:
    """Put members into groups whose members are alike, or deliberately different.

    Parameters
    ----------
    members
        One row a member: ``code`` (column or index; code or name of a municipality, or any label)
        and any columns.
    size
        Smallest and largest size of a group, or one size.
    alike, different
        Columns by which members of a group should be alike, or differ: names, or a mapping from
        name to weight.
    together, apart
        Members who meet, and members of whom no two meet: ``[("28201", "28202"), …]``.
    spread
        Columns whose marked members are spread evenly: the True of a yes/no column (leaders, those
        already migrated), each word of another column. With no more marked members than groups, no
        group has two.
    count
        Number of groups; by default the one whose mean size is nearest to the middle of ``size``.
    objective
        ``"mean"``: every member counts the same, whatever the size of the group. ``"sum"``: every
        pair counts the same, which rewards uneven sizes when members should differ and even ones
        when they should be alike.
    scale
        How far apart numbers are: ``"spread"`` by their difference, ``"rank"`` by their ranks (for
        populations, where one large city would outweigh all others).
    missing
        ``"average"``: a blank is as far from everybody as chance. ``"refuse"``: blanks are an
        error.
    places
        Whether every member must be a municipality; by default so if any of them is one.
    seed
        Of the search: the same seed gives the same groups on every machine.
    certify
        Prove a bound or the optimum (column generation on HiGHS). The proof stops after an amount
        of work that is the same on every machine, about a minute of one core; with more than some
        60 members there are too many groups, and the quick bound is all there is.
    time_limit_s
        Stop the proof after so many seconds by the clock instead. A proof that the clock stopped
        is marked ``settings["reproducible"] = False``: another machine may get further.
    show_progress
        Show a progress bar.
    executor
        Runs the chains of the search elsewhere, for example on all cores.

    Returns
    -------
    Groups

    Raises
    ------
    TableError
        With every fault of the list: unknown, doubled or blank members, missing columns, links to
        nobody.
    ChoiceError
        If sizes cannot add up, or rules exclude each other (the smallest such set is named).
    DxkitError
        If the rules are so many that no grouping that keeps them was found.

    Examples
    --------
    >>> import pandas as pd
    >>> towns = pd.DataFrame({"code": ["28201", "28202", "28203", "28204"], "people": [1, 9, 2, 8]})
    >>> form(towns, size=2, alike="people").table["group"].tolist()
    [1, 2, 1, 2]
    """
    for option, value in {"certify": certify, "show_progress": show_progress}.items():
        _checks.require_flag(value, option)
    _checks.require_executor(executor, "submit")
    if time_limit_s is not None:
        _checks.require_number(time_limit_s, "time_limit_s", above=True)
    # all faults of the tables and options are reported before any search begins
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
    # the search is quick and good; only the proof below can take a minute
    labels = search_grouping(problem, seed=seed, show_progress=show_progress, executor=executor)
    if not certify:
        bound = compute_quick_bound(problem)
        return make_groups(problem, labels, bound, seed=seed, certified=False, reproducible=True)
    # the tables of all possible groups are imported only where they are needed
    from dxkit.groups._column_generation import prove_bound  # noqa: PLC0415

    proof = prove_bound(problem, labels, time_limit_s=time_limit_s, show_progress=show_progress)
    return make_groups(
        problem,
        proof.labels,
        proof.bound,
        seed=seed,
        certified=True,
        time_limit_s=time_limit_s,
        **proof.settings,
    )
