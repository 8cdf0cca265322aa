"""Which drones, rules, costs and runways does a study of deliveries start from, and how sure is each figure?

Figures of drones come from makers' announcements as the press and the makers' own pages gave them, each with its date;
what nobody publishes is an assumption and says 仮定. Legal rows are a reading of secondary sources for teaching: ask the
authority before any flight. Costs are assumptions throughout, each with a low and a high value: no reliable cost of a
flight in Japan is published. Runway ends are those of OurAirports (public domain).
"""

import pandas as pd

from making.workplace import DECIMALS, MakeError, Workplace

RUNWAYS = ("data", "places", "ourairports_runways_hyogo.csv")
AIRPORTS = {"RJBT": "但馬空港", "RJBE": "神戸空港", "RJOO": "大阪国際空港（伊丹）"}
FOOT_M = 0.3048

DRONES = (
    "drone",
    "label",
    "maker",
    "mass_kg",
    "payload_max_kg",
    "airspeed_ms",
    "endurance_min",
    "endurance_payload_kg",
    "loaded_min",
    "loaded_payload_kg",
    "power_exponent",
    "wind_max_ms",
    "published_range_km",
    "published_range_payload_kg",
    "price_yen",
    "source",
    "certainty",
    "assumed",
)
# what a column means beside flight_range: endurance_min belongs to endurance_payload_kg, loaded_min to loaded_payload_kg
DRONE_ROWS = (
    (
        "pf2_cat3",
        "PF2-CAT3（第一種型式認証）",
        "ACSL",
        8.8,
        1.0,
        10.0,
        20.0,
        0.0,
        17.5,
        1.0,
        None,
        10.0,
        11.4,
        None,
        None,
        "MONOist 2023-04-20、電波タイムズ 2023-03（機体5.5 kg・バッテリー3.3 kg・積載1.0 kg・水平10 m/s・20分／17.5分・11.4 km）",
        "公表値（耐風だけ仮定）",
        "wind_max_ms",
    ),
    (
        "pf2_delivery",
        "PF2 配送仕様",
        "ACSL",
        8.8,
        1.7,
        10.0,
        16.7,
        1.7,
        None,
        None,
        1.24,
        10.0,
        10.0,
        1.7,
        None,
        "トラックニュース 2023-12-18（積載1.7 kg・36 km/h・10 km）。滞空は 10 km ÷ 36 km/h から、機体の重さは PF2-CAT3 から",
        "一部推定",
        "mass_kg endurance_min power_exponent wind_max_ms",
    ),
    (
        "pf4",
        "PF4（長距離マルチユース）",
        "ACSL",
        19.4,
        5.5,
        10.6,
        62.9,
        5.5,
        None,
        None,
        1.5,
        12.0,
        40.0,
        5.5,
        None,
        "日本インタビュ新聞社 2026-02-17（5.5 kgで40 km）、ドローンジャーナル 2025-02（豊岡市で25.5 kmを約40分＝10.6 m/s）、"
        "重さは2026年2月27日の事故の報道（19.4 kg。荷物を含むかは不明）。滞空は 40 km ÷ 10.6 m/s から",
        "一部推定",
        "mass_kg airspeed_ms endurance_min power_exponent wind_max_ms",
    ),
    (
        "airtruck",
        "AirTruck",
        "エアロネクスト・ACSL",
        20.0,
        5.0,
        10.0,
        33.3,
        5.0,
        None,
        None,
        1.5,
        10.0,
        20.0,
        5.0,
        None,
        "ドローンジャーナル（新十津川町の実証。積載5 kg・20 km）。滞空は 20 km ÷ 10 m/s から",
        "一部推定",
        "mass_kg airspeed_ms endurance_min power_exponent wind_max_ms",
    ),
    (
        "wing",
        "Wing（固定翼と回転翼）",
        "Wing",
        5.0,
        1.1,
        29.0,
        11.1,
        1.1,
        None,
        None,
        1.5,
        12.0,
        19.3,
        1.1,
        None,
        "報道 2024（2.5ポンド・65 mph・往復12マイル）。滞空は 12マイル ÷ 65 mph から。"
        "翼で飛ぶので、重さと電力の式は当てはまりにくい",
        "一部推定",
        "mass_kg endurance_min power_exponent wind_max_ms",
    ),
)
RULES = ("rule", "subject", "text", "ground", "value", "unit", "as_of", "source", "certainty")
RULE_ROWS = (
    (
        "height",
        "高さ",
        "地表・水面から150 m以上の空域は許可が要る。高さは飛んでいる真下の地面から測る",
        "航空法132条の85",
        150,
        "m",
        "2022-12",
        "剣持法務事務所・教則の解説（二次資料）",
        "要確認",
    ),
    (
        "airport",
        "空港等の周辺",
        "空港等の制限表面（進入・転移・水平など）の上の空域は許可が要る。但馬空港のような空港では、表面より下は制限の外",
        "航空法132条の85",
        None,
        "",
        "2022-12",
        "教則の解説（二次資料）",
        "要確認",
    ),
    (
        "horizontal_surface",
        "水平表面の高さ",
        "空港の標点から45 m上の水平面。半径は着陸帯の等級による（但馬空港の半径は未確認）",
        "航空法2条",
        45,
        "m",
        "2022-12",
        "沖縄県「空港の規制と制限表面の範囲」",
        "高さは公表値、半径は要確認",
    ),
    (
        "did",
        "人口集中地区",
        "人口集中地区（DID）の上空は許可が要る",
        "航空法132条の85",
        None,
        "",
        "2022-12",
        "教則の解説（二次資料）",
        "要確認",
    ),
    (
        "distance",
        "人・物件からの距離",
        "第三者や物件から30 m未満での飛行は承認が要る（特定飛行）",
        "航空法132条の86",
        30,
        "m",
        "2022-12",
        "教則の解説（二次資料）",
        "要確認",
    ),
    (
        "specified",
        "特定飛行",
        "夜間・目視外・30 m未満・催し場所の上空・危険物の輸送・物件の投下は、承認の要る飛ばし方",
        "航空法132条の86",
        None,
        "",
        "2022-12",
        "教則の解説（二次資料）",
        "要確認",
    ),
    (
        "level35",
        "レベル3.5飛行",
        "無人地帯での目視外飛行。操縦ライセンス・保険・機上カメラによる確認を条件に、補助者や看板、道路横断前の"
        "一時停止が要らない。届け先は集落の近くの無人の地点になる",
        "カテゴリーⅡ（2023年12月新設）",
        None,
        "",
        "2023-12",
        "交通安全白書 令和6年版、教則（二次資料）",
        "二次資料で確認",
    ),
    (
        "level4",
        "レベル4飛行",
        "有人地帯での補助者なし目視外飛行。第一種機体認証と一等の操縦ライセンスが要る",
        "カテゴリーⅢ（2022年12月5日施行）",
        None,
        "",
        "2022-12",
        "マイナビニュース 2023-03-14、教則（二次資料）",
        "二次資料で確認",
    ),
    (
        "facilities",
        "重要施設",
        "国の重要施設などの周辺は、小型無人機等飛行禁止法でも制限される",
        "小型無人機等飛行禁止法",
        None,
        "",
        "2022-12",
        "未読",
        "要確認",
    ),
)
COSTS = ("item", "label", "value", "low", "high", "unit", "side", "source", "certainty")
# item, label, value, low, high, unit, side
COST_ROWS = (
    ("aircraft_yen", "機体1機の価格", 4_000_000, 1_500_000, 10_000_000, "円", "ドローン"),
    ("aircraft_years", "機体を使う年数", 4, 2, 6, "年", "ドローン"),
    ("upkeep_share", "点検・修理（価格に対する年の割合）", 0.2, 0.1, 0.4, "割合", "ドローン"),
    ("insurance_yen_year", "保険（1機・年）", 150_000, 50_000, 400_000, "円/年", "ドローン"),
    (
        "base_yen_year",
        "離着陸場・通信・運航システム（1拠点・年）",
        1_200_000,
        400_000,
        3_000_000,
        "円/年",
        "ドローン",
    ),
    ("operator_yen_hour", "運航者の人件費", 2_800, 1_800, 4_000, "円/時", "ドローン"),
    ("handling_min", "1便の準備・積み込み・片付け", 10, 5, 20, "分", "ドローン"),
    ("drones_per_operator", "1人が同時に見る機体", 1, 1, 5, "機/人", "ドローン"),
    ("drone_speed_ms", "飛ぶ速さ", 10, 8, 15, "m/s", "ドローン"),
    ("energy_yen_km", "電気と電池の消耗", 5, 2, 15, "円/km", "ドローン"),
    ("van_yen_year", "軽貨物車（リース・保険・税）", 600_000, 400_000, 900_000, "円/年", "配送車"),
    ("driver_yen_hour", "運転者の人件費", 2_200, 1_500, 3_000, "円/時", "配送車"),
    ("fuel_yen_km", "燃料", 15, 10, 25, "円/km", "配送車"),
    ("van_speed_kmh", "山あいの道の平均の速さ", 30, 20, 40, "km/時", "配送車"),
    ("road_factor", "道のりは直線の何倍か", 1.5, 1.2, 2.0, "倍", "配送車"),
    ("stop_min", "1件の受け渡し", 4, 2, 8, "分", "配送車"),
    ("drops_per_round", "1回りで届ける件数", 15, 5, 30, "件", "配送車"),
    ("spacing_km", "届け先どうしの間隔（直線）", 1.5, 0.5, 4, "km", "配送車"),
    ("days_year", "1年に配る日数", 250, 200, 350, "日", "共通"),
    ("hours_day", "1日に飛べる・走れる時間", 7, 5, 9, "時間", "共通"),
)
COST_SOURCE = "架空：仮定（日本で信頼できる1便あたり費用の公表値は見つからない。自分の地域の見積もりに直して使う）"

MODE_COLUMNS = ("mode", "item", "label", "value", "low", "high", "unit", "source", "certainty")
# item: Japanese name and unit
MODE_ITEMS = {
    "days_year": ("1年に動く日数", "日"),
    "fixed_yen_year": ("1年の固定費（車両・機体・場所・保険の、この用に足す分）", "円/年"),
    "staff_yen_hour": ("人件費", "円/時"),
    "yen_km": ("走る・飛ぶ費用", "円/km"),
    "speed_kmh": ("平均の速さ", "km/時"),
    "road_factor": ("道のりは直線の何倍か", "倍"),
    "stop_min": ("1件にかかる手間", "分"),
    "households_round": ("1回りの件数", "件"),
    "drive_share": ("移動の時間のうち、この用に払う割合", "割合"),
    "reach_share": ("使える世帯の割合", "割合"),
}
ROAD = (1.5, 1.2, 2.0)
# value, low, high, in the order of MODE_ITEMS; the drone's are those of COST_ROWS with one aircraft
MODE_ROWS = {
    "drone": (
        (250, 200, 350), (3_150_000, 850_000, 12_400_000), (2_800, 1_800, 4_000), (5, 2, 15), (36, 29, 54),
        (1, 1, 1.2), (10, 5, 20), (1, 1, 1), (1, 0.2, 1), (0.9, 0.6, 1),
    ),
    "shop_van": (
        (100, 50, 150), (900_000, 500_000, 1_500_000), (2_000, 1_300, 2_800), (25, 15, 40), (30, 20, 40),
        ROAD, (5, 3, 10), (20, 10, 40), (1, 1, 1), (0.8, 0.5, 1),
    ),
    "mixed": (
        (300, 200, 365), (300_000, 100_000, 1_000_000), (2_200, 1_500, 3_000), (3, 0, 10), (30, 20, 40),
        ROAD, (4, 2, 8), (10, 3, 20), (0.1, 0, 0.5), (0.6, 0.3, 0.9),
    ),
    "community": (
        (150, 50, 300), (200_000, 50_000, 600_000), (1_100, 0, 1_500), (20, 15, 37), (30, 20, 40),
        ROAD, (6, 3, 12), (8, 3, 15), (1, 1, 1), (0.7, 0.4, 0.95),
    ),
    "parcel_van": (
        (300, 250, 360), (150_000, 50_000, 600_000), (2_200, 1_500, 3_000), (15, 10, 25), (30, 20, 40),
        ROAD, (4, 2, 8), (15, 5, 30), (0.5, 0.2, 1), (1, 0.9, 1),
    ),
    "weekly_bus": (
        (50, 45, 52), (400_000, 200_000, 1_200_000), (2_300, 1_600, 3_200), (40, 25, 60), (30, 20, 40),
        ROAD, (3, 1, 6), (12, 6, 25), (1, 1, 1), (0.5, 0.3, 0.7),
    ),
}  # fmt: skip
MODE_SOURCE = "架空：仮定（運営費の公表値は見つからない。自分の地域の見積もりに直して使う）"


def drone_types(work: Workplace) -> pd.DataFrame:  # noqa: ARG001 - every job takes the workplace
    """Make the drones: one row a type, its figures and from where (``assumed`` names what is estimated)."""
    table = pd.DataFrame(DRONE_ROWS, columns=list(DRONES))
    named = [set(assumed.split()) - set(DRONES) for assumed in table["assumed"]]
    if any(named) or table["drone"].duplicated().any():
        raise MakeError(f"drone_types の行に誤りがあります: {named}")
    return table.astype({"price_yen": "Int64"})


def flight_rules(work: Workplace) -> pd.DataFrame:  # noqa: ARG001
    """Make the rules of flight that a study of coverage meets: one row a rule, with how sure the reading is."""
    return pd.DataFrame(RULE_ROWS, columns=list(RULES)).astype({"value": "Int64"})


def delivery_costs(work: Workplace) -> pd.DataFrame:  # noqa: ARG001
    """Make the assumed costs of a delivery: one row an item, with a low and a high value."""
    rows = [(*row, COST_SOURCE, "仮定") for row in COST_ROWS]
    table = pd.DataFrame(rows, columns=list(COSTS))
    if not ((table["low"] <= table["value"]) & (table["value"] <= table["high"])).all():
        raise MakeError("delivery_costs の low ≦ value ≦ high が崩れています。")
    return table


def delivery_modes(work: Workplace) -> pd.DataFrame:  # noqa: ARG001
    """Make the assumed figures of six ways of delivery: one row a mode and item, with a low and a high value."""
    rows = [
        (mode, item, label, *figures, unit, MODE_SOURCE, "仮定")
        for mode, items in MODE_ROWS.items()
        for (item, (label, unit)), figures in zip(MODE_ITEMS.items(), items, strict=True)
    ]
    table = pd.DataFrame(rows, columns=list(MODE_COLUMNS))
    table = table.astype({"value": float, "low": float, "high": float})
    if not ((table["low"] <= table["value"]) & (table["value"] <= table["high"])).all():
        raise MakeError("delivery_modes の low ≦ value ≦ high が崩れています。")
    return table


def runways(work: Workplace) -> pd.DataFrame:
    """Make the runways of the three airports: both ends, length and width in metres, height of the ends above the sea."""
    raw = pd.read_csv(
        work.source(*RUNWAYS), dtype={"airport_ident": "str", "le_ident": "str", "he_ident": "str"}
    )
    unknown = sorted(set(raw["airport_ident"]) - set(AIRPORTS))
    if unknown:
        raise MakeError(f"滑走路の表に知らない空港があります: {unknown}")
    table = pd.DataFrame(
        {
            "airport": raw["airport_ident"],
            "name": raw["airport_ident"].map(AIRPORTS),
            "runway": raw["le_ident"] + "/" + raw["he_ident"],
            "end_lat": raw["le_latitude_deg"].round(DECIMALS),
            "end_lon": raw["le_longitude_deg"].round(DECIMALS),
            "other_lat": raw["he_latitude_deg"].round(DECIMALS),
            "other_lon": raw["he_longitude_deg"].round(DECIMALS),
            "length_m": (raw["length_ft"] * FOOT_M).round(0).astype(int),
            "width_m": (raw["width_ft"] * FOOT_M).round(0).astype(int),
            "height_m": (raw[["le_elevation_ft", "he_elevation_ft"]].mean(axis=1) * FOOT_M)
            .round(0)
            .astype(int),
        }
    )
    return table.sort_values(["airport", "runway"], kind="stable")
