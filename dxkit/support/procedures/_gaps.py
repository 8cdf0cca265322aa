"""Which procedure, put online or used more, would spare the most people a way to the counter?

What a municipality could reach is what a quarter of its peers reach; how many people that moves is
that gap times how often the procedure is done, which is published for few and assumed for most.
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dxkit import _checks
from dxkit._plain_tables import read_plain_table
from dxkit.assumptions import flips
from dxkit.errors import ChoiceError, shorten
from dxkit.schema import MethodText, TableResult, accepts_any_table, carry_provenance

STATES = {
    "unreported": "報告がない（空欄は0%ではない）",
    "zero": "0%",
    "below": "似た市町より低い",
    "level": "似た市町と並ぶ",
    "alone": "比べる市町がない",
}
# a share of peers needs so many that report
MIN_PEERS = 5
# procedures whose assumptions are moved: those further down can hardly become the first
MOVED_PROCEDURES = 12
UNREPORTED_NOTE = (
    "空欄は、手続がないか、オンラインの窓口がないか、報告していないかの、どれかです。"
    "0%とは限らないので、まず担当課に確かめます。"
)


@dataclass(frozen=True)
class ProcedureGaps(TableResult):
    """A municipality's procedures beside those of its peers.

    Attributes
    ----------
    table
        One row a procedure, those that move most people first: ``procedure, group, share,
        state, state_label, peers`` (how many report it), ``peers_median, peers_reach`` (what the
        quantile ``reach`` of them reach), ``gap`` (to that), ``per_1000`` (done a year by 1,000
        residents), ``yearly`` (done a year here), ``moves`` (people a year that the gap stands
        for), ``source`` (of how often).
    flips
        From `dxkit.assumptions.flips`: how often each procedure would have to be done for another
        one to come first. Empty without ``volumes``.
    settings
        ``code, name, people, peers, reach``.
    """

    table: pd.DataFrame
    flips: pd.DataFrame
    settings: dict[str, object]

    def _describe_method(self) -> MethodText:
        peers = self.settings["peers"]
        count = len(peers) if isinstance(peers, list) else 0
        reach = self.settings["reach"]
        return MethodText(
            ja=(
                f"{self.settings['name']}の手続ごとのオンラインの割合を、似た{count}市町の"
                f"{reach:g}分位（多くが届いている割合）と比べ、差に年間の件数を掛けて動く人数とした。",
            ),
            en=(
                f"The online share of each procedure was set beside the quantile {reach:g} of "
                f"{count} peers; the gap times how often it is done a year is the people it moves.",
            ),
        )

    def __repr__(self) -> str:
        counts = self.table["state"].value_counts()
        first = self.table.iloc[0]
        lead = "" if pd.isna(first["moves"]) else f"、次の一手は「{first['procedure']}」"
        return (
            f"<{self.settings['name']}の{len(self.table)}手続: "
            f"報告なし {counts.get('unreported', 0)}、0% {counts.get('zero', 0)}、"
            f"似た市町より低い {counts.get('below', 0)}{lead}>"
        )

    def _list_notes(self) -> tuple[str, ...]:
        return (UNREPORTED_NOTE,)


@accepts_any_table("applications", "municipalities", "volumes")
def gaps(
    applications: pd.DataFrame,
    code: str,
    peers: Iterable[str],
    *,
    municipalities: pd.DataFrame,
    volumes: pd.DataFrame | None = None,
    reach: float = 0.75,
    draws: int = 200,
    seed: int = 0,
) -> ProcedureGaps:
    """Find the procedures in which a municipality lags behind its peers, and which is next.

    Parameters
    ----------
    applications
        One row a municipality and procedure: ``code, procedure, share`` (0–1; blank: none or not
        reported), ``group`` where known. Nationwide: ``load("online_applications",
        prefecture=None)``.
    code
        The municipality.
    peers
        Codes of those like it (`dxkit.maturity.peers`).
    municipalities
        One row a municipality: ``code, people_2020`` and ``name``.
    volumes
        How often each procedure is done: ``procedure, per_1000, low, high, source`` (table
        ``procedure_volumes``). Without it procedures are ordered by the gap alone.
    reach
        Which quantile of the peers counts as within reach.
    draws, seed
        Of the assumptions (`dxkit.assumptions.flips`).

    Returns
    -------
    ProcedureGaps

    Raises
    ------
    TableError
        If a table cannot be used.
    ChoiceError
        If the municipality is not in the tables, or ``reach`` is no share.

    Examples
    --------
    >>> import pandas as pd
    >>> towns = [f"2820{number}" for number in range(1, 8)]
    >>> shares = pd.DataFrame({"code": towns, "procedure": "転出届", "share": [0.0] + [0.4] * 6})
    >>> people = pd.DataFrame({"code": towns, "people_2020": 30_000, "name": towns})
    >>> volumes = pd.DataFrame({"procedure": ["転出届"], "per_1000": 30.0, "low": 20.0, "high": 45.0})
    >>> found = gaps(
    ...     shares, "28201", towns[1:], municipalities=people, volumes=volumes.assign(source="仮定")
    ... )
    >>> found.table[["state", "peers_reach", "moves"]].to_numpy().tolist()
    [['zero', 0.4, 360.0]]
    """
    _checks.require_number(reach, "reach", high=1.0)
    rows = read_plain_table(applications)
    _checks.require_columns(rows, ["code", "procedure", "share"], "申請の表")
    _checks.require_unique_rows(rows, ["code", "procedure"], "申請の表")
    rows["share"] = _checks.read_numbers(rows, "share", "申請の表", high=1.0, blank=True)
    towns = read_plain_table(municipalities)
    _checks.require_columns(towns, ["code", "people_2020"], "municipalities")
    counts = _checks.read_numbers(towns, "people_2020", "municipalities", blank=True)
    towns["people_2020"] = counts
    if (
        not isinstance(code, Hashable)
        or code not in set(rows["code"])
        or code not in set(towns["code"])
    ):
        raise ChoiceError(
            f"団体コード「{shorten(code)}」が表にありません。5桁の団体コードで書いてください。"
        )
    town = towns.set_index("code").loc[code]
    others = sorted(set(_checks.read_list(peers, "peers")) - {code}, key=str)
    lone = {"peers": set(others) - set(rows["code"])}
    _checks.warn_of_lone_labels(lone, "市町", "比べていません")
    table = _compare(rows, code, others, reach)
    people = float(towns.loc[towns["code"] == code, "people_2020"].iloc[0])
    table = _add_volumes(table, volumes, people)
    flip_table = _find_flips(table, volumes, people, draws=draws, seed=seed)
    settings: dict[str, object] = {
        "code": code,
        "name": str(town.get("name", code)),
        "people": people,
        "peers": others,
        "reach": reach,
    }
    table.attrs["settings"] = settings
    origins = (applications, municipalities, volumes)
    return ProcedureGaps(
        carry_provenance(table, *origins), carry_provenance(flip_table, *origins), settings
    )


def _compare(rows: pd.DataFrame, code: str, peers: list[str], reach: float) -> pd.DataFrame:
    """Set each procedure's share beside those of the peers that report it."""
    own = rows[rows["code"] == code].drop(columns="code")
    columns = [name for name in ("procedure", "group", "share") if name in own.columns]
    shares = rows[rows["code"].isin(peers)].groupby("procedure")["share"]
    table = own[columns].reset_index(drop=True)
    count = table["procedure"].map(shares.count()).fillna(0).astype(int)
    is_comparable = count >= MIN_PEERS
    table = table.assign(
        peers=count,
        peers_median=table["procedure"].map(shares.median()).where(is_comparable),
        peers_reach=table["procedure"].map(shares.quantile(reach)).where(is_comparable),
    )
    # what is not reported may be done on paper alone: the whole reach is open, and said to be so
    table["gap"] = (table["peers_reach"] - table["share"].fillna(0.0)).clip(lower=0.0)
    conditions = [
        table["share"].isna(),
        ~is_comparable,
        (table["share"] == 0) & (table["peers_reach"] > 0),
        table["gap"] > 0,
    ]
    state = np.select(conditions, ["unreported", "alone", "zero", "below"], "level")
    return table.assign(state=state, state_label=pd.Series(state).map(STATES))


def _add_volumes(table: pd.DataFrame, volumes: pd.DataFrame | None, people: float) -> pd.DataFrame:
    """Say how often each is done and how many people a year the gap stands for, most first."""
    if volumes is None:
        added = table.assign(per_1000=np.nan, yearly=np.nan, moves=np.nan, source=None)
    else:
        plain = _read_volumes(volumes)
        # one table may hold the procedures as numbers, the other as texts
        added = table.assign(key=table["procedure"].astype(str)).merge(
            plain[["key", "per_1000", "source"]], on="key", how="left"
        )
        added["yearly"] = added["per_1000"] * people / 1000
        added["moves"] = added["gap"] * added["yearly"]
    # rounding keeps equal ones equal on every processor; then by the gap and the name
    order = added.assign(key=added["moves"].round(6).fillna(-1.0), gap_key=added["gap"].round(9))
    order = order.sort_values(
        ["key", "gap_key", "procedure"], ascending=[False, False, True], kind="stable"
    )
    names = ["procedure", "group", "share", "state", "state_label", "peers", "peers_median"]
    names += ["peers_reach", "gap", "per_1000", "yearly", "moves", "source"]
    return order[[name for name in names if name in order.columns]].reset_index(drop=True)


def _read_volumes(volumes: pd.DataFrame) -> pd.DataFrame:
    """Read how often each procedure is done; a procedure without a figure has a blank."""
    plain = read_plain_table(volumes)
    _checks.require_columns(plain, ["procedure", "per_1000", "low", "high", "source"], "件数の表")
    _checks.require_unique_rows(plain, ["procedure"], "件数の表")
    for column in ("per_1000", "low", "high"):
        plain[column] = _checks.read_numbers(plain, column, "件数の表", blank=True)
    return plain.assign(key=plain["procedure"].astype(str))


def _find_flips(
    table: pd.DataFrame, volumes: pd.DataFrame | None, people: float, *, draws: int, seed: int
) -> pd.DataFrame:
    """Find how often each of the first procedures would have to be done for another to lead."""
    ranked = table[table["moves"] > 0].head(MOVED_PROCEDURES)
    if volumes is None or ranked.empty:
        return pd.DataFrame()
    limits = _read_volumes(volumes).set_index("key")
    rows: list[dict[str, object]] = [
        {
            "assumption": name,
            "value": limits.loc[name, "per_1000"],
            "low": limits.loc[name, "low"],
            "high": limits.loc[name, "high"],
            "source": limits.loc[name, "source"],
        }
        for name in ranked["procedure"].astype(str)
    ]
    weights: dict[str, float] = dict(
        zip(ranked["procedure"].astype(str), ranked["gap"] * people / 1000, strict=True)
    )

    def decide(values: dict[str, float]) -> Hashable:
        # of equal ones the first by name, so that every machine decides alike
        first: str = min(weights, key=lambda name: (-round(weights[name] * values[name], 6), name))
        return first

    return flips(decide, rows, draws=draws, seed=seed)
