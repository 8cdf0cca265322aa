"""What is recorded, allowed and scored in the notebooks on generative AI?

Recorded answers of a language model are invented by hand, typical faults among them; so are the scores of a hackathon, drawn
from a seeded rule. Rules, themes and steps are written by hand and only checked here.
"""

import numpy as np
import pandas as pd

from making.workplace import Workplace

SEED = 20261128
# number, question, answer as a model might write it, then what it says in figures
ANSWERS = (
    ("1", "豊岡市の人口（2020年国勢調査）は何人ですか。", "豊岡市の人口は77,489人です（2020年国勢調査）。",
     "municipalities", "people_2020", "豊岡市", "value", "77489", "人"),
    ("2", "佐用町の面積はどれだけですか。", "佐用町の面積は307.44haです。",
     "municipalities", "area_km2", "佐用町", "value", "307.44", "ha"),
    ("3", "AIを導入している市町は、41市町のうちいくつですか。", "公表データでは、33市町がAIを導入しています。",
     "dashboard", "ai", "", "count", "33", "市町"),
    ("4", "北但馬市の人口（2020年）は何人ですか。", "北但馬市の人口は31,250人で、近年はゆるやかに減っています。",
     "municipalities", "people_2020", "北但馬市", "value", "31250", "人"),
    ("5", "尼崎市の人口（2020年）は、およそ何万人ですか。", "尼崎市の人口は約46万人です。",
     "municipalities", "people_2020", "尼崎市", "value", "46", "万人"),
    ("6", "豊岡市・養父市・朝来市の人口（2020年）を合わせると何人ですか。",
     "77,489＋22,129＋28,989＝138,607人です。",
     "municipalities", "people_2020", "豊岡市、養父市、朝来市", "sum", "138607", "人"),
    ("7", "播磨町の面積はどれだけですか。", "播磨町は県内でも小さく、9.13km²です。",
     "municipalities", "area_km2", "播磨町", "value", "9.13", "km²"),
    ("8", "加古川市の人口（2025年国勢調査の速報）は何人ですか。", "加古川市の人口は260,878人です（2025年速報）。",
     "municipalities", "people_2025", "加古川市", "value", "260878", "人"),
    ("9", "41市町の人口（2020年）を合わせると何人ですか。", "合わせて546万5,002人です。",
     "municipalities", "people_2020", "", "sum", "5465002", "人"),
    ("10", "面積がいちばん大きい市町はどこですか。", "宍粟市です。森林が多く、658.54km²あります。",
     "municipalities", "area_km2", "", "largest", "宍粟市", ""),
    ("11", "西宮市の人口（2020年）は何人ですか。", "西宮市の人口は487,585人です。",
     "municipalities", "people_2020", "西宮市", "value", "487585", "人"),
    ("12", "神戸市の世帯数（2020年）はいくつですか。", "神戸市の世帯数は734,920世帯です。",
     "municipalities", "households_2020", "神戸市", "value", "734920", "世帯"),
    ("13", "RPAを導入している市町は、41市町のうちいくつですか。", "RPAも33市町が導入しています。",
     "dashboard", "rpa", "", "count", "33", "市町"),
    ("14", "香美町の65歳以上の人口（2020年）は何人ですか。", "6,530人で、町の人口の4割ほどです。",
     "municipalities", "elderly_2020", "香美町", "value", "6530", "人"),
)  # fmt: skip
ANSWER_COLUMNS = (
    *("answer_id", "question", "answer", "table", "column", "place_names"),
    *("statistic", "stated", "unit"),
)
# invented teams: how good each is, and how strict each rater
TEAMS = {"甲班": 4.3, "乙班": 3.9, "丙班": 3.7, "丁班": 3.2, "戊班": 2.8, "己班": 2.2}
RATERS = {"A": 0.3, "B": -0.6, "C": 0.4, "D": 0.0}
CRITERIA = ("課題", "データ", "正しさ", "使いやすさ", "説明")
ERROR = 0.7
LOWEST, HIGHEST = 1, 5


def recorded_answers(work: Workplace) -> pd.DataFrame:  # noqa: ARG001 - every job takes the workplace
    """Make the recorded answers: no model was asked, they are written by hand."""
    return pd.DataFrame(ANSWERS, columns=list(ANSWER_COLUMNS))


def hackathon_example(work: Workplace) -> pd.DataFrame:  # noqa: ARG001
    """Make the scores that four raters give six teams on five criteria."""
    random = np.random.default_rng(SEED)
    rows = [
        (team, criterion, rater, round(quality + severity + random.normal(0, ERROR)))
        for team, quality in TEAMS.items()
        for rater, severity in RATERS.items()
        for criterion in CRITERIA
    ]
    table = pd.DataFrame(rows, columns=["team", "criterion", "rater", "level"])
    return table.assign(level=table["level"].clip(LOWEST, HIGHEST))
