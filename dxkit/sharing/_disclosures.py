"""Which disclosures did a simulation make, and on which legal ground?

`list_disclosures` counts what was sent, by bodies and phase, and asks the law table for each.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from dxkit._arrays import FloatArray
from dxkit.sharing._bodies_categories_phases import NOTICE
from dxkit.sharing._disclosure_decision import decide_disclosures
from dxkit.sharing._measures import summarise_figure
from dxkit.sharing._policy_rules import Rules
from dxkit.sharing._trace import DISASTER_PHASES, SEND_KINDS, Trace

CATEGORY = "所在"
# a body without a task: what reaches it was not needed
BYSTANDER = "他の市町"
COLUMNS = [
    "policy",
    "from_",
    "to",
    "category",
    "phase",
    "consent",
    "needed",
    "mean",
    "p05",
    "p95",
]


def list_disclosures(
    rules: Sequence[Rules], traces: Sequence[Trace], wrong_share: float
) -> pd.DataFrame:
    """List every kind of disclosure of every policy with its count and its legal ground."""
    rows = [
        row
        for policy_rules, trace in zip(rules, traces, strict=True)
        for row in _count_disclosures(policy_rules, trace, wrong_share)
    ]
    table = pd.DataFrame(rows, columns=COLUMNS)
    # the ground is asked once for all rows, of the shipped law table
    decisions = decide_disclosures(
        table["from_"],
        table["to"],
        table["category"],
        phase=table["phase"],
        consent=table["consent"].astype(bool),
    )
    labels = {str(name): decisions[str(name)].astype("str") for name in decisions}
    disclosures = table.assign(**labels)
    disclosures.insert(0, "notice", NOTICE)
    return disclosures


def _count_disclosures(rules: Rules, trace: Trace, wrong_share: float) -> Iterator[dict[str, Any]]:
    """Count every kind of disclosure that happened, with what was sent beside the point."""
    hub = "国" if rules.hub_is_state else "県"
    bodies = {
        "direct_inside": ("避難先市町", "避難元市町"),
        "direct_outside": ("県外市町", "避難元市町"),
        "up_inside": ("避難先市町", hub),
        "up_outside": ("県外市町", hub),
        "down": (hub, "避難元市町"),
    }
    for phase, phase_name in enumerate(DISASTER_PHASES):
        for kind, kind_name in enumerate(SEND_KINDS):
            sent = trace.sends[phase, kind]
            from_, to = bodies[kind_name]
            # what goes up to the hub reaches no wrong body, and only the hub sends copies
            wrong = 0.0 if kind_name.startswith("up") else wrong_share
            copies = rules.extra_copies if kind_name == "down" else 0.0
            unneeded = sent * wrong + sent * copies
            way = {"policy": rules.name, "from_": from_, "to": to, "category": CATEGORY}
            way["phase"] = phase_name
            if sent.any():
                yield way | _summarise_sends(sent, consent=rules.needs_consent, needed=True)
            if unneeded.any():
                way["to"] = BYSTANDER
                yield way | _summarise_sends(unneeded, consent=False, needed=False)


def _summarise_sends(records: FloatArray, *, consent: bool, needed: bool) -> dict[str, Any]:
    return {"consent": consent, "needed": needed, **summarise_figure(records)}
