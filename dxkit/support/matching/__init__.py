"""Which service answers a need, who should take up which one together, and whom to ask next?

Proposals only: a person reads the reasons and decides. Needs are free Japanese text; words and meaning are both looked at.
"""

from dxkit.support.matching.adopting import Adoption, adopters
from dxkit.support.matching.asking import similar
from dxkit.support.matching.finding import found_share, match

__all__ = ["Adoption", "adopters", "found_share", "match", "similar"]
