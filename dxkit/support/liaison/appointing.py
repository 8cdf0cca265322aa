"""At which times can a visit begin, and are those times within a day?"""

import numpy as np
import pandas as pd

from dxkit.errors import Fault, TableError
from dxkit.support import checking
from dxkit.support.liaison.solving import Window

HOUR = 3600


def windows(
    appointments: pd.DataFrame | None, visited: pd.DataFrame, *, begins: float, day: int, visit: int, days: int
) -> dict[int, list[Window]]:
    """Give the possible times of each appointed place (1 …: its row among those visited).

    Raises
    ------
    TableError
        Naming every appointment that cannot be: unknown code, a day beyond the plan, no room for the visit.
    """
    if appointments is None:
        return {}
    checking.columns(appointments, ["code", "from_hour", "to_hour"], "appointments")
    early, late = (
        np.rint((checking.numbers(appointments, column, "appointments", high=24) - begins) * HOUR).astype(np.int64)
        for column in ("from_hour", "to_hour")
    )
    listed = appointments["day"] if "day" in appointments.columns else pd.Series(np.nan, index=appointments.index)
    dated = checking.numbers(appointments.assign(day=listed), "day", "appointments", low=1, high=days, blank=True, whole=True)
    places = {code: row + 1 for row, code in enumerate(visited["code"])}
    _known(appointments, places, early, late, day=day, visit=visit)
    found: dict[int, list[Window]] = {}
    for row, code in enumerate(appointments["code"]):
        bound = None if np.isnan(dated[row]) else int(dated[row]) - 1
        found.setdefault(places[code], []).append(Window(bound, max(int(early[row]), 0), min(int(late[row]), day) - visit))
    return found


def _known(
    appointments: pd.DataFrame, places: dict[str, int], early: np.ndarray, late: np.ndarray, *, day: int, visit: int
) -> None:
    faults = []
    for row, code in enumerate(appointments["code"]):
        if code not in places:
            remedy = "巡回する市町の団体コードにしてください（1日で行けない市町は除かれています）"
            faults.append(Fault("appointments の市町は巡回先にありません", remedy, row=row + 1, column="code", value=code))
        elif min(late[row], day) - max(early[row], 0) < visit:
            remedy = "from_hour から to_hour までを、1日の時間の中で、訪問の時間より長くとってください"
            faults.append(Fault("appointments に訪問の入る時間がありません", remedy, row=row + 1, column="from_hour", value=code))
    if faults:
        raise TableError(faults)
