"""The environment check finds what is missing and says what to do."""

import shutil

import pytest

import dxkit


@pytest.fixture
def copied_data(tmp_path, monkeypatch):
    folder = tmp_path / "data"
    shutil.copytree(dxkit.data_folder(), folder, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setenv("DXKIT_DATA", str(folder))
    return folder


def _result(item):
    return dxkit.check().set_index("項目").loc[item]


def test_a_sound_environment_passes_every_check():
    found = dxkit.check()
    assert set(found["結果"]) == {"○"}
    assert len(found) >= 10


def test_a_table_changed_by_hand_is_named(copied_data):
    path = copied_data / dxkit.catalog().set_index("name").loc["systems", "file"]
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    row = _result("データ")
    assert row["結果"] == "×"
    assert "systems.csv" in row["内容"]
    assert row["対処"]


def test_a_missing_table_is_named(copied_data):
    (copied_data / dxkit.catalog().set_index("name").loc["themes", "file"]).unlink()
    assert "themes.csv" in _result("データ")["内容"]


def test_a_missing_catalogue_does_not_stop_the_check(monkeypatch, tmp_path):
    monkeypatch.setenv("DXKIT_DATA", str(tmp_path))
    row = _result("データの目録")
    assert row["結果"] == "×"
    assert "DXKIT_DATA" in row["内容"]


def test_a_missing_library_is_named_with_what_to_do(monkeypatch):
    monkeypatch.setattr("dxkit._environment.LIBRARIES", ("pandas", "no-such-library"))
    row = _result("no-such-library")
    assert row["結果"] == "×"
    assert "make lab" in row["対処"]


def test_tables_whose_next_edition_is_due_are_named_and_nothing_stops(monkeypatch):
    monkeypatch.setenv("DXKIT_TODAY", "2027-04-01")
    row = _result("データの新しさ")
    assert row["結果"] == "○"
    assert "dashboard" in row["内容"]
    assert "municipalities" in row["内容"]
    assert "technology_index" not in row["内容"]
    assert "次のファイル" in row["対処"]
    assert dxkit.describe("dashboard")["次のファイル"].startswith("市区町村毎のDX進捗状況")
    monkeypatch.setenv("DXKIT_TODAY", "2025-04-01")
    assert _result("データの新しさ")["内容"] == "期限内です"
