"""How do two maps look side by side?"""

from collections.abc import Iterator

from branca.utilities import none_max, none_min

from dxkit._keywords import accepts_old_keywords
from dxkit.errors import ChoiceError
from dxkit.maps._layers import PageContent, Spec
from dxkit.maps._map import Map, shorten_title
from dxkit.maps._provenance import join_texts, read_caption


@accepts_old_keywords(left="first_map", right="second_map")
def compare(
    first_map: Map,
    second_map: Map,
    *,
    title: str = "",
    source: str | None = None,
    height: int = 480,
) -> Map:
    """Put two maps side by side; moving one moves the other.

    Parameters
    ----------
    first_map, second_map
        Maps of `choropleth` or `points`, left and right; each keeps its title, with the mark of
        invented or estimated data, and its legend. They are not altered.
    title
        Above both.
    source
        Below both, before the maps' own sources and times.
    height
        In a notebook, in pixels.

    Returns
    -------
    Map
        Shows itself and saves like any map.

    Raises
    ------
    ChoiceError
        If one of them is not such a map.

    Examples
    --------
    >>> import dxkit
    >>> towns = dxkit.load("municipalities")
    >>> before = dxkit.maps.choropleth(towns, column="people_2020", title="2020年")
    >>> after = dxkit.maps.choropleth(towns, column="people_2025", title="2025年")
    >>> compare(before, after, title="人口")
    <比較地図「2020年」「2025年」 図形82>
    """
    return Comparison(
        first_map, second_map, title=title, source=read_caption(source), height=height
    )


class Comparison(Map):
    """Two maps side by side that move together; what is added to it is drawn on both.

    Attributes
    ----------
    m1, m2 : Map
        Left and right, called as in folium's ``DualMap``.
    """

    def __init__(
        self,
        first_map: Map,
        second_map: Map,
        *,
        title: str = "",
        source: str = "",
        height: int = 480,
    ) -> None:
        both = (first_map, second_map)
        # a comparison of comparisons would need more than two panes
        if not all(isinstance(part, Map) and type(part) is not Comparison for part in both):
            raise ChoiceError("compare には choropleth や points で作った地図を2枚渡してください。")
        # each pane's heading carries its own mark; the title names what holds for both
        kind = first_map.kind if first_map.kind == second_map.kind else ""
        super().__init__(
            title=title,
            source=join_texts(source, first_map.source, second_map.source),
            as_of=join_texts(first_map.as_of, second_map.as_of),
            age_note=join_texts(first_map.age_note, second_map.age_note),
            background_source=join_texts(first_map.background_source, second_map.background_source),
            kind=kind,
            # the policy of the page lets tiles in where one of the panes fetches them
            offline=first_map.offline and second_map.offline,
            height=height,
        )
        self.m1 = first_map
        self.m2 = second_map

    def shapes(self) -> int:
        """Count the areas and points of both maps."""
        return int(self.m1.shapes() + self.m2.shapes())

    def get_bounds(self) -> list[list[float | None]]:
        """Return the box that holds both maps."""
        first_low, first_high = self.m1.get_bounds()
        second_low, second_high = self.m2.get_bounds()
        low = [none_min(*edges) for edges in zip(first_low, second_low, strict=True)]
        high = [none_max(*edges) for edges in zip(first_high, second_high, strict=True)]
        return [low, high]

    def _describe_panes(self, content: PageContent) -> Iterator[Spec]:
        # both panes look at the same place, whichever data lie there
        view = self._choose_view()
        added = list(self._children.values())
        for part in (self.m1, self.m2):
            pane = part._describe_pane(content, heading=part.title, extra=added) | view
            # what is said of both maps stands below each
            pane["legends"] += [legend.to_spec() for legend in self.legends]
            yield pane

    def __repr__(self) -> str:
        titles = f"「{shorten_title(self.m1)}」「{shorten_title(self.m2)}」"
        return f"<比較地図{titles} 図形{self.shapes()}>"
