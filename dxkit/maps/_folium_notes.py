"""What do folium's tooltips and popups say, as plain text?

Only their texts are taken over. HTML in them is shown as the text that it is.
"""

import json
import math
from typing import Any

from branca.element import Element, Html
from folium.features import GeoJson, GeoJsonPopup, GeoJsonTooltip
from folium.map import Popup, Tooltip

from dxkit.errors import AssetError
from dxkit.maps._folium_refusal import require_no_children
from dxkit.maps._layers import Spec
from dxkit.maps._legend import format_number
from dxkit.schema import replace_surrogates

NOTE_TYPES = (Tooltip, Popup, GeoJsonTooltip, GeoJsonPopup)
TOOLTIP_TYPES = (Tooltip, GeoJsonTooltip)
TOOLTIP_SWITCHES = ("sticky", "permanent")


def describe_notes(element: Element) -> Spec:
    """Describe the tooltip and the popup of an element.

    Raises
    ------
    AssetError
        If there is more in them than text.
    """
    notes: Spec = {}
    for child in element._children.values():
        if type(child) in NOTE_TYPES:
            require_no_children(child)
            kind = "tooltip" if isinstance(child, TOOLTIP_TYPES) else "popup"
            notes[kind] = _describe_note(child, element)
    return notes


def list_features(data: Spec) -> list[Spec]:
    """List the features of GeoJSON, whether it is a collection, a feature or a bare geometry."""
    if data.get("type") == "FeatureCollection":
        return list(data["features"])
    if data.get("type") == "Feature":
        return [data]
    return [{"type": "Feature", "properties": {}, "geometry": data}]


def _describe_note(note: Any, owner: Element) -> Spec:
    if isinstance(note, Tooltip):
        text = replace_surrogates(note.text).strip()
        return {"text": text, "options": _read_switches(note.options)}
    if isinstance(note, Popup):
        return {"text": _read_popup_text(note), "open": bool(note.show)}
    # what is left takes its texts from the features of a GeoJson
    if not isinstance(owner, GeoJson):
        raise AssetError(f"「{type(note).__name__}」は GeoJson の上でだけ使えます。")
    options = note.tooltip_options if isinstance(note, GeoJsonTooltip) else {}
    properties = [feature.get("properties") or {} for feature in list_features(owner.data)]
    rows = [
        [_format_property(values.get(key), note.localize) for key in note.fields]
        for values in properties
    ]
    # without labels the rows have texts only
    fields = [replace_surrogates(alias) for alias in note.aliases] if note.labels else None
    return {"fields": fields, "rows": rows, "options": _read_switches(options)}


def _read_switches(options: dict[str, Any]) -> Spec:
    return {key: bool(options[key]) for key in TOOLTIP_SWITCHES if key in options}


def _read_popup_text(popup: Popup) -> str:
    """Read a popup's text as it was before folium put backslashes before its backticks.

    Raises
    ------
    AssetError
        If there is anything but text in it.
    """
    contents = list(popup.html._children.values())
    texts = [content.data for content in contents if isinstance(content, Html)]
    foreign = [content for content in contents if not isinstance(content, Html)]
    # a popup is a page of its own, into whose head and script things can be put
    foreign += [*popup.header._children.values(), *popup.script._children.values()]
    if foreign:
        raise AssetError(
            f"Popup の中の「{type(foreign[0]).__name__}」は使えません。文字だけを入れてください。"
        )
    return "\n".join(replace_surrogates(text).replace("\\`", "`") for text in texts)


def _format_property(value: object, localize: bool) -> str:
    """Write a property of a feature as text; ``localize`` groups the digits of numbers."""
    if value is None:
        return ""
    # True and False are numbers for Python, but words for a reader
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return (
            format_number(value) if localize and math.isfinite(value) else replace_surrogates(value)
        )
    is_nested = isinstance(value, (dict, list))
    return replace_surrogates(json.dumps(value, ensure_ascii=False) if is_nested else value)
