"""Who knows where an evacuee is, hour by hour, under each sharing policy?"""

import os
from collections.abc import Sequence
from concurrent.futures import Executor, ThreadPoolExecutor, as_completed
from dataclasses import dataclass

import numpy as np
import pandas as pd
from tqdm.auto import tqdm

from dxkit.errors import ChoiceError, shorten
from dxkit.sharing import _cohort_engine, _person_engine
from dxkit.sharing._model import MARKS, Floats, Model, Rules, build, draw_outages, rules_of
from dxkit.sharing._outcome import Outcome
from dxkit.sharing._scenario import Scenario
from dxkit.sharing._trace import Trace, merge

ENGINES = ("cohort", "person")
MOST_PERSONS = 3_000_000
# cells × draws that fit a processor's cache: faster than one draw at a time, and than many
PORTION_CELLS = 40_000
MOST_PORTION = 64


def simulate(
    scenario: Scenario,
    *,
    policies: Sequence[str] | pd.DataFrame | None = None,
    engine: str = "cohort",
    draws: int | None = None,
    seed: int | None = None,
    executor: Executor | None = None,
    progress: bool = False,
) -> Outcome:
    """Play a scenario under each policy over draws of network outages.

    Parameters
    ----------
    scenario
        From `read_scenario`.
    policies
        Names among the scenario's policies, or a table like ``scenario.policies``; by default all of the scenario's.
    engine
        ``"cohort"`` (means; the cost does not grow with the people) or ``"person"`` (each person drawn; small numbers and
        checks).
    draws
        How many draws of outages; by default the scenario's. All policies meet the same outages.
    seed
        Of the draws; by default the scenario's.
    executor
        Workers (any `concurrent.futures.Executor`; a Dask client's too); by default this computer's cores as threads.
    progress
        Show a bar.

    Returns
    -------
    Outcome

    Raises
    ------
    ChoiceError
        If engine or policy is unknown, or there are too many people for the person-level engine.

    Notes
    -----
    Results illustrate; they do not forecast. A person's consent is asked anew at each registration.
    """
    chosen = _chosen(scenario, policies)
    count = int(scenario.settings["draws"] if draws is None else draws)
    start = int(scenario.settings["seed"] if seed is None else seed)
    model = build(scenario)
    _check(model, engine, count)
    restored = draw_outages(model, count, start)
    marks = tuple(sorted({mark for mark in MARKS if mark <= model.hours} | {model.hours}))
    rules = [rules_of(model, row) for _, row in chosen.iterrows()]
    traces = _run_all(_Work(model, marks, engine, start, progress), rules, restored, executor)
    settings = {
        "engine": engine,
        "draws": count,
        "seed": start,
        "scenario": scenario.name,
        "note": scenario.note,
    }
    return Outcome(model, rules, traces, marks, settings)


def _chosen(scenario: Scenario, policies: Sequence[str] | pd.DataFrame | None) -> pd.DataFrame:
    if policies is None:
        return scenario.policies
    if isinstance(policies, pd.DataFrame):
        return policies
    names = [policies] if isinstance(policies, str) else list(policies)
    known = scenario.policies.set_index("policy", drop=False)
    if unknown := [name for name in names if name not in known.index]:
        offered = "・".join(known.index)
        raise ChoiceError(
            f"施策「{shorten(unknown[0])}」はこのシナリオにありません。{offered} から選んでください。"
        )
    return known.loc[names]


def _check(model: Model, engine: str, draws: int) -> None:
    if engine not in ENGINES:
        raise ChoiceError(
            f"engine の「{shorten(engine)}」はありません。{'・'.join(ENGINES)} から選んでください。"
        )
    if draws < 1:
        raise ChoiceError(f"draws={draws} は使えません。1以上にしてください。")
    people = float(model.people.sum())
    if engine == "person" and people > MOST_PERSONS:
        raise ChoiceError(
            f'engine="person" は {MOST_PERSONS:,} 人までです（{people:,.0f} 人）。cohort を使ってください。'
        )


@dataclass(frozen=True)
class _Work:
    """What every job needs, and how jobs are run."""

    model: Model
    marks: tuple[int, ...]
    engine: str
    seed: int
    progress: bool

    def play(self, rules: Rules, restored: Floats, at: int) -> Trace:
        """Play one policy in one portion of the draws."""
        if self.engine == "person":
            return _person_engine.run(
                self.model, rules, restored, self.marks, _portion_seed(self.seed, at)
            )
        return _cohort_engine.run(self.model, rules, restored, self.marks)


def _run_all(
    work: _Work, rules: Sequence[Rules], restored: Floats, executor: Executor | None
) -> list[Trace]:
    """Share policies × portions of draws among workers; the split never changes a result."""
    size = (
        1
        if work.engine == "person"
        else max(1, min(MOST_PORTION, PORTION_CELLS // work.model.first.size))
    )
    portions = [restored[at : at + size] for at in range(0, len(restored), size)]
    jobs = [(rule, portion, at) for rule in rules for at, portion in enumerate(portions)]
    if executor is not None:
        found = _gather(executor, work, jobs)
    else:
        with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
            found = _gather(pool, work, jobs)
    return [merge(found[at : at + len(portions)]) for at in range(0, len(found), len(portions))]


def _gather(pool: Executor, work: _Work, jobs: Sequence[tuple[Rules, Floats, int]]) -> list[Trace]:
    waiting = [pool.submit(work.play, *job) for job in jobs]
    for _ in tqdm(
        as_completed(waiting),
        total=len(waiting),
        disable=not work.progress,
        desc="シミュレーション",
    ):
        pass
    return [job.result() for job in waiting]


def _portion_seed(seed: int, at: int) -> int:
    return int(np.random.SeedSequence([seed, at]).generate_state(1)[0])
