"""What was really varied, of all that was to vary?"""

from collections.abc import Iterable, Sequence

from dxkit._checks import read_list
from dxkit.errors import ChoiceError, shorten
from dxkit.maturity._framework import Framework
from dxkit.maturity._monte_carlo import Method, Noise

VARY = ("weights", "normalise", "aggregate", "missing", "severity")
# why something that was to vary could not
REASONS = {
    "weights": "weight_noise が0か、どの見出しにも指標が1つしかありません",
    "normalise": "使える正規化の方法が1つだけです",
    "aggregate": "使える集計の方法が1つだけです",
    "missing": "ほかの市町の答えで補える空欄がありません",
    "severity": "answers がありません",
}
# in the order of REASONS
_ENGLISH = (
    "weight_noise is 0, or no heading has more than one indicator",
    "only one normalisation can be used",
    "only one aggregation can be used",
    "no blank can be filled from other answers",
    "there are no answers by interviewer",
)
TRANSLATIONS = dict(zip(REASONS.values(), _ENGLISH, strict=True))


def check_vary(vary: Sequence[str]) -> None:
    """Refuse something to vary that does not exist.

    Raises
    ------
    ChoiceError
    """
    if isinstance(vary, str) or not isinstance(vary, Iterable):
        # a word alone is no list of letters
        raise ChoiceError(
            f"vary={shorten(vary)} は使えません。変えるものをリストで書いてください"
            f"（{'・'.join(VARY)} から。例: vary=['weights']）。"
        )
    if unknown := [name for name in read_list(vary, "vary") if name not in VARY]:
        raise ChoiceError(
            f"vary の「{unknown[0]}」は使えません。{'・'.join(VARY)} から選んでください。"
        )


def find_varied(
    vary: Sequence[str],
    framework: Framework,
    weight_noise: float,
    methods: Sequence[Method],
    noise: Noise | None,
) -> tuple[str, ...]:
    """Find what of ``vary`` there is anything to vary in.

    Parameters
    ----------
    vary
        What is to vary.
    framework, weight_noise
        Whose weights vary, and by how much.
    methods
        The pairs of methods in use.
    noise
        What is uncertain in the answers.
    """
    has_choice = any(heading.weights.astype(bool).sum() > 1 for heading in framework.headings)
    can_vary = {
        "weights": weight_noise > 0 and has_choice,
        "normalise": len({method.normalise for method in methods}) > 1,
        "aggregate": len({method.aggregate for method in methods}) > 1,
        "missing": noise is not None and noise.missing is not None,
        "severity": noise is not None and noise.severity.size > 0,
    }
    return tuple(name for name in vary if can_vary[name])


def explain_not_varied(vary: Sequence[str], varied: Sequence[str]) -> dict[str, str]:
    """Say in Japanese why each of the others was not varied."""
    return {name: REASONS[name] for name in vary if name not in varied}
