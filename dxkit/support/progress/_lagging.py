"""Whom should the prefecture approach of itself (プッシュ型), why, and what should it ask?

Plain rules, not a score: each says in words what was seen and what to ask. A rule's threshold and question are cells of a table
that a facilitator may change.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from dxkit import _checks
from dxkit.errors import TableError, shorten
from dxkit.support.progress import _progress_table
from dxkit.support.progress._forecast_result import Forecast
from dxkit.support.progress._progress_table import STEPS

NAMED = 3
_RULES = (
    (
        "far_behind", "全体が遅れている", 0.15,
        "20業務の平均が{share:.0%}で、全体の平均{mean:.0%}より{gap:.0f}ポイント低い",
        "止まっている手順はどれですか。人手・事業者・予算・仕様の確認のうち、どれを待っていますか。",
    ),
    (
        "stuck", "半分に届かない業務がある", 0.5,
        "{names}の{count}業務が{limit:.0%}以下",
        "その業務の次の手順と日程を、庁内のだれが、どの事業者と決めますか。",
    ),
    (
        "unlisted", "一覧にない業務に手順が多く残る", 10.0,
        "特定移行の一覧にない{count}業務が、40手順のうち{limit:.0f}手順以上を残している{chance}",
        "本番の切替日は決まっていますか。間に合わないとき、延長の相談を、いつ・どこにしますか。",
    ),
    (
        "listed", "延長する業務が多い", 10.0,
        "特定移行支援システム（期限の延長）が{count}業務ある",
        "延長の理由と、業務ごとの新しい時期は。いまのシステムの保守と費用は、それまで続きますか。",
    ),
    (
        "uneven", "業務の差が大きい", 0.5,
        "業務の差が大きい（{first}は{most:.0%}、{last}は{least:.0%}）",
        "先に進んだ業務のやり方を、ほかの課へ伝えられますか。業務をまたぐデータ連携の試験は、だれが見ますか。",
    ),
    (
        "few_staff", "担当者が少ない", 2.0,
        "担当職員が{staff:.0f}人",
        "県や近隣の市町の職員が手伝えるとしたら、どの作業ですか。",
    ),
)  # fmt: skip


def rules() -> pd.DataFrame:
    """Give the rules as a table whose thresholds and questions may be changed.

    Returns
    -------
    pandas.DataFrame
        One row a rule: ``rule``, ``label``, ``threshold`` (of the share, the count of systems, steps or staff), ``reason``
        (a template) and ``ask``. Rows may be left out.
    """
    return pd.DataFrame(_RULES, columns=["rule", "label", "threshold", "reason", "ask"])


def lagging(
    progress: pd.DataFrame,
    extensions: pd.DataFrame | None = None,
    *,
    forecast: Forecast | None = None,
    towns: pd.DataFrame | None = None,
    rules: pd.DataFrame | None = None,
    least: int = 1,
) -> pd.DataFrame:
    """Name the municipalities that the prefecture might approach of itself, with reasons and questions in words.

    Parameters
    ----------
    progress, extensions
        As for `forecast`.
    forecast
        Its chances of being in time stand beside the rule of the unlisted.
    towns
        One row a municipality: ``code``, and if known ``name`` and ``staff`` (how many are in charge of systems).
    rules
        Of `rules`, changed or shortened.
    least
        How many reasons a municipality must have to be named.

    Returns
    -------
    pandas.DataFrame
        One row a municipality that has a reason, most reasons first, then least done: ``code, name, share_done, reasons_count,
        labels, reasons, ask, systems`` (those of which less than half is done). The order is that of urgency to talk, no rank
        of merit: ``attrs["settings"]["caution"]`` says what a share means.

    Raises
    ------
    TableError
        If a table cannot be used, or a rule or its template is unknown.
    """
    rows = _progress_table.latest(_progress_table.checked(progress)).reset_index(drop=True)
    rows = rows.assign(extended=_progress_table.extended(rows, extensions))
    chosen = _chosen(rules)
    known = _known(towns)
    mean = float(rows.groupby("code")["share_done"].mean().mean())
    found = []
    for code, own in rows.groupby("code", sort=True):
        seen = _Seen(own, mean, _chance(forecast, str(code)), known.get(str(code), {}))
        told = [
            (rule, words) for rule in chosen for words in seen.reasons(rule.rule, rule.threshold)
        ]
        if len(told) >= max(1, least):
            found.append(_line(str(code), seen, told))
    columns = ["code", "name", "share_done", "reasons_count", "labels", "reasons", "ask", "systems"]
    result = pd.DataFrame(found, columns=columns)
    result = result.sort_values(
        ["reasons_count", "share_done"], ascending=[False, True], kind="stable", ignore_index=True
    )
    result.attrs["settings"] = {
        "rules": {rule.rule: rule.threshold for rule in chosen},
        "caution": _progress_table.CAUTION,
    }
    return result


class _Rule(NamedTuple):
    """A row of `rules`."""

    rule: str
    label: str
    threshold: float
    reason: str
    ask: str


@dataclass(frozen=True)
class _Seen:
    """One municipality's figures."""

    own: pd.DataFrame
    mean: float
    chance: float | None
    facts: Mapping[str, Any]

    @property
    def share(self) -> float:
        return float(self.own["share_done"].mean())

    def stuck(self, limit: float) -> list[str]:
        low = self.own[self.own["share_done"] <= limit].sort_values("share_done", kind="stable")
        return [str(name) for name in low["system"]]

    def reasons(self, rule: str, limit: float) -> Iterator[dict[str, object]]:
        """Give what a rule's template needs, or nothing if the rule does not hold."""
        open_ = self.own[self.own["share_done"] < 1]
        found = getattr(self, f"_{rule}")(limit, open_)
        if found is not None:
            yield found

    def _far_behind(self, limit: float, _: pd.DataFrame) -> dict[str, object] | None:
        gap = self.mean - self.share
        return {"share": self.share, "mean": self.mean, "gap": 100 * gap} if gap >= limit else None

    def _stuck(self, limit: float, _: pd.DataFrame) -> dict[str, object] | None:
        names = self.stuck(limit)
        shown = "・".join(names[:NAMED]) + ("など" if len(names) > NAMED else "")
        return {"names": shown, "count": len(names), "limit": limit} if names else None

    def _unlisted(self, limit: float, open_: pd.DataFrame) -> dict[str, object] | None:
        count = int((~open_["extended"] & (STEPS * (1 - open_["share_done"]) >= limit)).sum())
        said = (
            ""
            if self.chance is None
            else f"（一覧にない業務がそろって期限に間に合う確率{self.chance:.0%}）"
        )
        return {"count": count, "limit": limit, "chance": said} if count else None

    def _listed(self, limit: float, open_: pd.DataFrame) -> dict[str, object] | None:
        count = int(open_["extended"].sum())
        return {"count": count} if count >= limit else None

    def _uneven(self, limit: float, _: pd.DataFrame) -> dict[str, object] | None:
        known = self.own.dropna(subset=["share_done"])
        if known.empty or known["share_done"].max() - known["share_done"].min() < limit:
            return None
        order = (
            known.sort_values("share_done", kind="stable")[["system", "share_done"]]
            .to_numpy()
            .tolist()
        )
        (last, least), (first, most) = order[0], order[-1]
        return {"first": first, "most": most, "last": last, "least": least}

    def _few_staff(self, limit: float, _: pd.DataFrame) -> dict[str, object] | None:
        staff = float(self.facts.get("staff", np.nan))
        return {"staff": staff} if staff <= limit else None


def _line(code: str, seen: _Seen, told: list[tuple[_Rule, dict[str, object]]]) -> dict[str, object]:
    reasons = [_filled(row.reason, row.rule, words) for row, words in told]
    stuck = [row.threshold for row, _ in told if row.rule == "stuck"]
    return {
        "code": code,
        "name": seen.facts.get("name", code),
        "share_done": seen.share,
        "reasons_count": len(told),
        "labels": "、".join(row.label for row, _ in told),
        "reasons": "。".join(reasons) + "。",
        "ask": " ".join(row.ask for row, _ in told),
        "systems": "、".join(seen.stuck(stuck[0])) if stuck else "",
    }


def _filled(template: str, rule: str, words: dict[str, object]) -> str:
    try:
        return template.format(**words)
    except (KeyError, IndexError, ValueError, AttributeError):
        remedy = f"使える言葉: {'、'.join(f'{{{name}}}' for name in words)}"
        raise TableError.one(
            f"規則「{shorten(rule)}」の文が組み立てられません", remedy, value=template
        ) from None


def _chosen(given: pd.DataFrame | None) -> list[_Rule]:
    offered = rules()
    table = offered if given is None else given
    _checks.require_columns(table, list(offered.columns), "規則")
    _checks.read_numbers(table, "threshold", "規則")
    for name in table["rule"]:
        _checks.require_choice(name, offered["rule"], "rule")
    return [
        _Rule(str(r[0]), str(r[1]), float(r[2]), str(r[3]), str(r[4]))
        for r in table[list(offered.columns)].to_numpy().tolist()
    ]


def _known(towns: pd.DataFrame | None) -> dict[str, dict[str, Any]]:
    if towns is None:
        return {}
    table = towns.reset_index() if "code" not in towns.columns else towns
    _checks.require_columns(table, ["code"], "市町")
    kept = [name for name in ("name", "staff") if name in table.columns]
    if "staff" in kept:
        _checks.read_numbers(table, "staff", "市町", blank=True)
    return {
        str(row["code"]): {name: row[name] for name in kept}
        for row in table[["code", *kept]].to_dict("records")
    }


def _chance(forecast: Forecast | None, code: str) -> float | None:
    if forecast is None:
        return None
    own = forecast.table.loc[forecast.table["code"] == code, "in_time_others"]
    return float(own.iloc[0]) if len(own) and pd.notna(own.iloc[0]) else None
