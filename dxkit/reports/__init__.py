"""What can be handed out: printed sheets of municipalities, and a workshop without a network?

`profile` writes one municipality's 市町カルテ, `deck` the prefecture's sheets, `profiles` all of
them into a folder; `trial_page` where to try a delivery first; `handout` one sheet a table of a
meeting, `record` what remains of it, `calendar_entry` when the next one is; `pack` gathers
everything that a computer without a network needs to run the notebooks, and `edition` writes them
as pages for a computer without Python; `one_page` puts anybody's own table on one sheet, `kit_page`
a joint procurement for a mayor, `organisation` who has which organisation for DX, each figure with
its date. Sheets of invented or estimated data say so.
"""

from typing import TYPE_CHECKING

from dxkit._late_names import offer_names

if TYPE_CHECKING:
    from dxkit.reports._calendar_entry import calendar_entry
    from dxkit.reports._deck import deck
    from dxkit.reports._edition import edition
    from dxkit.reports._handout import handout
    from dxkit.reports._kit_page import kit_page
    from dxkit.reports._one_page import one_page
    from dxkit.reports._organisation import organisation
    from dxkit.reports._pack import pack
    from dxkit.reports._profile import profile
    from dxkit.reports._profiles import profiles
    from dxkit.reports._record import record
    from dxkit.reports._record_template import record_template
    from dxkit.reports._trial_page import trial_page
else:
    __getattr__, __dir__ = offer_names(
        __name__,
        {
            "_calendar_entry": ("calendar_entry",),
            "_deck": ("deck",),
            "_edition": ("edition",),
            "_handout": ("handout",),
            "_kit_page": ("kit_page",),
            "_one_page": ("one_page",),
            "_organisation": ("organisation",),
            "_pack": ("pack",),
            "_profile": ("profile",),
            "_profiles": ("profiles",),
            "_record": ("record",),
            "_record_template": ("record_template",),
            "_trial_page": ("trial_page",),
        },
    )

__all__ = [
    "calendar_entry",
    "deck",
    "edition",
    "handout",
    "kit_page",
    "one_page",
    "organisation",
    "pack",
    "profile",
    "profiles",
    "record",
    "record_template",
    "trial_page",
]
