"""How do groups say their method in a paper?"""

from typing import Any

from dxkit._optimise import annealing, schedules
from dxkit.groups import _search
from dxkit.schema import MethodText

# what a column is for, in Japanese
ROLES = {"alike": "近い人どうし", "different": "違う人どうし"}


def describe_groups(settings: dict[str, Any], quality: float, bound: float) -> MethodText:
    """Say how members were put into groups and how sure that is."""
    low, high = settings["size"]
    columns = "、".join(
        f"{label}（{ROLES[role]}、重み{weight:g}）"
        for label, _, role, weight in _list_columns(settings)
    )
    listed = ", ".join(
        f"{name} ({role}, weight {weight:g})" for _, name, role, weight in _list_columns(settings)
    )
    proven = settings.get("certified", False)
    return MethodText(
        ja=(
            f"参加者を{settings['count']}グループ（{low}〜{high}人）に、列 {columns or 'なし'} の"
            f"距離の{'平均' if settings['objective'] == 'mean' else '合計'}で分けた。",
            f"探索は焼きなまし{_search.CHAINS}本と2グループ間の交換。",
            f"質は{quality:.4g}、{'列生成で証明した' if proven else '手早い'}限界は{bound:.4g}。",
        ),
        en=(
            f"Members were put into {settings['count']} groups of {low} to {high} by the "
            f"{settings['objective']} of distances in the columns: {listed or 'none'}.",
            f"The search is {_search.CHAINS} chains of annealing, then exchanges between pairs of "
            "groups.",
            f"The quality is {quality:.4g}; the {'bound proven by column generation' if proven else 'quick bound'} "
            f"is {bound:.4g}.",
        ),
        constants={
            "chains": _search.CHAINS,
            "min_steps": _search.MIN_STEPS,
            "steps_per_block": _search.STEPS_PER_BLOCK,
            "tries": _search.TRIES,
            "swaps": _search.SWAPS,
            "temperatures": annealing.TEMPERATURES,
            "cooling_steps": annealing.COOLING_STEPS,
        },
        software=("scipy", "highspy") if proven else ("scipy",),
    )


def describe_rotation(settings: dict[str, Any], repeats: int, bound: int, steps: int) -> MethodText:
    """Say how the groups of several meetings were planned."""
    low, high = settings["size"]
    rounds = settings["rounds"]
    return MethodText(
        ja=(
            f"{rounds}回の会を、同じ組が再び会う回数が最少になるように計画した（{low}〜{high}人）。",
            "有限アフィン平面が合えばその方向を、合わなければ焼きなましの答えを使い、"
            f"席は{steps:,}回の交換の焼きなましで決めた。",
            f"再会は{repeats}組、これより少なくできない数は{bound}。",
        ),
        en=(
            f"{rounds} meetings were planned so that pairs meet again as seldom as can be (groups "
            f"of {low} to {high}).",
            "Directions of a finite affine plane are used where one fits, else annealing; seats "
            f"were given by annealing of {steps:,} swaps.",
            f"Pairs meet again {repeats} times; no plan is below {bound}.",
        ),
        constants={
            "steps_of_schedule": schedules.STEPS,
            "first_temperature": schedules.FIRST_TEMPERATURE,
            "last_temperature": schedules.LAST_TEMPERATURE,
            "steps_of_seats": steps,
        },
    )


def _list_columns(settings: dict[str, Any]) -> list[tuple[str, str, str, float]]:
    """List the columns: Japanese heading, name, role and weight."""
    return [
        (column["label"], column["column"], column["role"], column["weight"])
        for column in settings["columns"]
    ]
