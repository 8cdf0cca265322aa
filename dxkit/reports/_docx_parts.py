"""How are paragraphs and tables written as WordprocessingML (ECMA-376, part 1)?

Only what Word and LibreOffice have read alike since 2007: paragraphs, runs, tables with their own
lines. Text is escaped, and characters that XML cannot hold become boxes.
"""

from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape

# width of the text on A4 with margins of 20 mm, in twentieths of a point
TEXT_WIDTH = 9638
# half points
SMALL_SIZE = 18
LINES = "".join(
    f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="808080"/>'
    for side in ("top", "left", "bottom", "right", "insideH", "insideV")
)

# letters do not touch the lines above and below
MARGINS = (
    '<w:tblCellMar><w:top w:w="20" w:type="dxa"/><w:left w:w="90" w:type="dxa"/>'
    '<w:bottom w:w="20" w:type="dxa"/><w:right w:w="90" w:type="dxa"/></w:tblCellMar>'
)


def escape_text(value: object) -> str:
    """Write a value as the text of an XML element."""
    letters = (
        letter if letter.isprintable() or letter in "\n\t" or letter.isspace() else "□"
        for letter in str(value)
    )  # fmt: skip
    # XML 1.0 has no other control characters than these
    text = "".join(letter if letter >= " " or letter in "\n\t" else " " for letter in letters)
    return escape(text.encode("utf-8", "replace").decode("utf-8"))


def write_runs(text: object, *, bold: bool = False, size: int = 0) -> str:
    """Write a text as runs; its line ends stay line ends."""
    marks = ("<w:b/>" if bold else "") + (f'<w:sz w:val="{size}"/>' if size else "")
    properties = f"<w:rPr>{marks}</w:rPr>" if marks else ""
    lines = str(text).split("\n")
    content = "<w:br/>".join(
        f'<w:t xml:space="preserve">{escape_text(line)}</w:t>' for line in lines
    )
    return f"<w:r>{properties}{content}</w:r>"


def write_paragraph(text: object, *, bold: bool = False, size: int = 0) -> str:
    """Write a paragraph."""
    return f"<w:p>{write_runs(text, bold=bold, size=size)}</w:p>"


def write_table(
    headings: Sequence[str], rows: Iterable[Sequence[object]], shares: Sequence[float] = ()
) -> str:
    """Write a table whose headings stand on every page.

    Parameters
    ----------
    headings
        One a column.
    rows
        Cells.
    shares
        How the columns share the width of the text; alike by default.
    """
    parts = list(shares) or [1.0] * len(headings)
    widths = [round(TEXT_WIDTH * part / sum(parts)) for part in parts]
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    head = _write_row(headings, widths, is_heading=True)
    body = "".join(_write_row(row, widths) for row in rows)
    properties = (
        f'<w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:tblBorders>{LINES}</w:tblBorders>'
        f'<w:tblLayout w:type="fixed"/>{MARGINS}</w:tblPr>'
    )
    # a table cell must end with a paragraph, and two tables must not touch
    return f"<w:tbl>{properties}<w:tblGrid>{grid}</w:tblGrid>{head}{body}</w:tbl><w:p/>"


def _write_row(cells: Sequence[object], widths: Sequence[int], *, is_heading: bool = False) -> str:
    # a row is not cut at the end of a page
    properties = "<w:cantSplit/>" + ("<w:tblHeader/>" if is_heading else "")
    shade = '<w:shd w:val="clear" w:color="auto" w:fill="E9EEF2"/>' if is_heading else ""
    columns = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{shade}</w:tcPr>'
        f"{write_paragraph('' if cell is None else cell, bold=is_heading, size=SMALL_SIZE)}</w:tc>"
        for cell, width in zip(cells, widths, strict=True)
    )
    return f"<w:tr><w:trPr>{properties}</w:trPr>{columns}</w:tr>"
