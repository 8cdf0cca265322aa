"""Which folium elements may not stand on a dxkit map, and what does the refusal say?"""

from collections.abc import Iterable

from branca.element import Element

from dxkit.errors import AssetError, shorten

ALLOWED_ELEMENTS = (
    "Marker, DivIcon, Icon, Circle, CircleMarker, PolyLine, Polygon, Rectangle, GeoJson, "
    "Choropleth, FeatureGroup, LayerControl, FitBounds, Popup, Tooltip, GeoJsonTooltip, "
    "GeoJsonPopup"
)


def explain_refusal(element: Element) -> str:
    """Explain why an element cannot be drawn."""
    address = _find_address(element)
    what = f"folium の部品「{type(element).__name__}」"
    if address:
        return (
            f"{what}は外部のアドレス「{shorten(address)}」を読み込もうとするため、使えません。"
            "地図は通信なしで開けるようにしています。地理院タイルは offline=False で使えます。"
        )
    return f"{what}は安全に描けないため、使えません。使える部品: {ALLOWED_ELEMENTS}"


def require_no_children(element: Element, *, besides: Iterable[type] = ()) -> None:
    """Check that nothing hangs on an element but elements of these types.

    Raises
    ------
    AssetError
        Naming the first other child.
    """
    for child in element._children.values():
        # the exact type: a subclass may bring its own template
        if type(child) not in tuple(besides):
            raise AssetError(explain_refusal(child))


def _find_address(element: Element) -> str:
    """Find the first address that an element would have asked for."""
    # branca elements list what they link to under these names
    linked = [
        link[1] for part in ("default_js", "default_css") for link in getattr(element, part, [])
    ]
    direct = [getattr(element, part, None) for part in ("tiles", "url", "embed_link")]
    return next((str(address) for address in [*direct, *linked] if address), "")
