"""Which agreements between two records count, and how much where learning starts?

The comparisons of a Fellegi–Sunter model. The starting shares of each level were learnt from
invented registers (`synth_registers`); `learn_shares` moves them as far as the registers at hand
say otherwise.
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


def _write_equal(*columns: str) -> str:
    return " AND ".join(f"{column}_l = {column}_r" for column in columns)


def _write_either_null(column: str) -> str:
    return f"({column}_l IS NULL OR {column}_r IS NULL)"


# the functions of SQL that the backends do not name alike
JARO_WINKLER = {"duckdb": "jaro_winkler_similarity", "spark": "jaro_winkler"}
_SPARK_NAMES = {JARO_WINKLER["duckdb"]: JARO_WINKLER["spark"], "len(": "size("}


def translate_condition(condition: str, backend: str) -> str:
    """Write a condition in the words of a backend."""
    if backend == "spark":
        for name, spark_name in _SPARK_NAMES.items():
            condition = condition.replace(name, spark_name)
    return condition


def write_shared_words(left: str, right: str) -> str:
    """Write the number of words that two addresses share; unknown where either has none."""
    return f"len(array_intersect({write_words(left)}, {write_words(right)}))"


def write_words(column: str) -> str:
    """Write the list of an address's words; addresses in Japanese have none."""
    return f"split(nullif({column}, ''), ' ')"


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
            f"{_write_near_across('surname', 'given')}"
            f" AND {_write_near_across('given', 'surname')}",
            0.002,
            1e-7,
            1e-5,
        ),
        Level("氏が同じ、名が近い", f"{_SAME_SURNAME} AND {_NEAR_GIVEN}", 0.03, 3e-4, 0.1),
        Level("名が同じ、氏が近い", f"{_SAME_GIVEN} AND {_NEAR_SURNAME}", 0.01, 2e-5, 0.002),
        # cheaper conditions first: most of the pairs that are looked at share one part
        Level("氏か名だけが書かれ、近い", _ONE_PART, 0.002, 1e-4, 0.004),
        Level("氏が同じ、名が違う", _SAME_SURNAME, 0.008, 3e-3, 0.8, "surname"),
        Level("名だけ同じ", _SAME_GIVEN, 0.018, 3e-3, 0.002),
        Level(
            "読みか氏名が近い",
            f"({_write_near('kana_plain')} OR {_write_near('name')}"
            f" OR {_NEAR_SURNAME} AND {_NEAR_GIVEN})",
            0.015,
            1e-3,
            0.04,
        ),
        Level("氏だけ近い", _NEAR_SURNAME, 0.002, 0.008, 0.01),
        Level("名だけ近い", _NEAR_GIVEN, 0.002, 0.02, 0.01),
        Level("氏名が違う", "ELSE", 0.011, 0.9646, 0.028),
    ),
)
BIRTHDAY = Comparison(
    "birthday",
    _write_either_null("year"),
    (
        Level("生年月日が同じ", _write_equal("year", "month", "day"), 0.84, 4e-5, 0.0085),
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
            0.0016,
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
    f" OR {write_shared_words('words_l', 'words_r')} * 2"
    f" >= least(len({write_words('words_l')}), len({write_words('words_r')})))"
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
