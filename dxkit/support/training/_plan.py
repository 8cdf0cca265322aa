"""What should a municipality learn next, in which order, given its gaps and the menu?

For each municipality the topics with the greatest gaps are taken, and for each of them the stages 知る → やってみる → 教え合う
that are not done yet, with the course of the menu that offers that topic and stage. Where the menu has none, the plan says so:
that is a finding about the menu.
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from dxkit import _checks
from dxkit.support.training._paths import LABELS, STAGES, ranks

NONE_OFFERED = "この段階の講座が一覧にない"


def plan(
    gaps: pd.DataFrame,
    courses: pd.DataFrame,
    *,
    topics: pd.DataFrame | None = None,
    done: pd.DataFrame | None = None,
    most: int = 3,
) -> pd.DataFrame:
    """Plan a learning path for each municipality from its gaps.

    Parameters
    ----------
    gaps
        One row a municipality and topic: ``code, topic, gap`` (0 or more; how far from its aim: 0 needs nothing).
    courses
        One row a course: ``course, label, stage`` (know, try, teach), ``topics`` (separated by blanks); the first that fits is
        taken.
    topics
        One row a topic: ``topic, label``, for the sentences.
    done
        One row a municipality, topic and stage already done: ``code, topic, stage``; a later stage counts the earlier ones
        as done.
    most
        How many topics a municipality.

    Returns
    -------
    pandas.DataFrame
        One row a step: ``code, order, topic, topic_label, gap, stage, stage_label``, ``course`` and
        ``course_label`` (empty where the menu has none), ``others`` (further courses that would do), ``reason`` in Japanese.

    Raises
    ------
    TableError
        If a column is missing, a gap is no number, or a stage is unknown.
    ChoiceError
        If ``most`` is not 1 or more.
    """
    many = int(_checks.require_number(most, "most", low=1))
    _checks.require_unique_rows(gaps, ["code", "topic"], "gaps")
    wide = gaps.assign(gap=_checks.read_numbers(gaps, "gap", "gaps"))
    offered = _offered(courses)
    names = {} if topics is None else dict(zip(topics["topic"], topics["label"], strict=True))
    reached = _reached(done)
    wanted = wide[wide["gap"] > 0].sort_values(
        ["code", "gap"], ascending=[True, False], kind="stable"
    )
    placed = wanted.assign(place=wanted.groupby("code").cumcount() + 1)
    chosen = placed[placed["place"] <= many]
    steps = [
        step for row in chosen.to_dict("records") for step in _steps(row, offered, reached, names)
    ]
    table = pd.DataFrame(steps, columns=["code", "topic", "topic_label", "gap", "stage", "stage_label", "course", "course_label",
                                         "others", "reason"])  # fmt: skip
    table.insert(1, "order", table.groupby("code").cumcount() + 1)
    table.attrs = {"settings": {"most": most, "missing": int((table["course"] == "").sum())}}
    return table


def _offered(courses: pd.DataFrame) -> dict[tuple[str, int], list[tuple[str, str]]]:
    """Give topic and stage → the courses (key and label) of the menu."""
    _checks.require_unique_rows(courses, ["course"], "courses")
    _checks.require_columns(courses, ["label", "topics"], "courses")
    found: dict[tuple[str, int], list[tuple[str, str]]] = {}
    for row, stage in zip(courses.itertuples(), ranks(courses, "stage", "courses"), strict=True):
        for topic in str(row.topics).split():
            found.setdefault((topic, stage), []).append((str(row.course), str(row.label)))
    return found


def _reached(done: pd.DataFrame | None) -> dict[tuple[str, str], int]:
    """Give municipality and topic → the highest stage done."""
    found: dict[tuple[str, str], int] = {}
    if done is None or done.empty:
        return found
    _checks.require_columns(done, ["code", "topic", "stage"], "done")
    for code, topic, stage in zip(
        done["code"], done["topic"], ranks(done, "stage", "done"), strict=True
    ):
        found[code, topic] = max(stage, found.get((code, topic), -1))
    return found


def _steps(
    row: Mapping[Any, Any],
    offered: Mapping[tuple[str, int], list[tuple[str, str]]],
    reached: Mapping[tuple[str, str], int],
    names: Mapping[str, str],
) -> list[dict[str, object]]:
    """Give the steps of one topic that are still to go."""
    topic = str(row["topic"])
    label = names.get(topic, topic)
    steps = []
    for stage in range(reached.get((row["code"], topic), -1) + 1, len(STAGES)):
        fitting = offered.get((topic, stage), [])
        first, others = (fitting[0], fitting[1:]) if fitting else (("", ""), [])
        said = LABELS[STAGES[stage]]
        why = f"「{label}」の差が{row['gap']:.1f}（この市町で{row['place']}番目）。"
        why += f"{said}: {first[1]}" if fitting else f"{said}: {NONE_OFFERED}"
        step = {
            "code": row["code"],
            "topic": topic,
            "topic_label": label,
            "gap": row["gap"],
            "stage": STAGES[stage],
            "stage_label": said,
        }
        steps.append(
            step
            | {
                "course": first[0],
                "course_label": first[1],
                "others": "、".join(other for _, other in others),
                "reason": why,
            }
        )
    return steps
