"""What came of it: curves, towns, flows, working hours, disclosures by legal ground, and which policies no other one beats?"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from dxkit.sharing import _legal_grounds
from dxkit.sharing._model import PHASES, Floats, Model, Rules
from dxkit.sharing._scenario_fields import PLACES
from dxkit.sharing._trace import SENDS, Trace

MEASURES = {
    "known_host": "避難先の市町が知る割合",
    "known_home": "元の市町が知る割合",
    "known_prefecture": "県（集約先）が知る割合",
    "duplicate": "二重に登録されている割合",
    "disclosed": "1人あたりの提供（累計）",
    "unneeded": "1人あたりの余分な提供（累計）",
    "registering_hours": "登録の職員時間（累計）",
    "sending_hours": "送付の職員時間（累計）",
}
SOURCES = dict(zip(MEASURES, ("host", "home", "prefecture", "duplicate", "disclosed", "unneeded", "registering_hours",
                              "sending_hours"), strict=True))  # fmt: skip
CATEGORY = "所在"
LEVELS = (0.5, 0.8)
INTERVAL = (0.05, 0.95)


@dataclass(frozen=True)
class Outcome:
    """What a simulation gave, policy by policy over draws of outages. It illustrates and does not forecast.

    Attributes
    ----------
    model, rules, traces, marks, settings
        What was run, and how.
    """

    model: Model
    rules: list[Rules]
    traces: list[Trace]
    marks: tuple[int, ...]
    settings: dict[str, Any]

    def __repr__(self) -> str:
        return (
            f"<結果: 施策 {len(self.rules)}、{self.model.hours}時間、抽選 {self.settings['draws']}回、"
            f"避難者 {self.model.people.sum():,.0f}人。{self.settings['note']}>"
        )

    @cached_property
    def timeline(self) -> pd.DataFrame:
        """One row a policy, hour (1 is the end of the first hour) and measure: ``mean, p05, p95`` over draws."""
        parts = []
        for rules, trace in self._pairs():
            for measure, source in SOURCES.items():
                table = pd.DataFrame(_spread(trace.hourly[source]))
                table.insert(0, "hour", np.arange(1, self.model.hours + 1))
                parts.append(table.assign(policy=rules.name, measure=measure))
        return self._finished(
            pd.concat(parts, ignore_index=True)[["policy", "hour", "measure", "mean", "p05", "p95"]]
        )

    @cached_property
    def by_municipality(self) -> pd.DataFrame:
        """One row a policy, home municipality and marked hour: share of its evacuees known to it, and how many they are."""
        parts = []
        for rules, trace in self._pairs():
            for mark, known in zip(self.marks, trace.by_home, strict=True):
                shares = _spread((known / self.model.people).T)
                table = pd.DataFrame(
                    {"code": self.model.homes, "evacuees": self.model.people, **shares}
                )
                parts.append(
                    table.assign(
                        policy=rules.name, hour=mark, name=table["code"].map(self.model.names)
                    )
                )
        columns = ["policy", "code", "name", "hour", "evacuees", "mean", "p05", "p95"]
        return self._finished(pd.concat(parts, ignore_index=True)[columns])

    @cached_property
    def flows(self) -> pd.DataFrame:
        """One row a marked hour, home, host and type of place with people: how many are there (same for all policies)."""
        shape = (len(self.marks), len(self.model.homes), len(self.model.hosts), len(PLACES))
        people = self.traces[0].places.reshape(shape)
        at = np.argwhere(people >= 0.5)
        names = [
            np.array(values) for values in (self.marks, self.model.homes, self.model.hosts, PLACES)
        ]
        axes = zip(("hour", "home", "host", "place"), names, at.T, strict=True)
        columns = {label: values[places] for label, values, places in axes}
        table = pd.DataFrame({**columns, "people": people[tuple(at.T)].round(1)})
        table.insert(2, "home_name", table["home"].map(self.model.names))
        table.insert(4, "host_name", table["host"].map(self.model.names))
        return self._finished(table)

    @cached_property
    def staff_hours(self) -> pd.DataFrame:
        """One row a policy and task (登録, 送付): hours of work until the end."""
        rows = []
        for rules, trace in self._pairs():
            for task, source in (("登録", "registering_hours"), ("送付", "sending_hours")):
                rows.append(
                    {"policy": rules.name, "task": task, **_numbers(trace.hourly[source][-1])}
                )
        return self._finished(pd.DataFrame(rows))

    @cached_property
    def disclosures(self) -> pd.DataFrame:
        """One row a policy and kind of disclosure: bodies, phase, consent, whether needed, the ground or 根拠なし, how many.

        教材であり法的助言ではない (``notice``). ``row`` is the row of the law table that decides.
        """
        rows = [entry for rules, trace in self._pairs() for entry in self._disclosed(rules, trace)]
        columns = [
            "policy",
            "from_",
            "to",
            "category",
            "phase",
            "consent",
            "needed",
            "mean",
            "p05",
            "p95",
        ]
        table = pd.DataFrame(rows, columns=columns)
        given = [table[name] for name in ("from_", "to", "category")]
        verdicts = _legal_grounds.decide(
            *given, phase=table["phase"], consent=table["consent"].astype(bool)
        )
        found = table.assign(**{str(name): verdicts[str(name)].astype("str") for name in verdicts})
        found.insert(0, "notice", _legal_grounds.NOTICE)
        return self._finished(found)

    def _pairs(self) -> Iterator[tuple[Rules, Trace]]:
        return zip(self.rules, self.traces, strict=True)

    def _disclosed(self, rules: Rules, trace: Trace) -> Iterator[dict[str, Any]]:
        """Give every kind of disclosure that happened, with what was sent beside the point."""
        wrong = float(self.model.settings["wrong_share"])
        hub = "国" if rules.state else "県"
        ways = {
            "direct_inside": ("避難先市町", "避難元市町"),
            "direct_outside": ("県外市町", "避難元市町"),
            "up_inside": ("避難先市町", hub),
            "up_outside": ("県外市町", hub),
            "down": (hub, "避難元市町"),
        }
        for phase, word in enumerate(PHASES):
            for kind, name in enumerate(SENDS):
                sent = trace.sends[phase, kind]
                from_, to = ways[name]
                if sent.any():
                    yield self._entry(
                        rules.name, (from_, to, word), sent, rules.needs_consent, needed=True
                    )
                extra = sent * (0.0 if name.startswith("up") else wrong) + sent * (
                    rules.copies if name == "down" else 0.0
                )
                if extra.any():
                    yield self._entry(
                        rules.name, (from_, "他の市町", word), extra, consent=False, needed=False
                    )

    def _entry(
        self, policy: str, way: tuple[str, str, str], sent: Floats, consent: bool, *, needed: bool
    ) -> dict[str, Any]:
        from_, to, phase = way
        named = {"policy": policy, "from_": from_, "to": to, "category": CATEGORY, "phase": phase}
        return {**named, "consent": consent, "needed": needed, **_numbers(sent)}

    def _finished(self, table: pd.DataFrame) -> pd.DataFrame:
        table.attrs = {"settings": dict(self.settings), "made": True, "note": self.settings["note"]}
        return table


def compare(outcome: Outcome) -> pd.DataFrame:
    """Put the policies side by side, and mark those that no other one beats.

    Parameters
    ----------
    outcome
        From `simulate`.

    Returns
    -------
    pandas.DataFrame
        One row a policy. For each figure its mean over draws, ``_p05`` and ``_p95``: ``known_home_24, _72, _168`` (and for host
        and prefecture), ``t50, t80`` (hours until home knows that share; missing where it never does in more than half of the
        draws; ``_reached`` is the share of draws that do), ``disclosed, unneeded`` (per evacuee), ``duplicate_person_hours,
        staff_hours``. ``pareto``: no other policy is at least as good in known to home at the last mark up to 72 h, unneeded
        disclosures and staff hours, and better in one (means).
    """
    rows = []
    for rules, trace in zip(outcome.rules, outcome.traces, strict=True):
        row: dict[str, Any] = {"policy": rules.name}
        for name, values in _figures(outcome, trace).items():
            row |= {
                (name if key == "mean" else f"{name}_{key}"): value
                for key, value in _numbers(values).items()
            }
        for level in LEVELS:
            row |= _reached(trace.hourly["home"], level)
        rows.append(row)
    table = pd.DataFrame(rows)
    mark = max([mark for mark in outcome.marks if mark <= 72], default=outcome.marks[0])
    goods = table[[f"known_home_{mark}", "unneeded", "staff_hours"]].to_numpy() * np.array(
        [1.0, -1.0, -1.0]
    )
    table.insert(1, "pareto", _unbeaten(goods))
    table.attrs = {
        "settings": dict(outcome.settings),
        "made": True,
        "note": outcome.settings["note"],
    }
    return table


def _figures(outcome: Outcome, trace: Trace) -> dict[str, Floats]:
    figures = {}
    for source in ("home", "host", "prefecture"):
        for mark in outcome.marks:
            figures[f"known_{source}_{mark}"] = trace.hourly[source][mark - 1]
    total = outcome.model.people.sum()
    figures["disclosed"], figures["unneeded"] = (
        trace.hourly["disclosed"][-1],
        trace.hourly["unneeded"][-1],
    )
    figures["duplicate_person_hours"] = trace.hourly["duplicate"].sum(axis=0) * total
    figures["staff_hours"] = (
        trace.hourly["registering_hours"][-1] + trace.hourly["sending_hours"][-1]
    )
    return figures


def _reached(known: Floats, level: float) -> dict[str, float]:
    """Give the hours until home knows this share, over draws; a draw that never does is later than any hour."""
    hit = known >= level
    hours = np.where(hit.any(axis=0), hit.argmax(axis=0) + 1.0, np.inf)
    low, middle, high = np.quantile(hours, (INTERVAL[0], 0.5, INTERVAL[1]), method="nearest")
    name = f"t{level * 100:.0f}"
    found = {name: middle, f"{name}_p05": low, f"{name}_p95": high}
    return {
        key: float(value) if np.isfinite(value) else float("nan") for key, value in found.items()
    } | {f"{name}_reached": float(hit.any(axis=0).mean())}


def _unbeaten(goods: Floats) -> list[bool]:
    """Tell which rows no other row beats: at least as good in all columns and better in one."""
    rounded = np.round(goods, 9)
    beats = (rounded[:, None, :] >= rounded[None, :, :]).all(axis=2) & (
        rounded[:, None, :] > rounded[None, :, :]
    ).any(axis=2)
    return [not beaten for beaten in np.asarray(beats.any(axis=0)).tolist()]


def _spread(values: Floats) -> dict[str, Floats]:
    """Give mean and interval over the last axis."""
    low, high = np.quantile(values, INTERVAL, axis=-1)
    return {"mean": values.mean(axis=-1), "p05": low, "p95": high}


def _numbers(values: Floats) -> dict[str, float]:
    return {name: float(value) for name, value in _spread(values).items()}
