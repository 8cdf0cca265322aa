"""What turns a proposal or a joint adoption agrees with `match` and `adopters` themselves."""

import pandas as pd
import pytest

import dxkit
from dxkit.errors import ChoiceError
from dxkit.schema import is_made
from dxkit.support import matching

WISHES = dxkit.load("service_wishes")
SERVICES = dxkit.load("services")


def test_whether_a_service_is_taken_up_is_what_the_solver_says_of_it_alone():
    flips = matching.adoption_flips(WISHES, SERVICES, draws=0)
    begins = flips.groupby("service")["before"].first() == "始める"
    for service in ("drone_delivery", "emergency_video", *SERVICES["service"].head(2)):
        alone = matching.adopters(
            WISHES[WISHES["service"] == service], SERVICES[SERVICES["service"] == service]
        )
        assert bool(alone.table["opened"].item()) == begins[service]
    assert is_made(flips)


def test_a_price_turns_the_conclusion_where_gains_are_eaten_up():
    # gains 30 and 20, joint cost 30: the worth of 90 may fall to 70 of 90
    wishes = pd.DataFrame({"code": ["a", "b"], "service": "x", "worth_yen": [50, 40]})
    services = pd.DataFrame({"service": ["x"], "joint_yen": [30], "each_yen": [20], "least": [2]})
    flips = matching.adoption_flips(wishes, services, draws=0).set_index("assumption")["flips_at"]
    assert flips["値打ち（いまの何倍か）"] == pytest.approx(70 / 90, abs=0.02)
    assert flips["共同の費用（いまの何倍か）"] == pytest.approx(50 / 30, abs=0.02)
    assert flips["団体ごとの費用（いまの何倍か）"] == pytest.approx(60 / 40, abs=0.02)


def test_a_wish_for_an_unknown_service_is_refused():
    with pytest.raises(ChoiceError, match="yacht"):
        matching.adoption_flips(WISHES.head(1).assign(service="yacht"), SERVICES)


@pytest.mark.slow
def test_the_first_proposal_and_its_flip_are_what_match_says_at_those_values():
    needs = ["毎月の配り物を一軒ずつ回るのが負担", "駅前で自転車がよく盗まれる"]
    flips = matching.match_flips(needs, SERVICES, draws=0)
    first = matching.match(needs, SERVICES, top=1).set_index("need_id")["name"]
    assert (flips["before"] == flips["need_id"].map(first)).all()
    weights = flips[flips["assumption"].str.startswith("意味") & flips["flips_at"].notna()]
    for row in weights.to_dict("records"):
        other = matching.match(row["need"], SERVICES, top=1, meaning_weight=row["flips_at"])
        assert other["name"].item() == row["after"]
