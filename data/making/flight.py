"""What does the weather service, the census and the map say of flights, and which flights have been made?

Wind normals, densely inhabited districts and mean elevation are carried over from the publishers' figures; the flights are
those that the press reported, each with its date and source.
"""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from dxkit.codes import mesh_box
from dxkit.loaders import read_roadside_stations, read_shelters
from making.workplace import DATUM, DECIMALS, METRES, Workplace, nearest_code

REAL = ("data", "real")
# the weather service's own number of Hyogo
HYOGO = 63
SPEEDS_MS = (10, 15, 20)
SIMPLIFIED_M = 25.0
# cells this far from a cell of Hyogo are kept, so that flights over the border have ground below them
MARGIN_M = 8_000.0
FLIGHTS = (
    "flight",
    "from_place",
    "to_place",
    "km",
    "minutes",
    "payload_kg",
    "drone",
    "round_trip",
    "date",
    "result",
    "source",
)
FLIGHT_ROWS = (
    (
        "izushi_okuyane",
        "出石郵便局（豊岡市）",
        "奥矢根（豊岡市）",
        8.0,
        16.0,
        None,
        "pf2_cat3",
        False,
        "2023-12-18",
        "到着",
        "日本郵便ほかの発表についての報道（レベル3.5の初飛行、片道8 km・16分）。機種の型は PF2 系とだけ読んだ",
    ),
    (
        "toyooka_jp2_11",
        "豊岡市",
        "豊岡市",
        11.0,
        19.0,
        None,
        "pf4",
        False,
        "2024-03",
        "到着",
        "郵湧新報 2024-05（JP2、11 km・19分）。機種は後の PF4 とみなす",
    ),
    (
        "toyooka_jp2_8",
        "豊岡市",
        "豊岡市",
        8.0,
        11.0,
        None,
        "pf4",
        False,
        "2024-03",
        "到着",
        "郵湧新報 2024-05（JP2、8 km・11分）。機種は後の PF4 とみなす",
    ),
    (
        "yabu_skyhub",
        "養父市",
        "養父市",
        9.8,
        None,
        0.5,
        "airtruck",
        False,
        "2024-02-06",
        "到着",
        "報道（養父市、レベル3.5、2024年2月6〜8日、医薬品0.5 kg、経路9.8 km）。機種は AirTruck とみなす",
    ),
    (
        "toyooka_pf4_25",
        "豊岡市",
        "豊岡市",
        25.5,
        40.0,
        None,
        "pf4",
        False,
        "2025-02",
        "到着",
        "ドローンジャーナル 2025-02（25.5 kmを約40分。この速さが機種の表の airspeed_ms のもと）",
    ),
    (
        "tanto_crash",
        "豊岡市",
        "但東町（豊岡市）",
        None,
        None,
        None,
        "pf4",
        False,
        "2026-02-27",
        "墜落",
        "報道（PF4、19.4 kg、けが人なし。3月3日の協定は延期）",
    ),
    (
        "kamishihoro_8",
        "かみしほろシェアオフィス（北海道上士幌町）",
        "トバチ（上士幌町）",
        8.5,
        16.0,
        None,
        "airtruck",
        False,
        "2023-12-11",
        "到着",
        "NEXT DELIVERYの発表（PR TIMES、2023-12）と robobiz 2023-12-13（行き約8.5 km・約16分、帰りも約16分）",
    ),
    (
        "kamishihoro_5",
        "かみしほろシェアオフィス（北海道上士幌町）",
        "個人宅（上士幌町）",
        4.9,
        9.0,
        None,
        "airtruck",
        False,
        "2023-12-11",
        "到着",
        "robobiz 2023-12-13（新聞、片道約4.9 km・約9分）",
    ),
    (
        "wakayama_4",
        "宇都宮病院（和歌山市）",
        "道の駅四季の郷公園（和歌山市）",
        4.3,
        10.0,
        None,
        "airtruck",
        False,
        "2025-11-04",
        "到着",
        "robobiz 2025-11-06、月刊事業構想 2025-11-06（弁当、片道約4.3 km・約10分）",
    ),
    (
        "okutama",
        "奥多摩郵便局（東京都奥多摩町）",
        "奥多摩町の集落",
        2.25,
        9.0,
        0.9,
        "pf2_cat3",
        True,
        "2023-03-24",
        "到着",
        "ドローンジャーナル 2023-03（往復約4.5 km・総飛行時間約9分、標高差約150 m）、時事通信 2023-03-24（荷物約0.9 kg）。片道は往復の半分とした",
    ),
)


def wind_normals(work: Workplace) -> pd.DataFrame:
    """Make the wind normals of Hyogo's stations: one row a station and month."""
    raw = pd.read_csv(work.source(*REAL, "amedas_wind_normals_japan.csv"), dtype={"station": str})
    raw = raw[raw["pref"] == HYOGO]
    tables = []
    for month in range(1, 13):
        table = raw[["name", "city", "lat", "lon", "height"]].set_axis(
            ["station", "city", "lat", "lon", "height_m"], axis=1
        )
        table = table.assign(month=month, mean_wind_ms=raw[f"av_wind_{month:02d}"])
        for speed in SPEEDS_MS:
            table[f"days_{speed}ms"] = raw[f"wind_{speed}_{month:02d}"]
        tables.append(table.assign(station_id=raw["station"]))
    order = ["station_id", "month"]
    return pd.concat(tables).sort_values(order).drop(columns="station_id")


def did(work: Workplace) -> gpd.GeoDataFrame:
    """Make Hyogo's densely inhabited districts of 2020, their borders simplified to 25 m."""
    raw = gpd.read_file(work.source(*REAL, "did_2020_hyogo.geojson"))
    shapes = raw.set_crs(DATUM, allow_override=True).to_crs(METRES)
    simple = shapely.make_valid(shapes.geometry.simplify(SIMPLIFIED_M).to_numpy())
    back = gpd.GeoSeries(simple, crs=METRES).to_crs(DATUM)
    table = {
        "code": ["28" + number for number in raw["CITY"]],
        "name": raw["CITYNAME"],
        "people_2020": raw["JINKO"].astype(int),
        "area_km2": raw["MENSEKI"].astype(float),
    }
    frame = gpd.GeoDataFrame(table, geometry=back.to_numpy(), crs=DATUM)
    return frame.sort_values(["code", "people_2020"], kind="stable").reset_index(drop=True)


def elevation(work: Workplace) -> pd.DataFrame:
    """Make the mean elevation of Hyogo's 1 km cells and of those around: ``place, elevation_m``."""
    raw = pd.read_csv(
        work.source(*REAL, "elevation_1km_mesh_hyogo_area.csv"), dtype={"place": str, "code": str}
    )
    box = mesh_box(raw["place"].to_numpy(dtype=str))
    lat, lon = (box.south + box.north) / 2, (box.west + box.east) / 2
    points = gpd.GeoSeries(gpd.points_from_xy(lon, lat), crs=DATUM).to_crs(METRES)
    at = np.column_stack([points.x, points.y])
    far = cKDTree(at[raw["code"].notna().to_numpy()]).query(at)[0]
    kept = raw[far < MARGIN_M]
    return pd.DataFrame(
        {"place": kept["place"], "elevation_m": kept["elevation"].round(0).astype(int)}
    )


def real_flights(work: Workplace) -> pd.DataFrame:  # noqa: ARG001 - every job takes the workplace
    """Make the flights that were reported: one row a flight; blank is what the report does not say.

    ``km`` is one way; ``minutes`` is the whole flight, there and back where ``round_trip``.
    """
    return pd.DataFrame(FLIGHT_ROWS, columns=list(FLIGHTS))


def sites(work: Workplace) -> pd.DataFrame:
    """Make places where a base could stand today: shelters, roadside stations and municipal offices, one row a place."""
    shelters = read_shelters(work.source("data", "shelters", "hyogo_evacuation.csv"))
    stops = read_roadside_stations(work.source("data", "places", "hyogo_roadside_stations.csv"))
    towns = work.read("municipalities")
    offices = pd.DataFrame(
        {
            "name": towns["name"] + towns["kind"].map({"city": "役所", "town": "役場"}),
            "lat": towns["office_lat"],
            "lon": towns["office_lon"],
        }
    )
    tables = {"避難所": ("S", shelters), "道の駅": ("R", stops), "役所・役場": ("O", offices)}
    parts = []
    for kind, (letter, table) in tables.items():
        points = (
            table[["name", "lat", "lon"]].dropna().drop_duplicates(["lat", "lon"]).round(DECIMALS)
        )
        parts.append(points.assign(kind=kind, letter=letter))
    everything = pd.concat(parts, ignore_index=True)
    shapes = gpd.GeoDataFrame(work.read("boundaries"))
    everything["code"] = nearest_code(shapes, everything["lat"], everything["lon"])[0]
    everything = everything.sort_values(["letter", "code", "lat", "lon"], kind="stable")
    number = everything.groupby("letter").cumcount() + 1
    everything["base"] = everything["letter"] + number.map("{:04d}".format)
    return everything[["base", "name", "kind", "lat", "lon", "code"]]
