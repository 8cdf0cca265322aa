"""What is measured in every hour of a run, by either engine?"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dxkit.sharing._model import PHASES, Floats, Model, Rules, phase_of
from dxkit.sharing._scenario_fields import PLACES

K = len(PLACES)
# what is counted by phase: host → home, host → hub (each within and across the prefecture's border), hub → home
SENDS = ("direct_inside", "direct_outside", "up_inside", "up_outside", "down")


@dataclass(frozen=True)
class Trace:
    """What one policy leads to in some draws of outages.

    Attributes
    ----------
    hourly
        Measure → (T, draws): ``host, home, prefecture, duplicate`` as shares of all evacuees at the end of the hour;
        ``disclosed, unneeded`` per evacuee and ``registering_hours, sending_hours`` summed since the start.
    by_home
        (marks, draws, O) evacuees known to home at the end of the marked hours.
    sends
        (phases, kinds, draws) records sent, kinds as in `SENDS`.
    places
        (marks, O, J) where people are.
    waiting
        (marks, 4) people by type of place who have fled and whom their host does not know.
    """

    hourly: dict[str, Floats]
    by_home: Floats
    sends: Floats
    places: Floats
    waiting: Floats


class Store:
    """Gathers the measures of each hour; both engines hand it the same sums."""

    def __init__(self, model: Model, rules: Rules, draws: int, marks: tuple[int, ...]) -> None:
        self.model, self.rules, self.marks = model, rules, marks
        names = (
            "host",
            "home",
            "prefecture",
            "duplicate",
            "disclosed",
            "unneeded",
            "registering_hours",
            "sending_hours",
        )
        self.hourly = {name: np.zeros((model.hours, draws)) for name in names}
        self.by_home = np.zeros((len(marks), draws, len(model.homes)))
        self.sends = np.zeros((len(PHASES), len(SENDS), draws))
        self.places = np.zeros((len(marks), len(model.homes), len(model.hosts) * K))
        self.waiting = np.zeros((len(marks), K))
        self.registering = np.zeros(draws)
        self.total = float(model.people.sum())

    def count(self, hour: int, kind: int, records: Floats) -> None:
        """Add records sent in this hour, one number a draw."""
        self.sends[phase_of(hour), kind] += records

    def keep(
        self, hour: int, *, host: Floats, hub: Floats, known: Floats, duplicate: Floats
    ) -> None:
        """Keep an hour: registered and held by the hub (draws), known to home (draws, O), double records (draws)."""
        sent = self.sends.sum(axis=0)
        to_home = sent[0] + sent[1] + sent[4]
        extra = to_home * self.model.settings["wrong_share"] + sent[4] * self.rules.copies
        now = {
            "host": host / self.total,
            "home": known.sum(axis=-1) / self.total,
            "prefecture": hub / self.total,
            "duplicate": duplicate / self.total,
            "disclosed": (sent.sum(axis=0) + extra) / self.total,
            "unneeded": extra / self.total,
            "registering_hours": self.registering,
            "sending_hours": (sent.sum(axis=0) + extra) * self.model.settings["send_minutes"] / 60,
        }
        for name, values in now.items():
            self.hourly[name][hour] = values
        if hour + 1 in self.marks:
            self.by_home[self.marks.index(hour + 1)] = known

    def trace(self) -> Trace:
        """Give what was gathered."""
        return Trace(self.hourly, self.by_home, self.sends, self.places, self.waiting)


def merge(traces: Sequence[Trace]) -> Trace:
    """Put the draws of several traces of one policy side by side; places and those waiting are averaged over draws."""
    weights = np.array([trace.by_home.shape[1] for trace in traces], dtype=float)
    return Trace(
        {
            name: np.concatenate([trace.hourly[name] for trace in traces], axis=1)
            for name in traces[0].hourly
        },
        np.concatenate([trace.by_home for trace in traces], axis=1),
        np.concatenate([trace.sends for trace in traces], axis=2),
        np.average([trace.places for trace in traces], axis=0, weights=weights),
        np.average([trace.waiting for trace in traces], axis=0, weights=weights),
    )
