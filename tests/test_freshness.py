"""What is older than good says so below every picture, and nothing stops for it."""

import pytest

import dxkit
from dxkit import charts, maps, schema
from dxkit.errors import ChoiceError

NOTE = "この表は 2026-07-31 までのものです。新しい表: 総務省"


@pytest.fixture
def later(monkeypatch):
    monkeypatch.setenv("DXKIT_TODAY", "2027-04-01")


@pytest.fixture
def earlier(monkeypatch):
    monkeypatch.setenv("DXKIT_TODAY", "2026-07-31")


def _draw_chart():
    progress = dxkit.load("progress")
    wide = progress.pivot_table(index="code", columns="system", values="share_done")
    schema.carry_provenance(wide, progress)
    return charts.heatmap(wide).get_supxlabel().replace("\n", "")


def _draw_map():
    towns = dxkit.load("municipalities")
    progress = dxkit.load("progress")
    means = progress.groupby("code", as_index=False)["share_done"].mean()
    table = towns[["code", "name", "geometry"]].merge(means, on="code")
    table.attrs = {}
    schema.carry_provenance(table, progress)
    return maps.choropleth(table, column="share_done", title="進捗").page()


@pytest.mark.parametrize("draw", [_draw_chart, _draw_map])
def test_a_picture_prints_its_date_and_when_it_is_too_old(draw, later):
    text = draw()
    assert "2026-01" in text
    assert NOTE in text


@pytest.mark.parametrize("draw", [_draw_chart, _draw_map])
def test_a_picture_says_nothing_up_to_the_last_good_day(draw, earlier):
    text = draw()
    assert "2026-01" in text
    assert "までのものです" not in text


def test_two_maps_side_by_side_say_it_once(later):
    progress = dxkit.load("progress")
    towns = dxkit.load("municipalities")[["code", "name", "geometry"]]
    towns["share"] = 0.5
    towns.attrs = dict(progress.attrs)
    one = maps.choropleth(towns, column="share", title="左")
    other = maps.choropleth(towns, column="share", title="右")
    assert maps.compare(one, other).page().count(NOTE) == 1


def test_a_shown_table_and_a_report_say_it(later, tmp_path):
    progress = dxkit.load("progress").head(3)
    assert NOTE in dxkit.show(progress)._repr_html_()
    page = dxkit.reports.one_page("進捗", progress, path=tmp_path / "a.html").read_text("utf-8")
    assert NOTE in page
    profile = dxkit.reports.profile("28201", path=tmp_path / "b.html").read_text("utf-8")
    assert "2026-07-31 まで" in profile
    assert "2026-01時点" in profile


def test_several_editions_are_listed_from_the_oldest_on(later):
    dashboard, progress = dxkit.load("dashboard"), dxkit.load("progress")
    note = schema.write_age_note(progress, dashboard)
    assert note.startswith("期限を過ぎた表があります: 2025-07-31 まで")
    assert note.index("2025-07-31") < note.index("2026-07-31")


def test_tables_that_do_not_age_and_tables_from_elsewhere_say_nothing(later):
    assert schema.write_age_note(dxkit.load("technology_index"), None, {"source": "x"}) == ""


def test_the_next_files_name_is_inert(later):
    towns = dxkit.load("municipalities")[["code", "name", "geometry"]]
    towns["share"] = 0.5
    towns.attrs = {
        "source": "x",
        "inputs": [{"name": "x", "fresh_until": "2020-01-01", "next_file": "<script>a()</script>"}],
    }
    assert "<script>a()" not in maps.choropleth(towns, column="share").page()
    assert "<script>a()" not in dxkit.show(towns.drop(columns="geometry"))._repr_html_()


def test_the_clock_is_today_unless_it_is_set(monkeypatch):
    monkeypatch.delenv("DXKIT_TODAY", raising=False)
    assert schema.today().year >= 2026
    monkeypatch.setenv("DXKIT_TODAY", "2027-04-01")
    assert schema.today().isoformat() == "2027-04-01"
    monkeypatch.setenv("DXKIT_TODAY", "きのう")
    with pytest.raises(ChoiceError, match="DXKIT_TODAY=「きのう」"):
        schema.today()
