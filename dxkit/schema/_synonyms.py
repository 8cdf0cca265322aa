"""Under which other headings do people and official files know a column?"""

# other headings that people and official files use for a column
SYNONYMS: dict[str, tuple[str, ...]] = {
    "code": (
        "団体コード", "市区町村コード", "市町村コード", "市町コード", "自治体コード", "全国地方公共団体コード",
        "地方公共団体コード", "都道府県コード又は市区町村コード", "標準地域コード", "JISコード", "コード",
        "code5", "code6", "area_code", "lgcode", "jis_code", "N03_007",
    ),
    "name": ("市町名", "市区町村名", "市町村名", "市区町村", "市町村", "市町",
             "団体名", "自治体名", "自治体", "団体", "municipality"),
    "prefecture": ("都道府県名", "都道府県", "県名", "pref", "pref_name"),
    "lat": ("緯度", "latitude", "北緯", "Y座標"),
    "lon": ("経度", "lng", "longitude", "東経", "X座標"),
    "people": ("人口", "人口総数", "総人口"),
    "elderly": ("65歳以上", "65歳以上人口", "高齢者数", "老年人口"),
    "place": ("地点", "地点名", "集落", "地区"),
    "base": ("拠点", "拠点名", "拠点番号"),
    "system": ("業務", "業務名", "システム", "システム名"),
    "share_done": ("進捗率", "進捗"),
    "kana": ("よみ", "フリガナ", "ふりがな", "読み", "かな"),
    "level": ("段階", "レベル", "現状"),
    "target": ("目標",),
    "item": ("項目", "設問"),
}  # fmt: skip
