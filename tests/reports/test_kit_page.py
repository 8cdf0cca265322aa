"""One page for a mayor and the sheet of organisation: right, inert, marked, and each figure with its date."""

import pandas as pd
import pytest

import dxkit
from dxkit import reports
from dxkit.errors import ChoiceError, TableError
from dxkit.support import costs

HOSTILE = '<img src=x onerror="alert(1)">'
PRICES = pd.DataFrame({"from_count": [1, 80], "unit_yen": [1000, 800]})
FORM = pd.DataFrame({"code": ["28201", "28202", "28203"], "teachers": [60, 30, 10]}).assign(
    most_yen=[None, None, 5_000]
)


@pytest.fixture(scope="module")
def kit():
    return costs.kit(FORM, PRICES, units="teachers", names={"28202": HOSTILE})


def test_the_page_says_who_pays_what_and_the_own_town_first(kit, tmp_path):
    path = reports.kit_page(kit, title="校務支援", code="28201", path=tmp_path / "a.html")
    page = path.read_text("utf-8")
    # 90 units at 800 yen: 48,000 and 24,000; alone 60,000
    assert "姫路市の負担は年48,000円で、各自で買うより年12,000円安くなります" in page
    assert "3市町のうち2市町が参加し、共同で年72,000円です（同じ市町が各自なら年90,000円）" in page
    assert page.index("姫路市の負担") < page.index("3市町のうち")
    assert "参加しない" in page
    assert "架空" not in page


def test_texts_are_inert_and_invented_tables_are_marked(kit, tmp_path):
    page = reports.kit_page(kit, title=HOSTILE, path=tmp_path / "a.html").read_text("utf-8")
    assert "<img src=x" not in page
    assert page.count("&lt;img src=x") >= 2
    prices = dxkit.load("kit_prices").query("kit == 'school'")
    made = costs.kit(dxkit.load("school_example"), prices, units="teachers", minimum=100)
    text = reports.kit_page(made, title="校務", path=tmp_path / "b.html").read_text("utf-8")
    assert "校務（架空データ）" in text


def test_a_pool_has_its_page_and_no_row_of_one_town(tmp_path):
    needs = pd.DataFrame({"code": ["28201", "28202"], "role": "data", "days": [60, 40]})
    pool = costs.talent_pool(needs, dxkit.load("talent_assumptions"), years=2)
    page = reports.kit_page(pool, title="人材", path=tmp_path / "a.html").read_text("utf-8")
    people = int(pool.table["people"].sum())
    assert f"1の役割に{people}人が要り" in page
    with pytest.raises(ChoiceError, match="28201"):
        reports.kit_page(pool, title="人材", code="28201", path=tmp_path / "b.html")


def test_a_town_that_is_not_in_it_and_another_result_are_refused(kit, tmp_path):
    with pytest.raises(ChoiceError, match="28585"):
        reports.kit_page(kit, title="題", code="28585", path=tmp_path / "a.html")
    with pytest.raises(ChoiceError, match="DataFrame"):
        reports.kit_page(FORM, title="題", path=tmp_path / "a.html")
    assert not list(tmp_path.iterdir())


def test_every_figure_of_the_sheet_has_its_date_and_a_blank_is_no_no(tmp_path):
    towns = pd.DataFrame(
        {"code": ["28201", "28202", "28203"], "name": ["姫路市", HOSTILE, "明石市"]}
    )
    values = pd.DataFrame({"code": ["28201", "28202"], "cio": [1, None], "share": [0.5, 0]})
    page = reports.organisation(
        values,
        towns,
        items={"cio": "CIO", "share": "割合"},
        dates={"cio": "2023-04-01"},
        path=tmp_path / "a.html",
    ).read_text("utf-8")
    assert "CIO（2023-04-01時点）" in page
    assert "割合（時点の記録なし）" in page
    # one blank, and two cells of a municipality without a row
    assert page.count("データなし") == 3
    assert "50%" in page
    assert "<img src=x" not in page
    with pytest.raises(TableError, match="rpa"):
        reports.organisation(values, towns, items={"rpa": "RPA"}, path=tmp_path / "b.html")


def test_the_official_sheet_says_from_when_its_figures_are(tmp_path):
    page = reports.profile("28209", path=tmp_path / "a.html").read_text("utf-8")
    assert "推進体制等の項目は2023-04-01時点" in page.split("情報システムの標準化")[0]
