"""How many people does each body know of, in the mean, hour by hour?

An expected-value engine: its cost does not grow with the people. State of a person: unregistered (never, or with an earlier
record left behind), registered at the host (may be passed on or, without consent, not), held by the hub, known to home. All
rates are linear but the registering staff's limit, which acts on sums; so the means of large numbers obey the same rules as
the people themselves (`persons` checks this).

Order within an hour, the same in both engines: moving on, fleeing, registering, cleaning of double records, sending,
receiving.
"""

import numpy as np

from dxkit.sharing._model import Floats, Model, Rules
from dxkit.sharing._trace import K, Store, Trace

NEVER, AGAIN, SENDABLE = 0, 1, 2


def run(model: Model, rules: Rules, restored: Floats, marks: tuple[int, ...]) -> Trace:
    """Run the cohort engine.

    Parameters
    ----------
    model, rules
        Scenario and policy.
    restored
        (draws, H) hour at which each host's network is back.
    marks
        Hours (counted from 1: 24 is the end of the first day) at which homes and places are kept.

    Returns
    -------
    Trace
    """
    return _Cohort(model, rules, restored, marks).run()


class _Cohort:
    """The arrays of one run: ``state`` (S, draws, O, J) holds people by state."""

    def __init__(
        self, model: Model, rules: Rules, restored: Floats, marks: tuple[int, ...]
    ) -> None:
        self.model, self.rules, self.restored = model, rules, restored
        self.draws, self.homes, self.cells = len(restored), len(model.homes), len(model.hosts) * K
        states = 3 + (rules.direct or rules.hub) + rules.hub + (rules.consent < 1)
        self.known, self.hub, self.barred = (
            3,
            4,
            3 + int(rules.direct or rules.hub) + int(rules.hub),
        )
        self.state = np.zeros((states, self.draws, self.homes, self.cells))
        self.flow = np.empty(self.state.shape[1:])
        self.duplicate = np.zeros((self.draws, self.cells))
        self.store = Store(model, rules, self.draws, marks)
        # sums that are kept up to date with every flow: adding up all cells each hour would take a fifth of the time
        self.registered, self.held = np.zeros(self.draws), np.zeros(self.draws)
        self.away = np.zeros((self.draws, self.homes))
        self.inside = np.repeat(model.inside, K)
        self.up = np.zeros((self.draws, len(model.hosts)), dtype=bool)
        self.changes = set(np.unique(restored).astype(int).tolist()) | {
            0,
            int(np.ceil(rules.start)),
        }

    def run(self) -> Trace:
        model = self.model
        for hour in range(model.hours):
            if hour in self.changes:
                self._set_rates(hour)
            if model.move[hour].any():
                self._move(np.tile(model.move[hour], len(model.hosts)))
            if model.arrive[hour]:
                self.state[NEVER] += model.arrive[hour] * model.people[:, None] * model.first
            self._register(hour)
            if hour >= self.rules.start and self.rules.direct:
                self._send_directly(hour)
            if hour >= self.rules.start and self.rules.hub:
                self._send_by_hub(hour)
            self._measure(hour)
        return self.store.trace()

    def _set_rates(self, hour: int) -> None:
        """Set what depends on which networks are up; this changes only when one comes back."""
        rules, settings = self.rules, self.model.settings
        self.up = self.restored <= hour
        self.efficiency = np.where(self.up, 1.0, settings["paper_efficiency"])
        paper = 1 / settings["paper_hours"]
        home_up = self.up[:, self.model.own]
        if rules.direct:
            both = self.up[:, None, :] & home_up[:, :, None]
            rate = np.where(both, rules.host_rate, min(paper, rules.host_rate)) * rules.allowed
            self.direct_rate = np.repeat(rate, K, axis=-1)
        if rules.hub:
            rate = np.where(self.up, rules.host_rate, min(paper, rules.host_rate)) * rules.sends
            self.up_rate = np.repeat(rate, K, axis=-1)[:, None, :]
            rate = np.where(home_up, rules.home_rate, min(paper, rules.home_rate)) * rules.receives
            away = np.ones((self.homes, len(self.model.hosts)))
            away[np.arange(self.homes), self.model.own] = 0.0
            self.down_rate = rate[:, :, None] * np.repeat(away, K, axis=-1)

    def _move(self, rate: Floats) -> None:
        """Move people on; who was registered leaves a record behind, and nobody knows the new place."""
        # einsum, not @: a threaded product of this size costs more than it saves, and gains nothing beside other workers
        movers = np.einsum("sdoj,j->sdo", self.state, rate)
        self.state *= 1 - rate
        self.duplicate *= 1 - rate
        self.registered -= movers[SENDABLE:].sum(axis=(0, 2))
        if self.rules.direct or self.rules.hub:
            self.away -= movers[self.known]
        if self.rules.hub:
            self.held -= movers[self.known : self.hub + 1].sum(axis=(0, 2))
        for state, moved in ((NEVER, movers[NEVER]), (AGAIN, movers[AGAIN:].sum(axis=0))):
            np.multiply(moved[:, :, None], self.model.later, out=self.flow)
            self.state[state] += self.flow

    def _register(self, hour: int) -> None:
        """Register whom the staff meet, up to their limit, and who registers without them."""
        own = self.rules.self_register
        again = self.state[AGAIN].sum(axis=1)
        waiting = self.state[NEVER].sum(axis=1) + again
        met = np.tile(self.model.contact[hour], len(self.model.hosts)) * (1 - own)
        load = (waiting * met).reshape(self.draws, -1, K).sum(axis=-1)
        limit = self.model.capacity[hour] * self.efficiency
        service = np.minimum(1.0, np.divide(limit, load, out=np.ones_like(load), where=load > 0))
        per_hour = self.model.settings["records_per_staff_hour"] * self.efficiency
        worked = np.divide(load * service, per_hour, out=np.zeros_like(load), where=per_hour > 0)
        self.store.registering = self.store.registering + worked.sum(axis=-1)
        rate = (own + met * np.repeat(service, K, axis=-1))[:, None, :]
        self.registered += (waiting * rate[:, 0]).sum(axis=-1)
        np.add(self.state[NEVER], self.state[AGAIN], out=self.flow)
        self.flow *= rate
        self.state[: AGAIN + 1] *= 1 - rate
        if self.rules.consent < 1:
            self.state[self.barred] += (1 - self.rules.consent) * self.flow
            self.flow *= self.rules.consent
        self.state[SENDABLE] += self.flow
        self.duplicate += again * rate[:, 0] * (1 - self.rules.strike)
        self.duplicate *= 1 - self.rules.cleaning

    def _send_directly(self, hour: int) -> None:
        np.multiply(self.state[SENDABLE], self.direct_rate, out=self.flow)
        self.state[SENDABLE] -= self.flow
        self.state[self.known] += self.flow
        self.away += self.flow.sum(axis=-1)
        self._count(hour, 0)

    def _send_by_hub(self, hour: int) -> None:
        np.multiply(self.state[SENDABLE], self.up_rate, out=self.flow)
        self.state[SENDABLE] -= self.flow
        self.state[self.hub] += self.flow
        self.held += self._count(hour, 2)
        np.multiply(self.state[self.hub], self.down_rate, out=self.flow)
        self.state[self.hub] -= self.flow
        self.state[self.known] += self.flow
        received = self.flow.sum(axis=-1)
        self.away += received
        self.store.count(hour, 4, received.sum(axis=-1))

    def _count(self, hour: int, kind: int) -> Floats:
        """Count what has just flowed, within the prefecture and across its border, and give it in all."""
        by_cell = self.flow.sum(axis=1)
        inside, outside = (
            by_cell[:, self.inside].sum(axis=-1),
            by_cell[:, ~self.inside].sum(axis=-1),
        )
        self.store.count(hour, kind, inside)
        self.store.count(hour, kind + 1, outside)
        return np.asarray(inside + outside, dtype=float)

    def _measure(self, hour: int) -> None:
        by_host = self.state.reshape(*self.state.shape[:-1], -1, K)
        at_home = by_host[SENDABLE:, :, np.arange(self.homes), self.model.own].sum(axis=(0, -1))
        known, twice = at_home + self.away, self.duplicate.sum(axis=-1)
        self.store.keep(hour, host=self.registered, hub=self.held, known=known, duplicate=twice)
        if hour + 1 in self.store.marks:
            at = self.store.marks.index(hour + 1)
            self.store.places[at] = self.state[:, 0].sum(axis=0)
            self.store.waiting[at] = by_host[:SENDABLE].sum(axis=(0, 2, 3)).mean(axis=0)
