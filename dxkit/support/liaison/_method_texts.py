"""How does a plan of visits say its method in a paper?"""

from typing import Any

from dxkit.schema import MethodText
from dxkit.support.liaison import _lower_bound, _road_distance, _routing


def describe_rounds(settings: dict[str, Any], days: int, minutes: float) -> MethodText:
    """Say how visits were planned."""
    return MethodText(
        ja=(
            f"1か所{settings['hearing_min']:g}分、1日{settings['day_hours']:g}時間までで、日数、次に移動時間が"
            f"最少になる訪問の計画を立てた（{days}日、移動 {minutes:.0f}分）。",
            f"道のりは大円距離の{settings['detour']:g}倍、時速{settings['speed_kmh']:g} km"
            f"{'（渡された所要時間を使った）' if settings['own_minutes'] else ''}。"
            f"PyVRP を{settings['iterations']:,}回反復した。",
        ),
        en=(
            f"Visits of {settings['hearing_min']:g} minutes in days of {settings['day_hours']:g} hours were "
            f"planned for the fewest days, then the least travel ({days} days, "
            f"{minutes:.0f} minutes).",
            f"Roads are {settings['detour']:g} times the great circle at {settings['speed_kmh']:g} km/h"
            f"{' (travel times were given)' if settings['own_minutes'] else ''}; PyVRP ran "
            f"{settings['iterations']:,} iterations.",
        ),
        constants={
            "earth_radius_km": _road_distance.EARTH_RADIUS_KM,
            "cost_of_a_day": _routing.DAY_COST,
            "node_limit": _lower_bound.NODE_LIMIT,
        },
        software=("pyvrp", "highspy"),
    )
