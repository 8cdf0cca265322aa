"""What is no number that can be computed with is refused by every public function, in one clear error.

The cases are those of the files test_doubt_….py: a cell of each number column becomes infinite, a word, or
a number without end of digits. The function then refuses the table, or does not use the cell: its
answer is the same as before.
"""

import math

import pandas as pd
import pytest
from doubt_cases import collect_cases

import dxkit
from dxkit import charts, drones, groups, maturity, sharing
from dxkit.assumptions import doubt
from dxkit.errors import DxkitError

CASES = collect_cases()
# what takes longer than a second a call is left to its own package's tests
SLOW = (
    "linkage.", "groups.tradeoff", "groups.rotate", "sharing.backtest", "support.matching", "support.progress",
    "sharing.simulate by persons", "drones.", "groups.", "regions.", "sharing.forecast", "assumptions.",
)  # fmt: skip
# what hands cells over as they are, or shows them
HANDED_OVER = {
    "drones.runway_strips", "loaders.label", "schema.show", "schema.validate", "support.training.plan",
    "support.network.strangers", "support.answers.write_prompt", "maturity.rater_severity", "schema.carry_provenance, merge_provenance, is_made",
}  # fmt: skip
NAMES = [name for name in CASES if not name.startswith(SLOW) and name not in HANDED_OVER]
BAD_CELLS = {"infinite": math.inf, "a word": "多い"}
# columns tried a table: the first ones, as a check of one column is a check of all
MOST_COLUMNS = 2


def number_columns(table):
    plain = [
        column for column in table.columns
        if pd.api.types.is_numeric_dtype(table[column]) and not pd.api.types.is_bool_dtype(table[column])
    ]  # fmt: skip
    return plain[:MOST_COLUMNS]


def spoil(table, column, cell):
    """Put a cell into the first row that has a number."""
    spoilt = table.copy()
    row = int(table[column].notna().to_numpy().argmax())
    spoilt[column] = spoilt[column].astype(object if isinstance(cell, str) else float)
    spoilt.iloc[row, spoilt.columns.get_loc(column)] = cell
    return spoilt


def outcome_of(case, name, column, cell):
    """Say whether a bad cell is refused, unused, taken, or ends in a traceback."""
    good = {key: table.copy() for key, table in case.tables.items()}
    bad = good | {name: spoil(good[name], column, cell)}
    calls = iter([good, bad])
    try:
        # the second run of the same call gets the bad table; all else is the comparison of `doubt`
        report = doubt(lambda _: case.call(**next(calls)), good[name], changes=())
    except DxkitError:
        return "refused"
    outcome, place = report.loc[report["change"] == "one thread", ["outcome", "place"]].iloc[0]
    return outcome if outcome != "error" else f"error {place}"


@pytest.mark.parametrize("name", NAMES)
def test_a_bad_cell_is_refused_or_not_used(name):
    case = CASES[name]
    outcomes = {
        (table, column, what): outcome_of(case, table, column, cell)
        for table, frame in case.tables.items()
        for column in number_columns(frame)
        for what, cell in BAD_CELLS.items()
    }
    wrong = {
        key: outcome for key, outcome in outcomes.items() if outcome not in ("refused", "same")
    }
    assert wrong == {}


VALUES = dxkit.load("dashboard")
ITEMS = dxkit.load("indicators_dashboard")
TOWNS = dxkit.load("municipalities")
PLACES = pd.DataFrame(
    {"place": ["a", "b"], "lat": [35.0, 35.1], "lon": [134.8, 134.9], "people": [10.0, 20.0]}
)
BASES = pd.DataFrame({"base": ["x", "y"], "lat": [35.0, 35.1], "lon": [134.8, 134.9]})
COUNTS = pd.DataFrame(
    [[3, 40, 12], [50, 60, 3], [70, 80, 3]], index=list("abc"), columns=list("xyz")
)
DRONE = dxkit.load("drone_types").iloc[0]
NAN = math.nan
NUMBERS = {
    "rank_intervals draws": lambda: maturity.rank_intervals(VALUES, ITEMS, draws=NAN),
    "rank_intervals weight_noise": lambda: maturity.rank_intervals(VALUES, ITEMS, weight_noise=NAN),
    "rank_intervals min_answered": lambda: maturity.rank_intervals(VALUES, ITEMS, min_answered=NAN),
    "score min_answered": lambda: maturity.score(VALUES, ITEMS, min_answered=NAN),
    "score scale": lambda: maturity.score(VALUES, ITEMS, scale=(NAN, 1)),
    "score infinite scale": lambda: maturity.score(VALUES, ITEMS, scale=(0, math.inf)),
    "draw_weights weight_noise": lambda: maturity.draw_weights(ITEMS, weight_noise=NAN),
    "draw_weights draws": lambda: maturity.draw_weights(ITEMS, draws=NAN),
    "sensitivity draws": lambda: maturity.sensitivity(VALUES, ITEMS, draws=NAN),
    "robust_order low": lambda: maturity.robust_order(VALUES, ITEMS, low=NAN),
    "robust_order high": lambda: maturity.robust_order(VALUES, ITEMS, high=math.inf),
    "peers count": lambda: maturity.peers(TOWNS, "28201", count=NAN),
    "typology n_types": lambda: maturity.typology(VALUES.dropna(axis=1), n_types=NAN),
    "benefit_of_doubt low": lambda: maturity.benefit_of_doubt(VALUES, ITEMS, low=NAN),
    "suppress k": lambda: sharing.suppress(COUNTS, k=NAN),
    "suppress rounding": lambda: sharing.suppress(COUNTS, rounding=NAN),
    "dispatch max_km": lambda: sharing.dispatch(PLACES, PLACES, max_km=NAN),
    "form size": lambda: groups.form(TOWNS, size=(NAN, 7)),
    "best_bases count": lambda: drones.best_bases(PLACES, BASES, count=NAN, range_km=5),
    "best_bases range_km": lambda: drones.best_bases(PLACES, BASES, count=1, range_km=NAN),
    "flight_range payload_kg": lambda: drones.flight_range(DRONE, payload_kg=NAN),
    "flight_range wind_ms": lambda: drones.flight_range(DRONE, wind_ms=math.inf),
}


@pytest.mark.parametrize("name", NUMBERS)
def test_an_option_that_is_no_number_is_refused(name):
    # the message names the option or its value
    with pytest.raises(DxkitError, match=r"nan|inf|整数|数"):
        NUMBERS[name]()


DISTANCES = pd.DataFrame([[1.0, 9.0], [9.0, 1.0]], index=["a", "b"], columns=["x", "y"])
RANGES = pd.Series({"x": 5.0, "y": 2.0})


def site(distance_km, range_km=5.0):
    return drones.best_bases(PLACES, BASES, count=1, range_km=range_km, distance_km=distance_km)


def test_labels_count_where_a_table_of_distances_has_any():
    plain = site(DISTANCES).covered.tolist()
    assert site(DISTANCES[["y", "x"]]).covered.tolist() == plain
    assert site(DISTANCES.loc[["b", "a"]]).covered.tolist() == plain
    # only bare arrays go by position
    assert site(DISTANCES.to_numpy()).covered.tolist() == plain


@pytest.mark.parametrize(
    "distances",
    [
        DISTANCES.rename(index={"a": "A"}), DISTANCES.rename(columns={"x": "xx"}), DISTANCES.T,
        DISTANCES.set_axis([0, 1], axis=0), DISTANCES.astype(str).replace("9.0", "遠い"),
    ],
    ids=["misspelt row", "misspelt column", "transposed", "numbers for names", "a word"],
)  # fmt: skip
def test_distances_with_other_labels_or_without_numbers_are_refused(distances):
    with pytest.raises(DxkitError, match=r"distance_km|地点|候補|数"):
        site(distances)


@pytest.mark.parametrize("code", ["text codes among the figures", "the code column twice"])
def test_a_code_column_among_figures_is_no_figure(code):
    complete = VALUES.dropna(axis=1)
    if code == "the code column twice":
        complete = complete.assign(code6=complete["code"] + "x")
        with pytest.raises(DxkitError, match="数ではありません"):
            maturity.typology(complete)
    else:
        assert maturity.typology(complete, draws=5).labels.size == len(complete)


def test_a_chart_refuses_what_it_cannot_draw():
    table = maturity.rank_intervals(VALUES, ITEMS, draws=50).table
    with pytest.raises(DxkitError, match="数"):
        charts.rank_intervals(table.astype(object).replace(table["p05"].iloc[0], "多い"))
