"""Is the store still what was written into it?

A running digest: each entry is hashed together with the digest of all before it, so that none can
be changed, dropped, added or moved without another digest coming out. It notices damage, and
changes by hand where the triggers were taken away; who also writes a new digest into the store is
found out by the one that was printed on the record.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from dxkit.store._database_tables import ENTRIES
from dxkit.store._meeting_key import is_sealed

FIELDS = tuple(column.name for column in ENTRIES.columns)
NUMBER_FIELDS = ("number", "value")
# hexadecimal digits between two spaces where people compare them
BLOCK_LENGTH = 4


class Digest(NamedTuple):
    """What the entries of a meeting come to, as one number for comparing.

    Attributes
    ----------
    digest : str
        SHA-256 over all entries, 64 hexadecimal digits: any change to any of them changes it.
    entries : int
        How many there are.
    intact : bool
        ``False`` if they are not those that were written: the file is damaged, or somebody changed
        it.

    Examples
    --------
    >>> import tempfile
    >>> from dxkit.store import Session
    >>> with tempfile.TemporaryDirectory() as folder, Session(f"{folder}/a.sqlite") as session:
    ...     _ = session.note(text="人が足りない")
    ...     digest = session.digest()
    >>> len(digest.digest), digest.entries, digest.intact
    (64, 1, True)
    """

    digest: str
    entries: int
    intact: bool

    def __str__(self) -> str:
        """Write the digest in blocks of four, as people compare it."""
        starts = range(0, len(self.digest), BLOCK_LENGTH)
        return " ".join(self.digest[start : start + BLOCK_LENGTH] for start in starts)


def compute_origin(meeting: str, secret: str) -> str:
    """Compute the digest of a meeting without entries; the secret cannot be read from it."""
    return _hash_texts("dxkit", meeting, hashlib.sha256(secret.encode()).hexdigest())


def extend_digest(digest: str, entries: Iterable[Mapping[str, Any]]) -> str:
    """Extend a digest by entries, in their order."""
    for entry in entries:
        digest = _hash_texts(digest, [entry[field] for field in FIELDS])
    return digest


def compare_digests(
    entries: Sequence[Mapping[str, Any]], stored: Any, meeting: str, secret: str | None
) -> Digest:
    """Compare what is stored with the digest that was written along with it."""
    if stored is None:
        origin = compute_origin(meeting, secret or "")
        return Digest(extend_digest(origin, entries), len(entries), intact=False)
    digest = extend_digest(stored.origin, entries)
    is_kept = digest == stored.digest and len(entries) == stored.entries
    # a sealed meeting's secret is empty; its origin stands in the digest of its entries
    is_secret_kept = is_sealed(secret) or stored.origin == compute_origin(meeting, str(secret))
    return Digest(digest, len(entries), intact=is_kept and is_secret_kept)


def is_well_formed(entry: Mapping[str, Any]) -> bool:
    """Check that an entry holds texts and numbers where they belong, as a damaged one may not."""
    numbers = [entry[field] for field in NUMBER_FIELDS if entry[field] is not None]
    texts = [entry[field] for field in FIELDS if field not in NUMBER_FIELDS]
    has_value = entry["kind"] != "vote" or entry["value"] is not None
    return (
        has_value
        and all(isinstance(number, int) for number in numbers)
        and all(isinstance(text, str) for text in texts)
    )


def _hash_texts(*parts: object) -> str:
    # in JSON no two lists of parts have the same text
    text = json.dumps(parts, ensure_ascii=True, separators=(",", ":"), default=repr)
    return hashlib.sha256(text.encode()).hexdigest()
