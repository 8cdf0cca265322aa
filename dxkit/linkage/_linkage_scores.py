"""What is known of a linkage whose truth is known?"""

from collections.abc import Mapping

import pandas as pd


class LinkageScores(dict[str, float]):
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
