"""How is a workbook read whose colours, fonts or names of parts the standard does not have?

Excel opens it, openpyxl does not. What matters for cells (which number formats are dates) is kept,
all other looks are left out.
"""

import io
import re
import zipfile
from xml.etree.ElementTree import Element, SubElement, fromstring, tostring

from dxkit.loaders._zip import read_member

STYLES = re.compile(r"xl/styles[^/]*\.xml", re.IGNORECASE)
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
# one font, fill and border, as every stylesheet must have
PLAIN_LOOKS = (
    "<fonts><font/></fonts><fills><fill><patternFill/></fill></fills><borders><border/></borders>"
    '<cellStyleXfs><xf numFmtId="0"/></cellStyleXfs>'
)


def strip_looks(archive: zipfile.ZipFile, file: str) -> bytes:
    """Write a workbook anew with plain looks and with the separators of the standard.

    Parameters
    ----------
    archive
        The workbook's parts; they have been checked before.
    file
        Its name, for messages.

    Returns
    -------
    bytes
    """
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as plain:
        # a name that stands twice means the last of them
        for member in dict.fromkeys(archive.namelist()):
            name = member.replace("\\", "/")
            part = read_member(archive, member, file)
            plain.writestr(name, _make_plain_styles(part) if STYLES.fullmatch(name) else part)
    return stream.getvalue()


def _make_plain_styles(part: bytes) -> bytes:
    """Keep of a stylesheet only which number format each kind of cell has."""
    # the caller has refused declarations of entities, and tells of damage
    root = fromstring(part)  # noqa: S314
    formats = [
        (element.get("numFmtId", ""), element.get("formatCode", ""))
        for element in root.iter(f"{{{MAIN}}}numFmt")
        if element.get("numFmtId", "").isdecimal()
    ]
    cells = [
        element.get("numFmtId", "0")
        for kinds in root.iter(f"{{{MAIN}}}cellXfs")
        for element in kinds
    ]
    sheet = Element("styleSheet", {"xmlns": MAIN})
    numbers = SubElement(sheet, "numFmts")
    for number, code in formats:
        SubElement(numbers, "numFmt", {"numFmtId": number, "formatCode": code})
    for element in fromstring(f"<a>{PLAIN_LOOKS}</a>"):  # noqa: S314
        sheet.append(element)
    kinds = SubElement(sheet, "cellXfs")
    for number in cells or ["0"]:
        plain = number if number.isdecimal() else "0"
        SubElement(kinds, "xf", {"numFmtId": plain})
    return tostring(sheet)
