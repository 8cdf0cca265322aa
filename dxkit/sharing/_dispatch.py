"""Which digital staff go to which municipality after a disaster, and why?

Maximise Σ priority_n · min(days_s, days_n) · x_sn over staff s and needs n with the skill, within reach; each person goes to one
place at most, no need gets more people than it asked for. Of all such answers the one with the least distance travelled is taken.
Both steps are solved exactly (mixed-integer programming, HiGHS).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, vstack

from dxkit.errors import ChoiceError, Fault, TableError

Floats = NDArray[np.float64]
EARTH_KM = 6371.0
NEED_COLUMNS = ("code", "skill", "people", "days", "lat", "lon")
STAFF_COLUMNS = ("staff", "skills", "days", "lat", "lon")
# a slack that lets rounding of the first step's best value through, far below one person-day
SLACK = 1e-6


@dataclass(frozen=True)
class Dispatch:
    """Who goes where.

    Attributes
    ----------
    table
        One row a person sent: ``staff, code, skill, days, distance_km, reason``.
    unmet
        One row a need that is not fully met: ``code, skill, people, sent, lacking, reason``.
    idle
        One row a person who stays: ``staff, reason``.
    settings
        ``person_days`` (weighted by priority), ``distance_km`` in all, ``max_km``.
    """

    table: pd.DataFrame
    unmet: pd.DataFrame
    idle: pd.DataFrame
    settings: dict[str, Any]

    def __repr__(self) -> str:
        return f"<派遣: {len(self.table)}人、足りない需要 {len(self.unmet)}件、移動 {self.settings['distance_km']:,.0f} km>"


@dataclass(frozen=True)
class _Problem:
    """Needs and staff with, staff × needs, who can, how far it is, and what it is worth."""

    needs: pd.DataFrame
    people: pd.DataFrame
    skilled: NDArray[np.bool_]
    distance: Floats
    value: Floats
    max_km: float


def dispatch(needs: pd.DataFrame, staff: pd.DataFrame, *, max_km: float = float("inf")) -> Dispatch:
    """Send digital staff to municipalities by need, skill, days and distance.

    Parameters
    ----------
    needs
        One row a need: ``code, skill, people, days`` (for how long), ``lat, lon``; ``priority`` (default 1; a person-day there
        counts so much).
    staff
        One row a person: ``staff`` (name or number), ``skills`` (separated by blanks), ``days`` available, ``lat, lon``.
    max_km
        Nobody is sent farther (great-circle distance).

    Returns
    -------
    Dispatch

    Raises
    ------
    TableError
        If columns are missing or cells are no numbers.
    ChoiceError
        If ``max_km`` is not positive.
    """
    if not max_km > 0:
        raise ChoiceError(f"max_km={max_km} は使えません。0より大きい距離（km）にしてください。")
    wanted = _checked(needs, NEED_COLUMNS, "needs").reset_index(drop=True)
    wanted["priority"] = pd.to_numeric(wanted["priority"]) if "priority" in wanted else 1.0
    people = _checked(staff, STAFF_COLUMNS, "staff").reset_index(drop=True)
    skilled = np.array(
        [[skill in str(words).split() for skill in wanted["skill"]] for words in people["skills"]],
        dtype=bool,
    )
    skilled = skilled.reshape(len(people), len(wanted))
    distance = _distance_km(people, wanted)
    pairs = np.argwhere(skilled & (distance <= max_km))
    value = np.minimum.outer(
        people["days"].to_numpy(dtype=float), wanted["days"].to_numpy(dtype=float)
    )
    value = value * wanted["priority"].to_numpy(dtype=float)
    chosen = _solve(pairs, value, distance, wanted["people"].to_numpy(dtype=float), len(people))
    return _answer(_Problem(wanted, people, skilled, distance, value, max_km), chosen)


def _checked(table: pd.DataFrame, columns: tuple[str, ...], name: str) -> pd.DataFrame:
    missing = [column for column in columns if column not in table.columns]
    if missing:
        raise TableError(
            Fault("列がありません", f"{name} に列を足してください", column=column)
            for column in missing
        )
    checked, faults = table.copy(), []
    for column in set(columns) & {"people", "days", "lat", "lon"}:
        numbers = pd.to_numeric(table[column], errors="coerce")
        for at in np.flatnonzero(~(numbers >= 0)):
            value = table[column].iloc[at]
            faults.append(
                Fault(
                    "0以上の数ではありません",
                    "数字を入れてください",
                    row=int(at) + 1,
                    column=column,
                    value=value,
                )
            )
        checked[column] = numbers
    if faults:
        raise TableError(faults)
    return checked


def _distance_km(people: pd.DataFrame, needs: pd.DataFrame) -> Floats:
    """Give great-circle distances, staff × needs."""
    lat1, lon1 = (
        np.radians(people[name].to_numpy(dtype=float))[:, None] for name in ("lat", "lon")
    )
    lat2, lon2 = (np.radians(needs[name].to_numpy(dtype=float))[None, :] for name in ("lat", "lon"))
    a = (
        np.sin((lat2 - lat1) / 2) ** 2
        + np.cos(lat1) * np.cos(lat2) * np.sin((lon2 - lon1) / 2) ** 2
    )
    return np.asarray(2 * EARTH_KM * np.arcsin(np.sqrt(np.clip(a, 0, 1))), dtype=float)


def _solve(
    pairs: NDArray[np.intp], value: Floats, distance: Floats, asked: Floats, people: int
) -> NDArray[np.intp]:
    """Give the pairs (person, need) of the best answer: most person-days first, then least distance."""
    if not len(pairs):
        return pairs
    who, where = pairs.T
    number = np.arange(len(pairs))
    ones = np.ones(len(pairs))
    limits = vstack([csr_array((ones, (who, number)), shape=(people, len(pairs))),
                     csr_array((ones, (where, number)), shape=(len(asked), len(pairs)))])  # fmt: skip
    most = np.concatenate([np.ones(people), np.floor(asked)])
    rules = [LinearConstraint(limits, ub=most)]
    options = {"integrality": ones, "bounds": Bounds(0, 1)}
    worth = value[who, where]
    best = milp(-worth, constraints=rules, **options)
    keep = LinearConstraint(csr_array(worth[None, :]), lb=-best.fun - SLACK * max(1.0, -best.fun))
    nearest = milp(distance[who, where], constraints=[*rules, keep], **options)
    chosen: NDArray[np.intp] = pairs[np.round(nearest.x).astype(bool)]
    return chosen


def _answer(problem: _Problem, chosen: NDArray[np.intp]) -> Dispatch:
    needs, people, distance = problem.needs, problem.people, problem.distance
    staff = list(people.itertuples(index=False))
    places, sent_to = list(needs.itertuples(index=False)), [int(n) for _, n in chosen]
    rows = [
        _row(places[n], staff[s], float(distance[s, n]), distance[problem.skilled[:, n], n])
        for s, n in chosen
    ]
    table = pd.DataFrame(rows, columns=["staff", "code", "skill", "days", "distance_km", "reason"])
    lacks = [_lack(problem, n, place, sent_to.count(n)) for n, place in enumerate(places)]
    used = {int(s) for s, _ in chosen}
    idle = [_stay(problem, s, person) for s, person in enumerate(staff) if s not in used]
    settings = {
        "max_km": problem.max_km,
        "distance_km": float(table["distance_km"].sum()),
        "person_days": float(sum(problem.value[s, n] for s, n in chosen)),
    }
    columns = ["code", "skill", "people", "sent", "lacking", "reason"]
    unmet = pd.DataFrame([row for row in lacks if row["lacking"] > 0], columns=columns)
    return Dispatch(table, unmet, pd.DataFrame(idle, columns=["staff", "reason"]), settings)


def _row(need: Any, person: Any, km: float, others: Floats) -> dict[str, Any]:
    days = min(float(person.days), float(need.days))
    nearer = int((others < km).sum())
    place = (
        "できる人のうち最も近い"
        if nearer == 0
        else f"できる人のうち{nearer + 1}番目に近い（近い人はほかの需要か待機）"
    )
    enough = (
        "必要な日数を満たす"
        if person.days >= need.days
        else f"必要な{need.days:g}日のうち{days:g}日"
    )
    reason = f"「{need.skill}」ができる。{km:.0f} km、{place}。{enough}。優先度 {need.priority:g}"
    named = {"staff": person.staff, "code": need.code, "skill": need.skill, "days": days}
    return {**named, "distance_km": round(km, 1), "reason": reason}


def _lack(problem: _Problem, n: int, need: Any, sent: int) -> dict[str, Any]:
    skilled, km, max_km = problem.skilled[:, n], problem.distance[:, n], problem.max_km
    able, near, asked = (
        int(skilled.sum()),
        int((skilled & (km <= max_km)).sum()),
        int(np.floor(need.people)),
    )
    if able == 0:
        reason = f"「{need.skill}」ができる人がいない"
    elif near == 0:
        reason = f"できる{able}人はみな {max_km:g} km より遠い"
    elif near > sent:
        reason = f"できる{near}人のうち残りは、全体の人日が多くなるほかの需要に向かう"
    else:
        reason = f"できる人が{near}人しかいない"
    named = {"code": need.code, "skill": need.skill, "people": asked, "sent": sent}
    return {**named, "lacking": asked - sent, "reason": reason}


def _stay(problem: _Problem, s: int, person: Any) -> dict[str, Any]:
    skilled, near = problem.skilled[s], problem.skilled[s] & (problem.distance[s] <= problem.max_km)
    if not skilled.any():
        reason = "できる業務の需要がない"
    elif not near.any():
        reason = f"できる業務の需要は {problem.max_km:g} km より遠い"
    else:
        reason = (
            "できる業務の需要は、ほかの人で足りている" if person.days > 0 else "使える日数がない"
        )
    return {"staff": person.staff, "reason": reason}
