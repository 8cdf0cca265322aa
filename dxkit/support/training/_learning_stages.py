"""Which are the stages of the prefecture's cycle of learning, and what does a column of them say?

`LEARNING_STAGES` and `STAGE_LABELS` name them, `read_stages` reads a column.
"""

from collections.abc import Mapping

import pandas as pd

from dxkit import _checks
from dxkit.errors import Fault, TableError

LEARNING_STAGES = ("know", "try", "teach")
STAGE_LABELS = {"know": "知る", "try": "やってみる", "teach": "教え合う"}
LAST_STAGE = len(LEARNING_STAGES) - 1
# before 知る: no stage is done
NO_STAGE = -1


def read_stages(table: pd.DataFrame, column: str, what: str, *, blank: bool = False) -> list[int]:
    """Read each row's stage as 0, 1, 2; −1 for an empty cell where one is allowed.

    Raises
    ------
    TableError
        Naming every row whose stage is none of the three.
    """
    _checks.require_columns(table, [column], what)
    ranks: Mapping[object, int] = {stage: rank for rank, stage in enumerate(LEARNING_STAGES)}
    # an empty cell is NaN or an empty text, by the file it comes from
    values = [None if pd.isna(value) or value == "" else value for value in table[column]]
    faults = [
        Fault(
            "段階が分かりません",
            f"{'・'.join(LEARNING_STAGES)} のどれかにしてください",
            row=row + 1,
            column=column,
            value=value,
        )
        for row, value in enumerate(values)
        if value not in ranks and not (value is None and blank)
    ]
    if faults:
        raise TableError(faults)
    return [ranks.get(value, NO_STAGE) for value in values]
