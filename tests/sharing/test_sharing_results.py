"""Results of every class show themselves safely, become tables, and say where they are from."""

import dataclasses

import pandas as pd
import pytest

from dxkit import sharing
from dxkit.schema import is_made

HOSTILE = "<script>alert(1)</script> $x^2$"
MADE = {"source": "演習の例", "as_of": "2026-04", "kind": "made", "made": True}


def mark_made(table):
    marked = table.copy()
    marked.attrs = dict(MADE)
    return marked


@pytest.fixture(scope="module")
def needs():
    return pd.DataFrame(
        {
            "code": ["28224", "28226"],
            "skill": ["名簿", HOSTILE],
            "people": [1, 1],
            "days": [5, 3],
            "lat": [34.294, 34.44],
            "lon": [134.78, 134.915],
        }
    )


@pytest.fixture(scope="module")
def staff():
    return pd.DataFrame(
        {
            "staff": [HOSTILE, "乙"],
            "skills": ["名簿", "通信"],
            "days": [5, 7],
            "lat": [34.691, 34.691],
            "lon": [135.183, 135.183],
        }
    )


@pytest.fixture(scope="module")
def scenario():
    return sharing.read_scenario("noto_2024").change(hours=72)


@pytest.fixture(scope="module")
def outcome(scenario):
    policies = sharing.default_policies().head(2).assign(policy=["共有なし", HOSTILE])
    return sharing.simulate(scenario, policies=policies, draws=2)


@pytest.fixture(scope="module")
def played():
    """A short back-test: two figures to fit and one to predict."""
    noto = sharing.read_scenario("noto_2024")
    observed = noto.tables["observed"].head(3).assign(source=HOSTILE)
    return sharing.replay(noto.with_table("observed", mark_made(observed)).change(hours=384))


@pytest.fixture(scope="module")
def results(needs, staff, scenario, outcome, played):
    return {
        "Dispatch": (sharing.dispatch(needs, staff), "table"),
        "Scenario": (scenario, "figures"),
        "Outcome": (outcome, "timeline"),
        "Backtest": (played, "table"),
    }


@pytest.mark.parametrize("name", ["Dispatch", "Scenario", "Outcome", "Backtest"])
def test_a_result_becomes_a_copy_of_its_main_table(results, name):
    result, attribute = results[name]
    frame = result.to_frame()
    pd.testing.assert_frame_equal(frame, getattr(result, attribute))
    assert frame.attrs == getattr(result, attribute).attrs
    frame.iloc[0, 0] = frame.iloc[-1, 0]
    assert frame is not getattr(result, attribute)


@pytest.mark.parametrize("name", ["Dispatch", "Outcome", "Backtest"])
def test_nothing_in_a_result_becomes_markup_in_a_notebook(results, name):
    html = results[name][0]._repr_html_()
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert html.startswith('<div class="tex2jax_ignore mathjax_ignore">')


def test_a_scenario_with_a_hostile_title_is_shown_as_text(scenario):
    html = dataclasses.replace(scenario, title=HOSTILE)._repr_html_()
    assert "<script" not in html
    assert "架空データ" in html


def test_a_decision_becomes_one_row_that_says_it_is_no_advice():
    decision = sharing.may_disclose("host", "home", "whereabouts", phase="72h")
    frame = decision.to_frame()
    assert frame["verdict"].tolist() == ["可"]
    assert frame["notice"].tolist() == ["教材であり法的助言ではない"]
    assert "個人情報保護法69条2項3号" in decision._repr_html_()


def test_an_outcome_shows_the_marked_hours_of_what_homes_know(outcome):
    html = outcome._repr_html_()
    assert html.count("<tr>") - 1 <= 2 * len(outcome.marks)
    assert "staff_hours" not in html
    assert "避難元の市町が所在を知っている避難者の割合" in html
    known = outcome.timeline[outcome.timeline["measure"] == "known_home"]
    at_the_last_mark = known[known["hour"] == outcome.marks[-1]]["mean"].iloc[0]
    assert f"{at_the_last_mark:.3f}" in html


def test_made_counts_stay_made_when_suppressed_and_audited():
    table = mark_made(pd.DataFrame({"x": [3, 40], "y": [50, 60]}))
    for counts in (table, mark_made(table["x"])):
        published = sharing.suppress(counts)
        audited = sharing.audit(published)
        assert published.attrs["settings"]["k"] == 10
        for result in (published, audited):
            assert is_made(result)
            assert result.attrs["source"] == "演習の例"


def test_a_dispatch_of_made_staff_is_made_in_every_table(needs, staff):
    sent = sharing.dispatch(needs, mark_made(staff))
    for table in (sent.table, sent.unmet, sent.idle, sent.to_frame()):
        assert is_made(table)
        assert table.attrs["source"] == "演習の例"
    assert not is_made(sharing.dispatch(needs, staff).table)


def test_a_made_law_table_makes_what_is_decided_by_it_made():
    law = mark_made(sharing.grounds())
    assert is_made(sharing.grounds(law))
    assert is_made(sharing.ground_matrix(table=law))
    assert is_made(sharing.may_disclose("県", ["国", "他の市町"], "所在", table=law))
    shipped = sharing.ground_matrix()
    assert not is_made(shipped)
    assert shipped.attrs["source"] == sharing.grounds().attrs["source"]
    assert shipped.attrs["settings"]["category"] == "所在"


def test_made_disclosures_stay_made():
    recipients = pd.Series(["国", "他の市町"], name="to")
    recipients.attrs = dict(MADE)
    decisions = sharing.may_disclose("県", recipients, "所在")
    assert is_made(decisions)
    assert decisions.attrs["kind"] == "made"


def test_the_shipped_tables_keep_their_origin():
    for table in (sharing.grounds(), sharing.raci(), sharing.default_policies()):
        assert table.attrs["source"]
        assert table.attrs["as_of"]
        assert table.attrs["licence"]
    assert is_made(sharing.default_policies())
    assert is_made(sharing.check_policies(mark_made(sharing.default_policies())))


def test_a_scenario_says_which_of_its_tables_hold_assumptions(scenario):
    assert is_made(scenario.tables["evacuees"])
    assert is_made(scenario.figures)
    assert is_made(scenario.policies)
    assert not is_made(scenario.tables["observed"])
    assert scenario.tables["observed"].attrs["kind"] == "published"
    assert scenario.title in scenario.tables["places"].attrs["source"]


def test_a_backtest_is_an_estimate_and_of_made_figures_made(played):
    for table in (played.table, played.curve, played.to_frame()):
        assert is_made(table)
        assert table.attrs["settings"]["policy"] == "共有なし"
    noto = sharing.read_scenario("noto_2024")
    early = noto.with_table("observed", noto.tables["observed"].head(3)).change(hours=384)
    table = sharing.replay(early).table
    assert not is_made(table)
    assert table.attrs["kind"] == "estimated"
    assert "令和6年能登半島地震" in table.attrs["source"]
