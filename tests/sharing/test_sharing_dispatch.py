"""Digital staff go where their days count most, by the shortest way, and each answer says why."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dxkit import sharing
from dxkit.errors import ChoiceError, TableError

NEEDS = pd.DataFrame(
    {
        "code": ["28224", "28226", "28202"],
        "skill": ["名簿", "通信", "名簿"],
        "people": [2, 1, 1],
        "days": [5, 3, 10],
        "lat": [34.294, 34.44, 34.733],
        "lon": [134.78, 134.915, 135.406],
        "priority": [2.0, 1.0, 1.0],
    }
)
STAFF = pd.DataFrame(
    {
        "staff": ["県1", "県2", "神戸1", "豊岡1"],
        "skills": ["名簿 通信", "名簿", "通信", "罹災証明"],
        "days": [5, 7, 3, 9],
        "lat": [34.691, 34.691, 34.69, 35.544],
        "lon": [135.183, 135.183, 135.196, 134.82],
    }
)


def test_people_go_where_their_days_weigh_most_and_the_answer_says_why():
    sent = sharing.dispatch(NEEDS, STAFF)
    assert dict(zip(sent.table["staff"], sent.table["code"], strict=True)) == {
        "県1": "28224",
        "県2": "28224",
        "神戸1": "28226",
    }
    assert sent.settings["person_days"] == 2 * 5 + 2 * 5 + 3
    assert sent.table["reason"].str.contains("「名簿」ができる|「通信」ができる").all()
    assert sent.unmet[["code", "lacking"]].to_numpy().tolist() == [["28202", 1]]
    assert (
        sent.unmet["reason"].item()
        == "できる2人のうち残りは、全体の人日が多くなるほかの需要に向かう"
    )
    assert sent.idle.to_numpy().tolist() == [["豊岡1", "できる業務の需要がない"]]


def test_nobody_goes_farther_than_allowed():
    sent = sharing.dispatch(NEEDS, STAFF, max_km=30)
    assert set(sent.table["code"]) <= {"28202", "28226"}
    assert (sent.table["distance_km"] <= 30).all()
    assert "はみな 30 km より遠い" in " ".join(sent.unmet["reason"])


def best_by_trying(needs, staff, distance):
    """Try every way: most weighted person-days, then least distance."""
    best = (0.0, 0.0)
    for way in itertools.product(range(-1, len(needs)), repeat=len(staff)):
        counts = np.bincount([n for n in way if n >= 0], minlength=len(needs))
        skilled = all(
            n < 0 or needs["skill"][n] in staff["skills"][s].split() for s, n in enumerate(way)
        )
        if not skilled or (counts > needs["people"]).any():
            continue
        days = sum(
            needs["priority"][n] * min(staff["days"][s], needs["days"][n])
            for s, n in enumerate(way)
            if n >= 0
        )
        km = sum(distance[s, n] for s, n in enumerate(way) if n >= 0)
        best = max(best, (round(float(days), 6), -round(float(km), 6)))
    return best


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_the_answer_is_the_best_of_all(seed):
    draw = np.random.default_rng(seed)
    n, s = int(draw.integers(1, 4)), int(draw.integers(1, 5))
    needs = pd.DataFrame(
        {
            "code": [f"2820{i}" for i in range(n)],
            "skill": draw.choice(list("ab"), n),
            "people": draw.integers(0, 3, n),
            "days": draw.integers(1, 8, n),
            "lat": draw.uniform(34, 35, n),
            "lon": draw.uniform(134, 135, n),
            "priority": draw.integers(1, 4, n).astype(float),
        }
    )
    staff = pd.DataFrame(
        {
            "staff": [f"s{i}" for i in range(s)],
            "skills": draw.choice(["a", "b", "a b"], s),
            "days": draw.integers(1, 8, s),
            "lat": draw.uniform(34, 35, s),
            "lon": draw.uniform(134, 135, s),
        }
    )
    sent = sharing.dispatch(needs, staff)
    a = np.radians(staff[["lat", "lon"]].to_numpy())[:, None, :]
    b = np.radians(needs[["lat", "lon"]].to_numpy())[None, :, :]
    h = (
        np.sin((b - a)[..., 0] / 2) ** 2
        + np.cos(a[..., 0]) * np.cos(b[..., 0]) * np.sin((b - a)[..., 1] / 2) ** 2
    )
    days, km = best_by_trying(needs, staff, 2 * 6371 * np.arcsin(np.sqrt(h)))
    assert sent.settings["person_days"] == pytest.approx(days)
    # distances are given to 0.1 km
    assert sent.settings["distance_km"] == pytest.approx(-km, abs=0.05 * s + 1e-6)
    assert sent.table["staff"].is_unique
    assert len(sent.table) + len(sent.idle) == s


def test_nobody_and_nothing_to_do_give_empty_tables():
    assert len(sharing.dispatch(NEEDS, STAFF.head(0)).unmet) == 3
    assert len(sharing.dispatch(NEEDS.head(0), STAFF).idle) == 4


def test_faulty_tables_are_refused_with_row_and_column():
    with pytest.raises(
        TableError, match="列「lat」: staff の表に列がありません → 今ある列: staff、skills"
    ):
        sharing.dispatch(NEEDS, STAFF.drop(columns="lat"))
    with pytest.raises(
        TableError, match="2行目 列「people」 値「たくさん」: 0以上の数ではありません"
    ):
        sharing.dispatch(NEEDS.assign(people=[1, "たくさん", 2]), STAFF)
    with pytest.raises(ChoiceError, match="max_km=0 は使えません"):
        sharing.dispatch(NEEDS, STAFF, max_km=0)


def test_a_team_goes_to_one_place_and_its_members_may_have_nothing_to_do_there():
    staff = STAFF.assign(team=["D-CERT 1", "D-CERT 1", "D-CERT 1", ""])
    sent = sharing.dispatch(NEEDS, staff)
    assert set(sent.table["code"]) == {"28224"}
    assert sent.table["team"].to_list() == ["D-CERT 1", "D-CERT 1"]
    idle = sent.idle.set_index("staff")["reason"]
    assert idle["神戸1"].startswith("班「D-CERT 1」は 28224 に行き")
    assert idle["豊岡1"] == "できる業務の需要がない"


def test_a_team_goes_to_the_prefecture_where_that_is_the_need():
    office = {"code": "28000", "skill": "通信", "people": 2, "days": 7, "lat": 34.691}
    needs = pd.concat([NEEDS, pd.DataFrame([{**office, "lon": 135.183, "priority": 5.0}])])
    sent = sharing.dispatch(needs, STAFF.assign(team=["A", "B", "A", "B"]))
    assert sent.table.query("team == 'A'")["code"].to_list() == ["28000", "28000"]


@pytest.mark.parametrize("seed", range(12))
def test_teams_match_trying_every_assignment(seed):
    rng = np.random.default_rng(seed)
    needs = pd.DataFrame(
        {
            "code": rng.choice(["28100", "28201", "28209"], 4),
            "skill": rng.choice(["名簿", "通信"], 4),
            "people": rng.integers(1, 3, 4),
            "days": rng.integers(1, 9, 4),
            "lat": 34.5 + rng.random(4),
            "lon": 134.5 + rng.random(4),
            "priority": rng.integers(1, 4, 4).astype(float),
        }
    )
    staff = pd.DataFrame(
        {
            "staff": list("abcd"),
            "skills": rng.choice(["名簿", "通信", "名簿 通信"], 4),
            "days": rng.integers(1, 9, 4),
            "lat": 34.5 + rng.random(4),
            "lon": 134.5 + rng.random(4),
            "team": ["t", "t", "u", ""],
        }
    )
    best = 0.0
    for choice in itertools.product([None, 0, 1, 2, 3], repeat=4):
        used = [(s, n) for s, n in enumerate(choice) if n is not None]
        places = {needs["code"][n] for s, n in used if staff["team"][s] == "t"}
        counts = pd.Series([n for _, n in used], dtype=int).value_counts()
        if len(places) > 1 or any(counts.get(n, 0) > needs["people"][n] for n in range(4)):
            continue
        if any(needs["skill"][n] not in staff["skills"][s].split() for s, n in used):
            continue
        days = [min(staff["days"][s], needs["days"][n]) * needs["priority"][n] for s, n in used]
        best = max(best, float(sum(days)))
    assert sharing.dispatch(needs, staff).settings["person_days"] == pytest.approx(best)
