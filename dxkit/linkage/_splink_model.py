"""Which agreements between two records count, and which pairs are looked at at all?

A Fellegi–Sunter model in Splink's words. The starting shares of each level were learnt from
invented registers (`synth_registers`); `learn_shares` moves them as far as the registers at hand
say otherwise.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from dxkit._arrays import FloatArray
from dxkit.linkage._blocking_rules import list_blocking_rules
from dxkit.linkage._comparison_levels import Comparison as Comparison  # noqa: PLC0414
from dxkit.linkage._comparison_levels import Level as Level  # noqa: PLC0414

# relative difference below which two likelihood ratios count as the same
SAME_RATIO = 1e-6


def _write_equal(*columns: str) -> str:
    return " AND ".join(f"{column}_l = {column}_r" for column in columns)


def _write_either_null(column: str) -> str:
    return f"({column}_l IS NULL OR {column}_r IS NULL)"


# the functions of SQL that the backends do not name alike
JARO_WINKLER = {"duckdb": "jaro_winkler_similarity", "spark": "jaro_winkler"}
_SPARK_NAMES = {
    JARO_WINKLER["duckdb"]: JARO_WINKLER["spark"],
    "list_intersect": "array_intersect",
    "len(": "size(",
}


def _write_near(column: str, similarity: float = 0.9) -> str:
    return f"{JARO_WINKLER['duckdb']}({column}_l, {column}_r) >= {similarity}"


def _write_near_across(column: str, other: str) -> str:
    # the same first character is asked for too: most pairs then need no costly comparison
    return (
        f"substr({column}_l, 1, 1) = substr({other}_r, 1, 1)"
        f" AND {JARO_WINKLER['duckdb']}({column}_l, {other}_r) >= 0.85"
    )


_SAME_SURNAME = f"({_write_equal('surname')} OR {_write_equal('kana_surname')})"
_SAME_GIVEN = f"({_write_equal('given')} OR {_write_equal('kana_given')})"
_NEAR_SURNAME = f"({_write_near('surname', 0.85)} OR {_write_near('kana_surname', 0.85)})"
# one character of a kanji name of two or more, or most letters of a longer one
_NEAR_GIVEN = (
    "(levenshtein(given_l, given_r) <= 1 AND length(given_l) > 1"
    f" OR {_write_near('given', 0.85)} OR {_write_near('kana_given', 0.85)})"
)
# a record that holds one part alone does not say which one it is
_ONE_PART = (
    f"(surname_l IS NULL AND ({_write_near_across('name', 'surname')}"
    f" OR {_write_near_across('name', 'given')})"
    f" OR surname_r IS NULL AND ({_write_near_across('surname', 'name')}"
    f" OR {_write_near_across('given', 'name')})"
    " OR kana_surname_l IS NULL AND kana_plain_l IN (kana_surname_r, kana_given_r)"
    " OR kana_surname_r IS NULL AND kana_plain_r IN (kana_surname_l, kana_given_l))"
)
NAME = Comparison(
    "name",
    f"{_write_either_null('name')} AND {_write_either_null('kana_plain')}",
    (
        Level("氏名が同じ", _write_equal("name"), 0.77, 6e-6, 0.002, "name"),
        Level(
            "読みが同じ（漢字なし）",
            f"{_write_equal('kana_plain')} AND {_write_either_null('name')}",
            0.11,
            4e-6,
            0.001,
            "kana_plain",
        ),
        Level(
            "読みが同じ（漢字は違う）", _write_equal("kana_plain"), 0.02, 4e-6, 0.001, "kana_plain"
        ),
        Level(
            "氏と名が逆",
            f"{_write_near_across('surname', 'given')} AND "
            f"{_write_near_across('given', 'surname')}",
            0.002,
            1e-7,
            1e-5,
        ),
        Level("氏が同じ、名が近い", f"{_SAME_SURNAME} AND {_NEAR_GIVEN}", 0.03, 3e-4, 0.1),
        Level("名が同じ、氏が近い", f"{_SAME_GIVEN} AND {_NEAR_SURNAME}", 0.01, 2e-5, 0.002),
        Level(
            "読みか氏名が近い",
            f"({_write_near('kana_plain')} OR {_write_near('name')}"
            f" OR {_NEAR_SURNAME} AND {_NEAR_GIVEN})",
            0.015,
            1e-3,
            0.04,
        ),
        Level("氏か名だけが書かれ、近い", _ONE_PART, 0.002, 1e-4, 0.004),
        Level("氏が同じ、名が違う", _SAME_SURNAME, 0.008, 3e-3, 0.8, "surname"),
        Level("名だけ同じ", _SAME_GIVEN, 0.018, 3e-3, 0.002),
        Level("氏だけ近い", _NEAR_SURNAME, 0.002, 0.008, 0.01),
        Level("名だけ近い", _NEAR_GIVEN, 0.002, 0.02, 0.01),
        Level("氏名が違う", "ELSE", 0.011, 0.9646, 0.028),
    ),
)
BIRTHDAY = Comparison(
    "birthday",
    _write_either_null("year"),
    (
        Level("生年月日が同じ", _write_equal("year", "month", "day"), 0.84, 4e-5, 0.01),
        Level(
            "生年月日が1字違うか入れ替わり",
            "damerau_levenshtein(digits_l, digits_r) <= 1",
            0.02,
            6e-4,
            0.001,
        ),
        Level(
            "生年月が同じ（日なし）",
            f"{_write_equal('year', 'month')} AND {_write_either_null('day')}",
            0.12,
            1.5e-4,
            0.001,
        ),
        Level(
            "生年が同じ（月日なし）",
            f"{_write_equal('year')} AND {_write_either_null('month')}",
            0.005,
            1e-4,
            0.001,
        ),
        Level(
            "生年月日の一部が違う",
            f"(({_write_equal('year', 'month')}) OR ({_write_equal('month', 'day')})"
            f" OR ({_write_equal('year', 'day')})"
            " OR (year_l = year_r AND month_l = day_r AND day_l = month_r))",
            0.01,
            3.4e-3,
            0.007,
        ),
        Level("生年月日が違う", "ELSE", 0.005, 0.9957, 0.98),
    ),
)
# half of the words of the shorter address: streets, suburbs and houses stand in any order
_NEAR_TOWN = (
    f"({_write_near('town', 0.88)}"
    " OR len(list_intersect(words_l, words_r)) * 2 >= least(len(words_l), len(words_r)))"
)
# two digits are off, or have changed places
_NEAR_CODE = "levenshtein(code_l, code_r) <= 2"
ADDRESS = Comparison(
    "address",
    f"{_write_either_null('code')} AND NOT coalesce({_write_equal('town', 'block')}, FALSE)",
    (
        Level("住所が同じ", _write_equal("code", "town", "block"), 0.83, 3e-6, 0.87),
        Level(
            "町と番地が同じ（市町は違うか不明）", _write_equal("town", "block"), 0.002, 1e-5, 0.01
        ),
        Level(
            "町まで同じ（番地なし）",
            f"{_write_equal('place')} AND {_write_either_null('block')}",
            0.115,
            1e-3,
            0.08,
            "place",
        ),
        Level(
            "番地が同じ、町と市町が近い",
            f"{_write_equal('block')} AND {_NEAR_TOWN} AND {_NEAR_CODE}",
            0.004,
            2e-5,
            0.004,
        ),
        Level(
            "番地が同じ、町が近い", f"{_write_equal('block')} AND {_NEAR_TOWN}", 0.002, 2e-5, 0.002
        ),
        Level("町まで同じ（番地は違う）", _write_equal("place"), 0.015, 1e-3, 0.01, "place"),
        Level(
            "町と市町が近い（番地は違うか不明）",
            f"{_NEAR_TOWN} AND {_NEAR_CODE}",
            0.004,
            1e-3,
            0.004,
        ),
        Level("町が近い（番地は違うか不明）", _NEAR_TOWN, 0.002, 1.5e-3, 0.002),
        Level("市町と番地が同じ（町は違う）", _write_equal("code", "block"), 0.003, 1e-4, 0.003),
        Level("市町だけ同じ", _write_equal("code"), 0.01, 0.11, 0.012),
        Level("市町が違う", "ELSE", 0.015, 0.886, 0.005),
    ),
)
SEX = Comparison(
    "sex",
    _write_either_null("sex"),
    (
        Level("性別が同じ", _write_equal("sex"), 0.995, 0.5, 0.45),
        Level("性別が違う", "ELSE", 0.005, 0.5, 0.55),
    ),
)
COMPARISONS = (NAME, BIRTHDAY, ADDRESS, SEX)
UNKNOWN_LABELS = {
    "name": "氏名は不明",
    "birthday": "生年月日は不明",
    "address": "住所は不明",
    "sex": "性別は不明",
}


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
            CustomRule(_translate(rule, backend)) for rule in list_blocking_rules(records)
        ],
        probability_two_random_records_match=prior,
        retain_matching_columns=False,
        retain_intermediate_calculation_columns=True,
        # a fixed name: Splink would draw one and write it into the tables' names
        linker_uid="dxkit",
    )


def write_condition(level: Level, backend: str) -> str:
    """Write a level's condition in the words of a backend."""
    return _translate(level.condition, backend)


def _translate(condition: str, backend: str) -> str:
    if backend == "spark":
        for name, spark_name in _SPARK_NAMES.items():
            condition = condition.replace(name, spark_name)
    return condition


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
