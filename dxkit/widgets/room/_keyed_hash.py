"""How does the room name phones, tickets and entries so that nothing leads back to them?"""

import hmac


def hash_text(key: bytes, purpose: str, text: str) -> str:
    """Hash a text for one purpose under a key of the meeting, as 64 hexadecimal digits.

    Parameters
    ----------
    key
        The meeting's own, as `Session.key` derives it.
    purpose
        What it is for: the same text has another hash for another purpose, so that two of them
        cannot be put together.
    text
        Such as a phone's secret name.
    """
    return hmac.digest(key, f"{purpose} {text}".encode(), "sha256").hex()
