"""What does a change, such as a vendor's delay, do to the forecast of each municipality?

`compare` sets two forecasts of the same draws side by side.
"""

import numpy as np
import pandas as pd

from dxkit._arrays import FloatArray
from dxkit.errors import ChoiceError, shorten
from dxkit.schema import carry_provenance
from dxkit.support.progress._forecast_result import Forecast
from dxkit.support.progress._progress_table import PROGRESS_CAUTION

SETTINGS_IN_COMMON = ("draws", "seed", "as_of", "deadline")


def compare(before: Forecast, after: Forecast) -> pd.DataFrame:
    """Compare two forecasts of the same municipalities, such as one with a vendor's delay.

    Parameters
    ----------
    before, after
        Made with the same ``draws`` and ``seed``, so that they differ only by what was changed.

    Returns
    -------
    pandas.DataFrame
        One row a municipality: ``code, in_time_before, in_time_after, finish_before,
        finish_after, months_later`` (median of the draws).

    Raises
    ------
    ChoiceError
        If they were not made alike.

    Examples
    --------
    >>> import pandas as pd
    >>> from dxkit.support.progress import forecast
    >>> progress = pd.DataFrame({"code": ["28201"], "system": ["戸籍"], "share_done": [0.9]})
    >>> progress = progress.assign(as_of="2026-01", vendor="甲社")
    >>> late = forecast(progress, delay={"甲社": 6}, draws=50)
    >>> compare(forecast(progress, draws=50), late)["months_later"].tolist()
    [6.0]
    """
    for part, option in ((before, "before"), (after, "after")):
        if not isinstance(part, Forecast):
            raise ChoiceError(
                f"{option}={shorten(part)} は使えません。progress.forecast の結果を渡してください。"
            )
    # other draws would differ by chance alone
    alike = all(before.settings[name] == after.settings[name] for name in SETTINGS_IN_COMMON)
    if not alike or list(before.cells["code"]) != list(after.cells["code"]):
        raise ChoiceError(
            "同じ進捗の表・時点・期限・draws・seed で作った2つの見通しを比べてください。"
        )
    # draw by draw, as the same draw has the same luck in both
    later = [
        np.median(_find_last_months(after, code) - _find_last_months(before, code))
        for code in before.table["code"]
    ]
    result = pd.DataFrame(
        {
            "code": before.table["code"],
            "in_time_before": before.table["in_time"],
            "in_time_after": after.table["in_time"],
            "finish_before": before.table["finish"],
            "finish_after": after.table["finish"],
            "months_later": np.round(later, 2),
        }
    )
    result.attrs = {"settings": {"delay": after.settings["delay"], "caution": PROGRESS_CAUTION}}
    return carry_provenance(result, before.table, after.table)


def _find_last_months(forecast: Forecast, code: str) -> FloatArray:
    """Find when the last system of a municipality is through, in each draw."""
    is_own = (forecast.cells["code"] == code).to_numpy()
    return np.asarray(forecast.finishing[:, is_own].max(axis=1))
