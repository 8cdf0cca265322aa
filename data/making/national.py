"""Which tables hold all of Japan's 1,741 municipalities, in the fewest bytes?

The same official files as those of ``published.py``, not cut down to one prefecture. Long tables are stored wide (a
column a system or procedure) and unfolded by `dxkit.load`. Tests compare Hyogo's rows with the tables of Hyogo alone.
"""

import csv

import pandas as pd

from making.published import (
    APPLICATIONS,
    MUNICIPALITIES_OF_JAPAN,
    PROGRESS,
    dashboard_cells,
    dashboard_table,
    habitable_shares,
    listed_extensions,
    municipality_codes_in_order,
    read_json,
    read_value,
)
from making.workplace import DECIMALS, MakeError, Workplace

HYOGO = "28"
STATISTICS = ("data", "statistics", "portal_rows_nationwide.csv")
OFFICES = ("data", "municipality", "localgovjp-utf8.csv")
WEATHER_AREAS = ("data", "real", "jma_area_codes_japan_2025.csv")
WEATHER_NOTE = "気象庁の「市町村等をまとめた地域」（行政の圏域ではない）"
# the census of 2020 counts nobody in 双葉町, which was wholly evacuated; its publisher leaves a blank
PEOPLE_OF_JAPAN = 126_146_099
# names that the route of the standardisation table has written with another character
RESPELT = {"梼原町": "檮原町"}
# where the prefectural office stands not in the municipality numbered 100 or 201
SEATS = {"13": "13104", "35": "35203", "40": "40130"}
# the prefectural office itself, where it is known; elsewhere the office of the municipality in which it stands
SEAT_POINTS = {"28": (34.6913, 135.1830)}
# municipalities that the prefecture's visits leave out (package, S12 and S13)
UNVISITED = {"28": "28100"}
# 6688 is JGD2011 / UTM zone 51
FIRST_ZONE = 51
FIRST_ZONE_EPSG = 6688
# roads over the sea between two municipalities: ends as (latitude, longitude) on the shore of each
BRIDGES = (
    (
        "28100",
        "28226",
        "明石海峡大橋",
        (34.6310, 135.0330),
        (34.6030, 135.0080),
        "28205 28224 28226",
    ),
)


def prefectures(work: Workplace) -> pd.DataFrame:
    """Make the 47: number, name, count, office, plane coordinates and whom the visits leave out."""
    listed = work.read("municipality_codes")
    whole = listed[listed["parent"].isna()]
    offices = _offices(work)
    rows = []
    for number, members in whole.groupby(whole["code"].str[:2]):
        first = f"{number}100" if f"{number}100" in set(members["code"]) else f"{number}201"
        seat = SEATS.get(number, first)
        lat, lon = SEAT_POINTS.get(number, tuple(offices.loc[seat]))
        zone = int((lon + 180) // 6) + 1
        rows.append(
            {
                "prefecture_code": number,
                "code": f"{number}000",
                "name": members["prefecture"].iloc[0],
                "municipalities": len(members),
                "seat": seat,
                "seat_lat": lat,
                "seat_lon": lon,
                "epsg": FIRST_ZONE_EPSG + zone - FIRST_ZONE,
                "unvisited": UNVISITED.get(number),
            }
        )
    table = pd.DataFrame(rows)
    if len(table) != 47 or table["municipalities"].sum() != MUNICIPALITIES_OF_JAPAN:
        raise MakeError("都道府県の数か市区町村の数が、47と1,741になりません。")
    return table


def bridges(work: Workplace) -> pd.DataFrame:  # noqa: ARG001 - every job takes the workplace
    """Make the roads over the sea: the municipalities at both ends, the ends, and who lives beyond."""
    rows = [
        (code, neighbour, via, *shore, *far_shore, islands)
        for code, neighbour, via, shore, far_shore, islands in BRIDGES
    ]
    columns = ["code", "neighbour", "via", "lat", "lon", "neighbour_lat", "neighbour_lon", "beyond"]
    return pd.DataFrame(rows, columns=columns)


def areas_japan(work: Workplace) -> pd.DataFrame:
    """Make the areas of all prefectures: their own where known, else the weather service's まとめた地域."""
    own = work.read("areas")
    listed = work.read("municipality_codes")
    rows = pd.read_csv(work.source(*WEATHER_AREAS), dtype=str)
    code = rows["citycode"].str[:5]
    # wards of Kyoto and Hiroshima stand for their cities
    code = code.map(listed.set_index("code")["parent"].dropna()).fillna(code)
    # of a divided municipality the first part counts: the one in which its office stands
    parts = pd.DataFrame(
        {"code": code, "area": rows["matomeareaname"], "number": rows["matomeareacode"]}
    )
    parts = parts.drop_duplicates("code").sort_values(["number", "code"], kind="stable")
    if set(parts["code"]) != set(municipality_codes_in_order(work)):
        raise MakeError("気象庁の地域の表の市区町村が、全国の一覧と合いません。")
    tables = []
    for number, members in parts.groupby(parts["code"].str[:2]):
        if number == HYOGO:
            tables.append(own.assign(prefecture_code=number))
            continue
        named = members.groupby("area", sort=False)["code"].agg(
            lambda codes: " ".join(sorted(codes))
        )
        tables.append(
            pd.DataFrame(
                {
                    "area_name": named.index,
                    "area": named.index,
                    "label": named.index,
                    "order": range(1, len(named) + 1),
                    "members": [len(codes.split()) for codes in named],
                    "codes": named.to_numpy(),
                    "note": WEATHER_NOTE,
                    "prefecture_code": number,
                }
            )
        )
    return pd.concat(tables, ignore_index=True)[["prefecture_code", *own.columns]]


def municipalities_japan(work: Workplace) -> pd.DataFrame:
    """Make the table of the 1,741: as `municipalities`, with the prefecture's name."""
    listed = work.read("municipality_codes")
    whole = listed[listed["parent"].isna()].reset_index(drop=True)
    codes = whole["code"]
    rows = pd.read_csv(work.source(*STATISTICS), dtype={"code": str}).set_index("code").loc[codes]
    people = rows["人口_2020"].fillna(0).astype(int)
    if people.sum() != PEOPLE_OF_JAPAN:
        raise MakeError(
            f"2020年の人口の合計が {people.sum()} 人です（{PEOPLE_OF_JAPAN} 人のはずです）。"
        )
    own = work.read("municipalities").set_index("code")
    areas = work.read("areas_japan").assign(code=lambda table: table["codes"].str.split())
    area_by_code = areas.explode("code").set_index("code")["area_name"]
    offices = _offices(work).loc[codes]
    # published as a share with three decimals of a percent: within 3 of the count in Hyogo
    elderly = (people * rows["A:65歳以上人口割合"] / 100).round().astype(int)
    table = pd.DataFrame(
        {
            "code": codes,
            "code6": whole["code6"],
            "prefecture": whole["prefecture"],
            "name": whole["name"],
            "kana": whole["kana"],
            "area_name": codes.map(area_by_code),
            "area": codes.map(area_by_code),
            "kind": whole["kind"].replace("special_ward", "ward"),
            "people_2020": people.to_numpy(),
            "people_2025": rows["人口_2025"].astype(int).to_numpy(),
            "households_2020": codes.map(own["households_2020"]).astype("Int64"),
            "households_2025": rows["世帯数_2025"].astype(int).to_numpy(),
            "elderly_2020": elderly.to_numpy(),
            "area_km2": rows["面積km2"].round(2).to_numpy(),
            "habitable_share": codes.map(habitable_shares(work)),
            "office_lat": offices["lat"].to_numpy(),
            "office_lon": offices["lng"].to_numpy(),
        }
    )
    # where Hyogo's own table counts, its figures stand
    of_hyogo = table["code"].isin(own.index)
    shared = [column for column in own.columns if column in table]
    table.loc[of_hyogo, shared] = own.loc[table.loc[of_hyogo, "code"], shared].to_numpy()
    return table.astype({"people_2020": int, "elderly_2020": int, "households_2025": int})


def dashboard_japan(work: Workplace) -> pd.DataFrame:
    """Make the 15 rows of the dashboard for the 1,741; a blank is not asked or not reported."""
    return dashboard_table(work)


def procedures(work: Workplace) -> pd.DataFrame:
    """Make the list of the 52 procedures: ``column, group, procedure`` in the dashboard's order."""
    rows = dashboard_cells(work.source(*APPLICATIONS), work)
    return pd.DataFrame(
        [(f"p{order:02d}", group, label) for order, (group, label, _) in enumerate(rows, start=1)],
        columns=["column", "group", "procedure"],
    )


def online_applications_japan(work: Workplace) -> pd.DataFrame:
    """Make the share of applications made online: a row a municipality, a column a procedure."""
    rows = dashboard_cells(work.source(*APPLICATIONS), work)
    columns = {
        f"p{order:02d}": [read_value(cell) for cell in cells]
        for order, (_, _, cells) in enumerate(rows, start=1)
    }
    return pd.DataFrame({"code": municipality_codes_in_order(work), **columns})


def progress_japan(work: Workplace) -> pd.DataFrame:
    """Make the share of the 40 steps done: a row a municipality, a column a system in the package's order."""
    content = read_json(work.source(*PROGRESS))
    systems = work.read("systems")
    listed = work.read("municipality_codes")
    whole = listed[listed["parent"].isna()]
    # within a prefecture no name of a municipality repeats
    by_name = whole.set_index(["prefecture", "name"])["code"]
    codes = [
        by_name[body["prefecture"], RESPELT.get(body["city"], body["city"])]
        for body in content["municipalities"]
    ]
    shares = pd.DataFrame(
        [
            [body["business_rates"].get(name) for name in systems["progress_name"]]
            for body in content["municipalities"]
        ],
        columns=list(systems["system"]),
    )
    table = pd.DataFrame({"code": codes, "as_of": content["summary"]["data_month"]}).join(shares)
    if sorted(table["code"]) != municipality_codes_in_order(work):
        raise MakeError("標準化の進捗の市区町村が、全国の一覧と合いません。")
    return table.sort_values("code", ignore_index=True)


def extensions_japan(work: Workplace) -> pd.DataFrame:
    """Make how many systems each of the 1,741 expects to be 特定移行支援システム; not listed is 0."""
    listed = listed_extensions(work)
    joined = listed.groupby("code")["system"].agg(["size", "、".join])
    table = pd.DataFrame({"code": municipality_codes_in_order(work)})
    count = table["code"].map(joined["size"]).fillna(0).astype(int)
    return table.assign(count=count, systems=table["code"].map(joined["join"]))


def _offices(work: Workplace) -> pd.DataFrame:
    """Read code → ``lat, lng`` of the municipal office."""
    with work.source(*OFFICES).open(encoding="utf-8-sig", newline="") as lines:
        rows = {
            row["lgcode"][:5]: (
                round(float(row["lat"]), DECIMALS),
                round(float(row["lng"]), DECIMALS),
            )
            for row in csv.DictReader(lines)
        }
    return pd.DataFrame.from_dict(rows, orient="index", columns=["lat", "lng"])
