"""Who can do what, role by role: which skills are short, and where does nobody have them?"""

import numpy as np
import pandas as pd

from dxkit import _checks
from dxkit._plain_tables import read_plain_table
from dxkit.schema import LEAST_PEERS, accepts_any_table, carry_provenance

# levels of a skill, from not knowing it to teaching it
MOST_LEVEL = 3.0


def read_skills(skills: pd.DataFrame) -> pd.DataFrame:
    """Read the rows of the form ``skill``.

    Raises
    ------
    TableError
    """
    rows = read_plain_table(skills)
    _checks.require_columns(rows, ["code", "person", "role", "skill", "level"], "スキルマップ")
    _checks.require_unique_rows(rows, ["code", "person", "skill"], "スキルマップ")
    return rows.assign(
        level=_checks.read_numbers(rows, "level", "スキルマップ", high=MOST_LEVEL, whole=True)
    )


@accepts_any_table("skills", "required")
def skill_map(
    skills: pd.DataFrame, required: pd.DataFrame, *, by: str | None = None
) -> pd.DataFrame:
    """Compare the skills that people have with those that their roles need.

    Parameters
    ----------
    skills
        From the form ``skill`` (`dxkit.loaders.read_form`): ``code, person, role, skill, level``
        (0–3).
    required
        What each role needs: ``role, skill, needed`` and ``label`` (table ``talent_skills``).
    by
        ``"code"`` to have a row for each municipality as well.

    Returns
    -------
    pandas.DataFrame
        One row a role and skill that it needs: ``role, skill, label, needed, people`` (in the
        role), ``answered`` (of them who gave a level), ``able`` (at the level needed), ``short``
        (people below it), ``mean_level`` (missing for fewer than three people, so that no row is
        one person's mark). Roles that nobody has stand there with 0 people.

    Raises
    ------
    TableError
        If a table cannot be used.

    Examples
    --------
    >>> import dxkit, pandas as pd
    >>> people = pd.DataFrame({"code": "28201", "person": ["P1", "P2"], "role": "user"})
    >>> people = people.assign(skill="basic", level=[2, 0])
    >>> table = skill_map(people, dxkit.load("talent_skills"))
    >>> basic = table.query("role == 'user' and skill == 'basic'")
    >>> basic[["people", "able", "short"]].to_numpy().tolist()
    [[2, 1, 1]]
    """
    rows = read_skills(skills)
    needs = read_plain_table(required)
    _checks.require_columns(needs, ["role", "skill", "needed"], "役割のスキル")
    _checks.require_unique_rows(needs, ["role", "skill"], "役割のスキル")
    needs["needed"] = _checks.read_numbers(needs, "needed", "役割のスキル", high=10)
    pairs = [
        set(frame[["role", "skill"]].itertuples(index=False, name=None)) for frame in (rows, needs)
    ]
    lone = {"スキルマップ": pairs[0] - pairs[1]}
    _checks.warn_of_lone_labels(lone, "役割とスキルの組", "数えていません")
    keys = [] if by is None else [_checks.require_choice(by, ["code"], "by")]
    if keys:
        codes = pd.DataFrame({"code": sorted(set(rows["code"]))})
        needs = codes.merge(needs, how="cross")
    names = rows.assign(name=rows["code"].astype(str) + "/" + rows["person"].astype(str))
    people = names.groupby([*keys, "role"])["name"].nunique().rename("people").reset_index()
    joined = needs.merge(names, on=[*keys, "role", "skill"], how="left")
    joined["able"] = (joined["level"] >= joined["needed"]).astype(int)
    columns = [*keys, "role", "skill", *(["label"] if "label" in needs.columns else []), "needed"]
    groups = joined.groupby(columns, sort=False)
    table = groups.agg(
        answered=("level", "count"), able=("able", "sum"), mean_level=("level", "mean")
    ).reset_index()
    table["mean_level"] = table["mean_level"].where(table["answered"] >= LEAST_PEERS, np.nan)
    table["short"] = table["answered"] - table["able"]
    table = table.merge(people, on=[*keys, "role"], how="left").fillna({"people": 0})
    table = table.astype({"people": int})
    order = [*columns, "people", "answered", "able", "short", "mean_level"]
    return carry_provenance(table[order], skills, required)
