"""With which sliders, lists and buttons is a drone's flight chosen?"""

from collections.abc import Callable, Sequence

import ipywidgets

from dxkit.widgets._drone_study import DroneStudy, Flight
from dxkit.widgets._html import LABELLED, WIDE
from dxkit.widgets._stills import StillAxis

# stands for a wind from no direction in particular: the shortest range of all is taken
ANY_DIRECTION = -1.0
COMPASS_POINTS = ("北", "北東", "東", "南東", "南", "南西", "西", "北西")
DIRECTIONS = {"どの向きでも（いちばん短い距離）": ANY_DIRECTION} | {
    f"{name}の風": 360.0 / len(COMPASS_POINTS) * turn for turn, name in enumerate(COMPASS_POINTS)
}
STEP = 0.5
# a slider's end until the drone's own limit is set
FIRST_MAXIMUM = 100.0
# positions that are computed beforehand where no Python runs
STILL_WINDS_MS = (0.0, 6.0)
STILL_MAX_COUNT = 5


class FlightControls:
    """The choices of a flight and of a number of bases.

    Attributes
    ----------
    drone, payload, wind, direction, count
        The widgets, from top to bottom.
    """

    def __init__(self, study: DroneStudy, flight: Flight, *, count: int, max_count: int) -> None:
        self._study = study
        labels = list(study.types["label"].astype(str))
        drones = [(label, row) for row, label in enumerate(labels)]
        self.drone = make_dropdown("機種", drones)
        self.payload = _make_slider("荷物（kg）", flight.payload_kg)
        self.wind = _make_slider("風（m/秒）", flight.wind_ms)
        self.direction = make_dropdown("風の向き", list(DIRECTIONS.items()))
        self.count = ipywidgets.IntSlider(
            count,
            max(len(study.fixed), 1),
            max(min(max_count, len(study.candidates)), count),
            description="拠点の数",
            layout=WIDE,
            style=LABELLED,
            # each value on the way would start a search of its own
            continuous_update=False,
        )
        self.limit_sliders()

    @property
    def widgets(self) -> list[ipywidgets.Widget]:
        """The widgets, from top to bottom."""
        return [self.drone, self.payload, self.wind, self.direction, self.count]

    def list_positions(self) -> tuple[StillAxis, ...]:
        """List the main positions; load and wind's direction stay as they are."""
        winds = sorted({self.wind.value, *STILL_WINDS_MS})
        last = min(self.count.max, max(STILL_MAX_COUNT, self.count.value))
        counts = range(self.count.min, last + 1)
        return (
            StillAxis("機種", self.drone, tuple(self.drone.options)),
            StillAxis("風", self.wind, tuple((f"{wind:g} m/秒", wind) for wind in winds)),
            StillAxis("拠点の数", self.count, tuple((f"{count}か所", count) for count in counts)),
        )

    def limit_sliders(self) -> None:
        """Let the sliders go no further than the drone does."""
        row = self._study.types.iloc[self.drone.value]
        self.payload.max = float(row["payload_max_kg"])
        self.wind.max = float(row["wind_max_ms"])

    def read_flight(self) -> Flight:
        """Read drone, load and wind as the sliders have them."""
        direction = self.direction.value
        return Flight(
            self.drone.value,
            payload_kg=self.payload.value,
            wind_ms=self.wind.value,
            from_deg=None if direction == ANY_DIRECTION else direction,
        )


def make_dropdown(description: str, options: Sequence[tuple[str, float]]) -> ipywidgets.Dropdown:
    """Make a list of which one is selected."""
    return ipywidgets.Dropdown(
        options=options, description=description, layout=WIDE, style=LABELLED
    )


def make_button(
    words: str, on_click: Callable[[object], None], look: str = ""
) -> ipywidgets.Button:
    """Make a button as wide as its words."""
    # beside a wide list it would be cut
    layout = ipywidgets.Layout(width="max-content", flex="0 0 auto")
    button = ipywidgets.Button(description=words, button_style=look, layout=layout)
    button.on_click(on_click)
    return button


def _make_slider(description: str, value: float) -> ipywidgets.FloatSlider:
    return ipywidgets.FloatSlider(
        value,
        min=0.0,
        max=FIRST_MAXIMUM,
        step=STEP,
        description=description,
        layout=WIDE,
        style=LABELLED,
        continuous_update=False,
        readout_format=".1f",
    )
