"""Links are right where the truth is known, the same again from the same seed, and small or empty registers are linked too."""

import os
import tempfile
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dxkit import linkage
from dxkit.errors import ChoiceError, MissingExtraError, TableError, TableWarning

pytestmark = pytest.mark.skipif(
    find_spec("splink") is None, reason="名寄せの追加部品（dxkit[linkage]）がありません"
)
PEOPLE = 5000
FEBRL = Path(
    os.environ.get("FEBRL", Path(__file__).resolve().parents[3] / "shared/data/real/febrl")
)
COLUMNS = ("record_id", "name", "kana", "birthday", "sex", "address", "code")


@pytest.fixture(scope="module")
def registers():
    return linkage.synth_registers(PEOPLE, seed=11)


@pytest.fixture(scope="module")
def links(registers):
    return linkage.link(registers[0], registers[1], threshold=0.01)


def _sure(links):
    return links[links["probability"] >= 0.5]


def _register(rows, letter="A"):
    table = pd.DataFrame(rows, columns=list(COLUMNS[1:]))
    return table.assign(record_id=[f"{letter}{row}" for row in range(len(table))])


TARO = ("山田　太郎", "ヤマダ　タロウ", "1965-05-03", "男", "神戸市浜町2丁目3番4号", "28100")
HANA = ("山田　花子", "ヤマダ　ハナコ", "1967-01-09", "女", "神戸市浜町2丁目3番4号", "28100")
KEN = ("鈴木　健", "スズキ　ケン", "1990-12-31", "男", "姫路市本町1番1号", "28201")


def test_nearly_all_pairs_of_invented_registers_are_found(registers, links):
    said = linkage.evaluate(_sure(links), registers[2])
    assert said["precision"] > 0.99
    assert said["recall"] > 0.98
    assert said["f1"] > 0.985


def _raw_splink(left, right):
    """Link by Splink on the fields as written; blanks taken out of names, which favours it."""
    import pyarrow as pa
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    database, frames = DuckDBAPI(), []
    for side, table in (("a", left), ("b", right)):
        plain = table[["record_id", "name", "kana", "birthday", "sex", "address"]].replace(
            r"\s", "", regex=True
        )
        frames.append(
            database.register(
                pa.Table.from_pandas(plain.mask(plain == ""), preserve_index=False),
                dataset_display_name=side,
            )
        )
    model = SettingsCreator(
        link_type="link_only",
        unique_id_column_name="record_id",
        comparisons=[
            cl.JaroWinklerAtThresholds("name", [0.92, 0.8]).configure(
                term_frequency_adjustments=True
            ),
            cl.JaroWinklerAtThresholds("kana", [0.92, 0.8]),
            cl.DamerauLevenshteinAtThresholds("birthday", [1, 2]),
            cl.ExactMatch("sex"),
            cl.JaroWinklerAtThresholds("address", [0.95, 0.88]),
        ],
        blocking_rules_to_generate_predictions=[
            block_on("name"),
            block_on("kana"),
            block_on("birthday"),
            block_on("address"),
        ],
        probability_two_random_records_match=1 / len(left),
        retain_matching_columns=False,
    )
    linker = Linker(frames, model, log_level=None, validate_settings=False)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    for rule in (block_on("birthday"), block_on("name")):
        linker.training.estimate_parameters_using_expectation_maximisation(
            rule, estimate_without_term_frequencies=True
        )
    pairs = (
        linker.inference.predict(threshold_match_weight=-5, warning_mode="never")
        .as_duckdbpyrelation()
        .df()
    )
    pairs = pairs.rename(
        columns={
            "record_id_l": "left_id",
            "record_id_r": "right_id",
            "match_probability": "probability",
        }
    )
    return pairs.sort_values("probability", ascending=False).drop_duplicates("right_id")


@pytest.mark.slow
def test_misses_are_cut_at_least_fivefold_against_splink_on_the_fields_as_written(registers, links):
    left, right, truth = registers
    raw = _raw_splink(left, right)
    scores = [
        linkage.evaluate(raw[raw["probability"] >= at], truth) for at in (0.0, 0.01, 0.1, 0.5, 0.9)
    ]
    kindest = max(scores, key=lambda each: each["f1"])
    ours = linkage.evaluate(_sure(links), truth)
    assert kindest["false_negative"] >= 5 * ours["false_negative"]
    assert ours["f1"] > kindest["f1"]


def test_probabilities_mean_what_they_say(registers, links):
    true = (
        links.merge(registers[2], how="left", on=["left_id", "right_id"], indicator=True)["_merge"]
        == "both"
    )
    # the number of right pairs lies within three standard errors of the sum of the probabilities, and one in two hundred
    expected = links["probability"].sum()
    spread = np.sqrt((links["probability"] * (1 - links["probability"])).sum())
    assert abs(true.sum() - expected) < 3 * spread + 0.005 * len(links)
    assert links.attrs["settings"]["share"] == pytest.approx(0.95, abs=0.02)


def test_the_same_seed_gives_the_same_links(registers, links):
    again = linkage.link(registers[0], registers[1], threshold=0.01)
    pd.testing.assert_frame_equal(links, again)


def test_the_order_of_the_rows_does_not_matter(registers, links):
    left, right, _ = registers
    turned = linkage.link(left.iloc[::-1], right.iloc[::-1], threshold=0.01)
    both = _sure(links).merge(_sure(turned), on=["left_id", "right_id"])
    assert len(both) >= 0.995 * max(len(_sure(links)), len(_sure(turned)))


@pytest.mark.slow
def test_a_record_of_the_right_is_linked_once_and_one_to_one_on_request(registers, links):
    left, right, _ = registers
    assert links["right_id"].is_unique
    assert not _sure(links)["left_id"].is_unique
    both = linkage.link(left, right, once="both")
    assert both["left_id"].is_unique
    assert both["right_id"].is_unique
    every = linkage.link(left, right, once="neither")
    assert len(every) >= len(_sure(links)) * 0.98


def test_three_rows_are_linked_without_learning():
    left = _register([TARO, HANA, KEN])
    right = _register(
        [("やまだたろう", "", "S40.5.3", "", "浜町2の3の4", ""), ("鈴木健", "", "", "", "", "")],
        "B",
    )
    links = linkage.link(left, right, threshold=0.0)
    assert links["left_id"].tolist() == ["A0", "A2"]
    assert links["right_id"].tolist() == ["B0", "B1"]
    assert links["probability"].iloc[0] > 0.99
    assert (
        links["reason"].iloc[0]
        == "読みが同じ（漢字なし）・生年月日が同じ・町と番地が同じ（市町は違うか不明）・性別は不明"
    )
    # a common name alone proves little among three
    assert 0.05 < links["probability"].iloc[1] < 1


@pytest.mark.parametrize(("left", "right"), [(0, 3), (3, 0), (0, 0), (1, 1)])
def test_empty_registers_and_single_records_give_a_table_of_the_same_form(left, right):
    rows = [TARO, HANA, KEN]
    links = linkage.link(_register(rows[:left]), _register(rows[:right], "B"))
    assert list(links.columns) == ["left_id", "right_id", "weight", "probability", "reason"]
    assert len(links) == (1 if left == right == 1 else 0)
    assert links.attrs["settings"]["threshold"] == 0.5


def test_twins_and_namesakes_of_one_household_are_told_apart():
    house = ("神戸市浜町2丁目3番4号", "28100")
    left = _register(
        [
            ("山田　翔太", "ヤマダ　ショウタ", "2015-04-01", "男", *house),
            ("山田　翔子", "ヤマダ　ショウコ", "2015-04-01", "女", *house),
            ("山田　実", "ヤマダ　ミノル", "1940-02-11", "男", *house),
            ("山田　実", "ヤマダ　ミノル", "1975-08-30", "男", *house),
        ]
    )
    right = _register(
        [
            ("山田翔子", "", "H27.4.1", "", "浜町2-3-4", ""),
            ("山田翔太", "", "平成27年4月1日", "男", "神戸市浜町２－３－４", "28100"),
            ("山田実", "", "昭和50年8月", "男", "神戸市浜町", "28100"),
        ],
        "B",
    )
    links = linkage.link(left, right).set_index("right_id")["left_id"]
    assert links.to_dict() == {"B0": "A1", "B1": "A0", "B2": "A3"}


def test_who_might_be_either_of_two_is_neither():
    left = _register(
        [TARO, ("山田　太郎", "ヤマダ　タロウ", "1988-08-08", "男", "姫路市本町1番1号", "28201")]
    )
    right = _register([("山田太郎", "", "", "", "", "")], "B")
    low = linkage.link(left, right, threshold=0.0)
    assert len(low) == 1
    assert low["probability"].iloc[0] <= 0.5
    assert linkage.link(left, right, threshold=0.51).empty


def test_the_inputs_stay_as_they_were_and_nothing_is_left_on_disk(registers):
    left, right, _ = registers
    before = [table.copy(deep=True) for table in (left, right)]
    here = set(Path(tempfile.gettempdir()).glob("dxkit_linkage_*"))
    linkage.link(left.head(300), right.head(100))
    pd.testing.assert_frame_equal(left, before[0])
    pd.testing.assert_frame_equal(right, before[1])
    assert set(Path(tempfile.gettempdir()).glob("dxkit_linkage_*")) <= here


def test_double_entries_of_one_register_are_found(registers):
    _, shelter, truth = registers
    twice = truth.merge(truth, on="left_id", suffixes=("_a", "_b"))
    twice = twice[twice["right_id_a"] < twice["right_id_b"]].rename(
        columns={"right_id_a": "left_id", "right_id_b": "right_id", "left_id": "who"}
    )
    found = linkage.dedupe(shelter)
    said = linkage.evaluate(found, twice)
    assert said["precision"] > 0.9
    assert said["recall"] > 0.85
    assert (found["left_id"] < found["right_id"]).all()
    assert (found["person"] <= found["left_id"]).all()


def test_entries_that_hang_together_are_one_person():
    rows = [
        TARO,
        KEN,
        ("山田太郎", "", "1965-05-03", "男", "", ""),
        ("ヤマダタロウ", "", "S40.5.3", "男", "神戸市浜町2-3-4", "28100"),
    ]
    found = linkage.dedupe(_register(rows))
    assert set(found["left_id"]) | set(found["right_id"]) == {"A0", "A2", "A3"}
    assert set(found["person"]) == {"A0"}
    # each two of the three entries stand as a pair
    assert len(found) == 3
    assert linkage.dedupe(_register([TARO])).empty


def test_a_backend_that_is_not_there_says_what_to_install(registers, monkeypatch):
    left, right, _ = registers
    monkeypatch.setattr("shutil.which", lambda name: None)
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(
        MissingExtraError, match=r'Java が要ります。pip install "dxkit\[linkage,spark\]"'
    ):
        linkage.link(left, right, backend="spark")
    with pytest.raises(MissingExtraError, match="pyspark"):
        linkage.dedupe(right, backend="spark")
    monkeypatch.setattr("dxkit.linkage._backends.find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r'pip install "dxkit\[linkage\]"'):
        linkage.link(left, right)


def test_the_model_can_be_said_in_sparks_words_too():
    conditions = " ".join(linkage.agreement_levels(backend="spark")["condition"])
    assert "jaro_winkler(" in conditions
    assert "jaro_winkler_similarity" not in conditions
    assert "levenshtein(" in conditions.lower()
    with pytest.raises(ChoiceError, match="oracle"):
        linkage.agreement_levels(backend="oracle")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"threshold": 1.5}, "1.5"),
        ({"threshold": float("nan")}, "nan"),
        ({"backend": "oracle"}, "oracle"),
        ({"once": "left"}, "left"),
    ],
)
def test_options_that_do_not_exist_are_named(registers, options, said):
    with pytest.raises(ChoiceError, match=said):
        linkage.link(registers[0], registers[1], **options)


def test_faults_of_both_registers_come_together(registers):
    left, right, _ = registers
    broken = pd.concat([right.head(2), right.head(1)])
    with pytest.raises(TableError, match="2件の問題") as caught:
        linkage.link(left.drop(columns=["name", "kana"]), broken)
    assert [(fault.sheet, fault.column) for fault in caught.value.faults] == [
        ("left", "name"),
        ("right", "record_id"),
    ]


def test_hostile_cells_are_only_texts():
    evil = "'); DROP TABLE l; --<script>"
    left = _register([TARO, (evil, evil, evil, evil, evil, evil)])
    links = linkage.link(left, _register([TARO, (evil,) * 6], "B"))
    assert ("A0", "B0") in set(zip(links["left_id"], links["right_id"], strict=True))


@pytest.fixture(scope="module")
def small():
    """Small registers with few outsiders, and every pair that was weighed."""
    left, right, truth = linkage.synth_registers(400, errors={"elsewhere": 0.3}, seed=4)
    pairs = linkage.link(left, right, threshold=0.0, once="neither")
    return left, right, truth, pairs


def test_candidates_of_one_record_share_one_certainty(small):
    # brute force: the record is one of its candidates, each as likely as any resident, or nobody
    left, right, _, pairs = small
    best = linkage.link(left, right, threshold=0.0)
    share = best.attrs["settings"]["share"]
    odds = share / len(left) * np.exp2(pairs.set_index("right_id")["weight"])
    sums = odds.groupby(level=0).sum()
    own = share / len(left) * np.exp2(best.set_index("right_id")["weight"])
    expected = own / (1 - share + sums[own.index])
    assert len(best) > 90
    assert best["probability"].to_numpy() == pytest.approx(expected.to_numpy())
    # the candidates of one record sum to 1 at most, and the share is the mean of the sums
    total = sums / (1 - share + sums)
    assert (total <= 1).all()
    assert total.sum() / len(right) == pytest.approx(share, abs=1e-6)


def test_the_share_found_is_the_share_there_is(small):
    left, right, truth, pairs = small
    has_partner = right["record_id"].isin(truth["right_id"]).mean()
    assert 0.7 < has_partner < 0.85
    best = linkage.link(left, right, threshold=0.0)
    assert best.attrs["settings"]["share"] == pytest.approx(has_partner, abs=0.02)
    # each pair on its own: the share of all pairs is the mean probability
    share = pairs.attrs["settings"]["share"]
    possible = len(left) * len(right)
    assert pairs["probability"].sum() / possible == pytest.approx(share, rel=1e-4)
    odds = share / (1 - share) * np.exp2(pairs["weight"])
    assert pairs["probability"].to_numpy() == pytest.approx((odds / (1 + odds)).to_numpy())
    assert share * possible == pytest.approx(len(truth), rel=0.05)


def test_one_to_one_takes_the_surest_first(small):
    left, right, _, pairs = small
    position = [pd.Series(range(len(table)), index=table["record_id"]) for table in (left, right)]
    # the surest first; of equals, the first in order of rows
    order = pairs.assign(
        left_row=pairs["left_id"].map(position[0]), right_row=pairs["right_id"].map(position[1])
    ).sort_values(["weight", "left_row", "right_row"], ascending=[False, True, True])
    lefts, rights, kept = set(), set(), []
    for row in order.itertuples():
        if row.left_id not in lefts and row.right_id not in rights:
            kept.append((row.left_id, row.right_id))
            lefts.add(row.left_id)
            rights.add(row.right_id)
    both = linkage.link(left, right, threshold=0.0, once="both")
    assert list(zip(both["left_id"], both["right_id"], strict=True)) == kept
    best = linkage.link(left, right, threshold=0.0, once="right")
    first = order.drop_duplicates("right_id")
    assert list(zip(best["left_id"], best["right_id"], strict=True)) == list(
        zip(first["left_id"], first["right_id"], strict=True)
    )
    assert len(kept) < len(best)


def test_shares_of_every_comparison_add_up_to_one():
    levels = linkage.agreement_levels()
    sums = levels.groupby("field")[["m", "u", "h"]].sum()
    assert set(sums.index) == {"name", "birthday", "address", "sex"}
    assert sums.to_numpy() == pytest.approx(1, abs=0.01)
    assert set(levels.groupby("field")["condition"].last()) == {"ELSE"}


def test_what_is_made_from_invented_registers_says_so(small):
    left, right, truth, pairs = small
    assert pairs.attrs["made"]
    answers = [
        linkage.normalise(right),
        linkage.dedupe(right.head(30)),
        linkage.missed_by_kind(pairs, truth, left, right),
        linkage.review_plan(pairs, staff_hours=1),
    ]
    assert all(answer.attrs["made"] for answer in answers)
    # a single invented register is enough, and real ones are not called invented
    real = pd.DataFrame(left.head(20))
    real.attrs = {"source": "住民基本台帳"}
    assert linkage.link(real, right).attrs["made"]
    second = pd.DataFrame(right.head(20))
    second.attrs = {}
    assert "made" not in linkage.link(real, second).attrs
    assert linkage.link(real, second).attrs["source"] == "住民基本台帳"


def _write_foreign(table, order):
    """Put a public set into a register's columns: one field for the name, one for the address."""
    address = table["street_number"].str.cat(
        [table[part] for part in ("address_1", "address_2", "suburb", "state")], sep=" "
    )
    return pd.DataFrame(
        {
            "record_id": table["rec_id"],
            "name": (table[order[0]] + " " + table[order[1]]).str.strip(),
            "birthday": table["date_of_birth"],
            "address": address,
            "code": table["postcode"],
        }
    )


def _pair_persons(left, right):
    person = r"rec-(\d+)-"
    ids = [
        table[["rec_id"]].assign(person=table["rec_id"].str.extract(person)[0])
        for table in (left, right)
    ]
    pairs = ids[0].merge(ids[1], on="person", suffixes=("_l", "_r"))
    return pairs.rename(columns={"rec_id_l": "left_id", "rec_id_r": "right_id"})


@pytest.mark.slow
@pytest.mark.skipif(
    not FEBRL.is_dir(), reason="the public FEBRL sets are not beside the repository"
)
@pytest.mark.parametrize("order", [("surname", "given_name"), ("given_name", "surname")])
@pytest.mark.filterwarnings("ignore::dxkit.errors.TableWarning")
def test_public_sets_in_another_language_are_linked_by_the_plain_call(order):
    # Splink's best: F1 .9978 for set 4, for set 3 .9845 on the same columns and .9996 with the
    # social security number (tests/benchmarks)
    first, second, third = (
        pd.read_csv(FEBRL / f"dataset{name}.csv", dtype=str, skipinitialspace=True)
        .rename(columns=str.strip)
        .fillna("")
        for name in ("4a", "4b", "3")
    )
    links = linkage.link(_write_foreign(first, order), _write_foreign(second, order))
    assert linkage.evaluate(links, _pair_persons(first, second))["f1"] > 0.9975
    pairs = _pair_persons(third, third)
    row = pd.Series(range(len(third)), index=third["rec_id"])
    pairs = pairs[row[pairs["left_id"]].to_numpy() < row[pairs["right_id"]].to_numpy()]
    twice = linkage.dedupe(_write_foreign(third, order))
    assert linkage.evaluate(twice, pairs)["f1"] > 0.995


def test_a_birthday_that_stands_for_unknown_is_forgotten_and_named(registers, links):
    left, right, truth = registers
    is_filled = np.arange(len(right)) % 10 == 0
    filled = right.assign(birthday=right["birthday"].mask(is_filled, "1900-01-01"))
    with pytest.warns(TableWarning, match=r"right.*1900-01-01.*1\d\.\d%"):
        found = linkage.link(left, filled)
    score = linkage.evaluate(found, truth)
    assert score["precision"] > 0.995
    assert score["f1"] > 0.985
    every = [table.assign(birthday="1900-01-01") for table in (left, right)]
    with pytest.warns(TableWarning, match="100.0%"):
        score = linkage.evaluate(linkage.link(*every), truth)
    assert score["precision"] > 0.98


def test_residents_without_a_birthday_are_not_made_double_entries_by_a_placeholder(registers):
    # believed, the day made 704 pairs of different people out of 5,000 residents
    residents = registers[0]
    is_filled = np.random.default_rng(0).random(len(residents)) < 0.1
    filled = residents.assign(birthday=residents["birthday"].mask(is_filled, "1900-01-01"))
    with pytest.warns(TableWarning, match="1900-01-01"):
        twice = linkage.dedupe(filled)
    assert len(twice) < 5


def test_ordinary_birthdays_names_and_houses_are_no_placeholders(registers, recwarn):
    linkage.link(registers[0].head(2000), registers[1].head(500))
    assert not [warning for warning in recwarn if warning.category is TableWarning]


def test_entries_of_one_person_do_not_make_their_birthday_a_placeholder(recwarn):
    rows = [TARO] * 30 + [KEN, HANA]
    found = linkage.dedupe(_register(rows))
    assert not [warning for warning in recwarn if warning.category is TableWarning]
    assert len(found) == 30 * 29 / 2


def test_registers_with_a_name_alone_are_linked(registers):
    left, right, truth = registers
    columns = ["record_id", "name", "kana", "address"]
    with pytest.warns(TableWarning, match="birthday、sex、code"):
        found = linkage.link(left[columns], right[columns])
    assert linkage.evaluate(found, truth)["precision"] > 0.98
    assert len(found) > 0.7 * len(truth)


def test_how_many_share_a_house_is_learnt():
    # nobody shares a house, but half are written down with a slip in the given name
    rng = np.random.default_rng(3)
    people = linkage.synth_registers(3000, seed=3)[0]
    alone = people.drop_duplicates("address").head(800).reset_index(drop=True)
    slips = alone.assign(record_id="H" + alone["record_id"])
    is_slip = rng.random(len(alone)) < 0.5
    slips["name"] = slips["name"].mask(is_slip, slips["name"].str[:-1] + "介")
    slips["kana"] = ""
    slips["birthday"] = slips["birthday"].mask(is_slip, slips["birthday"].str[:-1] + "5")
    found = linkage.link(alone, slips)
    truth = pd.DataFrame({"left_id": alone["record_id"], "right_id": slips["record_id"]})
    assert linkage.evaluate(found, truth)["recall"] > 0.98
    assert found.attrs["settings"]["housemates"] < 0.1


def test_the_number_of_housemates_is_near_what_the_registers_hold(registers, links):
    left, right, truth = registers
    keys = [linkage.normalise(table)["household"] for table in (left, right)]
    mates = keys[0].value_counts().reindex(keys[1].dropna()).fillna(0)
    # pairs of one house that are not one person, counted where both addresses are whole
    is_whole = keys[1].notna()
    mean = (mates.sum() - len(truth) * is_whole.mean()) / is_whole.sum()
    assert 1 < mean < 2
    assert links.attrs["settings"]["housemates"] == pytest.approx(mean, rel=0.5)
