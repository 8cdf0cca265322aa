"""Which procedures does nobody file online here, what do towns like this one reach, which is next?

`gaps` sets a municipality's share of online applications beside those of others like it and says
which procedure would move the most people, with the assumptions on which that hangs.
`portal_scores` and `portal_agreement` read the check of a municipality's own website that trainees
do by hand.
"""

from dxkit.support.procedures._gaps import ProcedureGaps, gaps
from dxkit.support.procedures._portal_agreement import portal_agreement
from dxkit.support.procedures._portal_scores import portal_scores

__all__ = ["ProcedureGaps", "gaps", "portal_agreement", "portal_scores"]
