r"""How can a name typed into a survey stand on a map without ever being able to run?

folium builds its page from templates: text of a table becomes part of a script, and branca reads
what came out as a template once more. dxkit uses none of that. A page is three fixed parts:
Leaflet, ``map_keys.js`` with ``map.js``, byte for byte as shipped, and one block of JSON, in which
``<``, ``>`` and ``&`` are written as ``\u003c`` and so on, so that nothing in it can end the block.
``map.js`` hands its texts to the page as text, never as HTML. Should anything slip through all the
same, the page's Content-Security-Policy lets run only the two scripts whose hashes it names and
lets nothing be fetched.

Nothing of folium or branca is patched: what other code draws with them stays as it was.
"""

import base64
import hashlib
import html
import json
import re
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any

from dxkit.errors import AssetError, shorten
from dxkit.maps._pack_shapes import pack_geometry
from dxkit.schema import replace_surrogates

TILE_HOST = "https://cyberjapandata.gsi.go.jp"
TILES = {
    "url": TILE_HOST + "/xyz/pale/{z}/{x}/{y}.png",
    "attribution": "地図: 国土地理院 地理院タイル（淡色地図）",
}
# the fill of areas without a value; map.js defines the pattern in the page itself
HATCH = "url(#hatch)"
SCRIPT_NAME = "map.js"
KEYS_NAME = "map_keys.js"

# what counts as a CSS colour; anything else could carry an address or further rules
_HEX_COLOUR = r"#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})"
_COLOUR_WORD = r"[a-z]{3,30}"
_COLOUR_FUNCTION = r"(?:rgb|hsl)a?\([0-9., %/]{1,60}\)"
_COLOUR = re.compile(f"{_HEX_COLOUR}|{_COLOUR_WORD}|{_COLOUR_FUNCTION}", re.IGNORECASE)
_CSS_URL = re.compile(r"[a-z-]+:\s*url\([^)]*\);")

# filled by str.format, which reads what it fills in no second time
_PAGE = """\
<!DOCTYPE html>
<html lang="ja">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<!-- Leaflet:
{licence}-->
<style>{style}</style>
</head>
<body>
{heading}{wait}
<main id="panes"></main>
{footer}<script type="application/json" id="map-data">{data}</script>
<script>{leaflet}</script>
<script>{script}</script>
</body>
</html>
"""
_WAIT = (
    '<p id="wait">地図を描いています。'
    "このまま変わらないときは、このファイルをブラウザで開き直してください。</p>"
)


def write_page(
    spec: Mapping[str, Any], *, title: str = "", footer: str = "", tiles: bool = False
) -> str:
    """Write a whole page that needs no network.

    Parameters
    ----------
    spec
        What ``map.js`` draws: ``geometries`` and ``panes``; plain values only.
    title, footer
        Shown above and below the map; any text.
    tiles
        Allow images from 国土地理院.
    """
    packed = [[pack_geometry(shape) for shape in shapes] for shapes in spec["geometries"]]
    style = _read_styles()
    leaflet = _read_leaflet()
    script = read_asset(KEYS_NAME) + read_asset(SCRIPT_NAME)
    return _PAGE.format(
        policy=_write_policy((leaflet, script), style, tiles=tiles),
        title=html.escape(replace_surrogates(title) or "地図"),
        heading=_write_part("h1", title),
        wait=_WAIT,
        footer=_write_part("footer", footer),
        licence=read_asset("leaflet/LICENSE"),
        style=style,
        data=to_json({**spec, "geometries": packed}),
        leaflet=leaflet,
        script=script,
    )


def _write_policy(scripts: tuple[str, ...], style: str, *, tiles: bool) -> str:
    """Write the Content-Security-Policy: exactly these scripts and this style, and no fetching."""
    # computed from the very bytes that are inlined, so that a changed script needs no new constant
    script_hashes = " ".join(_hash_source(script) for script in scripts)
    images = f"data: {TILE_HOST}" if tiles else "data:"
    return (
        f"default-src 'none'; script-src {script_hashes}; style-src {_hash_source(style)}; "
        f"img-src {images}; base-uri 'none'; form-action 'none'"
    )


def to_json(value: object) -> str:
    """Write a value as JSON that can neither end the block it stands in nor open a comment."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    # inside JSON these signs stand in texts only, where an escape means the same
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return replace_surrogates(text)


def check_colour(value: object) -> str:
    """Return a CSS colour as it is, or refuse what is none (an address, for example).

    Raises
    ------
    AssetError
    """
    text = str(value).strip()
    if not _COLOUR.fullmatch(text):
        raise AssetError(
            f"「{shorten(value)}」は色ではありません。#0072B2 か red のように書いてください。"
        )
    return text


@lru_cache
def read_asset(name: str) -> str:
    """Read a file that ships with dxkit, with line ends as a browser reads them.

    Raises
    ------
    AssetError
        If dxkit does not ship it.
    """
    # names are constants of this package, never text of a table
    path = files("dxkit").joinpath("assets", *name.split("/"))
    if not path.is_file():
        raise AssetError(
            f"地図の部品「{shorten(name)}」は dxkit に入っていません。dxkit を入れ直してください。"
        )
    # a browser hashes what it parsed, and it parses CRLF as LF
    return path.read_bytes().decode("utf-8").replace("\r\n", "\n")


@lru_cache
def _read_styles() -> str:
    """Read Leaflet's styles, then ours.

    Leaflet's few images are dropped, since its default pin and layer icon are drawn in CSS here.
    """
    return _CSS_URL.sub("", read_asset("leaflet/leaflet.css")) + read_asset("map.css")


@lru_cache
def _read_leaflet() -> str:
    """Read Leaflet without its last line, which names a file for debuggers that is not there."""
    return read_asset("leaflet/leaflet.js").partition("//# sourceMappingURL=")[0]


@lru_cache
def _hash_source(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def _write_part(tag: str, text: str) -> str:
    return f"<{tag}>{html.escape(replace_surrogates(text))}</{tag}>\n" if text else ""
