"""Which pairs of records are looked at at all?

Of a million by a million records only those that agree on one of these rules are compared.
"""

from dxkit.linkage._comparisons import write_shared_words

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
# so few pairs that rules for slips in several fields at once cost nothing
MAX_PAIRS_FOR_WIDEST_RULES = 1e8
WIDEST_BLOCKING_RULES = (
    "l.surname = r.given",
    "l.given = r.surname",
    "l.name = r.surname",
    "l.name = r.given",
    "l.surname = r.name",
    "l.given = r.name",
    "l.code = r.code AND l.year = r.year AND l.month = r.month",
    "l.code = r.code AND l.block = r.block",
    "l.year = r.year AND l.month = r.month AND l.block = r.block",
    "l.month = r.month AND l.day = r.day AND l.block = r.block",
    f"l.block = r.block AND {write_shared_words('l.words', 'r.words')} > 0",
)


def is_large(left_records: int, right_records: int) -> bool:
    """Say whether two registers are too large for the wide rules."""
    return float(left_records) * right_records > MAX_PAIRS_FOR_WIDE_RULES


def list_blocking_rules(records: tuple[int, int]) -> tuple[str, ...]:
    """List the rules for registers of these sizes: small ones can afford wider rules."""
    pairs = float(records[0]) * records[1]
    wide_rules = WIDE_BLOCKING_RULES if pairs <= MAX_PAIRS_FOR_WIDE_RULES else ()
    widest_rules = WIDEST_BLOCKING_RULES if pairs <= MAX_PAIRS_FOR_WIDEST_RULES else ()
    return (*BLOCKING_RULES, *wide_rules, *widest_rules)
