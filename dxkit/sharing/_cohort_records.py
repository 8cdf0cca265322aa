"""Which bodies get the records of one policy, hour by hour, in the mean?

`CohortRecords` takes over who has just been registered, and sends records to homes or to a hub.
"""

import numpy as np

from dxkit._arrays import FloatArray
from dxkit.sharing._cohort_registration import CohortRegistration
from dxkit.sharing._model import PLACE_COUNT, Model
from dxkit.sharing._policy_rules import Rules
from dxkit.sharing._trace import DIRECT, DOWN, UP, Trace, TraceRecorder


class CohortRecords:
    """The expected numbers of records at each body under one policy.

    What is known to home, and double records, are only needed by type of place: whoever leaves it
    leaves as often in all hosts.

    Parameters
    ----------
    model, rules
        Scenario and policy.
    restored
        (draws, H) hour at which each host's network is back.
    marks
        Hours at which homes and places are kept.
    """

    def __init__(
        self, model: Model, rules: Rules, restored: FloatArray, marks: tuple[int, ...]
    ) -> None:
        self._model = model
        self._rules = rules
        self._restored = restored
        self._recorder = TraceRecorder(model, rules, len(restored), marks)
        shape = (len(restored), len(model.homes), len(model.hosts) * PLACE_COUNT)
        self._is_sharing = rules.sends_directly or rules.uses_hub
        # records that may be sent from the host, and those that wait at the hub for their home
        self._sendable = np.zeros(shape if self._is_sharing else 0)
        self._waiting_at_hub = np.zeros(shape if rules.uses_hub else 0)
        self._known_away = np.zeros((*shape[:2], PLACE_COUNT))
        self._at_hub = np.zeros((shape[0], PLACE_COUNT))
        self._duplicate = np.zeros((shape[0], PLACE_COUNT))
        self._in_prefecture = np.repeat(model.in_prefecture, PLACE_COUNT)
        # hours in which a network comes back or sharing begins: rates change only then
        self._change_hours = set(np.unique(restored).astype(int).tolist())
        self._change_hours |= {0, int(np.ceil(rules.start_hour))}

    def advance_hour(self, hour: int, registration: CohortRegistration, flow: FloatArray) -> None:
        """Follow who has moved on and been registered, and send records.

        ``flow`` (draws, O, J) is overwritten: all policies share it to stay in a processor's cache.
        """
        if hour in self._change_hours:
            self._set_rates(hour)
        if self._model.move_rates[hour].any():
            self._drop_movers(1 - self._model.move_rates[hour])
        self._add_registered(registration, flow)
        if hour >= self._rules.start_hour and self._rules.sends_directly:
            self._send_directly(hour, flow)
        if hour >= self._rules.start_hour and self._rules.uses_hub:
            self._send_by_hub(hour, flow)
        self._record_hour(hour, registration)

    def build_trace(self) -> Trace:
        """Make a trace of what was recorded."""
        return self._recorder.build_trace()

    def _set_rates(self, hour: int) -> None:
        """Set what depends on which networks are up; this changes only when one comes back."""
        rules = self._rules
        is_up = self._restored <= hour
        # without a network records go on paper, never faster than otherwise
        paper_rate = 1 / self._model.settings["paper_hours"]
        slow_send = min(paper_rate, rules.send_rate)
        slow_receive = min(paper_rate, rules.receive_rate)
        home_is_up = is_up[:, self._model.own_host]
        if rules.sends_directly:
            both_up = is_up[:, None, :] & home_is_up[:, :, None]
            rate = np.where(both_up, rules.send_rate, slow_send) * rules.allowed_pairs
            self._direct_rate = np.repeat(rate, PLACE_COUNT, axis=-1)
        if rules.uses_hub:
            rate = np.where(is_up, rules.send_rate, slow_send) * rules.host_sends
            self._up_rate = np.repeat(rate, PLACE_COUNT, axis=-1)[:, None, :]
            rate = np.where(home_is_up, rules.receive_rate, slow_receive) * rules.home_receives
            self._down_rate = rate[:, :, None]

    def _drop_movers(self, stay: FloatArray) -> None:
        """Drop the records of those who move on, by (4) shares that stay."""
        for by_cell in (self._sendable, self._waiting_at_hub):
            if by_cell.size:
                np.multiply(by_cell, np.tile(stay, len(self._model.hosts)), out=by_cell)
        for by_place in (self._known_away, self._at_hub, self._duplicate):
            np.multiply(by_place, stay, out=by_place)

    def _add_registered(self, registration: CohortRegistration, flow: FloatArray) -> None:
        """Take over who has just been registered, and clean double records."""
        rules = self._rules
        self._recorder.registering_hours += registration.hours_now
        self._duplicate += registration.again_now * (1 - rules.strike_share)
        self._duplicate *= 1 - rules.cleaning_rate
        if not self._is_sharing:
            return
        # whoever does not agree is known to the host alone
        if rules.consent_share < 1:
            np.multiply(registration.registered_now, rules.consent_share, out=flow)
            self._sendable += flow
        else:
            self._sendable += registration.registered_now

    def _send_directly(self, hour: int, flow: FloatArray) -> None:
        np.multiply(self._sendable, self._direct_rate, out=flow)
        self._sendable -= flow
        self._known_away += _add_up_places(flow)
        self._count_flow(hour, DIRECT, flow)

    def _send_by_hub(self, hour: int, flow: FloatArray) -> None:
        np.multiply(self._sendable, self._up_rate, out=flow)
        self._sendable -= flow
        self._waiting_at_hub += flow
        self._at_hub += self._count_flow(hour, UP, flow)
        # what the hub has just got, home may receive within the same hour; whoever is in the home
        # municipality is known to it without the hub
        homes = np.arange(len(self._model.homes))
        by_host = self._waiting_at_hub.reshape(*flow.shape[:2], -1, PLACE_COUNT)
        stays = by_host[:, homes, self._model.own_host]
        received = (_add_up_places(self._waiting_at_hub) - stays) * self._down_rate
        self._waiting_at_hub *= 1 - self._down_rate
        by_host[:, homes, self._model.own_host] = stays
        # rounding of the difference must make no number negative
        np.maximum(received, 0.0, out=received)
        self._known_away += received
        self._recorder.count_sends(hour, DOWN, received.sum(axis=(1, 2)))

    def _count_flow(self, hour: int, kind: int, flow: FloatArray) -> FloatArray:
        """Count what has just flowed within the prefecture and across its border.

        Returns both together, as (draws, 4) by type of place.
        """
        by_cell = flow.sum(axis=1)
        within = by_cell[:, self._in_prefecture].sum(axis=-1)
        across = by_cell[:, ~self._in_prefecture].sum(axis=-1)
        self._recorder.count_sends(hour, kind, within)
        self._recorder.count_sends(hour, kind + 1, across)
        by_place: FloatArray = by_cell.reshape(len(flow), -1, PLACE_COUNT).sum(axis=1)
        return by_place

    def _record_hour(self, hour: int, registration: CohortRegistration) -> None:
        self._recorder.record_hour(
            hour,
            at_host=registration.at_host,
            at_hub=self._at_hub.sum(axis=-1),
            at_home=registration.known_here + self._known_away.sum(axis=-1),
            duplicate=self._duplicate.sum(axis=-1),
        )
        mark = self._recorder.find_mark(hour)
        if mark is not None:
            # where people are does not depend on outages
            self._recorder.places[mark] = registration.people
            waiting = registration.waiting_by_cell.mean(axis=0)
            self._recorder.waiting[mark] = waiting.reshape(-1, PLACE_COUNT).sum(axis=0)


def _add_up_places(flow: FloatArray) -> FloatArray:
    """Add up (draws, O, J) over hosts, as (draws, O, 4)."""
    # einsum is four times faster than a sum over every fourth cell, and starts no threads
    by_host = flow.reshape(*flow.shape[:2], -1, PLACE_COUNT)
    return np.asarray(np.einsum("dohp->dop", by_host), dtype=float)
