"""Who has what in common with whom, who has never met, and who should sit at one table?

A tie is a group that two municipalities share: a theme, an area, a system, a vendor. Where the
source gives only how many take part (most shared systems of the prefecture's package) there is no
tie to draw, and none is guessed.
"""

from dxkit.support.network._dialogues import Dialogues, dialogues
from dxkit.support.network._strangers import strangers
from dxkit.support.network._ties import Ties, ties

__all__ = ["Dialogues", "Ties", "dialogues", "strangers", "ties"]
