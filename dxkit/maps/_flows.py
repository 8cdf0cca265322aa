"""From where to where do people go, how many, and who takes in more than leave?

Every flow is an arrow that bends to its left, so that the way there and the way back lie side by
side. Only the largest flows are drawn; what is not drawn is counted in the legend.
"""

import geopandas as gpd
import pandas as pd

from dxkit._checks import require_whole_number
from dxkit._keywords import accepts_old_keywords
from dxkit.maps._flow_layers import put_arrows, put_circles, put_hidden_flows
from dxkit.maps._flow_table import read_places, sum_flows
from dxkit.maps._inputs import check_rows
from dxkit.maps._map import Map
from dxkit.maps._mesh_layers import put_ground
from dxkit.maps._provenance import read_caption, read_origin


@accepts_old_keywords(towns="municipalities", most="arrow_count")
def flows(
    table: pd.DataFrame,
    places: pd.DataFrame,
    *,
    origin: str = "home",
    destination: str = "host",
    people: str = "people",
    code: str = "code",
    name: str = "name",
    lat: str = "lat",
    lon: str = "lon",
    arrow_count: int = 60,
    bins: int = 4,
    municipalities: gpd.GeoDataFrame | None = None,
    background: gpd.GeoDataFrame | None = None,
    unit: str = "人",
    made: bool = False,
    title: str = "",
    source: str | None = None,
    offline: bool = True,
    height: int = 560,
) -> Map:
    """Draw who went from where to where.

    Parameters
    ----------
    table
        One row an origin and destination (several rows of one pair are added up): ``home, host,
        people``; for example ``outcome.flows.query("hour == 72")``. Rows whose origin is their
        destination are people who stayed.
    places
        One row a place: ``code, name, lat, lon``; for example ``scenario.tables["evacuees"]``. A
        place without a position is not drawn; who went there is counted in the legend.
    origin, destination, people, code, name, lat, lon
        Names of those columns.
    arrow_count
        How many arrows are drawn at most, the largest first.
    bins
        Classes of the arrows' colours (2–9); their width grows with the number.
    municipalities, background
        Areas to draw below, with borders and in grey.
    unit
        Of the numbers.
    made, title, source, offline, height
        As for `choropleth`; source, time and kind come from both tables.

    Returns
    -------
    Map

    Raises
    ------
    TableError
        If a table is empty, a code is listed twice or not at all, a number is missing or negative,
        or no place has a position.
    ChoiceError
        If there is no such column, or ``arrow_count`` is below 1.

    Examples
    --------
    >>> places = pd.DataFrame(
    ...     {"code": ["28100", "28201"], "name": ["神戸市", "姫路市"],
    ...      "lat": [34.69, 34.82], "lon": [135.2, 134.69]}
    ... )
    >>> moves = pd.DataFrame({"home": ["28100"], "host": ["28201"], "people": [90]})
    >>> flows(moves, places, title="避難した人", made=True)
    <地図「避難した人（架空データ）」 図形3>
    """
    check_rows(table)
    check_rows(places)
    unit = read_caption(unit)
    most = require_whole_number(arrow_count, "arrow_count")
    # flows are checked against the places, so places come first
    listed_places = read_places(places, code=code, name=name, lat=lat, lon=lon)
    pairs = sum_flows(table, listed_places, origin=origin, destination=destination, people=people)
    drawing = Map(
        title=title,
        offline=offline,
        height=height,
        **read_origin(table, places, source=source, made=made),
    )
    put_ground(drawing, municipalities, background)
    rows = pairs.select_largest(most)
    # circles last: they take the pointer where an arrow ends
    put_arrows(drawing, pairs, rows, bins, unit)
    put_hidden_flows(drawing, pairs, rows, unit)
    put_circles(drawing, pairs, unit)
    return drawing
