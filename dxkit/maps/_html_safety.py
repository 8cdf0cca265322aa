r"""How can a name typed into a survey stand on a map without ever being able to run?

folium builds its page from templates: text of a table becomes part of a script, and branca reads what came out as a
template once more. dxkit uses none of that. A page is three fixed parts: Leaflet and ``map.js``, byte for byte as shipped,
and one block of JSON, in which ``<``, ``>`` and ``&`` are written as ``\u003c`` and so on, so that nothing in it can end
the block. ``map.js`` hands its texts to the page as text, never as HTML. Should anything slip through all the same, the
page's Content-Security-Policy lets run only the two scripts whose hashes it names and lets nothing be fetched.

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

from dxkit.errors import AssetError, shorten

TILE_HOST = "https://cyberjapandata.gsi.go.jp"
TILES = {
    "url": TILE_HOST + "/xyz/pale/{z}/{x}/{y}.png",
    "attribution": "地図: 国土地理院 地理院タイル（淡色地図）",
}
HATCH = "url(#hatch)"

_HEX, _WORD, _FUNCTION = (
    r"#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})",
    r"[a-z]{3,30}",
    r"(?:rgb|hsl)a?\([0-9., %/]{1,60}\)",
)
_COLOUR = re.compile(f"{_HEX}|{_WORD}|{_FUNCTION}", re.IGNORECASE)
_CSS_URL = re.compile(r"[a-z-]+:\s*url\([^)]*\);")

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
{heading}<p id="wait">地図を描いています。このまま変わらないときは、このファイルをブラウザで開き直してください。</p>
<main id="panes"></main>
{source}<script type="application/json" id="map-data">{data}</script>
<script>{leaflet}</script>
<script>{script}</script>
</body>
</html>
"""


def page(
    spec: Mapping[str, object], *, title: str = "", source: str = "", tiles: bool = False
) -> str:
    """Write a whole page that needs no network.

    Parameters
    ----------
    spec
        What ``map.js`` draws: ``geometries`` and ``panes``; plain values only.
    title, source
        Shown above and below the map; any text.
    tiles
        Allow images from 国土地理院.
    """
    style, leaflet, script = _styles(), _leaflet(), asset("map.js")
    return _PAGE.format(
        policy=policy((leaflet, script), style, tiles=tiles),
        title=html.escape(clean(title) or "地図"),
        heading=_part("h1", title),
        source=_part("footer", f"出典: {source.removeprefix('出典: ')}" if source else ""),
        licence=asset("leaflet/LICENSE"),
        style=style,
        data=to_json(spec),
        leaflet=leaflet,
        script=script,
    )


def policy(scripts: tuple[str, ...], style: str, *, tiles: bool) -> str:
    """Give the Content-Security-Policy that lets exactly these scripts and this style in, and nothing be fetched."""
    allowed = " ".join(_hash(script) for script in scripts)
    images = f"data: {TILE_HOST}" if tiles else "data:"
    return (
        f"default-src 'none'; script-src {allowed}; style-src {_hash(style)}; "
        f"img-src {images}; base-uri 'none'; form-action 'none'"
    )


def to_json(value: object) -> str:
    """Write a value as JSON that can neither end the block it stands in nor open a comment."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return clean(text)


def clean(value: object) -> str:
    """Give a value as text that can be written to a file: a lone half of a surrogate pair becomes a question mark."""
    return str(value).encode("utf-8", "replace").decode("utf-8")


def colour(value: object) -> str:
    """Give a CSS colour as it is, or refuse what is none (an address, for example).

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
def asset(name: str) -> str:
    """Read a file that ships with dxkit, with line ends as a browser reads them.

    Raises
    ------
    AssetError
        If dxkit does not ship it.
    """
    path = files("dxkit").joinpath("assets", *name.split("/"))
    if not path.is_file():
        raise AssetError(
            f"地図の部品「{shorten(name)}」は dxkit に入っていません。dxkit を入れ直してください。"
        )
    return path.read_bytes().decode("utf-8").replace("\r\n", "\n")


@lru_cache
def _styles() -> str:
    """Give all styles; Leaflet's few images are dropped, since its default pin and layer icon are drawn in CSS here."""
    return _CSS_URL.sub("", asset("leaflet/leaflet.css")) + asset("map.css")


@lru_cache
def _leaflet() -> str:
    """Give Leaflet without its last line, which would make a debugger ask for a file that is not there."""
    return asset("leaflet/leaflet.js").partition("//# sourceMappingURL=")[0]


@lru_cache
def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _part(tag: str, text: str) -> str:
    return f"<{tag}>{html.escape(clean(text))}</{tag}>\n" if text else ""
