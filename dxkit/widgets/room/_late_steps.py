"""Who cancels, who comes late, and where do they sit then?

What was moved by hand stays where it was put: rules that the groups break already hold no longer.
"""

import unicodedata
import warnings
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from itertools import combinations
from typing import Any

import pandas as pd

from dxkit import groups
from dxkit.errors import ChoiceError, DxkitError, TableWarning, shorten
from dxkit.store import ITEM_LONGEST, Meeting, check_text
from dxkit.widgets.room._body_separation import Key
from dxkit.widgets.room._plan import (
    Plan,
    Step,
    choose_persons,
    list_keys,
    name_key,
    read_key,
    read_seats,
    score_step,
)

NO_GROUPS = "先に「グループを組む」を押してください。"
Body = Mapping[str, Any]


def cancel_members(meeting: Meeting, plan: Plan, body: Body) -> None:
    """Take out who cancelled, and mend the groups with the fewest moves."""
    key = read_key(body.get("member"))
    if key not in plan.step.seats:
        raise ChoiceError("その人は、いまグループにいません。画面を開き直してください。")
    mended = _leave_out(meeting, plan, key)
    note = f"{name_key(key)}が欠席です。{_describe_moves(mended)}"
    plan.add_step(Step(read_seats(mended.table), [*plan.step.absent, key], note))


def _leave_out(meeting: Meeting, plan: Plan, key: Key) -> groups.Groups:
    """Leave somebody out; colleagues sit together where there are fewer groups then."""
    measured = _relax_rules(_require_groups(meeting, plan))
    absent = [_make_label(measured, key)]
    if not plan.separate:
        return groups.replan(measured, absent=absent)
    try:
        return groups.replan(measured, absent=absent)
    except DxkitError:
        free = replace(plan, separate=False)
        return groups.replan(_relax_rules(_require_groups(meeting, free)), absent=absent)


def seat_member(meeting: Meeting, plan: Plan, body: Body) -> None:
    """Give a seat to somebody of the list who has none."""
    key = read_key(body.get("member"))
    everybody = meeting.persons()
    if key not in list_keys(everybody) or key in plan.step.seats:
        raise ChoiceError("その人は名簿にいないか、もう席があります。画面を開き直してください。")
    measured = _relax_rules(_require_groups(meeting, plan))
    _seat_row(plan, measured, choose_persons(everybody, [key]), key)


def add_late(meeting: Meeting, plan: Plan, body: Body) -> None:
    """Seat somebody who comes in addition, and add them to the list."""
    row = _read_late_row(meeting, body.get("row"))
    key = (row["code"], row["person"])
    if key in list_keys(meeting.persons()):
        raise ChoiceError(
            f"{name_key(key)}は、もう名簿にいます。名前の横のボタンを押してください。"
        )
    measured = _relax_rules(_require_groups(meeting, plan))
    table = pd.DataFrame([row])
    # all that can be refused is refused before the list grows
    _seat_row(plan, measured, table, key)
    meeting.add_persons(table)


def _seat_row(plan: Plan, measured: groups.Groups, row: pd.DataFrame, key: Key) -> None:
    if key[1] and "person" not in measured.table.columns:
        raise ChoiceError(
            "この名簿は団体だけで、氏名の列がありません。氏名を空けて団体名だけを入れてください。"
        )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TableWarning)
        mended = _seat_apart(plan, measured, row, key)
    seats = read_seats(mended.table)
    absent = [other for other in plan.step.absent if other != key]
    note = f"{name_key(key)}が第{seats[key]}グループに入りました。{_describe_moves(mended)}"
    plan.add_step(Step(seats, absent, note))


def _seat_apart(plan: Plan, measured: groups.Groups, row: pd.DataFrame, key: Key) -> groups.Groups:
    """Seat somebody where fewest of the same body sit, if that is wished and can be."""
    seats = read_seats(measured.table)
    mates = {mate: group for mate, group in seats.items() if mate[0] == key[0]}
    if plan.separate and mates and key[1]:
        sizes = Counter(mates.values())
        fewest = min(sizes[group] for group in set(seats.values()))
        pairs = [(key, mate) for mate, group in mates.items() if sizes[group] > fewest]
        settings = measured.settings | {"apart": [*measured.settings["apart"], *pairs]}
        try:
            return groups.replan(replace(measured, settings=settings), late=row)
        except DxkitError:
            # the groups without a colleague are full: what is not kept is named on the page
            pass
    return groups.replan(measured, late=row)


def _read_late_row(meeting: Meeting, row: object) -> dict[str, Any]:
    """Read what is typed of a latecomer, numbers as numbers where the column holds them."""
    fields = row if isinstance(row, dict) else {}
    persons = meeting.persons()
    code = check_text(str(fields.get("code", "")).strip(), "団体", longest=ITEM_LONGEST)
    person = str(fields.get("person", "")).strip()[:ITEM_LONGEST]
    values: dict[str, Any] = {"code": code, "person": person}
    for column in persons.columns.drop(["code", "person"]):
        text = unicodedata.normalize("NFKC", str(fields.get(column) or "")).strip()
        values[column] = str(fields.get(column)).strip()[:ITEM_LONGEST] if text else None
        if text and pd.api.types.is_bool_dtype(persons[column]):
            values[column] = text in ("○", "はい", "true")
        elif text and pd.api.types.is_numeric_dtype(persons[column]):
            number = pd.to_numeric(text.replace(",", ""), errors="coerce")
            if pd.isna(number):
                raise ChoiceError(f"「{column}」の「{shorten(text)}」は数ではありません。")
            values[column] = float(number)
        elif not text and pd.api.types.is_bool_dtype(persons[column]):
            values[column] = False
    return values


def _relax_rules(measured: groups.Groups) -> groups.Groups:
    """Let what was moved by hand stay: rules that the groups break already hold no longer."""
    settings = measured.settings
    keys = list_keys(measured.table.assign(person=measured.table.get("person", "")))
    has_persons = "person" in measured.table.columns
    seats = dict(zip(keys if has_persons else [code for code, _ in keys],
                     measured.table["group"], strict=True))  # fmt: skip
    sizes = measured.by_group["size"]
    size = (min(settings["size"][0], int(sizes.min())), max(settings["size"][1], int(sizes.max())))
    together = [link for link in settings["together"] if len({seats[key] for key in link}) == 1]
    # of those who shall sit apart, who does so goes on
    apart = [
        pair
        for link in settings["apart"]
        for pair in combinations(link, 2)
        if seats[pair[0]] != seats[pair[1]]
    ]
    relaxed = settings | {"size": size, "together": together, "apart": apart}
    return replace(measured, settings=relaxed)


def _require_groups(meeting: Meeting, plan: Plan) -> groups.Groups:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TableWarning)
        measured = score_step(meeting, plan)
    if measured is None:
        raise ChoiceError(NO_GROUPS)
    return measured


def _make_label(measured: groups.Groups, key: Key) -> Any:
    return key if "person" in measured.table.columns else key[0]


def _describe_moves(mended: groups.Groups) -> str:
    moves = mended.settings["moved"]
    listed = "、".join(
        f"{name_key((move['code'], move.get('person', '')))}が第{move['to']}グループへ"
        for move in moves
    )
    return f"動く人: {listed}。" if moves else "ほかの人は動きません。"
