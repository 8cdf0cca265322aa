"""How does the sharing explorer answer to ticks, lists and buttons?"""

import html
from collections.abc import Hashable, Sequence
from io import BytesIO
from typing import Any

import ipywidgets
import pandas as pd

from dxkit import charts, sharing
from dxkit.errors import DxkitError
from dxkit.schema import carry_provenance
from dxkit.sharing import Outcome, Scenario
from dxkit.store import Session
from dxkit.widgets._html import BAD, LABELLED, NEUTRAL, WIDE, write_message
from dxkit.widgets._provenance import read_provenance, write_footer
from dxkit.widgets._sharing_settings import (
    AS_WRITTEN,
    JOINED_SHARES,
    OUTAGE_FACTORS,
    PolicyResults,
    SharingSettings,
    describe_joined_share,
)
from dxkit.widgets._sharing_texts import (
    ROLE_MEASURES,
    write_comparison,
    write_decisions,
    write_disclosures,
    write_ranking,
)
from dxkit.widgets._stills import StillAxis, StillPlan, render_parts

RECORD_COLUMNS = (
    "group",
    "role",
    "policy",
    "reason",
    "outage",
    "joined",
    "consent_share",
    "hour",
    "known",
    "disclosed",
    "unneeded",
)
TOPIC = "共有のしかた"
# lines of a chart that can be told apart
MAX_POLICIES = 6
PICTURE_DPI = 110
CONSENT_STEP_PERCENT = 5
# positions that are computed beforehand where no Python runs
STILL_OUTAGES = ("途絶なし", AS_WRITTEN, "2倍の長さ")
STILL_CONSENT_PERCENT = 100


class SharingExplorer(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """The widget of `sharing_explorer`.

    Attributes
    ----------
    outcome : Outcome or None
        Results of the ticked policies; none while no policy is ticked.
    records : pandas.DataFrame
        One row a decision: ``group, role, policy, reason, outage, joined, consent_share, hour,
        known, disclosed, unneeded``.
    """

    outcome: Outcome | None

    def __init__(
        self,
        scenario: Scenario,
        *,
        ticked: Sequence[str],
        hours: Sequence[int],
        draws: int,
        role: str,
        hour: int,
        session: Session | None,
    ) -> None:
        self.scenario = scenario
        self.outcome = None
        self.session = session
        # what was simulated and decided so far
        self._results = PolicyResults(scenario, draws)
        self._decisions: list[dict[str, object]] = []
        self._add_choices(ticked, hours, role, hour)
        self.sentence = ipywidgets.HTML()
        self.table = ipywidgets.HTML()
        self.grounds = ipywidgets.HTML()
        self.footer = ipywidgets.HTML(
            write_footer(_read_scenario_provenance(scenario), "シナリオの数値")
        )
        layout = ipywidgets.Layout(max_width="100%", width="860px")
        self.picture = ipywidgets.Image(format="png", layout=layout)
        results = [self.sentence, self.picture, self.table, self.grounds, self.footer]
        super().__init__([self._make_choice_box(), *results, self._make_record_box()])
        # every choice draws anew
        selectors = (self.role, self.hour, self.outage, self.joined, self.consent)
        for choice in (*self.policies.values(), *selectors):
            choice.observe(self._draw, names="value")
        self._draw()
        self.still_plan = self._plan_still(results)

    @property
    def records(self) -> pd.DataFrame:
        """What groups decided, in the order of recording; always marked as invented."""
        table = pd.DataFrame(self._decisions, columns=list(RECORD_COLUMNS))
        return carry_provenance(table, _read_scenario_provenance(self.scenario))

    def _add_choices(
        self, ticked: Sequence[str], hours: Sequence[int], role: str, hour: int
    ) -> None:
        """Make the boxes and lists with which everything is chosen."""
        tick_layout = ipywidgets.Layout(width="8.5em")
        self.policies = {
            name: ipywidgets.Checkbox(
                name in ticked, description=name, indent=False, layout=tick_layout
            )
            for name in self.scenario.policies["policy"]
        }
        self.role = _make_dropdown("立場", list(ROLE_MEASURES), role)
        self.hour = _make_dropdown("何時間後", list(hours), hour)
        self.outage = _make_dropdown("通信の途絶", list(OUTAGE_FACTORS), AS_WRITTEN)
        shares = [describe_joined_share(self.scenario, share) for share in JOINED_SHARES]
        self.joined = _make_dropdown("参加する市町", [AS_WRITTEN, *shares], AS_WRITTEN)
        self.consent = ipywidgets.IntSlider(
            round(100 * float(self.scenario.settings["consent_share"])),
            0,
            100,
            CONSENT_STEP_PERCENT,
            description="同意（%）",
            layout=WIDE,
            style=LABELLED,
            # each value on the way would be simulated
            continuous_update=False,
        )

    def _make_choice_box(self) -> ipywidgets.VBox:
        wrap = ipywidgets.Layout(flex_flow="row wrap", width="min(760px, 98%)")
        ticks = ipywidgets.Box(list(self.policies.values()), layout=wrap)
        head = ipywidgets.HTML("<b>比べる施策</b>")
        selectors = [self.role, self.hour, self.outage, self.joined, self.consent]
        return ipywidgets.VBox([head, ticks, *selectors])

    def _make_record_box(self) -> ipywidgets.VBox:
        """Make the boxes with which a group records its decision."""
        self.group = ipywidgets.Text(description="グループの名前", layout=WIDE, style=LABELLED)
        self.decided = ipywidgets.Dropdown(
            options=list(self.policies), description="選んだ施策", layout=WIDE, style=LABELLED
        )
        self.reason = ipywidgets.Text(
            description="理由",
            layout=WIDE,
            style=LABELLED,
            placeholder="何を取り、何をあきらめたか",
        )
        self.button = ipywidgets.Button(description="この選択を記録", button_style="primary")
        self.recorded = ipywidgets.HTML()
        self.button.on_click(self._record_decision)
        head = ipywidgets.HTML("<b>グループで決めたら</b>")
        return ipywidgets.VBox(
            [head, self.group, self.decided, self.reason, self.button, self.recorded]
        )

    def _plan_still(self, results: Sequence[Any]) -> StillPlan:
        """List the main positions; the hour last, as it needs no simulation of its own."""
        consents = sorted({self.consent.value, STILL_CONSENT_PERCENT})
        axes = (
            StillAxis("通信の途絶", self.outage, tuple((words, words) for words in STILL_OUTAGES)),
            StillAxis("同意", self.consent, tuple((f"{share}%", share) for share in consents)),
            StillAxis("立場", self.role, tuple((words, words) for words in self.role.options)),
            StillAxis(
                "何時間後", self.hour, tuple((f"{hour}時間", hour) for hour in self.hour.options)
            ),
        )
        fixed = (*self.policies.values(), self.joined)
        return StillPlan(axes, lambda: render_parts(results), fixed)

    def _read_settings(self) -> SharingSettings:
        return SharingSettings(self.outage.value, self.joined.value, self.consent.value / 100)

    def _draw(self, _: object = None) -> None:
        """Show the results of what is chosen now."""
        ticked = [name for name, box in self.policies.items() if box.value]
        # more lines could not be told apart
        if not 0 < len(ticked) <= MAX_POLICIES:
            self._clear_results()
            words = f"施策を1つ以上、{MAX_POLICIES}つまで選んでください。"
            self.sentence.value = write_message(BAD, words)
            return
        # a simulation takes a moment: the old sentence must not stand beside the new choices
        self.sentence.value = write_message(NEUTRAL, "計算しています…")
        outcome = self._results.simulate_policies(ticked, self._read_settings())
        compared = sharing.compare(outcome)
        self.outcome = outcome
        self.picture.value = self._draw_curves(outcome)
        self.table.value = write_comparison(compared, self.hour.value)
        self.grounds.value = write_disclosures(outcome)
        ranking = html.escape(write_ranking(compared, self.role.value, self.hour.value))
        self.sentence.value = write_message(
            NEUTRAL, f"{ranking}<br>{html.escape(self.scenario.note)}"
        )

    def _clear_results(self) -> None:
        self.outcome = None
        self.picture.value = b""
        self.table.value = ""
        self.grounds.value = ""

    def _draw_curves(self, outcome: Outcome) -> bytes:
        """Draw who knows what share of the people when, as a PNG picture."""
        measure = ROLE_MEASURES[self.role.value]
        timeline = outcome.timeline
        # always marked: a simulation is no observation
        figure = charts.timeline(
            timeline[timeline["measure"] == measure],
            label=sharing.MEASURES[measure],
            made=True,
            title=f"{self.role.value}は、居場所を知っているか",
            source=f"シナリオ「{self.scenario.title}」",
        )
        picture = BytesIO()
        figure.savefig(picture, format="png", dpi=PICTURE_DPI, bbox_inches="tight")
        return picture.getvalue()

    def _record_decision(self, _: object) -> None:
        """Record what the group decided, or say what is still missing."""
        if not self.group.value.strip():
            words = "グループの名前を書いてから、もう一度押してください。"
            self.recorded.value = write_message(BAD, words)
            return
        decision = self._make_decision()
        # stored first: what is shown as recorded is on the disk
        try:
            _store_decision(self.session, decision)
        except DxkitError as error:
            words = f"記録できませんでした。{html.escape(str(error))}"
            self.recorded.value = write_message(BAD, words)
            return
        self._decisions.append(decision)
        self.recorded.value = write_decisions(self.records)

    def _make_decision(self) -> dict[str, object]:
        """Make the record of a decision: what was chosen, and what that leads to."""
        settings = self._read_settings()
        outcome = self._results.simulate_policies([self.decided.value], settings)
        result = sharing.compare(outcome).iloc[0]
        return {
            "group": self.group.value.strip(),
            "role": self.role.value,
            "policy": self.decided.value,
            "reason": self.reason.value.strip(),
            "outage": settings.outage,
            "joined": settings.joined,
            "consent_share": settings.consent,
            "hour": self.hour.value,
            "known": float(result[f"{ROLE_MEASURES[self.role.value]}_{self.hour.value}"]),
            "disclosed": float(result["disclosed"]),
            "unneeded": float(result["unneeded"]),
        }


def _store_decision(session: Session | None, decision: dict[str, object]) -> None:
    """Store a decision: the card first, so that no choice stands without its reason."""
    if session is None:
        return
    # one card that can be read without the widget
    lines = [
        f"グループ: {decision['group']}",
        f"立場: {decision['role']}",
        f"施策: {decision['policy']}",
        f"理由: {decision['reason']}",
        f"途絶: {decision['outage']}",
        f"参加: {decision['joined']}",
        f"{decision['hour']}時間後に知る割合: {decision['known']:.0%}",
    ]
    group = str(decision["group"])
    session.note(text=" ／ ".join(lines), group=TOPIC)
    session.choose(item=f"{TOPIC}（{group}）", option=str(decision["policy"]), client=group)


def _read_scenario_provenance(scenario: Scenario) -> dict[Hashable | None, Any]:
    """Read where a scenario's tables come from; what it says is always marked as invented."""
    # most of any scenario is assumed, whatever a single table of it may be
    provenance = read_provenance(*scenario.tables.values(), scenario.policies, made=True)
    if not provenance.get("source"):
        provenance["source"] = f"シナリオ「{scenario.title}」"
    return provenance


def _make_dropdown(
    words: str, options: Sequence[str | int], value: str | int
) -> ipywidgets.Dropdown:
    return ipywidgets.Dropdown(
        options=options, value=value, description=words, layout=WIDE, style=LABELLED
    )
