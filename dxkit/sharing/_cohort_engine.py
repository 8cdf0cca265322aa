"""How many people does each body know of, in the mean, hour by hour?

An expected-value engine: its cost does not grow with the people. State of a person: unregistered
(never, or with an earlier record left behind), registered at the host (may be passed on or, without
consent, not), held by the hub, known to home. All rates are linear but the registering staff's
limit, which acts on sums; so the means of large numbers obey the same rules as the people
themselves (the person engine checks this).

Order within an hour, the same in both engines: moving on, fleeing, registering, cleaning of double
records, sending, receiving.
"""

import numpy as np

from dxkit._arrays import FloatArray
from dxkit.sharing._model import PLACE_COUNT, Model
from dxkit.sharing._policy_rules import Rules
from dxkit.sharing._trace import DIRECT, DOWN, UP, Trace, TraceRecorder

# states of a person that every policy has
NEVER, AGAIN, SENDABLE = range(3)


def run_cohort_engine(
    model: Model, rules: Rules, restored: FloatArray, marks: tuple[int, ...]
) -> Trace:
    """Compute the expected numbers of people in each state, hour by hour.

    Parameters
    ----------
    model, rules
        Scenario and policy.
    restored
        (draws, H) hour at which each host's network is back, from `draw_outages`.
    marks
        Hours (counted from 1: 24 is the end of the first day) at which homes and places are kept.

    Returns
    -------
    Trace

    Notes
    -----
    Results illustrate; they do not forecast.

    Examples
    --------
    >>> from dxkit import sharing
    >>> model = sharing.build_model(sharing.read_scenario("noto_2024").change(hours=48))
    >>> rules = sharing.build_rules(model, sharing.default_policies().iloc[2])
    >>> trace = run_cohort_engine(model, rules, sharing.draw_outages(model, 1, seed=0), (48,))
    >>> {body: round(float(trace.hourly[body][-1, 0]), 2) for body in ("host", "home")}
    {'host': 0.55, 'home': 0.33}
    """
    return _CohortRun(model, rules, restored, marks).run_hours()


class _CohortRun:
    """The arrays of one run: ``state`` (S, draws, O, J) holds people by state."""

    def __init__(
        self, model: Model, rules: Rules, restored: FloatArray, marks: tuple[int, ...]
    ) -> None:
        self.model = model
        self.rules = rules
        self.restored = restored
        self.draws = len(restored)
        self.home_count = len(model.homes)
        cell_count = len(model.hosts) * PLACE_COUNT
        # only the states that this policy has are kept: known to home, held by the hub, barred
        is_sharing = rules.sends_directly or rules.uses_hub
        state_count = 3 + is_sharing + rules.uses_hub + (rules.consent_share < 1)
        self.known_state = 3
        self.hub_state = 4
        self.barred_state = 3 + int(is_sharing) + int(rules.uses_hub)
        self.state = np.zeros((state_count, self.draws, self.home_count, cell_count))
        self.flow = np.empty(self.state.shape[1:])
        self.duplicate = np.zeros((self.draws, cell_count))
        self.recorder = TraceRecorder(model, rules, self.draws, marks)
        # sums that are kept up to date with every flow: adding up all cells each hour would take a
        # fifth of the time
        self.registered = np.zeros(self.draws)
        self.at_hub = np.zeros(self.draws)
        self.known_away = np.zeros((self.draws, self.home_count))
        self.cell_in_prefecture = np.repeat(model.in_prefecture, PLACE_COUNT)
        self.is_up = np.zeros((self.draws, len(model.hosts)), dtype=bool)
        # hours in which a network comes back or sharing begins: rates change only then
        self.change_hours = set(np.unique(restored).astype(int).tolist())
        self.change_hours |= {0, int(np.ceil(rules.start_hour))}

    def run_hours(self) -> Trace:
        """Run all hours."""
        model = self.model
        for hour in range(model.hour_count):
            if hour in self.change_hours:
                self._set_rates(hour)
            if model.move_rates[hour].any():
                self._move_people(np.tile(model.move_rates[hour], len(model.hosts)))
            if model.flight_shares[hour]:
                fleeing = model.flight_shares[hour] * model.people[:, None]
                self.state[NEVER] += fleeing * model.first_shares
            self._register_people(hour)
            if hour >= self.rules.start_hour and self.rules.sends_directly:
                self._send_directly(hour)
            if hour >= self.rules.start_hour and self.rules.uses_hub:
                self._send_by_hub(hour)
            self._record_hour(hour)
        return self.recorder.build_trace()

    def _set_rates(self, hour: int) -> None:
        """Set what depends on which networks are up; this changes only when one comes back."""
        rules = self.rules
        settings = self.model.settings
        self.is_up = self.restored <= hour
        self.efficiency = np.where(self.is_up, 1.0, settings["paper_efficiency"])
        # without a network records go on paper, never faster than otherwise
        paper_rate = 1 / settings["paper_hours"]
        slow_send = min(paper_rate, rules.send_rate)
        slow_receive = min(paper_rate, rules.receive_rate)
        home_is_up = self.is_up[:, self.model.own_host]
        if rules.sends_directly:
            both_up = self.is_up[:, None, :] & home_is_up[:, :, None]
            rate = np.where(both_up, rules.send_rate, slow_send) * rules.allowed_pairs
            self.direct_rate = np.repeat(rate, PLACE_COUNT, axis=-1)
        if rules.uses_hub:
            rate = np.where(self.is_up, rules.send_rate, slow_send) * rules.host_sends
            self.up_rate = np.repeat(rate, PLACE_COUNT, axis=-1)[:, None, :]
            rate = np.where(home_is_up, rules.receive_rate, slow_receive) * rules.home_receives
            # whoever is in the home municipality is known to it without the hub
            away = np.ones((self.home_count, len(self.model.hosts)))
            away[np.arange(self.home_count), self.model.own_host] = 0.0
            self.down_rate = rate[:, :, None] * np.repeat(away, PLACE_COUNT, axis=-1)

    def _move_people(self, rate: FloatArray) -> None:
        """Move people on; the registered leave a record behind, and nobody knows the new place."""
        # einsum, not @: a threaded product of this size costs more than it saves, and gains nothing
        # beside other workers
        movers = np.einsum("sdoj,j->sdo", self.state, rate)
        self.state *= 1 - rate
        self.duplicate *= 1 - rate
        self.registered -= movers[SENDABLE:].sum(axis=(0, 2))
        if self.rules.sends_directly or self.rules.uses_hub:
            self.known_away -= movers[self.known_state]
        if self.rules.uses_hub:
            self.at_hub -= movers[self.known_state : self.hub_state + 1].sum(axis=(0, 2))
        arrivals = ((NEVER, movers[NEVER]), (AGAIN, movers[AGAIN:].sum(axis=0)))
        for state, people in arrivals:
            np.multiply(people[:, :, None], self.model.later_shares, out=self.flow)
            self.state[state] += self.flow

    def _register_people(self, hour: int) -> None:
        """Register whom the staff meet, up to their limit, and who registers without them."""
        self_rate = self.rules.self_register_rate
        again = self.state[AGAIN].sum(axis=1)
        waiting = self.state[NEVER].sum(axis=1) + again
        met_rate = np.tile(self.model.contact_rates[hour], len(self.model.hosts)) * (1 - self_rate)
        # a host's staff serve the same share of those met in each of its places
        load = (waiting * met_rate).reshape(self.draws, -1, PLACE_COUNT).sum(axis=-1)
        limit = self.model.capacity[hour] * self.efficiency
        served = np.minimum(1.0, np.divide(limit, load, out=np.ones_like(load), where=load > 0))
        pace = self.model.settings["records_per_staff_hour"] * self.efficiency
        hours = np.divide(load * served, pace, out=np.zeros_like(load), where=pace > 0)
        self.recorder.registering_hours += hours.sum(axis=-1)
        rate = (self_rate + met_rate * np.repeat(served, PLACE_COUNT, axis=-1))[:, None, :]
        self.registered += (waiting * rate[:, 0]).sum(axis=-1)
        np.add(self.state[NEVER], self.state[AGAIN], out=self.flow)
        self.flow *= rate
        self.state[: AGAIN + 1] *= 1 - rate
        if self.rules.consent_share < 1:
            self.state[self.barred_state] += (1 - self.rules.consent_share) * self.flow
            self.flow *= self.rules.consent_share
        self.state[SENDABLE] += self.flow
        self.duplicate += again * rate[:, 0] * (1 - self.rules.strike_share)
        self.duplicate *= 1 - self.rules.cleaning_rate

    def _send_directly(self, hour: int) -> None:
        np.multiply(self.state[SENDABLE], self.direct_rate, out=self.flow)
        self.state[SENDABLE] -= self.flow
        self.state[self.known_state] += self.flow
        self.known_away += self.flow.sum(axis=-1)
        self._count_flow(hour, DIRECT)

    def _send_by_hub(self, hour: int) -> None:
        np.multiply(self.state[SENDABLE], self.up_rate, out=self.flow)
        self.state[SENDABLE] -= self.flow
        self.state[self.hub_state] += self.flow
        self.at_hub += self._count_flow(hour, UP)
        # what the hub has just got, home may receive within the same hour
        np.multiply(self.state[self.hub_state], self.down_rate, out=self.flow)
        self.state[self.hub_state] -= self.flow
        self.state[self.known_state] += self.flow
        received = self.flow.sum(axis=-1)
        self.known_away += received
        self.recorder.count_sends(hour, DOWN, received.sum(axis=-1))

    def _count_flow(self, hour: int, kind: int) -> FloatArray:
        """Count what has just flowed within the prefecture and across its border; sum both."""
        by_cell = self.flow.sum(axis=1)
        within = by_cell[:, self.cell_in_prefecture].sum(axis=-1)
        across = by_cell[:, ~self.cell_in_prefecture].sum(axis=-1)
        self.recorder.count_sends(hour, kind, within)
        self.recorder.count_sends(hour, kind + 1, across)
        return np.asarray(within + across, dtype=float)

    def _record_hour(self, hour: int) -> None:
        by_host = self.state.reshape(*self.state.shape[:-1], -1, PLACE_COUNT)
        # whoever is registered in the home municipality is known to it
        homes = np.arange(self.home_count)
        known_here = by_host[SENDABLE:, :, homes, self.model.own_host].sum(axis=(0, -1))
        self.recorder.record_hour(
            hour,
            at_host=self.registered,
            at_hub=self.at_hub,
            at_home=known_here + self.known_away,
            duplicate=self.duplicate.sum(axis=-1),
        )
        mark = self.recorder.find_mark(hour)
        if mark is not None:
            # where people are does not depend on outages: the first draw shows it
            self.recorder.places[mark] = self.state[:, 0].sum(axis=0)
            waiting = by_host[:SENDABLE].sum(axis=(0, 2, 3))
            self.recorder.waiting[mark] = waiting.mean(axis=0)
