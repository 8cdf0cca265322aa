"""What is the outcome of a simulation: curves, municipalities, flows, working hours, disclosures?

`Outcome` makes its tables from the traces when they are asked for.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from dxkit.schema import MethodText, TableResult
from dxkit.sharing._disclosures import list_disclosures
from dxkit.sharing._measures import TRACE_NAMES, summarise_draws, summarise_figure
from dxkit.sharing._model import Model
from dxkit.sharing._policy_rules import Rules
from dxkit.sharing._scenario_fields import PLACES
from dxkit.sharing._trace import Trace

# people; a smaller share of one cell is no flow
SMALLEST_FLOW = 0.5


@dataclass(frozen=True)
class Outcome(TableResult):
    """What a simulation gave, policy by policy over draws of outages.

    It illustrates and does not forecast: every table is marked as made.

    Attributes
    ----------
    model, rules, traces, marks, settings
        What was run, and how; one element a policy in ``rules`` and ``traces``, hours in ``marks``.
    """

    model: Model
    rules: list[Rules]
    traces: list[Trace]
    marks: tuple[int, ...]
    settings: dict[str, Any]

    def _describe_method(self) -> MethodText:
        return MethodText(
            ja=(
                f"シナリオ「{self.settings['scenario']}」を{self.settings['engine']}エンジンで、通信断の抽選"
                f"{self.settings['draws']}回、施策{len(self.rules)}通り、{self.model.hour_count}時間まわした。",
                "どの施策も同じ通信断に合わせた。平均と5〜95％の幅は抽選についてのもの。",
                self.settings["note"],
            ),
            en=(
                f"Scenario {self.settings['scenario']} was run by the {self.settings['engine']} engine under "
                f"{len(self.rules)} policies for {self.model.hour_count} hours over "
                f"{self.settings['draws']} draws of network outages.",
                "All policies meet the same outages; means and the range of 5 to 95 % are over the draws.",
                "It illustrates and does not forecast.",
            ),
            constants={
                **{str(name): value for name, value in self.model.settings.items()},
                "policies": [rules.name for rules in self.rules],
                "smallest_flow": SMALLEST_FLOW,
            },
            data={f"scenario {self.settings['scenario']}": self.settings["scenario_sha256"]},
        )

    def __repr__(self) -> str:
        return (
            f"<結果: 施策 {len(self.rules)}、{self.model.hour_count}時間、"
            f"抽選 {self.settings['draws']}回、避難者 {self.model.people.sum():,.0f}人。"
            f"{self.settings['note']}>"
        )

    @property
    def _main_table(self) -> pd.DataFrame:
        return self.timeline

    @property
    def _shown_table(self) -> pd.DataFrame:
        """What homes know at the marked hours, in place of every hour and measure."""
        is_shown = self.timeline["hour"].isin(self.marks) & (
            self.timeline["measure"] == "known_home"
        )
        return self.timeline[is_shown].drop(columns="measure")

    def _list_notes(self) -> list[str]:
        return ["下の表は、避難元の市町が所在を知っている避難者の割合です。"]

    @cached_property
    def timeline(self) -> pd.DataFrame:
        """One row a policy, hour (1 is the end of the first) and measure: ``mean, p05, p95``."""
        parts = []
        for rules, trace in self._iterate_policies():
            for measure, trace_name in TRACE_NAMES.items():
                table = pd.DataFrame(summarise_draws(trace.hourly[trace_name]))
                table.insert(0, "hour", np.arange(1, self.model.hour_count + 1))
                parts.append(table.assign(policy=rules.name, measure=measure))
        columns = ["policy", "hour", "measure", "mean", "p05", "p95"]
        return self._mark_table(pd.concat(parts, ignore_index=True)[columns])

    @cached_property
    def by_municipality(self) -> pd.DataFrame:
        """One row a policy, home and marked hour: share of its evacuees known to it."""
        parts = []
        for rules, trace in self._iterate_policies():
            # evacuees known to home at the end of the marked hour, as shares of all of that home
            for mark, known_people in zip(self.marks, trace.by_home, strict=True):
                shares = summarise_draws((known_people / self.model.people).T)
                table = pd.DataFrame(
                    {"code": self.model.homes, "evacuees": self.model.people, **shares}
                )
                names = table["code"].map(self.model.names)
                parts.append(table.assign(policy=rules.name, hour=mark, name=names))
        columns = ["policy", "code", "name", "hour", "evacuees", "mean", "p05", "p95"]
        return self._mark_table(pd.concat(parts, ignore_index=True)[columns])

    @cached_property
    def flows(self) -> pd.DataFrame:
        """One row a marked hour, home, host and type of place: people (same for all policies)."""
        axes = {
            "hour": self.marks,
            "home": self.model.homes,
            "host": self.model.hosts,
            "place": PLACES,
        }
        # where people are does not depend on the policy
        people = self.traces[0].places.reshape([len(labels) for labels in axes.values()])
        cells = np.argwhere(people >= SMALLEST_FLOW)
        # one array of labels an axis, taken at the cells that hold people
        columns = {
            name: np.array(labels)[positions]
            for (name, labels), positions in zip(axes.items(), cells.T, strict=True)
        }
        table = pd.DataFrame({**columns, "people": people[tuple(cells.T)].round(1)})
        table.insert(2, "home_name", table["home"].map(self.model.names))
        table.insert(4, "host_name", table["host"].map(self.model.names))
        return self._mark_table(table)

    @cached_property
    def staff_hours(self) -> pd.DataFrame:
        """One row a policy and task (登録, 送付): hours of work until the end."""
        # both are sums since the start: the last hour holds all
        tasks = (("登録", "registering_hours"), ("送付", "sending_hours"))
        rows = [
            {"policy": rules.name, "task": task, **summarise_figure(trace.hourly[measure][-1])}
            for rules, trace in self._iterate_policies()
            for task, measure in tasks
        ]
        return self._mark_table(pd.DataFrame(rows))

    @cached_property
    def disclosures(self) -> pd.DataFrame:
        """One row a policy and kind of disclosure: bodies, phase, consent, ground, how many.

        教材であり法的助言ではない (``notice``). ``needed`` tells what was sent beside the point,
        ``row`` is the row of the law table that decides (``ground`` 根拠なし if there is none).
        """
        wrong_share = float(self.model.settings["wrong_share"])
        return self._mark_table(list_disclosures(self.rules, self.traces, wrong_share))

    def _iterate_policies(self) -> Iterator[tuple[Rules, Trace]]:
        return zip(self.rules, self.traces, strict=True)

    def _mark_table(self, table: pd.DataFrame) -> pd.DataFrame:
        return mark_simulated(table, self.settings)


def mark_simulated(table: pd.DataFrame, settings: dict[str, Any]) -> pd.DataFrame:
    """Note how a table was simulated, and that it illustrates."""
    table.attrs = {
        **table.attrs,
        "settings": dict(settings),
        "kind": "made",
        "made": True,
        "note": settings["note"],
    }
    return table
