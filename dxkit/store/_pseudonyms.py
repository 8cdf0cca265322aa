"""How can a voter replace a vote, and votes be compared, when nothing in the store names anybody?

Two values stand beside an entry, and neither tells who entered it. ``author`` is an HMAC under the
meeting's secret of the client and of what it was entered for: the same client has another one on
every item and every card, so that nothing links a vote to a card or to a vote on something else.
``voter`` is what the agreement needs, the same client on all items; it is masked with random
digits, so that no two rows repeat it, and only the meeting's secret takes the mask off. A receipt
is what the client is shown: it follows from client, item and value, and leads to none of them.
"""

import base64
import hmac
import json
import secrets

NONCE_BYTES = 16
# 40 bits: eight letters and digits, in two blocks that people compare at a glance
RECEIPT_BYTES = 5
RECEIPT_BLOCK = 4
# a client's votes are replaced item by item; a card or an undo is its client's own by its id
KINDS_BY_ITEM = ("vote", "choice")


def make_author(
    secret: bytes | bytearray, client: str, *, kind: str, item: str, entry_id: str
) -> str:
    """Hash a client's name together with what it enters: nobody can go back to the name.

    Parameters
    ----------
    secret
        The meeting's.
    client
        The client's name.
    kind, item, entry_id
        Of the entry.
    """
    purpose = item if kind in KINDS_BY_ITEM else entry_id
    return _hash_parts(secret, "author", kind, purpose, client).hex()


def make_receipt_code(secret: bytes | bytearray, client: str, *, item: str, value: int) -> str:
    """Make the code by which a client finds its vote in the printed list."""
    content = _hash_parts(secret, "receipt", item, str(value), client)[:RECEIPT_BYTES]
    code = base64.b32encode(content).decode("ascii")
    # unlike a dash, a full stop lets no line break in two
    return f"{code[:RECEIPT_BLOCK]}.{code[RECEIPT_BLOCK:]}"


def mask_voter(secret: bytes | bytearray, client: str) -> str:
    """Hash a client's name for comparing its votes, masked so that no two results are alike."""
    voter = _hash_parts(secret, "voter", client)[:NONCE_BYTES]
    nonce = secrets.token_bytes(NONCE_BYTES)
    return (nonce + _apply_mask(secret, nonce, voter)).hex()


def unmask_voter(secret: bytes | bytearray, masked: str) -> str:
    """Take the mask off: the same for all votes of a client."""
    try:
        content = bytes.fromhex(masked)
    except ValueError:
        # a damaged one is nobody else's
        return masked
    return _apply_mask(secret, content[:NONCE_BYTES], content[NONCE_BYTES:]).hex()


def _apply_mask(secret: bytes | bytearray, nonce: bytes, voter: bytes) -> bytes:
    mask = _hash_parts(secret, "mask", nonce.hex())
    return bytes(digit ^ cover for digit, cover in zip(voter, mask, strict=False))


def _hash_parts(secret: bytes | bytearray, *parts: str) -> bytes:
    return hmac.digest(secret, json.dumps(parts).encode(), "sha256")
