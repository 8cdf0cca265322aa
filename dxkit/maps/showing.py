"""How does a map reach the screen of a notebook without sharing anything with it?

In a sandboxed frame, which has an origin of its own: not even a script inside could reach JupyterLab. The page is a file in
``out/`` beside the notebook, which keeps notebooks small. Where a program shows notebooks without serving files beside them
(VS Code, Colab, Voilà), or nothing can be written, the page travels inside the frame's tag instead, sandboxed all the same.
"""

import hashlib
import html
import os
import sys
from pathlib import Path

from dxkit.maps.safety import clean

FOLDER = "out"


def frame(page: str, *, title: str, height: int) -> str:
    """Give the HTML of a sandboxed frame that shows a page, and write the page beside the notebook where that serves.

    Parameters
    ----------
    page
        A whole HTML page.
    title
        Read out by screen readers.
    height
        Pixels.
    """
    written = write(page) if _files_are_served() else None
    shown = f'src="{written}"' if written else f'srcdoc="{html.escape(page)}"'
    return (
        f'<iframe {shown} sandbox="allow-scripts" title="{html.escape(clean(title) or "地図")}" '
        f'width="100%" height="{int(height)}" style="border:1px solid #ccc"></iframe>'
    )


def write(page: str, folder: str = FOLDER) -> str | None:
    """Write a page under a name made of its content and give its address beside the notebook; ``None`` if it cannot be."""
    content = page.encode()
    name = f"map_{hashlib.sha256(content).hexdigest()[:16]}.html"
    # a neighbour may be reading the same map: the file must never be seen half written
    half = Path(folder) / f".{name}.{os.getpid()}"
    try:
        if half.with_name(name).is_file() and half.with_name(name).read_bytes() == content:
            return f"{folder}/{name}"
        half.parent.mkdir(exist_ok=True)
        half.write_bytes(content)
        half.replace(half.with_name(name))
    except OSError:
        return None
    return f"{folder}/{name}"


def _files_are_served() -> bool:
    if os.environ.get("SERVER_SOFTWARE", "").startswith("voila") or "google.colab" in sys.modules:
        return False
    return not _in_vscode()


def _in_vscode() -> bool:
    """VS Code puts the notebook's path into the kernel under this name."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return shell is not None and "__vsc_ipynb_file__" in shell.user_ns
