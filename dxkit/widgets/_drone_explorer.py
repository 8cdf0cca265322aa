"""Where would you put the drone bases, and what does the wind make of it?

Two ways to use one widget: sliders that show the best choice anew at every change, and a map on which a group places bases by
hand, sees its score, and then compares with the best choice.
"""

import html
from collections.abc import Callable, Hashable, Sequence
from typing import Any

import geopandas as gpd
import ipywidgets
import numpy as np
import pandas as pd

from dxkit import maps
from dxkit.drones import Siting
from dxkit.errors import ChoiceError
from dxkit.maps import CHANGES, COLOURS, KINDS, NEITHER
from dxkit.widgets import _drone_study, _html
from dxkit.widgets._click_board import Board
from dxkit.widgets._drone_study import BEST_LABEL, OWN_LABEL, Flight, Record, Study
from dxkit.widgets._html import BAD, GOOD, LABELLED, NEUTRAL, WIDE, show

ANY_WAY = -1.0
COMPASS = {"どの向きでも（いちばん短い距離）": ANY_WAY} | {
    f"{name}の風": 45.0 * turn
    for turn, name in enumerate(("北", "北東", "東", "南東", "南", "南西", "西", "北西"))
}
CHANGE_KINDS = (NEITHER, f"{OWN_LABEL}の案だけ届く", f"{BEST_LABEL}だけ届く", "どちらも届く")


def drone_explorer(
    demand: pd.DataFrame,
    candidates: pd.DataFrame,
    drone_types: pd.DataFrame,
    *,
    by_hand: bool = False,
    count: int = 3,
    most: int = 8,
    payload_kg: float = 0.0,
    wind_ms: float = 0.0,
    weight: str = "people",
    unit: str = "人",
    level: str | int = "4",
    fixed: Sequence[Hashable] = (),
    no_fly: gpd.GeoDataFrame | None = None,
    towns: gpd.GeoDataFrame | None = None,
    background: gpd.GeoDataFrame | None = None,
    made: bool = False,
    source: str = "",
) -> "DroneExplorer":
    """Change drone, load and wind and see the best bases; or place the bases by hand and compare.

    Parameters
    ----------
    demand
        One row a mesh cell: ``lat, lon``, the weight, and where known ``code``.
    candidates
        One row a possible base: ``lat, lon``, and where known ``base`` and ``name``.
    drone_types
        One row a drone, as the table ``drone_types``: ``label`` and what `flight_range` needs.
    by_hand
        Let people place the bases by clicking on the map; the best choice is shown on demand.
    count, most
        Number of bases at first, and the largest that can be asked for.
    payload_kg, wind_ms
        Load and wind at first.
    weight, unit
        The column that counts, and what one of it is called.
    level
        Of the mesh: "3" 1 km, "4" 500 m, "5" 250 m.
    fixed
        Names of bases that exist already and are part of every choice.
    no_fly
        Polygons to fly around, as for `reach`.
    towns
        Municipalities: those of the demand are drawn with borders and names, the others in grey.
    background
        Neighbouring prefectures, in grey.
    made, source
        Whether the people are invented, and what the data are to be cited as.

    Returns
    -------
    DroneExplorer
        A widget. By hand, its ``chosen`` names the placed bases and its ``records`` holds what groups recorded.

    Raises
    ------
    TableError
        If a table lacks a column or holds what cannot be used.
    ChoiceError
        If the choices to begin with cannot be.
    """
    study = Study.of(
        demand, candidates, drone_types,
        weight=weight, unit=unit, level=str(level), fixed=tuple(fixed), no_fly=no_fly,
        towns=towns, background=background, made=made, source=source,
    )  # fmt: skip
    flight = Flight(0, payload_kg=payload_kg, wind_ms=wind_ms, from_deg=None)
    study.best(count, flight)
    return DroneExplorer(study, flight, count=count, most=most, by_hand=by_hand)


class DroneExplorer(ipywidgets.VBox):  # type: ignore[misc]
    """The widget of `drone_explorer`.

    Attributes
    ----------
    siting : Siting
        The best choice at the sliders' settings.
    own : Siting or None
        What has been placed by hand.
    records : pandas.DataFrame
        One row a recorded choice: ``group, bases, people, share, of_optimum, optimum, optimum_bases, range_km, wind_ms,
        payload_kg, drone``.
    """

    siting: Siting
    own: Siting | None

    def __init__(
        self, study: Study, flight: Flight, *, count: int, most: int, by_hand: bool
    ) -> None:
        self.study, self.by_hand, self.own, self._compared = study, by_hand, None, False
        self._placed = list(study.fixed)
        self._kept: list[Record] = []
        labels = list(study.types["label"].astype(str))
        self.drone = ipywidgets.Dropdown(
            options=[(each, row) for row, each in enumerate(labels)],
            description="機種",
            layout=WIDE,
            style=LABELLED,
        )
        self.payload = _slider("荷物（kg）", flight.payload_kg, 0.5)
        self.wind = _slider("風（m/秒）", flight.wind_ms, 0.5)
        self.direction = ipywidgets.Dropdown(
            options=list(COMPASS.items()), description="風の向き", layout=WIDE, style=LABELLED
        )
        top = max(min(most, len(study.candidates)), count)
        self.count = ipywidgets.IntSlider(
            count,
            max(len(study.fixed), 1),
            top,
            description="拠点の数",
            layout=WIDE,
            style=LABELLED,
            continuous_update=False,
        )
        self.sentence, self.legend, self.table, self.zoomed = (
            ipywidgets.HTML(),
            ipywidgets.HTML(),
            ipywidgets.HTML(),
            ipywidgets.Output(),
        )
        spots = study.candidates if by_hand else study.candidates.iloc[:0]
        self.board = Board(
            study.sketch.shares(spots["lat"].to_numpy(float), spots["lon"].to_numpy(float)),
            study.names[: len(spots)],
            self.place,
        )
        self._limit()
        choices = [self.drone, self.payload, self.wind, self.direction, self.count]
        parts = [self._hand_row()] if by_hand else []
        bigger = _button("拡大できる地図", self.zoom)
        super().__init__(
            [
                *choices,
                self.sentence,
                *parts,
                self.board,
                self.legend,
                bigger,
                self.zoomed,
                self.table,
            ]
        )
        self.drone.observe(self._changed_drone, names="value")
        for each in choices[1:]:
            each.observe(self._changed, names="value")
        self._changed()

    # --- what can be asked --------------------------------------------------------------------------------------------

    @property
    def chosen(self) -> tuple[Hashable, ...]:
        """Give the bases placed by hand, in the order of placing."""
        return tuple(self.study.bases[place] for place in self._placed)

    @property
    def records(self) -> pd.DataFrame:
        """Give what has been recorded so far."""
        return _drone_study.frame(self._kept)

    def flight(self) -> Flight:
        """Give drone, load and wind as the sliders have them."""
        turn = None if self.direction.value == ANY_WAY else self.direction.value
        return Flight(
            self.drone.value, payload_kg=self.payload.value, wind_ms=self.wind.value, from_deg=turn
        )

    # --- what happens -------------------------------------------------------------------------------------------------

    def place(self, place: int) -> None:
        """Place a base, or take it away again."""
        if place in self.study.fixed:
            self._say(
                BAD, f"「{html.escape(self.study.names[place])}」は今ある拠点なので、外せません。"
            )
            return
        if place in self._placed:
            self._placed.remove(place)
        elif len(self._placed) >= self.count.value:
            self._say(
                BAD,
                f"もう{self.count.value}か所置いています。置いた拠点をもう一度押すと、外せます。",
            )
            return
        else:
            self._placed.append(place)
        self._compared = False
        self._draw()

    def clear(self, _: object = None) -> None:
        """Take all placed bases away."""
        self._placed, self._compared = list(self.study.fixed), False
        self._draw()

    def compare(self, _: object = None) -> None:
        """Show the best choice, and where it differs from what was placed."""
        if len(self._placed) != self.count.value:
            self._say(
                BAD,
                f"先に{self.count.value}か所を地図に置いてください（いま{len(self._placed)}か所）。",
            )
            return
        self._compared = True
        self._draw()

    def record(self, _: object = None) -> None:
        """Keep what was placed, under the group's name."""
        own = self.own
        if own is None or len(self._placed) != self.count.value:
            self._say(
                BAD,
                f"先に{self.count.value}か所を地図に置いてください（いま{len(self._placed)}か所）。",
            )
            return
        self._try(lambda: self._keep(own))

    def _keep(self, own: Siting) -> None:
        flight, best = self.flight(), self.siting
        record = Record(
            self.group.value.strip() or f"{len(self._kept) + 1}番目の案",
            self.chosen, own.value, own.share, _part(own, best), best.value,
            tuple(best.bases["base"] if "base" in best.bases.columns else best.bases.index),
            self.study.longest(flight), flight.wind_ms, flight.payload_kg, str(self.drone.label),
        )  # fmt: skip
        self._kept.append(record)
        self.group.value = ""
        self._list()

    def zoom(self, _: object = None) -> None:
        """Show the map of now in a frame, with zoom and tooltips."""
        self._try(lambda: show(self.zoomed, self._zoomable()))

    # --- how it is shown ----------------------------------------------------------------------------------------------

    def _zoomable(self) -> maps.Map:
        study = self.study
        look = {
            **study.look,
            "weight": study.weight,
            "unit": study.unit,
            "title": f"拠点{self.count.value}か所",
        }
        if self._compared and self.own is not None:
            cells = study.demand.assign(
                before=self.own.assigned["times"], after=self.siting.assigned["times"]
            )
            return maps.difference(
                cells, self.own.bases, self.siting.bases, labels=(OWN_LABEL, BEST_LABEL), **look
            )
        shown = self.own if self.by_hand else self.siting
        cells = study.demand.assign(times=0 if shown is None else shown.assigned["times"])
        return maps.coverage(
            cells,
            None if shown is None else shown.bases,
            range_km=study.reach(self.flight()),
            **look,
        )

    def _hand_row(self) -> ipywidgets.VBox:
        """Make what only placing by hand needs: compare, begin again, a list for the keyboard, and the record."""
        self.lister = ipywidgets.Dropdown(
            options=[(name, place) for place, name in enumerate(self.study.names)],
            description="一覧から選ぶ",
            layout=WIDE,
            style=LABELLED,
        )
        self.group = ipywidgets.Text(placeholder="班の名前", layout=ipywidgets.Layout(width="12em"))
        compare = _button("最適と比べる", self.compare, "primary")
        toggle = _button("置く／外す", lambda _: self.place(self.lister.value))
        first = ipywidgets.HBox(
            [
                compare,
                _button("やり直す", self.clear),
                self.group,
                _button("この案を記録", self.record),
            ]
        )
        return ipywidgets.VBox([first, ipywidgets.HBox([self.lister, toggle])])

    def _limit(self) -> None:
        """Let the sliders go no further than the drone does."""
        row = self.study.types.iloc[self.drone.value]
        for slider, most in (
            (self.payload, row["payload_max_kg"]),
            (self.wind, row["wind_max_ms"]),
        ):
            slider.max = float(most)

    def _changed_drone(self, _: object = None) -> None:
        self._limit()
        self._changed()

    def _changed(self, _: object = None) -> None:
        """Look for the best choice anew."""
        self._compared, self._placed = False, self._placed[: self.count.value]
        self._draw(search=True)

    def _draw(self, *, search: bool = False) -> None:
        """Draw the map, its legend and the sentence, or say why that cannot be."""
        self._try(lambda: self._show(search=search))

    def _try(self, task: Callable[[], None]) -> None:
        """Do it, or say why it cannot be done."""
        try:
            task()
        except ChoiceError as error:
            self._say(BAD, html.escape(str(error)))

    def _show(self, *, search: bool) -> None:
        if search:
            self.siting = self.study.best(self.count.value, self.flight())
        flight = self.flight()
        if self.by_hand:
            self.own = self.study.placed(self._placed, flight)
            self.board.mark(self._placed)
        kinds, looks = self._kinds()
        self.board.picture.value = self.study.picture(
            kinds, looks[1], self._shown(), flight, hollow=self._compared, spots=not self.by_hand
        )
        self.legend.value = _html.legend(
            kinds, self.study.weights, *looks, self.study.unit
        ) + _html.footer(**self.study.cited)
        self._say(GOOD if self._compared else NEUTRAL, self._sentence(flight))
        if not self.by_hand:
            self.table.value = _html.bases(self.siting, self.study.unit)

    def _kinds(self) -> tuple[Any, tuple[Sequence[str], Sequence[str]]]:
        best = self.siting.assigned["times"].to_numpy() > 0
        own = (
            np.zeros(len(best), dtype=np.intp)
            if self.own is None
            else self.own.assigned["times"].to_numpy()
        )
        if self._compared:
            return (own > 0) + 2 * best, (CHANGE_KINDS, CHANGES)
        times = own if self.by_hand else self.siting.assigned["times"].to_numpy()
        return np.minimum(times, 2), (KINDS, COLOURS)

    def _shown(self) -> pd.DataFrame | None:
        """Give the bases that are drawn with their reach."""
        if not self.by_hand or self._compared:
            return self.siting.bases
        return None if self.own is None else self.own.bases

    def _sentence(self, flight: Flight) -> str:
        unit, best = html.escape(self.study.unit), self.siting
        reach = f"届く距離は片道 {self.study.told(flight)}。"
        if not self.by_hand:
            proof = (
                "これより多く届く置き方はありません"
                if best.gap == 0
                else f"最大でもあと{best.gap:.1%}"
            )
            return f"{reach}　{self.count.value}か所で <b>{best.value:,.0f}{unit}（{best.share:.1%}）</b>に届きます（{proof}）。"
        value, share = (0.0, 0.0) if self.own is None else (self.own.value, self.own.share)
        left = self.count.value - len(self._placed)
        score = f"{OWN_LABEL}の案: <b>{value:,.0f}{unit}（{share:.1%}）</b>　{BEST_LABEL}の <b>{_part(self.own, best):.1%}</b>"
        if self._compared:
            return f"{reach}　{score}　／　{BEST_LABEL}: <b>{best.value:,.0f}{unit}（{best.share:.1%}）</b>（輪が{BEST_LABEL}の拠点）"
        return f"{reach}　{score}" + (
            f"　あと{left}か所、地図の丸を押して置いてください。" if left else ""
        )

    def _say(self, look: str, words: str) -> None:
        self.sentence.value = f'<div style="{look}">{words}</div>'

    def _list(self) -> None:
        """Show the recorded choices."""
        self.table.value = _drone_study.listing(self._kept, self.study.called, self.study.unit)


def _slider(description: str, value: float, step: float) -> ipywidgets.FloatSlider:
    return ipywidgets.FloatSlider(
        value, min=0.0, max=100.0, step=step, description=description, layout=WIDE, style=LABELLED, continuous_update=False,
        readout_format=".1f",
    )  # fmt: skip


def _button(words: str, task: Any, look: str = "") -> ipywidgets.Button:
    button = ipywidgets.Button(
        description=words, button_style=look, layout=ipywidgets.Layout(width="max-content")
    )
    button.on_click(task)
    return button


def _part(own: Siting | None, best: Siting) -> float:
    """Give the share of the best choice's people that a choice reaches."""
    return 0.0 if own is None or best.value == 0 else own.value / best.value
