"""How does somebody who has never typed code change a choice and see the picture change?

Widgets for workshops: choices in, pictures out. They work with the mouse and the keyboard, keep no
output in the notebook file and need no network. Text from tables is escaped before it becomes HTML.
"""

from typing import TYPE_CHECKING

from dxkit._late_names import offer_names

if TYPE_CHECKING:
    from dxkit.widgets._choose_town import choose_town
    from dxkit.widgets._drone_explorer import drone_explorer
    from dxkit.widgets._drone_widget import DroneExplorer
    from dxkit.widgets._exercise import exercise
    from dxkit.widgets._group_builder import GroupBuilder, group_builder
    from dxkit.widgets._incident_walk import incident_walk
    from dxkit.widgets._mail_board import mail_board
    from dxkit.widgets._maturity_explorer import maturity_explorer
    from dxkit.widgets._receive_table import receive_table
    from dxkit.widgets._share_progress import share_progress
    from dxkit.widgets._sharing_explorer import sharing_explorer
    from dxkit.widgets._sharing_widget import SharingExplorer
    from dxkit.widgets._stills import write_still
    from dxkit.widgets._vote_board import VoteBoard, vote_board
else:
    __getattr__, __dir__ = offer_names(
        __name__,
        {
            "_choose_town": ("choose_town",),
            "_drone_explorer": ("drone_explorer",),
            "_drone_widget": ("DroneExplorer",),
            "_exercise": ("exercise",),
            "_group_builder": ("GroupBuilder", "group_builder"),
            "_incident_walk": ("incident_walk",),
            "_mail_board": ("mail_board",),
            "_maturity_explorer": ("maturity_explorer",),
            "_receive_table": ("receive_table",),
            "_share_progress": ("share_progress",),
            "_sharing_explorer": ("sharing_explorer",),
            "_sharing_widget": ("SharingExplorer",),
            "_stills": ("write_still",),
            "_vote_board": ("VoteBoard", "vote_board"),
        },
    )

__all__ = [
    "DroneExplorer",
    "GroupBuilder",
    "SharingExplorer",
    "VoteBoard",
    "choose_town",
    "drone_explorer",
    "exercise",
    "group_builder",
    "incident_walk",
    "mail_board",
    "maturity_explorer",
    "receive_table",
    "share_progress",
    "sharing_explorer",
    "vote_board",
    "write_still",
]
