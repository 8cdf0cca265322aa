"""Random releases of an office, and an attack on them that shares no code with dxkit.

People are counted in records (a place, an age group, a sex, a year …); every published cell is a
sum over records, so the attacker's unknowns are the records themselves, and each printed cell is
one equation. Blanks are at least 1, because zeros are printed.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import block_diag, csr_array, eye_array, hstack, vstack

K = 10


@dataclass
class Layout:
    """How a table is added up: which records each row and column takes, with which sign."""

    rows: dict
    columns: dict
    weight: np.ndarray
    signed: bool = False

    def combine(self, row, column):
        return self.weight * pick(self.rows, row) * pick(self.columns, column)

    def table(self, counts):
        return pd.DataFrame(
            [[int(self.combine(r, c) @ counts) for c in self.columns] for r in self.rows],
            index=list(self.rows),
            columns=list(self.columns),
        )


def pick(groups, label):
    if label == "計":
        return np.any(list(groups.values()), axis=0)
    return groups[label]


@dataclass
class Release:
    """Tables that are published together, with the records behind them."""

    counts: np.ndarray
    layouts: dict
    hierarchy: dict

    @property
    def tables(self):
        return {name: layout.table(self.counts) for name, layout in self.layouts.items()}


def draw_records(draw, **sizes):
    grid = np.indices(tuple(sizes.values())).reshape(len(sizes), -1)
    shape = draw.choice((0.3, 0.6, 1.2))
    counts = draw.negative_binomial(shape, 0.03, grid.shape[1])
    return dict(zip(sizes, grid, strict=True)), counts


def group(name, values):
    return {f"{name}{value}": values == value for value in np.unique(values).tolist()}


def hierarchical(seed):
    """Places in areas, and in every third release the areas in two halves."""
    draw = np.random.default_rng(seed)
    records, counts = draw_records(
        draw, place=int(draw.integers(6, 13)), age=int(draw.integers(2, 5))
    )
    places = group("町", records["place"])
    area_of = draw.permutation(np.arange(len(places)) % int(draw.integers(2, 4)))
    members = {}
    for place, area in zip(places, area_of.tolist(), strict=True):
        members.setdefault(f"圏{area}", []).append(place)
    if seed % 3 == 0:
        areas = sorted(members)
        members["北部"] = areas[:2]
        members["南部"] = areas[2:]
        members = {label: parts for label, parts in members.items() if parts}
    rows = dict(places)
    for label, parts in members.items():
        rows[label] = np.any([rows[part] for part in parts], axis=0)
    layout = Layout(rows, group("齢", records["age"]), np.ones(len(counts)))
    return Release(counts, {"表": layout}, members)


def by_sex(draw):
    records, counts = draw_records(
        draw, place=int(draw.integers(3, 7)), age=int(draw.integers(2, 5)), sex=2
    )
    rows = group("町", records["place"])
    columns = group("齢", records["age"])
    weights = {"総数": np.ones(len(counts)), "男": records["sex"] == 0, "女": records["sex"] == 1}
    return Release(counts, {n: Layout(rows, columns, 1.0 * w) for n, w in weights.items()}, {})


def by_pairs(draw):
    """Three two-way tables of three traits: places × ages, places × causes, ages × causes."""
    sizes = {name: int(draw.integers(2, 5)) for name in ("place", "age", "cause")}
    records, counts = draw_records(draw, **sizes)
    groups = [group(name, records[name]) for name in sizes]
    every = np.ones(len(counts))
    pairs = {"甲": (0, 1), "乙": (0, 2), "丙": (1, 2)}
    return Release(
        counts, {n: Layout(groups[a], groups[b], every) for n, (a, b) in pairs.items()}, {}
    )


def by_year(draw):
    """This year, last year and the change, which may be negative."""
    records, counts = draw_records(
        draw, place=int(draw.integers(3, 7)), age=int(draw.integers(2, 4)), year=2
    )
    rows = group("町", records["place"])
    columns = group("齢", records["age"])
    this = 1.0 * (records["year"] == 1)
    last = 1.0 * (records["year"] == 0)
    layouts = {"今年": Layout(rows, columns, this), "昨年": Layout(rows, columns, last)}
    return Release(counts, layouts | {"増減": Layout(rows, columns, this - last, True)}, {})


def by_extract(draw):
    """A table, one with two columns merged, and one of a part of the places."""
    records, counts = draw_records(
        draw, place=int(draw.integers(4, 8)), age=int(draw.integers(3, 5))
    )
    rows = group("町", records["place"])
    ages = group("齢", records["age"])
    names = list(ages)
    merged = {name: ages[name] for name in names[:-2]}
    merged["高齢"] = ages[names[-2]] | ages[names[-1]]
    places = list(rows)[: int(draw.integers(2, len(rows)))]
    every = np.ones(len(counts))
    layouts = {
        "全体の表": Layout(rows, ages, every),
        "まとめた表": Layout(rows, merged, every),
        "一部の表": Layout({place: rows[place] for place in places}, ages, every),
    }
    return Release(counts, layouts, {"高齢": names[-2:]})


def linked(seed):
    draw = np.random.default_rng(seed)
    return (by_sex, by_pairs, by_year, by_extract)[seed % 4](draw)


def attack(release, published):
    """Compute the range of every blank: (table, row, column, truth, low, high)."""
    printed, values, floors, blanks = [], [], [], []
    for name, table in published.items():
        layout = release.layouts[name]
        for row in table.index:
            for column in table.columns:
                combination = layout.combine(row, column)
                if pd.isna(table.loc[row, column]):
                    blanks.append((name, row, column, combination))
                    if not layout.signed:
                        floors.append(combination)
                else:
                    printed.append(combination)
                    values.append(float(table.loc[row, column]))
    rows = []
    for name, row, column, combination in blanks:
        ends = []
        for sign in (1, -1):
            found = linprog(
                sign * combination,
                A_eq=np.array(printed) if printed else None,
                b_eq=values if printed else None,
                A_ub=-np.array(floors) if floors else None,
                b_ub=-np.ones(len(floors)) if floors else None,
                bounds=(0, None),
                method="highs",
            )
            # 3: unbounded (4 also where presolve cannot tell it from infeasible; the truth fits)
            ends.append(sign * found.fun if found.status == 0 else sign * -np.inf)
            assert found.status in (0, 3, 4), found.message
        rows.append((name, row, column, float(combination @ release.counts), *ends))
    return pd.DataFrame(rows, columns=["table", "row", "column", "truth", "low", "high"])


def judge(ranges):
    """Count blanks, those recovered, and small ones known to ± their own size."""
    recovered = np.floor(ranges["high"] + 1e-6) <= np.ceil(ranges["low"] - 1e-6)
    size = ranges["truth"].abs()
    small = (size >= 1) & (size < K)
    room = np.maximum(ranges["high"] - ranges["truth"], ranges["truth"] - ranges["low"])
    narrow = small & (room < size - 1e-6)
    return {"blanks": len(ranges), "recovered": int(recovered.sum()), "narrow": int(narrow.sum())}


def measure_loss(release, published):
    """Count blank cells and the people in them."""
    blank, value = 0, 0.0
    for name, table in published.items():
        for row, column in zip(*np.nonzero(table.isna().to_numpy()), strict=True):
            combination = release.layouts[name].combine(table.index[row], table.columns[column])
            blank += 1
            value += abs(float(combination @ release.counts))
    return blank, value


def list_cells(release):
    """List every cell that is published, totals too: what it adds up, its value, its places."""
    cells, places = {}, {}
    for layout in release.layouts.values():
        for row in (*layout.rows, "計"):
            for column in (*layout.columns, "計"):
                combination = layout.combine(row, column)
                cells[combination.tobytes()] = combination
                places[combination.tobytes()] = places.get(combination.tobytes(), 0) + 1
    combinations = np.array(list(cells.values()))
    return combinations, combinations @ release.counts, np.array(list(places.values()))


def find_least_loss(release, reach=2):
    """Find the fewest people that any safe choice of blanks loses: (bound, whether it is attained).

    A mixed-integer programme over records: each small cell has a movement of its own by which it
    rises to twice its size, and a cell that moves in any of them is blank. No table may be signed.
    ``reach``: no cell moves further than so many times the small one.
    """
    combinations, values, places = list_cells(release)
    is_small = (values > 0) & (values < K)
    if not is_small.any():
        return 0.0, True
    free = np.flatnonzero(values >= K)
    targets = np.flatnonzero(is_small)
    parts = [tie_movement(combinations, values, target, reach) for target in targets]
    ties, blocks, lows, highs = zip(*parts, strict=True)
    rows = hstack([vstack(ties), block_diag(blocks)]).tocsr()
    width = combinations.shape[1] * len(targets)
    cost = np.concatenate([(places * values)[free], np.zeros(width)])
    answer = milp(
        cost,
        constraints=LinearConstraint(rows, np.concatenate(lows), np.concatenate(highs)),
        integrality=np.arange(len(cost)) < len(free),
        bounds=Bounds(
            np.concatenate([np.zeros(len(free)), np.tile(-release.counts, len(targets))]),
            np.concatenate([np.ones(len(free)), np.full(width, np.inf)]),
        ),
        options={"node_limit": 2000, "mip_rel_gap": 0.0},
    )
    must = float((places * values)[is_small].sum())
    return must + answer.mip_dual_bound, answer.status == 0


def tie_movement(combinations, values, target, reach):
    """Build the rows of one small cell's movement: columns of blanks, of records, and both sides."""
    free = np.flatnonzero(values >= K)
    rest = np.flatnonzero(values < K)
    farthest = reach * values[target]
    is_small = values > 0
    low, high = np.where(is_small, 1 - values, 0.0), np.where(is_small, farthest, 0.0)
    low[target] = high[target] = values[target]
    block = vstack([csr_array(combinations[rest]), *[csr_array(combinations[free])] * 2])
    # a cell moves only where it is blank: down to 1, up as far as it may
    rise = -farthest * eye_array(len(free))
    fall = np.minimum(values[free] - 1, farthest)[:, None] * eye_array(len(free))
    tie = vstack([csr_array((len(rest), len(free))), rise, fall])
    no_limit = np.full(len(free), np.inf)
    zero = np.zeros(len(free))
    lows = np.concatenate([low[rest], -no_limit, zero])
    return tie, block, lows, np.concatenate([high[rest], zero, no_limit])


def suppress_plainly(release):
    """Suppress as offices do by hand: in every sum with a blank at least a second cell is blank.

    Over the same sums as the attack's: rows, columns, areas and linked tables. Blanks small counts,
    then in any sum with a single blank the smallest other cell, until there is none.
    """
    tables = {
        name: table.reindex(index=[*table.index, "計"], columns=[*table.columns, "計"])
        for name, table in release.tables.items()
    }
    number_of, values, places = {}, {}, {}
    for name, table in tables.items():
        for row in table.index:
            for column in table.columns:
                combination = release.layouts[name].combine(row, column)
                cell = number_of.setdefault(combination.tobytes(), len(number_of))
                values[cell] = float(combination @ release.counts)
                places[name, row, column] = cell
    sums = list_sums(release, tables, places) + list_links(release, tables, places, values)
    blank = blank_second_cells([list(dict.fromkeys(cells)) for cells in sums], values)
    for name, table in tables.items():
        cells = [[places[name, row, column] for column in table.columns] for row in table.index]
        printed = [[None if cell in blank else int(values[cell]) for cell in row] for row in cells]
        tables[name] = pd.DataFrame(printed, table.index, table.columns, dtype="Int64")
    return tables


def list_sums(release, tables, places):
    """List the cells of every total and its parts, along rows and columns."""
    areas = set(release.hierarchy)
    halves = [label for label in areas if set(release.hierarchy[label]) <= areas]
    sums = []
    for name, table in tables.items():
        for labels, crossing, turned in (
            (table.index, table.columns, False),
            (table.columns, table.index, True),
        ):
            inner = [label for label in labels if label != "計"]
            subtotals = [label for label in inner if label in areas]
            groups = [(label, release.hierarchy[label]) for label in subtotals]
            tops = sorted(halves) or subtotals
            groups.append(("計", tops if len(subtotals) > 1 else inner))
            for total, parts in groups:
                for other in crossing:
                    pairs = [(label, other) for label in (total, *parts)]
                    keys = [pair[::-1] if turned else pair for pair in pairs]
                    sums.append([find_place(places, (name, *tables), key) for key in keys])
    return [cells for cells in sums if None not in cells]


def find_place(places, names, key):
    """Find a cell in a table, or, as the parts of a merged column, in another."""
    return next((places[name, *key] for name in names if (name, *key) in places), None)


def list_links(release, tables, places, values):
    """List the cells of a total table and its two parts."""
    if len(tables) != 3 or release.hierarchy:
        return []
    first = next(iter(tables.values()))
    triples = [
        [places.get((name, row, column)) for name in tables]
        for row in first.index
        for column in first.columns
    ]
    triples = [cells for cells in triples if None not in cells]
    if all(values[a] == values[b] + values[c] for a, b, c in triples):
        return triples
    is_change = all(values[c] == values[a] - values[b] for a, b, c in triples)
    return triples if is_change else []


def blank_second_cells(sums, values):
    blank = {cell for cell, value in values.items() if 1 <= abs(value) < K}
    while True:
        lone = [cells for cells in sums if len(blank.intersection(cells)) == 1]
        choices = [[c for c in cells if c not in blank and values[c]] for cells in lone]
        choices = [cells for cells in choices if cells]
        if not choices:
            return blank
        blank.add(min(choices[0], key=lambda cell: abs(values[cell])))
