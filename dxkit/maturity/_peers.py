"""With whom should a municipality be compared, what does its next level ask, and has anything really changed?"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

from dxkit.errors import ChoiceError, Fault, TableError
from dxkit.maturity._framework import build
from dxkit.maturity._score import Scores

# 総務省「類似団体」: upper ends of the population bands of cities (一般市) and of towns and villages
CITY_BANDS, TOWN_BANDS = (50_000, 100_000, 150_000), (5_000, 10_000, 15_000, 20_000)
NUMERALS = ("Ⅰ", "Ⅱ", "Ⅲ", "Ⅳ", "Ⅴ")
# what makes municipalities alike: people and area on a log scale, and the share of 65+
TRAITS = ("people", "area_km2", "elderly_share")
SURE = {2: "高い", 1: "中くらい", 0: "低い"}


def peers(municipalities: pd.DataFrame, code: str, *, n: int = 8) -> pd.DataFrame:
    """Give the municipalities most like one in size, area and age, for comparing profiles.

    Parameters
    ----------
    municipalities
        One row a municipality: ``code, name, kind, people_2020, elderly_2020, area_km2`` (``area`` is handed on if there).
    code
        The municipality.
    n
        How many.

    Returns
    -------
    pandas.DataFrame
        Nearest first: ``code, name, distance`` (in standard deviations), ``band`` (population band of 類似団体),
        ``same_band``, ``same_area``.

    Raises
    ------
    ChoiceError
        If there is no such municipality, or ``n`` is not 1 to all others.

    Notes
    -----
    The ministry's 類似団体 also sorts by industry, which the shipped tables do not hold; within 41 municipalities its cells
    would be nearly empty, so the band is told and the nearest are given.
    """
    table = municipalities.drop(columns="geometry", errors="ignore").set_index("code", drop=False)
    if code not in table.index:
        raise ChoiceError(
            f"「{code}」の行はありません。{'、'.join(table.index[:5])} のように書いてください。"
        )
    if not 1 <= n < len(table):
        raise ChoiceError(f"n={n} は使えません。1〜{len(table) - 1} にしてください。")
    traits = pd.DataFrame(
        {
            "people": np.log(table["people_2020"].to_numpy(dtype=float)),
            "area_km2": np.log(table["area_km2"].to_numpy(dtype=float)),
            "elderly_share": (table["elderly_2020"] / table["people_2020"]).to_numpy(dtype=float),
        },
        index=table.index,
    )
    standard = (traits - traits.mean()) / traits.std()
    distance = np.sqrt(((standard - standard.loc[code]) ** 2).sum(axis=1)).drop(code)
    bands = population_band(table)
    nearest = distance.sort_values(kind="stable").index[:n]
    found = pd.DataFrame(
        {
            "code": nearest,
            "name": table.loc[nearest, "name"].to_numpy(),
            "distance": distance[nearest].to_numpy(),
        }
    )
    found["band"] = bands[nearest].to_numpy()
    found["same_band"] = (bands[nearest] == bands[code]).to_numpy()
    if "area" in table:
        found["same_area"] = (table.loc[nearest, "area"] == table.loc[code, "area"]).to_numpy()
    found.attrs["settings"] = {"code": code, "n": n, "traits": TRAITS}
    return found


def population_band(municipalities: pd.DataFrame) -> pd.Series:
    """Give each municipality's population band of 総務省「類似団体」 (市Ⅰ–Ⅳ, 町村Ⅰ–Ⅴ; 政令市 from 500,000 people).

    Parameters
    ----------
    municipalities
        Index code: ``kind`` (city/town), ``people_2020``.

    Returns
    -------
    pandas.Series
    """
    people = municipalities["people_2020"].to_numpy(dtype=float)
    town = municipalities["kind"].eq("town").to_numpy()
    # the ministry's bands say "未満": a municipality at the edge is in the upper one
    cities = np.searchsorted(CITY_BANDS, people, side="right")
    towns = np.searchsorted(TOWN_BANDS, people, side="right")
    words = [
        f"町村{NUMERALS[t]}" if is_town else f"市{NUMERALS[c]}"
        for is_town, c, t in zip(town, cities, towns, strict=True)
    ]
    named = np.where((municipalities["name"] == "神戸市").to_numpy(), "政令指定都市", words)
    return pd.Series(named, index=municipalities.index, name="band")


def next_steps(
    scores: Scores,
    code: str,
    *,
    n: int = 3,
    framework: pd.DataFrame | None = None,
    peers: pd.DataFrame | None = None,
    names: pd.Series | None = None,
    error: float = 0.6,
) -> pd.DataFrame:
    """Say what the next level asks of a municipality, and who like it has reached that.

    Parameters
    ----------
    scores
        Of `score` on levels 0–5.
    code
        The municipality.
    n
        How many steps.
    framework
        ``indicators_hearing`` with ``level_0`` … ``level_5`` texts; by default the framework of ``scores``.
    peers
        Of `peers`; by default all others.
    names
        Code → name, for ``reached_by``.
    error
        Standard deviation of an answer, in levels (`rater_severity` estimates it).

    Returns
    -------
    pandas.DataFrame
        Most worthwhile first: ``item, label, level, next_level, now_text, next_text, reached_by`` (names joined by 、),
        ``reached`` (share of peers), ``gain`` (what one level adds to the total), ``sure`` (高い/中くらい/低い: how surely the
        municipality is behind its peers' median, against the error of an answer).

    Raises
    ------
    ChoiceError
        If there is no such municipality.

    Notes
    -----
    An item comes before another if more peers have reached its next level (it can be done by the like), then by what it adds.
    Items at the top level or without an answer are not proposed.
    """
    if code not in scores.raw.index:
        raise ChoiceError(
            f"「{code}」の行はありません。{'、'.join(map(str, scores.raw.index[:5]))} のように書いてください。"
        )
    texts = (scores.indicators if framework is None else framework).set_index("indicator")
    others = [
        each
        for each in (peers["code"] if peers is not None else scores.raw.index)
        if each in scores.raw.index
    ]
    others = [each for each in others if each != code]
    tree = build(scores.indicators)
    gains = dict(zip(tree.leaves, tree.leaf_weights() / (tree.high - tree.low), strict=True))
    tops = dict(zip(tree.leaves, tree.high, strict=True))
    own = scores.raw.loc[code].dropna()
    rows = [
        {"item": item}
        | _step(float(level), scores.raw.loc[others, item], texts.loc[item], names, error)
        | {"gain": gains[item]}
        for item, level in zip(own.index, own, strict=True)
        if level < tops[item]
    ]
    columns = [
        "item",
        "label",
        "level",
        "next_level",
        "now_text",
        "next_text",
        "reached_by",
        "reached",
        "gain",
        "sure",
    ]
    table = pd.DataFrame(rows, columns=columns).sort_values(
        ["reached", "gain"], ascending=False, kind="stable"
    )
    return table.head(n).reset_index(drop=True)


def _step(
    level: float,
    others: "pd.Series[float]",
    texts: "pd.Series[Any]",
    names: pd.Series | None,
    error: float,
) -> dict[str, object]:
    """Describe one step: the texts of this level and the next, who has reached it, and how surely the like are ahead."""
    now = int(np.floor(level + 0.5))
    known = others.dropna()
    reached = known.index[known >= now + 1]
    called = [str(names.get(code, code)) if names is not None else str(code) for code in reached]
    behind = float(known.median()) - level if len(known) else 0.0
    # the standard error of a median of n answers is about √(π/2n) times that of one
    certainty = ndtr(behind / (error * np.sqrt(1 + np.pi / (2 * max(len(known), 1)))))
    return {
        "label": texts["label"],
        "level": now,
        "next_level": now + 1,
        "now_text": str(texts.get(f"level_{now}", "") or ""),
        "next_text": str(texts.get(f"level_{now + 1}", "") or ""),
        "reached_by": "、".join(called),
        "reached": len(reached) / max(len(known), 1),
        "sure": SURE[2 if certainty >= 0.9 else 1 if certainty >= 0.6 else 0],
    }


def change(
    before: Scores,
    after: Scores,
    *,
    error: float = 0.6,
    level: float = 0.9,
    names: pd.Series | None = None,
) -> pd.DataFrame:
    """Tell real change from noise between two rounds.

    Parameters
    ----------
    before, after
        Of `score`, with the same fixed goalposts; only items that both have are compared.
    error
        Standard deviation of one answer, in its own unit (`rater_severity` estimates it; 0 for counted figures).
    level
        Of the interval (0–1).
    names
        Code → name, to be handed on as ``name``.

    Returns
    -------
    pandas.DataFrame
        Index ``code`` (municipalities of both rounds): ``before, after, change, low, high, beyond_noise, items`` (compared),
        on the scale of the total.

    Raises
    ------
    ChoiceError
        If a round was not scored with goalposts and arithmetic means: other normalisations move everybody when one
        municipality changes.
    TableError
        If the rounds share no municipality or item, or their goalposts differ.

    Notes
    -----
    A total is a weighted mean of answers with independent errors: its change has the standard error
    error · √(Σ w² (1/range²) · 2). Rounding and an interviewer's change between rounds are not in it.
    """
    common = _common(before, after)
    codes = before.raw.index.intersection(after.raw.index)
    if not len(codes) or not common:
        raise TableError(
            [
                Fault(
                    "2つの回に共通の市町か項目がありません",
                    "同じ市町・同じ項目の表を渡してください",
                )
            ]
        )
    framework = build(before.indicators)
    position = [framework.leaves.index(item) for item in common]
    width = (framework.high - framework.low)[position]
    first, second = (each.normalised.loc[codes, common].to_numpy() for each in (before, after))
    both = ~np.isnan(first) & ~np.isnan(second)
    weights = framework.leaf_weights()[position] * both
    share = weights / np.where(weights.sum(axis=1) > 0, weights.sum(axis=1), np.nan)[:, None]
    old, new = (
        np.where(np.isnan(share[:, 0]), np.nan, (np.where(both, each, 0) * share).sum(axis=1))
        for each in (first, second)
    )
    spread = error * np.sqrt(2 * ((share / width) ** 2).sum(axis=1)) * ndtri((1 + level) / 2)
    found = {
        "before": old,
        "after": new,
        "change": new - old,
        "low": new - old - spread,
        "high": new - old + spread,
    }
    table = pd.DataFrame(found, index=codes)
    table["beyond_noise"] = (table["low"] > 0) | (table["high"] < 0)
    table["items"] = both.sum(axis=1)
    if names is not None:
        table.insert(0, "name", names.reindex(codes).to_numpy())
    return table


def _common(before: Scores, after: Scores) -> list[str]:
    """Give the items that both rounds hold, refusing scores that do not compare."""
    for scores in (before, after):
        if (
            scores.settings["normalise"] != "goalposts"
            or scores.settings["aggregate"] != "arithmetic"
        ):
            raise ChoiceError(
                "change には normalise='goalposts'、aggregate='arithmetic' の点が必要です"
                "（ほかの方法は年をまたいで比べられません）。"
            )
    items = [item for item in before.normalised.columns if item in after.normalised.columns]
    posts = [
        each.indicators.set_index("indicator").loc[items, ["low", "high", "direction"]]
        for each in (before, after)
    ]
    moved = (posts[0] != posts[1]).any(axis=1)
    if moved.any():
        faults: Sequence[Fault] = [
            Fault(
                "2つの回で目標値か向きが違います",
                "low・high・direction をそろえて計算し直してください",
                column=str(item),
            )
            for item in posts[0].index[moved]
        ]
        raise TableError(faults)
    return items
