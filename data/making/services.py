"""Which services could municipalities take up together, and who would want them?

The catalogue of services is written by hand: three fields that the package names (page 12) and a made list around them.
Every price and threshold is invented, and so are the wishes and budgets, which are drawn by seeded rules.
"""

import numpy as np
import pandas as pd

from making.workplace import MakeError, Workplace

ORIGINS = {"資料の3分野": 3, "架空の一覧": 23}
SEED = 20261126
RURAL = ("交通・物流", "福祉", "産業")
TYPICAL_PEOPLE = 45_000
SIZE_POWER = 0.35
BUDGET_YEN = 3_600_000
STEP_YEN = 10_000


def services(work: Workplace) -> pd.DataFrame:
    """Check the hand-written catalogue of services and give it as it is."""
    table = work.read("services")
    counted = table["origin"].value_counts().to_dict()
    if counted != ORIGINS or table["service"].duplicated().any() or table.isna().any(axis=None):
        raise MakeError(f"services は3分野と23件の、空欄のない表にしてください（今は {counted}）。")
    return table


def service_wishes(work: Workplace) -> pd.DataFrame:
    """Draw what a service would be worth to a municipality in a year: ``code, service, worth_yen`` (made; no row: no wish)."""
    towns, offered = work.read("municipalities"), work.read("services")
    rng = np.random.default_rng(SEED)
    size = (towns["people_2020"].to_numpy() / TYPICAL_PEOPLE) ** SIZE_POWER
    elderly = (towns["elderly_2020"] / towns["people_2020"]).to_numpy()
    # rural fields are wanted where many are elderly, the others everywhere
    rural = offered["field"].isin(RURAL).to_numpy()
    chance = np.where(rural[None, :], np.clip(2.2 * elderly[:, None] - 0.35, 0.05, 0.8), 0.38)
    wanted = rng.random(chance.shape) < chance
    worth = offered["each_yen"].to_numpy() * size[:, None] * rng.lognormal(0.35, 0.55, chance.shape)
    row, column = np.nonzero(wanted)
    table = pd.DataFrame(
        {"code": towns["code"].to_numpy()[row], "service": offered["service"].to_numpy()[column]}
    )
    return table.assign(worth_yen=(worth[wanted] / STEP_YEN).round().astype(int) * STEP_YEN)


def service_budgets(work: Workplace) -> pd.DataFrame:
    """Draw what a municipality could spend on new services in a year: ``code, budget_yen`` (made)."""
    towns = work.read("municipalities")
    rng = np.random.default_rng(SEED + 1)
    middle = BUDGET_YEN * (towns["people_2020"] / TYPICAL_PEOPLE) ** SIZE_POWER
    drawn = middle * rng.lognormal(0.0, 0.4, len(towns))
    return pd.DataFrame(
        {"code": towns["code"], "budget_yen": (drawn / STEP_YEN).round().astype(int) * STEP_YEN}
    )


def liaison_log(work: Workplace) -> pd.DataFrame:
    """Check the hand-written log of a liaison and give it as it is: ``code, at, item, value`` (made; 訪問 is a visit)."""
    table = work.read("liaison_log")
    known = set(work.read("municipalities")["code"])
    if (
        table.isna().any(axis=None)
        or not set(table["code"]) <= known
        or pd.to_datetime(table["at"]).isna().any()
    ):
        raise MakeError("liaison_log に空欄か、知らない団体コードがあります。")
    return table
