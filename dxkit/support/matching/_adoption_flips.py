"""At which worth, price or least number would a service not be taken up jointly any more?"""

from collections.abc import Hashable

import numpy as np
import pandas as pd

from dxkit import _checks
from dxkit._arrays import FloatArray
from dxkit._plain_tables import read_plain_table
from dxkit.assumptions import flips
from dxkit.errors import ChoiceError
from dxkit.schema import accepts_any_table, carry_provenance

WORTH_NAME = "値打ち（いまの何倍か）"
JOINT_NAME = "共同の費用（いまの何倍か）"
FEE_NAME = "団体ごとの費用（いまの何倍か）"
FACTOR_RANGE = (0.5, 2.0)
OPENS = "始める"
STAYS = "始めない"
FLIP_DRAWS = 100


@accepts_any_table("wishes", "services")
def adoption_flips(
    wishes: pd.DataFrame, services: pd.DataFrame, *, draws: int = FLIP_DRAWS
) -> pd.DataFrame:
    """Find for each service what turns whether taking it up jointly is worth it.

    Parameters
    ----------
    wishes, services
        As for `adopters`, one service at a time: budgets that several services share are left out.
    draws
        How often all assumptions are drawn at once.

    Returns
    -------
    pandas.DataFrame
        Three rows a service: ``service, name`` and the columns of `dxkit.assumptions.flips`
        (values are factors on the figures of the tables; the conclusion is 始める or 始めない),
        and ``stands``, the share of the draws with the same conclusion.

    Raises
    ------
    TableError
        If a column is missing or a number cannot be used.
    ChoiceError
        If a wish names an unknown service, or ``draws`` is not a count.

    Examples
    --------
    >>> import pandas as pd
    >>> wishes = pd.DataFrame({"code": ["a", "b"], "service": "x", "worth_yen": [50, 40]})
    >>> services = pd.DataFrame(
    ...     {"service": ["x"], "joint_yen": [30], "each_yen": [20], "least": [2]}
    ... )
    >>> turns = adoption_flips(wishes, services, draws=0)
    >>> turns[["assumption", "flips_at", "after"]].round(1).values.tolist()[0]
    ['値打ち（いまの何倍か）', 0.8, '始めない']
    """
    plain = read_plain_table(wishes)
    offers = read_plain_table(services)
    _checks.require_columns(plain, ["code", "service", "worth_yen"], "wishes")
    _checks.require_unique_rows(plain, ["code", "service"], "wishes")
    _checks.require_columns(offers, ["service", "joint_yen", "each_yen", "least"], "services")
    _checks.require_unique_rows(offers, ["service"], "services")
    for column in ("joint_yen", "each_yen", "least"):
        offers[column] = _checks.read_numbers(offers, column, "services")
    plain["worth_yen"] = _checks.read_numbers(plain, "worth_yen", "wishes")
    for service in dict.fromkeys(plain["service"]):
        if service not in set(offers["service"]):
            _checks.require_choice(service, offers["service"].tolist(), "service")
    if offers.empty:
        raise ChoiceError("services に行がありません。サービスを1行に1つ渡してください。")
    parts = []
    for offer in offers.to_dict("records"):
        worth = plain.loc[plain["service"] == offer["service"], "worth_yen"].to_numpy(dtype=float)
        table = _flip_service(worth, {str(name): cell for name, cell in offer.items()}, draws)
        name = offer.get("name", offer["service"])
        parts.append(table.assign(service=offer["service"], name=name))
    result = pd.concat(parts, ignore_index=True)
    # where nothing turns there is no other conclusion
    result["after"] = result["after"].astype(object).where(result["after"].notna(), None)
    result.attrs = {"settings": {"draws": draws}}
    columns = ["service", "name"]
    columns += [column for column in result.columns if column not in columns]
    return carry_provenance(result[columns], wishes, services)


def _flip_service(worth: FloatArray, offer: dict[str, object], draws: int) -> pd.DataFrame:
    """Flip whether one service is worth taking up."""
    fee = float(str(offer["each_yen"]))
    joint = float(str(offer["joint_yen"]))
    least = int(float(str(offer["least"])))

    def decide(values: dict[str, float]) -> Hashable:
        gains = np.sort(worth * values[WORTH_NAME] - fee * values[FEE_NAME])[::-1]
        # who loses takes part only where the others need it to reach the least number
        count = max(int((gains > 0).sum()), least)
        if count > len(gains) or count == 0:
            return STAYS
        return OPENS if gains[:count].sum() > joint * values[JOINT_NAME] else STAYS

    rows: list[dict[str, object]] = [
        {
            "assumption": name,
            "value": 1.0,
            "low": FACTOR_RANGE[0],
            "high": FACTOR_RANGE[1],
            "source": "仮定：半分から2倍まで動く",
        }
        for name in (WORTH_NAME, JOINT_NAME, FEE_NAME)
    ]
    table = flips(decide, rows, draws=draws)
    return table.assign(stands=table.attrs["stands"])
