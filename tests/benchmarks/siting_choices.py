"""Which bases are best for 3, 5 and 8 of them, and which of our choices decide that?

    python tests/benchmarks/siting_choices.py [--drone pf2_cat3] [--to mixtures.csv]

Tajima, its halls, roadside stations and offices as candidates, AirTruck with 2 kg and PF2-CAT3 with 1 kg. Every mixture of
five choices is solved with proof: who counts (people, or people beyond 5 km from a station), whose positions (estimated on
1 km cells, or made on 500 m cells), the densely inhabited district of 豊岡 (flown over or around), the ground (flat, or with
its climbs), and the wind (none, or the mean wind of each month at the station nearest to each base, against the way out).

It prints one row a mixture without wind, with what the twelve months make of it; the months one by one; one row a single
choice changed, with what the unchanged bases lose by it; and which bases stand in all mixtures.
"""

import argparse
import itertools

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

import dxkit
from dxkit import drones

COUNTS = (3, 5, 8)
LOADS_KG = {"airtruck": 2.0, "pf2_cat3": 1.0}
NEAR_KM = 5.0
TABLES = {"estimated": "mesh_estimated", "made": "mesh_people"}
WEIGHTS = ("people", "in_need")
MONTHS = range(13)
# what is changed one at a time: estimated people, flown over, flat, no wind
USUAL = {"weight": "people", "demand": "estimated", "did": False, "terrain": False, "month": 0}
STANDS = 0.9
# losses that are nearer to each other come from rounding
LOSS_DIGITS = 9


def read_tajima():
    """The five municipalities' cells by table, candidates, and winds of the month by candidate."""
    codes = dxkit.load("municipalities").query("area == '但馬'")["code"]
    cells = {}
    for name, table in TABLES.items():
        own = dxkit.load(table)
        own = own[own["code"].isin(codes)].reset_index(drop=True)
        cells[name] = drones.need(own, dxkit.load("stations"), near_km=NEAR_KM)
    sites = dxkit.load("sites")
    sites = sites[sites["code"].isin(codes)]
    is_hall = sites["name"].str.contains("公民館|コミュニティセンター")
    sites = sites[(sites["kind"] != "避難所") | is_hall].reset_index(drop=True)
    normals = dxkit.load("wind_normals")
    places = normals.drop_duplicates("station")
    nearest = cKDTree(to_plane(places)).query(to_plane(sites))[1]
    winds = normals.pivot_table("mean_wind_ms", "station", "month")
    winds = winds.loc[places["station"].iloc[nearest]].set_axis(sites["base"])
    return cells, sites, winds.assign(**{"0": 0.0}).rename(columns={"0": 0})


def to_plane(table):
    """Degrees made alike in length, near enough for the nearest station."""
    return np.column_stack([table["lat"], table["lon"] * np.cos(np.radians(35.4))])


class Flights:
    """How far each base is from each cell, and how far its drone gets."""

    def __init__(self, drone):
        self.cells, self.sites, self.winds = read_tajima()
        self.drone = dxkit.load("drone_types").set_index("drone", drop=False).loc[drone]
        self.load_kg = LOADS_KG[drone]
        self.district = dxkit.load("did").query("code == '28209'")
        self.elevation = dxkit.load("elevation")

    def find_ranges(self, month):
        """One range a base."""
        ranges = {
            wind: drones.flight_range(self.drone, payload_kg=self.load_kg, wind_ms=wind)
            for wind in self.winds[month].unique()
        }
        return self.winds[month].map(ranges)

    def measure(self, demand, did, terrain, month):
        """A row a cell, a column a base: kilometres that count, infinite beyond the range."""
        cells = self.cells[demand]
        ranges = self.find_ranges(month)
        # beyond one's range no way around or climb leads back into it
        flat = self.spread(drones.reach(cells, self.sites, range_km=ranges), cells)
        km = flat
        if did:
            pairs = drones.reach(cells, self.sites, range_km=ranges, no_fly=self.district)
            km = self.spread(pairs, cells)
        if terrain:
            climbed = self.climb(cells, month)
            km = km + (climbed - flat).where(np.isfinite(flat), np.inf)
        return km, ranges

    def climb(self, cells, month):
        """The distances of all bases over the ground, each with its own station's wind."""
        parts = []
        for wind, own in self.winds[month].groupby(self.winds[month]):
            sites = self.sites[self.sites["base"].isin(own.index)]
            parts.append(
                drones.terrain_distances(
                    cells, sites, self.elevation, self.drone, payload_kg=self.load_kg, wind_ms=wind
                )
            )
        return pd.concat(parts, axis=1)[self.sites["base"]]

    def spread(self, pairs, cells):
        """Write pairs as a matrix."""
        wide = pairs.pivot_table("distance_km", "place", "base")
        return wide.reindex(index=cells["place"], columns=self.sites["base"]).fillna(np.inf)


def solve_all(flights):
    """Every mixture and number of bases: one row each, with the bases and whom they reach."""
    rows = []
    for demand, did, terrain, month in itertools.product(
        TABLES, (False, True), (False, True), MONTHS
    ):
        cells = flights.cells[demand]
        km, ranges = flights.measure(demand, did, terrain, month)
        is_near = km.le(ranges, axis=1)
        for weight, count in itertools.product(WEIGHTS, COUNTS):
            siting = drones.best_bases(
                cells, flights.sites, count=count, range_km=ranges, distance_km=km, weight=weight
            )
            if siting.gap:
                raise SystemExit(f"not proven: {weight}, {demand}, {count}")
            rows.append({
                "weight": weight, "demand": demand, "did": did, "terrain": terrain, "month": month,
                "count": count, "bases": frozenset(siting.bases["base"]), "best": siting.value,
                "people": share_of(cells["people"], siting.covered),
                "in_need": share_of(cells["in_need"], siting.covered),
                "near": is_near, "weights": cells[weight],
            })  # fmt: skip
    return pd.DataFrame(rows)


def share_of(weights, covered):
    """The covered share of the weights."""
    return weights[covered].sum() / weights.sum()


def compare(table):
    """Add the bases in common with the usual choice, and what its bases lose in this mixture."""
    usual = choose_mixture(table).set_index("count")["bases"]
    same, lost = [], []
    for _, row in table.iterrows():
        usual_bases = usual[row["count"]]
        reached = row["near"][list(usual_bases)].any(axis=1).to_numpy()
        same.append(len(usual_bases & row["bases"]))
        lost.append(1 - row["weights"].to_numpy()[reached].sum() / row["best"])
    return table.drop(columns=["near", "weights"]).assign(same=same, lost=lost)


def list_bases(bases):
    """The bases as text."""
    return " ".join(sorted(bases))


def print_mixtures(table):
    """One row a mixture without wind, and what the months make of it."""
    keys = ["count", "weight", "demand", "did", "terrain"]
    rows = []
    for key, part in table.groupby(keys, sort=False):
        calm, windy = part[part["month"] == 0].iloc[0], part[part["month"] > 0]
        share = calm["weight"]
        rows.append({
            **dict(zip(keys, key, strict=True)), "people": calm["people"], "in_need": calm["in_need"],
            "same": calm["same"], "lost": calm["lost"],
            "months_alike": int((windy["bases"] == calm["bases"]).sum()),
            "worst_month": int(windy.loc[windy[share].idxmin(), "month"]),
            "worst_share": windy[share].min(), "bases": list_bases(calm["bases"]),
        })  # fmt: skip
    print_table(pd.DataFrame(rows).sort_values("count", kind="stable"))


def print_months(table):
    """The twelve months of the usual choice and of flights as they are, by people and by need."""
    print("-- by month: share of the weight reached, and bases in common with no wind")
    for count, weight, real in itertools.product(COUNTS, WEIGHTS, (False, True)):
        part = table.query("count == @count and weight == @weight and demand == 'estimated' "
                           "and did == @real and terrain == @real").set_index("month")  # fmt: skip
        calm = part.loc[0, "bases"]
        cells = [f"{row[weight]:.3f}/{len(row['bases'] & calm)}" for _, row in part.iterrows()]
        way = "around 豊岡, with climbs" if real else "straight, flat"
        print(f"p={count} {weight}, {way}: no wind {cells[0]}; " + " ".join(cells[1:]))
    print()


def print_switches(table):
    """What each choice alone changes."""
    switches = {
        "usual": {},
        "need": {"weight": "in_need"},
        "made": {"demand": "made"},
        "around the DID": {"did": True},
        "climbs": {"terrain": True},
        "made, DID, climbs": {"demand": "made", "did": True, "terrain": True},
    }
    rows = []
    for count in COUNTS:
        own = table[table["count"] == count]
        for name, change in switches.items():
            row = choose_mixture(own, **change).iloc[0]
            rows.append(
                {"count": count, "choice": name, **row[["people", "in_need", "same", "lost"]]}
            )
        windy = pd.concat([choose_mixture(own, month=month) for month in MONTHS[1:]])
        row = choose_worst_month(windy)
        name = f"wind of month {row['month']} (largest loss)"
        rows.append({"count": count, "choice": name, **row[["people", "in_need", "same", "lost"]]})
    print("-- one choice changed: bases in common with the usual, what the usual bases lose then")
    print_table(pd.DataFrame(rows))


def choose_worst_month(windy):
    """Return the month in which the usual bases lose most; of those that lose alike, where the best reaches least."""
    ordered = windy.assign(loss=windy["lost"].round(LOSS_DIGITS)).sort_values(
        ["loss", "people", "month"], ascending=[False, True, True], kind="stable"
    )
    return ordered.iloc[0]


def print_days(drone):
    """On how many days of each month the wind lets the drone fly."""
    days = drones.flyable(dxkit.load("wind_normals"), drone)
    print("-- days of each month on which the wind stays below the drone's limit")
    for station in ("豊岡", "香住"):
        own = days[days["station"] == station].sort_values("month")["flyable_days"]
        print(station, " ".join(f"{count:.1f}" for count in own))
    print()


def choose_mixture(table, **changes):
    """The rows of the usual choices, but for these changes."""
    return table[(table[list(USUAL)] == pd.Series(USUAL | changes)).all(axis=1)]


def print_survivors(table, names):
    """Which bases stand in nine of ten mixtures."""
    parts = {"all": table, **{weight: table[table["weight"] == weight] for weight in WEIGHTS}}
    parts |= {f"{weight}, estimated": part[part["demand"] == "estimated"]
              for weight, part in list(parts.items())[1:]}  # fmt: skip
    print(f"-- bases that stand in {STANDS:.0%} of the mixtures, and the most frequent others")
    for count, (label, part) in itertools.product(COUNTS, parts.items()):
        own = part[part["count"] == count]
        shares = own["bases"].explode().value_counts().sort_index() / len(own)
        shares = shares.sort_values(ascending=False, kind="stable")
        firm = [
            f"{base} {names[base]} {share:.0%}" for base, share in shares.items() if share >= STANDS
        ]
        loose = [f"{base} {share:.0%}" for base, share in shares[shares < STANDS].head(3).items()]
        print(f"p={count}, {label} ({len(own)} mixtures, {len(set(own['bases']))} different sets): "
              f"{'; '.join(firm) or 'none'} | {'; '.join(loose)}")  # fmt: skip
    print()


def print_table(table):
    """A whole table, however wide."""
    print(table.to_string(index=False, float_format="{:.3f}".format), "\n", flush=True)


def main():
    """Solve and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--drone", choices=LOADS_KG, action="append", help="both by default")
    parser.add_argument(
        "--to", metavar="FILE", help="write all mixtures with all months there, too"
    )
    options = parser.parse_args()
    tables = []
    for drone in options.drone or LOADS_KG:
        flights = Flights(drone)
        table = compare(solve_all(flights))
        calm_km = float(flights.find_ranges(0).iloc[0])
        print(f"== {drone} with {flights.load_kg:g} kg, {calm_km:.2f} km without wind; "
              f"{len(flights.sites)} candidates, {len(table)} problems, all proven")  # fmt: skip
        print_mixtures(table)
        print_months(table)
        print_days(flights.drone)
        print_switches(table)
        print_survivors(table, flights.sites.set_index("base")["name"])
        tables.append(table.assign(drone=drone, bases=table["bases"].map(list_bases)))
    if options.to:
        everything = pd.concat(tables)
        everything[["drone", *everything.columns.drop("drone")]].round(4).to_csv(
            options.to, index=False
        )


if __name__ == "__main__":
    main()
