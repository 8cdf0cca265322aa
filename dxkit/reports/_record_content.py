"""What stands in the record of a meeting, whatever it is written into?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pandas as pd

from dxkit._checks import require_columns
from dxkit.errors import shorten
from dxkit.loaders import load
from dxkit.reports._groups import name_group, read_groups
from dxkit.schema import LEAST_PEERS
from dxkit.store import VOTE_LABELS

OPTION_LENGTH = 60
AGENDA_HEADINGS = {"part": "内容", "minutes": "分", "guide": "進め方"}
DECISION_HEADINGS = ["決まったこと", "だれが", "いつまでに"]
CARRIED_HEADINGS = ["決まったこと", "だれが", "いつまでに", "決めた会"]
NOTE = (
    "投票は無記名です。だれがどう投票したかは、この記録のどこにもありません。"
    f"点は −2（{VOTE_LABELS[-2]}）から +2（{VOTE_LABELS[2]}）の平均で、"
    f"{LEAST_PEERS}票に満たない項目は内訳を載せません。"
    "多数決の結果ではなく、話し合いの材料です。"
)
SEALED_NOTE = (
    "投票は締め切り、封をしました。票は項目ごとに順を混ぜ、端末との結び付きを消したので、"
    "保存ファイルを持つ人にも、だれの票か、どの票とどの票・カードが同じ人のものかは分かりません。"
    "守られないもの: 封より前に作った写し、画面をのぞき見た人、全員が同じ票を入れた項目。"
)
OPEN_NOTE = (
    "投票にはまだ封をしていません。保存ファイル（とその写し）を持つ人が端末の名前まで知っていれば、"
    "票を結び付けられるおそれがあります。会が終わったら「受付を止める」（seal）で封をしてください。"
)
RECEIPT_NOTE = (
    "投票したときに端末に出た控えの番号が、その項目の並びにあれば、その票は数えられています。"
    "番号は並べ替えてあり、番号からは票の中身も、ほかの項目の番号も分かりません。"
)
# between two receipts
RECEIPT_GAP = "　"
DAMAGED = "保存ファイルが、書いたときのものと違います。控えと比べてください。"
HIDDEN_OPTIONS = "選んだ人が少ないため載せません"
LOOSE_CARDS = "まとめていないカード"


class StoredSession(Protocol):
    """What a `dxkit.store.Session` holds of a meeting."""

    def results(self) -> pd.DataFrame:
        """Return one row an item."""

    def notes(self) -> pd.DataFrame:
        """Return one row a card."""

    def choices(self) -> pd.DataFrame:
        """Return one row an item and option."""

    def receipts(self) -> pd.DataFrame:
        """Return one row a vote that counts."""

    def history(self) -> pd.DataFrame:
        """Return one row an entry."""

    def agreement(self, *, items: Sequence[str] | None = None) -> Any:
        """Compute how far the voters agree."""

    def digest(self) -> Any:
        """Compute what all entries come to, and whether they are what was written."""


@dataclass(frozen=True)
class RecordContent:
    """What a record says, part by part."""

    session: StoredSession
    results: pd.DataFrame
    choices: pd.DataFrame
    notes: pd.DataFrame
    groups: Any
    agenda: pd.DataFrame | None
    decisions: pd.DataFrame
    carried: pd.DataFrame
    next_agenda: pd.DataFrame | None
    title: str
    date: str
    place: str
    next_date: str
    mark: str

    @property
    def is_sealed(self) -> bool:
        """Whether the votes are closed for good."""
        return "seal" in set(self.session.history()["kind"])

    @property
    def protection(self) -> str:
        """What of the votes is protected, and what is not."""
        if not len(self.results) and not self.is_sealed:
            return ""
        return SEALED_NOTE if self.is_sealed else OPEN_NOTE

    @property
    def is_intact(self) -> bool:
        """Whether the store is what was written."""
        return bool(self.session.digest().intact)

    def describe_digest(self) -> str:
        """Say what the store comes to."""
        digest = self.session.digest()
        return (
            f"SHA-256: {digest}（{digest.entries}件）。"
            "後日、会議の保存ファイルから計算し直した値がこれと違えば、この後に書き足されたか、"
            "書き換えられています。"
        )

    def describe_agreement(self) -> str:
        """Say how far the voters agree on the order of the items."""
        items = list(self.results.loc[self.results["votes"] >= LEAST_PEERS, "item"])
        # an order needs two
        if len(items) < 2:
            return ""
        agreement = self.session.agreement(items=items)
        if not np.isfinite(agreement.w) and agreement.complete >= LEAST_PEERS:
            return (
                "全項目に投票した人のだれもが全項目に同じ票を入れたため、"
                "一致の度合い（ケンドールのW）は求められません。"
            )
        if not np.isfinite(agreement.w):
            return "全項目に投票した人が少なく、一致の度合い（ケンドールのW）は求められません。"
        return (
            f"順番の一致の度合い（ケンドールのW、0〜1）は {agreement.w:.2f}"
            f"（全項目に投票した{agreement.complete}人）。"
        )

    def list_attendees(self) -> pd.DataFrame:
        """List who came: ``group, body, person``, by group and code."""
        if self.groups is None:
            return pd.DataFrame(columns=["group", "body", "person"])
        table = read_groups(self.groups)
        names = load("municipalities").set_index("code")["name"]
        own_names = table["name"] if "name" in table.columns else table["code"].map(names)
        bodies = own_names.astype(object).where(own_names.notna(), table["code"])
        persons = table["person"].fillna("") if "person" in table.columns else ""
        attendees = pd.DataFrame(
            {"group": table["group"], "code": table["code"].astype(str), "body": bodies}
        ).assign(person=persons)
        return attendees.sort_values(["group", "code", "person"], kind="stable", ignore_index=True)

    def list_groups(self) -> list[tuple[str, str]]:
        """List each group's name and who sat in it."""
        return [
            (
                name_group(key),
                "、".join(
                    f"{body} {person}".strip()
                    for body, person in members[["body", "person"]].astype(str).to_numpy()
                ),
            )
            for key, members in self.list_attendees().groupby("group", sort=True)
        ]

    def count_bodies(self) -> int:
        """Count the bodies that came."""
        return int(self.list_attendees()["body"].nunique())

    def count_persons(self) -> int:
        """Count the persons who came; 0 where none is named."""
        return int((self.list_attendees()["person"] != "").sum())

    def list_choices(self) -> list[tuple[object, ...]]:
        """List what was chosen; what one or two chose would give them away."""
        voters = self.choices.groupby("item")["votes"].transform("sum")
        is_hidden = (voters < LEAST_PEERS) | self.choices["votes"].isna()
        return [
            (
                shorten(row["item"], OPTION_LENGTH),
                HIDDEN_OPTIONS if hidden else shorten(row["option"], OPTION_LENGTH),
                "—" if hidden else row["votes"],
            )
            for row, hidden in zip(self.choices.to_dict("records"), is_hidden, strict=True)
        ]

    def list_piles(self) -> list[tuple[str, list[str]]]:
        """List the cards under the titles of their groups, those without a group last."""
        # a pile is called by its title, else by its group
        titles = self.notes["title"].where(self.notes["title"].astype(bool), self.notes["group"])
        titles = titles.where(titles.astype(bool), LOOSE_CARDS)
        order = sorted(titles.unique(), key=lambda title: (title == LOOSE_CARDS, str(title)))
        return [(str(title), list(self.notes.loc[titles == title, "text"])) for title in order]

    def list_receipts(self) -> list[tuple[str, str]]:
        """List each item and the receipts of its votes, once no vote can change any more."""
        if not self.is_sealed:
            return []
        receipts = self.session.receipts()
        return [
            (shorten(item, OPTION_LENGTH), RECEIPT_GAP.join(codes))
            for item, codes in receipts.groupby("item", sort=False)["receipt"]
        ]

    def list_decisions(self) -> list[list[object]]:
        """List what was decided, who does it, and until when."""
        return _list_cells(self.decisions, ["what", "who", "until"])

    def list_carried(self) -> list[list[object]]:
        """List what earlier meetings decided and is still open."""
        return _list_cells(self.carried, ["what", "who", "until", "meeting"])


def write_mean(mean: float) -> str:
    """Write a mean with its sign; what rounds to nought has none."""
    # the minus of the scale, not a hyphen
    return "0.0" if abs(mean) < 0.05 else f"{mean:+.1f}".replace("-", "−")


def list_agenda(agenda: pd.DataFrame) -> tuple[list[str], list[list[object]]]:
    """List the headings and rows of an agenda.

    Raises
    ------
    TableError
        If a column is missing.
    """
    require_columns(agenda, ("part", "minutes"), "次第")
    columns = [name for name in AGENDA_HEADINGS if name in agenda.columns]
    # an agenda of lines alone has no minutes
    if agenda["minutes"].astype(str).str.strip().eq("").all():
        columns.remove("minutes")
    return [AGENDA_HEADINGS[name] for name in columns], agenda[columns].to_numpy().tolist()


def read_decisions(
    decisions: Sequence[Mapping[str, Any]] | pd.DataFrame, what: str
) -> pd.DataFrame:
    """Read a table of decisions.

    Raises
    ------
    TableError
        If a column is missing.
    """
    table = decisions if isinstance(decisions, pd.DataFrame) else pd.DataFrame(decisions)
    if not table.empty:
        require_columns(table, ("what",), what)
    return table


def _list_cells(table: pd.DataFrame, columns: list[str]) -> list[list[object]]:
    cells = table.reindex(columns=columns).astype(object)
    return [list(row) for row in cells.where(cells.notna(), "").to_numpy().tolist()]
