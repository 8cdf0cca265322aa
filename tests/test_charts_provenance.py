"""Every chart says where its data come from, and none of invented data can be drawn without its mark."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text

import dxkit
from dxkit import charts
from dxkit.schema import carry_provenance

TOWNS = dxkit.load("municipalities")
NAMES = dict(zip(TOWNS["code"], TOWNS["name"], strict=True))
MADE = {"source": "作った表", "as_of": "2026-11-26", "kind": "made", "made": True}
PUBLISHED = {"source": "総務省の表", "as_of": "2026-01", "kind": "published"}
ESTIMATED = {"source": "計算した表", "kind": "estimated"}


@dataclasses.dataclass(frozen=True)
class Case:
    """Tables of a chart, and how it is drawn from them."""

    tables: tuple
    draw: object

    def __call__(self, *tables, **options):
        return self.draw(*(tables or self.tables), **options)


def dates(*texts):
    return pd.to_datetime(pd.Series(texts))


def profile():
    values = {"研修": [10.0, 20, 40, 90], "AI": [0.0, 50, 60, 20], "RPA": [100.0, 30, 10, 20]}
    return pd.DataFrame(values, index=["28201", "28202", "28203", "28204"])


def ranks():
    table = {"p05": [1, 1, 2], "median": [1, 2, 3], "p95": [2, 3, 3], "tier": [1, 1, 2]}
    return pd.DataFrame(table, index=["28201", "28202", "28203"])


def forecast():
    return pd.DataFrame(
        {
            "code": ["28201", "28202"],
            "start": dates("2026-01-31", "2026-01-31"),
            "finish_p05": dates("2026-03-01", "2027-01-01"),
            "finish": dates("2026-06-01", "2028-01-01"),
            "finish_p95": dates("2027-01-01", "2036-01-31"),
            "beyond": [False, True],
        }
    )


def combinations():
    table = {"method": ["A", "B"], "conclusion": ["x", "y"], "estimate": [1.0, 2.0]}
    return pd.DataFrame(table).assign(stands=[True, False], refused="")


def months():
    table = {"date": dates("2026-01-31", "2026-02-28"), "mean": [9, 8], "p05": [8, 6]}
    return pd.DataFrame(table).assign(p95=9, measure="systems")


def backtest():
    table = pd.DataFrame({"hour": [24, 72], "use": ["当てはめ", "予測"], "observed": [0.9, 0.5]})
    table = table.assign(measure="避難所", simulated=[0.9, 0.6], miss_points=[0.0, 10.0])
    return table, table[["measure", "hour", "simulated"]].copy()


def estimates():
    points = pd.DataFrame({"body": ["甲", "乙"], "people": [5000, 6000]})
    band = pd.DataFrame({"people": [4000, 8000], "low_yen_per_person": 800})
    return (
        points.assign(yen_per_person=[900, 2400], verdict=["fair", "high"]),
        band.assign(middle_yen_per_person=1000, high_yen_per_person=1300),
    )


def bill():
    table = pd.DataFrame({"code": ["a", "b"], "alone_yen": [100, 200], "equal": [90, 90]})
    return table, pd.DataFrame({"rule": ["equal"], "label": ["均等割"], "leavers": [0]})


def matrix():
    table = pd.DataFrame({"from_": ["県", "国"], "to": ["国", "県"], "verdict": ["可", "要確認"]})
    return table.assign(ground="法1条", certainty="確か", row=["G1", "G2"])


def tasks():
    table = pd.DataFrame({"task": ["登録"], "prefecture": ["RA"], "state": ["I"]})
    return table.assign(ground="法1条", certainty="要確認")


def visits():
    table = pd.DataFrame({"day": [1, 2], "order": [1, 1], "code": ["28205", "28209"]})
    places = pd.DataFrame(TOWNS[["code", "office_lat", "office_lon"]])
    land = dxkit.load("boundaries").head(3)
    places.attrs = {}
    land.attrs = {}
    return table, places, land


def one(table, draw):
    return Case((table,), draw)


CASES = {
    "backtest": Case(backtest(), charts.backtest),
    "burn_down": Case(
        (months(), months()), lambda own, other, **o: charts.burn_down(own, baseline=other, **o)
    ),
    "change": one(
        pd.DataFrame({"before": [10.0, 40], "after": [30.0, 41]}, index=["a", "b"]).assign(
            low=-5.0, high=25.0, beyond_noise=[True, False]
        ),
        charts.change,
    ),
    "curve": one(pd.DataFrame({"count": [1, 2], "share": [0.4, 0.7]}), charts.curve),
    "dots": one(profile(), lambda table, **o: charts.dots(table, code="28201", **o)),
    "exposure": one(
        pd.DataFrame({"policy": ["甲", "乙"], "known": [0.5, 0.4], "sent": [1, 2]}),
        lambda table, **o: charts.exposure(table, benefit="known", cost="sent", **o),
    ),
    "fair_range": Case(estimates(), charts.fair_range),
    "funnel": one(
        pd.DataFrame({"stage_label": ["知る", "やってみる"], "count": [30, None]}), charts.funnel
    ),
    "gantt": Case(
        (forecast(), forecast()), lambda own, other, **o: charts.gantt(own, baseline=other, **o)
    ),
    "grounds": one(matrix(), charts.grounds),
    "hasse": one(pd.DataFrame({"upper": ["a"], "lower": ["b"]}), charts.hasse),
    "heatmap": one(profile().replace(20, np.nan), charts.heatmap),
    "levels": one(
        pd.DataFrame({"item": ["甲", "乙"], "level": [1, None], "status": ["answered", "unknown"]}),
        charts.levels,
    ),
    "link_errors": one(
        pd.DataFrame({"field": "氏名", "kind": ["同じ"], "pairs": [90], "missed": [3]}),
        charts.link_errors,
    ),
    "multiverse": Case((combinations(),), charts.multiverse),
    "network": one(
        pd.DataFrame({"code": ["a"], "other": ["b"], "shared": ["観光"]}),
        lambda table, **o: charts.network(table, groups=pd.Series({"a": "東", "b": "西"}), **o),
    ),
    "raci": one(tasks(), charts.raci),
    "radar": one(profile(), lambda table, **o: charts.radar(table, code="28201", **o)),
    "rank_intervals": one(ranks(), charts.rank_intervals),
    "reunions": one(
        pd.DataFrame({"repeats": [9, 0], "quality": [0.3, 0.6], "penalty": [1.0, None]}),
        charts.reunions,
    ),
    "routes": Case(
        visits(),
        lambda table, places, land, **o: charts.routes(
            table, places, municipalities=land, start=(34.69, 135.18), **o
        ),
    ),
    "sensitivity": one(
        pd.DataFrame({"factor": ["weights"], "S1": 0.1, "S1_conf": 0.1, "ST": 0.2, "ST_conf": 0.1}),
        charts.sensitivity,
    ),
    "split": Case(bill(), charts.split),
    "swimlane": one(
        pd.DataFrame({"order": [1, 2], "step": ["受付", "審査"], "who": ["窓口", "担当"]}).assign(
            work_min=[10, 30], wait_min=[0, 930], sent_back=[0, 0.2], medium="紙"
        ),
        charts.swimlane,
    ),
    "tiers": one(ranks()["tier"], charts.tiers),
    "timeline": one(
        pd.DataFrame({"policy": "電話", "hour": [1, 72], "mean": 0.5, "p05": 0.1, "p95": 0.9}),
        charts.timeline,
    ),
    "wind_rose": one(
        pd.DataFrame({"wind_ms": 5.0, "wind_from_deg": [0.0, 180.0], "share": [0.9, 0.7]}),
        charts.wind_rose,
    ),
}


def said(figure):
    """All texts of a figure, without the breaks of their lines."""
    return " ".join(text.get_text().replace("\n", "") for text in figure.findobj(Text))


def with_origin(case, at, attrs):
    """The tables of a case, of which the one at this place says where it comes from."""
    tables = [table.copy() for table in case.tables]
    tables[at].attrs = dict(attrs)
    return tables


def test_every_public_chart_has_a_case():
    assert set(CASES) == set(charts.__all__)


# every table of every chart, by name and place
TABLES = [(name, at) for name in charts.__all__ for at in range(len(CASES[name].tables))]


@pytest.mark.parametrize(("name", "at"), TABLES)
def test_invented_data_are_marked_without_and_against_the_keyword(name, at):
    case = CASES[name]
    for options in ({}, {"made": False}):
        figure = case(*with_origin(case, at, MADE), title="題", **options)
        assert "題（架空データ）" in figure.get_suptitle()
        assert "出典: 作った表（2026-11-26時点）" in said(figure)


@pytest.mark.parametrize(("name", "at"), TABLES)
def test_published_data_are_named_with_their_date_and_bear_no_mark(name, at):
    case = CASES[name]
    figure = case(*with_origin(case, at, PUBLISHED), title="題")
    assert "出典: 総務省の表（2026-01時点）" in said(figure)
    assert "架空データ" not in said(figure)
    assert "推計" not in said(figure)


@pytest.mark.parametrize(("name", "at"), TABLES)
def test_estimated_data_are_marked(name, at):
    case = CASES[name]
    assert "題（推計）" in case(*with_origin(case, at, ESTIMATED), title="題").get_suptitle()


@pytest.mark.parametrize("name", charts.__all__)
def test_a_table_without_origin_is_drawn_with_what_the_keywords_say(name):
    case = CASES[name]
    assert "出典" not in said(case())
    figure = case(title="題", made=True, source="聞き取り")
    assert "題（架空データ）" in figure.get_suptitle()
    assert "出典: 聞き取り" in said(figure)


@pytest.mark.parametrize("name", charts.__all__)
def test_a_source_that_repeats_the_tables_own_is_printed_once(name):
    case = CASES[name]
    for source in ("総務省の表", "出典: 総務省の表"):
        figure = case(*with_origin(case, 0, PUBLISHED), source=source)
        assert said(figure).count("総務省の表") == 1
        assert said(figure).count("出典: ") == 1
        assert "（2026-01時点）" in said(figure)


def test_the_callers_source_takes_the_place_of_the_tables_own_without_its_date():
    table = profile()
    table.attrs = dict(PUBLISHED)
    figure = charts.heatmap(table, source="県の集計")
    assert "出典: 県の集計" in said(figure)
    assert "総務省" not in said(figure)
    assert "時点" not in said(figure)
    assert "出典" not in said(charts.heatmap(table, source=""))


def test_several_sources_are_all_named():
    own, other = with_origin(CASES["gantt"], 0, PUBLISHED)
    other.attrs = dict(MADE)
    figure = charts.gantt(own, baseline=other, title="題")
    assert figure.get_suptitle() == "題（架空データ）"
    assert "出典: 総務省の表、作った表（2026-01、2026-11-26時点）" in said(figure)


def test_a_mark_that_the_title_already_holds_is_not_repeated():
    answers = dxkit.load("hearing_example")
    assert charts.levels(answers, title="架空データの例").get_suptitle() == "架空データの例"
    assert charts.levels(answers).get_suptitle() == "（架空データ）"


def test_names_and_labels_bring_neither_mark_nor_source():
    names = dxkit.load("indicators_hearing").set_index("indicator")["label"]
    assert names.attrs["made"] is True
    figure = charts.levels(CASES["levels"].tables[0], names=names, title="題")
    assert figure.get_suptitle() == "題"
    assert "出典" not in said(figure)


def test_invented_groups_of_a_network_are_marked():
    groups = pd.Series({"a": "東", "b": "西"})
    groups.attrs = dict(MADE)
    figure = charts.network(CASES["network"].tables[0], groups=groups, title="題")
    assert figure.get_suptitle() == "題（架空データ）"


@dataclasses.dataclass(frozen=True)
class Result:
    """A result object as those of dxkit: tables in fields, some of them properties."""

    table: pd.DataFrame
    curve: pd.DataFrame = None
    fair: pd.DataFrame = None
    rules: pd.DataFrame = None
    edges: pd.DataFrame = None
    dimensions: pd.DataFrame = None

    @property
    def tiers(self):
        return self.table["tier"]


@pytest.mark.parametrize(
    ("name", "result"),
    [
        ("backtest", Result(*backtest())),
        ("burn_down", Result(ranks(), curve=months())),
        ("fair_range", Result(estimates()[0], fair=estimates()[1])),
        ("gantt", Result(forecast())),
        ("hasse", Result(ranks(), edges=CASES["hasse"].tables[0])),
        ("heatmap", Result(ranks(), dimensions=profile())),
        ("network", Result(CASES["network"].tables[0])),
        ("rank_intervals", Result(ranks())),
        ("split", Result(bill()[0], rules=bill()[1])),
        ("tiers", Result(ranks())),
    ],
)
def test_a_result_object_is_drawn_as_its_table_and_marked_as_any_of_its_tables(name, result):
    options = {"groups": pd.Series({"a": "東", "b": "西"})} if name == "network" else {}
    chart = getattr(charts, name)
    assert "架空データ" not in said(chart(result, **options))
    for field in dataclasses.fields(result):
        table = getattr(result, field.name)
        if table is not None:
            marked = carry_provenance(table.copy(), MADE)
            figure = chart(dataclasses.replace(result, **{field.name: marked}), **options)
            assert "（架空データ）" in figure.get_suptitle()
            assert "出典: 作った表" in said(figure)


@pytest.mark.parametrize("name", charts.__all__)
def test_what_is_neither_table_nor_result_is_refused(name):
    case = CASES[name]
    with pytest.raises(dxkit.errors.TableError, match="値「7」: 表ではありません"):
        case(7, *case.tables[1:])


def test_tables_of_the_project_bring_their_mark_and_source_along():
    example = charts.levels(dxkit.load("hearing_example"), title="段階")
    assert example.get_suptitle() == "段階（架空データ）"
    progress = dxkit.load("progress")
    figure = charts.heatmap(
        progress[progress["code"] == "28209"], row="code", column="system", value="share_done"
    )
    assert figure.get_suptitle() == ""
    assert progress.attrs["source"] in said(figure)


@pytest.mark.parametrize(
    ("name", "old"),
    [
        ("dots", {"one": "28201"}),
        ("radar", {"one": "28201"}),
        ("fair_range", {"one": "甲"}),
        ("split", {"shown": ["equal"]}),
        ("routes", {"towns": visits()[2], "start": (34.69, 135.18)}),
        ("gantt", {"other": forecast()}),
        ("burn_down", {"other": months()}),
        ("gantt", {"other_label": "いま"}),
        ("burn_down", {"other_label": "いま"}),
    ],
)
def test_old_keywords_still_work_for_one_release(name, old):
    word = next(iter(old))
    new = {"one": "code", "shown": "rule_keys", "towns": "municipalities"}.get(word)
    new = new or word.replace("other", "baseline")
    new = "estimate" if name == "fair_range" else new
    count = {"routes": 2, "gantt": 1, "burn_down": 1}.get(name)
    tables = CASES[name].tables[:count]
    with pytest.warns(FutureWarning, match=f"{word}= は {new}= "):
        assert getattr(charts, name)(*tables, title="題", **old).get_suptitle() == "題"
