"""How many evacuees were counted in past disasters of Japan, and what else was published of them?

Counts and facts as collected from texts; nothing is computed but the marks of conflicts: two counts
of one event, measure and place within twelve hours that differ by more than 2 %, or a note of the
collector that another source says otherwise.
"""

import pandas as pd

from making.workplace import Workplace

FOLDER = ("data", "evacuees")
# two counts this near in time are of the same day
SAME_DAY_H = 12.0
# a smaller difference is rounding
DIFFERENT_SHARE = 0.02
CONFLICT_WORD = "食い違"
# names and single words in 「」 are shorter
QUOTATION = "「[^」]*(?:[a-z]{2}|[^」]{8,})[^」]*」[。、]?"
# the place whose counts stand for the whole event, and the measure that is counted there alike
MAIN_PLACES = {
    "chuetsu_2004": ("shelter_people", "新潟県"),
    "hokkaido_2018": ("shelter_people", "北海道"),
    "japan_2011": ("shelter_people", "岩手・宮城・福島3県"),
    "kobe_1995": ("shelter_people", "兵庫県"),
    "kumamoto_2016": ("shelter_people", "熊本県"),
    "noto_2024": ("shelter_people_primary", "石川県"),
    "west_japan_2018": ("shelter_people", "岡山県"),
}


def shelter_counts(work: Workplace) -> pd.DataFrame:
    """Make one row a published count, with its marks of conflict."""
    counts = _read(work, "series.csv").rename(
        columns={"disaster": "event", "datetime": "counted_at", "hours_since": "hour"}
    )
    counts["conflict"] = counts["note"].str.contains(CONFLICT_WORD).astype(int)
    for _, group in counts.groupby(["event", "measure", "place"]):
        for row, count in group.iterrows():
            is_near = (group["hour"] - count["hour"]).abs() <= SAME_DAY_H
            near = group.loc[is_near, "value"]
            if near.max() - near.min() > DIFFERENT_SHARE * near.max():
                counts.loc[row, "conflict"] = 1
    stands_for_event = [
        MAIN_PLACES.get(event) == (measure, place)
        for event, measure, place in zip(
            counts["event"], counts["measure"], counts["place"], strict=True
        )
    ]
    counts["is_main"] = pd.Series(stands_for_event, index=counts.index).astype(int)
    columns = ["event", "place", "counted_at", "hour", "measure", "value", "unit"]
    columns += ["conflict", "is_main", "publisher", "url", "note"]
    return counts[columns].sort_values(
        ["event", "measure", "place", "hour"], kind="stable", ignore_index=True
    )


def evacuation_facts(work: Workplace) -> pd.DataFrame:
    """Make one row a published fact, as text: some are dates, some are shares."""
    facts = _read(work, "facts.csv").rename(columns={"disaster": "event"})
    return facts[["event", "topic", "fact", "value", "unit", "publisher", "url", "note"]]


def _read(work: Workplace, name: str) -> pd.DataFrame:
    # values of facts are text: some are dates, some two figures
    text = {"value": str} if name == "facts.csv" else None
    table = pd.read_csv(work.source(*FOLDER, name), dtype=text)
    # sentences of the pages are theirs; the collector's own words stay
    note = table["note"].fillna("").str.replace(QUOTATION, "", regex=True)
    return table.assign(note=note, unit=table["unit"].fillna(""))
