"""Which stages does learning pass through, and which must come before which?

The package's cycle (page 9): 知る (video on demand) → やってみる (group session) → 教え合う (mutual advice). Nobody stands at
a stage without the one before.
"""

from collections.abc import Mapping

import pandas as pd

from dxkit.errors import Fault, TableError
from dxkit.support import checking

STAGES = ("know", "try", "teach")
LABELS = {"know": "知る", "try": "やってみる", "teach": "教え合う"}


def ranks(table: pd.DataFrame, column: str, what: str, *, blank: bool = False) -> list[int]:
    """Give each row's stage as 0, 1, 2; −1 for an empty cell where one is allowed.

    Raises
    ------
    TableError
        Naming every row whose stage is none of the three.
    """
    checking.columns(table, [column], what)
    known: Mapping[object, int] = {stage: at for at, stage in enumerate(STAGES)}
    values = [None if pd.isna(value) or value == "" else value for value in table[column]]
    faults = [
        Fault("段階が分かりません", f"{'・'.join(STAGES)} のどれかにしてください", row=at + 1, column=column, value=value)
        for at, value in enumerate(values)
        if value not in known and not (value is None and blank)
    ]
    if faults:
        raise TableError(faults)
    return [known.get(value, -1) for value in values]
