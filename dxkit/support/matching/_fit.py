"""Does anything in the list answer this need at all, or is even the best proposal a stranger to it?

`compute_fits` measures how well a service answers a need on a scale that does not hang on the other
services of the list, and `MIN_FITS` holds the least fit that counts as an answer.
"""

from collections.abc import Sequence

import numpy as np

from dxkit._arrays import FloatArray
from dxkit.support.matching._text_similarity import compute_bm25

NOTHING_FITS = "何も合いません"
# what one telling word is worth in cosines
WORD_WORTH = 0.15
# least fit of an answer, by method. Chosen on the needs of tests/support/needs_published.csv and
# needs.csv (65 of them, 53 with an answer) so that of those that have an answer at most one in
# ten is refused; never on needs_aside.csv, on which they are judged
MIN_FITS = {"both": 0.42, "words": 1.05, "meaning": 0.23}
# services of the list on which they were chosen. In a list of three hardly any word is rare, which
# says nothing of the word: it is weighed as if the list had so many
REFERENCE_COUNT = 26
# fits are compared to so many digits, so that a need is refused on every processor or on none
FIT_DIGITS = 6


def compute_fits(
    needs: Sequence[Sequence[str]],
    services: Sequence[Sequence[str]],
    meaning_scores: FloatArray,
    method: str,
) -> FloatArray:
    """Compute how well each service answers each need: needs × services.

    Parameters
    ----------
    needs, services
        Words of each.
    meaning_scores
        Cosines; may be missing for ``method="words"``.
    method
        ``words``, ``meaning`` or ``both``.

    Returns
    -------
    numpy.ndarray
        ``words``: telling words shared, where 1 is a word that one service alone has, once, in a
        text of usual length. ``meaning``: cosine. ``both``: their sum, a telling word counting
        `WORD_WORTH`.
    """
    population = max(len(services), REFERENCE_COUNT)
    # the score of such a word grows with the list, the fit must not
    rarest = np.log1p((population - 0.5) / 1.5)
    telling_words = compute_bm25(needs, services, population=population) / rarest
    if method == "words":
        fits = telling_words
    elif method == "meaning":
        fits = meaning_scores
    else:
        fits = WORD_WORTH * telling_words + meaning_scores
    return np.asarray(np.round(fits, FIT_DIGITS))
