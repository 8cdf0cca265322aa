"""What happens to each single person? The same rules as the cohort engine, drawn person by person.

For small numbers, where means hide what chance does, and to check the cohort engine. Its cost grows with the people.
"""

import numpy as np
from numpy.typing import NDArray

from dxkit.sharing._model import Floats, Integers, Model, Rules
from dxkit.sharing._trace import K, Store, Trace, merge

# states of a person; from REGISTERED on, the host knows where the person is
NOT_YET, NEVER, AGAIN, BARRED, SENDABLE, HELD, KNOWN = range(7)
REGISTERED = BARRED
States = NDArray[np.int8]


def run(model: Model, rules: Rules, restored: Floats, marks: tuple[int, ...], seed: int) -> Trace:
    """Run the person-level engine once for every draw of outages; arguments and result as in `cohort.run`."""
    seeds = np.random.SeedSequence(seed).spawn(len(restored))
    rows = zip(restored, seeds, strict=True)
    return merge(
        [
            _Persons(model, rules, row, np.random.default_rng(chosen), marks).run()
            for row, chosen in rows
        ]
    )


class _Persons:
    """One draw: arrays with one element a person."""

    def __init__(
        self,
        model: Model,
        rules: Rules,
        restored: Floats,
        random: np.random.Generator,
        marks: tuple[int, ...],
    ) -> None:
        self.model, self.rules, self.restored, self.random = model, rules, restored, random
        self.store = Store(model, rules, 1, marks)
        self.home = np.repeat(np.arange(len(model.homes)), np.round(model.people).astype(int))
        count = len(self.home)
        self.cell = self._where(self.home, model.first)
        reached = np.cumsum(model.arrive)
        self.flees = np.searchsorted(reached, random.random(count) * reached[-1], side="right")
        self.state = np.full(count, NOT_YET, dtype=np.int8)
        self.twice = np.zeros(count, dtype=bool)

    def run(self) -> Trace:
        for hour in range(self.model.hours):
            up = self.restored <= hour
            if self.model.move[hour].any():
                self._move(hour)
            self.state[(self.flees == hour) & (self.state == NOT_YET)] = NEVER
            self._register(hour, up)
            self.twice &= ~self._happens(np.full(len(self.home), self.rules.cleaning))
            if hour >= self.rules.start:
                self._share(hour, up)
            self._measure(hour)
        return self.store.trace()

    def _happens(self, probability: Floats) -> NDArray[np.bool_]:
        return self.random.random(len(probability)) < probability

    def _where(self, home: Integers, shares: Floats) -> Integers:
        """Draw a cell for each person by the shares of their home."""
        cells = np.empty(len(home), dtype=np.intp)
        draws = self.random.random(len(home))
        for row in range(len(shares)):
            mine = home == row
            ends = np.cumsum(shares[row])
            cells[mine] = np.searchsorted(ends / ends[-1], draws[mine], side="right")
        return cells

    def _move(self, hour: int) -> None:
        fled = np.flatnonzero(self.state != NOT_YET)
        movers = fled[self._happens(self.model.move[hour][self.cell[fled] % K])]
        self.state[movers] = np.where(self.state[movers] == NEVER, NEVER, AGAIN)
        self.twice[movers] = False
        self.cell[movers] = self._where(self.home[movers], self.model.later)

    def _register(self, hour: int, up: NDArray[np.bool_]) -> None:
        """Register whom the staff meet, up to their limit drawn by lot, and who registers without them."""
        waiting = np.flatnonzero((self.state == NEVER) | (self.state == AGAIN))
        alone = self._happens(np.full(len(waiting), self.rules.self_register))
        met = waiting[~alone]
        met = met[self._happens(self.model.contact[hour][self.cell[met] % K])]
        efficiency = np.where(up, 1.0, self.model.settings["paper_efficiency"])
        served = self._served(met, self.model.capacity[hour] * efficiency)
        pace = (self.model.settings["records_per_staff_hour"] * efficiency)[self.cell[served] // K]
        self.store.registering += float((1 / pace).sum())
        self._enter(np.concatenate([waiting[alone], served]))

    def _served(self, met: Integers, limit: Floats) -> Integers:
        """Choose by lot, host by host, as many as the staff can serve; a fraction of a person by chance."""
        whole = np.floor(limit + self.random.random(len(limit)))
        shuffled = self.random.permutation(met)
        order = shuffled[np.argsort(self.cell[shuffled] // K, kind="stable")]
        host = self.cell[order] // K
        place = np.arange(len(order)) - np.searchsorted(host, host, side="left")
        served: Integers = order[place < whole[host]]
        return served

    def _enter(self, people: Integers) -> None:
        agrees = self._happens(np.full(len(people), self.rules.consent))
        again = self.state[people] == AGAIN
        self.twice[people] = again & ~self._happens(np.full(len(people), self.rules.strike))
        self.state[people] = np.where(agrees, SENDABLE, BARRED)

    def _rate(self, up: NDArray[np.bool_], rate: float) -> Floats:
        return np.where(up, rate, min(1 / self.model.settings["paper_hours"], rate))

    def _share(self, hour: int, up: NDArray[np.bool_]) -> None:
        rules, own = self.rules, self.model.own
        sendable = np.flatnonzero(self.state == SENDABLE)
        host, home = self.cell[sendable] // K, self.home[sendable]
        if rules.direct:
            rate = self._rate(up[host] & up[own[home]], rules.host_rate) * rules.allowed[home, host]
            self._pass_on(hour, sendable[self._happens(rate)], KNOWN, 0)
        if rules.hub:
            rate = (self._rate(up, rules.host_rate) * rules.sends)[host]
            self._pass_on(hour, sendable[self._happens(rate)], HELD, 2)
            held = np.flatnonzero(self.state == HELD)
            home = self.home[held]
            rate = (self._rate(up[own], rules.home_rate) * rules.receives)[home] * (
                self.cell[held] // K != own[home]
            )
            received = held[self._happens(rate)]
            self.state[received] = KNOWN
            self._count(hour, 4, len(received))

    def _pass_on(self, hour: int, people: Integers, state: int, kind: int) -> None:
        inside = int(self.model.inside[self.cell[people] // K].sum())
        self.state[people] = state
        self._count(hour, kind, inside)
        self._count(hour, kind + 1, len(people) - inside)

    def _count(self, hour: int, kind: int, records: int) -> None:
        self.store.count(hour, kind, np.array([float(records)]))

    def _measure(self, hour: int) -> None:
        registered = self.state >= REGISTERED
        at_home = registered & (self.cell // K == self.model.own[self.home])
        known = np.bincount(
            self.home[at_home | (self.state == KNOWN)], minlength=len(self.model.homes)
        )[None, :]
        hub = (self.state >= HELD).sum() if self.rules.hub else 0
        host, hub, twice = (
            np.array([float(number)]) for number in (registered.sum(), hub, self.twice.sum())
        )
        self.store.keep(hour, host=host, hub=hub, known=known.astype(float), duplicate=twice)
        if hour + 1 in self.store.marks:
            fled = self.state != NOT_YET
            at = self.store.marks.index(hour + 1)
            np.add.at(self.store.places[at], (self.home[fled], self.cell[fled]), 1.0)
            self.store.waiting[at] = np.bincount(self.cell[fled & ~registered] % K, minlength=K)
