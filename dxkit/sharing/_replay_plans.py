"""Under which policy and with which fitted parameters is each past disaster played back?

One `ReplayPlan` a disaster; a `FittedParameter` knows its bounds and how a scenario takes it.
"""

from collections.abc import Callable
from dataclasses import dataclass

from dxkit.sharing._model import HOURS_A_DAY
from dxkit.sharing._scenario import Scenario


@dataclass(frozen=True)
class FittedParameter:
    """A parameter that is fitted: its name, bounds, first guess, and how a scenario takes it."""

    label: str
    low: float
    high: float
    first_guess: float
    apply_value: Callable[[Scenario, float], Scenario]


@dataclass(frozen=True)
class ReplayPlan:
    """How one disaster is played back: under which policy, with which parameters."""

    policy: str
    parameters: tuple[FittedParameter, ...]
    note: str


def _set_leave_rate(scenario: Scenario, rate: float, *, last_start: float) -> Scenario:
    """Set how many leave shelters a day, in the intervals that begin by the hour ``last_start``."""
    moves = scenario.tables["moves"].copy()
    moves.loc[moves["from_hour"] <= last_start, "moves_per_day"] = rate
    return scenario.with_table("moves", moves)


def _set_leave_rate_noto(scenario: Scenario, rate: float) -> Scenario:
    # the interval after it is an assumption and stays as written
    return _set_leave_rate(scenario, rate, last_start=72)


def _set_leave_rate_kobe(scenario: Scenario, rate: float) -> Scenario:
    return _set_leave_rate(scenario, rate, last_start=scenario.settings["hours"])


def _set_report_rate(scenario: Scenario, per_day: float) -> Scenario:
    """Set how many a day report from the place with the most; others keep their proportion."""
    places = scenario.tables["places"]
    # so that one parameter moves all places
    relative = places["contact_per_day"] / places["contact_per_day"].max()
    return scenario.with_table("places", places.assign(contact_per_day=per_day * relative))


def _delay_registering(scenario: Scenario, days: float) -> Scenario:
    """Let registering begin this many days after the system started, to the full hour."""
    staff = scenario.tables["staff"].copy()
    # the last row begins the registering; earlier ones hold no staff
    start = float(scenario.tables["staff"]["from_hour"].max())
    staff.loc[staff["from_hour"] == start, "from_hour"] = start + round(days * HOURS_A_DAY)
    return scenario.with_table("staff", staff)


# bounds are wide; first guesses lie near what the figures suggest
PLANS = {
    "noto_2024": ReplayPlan(
        "共有なし",
        (FittedParameter("避難所を出る割合（1日）", 0.001, 0.5, 0.06, _set_leave_rate_noto),),
        "公表は7点だけ。所在不明と最終の把握は、避難所の外の人に接触する強さ（仮定）に左右される。"
        "接触の開始は、ずれを見てから公表の窓口の日（発生から18日後）に直した。強さは変えていない。"
        "直す前（49日後）のずれは21日後+7.5、25日後+20.4、34日後+30.8、最終-5.0ポイント",
    ),
    "japan_2011": ReplayPlan(
        "同意制",
        (
            FittedParameter("避難所で届け出る割合（1日）", 0.001, 0.9, 0.2, _set_report_rate),
            FittedParameter(
                "開始から届出が動き出すまで（日）", 1.0, 21.0, 15.0, _delay_registering
            ),
        ),
        "2点に2つの値を当てはめたので、確かめになるのは7月27日の1点だけ。"
        "避難所の外の届け出が遅いとした比（仮定）に左右され、"
        "どこも同じとすると+11.6ポイントになる。避難者の総数は6月2日の値で固定した",
    ),
    "kobe_1995": ReplayPlan(
        "共有なし",
        (FittedParameter("避難所を出る割合（1日）", 0.001, 0.5, 0.02, _set_leave_rate_kobe),),
        "確かめられるのは避難所の人数だけ。2月22日から3月3日の急な減りは、一定の割合では表せない",
    ),
}
