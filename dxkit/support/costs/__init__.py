"""What does it cost, who gains by joining, how is a joint bill shared, and which estimate is out of line?

The package gives few prices: what it does not give (the fee of larger municipalities, the minimum number of licences, unit
prices, any estimate) is a table that the user brings, or is made up and says so.
"""

from dxkit.support.costs.bundling import Bundle, bundle
from dxkit.support.costs.fees import fee, fee_limits
from dxkit.support.costs.joining import Participation, gain, participation
from dxkit.support.costs.outlying import Estimates, outliers
from dxkit.support.costs.splitting import Share, share
from dxkit.support.costs.trying import estimates_trial

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
