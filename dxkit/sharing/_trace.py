"""What is measured in every hour of a run, by either engine?

Both engines hand the same sums to a `TraceRecorder`, which makes a `Trace` of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dxkit._arrays import FloatArray
from dxkit.sharing._model import PLACE_COUNT, Model
from dxkit.sharing._policy_rules import Rules

# phases of the law table after a disaster, and the hours from which they hold
DISASTER_PHASES = ("72時間以内", "応急期", "復旧期")
PHASE_STARTS_H = (0, 72, 336)
# kinds of sending that are counted by phase: host → home and host → hub (each within and across the
# prefecture's border), hub → home
SEND_KINDS = ("direct_inside", "direct_outside", "up_inside", "up_outside", "down")
# positions in SEND_KINDS; the kind across the border follows the one within
DIRECT = 0
UP = 2
DOWN = 4


@dataclass(frozen=True)
class Trace:
    """What one policy leads to in some draws of outages.

    Attributes
    ----------
    hourly
        Measure → (T, draws): ``host, home, prefecture, duplicate`` as shares of all evacuees at the
        end of the hour; ``disclosed, unneeded`` per evacuee and ``registering_hours,
        sending_hours`` summed since the start.
    by_home
        (marks, draws, O) evacuees known to home at the end of the marked hours.
    sends
        (phases, kinds, draws) records sent.
    places
        (marks, O, J) where people are.
    waiting
        (marks, 4) people by type of place who have fled and whom their host does not know.
    """

    hourly: dict[str, FloatArray]
    by_home: FloatArray
    sends: FloatArray
    places: FloatArray
    waiting: FloatArray


class TraceRecorder:
    """Gathers the measures of each hour."""

    def __init__(self, model: Model, rules: Rules, draws: int, marks: tuple[int, ...]) -> None:
        self.model = model
        self.rules = rules
        self.marks = marks
        measures = (
            "host",
            "home",
            "prefecture",
            "duplicate",
            "disclosed",
            "unneeded",
            "registering_hours",
            "sending_hours",
        )
        self.hourly = {measure: np.zeros((model.hour_count, draws)) for measure in measures}
        self.by_home = np.zeros((len(marks), draws, len(model.homes)))
        self.sends = np.zeros((len(DISASTER_PHASES), len(SEND_KINDS), draws))
        self.places = np.zeros((len(marks), len(model.homes), len(model.hosts) * PLACE_COUNT))
        self.waiting = np.zeros((len(marks), PLACE_COUNT))
        self.registering_hours = np.zeros(draws)
        self.total_people = float(model.people.sum())

    def count_sends(self, hour: int, kind: int, records: FloatArray) -> None:
        """Add records sent in this hour, one number a draw."""
        self.sends[_find_phase(hour), kind] += records

    def find_mark(self, hour: int) -> int | None:
        """Find which mark the end of this hour is, if any."""
        return self.marks.index(hour + 1) if hour + 1 in self.marks else None

    def record_hour(
        self,
        hour: int,
        *,
        at_host: FloatArray,
        at_hub: FloatArray,
        at_home: FloatArray,
        duplicate: FloatArray,
    ) -> None:
        """Record who is known at the end of an hour, and what was sent until then.

        Parameters
        ----------
        at_host, at_hub
            (draws) people known to their host, and to the hub.
        at_home
            (draws, O) people known to their home.
        duplicate
            (draws) double records.
        """
        sent = self.sends.sum(axis=0)
        all_sent = sent.sum(axis=0)
        to_home = sent[0] + sent[1] + sent[4]
        # records that reach a wrong body by mistake, and copies to bodies without a task
        unneeded = to_home * self.model.settings["wrong_share"] + sent[4] * self.rules.extra_copies
        minutes = self.model.settings["send_minutes"]
        values = {
            "host": at_host / self.total_people,
            "home": at_home.sum(axis=-1) / self.total_people,
            "prefecture": at_hub / self.total_people,
            "duplicate": duplicate / self.total_people,
            "disclosed": (all_sent + unneeded) / self.total_people,
            "unneeded": unneeded / self.total_people,
            "registering_hours": self.registering_hours,
            "sending_hours": (all_sent + unneeded) * minutes / 60,
        }
        for measure, value in values.items():
            self.hourly[measure][hour] = value
        # by municipality only at a few hours: all of them would fill the memory
        mark = self.find_mark(hour)
        if mark is not None:
            self.by_home[mark] = at_home

    def build_trace(self) -> Trace:
        """Make a trace of what was recorded."""
        return Trace(self.hourly, self.by_home, self.sends, self.places, self.waiting)


def merge_traces(traces: Sequence[Trace]) -> Trace:
    """Put the draws of several traces of one policy side by side.

    Places and those waiting are averaged over draws.
    """
    # batches may differ in size
    draw_counts = np.array([trace.by_home.shape[1] for trace in traces], dtype=float)
    return Trace(
        {
            measure: np.concatenate([trace.hourly[measure] for trace in traces], axis=1)
            for measure in traces[0].hourly
        },
        np.concatenate([trace.by_home for trace in traces], axis=1),
        np.concatenate([trace.sends for trace in traces], axis=2),
        np.average([trace.places for trace in traces], axis=0, weights=draw_counts),
        np.average([trace.waiting for trace in traces], axis=0, weights=draw_counts),
    )


def _find_phase(hour: int) -> int:
    """Find the position of an hour's phase in `DISASTER_PHASES`."""
    return sum(hour >= start for start in PHASE_STARTS_H) - 1
