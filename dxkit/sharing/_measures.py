"""Which measures does a simulation have, and how are draws summarised?

A mean and the interval between two quantiles over draws of outages.
"""

import numpy as np

from dxkit._arrays import FloatArray

# measure of the timeline → Japanese label
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
# measure → the trace's name of it
TRACE_NAMES = {
    "known_host": "host",
    "known_home": "home",
    "known_prefecture": "prefecture",
    **{measure: measure for measure in list(MEASURES)[3:]},
}
# quantiles
INTERVAL = (0.05, 0.95)


def summarise_draws(values: FloatArray) -> dict[str, FloatArray]:
    """Compute mean and interval over the last axis."""
    low, high = np.quantile(values, INTERVAL, axis=-1)
    return {"mean": values.mean(axis=-1), "p05": low, "p95": high}


def summarise_figure(values: FloatArray) -> dict[str, float]:
    """Compute mean and interval of one figure over draws."""
    return {name: float(value) for name, value in summarise_draws(values).items()}
