"""How does the drone explorer answer to sliders, clicks and buttons?"""

import html
from collections.abc import Callable, Hashable, Sequence
from typing import Any

import ipywidgets
import numpy as np
import pandas as pd

from dxkit import maps
from dxkit._arrays import IntArray
from dxkit.drones import Siting
from dxkit.errors import ChoiceError
from dxkit.schema import carry_provenance
from dxkit.widgets._click_board import ClickBoard
from dxkit.widgets._drone_controls import FlightControls, make_button, make_dropdown
from dxkit.widgets._drone_records import (
    BEST_LABEL,
    HAND_LABEL,
    DroneRecord,
    make_record_table,
    write_records,
)
from dxkit.widgets._drone_sentence import compute_score, write_bases, write_score_sentence
from dxkit.widgets._drone_study import DroneStudy, Flight
from dxkit.widgets._html import (
    BAD,
    GOOD,
    NEUTRAL,
    show_picture,
    write_legend,
    write_message,
)
from dxkit.widgets._provenance import write_footer
from dxkit.widgets._stills import StillPlan, render_parts

COMPARED_KINDS = maps.name_difference_kinds(f"{HAND_LABEL}の案", BEST_LABEL)


class DroneExplorer(ipywidgets.VBox):  # type: ignore[misc] # ipywidgets has no types
    """The widget of `drone_explorer`.

    Attributes
    ----------
    siting : Siting
        The best choice at the sliders' settings.
    own : Siting or None
        What has been placed by hand.
    records : pandas.DataFrame
        One row a recorded choice: ``group, bases, people, share, of_optimum, optimum,
        optimum_bases, range_km, wind_ms, payload_kg, drone``.
    """

    siting: Siting
    own: Siting | None

    def __init__(
        self, study: DroneStudy, flight: Flight, *, count: int, max_count: int, by_hand: bool
    ) -> None:
        self.study = study
        self.by_hand = by_hand
        self.own = None
        # what people have done so far; existing bases are placed from the start
        self._is_compared = False
        self._placed = list(study.fixed)
        self._records: list[DroneRecord] = []
        self._add_controls(FlightControls(study, flight, count=count, max_count=max_count))
        self.sentence = ipywidgets.HTML()
        self.legend = ipywidgets.HTML()
        self.table = ipywidgets.HTML()
        self.zoomed = ipywidgets.Output()
        # without placing by hand there is nothing to click on
        spots = study.candidates if by_hand else study.candidates.iloc[:0]
        shares = study.sketch.locate_shares(
            spots["lat"].to_numpy(float), spots["lon"].to_numpy(float)
        )
        self.board = ClickBoard(shares, study.names[: len(spots)], self.place)
        parts = [*self.controls.widgets, self.sentence]
        parts += [self._make_hand_row()] if by_hand else []
        parts += [self.board, self.legend, make_button("拡大できる地図", self.zoom)]
        super().__init__([*parts, self.zoomed, self.table])
        # another drone has other limits: its list has a handler of its own
        self.drone.observe(self._change_drone, names="value")
        for control in self.controls.widgets[1:]:
            control.observe(self._change_settings, names="value")
        self._change_settings()
        self.still_plan = StillPlan(
            self.controls.list_positions(), self._draw_still, (self.payload, self.direction)
        )

    @property
    def chosen(self) -> tuple[Hashable, ...]:
        """The bases placed by hand, in the order of placing."""
        return tuple(self.study.bases[position] for position in self._placed)

    @property
    def records(self) -> pd.DataFrame:
        """What has been recorded so far, with the provenance of the explorer's tables."""
        return carry_provenance(make_record_table(self._records), self.study.look.provenance)

    def read_flight(self) -> Flight:
        """Read drone, load and wind as the sliders have them."""
        return self.controls.read_flight()

    def place(self, position: int) -> None:
        """Place a base, or take it away again."""
        if position in self.study.fixed:
            name = html.escape(self.study.names[position])
            self._say(BAD, f"「{name}」は今ある拠点なので、外せません。")
            return
        if position in self._placed:
            self._placed.remove(position)
        elif len(self._placed) >= self.count.value:
            self._say(
                BAD,
                f"もう{self.count.value}か所置いています。置いた拠点をもう一度押すと、外せます。",
            )
            return
        else:
            self._placed.append(position)
        # what was compared is no longer what lies on the map
        self._is_compared = False
        self._draw()

    def clear(self, _: object = None) -> None:
        """Take all placed bases away."""
        self._placed = list(self.study.fixed)
        self._is_compared = False
        self._draw()

    def compare(self, _: object = None) -> None:
        """Show the best choice, and where it differs from what was placed."""
        if self._has_all_placed():
            self._is_compared = True
            self._draw()

    def record(self, _: object = None) -> None:
        """Record what was placed, under the group's name."""
        placed = self.own
        if self._has_all_placed() and placed is not None:
            self._try_task(lambda: self._add_record(placed))

    def zoom(self, _: object = None) -> None:
        """Show the present map in a frame, with zoom and tooltips."""
        self._try_task(lambda: show_picture(self.zoomed, self._draw_map()))

    def _add_controls(self, controls: FlightControls) -> None:
        self.controls = controls
        # also reached from the explorer itself, as notebooks do
        self.drone = controls.drone
        self.payload = controls.payload
        self.wind = controls.wind
        self.direction = controls.direction
        self.count = controls.count

    def _make_hand_row(self) -> ipywidgets.VBox:
        """Make what only placing by hand needs.

        That is buttons to compare, begin again and record, and a list for the keyboard.
        """
        names = [(name, position) for position, name in enumerate(self.study.names)]
        self.lister = make_dropdown("一覧から選ぶ", names)
        self.group = ipywidgets.Text(placeholder="グループの名前", layout={"width": "12em"})
        buttons = [
            make_button("最適と比べる", self.compare, "primary"),
            make_button("やり直す", self.clear),
            self.group,
            make_button("この案を記録", self.record),
        ]
        toggle = make_button("置く／外す", lambda _: self.place(self.lister.value))
        return ipywidgets.VBox([ipywidgets.HBox(buttons), ipywidgets.HBox([self.lister, toggle])])

    def _has_all_placed(self) -> bool:
        """Whether as many bases are placed as were asked for; says so where not."""
        count = self.count.value
        placed_count = len(self._placed)
        if placed_count == count:
            return True
        self._say(BAD, f"先に{count}か所を地図に置いてください（いま{placed_count}か所）。")
        return False

    def _add_record(self, placed: Siting) -> None:
        flight = self.read_flight()
        best = self.siting
        best_bases = best.bases
        record = DroneRecord(
            group=self.group.value.strip() or f"{len(self._records) + 1}番目の案",
            bases=self.chosen,
            people=placed.value,
            share=placed.share,
            of_optimum=compute_score(placed, best),
            optimum=best.value,
            optimum_bases=tuple(
                best_bases["base"] if "base" in best_bases.columns else best_bases.index
            ),
            range_km=self.study.compute_longest(flight),
            wind_ms=flight.wind_ms,
            payload_kg=flight.payload_kg,
            drone=str(self.drone.label),
        )
        self._records.append(record)
        # the next group writes its own name
        self.group.value = ""
        self.table.value = write_records(self._records, self.study.name_base, self.study.unit)

    def _draw_still(self) -> str:
        """Write the best choice as HTML; nobody places bases by hand where no Python runs."""
        # a refused setting leaves the choice before it in place: nothing but the refusal is shown
        if BAD in self.sentence.value:
            return render_parts([self.sentence])
        study, best = self.study, self.siting
        kinds = np.minimum(best.assigned["times"].to_numpy(), 2)
        legend = write_legend(
            kinds, study.demand_weights, maps.COVERAGE_KINDS, maps.COVERAGE_COLOURS, study.unit
        )
        words = write_score_sentence(
            study.describe_reach(self.read_flight()),
            best,
            None,
            unit=html.escape(study.unit),
            count=self.count.value,
            placed_count=0,
            by_hand=False,
            is_compared=False,
        )
        picture = f"<div>{self._draw_coverage(best)._repr_html_()}</div>"
        footer = write_footer(study.look.provenance, study.look.subject)
        bases = write_bases(best, study.unit)
        return f"{write_message(NEUTRAL, words)}{picture}{legend}{footer}{bases}"

    def _draw_map(self) -> maps.Map:
        """Draw the present picture as a map with zoom."""
        study = self.study
        if self._is_compared and self.own is not None:
            cells = study.demand.assign(
                before=self.own.assigned["times"], after=self.siting.assigned["times"]
            )
            labels = (HAND_LABEL, BEST_LABEL)
            return maps.difference(
                cells, self.own.bases, self.siting.bases, labels=labels, **self._list_look()
            )
        return self._draw_coverage(self.own if self.by_hand else self.siting)

    def _draw_coverage(self, siting: Siting | None) -> maps.Map:
        """Draw whom a choice of bases reaches."""
        study = self.study
        # before the first base is placed nobody is reached
        times = 0 if siting is None else siting.assigned["times"]
        return maps.coverage(
            study.demand.assign(times=times),
            None if siting is None else siting.bases,
            range_km=study.compute_reach(self.read_flight()),
            **self._list_look(),
        )

    def _list_look(self) -> dict[str, Any]:
        study = self.study
        return {
            "weight": study.weight,
            "unit": study.unit,
            "level": study.look.level,
            "municipalities": study.look.municipalities,
            "background": study.look.background,
            "source": study.look.source,
            "title": f"拠点{self.count.value}か所",
        }

    def _change_drone(self, _: object = None) -> None:
        self.controls.limit_sliders()
        self._change_settings()

    def _change_settings(self, _: object = None) -> None:
        """Search the best choice anew; placed bases beyond the number are taken away."""
        self._is_compared = False
        self._placed = self._placed[: self.count.value]
        self._draw(search=True)

    def _draw(self, *, search: bool = False) -> None:
        """Draw the map, its legend and the sentence, or say why that cannot be."""
        self._try_task(lambda: self._show_choice(search=search))

    def _try_task(self, task: Callable[[], None]) -> None:
        """Do a task, or say why it cannot be done."""
        # an exception in a callback would be lost in the log of the browser
        try:
            task()
        except ChoiceError as error:
            self._say(BAD, html.escape(str(error)))

    def _show_choice(self, *, search: bool) -> None:
        study = self.study
        flight = self.read_flight()
        # a placed base changes nothing about the best choice
        if search:
            self.siting = study.find_best(self.count.value, flight)
        if self.by_hand:
            self.own = study.score_positions(self._placed, flight)
            self.board.mark_spots(self._placed)
        kinds, labels, colours = self._sort_cells()
        self.board.picture.value = study.draw_picture(
            kinds,
            colours,
            self._select_bases(),
            flight,
            hollow=self._is_compared,
            # by hand, each candidate has a button of its own
            show_candidates=not self.by_hand,
        )
        legend = write_legend(kinds, study.demand_weights, labels, colours, study.unit)
        footer = write_footer(study.look.provenance, study.look.subject)
        self.legend.value = legend + footer
        self._say(GOOD if self._is_compared else NEUTRAL, self._write_sentence(flight))
        if not self.by_hand:
            self.table.value = write_bases(self.siting, study.unit)

    def _sort_cells(self) -> tuple[IntArray, Sequence[str], Sequence[str]]:
        """Sort the cells into kinds, with the kinds' labels and colours."""
        best_times = self.siting.assigned["times"].to_numpy()
        placed_times = np.zeros(len(best_times), dtype=np.intp)
        if self.own is not None:
            placed_times = self.own.assigned["times"].to_numpy()
        if self._is_compared:
            # a binary number: its first digit is the group's choice, its second the best one
            kinds = (placed_times > 0) + 2 * (best_times > 0)
            return kinds, COMPARED_KINDS, maps.DIFFERENCE_COLOURS
        times = placed_times if self.by_hand else best_times
        return np.minimum(times, 2), maps.COVERAGE_KINDS, maps.COVERAGE_COLOURS

    def _select_bases(self) -> pd.DataFrame | None:
        """Select the bases that are drawn with their reach."""
        if not self.by_hand or self._is_compared:
            return self.siting.bases
        return None if self.own is None else self.own.bases

    def _write_sentence(self, flight: Flight) -> str:
        return write_score_sentence(
            self.study.describe_reach(flight),
            self.siting,
            self.own,
            unit=html.escape(self.study.unit),
            count=self.count.value,
            placed_count=len(self._placed),
            by_hand=self.by_hand,
            is_compared=self._is_compared,
        )

    def _say(self, look: str, words: str) -> None:
        self.sentence.value = write_message(look, words)
