"""Who should sit together at the next meeting, if we choose it by this and not by that?"""

import html
from collections.abc import Iterable, Sequence
from typing import Any

import ipywidgets
import pandas as pd

from dxkit import groups
from dxkit.errors import ChoiceError, DxkitError
from dxkit.schema import HEADINGS
from dxkit.widgets import _html
from dxkit.widgets._html import BAD, GOOD, LABELLED, NEUTRAL, WIDE

NO_SPREAD = "（使わない）"
# columns that name a member rather than tell something of it
NAMES = frozenset(["code", "code6", "name", "kana", "geometry", "group"])
TALL = ipywidgets.Layout(width="min(320px, 98%)", height="150px")


def group_builder(
    members: pd.DataFrame,
    *,
    columns: Iterable[str] | None = None,
    alike: Sequence[str] = (),
    different: Sequence[str] = (),
    size: tuple[int, int] = (5, 7),
    scale: str = "rank",
    seed: int = 0,
    source: str = "",
) -> "GroupBuilder":
    """Choose columns, sizes and who sits with whom; see the groups and a sentence for each.

    Parameters
    ----------
    members
        One row a member: ``code``, ``name`` where known, and columns to choose from.
    columns
        Those offered; by default all but names and shapes.
    alike, different
        Columns chosen at first.
    size
        Smallest and largest size at first.
    scale, seed
        As for `dxkit.groups.form`.
    source
        Where the figures come from, shown below.

    Returns
    -------
    GroupBuilder
        ``.groups`` holds the last groups formed (None before), for example for `dxkit.reports.handout`.

    Raises
    ------
    ChoiceError
        If no column is left to choose, or a chosen one is not offered.
    """
    plain = pd.DataFrame(members).drop(columns="geometry", errors="ignore")
    plain = plain.reset_index() if plain.index.name == "code" else plain
    offered = [
        str(each)
        for each in (plain.columns if columns is None else columns)
        if str(each) not in NAMES
    ]
    wrong = [each for each in (*offered, *alike, *different) if each not in plain.columns]
    if wrong or not offered:
        raise ChoiceError(
            f"選べる列がありません: {'、'.join(wrong) or '（なし）'}。今ある列: {'、'.join(map(str, plain.columns))}"
        )
    return GroupBuilder(
        plain,
        offered,
        alike=alike,
        different=different,
        size=size,
        scale=scale,
        seed=seed,
        source=source,
    )


class GroupBuilder(ipywidgets.VBox):  # type: ignore[misc] # ipywidgets has no types
    """The choices and the groups formed last.

    Attributes
    ----------
    groups : dxkit.groups.Groups or None
        What the button formed last.
    """

    def __init__(
        self,
        members: pd.DataFrame,
        offered: list[str],
        *,
        alike: Sequence[str],
        different: Sequence[str],
        size: tuple[int, int],
        scale: str,
        seed: int,
        source: str,
    ) -> None:
        self.members, self.scale, self.seed, self.source = members, scale, seed, source
        self.groups: groups.Groups | None = None
        columns = [(HEADINGS.get(each, (each,))[0], each) for each in offered]
        people = list(zip(_names(members), members["code"].astype(str), strict=True))
        self.alike = _many("似たものどうし", columns, [each for each in alike if each in offered])
        self.different = _many(
            "違うものどうし", columns, [each for each in different if each in offered]
        )
        self.size = ipywidgets.IntRangeSlider(
            value=size,
            min=2,
            max=max(12, size[1]),
            description="1組の人数",
            layout=WIDE,
            style=LABELLED,
        )
        self.together, self.apart = (
            _many("同じ組にする", people, []),
            _many("別の組にする", people, []),
        )
        self.spread = ipywidgets.Dropdown(
            options=[(NO_SPREAD, ""), *columns],
            description="各組に分ける",
            layout=WIDE,
            style=LABELLED,
        )
        self.button = ipywidgets.Button(
            description="グループを作る", button_style="primary", icon="users"
        )
        self.told, self.table, self.sentences = (
            ipywidgets.HTML(),
            ipywidgets.HTML(),
            ipywidgets.HTML(),
        )
        self.button.on_click(self.build)
        hint = f'<div style="{NEUTRAL}">複数選ぶときは Ctrl キーを押しながら選びます。「{NO_SPREAD}」以外の「各組に分ける」は、'
        hint += "はい/いいえの列なら「はい」の市町を、区分の列なら各区分を、どの組にも均等に入れます。</div>"
        rows = [
            ipywidgets.HBox([self.alike, self.different]),
            self.size,
            ipywidgets.HBox([self.together, self.apart]),
        ]
        super().__init__(
            [
                ipywidgets.HTML(hint),
                *rows,
                self.spread,
                self.button,
                self.told,
                self.table,
                self.sentences,
            ]
        )

    def build(self, _: object = None) -> None:
        """Form groups of the present choices; what cannot be is said in place of the groups."""
        self.button.disabled = True
        try:
            self.groups = self._formed()
        except DxkitError as error:
            self.groups, self.table.value, self.sentences.value = None, "", ""
            self.told.value = f'<div style="{BAD}">{_lines(str(error))}</div>'
        else:
            self._show(self.groups)
        finally:
            self.button.disabled = False

    def _formed(self) -> groups.Groups:
        choices: dict[str, Any] = {
            "scale": self.scale,
            "seed": self.seed,
            "size": tuple(self.size.value),
        }
        choices |= {"alike": list(self.alike.value), "different": list(self.different.value)}
        for name, chosen in (("together", self.together.value), ("apart", self.apart.value)):
            # a single choice is a link with nobody: said by `form`, not passed over
            choices[name] = [tuple(chosen)] if chosen else []
        return groups.form(
            self.members, spread=[self.spread.value] if self.spread.value else [], **choices
        )

    def _show(self, found: groups.Groups) -> None:
        names = found.table["name"] if "name" in found.table.columns else found.table["code"]
        listed = (
            found.table.assign(shown=names.astype(str)).groupby("group")["shown"].agg("、".join)
        )
        rows = [
            (
                str(group),
                str(size),
                listed[group],
                "—" if not len(found.by_column) else f"{distance:.2f}",
            )
            for group, size, distance in found.by_group[["group", "size", "distance"]].itertuples(
                index=False
            )
        ]
        tail = (
            f"組の中の平均の距離は{found.quality:.2f}（1＝偶然に選んだ2者）。"
            if len(found.by_column) == 1
            else ""
        )
        self.told.value = (
            f'<div style="{GOOD}">{len(names)}者を{len(rows)}組に分けました。{tail}</div>'
        )
        self.table.value = _html.table(("組", "人数", "参加者", "組の中の距離（1＝偶然）"), rows)
        said = "".join(f"<li>{html.escape(each)}</li>" for each in groups.explain(found))
        where = (
            f'<div style="color:#444;font-size:12px">出典: {html.escape(self.source)}</div>'
            if self.source
            else ""
        )
        self.sentences.value = f'<ul style="line-height:1.7">{said}</ul>{where}'


def _names(members: pd.DataFrame) -> list[str]:
    return members["name" if "name" in members.columns else "code"].astype(str).tolist()


def _many(
    label: str, options: Sequence[tuple[str, str]], value: Sequence[str]
) -> ipywidgets.SelectMultiple:
    return ipywidgets.SelectMultiple(
        options=options, value=value, description=label, layout=TALL, style=LABELLED
    )


def _lines(text: str) -> str:
    return "<br>".join(map(html.escape, text.splitlines()))
