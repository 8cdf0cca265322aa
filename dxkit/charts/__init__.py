"""How do municipalities stand beside each other, in one picture with Japanese that never turns into boxes?

`heatmap` and `radar` turn tables into matplotlib figures. The font is IPAexGothic as shipped with matplotlib-fontja, by its
file: nothing depends on the fonts of the machine, and no setting of matplotlib is changed for other code.
"""

from dxkit.charts.cells import heatmap
from dxkit.charts.web import radar

__all__ = ["heatmap", "radar"]
