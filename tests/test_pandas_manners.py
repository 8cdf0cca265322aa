"""What somebody tries who knows pandas and not this house: each is right, or one clear Japanese error.

The list is written down beside each try; what is right is computed here from the same table in its
plain form, and is no output of the form that is tried.
"""

import io
import re
import warnings
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import dxkit
from dxkit import assumptions, drones, linkage, maturity, regions, sharing
from dxkit._checks import to_numbers
from dxkit.errors import DxkitError, TableError, TableWarning
from dxkit.loaders import read_standardization, read_table, write_table

FIGURES = pd.DataFrame(dxkit.load("dashboard"))
FRAMEWORK = dxkit.load("indicators_dashboard")
ITEMS = [name for name in FIGURES.columns if name in set(FRAMEWORK["indicator"])]
TOTAL = maturity.score(FIGURES, FRAMEWORK).total
PLACES = pd.DataFrame(
    {"lat": [35.0, 35.0, 35.1], "lon": [134.0, 134.01, 134.0], "people": [10, 20, 25]}
)
SITES = pd.DataFrame({"base": ["駅", "役場"], "lat": [35.0, 35.1], "lon": [134.005, 134.0]})
ROUND = {"count": 1, "range_km": 2}
CSV = "市町名,件数\n姫路市,12\n尼崎市,3\n"


def _to_points(table):
    shapes = gpd.points_from_xy(table["lon"], table["lat"])
    return gpd.GeoDataFrame(table.drop(columns=["lat", "lon"]), geometry=shapes, crs="EPSG:6668")


def _write_bytes(suffix):
    buffer = io.BytesIO()
    table = pd.DataFrame({"市町名": ["姫路市", "尼崎市"], "件数": [12, 3]})
    if suffix == ".xlsx":
        table.to_excel(buffer, index=False)
    else:
        buffer.write(CSV.encode("cp932"))
    buffer.seek(0)
    return buffer


class ArrowOnly:
    """A table that speaks Arrow and nothing else, as polars does."""

    def __init__(self, table):
        self.table = pa.Table.from_pandas(table)

    def __arrow_c_stream__(self, requested_schema=None):
        return self.table.__arrow_c_stream__(requested_schema)


class ProtocolOnly:
    """A table that speaks the dataframe protocol and nothing else."""

    def __init__(self, table):
        self.table = table

    def __dataframe__(self, nan_as_null=False, allow_copy=True):
        return self.table.__dataframe__()


# --- what a score is asked with: each must give the very totals of the plain table -----------------

PLAIN = FIGURES.set_index("code")[ITEMS]
SAME_TOTALS = {
    "codes as integers": FIGURES.assign(code=FIGURES["code"].astype(int)),
    "codes as floats, after a merge with gaps": FIGURES.assign(code=FIGURES["code"].astype(float)),
    "codes with the check digit": FIGURES.assign(
        code=[dxkit.codes.full_code(code) for code in FIGURES["code"]]
    ),
    "a column 団体コード": FIGURES.rename(columns={"code": "団体コード"}),
    "a column 団体コード of integers": FIGURES.rename(columns={"code": "団体コード"}).astype(
        {"団体コード": int}
    ),
    "a column 市区町村コード": FIGURES.rename(columns={"code": "市区町村コード"}),
    "an index of integers without a name": FIGURES.set_index(
        FIGURES["code"].astype(int).to_numpy()
    )[ITEMS],
    "an index 団体コード": PLAIN.rename_axis("団体コード"),
    "a list of dictionaries": FIGURES.to_dict("records"),
    "a dictionary of columns": FIGURES.to_dict("list"),
    "an Arrow table": pa.Table.from_pandas(FIGURES),
    "a table that speaks Arrow only": ArrowOnly(FIGURES),
    "a table of the dataframe protocol": ProtocolOnly(FIGURES),
    "a numpy record array": FIGURES.to_records(index=False),
    "columns of pyarrow": FIGURES.convert_dtypes(dtype_backend="pyarrow"),
    "a categorical code": FIGURES.astype({"code": "category"}),
    "columns in another order": FIGURES[FIGURES.columns[::-1]],
    "an index that is shuffled": FIGURES.sample(frac=1, random_state=1),
}


@pytest.mark.parametrize("values", SAME_TOTALS.values(), ids=SAME_TOTALS.keys())
def test_a_table_of_any_kind_gives_the_totals_of_the_plain_one(values):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        total = maturity.score(values, FRAMEWORK).total
    assert set(total.index) == set(TOTAL.index)
    np.testing.assert_allclose(total.loc[TOTAL.index].to_numpy(float), TOTAL.to_numpy(float))


REFUSED = {
    "a RangeIndex and no code": (
        lambda: maturity.score(FIGURES[ITEMS], FRAMEWORK), "どの行がどの市町か分かりません",
    ),
    "rows that were filtered, and no code": (
        lambda: maturity.rank_intervals(FIGURES[ITEMS].iloc[3:9], FRAMEWORK, draws=2),
        "どの行がどの市町か分かりません",
    ),
    "integer codes one of which is none": (
        lambda: maturity.score(FIGURES.assign(code=[7, *FIGURES["code"].astype(int)[1:]]), FRAMEWORK),
        "1行目 列「code」 値「7」: values の団体コードが読めません",
    ),
    "six digits with a wrong check digit": (
        lambda: maturity.score(FIGURES.assign(code=["281001", *map(dxkit.codes.full_code, FIGURES["code"][1:])]), FRAMEWORK),
        "検査数字「1」が合いません",
    ),
    "a numpy array": (lambda: maturity.score(FIGURES[ITEMS].to_numpy(), FRAMEWORK), "列名のない配列"),
    "a list of lists": (
        lambda: maturity.score(FIGURES[ITEMS].to_numpy().tolist(), FRAMEWORK), "DataFrame）ではありません",
    ),
    "the path of a file": (lambda: maturity.score("values.csv", FRAMEWORK), "read_table で読みます"),
    "an open file": (lambda: maturity.score(io.StringIO(CSV), FRAMEWORK), "read_table で読みます"),
    "one column of a table": (
        lambda: maturity.score(FIGURES[ITEMS[0]], FRAMEWORK), "values が表（DataFrame）ではありません",
    ),
    "one column of a table for types": (
        lambda: maturity.typology(FIGURES[ITEMS[0]]), "values が表（DataFrame）ではありません",
    ),
    "one column of a table for a plain index": (
        lambda: maturity.plain_framework(FIGURES[ITEMS[0]]), "values が表（DataFrame）ではありません",
    ),
    "one column of the answers": (
        lambda: maturity.agreement(pd.Series([1, 2])), "answers が表（DataFrame）ではありません",
    ),
    "one column of the framework": (
        lambda: maturity.draw_weights(FRAMEWORK["weight"]), "表（DataFrame）ではありません",
    ),
    "records that are read only once": (
        lambda: maturity.score((record for record in FIGURES.to_dict("records")), FRAMEWORK),
        "values が表（DataFrame）ではありません",
    ),
    "columns of different lengths": (
        lambda: maturity.score({"code": ["28201"], "a": [1, 2]}, FRAMEWORK), "列の長さがそろっていません",
    ),
    "an empty list": (lambda: maturity.score([], FRAMEWORK), "DataFrame）ではありません"),
    "the area's name as the size of shapes": (
        lambda: (m := dxkit.load("municipalities"))[m.area == "但馬"], "area_name 列にあります",
    ),
    "the same with isin, after a filter": (
        lambda: (m := regions.municipalities())[m[m["kind"] == "city"].area.isin(["但馬"])],
        "area_name 列にあります",
    ),
    "the same with the list of areas": (
        lambda: (a := regions.areas())[a.area == "但馬"], "area_name 列にあります",
    ),
    "polygons where points are meant": (
        lambda: drones.best_bases(_to_points(PLACES).assign(geometry=_to_points(PLACES).buffer(0.01)), SITES, **ROUND),
        "列「lat」",
    ),
    "coordinates as an array of places": (
        lambda: drones.best_bases(PLACES.to_numpy(), SITES, **ROUND), "demand が列名のない配列",
    ),
    "places as words": (lambda: regions.locate(["姫路市"]), "緯度と経度の組として読めません"),
    "no file at all": (lambda: read_table(None), "ファイルの名前（パス）か、開いたファイル"),
    "a table where a file is meant": (lambda: read_table(FIGURES), "開いたファイルを渡してください"),
    "an empty buffer": (lambda: read_table(io.BytesIO(b"")), "メモリ上のファイル"),
    "bytes that are no table": (lambda: dxkit.read(io.BytesIO(b"\x89PNG\r\n\x1a\n" + bytes(60))), "メモリ上のファイル"),
}  # fmt: skip


@pytest.mark.parametrize(("call", "words"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_meant_is_one_error_of_this_house(call, words):
    with warnings.catch_warnings():
        # geopandas says that degrees have no area, which is not the point here
        warnings.simplefilter("ignore")
        with pytest.raises(DxkitError, match=re.escape(words)):
            call()


# --- cells that pandas would turn into numbers without a word ------------------------------------

TOWNS = ["28201", "28202", "28203"]
FIGURE_ITEM = "mynumber_cards"
NO_NUMBERS = {
    "days": pd.date_range("2026-04-01", periods=3),
    "days with a zone": pd.date_range("2026-04-01", periods=3, tz="Asia/Tokyo"),
    "days as objects": pd.Series(pd.date_range("2026-04-01", periods=3)).astype(object).array,
    "days of pyarrow": pd.Series(pd.date_range("2026-04-01", periods=3)).astype("timestamp[ns][pyarrow]").array,
    "months": pd.period_range("2026-04", periods=3, freq="M"),
    "spans of time": pd.to_timedelta([1, 2, 3], unit="D"),
}  # fmt: skip
READERS = {
    "score": lambda cells: maturity.score(FIGURES[FIGURES["code"].isin(TOWNS)].assign(**{FIGURE_ITEM: cells}), FRAMEWORK),
    "typology": lambda cells: maturity.typology(pd.DataFrame({"a": cells, "b": [1, 2, 3]}, index=TOWNS), draws=2),
    "values_of": lambda cells: maturity.values_of(pd.DataFrame({"code": TOWNS, "item": "a", "rater": "甲", "level": cells, "status": "answered"})),
    "competition_ranks": lambda cells: maturity.competition_ranks(pd.Series(cells)),
    "describe_value": lambda cells: maturity.describe_value(pd.Series(cells, index=TOWNS), dxkit.load("municipalities"), "28201"),
    "suppress": lambda cells: sharing.suppress(pd.DataFrame({"x": [40, 50, 60], "y": cells}, index=TOWNS)),
    "best_bases": lambda cells: drones.best_bases(PLACES.assign(people=cells), SITES, **ROUND),
    "assumptions.table": lambda cells: assumptions.table(pd.DataFrame({"assumption": list("abc"), "value": cells, "low": 0, "high": 1e20})),
}  # fmt: skip


@pytest.mark.parametrize("cells", NO_NUMBERS.values(), ids=NO_NUMBERS.keys())
@pytest.mark.parametrize("read", READERS.values(), ids=READERS.keys())
def test_a_date_a_month_or_a_span_of_time_is_no_number(read, cells):
    with pytest.raises(TableError, match=r"数ではありません|値が使えません|人数ではありません"):
        read(cells)


def test_a_blank_among_dates_stays_a_blank_and_numbers_stay_numbers():
    cells = pd.Series(["3", None, pd.Timestamp("2026-04-01"), 2j, 1.5, pd.NA], dtype=object)
    np.testing.assert_array_equal(to_numbers(cells), [3, np.nan, np.nan, np.nan, 1.5, np.nan])
    np.testing.assert_array_equal(to_numbers(pd.Series([True, False])), [1, 0])
    np.testing.assert_array_equal(to_numbers(pd.Series([1, None], dtype="Int64")), [1, np.nan])


# --- points ---------------------------------------------------------------------------------------

PLANE = "EPSG:6674"
POINTS = {
    "points as geometry": (_to_points(PLACES), _to_points(SITES)),
    "points of the plane": (_to_points(PLACES).to_crs(PLANE), _to_points(SITES).to_crs(PLANE)),
    "points as lists of dictionaries": (PLACES.to_dict("records"), SITES.to_dict("records")),
    "points as Arrow": (pa.Table.from_pandas(PLACES), pa.Table.from_pandas(SITES)),
}


@pytest.mark.parametrize(("demand", "candidates"), POINTS.values(), ids=POINTS.keys())
def test_points_of_any_kind_give_the_bases_of_the_plain_table(demand, candidates):
    siting = drones.best_bases(demand, candidates, **ROUND)
    # 10 and 20 people lie 500 m from the station, 25 at the town hall
    assert (siting.bases["base"].tolist(), siting.value) == (["駅"], 30.0)


@pytest.mark.parametrize(
    "points",
    [
        [[34.8394, 134.6939]],
        np.array([[34.8394, 134.6939]]),
        [{"lat": 34.8394, "lon": 134.6939}],
        {"lat": [34.8394], "lon": [134.6939]},
        pa.table({"lat": [34.8394], "lon": [134.6939]}),
        gpd.GeoDataFrame(geometry=gpd.points_from_xy([134.6939], [34.8394]), crs="EPSG:4326"),
        gpd.GeoSeries(gpd.points_from_xy([134.6939], [34.8394]), crs="EPSG:4326"),
    ],
    ids=["lists", "array", "dictionaries", "columns", "Arrow", "GeoDataFrame", "GeoSeries"],
)
def test_a_point_of_any_kind_lies_in_himeji(points):
    assert regions.locate(points)["name"].tolist() == ["姫路市"]


def test_a_mesh_table_without_lat_and_lon_takes_the_points_of_its_shapes():
    services = pd.DataFrame({"name": ["店"], "lat": [35.0], "lon": [134.0]})
    plain = drones.need(PLACES, services, near_km=1)["in_need"]
    pd.testing.assert_series_equal(
        drones.need(_to_points(PLACES), services, near_km=1)["in_need"], plain
    )


# --- the column of the areas ----------------------------------------------------------------------


@pytest.mark.parametrize("read", [lambda: dxkit.load("municipalities"), regions.municipalities])
def test_the_areas_of_the_municipalities_stand_in_a_column_of_its_own_name(read):
    towns = read()
    tajima = ["28209", "28222", "28225", "28585", "28586"]
    assert towns[towns.area_name == "但馬"]["code"].tolist() == tajima
    # the old name stays behind it for a release
    columns = list(towns.columns)
    assert columns.index("area") == columns.index("area_name") + 1
    assert towns["area"].tolist() == towns["area_name"].tolist()
    # sizes go on being sizes
    assert (towns.to_crs("EPSG:6674").area > 1e6).all()
    assert type(towns.to_crs("EPSG:6674").area * 2) is pd.Series


def test_the_old_name_is_not_shown_twice():
    assert list(dxkit.label(dxkit.load("municipalities")).columns).count("圏域") == 1
    assert list(dxkit.show(dxkit.load("areas")).to_frame().columns).count("圏域") == 1


# --- readers --------------------------------------------------------------------------------------

OPEN_FILES = {
    "a buffer of a CSV": lambda: _write_bytes(".csv"),
    "a buffer of a workbook": lambda: _write_bytes(".xlsx"),
    "bytes": lambda: CSV.encode("cp932"),
    "a memoryview, as an upload of Jupyter": lambda: memoryview(CSV.encode("utf-8")),
    "a text buffer": lambda: io.StringIO(CSV),
}


@pytest.mark.parametrize("make_file", OPEN_FILES.values(), ids=OPEN_FILES.keys())
@pytest.mark.parametrize("reader", [read_table, dxkit.read])
def test_a_file_in_memory_is_read_as_one_on_disk(reader, make_file):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TableWarning)
        table = reader(make_file())
    assert table["code"].tolist() == ["28201", "28202"]
    assert table["件数"].tolist() == [12, 3]
    assert "メモリ上のファイル" in table.attrs["source"]


def test_an_open_file_keeps_its_name(tmp_path):
    path = tmp_path / "件数.csv"
    path.write_text(CSV, encoding="utf-8")
    with path.open("rb") as file:
        assert read_table(file, prefecture=None).attrs["file"] == "件数.csv"


def test_json_in_memory_goes_to_the_reader_that_fits():
    with pytest.raises(DxkitError, match="municipalities"):
        read_standardization(io.BytesIO(b'{"other": []}'))


# --- the smallest index ---------------------------------------------------------------------------


def test_three_columns_are_an_index_and_what_was_chosen_is_said():
    towns = pd.DataFrame(
        {"code": [28201, 28202, 28203], "a": [0, 5, 10], "b": [1.0, 2.0, 3.0], "c": [4, 4, 9]}
    )
    with pytest.warns(TableWarning, match="a・b・c を同じ重みで、どれも大きいほど良く"):
        scores = maturity.score(towns)
    # by hand: means of (0, .5, 1), (0, .5, 1) and (0, 0, 1)
    np.testing.assert_allclose(scores.total, [0, 1 / 3, 1])
    assert scores.total.index.tolist() == ["28201", "28202", "28203"]
    framework = maturity.plain_framework(towns, lower_is_better="c")
    np.testing.assert_allclose(maturity.score(towns, framework).total, [1 / 3, 2 / 3, 2 / 3])


def test_a_column_in_which_all_are_equal_is_left_out_and_said():
    towns = pd.DataFrame(
        {"code": ["28201", "28202"], "a": [0, 5], "same": [1, 1], "name": ["甲", "乙"]}
    )
    with pytest.warns(TableWarning, match="same・name は使っていません"):
        assert maturity.score(towns).indicators["indicator"].tolist() == ["a"]
    with pytest.raises(TableError, match="値の違う数の列がありません"):
        maturity.score(towns[["code", "same"]])
    with pytest.raises(DxkitError, match="lower_is_better の「z」"):
        maturity.plain_framework(towns, lower_is_better="z")


# --- files ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
@pytest.mark.parametrize("name", ["progress", "hearing_example", "themes"])
def test_a_written_table_says_its_source_and_is_read_back_with_it(tmp_path, suffix, name):
    table = dxkit.load(name).head(30)
    path = write_table(table, tmp_path / f"a{suffix}")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TableWarning)
        again = read_table(path)
    assert len(again) == len(table)
    assert again.attrs["source"] == f"{table.attrs['source']}（a{suffix}）"
    for key in ("as_of", "licence", "kind"):
        assert again.attrs[key] == table.attrs[key]
    assert again.attrs.get("made") == table.attrs.get("made")


def test_a_workbook_has_a_sheet_of_sources_and_nothing_below_its_rows(tmp_path):
    table = dxkit.load("themes")
    sheets = pd.read_excel(write_table(table, tmp_path / "a.xlsx"), sheet_name=None)
    assert list(sheets) == ["Sheet", "出典"]
    assert len(sheets["Sheet"]) == len(table)
    assert sheets["出典"].loc[0, "出典"] == table.attrs["source"]


def test_a_table_of_nobody_has_no_line_of_sources(tmp_path):
    path = write_table(pd.DataFrame({"市町名": ["姫路市"]}), tmp_path / "a.csv")
    assert path.read_text(encoding="utf-8-sig").split() == ["市町名", "姫路市"]


def test_a_source_that_looks_like_a_formula_or_breaks_the_line_stays_a_note(tmp_path):
    table = pd.DataFrame({"市町名": ["姫路市", "尼崎市"], "数": [1, 2]})
    table.attrs = {"source": "=cmd|'/c'!A1\n姫路市｜時点: 1999", "as_of": "2020"}
    again = read_table(write_table(table, tmp_path / "a.csv"))
    assert (len(again), again.attrs["as_of"]) == (2, "2020")


# --- results --------------------------------------------------------------------------------------

EVERY_RESULT = {
    "Scores": lambda: maturity.score(FIGURES, FRAMEWORK),
    "RankIntervals": lambda: maturity.rank_intervals(FIGURES, FRAMEWORK, draws=20),
    "RobustOrder": lambda: maturity.robust_order(
        maturity.score(FIGURES, FRAMEWORK, impute="median").normalised, FRAMEWORK, normalise="rank"
    ),
    "Siting": lambda: drones.best_bases(PLACES, SITES, **ROUND),
    "LinkageScores": lambda: linkage.evaluate(
        *2 * [pd.DataFrame({"left_id": ["1"], "right_id": ["2"]})]
    ),
    "Decision": lambda: sharing.may_disclose("避難元市町", "県", "所在", phase="応急期"),
}


@pytest.mark.parametrize("make", EVERY_RESULT.values(), ids=EVERY_RESULT.keys())
def test_a_result_is_a_page_a_table_and_a_file(tmp_path, make):
    result = make()
    table = result.to_frame()
    assert len(table)
    assert "<table" in result._repr_html_()
    path = result.to_csv(tmp_path / "result.csv")
    assert isinstance(path, Path)
    read = pd.read_csv(io.StringIO(result.to_csv()))
    # an index that names rows is the first column
    assert list(read.columns)[-len(table.columns) :] == [str(name) for name in table.columns]


def test_a_file_of_a_result_of_invented_data_carries_its_mark(tmp_path):
    made = PLACES.copy()
    made.attrs = {"source": "例", "made": True, "kind": "made"}
    siting = drones.best_bases(made, SITES, **ROUND)
    assert "架空データ" in siting.to_csv()
    assert "架空データ" in siting.to_csv(tmp_path / "a.csv").read_text(encoding="utf-8-sig")


def test_a_cell_that_looks_like_a_formula_is_text_in_the_file_of_a_result():
    siting = drones.best_bases(PLACES, SITES.assign(base=["=1+1", "役場"]), **ROUND)
    assert "'=1+1" in siting.to_csv()


def test_the_files_behind_survive_our_own_joins():
    scores = maturity.score(dxkit.load("dashboard"), FRAMEWORK)
    names = [record["name"] for record in scores.to_frame().attrs["inputs"]]
    assert names == ["dashboard", "indicators_dashboard"]
    catalog = dxkit.catalog().set_index("name")["sha256"]
    assert [record["sha256"] for record in scores.total.attrs["inputs"]] == catalog[names].tolist()
    located = regions.locate(dxkit.load("stations"))
    assert [record["name"] for record in located.attrs["inputs"]] == ["stations", "boundaries"]
