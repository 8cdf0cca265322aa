"""Which cells of a list of members name nobody, or cannot be kept?"""

from collections.abc import Hashable, Sequence
from decimal import Decimal

import numpy as np
import pandas as pd

from dxkit.errors import Fault
from dxkit.schema import replace_surrogates

# what a member can be called by: complex numbers, dates and lists are no names
LABEL_TYPES = (str, int, float, Decimal, np.integer, np.floating)


def is_blank(label: object) -> bool:
    """Check that a cell names nobody."""
    return (
        label is None
        or label is pd.NA
        or label is pd.NaT
        or (isinstance(label, float) and np.isnan(label))
        or (isinstance(label, Decimal) and label.is_nan())
        or not str(label).strip()
    )


def list_blanks(labels: list[Hashable]) -> list[Fault]:
    """List the blank cells."""
    remedy = "市町名か団体コードを入れるか、行を除いてください"
    return [
        Fault("参加者が空欄です", remedy, row=row, column="code")
        for row, label in enumerate(labels, start=1)
        if is_blank(label)
    ]


def list_halves(labels: Sequence[object], column: str) -> list[Fault]:
    """List the cells that hold half a character, which no table of groups can keep."""
    return [
        Fault(
            "文字として読めない符号（サロゲートの片割れ）があります",
            "元の名簿で、その文字を打ち直してください",
            row=row,
            column=column,
            value=replace_surrogates(label),
        )
        for row, label in enumerate(labels, start=1)
        if isinstance(label, str) and replace_surrogates(label) != label
    ]


def list_nameless(labels: Sequence[object]) -> list[Fault]:
    """List the cells that are neither text nor number, such as a date or a list."""
    return [
        Fault(
            "名前でも番号でもないものが参加者になっています",
            "団体コード、市町名、団体の名前のどれかを入れてください",
            row=row,
            column="code",
            value=label,
        )
        for row, label in enumerate(labels, start=1)
        if not (is_blank(label) or isinstance(label, LABEL_TYPES))
    ]
