"""Which digital staff go to which municipality after a disaster, and why?

`dispatch` maximises Σ priority_n · min(days_s, days_n) · x_sn over staff s and needs n with the
skill, within reach; each person goes to one place at most, members of a team to the same one, and
no need gets more people than it asked for. Among all such assignments the one with the least
distance travelled is taken. Both steps are mixed-integer programmes, solved by HiGHS through SciPy
without any limit of time.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, hstack, vstack

from dxkit._arrays import BoolArray, FloatArray, IntArray
from dxkit._checks import read_numbers, require_number, to_numbers
from dxkit.errors import Fault, TableError
from dxkit.schema import MethodText, TableResult, accepts_any_table, carry_provenance
from dxkit.sharing._columns import require_columns_only
from dxkit.sharing._dispatch_teams import NO_TEAM, build_team_limits, build_team_rows, read_teams
from dxkit.sharing._great_circle import compute_distances_km

NEED_COLUMNS = ("code", "skill", "people", "days", "lat", "lon")
STAFF_COLUMNS = ("staff", "skills", "days", "lat", "lon")
NUMBER_COLUMNS = ("people", "days", "lat", "lon")
# relative slack that lets rounding of the first step's optimum through, far below one person-day
TOLERANCE = 1e-6


@dataclass(frozen=True)
class Dispatch(TableResult):
    """Who goes where.

    Attributes
    ----------
    table
        One row a person sent: ``staff, code, skill, days, distance_km, reason``; ``team`` where
        the staff have one.
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

    def _describe_method(self) -> MethodText:
        return MethodText(
            ja=(
                f"優先度で重みを付けた人日が最大になるように{len(self.table)}人を送り、"
                f"同じ人日なら移動の少ない割り当てにした（1人の移動の上限 {self.settings['max_km']:g} km、inf は上限なし）。",
                "2段の混合整数計画を HiGHS で最適まで解いた。",
            ),
            en=(
                f"{len(self.table)} persons were sent so that person-days weighted by priority "
                "are the most, and "
                "of such assignments the one with the least travel (at most "
                f"{self.settings['max_km']:g} km a person; inf: no limit).",
                "Both mixed-integer programmes were solved to optimality by HiGHS.",
            ),
            constants={"tolerance": TOLERANCE},
            software=("scipy",),
        )

    def __repr__(self) -> str:
        return (
            f"<派遣: {len(self.table)}人、足りない需要 {len(self.unmet)}件、"
            f"移動 {self.settings['distance_km']:,.0f} km>"
        )

    @property
    def _main_table(self) -> pd.DataFrame:
        return self.table


@dataclass(frozen=True)
class _Problem:
    """The tables, and as staff × needs: who has the skill, how far it is, and what it is worth."""

    needs: pd.DataFrame
    staff: pd.DataFrame
    teams: list[str]
    has_skill: BoolArray
    distance_km: FloatArray
    weighted_days: FloatArray
    max_km: float


@accepts_any_table("needs", "staff")
def dispatch(needs: pd.DataFrame, staff: pd.DataFrame, *, max_km: float = float("inf")) -> Dispatch:
    """Send digital staff to municipalities by need, skill, days and distance.

    Parameters
    ----------
    needs
        One row a need: ``code, skill, people, days`` (for how long), ``lat, lon`` (degrees);
        ``priority`` (default 1; a person-day there counts so much). A ``code`` may be a
        prefecture's: the state's teams go to its office.
    staff
        One row a person: ``staff`` (name or number), ``skills`` (separated by blanks), ``days``
        available, ``lat, lon``; ``team`` (optional; blank for nobody): members of a team go to the
        same ``code`` or stay.
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

    Examples
    --------
    >>> import pandas as pd
    >>> kobe = {"lat": 34.69, "lon": 135.18}
    >>> needs = pd.DataFrame([{"code": "28224", "skill": "名簿", "people": 1, "days": 5, **kobe}])
    >>> staff = pd.DataFrame([
    ...     {"staff": "A", "skills": "名簿 通信", "days": 3, **kobe},
    ...     {"staff": "B", "skills": "名簿", "days": 9, **kobe},
    ... ])
    >>> dispatch(needs, staff).table[["staff", "code", "days"]]
      staff   code  days
    0     B  28224   5.0
    """
    # without a limit it is infinite
    if not (isinstance(max_km, float) and max_km == float("inf")):
        max_km = require_number(max_km, "max_km", above=True)
    needs = _read_table(needs, NEED_COLUMNS, "needs")
    staff = _read_table(staff, STAFF_COLUMNS, "staff")
    has_priority = "priority" in needs and not needs.empty
    needs["priority"] = (
        read_numbers(needs, "priority", "needs", low=-1e6, high=1e6) if has_priority else 1.0
    )
    # read once a person, not once a pair
    skill_lists = [str(skills).split() for skills in staff["skills"]]
    has_skill = np.array(
        [[skill in skills for skill in needs["skill"]] for skills in skill_lists], dtype=bool
    ).reshape(len(staff), len(needs))
    distance_km = compute_distances_km(_list_coordinates(staff), _list_coordinates(needs))
    # a person serves as long as both have time for
    days = np.minimum.outer(
        staff["days"].to_numpy(dtype=float), needs["days"].to_numpy(dtype=float)
    )
    weighted_days = days * needs["priority"].to_numpy(dtype=float)
    problem = _Problem(
        needs, staff, read_teams(staff), has_skill, distance_km, weighted_days, max_km
    )
    return _describe_assignment(problem, _assign_staff(problem))


def _read_table(table: pd.DataFrame, columns: tuple[str, ...], name: str) -> pd.DataFrame:
    """Return a copy with checked numbers; every faulty cell of every column is named."""
    require_columns_only(table, columns, name)
    checked = table.copy()
    faults = []
    for column in [name for name in columns if name in NUMBER_COLUMNS]:
        numbers = to_numbers(table[column])
        # written so that a missing number counts as faulty, too
        faults += [
            Fault(
                "0以上の数ではありません",
                "数字を入れてください",
                row=int(i) + 1,
                column=column,
                value=table[column].iloc[i],
            )
            for i in np.flatnonzero(~((numbers >= 0) & np.isfinite(numbers)))
        ]
        checked[column] = numbers
    if faults:
        raise TableError(faults)
    return checked.reset_index(drop=True)


def _list_coordinates(table: pd.DataFrame) -> tuple[FloatArray, FloatArray]:
    return table["lat"].to_numpy(dtype=float), table["lon"].to_numpy(dtype=float)


def _assign_staff(problem: _Problem) -> IntArray:
    """Compute the best pairs (person, need): most person-days first, then least distance."""
    # one 0/1 variable for each pair that is possible at all
    pairs = np.argwhere(problem.has_skill & (problem.distance_km <= problem.max_km))
    if not len(pairs):
        return pairs
    persons, needs = pairs.T
    ones = np.ones(len(pairs))
    # each pair counts once for its person and once for its need
    columns = np.arange(len(pairs))
    row_limits = np.concatenate(
        [np.ones(len(problem.staff)), np.floor(problem.needs["people"].to_numpy(dtype=float))]
    )
    person_rows = csr_array((ones, (persons, columns)), shape=(len(problem.staff), len(pairs)))
    need_rows = csr_array((ones, (needs, columns)), shape=(len(problem.needs), len(pairs)))
    team_rows = build_team_rows(problem.teams, list(problem.needs["code"]), persons, needs)
    # the programme has a variable a pair, then one a team and place
    place_count = team_rows.shape[1] - len(pairs)
    no_places = csr_array((person_rows.shape[0] + need_rows.shape[0], place_count))
    pair_rows = hstack([vstack([person_rows, need_rows]), no_places])
    team_count = len(set(problem.teams) - {NO_TEAM})
    limits = LinearConstraint(
        vstack([pair_rows, team_rows]),
        ub=np.concatenate([row_limits, build_team_limits(team_rows, team_count)]),
    )
    options = {"integrality": np.ones(team_rows.shape[1]), "bounds": Bounds(0, 1)}
    no_cost = np.zeros(place_count)
    days = np.concatenate([problem.weighted_days[persons, needs], no_cost])
    first = milp(-days, constraints=[limits], **options)
    # the second step may not give up any of the first step's person-days
    lowest_days = -first.fun - TOLERANCE * max(1.0, -first.fun)
    enough_days = LinearConstraint(csr_array(days[None, :]), lb=lowest_days)
    distance_km = np.concatenate([problem.distance_km[persons, needs], no_cost])
    second = milp(distance_km, constraints=[limits, enough_days], **options)
    assigned: IntArray = pairs[np.round(second.x[: len(pairs)]).astype(bool)]
    return assigned


def _describe_assignment(problem: _Problem, assigned: IntArray) -> Dispatch:
    """Write the assigned pairs, the unmet needs and the idle staff as tables with reasons."""
    persons = list(problem.staff.itertuples(index=False))
    needs = list(problem.needs.itertuples(index=False))
    columns = ["staff", "code", "skill", "days", "distance_km", "reason"]
    rows = [_describe_pair(problem, s, n, persons[s], needs[n]) for s, n in assigned]
    table = pd.DataFrame(rows, columns=columns)
    if "team" in problem.staff:
        table.insert(1, "team", [problem.teams[int(s)] for s, _ in assigned])
    need_positions = [int(n) for _, n in assigned]
    # a need that is met has a row, too, and is left out below
    gaps = [
        _describe_gap(problem, n, need, need_positions.count(n)) for n, need in enumerate(needs)
    ]
    busy = {int(s) for s, _ in assigned}
    # where each team goes says why a member of it has nothing to do elsewhere
    team_codes = {problem.teams[int(s)]: str(needs[int(n)].code) for s, n in assigned}
    team_codes.pop(NO_TEAM, None)
    idle_rows = [
        _describe_idle(problem, s, person, team_codes)
        for s, person in enumerate(persons)
        if s not in busy
    ]
    settings = {
        "max_km": problem.max_km,
        "distance_km": float(table["distance_km"].sum()),
        "person_days": float(sum(problem.weighted_days[s, n] for s, n in assigned)),
    }
    columns = ["code", "skill", "people", "sent", "lacking", "reason"]
    unmet = pd.DataFrame([row for row in gaps if row["lacking"] > 0], columns=columns)
    idle = pd.DataFrame(idle_rows, columns=["staff", "reason"])
    # a plan for invented needs or staff is invented, too
    for result in (table, unmet, idle):
        carry_provenance(result, problem.needs, problem.staff)
    return Dispatch(table, unmet, idle, settings)


def _describe_pair(problem: _Problem, s: int, n: int, person: Any, need: Any) -> dict[str, Any]:
    km = float(problem.distance_km[s, n])
    # who else could have come, and from how far
    able_distances = problem.distance_km[problem.has_skill[:, n], n]
    days = min(float(person.days), float(need.days))
    nearer_count = int((able_distances < km).sum())
    place = (
        "できる人のうち最も近い"
        if nearer_count == 0
        else f"できる人のうち{nearer_count + 1}番目に近い（近い人はほかの需要か待機）"
    )
    duration = (
        "必要な日数を満たす"
        if person.days >= need.days
        else f"必要な{need.days:g}日のうち{days:g}日"
    )
    reason = f"「{need.skill}」ができる。{km:.0f} km、{place}。{duration}。優先度 {need.priority:g}"
    return {
        "staff": person.staff,
        "code": need.code,
        "skill": need.skill,
        "days": days,
        "distance_km": round(km, 1),
        "reason": reason,
    }


def _describe_gap(problem: _Problem, n: int, need: Any, sent: int) -> dict[str, Any]:
    """Say how many people a need lacks, and why."""
    has_skill = problem.has_skill[:, n]
    able_count = int(has_skill.sum())
    near_count = int((has_skill & (problem.distance_km[:, n] <= problem.max_km)).sum())
    people = int(np.floor(need.people))
    if able_count == 0:
        reason = f"「{need.skill}」ができる人がいない"
    elif near_count == 0:
        reason = f"できる{able_count}人はみな {problem.max_km:g} km より遠い"
    elif near_count > sent:
        reason = f"できる{near_count}人のうち残りは、全体の人日が多くなるほかの需要に向かう"
    else:
        reason = f"できる人が{near_count}人しかいない"
    return {
        "code": need.code,
        "skill": need.skill,
        "people": people,
        "sent": sent,
        "lacking": people - sent,
        "reason": reason,
    }


def _describe_idle(
    problem: _Problem, s: int, person: Any, team_codes: dict[str, str]
) -> dict[str, Any]:
    """Say why a person stays."""
    has_skill = problem.has_skill[s]
    team = problem.teams[s]
    if team in team_codes:
        reason = f"班「{team}」は {team_codes[team]} に行き、そこにこの人の業務の残りがない"
    elif not has_skill.any():
        reason = "できる業務の需要がない"
    elif not (has_skill & (problem.distance_km[s] <= problem.max_km)).any():
        reason = f"できる業務の需要は {problem.max_km:g} km より遠い"
    elif person.days > 0:
        reason = "できる業務の需要は、ほかの人で足りている"
    else:
        reason = "使える日数がない"
    return {"staff": person.staff, "reason": reason}
