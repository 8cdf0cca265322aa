"""What did each group place, and how near did it come to the best?"""

import dataclasses
from collections.abc import Callable, Hashable, Sequence

import pandas as pd

from dxkit.widgets import tabling

OWN, BEST = "自分たち", "最適"


@dataclasses.dataclass(frozen=True)
class Record:
    """One choice of bases that a group recorded; fields as the columns of `DroneExplorer.records`."""

    group: str
    bases: tuple[Hashable, ...]
    people: float
    share: float
    of_optimum: float
    optimum: float
    optimum_bases: tuple[Hashable, ...]
    range_km: float
    wind_ms: float
    payload_kg: float
    drone: str


def frame(kept: Sequence[Record]) -> pd.DataFrame:
    """Give the recorded choices, one row each."""
    names = [each.name for each in dataclasses.fields(Record)]
    return pd.DataFrame([[getattr(record, name) for name in names] for record in kept], columns=names)


def listing(kept: Sequence[Record], called: Callable[[Hashable], str], unit: str) -> str:
    """Give the recorded choices as an HTML table."""
    heads = ("班", "置いた拠点", f"届く（{unit}）", "割合", f"{BEST}に対して", f"{BEST}（{unit}）", "届く距離")
    rows = [
        (
            each.group,
            "、".join(map(called, each.bases)),
            f"{each.people:,.0f}",
            f"{each.share:.1%}",
            f"{each.of_optimum:.1%}",
            f"{each.optimum:,.0f}",
            f"{each.range_km:.1f} km",
        )
        for each in kept
    ]
    return tabling.table(heads, rows)
