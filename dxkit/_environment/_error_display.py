"""How does a notebook show an error: the Japanese lines open, Python's own record folded?"""

import html
import re
from collections.abc import Callable, Sequence
from typing import Any

from dxkit._environment._error_kinds import notify_error_listeners
from dxkit._environment._error_lines import explain_error

# colours and styles of a terminal
ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
SUMMARY = "くわしい記録（英語。直し方を人に聞くときに見せます）"
FOLDED = (
    '<details style="margin:2px 0"><summary style="cursor:pointer">{summary}</summary>'
    '<pre style="white-space:pre-wrap;font-size:12px">{record}</pre></details>'
)


def show_error(
    shell: Any,
    show_original: Callable[..., None],
    kind: type[BaseException],
    error: BaseException,
    record: Sequence[str],
) -> None:
    """Show an error in Japanese.

    Parameters
    ----------
    shell
        The IPython shell.
    show_original
        The shell's own way to show an error's lines. The cell still fails, so that "run all" stops.
    kind, error
        As IPython hands them.
    record
        Python's own lines.
    """
    lines = explain_error(error, shell)
    # a lone half of a surrogate pair cannot be sent to the page
    texts = [line.encode("utf-8", "replace").decode("utf-8") for line in lines]
    show_original(kind, "\n".join(texts), texts)
    notify_error_listeners(error)
    # the folded record is for pages; a terminal has %tb
    if not hasattr(shell, "kernel"):
        return
    text = ANSI.sub("", "\n".join(record)).encode("utf-8", "replace").decode("utf-8")
    page = FOLDED.format(summary=SUMMARY, record=html.escape(text))
    shell.display_pub.publish({"text/html": page, "text/plain": SUMMARY})
    # what programs that run notebooks report
    shell._last_traceback = list(record)
