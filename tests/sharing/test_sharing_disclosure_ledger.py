"""What was published before counts: a ledger refuses what it would give away, and suppress heeds it."""

import json

import numpy as np
import pandas as pd
import pytest

from dxkit import sharing
from dxkit.errors import TableError

PLACES = ["a", "b", "c", "d"]


@pytest.fixture
def ledger(tmp_path):
    return sharing.DisclosureLedger(tmp_path / "ledger.json")


def test_a_second_table_that_gives_away_a_blank_is_refused_and_nothing_is_entered(ledger):
    first = pd.Series([None, None, 30, 41, 95], index=[*PLACES, "計"])
    assert ledger.record(first, published_on="2025-04-01") == 1
    second = pd.Series([24, 71, 95], index=["a・b", "c・d", "計"])
    # the sum of a and b was known before
    assert ledger.record(second, hierarchy={"a・b": ["a", "b"], "c・d": ["c", "d"]}) == 2
    third = pd.Series([30, 41, 20, 91], index=["c", "d", "b", "計"])
    with pytest.raises(
        TableError, match=r"シート「公表1」.*伏せた数が、前に公表した表と合わせると分かります"
    ):
        ledger.record(third)
    assert len(ledger) == 2
    assert len(sharing.DisclosureLedger(ledger.path)) == 2
    ranges = ledger.check(third)
    news = ranges[ranges["is_new"]]
    assert set(news["table"]) == {"公表1"}
    assert dict(zip(news["row"], news["low"], strict=True)) == {"a": 4, "b": 20}


def test_tables_that_were_suppressed_with_the_ledger_in_view_pass_it(ledger):
    draw = np.random.default_rng(5)
    index = [f"町{i}" for i in range(8)]
    counts = pd.DataFrame(
        draw.negative_binomial(0.6, 0.03, (8, 3)), index=index, columns=list("xyz")
    )
    ledger.record(sharing.suppress(counts))
    part = counts.iloc[:5]
    # by itself the part's totals may give away blanks of the whole
    refused = ledger.check(sharing.suppress(part))["is_new"].any()
    assert refused
    heeding = sharing.suppress(part, published_before=ledger.tables)
    assert ledger.record(heeding) == 2
    # what was blank stays blank
    earlier = ledger.tables["公表1"]
    assert (
        heeding.loc[part.index, list("xyz")].isna() >= earlier.loc[part.index, list("xyz")].isna()
    ).all(axis=None)


def test_the_same_export_twice_keeps_its_number(ledger):
    table = pd.Series([30, 41], index=["c", "d"])
    assert [ledger.record(table), ledger.record(table)] == [1, 1]
    assert ledger.tables["公表1"].tolist() == [30, 41]


def test_several_tables_come_back_with_their_links_and_labels(ledger):
    men = pd.DataFrame([[3, 40], [50, 60]], index=[1, 2], columns=["x", "y"])
    women = pd.DataFrame([[20, 15], [30, 80]], index=[1, 2], columns=["x", "y"])
    published = sharing.suppress({"総数": men + women, "男": men, "女": women})
    ledger.record(published)
    again = sharing.DisclosureLedger(ledger.path).tables
    assert list(again) == ["公表1/総数", "公表1/男", "公表1/女"]
    assert list(again["公表1/男"].index) == [1, 2, "計"]
    assert again["公表1/総数"].attrs["settings"]["links"] == {
        "公表1/総数": ["公表1/男", "公表1/女"]
    }
    assert not sharing.audit(again)["derivable"].any()


def test_a_changed_or_damaged_ledger_is_noticed(ledger):
    ledger.record(pd.Series([30, 41], index=["c", "d"]))
    text = ledger.path.read_text(encoding="utf-8")
    for damaged in (text.replace("41", "42"), text[:-9], "{}", "[]"):
        ledger.path.write_text(damaged, encoding="utf-8")
        with pytest.raises(TableError, match="公表の台帳として読めません"):
            sharing.DisclosureLedger(ledger.path)


def test_an_interrupted_write_leaves_the_old_ledger(ledger, monkeypatch):
    ledger.record(pd.Series([30, 41], index=["c", "d"]))
    monkeypatch.setattr("pathlib.Path.replace", lambda *_: (_ for _ in ()).throw(OSError("full")))
    with pytest.raises(OSError, match="full"):
        ledger.record(pd.Series([30, 42], index=["e", "f"]))
    assert len(sharing.DisclosureLedger(ledger.path)) == 1
    assert [path.name for path in ledger.path.parent.iterdir()] == ["ledger.json"]


def test_the_file_holds_only_what_was_published(ledger):
    counts = pd.DataFrame([[3, 40], [50, 60], [70, 80]], index=list("abc"), columns=list("xy"))
    ledger.record(sharing.suppress(counts))
    stored = json.loads(ledger.path.read_text(encoding="utf-8"))["exports"][0]["tables"][0]
    assert stored["values"][0] == [None, None, 43]
    assert stored["values"][2] == [70, 80, 150]
