"""How do cells and pages of a written workbook look: headings, input cells, drop-downs, paper?"""

from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

# yellow marks what is typed into, blue what names a column
INPUT = PatternFill("solid", fgColor="FFF9DB")
HEADING = PatternFill("solid", fgColor="E3ECF5")
BOLD = Font(bold=True)
LINE = Side(style="thin", color="9AA5B1")
THIN = Border(left=LINE, right=LINE, top=LINE, bottom=LINE)
WRAP = Alignment(wrap_text=True, vertical="top")
UNLOCKED = Protection(locked=False)


def write_heading(sheet: Worksheet, row: int, column: int, text: str) -> Cell:
    """Write a heading: bold on a tinted ground."""
    cell = sheet.cell(row, column, text)
    cell.fill = HEADING
    cell.font = BOLD
    return cell


def make_input(cell: object) -> None:
    """Make a cell one that is typed into: yellow, framed, unprotected."""
    cell.fill = INPUT  # type: ignore[attr-defined] # openpyxl's cells of both kinds have these
    cell.border = THIN  # type: ignore[attr-defined]
    cell.protection = UNLOCKED  # type: ignore[attr-defined]


def add_rule(sheet: Worksheet, cells: str, formula: str) -> DataValidation:
    """Hang a drop-down on cells; what is not in its list is refused."""
    rule = DataValidation(type="list", formula1=formula, allow_blank=True, showErrorMessage=True)
    rule.add(cells)
    sheet.add_data_validation(rule)
    return rule


def set_page(sheet: Worksheet, widths: dict[str, int]) -> None:
    """Set widths, protection and A4 paper."""
    for column, width in widths.items():
        sheet.column_dimensions[column].width = width
    sheet.protection.sheet = True
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    # one page wide, as many pages long as it takes
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    # openpyxl always makes these properties
    sheet.sheet_properties.pageSetUpPr.fitToPage = True  # type: ignore[union-attr]
