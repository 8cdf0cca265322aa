"""How would a residents' register and a shelter's register of the same days look, with the truth known?

Everybody is invented: names, households and addresses are drawn, only the municipalities and their weights are official.
Shares of errors are assumptions (no published measurement was found); change them with ``errors=``.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dxkit.errors import ChoiceError, shorten
from dxkit.linkage import _corruption
from dxkit.linkage._synthetic_names import BUILDINGS, names, town_names
from dxkit.loaders import load

ERRORS: Mapping[str, float] = {
    "old_form": 0.12,  # residents whose surname stands in its old form in the residents' register (where there is one)
    "common_form": 0.85,  # of them written in the common form at the shelter
    "kana_only": 0.12,
    "no_kana": 0.35,
    "kana_style": 0.25,  # hiragana or half-width
    "no_blank": 0.5,  # no blank between surname and given name
    "voicing": 0.05,
    "misread": 0.02,
    "typo": 0.025,
    "married": 0.01,
    "era_date": 0.30,
    "partial_date": 0.10,
    "no_date": 0.20,
    "wrong_year": 0.02,
    "wrong_day": 0.01,
    "short_address": 0.30,
    "kanji_address": 0.20,
    "town_only": 0.10,
    "no_address": 0.15,
    "no_sex": 0.05,
    "twins": 0.02,  # households with children in which two are twins
    "elsewhere": 0.05,  # of the shelter's people, those of no municipality of the register
    "twice": 0.08,  # of the sheltered, those registered twice
}
SHELTERED = 0.30
HOUSEHOLD_SIZES = (0.38, 0.28, 0.17, 0.12, 0.05)
MADE = "架空の人物（実在の人とは関係ありません）"


def synth_registers(
    n: int, *, errors: Mapping[str, float] | None = None, seed: int = 0
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Invent a residents' register, a shelter's register of about 0.34 n rows, and the truth.

    Parameters
    ----------
    n
        Number of residents.
    errors
        Shares that differ from `ERRORS`.
    seed
        The same seed gives the same registers.

    Returns
    -------
    residents, shelter : pandas.DataFrame
        ``record_id, name, kana, birthday, sex, address, code``; ``attrs["made"]`` is True.
    truth : pandas.DataFrame
        ``left_id`` (resident), ``right_id`` (shelter's record); people from elsewhere have none, who registered twice has two.

    Raises
    ------
    ChoiceError
        If ``n`` is not positive, or a share is unknown or not within 0–1.
    """
    shares = _shares(n, errors or {})
    rng = np.random.default_rng(seed)
    people = _people(n, shares, rng)
    outsiders = _people(
        max(1, round(n * SHELTERED * (1 + shares["twice"]) * shares["elsewhere"])), shares, rng
    )
    outsiders["code"], outsiders["place"] = "27100", "大阪府大阪市"
    here = np.isin(
        people["home"],
        rng.choice(
            people["home"].max() + 1,
            size=round((people["home"].max() + 1) * SHELTERED),
            replace=False,
        ),
    )
    again = here & (rng.random(n) < shares["twice"])
    at = np.concatenate([np.flatnonzero(here), np.flatnonzero(again)])
    sheltered = (
        pd.concat([people.iloc[at].assign(who=at), outsiders.assign(who=-1)], ignore_index=True)
        if shares["elsewhere"]
        else people.iloc[at].assign(who=at)
    )
    sheltered = sheltered.iloc[rng.permutation(len(sheltered))].reset_index(drop=True)
    residents = _corruption.official(people, shares, rng)
    shelter = _corruption.shelter(sheltered, residents["name"], shares, rng)
    known = (sheltered["who"] >= 0).to_numpy()
    truth = pd.DataFrame(
        {
            "left_id": residents["record_id"].to_numpy()[sheltered["who"][known]],
            "right_id": shelter["record_id"][known],
        }
    )
    for table in (residents, shelter, truth := truth.reset_index(drop=True)):
        table.attrs = {
            "made": True,
            "note": MADE,
            "settings": {"n": n, "seed": seed, "errors": shares},
        }
    return residents, shelter, truth


def _shares(n: int, errors: Mapping[str, float]) -> dict[str, float]:
    if isinstance(n, bool) or not isinstance(n, int | np.integer) or n < 1:
        raise ChoiceError(f"人数 n={shorten(n)} は1以上の整数にしてください。")
    for name, share in errors.items():
        if name not in ERRORS:
            raise ChoiceError(
                f"誤りの種類「{shorten(name)}」はありません。{'・'.join(ERRORS)} から選んでください。"
            )
        if not 0 <= share <= 1:
            raise ChoiceError(f"誤りの割合 {name}={shorten(share)} は0〜1の数にしてください。")
    return {**ERRORS, **errors}


def _people(n: int, shares: Mapping[str, float], rng: np.random.Generator) -> pd.DataFrame:
    """Draw households until there are enough people; give each person a name, a birthday and the household's address."""
    sizes = rng.choice(np.arange(1, 6), size=n, p=np.divide(HOUSEHOLD_SIZES, sum(HOUSEHOLD_SIZES)))
    homes = int(np.searchsorted(np.cumsum(sizes), n)) + 1
    home = np.repeat(np.arange(homes), sizes[:homes])[:n]
    order = np.arange(n) - np.searchsorted(home, home)
    surname = _draw("surname", homes, rng)
    sex = np.where(order == 0, rng.random(n) < 0.6, rng.random(n) < np.where(order == 1, 0.2, 0.5))
    given = [
        np.where(sex, man, woman)
        for man, woman in zip(_draw("male", n, rng), _draw("female", n, rng), strict=True)
    ]
    table = pd.DataFrame(
        {
            "home": home,
            "surname": surname[0][home],
            "given": given[0],
            "surname_kana": surname[1][home],
            "given_kana": given[1],
        }
    )
    table["sex"] = np.where(sex, "男", "女")
    table["born"] = _births(home, order, homes, shares, rng)
    # twins do not bear one name
    return table.join(_addresses(homes, rng).iloc[home].reset_index(drop=True))


def _draw(
    kind: str, count: int, rng: np.random.Generator
) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
    written, read, shares = names(kind)
    at = np.minimum(np.searchsorted(shares, rng.random(count)), len(shares) - 1)
    return written[at], read[at]


def _births(
    home: NDArray[np.int_],
    order: NDArray[np.int_],
    homes: int,
    shares: Mapping[str, float],
    rng: np.random.Generator,
) -> NDArray[np.datetime64]:
    """Draw ages: a head, a partner of about the same age, children a generation younger, some of them twins."""
    head = rng.integers(22, 96, size=homes)[home]
    partner = head + rng.integers(-6, 7, size=len(home))
    child = np.maximum(head - rng.integers(22, 38, size=len(home)), 0)
    age = np.select([order == 0, order == 1], [head, partner], child).clip(0, 104)
    days = age * 365.25 + rng.integers(0, 365, size=len(home))
    twin = (order == 3) & (rng.random(homes) < shares["twins"])[home]
    days[twin] = days[np.flatnonzero(twin) - 1]
    return np.datetime64("2024-01-01") - days.astype("timedelta64[D]")


def _addresses(homes: int, rng: np.random.Generator) -> pd.DataFrame:
    """Draw a municipality by its people, a town (more of them where more people live), numbers and perhaps a building."""
    towns = load("municipalities")
    weights = towns["people_2020"].to_numpy(dtype=float)
    at = rng.choice(len(towns), size=homes, p=weights / weights.sum())
    named = np.minimum(np.maximum(weights / 3000, 5), len(town_names())).astype(int)
    numbers = rng.integers(1, [6, 21, 31], size=(homes, 3))
    flat = np.where(
        rng.random(homes) < 0.3, rng.integers(1, 10, homes) * 100 + rng.integers(1, 10, homes), 0
    )
    return pd.DataFrame(
        {
            "code": towns["code"].to_numpy()[at],
            "place": ("兵庫県" + towns["name"]).to_numpy()[at],
            "town": town_names()[(rng.random(homes) * named[at]).astype(int)],
            "chome": numbers[:, 0],
            "ban": numbers[:, 1],
            "go": numbers[:, 2],
            "building": np.where(
                flat > 0,
                np.array(BUILDINGS, dtype=object)[rng.integers(0, len(BUILDINGS), homes)]
                + flat.astype(str).astype(object),
                "",
            ),
        }
    )
