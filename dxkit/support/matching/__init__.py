"""Which service answers a need, who should take up which one together, and whom to ask next?

Proposals only: a person reads the reasons and decides. Needs are free Japanese text; words and
meaning are both looked at.
"""

from dxkit.support.matching._adopters import Adoption, adopters
from dxkit.support.matching._adoption_flips import adoption_flips
from dxkit.support.matching._found_share import found_share
from dxkit.support.matching._intentions import Intentions, split_intentions
from dxkit.support.matching._match import match
from dxkit.support.matching._match_flips import match_flips
from dxkit.support.matching._similar import similar

__all__ = [
    "Adoption",
    "Intentions",
    "adopters",
    "adoption_flips",
    "found_share",
    "match",
    "match_flips",
    "similar",
    "split_intentions",
]
