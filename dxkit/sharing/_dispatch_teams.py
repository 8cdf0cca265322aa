"""How do members of one team go to one place?

`build_team_rows` writes it as rows of the assignment's integer programme.
"""

import numpy as np
import pandas as pd
from scipy.sparse import csr_array, hstack, vstack

from dxkit._arrays import IntArray

NO_TEAM = ""


def read_teams(staff: pd.DataFrame) -> list[str]:
    """Read each person's team; somebody without one goes alone."""
    if "team" not in staff:
        return [NO_TEAM] * len(staff)
    return [NO_TEAM if pd.isna(team) else str(team).strip() for team in staff["team"]]


def build_team_rows(
    teams: list[str], codes: list[str], persons: IntArray, needs: IntArray
) -> csr_array:
    """Build rows ``A`` with ``A @ [pairs, places] <= [0 …, 1 …]`` that keep each team in one place.

    Parameters
    ----------
    teams
        Team of each person; `NO_TEAM` for none.
    codes
        Municipality (or prefecture) of each need.
    persons, needs
        Person and need of each pair.

    Returns
    -------
    csr_array
        One row a member and place, then one row a team. Columns: the pairs, then one 0/1 variable a
        team and place.
    """
    named = sorted(set(teams) - {NO_TEAM})
    places = sorted(set(codes))
    column_of = {
        (team, place): i for i, (team, place) in enumerate((t, p) for t in named for p in places)
    }
    # a member serves a place only where the team is
    memberships = {
        (int(person), codes[int(need)])
        for person, need in zip(persons, needs, strict=True)
        if teams[int(person)] != NO_TEAM
    }
    row_of = {membership: row for row, membership in enumerate(sorted(memberships))}
    member_columns = [
        (row_of[int(person), codes[int(need)]], column)
        for column, (person, need) in enumerate(zip(persons, needs, strict=True))
        if teams[int(person)] != NO_TEAM
    ]
    place_columns = [
        (row, column_of[teams[person], place]) for (person, place), row in row_of.items()
    ]
    member_shape = (len(row_of), len(persons))
    place_shape = (len(row_of), len(column_of))
    members = hstack([_fill(member_columns, member_shape), -_fill(place_columns, place_shape)])
    # and each team is in one place at most
    team_columns = [(named.index(team), column) for (team, _), column in column_of.items()]
    one_place = hstack(
        [csr_array((len(named), len(persons))), _fill(team_columns, (len(named), len(column_of)))]
    )
    return csr_array(vstack([members, one_place]))


def build_team_limits(rows: csr_array, team_count: int) -> np.ndarray:
    """Build the right-hand sides of `build_team_rows`: 0 a member and place, 1 a team."""
    limits = np.zeros(rows.shape[0])
    limits[len(limits) - team_count :] = 1.0
    return limits


def _fill(cells: list[tuple[int, int]], shape: tuple[int, int]) -> csr_array:
    if not cells:
        return csr_array(shape)
    rows, columns = np.array(cells).T
    return csr_array((np.ones(len(cells)), (rows, columns)), shape=shape)
