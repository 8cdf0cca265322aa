"""The page for the towns fits one sheet, runs nothing, and says what cannot be said."""

import numpy as np
import pandas as pd
import pytest

import dxkit
from dxkit import drones, reports
from dxkit.errors import TableError

TOWNS = pd.DataFrame(dxkit.load("municipalities"))
HOSTILE = '<img src=x onerror="alert(1)">'


@pytest.fixture(scope="module")
def trials():
    codes = TOWNS.loc[
        TOWNS["name"].isin(["豊岡市", "養父市", "朝来市", "香美町", "新温泉町"]), "code"
    ]
    demand, sites = (
        table[table["code"].isin(codes)] for table in map(dxkit.load, ("mesh_estimated", "sites"))
    )
    far = drones.need(demand, dxkit.load("stations"), near_km=5)
    bases = sites[sites["kind"] != "避難所"].replace("豊岡市役所", HOSTILE)
    return drones.first_trials(far, bases, dxkit.load("delivery_modes"), range_km=8.4)


def test_the_page_names_five_towns_in_the_order_of_the_table_and_its_marks(trials, tmp_path):
    page = reports.trial_page(trials, TOWNS, path=tmp_path / "t.html").read_text("utf-8")
    names = TOWNS.set_index("code").loc[trials["code"], "name"]
    places = [page.index(f'data-label="市町">{name}</td>') for name in names]
    assert places == sorted(places)
    assert "架空" in page
    assert "すべて仮定です" in page
    assert "1 kmずれている見込み" in page


def test_no_winner_is_named_where_draws_disagree(trials, tmp_path):
    assert (trials["stands"] < 0.9).all()
    page = reports.trial_page(trials, TOWNS, path=tmp_path / "t.html").read_text("utf-8")
    assert page.count("どの手段が安いかは言えません") == 5
    sure = trials.assign(stands=0.97)
    page = reports.trial_page(sure, TOWNS, path=tmp_path / "t.html").read_text("utf-8")
    assert "言えません" not in page
    assert page.count("仮定を引き直しても97%で変わりません") == 5


def test_texts_are_inert_and_a_town_without_need_is_said(trials, tmp_path):
    empty = trials.copy()
    empty.loc[4, "place"] = np.nan
    page = reports.trial_page(empty, TOWNS, path=tmp_path / "t.html", title=HOSTILE)
    text = page.read_text("utf-8")
    assert "<img src=x" not in text
    assert "&lt;img src=x" in text
    assert "この案では試しません" in text


def test_a_table_of_something_else_is_refused(tmp_path):
    with pytest.raises(TableError, match="trials"):
        reports.trial_page(TOWNS, TOWNS, path=tmp_path / "t.html")
    assert not (tmp_path / "t.html").exists()
