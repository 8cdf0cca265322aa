"""How near to the proven optimum are rounds of visits, beside OR-tools' routing and going to the nearest next?

    python tests/benchmarks/rounds.py [--seconds 2 10]

All municipalities but Kobe (40) from the prefectural office, 60 and 90 minutes with days of 8.5 hours, 120 minutes with 9 hours;
the same whole seconds of travel for all. Every tour of a day is listed and HiGHS solves the set partitioning: the
days and minutes that no plan can pass. A search is given its time (PyVRP: its default number of iterations); every plan is
checked for each visit once and no day too long.
"""

import argparse
import sys
import time
from itertools import pairwise

import numpy as np
from ortools.constraint_solver import pywrapcp, routing_enums_pb2

import dxkit
from dxkit.support import liaison

CASES = ((60, 8.5), (90, 8.5), (120, 9.0))
SPEED_KMH = 50.0
DAY_COST = 200_000
# the prefectural office, where `liaison.rounds` begins by default
OFFICE = (34.6913, 135.1830)


def travel():
    """Codes, and seconds between the start (0) and all of them."""
    towns = dxkit.load("municipalities")
    towns = towns[towns["code"] != "28100"].reset_index(drop=True)
    km = liaison.distances(towns, start=OFFICE)
    return towns, np.rint(km.to_numpy() / SPEED_KMH * 3600).astype(np.int64)


def nearest(seconds, visit, day):
    """Go to the nearest not yet visited as long as the day allows."""
    left, tours = set(range(1, len(seconds))), []
    while left:
        tour, now = [], 0
        while True:
            here = tour[-1] if tour else 0
            fits = [
                place
                for place in left
                if now + seconds[here, place] + visit + seconds[place, 0] <= day
            ]
            if not fits:
                break
            place = min(fits, key=lambda each: (seconds[here, each], each))
            now += seconds[here, place] + visit
            tour.append(place)
            left.discard(place)
        tours.append(tour)
    return tours


def by_ortools(seconds, visit, day, limit):
    """OR-tools' routing library: half of the time for few days, half for few minutes with so many days; the better one."""
    first = routed(seconds, visit, day, limit / 2, vehicles=40, fixed=DAY_COST)
    second = routed(seconds, visit, day, limit / 2, vehicles=len(first), fixed=0)
    return (
        min(first, second, key=lambda tours: weighed("OR-tools", tours, seconds, (visit, day)))
        if second
        else first
    )


def routed(seconds, visit, day, limit, *, vehicles, fixed):
    """Cheapest arc first, then guided local search."""
    manager = pywrapcp.RoutingIndexManager(len(seconds), vehicles, 0)
    routing = pywrapcp.RoutingModel(manager)

    def cost(one, two):
        return int(seconds[manager.IndexToNode(one), manager.IndexToNode(two)])

    def spent(one, two):
        return cost(one, two) + (visit if manager.IndexToNode(two) else 0)

    routing.SetArcCostEvaluatorOfAllVehicles(routing.RegisterTransitCallback(cost))
    routing.AddDimension(routing.RegisterTransitCallback(spent), 0, day, True, "time")
    routing.SetFixedCostOfAllVehicles(fixed)
    asked = pywrapcp.DefaultRoutingSearchParameters()
    asked.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PATH_CHEAPEST_ARC
    asked.local_search_metaheuristic = (
        routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    )
    asked.time_limit.FromMilliseconds(round(limit * 1000))
    found = routing.SolveWithParameters(asked)
    tours = []
    for vehicle in range(vehicles if found else 0):
        at, tour = found.Value(routing.NextVar(routing.Start(vehicle))), []
        while not routing.IsEnd(at):
            tour.append(manager.IndexToNode(at))
            at = found.Value(routing.NextVar(at))
        tours += [tour] if tour else []
    return tours


def by_dxkit(towns, hearing, hours, *, certify=False):
    """Ours: the public call."""
    return liaison.rounds(towns, hearing_min=hearing, day_hours=hours, certify=certify)


def tours_of(towns, plan):
    """The places of each day of our plan."""
    places = {code: row + 1 for row, code in enumerate(towns["code"])}
    return [[places[code] for code in day["code"]] for _, day in plan.table.groupby("day")]


def weighed(label, tours, seconds, case):
    """Check a plan; give its days and seconds."""
    visit, day = case
    lengths = [
        sum(int(seconds[one, two]) for one, two in pairwise([0, *tour, 0])) for tour in tours
    ]
    whole = sorted(place for tour in tours for place in tour) == list(range(1, len(seconds)))
    if not whole or any(
        length + visit * len(tour) > day for length, tour in zip(lengths, tours, strict=True)
    ):
        sys.exit(f"{label}: not a plan")
    return len(tours), sum(lengths)


def timed(task, *arguments, **options):
    """Call and give the answer with its seconds."""
    begun = time.perf_counter()
    answer = task(*arguments, **options)
    return answer, time.perf_counter() - begun


def main():
    """Run the three cases."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--seconds", type=float, nargs="+", default=[2.0, 10.0], help="time of OR-tools' searches"
    )
    asked = parser.parse_args()
    towns, seconds = travel()
    km = liaison.distances(towns)
    print(f"Himeji–Sumoto {km.loc['28201', '28205']:.1f} km over the bridge")
    for hearing, hours in CASES:
        visit, day = hearing * 60, round(hours * 3600)
        print(f"{hearing} minutes, {hours} hours")
        ours = timed(by_dxkit, towns, hearing, hours)
        proven = timed(by_dxkit, towns, hearing, hours, certify=True)
        plans = {
            "nearest next": timed(nearest, seconds, visit, day),
            **{
                f"OR-tools routing {limit:g} s": timed(by_ortools, seconds, visit, day, limit)
                for limit in asked.seconds
            },
            "dxkit rounds (PyVRP)": (tours_of(towns, ours[0]), ours[1]),
            "dxkit rounds, certify=True": (tours_of(towns, proven[0]), proven[1]),
        }
        found = {
            label: weighed(label, tours, seconds, (visit, day))
            for label, (tours, _) in plans.items()
        }
        best = proven[0]
        bound = (best.bound_days, round(best.bound_minutes * 60))
        for label, (many, length) in found.items():
            beside = f"{many - bound[0]:+d} days, {length / bound[1] - 1:+.2%} minutes"
            print(
                f"  {label:28s} {many:3d} days {length / 60:8.1f} min {plans[label][1]:6.2f} s, {beside}",
                flush=True,
            )
        tours = best.settings["tours"]
        print(
            f"  {'proven bound':28s} {bound[0]:3d} days {bound[1] / 60:8.1f} min, {tours:,} tours of a day"
        )
        if found["dxkit rounds, certify=True"] != bound or min(found.values()) < bound:
            sys.exit("the certified plan is not the proven optimum")


if __name__ == "__main__":
    main()
