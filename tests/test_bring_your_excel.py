"""Anybody's own table gets a receipt in words, and becomes one page that runs nothing."""

import re

import matplotlib.pyplot as plt
import pandas as pd
import pytest

import dxkit
from dxkit import maps, reports
from dxkit.errors import ChoiceError, TableError
from dxkit.loaders import describe_reading, write_table

PLACES = dxkit.load("municipalities")
FAULTY = {
    "市町名": ["豊岡", "養夫市", "兵庫県朝来市", "篠山市", "香美町", "新温泉町", "丹波市", "合計"],
    "件数": ["1,234", "820件", "約300", "1OO", "１９０", "240", "60", "3000"],
}
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def faulty(tmp_path):
    return write_table(pd.DataFrame(FAULTY), tmp_path / "new" / "a.xlsx")


def test_a_receipt_names_every_fault_with_its_row_and_remedy_and_raises_nothing(faulty):
    receipt = describe_reading(faulty)
    assert list(receipt.columns) == ["項目", "内容", "どうする"]
    mend = receipt[receipt["項目"] == "直すところ"].reset_index(drop=True)
    assert len(mend) == 2
    assert "3行目" in mend.loc[0, "内容"]
    assert "養夫市" in mend.loc[0, "内容"]
    assert mend.loc[0, "どうする"] == "もしかして: 養父市"
    assert "5行目" in mend.loc[1, "内容"]
    assert "1OO" in mend.loc[1, "内容"]
    told = receipt.set_index("項目")["内容"]
    assert "約300" in "".join(told["気をつける"])
    assert "合計" in "".join(receipt["内容"])
    assert "件" in "".join(told["気をつける"])
    assert told["数の列"] == "件数"
    with pytest.raises(TableError, match="養夫市"):
        dxkit.read(faulty)


def test_a_column_that_is_taken_for_texts_is_said(tmp_path):
    texts = pd.DataFrame({"市町名": ["豊岡市", "養父市"], "件数": ["多い", "少ない"]})
    receipt = describe_reading(write_table(texts, tmp_path / "a.csv")).set_index("項目")
    assert receipt.loc["数の列", "内容"] == "ありません"
    assert "数字でない値" in receipt.loc["数の列", "どうする"]
    assert receipt.loc["文字の列", "内容"] == "件数"


def test_what_is_mended_as_the_receipt_says_can_be_read(tmp_path):
    mended = pd.DataFrame(FAULTY).iloc[:7].replace({"養夫市": "養父市", "1OO": "100"})
    path = write_table(mended, tmp_path / "a.csv")
    receipt = describe_reading(path)
    assert receipt.loc[receipt["項目"] == "直すところ", "内容"].tolist() == [
        "ありません。このまま使えます"
    ]
    with pytest.warns(UserWarning, match="約"):
        table = dxkit.read(path)
    assert dict(zip(table["name"], table["件数"], strict=True)) == {
        "豊岡市": 1234,
        "養父市": 820,
        "朝来市": 300,
        "丹波篠山市": 100,
        "香美町": 190,
        "新温泉町": 240,
        "丹波市": 60,
    }


def test_what_is_no_table_is_refused_by_the_receipt_too(tmp_path):
    (tmp_path / "a.csv").write_text("", encoding="utf-8")
    with pytest.raises(TableError, match=r"a\.csv"):
        describe_reading(tmp_path / "a.csv")


def test_one_page_holds_sentences_pictures_and_the_table_and_runs_nothing(tmp_path):
    table = PLACES[["code", "name", "people_2020"]].assign(name=HOSTILE)
    table.attrs = {"made": True, "kind": "made", "source": "練習用"}
    drawing = maps.choropleth(PLACES, column="people_2020", title=HOSTILE)
    figure, axes = plt.subplots()
    axes.plot([1, 2])
    page = reports.one_page(
        HOSTILE,
        table,
        sentences=[HOSTILE, "二つ目"],
        pictures={"地図": drawing, "図": figure},
        columns=["name", "people_2020"],
        path=tmp_path / "new" / "page.html",
    ).read_text(encoding="utf-8")
    plt.close(figure)
    assert "<script" not in page
    assert page.count("data:image/svg+xml;base64,") == 2
    assert "（架空データ）" in page
    assert "二つ目" in page
    # 41 rows do not fit on a sheet: what is left out is said
    assert len(re.findall("<tr>", page)) == 26
    assert "ほか16行" in page


def test_one_page_refuses_what_is_no_picture(tmp_path):
    with pytest.raises(ChoiceError, match="「地図」は地図でも図でもありません"):
        reports.one_page("題", PLACES, pictures={"地図": "map"}, path=tmp_path / "a.html")
