"""A downloaded catalogue becomes services that can be matched, or says which headings it lacks."""

import openpyxl
import pytest

from dxkit import loaders
from dxkit.errors import TableError
from dxkit.support import matching


def write(path, rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def test_a_catalogue_with_title_rows_is_read_and_can_be_matched(tmp_path):
    rows = [
        ["サービスの一覧（令和8年10月1日時点）"],
        [],
        ["No.", "分野", "サービス名", "提供事業者", "サービス概要", "URL"],
        [
            1,
            "生活",
            "ごみ便",
            "甲社",
            "ごみの収集日と分別を前日に知らせます",
            "https://example.jp/",
        ],
        [2, "交通", "のるーと便", "乙社", "予約で走る乗合の車です", None],
    ]
    table = loaders.read_catalogue(write(tmp_path / "a.xlsx", rows))
    assert table[["name", "maker", "field"]].to_numpy().tolist() == [
        ["ごみ便", "甲社", "生活"],
        ["のるーと便", "乙社", "交通"],
    ]
    assert table.attrs["as_of"] == "2026-10-01"
    best = matching.match("ごみの収集日を聞く電話が多い", table, method="words", top=1)
    assert best["name"].tolist() == ["ごみ便"]
    # the same service has the same code in the next edition
    again = loaders.read_catalogue(write(tmp_path / "b.xlsx", [rows[2], rows[4], rows[3]]))
    assert set(again["service"]) == set(table["service"])


def test_unknown_headings_are_listed_and_can_be_named(tmp_path):
    path = write(tmp_path / "a.xlsx", [["ツール", "できること"], ["ごみ便", "収集日を知らせる"]])
    with pytest.raises(TableError, match="ある見出し: ツール、できること"):
        loaders.read_catalogue(path)
    table = loaders.read_catalogue(path, columns={"name": "ツール", "text": "できること"})
    assert table["text"].tolist() == ["収集日を知らせる"]


def test_blanks_and_doubles_are_told_of_all_at_once(tmp_path):
    rows = [
        ["サービス名", "概要"],
        ["ごみ便", "知らせる"],
        ["ごみ便", "知らせる"],
        ["空便", None],
        [None, "説明"],
    ]
    with pytest.raises(TableError, match="3件の問題") as caught:
        loaders.read_catalogue(write(tmp_path / "a.xlsx", rows))
    told = [(fault.row, fault.column) for fault in caught.value.faults]
    assert told == [(4, "概要"), (5, "サービス名"), (3, "サービス名")]
    with pytest.raises(TableError, match="データの行がありません"):
        loaders.read_catalogue(write(tmp_path / "b.xlsx", rows[:1]))
