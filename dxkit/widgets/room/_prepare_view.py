"""What do the pages before the day show?"""

import re
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from dxkit import groups
from dxkit.errors import ChoiceError, DxkitError, TableWarning, shorten
from dxkit.schema import is_made
from dxkit.store import Meeting
from dxkit.widgets.room._body_separation import Key
from dxkit.widgets.room._plan import (
    Plan,
    choose_persons,
    list_keys,
    name_key,
    score_step,
)

# rows that a page lists
MAX_SHOWN_ROWS = 300
MAX_WORDS = 60
# how a message says which sizes would fit
SIZES = re.compile(r"size=\((\d+), (\d+)\) なら")
Wishes = Mapping[str, Sequence[Sequence[Any]]]


def describe_preparation(meeting: Meeting, plan: Plan) -> dict[str, Any]:
    """Describe a meeting as it is prepared now."""
    persons = meeting.persons()
    return {
        "meeting": meeting.name,
        "meetings": list(dict.fromkeys([*meeting.list_meetings(), meeting.name])),
        "revision": plan.revision,
        "made": is_made(persons),
        "sealed": is_sealed(meeting),
        "roster": _describe_roster(persons),
        "draft": _describe_draft(plan),
        "wishes": _describe_wishes(meeting, plan, persons),
        "groups": _describe_groups(meeting, plan, persons),
        "day": _describe_day(meeting),
    }


def is_sealed(meeting: Meeting) -> bool:
    """Say whether a meeting was sealed."""
    try:
        meeting.session.key("room")
    except ChoiceError:
        return True
    return False


def _describe_roster(persons: pd.DataFrame) -> dict[str, Any]:
    columns = [str(column) for column in persons.columns]
    shown = persons.head(MAX_SHOWN_ROWS)
    return {
        "columns": [name_column(column) for column in columns],
        "rows": [[write_cell(value) for value in row] for row in shown.to_numpy().tolist()],
        "bodies": int(persons["code"].nunique()),
        "persons": len(persons),
    }


def _describe_draft(plan: Plan) -> dict[str, Any] | None:
    if plan.draft is None:
        return None
    rows = plan.draft["rows"][:MAX_SHOWN_ROWS]
    return plan.draft | {
        "columns": [name_column(column) for column in plan.draft["columns"]],
        "rows": [[write_cell(value) for value in row] for row in rows],
        "count": len(plan.draft["rows"]),
    }


def name_column(column: str) -> str:
    """Name a column as its reader does."""
    return {"code": "団体", "person": "氏名"}.get(column, column)


def write_cell(value: object) -> str:
    """Write a cell as text: yes as ○, whole numbers without a fraction."""
    if value is None or (isinstance(value, float) and pd.isna(value)) or value is pd.NA:
        return ""
    if isinstance(value, bool):
        return "○" if value else ""
    if isinstance(value, float) and value.is_integer():
        return f"{int(value):,}"
    return f"{value:,}" if isinstance(value, int | float) else str(value)


def _describe_wishes(meeting: Meeting, plan: Plan, persons: pd.DataFrame) -> dict[str, Any]:
    keys = list_keys(persons)
    wishes = meeting.wishes()
    present: set[Any] = {*keys, *(code for code, _ in keys)}
    strangers = [
        f"希望にある「{shorten(_write_label(label), 40)}」は、名簿にいません。希望を消すか、"
        "名簿を直してください。"
        for links in wishes.values()
        for link in links
        for label in link
        if label not in present
    ]
    columns = [str(column) for column in persons.columns if column not in ("code", "person")]
    return {
        "low": plan.size[0],
        "high": plan.size[1],
        "separate": plan.separate,
        "columns": [
            {"name": name, "use": plan.uses.get(name, ""), "kind": _name_kind(persons[name]),
             "words": _list_words(persons[name])}
            for name in columns
        ],
        "links": {
            kind: [[_write_label(label) for label in link] for link in links]
            for kind, links in wishes.items()
        },
        "labels": list(dict.fromkeys(
            [*(code for code, _ in keys), *(name_key(key) for key in keys)]
        )),
        "remarks": [
            *dict.fromkeys(strangers), *_list_crowded(plan, wishes, keys),
            *_list_remarks(meeting, plan, persons),
        ],
    }  # fmt: skip


def _list_crowded(plan: Plan, wishes: Wishes, keys: Sequence[Key]) -> list[str]:
    """List which bodies send more persons than there will be groups."""
    absent = set(plan.step.absent)
    return plan.list_crowded(wishes, [key for key in keys if key not in absent])


def _write_label(label: Any) -> str:
    return label if isinstance(label, str) else name_key(label)


def _name_kind(column: pd.Series) -> str:
    if pd.api.types.is_bool_dtype(column):
        return "○の有無"
    return "数" if pd.api.types.is_numeric_dtype(column) else "言葉"


def _list_words(column: pd.Series) -> list[str]:
    """List the words of a column, for a latecomer's form."""
    if pd.api.types.is_numeric_dtype(column):
        return []
    return [str(word) for word in column.dropna().drop_duplicates().head(MAX_WORDS)]


def _list_remarks(meeting: Meeting, plan: Plan, persons: pd.DataFrame) -> list[str]:
    """List labels that are nearly equal, and rules that cannot be used."""
    keys = list_keys(persons)
    if len(keys) < 2:
        return []
    table = choose_persons(persons, keys)
    words = [name for name in table.columns.drop(["code", "person"], errors="ignore")
             if _name_kind(table[name]) == "言葉" and len(set(table[name].dropna())) > 1]  # fmt: skip
    rules = plan.list_rules(meeting.wishes(), keys)
    # every column of words is looked through, also those that groups do not go by
    rules["alike"] = list(dict.fromkeys([*rules["alike"], *words]))
    rules["different"] = [name for name in rules["different"] if name not in rules["alike"]]
    with warnings.catch_warnings(record=True) as remarks:
        warnings.simplefilter("always", TableWarning)
        try:
            groups.score(table.assign(group=1), **rules)
        except DxkitError as error:
            return [plain_words(str(error))]
    return list(dict.fromkeys(plain_words(str(remark.message)) for remark in remarks))


def plain_words(message: str) -> str:
    """Say what a message for those who write code says, in the page's words."""
    words = {
        "列 code": "「団体」の列", "列 person": "「氏名」の列", "size を変えて form で作り直して":
        "「2 希望」で人数を変えて、グループを組み直して", "form で作り直して": "グループを組み直して",
        "どれか1つを外すか、size・count を変えて": "どれか1つを外すか、「2 希望」で人数を変えて",
        "size か count を変えて": "「2 希望」で人数を変えて",
        "together・apart・spread を減らすか、size を広げて":
        "希望を減らすか、「2 希望」で人数の幅を広げて",
        "together の": "「同じグループにする」希望の", "apart の": "「別のグループにする」希望の",
        "together: ": "", "apart: ": "", "spread: ": "",
    }  # fmt: skip
    for code, plain in words.items():
        message = message.replace(code, plain)
    return SIZES.sub(r"人数を\1〜\2人にすると、", message)


def _describe_groups(meeting: Meeting, plan: Plan, persons: pd.DataFrame) -> dict[str, Any]:
    step = plan.step
    keys = list_keys(persons)
    view: dict[str, Any] = {
        "note": step.note,
        "can_undo": plan.position > 0,
        "can_redo": plan.position < len(plan.steps) - 1,
        "absent": [list(key) for key in step.absent],
        "unseated": [
            list(key) for key in keys
            if step.seats and key not in step.seats and key not in step.absent
        ],
        "earlier": len(meeting.list_earlier()),
        "rows": [],
        "broken": [],
        "measures": [],
    }  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TableWarning)
        try:
            measured = score_step(meeting, plan)
            sentences = {} if measured is None else groups.explain(measured).to_dict()
        except DxkitError as error:
            return view | {"broken": [plain_words(str(error))]}
    if measured is None:
        return view
    uses = set(plan.uses.values())
    return view | {
        "rows": [
            _describe_group(plan, measured, row, sentences)
            for row in measured.by_group.to_dict("records")
        ],
        "broken": measured.settings["broken"],
        "only_different": "alike" not in uses,
        "measures": _list_measures(measured),
    }


def _list_measures(measured: groups.Groups) -> list[dict[str, Any]]:
    """List how far apart members are by what should be alike, and by what should differ.

    The two are not added up for the page: their difference has no value that chance gives.
    """
    table = measured.by_column
    measures = []
    for role in ("alike", "different"):
        rows = table[table["role"] == role]
        weight = float(rows["weight"].sum())
        if weight and not rows["distance"].isna().any():
            mean = float((rows["distance"] * rows["weight"]).sum()) / weight
            measures.append({"role": role, "value": round(mean, 3)})
    return measures


def _describe_group(
    plan: Plan, measured: groups.Groups, row: dict[Any, Any], sentences: dict[Any, str]
) -> dict[str, Any]:
    number = int(row["group"])
    members = measured.members[measured.members["group"] == number]
    shown = [column for column in plan.uses if column in members.columns]
    names = members["person"] if "person" in members.columns else pd.Series("", members.index)
    distance = row.get("distance")
    return {
        "group": number,
        "size": int(row["size"]),
        "distance": None if distance is None or pd.isna(distance) else round(float(distance), 2),
        "reason": sentences.get(number, ""),
        "members": [
            {
                "key": [str(code), str(person or "")],
                "facts": [f"{column} {write_cell(value)}" for column, value in
                          zip(shown, values, strict=True) if write_cell(value)],
            }
            for code, person, values in zip(
                members["code"], names, members[shown].to_numpy().tolist(), strict=True
            )
        ],
    }  # fmt: skip


def _describe_day(meeting: Meeting) -> dict[str, Any]:
    room = meeting.room()
    names = ("title", "date", "place", "next_date", "systems")
    texts = {name: str(room.get(name) or "") for name in names}
    columns = ["what", "who", "until", "done"]
    return texts | {
        "items": meeting.items(),
        "decisions": meeting.decisions()[columns].to_dict("records"),
        "carried": meeting.carried_decisions()[[*columns, "meeting"]].to_dict("records"),
    }
