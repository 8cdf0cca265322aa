"""What does a sharing policy mean as arrays that both engines read?

`build_rules` turns one row of the table of policies into rates, shares and flags.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from dxkit._arrays import BoolArray
from dxkit._checks import require_result
from dxkit.sharing._model import Model, convert_to_hourly


@dataclass(frozen=True)
class Rules:
    """A policy as arrays. ``O`` homes, ``H`` hosts.

    Attributes
    ----------
    name
        Of the policy.
    sends_directly, uses_hub
        Whether hosts send to homes, or to a hub that passes on.
    hub_is_state
        Whether the hub is the state, or else the prefecture.
    needs_consent
        Whether only records of those who agreed are passed on.
    start_hour
        From which hour on records are sent.
    allowed_pairs
        (O, H) whether the policy covers this pair; never where home and host are one.
    host_sends, home_receives
        (H) whether a host sends to the hub, (O) whether a home receives from it.
    consent_share
        Share of the registered whose record may be passed on.
    send_rate, receive_rate
        Probability an hour that a host sends a record, and that a home receives it from the hub.
    self_register_rate
        Probability an hour of registering oneself.
    strike_share
        Share of double registrations that are found at once.
    cleaning_rate
        Probability an hour that a double record is struck out later.
    extra_copies
        Bodies without a task to which a hub sends each record, too.
    """

    name: str
    sends_directly: bool
    uses_hub: bool
    hub_is_state: bool
    needs_consent: bool
    start_hour: float
    allowed_pairs: BoolArray
    host_sends: BoolArray
    home_receives: BoolArray
    consent_share: float
    send_rate: float
    receive_rate: float
    self_register_rate: float
    strike_share: float
    cleaning_rate: float
    extra_copies: float


def build_rules(model: Model, policy: "pd.Series[Any]") -> Rules:
    """Turn one row of the table of policies into rules for a model.

    Parameters
    ----------
    model
        From `build_model`.
    policy
        A row of ``scenario.policies`` or of a table like it.

    Returns
    -------
    Rules

    Examples
    --------
    >>> from dxkit import sharing
    >>> model = sharing.build_model(sharing.read_scenario("noto_2024"))
    >>> rules = build_rules(model, sharing.default_policies().iloc[2])
    >>> rules.name, rules.uses_hub, rules.start_hour, int(rules.host_sends.sum())
    ('県ハブ', True, 6.0, 8)
    """
    require_result(model, Model, "model", "sharing.build_model")
    homes = np.arange(len(model.own_host))
    is_member = model.has_joined if policy["joined_only"] else np.ones(len(model.hosts), dtype=bool)
    # agreements bind pairs; other policies cover all
    has_pair = (
        model.has_agreement if policy["pairs"] == "協定" else np.ones_like(model.has_agreement)
    )
    allowed_pairs = has_pair & is_member[None, :] & is_member[model.own_host][:, None]
    # nothing is sent where home and host are one
    allowed_pairs[homes, model.own_host] = False
    settings = model.settings
    # a multiple of a probability must stay one
    cleaning_per_day = min(1.0, settings["cleaning_per_day"] * policy["cleaning_times"])
    return Rules(
        name=str(policy["policy"]),
        sends_directly=bool(policy["route"] == "直接"),
        uses_hub=bool(policy["route"] == "集約"),
        hub_is_state=policy["hub"] == "国",
        needs_consent=bool(policy["consent"]),
        start_hour=float(policy["start_hour"]),
        allowed_pairs=allowed_pairs,
        host_sends=is_member,
        home_receives=is_member[model.own_host],
        consent_share=float(settings["consent_share"]) if policy["consent"] else 1.0,
        send_rate=1 / float(policy["host_hours"]),
        receive_rate=1 / float(policy["home_hours"]),
        self_register_rate=float(convert_to_hourly(policy["self_per_day"])),
        strike_share=float(policy["strike_share"]),
        cleaning_rate=float(convert_to_hourly(cleaning_per_day)),
        extra_copies=float(policy["copies"]),
    )
