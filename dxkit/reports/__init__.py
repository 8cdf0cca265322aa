"""What can be handed out: printed sheets of municipalities, and a workshop without a network?

`profile` writes one municipality's 市町カルテ, `deck` the prefecture's sheets, `profiles` all of
them into a folder; `trial_page` where to try a delivery first; `handout` one sheet a table of a meeting, `record` what remains of it; `pack`
gathers everything that a computer without a network needs to run the notebooks. Sheets of invented
or estimated data say so.
"""

from dxkit.reports._deck import deck
from dxkit.reports._handout import handout
from dxkit.reports._pack import pack
from dxkit.reports._profile import profile
from dxkit.reports._profiles import profiles
from dxkit.reports._record import record
from dxkit.reports._trial_page import trial_page

__all__ = ["deck", "handout", "pack", "profile", "profiles", "record", "trial_page"]
