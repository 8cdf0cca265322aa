"""What does it cost in likeness that everybody keeps meeting new people?

Plans in which every meeting is formed by itself, with pairs that have met dearer and dearer, stand
beside the plan of `rotate`.
"""

from collections.abc import Hashable, Iterable, Sequence

import numpy as np
import pandas as pd
from tqdm.auto import tqdm

from dxkit._arrays import IntArray
from dxkit._checks import read_list, require_flag, require_number
from dxkit._keywords import accepts_old_keywords
from dxkit._optimise import schedules
from dxkit.groups._problem import Problem
from dxkit.groups._rotate import PerRound, measure_quality, pose_problems, rotate
from dxkit.groups._search import search_grouping
from dxkit.schema import carry_provenance

# what a pair that has met costs at its next meeting, in units of chance
PENALTIES = (0.0, 0.2, 0.5, 1.0, 2.0, 5.0)
# proposals of the search for each meeting: one chain, without polishing
STEPS = 25_000


@accepts_old_keywords(progress="show_progress")
def tradeoff(
    members: pd.DataFrame | Iterable[Hashable],
    *,
    rounds: int,
    size: int | Sequence[int] = (5, 7),
    alike: PerRound = (),
    different: PerRound = (),
    count: int | None = None,
    scale: str = "spread",
    missing: str = "average",
    places: bool | None = None,
    penalties: Sequence[float] = PENALTIES,
    seed: int = 0,
    show_progress: bool = False,
) -> pd.DataFrame:
    """Show what it costs in likeness that pairs meet again seldom.

    Parameters
    ----------
    members, rounds, size, alike, different, count, scale, missing, places, seed
        As for `rotate`.
    penalties
        What it costs that a pair meets that has met before, in units of chance (1 = the distance
        of two members picked at random): 0 forms every meeting as if it were the first.
    show_progress
        Show a progress bar.

    Returns
    -------
    pandas.DataFrame
        One row a plan: ``plan, penalty`` (blank for `rotate`'s), ``repeats, bound, quality``.

    Raises
    ------
    TableError, ChoiceError
        As for `rotate`.

    Examples
    --------
    >>> import pandas as pd
    >>> towns = pd.DataFrame({"code": list("abcdefghi"), "people": range(9)})
    >>> curve = tradeoff(towns, rounds=3, size=3, alike="people", penalties=[0.0])
    >>> curve[["plan", "repeats", "quality"]].round(2).values.tolist()
    [['1回ずつ組む', 18, 0.4], ['再会を避けて組む', 0, 0.93]]
    """
    require_flag(show_progress, "show_progress")
    common = {"scale": scale, "missing": missing, "places": places}
    problems = pose_problems(
        members, rounds, size=size, alike=alike, different=different, common=common, count=count
    )
    rows: list[tuple[str, float, int, float]] = []
    prices = [require_number(price, "penalties") for price in read_list(penalties, "penalties")]
    bar = tqdm(prices, disable=not show_progress, desc="組み合わせの比較")
    for penalty in bar:
        schedule = _form_one_by_one(problems, penalty, seed)
        quality = measure_quality(problems, schedule)
        rows.append(("1回ずつ組む", penalty, schedules.count_repeats(schedule), quality))
    # the plan without repeats stands at the end of the curve
    plan = rotate(
        members,
        rounds=rounds,
        size=size,
        alike=alike,
        different=different,
        count=count,
        scale=scale,
        missing=missing,
        places=places,
        seed=seed,
    )
    rows.append(("再会を避けて組む", np.nan, plan.repeats, plan.quality))
    table = pd.DataFrame(rows, columns=["plan", "penalty", "repeats", "quality"])
    table.insert(3, "bound", plan.bound)
    table.attrs["settings"] = plan.settings | {"penalties": tuple(prices)}
    return carry_provenance(table, plan.table)


def _form_one_by_one(problems: list[Problem], penalty: float, seed: int) -> IntArray:
    """Form meeting after meeting, with pairs that have met dearer."""
    meetings = np.zeros((problems[0].rules.member_count,) * 2)
    schedule = []
    for number, problem in enumerate(problems):
        # short searches: the curve needs many plans, and its shape matters more than its last digit
        labels = search_grouping(
            problem, seed=seed + number, chains=1, steps=STEPS, extra_cost=penalty * meetings
        )
        meetings += labels[:, None] == labels[None, :]
        schedule.append(labels)
    return np.asarray(schedule)
