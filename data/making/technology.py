"""Which published index can everybody reproduce?

The Technology Achievement Index (Human Development Report 2001) is the example that runs through the OECD/JRC handbook on
composite indicators: its figures, goalposts and results are printed, so a method can be held against them.
"""

import math

import pandas as pd

from making.workplace import Workplace

NAMES = (
    "patents",
    "royalties",
    "internet",
    "exports",
    "telephones",
    "electricity",
    "schooling",
    "university",
)
# handbook, table A.2: the 23 countries of its case study, in its order; telephones and electricity are logarithms
FIGURES = {
    "Finland": (187, 125.6, 200.2, 50.7, 3.08, 4.15, 10, 27.4),
    "United States": (289, 130, 179.1, 66.2, 3.00, 4.07, 12, 13.9),
    "Sweden": (271, 156.6, 125.8, 59.7, 3.10, 4.14, 11.4, 15.3),
    "Japan": (994, 64.6, 49, 80.8, 3.00, 3.86, 9.5, 10),
    "Korea": (779, 9.8, 4.8, 66.7, 2.97, 3.65, 10.8, 23.2),
    "Netherlands": (189, 151.2, 136, 50.9, 3.02, 3.77, 9.4, 9.5),
    "United Kingdom": (82, 134, 57.4, 61.9, 3.02, 3.73, 9.4, 14.9),
    "Canada": (31, 38.6, 108, 48.7, 2.94, 4.18, 11.6, 14.2),
    "Australia": (75, 18.2, 125.9, 16.2, 2.94, 3.94, 10.9, 25.3),
    "Singapore": (8, 25.5, 72.3, 74.9, 2.95, 3.83, 7.1, 24.2),
    "Germany": (235, 36.8, 41.2, 64.2, 2.94, 3.75, 10.2, 14.4),
    "Norway": (103, 20.2, 193.6, 19, 3.12, 4.39, 11.9, 11.2),
    "Ireland": (106, 110.3, 48.6, 53.6, 2.97, 3.68, 9.4, 12.3),
    "Belgium": (72, 73.9, 58.9, 47.6, 2.91, 3.86, 9.3, 13.6),
    "New Zealand": (103, 13, 146.7, 15.4, 2.86, 3.91, 11.7, 13.1),
    "Austria": (165, 14.8, 84.2, 50.3, 2.99, 3.79, 8.4, 13.6),
    "France": (205, 33.6, 36.4, 58.9, 2.97, 3.80, 7.9, 12.6),
    "Israel": (74, 43.6, 43.2, 45, 2.96, 3.74, 9.6, 11),
    "Spain": (42, 8.6, 21, 53.4, 2.86, 3.62, 7.3, 15.6),
    "Italy": (13, 9.8, 30.4, 51, 3.00, 3.65, 7.2, 13),
    "Czech Republic": (28, 4.2, 25, 51.7, 2.75, 3.68, 9.5, 8.2),
    "Hungary": (26, 6.2, 21.6, 63.5, 2.73, 3.46, 9.1, 7.7),
    "Slovenia": (105, 4, 20.3, 49.5, 2.84, 3.71, 7.1, 10.6),
}
# handbook, table 38 (equal weights; linear and geometric) and table 23 (benefit of the doubt): published ranks
LINEAR = (1, 2, 3, 4, 5, 6, 7, 9, 10, 8, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23)
GEOMETRIC = (2, 1, 3, 4, 16, 5, 6, 13, 14, 18, 8, 11, 7, 9, 17, 12, 10, 15, 19, 21, 23, 22, 20)
BEST_LIGHT = (1, 1, 1, 4, 6, 7, 9, 8, 10, 12, 11, 5, 13, 15, 14, 16, 17, 18, 20, 19, 21, 23, 22)
HEADINGS = {
    "creation": ("技術の創造", ("patents", "royalties")),
    "recent": ("新しい技術の普及", ("internet", "exports")),
    "old": ("古い技術の普及", ("telephones", "electricity")),
    "skills": ("人の技能", ("schooling", "university")),
}
# Human Development Report 2001, technical note 2: least and greatest values; telephones and electricity end at the OECD average
POSTS = {
    "patents": ("特許（百万人当たり）", "件", 0.0, 994.0),
    "royalties": ("特許料等の受取（千人当たり）", "US$", 0.0, 272.6),
    "internet": ("インターネットホスト（千人当たり）", "台", 0.0, 232.4),
    "exports": ("高・中技術製品の輸出割合", "%", 0.0, 80.8),
    "telephones": ("電話（千人当たり、対数）", "log10", math.log10(1), math.log10(901)),
    "electricity": ("電力消費（1人当たりkWh、対数）", "log10", math.log10(22), math.log10(6969)),
    "schooling": ("平均就学年数", "年", 0.8, 12.0),
    "university": ("理工系高等教育の総就学率", "%", 0.1, 27.4),
}


def technology_index(_: Workplace) -> pd.DataFrame:
    """Give the figures and the published ranks, one row a country."""
    table = pd.DataFrame.from_dict(FIGURES, orient="index", columns=list(NAMES)).astype(float)
    table.insert(0, "country", table.index)
    return table.assign(
        rank_linear=LINEAR, rank_geometric=GEOMETRIC, rank_best_light=BEST_LIGHT
    ).reset_index(drop=True)


def indicators_technology(_: Workplace) -> pd.DataFrame:
    """Give the framework: four headings of two indicators, all of equal weight."""
    rows: list[tuple[object, ...]] = [
        (name, "", label, 1, 1.0, "", None, None) for name, (label, *_members) in HEADINGS.items()
    ]
    for heading, (_label, members) in HEADINGS.items():
        rows += [(name, heading, POSTS[name][0], 1, 1.0, *POSTS[name][1:]) for name in members]
    return pd.DataFrame(
        rows, columns=["indicator", "parent", "label", "direction", "weight", "unit", "low", "high"]
    )
