"""Which choices of bases did groups record, and how are they listed?"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, fields

import pandas as pd

from dxkit.widgets._html import write_table

# what the two choices of bases are called
HAND_LABEL = "自分たち"
BEST_LABEL = "最適"


@dataclass(frozen=True)
class DroneRecord:
    """One recorded choice of bases; fields as the columns of `DroneExplorer.records`."""

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


def make_record_table(records: Sequence[DroneRecord]) -> pd.DataFrame:
    """Make a table of the recorded choices, one row each."""
    # the columns exist also while nothing is recorded
    columns = [field.name for field in fields(DroneRecord)]
    rows = [[getattr(record, column) for column in columns] for record in records]
    return pd.DataFrame(rows, columns=columns)


def write_records(
    records: Sequence[DroneRecord], name_base: Callable[[Hashable], str], unit: str
) -> str:
    """Write the recorded choices as an HTML table.

    Parameters
    ----------
    records
        In the order of recording.
    name_base
        What people call a base, by its key.
    unit
        Of the weight.
    """
    heads = (
        "グループ",
        "置いた拠点",
        f"届く（{unit}）",
        "割合",
        f"{BEST_LABEL}に対して",
        f"{BEST_LABEL}（{unit}）",
        "届く距離",
    )
    rows = [
        (
            record.group,
            "、".join(map(name_base, record.bases)),
            f"{record.people:,.0f}",
            f"{record.share:.1%}",
            f"{record.of_optimum:.1%}",
            f"{record.optimum:,.0f}",
            f"{record.range_km:.1f} km",
        )
        for record in records
    ]
    return write_table(heads, rows)
