"""The sharing explorer answers with the numbers of the simulation, keeps what was decided, and shows texts as texts."""

from dataclasses import replace

import pytest

from dxkit import sharing, store, widgets
from dxkit.errors import ChoiceError, StoreError

HOSTILE = "<img src=x onerror=alert(1)>"
PNG = b"\x89PNG"


@pytest.fixture(scope="module")
def scenario():
    """A short disaster."""
    return sharing.read_scenario("nankai_illustrative").change(hours=80)


@pytest.fixture
def explorer(scenario):
    return widgets.sharing_explorer(scenario, policies=["協定", "県ハブ"], draws=2)


def test_it_opens_with_curves_table_and_disclosures_that_carry_the_notice(explorer):
    assert bytes(explorer.picture.value).startswith(PNG)
    assert "いちばん高いのは「県ハブ」" in explorer.sentence.value
    assert "予測ではありません" in explorer.sentence.value
    assert explorer.grounds.value.index(
        "教材であり法的助言ではありません"
    ) < explorer.grounds.value.index("<table")
    assert [rules.name for rules in explorer.outcome.rules] == ["協定", "県ハブ"]


def test_its_numbers_are_those_of_simulate(explorer, scenario):
    played = sharing.simulate(scenario, policies=["協定", "県ハブ"], draws=2)
    assert explorer.outcome.timeline.equals(played.timeline)
    known = sharing.compare(played).set_index("policy").loc["県ハブ", "known_home_72"]
    assert f"{known:.0%}" in explorer.sentence.value
    told = played.disclosures
    flagged = told[(told["policy"] == "県ハブ") & (told["verdict"] == "根拠なし")]["mean"].sum()
    assert f"{flagged:,.0f}" in explorer.grounds.value


def test_another_policy_is_added_without_playing_the_others_again(explorer, monkeypatch):
    asked = []
    usual = sharing.simulate
    monkeypatch.setattr(
        sharing,
        "simulate",
        lambda *a, **k: asked.append(list(k["policies"]["policy"])) or usual(*a, **k),
    )
    explorer.policies["国クラウド"].value = True
    explorer.policies["協定"].value = False
    explorer.policies["協定"].value = True
    assert asked == [["国クラウド"]]
    assert [rules.name for rules in explorer.outcome.rules] == ["協定", "県ハブ", "国クラウド"]


def test_no_policy_is_said_and_not_drawn(explorer):
    for box in explorer.policies.values():
        box.value = False
    assert "施策を1つ以上" in explorer.sentence.value
    assert explorer.outcome is None
    assert bytes(explorer.picture.value) == b""


def test_the_role_changes_whose_knowledge_is_drawn(explorer):
    before = bytes(explorer.picture.value)
    explorer.role.value = "避難先の市町"
    assert "避難先の市町が居場所を知る割合" in explorer.sentence.value
    assert bytes(explorer.picture.value) != before


def test_longer_outages_never_help_and_none_is_best(explorer):
    known = {}
    for words in ("途絶なし", "シナリオどおり", "4倍の長さ"):
        explorer.outage.value = words
        known[words] = (
            sharing.compare(explorer.outcome).set_index("policy").loc["県ハブ", "known_home_72"]
        )
    assert known["途絶なし"] > known["シナリオどおり"] > known["4倍の長さ"]
    assert (
        explorer.outcome.model.mean_hours.max()
        == 4 * explorer.scenario.tables["outages"]["mean_hours"].max()
    )


def test_more_municipalities_that_take_part_know_more(explorer):
    known = []
    for words in explorer.joined.options[1:]:
        explorer.joined.value = words
        known.append(
            sharing.compare(explorer.outcome).set_index("policy").loc["県ハブ", "known_home_72"]
        )
    assert known == sorted(known)
    assert known[0] < known[-1]
    assert explorer.joined.options[0] == "シナリオどおり"
    assert explorer.joined.options[-1] == "全41市町"


def test_all_municipalities_are_what_the_hub_of_the_scenario_serves(explorer):
    before = sharing.compare(explorer.outcome).set_index("policy").loc["県ハブ", "known_home_72"]
    explorer.joined.value = "全41市町"
    after = sharing.compare(explorer.outcome).set_index("policy").loc["県ハブ", "known_home_72"]
    assert after == pytest.approx(before)


def test_consent_counts_for_the_policy_that_asks(scenario):
    explorer = widgets.sharing_explorer(scenario, policies=["県ハブ", "同意制"], draws=2)
    before = sharing.compare(explorer.outcome).set_index("policy")["known_home_72"]
    explorer.consent.value = 10
    after = sharing.compare(explorer.outcome).set_index("policy")["known_home_72"]
    assert after["県ハブ"] == before["県ハブ"]
    assert after["同意制"] < before["同意制"]


def test_a_decision_is_recorded_with_its_settings_and_numbers(explorer):
    explorer.button.click()
    assert "グループの名前を書いてから" in explorer.recorded.value
    assert explorer.records.empty
    explorer.group.value, explorer.decided.value, explorer.reason.value = (
        " グループ1 ",
        "緊急時",
        HOSTILE,
    )
    explorer.button.click()
    row = explorer.records.iloc[0]
    assert row[["group", "role", "policy", "outage", "joined", "hour"]].tolist() == [
        "グループ1", "避難元の市町", "緊急時", "シナリオどおり", "シナリオどおり", 72,
    ]  # fmt: skip
    played = sharing.compare(
        sharing.simulate(explorer.scenario, policies=["緊急時"], draws=2)
    ).iloc[0]
    assert row["known"] == pytest.approx(played["known_home_72"])
    assert row["disclosed"] == pytest.approx(played["disclosed"])
    assert "<img" not in explorer.recorded.value
    assert "&lt;img" in explorer.recorded.value


def test_a_decision_is_kept_in_the_session_before_it_is_shown(scenario, tmp_path):
    with store.Session(tmp_path / "meeting.sqlite", meeting="演習") as session:
        explorer = widgets.sharing_explorer(scenario, policies=["県ハブ"], draws=1, session=session)
        for name, policy in (
            ("県のグループ", "県ハブ"),
            ("西宮のグループ", "協定"),
            ("県のグループ", "同意制"),
        ):
            explorer.group.value, explorer.decided.value, explorer.reason.value = (
                name,
                policy,
                "早く知る",
            )
            explorer.button.click()
        assert len(explorer.records) == 3
    with store.Session(tmp_path / "meeting.sqlite", meeting="演習") as session:
        # one voice an item: no figure of fewer than three leaves the store, the card says who and what
        chosen = session.choices()
        assert chosen["item"].tolist() == [
            "共有のしかた（県のグループ）",
            "共有のしかた（西宮のグループ）",
        ]
        assert chosen["option"].tolist() == ["", ""]
        cards = session.notes()
        assert len(cards) == 3
        assert cards["text"].str.contains("理由: 早く知る").all()
        for name, policy in (
            ("県のグループ", "県ハブ"),
            ("西宮のグループ", "協定"),
            ("県のグループ", "同意制"),
        ):
            assert (cards["text"].str.contains(name) & cards["text"].str.contains(policy)).any()


def test_a_store_that_fails_is_said_and_nothing_is_shown_as_recorded(scenario, monkeypatch):
    class Full:
        def note(self, **_):
            raise StoreError("ディスクに空きがありません <b>")

    explorer = widgets.sharing_explorer(scenario, policies=["県ハブ"], draws=1, session=Full())
    explorer.group.value = "県のグループ"
    explorer.button.click()
    assert "記録できませんでした。ディスクに空きがありません &lt;b&gt;" in explorer.recorded.value
    assert explorer.records.empty


def test_text_of_the_scenario_never_becomes_html(scenario):
    policies = scenario.policies.assign(policy=[HOSTILE, *scenario.policies["policy"][1:]])
    hostile = replace(scenario, policies=policies, note=HOSTILE, title=HOSTILE)
    explorer = widgets.sharing_explorer(hostile, policies=[HOSTILE], draws=1)
    for part in (explorer.sentence, explorer.table, explorer.grounds):
        assert "<img" not in part.value
    assert "&lt;img" in explorer.sentence.value


def test_a_scenario_is_not_altered(explorer, scenario):
    before = scenario.tables["evacuees"].copy(), scenario.policies.copy()
    explorer.joined.value = explorer.joined.options[1]
    assert scenario.tables["evacuees"].equals(before[0])
    assert scenario.policies.equals(before[1])


def test_what_is_not_offered_is_refused_by_name(scenario):
    with pytest.raises(ChoiceError, match=r"施策「県」はありません。共有なし・協定"):
        widgets.sharing_explorer(scenario, policies=["県"])
    with pytest.raises(ChoiceError, match="立場「国」はありません"):
        widgets.sharing_explorer(scenario, role="国")
    with pytest.raises(ChoiceError, match="時間「168」はありません。24・72"):
        widgets.sharing_explorer(scenario, hour=168)
