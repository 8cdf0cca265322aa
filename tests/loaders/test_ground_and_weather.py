"""Elevation meshes, normals of wind and areas of warnings are read by their publishers' layouts."""

import zipfile
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import box

import dxkit
from dxkit import loaders
from dxkit.codes import mesh_box
from dxkit.errors import ChoiceError, TableError

REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "real"
needs_real = pytest.mark.skipif(
    not REAL.is_dir(), reason="the real files are not beside the checkout (../shared/data/real)"
)


def _mesh(letter, rows, *, first="52340467"):
    """Write cells of 国土数値情報 G04 as described: 001 code, 002 mean, 003 highest, 004 lowest, 006 and 010 slopes."""
    frame = pd.DataFrame(
        rows, columns=[f"G04{letter}_{part:03d}" for part in (1, 2, 3, 4, 5, 6, 10)]
    )
    area = mesh_box(first)
    shape = box(area.west, area.south, area.east, area.north)
    return gpd.GeoDataFrame(frame, geometry=[shape] * len(frame), crs="EPSG:6668")


CELLS = [
    ["52340468", "unknown", "unknown", "unknown", "5", "unknown", "unknown"],
    ["52340467", "73.7", "120.0", "3.0", "0", "31.5", "12.25"],
]


@pytest.mark.parametrize("reader", [dxkit.read, loaders.read_elevation])
@pytest.mark.parametrize("suffix", ["geojson", "shp", "zip"])
def test_the_publishers_cells_have_heights_and_slopes(tmp_path, suffix, reader):
    place = tmp_path / f"G04-a-11_5234.{suffix}"
    if suffix == "zip":
        _mesh("a", CELLS).to_file(tmp_path / "G04-a-11_5234.shp", encoding="cp932")
        with zipfile.ZipFile(place, "w") as archive:
            for part in tmp_path.glob("*.[sdp][hbr][pxfj]"):
                archive.write(part, f"G04-a-11_5234-jgd_GML/{part.name}")
            archive.writestr("G04-a-11_5234-jgd_GML/G04-a-11_5234.xml", "<Dataset/>")
    else:
        _mesh("a", CELLS).to_file(place)
    table = reader(place)
    assert table["place"].tolist() == ["52340467", "52340468"]
    heights = ["elevation_m", "highest_m", "lowest_m", "steepest_deg", "slope_deg"]
    assert table.loc[0, heights].tolist() == [73.7, 120, 3, 31.5, 12.25]
    assert table.loc[1, heights].isna().all()
    area = mesh_box("52340467")
    assert area.south < table.loc[0, "lat"] < area.north
    assert area.west < table.loc[0, "lon"] < area.east
    assert "標高・傾斜度メッシュ" in str(loaders.identify(place))


def test_cells_of_250_m_go_by_their_own_letter(tmp_path):
    cells = [["5234046711", *CELLS[1][1:]]]
    _mesh("d", cells).to_file(tmp_path / "a.geojson")
    assert dxkit.read(tmp_path / "a.geojson")["place"].tolist() == ["5234046711"]


@pytest.mark.parametrize(
    "heads", ["mesh_code,elevation_m", "place,elevation", "3次メッシュコード,平均標高"]
)
def test_a_list_of_cells_is_read_by_its_headings(tmp_path, heads):
    path = tmp_path / "a.csv"
    path.write_text(f"{heads}\n52340467,73.7\n52340468,\n", encoding="utf-8")
    table = dxkit.read(path)
    assert table["elevation_m"].fillna(-1).tolist() == [73.7, -1]


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("5234046,1", "3行目.*5234046"),
        ("52340467,1", "2回あります"),
        ("52340468,9000", "3行目.*9000"),
        ("52340468,高い", "3行目.*高い"),
    ],
)
def test_codes_and_heights_that_are_none_are_faults(tmp_path, row, fault):
    path = tmp_path / "a.csv"
    path.write_text(f"mesh_code,elevation_m\n52340467,73.7\n{row}\n", encoding="utf-8")
    with pytest.raises(TableError, match=fault):
        dxkit.read(path)


def test_texts_among_the_publishers_heights_are_faults_with_their_place(tmp_path):
    cells = [["52340468", "-", *CELLS[1][2:]], ["52340467", "73.7", "高い", *CELLS[1][3:]]]
    _mesh("a", cells).to_file(tmp_path / "a.geojson")
    with pytest.raises(TableError, match="2件の問題") as caught:
        loaders.read_elevation(tmp_path / "a.geojson")
    assert [fault.value for fault in caught.value.faults] == ["-", "高い"]


def test_every_fault_of_the_publishers_cells_is_told_at_once(tmp_path):
    cells = [CELLS[1], ["52340469", "9999", *CELLS[1][2:]], ["999", "1", *CELLS[1][2:6], "95"]]
    _mesh("a", cells).to_file(tmp_path / "a.geojson")
    with pytest.raises(TableError, match="3件の問題") as caught:
        loaders.read_elevation(tmp_path / "a.geojson")
    message = str(caught.value)
    assert "9999" in message
    assert "999" in message
    assert "95" in message


def test_a_workbook_of_cells_is_no_archive_of_shapes(tmp_path):
    pd.DataFrame({"メッシュコード": ["52340467"], "平均標高": [73.7]}).to_excel(
        tmp_path / "a.xlsx", index=False
    )
    assert dxkit.read(tmp_path / "a.xlsx")["elevation_m"].tolist() == [73.7]


MONTHS = [f"{month:02d}" for month in range(1, 13)]
WIND_HEADS = [
    "station", "name", "pref", "city", "lat", "lon", "height", *(f"av_wind_{month}" for month in MONTHS), "av_wind_year",
    *(f"wind_{speed}_{month}" for speed in (10, 15, 20) for month in [*MONTHS, "year"]),
]  # fmt: skip


def _station(number, pref, city, first, days):
    name = city.removesuffix("市")
    winds = [first + month / 10 for month in range(12)]
    return [number, name, pref, city, 35.5, 134.8, 3, *winds, 99, *[days] * 39]


def _stations(path, rows):
    lines = [",".join(map(str, row)) for row in [WIND_HEADS, *rows]]
    (path / "normals.csv").write_text("\n".join(lines), encoding="utf-8")
    return path / "normals.csv"


@pytest.mark.parametrize("reader", [dxkit.read, loaders.read_wind_normals])
def test_each_station_has_twelve_months_and_the_year_is_left_out(tmp_path, reader):
    rows = [
        _station(63216, 63, "豊岡市", 2.0, 1.5),
        _station(69122, 69, "鳥取市", 3.0, ""),
    ]
    table = reader(_stations(tmp_path, rows))
    assert len(table) == 24
    toyooka = table[table["station"] == "豊岡"]
    assert toyooka["mean_wind_ms"].tolist() == pytest.approx(
        [2 + month / 10 for month in range(12)]
    )
    assert set(toyooka["days_20ms"]) == {1.5}
    assert table.loc[table["station"] == "鳥取", "days_10ms"].isna().all()


@pytest.mark.parametrize(
    ("prefecture", "stations"),
    [("28", ["豊岡"]), ("兵庫県", ["豊岡"]), ("鳥取", ["鳥取"]), (None, ["豊岡", "鳥取", "札幌"]), ("01", ["札幌"])],
)  # fmt: skip
def test_stations_are_of_the_prefecture_by_the_agencys_own_numbers(tmp_path, prefecture, stations):
    rows = [
        _station(63216, 63, "豊岡市", 2.0, 1.5),
        _station(69122, 69, "鳥取市", 3.0, 1),
        _station(14163, 14, "札幌市", 3.0, 1),
    ]
    table = loaders.read_wind_normals(_stations(tmp_path, rows), prefecture=prefecture)
    assert list(dict.fromkeys(table["station"])) == stations


def test_winds_that_are_none_and_a_prefecture_without_a_station_are_refused(tmp_path):
    path = _stations(tmp_path, [_station(63216, 63, "豊岡市", 80, 40)])
    with pytest.raises(TableError, match=r"(?s)48件の問題.*80"):
        loaders.read_wind_normals(path)
    path = _stations(tmp_path, [_station(63216, 63, "豊岡市", 2.0, 1)])
    with pytest.raises(TableError, match="沖縄県の行が1つもありません"):
        loaders.read_wind_normals(path, prefecture="沖縄県")
    with pytest.raises(ChoiceError, match="都道府県「但馬県」はありません"):
        loaders.read_wind_normals(path, prefecture="但馬県")


AREA_HEADS = "citycode,cityname,cityname_kn,matomeareaname,firstareaname,prefname"


def test_areas_of_warnings_keep_the_parts_of_a_divided_municipality(tmp_path):
    rows = ["2820900,豊岡市,とよおかし,但馬北部,北部,兵庫県"]
    rows += [
        f"012060{part},釧路市{name},くしろし,釧路中部,釧路地方,北海道"
        for part, name in ((1, "釧路"), (2, "阿寒"))
    ]
    path = tmp_path / "a.csv"
    path.write_text("\n".join([AREA_HEADS, *rows]), encoding="utf-8")
    table = dxkit.read(path)
    assert table["code"].tolist() == ["28209", "01206", "01206"]
    assert table["place"].is_unique
    hyogo = loaders.read_weather_areas(path, prefecture="兵庫県")
    assert hyogo["area_name"].tolist() == ["但馬北部"]
    path.write_text(
        f"{AREA_HEADS}\n9920900,豊岡市,とよおかし,但馬北部,北部,兵庫県\n", encoding="utf-8"
    )
    with pytest.raises(TableError, match=r"2行目.*9920900"):
        dxkit.read(path)


@needs_real
@pytest.mark.slow
def test_the_real_heights_winds_and_areas_are_whole():
    heights = dxkit.read(REAL / "elevation_1km_mesh_hyogo_area.csv")
    assert len(heights) == 28_057
    # the highest cell of Tajima
    assert (heights["elevation_m"] == 1322.9).any()
    winds = dxkit.read(REAL / "amedas_wind_normals_japan.csv")
    assert len(winds) == 874 * 12
    hyogo = loaders.read_wind_normals(REAL / "amedas_wind_normals_japan.csv", prefecture="28")
    assert hyogo["station"].nunique() == 20
    assert {"香住", "豊岡", "兎和野高原", "和田山", "生野"} <= set(hyogo["station"])
    areas = dxkit.read(REAL / "jma_area_codes_japan_2025.csv")
    assert len(areas) == 1788
    municipalities = dxkit.load("municipality_codes").query("parent.isna()")["code"]
    assert set(areas["code"]) == set(municipalities)
