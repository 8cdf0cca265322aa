"""What does it cost, who gains by joining, how is a joint bill shared, and which estimate is out of line?

The package gives few prices: what it does not give (the fee of larger municipalities, the minimum number of licences, unit
prices, any estimate) is a table that the user brings, or is made up and says so.
"""

from dxkit.support.costs._bundle import Bundle, bundle
from dxkit.support.costs._fee import fee, fee_limits
from dxkit.support.costs._outliers import Estimates, estimates_trial, outliers
from dxkit.support.costs._participation import Participation, gain, participation
from dxkit.support.costs._share import Share, share

__all__ = [
    "Bundle",
    "Estimates",
    "Participation",
    "Share",
    "bundle",
    "estimates_trial",
    "fee",
    "fee_limits",
    "gain",
    "outliers",
    "participation",
    "share",
]
