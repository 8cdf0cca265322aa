"""Which sharing policy would your group choose, and what does that choice let each body know and disclose?

For groups that play the prefecture, a home municipality and a host municipality: choose policies, outages, how many
municipalities take part and how many people agree; see curves and disclosures by legal ground; record what was decided.
"""

import html
from collections.abc import Sequence
from dataclasses import replace
from io import BytesIO

import ipywidgets
import pandas as pd

from dxkit import charts, sharing
from dxkit.errors import ChoiceError, DxkitError, shorten
from dxkit.sharing import Outcome, Scenario
from dxkit.store import Session
from dxkit.widgets._html import BAD, LABELLED, NEUTRAL, WIDE

ROLES = {
    "避難元の市町": "known_home",
    "避難先の市町": "known_host",
    "県（集約先）": "known_prefecture",
}
AS_WRITTEN = "シナリオどおり"
OUTAGES = {"途絶なし": 0.0, "半分の長さ": 0.5, AS_WRITTEN: 1.0, "2倍の長さ": 2.0, "4倍の長さ": 4.0}
SHARES = (0.25, 0.5, 0.75, 1.0)
MARKS = (24, 72, 168)
VERDICTS = ("可", "要確認", "根拠なし")
RECORD = (
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
NOTICE = "教材であり法的助言ではありません"
TOPIC = "共有のしかた"
# results that are remembered; lines that can be told apart
MOST_KEPT, MOST_LINES = 120, 6
CELL = "padding:1px 10px;border-bottom:1px solid #ddd;text-align:left"

Key = tuple[str, str, float]


def sharing_explorer(
    scenario: Scenario,
    *,
    policies: Sequence[str] | None = None,
    draws: int = 5,
    role: str = "避難元の市町",
    hour: int = 72,
    session: Session | None = None,
) -> "SharingExplorer":
    """Choose policies, outages and adoption; see who knows what when, and what is disclosed on which ground.

    Parameters
    ----------
    scenario
        From `sharing.read_scenario`.
    policies
        Names of the policies that are ticked at first; by default all of the scenario's (six at most can be drawn).
    draws
        Draws of outages a choice; more are smoother and slower.
    role
        Whose knowledge is drawn at first: ``避難元の市町``, ``避難先の市町`` or ``県（集約先）``.
    hour
        Looked at first: 24, 72 or 168.
    session
        Keeps every decision before it is shown as recorded: the policy as the group's choice, the rest as a card. Without one,
        decisions live in ``records`` only.

    Returns
    -------
    SharingExplorer
        A widget. Its ``outcome`` holds the results that are shown, and ``records`` what groups decided.

    Raises
    ------
    ChoiceError
        If there is no such policy, role or hour.

    Notes
    -----
    When a number of municipalities is chosen, those with the most evacuees take part, and every policy that gathers records
    (経路 集約) serves only them. Whoever lies outside the prefecture takes part as the scenario says.
    """
    known = list(scenario.policies["policy"])
    ticked = known if policies is None else list(policies)
    marks = [mark for mark in MARKS if mark <= scenario.settings["hours"]] or [
        int(scenario.settings["hours"])
    ]
    for given, offered, what in (
        (ticked, known, "施策"),
        ([role], list(ROLES), "立場"),
        ([hour], marks, "時間"),
    ):
        if unknown := [each for each in given if each not in offered]:
            choices = "・".join(map(str, offered))
            raise ChoiceError(
                f"{what}「{shorten(unknown[0])}」はありません。{choices} から選んでください。"
            )
    return SharingExplorer(
        scenario, ticked=ticked, marks=marks, draws=draws, role=role, hour=hour, session=session
    )


class SharingExplorer(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """The widget of `sharing_explorer`.

    Attributes
    ----------
    outcome : Outcome or None
        Results of the ticked policies; none while no policy is ticked.
    records : pandas.DataFrame
        One row a decision: ``group, role, policy, reason, outage, joined, consent_share, hour, known, disclosed, unneeded``.
    """

    outcome: Outcome | None

    def __init__(
        self,
        scenario: Scenario,
        *,
        ticked: Sequence[str],
        marks: Sequence[int],
        draws: int,
        role: str,
        hour: int,
        session: Session | None,
    ) -> None:
        self.scenario, self.draws, self.outcome, self.session = scenario, draws, None, session
        self._kept: dict[tuple[Key, str], Outcome] = {}
        self._rows: list[dict[str, object]] = []
        self.policies = {
            name: ipywidgets.Checkbox(
                name in ticked,
                description=name,
                indent=False,
                layout=ipywidgets.Layout(width="8.5em"),
            )
            for name in scenario.policies["policy"]
        }
        self.role = _dropdown("立場", list(ROLES), role)
        self.hour = _dropdown("何時間後", list(marks), hour)
        self.outage = _dropdown("通信の途絶", list(OUTAGES), AS_WRITTEN)
        self.joined = _dropdown(
            "参加する市町",
            [AS_WRITTEN, *(_joined_words(scenario, share) for share in SHARES)],
            AS_WRITTEN,
        )
        self.consent = ipywidgets.IntSlider(
            round(100 * float(scenario.settings["consent_share"])), 0, 100, 5,
            description="同意（%）", layout=WIDE, style=LABELLED, continuous_update=False,
        )  # fmt: skip
        self.sentence, self.table, self.grounds = (
            ipywidgets.HTML(),
            ipywidgets.HTML(),
            ipywidgets.HTML(),
        )
        self.picture = ipywidgets.Image(
            format="png", layout=ipywidgets.Layout(max_width="100%", width="860px")
        )
        super().__init__(
            [
                self._choices(),
                self.sentence,
                self.picture,
                self.table,
                self.grounds,
                self._recorder(),
            ]
        )
        for each in (
            *self.policies.values(),
            self.role,
            self.hour,
            self.outage,
            self.joined,
            self.consent,
        ):
            each.observe(self._draw, names="value")
        self._draw()

    @property
    def records(self) -> pd.DataFrame:
        """Give what groups decided, in the order of recording."""
        return pd.DataFrame(self._rows, columns=list(RECORD))

    def _choices(self) -> ipywidgets.VBox:
        wrap = ipywidgets.Layout(flex_flow="row wrap", width="min(760px, 98%)")
        ticks = ipywidgets.Box(list(self.policies.values()), layout=wrap)
        head = ipywidgets.HTML("<b>比べる施策</b>")
        return ipywidgets.VBox(
            [head, ticks, self.role, self.hour, self.outage, self.joined, self.consent]
        )

    def _recorder(self) -> ipywidgets.VBox:
        """Make the boxes with which a group records its decision."""
        self.group = ipywidgets.Text(description="班の名前", layout=WIDE, style=LABELLED)
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
        self.button.on_click(self._record)
        head = ipywidgets.HTML("<b>班で決めたら</b>")
        return ipywidgets.VBox(
            [head, self.group, self.decided, self.reason, self.button, self.recorded]
        )

    def _draw(self, _: object = None) -> None:
        """Show the results of what is chosen now."""
        chosen = [name for name, box in self.policies.items() if box.value]
        if not 0 < len(chosen) <= MOST_LINES:
            self.outcome, self.picture.value = None, b""
            self.table.value = self.grounds.value = ""
            self.sentence.value = (
                f'<div style="{BAD}">施策を1つ以上、{MOST_LINES}つまで選んでください。</div>'
            )
            return
        self.sentence.value = f'<div style="{NEUTRAL}">計算しています…</div>'
        self.outcome = self._play(chosen)
        compared = sharing.compare(self.outcome)
        self.picture.value = self._curves(self.outcome)
        self.table.value = _comparison(compared, self.hour.value)
        self.grounds.value = _disclosures(self.outcome)
        said = html.escape(_sentence(compared, self.role.value, self.hour.value))
        self.sentence.value = (
            f'<div style="{NEUTRAL}">{said}<br>{html.escape(self.scenario.note)}</div>'
        )

    def _play(self, chosen: Sequence[str]) -> Outcome:
        """Give the outcome of these policies; each is played once for each setting."""
        key: Key = (self.outage.value, self.joined.value, self.consent.value / 100)
        wanted = [name for name in chosen if (key, name) not in self._kept]
        if len(self._kept) + len(wanted) > MOST_KEPT:
            self._kept, wanted = {}, list(chosen)
        if wanted:
            changed = self._changed(key)
            played = sharing.simulate(
                changed,
                policies=changed.policies.set_index("policy", drop=False).loc[wanted],
                draws=self.draws,
            )
            for name, rules, trace in zip(wanted, played.rules, played.traces, strict=True):
                self._kept[key, name] = replace(played, rules=[rules], traces=[trace])
        parts = [self._kept[key, name] for name in chosen]
        return replace(
            parts[0],
            rules=[each.rules[0] for each in parts],
            traces=[each.traces[0] for each in parts],
        )

    def _changed(self, key: Key) -> Scenario:
        """Give the scenario with the chosen outages, municipalities and consent."""
        outage, joined, consent = key
        factor, outages = OUTAGES[outage], self.scenario.tables["outages"]
        longer = outages.assign(
            mean_hours=outages["mean_hours"] * factor,
            probability=outages["probability"] * (factor > 0),
        )
        found = self.scenario.change(consent_share=consent).with_table("outages", longer)
        if joined == AS_WRITTEN:
            return found
        share = next(each for each in SHARES if _joined_words(self.scenario, each) == joined)
        policies = found.policies
        only = policies["joined_only"] | (policies["route"] == "集約")
        return replace(
            found.with_table("evacuees", _joining(self.scenario, share)),
            policies=policies.assign(joined_only=only),
        )

    def _curves(self, outcome: Outcome) -> bytes:
        measure = ROLES[self.role.value]
        timeline = outcome.timeline
        figure = charts.timeline(
            timeline[timeline["measure"] == measure], label=sharing.MEASURES[measure], made=True,
            title=f"{self.role.value}は、居場所を知っているか", source=f"シナリオ「{self.scenario.title}」",
        )  # fmt: skip
        written = BytesIO()
        figure.savefig(written, format="png", dpi=110, bbox_inches="tight")
        return written.getvalue()

    def _record(self, _: object) -> None:
        """Keep what the group decided, or say what is still missing."""
        name, policy = self.group.value.strip(), self.decided.value
        if not name:
            self.recorded.value = (
                f'<div style="{BAD}">班の名前を書いてから、もう一度押してください。</div>'
            )
            return
        played = sharing.compare(self._play([policy])).iloc[0]
        known = float(played[f"{ROLES[self.role.value]}_{self.hour.value}"])
        values = (
            name, self.role.value, policy, self.reason.value.strip(), self.outage.value, self.joined.value,
            self.consent.value / 100, self.hour.value, known, float(played["disclosed"]), float(played["unneeded"]),
        )  # fmt: skip
        row = dict(zip(RECORD, values, strict=True))
        try:
            _keep(self.session, row)
        except DxkitError as error:
            self.recorded.value = (
                f'<div style="{BAD}">記録できませんでした。{html.escape(str(error))}</div>'
            )
            return
        self._rows.append(row)
        self.recorded.value = _recorded(self.records)


def _keep(session: Session | None, row: dict[str, object]) -> None:
    """Keep a decision for good: the card first, so that no choice stands without its reason."""
    if session is None:
        return
    said = [
        f"{words}: {row[name]}"
        for words, name in (
            ("班", "group"),
            ("立場", "role"),
            ("施策", "policy"),
            ("理由", "reason"),
        )
    ]
    said += [
        f"途絶: {row['outage']}",
        f"参加: {row['joined']}",
        f"{row['hour']}時間後に知る割合: {row['known']:.0%}",
    ]
    session.note(text=" ／ ".join(said), group=TOPIC)
    session.choose(
        item=f"{TOPIC}（{row['group']}）", option=str(row["policy"]), client=str(row["group"])
    )


def _dropdown(words: str, options: Sequence[str | int], value: str | int) -> ipywidgets.Dropdown:
    return ipywidgets.Dropdown(
        options=options, value=value, description=words, layout=WIDE, style=LABELLED
    )


def _own(scenario: Scenario) -> pd.DataFrame:
    """Give the municipalities that may join: those inside from which somebody fled, the most evacuees first."""
    towns = scenario.tables["evacuees"]
    return towns[towns["inside"] & (towns["evacuees"] > 0)].sort_values(
        ["evacuees", "code"], ascending=[False, True]
    )


def _joined_words(scenario: Scenario, share: float) -> str:
    count, of = round(share * len(_own(scenario))), len(_own(scenario))
    return f"全{of}市町" if share == 1 else f"避難者の多い順に{count}市町"


def _joining(scenario: Scenario, share: float) -> pd.DataFrame:
    """Let this share of the municipalities take part, those with the most evacuees first."""
    towns, own = scenario.tables["evacuees"], _own(scenario)
    first = set(own["code"].iloc[: round(share * len(own))])
    inside = towns["code"].isin(own["code"])
    return towns.assign(joined=towns["joined"].where(~inside, towns["code"].isin(first)))


def _sentence(compared: pd.DataFrame, role: str, hour: int) -> str:
    """Say which policy lets this body know most, and whether that is sure."""
    column = f"{ROLES[role]}_{hour}"
    ordered = compared.sort_values(column, ascending=False, kind="stable")
    best = ordered.iloc[0]
    said = (
        f"{hour}時間後、{role}が居場所を知る割合: いちばん高いのは「{best['policy']}」の{best[column]:.0%}"
        f"（90%の幅 {best[column + '_p05']:.0%}〜{best[column + '_p95']:.0%}）。"
    )
    if len(ordered) == 1:
        return said
    second = ordered.iloc[1]
    apart = second[f"{column}_p95"] < best[f"{column}_p05"]
    told = "幅は重なりません。" if apart else "幅が重なるので、どちらが上かは途絶しだいです。"
    return f"{said}次は「{second['policy']}」の{second[column]:.0%}で、{told}"


def _comparison(compared: pd.DataFrame, hour: int) -> str:
    """Give what each body knows, what is disclosed and what work it takes, policy by policy."""
    rows = []
    for row in compared.to_dict("records"):
        known = [f"{row[f'{measure}_{hour}']:.0%}" for measure in ROLES.values()]
        rows.append(
            [
                str(row["policy"]),
                *known,
                f"{row['disclosed']:.2f}",
                f"{row['unneeded']:.2f}",
                f"{row['staff_hours']:,.0f}",
            ]
        )
    heads = [
        "施策",
        *(f"{role}が知る（{hour}時間後）" for role in ROLES),
        "提供（1人あたり）",
        "うち余分",
        "職員時間",
    ]
    return _table(heads, rows)


def _disclosures(outcome: Outcome) -> str:
    """Give how many disclosures have a ground, policy by policy, and the grounds; the notice first."""
    told = outcome.disclosures
    sums = told.pivot_table(
        index="policy", columns="verdict", values="mean", aggfunc="sum", fill_value=0.0, sort=False
    )
    names = [rules.name for rules in outcome.rules]
    sums = sums.reindex(index=names, columns=list(VERDICTS), fill_value=0.0)
    rows = [
        [str(name), *(f"{value:,.0f}" for value in row)]
        for name, row in zip(sums.index, sums.to_numpy(), strict=True)
    ]
    listed = (
        told.groupby(["policy", "verdict", "ground", "certainty"], sort=False)["mean"]
        .sum()
        .reset_index()
    )
    detail = [[*map(str, row[:4]), f"{row[4]:,.0f}"] for row in listed.itertuples(index=False)]
    counts = _table(["施策", *(f"{verdict}（件）" for verdict in VERDICTS)], rows)
    spelt = _table(["施策", "判定", "根拠", "確かさ", "提供（件）"], detail)
    head = f'<div style="{NEUTRAL}"><b>{NOTICE}。</b>提供を法律の表で判定した件数です（期間の終わりまで）。</div>'
    return f"{head}{counts}<details><summary>根拠ごとに見る</summary>{spelt}</details>"


def _recorded(records: pd.DataFrame) -> str:
    """Give the decisions as a table."""
    rows = [
        [
            str(row["group"]),
            str(row["role"]),
            str(row["policy"]),
            str(row["reason"]),
            f"{row['known']:.0%}",
            f"{row['disclosed']:.2f}",
        ]
        for row in records.to_dict("records")
    ]
    return _table(["班", "立場", "選んだ施策", "理由", "知る割合", "提供（1人あたり）"], rows)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Give texts as an HTML table."""
    top = "".join(f'<th style="{CELL}">{html.escape(head)}</th>' for head in heads)
    looks = [f"{CELL};white-space:nowrap", *[CELL] * (len(heads) - 1)]
    cells = [
        [
            f'<td style="{look}">{html.escape(each)}</td>'
            for look, each in zip(looks, row, strict=True)
        ]
        for row in rows
    ]
    lines = "".join(f"<tr>{''.join(row)}</tr>" for row in cells)
    return f'<table style="border-collapse:collapse"><tr>{top}</tr>{lines}</table>'
