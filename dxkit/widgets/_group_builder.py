"""Who should sit together at the next meeting, if we choose it by this and not by that?"""

import html
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import ipywidgets
import pandas as pd

from dxkit import groups
from dxkit.errors import ChoiceError, DxkitError
from dxkit.schema import HEADINGS
from dxkit.widgets._html import (
    BAD,
    GOOD,
    LABELLED,
    NEUTRAL,
    WIDE,
    write_message,
    write_table,
)
from dxkit.widgets._provenance import read_provenance, write_footer

NO_SPREAD = "（使わない）"
# columns that name a member rather than tell something of it
NAME_COLUMNS = frozenset(["code", "code6", "name", "kana", "geometry", "group"])
LIST_LAYOUT = ipywidgets.Layout(width="min(320px, 98%)", height="150px")
MIN_SIZE = 2
# the slider's end, unless a larger group is asked for at first
MAX_SIZE = 12
HINT = (
    "複数選ぶときは Ctrl キーを押しながら選びます。"
    f"「{NO_SPREAD}」以外の「均等に分ける」は、"
    "はい/いいえの列なら「はい」の市町を、区分の列なら各区分を、どのグループにも均等に入れます。"
)
HEADS = ("グループ", "人数", "参加者", "グループの中の距離（1＝偶然）")


def group_builder(
    members: pd.DataFrame,
    *,
    columns: Iterable[str] | None = None,
    alike: Sequence[str] = (),
    different: Sequence[str] = (),
    size: tuple[int, int] = (5, 7),
    scale: str = "rank",
    seed: int = 0,
    made: bool = False,
    source: str | None = None,
) -> "GroupBuilder":
    """Choose columns, sizes and who sits with whom; see the groups and a sentence for each.

    Parameters
    ----------
    members
        One row a member: ``code``, ``name`` where known, and columns to choose from. Source, time
        and kind of its ``.attrs`` are shown below.
    columns
        Those offered; by default all but names and shapes.
    alike, different
        Columns chosen at first.
    size
        Smallest and largest size at first.
    scale, seed
        As for `dxkit.groups.form`.
    made
        The figures are invented, also where ``members`` does not say so.
    source
        Shown in place of the table's own source; by default the latter.

    Returns
    -------
    GroupBuilder
        ``.groups`` holds the last groups formed (None before), for example for
        `dxkit.reports.handout`.

    Raises
    ------
    ChoiceError
        If no column is left to choose, or a chosen one is not offered.

    Examples
    --------
    >>> members = pd.DataFrame({"code": list("abcd"), "people": [1, 2, 8, 9]})
    >>> builder = group_builder(members, alike=["people"], size=(2, 2))
    >>> builder.button.click()
    >>> builder.groups.table["group"].tolist()
    [1, 1, 2, 2]
    """
    provenance = read_provenance(members, source=source, made=made)
    # shapes are no reason to sit together
    plain = pd.DataFrame(members).drop(columns="geometry", errors="ignore")
    plain = plain.reset_index() if plain.index.name == "code" else plain
    candidates = plain.columns if columns is None else columns
    choosable = [str(name) for name in candidates if str(name) not in NAME_COLUMNS]
    absent = [name for name in (*choosable, *alike, *different) if name not in plain.columns]
    if absent or not choosable:
        raise ChoiceError(
            f"選べる列がありません: {'、'.join(absent) or '（なし）'}。"
            f"今ある列: {'、'.join(map(str, plain.columns))}"
        )
    return GroupBuilder(
        plain,
        choosable,
        alike=alike,
        different=different,
        size=size,
        scale=scale,
        seed=seed,
        provenance=provenance,
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
        columns: list[str],
        *,
        alike: Sequence[str],
        different: Sequence[str],
        size: tuple[int, int],
        scale: str,
        seed: int,
        provenance: Mapping[Any, Any],
    ) -> None:
        self.members = members
        self.scale = scale
        self.seed = seed
        self.provenance = provenance
        self.groups: groups.Groups | None = None
        headings = _name_columns(columns)
        people = list(zip(_read_names(members), members["code"].astype(str), strict=True))
        self.alike = _make_list("似たものどうし", headings, alike)
        self.different = _make_list("違うものどうし", headings, different)
        self.size = _make_size_slider(size)
        self.together = _make_list("同じグループ", people, [])
        self.apart = _make_list("別のグループ", people, [])
        self.spread = _make_spread_list(headings)
        self.button = ipywidgets.Button(
            description="グループを作る", button_style="primary", icon="users"
        )
        self.message = ipywidgets.HTML()
        self.table = ipywidgets.HTML()
        self.sentences = ipywidgets.HTML()
        self.button.on_click(self.build)
        super().__init__(
            [
                ipywidgets.HTML(write_message(NEUTRAL, HINT)),
                ipywidgets.HBox([self.alike, self.different]),
                self.size,
                ipywidgets.HBox([self.together, self.apart]),
                self.spread,
                self.button,
                self.message,
                self.table,
                self.sentences,
            ]
        )

    def build(self, _: object = None) -> None:
        """Form groups of the present choices; what cannot be is said in place of the groups."""
        # a second click while groups are formed would form them twice
        self.button.disabled = True
        try:
            self.groups = self._form_groups()
        except DxkitError as error:
            # nothing of the groups before may stand beside the refusal
            self.groups = None
            self.table.value = ""
            self.sentences.value = ""
            self.message.value = write_message(BAD, _escape_lines(str(error)))
        else:
            self._show_groups(self.groups)
        finally:
            self.button.disabled = False

    def _form_groups(self) -> groups.Groups:
        return groups.form(
            self.members,
            alike=list(self.alike.value),
            different=list(self.different.value),
            spread=[self.spread.value] if self.spread.value else [],
            # a single choice is a link with nobody: said by `form`, not passed over
            together=[tuple(self.together.value)] if self.together.value else [],
            apart=[tuple(self.apart.value)] if self.apart.value else [],
            size=tuple(self.size.value),
            scale=self.scale,
            seed=self.seed,
        )

    def _show_groups(self, formed: groups.Groups) -> None:
        """Show who sits together, how far apart they are, and why."""
        table = formed.table
        names = _read_names(table)
        listed_names = table.assign(label=names).groupby("group")["label"].agg("、".join)
        # a distance needs a column to be measured by
        has_distance = len(formed.by_column) > 0
        sizes = formed.by_group[["group", "size", "distance"]].itertuples(index=False)
        rows = [
            (str(group), str(size), listed_names[group], f"{distance:.2f}" if has_distance else "—")
            for group, size, distance in sizes
        ]
        summary = f"{len(names)}者を{len(rows)}グループに分けました。{_describe_quality(formed)}"
        self.message.value = write_message(GOOD, summary)
        self.table.value = write_table(HEADS, rows)
        # names of columns and members are text from a table
        reasons = "".join(f"<li>{html.escape(reason)}</li>" for reason in groups.explain(formed))
        footer = write_footer(self.provenance, "参加者の表")
        self.sentences.value = f'<ul style="line-height:1.7">{reasons}</ul>{footer}'


def _describe_quality(formed: groups.Groups) -> str:
    # the mean of several columns' distances would mean nothing
    if len(formed.by_column) != 1:
        return ""
    return f"グループの中の平均の距離は{formed.quality:.2f}（1＝偶然に選んだ2者）。"


def _name_columns(columns: Sequence[str]) -> list[tuple[str, str]]:
    """Name columns by their headings; of two under one heading each bears its own name, too."""
    headings = [HEADINGS.get(name, (name,))[0] for name in columns]
    return [
        (heading if headings.count(heading) == 1 else f"{heading}（{name}）", name)
        for heading, name in zip(headings, columns, strict=True)
    ]


def _read_names(members: pd.DataFrame) -> list[str]:
    return members["name" if "name" in members.columns else "code"].astype(str).tolist()


def _make_list(
    label: str, options: Sequence[tuple[str, str]], selected: Sequence[str]
) -> ipywidgets.SelectMultiple:
    """Make a list of which several can be selected; what is not offered is not selected."""
    values = {value for _, value in options}
    return ipywidgets.SelectMultiple(
        options=options,
        value=[value for value in selected if value in values],
        description=label,
        layout=LIST_LAYOUT,
        style=LABELLED,
    )


def _make_size_slider(size: tuple[int, int]) -> ipywidgets.IntRangeSlider:
    return ipywidgets.IntRangeSlider(
        value=size,
        min=MIN_SIZE,
        max=max(MAX_SIZE, size[1]),
        description="グループの人数",
        layout=WIDE,
        style=LABELLED,
    )


def _make_spread_list(headings: Sequence[tuple[str, str]]) -> ipywidgets.Dropdown:
    return ipywidgets.Dropdown(
        options=[(NO_SPREAD, ""), *headings],
        description="均等に分ける",
        layout=WIDE,
        style=LABELLED,
    )


def _escape_lines(text: str) -> str:
    return "<br>".join(map(html.escape, text.splitlines()))
