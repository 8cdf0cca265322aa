"""Who sits with whom at one meeting, so that groups are alike inside (or deliberately different)?

The score is the mean distance between members of a group, in units of chance: 1 is the distance of two members picked at random.
Written for the group exchange meetings of the yearly package, where bodies meet by system scale, schedule or vendor.
"""

import warnings
from collections.abc import Hashable, Iterable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from tqdm.auto import tqdm

from dxkit.errors import ChoiceError, DxkitError, TableError, shorten
from dxkit.groups import annealing, feasible, likeness
from dxkit.groups import members as people
from dxkit.groups.likeness import Columns, Criterion
from dxkit.groups.rules import Links, Rules, counts_of, links_of, sizes_of, spread_of

Floats = NDArray[np.float64]
Whole = NDArray[np.intp]
OBJECTIVES = ("mean", "sum")
# chains and proposals of each: at 41 members about a second in all; a chain is longer where there are more members
CHAINS, STEPS, STEPS_EACH = 4, 120_000, 3_000


@dataclass(frozen=True)
class Groups:
    """Members in groups, how good that is, and how sure.

    Attributes
    ----------
    table
        One row a member in the order given: ``code, group`` (from 1), and ``name`` where the members have one.
    quality
        With ``objective="mean"``: the mean over members of the mean distance to the others of the group, in units of chance
        (1 = two members picked at random). Wanted small with ``alike``; with only ``different``, wanted large; with both,
        alike less different, wanted small. With ``"sum"``: the sum of these distances over all pairs in a group.
    bound, gap
        What no grouping under these rules can better, and their distance relative to the bound; a proven optimum has gap 0.
        Without ``certify`` the bound is a quick and weak one.
    by_group
        One row a group: ``group, size, distance`` (mean over its pairs), and the mean distance in each column.
    by_column
        One row a column: ``column, label, role, weight, kind, blanks, distance`` (the mean within groups as in ``quality``).
    members
        The members' table with ``code`` as it was understood, ``group`` added.
    settings
        What was asked; also in ``table.attrs["settings"]``.
    """

    table: pd.DataFrame
    quality: float
    bound: float
    gap: float
    by_group: pd.DataFrame
    by_column: pd.DataFrame
    members: pd.DataFrame
    settings: dict[str, Any]


@dataclass(frozen=True)
class Question:
    """Checked members, columns and rules."""

    roster: people.Roster
    criteria: tuple[Criterion, ...]
    rules: Rules
    objective: str
    settings: dict[str, Any]

    @property
    def cost(self) -> Floats:
        """Members × members: what it costs that two meet."""
        return likeness.cost(self.criteria, self.rules.people)

    @property
    def factor(self) -> Floats:
        """By size of a group: what the sum of its pairs is multiplied by."""
        sizes = np.arange(self.rules.high + 1)
        if self.objective == "sum":
            return np.ones(len(sizes))
        return np.where(sizes > 1, 2.0 / (np.maximum(sizes - 1, 1) * self.rules.people), 0.0)

    @property
    def sign(self) -> float:
        """-1 where a large quality is wanted."""
        return -1.0 if self.criteria and all(each.weight < 0 for each in self.criteria) else 1.0

    def task(self, extra: Floats | None = None) -> annealing.Task:
        """Give the annealer's task; ``extra`` is added to what meetings cost."""
        rules = self.rules
        cost = self.cost if extra is None else self.cost + extra
        limits = {"low": rules.low, "high": rules.high, "count": rules.count}
        least = rules.least_penalty()
        return annealing.task_of(cost, rules.penalties(), rules.blocks(), self.factor, **limits, least=least)


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
    from dxkit.groups.proving import prove  # noqa: PLC0415 - its tables are only needed here

    proof = prove(asked, groups, seconds=seconds, progress=progress)
    return answer(asked, proof.groups, proof.bound, seed=seed, certified=True, **proof.told)


def ask(
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
) -> Question:
    """Check everything that was asked; all faults of the tables come together, then the sizes, then the rules."""
    if objective not in OBJECTIVES:
        raise ChoiceError(f"objective={shorten(objective)} は使えません。{'・'.join(OBJECTIVES)} から選んでください。")
    low, high = sizes_of(size)
    roster, faults = people.read(members, places=places)
    if roster is None:
        raise TableError(faults)
    faults = likeness.faults_of(roster.table, alike, different, scale, missing)
    near, near_faults = links_of(together, roster, "together")
    far, far_faults = links_of(apart, roster, "apart")
    kinds, kind_faults = spread_of(spread, roster)
    if faults := [*faults, *near_faults, *far_faults, *kind_faults]:
        raise TableError(faults)
    for warning in people.warn_of(roster):
        warnings.warn(warning, stacklevel=3)
    number = counts_of(len(roster.codes), low, high, count)
    rules = Rules(len(roster.codes), low, high, number, near, far, kinds)
    criteria = likeness.criteria_of(roster.table, alike, different, scale)
    told = {"size": (low, high), "count": number, "columns": likeness.describe(criteria), "objective": objective, "scale": scale,
            "missing": missing, "spread": [kind.label for kind in kinds], "places": roster.places, "renamed": roster.renamed,
            "together": _codes(roster, near), "apart": _codes(roster, far)}  # fmt: skip
    return Question(roster, criteria, rules, objective, told)


def search(
    asked: Question,
    *,
    seed: int = 0,
    chains: int = CHAINS,
    steps: int | None = None,
    extra: Floats | None = None,
    progress: bool = False,
    executor: Executor | None = None,
) -> Whole:
    """Give the best grouping that several chains find (a number from 0 for each member).

    Raises
    ------
    ChoiceError
        If no grouping keeps the rules.
    """
    task, blocks = asked.task(extra), asked.rules.blocks()
    proposals = max(STEPS, STEPS_EACH * len(blocks)) if steps is None else steps
    start = _start(asked, task, blocks)
    seeds = [int(each) for each in np.random.SeedSequence(seed).generate_state(chains)]
    if executor is None:
        bar = tqdm(seeds, disable=not progress, desc="グループ分け")
        found = [annealing.anneal(task, proposals, each, start) for each in bar]
    else:
        jobs = [executor.submit(annealing.anneal, task, proposals, each, start) for each in seeds]
        found = [job.result() for job in tqdm(jobs, disable=not progress, desc="グループ分け")]
    best, _, above = min(found, key=lambda each: (each[2] > 1e-9, each[1]))
    groups = spread_out(best, blocks, asked.rules.people)
    return groups if above <= 1e-9 else _kept(asked, groups)


def spread_out(groups: Whole, blocks: list[list[int]], count: int) -> Whole:
    """Give each member the group of its block."""
    found = np.empty(count, dtype=np.intp)
    for group, block in zip(groups, blocks, strict=True):
        found[block] = group
    return found


def answer(asked: Question, groups: Whole, bound: float, **told: object) -> Groups:
    """Give the result for a grouping; groups are numbered by their first member."""
    order = pd.factorize(groups)[0] + 1
    settings = asked.settings | told
    value = asked.sign * score(asked, groups)
    bound = asked.sign * bound
    gap = abs(bound - value) / max(abs(bound), 1e-12) if abs(bound - value) > 1e-9 else 0.0
    table = pd.DataFrame({"code": asked.roster.codes.astype(str), "group": order})
    if "name" in asked.roster.table.columns or asked.roster.places:
        table["name"] = people.called(asked.roster.table, asked.roster.codes, asked.roster.places)
    table.attrs["settings"] = settings
    columns = pd.DataFrame(settings["columns"], columns=["column", "label", "role", "weight", "kind", "blanks"])
    columns["distance"] = [_within(each.apart, groups) for each in asked.criteria]
    by_group = _by_group(asked, order)
    return Groups(table, value, bound, gap, by_group, columns, asked.roster.table.assign(group=order), settings)


def score(asked: Question, groups: Whole) -> float:
    """Give the cost of a grouping, small wanted."""
    cost, factor = asked.cost, asked.factor
    total = 0.0
    for group in np.unique(groups):
        own = np.flatnonzero(groups == group)
        total += float(factor[len(own)] * cost[np.ix_(own, own)].sum() / 2)
    return total


def quick_bound(asked: Question) -> float:
    """Give a cost that no grouping can be below: everybody meets just those who are best for them."""
    cost, rules = asked.cost.copy(), asked.rules
    np.fill_diagonal(cost, np.inf)
    sums = np.cumsum(np.sort(cost, axis=1)[:, : max(rules.high - 1, 0)], axis=1)
    sizes = range(max(rules.low, 2), rules.high + 1)
    each = [asked.factor[size] / 2 * sums[:, size - 2] for size in sizes if size - 2 < sums.shape[1]]
    if rules.low == 1:
        each.append(np.zeros(rules.people))
    return float(np.min(each, axis=0).sum()) if each else 0.0


def _start(asked: Question, task: annealing.Task, blocks: list[list[int]]) -> Whole | None:
    """Give a grouping to begin with where dealing alone would not keep the sizes."""
    rules = asked.rules
    sets = [set(block) for block in blocks]
    clash = any(len(block) > rules.high or any(len(block & set(link)) > 1 for link in rules.apart) for block in sets)
    if not clash and annealing.fits(task, annealing.dealt(task, 0)):
        return None
    found = None if clash else _any(rules)
    if found is None:
        raise feasible.refuse(rules, _names(asked))
    return found[[block[0] for block in blocks]]


def _kept(asked: Question, groups: Whole) -> Whole:
    """Give a grouping that keeps the rules where the chains found none, and prove that there is none otherwise."""
    if not asked.rules.broken(groups):
        return groups
    found = _any(asked.rules)
    if found is None:
        raise feasible.refuse(asked.rules, _names(asked))
    task, blocks = asked.task(), asked.rules.blocks()
    better = annealing.descend(task, found[[block[0] for block in blocks]])
    return spread_out(better, blocks, asked.rules.people)


def _any(rules: Rules) -> Whole | None:
    try:
        return feasible.grouping(rules)
    except TimeoutError:
        raise DxkitError(
            "条件を守るグループ分けが時間内に見つかりませんでした。together・apart・spread を減らすか、size を広げてください。"
        ) from None


def _names(asked: Question) -> list[str]:
    return people.called(asked.roster.table, asked.roster.codes, asked.roster.places)


def _codes(roster: people.Roster, links: tuple[tuple[int, ...], ...]) -> list[tuple[str, ...]]:
    return [tuple(str(roster.codes[at]) for at in link) for link in links]


def _within(apart: Floats, groups: Whole) -> float:
    """Give the mean over members (those alone left out) of the mean distance to the others of the group."""
    same = groups[:, None] == groups[None, :]
    mates = same.sum(axis=1) - 1
    known = mates > 0
    return float(((apart * same).sum(axis=1)[known] / mates[known]).mean()) if known.any() else float("nan")


def _by_group(asked: Question, groups: Whole) -> pd.DataFrame:
    rows = []
    for group in range(1, int(groups.max()) + 1):
        own = np.flatnonzero(groups == group)
        pairs = max(len(own) * (len(own) - 1), 1)
        inside = {each.column: each.apart[np.ix_(own, own)].sum() / pairs for each in asked.criteria}
        weighed = sum(abs(each.weight) * inside[each.column] for each in asked.criteria)
        rows.append({"group": group, "size": len(own), "distance": weighed, **inside})
    return pd.DataFrame(rows)
