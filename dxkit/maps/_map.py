"""Which layers make up a map, and how does it become a page?

`Map` is a folium map in every way but one: what is drawn is described as data and handed to a
fixed script, instead of being written as a script (see ``_html_safety``). Two maps of the same
content are the same page, byte for byte.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO, NoReturn, Self

import folium
from branca.colormap import ColorMap
from branca.element import Element, Figure
from folium.map import FitBounds, LayerControl
from geopandas import GeoDataFrame

from dxkit._checks import require_flag, require_number
from dxkit.errors import AssetError, shorten
from dxkit.loaders import load
from dxkit.maps._folium import (
    describe_control,
    describe_element,
    make_scale_legend,
    read_bounds,
)
from dxkit.maps._folium_refusal import explain_refusal
from dxkit.maps._frame import write_frame
from dxkit.maps._html_safety import TILES, write_page
from dxkit.maps._layers import PageContent, PointLayer, ShapeLayer, Spec, make_background
from dxkit.maps._legend import Legend
from dxkit.maps._provenance import mark_title, read_caption, write_footer
from dxkit.maps._shape_inputs import check_shapes
from dxkit.maps._still_map import write_still_map
from dxkit.schema import replace_surrogates

# names of areas outside the first view that a legend lists
LISTED_OUTSIDE = 12
# more than the highest screen there is
MOST_PIXELS = 20_000
# the line around one's own municipality, above all areas
OUTLINE: Spec = {"color": "#d55e00", "weight": 4, "opacity": 1, "fill": False}


class Page(Figure):
    """The page around a map. It is written as a whole; nothing can be slipped into it."""

    def render(self, **kwargs: Any) -> str:  # noqa: ARG002
        """Write the page as HTML.

        Raises
        ------
        AssetError
            If anything but one map was put into it.
        """
        parts = [
            *self.header._children.items(),
            *self.html._children.items(),
            *self.script._children.items(),
        ]
        # branca itself puts a meta tag into every header
        foreign = [part for name, part in parts if name != "meta_http"]
        maps = [child for child in self._children.values() if isinstance(child, Map)]
        foreign += [child for child in self._children.values() if child not in maps[:1]]
        if foreign:
            raise AssetError(explain_refusal(foreign[0]))
        return str(maps[0].page())

    def _repr_html_(self, **kwargs: Any) -> str:  # noqa: ARG002
        return "".join(
            child._repr_html_() for child in self._children.values() if isinstance(child, Map)
        )


class Map(folium.Map):
    """A folium map that needs no network and shows text as text.

    Parameters
    ----------
    location
        Latitude and longitude of the centre; by default the map shows all that is on it.
    title
        Shown above the map, with 架空データ or 推計 behind it where ``kind`` says so.
    source, as_of
        Shown below the map: ``source`` after 「出典: 」, ``as_of`` after 「時点: 」.
    age_note
        Shown behind them: that a newer edition of the data is due (`dxkit.schema.write_age_note`).
    background_source
        Of land that is drawn below the data; shown last, after 「背景の境界: 」.
    kind
        ``"made"`` (invented) and ``"estimated"`` data are marked in the title; others are not.
    offline
        ``False`` puts 国土地理院's tiles (淡色地図) below, which are fetched from the network.
    height
        Of its frame in a notebook, in pixels.
    zoom_start
        Used with ``location``.

    Notes
    -----
    Markers, lines, GeoJson, Choropleth, feature groups, popups, tooltips and the layer control of
    folium can be added; their texts are shown as text, also where folium would take them for HTML.
    Anything else is refused with an `AssetError` when the map is drawn.

    Examples
    --------
    >>> import folium
    >>> hall = Map((34.69, 135.18), title="県庁", kind="made")
    >>> _ = folium.Marker((34.69, 135.18), tooltip="<b>県庁</b>").add_to(hall)
    >>> hall
    <地図「県庁（架空データ）」 図形0>
    >>> "<b>" in hall.page()
    False
    """

    def __init__(
        self,
        location: Sequence[float] | None = None,
        *,
        title: str = "",
        source: str = "",
        as_of: str = "",
        kind: str = "",
        age_note: str = "",
        background_source: str = "",
        offline: bool = True,
        height: int = 480,
        zoom_start: int = 10,
    ) -> None:
        super().__init__(location=location, tiles=None, zoom_start=zoom_start)
        # folium puts a centre of its own where none is given
        self.has_location = location is not None
        self.source = read_caption(source)
        self.as_of = as_of
        self.age_note = age_note
        self.background_source = background_source
        self.kind = kind
        self.title = title
        self.offline = require_flag(offline, "offline")
        self.frame_height = int(require_number(height, "height", low=1, high=MOST_PIXELS))
        self.legends: list[Legend] = []
        # in place of the Figure that folium would make
        Page().add_child(self)

    @property
    def title(self) -> str:
        """The title as it is shown: a map of invented data always names them as such."""
        return mark_title(self._plain_title, self.kind)

    @title.setter
    def title(self, title: str) -> None:
        self._plain_title = read_caption(title)

    def page(self) -> str:
        """Write the map as a whole HTML page.

        Raises
        ------
        AssetError
            If something on it cannot be drawn safely.
        """
        return self._write_page(self._describe_all())

    def _describe_all(self) -> Spec:
        """Describe everything on the map as ``map.js`` reads it."""
        content = PageContent()
        panes = list(self._describe_panes(content))
        # the geometries are complete only once all panes are described
        return {"geometries": content.geometries, "panes": panes}

    def _write_page(self, spec: Spec) -> str:
        footer = self._write_footer()
        return write_page(spec, title=self.title, footer=footer, tiles=not self.offline)

    def _write_still(self, spec: Spec) -> str:
        return write_still_map(spec, title=self.title, footer=self._write_footer())

    def _write_footer(self) -> str:
        return write_footer(self.source, self.as_of, self.age_note, self.background_source)

    def render(self, **kwargs: Any) -> NoReturn:  # noqa: ARG002
        """Refuse to be drawn by a page other than its own.

        Raises
        ------
        AssetError
        """
        raise AssetError(
            "dxkit の地図は、ほかの Figure の中には置けません。"
            "そのまま表示するか、.save(パス) で保存してください。"
        )

    def save(
        self, outfile: str | bytes | Path | BinaryIO, close_file: bool = True, **kwargs: Any
    ) -> None:
        """Save the map as one HTML file that opens anywhere, without a network.

        Parameters
        ----------
        outfile, close_file
            As for folium's maps; folders on the way are made.
        """
        # drawn first, so that a refused map leaves no empty file and spoils no earlier one
        self.get_root().render()
        if isinstance(outfile, (str, Path)):
            Path(outfile).parent.mkdir(parents=True, exist_ok=True)
        super().save(outfile, close_file=close_file, **kwargs)

    def shapes(self) -> int:
        """Count the areas and points of the map's own layers, background aside."""
        layers = [
            child
            for child in self._children.values()
            if isinstance(child, (ShapeLayer, PointLayer))
        ]
        return sum(len(layer.style_of) for layer in layers if layer.notes is not None)

    def outline(self, shapes: GeoDataFrame, *, label: str = "") -> Self:
        """Draw a thick line around some areas, for example one's own municipality.

        Parameters
        ----------
        shapes
            Areas with ``geometry``; by their ``name`` the legend says what the line is.
        label
            Says so instead.

        Returns
        -------
        Map
            This map, also where it is made of two.

        Raises
        ------
        TableError
            If there is no area, or a shape is missing.
        """
        areas = check_shapes(shapes, "shapes")
        names = areas["name"].astype(str) if "name" in areas.columns else []
        words = label or "、".join(names)
        self.add_child(make_background(areas, OUTLINE))
        if words:
            self.legends.append(Legend(replace_surrogates(f"太い線: {words}"), ()))
        return self

    def _describe_panes(self, content: PageContent) -> Iterator[Spec]:
        yield self._describe_pane(content)

    def _describe_pane(
        self, content: PageContent, heading: str = "", extra: Sequence[Element] = ()
    ) -> Spec:
        """Describe one map of the page; ``extra`` are elements put on several maps at once."""
        # copied: colour scales below add theirs for this page only
        content.legends = list(self.legends)
        control = None
        bounds = None
        layers = []
        for child in [*self._children.values(), *extra]:
            # elements that are no layers say something about the pane itself
            if type(child) is LayerControl:
                control = describe_control(child)
            elif type(child) is FitBounds:
                bounds = read_bounds(child)
            elif isinstance(child, ColorMap):
                content.legends.append(make_scale_legend(child))
            else:
                layers.append(describe_element(child, content))
        view = {"bounds": bounds, "center": None, "zoom": None} if bounds else self._choose_view()
        # where somebody has chosen the view, nothing was left out of it
        if bounds is None and view["bounds"] is not None:
            content.legends += self._list_outside(view["bounds"])
        pane = {
            "heading": heading,
            "layers": layers,
            "legends": [legend.to_spec() for legend in content.legends],
            "control": control,
        }
        return pane | view | {"tiles": None if self.offline else TILES}

    def _list_outside(self, bounds: Sequence[Sequence[float]]) -> list[Legend]:
        """Say which areas lie outside the first view; they are drawn, too."""
        (south, west), (north, east) = bounds
        layers = [child for child in self._children.values() if isinstance(child, ShapeLayer)]
        names = dict.fromkeys(
            name for layer in layers for name in layer.list_outside((west, south, east, north))
        )
        if not names:
            return []
        more = f"ほか{len(names) - LISTED_OUTSIDE}" if len(names) > LISTED_OUTSIDE else ""
        listed = "、".join(shorten(name) for name in list(names)[:LISTED_OUTSIDE])
        words = f"離れた所（見えないときは縮小してください）: {listed}{more}"
        return [Legend(replace_surrogates(words), ())]

    def _choose_view(self) -> Spec:
        """Choose where to look first: the asked-for place, all there is, or the prefecture."""
        if self.has_location:
            return {
                "bounds": None,
                "center": [float(value) for value in self.location],
                "zoom": self.options["zoom"],
            }
        bounds = self.get_bounds()
        # folium gives None for the edges of a map on which nothing stands
        is_complete = all(edge is not None for corner in bounds for edge in corner)
        return {
            "bounds": bounds if is_complete else _find_home_bounds(),
            "center": None,
            "zoom": None,
        }

    def _repr_html_(self, **kwargs: Any) -> str:  # noqa: ARG002
        spec = self._describe_all()
        return write_frame(
            self._write_page(spec),
            title=self.title,
            height=self.frame_height,
            still=self._write_still(spec),
        )

    def _repr_svg_(self) -> str:
        # for viewers of notebooks that show images only
        return self._write_still(self._describe_all())

    def __repr__(self) -> str:
        return f"<地図「{shorten_title(self)}」 図形{self.shapes()}>"


def _find_home_bounds() -> list[list[float | None]]:
    """Find the south west and north east corner of the room's prefecture."""
    west, south, east, north = GeoDataFrame(load("boundaries")).total_bounds.tolist()
    return [[south, west], [north, east]]


def shorten_title(drawing: Map) -> str:
    """Write a map's title as one short line."""
    return shorten(replace_surrogates(drawing.title))
