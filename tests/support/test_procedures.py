"""Which procedures are zero or unreported, what towns alike reach, which is next; and what two raters saw on a website."""

import numpy as np
import pandas as pd
import pytest

import dxkit
from dxkit import loaders, maturity
from dxkit.errors import ChoiceError, TableError
from dxkit.support import procedures

TOWNS = [f"2820{number}" for number in range(1, 8)]
PEOPLE = pd.DataFrame({"code": TOWNS, "people_2020": 30_000, "name": TOWNS})


def applications(**shares):
    return pd.concat(
        [
            pd.DataFrame({"code": TOWNS, "procedure": procedure, "share": values})
            for procedure, values in shares.items()
        ],
        ignore_index=True,
    )


def volumes(**per_1000):
    table = pd.DataFrame({"procedure": list(per_1000), "per_1000": list(per_1000.values())})
    return table.assign(low=table["per_1000"] / 4, high=table["per_1000"] * 4, source="仮定")


def test_each_state_is_told_apart_and_the_next_step_moves_most_people():
    nan = np.nan
    table = applications(
        zero=[0.0, 0.2, 0.2, 0.2, 0.2, 0.2, 0.6],
        silent=[nan, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5],
        level=[0.9, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5],
        below=[0.3, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5],
        alone=[0.3, nan, nan, nan, 0.5, 0.5, 0.5],
    )
    found = procedures.gaps(
        table,
        "28201",
        TOWNS,
        municipalities=PEOPLE,
        volumes=volumes(zero=100.0, silent=20.0, level=1e3, below=50.0, alone=1e3),
    )
    states = found.table.set_index("procedure")["state"].to_dict()
    assert states == {
        "zero": "zero",
        "silent": "unreported",
        "level": "level",
        "below": "below",
        "alone": "alone",
    }
    # gap × per 1,000 × 30: zero .2×100×30, silent .5×20×30, below .2×50×30
    moves = found.table.set_index("procedure")["moves"].dropna().to_dict()
    assert {name: round(value) for name, value in moves.items()} == {
        "zero": 600,
        "silent": 300,
        "below": 300,
        "level": 0,
    }
    assert found.table["procedure"].iloc[0] == "zero"
    # at half of its volume another one comes first
    flip = found.flips.set_index("assumption").loc["zero"]
    assert flip["flips_at"] == pytest.approx(50, abs=4)
    assert 0 < found.flips.attrs["stands"] < 1
    assert "次の一手は「zero」" in repr(found)


def test_without_volumes_the_gap_alone_orders_and_nothing_is_claimed_of_people():
    table = applications(a=[0.1] + [0.5] * 6, b=[0.1] + [0.9] * 6)
    found = procedures.gaps(table, "28201", TOWNS, municipalities=PEOPLE)
    assert found.table["procedure"].tolist() == ["b", "a"]
    assert found.table["moves"].isna().all()
    assert found.flips.empty
    assert "次の一手" not in repr(found)


def test_toyooka_beside_thirty_towns_like_it_on_the_published_table():
    nationwide = dxkit.load("online_applications", prefecture=None)
    towns = dxkit.load("municipalities", prefecture=None)
    alike = maturity.peers(towns, "28209", count=30)["code"]
    found = procedures.gaps(
        nationwide, "28209", alike, municipalities=towns, volumes=dxkit.load("procedure_volumes")
    )
    own = nationwide[nationwide["code"] == "28209"]
    assert len(found.table) == 52
    unreported = own["share"].isna().sum()
    assert (found.table["share"].isna()).sum() == unreported
    assert found.table["procedure"].iloc[0] == "図書館の図書貸出予約等"
    first = found.table.iloc[0]
    shares = nationwide[nationwide["code"].isin(alike)]
    shares = shares.loc[shares["procedure"] == first["procedure"], "share"]
    assert first["peers_reach"] == pytest.approx(shares.quantile(0.75))
    assert not dxkit.schema.is_made(found.table)


def test_an_unknown_municipality_and_shares_above_one_are_refused():
    table = applications(a=[0.1] * 7)
    with pytest.raises(ChoiceError, match="28999"):
        procedures.gaps(table, "28999", TOWNS, municipalities=PEOPLE)
    with pytest.raises(TableError, match="share"):
        procedures.gaps(table.assign(share=50), "28201", TOWNS, municipalities=PEOPLE)
    with pytest.raises(ChoiceError, match="reach"):
        procedures.gaps(table, "28201", TOWNS, municipalities=PEOPLE, reach=1.5)


def test_every_volume_says_where_it_is_from_and_only_kures_are_published():
    table = dxkit.load("procedure_volumes")
    assert set(table["procedure"]) == set(dxkit.load("procedures")["procedure"])
    by_certainty = table.groupby("certainty")["source"].agg(list)
    assert len(by_certainty["公表"]) == 13
    assert all("呉市" in text for text in by_certainty["公表"])
    assert all(text.startswith("仮定") for text in by_certainty["仮定"])
    known = table.dropna(subset=["per_1000"])
    assert (known["low"] <= known["per_1000"]).all()
    assert (known["per_1000"] <= known["high"]).all()


def test_a_check_of_a_website_goes_from_the_form_to_shares_and_agreement(tmp_path):
    items = dxkit.load("portal_items")
    rows = pd.DataFrame({"item": items["item"], "code": "28201"})
    one = rows.assign(rater="A", found=["あった", "なかった"] * (len(items) // 2))
    two = rows.assign(rater="B", found=["あった"] * 4 + one["found"].tolist()[4:])
    two.loc[5, "found"] = "判断できない"
    for part in (one, two):
        part.attrs = {"made": True, "kind": "made"}
        loaders.write_form(tmp_path / f"{part['rater'].iloc[0]}.xlsx", "portal", rows=part)
    checks = loaders.read_form(tmp_path, "portal")
    scores = procedures.portal_scores(checks, items).set_index("group")
    # an item counts where both found it; A found every second one
    assert scores.loc["all", ["found", "judged", "items", "raters"]].tolist() == [14, 28, 28, 2]
    agreement = procedures.portal_agreement(checks)
    assert agreement.loc[0, ["rater", "other_rater", "items"]].tolist() == ["A", "B", 27]
    assert agreement.loc[0, "agree"] == pytest.approx(25 / 27)
    assert set(agreement.loc[0, "disagree"].split("、")) == set(items["item"].iloc[[1, 3]])
    assert all(dxkit.schema.is_made(table) for table in (scores, agreement))


def test_kappa_is_cohens():
    # Cohen's table: 20 yes-yes, 5 yes-no, 10 no-yes, 15 no-no: kappa 0.4
    pairs = [("あった", "あった")] * 20 + [("あった", "なかった")] * 5
    pairs += [("なかった", "あった")] * 10 + [("なかった", "なかった")] * 15
    checks = pd.DataFrame(
        [
            ("28201", f"i{number:02}", rater, word)
            for number, pair in enumerate(pairs)
            for rater, word in zip("AB", pair, strict=True)
        ],
        columns=["code", "item", "rater", "found"],
    )
    agreement = procedures.portal_agreement(checks)
    assert agreement.loc[0, "kappa"] == pytest.approx(0.4)
    with pytest.raises(TableError, match="2人が点検した項目がありません"):
        procedures.portal_agreement(checks[checks["rater"] == "A"])
    with pytest.raises(TableError, match="値「たぶん」"):
        procedures.portal_agreement(checks.assign(found="たぶん"))
    with pytest.raises(ChoiceError, match="item=「i00」"):
        procedures.portal_scores(checks, dxkit.load("portal_items"))
