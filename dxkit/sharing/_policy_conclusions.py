"""What does a simulation of sharing policies conclude, and on which assumptions?

`build_policy_conclusions` gives each sentence of conclusion as a function of the assumptions, for
`dxkit.assumptions.flips`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from dxkit.errors import ChoiceError, shorten
from dxkit.loaders import load
from dxkit.schema import carry_provenance
from dxkit.sharing._compare import compare
from dxkit.sharing._scenario import Scenario
from dxkit.sharing._scenario_fields import PLACES, POLICY_FIELDS
from dxkit.sharing._simulate import simulate

Values = Mapping[str, float]
# between a policy's name and its cell's Japanese label in the name of an assumption
JOINT = ": "
JOINED = "参加する市町の割合"
CONSENT = "同意率"
STAFF = "職員数の倍率"
CONTACT = "避難所の外での接触の倍率"
OUTAGE = "途絶の確率の倍率"
COMMON = (JOINED, CONSENT, STAFF, CONTACT, OUTAGE)
# assumption → table and column of the scenario that it multiplies
SCALED_COLUMNS: dict[str, tuple[str, str]] = {
    STAFF: ("staff", "staff"),
    OUTAGE: ("outages", "probability"),
    CONTACT: ("places", "contact_per_day"),
}
# places where no staff sit at a desk
OUTSIDE_PLACES = PLACES[2:]
# hours at which conclusions look; those of `compare`
HOURS = (24, 72, 168)
LAST_HOUR = HOURS[-1]
# figures of a policy that a conclusion may use
FIGURES = (*(f"known_home_{hour}" for hour in HOURS), "disclosed")
# "differ late": the spread of the first day is less than this part of that of the week
LATE_SPREAD = 0.4
# "no more is known": by less than one point
ONE_POINT = 0.01
# of the comparison of handing out widely with handing to those with a task
HUB = "県ハブ"
BROADCAST = "緊急時"


def policy_assumptions() -> pd.DataFrame:
    """Load what the comparison of sharing policies assumes, with limits and sources.

    Returns
    -------
    pandas.DataFrame
        One row an assumption, as `dxkit.assumptions.table` takes it: ``assumption, value, low,
        high, source``.

    Examples
    --------
    >>> policy_assumptions()["assumption"].head(2).tolist()
    ['国クラウド: 自主登録_1日', '県ハブ: 自主登録_1日']
    """
    return load("policy_assumptions")


def build_policy_conclusions(scenario: Scenario) -> dict[str, Callable[[Values], str]]:
    """Build every sentence of conclusion as a function of the assumptions.

    Parameters
    ----------
    scenario
        Of at least 168 hours, with the policies 県ハブ and 緊急時 among its own.

    Returns
    -------
    dict
        Sentence → function for `dxkit.assumptions.flips`, which takes values by the names of
        `policy_assumptions` (or of other cells: ``policy: label``) and returns a policy's name, or
        はい or いいえ. All of them share what was simulated: one draw of outages, always the same.

    Raises
    ------
    ChoiceError
        When called with a name that is no assumption.

    Examples
    --------
    >>> from dxkit import sharing
    >>> conclusions = build_policy_conclusions(sharing.read_scenario("nankai_illustrative"))
    >>> list(conclusions)
    ['72時間後の1位', '168時間後の1位', '差は72時間を過ぎてから開く', '多く渡しても多くは知れない']
    """
    study = _Study(scenario.change(hours=LAST_HOUR))
    return {
        "72時間後の1位": partial(study.find_first, "known_home_72"),
        "168時間後の1位": partial(study.find_first, "known_home_168"),
        "差は72時間を過ぎてから開く": study.differs_late,
        "多く渡しても多くは知れない": study.gains_nothing_by_more,
    }


@dataclass
class _Study:
    """Runs of a scenario's policies under other assumptions, each kept."""

    scenario: Scenario
    runs: dict[tuple[str, tuple[tuple[str, float], ...]], dict[str, float]] = field(
        default_factory=dict
    )

    def find_first(self, measure: str, values: Values) -> str:
        """Find the policy of which the most is known."""
        figures = self._run_all(values)
        return max(figures, key=lambda name: round(figures[name][measure], 9))

    def differs_late(self, values: Values) -> str:
        """Say whether the policies lie close together on the first day."""
        figures = self._run_all(values).values()
        spread = {
            hour: np.ptp([figure[f"known_home_{hour}"] for figure in figures]) for hour in HOURS
        }
        return _say(spread[HOURS[0]] < LATE_SPREAD * spread[LAST_HOUR])

    def gains_nothing_by_more(self, values: Values) -> str:
        """Say whether handing out widely discloses more without more being known."""
        figures = self._run_all(values)
        wide = figures[BROADCAST]
        hub = figures[HUB]
        is_known_alike = wide["known_home_168"] <= hub["known_home_168"] + ONE_POINT
        return _say(is_known_alike and wide["disclosed"] > hub["disclosed"])

    def _run_all(self, values: Values) -> dict[str, dict[str, float]]:
        names = list(self.scenario.policies["policy"])
        self._refuse_unknown(values, names)
        return {name: self._run_policy(name, values) for name in names}

    def _refuse_unknown(self, values: Values, policies: list[str]) -> None:
        labels = {field.label for field in POLICY_FIELDS}
        for name in values:
            policy, _, label = name.partition(JOINT)
            if name not in COMMON and (policy not in policies or label not in labels):
                raise ChoiceError(
                    f"仮定「{shorten(name)}」は使えません。"
                    f"{'・'.join(COMMON)}、または「県ハブ{JOINT}受取_時間」のように書いてください。"
                )

    def _run_policy(self, policy: str, values: Values) -> dict[str, float]:
        """Run one policy; what another one assumes does not concern it."""
        policies = self.scenario.policies
        row = policies.iloc[policies["policy"].tolist().index(policy)]
        relevant = {name: value for name, value in values.items() if _concerns(name, policy, row)}
        key = (policy, tuple(sorted(relevant.items())))
        if key not in self.runs:
            changed = _change_policy(row, relevant)
            outcome = simulate(_change_scenario(self.scenario, relevant), policies=changed, draws=1)
            figures = compare(outcome).iloc[0]
            self.runs[key] = {name: float(figures[name]) for name in FIGURES}
        return self.runs[key]


def _say(truth: bool | np.bool_) -> str:
    return "はい" if truth else "いいえ"


def _concerns(name: str, policy: str, row: "pd.Series[Any]") -> bool:
    """Say whether an assumption can change a policy's figures."""
    if name == JOINED:
        return bool(row["joined_only"])
    if name == CONSENT:
        return bool(row["consent"])
    return name in COMMON or name.partition(JOINT)[0] == policy


def _change_policy(row: "pd.Series[Any]", values: Values) -> pd.DataFrame:
    """Return the policy as a table of one row, with other cells."""
    names = {field.label: field.name for field in POLICY_FIELDS}
    cells: dict[str, Any] = {str(name): cell for name, cell in row.items()}
    for name, value in values.items():
        if name not in COMMON:
            cells[names[name.partition(JOINT)[2]]] = value
    return pd.DataFrame([cells])


def _change_scenario(scenario: Scenario, values: Values) -> Scenario:
    """Return the scenario under other common assumptions."""
    changed = scenario
    if CONSENT in values:
        changed = changed.change(consent_share=values[CONSENT])
    for name, (table, column) in SCALED_COLUMNS.items():
        if values.get(name, 1.0) != 1.0:
            rows = changed.tables[table]
            factor = np.full(len(rows), values[name])
            if name == CONTACT:
                factor = np.where(rows["place"].isin(OUTSIDE_PLACES), factor, 1.0)
            # a multiple of a probability must stay one
            limit = np.inf if name == STAFF else 1.0
            cells = np.minimum(rows[column].to_numpy(dtype=float) * factor, limit)
            scaled = rows.copy()
            scaled[column] = cells
            changed = changed.with_table(table, scaled)
    if JOINED in values:
        rows = changed.tables["evacuees"]
        changed = changed.with_table("evacuees", _join_share(rows, values[JOINED]))
    return changed


def _join_share(municipalities: pd.DataFrame, share: float) -> pd.DataFrame:
    """Let a share of the municipalities join: those that have first, by their codes."""
    order = municipalities.sort_values(["joined", "code"], ascending=[False, True]).index
    count = round(share * len(municipalities))
    joined = pd.Series(False, index=municipalities.index)
    joined.loc[order[:count]] = True
    return carry_provenance(municipalities.assign(joined=joined), municipalities)
