"""Tables that pandas or matplotlib would stumble over in English: each is refused in words, or said."""

import warnings

import numpy as np
import pandas as pd
import pytest

import dxkit
from dxkit import assumptions, charts, groups, maps, maturity, schema, sharing
from dxkit.errors import ChoiceError, DxkitError, TableError, TableWarning
from dxkit.support import costs, liaison, matching, network, procedures, process, progress, training

TOWNS = ["28201", "28202", "28203"]
NOTO = sharing.read_scenario("noto_2024")
SERVICES = dxkit.load("services")
VISITS = pd.DataFrame({"day": [1, 2], "order": [1, 1], "code": ["28205", "28209"]})
PLACES = dxkit.load("municipalities")
TABLE = pd.DataFrame(PLACES.drop(columns="geometry", errors="ignore"))
START = (34.69, 135.18)
BILL = pd.DataFrame({"code": ["a", "b"], "alone_yen": [100, 200], "equal": [90, 90]})
RULES = pd.DataFrame({"rule": ["equal"], "label": ["均等割"], "leavers": [0]})
POINTS = pd.DataFrame({"研修": [10.0, 20, 60], "計画": 1.0, "体制": 2.0}, index=TOWNS)
DESIGN = pd.DataFrame({"policy": ["ab", "aB"], "switch_first": ["a", "A"]})
KNOWN = pd.DataFrame({"policy": ["ab", "aB"], "known": [0.1, 0.2]})
OFFICES = pd.DataFrame(
    {
        "code": ["a", "b"], "name": ["海", "山"], "lat": [34.6, 35.0], "lon": [135.0, 135.0],
        "coast_km": ["1.0", "40"], "coast": ["南", "南"],
    }
)  # fmt: skip
SKILLS = pd.DataFrame(
    {
        "code": "28201", "person": ["A", "B"], "role": "dx", "skill": "ai", "level": [3, 1],
        "teach": ["はい", "いいえ"], "learn": ["いいえ", "はい"], "consent": "はい",
    }
)  # fmt: skip


def _list_cell(table, column):
    """Return a table with a list in the first cell of a column."""
    cells = [[1], *table[column].tolist()[1:]]
    return table.assign(**{column: pd.Series(cells, index=table.index, dtype=object)})


def _two_steps(table):
    """Return a table whose headings stand in two steps."""
    return table.set_axis(pd.MultiIndex.from_arrays([table.columns, table.columns]), axis=1)


def _effects(**columns):
    """Return indices of sensitivity with some columns replaced."""
    table = pd.DataFrame({"factor": ["weights", "missing"], "S1": [0.2, 0.5], "ST": [0.3, 0.6]})
    return table.assign(S1_conf=0.1, ST_conf=0.1).assign(**columns)


# what is wrong, and the call → the words of the refusal
REFUSED = {
    "a need that is a number": (lambda: matching.match([1], SERVICES), "文が文字ではありません"),
    "a seat in no group": (
        lambda: network.area_coverage(PLACES, pd.DataFrame({"code": TOWNS, "group": None})),
        "空欄",
    ),
    "a municipality without a code": (
        lambda: matching.similar(PLACES.assign(code=[None, *PLACES["code"][1:]]), ["28225"]),
        "空欄",
    ),
    "topics without names": (
        lambda: training.plan(
            pd.DataFrame({"code": ["28209"], "topic": ["dx"], "gap": [1.5]}),
            dxkit.load("courses"),
            topics=pd.DataFrame({"topic": ["dx"]}),
        ),
        "列「label」.*列がありません",
    ),
    "a code with two areas": (
        lambda: training.pair(SKILLS, areas=pd.DataFrame({"code": "28201", "area": ["北", "南"]})),
        "28201",
    ),
    "policies without a column": (
        lambda: sharing.check_policies(sharing.default_policies().drop(columns="route")),
        "列「route」.*列がありません",
    ),
    "law with a blank": (
        lambda: sharing.grounds(sharing.grounds().assign(from_=np.nan)),
        "知らない語です",
    ),
    "a design without policies": (
        lambda: sharing.switch_effects(
            DESIGN.drop(columns="policy"), KNOWN, measure="known", base="ab"
        ),
        "列「policy」.*列がありません",
    ),
    "a design in which nothing varies": (
        lambda: sharing.switch_effects(DESIGN.head(1), KNOWN, measure="known", base="ab"),
        "比べる選び方がありません",
    ),
    "a scenario without a column": (
        lambda: NOTO.with_table("evacuees", NOTO.tables["evacuees"].drop(columns="joined")),
        "列「joined」.*列がありません",
    ),
    "a scenario with a blank hour": (
        lambda: NOTO.with_table("observed", NOTO.tables["observed"].assign(hour=np.nan)),
        "1行目 列「hour」.*空欄",
    ),
    "a scenario from which nobody fled": (
        lambda: sharing.build_model(
            NOTO.with_table("evacuees", NOTO.tables["evacuees"].assign(evacuees=0))
        ),
        "避難した人がいません",
    ),
    "staff of a municipality that the scenario lacks": (
        lambda: sharing.build_model(
            NOTO.with_table("staff", NOTO.tables["staff"].head(1).assign(code="99999"))
        ),
        "1行目 列「code」 値「99999」.*evacuees の表にありません",
    ),
    "a policy without its hours": (
        lambda: sharing.simulate(
            NOTO, policies=sharing.default_policies().assign(host_hours=np.nan), draws=1
        ),
        "1行目 列「host_hours」.*空欄",
    ),
    "a policy without its route": (
        lambda: sharing.simulate(
            NOTO, policies=sharing.default_policies().drop(columns="route"), draws=1
        ),
        "列「route」.*列がありません",
    ),
    "counts of no event": (
        lambda: sharing.backtest(
            "noto_2024", archive=dxkit.load("shelter_counts").assign(event=None)
        ), "空欄",
    ),
    "peers without their kind": (
        lambda: maturity.peers(TABLE.drop(columns="kind"), "28225"),
        "列「kind」.*列がありません",
    ),
    "members that are no list": (lambda: groups.form(None), "参加者の表ではありません"),
    "steps of no process": (
        lambda: process.simulate(dxkit.load("process_example").assign(process=None), per_day=2.0), "空欄",
    ),
    "headings in two steps": (lambda: charts.split(_two_steps(BILL), RULES), "見出しが2段です"),
    "headings in two steps, checked": (
        lambda: schema.validate(_two_steps(VISITS), "progress"), "見出しが2段です",
    ),
    "rows in two steps": (
        lambda: charts.dots(POINTS.set_index("体制", append=True), code="28201"),
        "行の名前が2段です",
    ),
    "a list in a cell": (
        lambda: charts.routes(_list_cell(VISITS, "day"), PLACES, start=START),
        "1行目 列「day」.*リスト",
    ),
    "an order that is none": (
        lambda: charts.routes(VISITS.assign(order=["先", "後"]), PLACES, start=START),
        "1行目 列「order」",
    ),
    "places that are no table": (
        lambda: charts.routes(VISITS, "places", start=START), "表ではありません",
    ),
    "areas without shapes": (
        lambda: charts.routes(VISITS, PLACES, start=START, municipalities=TABLE),
        "形がありません",
    ),
    "a whisker below 0": (lambda: charts.sensitivity(_effects(ST_conf=-0.1)), "0より小さい幅"),
    "a rule that stands twice": (
        lambda: charts.split(BILL, pd.concat([RULES, RULES])), "equal",
    ),
    "costs of nothing": (lambda: charts.split(BILL.assign(alone_yen=0), RULES), "0以下"),
    "more meetings than people": (
        lambda: charts.reunions(
            pd.DataFrame({"repeats": [1e308], "quality": [0.3], "penalty": [0]})
        ),
        "大きすぎます",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_used_is_refused_in_words(name):
    call, words = REFUSED[name]
    with pytest.raises(TableError, match=words):
        call()


@pytest.mark.parametrize("draw", [charts.dots, charts.radar])
def test_a_column_of_names_is_one_column(draw):
    with pytest.raises(ChoiceError, match="列の名前を1つ"):
        draw(POINTS, code="28201", name=["name"])


def test_more_draws_than_any_machine_can_hold_are_refused():
    ledger = [{"assumption": "a", "value": 2.0, "low": 0.0, "high": 3.0, "source": "例"}]
    with pytest.raises(ChoiceError, match="draws=1000"):
        assumptions.flips(lambda values: values["a"] > 1, ledger, draws=10**29)


# options that are of another kind than the call can use → the words of the refusal
WRONG_OPTIONS = {
    "types that are no mapping": (
        lambda: costs.support_forms(
            pd.DataFrame({"code": TOWNS, "plan": 1.0}),
            dxkit.load("support_forms").assign(lacks="plan"),
            types="甲型",
        ),
        "types=甲型 は使えません",
    ),
    "no question": (lambda: liaison.route([], dxkit.load("liaison_fields")), "質問がありません"),
    "half a character": (
        lambda: matching.match("電話\ud800", SERVICES, method="words"), "片割れ",
    ),
    "a fit that is missing": (
        lambda: matching.match("電話", SERVICES, method="words", min_fit=pd.NA), "min_fit=",
    ),
    "lists within a list": (
        lambda: network.strangers(
            [["28201"]], pd.DataFrame({"meeting": ["第1回"], "code": ["28201"]})
        ),
        "codes=.*並び",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG_OPTIONS)
def test_an_option_of_another_kind_is_refused_in_words(name):
    call, words = WRONG_OPTIONS[name]
    with pytest.raises(DxkitError, match=words):
        call()


@pytest.mark.parametrize("kind", ["int64", "float64", "datetime64[ns]"])
def test_columns_of_different_kinds_that_are_compared_are_named(kind):
    form = SKILLS.assign(skill=pd.Series([1, 2]).astype(kind))
    with pytest.raises(TableError, match="列「skill」: 列「skill」の種類が表どうしで違い"):
        training.skill_map(form, dxkit.load("talent_skills"))


def test_services_as_categories_are_matched_like_texts():
    need = "電話の問い合わせが多い"
    plain = matching.match(need, SERVICES, method="words")
    kinds = SERVICES.astype(dict.fromkeys(SERVICES.columns, "category"))
    pd.testing.assert_frame_equal(matching.match(need, kinds, method="words"), plain)


def test_procedures_numbered_in_one_table_and_written_in_the_other_meet():
    towns = [f"2820{number}" for number in range(1, 8)]
    shares = pd.DataFrame({"code": towns, "procedure": 7, "share": [0.0] + [0.4] * 6})
    people = pd.DataFrame({"code": towns, "people_2020": 30_000, "name": towns})
    volumes = pd.DataFrame({"procedure": ["7"], "per_1000": 30.0, "low": 20.0, "high": 45.0})
    answer = procedures.gaps(
        shares, "28201", towns[1:], municipalities=people, volumes=volumes.assign(source="仮定")
    )
    # 40 % of 30 in a thousand of 30,000
    assert answer.table.loc[0, "moves"] == pytest.approx(360)
    assert answer.flips["assumption"].tolist() == ["7"]


def test_distances_to_the_coast_as_texts_are_numbers():
    partners = network.backup_partners(OFFICES)
    assert partners[["name", "partner_name", "partner_coast_km"]].to_numpy().tolist() == [
        ["海", "山", 40.0]
    ]


def test_who_has_no_area_shares_it_with_nobody():
    towns = PLACES.assign(area_name=pd.Series(pd.NA, index=PLACES.index, dtype="string"))
    assert not matching.similar(towns, ["28225"])["same_area"].any()


def test_a_link_with_one_end_in_the_form_is_named():
    links = pd.DataFrame(
        {"from_system": ["住民基本台帳"], "to_system": ["介護保険"], "data": "住所"}
    )
    systems = ["住民基本台帳", "介護保険"]
    form = pd.DataFrame({"code": ["28201", "28202", "28202"], "system": ["住民基本台帳", *systems]})
    form = form.assign(cutover_date="2026-10-01", vendor="甲社", standard_version="第4.1版")
    with pytest.warns(TableWarning, match="1件あり.*28201 の 住民基本台帳→介護保険"):
        broken = progress.broken_links(links, cutovers=form)
    assert broken.empty
    # a form that asks of one system alone has no gap
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        progress.broken_links(links, cutovers=form.head(1))


def test_numbers_written_as_texts_are_drawn_as_kinds_and_said(recwarn):
    land = dxkit.load("boundaries").assign(people=["1,200"] * 20 + ["35"] * 21)
    with pytest.warns(TableWarning, match="列「people」は文字で書かれた数なので、区分として"):
        maps.choropleth(land, column="people")
    recwarn.clear()
    # codes and what is meant as a kind are no such numbers
    maps.choropleth(land.assign(people="03"), column="people")
    maps.choropleth(land.assign(people=land["people"].astype("category")), column="people")
    assert not [entry for entry in recwarn if "区分として" in str(entry.message)]


def test_a_letter_that_an_older_encoding_lacks_is_no_half_character():
    @schema.accepts_any_table("table")
    def write(table):
        return table["name"].iloc[0].encode("cp932")

    with pytest.raises(UnicodeEncodeError, match="cp932"):
        write(pd.DataFrame({"name": ["𠮷野"]}))
