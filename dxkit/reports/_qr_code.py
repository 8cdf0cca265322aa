"""How is an address drawn as a QR code inside a page, with nothing to fetch?"""

from io import BytesIO

import segno

from dxkit.errors import ChoiceError, shorten

ADDRESS_MAX_LENGTH = 300
# modules of white around a code that readers need (ISO/IEC 18004)
QUIET_ZONE = 4


def check_address(address: object) -> str:
    """Return an address of a web page as text.

    Raises
    ------
    ChoiceError
        If it is none, or too long for a code that a phone reads from paper.
    """
    text = str(address)
    # a code must not start anything but a browser
    if text and not text.startswith(("http://", "https://")):
        raise ChoiceError(
            f"url=「{shorten(text)}」は使えません。http:// か https:// で始まる住所にしてください。"
        )
    if len(text) > ADDRESS_MAX_LENGTH:
        raise ChoiceError(
            f"url=「{shorten(text)}」は長すぎます。{ADDRESS_MAX_LENGTH}文字までにしてください。"
        )
    return text


def draw_qr_code(address: str) -> str:
    """Draw an address as a QR code (inline SVG)."""
    buffer = BytesIO()
    segno.make(address, error="m", micro=False).save(
        buffer,
        kind="svg",
        xmldecl=False,
        svgns=True,
        omitsize=True,
        svgclass=None,
        lineclass=None,
        border=QUIET_ZONE,
        title="投票のQRコード",
    )
    return buffer.getvalue().decode("utf-8")
