"""Who knows what about an evacuee, when, under which sharing policy; and who may tell it to whom?

Scenarios illustrate and do not forecast; the law table teaches and is no legal advice (教材であり法的助言ではない).
"""

from dxkit.sharing._audit import audit
from dxkit.sharing._backtest import Backtest, backtest
from dxkit.sharing._dispatch import Dispatch, dispatch
from dxkit.sharing._legal_grounds import Decision, ground_matrix, grounds, may_disclose, raci
from dxkit.sharing._outcome import MEASURES, Outcome, compare
from dxkit.sharing._scenario import Scenario, default_policies, read_scenario, scenario_names
from dxkit.sharing._simulate import simulate
from dxkit.sharing._suppress import suppress

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
