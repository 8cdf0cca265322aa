"""What should a municipality learn next, in which order, given its gaps and the menu?

`plan` takes for each municipality the topics with the greatest gaps, and for each of them the
stages 知る → やってみる → 教え合う that are not done yet, with the course of the menu that offers
that topic and stage. Where the menu has none, the plan says so: that is a finding about the menu.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from dxkit import _checks
from dxkit._keywords import accepts_old_keywords
from dxkit._plain_tables import read_plain_table, sort_by_keys
from dxkit.schema import accepts_any_table, carry_provenance
from dxkit.support.training._learning_stages import (
    LEARNING_STAGES,
    NO_STAGE,
    STAGE_LABELS,
    read_stages,
)

NO_COURSE = "この段階の講座が一覧にない"
COLUMNS = [
    "code",
    "topic",
    "topic_label",
    "gap",
    "stage",
    "stage_label",
    "course",
    "course_label",
    "others",
    "reason",
]

# key and label of courses, the one to take first
Courses = list[tuple[str, str]]


@accepts_old_keywords(most="max_topics")
@accepts_any_table("gaps", "courses", "topics", "done")
def plan(
    gaps: pd.DataFrame,
    courses: pd.DataFrame,
    *,
    topics: pd.DataFrame | None = None,
    done: pd.DataFrame | None = None,
    max_topics: int = 3,
) -> pd.DataFrame:
    """Plan a learning path for each municipality from its gaps.

    Parameters
    ----------
    gaps
        One row a municipality and topic: ``code, topic, gap`` (0 or more; how far from its aim: 0
        needs nothing). Of equal gaps the topic of the lower name comes first.
    courses
        One row a course: ``course, label, stage`` (know, try, teach), ``topics`` (separated by
        blanks), and where given ``item`` (its number in the menu). Of several that fit, that of
        the lowest item is taken, then the one with most topics, then by ``course``.
    topics
        One row a topic: ``topic, label``, for the sentences.
    done
        One row a municipality, topic and stage already done: ``code, topic, stage``; a later
        stage counts the earlier ones as done.
    max_topics
        How many topics a municipality.

    Returns
    -------
    pandas.DataFrame
        One row a step: ``code, order, topic, topic_label, gap, stage, stage_label``, ``course``
        and ``course_label`` (empty where the menu has none), ``others`` (further courses that
        would do), ``reason`` in Japanese.

    Raises
    ------
    TableError
        If a column is missing, a gap is no number, or a stage is unknown.
    ChoiceError
        If ``max_topics`` is not 1 or more.

    Examples
    --------
    >>> import dxkit
    >>> import pandas as pd
    >>> gaps = pd.DataFrame({"code": ["28209"], "topic": ["dx"], "gap": [1.5]})
    >>> plan(gaps, dxkit.load("courses"))[["order", "stage", "course"]]
       order  stage             course
    0      1   know  e_jinzai_practice
    1      2    try            blended
    2      3  teach         lecture_dx
    """
    limit = int(_checks.require_number(max_topics, "max_topics", low=1))
    rows = read_plain_table(gaps)
    _checks.require_unique_rows(rows, ["code", "topic"], "gaps")
    # a gap is a number, whatever the column holds
    rows = rows.assign(gap=_checks.read_numbers(rows, "gap", "gaps"))
    menu = _Menu(
        _read_menu(read_plain_table(courses)),
        _read_stages_done(done),
        _read_labels(topics),
    )
    # the greatest gap first; the order of rows decides nothing
    open_gaps = sort_by_keys(rows[rows["gap"] > 0], "code", "topic").sort_values(
        ["code", "gap"], ascending=[True, False], kind="stable"
    )
    ranked = open_gaps.assign(place=open_gaps.groupby("code").cumcount() + 1)
    greatest = ranked[ranked["place"] <= limit]
    steps = [step for row in greatest.to_dict("records") for step in _list_steps(row, menu)]
    table = pd.DataFrame(steps, columns=COLUMNS)
    # steps are numbered within their municipality
    table.insert(1, "order", table.groupby("code").cumcount() + 1)
    n_missing = int((table["course"] == "").sum())
    table.attrs = {"settings": {"max_topics": max_topics, "missing": n_missing}}
    return carry_provenance(table, gaps, courses, topics, done)


def _read_labels(topics: pd.DataFrame | None) -> dict[str, str]:
    """Read what each topic is called."""
    if topics is None:
        return {}
    plain = read_plain_table(topics)
    _checks.require_columns(plain, ["topic", "label"], "topics")
    _checks.require_unique_rows(plain, ["topic"], "topics")
    return dict(zip(plain["topic"], plain["label"], strict=True))


@dataclass(frozen=True)
class _Menu:
    """What is offered, what is done, and what topics are called.

    Attributes
    ----------
    courses
        Topic and stage → courses.
    stages_done
        Municipality and topic → the highest stage done.
    labels
        Topic → label.
    """

    courses: Mapping[tuple[str, int], Courses]
    stages_done: Mapping[tuple[str, str], int]
    labels: Mapping[str, str]


def _read_menu(courses: pd.DataFrame) -> dict[tuple[str, int], Courses]:
    """Read topic and stage → the courses of the menu, the one to take first."""
    _checks.require_unique_rows(courses, ["course"], "courses")
    _checks.require_columns(courses, ["label", "topics"], "courses")
    table = courses.assign(
        rank=read_stages(courses, "stage", "courses"),
        item=_read_items(courses),
        breadth=[-len(str(topics).split()) for topics in courses["topics"]],
    )
    # a broad course before a special one of the same item of the menu
    table = sort_by_keys(table, "course").sort_values(["item", "breadth"], kind="stable")
    menu: dict[tuple[str, int], Courses] = {}
    rows = zip(table["course"], table["label"], table["rank"], table["topics"], strict=True)
    for course, label, rank, topics in rows:
        # one course can serve several topics
        for topic in str(topics).split():
            menu.setdefault((topic, int(rank)), []).append((str(course), str(label)))
    return menu


def _read_items(courses: pd.DataFrame) -> pd.Series:
    """Read each course's number in the menu; what has none comes last."""
    if "item" not in courses:
        return pd.Series(0.0, index=courses.index)
    return pd.to_numeric(courses["item"], errors="coerce").fillna(np.inf)


def _read_stages_done(done: pd.DataFrame | None) -> dict[tuple[str, str], int]:
    """Read municipality and topic → the highest stage done."""
    stages_done: dict[tuple[str, str], int] = {}
    if done is None or done.empty:
        return stages_done
    plain = read_plain_table(done)
    _checks.require_columns(plain, ["code", "topic", "stage"], "done")
    ranks = read_stages(plain, "stage", "done")
    for code, topic, rank in zip(plain["code"], plain["topic"], ranks, strict=True):
        # who has tried has learnt, even if nobody wrote that down
        stages_done[code, topic] = max(rank, stages_done.get((code, topic), NO_STAGE))
    return stages_done


def _list_steps(row: Mapping[Any, Any], menu: _Menu) -> list[dict[str, object]]:
    """List the steps of one topic that are still to go."""
    topic = str(row["topic"])
    label = menu.labels.get(topic, topic)
    first_rank = menu.stages_done.get((row["code"], topic), NO_STAGE) + 1
    steps: list[dict[str, object]] = []
    # a stage without a course stays in the plan, as it shows what the menu lacks
    for rank in range(first_rank, len(LEARNING_STAGES)):
        fitting = menu.courses.get((topic, rank), [])
        course, course_label = fitting[0] if fitting else ("", "")
        stage_label = STAGE_LABELS[LEARNING_STAGES[rank]]
        steps.append(
            {
                "code": row["code"],
                "topic": topic,
                "topic_label": label,
                "gap": row["gap"],
                "stage": LEARNING_STAGES[rank],
                "stage_label": stage_label,
                "course": course,
                "course_label": course_label,
                "others": "、".join(other_label for _, other_label in fitting[1:]),
                "reason": (
                    f"「{label}」の差が{row['gap']:.1f}（この市町で{row['place']}番目）。"
                    f"{stage_label}: {course_label if fitting else NO_COURSE}"
                ),
            }
        )
    return steps
