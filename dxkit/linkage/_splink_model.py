"""How is the model written for Splink?

A Fellegi–Sunter model in Splink's words, from comparisons, blocking rules and learnt shares.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from dxkit._arrays import FloatArray
from dxkit.linkage._blocking_rules import list_blocking_rules
from dxkit.linkage._comparisons import COMPARISONS, Comparison, Level, translate_condition

# relative difference below which two likelihood ratios count as the same
SAME_RATIO = 1e-6


@dataclass(frozen=True, slots=True)
class Shares:
    """What the levels are worth for the registers at hand.

    Attributes
    ----------
    m, u, h
        By field, of each level: its share among true pairs, chance pairs and pairs of one house.
    frequency
        By column: chance that two different people share its value.
    house
        Of pairs that are not one person, those of two people of one house.
    """

    m: dict[str, FloatArray]
    u: dict[str, FloatArray]
    h: dict[str, FloatArray]
    frequency: dict[str, float]
    house: float


def build_settings(
    link_type: str, prior: float, records: tuple[int, int], backend: str, shares: Shares
) -> Any:
    """Write the model in Splink's own form.

    Parameters
    ----------
    link_type
        ``link_only`` or ``dedupe_only``.
    prior
        Probability that two records drawn at random are one person.
    records
        Number of records on each side.
    backend
        ``duckdb`` or ``spark``: whose SQL is written.
    shares
        Of the levels.
    """
    from splink import SettingsCreator  # noqa: PLC0415
    from splink.blocking_rule_library import CustomRule  # noqa: PLC0415

    return SettingsCreator(
        link_type=link_type,  # type: ignore[arg-type]
        comparisons=[_build_comparison(comparison, shares, backend) for comparison in COMPARISONS],
        blocking_rules_to_generate_predictions=[
            CustomRule(translate_condition(rule, backend)) for rule in list_blocking_rules(records)
        ],
        probability_two_random_records_match=prior,
        retain_matching_columns=False,
        retain_intermediate_calculation_columns=True,
        # a fixed name: Splink would draw one and write it into the tables' names
        linker_uid="dxkit",
    )


def write_condition(level: Level, backend: str) -> str:
    """Write a level's condition in the words of a backend."""
    return translate_condition(level.condition, backend)


def write_case(comparison: Comparison) -> str:
    """Write the conditions of a comparison as one CASE; the last level is what is left over."""
    whens = " ".join(
        f"WHEN {level.condition} THEN {position}"
        for position, level in enumerate(comparison.levels[:-1])
    )
    last = len(comparison.levels) - 1
    return f"CASE WHEN {comparison.unknown_condition} THEN -1 {whens} ELSE {last} END"


def scale_shares(comparison: Comparison, shares: Shares) -> FloatArray:
    """Compute the shares among true pairs as Splink is told them.

    Splink weighs a level with a frequency column by m / frequency of the value. What else the
    level asks for (no kanji written, no block) is no news where the value is common, so m is
    scaled to make m / u hold on average, and the value's rarity moves it from there. Splink hands
    over only the weight of a level: no two levels are left with the same one.
    """
    field_u = shares.u[comparison.field]
    scaled = shares.m[comparison.field].copy()
    for position, level in enumerate(comparison.levels):
        if level.frequency_column:
            rarity = shares.frequency[level.frequency_column] / field_u[position]
            scaled[position] = min(1.0, scaled[position] * rarity)
        while np.isclose(
            scaled[position] / field_u[position],
            [1.0, *(scaled[:position] / field_u[:position])],
            rtol=SAME_RATIO,
        ).any():
            scaled[position] *= 1 - 3 * SAME_RATIO
    return scaled


def _build_comparison(comparison: Comparison, shares: Shares, backend: str) -> Any:
    from splink.comparison_level_library import CustomLevel  # noqa: PLC0415
    from splink.comparison_library import CustomComparison  # noqa: PLC0415

    unknown_level = CustomLevel(comparison.unknown_condition).configure(is_null_level=True)
    levels: list[Any] = [unknown_level]
    field_m = scale_shares(comparison, shares)
    field_u = shares.u[comparison.field]
    for level, m, u in zip(comparison.levels, field_m, field_u, strict=True):
        splink_level = CustomLevel(write_condition(level, backend), label_for_charts=level.label)
        splink_level.configure(m_probability=float(m), u_probability=float(u))
        if level.frequency_column:
            # a shared rare name says more than a shared common one
            splink_level.configure(
                tf_adjustment_column=level.frequency_column, disable_tf_exact_match_detection=True
            )
        levels.append(splink_level)
    return CustomComparison(levels, output_column_name=comparison.field)
