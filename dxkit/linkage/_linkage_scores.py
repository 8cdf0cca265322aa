"""What is known of a linkage whose truth is known?"""

from collections.abc import Mapping

import pandas as pd

from dxkit.schema import MethodText, TableResult


class LinkageScores(TableResult, dict[str, float]):
    """The figures of `evaluate`, with how sure they are.

    Attributes
    ----------
    intervals : pandas.DataFrame
        One row a figure (``precision, recall, f1``): ``estimate, low, high`` (0–1) of the interval
        at ``settings["level"]``.
    calibration : pandas.DataFrame
        One row a class of probability that holds pairs: ``from, to, pairs, expected`` (mean
        probability), ``right`` (share that is true), ``low, high`` (of that share). Empty where
        the links hold no probability.
    settings : mapping
        ``level``.
    """

    intervals: pd.DataFrame
    calibration: pd.DataFrame
    settings: Mapping[str, float]

    @property
    def _main_table(self) -> pd.DataFrame:
        return self.intervals

    def _describe_method(self) -> MethodText:
        right, wrong, lost = (
            self[name] for name in ("true_positive", "false_positive", "false_negative")
        )
        level = self.settings["level"]
        return MethodText(
            ja=(
                f"正しい組の分かっている表で、結んだ組のうち{right:g}組が正しく、{wrong:g}組が誤り、"
                f"{lost:g}組を見落とした。区間はウィルソンの{level:g}信頼区間。",
            ),
            en=(
                f"Of the pairs linked, {right:g} are right and {wrong:g} wrong; {lost:g} true pairs "
                f"were missed. Intervals are Wilson's at {level:g}.",
            ),
            references=("fellegi1969",),
        )
