"""When is each municipality's network back after the disaster?

`draw_outages` draws it once for all policies, so that they are compared under the same outages.
"""

import numpy as np

from dxkit._arrays import FloatArray
from dxkit._checks import require_result, require_whole_number
from dxkit.sharing._model import Model


def draw_outages(model: Model, draws: int, seed: int) -> FloatArray:
    """Draw at which hour each host's network is back.

    Whether a network fails and for how long (exponential) is drawn municipality by municipality;
    one lognormal factor of mean 1 a draw stretches all of them, because a disaster is worse or
    milder everywhere.

    Parameters
    ----------
    model
        From `build_model`.
    draws
        How many draws.
    seed
        Of the draws.

    Returns
    -------
    numpy.ndarray
        (draws, H) hours, whole; 0 where the network never failed.

    Examples
    --------
    >>> from dxkit import sharing
    >>> model = sharing.build_model(sharing.read_scenario("noto_2024"))
    >>> restored = draw_outages(model, draws=1000, seed=0)
    >>> model.outage_probability[:3], (restored > 0).mean(axis=0).round(2)[:3]
    (array([0. , 0.9, 0.9]), array([0. , 0.9, 0.9]))
    """
    require_result(model, Model, "model", "sharing.build_model")
    require_whole_number(draws, "draws", high=10**9)
    # the order of the draws is part of the result: do not change it
    random = np.random.default_rng(seed)
    spread = float(model.settings["outage_spread"])
    # exp(normal(−s²/2, s)) has mean 1
    factor = np.exp(random.normal(-(spread**2) / 2, spread, (draws, 1)))
    has_failed = random.random((draws, len(model.hosts))) < model.outage_probability
    hours = random.exponential(1.0, has_failed.shape) * model.mean_hours * factor
    return np.where(has_failed, np.ceil(hours), 0.0)
