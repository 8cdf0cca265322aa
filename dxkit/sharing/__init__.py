"""Who knows what about an evacuee, when, under which sharing policy; who may tell it to whom?

Scenarios illustrate and do not forecast; the law table teaches and is no legal advice
(教材であり法的助言ではない).

* Forecasts from counts: `forecast`, `backtest`, `score_forecasts`.
* Simulation: `read_scenario`, `movement_evidence`, `borrow_evidence`, `simulate`, `compare`,
  `replay`; array by array with `build_model`,
  `build_rules`, `draw_outages` and the two engines.
* Law: `grounds`, `may_disclose`, `ground_matrix`, `raci`.
* Publishing counts: `suppress`, `audit`, and `DisclosureLedger` for what was published before.
* Staff: `dispatch`. Table-top drills: `drill_scores`.
"""

from dxkit.sharing._audit import audit
from dxkit.sharing._backtest import Backtest, backtest
from dxkit.sharing._bodies_categories_phases import BODIES, CATEGORIES, PHASES
from dxkit.sharing._borrow_evidence import borrow_evidence
from dxkit.sharing._cohort_engine import run_cohort_engine
from dxkit.sharing._compare import compare
from dxkit.sharing._disclosure_decision import Decision, may_disclose
from dxkit.sharing._disclosure_ledger import DisclosureLedger
from dxkit.sharing._dispatch import Dispatch, dispatch
from dxkit.sharing._drill_scores import drill_scores
from dxkit.sharing._forecast import forecast
from dxkit.sharing._forecast_scores import score_forecasts
from dxkit.sharing._legal_grounds import ground_matrix, grounds
from dxkit.sharing._measures import MEASURES
from dxkit.sharing._model import Model, build_model
from dxkit.sharing._movement_evidence import movement_evidence
from dxkit.sharing._ordinances import ordinances
from dxkit.sharing._outages import draw_outages
from dxkit.sharing._outcome import Outcome
from dxkit.sharing._person_engine import run_person_engine
from dxkit.sharing._phase_inversions import find_phase_inversions
from dxkit.sharing._policies import check_policies, default_policies
from dxkit.sharing._policy_conclusions import build_policy_conclusions, policy_assumptions
from dxkit.sharing._policy_design import describe_policies, design_policies, policy_switches
from dxkit.sharing._policy_rules import Rules, build_rules
from dxkit.sharing._raci import raci
from dxkit.sharing._read_scenario import read_scenario, scenario_names
from dxkit.sharing._replay import Replay, replay
from dxkit.sharing._scenario import Scenario
from dxkit.sharing._simulate import simulate
from dxkit.sharing._suppress import suppress
from dxkit.sharing._switch_effects import switch_effects
from dxkit.sharing._trace import Trace

__all__ = [
    "BODIES",
    "CATEGORIES",
    "MEASURES",
    "PHASES",
    "Backtest",
    "Decision",
    "DisclosureLedger",
    "Dispatch",
    "Model",
    "Outcome",
    "Replay",
    "Rules",
    "Scenario",
    "Trace",
    "audit",
    "backtest",
    "borrow_evidence",
    "build_model",
    "build_policy_conclusions",
    "build_rules",
    "check_policies",
    "compare",
    "default_policies",
    "describe_policies",
    "design_policies",
    "dispatch",
    "draw_outages",
    "drill_scores",
    "find_phase_inversions",
    "forecast",
    "ground_matrix",
    "grounds",
    "may_disclose",
    "movement_evidence",
    "ordinances",
    "policy_assumptions",
    "policy_switches",
    "raci",
    "read_scenario",
    "replay",
    "run_cohort_engine",
    "run_person_engine",
    "scenario_names",
    "score_forecasts",
    "simulate",
    "suppress",
    "switch_effects",
]
