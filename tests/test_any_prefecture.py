"""Does everything that runs for Hyogo run for any of the 47 prefectures, offline and with its own figures?"""

import os
import sys
import warnings

import pandas as pd
import pytest
from openpyxl import load_workbook

import dxkit
from dxkit import groups, maps, maturity, regions, reports
from dxkit.errors import ChoiceError, CodeError, TableError, TableWarning
from dxkit.loaders import load, name_municipalities, read_hearing, write_hearing_form
from dxkit.support import liaison, progress

# a prefecture of one plain, one of islands alone, and one whose islands lie 1,900 km away
QUICK = ("31", "47", "13")
OTHERS = [
    number
    for number in (f"{number:02d}" for number in range(1, 48))
    if number not in (*QUICK, "28")
]


def _run_everything(number, path):
    """Run what a prefecture's room runs; `pytest -s` prints a row of the table."""
    towns = regions.municipalities(number)
    expected = load("prefectures").set_index("prefecture_code").loc[number, "municipalities"]
    assert len(towns) == expected
    values = load("dashboard", number).set_index("code")
    drawn = maps.choropleth(
        towns.assign(share=towns["code"].map(values["online_frequent"])),
        column="share",
        background=load("neighbour_prefectures", number),
    )
    assert drawn.shapes() == expected
    framework = load("indicators_dashboard")
    with warnings.catch_warnings():
        # of few municipalities all may have a chief officer: such a column says nothing of them
        warnings.filterwarnings("ignore", ".*は、すべての市町で同じ値か、値がない", TableWarning)
        intervals = maturity.rank_intervals(values, framework, draws=50, seed=1).table
    assert len(intervals) == expected
    assert (intervals["p05"] <= intervals["p95"]).all()
    # nobody lived in 双葉町 in 2020: a municipality with people is compared
    code = towns.loc[towns["people_2020"] > 0, "code"].iloc[-1]
    like = maturity.peers(towns, code, count=5)
    assert like["distance"].notna().all()
    assert set(like["code"]) < set(towns["code"])
    steps = load("progress", number)
    assert progress.table(steps).shape[0] == expected
    topics = progress.lagging(
        steps, load("extensions", number), municipalities=towns.drop(columns="geometry")
    )
    assert set(topics["code"]) <= set(towns["code"])
    page = reports.profile(code, prefecture=number, path=path).read_text(encoding="utf-8")
    assert towns.set_index("code").loc[code, "name"] in page
    assert "nan" not in page.lower().replace("finance", "")
    seats = groups.form(towns.drop(columns="geometry"), seed=1).table
    sizes = seats["group"].value_counts()
    assert set(seats["code"]) == set(towns["code"])
    assert sizes.between(5, 7).all()
    areas = regions.areas(number)
    assert areas["members"].sum() == expected
    assert areas["people_2020"].sum() == towns["people_2020"].sum()
    width = (intervals["p95"] - intervals["p05"]).mean()
    sys.stdout.write(
        f"{number} | {expected} municipalities | {drawn.shapes()} shapes | ranks {width:.1f} wide"
        f" | {len(like)} peers | {len(sizes)} groups of {sizes.min()}-{sizes.max()}"
        f" | {len(steps)} steps | profile {len(page):,} characters\n"
    )


@pytest.mark.filterwarnings("error::dxkit.errors.TableWarning")
@pytest.mark.parametrize("number", QUICK)
def test_three_prefectures_run_as_hyogo_does(number, tmp_path):
    _run_everything(number, tmp_path / "card.html")


@pytest.mark.slow
@pytest.mark.filterwarnings("error::dxkit.errors.TableWarning")
@pytest.mark.parametrize("number", OTHERS)
def test_every_other_prefecture_runs_as_hyogo_does(number, tmp_path):
    _run_everything(number, tmp_path / "card.html")


@pytest.mark.slow
@pytest.mark.parametrize("number", ["31", "13"])
def test_groups_are_formed_of_another_prefectures_members(number):
    members = load("municipalities", number).drop(columns="geometry")
    table = groups.form(members, seed=1).table
    assert set(table["code"]) == set(members["code"])
    assert table["group"].value_counts().between(5, 7).all()


def test_rounds_set_out_from_the_prefectures_own_office_and_drop_nobody():
    towns = load("municipalities", "鳥取県")
    plan = liaison.rounds(towns, iterations=30)
    # from Kobe 18 of the 19 were out of a day's reach
    assert sorted(plan.table["code"]) == sorted(towns["code"])
    assert plan.unreachable.empty
    # 鳥取県庁, 東町1丁目220: 35.5036, 134.2383; the city hall stands 1.8 km from it
    assert plan.settings["start"] == pytest.approx((35.5036, 134.2383), abs=0.02)
    assert plan.settings["exclude"] == ()
    two = pd.concat([towns.head(2), load("municipalities").head(2)])
    with pytest.raises(ChoiceError, match=r"2都道府県の市区町村が混ざっています（28・31）.*start="):
        liaison.rounds(two)


def test_liaisons_share_out_all_areas_of_another_prefecture():
    towns = load("municipalities", "31").drop(columns="geometry")
    shares = liaison.assign(towns, pd.DataFrame({"liaison": ["甲", "乙"]}))
    assert set(shares.table["area"]) == set(towns["area"])
    hyogo = load("municipalities").drop(columns="geometry")
    kobe = liaison.assign(hyogo, pd.DataFrame({"liaison": ["甲", "乙"]}))
    assert kobe.settings["exclude"] == ("神戸",)


def test_neighbours_add_only_the_bridges_of_the_prefecture():
    tottori = regions.neighbours(bridges=True, prefecture="31")
    assert set(tottori["via"]) == {"陸続き"}
    assert tottori["code"].str.startswith("31").all()
    # 鳥取県: 日吉津村 lies inside 米子市
    around = tottori[(tottori == "31384").any(axis=1)]
    assert set(around["code"]) | set(around["neighbour"]) == {"31384", "31202"}


def test_a_place_is_found_in_the_prefecture_that_is_asked_for():
    places = [[35.5011, 134.2351], [34.8394, 134.6939], [26.2123, 127.6792]]
    assert regions.locate(places, prefecture="鳥取県")["name"].iloc[0] == "鳥取市"
    assert regions.locate(places, prefecture="鳥取県")["name"].isna().tolist() == [
        False,
        True,
        True,
    ]
    assert regions.locate(places, prefecture=None)["name"].tolist() == [
        "鳥取市",
        "姫路市",
        "那覇市",
    ]
    cells = regions.within("31384", level="4", prefecture="31")
    assert (
        regions.locate(regions.mesh(cells)[["lat", "lon"]], prefecture="31")["code"]
        .eq("31384")
        .all()
    )
    with pytest.raises(CodeError, match="「28201」は鳥取県の19市町村の団体コードではありません"):
        regions.within("28201", prefecture="31")


def test_a_hearing_is_asked_and_read_in_another_prefecture(tmp_path):
    form = write_hearing_form(
        tmp_path / "a.xlsx", municipality="鳥取市", rater="甲", prefecture="鳥取県"
    )
    book = load_workbook(form)
    sheet = book["回答"]
    rows = [row for row in sheet.iter_rows() if row[0].value]
    head = next(row for row in rows if "項目" in [cell.value for cell in row])
    columns = {cell.value: cell.column for cell in head if cell.value}
    for row in range(head[0].row + 1, sheet.max_row + 1):
        if sheet.cell(row, columns["項目"]).value:
            sheet.cell(row, columns["状態"], "回答なし")
    book.save(form)
    with pytest.warns(match="様式のない市町が18あります"):
        answers = read_hearing(form, prefecture="31")
    assert set(answers["code"]) == {"31201"}
    assert len(answers.attrs["missing_codes"]) == 18
    with pytest.raises(TableError, match="兵庫県の市町ではありません（鳥取県鳥取市）"):
        read_hearing(form)
    with pytest.raises(ChoiceError, match="「姫路市」という市町はありません。「鳥取市」のように"):
        write_hearing_form(tmp_path / "b.xlsx", municipality="姫路市", prefecture="鳥取県")


def test_bands_know_villages_wards_and_every_designated_city():
    japan = load("municipalities", None).set_index("code")
    bands = maturity.population_band(japan)
    # 総務省: 20 designated cities and 23 special wards
    assert (bands == "政令指定都市").sum() == 20
    assert (bands == "特別区").sum() == 23
    assert bands[japan["kind"] == "village"].str.startswith("町村").all()


def test_a_whole_room_can_be_of_another_prefecture(monkeypatch, tmp_path):
    monkeypatch.setenv("DXKIT_PREFECTURE", "鳥取県")
    assert name_municipalities() == "鳥取県の19市町村"
    page = reports.profile("31201", path=tmp_path / "card.html").read_text(encoding="utf-8")
    assert "鳥取市" in page
    assert "兵庫" not in page
    with pytest.raises(CodeError, match="「28209」は鳥取県の19市町村の団体コードではありません"):
        reports.profile("28209", path=tmp_path / "card.html")
    assert set(dxkit.check()["結果"]) == {"○"}
    assert os.environ["DXKIT_PREFECTURE"] == "鳥取県"


def test_peers_among_all_japan_are_nearer_than_those_at_home_and_name_their_prefecture():
    towns = load("municipalities")
    japan = maturity.peers(towns, "28585", count=40, among="japan")
    # the same scale for both: distances within the nation's spread
    of_japan = maturity.peers(load("municipalities", None), "28585", count=40)
    pd.testing.assert_frame_equal(japan.drop(columns="prefecture"), of_japan)
    assert japan["distance"].is_monotonic_increasing
    assert japan["prefecture"].nunique() > 10
    assert "07546" not in set(maturity.peers(towns, "28585", count=1739, among="japan")["code"])
    with pytest.raises(ChoiceError, match="2020年の人口が0人"):
        maturity.peers(load("municipalities", "07"), "07546")
    with pytest.raises(ChoiceError, match="among"):
        maturity.peers(towns, "28585", among="world")


def test_what_hyogo_stated_is_shown_for_hyogo_alone():
    steps = load("progress", "31")
    assert progress.forecast(steps, draws=50).stated == {}
    assert progress.forecast(load("progress"), draws=50).stated["in_time"] == 16
