"""Which liaison takes which areas or fields, so that nobody carries much more than the others?

Exact with OR-tools CP-SAT: first the heaviest load for each full post is as light as it can be, then, where places are known,
what one liaison holds lies as close together as that allows.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dxkit import _checks
from dxkit.errors import ChoiceError, shorten
from dxkit.support.liaison._road_distance import distances

Floats = NDArray[np.float64]
# loads and posts become whole numbers for the solver
FINE = 100


@dataclass(frozen=True)
class Assignment:
    """Who holds what.

    Attributes
    ----------
    table
        One row a task (an area or a field): the task's column, ``load, liaison``.
    loads
        One row a liaison: ``liaison, post`` (1 = full), ``tasks, load, load_per_post``.
    most
        The heaviest load for each full post: proven to be the lightest possible.
    settings
        What was asked.
    """

    table: pd.DataFrame
    loads: pd.DataFrame
    most: float
    settings: dict[str, Any]


def assign(
    tasks: pd.DataFrame,
    liaisons: pd.DataFrame,
    *,
    by: str = "area",
    load: str | None = None,
    exclude: tuple[str, ...] = ("神戸",),
) -> Assignment:
    """Share areas, or fields, out among liaisons.

    Parameters
    ----------
    tasks
        One row a municipality or a piece of work with the column ``by``; with ``code`` and ``office_lat, office_lon`` (or ``lat,
        lon``) the places count too.
    liaisons
        One row a liaison: ``liaison``; ``post`` (part of a full post, above 0 to 1) and ``only`` (the tasks that this one can
        take, separated by blanks; empty: any) where it matters.
    by
        What is shared out whole: ``area``, ``field`` or any other column.
    load
        Column whose sum is a task's load; by default the number of rows.
    exclude
        Values of ``by`` that nobody takes: the package leaves Kobe out.

    Returns
    -------
    Assignment

    Raises
    ------
    TableError
        If a column is missing or cannot be used.
    ChoiceError
        If a task can be taken by nobody.
    MissingExtraError
        If OR-tools is not installed.
    """
    _checks.require_columns(tasks, [by], "tasks")
    _checks.require_unique_rows(liaisons, ["liaison"], "liaisons")
    kept = tasks[~tasks[by].isin(exclude)]
    loads = _loads(kept, by, load)
    posts = _checks.read_numbers(
        liaisons.assign(post=1.0) if "post" not in liaisons.columns else liaisons,
        "post",
        "liaisons",
        low=0.01,
        high=1,
    )
    can = _can(loads.index, liaisons, by)
    owner, most = _solve(
        np.asarray(loads, dtype=np.float64), posts, can, _apart(kept, by, loads.index)
    )
    names = liaisons["liaison"].to_numpy()
    table = pd.DataFrame({by: loads.index, "load": loads.to_numpy(), "liaison": names[owner]})
    held = np.bincount(owner, loads.to_numpy(), len(names))
    told = pd.DataFrame(
        {
            "liaison": names,
            "post": posts,
            "tasks": np.bincount(owner, minlength=len(names)),
            "load": held,
        }
    )
    settings = {"by": by, "load": load, "exclude": exclude}
    table.attrs["settings"] = settings
    return Assignment(table, told.assign(load_per_post=held / posts), most, settings)


def _loads(tasks: pd.DataFrame, by: str, load: str | None) -> "pd.Series[float]":
    values = np.ones(len(tasks)) if load is None else _checks.read_numbers(tasks, load, "tasks")
    sums: pd.Series[float] = (
        pd.Series(values, index=tasks[by].to_numpy()).groupby(level=0, sort=False).sum()
    )
    return sums


def _can(tasks: pd.Index, liaisons: pd.DataFrame, by: str) -> NDArray[np.bool_]:
    """Tell who can take what: tasks × liaisons."""
    only = (
        liaisons["only"]
        if "only" in liaisons.columns
        else pd.Series(None, index=liaisons.index, dtype=object)
    )
    able = [set() if pd.isna(each) else set(str(each).split()) for each in only]
    found = np.array([[not names or str(task) in names for names in able] for task in tasks])
    alone = np.flatnonzero(~found.any(axis=1))
    if alone.size:
        raise ChoiceError(
            f"{by}「{shorten(tasks[int(alone[0])])}」を受け持てる人がいません。liaisons の only を見直してください。"
        )
    return found


def _apart(tasks: pd.DataFrame, by: str, order: pd.Index) -> Floats:
    """Give the road kilometres between the middles of the tasks; zeros where places are not known."""
    lat, lon = ("office_lat", "office_lon") if "office_lat" in tasks.columns else ("lat", "lon")
    if lat not in tasks.columns or "code" not in tasks.columns:
        return np.zeros((len(order), len(order)))
    middle = tasks.groupby(by, sort=False)[[lat, lon]].mean().loc[order]
    # a task that holds a municipality of Awaji lies on Awaji
    first = tasks.groupby(by, sort=False)["code"].first().loc[order]
    return distances(
        pd.DataFrame(
            {"code": first.to_numpy(), "lat": middle[lat].to_numpy(), "lon": middle[lon].to_numpy()}
        )
    ).to_numpy()


def _solve(
    loads: Floats, posts: Floats, can: NDArray[np.bool_], apart: Floats
) -> tuple[NDArray[np.intp], float]:
    cp_model = _checks.import_extra("ortools.sat.python.cp_model", "ortools")
    model = cp_model.CpModel()
    many, people = can.shape
    take = [[model.new_bool_var("") for _ in range(people)] for _ in range(many)]
    top = model.new_int_var(0, int(np.ceil(loads.sum() * FINE * FINE / posts.min())) + FINE, "")
    for task in range(many):
        model.add_exactly_one(take[task])
        for person in np.flatnonzero(~can[task]).tolist():
            model.add(take[task][person] == 0)
    for person in range(people):
        held = sum(
            round(loads[task] * FINE * FINE / posts[person]) * take[task][person]
            for task in range(many)
        )
        model.add(held <= top)
    model.minimize(top)
    solver = cp_model.CpSolver()
    solver.parameters.random_seed = 0
    solver.solve(model)
    model.add(top <= int(solver.value(top)))
    model.minimize(_spread(model, take, apart))
    solver.solve(model)
    owner = [
        next(person for person in range(people) if solver.boolean_value(take[task][person]))
        for task in range(many)
    ]
    held = np.bincount(owner, loads, people) / posts
    return np.asarray(owner, dtype=np.intp), float(held.max())


def _spread(model: Any, take: list[list[Any]], apart: Floats) -> Any:
    """Give the kilometres between all pairs of tasks that one liaison holds."""
    total: Any = 0
    for one in range(len(take)):
        for two in range(one):
            for first, second in zip(take[one], take[two], strict=True):
                both = model.new_bool_var("")
                model.add_bool_or([first.negated(), second.negated(), both])
                total += round(float(apart[one, two])) * both
    return total
