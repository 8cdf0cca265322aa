"""How many pass from 知る to やってみる to 教え合う, without a word about anybody?

`funnel` counts. Records of who did what stay with the office: what comes out are counts a stage.
A small count could give a person away, and so could a small difference between two stages: both
are left empty below ``min_count``.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from dxkit import _checks
from dxkit._keywords import accepts_old_keywords
from dxkit._plain_tables import read_plain_table
from dxkit.errors import ChoiceError, Fault, TableError
from dxkit.schema import accepts_any_table, carry_provenance
from dxkit.support.training._learning_stages import LEARNING_STAGES, STAGE_LABELS, read_stages

MIN_COUNT = 3


@accepts_old_keywords(least="min_count")
@accepts_any_table("records")
def funnel(
    records: pd.DataFrame, *, by: Sequence[str] = (), min_count: int = MIN_COUNT
) -> pd.DataFrame:
    """Count how many have reached each stage.

    Parameters
    ----------
    records
        One row a person, topic and stage done: ``learner, topic, stage``, and the columns of
        ``by``.
    by
        Columns to count by (``topic``, ``code`` …); a person counts once a topic. Never
        ``learner``.
    min_count
        Counts from 1 to below this are left empty, and so is a later stage whose difference to
        the one before is that small.

    Returns
    -------
    pandas.DataFrame
        One row a group and stage: the columns of ``by``, ``stage, stage_label, count`` (empty
        where too small), ``share`` (of those at the first stage), ``hidden`` (whether it is left
        empty). No column says who.

    Raises
    ------
    TableError
        If a column is missing, or somebody stands at a stage without the one before (the row is
        named, the person is not).
    ChoiceError
        If ``by`` holds ``learner``, or ``min_count`` is not 1 or more.

    Examples
    --------
    >>> import pandas as pd
    >>> know = pd.DataFrame({"learner": range(20), "topic": "dx", "stage": "know"})
    >>> tried = know.head(12).assign(stage="try")
    >>> funnel(pd.concat([know, tried]))[["stage", "count", "share"]]
       stage  count  share
    0   know     20    1.0
    1    try     12    0.6
    2  teach      0    0.0
    """
    limit = int(_checks.require_number(min_count, "min_count", low=1))
    by = _checks.read_list(by, "by")
    # a table of persons is no funnel
    if "learner" in by:
        raise ChoiceError("by=「learner」は使えません。個人ごとの集計は出しません。")
    plain = read_plain_table(records)
    _checks.require_filled(plain, ["learner", "topic", *by], "records")
    # a column to count by may be the topic itself
    columns = list(dict.fromkeys(["learner", "topic", *by]))
    ranked = plain[columns].assign(rank=read_stages(plain, "stage", "records"))
    _refuse_skipped_stages(ranked)
    # who did two courses of a stage has reached it once
    once = ranked.drop_duplicates(["learner", "topic", "rank", *by])
    groups = once.groupby(list(by), sort=True, observed=True) if by else [((), once)]
    rows = [
        row
        for key, group in groups
        for row in _count_group(dict(zip(by, key, strict=True)), group, limit)
    ]
    table = pd.DataFrame(
        rows, columns=[*by, "stage", "stage_label", "count", "share", "hidden"]
    ).astype({"count": "Int64"})
    table.attrs = {"settings": {"by": tuple(by), "min_count": min_count}}
    return carry_provenance(table, records)


def _refuse_skipped_stages(ranked: pd.DataFrame) -> None:
    """Refuse records in which a stage stands without the one before."""
    # the row is shown in the message, and never the person
    keys = list(zip(ranked["learner"], ranked["topic"], ranked["rank"], strict=True))
    recorded = set(keys)
    faults = [
        Fault(
            "前の段階の記録がありません",
            f"「{STAGE_LABELS[LEARNING_STAGES[rank - 1]]}」の記録を足してください",
            row=row + 1,
            column="stage",
            value=LEARNING_STAGES[rank],
        )
        for row, (person, topic, rank) in enumerate(keys)
        if rank > 0 and (person, topic, rank - 1) not in recorded
    ]
    if faults:
        raise TableError(faults)


def _count_group(
    key: dict[str, object], group: pd.DataFrame, min_count: int
) -> list[dict[str, object]]:
    """Count the stages of one group, with what is too small left empty."""
    counts = [int((group["rank"] == rank).sum()) for rank in range(len(LEARNING_STAGES))]
    hidden: list[bool] = []
    # the last count that a reader sees
    visible = counts[0]
    for rank, count in enumerate(counts):
        lost = visible - count if rank else 0
        # an empty stage says that nobody is there; a small difference says who is missing
        hidden.append(0 < count < min_count or 0 < lost < min_count)
        visible = visible if hidden[-1] else count
    first = counts[0]
    rows = []
    for stage, count, is_hidden in zip(LEARNING_STAGES, counts, hidden, strict=True):
        # a share would give a hidden count away
        has_share = first > 0 and not is_hidden and not hidden[0]
        row = {
            "stage": stage,
            "stage_label": STAGE_LABELS[stage],
            "count": None if is_hidden else count,
            "share": count / first if has_share else np.nan,
            "hidden": is_hidden,
        }
        rows.append(key | row)
    return rows
