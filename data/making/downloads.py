"""Where does each official file lie at its publisher, and which reader takes it?

Addresses of direct downloads follow the publisher's own naming; where a publisher offers a file only behind a page, the
address is empty and `dxkit.loaders.fetch` says which file to carry in. None could be opened when this was written: a file
that has moved is found from its page.
"""

import pandas as pd

from making.workplace import Workplace

KSJ = "https://nlftp.mlit.go.jp/ksj"
ESTAT = "https://www.e-stat.go.jp/gis/statmap-search"
MESHES = ("5134", "5135", "5234", "5235", "5334", "5335")
COLUMNS = ("name", "label", "url", "page", "file", "how", "reader")
ROWS = (
    (
        "n03_2024", "国土数値情報 行政区域 2024年 兵庫県", f"{KSJ}/gml/data/N03/N03-2024/N03-20240101_28_GML.zip",
        f"{KSJ}/gml/datalist/KsjTmplt-N03-2024.html", "N03-20240101_28_GML.zip", "兵庫県の行、世界測地系", "read_boundaries",
    ),
    (
        "n03_2021", "国土数値情報 行政区域 2021年 兵庫県", f"{KSJ}/gml/data/N03/N03-2021/N03-20210101_28_GML.zip",
        f"{KSJ}/gml/datalist/KsjTmplt-N03-v3_0.html", "N03-20210101_28_GML.zip", "兵庫県の行、世界測地系", "read_boundaries",
    ),
    (
        "roadside_stations", "国土数値情報 道の駅 2018年", f"{KSJ}/gml/data/P35/P35-18/P35-18_GML.zip",
        f"{KSJ}/gml/datalist/KsjTmplt-P35.html", "P35-18_GML.zip", "全国", "read_roadside_stations",
    ),
    *(
        (
            f"mesh_{code}", f"国勢調査2020 500 mメッシュ人口 {code}", f"{ESTAT}/data?statsId=T001101&code={code}&downloadType=2",
            ESTAT, f"tblT001101H{code}.zip", f"2020年国勢調査・4次メッシュ・人口及び世帯・{code}", "read_mesh_population",
        )
        for code in MESHES
    ),
    (
        "shelters", "指定緊急避難場所データ 兵庫県", "", "https://www.gsi.go.jp/bousaichiri/hinanbasho.html",
        "28.csv", "市町村別公開日・更新日一覧から兵庫県のCSV", "read_shelters",
    ),
    (
        "dashboard", "自治体DXの取組に関するダッシュボード", "", "https://www.digital.go.jp/resources/govdashboard/local-government-dx",
        "市区町村毎のDX進捗状況_市区町村比較.csv", "市区町村比較のデータをCSVで保存", "read_dashboard",
    ),
    (
        "standardization", "標準準拠システムへの移行の進捗状況", "", "https://www.soumu.go.jp/",
        "標準化進捗.xlsx", "自治体情報システムの標準化・共通化のページの進捗状況", "read_standardization",
    ),
    (
        "extensions", "特定移行支援システムの該当見込み", "", "https://www.digital.go.jp/policies/local_governments",
        "特定移行支援システム.xlsx", "該当見込みの一覧", "read_extensions",
    ),
    (
        "residents", "住民基本台帳に基づく人口、人口動態及び世帯数", "",
        "https://www.soumu.go.jp/main_sosiki/jichi_gyousei/daityo/jinkou_jinkoudoutai-setaisuu.html",
        "住民基本台帳人口.xlsx", "市区町村別人口、人口動態及び世帯数（総計）", "read_residents",
    ),
)  # fmt: skip


def downloads(work: Workplace) -> pd.DataFrame:  # noqa: ARG001 - every job takes the workplace
    """Make the list of official downloads: ``name, label, url, page, file, how, reader``."""
    table = pd.DataFrame(ROWS, columns=list(COLUMNS))
    return table.assign(url=table["url"].where(table["url"] != ""))
