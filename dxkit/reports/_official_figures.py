"""What do official figures say about each municipality, gathered once for all its sheets?"""

from dataclasses import dataclass

import pandas as pd

from dxkit.errors import CodeError
from dxkit.loaders import HYOGO, load, name_municipalities, resolve_prefecture
from dxkit.schema import write_age_note
from dxkit.support.progress import lagging

# the dashboard's shares are 0–1, the sheets' percent
PERCENT = 100.0


@dataclass(frozen=True)
class Official:
    """Official figures of the municipalities.

    Attributes
    ----------
    municipalities
        Index ``code``: names, people, households, area.
    dashboard
        Index ``code``: indicators as 0–100, and ``name``.
    labels
        Indicator → Japanese name, in the dashboard's order.
    yes_no
        Indicators that only say yes or no.
    progress
        One row a municipality and system.
    extensions
        Code → how many systems are 特定移行支援システム.
    themes
        One row a seat.
    topics
        Index ``code``: what to talk about (`dxkit.support.progress.lagging`); only those with a
        reason.
    sources
        What the figures are → where they come from, and as of when.
    age_note
        Which of them are older than good; else empty.
    reach
        Whose municipalities they are, in a few words.
    """

    municipalities: pd.DataFrame
    dashboard: pd.DataFrame
    labels: pd.Series
    yes_no: list[str]
    progress: pd.DataFrame
    extensions: pd.Series
    themes: pd.DataFrame
    topics: pd.DataFrame
    sources: dict[str, str]
    age_note: str
    reach: str

    def get_municipality(self, code: str) -> pd.Series:
        """Return a municipality's row.

        Raises
        ------
        CodeError
            If it is none of theirs.
        """
        if code not in self.municipalities.index:
            examples = "、".join(
                f"{example}（{name}）"
                for example, name in self.municipalities["name"].head(3).items()
            )
            raise CodeError(
                f"「{code}」は{self.reach}の団体コードではありません。"
                f"5桁で書いてください。例: {examples}"
            )
        return pd.Series(self.municipalities.loc[code])


def gather_official(prefecture: str | None = "") -> Official:
    """Gather the official figures of a prefecture, of the room's by default."""
    number = resolve_prefecture(prefecture)
    municipalities = _load_of("municipalities", prefecture)
    dashboard = _load_of("dashboard", prefecture)
    indicators = load("indicators_dashboard")
    progress = _load_of("progress", prefecture)
    extensions = _load_of("extensions", prefecture)
    themes = _load_themes(prefecture)
    # counts and amounts have no common scale; shares and yes or no have
    comparable = indicators[indicators["unit"].isin(["有無", "割合"])]
    labels = comparable.set_index("indicator")["label"]
    names = municipalities.set_index("code")["name"]
    plain = pd.DataFrame(municipalities.drop(columns="geometry"))
    tables = {
        "人口・世帯・面積": municipalities,
        "DXの取組": dashboard,
        "標準化の進捗": progress,
        "特定移行": extensions,
    }
    if len(themes):
        tables["テーマ"] = themes
    return Official(
        municipalities=plain.set_index("code", drop=False),
        dashboard=(dashboard.set_index("code")[list(labels.index)] * PERCENT).join(names),
        labels=labels,
        yes_no=list(comparable.loc[comparable["unit"] == "有無", "indicator"]),
        progress=progress,
        extensions=extensions.set_index("code")["count"],
        themes=themes,
        topics=lagging(progress, extensions, municipalities=plain).set_index("code"),
        sources={name: _shorten_source(table) for name, table in tables.items()},
        age_note=write_age_note(*tables.values()),
        reach=name_municipalities(number),
    )


def _load_of(name: str, prefecture: str | None) -> pd.DataFrame:
    return load(name) if prefecture == "" else load(name, prefecture)


def _load_themes(prefecture: str | None) -> pd.DataFrame:
    """Load the seats of the package; only the prefecture that wrote it has any."""
    if resolve_prefecture(prefecture) == HYOGO:
        return _load_of("themes", prefecture)
    return load("themes", HYOGO).iloc[:0]


def _shorten_source(table: pd.DataFrame) -> str:
    """Say who published what, and when."""
    source = str(table.attrs["source"])
    date = str(table.attrs.get("as_of", "")).replace("/", "・")
    return f"{source}（{date}時点）" if date and date not in source else source
