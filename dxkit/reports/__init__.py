"""What can be handed out: printed sheets of each municipality and of the prefecture, and a workshop that needs no network?

`profile` writes one municipality's 市町カルテ, `deck` the prefecture's sheets, `profiles` all of them into a folder; `handout`
one sheet a table of a meeting, `record` what remains of it; `pack` gathers everything that a computer without a network needs
to run the notebooks.
"""

from dxkit.reports.card import profile
from dxkit.reports.folder import profiles
from dxkit.reports.meeting import handout
from dxkit.reports.minutes import record
from dxkit.reports.packing import pack
from dxkit.reports.slides import deck

__all__ = ["deck", "handout", "pack", "profile", "profiles", "record"]
