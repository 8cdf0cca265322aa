"""How is a page shown below a notebook's cell?

In a sandboxed frame: from a file beside the notebook where the notebook's server hands files out,
and else from the tag itself.
"""

import hashlib
import html
import os
import sys
from pathlib import Path

from dxkit.maps._html_safety import clean_text

# beside the notebook; ignored by git
FOLDER = "out"
NAME_DIGITS = 16


def write_frame(page: str, *, title: str, height: int) -> str:
    """Write the HTML of a sandboxed frame that shows a page.

    Parameters
    ----------
    page
        A whole HTML page; written beside the notebook where that serves.
    title
        Read out by screen readers.
    height
        Pixels.
    """
    # a file keeps the notebook small: the tag alone is saved in it
    address = save_page(page) if _can_serve_files() else None
    content = f'src="{address}"' if address else f'srcdoc="{html.escape(page)}"'
    label = html.escape(clean_text(title) or "地図")
    return (
        f'<iframe {content} sandbox="allow-scripts" title="{label}" '
        f'width="100%" height="{int(height)}" style="border:1px solid #ccc"></iframe>'
    )


def save_page(page: str, folder: str = FOLDER) -> str | None:
    """Save a page under a name made of its content.

    Returns
    -------
    str or None
        Its address beside the notebook; None where no file can be written.
    """
    content = page.encode()
    # equal maps share one file, and a changed map never shows an old one from a cache
    name = f"map_{hashlib.sha256(content).hexdigest()[:NAME_DIGITS]}.html"
    path = Path(folder) / name
    # a neighbour may be reading the same map: the file must never be seen half written
    partial = path.with_name(f".{name}.{os.getpid()}")
    try:
        if path.is_file() and path.read_bytes() == content:
            return f"{folder}/{name}"
        path.parent.mkdir(exist_ok=True)
        partial.write_bytes(content)
        partial.replace(path)
    except OSError:
        return None
    return f"{folder}/{name}"


def _can_serve_files() -> bool:
    """Whether the program that shows the notebook also hands out the files beside it."""
    is_voila = os.environ.get("SERVER_SOFTWARE", "").startswith("voila")
    is_colab = "google.colab" in sys.modules
    return not (is_voila or is_colab or _is_vscode())


def _is_vscode() -> bool:
    # VS Code puts the notebook's path into the kernel under this name
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return shell is not None and "__vsc_ipynb_file__" in shell.user_ns
