"""The table of 126 items: complete, by the five words, and each command prints what the table says."""

import sys
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "scripts"))

import mission_items  # noqa: E402

TEXT = mission_items.PAGE.read_text(encoding="utf-8")
ROWS = mission_items.read_rows(TEXT)


def test_every_item_has_a_row_with_a_command_and_one_of_five_verdicts():
    assert [int(row["number"]) for row in ROWS] == list(range(1, 127))
    assert {row["verdict"] for row in ROWS} <= set(mission_items.VERDICTS)
    assert [row["number"] for row in ROWS if not row["command"].strip("`")] == []


def test_the_counts_at_the_top_are_those_of_the_rows():
    counts = Counter(row["verdict"] for row in ROWS)
    line = "、".join(f"{name} {counts[name]}" for name in mission_items.VERDICTS)
    assert f"Counts: {line}." in TEXT


def test_every_notebook_that_is_named_is_there():
    for row in ROWS:
        for name in row["notebook"].split("、"):
            if "/" in name:
                track, number = name.split(",")[0].split("/")
                assert list((ROOT / "notebooks" / track).glob(f"{number[:2]}_*.ipynb")), row


def test_a_published_row_prints_the_same_again(monkeypatch):
    monkeypatch.chdir(ROOT)
    for row in ROWS:
        if row["number"] in ("12", "77"):
            assert mission_items.run_command(row["command"]) == row["printed"]


@pytest.mark.slow
@pytest.mark.parametrize("row", ROWS, ids=[row["number"] for row in ROWS])
def test_a_command_prints_what_the_table_says(row, monkeypatch):
    monkeypatch.chdir(ROOT)
    printed = mission_items.run_command(row["command"])
    assert "Error" not in printed
    assert printed == row["printed"]
