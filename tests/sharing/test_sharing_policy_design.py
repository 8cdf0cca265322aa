"""A sharing policy is one level of each switch; which switch decides is computed, not said."""

import itertools

import numpy as np
import pandas as pd
import pytest

import dxkit
from dxkit import assumptions, sharing
from dxkit.errors import ChoiceError, TableError

WEEK = sharing.read_scenario("nankai_illustrative").change(hours=168)
HUB = "職員だけ・1か所に集める・当日・問わない・使わない"
MEASURE = "known_home_168"


@pytest.fixture(scope="module")
def design():
    return sharing.design_policies()


@pytest.fixture(scope="module")
def results(design):
    return sharing.compare(sharing.simulate(WEEK, policies=design, draws=1))


def test_the_named_six_are_rows_of_the_switches():
    described = sharing.describe_policies(sharing.default_policies())
    assert described["policy"].tolist() == sharing.default_policies()["policy"].tolist()
    # each of the six has a level of every switch: nothing in them lies outside
    assert (described.drop(columns="policy") != "").all(axis=None)
    by_policy = described.set_index("policy")
    # the known fault: only one of the six has self-registration
    channel = by_policy["switch_channel"]
    assert channel[channel == "自分でも登録"].index.tolist() == ["国クラウド"]
    assert by_policy.loc["国クラウド", "switch_national"] == "使う"


def test_the_design_holds_every_combination_once(design):
    switches = [name for name in design if name.startswith("switch_")]
    levels = [design[name].unique() for name in switches]
    assert len(design) == np.prod([len(choices) for choices in levels]) == 72
    assert set(design[switches].itertuples(index=False, name=None)) == set(
        itertools.product(*levels)
    )
    assert design["policy"].is_unique


def test_a_row_of_the_design_is_the_named_policy_of_the_same_levels(design, results):
    described = sharing.describe_policies(sharing.default_policies()).set_index("policy")
    hub = described.loc["県ハブ"]
    row = design[(design[list(hub.index)] == hub).all(axis=1)]
    assert row["policy"].tolist() == [HUB]
    named = sharing.compare(sharing.simulate(WEEK, policies=["県ハブ"], draws=1))[MEASURE]
    assert results.set_index("policy").loc[HUB, MEASURE] == pytest.approx(named.iloc[0])


def test_with_the_same_phone_the_hub_beats_the_national_cloud(results):
    known = results.set_index("policy")[MEASURE]
    for channel, speed in itertools.product(["職員だけ", "自分でも登録"], ["すぐ", "当日"]):
        hub = known[f"{channel}・1か所に集める・{speed}・問わない・使わない"]
        cloud = known[f"{channel}・1か所に集める・{speed}・問わない・使う"]
        assert hub > cloud
    # and the cloud leads among the six only by its own phone
    six = sharing.compare(sharing.simulate(WEEK, draws=1)).set_index("policy")[MEASURE]
    assert six.idxmax() == "国クラウド"
    table = sharing.default_policies().assign(self_per_day=0.0)
    alike = sharing.compare(sharing.simulate(WEEK, policies=table, draws=1))
    ranks = alike.set_index("policy")[MEASURE].rank(ascending=False)
    assert ranks["国クラウド"] == 4


def test_each_switch_alone_and_all_together_are_what_the_combinations_say(design, results):
    effects = sharing.switch_effects(design, results, measure=MEASURE, base=HUB)
    assert set(effects["switch"]) == {"channel", "hub", "speed", "consent", "national"}
    assert effects.attrs["settings"]["combinations"] == 72
    joined = design.merge(results[["policy", MEASURE]], on="policy")
    variance = joined[MEASURE].var(ddof=0)
    for row in effects.itertuples():
        means = joined.groupby(f"switch_{row.switch}")[MEASURE].mean()
        assert row.main_share == pytest.approx(means.var(ddof=0) / variance)
        assert row.main_share <= row.total_share + 1e-12
    assert effects["main_share"].sum() <= 1 + 1e-12 <= effects["total_share"].sum() + 1e-9
    # the channel decides, as it did in disguise among the six
    assert effects["switch"].iloc[0] == "channel"
    channel = effects.iloc[0]
    known = results.set_index("policy")[MEASURE]
    turned = known["自分でも登録" + HUB.removeprefix("職員だけ")]
    assert channel["alone"] == pytest.approx(turned - known[HUB])


def test_shares_of_a_known_function_are_its_own():
    # y = 3a + b + ab over a, b in {-1, 1}: variances 9, 1 and 1 of 11
    rows = list(itertools.product([-1, 1], [-1, 1]))
    table = pd.DataFrame(
        {
            "policy": [f"{a}{b}" for a, b in rows],
            "switch_a": [str(a) for a, _ in rows],
            "switch_b": [str(b) for _, b in rows],
            "y": [3 * a + b + a * b for a, b in rows],
        }
    )
    effects = sharing.switch_effects(table, table, measure="y", base="-1-1").set_index("switch")
    assert effects.loc["a", ["main_share", "total_share"]].tolist() == pytest.approx(
        [9 / 11, 10 / 11]
    )
    assert effects.loc["b", ["main_share", "total_share"]].tolist() == pytest.approx(
        [1 / 11, 2 / 11]
    )


def test_a_design_with_holes_or_an_unknown_base_is_refused(design, results):
    with pytest.raises(TableError, match="すべての組み合わせ"):
        sharing.switch_effects(design.iloc[1:], results, measure=MEASURE, base=HUB)
    with pytest.raises(TableError, match="施策の行がありません"):
        sharing.switch_effects(design, results.iloc[1:], measure=MEASURE, base=HUB)
    with pytest.raises(ChoiceError, match="base の「県ハブ」は design の policy にありません"):
        sharing.switch_effects(design, results, measure=MEASURE, base="県ハブ")


def test_switches_that_do_not_fit_are_refused_all_at_once():
    table = sharing.policy_switches()
    wrong = table.copy()
    wrong.loc[0, "column"] = "fax"
    wrong.loc[2, "column"] = "start_hour"
    with pytest.raises(TableError, match="2つのスイッチが同じ項目を決めています") as caught:
        sharing.policy_switches(wrong)
    message = str(caught.value)
    assert "2行目 列「column」 値「fax」: 施策にない項目です" in message
    assert "2つのスイッチが同じ項目を決めています" in message


def test_made_switches_make_made_policies(design):
    assert design.attrs["made"]
    assert sharing.describe_policies(sharing.default_policies()).attrs["made"]


def test_a_policys_assumption_concerns_that_policy_alone():
    conclusions = sharing.build_policy_conclusions(WEEK)
    ledger = sharing.policy_assumptions()
    base = dict(zip(ledger["assumption"], ledger["value"], strict=True))
    first = conclusions["168時間後の1位"]
    six = sharing.compare(sharing.simulate(WEEK, draws=1)).set_index("policy")[MEASURE]
    assert first(base) == six.idxmax()
    # the same phone for the hub, or none for the cloud: the hub
    assert first(base | {"県ハブ: 自主登録_1日": 0.05}) == "県ハブ"
    assert first(base | {"国クラウド: 自主登録_1日": 0.0}) == "県ハブ"
    with pytest.raises(ChoiceError, match="仮定「夜」は使えません"):
        first({"夜": 1.0})


def test_the_ledger_takes_the_scenarios_own_values():
    ledger = assumptions.table(sharing.policy_assumptions()).set_index("assumption")["value"]
    policies = sharing.default_policies().set_index("policy")
    assert ledger["国クラウド: 自主登録_1日"] == policies.loc["国クラウド", "self_per_day"]
    assert ledger["県ハブ: 自主登録_1日"] == policies.loc["県ハブ", "self_per_day"]
    assert ledger["県ハブ: 受取_時間"] == policies.loc["県ハブ", "home_hours"]
    assert ledger["同意率"] == WEEK.settings["consent_share"]
    joined = WEEK.tables["evacuees"]["joined"]
    assert ledger["参加する市町の割合"] == pytest.approx(joined.mean(), abs=5e-4)


def test_the_shipped_flips_are_those_of_the_scenario():
    # data/make.py computes the table in minutes; here each of its rows is asked again
    table = dxkit.load("policy_flips")
    conclusions = sharing.build_policy_conclusions(WEEK)
    assert set(table["conclusion"]) == set(conclusions)
    for conclusion, rows in table.groupby("conclusion"):
        decide = conclusions[conclusion]
        base = dict(zip(rows["assumption"], rows["value"], strict=True))
        for row in rows.itertuples():
            assert decide(base) == row.holds
            if pd.notna(row.flips_at):
                assert decide(base | {row.assumption: row.flips_at}) == row.turns_to != row.holds
            else:
                for end in (row.low, row.high):
                    assert decide(base | {row.assumption: end}) == row.holds
