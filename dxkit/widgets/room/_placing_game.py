"""Where would each group put the bases, before anybody knows the best answer?

Groups place bases on their phones at the same time. Until every group has recorded, nobody learns
more than who has; then all plans, their scores and the best answers are shown at once. Plans lie
beside the meeting's store, so that a cell or laptop that starts anew loses none.
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from dxkit import drones
from dxkit.drones import Siting
from dxkit.errors import ChoiceError, shorten
from dxkit.schema import carry_provenance, is_made
from dxkit.store import ITEM_LONGEST, check_text
from dxkit.widgets.room._game_picture import GamePicture
from dxkit.widgets.room._keyed_hash import hash_text
from dxkit.widgets.room._page_files import CSS, HTML, SCRIPT, read_page_file
from dxkit.widgets.room._replies import Reply, make_reply
from dxkit.widgets.room._room import Room

PAGES = {
    "/game": ("game.html", HTML),
    "/game.css": ("game.css", CSS),
    "/game.js": ("game.js", SCRIPT),
}
# nobody sees more on a phone
MOST_CANDIDATES = 200
MOST_GROUPS = 40
BEST_PEOPLE = "最適（人数）"
BEST_NEED = "最適（遠い人）"


@dataclass(frozen=True)
class GameTables:
    """What plans are scored on."""

    demand: pd.DataFrame
    candidates: pd.DataFrame
    need: str
    count: int
    range_km: float


class PlacingGame:
    """A game on a room's phones: each group places bases in secret, then all are shown.

    Parameters
    ----------
    room
        The meeting, running or not; its phones find the game on the page ``game``.
    demand
        One row a cell: ``lat, lon, people, code`` and the column of need.
    candidates
        One row a possible base: ``base, name, lat, lon``.
    groups
        The groups' names. The game is shown once all of them have recorded.
    count, range_km
        How many bases a group places, and how far one reaches.
    need
        The column of those in need, as `dxkit.drones.need` adds it.
    flyable
        Share of days on which drones fly, by base (0–1); without it the scores have no days.
    municipalities
        ``name, geometry``: drawn with borders and names.
    level
        Of the mesh: "3" 1 km, "4" 500 m.

    Raises
    ------
    ChoiceError
        If there are no groups or two of one name, too many candidates, or a count that cannot be.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> import pandas as pd
    >>> from dxkit.store import Session
    >>> people = pd.DataFrame(
    ...     {"lat": [35.0, 35.1], "lon": [134.0, 134.1], "people": [10, 20],
    ...      "in_need": [9, 1], "code": ["28209", "28222"]}
    ... )
    >>> sites = people.assign(base=["A", "B"], name=["甲", "乙"])
    >>> with TemporaryDirectory() as folder, Session(f"{folder}/meeting.sqlite") as session:
    ...     room = Room(session, ["配送"])
    ...     game = PlacingGame(room, people, sites, groups=["グループ1", "グループ2"], count=1, range_km=3)
    ...     game.record("グループ1", ["A"])
    ...     before = game.scores["plan"].tolist()
    ...     game.record("グループ2", ["B"])
    ...     before, game.scores.set_index("plan")["people"].to_dict()
    ([], {'グループ1': 10.0, 'グループ2': 20.0, '最適（人数）': 20.0, '最適（遠い人）': 10.0})
    """

    def __init__(
        self,
        room: Room,
        demand: pd.DataFrame,
        candidates: pd.DataFrame,
        *,
        groups: Sequence[str],
        count: int = 3,
        range_km: float,
        need: str = "in_need",
        flyable: Mapping[str, float] | None = None,
        municipalities: gpd.GeoDataFrame | None = None,
        level: str = "3",
    ) -> None:
        self.groups = _read_groups(groups)
        if len(candidates) > MOST_CANDIDATES:
            raise ChoiceError(
                f"候補地が{len(candidates)}か所あります。端末で置けるのは{MOST_CANDIDATES}か所までです。"
                "candidates を絞り込んでください。"
            )
        self._tables = GameTables(demand, candidates, need, count, range_km)
        self._flyable = flyable
        # scored once before anybody plays, so that what cannot be scored is an error here
        self._names = dict(
            zip(map(str, candidates["base"]), map(str, candidates["name"]), strict=True)
        )
        self._find_best("people")
        self._picture = GamePicture(demand, candidates, municipalities, level)
        self._lock = threading.Lock()
        self._scoring = threading.Lock()
        # a phone is kept under a hash that leads to no vote and to no card
        self._key = room.session.key("game")
        self._room = room
        room.add_pages({path: read_page_file(*file) for path, file in PAGES.items()})
        room.add_services(
            {("GET", "/game/state"): self._describe, ("POST", "/game/place"): self._take_plan}
        )

    @property
    def recorded(self) -> list[str]:
        """The groups that have recorded, in the groups' order."""
        return [group for group in self.groups if group in self._plans]

    @property
    def is_shown(self) -> bool:
        """Whether all groups have recorded, so that plans and best answers are shown."""
        return len(self.recorded) == len(self.groups)

    @property
    def scores(self) -> pd.DataFrame:
        """One row a plan: what it reaches, and of whom.

        Columns ``plan, bases, people, share, need, need_share, worst_share, days_share``;
        ``worst_share`` is the reached share of the municipality with the least. The last two rows
        are the best answers for all people and for those in need. Empty until all have recorded.
        """
        columns = ["plan", "bases", "people", "share", "need", "need_share", "worst_share"]
        columns += ["days_share"]
        rows = self._scored if self.is_shown else []
        table = pd.DataFrame(rows, columns=columns)
        return carry_provenance(table, self._tables.demand, self._tables.candidates)

    def record(self, group: str, bases: Sequence[str], *, client: str = "") -> None:
        """Record a group's plan; until all have recorded it may be changed by the same phone.

        Raises
        ------
        ChoiceError
            If the group or a base is unknown, the number of bases is wrong, another phone has
            recorded for the group, or the game is over.
        """
        if group not in self.groups:
            raise ChoiceError(
                f"「{shorten(group)}」というグループはありません。グループを選び直してください。"
            )
        plan = list(bases) if isinstance(bases, Sequence) and not isinstance(bases, str) else []
        known = [base for base in plan if isinstance(base, str) and base in self._names]
        count = self._tables.count
        if not len(plan) == len(known) == len(set(known)) == count:
            raise ChoiceError(
                f"拠点を、違う場所に{count}か所置いてください（今は{len(set(known))}か所）。"
            )
        phone = self._hash_client(client)
        with self._lock:
            plans = self._plans
            if len(plans) == len(self.groups):
                raise ChoiceError("全部のグループが記録したので、もう変えられません。")
            if group in plans and plans[group]["phone"] not in ("", phone):
                raise ChoiceError(
                    f"「{group}」は別の端末が記録しました。グループの名前を確かめてください。"
                )
            plans[group] = {"bases": known, "phone": phone}
            self._room.log.write_setting("placing_game", plans)

    @property
    def _plans(self) -> dict[str, Any]:
        """The plans that lie beside the store, of the groups and candidates of this game."""
        stored = self._room.log.read_setting("placing_game", {})
        return {
            group: dict(plan)
            for group, plan in stored.items()
            if group in self.groups and self._is_whole(plan["bases"])
        }

    def _hash_client(self, client: str) -> str:
        """Hash a phone's name; empty for a plan that no phone sent."""
        if not client:
            return ""
        return hash_text(self._key, "game", client)

    def _is_whole(self, bases: list[str]) -> bool:
        return len(bases) == self._tables.count and all(base in self._names for base in bases)

    @cached_property
    def _scored(self) -> list[dict[str, object]]:
        """Score all plans and the best answers, once all have recorded."""
        plans = self._plans
        rows = [self._score(group, plans[group]["bases"]) for group in self.groups]
        for label, weight in ((BEST_PEOPLE, "people"), (BEST_NEED, self._tables.need)):
            rows.append(self._score(label, list(map(str, self._find_best(weight).bases["base"]))))
        return rows

    def _find_best(self, weight: str) -> Siting:
        tables = self._tables
        return drones.best_bases(
            tables.demand,
            tables.candidates,
            count=tables.count,
            range_km=tables.range_km,
            weight=weight,
        )

    def _score(self, label: str, bases: list[str]) -> dict[str, object]:
        """Score a plan."""
        tables = self._tables
        sites = tables.candidates[tables.candidates["base"].astype(str).isin(bases)]
        siting = drones.best_bases(tables.demand, sites, count=len(sites), range_km=tables.range_km)
        need = tables.demand[tables.need].to_numpy(float)
        reached = float(need[siting.covered.to_numpy()].sum())
        worst = float(siting.by_code["share"].min())
        days = None
        if self._flyable is not None:
            mean = float(np.mean([self._flyable.get(base, np.nan) for base in bases]))
            # a base without a figure leaves the days open: a browser reads no NaN
            days = None if np.isnan(mean) else mean
        return {
            "plan": label,
            "bases": tuple(bases),
            "people": siting.value,
            "share": siting.share,
            "need": reached,
            "need_share": reached / need.sum() if need.sum() else 0.0,
            "worst_share": None if np.isnan(worst) else worst,
            "days_share": days,
        }

    def _describe(self, _: dict[str, Any], client: str) -> Reply:
        """Describe the game for a phone: other groups' plans only when it is over."""
        is_shown = self._has_scores()
        state: dict[str, Any] = {
            "title": self._room.title,
            "groups": list(self.groups),
            "recorded": self.recorded,
            "count": self._tables.count,
            "range_km": self._tables.range_km,
            "need": "駅などから遠い人",
            "sites": self._picture.sites,
            "towns": self._picture.towns,
            "picture": self._picture.address,
            "source": self._source,
            "shown": is_shown,
            "scores": [],
        }
        phone = self._hash_client(client)
        for group, plan in self._plans.items():
            if phone and plan["phone"] == phone:
                state["group"] = group
                state["plan"] = plan["bases"]
        if is_shown:
            scored: list[dict[str, Any]] = list(self._scored)
            state["scores"] = [
                row | {"names": [self._names[base] for base in row["bases"]]} for row in scored
            ]
        return make_reply(200, state)

    def _has_scores(self) -> bool:
        """Whether the scores can be shown now: one request computes them, others ask again."""
        if not self.is_shown:
            return False
        if "_scored" in self.__dict__:
            return True
        # votes must not wait behind forty phones that compute the same
        if not self._scoring.acquire(blocking=False):
            return False
        try:
            return bool(self._scored)
        finally:
            self._scoring.release()

    def _take_plan(self, body: dict[str, Any], client: str) -> Reply:
        """Record what a phone sends."""
        group = check_text(body.get("group"), "グループ", longest=ITEM_LONGEST)
        self.record(group, body.get("bases", []), client=client)
        return make_reply(200, {"kept": True})

    @cached_property
    def _source(self) -> str:
        """Where people and candidates come from, and whether they are invented."""
        tables = (self._tables.demand, self._tables.candidates)
        origins = dict.fromkeys(str(table.attrs.get("source", "")) for table in tables)
        mark = "架空のデータを含みます。" if any(map(is_made, tables)) else ""
        return mark + "出典: " + "、".join(filter(None, origins)) if any(origins) else mark


def _read_groups(groups: Sequence[str]) -> tuple[str, ...]:
    names = tuple(check_text(group, "グループ", longest=ITEM_LONGEST) for group in groups)
    if not 1 <= len(names) <= MOST_GROUPS or len(set(names)) < len(names):
        raise ChoiceError(f"グループの名前は、違うものを1〜{MOST_GROUPS}個にしてください。")
    return names
