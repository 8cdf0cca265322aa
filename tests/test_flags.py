"""A choice between yes and no is True or False: a word counts as true in Python, also いいえ."""

import numpy as np
import pandas as pd
import pytest
from test_charts_provenance import CASES

import dxkit
from dxkit import (
    _checks,
    assumptions,
    charts,
    drones,
    groups,
    loaders,
    maps,
    regions,
    reports,
    schema,
    sharing,
    widgets,
)
from dxkit.errors import ChoiceError

WORDS = ["いいえ", "False", None, pd.NA, 2, 0.0, [True], np.array([True, False])]
LEDGER = [{"assumption": "a", "value": 2.0, "low": 0.0, "high": 3.0, "source": "例"}]
MEMBERS = [f"班員{number}" for number in range(12)]
CELLS = pd.DataFrame({"area": ["北", "南"], "people": [3, 40]})
LAND = dxkit.load("boundaries").assign(people=1.0)
DRONE = dxkit.load("drone_types").iloc[0]


@pytest.mark.parametrize("word", WORDS, ids=repr)
def test_what_is_neither_yes_nor_no_is_refused(word):
    with pytest.raises(ChoiceError, match=r"made=.* は使えません。True（はい）か False（いいえ）"):
        _checks.require_flag(word, "made")


@pytest.mark.parametrize("flag", [True, False, np.True_, np.False_, 1, 0, np.int64(1)], ids=repr)
def test_yes_and_no_of_any_library_are_taken(flag):
    assert _checks.require_flag(flag, "made") is bool(flag)


@pytest.mark.parametrize("name", charts.__all__)
def test_every_chart_refuses_a_word_for_its_mark(name):
    with pytest.raises(ChoiceError, match="made=いいえ"):
        CASES[name](made="いいえ")


# the flag that a call is handed as the word いいえ, and the call
CALLS = {
    "flips": ("show_progress", lambda **flag: assumptions.flips(lambda v: 1, LEDGER, **flag)),
    "multiverse": (
        "show_progress",
        lambda **flag: assumptions.multiverse(lambda v: 1, {"a": [1, 2]}, **flag),
    ),
    "budget_curve": (
        "show_progress",
        lambda **flag: drones.budget_curve(
            CELLS.assign(lat=35.0, lon=134.0), CELLS.assign(lat=35.0, lon=134.0),
            range_km=5.0, **flag,
        ),
    ),
    "flight_range": ("round_trip", lambda **flag: drones.flight_range(DRONE, **flag)),
    "flight_shape": ("round_trip", lambda **flag: drones.flight_shape(DRONE, **flag)),
    "form, proof": ("certify", lambda **flag: groups.form(MEMBERS, **flag)),
    "form, bar": ("show_progress", lambda **flag: groups.form(MEMBERS, **flag)),
    "form, places": ("places", lambda **flag: groups.form(MEMBERS, **flag)),
    "rotate": ("places", lambda **flag: groups.rotate(MEMBERS, rounds=2, **flag)),
    "tradeoff": ("show_progress", lambda **flag: groups.tradeoff(MEMBERS, rounds=2, **flag)),
    "fetch": ("show_progress", lambda **flag: loaders.fetch("なし", **flag)),
    "read_boundaries": ("merge_wards", lambda **flag: loaders.read_boundaries("x.zip", **flag)),
    "read_roster": ("fill_down", lambda **flag: loaders.read_roster("x.xlsx", **flag)),
    "write_hearing_form": (
        "vignettes", lambda **flag: loaders.write_hearing_form("x.xlsx", **flag),
    ),
    "choropleth": ("offline", lambda **flag: maps.choropleth(LAND, column="people", **flag)),
    "choropleth, mark": ("made", lambda **flag: maps.choropleth(LAND, column="people", **flag)),
    "neighbours": ("bridges", regions.neighbours),
    "pack": ("wheels", lambda **flag: reports.pack("x", **flag)),
    "profiles": ("show_progress", lambda **flag: reports.profiles(None, path="x", **flag)),
    "write_sheets": ("sources", lambda **flag: schema.write_sheets({}, "x.xlsx", **flag)),
    "suppress": (
        "complementary",
        lambda **flag: sharing.suppress(CELLS.set_index("area")["people"], **flag),
    ),
    "drone_explorer": ("by_hand", lambda **flag: widgets.drone_explorer(CELLS, CELLS, CELLS, **flag)),
    "vote_board": ("moderate", lambda **flag: widgets.vote_board(None, [], **flag)),
}  # fmt: skip


@pytest.mark.parametrize("name", CALLS)
def test_a_call_takes_no_word_for_yes_and_leaves_nothing_behind(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    option, call = CALLS[name]
    with pytest.raises(ChoiceError, match=f"{option}=いいえ"):
        call(**{option: "いいえ"})
    assert not list(tmp_path.iterdir())
