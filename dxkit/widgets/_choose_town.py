"""How does a trainee say, once, which municipality is theirs?"""

import html

import geopandas as gpd
import ipywidgets

from dxkit import maps
from dxkit.errors import PlaceNameError, StoreError
from dxkit.loaders import my_town
from dxkit.widgets._call_on_enter import call_on_enter
from dxkit.widgets._html import (
    BAD,
    FOCUS_RING,
    GOOD,
    LABELLED,
    NEUTRAL,
    WIDE,
    show_picture,
    write_message,
)

MAP_HEIGHT_PX = 360
INVITATION = (
    "一覧から選ぶか、名前を入力して（ひらがな、合併前の名前、区の名前でもよい）、"
    "「この市町にする」を押してください。"
)


def choose_town(
    municipalities: gpd.GeoDataFrame, *, background: gpd.GeoDataFrame | None = None
) -> ipywidgets.VBox:
    """Choose one's own municipality from a list, or type it; it is kept for all notebooks.

    Parameters
    ----------
    municipalities
        One row a municipality: ``code, name, geometry``.
    background
        Neighbouring prefectures, drawn in grey.

    Returns
    -------
    ipywidgets.VBox
        A box to type or choose in, a button, a sentence, and a map with the municipality outlined.
        `dxkit.my_town` gives the choice in any notebook.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> from unittest.mock import patch
    >>> import dxkit
    >>> with patch.dict("os.environ", DXKIT_HOME=mkdtemp()):
    ...     chooser = choose_town(dxkit.load("municipalities"))
    ...     box, button = chooser.children[0].children
    ...     box.value = "とよおか"
    ...     button.click()
    >>> box.value
    '豊岡市'
    """
    box = ipywidgets.Combobox(
        placeholder="例: 豊岡市、とよおか",
        options=list(municipalities["name"]),
        description="自分の市町",
        ensure_option=False,
        layout=WIDE,
        style=LABELLED,
    )
    button = ipywidgets.Button(description="この市町にする", button_style="primary")
    sentence = ipywidgets.HTML()
    picture = ipywidgets.Output()

    def show(name: str, look: str, words: str) -> None:
        sentence.value = write_message(look, words)
        show_picture(picture, _draw_town(municipalities, name, background))

    def choose(_: object) -> None:
        typed = str(box.value).strip()
        if not typed:
            sentence.value = write_message(NEUTRAL, INVITATION)
            return
        try:
            name = my_town(typed)
        except (PlaceNameError, StoreError) as error:
            sentence.value = write_message(BAD, html.escape(str(error)))
            return
        box.value = name
        show(name, GOOD, _confirm(typed, name))

    call_on_enter(box, button, choose)
    # the example town of the notebooks, or what was chosen on another day
    present = my_town()
    show(present, NEUTRAL, f"いまは<b>{html.escape(present)}</b>です。{INVITATION}")
    ring = ipywidgets.HTML(FOCUS_RING)
    return ipywidgets.VBox([ipywidgets.HBox([box, button]), sentence, picture, ring])


def _confirm(typed: str, name: str) -> str:
    """Say what was understood, and that it is kept."""
    understood = "" if name == typed else f"「{html.escape(typed)}」は{html.escape(name)}です。"
    confirmation = "にしました。ほかのノートブックでも、あしたも使います。"
    return f"{understood}<b>{html.escape(name)}</b>{confirmation}"


def _draw_town(
    municipalities: gpd.GeoDataFrame, name: str, background: gpd.GeoDataFrame | None
) -> maps.Map:
    """Draw all municipalities with one coloured and outlined."""
    is_mine = municipalities["name"] == name
    drawing = maps.choropleth(
        municipalities.assign(place=is_mine.map({True: name, False: "ほかの市町"})),
        column="place",
        label="自分の市町",
        colours={name: "#56b4e9", "ほかの市町": "#f4f4f0"},
        background=background,
        title=name,
        height=MAP_HEIGHT_PX,
    )
    return drawing.outline(municipalities[is_mine])
