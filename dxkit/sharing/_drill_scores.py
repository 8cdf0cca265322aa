"""What does a choice in a table-top drill score: known, lawful, staff hours, fair?"""

import pandas as pd

from dxkit._checks import require_result, require_whole_number
from dxkit.errors import ChoiceError
from dxkit.schema import carry_provenance
from dxkit.sharing._outcome import Outcome

# share of the evacuees whom their home municipality knows
KNOWN = "known_home"
WORK_MEASURES = ("registering_hours", "sending_hours")
LAWFUL = "可"


def drill_scores(outcome: Outcome, *, hour: int) -> pd.DataFrame:
    """Score each policy at one hour by four measures, none of which is the verdict.

    Parameters
    ----------
    outcome
        From `simulate`.
    hour
        One of the outcome's hours; ``least_known`` uses the last marked hour up to it.

    Returns
    -------
    pandas.DataFrame
        One row a policy, in the order of the outcome: ``policy, known`` (share of the evacuees that
        their home municipality knows), ``lawful_share`` (share of what was told by then whose row
        of the law says 可; NaN where nothing is told in the whole run), ``staff_hours`` (until
        then), ``least_known, least_name`` (the municipality whose evacuees are known least; NaN
        before the first mark). Means over draws; ``.attrs["settings"]`` holds the hour and draws.

    Raises
    ------
    ChoiceError
        If the outcome does not hold that hour.

    Notes
    -----
    A drill's scenario is invented; the scores compare what the model does under each policy, not
    what would have happened. The lawful share counts disclosures over the whole run of the outcome.

    Examples
    --------
    >>> from dxkit import sharing
    >>> scenario = sharing.read_scenario("nankai_illustrative").change(hours=24)
    >>> outcome = sharing.simulate(scenario, policies=["共有なし", "県ハブ"], draws=2)
    >>> drill_scores(outcome, hour=24)[["policy", "known", "lawful_share"]].round(2)
      policy  known  lawful_share
    0   共有なし   0.16           NaN
    1    県ハブ   0.18           1.0
    """
    require_result(outcome, Outcome, "outcome", "sharing.simulate")
    at_hour = require_whole_number(hour, "hour")
    timeline = outcome.timeline
    hours = sorted(set(timeline["hour"]))
    if at_hour not in hours:
        raise ChoiceError(
            f"hour={at_hour} の結果がありません。{hours[0]}〜{hours[-1]}時間から選んでください。"
        )
    figures = timeline[timeline["hour"] == at_hour].pivot_table(
        index="policy", columns="measure", values="mean", observed=True
    )
    policies = list(dict.fromkeys(timeline["policy"]))
    rows = [
        {
            "policy": policy,
            "known": float(figures.loc[policy, KNOWN]),
            "lawful_share": _compute_lawful_share(outcome.disclosures, policy),
            "staff_hours": float(figures.loc[policy, list(WORK_MEASURES)].sum()),
            **_find_least_known(outcome.by_municipality, policy, at_hour),
        }
        for policy in policies
    ]
    table = pd.DataFrame(rows)
    table.attrs["settings"] = {"hour": at_hour, "draws": outcome.settings["draws"]}
    return carry_provenance(table, timeline)


def _compute_lawful_share(disclosures: pd.DataFrame, policy: str) -> float:
    own = disclosures[disclosures["policy"] == policy]
    total = own["mean"].sum()
    return float(own.loc[own["verdict"] == LAWFUL, "mean"].sum() / total) if total else float("nan")


def _find_least_known(by_municipality: pd.DataFrame, policy: str, hour: int) -> dict[str, object]:
    """Find the municipality whose evacuees are known least at the last mark."""
    own = by_municipality[
        (by_municipality["policy"] == policy)
        & (by_municipality["hour"] <= hour)
        & (by_municipality["evacuees"] > 0)
    ]
    if own.empty:
        return {"least_known": float("nan"), "least_name": None}
    last = own[own["hour"] == own["hour"].max()].sort_values(["mean", "code"])
    return {
        "least_known": float(last["mean"].iloc[0]),
        "least_name": str(last["name"].iloc[0]),
    }
