"""架空: how might the people of each municipality be spread over 500 m mesh cells, until a user brings the census mesh?

No mesh population could be had for the project, so this table is **made**: it allocates the 2020 census population of each
municipality, and its people of 65 and more, to half-mesh cells (JIS X 0410, level "4"). Sums by municipality are the
census; where people stand inside a municipality is a rule, not an observation.

The rule
--------
1. *Land.* The cells of a municipality are those whose centre lies in its polygon.
2. *How many are inhabited.* With h the share of a municipality's area that is habitable (可住地面積割合, official), the share of
   its cells with anyone in them is h ** `SPREAD`: valleys narrower than a cell touch more cells than they fill.
3. *Which.* Those nearest to a point where people gather: a former town hall (since 1920, each place once), a railway
   station or the present office, also one across the border. A seeded log-normal factor (`NOISE`) on ``exp(-distance)``
   stands for what points cannot tell: slopes, estates, fields. So every former village keeps its own settlement.
4. *How densely.* The pull of a cell is the sum over all points of ``weight * exp(-distance / scale)`` (`PULL`), times the
   same factor; people go to the inhabited cells in proportion to pull ** `CONTRAST`, at least one each, at most `DENSEST`.
5. *Whole people.* Largest remainders, so that each municipality sums exactly to its census figure.
6. *65 and more.* In proportion to people, tilted towards thinly settled cells (`AGEING`), at most `OLDEST` of a cell's people.

Limits
------
Terrain, land use and building heights are not used. Single cells mean nothing; sums over a few kilometres are of the
right order. Real maps are more uneven: deep valleys are strings of hamlets here and there, and new estates far from any
station or old town hall are missing. Do not decide on a site by it: read the census mesh with
``dxkit.loaders.read_mesh_population`` instead.
"""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from dxkit.codes import MESH_LEVELS, mesh_code
from making.workplace import DATUM, METRES, Workplace

LEVEL = "4"
COLUMNS = ("place", "code", "lat", "lon", "people", "elderly")
SEED = 28
SPREAD = 0.7
CONTRAST = 1.5
DENSEST = 6500
AGEING = 0.08
OLDEST = 0.9
NOISE = 0.6
# kind of point: weight and scale in metres
PULL = {"village": (1.0, 1000.0), "station": (1.2, 700.0), "office": (3.0, 1200.0)}
# metres over which the nearness of a place falls to 1/e
NEAR = 1000.0
# rounded before anything is chosen by them, so that the last bit of a processor decides nothing
PULL_DECIMALS = 9
CENTRE_DECIMALS = 6


def mesh_people(work: Workplace) -> pd.DataFrame:
    """Make ``place`` (mesh code), ``code, lat, lon`` (cell centre), ``people, elderly`` of every inhabited cell."""
    cells = list_cells(gpd.GeoDataFrame(work.read("boundaries")))
    cells = pull_cells(cells, _points(work))
    towns = work.read("municipalities").set_index("code")
    tables = [
        allocate(inside, towns.loc[[str(code)]].iloc[0])
        for code, inside in cells.groupby("code", sort=True)
    ]
    return pd.concat(tables).sort_values(["code", "place"], ignore_index=True).loc[:, list(COLUMNS)]


def list_cells(boundaries: gpd.GeoDataFrame) -> pd.DataFrame:
    """Give every cell whose centre lies in a municipality, with its code and position in metres."""
    per_lat, per_lon = MESH_LEVELS[LEVEL]
    west, south, east, north = boundaries.total_bounds
    rows = np.arange(np.floor(south * per_lat), np.ceil(north * per_lat))
    columns = np.arange(np.floor((west - 100) * per_lon), np.ceil((east - 100) * per_lon))
    lat, lon = (
        grid.ravel()
        for grid in np.meshgrid(
            (rows + 0.5) / per_lat, (columns + 0.5) / per_lon + 100, indexing="ij"
        )
    )
    at, shape = boundaries.sindex.query(shapely.points(lon, lat), predicate="within")
    cells = pd.DataFrame(
        {"code": boundaries["code"].to_numpy()[shape], "lat": lat[at], "lon": lon[at]}
    )
    cells = cells.assign(place=mesh_code(cells["lat"], cells["lon"], level=LEVEL)).sort_values(
        "place", ignore_index=True
    )
    return pd.concat([cells.round(CENTRE_DECIMALS), _metres(cells["lat"], cells["lon"])], axis=1)


def _points(work: Workplace) -> pd.DataFrame:
    """Give the points that pull: position in metres, weight and scale."""
    towns = work.read("municipalities").rename(columns={"office_lat": "lat", "office_lon": "lon"})
    found = {
        "village": work.read("villages").drop_duplicates(["lat", "lon"]),
        "station": work.read("stations").drop_duplicates(["lat", "lon"]),
        "office": towns,
    }
    tables = []
    for kind, table in found.items():
        weight, scale = PULL[kind]
        tables.append(_metres(table["lat"], table["lon"]).assign(weight=weight, scale=scale))
    return pd.concat(tables, ignore_index=True)


def _metres(lat: "pd.Series[float]", lon: "pd.Series[float]") -> pd.DataFrame:
    points = gpd.GeoSeries(gpd.points_from_xy(lon, lat), crs=DATUM).to_crs(METRES)
    return pd.DataFrame({"x": points.x.to_numpy(), "y": points.y.to_numpy()})


def pull_cells(cells: pd.DataFrame, points: pd.DataFrame) -> pd.DataFrame:
    """Add ``nearness`` and ``pull`` of each cell, both with the seeded factor for what points cannot tell."""
    pull = np.zeros(len(cells))
    nearest = np.full(len(cells), np.inf)
    for x, y, weight, scale in points[["x", "y", "weight", "scale"]].to_numpy():
        distance = np.hypot(cells["x"] - x, cells["y"] - y)
        pull += weight * np.exp(-distance / scale)
        nearest = np.minimum(nearest, distance)
    unknown = np.random.default_rng(SEED).lognormal(0.0, NOISE, len(cells))
    nearness = np.exp(-nearest / NEAR) * unknown
    return cells.assign(nearness=_settled(nearness), pull=_settled(pull * unknown))


def _settled(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Round, and keep above zero."""
    return np.round(values, PULL_DECIMALS) + 10.0**-PULL_DECIMALS


def allocate(cells: pd.DataFrame, town: "pd.Series[float]") -> pd.DataFrame:
    """Allocate one municipality's people and 65+ to its cells."""
    inhabited = max(1, round(len(cells) * float(town["habitable_share"]) ** SPREAD))
    chosen = cells.sort_values(["nearness", "place"], ascending=[False, True]).head(inhabited)
    most = np.full(inhabited, DENSEST - 1)
    people = 1 + share_out(
        int(town["people_2020"]) - inhabited, chosen["pull"].to_numpy() ** CONTRAST, most
    )
    older = share_out(
        int(town["elderly_2020"]), people ** (1 - AGEING), np.floor(people * OLDEST).astype(int)
    )
    return chosen.assign(people=people, elderly=older)


def share_out(
    total: int, weights: NDArray[np.floating], most: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Share whole units out in proportion to weights, none above its limit, by largest remainders.

    Raises
    ------
    ValueError
        If the limits together are below the total.
    """
    if total > most.sum():
        raise ValueError(f"{total}人は上限の合計{most.sum()}人に収まりません。")
    exact = np.minimum(most, weights * _level(total, weights, most))
    given: NDArray[np.int64] = np.floor(exact).astype(np.int64)
    room = given < most
    order = np.lexsort(
        (np.arange(len(exact)), -np.round(np.where(room, exact - given, -1.0), PULL_DECIMALS))
    )
    given[order[: total - int(given.sum())]] += 1
    return given


def _level(total: int, weights: NDArray[np.floating], most: NDArray[np.int64]) -> float:
    """Give the factor at which capped shares sum to the total: the largest caps-per-weight are reached last."""
    order = np.argsort(most / weights, kind="stable")
    capped = np.concatenate([[0], np.cumsum(most[order])])[:-1]
    rest = np.cumsum(weights[order][::-1])[::-1]
    factors = (total - capped) / rest
    # the first cell in this order that stays below its cap fixes the factor
    below = factors * weights[order] <= most[order]
    return float(factors[np.argmax(below)])
