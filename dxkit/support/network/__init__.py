"""Who has what in common with whom, who has never met, and who should sit at one table?

A tie is a group that two municipalities share: a theme, an area, a system, a vendor. Where the
source gives only how many take part (most shared systems of the prefecture's package) there is no
tie to draw, and none is guessed. `common_gaps`, `area_coverage`, `membership_changes` and
`backup_partners` answer what officers ask of groups: what one lacks together, which areas sit in
none, who has left, and who could keep whose copy; `owners`: who has what a neighbour lacks.
"""

from dxkit.support.network._area_coverage import area_coverage
from dxkit.support.network._backup_partners import backup_partners
from dxkit.support.network._common_gaps import common_gaps
from dxkit.support.network._dialogues import Dialogues, dialogues
from dxkit.support.network._membership_changes import membership_changes
from dxkit.support.network._owners import owners
from dxkit.support.network._strangers import strangers
from dxkit.support.network._ties import Ties, ties

__all__ = [
    "Dialogues",
    "Ties",
    "area_coverage",
    "backup_partners",
    "common_gaps",
    "dialogues",
    "membership_changes",
    "owners",
    "strangers",
    "ties",
]
