"""Which keys and columns does a scenario have, in which units and within which bounds?

One `Field` each: English name, Japanese label, kind, bounds, default and unit.
"""

from dxkit.sharing._field_values import Field

# where an evacuee stays: designated and other shelters, with relatives or in hotels, in a car or
# at home
PLACES = ("指定避難所", "自主避難所", "親族・宿泊", "車中・在宅")
# how a policy sends records: not at all, from host to home directly, or through a hub
ROUTES = ("なし", "直接", "集約")
# to whom: partners of an agreement, or all
PAIRS = ("協定", "すべて")
# how evacuees are distributed: by a gravity model, or by a table of shares
METHODS = ("重力", "行列")
# which body is the hub
HUBS = ("県", "国")
# what a source begins with where nothing was published
ASSUMED = "仮定"
SOURCE = Field("source", "出典", "text", default=ASSUMED)
# half a year of 30-day months
MAX_HOURS = 4_320

# YAML: keys at the top
TOP = (
    Field("name", "名称", "text"),
    Field("note", "注意", "text", default="教材用の例示です。予測ではありません。"),
    Field("hours", "期間_時間", "integer", 24, MAX_HOURS, unit="時間"),
    Field("draws", "抽選回数", "integer", 1, 5_000, default=100, unit="回"),
    Field("seed", "乱数の種", "integer", 0, 2**32 - 1, default=0),
    Field("outage_spread", "停止のばらつき", "number", 0, 3, default=0.5, unit="対数標準偏差"),
)
# YAML: headings with keys of their own
SECTIONS: dict[str, tuple[Field, ...]] = {
    "登録": (
        Field(
            "records_per_staff_hour",
            "職員1人1時間の登録数",
            "number",
            0.1,
            1_000,
            default=12.0,
            unit="人",
        ),
        Field("paper_efficiency", "停止中の能率", "number", 0, 1, default=0.4, unit="割合"),
        Field("consent_share", "同意率", "number", 0, 1, default=0.6, unit="割合"),
    ),
    "移動先": (
        Field("method", "方式", "word", default="重力"),
        Field("own_share", "自市町内の割合", "number", 0, 1, default=0.8, unit="割合"),
        Field("outside_share", "県外の割合", "number", 0, 1, default=0.05, unit="割合"),
        Field("distance_power", "距離のべき", "number", 0, 6, default=2.0),
    ),
    "共有": (
        Field("wrong_share", "記録誤りの割合", "number", 0, 1, default=0.02, unit="割合"),
        Field("cleaning_per_day", "古い登録の整理_1日", "number", 0, 1, default=0.05, unit="割合"),
        Field("paper_hours", "紙の送付_時間", "number", 1, 10_000, default=72.0, unit="時間"),
        Field("send_minutes", "送付1件の分", "number", 0, 600, default=2.0, unit="分"),
    ),
}
# YAML: which policies are compared, and which of their cells differ here
POLICIES = "施策"
CHANGES = "施策の変更"

# CSV: one row a municipality; those from which nobody fled can still be hosts
MUNICIPALITY_FIELDS = (
    Field("code", "団体コード", "code"),
    Field("name", "市町名", "text"),
    Field("evacuees", "避難者数", "number", 0, 1e8, unit="人"),
    Field("attraction", "受入の大きさ", "number", 0, 1e9, unit="人"),
    Field("lat", "緯度", "number", 20, 46, default=float("nan"), unit="度"),
    Field("lon", "経度", "number", 122, 154, default=float("nan"), unit="度"),
    Field("inside", "県内", "flag", default=True),
    Field("joined", "国クラウド参加", "flag", default=True),
    SOURCE,
)
# CSV: shares of evacuees by type of place, and how many a day the registering staff meet there
PLACE_FIELDS = (
    Field("place", "場所", "word"),
    Field("share", "当初の割合", "number", 0, 1, unit="割合"),
    Field("share_after", "移動後の割合", "number", 0, 1, unit="割合"),
    Field("contact_per_day", "接触_1日", "number", 0, 1, unit="割合"),
    SOURCE,
)
# CSV: from which hour on more or fewer are met
CONTACT_FIELDS = (
    Field("place", "場所", "word"),
    Field("from_hour", "開始_時間", "number", 0, MAX_HOURS, unit="時間"),
    Field("contact_per_day", "接触_1日", "number", 0, 1, unit="割合"),
    SOURCE,
)
# CSV: how many a day move on, and when
MOVE_FIELDS = (
    Field("place", "場所", "word"),
    Field("from_hour", "開始_時間", "number", 0, MAX_HOURS, unit="時間"),
    Field("to_hour", "終了_時間", "number", 0, MAX_HOURS, unit="時間"),
    Field("moves_per_day", "移動_1日", "number", 0, 1, unit="割合"),
    SOURCE,
)
# CSV: which share of all evacuees has fled by an hour
ARRIVAL_FIELDS = (
    Field("hour", "時間", "integer", 0, MAX_HOURS, unit="時間"),
    Field("share", "累積割合", "number", 0, 1, unit="割合"),
    SOURCE,
)
# CSV: registering staff of a municipality from an hour on
STAFF_FIELDS = (
    Field("code", "団体コード", "code"),
    Field("from_hour", "開始_時間", "number", 0, MAX_HOURS, unit="時間"),
    Field("staff", "職員数", "number", 0, 1e6, unit="人"),
    SOURCE,
)
# CSV: how likely a network fails, and for how long
OUTAGE_FIELDS = (
    Field("code", "団体コード", "code"),
    Field("probability", "確率", "number", 0, 1, unit="割合"),
    Field("mean_hours", "平均_時間", "number", 0, 10_000, unit="時間"),
    SOURCE,
)
# CSV: pairs of municipalities that agreed to share
AGREEMENT_FIELDS = (Field("first", "甲", "code"), Field("second", "乙", "code"), SOURCE)
# CSV: shares of each home's evacuees by host, in place of the gravity model
DESTINATION_FIELDS = (
    Field("home", "元", "code"),
    Field("host", "先", "code"),
    Field("share", "割合", "number", 0, 1, unit="割合"),
    SOURCE,
)
# CSV: figures that were published about a past disaster
OBSERVED_FIELDS = (
    Field("hour", "時間", "integer", 0, MAX_HOURS, unit="時間"),
    Field("measure", "指標", "word"),
    Field("people", "人数", "number", 0, 1e8, unit="人"),
    Field("base", "分母", "number", 1, 1e8, unit="人"),
    Field("use", "役割", "word"),
    SOURCE,
)
# CSV: one row a sharing policy
POLICY_FIELDS = (
    Field("policy", "施策", "word"),
    Field("route", "経路", "word"),
    Field("pairs", "相手", "word", default="すべて"),
    Field("hub", "集約先", "word", default="県"),
    Field("start_hour", "開始_時間", "number", 0, MAX_HOURS, default=0.0, unit="時間"),
    Field("consent", "同意が必要", "flag", default=False),
    Field("joined_only", "参加市町のみ", "flag", default=False),
    Field("host_hours", "送付_時間", "number", 1, 10_000, default=6.0, unit="時間"),
    Field("home_hours", "受取_時間", "number", 1, 10_000, default=6.0, unit="時間"),
    Field("self_per_day", "自主登録_1日", "number", 0, 1, default=0.0, unit="割合"),
    Field("strike_share", "二重登録の発見率", "number", 0, 1, default=0.0, unit="割合"),
    Field("cleaning_times", "整理の倍率", "number", 0, 100, default=1.0, unit="倍"),
    Field("copies", "余分な送付先の数", "number", 0, 2_000, default=0.0, unit="団体"),
    SOURCE,
)
# CSV file (without .csv) → its columns
FILES: dict[str, tuple[Field, ...]] = {
    "evacuees": MUNICIPALITY_FIELDS,
    "places": PLACE_FIELDS,
    "moves": MOVE_FIELDS,
    "arrivals": ARRIVAL_FIELDS,
    "staff": STAFF_FIELDS,
    "outages": OUTAGE_FIELDS,
    "agreements": AGREEMENT_FIELDS,
    "destinations": DESTINATION_FIELDS,
    "contacts": CONTACT_FIELDS,
    "observed": OBSERVED_FIELDS,
    "policies": POLICY_FIELDS,
}
# files without which there is no scenario
REQUIRED_FILES = ("evacuees", "places", "staff")
