"""What is a comparison of two records made of?

The levels of agreement of one field, each with its condition in SQL and its first shares.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Level:
    """One degree of agreement.

    Attributes
    ----------
    label
        What clerks read.
    condition
        SQL on the two records, in the words of DuckDB.
    m, u, h
        Share of the level among true pairs, among chance pairs, and among pairs of two people of
        one house, where learning starts.
    frequency_column
        Column whose rare values count more, if any.
    """

    label: str
    condition: str
    m: float
    u: float
    h: float
    frequency_column: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One field that is compared.

    Attributes
    ----------
    field
        Its name.
    unknown_condition
        SQL condition under which nothing can be said.
    levels
        From the strongest agreement to none.
    """

    field: str
    unknown_condition: str
    levels: tuple[Level, ...]
