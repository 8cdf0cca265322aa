"""How many pass from 知る to やってみる to 教え合う, without a word about anybody?

Records of who did what stay with the office: what comes out are counts a stage. A count of few could give a person away, and so
could the difference between two stages: both are left empty below ``least``.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from dxkit import _checks
from dxkit.errors import ChoiceError, Fault, TableError
from dxkit.support.training._paths import LABELS, STAGES, ranks

LEAST = 3


def funnel(records: pd.DataFrame, *, by: Sequence[str] = (), least: int = LEAST) -> pd.DataFrame:
    """Count how many have reached each stage.

    Parameters
    ----------
    records
        One row a person, topic and stage done: ``learner, topic, stage``, and the columns of ``by``.
    by
        Columns to count by (``topic``, ``code`` …); a person counts once a topic. Never ``learner``.
    least
        Counts from 1 to below this are left empty, and so is a later stage whose difference to the one before is that small.

    Returns
    -------
    pandas.DataFrame
        One row a group and stage: the columns of ``by``, ``stage, stage_label, count`` (empty where too small), ``share`` (of
        those at the first stage), ``hidden`` (whether it is left empty). No column says who.

    Raises
    ------
    TableError
        If a column is missing, or somebody stands at a stage without the one before (the row is named, the person is not).
    ChoiceError
        If ``by`` holds ``learner``, or ``least`` is not 1 or more.
    """
    few = int(_checks.require_number(least, "least", low=1))
    if "learner" in by:
        raise ChoiceError("by=「learner」は使えません。個人ごとの集計は出しません。")
    _checks.require_columns(records, ["learner", "topic", *by], "records")
    marked = pd.DataFrame(records)[list(dict.fromkeys(["learner", "topic", *by]))].assign(
        rank=ranks(records, "stage", "records")
    )
    _refuse_skips(marked)
    once = marked.drop_duplicates(["learner", "topic", "rank"])
    groups = once.groupby(list(by), sort=True, observed=True) if by else [((), once)]
    rows = [
        row for key, part in groups for row in _counted(dict(zip(by, key, strict=True)), part, few)
    ]
    table = pd.DataFrame(
        rows, columns=[*by, "stage", "stage_label", "count", "share", "hidden"]
    ).astype({"count": "Int64"})
    table.attrs = {"settings": {"by": tuple(by), "least": least}}
    return table


def _refuse_skips(marked: pd.DataFrame) -> None:
    """Refuse records in which a stage stands without the one before."""
    known = set(zip(marked["learner"], marked["topic"], marked["rank"], strict=True))
    faults = [
        Fault(
            "前の段階の記録がありません",
            f"「{LABELS[STAGES[stage - 1]]}」の記録を足してください",
            row=at + 1,
            column="stage",
            value=STAGES[stage],
        )
        for at, (person, topic, stage) in enumerate(
            zip(marked["learner"], marked["topic"], marked["rank"], strict=True)
        )
        if stage > 0 and (person, topic, stage - 1) not in known
    ]
    if faults:
        raise TableError(faults)


def _counted(key: dict[str, object], part: pd.DataFrame, few: int) -> list[dict[str, object]]:
    """Give the stages of one group, with what is too small left empty."""
    counts = [int((part["rank"] == stage).sum()) for stage in range(len(STAGES))]
    hidden, shown = [], counts[0]
    for at, count in enumerate(counts):
        lost = shown - count if at else 0
        # an empty stage says that nobody is there; a small difference says who is missing
        hidden.append(0 < count < few or 0 < lost < few)
        shown = shown if hidden[-1] else count
    whole = counts[0]
    rows = []
    for stage, count, secret in zip(STAGES, counts, hidden, strict=True):
        share = np.nan if secret or hidden[0] or not whole else count / whole
        row = {
            "stage": stage,
            "stage_label": LABELS[stage],
            "count": None if secret else count,
            "share": share,
            "hidden": secret,
        }
        rows.append(key | row)
    return rows
