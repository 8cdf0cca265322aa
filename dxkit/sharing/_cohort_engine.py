"""How many people does each body know of, in the mean, hour by hour?

An expected-value engine: its cost does not grow with the people. State of a person: unregistered
(never, or with an earlier record left behind), registered at the host (may be passed on or, without
consent, not), held by the hub, known to home. All rates are linear but the registering staff's
limit, which acts on sums; so the means of large numbers obey the same rules as the people
themselves (the person engine checks this).

Who is where and registered does not hang on who sends to whom: policies under which people register
themselves equally often are run side by side over the same registrations.

Order within an hour, the same in both engines: moving on, fleeing, registering, cleaning of double
records, sending, receiving.
"""

from collections.abc import Sequence

import numpy as np

from dxkit._arrays import FloatArray
from dxkit._checks import read_list, require_result, require_whole_number, to_float_array
from dxkit.errors import ChoiceError, shorten
from dxkit.sharing._cohort_records import CohortRecords
from dxkit.sharing._cohort_registration import CohortRegistration
from dxkit.sharing._model import Model
from dxkit.sharing._policy_rules import Rules
from dxkit.sharing._trace import Trace


def run_cohort_engine(
    model: Model, rules: Rules, restored: FloatArray, marks: tuple[int, ...]
) -> Trace:
    """Compute the expected numbers of people in each state, hour by hour.

    Parameters
    ----------
    model, rules
        Scenario and policy.
    restored
        (draws, H) hour at which each host's network is back, from `draw_outages`.
    marks
        Hours (counted from 1: 24 is the end of the first day) at which homes and places are kept.

    Returns
    -------
    Trace

    Notes
    -----
    Results illustrate; they do not forecast.

    Examples
    --------
    >>> from dxkit import sharing
    >>> model = sharing.build_model(sharing.read_scenario("noto_2024").change(hours=48))
    >>> rules = sharing.build_rules(model, sharing.default_policies().iloc[2])
    >>> trace = run_cohort_engine(model, rules, sharing.draw_outages(model, 1, seed=0), (48,))
    >>> {body: round(float(trace.hourly[body][-1, 0]), 2) for body in ("host", "home")}
    {'host': 0.55, 'home': 0.33}
    """
    require_result(model, Model, "model", "sharing.build_model")
    require_result(rules, Rules, "rules", "sharing.build_rules")
    hours = to_float_array(restored)
    if hours.ndim != 2 or hours.shape[1] != len(model.hosts) or np.isnan(hours).any():
        raise ChoiceError(
            f"restored={shorten(restored)} は使えません。"
            f"抽選×市町（{len(model.hosts)}列）の時間の表（sharing.draw_outages の結果）にしてください。"
        )
    marked = read_list(marks, "marks")
    last = model.hour_count
    hours_marked = tuple(require_whole_number(mark, "marks", high=last) for mark in marked)
    return run_policies_together(model, [rules], hours, hours_marked)[0]


def run_policies_together(
    model: Model, rules: Sequence[Rules], restored: FloatArray, marks: tuple[int, ...]
) -> list[Trace]:
    """Run policies with the same ``self_register_rate`` over the same registrations.

    Parameters as for `run_cohort_engine`; one trace a policy.
    """
    registration = CohortRegistration(model, rules[0].self_register_rate, restored)
    records = [CohortRecords(model, row, restored, marks) for row in rules]
    flow = np.empty_like(registration.waiting)
    for hour in range(model.hour_count):
        registration.advance_hour(hour)
        for policy_records in records:
            policy_records.advance_hour(hour, registration, flow)
    return [policy_records.build_trace() for policy_records in records]
