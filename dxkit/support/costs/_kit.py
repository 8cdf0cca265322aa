"""Who joins a joint procurement below which price, who pays what, and who would leave?

`kit` puts a form of what each municipality has (schools, shops) through the cost sharing of
`share`, asks of each whether its part is within what it would pay at most, and says at which price
that turns.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from dxkit import _checks
from dxkit._plain_tables import read_plain_table
from dxkit.assumptions import flips
from dxkit.errors import Fault, TableError
from dxkit.schema import MethodText, TableResult, accepts_any_table, carry_provenance
from dxkit.support.costs._share import RULES, Share, share

PRICE_NAME = "単価（いまの何倍か）"
# prices are moved between so many times what they are
PRICE_RANGE = (0.5, 2.0)
FLIP_DRAWS = 40


@dataclass(frozen=True)
class Kit(TableResult):
    """A joint procurement among those for whom it is within their limit.

    Attributes
    ----------
    table
        One row a municipality of the form: ``code, name, units, alone_yen`` (buying alone),
        ``part_yen`` (its part among those who join; missing for who does not), ``most_yen`` (what
        it would pay at most), ``present_yen, joins, reason``, ``joins_below`` (times the price at
        which it turns: below it joins; missing where it never turns within 0.5 to 2 times).
    split
        The cost sharing among those who join (`Share`): every rule with its core test; ``None``
        if fewer than two join.
    flips
        From `dxkit.assumptions.flips`: at which price another set of municipalities joins.
    settings
        ``units, rule, minimum, total_yen, alone_yen, in_core`` (whether nobody would rather leave
        under the rule).
    """

    table: pd.DataFrame
    split: Share | None
    flips: pd.DataFrame
    settings: dict[str, object]

    def _describe_method(self) -> MethodText:
        return MethodText(
            ja=(
                f"{len(self.table)}団体のうち、規則「{self.settings['rule']}」で割った負担が上限以内の団体だけが加わるとして、"
                "上限を超える団体を1つずつ外し、だれも外れなくなるまで繰り返した。",
                "加わる団体の組に、抜けた方が安い組（コアの外）があるかを調べた。",
                f"単価を{PRICE_RANGE[0]:g}〜{PRICE_RANGE[1]:g}倍に動かし、顔ぶれが変わる倍率を求めた。",
            ),
            en=(
                f"Of {len(self.table)} members those join whose part under the rule "
                f"{self.settings['rule']} is within what they would pay at most; who is above is "
                "left out until nobody is.",
                "Those who join were tested for coalitions that would rather leave (the core).",
                f"The price was moved between {PRICE_RANGE[0]:g} and {PRICE_RANGE[1]:g} times to "
                "find where another set of members joins.",
            ),
            constants={"price_range": PRICE_RANGE},
        )

    def __repr__(self) -> str:
        joining = int(self.table["joins"].sum())
        core = "抜けたい組はない" if self.settings["in_core"] else "抜けたい組がある"
        return (
            f"<共同調達: {len(self.table)}市町のうち{joining}市町、"
            f"共同 {self.settings['total_yen']:,}円（各自なら {self.settings['alone_yen']:,}円）、"
            f"{core}>"
        )


@accepts_any_table("members", "prices")
def kit(
    members: pd.DataFrame,
    prices: pd.DataFrame,
    *,
    units: str,
    rule: str = "per_licence",
    minimum: int = 1,
    names: "pd.Series | dict[str, str] | None" = None,
) -> Kit:
    """Find who joins a joint procurement, what each pays, and at which price that turns.

    Parameters
    ----------
    members
        From the form ``school`` or ``currency`` (`dxkit.loaders.read_form`): ``code``, the column
        of units (``teachers, pupils, users, shops``), and ``most_yen`` (what it would pay a year at
        most; blank: it joins if its part is no more than buying alone, or than ``present_yen``).
    prices, minimum
        What so many units cost, alone or together, as for `share`: ``from_count, unit_yen``.
    units
        Which column counts.
    rule
        By which rule parts are computed (`share`).
    names
        Code → name.

    Returns
    -------
    Kit

    Raises
    ------
    TableError
        If a table cannot be used, or a municipality has no units.
    ChoiceError
        If the rule is unknown.

    Notes
    -----
    Whoever finds its part above its limit leaves, the furthest above first, and the parts of the
    others are computed again, until all who are left are within theirs. Whether a split would
    last is what the core test says: `split.rules`.

    Examples
    --------
    >>> import pandas as pd
    >>> form = pd.DataFrame({"code": ["28201", "28202", "28203"], "teachers": [60, 30, 10]})
    >>> form = form.assign(most_yen=[None, None, 5_000])
    >>> prices = pd.DataFrame({"from_count": [1, 80], "unit_yen": [1000, 800]})
    >>> kit(form, prices, units="teachers")
    <共同調達: 3市町のうち2市町、共同 72,000円（各自なら 90,000円）、抜けたい組はない>
    """
    _checks.require_choice(rule, RULES, "rule")
    rows = _read_members(members, units)
    tariff = _read_tariff(prices)
    joining, parts = _find_joining(rows, tariff, rule, minimum)
    lookup = {str(code): str(name) for code, name in names.items()} if names is not None else {}
    split = None
    if len(joining) > 1:
        split = share(_take(rows, joining, lookup), tariff, minimum=minimum)
    price_rows: list[dict[str, object]] = [
        {
            "assumption": PRICE_NAME,
            "value": 1.0,
            "low": PRICE_RANGE[0],
            "high": PRICE_RANGE[1],
            "source": "仮定：見積りが半分から2倍まで動く",
        }
    ]

    def decide(values: dict[str, float]) -> Hashable:
        moved = tariff.assign(unit_yen=_scale(tariff["unit_yen"], values[PRICE_NAME]))
        codes = _find_joining(rows, moved, rule, minimum)[0]
        return "・".join(lookup.get(code, code) for code in codes) or "だれも参加しない"

    flip_table = flips(decide, price_rows, draws=FLIP_DRAWS)
    table = _tabulate(rows, tariff, joining, parts, rule=rule, minimum=minimum, names=lookup)
    is_joining = table["joins"]
    settings: dict[str, object] = {
        "units": units,
        "rule": rule,
        "minimum": minimum,
        "total_yen": round(float(table.loc[is_joining, "part_yen"].sum())),
        "alone_yen": int(table.loc[is_joining, "alone_yen"].sum()),
        "in_core": split is None
        or bool((split.rules.set_index("rule").loc[rule, "leavers"] or 0) == 0),
    }
    table.attrs["settings"] = settings
    origins = (members, prices)
    return Kit(
        carry_provenance(table, *origins), split, carry_provenance(flip_table, *origins), settings
    )


def _read_tariff(prices: pd.DataFrame) -> pd.DataFrame:
    """Read the tiers: whole units, whole yen."""
    tariff = read_plain_table(prices)
    for column in ("from_count", "unit_yen"):
        numbers = _checks.read_numbers(tariff, column, "単価の表", low=1, high=1e12, whole=True)
        tariff[column] = numbers.astype(np.int64)
    return tariff


def _scale(unit_yen: pd.Series, factor: float) -> pd.Series:
    """Scale prices to whole yen, as bills are."""
    return (unit_yen * factor).round().astype(int).clip(lower=1)


def _read_members(members: pd.DataFrame, units: str) -> pd.DataFrame:
    """Read who could join, in the order of the codes."""
    plain = read_plain_table(members)
    _checks.require_columns(plain, ["code", units], "共同調達の様式")
    _checks.require_unique_rows(plain, ["code"], "共同調達の様式")
    counts = _checks.read_numbers(plain, units, "共同調達の様式", whole=True)
    if (counts < 1).any():
        raise TableError(
            Fault(
                "数が0の市町は共同調達に入れません",
                "行を除くか、数を書いてください",
                row=int(row) + 1,
                column=units,
                value=plain["code"].iloc[row],
            )
            for row in np.flatnonzero(counts < 1)
        )
    rows = pd.DataFrame({"code": plain["code"].astype(str), "units": counts.astype(int)})
    for column in ("most_yen", "present_yen"):
        rows[column] = (
            _checks.read_numbers(plain, column, "共同調達の様式", blank=True)
            if column in plain.columns
            else np.nan
        )
    return rows.sort_values("code", ignore_index=True)


def compute_bill(tariff: pd.DataFrame, units: int, minimum: int) -> float:
    """Compute what so many units cost; more may be bought than used, to reach a lower price."""
    bought = np.maximum(np.maximum(tariff["from_count"], minimum), units)
    return float((bought * tariff["unit_yen"]).min())


def _take(
    rows: pd.DataFrame, codes: list[str], names: dict[str, str] | None = None
) -> pd.DataFrame:
    """Take the rows of some municipalities, as `share` reads them."""
    chosen = rows[rows["code"].isin(codes)].reset_index(drop=True)
    # people are needed for one rule of share only, and are the units here
    table = chosen[["code"]].assign(licences=chosen["units"], people=chosen["units"])
    if not names:
        return table
    return table.assign(name=[names.get(code, code) for code in table["code"]])


def _compute_parts(
    rows: pd.DataFrame, tariff: pd.DataFrame, codes: list[str], rule: str, minimum: int
) -> dict[str, float]:
    """Compute what each of some municipalities pays."""
    chosen = rows[rows["code"].isin(codes)]
    if rule == "per_licence":
        # the one rule that needs no other prices than that of all together
        total = int(chosen["units"].sum())
        unit = compute_bill(tariff, total, minimum) / total
        parts = chosen["units"].to_numpy(dtype=np.float64) * unit
        return dict(zip(chosen["code"].astype(str), parts.tolist(), strict=True))
    split = share(_take(rows, codes), tariff, minimum=minimum, rules=(rule,))
    return {
        str(code): float(part)
        for code, part in zip(split.table["code"], split.table[rule], strict=True)
    }


def _find_limits(rows: pd.DataFrame, tariff: pd.DataFrame, minimum: int) -> dict[str, float]:
    """Find what each would pay at most: its own word, or what it pays or would pay alone."""
    limits = {}
    for row in rows.to_dict("records"):
        own = compute_bill(tariff, row["units"], minimum)
        # who pays something today compares with that, and with buying anew alone
        fallback = own if np.isnan(row["present_yen"]) else max(own, row["present_yen"])
        limits[str(row["code"])] = fallback if np.isnan(row["most_yen"]) else row["most_yen"]
    return limits


def _find_joining(
    rows: pd.DataFrame, tariff: pd.DataFrame, rule: str, minimum: int
) -> tuple[list[str], dict[str, float]]:
    """Let whoever finds its part too dear leave, until all who are left are content."""
    joining = [str(code) for code in rows["code"]]
    limits = _find_limits(rows, tariff, minimum)
    while joining:
        parts = _compute_parts(rows, tariff, joining, rule, minimum)
        excess = {code: round(parts[code] - limits[code], 6) for code in joining}
        # the one that is furthest above its limit leaves first; of equals the first code
        leaver = max(joining, key=lambda code: (excess[code], [-ord(letter) for letter in code]))
        if excess[leaver] <= 0:
            return joining, parts
        joining = [code for code in joining if code != leaver]
    return [], {}


def _tabulate(
    rows: pd.DataFrame,
    tariff: pd.DataFrame,
    joining: list[str],
    parts: dict[str, float],
    *,
    rule: str,
    minimum: int,
    names: dict[str, str],
) -> pd.DataFrame:
    """Tabulate every municipality, with the price at which it turns."""
    limits = _find_limits(rows, tariff, minimum)
    table = pd.DataFrame(
        {
            "code": rows["code"],
            "name": [names.get(code, code) for code in rows["code"]],
            "units": rows["units"],
            "alone_yen": [int(compute_bill(tariff, units, minimum)) for units in rows["units"]],
            "part_yen": rows["code"].map(parts),
            "most_yen": rows["most_yen"],
            "present_yen": rows["present_yen"],
            "joins": rows["code"].isin(joining),
        }
    )
    # among all together: the price below which its part is within its limit
    together = _compute_parts(rows, tariff, list(rows["code"]), rule, minimum)
    factor = pd.Series({code: limits[code] / part for code, part in together.items() if part > 0})
    below = table["code"].map(factor).where(rows["most_yen"].notna())
    table["joins_below"] = below.where(below.between(*PRICE_RANGE)).round(3)
    table["reason"] = [_write_reason(row, limits[row["code"]]) for row in table.to_dict("records")]
    return table


def _write_reason(row: Mapping[Hashable, Any], limit: float) -> str:
    """Write why a municipality joins or does not."""
    if not row["joins"]:
        return f"負担が上限の{limit:,.0f}円を超えるので入らない"
    saved = row["alone_yen"] - row["part_yen"]
    return f"各自で買うより年{saved:,.0f}円安い" if saved > 0 else "各自で買うのと同じ"
