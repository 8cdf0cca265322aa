"""Which records of two registers are the same person (名寄せ)?

Japanese spelling is undone first (`normalise`), then pairs are weighed by Splink on DuckDB
(`link`, `dedupe`; `agreement_levels` lists what is compared); `evaluate` counts what was got
wrong, `missed_by_kind` says by which errors, `review_plan` which pairs clerks should look at with
the hours they have. `synth_registers` invents registers with the truth known: no real person's
record is ever needed to try all of this. `identify_characters` and `share_characters` do the same
for single characters (文字同定). Splink and DuckDB come with
``pip install "dxkit[linkage]"``; the normaliser and the invented registers need neither.
"""

from dxkit.linkage._agreement_levels import agreement_levels
from dxkit.linkage._dedupe import dedupe
from dxkit.linkage._error_shares import ERRORS, error_kinds
from dxkit.linkage._evaluate import evaluate
from dxkit.linkage._identify_characters import identify_characters, share_characters
from dxkit.linkage._link import link
from dxkit.linkage._linkage_scores import LinkageScores
from dxkit.linkage._missed_by_kind import missed_by_kind
from dxkit.linkage._normalise import normalise
from dxkit.linkage._review_plan import review_plan
from dxkit.linkage._synthetic_registers import synth_registers

__all__ = [
    "ERRORS",
    "LinkageScores",
    "agreement_levels",
    "dedupe",
    "error_kinds",
    "evaluate",
    "identify_characters",
    "link",
    "missed_by_kind",
    "normalise",
    "review_plan",
    "share_characters",
    "synth_registers",
]
