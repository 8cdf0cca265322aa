"""How often does a shelter's register differ from the residents' register, and in what?

Assumptions (no published measurement was found); `synth_registers` takes others by ``errors=``.
"""

from collections.abc import Mapping

# shares of people, of names, of dates or of addresses (0–1)
ERRORS: Mapping[str, float] = {
    # residents whose surname has an old form and stands in it in the residents' register
    "old_form": 0.12,
    # of them written in the common form at the shelter
    "common_form": 0.85,
    "kana_only": 0.12,
    "no_kana": 0.35,
    # hiragana or half-width
    "kana_style": 0.25,
    # no blank between surname and given name
    "no_blank": 0.5,
    "voicing": 0.05,
    "misread": 0.02,
    "typo": 0.025,
    "married": 0.01,
    "era_date": 0.30,
    "partial_date": 0.10,
    "no_date": 0.20,
    "wrong_year": 0.02,
    "wrong_day": 0.01,
    "short_address": 0.30,
    "kanji_address": 0.20,
    "town_only": 0.10,
    "no_address": 0.15,
    "no_sex": 0.05,
    # households with children in which two are twins
    "twins": 0.02,
    # of the shelter's people, those of no municipality of the register
    "elsewhere": 0.05,
    # of the sheltered, those registered twice
    "twice": 0.08,
}
