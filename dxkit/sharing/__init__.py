"""Who knows what about an evacuee, when, under which sharing policy; and who may tell it to whom?

Scenarios illustrate and do not forecast; the law table teaches and is no legal advice (教材であり法的助言ではない).
"""

from dxkit.sharing.auditing import audit
from dxkit.sharing.backtests import Backtest, backtest
from dxkit.sharing.dispatching import Dispatch, dispatch
from dxkit.sharing.law import Decision, ground_matrix, grounds, may_disclose, raci
from dxkit.sharing.outcome import MEASURES, Outcome, compare
from dxkit.sharing.scenario import Scenario, default_policies, read_scenario, scenario_names
from dxkit.sharing.simulating import simulate
from dxkit.sharing.suppressing import suppress

__all__ = [
    "MEASURES",
    "Backtest",
    "Decision",
    "Dispatch",
    "Outcome",
    "Scenario",
    "audit",
    "backtest",
    "compare",
    "default_policies",
    "dispatch",
    "ground_matrix",
    "grounds",
    "may_disclose",
    "raci",
    "read_scenario",
    "scenario_names",
    "simulate",
    "suppress",
]
