"""What can the officer do on the pages before the day?

Each step changes the plan that it is handed; what belongs to the meeting itself (persons, wishes,
items) is written at once. Whatever can be refused is refused before anything is written.
"""

import re
import unicodedata
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd

from dxkit import groups
from dxkit.errors import ChoiceError, DxkitError, TableWarning, shorten
from dxkit.schema import carry_provenance
from dxkit.store import ITEM_LONGEST, Meeting, check_text
from dxkit.widgets.room._body_separation import Key
from dxkit.widgets.room._late_steps import add_late, cancel_members, seat_member
from dxkit.widgets.room._plan import (
    USES,
    Plan,
    Step,
    choose_persons,
    list_keys,
    name_key,
    read_key,
    read_seats,
)

MAX_SIZE = 60
MAX_ITEMS = 30
# how the officer says whether the handouts show the progress of the 20 systems
SYSTEM_CHOICES = ("yes", "no")
WISHES = ("together", "apart")
SEPARATE = "「同じ団体の人は、別のグループにする」も選んであります。外すと、組めることがあります。"
NO_LIST = "先に「1 名簿」で名簿を取り込んでください。"
Body = Mapping[str, Any]
Wishes = Mapping[str, Sequence[Sequence[Any]]]
Act = Callable[[Meeting, Plan, Body], None]


def take_draft(meeting: Meeting, plan: Plan, _: Body) -> None:
    """Take the list that was handed in for the meeting's own."""
    draft = plan.draft
    if draft is None or draft["faults"] or not draft["rows"]:
        raise ChoiceError("取り込める名簿がありません。直すところを直してから選んでください。")
    table = pd.DataFrame(draft["rows"], columns=draft["columns"], dtype=object).infer_objects()
    if draft["made"]:
        table.attrs = {"made": True, "kind": "made"}
    meeting.add_bodies(list(table["code"].drop_duplicates()), replace=True)
    meeting.add_persons(table, replace=True)
    columns = set(table.columns)
    plan.uses = {column: use for column, use in plan.uses.items() if column in columns}
    keys = set(list_keys(meeting.persons()))
    if plan.steps:
        seats = {key: group for key, group in plan.step.seats.items() if key in keys}
        absent = [key for key in plan.step.absent if key in keys]
        plan.add_step(Step(seats, absent, "名簿を取り込み直しました。"))
    plan.draft = None


def drop_draft(_: Meeting, plan: Plan, __: Body) -> None:
    """Leave the list that was handed in."""
    plan.draft = None


def write_rules(meeting: Meeting, plan: Plan, body: Body) -> None:
    """Take the sizes and how columns are used."""
    low, high = (_read_count(body.get(name)) for name in ("low", "high"))
    if low > high:
        raise ChoiceError(f"人数は、少ない方（{low}）を多い方（{high}）以下にしてください。")
    columns = set(meeting.persons().columns) - {"code", "person"}
    uses = body.get("uses")
    if not isinstance(uses, dict) or not columns.issuperset(uses):
        raise ChoiceError("名簿にない列があります。画面を開き直してください。")
    plan.size = (low, high)
    plan.uses = {column: use for column, use in uses.items() if use in USES}
    # what the form does not send stays as it is
    plan.separate = bool(body.get("separate", plan.separate))


def _read_count(value: object) -> int:
    text = unicodedata.normalize("NFKC", str(value)).strip()
    if not text.isdecimal() or not 1 <= int(text[:6]) <= MAX_SIZE:
        raise ChoiceError(f"人数「{shorten(value)}」は使えません。1〜{MAX_SIZE}で書いてください。")
    return int(text[:6])


def add_wish(meeting: Meeting, _: Plan, body: Body) -> None:
    """Add a wish for two or more: a body's name, or body and person."""
    kind = body.get("kind")
    members = body.get("members")
    if kind not in WISHES or not isinstance(members, list):
        raise ChoiceError("希望の種類がありません。画面を開き直してください。")
    keys = list_keys(meeting.persons())
    labels = [_find_label(text, keys) for text in members if str(text).strip()]
    if len({*labels}) < 2:
        raise ChoiceError("希望には、違う人か団体を2つ以上選んでください。")
    for body_name in (label for label in labels if isinstance(label, str)):
        if any(label[0] == body_name for label in labels if not isinstance(label, str)):
            raise ChoiceError(
                f"「{shorten(body_name, 40)}」は、その団体の全員のことです。同じ団体の人とは"
                "組にできません。団体の中の人を、ひとりずつ選んでください。"
            )
    links: dict[str, Any] = {str(kind): [labels]}
    meeting.wish(**links)


def remove_wish(meeting: Meeting, _: Plan, body: Body) -> None:
    """Take a wish off."""
    wishes = meeting.wishes()
    kind = str(body.get("kind"))
    links = wishes.get(kind, [])
    position = body.get("position")
    if not isinstance(position, int) or not 0 <= position < len(links):
        raise ChoiceError("その希望は、もうありません。画面を開き直してください。")
    wishes[kind] = [link for place, link in enumerate(links) if place != position]
    meeting.wish(**wishes, replace=True)


def _find_label(text: object, keys: list[Key]) -> Any:
    """Find whom a typed text means: a body, a body and person, or a person of one name."""
    folded = _fold(text)
    bodies = {code for code, _ in keys if _fold(code) == folded}
    pairs = [key for key in keys if key[1] and _fold(name_key(key)) == folded]
    names = [key for key in keys if key[1] and _fold(key[1]) == folded]
    if len(bodies) > 1:
        listed = "と".join(f"「{shorten(code, 30)}」" for code in sorted(bodies))
        exact = [code for code in bodies if code == text]
        if not exact:
            raise ChoiceError(
                f"「{shorten(text, 40)}」は{listed}のどちらか、一覧から選んでください。"
            )
        return exact[0]
    for labels in (sorted(bodies), pairs, names):
        if len(labels) == 1:
            return labels[0]
    if len(names) > 1:
        raise ChoiceError(
            f"「{shorten(text, 40)}」は{len(names)}人います。「団体・氏名」の形で選んでください。"
        )
    raise ChoiceError(f"「{shorten(text, 40)}」は名簿にありません。一覧から選んでください。")


def _fold(text: object) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", str(text))).casefold()


def form_groups(meeting: Meeting, plan: Plan, _: Body) -> None:
    """Form groups of all who come; who met at an earlier meeting is kept apart."""
    _add_groups(plan, meeting.persons(), meeting.wishes(), meeting.history())


def _add_groups(plan: Plan, everybody: pd.DataFrame, wishes: Wishes, history: pd.DataFrame) -> None:
    absent = plan.step.absent
    keys = [key for key in list_keys(everybody) if key not in set(absent)]
    if len(keys) < 2:
        raise ChoiceError(NO_LIST)
    persons = choose_persons(everybody, keys)
    rules = plan.list_rules(wishes, keys)
    try:
        formed = _form_quietly(persons, rules, history)
    except DxkitError as error:
        if not plan.separate:
            raise
        # pairs that nobody has entered: the page says where they come from
        raise ChoiceError(f"{error}\n{SEPARATE}") from error
    if history.empty:
        note = f"{len(keys)}人を{formed.settings['count']}つのグループに組みました。"
    else:
        note = _describe_repeats(formed, len(keys))
    plan.add_step(Step(read_seats(formed.table), absent, note))


def _form_quietly(
    persons: pd.DataFrame, rules: Mapping[str, Any], history: pd.DataFrame
) -> groups.Groups:
    with warnings.catch_warnings():
        # near labels and strangers stand on the page of the wishes
        warnings.simplefilter("ignore", TableWarning)
        if history.empty:
            return groups.form(persons, **rules)
        return groups.next_round(persons, history, **rules)


def _describe_repeats(formed: groups.Groups, count: int) -> str:
    repeats, wished = formed.settings["repeats"], formed.settings["repeats_wished"]
    tail = f"（うち{wished}組は、同じグループにする希望）" if wished else ""
    return (
        f"{count}人を{formed.settings['count']}つのグループに組みました。"
        f"前の会で会った人と、また会うのは{repeats}組です{tail}。"
    )


def move_member(_: Meeting, plan: Plan, body: Body) -> None:
    """Move a member to another group, or to a new one."""
    key = read_key(body.get("member"))
    seats = plan.step.seats
    target = body.get("group")
    if key not in seats:
        raise ChoiceError("その人は、いまグループにいません。画面を開き直してください。")
    new_group = max(seats.values()) + 1
    if not isinstance(target, int) or target not in {*seats.values(), new_group}:
        raise ChoiceError("そのグループはありません。画面を開き直してください。")
    if seats[key] != target:
        note = f"{name_key(key)}を、第{seats[key]}グループから第{target}グループへ動かしました。"
        plan.add_step(Step(seats | {key: target}, plan.step.absent, note))


def write_day(meeting: Meeting, _: Plan, body: Body) -> None:
    """Take what the meeting is called, when and where it is, and what is voted on."""
    labels = {"title": "名前", "date": "日時", "place": "場所", "next_date": "次の会"}
    # what the form does not send stays as it is
    settings = {
        name: check_text(str(body[name] or ""), label, longest=ITEM_LONGEST, empty=True)
        for name, label in labels.items()
        if name in body
    }
    settings["systems"] = _read_systems(meeting, body)
    text = str(body["items"] or "") if "items" in body else "\n".join(meeting.items())
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) > MAX_ITEMS or len(set(lines)) < len(lines):
        raise ChoiceError(f"投票にかけることは、違うものを{MAX_ITEMS}までにしてください。")
    for line in lines:
        check_text(line, "投票にかけること", longest=ITEM_LONGEST)
    meeting.set_room(**{name: text or None for name, text in settings.items()})
    meeting.add_items(lines, replace=True)


def _read_systems(meeting: Meeting, body: Body) -> str:
    """Read whether the handouts show the progress of the 20 systems; empty goes by the subject."""
    choice = str(body.get("systems", meeting.room().get("systems") or ""))
    if choice not in ("", *SYSTEM_CHOICES):
        raise ChoiceError("その選び方はありません。画面を開き直してください。")
    return choice


def decide(meeting: Meeting, _: Plan, body: Body) -> None:
    """Keep a decision with its owner and date."""
    what, who, until = (str(body.get(name) or "").strip() for name in ("what", "who", "until"))
    meeting.decide(what, who=who, until=until)


def start_next(meeting: Meeting, plan: Plan, following: Meeting) -> Plan:
    """Carry the list, wishes and rules on to the next meeting, and form its groups."""
    persons = meeting.persons()
    wishes = meeting.wishes()
    next_plan = Plan(size=plan.size, uses=dict(plan.uses), separate=plan.separate)
    # rules that cannot be kept are refused before the meeting is there
    _add_groups(next_plan, persons, wishes, following.history())
    following.add_persons(carry_provenance(persons.copy(), persons), replace=True)
    following.wish(**wishes, replace=True)
    return next_plan


ACTS: dict[str, Act] = {
    "accept": take_draft,
    "discard": drop_draft,
    "rules": write_rules,
    "wish": add_wish,
    "unwish": remove_wish,
    "form": form_groups,
    "move": move_member,
    "undo": lambda _, plan, __: plan.go(-1),
    "redo": lambda _, plan, __: plan.go(1),
    "cancel": cancel_members,
    "seat": seat_member,
    "late": add_late,
    "day": write_day,
    "decide": decide,
}
