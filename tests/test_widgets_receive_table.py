"""Somebody brings a table: its receipt, its columns and its map come at once, and nothing in it is trusted."""

import datetime as dt

import pandas as pd
import pytest

import dxkit
from dxkit import loaders, widgets

GOOD_TABLE = "市町名,窓口の件数,相談\n豊岡,1234,5\n養父市,820,6\n朝来,610,7\n"
WHEN = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def places():
    return dxkit.load("municipalities")


@pytest.fixture
def receiver(places, tmp_path, monkeypatch):
    monkeypatch.setenv("DXKIT_HOME", str(tmp_path / "home"))
    return widgets.receive_table(places, path=tmp_path / "out")


def bring(receiver, name, content):
    """Choose a file, as the browser tells of it, and return what is shown."""
    content = content.encode("cp932") if isinstance(content, str) else content
    button, sentence, receipt, column, picture, _ = receiver.children
    button.value = [
        {
            "name": name,
            "type": "",
            "size": len(content),
            "content": content,
            "last_modified": WHEN + dt.timedelta(seconds=len(content)),
        }
    ]
    pages = [output["data"]["text/html"] for output in picture.outputs]
    return sentence.value, receipt.value, column, "".join(pages)


def test_a_table_is_kept_read_and_drawn(receiver, tmp_path):
    words, receipt, column, page = bring(receiver, "窓口.csv", GOOD_TABLE)
    assert "窓口.csv</b> を読みました（3行）" in words
    assert f'path = "{(tmp_path / "out" / "窓口.csv").as_posix()}"' in words
    assert "ありません。このまま使えます" in receipt
    assert column.options == ("窓口の件数", "相談")
    assert not column.disabled
    assert "1,234" in page
    # the town of the notebooks is outlined
    assert "太い線: 豊岡市" in page
    before = page
    column.value = "相談"
    assert receiver.children[4].outputs[0]["data"]["text/html"] != before


def test_a_file_of_invented_figures_is_drawn_with_its_mark(receiver, tmp_path):
    table = pd.DataFrame({"市町名": ["豊岡市", "養父市"], "窓口の件数": [12, 8]})
    table.attrs = {"made": True, "kind": "made", "source": "練習用", "as_of": "2026-11"}
    loaders.write_table(table, tmp_path / "練習.csv")
    marked = bring(receiver, "練習.csv", (tmp_path / "練習.csv").read_bytes())[3]
    assert "架空データ" in marked
    assert "練習用" in marked
    assert "架空データ" not in bring(receiver, "窓口.csv", GOOD_TABLE)[3]


def test_a_faulty_table_gets_words_and_then_its_mended_one_a_map(receiver):
    words, receipt, column, page = bring(receiver, "a.csv", GOOD_TABLE.replace("養父市", "養夫市"))
    assert "直すところがあります" in words
    assert "もしかして: 養父市" in receipt
    assert (column.options, column.disabled, page) == ((), True, "")
    words, _, column, page = bring(receiver, "a.csv", GOOD_TABLE)
    assert "を読みました" in words
    assert page


def test_a_workbook_is_read_too(receiver, tmp_path):
    path = tmp_path / "x.xlsx"
    pd.DataFrame({"市町": ["明石", "洲本市"], "数": [1, 2]}).to_excel(path, index=False)
    words, _, column, page = bring(receiver, "本.xlsx", path.read_bytes())
    assert "本.xlsx</b> を読みました（2行）" in words
    assert column.options == ("数",)
    assert page


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.csv", "", "a.csv"),
        ("a.xlsx", b"PK\x03\x04 no workbook", "a.xlsx"),
        ("a.pdf", b"%PDF-1.7", "a.pdf"),
        ("a.csv", "市町名,メモ\n豊岡市,はい\n養父市,いいえ\n", "数の列がないので"),
    ],
)
def test_what_cannot_be_drawn_is_said_in_words(receiver, name, content, words):
    sentence, _, column, page = bring(receiver, name, content)
    assert words in sentence
    assert (column.options, page) == ((), "")


def test_a_name_leads_to_no_other_folder_and_a_text_is_no_html(receiver, tmp_path):
    name = "../../<img src=x onerror=alert(1)>.csv"
    words, receipt, *_ = bring(receiver, name, GOOD_TABLE.replace("相談", "<b>相談"))
    assert [path.parent for path in tmp_path.rglob("*.csv")] == [tmp_path / "out"]
    assert "<img" not in words + receipt
    assert "<b>相談" not in receipt


def test_a_file_that_cannot_be_written_is_said_in_words(places, tmp_path, monkeypatch):
    monkeypatch.setenv("DXKIT_HOME", str(tmp_path / "home"))
    (tmp_path / "out").write_text("a file where a folder should be", encoding="utf-8")
    receiver = widgets.receive_table(places, path=tmp_path / "out")
    words, *_ = bring(receiver, "a.csv", GOOD_TABLE)
    assert "を「out」に入れられません。Excel で開いていたら閉じて" in words


def test_without_python_it_says_that_python_is_needed(receiver):
    assert "この欄の操作には Python のある版" in widgets.write_still(receiver)
