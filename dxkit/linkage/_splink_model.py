"""Which agreements between two records count, and which pairs are looked at at all?

A Fellegi–Sunter model in Splink's words. The starting shares of each level were learnt from invented registers
(`synth_registers`); they serve small registers as they stand, and are where learning starts from for large ones.
"""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Level:
    """One degree of agreement: what clerks read, its condition, its shares among true and among chance pairs."""

    label: str
    sql: str
    m: float
    u: float
    frequency: str = ""
    fixed: bool = False
    of_house: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is compared: levels from the strongest to none; the condition under which nothing can be said."""

    field: str
    unknown: str
    levels: tuple[Level, ...]


def _both(*columns: str) -> str:
    return " AND ".join(f"{column}_l = {column}_r" for column in columns)


def _either_null(column: str) -> str:
    return f"({column}_l IS NULL OR {column}_r IS NULL)"


# the one function that is not named alike
JARO = {"duckdb": "jaro_winkler_similarity", "spark": "jaro_winkler"}


def _near(column: str, least: float = 0.9) -> str:
    return f"{JARO['duckdb']}({column}_l, {column}_r) >= {least}"


# people of one house share surname and address by being a family: the address then says nothing more, and these levels are
# held against what strangers of one house would show, not strangers at large
_FAMILY = (
    f"({_both('surname')}) OR ({_both('kana_surname')}) OR {_near('kana_plain')} OR {_near('name')}"
)
_HOUSE = f"{_both('place', 'block')} AND ({_FAMILY})"
_NEAR_GIVEN = (
    f"(levenshtein(given_l, given_r) <= 1 AND length(given_l) > 1 OR {_near('kana_given', 0.85)})"
)
NAME = Comparison(
    "name",
    f"{_either_null('name')} AND {_either_null('kana_plain')}",
    (
        Level("氏名が同じ", _both("name"), 0.78, 6e-6, "name"),
        Level(
            "読みが同じ（漢字なし）",
            f"{_both('kana_plain')} AND {_either_null('name')}",
            0.11,
            4e-6,
            "kana_plain",
        ),
        Level("読みが同じ（漢字は違う）", _both("kana_plain"), 0.02, 4e-6, "kana_plain"),
        Level("氏と名が逆", "surname_l = given_r AND given_l = surname_r", 0.002, 1e-8),
        Level("同じ家の、名が似た人", f"{_HOUSE} AND {_NEAR_GIVEN}", 0.03, 0.1, fixed=True),
        Level("同じ家の、名が違う人", _HOUSE, 0.01, 0.9, fixed=True),
        Level(
            "氏が同じ、名が1字違い",
            f"{_both('surname')} AND levenshtein(given_l, given_r) <= 1",
            0.025,
            3e-4,
            "surname",
        ),
        Level("名だけ同じ", f"(({_both('given')}) OR ({_both('kana_given')}))", 0.02, 3e-3),
        Level("読みか氏名が近い", f"({_near('kana_plain')} OR {_near('name')})", 0.025, 2e-3),
        Level("氏名が違う", "ELSE", 0.02, 0.9945),
    ),
)
BIRTHDAY = Comparison(
    "birthday",
    _either_null("year"),
    (
        Level("生年月日が同じ", _both("year", "month", "day"), 0.84, 4e-5),
        Level(
            "生年月が同じ（日なし）",
            f"{_both('year', 'month')} AND {_either_null('day')}",
            0.12,
            1.5e-4,
        ),
        Level(
            "生年が同じ（月日なし）", f"{_both('year')} AND {_either_null('month')}", 0.005, 1e-4
        ),
        Level(
            "生年月日の一部が違う",
            f"(({_both('year', 'month')}) OR ({_both('month', 'day')}) OR ({_both('year', 'day')}))",
            0.03,
            4e-3,
        ),
        Level("生年月日が違う", "ELSE", 0.005, 0.9957),
    ),
)
ADDRESS = Comparison(
    "address",
    f"{_either_null('code')} AND NOT coalesce({_both('town', 'block')}, FALSE)",
    (
        Level("住所が同じ", _both("code", "town", "block"), 0.84, 3e-6, of_house=True),
        Level(
            "町と番地が同じ（市町は違うか不明）", _both("town", "block"), 0.002, 1e-5, of_house=True
        ),
        Level(
            "町まで同じ（番地なし）",
            f"{_both('place')} AND {_either_null('block')}",
            0.115,
            1e-3,
            "place",
        ),
        Level("町まで同じ（番地は違う）", _both("place"), 0.015, 1e-3, "place"),
        Level("市町だけ同じ", _both("code"), 0.013, 0.11),
        Level("市町が違う", "ELSE", 0.015, 0.888),
    ),
)
SEX = Comparison(
    "sex",
    _either_null("sex"),
    (Level("性別が同じ", _both("sex"), 0.995, 0.5), Level("性別が違う", "ELSE", 0.005, 0.5)),
)
COMPARISONS = (NAME, BIRTHDAY, ADDRESS, SEX)
UNKNOWN = {
    "name": "氏名は不明",
    "birthday": "生年月日は不明",
    "address": "住所は不明",
    "sex": "性別は不明",
}
# people of a household beside oneself
OTHERS = 1.3

# not everything else known differs: same name, another town and another year and month is another person
_PLAUSIBLE = (
    "(l.code IS NULL OR r.code IS NULL OR l.code = r.code"
    " OR l.year IS NULL OR r.year IS NULL OR l.year = r.year OR l.month = r.month)"
)
BLOCKS = (
    f"l.name = r.name AND {_PLAUSIBLE}",
    f"l.kana_plain = r.kana_plain AND {_PLAUSIBLE}",
    "l.code = r.code AND l.town = r.town AND l.block = r.block",
    "l.year = r.year AND l.month = r.month AND l.day = r.day AND l.code = r.code",
    "l.year = r.year AND l.month = r.month AND l.day = r.day AND l.surname = r.surname",
    "l.year = r.year AND l.month = r.month AND l.day = r.day AND l.given = r.given",
    "l.year = r.year AND l.month = r.month AND l.day = r.day AND l.kana_given = r.kana_given",
    "l.code = r.code AND l.town = r.town AND l.surname = r.surname",
)
# what one municipality's machine can afford on top
SMALL = 1e9
MORE_BLOCKS = (
    "l.year = r.year AND l.month = r.month AND l.day = r.day",
    "l.code = r.code AND l.town = r.town",
    "l.surname = r.surname",
    "l.given = r.given",
    "l.kana_given = r.kana_given",
    "l.surname = r.given AND l.given = r.surname",
    "l.town = r.town AND l.block = r.block",
)
TRAINING = ("l.year = r.year AND l.month = r.month AND l.day = r.day", "l.name = r.name")


def settings(link_type: str, prior: float, records: tuple[int, int], backend: str) -> Any:
    """Give the model in Splink's own form, for registers of so many records and in the words of a backend."""
    from splink import SettingsCreator  # noqa: PLC0415
    from splink.blocking_rule_library import CustomRule  # noqa: PLC0415

    blocks = (*BLOCKS, *MORE_BLOCKS) if float(records[0]) * records[1] <= SMALL else BLOCKS
    return SettingsCreator(
        link_type=link_type,  # type: ignore[arg-type]
        comparisons=[_comparison(comparison, records[0], backend) for comparison in COMPARISONS],
        blocking_rules_to_generate_predictions=[CustomRule(rule) for rule in blocks],
        probability_two_random_records_match=prior,
        retain_matching_columns=False,
        retain_intermediate_calculation_columns=False,
        linker_uid="dxkit",
    )


def _comparison(comparison: Comparison, records: int, backend: str) -> Any:
    from splink.comparison_level_library import CustomLevel  # noqa: PLC0415
    from splink.comparison_library import CustomComparison  # noqa: PLC0415

    levels: list[Any] = [CustomLevel(comparison.unknown).configure(is_null_level=True)]
    for level in comparison.levels:
        made = CustomLevel(
            level.sql.replace(JARO["duckdb"], JARO[backend]), label_for_charts=level.label
        )
        # the smaller a register, the likelier are two of its records of one house
        chance = max(level.u, min(OTHERS / records, 0.1)) if level.of_house else level.u
        made.configure(m_probability=level.m, u_probability=chance)
        if level.fixed:
            made.configure(fix_m_probability=True, fix_u_probability=True)
        if level.frequency:
            made.configure(
                tf_adjustment_column=level.frequency, disable_tf_exact_match_detection=True
            )
        levels.append(made)
    return CustomComparison(levels, output_column_name=comparison.field)
