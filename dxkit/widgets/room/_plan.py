"""What does the officer prepare before the day, and how does it outlive a restart?

A `Plan` is one meeting's rules, who has cancelled, and every state of the groups so far, so that
steps can be undone. It lies in the meeting's own file beside persons and wishes, under a number
that grows with every change: a window that shows an older number may not save.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from dxkit import groups
from dxkit._optimise.grouping_task import choose_group_count
from dxkit.errors import ChoiceError
from dxkit.schema import carry_provenance
from dxkit.store import Meeting
from dxkit.widgets.room._body_separation import Key, describe_crowded, part_bodies

SETTING = "plan"
FIRST_SIZE = (5, 7)
# states of the groups that can be gone back to
MAX_STEPS = 40
# how a column may be used
USES = ("alike", "different", "spread")


@dataclass
class Step:
    """One state of the groups.

    Attributes
    ----------
    seats
        Who sits in which group.
    absent
        Who has cancelled.
    note
        What led to it, in words.
    """

    seats: dict[Key, int]
    absent: list[Key]
    note: str

    def describe(self) -> dict[str, Any]:
        """Describe it as JSON holds it."""
        seats = [[*key, group] for key, group in self.seats.items()]
        return {"seats": seats, "absent": [list(key) for key in self.absent], "note": self.note}


@dataclass
class Plan:
    """One meeting's rules, and the states of its groups.

    Attributes
    ----------
    revision
        Grows with every change.
    size
        Smallest and largest size of a group.
    uses
        Column to how the groups use it: ``alike``, ``different`` or ``spread``.
    steps, position
        The states of the groups, and which of them holds; -1 before there is one.
    draft
        A list that was handed in and not taken yet, as `read_upload` gives it.
    separate
        Whether persons of one body sit in different groups, as far as there are enough groups.
    """

    revision: int = 0
    size: tuple[int, int] = FIRST_SIZE
    uses: dict[str, str] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    position: int = -1
    draft: dict[str, Any] | None = None
    separate: bool = False

    @property
    def step(self) -> Step:
        """The state that holds."""
        return self.steps[self.position] if self.steps else Step({}, [], "")

    def add_step(self, step: Step) -> None:
        """Go on to a new state; what was undone is given up."""
        self.steps = [*self.steps[: self.position + 1], step][-MAX_STEPS:]
        self.position = len(self.steps) - 1

    def go(self, count: int) -> None:
        """Go back (-1) or forth (1) by one state.

        Raises
        ------
        ChoiceError
            If there is none.
        """
        if not 0 <= self.position + count < len(self.steps):
            raise ChoiceError(
                "これより前には戻せません。" if count < 0 else "やり直しはありません。"
            )
        self.position += count

    def list_rules(
        self,
        wishes: Mapping[str, Sequence[Sequence[Any]]],
        keys: Sequence[Key],
        seats: Mapping[Key, int] | None = None,
    ) -> dict[str, Any]:
        """List the rules for those who come as keywords of `dxkit.groups.form`.

        Of groups that are there already the ``seats`` say how many there are.
        """
        rules: dict[str, Any] = {use: [] for use in USES}
        for column, use in self.uses.items():
            rules[use].append(column)
        links = _keep_present(wishes, keys)
        if self.separate:
            count = len(set(seats.values())) if seats else self._count_groups(keys)
            parted = part_bodies(links, keys, count, seats)
            links["apart"] = [*links.get("apart", ()), *parted]
        # bodies of all kinds sit beside municipalities
        return {"size": self.size, "places": False, **rules, **links}

    def list_crowded(
        self, wishes: Mapping[str, Sequence[Sequence[Any]]], keys: Sequence[Key]
    ) -> list[str]:
        """List in words which bodies send too many persons to sit apart."""
        count = self._count_groups(keys)
        # sizes that do not add up are named where groups are formed
        is_asked = self.separate and count > 1
        return describe_crowded(_keep_present(wishes, keys), keys, count) if is_asked else []

    def _count_groups(self, keys: Sequence[Key]) -> int:
        """Count the groups that `dxkit.groups.form` will make; 1 where it will refuse."""
        return choose_group_count(len(keys), *self.size) or 1


def read_plan(meeting: Meeting) -> Plan:
    """Read what was prepared for a meeting."""
    text = meeting.room().get(SETTING)
    if text is None:
        return Plan()
    stored = json.loads(text)
    steps = [
        Step(
            {(code, person): int(group) for code, person, group in entry["seats"]},
            [(code, person) for code, person in entry["absent"]],
            entry["note"],
        )
        for entry in stored["steps"]
    ]
    low, high = stored["size"]
    return Plan(
        stored["revision"],
        (low, high),
        stored["uses"],
        steps,
        stored["position"],
        stored["draft"],
        # a meeting of an earlier release has none
        bool(stored.get("separate", False)),
    )


def write_plan(meeting: Meeting, plan: Plan) -> None:
    """Keep a plan under the next number."""
    plan.revision += 1
    stored = {
        "revision": plan.revision,
        "size": plan.size,
        "uses": plan.uses,
        "steps": [step.describe() for step in plan.steps],
        "position": plan.position,
        "draft": plan.draft,
        "separate": plan.separate,
    }
    meeting.set_room(**{SETTING: json.dumps(stored, ensure_ascii=False)})


def list_keys(persons: pd.DataFrame) -> list[Key]:
    """List who is on a list: body and person."""
    names = persons["person"].fillna("").astype(str)
    return list(zip(persons["code"].astype(str), names, strict=True))


def choose_persons(persons: pd.DataFrame, keys: Sequence[Key]) -> pd.DataFrame:
    """Choose the rows of some persons, in the order of the list."""
    wanted = set(keys)
    # a list of nobody would choose columns
    mask = pd.Series([key in wanted for key in list_keys(persons)], persons.index, dtype=bool)
    chosen = persons[mask].reset_index(drop=True)
    # bodies that name nobody are members themselves
    if not (chosen["person"].fillna("") != "").any():
        chosen = chosen.drop(columns="person")
    return carry_provenance(chosen, persons)


def name_key(key: Key) -> str:
    """Name who sits somewhere: 姫路市・青木, or the body alone."""
    return "・".join(filter(None, key))


def read_key(member: object) -> Key:
    if not isinstance(member, list) or len(member) != 2:
        raise ChoiceError("だれのことか分かりません。画面を開き直してください。")
    return str(member[0]), str(member[1])


def score_step(meeting: Meeting, plan: Plan) -> groups.Groups | None:
    """Measure the groups that hold; ``None`` where there are none."""
    table = tabulate_seats(meeting, plan)
    if len(table) < 2:
        return None
    seats = plan.step.seats
    rules = plan.list_rules(meeting.wishes(), list(seats), seats)
    return groups.score(table, **rules)


def tabulate_seats(meeting: Meeting, plan: Plan) -> pd.DataFrame:
    """Tabulate who of the list sits in which group, also where rules cannot be measured."""
    seats = plan.step.seats
    persons = choose_persons(meeting.persons(), list(seats))
    numbers = [seats[key] for key in list_keys(persons.assign(person=_name_persons(persons)))]
    return carry_provenance(persons.assign(group=numbers), persons)


def read_seats(table: pd.DataFrame) -> dict[Key, int]:
    """Read who sits where from a table of groups."""
    keys = list_keys(table.assign(person=_name_persons(table)))
    return dict(zip(keys, table["group"].astype(int).tolist(), strict=True))


def _keep_present(
    wishes: Mapping[str, Sequence[Sequence[Any]]], keys: Sequence[Key]
) -> dict[str, list[tuple[Any, ...]]]:
    """Keep of each wish those who sit somewhere; one that is left alone is no wish."""
    present: set[Any] = {*keys, *(code for code, _ in keys)}
    kept = {
        kind: [tuple(label for label in link if label in present) for link in links]
        for kind, links in wishes.items()
    }
    return {kind: [link for link in links if len(link) > 1] for kind, links in kept.items()}


def _name_persons(table: pd.DataFrame) -> Any:
    return table["person"] if "person" in table.columns else ""
