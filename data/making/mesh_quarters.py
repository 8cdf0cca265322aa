"""推計: in which quarter of an inhabited 1 km cell do its people live, and how wrong is that?

What ``mesh_estimated`` puts into a cell of 1 km is shared out to its four quarters of 500 m. The rule is fitted on
Hiroshima's census mesh and tested there, on municipalities that neither this rule nor that of the 1 km cells has seen.

The model
---------
1. *people* of a quarter ∝ exp(x · b): a multinomial logit within each 1 km cell, with the ridge of the 1 km model; a cell
   counts by the root of its people. x is what differs among quarters: land, the part in a DID, stations and town halls,
   ground (the 1 km means, drawn out between their centres), inhabited cells around, and the people estimated in them.
2. *Sums.* The quarters of a cell sum to its people in ``mesh_estimated``, and so to the census of each municipality.
   Quarters for which less than half a person is expected have no row.
3. *65 and more* of a cell go to its quarters as its people do.
4. *low, high* as for 1 km: points of true over estimated people among quarters of that size in unseen municipalities.

Limits
------
Of an inhabited cell's quarters every third is empty, and which one is mostly beyond what is known here: the low end of a
small quarter is 0. A quarter has the municipality of its cell. Nothing of Hyogo's quarters was ever compared.
"""

from dataclasses import dataclass
from functools import lru_cache

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from dxkit.codes import mesh_box
from making import mesh_estimated as by_kilometre
from making.mesh_estimated import Floats, Region
from making.mesh_people import share_out
from making.workplace import DATUM, METRES, Workplace

SIZES = (3.0, 10.0, 30.0, 100.0, 500.0)
# fewer people than this are expected in a quarter without a row
LEAST = 0.5
# of the eight 1 km cells around, the three that touch a quarter: rows, columns, and what of each lies in the
# square of 1 km around the quarter's centre, in sixteenths
NEARER = ((1, 0, 3), (0, 1, 3), (1, 1, 1))
OWN = 9


@dataclass(frozen=True)
class Quarters:
    """Quarters of a prefecture's cells, four rows a cell, in the order of its cells."""

    parent: Region
    region: Region
    # what does not depend on an estimate
    features: pd.DataFrame

    @property
    def cell(self) -> NDArray[np.intp]:
        """The row of each quarter's 1 km cell."""
        return np.repeat(np.arange(len(self.parent.cells)), 4)


def mesh_estimated_500m(work: Workplace) -> pd.DataFrame:
    """Estimate ``place, code, lat, lon, people, low, high, elderly`` of the 500 m cells of Hyogo."""
    known, asked = _read_quarters(work, "hiroshima"), _read_quarters(work, "hyogo")
    cells = work.read("mesh_estimated").set_index("place").loc[asked.parent.cells["place"]]
    model = by_kilometre.fit_model(known.parent)
    trained = _add_people(known, by_kilometre.estimate_people(known.parent, model))
    everyone = np.ones(len(trained), dtype=bool)
    share = _share(trained, _add_people(asked, cells["people"].to_numpy(float)), known, everyone)
    expected = cells["people"].to_numpy(float)[asked.cell] * share
    people = _whole(cells["people"], share, np.full(len(share), 10**9))
    estimate, _ = _cross_validate(work)
    truth = known.region.cells["people"].to_numpy(float)
    limits = by_kilometre.measure_limits(
        truth[estimate >= LEAST], estimate[estimate >= LEAST], SIZES
    )
    low, high = by_kilometre.apply_limits(people, limits, SIZES)
    table = asked.region.cells[["place", "code", "lat", "lon"]].assign(
        people=people, low=low, high=high, elderly=_whole(cells["elderly"], expected, people)
    )
    return table[table["people"] > 0].reset_index(drop=True)


def mesh_check_500m(work: Workplace) -> pd.DataFrame:
    """Lay Hiroshima's real 500 m cells beside four estimates that have not seen the cell's municipality."""
    known = _read_quarters(work, "hiroshima")
    cells = known.region.cells
    estimate, quartered = _cross_validate(work)
    codes = cells["code"].to_numpy()
    truth = cells["people"].to_numpy(float)
    low, high = np.zeros(len(codes)), np.zeros(len(codes))
    for code in sorted(set(codes)):
        here = codes == code
        others = ~here & (estimate >= LEAST)
        limits = by_kilometre.measure_limits(truth[others], estimate[others], SIZES)
        low[here], high[here] = by_kilometre.apply_limits(estimate[here], limits, SIZES)
    made = by_kilometre.make_cells(work, known.parent)
    check = work.read("mesh_check").set_index("place")
    return cells[["place", "code", "lat", "lon", "people"]].assign(
        people=truth.astype(int),
        estimated=np.round(estimate, 1),
        low=low,
        high=high,
        quartered=np.round(quartered, 1),
        plain=np.round(by_kilometre.estimate_people(known.region, None), 1),
        made=made.reindex(cells["place"]).fillna(0).to_numpy(),
        rural=check["rural"].loc[known.parent.cells["place"]].to_numpy()[known.cell],
    )


def mesh_errors(work: Workplace) -> pd.DataFrame:
    """Measure the rules: on Hiroshima's cells and old towns, on 豊岡's six old towns of 2005."""
    return pd.DataFrame(by_kilometre.measure_rules(work) + _measure_rules(work)).round(3)


def _measure_rules(work: Workplace) -> list[dict[str, object]]:
    """Measure the rules on Hiroshima's 500 m cells: rows of ``mesh_errors``."""
    check = work.read("mesh_check_500m")
    rows: list[dict[str, object]] = []
    for area, cells in (("広島県", check), ("広島県の中山間", check[check["rural"]])):
        truth = cells["people"].to_numpy(float)
        for rule in ("estimated", "quartered", "plain", "made"):
            guess = cells[rule].to_numpy(float)
            both = (truth > 0) & (guess > 0)
            row: dict[str, object] = {"rule": rule, "area": area, "level": "500m"}
            row["places"] = len(cells)
            row["misplaced_share"] = by_kilometre.measure_misplaced(guess, truth)
            row["r"] = np.corrcoef(np.log(guess[both]), np.log(truth[both]))[0, 1]
            if rule == "estimated":
                inside = cells["people"].between(cells["low"], cells["high"])
                row["within_share"] = inside[cells["estimated"] >= LEAST].mean()
            rows.append(row)
    return rows


@lru_cache(maxsize=1)
def _cross_validate(work: Workplace) -> tuple[Floats, Floats]:
    """Estimate each municipality by both models, fitted on all others; also its cells split evenly."""
    known = _read_quarters(work, "hiroshima")
    codes = known.region.cells["code"].to_numpy()
    of_cells = known.parent.cells["code"].to_numpy()
    estimate, quartered = np.zeros(len(codes)), np.zeros(len(codes))
    for code in sorted(set(codes)):
        model = by_kilometre.fit_model(known.parent, of_cells != code)
        people = by_kilometre.estimate_people(known.parent, model)
        features = _add_people(known, people)
        here = codes == code
        share = _share(features, features[here], known, ~here)
        estimate[here] = people[known.cell][here] * share
        quartered[here] = people[known.cell][here] / 4
    return estimate, quartered


def _share(
    trained: pd.DataFrame, asked: pd.DataFrame, known: Quarters, mask: NDArray[np.bool_]
) -> Floats:
    """Fit on the masked quarters, and estimate which share of its cell's people each asked quarter has."""
    mean, deviation = trained[mask].mean(), trained[mask].std().clip(lower=1e-9)
    cells = known.region.cells[mask]
    # the groups of the logit are 1 km cells
    groups = cells.assign(code=cells["place"].str[:8])
    scaled = (trained[mask] - mean) / deviation
    b = by_kilometre.fit_logit(scaled, groups, np.zeros(len(groups)))
    raised = (((asked - mean) / deviation).to_numpy() @ b.to_numpy()).reshape(-1, 4)
    pull = np.exp(raised - raised.max(axis=1, keepdims=True))
    return np.asarray((pull / pull.sum(axis=1, keepdims=True)).round(6).ravel())


def _whole(totals: "pd.Series[float]", weights: Floats, most: Floats) -> Floats:
    """Share whole people of each 1 km cell out to its four quarters."""
    parts = zip(totals, weights.reshape(-1, 4), most.reshape(-1, 4), strict=True)
    shares = [share_out(int(total), w + 1e-9, limit.astype(int)) for total, w, limit in parts]
    return np.concatenate(shares).astype(float)


@lru_cache(maxsize=2)
def _read_quarters(work: Workplace, name: str) -> Quarters:
    """Quarter the cells of a prefecture, and measure what is known of each quarter."""
    is_known = name == "hiroshima"
    parent = by_kilometre.read_hiroshima(work) if is_known else by_kilometre.read_hyogo(work)
    cells = parent.cells.loc[parent.cells.index.repeat(4), ["place", "code", "inhabited"]]
    cells = cells.reset_index(drop=True)
    cells["place"] += np.tile(["1", "2", "3", "4"], len(parent.cells))
    if is_known:
        counts = by_kilometre.read_counts(work).reindex(cells["place"]).fillna(0)
        cells["people"] = counts["people"].to_numpy()
    region = by_kilometre.lay_region(
        work, cells, name=name, census=parent.census, elderly=parent.elderly
    )
    features = _features(work, region, name)
    return Quarters(parent, region, features.round(6))


def _features(work: Workplace, region: Region, name: str) -> pd.DataFrame:
    """Measure what differs among the quarters of a cell."""
    height = by_kilometre.read_height(work, name)
    metres = pd.Series(height["elevation"].astype(float).to_numpy(), height["place"])
    own, *around = _look_around(region.cells["place"], metres)
    is_sea = np.isnan(around)
    ground = np.nan_to_num(np.array(around))
    own = np.nan_to_num(own)
    weights = np.array([weight for _, _, weight in NEARER])
    drawn_out = (OWN * own + weights @ ground) / (OWN + weights.sum())
    inhabited = pd.Series(
        1.0, region.cells.loc[region.cells["inhabited"], "place"].str[:8].unique()
    )
    edges = np.nan_to_num(_look_around(region.cells["place"], inhabited))
    share = region.cells["did_share"]
    names = ["station", "near_station", "hall", "near_hall", "halls", "districts"]
    names += ["neighbours", "wide_neighbours"]
    return region.features[names].assign(
        land=np.log(_measure_land(work, region.cells["place"], name) + 0.02),
        district=share,
        log_district=np.log(share + 0.05),
        ground=drawn_out / 100,
        log_ground=np.log(drawn_out + 20),
        lowest=np.log(ground.min(axis=0) + 10),
        mean_around=np.log(ground.mean(axis=0) + 10),
        steep=np.minimum(ground.min(axis=0) - own, 0) / 100,
        sea=is_sea.sum(axis=0).astype(float),
        edges=edges[1] + edges[2],
        corner=edges[3],
        south=(region.cells["place"].str[8] < "3").astype(float),
    )


def _add_people(quarters: Quarters, people: Floats) -> pd.DataFrame:
    """Add what an estimate by 1 km says of the cells that touch each quarter."""
    table = pd.Series(people, quarters.parent.cells["place"])
    own, *around = np.nan_to_num(_look_around(quarters.region.cells["place"], table))
    near = np.array(around)
    weights = np.array([weight for _, _, weight in NEARER])
    return quarters.features.assign(
        near=np.log(20 + weights @ near),
        all_near=np.log(1 + near.sum(axis=0)),
        smooth=np.log(1 + OWN * own + weights @ near),
    )


def _look_around(places: "pd.Series[str]", values: "pd.Series[float]") -> Floats:
    """Look values of 1 km cells up: a quarter's own, then those of the three that touch it (NaN: none)."""
    number = places.str[8].astype(int).to_numpy()
    up, right = np.where(number > 2, 1, -1), np.where(number % 2 == 0, 1, -1)
    row, column = _count_cells(places.str[:8].to_numpy(dtype=str))
    table = pd.Series(
        values.to_numpy(), pd.MultiIndex.from_arrays(_count_cells(values.index.to_numpy(dtype=str)))
    )
    found = []
    for rows, columns, _ in ((0, 0, OWN), *NEARER):
        place = pd.MultiIndex.from_arrays([row + rows * up, column + columns * right])
        found.append(table.reindex(place).to_numpy())
    return np.array(found)


def _count_cells(places: NDArray[np.str_]) -> list[NDArray[np.intp]]:
    """Count 1 km cells northwards and eastwards."""
    box = mesh_box(places)
    return [np.round(box.south * 120).astype(int), np.round((box.west - 100) * 80).astype(int)]


def _measure_land(work: Workplace, places: "pd.Series[str]", name: str) -> Floats:
    """Measure the share of each cell that is land of the prefecture."""
    box = mesh_box(places.to_numpy(dtype=str))
    squares = shapely.box(box.west, box.south, box.east, box.north)
    cells = gpd.GeoSeries(squares, crs=DATUM).to_crs(METRES)
    prefecture = by_kilometre.CITIES[name][0]
    shapes = by_kilometre.read_shapes(work, prefecture)
    land = shapely.make_valid(shapes.to_crs(METRES).geometry.to_numpy())
    shape, cell = cells.sindex.query(land, predicate="intersects")
    parts = shapely.area(shapely.intersection(land[shape], cells.to_numpy()[cell]))
    share = np.bincount(cell, parts, len(cells)) / cells.area.to_numpy()
    return np.asarray(np.minimum(share, 1.0).round(4), dtype=np.float64)
