"""Where would you put the drone bases, and what does the wind make of it?

Two ways to use one widget: sliders that show the best choice anew at every change, and a map on
which a group places bases by hand, sees its score, and then compares with the best choice.
"""

from collections.abc import Hashable, Sequence

import geopandas as gpd
import pandas as pd

from dxkit._checks import require_flag
from dxkit._keywords import accepts_old_keywords
from dxkit.widgets._drone_look import choose_look
from dxkit.widgets._drone_study import DroneStudy, Flight
from dxkit.widgets._drone_widget import DroneExplorer


@accepts_old_keywords(towns="municipalities", most="max_count")
def drone_explorer(
    demand: pd.DataFrame,
    candidates: pd.DataFrame,
    drone_types: pd.DataFrame,
    *,
    by_hand: bool = False,
    count: int = 3,
    max_count: int = 8,
    payload_kg: float = 0.0,
    wind_ms: float = 0.0,
    weight: str = "people",
    unit: str = "人",
    level: str | int | None = None,
    fixed: Sequence[Hashable] = (),
    no_fly: gpd.GeoDataFrame | None = None,
    municipalities: gpd.GeoDataFrame | None = None,
    background: gpd.GeoDataFrame | None = None,
    made: bool = False,
    source: str | None = None,
) -> DroneExplorer:
    """Change drone, load and wind and see the best bases; or place the bases by hand and compare.

    Parameters
    ----------
    demand
        One row a mesh cell: ``lat, lon``, the weight, and where known ``code``.
    candidates
        One row a possible base: ``lat, lon``, and where known ``base`` and ``name``.
    drone_types
        One row a drone, as the table ``drone_types``: ``label`` and what `flight_range` needs.
    by_hand
        Let people place the bases by clicking on the map; the best choice is shown on demand.
    count, max_count
        Number of bases at first, and the largest that can be asked for.
    payload_kg, wind_ms
        Load and wind at first.
    weight, unit
        The column that counts, and what one of it is called.
    level
        Of the mesh: "3" 1 km, "4" 500 m, "5" 250 m; by default that of which ``lat, lon`` are
        centres.
    fixed
        Names of bases that exist already and are part of every choice.
    no_fly
        Polygons to fly around, as for `reach`.
    municipalities
        Those of the demand are drawn with borders and names, the others in grey.
    background
        Neighbouring prefectures, in grey.
    made
        The people are invented, also where none of the three tables says so.
    source
        Shown in place of the tables' own sources; by default the latter.

    Returns
    -------
    DroneExplorer
        A widget. By hand, its ``chosen`` names the placed bases and its ``records`` holds what
        groups recorded.

    Raises
    ------
    TableError
        If a table lacks a column or holds what cannot be used.
    ChoiceError
        If the choices to begin with cannot be.

    Examples
    --------
    >>> import dxkit
    >>> demand = dxkit.load("mesh_people").query("code == '28209'").reset_index(drop=True)
    >>> candidates = dxkit.load("villages").query("code == '28209'").reset_index(drop=True)
    >>> types = dxkit.load("drone_types")
    >>> explorer = drone_explorer(demand, candidates, types, count=1)
    >>> len(explorer.siting.bases)
    1
    """
    require_flag(by_hand, "by_hand")
    # provenance first: it goes with the tables into everything computed from them
    look = choose_look(
        demand,
        candidates,
        drone_types,
        level=level,
        municipalities=municipalities,
        background=background,
        made=made,
        source=source,
    )
    study = DroneStudy.prepare(
        demand,
        candidates,
        drone_types,
        weight=weight,
        unit=unit,
        fixed=tuple(fixed),
        no_fly=no_fly,
        look=look,
    )
    flight = Flight(0, payload_kg=payload_kg, wind_ms=wind_ms, from_deg=None)
    # searched once before there is a widget, so that what cannot be begun with is an error
    study.find_best(count, flight)
    return DroneExplorer(study, flight, count=count, max_count=max_count, by_hand=by_hand)
