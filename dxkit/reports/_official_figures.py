"""What do official figures say about each municipality, gathered once for all its sheets?"""

from dataclasses import dataclass

import pandas as pd

from dxkit.errors import CodeError
from dxkit.loaders import load
from dxkit.support.progress import lagging

PERCENT = 100.0


@dataclass(frozen=True)
class Official:
    """Official figures of the municipalities.

    Attributes
    ----------
    towns
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
    talk
        Index ``code``: what to talk about (`dxkit.support.progress.lagging`); only those with a reason.
    sources
        What the figures are → where they come from.
    """

    towns: pd.DataFrame
    dashboard: pd.DataFrame
    labels: pd.Series
    yes_no: list[str]
    progress: pd.DataFrame
    extensions: pd.Series
    themes: pd.DataFrame
    talk: pd.DataFrame
    sources: dict[str, str]

    def town(self, code: str) -> pd.Series:
        """Give a municipality's row.

        Raises
        ------
        CodeError
            If it is none of the 41.
        """
        if code not in self.towns.index:
            first = "、".join(
                f"{each}（{name}）" for each, name in self.towns["name"].head(3).items()
            )
            raise CodeError(
                f"「{code}」は兵庫県の41市町の団体コードではありません。5桁で書いてください。例: {first}"
            )
        return pd.Series(self.towns.loc[code])


def official() -> Official:
    """Gather the official figures."""
    towns = load("municipalities")
    dashboard, indicators, progress = (
        load("dashboard"),
        load("indicators_dashboard"),
        load("progress"),
    )
    extensions, themes = load("extensions"), load("themes")
    shown = indicators[indicators["unit"].isin(["有無", "割合"])]
    labels = shown.set_index("indicator")["label"]
    tables = {
        "人口・世帯・面積": towns,
        "DXの取組": dashboard,
        "標準化の進捗": progress,
        "特定移行": extensions,
        "テーマ": themes,
    }
    names = towns.set_index("code")["name"]
    return Official(
        towns=pd.DataFrame(towns.drop(columns="geometry")).set_index("code", drop=False),
        dashboard=(dashboard.set_index("code")[list(labels.index)] * PERCENT).join(names),
        labels=labels,
        yes_no=list(shown.loc[shown["unit"] == "有無", "indicator"]),
        progress=progress,
        extensions=extensions.set_index("code")["count"],
        themes=themes,
        talk=lagging(
            progress, extensions, towns=pd.DataFrame(towns.drop(columns="geometry"))
        ).set_index("code"),
        # file names are in the catalogue; a printed sheet names who published what, and when
        sources={
            what: str(table.attrs["source"]).partition("元ファイル")[0].rstrip("。 ")
            for what, table in tables.items()
        },
    )
