"""What is the best that each number of bases can do, and from which number on do more bring little?"""

from collections.abc import Hashable, Iterable, Sequence
from concurrent.futures import Executor

import numpy as np
import pandas as pd
import scipy.sparse as sp
from numpy.typing import NDArray
from tqdm.auto import tqdm

from dxkit import _checks
from dxkit._optimise.highs import NO_LIMIT as ENDLESS
from dxkit._optimise.mclp import Choice
from dxkit.drones._reach import NoFly, Range
from dxkit.drones._siting import Distances, Question, ask, covered_most

Floats = NDArray[np.float64]
Places = NDArray[np.intp]


def budget_curve(
    demand: pd.DataFrame,
    candidates: pd.DataFrame,
    *,
    counts: int | Sequence[int] = 20,
    range_km: Range,
    weight: str = "people",
    fixed: Iterable[Hashable] = (),
    no_fly: NoFly = None,
    distance_km: Distances = None,
    seconds: float = ENDLESS,
    executor: Executor | None = None,
    progress: bool = False,
) -> pd.DataFrame:
    """Give the best that each number of bases can do.

    Parameters
    ----------
    counts
        Numbers of bases; one number n stands for 1 … n. With ``fixed``, numbers below that of the fixed ones are left out.
    seconds
        For each number, as for `best_bases`.
    executor
        Spreads the numbers over a machine's cores or a cluster; the answer is the same.
    progress
        Show a bar.
    demand, candidates, range_km, weight, fixed, no_fly, distance_km
        As for `best_bases`.

    Returns
    -------
    pandas.DataFrame
        One row a number: ``count, covered`` (weight), ``share, added`` (to the row before), ``bound, gap`` (0: proven),
        ``elbow`` (the one row from which on more bases bring clearly less), ``worst_code, worst_share`` (the municipality
        with the smallest covered share; where the demand has ``code``) and ``bases`` (a tuple of names).

    Raises
    ------
    TableError, ChoiceError
        As `best_bases`.
    """
    asked = ask(
        demand,
        candidates,
        range_km=range_km,
        weight=weight,
        fixed=fixed,
        no_fly=no_fly,
        distance_km=distance_km,
    )
    wanted = [
        each for each in _checks.read_counts(counts, len(asked.names)) if each >= len(asked.kept)
    ]
    matrix = asked.pairs.matrix()
    jobs = [(matrix, asked.weights, each, asked.kept, seconds) for each in wanted]
    found = executor.map(_job, jobs) if executor else map(_job, jobs)
    choices = list(tqdm(found, total=len(jobs), desc="拠点数", disable=not progress))
    table = pd.DataFrame(
        [_point(asked, count, choice) for count, choice in zip(wanted, choices, strict=True)]
    )
    table.insert(3, "added", table["covered"].diff().fillna(table["covered"]))
    table.insert(
        6,
        "elbow",
        table.index == elbow(table["count"].to_numpy(float), table["covered"].to_numpy(float)),
    )
    table.attrs = {"settings": asked.settings}
    return table


def elbow(counts: Floats, values: Floats) -> int:
    """Give the row that lies highest above the line from the first to the last point of a curve."""
    if len(counts) < 3 or values[-1] == values[0]:
        return 0
    along = (counts - counts[0]) / (counts[-1] - counts[0])
    return int(np.argmax((values - values[0]) / (values[-1] - values[0]) - along))


def _point(asked: Question, count: int, choice: Choice) -> dict[str, object]:
    """Give one row of the curve."""
    found = asked.answer(choice.chosen, choice.value, choice.bound)
    point: dict[str, object] = {
        "count": count,
        "covered": found.value,
        "share": found.share,
        "bound": found.bound,
        "gap": found.gap,
    }
    if found.by_code["share"].notna().any():
        worst = int(np.nanargmin(found.by_code["share"].to_numpy(float)))
        point |= {
            "worst_code": found.by_code["code"].iloc[worst],
            "worst_share": found.by_code["share"].iloc[worst],
        }
    return point | {"bases": tuple(asked.names[choice.chosen])}


def _job(job: tuple[sp.csr_array, Floats, int, Places, float]) -> Choice:
    return covered_most(*job)
