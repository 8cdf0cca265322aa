"""Which liaison takes which areas or fields, so that nobody carries much more than the others?

Exact with OR-tools CP-SAT: first the heaviest load for each full post is as light as it can be,
then, where places are known, what one liaison holds lies as close together as that allows; among
what is still equal the first tasks go to the first liaisons.
"""

from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd

from dxkit import _checks
from dxkit._arrays import BoolArray, FloatArray, IntArray
from dxkit._optimise.cp_sat import make_solver
from dxkit._plain_tables import order_of_labels
from dxkit.errors import ChoiceError, DxkitError, shorten
from dxkit.schema import MethodText, TableResult, accepts_any_table, carry_provenance
from dxkit.support.liaison._prefecture_facts import find_unvisited_areas
from dxkit.support.liaison._road_distance import distances

# loads and posts become whole numbers for the solver: this many parts of 1
PARTS = 100
# work of one search, in OR-tools' units: some 15 s, which only dozens of tasks ever take
DETERMINISTIC_LIMIT = 5.0
# largest weight of a task when ties are broken
MAX_TIE_WEIGHT = 2**30


@dataclass(frozen=True)
class Assignment(TableResult):
    """Who holds what.

    Attributes
    ----------
    table
        One row a task (an area or a field): the task's column, ``load, liaison``.
    loads
        One row a liaison: ``liaison, post`` (1 = full), ``tasks, load, load_per_post``.
    most
        The heaviest load for each full post: the lightest possible where
        ``settings["proven"]``, which is always so unless there are dozens of tasks.
    settings
        What was asked.
    """

    table: pd.DataFrame
    loads: pd.DataFrame
    most: float
    settings: dict[str, Any]

    def __repr__(self) -> str:
        return f"<受け持ち: {len(self.table)}件を{len(self.loads)}人に、最大の負担 {self.most:g}>"

    def _describe_method(self) -> MethodText:
        return MethodText(
            ja=(
                f"{self.settings['by']} ごとの仕事を、常勤1人あたりの最大の負担（{self.most:g}）が最も軽くなり、"
                "次に受け持ちの場所が近くなるように分けた。",
                f"CP-SAT で解いた（{'最適と証明した' if self.settings['proven'] else '証明はない'}）。",
            ),
            en=(
                f"Tasks by {self.settings['by']} were shared out so that the heaviest load of "
                "a full post "
                f"({self.most:g}) is the lightest, then so that what one holds lies close "
                "together.",
                "It was solved by CP-SAT "
                f"({'proven' if self.settings['proven'] else 'not proven'}).",
            ),
            constants={"parts_of_one": PARTS, "deterministic_limit": DETERMINISTIC_LIMIT},
            software=("ortools",),
        )


@accepts_any_table("tasks", "liaisons")
def assign(
    tasks: pd.DataFrame,
    liaisons: pd.DataFrame,
    *,
    by: str = "area",
    load: str | None = None,
    exclude: tuple[str, ...] | None = None,
) -> Assignment:
    """Share areas, or fields, out among liaisons.

    Parameters
    ----------
    tasks
        One row a municipality or a piece of work with the column ``by``; with ``code`` and
        ``office_lat, office_lon`` (or ``lat, lon``) the places count too.
    liaisons
        One row a liaison: ``liaison``; ``post`` (part of a full post, above 0 to 1) and ``only``
        (the tasks that this one can take, separated by blanks; empty: any) where it matters.
    by
        What is shared out whole: ``area``, ``field`` or any other column.
    load
        Column whose sum is a task's load; by default the number of rows.
    exclude
        Values of ``by`` that nobody takes; by default the areas in which nobody is visited (table
        ``prefectures``): Hyogo's package leaves Kobe out.

    Returns
    -------
    Assignment
        The same on every machine: the searches count work, not seconds. Where several answers are
        equally good, the first tasks by name go to the first liaisons by name.

    Raises
    ------
    TableError
        If a column is missing or cannot be used.
    ChoiceError
        If a task can be taken by nobody.
    MissingExtraError
        If OR-tools is not installed.

    Examples
    --------
    >>> import pandas as pd
    >>> tasks = pd.DataFrame({"field": ["標準化", "生成AI", "生成AI", "窓口"]})
    >>> shares = assign(tasks, pd.DataFrame({"liaison": ["甲", "乙"]}), by="field")
    >>> shares.most, shares.table["liaison"].tolist()
    (2.0, ['乙', '甲', '乙'])
    """
    # ``area`` is the name of a release ago
    by = (
        "area_name"
        if isinstance(by, str) and by == "area" and "area" not in tasks and "area_name" in tasks
        else by
    )
    _checks.require_filled(tasks, [by], "tasks")
    _checks.require_unique_rows(liaisons, ["liaison"], "liaisons")
    exclude = _read_excluded(tasks, exclude)
    shared = tasks[~tasks[by].isin(exclude)]
    loads_given = _sum_loads(shared, by, load)
    loads = loads_given.iloc[order_of_labels(loads_given.index)]
    # faults name the rows of the user's tables; what is equally good is decided by names
    by_name = order_of_labels(liaisons["liaison"])
    sorted_liaisons = liaisons.iloc[by_name]
    posts = _read_posts(liaisons)[by_name]
    problem = _Problem(
        loads=np.asarray(loads, dtype=np.float64),
        posts=posts,
        can_take=_read_abilities(loads.index, sorted_liaisons, by),
        distance_km=_measure_distances(shared, by, loads.index),
    )
    owner, is_proven = _share_out(problem)
    names = sorted_liaisons["liaison"].to_numpy()
    table = pd.DataFrame({by: loads.index, "load": loads.to_numpy(), "liaison": names[owner]})
    # both tables are handed back in the order of the user's rows
    table = table.iloc[loads.index.get_indexer(loads_given.index)].reset_index(drop=True)
    carried = np.bincount(owner, loads.to_numpy(), len(names))
    counts = np.bincount(owner, minlength=len(names))
    by_liaison = pd.DataFrame(
        {"liaison": names, "post": posts, "tasks": counts, "load": carried}
    ).assign(load_per_post=carried / posts)
    by_liaison = by_liaison.iloc[np.argsort(by_name)].reset_index(drop=True)
    settings = {"by": by, "load": load, "exclude": exclude, "proven": is_proven}
    table.attrs["settings"] = settings
    return Assignment(
        table=carry_provenance(table, tasks, liaisons),
        loads=carry_provenance(by_liaison, tasks, liaisons),
        most=float((carried / posts).max()),
        settings=settings,
    )


@dataclass(frozen=True)
class _Problem:
    """Loads of tasks, posts of liaisons, who can take what (tasks × liaisons), km between tasks."""

    loads: FloatArray
    posts: FloatArray
    can_take: BoolArray
    distance_km: FloatArray


def _read_posts(liaisons: pd.DataFrame) -> FloatArray:
    """Read the share of a full post that each liaison has; without the column, all are full."""
    has_posts = "post" in liaisons.columns
    with_posts = liaisons if has_posts else liaisons.assign(post=1.0)
    return _checks.read_numbers(with_posts, "post", "liaisons", low=0.01, high=1)


def _read_excluded(tasks: pd.DataFrame, exclude: tuple[str, ...] | None) -> tuple[str, ...]:
    """Read what nobody takes: the areas that are not visited, where nothing else is asked."""
    if exclude is None:
        return find_unvisited_areas(tasks.get("code", ()))
    return tuple(_checks.read_list(exclude, "exclude"))


def _sum_loads(tasks: pd.DataFrame, by: str, load: str | None) -> "pd.Series[float]":
    """Sum the load of each task, in the table's order."""
    values = np.ones(len(tasks)) if load is None else _checks.read_numbers(tasks, load, "tasks")
    sums: pd.Series[float] = (
        pd.Series(values, index=tasks[by].to_numpy()).groupby(level=0, sort=False).sum()
    )
    return sums


def _read_abilities(tasks: pd.Index, liaisons: pd.DataFrame, by: str) -> BoolArray:
    """Read who can take what: tasks × liaisons."""
    blank = pd.Series(None, index=liaisons.index, dtype=object)
    only = liaisons["only"] if "only" in liaisons.columns else blank
    # an empty set stands for any task
    abilities = [set() if pd.isna(text) else set(str(text).split()) for text in only]
    takes = [[not names or str(task) in names for names in abilities] for task in tasks]
    can_take = np.array(takes, dtype=bool).reshape(len(tasks), len(abilities))
    without_taker = np.flatnonzero(~can_take.any(axis=1))
    if without_taker.size:
        task = shorten(tasks[int(without_taker[0])])
        raise ChoiceError(
            f"{by}「{task}」を受け持てる人がいません。liaisons の only を見直してください。"
        )
    return can_take


def _measure_distances(tasks: pd.DataFrame, by: str, order: pd.Index) -> FloatArray:
    """Measure the road km between the middles of the tasks; zeros where places are not known."""
    has_office = "office_lat" in tasks.columns
    lat = "office_lat" if has_office else "lat"
    lon = "office_lon" if has_office else "lon"
    if lat not in tasks.columns or "code" not in tasks.columns:
        return np.zeros((len(order), len(order)))
    _checks.require_columns(tasks, [lat, lon], "tasks")
    by_task = tasks.groupby(by, sort=False)
    middle = by_task[[lat, lon]].mean().loc[order]
    # a task that holds a municipality of Awaji lies on Awaji
    codes = by_task["code"].first().loc[order]
    places = pd.DataFrame(
        {"code": codes.to_numpy(), "lat": middle[lat].to_numpy(), "lon": middle[lon].to_numpy()}
    )
    return distances(places).to_numpy()


def _share_out(problem: _Problem) -> tuple[IntArray, bool]:
    """Find the liaison of each task, and whether the heaviest load is proven the lightest."""
    cp_model = _checks.import_extra("ortools.sat.python.cp_model", "ortools")
    search = _ShareSearch(cp_model, problem)
    is_proven = search.minimise(search.heaviest)
    search.model.add(search.heaviest <= search.value)
    # no places, no kilometres
    if problem.distance_km.any():
        kilometres = search.sum_kilometres()
        search.minimise(kilometres)
        search.model.add(kilometres <= search.value)
    search.break_ties()
    return search.owner, is_proven


class _ShareSearch:
    """The model of sharing out, minimised for one goal after the other."""

    def __init__(self, cp_model: ModuleType, problem: _Problem) -> None:
        self.cp_model = cp_model
        self.problem = problem
        self.model: Any = cp_model.CpModel()
        self.owner: IntArray = np.zeros(len(problem.loads), dtype=np.intp)
        self.value = 0
        task_count, liaison_count = problem.can_take.shape
        self.takes = [
            [self.model.new_bool_var("") for _ in range(liaison_count)] for _ in range(task_count)
        ]
        self.heaviest = self._add_loads()

    def _add_loads(self) -> Any:
        """Add who can take what, and the heaviest load for each full post."""
        problem = self.problem
        parts = PARTS * PARTS
        ceiling = int(np.ceil(problem.loads.sum() * parts / problem.posts.min())) + PARTS
        heaviest = self.model.new_int_var(0, ceiling, "")
        for task, takes in enumerate(self.takes):
            self.model.add_exactly_one(takes)
            for liaison in np.flatnonzero(~problem.can_take[task]).tolist():
                self.model.add(takes[liaison] == 0)
        # half a post counts each task twice
        for liaison, post in enumerate(problem.posts):
            load = sum(
                round(task_load * parts / post) * takes[liaison]
                for task_load, takes in zip(problem.loads, self.takes, strict=True)
            )
            self.model.add(load <= heaviest)
        return heaviest

    def sum_kilometres(self) -> Any:
        """Sum the kilometres between all pairs of tasks that one liaison holds."""
        total: Any = 0
        for i, takes_i in enumerate(self.takes):
            for j, takes_j in enumerate(self.takes[:i]):
                km = round(float(self.problem.distance_km[i, j]))
                for first, second in zip(takes_i, takes_j, strict=True):
                    both = self.model.new_bool_var("")
                    self.model.add_bool_or([first.negated(), second.negated(), both])
                    total += km * both
        return total

    def minimise(self, goal: Any) -> bool:
        """Minimise a goal; return whether its value is proven the least."""
        self.model.minimize(goal)
        solver = make_solver(self.cp_model, deterministic_limit=DETERMINISTIC_LIMIT)
        status = solver.solve(self.model)
        if status not in (self.cp_model.OPTIMAL, self.cp_model.FEASIBLE):
            raise DxkitError(
                "分担が探索の上限までに見つかりませんでした。"
                "受け持つものをまとめて数を減らしてください。"
            )
        self.owner = np.asarray(
            [
                next(liaison for liaison, take in enumerate(takes) if solver.boolean_value(take))
                for takes in self.takes
            ],
            dtype=np.intp,
        )
        self.value = round(solver.objective_value)
        # the next search begins with this answer
        # what was hinted before belongs to the goal before
        self.model.clear_hints()
        for task, takes in enumerate(self.takes):
            for liaison, take in enumerate(takes):
                self.model.add_hint(take, liaison == self.owner[task])
        return bool(status == self.cp_model.OPTIMAL)

    def break_ties(self) -> None:
        """Let the first tasks go to the first liaisons, as far as that is equally good.

        The tasks' liaisons are read as the digits of a number, which is minimised: a few digits at
        a time, so that the weights stay small.
        """
        base = max(self.problem.can_take.shape[1], 2)
        digits = max(int(np.log(MAX_TIE_WEIGHT) / np.log(base)), 1)
        for start in range(0, len(self.takes), digits):
            rows = self.takes[start : start + digits]
            number = sum(
                liaison * base ** (len(rows) - 1 - position) * take
                for position, takes in enumerate(rows)
                for liaison, take in enumerate(takes)
            )
            self.minimise(number)
            for task in range(start, start + len(rows)):
                self.model.add(self.takes[task][int(self.owner[task])] == 1)
