"""Which maps make up a page, and how is the page written?

`Map` is a folium map in every way but one: what is drawn is described as data and handed to a fixed script, instead of
being written as a script (see ``safety``). Two maps of the same content are the same page, byte for byte.
"""

import hashlib
import html
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

import folium
from branca.colormap import ColorMap
from branca.element import Element, Figure
from branca.utilities import none_max, none_min
from folium.map import FitBounds, LayerControl

from dxkit.errors import AssetError, ChoiceError, shorten
from dxkit.maps import _folium, _html_safety
from dxkit.maps._classes import Legend
from dxkit.maps._html_safety import clean
from dxkit.maps._layers import Gathered, PointLayer, ShapeLayer, Spec

FOLDER = "out"
HYOGO = [[34.15, 134.25], [35.68, 135.47]]


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


class Page(Figure):
    """The page around a map. It is written as a whole; nothing can be slipped into it."""

    def render(self, **kwargs: Any) -> str:  # noqa: ARG002
        """Give the page as HTML."""
        parts = [
            *self.header._children.items(),
            *self.html._children.items(),
            *self.script._children.items(),
        ]
        foreign = [part for name, part in parts if name != "meta_http"]
        maps = list(self._children.values())
        foreign += [part for part in maps[1:] or maps if not isinstance(part, Map) or len(maps) > 1]
        if foreign:
            raise AssetError(_folium.refusal(foreign[0]))
        return maps[0].page() if isinstance(maps[0], Map) else ""

    def _repr_html_(self, **kwargs: Any) -> str:  # noqa: ARG002
        return "".join(
            each._repr_html_() for each in self._children.values() if isinstance(each, Map)
        )


class Map(folium.Map):
    """A folium map that needs no network and shows text as text.

    Parameters
    ----------
    location
        Latitude and longitude of the centre; by default the map shows all that is on it.
    title, source
        Shown above and below the map; ``source`` after 「出典: 」.
    offline
        ``False`` puts 国土地理院's tiles (淡色地図) below, which are fetched from the network.
    height
        Of its frame in a notebook, in pixels.
    zoom_start
        Used with ``location``.

    Notes
    -----
    Markers, lines, GeoJson, Choropleth, feature groups, popups, tooltips and the layer control of folium can be added; their
    texts are shown as text, also where folium would take them for HTML. Anything else is refused with an `AssetError` when
    the map is drawn.
    """

    def __init__(
        self,
        location: Sequence[float] | None = None,
        *,
        title: str = "",
        source: str = "",
        offline: bool = True,
        height: int = 480,
        zoom_start: int = 10,
    ) -> None:
        super().__init__(location=location, tiles=None, zoom_start=zoom_start)
        self.placed = location is not None
        self.title, self.source, self.offline, self.frame_height = title, source, offline, height
        self.legends: list[Legend] = []
        Page().add_child(self)

    def page(self) -> str:
        """Give the map as a whole HTML page."""
        gathered = Gathered()
        panes = list(self._panes(gathered))
        spec = {"geometries": gathered.geometries, "panes": panes}
        return _html_safety.page(spec, title=self.title, source=self.source, tiles=not self.offline)

    def render(self, **kwargs: Any) -> NoReturn:  # noqa: ARG002
        """Refuse to be drawn by a page other than its own.

        Raises
        ------
        AssetError
        """
        raise AssetError(
            "dxkit の地図は、ほかの Figure の中には置けません。そのまま表示するか、.save(パス) で保存してください。"
        )

    def save(
        self, outfile: str | bytes | Path | BinaryIO, close_file: bool = True, **kwargs: Any
    ) -> None:
        """Save the map as one HTML file that opens anywhere, without a network; folders on the way are made."""
        # drawn first, so that a refused map leaves no empty file and spoils no earlier one
        self.get_root().render()
        if isinstance(outfile, (str, Path)):
            Path(outfile).parent.mkdir(parents=True, exist_ok=True)
        super().save(outfile, close_file=close_file, **kwargs)

    def shapes(self) -> int:
        """Count the areas and points of the map's own layers, background aside."""
        layers = [
            each for each in self._children.values() if isinstance(each, (ShapeLayer, PointLayer))
        ]
        return sum(len(each.places) for each in layers if each.notes is not None)

    def _panes(self, gathered: Gathered) -> Iterator[Spec]:
        yield self._pane(gathered)

    def _pane(self, gathered: Gathered, heading: str = "", extra: Sequence[Element] = ()) -> Spec:
        """Describe one map of the page; ``extra`` are elements put on several maps at once."""
        gathered.legends = list(self.legends)
        layers, control, bounds = [], None, None
        for child in [*self._children.values(), *extra]:
            if type(child) is LayerControl:
                control = _folium.control(child)
            elif type(child) is FitBounds:
                bounds = _folium.bounds(child)
            elif isinstance(child, ColorMap):
                gathered.legends.append(_folium.legend(child))
            else:
                layers.append(_folium.describe(child, gathered))
        view = {"bounds": bounds, "center": None, "zoom": None} if bounds else self._view()
        told = {
            "heading": heading,
            "layers": layers,
            "legends": [each.spec() for each in gathered.legends],
            "control": control,
        }
        return told | view | {"tiles": None if self.offline else _html_safety.TILES}

    def _view(self) -> Spec:
        """Say where to look first: at the given place, or else at all there is, or else at Hyogo."""
        if self.placed:
            return {
                "bounds": None,
                "center": [float(value) for value in self.location],
                "zoom": self.options["zoom"],
            }
        found = self.get_bounds()
        known = all(edge is not None for corner in found for edge in corner)
        return {"bounds": found if known else HYOGO, "center": None, "zoom": None}

    def _repr_html_(self, **kwargs: Any) -> str:  # noqa: ARG002
        return frame(self.page(), title=self.title, height=self.frame_height)

    def __repr__(self) -> str:
        return f"<地図「{_called(self)}」 図形{self.shapes()}>"


class Comparison(Map):
    """Two maps side by side that move together; what is added to it is drawn on both.

    Attributes
    ----------
    m1, m2 : Map
        Left and right, called as in folium's ``DualMap``.
    """

    def __init__(
        self, left: Map, right: Map, *, title: str = "", source: str = "", height: int = 480
    ) -> None:
        if not (isinstance(left, Map) and isinstance(right, Map)) or Comparison in (
            type(left),
            type(right),
        ):
            raise ChoiceError("compare には choropleth や points で作った地図を2枚渡してください。")
        sources = "、".join(
            dict.fromkeys(text for text in (source, left.source, right.source) if text)
        )
        super().__init__(
            title=title, source=sources, offline=left.offline and right.offline, height=height
        )
        self.m1, self.m2 = left, right

    def shapes(self) -> int:
        """Count the areas and points of both maps."""
        return self.m1.shapes() + self.m2.shapes()

    def get_bounds(self) -> list[list[float | None]]:
        """Give the box that holds both maps."""
        (low, high), (other_low, other_high) = self.m1.get_bounds(), self.m2.get_bounds()
        return [
            [none_min(one, other) for one, other in zip(low, other_low, strict=True)],
            [none_max(one, other) for one, other in zip(high, other_high, strict=True)],
        ]

    def _panes(self, gathered: Gathered) -> Iterator[Spec]:
        view = self._view()
        for each in (self.m1, self.m2):
            pane = each._pane(gathered, heading=each.title, extra=list(self._children.values()))
            yield pane | view

    def __repr__(self) -> str:
        return f"<比較地図「{_called(self.m1)}」「{_called(self.m2)}」 図形{self.shapes()}>"


def _called(drawn: Map) -> str:
    """Give a map's title as one short line."""
    return shorten(_html_safety.clean(drawn.title))
