"""Who sits with whom at one meeting, so that groups are alike inside (or deliberately different)?

The score is the mean distance between members of a group, in units of chance: 1 is the distance of two members picked at random.
Written for the group exchange meetings of the yearly package, where bodies meet by system scale, schedule or vendor.
"""

from collections.abc import Hashable, Iterable, Sequence
from concurrent.futures import Executor

import pandas as pd

from dxkit.groups._distance import Columns
from dxkit.groups._problem import ask
from dxkit.groups._result import Groups, answer, quick_bound
from dxkit.groups._rules import Links
from dxkit.groups._search import search


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
    seconds: float = 60.0,
    progress: bool = False,
    executor: Executor | None = None,
) -> Groups:
    """Put members into groups whose members are alike, or deliberately different.

    Parameters
    ----------
    members
        One row a member: ``code`` (column or index; code or name of a municipality, or any label) and any columns.
    size
        Smallest and largest size of a group, or one size.
    alike, different
        Columns by which members of a group should be alike, or differ: names, or a mapping from name to weight.
    together, apart
        Members who meet, and members of whom no two meet: ``[("28201", "28202"), …]``.
    spread
        Columns whose marked members are spread evenly: the True of a yes/no column (leaders, those already migrated), each
        word of another column. With no more marked members than groups, no group has two.
    count
        Number of groups; by default the one whose mean size is nearest to the middle of ``size``.
    objective
        ``"mean"``: every member counts the same, whatever the size of the group. ``"sum"``: every pair counts the same, which
        rewards uneven sizes when members should differ and even ones when they should be alike.
    scale
        How far apart numbers are: ``"spread"`` by their difference, ``"rank"`` by their ranks (for populations, where one
        large city would outweigh all others).
    missing
        ``"average"``: a blank is as far from everybody as chance. ``"refuse"``: blanks are an error.
    places
        Whether every member must be a municipality; by default so if any of them is one.
    seed
        Of the search: the same seed gives the same groups.
    certify
        Prove a bound or the optimum (column generation on HiGHS), for at most ``seconds``.
    progress
        Show a progress bar.
    executor
        Runs the chains of the search elsewhere, for example on all cores.

    Returns
    -------
    Groups

    Raises
    ------
    TableError
        With every fault of the list: unknown, doubled or blank members, missing columns, links to nobody.
    ChoiceError
        If sizes cannot add up, or rules exclude each other (the smallest such set is named).

    Examples
    --------
    >>> import pandas as pd
    >>> towns = pd.DataFrame({"code": ["28201", "28202", "28203", "28204"], "people": [1, 9, 2, 8]})
    >>> form(towns, size=2, alike="people").table["group"].tolist()
    [1, 2, 1, 2]
    """
    asked = ask(members, size=size, alike=alike, different=different, together=together, apart=apart, spread=spread,
                count=count, objective=objective, scale=scale, missing=missing, places=places)  # fmt: skip
    groups = search(asked, seed=seed, progress=progress, executor=executor)
    if not certify:
        return answer(asked, groups, quick_bound(asked), seed=seed, certified=False)
    from dxkit.groups._column_generation import prove  # noqa: PLC0415 - its tables are only needed here

    proof = prove(asked, groups, seconds=seconds, progress=progress)
    return answer(asked, proof.groups, proof.bound, seed=seed, certified=True, **proof.told)
