"""How many people must a shared pool have, and what does that cost beside hiring alone?

Towns ask for a role as work turns up, in the middle of other towns' work: `talent_pool` plays
years of requests through a queue and finds, role by role, the fewest people who begin most of them
in time.
"""

import heapq
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dxkit import _checks
from dxkit._arrays import FloatArray
from dxkit._plain_tables import read_plain_table
from dxkit.assumptions import flips
from dxkit.assumptions import table as read_assumptions
from dxkit.errors import TableError
from dxkit.schema import MethodText, TableResult, accepts_any_table, carry_provenance

# names of the assumptions, as in the table talent_assumptions
JOB_DAYS = "1回の仕事の長さ（日）"
WAIT_DAYS = "待ってよい日数（日）"
SERVICE = "待たせない割合"
WORK_DAYS = "1人が年に働ける日数（日）"
TRAVEL_DAYS = "訪問1回の移動（日）"
PERSON_YEN = "1人を雇う費用（円/年）"
LEAST_SHARE = "自前で雇うときの最小（人）"
NAMES = (JOB_DAYS, WAIT_DAYS, SERVICE, WORK_DAYS, TRAVEL_DAYS, PERSON_YEN, LEAST_SHARE)
# where a town does not say which part of the work is done on the spot
USUAL_VISIT_SHARE = 0.5
MOST_PEOPLE = 60
FLIP_DRAWS = 20


@dataclass(frozen=True)
class TalentPool(TableResult):
    """A pool of digital staff, role by role.

    Attributes
    ----------
    table
        One row a role: ``role, label, municipalities`` (that ask for it), ``days`` (asked for a
        year), ``travel_days``, ``people`` (fewest that keep the service level), ``in_time`` (share
        of requests begun in time, over the years played), ``wait_days`` (mean), ``busy`` (share
        of the year), ``pool_yen``, ``alone_yen`` (each municipality by itself) and ``saved_yen``.
    flips
        From `dxkit.assumptions.flips`: what turns whether the pool is cheaper than hiring alone.
    settings
        The assumptions, ``years`` and ``seed``.
    """

    table: pd.DataFrame
    flips: pd.DataFrame
    settings: dict[str, object]

    def _describe_method(self) -> MethodText:
        return MethodText(
            ja=(
                f"役割ごとの依頼を、到着がポアソン、1件の時間が指数分布の待ち行列（M/M/c）として"
                f"{self.settings['years']}年分くり返し、時間内に始まる割合が目標に届く最も少ない人数を求めた。",
                "各自で雇う費用と比べ、結論をひっくり返す仮定の値を求めた。休みと季節は入っていない。",
            ),
            en=(
                "The requests of each role were played as a queue with Poisson arrivals and "
                f"exponential times (M/M/c) over {self.settings['years']} years; the fewest people "
                "that begin the wanted share in time were taken.",
                "The cost was compared with hiring alone, and the value of each assumption that "
                "turns the conclusion was sought. Holidays and seasons are left out.",
            ),
            constants={"flip_draws": FLIP_DRAWS},
        )

    def __repr__(self) -> str:
        people = int(self.table["people"].sum())
        return (
            f"<人材プール: {len(self.table)}役割・{people}人、"
            f"年{self.table['pool_yen'].sum():,.0f}円（各自なら {self.table['alone_yen'].sum():,.0f}円）>"
        )


@accepts_any_table("needs", "assumptions", "roles")
def talent_pool(
    needs: pd.DataFrame,
    assumptions: pd.DataFrame,
    *,
    roles: pd.DataFrame | None = None,
    years: int = 20,
    seed: int = 0,
) -> TalentPool:
    """Size a shared pool of digital staff by simulation, and compare it with hiring alone.

    Parameters
    ----------
    needs
        From the form ``talent`` (`dxkit.loaders.read_form`): ``code, role, days`` (a year) and,
        where known, ``visit_share`` (0–1; 0.5 where blank) and ``alone_yen``.
    assumptions
        ``assumption, value, low, high, source`` (table ``talent_assumptions``).
    roles
        ``role, label``.
    years
        How many years are played.
    seed
        Of the requests; the same requests for every size of the pool.

    Returns
    -------
    TalentPool

    Raises
    ------
    TableError
        If a table cannot be used, or an assumption is missing.
    DxkitError
        If no pool of up to 60 people keeps the service level.

    Notes
    -----
    Requests of a role arrive at random over the year (Poisson), each takes an exponential time
    with the mean of the assumption and its travel, and the first free person takes the one that
    has waited longest (M/M/c; the test compares it with Erlang's formula). Holidays, seasons and
    favourites are left out. Alone, a municipality pays what it says, or for its days, but for no
    less than the least share of a person.

    Examples
    --------
    >>> import dxkit, pandas as pd
    >>> needs = pd.DataFrame({"code": ["28201", "28202"], "role": "data", "days": [60, 40]})
    >>> pool = talent_pool(needs, dxkit.load("talent_assumptions"), years=5)
    >>> pool.table[["role", "municipalities", "people"]].to_numpy().tolist()
    [['data', 2, 1]]
    """
    rows = read_plain_table(needs)
    _checks.require_columns(rows, ["code", "role", "days"], "人材プールの様式")
    _checks.require_unique_rows(rows, ["code", "role"], "人材プールの様式")
    rows["days"] = _checks.read_numbers(rows, "days", "人材プールの様式")
    for column, high in (("visit_share", 1.0), ("alone_yen", np.inf)):
        rows[column] = (
            _checks.read_numbers(rows, column, "人材プールの様式", high=high, blank=True)
            if column in rows.columns
            else np.nan
        )
    count = _checks.require_whole_number(years, "years", high=1000)
    settings = read_assumptions(assumptions)
    values = _read_values(settings)
    groups = {str(role): own for role, own in rows.groupby("role", sort=True)}
    labels = {} if roles is None else dict(zip(roles["role"], roles["label"], strict=True))
    lines = [_size_role(role, own, values, count, seed) for role, own in groups.items()]
    table = pd.DataFrame(lines)
    table.insert(1, "label", [labels.get(role, role) for role in table["role"]])

    def decide(moved: dict[str, float]) -> str:
        # Erlang's formula for the queue that is played: quick, and free of chance
        saved = sum(
            _find_alone_yen(own, moved) - _find_pool_yen(own, moved) for own in groups.values()
        )
        return "プールが安い" if saved > 0 else "各自が安い"

    used = settings[settings["assumption"].isin(NAMES)]
    flip_table = flips(decide, used, draws=FLIP_DRAWS, seed=seed) if len(table) else pd.DataFrame()
    facts: dict[str, object] = {"years": count, "seed": seed, **values}
    table.attrs["settings"] = facts
    return TalentPool(
        carry_provenance(table, needs, assumptions),
        carry_provenance(flip_table, needs, assumptions),
        facts,
    )


def _read_values(settings: pd.DataFrame) -> dict[str, float]:
    """Read the assumptions' values; all that a pool needs must be there."""
    values = dict(zip(settings["assumption"], settings["value"].astype(float), strict=True))
    missing = [name for name in NAMES if name not in values]
    if missing:
        raise TableError.one(
            "人材プールの仮定が足りません",
            f"必要な仮定: {'、'.join(NAMES)}",
            value="、".join(missing),
        )
    return values


def _size_role(
    role: str, own: pd.DataFrame, values: dict[str, float], years: int, seed: int
) -> dict[str, object]:
    """Find the fewest people of one role who begin most requests in time, and the costs."""
    jobs, travel, per_job = _count_jobs(own, values)
    year = values[WORK_DAYS]
    # the same requests whatever the size of the pool, and whatever other roles there are
    key = [seed, *(ord(letter) for letter in role)]
    rng = np.random.default_rng(key)
    number = rng.poisson(jobs * years)
    arrivals = np.sort(rng.uniform(0.0, year * years, number))
    lengths = rng.exponential(per_job, number)
    people = max(1, int(np.floor(jobs * per_job / year)))
    while people < MOST_PEOPLE:
        waits = play_queue(arrivals, lengths, people)
        in_time = float((waits <= values[WAIT_DAYS]).mean()) if number else 1.0
        if in_time >= values[SERVICE]:
            break
        people += 1
    pool_yen = people * values[PERSON_YEN]
    alone_yen = _find_alone_yen(own, values)
    return {
        "role": role,
        "municipalities": int(own["code"].nunique()),
        "days": float(own["days"].sum()),
        "travel_days": round(travel, 3),
        "people": people,
        "in_time": in_time,
        "wait_days": float(waits.mean()) if number else 0.0,
        "busy": min(jobs * per_job / (people * year), 1.0),
        "pool_yen": pool_yen,
        "alone_yen": alone_yen,
        "saved_yen": alone_yen - pool_yen,
    }


def _count_jobs(own: pd.DataFrame, values: dict[str, float]) -> tuple[float, float, float]:
    """Count the jobs of a year, their days of travel, and the days that each takes with it."""
    visits = own["visit_share"].fillna(USUAL_VISIT_SHARE)
    jobs = float(own["days"].sum()) / values[JOB_DAYS]
    travel = float((own["days"] / values[JOB_DAYS] * visits).sum()) * values[TRAVEL_DAYS]
    return jobs, travel, values[JOB_DAYS] + (travel / jobs if jobs else 0.0)


def _find_alone_yen(own: pd.DataFrame, values: dict[str, float]) -> float:
    """Find what the municipalities pay that hire, or ask, by themselves."""
    hired = (own["days"] / values[WORK_DAYS]).clip(lower=values[LEAST_SHARE]) * values[PERSON_YEN]
    return float(own["alone_yen"].fillna(hired).sum())


def _find_pool_yen(own: pd.DataFrame, values: dict[str, float]) -> float:
    """Find what the pool costs whose size Erlang's formula gives (M/M/c, in time within a wait)."""
    jobs, _, per_job = _count_jobs(own, values)
    load = jobs * per_job / values[WORK_DAYS]
    people = max(1, int(np.floor(load)) + 1)
    while people < MOST_PEOPLE:
        # the blocking of c lines one after the other keeps numbers small (Erlang B to C)
        blocking = 1.0
        for line in range(1, people + 1):
            blocking = load * blocking / (line + load * blocking)
        waiting = blocking / (1 - load / people * (1 - blocking))
        late = waiting * np.exp(-(people - load) * values[WAIT_DAYS] / per_job)
        if 1 - late >= values[SERVICE]:
            break
        people += 1
    return people * values[PERSON_YEN]


def play_queue(arrivals: FloatArray, lengths: FloatArray, people: int) -> FloatArray:
    """Play a queue: how long does each request wait for the first free person?"""
    free_at = [0.0] * people
    waits = np.zeros(len(arrivals))
    for position, (arrival, length) in enumerate(zip(arrivals, lengths, strict=True)):
        first = heapq.heappop(free_at)
        begin = max(arrival, first)
        waits[position] = begin - arrival
        heapq.heappush(free_at, begin + length)
    return waits
