"""How does a choice of bases say its method in a paper?

Each sentence takes its numbers from the settings, or from the constant itself where no option
changes it.
"""

from typing import Any

from dxkit._optimise import cover, highs, lagrangian, mclp_root, mclp_tree, p_median, set_cover
from dxkit.drones import _geodesic
from dxkit.schema import MethodText, heading

# settings["method"] → what is sought, in Japanese and English, and the paper
GOALS = {
    "mclp": (
        "届く{weight}の合計が最大になるように（最大被覆問題）",
        "so that the sum of {weight} within reach is the greatest (maximal covering location)",
        "church1974",
    ),
    "lscp": (
        "どれかの候補地から届く{weight}の{wanted_share}以上に届く最少の数で（集合被覆問題）",
        "so that as few as possible reach {wanted_share} of the {weight} that any candidate "
        "reaches "
        "(set covering)",
        "toregas1971",
    ),
    "backup": (
        "1番目、2番目…の拠点が届くことに {values} の値を付けた合計が最大になるように（予備の被覆）",
        "so that reach by a first, second, … base, worth {values}, sums to the greatest {weight} "
        "(backup coverage)",
        "hogan1986",
    ),
    "p_median": (
        "{weight}で重みを付けた最寄り拠点までの平均距離が最短になるように（p-メディアン）",
        "so that the mean distance to the nearest base, weighted by {weight}, is the least "
        "(p-median)",
        "hakimi1964",
    ),
    "p_centre": (
        "最も遠い所から最寄り拠点までの距離が最短になるように（p-センター）",
        "so that the longest distance to the nearest base is the least (p-centre)",
        "hakimi1964",
    ),
}


def describe_siting(settings: dict[str, Any], base_count: int, gap: float) -> MethodText:
    """Say how bases were chosen and how sure the choice is."""
    japanese, english, paper = GOALS[settings["method"]]
    has_range = settings["method"] not in ("p_median", "p_centre")
    km = settings["range_km"]
    proof_ja = (
        "最適と証明した（差 0）"
        if gap == 0
        else f"証明の途中で計算を止めたもので、これより良い置き方があっても差は最大{gap:.3g}"
    )
    proof_en = (
        "proven to be the best (gap 0)"
        if gap == 0
        else f"within a gap of {gap:.3g}: the search stopped before the proof, and no choice is "
        "better by more"
    )
    way_ja = "渡された距離" if settings["own_distances"] else "GRS80楕円体の測地線距離"
    way_en = "the distances given" if settings["own_distances"] else "geodesics of GRS80"
    fixed = settings["fixed"]
    # the Japanese heading of the column, without its unit
    weight_ja = heading(settings["weight"]).partition("［")[0]
    return MethodText(
        ja=(
            f"拠点{base_count}か所を、{japanese.format(**settings | {'weight': weight_ja})}選んだ。",
            f"距離は{way_ja}{'、届く距離は' + str(km) + ' km' if has_range else ''}、"
            f"飛行禁止の区域は{'よけた' if settings['no_fly'] else '考えていない'}"
            f"{'、既設の' + '・'.join(map(str, fixed)) + 'は残した' if fixed else ''}。",
            f"答えは{proof_ja}。",
        ),
        en=(
            f"{base_count} base{'' if base_count == 1 else 's'} "
            f"{'was' if base_count == 1 else 'were'} chosen {english.format(**settings)}.",
            f"Distances are {way_en}{f', the range is {km} km' if has_range else ''}; no-fly zones "
            f"were {'flown around' if settings['no_fly'] else 'not considered'}"
            f"{'; kept: ' + ', '.join(map(str, fixed)) if fixed else ''}.",
            f"The choice is {proof_en}.",
        ),
        constants=_list_constants(settings),
        references=(paper,),
        software=("highspy", "scipy"),
    )


def _list_constants(settings: dict[str, Any]) -> dict[str, object]:
    """List the constants of the distances and of the kernel that found the choice."""
    constants: dict[str, object] = {"node_limit": highs.NODE_LIMIT}
    if not settings["own_distances"]:
        constants |= {
            "equator_radius_km": _geodesic.EQUATOR_RADIUS_KM,
            "flattening": _geodesic.FLATTENING,
            "mean_radius_km": _geodesic.MEAN_RADIUS_KM,
        }
    if settings["method"] == "mclp":
        constants |= {
            "relative_tolerance": cover.RELATIVE_TOLERANCE,
            "subgradient_steps": lagrangian.MAX_STEPS,
            "sifting_rounds": mclp_root.SIFTING_ROUNDS,
            "cut_steps": mclp_root.CUT_STEPS,
            "node_work": mclp_tree.NODE_WORK,
        }
    elif settings["method"] == "p_median":
        constants |= {
            "subgradient_steps": lagrangian.MAX_STEPS,
            "first_rings": p_median.FIRST_RINGS,
            "bound_tolerance": p_median.BOUND_TOLERANCE,
        }
    else:
        constants |= {
            "forgiven_weight": set_cover.FORGIVEN_WEIGHT,
            "bound_tolerance": set_cover.BOUND_TOLERANCE,
        }
    return constants
