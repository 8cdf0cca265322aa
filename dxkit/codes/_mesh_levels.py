"""How large are the cells of each level of JIS X 0410, and how long are their codes?"""

from dxkit.errors import ChoiceError, shorten

# cells per degree of latitude and longitude at each level
MESH_LEVELS = {"1": (1.5, 1), "2": (12, 8), "3": (120, 80), "4": (240, 160), "5": (480, 320)}
# digits of a code → level
MESH_LENGTHS = {4: "1", 6: "2", 8: "3", 9: "4", 10: "5"}
# degrees; the standard counts from latitude 0 and longitude 100, two digits each for a level-1 cell
LATITUDE_LIMITS = (0.0, 100 / 1.5)
LONGITUDE_LIMITS = (100.0, 180.0)


def find_cells_per_degree(level: str) -> tuple[float, float]:
    """Find how many cells of a level there are per degree of latitude and of longitude.

    Raises
    ------
    ChoiceError
        If there is no such level.
    """
    if level not in MESH_LEVELS:
        raise ChoiceError(
            f"メッシュの段階「{shorten(level)}」はありません。"
            f"{'・'.join(MESH_LEVELS)} から選んでください（4 = 500 m）。"
        )
    return MESH_LEVELS[level]
