"""The law table answers one question or a million alike, and never calls an unread text read."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dxkit
from dxkit import sharing
from dxkit.errors import ChoiceError, TableError
from dxkit.sharing import BODIES, CATEGORIES, PHASES

NOTICE = "教材であり法的助言ではない"


def test_both_tables_open_with_the_notice():
    for table in (sharing.grounds(), sharing.raci()):
        assert table.columns[0] == "notice"
        assert (table["notice"] == NOTICE).all()
        assert table.attrs["notice"] == NOTICE


def test_the_grounds_of_the_issue_are_there_with_date_and_source():
    table = sharing.grounds()
    text = " ".join(table["ground"])
    for article in ("49条の11", "86条の15", "90条の3", "90条の4", "69条2項"):
        assert article in text
    assert (table["as_of"].str.match(r"^20\d\d-\d\d(-\d\d)?$")).all()
    assert (table["source"].str.len() > 5).all()
    assert table["row"].is_unique


def test_what_was_not_read_says_so():
    table = sharing.grounds()
    unread = table[table["ground"].str.contains("令和7年改正|国の仕組み|番号法19条|条例")]
    assert len(unread) >= 8
    assert (unread["certainty"] == "要確認").all()
    assert unread["condition"].str.contains("要確認").all()
    # the text of 90条の4 that was read is older than its amendment: nowhere called read
    amended = table[table["ground"].str.contains("90条の4")]
    assert len(amended) >= 4
    assert not (amended["certainty"] == "条文を確認").any()


@pytest.mark.parametrize("question", dxkit.load("law_questions").fillna("").to_dict("records"))
def test_the_table_answers_each_question_as_the_texts_do(question):
    # the answers were written from the texts, not by the code
    decision = sharing.may_disclose(
        question["from_"],
        question["to"],
        question["category"],
        phase=question["phase"],
        consent=question["consent"] == "あり",
        code=question["code"] or None,
    )
    assert (decision.verdict, decision.ground) == (question["verdict"], question["ground"])


def test_the_questions_cover_all_bodies_categories_phases_and_verdicts():
    table = dxkit.load("law_questions")
    assert len(table) == 40
    asked_bodies = set(table["from_"]) | set(table["to"])
    assert asked_bodies == set(BODIES.values()) - {"民間団体"}
    assert set(table["category"]) == set(CATEGORIES.values())
    assert set(table["phase"]) == set(PHASES.values())
    assert set(table["verdict"]) == {"可", "要確認", "根拠なし"}
    # each says which text was read, and what could not be read is no 可 by itself
    assert (table["read"].str.len() > 10).all()


def test_what_may_be_told_in_recovery_may_be_told_in_rescue():
    strictness = {"可": 0, "要確認": 1, "根拠なし": 2}
    names = [BODIES.values(), BODIES.values(), CATEGORIES.values(), [False, True]]
    from_, to, category, consent = map(
        list, zip(*itertools.product(*map(list, names)), strict=True)
    )
    decisions = {
        phase: sharing.may_disclose(from_, to, category, phase=phase, consent=consent)
        for phase in PHASES.values()
    }
    ranks = {
        phase: table["verdict"].map(strictness).astype(int) for phase, table in decisions.items()
    }
    # the order that must hold: the more urgent, the more may be told
    order = ["72時間以内", "応急期", "復旧期", "平時"]
    for urgent, later in itertools.pairwise(order):
        inverted = ranks[urgent] > ranks[later]
        # a row may say why it begins late
        explained = decisions[later]["condition"].astype(str).str.contains("この時期から")
        assert not (inverted & ~explained).any()
    assert sharing.find_phase_inversions().empty
    # the table is no constant: much that is allowed in rescue is not in peace
    assert (ranks["72時間以内"] < ranks["平時"]).sum() > 100


def test_a_table_upside_down_is_found_unless_it_says_why():
    upside_down = sharing.grounds().assign(phase="復旧期").query("row == 'G20'")
    found = sharing.find_phase_inversions(upside_down)
    assert set(found["urgent_phase"]) == {"応急期"}
    assert set(found["row"]) == {"G20"}
    reasoned = upside_down.assign(condition="台帳はこの時期から作られる")
    assert sharing.find_phase_inversions(reasoned).empty


def test_sensitive_data_goes_home_from_the_first_hours_on():
    # of 2025-12 the table said 根拠なし in the first weeks and 可 in recovery
    for phase in ("72時間以内", "応急期", "復旧期"):
        for host in ("避難先市町", "別の避難先市町", "県外市町", "県", "他府県"):
            decision = sharing.may_disclose(host, "避難元市町", "要配慮情報", phase=phase)
            assert decision.ground == "個人情報保護法69条2項3号"


def test_an_ordinance_counts_for_its_own_municipality_only():
    lists = ("避難元市町", "避難支援等関係者", "要支援者名簿")
    # Himeji's ordinance was found, Sumoto's was not, and without a code none counts
    verdicts = [
        sharing.may_disclose(*lists, phase="平時", code=code).verdict
        for code in ("28201", "28205", None)
    ]
    assert verdicts == ["可", "要確認", "要確認"]
    table = sharing.ordinances()
    columns = sharing.may_disclose(*lists, phase="平時", code=table["code"])
    assert ((columns["verdict"] == "可").to_numpy() == (table["support_list"] == "あり")).all()
    # with a code, other questions keep their answer
    whereabouts = sharing.may_disclose("避難先市町", "避難元市町", "所在", code="28201")
    assert whereabouts == sharing.may_disclose("避難先市町", "避難元市町", "所在")
    with pytest.raises(ChoiceError, match="code の「13101」の条例は表にありません"):
        sharing.may_disclose(*lists, phase="平時", code="13101")


def test_a_municipality_without_an_ordinance_has_no_ground(monkeypatch):
    none = sharing.ordinances().assign(support_list="なし")
    monkeypatch.setattr("dxkit.sharing._ordinances.ordinances", lambda: none)
    lists = ("避難元市町", "避難支援等関係者", "要支援者名簿")
    assert sharing.may_disclose(*lists, phase="平時", code="28201").verdict == "根拠なし"
    # consent and emergency do not need it
    assert sharing.may_disclose(*lists, phase="平時", consent=True, code="28201")
    assert sharing.may_disclose(*lists, phase="72時間以内", code="28201")


def test_every_municipality_has_its_row_and_unknown_is_not_called_none():
    table = sharing.ordinances()
    assert table["code"].tolist() == dxkit.load("municipalities")["code"].tolist()
    assert (table["notice"] == NOTICE).all()
    for column in ("support_list", "evacuation_plan", "purposes"):
        assert set(table[column]) <= {"あり", "なし", "要確認"}
    found = table[table["support_list"] == "あり"]
    assert (found["title"].str.contains("条例")).all()
    assert (table["source"].str.len() > 5).all()


def test_practice_has_its_sources():
    table = dxkit.load("disaster_practice")
    names = " ".join(table["practice"])
    for word in (
        "広域被災者データベース",
        "被災者台帳",
        "D-CERT",
        "SIP4D",
        "Suica",
        "マイナンバーカード",
    ):
        assert word in names
    assert table["url"].str.startswith("https://").all()
    assert table[["source", "as_of", "certainty"]].notna().all(axis=None)


@pytest.mark.parametrize(
    ("question", "verdict", "ground"),
    [
        (
            ("避難先市町", "避難元市町", "所在", "72時間以内", False),
            "可",
            "個人情報保護法69条2項3号",
        ),
        (
            ("避難先市町", "避難元市町", "所在", "72時間以内", True),
            "可",
            "個人情報保護法69条2項1号",
        ),
        (("避難元市町", "県", "台帳情報", "応急期", False), "可", "災害対策基本法90条の4第1項3号"),
        (
            ("避難元市町", "避難支援等関係者", "要支援者名簿", "平時", False),
            "要確認",
            "災害対策基本法49条の11第2項ただし書（条例）",
        ),
        (
            ("避難元市町", "避難支援等関係者", "要支援者名簿", "平時", True),
            "可",
            "災害対策基本法49条の11第2項",
        ),
        (
            ("避難元市町", "避難支援等関係者", "要支援者名簿", "72時間以内", False),
            "可",
            "災害対策基本法49条の11第3項",
        ),
        (
            ("避難元市町", "登録被災者援護協力団体", "台帳情報", "応急期", False),
            "要確認",
            "災害対策基本法33条の2以下・90条の4（令和7年改正）",
        ),
        (("県", "他の市町", "所在", "72時間以内", False), "根拠なし", "根拠なし"),
        (("避難先市町", "避難元市町", "所在", "平時", False), "根拠なし", "根拠なし"),
    ],
)
def test_single_questions_find_the_row_a_reader_would(question, verdict, ground):
    from_, to, category, phase, consent = question
    decision = sharing.may_disclose(from_, to, category, phase=phase, consent=consent)
    assert (decision.verdict, decision.ground, decision.notice) == (verdict, ground, NOTICE)
    assert bool(decision) is (verdict == "可")


def test_english_names_mean_the_same():
    assert sharing.may_disclose("host", "home", "whereabouts", phase="72h") == sharing.may_disclose(
        "避難先市町", "避難元市町", "所在", phase="72時間以内"
    )


def test_columns_and_single_questions_agree_on_every_combination():
    table = sharing.grounds()
    cases = list(
        itertools.product(
            BODIES.values(), BODIES.values(), CATEGORIES.values(), PHASES.values(), [False, True]
        )
    )
    from_, to, category, phase, consent = (np.array(column) for column in zip(*cases, strict=True))
    decisions = sharing.may_disclose(from_, to, category, phase=phase, consent=consent)
    # without a code no ordinance is known, so that a row that needs one decides like any other
    rows = [
        (
            row.row,
            set(row.from_.split()),
            set(row.to.split()),
            set(row.category.split()),
            set(row.phase.split()),
            {True} if row.consent == "あり" else {False, True},
        )
        for row in table.itertuples()
    ]
    expected = [
        next((row[0] for row in rows if all(map(set.__contains__, row[1:], case))), "")
        for case in cases
    ]
    assert decisions["row"].tolist() == expected


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_consent_never_takes_a_ground_away(seed):
    draw = np.random.default_rng(seed)
    question = [draw.choice(list(names.values()), 50) for names in (BODIES, BODIES, CATEGORIES)]
    phase = draw.choice(list(PHASES.values()), 50)
    without, with_ = (
        sharing.may_disclose(*question, phase=phase, consent=consent)["verdict"]
        for consent in (False, True)
    )
    better = {"根拠なし": 0, "要確認": 1, "可": 2}
    assert (with_.map(better).astype(int) >= without.map(better).astype(int)).all()


def test_a_million_questions_and_none_are_answered_in_order():
    draw = np.random.default_rng(0)
    to = draw.choice(["避難元市町", "他の市町"], 1_000_000)
    decisions = sharing.may_disclose("避難先市町", to, "所在", phase="応急期")
    assert ((decisions["verdict"] == "可").to_numpy() == (to == "避難元市町")).all()
    assert len(sharing.may_disclose([], [], [], phase=[])) == 0


def test_unknown_words_are_refused_by_name():
    with pytest.raises(ChoiceError, match=r"to の「市役所」は知りません.*避難元市町"):
        sharing.may_disclose("県", ["避難元市町", "市役所"], "所在")
    with pytest.raises(ChoiceError, match="phase の「夜」は知りません"):
        sharing.may_disclose("県", "国", "所在", phase=["夜"])


def test_a_facilitators_own_table_is_used_and_checked():
    own = (
        sharing.grounds()
        .head(1)
        .assign(
            from_="県",
            to="他の市町",
            category="所在",
            phase="応急期",
            consent="問わない",
            ground="条例",
        )
    )
    assert sharing.may_disclose("県", "他の市町", "所在", table=own).ground == "条例"
    with pytest.raises(
        TableError, match="legal_grounds」 2行目 列「to」 値「みんな」: 知らない語です"
    ):
        sharing.grounds(own.assign(to="県 みんな"))
    with pytest.raises(TableError, match="列「ground」: legal_grounds の表に列がありません"):
        sharing.grounds(own.drop(columns="ground"))


def test_every_task_has_one_who_answers_for_it():
    table = sharing.raci()
    roles = table[["host", "home", "prefecture", "state", "group"]]
    assert (roles.apply(lambda row: sum("A" in cell for cell in row), axis=1) == 1).all()
    assert (roles.apply(lambda row: any("R" in cell for cell in row), axis=1)).all()
    assert roles.isin(["R", "A", "C", "I", "RA", ""]).all(axis=None)
    assert table["certainty"].isin(["条文を確認", "要確認"]).all()
