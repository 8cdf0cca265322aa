"""What happens to each single person?

The same rules as the cohort engine, drawn person by person: for small numbers, where means hide
what chance does, and to check the cohort engine. Its cost grows with the people.
"""

import numpy as np
from numpy.typing import NDArray

from dxkit._arrays import BoolArray, FloatArray, IntArray
from dxkit.sharing._model import PLACE_COUNT, Model
from dxkit.sharing._policy_rules import Rules
from dxkit.sharing._trace import DIRECT, DOWN, UP, Trace, TraceRecorder, merge_traces

# states of a person; from REGISTERED on, the host knows where the person is
NOT_YET, NEVER, AGAIN, BARRED, SENDABLE, AT_HUB, KNOWN = range(7)
REGISTERED = BARRED
StateArray = NDArray[np.int8]


def run_person_engine(
    model: Model, rules: Rules, restored: FloatArray, marks: tuple[int, ...], seed: int
) -> Trace:
    """Draw the way of each person, hour by hour, once for every draw of outages.

    Parameters
    ----------
    model, rules, restored, marks
        As for `run_cohort_engine`.
    seed
        Of the persons' draws.

    Returns
    -------
    Trace

    Examples
    --------
    >>> from dxkit import sharing
    >>> model = sharing.build_model(sharing.read_scenario("noto_2024").change(hours=48))
    >>> rules = sharing.build_rules(model, sharing.default_policies().iloc[2])
    >>> restored = sharing.draw_outages(model, 1, seed=0)
    >>> trace = run_person_engine(model, rules, restored, (48,), seed=0)
    >>> {body: round(float(trace.hourly[body][-1, 0]), 2) for body in ("host", "home")}
    {'host': 0.55, 'home': 0.33}
    """
    seeds = np.random.SeedSequence(seed).spawn(len(restored))
    traces = [
        _PersonRun(model, rules, row, np.random.default_rng(row_seed), marks).run_hours()
        for row, row_seed in zip(restored, seeds, strict=True)
    ]
    return merge_traces(traces)


class _PersonRun:
    """One draw: arrays with one element a person."""

    def __init__(
        self,
        model: Model,
        rules: Rules,
        restored: FloatArray,
        random: np.random.Generator,
        marks: tuple[int, ...],
    ) -> None:
        self.model = model
        self.rules = rules
        self.restored = restored
        self.random = random
        self.recorder = TraceRecorder(model, rules, 1, marks)
        self.home = np.repeat(np.arange(len(model.homes)), np.round(model.people).astype(int))
        count = len(self.home)
        self.cell = self._draw_cells(self.home, model.first_shares)
        # who flees only after the last hour keeps an hour that never comes
        self.flight_hour = np.searchsorted(
            np.cumsum(model.flight_shares), random.random(count), side="right"
        )
        self.state: StateArray = np.full(count, NOT_YET, dtype=np.int8)
        self.is_duplicate = np.zeros(count, dtype=bool)

    def run_hours(self) -> Trace:
        """Run all hours."""
        for hour in range(self.model.hour_count):
            # without a network staff are slower, and records go on paper
            is_up = self.restored <= hour
            if self.model.move_rates[hour].any():
                self._move_people(hour)
            self.state[(self.flight_hour == hour) & (self.state == NOT_YET)] = NEVER
            self._register_people(hour, is_up)
            self.is_duplicate &= ~self._draw_events(
                np.full(len(self.home), self.rules.cleaning_rate)
            )
            if hour >= self.rules.start_hour:
                self._share_records(hour, is_up)
            self._record_hour(hour)
        return self.recorder.build_trace()

    def _draw_events(self, probability: FloatArray) -> BoolArray:
        return self.random.random(len(probability)) < probability

    def _draw_cells(self, home: IntArray, shares: FloatArray) -> IntArray:
        """Draw a cell for each person by the shares of their home."""
        cells = np.empty(len(home), dtype=np.intp)
        draws = self.random.random(len(home))
        for row in range(len(shares)):
            is_from_here = home == row
            cumulative = np.cumsum(shares[row])
            # rounding may leave the last sum a little below 1
            cells[is_from_here] = np.searchsorted(
                cumulative / cumulative[-1], draws[is_from_here], side="right"
            )
        return cells

    def _move_people(self, hour: int) -> None:
        fled = np.flatnonzero(self.state != NOT_YET)
        rate = self.model.move_rates[hour][self.cell[fled] % PLACE_COUNT]
        movers = fled[self._draw_events(rate)]
        # the registered leave a record behind, and nobody knows the new place
        self.state[movers] = np.where(self.state[movers] == NEVER, NEVER, AGAIN)
        self.is_duplicate[movers] = False
        self.cell[movers] = self._draw_cells(self.home[movers], self.model.later_shares)

    def _register_people(self, hour: int, is_up: BoolArray) -> None:
        """Register whom the staff meet, up to their limit, and who registers without them."""
        # those who have fled and whom their host does not know
        waiting = np.flatnonzero((self.state == NEVER) | (self.state == AGAIN))
        registers_alone = self._draw_events(np.full(len(waiting), self.rules.self_register_rate))
        met = waiting[~registers_alone]
        contact_rate = self.model.contact_rates[hour][self.cell[met] % PLACE_COUNT]
        met = met[self._draw_events(contact_rate)]
        efficiency = np.where(is_up, 1.0, self.model.settings["paper_efficiency"])
        served = self._draw_served(met, self.model.capacity[hour] * efficiency)
        pace = self.model.settings["records_per_staff_hour"] * efficiency
        pace = pace[self.cell[served] // PLACE_COUNT]
        self.recorder.registering_hours += float((1 / pace).sum())
        self._enter_records(np.concatenate([waiting[registers_alone], served]))

    def _draw_served(self, met: IntArray, limit: FloatArray) -> IntArray:
        """Draw by lot, host by host, as many as the staff can serve."""
        # a fraction of a person is served by chance
        places = np.floor(limit + self.random.random(len(limit)))
        shuffled = self.random.permutation(met)
        queue = shuffled[np.argsort(self.cell[shuffled] // PLACE_COUNT, kind="stable")]
        host = self.cell[queue] // PLACE_COUNT
        queue_position = np.arange(len(queue)) - np.searchsorted(host, host, side="left")
        served: IntArray = queue[queue_position < places[host]]
        return served

    def _enter_records(self, people: IntArray) -> None:
        agrees = self._draw_events(np.full(len(people), self.rules.consent_share))
        # a second registration doubles the record, unless the old one is found at once
        has_old_record = self.state[people] == AGAIN
        is_struck = self._draw_events(np.full(len(people), self.rules.strike_share))
        self.is_duplicate[people] = has_old_record & ~is_struck
        self.state[people] = np.where(agrees, SENDABLE, BARRED)

    def _slow_rate(self, is_up: BoolArray, rate: float) -> FloatArray:
        """Slow a rate down to paper where the network is out."""
        return np.where(is_up, rate, min(1 / self.model.settings["paper_hours"], rate))

    def _share_records(self, hour: int, is_up: BoolArray) -> None:
        rules = self.rules
        own_host = self.model.own_host
        sendable = np.flatnonzero(self.state == SENDABLE)
        host = self.cell[sendable] // PLACE_COUNT
        home = self.home[sendable]
        if rules.sends_directly:
            rate = self._slow_rate(is_up[host] & is_up[own_host[home]], rules.send_rate)
            rate = rate * rules.allowed_pairs[home, host]
            self._send_records(hour, sendable[self._draw_events(rate)], KNOWN, DIRECT)
        if rules.uses_hub:
            rate = (self._slow_rate(is_up, rules.send_rate) * rules.host_sends)[host]
            self._send_records(hour, sendable[self._draw_events(rate)], AT_HUB, UP)
            at_hub = np.flatnonzero(self.state == AT_HUB)
            home = self.home[at_hub]
            rate = self._slow_rate(is_up[own_host], rules.receive_rate) * rules.home_receives
            is_away = self.cell[at_hub] // PLACE_COUNT != own_host[home]
            received = at_hub[self._draw_events(rate[home] * is_away)]
            self.state[received] = KNOWN
            self._count_sends(hour, DOWN, len(received))

    def _send_records(self, hour: int, people: IntArray, state: int, kind: int) -> None:
        # within the prefecture, or across its border
        within = int(self.model.in_prefecture[self.cell[people] // PLACE_COUNT].sum())
        self.state[people] = state
        self._count_sends(hour, kind, within)
        self._count_sends(hour, kind + 1, len(people) - within)

    def _count_sends(self, hour: int, kind: int, records: int) -> None:
        self.recorder.count_sends(hour, kind, np.array([float(records)]))

    def _record_hour(self, hour: int) -> None:
        is_registered = self.state >= REGISTERED
        is_at_home = self.cell // PLACE_COUNT == self.model.own_host[self.home]
        # registered in the home municipality itself, or sent there
        is_known = (is_registered & is_at_home) | (self.state == KNOWN)
        known_by_home = np.bincount(self.home[is_known], minlength=len(self.model.homes))
        hub_count = (self.state >= AT_HUB).sum() if self.rules.uses_hub else 0
        self.recorder.record_hour(
            hour,
            at_host=np.array([float(is_registered.sum())]),
            at_hub=np.array([float(hub_count)]),
            at_home=known_by_home[None, :].astype(float),
            duplicate=np.array([float(self.is_duplicate.sum())]),
        )
        mark = self.recorder.find_mark(hour)
        if mark is not None:
            has_fled = self.state != NOT_YET
            cells = (self.home[has_fled], self.cell[has_fled])
            np.add.at(self.recorder.places[mark], cells, 1.0)
            waiting_places = self.cell[has_fled & ~is_registered] % PLACE_COUNT
            self.recorder.waiting[mark] = np.bincount(waiting_places, minlength=PLACE_COUNT)
