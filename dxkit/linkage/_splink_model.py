"""Which agreements between two records count, and which pairs are looked at at all?

A Fellegi–Sunter model in Splink's words. The starting shares of each level were learnt from
invented registers (`synth_registers`); they serve small registers as they stand, and are where
learning starts from for large ones.
"""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Level:
    """One degree of agreement.

    Attributes
    ----------
    label
        What clerks read.
    condition
        SQL on the two records, in the words of DuckDB.
    m, u
        Share of the level among true pairs, and among chance pairs.
    frequency_column
        Column whose rare values count more, if any.
    is_fixed
        Its shares stand and are not learnt.
    is_of_house
        Two records of one house reach it by chance.
    """

    label: str
    condition: str
    m: float
    u: float
    frequency_column: str = ""
    is_fixed: bool = False
    is_of_house: bool = False


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


def _write_equal(*columns: str) -> str:
    return " AND ".join(f"{column}_l = {column}_r" for column in columns)


def _write_either_null(column: str) -> str:
    return f"({column}_l IS NULL OR {column}_r IS NULL)"


# the one function of SQL that the backends do not name alike
JARO_WINKLER = {"duckdb": "jaro_winkler_similarity", "spark": "jaro_winkler"}


def _write_near(column: str, similarity: float = 0.9) -> str:
    return f"{JARO_WINKLER['duckdb']}({column}_l, {column}_r) >= {similarity}"


# people of one house share surname and address by being a family: the address then says nothing
# more, and these levels are held against what strangers of one house would show, not strangers at
# large
_FAMILY = (
    f"({_write_equal('surname')}) OR ({_write_equal('kana_surname')})"
    f" OR {_write_near('kana_plain')} OR {_write_near('name')}"
)
_HOUSE = f"{_write_equal('place', 'block')} AND ({_FAMILY})"
_NEAR_GIVEN = (
    "(levenshtein(given_l, given_r) <= 1 AND length(given_l) > 1"
    f" OR {_write_near('kana_given', 0.85)})"
)
NAME = Comparison(
    "name",
    f"{_write_either_null('name')} AND {_write_either_null('kana_plain')}",
    (
        Level("氏名が同じ", _write_equal("name"), 0.78, 6e-6, "name"),
        Level(
            "読みが同じ（漢字なし）",
            f"{_write_equal('kana_plain')} AND {_write_either_null('name')}",
            0.11,
            4e-6,
            "kana_plain",
        ),
        Level("読みが同じ（漢字は違う）", _write_equal("kana_plain"), 0.02, 4e-6, "kana_plain"),
        Level("氏と名が逆", "surname_l = given_r AND given_l = surname_r", 0.002, 1e-8),
        Level("同じ家の、名が似た人", f"{_HOUSE} AND {_NEAR_GIVEN}", 0.03, 0.1, is_fixed=True),
        Level("同じ家の、名が違う人", _HOUSE, 0.01, 0.9, is_fixed=True),
        Level(
            "氏が同じ、名が1字違い",
            f"{_write_equal('surname')} AND levenshtein(given_l, given_r) <= 1",
            0.025,
            3e-4,
            "surname",
        ),
        Level(
            "名だけ同じ",
            f"(({_write_equal('given')}) OR ({_write_equal('kana_given')}))",
            0.02,
            3e-3,
        ),
        Level(
            "読みか氏名が近い",
            f"({_write_near('kana_plain')} OR {_write_near('name')})",
            0.025,
            2e-3,
        ),
        Level("氏名が違う", "ELSE", 0.02, 0.9945),
    ),
)
BIRTHDAY = Comparison(
    "birthday",
    _write_either_null("year"),
    (
        Level("生年月日が同じ", _write_equal("year", "month", "day"), 0.84, 4e-5),
        Level(
            "生年月が同じ（日なし）",
            f"{_write_equal('year', 'month')} AND {_write_either_null('day')}",
            0.12,
            1.5e-4,
        ),
        Level(
            "生年が同じ（月日なし）",
            f"{_write_equal('year')} AND {_write_either_null('month')}",
            0.005,
            1e-4,
        ),
        Level(
            "生年月日の一部が違う",
            f"(({_write_equal('year', 'month')}) OR ({_write_equal('month', 'day')})"
            f" OR ({_write_equal('year', 'day')}))",
            0.03,
            4e-3,
        ),
        Level("生年月日が違う", "ELSE", 0.005, 0.9957),
    ),
)
ADDRESS = Comparison(
    "address",
    f"{_write_either_null('code')} AND NOT coalesce({_write_equal('town', 'block')}, FALSE)",
    (
        Level("住所が同じ", _write_equal("code", "town", "block"), 0.84, 3e-6, is_of_house=True),
        Level(
            "町と番地が同じ（市町は違うか不明）",
            _write_equal("town", "block"),
            0.002,
            1e-5,
            is_of_house=True,
        ),
        Level(
            "町まで同じ（番地なし）",
            f"{_write_equal('place')} AND {_write_either_null('block')}",
            0.115,
            1e-3,
            "place",
        ),
        Level("町まで同じ（番地は違う）", _write_equal("place"), 0.015, 1e-3, "place"),
        Level("市町だけ同じ", _write_equal("code"), 0.013, 0.11),
        Level("市町が違う", "ELSE", 0.015, 0.888),
    ),
)
SEX = Comparison(
    "sex",
    _write_either_null("sex"),
    (Level("性別が同じ", _write_equal("sex"), 0.995, 0.5), Level("性別が違う", "ELSE", 0.005, 0.5)),
)
COMPARISONS = (NAME, BIRTHDAY, ADDRESS, SEX)
UNKNOWN_LABELS = {
    "name": "氏名は不明",
    "birthday": "生年月日は不明",
    "address": "住所は不明",
    "sex": "性別は不明",
}
# mean number of people of a household beside oneself
HOUSEMATES = 1.3
# the share of chance pairs of one house is never taken to be higher
MAX_HOUSE_SHARE = 0.1

# same name, but another municipality, another year and another month: that is another person
_PLAUSIBLE = (
    "(l.code IS NULL OR r.code IS NULL OR l.code = r.code"
    " OR l.year IS NULL OR r.year IS NULL OR l.year = r.year OR l.month = r.month)"
)
# pairs that agree on one of these are looked at, in registers of any size
BLOCKING_RULES = (
    f"l.name = r.name AND {_PLAUSIBLE}",
    f"l.kana_plain = r.kana_plain AND {_PLAUSIBLE}",
    "l.code = r.code AND l.town = r.town AND l.block = r.block",
    "l.year = r.year AND l.month = r.month AND l.day = r.day AND l.code = r.code",
    "l.year = r.year AND l.month = r.month AND l.day = r.day AND l.surname = r.surname",
    "l.year = r.year AND l.month = r.month AND l.day = r.day AND l.given = r.given",
    "l.year = r.year AND l.month = r.month AND l.day = r.day AND l.kana_given = r.kana_given",
    "l.code = r.code AND l.town = r.town AND l.surname = r.surname",
)
# with fewer pairs in all than these, one municipality's machine can afford wider rules on top
MAX_PAIRS_FOR_WIDE_RULES = 1e9
WIDE_BLOCKING_RULES = (
    "l.year = r.year AND l.month = r.month AND l.day = r.day",
    "l.code = r.code AND l.town = r.town",
    "l.surname = r.surname",
    "l.given = r.given",
    "l.kana_given = r.kana_given",
    "l.surname = r.given AND l.given = r.surname",
    "l.town = r.town AND l.block = r.block",
)
# pairs from which learning starts: mostly true ones, chosen without and with the name
TRAINING_RULES = ("l.year = r.year AND l.month = r.month AND l.day = r.day", "l.name = r.name")


def build_settings(link_type: str, prior: float, records: tuple[int, int], backend: str) -> Any:
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
    """
    from splink import SettingsCreator  # noqa: PLC0415
    from splink.blocking_rule_library import CustomRule  # noqa: PLC0415

    is_small = float(records[0]) * records[1] <= MAX_PAIRS_FOR_WIDE_RULES
    rules = (*BLOCKING_RULES, *WIDE_BLOCKING_RULES) if is_small else BLOCKING_RULES
    return SettingsCreator(
        link_type=link_type,  # type: ignore[arg-type]
        comparisons=[
            _build_comparison(comparison, records[0], backend) for comparison in COMPARISONS
        ],
        blocking_rules_to_generate_predictions=[CustomRule(rule) for rule in rules],
        probability_two_random_records_match=prior,
        retain_matching_columns=False,
        retain_intermediate_calculation_columns=False,
        # a fixed name: Splink would draw one and write it into the tables' names
        linker_uid="dxkit",
    )


def write_condition(level: Level, backend: str) -> str:
    """Write a level's condition in the words of a backend."""
    return level.condition.replace(JARO_WINKLER["duckdb"], JARO_WINKLER[backend])


def _build_comparison(comparison: Comparison, records: int, backend: str) -> Any:
    from splink.comparison_level_library import CustomLevel  # noqa: PLC0415
    from splink.comparison_library import CustomComparison  # noqa: PLC0415

    unknown_level = CustomLevel(comparison.unknown_condition).configure(is_null_level=True)
    levels: list[Any] = [unknown_level]
    for level in comparison.levels:
        splink_level = CustomLevel(write_condition(level, backend), label_for_charts=level.label)
        # the smaller a register, the likelier are two of its records of one house
        house_share = max(level.u, min(HOUSEMATES / records, MAX_HOUSE_SHARE))
        splink_level.configure(
            m_probability=level.m, u_probability=house_share if level.is_of_house else level.u
        )
        if level.is_fixed:
            splink_level.configure(fix_m_probability=True, fix_u_probability=True)
        if level.frequency_column:
            # a shared rare name says more than a shared common one
            splink_level.configure(
                tf_adjustment_column=level.frequency_column, disable_tf_exact_match_detection=True
            )
        levels.append(splink_level)
    return CustomComparison(levels, output_column_name=comparison.field)
