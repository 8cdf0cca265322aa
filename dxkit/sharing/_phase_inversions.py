"""May something be told when it is less urgent, but not when lives are at stake?

`find_phase_inversions` lists such places of a law table (教材であり法的助言ではない): they are
faults, unless the deciding row says why.
"""

import itertools

import pandas as pd

from dxkit._arrays import IntArray
from dxkit.schema import accepts_any_table, carry_provenance
from dxkit.sharing._bodies_categories_phases import (
    ALLOWED,
    DIMENSIONS,
    NO_GROUND,
    NOTICE,
    TO_BE_CHECKED,
    URGENCY,
)
from dxkit.sharing._ground_lookup import find_deciding_rows, label_rows
from dxkit.sharing._legal_grounds import grounds

# how much a verdict lets pass
RANKS = {NO_GROUND: 0, TO_BE_CHECKED: 1, ALLOWED: 2}
# a row whose condition holds these words says that it begins late, and why
REASON = "この時期から"


@accepts_any_table("table")
def find_phase_inversions(table: pd.DataFrame | None = None) -> pd.DataFrame:
    """Find what a law table lets pass in a later phase but not in a more urgent one.

    Phases from the most urgent on: 72時間以内, 応急期, 復旧期, 平時. Verdicts may only become
    stricter along this order; a row may say otherwise by ``この時期から`` in its condition.

    Parameters
    ----------
    table
        A law table as of `grounds`; by default the shipped one.

    Returns
    -------
    pandas.DataFrame
        One row a pair of bodies, category, consent and neighbouring phases: ``notice, from_, to,
        category, consent, urgent_phase, verdict, later_phase, later_verdict, row`` (which decides
        the later one). Empty if the table stands the right way up.

    Examples
    --------
    >>> len(find_phase_inversions())
    0
    >>> late = grounds().query("row == 'G20'").assign(phase="復旧期")
    >>> find_phase_inversions(late)["urgent_phase"].unique().tolist()
    ['応急期']
    """
    law = grounds(table)
    axes = [list(words.values()) for name, words in DIMENSIONS if name != "phase"]
    names = ["from_", "to", "category", "consent"]
    questions = pd.MultiIndex.from_product([*axes, [False, True]], names=names)
    frame = questions.to_frame(index=False)
    decided = {phase: _decide_in_phase(law, frame, phase) for phase in URGENCY}
    parts = [
        _compare_phases(law, frame, (earlier, decided[earlier]), (later, decided[later]))
        for earlier, later in itertools.pairwise(URGENCY)
    ]
    inversions = pd.concat(parts, ignore_index=True)
    inversions.insert(0, "notice", NOTICE)
    inversions.attrs["notice"] = NOTICE
    return carry_provenance(inversions, law)


def _decide_in_phase(law: pd.DataFrame, frame: pd.DataFrame, phase: str) -> IntArray:
    disclosures = (frame["from_"], frame["to"], frame["category"], phase)
    return find_deciding_rows(law, disclosures, frame["consent"])


def _compare_phases(
    law: pd.DataFrame,
    frame: pd.DataFrame,
    earlier: tuple[str, IntArray],
    later: tuple[str, IntArray],
) -> pd.DataFrame:
    """List the questions that the later phase answers more freely than the earlier one."""
    labels = {name: pd.Series(words) for name, words in label_rows(law).items()}
    verdicts = labels["verdict"]
    before = verdicts.iloc[earlier[1]].reset_index(drop=True)
    after = verdicts.iloc[later[1]].reset_index(drop=True)
    has_reason = labels["condition"].str.contains(REASON).to_numpy()[later[1]]
    is_inverted = (after.map(RANKS) > before.map(RANKS)) & ~has_reason
    listed = frame.assign(
        urgent_phase=earlier[0],
        verdict=before,
        later_phase=later[0],
        later_verdict=after,
        row=labels["row"].iloc[later[1]].to_numpy(),
    )
    return listed[is_inverted]
