"""How would registers of residents and of a shelter look, with the truth known?

Everybody is invented: names, households and addresses are drawn, only the municipalities and their
weights are official. Shares of errors are assumptions (`ERRORS`).
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dxkit._arrays import BoolArray
from dxkit._checks import is_number, read_mapping, require_seed, require_whole_number
from dxkit._keywords import accepts_old_keywords
from dxkit.errors import ChoiceError, shorten
from dxkit.linkage import _corruption
from dxkit.linkage._error_shares import ERRORS
from dxkit.linkage._synthetic_names import BUILDINGS, list_names, list_town_names
from dxkit.loaders import load, municipality_name
from dxkit.schema import carry_provenance

# of all households
SHELTERED_SHARE = 0.30
# shares of households of 1, 2, 3 … people
HOUSEHOLD_SIZES = (0.38, 0.28, 0.17, 0.12, 0.05)
NOTE = "架空の人物（実在の人とは関係ありません）"
# the day on which ages are counted
AGE_DAY = "2024-01-01"
# twice Japan does not fit in any memory
MOST_RESIDENTS = 200_000_000
# a municipality has one town name for so many people, and five at least
PEOPLE_PER_TOWN_NAME = 3000


@accepts_old_keywords(n="n_residents")
def synth_registers(
    n_residents: int, *, errors: Mapping[str, float] | None = None, seed: int = 0
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Invent a residents' register, a shelter's register, and the true pairs.

    The shelter holds about a third as many rows as the residents' register.

    Parameters
    ----------
    n_residents
        Number of residents.
    errors
        Shares that differ from `ERRORS`; `error_kinds` says what each kind is and where its share
        comes from.
    seed
        The same seed gives the same registers.

    Returns
    -------
    residents, shelter : pandas.DataFrame
        ``record_id, name, kana, birthday, sex, address, code``; ``attrs["made"]`` is True.
    truth : pandas.DataFrame
        ``left_id`` (resident), ``right_id`` (shelter's record); people from elsewhere have none,
        who registered twice has two.

    Raises
    ------
    ChoiceError
        If ``n_residents`` is not positive, or a share is unknown or not within 0–1.

    Examples
    --------
    >>> residents, shelter, truth = synth_registers(100, seed=1)
    >>> len(residents), len(shelter), len(truth)
    (100, 26, 24)
    >>> shelter.attrs["note"]
    '架空の人物（実在の人とは関係ありません）'
    """
    require_seed(seed)
    shares = _check_shares(n_residents, read_mapping(errors, "errors"))
    rng = np.random.default_rng(seed)
    people = _draw_people(n_residents, shares, rng)
    n_sheltered = n_residents * SHELTERED_SHARE * (1 + shares["twice"])
    outsiders = _draw_people(max(1, round(n_sheltered * shares["elsewhere"])), shares, rng)
    outsiders["code"] = "27100"
    outsiders["place"] = "大阪府大阪市"
    sheltered = _draw_sheltered(people, outsiders, shares, rng)
    residents = _corruption.write_residents(people, shares, rng)
    shelter = _corruption.write_shelter(sheltered, residents["name"], shares, rng)
    is_resident = (sheltered["person"] >= 0).to_numpy()
    truth = pd.DataFrame(
        {
            "left_id": residents["record_id"].to_numpy()[sheltered["person"][is_resident]],
            "right_id": shelter["record_id"][is_resident],
        }
    ).reset_index(drop=True)
    for table in (residents, shelter, truth):
        settings = {"n_residents": n_residents, "seed": seed, "errors": shares}
        table.attrs = {"note": NOTE, "settings": settings}
        carry_provenance(table, {"made": True})
    return residents, shelter, truth


def _draw_sheltered(
    people: pd.DataFrame,
    outsiders: pd.DataFrame,
    shares: Mapping[str, float],
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Draw whole households into the shelter, some people twice, and mix outsiders in."""
    n_homes = people["home"].max() + 1
    sheltered_homes = rng.choice(n_homes, size=round(n_homes * SHELTERED_SHARE), replace=False)
    is_sheltered = np.isin(people["home"], sheltered_homes)
    is_twice = is_sheltered & (rng.random(len(people)) < shares["twice"])
    rows = np.concatenate([np.flatnonzero(is_sheltered), np.flatnonzero(is_twice)])
    sheltered = people.iloc[rows].assign(person=rows)
    if shares["elsewhere"]:
        sheltered = pd.concat([sheltered, outsiders.assign(person=-1)], ignore_index=True)
    return sheltered.iloc[rng.permutation(len(sheltered))].reset_index(drop=True)


def _check_shares(n_residents: int, errors: Mapping[str, float]) -> dict[str, float]:
    require_whole_number(n_residents, "n_residents", high=MOST_RESIDENTS)
    for name, share in errors.items():
        if name not in ERRORS:
            names = "・".join(ERRORS)
            raise ChoiceError(
                f"誤りの種類「{shorten(name)}」はありません。{names} から選んでください。"
            )
        if not (is_number(share) and 0 <= share <= 1):
            raise ChoiceError(f"誤りの割合 {name}={shorten(share)} は0〜1の数にしてください。")
    return {**ERRORS, **errors}


def _draw_people(count: int, shares: Mapping[str, float], rng: np.random.Generator) -> pd.DataFrame:
    """Draw households until there are enough people, each with a name, birthday and address."""
    max_size = len(HOUSEHOLD_SIZES)
    size_shares = np.divide(HOUSEHOLD_SIZES, sum(HOUSEHOLD_SIZES))
    sizes = rng.choice(np.arange(1, max_size + 1), size=count, p=size_shares)
    n_homes = int(np.searchsorted(np.cumsum(sizes), count)) + 1
    home = np.repeat(np.arange(n_homes), sizes[:n_homes])[:count]
    # 0 is the head of the household, 1 the partner, the others are children
    position = np.arange(count) - np.searchsorted(home, home)
    surname, surname_kana = _draw_names("surname", n_homes, rng)
    male_share = np.where(position == 1, 0.2, 0.5)
    is_male = np.where(position == 0, rng.random(count) < 0.6, rng.random(count) < male_share)
    male_names = _draw_names("male", count, rng)
    female_names = _draw_names("female", count, rng)
    table = pd.DataFrame(
        {
            "home": home,
            "surname": surname[home],
            "given": np.where(is_male, male_names[0], female_names[0]),
            "surname_kana": surname_kana[home],
            "given_kana": np.where(is_male, male_names[1], female_names[1]),
        }
    )
    table["sex"] = np.where(is_male, "男", "女")
    table["born"] = _draw_births(home, position, shares, rng)
    return table.join(_draw_addresses(n_homes, rng).iloc[home].reset_index(drop=True))


def _draw_names(
    kind: str, count: int, rng: np.random.Generator
) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
    spellings, readings, shares = list_names(kind)
    position = np.minimum(np.searchsorted(shares, rng.random(count)), len(shares) - 1)
    return spellings[position], readings[position]


def _draw_births(
    home: NDArray[np.int_],
    position: NDArray[np.int_],
    shares: Mapping[str, float],
    rng: np.random.Generator,
) -> NDArray[np.datetime64]:
    """Draw a head, a partner of about the same age, children a generation younger, some twins."""
    n_homes = int(home.max()) + 1
    head_age = rng.integers(22, 96, size=n_homes)[home]
    partner_age = head_age + rng.integers(-6, 7, size=len(home))
    child_age = np.maximum(head_age - rng.integers(22, 38, size=len(home)), 0)
    age = np.select([position == 0, position == 1], [head_age, partner_age], child_age)
    days = age.clip(0, 104) * 365.25 + rng.integers(0, 365, size=len(home))
    # the second child is born on the day of the first
    is_twin: BoolArray = (position == 3) & (rng.random(n_homes) < shares["twins"])[home]
    days[is_twin] = days[np.flatnonzero(is_twin) - 1]
    return np.datetime64(AGE_DAY) - days.astype("timedelta64[D]")


def _draw_addresses(n_homes: int, rng: np.random.Generator) -> pd.DataFrame:
    """Draw a municipality by its people, a town, numbers and perhaps a building."""
    municipalities = load("municipalities")
    prefecture = municipality_name(f"{municipalities['code'].iloc[0][:2]}000")
    weights = municipalities["people_2020"].to_numpy(dtype=float)
    position = rng.choice(len(municipalities), size=n_homes, p=weights / weights.sum())
    # more town names where more people live
    town_counts = np.maximum(weights / PEOPLE_PER_TOWN_NAME, 5)
    n_towns = np.minimum(town_counts, len(list_town_names())).astype(int)
    numbers = rng.integers(1, [6, 21, 31], size=(n_homes, 3))
    has_flat = rng.random(n_homes) < 0.3
    room = rng.integers(1, 10, n_homes) * 100 + rng.integers(1, 10, n_homes)
    flat = np.where(has_flat, room, 0)
    return pd.DataFrame(
        {
            "code": municipalities["code"].to_numpy()[position],
            "place": (prefecture + municipalities["name"]).to_numpy()[position],
            "town": list_town_names()[(rng.random(n_homes) * n_towns[position]).astype(int)],
            "chome": numbers[:, 0],
            "ban": numbers[:, 1],
            "go": numbers[:, 2],
            "building": np.where(
                flat > 0,
                np.array(BUILDINGS, dtype=object)[rng.integers(0, len(BUILDINGS), n_homes)]
                + flat.astype(str).astype(object),
                "",
            ),
        }
    )
