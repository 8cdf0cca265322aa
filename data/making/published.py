"""Which official figures does the project ship, and how are they read from the publisher's file?

The parsing is direct (csv and json) and does not use `dxkit.loaders`: those readers look names up in tables that are made
here, and two independent readings of the same file, compared by a test, find errors that one would hide.
"""

import csv
import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from dxkit.codes import full_code, short_code
from making.workplace import DECIMALS, MakeError, Workplace

HYOGO = "28"
MUNICIPALITIES_OF_JAPAN = 1741
DASHBOARD = ("data", "dx", "市区町村毎のDX進捗状況_市区町村比較.csv")
APPLICATIONS = ("data", "dx", "市区町村毎のDX進捗状況_行政手続のオンライン申請率.csv")
PROGRESS = ("data", "dx", "gc_standardization.json")
EXTENSIONS = ("data", "dx", "gc_tokutei_detail.json")
# what is no number; a bare % is a blank of the publisher
ANSWERS = {"実施": 1.0, "未実施": 0.0, "調査無し": None, "%": None, "": None}
KINDS = {"市": "city", "町": "town", "村": "village", "区": "special_ward"}


def municipality_codes(work: Workplace) -> pd.DataFrame:
    """Make the nationwide list: ``code, code6, prefecture, county, name, kana, kind, parent``.

    1,741 municipalities (Tokyo's 23 wards among them, the six villages of the Northern Territories not) and the wards of
    the designated cities, whose city stands in ``parent``. Counties of Hokkaido are those of N03.
    """
    rows = pd.read_csv(
        work.source("data", "municipality", "localgovjp-utf8.csv"), dtype=str, encoding="utf-8-sig"
    )
    # 「札幌市 中央区」 is a ward, 「函館市」 a municipality
    words = rows["city"].str.partition(" ")
    code = rows["lgcode"].map(short_code)
    is_ward = words[2] != ""
    name = words[2].where(is_ward, words[0])
    table = pd.DataFrame(
        {
            "code": code,
            "code6": code.map(full_code),
            "prefecture": rows["pref"],
            "county": code.map(_counties(work)),
            "name": name,
            "kana": rows["citykana"].str.split(" ").str[-1],
            "kind": name.str[-1].map(KINDS).mask(is_ward, "ward"),
            "parent": words[0].where(is_ward).map(dict(zip(name, code, strict=True))),
        }
    )
    return table.sort_values("code", ignore_index=True)


def municipalities(work: Workplace) -> pd.DataFrame:
    """Make the table of the 41: codes, name, area, people, households, 65+, km², office."""
    rows = pd.read_csv(
        work.source("data", "municipality", "hyogo41_municipality_table.csv"),
        dtype={"code5": str, "code6": str},
    )
    listed = work.read("municipality_codes").set_index("code").loc[rows["code5"]].reset_index()
    areas = work.read("areas").assign(code=lambda table: table["codes"].str.split()).explode("code")
    table = pd.DataFrame(
        {
            "code": rows["code5"],
            "code6": rows["code6"],
            "name": rows["name"],
            "kana": rows["kana"],
            "area_name": rows["code5"].map(areas.set_index("code")["area_name"]),
            "area": rows["code5"].map(areas.set_index("code")["area_name"]),
            "kind": listed["kind"],
            "people_2020": rows["pop2020"].astype(int),
            "people_2025": rows["pop2025_prelim"].astype(int),
            "households_2020": rows["households2020"].astype(int),
            "households_2025": rows["households2025_prelim"].astype(int),
            "elderly_2020": rows["pop_65p_2020"].astype(int),
            "area_km2": rows["area_km2"].round(2),
            "habitable_share": rows["code5"].map(habitable_shares(work)),
            "office_lat": rows["office_lat"].round(DECIMALS),
            "office_lon": rows["office_lng"].round(DECIMALS),
        }
    ).sort_values("code", ignore_index=True)
    if (table["code"].map(full_code) != table["code6"]).any() or (
        listed["name"] != rows["name"]
    ).any():
        raise MakeError("市町の表の団体コードか名称が、全国の一覧と合いません。")
    return table


def projections(work: Workplace) -> pd.DataFrame:
    """Make the projected people of the 41 in 2025 to 2050: ``code, year, people``.

    The column of 2020 is left out: it differs from the census from which this projection starts (an earlier edition's).
    """
    rows = pd.read_csv(
        work.source("data", "statistics", "portal_rows_nationwide.csv"), dtype={"code": str}
    )
    columns = {f"A:将来推計人口（{year}年）": year for year in range(2025, 2055, 5)}
    table = _hyogo(rows[["code", *columns]]).rename(columns=columns)
    long = table.melt("code", var_name="year", value_name="people").astype({"people": int})
    if len(long) != len(columns) * len(work.read("municipalities")):
        raise MakeError("将来推計人口の行が、41市町の6つの年と合いません。")
    return long.sort_values(["code", "year"], ignore_index=True)


# column of the shipped table → column of the nationwide list
STATISTICS = {
    "foreign_per_100000": "A:外国人人口（人口10万人当たり）",
    "elementary": "実数:小学校数(校)",
    "elementary_pupils": "実数:小学校児童数(人)",
    "junior": "実数:中学校数(校)",
    "junior_pupils": "実数:中学校生徒数(人)",
    "retailers_per_1000": "H:小売店数（人口千人当たり）",
    "restaurants_per_1000": "H:飲食店数（人口千人当たり）",
}


def town_statistics(work: Workplace) -> pd.DataFrame:
    """Make the counts that the forms of the joint kits ask for, as published: ``code`` and `STATISTICS`.

    The list does not say of which year each column is, so the table does not either.
    """
    rows = pd.read_csv(
        work.source("data", "statistics", "portal_rows_nationwide.csv"), dtype={"code": str}
    )
    columns = {heading: column for column, heading in STATISTICS.items()}
    table = _hyogo(rows[["code", *columns]]).rename(columns=columns).sort_values("code")
    if len(table) != len(work.read("municipalities")) or table.isna().any(axis=None):
        raise MakeError("社会・人口統計体系の行が、41市町と合わないか、空欄があります。")
    whole = ["elementary", "elementary_pupils", "junior", "junior_pupils"]
    return table.astype(dict.fromkeys(whole, int)).reset_index(drop=True)


def dashboard(work: Workplace) -> pd.DataFrame:
    """Make the 15 rows of the Digital Agency's dashboard for the 41: ``code`` and a column an indicator."""
    return _hyogo(dashboard_table(work))


def dashboard_table(work: Workplace) -> pd.DataFrame:
    """Read the 15 rows of the dashboard for the 1,741: ``code`` and a column an indicator."""
    framework = work.read("indicators_dashboard")
    columns = dict(zip(framework["label"], framework["indicator"], strict=True))
    rows = dashboard_cells(work.source(*DASHBOARD), work)
    values = {columns[label]: [read_value(cell) for cell in cells] for _, label, cells in rows}
    return pd.DataFrame({"code": municipality_codes_in_order(work), **values})


def online_applications(work: Workplace) -> pd.DataFrame:
    """Make the share of applications made online: ``code, group, procedure, share``; blank = not reported."""
    rows = dashboard_cells(work.source(*APPLICATIONS), work)
    tables = [
        _hyogo(
            pd.DataFrame(
                {
                    "code": municipality_codes_in_order(work),
                    "group": group,
                    "procedure": label,
                    "share": map(read_value, cells),
                }
            )
        )
        for group, label, cells in rows
    ]
    return pd.concat(tables).sort_values("code", kind="stable", ignore_index=True)


def progress(work: Workplace) -> pd.DataFrame:
    """Make municipality × system: ``code, system, share_done, extended, as_of``."""
    content = read_json(work.source(*PROGRESS))
    systems = work.read("systems")
    extended = set(listed_extensions(work)[["code", "system"]].itertuples(index=False, name=None))
    codes = _codes_of_hyogo(work)
    rows = [
        (
            codes[body["city"]],
            system,
            body["business_rates"][name],
            (codes[body["city"]], system) in extended,
        )
        for body in content["municipalities"]
        if body["prefecture"] == "兵庫県"
        for system, name in zip(systems["system"], systems["progress_name"], strict=True)
    ]
    table = pd.DataFrame(rows, columns=["code", "system", "share_done", "extended"])
    return table.assign(as_of=content["summary"]["data_month"]).sort_values(
        "code", kind="stable", ignore_index=True
    )


def extensions(work: Workplace) -> pd.DataFrame:
    """Make how many systems each of the 41 expects to be 特定移行支援システム: ``code, count, systems``; not listed is 0."""
    listed = listed_extensions(work).groupby("code")["system"].agg(["size", "、".join])
    table = pd.DataFrame({"code": sorted(_codes_of_hyogo(work).values())})
    count = table["code"].map(listed["size"]).fillna(0).astype(int)
    return table.assign(count=count, systems=table["code"].map(listed["join"]))


def listed_extensions(work: Workplace) -> pd.DataFrame:
    """Give ``code, system`` of every system listed for a municipality; 共通機能 keeps its name."""
    systems = work.read("systems")
    names = dict(zip(systems["extension_name"], systems["system"], strict=True))
    rows = [
        (short_code(body["code"]), names.get(business, business))
        for body in read_json(work.source(*EXTENSIONS))["municipalities"]
        for business in body["applicable_businesses"]
    ]
    return pd.DataFrame(rows, columns=["code", "system"])


def _counties(work: Workplace) -> dict[str, str]:
    """Give code → county: from 面積調, and for Hokkaido, where that lists subprefectures, from N03."""
    rows = pd.read_csv(
        work.source("data", "municipality", "municipality_master_gsi_mencho.tsv"),
        sep="\t",
        dtype=str,
    )
    listed = dict(zip(rows["jis_code"], rows["district_name"], strict=True))
    content = read_json(
        work.source("data", "boundaries", "N03-21_210101_designated_city_s0010.topojson")
    )
    shapes = next(iter(content["objects"].values()))["geometries"]
    mapped = {shape["properties"]["N03_007"]: shape["properties"]["N03_003"] for shape in shapes}
    return {
        code: county
        for code, county in {**mapped, **_only_counties(listed)}.items()
        if str(county).endswith("郡")
    }


def _only_counties(listed: dict[str, object]) -> dict[str, object]:
    return {code: county for code, county in listed.items() if str(county).endswith("郡")}


def habitable_shares(work: Workplace) -> "pd.Series[float]":
    """Give code → share of the area that is neither forest nor lake (0–1)."""
    rows = pd.read_csv(
        work.source("data", "statistics", "portal_rows_nationwide.csv"), dtype={"code": str}
    )
    return (rows.set_index("code")["B:可住地面積割合"] / 100).round(3)


def dashboard_cells(path: Path, work: Workplace) -> list[tuple[str, str, list[str]]]:
    """Give group, label and the 1,741 cells of each row, after checking that the columns stand in code order."""
    with path.open(encoding="utf-8-sig", newline="") as lines:
        head, *rows = list(csv.reader(lines))
    listed = work.read("municipality_codes")
    expected = listed.loc[listed["parent"].isna(), "name"].tolist()
    if head[2 : 2 + MUNICIPALITIES_OF_JAPAN] != expected:
        raise MakeError(f"{path.name} の市区町村の並びが団体コードの順ではありません。")
    return [
        (row[0].strip(), row[1].strip(), row[2 : 2 + MUNICIPALITIES_OF_JAPAN])
        for row in rows
        if any(row)
    ]


def municipality_codes_in_order(work: Workplace) -> list[str]:
    """Give the codes of the 1,741 in order."""
    listed = work.read("municipality_codes")
    return listed.loc[listed["parent"].isna(), "code"].tolist()


def _hyogo(table: pd.DataFrame) -> pd.DataFrame:
    return table[table["code"].str.startswith(HYOGO)].reset_index(drop=True)


def read_value(cell: str) -> float | None:
    """Read 実施, 未実施, 調査無し, "74%" or a count."""
    text = cell.strip()
    if text in ANSWERS:
        return ANSWERS[text]
    return round(float(text[:-1]) / 100, 6) if text.endswith("%") else float(text)


def _codes_of_hyogo(work: Workplace) -> dict[str, str]:
    listed = work.read("municipality_codes")
    chosen = listed[listed["code"].str.startswith(HYOGO) & listed["parent"].isna()]
    return dict(zip(chosen["name"], chosen["code"], strict=True))


@lru_cache(maxsize=4)
def read_json(path: Path) -> Any:
    """Read a JSON file, once a run."""
    return json.loads(path.read_text(encoding="utf-8"))
