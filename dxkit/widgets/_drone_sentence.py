"""What do the sentence above the map and the table below it say of a choice of bases?"""

from dxkit.drones import Siting
from dxkit.widgets._drone_records import BEST_LABEL, HAND_LABEL
from dxkit.widgets._html import write_table


def write_score_sentence(
    reach: str,
    best: Siting,
    placed: Siting | None,
    *,
    unit: str,
    count: int,
    placed_count: int,
    by_hand: bool,
    is_compared: bool,
) -> str:
    """Write how far the drone flies and how many people are reached.

    Parameters
    ----------
    reach
        How far the drone flies, in words.
    best, placed
        The best choice, and what was placed by hand.
    unit
        HTML already.
    count, placed_count
        Of bases: asked for, and placed so far.
    by_hand, is_compared
        Whether bases are placed by hand, and compared with the best choice.

    Returns
    -------
    str
        HTML.
    """
    start = f"届く距離は片道 {reach}。"
    best_score = f"<b>{best.value:,.0f}{unit}（{best.share:.1%}）</b>"
    if not by_hand:
        return f"{start}　{count}か所で {best_score}に届きます（{_describe_proof(best)}）。"
    # before the first base is placed nobody is reached
    value = 0.0 if placed is None else placed.value
    share = 0.0 if placed is None else placed.share
    score = (
        f"{HAND_LABEL}の案: <b>{value:,.0f}{unit}（{share:.1%}）</b>　"
        f"{BEST_LABEL}の <b>{compute_score(placed, best):.1%}</b>"
    )
    if is_compared:
        return f"{start}　{score}　／　{BEST_LABEL}: {best_score}（輪が{BEST_LABEL}の拠点）"
    missing_count = count - placed_count
    advice = f"　あと{missing_count}か所、地図の丸を押して置いてください。" if missing_count else ""
    return f"{start}　{score}{advice}"


def compute_score(placed: Siting | None, best: Siting) -> float:
    """Compute which share of the best choice's people a choice reaches."""
    # where the best reaches nobody, there is nothing to share in
    return 0.0 if placed is None or best.value == 0 else placed.value / best.value


def _describe_proof(best: Siting) -> str:
    if best.gap == 0:
        return "これより多く届く置き方はありません"
    return f"最大でもあと{best.gap:.1%}"


def write_bases(siting: Siting, unit: str) -> str:
    """Write the chosen bases, whom each reaches, and whom it alone reaches."""
    bases = siting.bases
    column = next((key for key in ("name", "base") if key in bases.columns), None)
    names = bases.index if column is None else bases[column]
    rows = [
        (str(name), f"{reached:,.0f}", f"{only:,.0f}")
        for name, reached, only in zip(names, bases["reached"], bases["only"], strict=True)
    ]
    return write_table(("拠点", f"ここから届く（{unit}）", f"ここだけから届く（{unit}）"), rows)
