"""推計: how many people live in each inhabited 1 km cell of Hyogo, and how wrong is that?

The mesh counts of Hyogo could not be had for the project. What can be had is official: which cells hold people (国土数値情報
2018, of the 2015 census), the totals and shapes of the densely inhabited districts (DID), the census of each
municipality, mean elevation, stations and the town halls since 1920. The rule that ties people to these is fitted on
Hiroshima, whose census mesh is here, and tested there, on municipalities that the fit has not seen.

The model
---------
1. *Inside a DID* its published total goes to the cells that it touches, by area times exp(x · b).
2. *Outside* the municipality's census less its DIDs goes to the inhabited cells, by the share of the cell outside any DID
   times exp(x · b). Both b are those of a multinomial logit within municipalities (a Poisson model with one constant a
   municipality), with a ridge; municipalities count by the root of their people.
3. *65 and more* are shared out the same way, by the estimated people times exp(x · b).
4. *low, high* are the estimate times the 10 % and 90 % points of true over estimated people among cells of that size, all
   of them of municipalities that the fit did not see.

Limits
------
A cell is 1 km: hamlets are beyond it. Cells that were empty in 2015 stay empty. Coefficients say where people live, not why.
How far Hyogo differs from Hiroshima is told by 豊岡's six old towns (2005) alone, in ``mesh_errors``: there this estimate
is no better than the made rule, as it draws too many people to the city's middle. No feature was chosen by them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from dxkit.codes import mesh_box
from making import mesh_people
from making.mesh_people import share_out
from making.packages import PLACES, obtain
from making.places import STATIONS_FILE, VILLAGES_FILE, read_member
from making.workplace import DATUM, METRES, Workplace, nearest_code

Floats = NDArray[np.float64]
REAL = ("data", "real")
# of a conditional logit whose columns have a standard deviation of 1
RIDGE = 30.0
NEWTON_STEPS = 40
SMALL_STEP = 1e-9
# so that the last bit of a processor decides nothing
COEFFICIENT_DECIMALS = 4
# the fit inside DIDs takes cells that lie mostly in one
MOSTLY_DID = 0.4
LEVEL = 0.8
SIZES = (20.0, 60.0, 200.0, 1000.0)
# a municipality with less of its people in DIDs is rural
RURAL_SHARE = 0.35
DID_FEATURES = ("elevation", "above", "relief", "near_station", "near_hall", "halls", "sea")
# prefecture and designated city
CITIES = {"hyogo": ("28", "28100"), "hiroshima": ("34", "34100")}
OLD_TOWNS = ("城崎町", "竹野町", "日高町", "出石町", "但東町")


@dataclass(frozen=True)
class Region:
    """The cells of a prefecture with what is known of each, beside its totals."""

    cells: pd.DataFrame
    features: pd.DataFrame
    # one row a pair of DID and cell: did, cell, area
    overlaps: pd.DataFrame
    did_people: Floats
    # by code: the census, and what of it lives in DIDs
    census: "pd.Series[float]"
    elderly: "pd.Series[float]"
    in_did: "pd.Series[float]"


@dataclass(frozen=True)
class Model:
    """Coefficients, by feature, and the mean and deviation that the features were scaled by."""

    did: "pd.Series[float]"
    rural: "pd.Series[float]"
    mean: "pd.Series[float]"
    deviation: "pd.Series[float]"


def mesh_estimated(work: Workplace) -> pd.DataFrame:
    """Estimate ``place, code, lat, lon, people, low, high, elderly`` of every inhabited 1 km cell of Hyogo."""
    hiroshima = read_hiroshima(work)
    hyogo = read_hyogo(work)
    cells = hyogo.cells
    people = _whole(estimate_people(hyogo, fit_model(hiroshima)), cells["code"], hyogo.census)
    estimate = cross_validate(hiroshima)
    truth = hiroshima.cells["people"].to_numpy(float)
    limits = measure_limits(truth[estimate > 0], estimate[estimate > 0])
    low, high = apply_limits(people, limits)
    return cells[["place", "code", "lat", "lon"]].assign(
        people=people, low=low, high=high, elderly=_elderly(hiroshima, hyogo, people)
    )


def mesh_check(work: Workplace) -> pd.DataFrame:
    """Lay Hiroshima's real cells beside three estimates that have not seen the cell's municipality."""
    region = read_hiroshima(work)
    estimate = cross_validate(region)
    low, high = _cross_validated_limits(region, estimate)
    return region.cells[["place", "code", "lat", "lon", "people"]].assign(
        estimated=np.round(estimate, 1),
        low=low,
        high=high,
        plain=np.round(estimate_people(region, None), 1),
        made=_made_rule(work, region),
        town=_old_town(work, region),
        rural=region.in_did.reindex(region.cells["code"]).to_numpy()
        < RURAL_SHARE * region.census.reindex(region.cells["code"]).to_numpy(),
    )


def measure_rules(work: Workplace) -> list[dict[str, object]]:
    """Measure three rules: on Hiroshima's cells and old towns, and on 豊岡's six old towns of 2005."""
    check = work.read("mesh_check")
    rows: list[dict[str, object]] = []
    for area, cells in (("広島県", check), ("広島県の中山間", check[check["rural"]])):
        towns = cells.groupby("town")[["people", "estimated", "plain", "made"]].sum()
        for rule in ("estimated", "plain", "made"):
            for level, table in (("1km", cells), ("旧市町村", towns)):
                truth = table["people"].to_numpy(float)
                guess = table[rule].to_numpy(float)
                both = (truth > 0) & (guess > 0)
                row: dict[str, object] = {"rule": rule, "area": area, "level": level}
                row["places"] = len(table)
                row["misplaced_share"] = measure_misplaced(guess, truth)
                row["r"] = np.corrcoef(np.log(guess[both]), np.log(truth[both]))[0, 1]
                if rule == "estimated" and level == "1km":
                    inside = cells["people"].between(cells["low"], cells["high"])
                    row["within_share"] = inside[cells["estimated"] > 0].mean()
                rows.append(row)
    return rows + _toyooka_rows(work)


def measure_misplaced(guess: Floats, truth: Floats) -> float:
    """Give the share of people who stand in the wrong place, both summing to the same."""
    scaled = guess * truth.sum() / guess.sum()
    return float(np.abs(scaled - truth).sum() / 2 / truth.sum())


def fit_model(region: Region, mask: NDArray[np.bool_] | None = None) -> Model:
    """Fit both parts on the masked cells."""
    mask = np.ones(len(region.cells), dtype=bool) if mask is None else mask
    cells = region.cells
    share = cells["did_share"].to_numpy()
    mean = region.features[mask].mean()
    deviation = region.features[mask].std().clip(lower=1e-9)
    scaled = (region.features - mean) / deviation
    inside = mask & (share > MOSTLY_DID)
    outside = mask & (share == 0) & cells["inhabited"].to_numpy()
    did = fit_logit(scaled.loc[inside, list(DID_FEATURES)], cells[inside], np.log(share[inside]))
    rural = fit_logit(scaled[outside], cells[outside], np.zeros(outside.sum()))
    return Model(did, rural, mean, deviation)


def fit_logit(
    features: pd.DataFrame, cells: pd.DataFrame, offset: Floats, people: str = "people"
) -> "pd.Series[float]":
    """Fit p ∝ exp(offset + x · b) within each municipality, by Newton's method."""
    values = features.to_numpy(float)
    group, names = pd.factorize(cells["code"])
    count = cells[people].to_numpy(float)
    totals = np.bincount(group, count, len(names))
    # a municipality counts by the root of its people, so that no city drowns the villages
    weight = (1 / np.sqrt(np.maximum(totals, 1)))[group]
    b = np.zeros(values.shape[1])
    for _ in range(NEWTON_STEPS):
        raised = offset + values @ b
        pull = np.exp(raised - raised.max())
        share = pull / np.bincount(group, pull, len(names))[group]
        expected = share * totals[group] * weight
        centre = np.column_stack(
            [np.bincount(group, share * column, len(names)) for column in values.T]
        )[group]
        slope = values.T @ (count * weight - expected) - RIDGE * b
        curve = (values * expected[:, None]).T @ values - (centre * expected[:, None]).T @ centre
        step = np.linalg.solve(curve + RIDGE * np.eye(len(b)), slope)
        b = b + step
        if np.abs(step).max() < SMALL_STEP:
            break
    return pd.Series(b, index=features.columns).round(COEFFICIENT_DECIMALS)


def estimate_people(region: Region, model: Model | None) -> Floats:
    """Estimate the people of each cell; without a model by area and evenly (the plain split)."""
    cells = region.cells
    in_did = pull = np.ones(len(cells))
    if model is not None:
        scaled = (region.features - model.mean) / model.deviation
        in_did = np.exp(scaled[model.did.index].to_numpy() @ model.did.to_numpy())
        pull = np.exp(scaled[model.rural.index].to_numpy() @ model.rural.to_numpy())
    pairs = region.overlaps.assign(pull=region.overlaps["area"] * in_did[region.overlaps["cell"]])
    of_did = pairs["pull"] / pairs.groupby("did")["pull"].transform("sum")
    of_did = of_did * region.did_people[pairs["did"]]
    people = of_did.groupby(pairs["cell"]).sum().reindex(range(len(cells))).fillna(0).to_numpy()
    outside = cells["inhabited"].to_numpy() * np.maximum(1 - cells["did_share"].to_numpy(), 1e-3)
    rest = (region.census - region.in_did).clip(lower=0)
    return np.asarray(people + _spread(pull * outside, cells["code"], rest))


def _spread(weights: Floats, codes: pd.Series, totals: "pd.Series[float]") -> Floats:
    """Share each municipality's total out in proportion to weights."""
    sums = pd.Series(weights).groupby(codes.to_numpy()).transform("sum").to_numpy()
    return np.asarray(weights / np.maximum(sums, 1e-300) * totals.reindex(codes).to_numpy())


def cross_validate(region: Region) -> Floats:
    """Estimate each municipality by the model that is fitted on all others."""
    estimate = np.zeros(len(region.cells))
    codes = region.cells["code"].to_numpy()
    for code in sorted(set(codes)):
        estimate[codes == code] = estimate_people(region, fit_model(region, codes != code))[
            codes == code
        ]
    return estimate


def measure_limits(truth: Floats, estimate: Floats, sizes: Sequence[float] = SIZES) -> Floats:
    """Measure the low and high quantile of true over estimated people, a row a size."""
    ratio = truth / np.maximum(estimate, 1.0)
    size = np.digitize(estimate, sizes)
    ends = ((1 - LEVEL) / 2, (1 + LEVEL) / 2)
    return np.array([np.quantile(ratio[size == k], ends) for k in range(len(sizes) + 1)]).round(3)


def apply_limits(
    people: Floats, limits: Floats, sizes: Sequence[float] = SIZES
) -> tuple[Floats, Floats]:
    """Multiply people by the limits of their size; never a fraction of a person."""
    size = np.digitize(people, sizes)
    floor = np.where(people > 0, np.maximum(people, 1.0), 0.0)
    return np.floor(floor * limits[size, 0]), np.ceil(floor * limits[size, 1])


def _cross_validated_limits(region: Region, estimate: Floats) -> tuple[Floats, Floats]:
    """Give each municipality the limits that the errors of all others say."""
    codes = region.cells["code"].to_numpy()
    truth = region.cells["people"].to_numpy(float)
    low, high = np.zeros(len(codes)), np.zeros(len(codes))
    for code in sorted(set(codes)):
        here = codes == code
        others = ~here & (estimate > 0)
        limits = measure_limits(truth[others], estimate[others])
        low[here], high[here] = apply_limits(estimate[here], limits)
    return low, high


def _whole(people: Floats, codes: pd.Series, totals: "pd.Series[float]") -> Floats:
    """Round to whole people, at least one a cell, so that each municipality sums to its census."""
    whole = np.zeros(len(people))
    for code in sorted(set(codes)):
        here = (codes == code).to_numpy()
        most = np.full(here.sum(), int(totals[code]))
        rest = int(totals[code]) - int(here.sum())
        whole[here] = 1 + share_out(rest, np.round(people[here], 6) + 1e-6, most)
    return whole


def _elderly(trained: Region, region: Region, people: Floats) -> Floats:
    """Share the people of 65 and more out, by people times exp(x · b); never more than all."""
    cells = trained.cells
    settled = (cells["people"] > 0).to_numpy()
    mean, deviation = trained.features.mean(), trained.features.std()
    scaled = (trained.features - mean) / deviation
    offset = np.log(cells["people"].to_numpy(float)[settled])
    b = fit_logit(scaled[settled], cells[settled], offset, "elderly")
    pull = np.exp(((region.features - mean) / deviation)[b.index].to_numpy() @ b.to_numpy())
    older = np.zeros(len(people))
    for code in sorted(set(region.cells["code"])):
        here = (region.cells["code"] == code).to_numpy()
        weights = np.round(people[here] * pull[here], 6)
        older[here] = share_out(int(region.elderly[code]), weights, people[here].astype(int))
    return older


def read_hyogo(work: Workplace) -> Region:
    """Read Hyogo's inhabited cells."""
    cells = pd.read_csv(work.source(*REAL, "inhabited_1km_mesh_2018_hyogo.csv"), dtype=str)
    towns = work.read("municipalities").set_index("code")
    cells = cells[["place", "code"]].assign(inhabited=True)
    census = towns["people_2020"].astype(float)
    return lay_region(
        work, cells, name="hyogo", census=census, elderly=towns["elderly_2020"].astype(float)
    )


def read_counts(work: Workplace) -> pd.DataFrame:
    """Read Hiroshima's census of 2020: ``people, elderly`` by 500 m cell."""
    table = pd.read_csv(
        work.source(*REAL, "estat_mesh500_2020_hiroshima_tblT001101H34.txt"),
        encoding="cp932",
        dtype=str,
        skiprows=[1],
    )
    # T001101001 all, T001101019 of 65 and more (a "*" is counted in a neighbour)
    columns = {"people": table["T001101001"], "elderly": table["T001101019"]}
    counts = {
        name: pd.to_numeric(column, errors="coerce").fillna(0).to_numpy()
        for name, column in columns.items()
    }
    return pd.DataFrame(counts, index=pd.Index(table["KEY_CODE"]))


def read_height(work: Workplace, name: str) -> pd.DataFrame:
    """Read the mean elevation of 1 km cells, ``place, elevation``, of a prefecture and around it."""
    path = work.source(*REAL, f"elevation_1km_mesh_{name}_area.csv")
    columns = {"mesh_code": "place", "elevation_m": "elevation"}
    return pd.read_csv(path, dtype=str).rename(columns=columns)


@lru_cache(maxsize=1)
def read_hiroshima(work: Workplace) -> Region:
    """Read Hiroshima's census mesh, 2020, and which of its cells held people in 2015."""
    now = read_counts(work)
    before = pd.read_csv(
        work.source(*REAL, "estat_mesh500_2015_hiroshima_tblT000847H34.csv"),
        dtype=str,
        skiprows=[1],
    )
    cells = now.groupby(now.index.str[:8]).sum()
    lived_in = before.loc[pd.to_numeric(before["T000847001"]) > 0, "KEY_CODE"].str[:8].unique()
    cells = cells.reindex(sorted({*cells.index, *lived_in}), fill_value=0).rename_axis("place")
    cells = cells.reset_index().assign(inhabited=lambda t: t["place"].isin(lived_in))
    box = mesh_box(cells["place"].to_numpy(dtype=str))
    lat, lon = (pd.Series((a + b) / 2) for a, b in ((box.south, box.north), (box.west, box.east)))
    cells["code"] = nearest_code(read_shapes(work, "34"), lat, lon)[0]
    rows = pd.read_csv(
        work.source("data", "statistics", "portal_rows_nationwide.csv"), dtype={"code": str}
    ).set_index("code")
    census = rows.loc[sorted(set(cells["code"])), "人口_2020"].astype(float)
    elderly = cells.groupby("code")["elderly"].sum()
    return lay_region(work, cells, name="hiroshima", census=census, elderly=elderly)


def read_shapes(work: Workplace, prefecture: str) -> gpd.GeoDataFrame:
    """Read a prefecture's municipalities, a designated city as one."""
    file = "N03-21_210101_designated_city_s0010.topojson"
    shapes = gpd.read_file(work.source("data", "boundaries", file))
    shapes = shapes[shapes["N03_007"].fillna("").str.startswith(prefecture)]
    shapes = shapes.dissolve("N03_007").reset_index().rename(columns={"N03_007": "code"})
    return shapes.set_crs(DATUM, allow_override=True)


def lay_region(
    work: Workplace,
    cells: pd.DataFrame,
    *,
    name: str,
    census: "pd.Series[float]",
    elderly: "pd.Series[float]",
) -> Region:
    """Lay DIDs and features beside the cells of a prefecture (of 1 km, or quarters of them)."""
    box = mesh_box(cells["place"].to_numpy(dtype=str))
    cells = cells.assign(lat=(box.south + box.north) / 2, lon=(box.west + box.east) / 2).round(6)
    squares = gpd.GeoSeries(
        shapely.box(box.west, box.south, box.east, box.north), crs=DATUM
    ).to_crs(METRES)
    did = gpd.read_file(work.source(*REAL, f"did_2020_{name}.geojson"))
    did = did.set_crs(DATUM, allow_override=True).to_crs(METRES)
    did["geometry"] = shapely.make_valid(did.geometry.to_numpy())
    prefecture, whole_city = CITIES[name]
    # numbers of three digits below 200 are wards of the designated city
    did["code"] = [whole_city if ward < "200" else prefecture + ward for ward in did["CITY"]]
    zone, cell = squares.sindex.query(did.geometry, predicate="intersects")
    parts = shapely.intersection(did.geometry.to_numpy()[zone], squares.to_numpy()[cell])
    pairs = pd.DataFrame({"did": zone, "cell": cell, "area": shapely.area(parts).round(0)})
    covered = pairs.groupby("cell")["area"].sum().reindex(range(len(cells))).fillna(0).to_numpy()
    cells["did_share"] = np.minimum(covered / squares.area.to_numpy(), 1.0).round(4)
    is_inside = did["code"].to_numpy()[zone] == cells["code"].to_numpy()[cell]
    people = did["JINKO"].astype(float)
    features = _features(work, cells, read_height(work, name), did)
    return Region(
        cells=cells,
        features=features.round(6),
        overlaps=pairs[is_inside].reset_index(drop=True),
        did_people=people.to_numpy(),
        census=census,
        elderly=elderly,
        in_did=people.groupby(did["code"]).sum().reindex(census.index).fillna(0),
    )


def _features(
    work: Workplace, cells: pd.DataFrame, height: pd.DataFrame, did: gpd.GeoDataFrame
) -> pd.DataFrame:
    """Measure what is known around each cell, also across the prefecture's border."""
    at = to_metres(cells["lat"], cells["lon"])
    box = mesh_box(height["place"].to_numpy(dtype=str))
    ground = cKDTree(to_metres((box.south + box.north) / 2, (box.west + box.east) / 2))
    metres = height["elevation"].astype(float).to_numpy()
    around = ground.query_ball_point(at, 1700)
    lowest = np.array([metres[near].min(initial=9999) if near else 0 for near in around])
    highest = np.array([metres[near].max(initial=0) if near else 0 for near in around])
    here = metres[ground.query(at)[1]]
    lived_in = cells["inhabited"].to_numpy()
    settled = cKDTree(at[lived_in])
    near = settled.query_ball_point(at, 1700, return_length=True) - lived_in
    wide = settled.query_ball_point(at, 3300, return_length=True) - lived_in
    archive = obtain(PLACES, work)
    halls = _points(read_member(archive, VILLAGES_FILE))
    stations = _points(read_member(archive, STATIONS_FILE))
    hall_tree = cKDTree(halls)
    to_hall = hall_tree.query(at)[0]
    to_station = cKDTree(stations).query(at)[0]
    pull = hall_tree.sparse_distance_matrix(cKDTree(at), 8000, output_type="ndarray")
    halls_near = np.bincount(pull["j"], np.exp(-pull["v"] / 1500), len(at))
    # people of all DIDs, the less the farther: a distance alone makes a town of 17,000 as strong as a city
    pull_did = np.zeros(len(at))
    for shape, people in zip(did.geometry, did["JINKO"].astype(float), strict=True):
        pull_did += people * np.exp(-shapely.distance(shape, shapely.points(at)) / 4000)
    table = {
        "elevation": here / 100,
        "above": (here - lowest) / 100,
        "relief": (highest - lowest) / 100,
        "neighbours": near / 8,
        "wide_neighbours": wide / 24,
        "sea": np.array([len(near) < 9 for near in around], dtype=float),
        "station": np.log(to_station + 500),
        "near_station": np.exp(-to_station / 1000),
        "hall": np.log(to_hall + 500),
        "near_hall": np.exp(-to_hall / 1000),
        "districts": np.log10(1000 + pull_did),
        "halls": np.log(0.01 + halls_near),
    }
    features = pd.DataFrame(table)
    return features.assign(
        elevation_2=features["elevation"] ** 2,
        above_2=features["above"] ** 2,
        settled=features["neighbours"] * features["wide_neighbours"],
    )


def _points(table: pd.DataFrame) -> Floats:
    """Read the positions of a gazetteer in western Japan, each once, in metres."""
    places = table[["latitude", "longitude"]].apply(pd.to_numeric, errors="coerce")
    places = places[places["longitude"].between(131, 137)].drop_duplicates()
    return to_metres(places["latitude"], places["longitude"])


def to_metres(lat: Any, lon: Any) -> Floats:
    """Project degrees to metres, a row a point."""
    points = gpd.GeoSeries(gpd.points_from_xy(lon, lat), crs=DATUM).to_crs(METRES)
    return np.asarray(shapely.get_coordinates(points.to_numpy()))


def _old_town(work: Workplace, region: Region) -> NDArray[np.object_]:
    """Name each cell's old town: the nearest town hall of 2000, before the great mergers."""
    halls = read_member(obtain(PLACES, work), VILLAGES_FILE)
    is_open = (halls["valid_from"] <= "2000-01-01") & (
        (halls["valid_to"] > "2000-01-01") | (halls["valid_to"] == "")
    )
    halls = halls[is_open & (halls["prefname"] == "広島県")].reset_index(drop=True)
    tree = cKDTree(to_metres(halls["latitude"].astype(float), halls["longitude"].astype(float)))
    nearest = tree.query(to_metres(region.cells["lat"], region.cells["lon"]))[1]
    names = (halls["body"] + halls["suffix"]).to_numpy()[nearest]
    return np.asarray(region.cells["code"].to_numpy() + " " + names)


def _made_rule(work: Workplace, region: Region) -> Floats:
    """Spread Hiroshima's people by the rule of the made table, summed to 1 km."""
    made = make_cells(work, region)
    sums = made.groupby(made.index.str[:8]).sum()
    return np.asarray(sums.reindex(region.cells["place"]).fillna(0), dtype=np.float64)


def make_cells(work: Workplace, region: Region) -> "pd.Series[float]":
    """Spread Hiroshima's people by the rule of the made table, by 500 m cell."""
    archive = obtain(PLACES, work)
    offices = pd.read_csv(work.source("data", "municipality", "localgovjp-utf8.csv"), dtype=str)
    offices = offices[offices["lng"].astype(float).between(131, 137)]
    tables: dict[str, Callable[[], Floats]] = {
        "village": lambda: _points(read_member(archive, VILLAGES_FILE)),
        "station": lambda: _points(read_member(archive, STATIONS_FILE)),
        "office": lambda: to_metres(offices["lat"].astype(float), offices["lng"].astype(float)),
    }
    at = to_metres(region.cells["lat"], region.cells["lon"])
    west, south = at.min(axis=0) - 10_000
    east, north = at.max(axis=0) + 10_000
    points = []
    for kind, read in tables.items():
        weight, scale = mesh_people.PULL[kind]
        table = pd.DataFrame(read(), columns=["x", "y"]).assign(weight=weight, scale=scale)
        points.append(table[table["x"].between(west, east) & table["y"].between(south, north)])
    shapes = read_shapes(work, "34")
    cells = mesh_people.pull_cells(mesh_people.list_cells(shapes), pd.concat(points))
    rows = pd.read_csv(
        work.source("data", "statistics", "portal_rows_nationwide.csv"), dtype={"code": str}
    ).set_index("code")
    tables_made = []
    for code, inside in cells.groupby("code", sort=True):
        figures: dict[str, float] = {
            "habitable_share": float(rows["B:可住地面積割合"][str(code)]) / 100,
            "people_2020": float(region.census[str(code)]),
            "elderly_2020": 0.0,
        }
        town = pd.Series(figures)
        tables_made.append(mesh_people.allocate(inside, town))
    return pd.concat(tables_made).set_index("place")["people"].astype(float)


def _toyooka_rows(work: Workplace) -> list[dict[str, object]]:
    """Measure two rules on 豊岡's six old towns: residents of 2005 against cells summed by the nearest town name."""
    districts = pd.read_csv(work.source(*REAL, "toyooka_districts_2005.csv"))
    truth = districts.groupby("old_town")["people_2005"].sum()
    towns = pd.read_csv(work.source("data", "places", "geolonia_hyogo_towns.csv"), dtype=str)
    towns = towns[towns["city"] == "豊岡市"].dropna(subset=["lat", "lng"])
    names = [
        next((old.removesuffix("町") for old in OLD_TOWNS if name.startswith(old)), "豊岡")
        for name in towns["town"]
    ]
    tree = cKDTree(to_metres(towns["lat"].astype(float), towns["lng"].astype(float)))
    rows: list[dict[str, object]] = []
    for rule, name in (("estimated", "mesh_estimated"), ("made", "mesh_people")):
        cells = work.read(name).query("code == '28209'")
        nearest = tree.query(to_metres(cells["lat"], cells["lon"]))[1]
        sums = cells["people"].groupby(np.array(names)[nearest]).sum().reindex(truth.index)
        row: dict[str, object] = {"rule": rule, "area": "豊岡市（2005年）", "level": "旧市町村"}
        row["places"] = len(truth)
        row["misplaced_share"] = measure_misplaced(sums.to_numpy(float), truth.to_numpy(float))
        row["r"] = np.corrcoef(np.log(sums), np.log(truth))[0, 1]
        rows.append(row)
    return rows
