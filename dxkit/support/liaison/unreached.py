"""Who cannot be visited within a day, and what can be done instead?"""

from collections.abc import Hashable, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Ints = NDArray[np.int64]
HOUR = 3600


def options(visited: pd.DataFrame, travel: Ints, fits: NDArray[np.bool_], *, visit: int, day: int) -> pd.DataFrame:
    """Name those left out, with the hours that a visit would need and what can be done.

    Parameters
    ----------
    visited
        Those left out.
    travel
        Seconds between the start (0) and all municipalities, those left out included.
    fits
        For each row of ``travel``: does a visit fit into a day?
    visit, day
        Seconds of a visit, of a day.

    Returns
    -------
    pandas.DataFrame
        ``code, name, needed_hours, options``.
    """
    rows = [
        _row(left, int(at), travel, visit, day)
        for left, at in zip(visited.to_dict("records"), np.flatnonzero(~fits), strict=True)
    ]
    return pd.DataFrame(rows, columns=["code", "name", "needed_hours", "options"])


def _row(left: Mapping[Hashable, object], at: int, travel: Ints, visit: int, day: int) -> dict[str, object]:
    way = int(travel[0, at] + travel[at, 0])
    said = ["オンラインで行う", f"1日を{np.ceil((way + visit) / HOUR * 10) / 10:.1f}時間にする"]
    if way < day:
        said.append(f"訪問を{(day - way) // 60}分以内にする")
    if max(travel[0, at], travel[at, 0]) + visit <= day:
        said.append("前泊か後泊にして、片道の移動を別の日に分ける")
    said.append("近くの県民局・県民センターから出る（start をその庁舎にする）")
    return {
        "code": left["code"],
        "name": left.get("name", left["code"]),
        "needed_hours": (way + visit) / HOUR,
        "options": "／".join(said),
    }
