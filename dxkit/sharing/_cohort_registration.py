"""How many people are where, and how many of them has a host registered, hour by hour?

Nothing here hangs on who passes records to whom: policies that ask people to register themselves
equally often have it in common.
"""

import numpy as np

from dxkit._arrays import FloatArray
from dxkit.sharing._model import PLACE_COUNT, Model


class CohortRegistration:
    """The expected numbers of people who have fled, moved on and been registered.

    Parameters
    ----------
    model
        From `build_model`.
    self_rate
        Probability an hour of registering oneself.
    restored
        (draws, H) hour at which each host's network is back.

    Attributes
    ----------
    people
        (O, J) all who have fled; the same in all draws.
    waiting
        (draws, O, J) those whom their host does not know.
    waiting_by_cell
        (draws, J) the same over all homes, kept up to date with every flow.
    registered_now
        (draws, O, J) who has been registered in this hour.
    again_now
        (draws, 4) those of them with a record left behind elsewhere, by type of place.
    hours_now
        (draws) hours that the registering took the staff in this hour.
    at_host
        (draws) people whom their host knows.
    known_here
        (draws, O) those of them whose host is their home.
    """

    def __init__(self, model: Model, self_rate: float, restored: FloatArray) -> None:
        self._model = model
        self._self_rate = self_rate
        self._restored = restored
        draws = len(restored)
        home_count = len(model.homes)
        cell_count = len(model.hosts) * PLACE_COUNT
        self.people = np.zeros((home_count, cell_count))
        self.waiting = np.zeros((draws, home_count, cell_count))
        self.registered_now = np.zeros_like(self.waiting)
        self.again_now = np.zeros((draws, PLACE_COUNT))
        self.hours_now = np.zeros(draws)
        self.at_host = np.zeros(draws)
        self.known_here = np.zeros((draws, home_count))
        # those of the waiting who were never registered, and (by cell) those who were elsewhere
        self._never = np.zeros_like(self.waiting)
        self._again_by_cell = np.zeros((draws, cell_count))
        self.waiting_by_cell = np.zeros((draws, cell_count))
        self._people_by_cell = np.zeros(cell_count)

    def advance_hour(self, hour: int) -> None:
        """Let people move on and flee, and register them."""
        if self._model.move_rates[hour].any():
            self._move_people(np.tile(self._model.move_rates[hour], len(self._model.hosts)))
        if self._model.flight_shares[hour]:
            fleeing = self._model.flight_shares[hour] * self._model.people[:, None]
            fleeing = fleeing * self._model.first_shares
            self._never += fleeing
            self._add_arrivals(fleeing)
        self._register_people(hour)
        self._count_known()

    def _count_known(self) -> None:
        """Count whom hosts, and homes by being the host, know at the end of the hour."""
        homes = np.arange(len(self._model.homes))
        own_host = self._model.own_host
        by_host = (*self.people.shape[:-1], -1, PLACE_COUNT)
        people = self.people.reshape(by_host)[homes, own_host]
        waiting = self.waiting.reshape(len(self.waiting), *by_host)[:, homes, own_host]
        self.known_here = (people - waiting).sum(axis=-1)
        self.at_host = (self._people_by_cell - self.waiting_by_cell).sum(axis=-1)

    def _move_people(self, rate: FloatArray) -> None:
        """Move people on; nobody knows the new place."""
        # einsum, not @: a threaded product of this size costs more than it saves, and gains nothing
        # beside other workers
        movers = np.einsum("oj,j->o", self.people, rate)
        never_movers = np.einsum("doj,j->do", self._never, rate)
        # whoever has been registered leaves a record behind; rounding must make nobody negative
        again_movers = np.maximum(movers - never_movers, 0.0)
        shares = self._model.later_shares
        stay = 1 - rate
        sums = (self._people_by_cell, self.waiting_by_cell, self._again_by_cell)
        for count in (self.people, self.waiting, self._never, *sums):
            np.multiply(count, stay, out=count)
        # the array of this hour's registrations is free until people register
        self._never += np.multiply(never_movers[:, :, None], shares, out=self.registered_now)
        self._again_by_cell += np.einsum("do,oj->dj", again_movers, shares)
        self._add_arrivals(movers[:, None] * shares)

    def _add_arrivals(self, arrivals: FloatArray) -> None:
        """Add (O, J) people who have come from anywhere."""
        self.people += arrivals
        self.waiting += arrivals
        by_cell = arrivals.sum(axis=0)
        self._people_by_cell += by_cell
        self.waiting_by_cell += by_cell

    def _register_people(self, hour: int) -> None:
        """Register whom the staff meet, up to their limit, and who registers without them."""
        model = self._model
        is_up = self._restored <= hour
        efficiency = np.where(is_up, 1.0, model.settings["paper_efficiency"])
        met_rate = np.tile(model.contact_rates[hour], len(model.hosts)) * (1 - self._self_rate)
        # a host's staff serve the same share of those met in each of its places
        met = self.waiting_by_cell * met_rate
        load = met.reshape(len(met), -1, PLACE_COUNT).sum(axis=-1)
        limit = model.capacity[hour] * efficiency
        served = np.minimum(1.0, np.divide(limit, load, out=np.ones_like(load), where=load > 0))
        pace = model.settings["records_per_staff_hour"] * efficiency
        hours = np.divide(load * served, pace, out=np.zeros_like(load), where=pace > 0)
        self.hours_now = hours.sum(axis=-1)
        rate = self._self_rate + met_rate * np.repeat(served, PLACE_COUNT, axis=-1)
        again = (self._again_by_cell * rate).reshape(len(rate), -1, PLACE_COUNT)
        self.again_now = again.sum(axis=1)
        np.multiply(self.waiting, rate[:, None, :], out=self.registered_now)
        self.waiting -= self.registered_now
        left_out = 1 - rate
        self._never *= left_out[:, None, :]
        self.waiting_by_cell *= left_out
        self._again_by_cell *= left_out
