"""Who teaches whom: which pairs of persons, with the consent of both?"""

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment

from dxkit import _checks
from dxkit._plain_tables import read_plain_table
from dxkit.errors import TableError
from dxkit.schema import accepts_any_table, carry_provenance
from dxkit.support.training._skill_map import read_skills

YES = "はい"
WORDS = (YES, "いいえ")
# a teacher of the same area is met sooner; one of the same office is no exchange between towns
AREA_BONUS = 0.5
OFFICE_PENALTY = 2.0
TEACHING_LEVEL = 2
COLUMNS = ["skill", "teacher_code", "teacher", "learner_code", "learner", "steps", "same_area"]


@accepts_any_table("skills", "areas")
def pair(
    skills: pd.DataFrame,
    *,
    areas: pd.DataFrame | None = None,
    learners_each: int = 2,
) -> pd.DataFrame:
    """Pair persons who may teach a skill with persons who would learn it.

    Parameters
    ----------
    skills
        From the form ``skill``: ``code, person, role, skill, level, teach, learn, consent`` (はい
        or いいえ). Who did not consent is left out; persons are signs, never names.
    areas
        ``code, area``: pairs within an area are preferred.
    learners_each
        How many learners a teacher takes in a skill at most.

    Returns
    -------
    pandas.DataFrame
        One row a pair, by skill and teacher: ``skill, teacher_code, teacher, learner_code,
        learner, steps`` (by how much the teacher is ahead), ``same_area``.
        ``attrs["settings"]``: ``no_consent`` (persons left out), ``unpaired`` (wishes to learn
        without a teacher).

    Raises
    ------
    TableError
        If the form cannot be used.

    Notes
    -----
    In each skill as many learners as possible are paired, and of such choices the one whose
    teachers are one step ahead, of the same area and of another municipality is taken (Hungarian
    method). A teacher must be able to do it alone (level 2), and be ahead.

    Examples
    --------
    >>> import pandas as pd
    >>> form = pd.DataFrame({"code": ["28201", "28202"], "person": ["P1", "P9"], "role": "user"})
    >>> form = form.assign(skill="ai", level=[3, 1], teach=["はい", "いいえ"])
    >>> form = form.assign(learn=["いいえ", "はい"], consent="はい")
    >>> pair(form)[["teacher", "learner", "steps"]].to_numpy().tolist()
    [['P1', 'P9', 2]]
    """
    rows = read_skills(skills)
    _checks.require_columns(rows, ["teach", "learn", "consent"], "スキルマップ")
    each = _checks.require_whole_number(learners_each, "learners_each", high=100)
    faults = [
        fault
        for column in ("teach", "learn", "consent")
        for fault in _checks.find_stray_words(rows, column, WORDS, "スキルマップ")
    ]
    if faults:
        raise TableError(faults)
    persons = rows["code"].astype(str) + "/" + rows["person"].astype(str)
    # who declines in one row has declined
    refused = set(persons[rows["consent"] != YES])
    willing = rows[~persons.isin(refused)]
    area_of_code = {}
    if areas is not None:
        plain = read_plain_table(areas)
        _checks.require_columns(plain, ["code", "area"], "areas")
        _checks.require_unique_rows(plain, ["code"], "areas")
        area_of_code = dict(zip(plain["code"], plain["area"], strict=True))
        lone = {"スキルマップ": set(willing["code"]) - set(area_of_code)}
        _checks.warn_of_lone_labels(lone, "市町", "別の圏域として扱いました")
    willing = willing.assign(area=willing["code"].map(area_of_code))
    pairs = [
        line
        for skill, people in willing.groupby("skill", sort=True)
        for line in _pair_skill(str(skill), people, each)
    ]
    table = pd.DataFrame(pairs, columns=COLUMNS)
    wishes = int((willing["learn"] == YES).sum())
    table.attrs["settings"] = {"no_consent": len(refused), "unpaired": wishes - len(table)}
    return carry_provenance(table, skills, areas)


def _pair_skill(skill: str, people: pd.DataFrame, each: int) -> list[tuple[object, ...]]:
    """Pair the teachers and learners of one skill."""
    ordered = people.sort_values(["code", "person"], kind="stable")
    may_teach = (ordered["teach"] == YES) & (ordered["level"] >= TEACHING_LEVEL)
    teachers = ordered[may_teach].reset_index(drop=True)
    learners = ordered[ordered["learn"] == YES].reset_index(drop=True)
    if teachers.empty or learners.empty:
        return []
    ahead = teachers["level"].to_numpy()[:, None] - learners["level"].to_numpy()[None, :]
    same_area = teachers["area"].to_numpy()[:, None] == learners["area"].to_numpy()[None, :]
    same_office = teachers["code"].to_numpy()[:, None] == learners["code"].to_numpy()[None, :]
    # one step ahead teaches best: what is far away is explained badly
    cost = ahead - AREA_BONUS * same_area + OFFICE_PENALTY * same_office
    # more than all costs together, so that first of all as many as possible are paired
    forbidden = 1e3 * (len(learners) + 1)
    cost = np.where(ahead >= 1, cost, forbidden)
    rows, columns = linear_sum_assignment(np.repeat(cost, each, axis=0))
    pairs = sorted(
        (int(row) // each, int(column)) for row, column in zip(rows, columns, strict=True)
    )
    return [
        (
            skill,
            teachers["code"][teacher],
            teachers["person"][teacher],
            learners["code"][learner],
            learners["person"][learner],
            int(ahead[teacher, learner]),
            bool(same_area[teacher, learner]),
        )
        for teacher, learner in pairs
        if cost[teacher, learner] < forbidden
    ]
