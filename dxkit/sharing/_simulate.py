"""Who knows where an evacuee is, hour by hour, under each sharing policy?

`simulate` runs every policy over the same draws of network outages, on all cores.
"""

import os
from collections.abc import Sequence
from concurrent.futures import Executor, ThreadPoolExecutor, as_completed
from dataclasses import dataclass

import numpy as np
import pandas as pd
from tqdm.auto import tqdm

from dxkit._arrays import FloatArray
from dxkit._checks import (
    read_numbers,
    require_choice,
    require_executor,
    require_filled,
    require_flag,
    require_result,
    require_seed,
    require_whole_number,
)
from dxkit._keywords import accepts_old_keywords
from dxkit.errors import ChoiceError, shorten
from dxkit.schema import hash_table
from dxkit.sharing._cohort_engine import run_policies_together
from dxkit.sharing._model import Model, build_model
from dxkit.sharing._outages import draw_outages
from dxkit.sharing._outcome import Outcome
from dxkit.sharing._person_engine import run_person_engine
from dxkit.sharing._policy_rules import Rules, build_rules
from dxkit.sharing._scenario import Scenario
from dxkit.sharing._scenario_fields import POLICY_FIELDS
from dxkit.sharing._trace import Trace, merge_traces

ENGINES = ("cohort", "person")
# what the rules are made from; where a policy was found is only written down
RULE_COLUMNS = [field.name for field in POLICY_FIELDS if field.name != "source"]
# hours whose end is kept in detail, as far as a scenario reaches them; its last one is added
MARKS_H = (24, 72, 168)
MAX_PERSONS = 3_000_000
# cells × draws that fit a processor's cache: faster than one draw at a time, and than many
BATCH_CELLS = 80_000
MAX_BATCH_DRAWS = 64


@accepts_old_keywords(progress="show_progress")
def simulate(
    scenario: Scenario,
    *,
    policies: Sequence[str] | pd.DataFrame | None = None,
    engine: str = "cohort",
    draws: int | None = None,
    seed: int | None = None,
    executor: Executor | None = None,
    show_progress: bool = False,
) -> Outcome:
    """Simulate a scenario under each policy over draws of network outages.

    Parameters
    ----------
    scenario
        From `read_scenario`.
    policies
        Names among the scenario's policies, or a table like ``scenario.policies``; by default all
        of the scenario's.
    engine
        ``"cohort"`` (means; the cost does not grow with the people) or ``"person"`` (each person
        drawn; small numbers and checks).
    draws
        How many draws of outages; by default the scenario's. All policies meet the same outages.
    seed
        Of the draws; by default the scenario's.
    executor
        Workers (any `concurrent.futures.Executor`; a Dask client's too); by default this
        computer's cores as threads. How the work is split changes no result.
    show_progress
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
    The means of the cohort engine are those of large numbers: where a municipality can make fewer
    than some ten registrations an hour they are too high, and the person engine is right.

    Examples
    --------
    >>> from dxkit import sharing
    >>> scenario = sharing.read_scenario("noto_2024").change(hours=48)
    >>> outcome = simulate(scenario, policies=["共有なし", "県ハブ"], draws=2)
    >>> known = outcome.timeline.query("hour == 48 and measure == 'known_home'")
    >>> known.set_index("policy")["mean"].round(2).to_dict()
    {'共有なし': 0.18, '県ハブ': 0.29}
    """
    require_flag(show_progress, "show_progress")
    require_executor(executor, "submit")
    require_result(scenario, Scenario, "scenario", "sharing.read_scenario")
    require_seed(seed)
    table = _select_policies(scenario, policies)
    draw_count = int(scenario.settings["draws"])
    if draws is not None:
        draw_count = require_whole_number(draws, "draws", high=10**9)
    first_seed = int(scenario.settings["seed"] if seed is None else seed)
    model = build_model(scenario)
    _check_size(model, engine, draw_count)
    # drawn once: all policies meet the same outages
    restored = draw_outages(model, draw_count, first_seed)
    marks = {mark for mark in MARKS_H if mark <= model.hour_count} | {model.hour_count}
    rules = [build_rules(model, row) for _, row in table.iterrows()]
    work = _Work(model, tuple(sorted(marks)), engine, first_seed, show_progress)
    settings = {
        "engine": engine,
        "draws": draw_count,
        "seed": first_seed,
        "scenario": scenario.name,
        "scenario_sha256": hash_table(scenario.figures),
        "note": scenario.note,
    }
    return Outcome(model, rules, _run_all(work, rules, restored, executor), work.marks, settings)


def _select_policies(
    scenario: Scenario, policies: Sequence[str] | pd.DataFrame | None
) -> pd.DataFrame:
    if policies is None:
        return scenario.policies
    if isinstance(policies, pd.DataFrame):
        # a blank would be taken for a rule that nobody wrote
        require_filled(policies, RULE_COLUMNS, "policies")
        for column in scenario.policies.select_dtypes("number"):
            read_numbers(policies, str(column), "policies", low=-1e6, high=1e6)
        return policies
    # a single name is no list of letters
    names = [policies] if isinstance(policies, str) else list(policies)
    by_name = scenario.policies.set_index("policy", drop=False)
    if unknown := [name for name in names if name not in by_name.index]:
        raise ChoiceError(
            f"施策「{shorten(unknown[0])}」はこのシナリオにありません。"
            f"{'・'.join(by_name.index)} から選んでください。"
        )
    return by_name.loc[names]


def _check_size(model: Model, engine: str, draws: int) -> None:
    require_choice(engine, ENGINES, "engine")
    if draws < 1:
        raise ChoiceError(f"draws={draws} は使えません。1以上にしてください。")
    people = float(model.people.sum())
    if engine == "person" and people > MAX_PERSONS:
        raise ChoiceError(
            f'engine="person" は {MAX_PERSONS:,} 人までです（{people:,.0f} 人）。'
            "cohort を使ってください。"
        )


@dataclass(frozen=True)
class _Work:
    """What every job needs, and how jobs are run."""

    model: Model
    marks: tuple[int, ...]
    engine: str
    seed: int
    show_progress: bool

    def run_batch(self, rules: Sequence[Rules], restored: FloatArray, batch: int) -> list[Trace]:
        """Run policies that register alike in one batch of the draws."""
        if self.engine == "person":
            seed = _derive_seed(self.seed, batch)
            return [run_person_engine(self.model, row, restored, self.marks, seed) for row in rules]
        return run_policies_together(self.model, rules, restored, self.marks)


def _run_all(
    work: _Work, rules: Sequence[Rules], restored: FloatArray, executor: Executor | None
) -> list[Trace]:
    """Share policies × batches of draws among workers."""
    # the size of a batch depends on the scenario alone: the split is the same on every machine
    size = 1
    if work.engine == "cohort":
        size = max(1, min(MAX_BATCH_DRAWS, BATCH_CELLS // work.model.first_shares.size))
    batches = [restored[start : start + size] for start in range(0, len(restored), size)]
    groups = _group_rules(rules, work.engine)
    jobs = [
        ([rules[number] for number in group], batch, i)
        for group in groups
        for i, batch in enumerate(batches)
    ]
    if executor is not None:
        traces = _gather_traces(executor, work, jobs)
    else:
        # threads suffice: NumPy gives the lock back while it computes
        with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
            traces = _gather_traces(pool, work, jobs)
    merged: dict[int, Trace] = {}
    for start, group in zip(range(0, len(traces), len(batches)), groups, strict=True):
        # the batches of one group stand next to each other, one list of its policies each
        by_policy = zip(*traces[start : start + len(batches)], strict=True)
        merged |= dict(zip(group, map(merge_traces, by_policy), strict=True))
    return [merged[number] for number in range(len(rules))]


def _group_rules(rules: Sequence[Rules], engine: str) -> list[list[int]]:
    """Group the positions of policies whose registrations are the same; persons differ in all."""
    groups: dict[float, list[int]] = {}
    for number, row in enumerate(rules):
        groups.setdefault(row.self_register_rate if engine == "cohort" else number, []).append(
            number
        )
    return list(groups.values())


def _gather_traces(
    pool: Executor, work: _Work, jobs: Sequence[tuple[Sequence[Rules], FloatArray, int]]
) -> list[list[Trace]]:
    """Run the jobs and return their results in the order of the jobs, whichever ends first."""
    futures = [pool.submit(work.run_batch, *job) for job in jobs]
    bar = tqdm(
        as_completed(futures),
        total=len(futures),
        disable=not work.show_progress,
        desc="シミュレーション",
    )
    for _ in bar:
        pass
    return [future.result() for future in futures]


def _derive_seed(seed: int, batch: int) -> int:
    """Derive a batch's own seed, independent of which worker runs it."""
    return int(np.random.SeedSequence([seed, batch]).generate_state(1)[0])
