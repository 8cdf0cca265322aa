"""Which outages, municipalities and consent did a group choose, and how do they change a scenario?

Every result is remembered, so that going back to an earlier choice costs nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from dxkit import sharing
from dxkit.sharing import Outcome, Scenario

AS_WRITTEN = "シナリオどおり"
# what the outages' mean length is multiplied by
OUTAGE_FACTORS = {
    "途絶なし": 0.0,
    "半分の長さ": 0.5,
    AS_WRITTEN: 1.0,
    "2倍の長さ": 2.0,
    "4倍の長さ": 4.0,
}
# shares of the municipalities that may take part
JOINED_SHARES = (0.25, 0.5, 0.75, 1.0)
# results of one policy at one setting that are remembered
MAX_RESULTS = 120


@dataclass(frozen=True)
class SharingSettings:
    """What was chosen beside the policies.

    Attributes
    ----------
    outage, joined
        As the drop-downs word them.
    consent
        Share (0–1) of people who agree.
    """

    outage: str
    joined: str
    consent: float


class PolicyResults:
    """Remembers the result of each policy at each setting, so that none is simulated twice."""

    def __init__(self, scenario: Scenario, draws: int) -> None:
        self.scenario = scenario
        self.draws = draws
        self._outcomes: dict[tuple[SharingSettings, str], Outcome] = {}

    def simulate_policies(self, names: Sequence[str], settings: SharingSettings) -> Outcome:
        """Simulate these policies, or remember them, as one outcome in the order of the names."""
        missing = [name for name in names if (settings, name) not in self._outcomes]
        if len(self._outcomes) + len(missing) > MAX_RESULTS:
            self._outcomes = {}
            missing = list(names)
        if missing:
            scenario = apply_settings(self.scenario, settings)
            policies = scenario.policies.set_index("policy", drop=False).loc[missing]
            outcome = sharing.simulate(scenario, policies=policies, draws=self.draws)
            # one outcome of several policies is kept as several of one
            for name, rule, trace in zip(missing, outcome.rules, outcome.traces, strict=True):
                self._outcomes[settings, name] = replace(outcome, rules=[rule], traces=[trace])
        parts = [self._outcomes[settings, name] for name in names]
        rules = [part.rules[0] for part in parts]
        return replace(parts[0], rules=rules, traces=[part.traces[0] for part in parts])


def apply_settings(scenario: Scenario, settings: SharingSettings) -> Scenario:
    """Change a scenario's outages, municipalities that take part, and consent."""
    factor = OUTAGE_FACTORS[settings.outage]
    outages = scenario.tables["outages"]
    scaled = outages.assign(
        mean_hours=outages["mean_hours"] * factor,
        # an outage of length 0 does not happen
        probability=outages["probability"] * (factor > 0),
    )
    changed = scenario.change(consent_share=settings.consent).with_table("outages", scaled)
    if settings.joined == AS_WRITTEN:
        return changed
    share = next(
        share
        for share in JOINED_SHARES
        if describe_joined_share(scenario, share) == settings.joined
    )
    policies = changed.policies
    # whoever gathers records gathers them only from those who take part
    joined_only = policies["joined_only"] | (policies["route"] == "集約")
    return replace(
        changed.with_table("evacuees", _let_join(scenario, share)),
        policies=policies.assign(joined_only=joined_only),
    )


def describe_joined_share(scenario: Scenario, share: float) -> str:
    """Write how many municipalities take part."""
    total = len(_list_joinable(scenario))
    if share == 1:
        return f"全{total}市町"
    return f"避難者の多い順に{round(share * total)}市町"


def _list_joinable(scenario: Scenario) -> pd.DataFrame:
    """List the municipalities that may join.

    Those are the ones inside from which somebody fled, the most evacuees first.
    """
    places = scenario.tables["evacuees"]
    joinable = places[places["inside"] & (places["evacuees"] > 0)]
    # the code decides between equal numbers, so that the order never changes
    return joinable.sort_values(["evacuees", "code"], ascending=[False, True])


def _let_join(scenario: Scenario, share: float) -> pd.DataFrame:
    """Let this share of the municipalities take part, those with the most evacuees first."""
    places = scenario.tables["evacuees"]
    joinable = _list_joinable(scenario)
    joining = set(joinable["code"].iloc[: round(share * len(joinable))])
    is_joinable = places["code"].isin(joinable["code"])
    # whoever lies outside takes part as the scenario says
    return places.assign(joined=places["joined"].where(~is_joinable, places["code"].isin(joining)))
