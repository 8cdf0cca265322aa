"""Who is reached once, who twice, who not at all, and from where?"""

import geopandas as gpd
import pandas as pd

from dxkit._keywords import accepts_old_keywords
from dxkit.maps._base_layers import Range, put_bases
from dxkit.maps._map import Map
from dxkit.maps._mesh_layers import CellKinds, check_cells, put_cells, put_ground, read_times
from dxkit.maps._provenance import read_caption, read_origin

# not reached, reached once, reached twice or more; Okabe and Ito's orange for those left out,
# light and dark blue for the others: told apart with any colour vision
COVERAGE_KINDS = ("届かない", "1つの拠点から届く", "2つ以上の拠点から届く")
COVERAGE_COLOURS = ("#e69f00", "#8cc6ea", "#00588f")


@accepts_old_keywords(towns="municipalities")
def coverage(
    cells: pd.DataFrame,
    bases: pd.DataFrame | None = None,
    *,
    times: str = "times",
    weight: str = "people",
    level: str | int | None = None,
    range_km: Range | None = None,
    municipalities: gpd.GeoDataFrame | None = None,
    background: gpd.GeoDataFrame | None = None,
    unit: str = "人",
    made: bool = False,
    title: str = "",
    source: str | None = None,
    offline: bool = True,
    height: int = 560,
) -> Map:
    """Draw whom bases reach: not at all, once, twice or more.

    Parameters
    ----------
    cells
        One row a mesh cell: ``lat, lon`` of its centre, the weight, and ``times`` (by how many
        bases it is reached; of a `Siting`, ``demand.assign(times=siting.assigned["times"])``),
        where known ``code``.
    bases
        One row a base: ``lat, lon``, where known ``name`` (or ``base``), ``existing`` and
        ``reached``.
    times, weight
        Names of those columns.
    level
        Of the mesh: "3" 1 km, "4" 500 m, "5" 250 m; by default that of which ``lat, lon`` are
        centres.
    range_km
        Drawn around each base: a number, one a base, or a table ``bearing_deg, range_km``.
    municipalities
        Those whose borders are drawn and whose names are told: ``code, name, geometry``. They are
        background: where their borders come from is not named.
    background
        Areas in grey below.
    unit
        Of the weight.
    made, title, source, offline, height
        As for `choropleth`; source, time and kind come from cells, bases and ranges.

    Returns
    -------
    Map

    Raises
    ------
    TableError
        If a table is empty, lacks a column, or holds no positions.
    ChoiceError
        If there is no such level, if the centres are of another or of none, or if ranges do not
        fit the bases.

    Examples
    --------
    >>> import dxkit
    >>> from dxkit import drones
    >>> demand = dxkit.load("mesh_people").query("code == '28209'")
    >>> sites = dxkit.load("sites").query("code == '28209'")
    >>> siting = drones.best_bases(demand, sites, count=2, range_km=5)
    >>> cells = demand.assign(times=siting.assigned["times"])
    >>> drawing = coverage(cells, siting.bases, range_km=5, title="豊岡市")
    >>> drawing
    <地図「豊岡市（架空データ）」 図形5>

    ``drawing.save("map.html")`` writes a page that opens without the network.
    """
    unit = read_caption(unit)
    mesh_level = check_cells(cells, level)
    origin = read_origin(cells, bases, range_km, source=source, made=made)
    drawing = Map(title=title, offline=offline, height=height, **origin)
    # ground, cells, borders, bases: from below to above
    put_ground(drawing, municipalities, background)
    kinds = CellKinds(read_times(cells, times), COVERAGE_KINDS, COVERAGE_COLOURS)
    put_cells(
        drawing,
        cells,
        kinds,
        weight=weight,
        level=mesh_level,
        municipalities=municipalities,
        unit=unit,
    )
    put_bases(drawing, bases, range_km, unit)
    return drawing
