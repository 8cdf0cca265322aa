"""What does a notebook report to the room: which exercise, which kind of error?

Nothing, unless the trainee has pressed 共有する today. Then: the id of an exercise's cell and
whether it is solved, the kind of an error (a word of a closed list), and that a cell ran again.
"""

from typing import Any

from IPython.core.getipython import get_ipython

from dxkit._environment import add_error_listener
from dxkit.widgets._exercise_state import ExerciseState
from dxkit.widgets._progress_sender import ProgressSender
from dxkit.widgets._room_share import read_share

SENDER = ProgressSender()


class _RunWatch:
    """Watches whether a cell runs again after an error."""

    def __init__(self) -> None:
        self._is_stopped = False
        self._shells: list[Any] = []

    def note_error(self, kind: str) -> None:
        """Report the kind of an error, and watch for the next cell that runs."""
        share = read_share()
        if share is None:
            return
        self._is_stopped = True
        shell = find_shell()
        if shell is not None and shell not in self._shells:
            self._shells.append(shell)
            shell.events.register("post_run_cell", self.note_run)
        SENDER.put(share, {"error": kind})

    def note_run(self, result: Any) -> None:
        """Report that the error is over, once a cell has run to its end."""
        share = read_share()
        if self._is_stopped and share is not None and result.success:
            self._is_stopped = False
            SENDER.put(share, {"error": ""})


WATCH = _RunWatch()
add_error_listener(WATCH.note_error)


def report_exercise(cell_id: str, state: ExerciseState) -> str:
    """Report how an exercise stands; give what has to be said of the room, if anything."""
    share = read_share()
    if share is None:
        return ""
    if state.solved or state.tries:
        done = "solved" if state.solved else "tried"
        SENDER.put(share, {"exercise": {"id": cell_id, "state": done}})
    return SENDER.take_notice()


def report_card(card: str) -> None:
    """Report a red or green card, or that it is taken back."""
    share = read_share()
    if share is not None:
        SENDER.put(share, {"card": card})


def find_cell_id() -> str:
    """Find the id of the cell that runs, as JupyterLab sends it; empty elsewhere."""
    message = getattr(find_shell(), "parent_header", None)
    metadata = message.get("metadata") if isinstance(message, dict) else None
    cell_id = metadata.get("cellId") if isinstance(metadata, dict) else None
    return cell_id if isinstance(cell_id, str) else ""


def find_shell() -> Any:
    """Find the IPython shell, if there is one."""
    return get_ipython()
