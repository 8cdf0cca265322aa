"""What does it cost, who gains by joining, how is a joint bill shared, which estimate is dear?

The package of the prefecture gives few prices. What it does not give (the fee of larger
municipalities, the minimum number of licences, unit prices, any estimate) is a table that the
user brings, or is invented and marked so. `kit` takes a joint procurement from a form to who joins
and pays what, `talent_pool` sizes a shared pool of staff,
`support_forms` proposes a form of support and its cost for what a municipality lacks.
"""

from typing import Any

from dxkit._keywords import find_old_name
from dxkit.support.costs._bundle import Bundle, bundle
from dxkit.support.costs._contract_costs import contract_costs
from dxkit.support.costs._core_objection import core_objection
from dxkit.support.costs._estimate_outliers import Estimates, outliers
from dxkit.support.costs._evaluate_outlier_methods import evaluate_outlier_methods
from dxkit.support.costs._fee import fee, fee_limits
from dxkit.support.costs._gain import gain
from dxkit.support.costs._kit import Kit, kit
from dxkit.support.costs._nucleolus import nucleolus
from dxkit.support.costs._participation import Participation, participation
from dxkit.support.costs._shapley import shapley
from dxkit.support.costs._share import Share, share
from dxkit.support.costs._support_forms import support_forms
from dxkit.support.costs._talent_pool import TalentPool, talent_pool

__all__ = [
    "Bundle",
    "Estimates",
    "Kit",
    "Participation",
    "Share",
    "TalentPool",
    "bundle",
    "contract_costs",
    "core_objection",
    "evaluate_outlier_methods",
    "fee",
    "fee_limits",
    "gain",
    "kit",
    "nucleolus",
    "outliers",
    "participation",
    "shapley",
    "share",
    "support_forms",
    "talent_pool",
]

# a name of the release before, which goes on working with a warning
_OLD_NAMES = {"estimates_trial": "evaluate_outlier_methods"}


def __getattr__(name: str) -> Any:
    """Find a public name of the release before (PEP 562)."""
    return find_old_name(name, _OLD_NAMES, globals(), __name__)
