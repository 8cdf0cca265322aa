"""How does somebody who has never typed code change a choice and see the picture change?

Widgets for workshops: choices in, pictures out. They work with the mouse and the keyboard, keep no
output in the notebook file and need no network. Text from tables is escaped before it becomes HTML.
"""

from dxkit.widgets._choose_town import choose_town
from dxkit.widgets._drone_explorer import drone_explorer
from dxkit.widgets._drone_widget import DroneExplorer
from dxkit.widgets._exercise import exercise
from dxkit.widgets._group_builder import GroupBuilder, group_builder
from dxkit.widgets._incident_walk import incident_walk
from dxkit.widgets._mail_board import mail_board
from dxkit.widgets._maturity_explorer import maturity_explorer
from dxkit.widgets._share_progress import share_progress
from dxkit.widgets._sharing_explorer import sharing_explorer
from dxkit.widgets._sharing_widget import SharingExplorer
from dxkit.widgets._stills import write_still
from dxkit.widgets._vote_board import VoteBoard, vote_board

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
    "share_progress",
    "sharing_explorer",
    "vote_board",
    "write_still",
]
