"""What would you do in this hour of an incident? Choose, and see what follows."""

import html
from collections.abc import Callable
from functools import partial

import ipywidgets
import pandas as pd

from dxkit.schema import MADE_MARK, is_made
from dxkit.support.security import follow_incident
from dxkit.widgets._html import BAD, GOOD, NEUTRAL, write_message

SCENE = "border:1px solid #bbb;border-radius:4px;padding:6px 10px;margin:6px 0 2px"
GOOD_JUDGEMENT = "よい"
FULL_WIDTH = ipywidgets.Layout(width="98%")
BUTTON_LAYOUT = ipywidgets.Layout(width="3em", min_width="3em")


def incident_walk(incident: pd.DataFrame) -> ipywidgets.VBox:
    """Walk through an incident scene by scene: each choice shows what follows, then the next scene.

    Parameters
    ----------
    incident
        As for `dxkit.support.security.follow_incident` (table ``incident_example``).

    Returns
    -------
    ipywidgets.VBox
        ``children[-1].value`` holds the sum so far as HTML: good choices, and hours lost. A choice
        may be changed; later ones are kept.

    Raises
    ------
    TableError
        If the table cannot be used.

    Examples
    --------
    >>> import dxkit
    >>> walk = incident_walk(dxkit.load("incident_example"))
    >>> scenes = walk.children[1].children
    >>> [scene.layout.display for scene in scenes[:3]]
    [None, 'none', 'none']
    >>> scenes[0].children[1].children[1].children[0].click()
    >>> [scene.layout.display for scene in scenes[:3]], "よい選択 1 / 1" in walk.children[-1].value
    ([None, None, 'none'], True)
    """
    # the table is read once before anybody chooses
    scene_count = follow_incident(incident, "").attrs["settings"]["scenes"]
    mark = f"（{MADE_MARK}）" if is_made(incident) else ""
    title = ipywidgets.HTML(value=f"<b>{scene_count}つの場面{mark}</b>")
    sum_line = ipywidgets.HTML(value=write_message(NEUTRAL, "はじめの場面で、1つ選びます。"))
    scenes: list[_Scene] = []

    def proceed() -> None:
        path = follow_incident(incident, "".join(_take_chosen(scenes)))
        for scene, (_, row) in zip(scenes, path.iterrows(), strict=False):
            scene.show_outcome(row)
        # one scene more than there are choices
        _show_scenes(scenes, len(path) + 1)
        sum_line.value = _write_sum(path)

    scenes += [_Scene(rows, proceed) for _, rows in incident.groupby("scene", sort=True)]
    # all scenes are there from the start: one that is put in later would take the focus away
    column = ipywidgets.VBox([scene.box for scene in scenes])
    _show_scenes(scenes, 1)
    return ipywidgets.VBox([title, column, sum_line])


class _Scene:
    """One scene: its text, its choices, and what followed."""

    def __init__(self, rows: pd.DataFrame, proceed: Callable[[], None]) -> None:
        rows = rows.sort_values("choice", kind="stable")
        self.letters = [str(letter) for letter in rows["choice"]]
        text = max(rows["text"].fillna("").astype(str))
        hour = float(rows["hour"].iloc[0])
        heading = f"<b>{write_hour(hour)}</b>　{html.escape(text)}"
        self.position: int | None = None
        # buttons: Tab reaches each of them, and the notebook does not take their keys for its own
        self.buttons = [
            ipywidgets.Button(description=letter, layout=BUTTON_LAYOUT) for letter in self.letters
        ]
        lines = [
            ipywidgets.HBox([button, ipywidgets.HTML(value=html.escape(str(label)))])
            for button, label in zip(self.buttons, rows["label"], strict=True)
        ]
        for position, button in enumerate(self.buttons):
            button.on_click(partial(self._choose, position, proceed))
        self.outcome = ipywidgets.HTML()
        words = ipywidgets.HTML(value=f'<div style="{SCENE}">{heading}</div>', layout=FULL_WIDTH)
        self.box = ipywidgets.VBox([words, ipywidgets.VBox(lines), self.outcome])

    def _choose(self, position: int, proceed: Callable[[], None], _: object) -> None:
        """Take a choice, and let the walk go on."""
        self.position = position
        for place, button in enumerate(self.buttons):
            button.button_style = "primary" if place == position else ""
        proceed()

    def show_outcome(self, row: "pd.Series") -> None:
        """Show what followed, and why it is judged so."""
        is_good = row["judgement"] == GOOD_JUDGEMENT
        lost = "" if not row["delay_hours"] else f"（失った時間 {row['delay_hours']:g}時間）"
        words = html.escape(f"{row['judgement']}{lost}　{row['follows']}　→ {row['reason']}")
        self.outcome.value = write_message(GOOD if is_good else BAD, words)


def _show_scenes(scenes: list[_Scene], count: int) -> None:
    """Show the first scenes and hide the others."""
    for place, scene in enumerate(scenes):
        scene.box.layout.display = None if place < count else "none"


def write_hour(hour: float) -> str:
    """Write how long after the start a scene is."""
    if hour < 24:
        return f"{hour:g}時間後" if hour else "はじまり"
    return f"{hour / 24 + 1:g}日目"


def _take_chosen(scenes: list[_Scene]) -> list[str]:
    """Take the letters up to the first scene in which nothing is chosen."""
    letters = []
    for scene in scenes:
        if scene.position is None:
            break
        letters.append(scene.letters[scene.position])
    return letters


def _write_sum(path: pd.DataFrame) -> str:
    used = path.attrs["settings"]
    is_over = used["chosen"] == used["scenes"]
    words = (
        f"よい選択 {used['good']} / {used['chosen']}、"
        f"ここまでに失った時間 {used['delay_hours']:g}時間"
    )
    tail = "　おわりです。選び直すこともできます。" if is_over else ""
    return write_message(GOOD if used["good"] == used["chosen"] else NEUTRAL, words + tail)
