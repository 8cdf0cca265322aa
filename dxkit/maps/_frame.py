"""How is a page shown below a notebook's cell?

In a sandboxed frame that carries the page inside its own tag (``srcdoc``): a saved notebook needs
no server and no file beside it. Below the frame lies a still picture of the same map. A page that
strips frames out of notebooks (an untrusted notebook, a site that shows notebooks) leaves that.
"""

import base64
import html

from dxkit.schema import replace_surrogates

BOX = "position:relative;overflow:hidden;height:{height}px"
STILL = "position:absolute;left:0;top:0;width:100%;max-width:720px"
FRAME = "position:absolute;left:0;top:0;box-sizing:border-box;border:1px solid #ccc;background:#fff"


def write_frame(page: str, *, title: str, height: int, still: str = "") -> str:
    """Write the HTML of a sandboxed frame that shows a page.

    Parameters
    ----------
    page
        A whole HTML page; it becomes part of the tag.
    title
        Read out by screen readers.
    height
        Pixels.
    still
        An SVG picture of the page, seen where the frame is not.
    """
    label = html.escape(replace_surrogates(title) or "地図")
    frame = (
        f'<iframe srcdoc="{html.escape(page)}" sandbox="allow-scripts" title="{label}" '
        f'width="100%" height="{int(height)}" style="{FRAME}"></iframe>'
    )
    if not still:
        return frame
    # as an image, nothing in it can run or fetch; the frame carries the words for screen readers
    picture = base64.b64encode(replace_surrogates(still).encode()).decode()
    address = f"data:image/svg+xml;base64,{picture}"
    image = f'<img src="{address}" alt="" style="{STILL}">'
    return f'<div style="{BOX.format(height=int(height))}">{image}{frame}</div>'
