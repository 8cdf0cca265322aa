"""How does a service that is taken up area by area, or that some have already, enter the model?

`fit_offer` splits such a service into one for each area and takes those who have it off its
threshold, so that the model itself needs to know of neither; `unfold_services` puts names back.
"""

from typing import Any

import numpy as np
import pandas as pd

from dxkit import _checks
from dxkit._plain_tables import read_plain_table
from dxkit.errors import Fault, TableError

# stands between a service and its area in the name of the split service
AREA_MARK = "\x1f"


def fit_offer(
    wishes: pd.DataFrame,
    services: pd.DataFrame,
    areas: pd.DataFrame | None,
    present: pd.DataFrame | None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Fit wishes and services to the model.

    Returns
    -------
    wishes, services : pandas.DataFrame
        As given where neither ``areas`` nor ``present`` matter; otherwise with split services
        (``area``, missing for those of the whole prefecture) and lowered ``least``.

    Raises
    ------
    TableError
        If a table cannot be used, a municipality of a wish has no area, or a wish is for what its
        municipality has already.
    ChoiceError
        If somebody has an unknown service.
    """
    is_split = _read_flags(services)
    if is_split.any() and areas is None:
        raise TableError.one(
            "圏域ごとのサービス（per_area）があるのに、圏域の表がありません",
            "areas= に code, area の表を渡してください",
        )
    held = _read_present(wishes, services, present)
    if areas is None or not is_split.any():
        if present is None:
            return wishes, services
        counts = services["service"].map(held["service"].value_counts()).fillna(0)
        return wishes, _lower_thresholds(services, counts)
    _checks.require_columns(areas, ["code", "area"], "areas")
    _checks.require_unique_rows(areas, ["code"], "areas")
    area_of_code = dict(zip(areas["code"], areas["area"], strict=True))
    split_names = set(services.loc[is_split, "service"])
    folded_wishes = wishes.assign(service=_fold_names(wishes, split_names, area_of_code))
    held = held.assign(service=_fold_names(held, split_names, area_of_code))
    parts = [
        services.assign(service=services["service"] + AREA_MARK + str(area), area=area)[is_split]
        for area in sorted({str(area) for area in area_of_code.values()})
    ]
    rest = services.assign(area=None)[~is_split]
    folded = pd.concat([rest, *parts], ignore_index=True)
    folded.attrs = dict(services.attrs)
    if present is not None:
        folded = _lower_thresholds(
            folded, folded["service"].map(held["service"].value_counts()).fillna(0)
        )
    return folded_wishes, folded


def _read_flags(services: pd.DataFrame) -> "pd.Series[bool]":
    """Read which services are taken up area by area; a blank is no."""
    if "per_area" not in services.columns:
        return pd.Series(False, index=services.index)
    return services["per_area"].astype("boolean").fillna(value=False).astype(bool)


def _read_present(
    wishes: pd.DataFrame, services: pd.DataFrame, present: pd.DataFrame | None
) -> pd.DataFrame:
    """Read who has what already; whoever wishes for what it has is named."""
    if present is None:
        return pd.DataFrame({"code": [], "service": []}, dtype=object)
    held = read_plain_table(present)
    _checks.require_columns(held, ["code", "service"], "present")
    _checks.require_unique_rows(held, ["code", "service"], "present")
    for service in dict.fromkeys(held["service"]):
        _checks.require_choice(service, services["service"].tolist(), "service")
    pairs = set(zip(held["code"], held["service"], strict=True))
    twice = [
        position
        for position, pair in enumerate(zip(wishes["code"], wishes["service"], strict=True))
        if pair in pairs
    ]
    if twice:
        raise TableError(
            Fault(
                "すでに使っているサービスへの希望です",
                "present か wishes の、どちらかから除いてください",
                row=position + 1,
                column="service",
                value=f"{wishes['code'].iloc[position]}・{wishes['service'].iloc[position]}",
            )
            for position in twice
        )
    return held[["code", "service"]]


def _fold_names(
    table: pd.DataFrame, split_names: set[object], area_of_code: dict[object, object]
) -> "pd.Series[str]":
    """Name the split service that each row means; a municipality without an area is a fault."""
    stray = [
        position
        for position, (code, service) in enumerate(
            zip(table["code"], table["service"], strict=True)
        )
        if service in split_names and code not in area_of_code
    ]
    if stray:
        raise TableError(
            Fault(
                "圏域の表にない団体コードです",
                "areas に行を足してください",
                row=position + 1,
                column="code",
                value=table["code"].iloc[position],
            )
            for position in stray
        )
    names = [
        f"{service}{AREA_MARK}{area_of_code[code]}" if service in split_names else str(service)
        for code, service in zip(table["code"], table["service"], strict=True)
    ]
    return pd.Series(names, index=table.index, dtype=object)


def _lower_thresholds(services: pd.DataFrame, counts: "pd.Series[Any]") -> pd.DataFrame:
    """Take those who have a service already off its threshold."""
    least = _checks.read_numbers(services, "least", "services", whole=True)
    wanting = np.maximum(least - counts.to_numpy(dtype=np.float64), 0).astype(np.int64)
    return services.assign(present=counts.astype(int), least=wanting)


def unfold_services(table: pd.DataFrame, services: pd.DataFrame) -> pd.DataFrame:
    """Take split services' names apart again, and put how many have each already beside it."""
    unfolded = table
    if "present" in services.columns and "opened" in table.columns:
        held = services.set_index("service")["present"]
        unfolded = unfolded.assign(present=unfolded["service"].map(held).astype(int))
    if "area" in services.columns:
        parts = unfolded["service"].astype(str).str.split(AREA_MARK, n=1)
        unfolded = unfolded.assign(service=parts.str[0], area=parts.str[1])
    return unfolded
