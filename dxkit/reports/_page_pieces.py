"""How do a hundred maps of one page fit into a page?

Maps of one page share nearly everything: the program that draws them, borders, legends. A page is
cut into pieces, each of which is stored once; a map is a list of pieces.
"""

import re

# where a page is cut: at line ends, before a shape, and before the parts of a map's data
CUT = re.compile(
    r"(?<=\n)|(?=\{\"type\":\")"
    r"|(?=\"(?:style_of|styles|tooltip|layers|panes|geometries|rows|legend)\":)"
    r"|(?=<img )|(?<=>)(?=<div)"
)


class Pieces:
    """The pieces of a page's maps, pictures and texts.

    Attributes
    ----------
    texts
        The pieces, in the order of their first use.
    """

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._numbers: dict[str, int] = {}

    def add(self, text: str) -> str:
        """Store a text.

        Returns
        -------
        str
            The numbers of its pieces: ``0-755,900`` are pieces 0 to 755 and 900.
        """
        ranges: list[list[int]] = []
        for piece in CUT.split(text):
            if not piece:
                continue
            number = self._numbers.setdefault(piece, len(self.texts))
            if number == len(self.texts):
                self.texts.append(piece)
            if ranges and ranges[-1][1] == number - 1:
                ranges[-1][1] = number
            else:
                ranges.append([number, number])
        return ",".join(f"{low}-{high}" if low < high else f"{low}" for low, high in ranges)

    def join(self, numbers: str) -> str:
        """Put a text together again."""
        text = ""
        for part in filter(None, numbers.split(",")):
            low, _, high = part.partition("-")
            text += "".join(self.texts[int(low) : int(high or low) + 1])
        return text
